"""Palabras y enunciados inventados donde nadie habla."""

from evaluacion.caso import Caso
from evaluacion.metricas.invento import contar_palabras, medir
from evaluacion.salida import Salida
from scribe.consulta import Enunciado, Nota, Transcripcion, Turno

SILENCIO = Caso(id="ventilador", habla=False, duracion_s=30.0)


def _salida(texto: str, nota: Nota | None = None) -> Salida:
    turnos = (Turno(id=1, hablante="H1", inicio=0, fin=1, texto=texto),) if texto else ()
    return Salida(caso="ventilador", transcripcion=Transcripcion(idioma="es", turnos=turnos), nota=nota)


def test_palabras_por_minuto_contadas_a_mano() -> None:
    # tres palabras en medio minuto: 6 por minuto
    cuentas = medir(SILENCIO, _salida("Suscríbete al canal.")).cuentas
    assert cuentas["invento_palabras"] == (3.0, 0.5)
    assert cuentas["invento_casos"] == (1.0, 1.0)


def test_callar_es_cero_y_cuenta() -> None:
    cuentas = medir(SILENCIO, _salida("")).cuentas
    assert cuentas["invento_palabras"] == (0.0, 0.5)
    assert cuentas["invento_casos"] == (0.0, 1.0)


def test_los_enunciados_de_la_nota_se_cuentan() -> None:
    nota = Nota(subjetivo=(Enunciado(texto="Refiere tos", tipo="sintoma", citas=()),))
    parcial = medir(SILENCIO, _salida("tos", nota))
    assert parcial.cuentas["invento_enunciados"] == (1.0, 1.0)
    assert parcial.detalle["invento_nota"] == ["Refiere tos"]


def test_un_sistema_que_inventa_mas_sale_peor() -> None:
    tasas = [
        medir(SILENCIO, _salida(t)).cuentas["invento_palabras"][0] for t in ("", "gracias", "gracias por ver")
    ]
    assert tasas == [0.0, 1.0, 3.0]


def test_donde_se_habla_no_aplica() -> None:
    assert medir(Caso(id="c", duracion_s=30.0), _salida("hola")).cuentas == {}


def test_inventar_muletillas_tambien_es_inventar_y_los_signos_no_son_palabras() -> None:
    assert contar_palabras("Eh… ¡gracias! ♪ — 3") == 3
