"""Si alguien mata a la base empotrada (falta memoria, un kill), se vuelve a encender y se dice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scribe.errores import ErrorScribe
from scribe.ordenes.expediente import decir

if TYPE_CHECKING:
    from scribe.expediente.base.empotrada import BaseEmpotrada
    from scribe.web.servicios import Servicios

_VUELTA_S, _ESPERA_MAX_S = 2.0, 60.0


@contextlib.contextmanager
def cuidando_la_base(servicios: Servicios) -> Iterator[None]:
    """Mientras dura el bloque, la base empotrada vuelve a encenderse si muere. La ajena no se toca."""
    empotrada = servicios.base.empotrada if servicios.base is not None else None
    if empotrada is None:
        yield
        return
    fin = threading.Event()
    hilo = threading.Thread(target=_cuidar, args=(servicios, empotrada, fin), name="base", daemon=True)
    hilo.start()
    try:
        yield
    finally:
        fin.set()
        hilo.join()


def _cuidar(servicios: Servicios, empotrada: BaseEmpotrada, fin: threading.Event) -> None:
    espera = _VUELTA_S
    while not fin.wait(espera):
        try:
            if empotrada.revivir():
                decir("La base de datos se detuvo. Ya arrancó otra vez, con todo lo confirmado.")
                _asentar(servicios)
            espera = _VUELTA_S
        except (ErrorScribe, OSError) as fallo:
            espera = min(espera * 2, _ESPERA_MAX_S)
            decir(f"La base de datos se detuvo y no arranca ({fallo}) Se insiste en {espera:.0f} s.")


def _asentar(servicios: Servicios) -> None:
    from scribe.expediente.bitacora import Actor

    with contextlib.suppress(Exception):  # ya se dijo en la consola; cuidar la base es lo que importa
        servicios.expediente.asentar_fallo(
            Actor(None, servicios.equipo), "sistema.fallo", accion="base_caida"
        )
