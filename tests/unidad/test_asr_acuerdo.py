"""Las otras lecturas de una ventana bajan la certeza de lo que de verdad está en duda."""

from __future__ import annotations

import pytest

from scribe.asr.acuerdo import acuerdos


def test_una_cifra_en_que_las_hipotesis_no_coinciden_se_duda() -> None:
    mejor = ["presión", "188", "sobre", "74,", "pulso", "96"]
    salida = acuerdos(mejor, [["presión", "118", "sobre", "74", "pulso", "96"]], [-10.0, -10.0])
    assert salida == pytest.approx([1.0, 0.5, 1.0, 1.0, 1.0, 1.0])


def test_pesa_segun_lo_probable_que_sea_la_otra_lectura() -> None:
    (duda,) = acuerdos(["212"], [["12"]], [-4.0, -4.0 - 2.1972246])  # nueve veces menos probable
    assert duda == pytest.approx(0.9, abs=1e-6)


def test_los_signos_las_mayusculas_y_los_acentos_no_son_desacuerdo() -> None:
    assert acuerdos(["No,", "38.5."], [["no", "38.5"]], [-1.0, -1.0]) == [1.0, 1.0]


def test_solo_se_miran_las_palabras_en_que_una_letra_cambia_la_nota() -> None:
    salida = acuerdos(["me", "duele", "el", "izquierdo"], [["te", "dolía", "al", "derecho"]], [-1.0, -1.0])
    assert salida == pytest.approx([1.0, 1.0, 1.0, 0.5])


def test_un_no_que_otra_lectura_no_trae_se_duda() -> None:
    salida = acuerdos(["No", "tiene", "fiebre"], [["tiene", "fiebre"]], [-1.0, -1.0])
    assert salida[0] == pytest.approx(0.5)


def test_con_una_sola_hipotesis_no_hay_duda() -> None:
    assert acuerdos(["38.5"], [], [-3.0]) == [1.0]
