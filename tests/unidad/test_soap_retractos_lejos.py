"""Correcciones con palabras en medio, en otra oración o dejadas a medias. Frases propias, no de un guion."""

from __future__ import annotations

import pytest

from scribe.consulta import Turno
from scribe.lenguaje.cifras import escribir
from scribe.lenguaje.oraciones import partir
from scribe.soap.retractos import INTERRUMPIDA, vigente


@pytest.mark.parametrize(
    ("dicho", "queda"),
    [
        (
            "Bisoprolol de diez... no, mejor iniciamos suavecito, de cinco, una diaria.",
            "Bisoprolol de 5, 1 diaria.",
        ),
        (
            "Son dos mililitros... perdón, para su edad es demasiado: uno punto cinco mililitros.",
            "Son 1.5 mL.",
        ),
        ("Atenolol de cien... mejor empezamos con cincuenta, cada mañana.", "Atenolol de 50, cada mañana."),
        ("Enalapril de veinte... no, te va a bajar mucho, de diez, una diaria.", "Enalapril de 10, 1 diaria."),  # noqa: E501
        ("Losartán de cien en la noche; no, perdón, empezamos con cincuenta.", "Losartán de 50."),
        ("Valsartán de ciento sesenta... no, vamos a arrancar con el de ochenta.", "Valsartán de 80."),
        ("Son veinte gotas... permítame, por el peso... doce gotas.", "Son 12 gotas."),
        ("Cefalexina por cinco días. Mejor siete días, completos.", "Cefalexina por 7 días, completos."),
        ("Pónganse dos aplicaciones cada ocho horas, o mejor cada doce.", "Pónganse 2 aplicaciones cada 12."),
        (
            "La herida mide tres por dos centímetros... a ver, la mido bien: cuatro por dos.",
            "La herida mide 4 por 2.",
        ),
    ],
)
def test_vale_lo_ultimo_aunque_haya_palabras_en_medio(dicho: str, queda: str) -> None:
    assert vigente(escribir(dicho)) == queda


@pytest.mark.parametrize(
    "dicho",
    [
        "Una tableta al día. Si no mejora en 3 días, 2 tabletas.",
        "Tome 500 mg ahora y mejor descanse 3 días.",
        "Primero 1 pastilla, a los 3 días 2 pastillas.",
        "La presión de 140/90, a ver, la vuelvo a tomar: 130/85.",
        "Pesaba 80 y ahora, mejor, 75.",
        "Tome 1 cada 12 horas y, si a los 3 días ve que no mejora, 2 cada 12 horas.",
    ],
)
def test_lo_que_no_se_corrige_se_queda(dicho: str) -> None:
    assert vigente(dicho) == dicho


@pytest.mark.parametrize(
    ("texto", "oraciones"),
    [
        ("Hace 2 semanas. No, 3 semanas. Ya no aguanto.", 2),
        ("Por 5 días. Mejor 3 días.", 1),
        ("¿Fuma 2 diarios? No, 5.", 2),
        ("Tome mucha agua. No, gracias.", 2),
    ],
)
def test_la_correccion_no_se_separa_de_lo_que_corrige(texto: str, oraciones: int) -> None:
    assert len(partir(Turno(id=1, hablante="a", inicio=0, fin=9, texto=texto))) == oraciones


def test_la_frase_que_se_deja_a_medias_se_reconoce() -> None:
    assert INTERRUMPIDA.search("naproxeno, 1 tableta cada... no, espereme")
    assert INTERRUMPIDA.search("carvedilol, ½ en la... espere, espere.")
    assert not INTERRUMPIDA.search("espere 3 minutos y vuelva a medir.")
