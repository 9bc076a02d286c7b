"""Plantillas por especialidad, y las frases y plantillas propias de cada médico."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.consulta import Seccion
from scribe.expediente import preferencias, textos_propios
from scribe.expediente.errores import NoExiste
from scribe.expediente.textos_propios import Clase, DatosTexto, TextoPropio
from scribe.salida.etiquetas import etiquetas, rotulo
from scribe.soap.plantillas import plantillas
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["textos"])
Medico = Annotated[Sujeto, exige("texto.propio")]


class CampoVisto(BaseModel):
    """Algo que una plantilla espera en una sección; `tipos` son los de los enunciados que lo cubren."""

    seccion: Seccion
    rotulo: str
    tipos: tuple[str, ...]


class PlantillaVista(BaseModel):
    """Una plantilla del programa: qué se espera en cada sección y en qué orden se lee lo subjetivo."""

    clave: str
    rotulo: str
    orden: tuple[str, ...]
    campos: tuple[CampoVisto, ...]


class TipoVisto(BaseModel):
    """Un tipo de enunciado y cómo se rotula."""

    tipo: str
    rotulo: str


class Eleccion(BaseModel):
    """Con cuál se revisa: la clave de una del programa, o el id de una propia."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    plantilla: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")


class AltaTexto(DatosTexto):
    """Una frase o una plantilla nueva."""

    clase: Clase


@rutas.get("/plantillas", summary="Plantillas por especialidad")
def del_programa(quien: Medico) -> list[PlantillaVista]:
    """Las del programa. Dicen qué se espera; no escriben nada."""
    del quien
    return todas()


@rutas.put("/plantillas/elegida", status_code=204, summary="Con qué plantilla reviso")
def elegir(pedido: Eleccion, quien: Medico) -> None:
    """Se recuerda para sus siguientes notas, en cualquier equipo."""
    with quien.transaccion() as t:
        propias = {str(x.id) for x in textos_propios.listar(t, "plantilla")}
        if pedido.plantilla not in propias | plantillas().keys():
            raise NoExiste("Esa plantilla ya no está.", "Elija otra de la lista.")
        preferencias.guardar(t, "plantilla", pedido.plantilla)


@rutas.get("/tipos-de-enunciado", summary="Cómo se rotula cada tipo de enunciado")
def tipos(quien: Medico) -> list[TipoVisto]:
    """En el orden en que se leen dentro de su sección."""
    del quien
    return [TipoVisto(tipo=t, rotulo=rotulo("tipos", t)) for t in etiquetas()["tipos"]]


@rutas.get("/textos", summary="Mis frases y plantillas")
def listar(quien: Medico, tipo: Clase | None = None) -> list[TextoPropio]:
    """Las propias, por nombre; con `tipo`, solo frases o solo plantillas."""
    with quien.transaccion() as t:
        return textos_propios.listar(t, tipo)


@rutas.post("/textos", status_code=201, summary="Guardar una frase o plantilla")
def crear(pedido: AltaTexto, quien: Medico) -> TextoPropio:
    """Queda a su nombre; nadie más la ve. Una plantilla son varios renglones, cada uno en su sección."""
    with quien.transaccion() as t:
        datos = DatosTexto.model_validate(pedido.model_dump(exclude={"clase"}))
        return textos_propios.crear(t, pedido.clase, datos)


@rutas.put("/textos/{texto_id}", summary="Cambiar una frase o plantilla")
def cambiar(texto_id: UUID, pedido: DatosTexto, quien: Medico) -> TextoPropio:
    """Solo la propia."""
    with quien.transaccion() as t:
        return textos_propios.cambiar(t, texto_id, pedido)


@rutas.delete("/textos/{texto_id}", status_code=204, summary="Retirar una frase o plantilla")
def retirar(texto_id: UUID, quien: Medico) -> None:
    """Deja de ofrecerse; se conserva en la historia."""
    with quien.transaccion() as t:
        textos_propios.retirar(t, texto_id)


def todas() -> list[PlantillaVista]:
    """Las plantillas del programa."""
    return [
        PlantillaVista(
            clave=p.nombre, rotulo=p.rotulo, orden=p.orden,
            campos=tuple(CampoVisto(seccion=c.seccion, rotulo=c.rotulo, tipos=c.tipos) for c in p.campos),
        )
        for p in plantillas().values()
    ]  # fmt: skip
