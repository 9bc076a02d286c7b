"""Clases de error que daban por cierto algo falso, con frases propias (ninguna de un guion)."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Rol, Transcripcion, Turno
from scribe.lenguaje.cifras import escribir, escribir_cifras
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.rangos import revisar_cifras
from scribe.soap.persona import en_tercera
from scribe.soap.redactor import Redactor
from scribe.soap.rotulos import habla_de_si

_ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}


def _nota(*dichos: str) -> list[Enunciado]:
    turnos = tuple(
        escribir_cifras(
            Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=5.0 * n, fin=5.0 * n + 4, texto=d[3:])
        )
        for n, d in enumerate(dichos, 1)
    )
    nota = Redactor().redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota
    return [*nota.subjetivo, *nota.objetivo, *nota.analisis, *nota.plan]


@pytest.mark.parametrize(
    ("dicho", "renglon"),
    [
        ("Va a tomar media tableta de carvedilol de 25 por la mañana.", "½ tableta de carvedilol"),
        ("Tome dos cápsulas de gabapentina de 300 cada 8 horas.", "2 cápsulas de gabapentina"),
        ("Le dejo un cuarto de tableta de digoxina diario.", "Un cuarto de tableta de digoxina"),
        ("Quince gotas de metamizol cada 8 horas por 2 días.", "15 gotas de metamizol"),
    ],
)
def test_lo_que_se_toma_dicho_antes_del_nombre_no_se_pierde(dicho: str, renglon: str) -> None:
    (receta,) = [e for e in _nota("M: Presión 120 sobre 80.", f"M: {dicho}") if e.tipo == "receta"]
    assert receta.texto.startswith(renglon)


def test_una_frase_hecha_con_no_no_niega_lo_que_sigue() -> None:
    for texto in (
        "No hay vuelta de hoja: ya tiene usted diabetes",
        "No hay de otra, tiene hepatitis",
        "No es que le vaya a dar diabetes",
    ):
        m = max(texto.find("diabetes"), texto.find("hepatitis"))
        assert not calificar(texto, m, len(texto)).negada, texto
    assert calificar("no hay diabetes", 7, 15).negada


@pytest.mark.parametrize(
    "dicho", ["Triste no estoy, ni nerviosa.", "Embarazada no ando.", "Diabético no soy."]
)
def test_el_verbo_estar_o_ser_tras_la_palabra_tambien_niega(dicho: str) -> None:
    assert all(e.texto.startswith("Niega") for e in _nota("M: ¿Y usted?", f"P: {dicho}"))


def test_quien_acompana_hablando_de_si() -> None:
    for propio in (
        "La diabética soy yo",
        "Yo sí, a la penicilina",
        "En mi caso era la presión",
        "yo me hincho toda",
    ):
        assert habla_de_si(propio), propio
    for de_otro in ("yo le doy su medicina", "yo sí le doy", "Yo la veo mal"):
        assert not habla_de_si(de_otro), de_otro


def test_otro_hijo_no_es_el_paciente() -> None:
    nota = _nota("M: ¿Ronchas?", "A: Él no, la que trae ronchas es mi otra niña.")
    assert not any(e.texto.lower().startswith(("exantema", "ronchas")) for e in nota)


def test_otra_persona_da_otra_dosis_u_otro_dia() -> None:
    for dicho, desmiente in (
        ("P: Tomo atenolol, de cien, uno en la mañana.", "A: De cincuenta, si yo se las compro."),
        ("P: Me dio calentura ayer.", "A: No, pa, eso fue el domingo."),
    ):
        assert any(
            e.estado is EstadoEnunciado.POR_REVISAR and "otra persona" in (e.motivo or "")
            for e in _nota("M: ¿Y qué más?", dicho, desmiente)
        ), dicho


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("Ciento sesenta y dos con noventa y ocho en el izquierdo", "162/98 en el izquierdo"),
        ("valsartán de ciento sesenta con veinticinco", "valsartán de 160 con 25"),
        ("losartán de cien con cincuenta de la otra", "losartán de 100 con 50 de la otra"),
        ("tuvo treinta y ocho y medio", "tuvo 38.5"),
    ],
)
def test_tension_dicha_con_con(dicho: str, escrito: str) -> None:
    assert escribir(dicho) == escrito


def test_la_dosis_que_sigue_a_la_fiebre_no_es_temperatura() -> None:
    def avisos(texto: str) -> int:
        turno = Turno(id=1, hablante="M", rol=Rol.MEDICO, inicio=0, fin=4, texto=texto)
        return len(revisar_cifras(Transcripcion(idioma="es", turnos=(turno,))))

    assert avisos("Para la fiebre, paracetamol de 500") == 0
    assert avisos("La temperatura máxima de 50") == 1


@pytest.mark.parametrize(
    ("yo", "tercera"),
    [
        ("me hincho toda", "se hincha toda"),
        ("me habré tomado dos", "se habrá tomado dos"),
        ("me echo agua", "se echa agua"),
        ("llevo tres días así", "lleva tres días así"),
        ("le tiré la basura", "le tiré la basura"),
    ],
)
def test_tercera_persona_de_verbos_que_no_estan_en_la_lista(yo: str, tercera: str) -> None:
    assert en_tercera(yo) == tercera
