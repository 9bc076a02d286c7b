"""La prueba de control del juez: enunciados verdaderos de la referencia y los mismos con un dato cambiado.

Se sabe qué debe responder en cada uno, así que dice cuánto vale el juez antes de leer su cifra:
sensibilidad (de los cambiados, cuántos acusa) y especificidad (de los verdaderos, cuántos deja en paz).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluacion.caso import Caso
from evaluacion.juez import Juez, Veredicto, datos
from evaluacion.metricas.dialogo import Dialogo
from evaluacion.metricas.lexico import lexico
from evaluacion.sintesis.guion import Hecho
from scribe.lenguaje.texto import llano

Clase = Literal["lado", "farmaco", "negacion", "cifra"]
_CLASES: tuple[Clase, ...] = ("lado", "farmaco", "negacion", "cifra")
_NUMERO = re.compile(r"(?<![\w.,/])\d+(?:\.\d+)?(?![\w.,]*\d)")


@dataclass(frozen=True, slots=True)
class Pareja:
    """Un enunciado verdadero y el mismo con un dato cambiado. `citados`: índices de turnos."""

    caso: str
    clase: Clase
    verdadero: str
    falso: str
    citados: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Respuesta:
    """Lo que el juez dijo de cada parte de una pareja."""

    pareja: Pareja
    del_verdadero: Veredicto
    del_falso: Veredicto


def parejas(casos: Sequence[Caso], maximo: int | None = None) -> list[Pareja]:
    """Hasta `maximo` parejas de los hechos de los casos en español, repartidas por clase y por caso.

    Cada hecho da una sola pareja, de la clase que menos lleve. Vacío si ningún caso trae hechos.
    """
    tope = datos()["control"]["maximo_parejas"] if maximo is None else maximo
    llevan: Counter[str] = Counter()
    todas: list[Pareja] = []
    for caso in casos:
        if not caso.idioma.startswith("es") or not caso.dichos:
            continue
        dialogo = Dialogo(caso.dichos, caso.idioma)
        for hecho in caso.hechos:
            posibles = cambios(hecho, dialogo)
            if posibles:
                clase = min(posibles, key=lambda c: (llevan[c], _CLASES.index(c)))
                llevan[clase] += 1
                citados = tuple(n - 1 for n in hecho.turnos if 1 <= n <= len(caso.dichos))
                todas.append(Pareja(caso.id, clase, hecho.texto, posibles[clase], citados))
    return _repartir(todas, tope)


def cambios(hecho: Hecho, dialogo: Dialogo) -> dict[Clase, str]:
    """Por clase, el hecho con ese dato cambiado por otro que en la consulta no se dijo."""
    hechos: dict[Clase, str | None] = {
        "lado": _lado(hecho.texto),
        "farmaco": _farmaco(hecho.texto, dialogo),
        "negacion": _negacion(hecho),
        "cifra": _cifra(hecho.texto, dialogo),
    }
    return {c: t for c, t in hechos.items() if t is not None and t != hecho.texto}


def responder(juez: Juez, casos: Sequence[Caso], aviso: Callable[[str], None]) -> list[Respuesta]:
    """Juzga las dos partes de cada pareja; el orden no depende de la respuesta esperada."""
    dialogos = {c.id: Dialogo(c.dichos, c.idioma) for c in casos if c.dichos}
    salida = []
    pruebas = parejas(casos)
    for n, p in enumerate(pruebas, 1):
        bueno, malo = (juez.juzgar(p.caso, t, dialogos[p.caso], p.citados) for t in (p.verdadero, p.falso))
        salida.append(Respuesta(p, bueno, malo))
        aviso(f"control {n}/{len(pruebas)}")
    return salida


def sensibilidad(respuestas: Iterable[Respuesta]) -> list[tuple[float, float]]:
    """Por caso, (cambiados que acusa, cambiados con veredicto)."""
    return _por_caso((r.pareja.caso, r.del_falso, "no_sustentado") for r in respuestas)


def especificidad(respuestas: Iterable[Respuesta]) -> list[tuple[float, float]]:
    """Por caso, (verdaderos que da por sustentados, verdaderos con veredicto)."""
    return _por_caso((r.pareja.caso, r.del_verdadero, "sustentado") for r in respuestas)


def _por_caso(filas: Iterable[tuple[str, Veredicto, Veredicto]]) -> list[tuple[float, float]]:
    salida: dict[str, list[bool]] = {}
    for caso, veredicto, acierto in filas:
        if veredicto != "sin_veredicto":
            salida.setdefault(caso, []).append(veredicto == acierto)
    return [(float(sum(v)), float(len(v))) for v in salida.values()]


def _repartir(todas: Sequence[Pareja], tope: int) -> list[Pareja]:
    """Hasta `tope`, la misma parte de cada clase mientras haya, a pasos iguales por los casos."""
    quedan, elegidas = tope, []
    grupos = sorted((([p for p in todas if p.clase == c]) for c in _CLASES), key=len)
    for n, grupo in enumerate(grupos):
        cupo = min(len(grupo), quedan // (len(grupos) - n))
        elegidas += [grupo[int((i + 0.5) * len(grupo) / cupo)] for i in range(cupo)]
        quedan -= cupo
    return elegidas


def _lado(texto: str) -> str | None:
    lados: dict[str, str] = datos()["control"]["lados"]
    hallado = re.search(rf"\b({'|'.join(lados)})(?=[oa]s?\b)", texto)
    return texto[: hallado.start()] + lados[hallado[1]] + texto[hallado.end() :] if hallado else None


def _farmaco(texto: str, dialogo: Dialogo) -> str | None:
    lex = lexico("es")
    plano = llano(texto)
    hallado = lex.patron_farmacos.search(plano)
    if hallado is None or len(plano) != len(texto):
        return None
    otros = [f for f in datos()["control"]["farmacos"] if not dialogo.menciones(lex.farmacos.get(f, (f,)))]
    if not otros:
        return None
    nuevo = str(otros[zlib.crc32(texto.encode()) % len(otros)])
    nuevo = nuevo.capitalize() if texto[hallado.start()].isupper() else nuevo
    return texto[: hallado.start()] + nuevo + texto[hallado.end() :]


def _negacion(hecho: Hecho) -> str | None:
    ajustes = datos()["control"]
    if hecho.texto.startswith(ajustes["niega"]):
        return str(ajustes["refiere"]) + hecho.texto.removeprefix(ajustes["niega"])
    niega_ya = re.search(r"\b(?:no|sin|ni|nunca|niega|asintom\w+)\b", hecho.texto.lower())
    if hecho.tipo not in ajustes["voltea"] or niega_ya:
        return None
    return f"{ajustes['niega']}{hecho.texto[:1].lower()}{hecho.texto[1:]}"


def _cifra(texto: str, dialogo: Dialogo) -> str | None:
    hallado = _NUMERO.search(texto)
    if hallado is None:
        return None
    valor = float(hallado[0])
    dichas = {c.valor for c in dialogo.cifras(dialogo.todo)}
    ajustes = datos()["control"]
    posibles = [*(valor + s for s in ajustes["sumas"]), *(valor * m for m in ajustes["multiplos"])]
    nuevo = next((v for v in posibles if v not in dichas and v != valor), None)
    return None if nuevo is None else f"{texto[: hallado.start()]}{nuevo:g}{texto[hallado.end() :]}"
