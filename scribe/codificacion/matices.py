"""Matices de una mención que se leen en su turno: a lo que se viene, lo que sigue, lo que salió bien."""

from __future__ import annotations

from dataclasses import replace

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import oracion
from scribe.codificacion.reglas import explica, frases, historia_pasada, historia_personal
from scribe.codificacion.sinonimos import Concepto, equivalencias
from scribe.consulta import Turno
from scribe.lenguaje.contexto import Calificacion
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_M = patrones("scribe.codificacion", "matices.es")
_ANALITOS = ("E79.0",)
"""Los que se nombran por lo que se mide."""

_ALCANCE = 60
"""Caracteres antes de la mención en que «apunta a», «no descarto» aún hablan de ella."""


def viene(turno: Turno) -> bool:
    """Si en el turno se dice a qué se viene, aunque sea por el hijo."""
    return _M["viene"].search(llano(turno.texto)) is not None


def viene_por(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«Vengo a control de mi presión», «por mi diabetes»: es por lo que hoy se le atiende."""
    inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    antes = llano(turno.texto[inicio : hallazgo.desde])
    dicho = llano(turno.texto[hallazgo.desde : hallazgo.hasta])
    if _M["control"].match(dicho) and _M["viene"].search(antes):
        return True
    return _M["a_control"].search(antes) is not None


def sigue(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«Le diagnosticaron lupus y ahí seguimos con la misma dosis»: empezó antes y sigue."""
    inicio, fin = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    return _M["sigue"].search(llano(turno.texto[inicio:fin])) is not None


def sospechosa(turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> bool:
    """«Sospecho que es la tiroides»: la palabra lega es lo que se sospecha."""
    return cal.incierta and _M["sospechosa"].search(llano(turno.texto[: hallazgo.desde])) is not None


def analito_bien(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«El ácido úrico está bien»: nombrar lo que se midió no es decir que esté alto."""
    suelto = hallazgo.concepto.clase == "l" or hallazgo.concepto.cie10 in _ANALITOS
    return suelto and frases()["analito_bien"].search(llano(turno.texto[hallazgo.hasta :])) is not None


def placa_de_rayos(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«En la placa el hueso se ve enterito»: la radiografía no es un implante."""
    antes = llano(turno.texto[: hallazgo.desde])
    placa = _M["placa"].match(llano(turno.texto[hallazgo.desde : hallazgo.hasta])) is not None
    return hallazgo.concepto.cie10 == "Z96.7" and placa and _M["la_placa"].search(antes) is not None


def con_su_farmaco(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«El losartán, por la presión»: lo que se toma dice de qué."""
    inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    antes = turno.texto[inicio : hallazgo.desde]
    return _M["para"].search(llano(antes)) is not None and bool(buscar_farmacos(antes))


def se_contesta_no(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«¿Hepatitis? No, los ojos no están amarillos»: él mismo se lo pregunta y lo descarta."""
    _, fin = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    return hallazgo.concepto.clase == "d" and frases()["niega"].search(llano(turno.texto[fin:])) is not None


def inacabada(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«Para dolores, para la gripa...»: el médico deja la frase abierta para que le contesten."""
    return turno.texto.rstrip().endswith(("...", "…")) and "." not in turno.texto[hallazgo.hasta :].rstrip(
        " .…"
    )


def ya_pasado(hallazgo: Hallazgo, cal: Calificacion, tenido: bool) -> Hallazgo:
    """Lo que se tuvo y ya pasó, con su código de historia personal."""
    historia = historia_personal(hallazgo.concepto.cie10) if cal.pasada else None
    if historia is None and tenido and hallazgo.concepto.clase == "d":
        historia = historia_pasada(hallazgo.concepto.cie10)
    if historia is None:
        return hallazgo
    return replace(hallazgo, concepto=Concepto(historia, equivalencias().get(historia), "z", ()))


def no_descarta(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«No descarto una embolia»: lo que se niega es haberla descartado."""
    antes = llano(turno.texto[max(0, hallazgo.desde - _ALCANCE) : hallazgo.desde])
    return frases()["no_descarta"].search(antes) is not None


def por_confirmar(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«No descarto…», «todo apunta a…», «…mientras llega el cultivo»."""
    inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    antes = llano(turno.texto[max(inicio, hallazgo.desde - _ALCANCE) : hallazgo.desde])
    despues = llano(turno.texto[hallazgo.hasta :])
    return bool(frases()["sospecha"].search(antes) or frases()["por_confirmar"].search(despues))


def en_disyuntiva(turno: Turno, hallazgo: Hallazgo, otros: list[Hallazgo]) -> bool:
    """«Es gastritis o colitis»: dos enfermedades unidas por «o» no se dan por hechas."""
    for otro in otros:
        if otro.concepto.clase != "d" or otro.concepto.cie10[:3] == hallazgo.concepto.cie10[:3]:
            continue
        uno, dos = (otro, hallazgo) if otro.desde < hallazgo.desde else (hallazgo, otro)
        codigos = (uno.concepto.cie10, dos.concepto.cie10)
        if explica(*codigos) or explica(*reversed(codigos)):
            continue
        if _M["disyuntiva"].fullmatch(llano(turno.texto[uno.hasta : dos.desde])):
            return True
    return False


def coordinada(turno: Turno, hallazgo: Hallazgo, otros: list[Hallazgo]) -> bool:
    """«control de la presión y del colesterol»: la palabra lega hereda la pista de la anterior."""
    for otro in otros:
        medio = llano(turno.texto[otro.hasta : hallazgo.desde])
        if otro.concepto.clase == "d" and otro.hasta <= hallazgo.desde and len(medio) < 20:
            return _M["coordina"].fullmatch(medio) is not None
    return False
