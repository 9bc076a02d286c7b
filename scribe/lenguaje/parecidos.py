"""Qué nombre del léxico quiso ser lo que se oyó: fármacos y términos clínicos que suenan parecido."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from scribe.lenguaje.cifras_parecidas import dicha
from scribe.lenguaje.farmacos import Nombre, clases, nombres
from scribe.lenguaje.fichas import partir
from scribe.lenguaje.fonetica import clave, distancia, unir
from scribe.lenguaje.texto import llano
from scribe.lenguaje.vocabulario import es_comun

Clase = Literal["farmaco", "termino", "signo"]


@cache
def datos() -> dict[str, Any]:
    """El contenido de `datos/correccion.toml`, que también leen los cuartos que corrigen lo oído."""
    contenido: dict[str, Any] = tomllib.loads(
        (files("scribe.lenguaje") / "datos" / "correccion.toml").read_text("utf-8")
    )
    return contenido


_PARTICULAS: dict[str, list[str]] = datos()["particulas"]
_PRONOMBRES, _ADVERBIOS = _PARTICULAS["pronombres"], _PARTICULAS["adverbios"]
_PEGADO, _LARGO_PEGADO = 0.9, 8
"""Parecido y sonidos que se piden a un fármaco para separarlo de una partícula («condrospirenona»)."""
_COLAS = _PARTICULAS["colas"]
_LARGO_CON_COLA, _CON_COLA = 7, 0.94
"""Sonidos y parecido que se piden para despegar la palabra que sigue a un nombre."""
_POR_PARTICULA = 0.03
"""Llevarse la preposición o el artículo de lo que sigue («celestón en», Celestone) cuesta un poco."""
_SUELTAS = _PARTICULAS["sueltas"]
_LARGO_EXACTO = 7
"""Sonidos que ha de tener un nombre para creerle a una frontera movida."""
PREFIJOS = tuple(_PARTICULAS["prefijos"])
"""Palabras que se pegan a un nombre y cuya frontera mueve el reconocedor («una proxeno»)."""


@dataclass(frozen=True, slots=True)
class Entrada:
    """Un nombre del léxico con su sonido. `quien` dice a qué se refiere: los genéricos o el término."""

    texto: str
    sonido: str
    clase: Clase
    quien: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidato:
    """Una lectura posible: `prefijo` + `entrada`.

    `parecido` es qué tanto suena a lo oído (0–1); `puntaje` lo ajusta para ordenar. `sufijo` es la palabra
    que se le pegó por detrás, si la hubo.
    """

    entrada: Entrada
    prefijo: str
    parecido: float
    puntaje: float
    sufijo: str = ""

    @property
    def es_marca(self) -> bool:
        """Las marcas se escriben con mayúscula; los genéricos, no."""
        return self.entrada.texto[0].isupper()

    @property
    def escrito(self) -> str:
        """El nombre con las palabras que se le habían pegado."""
        return " ".join(p for p in (self.prefijo, self.entrada.texto, self.sufijo) if p)


def _de_farmaco(nombre: Nombre) -> Entrada:
    sonido = clave(" ".join(dicha(f.texto) for f in partir(nombre.texto)))
    return Entrada(nombre.texto, sonido, "farmaco", nombre.genericos)


@cache
def _farmacos() -> tuple[Entrada, ...]:
    vistos: dict[str, Entrada] = {}
    for nombre in nombres():
        entrada = _de_farmaco(nombre)
        if len(entrada.sonido) >= 4 and not nombre.ambigua:
            vistos.setdefault(entrada.sonido, entrada)
    return tuple(vistos.values())


@cache
def _terminos() -> tuple[Entrada, ...]:
    texto = (files("scribe.lenguaje") / "datos" / "terminos_clinicos.tsv").read_text("utf-8")
    filas = csv.reader((x for x in texto.splitlines() if not x.startswith("#")), delimiter="\t")
    vistos: dict[str, Entrada] = {}
    for termino, tipo in filas:
        sonido = clave(termino)
        eponimo = tipo == "signo" and termino[0].isupper()
        if len(sonido) >= 4:
            vistos.setdefault(sonido, Entrada(termino, sonido, "signo" if eponimo else "termino", (termino,)))
    return tuple(vistos.values())


@cache
def _por_clase(clase: Clase) -> tuple[Entrada, ...]:
    if clase == "farmaco":
        return _farmacos()
    return tuple(e for e in _terminos() if e.clase == clase)


@cache
def _sonidos(clase: Clase) -> tuple[str, ...]:
    return tuple(e.sonido for e in _por_clase(clase))


@cache
def exactos(clase: Clase) -> dict[str, Entrada]:
    """Sonido → entrada, para lo que suena idéntico."""
    return {e.sonido: e for e in _por_clase(clase)}


def es_termino(palabra: str) -> bool:
    """Si `palabra` está bien escrita en el léxico clínico."""
    return palabra.lower() in escritos()


@cache
def escritos() -> frozenset[str]:
    """Los términos del léxico clínico y los nombres de clases de fármacos («estatina»), en minúsculas."""
    nombradas = {nombre.lower().split()[0] for nombre in clases()["nombres"].values()}
    return frozenset(e.texto.lower() for e in _terminos()) | nombradas | {f"{p}s" for p in nombradas}


def _cercanas(sonido: str, clase: Clase, minimo: float) -> Iterable[Entrada]:
    entradas = _por_clase(clase)
    hallados = process.extract(
        sonido,
        _sonidos(clase),
        scorer=Levenshtein.normalized_similarity,
        limit=12,
        score_cutoff=max(0.0, minimo - 0.25),
    )
    return [entradas[indice] for _, _, indice in hallados]


def _prefijos_de(palabras: tuple[str, ...]) -> list[str]:
    """Los prefijos con que pudo empezar lo oído: ninguno, o uno que suene como su comienzo."""
    sonido = clave(" ".join(palabras))
    return ["", *(p for p in PREFIJOS if sonido.startswith(clave(p)) and len(sonido) > len(clave(p)) + 3)]


def candidatos(palabras: tuple[str, ...], clase: Clase, minimo: float) -> list[Candidato]:
    """Las lecturas de `palabras` (una ventana de lo oído) con parecido de al menos `minimo`, mejores antes.

    Se prueba cada nombre solo y con las palabras que pudieron pegársele; gana conservar las oídas.
    """
    oido = clave(" ".join(palabras))
    primera = palabras[0].lower()
    lecturas = []
    for prefijo in _prefijos_de(palabras):
        pegado = len(palabras) == 1 and prefijo not in ("", "y", primera)
        if pegado and (clase != "farmaco" or len(prefijo) < 2):
            continue
        if prefijo and prefijo != primera and not (pegado or _puede_cambiar(prefijo, primera, len(palabras))):
            continue
        resto = oido[len(clave(prefijo)) :] if prefijo else oido
        # Con el prefijo pudo perderse la primera letra: se buscan las cercanas también sin ese corte.
        cercanas = {e.sonido: e for base in {resto, oido} for e in _cercanas(base, clase, minimo)}
        for entrada in cercanas.values():
            # Se divide entre el nombre solo: acertar el prefijo no es mérito.
            largo = max(len(entrada.sonido), len(resto))
            puntaje = 1.0 - distancia(oido, unir(clave(prefijo), entrada.sonido)) / largo
            if pegado and (puntaje < _PEGADO or len(entrada.sonido) < _LARGO_PEGADO):
                continue
            if puntaje >= minimo and _misma_raiz(resto, entrada):
                orden = puntaje + _preferencia(prefijo, primera, len(palabras))
                orden -= _POR_PARTICULA if len(palabras) > 1 and palabras[-1].lower() in PREFIJOS else 0.0
                lecturas.append(Candidato(entrada, prefijo, puntaje, orden))
    lecturas += _con_cola(palabras, oido, clase)
    lecturas += _con_otra_frontera(palabras, clase)
    lecturas += _tras_un_resto(palabras, clase)
    return sorted(lecturas, key=lambda c: (-c.puntaje, c.entrada.texto))


def _con_cola(palabras: tuple[str, ...], oido: str, clase: Clase) -> Iterator[Candidato]:
    """Un fármaco con la palabra que sigue pegada («calcórtia no», «Calcort ya no»)."""
    if clase != "farmaco" or len(palabras) > 2 or palabras[-1].lower() in _COLAS or es_comun(palabras[-1]):
        return
    for sufijo in _COLAS:
        base = oido[: -len(clave(sufijo))]
        for entrada in _cercanas(base, clase, _PEGADO) if len(base) >= _LARGO_CON_COLA else ():
            largo = len(entrada.sonido)
            parecido = 1.0 - distancia(oido, unir(entrada.sonido, clave(sufijo))) / largo
            if largo >= _LARGO_CON_COLA and parecido >= _CON_COLA:
                yield Candidato(entrada, "", parecido, parecido - _POR_PARTICULA, sufijo)


def _con_otra_frontera(palabras: tuple[str, ...], clase: Clase) -> Iterator[Candidato]:
    """Lo que suena idéntico a un nombre si las palabras se cortan en otro lugar.

    «comprocar vacina» es «con procarbazina» y «recetarme clicina», «recetar meclizina»: la partícula quedó
    pegada al nombre, o el comienzo del nombre se oyó como el pronombre del verbo.
    """
    if len(palabras) < 2:
        return
    primera, resto = palabras[0].lower(), palabras[1:]
    sonido = clave(" ".join(palabras))
    if sonido in exactos(clase):
        return
    cortes = [
        (p, sonido.removeprefix(clave(p))) for p in (*PREFIJOS, *_ADVERBIOS) if sonido.startswith(clave(p))
    ]
    for final in _PRONOMBRES:
        verbo = _sin_acento_movido(primera.removesuffix(final))
        if primera.endswith(final) and verbo.endswith(("r", "n", "s", "ndo")) and es_comun(verbo):
            cortes.append((verbo, clave(" ".join((final, *resto)))))
    for prefijo, nombre in cortes:
        entrada = exactos(clase).get(nombre)
        if entrada and prefijo != primera and len(nombre) >= _LARGO_EXACTO:
            yield Candidato(entrada, prefijo, 1.0, 1.0)


def _sin_acento_movido(verbo: str) -> str:
    """«tomándo», que perdió su pronombre, es «tomando»."""
    return verbo.replace("ándo", "ando").replace("iéndo", "iendo")


def _tras_un_resto(palabras: tuple[str, ...], clase: Clase) -> Iterator[Candidato]:
    """Un fármaco que suena idéntico tras una a tres letras sueltas de lo dicho antes («motelmisartán»).

    Las letras se quedan delante; si son un comienzo de nombre («des-», «nor-») puede ser otro fármaco y no
    se toca.
    """
    palabra = palabras[0].lower()
    if len(palabras) > 1 or clase != "farmaco":
        return
    for k in (1, 2, 3):
        if k == 1 and palabra[0] not in _SUELTAS:
            continue
        entrada = exactos(clase).get(clave(palabra[k:]))
        if entrada and len(entrada.sonido) >= _LARGO_PEGADO and llano(palabra[:k]) not in _comienzos():
            yield Candidato(entrada, palabra[:k], 1.0, 1.0)


@cache
def _comienzos() -> frozenset[str]:
    comienzos = datos()["comienzos"]
    return frozenset(comienzos["sueltos"]) | frozenset(comienzos["cortos"])


@cache
def confundibles() -> tuple[frozenset[str], ...]:
    """Grupos de genéricos cuyos nombres se sabe que se confunden."""
    return tuple(frozenset(grupo) for grupo in datos()["confundibles"]["grupos"])


def _puede_cambiar(prefijo: str, primera: str, largo: int) -> bool:
    """Un artículo oído por otro sí; partir una palabra en dos solo para la «y» («hipotacio»)."""
    return primera in PREFIJOS if largo > 1 else prefijo == "y"


@cache
def _finales() -> dict[str, tuple[str, ...]]:
    return {clase: tuple(sorted(lista, key=len, reverse=True)) for clase, lista in datos()["finales"].items()}


_RAIZ = {"farmaco": 0.75, "termino": 0.8}
"""Parecido mínimo de la raíz."""


def _misma_raiz(oido: str, entrada: Entrada) -> bool:
    """«bleomicina» no es «neomicina»: en una familia, lo que distingue es la raíz."""
    if oido == entrada.sonido:
        return True
    if any(oido.startswith(a) and entrada.sonido.startswith(b) for a, b in datos()["comienzos"]["opuestos"]):
        return False
    clase = "farmaco" if entrada.clase == "farmaco" else "termino"
    for final in _finales()[clase]:
        if entrada.sonido.endswith(final) and oido.endswith(final):
            suya, propia = entrada.sonido.removesuffix(final), oido.removesuffix(final)
            largo = max(len(suya), len(propia), 1)
            return 1.0 - distancia(suya, propia) / largo >= _RAIZ[clase]
    return True


def _preferencia(prefijo: str, primera: str, largo: int) -> float:
    """Desempate: conservar la palabra oída vale un poco; cambiarla por otra o inventarla cuesta."""
    if prefijo and prefijo == primera and largo > 1:
        # Ante vocal igual, «a» y «o» son casi siempre la primera letra del nombre («a mlodipino»).
        return -0.005 if prefijo in ("a", "o") else 0.03
    return -0.03 if prefijo else 0.0
