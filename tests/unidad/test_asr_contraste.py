"""Las cifras oídas contra la lectura en letras de la misma ventana."""

from __future__ import annotations

import pytest

from scribe.asr import segunda
from scribe.asr.contraste import (
    DIGITOS,
    confirmados,
    contrastar,
    contrastar_farmacos,
    perdidos,
)
from scribe.asr.correccion import corregir
from scribe.consulta import Escucha, EstadoEnunciado, OtraLectura, Palabra, Rol, Transcripcion, Turno
from scribe.lenguaje.cifras_parecidas import se_confunden
from scribe.soap.fragmentos import Propuesta, Trozo
from scribe.soap.verificar import verificar


def _dudas(texto: str, en_letras: str) -> list[tuple[str, str]]:
    return [(texto[c.desde : c.hasta], c.propuesto) for c in contrastar(texto, en_letras)]


@pytest.mark.parametrize(
    ("texto", "en_letras", "dudas"),
    [
        ("presión 188/74, pulso 96", "presión ciento dieciocho sobre setenta y cuatro, pulso noventa y seis",
         [("188/74", "118/74")]),
        ("presión 188 sobre 74", "presión ciento dieciocho sobre setenta y cuatro", [("188", "118")]),
        ("glucosa en ayunas 12. Uy", "glucosa en ayunas doscientos doce. Uy", [("12", "212")]),
        ("temperatura 38.9 y pulso 80", "temperatura treinta y ocho punto cinco y pulso ochenta",
         [("38.9", "38.5")]),
        ("telmisartán de 41 diario", "telmisartán de cuarenta, uno diario", [("41", "40")]),
    ],
)  # fmt: skip
def test_dos_lecturas_distintas_son_una_duda(
    texto: str, en_letras: str, dudas: list[tuple[str, str]]
) -> None:
    assert _dudas(texto, en_letras) == dudas


@pytest.mark.parametrize(
    ("texto", "en_letras"),
    [
        ("presión 128/78", "presión ciento veintiocho sobre setenta y ocho"),
        ("presión 128/78", "presión, cientos veinte y ocho sobre setenta y ocho"),
        ("temperatura 37 y 8 hoy", "temperatura treinta y siete punto ocho hoy"),
        ("por 28 semanas", "por veinte, ocho semanas"),  # así lee a trozos
        ("pregabalina de 75", "pregabalina de ceteenta y cinco"),  # le faltó un pedazo
        ("naproxeno de 550", "naproxeno de quininientos cientos cincuenta"),
        ("entre 190 y 210", "entre cien noventa y doscientos diez"),
        ("tiene 58 años", "tiene una tos"),  # nada que comparar
        ("mide 1.51 estoy", "unos cincuenta y uno estoy"),
        ("la biometría y ya", "la biometría y ya"),
    ],
)
def test_lo_que_coincide_o_se_leyo_a_medias_no_es_duda(texto: str, en_letras: str) -> None:
    assert not _dudas(texto, en_letras)


def test_nunca_se_cambia_lo_oido() -> None:
    en_letras = "presión ciento dieciocho sobre setenta y cuatro"
    (otra,) = segunda.mirar("presión 188/74", [], lambda t: [0.0 for _ in t], en_letras)
    assert (otra.clase, otra.propuesto, otra.segura) == ("cifra", "118/74", False)


@pytest.mark.parametrize(
    ("una", "otra", "igual"),
    [
        ("188", "118", True),
        ("12", "212", True),
        ("38.9", "38.5", True),
        ("60", "70", True),
        ("118", "118", False),
        ("5", "300", False),
        ("1500", "1600", False),
        ("38.9", "12", False),
    ],
)
def test_se_confunden(una: str, otra: str, igual: bool) -> None:
    assert se_confunden(una, otra) is igual
    assert se_confunden(otra, una) is igual


@pytest.mark.parametrize("ficha", ["Ġ118", "5", "mg2", "%"])
def test_las_fichas_con_digitos_se_prohiben(ficha: str) -> None:
    assert DIGITOS.search(ficha)


@pytest.mark.parametrize("ficha", ["ĠpresiÃ³n", "ungÃ¼ento", "aÃ±os", "ciento"])
def test_las_letras_con_acento_no(ficha: str) -> None:
    assert not DIGITOS.search(ficha)


