"""Formularios de página: leer lo escrito, armar con ello el tipo del expediente y decir qué campo falla."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from pydantic import ValidationError

from scribe.errores import ErrorScribe
from scribe.expediente.errores import DatoInvalido

T = TypeVar("T")


class Escrito(dict[str, str]):
    """Lo que se escribió, sin espacios de sobra; un campo que no vino es vacío."""

    def __missing__(self, campo: str) -> str:
        return ""

    def dado(self, *campos: str) -> dict[str, str]:
        """De esos campos, los que sí se llenaron."""
        return {c: self[c] for c in campos if self[c]}


async def _leer(peticion: Request) -> Escrito:
    forma = await peticion.form()
    return Escrito({c: v if "contrasena" in c else v.strip() for c, v in forma.items() if isinstance(v, str)})


def campos_de(fallo: Fallas | None) -> Escrito:
    """Las fallas por campo, para la plantilla: un campo sin falla es vacío."""
    return Escrito(fallo.campos) if fallo is not None else Escrito()


def cual(texto: str) -> UUID:
    """El identificador que trae un formulario. Lanza `DatoInvalido`: nadie lo teclea."""
    try:
        return UUID(texto)
    except ValueError:
        raise DatoInvalido("El formulario no trae de qué se trata.", "Recargue la página y repita.") from None


Formulario = Annotated[Escrito, Depends(_leer)]
"""El parámetro de una ruta que recibe un formulario."""


@dataclass(frozen=True, slots=True)
class Fallas:
    """Lo que impidió guardar: en general, y campo por campo (con el nombre del campo del formulario)."""

    mensaje: str
    remedio: str = ""
    campos: Mapping[str, str] = field(default_factory=dict)


def intentar(que: Callable[[], T]) -> tuple[T | None, Fallas | None]:
    """Hace lo pedido; si lo escrito no procede devuelve por qué, sin repetir lo que se escribió."""
    try:
        return que(), None
    except ValidationError as fallo:
        return None, de_validacion(fallo)
    except ErrorScribe as fallo:
        return None, Fallas(fallo.mensaje, fallo.remedio)
    except ValueError:  # una fecha que no existe, un número que no lo es
        return None, Fallas("Algún dato no tiene la forma debida.", "No se guardó nada; revíselo y repita.")


def de_validacion(fallo: ValidationError) -> Fallas:
    """Las fallas de un modelo, en palabras. Las que no son de un campo van en el mensaje."""
    campos: dict[str, str] = {}
    generales = []
    for una in fallo.errors(include_input=False, include_url=False):
        texto = _en_palabras(una)
        nombres = [str(parte) for parte in una["loc"] if isinstance(parte, str)]
        if nombres:
            campos.setdefault(nombres[-1], texto)
        else:
            generales.append(texto)
    return Fallas(
        " ".join(generales) or "Revise lo marcado: no se guardó nada todavía.",
        "Lo demás que escribió sigue aquí.",
        campos,
    )


_TEXTOS = {
    "missing": "Falta este dato.",
    "string_too_short": "Falta este dato.",
    "string_too_long": "Es demasiado largo.",
    "string_pattern_mismatch": "No tiene la forma debida.",
    "date_from_datetime_parsing": "No es una fecha.",
    "date_parsing": "No es una fecha.",
    "literal_error": "Elija una opción.",
    "enum": "Elija una opción.",
}


def _en_palabras(una: Mapping[str, Any]) -> str:
    if una["type"] == "value_error":
        texto = str(una["ctx"]["error"]) if "error" in una.get("ctx", {}) else "No es válido"
        return texto[:1].upper() + texto[1:].rstrip(".") + "."
    return _TEXTOS.get(una["type"], "No tiene la forma debida.")
