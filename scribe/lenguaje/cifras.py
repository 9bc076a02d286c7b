"""Cifras como las escribe un clínico: «ciento treinta sobre ochenta y cinco» → «130/85».

Los enteros los lee text2num; aquí están las formas que solo se dicen en una consulta (tensión, talla,
decimales, tomas, cruces) y las que el reconocedor deja a medias («30 y 8.5»). Nada se corrige por ser
raro: lo raro lo anuncia `revisar_cifras`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from scribe.consulta import Turno
from scribe.lenguaje.fichas import Edicion, aplicar
from scribe.lenguaje.numeros import Pieza, datos, leer
from scribe.lenguaje.rangos import revisar_cifras
from scribe.lenguaje.tomas import UNO, empieza_con, fraccion, toma_y_horas, unos, y_media

__all__ = ["escribir", "escribir_cifras", "revisar_cifras"]

Piezas = list[Pieza]
_MOTIVO = "cifra"


def escribir_cifras(turno: Turno, idioma: str = "es") -> Turno:
    """El turno con sus cifras escritas y una `Correccion` (motivo «cifra») por cada cambio.

    `palabras` queda intacta. En otro idioma que no sea español solo se juntan la cifra y su «%».
    """
    return aplicar(turno, _ediciones(turno.texto, idioma))


def escribir(texto: str, idioma: str = "es") -> str:
    """`texto` con las cifras escritas; lo mismo que `escribir_cifras`, para texto suelto."""
    return escribir_cifras(Turno(id=1, hablante="", inicio=0.0, fin=0.0, texto=texto), idioma).texto


def _ediciones(texto: str, idioma: str) -> list[Edicion]:
    if not idioma.startswith("es"):
        return _ediciones_minimas(texto)
    piezas = leer(texto)
    for regla in _REGLAS:
        piezas = regla(piezas)
    ediciones = []
    for k, p in enumerate(piezas):
        if p.valor is None or texto[p.desde : p.hasta] == p.valor:
            continue
        previa = piezas[k - 1] if k else None
        if previa and previa.valor and not previa.corte and p.llana in UNO:
            # «de 500 uno cada 8»: la coma evita que se lea «500 1».
            ediciones.append(Edicion(previa.hasta, p.hasta, f", {p.valor}", _MOTIVO))
        else:
            ediciones.append(Edicion(p.desde, p.hasta, p.valor, _MOTIVO))
    return ediciones


_EN_INGLES = {"percent": "%", "milligram": "mg", "microgram": "mcg", "milliliter": "mL"}
_CIFRA_EN_INGLES = re.compile(rf"(\d+(?:\.\d+)?) ({'|'.join(_EN_INGLES)})s?\b", re.IGNORECASE)


def _ediciones_minimas(texto: str) -> list[Edicion]:
    return [
        Edicion(m.start(), m.end(), f"{m[1]} {_EN_INGLES[m[2].lower()]}", _MOTIVO)
        for m in _CIFRA_EN_INGLES.finditer(texto)
    ]


def _juntar(grupo: Piezas, valor: str) -> Pieza:
    """Una sola pieza que ocupa el lugar de varias."""
    llana = " ".join(p.llana for p in grupo)
    return Pieza(grupo[0].desde, grupo[-1].hasta, llana, valor, True, grupo[-1].corte)


def _seguidas(piezas: Piezas, i: int, cuantas: int) -> Piezas | None:
    """Las `cuantas` piezas desde `i` si nada las separa, o `None`."""
    grupo = piezas[i : i + cuantas]
    return grupo if len(grupo) == cuantas and not any(p.corte for p in grupo[:-1]) else None


def _cerca_antes(piezas: Piezas, i: int, palabras: list[str], alcance: int) -> bool:
    """Si alguna de `palabras` aparece entre las `alcance` piezas anteriores."""
    return any(p.llana in palabras for p in piezas[max(0, i - alcance) : i])


def _cambiar(piezas: Piezas, largo: int, valor: Callable[[Piezas, int, Piezas], str | None]) -> Piezas:
    """Recorre de izquierda a derecha y funde cada grupo de `largo` piezas al que `valor` dé cifra."""
    salida: Piezas = []
    i = 0
    while i < len(piezas):
        grupo = _seguidas(piezas, i, largo)
        nuevo = valor(piezas, i, grupo) if grupo else None
        if grupo and nuevo is not None:
            salida.append(_juntar(grupo, nuevo))
            i += largo
        else:
            salida.append(piezas[i])
            i += 1
    return salida


# --- Reglas, en el orden en que se aplican --------------------------------------------------------


def _decena_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«30 y 8.5» → 38.5, «150 y 2» → 152: el reconocedor escribió en cifras media palabra."""
    decena, unidad = g[0].entero, g[2].valor
    if decena is None or g[1].llana != "y" or unidad is None or not re.fullmatch(r"[1-9](\.\d+)?", unidad):
        return None
    if not decena % 100 >= 20 or decena % 10 or decena > 999 or (g[0].dicho and g[2].dicho):
        return None
    aparte = "." not in unidad and "de" in [p.llana for p in piezas[i + 3 : i + 5]]  # «20 y 3 de…»
    entre = i > 0 and piezas[i - 1].llana == "entre"
    return None if aparte or entre else f"{decena + int(unidad[0])}{unidad[1:]}"


