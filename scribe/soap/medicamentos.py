"""Líneas de medicamento: fármaco, presentación, dosis, vía, frecuencia y duración, solo si se dijeron."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from scribe.lenguaje.farmacos import MencionFarmaco, ficha
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import alinar

_P = patrones("scribe.soap", "medicamentos.es")

_COMBINA = _P["combina"]
_PATRON_SUELTA = _P["suelta"]
_DESNUDA = _P["desnuda"]
_DOSIS_MINIMA = 5
"""Por debajo, una cifra suelta puede ser cuántas se toman."""
_UNO_CADA = _P["uno_cada"]


@dataclass(frozen=True, slots=True)
class Linea:
    """Un medicamento con lo que se dijo de él; los campos vacíos no se mencionaron."""

    farmaco: str
    dosis: str = ""
    forma: str = ""
    toma: str = ""
    via: str = ""
    frecuencia: str = ""
    duracion: str = ""
    condicion: str = ""

    @property
    def completa(self) -> bool:
        """Si dice cómo tomarlo."""
        return bool(self.frecuencia or self.duracion or self.toma)

    @property
    def texto(self) -> str:
        """La línea como se escribe en la nota."""
        forma = "" if self.toma and llano(self.forma).rstrip("s") in llano(self.toma) else self.forma
        cabeza = " ".join(x for x in (self.farmaco, forma, self.dosis) if x)
        toma = self.toma and f", {self.toma}"
        partes = " ".join(x for x in (self.via, self.frecuencia) if x)
        une = " " if toma or not partes else ", " if self.forma else " "
        linea = f"{cabeza}{toma}{une}{partes}".rstrip()
        if self.duracion:
            linea += (
                f" {self.duracion}"
                if self.duracion.lower().startswith(("por", "durante"))
                else f", {self.duracion}"
            )
        return linea + (f", {self.condicion}" if self.condicion else "")


def linea_de(texto: str, desde: int, farmaco: str) -> Linea:
    """Lee en `texto[desde:]` lo que se dijo del fármaco, hasta donde termina el texto."""
    resto = texto[desde:]
    plano = llano(resto)
    tomados: list[tuple[int, int]] = []
    campos: dict[str, str] = {}
    for nombre in ("dosis", "condicion", "frecuencia", "duracion", "toma", "via", "forma"):
        halladas = []
        for m in _P[nombre].finditer(plano):
            if any(a < m.end() and b > m.start() for a, b in tomados):
                continue
            halladas.append(resto[m.start() : m.end()])
            tomados.append(m.span())
            if nombre != "frecuencia":
                break
        campos[nombre] = " ".join(dict.fromkeys(h.strip() for h in halladas[:2]))
    if not campos["dosis"]:
        suelta = _PATRON_SUELTA.search(plano)
        if suelta and not any(a < suelta.end("n") and b > suelta.start("n") for a, b in tomados):
            campos["dosis"] = f"de {suelta.group('n')}"
            tomados.append(suelta.span("n"))  # «de 875 cada 12 horas»: 875 es la dosis, no la toma
    if not campos["toma"]:
        uno = _UNO_CADA.search(plano)
        if uno and not any(a < uno.end() and b > uno.start() for a, b in tomados):
            campos["toma"] = resto[uno.start() : uno.end()]
    if not campos["dosis"] and (desnuda := _presentacion(plano, farmaco)):
        campos["dosis"] = desnuda[1]
        if campos["toma"] == desnuda[1]:
            campos["toma"] = ""
    campos["dosis"] = con_simbolos(campos["dosis"])
    return Linea(farmaco=farmaco, **campos)


def _presentacion(plano: str, farmaco: str) -> re.Match[str] | None:
    """«Enoxaparina, 40 subcutánea»: la cifra suelta tras el nombre es la dosis si existe así y no es la toma."""  # noqa: E501
    m = _DESNUDA.match(plano)
    fichas = [ficha(f.generico) for f in nombrados(farmaco)]
    existe = m and any(x and float(m[1]) in x.presentaciones for x in fichas)
    return m if m and existe and float(m[1]) >= _DOSIS_MINIMA else None


_OTRA_CANTIDAD = _P["otra_cantidad"]
_ESCALONADO = _P["escalonado"]


def escalonado(texto: str) -> bool:
    """Si la indicación cambia con el tiempo o la hora, o lleva un tope: no cabe en un renglón y se deja como se dijo."""  # noqa: E501
    plano = llano(texto)
    return _ESCALONADO.search(plano) is not None or _por_horarios(plano)


def _por_horarios(plano: str) -> bool:
    """«12 en la mañana y 6 antes de la cena»: cada horario con su cantidad; juntarlos las cambiaría de hora."""  # noqa: E501
    horarios = list(_P["frecuencia"].finditer(plano))
    return any(_OTRA_CANTIDAD.search(plano, a.end(), b.start()) for a, b in pairwise(horarios))


def con_simbolos(texto: str) -> str:
    """El texto con sus unidades por su símbolo: «500 miligramos» → «500 mg»."""
    for simbolo in ("mg", "mcg", "ml", "g", "cm"):
        texto = _P[f"simbolo.{simbolo}"].sub(simbolo, texto)
    return texto


_NIEGA = _P["niega"]
_NIEGA_TRAS = _P["niega_tras"]
_ALERGIA_A = _P["alergia_a"]
_OTRA_RECETA = _P["otra_receta"]


def negado(texto: str, desde: int, hasta: int | None = None) -> bool:
    """Si lo que se nombra en `[desde, hasta)` se excluye: «nada de penicilinas», «penicilinas no»."""
    if hasta is not None and negado_despues(texto, hasta):
        return True
    return _NIEGA.search(llano(texto)[:desde]) is not None


def negado_despues(texto: str, hasta: int) -> bool:
    """Si se excluye lo que se nombró justo antes de `hasta`: «penicilinas no»."""
    return _NIEGA_TRAS.match(llano(texto), hasta) is not None


def por_alergia(texto: str, desde: int) -> bool:
    """Si lo que se nombra en `desde` es a lo que se tiene alergia («como es alérgica a la penicilina»)."""
    return _ALERGIA_A.search(llano(texto[:desde])) is not None


@dataclass(frozen=True, slots=True)
class _Nombre:
    desde: int
    hasta: int
    texto: str


def _combinados(texto: str) -> list[_Nombre]:
    """Los fármacos nombrados; los que van juntos («budesonida con formoterol») son un solo renglón."""
    salida: list[_Nombre] = []
    for f in nombrados(texto):
        previo = salida[-1] if salida else None
        if previo and _van_juntos(texto, previo.hasta, f) and not negado(texto, previo.desde):
            salida[-1] = _Nombre(previo.desde, f.hasta, texto[previo.desde : f.hasta])
        else:
            salida.append(_Nombre(f.desde, f.hasta, f.texto))
    return salida


def _van_juntos(texto: str, hasta: int, f: MencionFarmaco) -> bool:
    """Si entre el fármaco que acaba en `hasta` y `f` no hay más que un enlace, y son un solo renglón."""
    entre = texto[hasta : f.desde]
    con_coma = _P["combina_con_coma"].fullmatch(entre) and _P["de_los_dos"].match(llano(texto), f.hasta)
    return bool(_COMBINA.fullmatch(entre) or con_coma)


def lineas_de(texto: str) -> list[tuple[Linea, int, int]]:
    """Las líneas de medicamento de un texto: (línea, desde, hasta).

    Cada una llega hasta el fármaco siguiente o hasta donde empieza otra receta («te voy a dar…»). Un
    fármaco que se excluye no lleva dosis.
    """
    marcas = _combinados(texto)
    plano = llano(texto)
    salida = []
    for i, f in enumerate(marcas):
        hasta = marcas[i + 1].desde if i + 1 < len(marcas) else len(texto)
        otra = _OTRA_RECETA.search(plano, f.hasta, hasta)
        hasta = otra.start() if otra else hasta
        if i + 1 < len(marcas) and not otra:
            for del_que_sigue in (_FORMA_DEL_QUE_SIGUE, _P["toma_del_que_sigue"]):
                suya = del_que_sigue.search(plano, f.hasta, hasta)
                hasta = suya.start() if suya else hasta
        ajena = _CONDICION_AJENA.search(plano, f.hasta, hasta) if i + 1 < len(marcas) and not otra else None
        hasta = ajena.start() if ajena else hasta
        if negado(texto, f.desde, f.hasta):
            salida.append((Linea(f.texto), f.desde, f.hasta))
            continue
        linea = linea_de(texto[:hasta], f.hasta, f.texto)
        linea = _con_su_forma(linea, texto[salida[-1][2] if salida else 0 : f.desde])
        if not linea.completa and i == 0 and not otra:
            linea = _con_previo(linea, texto[: f.desde])
        salida.append((linea, f.desde, hasta))
    return salida


def _con_su_forma(linea: Linea, previo: str) -> Linea:
    """«Óvulos de clotrimazol»: en qué viene se dijo antes de nombrarlo."""
    m = _P["forma_antes"].search(llano(previo))
    if m is None or linea.forma or llano(m["forma"]).rstrip("s") in llano(linea.toma):
        return linea
    return replace(linea, forma=previo[m.start("forma") : m.end("forma")].lower())


_PREVIO = _P["previo"]
_FORMA_DEL_QUE_SIGUE = _P["forma_del_que_sigue"]
_CONDICION_AJENA = _P["condicion_ajena"]


def _con_previo(linea: Linea, previo: str) -> Linea:
    """Si lo dicho del fármaco iba antes de nombrarlo («una tableta cada 8 horas de…»)."""
    if not _PREVIO.search(llano(previo)):
        return linea
    otra = linea_de(previo, 0, linea.farmaco)
    if not otra.frecuencia:
        return linea
    return Linea(
        farmaco=linea.farmaco, dosis=linea.dosis or otra.dosis, forma=linea.forma or otra.forma, toma=linea.toma or otra.toma,  # noqa: E501
        via=linea.via or otra.via, frecuencia=otra.frecuencia, duracion=linea.duracion or otra.duracion,
        condicion=linea.condicion or otra.condicion,
    )  # fmt: skip


_SE_CALLA = _P["se_calla"]


def falta(linea: str, dicho: str) -> bool:
    """Si el renglón deja fuera algo de lo dicho: otra cosa, una condición o un modo de usarlo.

    Entonces se escribe lo dicho: un renglón limpio que pierde «en el ojo izquierdo» es peor que uno largo.
    """
    escritas = {p[:5] for p in re.findall(r"\w+", llano(linea))}
    propias = [p for p in contenido(dicho) if not _SE_CALLA.match(p)]
    return any(p[:5] not in escritas for p in propias)


def limpio(texto: str) -> str:
    """Texto de receta sin muletillas."""
    return alinar(texto)
