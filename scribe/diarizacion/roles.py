"""Quién es el médico, quién el paciente y quién acompaña, por lo que cada uno dice y pregunta.

Cada hablante reúne evidencia por papel (pistas léxicas y de estructura, con pesos en
`datos/roles.<idioma>.toml`). Los papeles se reparten de una vez entre todos: hay un médico, a lo más un
paciente, y los demás acompañan. La suma de evidencia de cada reparto da su probabilidad (log-lineal), y
la de un papel para un hablante es la de los repartos que se lo dan. Por debajo del mínimo el papel queda
`incierto` y se avisa.
"""

from __future__ import annotations

import math
import re
import statistics
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from scribe.consulta import Aviso, Huella, Rol, Transcripcion, Turno
from scribe.lenguaje.texto import llano

_IDIOMA_BASE = "es"
_PAPELES = (Rol.MEDICO, Rol.PACIENTE, Rol.ACOMPANANTE)
_BREVE = 4
_POCO_TEXTO = 12
_SIN_PISTAS = 0.6
_BASTANTE_MAS = 1.2

Pesos = dict[Rol, float]
Reparto = tuple[Rol, ...]


@dataclass(frozen=True, slots=True)
class Pista:
    """Expresiones que delatan un papel y cuánto pesan."""

    patrones: tuple[re.Pattern[str], ...]
    tope: int
    pesos: Pesos
    presencia: float


@dataclass(frozen=True, slots=True)
class Lexico:
    """Las pistas y constantes de un idioma."""

    pistas: tuple[Pista, ...]
    general: dict[str, float]
    estructura: dict[str, Pesos]


@dataclass(frozen=True, slots=True)
class Evidencia:
    """A favor o en contra de cada papel de un hablante; `presencia`, de que el médico atiende a otro.

    `sabido` dice si algo de lo que dijo cuenta como pista, o al menos si habló lo bastante.
    """

    pesos: Pesos
    presencia: float
    sabido: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """El papel más probable de un hablante y su probabilidad (0 a 1)."""

    rol: Rol
    confianza: float


def asignar_roles(
    transcripcion: Transcripcion,
    *,
    huellas: Mapping[str, Huella] | None = None,
    voz_medico: Huella | None = None,
) -> tuple[Transcripcion, tuple[Aviso, ...]]:
    """La transcripción con el rol de cada turno y un aviso `rol_incierto` por hablante dudoso.

    `huellas` es la de cada hablante y `voz_medico` la registrada del médico, todas de norma 1: si una se
    le parece lo bastante, ese hablante es el médico.
    """
    decisiones = decidir(transcripcion, huellas=huellas, voz_medico=voz_medico)
    minimo = _lexico(transcripcion.idioma).general["minimo"]
    roles = {h: d.rol if d.confianza >= minimo else Rol.INCIERTO for h, d in decisiones.items()}
    turnos = tuple(t.model_copy(update={"rol": roles[t.hablante]}) for t in transcripcion.turnos)
    avisos = tuple(_aviso(h, d, turnos) for h, d in decisiones.items() if roles[h] is Rol.INCIERTO)
    return transcripcion.model_copy(update={"turnos": turnos}), avisos


def decidir(
    transcripcion: Transcripcion,
    *,
    huellas: Mapping[str, Huella] | None = None,
    voz_medico: Huella | None = None,
) -> dict[str, Decision]:
    """El papel más probable de cada hablante, en orden de aparición, sin aplicar el mínimo."""
    lexico = _lexico(transcripcion.idioma)
    hablantes = list(dict.fromkeys(t.hablante for t in transcripcion.turnos))
    if not hablantes:
        return {}
    evidencia = _reunir(transcripcion.turnos, hablantes, lexico)
    fijo = _medico_por_voz(huellas or {}, voz_medico, lexico.general)
    repartos = list(_repartos(hablantes, fijo if fijo in hablantes else None))
    puntajes = np.array([_puntaje(r, evidencia, lexico.general) for r in repartos]) * lexico.general["escala"]
    prob = np.exp(puntajes - puntajes.max())
    prob /= prob.sum()
    return {h: _mas_probable(i, repartos, prob, evidencia[i]) for i, h in enumerate(hablantes)}


def _mas_probable(i: int, repartos: Sequence[Reparto], prob: Any, evidencia: Evidencia) -> Decision:
    suma: dict[Rol, float] = defaultdict(float)
    for reparto, p in zip(repartos, prob, strict=True):
        suma[reparto[i]] += float(p)
    rol = max(_PAPELES, key=lambda papel: suma[papel])
    confianza = suma[rol]
    por_descarte = rol is Rol.PACIENTE and len(repartos[0]) > 2  # los demás ya dijeron qué son
    return Decision(rol, confianza if evidencia.sabido or por_descarte else confianza * _SIN_PISTAS)


def _repartos(hablantes: Sequence[str], medico: str | None) -> Iterator[Reparto]:
    """Todo reparto con un médico y a lo más un paciente; con un solo hablante, cualquier papel."""
    cuantos = len(hablantes)
    if cuantos == 1:
        yield from ([(Rol.MEDICO,)] if medico else [(papel,) for papel in _PAPELES])
        return
    for m in range(cuantos):
        if medico is not None and hablantes[m] != medico:
            continue
        for p in (*range(cuantos), None):
            if p != m:
                yield tuple(
                    Rol.MEDICO if i == m else Rol.PACIENTE if i == p else Rol.ACOMPANANTE
                    for i in range(cuantos)
                )


