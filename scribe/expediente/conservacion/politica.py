"""Las políticas de conservación: cuánto se guarda cada clase de dato y desde cuándo se cuenta."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scribe.expediente.errores import DatoInvalido
from scribe.expediente.transaccion import Transaccion

Tipo = Literal["expediente", "grabacion", "subida", "borrador", "respaldo"]
Unidad = Literal["dias", "anios"]
AlRevocar = Literal["destruir", "conservar"]
TIPOS: tuple[Tipo, ...] = get_args(Tipo)

MINIMO_ANIOS = 5
"""NOM-004-SSA3-2012 5.4. La base exige además quince a quien se atendió en Colombia (Res. 839 de 2017)."""


class Politica(BaseModel):
    """Cuánto se conserva una clase de dato. Sin `id` es la de omisión: la clínica no ha fijado otra."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tipo: Tipo
    titulo: str
    cantidad: int = Field(ge=0, le=36_500)
    unidad: Unidad
    desde: Literal["ultimo_acto", "firma", "creacion", "descarte"]
    fuente: str
    al_revocar: AlRevocar | None = None
    id: UUID | None = None
    cuando: datetime | None = None

    @property
    def plazo(self) -> str:
        """Como lo entiende PostgreSQL (`interval`)."""
        return f"{self.cantidad} {'years' if self.unidad == 'anios' else 'days'}"


@cache
def de_omision() -> Mapping[Tipo, Politica]:
    """Las que rigen mientras la clínica no fije otras (`datos/conservacion.toml`)."""
    datos = tomllib.loads(
        files("scribe.expediente").joinpath("datos", "conservacion.toml").read_text("utf-8")
    )
    return TypeAdapter(dict[Tipo, Politica]).validate_python({c: {"tipo": c, **v} for c, v in datos.items()})


def vigente(t: Transaccion, tipo: Tipo) -> Politica:
    """La que rige hoy para esa clase de dato."""
    omision, fila = de_omision()[tipo], t.fila("conservacion_politica_vigente", tipo=tipo)
    if fila is None:
        return omision
    cantidad, unidad = (fila["anios"], "anios") if fila["anios"] else (fila["dias"], "dias")
    cambios = {c: fila[c] for c in ("fuente", "al_revocar", "id", "cuando")}
    return omision.model_copy(update={"cantidad": cantidad, "unidad": unidad, **cambios})


def todas(t: Transaccion) -> list[Politica]:
    """Una por clase de dato."""
    return [vigente(t, tipo) for tipo in TIPOS]


def fijar(
    t: Transaccion,
    tipo: Tipo,
    cantidad: int,
    unidad: Unidad,
    fuente: str,
    al_revocar: AlRevocar | None = None,
) -> Politica:
    """Fija otra, desde hoy. No se edita la anterior: queda. Lanza `DatoInvalido` si baja del mínimo de ley.

    `fuente` dice quién lo decidió o qué norma lo pide; `al_revocar` (solo audio), si al revocarse el
    consentimiento se propone destruirlo ya (`destruir`) o cuando cumpla su plazo (`conservar`).
    """
    omision = de_omision()[tipo]
    if not fuente.strip():
        raise DatoInvalido("Falta decir de dónde sale ese plazo.", "Escriba quién lo decidió o qué norma.")
    anios = cantidad if unidad == "anios" else cantidad / 366
    if tipo == "expediente" and anios < MINIMO_ANIOS:
        raise DatoInvalido(
            "El expediente se conserva al menos cinco años desde el último acto médico (NOM-004 5.4).",
            "Dé cinco años o más.",
        )
    if al_revocar is not None and tipo != "grabacion":
        raise DatoInvalido("Qué hacer al revocar solo se fija para el audio.", "Quítelo.")
    nueva = omision.model_copy(update={"cantidad": cantidad, "unidad": unidad})
    t.agregar(
        "conservacion_politica", "conservacion.politica",
        {"tipo_dato": tipo, "plazo": nueva.plazo, "desde": omision.desde, "fuente": fuente.strip(),
         "al_revocar": al_revocar or omision.al_revocar, "usuario_id": t.actor.usuario,
         "equipo": t.actor.equipo},
        detalle={"tipo": tipo, "plazo": nueva.plazo},
    )  # fmt: skip
    return vigente(t, tipo)
