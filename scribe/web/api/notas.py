"""La nota: abrirla, leerla, sus versiones e historia, adenda, sustitución y descarte."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import encuentros, firmar, notas
from scribe.expediente.errores import SinPermiso
from scribe.expediente.firma.pdf import componer
from scribe.expediente.firma.revision import Falta
from scribe.expediente.modelo import EstadoNota, NotaGuardada, PasoNota
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.web.api.vista_nota import NotaVista, ver
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["notas"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Descarte(_Pedido):
    """Por qué se descarta."""

    motivo: str = Field(min_length=1, max_length=400)


class Pendientes(BaseModel):
    """Si la versión ya se puede firmar, y si no, qué le falta."""

    version: int
    lista: bool
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
def leer(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")], salida: Response) -> NotaVista:
    """Enunciados con sus citas, dudas, omisiones, códigos, avisos y lo que falta para firmarla.

    Su `ETag` es la versión: se devuelve en `If-Match` (o en `sobre`) al guardar.
    """
    with quien.transaccion() as t:
        vista = ver(t, nota_id)
    salida.headers["ETag"] = f'"{vista.version}"'
    return vista


@rutas.get("/notas/{nota_id}/faltas", summary="Lo que falta para firmar")
def faltas(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> Pendientes:
    """Con su norma y numeral; lo que impide firmar, primero."""
    with quien.transaccion() as t:
        vista = ver(t, nota_id)
    return Pendientes(version=vista.version, lista=vista.lista, faltas=vista.faltas)


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
