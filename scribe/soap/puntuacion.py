"""Dónde faltó un punto: el reconocedor escribe una coma, o nada, entre dos cosas que se dijeron aparte.

«No maneje, le doy incapacidad» son dos indicaciones; «alergias no azúcar tampoco», dos negaciones. Las formas
con que empieza lo siguiente están en `datos/cortes.es.toml`.
"""

from __future__ import annotations

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.reglas import senal

_P = patrones("scribe.soap", "cortes.es")

CONDICION_SOLA = _P["condicion_sola"]
_MINIMO = 2
"""Palabras que debe tener lo que queda a cada lado del corte."""


def cortes(texto: str, rol: Rol) -> list[int]:
    """Los índices de `texto`, una oración, donde empieza otra; ninguno si es pregunta."""
    if "?" in texto or "¿" in texto:
        return []
    plano = llano(texto)
    nombre = "medico" if rol is Rol.MEDICO else "quien_contesta"
    hallados = [m.end() for m in _P[nombre].finditer(plano) if not CONDICION_SOLA.search(plano[: m.start()])]
    if rol is Rol.MEDICO:
        hallados += _recetas_tras_consejo(texto, plano)
    else:
        hallados += [m.end() for m in _P["dos_negadas"].finditer(plano) if _son_dos(texto, m.end())]
    return _separados(texto, sorted(set(hallados)))


_DOSIS = _P["dosis"]
_ENLACE = _P["enlace"]


def _recetas_tras_consejo(texto: str, plano: str) -> list[int]:
    """Donde empieza una receta tras un consejo: «cene temprano, deje el café y omeprazol de 20…»."""
    primero = next(iter(nombrados(texto)), None)
    if primero is None or not _ENLACE.search(plano[: primero.desde]):
        return []
    previo = plano[: primero.desde]
    aconseja = any(senal(g, n).search(previo) for g, n in (("plan", "consejo"), ("momento", "manda")))
    con_dosis = _DOSIS.match(plano, primero.hasta)
    receta = senal("plan", "receta").search(previo)
    pide = senal("plan", "estudio").search(previo) and any(
        m.clase in ("estudio", "imagen") for m in buscar_exploracion(previo)
    )
    if CONDICION_SOLA.search(previo) or not con_dosis:
        return []
    return [primero.desde] if pide or (aconseja and not receta) else []


def _son_dos(texto: str, corte: int) -> bool:
    """Si a los dos lados del corte se nombra algo clínico."""
    return all(
        buscar_clinico(t) or hay_farmaco(t) or buscar_exploracion(t) for t in (texto[:corte], texto[corte:])
    )


def _separados(texto: str, hallados: list[int]) -> list[int]:
    salida: list[int] = []
    for corte in hallados:
        previo = salida[-1] if salida else 0
        if min(len(texto[previo:corte].split()), len(texto[corte:].split())) >= _MINIMO:
            salida.append(corte)
    return salida
