"""Formas de decir lo mismo que ninguna consulta de prueba trae: mal oídas, legas, en primera persona."""

from __future__ import annotations

import pytest

from scribe.ajustes import Ajustes
from scribe.codificacion import Buscador, Codificador
from scribe.codificacion import indice as indices
from scribe.codificacion.catalogo import Catalogo, Sistema
from scribe.codificacion.detector import Detector
from scribe.codificacion.reglas import complicaciones, composiciones, pares, refinamientos
from scribe.codificacion.sinonimos import conceptos
from scribe.codificacion.titulos import conceptos_del_catalogo
from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje import espanol
from scribe.manifiesto import Perfil

_ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}
_MAS = {"Z80.0", "Z81.8", "Z82.3", "Z83.3", "Z83.4", "Z86.4", "Z86.7", "Z88.1", "Z88.8", "B83.1", "M35.2"}
_MAS |= {c for _, codigos in composiciones() for c in codigos if c != "-"} | {
    c for _, _, c in complicaciones()
}
_MAS |= {c for _, _, c, _ in pares()}


@pytest.fixture(scope="module")
def codificador(tmp_path_factory: pytest.TempPathFactory) -> Codificador:
    catalogos: dict[Sistema, Catalogo] = {}
    for sistema in ("CIE-10", "CIE-11"):
        suyos = {c.cie10 for c in conceptos()} | {r.refinado for r in refinamientos()} | _MAS
        codigos = suyos if sistema == "CIE-10" else {c.cie11 for c in conceptos() if c.cie11}
        titulos = {c: f"Rubro {c}" for c in sorted(codigos)}
        if sistema == "CIE-10":
            titulos |= {"B83.1": "Gnatostomiasis, no especificada", "M35.2": "Enfermedad de Behçet"}
        catalogos[sistema] = Catalogo(sistema, titulos)
    buscador = Buscador(catalogos, {s: indices.construir(c, con_codiesp=False) for s, c in catalogos.items()})
    perfil = Perfil(nombre="prueba", descripcion="", memoria_gb=1, modelos={})
    ajustes = Ajustes(cache=tmp_path_factory.mktemp("cache"))
    return Codificador(perfil, ajustes, buscador)


@pytest.fixture(autouse=True)
def _sin_modelo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espanol, "con_dependencias", lambda: False)


def _estados(codificador: Codificador, lineas: tuple[str, ...]) -> dict[str, str]:
    turnos = tuple(
        Turno(id=n, hablante=x[0], rol=_ROLES[x[0]], inicio=n * 2.0, fin=n * 2.0 + 1, texto=x[3:])
        for n, x in enumerate(lineas, 1)
    )
    dicho = codificador.codificar(Transcripcion(idioma="es", turnos=turnos), Nota(), Contexto())
    return {c.codigo: str(c.estado) for c in dicho if c.sistema == "CIE-10"}


@pytest.mark.parametrize(
    ("texto", "codigo"),
    [
        ("es un síndrome del túnel carpeano", "G56.0"),
        ("trae una gastro enteritis", "A09.9"),
        ("tiene hipo tiroidismo", "E03.9"),
        ("artritis reumatoidea", "M06.9"),
        ("eso se llama Graves", "E05.0"),
    ],
)
def test_mal_oido_o_partido(texto: str, codigo: str) -> None:
    assert [h.concepto.cie10 for h in Detector().buscar(texto)] == [codigo]


@pytest.mark.parametrize("texto", ["yo vi cómo quedó mi tía", "siempre he sido así", "son casos graves"])
def test_una_palabra_corriente_no_es_enfermedad(texto: str) -> None:
    assert Detector().buscar(texto) == []


def test_el_titulo_del_catalogo_detecta_y_lo_corriente_no() -> None:
    titulos = {
        "B83.1": "Gnatostomiasis, no especificada",
        "M35.2": "Enfermedad de Behçet",
        "A00.0": "Otras enfermedades",
        "H21.9": "Trastorno del iris y del cuerpo ciliar, no especificado",
        "B83.9": "Infestación, no especificada",
    }
    hechos = {c.cie10: c.terminos for c in conceptos_del_catalogo(Catalogo("CIE-10", titulos))}
    assert hechos["M35.2"] == ("enfermedad de behçet",)
    assert hechos["B83.1"] == ("gnatostomiasis",)
    assert "A00.0" not in hechos and "H21.9" not in hechos and "B83.9" not in hechos


