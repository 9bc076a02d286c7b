"""Administración de los establecimientos y del texto que se lee antes de grabar."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Response

from scribe.expediente import consentimientos, usuarios
from scribe.expediente.errores import NoExiste
from scribe.expediente.modelo import Finalidad, Pais
from scribe.expediente.transaccion import Transaccion
from scribe.web import vista
from scribe.web.api import usuarios as api
from scribe.web.api.sesion import Lugar
from scribe.web.formularios import Escrito, Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_LUGAR = ("pais", "nombre", "tipo", "domicilio", "clave", "institucion", "razon_social",
          "telefono")  # fmt: skip


@rutas.get("/administrar/establecimientos")
def lista(quien: Annotated[Sujeto, exige("administrar.ver")]) -> Response:
    """Dónde se atiende y qué texto de consentimiento rige en cada país."""
    return _pagina(quien, Escrito(), None)


@rutas.post("/administrar/establecimientos")
def alta(escrito: Formulario, quien: Annotated[Sujeto, exige("establecimiento.cambiar")]) -> Response:
    """Otro establecimiento; quien lo da de alta lo administra."""
    _, fallo = intentar(lambda: api.alta_establecimiento(Lugar(**escrito.dado(*_LUGAR)), quien))
    return _pagina(quien, escrito, fallo) if fallo else seguir("/administrar/establecimientos#guardado")


@rutas.post("/administrar/textos")
def publicar(escrito: Formulario, quien: Annotated[Sujeto, exige("establecimiento.cambiar")]) -> Response:
    """Una versión nueva del texto; las anteriores se conservan y lo ya consentido sigue valiendo."""
    dado = {**escrito.dado("finalidad", "pais", "texto"), "version": f"{datetime.now():%Y-%m-%d %H:%M:%S}"}
    _, fallo = intentar(lambda: api.publicar_texto(api.TextoConsentimiento.model_validate(dado), quien))
    return _pagina(quien, escrito, fallo) if fallo else seguir("/administrar/establecimientos#guardado")


def _pagina(quien: Sujeto, e: Escrito, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        todos = usuarios.establecimientos(t)
        paises = sorted({lugar.pais for lugar in todos})
        textos = [(f, p, _vigente(t, f, p)) for p in paises for f in get_args(Finalidad)]
    return vista.pagina(
        quien, "establecimientos.html", 422 if fallo else 200, lugares=todos, textos=textos, e=e, fallo=fallo
    )


def _vigente(t: Transaccion, finalidad: Finalidad, pais: Pais) -> tuple[str, str] | None:
    try:
        _, version, texto = consentimientos.texto_vigente(t, finalidad, pais)
    except NoExiste:
        return None
    return version, texto
