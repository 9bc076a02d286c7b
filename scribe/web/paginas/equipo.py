"""El equipo: modelos, disco, trabajadores, cola y respaldos. Se mira; lo que cambia se hace en la consola."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response

from scribe.ajustes import Ajustes
from scribe.errores import ErrorScribe
from scribe.expediente import listas
from scribe.modelos import almacen, perfil
from scribe.trabajos import capacidad
from scribe.trabajos.modelo import COLAS
from scribe.web import vista
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_POCO = 10 << 30
"""Bytes libres por debajo de los cuales conviene hacer sitio: unas 100 horas de consulta."""


@rutas.get("/administrar/equipo")
def equipo(quien: Annotated[Sujeto, exige("administrar.ver")]) -> Response:
    """Cómo está el servidor hoy."""
    servicios = quien.servicios
    with quien.transaccion() as t:
        vivos = {cola: capacidad.vivos(t, cola) for cola in COLAS}
        respaldo = t.una("ultimo_evento", "el último respaldo", evento="respaldo.hecho")["cuando"]
        cola = listas.del_servidor(t)
    dias = (datetime.now(UTC) - respaldo).days if respaldo else None
    disco = shutil.disk_usage(servicios.datos)
    return vista.pagina(
        quien, "equipo.html", modelos=_modelos(), disco=disco, poco=disco.free < _POCO, vivos=vivos,
        trabajadores={w.cola: w for w in servicios.trabajadores()}, cola=cola, respaldo=respaldo, dias=dias,
        datos=servicios.datos,
    )  # fmt: skip


def _modelos() -> list[dict[str, Any]]:
    """Los del perfil en uso, y si están enteros. Sus sumas se recuerdan: no se releen cada vez."""
    try:
        elegido = perfil(Ajustes().perfil)
    except ErrorScribe as fallo:
        return [{"funcion": "perfil", "nombre": fallo.mensaje, "estado": "falta", "licencia": ""}]
    salida = []
    for funcion, clave in elegido.modelos.items():
        modelo = almacen().modelo(clave)
        estado, _ = almacen().estado(clave)
        salida.append(
            {"funcion": funcion, "nombre": modelo.nombre, "estado": estado, "licencia": modelo.licencia}
        )
    return salida
