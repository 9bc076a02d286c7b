"""Las consultas sintéticas del repositorio: número de hablantes y error de diarización."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluacion.sintesis.codec import escribir
from scribe.ajustes import Ajustes
from scribe.audio import leer
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.modelos import perfil
from scribe.progreso import en_silencio

MUESTRAS = Path(__file__).parents[2] / "evaluacion" / "muestras"


@pytest.mark.parametrize(("archivo", "personas"), [("faringitis.ogg", 2), ("otitis.m4a", 3)])
def test_numero_de_hablantes_y_error(archivo: str, personas: int) -> None:
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    audio = MUESTRAS / archivo
    grabacion = leer(audio, duracion_max_s=600.0, avance=en_silencio)
    diarizador = DiarizadorPyannote(perfil("minimo"), Ajustes(hilos=1))
    separacion = diarizador.separar(grabacion, hablantes=None, avance=en_silencio)
    assert len({t.hablante for t in separacion.tramos}) == personas
    assert set(separacion.huellas) == {t.hablante for t in separacion.tramos}
    referencia, hipotesis = Annotation(), Annotation()
    for i, linea in enumerate(audio.with_suffix(".rttm").read_text("utf-8").splitlines()):
        campos = linea.split()
        inicio = float(campos[3])
        referencia[Segment(inicio, inicio + float(campos[4])), i] = campos[7]
    for i, tramo in enumerate(separacion.tramos):
        hipotesis[Segment(tramo.inicio, tramo.fin), i] = tramo.hablante
    assert DiarizationErrorRate()(referencia, hipotesis) < 0.10


def test_por_telefono_se_cuentan_las_mismas_personas(tmp_path: Path) -> None:
    """La línea fija quita todo lo que pasa de 4 kHz y acerca las voces."""
    limpia = leer(MUESTRAS / "faringitis.ogg", duracion_max_s=600.0, avance=en_silencio)
    archivo = escribir(limpia.voces[0][None], tmp_path, "llamada", "telefono")
    grabacion = leer(archivo, duracion_max_s=600.0, avance=en_silencio)
    diarizador = DiarizadorPyannote(perfil("minimo"), Ajustes(hilos=1))
    separacion = diarizador.separar(grabacion, hablantes=None, avance=en_silencio)
    assert len({t.hablante for t in separacion.tramos}) == 2
