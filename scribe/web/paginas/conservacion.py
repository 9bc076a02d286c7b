"""Conservación: cuánto se guarda cada cosa, y decidir qué se destruye de lo que cumplió su plazo."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente.conservacion import retencion
from scribe.web import vista
from scribe.web.api import conservacion as api
from scribe.web.formularios import Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)


@rutas.get("/administrar/conservacion")
def conservacion(quien: Annotated[Sujeto, exige("conservacion.ver")]) -> Response:
    """Las políticas y lo que espera decisión."""
    return _pagina(quien, None)


@rutas.post("/administrar/conservacion/politica")
def fijar(escrito: Formulario, quien: Annotated[Sujeto, exige("conservacion.decidir")]) -> Response:
    """Otra política, desde hoy."""
    dado = escrito.dado("tipo", "cantidad", "unidad", "fuente", "al_revocar")
    _, fallo = intentar(lambda: api.fijar(api.PoliticaNueva.model_validate(dado), quien))
    return _pagina(quien, fallo) if fallo else seguir("/administrar/conservacion#guardado")


@rutas.post("/administrar/conservacion/buscar")
def buscar(quien: Annotated[Sujeto, exige("conservacion.decidir")]) -> Response:
    """Ahora mismo, lo que ya cumplió su plazo."""
    api.proponer(quien)
    return seguir("/administrar/conservacion")


@rutas.post("/administrar/conservacion/{propuesta_id}")
def decidir(
    propuesta_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("conservacion.decidir")]
) -> Response:
    """Destruir, que no tiene vuelta, o conservar."""
    dado = {"destruir": escrito["que"] == "destruir", "razon": escrito["razon"]}
    _, fallo = intentar(lambda: api.decidir(propuesta_id, api.Decision.model_validate(dado), quien))
    return _pagina(quien, fallo) if fallo else seguir("/administrar/conservacion#decidido")


@rutas.post("/retenciones/{retencion_id}/levantar")
def levantar(
    retencion_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("conservacion.decidir")]
) -> Response:
    """Quita un «no destruir»: lo suyo vuelve a sus plazos."""
    _, fallo = intentar(
        lambda: api.levantar(retencion_id, api.Razon.model_validate({"razon": escrito["razon"]}), quien)
    )
    return _pagina(quien, fallo) if fallo else seguir("/administrar/conservacion#levantada")


def _pagina(quien: Sujeto, fallo: Fallas | None) -> Response:
    decide = "administrador" in {rol for _, rol in quien.persona.roles}
    with quien.transaccion() as t:
        retenidas = retencion.todas(t, quien.establecimientos) if decide else []
    return vista.pagina(
        quien, "conservacion.html", 422 if fallo else 200, politicas=api.politicas(quien),
        propuestas=api.propuestas(quien, todas=True), fallo=fallo,
        retenidas=retenidas,
    )  # fmt: skip
