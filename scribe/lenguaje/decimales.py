"""Cifras con decimales y millares: «treinta y ocho punto cinco», «37 y 8», «132.000», «2 puntos 5»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scribe.lenguaje.numeros import datos
from scribe.lenguaje.piezas import Piezas, cerca_antes, cierra, cortado, sigue

_DICHAS: dict[str, str] = datos()["numeros"]["ante_punto"]
_PUNTO: list[str] = datos()["contexto"]["punto"]
_MILLARES = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_KILOS_CON_GRAMOS = re.compile(r"(\d{1,2})[.,](\d)00")
_ALCANCE = 6
_RESULTADO_MAXIMO = 30
_ENTERO_MAXIMO = 500


def puntos(piezas: Piezas) -> Piezas:
    """La coma decimal se escribe punto: 38,5 → 38.5. Tres cifras tras la coma son millares."""
    return [
        replace(p, valor=p.valor.replace(",", "."))
        if p.valor and re.fullmatch(r"\d+,\d{1,2}", p.valor)
        else p
        for p in piezas
    ]


def millares(piezas: Piezas) -> Piezas:
    """«132.000 plaquetas» → 132000; «7,800 kilos» → 7.8.

    Un punto o una coma con tres cifras detrás solo separa millares si se habla de lo que se cuenta por
    miles o el grupo no puede ser otra cosa («1.200.000»): «0.125» y «1.025» son decimales.
    """
    return [replace(p, valor=_sin_separador(piezas, i) or p.valor) for i, p in enumerate(piezas)]


def _sin_separador(piezas: Piezas, i: int) -> str | None:
    valor = piezas[i].valor or ""
    if not _MILLARES.fullmatch(valor) or (i and piezas[i - 1].signo in ("´", "'", "’")):
        return None
    contexto, despues = datos()["contexto"], sigue(piezas, i + 1)
    kilos = _KILOS_CON_GRAMOS.fullmatch(valor)
    if despues in ("kg", "kilo", "kilos"):
        return f"{kilos[1]}.{kilos[2]}" if kilos else None
    detras = [p.llana for p in piezas[i + 1 : i + 4]]
    contado = cerca_antes(piezas, i, contexto["por_miles"], 4) or any(
        p in contexto["por_miles"] for p in detras
    )
    varios = len(re.findall(r"[.,]", valor)) > 1
    medido = valor.endswith("00") and despues in contexto["unidades_por_miles"]
    return re.sub(r"[.,]", "", valor) if contado or varios or medido else None


def decimal(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«38 punto 5», «2 puntos 5», «cero coma nueve», «trece y medio»; con «con», si se habla de temperatura."""  # noqa: E501
    entero = _DICHAS.get(g[0].llana, g[0].valor)
    if entero is None or not entero.isdigit() or (cortado(g) and g[1].llana not in ("punto", "puntos")):
        return None
    if g[1].llana in _PUNTO:
        uno = g[2].llana in ("uno", "una") and "1"
        fraccion = "0" if g[2].llana == "cero" else uno or g[2].valor
        ajena = g[1].llana == "puntos" and not cierra(piezas, i + 3) and sigue(piezas, i + 3) in _no_decimal()
        if fraccion and fraccion.isdigit() and len(fraccion) <= 3 and not ajena:
            return f"{entero}.{fraccion}"
    if g[1].llana == "con" and re.fullmatch(r"\d", g[2].valor or "") and _templado(piezas, i, int(entero), 3):
        return f"{entero}.{g[2].valor}"
    return f"{entero}.5" if _y_medio(piezas, i, g, int(entero)) else None


def _y_medio(piezas: Piezas, i: int, g: Piezas, entero: int) -> bool:
    previa = piezas[i - 1].llana if i and not piezas[i - 1].corte else ""
    return (
        (g[1].llana, g[2].llana) == ("y", "medio")
        and 0 < entero <= _ENTERO_MAXIMO
        and previa not in ("las", "los", "medio")
        and sigue(piezas, i + 3) not in datos()["dosis"]["formas"]
    )


def _no_decimal() -> Sequence[str]:
    dosis = datos()["dosis"]
    return (*dosis["periodos"], *dosis["formas"], "veces")


