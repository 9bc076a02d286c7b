"""Diarizador del perfil por omisión: segmentación de pyannote + huellas CAM++ + agrupamiento.

No usa `SpeakerDiarization` de pyannote.audio (quiere bajar un modelo que aquí sobra): de esa biblioteca
solo viene la red de segmentación. El costo crece en proporción al audio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Aviso, Grabacion, Huella, Senal, Separacion, Tramo
from scribe.diarizacion.agrupamiento import Criterio, agrupar
from scribe.diarizacion.huellas import CUADRO_S, Filtros, Huellero
from scribe.diarizacion.segmentacion import Segmentador, Ventana
from scribe.diarizacion.tramos import Bordes, recortar, reunir
from scribe.errores import FalloDeEtapa
from scribe.modelos import Perfil, identidad, ruta
from scribe.progreso import Avance

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Parametros:
    """Ajustes finos del motor; cambiarlos cambia `identidad`."""

    paso_s: float = 2.5
    """Segundos entre ventanas."""
    minimo_huella_s: float = 0.3
    """Voz limpia mínima para calcular una huella."""
    maximo_huella_s: float = 5.0
    """Voz limpia que se usa como mucho por hablante y ventana."""
    repetir: float = 0.25
    """Cuánto parecido se exige de más para dar dos hablantes de una ventana a la misma persona."""
    criterio: Criterio = field(default_factory=Criterio)
    bordes: Bordes = field(default_factory=Bordes)


@dataclass(frozen=True, slots=True)
class Muestra:
    """La huella de un hablante local: `ventana` y `local` dicen cuál; `segundos`, cuánta voz limpia."""

    ventana: int
    local: int
    segundos: float


@dataclass(frozen=True, slots=True)
class Analisis:
    """Lo calculado por las redes, antes de decidir quién es quién. `huellas`: (muestras, 192)."""

    ventanas: tuple[Ventana, ...]
    muestras: tuple[Muestra, ...]
    huellas: NDArray[np.float32]


class DiarizadorPyannote:
    """Diarizador local. Los pesos se cargan la primera vez que se usan."""

    def __init__(self, perfil: Perfil, ajustes: Ajustes, parametros: Parametros | None = None) -> None:
        """`perfil` dice qué modelos usar; de `ajustes` cuentan `hilos` y `dispositivo`."""
        self._segmentacion = perfil.modelos["segmentacion"]
        self._huella = perfil.modelos["huella"]
        self._hilos = ajustes.hilos
        self._dispositivo = _dispositivo(ajustes.dispositivo)
        self.parametros = parametros or Parametros()
        self._redes: tuple[Segmentador, Huellero] | None = None

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelos (id, suma) y ajustes del motor."""
        return {
            "motor": "pyannote",
            "version": VERSION,
            "segmentacion": identidad(self._segmentacion),
            "huella": identidad(self._huella),
            "ajustes": asdict(self.parametros),
        }

    def separar(self, grabacion: Grabacion, *, hablantes: int | None, avance: Avance) -> Separacion:
        """Quién habló cuándo. Con una voz por canal, cada canal es una persona y no se agrupa nada."""
        if grabacion.por_canal:
            return self._por_canal(grabacion, avance)
        analisis = self.analizar(grabacion.voces[0], avance)
        separacion = resolver(analisis, self._segmentador, grabacion.duracion_s, hablantes, self.parametros)
        avance(1.0)
        return separacion

    def huella_de(self, senal: Senal) -> Huella:
        """La huella de la única persona que habla en `senal` (mono a `HERCIOS`).

        Lanza `FalloDeEtapa` si no hay al menos un segundo de voz.
        """
        analisis = self.analizar(senal, lambda _: None)
        pesos = np.array([m.segundos for m in analisis.muestras])
        if pesos.sum() < 1.0:
            raise FalloDeEtapa("No se oye voz suficiente para una huella.", "Grabe al menos 20 segundos.")
        suma = (analisis.huellas * pesos[:, None]).sum(axis=0)
        return np.asarray(suma / np.linalg.norm(suma), dtype=np.float32)

    def analizar(self, senal: Senal, avance: Avance) -> Analisis:
        """Pasa las redes por la señal: ventanas y huellas de cada hablante local."""
        _usar_hilos(self._hilos)
        segmentador, huellero = self._cargadas()
        total = len(segmentador.inicios(len(senal)))
        ventanas: list[Ventana] = []
        muestras: list[Muestra] = []
        huellas: list[NDArray[np.float32]] = []
        for lote in segmentador.ventanas(senal):
            fragmentos: list[Filtros] = []
            for inicio, ventana in lote:
                trozo = senal[inicio : inicio + round(segmentador.ventana_s * HERCIOS)]
                for local, fragmento in self._fragmentos(trozo, ventana):
                    fragmentos.append(fragmento)
                    muestras.append(Muestra(len(ventanas), local, len(fragmento) * CUADRO_S))
                ventanas.append(ventana)
            huellas.append(huellero.huellas(fragmentos))
            avance(0.98 * len(ventanas) / total)
        return Analisis(tuple(ventanas), tuple(muestras), np.concatenate(huellas))

    def _fragmentos(self, trozo: Senal, ventana: Ventana) -> list[tuple[int, Filtros]]:
        """Los cuadros en que cada hablante local suena solo, si son suficientes."""
        segmentador, huellero = self._cargadas()
        minimo = round(self.parametros.minimo_huella_s / CUADRO_S)
        maximo = round(self.parametros.maximo_huella_s / CUADRO_S)
        solos = ventana.a_solas > 0.5
        suficiente = solos.sum(axis=0) * segmentador.cuadro_s >= self.parametros.minimo_huella_s
        candidatos = np.flatnonzero(suficiente)
        if not len(candidatos) or len(trozo) < HERCIOS // 10:
            return []
        filtros = huellero.filtros(trozo)
        centros = np.arange(len(filtros)) * CUADRO_S + 0.0125
        cuadros = ((centros - segmentador.desfase_s) / segmentador.cuadro_s).astype(int)
        cuadros = cuadros.clip(0, len(solos) - 1)
        elegidos = ((int(c), np.flatnonzero(solos[cuadros, c])[:maximo]) for c in candidatos)
        return [(local, filtros[cuales]) for local, cuales in elegidos if len(cuales) >= minimo]

    def _por_canal(self, grabacion: Grabacion, avance: Avance) -> Separacion:
        tramos: list[Tramo] = []
        huellas: dict[str, Huella] = {}
        for i, senal in enumerate(grabacion.voces):
            parte = self.analizar(senal, _porcion(avance, i, len(grabacion.voces)))
            sola = resolver(parte, self._segmentador, grabacion.duracion_s, 1, self.parametros)
            nombre = f"H{i + 1}"
            tramos += [t.model_copy(update={"hablante": nombre}) for t in sola.tramos]
            huellas.update(zip([nombre], sola.huellas.values(), strict=False))
        return Separacion(tuple(sorted(tramos, key=lambda t: t.inicio)), huellas)

    @property
    def _segmentador(self) -> Segmentador:
        return self._cargadas()[0]

    def _cargadas(self) -> tuple[Segmentador, Huellero]:
        if self._redes is None:
            segmentador = Segmentador(
                ruta(self._segmentacion), paso_s=self.parametros.paso_s, dispositivo=self._dispositivo
            )
            self._redes = segmentador, Huellero(ruta(self._huella), dispositivo=self._dispositivo)
        return self._redes


