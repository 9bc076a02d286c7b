"""Lo que cada persona prefiere en su pantalla. Es de quien actúa; nadie más lo lee ni lo cambia."""

from __future__ import annotations

from typing import Literal

from scribe.expediente.transaccion import Transaccion

Clave = Literal["plantilla"]
"""`plantilla`: con cuál revisa, una clave del programa (`general`…) o el id de una propia."""


def leer(t: Transaccion, clave: Clave) -> str | None:
    """Lo elegido la última vez; nada si nunca eligió."""
    fila = t.fila("preferencia", usuario=t.usuario, clave=clave)
    return str(fila["valor"]) if fila else None


def guardar(t: Transaccion, clave: Clave, valor: str) -> None:
    """La recuerda; lo anterior queda en la historia. Lo mismo de antes no deja rastro.

    `valor`: minúsculas, cifras y guiones, a lo más 60; otro lanza `DatoInvalido`.
    """
    fila = t.fila("preferencia", usuario=t.usuario, clave=clave)
    if fila is None:
        valores = {"usuario_id": t.usuario, "clave": clave, "valor": valor, "equipo": t.actor.equipo}
        t.agregar("preferencia", "preferencia.cambio", valores, detalle={"clave": clave})
    elif fila["valor"] != valor:
        t.cambiar("preferencia", fila["id"], "preferencia.cambio", {"valor": valor}, detalle={"clave": clave})
