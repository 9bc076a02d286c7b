"""El primer arranque en la terminal: establecimiento, quien administra y sus contraseñas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from pydantic import ValidationError

from scribe.errores import ErrorScribe
from scribe.expediente.errores import Duplicado
from scribe.terminal import error

if TYPE_CHECKING:
    from scribe.web.servicios import Servicios


def preguntar(servicios: Servicios) -> None:
    """Pregunta hasta que quede creado quien administra."""
    typer.echo("Primer arranque: no hay usuarios. Unas preguntas y queda listo.\n", err=True)
    while True:
        try:
            _una_vez(servicios)
            return
        except Duplicado:
            raise
        except ValidationError as causa:
            error(f"«{causa.errors()[0]['loc'][-1]}» no tiene la forma debida. Repita las preguntas.")
        except ErrorScribe as causa:
            error(str(causa))


def _una_vez(servicios: Servicios) -> None:
    from scribe.expediente.modelo import DatosUsuario
    from scribe.web.acceso import primer_administrador

    pais = "CO" if typer.confirm("¿El consultorio está en Colombia? (si no, México)", err=True) else "MX"
    lugar = {
        "pais": pais,
        "nombre": _pide("Nombre del establecimiento"),
        "tipo": _pide("Tipo (consultorio, clínica…)"),
        "domicilio": _pide("Domicilio"),
        "clave": _opcional("CLUES" if pais == "MX" else "Código REPS de 12 cifras"),
    }
    medico = typer.confirm("¿Quien administra también atiende y firma?", default=True, err=True)
    datos = DatosUsuario(
        nombre_usuario=_pide("Nombre de usuario (7 letras o más)").lower(),
        nombre=_pide("Nombre"),
        apellido_paterno=_pide("Primer apellido"),
        apellido_materno=_opcional("Segundo apellido"),
        cedula=_opcional("Cédula profesional") if medico else None,
        institucion_titulo=_opcional("Institución que la expidió") if medico else None,
    )
    acceso = _clave("Contraseña para entrar")
    firma = _clave("Contraseña para firmar (distinta)") if medico else None
    primer_administrador(servicios, servicios.equipo, lugar, datos, acceso, firma, medico=medico)
    typer.echo("\nListo: ya puede entrar con ese usuario.", err=True)


def _pide(que: str) -> str:
    return str(typer.prompt(que, err=True)).strip()


def _opcional(que: str) -> str | None:
    return (
        str(typer.prompt(f"{que} (Intro si no tiene)", default="", show_default=False, err=True)).strip()
        or None
    )


def _clave(que: str) -> str:
    return str(typer.prompt(que, hide_input=True, confirmation_prompt=True, err=True))
