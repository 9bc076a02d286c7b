#!/usr/bin/env bash
# Paquetes de Debian que hacen falta. Uso: sistema.sh consulta|prueba
# Si falta alguno y se es root, lo instala con apt; si no, dice en una línea qué instalar y termina con 2.
set -eu

python=${PYTHON:-python3}
faltan=()
falta() { faltan+=("$@"); }

command -v c++ >/dev/null || command -v g++ >/dev/null || falta g++
"$python" -c 'import ensurepip, venv' 2>/dev/null || falta python3-venv
# Cabeceras de Python: una biblioteca de las medidas (meeteval) se compila.
"$python" - <<'PY' 2>/dev/null || falta python3-dev
import pathlib, sys, sysconfig
sys.exit(not (pathlib.Path(sysconfig.get_paths()["include"]) / "Python.h").exists())
PY
if [ "${1:-consulta}" = prueba ]; then
  command -v unshare >/dev/null || falta util-linux
  command -v chromium >/dev/null || [ -n "${SCRIBE_CHROMIUM:-}" ] || falta chromium
fi

[ ${#faltan[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Instalando paquetes de Debian: ${faltan[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${faltan[@]}" >/dev/null
else
  echo "Error: faltan paquetes de Debian. Instálelos con: sudo apt-get install ${faltan[*]}" >&2
  exit 2
fi
