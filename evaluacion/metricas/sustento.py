"""Si lo que afirma un enunciado se dijo en la consulta, comparado con lo que de verdad se dijo.

Se comprueban los elementos que no admiten paráfrasis: cifra con unidad, fármaco, término clínico, negación,
lado, tiempo y de quién se habla. La verdad es la referencia humana (`caso.dichos`), no la transcripción del
sistema: si el reconocedor oye mal y la nota lo repite, es un enunciado sin sustento. No usa ningún modelo
ni las reglas con que el producto se verifica a sí mismo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evaluacion.metricas.cantidades import Cifra, de_nombre, dicha_de_otro_modo, exenta, igual
from evaluacion.metricas.dialogo import Dialogo, Lectura, leer
from evaluacion.metricas.lexico import Lexico
from evaluacion.metricas.menciones import Mencion, negada_antes

Clase = Literal["cifra", "farmaco", "termino", "negacion", "lado", "tiempo", "persona", "contenido"]

_CON_POLARIDAD = {"sintoma", "enfermedad", "habito", "farmaco", "hallazgo", "tratamiento"}
_CON_PERSONA = {"sintoma", "enfermedad", "habito"}
_SIN_COMPROBAR = {"signo", "tema"}
_MINIMO_CONTENIDO = 4
_RESPALDO = 0.34
_PREGUNTA_CITADA = re.compile(r"(?<!dijo: )«[^»]*»\)?:$")
"""«¿Fuma?»: antes no. Lo citado delante de los dos puntos es lo que se preguntó; no afirma nada."""


@dataclass(frozen=True, slots=True)
class Reparo:
    """Algo del enunciado que lo dicho no sostiene."""

    clase: Clase
    motivo: str


def revisar(
    texto: str, dialogo: Dialogo, *, zona: Collection[int] | None = None, familiar: bool = False
) -> list[Reparo]:
    """Lo que un enunciado dice y la consulta no, por clase; vacío si se sostiene.

    `zona` limita la comparación a esos turnos (para las citas); sin ella se busca en toda la consulta.
    `familiar`: el enunciado es un antecedente de la familia aunque no lo diga su texto.
    """
    lectura = leer(texto, dialogo.idioma, dialogo.acompanado)
    campo = set(dialogo.todo if zona is None else zona)
    reparos: list[Reparo] = []
    menciones = _sin_anidar(_con_encabezado(lectura, dialogo.lex))
    comprobadas = [
        (m, _mencion(m, lectura, dialogo, campo, familiar, zona is None))
        for m in menciones
        if m.clase not in _SIN_COMPROBAR
    ]
    for m, propios in comprobadas:
        # «Exudado» es un hallazgo y un estudio: la misma palabra se sostiene si se dijo uno de los dos.
        otra = any(o is not m and (o.desde, o.hasta) == (m.desde, m.hasta) and not r for o, r in comprobadas)
        reparos += [r for r in propios if not (otra and r.clase == "termino")]
    if zona is None:
        reparos += _todo_del_paciente(menciones, dialogo, familiar)
    reparos += _cifras(lectura, dialogo, campo, zona is None)
    reparos += _lados(lectura, dialogo, campo)
    for tiempo in sorted(lectura.tiempos):
        if not any(tiempo in dialogo.turnos[n].tiempos for n in campo):
            reparos.append(Reparo("tiempo", f"«{tiempo}» no se dijo"))
    return list(dict.fromkeys(reparos)) or _contenido(lectura, dialogo, campo)


def _con_encabezado(lectura: Lectura, lex: Lexico) -> list[Mencion]:
    """En «Fiebre: no ha tenido», lo que sigue a los dos puntos decide: el encabezado queda incierto."""
    dos = lectura.plano.find(":")
    resto = lectura.plano[dos + 1 :] if dos >= 0 else ""
    niega = lex.patron("negacion", "duda").search(resto)
    hipotetico = lex.patron("hipotesis", "antes").search(lectura.plano)
    pregunta = _PREGUNTA_CITADA.search(lectura.plano[: dos + 1]) if dos >= 0 else None
    salida = []
    for m in lectura.menciones:
        if pregunta and pregunta.start() <= m.desde and m.hasta <= pregunta.end():
            salida.append(replace(m, polaridad="incierta"))
            continue
        encabeza = dos >= 0 and m.hasta <= dos and not negada_antes(lectura.plano[: m.desde], lex)
        dudosa = encabeza and m.polaridad in ("afirmada", "negada") and (niega or hipotetico)
        salida.append(replace(m, polaridad="incierta") if dudosa else m)
    negados = {m.nombres for m in salida if m.polaridad == "negada"}
    # «¿Se ha desmayado? No, desmayarme no»: si el mismo enunciado también lo niega, lo niega.
    return [m for m in salida if m.polaridad != "afirmada" or m.nombres not in negados]


def _sin_anidar(menciones: Iterable[Mencion]) -> list[Mencion]:
    """Sin las contenidas en otra más larga: «infarto» dentro de «infarto cerebral»."""
    lista = list(menciones)
    return [
        m
        for m in lista
        if not any(
            o is not m and o.desde <= m.desde and m.hasta <= o.hasta and o.hasta - o.desde > m.hasta - m.desde
            for o in lista
        )
    ]


def _mencion(
    m: Mencion, lectura: Lectura, dialogo: Dialogo, campo: set[int], familiar: bool, completo: bool
) -> list[Reparo]:
    nombre = " + ".join(m.nombres)
    dicho = lectura.plano[m.desde : m.hasta]
    if not _se_dijo(m, dicho, dialogo, campo):
        return [Reparo("farmaco" if m.de_farmaco else "termino", f"«{dicho}» ({nombre}) no se dijo")]
    vistas = dialogo.menciones(m.nombres, campo)
    reparos = []
    propias = (
        vistas if familiar or m.persona != "paciente" else [v for v in vistas if v.persona != "familiar"]
    )
    if m.clase in _CON_POLARIDAD and (motivo := _polaridad(m, propias, dialogo, campo)):
        reparos.append(Reparo("negacion", f"«{dicho}» {motivo}"))
    if m.clase in _CON_PERSONA and completo and (motivo := _persona(m, vistas, familiar)):
        reparos.append(Reparo("persona", f"«{dicho}» {motivo}"))
    return reparos


def _se_dijo(m: Mencion, dicho: str, dialogo: Dialogo, campo: set[int]) -> bool:
    if dialogo.menciones(m.nombres, campo):
        return True
    if not m.de_farmaco and dialogo.dice_concepto(m.nombres[0], campo):
        return True
    palabras = [p for p in re.findall(r"\w+", dicho) if len(p) >= 4]
    return bool(palabras) and all(dialogo.dice_palabra(p, campo) for p in palabras)


def _polaridad(m: Mencion, vistas: Sequence[Mencion], dialogo: Dialogo, campo: set[int]) -> str | None:
    """Solo si todo lo dicho, con claridad, va al revés; lo dudoso no acusa a nadie."""
    claras = {v.polaridad for v in vistas if v.polaridad in ("afirmada", "negada")}
    if not vistas or any(v.polaridad == "incierta" for v in vistas):
        return None
    if m.polaridad == "afirmada" and claras == {"negada"}:
        return "se negó"
    if m.polaridad == "negada" and claras == {"afirmada"}:
        return None if dialogo.hay_negacion(m, campo) else "se afirmó"
    if (
        m.polaridad == "afirmada"
        and m.clase in _CON_PERSONA
        and {v.polaridad for v in vistas} == {"hipotetica"}
    ):
        return "solo se dijo como advertencia"
    return None


def _persona(m: Mencion, vistas: Sequence[Mencion], familiar: bool) -> str | None:
    de_quien = {v.persona for v in vistas if v.polaridad != "preguntada"}
    propio = m.persona == "paciente" and not familiar
    if propio and m.polaridad == "afirmada" and de_quien == {"familiar"}:
        return "es de un familiar"
    return None


def _todo_del_paciente(menciones: Iterable[Mencion], dialogo: Dialogo, familiar: bool) -> list[Reparo]:
    """Un antecedente de la familia del que todo lo comprobable se dijo del paciente."""
    propias = [m for m in menciones if m.clase in _CON_PERSONA]
    ajenas = [m for m in propias if m.persona == "familiar" or familiar]
    if not ajenas or any(m.polaridad != "afirmada" for m in ajenas):
        return []
    quienes = {v.persona for m in ajenas for v in dialogo.menciones(m.nombres)}
    return [Reparo("persona", "es del paciente, no de un familiar")] if quienes == {"paciente"} else []


def _cifras(lectura: Lectura, dialogo: Dialogo, campo: set[int], completo: bool) -> list[Reparo]:
    reparos = []
    cerca = dialogo.sobre(lectura) & campo if completo else campo
    for cifra in lectura.cifras:
        if exenta(cifra, dialogo.lex) and not de_nombre(cifra, lectura.plano, dialogo.lex):
            continue
        turnos = _del_farmaco(cifra, lectura, dialogo, cerca)
        if any(igual(cifra, c, dialogo.lex) for c in turnos):
            continue
        if not dicha_de_otro_modo(cifra, dialogo.texto(cerca), dialogo.lex):
            reparos.append(Reparo("cifra", f"{cifra} no se dijo de esto"))
    return reparos


def _del_farmaco(cifra: Cifra, lectura: Lectura, dialogo: Dialogo, cerca: set[int]) -> list[Cifra]:
    """Las cifras que podrían ser esa: si es la dosis de un fármaco, las que se dijeron de él."""
    if de_nombre(cifra, lectura.plano, dialogo.lex):
        dichas = [(c, dialogo.turnos[n].plano) for n in cerca for c in dialogo.turnos[n].cifras]
        return [c for c, plano in dichas if de_nombre(c, plano, dialogo.lex)]
    previos = [m for m in lectura.menciones if m.de_farmaco and m.hasta <= cifra.desde]
    todos = {n for m in lectura.menciones if m.de_farmaco for n in m.nombres}
    if not previos:
        return dialogo.cifras(cerca)
    propios = todos if len(previos) > 1 else set(previos[-1].nombres)
    if not dialogo.menciones(propios):
        return [cifra]  # ese fármaco no se dijo: el reparo es el fármaco, no su dosis
    return [c for n in cerca for c, duenos in dialogo.duenos(n) if not duenos or duenos & propios]


def _lados(lectura: Lectura, dialogo: Dialogo, campo: set[int]) -> list[Reparo]:
    """El lado se busca en los turnos que más hablan de lo mismo; si ahí no se dice, en sus vecinos."""
    if not lectura.lados:
        return []
    dichos: set[str] = set()
    for minimo, vecinos in ((0.75, 0), (0.5, 1), (0.34, 2)):
        cerca = dialogo.sobre(lectura, minimo, vecinos) & campo
        dichos = set().union(*(_lados_vigentes(dialogo, n) for n in cerca))
        if dichos:
            break
    if {"derecho", "izquierdo"} <= dichos:
        dichos.add("ambos")
    faltan = lectura.lados - dichos
    if "ambos" in dichos and not dichos & {"derecho", "izquierdo"}:
        faltan -= {"derecho", "izquierdo"}
    # «Bilateral» puede haberse dicho con un plural («las piernas»).
    return [Reparo("lado", f"lado {lado} no se dijo de esto") for lado in sorted(faltan - {"ambos"})]


def _lados_vigentes(dialogo: Dialogo, n: int) -> set[str]:
    """Los lados de un turno, sin el que se corrigió enseguida («del derecho, perdón, del izquierdo»)."""
    plano, reglas = dialogo.turnos[n].plano, dialogo.lex.reglas
    marcas = re.compile(rf"\b(?:{'|'.join(reglas['autocorreccion']['marcas'])})\b")
    hallados = sorted(
        (m.start(), m.end(), lado)
        for lado in ("derecho", "izquierdo")
        for m in re.finditer(rf"\b(?:{dialogo.lex.patron('lado', lado).pattern})\b", plano)
    )
    vivos = [lado for _, _, lado in hallados]
    for i in range(len(hallados) - 1):
        hueco = plano[hallados[i][1] : hallados[i + 1][0]]
        if hallados[i][2] != hallados[i + 1][2] and len(hueco) <= 40 and marcas.search(hueco):
            vivos[i] = ""
    ambos = {"ambos"} & dialogo.turnos[n].lados
    return {v for v in vivos if v} | ambos


def _contenido(lectura: Lectura, dialogo: Dialogo, campo: set[int]) -> list[Reparo]:
    """Un enunciado sin nada más que comprobar, cuyas palabras casi no se dijeron."""
    if len(lectura.raices) < _MINIMO_CONTENIDO or lectura.menciones:
        return []
    dichas = sum(any(r in dialogo.turnos[n].raices for n in campo) or dialogo.dice_palabra(r, campo)
                 for r in lectura.raices)  # fmt: skip
    if dichas / len(lectura.raices) >= _RESPALDO:
        return []
    return [Reparo("contenido", f"solo {dichas} de {len(lectura.raices)} palabras con contenido se dijeron")]
