"""`scribe consulta`: de una grabación a su borrador."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from scribe import aislamiento
from scribe.ajustes import Ajustes
from scribe.consulta import Contexto
from scribe.ordenes.opciones import (
    Depurar,
    Hablantes,
    Idioma,
    Perfil,
    Plantilla,
    Salida,
    Silencioso,
    SinCache,
    SinLlm,
    ajustes_con,
    voz_registrada,
)
from scribe.terminal import barra, consola


def consulta(
    audio: Annotated[Path, typer.Argument(help="La grabación: wav, mp3, m4a, ogg, flac, webm, amr, video…")],
    salida: Salida = Path("salida"),
    nombre: Annotated[str | None, typer.Option(help="Nombre del paciente, para el encabezado.")] = None,
    edad: Annotated[int | None, typer.Option(min=0, max=130, help="Edad del paciente, en años.")] = None,
    sexo: Annotated[Literal["M", "F"] | None, typer.Option(help="Sexo del paciente: M o F.")] = None,
    hablantes: Hablantes = None,
    idioma: Idioma = "es",
    perfil: Perfil = None,
    plantilla: Plantilla = None,
    medicamento: Annotated[
        list[str] | None, typer.Option(help="Medicamento que ya toma (se puede repetir).")
    ] = None,
    problema: Annotated[list[str] | None, typer.Option(help="Problema conocido (se puede repetir).")] = None,
    alergia: Annotated[list[str] | None, typer.Option(help="Alergia conocida (se puede repetir).")] = None,
    voz: Annotated[
        str | None, typer.Option(help="Nombre de la voz del médico registrada con «scribe voz».")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Escribir además el borrador aquí.")] = False,
    silencioso: Silencioso = False,
    sin_llm: SinLlm = False,
    sin_cache: SinCache = False,
    depurar: Depurar = False,
) -> None:
    """Convierte una grabación en transcripción, nota SOAP con evidencia y códigos sugeridos.

    Todo se calcula en este equipo, sin red. El resultado queda en la carpeta de --salida: abra nota.html.
    """
    del depurar  # la atiende `scribe.cli.principal`
    aislamiento.sellar()
    ajustes = ajustes_con(
        idioma=idioma,
        hablantes=hablantes,
        perfil=perfil,
        plantilla=plantilla,
        sin_llm=sin_llm,
        sin_cache=sin_cache,
    )
    contexto = Contexto(
        nombre=nombre,
        edad=edad,
        sexo=sexo,
        medicamentos=tuple(medicamento or ()),
        problemas=tuple(problema or ()),
        alergias=tuple(alergia or ()),
        plantilla=ajustes.plantilla,
    )
    _hacer(audio, salida, ajustes, contexto, voz=voz, json_=json_, silencioso=silencioso)


def _hacer(  # la importación tardía deja que `scribe --help` responda al momento
    audio: Path,
    salida: Path,
    ajustes: Ajustes,
    contexto: Contexto,
    *,
    voz: str | None,
    json_: bool,
    silencioso: bool,
) -> None:
    from scribe.salida import ARCHIVOS, a_json, comprobar_destino, resumen

    comprobar_destino(salida, ARCHIVOS)
    from scribe.motores import armar
    from scribe.ordenes.trabajo import elaborar

    motores = armar(ajustes, voz_medico=voz_registrada(voz))
    with barra(audio.name, visible=not silencioso) as progreso:
        resultado, publicado = elaborar(audio, salida, motores, ajustes, contexto, progreso)
    if json_:
        sys.stdout.write(a_json(resultado.borrador))
    if not silencioso:
        consola.print(resumen(resultado.borrador))
        consola.print(f"\nLa nota está en [bold]{publicado.nota_html.resolve()}[/]", soft_wrap=True)
