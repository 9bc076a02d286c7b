"""Recorre la API con schemathesis: peticiones inventadas desde su OpenAPI, contra una clínica poblada.

Con identificadores al azar casi todo sería 404: dos de cada tres veces se ponen los de verdad, y la versión
que toca, para que la petición llegue hasta el fondo.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scribe.expediente import notas, usuarios
from scribe.expediente.bitacora import Actor
from scribe.web import sesiones
from tests.revision_base import con_borrador
from tests.web_base import Api, subir

CABECERAS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
CHEQUEOS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
FUERA = {503: "los catálogos o la base no están"}
"""Lo que el esquema admite pero aquí delataría un recorrido que no prueba nada."""


@dataclass
class Recorrido:
    """La API, quien la recorre (con todos los papeles) y los identificadores de verdad."""

    api: Api
    persona: UUID
    ids: dict[str, str]
    cuerpo: dict[str, Any]
    hallazgos: list[str] = field(default_factory=list)
    codigos: dict[int, int] = field(default_factory=dict)

    def recorrer(
        self, *, ejemplos: int, semilla: int | None, cuales: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Todas las operaciones, lo que termina algo al último. Deja en `hallazgos` lo que no cumple."""
        esquema = schemathesis.openapi.from_asgi(
            "/api/openapi.json", self.api.app, headers={"Host": "localhost"}
        )
        operaciones = [r.ok() for r in esquema.get_all_operations()]
        for operacion in sorted(operaciones, key=lambda o: (_termina(o), o.path, o.method)):
            if cuales(operacion.label):
                self._probar(operacion, ejemplos, semilla)

    def _probar(self, operacion: Any, ejemplos: int, semilla: int | None) -> None:
        propios = {p.name: self.ids[p.name] for p in operacion.path_parameters if p.name in self.ids}
        modos = [operacion.as_strategy(m) for m in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
                 if m is GenerationMode.POSITIVE or operacion.body or operacion.query]  # fmt: skip
        ficha = self._sesion()

        def caso(dado: Case, de_verdad: bool) -> None:
            if de_verdad:
                dado.path_parameters = {**dado.path_parameters, **propios}
                dado.body = self._acercar(dado.body)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                respuesta = dado.call(
                    base_url="http://localhost", cookies={self.api.servicios.cookie: ficha[0]},
                    headers={"Host": "localhost"}, timeout=120,
                )  # fmt: skip
            self.codigos[respuesta.status_code] = self.codigos.get(respuesta.status_code, 0) + 1
            if respuesta.status_code == 401:
                ficha[0] = self._sesion()[0]
            if respuesta.status_code == 507:
                return  # pidió guardar más de lo que cabe: no es un fallo del servidor
            assert respuesta.status_code not in FUERA, FUERA[respuesta.status_code]
            dado.validate_response(respuesta, checks=CHEQUEOS)
            for nombre, valor in CABECERAS.items():
                assert valor in respuesta.headers.get(nombre, [""])[0], f"falta {nombre}"

        prueba = given(dado=st.one_of(modos), de_verdad=st.sampled_from((True, True, False)))(caso)
        ajustes = settings(
            max_examples=ejemplos, deadline=None, database=None, phases=[Phase.generate],
            derandomize=semilla is None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        )  # fmt: skip
        prueba = ajustes(prueba)
        if semilla is not None:
            prueba = hypothesis.seed(semilla)(prueba)
        try:
            prueba()
        except BaseException as fallo:  # schemathesis agrupa sus hallazgos en ExceptionGroup
            if isinstance(fallo, KeyboardInterrupt):
                raise
            self.hallazgos.append(f"{operacion.label}: {_texto(fallo)}")

    def _acercar(self, cuerpo: Any) -> Any:
        """El cuerpo con los identificadores de verdad y sobre la versión que toca."""
        if not isinstance(cuerpo, dict):
            return cuerpo
        nota = UUID(self.ids["nota_id"])
        with self.api.servicios.expediente.transaccion(Actor(self.persona, "esquema")) as t:
            ultima = t.una("nota_por_id", "la nota", id=nota)["ultima_version"]
            actual = json.loads(notas.leer_version(t, nota).contenido)
        if isinstance(cuerpo.get("contenido"), dict) and isinstance(
            cuerpo["contenido"].get("nota", {}), dict
        ):
            libres = ("tipo", "servicio", "lugar", "signos", "receta", "motivo_adenda")
            dicho = {c: v for c, v in cuerpo["contenido"].items() if c in libres}
            suyos = cuerpo["contenido"].get("nota", {}).get("analisis", [])
            actual["nota"]["analisis"] += suyos if isinstance(suyos, list) else []
            cuerpo = {**cuerpo, "contenido": {**actual, **dicho}}
        puestos = {**self.cuerpo, "sobre": ultima, "version": ultima, "numero": 1, "indice": 0}
        return {c: puestos.get(c, v) if not isinstance(v, dict | list) else v for c, v in cuerpo.items()}

    def _sesion(self) -> list[str]:
        """Una ficha nueva y la cuenta abierta: la anterior pudo cerrarse en el camino."""
        with self.api.servicios.expediente.transaccion(Actor(self.persona, "esquema")) as t:
            if usuarios.leer(t, self.persona).bloqueado is not None:
                usuarios.desbloquear(t, self.persona)
            return [sesiones.abrir(t, self.persona, self.api.servicios.plazos)]


