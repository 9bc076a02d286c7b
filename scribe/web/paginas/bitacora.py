"""La bitácora para quien audita o administra: leerla, filtrarla y comprobarla. Nada se escribe aquí."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import usuarios
from scribe.web import vista
from scribe.web.api import sistema as api
from scribe.web.formatos import dia, hoy
from scribe.web.formularios import Escrito, Formulario, intentar
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
POR_PAGINA = 200
_COLUMNAS = (
    "seq", "cuando", "usuario_id", "evento", "objeto", "objeto_id", "paciente_id", "resultado", "equipo",
)  # fmt: skip


@rutas.get("/bitacora")
def de_hoy(quien: Annotated[Sujeto, exige("bitacora.ver")]) -> Response:
    """Lo de hoy."""
    return _pagina(quien, Escrito(desde=hoy(quien.zona).isoformat()))


@rutas.post("/bitacora")
def filtrar(escrito: Formulario, quien: Annotated[Sujeto, exige("bitacora.ver")]) -> Response:
    """Por persona, fechas y clase de evento."""
    return _pagina(quien, escrito)


@rutas.post("/bitacora/verificacion")
def verificar(quien: Annotated[Sujeto, exige("bitacora.verificar")]) -> Response:
    """Comprueba la cadena entera, las cabezas guardadas y el contenido de cada fila sellada."""
    hecho = api.verificacion(quien)
    return _pagina(quien, Escrito(desde=hoy(quien.zona).isoformat()), verificada=hecho)


@rutas.post("/bitacora/cabeza")
def cabeza(quien: Annotated[Sujeto, exige("bitacora.verificar")]) -> Response:
    """La cabeza firmada, para guardarla fuera del equipo."""
    return _pagina(quien, Escrito(desde=hoy(quien.zona).isoformat()), cabeza=api.la_cabeza(quien))


@rutas.post("/bitacora/informe")
def informe(escrito: Formulario, quien: Annotated[Sujeto, exige("bitacora.ver")]) -> Response:
    """Lo mismo que se ve filtrado, hasta 5000 asientos, para abrirlo en una hoja de cálculo."""
    filtro = _filtro(escrito, quien.zona).model_copy(update={"limite": 5000})
    asientos = api.informe(filtro, quien)
    with quien.transaccion() as t:
        personas = {u.id: u.nombre_completo for u in usuarios.listar(t, inactivos=True)}
    salida = io.StringIO()
    hoja = csv.writer(salida)
    hoja.writerow(_COLUMNAS)
    for a in asientos:
        dice = [a[c] for c in _COLUMNAS]
        dice[2] = personas.get(a["usuario_id"], a["usuario_id"])
        hoja.writerow(_sin_formula(valor) for valor in dice)
    nombre = f"bitacora-{hoy(quien.zona):%Y-%m-%d}.csv"
    cabeceras = {"Content-Disposition": f'attachment; filename="{nombre}"'}
    return Response("\ufeff" + salida.getvalue(), media_type="text/csv; charset=utf-8", headers=cabeceras)


def _sin_formula(valor: Any) -> str:
    """Un texto que una hoja de cálculo no tomará por fórmula."""
    texto = "" if valor is None else str(valor)
    return f"'{texto}" if texto[:1] in {"=", "+", "-", "@", "\t", "\r"} else texto


def _pagina(quien: Sujeto, e: Escrito, **mas: Any) -> Response:
    asientos, fallo = intentar(lambda: api.informe(_filtro(e, quien.zona), quien))
    hallados = asientos or []
    with quien.transaccion() as t:
        personas = {u.id: u for u in usuarios.listar(t, inactivos=True)}
        eventos = {f["codigo"]: f["descripcion"] for f in t.filas("tipos_de_evento")}
    hay_mas = len(hallados) > POR_PAGINA
    hallados = hallados[:POR_PAGINA]
    clases = sorted({c.split(".")[0] for c in eventos})
    de_quien = sorted((u.nombre_completo, str(u.id)) for u in personas.values())
    return vista.pagina(
        quien, "bitacora.html", 422 if fallo else 200, e=e, fallo=fallo, asientos=hallados, eventos=eventos,
        personas=personas, clases=[("", "Todo"), *((c, c.capitalize()) for c in clases)],
        de_quien=[("", "Todos"), *((uno, nombre) for nombre, uno in de_quien)],
        siguiente=hallados[-1]["seq"] if hay_mas else None,
        verificada=mas.get("verificada"), cabeza=mas.get("cabeza"),
    )  # fmt: skip


def _filtro(e: Escrito, zona: str | None) -> api.Filtro:
    hasta = dia(e["hasta"], zona)
    return api.Filtro(
        usuario=UUID(e["usuario"]) if e["usuario"] else None, desde=dia(e["desde"], zona),
        hasta=hasta + timedelta(days=1) if hasta else None, evento=f"{e['clase']}." if e["clase"] else None,
        despues=int(e["despues"] or 0), limite=POR_PAGINA + 1,
    )  # fmt: skip
