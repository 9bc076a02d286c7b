"""Del diálogo a los códigos: quién lo dijo, cómo lo dijo y qué se contestó.

El catálogo es de mentira (todos los códigos de las tablas, con títulos inventados): lo que se prueba
aquí es qué se codifica y con qué estado, no los títulos.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scribe.ajustes import Ajustes
from scribe.codificacion import Buscador, Codificador
from scribe.codificacion import indice as indices
from scribe.codificacion.catalogo import Catalogo, Sistema
from scribe.codificacion.reglas import refinamientos
from scribe.codificacion.sinonimos import conceptos
from scribe.consulta import (
    Cita,
    Codigo,
    Contexto,
    Enunciado,
    Nota,
    Rol,
    Transcripcion,
    Turno,
)
from scribe.lenguaje import espanol
from scribe.manifiesto import Perfil

_ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}
_MAS = {"Z83.3", "Z82.4", "Z84.1", "Z86.4", "G63.2", "O99.0", "Z88.1", "Z88.7", "Z88.8", "L05.9", "A00.9"}
_MAS |= {
    "N08.3",
    "S01.1",
    "T23.2",
    "S83.6",
    "S43.0",
    "Z83.7",
    "Z80.3",
    "Z85.3",
    "Z80.9",
    "S80.0",
    "Z85.8",
    "S53.1",
}


def _catalogo(sistema: Sistema) -> Catalogo:
    cie10 = {c.cie10 for c in conceptos()} | {r.refinado for r in refinamientos()} | _MAS
    cie11 = {c.cie11 for c in conceptos() if c.cie11} | {"QC64.0", "QC67", "8C03.0", "QC44.2"}
    codigos = cie10 if sistema == "CIE-10" else cie11
    titulos = {c: f"Rubro {c}" for c in sorted(codigos)}
    titulos |= {"L05.9": "Quiste pilonidal"} if sistema == "CIE-10" else {}
    return Catalogo(sistema, titulos)


@pytest.fixture(scope="module")
def buscador() -> Buscador:
    catalogos: dict[Sistema, Catalogo] = {s: _catalogo(s) for s in ("CIE-10", "CIE-11")}
    return Buscador(catalogos, {s: indices.construir(c, con_codiesp=False) for s, c in catalogos.items()})


@pytest.fixture(autouse=True)
def _sin_modelo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espanol, "con_dependencias", lambda: False)


def _dialogo(*lineas: str) -> Transcripcion:
    turnos = tuple(
        Turno(id=n, hablante=x[0], rol=_ROLES[x[0]], inicio=n * 2.0, fin=n * 2.0 + 1, texto=x[3:])
        for n, x in enumerate(lineas, 1)
    )
    return Transcripcion(idioma="es", turnos=turnos)


class Banco:
    """Codifica un diálogo y resume lo que salió."""

    def __init__(self, buscador: Buscador, carpeta: Path, x_relleno: bool = False) -> None:
        perfil = Perfil(nombre="prueba", descripcion="", memoria_gb=1, modelos={})
        self.codificador = Codificador(perfil, Ajustes(cache=carpeta, x_relleno=x_relleno), buscador)

    def codigos(self, *lineas: str, nota: Nota | None = None, edad: int | None = None) -> tuple[Codigo, ...]:
        return self.codificador.codificar(_dialogo(*lineas), nota or Nota(), Contexto(edad=edad))

    def estados(self, *lineas: str, edad: int | None = None) -> dict[str, str]:
        return {c.codigo: c.estado.value for c in self.codigos(*lineas, edad=edad) if c.sistema == "CIE-10"}


@pytest.fixture
def banco(buscador: Buscador, tmp_path: Path) -> Banco:
    return Banco(buscador, tmp_path)


def test_niega_diabetes_no_da_diabetes(banco: Banco) -> None:
    assert banco.estados("M: ¿Padece diabetes o presión alta?", "P: No, ninguna.") == {}
    assert banco.estados("P: Niego diabetes.", "M: Muy bien.") == {}


def test_mama_diabetica_es_historia_familiar(banco: Banco) -> None:
    assert banco.estados("P: Mi mamá es diabética.") == {"Z83.3": "familiar"}


def test_familiar_que_no_es_de_sangre_no_cuenta(banco: Banco) -> None:
    assert banco.estados("P: Mi compadre es diabético.") == {}


def test_quien_cuida_no_es_el_enfermo(banco: Banco) -> None:
    assert banco.estados("P: Mi mamá me dijo que tengo gastritis.") == {"K29.7": "antecedente"}


def test_diagnostico_del_medico(banco: Banco) -> None:
    assert banco.estados("M: Es una cistitis aguda.") == {"N30.0": "confirmado"}


def test_sospecha_y_confirmado_en_la_misma_frase(banco: Banco) -> None:
    estados = banco.estados("M: Es una amigdalitis aguda y lo más probable es que sea por estreptococo.")
    assert estados == {"J03.9": "confirmado", "J03.0": "sospecha"}


def test_descartado_por_el_medico(banco: Banco) -> None:
    estados = banco.estados(
        "P: ¿Será apendicitis?", "M: No tiene datos de apendicitis. Es una gastroenteritis."
    )
    assert estados == {"A09.9": "confirmado", "K37": "descartado"}


def test_lo_que_no_se_ve_al_explorar_no_es_un_descartado(banco: Banco) -> None:
    assert banco.estados("M: El corazón rítmico, sin soplos. No veo hernia.") == {}


def test_resultado_negativo_no_es_un_descartado(banco: Banco) -> None:
    assert banco.estados("M: El VIH y la sífilis, negativos.") == {}


def test_hernia_es_la_de_disco_de_que_se_hablaba(banco: Banco) -> None:
    estados = banco.estados(
        "P: ¿No será una hernia? A mi hermano lo operaron de hernia de disco.", "M: No tiene datos de hernia."
    )
    assert estados == {"M51.1": "descartado"}


@pytest.mark.parametrize(
    ("respuesta", "esperado"),
    [
        ("P: Gastritis sí, de hace años. Lo demás no.", {"K29.7": "antecedente"}),
        ("P: La presión sí.", {"I10": "antecedente"}),
        ("P: Sí, azúcar.", {"E14.9": "antecedente"}),
        ("P: No, nada de eso.", {}),
        ("P: Mi papá, de la presión.", {"Z82.4": "familiar"}),
    ],
)
def test_pregunta_con_palabras_legas(banco: Banco, respuesta: str, esperado: dict[str, str]) -> None:
    assert banco.estados("M: ¿Padece de algo? ¿Azúcar, presión, gastritis?", respuesta) == esperado


def test_si_escueto_a_una_sola_pregunta(banco: Banco) -> None:
    codigos = banco.codigos("M: ¿Padece diabetes?", "P: Sí, desde hace diez años.")
    assert (codigos[0].codigo, codigos[0].estado.value) == ("E14.9", "antecedente")
    assert [c.turno for c in codigos[0].citas] == [1, 2]


def test_pregunta_sin_signos(banco: Banco) -> None:
    assert banco.estados("M: diabetes asma hipertensión", "P: no ninguna") == {}


def test_la_presion_medida_no_es_hipertension(banco: Banco) -> None:
    assert banco.estados("M: La presión en ciento veinte sobre ochenta.") == {}


def test_control_de_presion_y_colesterol(banco: Banco) -> None:
    assert banco.estados("M: Viene a su control de la presión y del colesterol.") == {
        "I10": "confirmado",
        "E78.5": "confirmado",
    }


@pytest.mark.parametrize(
    "linea",
    [
        "M: Si le da diarrea lo suspende.",
        "M: Esto es para prevenir un infarto.",
        "M: Le toca la vacuna contra la influenza el año que viene.",
        "M: Si tiene fiebre o vómito se va a urgencias.",
    ],
)
def test_advertencias_y_prevencion_no_se_codifican(banco: Banco, linea: str) -> None:
    assert [c for c in banco.estados(linea) if not c.startswith("Z2")] == []


def test_sintoma_que_explica_el_diagnostico_sobra(banco: Banco) -> None:
    assert banco.estados("P: Me duele la garganta y tengo fiebre.", "M: Es una faringitis.") == {
        "J02.9": "confirmado"
    }


def test_sintoma_solo_si_se_codifica(banco: Banco) -> None:
    assert banco.estados("P: Tengo dolor de cabeza desde ayer.") == {"R51": "confirmado"}


def test_alergias(banco: Banco) -> None:
    assert banco.estados("P: Soy alérgica a la penicilina.") == {"Z88.0": "antecedente"}
    assert banco.estados("M: ¿Alergia a alguna medicina?", "P: Sí, a las sulfas.") == {"Z88.2": "antecedente"}
    assert banco.estados("M: ¿Alergia a alguna medicina?", "P: No, a ninguna.") == {}
    assert banco.estados("M: ¿Es alérgico a algo? ¿Tiene sus vacunas?", "P: Las vacunas completas.") == {}


def test_tabaco(banco: Banco) -> None:
    assert banco.estados("M: ¿Fuma?", "P: Sí.") == {"Z72.0": "antecedente"}
    assert banco.estados("P: Dejé de fumar hace ocho años.") == {"Z86.4": "antecedente"}
    assert banco.estados("M: ¿Fuma?", "P: No.") == {}


def test_dejo_el_tratamiento(banco: Banco) -> None:
    codigos = banco.codigos("M: ¿Y la atorvastatina?", "P: Esa la dejé hace dos meses.")
    assert [(c.codigo, c.estado.value) for c in codigos if c.sistema == "CIE-10"] == [
        ("Z91.1", "antecedente")
    ]
    assert [c.turno for c in codigos[0].citas] == [1, 2]
    # Lo que dejó es el cigarro, no el tratamiento.
    assert banco.estados("M: ¿Sigue sin fumar?", "P: Sí, ya van ocho años que lo dejé.") == {
        "Z86.4": "antecedente"
    }


def test_el_hijo_es_el_paciente(banco: Banco) -> None:
    lineas = ("M: ¿Qué le pasa al niño?", "A: Mi hijo tiene asma.", "M: ¿Y el niño usa inhalador?")
    assert banco.estados(*lineas, edad=6) == {"J45.9": "antecedente"}


def test_quien_acompana_habla_de_si(banco: Banco) -> None:
    assert (
        banco.estados("A: La niña no duerme.", "M: ¿La niña es alérgica?", "A: Yo soy alérgica a las sulfas.")
        == {}
    )


def test_control_de_nino_sano(banco: Banco) -> None:
    assert banco.estados("M: Es su control de niño sano.") == {"Z00.1": "confirmado"}


def test_cronico_que_el_medico_valora_queda_confirmado(banco: Banco) -> None:
    estados = banco.estados("P: Tengo hipotiroidismo.", "M: Su hipotiroidismo está descontrolado.")
    assert estados == {"E03.9": "confirmado"}


def test_embarazo_con_anemia_lleva_el_codigo_obstetrico(banco: Banco) -> None:
    estados = banco.estados("M: Es un embarazo de veintiocho semanas con anemia ferropénica.")
    assert {"Z34.9", "O99.0", "D50.9"} <= estados.keys()


def test_tipo_de_diabetes_por_el_tratamiento(banco: Banco) -> None:
    estados = banco.estados("P: Tengo diabetes desde hace años.", "M: ¿Qué toma?", "P: Metformina.")
    assert estados == {"E11.9": "antecedente"}


def test_doble_clasificacion(banco: Banco) -> None:
    estados = banco.estados("M: Tiene una diabetes tipo dos con neuropatía diabética.")
    assert estados == {"E11.4": "confirmado", "G63.2": "confirmado"}


def test_diagnostico_fuera_de_los_sinonimos(banco: Banco) -> None:
    assert banco.estados("M: Esto es un quiste pilonidal.") == {"L05.9": "confirmado"}


def test_orden_primero_lo_que_concluye_el_medico(banco: Banco) -> None:
    orden = list(
        banco.estados(
            "P: Mi papá murió de infarto. Tengo gastritis.",
            "M: No es apendicitis. Sospecho una colecistitis. Es una hepatitis A.",
        ).values()
    )
    assert orden == sorted(
        orden, key=["confirmado", "sospecha", "antecedente", "familiar", "descartado"].index
    )
    assert orden[0] == "confirmado"


def test_citas_textuales_y_cie11(banco: Banco) -> None:
    dialogo = _dialogo("M: Buenas tardes. Es una cistitis aguda. Tome agua.")
    codigos = banco.codificador.codificar(dialogo, Nota(), Contexto())
    assert [(c.sistema, c.codigo) for c in codigos] == [("CIE-10", "N30.0"), ("CIE-11", "GC00.Z")]
    for codigo in codigos:
        assert [c.texto for c in codigo.citas] == ["Es una cistitis aguda."]
        assert all(c.texto in dialogo.turno(c.turno).texto for c in codigo.citas)
        assert 0 <= codigo.puntaje <= 1
        assert codigo.codigo not in {a.codigo for a in codigo.alternativas}


def test_la_nota_tambien_cuenta(banco: Banco) -> None:
    cita = Cita(turno=1, texto="lo que platicamos del pilonidal", inicio=2.0, fin=3.0)
    nota = Nota(analisis=(Enunciado(texto="Quiste pilonidal.", tipo="diagnostico", citas=(cita,)),))
    codigos = banco.codigos("M: Pues lo que platicamos del pilonidal.", nota=nota)
    assert [(c.codigo, c.citas) for c in codigos if c.sistema == "CIE-10"] == [("L05.9", (cita,))]


def test_x_de_relleno(buscador: Buscador, tmp_path: Path) -> None:
    banco = Banco(buscador, tmp_path, x_relleno=True)
    assert banco.estados("M: Tiene hipertensión.") == {"I10X": "confirmado"}


def test_sin_turnos_no_hay_codigos(banco: Banco) -> None:
    assert banco.codigos() == ()


def test_en_otro_idioma_no_se_adivina(banco: Banco) -> None:
    ingles = _dialogo("P: She denies diabetes and asthma.").model_copy(update={"idioma": "en"})
    assert banco.codificador.codificar(ingles, Nota(), Contexto()) == ()


def test_es_determinista(banco: Banco) -> None:
    lineas = ("P: Mi mamá es diabética. Fumo.", "M: Es una bronquitis aguda, probable neumonía.")
    assert banco.codigos(*lineas) == banco.codigos(*lineas)


def test_una_lista_de_si_y_no_sin_comas_no_da_diabetes(banco: Banco) -> None:
    estados = banco.estados("M: ¿Padece de azúcar, presión?", "P: Azúcar no presión sí, tomo amlodipino.")
    assert not [c for c in estados if c.startswith("E1")]


def test_la_vacuna_de_la_influenza_no_es_influenza(banco: Banco) -> None:
    estados = banco.estados("M: ¿Se puso las vacunas?", "P: La de la influenza sí, en noviembre.")
    assert not [c for c in estados if c.startswith("J1")]


def test_lo_que_se_receta_tras_nombrar_la_alergia_no_es_alergia(banco: Banco) -> None:
    estados = banco.estados("M: Como es alérgica a la penicilina, le doy azitromicina de 500 mg.")
    assert "Z88.1" not in estados


@pytest.mark.parametrize(
    ("lineas", "esperado"),
    [
        # El sitio, la etapa, el agente o la causa, solo si se dicen.
        (("M: Es un absceso en la axila.",), {"L02.4": "confirmado"}),
        (("M: Tiene enfermedad renal crónica estadio cuatro.",), {"N18.4": "confirmado"}),
        (("M: Tiene enfermedad renal crónica.",), {"N18.9": "confirmado"}),
        (("M: Es una herida en la ceja.",), {"S01.1": "confirmado"}),
        (("M: Es una quemadura de segundo grado en la mano.",), {"T23.2": "confirmado"}),
        (("M: Es un esguince de rodilla.",), {"S83.6": "confirmado"}),
        (("M: Tiene una luxación del hombro.",), {"S43.0": "confirmado"}),
        (("M: Tiene insuficiencia cardíaca por la hipertensión.",), {"I11.0": "confirmado"}),
        (
            ("M: Tiene insuficiencia cardíaca.", "M: Y tiene hipertensión."),
            {"I50.9": "confirmado", "I10": "confirmado"},
        ),
        (
            ("M: Tiene diabetes, con el riñón dañado.", "P: Tomo metformina."),
            {"E11.2": "confirmado", "N08.3": "confirmado"},
        ),
        # Una prueba que se pide no es lo que busca; lo que dio positivo, sí.
        (("M: Le pido prueba de Helicobacter.",), {}),
        (("M: La prueba de covid salió positiva.",), {"U07.1": "confirmado"}),
        # Lo que el paciente pregunta vale según lo que el médico contesta.
        (("P: ¿Es apendicitis, doctora?", "M: No."), {"K37": "descartado"}),
        (("P: ¿Es apendicitis, doctora?", "M: Puede ser, hay que ver."), {"K37": "sospecha"}),
        (("P: ¿Es apendicitis, doctora?", "M: Le voy a revisar."), {}),
        # De qué lo operaron, y no la enfermedad que ya no está.
        (("M: ¿La han operado?", "P: De la vesícula."), {"Z90.4": "antecedente"}),
        (("M: ¿La han operado?", "P: No, de nada."), {}),
        (("P: Me operaron de la hernia.",), {"Z98.8": "antecedente"}),
        (("P: A mi mamá la operaron de la vesícula.",), {}),
        # Lo que ya pasó.
        (("P: Tuve cáncer de mama hace seis años.",), {"Z85.3": "antecedente"}),
        (("P: Tuve cáncer de tiroides hace seis años.",), {"Z85.8": "antecedente"}),
        (("M: Es una luxación del codo.",), {"S53.1": "confirmado"}),
        (("M: ¿Y su papá de qué murió?", "P: De cirrosis."), {"Z83.7": "familiar"}),
        (("M: ¿Alguien con cáncer en la familia?", "P: Mi tía, de mama."), {"Z80.3": "familiar"}),
        (("M: ¿Fuma?", "P: Cinco al día."), {"Z72.0": "antecedente"}),
        (("M: ¿Fuma?", "P: Ya no, lo dejé."), {"Z86.4": "antecedente"}),
        (("M: ¿Toma algo para la presión?", "P: Cinco al día."), {}),
        (("P: Es alérgico a la penicilina.",), {"Z88.0": "antecedente"}),
        (("A: No es alérgico a nada. Le di ibuprofeno.",), {}),
        # La lesión que el médico nombra sin sitio es donde se contó el accidente.
        (("P: Me caí y me lastimé la rodilla.", "M: Es una contusión."), {"S80.0": "confirmado"}),
        (("P: Me duele la rodilla.", "M: Es una contusión."), {"T14.0": "confirmado"}),
        (("M: Tampoco es artritis reumatoide.",), {"M06.9": "descartado"}),
        (("M: Le toca ultrasonido cada año para descartar hígado graso.",), {}),
        # Con diagnóstico, el síntoma que cuenta el paciente ya es parte del cuadro.
        (("P: Traigo comezón.", "M: Es un dengue."), {"A97.9": "confirmado"}),
        # Palabras corrientes que no son enfermedades.
        (("M: Póngase una gota en cada ojo.",), {}),
        (("P: El chorro sale delgado.",), {"R39.1": "confirmado"}),
        (("P: Antes no tenía nada.",), {}),
    ],
)  # fmt: skip
def test_detalle_estado_y_lo_que_no_se_codifica(
    banco: Banco, lineas: tuple[str, ...], esperado: dict[str, str]
) -> None:
    assert banco.estados(*lineas) == esperado


def test_las_alternativas_traen_el_menos_preciso_y_los_hermanos(banco: Banco) -> None:
    codigo = banco.codigos("M: Es una dermatitis de contacto por los detergentes.")[0]
    assert codigo.codigo == "L24.0"
    otras = [a.codigo for a in codigo.alternativas]
    assert otras[0] == "L25.9"
    assert "L24.9" in otras
    assert len(otras) == len(set(otras)) <= 5
    assert "L24.0" not in otras


def test_lo_que_el_paciente_no_puede_tener_no_se_sugiere(banco: Banco) -> None:
    lineas = ("P: Mi esposa está embarazada.", "P: Estoy con un embarazo encima, en la casa.")
    transcripcion = _dialogo(*lineas)

    def codigos(contexto: Contexto) -> set[str]:
        dados = banco.codificador.codificar(transcripcion, Nota(), contexto)
        return {c.codigo for c in dados if c.sistema == "CIE-10"}

    assert codigos(Contexto(sexo="F")) == {"Z33"}
    assert codigos(Contexto()) == {"Z33"}
    assert codigos(Contexto(sexo="M")) == set()
    assert codigos(Contexto(edad=6)) == set()
