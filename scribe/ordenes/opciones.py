"""Las opciones que comparten varias órdenes y cómo se vuelven ajustes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from scribe.ajustes import Ajustes
from scribe.consulta import Huella
from scribe.errores import AjusteInvalido

Salida = Annotated[Path, typer.Option("--salida", "-s", help="Carpeta donde quedan los resultados.")]
Hablantes = Annotated[int | None, typer.Option(min=1, max=8, help="Cuántas personas hablan, si se sabe.")]
Idioma = Annotated[str, typer.Option(help="Idioma de la consulta: es, en… o «auto» para detectarlo.")]
Perfil = Annotated[str | None, typer.Option(help="Perfil de modelos: minimo, clinica o gpu.")]
Plantilla = Annotated[
    str | None, typer.Option(help="Plantilla de la nota: general, cronico, pediatria, prenatal o urgencia.")
]
Silencioso = Annotated[bool, typer.Option("--silencioso", "-q", help="No mostrar avance ni resumen.")]
SinLlm = Annotated[bool, typer.Option("--sin-llm", help="Redactar solo con reglas, sin modelo de lenguaje.")]
SinCache = Annotated[bool, typer.Option("--sin-cache", help="Rehacer todas las etapas.")]
Depurar = Annotated[bool, typer.Option("--depurar", hidden=True, help="Mostrar la traza de un fallo.")]


def ajustes_con(
    *,
    idioma: str,
    hablantes: int | None,
    perfil: str | None,
    plantilla: str | None,
    sin_llm: bool,
    sin_cache: bool,
) -> Ajustes:
    """Los ajustes del entorno con lo que se pidió en la orden. Lanza `AjusteInvalido`."""
    pedidos = {
        "idioma": idioma,
        "hablantes": hablantes,
        "perfil": perfil,
        "plantilla": plantilla,
        "llm": False if sin_llm else None,
        "usar_cache": False if sin_cache else None,
    }
    try:
        ajustes = Ajustes(**{c: v for c, v in pedidos.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as causa:
        campo = ".".join(str(p) for p in causa.errors()[0]["loc"])
        raise AjusteInvalido(
            f"El ajuste «{campo}» tiene un valor que no se puede usar.", "Revise SCRIBE_* y docs/ajustes.md."
        ) from None
    _comprobar(ajustes)
    return ajustes


def _comprobar(ajustes: Ajustes) -> None:
    """Lo que pydantic no sabe: que el idioma y la plantilla existan."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    from scribe.soap.plantillas import plantillas

    if ajustes.idioma not in {*_LANGUAGE_CODES, "auto", None}:
        raise AjusteInvalido(f"No se conoce el idioma «{ajustes.idioma}».", "Use es, en… o auto.")
    if ajustes.plantilla not in plantillas():
        hay = ", ".join(sorted(plantillas()))
        raise AjusteInvalido(f"No hay plantilla «{ajustes.plantilla}».", f"Las que hay: {hay}.")


def voz_registrada(nombre: str | None) -> Huella | None:
    """La huella de voz registrada con ese nombre. Lanza `AjusteInvalido` si no existe."""
    if nombre is None:
        return None
    from scribe.diarizacion.voz import cargar

    return cargar(nombre)
