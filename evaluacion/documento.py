"""`python -m evaluacion.documento [RESULTADOS...] --salida docs/`: los documentos que salen de los datos.

Escribe `medidas.md` (qué significa cada medida, desde `datos/metricas/`) y, si se dan resultados ya
guardados, `evaluacion.md`: la tabla vigente de cada conjunto, los pares y dónde perdemos. Nada se teclea.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluacion.definiciones import Definicion, definiciones
from evaluacion.informe import archivo, leer, markdown, metas, procedencia, resumen, tablas
from evaluacion.informe.duelo import PROPIO, Duelo, duelos, principales
from evaluacion.informe.markdown import escapar, unir
from evaluacion.informe.textos import datos, fecha, plural, rotulo
from evaluacion.resultados import Resultados
from scribe.errores import ErrorScribe

_AVISO = "Hecho con `python -m evaluacion.documento`; no se edita a mano."
_SENTIDO = {"mas": "más es mejor", "menos": "menos es mejor"}
_FORMA = {
    "tasa": "tasa en %, suma de partes entre suma de totales",
    "cuenta": "cuenta k/n",
    "por_minuto": "por minuto de audio",
    "promedio": "promedio",
}
_LECTURA = (
    "Cada cifra lleva su intervalo del 95 % (bootstrap por casos) y en cuántos casos se midió (n). "
    "↑: más es mejor; ↓: menos es mejor. Qué es cada medida: [medidas.md](medidas.md). Un intervalo de "
    "0.0–0.0 % dice que con estos casos no se vio ninguno, no que no pueda pasar."
)


def principal(argumentos: list[str] | None = None) -> int:
    """Escribe los documentos; 2 si algún resultado no se puede leer."""
    analizador = argparse.ArgumentParser(prog="python -m evaluacion.documento", description=__doc__)
    analizador.add_argument("resultados", nargs="*", type=Path, help="resultados.json o su carpeta")
    analizador.add_argument("--salida", type=Path, default=Path("docs"), help="carpeta de documentos")
    opciones = analizador.parse_args(argumentos)
    try:
        todos = [leer(r) for r in opciones.resultados]
    except ErrorScribe as error:
        print(error, file=sys.stderr)
        return error.salida
    escritos = [archivo.guardar(opciones.salida / "medidas.md", medidas())]
    if todos:
        escritos.append(archivo.guardar(opciones.salida / "evaluacion.md", evaluacion(todos)))
    print("\n".join(str(e) for e in escritos))
    return 0


def medidas() -> str:
    """`medidas.md`: definición, fuente y biblioteca de cada medida, por grupo."""
    grupos: dict[str, list[Definicion]] = {g: [] for g in datos()["grupos"]}
    for definicion in definiciones().values():
        grupos.setdefault(definicion.grupo, []).append(definicion)
    partes = [
        "# Medidas",
        "Qué significa cada cifra de una evaluación, de dónde sale y con qué se calcula. Hecho desde "
        "`evaluacion/datos/metricas/` con `python -m evaluacion.documento`; no se edita a mano.",
        "Salvo que se diga otra cosa, la cifra de un conjunto es la suma de las partes entre la suma de los "
        "totales de sus casos, y su intervalo, el de percentiles de 2000 remuestras por casos enteros (Efron "
        "y Tibshirani, 1993): dentro de una consulta los errores van juntos. Lo que no aplica a un caso no "
        "cuenta en él.",
    ]
    for grupo, lista in grupos.items():
        if lista:
            explicacion = datos()["grupos"].get(grupo, {}).get("explicacion", "")
            partes += [f"## {rotulo('grupos', grupo)}", explicacion, *map(_medida, lista)]
    return unir(partes)


def evaluacion(todos: Sequence[Resultados]) -> str:
    """`evaluacion.md`: lo vigente de cada conjunto, en el orden dado."""
    juntos = [(r, duelos(r)) for r in todos]
    perfiles = ", ".join(f"`{p}`" for p in dict.fromkeys(r.perfil for r in todos))
    partes = [
        "# Evaluación",
        f"{'Perfil' if len({r.perfil for r in todos}) == 1 else 'Perfiles'} {perfiles}. {_AVISO}",
        _LECTURA,
        "## Metas",
        *_metas(todos),
        "## Dónde perdemos",
        *_derrotas(juntos),
    ]
    for resultados, pleitos in juntos:
        partes += _conjunto(resultados, pleitos)
    return unir([*partes, "## Con qué se midió", *_con_que(todos)])


def _metas(todos: Sequence[Resultados]) -> list[str]:
    """La tabla de metas y, aparte, lo que falta para cumplir cada una."""
    entrada, tabla, faltas = metas.parrafos(todos)
    partes = [entrada, markdown.tabla(tabla, "Meta")]
    return [*partes, "### Qué falta y por qué", *(f"- {f}" for f in faltas)] if faltas else partes


def _medida(definicion: Definicion) -> str:
    unidad = f", en {definicion.unidad}" if definicion.unidad else ""
    rasgos = [_FORMA[definicion.forma] + unidad, _SENTIDO[definicion.mejor]]
    rasgos += ["principal"] if definicion.principal else []
    fuente = definicion.fuente.rstrip(".")
    con = definicion.con.rstrip(".")
    return "\n\n".join(
        (
            f"### {definicion.titulo}",
            f"`{definicion.nombre}`: {'; '.join(rasgos)}.",
            definicion.definicion,
            f"Fuente: {fuente}. Se calcula con: {con}.",
        )
    )


def _derrotas(juntos: Sequence[tuple[Resultados, list[Duelo]]]) -> list[str]:
    """Lo que se pierde en todos los conjuntos; también se dice si no hubo con quién compararse."""
    partes = []
    for r, pleitos in juntos:
        lineas = resumen.derrotas(r, pleitos)
        if r.razones or pleitos or lineas:
            nada = "En nada, más allá del ruido y con estos casos."
            partes += [f"**{escapar(r.titulo)}**", *([f"- {escapar(d)}" for d in lineas] or [nada])]
    solos = [
        r.titulo
        for r, pleitos in juntos
        if _propio(r) and not (r.razones or pleitos or resumen.derrotas(r, pleitos))
    ]
    if solos:
        partes.append(f"Sin pares con que comparar: {escapar(', '.join(solos))}.")
    return [
        "Medidas en que un par, o lo publicado, es mejor que Scribe y el intervalo no lo alcanza; se "
        "calcula, y no se corrige por hacer muchas comparaciones: corregir escondería derrotas.",
        *partes,
    ]


def _conjunto(resultados: Resultados, pleitos: Sequence[Duelo]) -> list[str]:
    casos = plural(len(resultados.casos), "caso", "casos")
    particiones = ", ".join(f"{p} {n}" for p, n in resultados.particiones.items())
    rapido = " Revisión rápida." if resultados.rapido else ""
    partes = [
        f"## {escapar(resultados.titulo)}",
        f"`{resultados.conjunto}`, {casos} ({escapar(particiones)}); {fecha(resultados.fecha)}.{rapido} "
        f"{escapar(resultados.fuente)}",
        *markdown.sin_terminar(resultados),
        *markdown.medidas(resultados, pleitos, nivel=3),
    ]
    for sistema in principales(resultados)[:1]:
        una = tablas.por_grupos(sistema)
        partes += ["### Según las condiciones", markdown.tabla(una, "Condición")] if una else []
    partes += markdown.cuadros(resultados, nivel=3)
    return [*partes, *markdown.contra_pares(resultados, pleitos, nivel=3), *markdown.ausentes(resultados)]


def _con_que(todos: Sequence[Resultados]) -> list[str]:
    """La procedencia de cada corrida, sin repetir los bloques iguales."""
    partes: list[str] = []
    vistos: dict[procedencia.Bloque, list[str]] = {}
    for resultados in todos:
        for bloque in procedencia.bloques(resultados):
            if bloque[0] != "Corrida":
                vistos.setdefault(bloque, []).append(resultados.conjunto)
    for (titulo, renglones), conjuntos in vistos.items():
        donde = "" if len(conjuntos) == len(todos) else f" ({', '.join(dict.fromkeys(conjuntos))})"
        partes.append(f"**{escapar(titulo)}**{donde}")
        partes += [f"- {escapar(c)}: {escapar(v)}" for c, v in renglones]
    return partes


def _propio(resultados: Resultados) -> bool:
    return any(s.sistema.startswith(PROPIO) for s in resultados.sistemas)


if __name__ == "__main__":
    sys.exit(principal())
