"""Cuadro de lo medido junto a lo publicado; las cifras y su fuente son datos (`datos/publicado/`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from evaluacion.caso import Caso
from evaluacion.resultados import Cifra, Cuadro, ResultadoSistema

PROPIO = "scribe"


class CifraPublicada(BaseModel):
    """Una cifra ajena. `valor` entre 0 y 1; `fuente`, dónde se lee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    medida: str
    valor: float
    sistema: str
    nota: str
    fuente: str


class Publicado(BaseModel):
    """Lo publicado de un conjunto. `medidas`: título en el cuadro → nombre de la medida."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    protocolo: str
    medidas: dict[str, str]
    cifra: tuple[CifraPublicada, ...]


@cache
def leer_publicado(nombre: str) -> Publicado:
    """Lo publicado de un conjunto, de `datos/publicado/<nombre>.toml`."""
    texto = files("evaluacion").joinpath(f"datos/publicado/{nombre}.toml").read_text("utf-8")
    return Publicado.model_validate(tomllib.loads(texto))


def cuadro_publicado(
    nombre: str, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
) -> list[Cuadro]:
    """Un cuadro: por medida, cada sistema en cada partición y lo publicado; vacío si nadie la midió.

    En `cifras` van «sistema/partición/medida» y «publicado/sistema/medida».
    """
    datos = leer_publicado(nombre)
    particiones = sorted({c.particion for c in casos})
    columnas = [(s, p) for s in sistemas if s.tarea == "codigos" for p in particiones]
    medidos = {
        (s.sistema, p, m): cifra
        for s, p in columnas
        for m in datos.medidas.values()
        if (cifra := _cifra(s, p, m, sola=len(particiones) == 1)) is not None
    }
    if not medidos:
        return []
    filas = [
        (
            titulo,
            *(_escrita(medidos.get((s.sistema, p, medida))) for s, p in columnas),
            "; ".join(f"{c.valor:.3f} {c.sistema} ({c.nota})" for c in datos.cifra if c.medida == medida)
            or "—",
        )
        for titulo, medida in datos.medidas.items()
    ]
    fuentes = "; ".join(dict.fromkeys(f"{c.sistema}: {c.fuente}" for c in datos.cifra))
    return [
        Cuadro(
            titulo="Contra lo publicado",
            explicacion=f"{datos.protocolo} Fuentes: {fuentes}.",
            columnas=("medida", *(f"{s.titulo}, {p}" for s, p in columnas), "publicado (prueba)"),
            filas=tuple(filas),
            cifras={f"{s}/{p}/{m}": c.valor for (s, p, m), c in medidos.items()}
            | {f"publicado/{c.sistema}/{c.medida}": c.valor for c in datos.cifra},
            derrotas=tuple(_derrotas(datos, medidos)),
        )
    ]


def _derrotas(datos: Publicado, medidos: Mapping[tuple[str, str, str], Cifra]) -> list[str]:
    """Donde ni el extremo bueno de nuestro intervalo llega a lo publicado (más es mejor en todas)."""
    titulos = {medida: titulo for titulo, medida in datos.medidas.items()}
    return [
        f"{titulos[medida]}: Scribe {_escrita(cifra)} en {particion}; publicado en prueba, "
        f"{publicada.valor:.3f} {publicada.sistema}"
        for publicada in datos.cifra
        for (sistema, particion, medida), cifra in medidos.items()
        if sistema == PROPIO and medida == publicada.medida and cifra.alto < publicada.valor
    ]


def _cifra(sistema: ResultadoSistema, particion: str, medida: str, *, sola: bool) -> Cifra | None:
    """La de esa partición; con una sola partición, el total."""
    if sola:
        return sistema.totales.get(medida)
    return sistema.grupos.get("particion", {}).get(particion, {}).get(medida)


def _escrita(cifra: Cifra | None) -> str:
    return "—" if cifra is None else f"{cifra.valor:.3f} ({cifra.bajo:.3f}–{cifra.alto:.3f})"
