"""Qué le falta a una nota para firmarse, y qué conviene corregir, según el país del establecimiento.

Las reglas son datos, con su norma y numeral: `datos/nom004.toml` (México), `datos/colombia.toml` y
`datos/elementos866.toml` (Colombia) y `datos/abreviaturas.toml`. Aquí no se inventa ni se completa nada: se
dice qué falta, dónde y qué lo pide.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from scribe.consulta import EstadoEnunciado, Seccion
from scribe.expediente.errores_seguridad import NotaIncompleta
from scribe.expediente.firma.contenido import NotaParaFirmar
from scribe.expediente.firma.elementos import definiciones
from scribe.lenguaje.texto import llano

_ESTUPEFACIENTES = frozenset({"I", "II", "III"})
_REGLAS = {"MX": "nom004.toml", "CO": "colombia.toml"}
_DE_MEDICAMENTO = frozenset({"receta", "tratamiento", "medicamento"})
_PALABRA = re.compile(r"[^\W_]+(?:\d+)?")


class Falta(BaseModel):
    """Algo que falta o conviene corregir: qué norma lo pide, dónde está y si impide firmar.

    `texto` no cita la nota: se puede mostrar y registrar. `indice` es el lugar dentro de la sección o
    lista que nombra `donde`. Con qué se completa: `tipo`, el de enunciado que la cubre; `campos`, los signos
    o la parte del renglón que faltan.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clave: Literal["falta", "por_revisar", "pronostico", "aviso", "abreviatura", "receta"]
    norma: str
    numeral: str
    texto: str
    donde: str
    indice: int | None = None
    gravedad: Literal["impide", "avisa"] = "impide"
    tipo: str = ""
    campos: tuple[str, ...] = ()


def revisar(nota: NotaParaFirmar) -> list[Falta]:
    """Todo lo que le falta a la nota, lo que impide firmar primero."""
    faltas = [
        *_requisitos(nota),
        *_elementos(nota),
        *_por_revisar(nota),
        *_pronostico(nota),
        *_avisos(nota),
        *_receta(nota),
        *_abreviaturas(nota),
    ]
    return sorted(faltas, key=lambda f: f.gravedad != "impide")


def exigir_completa(nota: NotaParaFirmar) -> None:
    """Lanza `NotaIncompleta`, con la lista en una línea, si algo impide firmar."""
    impiden = [f for f in revisar(nota) if f.gravedad == "impide"]
    if impiden:
        textos = dict.fromkeys(f"{f.texto} ({f.norma}, {f.numeral})" for f in impiden)
        raise NotaIncompleta(
            f"A la nota le falta para firmarse: {'; '.join(textos)}.", "Complétela y repita."
        )


def _requisitos(nota: NotaParaFirmar) -> Iterator[Falta]:
    for regla in _reglas(nota)["requisito"]:
        if nota.tipo not in regla["notas"] or ("si" in regla and not _valor(nota, regla["si"])):
            continue
        if "signos" in regla:
            yield from _signos(nota, regla)
        elif "partes" in regla:
            yield from _partes(nota, regla)
        elif not _cumple(nota, regla):
            donde = regla.get("campo") or regla["seccion"]
            yield _falta(regla, f"falta {regla['pide']}", donde)


def _cumple(nota: NotaParaFirmar, regla: dict[str, Any]) -> bool:
    if "campo" in regla:
        valor = _valor(nota, regla["campo"])
        dicho = bool(valor) and valor not in regla.get("vacios", ())
        return dicho or _con_algo(nota, regla.get("o_seccion"), None)
    hay = _con_algo(nota, regla["seccion"], regla.get("tipos"))
    return hay or ("o_campo" in regla and bool(_valor(nota, regla["o_campo"])))


def _con_algo(nota: NotaParaFirmar, seccion: Seccion | None, tipos: list[str] | None) -> bool:
    if seccion is None:
        return False
    return any(e.texto and (tipos is None or e.tipo in tipos) for e in nota.seccion(seccion))


def _valor(nota: NotaParaFirmar, ruta: str) -> Any:
    valor: Any = nota
    for parte in ruta.split("."):
        valor = getattr(valor, parte)
    return valor


