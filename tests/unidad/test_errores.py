"""El árbol de errores es el que su archivo dibuja, y cada uno sale con su código."""

from __future__ import annotations

import re

from scribe import errores


def test_el_dibujo_es_el_arbol_real() -> None:
    dibujo = re.findall(r"^([│├└─ ]*)(\w+) {2,}", errores.__doc__ or "", re.M)
    reales = {
        n for n, c in vars(errores).items() if isinstance(c, type) and issubclass(c, errores.ErrorScribe)
    }
    assert {nombre for _, nombre in dibujo} == reales
    pila: list[tuple[int, type]] = []
    for sangria, nombre in dibujo:
        clase = getattr(errores, nombre)
        while pila and pila[-1][0] >= len(sangria):
            pila.pop()
        padre = pila[-1][1] if pila else Exception
        assert clase.__bases__ == (padre,), nombre
        pila.append((len(sangria), clase))


def test_los_de_uso_salen_con_2_y_los_demas_con_1() -> None:
    assert errores.AudioInvalido("x").salida == 2
    assert errores.ModeloAlterado("x").salida == 2
    assert errores.FalloDeEtapa("x").salida == 1
    assert str(errores.AudioInvalido("No es audio.", "Dé otro.")) == "No es audio. Dé otro."
