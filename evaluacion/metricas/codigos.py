"""Los códigos sugeridos contra los esperados: exactos, a 4 y a 3 caracteres.

En una consulta se espera `caso.codigos`, con estado; en un documento (CodiEsp), `caso.codigos_documento`
y, mención por mención, `caso.menciones`. El protocolo de documentos es el de los guiones oficiales de
CodiEsp (Miranda-Escalada y otros, CLEF eHealth 2020): MAP de la lista ordenada, P/R/F1 micro sin repetir
código por documento y, en X, el tramo con hasta 10 caracteres de sobra por lado. Como México usa la
CIE-10 de la OMS, lo mismo se da a 4 y 3 caracteres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evaluacion.caso import Caso, MencionEsperada
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import CodigoEsperado
from scribe.consulta import Codigo, EstadoCodigo

LUGARES = (1, 5, 10)
VISTOS = (1, 5)
"""Candidatos que el médico ve de un diagnóstico: el propuesto, o ese y sus cuatro primeras alternativas."""
HOLGURA = 10
"""Caracteres que un tramo puede sobrar por cada lado (CodiEsp-X)."""
_AUSENTES = {"descartado", "familiar"}


def entero(codigo: str) -> str:
    """El código completo, sin punto, en mayúsculas y sin la X de relleno de uno de 4 caracteres."""
    junto = codigo.replace(".", "").strip().upper()
    return junto[:3] if len(junto) == 4 and junto.endswith("X") else junto


def corto(codigo: str) -> str:
    """Hasta 4 caracteres, sin punto y sin la X de relleno."""
    return entero(entero(codigo)[:4])


def categoria(codigo: str) -> str:
    """Los 3 caracteres de un código CIE-10."""
    return entero(codigo)[:3]


NIVELES: dict[str, Callable[[str], str]] = {"exacto": entero, "4": corto, "3": categoria}


def distintos(codigos: Iterable[str], nivel: Callable[[str], str]) -> list[str]:
    """Los códigos a ese nivel, en su orden y sin repetir: repetir uno no ocupa otro lugar."""
    return list(dict.fromkeys(nivel(c) for c in codigos))


def precision_media(lista: Sequence[str], relevantes: set[str]) -> float:
    """AP de una lista ordenada sin repetidos: promedio de la precisión en el lugar de cada acierto.

    Se divide entre todos los relevantes, hallados o no (como trectools con `trec_eval=False`, que usa el
    guion oficial de CodiEsp). Lanza `ValueError` sin relevantes.
    """
    if not relevantes:
        raise ValueError("no hay códigos esperados")
    aciertos, suma = 0, 0.0
    for lugar, codigo in enumerate(lista, 1):
        if codigo in relevantes:
            aciertos += 1
            suma += aciertos / lugar
    return suma / len(relevantes)


@dataclass(frozen=True, slots=True)
class Mencion:
    """Un código con el tramo que lo sustenta, en caracteres del documento."""

    codigo: str
    inicio: int
    fin: int


def menciones_correctas(halladas: Iterable[Mencion], esperadas: Iterable[MencionEsperada]) -> set[str]:
    """Códigos con al menos una mención cuyo tramo esperado cabe en el hallado con 10 de sobra por lado.

    Un tramo discontinuo cuenta de su primer a su último carácter, como en el guion oficial.
    """
    lista = list(halladas)
    buenas = set()
    for esperada in esperadas:
        if not esperada.tramos:
            continue
        desde, hasta = min(t[0] for t in esperada.tramos), max(t[1] for t in esperada.tramos)
        for m in lista:
            sobra = (desde - m.inicio, m.fin - hasta)
            if entero(m.codigo) == entero(esperada.codigo) and all(0 <= s <= HOLGURA for s in sobra):
                buenas.add(entero(esperada.codigo))
    return buenas


def tramos_de(codigos: Iterable[Codigo], texto: str) -> list[Mencion]:
    """Dónde está, en el documento, cada cita de cada código (todas sus apariciones)."""
    salida = []
    for codigo in codigos:
        for cita in codigo.citas:
            desde = texto.find(cita.texto) if cita.texto else -1
            while desde >= 0:
                salida.append(Mencion(codigo.codigo, desde, desde + len(cita.texto)))
                desde = texto.find(cita.texto, desde + 1)
    return salida


def acordado(esperado: str, sugeridos: Iterable[str]) -> str:
    """El código esperado o, si es de tres caracteres y solo se sugirió su «no especificado», ese.

    Unas tablas nacionales escriben `I48` y la CIE-10 de la OMS desde 2010 lo subdivide: sin cuarto carácter
    anotado no hay detalle que exigir, pero tampoco se acepta otro que `.9`.
    """
    dados, junto = {entero(s) for s in sugeridos}, entero(esperado)
    return f"{junto}9" if len(junto) == 3 and junto not in dados and f"{junto}9" in dados else esperado


def lugar_dicho(
    esperado: str, sugeridos: Sequence[Codigo], otros: Iterable[str], nivel: Callable[[str], str]
) -> int | None:
    """En qué lugar (desde 1) está el código entre los candidatos de la mención que lo sustenta.

    Cada sugerencia es una mención: su código propuesto es el primer candidato y siguen sus alternativas. La
    que propone otro de los esperados (`otros`) ya responde por él y no cuenta para este. `None` si no está.
    """
    buscado, ajenos = nivel(esperado), {nivel(o) for o in otros}
    lugares = []
    for sugerido in sugeridos:
        if nivel(sugerido.codigo) == buscado:
            return 1
        if nivel(sugerido.codigo) in ajenos:
            continue
        lista = distintos((sugerido.codigo, *(a.codigo for a in sugerido.alternativas)), nivel)
        lugares += [lista.index(buscado) + 1] if buscado in lista else []
    return min(lugares, default=None)


def estado_hallado(sugeridos: Sequence[Codigo], esperado: CodigoEsperado) -> EstadoCodigo | None:
    """El estado de la sugerencia que corresponde al esperado: la de 4 caracteres o, si no, la de 3."""
    for nivel in (corto, categoria):
        for codigo in sugeridos:
            if nivel(codigo.codigo) == nivel(esperado.cie10):
                return codigo.estado
    return None


def estado_correcto(hallado: EstadoCodigo, esperado: CodigoEsperado) -> bool:
    """Si es el esperado. «Familiar» y «antecedente» se admiten uno por otro: se anotan de ambas formas."""
    iguales = {esperado.estado, str(hallado)}
    return len(iguales) == 1 or iguales == {"familiar", "antecedente"}


def presentes_falsos(sugeridos: Iterable[Codigo], esperados: Iterable[CodigoEsperado]) -> list[str]:
    """Códigos dados por presentes que la consulta descartó o eran de la familia."""
    lista = list(esperados)
    ausentes = {categoria(e.cie10) for e in lista if e.estado in _AUSENTES}
    presentes = {categoria(e.cie10) for e in lista if e.estado not in _AUSENTES}
    return [
        c.codigo
        for c in sugeridos
        if c.estado in (EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA)
        and categoria(c.codigo) in ausentes - presentes
    ]


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Las medidas de códigos que aplican al caso; ninguna si el sistema no da códigos."""
    parcial = Parcial()
    dados = salida.codigos
    if dados is None and salida.borrador is not None and not caso.codigos_documento:
        dados = salida.borrador.codigos
    if dados is not None:
        propios = [c for c in dados if c.sistema == "CIE-10"]
        if caso.codigos:
            _consulta(caso, propios, parcial)
        elif caso.codigos_documento:
            _documento(caso, propios, parcial)
    if salida.candidatos is not None and caso.menciones:
        _menciones(caso.menciones, salida.candidatos, parcial)
    return parcial


