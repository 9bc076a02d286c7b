"""La orden `scribe`: monta las órdenes y convierte cada error en una línea y un código de salida.

Códigos: 0 bien; 2 uso o entrada inválida; 1 fallo interno; 130 interrumpido por la persona.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer
import typer.rich_utils as ayuda_rich
from typer.exceptions import TyperException

from scribe.errores import ErrorScribe
from scribe.ordenes import (
    bitacora,
    certificado,
    clave,
    conservacion,
    consulta,
    destinos,
    doctor,
    evaluar,
    lote,
    modelos,
    respaldo,
    servir,
    trabajador,
    usuarios,
    voz,
)
from scribe.terminal import consola, error

ayuda_rich.ARGUMENTS_PANEL_TITLE = "Argumentos"
ayuda_rich.OPTIONS_PANEL_TITLE = "Opciones"
ayuda_rich.COMMANDS_PANEL_TITLE = "Órdenes"
ayuda_rich.DEFAULT_STRING = "[si no se da: {}]"
ayuda_rich.REQUIRED_LONG_STRING = "[obligatorio]"

app = typer.Typer(
    name="scribe",
    help="Escriba de consultas médicas: transcribe, separa voces y redacta un borrador con evidencia, "
    "en este equipo y sin red.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help", "--ayuda"]},
)
app.command()(consulta.consulta)
app.command()(lote.lote)
app.command()(evaluar.evaluar)
app.command()(trabajador.trabajador)
app.command()(doctor.doctor)
app.command()(servir.servir)
app.command()(certificado.certificado)
app.command()(respaldo.respaldo)
app.command()(respaldo.restaurar)
app.add_typer(usuarios.app, name="usuarios")
app.add_typer(bitacora.app, name="bitacora")
app.add_typer(conservacion.app, name="conservacion")
app.add_typer(destinos.app, name="destinos")
app.add_typer(clave.app, name="clave")
app.add_typer(modelos.app, name="modelos")
app.add_typer(voz.app, name="voz")


def principal(argumentos: Sequence[str] | None = None) -> None:
    """Punto de entrada de la orden `scribe`; nunca regresa: termina el proceso."""
    lista = list(sys.argv[1:] if argumentos is None else argumentos)
    sys.exit(correr(lista))


def correr(argumentos: list[str]) -> int:
    """Corre la orden y devuelve su código de salida."""
    try:
        codigo = app(args=argumentos, prog_name="scribe", standalone_mode=False)
    except ErrorScribe as fallo:
        if "--depurar" in argumentos:
            consola.print_exception()
        error(str(fallo))
        return fallo.salida
    except TyperException as fallo:
        if type(fallo).__name__ == "NoArgsIsHelpError":
            return 2  # typer ya escribió la ayuda
        error(_en_espanol(fallo))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        consola.print("Interrumpido: no quedó nada a medias. Repita la orden y seguirá donde iba.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as fallo:
        error(f"El sistema no lo permitió: {fallo.strerror or type(fallo).__name__}.")
        return 1
    except MemoryError:
        error("No alcanzó la memoria. Cierre otros programas o procese una grabación más corta.")
        return 1
    except Exception as fallo:
        if "--depurar" in argumentos:
            consola.print_exception()
        error(f"Fallo interno ({type(fallo).__name__}). Repita la orden con --depurar y avise.")
        return 1
    return codigo if isinstance(codigo, int) else 0


def _en_espanol(fallo: TyperException) -> str:
    """El error de uso de typer, dicho en español y en una línea."""
    remedio = "Vea «scribe --help»."
    parametro = getattr(fallo, "param", None)
    nombre = getattr(parametro, "human_readable_name", None) or "un argumento"
    clase = type(fallo).__name__
    if clase == "MissingParameter":
        return f"Falta {nombre}. {remedio}"
    if clase == "NoSuchOption":
        return f"No existe la opción {getattr(fallo, 'option_name', '')}. {remedio}"
    if isinstance(fallo, typer.BadParameter):
        return f"El valor de {nombre} no sirve ({fallo.message.rstrip('.')}). {remedio}"
    return f"No entiendo la orden ({fallo.format_message().rstrip('.')}). {remedio}"


if __name__ == "__main__":
    principal()
