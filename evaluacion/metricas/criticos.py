"""Errores graves de la nota por clase: dosis, fármaco, lado, negación y de quién es.

Un enunciado es un error de una clase si el verificador la reprocha, si dice algo prohibido de esa clase o si
contradice un hecho crítico esperado: está lo demás del hecho, pero la cifra (o el lado) es otra.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evaluacion.metricas.dialogo import Dialogo, Lectura, leer
from evaluacion.metricas.sustento import Clase, Reparo
from evaluacion.sintesis.guion import Hecho, Prohibido
from scribe.consulta import Enunciado
from scribe.lenguaje.texto import llano

Grave = Literal["dosis", "farmaco", "lado", "negacion", "persona"]
CLASES: tuple[Grave, ...] = ("dosis", "farmaco", "lado", "negacion", "persona")
_CON_CERTEZA: tuple[Grave, ...] = ("dosis", "farmaco")
_DE_REPARO: dict[Clase, Grave] = {
    "cifra": "dosis", "farmaco": "farmaco", "lado": "lado", "negacion": "negacion", "persona": "persona",
}  # fmt: skip
_COMPROBABLE = {"sintoma", "enfermedad", "habito", "farmaco", "hallazgo", "tratamiento"}
_PERSONAL = {"sintoma", "enfermedad", "habito"}


@dataclass(frozen=True, slots=True)
class Error:
    """Un error grave de un enunciado."""

    indice: int
    enunciado: str
    clase: Grave
    motivo: str


@dataclass(frozen=True, slots=True)
class Graves:
    """Los errores hallados y, por clase, los enunciados en que cabía ese error."""

    hallados: tuple[Error, ...]
    posibles: dict[Grave, frozenset[int]] = field(default_factory=dict)


def errores(
    enunciados: Sequence[Enunciado],
    reparos: Sequence[Sequence[Reparo]],
    dialogo: Dialogo,
    hechos: Iterable[Hecho],
    prohibidos: Iterable[Prohibido],
) -> Graves:
    """Los errores graves de una nota. `reparos`: los del verificador, uno por enunciado."""
    lecturas = [leer(e.texto, dialogo.idioma, dialogo.acompanado) for e in enunciados]
    hallados: dict[tuple[int, Grave], Error] = {}
    for n, propios in enumerate(reparos):
        for r in propios:
            if (clase := _DE_REPARO.get(r.clase)) is not None:
                hallados.setdefault((n, clase), Error(n, enunciados[n].texto, clase, r.motivo))
    for p in prohibidos:
        for n, e in enumerate(enunciados):
            if re.search(p.patron, llano(e.texto)) and (clase := clase_de(p, dialogo)) is not None:
                hallados.setdefault((n, clase), Error(n, e.texto, clase, p.porque))
    for n, clase, motivo in _contra_hechos(lecturas, enunciados, list(hechos), dialogo):
        hallados.setdefault((n, clase), Error(n, enunciados[n].texto, clase, motivo))
    posibles = {c: frozenset(n for n, lec in enumerate(lecturas) if _cabe(c, lec)) for c in CLASES}
    for n, clase in hallados:
        posibles[clase] |= {n}
    return Graves(tuple(hallados.values()), posibles)


def cuentas(graves: Graves) -> dict[str, tuple[int, int]]:
    """(enunciados con el error, enunciados en que cabía), por clase y en total."""
    salida = {
        f"criticos_{c}": (len({e.indice for e in graves.hallados if e.clase == c}), len(graves.posibles[c]))
        for c in CLASES
    }
    todos = frozenset().union(*graves.posibles.values()) if graves.posibles else frozenset()
    salida["criticos_equivocados"] = (len({e.indice for e in graves.hallados}), len(todos))
    return salida


def ciertos(graves: Graves, firmes: Sequence[bool]) -> dict[str, tuple[int, int]]:
    """Lo mismo, de la dosis y del fármaco, y solo de lo dado por cierto (`firmes`, por enunciado)."""
    return {
        f"criticos_{c}_cierto": (
            len({e.indice for e in graves.hallados if e.clase == c and firmes[e.indice]}),
            len(graves.posibles[c]),
        )
        for c in _CON_CERTEZA
    }


def clase_de(prohibido: Prohibido, dialogo: Dialogo) -> Grave | None:
    """De qué clase es un prohibido, por su motivo y su patrón; `None` si no es de ninguna (pronóstico)."""
    porque, patron = llano(prohibido.porque), llano(prohibido.patron)
    if "pronostico" in patron:
        return None
    if re.search(r"\b(?:padre|madre|herman|abuel|tio|tia|hij|comadre|prim[oa]|espos|familia|vecin)", porque):
        return "persona"
    if re.search(r"derech|izquierd", patron):
        return "lado"
    if re.search(r"dosis|autocorreccion|frecuencia|mg\b|dias|semanas|corregi", porque):
        return "dosis"
    if leer(prohibido.patron.replace("\\b", " "), dialogo.idioma).menciones and any(
        m.de_farmaco for m in leer(re.sub(r"\W+", " ", patron), dialogo.idioma).menciones
    ):
        return "farmaco"
    return "negacion"


def _contra_hechos(
    lecturas: Sequence[Lectura], enunciados: Sequence[Enunciado], hechos: Sequence[Hecho], dialogo: Dialogo
) -> Iterable[tuple[int, Grave, str]]:
    """Recetas con otra cifra que la esperada: mismo fármaco, misma unidad, ningún valor en común.

    Solo si la cifra tampoco la espera otro hecho del mismo fármaco (una dosis anterior, por ejemplo).
    """
    esperadas = [(h, leer(h.texto, dialogo.idioma)) for h in hechos]
    for n, lectura in enumerate(lecturas):
        farmacos = _farmacos(lectura)
        propios = [(h, e) for h, e in esperadas if farmacos & _farmacos(e)]
        if len(farmacos) != 1 or any(_lo_dice(h, enunciados[n].texto) for h, _ in propios):
            continue
        for unidad in ("mg", "mcg", "ml", "gota", "disparo"):
            valores = {c.valor for c in lectura.cifras if c.unidad == unidad}
            buenos = {c.valor for _, e in propios for c in e.cifras if c.unidad == unidad}
            critico = any(h.critico and any(c.unidad == unidad for c in e.cifras) for h, e in propios)
            if critico and valores and not valores & buenos:
                dichos = ", ".join(f"{v:g}" for v in sorted(buenos))
                yield n, "dosis", f"se esperaba {dichos} {unidad}"


def _farmacos(lectura: Lectura) -> set[str]:
    return {x for m in lectura.menciones if m.de_farmaco for x in m.nombres}


def _lo_dice(hecho: Hecho, texto: str) -> bool:
    """Si el enunciado es justo ese hecho esperado (un retiro gradual lleva otra dosis que la de antes)."""
    plano = llano(texto)
    return bool(hecho.claves) and all(any(re.search(c, plano) for c in alternas) for alternas in hecho.claves)


def _cabe(clase: Grave, lectura: Lectura) -> bool:
    if clase == "dosis":
        return bool(lectura.cifras)
    if clase == "farmaco":
        return any(m.de_farmaco for m in lectura.menciones)
    if clase == "lado":
        return bool(lectura.lados)
    grupo = _COMPROBABLE if clase == "negacion" else _PERSONAL
    return any(m.clase in grupo for m in lectura.menciones)
