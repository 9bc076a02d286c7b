"""Cuánto se toma cada vez: «una cada ocho», «media tableta», y lo que el reconocedor pega a su ritmo."""

from __future__ import annotations

import re
from dataclasses import replace

from scribe.lenguaje.numeros import Pieza, datos

Piezas = list[Pieza]
UNO: tuple[str, ...] = tuple(datos()["dosis"]["uno"])
_TOMA_Y_HORAS = re.compile(r"([12])\.(4|6|8|12|24)")
_ALCANCE = 8


def empieza_con(piezas: Piezas, i: int, frases: list[str]) -> bool:
    """Si lo que empieza en `i` es una de `frases` (palabras llanas separadas por espacios)."""
    corrida: list[str] = []
    for p in piezas[i : i + 3]:
        corrida.append(p.llana)
        if " ".join(corrida) in frases:
            return True
        if p.corte:
            break
    return False


def unos(piezas: Piezas) -> Piezas:
    """«una tableta», «uno cada 8», «del uno al diez», «uno o dos» → 1; el artículo no se toca."""
    dosis = datos()["dosis"]
    salida = list(piezas)
    for i, p in enumerate(piezas):
        if p.llana not in UNO or p.valor is not None or p.corte or i + 1 >= len(piezas):
            continue
        sigue = piezas[i + 1]
        despues = piezas[i + 2] if i + 2 < len(piezas) else None
        numero = despues is not None and despues.entero is not None
        forma = sigue.llana in dosis["formas"] and sigue.llana != "dosis"
        una_vez = p.llana == "una" and sigue.llana in dosis["veces"]
        vez = una_vez and empieza_con(piezas, i + 2, dosis["por_tiempo"])
        lista = p.llana != "un" and sigue.llana in ("o", "a", "al") and numero
        intervalo = (
            p.llana != "un"
            and sigue.llana == "cada"
            and despues is not None
            and (numero or despues.llana in dosis["intervalos"])
        )
        if forma or vez or lista or intervalo or _toma(piezas, i, dosis):
            salida[i] = replace(p, valor="1", dicho=True)
    return salida


def _toma(piezas: Piezas, i: int, dosis: dict[str, list[str]]) -> bool:
    """«omeprazol de 20, uno en ayunas»: un ritmo después y una cifra o forma poco antes."""
    if piezas[i].llana == "un" or piezas[i + 1].llana == "cada":
        return False
    previas = piezas[max(0, i - 4) : i]
    hay_dosis = any(p.valor is not None or p.llana in dosis["formas"] for p in previas)
    return hay_dosis and empieza_con(piezas, i + 1, dosis["ritmos"])


def toma_y_horas(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«de 750 miligramos, 1,8 horas» → 1 cada 8 horas: nadie dice una hora y ocho décimas al recetar.

    Solo los intervalos con que se receta, y después de una dosis o de una forma.
    """
    dicho = _TOMA_Y_HORAS.fullmatch(g[0].valor or "")
    if not dicho or g[1].llana not in ("hora", "horas"):
        return None
    formas = datos()["dosis"]["formas"]
    previas = piezas[max(0, i - _ALCANCE) : i]
    recetando = any(p.llana in formas or p.llana in datos()["unidades"] for p in previas) or any(
        p.entero is not None and piezas[max(0, i - _ALCANCE) + k - 1].llana == "de"
        for k, p in enumerate(previas)
        if k
    )
    return f"{dicho[1]} cada {dicho[2]} horas" if recetando else None


def fraccion(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«media tableta» → ½ tableta (solo la fracción cambia)."""
    signo: str | None = datos()["fracciones"].get(g[0].llana)
    formas = datos()["dosis"]["formas"]
    siguiente = piezas[i + 1].llana if i + 1 < len(piezas) and not g[0].corte else ""
    if signo and g[0].llana != "cuarto" and siguiente in formas:
        return signo
    return None


def y_media(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«una y media tabletas» → 1½."""
    entero = "1" if g[0].llana == "una" else g[0].valor
    siguiente = piezas[i + 3].llana if i + 3 < len(piezas) and not g[2].corte else ""
    if entero and entero.isdigit() and g[1].llana == "y" and g[2].llana in ("media", "medio"):
        return f"{entero}½" if siguiente in datos()["dosis"]["formas"] else None
    return None
