"""Qué nombres se ponen delante del modelo según lo que se entendió de una pasada."""

from __future__ import annotations

import pytest

from scribe.asr.contraste import faltantes
from scribe.asr.favorecidas import favorecidas


@pytest.mark.parametrize(
    ("borrador", "nombre"),
    [
        ("Le voy a recetar a mlo dipino una vez al día.", "amlodipino"),
        ("Soy alérgica a su piclona.", "zopiclona"),
        ("Me pusieron si placidona en urgencias.", "ziprasidona"),
        ("puede tomar birlics si le vuelve", "Virlix"),
        ("le arde y tiene mucha comesón", "comezón"),
        ("el medsformina de ochocientos cincuenta", "metformina"),
    ],
)
def test_lo_que_suena_a_un_nombre_del_lexico(borrador: str, nombre: str) -> None:
    assert nombre in favorecidas(borrador)


@pytest.mark.parametrize(
    ("borrador", "nombre"),
    [
        ("por eso vine, doctora", "Isodine"),
        ("calentura de treinta y ocho", "Trayenta"),
        ("nada de flojera ni debilidad", "Debridat"),
    ],
)
def test_lo_corriente_no_se_toma_por_farmaco_donde_no_se_toma_nada(borrador: str, nombre: str) -> None:
    assert nombre not in favorecidas(borrador)


def test_lo_ya_bien_oido_tambien_se_favorece_y_va_primero() -> None:
    assert favorecidas("tomo losartán y omeprasol")[:2] == ["losartán", "omeprazol"]


def test_las_formas_de_una_palabra_no_llenan_la_lista() -> None:
    nombres = favorecidas("Te le inchan los pies y la comesón no se quita.")
    assert sum(n.startswith("hinch") for n in nombres) <= 3 * 3
    assert "comezón" in nombres


def test_sin_nada_que_se_parezca_no_hay_nombres() -> None:
    assert favorecidas("") == []
    assert favorecidas("Buenos días, pase, siéntese, por favor.") == []


def test_cuantas_palabras_seguidas_se_salto() -> None:
    borrador = "me duele el cuello y el pecho cuando camina o sube escaleras no"
    assert faltantes(borrador, "Me duele. No.") == 10
    assert faltantes(borrador, "me duele el cueyo y el pecho cuando camina o sube las escaleras no") <= 1
    assert faltantes("", "lo que sea") <= 0
