"""Líneas de medicamento: fármaco, presentación, dosis, vía, frecuencia y duración, solo si se dijeron."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from scribe.lenguaje.farmacos import ficha
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import alinar

_N = r"(?:\d+½|½|\d+(?:[.,/]\d+)?|un[oa]?|media|medio|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta)"  # noqa: E501
_UNIDAD = (
    r"(?:mg|mcg|µg|g|gr|gramos?|ml|mililitros?|miligramos?|microgramos?|ui|unidades|%|por ciento|meq|gotas?)"
)
_FORMA = r"(?:tabletas?|capsulas?|pastillas?|comprimidos?|grageas?|jarabe|suspension|gotas|crema|pomada|unguento|gel|solucion|ampolletas?|inyeccion(?:es)?|ovulos?|supositorios?|sobres?|spray|aerosol|inhalador|parches?|colirio|champu|shampoo|polvo)"  # noqa: E501
_COMBINA = re.compile(r"\s*(?:con|e|y|más|mas|/|-|\+)\s*(?:el |la )?")
_TOMA = rf"{_N} (?:tabletas?|capsulas?|pastillas?|comprimidos?|cucharad(?:as?|itas?)|gotas?|disparos?|inhalacion(?:es)?|aplicacion(?:es)?|ampolletas?|ovulos?|sobres?|ml|mililitros?|unidades|puffs?|atomizacion(?:es)?|parches?)"  # noqa: E501
_FRECUENCIA = (
    rf"cada {_N}(?: ?[ao] ?{_N})? (?:horas?|hrs?|dias?|semanas?|meses)|cada (?:4|6|8|12|24|48|72)(?=\s*(?:[,.;]|$)| (?:por|con|si|durante|hasta|via|antes|despues)\b)|"  # noqa: E501
    r"\d ?- ?\d ?- ?\d|(?:una|1)(?: y (?:una|1)){1,2}(?= *(?:[,.;]|$))|(?:por|a la) semana|al mes|semanal(?:mente)?|quincenal(?:mente)?|mensual(?:mente)?|"  # noqa: E501
    rf"cada (?:noche|manana|dia|tercer dia|mes|semana|comida)|"
    rf"{_N} ve(?:z|ces) (?:al|por|a la) (?:dia|semana|mes)|(?:una|un) (?:vez )?(?:al|por) dia|diari[oa]s?(?:mente)?|todos los dias|todas las (?:noches|mananas)|"  # noqa: E501
    r"en ayunas|por la (?:manana|noche|tarde)|en la (?:manana|noche|tarde)(?: y (?:(?:otr[oa]|un[oa]|\d½?|½) )?(?:en |por )?la (?:noche|tarde|manana))?|"  # noqa: E501
    r"(?:(?:media|una|1|½|2|dos) horas? |\d+ minutos )?(?:antes|despues) (?:del (?:desayuno|almuerzo)|de (?:almorzar|cada (?:evacuacion|alimento)|dormir|acostarse|cada comida|las comidas|comer|desayunar|los alimentos|la comida|cenar|la cena|el desayuno))|"  # noqa: E501
    r"con (?:el |la |cada |los )?(?:desayuno|almuerzo|comida|cena|alimentos?)|al (?:dia|acostarse|dormir|levantarse|despertar)|a la hora de dormir|"  # noqa: E501
    r"de (?:manana y noche|dia y de noche)|manana y noche|dosis unica|una sola (?:vez|dosis)|una sola toma"
)
_DURACION = (
    rf"(?:por|durante|nada mas|nomas|solo|maximo|hasta completar|completar) (?:los (?:mismos )?|unos )?{_N} (?:dias?|noches|semanas?|mes(?:es)?)(?: complet\w+)?|"  # noqa: E501
    rf"(?:los )?mismos {_N} (?:dias|semanas)|(?<!en )(?<!hace )(?<!dentro de )(?<!cada )(?<!veces por ){_N} (?:dias?|semanas?|mes(?:es)?)(?! (?:a la semana|al mes|regresa|nos|lo|la))|(?:por|durante) (?:tiempo indefinido|un mes|siempre)|de manera indefinida|hasta (?:la proxima|que (?:lo|la|te|nos))[^,.;]*"  # noqa: E501
)
_VIA = r"(?:via oral|por via \w+|tomad[oa]s?|intramuscular|intravenos[oa]|subcutane[oa]|inyectad[oa]|vaginal|rectal|sublingual|oftalmic[oa]|otic[oa]|nasal|inhalad[oa]|topic[oa]|en (?:el|la|cada|los|ambos) (?:ojos?|oidos?|piel|nariz|fosas? nasal(?:es)?)|en cada fosa nasal|debajo de la lengua|por la boca|untad[oa])"  # noqa: E501
_DOSIS = rf"\d+(?:[.,]\d+)?(?: ?(?:/|por|mas|y|con) ?\d+(?:[.,]\d+)?)? ?{_UNIDAD}(?: ?/ ?\d* ?(?:{_UNIDAD}|kg|kilo|dia|dosis|h)\b| (?:por|en|al)(?: cada)? (?:kilo|kg|\d+ ?(?:ml|mililitros)|dosis|dia(?! (?:por|durante))))*"  # noqa: E501
_RAZON = r"\d+(?:[.,]\d+)? ?(?:sobre|/) ?\d+(?:[.,]\d+)?|\d{2,4} (?:en|por) (?:5|10)(?! ?(?:dias?|horas?|semanas?|minutos|a \d))"  # noqa: E501
_SUELTA = r"(?:de|a|en|la de|el de|los de|las de) (?:a )?(?P<n>\d+(?:[.,]\d+)?)(?!\d| ?(?:horas?|dias?|semanas?|mes|anos?|a \d))"  # noqa: E501
_PRN = r"(?:solo |nomas )?(?:si|cuando|en caso de)(?: \w+){0,2} (?:dolor|fiebre|calentura|nausea|vomito|comezon|alergia|tos|necesit\w+|duele|falta (?:de|el) aire|temperatura)[^,.;]*|por razon necesaria"  # noqa: E501
_CAMPOS = (
    ("forma", _FORMA), ("dosis", f"{_DOSIS}|{_RAZON}"), ("toma", _TOMA), ("frecuencia", _FRECUENCIA), ("duracion", _DURACION), ("via", _VIA),  # noqa: E501
    ("condicion", _PRN),
)  # fmt: skip
_PATRONES = {nombre: re.compile(rf"\b(?:{patron})(?!\w)") for nombre, patron in _CAMPOS}
_PATRON_SUELTA = re.compile(rf"\b{_SUELTA}")
_DESNUDA = re.compile(
    r",? (\d+(?:\.\d+)?)(?![\d./]| ?(?:horas?|dias?|semanas?|mes|anos?|tabl|caps|past|comp|gotas?|ml|a \d|y \d))"  # noqa: E501
)
_DOSIS_MINIMA = 5
"""Por debajo, una cifra suelta puede ser cuántas se toman."""
_UNO_CADA = re.compile(rf"\b{_N}(?=,? (?:cada|en|por|al|diari|antes|despues|con) )")


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
        for m in _PATRONES[nombre].finditer(plano):
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
    campos["dosis"] = _unidad(campos["dosis"])
    return Linea(farmaco=farmaco, **campos)


def _presentacion(plano: str, farmaco: str) -> re.Match[str] | None:
    """«Enoxaparina, 40 subcutánea»: la cifra suelta tras el nombre es la dosis si existe así y no es la toma."""  # noqa: E501
    m = _DESNUDA.match(plano)
    fichas = [ficha(f.generico) for f in nombrados(farmaco)]
    existe = m and any(x and float(m[1]) in x.presentaciones for x in fichas)
    return m if m and existe and float(m[1]) >= _DOSIS_MINIMA else None


_OTRA_CANTIDAD = re.compile(
    r"\b(?:\d+½?(?! ?(?:dias?|semanas?|mes|horas?|minutos?|anos?))|½|un[oa]|media|dos|tres)(?=[ ,]|$)"
)
_ESCALONADO = re.compile(
    r"\b(?:luego|despues (?:subes?|bajas?|una|dos|\d|media|de \d)|posteriormente|maximo \d+ (?:al|por|en)|primer[oa]? (?:semana|dia|dosis)|al inicio)\b"  # noqa: E501
)


def escalonado(texto: str) -> bool:
    """Si la indicación cambia con el tiempo o la hora, o lleva un tope: no cabe en un renglón y se deja como se dijo."""  # noqa: E501
    plano = llano(texto)
    return _ESCALONADO.search(plano) is not None or _por_horarios(plano)


def _por_horarios(plano: str) -> bool:
    """«12 en la mañana y 6 antes de la cena»: cada horario con su cantidad; juntarlos las cambiaría de hora."""  # noqa: E501
    horarios = list(_PATRONES["frecuencia"].finditer(plano))
    return any(_OTRA_CANTIDAD.search(plano, a.end(), b.start()) for a, b in pairwise(horarios))


def _unidad(dosis: str) -> str:
    dosis = re.sub(r"\bmiligramos?\b", "mg", dosis)
    dosis = re.sub(r"\bmicrogramos?\b", "mcg", dosis)
    dosis = re.sub(r"\b(?:mililitros?)\b", "ml", dosis)
    return re.sub(r"\bgramos?\b", "g", dosis)


_NIEGA = re.compile(
    r"\b(?:nada de|ni|no(?! (?:[cs]ede|mejora|(?:se (?:le )?)?quita|baja|puede|responde|aguanta|hay|tolera)\b)|sin|evit\w+|en (?:vez|lugar) de|quit\w+|retir\w+|alergic[oa] a(?: la| las)?|suspend\w+|junto con(?: el| la)?)(?: \w+){0,2} $"  # noqa: E501
)
_NIEGA_TRAS = re.compile(
    r",? (?:ni de chiste|ni loc[oa]|ni en broma|ni pensarlo|para nada"
    r"|tampoco(?! (?:lo|la|los|las) (?:dej|suspend|quit))"
    r"|(?:ya )?no (?:(?:se|le|te|les|me|lo|la|los|las) ){0,2}(?:(?:voy|vamos) a (?:dar|recetar|poner|mandar|dejar|indicar|usar)\w*|doy|damos|receto|"  # noqa: E501
    r"pongo|ponemos|mando|dejo|indico|recomiendo|usamos|conviene|(?:puedo|podemos) (?:dar|poner|recetar|usar)\w*|puede (?:tomar|usar))"  # noqa: E501
    r"|ya no|no(?=[,.;]|$| por ahora| por el momento| porque| lo necesita| hace falta))\b"
)
_ALERGIA_A = re.compile(r"\b(?:alergi\w+|hipersensib\w+) al?(?: \w+){0,2} $")
_OTRA_RECETA = re.compile(
    r"\b(?:(?:te|le|les) (?:voy a dar|doy|receto|mando|dejo|indico|agrego)|vamos a (?:dar|iniciar|empezar))\b"
)


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
        if previo and _COMBINA.fullmatch(texto[previo.hasta : f.desde]) and not negado(texto, previo.desde):
            salida[-1] = _Nombre(previo.desde, f.hasta, texto[previo.desde : f.hasta])
        else:
            salida.append(_Nombre(f.desde, f.hasta, f.texto))
    return salida


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
        suya = _FORMA_DEL_QUE_SIGUE.search(plano, f.hasta, hasta) if i + 1 < len(marcas) and not otra else None  # noqa: E501
        hasta = suya.start() if suya else hasta
        ajena = _CONDICION_AJENA.search(plano, f.hasta, hasta) if i + 1 < len(marcas) and not otra else None
        hasta = ajena.start() if ajena else hasta
        if negado(texto, f.desde, f.hasta):
            salida.append((Linea(f.texto), f.desde, f.hasta))
            continue
        linea = linea_de(texto[:hasta], f.hasta, f.texto)
        if not linea.completa and i == 0 and not otra:
            linea = _con_previo(linea, texto[: f.desde])
        salida.append((linea, f.desde, hasta))
    return salida


_PREVIO = re.compile(
    r"(?<!mientras )(?<!cuando )(?<!si )\b(?:de|del|con|tom[ea]|tomar|aplique|aplicar|dele)"
    r"(?: (?:el|la|su))? ?$"
)
_FORMA_DEL_QUE_SIGUE = re.compile(rf"[,;]?\s*(?:y )?\b(?:un[ao]?s?|las?|el|los|unas?) {_FORMA} (?:de |con )(?:la |el )?$")  # noqa: E501
"""«…en la noche, y una crema de hidrocortisona»: la crema es de la que sigue."""
_CONDICION_AJENA = re.compile(r"[,;]?\s*(?:y |o )?\b(?:si|cuando|para)\b[^,;.]*[,;]?\s*$")
"""Lo último antes del fármaco siguiente, si es para cuándo darlo: «si en 2 horas no cede, sumatriptán»."""


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


_SE_CALLA = re.compile(
    r"(?:tom(?:e|a|as|ar|arse|ese|ate|amos)|d[aeo]|doy|dar|dejo|va[sn]?|vamos|voy|recet\w+|pon\w*|aplic\w+|us[ae]r?|inici\w+|"
    r"empez\w+|empiez\w+|empiec\w+|mand\w+|indic\w+|agreg\w+|sig[aeu]\w*|igual|contin\w+|medicamento|medicina|pastilla|"
    r"tableta|capsula|dosis|mg|miligramos?|mcg|microgramos?|ml|mililitros?|gramos?|horas?|dias?|veces|vez|dia|noche|manana)s?$"
)


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
