"""Llevar a los turnos las otras lecturas que dio la segunda mirada (`scribe.asr.segunda`).

Se hace antes de escribir cifras y corregir nombres: el lugar de una lectura se encuentra por sus palabras.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribe.consulta import Aviso, Escucha, OtraLectura, Transcripcion, Turno
from scribe.lenguaje.fichas import Edicion, aplicar

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
