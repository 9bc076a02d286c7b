"""Cifras como las escribe un clínico: «ciento treinta sobre ochenta y cinco» → «130/85».

Los enteros los lee text2num; aquí están las formas que solo se dicen en una consulta (tensión, talla,
decimales, tomas, cruces) y las que el reconocedor deja a medias («30 y 8.5»). Nada se corrige por ser
raro: lo raro lo anuncia `revisar_cifras`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from scribe.consulta import Turno
from scribe.lenguaje.decimales import (
    decimal,
    decimal_cero,
    millares,
    punto_solo,
    puntos,
    resultado_partido,
    temperatura_corrida,
    temperatura_partida,
)
from scribe.lenguaje.fichas import Edicion, aplicar
from scribe.lenguaje.medidas import kilos_y, metro, sobre, talla, tension_corrida, tension_pegada
from scribe.lenguaje.numeros import datos, leer
from scribe.lenguaje.piezas import Piezas, Valor, cerca_antes, fundir
from scribe.lenguaje.rangos import revisar_cifras
from scribe.lenguaje.tomas import UNO, empieza_con, fraccion, toma_y_horas, unos, y_media

__all__ = ["escribir", "escribir_cifras", "revisar_cifras"]

_MOTIVO = "cifra"


def escribir_cifras(turno: Turno, idioma: str = "es") -> Turno:
    """El turno con sus cifras escritas y una `Correccion` (motivo «cifra») por cada cambio.

    `palabras` queda intacta. En otro idioma que no sea español solo se juntan la cifra y su «%».
    """
    return aplicar(turno, _ediciones(turno.texto, idioma))


def escribir(texto: str, idioma: str = "es") -> str:
    """`texto` con las cifras escritas; lo mismo que `escribir_cifras`, para texto suelto."""
    return escribir_cifras(Turno(id=1, hablante="", inicio=0.0, fin=0.0, texto=texto), idioma).texto


def _ediciones(texto: str, idioma: str) -> list[Edicion]:
    if not idioma.startswith("es"):
        return _ediciones_minimas(texto)
    piezas = leer(texto)
    for regla in _REGLAS:
        piezas = regla(piezas)
    ediciones = []
    for k, p in enumerate(piezas):
        if p.valor is None or texto[p.desde : p.hasta] == p.valor:
            continue
        previa = piezas[k - 1] if k else None
        if previa and previa.valor and not previa.corte and p.llana in UNO:
            # «de 500 uno cada 8»: la coma evita que se lea «500 1».
            ediciones.append(Edicion(previa.hasta, p.hasta, f", {p.valor}", _MOTIVO))
        else:
            ediciones.append(Edicion(p.desde, p.hasta, p.valor, _MOTIVO))
    return ediciones


_EN_INGLES: dict[str, str] = datos()["en_ingles"]
_CIFRA_EN_INGLES = re.compile(rf"(\d+(?:\.\d+)?) ({'|'.join(_EN_INGLES)})s?\b", re.IGNORECASE)


def _ediciones_minimas(texto: str) -> list[Edicion]:
    return [
        Edicion(m.start(), m.end(), f"{m[1]} {_EN_INGLES[m[2].lower()]}", _MOTIVO)
        for m in _CIFRA_EN_INGLES.finditer(texto)
    ]


# --- Reglas, en el orden en que se aplican --------------------------------------------------------


def _decena_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«30 y 8.5» → 38.5, «150 y 2» → 152: el reconocedor escribió en cifras media palabra."""
    decena, unidad = g[0].entero, g[2].valor
    if decena is None or g[1].llana != "y" or unidad is None or not re.fullmatch(r"[1-9](\.\d+)?", unidad):
        return None
    if not decena % 100 >= 20 or decena % 10 or decena > 999 or (g[0].dicho and g[2].dicho):
        return None
    aparte = "." not in unidad and "de" in [p.llana for p in piezas[i + 3 : i + 5]]  # «20 y 3 de…»
    entre = i > 0 and piezas[i - 1].llana == "entre"
    return None if aparte or entre else f"{decena + int(unidad[0])}{unidad[1:]}"