def _partes(nota: NotaParaFirmar, regla: dict[str, Any]) -> Iterator[Falta]:
    """Qué partes no menciona la sección, por comienzos de palabra; sin nada escrito, otra regla lo dice."""
    texto = llano(" ".join(e.texto for e in nota.seccion(regla["seccion"])))
    calladas = [
        parte
        for parte, comienzos in regla["partes"].items()
        if not any(re.search(rf"\b{re.escape(c)}", texto) for c in comienzos)
    ]
    if calladas:
        yield _falta(regla, f"{regla['pide']}: {', '.join(calladas)}", regla["seccion"])


def _elementos(nota: NotaParaFirmar) -> Iterator[Falta]:
    """En Colombia, los elementos de la Res. 866 que una consulta debe llevar y no constan."""
    if nota.establecimiento.pais != "CO" or nota.tipo == "adenda":
        return
    constan = {e.numero for e in nota.elementos}
    for definicion in definiciones():
        if definicion.gravedad != "ninguna" and definicion.numero not in constan:
            yield Falta(
                clave="falta",
                norma="Resolución 866 de 2021",
                numeral=f"elemento {definicion.numero.split('.')[0]}",
                texto=f"falta {definicion.pide}",
                donde=definicion.origen,
                gravedad=definicion.gravedad,
            )


def _signos(nota: NotaParaFirmar, regla: dict[str, Any]) -> Iterator[Falta]:
    """Cada signo pedido está medido, o un enunciado de signos vitales del médico dice por qué no."""
    medidos = {s.clave for s in nota.signos if s.valor}
    explicado = any(e.tipo in {"signo_vital", "signo"} and e.autor == "medico" for e in nota.objetivo)
    faltan = [] if explicado else [s for s in regla["signos"] if s not in medidos]
    if faltan:
        nombres = ", ".join(s.replace("_", " ").replace("tension", "tensión") for s in faltan)
        texto = f"faltan {regla['pide']}: {nombres} (o por qué no se midieron)"
        yield _falta(regla, texto, "signos", campos=tuple(faltan))


def _por_revisar(nota: NotaParaFirmar) -> Iterator[Falta]:
    lugares: dict[Seccion, int] = {}
    for seccion, enunciado in nota.enunciados:
        lugar = lugares[seccion] = lugares.get(seccion, -1) + 1
        if enunciado.estado is EstadoEnunciado.POR_REVISAR:
            texto = "hay un enunciado por revisar: confírmelo, corríjalo o quítelo"
            yield Falta(
                clave="por_revisar",
                norma="propia",
                numeral="diseño",
                texto=texto,
                donde=seccion,
                indice=lugar,
            )


def _pronostico(nota: NotaParaFirmar) -> Iterator[Falta]:
    """El pronóstico no lo propone el programa: si viene de él, el médico lo tiene que hacer suyo."""
    for lugar, enunciado in enumerate(nota.pronostico):
        if enunciado.autor != "medico":
            regla = _reglas(nota)["pronostico"]
            numeral = "6.1.5" if nota.tipo == "primera_vez" else "6.2.5"
            yield Falta(
                clave="pronostico",
                norma=regla["norma"],
                numeral=regla.get("numeral", numeral),
                texto="el pronóstico lo escribe el médico: confírmelo con sus palabras",
                donde="pronostico",
                indice=lugar,
            )


def _avisos(nota: NotaParaFirmar) -> Iterator[Falta]:
    for lugar, aviso in enumerate(nota.avisos):
        if not aviso.resolucion:
            yield Falta(
                clave="aviso",
                norma="NOM-024-SSA3-2010",
                numeral="1.6.8",
                texto="hay un aviso sin decisión del médico",
                donde="avisos",
                indice=lugar,
                gravedad="impide" if aviso.grave else "avisa",
            )


