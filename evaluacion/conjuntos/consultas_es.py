"""consultas_es: consultas habladas en español de México, con lo que su nota debe y no debe decir.

Se genera de los guiones del repositorio, o se lee de una carpeta con la misma forma: por consulta, un
`.ref.json` (turnos con hablante, texto y tiempos; hechos, prohibidos, códigos y alertas, lo que haya), el
audio al lado, en cualquier formato, y un `.rttm` si se tiene.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

import evaluacion
from evaluacion.caso import Caso, Dicho
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos.archivos import SONIDO, duracion, hallar, leer_texto, sin_repetir, visible
from evaluacion.metricas.hablantes import leer_rttm
from evaluacion.sintesis.carpetas import carpeta_de_datos
from evaluacion.sintesis.generacion import faltan, generar, leer_manifiesto, publicados
from evaluacion.sintesis.guion import CodigoEsperado, Hablante, Hecho, Prohibido
from evaluacion.sintesis.publicacion import miradas
from evaluacion.sintesis.terminal import avance_visible
from scribe.consulta import Tramo
from scribe.errores import ModelosFaltan

MUESTRAS = Path(evaluacion.__file__).parent / "muestras"
_FIN = ".ref.json"
_ROLES = frozenset(get_args(Hablante))
_RAPIDOS = 3
_Ficha = TypeVar("_Ficha", bound=BaseModel)


class ConsultasEs(Conjunto):
    """El conjunto propio de consultas en español."""

    nombre = "consultas_es"
    titulo = "consultas_es (consultas sintéticas en español de México)"
    tarea = "consulta"
    partes = ("asr", "diarizacion", "habla", "nota", "codigos")
    fuente = "docs/consultas_es.md; se genera con: make consultas-es"
    licencia = "CC BY 4.0"
    propio = True

    def reconoce(self, carpeta: Path) -> bool:
        """Si hay algún `.ref.json` en la carpeta o en una de las de dentro."""
        return carpeta.is_dir() and hallar(carpeta, lambda lugar: bool(_referencias(lugar, 0))) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los casos de la carpeta; sin ella, los del repositorio, generando los que falten.

        Con `rapido` y sin carpeta, solo las muestras del repositorio; con carpeta, las tres más cortas.
        """
        if carpeta is None:
            return leer_carpeta(MUESTRAS) if rapido else [*leer_carpeta(MUESTRAS), *_generados()]
        if not (referencias := _referencias(carpeta)):
            raise ConjuntoInvalido(
                f"En {carpeta} no hay ningún {_FIN}.", "Cada consulta lleva un .ref.json y su audio al lado."
            )
        casos = sin_repetir([leer_caso(r) for r in referencias], self)
        if not rapido:
            return casos
        cortos = sorted(casos, key=lambda c: (c.duracion_s or 0.0, c.id))[:_RAPIDOS]
        return [c for c in casos if c in cortos]


CONJUNTOS = (ConsultasEs(),)


def leer_carpeta(carpeta: Path) -> list[Caso]:
    """Un caso por `.ref.json`, por nombre. Lanza `ConjuntoInvalido` si alguno no se entiende."""
    return [leer_caso(r) for r in _referencias(carpeta, 0)]


def leer_caso(referencia: Path) -> Caso:
    """Lee un `.ref.json` con el audio y, si está, el `.rttm` que lleva al lado.

    Los campos que no se conocen se pasan por alto y los que faltan quedan vacíos. Sin `.rttm`, los tramos
    salen de los tiempos de los turnos. Lanza `ConjuntoInvalido` con el archivo y lo que le pasa.
    """
    nombre = referencia.name.removesuffix(_FIN)
    datos = _objeto(referencia)
    audio = _audio(referencia.parent, nombre)
    try:
        dichos = tuple(_dicho(t) for t in datos.get("turns") or ())
        tramos = _tramos(referencia.with_name(f"{nombre}.rttm"), dichos)
        hablantes = {t.hablante for t in tramos} | {d.hablante for d in dichos}
        return Caso(
            id=nombre,
            idioma=str(datos.get("idioma") or "es").partition("-")[0],
            particion=str(datos.get("conjunto") or "sin declarar"),
            audio=audio,
            duracion_s=_duracion(audio, nombre),
            dichos=dichos,
            tramos=tramos,
            con_roles=bool(hablantes) and hablantes <= _ROLES,
            paciente=datos.get("paciente") or {},
            hechos=tuple(_hechos(datos.get("hechos") or ())),
            prohibidos=tuple(_fichas(Prohibido, datos.get("prohibidos") or (), porque="no se dijo")),
            codigos=tuple(_fichas(CodigoEsperado, datos.get("codigos") or (), estado="confirmado", texto="")),
            alertas=tuple(a if isinstance(a, str) else str(a["tipo"]) for a in datos.get("alertas") or ()),
            etiquetas=_etiquetas(nombre, datos, audio, hablantes),
        )
    except ValidationError as fallo:
        detalle = fallo.errors()[0]
        donde = ".".join(map(str, detalle["loc"]))
        raise ConjuntoInvalido(f"{referencia}: {donde}: {detalle['msg']}.", "Corrija ese campo.") from None
    except KeyError as fallo:
        raise ConjuntoInvalido(f"{referencia}: falta el campo {fallo}.", "Añádalo.") from None
    except (TypeError, ValueError, AttributeError, IndexError) as fallo:
        raise ConjuntoInvalido(f"{referencia}: {fallo}.", "Corrija el archivo o su .rttm.") from None


