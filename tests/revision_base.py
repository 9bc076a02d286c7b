"""Una nota con todo lo que se revisa: dudas, omisiones, códigos propuestos, avisos y dos voces."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from scribe.consulta import (
    Alternativa,
    Aviso,
    Borrador,
    Cita,
    Codigo,
    Correccion,
    Enunciado,
    EstadoCodigo,
    EstadoEnunciado,
    InfoAudio,
    Nota,
    Omision,
    Palabra,
    Rol,
    Transcripcion,
    Turno,
)
from scribe.expediente import consentimientos, encuentros, notas
from scribe.expediente.bitacora import Actor
from scribe.trabajos.resultado import contenido_inicial
from tests.web_base import Api, bien

DUDA = EstadoEnunciado.POR_REVISAR


def _turno(numero: int, hablante: str, rol: Rol, dicho: str, texto: str | None = None) -> Turno:
    inicio = numero * 10.0
    palabras = tuple(
        Palabra(texto=p, inicio=inicio + i, fin=inicio + i + 0.8, prob=0.4 if p == "tos" else 0.95)
        for i, p in enumerate(dicho.split())
    )
    cambios = (Correccion(original=dicho, propuesto=texto, motivo="cifra"),) if texto else ()
    return Turno(
        id=numero, hablante=hablante, rol=rol, inicio=inicio, fin=inicio + len(palabras),
        texto=texto or dicho, palabras=palabras, correcciones=cambios,
    )  # fmt: skip


TURNOS = (
    _turno(1, "H1", Rol.MEDICO, "qué le pasa"),
    _turno(2, "H2", Rol.PACIENTE, "tengo tos desde ayer y fiebre"),
    _turno(3, "H1", Rol.MEDICO, "tome amoxilina de quinientos miligramos", "tome amoxilina de 500 mg"),
)


def _cita(turno: int, texto: str) -> Cita:
    dicho = TURNOS[turno - 1]
    desde = dicho.texto.index(texto)
    return dicho.citar(desde, desde + len(texto))


TOS, FIEBRE, AMOXI = (
    _cita(2, "tengo tos desde ayer"),
    _cita(2, "fiebre"),
    _cita(3, "tome amoxilina de 500 mg"),
)

BORRADOR = Borrador(
    audio=InfoAudio(sha256="0" * 64, duracion_s=45.0),
    transcripcion=Transcripcion(idioma="es", turnos=TURNOS),
    nota=Nota(
        subjetivo=(
            Enunciado(texto="Tos desde ayer", tipo="sintoma", citas=(TOS,)),
            Enunciado(texto="Niega fiebre", tipo="negacion", citas=(FIEBRE,), estado=DUDA, motivo="negación"),
        ),
        plan=(
            Enunciado(texto="Amoxilina 500 mg", tipo="receta", citas=(AMOXI,), estado=DUDA, motivo="fármaco"),
        ),
    ),
    omisiones=(Omision(texto="y fiebre", citas=(FIEBRE,)), Omision(texto="qué le pasa", citas=())),
    codigos=(
        Codigo(
            sistema="CIE-10", codigo="J02.9", titulo="Faringitis aguda, no especificada", puntaje=0.9,
            estado=EstadoCodigo.SOSPECHA, citas=(TOS,),
            alternativas=(Alternativa(codigo="J06.9", titulo="Infección aguda", puntaje=0.5),),
        ),
        Codigo(
            sistema="CIE-10", codigo="R05", titulo="Tos", puntaje=0.8, estado=EstadoCodigo.CONFIRMADO,
            citas=(TOS,),
        ),
    ),
    avisos=(Aviso(tipo="alergia", texto="posible alergia", citas=(AMOXI,)),),
)  # fmt: skip


def estirado(borrador: Borrador, veces: int) -> Borrador:
    """El mismo borrador dicho tantas veces seguidas, con su nota: tres horas a partir de un minuto."""
    crudo = borrador.model_dump(mode="json")
    paso, cuantos = crudo["audio"]["duracion_s"] + 1, len(crudo["transcripcion"]["turnos"])

    def movido(dato: Any, k: int) -> Any:
        if isinstance(dato, list):
            return [movido(d, k) for d in dato]
        if not isinstance(dato, dict):
            return dato
        corre = {"inicio": k * paso, "fin": k * paso, "id": k * cuantos, "turno": k * cuantos}
        return {c: v + corre[c] if c in corre else movido(v, k) for c, v in dato.items()}

    turnos = [t for k in range(veces) for t in movido(crudo["transcripcion"]["turnos"], k)]
    nota = {
        seccion: [e for k in range(0, veces, max(1, veces // 8)) for e in movido(suyos, k)]
        for seccion, suyos in crudo["nota"].items()
    }
    crudo["transcripcion"]["turnos"], crudo["nota"] = turnos, nota
    crudo["audio"]["duracion_s"] = paso * veces
    return Borrador.model_validate(crudo)


def con_borrador(api: Api, medico: UUID, encuentro: UUID, borrador: Borrador = BORRADOR) -> dict[str, Any]:
    """Deja ese borrador como llega de la cola. Devuelve los ids de `nota`, `grabacion` y `transcripcion`."""
    actor = Actor(medico, "prueba")
    with api.servicios.expediente.transaccion(actor) as t:
        paciente = encuentros.leer(t, encuentro).paciente_id
        permiso = next(c for c in consentimientos.de_paciente(t, paciente) if c.vigente)
        grabacion = encuentros.alta_grabacion(
            t, encuentro, permiso.id, sha256=uuid4().bytes * 2, octetos=9, formato="wav",
            ubicacion=uuid4().hex, duracion_s=45.0,
        )  # fmt: skip
        nota = notas.crear(t, encuentro, grabacion=grabacion).id
        oida = borrador.transcripcion.model_dump_json().encode()
        transcripcion = encuentros.alta_transcripcion(t, grabacion, oida, {})
        guardado = encuentros.alta_borrador(t, transcripcion, borrador.model_dump_json().encode(), {})
        notas.transcrita(t, nota)
        dudas = sum(e.estado is DUDA for e in borrador.nota.enunciados)
        notas.recibir_borrador(t, nota, guardado, contenido_inicial(borrador), {}, por_revisar=dudas)
    return {"nota": str(nota), "grabacion": str(grabacion), "transcripcion": str(transcripcion)}


def abierta(cliente: TestClient, nota: str) -> dict[str, Any]:
    """La nota como está."""
    dada: dict[str, Any] = bien(cliente.get(f"/api/notas/{nota}"))
    return dada
