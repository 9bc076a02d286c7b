"""faster-whisper solo, como lo llama su README: secuencial y por lotes. Sin guardias ni correcciones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import SEMILLA, Par, Reloj, palabra, senal_de, sin_hablantes
from evaluacion.salida import Costo, Salida
from scribe.consulta import Palabra, Senal

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


class FasterWhisper(Par):
    """Secuencial: una ventana tras otra, haz de 5, temperaturas de fábrica y sin detector de voz."""

    nombre = "faster-whisper"
    titulo = "faster-whisper, secuencial"
    tareas: tuple[Tarea, ...] = ("asr",)
    paquetes = ("faster-whisper", "ctranslate2")
    funciones = ("asr",)

    def __init__(self) -> None:
        super().__init__()
        self._red: WhisperModel | None = None

    def cargar(self, tarea: Tarea) -> None:
        """El mismo modelo y la misma aritmética (int8) con que Scribe transcribe en CPU."""
        from faster_whisper import WhisperModel

        self._red = WhisperModel(
            str(self.carpeta("asr")), device="cpu", compute_type="int8",
            cpu_threads=self._opciones.hilos, local_files_only=True,
        )  # fmt: skip

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """El texto del audio en un solo turno."""
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        with reloj.etapa("asr"):
            frases = [(s.start, s.end, s.text) for s in self.segmentos(senal, caso.idioma)]
        return Salida(
            caso=caso.id, transcripcion=sin_hablantes(caso, frases), costo=Costo(etapas=reloj.etapas)
        )

    def segmentos(self, senal: Senal, idioma: str, *, palabras: bool = False) -> list[Any]:
        """Los segmentos de faster-whisper; `palabras` pide además el tiempo de cada una."""
        import ctranslate2

        ctranslate2.set_random_seed(SEMILLA)  # al subir la temperatura Whisper sortea
        segmentos: Iterable[Any] = self._transcribir(senal, idioma, palabras)
        return list(segmentos)

    def _transcribir(self, senal: Senal, idioma: str, palabras: bool) -> Iterable[Any]:
        segmentos: Iterable[Any]
        segmentos, _ = self._cargada().transcribe(senal, language=idioma, word_timestamps=palabras)
        return segmentos

    def _cargada(self) -> WhisperModel:
        if self._red is None:
            raise RuntimeError("falta llamar a preparar()")
        return self._red


class FasterWhisperLotes(FasterWhisper):
    """Por lotes (`BatchedInferencePipeline`): parte el audio con su detector de voz, ocho trozos a la vez."""

    nombre = "faster-whisper-lotes"
    titulo = "faster-whisper, por lotes"
    lote = 8

    def _transcribir(self, senal: Senal, idioma: str, palabras: bool) -> Iterable[Any]:
        from faster_whisper import BatchedInferencePipeline

        tuberia = BatchedInferencePipeline(model=self._cargada())
        segmentos: Iterable[Any]
        segmentos, _ = tuberia.transcribe(
            senal, language=idioma, batch_size=self.lote, word_timestamps=palabras
        )
        return segmentos


def palabras_de(segmentos: Iterable[Any]) -> tuple[Palabra, ...]:
    """Las palabras con tiempo de unos segmentos pedidos con `palabras=True`.

    La biblioteca parte las cifras («38», «.5»): lo que no empieza con espacio es parte de lo anterior.
    """
    salida: list[Palabra] = []
    for segmento in segmentos:
        for numero, p in enumerate(segmento.words or ()):
            if salida and numero and not p.word.startswith(" "):
                antes = salida.pop()
                prob = min(antes.prob, p.probability)
                salida.append(palabra(antes.texto + p.word, antes.inicio, p.end, prob))
            elif p.word.strip():
                salida.append(palabra(p.word, p.start, p.end, p.probability))
    return tuple(salida)


SISTEMAS = (FasterWhisper(), FasterWhisperLotes())
