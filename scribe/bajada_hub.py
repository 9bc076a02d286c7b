"""Baja un archivo de una revisión del hub, continuando si ya hay una parte.

Corre como programa aparte (lo lanza `scribe.transporte`), sin importar el resto de Scribe, que apaga la
red al importarse: `python -P bajada_hub.py REPOSITORIO RUTA REVISION DESTINO`. Deja en DESTINO el archivo
y en `DESTINO.json` lo que anunció el hub: etag, revisión y tamaño. `hf_hub_download` no sirve aquí porque
descarta lo bajado cuando se interrumpe, y los modelos grandes pasan de 9 GB.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import get_hf_file_metadata, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]


def bajar(repositorio: str, ruta: str, revision: str, destino: Path) -> None:
    """Deja el archivo en `destino`. Lanza los errores de huggingface_hub, de red y de disco."""
    direccion = hf_hub_url(repositorio, ruta, revision=revision)
    ficha = get_hf_file_metadata(direccion)
    anuncio = {"etag": ficha.etag or "", "revision": ficha.commit_hash, "bytes": ficha.size}
    nota = destino.with_name(destino.name + ".json")
    destino.parent.mkdir(parents=True, exist_ok=True)
    if not nota.exists() or json.loads(nota.read_text("utf-8")) != anuncio:
        destino.unlink(missing_ok=True)  # lo que hubiera es de otro contenido
        nota.write_text(json.dumps(anuncio), "utf-8")
    cabeceras = build_hf_headers()
    if urlsplit(ficha.location).netloc != urlsplit(direccion).netloc:
        cabeceras.pop("authorization", None)  # la clave no se le da a otro servidor
    with destino.open("r+b" if destino.exists() else "wb") as salida:
        ya = salida.seek(0, 2)
        http_get(ficha.location, salida, resume_size=ya, headers=cabeceras, expected_size=ficha.size)


if __name__ == "__main__":
    bajar(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
