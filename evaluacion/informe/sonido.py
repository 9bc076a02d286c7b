"""El trozo de audio de un caso, comprimido y listo para incrustar en la página."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import av

MAXIMO_S = 60.0
"""Sin tramo, el audio va entero si dura menos que esto; si no, su principio."""
_HERCIOS = 24_000
_BITS = 40_000
"""MP3 a 40 kb/s: se entiende bien la voz y lo toca cualquier navegador (Opus en Ogg, no todos)."""


def recortar(audio: Path, tramo: tuple[float, float] | None = None) -> bytes | None:
    """El tramo (inicio, fin, en segundos) en MP3 mono; `None` si el archivo falta o no se puede leer."""
    inicio, fin = tramo or (0.0, MAXIMO_S)
    memoria = io.BytesIO()
    try:
        with av.open(str(audio)) as entrada, av.open(memoria, "w", format="mp3") as salida:
            escritas = _copiar(entrada, salida, inicio, fin)
    except (OSError, av.FFmpegError):
        return None
    return memoria.getvalue() if escritas else None


def incrustar(datos: bytes) -> str:
    """Los bytes como dirección `data:`."""
    return f"data:audio/mpeg;base64,{base64.b64encode(datos).decode()}"


def _copiar(
    entrada: av.container.InputContainer, salida: av.container.OutputContainer, inicio: float, fin: float
) -> int:
    """Recodifica los cuadros que caen en el tramo; devuelve cuántas muestras quedaron."""
    pista = salida.add_stream("libmp3lame", rate=_HERCIOS)
    assert isinstance(pista, av.AudioStream)
    pista.bit_rate, pista.layout = _BITS, av.AudioLayout("mono")
    cambio = av.AudioResampler(format="s16p", layout="mono", rate=_HERCIOS)
    escritas = 0
    for cuadro in entrada.decode(audio=0):
        segundo = cuadro.time or 0.0
        if segundo + cuadro.samples / cuadro.sample_rate <= inicio:
            continue
        if segundo >= fin:
            break
        for listo in cambio.resample(cuadro):
            listo.pts = None
            escritas += listo.samples
            salida.mux(pista.encode(listo))
    for listo in cambio.resample(None):
        listo.pts = None
        escritas += listo.samples
        salida.mux(pista.encode(listo))
    salida.mux(pista.encode(None))
    return escritas