_MINIDIALOGOS = [
    (
        ("M: ¿Alguna que le caiga mal?", "P: La penicilina ni me la ponga, que me enronché toda."),
        "Z88.0",
        "antecedente",
    ),
    (("P: El naproxeno me saca ronchas.",), "Z88.6", "antecedente"),
    (("M: ¿Es alérgico a algo?", "P: La penicilina sí la aguanto."), "Z88.0", None),
    (("M: ¿Operaciones?", "P: Dos cesáreas y la vesícula."), "Z90.4", "antecedente"),
    (("M: ¿Cirugías?", "P: Operado sí, de la próstata."), "Z90.7", "antecedente"),
    (
        ("M: ¿En su familia?", "P: Mi papá. Le sacaron un pedazo de tripa por un cáncer de colon."),
        "Z80.0",
        "familiar",
    ),
    (("M: ¿Hay azúcar en su familia?", "P: Mi hermana la chica se pone insulina."), "Z83.3", "familiar"),
    (("P: Un primo mío se quitó la vida.",), "Z81.8", "familiar"),
    (("P: Un vecino se quitó la vida.",), "X84.9", None),
    (("M: ¿A qué se dedica?", "P: A nada, me despidieron en enero."), "Z56.0", "antecedente"),
    (("P: Estoy así desde que se murió mi esposo.",), "Z63.4", "antecedente"),
    (("P: Me echo doce cervezas cada sábado.",), "Z72.1", "antecedente"),
    (("P: Tuve una trombosis hace años.",), "Z86.7", "antecedente"),
    (("M: Los triglicéridos andan bastante altos.",), "E78.1", "confirmado"),
    (("M: El colesterol no salió mal.",), "E78.0", None),
    (("M: ¿Algo para la gripa...",), "J00", None),
    (("P: Tomo unas pastillas para la gripa.",), "J00", None),
    (("P: Herida, lo que se dice herida, no.",), "T14.1", None),
    (("M: No descarto una embolia pulmonar.",), "I26.9", "sospecha"),
    (("M: Todo apunta a que es reflujo.",), "K21.9", "sospecha"),
    (("M: Vamos a tratarla como infección urinaria mientras llega el urocultivo.",), "N39.0", "sospecha"),
    (("M: Es una gastritis, pero falta la endoscopia.",), "K29.7", "sospecha"),
    (("M: Sospecho que es la tiroides.",), "E07.9", "sospecha"),
    (("P: ¿Tengo cáncer?", "M: No, para nada."), "C80.9", "descartado"),
    (("P: ¿No será la tiroides?", "M: A ver. No, la tiroides está bien."), "E07.9", "descartado"),
    (("M: ¿Hepatitis? No, los ojos no están amarillos.",), "B19.9", "descartado"),
    (("M: Sales estreñido y por eso te sangra.", "P: ¿No será lo de mi papá?"), "K59.0", "confirmado"),
    (("M: Le diagnosticaron lupus y ahí seguimos con lo mismo.",), "M32.9", "confirmado"),
    (("M: Es un hongo.", "P: Con razón la comezón en el pene."), "B37.4", "confirmado"),
    (("M: Ese bulto de la ingle es una hernia.",), "K40.9", "confirmado"),
    (("M: Tiene bajita la sangre, es anemia por la regla.",), "D50.0", "confirmado"),
    # Sitio y hallazgo en cualquier orden, con palabras en medio.
    (("P: Ayer boté con la gripa una flema, con una pintita de sangre.",), "R04.2", "confirmado"),
    (("P: Se me infectó, fíjese, otra vez la muela.",), "K04.7", "antecedente"),
    (("M: Lo que hay es una infección que agarró la próstata.",), "N41.9", "confirmado"),
    (("M: La garganta la veo apenas inflamada.",), "J02.9", None),
    (("P: Sangre, ni en el vómito ni en nada.",), "K92.0", None),
    (("M: Usted trae inflamado, por eso el dolor, el páncreas.",), "K85.9", "confirmado"),
    (("M: Su tiroides está trabajando de más.",), "E05.9", "confirmado"),
    (("M: La prueba de VIH salió reactiva.",), "B24", "confirmado"),
    (("M: Le pido una prueba de VIH.",), "B24", None),
    (("M: No bombea bien: es insuficiencia cardíaca.",), "I50.9", "confirmado"),
    (("P: Se me sale la orina sin sentir.", "M: Incontinencia urinaria."), "R32", "confirmado"),
    # Lo que el médico ajusta hoy ya no es un antecedente; lo que sigue igual, sí.
    (("P: Padezco de la presión, tomo losartán.", "M: El losartán se lo subo a cien."), "I10", "confirmado"),
    (("P: Soy hipertensa, tomo losartán.", "M: El losartán sigue igual."), "I10", "antecedente"),
    (("P: Soy hipertensa.", "M: Si se marea, le bajo al losartán."), "I10", "antecedente"),
    (("P: Fumo cinco al día.", "M: Y el cigarro, fuera."), "Z72.0", "confirmado"),
    (("P: Fumo cinco al día.", "M: Bueno, lo anoto."), "Z72.0", "antecedente"),
    # Lo que el paciente supone y el médico avala o rechaza.
    (("P: Yo decía que era gastritis.", "M: Y sí es, señora."), "K29.7", "confirmado"),
    (("P: Me habían dicho que rosácea.", "M: Y tenían razón."), "L71.9", "confirmado"),
    (("A: Yo pensé que era sarampión.", "M: No, señora, sarampión no."), "B05.9", "descartado"),
    # Lo que hay cerca, lo que se advierte y lo que no se oye no lo tiene.
    (("M: Y menos con dengue rondando por el barrio.",), "A97.9", None),
    (("M: Hay muchos casos de influenza.",), "J11.1", None),
    (("M: Igual si se desmaya o si se pega en la cabeza.",), "S09.9", None),
    (("M: Neumonía no le oigo, pero tomamos placa.",), "J18.9", "descartado"),
    (("M: Los diabéticos tienen que cuidarse los pies.",), "E14.9", None),
    (("M: El sarampión da con tos y ojos rojos.",), "B05.9", None),
    # Quien lo dice, a quien se lo cuenta y a quien se le habla no lo tienen; lo que otro opina no es seguro.
    (("A: ¿O sea que sí es asma?", "M: Así es, mamá, es asma."), "J45.9", "confirmado"),
    (("P: Le dije a mi hija que era varicela.", "M: Y le atinó."), "B01.9", "confirmado"),
    (("A: Una vecina dijo que era meningitis.", "M: Ni lo piense."), "G03.9", "descartado"),
    (("P: ¿Y si es lupus?", "M: Es una posibilidad."), "M32.9", "sospecha"),
    (("P: ¿No será neumonía?", "M: Mire, respira bien, se ve tranquilo. No."), "J18.9", "descartado"),
    (("M: Yo me iría más por una fibromialgia.",), "M79.7", "sospecha"),
    # La complicación que se describe.
    (
        ("M: Tiene diabetes tipo 2 y el azúcar le fue durmiendo los nervios de los pies.",),
        "E11.4",
        "confirmado",
    ),
    (("M: ¿La diabetes le ha dormido los pies?", "P: No."), "E14.4", None),
    # Sin las comas ni los signos que el reconocedor pierde.
    (("M: Conjuntivitis no es doña Blanca.",), "H10.9", "descartado"),
    (("M: No es neumonía señora es una bronquitis.",), "J18.9", "descartado"),
    (("M: Dengue no es doña Lupe es una gripa.",), "J00", "confirmado"),
    (("M: ¿Toma café? Algún familiar con artritis reumatoide.", "P: No, nadie."), "M06.9", None),
    (("M: ¿Y su mamá? En su familia alguien con diabetes.", "P: Mi papá."), "E14.9", None),
]


@pytest.mark.parametrize(("lineas", "codigo", "estado"), _MINIDIALOGOS)
def test_como_se_dice(
    codificador: Codificador, lineas: tuple[str, ...], codigo: str, estado: str | None
) -> None:
    assert _estados(codificador, lineas).get(codigo) == estado
