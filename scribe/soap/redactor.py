"""El redactor: de la transcripción a la nota con evidencia."""

from __future__ import annotations

from typing import Any, Protocol

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Nota, Redaccion, Transcripcion
from scribe.progreso import Avance, en_silencio
from scribe.soap.dialogo import conversar
from scribe.soap.fragmentos import Propuesta
from scribe.soap.medico import Medico
from scribe.soap.subjetivo import subjetivo


class Redactor:
    def __init__(self, llm: Any = None) -> None:
        self.llm = llm

    @property
    def identidad(self) -> dict[str, Any]:
        return {}

    def redactar(self, transcripcion: Transcripcion, contexto: Contexto, *, avance: Avance = en_silencio) -> Redaccion:
        dialogo = conversar(transcripcion)
        propuestas = subjetivo(dialogo) + Medico(dialogo).redactar()
        propuestas.sort(key=lambda p: p.orden)
        secciones: dict[str, list[Enunciado]] = {}
        for p in propuestas:
            e = Enunciado(texto=p.texto, tipo=p.tipo, citas=tuple(dict.fromkeys(t.cita() for t in p.trozos)),
                          estado=EstadoEnunciado.POR_REVISAR if p.motivo else EstadoEnunciado.VERIFICADO, motivo=p.motivo)
            secciones.setdefault(p.seccion, []).append(e)
        return Redaccion(Nota(**{k: tuple(v) for k, v in secciones.items()}))
