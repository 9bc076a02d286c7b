"""Sesiones del lado del servidor: la cookie es una ficha al azar; aquí solo se guarda su sha256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from scribe.expediente.bitacora import Asiento
from scribe.expediente.transaccion import Transaccion

_TOCAR_CADA = timedelta(seconds=20)
_DERIVA = timedelta(minutes=2)  # lo que un ajuste normal del reloj puede retroceder


@dataclass(frozen=True, slots=True)
class Plazos:
    """Cuánto dura una sesión sin uso, en total, y cuánto vale haber escrito la contraseña."""

    inactiva: timedelta = timedelta(minutes=15)
    maxima: timedelta = timedelta(hours=12)
    reciente: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sesion:
    """Una sesión viva."""

    id: UUID
    usuario: UUID
    equipo: str
    reciente: bool
    caduca: datetime


def abrir(t: Transaccion, usuario: UUID, plazos: Plazos) -> str:
    """Abre una sesión y devuelve la ficha, que no se guarda."""
    ficha = secrets.token_urlsafe(32)
    fila = t.una(
        "sesion_alta", "la sesión", id=uuid4(), usuario=usuario, ficha=_marca(ficha), equipo=t.actor.equipo,
        dura=plazos.maxima,
    )  # fmt: skip
    t.asentar_fila("sesion", fila, "sesion.apertura")
    return ficha


def leer(t: Transaccion, ficha: str, plazos: Plazos, *, tocar: bool = True) -> Sesion | None:
    """La sesión de una ficha, si sigue viva; la que venció se cierra aquí. Con `tocar`, anota que se usó."""
    fila = t.fila("sesion_por_ficha", ficha=_marca(ficha))
    if fila is None:
        return None
    ahora = fila["ahora"]
    quieta = ahora - fila["ultimo_uso"]
    atrasado = ahora < fila["creada"] - _DERIVA  # el plazo máximo ya no se puede medir
    if ahora >= fila["caduca"] or quieta > plazos.inactiva or atrasado:
        motivo = "inactividad" if quieta > plazos.inactiva else "reloj" if atrasado else "vencimiento"
        cerrar(t, fila["id"], motivo)
        return None
    # Un reloj que retrocede no debe dejar la sesión viva para siempre: también se toca.
    if tocar and (quieta > _TOCAR_CADA or quieta < timedelta()):
        t.fila("sesion_tocar", id=fila["id"])
    vale = (
        fila["reautenticada"] is not None and timedelta() <= ahora - fila["reautenticada"] <= plazos.reciente
    )
    return Sesion(fila["id"], fila["usuario_id"], fila["equipo"], vale, fila["caduca"])


def reautenticar(t: Transaccion, sesion: UUID) -> None:
    """Acaba de escribir la contraseña."""
    t.fila("sesion_reautenticar", id=sesion)
    t.asentar(Asiento("sesion.reautenticada", objeto="sesion", objeto_id=sesion))


def cerrar(t: Transaccion, sesion: UUID, motivo: str) -> None:
    """Cierra una sesión; cerrarla dos veces no hace nada."""
    if t.fila("sesion_cerrar", id=sesion, motivo=motivo):
        t.asentar(Asiento("sesion.salida", objeto="sesion", objeto_id=sesion, detalle={"motivo": motivo}))


def cerrar_vencidas(t: Transaccion, plazos: Plazos) -> int:
    """Cierra las que vencieron y nadie volvió a usar; dice cuántas."""
    vencidas = t.filas("sesiones_caducadas", inactiva=plazos.inactiva)
    for fila in vencidas:
        cerrar(t, fila["id"], fila["motivo"])
    return len(vencidas)


def cerrar_de(t: Transaccion, usuario: UUID, motivo: str, *, salvo: UUID | None = None) -> int:
    """Cierra todas las de una persona (bloqueo, baja, cambio de contraseña); dice cuántas."""
    cerradas = t.filas("sesiones_cerrar_de", usuario=usuario, motivo=motivo, salvo=salvo)
    for fila in cerradas:
        t.asentar(Asiento("sesion.salida", objeto="sesion", objeto_id=fila["id"], detalle={"motivo": motivo}))
    return len(cerradas)


def _marca(ficha: str) -> bytes:
    return hashlib.sha256(ficha.encode()).digest()