def _termina(operacion: Any) -> bool:
    """Si deja algo cerrado: borrar, firmar, descartar, cerrar, cancelar, fusionar."""
    finales = (
        "/firma",
        "/descarte",
        "/cierre",
        "/cancelacion",
        "/fusiones",
        "/activacion",
        "/revocacion",
        "/roles",
    )
    return operacion.method == "delete" or (
        operacion.method != "get" and any(f in operacion.path for f in finales)
    )


def _texto(fallo: BaseException) -> str:
    partes = [fallo] if not isinstance(fallo, BaseExceptionGroup) else list(fallo.exceptions)
    return " | ".join(f"{type(p).__name__}: {str(p)[:1500]}" for p in partes)


def armar(api: Api) -> Recorrido:
    """Una clínica con de todo, y una persona con todos los papeles."""
    from tests.integracion.test_web_permisos import ROLES, _poblar

    api.servicios.catalogo.titulo("CIE-10", "I10")  # abrirlos tarda: que no sea a media petición
    lugar = api.lugar()
    persona = api.alta("todo.puede", lugar, *ROLES)
    otra = api.alta("otra.persona", lugar, "medico")
    ids = _poblar(api, lugar, persona, "GOMA800101MDFMRN05")
    nota = con_borrador(api, persona, UUID(ids["encuentro_id"]))
    with api.servicios.expediente.transaccion(Actor(persona, "esquema")) as t:
        ficha = sesiones.abrir(t, persona, api.servicios.plazos)
    cliente = api.cliente(cookies={api.servicios.cookie: ficha})
    oida = subir(cliente, ids["encuentro_id"], ids["consentimiento_id"])["grabacion"]
    ids |= {"nota_id": nota["nota"], "usuario_id": str(otra), "grabacion_id": oida}
    with api.servicios.expediente.transaccion(Actor(persona, "esquema")) as t:
        texto = t.una("consentimiento_por_id", "el consentimiento", id=UUID(ids["consentimiento_id"]))[
            "texto_id"
        ]
    cuerpo = {
        "paciente": ids["paciente_id"], "medico": str(persona), "establecimiento": str(lugar),
        "texto": str(texto), "consentimiento": ids["consentimiento_id"], "encuentro": ids["encuentro_id"],
        "absorbido": ids["paciente_id"],
    }  # fmt: skip
    return Recorrido(api, persona, ids, cuerpo)