def _turno(texto: str, oida: str, otra: str, *, en_letras: bool = False) -> tuple[Turno, tuple[Escucha, ...]]:
    palabras = tuple(
        Palabra(texto=t, inicio=k * 0.5, fin=k * 0.5 + 0.4, prob=0.9) for k, t in enumerate(texto.split())
    )
    turno = Turno(id=1, hablante="H1", rol=Rol.MEDICO, inicio=0, fin=9, texto=texto, palabras=palabras)
    k = next(n for n, p in enumerate(palabras) if oida in p.texto)
    lectura = OtraLectura(
        inicio=palabras[k].inicio,
        fin=palabras[k].fin,
        original=oida,
        propuesto=otra,
        motivo="cifra",
        en_letras=en_letras,
    )
    return turno, (Escucha(idioma="es", palabras=palabras, lecturas=(lectura,)),)


def _corregida(texto: str, oida: str, otra: str, *, en_letras: bool = False) -> tuple[Turno, list[str]]:
    turno, escuchas = _turno(texto, oida, otra, en_letras=en_letras)
    salida, avisos = corregir(Transcripcion(idioma="es", turnos=(turno,)), None, escuchas)
    return salida.turnos[0], [a.texto for a in avisos if a.tipo == "cifra_dudosa"]


@pytest.mark.parametrize("dicha", ["presión 18/66, peso 68 kilos.", "presión 18 sobre 66, peso 68 kilos."])
def test_lo_que_no_puede_ser_deja_su_lugar_a_lo_que_si(dicha: str) -> None:
    oida = "18/66" if "/" in dicha else "18"
    turno, avisos = _corregida(dicha, oida, "108/66" if "/" in dicha else "108")
    assert turno.texto == "presión 108/66, peso 68 kg."
    assert any(
        (c.original, c.propuesto, c.aplicada) == ("108/66", "18/66", False) for c in turno.correcciones
    )
    assert avisos == ["Se oyó «18/66», que no puede ser; otra lectura del audio da «108/66»: confírmela."]
    propuesta = Propuesta("objetivo", "signo_vital", "TA 108/66 mmHg", (Trozo(turno, 0, len(turno.texto)),))
    assert verificar(propuesta).estado is EstadoEnunciado.POR_REVISAR


def test_entre_dos_posibles_queda_lo_oido() -> None:
    turno, avisos = _corregida("presión 188/74, pulso 96.", "188/74", "118/74")
    assert turno.texto == "presión 188/74, pulso 96."
    assert avisos == ["Se oyó «188/74», pero podría ser «118/74»: conviene volver a oírlo."]


@pytest.mark.parametrize("dicha", ["presión 188/74, pulso 96.", "presión 188 sobre 74, pulso 96."])
def test_entre_dos_posibles_queda_la_leida_en_letras_por_revisar(dicha: str) -> None:
    oida, otra = ("188/74", "118/74") if "/" in dicha else ("188", "118")
    turno, avisos = _corregida(dicha, oida, otra, en_letras=True)
    assert turno.texto == "presión 118/74, pulso 96."
    assert avisos == ["Se oyó «188/74» y, leído en letras, «118/74»: confírmela."]
    propuesta = Propuesta("objetivo", "signo_vital", "TA 118/74 mmHg", (Trozo(turno, 0, len(turno.texto)),))
    enunciado = verificar(propuesta)
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR and "188/74" in (enunciado.motivo or "")


def test_lo_leido_en_letras_que_no_puede_ser_no_se_escribe() -> None:
    turno, _ = _corregida("presión 118/74, pulso 96.", "118/74", "18/74", en_letras=True)
    assert turno.texto == "presión 118/74, pulso 96."


def test_doce_leido_letra_por_letra() -> None:
    assert not list(
        contrastar(
            "presión 112 sobre 70, pulso 68", "Presión, ciento dos es sobre setenta, pulso, sesenta y ocho"
        )
    )


def test_si_ninguna_puede_ser_queda_lo_oido() -> None:
    turno, _ = _corregida("presión 18/66, pulso 96.", "18/66", "19/66")
    assert turno.texto == "presión 18/66, pulso 96."


