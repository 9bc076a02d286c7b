"""Las listas de la Res. 866 para los formularios de los establecimientos de Colombia."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from scribe.expediente import catalogos
from scribe.expediente.transaccion import Transaccion

Opciones = list[tuple[str, str]]
DE_LA_PERSONA = {
    "genero": "CO_GENERO", "discapacidad": "CO_DISCAPACIDAD", "grupo_etnico": "CO_ETNIA", "zona": "CO_ZONA",
    "si_no": "CO_SI_NO", "pais": "ISO_3166_1",
}  # fmt: skip
DE_LA_ATENCION = {
    "modalidad": "CO_MODALIDAD", "grupo_servicios": "CO_GRUPO_SERVICIOS", "entorno": "CO_ENTORNO",
    "via_ingreso": "CO_VIA_INGRESO", "causa": "CO_CAUSA", "finalidad": "CO_FINALIDAD",
}  # fmt: skip
"""Cada campo de `DatosEncuentro` con lista cerrada y su catálogo (elementos 18 a 21 y 25)."""


def de_la_atencion(t: Transaccion) -> dict[str, Opciones]:
    """Lo que se elige al empezar una consulta, con las claves que hoy rigen."""
    return {campo: _lista(t, catalogo) for campo, catalogo in DE_LA_ATENCION.items()}


def de_la_persona(t: Transaccion) -> dict[str, Any]:
    """Lo que se elige de una persona; `municipios` va por departamento, con su clave de la DIVIPOLA."""
    listas: dict[str, Any] = {campo: _lista(t, catalogo) for campo, catalogo in DE_LA_PERSONA.items()}
    listas["pais"].sort(key=lambda opcion: (opcion[0] != "COL", opcion[1]))
    departamentos = dict(_lista(t, "CO_DEPARTAMENTO"))
    por_departamento = groupby(_lista(t, "CO_MUNICIPIO"), key=lambda opcion: opcion[0][:2])
    listas["municipios"] = sorted((departamentos.get(d, d), list(m)) for d, m in por_departamento)
    return listas


def _lista(t: Transaccion, catalogo: str) -> Opciones:
    """Claves y títulos, por clave."""
    return list(catalogos.conceptos(t, catalogos.vigente(t, catalogo, date.today())).items())
