"""Lo que rodea a la tubería de pyannote.audio, sin abrir sus redes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pyannote.core import Annotation, Segment

from scribe.ajustes import Ajustes
from scribe.consulta import Tramo
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.diarizacion.tuberia import PARAMETROS_31, DiarizadorTuberia, solos, tramos_de
from scribe.modelos import Perfil, perfil
from scribe.motores import _diarizador


def test_los_tramos_salen_en_orden_y_con_nombre_por_aparicion() -> None:
    anotacion = Annotation()
    anotacion[Segment(2.0, 3.0)] = "SPEAKER_00"
    anotacion[Segment(-0.01, 2.5)] = "SPEAKER_01"
    assert tramos_de(anotacion) == (
        Tramo(hablante="H1", inicio=0.0, fin=2.5),
        Tramo(hablante="H2", inicio=2.0, fin=3.0),
    )


def test_los_tramos_de_una_persona_no_se_tocan() -> None:
    anotacion = Annotation()
    for segmento in (Segment(0.0, 1.0), Segment(1.0, 2.0), Segment(3.0, 4.0)):
        anotacion[segmento] = "A"
    assert [(t.inicio, t.fin) for t in tramos_de(anotacion)] == [(0.0, 2.0), (3.0, 4.0)]


def test_solos_deja_fuera_lo_encimado() -> None:
    tramos = (Tramo(hablante="H1", inicio=0.0, fin=3.0), Tramo(hablante="H2", inicio=2.0, fin=5.0))
    assert solos(tramos) == {"H1": [(0.0, 2.0)], "H2": [(3.0, 5.0)]}
    assert solos(()) == {}


def test_los_parametros_son_los_publicados() -> None:
    assert PARAMETROS_31["clustering"]["threshold"] == 0.7045654963945799
    assert PARAMETROS_31["clustering"]["min_cluster_size"] == 12


@pytest.mark.parametrize(
    ("pedido", "trae_tuberia", "clase"),
    [
        ("auto", False, DiarizadorPyannote),
        ("auto", True, DiarizadorTuberia),
        ("propio", True, DiarizadorPyannote),
        ("pyannote", False, DiarizadorTuberia),
    ],
)
def test_quien_separa_las_voces(pedido: str, trae_tuberia: bool, clase: type) -> None:
    elegido: Perfil = perfil("clinica" if trae_tuberia else "minimo")
    ajustes = Ajustes.model_validate({"diarizador": pedido})
    assert type(_diarizador(elegido, ajustes)) is clase


def test_armar_los_motores_no_importa_torch_ni_pyannote() -> None:
    codigo = "import scribe.diarizacion.tuberia, sys; print({'torch', 'pyannote.audio'} & set(sys.modules))"
    salida = subprocess.run([sys.executable, "-c", codigo], capture_output=True, text=True, check=True)
    assert salida.stdout.strip() == "set()"
