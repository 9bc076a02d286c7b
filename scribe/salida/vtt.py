"""La transcripción como subtítulos WebVTT, con la voz de cada quien (`<v Médico>`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scribe.consulta import Transcripcion, Turno
from scribe.salida.etiquetas import nombres_de_voces

_LARGO = 84  # dos renglones de 42 letras, lo que se alcanza a leer de un vistazo
_RENGLON = 42
_DURA = 7.0  # segundos
_MINIMO = 0.05  # segundos: un reproductor descarta un cue sin duración
_FICHA = re.compile(r"\S+")
_FIN_DE_FRASE = ".?!…"
_PAUSA = ",;:"


def _marca(segundos: float) -> str:
    milesimas = max(0, round(segundos * 1000))
    horas, resto = divmod(milesimas, 3_600_000)
    minutos, resto = divmod(resto, 60_000)
    return f"{horas:02}:{minutos:02}:{resto // 1000:02}.{resto % 1000:03}"


def _escapar(texto: str) -> str:
    return texto.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cortes(turno: Turno) -> Iterator[tuple[int, int]]:
    """Tramos legibles de `turno.texto`: cada frase y, si es larga, en una pausa o donde quepa."""
    fichas = [(m.start(), m.end()) for m in _FICHA.finditer(turno.texto)]
    ritmo = (turno.fin - turno.inicio) / max(1, len(turno.texto))
    largo = max(_RENGLON // 2, min(_LARGO, int(_DURA / ritmo))) if ritmo > 0 else _LARGO
    desde, pausa = 0, None
    for k, (_, fin) in enumerate(fichas):
        if fin - fichas[desde][0] > largo and k > desde:
            corte = pausa if pausa is not None else k - 1
            yield fichas[desde][0], fichas[corte][1]
            desde, pausa = corte + 1, None
        if turno.texto[fin - 1] in _FIN_DE_FRASE:
            yield fichas[desde][0], fin
            desde, pausa = k + 1, None
        elif turno.texto[fin - 1] in _PAUSA:
            pausa = k
    if desde < len(fichas):
        yield fichas[desde][0], fichas[-1][1]


def _dos_renglones(texto: str) -> str:
    if len(texto) <= _RENGLON:
        return texto
    medio = len(texto) / 2
    huecos = [i for i, letra in enumerate(texto) if letra == " "]
    if not huecos:
        return texto
    corte = min(huecos, key=lambda i: abs(i - medio))
    return f"{texto[:corte]}\n{texto[corte + 1 :]}"


def a_vtt(transcripcion: Transcripcion) -> str:
    """Un cue por frase, en orden, con tiempos de sus palabras (segundos → `hh:mm:ss.mmm`)."""
    voces = nombres_de_voces(transcripcion)
    cues: list[tuple[float, float, str]] = []
    for turno in transcripcion.turnos:
        voz = _escapar(voces[turno.hablante, turno.rol])
        for desde, hasta in _cortes(turno):
            cita = turno.citar(desde, hasta)
            texto = _dos_renglones(_escapar(" ".join(cita.texto.split())))
            cues.append((cita.inicio, max(cita.fin, cita.inicio + _MINIMO), f"<v {voz}>{texto}"))
    cues.sort(key=lambda c: (c[0], c[1]))
    cuerpo = "".join(f"\n{_marca(inicio)} --> {_marca(fin)}\n{texto}\n" for inicio, fin, texto in cues)
    return f"WEBVTT\n{cuerpo}"
