"""Revisar una nota: guardar lo que se edita, resolver lo dudoso, y decidir omisiones, avisos y códigos.

Todo cambio dice sobre qué versión se hizo y contesta la nota entera como quedó (`NotaVista`, con su `ETag`).
Si otra persona guardó antes, 409 `version_atrasada`; al editar, además, con las dos versiones, y lo escrito
queda a salvo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from scribe.consulta import Cita, EstadoCodigo, Seccion
from scribe.expediente import codigos_nota, decisiones, notas, transcripcion
from scribe.expediente.codigos_nota import Accion, Sistema
from scribe.expediente.comparacion_nota import Comparacion, comparar
from scribe.expediente.decisiones import Decision, DecisionTomada
from scribe.expediente.edicion_nota import editar
from scribe.expediente.errores import DatoInvalido, NoExiste, VersionAtrasada
from scribe.expediente.firma.contenido import Diagnostico
from scribe.expediente.nota_editable import (
    ContenidoDeNota,
    DecisionOmision,
    resolver,
    resolver_aviso,
    resolver_omision,
)
from scribe.expediente.nota_editable import Decision as DecisionDuda
from scribe.expediente.transaccion import Transaccion
from scribe.web.api.vista_nota import NotaVista, ver
from scribe.web.errores import CuerpoDeError
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["revisión"])
_NUMERO_MAX = 1_000_000


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Sobre(_Pedido):
    sobre: int = Field(ge=1, le=_NUMERO_MAX, description="La versión que se tenía delante.")


class Edicion(_Pedido):
    """El contenido nuevo y sobre qué versión se escribió (0 si es la primera); o con `If-Match`."""

    sobre: int | None = Field(None, ge=0, le=_NUMERO_MAX)
    contenido: ContenidoDeNota


class Resolucion(_Sobre):
    """Qué se decidió de un enunciado: confirmarlo, corregirlo (con `texto`) o quitarlo."""

    seccion: Seccion
    indice: int = Field(ge=0, le=_NUMERO_MAX)
    decision: DecisionDuda
    texto: str | None = Field(None, max_length=20_000)


class ResolucionOmision(_Sobre):
    """Meter en la nota algo que se dijo y faltaba (con otras palabras, si se dan), o descartarlo."""

    indice: int = Field(ge=0, le=_NUMERO_MAX)
    decision: DecisionOmision
    seccion: Seccion = "subjetivo"
    tipo: str = Field("", max_length=60, pattern=r"^[a-z_]*$")
    texto: str = Field("", max_length=20_000)


class ResolucionAviso(_Sobre):
    """Qué se hizo con un aviso."""

    indice: int = Field(ge=0, le=_NUMERO_MAX)
    resolucion: str = Field(min_length=1, max_length=2000)


class DecisionCodigo(_Sobre):
    """Qué se decide de un código: aceptar el propuesto, agregar uno del catálogo, cambiarlo `por` otro,
    rechazarlo, quitarlo, hacerlo el principal o decir su `estado`.
    """

    accion: Accion
    sistema: Sistema = "CIE-10"
    codigo: str = Field(min_length=1, max_length=20)
    por: str | None = Field(None, min_length=1, max_length=20)
    estado: EstadoCodigo | None = None


class EleccionCodigos(_Sobre):
    """Todos los diagnósticos de la nota, en orden; a lo más uno principal."""

    diagnosticos: tuple[Diagnostico, ...] = Field(max_length=40)


class Restauracion(_Sobre):
    """A qué versión se vuelve. Deshacer y rehacer son esto."""

    numero: int = Field(ge=1, le=_NUMERO_MAX)


class Conflicto(BaseModel):
    """Las dos versiones que chocaron: la que está guardada y lo que usted escribió, que quedó apartado."""

    apartado: UUID
    base: ContenidoDeNota | None
    actual: NotaVista
    tuya: ContenidoDeNota


class RespuestaConflicto(BaseModel):
    """409: el error de siempre y, al lado, las dos versiones."""

    error: CuerpoDeError
    conflicto: Conflicto


class Apartada(BaseModel):
    """Algo escrito sobre una versión atrasada, que no se perdió."""

    id: UUID
    sobre: int
    contenido: ContenidoDeNota
    usuario_id: UUID
    equipo: str
    cuando: Any


Editor = Annotated[Sujeto, exige("nota.editar")]
Lector = Annotated[Sujeto, exige("nota.leer")]
SiCoincide = Annotated[str | None, Header(alias="If-Match", pattern=r'^"?\d{1,7}"?$')]


@rutas.put(
    "/notas/{nota_id}",
    summary="Guardar lo que se editó",
    response_model=NotaVista,
    responses={409: {"model": RespuestaConflicto, "description": "Otra persona guardó antes."}},
)
def guardar(
    nota_id: UUID, pedido: Edicion, quien: Editor, salida: Response, si_coincide: SiCoincide = None
) -> Any:
    """Guarda una versión nueva; ninguna se pierde. Vale para el guardado automático.

    Lo que cambie queda a su nombre; los renglones vacíos se quitan; el título de un diagnóstico lo pone el
    catálogo. Lo dudoso, las omisiones, los avisos y los códigos propuestos no cambian aquí: cada uno tiene su
    ruta. Si otra persona guardó antes: 409 con las dos versiones, y lo suyo queda apartado.
    """
    sobre = _sobre(pedido.sobre, si_coincide)
    try:
        with quien.transaccion() as t:
            _exigir_ultima(t, nota_id, sobre)
            antes = _contenido(t, nota_id, sobre) if sobre else ContenidoDeNota()
            nuevo = editar(
                antes, pedido.contenido, titulos=quien.servicios.catalogo.titulo, citable=_citable(t, nota_id)
            )
            return _guardar(t, nota_id, nuevo, sobre, salida)
    except VersionAtrasada as choque:
        mensaje, remedio = choque.mensaje, choque.remedio
    with quien.transaccion() as t:
        octetos = pedido.contenido.octetos()
        conflicto = Conflicto(
            apartado=decisiones.apartar(t, nota_id, sobre, octetos),
            base=_contenido(t, nota_id, sobre)
            if 0 < sobre <= notas.leer(t, nota_id).ultima_version
            else None,
            actual=ver(t, nota_id),
            tuya=pedido.contenido,
        )
    cuerpo = CuerpoDeError(codigo="version_atrasada", mensaje=mensaje, remedio=remedio)
    return JSONResponse(jsonable_encoder(RespuestaConflicto(error=cuerpo, conflicto=conflicto)), 409)


@rutas.get("/notas/{nota_id}/conflictos", summary="Lo escrito sobre versiones atrasadas")
def conflictos(nota_id: UUID, quien: Lector) -> list[Apartada]:
    """Lo que se apartó cuando dos guardaron a la vez, de lo más viejo a lo más nuevo."""
    with quien.transaccion() as t:
        notas.leer(t, nota_id)
        return [
            Apartada(**{**a.model_dump(), "contenido": ContenidoDeNota.de_octetos(a.contenido)})
            for a in decisiones.apartadas(t, nota_id)
        ]


@rutas.post("/notas/{nota_id}/resolver", summary="Resolver un enunciado por revisar")
def resolver_enunciado(nota_id: UUID, pedido: Resolucion, quien: Editor, salida: Response) -> NotaVista:
    """Confirmar, corregir o quitar. El enunciado queda a su nombre."""
    with quien.transaccion() as t:
        actual = _contenido(t, nota_id, pedido.sobre)
        nuevo = resolver(actual, pedido.seccion, pedido.indice, pedido.decision, pedido.texto)
        resuelve = actual.por_revisar - nuevo.por_revisar
        decision = Decision("duda", pedido.decision, pedido.seccion, pedido.indice, resuelve)
        return _guardar(t, nota_id, nuevo, pedido.sobre, salida, decision)


@rutas.post("/notas/{nota_id}/omisiones", summary="Incorporar o descartar una omisión")
def resolver_la_omision(
    nota_id: UUID, pedido: ResolucionOmision, quien: Editor, salida: Response
) -> NotaVista:
    """Algo clínico que se dijo y no quedó en la nota: entra con su evidencia, o se descarta."""
    with quien.transaccion() as t:
        actual = _contenido(t, nota_id, pedido.sobre)
        nuevo = resolver_omision(
            actual, pedido.indice, pedido.decision, pedido.seccion, pedido.tipo, pedido.texto
        )
        decision = Decision("omision", pedido.decision, pedido.seccion, pedido.indice)
        return _guardar(t, nota_id, nuevo, pedido.sobre, salida, decision)


@rutas.post("/notas/{nota_id}/avisos", summary="Decir qué se hizo con un aviso")
def resolver_el_aviso(nota_id: UUID, pedido: ResolucionAviso, quien: Editor, salida: Response) -> NotaVista:
    """Los graves sin resolver impiden firmar."""
    with quien.transaccion() as t:
        nuevo = resolver_aviso(_contenido(t, nota_id, pedido.sobre), pedido.indice, pedido.resolucion)
        decision = Decision("aviso", "resuelto", indice=pedido.indice)
        return _guardar(t, nota_id, nuevo, pedido.sobre, salida, decision)


@rutas.post("/notas/{nota_id}/codigos", summary="Decidir sobre un código")
def decidir_codigo(nota_id: UUID, pedido: DecisionCodigo, quien: Editor, salida: Response) -> NotaVista:
    """Propuesto por el programa o buscado en el catálogo; el título lo pone siempre el catálogo."""
    with quien.transaccion() as t:
        nuevo = codigos_nota.decidir(
            _contenido(t, nota_id, pedido.sobre), pedido.accion, pedido.sistema, pedido.codigo,
            titulos=quien.servicios.catalogo.titulo, por=pedido.por, estado=pedido.estado,
        )  # fmt: skip
        return _guardar(t, nota_id, nuevo, pedido.sobre, salida, Decision("codigo", pedido.accion))


@rutas.put("/notas/{nota_id}/codigos", summary="Elegir todos los códigos")
def codigos(nota_id: UUID, pedido: EleccionCodigos, quien: Editor, salida: Response) -> NotaVista:
    """La lista completa, en orden. Cada uno debe existir en su catálogo."""
    with quien.transaccion() as t:
        actual = _contenido(t, nota_id, pedido.sobre)
        elegidos = codigos_nota.con_titulo(pedido.diagnosticos, actual, quien.servicios.catalogo.titulo)
        nuevo = actual.model_copy(update={"diagnosticos": elegidos})
        return _guardar(t, nota_id, nuevo, pedido.sobre, salida, Decision("codigo", "elegir"))


@rutas.post("/notas/{nota_id}/restauracion", summary="Volver a una versión")
def restaurar(nota_id: UUID, pedido: Restauracion, quien: Editor, salida: Response) -> NotaVista:
    """Deshacer o rehacer: una versión nueva igual a aquella. Ninguna se borra."""
    with quien.transaccion() as t:
        actual, aquella = _contenido(t, nota_id, pedido.sobre), _contenido(t, nota_id, pedido.numero)
        resuelve = max(0, actual.por_revisar - aquella.por_revisar)
        decision = Decision("restauracion", "volver", indice=pedido.numero, resuelve=resuelve)
        return _guardar(t, nota_id, aquella, pedido.sobre, salida, decision)


@rutas.get("/notas/{nota_id}/decisiones", summary="Lo que se decidió al revisarla")
def las_decisiones(nota_id: UUID, quien: Lector) -> list[DecisionTomada]:
    """Dudas, omisiones, avisos y códigos: qué, quién, cuándo y sobre qué versión."""
    with quien.transaccion() as t:
        notas.leer(t, nota_id)
        return decisiones.de_nota(t, nota_id)


@rutas.get("/notas/{nota_id}/diferencias", summary="Qué cambió desde el borrador")
def diferencias(nota_id: UUID, quien: Lector) -> Comparacion:
    """Por sección y por palabra, de la primera versión a la última."""
    return _comparar(quien, nota_id, 1)


@rutas.get("/notas/{nota_id}/diferencias/{numero}", summary="Qué cambió desde una versión")
def diferencias_desde(nota_id: UUID, numero: int, quien: Lector) -> Comparacion:
    """Por sección y por palabra, de esa versión a la última."""
    return _comparar(quien, nota_id, numero)


def _comparar(quien: Sujeto, nota: UUID, numero: int) -> Comparacion:
    with quien.transaccion() as t:
        ultima = notas.leer(t, nota).ultima_version
        if not 1 <= numero <= ultima:
            raise NoExiste("No existe esa versión.", "Vuelva a abrir la nota.")
        return comparar(numero, _contenido(t, nota, numero), ultima, _contenido(t, nota, ultima))


def _sobre(del_cuerpo: int | None, si_coincide: str | None) -> int:
    """La versión que se tenía delante, venga en el cuerpo o en `If-Match`."""
    de_cabecera = int(si_coincide.strip('"')) if si_coincide is not None else None
    dadas = {n for n in (del_cuerpo, de_cabecera) if n is not None}
    if len(dadas) != 1:
        raise DatoInvalido(
            "Falta decir sobre qué versión se escribió, o dice dos.", "Mande «sobre» o If-Match."
        )
    return dadas.pop()


def _exigir_ultima(t: Transaccion, nota: UUID, sobre: int) -> None:
    ultima = notas.leer(t, nota).ultima_version
    if sobre > ultima:
        raise NoExiste("No existe esa versión.", "Vuelva a abrir la nota.")
    if sobre < ultima:
        raise VersionAtrasada(
            f"La nota ya va en la versión {ultima}: lo que escribió quedó apartado.",
            "Compare las dos y guarde sobre la última.",
        )


def _contenido(t: Transaccion, nota: UUID, numero: int) -> ContenidoDeNota:
    return ContenidoDeNota.de_octetos(notas.leer_version(t, nota, numero).contenido)


def _citable(t: Transaccion, nota: UUID) -> Callable[[Cita], bool]:
    """Si una cita es textual; la transcripción se abre solo cuando hay una nueva que comprobar."""
    abierta: list[transcripcion.TranscripcionVista] = []

    def es(cita: Cita) -> bool:
        if not abierta:
            try:
                abierta.append(transcripcion.leer(t, nota))
            except NoExiste:
                return False
        return transcripcion.es_textual(abierta[0], cita)

    return es


def _guardar(
    t: Transaccion,
    nota: UUID,
    contenido: ContenidoDeNota,
    sobre: int,
    salida: Response,
    decision: Decision | None = None,
) -> NotaVista:
    notas.guardar_version(
        t, nota, contenido.octetos(), sobre=sobre, por_revisar=contenido.por_revisar,
        decisiones=(decision,) if decision else (),
    )  # fmt: skip
    vista = ver(t, nota)
    salida.headers["ETag"] = f'"{vista.version}"'
    return vista
