"""Qué impide firmar: cada requisito, quitado de una nota completa, se echa de menos con su numeral."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scribe.consulta import Enunciado, EstadoEnunciado
from scribe.errores import ErrorScribe
from scribe.expediente.errores_seguridad import NotaIncompleta
from scribe.expediente.firma import revision
from scribe.expediente.firma.contenido import Adenda, AvisoDeNota, EnunciadoDeNota, NotaParaFirmar, Signo
from scribe.expediente.firma.revision import abreviaturas_de, exigir_completa, revisar
from tests.expediente_nota import nota_completa


def impiden(nota: NotaParaFirmar) -> list[tuple[str, str]]:
    return [(f.numeral, f.donde) for f in revisar(nota) if f.gravedad == "impide"]


def e(tipo: str, texto: str = "dato", **mas: Any) -> EnunciadoDeNota:
    return EnunciadoDeNota(texto=texto, tipo=tipo, **mas)


def primera_vez(**cambios: Any) -> NotaParaFirmar:
    completa = nota_completa()
    return nota_completa(
        **{
            "tipo": "primera_vez",
            "subjetivo": (
                *completa.subjetivo,
                e("antecedente", "niega cirugías"),
                e("habito", "no fuma"),
            ),
            **cambios,
        }
    )


def test_a_las_completas_no_les_falta_nada() -> None:
    for nota in (nota_completa(), primera_vez()):
        assert impiden(nota) == []
        exigir_completa(nota)


@pytest.mark.parametrize(
    ("cambio", "numeral"),
    [
        ({"subjetivo": ()}, "6.2.1"),
        ({"signos": ()}, "6.2.2"),
        ({"diagnosticos": (), "analisis": ()}, "6.2.4"),
        ({"pronostico": ()}, "6.2.5"),
        ({"plan": (), "receta": ()}, "6.2.6"),
    ],
)
def test_evolucion(cambio: dict[str, Any], numeral: str) -> None:
    nota = nota_completa(**cambio)
    assert [n for n, _ in impiden(nota)] == [numeral]
    with pytest.raises(NotaIncompleta, match=numeral):
        exigir_completa(nota)


@pytest.mark.parametrize("tipo", ["antecedente_familiar", "habito"])
def test_primera_vez_pide_antecedentes(tipo: str) -> None:
    nota = primera_vez()
    sin = primera_vez(subjetivo=tuple(x for x in nota.subjetivo if x.tipo != tipo))
    assert impiden(sin) == [("6.1.1", "subjetivo")]


def test_primera_vez_pide_peso_y_talla_y_exploracion() -> None:
    nota = primera_vez()
    sin_talla = primera_vez(signos=tuple(s for s in nota.signos if s.clave != "talla"))
    assert impiden(sin_talla) == [("6.1.2", "signos")]
    assert ("6.1.2", "objetivo") in impiden(primera_vez(objetivo=()))


@pytest.mark.parametrize(
    ("parte", "campo", "numeral"),
    [
        ("establecimiento", "nombre", "5.2.1"),
        ("establecimiento", "tipo", "5.2.1"),
        ("establecimiento", "domicilio", "5.2.1"),
        ("paciente", "nombre", "5.9"),
        ("paciente", "edad", "5.9"),
        ("paciente", "expediente", "5.9"),
        ("paciente", "domicilio", "5.2.3"),
        ("medico", "nombre", "5.10"),
        ("medico", "usuario", "5.1.6"),
    ],
)
def test_encabezado(parte: str, campo: str, numeral: str) -> None:
    completa = nota_completa()
    sin = getattr(completa, parte).model_copy(update={campo: ""})
    assert impiden(nota_completa(**{parte: sin})) == [(numeral, f"{parte}.{campo}")]


def test_un_signo_vacio_no_cuenta_y_una_explicacion_del_medico_si() -> None:
    completa = nota_completa()
    vacio = tuple(s.model_copy(update={"valor": ""}) for s in completa.signos)
    assert impiden(nota_completa(signos=vacio)) == [("6.2.2", "signos")]
    dicho = e("signo_vital", "no se midieron: consulta por videollamada")
    assert impiden(nota_completa(signos=(), objetivo=(dicho,))) == [
        ("6.2.2", "signos")
    ]  # lo dijo el programa
    del_medico = dicho.model_copy(update={"autor": "medico"})
    assert impiden(nota_completa(signos=(), objetivo=(del_medico,))) == []


def test_el_pronostico_del_programa_no_basta() -> None:
    nota = nota_completa(pronostico=(e("pronostico", "bueno"),))
    assert impiden(nota) == [("6.2.5", "pronostico")]


def test_por_revisar_dice_cual_es() -> None:
    dudoso = e("sintoma", "tomó 850", estado=EstadoEnunciado.POR_REVISAR)
    completa = nota_completa()
    (falta,) = [f for f in revisar(nota_completa(plan=(*completa.plan, dudoso))) if f.clave == "por_revisar"]
    assert (falta.donde, falta.indice) == ("plan", len(completa.plan))
    assert "850" not in falta.texto


def test_aviso_grave_sin_decision() -> None:
    grave = AvisoDeNota(tipo="interaccion", texto="x con y", grave=True)
    assert impiden(nota_completa(avisos=(grave,))) == [("1.6.8", "avisos")]
    assert impiden(nota_completa(avisos=(grave.model_copy(update={"grave": False}),))) == []


@pytest.mark.parametrize(
    ("campo", "numeral", "grave"),
    [
        ("generico", "225", True),
        ("dosis", "6.2.6", True),
        ("via", "6.2.6", True),
        ("frecuencia", "6.2.6", True),
        ("duracion", "30", False),
        ("presentacion", "30", False),
    ],
)
def test_receta(campo: str, numeral: str, grave: bool) -> None:
    renglones = nota_completa().receta
    malo = renglones[1].model_copy(update={campo: ""})
    faltas = revisar(nota_completa(receta=(renglones[0], malo)))
    (falta,) = [f for f in faltas if f.clave == "receta"]
    assert (falta.numeral, falta.indice, falta.gravedad == "impide") == (numeral, 1, grave)


def test_estupefaciente_se_avisa() -> None:
    renglon = nota_completa().receta[0].model_copy(update={"fraccion_lgs226": "II"})
    assert any(f.numeral == "226" for f in revisar(nota_completa(receta=(renglon,))))


def test_adenda_dice_a_que_se_agrega() -> None:
    assert ("5.11", "adenda") in impiden(nota_completa(tipo="adenda"))


@pytest.mark.parametrize("pais", ["MX", "CO"])
@pytest.mark.parametrize("tipo", ["primera_vez", "evolucion", "adenda"])
def test_cada_regla_del_archivo_puede_fallar(pais: str, tipo: str) -> None:
    """Una nota vacía, con lo que sí se puede escribir, echa de menos cada regla: ninguna está de adorno."""
    completa = nota_completa()
    vacio = {
        nombre: getattr(completa, nombre).model_copy(
            update={c: "" for c, v in getattr(completa, nombre) if isinstance(v, str)} | fijo
        )
        for nombre, fijo in (
            ("establecimiento", {"pais": pais}),
            ("paciente", {"sexo": "no_especificado"}),
            ("medico", {}),
        )
    }
    secciones = dict.fromkeys(("subjetivo", "objetivo", "analisis", "plan", "pronostico", "signos"), ())
    listas: dict[str, Any] = {"diagnosticos": (), "avisos": (), "receta": ()}
    nota = completa.model_copy(update={**vacio, **secciones, **listas, "tipo": tipo})
    con_receta = nota.model_copy(update={"receta": completa.receta})
    textos = [f.texto for f in (*revisar(nota), *revisar(con_receta))]
    pedidas = {r["pide"] for r in revision._reglas(nota)["requisito"] if tipo in r["notas"]}
    assert pedidas and not [p for p in pedidas if not any(p in t for t in textos)]


def test_sexo_sin_especificar_no_es_un_sexo() -> None:
    paciente = nota_completa().paciente.model_copy(update={"sexo": "no_especificado"})
    assert impiden(nota_completa(paciente=paciente)) == [("5.9", "paciente.sexo")]
    indeterminado = paciente.model_copy(update={"sexo": "indeterminado"})
    assert impiden(nota_completa(paciente=indeterminado)) == []


def test_primera_vez_pide_aparatos_y_sistemas() -> None:
    nota = primera_vez()
    sin = primera_vez(subjetivo=tuple(x for x in nota.subjetivo if x.tipo != "negacion"))
    assert impiden(sin) == [("6.1.1", "subjetivo")]
    dicho = e("aparatos_sistemas", "sin síntomas digestivos", autor="medico")
    assert impiden(primera_vez(subjetivo=(*sin.subjetivo, dicho))) == []


def _callado(nota: NotaParaFirmar, numeral: str, pide: str) -> str:
    """Lo que una regla de partes dice que falta, o nada."""
    (texto,) = [f.texto for f in revisar(nota) if f.numeral == numeral and pide in f.texto] or [""]
    return texto.partition(": ")[2]


def test_primera_vez_pregunta_por_tabaco_alcohol_y_otras_sustancias() -> None:
    base = tuple(x for x in primera_vez().subjetivo if x.tipo != "habito")
    solo_tabaco = primera_vez(subjetivo=(*base, e("habito", "Fumó diez años")))
    assert _callado(solo_tabaco, "6.1.1", "sustancias") == "alcohol, otras sustancias psicoactivas"
    todo = e("habito", "niega tabaquismo, alcoholismo y drogas")
    assert _callado(primera_vez(subjetivo=(*base, todo)), "6.1.1", "sustancias") == ""
    assert (
        _callado(nota_completa(), "6.1.1", "sustancias") == ""
    )  # es de la historia clínica, no de cada nota
    assert impiden(solo_tabaco) == []


def test_primera_vez_dice_que_regiones_no_se_exploraron() -> None:
    assert _callado(primera_vez(), "6.1.2", "regiones") == "cuello, abdomen, genitales"
    completa = primera_vez(
        objetivo=(
            *nota_completa().objetivo,
            e("exploracion", "cuello sin adenopatías; abdomen blando; genitales diferidos a petición"),
        )
    )
    assert _callado(completa, "6.1.2", "regiones") == ""


def test_quien_receta_lleva_cedula_e_institucion() -> None:
    medico = nota_completa().medico.model_copy(update={"cedula": "", "institucion_titulo": ""})
    sin = [f.donde for f in revisar(nota_completa(medico=medico)) if f.numeral == "29"]
    assert sin == ["medico.cedula", "medico.institucion_titulo"]
    assert not [f for f in revisar(nota_completa(medico=medico, receta=())) if f.numeral == "29"]


def test_un_medicamento_en_el_plan_sin_receta_se_avisa() -> None:
    plan = (e("receta", "metformina 850 miligramos"),)
    (falta,) = [f for f in revisar(nota_completa(plan=plan, receta=())) if f.clave == "receta"]
    assert (falta.numeral, falta.gravedad) == ("6.2.6", "avisa")
    assert not [f for f in revisar(nota_completa(plan=plan)) if f.clave == "receta"]


@pytest.mark.parametrize(
    ("texto", "esperadas"),
    [
        ("TA 120/80, FC 80", ["TA", "FC"]),
        ("Px con DM2 y HAS en tx", ["Px", "DM2", "HAS", "tx"]),
        ("metformina 850 mg VO c/12 horas", ["VO", "c/"]),
        ("se pide PSA", ["PSA"]),
        ("metformina 850 mg cada 12 horas; 126/78 mmHg; 36.4 °C; IMC 31; 500 mL", []),
        ("la tableta en la mañana, con agua", []),
        ("Ana toma té; tabaco no", []),
        ("prueba de VIH negativa, CIE-10 I10", []),
    ],
)
def test_abreviaturas(texto: str, esperadas: list[str]) -> None:
    assert [a for a, _ in abreviaturas_de(texto)] == esperadas


def test_abreviatura_avisa_y_no_impide() -> None:
    nota = nota_completa(analisis=(e("razonamiento", "DM2 descontrolada"),))
    assert impiden(nota) == []
    assert any("diabetes mellitus tipo 2" in f.texto for f in revisar(nota))


def test_las_abreviaturas_se_buscan_en_todo_lo_que_alguien_escribio() -> None:
    completa = nota_completa()
    aviso = completa.avisos[0].model_copy(update={"resolucion": "se confirmó la TA"})
    renglon = completa.receta[0].model_copy(update={"presentacion": "tabs de 850 mg"})
    signo = completa.signos[1].model_copy(update={"unidad": "lpm"})
    agrega = Adenda(nota="n", firmada=completa.atencion, sha256="a" * 64, motivo="faltó el USG")
    nota = nota_completa(avisos=(aviso,), receta=(renglon,), signos=(signo,), adenda=agrega)
    assert [f.donde for f in revisar(nota) if f.clave == "abreviatura"] == [
        "receta", "signos", "avisos", "adenda"
    ]  # fmt: skip
    titulo = completa.diagnosticos[0].model_copy(update={"titulo": "Trastorno NCOP"})
    del_catalogo = nota_completa(diagnosticos=(titulo,))
    assert not [f for f in revisar(del_catalogo) if f.clave == "abreviatura"]


# --- Los bytes que se congelan ---------------------------------------------------------------------

PRIMERA = "a198f349a220175bcb5562aead1087969655c938d43e29161a8a3d88f454d52c"
"""El sha256 que tenía esta nota antes de que la nota aprendiera campos nuevos."""


def test_un_campo_nuevo_y_vacio_no_cambia_los_bytes_de_lo_ya_firmado() -> None:
    nota = nota_completa()
    assert nota.sha256() == PRIMERA
    con = nota.model_copy(
        update={"establecimiento": nota.establecimiento.model_copy(update={"razon_social": "Laureles SC"})}
    )
    assert con.sha256() != PRIMERA and b"Laureles SC" in con.octetos()
    assert NotaParaFirmar.de_octetos(con.octetos()) == con


def test_los_bytes_son_siempre_los_mismos_y_vuelven() -> None:
    nota = nota_completa()
    assert nota.octetos() == nota_completa().octetos()
    assert NotaParaFirmar.de_octetos(nota.octetos()) == nota
    assert nota.sha256() != nota_completa(version=4).sha256()
    with pytest.raises(ErrorScribe):
        NotaParaFirmar.de_octetos(nota.octetos().replace(b'{"adenda"', b'{ "adenda"'))


@pytest.mark.parametrize("malo", ["dosis \u202e05 gm", "a\u200bb", "a\x00b", "\ufeffx", "a\ue000"])
def test_lo_invisible_no_entra_y_el_error_no_lo_repite(malo: str) -> None:
    with pytest.raises(ValidationError) as error:
        e("sintoma", malo)
    assert malo not in str(error.value)


def test_nfc_y_espacios() -> None:
    assert e("sintoma", " di\u0301a \n  2 ").texto == "d\u00eda 2"


def test_del_borrador() -> None:
    enunciado = Enunciado(texto="tos", tipo="sintoma", citas=(), motivo="x")
    assert EnunciadoDeNota.de(enunciado).autor == "programa"
    assert Signo(clave="peso", valor="70").unidad == ""
