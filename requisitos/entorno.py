"""Crea `.venv` con las dependencias bloqueadas y la orden `scribe`. Solo usa la biblioteca estándar.

    python3 requisitos/entorno.py [--pruebas]

La segunda corrida termina al momento: un sello en `.venv` guarda la suma de todo lo que decide el
entorno (bloqueos, proyecto, versión de Python) y si coincide no se llama a pip. Si una instalación se
interrumpe, la siguiente retira los paquetes que quedaron a medias y continúa. Lo que dijo pip queda en
`.venv/instalacion.log`; los fallos comunes se explican en una línea.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
REQUISITOS = RAIZ / "requisitos"
ENTORNO = RAIZ / ".venv"
PYTHON = ENTORNO / "bin" / "python"
SELLO = ENTORNO / ".sello.json"
BITACORA = ENTORNO / "instalacion.log"

VERSIONES = ((3, 11), (3, 13))
ESPACIO_GB = 5.0
# llama.cpp: solo su biblioteca; sin la de imágenes, programas ni pruebas, que doblan la compilación.
COMPILAR_LLAMA = {
    "CMAKE_ARGS": "-DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF "
    "-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF",
}
_COMPILADOR = re.compile(r"CMAKE_CXX_COMPILER|CMAKE_C_COMPILER|command 'g\+\+'|command 'gcc'|Python\.h")
_RED = re.compile(
    r"No matching distribution|Could not find a version|Failed to establish|Connection|timed out|"
    r"name resolution|ProxyError|SSLError"
)
_PASO = re.compile(r"^\s*(Collecting|Building wheel for|Installing collected packages)[:\s]*([\w.\-]+)?")


def main(argumentos: list[str]) -> int:
    """Deja el entorno listo y devuelve el código de salida."""
    pruebas = "--pruebas" in argumentos
    try:
        _exigir_python()
        if _sellado(pruebas):
            return 0
        _preparar(pruebas)
    except Aviso as aviso:
        print(f"Error: {aviso}", file=sys.stderr)
        return 2
    except OSError as fallo:
        print(f"Error: no se pudo preparar {ENTORNO} ({fallo.strerror}).", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrumpido. Repita la orden y seguirá donde iba.", file=sys.stderr)
        return 130
    return 0


class Aviso(Exception):
    """Algo que la persona puede remediar, dicho en una línea."""


def _preparar(pruebas: bool) -> None:
    _exigir_sistema(pruebas)
    _exigir_espacio()
    inicio = time.monotonic()
    if not _abre(PYTHON):
        print("Creando el entorno de Python en .venv…", flush=True)
        shutil.rmtree(ENTORNO, ignore_errors=True)
        _crear()
    SELLO.unlink(missing_ok=True)
    _retirar_a_medias()
    print("Instalando dependencias (la primera vez, minutos: llama-cpp-python se compila)…", flush=True)
    _pip("pip", *_fijadas("construccion.txt", "pip"))
    listas = ["-r", str(REQUISITOS / "bloqueo.txt"), "-r", str(REQUISITOS / "evaluacion.txt")]
    if pruebas:
        listas += ["-r", str(REQUISITOS / "pruebas.txt")]
    _pip("dependencias", *listas, "-c", str(REQUISITOS / "cuda.txt"))
    _pip("scribe", "--no-deps", "--no-build-isolation", "-e", str(RAIZ))
    subprocess.run([str(PYTHON), "-m", "scribe.torchaudio_cpu"], cwd=RAIZ, check=True)
    _sellar(pruebas)
    print(f"Entorno listo en .venv ({time.monotonic() - inicio:.0f} s).", flush=True)


def _exigir_python() -> None:
    if not VERSIONES[0] <= sys.version_info[:2] <= VERSIONES[1]:
        desde, hasta = (".".join(map(str, v)) for v in VERSIONES)
        tiene = ".".join(map(str, sys.version_info[:2]))
        raise Aviso(
            f"hace falta Python {desde} a {hasta} y este es {tiene}. Diga cuál usar: make PYTHON=python3.11 …"
        )


def _exigir_sistema(pruebas: bool) -> None:
    """Los paquetes de Debian; `sistema.sh` los instala si puede y si no dice cuáles."""
    orden = [str(REQUISITOS / "sistema.sh"), "prueba" if pruebas else "consulta"]
    if subprocess.run(orden, env=os.environ | {"PYTHON": sys.executable}, check=False).returncode:
        raise Aviso("faltan paquetes del sistema (lo dice la línea de arriba).")


def _exigir_espacio() -> None:
    libre = shutil.disk_usage(RAIZ).free / 1e9
    if libre < ESPACIO_GB and not PYTHON.exists():
        raise Aviso(f"el entorno ocupa unos {ESPACIO_GB:.0f} GB y solo hay {libre:.1f} GB libres en {RAIZ}.")


def _abre(python: Path) -> bool:
    """Si el entorno existe, es de esta versión de Python y trae pip (un clon movido no abre)."""
    if not python.exists():
        return False
    codigo = "import sys, pip; print(*sys.version_info[:2])"
    salida = subprocess.run([str(python), "-c", codigo], capture_output=True, text=True, check=False)
    return salida.returncode == 0 and salida.stdout.split() == [str(n) for n in sys.version_info[:2]]


def _crear() -> None:
    orden = [sys.executable, "-m", "venv", str(ENTORNO)]
    salida = subprocess.run(orden, capture_output=True, text=True, check=False)
    if salida.returncode:
        shutil.rmtree(ENTORNO, ignore_errors=True)
        if "ensurepip" in salida.stdout + salida.stderr:
            raise Aviso("falta el módulo venv de Python. En Debian: apt-get install python3-venv")
        raise Aviso(f"no se pudo crear .venv: {_ultima(salida.stderr or salida.stdout)}")


def _retirar_a_medias() -> None:
    """Olvida los paquetes cuya copia se cortó: pip anota INSTALLER al terminar, después de los archivos."""
    for ficha in ENTORNO.glob("lib/python*/site-packages/*.dist-info"):
        if not (ficha / "INSTALLER").exists():
            shutil.rmtree(ficha)


def _fijadas(lista: str, *nombres: str) -> list[str]:
    lineas = (REQUISITOS / lista).read_text("utf-8").split()
    return [linea for linea in lineas if linea.split("==")[0] in nombres]


def _pip(que: str, *argumentos: str) -> None:
    """Corre `pip install`, enseña por dónde va y explica en una línea lo que salga mal."""
    orden = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *argumentos]
    entorno = dict(os.environ)
    if "--no-build-isolation" not in argumentos:  # pip no admite las dos cosas a la vez
        entorno["PIP_BUILD_CONSTRAINT"] = str(REQUISITOS / "construccion.txt")
    for variable, valor in COMPILAR_LLAMA.items():
        entorno.setdefault(variable, valor)
    with BITACORA.open("a", encoding="utf-8") as bitacora:
        proceso = subprocess.Popen(
            orden, env=entorno, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        lineas = []
        try:
            for linea in proceso.stdout or ():
                bitacora.write(linea)
                lineas.append(linea)
                _ensenar(linea)
        finally:
            if proceso.poll() is None and sys.exc_info()[0] is not None:
                proceso.terminate()
            proceso.wait()
            _borrar_linea()
    if proceso.returncode:
        raise Aviso(_explicar(que, "".join(lineas[-400:])))


def _explicar(que: str, salida: str) -> str:
    if "No space left on device" in salida:
        return "se llenó el disco. Libere espacio y repita la orden: seguirá donde iba."
    if _COMPILADOR.search(salida):
        return (
            "no se pudo compilar una dependencia: falta el compilador de C++ o las cabeceras de Python. "
            "En Debian: apt-get install g++ python3-dev"
        )
    if _RED.search(salida):
        return (
            f"no se pudo bajar {que} del índice de paquetes. Compruebe la conexión o la configuración de pip "
            f"y repita la orden: seguirá donde iba. Detalle: {BITACORA}"
        )
    return f"pip no pudo instalar {que}: {_ultima(salida)} Detalle: {BITACORA}"


def _ultima(salida: str) -> str:
    lineas = [linea.strip() for linea in salida.splitlines() if linea.strip()]
    errores = [linea for linea in lineas if linea.lower().startswith("error")]
    return (errores or lineas or ["sin explicación."])[-1][:200]


def _ensenar(linea: str) -> None:
    """En una terminal, una sola línea viva; si no, solo los pasos largos."""
    paso = _PASO.match(linea)
    if paso is None or "finished" in linea or "still running" in linea:
        return
    que = {"Collecting": "bajando", "Building wheel for": "compilando"}.get(paso[1], "copiando los paquetes")
    if sys.stdout.isatty():
        ancho = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[2K  {que} {paso[2] or ''}"[:ancho], end="", flush=True)
    elif paso[1] != "Collecting":
        print(f"  {que} {paso[2] if paso[1] == 'Building wheel for' else ''}".rstrip(), flush=True)


def _borrar_linea() -> None:
    if sys.stdout.isatty():
        print("\r\x1b[2K", end="", flush=True)


def _suma(pruebas: bool) -> str:
    """La suma de todo lo que decide qué hay en el entorno."""
    proyecto = (RAIZ / "pyproject.toml").read_text("utf-8").split("[tool.ruff]")[0]
    partes = [str(ENTORNO), sys.version, proyecto]
    listas = ["bloqueo.txt", "evaluacion.txt", "cuda.txt", "construccion.txt"]
    listas += ["pruebas.txt"] if pruebas else []
    partes += [(REQUISITOS / lista).read_text("utf-8") for lista in listas]
    return hashlib.sha256("\0".join(partes).encode()).hexdigest()


def _sellado(pruebas: bool) -> bool:
    return _leer_sello().get(_clave(pruebas)) == _suma(pruebas) and os.access(PYTHON, os.X_OK)


def _sellar(pruebas: bool) -> None:
    sello = _leer_sello() | {_clave(False): _suma(False)}
    if pruebas:
        sello[_clave(True)] = _suma(True)
    temporal = SELLO.with_suffix(".tmp")
    temporal.write_text(json.dumps(sello), "utf-8")
    temporal.replace(SELLO)


def _leer_sello() -> dict[str, str]:
    try:
        sello = json.loads(SELLO.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return sello if isinstance(sello, dict) else {}


def _clave(pruebas: bool) -> str:
    return "pruebas" if pruebas else "base"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