def resolver(
    analisis: Analisis,
    segmentador: Segmentador,
    duracion_s: float,
    hablantes: int | None,
    parametros: Parametros,
) -> Separacion:
    """De las huellas de cada ventana a los tramos de cada persona."""
    if not analisis.muestras:
        return Separacion(())
    segundos = np.array([m.segundos for m in analisis.muestras])
    _, centros = agrupar(analisis.huellas, segundos, hablantes, parametros.criterio)
    duenos = asignar(analisis, centros, parametros.repetir)
    actividad = reunir(
        analisis.ventanas,
        duenos,
        len(centros),
        cuadro_s=segmentador.cuadro_s,
        desfase_s=segmentador.desfase_s,
        duracion_s=duracion_s,
    )
    tramos, orden = recortar(
        actividad, parametros.bordes, cuadro_s=segmentador.cuadro_s, duracion_s=duracion_s
    )
    huellas = {f"H{i + 1}": centros[persona] for i, persona in enumerate(orden)}
    return Separacion(tramos, huellas, _avisos(hablantes, len(orden)))


def asignar(analisis: Analisis, centros: NDArray[np.float32], repetir: float) -> list[NDArray[np.intp]]:
    """La persona (o -1) de cada hablante local de cada ventana.

    Se elige de una vez el reparto de toda la ventana que más parecido suma (pesado por segundos); dar
    dos locales a la misma persona cuesta `repetir`, porque la red ya los oyó distintos.
    """
    locales = analisis.ventanas[0].actividad.shape[1]
    por_ventana: dict[int, list[tuple[int, float, NDArray[np.float32]]]] = defaultdict(list)
    for muestra, huella in zip(analisis.muestras, analisis.huellas, strict=True):
        por_ventana[muestra.ventana].append((muestra.local, muestra.segundos, centros @ huella))
    duenos = [np.full(locales, -1, dtype=np.intp) for _ in analisis.ventanas]
    for ventana, presentes in por_ventana.items():
        reparto = _mejor_reparto([(s, p) for _, s, p in presentes], len(centros), repetir)
        for (local, _, _), persona in zip(presentes, reparto, strict=True):
            duenos[ventana][local] = persona
    return duenos


def _mejor_reparto(
    presentes: Sequence[tuple[float, NDArray[np.float32]]], personas: int, repetir: float
) -> tuple[int, ...]:
    def valor(reparto: tuple[int, ...]) -> float:
        parecido = sum(s * float(p[k]) for (s, p), k in zip(presentes, reparto, strict=True))
        repetidos = [
            min(s, presentes[j][0])
            for i, (s, _) in enumerate(presentes)
            for j in range(i)
            if reparto[i] == reparto[j]
        ]
        return parecido - repetir * sum(repetidos)

    return max(product(range(personas), repeat=len(presentes)), key=valor)


def _avisos(pedidos: int | None, hallados: int) -> tuple[Aviso, ...]:
    if pedidos is None or pedidos == hallados:
        return ()
    texto = f"Se indicaron {pedidos} hablantes y solo se distinguieron {hallados}."
    return (Aviso(tipo="hablantes", texto=texto),)


def _porcion(avance: Avance, parte: int, partes: int) -> Avance:
    return lambda fraccion: avance((parte + fraccion) / partes)


def _dispositivo(pedido: str) -> str:
    if pedido != "auto":
        return pedido
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _usar_hilos(hilos: int) -> None:
    import torch

    torch.set_num_threads(hilos)
