"""El supervisor: relanza con calma creciente, no deja a nadie suelto y mata al que no quiere parar."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scribe.ordenes import supervisor
from scribe.ordenes.supervisor import Supervisor
from scribe.trabajos.modelo import Cola, EstadoTrabajador
from tests.servir_base import hasta, vivo

MUERE = "import sys; sys.exit(3)"
VIVE = "import sys; print('frase:', sys.stdin.readline().strip(), flush=True); sys.stdin.read()"
SORDO = "import signal, time; signal.signal(15, signal.SIG_IGN); print('listo', flush=True); time.sleep(600)"


class DePrueba(Supervisor):
    """Lanza un programa cualquiera en lugar de un trabajador."""

    programa = VIVE
    lanzados: list[subprocess.Popen[bytes]]

    def _lanzar(self, cola: Cola) -> subprocess.Popen[bytes]:
        real = subprocess.Popen

        def otro(orden: list[str], **k: object) -> subprocess.Popen[bytes]:
            assert orden[1:] == ["-m", "scribe.ordenes.hijo", cola]
            return real([sys.executable, "-c", self.programa], stdout=subprocess.PIPE, **k)  # type: ignore[call-overload, no-any-return]

        with pytest.MonkeyPatch.context() as parche:
            parche.setattr(supervisor.subprocess, "Popen", otro)
            hijo = super()._lanzar(cola)
        self.lanzados.append(hijo)
        return hijo


def de_prueba(programa: str, tmp_path: Path, **k: object) -> DePrueba:
    uno = DePrueba(tmp_path, **k)  # type: ignore[arg-type]
    uno.programa, uno.lanzados = programa, []
    return uno


def test_el_que_muere_vuelve_cada_vez_con_mas_calma(tmp_path: Path) -> None:
    caidas: list[EstadoTrabajador] = []
    cuatro = threading.Event()

    def al_caer(caida: EstadoTrabajador) -> None:
        caidas.append(caida)
        if len(caidas) == 4:
            cuatro.set()
        raise OSError("no se pudo asentar")  # no debe detener la vigilancia

    uno = de_prueba(MUERE, tmp_path, colas=("computo",), al_caer=al_caer, espera_s=0.1)
    with uno:
        assert cuatro.wait(60)
    assert [c.caidas for c in caidas[:4]] == [1, 2, 3, 4]
    assert [c.espera_s for c in caidas[:4]] == [0.1, 0.2, 0.4, 0.8]
    assert {(c.motivo, c.codigo, c.vivo) for c in caidas} == {("terminó con el código 3", 3, False)}


def test_haber_vivido_borra_la_cuenta(tmp_path: Path) -> None:
    caidas: list[int] = []
    uno = de_prueba(
        MUERE, tmp_path, colas=("envio",), al_caer=lambda c: caidas.append(c.caidas), espera_s=0.01, calma_s=0
    )  # fmt: skip
    with uno:
        hasta(lambda: len(caidas) >= 3)
    assert set(caidas) == {1}


def test_recibe_la_frase_y_para_con_su_padre(tmp_path: Path) -> None:
    uno = de_prueba(VIVE, tmp_path, frase="mesa tigre lluvia", colas=("computo",))
    with uno:
        hijo = hasta(lambda: uno.lanzados)[0]
        assert hijo.stdout is not None and hijo.stdout.readline() == b"frase: mesa tigre lluvia\n"
        assert [(e.cola, e.vivo) for e in uno.estado()] == [("computo", True)]
        assert "mesa" not in Path(f"/proc/{hijo.pid}/cmdline").read_text()
        assert b"mesa" not in Path(f"/proc/{hijo.pid}/environ").read_bytes()
    assert not vivo(hijo.pid)


def test_la_entrada_del_hijo_se_cierra_si_matan_al_padre(tmp_path: Path) -> None:
    """El padre muere con SIGKILL: nadie cierra nada, lo cierra el núcleo, y el hijo lo nota."""
    programa = f"""
import os, sys, pathlib, subprocess, time
from tests.unidad.test_ordenes_supervisor import VIVE, de_prueba, hasta
uno = de_prueba(VIVE, pathlib.Path({str(tmp_path)!r}), colas=("computo",))
with uno:
    print(hasta(lambda: uno.lanzados)[0].pid, flush=True)
    time.sleep(600)
"""
    raiz = str(Path(__file__).resolve().parents[2])
    padre = subprocess.Popen(
        [sys.executable, "-c", programa], stdout=subprocess.PIPE, cwd=raiz,
        env={**os.environ, "PYTHONPATH": raiz},
    )  # fmt: skip
    assert padre.stdout is not None
    hijo = int(padre.stdout.readline())
    assert vivo(hijo)
    padre.send_signal(signal.SIGKILL)
    padre.wait(60)
    hasta(lambda: not vivo(hijo))


def test_al_que_no_quiere_parar_se_le_mata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PARAR_S", 0.2)
    uno = de_prueba(SORDO, tmp_path, colas=("computo",))
    with uno:
        hijo = hasta(lambda: uno.lanzados)[0]
        assert hijo.stdout is not None and hijo.stdout.readline() == b"listo\n"
    assert hijo.returncode == -signal.SIGKILL
