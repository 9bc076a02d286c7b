"""La huella de una fila que no debe cambiar: con ella la bitácora prueba su contenido."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

CAMBIANTES: dict[str, frozenset[str]] = {
    "nota": frozenset({"estado", "ultima_version"}),
    "paciente": frozenset({"absorbido_por"}),
    "sesion": frozenset({"ultimo_uso", "reautenticada", "cerrada", "motivo_cierre"}),
}
"""Columnas fuera de la huella: las que llevan los triggers, que `verificar` rehace desde lo sellado, y el
uso de una sesión. Que una cerrada siga cerrada se comprueba con su asiento de salida."""

SELLADAS: tuple[str, ...] = (
    "paciente", "paciente_version", "paciente_identificador", "paciente_fusion", "paciente_fusion_deshecha",
    "encuentro", "encuentro_cierre", "encuentro_complemento", "consentimiento_texto", "consentimiento",
    "consentimiento_revocacion",
    "grabacion", "transcripcion", "borrador", "nota", "nota_estado", "nota_version", "nota_firma",
    "nota_documento", "nota_decision", "nota_conflicto", "transcripcion_cambio", "diagnostico", "problema",
    "alergia", "medicacion", "receta", "conservacion_politica",
    "conservacion_propuesta", "conservacion_decision", "conservacion_destruccion", "conservacion_acta",
    "retencion", "retencion_levantada", "respaldo", "intercambio", "intercambio_intento", "establecimiento",
    "usuario", "usuario_rol", "usuario_secreto", "sesion", "tarea", "destino",
)  # fmt: skip
"""Tablas en que cada fila tiene su asiento con huella; `verificar` las recorre todas."""

CON_HISTORIA = frozenset(
    {"establecimiento", "usuario", "usuario_rol", "usuario_secreto", "paciente_identificador", "tarea",
     "destino"}
)  # fmt: skip
"""Las selladas que cambian: cada cambio deja otra huella, y su fila anterior en `historia`."""


def huella(tabla: str, fila: Mapping[str, Any]) -> bytes:
    """SHA-256 (32 bytes) de los valores de una fila, en un orden y una forma que no dependen de nada.

    Los nulos no cuentan: así una columna que se agregue después no cambia las huellas de antes.
    """
    suma = hashlib.sha256(tabla.encode())
    fuera = CAMBIANTES.get(tabla, frozenset())
    for columna in sorted(fila):
        valor = fila[columna]
        if valor is None or columna in fuera:
            continue
        clase, octetos = _octetos(valor)
        suma.update(f"\0{columna}\0{clase}{len(octetos)}\0".encode() + octetos)
    return suma.digest()


def canonico(dato: Any) -> bytes:
    """JSON con las claves en orden y sin espacios: el mismo dato da siempre los mismos bytes."""
    return json.dumps(
        dato, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_texto
    ).encode()


def _octetos(valor: Any) -> tuple[str, bytes]:
    if isinstance(valor, bytes | bytearray | memoryview):
        return "b", bytes(valor)
    if isinstance(valor, dict | list):
        return "j", canonico(valor)
    return "t", _texto(valor).encode()


def _texto(valor: Any) -> str:
    if isinstance(valor, datetime):
        return valor.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(valor, date):
        return valor.isoformat()
    if isinstance(valor, UUID):
        return str(valor)
    if isinstance(valor, bool):
        return "true" if valor else "false"
    return str(valor)
