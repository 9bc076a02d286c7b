"""Palabras que el reconocedor partió o escribió mal: «la inchason», «tiene sanemia», «a lorinar».

Un modelo pequeño oye bien los sonidos y reparte mal las letras. Aquí se vuelve a leer el sonido de unas
pocas palabras seguidas y se buscan otras, más usuales, que suenen igual o casi: es el canal ruidoso de
Kernighan, Church y Gale (1990) sobre sonidos, con las fronteras libres. Nunca propone un fármaco.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scribe.lenguaje.fichas import Ficha
from scribe.lenguaje.fonetica import clave
from scribe.lenguaje.frecuencias import clinicas, farmacos, log_frecuencia, suenan
from scribe.lenguaje.texto import llano

_NO_ES_PALABRA = -18.0
"""Logaritmo de la frecuencia de lo que no es palabra, o casi nadie dice."""
_POCO_USUAL, _DUDA_POCO_USUAL = -14.0, 0.80
_DUDA = 0.62
_VECINAS = 2
"""Palabras que se miran a cada lado de la sospechosa: la frontera pudo moverse."""
_SEGUIDAS = 4
_SONIDOS = range(3, 27)
_PALABRA_LARGA = 14
_EN_CURSO = 6
"""Lecturas a medias que se conservan en cada punto del sonido."""
_PALABRAS = 5
_CAMBIOS = 1.3
_CLINICA_LARGA = 6
_ATONOS = frozenset(("me", "te", "se", "le", "lo", "la", "les", "los", "las", "nos"))
"""Al final van escritos con su verbo («páseme»): separarlos no dice nada nuevo."""

# Lo que cuesta cada cosa, en la escala de los logaritmos. Medido en docs/decisiones/asr.md.
_POR_CAMBIO = 9.0
_POR_LETRA_SUELTA = 5.0
_POR_FUNDIR = 3.0
"""Dos palabras que comparten el sonido de la juntura («va a tomar», «batomar»)."""
_POR_CAMBIAR_CONOCIDA, _POR_CAMBIAR_RARA = 2.0, 1.0
"""Cambiar una palabra cuesta según la probabilidad con que se oyó, al cuadrado."""


@dataclass(frozen=True, slots=True)
class Recomposicion:
    """Otra lectura de las fichas `primera..ultima` y lo que gana (logaritmo natural) por ser más usual.

    `corriente`: lo oído eran solo palabras del español, y entonces hace falta que el audio la prefiera.
    `farmaco`: nombraría un medicamento; eso solo lo escribe quien sabe con cuáles se confunde
    (`scribe.asr.correccion`), pero tampoco debe leerse ahí otra cosa.
    """

    primera: int
    ultima: int
    propuesto: str
    ganancia: float
    corriente: bool
    farmaco: bool


def recomponer(fichas: Sequence[Ficha], certeza: Callable[[int, int], float]) -> Iterator[Recomposicion]:
    """La mejor lectura de cada grupo de fichas que gana algo. Se enciman: elegir toca a quien llama.

    `certeza` da la menor probabilidad con que se oyó un tramo del texto.
    """
    vistas: set[tuple[int, int]] = set()
    for k, ficha in enumerate(fichas):
        if not _sospechosa(ficha, certeza):
            continue
        for i in range(max(0, k - _VECINAS), k + 1):
            for j in range(k, min(len(fichas), k + _VECINAS + 1, i + _SEGUIDAS)):
                if (i, j) in vistas or not _seguidas(fichas[i : j + 1]):
                    continue
                vistas.add((i, j))
                mejor = _mejor(fichas, i, j, certeza)
                if mejor is not None:
                    yield mejor


def _sospechosa(ficha: Ficha, certeza: Callable[[int, int], float]) -> bool:
    if not ficha.texto.isalpha():
        return False
    usual, oida = log_frecuencia(ficha.texto), certeza(ficha.desde, ficha.hasta)
    return usual <= _NO_ES_PALABRA or oida < _DUDA or (usual < _POCO_USUAL and oida < _DUDA_POCO_USUAL)


def _seguidas(fichas: Sequence[Ficha]) -> bool:
    """Si son palabras sin signos ni cifras en medio; lo que va en mayúsculas es una sigla y no se toca."""
    siglas = any(len(f.texto) > 1 and f.texto.isupper() for f in fichas)
    return not siglas and all(f.texto.isalpha() for f in fichas) and not any(f.corte for f in fichas[:-1])


def _mejor(
    fichas: Sequence[Ficha], i: int, j: int, certeza: Callable[[int, int], float]
) -> Recomposicion | None:
    oidas = fichas[i : j + 1]
    sonido = clave(" ".join(f.texto for f in oidas))
    leida = _leer(sonido) if len(sonido) in _SONIDOS else None
    if leida is None:
        return None
    costo, _, palabras = leida
    antes, ahora = [f.llana for f in oidas], [llano(p) for p in palabras]
    if antes == ahora or (len(oidas) > 1 and (antes[0] == ahora[0] or antes[-1] == ahora[-1])):
        return None  # nada cambia, o el grupo sin esa palabra dice lo mismo
    if len(ahora) > 1 and ahora[-1] in _ATONOS and antes[-1] != ahora[-1]:
        return None
    corriente = all(log_frecuencia(f.texto) > _NO_ES_PALABRA for f in oidas)
    if corriente and not _clinica(palabras, antes):
        return None
    ganancia = -sum(log_frecuencia(f.texto) for f in oidas) - costo - _por_cambiadas(oidas, ahora, certeza)
    if ganancia <= 0:
        return None
    farmaco = any(p in farmacos() for p in palabras)
    return Recomposicion(i, j, " ".join(palabras), round(ganancia, 2), corriente, farmaco)


def _clinica(palabras: Sequence[str], antes: Sequence[str]) -> bool:
    """Si aparece una palabra clínica que lo oído no tenía."""
    nuevas = [p for p in palabras if llano(p) not in antes]
    return any(len(p) >= _CLINICA_LARGA and p in clinicas() for p in nuevas) and not any(
        p in clinicas() for p in antes
    )


def _por_cambiadas(
    oidas: Sequence[Ficha], ahora: Sequence[str], certeza: Callable[[int, int], float]
) -> float:
    """Lo que cuesta no conservar cada palabra oída."""
    quedan, costo = list(ahora), 0.0
    for f in oidas:
        if f.llana in quedan:
            quedan.remove(f.llana)
            continue
        peso = _POR_CAMBIAR_RARA if log_frecuencia(f.texto) <= _NO_ES_PALABRA else _POR_CAMBIAR_CONOCIDA
        costo += peso * certeza(f.desde, f.hasta) ** 2
    return costo


_Lectura = tuple[float, float, tuple[str, ...]]
"""Costo, cambios de sonido y palabras."""


def _leer(sonido: str) -> _Lectura | None:
    """Las palabras más usuales que, dichas de corrido, suenan a `sonido` (Viterbi con pocas en curso)."""
    en_curso: list[list[_Lectura]] = [[] for _ in range(len(sonido) + 1)]
    en_curso[0] = [(0.0, 0.0, ())]
    for p in range(len(sonido)):
        previas = sorted(en_curso[p])[:_EN_CURSO]
        if not previas:
            continue
        for q in range(p + 1, min(len(sonido), p + _PALABRA_LARGA) + 1):
            en_curso[q] += _continuar(previas, sonido[p:q], 0.0)
            if p:
                en_curso[q] += _continuar(previas, sonido[p - 1 : q], _POR_FUNDIR)
    return min(en_curso[-1], default=None)


def _continuar(previas: Sequence[_Lectura], trozo: str, extra: float) -> Iterator[_Lectura]:
    for cambio, usual, palabra in suenan(trozo):
        costo = _POR_CAMBIO * cambio - usual + extra + (_POR_LETRA_SUELTA if len(palabra) == 1 else 0.0)
        for previo, cambios, palabras in previas:
            if len(palabras) < _PALABRAS and cambios + cambio <= _CAMBIOS:
                yield previo + costo, cambios + cambio, (*palabras, palabra)
