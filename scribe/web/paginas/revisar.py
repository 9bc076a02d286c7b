"""Revisar y firmar una nota: la nota a un lado, la conversación al otro."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.consulta import SECCIONES, EstadoCodigo
from scribe.expediente import clinico, encuentros, notas, pacientes, preferencias, usuarios
from scribe.expediente.modelo import ABIERTAS, NotaGuardada
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transaccion import Transaccion
from scribe.salida.etiquetas import etiquetas
from scribe.trabajos import estado, huecos
from scribe.web import rotulos, vista
from scribe.web.api import textos
from scribe.web.avance import de as avance_de
from scribe.web.marcas import marcas
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_ROTULOS = ("estado_nota", "tono_nota", "envio", "tono_envio", "sexo")
"""Los que los módulos escriben por su cuenta, porque cambian sin recargar."""


@rutas.get("/notas/{nota_id}")
def revisar(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> Response:
    """La nota ya escrita en la página; los módulos le agregan la conversación y lo que se puede hacer."""
    with quien.transaccion() as t:
        nota = notas.leer(t, nota_id)
        paciente = pacientes.leer(t, nota.paciente_id)
        consulta = encuentros.leer(t, nota.encuentro_id)
        medico = usuarios.leer(t, nota.medico_id)
        return vista.pagina(
            quien,
            "revisar.html",
            nota=nota,
            p=paciente,
            inicio=consulta.inicio,
            medico=medico.nombre_completo,
            sabido={c: clinico.vigentes(t, nota.paciente_id, c) for c in ("alergia", "medicacion")},
            contenido=_contenido(t, nota),
            proceso=_proceso(t, nota),
            titulos=etiquetas(),
            datos=_datos(
                nota, huecos=_huecos(t, nota),
                administra=quien.persona.tiene("administrador", consulta.establecimiento_id),
                suya=nota.medico_id == quien.persona.id,
                pais=usuarios.establecimiento(t, consulta.establecimiento_id).pais,
                plantilla=preferencias.leer(t, "plantilla") or "general",
            ),
        )  # fmt: skip


def _contenido(t: Transaccion, nota: NotaGuardada) -> ContenidoDeNota | None:
    if not nota.ultima_version:
        return None
    return ContenidoDeNota.de_octetos(notas.leer_version(t, nota.id).contenido)


def _proceso(t: Transaccion, nota: NotaGuardada) -> dict[str, Any] | None:
    """Cómo va la grabación de una nota que aún no tiene borrador."""
    if nota.ultima_version or nota.grabacion_id is None:
        return None
    trabajos = estado.de_grabacion(t, nota.grabacion_id)
    return {"trabajo": trabajos[-1], "avance": avance_de(t, trabajos[-1])[1]} if trabajos else None


def _huecos(t: Transaccion, nota: NotaGuardada) -> list[dict[str, Any]]:
    """Lo que la grabación no tiene: en qué segundo, de qué clase y cómo se dice."""
    if nota.grabacion_id is None:
        return []
    return [{**h.model_dump(), "dice": huecos.decir(h)} for h in huecos.leer(t, nota.grabacion_id)]


def _datos(
    nota: NotaGuardada,
    *,
    huecos: list[dict[str, Any]],
    administra: bool,
    suya: bool,
    pais: str,
    plantilla: str,
) -> dict[str, Any]:
    """Lo que los módulos necesitan saber de entrada; ningún dato del paciente."""
    dichos = etiquetas()
    return {
        "nota": str(nota.id),
        "grabacion": str(nota.grabacion_id) if nota.grabacion_id else None,
        "huecos": huecos,
        "estado": nota.estado.value,
        "editable": suya and nota.estado in ABIERTAS,
        "suya": suya,
        "administra": administra,
        "pais": pais,
        "plantilla": plantilla,
        "secciones": [
            {"clave": s, **{k: dichos["secciones"][s][k] for k in ("letra", "titulo", "ayuda")}}
            for s in SECCIONES
        ],
        "plantillas": [p.model_dump() for p in textos.todas()],
        "rotulos": {g: rotulos.todos()[g] for g in _ROTULOS},
        "tipos": dichos["tipos"],
        "avisos": dichos["avisos"],
        "roles": dichos["roles"],
        "estados": {e.value: dichos["estados"].get(e.value, e.value) for e in EstadoCodigo},
        "marcas": marcas().model_dump(),
    }
