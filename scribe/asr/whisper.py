"""Reconocedor de los perfiles actuales: Whisper sobre CTranslate2, con segunda escucha donde falla.

La señal se recorre en ventanas cortadas en silencio (`scribe.asr.voz`), de modo que la memoria no
depende de lo que dure la consulta y cada palabra sale con su tiempo real. Lo oído pasa por
`scribe.asr.guardias` antes de salir. Todo es determinista: haz fijo y temperatura cero.

Los núcleos se reparten por lotes de ventanas (un hilo cada uno) y no dentro de cada operación: con un
modelo pequeño, juntar hilos en cada paso del decodificador cuesta más que el paso.
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any

import ctranslate2
import faster_whisper
from faster_whisper import WhisperModel

from scribe import memoria, modelos
from scribe.ajustes import Ajustes
from scribe.asr import guardias, segunda
from scribe.asr.decodificador import Guia
from scribe.asr.guardias import Revision, reloj
from scribe.asr.oido import Oido
from scribe.asr.voz import PASO_S, Curva, Intervalo, Reparto, cortar, escuchar, ventanas
from scribe.consulta import HERCIOS, Aviso, Escucha, Grabacion, Palabra, Senal
from scribe.errores import AjusteInvalido, FalloDeEtapa
from scribe.manifiesto import Perfil
from scribe.progreso import Avance
from scribe.recuerdos import Recuerdos

VERSION = "11"


@dataclass(frozen=True, slots=True)
class Parametros:
    """Ajustes finos del motor; cambiarlos cambia `identidad`."""

    lote: int = 4
    """Ventanas que calcula a la vez cada obrero; no cambia lo oído."""
    haz: int = 5
    """Hipótesis de la búsqueda en haz."""


class TranscriptorWhisper:
    """Whisper local sobre CTranslate2. Los pesos se cargan la primera vez que se usan."""

    def __init__(self, perfil: Perfil, ajustes: Ajustes, parametros: Parametros | None = None) -> None:
        """`perfil` dice qué modelo usar; de `ajustes` cuentan `hilos` y `dispositivo`."""
        self._modelo = perfil.id_de("asr")
        self._dispositivo = _dispositivo(ajustes.dispositivo)
        self._obreros = ajustes.hilos if self._dispositivo == "cpu" else 1
        self._en_espanol = ajustes.idioma in ("es", "auto")
        self.parametros = parametros or Parametros()
        self._red: WhisperModel | None = None

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelo (id, suma), biblioteca y ajustes; `reglas` es la suma de los archivos de datos."""
        return {
            "motor": "faster-whisper",
            "version": VERSION,
            "biblioteca": faster_whisper.__version__,
            "modelo": modelos.identidad(self._modelo),
            "computo": _computo(self._dispositivo),
            "ajustes": asdict(self.parametros),
            "reglas": _suma_de_datos(),
        }

    def transcribir(
        self,
        grabacion: Grabacion,
        *,
        idioma: str | None,
        terminos: Sequence[str],
        avance: Avance,
        recuerdos: Recuerdos | None = None,
    ) -> tuple[Escucha, ...]:
        """Una `Escucha` por voz, en su orden; véase `Transcriptor`.

        Avisos: `sin_voz`, `texto_inventado`, `bucle`, `voz_sin_transcribir` e `idioma_distinto`.
        Lanza `AjusteInvalido` si el modelo no conoce `idioma`.
        """
        escuchas = []
        for k, voz in enumerate(grabacion.voces):
            parte = _Parte(avance, k / len(grabacion.voces), 1 / len(grabacion.voces))
            escuchas.append(self._escuchar(voz, idioma, terminos, parte, recuerdos))
        avance(1.0)
        return tuple(escuchas)

    def adelantar(
        self, senal: Senal, *, idioma: str | None, terminos: Sequence[str], recuerdos: Recuerdos
    ) -> float:
        """Oye las ventanas ya cerradas de una grabación que sigue; véase `Transcriptor`."""
        if idioma is None:
            return 0.0
        curva = escuchar(senal, recuerdos, abierto=True)
        tramos = curva.tramos(guardias.umbrales())
        lista = list(cortar(tramos, len(curva.valores) * PASO_S, _reparto(), abierto=True))
        if not lista:
            return 0.0
        oido = self._oido(senal, curva, recuerdos)
        guia = self._guia(idioma, terminos)
        for pasaje in oido.oir(lista, guia):
            if guardias.dudosa(pasaje):
                oido.repasar(pasaje, guia)
        return lista[-1][1]

    def cerrar(self) -> None:
        """Suelta los pesos de memoria."""
        self._red = None
        gc.collect()
        memoria.soltar()

    def _escuchar(
        self,
        senal: Senal,
        idioma: str | None,
        terminos: Sequence[str],
        avance: Avance,
        recuerdos: Recuerdos | None,
    ) -> Escucha:
        curva = escuchar(senal, recuerdos)
        if not guardias.hay_voz(curva):
            return _sin_voz(idioma)
        oido = self._oido(senal, curva, recuerdos)
        lista = list(ventanas(curva.tramos(guardias.umbrales()), len(senal) / HERCIOS, _reparto()))
        elegido = self._idioma(oido, lista, idioma)
        avance(0.05)
        guia = self._guia(elegido, terminos)
        oidos = list(oido.oir(lista, guia, avance=_Parte(avance, 0.05, 0.9)))
        avisos = _comprobar_idioma(oido, lista, elegido) if idioma else ()
        pasajes = [oido.repasar(p, guia) if guardias.dudosa(p) else p for p in oidos]
        revision = guardias.revisar(pasajes, curva, elegido)
        revision, perdidas = _rescatar(oido, revision, curva, elegido)
        if not revision.palabras:
            return _sin_voz(elegido, revision.avisos)
        return Escucha(
            idioma=elegido,
            palabras=tuple(revision.palabras),
            segmentos=guardias.comienzos_de_frase(revision.palabras, revision.comienzos),
            lecturas=tuple(x for p in pasajes for x in p.lecturas),
            avisos=(*avisos, *revision.avisos, *perdidas),
        )

    def _idioma(self, oido: Oido, lista: Sequence[Intervalo], pedido: str | None) -> str:
        """El idioma pedido o, si no se dijo, el más probable en toda la grabación."""
        if pedido is None:
            probables = oido.idiomas(lista, guardias.reglas()["idioma"]["ventanas"])
            return max(probables, key=lambda clave: probables[clave])
        if pedido not in self._cargada().supported_languages:
            raise AjusteInvalido(
                f"El modelo no transcribe el idioma «{pedido}».", "Use un código de dos letras: es, en…"
            )
        return pedido

    def _oido(self, senal: Senal, curva: Curva, recuerdos: Recuerdos | None) -> Oido:
        sello = hashlib.sha256(json.dumps(self.identidad, sort_keys=True).encode()).hexdigest()
        return Oido(
            self._cargada(),
            senal,
            curva,
            lote=self.parametros.lote,
            obreros=self._obreros,
            sello=sello,
            recuerdos=recuerdos,
        )

    def _guia(self, idioma: str, terminos: Sequence[str]) -> Guia:
        propios = dict.fromkeys(t.strip() for t in terminos if t.strip())
        return Guia(
            idioma=idioma,
            indicacion=guardias.indicacion(idioma),
            terminos=tuple(dict.fromkeys([*propios, *guardias.palabras_frecuentes(idioma)])),
            propios=len(propios),
            haz=self.parametros.haz,
        )

    def _cargada(self) -> WhisperModel:
        if self._red is None:
            carpeta = modelos.ruta(self._modelo)
            try:
                self._red = WhisperModel(
                    str(carpeta),
                    device=self._dispositivo,
                    compute_type=_computo(self._dispositivo),
                    cpu_threads=1,
                    num_workers=self._obreros,
                    local_files_only=True,
                )
            except (RuntimeError, ValueError) as causa:
                raise FalloDeEtapa(
                    "No se pudo cargar el modelo de transcripción.", "Corra «scribe modelos verificar»."
                ) from causa
            if self._en_espanol:
                segunda.preparar()
        return self._red


