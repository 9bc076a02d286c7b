"""Dónde está cada cita dentro del texto de su turno, y qué lleva encima cada pedazo de ese texto."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from scribe.consulta import Cita, Correccion, Turno
from scribe.lenguaje.texto import llano

PROB_BAJA = 0.5
"""Debajo de esta probabilidad del reconocedor, la palabra se marca en la transcripción."""

_NO_LETRA = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Fragmento:
    """Un pedazo de texto de un turno con lo que se le marca encima.

    `sustenta` son los identificadores de lo que lo cita; `correccion`, lo que se oyó ahí.
    """

    texto: str
    sustenta: tuple[str, ...] = ()
    baja: bool = False
    correccion: Correccion | None = None
    abre_correccion: bool = False

    @property
    def simple(self) -> bool:
        """Si no lleva nada encima."""
        return not (self.sustenta or self.baja or self.correccion)


def localizar(turno: Turno, cita: Cita) -> tuple[int, int]:
    """Posición `(desde, hasta)` de la cita en `turno.texto`.

    Si el mismo texto aparece varias veces decide el tiempo. Una cita que no es textual (no debería
    haberlas) se toma como el turno entero.
    """
    lugares = [m.start() for m in re.finditer(re.escape(cita.texto), turno.texto)] if cita.texto else []
    if not lugares:
        return 0, len(turno.texto)
    largo = len(cita.texto)
    if len(lugares) == 1:
        return lugares[0], lugares[0] + largo
    mejor = min(lugares, key=lambda i: abs(turno.citar(i, i + largo).inicio - cita.inicio))
    return mejor, mejor + largo


def _letras(texto: str) -> str:
    return _NO_LETRA.sub(" ", llano(texto)).strip()


def _lugar_de_correccion(turno: Turno, correccion: Correccion, tomados: set[int]) -> tuple[int, int] | None:
    """Dónde quedó escrita una corrección; prefiere el lugar cuyas palabras oídas son las corregidas."""
    escrito = correccion.propuesto if correccion.aplicada else correccion.original
    if not escrito.strip():
        return None
    patron = rf"(?<!\w){re.escape(escrito)}(?!\w)"
    lugares = [m.start() for m in re.finditer(patron, turno.texto) if m.start() not in tomados]
    if not lugares:
        return None
    oido = _letras(correccion.original)

    def coincide(desde: int) -> bool:
        palabras = turno.palabras_de(desde, desde + len(escrito))
        return oido in _letras(" ".join(p.texto for p in palabras))

    elegido = next((i for i in lugares if coincide(i)), lugares[0])
    tomados.add(elegido)
    return elegido, elegido + len(escrito)


Ubicada = tuple[Correccion, tuple[int, int] | None]


def ubicar_correcciones(turno: Turno) -> list[Ubicada]:
    """Cada corrección del turno con su tramo de `turno.texto`, o `None` si ya no se ve en él."""
    tomados: set[int] = set()
    return [(c, _lugar_de_correccion(turno, c, tomados)) for c in turno.correcciones]


def correcciones_en(turno: Turno, cita: Cita, ubicadas: Iterable[Ubicada]) -> tuple[Correccion, ...]:
    """Lo que se corrigió dentro de una cita: quien la lee debe saber que no se oyó así.

    `ubicadas` es lo que da `ubicar_correcciones(turno)`, que se calcula una vez por turno.
    """
    desde, hasta = localizar(turno, cita)
    return tuple(
        correccion
        for correccion, lugar in ubicadas
        if lugar is not None and lugar[0] < hasta and lugar[1] > desde
    )


def _poco_probables(turno: Turno) -> Iterable[tuple[int, int]]:
    """Tramos de `turno.texto` cuyas palabras oyó mal el reconocedor, sin puntuación alrededor."""
    if all(p.prob >= PROB_BAJA for p in turno.palabras):
        return
    for ficha in re.finditer(r"\w(?:\S*\w)?", turno.texto):
        palabras = turno.palabras_de(ficha.start(), ficha.end())
        if palabras and min(p.prob for p in palabras) < PROB_BAJA:
            yield ficha.span()


def fragmentar(
    turno: Turno, citas: Mapping[str, Iterable[Cita]]
) -> tuple[tuple[Fragmento, ...], tuple[Correccion, ...]]:
    """Parte `turno.texto` en fragmentos que, juntos, son exactamente el texto.

    `citas` va de identificador (enunciado, código, aviso u omisión) a sus citas en este turno. El
    segundo valor son las correcciones que ya no tienen lugar visible en el texto.
    """
    cambios: dict[int, list[tuple[bool, object]]] = defaultdict(list)
    sueltas: list[Correccion] = []

    def marcar(desde: int, hasta: int, que: object) -> None:
        if desde < hasta:
            cambios[desde].append((True, que))
            cambios[hasta].append((False, que))

    for clave, suyas in citas.items():
        for cita in suyas:
            marcar(*localizar(turno, cita), clave)
    corregidos: list[tuple[int, int]] = []
    for numero, (correccion, lugar) in enumerate(ubicar_correcciones(turno)):
        if lugar is None:
            sueltas.append(correccion)
        else:
            marcar(*lugar, numero)
            corregidos.append(lugar)
    for desde, hasta in _poco_probables(turno):
        if not any(i < hasta and f > desde for i, f in corregidos):  # la corrección ya lo dice
            marcar(desde, hasta, None)
    return tuple(_recorrer(turno, cambios)), tuple(sueltas)


def _recorrer(turno: Turno, cambios: Mapping[int, list[tuple[bool, object]]]) -> Iterable[Fragmento]:
    """Barre el texto de corte en corte llevando la cuenta de lo que está abierto."""
    abiertas: dict[object, int] = defaultdict(int)
    abierta_antes: set[object] = set()
    cortes = sorted({0, len(turno.texto), *cambios})
    for desde, hasta in pairwise(cortes):
        for abre, que in cambios.get(desde, ()):
            abiertas[que] += 1 if abre else -1
        activas = [que for que, cuantas in abiertas.items() if cuantas > 0]
        numero = next((q for q in activas if isinstance(q, int)), None)
        yield Fragmento(
            texto=turno.texto[desde:hasta],
            sustenta=tuple(q for q in activas if isinstance(q, str)),
            baja=None in activas,
            correccion=None if numero is None else turno.correcciones[numero],
            abre_correccion=numero is not None and numero not in abierta_antes,
        )
        abierta_antes |= {q for q in activas if isinstance(q, int)}
