"""Lo que el sistema escribe cuando nadie habla: todo es inventado."""

from __future__ import annotations

import re

from evaluacion.caso import Caso
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida

_PALABRA = re.compile(r"\w")


def contar_palabras(texto: str) -> int:
    """Palabras con alguna letra o cifra; sin normalizar, porque inventar «eh» también es inventar."""
    return sum(bool(_PALABRA.search(p)) for p in texto.split())


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Palabras inventadas por minuto y enunciados de nota inventados, en un caso en que nadie habla."""
    parcial = Parcial()
    if caso.habla:
        return parcial
    if salida.texto is not None:
        palabras = contar_palabras(salida.texto)
        parcial.cuentas["invento_casos"] = (float(palabras > 0), 1.0)
        if minutos := _minutos(caso, salida):
            parcial.cuentas["invento_palabras"] = (float(palabras), minutos)
        if palabras:
            parcial.detalle["invento"] = [f"se escribió «{salida.texto.strip()[:200]}»"]
    nota = salida.nota or (salida.borrador.nota if salida.borrador else None)
    if nota is not None:
        enunciados = [e.texto for e in nota.enunciados]
        parcial.cuentas["invento_enunciados"] = (float(len(enunciados)), 1.0)
        if enunciados:
            parcial.detalle["invento_nota"] = enunciados
    return parcial


def _minutos(caso: Caso, salida: Salida) -> float | None:
    segundos = caso.duracion_s or (salida.borrador.audio.duracion_s if salida.borrador else None)
    return segundos / 60 if segundos else None
