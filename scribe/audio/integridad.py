"""Señales de corte que FFmpeg no da: ajusta el wav a lo que haya y el ogg no declara su duración."""

from __future__ import annotations

from pathlib import Path

_MAGIA_OGG = b"OggS"
_COLA = 128 * 1024
"""Bytes del final que se miran; una página de ogg mide 65,307 como mucho (RFC 3533, sección 6)."""
_FIN_DE_FLUJO = 0x04
_SIN_DECLARAR = 0xFFFFFF00
"""Quien graba hacia una tubería deja el tamaño del wav en cero o en el máximo."""


def terminado_de_golpe(ruta: Path, contenedor: str) -> bool:
    """Si al archivo le falta el final según su propio contenedor (nombre que le da FFmpeg)."""
    revisores = {"ogg": _ogg_cortado, "wav": _wav_cortado}
    return contenedor in revisores and revisores[contenedor](ruta)


def _ogg_cortado(ruta: Path) -> bool:
    """Si la última página está incompleta o no lleva la marca de fin de flujo (RFC 3533)."""
    with ruta.open("rb") as archivo:
        tamano = archivo.seek(0, 2)
        archivo.seek(max(0, tamano - _COLA))
        cola = archivo.read()
    desde = cola.rfind(_MAGIA_OGG)
    if desde < 0 or len(cola) < desde + 27:
        return True
    segmentos = cola[desde + 26]
    tabla = cola[desde + 27 : desde + 27 + segmentos]
    completa = len(tabla) == segmentos and len(cola) >= desde + 27 + segmentos + sum(tabla)
    return not (completa and cola[desde + 5] & _FIN_DE_FLUJO)


def _wav_cortado(ruta: Path) -> bool:
    """Si el bloque `data` declara más bytes de los que hay (RIFF)."""
    with ruta.open("rb") as archivo:
        tamano = archivo.seek(0, 2)
        archivo.seek(0)
        if archivo.read(4) != b"RIFF":
            return False
        lugar = 12
        while lugar + 8 <= tamano:
            archivo.seek(lugar)
            bloque = archivo.read(8)
            largo = int.from_bytes(bloque[4:], "little")
            if bloque[:4] == b"data":
                return largo < _SIN_DECLARAR and lugar + 8 + largo > tamano + 1
            lugar += 8 + largo + largo % 2
    return False
