"""La memoria soltada se queda en el proceso, y se puede devolver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scribe import memoria

_GUION = """
import resource, sys
import numpy as np
from scribe import memoria
assert not sys.argv[1:] or memoria.retener()
def fallos():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(20_000_000, np.uint8)
antes = fallos()
for _ in range(20):
    np.ones(20_000_000, np.uint8)
print(fallos() - antes)
memoria.soltar()
"""


def fallos_de_pagina(*argumentos: str) -> int:
    orden = [sys.executable, "-c", _GUION, *argumentos]
    return int(subprocess.run(orden, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="solo glibc")
def test_lo_soltado_se_vuelve_a_usar_sin_pedirlo_otra_vez() -> None:
    if not memoria.retener():
        pytest.skip("esta biblioteca de C no deja elegir")
    assert fallos_de_pagina("retener") < 1000
