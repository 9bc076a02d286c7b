"""Programa aparte: cláusulas por la entrada, una por línea; sus fonemas por la salida, una por línea.

    python fonetizador.py CARPETA

CARPETA es la del modelo `espeak-ng` del manifiesto. La biblioteca tiene licencia GPL y solo se carga en
este proceso, que no importa nada de Scribe.
"""

from __future__ import annotations

import ctypes
import sys

_SIN_SONIDO = 2  # AUDIO_OUTPUT_SYNCHRONOUS: no abre ningún dispositivo
_UTF8 = 1
_IPA_UNIDO = 0x02 | 0x80 | (0x200D << 8)  # IPA con las africadas unidas por U+200D
_VOZ = b"es-419"


def _cargar(carpeta: str) -> ctypes.CDLL:
    biblioteca = ctypes.CDLL(f"{carpeta}/libespeak-ng.so")
    biblioteca.espeak_TextToPhonemes.restype = ctypes.c_char_p
    if biblioteca.espeak_Initialize(_SIN_SONIDO, 0, carpeta.encode(), 0) < 0:
        raise OSError("espeak-ng no pudo leer sus datos")
    if biblioteca.espeak_SetVoiceByName(_VOZ):
        raise OSError("espeak-ng no tiene la voz es-419")
    return biblioteca


def _fonemas(biblioteca: ctypes.CDLL, texto: str) -> str:
    memoria = ctypes.create_string_buffer(texto.encode())
    cursor = ctypes.c_char_p(ctypes.addressof(memoria))
    salida = []
    while cursor.value is not None:
        trozo = biblioteca.espeak_TextToPhonemes(ctypes.byref(cursor), _UTF8, _IPA_UNIDO)
        salida.append((trozo or b"").decode())
    return " ".join(" ".join(salida).split())


def principal(carpeta: str) -> int:
    """Atiende hasta que se cierra la entrada; 1 si la biblioteca no se puede usar."""
    try:
        biblioteca = _cargar(carpeta)
    except OSError as fallo:
        print(fallo, file=sys.stderr)
        return 1
    for linea in sys.stdin:
        print(_fonemas(biblioteca, linea.strip()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1]))
