"""Administración de los destinos: a qué otros sistemas se envía, probarlos y apagarlos."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import destinos
from scribe.trabajos import envios
from scribe.web import vista
from scribe.web.api import envios as api
from scribe.web.formularios import Escrito, Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_AQUI = "/administrar/destinos"


@rutas.get(_AQUI)
def lista(quien: Annotated[Sujeto, exige("administrar.ver")]) -> Response:
    """Los que hay y cómo van sus envíos."""
    return _pagina(quien, Escrito(recibe="firmada"), None)


@rutas.post(_AQUI)
def alta(escrito: Formulario, quien: Annotated[Sujeto, exige("destino.cambiar")]) -> Response:
    """Autoriza otro. Se prueba después, con su botón."""
    dado = {**escrito.dado("nombre", "clase", "direccion"), "ajustes": _ajustes(escrito)}
    _, fallo = intentar(lambda: api.alta(api.AltaDestino.model_validate(dado), quien))
    return _pagina(quien, escrito, fallo) if fallo else seguir(f"{_AQUI}#guardado")


@rutas.post("/administrar/destinos/{destino_id}/activo")
def activo(
    destino_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("destino.cambiar")]
) -> Response:
    """Lo apaga, o lo vuelve a encender."""

    def hacer() -> object:
        if escrito["activo"] == "si":
            return api.cambiar(destino_id, api.CambioDestino(activo=True), quien)
        return api.apagar(destino_id, quien)

    _, fallo = intentar(hacer)
    return _pagina(quien, Escrito(), fallo) if fallo else seguir(f"{_AQUI}#guardado")


@rutas.post("/administrar/destinos/{destino_id}/prueba")
def probar(destino_id: UUID, quien: Annotated[Sujeto, exige("destino.cambiar")]) -> Response:
    """Le pregunta qué admite, sin mandar nada clínico."""
    prueba, fallo = intentar(lambda: api.probar(destino_id, quien))
    faltas = prueba.faltas if prueba is not None else None
    return _pagina(quien, Escrito(), fallo, probado=destino_id, faltas=faltas)


def _ajustes(escrito: Escrito) -> dict[str, Any]:
    recibe = ["borrador", "firmada"] if escrito["recibe"] == "ambas" else ["firmada"]
    if escrito["clase"] != "fhir":
        return {"recibe": recibe}
    redes = escrito["redes"].replace(",", " ").split()
    return {"recibe": recibe, "redes": redes, "credencial": escrito["credencial"] or "ninguna"}


def _pagina(quien: Sujeto, e: Escrito, fallo: Fallas | None, **mas: Any) -> Response:
    with quien.transaccion() as t:
        todos = destinos.listar(t)
        pendientes = envios.abiertos(t, list(quien.establecimientos))
    return vista.pagina(
        quien, "destinos.html", 422 if fallo else 200, destinos=todos, envios=pendientes, e=e, fallo=fallo,
        probado=mas.get("probado"), faltas=mas.get("faltas"),
    )  # fmt: skip
