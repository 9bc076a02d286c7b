"""Cómo se dice el avance de un trabajo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scribe.trabajos.modelo import EstadoTrabajo, Estimacion
from scribe.web.avance import PASOS, decir
from scribe.web.rotulos import todos


def estimacion(**k: Any) -> Estimacion:
    return Estimacion(**{"por_delante": 0, "trabajadores": 1, "muestras": 3, **k})


def dicho(est: Estimacion | None, **k: Any) -> str:
    vacios = {"paso": None, "empezado": None, "motivo": None, "remedio": None}
    return decir(est, **{**vacios, **k}).texto


def test_cada_paso_tiene_su_rotulo() -> None:
    assert set(PASOS) <= todos()["paso"].keys()


@pytest.mark.parametrize(
    ("est", "k", "texto"),
    [
        (estimacion(), {"estado": "pendiente"}, "En la cola. Aún no se sabe cuánto tarda en este equipo."),
        (estimacion(por_delante=1, desde_s=170, hasta_s=190), {"estado": "pendiente"},
         "En la cola; hay una grabación antes. Faltan unos 4 minutos."),
        (estimacion(por_delante=2, trabajadores=0), {"estado": "pendiente"},
         "En la cola; hay 2 grabaciones antes. "
         "Está apagado lo que escribe las notas: seguirá solo en cuanto se encienda."),
        (estimacion(desde_s=1, hasta_s=9), {"estado": "en_curso", "paso": "separar"},
         "Separando las voces. Falta menos de un minuto."),
        (None, {"estado": "en_curso"}, "Empezando"),
        (estimacion(), {"estado": "hecho"}, "El borrador está listo"),
        (estimacion(), {"estado": "cancelado"}, "Se canceló; la grabación se conserva"),
        (estimacion(), {"estado": "requiere_atencion", "motivo": "Sin sitio.", "remedio": "Libere espacio."},
         "Se detuvo. Sin sitio. Libere espacio. La grabación está a salvo."),
    ],
)  # fmt: skip
def test_se_dice_que_pasa_y_cuanto_falta(est: Estimacion | None, k: dict[str, Any], texto: str) -> None:
    assert dicho(est, **k) == texto


def test_lo_que_ya_lleva_se_descuenta_y_nunca_falta_menos_que_nada() -> None:
    ahora = datetime(2026, 3, 5, tzinfo=UTC)
    k = {"estado": "en_curso", "empezado": ahora - timedelta(minutes=30), "ahora": ahora}
    assert dicho(estimacion(desde_s=35 * 60, hasta_s=40 * 60), **k).endswith("Faltan entre 5 y 10 minutos.")
    assert dicho(estimacion(desde_s=60, hasta_s=90), **k).endswith("Falta menos de un minuto.")


def test_la_parte_avanza_con_los_pasos() -> None:
    base = {"empezado": None, "motivo": None, "remedio": None, "estado": EstadoTrabajo.EN_CURSO}
    partes = [decir(None, paso=p, **base).parte for p in PASOS]
    assert partes == sorted(set(partes)) and partes[0] == 0
    assert decir(None, paso="guardar", **{**base, "estado": EstadoTrabajo.HECHO}).parte == 1