def _centena_suelta(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«ciento 20» → 120 y, ya en una tensión, «100 20 sobre» y «1 20 sobre» → 120."""
    resto = g[1].entero
    if resto is None or not 0 < resto < 100:
        return None
    seguido = i + 2 < len(piezas) and piezas[i + 2].llana == "sobre"
    if g[0].llana == "ciento" or (seguido and (g[0].llana == "siento" or g[0].entero in (100, 200))):
        return str((g[0].entero or 100) + resto)
    if g[0].valor == "1" and resto >= 10 and cerca_antes(piezas, i, datos()["contexto"]["presion"], 4):
        baja = piezas[i + 2].entero if i + 2 < len(piezas) and not g[1].corte else None
        return str(100 + resto) if seguido or (baja is not None and 40 <= baja <= 150) else None
    return None


def _centena_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«100 y 20 sobre» → 120, solo como primera cifra de una tensión."""
    if i + 3 >= len(piezas) or piezas[i + 3].llana != "sobre" or g[1].llana != "y":
        return None
    centena, resto = g[0].entero, g[2].entero
    return str(centena + resto) if centena in (100, 200) and resto is not None and resto < 100 else None


def _miles(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«mil 500» → 1500, «12 mil» → 12000."""
    if g[0].llana == "mil" and g[0].valor is None and g[1].entero is not None and 100 <= g[1].entero < 1000:
        return str(1000 + g[1].entero)
    if g[1].llana == "mil" and g[1].valor is None and g[0].entero is not None and g[0].entero < 1000:
        return str(g[0].entero * 1000)
    return None


def _ano(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«2 1000 19», «2 mil 19» → 2019: un año a medio convertir, tras «en», «del» o «desde»."""
    mil = g[1].llana == "mil" or g[1].valor == "1000"
    anos = g[2].entero if g[0].valor == "2" and mil else None
    previa = piezas[i - 1].llana if i else ""
    if anos is None or not 0 < anos < 100 or previa not in datos()["contexto"]["antes_de_ano"]:
        return None
    return str(2000 + anos)


def _cruces(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«dos cruces» → ++ (tira de orina, edema, reflejos)."""
    cuantas = 1 if g[0].llana == "una" else g[0].entero
    if g[1].llana not in ("cruz", "cruces") or cuantas is None or not 1 <= cuantas <= 4:
        return None
    return "+" * cuantas


def _unidad(largo: int) -> Valor:
    """Regla que escribe el símbolo de una unidad dicha con `largo` palabras."""

    def regla(piezas: Piezas, i: int, g: Piezas) -> str | None:
        if g[0].valor is None or g[0].valor.startswith("+"):
            return None
        dicha = " ".join(p.llana for p in g[1:])
        clase = "unidades" if largo == 1 and dicha != "%" else "unidades_compuestas"
        simbolo = datos()[clase].get(dicha)
        return f"{g[0].valor} {simbolo}" if simbolo else None

    return regla


def _ante_unidad(piezas: Piezas) -> Piezas:
    """«un gramo» → 1 g, «medio mililitro» → 0.5 mL."""
    valores = datos()["numeros"]["ante_unidad"]
    unidades, compuestas = datos()["unidades"], list(datos()["unidades_compuestas"])
    return [
        replace(p, valor=valores[p.llana], dicho=True)
        if p.valor is None
        and p.llana in valores
        and not p.corte
        and i + 1 < len(piezas)
        and (piezas[i + 1].llana in unidades or empieza_con(piezas, i + 1, compuestas))
        else p
        for i, p in enumerate(piezas)
    ]


def _ambos(piezas: Piezas) -> Piezas:
    """«las dos piernas» son ambas: se queda como se dijo."""
    articulos = datos()["contexto"]["articulos"]
    return [
        replace(p, valor=None, dicho=False)
        if p.dicho and p.llana == "dos" and i and piezas[i - 1].llana in articulos
        else p
        for i, p in enumerate(piezas)
    ]


_REGLAS: tuple[Callable[[Piezas], Piezas], ...] = (
    _ambos,
    millares,
    puntos,
    fundir(2, toma_y_horas),
    fundir(3, _ano),
    fundir(2, _miles),
    fundir(2, _centena_suelta),
    fundir(3, _decena_y),
    fundir(3, _centena_y),
    fundir(4, decimal_cero),
    fundir(4, temperatura_partida),
    fundir(3, temperatura_partida),
    fundir(3, decimal, ","),
    fundir(2, punto_solo),
    fundir(3, resultado_partido),
    fundir(2, temperatura_corrida, ",-"),
    fundir(2, resultado_partido, ","),
    fundir(5, kilos_y),
    fundir(4, kilos_y),
    fundir(3, kilos_y),
    fundir(3, _decena_y),
    fundir(4, metro),
    fundir(3, metro),
    fundir(3, talla),
    fundir(2, talla, ",-/"),
    fundir(3, sobre, ","),
    fundir(2, tension_corrida, ",-"),
    fundir(1, tension_pegada),
    fundir(2, _cruces),
    unos,
    _ante_unidad,
    fundir(3, y_media),
    fundir(1, fraccion),
    fundir(5, _unidad(4)),
    fundir(4, _unidad(3)),
    fundir(3, _unidad(2)),
    fundir(2, _unidad(1)),
)
