"""Retirar la extensión de torchaudio solo cuando estorba."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribe import torchaudio_cpu
from scribe.errores import AjusteInvalido


def _entorno(carpeta: Path, version: str) -> list[Path]:
    (carpeta / "torch").mkdir()
    (carpeta / "torch" / "__init__.py").write_text("raise RuntimeError('no se debe importar')")
    (carpeta / "torch" / "version.py").write_text(version)
    (carpeta / "torchaudio" / "lib").mkdir(parents=True)
    (carpeta / "torchaudio" / "__init__.py").write_text("raise RuntimeError('no se debe importar')")
    nativos = [carpeta / "torchaudio" / "lib" / n for n in ("_torchaudio.abi3.so", "libtorchaudio.abi3.so")]
    for nativo in nativos:
        nativo.write_bytes(b"\x7fELF")
    return nativos


@pytest.fixture
def en(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        torchaudio_cpu, "_carpeta", lambda modulo: tmp_path / modulo if (tmp_path / modulo).exists() else None
    )
    return tmp_path


@pytest.mark.parametrize("linea", ["cuda: Optional[str] = None", "cuda = None", "cuda: str | None = None"])
def test_con_torch_de_cpu_se_retira_y_despues_no_queda_nada_que_hacer(en: Path, linea: str) -> None:
    nativos = _entorno(en, f"__version__ = '2.13.0+cpu'\ndebug = False\n{linea}\nhip = None\n")
    with pytest.raises(AjusteInvalido, match=r"python -m scribe\.torchaudio_cpu"):
        torchaudio_cpu.exigir()
    assert torchaudio_cpu.retirar_extension() == nativos
    assert not any(n.exists() for n in nativos)
    assert torchaudio_cpu.retirar_extension() == []
    torchaudio_cpu.exigir()


@pytest.mark.parametrize("version", ["cuda: Optional[str] = '13.0'\n", "cuda = '12.8'\n", "", "otra = 1\n"])
def test_con_torch_de_cuda_o_desconocido_no_se_toca_nada(en: Path, version: str) -> None:
    nativos = _entorno(en, version)
    assert torchaudio_cpu.retirar_extension() == []
    assert all(n.exists() for n in nativos)


def test_sin_torchaudio_no_pasa_nada(en: Path) -> None:
    assert torchaudio_cpu.sobrantes() == []