def _receta(nota: NotaParaFirmar) -> Iterator[Falta]:
    if not nota.receta and any(e.tipo in _DE_MEDICAMENTO for e in nota.plan):
        regla = _reglas(nota)["plan_sin_receta"]
        yield _falta(regla, regla["pide"], "plan", clave="receta")
    for lugar, renglon in enumerate(nota.receta):
        for regla in _reglas(nota)["renglon"]:
            if not getattr(renglon, regla["campo"]):
                texto = f"al medicamento {lugar + 1} le falta {regla['pide']}"
                yield _falta(regla, texto, "receta", lugar, "receta", (regla["campo"],))
        if nota.establecimiento.pais == "MX" and renglon.fraccion_lgs226 in _ESTUPEFACIENTES:
            yield Falta(
                clave="receta",
                norma="LGS",
                numeral="226",
                texto=f"el medicamento {lugar + 1} pide receta especial impresa: no se emite electrónica",
                donde="receta",
                indice=lugar,
                gravedad="avisa",
            )


def _abreviaturas(nota: NotaParaFirmar) -> Iterator[Falta]:
    """Señala abreviaturas (5.11): no impide firmar, porque distinguirlas de un nombre propio no es seguro."""
    lugares: dict[str, int] = {}
    regla = _reglas(nota)["abreviatura"]
    for donde, texto in _escrito(nota):
        lugar = lugares[donde] = lugares.get(donde, -1) + 1
        for abreviatura, extenso in abreviaturas_de(texto):
            sugerencia = f" ({extenso})" if extenso else ""
            yield Falta(
                clave="abreviatura",
                norma=regla["norma"],
                numeral=regla["numeral"],
                texto=f"abreviatura «{abreviatura}»: escríbala completa{sugerencia}",
                donde=donde,
                indice=lugar,
                gravedad="avisa",
            )


def _escrito(nota: NotaParaFirmar) -> Iterator[tuple[str, str]]:
    """Todo lo que alguien escribió en la nota y sale impreso. Los títulos del catálogo no: no son suyos."""
    for seccion, e in nota.enunciados:
        yield str(seccion), e.texto
    for r in nota.receta:
        partes = (r.generico, r.presentacion, r.dosis, r.via, r.frecuencia, r.duracion, r.indicaciones)
        yield "receta", " ".join(filter(None, partes))
    for s in nota.signos:
        yield "signos", s.unidad
    for a in nota.avisos:
        yield "avisos", a.resolucion
    if nota.adenda:
        yield "adenda", nota.adenda.motivo


def abreviaturas_de(texto: str) -> list[tuple[str, str]]:
    """Las abreviaturas de un texto y lo que suelen querer decir («» si no se sabe), sin repetir."""
    lexico = _lexico()
    halladas: dict[str, str] = {}
    for palabra in _PALABRA.findall(texto):
        if palabra in lexico["palabras"]:
            halladas[palabra] = lexico["palabras"][palabra]
        elif _es_sigla(palabra, lexico):
            halladas[palabra] = ""
    minusculas = texto.casefold()
    for signo, extenso in lexico["signos"].items():
        if re.search(rf"(?<!\w){re.escape(signo)}", minusculas):
            halladas[signo] = extenso
    return list(halladas.items())


def _es_sigla(palabra: str, lexico: dict[str, Any]) -> bool:
    mayusculas = sum(c.isupper() for c in palabra)
    return mayusculas >= lexico["siglas_desde"] and palabra not in lexico["admitidas"]


def _falta(
    regla: dict[str, Any],
    texto: str,
    donde: str,
    indice: int | None = None,
    clave: Literal["falta", "receta"] = "falta",
    campos: tuple[str, ...] = (),
) -> Falta:
    return Falta(
        clave=clave,
        norma=regla["norma"],
        numeral=regla["numeral"],
        texto=texto,
        donde=donde,
        indice=indice,
        gravedad=regla["gravedad"],
        tipo=regla.get("tipos", [""])[0],
        campos=campos,
    )


def _reglas(nota: NotaParaFirmar) -> dict[str, Any]:
    return _datos(_REGLAS[nota.establecimiento.pais])


def _lexico() -> dict[str, Any]:
    return _datos("abreviaturas.toml")


@lru_cache
def _datos(nombre: str) -> dict[str, Any]:
    texto = files("scribe.expediente.firma").joinpath("datos", nombre).read_text(encoding="utf-8")
    return tomllib.loads(texto)
