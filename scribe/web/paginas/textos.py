"""Mis plantillas y frases: escribirlas, cambiarlas y quitarlas sin entrar a ninguna nota."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.consulta import SECCIONES
from scribe.expediente import textos_propios
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.textos_propios import DatosTexto, TextoPropio
from scribe.salida.etiquetas import etiquetas, rotulo
from scribe.soap.plantillas import plantillas
from scribe.web import vista
from scribe.web.api import textos as api
from scribe.web.formularios import Escrito, Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
Medico = Annotated[Sujeto, exige("texto.propio")]
_DE_MAS = 3
"""Renglones en blanco que se ofrecen al final de una plantilla."""


@rutas.get("/textos")
def mis_textos(quien: Medico) -> Response:
    """Las frases y las plantillas de quien entra, cada una con su forma."""
    return _pagina(quien)


@rutas.post("/textos")
def crear(escrito: Formulario, quien: Medico) -> Response:
    """Una frase o una plantilla nueva."""
    clase = "plantilla" if escrito["clase"] == "plantilla" else "frase"

    def hacer() -> TextoPropio:
        datos = _datos(escrito).model_dump()
        return api.crear(api.AltaTexto.model_validate({**datos, "clase": clase}), quien)

    return _hecho(quien, f"nueva-{clase}", escrito, hacer)


@rutas.post("/textos/{texto_id}")
def cambiar(texto_id: UUID, escrito: Formulario, quien: Medico) -> Response:
    """La deja como se escribió; lo anterior queda en la historia."""
    return _hecho(quien, str(texto_id), escrito, lambda: api.cambiar(texto_id, _datos(escrito), quien))


@rutas.post("/textos/{texto_id}/retiro")
def retirar(texto_id: UUID, quien: Medico) -> Response:
    """Deja de ofrecerse."""
    api.retirar(texto_id, quien)
    return seguir("/textos#quitada")


def _hecho(quien: Sujeto, cual: str, escrito: Escrito, que: Callable[[], object]) -> Response:
    _, fallo = intentar(que)
    return _pagina(quien, cual, escrito, fallo) if fallo else seguir("/textos#guardada")


def _datos(escrito: Escrito) -> DatosTexto:
    """Lo escrito; los renglones vacíos no cuentan. Lanza `DatoInvalido` si ninguno dice algo."""
    renglones = [r for r in _renglones(escrito) if r["texto"]]
    if not renglones:
        raise DatoInvalido("Le falta el texto.", "Escriba al menos un renglón.")
    return DatosTexto.model_validate(
        {"nombre": escrito["nombre"].lstrip("/ "), "especialidad": escrito["especialidad"],
         "renglones": [{**_lugar(r["donde"]), "texto": r["texto"]} for r in renglones]}
    )  # fmt: skip


def _renglones(escrito: Escrito) -> list[dict[str, str]]:
    """Los pares `donde-0`, `texto-0`… como vinieron."""
    cuantos = 1 + max((int(c[6:]) for c in escrito if c.startswith("texto-") and c[6:].isdigit()), default=-1)
    return [{"donde": escrito[f"donde-{i}"], "texto": escrito[f"texto-{i}"]} for i in range(min(cuantos, 60))]


def _lugar(donde: str) -> dict[str, str]:
    seccion, _, tipo = donde.partition(".")
    if seccion not in lugares() or not tipo:
        raise DatoInvalido("Falta decir dónde va un renglón.", "Elíjalo de la lista.")
    return {"seccion": seccion, "tipo": tipo}


@cache
def lugares() -> dict[str, tuple[str, ...]]:
    """Los tipos de enunciado que caben en cada sección."""
    texto = files("scribe.web").joinpath("datos", "lugares_texto.toml").read_text("utf-8")
    return {s: tuple(tipos) for s, tipos in tomllib.loads(texto).items()}


@cache
def _opciones() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Los grupos del menú «Dónde va»: cada sección con sus lugares."""
    titulos = etiquetas()["secciones"]
    return tuple(
        (titulos[s]["titulo"], tuple((f"{s}.{t}", _nombre(t, titulos[s]["titulo"])) for t in lugares()[s]))
        for s in SECCIONES
    )


def _nombre(tipo: str, seccion: str) -> str:
    return f"{seccion}, sin clasificar" if tipo == "agregado" else rotulo("tipos", tipo)


def _pagina(
    quien: Sujeto, cual: str = "", escrito: Escrito | None = None, fallo: Fallas | None = None
) -> Response:
    """`cual` es la forma que falló: vuelve a salir con lo escrito y abierta."""
    with quien.transaccion() as t:
        propios = textos_propios.listar(t)
    formas = {str(p.id): _forma(p) for p in propios}
    formas |= {f"nueva-{clase}": _vacia(clase) for clase in ("frase", "plantilla")}
    if escrito is not None and cual in formas:
        formas[cual] |= {
            "nombre": escrito["nombre"], "especialidad": escrito["especialidad"],
            "renglones": _renglones(escrito), "abierta": True,
        }  # fmt: skip
    especialidades = [("", "Ninguna")] + [(p.nombre, p.rotulo) for p in plantillas().values()]
    return vista.pagina(
        quien, "textos.html", 422 if fallo else 200, propios=propios, formas=formas, fallo=fallo,
        opciones=_opciones(), especialidades=especialidades,
        conocidos={clave for _, grupo in _opciones() for clave, _ in grupo},
    )  # fmt: skip


def _forma(propio: TextoPropio) -> dict[str, object]:
    renglones = [
        {"donde": f"{r.seccion}.{r.tipo}", "texto": r.texto, "rotulo": _en_palabras(r.seccion, r.tipo)}
        for r in propio.datos.renglones
    ]
    en_blanco = [{"donde": renglones[-1]["donde"], "texto": ""}] * (
        _DE_MAS if propio.clase == "plantilla" else 0
    )
    return {
        "clase": propio.clase, "nombre": propio.datos.nombre, "especialidad": propio.datos.especialidad,
        "renglones": [*renglones, *en_blanco][:60], "dichos": renglones, "abierta": False,
    }  # fmt: skip


def _en_palabras(seccion: str, tipo: str) -> str:
    titulo = str(etiquetas()["secciones"][seccion]["titulo"])
    return titulo if tipo in ("agregado", "pronostico") else f"{titulo}, {rotulo('tipos', tipo).lower()}"


def _vacia(clase: str) -> dict[str, object]:
    donde = ("subjetivo.sintoma", "objetivo.hallazgo", "plan.indicacion", "plan.alarma", "plan.cita")
    blancos = [{"donde": d, "texto": ""} for d in (donde if clase == "plantilla" else donde[1:2])]
    return {
        "clase": clase, "nombre": "", "especialidad": "", "renglones": blancos, "dichos": [],
        "abierta": False,
    }  # fmt: skip
