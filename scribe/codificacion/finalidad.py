"""Lo que se nombra por para qué es una vacuna, un remedio o una prueba, y no porque se tenga."""

from __future__ import annotations

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import oracion
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.reglas import frases
from scribe.consulta import EstadoCodigo, Rol, Turno
from scribe.lenguaje.contexto import Calificacion
from scribe.lenguaje.texto import llano

_PASAJERAS = frozenset({"J00", "J06", "J11", "A09"})
"""Lo que se quita en días, cuyo remedio se nombra sin tenerlo."""


def es_vacuna(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«La vacuna de la influenza» y «la de la influenza sí» no son la enfermedad."""
    turno = lectura.turnos[i]
    antes = llano(turno.texto[max(0, hallazgo.desde - 60) : hallazgo.desde])
    anterior = lectura.anterior(i)
    contesta = anterior is not None and (anterior.rol == Rol.MEDICO) != (turno.rol == Rol.MEDICO)
    previo = llano(anterior.texto) if contesta and anterior else ""
    if hallazgo.concepto.clase == "z":
        return False
    if turno.rol == Rol.MEDICO:
        aludida = frases()["vacuna_aludida"].search(antes) and frases()["vacuna"].search(previo)
        return bool(aludida or frases()["vacuna"].search(antes))
    return frases()["vacuna"].search(f"{previo} {antes}") is not None


def es_remedio(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«¿Y para la gripa?», «unas pastillas para la tos»: se dice para qué es, no que lo tenga."""
    pasajero = hallazgo.concepto.clase == "s" or hallazgo.concepto.cie10[:3] in _PASAJERAS
    antes = llano(turno.texto[max(0, hallazgo.desde - 40) : hallazgo.desde])
    return pasajero and frases()["remedio"].search(antes) is not None


def es_maniobra(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«Le voy a dar unos golpecitos en la espalda»: lo hace quien explora."""
    antes = llano(turno.texto[max(0, hallazgo.desde - 40) : hallazgo.desde])
    lesion = hallazgo.concepto.cie10[0] in "ST"
    return lesion and turno.rol == Rol.MEDICO and frases()["maniobra"].search(antes) is not None


def es_prueba(turno: Turno, hallazgo: Hallazgo) -> bool:
    """«Le pido prueba de Helicobacter», «vamos a checar el colesterol»: se busca; no se ha hallado."""
    inicio, fin = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    base = llano(turno.texto)
    antes = base[inicio : hallazgo.desde]
    if (
        hallazgo.concepto.clase == "l"
        and turno.rol == Rol.MEDICO
        and frases()["analito_pedido"].search(antes)
    ):
        return True
    pedida = frases()["prueba"].search(antes)
    return pedida is not None and frases()["prueba_dio"].search(base, inicio, fin) is None


def prueba_negativa(lectura: Lectura, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
    """«Los anticuerpos de la celiaquía, negativos»: la prueba que el médico lee descarta lo que busca."""
    turno = lectura.turnos[i]
    base, (inicio, fin) = llano(turno.texto), oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    leida = frases()["prueba_negativa"].search(base[hallazgo.hasta : fin])
    ajena = cal.familiar or cal.interrogada or frases()["tamiz"].search(base, inicio, fin)
    if turno.rol != Rol.MEDICO or hallazgo.concepto.clase != "d" or leida is None or ajena:
        return None
    return lectura.mencion(i, hallazgo, EstadoCodigo.DESCARTADO, 2)
