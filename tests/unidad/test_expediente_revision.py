"""Qué impide firmar: cada requisito, quitado de una nota completa, se echa de menos con su numeral."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scribe.consulta import Enunciado, EstadoEnunciado
from scribe.errores import ErrorScribe
from scribe.expediente.errores_seguridad import NotaIncompleta
from scribe.expediente.firma import revision
from scribe.expediente.firma.contenido import AvisoDeNota, EnunciadoDeNota, NotaParaFirmar, Signo
from scribe.expediente.firma.revision import abreviaturas_de, exigir_completa, revisar_nom004
from tests.expediente_nota import nota_completa


def impiden(nota: NotaParaFirmar) -> list[tuple[str, str]]:
    return [(f.numeral, f.donde) for f in revisar_nom004(nota) if f.gravedad == "impide"]


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
    (falta,) = [
        f for f in revisar_nom004(nota_completa(plan=(*completa.plan, dudoso))) if f.clave == "por_revisar"
    ]
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
    faltas = revisar_nom004(nota_completa(receta=(renglones[0], malo)))
    (falta,) = [f for f in faltas if f.clave == "receta"]
    assert (falta.numeral, falta.indice, falta.gravedad == "impide") == (numeral, 1, grave)


def test_estupefaciente_se_avisa() -> None:
    renglon = nota_completa().receta[0].model_copy(update={"fraccion_lgs226": "II"})
    assert any(f.numeral == "226" for f in revisar_nom004(nota_completa(receta=(renglon,))))


def test_adenda_dice_a_que_se_agrega() -> None:
    assert ("5.11", "adenda") in impiden(nota_completa(tipo="adenda"))


def test_cada_regla_del_archivo_puede_fallar() -> None:
    """Una nota vacía echa de menos todas las reglas que impiden firmar: ninguna está de adorno."""
    completa = nota_completa()
    vacio = {
        nombre: getattr(completa, nombre).model_copy(
            update={c: "" for c, v in getattr(completa, nombre) if isinstance(v, str) and c != "pais"}
        )
        for nombre in ("establecimiento", "paciente", "medico")
    }
    secciones = dict.fromkeys(("subjetivo", "objetivo", "analisis", "plan", "pronostico", "signos"), ())
    listas = dict.fromkeys(("diagnosticos", "receta", "avisos"), ())
    for tipo in ("primera_vez", "evolucion", "adenda"):
        nota = completa.model_copy(update={**vacio, **secciones, **listas, "tipo": tipo})
        pedidas = {r["pide"] for r in revision._reglas()["requisito"] if tipo in r["notas"]}
        textos = [f.texto for f in revisar_nom004(nota)]
        assert not [p for p in pedidas if not any(p in t for t in textos)]


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
    assert any("diabetes mellitus tipo 2" in f.texto for f in revisar_nom004(nota))


# --- Los bytes que se congelan ---------------------------------------------------------------------


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
