"""Diarizador del perfil por omisión: segmentación de pyannote + huellas CAM++ + agrupamiento.

No usa `SpeakerDiarization` de pyannote.audio (quiere bajar un modelo que aquí sobra): de esa biblioteca
solo viene la red de segmentación. El costo crece en proporción al audio.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Aviso, Grabacion, Huella, Senal, Separacion, Tramo
from scribe.diarizacion.agrupamiento import Criterio
from scribe.diarizacion.conteo import contar
from scribe.diarizacion.costura import Corte, Trozo, callar_cortes, cortar, coser, energia_por_cuadro
from scribe.diarizacion.huellas import CUADRO_S, DIMENSIONES, Filtros, Huellero
from scribe.diarizacion.reparto import Analisis, Pesos, repartir
from scribe.diarizacion.segmentacion import Segmentador, Ventana
from scribe.diarizacion.tramos import Bordes, limpiar
from scribe.errores import AudioInvalido
from scribe.modelos import Perfil, identidad, ruta
from scribe.progreso import Avance

VERSION = "1"
_TANDA = 64


@dataclass(frozen=True, slots=True)
class Parametros:
    """Ajustes finos del motor; cambiarlos cambia `identidad`."""

    paso_s: float = 2.5
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
        separacion = resolver(analisis, grabacion.duracion_s, hablantes, self.parametros)
        avance(1.0)
        return separacion

    def huella_de(self, senal: Senal) -> Huella:
        """La huella de la única persona que habla en `senal` (mono a `HERCIOS`).

        Lanza `AudioInvalido` si no hay al menos un segundo de voz.
        """
        analisis = self.analizar(senal, lambda _: None)
        if analisis.segundos.sum() < 1.0:
            raise AudioInvalido("No se oye voz suficiente para una huella.", "Grabe al menos 20 segundos.")
        suma = (analisis.huellas * analisis.segundos[:, None]).sum(axis=0)
        return np.asarray(suma / np.linalg.norm(suma), dtype=np.float32)

    def analizar(self, senal: Senal, avance: Avance) -> Analisis:
        """Pasa las redes por la señal: trozos de una voz y la huella de cada uno."""
        _usar_hilos(self._hilos)
        segmentador, huellero = self._cargadas()
        cuadro_s, duracion_s = segmentador.cuadro_s, len(senal) / HERCIOS
        ventanas: list[Ventana] = []
        total = len(segmentador.inicios(len(senal)))
        for lote in segmentador.ventanas(senal):
            ventanas += lote
            avance(0.35 * len(ventanas) / total)
        actividad = coser(ventanas, cuadro_s=cuadro_s, desfase_s=segmentador.desfase_s, duracion_s=duracion_s)
        energia = energia_por_cuadro(senal, len(actividad), cuadro_s)
        trozos = cortar(actividad, energia, self.parametros.corte, cuadro_s=cuadro_s)
        huellas = np.zeros((len(trozos), DIMENSIONES), dtype=np.float32)
        segundos = np.zeros(len(trozos))
        solos = (actividad > 0.5).sum(axis=1) <= 1
        for desde in range(0, len(trozos), _TANDA):
            tanda = [
                (i, fragmento)
                for i, trozo in enumerate(trozos[desde : desde + _TANDA], start=desde)
                if (fragmento := self._fragmento(senal, trozo, solos)) is not None
            ]
            huellas[[i for i, _ in tanda]] = huellero.huellas([f for _, f in tanda])
            segundos[[i for i, _ in tanda]] = [len(f) * CUADRO_S for _, f in tanda]
            avance(0.35 + 0.63 * min(1.0, (desde + _TANDA) / len(trozos)))
        return Analisis(tuple(trozos), huellas, segundos, energia, cuadro_s, segmentador.ventana_s)

    def _fragmento(self, senal: Senal, trozo: Trozo, solos: NDArray[np.bool_]) -> Filtros | None:
        """El banco de filtros de lo que el trozo suena sin nadie encima, o None si es muy poco."""
        segmentador, huellero = self._cargadas()
        cuadro_s = segmentador.cuadro_s
        if solos[trozo.inicio : trozo.fin].sum() * cuadro_s < self.parametros.minimo_huella_s:
            return None
        muestras = senal[round(trozo.inicio * cuadro_s * HERCIOS) : round(trozo.fin * cuadro_s * HERCIOS)]
        filtros = huellero.filtros(muestras)
        centros = np.arange(len(filtros)) * CUADRO_S + CUADRO_S
        cuadros = (trozo.inicio + centros / cuadro_s).astype(int).clip(max=len(solos) - 1)
        limpio = filtros[solos[cuadros]]
        return limpio if len(limpio) * CUADRO_S >= self.parametros.minimo_huella_s - 0.05 else None

    def _por_canal(self, grabacion: Grabacion, avance: Avance) -> Separacion:
        tramos: list[Tramo] = []
        huellas: dict[str, Huella] = {}
        for i, senal in enumerate(grabacion.voces):
            parte = self.analizar(senal, _porcion(avance, i, len(grabacion.voces)))
            sola = resolver(parte, grabacion.duracion_s, 1, self.parametros)
            nombre = f"H{i + 1}"
            tramos += [t.model_copy(update={"hablante": nombre}) for t in sola.tramos]
            huellas.update(zip([nombre], sola.huellas.values(), strict=False))
        return Separacion(tuple(sorted(tramos, key=lambda t: t.inicio)), huellas)

    def _cargadas(self) -> tuple[Segmentador, Huellero]:
        if self._redes is None:
            segmentador = Segmentador(
                ruta(self._segmentacion), paso_s=self.parametros.paso_s, dispositivo=self._dispositivo
            )
            self._redes = segmentador, Huellero(ruta(self._huella), dispositivo=self._dispositivo)
        return self._redes


def resolver(
    analisis: Analisis, duracion_s: float, hablantes: int | None, parametros: Parametros
) -> Separacion:
    """De los trozos y sus huellas a los tramos de cada persona."""
    con_huella = analisis.segundos > 0
    if not con_huella.any():
        return Separacion(())
    centros = contar(
        analisis.huellas[con_huella], analisis.segundos[con_huella], hablantes, parametros.criterio
    )
    duenos = repartir(analisis, centros, parametros.reparto)
    con_dueno = [(trozo, int(dueno)) for trozo, dueno in zip(analisis.trozos, duenos, strict=True)]
    partes = (
        (dueno, inicio * analisis.cuadro_s, fin * analisis.cuadro_s)
        for dueno, inicio, fin in callar_cortes(con_dueno, analisis.energia, cuadro_s=analisis.cuadro_s)
    )
    tramos, orden = limpiar(partes, parametros.bordes, duracion_s)
    huellas = {f"H{i}": centros[persona] for i, persona in enumerate(orden, start=1)}
    return Separacion(tramos, huellas, _avisos(hablantes, len(orden)))


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
