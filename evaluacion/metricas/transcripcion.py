"""Lo dicho contra lo escrito: WER, CER, términos, fármacos, cifras, negaciones y calibración."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

from evaluacion.alineacion import alinear
from evaluacion.caso import Caso
from evaluacion.lexico import farmacos, palabras_de
from evaluacion.lexico import terminos as lexico_clinico
from evaluacion.metricas import cifras, negacion, terminos
from evaluacion.metricas.calibracion import calibracion
from evaluacion.metricas.terminos import Hallazgo
from evaluacion.normalizador import normalizar
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida


@dataclass(frozen=True, slots=True)
class Errores:
    """Sustituciones + borrados + inserciones y el largo de la referencia; se suman entre casos."""

    errores: int
    total: int

    @property
    def tasa(self) -> float:
        """Errores por unidad de referencia; 0 sin referencia ni errores, 1 si todo es inventado."""
        return self.errores / self.total if self.total else float(self.errores > 0)

    def __add__(self, otro: Errores) -> Errores:
        return Errores(self.errores + otro.errores, self.total + otro.total)


def wer(referencia: str, hipotesis: str, idioma: str = "es") -> Errores:
    """Errores por palabra tras normalizar (jiwer; distancia mínima de edición, Levenshtein 1966)."""
    return wer_de_palabras(normalizar(referencia, idioma).split(), normalizar(hipotesis, idioma).split())


def wer_de_palabras(referencia: Sequence[str], hipotesis: Sequence[str]) -> Errores:
    """`wer` de dos listas de palabras ya normalizadas."""
    return Errores(alinear(referencia, hipotesis).errores, len(referencia))


def cer(referencia: str, hipotesis: str, idioma: str = "es") -> Errores:
    """Errores por carácter, con los espacios, tras normalizar (jiwer)."""
    ref, hip = normalizar(referencia, idioma), normalizar(hipotesis, idioma)
    if not ref:
        return Errores(len(hip), 0)
    salida = jiwer.process_characters(ref, hip)
    return Errores(salida.substitutions + salida.deletions + salida.insertions, len(ref))


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Todo lo de este grupo para un caso en que alguien habla y el sistema transcribió."""
    parcial = Parcial()
    dicho = caso.dicho or (caso.texto or "")
    if salida.texto is None or salida.transcripcion is None or not caso.habla or not dicho:
        return parcial
    escrito, idioma = salida.texto, caso.idioma
    oidas = [p for t in salida.transcripcion.turnos for p in t.palabras]
    _poner_errores(parcial, "wer", wer(dicho, escrito, idioma))
    _poner_errores(parcial, "cer", cer(dicho, escrito, idioma))
    if oidas:
        _poner_errores(parcial, "wer_oido", wer(dicho, " ".join(p.texto for p in oidas), idioma))
        for decima, (bien, total) in calibracion(dicho, oidas, idioma).items():
            if total:
                parcial.cuentas[f"calibracion_palabra/{decima}"] = (bien, total)
    _clinico(parcial, dicho, escrito, idioma)
    return parcial


def _clinico(parcial: Parcial, dicho: str, escrito: str, idioma: str) -> None:
    alineacion = alinear(palabras_de(dicho, idioma), palabras_de(escrito, idioma))
    clinico, nombres = lexico_clinico(idioma), farmacos(idioma)
    _poner(parcial, "terminos_exhaustividad", terminos.exhaustividad(alineacion, clinico))
    _poner(parcial, "terminos_precision", terminos.precision(alineacion, clinico))
    _poner(parcial, "farmacos_exhaustividad", terminos.exhaustividad(alineacion, nombres))
    _poner(parcial, "farmacos_precision", terminos.precision(alineacion, nombres))
    _poner(parcial, "cifras_exactitud", cifras.exactitud(alineacion, idioma))
    _poner(parcial, "cifras_precision", cifras.precision(alineacion, idioma))

    conservadas, anadidas = negacion.comparar(dicho, escrito, idioma)
    _poner(parcial, "negacion", conservadas)
    _poner(parcial, "negacion_anadida", anadidas)


def _poner(parcial: Parcial, nombre: str, hallazgo: Hallazgo) -> None:
    if not hallazgo.total:
        return
    parcial.cuentas[nombre] = (hallazgo.buenas, hallazgo.total)
    if hallazgo.fallas:
        parcial.detalle[nombre] = [f"«{a}» → «{b}»" if b else f"«{a}» → (nada)" for a, b in hallazgo.fallas]


def _poner_errores(parcial: Parcial, nombre: str, errores: Errores) -> None:
    if errores.total:
        parcial.cuentas[nombre] = (errores.errores, errores.total)
