"""El dominio de una consulta, sin entrada ni salida: los únicos tipos con que se hablan los cuartos.

Los modelos de pydantic son inmutables y se convierten a JSON tal como pide el contrato de
`borrador.json` (su esquema publicado, `docs/borrador.schema.json`, sale de aquí). Los tiempos van
siempre en segundos desde el inicio del audio.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

Senal = NDArray[np.float32]
"""Muestras mono entre -1 y 1, a `HERCIOS`."""

Huella = Annotated[
    NDArray[np.float32],
    PlainValidator(lambda v: np.asarray(v, dtype=np.float32)),
    PlainSerializer(lambda v: v.tolist()),
]
"""Vector de voz de una persona, de norma 1."""

HERCIOS = 16_000
ESQUEMA: Literal["1"] = "1"

Seccion = Literal["subjetivo", "objetivo", "analisis", "plan", "pronostico"]
SECCIONES: tuple[Seccion, ...] = ("subjetivo", "objetivo", "analisis", "plan", "pronostico")


class Rol(StrEnum):
    """Quién habla dentro de la consulta."""

    MEDICO = "medico"
    PACIENTE = "paciente"
    ACOMPANANTE = "acompanante"
    INCIERTO = "incierto"


class EstadoEnunciado(StrEnum):
    """Si el enunciado quedó sustentado por su cita o lo debe resolver el médico."""

    VERIFICADO = "verificado"
    POR_REVISAR = "por_revisar"


class EstadoCodigo(StrEnum):
    """Qué se dijo del diagnóstico: no todo lo mencionado está presente."""

    CONFIRMADO = "confirmado"
    SOSPECHA = "sospecha"
    DESCARTADO = "descartado"
    ANTECEDENTE = "antecedente"
    FAMILIAR = "familiar"


class _Valor(BaseModel):
    """Base de todo tipo del dominio: inmutable y estricto con los campos que no conoce."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Palabra(_Valor):
    """Una palabra tal como la oyó el reconocedor; nunca se corrige."""

    texto: str
    inicio: float
    fin: float
    prob: float = Field(ge=0.0, le=1.0)


class Correccion(_Valor):
    """Un cambio entre lo oído y lo escrito en el turno; `aplicada=False` es solo una propuesta."""

    original: str
    propuesto: str
    motivo: str
    aplicada: bool = True


class Turno(_Valor):
    """Lo que una persona dijo de corrido.

    `palabras` guarda lo oído; `texto`, lo mismo con cifras y correcciones aplicadas. Todas las citas
    se toman de `texto`.
    """

    id: int
    hablante: str
    rol: Rol = Rol.INCIERTO
    inicio: float
    fin: float
    texto: str
    palabras: tuple[Palabra, ...] = ()
    correcciones: tuple[Correccion, ...] = ()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Turno:
        """Copia con cambios; la alineación ya calculada no se hereda, porque el texto pudo cambiar."""
        copia = super().model_copy(update=update, deep=deep)
        copia.__dict__.pop("_fichas", None)
        return copia

    @cached_property
    def _fichas(self) -> list[tuple[int, int, int, int]]:
        """Cada ficha de `texto`: (desde, hasta) en caracteres y (primera, última) palabra oída."""
        return _alinear_fichas(self.texto, [p.texto for p in self.palabras])

    def palabras_de(self, desde: int, hasta: int) -> tuple[Palabra, ...]:
        """Palabras oídas que sustentan el tramo `texto[desde:hasta]`."""
        tocadas = [(a, b) for i, f, a, b in self._fichas if i < hasta and f > desde]
        if not tocadas or not self.palabras:
            return ()
        return self.palabras[min(a for a, _ in tocadas) : max(b for _, b in tocadas) + 1]

    def tramo_de(self, primera: int, ultima: int) -> tuple[int, int] | None:
        """El tramo de `texto` (desde, hasta) que salió de las palabras oídas `primera`–`ultima`."""
        tocados = [(i, f) for i, f, a, b in self._fichas if a <= ultima and b >= primera]
        return (min(i for i, _ in tocados), max(f for _, f in tocados)) if tocados else None

    def citar(self, desde: int, hasta: int) -> Cita:
        """Cita textual de `texto[desde:hasta]` con su inicio y fin en el audio (segundos)."""
        palabras = self.palabras_de(desde, hasta)
        inicio, fin = (palabras[0].inicio, palabras[-1].fin) if palabras else (self.inicio, self.fin)
        return Cita(turno=self.id, texto=self.texto[desde:hasta], inicio=inicio, fin=max(inicio, fin))


