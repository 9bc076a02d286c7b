"""`informe.html`: una sola página sin nada de fuera y sin guiones; todo texto de los casos va escapado."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evaluacion.caso import Caso
from evaluacion.informe import procedencia, resumen, tablas
from evaluacion.informe.duelo import PROPIO, duelos, principales
from evaluacion.informe.graficas import graficas
from evaluacion.informe.peores import Peor, peores
from evaluacion.informe.textos import definicion, fecha, rotulo
from evaluacion.resultados import Resultados, ResultadoSistema
from evaluacion.salida import Salida

MAXIMO_DE_FILAS = 300


def a_html(resultados: Resultados, casos: Sequence[Caso], salidas: Mapping[str, Mapping[str, Salida]]) -> str:
    """La página completa."""
    pleitos = duelos(resultados)
    encabezan = principales(resultados)
    estilo = _estilo()
    return (
        _plantillas()
        .get_template("informe.html.j2")
        .render(
            r=resultados,
            politica=Markup(_politica(estilo)),
            estilo=Markup(estilo),
            cifras=resumen.cifras(resultados),
            frases=resumen.frases(resultados, pleitos),
            derrotas=resumen.derrotas(resultados, pleitos),
            hay_pares=bool(pleitos or resultados.razones),
            tareas=[
                (rotulo("tareas", t), tablas.por_tema(resultados, t, pleitos))
                for t in tablas.tareas_de(resultados)
            ],
            duelos=tablas.pares(pleitos, todas=True),
            razones=tablas.tiempos(resultados) if resultados.razones else None,
            grupos=[t for t in [tablas.por_grupos(s) for s in encabezan[:1]] if t],
            graficas=[(g, Markup(g.svg)) for g in graficas(resultados)],
            peores=_peores(resultados, casos, salidas),
            por_caso=[(*_quien(s), tablas.caso_por_caso(s)) for s in encabezan if s.casos],
            cuadros=[tablas.de_cuadro(c) for c in resultados.cuadros],
            fallidos=[(*_quien(s), f) for s in resultados.sistemas for f in s.fallidos],
            procedencia=procedencia.bloques(resultados),
            definiciones=_definiciones(resultados),
            fecha=fecha(resultados.fecha),
            maximo=MAXIMO_DE_FILAS,
            propio=PROPIO,
        )
    )


def _quien(sistema: ResultadoSistema) -> tuple[str, str]:
    return sistema.titulo, rotulo("tareas", sistema.tarea)


def _peores(
    resultados: Resultados, casos: Sequence[Caso], salidas: Mapping[str, Mapping[str, Salida]]
) -> list[Peor]:
    """Los del primer resultado que encabeza: es el de la tarea completa."""
    primero = next(iter(principales(resultados)), None)
    return peores(primero, casos, salidas.get(primero.sistema, {})) if primero else []


def _definiciones(resultados: Resultados) -> list[tuple[str, str, str]]:
    nombres = dict.fromkeys(n.split("/", 1)[0] for s in resultados.sistemas for n in s.totales)
    return [(d.titulo, d.definicion, d.fuente) for d in map(definicion, nombres) if d.definicion]


@lru_cache(maxsize=1)
def _plantillas() -> Environment:
    entorno = Environment(
        loader=PackageLoader("evaluacion.informe", "plantillas"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    entorno.filters["hablante"] = lambda nombre: rotulo("hablantes", nombre).lower()
    return entorno


@lru_cache(maxsize=1)
def _estilo() -> str:
    return files("evaluacion.informe").joinpath("plantillas", "informe.css").read_text("utf-8")


def _politica(estilo: str) -> str:
    huella = base64.b64encode(hashlib.sha256(estilo.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{huella}'",
            "media-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
