"""¿Coinciden nuestras medidas con las personas? Los 400 resúmenes puntuados de MTS-Dialog.

Ben Abacha y otros (EACL 2023) contaron, hecho por hecho, lo inventado y lo omitido en cuatro resúmenes
automáticos de cada uno de 100 diálogos. Se correlaciona esa tasa con la nuestra. Los diálogos se parten en
dos: con los primeros 50 se pueden ajustar las reglas; lo que se informa sale de los otros 50.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from evaluacion.caso import Dicho
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.metricas.dialogo import Dialogo
from evaluacion.metricas.nota import en_enunciados
from evaluacion.metricas.referencia import conceptos, rouge
from evaluacion.metricas.sustento import revisar
from evaluacion.resultados import Cuadro

RESUMENES = "MTS-Dialog-Automatic-Summaries-ValidationSet.csv"
PUNTOS = "MTS-Dialog-Manual-Scores4CorrelationStudy.csv"
PRIMERO = 50
"""Desde este diálogo se informa; los anteriores son para ajustar."""
_HABLANTE = re.compile(r"^\s*([A-Z][\w ]{1,20}):\s*(.*)$")
_QUIEN = {"doctor": "medico", "patient": "paciente"}
_REMUESTRAS = 500
_PRUEBAS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    "pearson": lambda a, b: float(stats.pearsonr(a, b).statistic),
    "spearman": lambda a, b: float(stats.spearmanr(a, b).statistic),
    "kendall": lambda a, b: float(stats.kendalltau(a, b).statistic),
}


@dataclass(frozen=True, slots=True)
class Resumen:
    """Un resumen automático con lo que le pusieron las personas (tasas entre 0 y 1)."""

    dialogo: int
    dichos: tuple[Dicho, ...]
    referencia: str
    texto: str
    alucinacion: float
    omision: float


def cuadro_mts(carpeta: Path, *, semilla: int = 0) -> Cuadro:
    """Correlación de nuestras medidas, y de ROUGE, con las tasas humanas de alucinación y omisión.

    `carpeta` es `Correlation-Study` o la raíz de MTS-Dialog. Pearson, Spearman y Kendall con su intervalo
    del 95 % (bootstrap por diálogos). Lanza `ConjuntoInvalido` si faltan los archivos o no cuadran.
    """
    todos = leer_resumenes(carpeta)
    medidas = {nombre: [medida(r) for r in todos] for nombre, medida in MEDIDAS.items()}
    filas: list[tuple[str, ...]] = []
    numeros: dict[str, float] = {}
    grupos = np.asarray([r.dialogo for r in todos])
    for objetivo in ("alucinacion", "omision"):
        y = np.asarray([getattr(r, objetivo) for r in todos])
        for nombre in MEDIDAS:
            x = np.asarray(medidas[nombre])
            celdas = []
            for parte, dentro in _partes(grupos).items():
                for prueba in _PRUEBAS:
                    cuantas = _REMUESTRAS if parte == "informe" else 0
                    cifra = correlacion(
                        x[dentro], y[dentro], grupos[dentro], prueba, remuestras=cuantas, semilla=semilla
                    )
                    numeros[f"{parte}/{objetivo}/{nombre}/{prueba}"] = cifra[0]
                    if parte == "informe" or prueba == "pearson":
                        celdas.append(_celda(*cifra))
            filas.append((_OBJETIVO[objetivo], TITULOS[nombre], *celdas))
    cuantos = sum(r.dialogo >= PRIMERO for r in todos)
    return Cuadro(
        titulo="Acuerdo con las personas (MTS-Dialog)",
        explicacion=(
            f"Correlación con la tasa que pusieron personas a {cuantos} resúmenes desde el diálogo {PRIMERO} "
            f" ({len(todos)} en total; los demás se reservan para ajustar). Intervalo del 95 % por "
            "bootstrap de diálogos. Todas las medidas se dan como error: más alto, peor. Datos: Ben Abacha y "
            "otros, EACL 2023."
        ),
        columnas=("Tasa humana", "Medida", *_PRUEBAS_TITULOS, "Pearson, ajuste", "Pearson, todos"),
        filas=tuple(filas),
        cifras={k: v for k, v in numeros.items() if not math.isnan(v)},
    )


def _partes(grupos: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Qué resúmenes son de cada parte."""
    return {"informe": grupos >= PRIMERO, "ajuste": grupos < PRIMERO, "todos": grupos >= 0}


