#!/usr/bin/env python3
"""Lo que `docs/ejemplos/camino.sh` usa de curl, para correrlo donde no está instalado."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from http.cookiejar import MozillaCookieJar
from pathlib import Path

CON_VALOR = {"-b", "-c", "-X", "-H", "--data-binary"}


def principal(argumentos: list[str]) -> int:
    """Como `curl -sS --fail-with-body`: el cuerpo a la salida, y 22 si la respuesta es de error."""
    dichos: dict[str, list[str]] = {}
    url, resto = "", iter(argumentos)
    for uno in resto:
        if uno in CON_VALOR:
            dichos.setdefault(uno, []).append(next(resto))
        elif not uno.startswith("-"):
            url = uno
    galletas = MozillaCookieJar(dichos.get("-b", ["/dev/null"])[0])
    if Path(galletas.filename or "").is_file():
        galletas.load(ignore_discard=True)
    peticion = urllib.request.Request(url, _cuerpo(dichos), method=dichos.get("-X", ["GET"])[0])
    for cabecera in dichos.get("-H", []):
        nombre, _, valor = cabecera.partition(": ")
        peticion.add_header(nombre, valor)
    abridor = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(galletas)
    )
    try:
        with abridor.open(peticion, timeout=300) as respuesta:
            sys.stdout.buffer.write(respuesta.read())
    except urllib.error.HTTPError as fallo:
        sys.stdout.buffer.write(fallo.read())
        print(f"curl: (22) {fallo.code}", file=sys.stderr)
        return 22
    if "-c" in dichos:
        galletas.save(dichos["-c"][0], ignore_discard=True)
    return 0


def _cuerpo(dichos: dict[str, list[str]]) -> bytes | None:
    for dado in dichos.get("--data-binary", []):
        return sys.stdin.buffer.read() if dado == "@-" else Path(dado.removeprefix("@")).read_bytes()
    return None


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
