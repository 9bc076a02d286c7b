"""La nota: leerla, editarla, resolver lo dudoso, elegir códigos, adenda y descarte."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from scribe.consulta import Seccion
from scribe.expediente import encuentros, firmar, notas
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.firma.contenido import Diagnostico
from scribe.expediente.firma.pdf import componer
from scribe.expediente.firma.revision import Falta, revisar_nom004
from scribe.expediente.modelo import EstadoNota, NotaGuardada, PasoNota
from scribe.expediente.nota_editable import ContenidoDeNota, Decision, resolver, resolver_aviso, sugeridos
from scribe.expediente.transaccion import Transaccion
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["notas"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Edicion(_Pedido):
    """El contenido nuevo y sobre qué versión se escribió (0 si es la primera)."""

    sobre: int = Field(ge=0)
    contenido: ContenidoDeNota


class Resolucion(_Pedido):
    """Qué se decidió de un enunciado."""

    sobre: int = Field(ge=1)
    seccion: Seccion
    indice: int = Field(ge=0)
    decision: Decision
    texto: str | None = Field(None, max_length=20_000)


class ResolucionAviso(_Pedido):
    """Qué se hizo con un aviso."""

    sobre: int = Field(ge=1)
    indice: int = Field(ge=0)
    resolucion: str = Field(min_length=1, max_length=2000)


class EleccionCodigos(_Pedido):
    """Los diagnósticos de la nota, en orden; a lo más uno principal."""

    sobre: int = Field(ge=1)
    diagnosticos: tuple[Diagnostico, ...] = Field(max_length=40)


class Descarte(_Pedido):
    """Por qué se descarta."""

    motivo: str = Field(min_length=1, max_length=400)


class NotaVista(BaseModel):
    """Una nota: dónde va, qué dice su última versión y qué le falta para firmarse."""

    nota: NotaGuardada
    version: int
    contenido: ContenidoDeNota | None
    faltas: list[Falta]


class VersionVista(BaseModel):
    """Una versión sin su contenido."""

    numero: int
    origen: str
    cambio: str | None
    sha256: str
    usuario_id: UUID | None
    equipo: str
    cuando: Any
    modelos: dict[str, Any]


@rutas.get("/pacientes/{paciente_id}/notas", summary="Notas de un paciente")
def de_paciente(paciente_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> list[NotaGuardada]:
    """De la más nueva a la más vieja."""
    with quien.transaccion() as t:
        return notas.de_paciente(t, paciente_id)


@rutas.get("/notas", summary="Mis notas")
def mias(quien: Annotated[Sujeto, exige("nota.leer")]) -> list[NotaGuardada]:
    """Las propias que aún no se firman ni se descartan."""
    abiertas = (EstadoNota.GRABADA, EstadoNota.TRANSCRITA, EstadoNota.BORRADOR, EstadoNota.EN_REVISION)
    with quien.transaccion() as t:
        return notas.de_medico(t, quien.persona.id, abiertas)


@rutas.post("/encuentros/{encuentro_id}/notas", status_code=201, summary="Escribir una nota sin grabación")
def crear(encuentro_id: UUID, quien: Annotated[Sujeto, exige("nota.crear")]) -> NotaGuardada:
    """Queda a nombre de quien la abre."""
    with quien.transaccion() as t:
        return notas.crear(t, encuentro_id, medico=quien.persona.id)


@rutas.get("/notas/{nota_id}", summary="Ver una nota")
def leer(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> NotaVista:
    """Estado, contenido de la última versión y lo que falta para firmarla, con su numeral."""
    with quien.transaccion() as t:
        return _ver(t, nota_id)


@rutas.put("/notas/{nota_id}", summary="Guardar lo que se editó")
def guardar(nota_id: UUID, pedido: Edicion, quien: Annotated[Sujeto, exige("nota.editar")]) -> NotaVista:
    """Guarda una versión nueva; ninguna se pierde. 409 si otra persona guardó antes."""
    with quien.transaccion() as t:
        return _guardar(t, nota_id, pedido.contenido, pedido.sobre)


@rutas.post("/notas/{nota_id}/resolver", summary="Resolver un enunciado por revisar")
def resolver_enunciado(
    nota_id: UUID, pedido: Resolucion, quien: Annotated[Sujeto, exige("nota.editar")]
) -> NotaVista:
    """Confirmar, corregir o quitar."""
    with quien.transaccion() as t:
        actual = _contenido(t, nota_id, pedido.sobre)
        nuevo = resolver(actual, pedido.seccion, pedido.indice, pedido.decision, pedido.texto)
        return _guardar(t, nota_id, nuevo, pedido.sobre)


@rutas.post("/notas/{nota_id}/avisos", summary="Decir qué se hizo con un aviso")
def resolver_el_aviso(
    nota_id: UUID, pedido: ResolucionAviso, quien: Annotated[Sujeto, exige("nota.editar")]
) -> NotaVista:
    """Los graves sin resolver impiden firmar."""
    with quien.transaccion() as t:
        nuevo = resolver_aviso(_contenido(t, nota_id, pedido.sobre), pedido.indice, pedido.resolucion)
        return _guardar(t, nota_id, nuevo, pedido.sobre)


@rutas.put("/notas/{nota_id}/codigos", summary="Elegir los códigos")
def codigos(
    nota_id: UUID, pedido: EleccionCodigos, quien: Annotated[Sujeto, exige("nota.editar")]
) -> NotaVista:
    """De los que propuso el programa; el título lo pone el catálogo, no quien pide."""
    with quien.transaccion() as t:
        actual = _contenido(t, nota_id, pedido.sobre)
        titulos = sugeridos(actual)
        if any((d.sistema, d.codigo) not in titulos for d in pedido.diagnosticos):
            raise DatoInvalido("Ese código no está entre los propuestos.", "Elija uno de la lista.")
        if sum(d.principal for d in pedido.diagnosticos) > 1:
            raise DatoInvalido("Solo un diagnóstico puede ser el principal.", "Deje uno.")
        elegidos = tuple(
            d.model_copy(update={"titulo": titulos[d.sistema, d.codigo]}) for d in pedido.diagnosticos
        )
        return _guardar(t, nota_id, actual.model_copy(update={"diagnosticos": elegidos}), pedido.sobre)


@rutas.get("/notas/{nota_id}/versiones", summary="Sus versiones")
def versiones(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> list[VersionVista]:
    """Quién, cuándo, desde dónde y qué cambió en cada una."""
    with quien.transaccion() as t:
        return [
            VersionVista(**v.model_dump(exclude={"sha256"}), sha256=v.sha256.hex())
            for v in notas.versiones(t, nota_id)
        ]


@rutas.get("/notas/{nota_id}/versiones/{numero}", summary="Una versión")
def version(nota_id: UUID, numero: int, quien: Annotated[Sujeto, exige("nota.leer")]) -> ContenidoDeNota:
    """El contenido de esa versión."""
    with quien.transaccion() as t:
        return ContenidoDeNota.de_octetos(notas.leer_version(t, nota_id, numero).contenido)


@rutas.get("/notas/{nota_id}/borrador", summary="El borrador de que salió")
def borrador(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> dict[str, Any]:
    """El borrador del programa tal como llegó, con su transcripción."""
    with quien.transaccion() as t:
        notas.leer(t, nota_id)
        fila = t.una("borrador_de_nota", "el borrador de esta nota", nota=nota_id)
        dato: dict[str, Any] = json.loads(encuentros.leer_borrador(t, fila["id"]))
        return dato


@rutas.get("/notas/{nota_id}/pasos", summary="Su historia de estados")
def pasos(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> list[PasoNota]:
    """De la primera a la última, con motivos."""
    with quien.transaccion() as t:
        return notas.pasos(t, nota_id)


@rutas.post("/notas/{nota_id}/revision", summary="Pasarla a revisión")
def a_revision(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.editar")]) -> NotaGuardada:
    """Queda «por firmar». Todavía admite cambios."""
    with quien.transaccion() as t:
        return notas.a_revision(t, nota_id)


@rutas.post("/notas/{nota_id}/descarte", summary="Descartarla")
def descartar(
    nota_id: UUID, pedido: Descarte, quien: Annotated[Sujeto, exige("nota.editar")]
) -> NotaGuardada:
    """Con motivo; sus versiones se conservan."""
    with quien.transaccion() as t:
        return notas.descartar(t, nota_id, pedido.motivo)


@rutas.post("/notas/{nota_id}/adendas", status_code=201, summary="Abrir una adenda")
def adenda(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.crear")]) -> NotaGuardada:
    """Una nota nueva que se firma aparte; la firmada no se toca."""
    with quien.transaccion() as t:
        return notas.crear_adenda(t, nota_id)


@rutas.post("/notas/{nota_id}/sustituciones", status_code=201, summary="Abrir la nota que la sustituirá")
def sustituir(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.crear")]) -> NotaGuardada:
    """La anterior se conserva entera y dirá por cuál se cambió. Solo quien la firmó."""
    with quien.transaccion() as t:
        if notas.leer(t, nota_id).medico_id != quien.persona.id:
            raise SinPermiso("Una nota la sustituye quien la firmó.", "Haga una adenda.")
        return notas.sustituir(t, nota_id)


@rutas.get("/notas/{nota_id}/vista-previa", summary="PDF sin firmar", response_class=Response)
def vista_previa(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> Response:
    """Como quedaría, con la marca «borrador sin firmar»."""
    with quien.transaccion() as t:
        lista = firmar.armar(t, nota_id)
    return Response(componer(lista.nota), media_type="application/pdf")


def _ver(t: Transaccion, nota: UUID) -> NotaVista:
    guardada = notas.leer(t, nota)
    if not guardada.ultima_version:
        return NotaVista(nota=guardada, version=0, contenido=None, faltas=[])
    contenido = ContenidoDeNota.de_octetos(notas.leer_version(t, nota).contenido)
    abierta = guardada.estado in {EstadoNota.BORRADOR, EstadoNota.EN_REVISION}
    faltas = revisar_nom004(firmar.armar(t, nota).nota) if abierta else []
    return NotaVista(nota=guardada, version=guardada.ultima_version, contenido=contenido, faltas=faltas)


def _contenido(t: Transaccion, nota: UUID, sobre: int) -> ContenidoDeNota:
    return ContenidoDeNota.de_octetos(notas.leer_version(t, nota, sobre).contenido)


def _guardar(t: Transaccion, nota: UUID, contenido: ContenidoDeNota, sobre: int) -> NotaVista:
    notas.guardar_version(t, nota, contenido.octetos(), sobre=sobre)
    return _ver(t, nota)