def _generados() -> list[Caso]:
    """Los guiones de desarrollo y prueba, ya con audio; los que no lo tengan se sintetizan ahora."""
    carpeta = carpeta_de_datos("consultas_es")
    guiones = publicados()
    if faltan(guiones, carpeta):
        try:
            with avance_visible() as avance:
                generar(guiones, carpeta, avance)
        except ModelosFaltan as fallo:
            raise ConjuntoInvalido(
                f"consultas_es no está generado en {carpeta} y no hay con qué ({fallo.mensaje})",
                "Genérelo con: make consultas-es; o use --rapido, que no necesita nada más.",
            ) from None
    return [leer_caso(carpeta / f"{g.id}{_FIN}") for g in guiones]


def _referencias(carpeta: Path, niveles: int = 2) -> list[Path]:
    """Los `.ref.json` de la carpeta y, hasta esos niveles, de las de dentro; en orden."""
    patrones = ("*/" * n + f"*{_FIN}" for n in range(niveles + 1))
    halladas = [a for patron in patrones for a in carpeta.glob(patron)]
    return sorted(a for a in halladas if all(visible(Path(p)) for p in a.relative_to(carpeta).parts))


def _objeto(referencia: Path) -> dict[str, Any]:
    try:
        datos = json.loads(leer_texto(referencia))
    except json.JSONDecodeError as fallo:
        raise ConjuntoInvalido(
            f"{referencia} no es JSON ({fallo.msg}, línea {fallo.lineno}).", "Corríjalo."
        ) from None
    if not isinstance(datos, dict):
        raise ConjuntoInvalido(f"{referencia} no es un objeto JSON.", "Corríjalo.")
    return datos


def _audio(carpeta: Path, nombre: str) -> Path:
    """El audio que se llama como la referencia, con cualquier extensión de sonido, en mayúsculas o no."""
    hallados = [a for a in sorted(carpeta.iterdir()) if a.stem == nombre and a.suffix.lower() in SONIDO]
    if not hallados:
        raise ConjuntoInvalido(
            f"{carpeta}: falta el audio de {nombre}.",
            f"Póngalo junto a {nombre}{_FIN} (wav, flac, ogg, m4a…).",
        )
    return hallados[0]


def _duracion(audio: Path, nombre: str) -> float | None:
    """La que anotó quien lo generó; si no, la de la cabecera, que en amr y mp3 es una estimación."""
    hecha = leer_manifiesto(audio.parent).casos.get(nombre)
    return hecha.duracion_s if hecha and hecha.audio == audio.name else duracion(audio)


def _dicho(turno: Mapping[str, Any]) -> Dicho:
    return Dicho(
        hablante=turno["speaker"], texto=turno["text"], inicio=turno.get("start"), fin=turno.get("end")
    )


def _tramos(rttm: Path, dichos: Iterable[Dicho]) -> tuple[Tramo, ...]:
    if rttm.is_file():
        return tuple(leer_rttm(rttm))
    return tuple(
        Tramo(hablante=d.hablante, inicio=d.inicio, fin=d.fin)
        for d in dichos
        if d.inicio is not None and d.fin is not None
    )


def _hechos(crudos: Iterable[Mapping[str, Any]]) -> Iterable[Hecho]:
    """Los hechos; una clave suelta vale por una lista de una sola alternativa."""
    for numero, crudo in enumerate(crudos, 1):
        claves = [[c] if isinstance(c, str) else c for c in crudo.get("claves") or ()]
        comun = {"id": f"h{numero}", "tipo": "otro", "texto": "", "turnos": (), **crudo, "claves": claves}
        yield Hecho.model_validate(_conocidos(Hecho, comun))


def _fichas(modelo: type[_Ficha], crudas: Iterable[Mapping[str, Any]], **omision: Any) -> Iterable[_Ficha]:
    return (modelo.model_validate(_conocidos(modelo, {**omision, **cruda})) for cruda in crudas)


def _conocidos(modelo: type[BaseModel], datos: Mapping[str, Any]) -> dict[str, Any]:
    return {campo: valor for campo, valor in datos.items() if campo in modelo.model_fields}


def _etiquetas(nombre: str, datos: Mapping[str, Any], audio: Path, hablantes: set[str]) -> dict[str, str]:
    """Por qué se puede agrupar; las condiciones, solo si la referencia las declara."""
    etiquetas = {
        "particion": str(datos.get("conjunto") or "sin declarar"),
        "codec": audio.suffix.lower().removeprefix("."),
        "motivo": str(datos.get("titulo") or nombre),
    }
    if hablantes:
        etiquetas["hablantes"] = str(len(hablantes))
        etiquetas["acompanante"] = "sí" if "acompanante" in hablantes else "no"
    if isinstance(condiciones := datos.get("condiciones"), dict):
        ruido = condiciones.get("ruido")
        etiquetas |= {
            "codec": str(condiciones.get("codec") or etiquetas["codec"]),
            "ruido": str(ruido or "ninguno"),
            "sala": f"{condiciones['sala']:g} s" if condiciones.get("sala") else "ninguna",
        }
        if ruido:
            etiquetas["snr_db"] = f"{condiciones.get('snr_db', 20.0):g}"
    if etiquetas["particion"] == "prueba":
        etiquetas["mirado"] = "sí" if nombre in miradas() else "no"
    return etiquetas
