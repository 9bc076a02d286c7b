"""Qué otro número pudo ser un número oído, según cómo suena dicho en español."""

from __future__ import annotations

from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from scribe.lenguaje.fonetica import clave, distancia
from scribe.lenguaje.numeros import datos
from scribe.lenguaje.texto import llano

_TOPE = 1000
_CERCANAS = 40
_LEJOS = 0.45
"""Costo por sonido a partir del cual dos números ya no se confunden."""
_COMIENZO_PERDIDO = 0.55
"""Perder o ganar la centena («ciento dieciocho», «dieciocho») cuesta menos que otros tantos sonidos."""


def en_letras(numero: int) -> str:
    """Cómo se dice un número de 0 a 999. Lanza `ValueError` fuera de ahí."""
    if not 0 <= numero < _TOPE:
        raise ValueError(numero)
    nombres: dict[str, list[str]] = datos()["en_letras"]
    if numero < len(nombres["hasta_29"]):
        return nombres["hasta_29"][numero]
    if numero < 100:
        resto = f" y {nombres['hasta_29'][numero % 10]}" if numero % 10 else ""
        return nombres["decenas"][numero // 10 - 3] + resto
    if numero == 100:
        return nombres["cien"][0]
    centena = nombres["centenas"][numero // 100 - 1]
    return f"{centena} {en_letras(numero % 100)}" if numero % 100 else centena


@cache
def en_palabras() -> frozenset[str]:
    """Los números de 0 a 99 como se dicen, sin acentos."""
    return frozenset(llano(en_letras(n)) for n in range(100))


def dicha(palabra: str) -> str:
    """`palabra` como suena: «3» es «tres». Los números de tres cifras o más y lo demás quedan igual."""
    return en_letras(int(palabra)) if palabra.isdigit() and len(palabra) <= 2 else palabra


@lru_cache(maxsize=1024)
def parecidas(numero: int, cuantas: int = 3) -> tuple[int, ...]:
    """Los números de 0 a 999 que más se confunden al oído con `numero`, del más al menos parecido.

    De uno de una cifra no se proponen centenas; de los demás, solo las vecinas; ni de uno redondo («400»)
    otro que no lo sea («401»).
    """
    sonidos = _sonidos()
    propio = sonidos[numero]
    cercanos = process.extract(propio, sonidos, scorer=Levenshtein.normalized_similarity, limit=_CERCANAS)
    posibles = {indice for _, _, indice in cercanos} | set(range(numero % 100, _TOPE, 100)) | {numero % 100}
    costos = sorted((_costo(numero, otro), otro) for otro in posibles if otro != numero)
    return tuple(otro for costo, otro in costos if costo < _LEJOS and _creible(numero, otro))[:cuantas]


def se_confunden(una: str, otra: str) -> bool:
    """Si dos cifras escritas («188» y «118», «38.9» y «38.5») se dicen casi igual; desde 1000, no."""
    a, b = _entero(una), _entero(otra)
    if a is not None and b is not None:
        return a != b and _costo(a, b) < _LEJOS and _creible(a, b)
    dichas = _dicha(una), _dicha(otra)
    if dichas[0] is None or dichas[1] is None:
        return False
    sonidos = clave(dichas[0]), clave(dichas[1])
    return una != otra and distancia(*sonidos) / max(map(len, sonidos)) < _LEJOS


def _entero(cifra: str) -> int | None:
    return int(cifra) if cifra.isdigit() and int(cifra) < _TOPE else None


def _dicha(cifra: str) -> str | None:
    partes = [_entero(p) for p in cifra.split(".")]
    return " punto ".join(en_letras(p) for p in partes if p is not None) if None not in partes else None


@cache
def _sonidos() -> tuple[str, ...]:
    return tuple(clave(en_letras(n)) for n in range(_TOPE))


def _costo(uno: int, otro: int) -> float:
    a, b = _sonidos()[uno], _sonidos()[otro]
    costo = distancia(a, b) / max(len(a), len(b))
    return costo * _COMIENZO_PERDIDO if uno % 100 == otro % 100 and min(uno, otro) < 100 else costo


def _creible(numero: int, otro: int) -> bool:
    if numero < 10:
        return 0 < otro < 100
    if otro % 100 == numero % 100 and abs(otro - numero) > 200:
        return False
    return not (numero >= 100 and numero % 100 == 0) or otro % 10 == 0
