"""Las metas del proyecto contra lo medido: cada una con su cifra, su intervalo y si se cumple.

Las metas son datos (`datos/metas.toml`); la cifra sale siempre de los resultados. Una meta cuya medida no
se corrió dice «sin medir»: no se da por cumplida.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from evaluacion.definiciones import Definicion
from evaluacion.informe.duelo import PROPIO
from evaluacion.informe.tablas import Celda, Tabla
from evaluacion.informe.textos import NADA, definicion, intervalo, numero, veces
from evaluacion.resultados import Cifra, Razon, Resultados, ResultadoSistema

Veredicto = Literal["sí", "sí, sin margen", "no", "sin medir"]

COLUMNAS = ("Scribe", "n", "Meta", "¿Se cumple?", "Leída junto a", "El mejor par")
_LECTURA = (
    "Lo que el proyecto se propone, con lo medido hasta hoy. «Sí, sin margen»: la cifra cumple, pero su "
    "intervalo llega al otro lado de la meta. La columna «leída junto a» está para que ninguna se cumpla "
    "callando. Los pares se midieron en unos cuantos casos (n), con los mismos pesos."
)


@dataclass(frozen=True, slots=True)
class Lectura:
    """Lo medido de una prueba. `bajo` y `alto`: IC 95 %, o `None` si no hay con qué estimarlo."""

    valor: float
    bajo: float | None
    alto: float | None
    n: int
    medida: Definicion | None
    """`None`: el número no es una medida del catálogo (una razón, un cuadro)."""
    en_veces: bool = False


@cache
def metas() -> tuple[dict[str, Any], ...]:
    """`datos/metas.toml`, tal cual."""
    texto = files("evaluacion").joinpath("datos/metas.toml").read_text("utf-8")
    return tuple(tomllib.loads(texto)["meta"])


def parrafos(todos: Sequence[Resultados]) -> tuple[str, Tabla, list[str]]:
    """La entrada, la tabla y, de las que no se cumplen, qué falta y por qué."""
    filas: list[tuple[str, tuple[Celda, ...]]] = []
    faltas: list[str] = []
    for meta in metas():
        juicios = [(prueba, leer(prueba, todos)) for prueba in meta["pruebas"]]
        veredictos = [juzgar(*juicio) for juicio in juicios]
        peor = max(range(len(juicios)), key=lambda i: _GRAVEDAD.index(veredictos[i]))
        filas.append((meta["que"], _fila(meta, juicios[peor], veredictos[peor], todos)))
        if veredictos[peor] in ("no", "sin medir") and meta.get("porque"):
            faltas.append(f"**{meta['que']}.** {meta['porque']}")
    return _LECTURA, Tabla("Metas", COLUMNAS, tuple(filas)), faltas


def leer(prueba: dict[str, Any], todos: Sequence[Resultados]) -> Lectura | None:
    """El número de una prueba; `None` si no se midió."""
    suyos = [r for r in todos if r.conjunto == prueba["conjunto"]]
    if "razon" in prueba:
        return _de_razon(suyos, prueba["razon"])
    if "cuadro" in prueba:
        return _de_cuadro(suyos, prueba["cuadro"], prueba["cifra"])
    sistema = _sistema(suyos, prueba.get("sistema", PROPIO))
    if sistema is None:
        return None
    if "maximo" in prueba:
        return _el_mayor(sistema, prueba["maximo"])
    cifra = _cifra(sistema, prueba["medida"], prueba.get("grupo"))
    if cifra is None:
        return None
    return _de_cifra(cifra, definicion(prueba["medida"]), prueba.get("complemento", False))


def juzgar(prueba: dict[str, Any], lectura: Lectura | None) -> Veredicto:
    """Si la lectura cumple la prueba, y si su intervalo entero también."""
    if lectura is None:
        return "sin medir"
    if not _pasa(prueba, lectura.valor):
        return "no"
    orillas = [v for v in (lectura.bajo, lectura.alto) if v is not None]
    return "sí" if all(_pasa(prueba, v) for v in orillas) else "sí, sin margen"


_GRAVEDAD: tuple[Veredicto, ...] = ("sí", "sí, sin margen", "sin medir", "no")
_HOLGURA = 1e-9
"""Para que un 0.97 calculado por división no quede debajo de 0.97."""


def _pasa(prueba: dict[str, Any], valor: float) -> bool:
    if "desde" in prueba:
        return bool(valor >= prueba["desde"] - _HOLGURA)
    return bool(valor <= prueba["hasta"] + _HOLGURA)


def _sistema(suyos: Sequence[Resultados], nombre: str) -> ResultadoSistema | None:
    """El de la corrida con más casos: la misma consulta medida de prisa, con los pares, no la sustituye."""
    candidatos = [(r, s) for r in suyos for s in r.sistemas if s.sistema == nombre and s.totales]
    mejor = max(candidatos, key=lambda par: (len(par[1].casos), -_lugar(par)), default=None)
    return mejor[1] if mejor else None


def _lugar(par: tuple[Resultados, ResultadoSistema]) -> int:
    return par[0].sistemas.index(par[1])


def _cifra(sistema: ResultadoSistema, nombre: str, grupo: dict[str, str] | None) -> Cifra | None:
    if not grupo:
        return sistema.totales.get(nombre)
    ((etiqueta, valor),) = grupo.items()
    return sistema.grupos.get(etiqueta, {}).get(valor, {}).get(nombre)


def _de_cifra(cifra: Cifra, medida: Definicion, complemento: bool) -> Lectura:
    bajo, alto = (cifra.bajo, cifra.alto) if cifra.n > 1 else (None, None)
    if not complemento:
        return Lectura(cifra.valor, bajo, alto, cifra.n, medida)
    if bajo is None or alto is None:
        return Lectura(1 - cifra.valor, None, None, cifra.n, medida)
    return Lectura(1 - cifra.valor, 1 - alto, 1 - bajo, cifra.n, medida)


def _el_mayor(sistema: ResultadoSistema, nombre: str) -> Lectura | None:
    """El peor caso, no el promedio: la memoria que falta en una consulta no la devuelve otra."""
    valores = [m.costo.memoria_mib for m in sistema.casos if m.costo.memoria_mib]
    if not valores:
        return None
    return Lectura(max(valores), None, None, len(valores), definicion(nombre))


def _de_razon(suyos: Sequence[Resultados], par: str) -> Lectura | None:
    """El tiempo de Scribe entre el del par (las razones guardadas van al revés)."""
    halladas: list[Razon] = [z for r in suyos for z in r.razones if z.par == par]
    if not halladas:
        return None
    una = max(halladas, key=lambda z: z.n)
    return Lectura(1 / una.mediana, 1 / una.alto, 1 / una.bajo, una.n, None, en_veces=True)


def _de_cuadro(suyos: Sequence[Resultados], titulo: str, nombre: str) -> Lectura | None:
    for resultados in suyos:
        for cuadro in resultados.cuadros:
            if cuadro.titulo.startswith(titulo) and nombre in cuadro.cifras:
                return Lectura(cuadro.cifras[nombre], None, None, len(cuadro.filas), None)
    return None


def _fila(
    meta: dict[str, Any],
    juicio: tuple[dict[str, Any], Lectura | None],
    veredicto: Veredicto,
    todos: Sequence[Resultados],
) -> tuple[Celda, ...]:
    prueba, lectura = juicio
    valor = Celda(_decir(lectura.valor, lectura), _rango(lectura)) if lectura else Celda(NADA)
    return (
        valor,
        Celda(str(lectura.n) if lectura else NADA),
        Celda(umbral(prueba, lectura)),
        Celda(veredicto),
        Celda("; ".join(_al_lado(meta, prueba, todos)) or NADA),
        Celda(_mejor_par(prueba, todos) or NADA),
    )


def _decir(valor: float, lectura: Lectura | None) -> str:
    if lectura is not None and lectura.medida is not None:
        return numero(valor, lectura.medida)
    return veces(valor) if lectura is not None and lectura.en_veces else f"{100 * valor:.1f}\u00a0%"


def _rango(lectura: Lectura) -> str:
    if lectura.bajo is None or lectura.alto is None:
        return ""
    if lectura.medida is not None:
        return intervalo(lectura.bajo, lectura.alto, lectura.medida)
    return f"{_decir(lectura.bajo, lectura)}–{_decir(lectura.alto, lectura)}"


def umbral(prueba: dict[str, Any], lectura: Lectura | None) -> str:
    """Lo que la prueba pide, en las unidades de lo leído: «≥ 97.0 %»."""
    signo, limite = ("≥", prueba["desde"]) if "desde" in prueba else ("≤", prueba["hasta"])
    nombre = prueba.get("medida") or prueba.get("maximo")
    sustituto = Lectura(0, None, None, 0, definicion(nombre) if nombre else None, "razon" in prueba)
    return f"{signo}\u00a0{_decir(limite, lectura or sustituto)}"


def _al_lado(meta: dict[str, Any], prueba: dict[str, Any], todos: Sequence[Resultados]) -> Iterator[str]:
    for nombre in meta.get("al_lado", ()):
        lectura = leer({"conjunto": prueba["conjunto"], "medida": nombre}, todos)
        if lectura is not None:
            yield f"{definicion(nombre).titulo.lower()} {_decir(lectura.valor, lectura)}"


def _mejor_par(prueba: dict[str, Any], todos: Sequence[Resultados]) -> str:
    """El par con mejor cifra en la misma medida, con sus casos: suelen ser menos que los nuestros."""
    nombre = prueba.get("medida")
    if nombre is None or "grupo" in prueba:
        return ""
    medida = definicion(nombre)
    rivales = [
        (s.totales[nombre], s.titulo)
        for r in todos
        if r.conjunto == prueba["conjunto"]
        for s in r.sistemas
        if not s.sistema.startswith(PROPIO) and nombre in s.totales
    ]
    if not rivales:
        return ""
    elegir = max if medida.mejor == "mas" else min
    cifra, titulo = elegir(rivales, key=lambda rival: rival[0].valor)
    lectura = _de_cifra(cifra, medida, prueba.get("complemento", False))
    return f"{titulo}: {_decir(lectura.valor, lectura)} (n = {lectura.n})"
