"""Ningún proceso del banco sobrevive a quien lo lanzó: seguiría ocupando la máquina que se mide."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def morir_con_el_padre() -> None:
    """Pide a Linux que termine este proceso cuando muera su padre, aunque lo maten sin aviso (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
