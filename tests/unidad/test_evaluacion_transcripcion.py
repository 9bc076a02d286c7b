"""WER, CER y lo que se pone en la medida de un caso, con cuentas hechas a mano."""

import pytest

from evaluacion.alineacion import alinear
from evaluacion.caso import Caso, Dicho
from evaluacion.definiciones import definiciones
from evaluacion.metricas.transcripcion import Errores, cer, medir, wer
from evaluacion.salida import Salida
from scribe.consulta import Palabra, Transcripcion, Turno

DICHO = (
    "Le doy metformina de ochocientos cincuenta miligramos cada doce horas. ¿Tiene fiebre? No tengo fiebre."
)
BUENO = "Le doy metformina de 850 mg cada 12 horas. ¿Tiene fiebre? No tengo fiebre."
MALO = "Le doy mi formina de 800 mg cada 12 horas. ¿Tiene fiebre? Tengo fiebre."


def _caso(dicho: str = DICHO, **campos: object) -> Caso:
    return Caso.model_validate({"id": "c", "dichos": (Dicho(hablante="medico", texto=dicho),), **campos})


def _salida(texto: str, palabras: tuple[Palabra, ...] = ()) -> Salida:
    turno = Turno(id=1, hablante="H1", inicio=0, fin=9, texto=texto, palabras=palabras)
    return Salida(caso="c", transcripcion=Transcripcion(idioma="es", turnos=(turno,)))


def test_wer_contado_a_mano() -> None:
    # el perro come → el gato come hoy: una sustitución y una inserción sobre tres palabras
    assert wer("El perro come.", "el gato come hoy") == Errores(2, 3)


def test_wer_publicado_por_jiwer() -> None:
    # Ejemplo de la documentación de jiwer: «hello world» contra «hello duck», una de dos palabras.
    assert wer("hello world", "hello duck", "en").tasa == 0.5


def test_wer_en_ingles_no_cuenta_la_ortografia_britanica() -> None:
    assert wer("I've had diarrhoea", "I have had diarrhea", "en") == Errores(0, 4)
    assert wer("I've had diarrhoea", "I have had dire rear", "en") == Errores(2, 4)


def test_cer_contado_a_mano() -> None:
    # casa → cosas: la «a» por «o» y una «s» de más, sobre cuatro letras
    assert cer("casa", "cosas") == Errores(2, 4)


def test_sin_referencia_todo_es_inventado() -> None:
    assert wer("", "suscribete al canal") == Errores(3, 0)
    assert wer("", "suscribete al canal").tasa == 1.0
    assert cer("", "hola") == Errores(4, 0)
    assert wer("", "").tasa == 0.0
    assert wer("hola doctora", "") == Errores(2, 2)


@pytest.mark.parametrize("medida", [wer, cer])
def test_un_reconocedor_peor_sale_peor(medida: object) -> None:
    dicho = "le doy metformina de ochocientos cincuenta miligramos cada doce horas"
    bueno = "Le doy metformina de 850 mg cada 12 horas."
    regular = "Le doy mi formina de 850 mg cada 12 horas."
    malo = "Le doy mi formina de 800 cada dos horas."
    tasas = [medida(dicho, h).tasa for h in (bueno, regular, malo, "")]  # type: ignore[operator]
    assert tasas == sorted(tasas)
    assert len(set(tasas)) == 4
    assert tasas[0] == 0.0
    assert tasas[-1] == 1.0


def test_los_errores_se_suman() -> None:
    assert (Errores(1, 10) + Errores(3, 10)).tasa == 0.2


def test_la_alineacion_empareja_en_orden() -> None:
    # a b c → a x c d: «b» queda frente a «x» y «d» sobra
    alineacion = alinear(["a", "b", "c"], ["a", "x", "c", "d"])
    assert alineacion.de_referencia == (0, 1, 2)
    assert alineacion.de_hipotesis == (0, 1, 2, None)
    assert [alineacion.igual(i) for i in range(3)] == [True, False, True]
    assert alineacion.errores == 2


def test_medir_pone_cada_medida_que_aplica() -> None:
    cuentas = medir(_caso(), _salida(BUENO)).cuentas
    assert cuentas["wer"] == (0, 14)
    assert cuentas["farmacos_exhaustividad"] == (1, 1)
    assert cuentas["cifras_exactitud"] == (2, 2)
    assert cuentas["negacion"] == (1, 1)
    assert "wer_oido" not in cuentas
    assert set(cuentas) <= set(definiciones())


def test_medir_una_transcripcion_mala_explica_que_fallo() -> None:
    # «metformina» pasa a «mi formina» (2), 850 a 800 (1) y se pierde el «no» (1): 4 errores de 14 palabras
    parcial = medir(_caso(), _salida(MALO))
    assert parcial.cuentas["wer"] == (4, 14)
    assert parcial.cuentas["farmacos_exhaustividad"] == (0, 1)
    assert parcial.cuentas["cifras_exactitud"] == (1, 2)
    assert parcial.cuentas["negacion"] == (0, 1)
    assert parcial.detalle["cifras_exactitud"] == ["«850 miligramos» → «800 miligramos»"]
    assert parcial.detalle["negacion"] == ["«fiebre» → «fiebre (sin negar)»"]


def test_lo_oido_se_mide_antes_de_corregir() -> None:
    palabras = tuple(
        Palabra(texto=t, inicio=0, fin=1, prob=0.95)
        for t in ["Le", "doy", "mi", "formina", "de", "850", "mg", "cada", "12"]
    )
    cuentas = medir(
        _caso("Le doy metformina de 850 mg cada 12"), _salida("Le doy metformina de 850 mg cada 12", palabras)
    ).cuentas
    assert cuentas["wer"] == (0, 8)
    assert cuentas["wer_oido"] == (2, 8)
    # nueve palabras con 0.95; «mi» y «formina» no se dijeron
    assert cuentas["calibracion_palabra/0.9"] == (7, 9)


def test_no_se_mide_donde_nadie_habla_ni_donde_no_se_transcribe() -> None:
    assert medir(_caso(habla=False), _salida("suscríbete")).cuentas == {}
    assert medir(Caso(id="c"), _salida("hola")).cuentas == {}
    assert medir(_caso(), Salida(caso="c")).cuentas == {}
