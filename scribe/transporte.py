"""De dónde vienen los archivos de un modelo: índice de paquetes (pip), npm o un repositorio del hub.

Cada descarga corre en un proceso aparte, con el entorno de red que Scribe apaga para sí mismo: el
proceso que atiende consultas nunca abre una conexión. Se baja de uno en uno, a una carpeta propia, y
quien llama la borra. Lo bajado no vale nada hasta que `scribe.instalacion` comprueba sus sumas.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scribe.aislamiento import VARIABLES
from scribe.errores import ModelosFaltan
from scribe.manifiesto import Archivo, Modelo, Paquete

AlBajar = Callable[[int], None]
"""Recibe los bytes que ya hay en disco de la descarga en curso."""

_PULSO_S = 0.2
_RED = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_IMPLICIT_TOKEN")
_DISCO = "No queda espacio en el disco mientras se bajaba {que}."
_DISCO_REMEDIO = "Libere espacio y repita la orden: seguirá donde iba."
_BAJADA_HUB = Path(__file__).with_name("bajada_hub.py")


def bajar_paquete(paquete: Paquete, carpeta: Path, al_bajar: AlBajar) -> Path:
    """Baja un paquete (rueda o tgz) a una carpeta vacía y devuelve su archivo.

    Lanza `ModelosFaltan` con una línea: índice inalcanzable, versión que no está, disco lleno, sin npm.
    """
    orden = _orden_npm(paquete, carpeta) if paquete.registro == "npm" else _orden_pip(paquete, carpeta)
    que = f"{paquete.nombre} {paquete.version}"
    codigo, salida = _correr(orden, carpeta, al_bajar)
    bajados = [*carpeta.glob("*.whl"), *carpeta.glob("*.tgz")]
    if codigo == 0 and len(bajados) == 1:
        return bajados[0]
    _explicar_comun(salida, que)
    registro = "npm" if paquete.registro == "npm" else "pip"
    raise ModelosFaltan(
        f"No se pudo bajar {que} del índice de paquetes ({_ultima(salida) or f'{registro}: {codigo}'}).",
        f"Compruebe la conexión (o la configuración de {registro}) y repita la orden: seguirá donde iba.",
    )


def bajar_del_hub(modelo: Modelo, archivo: Archivo, carpeta: Path, al_bajar: AlBajar) -> tuple[Path, str]:
    """Baja un archivo de la revisión del modelo y devuelve (archivo, etag que dio el hub).

    El etag es el sha256 (archivos grandes) o el identificador de git (sha1) de su contenido. Si la
    carpeta ya tiene una descarga a medias, se continúa. Se respetan `HF_ENDPOINT` y `HF_TOKEN`.
    """
    remoto = archivo.remoto or archivo.ruta
    bajado = carpeta / remoto
    argumentos = [str(modelo.repositorio), remoto, str(modelo.revision), str(bajado)]
    codigo, salida = _correr([sys.executable, "-P", str(_BAJADA_HUB), *argumentos], carpeta, al_bajar)
    if codigo == 0 and bajado.is_file():
        return bajado, _etag(bajado)
    que = f"{remoto} de {modelo.repositorio}"
    _explicar_comun(salida, que)
    if "GatedRepo" in salida or "401 Client Error" in salida or "403 Client Error" in salida:
        raise ModelosFaltan(
            f"{modelo.repositorio} pide aceptar sus condiciones para bajarlo.",
            "Acéptelas en la página del modelo con su cuenta y ponga su clave de lectura en HF_TOKEN.",
        )
    raise ModelosFaltan(
        f"No se pudo bajar {que} ({_ultima(salida) or codigo}).",
        "Compruebe la conexión y repita la orden; o copie el archivo a mano desde otro equipo.",
    )


@contextmanager
def abrir_miembro(paquete: Path, miembro: str | None) -> Iterator[IO[bytes]]:
    """Abre un miembro de la rueda o del tgz para leerlo; sin miembro, el paquete mismo.

    Lanza `ModelosFaltan` si el paquete está dañado o no trae ese miembro.
    """
    try:
        if miembro is None:
            with paquete.open("rb") as entrada:
                yield entrada
        elif paquete.suffix == ".whl":
            with zipfile.ZipFile(paquete) as rueda, rueda.open(miembro) as dentro:
                yield dentro
        else:
            with tarfile.open(paquete) as archivo:
                extraido = archivo.extractfile(miembro)
                if extraido is None:
                    raise KeyError(miembro)
                with extraido as dentro:
                    yield dentro
    except (KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ModelosFaltan(
            f"El paquete {paquete.name} está dañado o no trae {miembro}.", "Repita la orden."
        ) from error


def _orden_pip(paquete: Paquete, carpeta: Path) -> list[str]:
    orden = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
    orden += ["--disable-pip-version-check", "--no-input", "--retries", "3", "-q"]
    if paquete.python:
        abi = "cp" + paquete.python.replace(".", "")
        orden += ["--python-version", paquete.python, "--implementation", "cp", "--abi", abi]
        for plataforma in paquete.plataformas:
            orden += ["--platform", plataforma]
    return [*orden, "-d", str(carpeta), f"{paquete.nombre}=={paquete.version}"]


def _orden_npm(paquete: Paquete, carpeta: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise ModelosFaltan(
            f"Hace falta npm para bajar {paquete.nombre} y no está en este equipo.",
            "Instálelo (en Debian: apt-get install npm) y repita la orden.",
        )
    que = f"{paquete.nombre}@{paquete.version}"
    return [npm, "pack", "--silent", "--pack-destination", str(carpeta), que]


def _correr(orden: list[str], carpeta: Path, al_bajar: AlBajar) -> tuple[int, str]:
    """Corre la descarga mirando crecer la carpeta; devuelve código y lo que dijo por la salida de errores."""
    carpeta.mkdir(parents=True, exist_ok=True)
    bitacora = carpeta / ".bitacora"
    entorno = {k: v for k, v in os.environ.items() if k not in _RED or k not in VARIABLES}
    entorno |= {"TMPDIR": str(carpeta), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    with bitacora.open("wb") as salida:
        proceso = subprocess.Popen(
            orden, cwd=carpeta, env=entorno, stdin=subprocess.DEVNULL, stdout=salida, stderr=salida
        )
        try:
            while proceso.poll() is None:
                al_bajar(_tamano(carpeta))
                time.sleep(_PULSO_S)
        finally:
            if proceso.poll() is None:
                proceso.terminate()
                proceso.wait()
    texto = bitacora.read_text("utf-8", errors="replace")
    bitacora.unlink()
    return proceso.returncode, texto


def _tamano(carpeta: Path) -> int:
    total = 0
    for raiz, _, nombres in os.walk(carpeta):
        for nombre in nombres:
            try:
                total += (Path(raiz) / nombre).stat().st_size
            except OSError:
                continue  # pip lo movió mientras se miraba
    return total


def _etag(bajado: Path) -> str:
    """El etag que anunció el hub; lo anota `scribe.bajada_hub` junto al archivo."""
    nota = bajado.with_name(bajado.name + ".json")
    return str(json.loads(nota.read_text("utf-8"))["etag"])


def _explicar_comun(salida: str, que: str) -> None:
    if "No space left on device" in salida or "Errno 28" in salida or "ENOSPC" in salida:
        raise ModelosFaltan(_DISCO.format(que=que), _DISCO_REMEDIO)
    if "No module named pip" in salida:
        raise ModelosFaltan("Este entorno de Python no tiene pip.", "Créelo con: make entorno")


def _ultima(salida: str) -> str:
    """La última línea de error útil, recortada y sin direcciones de servidores."""
    lineas = [linea.strip() for linea in salida.splitlines() if linea.strip()]
    utiles = [linea for linea in lineas if "rror" in linea] or lineas
    palabras = [p for p in (utiles[-1].split() if utiles else []) if "://" not in p and "host=" not in p]
    return " ".join(palabras)[:160]
