# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""El reloj del servidor retrocede: ninguna sesión se vuelve eterna y ningún bloqueo se levanta solo.

Se mueve lo guardado hacia el futuro, que es como se ve desde un reloj que retrocedió.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest

from tests.web_base import ACCESO, Api, api, base, bien, error, motor  # noqa: F401


@pytest.fixture
def lugar(api: Api) -> UUID:
    nuevo = api.lugar()
    api.alta("doctora.uno", nuevo, "medico")
    return nuevo


def _adelantar_sesion(dada: Any, horas: float) -> None:
    """La sesión parece abierta dentro de `horas`."""
    dada.como_dueno(
        f"UPDATE expediente.sesion SET creada = creada + interval '{horas} hours',"
        f" ultimo_uso = ultimo_uso + interval '{horas} hours', caduca = caduca + interval '{horas} hours',"
        f" reautenticada = reautenticada + interval '{horas} hours'"
    )


def test_una_sesion_del_futuro_se_cierra(api: Api, lugar: UUID, base: Any) -> None:
    cliente = api.entrar("doctora.uno")
    _adelantar_sesion(base, 3)
    for _ in range(2):
        error(cliente.get("/api/sesion"), 401, "sin_sesion")
    with base.entrar() as conexion:
        fila = conexion.execute("SELECT motivo_cierre FROM expediente.sesion").fetchone()
    assert fila == {"motivo_cierre": "reloj"}


def test_un_ajuste_normal_del_reloj_no_saca_a_nadie(api: Api, lugar: UUID, base: Any) -> None:
    """Un minuto para atrás: sigue dentro, se anota el uso de hoy y lo delicado vuelve a pedir la clave."""
    cliente = api.entrar("doctora.uno")
    _adelantar_sesion(base, 0.02)
    bien(cliente.get("/api/sesion"))
    with base.entrar() as conexion:
        fila = conexion.execute(
            "SELECT ultimo_uso <= clock_timestamp() AS hoy FROM expediente.sesion"
        ).fetchone()
    assert fila == {"hoy": True}
    error(cliente.post("/api/cuenta/totp"), 403, "reautenticar")


def test_un_bloqueo_del_futuro_sigue_bloqueado(api: Api, lugar: UUID, base: Any) -> None:
    base.como_dueno(
        "UPDATE expediente.usuario SET intentos_fallidos = 3, bloqueado = now() + interval '1 day'"
    )
    pedido = {"usuario": "doctora.uno", "contrasena": ACCESO}
    error(api.cliente().post("/api/sesion", json=pedido), 401, "no_entra")


def test_un_codigo_ya_gastado_no_vuelve_a_valer_aunque_el_reloj_regrese(api: Api, lugar: UUID) -> None:
    totp: Any = pyotp.parse_uri(bien(api.entrar("doctora.uno").post("/api/cuenta/totp"), 201)["enlace"])
    ahora = datetime.now(UTC)
    pedido = {"usuario": "doctora.uno", "contrasena": ACCESO}
    bien(api.cliente().post("/api/sesion", json={**pedido, "codigo": totp.at(ahora)}))
    # Con el reloj atrás el intervalo vigente sería anterior al gastado: tampoco sirve.
    error(
        api.cliente().post("/api/sesion", json={**pedido, "codigo": totp.at(ahora - timedelta(seconds=30))}),
        401,
        "no_entra",
    )
