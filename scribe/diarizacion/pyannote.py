"""Diarizador del perfil por omisión: segmentación de pyannote + huellas CAM++ + agrupamiento.

De pyannote solo se usan los pesos de la red de segmentación. Las dos redes corren en ONNX Runtime, en el
procesador, una ventana o un fragmento por hilo: ni el número de hilos ni lo ya adelantado cambian el
resultado. El costo crece en proporción al audio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Grabacion, Huella, Senal, Separacion, Tramo
from scribe.diarizacion.agrupamiento import Criterio
from scribe.diarizacion.algebra import un_hilo
from scribe.diarizacion.conteo import contar
from scribe.diarizacion.costura import (
    Actividad,
    Corte,
    Trozo,
    callar_cortes,
    cerrados,
    cortar,
    coser,
    energia_por_cuadro,
)
from scribe.diarizacion.filtros import CUADRO_S as FILTRO_S
from scribe.diarizacion.filtros import Filtros, filtros
from scribe.diarizacion.huellas import DIMENSIONES, Huellero
from scribe.diarizacion.reparto import Analisis, Pesos, repartir, vecindad
from scribe.diarizacion.segmentacion import CUADRO_S, DESFASE_S, LARGO, Segmentador, Ventana, inicios
from scribe.diarizacion.tramos import Bordes, aviso_de_cuenta, limpiar
from scribe.errores import AudioInvalido
from scribe.modelos import Perfil, identidad, ruta
from scribe.progreso import Avance
from scribe.recuerdos import Libreta, Recuerdos

VERSION = "3"
_PARTE_SEGMENTAR = 0.35


@dataclass(frozen=True, slots=True)
class Parametros:
    """Ajustes finos del motor; cambiarlos cambia `identidad`."""

    paso_s: float = 5.0
    """Segundos entre ventanas de segmentación."""
    minimo_huella_s: float = 0.3
    """Voz sin encimar que necesita un trozo para tener huella."""
    corte: Corte = field(default_factory=Corte)
    criterio: Criterio = field(default_factory=Criterio)
    reparto: Pesos = field(default_factory=Pesos)
    bordes: Bordes = field(default_factory=Bordes)


class DiarizadorPyannote:
    """Diarizador local. Los pesos se cargan la primera vez que se usan."""

    def __init__(self, perfil: Perfil, ajustes: Ajustes, parametros: Parametros | None = None) -> None:
        """`perfil` dice qué modelos usar; de `ajustes` cuenta `hilos`."""
        self._segmentacion = perfil.modelos["segmentacion"]
        self._huella = perfil.modelos["huella"]
        self._hilos = ajustes.hilos
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

    def separar(
        self,
        grabacion: Grabacion,
        *,
        hablantes: int | None,
        avance: Avance,
        recuerdos: Recuerdos | None = None,
    ) -> Separacion:
        """Quién habló cuándo. Con una voz por canal, cada canal es una persona y no se agrupa nada."""
        if grabacion.por_canal:
            return self._por_canal(grabacion, avance, recuerdos)
        analisis = self.analizar(grabacion.voces[0], avance, recuerdos)
        separacion = resolver(analisis, grabacion.duracion_s, hablantes, self.parametros)
        avance(1.0)
        return separacion

    def adelantar(self, senal: Senal, *, recuerdos: Recuerdos) -> float:
        """Calcula y guarda en `recuerdos` lo que ya no va a cambiar de una grabación que sigue.

        `senal` es una voz desde el principio hasta lo grabado. Devuelve hasta qué segundo quedó listo.
        """
        desde = inicios(len(senal), self.parametros.paso_s, abierta=True)
        libreta = self._libreta(recuerdos)
        with ThreadPoolExecutor(self._hilos) as cuadrilla:
            ventanas = list(self._ventanas(senal, desde, cuadrilla, libreta))
            if not ventanas:
                return 0.0
            firme_s = (len(senal) - LARGO) / HERCIOS  # la última ventana puede empezar desde aquí
            actividad = coser(ventanas, cuadro_s=CUADRO_S, desfase_s=DESFASE_S, duracion_s=firme_s)
            energia = energia_por_cuadro(senal[: len(senal) - LARGO], len(actividad), CUADRO_S)
            trozos = cerrados(actividad, energia, self.parametros.corte, cuadro_s=CUADRO_S)
            for _ in self._huellas(senal, trozos, actividad, cuadrilla, libreta):
                pass
        return firme_s

    def huella_de(self, senal: Senal) -> Huella:
        """La huella de la única persona que habla en `senal` (mono a `HERCIOS`).

        Lanza `AudioInvalido` si no hay al menos un segundo de voz.
        """
        analisis = self.analizar(senal, lambda _: None)
        if analisis.segundos.sum() < 1.0:
            raise AudioInvalido("No se oye voz suficiente para una huella.", "Grabe al menos 20 segundos.")
        suma = (analisis.huellas * analisis.segundos[:, None]).sum(axis=0)
        return np.asarray(suma / np.linalg.norm(suma), dtype=np.float32)

    def analizar(self, senal: Senal, avance: Avance, recuerdos: Recuerdos | None = None) -> Analisis:
        """Pasa las redes por la señal: trozos de una voz y la huella de cada uno."""
        desde = inicios(len(senal), self.parametros.paso_s)
        libreta = self._libreta(recuerdos)
        with ThreadPoolExecutor(self._hilos) as cuadrilla:
            ventanas: list[Ventana] = []
            for ventana in self._ventanas(senal, desde, cuadrilla, libreta):
                ventanas.append(ventana)
                avance(_PARTE_SEGMENTAR * len(ventanas) / len(desde))
            actividad = coser(
                ventanas, cuadro_s=CUADRO_S, desfase_s=DESFASE_S, duracion_s=len(senal) / HERCIOS
            )
            energia = energia_por_cuadro(senal, len(actividad), CUADRO_S)
            trozos = cortar(actividad, energia, self.parametros.corte, cuadro_s=CUADRO_S)
            huellas = np.zeros((len(trozos), DIMENSIONES), dtype=np.float32)
            segundos = np.zeros(len(trozos))
            for i, (huella, dura) in enumerate(self._huellas(senal, trozos, actividad, cuadrilla, libreta)):
                huellas[i], segundos[i] = huella, dura
                avance(_PARTE_SEGMENTAR + (0.98 - _PARTE_SEGMENTAR) * (i + 1) / len(trozos))
        return Analisis(tuple(trozos), huellas, segundos, energia, CUADRO_S, LARGO / HERCIOS)

    def _ventanas(
        self, senal: Senal, desde: Sequence[int], cuadrilla: ThreadPoolExecutor, libreta: Libreta
    ) -> Iterator[Ventana]:
        segmentador, _ = self._cargadas()

        def una(inicio: int) -> Ventana:
            muestras = senal[inicio : inicio + LARGO]
            actividad = libreta.recordar(
                "ventana", np.float16, (muestras,), lambda: segmentador.actividad(muestras)
            )
            return Ventana(inicio / HERCIOS, actividad)

        return cuadrilla.map(una, desde)

    def _huellas(
        self,
        senal: Senal,
        trozos: Sequence[Trozo],
        actividad: Actividad,
        cuadrilla: ThreadPoolExecutor,
        libreta: Libreta,
    ) -> Iterator[tuple[Huella, float]]:
        """La huella de cada trozo y los segundos de voz limpia de que salió; sin bastante, ceros."""
        _, huellero = self._cargadas()
        solos = (actividad > self.parametros.corte.entra).sum(axis=1) <= 1

        def una(trozo: Trozo) -> tuple[Huella, float]:
            libres = solos[trozo.inicio : trozo.fin]
            muestras = _muestras(senal, trozo)
            vector = libreta.recordar(
                "huella", np.float32, (muestras, libres), lambda: self._vector(huellero, muestras, libres)
            )
            return vector[:-1], float(vector[-1])

        return cuadrilla.map(una, trozos)

    def _vector(self, huellero: Huellero, muestras: Senal, libres: NDArray[np.bool_]) -> NDArray[np.float32]:
        """La huella de lo que suena sin nadie encima, y al final sus segundos."""
        vector = np.zeros(DIMENSIONES + 1, dtype=np.float32)
        limpio = self._limpio(muestras, libres)
        if limpio is not None:
            vector[:-1], vector[-1] = huellero.huella(limpio), len(limpio) * FILTRO_S
        return vector

    def _limpio(self, muestras: Senal, libres: NDArray[np.bool_]) -> Filtros | None:
        """El banco de filtros de los cuadros libres de un trozo, o None si es muy poco."""
        minimo_s = self.parametros.minimo_huella_s
        if libres.sum() * CUADRO_S < minimo_s:
            return None
        banco = filtros(muestras)
        centros = (np.arange(len(banco)) + 1) * FILTRO_S
        limpio = banco[libres[(centros / CUADRO_S).astype(int).clip(max=len(libres) - 1)]]
        return limpio if len(limpio) * FILTRO_S >= minimo_s - 0.05 else None

    def _por_canal(self, grabacion: Grabacion, avance: Avance, recuerdos: Recuerdos | None) -> Separacion:
        tramos: list[Tramo] = []
        huellas: dict[str, Huella] = {}
        for i, senal in enumerate(grabacion.voces):
            parte = self.analizar(senal, _porcion(avance, i, len(grabacion.voces)), recuerdos)
            sola = resolver(parte, grabacion.duracion_s, 1, self.parametros)
            nombre = f"H{i + 1}"
            tramos += [t.model_copy(update={"hablante": nombre}) for t in sola.tramos]
            huellas.update(zip([nombre], sola.huellas.values(), strict=False))
        return Separacion(tuple(sorted(tramos, key=lambda t: t.inicio)), huellas)

    def _libreta(self, recuerdos: Recuerdos | None) -> Libreta:
        modelos = (identidad(nombre)["sha256"] for nombre in (self._segmentacion, self._huella))
        return Libreta(recuerdos, f"{VERSION} {' '.join(modelos)} {self.parametros.minimo_huella_s}")

    def _cargadas(self) -> tuple[Segmentador, Huellero]:
        if self._redes is None:
            self._redes = Segmentador(ruta(self._segmentacion)), Huellero(ruta(self._huella))
        return self._redes


def resolver(
    analisis: Analisis, duracion_s: float, hablantes: int | None, parametros: Parametros
) -> Separacion:
    """De los trozos y sus huellas a los tramos de cada persona."""
    with un_hilo():
        return _resolver(analisis, duracion_s, hablantes, parametros)


def _resolver(
    analisis: Analisis, duracion_s: float, hablantes: int | None, parametros: Parametros
) -> Separacion:
    con_huella = analisis.segundos > 0
    if not con_huella.any():
        return Separacion(())
    centros = contar(
        analisis.huellas[con_huella],
        analisis.segundos[con_huella],
        hablantes,
        parametros.criterio,
        vecindad(analisis, con_huella, parametros.reparto.vecino_s),
    )
    duenos = repartir(analisis, centros, parametros.reparto)
    con_dueno = [(trozo, int(dueno)) for trozo, dueno in zip(analisis.trozos, duenos, strict=True)]
    partes = (
        (dueno, inicio * analisis.cuadro_s, fin * analisis.cuadro_s)
        for dueno, inicio, fin in callar_cortes(con_dueno, analisis.energia, cuadro_s=analisis.cuadro_s)
    )
    tramos, orden = limpiar(partes, parametros.bordes, duracion_s)
    huellas = {f"H{i}": centros[persona] for i, persona in enumerate(orden, start=1)}
    return Separacion(tramos, huellas, aviso_de_cuenta(hablantes, len(orden)))


def _porcion(avance: Avance, parte: int, partes: int) -> Avance:
    return lambda fraccion: avance((parte + fraccion) / partes)


def _muestras(senal: Senal, trozo: Trozo) -> Senal:
    return senal[round(trozo.inicio * CUADRO_S * HERCIOS) : round(trozo.fin * CUADRO_S * HERCIOS)]
