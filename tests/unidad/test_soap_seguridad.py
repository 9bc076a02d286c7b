"""Avisos de seguridad sobre consultas cortas: qué avisa, con qué cita, y qué no."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from scribe.consulta import Aviso, Cita, Contexto, Enunciado, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.farmacos import farmacos, ficha
from scribe.soap.posologia import leer_pauta
from scribe.soap.redactor import Redactor
from scribe.soap.seguridad import revisar_seguridad

ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}


def consulta(*frases: str) -> Transcripcion:
    """Cada frase empieza con M:, P: o A: (médico, paciente, acompañante)."""
    turnos = tuple(
        Turno(id=n, hablante=f[0], rol=ROLES[f[0]], inicio=n * 10.0, fin=n * 10.0 + 9, texto=f[3:])
        for n, f in enumerate(frases, start=1)
    )
    return Transcripcion(idioma="es", turnos=turnos)


def avisos(*frases: str, contexto: Contexto | None = None, nota: Nota | None = None) -> tuple[Aviso, ...]:
    transcripcion = consulta(*frases)
    hallados = revisar_seguridad(nota or Nota(), transcripcion, contexto or Contexto())
    for aviso in hallados:
        for cita in aviso.citas:
            assert cita.texto in transcripcion.turno(cita.turno).texto
    return hallados


def tipos(*frases: str, contexto: Contexto | None = None) -> list[str]:
    return [a.tipo for a in avisos(*frases, contexto=contexto)]


def test_alergia_declarada_y_respetada_da_un_solo_aviso() -> None:
    (aviso,) = avisos(
        "M: ¿Por qué no te la tomaste?",
        "P: Porque soy alérgico a la penicilina. De niño me inyectaron una y me llené de ronchas.",
        "M: Nada de penicilinas, ni amoxicilina ni ampicilina. Te voy a dar clindamicina, 1 cada 8 horas.",
    )
    assert (aviso.tipo, aviso.texto) == ("alergia", "Alergia a penicilina referida.")
    assert aviso.citas[0].turno == 2


def test_recetar_de_la_familia_a_la_que_es_alergico() -> None:
    hallados = avisos(
        "M: ¿Es alérgica a algo?",
        "P: Sí, a la penicilina.",
        "M: Le voy a dar amoxicilina de 500 mg, 1 cada 8 horas, por 7 días.",
    )
    assert [a.tipo for a in hallados] == ["alergia", "alergia"]
    assert "Se receta amoxicilina" in hallados[1].texto
    assert {c.turno for c in hallados[1].citas} == {2, 3}


def test_reaccion_cruzada_se_dice_como_tal() -> None:
    hallados = avisos(
        "M: ¿Alergias?", "P: A la penicilina, doctora.", "M: Le doy cefalexina de 500, una cada 6 horas."
    )
    assert "cruzada" in hallados[-1].texto


def test_la_respuesta_a_la_pregunta_de_alergia() -> None:
    (aviso,) = avisos(
        "M: ¿Es alérgica a algo?", "P: A las sulfas. Una vez me dieron Bactrim y me salió una roncha."
    )
    assert "sulfas" in aviso.texto


def test_alergia_que_no_es_a_un_farmaco() -> None:
    (aviso,) = avisos("M: ¿Alergias?", "P: Soy alérgica a los mariscos.")
    assert aviso.texto == "Alergia a mariscos referida."


@pytest.mark.parametrize(
    "frases",
    [
        ("M: ¿Alergia a alguna medicina?", "P: No, a ninguna."),
        ("M: ¿Es alérgico a algo?", "P: No, que yo sepa."),
        ("P: Mi hermano es alérgico a la penicilina.", "M: Te doy amoxicilina de 500, una cada 8 horas."),
        ("P: No soy alérgica a la aspirina.",),
    ],
)
def test_sin_alergia_no_hay_aviso(frases: tuple[str, ...]) -> None:
    assert tipos(*frases) == []


def test_el_acompanante_habla_por_el_paciente() -> None:
    assert tipos("M: ¿Es alérgico?", "A: Mi hijo es alérgico a la penicilina.") == ["alergia"]


def test_alergia_del_expediente() -> None:
    hallados = avisos(
        "M: Le receto trimetoprim con sulfametoxazol, una cada 12 horas.",
        contexto=Contexto(alergias=("sulfas", "Bactrim")),
    )
    assert [a.tipo for a in hallados] == ["alergia"]


def test_interaccion_entre_lo_que_toma_y_lo_que_se_receta() -> None:
    (aviso,) = avisos(
        "P: Tomo losartán de 50 diario.", "M: Le voy a dar naproxeno de 500 mg, 1 cada 12 horas, por 5 días."
    )
    assert aviso.tipo == "interaccion"
    assert "naproxeno" in aviso.texto and "losartán" in aviso.texto
    assert {c.turno for c in aviso.citas} == {1, 2}


def test_la_combinacion_que_venia_tomando_se_avisa_aunque_se_suspenda() -> None:
    hallados = avisos(
        "M: ¿Se está tomando su losartán?",
        "P: Sí, ese no lo perdono. Y me tomo un naproxeno de 500 casi diario.",
        "M: El losartán se queda igual, 50 cada 12 horas.",
        "P: ¿Y el naproxeno?",
        "M: Ese me lo suspende hoy mismo.",
    )
    assert [a.tipo for a in hallados] == ["interaccion"]
    assert "naproxeno se suspende" in hallados[0].texto


@pytest.mark.parametrize(
    ("toma", "receta"),
    [
        ("warfarina de 5", "ibuprofeno de 400 mg, 1 cada 8 horas"),
        ("isosorbida de 10", "sildenafil de 50 mg, 1 al día"),
        ("simvastatina de 20", "claritromicina de 500 mg, 1 cada 12 horas"),
        ("espironolactona de 25", "losartán de 50 mg, 1 cada 24 horas"),
        ("sertralina de 50", "tramadol de 50 mg, 1 cada 12 horas"),
        ("clonazepam de 2", "tramadol de 50 mg, 1 cada 12 horas"),
        ("digoxina de 0.25", "claritromicina de 500 mg, 1 cada 12 horas"),
        ("glibenclamida de 5", "trimetoprim con sulfametoxazol, 1 cada 12 horas"),
    ],
)
def test_interacciones_de_gravedad_alta(toma: str, receta: str) -> None:
    hallados = avisos(f"P: Yo tomo {toma} diario.", f"M: Le voy a dar {receta}.")
    assert "interaccion" in [a.tipo for a in hallados]
    assert any("grave" in a.texto for a in hallados)


def test_lo_negado_y_lo_pasado_no_interactuan() -> None:
    assert tipos("P: En marzo me dieron warfarina.", "M: Le doy ibuprofeno de 400, una cada 8 horas.") == []
    assert tipos("P: Tomo warfarina diario.", "M: Nada de ibuprofeno ni naproxeno, ¿eh?") == []


def test_dos_de_la_misma_clase() -> None:
    hallados = avisos(
        "P: Mi señora me inyectó 2 ampolletas de Dolo-Neurobión.",
        "M: Le voy a dar naproxeno de 500 mg, 1 tableta cada 12 horas.",
    )
    assert [a.tipo for a in hallados] == ["duplicidad"]


def test_el_mismo_principio_en_un_combinado() -> None:
    hallados = avisos(
        "P: Me tomo un Desenfriol cada 8 horas.", "M: Le doy paracetamol de 500, 1 cada 8 horas."
    )
    assert [a.tipo for a in hallados] == ["duplicidad"]
    assert "paracetamol" in hallados[0].texto


def test_dosis_por_toma_y_por_dia() -> None:
    (toma,) = avisos("M: Le receto losartán de 500 mg, 1 cada 24 horas.")
    assert (toma.tipo, "por toma" in toma.texto) == ("dosis", True)
    (dia,) = avisos("M: Le receto paracetamol de 1000 mg, 1 cada 4 horas.")
    assert (dia.tipo, "al día" in dia.texto) == ("dosis", True)


@pytest.mark.parametrize(
    "receta",
    [
        "ibuprofeno de 600... no, perdón, de 400 mg, 1 cada 8 horas",
        "metformina de 850 mg, 1 cada 12 horas",
        "levotiroxina de 75, en ayunas",
        "prednisona de 50 mg, 1 diaria por 5 días",
        "paracetamol en jarabe, 10 mL cada 6 horas",
    ],
)
def test_dosis_usual_no_se_avisa(receta: str) -> None:
    assert tipos(f"M: Te voy a dar {receta}.") == []


def test_en_ninos_no_se_juzga_la_dosis() -> None:
    assert tipos("M: Le receto losartán de 500 mg cada 24 horas.", contexto=Contexto(edad=6)) == []


def test_la_pauta_rectificada_vale_la_ultima() -> None:
    farmaco = ficha("ibuprofeno")
    assert farmaco is not None
    pauta = leer_pauta(" de 600, no, perdón, de 400 mg, 1 cada 6... perdón, cada 8 horas", farmaco)
    assert (pauta.mg, pauta.tomas) == (400.0, 3.0)


def test_la_nota_desempata_lo_que_la_frase_no_dice() -> None:
    frases = ("P: Tomo warfarina diario.", "M: Entonces el naproxeno.")
    assert tipos(*frases) == []
    cita = Cita(turno=2, texto="Entonces el naproxeno.", inicio=20.0, fin=29.0)
    nota = Nota(plan=(Enunciado(texto="Naproxeno", tipo="receta", citas=(cita,)),))
    assert "interaccion" in [a.tipo for a in avisos(*frases, nota=nota)]


def test_otro_idioma_no_da_avisos() -> None:
    transcripcion = consulta("P: I am allergic to penicilina").model_copy(update={"idioma": "en"})
    assert revisar_seguridad(Nota(), transcripcion, Contexto()) == ()


def test_las_interacciones_nombran_clases_o_genericos_del_lexico() -> None:
    datos = tomllib.loads((files("scribe.lenguaje") / "datos" / "interacciones.toml").read_text("utf-8"))
    conocidos = set(farmacos()) | {f.clase for f in farmacos().values()} | {"quinidina"}
    for par in datos["par"]:
        assert set(par["a"]) | set(par["b"]) <= conocidos, par
        assert par["gravedad"] in ("alta", "media")


def test_lo_que_da_alergia_no_cuenta_como_recetado_aunque_comparta_frase() -> None:
    transcripcion = consulta(
        "M: ¿Es alérgica a algún medicamento?",
        "P: Sí, a la penicilina.",
        "M: Como es alérgica a la penicilina, le doy azitromicina de 500 mg, 1 cada 24 horas.",
    )
    nota = Redactor().redactar(transcripcion, Contexto()).nota
    textos = [a.texto for a in revisar_seguridad(nota, transcripcion, Contexto()) if a.tipo == "alergia"]
    assert textos == ["Alergia a penicilina referida."]
    plan = " ".join(e.texto for e in nota.plan).lower()
    assert "azitromicina" in plan and "penicilina" not in plan


def test_lo_que_toma_no_es_alergia_aunque_se_preguntara_por_alergias() -> None:
    hallados = avisos(
        "M: ¿Es alérgica a las penicilinas? ¿Azúcar, presión?",
        "P: Azúcar no, presión sí, tomo el amlodipino de 5 diario.",
    )
    assert not [a for a in hallados if "amlodipino" in a.texto and a.tipo == "alergia"]


def test_la_alergia_que_concluye_el_medico_se_avisa_y_la_que_solo_pregunta_no() -> None:
    concluye = avisos("M: Entonces usted es alérgica a las penicilinas, eso se apunta.", "P: Está bien.")
    assert [a.tipo for a in concluye if "penicilina" in a.texto.lower()] == ["alergia"]
    assert not avisos("M: Es alérgica a la penicilina", "P: No, a nada.")


def test_lo_que_se_excluye_ni_es_alergia_ni_es_receta() -> None:
    """«Dipirona por supuesto nada»: la orden que va detrás del fármaco, y la familia que se descarta."""
    hallados = avisos(
        "M: ¿Es alérgica a algún medicamento?",
        "P: A la sulfa no, es a la dipirona, me brota toda.",
        "M: Le doy acetaminofén de un gramo para el dolor, dipirona por supuesto nada.",
    )
    assert [a.texto for a in hallados] == ["Alergia a pirazolonas (dipirona) referida."]


def test_la_alergia_que_pide_no_dar_sigue_siendo_alergia() -> None:
    hallados = avisos("M: ¿Alergias?", "P: Soy alérgica a la sulfa no me la vayan a dar.")
    assert [a.texto for a in hallados] == ["Alergia a sulfas referida."]
