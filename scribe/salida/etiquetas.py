"""Los nombres en español de las claves del contrato y los tiempos escritos como los lee una persona."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from scribe.consulta import Aviso, Cita, Codigo, Enunciado, Rol, Transcripcion

_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip
NO_MENCIONADO = "No mencionado"
LEYENDA = "Borrador no firmado. Lo propuso un programa a partir de la grabación; el médico decide."


@lru_cache(maxsize=1)
def etiquetas() -> dict[str, Any]:
    """El archivo `datos/etiquetas.toml` completo."""
    texto = files("scribe.salida").joinpath("datos", "etiquetas.toml").read_text(encoding="utf-8")
    return tomllib.loads(texto)


def rotulo(grupo: str, clave: str) -> str:
    """El nombre de una clave (`grupo` es una tabla del archivo) o, si es nueva, ella misma legible."""
    nombre = etiquetas()[grupo].get(clave)
    return str(nombre) if nombre else clave.replace("_", " ").strip().capitalize()


def titulo_de_aviso(aviso: Aviso) -> str:
    """Título corto del tipo de aviso."""
    conocido = etiquetas()["avisos"].get(aviso.tipo)
    return str(conocido["titulo"]) if conocido else aviso.tipo.replace("_", " ").strip().capitalize()


def gravedad(aviso: Aviso) -> int:
    """1 (puede dañar al paciente), 2 (puede volver falsa la nota) o 3 (solo informa).

    Un tipo desconocido vale 2: no se esconde al final ni compite con una alergia.
    """
    return int(etiquetas()["avisos"].get(aviso.tipo, {"gravedad": 2})["gravedad"])


def por_gravedad(avisos: Iterable[Aviso]) -> list[Aviso]:
    """Los avisos, lo más grave primero; a igual gravedad, en el orden del archivo de etiquetas."""
    orden = {tipo: lugar for lugar, tipo in enumerate(etiquetas()["avisos"])}
    return sorted(avisos, key=lambda a: (gravedad(a), orden.get(a.tipo, len(orden))))


def ordenar_codigos(codigos: Iterable[Codigo]) -> list[Codigo]:
    """CIE-10 antes que CIE-11; dentro, lo presente antes que lo pasado, lo ajeno y lo descartado."""
    orden = list(etiquetas()["estados"])
    return sorted(codigos, key=lambda c: (c.sistema, orden.index(c.estado)))


def agrupar(enunciados: Iterable[Enunciado]) -> list[tuple[str, list[Enunciado]]]:
    """Los enunciados de una sección por rótulo, en el orden de lectura del archivo de etiquetas.

    Dentro de cada rótulo se conserva el orden en que llegan; un tipo desconocido va al final.
    """
    orden = {rotulo("tipos", tipo): lugar for lugar, tipo in enumerate(reversed(etiquetas()["tipos"]))}
    grupos: dict[str, list[Enunciado]] = {}
    for enunciado in enunciados:
        grupos.setdefault(rotulo("tipos", enunciado.tipo), []).append(enunciado)
    return sorted(grupos.items(), key=lambda g: -orden.get(g[0], -1))


def minuto(segundos: float) -> str:
    """`m:ss`, o `h:mm:ss` desde una hora. Redondea hacia abajo, como un reproductor."""
    total = max(0, int(segundos))
    horas, minutos, resto = total // 3600, total // 60 % 60, total % 60
    return f"{horas}:{minutos:02}:{resto:02}" if horas else f"{minutos}:{resto:02}"


def duracion(segundos: float) -> str:
    """Duración con unidades: «45 s», «3 min 23 s», «1 h 5 min»."""
    total = max(0, round(segundos))
    horas, minutos, resto = total // 3600, total // 60 % 60, total % 60
    if horas:
        return f"{horas} h {minutos} min"
    return f"{minutos} min {resto} s" if minutos else f"{resto} s"


def fecha(momento: datetime) -> str:
    """Fecha y hora como en una nota: «22 de noviembre de 2026, 04:31»."""
    return f"{momento.day} de {_MESES[momento.month - 1]} de {momento.year}, {momento:%H:%M}"


def referencia(cita: Cita) -> str:
    """Dónde está una cita: «T5 0:34»."""
    return f"T{cita.turno} {minuto(cita.inicio)}"


def nombres_de_voces(transcripcion: Transcripcion) -> dict[tuple[str, Rol], str]:
    """Nombre visible de cada voz (hablante, rol).

    Si dos hablantes comparten rol, o el rol es incierto, se agrega la clave del hablante para que
    nunca se confundan.
    """
    voces = dict.fromkeys((t.hablante, t.rol) for t in transcripcion.turnos)
    veces = Counter(rol for _, rol in voces)
    return {
        (hablante, rol): rotulo("roles", rol)
        + (f" {hablante}" if veces[rol] > 1 or rol is Rol.INCIERTO else "")
        for hablante, rol in voces
    }