def _puntaje(reparto: Reparto, evidencia: Sequence[Evidencia], general: Mapping[str, float]) -> float:
    total = sum(e.pesos[papel] for papel, e in zip(reparto, evidencia, strict=True))
    acompanantes = reparto.count(Rol.ACOMPANANTE)
    if len(reparto) == 1:
        return total
    if Rol.PACIENTE not in reparto:
        total += general["sin_paciente"]
    if acompanantes:
        total += sum(e.presencia for papel, e in zip(reparto, evidencia, strict=True) if papel is Rol.MEDICO)
    return total + general["otro_acompanante"] * max(0, acompanantes - 1)


def _reunir(turnos: Sequence[Turno], hablantes: Sequence[str], lexico: Lexico) -> list[Evidencia]:
    textos: dict[str, list[str]] = {h: [] for h in hablantes}
    for turno in turnos:
        textos[turno.hablante].append(turno.texto)
    palabras = {h: sum(len(t.split()) for t in textos[h]) for h in hablantes}
    return [
        _de_uno(
            textos[h],
            lexico,
            abre=h == turnos[0].hablante,
            habla_mas=all(palabras[h] > _BASTANTE_MAS * palabras[otro] for otro in hablantes if otro != h),
        )
        for h in hablantes
    ]


def _de_uno(textos: Sequence[str], lexico: Lexico, *, abre: bool, habla_mas: bool) -> Evidencia:
    pesos: Pesos = dict.fromkeys(_PAPELES, 0.0)
    presencia = 0.0
    llanos = [llano(t) for t in textos]
    for pista in lexico.pistas:
        veces = sum(_veces(pista, texto) for texto in llanos)
        fuerza = math.log2(1 + min(veces, pista.tope))
        presencia += pista.presencia * fuerza
        _sumar(pesos, pista.pesos, fuerza)
    sabido = any(abs(peso) > 0.5 for peso in pesos.values())
    preguntas = sum("?" in texto for texto in textos)
    largos = [len(t.split()) for t in textos]
    _sumar(pesos, lexico.estructura["pregunta"], math.log2(1 + min(preguntas, 15)))
    _sumar(pesos, lexico.estructura["abre"], float(abre))
    _sumar(pesos, lexico.estructura["habla_mas"], float(habla_mas))
    _sumar(pesos, lexico.estructura["breve"], float(statistics.median(largos) <= _BREVE))
    return Evidencia(pesos, presencia, sabido or sum(largos) >= _POCO_TEXTO)


def _veces(pista: Pista, texto: str) -> int:
    return sum(1 for patron in pista.patrones for _ in patron.finditer(texto))


def _sumar(pesos: Pesos, otros: Mapping[Rol, float], fuerza: float) -> None:
    for papel, peso in otros.items():
        pesos[papel] += peso * fuerza


def _medico_por_voz(
    huellas: Mapping[str, Huella], voz: Huella | None, general: Mapping[str, float]
) -> str | None:
    if voz is None:
        return None
    comparables = [(n, h) for n, h in huellas.items() if h.shape == voz.shape]  # otro modelo, otro largo
    if not comparables:
        return None
    parecidos = sorted(((float(h @ voz), nombre) for nombre, h in comparables), reverse=True)
    segundo = parecidos[1][0] if len(parecidos) > 1 else -1.0
    mejor, nombre = parecidos[0]
    claro = mejor >= general["voz_parecida"] and mejor - segundo >= general["voz_ventaja"]
    return nombre if claro else None


def _aviso(hablante: str, decision: Decision, turnos: Sequence[Turno]) -> Aviso:
    primero = next(t for t in turnos if t.hablante == hablante)
    nombre = {"medico": "médico", "acompanante": "acompañante"}.get(decision.rol, str(decision.rol))
    return Aviso(
        tipo="rol_incierto",
        texto=f"No se pudo saber con seguridad quién es {hablante} (quizá {nombre}); confírmelo.",
        citas=(primero.citar(0, len(primero.texto)),),
    )


@lru_cache(maxsize=8)
def _lexico(idioma: str) -> Lexico:
    carpeta = resources.files("scribe.diarizacion") / "datos"
    archivo = carpeta / f"roles.{idioma[:2].lower()}.toml"
    if not archivo.is_file():
        archivo = carpeta / f"roles.{_IDIOMA_BASE}.toml"
    datos = tomllib.loads(archivo.read_text("utf-8"))
    return Lexico(
        pistas=tuple(_pista(p) for p in datos["pista"]),
        general={k: float(v) for k, v in datos["general"].items()},
        estructura={k: _pesos(v) for k, v in datos["estructura"].items()},
    )


def _pista(datos: Mapping[str, Any]) -> Pista:
    return Pista(
        patrones=tuple(re.compile(p) for p in datos["patrones"]),
        tope=int(datos["tope"]),
        pesos=_pesos(datos),
        presencia=float(datos.get("presencia", 0.0)),
    )


def _pesos(datos: Mapping[str, Any]) -> Pesos:
    return {papel: float(datos.get(papel.value, 0.0)) for papel in _PAPELES}