def _centena_suelta(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«ciento 20» → 120 y, ya en una tensión, «100 20 sobre» → 120."""
    resto = g[1].entero
    if resto is None or not 0 < resto < 100:
        return None
    sobre = i + 2 < len(piezas) and piezas[i + 2].llana == "sobre"
    if g[0].llana == "ciento" or (sobre and (g[0].llana == "siento" or g[0].entero in (100, 200))):
        return str((g[0].entero or 100) + resto)
    return None


def _centena_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«100 y 20 sobre» → 120, solo como primera cifra de una tensión."""
    if i + 3 >= len(piezas) or piezas[i + 3].llana != "sobre" or g[1].llana != "y":
        return None
    centena, resto = g[0].entero, g[2].entero
    return str(centena + resto) if centena in (100, 200) and resto is not None and resto < 100 else None


def _miles(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«mil 500» → 1500, «12 mil» → 12000."""
    if g[0].llana == "mil" and g[0].valor is None and g[1].entero is not None and 100 <= g[1].entero < 1000:
        return str(1000 + g[1].entero)
    if g[1].llana == "mil" and g[1].valor is None and g[0].entero is not None and g[0].entero < 1000:
        return str(g[0].entero * 1000)
    return None


_DICHAS = {"cero": "0", "uno": "1", "un": "1"}


def _decimal(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«38 punto 5», «cero coma nueve»; con «con» o «y medio» solo si se habla de temperatura."""
    entero = _DICHAS.get(g[0].llana, g[0].valor)
    if entero is None or not entero.isdigit():
        return None
    if g[1].llana in ("punto", "coma"):
        uno = g[2].llana in ("uno", "una") and "1"
        fraccion = "0" if g[2].llana == "cero" else uno or g[2].valor
        if fraccion and fraccion.isdigit() and len(fraccion) <= 3:
            return f"{entero}.{fraccion}"
    templado = 34 <= int(entero) <= 42 and (
        _cerca_antes(piezas, i, datos()["contexto"]["temperatura"], 6)
        or (i + 3 < len(piezas) and piezas[i + 3].llana in ("grados", "grado"))
    )
    if templado and g[1].llana == "con" and re.fullmatch(r"\d", g[2].valor or ""):
        return f"{entero}.{g[2].valor}"
    medio = g[1].llana == "y" and g[2].llana == "medio"
    if medio and (templado or 35 <= int(entero) <= 41):
        return f"{entero}.5"
    return None


def _temperatura_corrida(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«treinta y siete cinco» → 37.5; si vino en cifras, o no es de 35 a 39, solo si se habla de temperatura."""  # noqa: E501
    entero, decimo = g[0].entero or 0, g[1].entero or 0
    if not (34 <= entero <= 42 and 1 <= decimo <= 9):
        return None
    sigue = piezas[i + 2].llana if i + 2 < len(piezas) and not g[1].corte else ""
    ajena = sigue in (*datos()["dosis"]["periodos"], *datos()["dosis"]["formas"], "veces")
    templado = g[0].dicho and g[1].dicho and 35 <= entero <= 39
    templado = templado or _cerca_antes(piezas, i, datos()["contexto"]["temperatura"], 4)
    return f"{entero}.{decimo}" if templado and not ajena else None


def _kilos_y(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«ochenta kilos y medio» → 80.5 kg; «72 kilos 300» → 72.3 kg."""
    if g[0].entero is None or g[1].llana not in ("kilo", "kilos"):
        return None
    if len(g) == 4:
        return f"{g[0].valor}.5 kg" if (g[2].llana, g[3].llana) == ("y", "medio") else None
    gramos = g[2].entero or 0
    if gramos % 100 or not 100 <= gramos <= 900:
        return None
    sigue = piezas[i + 3].llana if i + 3 < len(piezas) and not g[2].corte else ""
    return None if sigue in datos()["unidades"] else f"{g[0].valor}.{gramos // 100} kg"


def _decimal_cero(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«7 punto cero 5» → 7.05 (dos cifras dichas una por una)."""
    entero = _DICHAS.get(g[0].llana, g[0].valor)
    if entero is None or not entero.isdigit() or g[1].llana not in ("punto", "coma"):
        return None
    primera = "0" if g[2].llana == "cero" else g[2].valor
    segunda = "1" if g[3].llana in ("uno", "una") else g[3].valor
    if re.fullmatch(r"\d", primera or "") and re.fullmatch(r"\d", segunda or ""):
        return f"{entero}.{primera}{segunda}"
    return None


def _metro(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«un metro sesenta y cinco», «1 metro con 65» → 1.65 m."""
    metros = "1" if g[0].llana in UNO else g[0].valor
    ultimo = g[-1].entero
    if metros not in ("1", "2") or g[1].llana not in ("metro", "metros") or ultimo is None:
        return None
    if len(g) == 4 and g[2].llana not in ("con", "y"):
        return None
    return f"{metros}.{ultimo:02d} m" if ultimo < 100 else None


def _talla(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«mide uno sesenta y ocho» → 1.68."""
    metros = "1" if g[0].llana == "uno" else g[0].valor
    resto = g[1].entero
    if metros not in ("1", "2") or resto is None or not 10 <= resto <= 99:
        return None
    return f"{metros}.{resto}" if _cerca_antes(piezas, i, datos()["contexto"]["talla"], 4) else None


def _sobre(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«118 sobre 76» → 118/76; también escalas («8 sobre 10», «cinco sobre cinco»)."""
    if _tension_con(piezas, i, g):
        return f"{g[0].valor}/{g[2].valor}"
    if g[0].entero is None or g[1].llana != "sobre" or not re.fullmatch(r"\d+(\.\d+)?", g[2].valor or ""):
        return None
    return f"{g[0].valor}/{g[2].valor}"


def _tension_con(piezas: Piezas, i: int, g: Piezas) -> bool:
    """«178 con 104» es una tensión si las dos cifras pueden serlo y no son la dosis de un combinado."""
    alta, baja = g[0].entero, g[2].entero
    if g[1].llana != "con" or alta is None or baja is None or not (80 <= alta <= 260 and 40 <= baja <= 150):
        return False
    sigue = piezas[i + 3].llana if i + 3 < len(piezas) and not g[2].corte else ""
    ajena = sigue in (
        "unidades",
        *datos()["unidades"],
        *datos()["dosis"]["formas"],
        *datos()["dosis"]["periodos"],
        "cada",
    )
    previa = piezas[i - 1].llana if i and not piezas[i - 1].corte else ""
    en_tension = _cerca_antes(piezas, i, datos()["contexto"]["presion"], 4)
    return alta - baja >= 12 and not ajena and (previa not in ("de", "del") or en_tension)


def _tension_corrida(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«presión en ciento veinte ochenta» → 120/80: nadie dice «sobre»."""
    alta, baja = g[0].entero, g[1].entero
    if alta is None or baja is None or not (80 <= alta <= 260 and 40 <= baja <= 150 and baja < alta):
        return None
    return f"{alta}/{baja}" if _cerca_antes(piezas, i, datos()["contexto"]["presion"], 4) else None


def _cruces(piezas: Piezas, i: int, g: Piezas) -> str | None:
    """«dos cruces» → ++ (tira de orina, edema, reflejos)."""
    cuantas = 1 if g[0].llana == "una" else g[0].entero
    if g[1].llana not in ("cruz", "cruces") or cuantas is None or not 1 <= cuantas <= 4:
        return None
    return "+" * cuantas


def _unidad(largo: int) -> Callable[[Piezas, int, Piezas], str | None]:
    """Regla que escribe el símbolo de una unidad dicha con `largo` palabras."""

    def regla(piezas: Piezas, i: int, g: Piezas) -> str | None:
        if g[0].valor is None or g[0].valor.startswith("+"):
            return None
        dicha = " ".join(p.llana for p in g[1:])
        clase = "unidades" if largo == 1 and dicha != "%" else "unidades_compuestas"
        simbolo = datos()[clase].get(dicha)
        return f"{g[0].valor} {simbolo}" if simbolo else None

    return regla


def _ante_unidad(piezas: Piezas) -> Piezas:
    """«un gramo» → 1 g, «medio mililitro» → 0.5 mL."""
    valores = datos()["numeros"]["ante_unidad"]
    unidades, compuestas = datos()["unidades"], list(datos()["unidades_compuestas"])
    return [
        replace(p, valor=valores[p.llana], dicho=True)
        if p.valor is None
        and p.llana in valores
        and not p.corte
        and i + 1 < len(piezas)
        and (piezas[i + 1].llana in unidades or empieza_con(piezas, i + 1, compuestas))
        else p
        for i, p in enumerate(piezas)
    ]


def _puntos(piezas: Piezas) -> Piezas:
    """La coma decimal se escribe punto: 38,5 → 38.5. Tres cifras tras la coma son millares."""
    return [
        replace(p, valor=p.valor.replace(",", "."))
        if p.valor and re.fullmatch(r"\d+,\d{1,2}", p.valor)
        else p
        for p in piezas
    ]


def _ambos(piezas: Piezas) -> Piezas:
    """«las dos piernas» son ambas: se queda como se dijo."""
    articulos = datos()["contexto"]["articulos"]
    return [
        replace(p, valor=None, dicho=False)
        if p.dicho and p.llana == "dos" and i and piezas[i - 1].llana in articulos
        else p
        for i, p in enumerate(piezas)
    ]


def _fundir(largo: int, valor: Callable[[Piezas, int, Piezas], str | None]) -> Callable[[Piezas], Piezas]:
    return lambda piezas: _cambiar(piezas, largo, valor)


_REGLAS: tuple[Callable[[Piezas], Piezas], ...] = (
    _ambos,
    _puntos,
    _fundir(2, toma_y_horas),
    _fundir(2, _miles),
    _fundir(2, _centena_suelta),
    _fundir(3, _decena_y),
    _fundir(3, _centena_y),
    _fundir(4, _decimal_cero),
    _fundir(3, _decimal),
    _fundir(2, _temperatura_corrida),
    _fundir(4, _kilos_y),
    _fundir(3, _kilos_y),
    _fundir(3, _decena_y),
    _fundir(4, _metro),
    _fundir(3, _metro),
    _fundir(2, _talla),
    _fundir(3, _sobre),
    _fundir(2, _tension_corrida),
    _fundir(2, _cruces),
    unos,
    _ante_unidad,
    _fundir(3, y_media),
    _fundir(1, fraccion),
    _fundir(5, _unidad(4)),
    _fundir(4, _unidad(3)),
    _fundir(3, _unidad(2)),
    _fundir(2, _unidad(1)),
)