def test_solo_se_duda_del_enunciado_que_lleva_la_cifra() -> None:
    turno, _ = _corregida("presión 188/74, pulso 96.", "188/74", "118/74")
    entero = (Trozo(turno, 0, len(turno.texto)),)
    assert (
        verificar(Propuesta("objetivo", "signo_vital", "TA 188/74 mmHg", entero)).estado
        is EstadoEnunciado.POR_REVISAR
    )
    assert (
        verificar(Propuesta("objetivo", "signo_vital", "FC 96 lpm", entero)).estado
        is EstadoEnunciado.VERIFICADO
    )


@pytest.mark.parametrize(
    ("texto", "en_letras", "vale"),
    [
        ("presión 118/74", "presión ciento ochenta y ocho sobre setenta y cuatro", True),
        ("metformina de 850", "metformina de ochocientos sesenta", True),
        ("temperatura 37.8", "temperatura treinta y siete punto seis", True),
        ("cada 12 horas por 10 días", "cada dos horas por dieciséis días", False),
        ("hace 3 días tuve 2 vómitos", "hace seis días tuve doce vómitos", False),
        ("tiene 58 años", "tiene sesenta y ocho años", False),
        ("ninguna", "ninguna", False),
    ],
)
def test_que_cifras_se_contrastan(texto: str, en_letras: str, vale: bool) -> None:
    assert bool(_dudas(texto, en_letras)) is vale


def test_detras_de_la_ultima_cifra_que_importa_no_se_contrasta_ninguna() -> None:
    texto = "Pesa 80, presión 118/74, y la tos la trae hace 3 días."
    letras = "Pesa sesenta, presión ciento dieciocho sobre setenta y cuatro, y la tos la trae hace {} días"
    assert _dudas(texto, letras.format("tres")) == _dudas(texto, letras.format("seis")) != []


@pytest.mark.parametrize(
    ("texto", "borrador", "otro"),
    [
        ("También tomo Dolac cuando no duermo.", "También tomo dolex cuando no duermo", "dolex"),
        ("le doy Losec cada 24", "le doy lasix cada veinticuatro", "lasix"),
        ("También tomo Dolac cuando no duermo.", "También tomo dola cuando no duermo", None),
        ("Yo tomo metilprednisolona de 16", "Yo tomo metí el prednisolona de dieciséis", None),
        ("tomo Tylenol diario", "tomo paracetamol diario", None),
        ("tomo losartán y enalapril", "tomo losartán y enalapril", None),
    ],
)
def test_un_farmaco_donde_la_primera_lectura_dice_otro(texto: str, borrador: str, otro: str | None) -> None:
    assert [c.propuesto for c in contrastar_farmacos(texto, borrador)] == ([otro] if otro else [])


def test_el_otro_farmaco_se_muestra_y_no_se_escribe() -> None:
    (otra,) = segunda.mirar("También tomo Dolac.", [], lambda t: [0.0 for _ in t], "También tomo dolex")
    assert (otra.clase, otra.propuesto, otra.segura) == ("fármaco", "dolex", False)


def test_un_farmaco_de_la_primera_lectura_que_no_esta_se_cuenta_como_perdido() -> None:
    assert perdidos("donde le duele. El jueves", "donde le duele. Y el tafil. El jueves") == 1
    assert perdidos("tomo paracetamol y losartán", "tomo tempra y losartán") == 0
    assert perdidos("Yo tomo metilprednisolona", "Yo tomo metí el prednisolona") == 0


@pytest.mark.parametrize(
    ("texto", "borrador", "cuales"),
    [
        ("tome uno cada ocho horas", "tome uno cada ocho horas", ["uno", "ocho"]),
        ("tome uno cada ocho horas", "tome uno cada dos horas", ["uno"]),
        ("le doy Virlix diario", "le doy birlics diario", ["Virlix"]),
        ("le doy Virlix diario", "le doy el virus diario", []),
        ("presión 118/74", "presión ciento dieciocho sobre setenta y cuatro", []),
        ("buenos días", "buenos días", []),
    ],
)
def test_en_que_coinciden_las_dos_lecturas(texto: str, borrador: str, cuales: list[str]) -> None:
    assert [texto[a:b] for a, b in confirmados(texto, borrador)] == cuales
