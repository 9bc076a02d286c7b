"""Los patrones guardados como datos: piezas, listas, tablas y errores que dicen dónde."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scribe.lenguaje.patrones import patrones, registros

Escribe = Callable[[str], str]


@pytest.fixture
def escribe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Escribe:
    """Deja un TOML en los datos de un paquete nuevo y da el nombre del paquete."""

    def _escribe(contenido: str) -> str:
        paquete = re.sub(r"\W", "_", tmp_path.name)
        (tmp_path / paquete / "datos").mkdir(parents=True)
        (tmp_path / paquete / "__init__.py").touch()
        (tmp_path / paquete / "datos" / "formas.toml").write_text(contenido, "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        return paquete

    return _escribe


def test_piezas_listas_y_tablas(escribe: Escribe) -> None:
    hechos = patrones(
        escribe(
            "saluda = 'hola,? {{quien}}$'\n"
            "despide = ['adios', 'hasta {{cuando}}']\n"
            "[piezas]\nquien = 'doctora|{{familia}}'\nfamilia = ['mama', 'papa']\ncuando = 'luego|manana'\n"
            "[cifra]\ntres = '\\d{3}'\n"
        ),
        "formas",
    )
    assert {n for n, p in hechos.items() if isinstance(p, re.Pattern)} == {"saluda", "despide", "cifra.tres"}
    assert hechos["saluda"].match("hola papa") and not hechos["saluda"].match("hola doctora que tal")
    assert hechos["despide"].fullmatch("adios") and hechos["despide"].fullmatch("hasta manana")
    assert not hechos["despide"].fullmatch("hasta")
    assert hechos["cifra.tres"].fullmatch("123")


@pytest.mark.parametrize("forma", ["(sin cerrar", "{{nadie}}"])
def test_el_error_dice_el_archivo_y_el_nombre(escribe: Escribe, forma: str) -> None:
    with pytest.raises(ValueError, match=r"formas\.toml: «mal»"):
        patrones(escribe(f"bien = 'a'\nmal = '{forma}'"), "formas")


def test_los_registros_compilan_los_campos_que_traen(escribe: Escribe) -> None:
    paquete = escribe(
        "suelto = '{{fruta}}'\n[piezas]\nfruta = ['pera', 'uva']\n"
        "[[regla]]\nclave = 'a'\ndice = ['come {{fruta}}', 'cena']\n"
        "[[regla]]\nclave = 'b'\ndice = 'x'\nveta = 'y'\n"
    )
    una, otra = registros(paquete, "formas", "regla", "dice", "veta")
    assert una["clave"] == "a" and una["dice"].fullmatch("come uva") and "veta" not in una
    assert otra["veta"].search("ya y") and list(patrones(paquete, "formas")) == ["suelto"]


def test_el_error_de_un_registro_dice_cual(escribe: Escribe) -> None:
    paquete = escribe("[[regla]]\ndice = 'a'\n[[regla]]\ndice = '(b'")
    with pytest.raises(ValueError, match=r"«regla» 2, dice"):
        registros(paquete, "formas", "regla", "dice")