def _templado(piezas: Piezas, i: int, entero: int, tras: int) -> bool:
    """Si es un entero de temperatura y se habla de ella, antes o con «grados» después del grupo."""
    grados = i + tras < len(piezas) and piezas[i + tras].llana in ("grados", "grado")
    cerca = cerca_antes(piezas, i, datos()["contexto"]["temperatura"], _ALCANCE)
    return 34 <= entero <= 42 and (cerca or grados)


def temperatura_corrida(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«treinta y siete cinco», «36, 9», «38-2» → con decimal.

    En palabras y de 35 a 39 basta oírlo así; en cifras, o con un signo en medio, solo si se habla de temperatura.
    """  # noqa: E501
    entero, decimo = g[0].entero or 0, g[1].entero or int(_DICHAS.get(g[1].llana, "0"))
    if not (34 <= entero <= 42 and 1 <= decimo <= 9):
        return None
    if cortado(g):
        nombrada = cerca_antes(piezas, i, datos()["contexto"]["temperatura"], _ALCANCE) or _de_fiebre(
            piezas, i + 2
        )
        return f"{entero}.{decimo}" if nombrada and cierra(piezas, i + 2) else None
    templado = g[0].dicho and g[1].dicho and g[1].entero and 35 <= entero <= 39
    templado = templado or cerca_antes(piezas, i, datos()["contexto"]["temperatura"], 4)
    return f"{entero}.{decimo}" if templado and sigue(piezas, i + 2) not in _no_decimal() else None


def _de_fiebre(piezas: Piezas, i: int) -> bool:
    """Si lo que sigue dice que la cifra es de temperatura: «38, 3 de calentura»."""
    return any(p.llana in datos()["contexto"]["fiebre"] for p in piezas[i : i + 2])


def temperatura_partida(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«temperatura en 37 y 8» → 37.8, «38 grados con 4» → 38.4, si no se cuenta otra cosa («38 y 5 días»)."""
    entero, ultimo = g[0].entero or 0, g[-1]
    medio = ultimo.llana == "medio"
    if not (34 <= entero <= 42) or not (medio or re.fullmatch("[1-9]", ultimo.valor or "")):
        return None
    grados = len(g) == 4 and g[1].llana in ("grado", "grados")
    if len(g) == 4 and not grados:
        return None
    nombrada = cerca_antes(piezas, i, datos()["contexto"]["fiebre"], _ALCANCE) or _de_fiebre(
        piezas, i + len(g)
    )
    if g[-2].llana not in ("y", "con") or not (nombrada or grados) or not cierra(piezas, i + len(g)):
        return None
    return f"{entero}.{'5' if medio else ultimo.valor}"


def resultado_partido(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«el potasio en 4 con 2», «hemoglobina 11, 4» → con decimal, en lo que se informa con un decimal."""
    entero, decimo = g[0].entero, g[-1].valor or ""
    enlace = "con" if len(g) == 3 else ""
    if entero is None or not entero <= _RESULTADO_MAXIMO or not re.fullmatch(r"\d", decimo):
        return None
    if (enlace and (g[1].llana != enlace or cortado(g))) or (not enlace and not cortado(g)):
        return None
    nombrado = cerca_antes(piezas, i, datos()["contexto"]["con_decimal"], 5)
    return f"{entero}.{decimo}" if nombrado and cierra(piezas, i + len(g)) else None


def punto_solo(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«tamsulosina de punto 4» → 0.4: el cero se calla."""
    previa = piezas[i - 1].llana if i and not piezas[i - 1].corte else ""
    if (
        g[0].llana != "punto"
        or previa not in ("de", "en", "a")
        or not re.fullmatch(r"\d{1,2}", g[1].valor or "")
    ):
        return None
    return f"0.{g[1].valor}"


def decimal_cero(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«7 punto cero 5» → 7.05 (dos cifras dichas una por una)."""
    entero = _DICHAS.get(g[0].llana, g[0].valor)
    if entero is None or not entero.isdigit() or g[1].llana not in _PUNTO:
        return None
    primera = "0" if g[2].llana == "cero" else g[2].valor
    segunda = "1" if g[3].llana in ("uno", "una") else g[3].valor
    if re.fullmatch(r"\d", primera or "") and re.fullmatch(r"\d", segunda or ""):
        return f"{entero}.{primera}{segunda}"
    return None
