"""El contexto de una mención: negación, familia, tiempo, certeza y advertencias."""

from __future__ import annotations

import pytest

from scribe.lenguaje import espanol
from scribe.lenguaje.contexto import Calificacion, calificar, es_de_sangre


@pytest.fixture(autouse=True)
def _sin_modelo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Las pruebas de unidad no necesitan modelos: el analizador en blanco debe bastar."""
    monkeypatch.setattr(espanol, "con_dependencias", lambda: False)


def contexto(frase: str) -> Calificacion:
    """Califica la mención marcada con corchetes."""
    desde, hasta = frase.index("["), frase.index("]") - 1
    return calificar(frase.replace("[", "").replace("]", ""), desde, hasta)


NEGADAS = [
    "Paciente que niega [diabetes].",
    "Niega diabetes, hipertensión y [asma].",
    "No, [tos] no.",
    "No, tos no. Nada de [moco] tampoco.",
    "No me llega ni a la rodilla ni al [pie].",
    "El corazón se oye rítmico, sin [soplos], y los pulmones bien.",
    "No tiene datos de [hernia].",
    "Descarto una [neumonía].",
    "No es [alérgico].",
    "[Sangre] no he visto.",
    "No tengo nada de [tos].",
    "No, no me [duele].",
    "[Calentura] no. Y de peso, pues al contrario.",
    "Y [cáncer] tampoco.",
    "No, golpe no, ni me [caí].",
    "Y la [espalda] no me duele.",
    "No veo [absceso].",
    "El [Lasègue] es negativo en las dos piernas.",
    "Nunca he tenido [convulsiones].",
    "No hay [fiebre].",
    "Ningún [dolor].",
    "Se descarta [embarazo].",
    "La [apendicitis] queda descartada.",
    "Azúcar y [presión] no.",
    "No ha tenido [vómito].",
    "Abdomen sin [megalias].",
    "Tampoco [diarrea].",
    "Jamás me ha dado [asma].",
    "No fumo ni [tomo].",
    "[Fiebre] negada.",
    "No creo que sea [apendicitis].",
]

AFIRMADAS = [
    "No se le ha quitado la [tos].",
    "No mejora el [dolor].",
    "Sin duda es una [neumonía].",
    "Nada más la [garganta].",
    "No más el [dolor] de cabeza.",
    "No tengo tos. Tengo [fiebre].",
    "No tengo tos, pero sí [fiebre].",
    "No solo tiene [diabetes].",
    "No solo tiene tos sino [fiebre].",
    "No puedo dormir por la [tos].",
    "No aguanto el [dolor].",
    "No, me [duele] mucho.",
    "No, tengo [gastritis].",
    "El [dolor] no me deja dormir.",
    "No me han dado nada para la [tos].",
    "No deja de [vomitar].",
    "No fumo, tengo [asma].",
    "Nada más me jala la [cintura].",
    "No tiene fiebre pero tiene [tos].",
    "La [diabetes] no está controlada.",
    "No me he tomado la pastilla de la [presión].",
    "Tengo [hipertensión] sin control.",
    "Me duele la [garganta] y no tengo tos.",
    "No puedo ni [pasar saliva].",
    "No cede la [fiebre].",
    "No cabe duda, es [varicela].",
    "El [dolor] no baja.",
    "La [tos] no se me quita.",
]


@pytest.mark.parametrize("frase", NEGADAS)
def test_niega(frase: str) -> None:
    assert contexto(frase).negada


@pytest.mark.parametrize("frase", AFIRMADAS)
def test_no_niega(frase: str) -> None:
    assert not contexto(frase).negada


@pytest.mark.parametrize(
    ("frase", "pariente"),
    [
        ("Mi mamá es [diabética].", "mamá"),
        ("A mi hermano lo operaron de [hernia] de disco.", "hermano"),
        ("Mi papá murió de [infarto].", "papá"),
        ("Yo no, mi mamá sí hace [piedras].", "mamá"),
        ("Madre con [hipertensión].", "Madre"),
        ("Mi papá, que en paz descanse, le dio un [infarto] a los cincuenta.", "papá"),
        ("[Azúcar], mi mamá.", "mamá"),
        ("Mi sobrina de seis años. Ella estuvo mala de la [garganta].", "sobrina"),
        ("Sus abuelitos tuvieron [cáncer].", "abuelitos"),
        ("La [diabetes] la tiene mi abuela.", "abuela"),
        ("Padre finado por [cirrosis].", "Padre"),
        ("¿Y en su familia, [asma]?", "en su familia"),
    ],
)
def test_es_de_un_familiar(frase: str, pariente: str) -> None:
    assert contexto(frase).familiar == pariente


@pytest.mark.parametrize(
    "frase",
    [
        "Mi mamá me dijo que tengo [diabetes].",
        "Mi señora me inyectó para el [dolor].",
        "Mi mamá es diabética y yo tengo [tos].",
        "Mi papá murió de infarto. Yo tengo [presión] alta.",
        "Mi mamá sí, a mí me dio [asma] de chico.",
        "Mi hermano está sano, soy [diabético].",
    ],
)
def test_es_del_paciente(frase: str) -> None:
    assert contexto(frase).familiar is None


def test_el_hijo_puede_ser_el_paciente() -> None:
    frase = "Mi hijo tiene fiebre."
    assert calificar(frase, 14, 20).familiar == "hijo"
    assert calificar(frase, 14, 20, paciente={"hijo"}).familiar is None


@pytest.mark.parametrize(
    "frase",
    [
        "De niño tuve [asma].",
        "Me operaron del [apéndice] a los 15.",
        "Me operaron del [apéndice] a los quince.",
        "Cuando era chico me dio [hepatitis].",
        "Hace tres años tuve [neumonía].",
        "En marzo tuve una [infección].",
        "Antecedente de [tuberculosis].",
        "Ya no [fuma].",
        "Dejé de [fumar].",
    ],
)
def test_es_pasada(frase: str) -> None:
    assert contexto(frase).pasada


@pytest.mark.parametrize(
    "frase",
    [
        "Tengo [tos] desde hace tres meses.",
        "Ayer tuve [fiebre].",
        "[Gastritis] sí, de hace años.",
        "De niño tuve asma y ahora tengo [tos].",
    ],
)
def test_no_es_pasada(frase: str) -> None:
    assert not contexto(frase).pasada


@pytest.mark.parametrize(
    "frase",
    [
        "Probable [neumonía].",
        "Parece una [bronquitis].",
        "Podría ser [dengue].",
        "Hay que descartar [apendicitis].",
        "Sospecho una [colecistitis].",
        "[Dengue] a descartar.",
        "Lo más probable es que sea por [estreptococo].",
        "A lo mejor es una [gastritis].",
        "¿No será una [hernia]?",
        "Creo que es [migraña].",
        "Es compatible con [influenza].",
        "[Apendicitis] probable.",
    ],
)
def test_es_incierta(frase: str) -> None:
    leida = contexto(frase)
    assert leida.incierta
    assert not leida.negada


@pytest.mark.parametrize(
    "frase", ["Sin duda es una [neumonía].", "Es una [cistitis].", "Me parece bien, es [gripe]."]
)
def test_es_cierta(frase: str) -> None:
    assert not contexto(frase).incierta


@pytest.mark.parametrize(
    "frase",
    [
        "Si le da [fiebre], regresa.",
        "Esto es para prevenir [infarto].",
        "Si te da [diarrea] fuerte lo suspendes.",
        "Si en tres días sigues con [calentura], te vas a urgencias.",
        "En caso de [vómito], venga.",
        "Le puede dar [sueño].",
        "Vacuna contra la [influenza].",
        "Si se le duerme la [entrepierna] se va a urgencias.",
        "Para que no le dé [gastritis].",
    ],
)
def test_es_advertencia(frase: str) -> None:
    assert contexto(frase).hipotetica


@pytest.mark.parametrize(
    "frase",
    [
        "Sí, tengo [fiebre].",
        "Si es una [cistitis] aguda.",
        "Sí le dio [fiebre].",
        "Si me dio [fiebre] ayer.",
        "No sé si es [gripa].",
    ],
)
def test_no_es_advertencia(frase: str) -> None:
    assert not contexto(frase).hipotetica


def test_pregunta_no_afirma_ni_niega() -> None:
    leida = contexto("¿No ha tenido [fiebre]?")
    assert leida.interrogada
    assert not leida.negada
    assert not contexto("Tiene [fiebre], ¿verdad?").interrogada
    assert not contexto("¿Por qué soy [alérgico] a la penicilina?").interrogada


def test_descartar_es_mas_que_negar() -> None:
    assert contexto("No tiene datos de [hernia].").descartada
    assert not contexto("Tos no, [fiebre] tampoco.").descartada


def test_presente_resume() -> None:
    assert contexto("Tiene una [faringitis].").presente
    assert not contexto("Mi mamá tiene [faringitis].").presente


def test_tramo_imposible() -> None:
    with pytest.raises(ValueError, match="no cabe"):
        calificar("tos", 0, 9)


def test_parientes_de_sangre() -> None:
    assert es_de_sangre("Mamá")
    assert not es_de_sangre("compadre")


@pytest.mark.parametrize(
    ("oracion", "mencion", "negada"),
    [
        ("Azúcar no presión sí, tomo el amlodipino", "Azúcar", True),
        ("Azúcar no presión sí, tomo el amlodipino", "presión", False),
        ("Presión sí azúcar no", "Presión", False),
        ("Presión sí azúcar no", "azúcar", True),
        ("Diabetes no, hipertensión sí", "hipertensión", False),
    ],
)
def test_una_lista_de_si_y_no_sin_comas(oracion: str, mencion: str, negada: bool) -> None:
    desde = oracion.index(mencion)
    assert calificar(oracion, desde, desde + len(mencion)).negada is negada
