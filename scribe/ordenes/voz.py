"""`scribe voz`: registrar la voz del médico para que se le reconozca sin dudas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scribe.ajustes import Ajustes
from scribe.terminal import consola

app = typer.Typer(
    help="Voces registradas: con la del médico, se sabe sin dudas quién es en cada consulta.",
    no_args_is_help=True,
)


@app.command()
def registrar(
    audio: Annotated[
        Path, typer.Argument(help="Grabación de 20 segundos o más en que solo habla esa persona.")
    ],
    nombre: Annotated[
        str,
        typer.Option(
            help="Con qué nombre se guarda; en el expediente, el nombre de usuario de quien atiende."
        ),
    ],
) -> None:
    """Guarda la huella de una voz (no el audio) en la carpeta de datos de esta persona."""
    from scribe.audio import leer
    from scribe.diarizacion.pyannote import DiarizadorPyannote
    from scribe.diarizacion.voz import guardar
    from scribe.modelos import perfil
    from scribe.progreso import en_silencio

    ajustes = Ajustes()
    elegido = perfil(ajustes.perfil)
    grabacion = leer(audio, duracion_max_s=ajustes.duracion_max_s, avance=en_silencio)
    huella = DiarizadorPyannote(elegido, ajustes).huella_de(grabacion.voces[0])
    guardar(nombre, huella, elegido.id_de("huella"))
    consola.print(f"Voz registrada como «{nombre}». Úsela con: scribe consulta AUDIO --voz «{nombre}»")


@app.command()
def listar() -> None:
    """Escribe los nombres registrados, uno por línea."""
    from scribe.diarizacion.voz import nombres

    registrados = nombres()
    for nombre in registrados:
        typer.echo(nombre)
    if not registrados:
        consola.print(
            "No hay voces registradas. Registre una con: scribe voz registrar AUDIO --nombre NOMBRE"
        )


@app.command()
def borrar(nombre: Annotated[str, typer.Argument(help="El nombre con que se registró.")]) -> None:
    """Borra una voz registrada."""
    from scribe.diarizacion.voz import borrar as quitar

    quitar(nombre)
    consola.print(f"Se borró la voz «{nombre}».")