class Transcripcion(_Valor):
    """La consulta completa: turnos en orden de inicio, con `id` consecutivo desde 1."""

    idioma: str
    turnos: tuple[Turno, ...] = ()

    def turno(self, numero: int) -> Turno:
        """El turno con ese `id`. Lanza `KeyError` si no existe."""
        for turno in self.turnos:
            if turno.id == numero:
                return turno
        raise KeyError(numero)


class Cita(_Valor):
    """Tramo textual de un turno: `texto` es siempre una subcadena de `Turno.texto`."""

    turno: int
    texto: str
    inicio: float
    fin: float


class Enunciado(_Valor):
    """Una afirmación de la nota con la evidencia que la sustenta."""

    texto: str
    tipo: str
    citas: tuple[Cita, ...]
    estado: EstadoEnunciado = EstadoEnunciado.VERIFICADO
    motivo: str | None = None


class Nota(_Valor):
    """La nota SOAP con pronóstico (NOM-004, 6.2). Una sección vacía es «no mencionado»."""

    subjetivo: tuple[Enunciado, ...] = ()
    objetivo: tuple[Enunciado, ...] = ()
    analisis: tuple[Enunciado, ...] = ()
    plan: tuple[Enunciado, ...] = ()
    pronostico: tuple[Enunciado, ...] = ()

    def seccion(self, nombre: Seccion) -> tuple[Enunciado, ...]:
        """Los enunciados de una sección."""
        enunciados: tuple[Enunciado, ...] = getattr(self, nombre)
        return enunciados

    @property
    def enunciados(self) -> tuple[Enunciado, ...]:
        """Todos, en el orden en que se leen."""
        return tuple(e for nombre in SECCIONES for e in self.seccion(nombre))


class Omision(_Valor):
    """Algo clínico que se dijo y no quedó en la nota. `seccion`: dónde iría, si se sabe."""

    texto: str
    citas: tuple[Cita, ...]
    seccion: Seccion | None = None


class Alternativa(_Valor):
    """Otro código posible para la misma mención."""

    codigo: str
    titulo: str
    puntaje: float


class Codigo(_Valor):
    """Una sugerencia del catálogo; nunca la escribe un modelo de lenguaje."""

    sistema: Literal["CIE-10", "CIE-11"]
    codigo: str
    titulo: str
    puntaje: float
    estado: EstadoCodigo
    citas: tuple[Cita, ...]
    alternativas: tuple[Alternativa, ...] = ()


class Aviso(_Valor):
    """Lo que el médico debe saber antes de confiar: de la señal, del texto o del tratamiento."""

    tipo: str
    texto: str
    citas: tuple[Cita, ...] = ()


class InfoAudio(_Valor):
    """Identidad de la grabación: sha256 de los bytes del archivo y duración en segundos."""

    sha256: str
    duracion_s: float


class ModelosUsados(_Valor):
    """Qué modelo hizo cada parte (id, versión, sha256 y los ajustes que importan)."""

    asr: dict[str, Any] = Field(default_factory=dict)
    diarizacion: dict[str, Any] = Field(default_factory=dict)
    llm: dict[str, Any] = Field(default_factory=dict)


class Tiempos(_Valor):
    """Segundos de reloj de cada etapa."""

    audio_s: float = 0.0
    asr_s: float = 0.0
    diarizacion_s: float = 0.0
    nota_s: float = 0.0
    codigos_s: float = 0.0


class Borrador(_Valor):
    """Todo lo que sale de una consulta, antes de que el médico lo revise."""

    esquema: Literal["1"] = ESQUEMA
    audio: InfoAudio
    modelos: ModelosUsados = ModelosUsados()
    transcripcion: Transcripcion
    nota: Nota = Nota()
    omisiones: tuple[Omision, ...] = ()
    codigos: tuple[Codigo, ...] = ()
    avisos: tuple[Aviso, ...] = ()
    tiempos: Tiempos = Tiempos()


# --- Lo que circula entre etapas y no llega al contrato -----------------------------------------


