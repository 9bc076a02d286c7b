"""La voz sintética de verdad: una frase dicha dos veces es la misma, y suena a quien toca.

Las voces no son parte de lo que `make prueba` instala: sin ellas (`scribe modelos instalar sintesis`) estas
pruebas se saltan. La reproducibilidad de todo lo demás se prueba en `unidad/test_evaluacion_generacion.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evaluacion.sintesis.fonemas import Fonetizador, fonemas
from evaluacion.sintesis.generacion import generar
from evaluacion.sintesis.guion import Condiciones, Guion, Parlamento, Voz
from evaluacion.sintesis.voz import MODELOS, Locutor
from scribe import modelos
from scribe.consulta import HERCIOS
from scribe.errores import ModelosFaltan

pytestmark = pytest.mark.skipif(
    any(modelos.almacen().estado(m)[0] != "instalado" for m in MODELOS),
    reason="faltan las voces: scribe modelos instalar sintesis",
)


@pytest.fixture(scope="module")
def locutor() -> Iterator[Locutor]:
    quien = Locutor()
    yield quien
    quien.cerrar()


def test_los_fonemas_de_una_frase_conocida() -> None:
    fonetizador = Fonetizador(modelos.ruta("espeak-ng"))
    dicho = fonemas("¿Le duele la garganta? Sí, doctor.", fonetizador)
    fonetizador.cerrar()
    assert dicho == "le dwˈele la ɣaɾɣˈanta? sˈi, doktˈoɾ."


def test_un_espeak_que_no_arranca_se_explica(tmp_path: Path) -> None:
    with pytest.raises(ModelosFaltan, match="espeak-ng no funciona") as error:
        Fonetizador(tmp_path)("hola")
    assert "\n" not in str(error.value)


def test_la_misma_frase_da_los_mismos_numeros_y_otra_voz_no(locutor: Locutor) -> None:
    dora, alex = Voz(voice="ef_dora"), Voz(voice="em_alex")
    frase = "Me duele la cabeza."
    una = locutor.decir(frase, dora)
    assert 0.7 < len(una) / HERCIOS < 2.5
    assert np.array_equal(una, locutor.decir(frase, dora))
    otra = locutor.decir(frase, alex)
    assert len(otra) != len(una) or not np.allclose(otra, una, atol=1e-3)


def test_un_guion_corto_da_el_mismo_sha256_en_dos_corridas(tmp_path: Path) -> None:
    guion = Guion(
        id="corto",
        titulo="Corto",
        condiciones=Condiciones(codec="ogg", sala=0.3, ruido="ventilador", snr_db=15),
        paciente={},
        voices={"medico": Voz(voice="em_alex"), "paciente": Voz(voice="ef_dora:0.5+if_sara:0.5")},
        turns=(
            Parlamento(speaker="medico", text="¿Qué le pasa?"),
            Parlamento(speaker="paciente", text="Me arde.", gap=-0.1),
        ),
    )
    una, otra = (generar([guion], tmp_path / c).casos["corto"] for c in ("a", "b"))
    assert una == otra
    assert not (tmp_path / "a" / ".frases").exists()