def _consulta(caso: Caso, sugeridos: list[Codigo], parcial: Parcial) -> None:
    dados = [c.codigo for c in sugeridos]
    esperados = [acordado(e.cie10, dados) for e in caso.codigos]
    _lista(dados, esperados, parcial)
    _dichos(esperados, sugeridos, parcial)
    firmes = [e for e in caso.codigos if e.estado == "confirmado"]
    primeros = distintos((c.codigo for c in sugeridos), categoria)[:5]
    _poner(parcial, "codigos_confirmados", sum(categoria(e.cie10) in primeros for e in firmes), len(firmes))
    pares = [(e, h) for e in caso.codigos if (h := estado_hallado(sugeridos, e)) is not None]
    _poner(parcial, "codigos_estado", sum(estado_correcto(h, e) for e, h in pares), len(pares))
    falsos = presentes_falsos(sugeridos, caso.codigos)
    _poner(parcial, "codigos_presentes_falsos", len(falsos), len(sugeridos))
    todos = {categoria(c.codigo) for c in sugeridos}
    detalle = [f"falta {e.cie10} {e.texto}" for e in caso.codigos if categoria(e.cie10) not in todos]
    detalle += [
        f"{e.cie10} {e.texto}: dado como {h}, es {e.estado}" for e, h in pares if not estado_correcto(h, e)
    ]
    parcial.detalle["codigos"] = detalle + [f"dado por presente: {c}" for c in falsos]