@dataclass(frozen=True, slots=True)
class Grabacion:
    """El audio ya leído y validado.

    `voces` tiene una señal (mezcla mono) o, si los dos canales del archivo son personas distintas,
    una por canal. `duracion_s` en segundos; `sha256`, de los bytes del archivo original.
    """

    voces: tuple[Senal, ...]
    duracion_s: float
    sha256: str
    avisos: tuple[Aviso, ...] = ()

    @property
    def por_canal(self) -> bool:
        """Si cada voz viene en su propio canal."""
        return len(self.voces) > 1


@dataclass(frozen=True, slots=True)
class Separacion:
    """Quién habló cuándo. `huellas` da el vector de voz (norma 1) de cada hablante, si se calculó."""

    tramos: tuple[Tramo, ...]
    huellas: dict[str, Huella] = field(default_factory=dict)
    avisos: tuple[Aviso, ...] = ()


@dataclass(frozen=True, slots=True)
class Redaccion:
    """Lo que entrega el cuarto `soap`."""

    nota: Nota
    omisiones: tuple[Omision, ...] = ()
    avisos: tuple[Aviso, ...] = ()


class Tramo(_Valor):
    """Un intervalo de voz de una persona; dos tramos de hablantes distintos pueden encimarse."""

    hablante: str
    inicio: float
    fin: float


class OtraLectura(_Valor):
    """Otra lectura que el mismo audio sostiene de lo que empieza entre `inicio` y `fin` (segundos).

    `motivo` es «fármaco», «cifra» o «palabra»; `segura`, que ha de quedar en lugar de lo oído. Si no, se
    dicen las dos; `en_letras`, que se leyó sin poder escribir dígitos: se escribe ella, por revisar.
    """

    inicio: float
    fin: float
    original: str
    propuesto: str
    motivo: Literal["fármaco", "cifra", "palabra"]
    segura: bool = False
    en_letras: bool = False


class Escucha(_Valor):
    """Lo que oyó el reconocedor. `segmentos` son los índices de palabra donde empieza cada frase."""

    idioma: str
    palabras: tuple[Palabra, ...] = ()
    segmentos: tuple[int, ...] = ()
    lecturas: tuple[OtraLectura, ...] = ()
    avisos: tuple[Aviso, ...] = ()


class Contexto(_Valor):
    """Lo que ya se sabe del paciente antes de escuchar; todo es opcional."""

    nombre: str | None = None
    edad: int | None = None
    sexo: Literal["M", "F"] | None = None
    medicamentos: tuple[str, ...] = ()
    problemas: tuple[str, ...] = ()
    alergias: tuple[str, ...] = ()
    plantilla: str = "general"


_FICHA = re.compile(r"\S+")
_NO_LETRA = re.compile(r"[^\w]+")


def _alinear_fichas(texto: str, oidas: list[str]) -> list[tuple[int, int, int, int]]:
    """Empareja las fichas de un texto corregido con las palabras oídas, por diferencia mínima.

    Donde el texto cambió (cifras, correcciones), el bloque nuevo comparte las palabras del viejo,
    repartidas en proporción; así cada ficha conserva su tiempo sin guardar un mapa aparte.
    """
    marcas = [(m.start(), m.end()) for m in _FICHA.finditer(texto)]
    if not oidas:
        return [(i, f, 0, 0) for i, f in marcas]
    nuevas = [_NO_LETRA.sub("", texto[i:f].lower()) for i, f in marcas]
    viejas = [_NO_LETRA.sub("", o.lower()) for o in oidas]
    salida: list[tuple[int, int, int, int]] = []
    for _, a0, a1, b0, b1 in SequenceMatcher(None, nuevas, viejas, autojunk=False).get_opcodes():
        largo, palabras = a1 - a0, b1 - b0
        for k in range(largo):
            if palabras == 0:
                cerca = min(max(b0, 0), len(oidas) - 1)
                primera = ultima = cerca
            elif palabras >= largo > 1:
                primera = b0 + k * palabras // largo
                ultima = max(primera, b0 + (k + 1) * palabras // largo - 1)
            else:
                primera, ultima = (b0, b1 - 1) if largo == 1 else (b0 + k * palabras // largo,) * 2
            salida.append((*marcas[a0 + k], primera, ultima))
    return salida
