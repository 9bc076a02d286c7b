"""Normalizador, WER, CER y cifras, con cuentas hechas a mano."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluacion.metricas.transcripcion import Errores, cer, cifras_perdidas, wer
from evaluacion.normalizador import cifras, normalizar


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("treinta y ocho punto cinco", "38.5"),
        ("treinta y ocho punto cinco", "38,5"),
        ("ciento treinta sobre ochenta y cinco", "130/85"),
        ("noventa y cuatro por ciento", "94 %"),
        ("noventa y cuatro por ciento", "94%."),
        ("ochocientos cincuenta miligramos cada ocho horas", "850 mg c/8 h"),
        ("¿Mide uno sesenta y ocho?", "mide 1.68 m"),
        ("setenta y cinco microgramos", "75 mcg"),
        ("una tableta", "1 tableta"),
        ("dos veces, un miligramo", "2 veces, 1 mg"),
        ("como unas cuatro tazas", "como unas 4 tazas"),
        ("leucocitos dos cruces", "leucocitos ++"),
        ("Este, me duele, eh, la cabeza", "Me duele la cabeza."),
    ],
)
def test_lo_dicho_y_lo_escrito_se_normalizan_igual(dicho: str, escrito: str) -> None:
    assert normalizar(dicho) == normalizar(escrito)


@pytest.mark.parametrize(
    ("uno", "otro"),
    [("38.5", "38"), ("850 mg", "800 mg"), ("30 y 8.5", "38.5"), ("si fuma", "no fuma"), ("130/85", "30/85")],
)
def test_lo_que_difiere_no_se_iguala(uno: str, otro: str) -> None:
    assert normalizar(uno) != normalizar(otro)


@given(st.text(alphabet="abcdeñáé .,¿?/-\n", max_size=40))
def test_normalizar_dos_veces_no_cambia_nada(texto: str) -> None:
    assert normalizar(normalizar(texto)) == normalizar(texto)


def test_wer_contado_a_mano() -> None:
    # el perro come → el gato come hoy: una sustitución y una inserción sobre tres palabras
    assert wer("El perro come.", "el gato come hoy") == Errores(2, 3)


def test_cer_contado_a_mano() -> None:
    assert cer("casa", "cosas") == Errores(2, 4)


def test_sin_referencia_todo_es_inventado() -> None:
    assert wer("", "suscribete al canal") == Errores(3, 0)
    assert wer("", "suscribete al canal").tasa == 1.0
    assert wer("", "").tasa == 0.0


def test_un_reconocedor_peor_sale_peor() -> None:
    dicho = "le doy metformina de ochocientos cincuenta miligramos cada doce horas"
    bueno = "Le doy metformina de 850 mg cada 12 horas."
    regular = "Le doy mi formina de 850 mg cada 12 horas."
    malo = "Le doy mi formina de 800 cada dos horas."
    tasas = [wer(dicho, h).tasa for h in (bueno, regular, malo, "")]
    assert tasas == sorted(tasas)
    assert len(set(tasas)) == 4
    assert tasas[0] == 0.0
    assert tasas[-1] == 1.0


def test_cifras_perdidas_cuenta_repeticiones() -> None:
    assert cifras("presión ciento diez sobre setenta y pulso setenta") == ["110", "70", "70"]
    assert cifras_perdidas("110/70, pulso 70", "presión 110/70") == Errores(1, 3)
    assert cifras_perdidas("tensión 108/66", "tensión 18/66") == Errores(1, 2)


def test_los_errores_se_suman() -> None:
    assert (Errores(1, 10) + Errores(3, 10)).tasa == 0.2
