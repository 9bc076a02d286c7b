"""Cómo se dicen el peso, la talla y la presión: «72 kilos 300», «uno sesenta y dos», «138 sobre 82»."""

from __future__ import annotations

import re

from scribe.lenguaje.numeros import datos
from scribe.lenguaje.piezas import Piezas, cerca_antes, cierra, cortado, sigue
from scribe.lenguaje.tomas import UNO

_SISTOLICA = (80, 260)
_DIASTOLICA = (40, 150)
_DIFERENCIA = 12
_CERCA = 4
_CERCA_DE_PRESION = 6
_TALLA_MINIMA = 35
"""Centímetros sobre el metro a partir de los cuales «uno cincuenta y ocho» tras el peso es una talla."""


def kilos_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«ochenta kilos y medio» → 80.5 kg; «72 kilos 300» → 72.3 kg; «3 kilos con 450 gramos» → 3.45 kg."""
    if g[0].entero is None or g[1].llana not in ("kilo", "kilos", "kg"):
        return None
    gramos = g[-1].llana in ("gramo", "gramos")
    centro = g[2:-1] if gramos else g[2:]
    if len(centro) == 2 and centro[0].llana in ("y", "con"):
        centro = centro[1:]
    if len(centro) != 1:
        return None
    if centro[0].llana == "medio":
        return f"{g[0].valor}.5 kg" if not gramos and g[2].llana == "y" else None
    peso = centro[0].entero or 0
    suelto = len(g) > 3 and g[2].llana not in ("y", "con")
    if not 10 <= peso < 1000 or (not gramos and (peso % 100 or suelto)):
        return None
    ajena = not gramos and sigue(piezas, i + len(g)) in datos()["unidades"]
    return None if ajena else f"{g[0].valor}.{f'{peso:03d}'.rstrip('0')} kg"


def metro(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«un metro sesenta y cinco», «1 metro con 65» → 1.65 m."""
    metros = "1" if g[0].llana in UNO else g[0].valor
    ultimo = g[-1].entero
    if metros not in ("1", "2") or g[1].llana not in ("metro", "metros") or ultimo is None:
        return None
    if len(g) == 4 and g[2].llana not in ("con", "y"):
        return None
    return f"{metros}.{ultimo:02d} m" if ultimo < 100 else None


def talla(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«mide uno sesenta y ocho», «mide 1, 62», «estatura 1 con 75» → con punto."""
    metros = "1" if g[0].llana in UNO else g[0].valor
    resto = g[-1].entero
    if metros not in ("1", "2") or resto is None or not 10 <= resto <= 99:
        return None
    if len(g) == 3 and (g[1].llana not in ("con", "y", "punto") or cortado(g)):
        return None
    if cerca_antes(piezas, i, datos()["contexto"]["talla"], _CERCA):
        return f"{metros}.{resto}"
    # «52 kg. Uno 58.»: tras el peso se dice la talla sin nombrarla.
    tras_peso = cerca_antes(piezas, i, ("kg", "kilos", "kilo"), _CERCA) and resto >= _TALLA_MINIMA
    return f"{metros}.{resto}" if tras_peso and len(g) == 2 and cierra(piezas, i + 2) else None


def _en_presion(piezas: Piezas, i: int) -> bool:
    return cerca_antes(piezas, i, datos()["contexto"]["presion"], _CERCA_DE_PRESION)


def _posible(alta: int | None, baja: int | None) -> bool:
    """Si las dos cifras pueden ser una presión."""
    if alta is None or baja is None:
        return False
    dentro = _SISTOLICA[0] <= alta <= _SISTOLICA[1] and _DIASTOLICA[0] <= baja <= _DIASTOLICA[1]
    return dentro and baja < alta


def sobre(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«118 sobre 76», «138, sobre 82» → con barra; también escalas («8 sobre 10», «cinco sobre cinco»)."""
    if not cortado(g) and _con(piezas, i, g):
        return f"{g[0].valor}/{g[2].valor}"
    if g[0].entero is None or g[1].llana != "sobre" or not re.fullmatch(r"\d+(\.\d+)?", g[2].valor or ""):
        return None
    if cortado(g) and not (_posible(g[0].entero, g[2].entero) or _en_presion(piezas, i)):
        return None
    return f"{g[0].valor}/{g[2].valor}"


def _con(piezas: Piezas, i: int, g: Piezas) -> bool:
    """«178 con 104» es una tensión si las dos cifras pueden serlo y no son la dosis de un combinado."""
    alta, baja = g[0].entero, g[2].entero
    if g[1].llana != "con" or alta is None or baja is None or not _posible(alta, baja):
        return False
    dosis = datos()["dosis"]
    ajena = sigue(piezas, i + 3) in (
        "unidades", "cada", *datos()["unidades"], *dosis["formas"], *dosis["periodos"]
    )  # fmt: skip
    previa = piezas[i - 1].llana if i and not piezas[i - 1].corte else ""
    return (
        alta - baja >= _DIFERENCIA and not ajena and (previa not in ("de", "del") or _en_presion(piezas, i))
    )


def tension_corrida(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«presión en ciento veinte ochenta», «presión 160-100» → con barra: nadie dice «sobre»."""
    if not _posible(g[0].entero, g[1].entero) or not _en_presion(piezas, i):
        return None
    if cortado(g) and not (cierra(piezas, i + 2) and sigue(piezas, i + 2) not in ("de", "por")):
        return None
    return f"{g[0].valor}/{g[1].valor}"


_ANO = range(1900, 2100)


def tension_pegada(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«presión 12080» → 120/80. «Presión 1876» queda «18/76»: no se puede tener y se anuncia como dudosa."""
    cifra = g[0].valor or ""
    if g[0].dicho or not re.fullmatch(r"\d{4,6}", cifra) or not _en_presion(piezas, i):
        return None
    previa = piezas[i - 1].llana if i else ""
    if int(cifra) in _ANO and previa in ("en", "desde", "de", "del"):
        return None
    partes = [(cifra[:k], cifra[k:]) for k in (2, 3) if not cifra[k:].startswith("0")]
    enteras = [(a, b) for a, b in partes if _posible(int(a), int(b))]
    if len(enteras) == 1:
        return "/".join(enteras[0])
    perdida = [(a, b) for a, b in partes if len(a) == 2 and _posible(100 + int(a), int(b))]
    return "/".join(perdida[0]) if not enteras and len(perdida) == 1 else None
