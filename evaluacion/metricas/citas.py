"""Las citas: si son textuales y si el turno que señalan dice, de verdad, lo que el enunciado afirma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluacion.metricas.dialogo import Dialogo, leer, zona_de
from evaluacion.metricas.sustento import revisar
from scribe.consulta import Cita, Enunciado, Transcripcion

_RESPALDO = 0.2
_MINIMO = 2
_ANTES = 1
_PARAFRASEABLES = {"termino", "contenido", "tiempo"}
"""Un término clínico resume lo dicho con otras palabras: en tan pocos turnos, que falte no prueba nada."""


@dataclass(frozen=True, slots=True)
class Falla:
    """El enunciado de ese índice tiene una cita que no lo sostiene, y por qué."""

    indice: int
    motivo: str


def invalidas(enunciados: Sequence[Enunciado], transcripcion: Transcripcion) -> list[Falla]:
    """Enunciados sin cita, o con una que no es un tramo textual de su turno o tiene tiempos imposibles."""
    turnos = {t.id: t for t in transcripcion.turnos}
    fallas = []
    for n, enunciado in enumerate(enunciados):
        if not enunciado.citas:
            fallas.append(Falla(n, "sin cita"))
        for cita in enunciado.citas:
            turno = turnos.get(cita.turno)
            if turno is None or not cita.texto.strip() or cita.texto not in turno.texto:
                fallas.append(Falla(n, f"la cita no está en el turno {cita.turno}"))
            elif not 0 <= cita.inicio <= cita.fin:
                fallas.append(Falla(n, "tiempos de cita imposibles"))
    return fallas


def incorrectas(enunciados: Sequence[Enunciado], dialogo: Dialogo) -> tuple[list[Falla], int]:
    """(fallas, enunciados comprobados). Compara con la referencia que suena mientras dura la cita.

    Un enunciado con sustento en la consulta cuya cita señala otra cosa es una cita incorrecta. Si no se
    dijo en ningún lado, es un enunciado sin sustento y aquí no se cuenta: su cita no podía acertar.
    """
    fallas, comprobados = [], 0
    for n, enunciado in enumerate(enunciados):
        zona = zona_citada(enunciado.citas, dialogo)
        if not zona:
            continue
        en_todo = {r.clase for r in revisar(enunciado.texto, dialogo)}
        comprobados += 1
        en_zona = revisar(enunciado.texto, dialogo, zona=zona)
        ajenos = [r for r in en_zona if r.clase not in en_todo and r.clase not in _PARAFRASEABLES]
        if ajenos:
            fallas.append(Falla(n, f"la cita no lo dice ({ajenos[0].motivo})"))
        elif not en_todo and not _habla_de_eso(enunciado.texto, dialogo, zona):
            fallas.append(Falla(n, "la cita habla de otra cosa"))
    return fallas, comprobados


def zona_citada(citas: Sequence[Cita], dialogo: Dialogo) -> set[int]:
    """Los turnos de referencia que suenan durante las citas, y el anterior, que suele ser la pregunta.

    Sin tiempos en la referencia, los turnos que más palabras comparten con cada cita.
    """
    zona: set[int] = set()
    for cita in citas:
        zona |= zona_de(dialogo, cita.inicio, cita.fin) or _parecidos(cita.texto, dialogo)
    return zona | {n - k for n in zona for k in range(1, _ANTES + 1) if n >= k}


def _parecidos(texto: str, dialogo: Dialogo) -> set[int]:
    if any(d.inicio is not None for d in dialogo.dichos):
        return set()
    propias = leer(texto, dialogo.idioma).raices or frozenset(texto.lower().split())
    puntos = [len(propias & t.raices) for t in dialogo.turnos]
    mejor = max(puntos, default=0)
    return {n for n, p in enumerate(puntos) if p == mejor > 0}


def _habla_de_eso(texto: str, dialogo: Dialogo, zona: set[int]) -> bool:
    """Si el enunciado y lo citado comparten conceptos, cifras o bastantes palabras."""
    lectura = leer(texto, dialogo.idioma, dialogo.acompanado)
    nombres = {n for m in lectura.menciones for n in m.nombres}
    if nombres and dialogo.menciones(nombres, zona):
        return True
    if len(lectura.raices) < _MINIMO:
        return True
    comunes = sum(dialogo.dice_palabra(r, zona) for r in lectura.raices)
    return comunes / len(lectura.raices) >= _RESPALDO
