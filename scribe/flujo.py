"""La consulta de principio a fin.

`procesar` es todo el recorrido; lo demás de este archivo es cómo se reparte el avance y qué resultado
se puede reutilizar. Aquí no se conoce ningún motor por su nombre: llegan armados en `Motores`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from scribe import memoria
from scribe.ajustes import Ajustes
from scribe.almacen import Almacen, clave
from scribe.asr.correccion import corregir
from scribe.asr.protocolo import Transcriptor
from scribe.audio import leer
from scribe.codificacion import Codificador
from scribe.consulta import (
    Aviso,
    Borrador,
    Codigo,
    Contexto,
    Escucha,
    Grabacion,
    Huella,
    InfoAudio,
    ModelosUsados,
    Redaccion,
    Separacion,
    Tiempos,
    Tramo,
    Transcripcion,
)
from scribe.diarizacion.alineacion import alinear
from scribe.diarizacion.protocolo import Diarizador
from scribe.diarizacion.roles import asignar_roles
from scribe.errores import ErrorScribe, FalloDeEtapa
from scribe.progreso import Avance, Etapa, Progreso
from scribe.recuerdos import Recuerdos
from scribe.soap.redactor import Redactor
from scribe.soap.seguridad import revisar_seguridad

T = TypeVar("T")

IDIOMA_CODIGOS = "es"


@dataclass(frozen=True, slots=True)
class Motores:
    """Quién hace cada parte, ya configurado (véase `scribe/motores.py`).

    `recuerdos` es lo que ya se oyó de esta grabación, si se adelantó algo mientras se hacía.
    """

    transcriptor: Transcriptor
    diarizador: Diarizador
    redactor: Redactor
    codificador: Codificador
    voz_medico: Huella | None = None
    recuerdos: Recuerdos | None = None


@dataclass(frozen=True, slots=True)
class Resultado:
    """El borrador y los tramos de voz (con sus solapes) que van al RTTM."""

    borrador: Borrador
    tramos: tuple[Tramo, ...]


def procesar(
    ruta: Path, motores: Motores, ajustes: Ajustes, contexto: Contexto, progreso: Progreso
) -> Resultado:
    """De una grabación a su borrador. Entra la ruta del audio; no escribe ningún resultado.

    Lanza `AudioInvalido` si la grabación no sirve y `FalloDeEtapa` si algo se rompe por dentro.
    """
    paso = _Pasos(ajustes, progreso)
    grabacion = paso.da("audio", lambda avance: _leer(ruta, ajustes, avance))
    paso.abre(ruta)
    escuchas = paso.da("asr", lambda avance: _escuchar(paso, motores, grabacion, ajustes, contexto, avance))
    separacion = paso.da("diarizacion", lambda avance: _separar(paso, motores, grabacion, escuchas, avance))
    grabacion = replace(grabacion, voces=())  # el sonido ya no hace falta: 3 h son 0.7 GB
    memoria.soltar()
    transcripcion, avisos = _transcribir(escuchas, separacion, motores, contexto)
    redaccion = paso.da("nota", lambda avance: _redactar(paso, motores, transcripcion, contexto, avance))
    codigos = paso.da("codigos", lambda avance: _codificar(paso, motores, transcripcion, redaccion, contexto))
    avisos += (
        redaccion.avisos
        + _sin_codigos(transcripcion)
        + revisar_seguridad(redaccion.nota, transcripcion, contexto)
    )
    borrador = Borrador(
        audio=InfoAudio(sha256=grabacion.sha256, duracion_s=round(grabacion.duracion_s, 3)),
        modelos=_modelos(motores),
        transcripcion=transcripcion,
        nota=redaccion.nota,
        omisiones=redaccion.omisiones,
        codigos=codigos,
        avisos=_sin_repetir(grabacion.avisos + tuple(a for e in escuchas for a in e.avisos) + avisos),
        tiempos=paso.tiempos(),
    )
    return Resultado(borrador, separacion.tramos)


def terminos_de(contexto: Contexto) -> tuple[str, ...]:
    """Lo que ya se sabe del paciente y conviene reconocer al oír."""
    return contexto.medicamentos + contexto.problemas


def _leer(ruta: Path, ajustes: Ajustes, avance: Avance) -> Grabacion:
    return leer(ruta, duracion_max_s=ajustes.duracion_max_s, avance=avance)


def _escuchar(
    paso: _Pasos, motores: Motores, grabacion: Grabacion, ajustes: Ajustes, contexto: Contexto, avance: Avance
) -> tuple[Escucha, ...]:
    idioma = None if ajustes.idioma == "auto" else ajustes.idioma
    terminos = terminos_de(contexto)
    llave = clave("asr", motores.transcriptor.identidad, idioma, "|".join(terminos), cuartos=("asr", "audio"))
    return paso.recuerda(
        llave,
        tuple[Escucha, ...],
        lambda: _y_cerrar(
            motores.transcriptor.transcribir(
                grabacion, idioma=idioma, terminos=terminos, avance=avance, recuerdos=motores.recuerdos
            ),
            motores.transcriptor.cerrar,
        ),
    )


def _separar(
    paso: _Pasos, motores: Motores, grabacion: Grabacion, escuchas: tuple[Escucha, ...], avance: Avance
) -> Separacion:
    if not any(escucha.palabras for escucha in escuchas):
        return Separacion(tramos=())
    hablantes = paso.ajustes.hablantes
    llave = clave(
        "diarizacion", motores.diarizador.identidad, str(hablantes), cuartos=("diarizacion", "audio")
    )
    return paso.recuerda(
        llave,
        Separacion,
        lambda: motores.diarizador.separar(
            grabacion, hablantes=hablantes, avance=avance, recuerdos=motores.recuerdos
        ),
    )


def _transcribir(
    escuchas: tuple[Escucha, ...], separacion: Separacion, motores: Motores, contexto: Contexto
) -> tuple[Transcripcion, tuple[Aviso, ...]]:
    """Palabras y tramos → turnos con rol, cifras y fármacos bien escritos."""
    crudo = alinear(escuchas, separacion)
    corregido, avisos = corregir(crudo, contexto, escuchas)
    con_rol, avisos_rol = asignar_roles(corregido, huellas=separacion.huellas, voz_medico=motores.voz_medico)
    return con_rol, separacion.avisos + avisos_rol + avisos


def _redactar(
    paso: _Pasos, motores: Motores, transcripcion: Transcripcion, contexto: Contexto, avance: Avance
) -> Redaccion:
    llave = clave(
        "nota",
        motores.redactor.identidad,
        contexto.model_dump(),
        transcripcion.model_dump_json(),
        cuartos=("soap", "lenguaje", "consulta"),
    )
    return paso.recuerda(
        llave,
        Redaccion,
        lambda: _y_cerrar(
            motores.redactor.redactar(transcripcion, contexto, avance=avance), motores.redactor.cerrar
        ),
    )


def _codificar(
    paso: _Pasos, motores: Motores, transcripcion: Transcripcion, redaccion: Redaccion, contexto: Contexto
) -> tuple[Codigo, ...]:
    llave = clave(
        "codigos",
        motores.codificador.identidad,
        contexto.model_dump(),
        transcripcion.model_dump_json(),
        redaccion.nota.model_dump_json(),
        cuartos=("codificacion", "lenguaje", "consulta"),
    )
    return paso.recuerda(
        llave,
        tuple[Codigo, ...],
        lambda: motores.codificador.codificar(transcripcion, redaccion.nota, contexto),
    )


def _sin_codigos(transcripcion: Transcripcion) -> tuple[Aviso, ...]:
    """Sin reglas de contexto en ese idioma, «denies diabetes» daría diabetes: mejor ningún código."""
    if transcripcion.idioma == IDIOMA_CODIGOS or not transcripcion.turnos:
        return ()
    return (Aviso(tipo="sin_codigos", texto="Solo se sugieren códigos en consultas en español."),)


def _y_cerrar(resultado: T, cerrar: Callable[[], None]) -> T:
    """Suelta el motor que ya no se usa: así no están todos los pesos en memoria a la vez."""
    cerrar()
    return resultado


def _modelos(motores: Motores) -> ModelosUsados:
    return ModelosUsados(
        asr=motores.transcriptor.identidad,
        diarizacion=motores.diarizador.identidad,
        llm=motores.redactor.identidad,
    )


def _sin_repetir(avisos: tuple[Aviso, ...]) -> tuple[Aviso, ...]:
    return tuple(dict.fromkeys(avisos))


@dataclass(slots=True)
class _Pasos:
    """Lleva el reloj, el avance y la caché de una corrida."""

    ajustes: Ajustes
    progreso: Progreso
    almacen: Almacen | None = None
    reloj: dict[Etapa, float] = field(default_factory=dict)

    def abre(self, ruta: Path) -> None:
        """Prepara la caché de esta grabación."""
        self.almacen = Almacen.de_grabacion(self.ajustes.cache, ruta, activo=self.ajustes.usar_cache)

    def da(self, etapa: Etapa, hacer: Callable[[Avance], T]) -> T:
        """Corre una etapa: avisa 0, su avance y 1; mide su tiempo; envuelve lo imprevisto."""
        inicio = time.perf_counter()
        self.progreso(etapa, 0.0)
        try:
            resultado = hacer(lambda fraccion: self.progreso(etapa, min(max(fraccion, 0.0), 1.0)))
        except (ErrorScribe, OSError, MemoryError):
            raise
        except Exception as causa:
            raise FalloDeEtapa(
                f"Falló la etapa «{etapa}» ({type(causa).__name__}).",
                "Lo ya hecho quedó guardado: repita la orden; si vuelve a pasar, use --depurar y avise.",
            ) from causa
        self.reloj[etapa] = time.perf_counter() - inicio
        self.progreso(etapa, 1.0)
        return resultado

    def recuerda(self, llave: str, tipo: Any, hacer: Callable[[], T]) -> T:
        """El resultado guardado bajo esa clave, o el que se haga ahora."""
        if self.almacen is None:
            return hacer()
        adaptador: TypeAdapter[T] = TypeAdapter(tipo)
        resultado, _ = self.almacen.recordar(llave, adaptador, hacer)
        return resultado

    def tiempos(self) -> Tiempos:
        """Segundos de cada etapa; una etapa recuperada de la caché tarda casi nada, y así se dice."""
        return Tiempos(**{f"{etapa}_s": round(segundos, 3) for etapa, segundos in self.reloj.items()})