class _Parte:
    """Un `Avance` que ocupa solo una parte de otro."""

    def __init__(self, avance: Avance, desde: float, ancho: float) -> None:
        self.avance, self.desde, self.ancho = avance, desde, ancho

    def __call__(self, fraccion: float) -> None:
        self.avance(self.desde + self.ancho * fraccion)


def _comprobar_idioma(oido: Oido, lista: Sequence[Intervalo], pedido: str) -> tuple[Aviso, ...]:
    """El aviso de que lo pedido no es lo que se oye. Mira ventanas ya oídas: no se codifica nada más."""
    reglas = guardias.reglas()["idioma"]
    probables = oido.idiomas(lista, reglas["comprobar"])
    oido_ = max(probables, key=lambda clave: probables[clave])
    if pedido == oido_ or probables[oido_] < reglas["seguro"]:
        return ()
    texto = (
        f"La grabación parece estar en otro idioma ({oido_}) y se transcribió como «{pedido}»: el texto "
        f"puede ser una traducción y no lo que se dijo. Repita con --idioma {oido_}."
    )
    return (Aviso(tipo="idioma_distinto", texto=texto),)


def _rescatar(
    oido: Oido, revision: Revision, curva: Curva, idioma: str
) -> tuple[Revision, tuple[Aviso, ...]]:
    """Vuelve a oír la voz que se quedó sin palabras y añade lo que se sostenga; avisa del resto."""
    huecos = guardias.huecos(revision.palabras, curva)
    if not huecos:
        return revision, ()
    nuevas: list[list[Palabra]] = []
    perdidos: list[Intervalo] = []
    contextos = [guardias.con_contexto(hueco, curva) for hueco in huecos]
    guia = Guia(idioma, guardias.indicacion(idioma))
    for hueco, pasaje in zip(huecos, oido.oir(contextos, guia), strict=True):
        dentro = tuple(p for p in pasaje.palabras if hueco[0] <= (p.inicio + p.fin) / 2 <= hueco[1])
        creida = guardias.revisar([replace(pasaje, palabras=dentro)], curva, idioma)
        if creida.palabras and guardias.creible(creida.palabras):
            nuevas.append(creida.palabras)
        else:
            perdidos.append(hueco)
    return revision.intercalar(nuevas), _voz_perdida(perdidos)


