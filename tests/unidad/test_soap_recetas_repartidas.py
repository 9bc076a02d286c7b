"""La receta que llega por partes, la que cambia o sigue sin repetir el nombre, y lo que se suspende con «ésa»."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, Rol, Transcripcion, Turno
from scribe.lenguaje.cifras import escribir_cifras
from scribe.lenguaje.oraciones import partir
from scribe.soap.redactor import Redactor
from scribe.soap.retractos import vigente
from scribe.soap.signos import signo_sin_nombre, signos_de

_ANTES = (
    "m: ¿Qué lo trae?",
    "p: Me duele la cabeza desde ayer, doctor.",
    "m: Lo reviso. Presión 120/80. Faringe bien.",
    "m: Tiene una migraña. Le voy a dejar tratamiento.",
)
_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE}


def _nota(*dichos: str) -> list[Enunciado]:
    turnos = tuple(
        escribir_cifras(
            Turno(id=i, hablante=d[0], rol=_ROLES[d[0]], inicio=float(i), fin=i + 0.5, texto=d[3:])
        )
        for i, d in enumerate((*_ANTES, *dichos), 1)
    )
    nota = Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota
    return [e for e in nota.plan if any(c.turno > len(_ANTES) for c in e.citas)]


def _textos(*dichos: str) -> list[tuple[str, str]]:
    return [(e.tipo, e.texto) for e in _nota(*dichos)]


def test_en_tres_turnos_es_un_renglon() -> None:
    (uno,) = _nota("m: Omeprazol de 20,", "p: Ajá.", "m: una en ayunas,", "p: Sí.", "m: por dos semanas.")
    assert uno.tipo == "receta"
    for parte in ("20", "en ayunas", "2 semanas"):
        assert parte in uno.texto
    assert {c.turno for c in uno.citas} == {5, 7, 9}


def test_interrumpida_por_el_paciente() -> None:
    (uno,) = _nota(
        "m: Amoxicilina de 500.", "p: ¿Es la del otro doctor?", "m: No, otra. Una cada 8 horas.",
        "p: ¿Por cuántos días?", "m: Siete.",
    )  # fmt: skip
    assert uno.tipo == "receta" and "500, 1 cada 8 horas" in uno.texto
    assert "Por cuántos días»: 7" in uno.texto


def test_el_horario_se_suma_a_con_comida() -> None:
    (uno,) = _nota("m: Le voy a dejar naproxeno.", "p: Bueno.", "m: Con comida. De 250, uno cada 12.")
    assert "de 250" in uno.texto and "cada 12 horas con comida" in uno.texto and uno.estado == "verificado"


def test_lo_que_quedo_a_medias_no_se_repite() -> None:
    plan = _nota(
        "m: Entonces, ibuprofeno...", "p: ¿Me puedo bañar?", "m: Ibuprofeno de 400, uno cada 8 horas."
    )
    assert [e.tipo for e in plan if "buprofeno" in e.texto] == ["receta"]


@pytest.mark.parametrize("coletilla", ["¿sí?", "¿de acuerdo?", "¿está bien?", "¿eh?", "¿sale?"])
def test_la_coletilla_no_pierde_la_receta(coletilla: str) -> None:
    (uno,) = _nota(f"m: Amoxicilina de 500, una cada ocho horas por diez días, {coletilla}")
    assert uno.tipo == "receta" and "10 días" in uno.texto


@pytest.mark.parametrize(
    ("toma", "dicho", "espera"),
    [
        ("ibuprofeno", "Ese me lo suspende.", "Suspender ibuprofeno"),
        ("cinarizina", "Pues esa, fuera.", "Suspender cinarizina"),
        ("dexametasona", "Esa ya no te la pones.", "Suspender dexametasona"),
        ("losartán de 50", "Súbale a dos.", "Aumentar losartán"),
        ("enalapril y metformina", "La de la presión la sigue igual.", "Continuar enalapril"),
        (
            "losartán, metformina y atorvastatina",
            "Todo igual, sígale igual.",
            "Continuar losartán, metformina, atorvastatina",
        ),
    ],
)
def test_el_nombre_esta_en_lo_dicho_antes(toma: str, dicho: str, espera: str) -> None:
    plan = _nota(f"p: Estoy tomando {toma}.", f"m: {dicho}")
    (uno,) = [e for e in plan if espera in e.texto]
    assert {c.turno for c in uno.citas} == {5, 6}


def test_si_pueden_ser_dos_no_se_elige() -> None:
    for dicho in ("La de la presión la sigue igual.", "Ésa ya no la tome."):
        plan = _textos("p: Tomo enalapril y amlodipino.", f"m: {dicho}")
        assert not any("nalapril" in x or "mlodipino" in x for _, x in plan)


def test_cada_farmaco_con_lo_suyo() -> None:
    plan = _textos("m: La glibenclamida me la suspende, la metformina la sigue igual.")
    assert [(t, x.split(":")[0]) for t, x in plan] == [
        ("suspension", "Suspender glibenclamida"), ("receta", "Continuar metformina")
    ]  # fmt: skip
    plan = _textos("m: Le cambio el enalapril por losartán de 50, uno cada 12 horas.")
    assert ("suspension", "Se cambia enalapril por losartán") in plan
    assert sum(t == "receta" for t, _ in plan) == 1


@pytest.mark.parametrize(
    "dicho", ["m: Baje de peso y bájele a la sal.", "m: Súbase a la camilla.", "m: Ya se le quitó la fiebre."]
)
def test_lo_que_no_es_cambio_de_dosis(dicho: str) -> None:
    assert not [t for t, _ in _textos("p: Tomo losartán.", dicho) if t in ("receta", "suspension")]


@pytest.mark.parametrize(
    ("dicho", "partes"),
    [
        ("Paracetamol gotas, 15 mg por kilo por dosis cada 6 horas.", ("15 mg por kilo por dosis", "cada 6 horas")),  # noqa: E501
        ("Enoxaparina, 40 subcutánea cada 24.", ("40", "cada 24 horas")),
        ("Losartán, 1-0-1.", ("1-0-1",)),
        ("Vitamina B12, 1 ampolleta por semana por 4 semanas.", ("por semana", "por 4 semanas")),
        ("Amoxicilina suspensión 250 en 5, tome 5 mL cada 8 horas.", ("250 en 5", "5 mL cada 8 horas")),
        ("Tome una de loratadina en la noche.", ("una de loratadina", "noche")),
    ],
)  # fmt: skip
def test_ninguna_parte_de_la_pauta_se_pierde(dicho: str, partes: tuple[str, ...]) -> None:
    texto = " ".join(e.texto for e in _nota(f"m: {dicho}")).replace("mg/kg", "mg por kilo")
    for parte in partes:
        assert parte.lower() in texto.lower()


@pytest.mark.parametrize(
    ("dicho", "queda"),
    [
        ("por 2 semanas… no, que sean 3", "por 3 semanas"),
        ("por 7 días… mejor que sean 10", "por 10 días"),
        ("por un mes… bueno, que sean 2 meses", "por 2 meses"),
        ("por 10 días... le pongo 14, por la guía", "por 14 días, por la guía"),
        ("Por 7 días. No, dejémoslo en 10.", "Por 10 días."),
        ("prednisona 50 mg. No, por su peso, 40.", "prednisona 40 mg."),
        ("75 mL por cada evacuación... mejor 100", "100 mL por cada evacuación"),
        ("1 cada 8... cada 12, perdón", "1 cada 12"),
        ("por 5 días… 7, mejor 7 días", "por 7 días"),
    ],
)
def test_la_cifra_nueva_hereda_la_unidad(dicho: str, queda: str) -> None:
    assert vigente(dicho) == queda


@pytest.mark.parametrize(
    ("antes", "dicho", "espera"),
    [
        ("Súbase a la báscula.", "52 kg.", "Peso 52 kg"),
        ("Le chuzo el dedito.", "287, y eso que es media mañana.", "Glucosa capilar 287 mg/dL"),
        ("Sopla aquí fuerte.", "210.", "Flujo espiratorio máximo 210 L/min"),
        ("", "138, 84.", "TA 138/84 mmHg"),
        ("", "Hoy tiene 37.2.", "Temperatura 37.2 °C"),
    ],
)
def test_se_mide_sin_nombrarlo(antes: str, dicho: str, espera: str) -> None:
    assert [s.texto for s in signo_sin_nombre(antes, dicho)] == [espera]


@pytest.mark.parametrize(
    "dicho", ["210.", "52 y contando", "138, 130.", "Tiene 3 hijos.", "En 40, 50 minutos sale."]
)
def test_una_cifra_sin_anuncio_no_es_un_signo(dicho: str) -> None:
    assert signo_sin_nombre("", dicho) == []


def test_el_peso_sin_unidad_queda_por_revisar() -> None:
    (signo,) = signos_de("Pesa 7,800.")
    assert signo.valor == "7,800" and signo.dudoso and "7.8 kg" in signo.dudoso
    (gramos,) = signos_de("Pesa 3200 g")
    assert gramos.texto == "Peso 3200 g" and gramos.dudoso is None


@pytest.mark.parametrize(
    "dicho",
    [
        "Insulina NPH 12 unidades en la mañana y 6 antes de la cena.",
        "Naproxeno de 250, una con el desayuno y una con la cena.",
        "Levotiroxina de 75, media en la mañana y una en la noche.",
    ],
)
def test_cada_horario_con_su_cantidad_se_escribe_como_se_dijo(dicho: str) -> None:
    escrito = escribir_cifras(Turno(id=1, hablante="m", inicio=0.0, fin=1.0, texto=dicho)).texto
    (uno,) = _nota(f"m: {dicho}")
    assert uno.texto.lower() == escrito.lower().rstrip(".")


@pytest.mark.parametrize(
    ("dicho", "pregunta"),
    [
        ("Losartán de 50, 1 diaria, ¿sí?", False),
        ("Por 10 días, ¿de acuerdo?", False),
        ("¿Toma losartán de 50, 1 diaria, sí?", True),
        ("Losartán de 50, 1 diaria, ¿verdad?", True),
        ("¿Le duele aquí, sí?", True),
    ],
)
def test_la_coletilla_que_acepta_no_es_pregunta(dicho: str, pregunta: bool) -> None:
    turno = Turno(id=1, hablante="m", inicio=0.0, fin=1.0, texto=dicho)
    assert any(o.signo for o in partir(turno)) is pregunta
