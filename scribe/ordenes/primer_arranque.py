"""El primer arranque en la terminal: establecimiento, quien administra y sus contraseñas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from pydantic import ValidationError

from scribe.errores import ErrorScribe
from scribe.expediente.errores import Duplicado
from scribe.expediente.errores_seguridad import ClaveDePasoRechazada
from scribe.ordenes.preguntas import opcional, secreto, si_o_no, texto
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

    pais = "CO" if si_o_no("¿El consultorio está en Colombia? (si no, México)", omision=False) else "MX"
    lugar = {
        "pais": pais,
        "nombre": texto("Nombre del establecimiento"),
        "tipo": texto("Tipo (consultorio, clínica…)"),
        "domicilio": texto("Domicilio"),
        "clave": opcional("CLUES" if pais == "MX" else "Código REPS de 12 cifras"),
    }
    medico = si_o_no("¿Quien administra también atiende y firma?", omision=True)
    datos = DatosUsuario(
        nombre_usuario=texto("Nombre de usuario (7 letras o más)").lower(),
        nombre=texto("Nombre"),
        apellido_paterno=texto("Primer apellido"),
        apellido_materno=opcional("Segundo apellido"),
        cedula=opcional("Cédula profesional") if medico else None,
        institucion_titulo=opcional("Institución que la expidió") if medico else None,
        tipo_documento="CC" if medico and pais == "CO" else None,
        documento=texto("Cédula de ciudadanía") if medico and pais == "CO" else None,
    )
    while True:
        acceso = secreto("Contraseña para entrar", repetir=True)
        firma = secreto("Contraseña para firmar (distinta)", repetir=True) if medico else None
        try:
            primer_administrador(servicios, servicios.equipo, lugar, datos, acceso, firma, medico=medico)
        except ClaveDePasoRechazada as causa:
            error(str(causa))  # lo demás ya está bien: solo se repiten las contraseñas
        else:
            typer.echo("\nListo: ya puede entrar con ese usuario.", err=True)
            return