def _voz_perdida(perdidos: Sequence[Intervalo]) -> tuple[Aviso, ...]:
    if not perdidos:
        return ()
    lugares = ", ".join(f"{reloj(a)}–{reloj(b)}" for a, b in perdidos[:10])
    mas = f" y {len(perdidos) - 10} más" if len(perdidos) > 10 else ""
    texto = f"Hay voz que no se pudo transcribir: {lugares}{mas}. Escuche esos momentos."
    return (Aviso(tipo="voz_sin_transcribir", texto=texto),)


def _reparto() -> Reparto:
    return Reparto(**guardias.reglas()["reparto"])


def _sin_voz(idioma: str | None, avisos: tuple[Aviso, ...] = ()) -> Escucha:
    aviso = Aviso(
        tipo="sin_voz",
        texto="No se oye voz en la grabación; no se hizo transcripción. Revise el micrófono y el archivo.",
    )
    return Escucha(idioma=idioma or "es", avisos=(aviso, *avisos))


def _dispositivo(pedido: str) -> str:
    if pedido != "auto":
        return pedido
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _computo(dispositivo: str) -> str:
    return "float16" if dispositivo == "cuda" else "int8"


def _suma_de_datos() -> str:
    datos = files("scribe.asr").joinpath("datos")
    suma = hashlib.sha256()
    for nombre in ("guardias.toml", "indicaciones.toml", "invenciones.toml"):
        suma.update(datos.joinpath(nombre).read_bytes())
    return suma.hexdigest()[:16]
