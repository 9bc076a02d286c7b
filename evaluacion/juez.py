"""El juez local opcional: un modelo de lenguaje dice si lo dicho sustenta cada enunciado de la nota.

Solo corre si se pide, después de los sistemas y fuera de su reloj. Responde con una gramática que solo
admite las etiquetas, a temperatura 0. Sus cifras van aparte: un modelo pequeño acierta poco, y por eso lo
primero que se informa es cuánto (`evaluacion.control`). La medida principal es la determinista
(`evaluacion.metricas.sustento`).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from rapidfuzz import fuzz

from evaluacion.caso import Caso
from evaluacion.metricas.citas import zona_citada
from evaluacion.metricas.dialogo import Dialogo, Lectura, leer
from evaluacion.metricas.nota import nota_de
from evaluacion.metricas.sustento import revisar
from evaluacion.salida import Salida
from scribe.soap.llm import ModeloLenguaje

Veredicto = Literal["sustentado", "no_sustentado", "sin_veredicto"]
_FAMILIAR = "antecedente_familiar"


@dataclass(frozen=True, slots=True)
class Fallado:
    """Un enunciado, lo que dijo el juez y si nuestra medida determinista lo da por no sustentado."""

    caso: str
    enunciado: str
    veredicto: Veredicto
    sin_sustento: bool


@cache
def datos() -> dict[str, Any]:
    """Etiquetas, prompts y ajustes del juez (`datos/juez.toml`)."""
    return tomllib.loads(files("evaluacion").joinpath("datos/juez.toml").read_text("utf-8"))


class Memoria:
    """Los veredictos ya dados, un renglón JSON por cada uno: si se interrumpe, no se repiten.

    `archivo` es legible por una persona: caso, enunciado y veredicto. Un renglón a medias se pasa por alto.
    """

    def __init__(self, archivo: Path, *, de_nuevo: bool = False) -> None:
        self._archivo = archivo
        self._dados: dict[str, str] = {}
        if de_nuevo:
            archivo.unlink(missing_ok=True)
        if archivo.is_file():
            for renglon in archivo.read_text("utf-8", errors="replace").splitlines():
                try:
                    dado = json.loads(renglon)
                    self._dados[str(dado["clave"])] = str(dado["veredicto"])
                except (ValueError, KeyError, TypeError):
                    continue

    def leer(self, clave: str) -> str | None:
        """El veredicto guardado con esa clave, o `None`."""
        return self._dados.get(clave)

    def guardar(self, clave: str, veredicto: str, **detalle: str) -> None:
        """Añade el veredicto al archivo antes de seguir."""
        self._dados[clave] = veredicto
        self._archivo.parent.mkdir(parents=True, exist_ok=True)
        renglon = json.dumps({"clave": clave, "veredicto": veredicto, **detalle}, ensure_ascii=False)
        with self._archivo.open("a", encoding="utf-8") as salida:
            salida.write(f"\n{renglon}")


class Juez:
    """Pregunta al modelo, enunciado por enunciado. `memoria`, si se da, evita repetir lo ya preguntado."""

    def __init__(self, modelo: ModeloLenguaje, memoria: Memoria | None = None) -> None:
        self._modelo = modelo
        self._memoria = memoria

    @property
    def identidad(self) -> str:
        """Qué modelo juzga y con qué ajustes, en JSON."""
        return json.dumps(self._modelo.identidad, ensure_ascii=False, sort_keys=True, default=str)

    @property
    def nombre(self) -> str:
        """El archivo del modelo, para los informes."""
        return str(self._modelo.identidad.get("archivo", "modelo de lenguaje del perfil"))

    def juzgar(self, caso: str, texto: str, dialogo: Dialogo, citados: Collection[int] = ()) -> Veredicto:
        """El veredicto de un enunciado; `sin_veredicto` si el modelo se abstiene o responde otra cosa.

        `citados`: índices de los turnos que el enunciado cita. El modelo ve esos y los más parecidos.
        """
        comun, pregunta, etiquetas = peticion(texto, dialogo, citados)
        clave = hashlib.sha256("\0".join((self.identidad, comun, pregunta)).encode()).hexdigest()[:24]
        dado = self._memoria.leer(clave) if self._memoria else None
        if dado is None:
            try:
                dado = self._modelo.elegir(comun, pregunta, tuple(etiquetas))
            except ValueError:  # la pregunta no cupo en el contexto del modelo
                dado = next(iter(etiquetas))
            if self._memoria:
                self._memoria.guardar(clave, dado, caso=caso, enunciado=texto)
        return etiquetas.get(dado, "sin_veredicto")

    def cerrar(self) -> None:
        """Suelta la memoria del modelo."""
        self._modelo.cerrar()


def peticion(
    texto: str, dialogo: Dialogo, citados: Collection[int] = ()
) -> tuple[str, str, dict[str, Veredicto]]:
    """Lo común, la pregunta y las etiquetas admitidas (la de «sin veredicto», primera)."""
    idioma = "es" if dialogo.idioma == "es" else "en"
    ajustes = datos()
    etiquetas: dict[str, Veredicto] = {
        e: v for v, e in ajustes["etiquetas" if idioma == "es" else "etiquetas_en"].items()
    }
    nombres = ajustes["nombres"][idioma]
    tope = ajustes["turnos"]["maximo_por_turno"]
    renglones = []
    for n in pertinentes(texto, dialogo, citados):
        dicho = dialogo.dichos[n]
        renglones.append(f"{nombres.get(dicho.hablante, dicho.hablante)}: {dicho.texto[:tope]}")
    pregunta = ajustes[idioma]["pregunta"].replace("{enunciado}", texto[:tope])
    return ajustes[idioma]["comun"], pregunta.replace("{dicho}", "\n".join(renglones)), etiquetas


def pertinentes(texto: str, dialogo: Dialogo, citados: Collection[int] = ()) -> list[int]:
    """Los turnos que ve el juez, en orden: los citados, los más parecidos y la respuesta a cada pregunta.

    Caben hasta `maximo_caracteres`; si no caben todos, se quedan los citados y los de más parecido.
    """
    ajustes = datos()["turnos"]
    lectura = leer(texto, dialogo.idioma, dialogo.acompanado)
    propias = _palabras(lectura)
    puntos = [fuzz.token_set_ratio(propias, _palabras(t)) if propias else 0.0 for t in dialogo.turnos]
    orden = sorted((n for n in dialogo.todo if n not in citados), key=lambda n: (-puntos[n], n))
    parecidos = [n for n in orden[: ajustes["parecidos"]] if puntos[n] >= ajustes["parecido_minimo"]]
    elegidos: dict[int, None] = {}
    espacio = ajustes["maximo_caracteres"]
    for n in (*sorted(citados), *parecidos):
        sigue = [n + 1] if dialogo.dichos[n].texto.rstrip().endswith("?") else []
        for k in (n, *sigue):
            largo = min(len(dialogo.dichos[k].texto), ajustes["maximo_por_turno"]) if k in dialogo.todo else 0
            if largo and k not in elegidos and largo <= espacio:
                elegidos[k] = None
                espacio -= largo
    return sorted(elegidos)


def _palabras(lectura: Lectura) -> str:
    """Las raíces con contenido y las cifras, como texto para comparar."""
    return " ".join([*sorted(lectura.raices), *(f"{c.valor:g}" for c in lectura.cifras)])


def juzgar_nota(juez: Juez, caso: Caso, salida: Salida, aviso: Callable[[str], None]) -> list[Fallado]:
    """Cada enunciado de la nota con su veredicto; vacío si no hay nota o diálogo con que compararla."""
    nota, _ = nota_de(salida)
    if nota is None or not juzgable(caso):
        return []
    dialogo = Dialogo(caso.dichos, caso.idioma)
    fallados = []
    for n, enunciado in enumerate(nota.enunciados, 1):
        veredicto = juez.juzgar(caso.id, enunciado.texto, dialogo, zona_citada(enunciado.citas, dialogo))
        reparos = revisar(enunciado.texto, dialogo, familiar=enunciado.tipo == _FAMILIAR)
        fallados.append(Fallado(caso.id, enunciado.texto, veredicto, bool(reparos)))
        aviso(f"{caso.id} · {n}/{len(nota.enunciados)}")
    return fallados


def juzgable(caso: Caso) -> bool:
    """Si el caso trae lo dicho, en un idioma que la medida determinista también lee."""
    return bool(caso.dichos) and caso.idioma[:2] in ("es", "en")


def cuentas(fallados: Iterable[Fallado]) -> list[tuple[float, float]]:
    """Por caso, (no sustentados, con veredicto); lo que quedó sin veredicto no cuenta."""
    por_caso: dict[str, list[bool]] = {}
    for f in fallados:
        if f.veredicto != "sin_veredicto":
            por_caso.setdefault(f.caso, []).append(f.veredicto == "no_sustentado")
    return [(float(sum(v)), float(len(v))) for v in por_caso.values()]


def acuerdo(fallados: Sequence[Fallado]) -> float | None:
    """Kappa de Cohen entre el juez y la medida determinista; `None` si no varían y no se puede definir."""
    from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

    utiles = [f for f in fallados if f.veredicto != "sin_veredicto"]
    del_juez = [f.veredicto == "no_sustentado" for f in utiles]
    nuestros = [f.sin_sustento for f in utiles]
    if len(set(del_juez) | set(nuestros)) < 2:
        return None
    return float(cohen_kappa_score(del_juez, nuestros))