def _dichos(esperados: Sequence[str], sugeridos: Sequence[Codigo], parcial: Parcial) -> None:
    """Diagnóstico por diagnóstico: en qué lugar lo ve el médico en la lista de lo que se dijo."""
    for nombre, nivel in NIVELES.items():
        distintos_ = distintos(esperados, nivel)
        lugares = [lugar_dicho(e, sugeridos, [o for o in distintos_ if o != e], nivel) for e in distintos_]
        for k in VISTOS:
            cuantos = sum(n is not None and n <= k for n in lugares)
            _poner(parcial, f"codigos_dicho{k}_{nombre}", cuantos, len(lugares))


def _documento(caso: Caso, sugeridos: list[Codigo], parcial: Parcial) -> None:
    """Lo que el sistema da por descartado o de la familia no se asigna al documento."""
    asignados = [c for c in sugeridos if str(c.estado) not in _AUSENTES]
    _lista([c.codigo for c in asignados], caso.codigos_documento, parcial)
    if caso.menciones and caso.texto is not None:
        halladas = tramos_de(asignados, caso.texto)
        buenas = len(menciones_correctas(halladas, caso.menciones))
        dados = len({entero(c.codigo) for c in asignados})
        esperados = len({entero(m.codigo) for m in caso.menciones})
        _prf(parcial, "codigos_x", buenas, dados, esperados)


def _lista(sugeridos: Sequence[str], esperados: Sequence[str], parcial: Parcial) -> None:
    """P, R, F1, AP y top-k de una lista ordenada, en los tres niveles.

    F1 micro es 2·aciertos / (dados + esperados): así la suma de los casos da el F1 micro del conjunto.
    """
    for nombre, nivel in NIVELES.items():
        lista, relevantes = distintos(sugeridos, nivel), {nivel(e) for e in esperados}
        _prf(parcial, "codigos", len(relevantes & set(lista)), len(lista), len(relevantes), nombre)
        parcial.cuentas[f"codigos_map_{nombre}"] = (precision_media(lista, relevantes), 1.0)
        for k in LUGARES:
            cuantos = len(relevantes & set(lista[:k]))
            parcial.cuentas[f"codigos_top{k}_{nombre}"] = (cuantos, len(relevantes))


def _menciones(
    esperadas: Sequence[MencionEsperada], candidatos: Sequence[Sequence[str]], parcial: Parcial
) -> None:
    """Con la mención dada: si su código está entre los primeros candidatos, y su lugar recíproco."""
    for nombre, nivel in NIVELES.items():
        lugares = []
        for esperada, propuestos in zip(esperadas, candidatos, strict=True):
            lista = distintos(propuestos, nivel)
            codigo = nivel(esperada.codigo)
            lugares.append(lista.index(codigo) + 1 if codigo in lista else None)
        for k in LUGARES:
            cuantos = sum(n is not None and n <= k for n in lugares)
            parcial.cuentas[f"menciones_top{k}_{nombre}"] = (cuantos, len(lugares))
        suma = sum(1 / n for n in lugares if n is not None)
        parcial.cuentas[f"menciones_map_{nombre}"] = (suma, len(lugares))


def _prf(
    parcial: Parcial, base: str, aciertos: int, dados: int, esperados: int, nivel: str | None = None
) -> None:
    fin = f"_{nivel}" if nivel else ""
    _poner(parcial, f"{base}_precision{fin}", aciertos, dados)
    _poner(parcial, f"{base}_exhaustividad{fin}", aciertos, esperados)
    _poner(parcial, f"{base}_f1{fin}", 2 * aciertos, dados + esperados)


def _poner(parcial: Parcial, nombre: str, parte: float, total: float) -> None:
    if total > 0:
        parcial.cuentas[nombre] = (parte, total)
