"""Lo clínico que se dijo y no quedó citado en la nota."""

from __future__ import annotations

import re

from scribe.consulta import Omision
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.texto import llano
from scribe.soap.citar import citado
from scribe.soap.dialogo import Dialogo, sin_muletilla
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula
from scribe.soap.reglas import pregunta, senal

_CIFRA_CON_UNIDAD = re.compile(
    r"\b\d+(?:[.,]\d+)? ?(?:mg|mcg|ml|g|ui|%|mmhg|kg|kilos?|cm|grados|lpm|dias?|semanas?|meses|horas|tabletas?|capsulas?|gotas|mg/dl)(?!\w)"  # noqa: E501
    r"|\b\d{2,3}/\d{2,3}\b|\b\d+\.\d+\b"
)
_FLOJAS = {
    "alimentación",
    "ocupación",
    "mascota",
    "dolor",
    "infección",
    "apego al tratamiento",
    "vida sexual",
}


def tramos_clinicos(texto: str) -> list[tuple[int, int]]:
    """Los tramos de un texto con contenido clínico: síntomas, enfermedades, fármacos, cifras, hallazgos."""
    tramos = [(m.desde, m.hasta) for m in buscar_clinico(texto) if m.termino not in _FLOJAS]
    tramos += [(f.desde, f.hasta) for f in nombrados(texto)]
    tramos += [m.span() for m in _CIFRA_CON_UNIDAD.finditer(llano(texto))]
    tramos += [
        (m.desde, m.hasta) for m in buscar_exploracion(texto) if m.clase in ("maniobra", "estudio", "imagen")
    ]
    return tramos


def _ajenos(dialogo: Dialogo, preguntas: set[Trozo]) -> list[Trozo]:
    """Todo trozo que pudo quedar fuera: lo dicho por cualquiera, menos lo que el médico solo preguntó."""
    trozos = [*dialogo.medico, *dialogo.paciente, *dialogo.sin_respuesta]
    for i in dialogo.intercambios:
        trozos += [*i.preguntas, *i.respuesta]
    for lista in dialogo.preguntas_paciente.values():
        trozos += lista
    return sorted((t for t in set(trozos) if t not in preguntas), key=lambda t: (t.turno.id, t.desde))


def _pregunta_clara(trozo: Trozo) -> bool:
    """Si consta que preguntaba: por el signo o por la forma. Lo leído como pregunta sin eso pudo ser un dato."""  # noqa: E501
    base = sin_muletilla(trozo.plano.strip(" ¿¡,."))
    return (
        "?" in trozo.texto
        or pregunta("interrogativos").match(base) is not None
        or pregunta("formas").match(base) is not None
        or not _CIFRA_CON_UNIDAD.search(trozo.plano)
    )


def buscar(dialogo: Dialogo, propuestas: list[Propuesta]) -> tuple[Omision, ...]:
    """Las omisiones, en el orden en que se dijeron, cada una con su cita textual.

    Lo que el médico solo preguntó no cuenta: sin respuesta no hay hecho. Las órdenes de exploración
    («abre la boca») tampoco.
    """
    citas = citado(propuestas)
    nota = llano(" ".join(p.texto for p in propuestas))
    preguntas_paciente = {t for lista in dialogo.preguntas_paciente.values() for t in lista}
    hechas = [*(t for i in dialogo.intercambios for t in i.preguntas), *dialogo.sin_respuesta]
    preguntas = {t for t in hechas if _pregunta_clara(t)}
    salida = []
    for trozo in _ajenos(dialogo, preguntas):
        if senal("exploracion", "ordenes").search(trozo.plano) and not _CIFRA_CON_UNIDAD.search(trozo.plano):
            continue
        fuera = []
        for desde, hasta in tramos_clinicos(trozo.texto):
            cubierto = any(
                a <= trozo.desde + desde and trozo.desde + hasta <= b
                for a, b in citas.get(trozo.turno.id, [])
            )
            if not cubierto and not (trozo in preguntas_paciente and llano(trozo.texto[desde:hasta]) in nota):
                fuera.append((desde, hasta))
        if fuera:
            salida.append(Omision(texto=mayuscula(alinar(trozo.dicho)), citas=(trozo.cita(),)))
    return tuple(salida)
