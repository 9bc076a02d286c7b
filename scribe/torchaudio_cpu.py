"""Que torchaudio abra junto a un torch de CPU.

La rueda de torchaudio para Linux trae una extensión enlazada con CUDA: junto a un torch de CPU,
importarlo falla por `libc10_cuda.so`. Sin esos archivos torchaudio trabaja bien: su propio código trata
«extensión ausente» como un modo válido, y lo que Scribe usa de él (fbank, remuestreo) es Python y torch.
Con un torch de CUDA no se toca nada. Razones y alternativas: `docs/decisiones/torch-y-torchaudio.md`.

No importa torch ni torchaudio: solo mira sus archivos. `python -m scribe.torchaudio_cpu` lo aplica.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from scribe.errores import AjusteInvalido

_CUDA = re.compile(r"^cuda\b[^=]*=\s*(?P<valor>.+?)\s*$", re.MULTILINE)


def es_de_cpu(torch: Path) -> bool:
    """Si el torch instalado en esa carpeta se compiló sin CUDA (lo dice su `version.py`)."""
    try:
        encontrado = _CUDA.search((torch / "version.py").read_text("utf-8"))
    except OSError:
        return False
    return encontrado is not None and encontrado["valor"] == "None"


def extensiones(torchaudio: Path) -> list[Path]:
    """Los archivos de la extensión nativa de torchaudio."""
    return sorted((torchaudio / "lib").glob("*.so"))


def sobrantes() -> list[Path]:
    """Los archivos que impiden abrir torchaudio en este entorno; vacía si no hay nada que hacer."""
    torch, torchaudio = _carpeta("torch"), _carpeta("torchaudio")
    if torch is None or torchaudio is None or not es_de_cpu(torch):
        return []
    return extensiones(torchaudio)


def retirar_extension() -> list[Path]:
    """Retira la extensión si estorba y devuelve lo retirado.

    Lanza `AjusteInvalido` si el entorno de Python no se puede escribir.
    """
    retirados = sobrantes()
    try:
        for archivo in retirados:
            archivo.unlink()
    except OSError as error:
        raise AjusteInvalido(
            f"torchaudio no abre con este torch de CPU y no se puede ajustar ({error.strerror}).",
            "Corra, con permiso para escribir en el entorno: python -m scribe.torchaudio_cpu",
        ) from error
    return retirados


def exigir() -> None:
    """Lanza `AjusteInvalido` si torchaudio no abriría; se llama antes de importarlo."""
    if sobrantes():
        raise AjusteInvalido(
            "torchaudio no abre con este torch de CPU.", "Ajústelo con: python -m scribe.torchaudio_cpu"
        )


def _carpeta(modulo: str) -> Path | None:
    especificacion = find_spec(modulo)
    if especificacion is None or especificacion.origin is None:
        return None
    return Path(especificacion.origin).parent


if __name__ == "__main__":
    try:
        quitados = retirar_extension()
    except AjusteInvalido as fallo:
        raise SystemExit(f"Error: {fallo}") from None
    if quitados:
        print(f"torchaudio: se retiró su extensión de CUDA ({len(quitados)} archivos); este torch es de CPU.")
