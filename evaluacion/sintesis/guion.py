"""El guion de una consulta: quién dice qué, cómo suena y qué debe quedar en la nota.

Se escribe en JSON o TOML. En `claves` y `patron` se pueden usar las abreviaturas de
`datos/abreviaturas.toml`: `@niega(tos)` se expande a las formas con que una nota niega la tos. El
JSON que sale ya va expandido: quien mide solo necesita expresiones regulares.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Hablante = Literal["medico", "paciente", "acompanante"]
Ruido = Literal[
    "blanco",
    "rosa",
    "ventilador",
    "calle",
    "bullicio",
    "tecleo",
    "musica",
    "arpegio",
    "percusion",
    "zumbido",
    "respiracion",
    "murmullo",
]
Suceso = Literal["tos", "respiro", "puerta", "timbre", "llanto", "silla"]
Codec = Literal["wav", "flac", "ogg", "m4a", "mp3", "telefono", "amr", "mensaje"]

_ABREVIATURA = re.compile(r"^@(\w+)\((.*)\)$")


class _Parte(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Voz(_Parte):
    """Una voz de Kokoro o una mezcla «a:0.5+b:0.5», su velocidad y su ganancia lineal."""

    voice: str
    speed: float = Field(1.0, gt=0.3, lt=2.0)
    gain: float = Field(0.7, gt=0.0, le=2.0)


class Parlamento(_Parte):
    """Lo que dice una persona. `gap`: segundos de silencio antes; negativo, se encima."""

    speaker: Hablante
    text: str
    gap: float | None = None


class Hecho(_Parte):
    """Algo que la nota debe recoger: basta una alternativa de cada lista de `claves`."""

    id: str
    seccion: Literal["S", "O", "A", "P"]
    tipo: str
    texto: str
    turnos: tuple[int, ...]
    claves: tuple[tuple[str, ...], ...]
    critico: bool = False


class Prohibido(_Parte):
    """Lo que la nota no debe decir, y por qué."""

    patron: str
    porque: str


class CodigoEsperado(_Parte):
    """Código que sustenta lo dicho, con su estado."""

    cie10: str
    estado: Literal["confirmado", "sospecha", "descartado", "antecedente", "familiar"]
    texto: str
    cie11: str | None = None


class Condiciones(_Parte):
    """Cómo suena la grabación.

    `sala`: tiempo de reverberación RT60 en segundos. `snr_db`: voz contra ruido. `por_canal`: el médico
    en un canal y los demás en el otro. `distancias`: metros de cada persona al micrófono (1 si no se dice):
    la voz directa cae con la distancia y la cola de la sala no. `sucesos`: toses, portazos y demás, cada uno
    entre dos turnos. `saturacion_db`: cuánto se pasa de nivel la grabadora, que recorta con suavidad.
    """

    codec: Codec = "flac"
    sala: float | None = Field(default=None, gt=0.0, le=3.0)
    ruido: Ruido | None = None
    snr_db: float = 20.0
    por_canal: bool = False
    distancias: dict[Hablante, Annotated[float, Field(ge=0.2, le=6.0)]] = {}
    sucesos: tuple[Suceso, ...] = ()
    saturacion_db: float = Field(default=0.0, ge=0.0, le=20.0)
    semilla: int = 0


class Guion(_Parte):
    """Una consulta completa."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    titulo: str
    idioma: str = "es-MX"
    conjunto: Literal["desarrollo", "prueba", "muestra"] = "desarrollo"
    condiciones: Condiciones = Condiciones()
    paciente: dict[str, Any]
    voices: dict[Hablante, Voz]
    turns: tuple[Parlamento, ...] = Field(min_length=1)
    hechos: tuple[Hecho, ...] = ()
    prohibidos: tuple[Prohibido, ...] = ()
    codigos: tuple[CodigoEsperado, ...] = ()
    alertas: tuple[dict[str, str], ...] = ()

    @model_validator(mode="after")
    def _coherente(self) -> Guion:
        if faltan := {t.speaker for t in self.turns} - set(self.voices):
            raise ValueError(f"hay turnos sin voz: {sorted(faltan)}")
        for hecho in self.hechos:
            if fuera := [n for n in hecho.turnos if not 1 <= n <= len(self.turns)]:
                raise ValueError(f"{hecho.id} cita turnos que no existen: {fuera}")
        claves = [c for h in self.hechos for alternativas in h.claves for c in alternativas]
        for patron in [*claves, *(p.patron for p in self.prohibidos)]:
            try:
                re.compile(patron)
            except re.error as error:
                raise ValueError(f"expresión inválida {patron!r}: {error}") from error
        return self


@cache
def _abreviaturas() -> dict[str, list[str]]:
    texto = files("evaluacion.sintesis").joinpath("datos/abreviaturas.toml").read_text("utf-8")
    return {nombre: valor["formas"] for nombre, valor in tomllib.loads(texto).items()}


def expandir(clave: str) -> list[str]:
    """Las expresiones que abrevia `@nombre(a;b)`; una clave corriente se devuelve tal cual.

    Los argumentos van separados por «;» y sustituyen a `{0}`, `{1}`… Lanza `ValueError` si la
    abreviatura no existe.
    """
    if not clave.startswith("@"):
        return [clave]
    partes = _ABREVIATURA.match(clave)
    if not partes or partes[1] not in _abreviaturas():
        raise ValueError(f"abreviatura desconocida: {clave}")
    argumentos = partes[2].split(";")
    formas = []
    for forma in _abreviaturas()[partes[1]]:
        for i, argumento in enumerate(argumentos):
            forma = forma.replace("{%d}" % i, argumento)  # noqa: PLW2901, UP031
        formas.append(forma)
    return formas


def leer(archivo: Path) -> Guion:
    """Lee un guion JSON o TOML y expande sus abreviaturas. Lanza `ValueError` si no es válido."""
    texto = archivo.read_text("utf-8")
    datos: dict[str, Any] = json.loads(texto) if archivo.suffix == ".json" else tomllib.loads(texto)
    for numero, hecho in enumerate(datos.get("hechos", []), 1):
        hecho.setdefault("id", f"h{numero}")
        hecho["claves"] = [[e for c in alternativas for e in expandir(c)] for alternativas in hecho["claves"]]
    sueltos = datos.get("prohibidos", [])
    datos["prohibidos"] = [{**p, "patron": e} for p in sueltos for e in expandir(p["patron"])]
    return Guion.model_validate(datos)
