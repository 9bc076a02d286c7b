"""Los rótulos están una sola vez, y hay uno para cada cosa que la base puede guardar."""

from __future__ import annotations

from enum import StrEnum
from typing import get_args

import pytest

from scribe.expediente.modelo import EstadoNota, Pais, RolUsuario
from scribe.trabajos.envios import EstadoEnvio
from scribe.web import estaticos
from scribe.web.rotulos import rotulo, todos


def valores(de: object) -> set[str]:
    """Los de un enumerado o de un `Literal`."""
    if isinstance(de, type) and issubclass(de, StrEnum):
        return {v.value for v in de}
    return set(get_args(de))


@pytest.mark.parametrize(
    ("grupo", "de"),
    [("estado_nota", EstadoNota), ("tono_nota", EstadoNota), ("envio", EstadoEnvio), ("rol", RolUsuario),
     ("pais", Pais)],
)  # fmt: skip
def test_todo_lo_que_se_guarda_tiene_rotulo(grupo: str, de: object) -> None:
    assert valores(de) and valores(de) <= todos()[grupo].keys()
    assert rotulo("no-hay", grupo) == "no-hay"


def test_ningun_modulo_repite_los_rotulos() -> None:
    """Lo que un módulo rotula le llega de la página: así se corrige en un solo lugar."""
    grupos = ("estado_nota", "envio", "paso", "estado_conservacion")
    largos = {texto for g in grupos for texto in todos()[g].values() if len(texto) > 11}
    assert len(largos) >= 10
    repetidos = {
        (ruta, texto)
        for ruta, archivo in estaticos.todos().items()
        if ruta.endswith(".js")
        for texto in largos
        if f'"{texto}"' in archivo.octetos.decode()
    }
    assert not repetidos