def leer_resumenes(carpeta: Path) -> list[Resumen]:
    """Los resúmenes con sus puntajes, en el orden publicado. Lanza `ConjuntoInvalido`."""
    casa = carpeta if (carpeta / RESUMENES).exists() else carpeta / "Correlation-Study"
    for nombre in (RESUMENES, PUNTOS):
        if not (casa / nombre).exists():
            raise ConjuntoInvalido(f"falta {nombre} en {casa}; se publica en github.com/abachaa/MTS-Dialog")
    textos, puntos = _filas(casa / RESUMENES), _filas(casa / PUNTOS)
    if len(textos) != len(puntos):
        raise ConjuntoInvalido(
            f"{len(textos)} resúmenes y {len(puntos)} puntajes: deben ser tantos unos como otros"
        )
    try:
        return [
            Resumen(
                dialogo=int(t["ID"]),
                dichos=tuple(leer_dialogo(t["Dialogue"])),
                referencia=t["Reference Summary"],
                texto=t["Automatic Summary"],
                alucinacion=float(p["HallucinationRate"]),
                omision=float(p["OmissionRate"]),
            )
            for t, p in zip(textos, puntos, strict=True)
        ]
    except (KeyError, ValueError) as error:
        raise ConjuntoInvalido(f"los archivos de {casa} no tienen la forma publicada: {error}") from error


def leer_dialogo(texto: str) -> list[Dicho]:
    """Los turnos de un diálogo «Doctor: …»; un renglón sin nombre sigue al anterior."""
    salida: list[Dicho] = []
    for renglon in texto.splitlines():
        if m := _HABLANTE.match(renglon):
            salida.append(Dicho(hablante=_QUIEN.get(m[1].lower().strip(), "acompanante"), texto=m[2].strip()))
        elif renglon.strip() and salida:
            salida[-1] = salida[-1].model_copy(update={"texto": f"{salida[-1].texto} {renglon.strip()}"})
    return salida


def correlacion(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    grupos: NDArray[np.int64],
    prueba: str,
    *,
    remuestras: int = _REMUESTRAS,
    semilla: int = 0,
) -> tuple[float, float, float]:
    """(valor, bajo, alto) de una correlación, remuestreando grupos enteros. NaN si algo no varía."""
    if _constante(x) or _constante(y):
        return math.nan, math.nan, math.nan
    azar = np.random.default_rng(semilla)
    indices = [np.flatnonzero(grupos == g) for g in np.unique(grupos)]
    valores = []
    for _ in range(remuestras):
        elegidos = np.concatenate([indices[i] for i in azar.integers(0, len(indices), len(indices))])
        if not (_constante(x[elegidos]) or _constante(y[elegidos])):
            valores.append(_PRUEBAS[prueba](x[elegidos], y[elegidos]))
    bajo, alto = np.percentile(valores, (2.5, 97.5)) if valores else (math.nan, math.nan)
    return _PRUEBAS[prueba](x, y), float(bajo), float(alto)


def sin_sustento(resumen: Resumen) -> float:
    """Oraciones del resumen con algo que no se dijo, entre sus oraciones; 0 si está vacío."""
    oraciones = en_enunciados(resumen.texto)
    if not oraciones:
        return 0.0
    dialogo = Dialogo(resumen.dichos, "en")
    return sum(bool(revisar(o, dialogo)) for o in oraciones) / len(oraciones)


def conceptos_omitidos(resumen: Resumen) -> float:
    """Conceptos, fármacos y cifras de la referencia que el resumen no dice, entre los de la referencia."""
    esperados = conceptos(resumen.referencia, "en")
    return 1 - len(esperados & conceptos(resumen.texto, "en")) / len(esperados) if esperados else 0.0


def _contra_rouge(nombre: str) -> Callable[[Resumen], float]:
    return lambda r: 1 - rouge(r.referencia, r.texto)[nombre]


MEDIDAS: dict[str, Callable[[Resumen], float]] = {
    "sin_sustento": sin_sustento,
    "conceptos_omitidos": conceptos_omitidos,
    "rouge_1": _contra_rouge("rouge_1"),
    "rouge_2": _contra_rouge("rouge_2"),
    "rouge_l": _contra_rouge("rouge_l"),
}
TITULOS = {
    "sin_sustento": "Enunciados sin sustento (nuestra)",
    "conceptos_omitidos": "Conceptos omitidos (nuestra)",
    "rouge_1": "1 - ROUGE-1",
    "rouge_2": "1 - ROUGE-2",
    "rouge_l": "1 - ROUGE-L",
}
_PRUEBAS_TITULOS = ("Pearson", "Spearman", "Kendall")
_OBJETIVO = {"alucinacion": "Alucinación", "omision": "Omisión"}


def _filas(archivo: Path) -> Sequence[dict[str, str]]:
    with archivo.open(encoding="utf-8-sig", newline="") as abierto:
        return list(csv.DictReader(abierto))


def _constante(x: NDArray[np.float64]) -> bool:
    return len(x) < 3 or bool(np.all(x == x[0]))


def _celda(valor: float, bajo: float, alto: float) -> str:
    if math.isnan(valor):
        return "—"
    return f"{valor:.2f}" if math.isnan(bajo) else f"{valor:.2f} ({bajo:.2f} a {alto:.2f})"
