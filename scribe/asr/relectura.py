"""Llevar a los turnos las otras lecturas que dio la segunda mirada (`scribe.asr.segunda`).

Se hace antes de escribir cifras y corregir nombres: el lugar de una lectura se encuentra por sus palabras.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from scribe.consulta import Aviso, Correccion, Escucha, OtraLectura, Transcripcion, Turno
from scribe.lenguaje.fichas import Edicion, aplicar
from scribe.lenguaje.presentaciones import cifras_dudosas

_FINAL = re.compile(r"\d+(?:[.,/]\d+)*$")
_CIFRA_ENTERA = re.compile(r"\d+(?:[.,/]\d+)*")
_HOLGURA_S = 0.001
_SIN_CONTEXTO = frozenset({"sobre", "coma", "punto"})
"""Palabras que desaparecen al escribir la cifra: no sirven para volver a encontrarla."""


def releer(transcripcion: Transcripcion, escuchas: Sequence[Escucha]) -> Transcripcion:
    """La transcripción con las lecturas seguras escritas y las dudosas anotadas sin aplicar."""
    lecturas = [x for escucha in escuchas for x in escucha.lecturas]
    if not lecturas:
        return transcripcion
    turnos = tuple(aplicar(t, [e for x in lecturas for e in _ediciones(t, x)]) for t in transcripcion.turnos)
    return transcripcion.model_copy(update={"turnos": turnos})


def avisos_de(transcripcion: Transcripcion, escuchas: Sequence[Escucha]) -> Iterator[Aviso]:
    """Un aviso, con su cita, por cada lectura dudosa que siga escrita como se oyó."""
    for x in (x for escucha in escuchas for x in escucha.lecturas if not x.segura):
        for turno in transcripcion.turnos:
            lugar = _lugar(turno, x)
            if not lugar or x.original not in turno.texto[lugar[0] : lugar[1]]:
                continue
            tipo = "cifra_dudosa" if x.motivo == "cifra" else "farmaco_dudoso"
            texto = f"Se oyó «{x.original}», pero podría ser «{x.propuesto}»: conviene volver a oírlo."
            yield Aviso(tipo=tipo, texto=texto, citas=(turno.citar(*lugar),))


def leidas_en_letras(escuchas: Sequence[Escucha]) -> frozenset[tuple[str, str]]:
    """Cada cifra oída y la que, en su lugar, se leyó en letras."""
    return frozenset(
        (_ultima(x.original), _ultima(x.propuesto)) for e in escuchas for x in e.lecturas if x.en_letras
    )


def preferir(turno: Turno, en_letras: Collection[tuple[str, str]]) -> tuple[Turno, tuple[Aviso, ...]]:
    """El turno con la otra lectura de la cifra que, como se oyó, no puede ser («18/66») o se leyó en letras.

    Donde las dos lecturas dan números distintos, acierta casi siempre la de letras (docs/decisiones/asr.md);
    `en_letras` son ésas (`leidas_en_letras`).
    Con su aviso. Espera las cifras ya escritas; lo oído queda anotado como la otra lectura, por revisar.
    """
    avisos: list[Aviso] = []
    for c in turno.correcciones:
        leida = (_ultima(c.original), _ultima(c.propuesto)) in en_letras
        cambio = _cambio(turno, c, leida=leida) if c.motivo == "cifra" and not c.aplicada else None
        if cambio is None:
            continue
        ediciones, imposible = cambio
        nuevo = aplicar(turno, [ediciones[0]])
        desde = ediciones[1].desde
        antes, ahora = ediciones[1].propuesto, nuevo.texto[desde : ediciones[1].hasta]
        turno = aplicar(nuevo, [ediciones[1]])
        texto = (
            f"Se oyó «{antes}», que no puede ser; otra lectura del audio da «{ahora}»: confírmela."
            if imposible
            else f"Se oyó «{antes}» y, leído en letras, «{ahora}»: confírmela."
        )
        avisos.append(
            Aviso(tipo="cifra_dudosa", texto=texto, citas=(turno.citar(desde, ediciones[1].hasta),))
        )
    return turno, tuple(avisos)


def _ultima(texto: str) -> str:
    m = _FINAL.search(texto)
    return m[0].replace(",", ".") if m else ""


def _cambio(
    turno: Turno, correccion: Correccion, *, leida: bool
) -> tuple[tuple[Edicion, Edicion], bool] | None:
    """La cifra que queda, escrita; la que se oyó, como la otra lectura; y si ésta no podía ser."""
    oida, otra = _FINAL.search(correccion.original), _FINAL.search(correccion.propuesto)
    lugar = turno.texto.find(correccion.original)
    if not oida or not otra or lugar < 0:
        return None
    desde = lugar + oida.start()
    imposible = _imposibles(turno, desde)
    cambio = Edicion(desde, desde + len(oida[0]), otra[0], "cifra")
    if not (imposible or leida) or _imposibles(aplicar(turno, [cambio]), desde):
        return None
    entera = _CIFRA_ENTERA.match(turno.texto, desde)
    antes = entera[0] if entera else oida[0]
    hasta = desde + len(antes) + len(otra[0]) - len(oida[0])
    return (cambio, Edicion(desde, hasta, antes, "cifra", aplicada=False)), imposible


def _imposibles(turno: Turno, lugar: int) -> bool:
    dichas = [c.texto for aviso in cifras_dudosas(turno) for c in aviso.citas]
    return any(0 <= lugar - desde < len(d) for d in dichas if (desde := turno.texto.find(d)) >= 0)


def _ediciones(turno: Turno, lectura: OtraLectura) -> Iterator[Edicion]:
    lugar = _lugar(turno, lectura)
    k = turno.texto.find(lectura.original, *lugar) if lugar else -1
    if not lugar or k < 0:
        return
    desde, hasta, propuesto = k, k + len(lectura.original), lectura.propuesto
    if lectura.motivo == "cifra" and (previa := _previa(turno.texto, desde)):
        # Con su palabra delante, para no señalar otra cifra igual de la misma frase.
        propuesto = turno.texto[previa:desde] + propuesto
        desde = previa
    yield Edicion(desde, hasta, propuesto, lectura.motivo, aplicada=lectura.segura)


def _lugar(turno: Turno, lectura: OtraLectura) -> tuple[int, int] | None:
    """El tramo del turno de que habla la lectura; nada si no es de este turno."""
    tocadas = [
        k
        for k, p in enumerate(turno.palabras)
        if lectura.inicio - _HOLGURA_S <= p.inicio < max(lectura.fin, lectura.inicio + 2 * _HOLGURA_S)
        and p.fin <= lectura.fin + _HOLGURA_S
    ]
    return turno.tramo_de(tocadas[0], tocadas[-1]) if tocadas else None


def _previa(texto: str, desde: int) -> int | None:
    """Dónde empieza la palabra anterior, si la hay y no se pierde al escribir la cifra."""
    antes = texto[:desde].rstrip()
    if len(antes) == len(texto[:desde]) or not antes or not antes[-1].isalpha():
        return None
    palabra = antes.split()[-1]
    return None if palabra.lower() in _SIN_CONTEXTO else len(antes) - len(palabra)
