"""Leer y validar la grabación: de cualquier archivo con sonido a señales de 16 kHz.

La superficie pública es `leer`.
"""

from scribe.audio.lectura import leer

__all__ = ["leer"]
