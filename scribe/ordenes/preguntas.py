"""Preguntas en la terminal, en español: texto, sí o no, y secretos que no se ven al escribirlos."""

from __future__ import annotations

import typer

from scribe.lenguaje.texto import llano
from scribe.terminal import error

_RESPUESTAS = {"s": True, "si": True, "n": False, "no": False}


def texto(que: str) -> str:
    """Lo que se conteste, sin espacios de sobra; insiste hasta que haya algo."""
    while not (dicho := str(typer.prompt(que, default="", show_default=False, err=True)).strip()):
        error("Hace falta una respuesta.")
    return dicho


def opcional(que: str) -> str | None:
    """Lo que se conteste, o nada."""
    return (
        str(typer.prompt(f"{que} (Intro si no tiene)", default="", show_default=False, err=True)).strip()
        or None
    )


def si_o_no(que: str, *, omision: bool) -> bool:
    """Sí o no; con Intro, `omision`."""
    opciones = "[S/n]" if omision else "[s/N]"
    while True:
        dicho = llano(
            str(typer.prompt(f"{que} {opciones}", default="", show_default=False, err=True))
        ).strip()
        if not dicho:
            return omision
        if dicho in _RESPUESTAS:
            return _RESPUESTAS[dicho]
        error("Conteste s o n.")


def secreto(que: str, *, repetir: bool) -> str:
    """Una contraseña o frase; con `repetir`, escrita dos veces igual."""
    while True:
        dicho = str(typer.prompt(que, hide_input=True, err=True))
        if not repetir or dicho == str(typer.prompt("Otra vez, para confirmar", hide_input=True, err=True)):
            return dicho
        error("No son iguales. Escríbalas otra vez.")
