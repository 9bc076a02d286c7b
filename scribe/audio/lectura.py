"""De un archivo a una `Grabacion`: abrir, decodificar, decidir las voces y avisar de la señal."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from scribe.audio import canales, senal
from scribe.audio.decodificador import Decodificado, decodificar
from scribe.audio.integridad import terminado_de_golpe
from scribe.consulta import HERCIOS, Aviso, Grabacion
from scribe.errores import AudioInvalido
from scribe.progreso import Avance, en_silencio

CORTE_TOLERADO_S, CORTE_TOLERADO = 1.0, 0.01
"""Diferencia entre lo declarado y lo leído que no es un corte: el relleno de los códecs y las
duraciones estimadas por tasa de bits llegan a décimas de segundo (medido en mp3 y m4a)."""


def leer(ruta: Path, *, duracion_max_s: float, avance: Avance = en_silencio) -> Grabacion:
    """Lee el sonido de un archivo de audio o vídeo, mono a 16 kHz.

    Manda el contenido, no la extensión. Si los dos canales de un archivo estéreo son personas
    distintas, `voces` trae una señal por canal (canal izquierdo primero) y hay un aviso
    `canales_por_hablante`; si no, una sola mezcla. Otros avisos: `audio_truncado`, `volumen_bajo`,
    `saturacion`, `banda_estrecha`.

    Lanza `AudioInvalido` si no existe, no se puede leer, no trae sonido o dura más que
    `duracion_max_s` (segundos). Memoria: cuatro bytes por muestra y canal (3 h mono, 0.7 GB).
    """
    suma = _huella(ruta)
    with ruta.open("rb") as archivo:
        bruto = decodificar(archivo, duracion_max_s=duracion_max_s, avance=avance)
    avisos: list[Aviso] = []
    if corte := _corte(ruta, bruto):
        avisos.append(corte)
    avisos += senal.revisar(bruto.canales, bruto.hercios_origen)
    eleccion = canales.elegir(bruto.canales)
    avisos += eleccion.avisos
    voces = tuple(senal.acomodar(voz) for voz in eleccion.voces)
    avance(1.0)
    return Grabacion(voces=voces, duracion_s=len(voces[0]) / HERCIOS, sha256=suma, avisos=tuple(avisos))


def _huella(ruta: Path) -> str:
    """Suma sha256 de los bytes, después de comprobar que el archivo se puede leer."""
    try:
        estado = ruta.stat()
        if stat.S_ISDIR(estado.st_mode):
            raise AudioInvalido("La grabación indicada es una carpeta.", "Indique un archivo de audio.")
        if not stat.S_ISREG(estado.st_mode):
            raise AudioInvalido(
                "La grabación indicada no es un archivo normal.", "Indique un archivo de audio."
            )
        if estado.st_size == 0:
            raise AudioInvalido(
                "El archivo está vacío (0 bytes).", "Cópielo otra vez desde la grabadora o grabe de nuevo."
            )
        with ruta.open("rb") as archivo:
            return hashlib.file_digest(archivo, "sha256").hexdigest()
    except FileNotFoundError:
        raise AudioInvalido(
            "No existe el archivo de audio indicado.", "Revise el nombre y la carpeta."
        ) from None
    except PermissionError:
        raise AudioInvalido(
            "No hay permiso para leer el archivo de audio.", "Dé permiso de lectura al archivo y repita."
        ) from None
    except OSError as causa:
        razon = causa.strerror or type(causa).__name__
        raise AudioInvalido(
            f"No se pudo leer el archivo de audio ({razon}).", "Cópielo a este equipo y repita."
        ) from None


def _corte(ruta: Path, bruto: Decodificado) -> Aviso | None:
    """El aviso de que falta el final, si lo declarado, los errores o el contenedor lo muestran."""
    leida, declarada = len(bruto.canales[0]) / HERCIOS, bruto.declarada_s
    if declarada is not None and declarada - leida > max(CORTE_TOLERADO_S, CORTE_TOLERADO * declarada):
        texto = f"La grabación está cortada: declara {_reloj(declarada)} y solo se pudo leer {_reloj(leida)}."
    elif bruto.errores:
        texto = f"La grabación tiene partes dañadas que no se pudieron leer; se leyó {_reloj(leida)}."
    elif bruto.cortado or terminado_de_golpe(ruta, bruto.contenedor):
        texto = f"La grabación parece cortada: el archivo termina de golpe a los {_reloj(leida)}."
    else:
        return None
    return Aviso(tipo="audio_truncado", texto=f"{texto} Puede faltar parte de la consulta.")


def _reloj(segundos: float) -> str:
    minutos, resto = divmod(round(segundos), 60)
    return f"{minutos}:{resto:02d} min"
