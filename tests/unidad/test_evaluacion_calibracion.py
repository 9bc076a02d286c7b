"""La curva de la probabilidad de palabra, contada a mano."""

from evaluacion.metricas.calibracion import aciertos, calibracion
from scribe.consulta import Palabra


def _palabras(*pares: tuple[str, float]) -> list[Palabra]:
    return [Palabra(texto=t, inicio=0, fin=1, prob=p) for t, p in pares]


def test_cada_palabra_va_a_su_decima() -> None:
    # «tos» se oyó bien con 0.95, «flemas» mal con 0.35 y «seca» mal con 0.9: 1 de 2 en 0.9, 0 de 1 en 0.3
    oidas = _palabras(("Tos", 0.95), ("temas", 0.35), ("beca.", 0.9))
    curva = calibracion("tos flemas seca", oidas)
    assert curva["0.9"] == (1, 2)
    assert curva["0.3"] == (0, 1)
    assert sum(total for _, total in curva.values()) == 3


def test_la_probabilidad_uno_y_las_fronteras_caen_en_su_decima() -> None:
    curva = calibracion("a b c", _palabras(("a", 1.0), ("b", 0.3), ("c", 0.0)))
    assert {d: t for d, (_, t) in curva.items() if t} == {"0.9": 1, "0.3": 1, "0.0": 1}


def test_las_que_forman_un_numero_comparten_suerte() -> None:
    oidas = _palabras(("treinta", 0.9), ("y", 0.9), ("ocho", 0.6), ("grados", 0.9))
    assert [bien for _, bien in aciertos("38 grados", oidas)] == [True] * 4
    assert [bien for _, bien in aciertos("39 grados", oidas)] == [False, False, False, True]


def test_la_muletilla_no_cuenta() -> None:
    assert len(aciertos("tengo tos", _palabras(("eh,", 0.2), ("tengo", 0.9), ("tos", 0.9)))) == 2


def test_un_reconocedor_peor_acierta_menos_con_la_misma_confianza() -> None:
    dicho = "me duele mucho la garganta"
    tasas = []
    for escrito in (dicho, "me duele mucho la arganta", "me suele mucho la arganta"):
        buenas, total = calibracion(dicho, _palabras(*((p, 0.95) for p in escrito.split())))["0.9"]
        tasas.append(buenas / total)
    assert tasas == [1.0, 0.8, 0.6]
