"""Cuánto se recetó por toma y por día, y si pasa de lo usual en un adulto."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scribe.consulta import Aviso, Contexto
from scribe.lenguaje.farmacos import Farmaco, buscar_farmacos, ficha
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.usos import Uso, patron

_P = patrones("scribe.soap", "recetas.es")

_DOSIS = _P["posologia.dosis"]
_HORAS = _P["posologia.horas"]
_SIN_UNIDAD = _P["posologia.sin_unidad"]
_VECES = _P["posologia.veces"]
_UNIDADES = _P["posologia.unidades"]
_LIQUIDO = _P["posologia.liquido"]
_A_MG = {"mg": 1.0, "mcg": 0.001, "g": 1000.0}
_PALABRAS = {"dos": 2, "tres": 3, "cuatro": 4}
_EDAD_ADULTO = 15


@dataclass(frozen=True, slots=True)
class Pauta:
    """Miligramos por toma y tomas al día, si se dijeron."""

    mg: float | None
    tomas: float | None


def con_horas(texto: str) -> str:
    """«1 cada 8, con comida» → «1 cada 8 horas, con comida»: en una receta la unidad es convención.

    Solo los intervalos que se recetan en horas, y solo si no se dijo otra unidad.
    """
    return _SIN_UNIDAD.sub(r"\1 horas", texto)


def leer_pauta(texto: str, farmaco: Farmaco) -> Pauta:
    """La pauta que sigue a un nombre («de 600, no, perdón, de 400 mg, 1 cada 8 horas» → 400 mg, 3 veces).

    Cuando algo se rectifica vale lo último.
    """
    plano = llano(texto)
    cortes = [m.start() for m in patron("rectifica").finditer(plano)]
    dosis = _vigente(list(_DOSIS.finditer(plano)), cortes)
    horas = _vigente(list(_HORAS.finditer(plano)), cortes)
    veces = _VECES.search(plano)
    unidades = _UNIDADES.search(plano)
    mg = _mg(dosis, farmaco)
    if mg is not None and unidades:
        mg *= {"½": 0.5, "1½": 1.5}.get(unidades[1]) or float(unidades[1])
    if horas:
        return Pauta(mg, 24 / int(horas[1] or horas[2]) if int(horas[1] or horas[2]) else None)
    if veces:
        return Pauta(mg, float(_PALABRAS.get(veces[1]) or veces[1]))
    return Pauta(mg, None)


def _vigente(hallados: list[re.Match[str]], cortes: list[int]) -> re.Match[str] | None:
    """El primero, o el que sigue a una rectificación."""
    if not hallados:
        return None
    corte = next((c for c in cortes if c > hallados[0].start()), None)
    return next((m for m in hallados if corte is not None and m.start() > corte), hallados[0])


def _mg(dosis: re.Match[str] | None, farmaco: Farmaco) -> float | None:
    if dosis is None:
        return None
    if dosis[2]:
        return float(dosis[1]) * _A_MG[dosis[2]]
    cifra = float(dosis[3])
    en_micro = cifra not in farmaco.presentaciones and cifra / 1000 in farmaco.presentaciones
    return cifra / 1000 if en_micro else cifra


def avisos_de_dosis(recetados: list[Uso], contexto: Contexto) -> Iterator[Aviso]:
    """Un aviso `dosis` por cada receta por encima de lo usual por toma o del máximo diario de adulto.

    No se revisan niños, líquidos ni combinaciones: su dosis depende del peso o de la fórmula.
    """
    if contexto.edad is not None and contexto.edad < _EDAD_ADULTO:
        return
    for uso in recetados:
        farmaco = ficha(uso.mencion.generico)
        if uso.turno is None or farmaco is None or len(uso.mencion.genericos) > 1:
            continue
        resto = _tramo(uso.turno.texto, uso.mencion.hasta)
        if _LIQUIDO.search(llano(resto)):
            continue
        pauta = leer_pauta(resto, farmaco)
        motivo = _exceso(pauta, farmaco)
        if motivo:
            yield Aviso(tipo="dosis", texto=f"{farmaco.generico}: {motivo}", citas=uso.citas)


def _tramo(texto: str, desde: int) -> str:
    """Lo dicho después del nombre, hasta el siguiente fármaco."""
    siguientes = [m.desde for m in buscar_farmacos(texto) if m.desde >= desde]
    return texto[desde : min([*siguientes, desde + 160])]


def _exceso(pauta: Pauta, farmaco: Farmaco) -> str | None:
    if pauta.mg is None:
        return None
    if farmaco.toma_max and pauta.mg > farmaco.toma_max:
        return f"{pauta.mg:g} mg por toma pasa de lo usual (hasta {farmaco.toma_max:g} mg)."
    dia = pauta.mg * pauta.tomas if pauta.tomas else None
    if dia and farmaco.max_dia and dia > farmaco.max_dia:
        return f"{dia:g} mg al día pasa del máximo de adulto ({farmaco.max_dia:g} mg)."
    if farmaco.toma_min and pauta.mg < farmaco.toma_min / 2:
        return f"{pauta.mg:g} mg por toma es menos de lo usual (desde {farmaco.toma_min:g} mg)."
    return None
