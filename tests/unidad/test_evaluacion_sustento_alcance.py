"""Lo que la medida de sustento acusaba sin razón y, junto a cada caso, el que debe seguir fallando."""

from __future__ import annotations

import pytest

from evaluacion.caso import Dicho
from evaluacion.metricas.criticos import errores
from evaluacion.metricas.dialogo import Dialogo
from evaluacion.metricas.sustento import revisar
from evaluacion.sintesis.guion import Hecho
from scribe.consulta import Enunciado


def _dialogo(*dichos: str) -> Dialogo:
    """«M: …» es del médico, «A: …» de quien acompaña; lo demás, del paciente."""
    quien = {"M": "medico", "A": "acompanante"}
    partes = [(quien.get(d[0], "paciente"), d[3:]) if d[1:2] == ":" else ("paciente", d) for d in dichos]
    return Dialogo([Dicho(hablante=h, texto=t) for h, t in partes], "es")


def _clases(texto: str, dichos: tuple[str, ...], *, familiar: bool = False) -> set[str]:
    return {r.clase for r in revisar(texto, _dialogo(*dichos), familiar=familiar)}


_TEMPERATURA = ("M: Temperatura treinta y siete dos, saturación noventa y ocho.",)
_PULSO = (
    "M: La presión está en ciento cincuenta y ocho sobre ochenta y cuatro. Pulso irregular, no, perdón, "
    "regular, de setenta y dos.",
)
_TIPO = (
    "M: Además le doy alendronato de setenta, una a la semana.",
    "¿Y la linagliptina?",
    "M: La diabetes tipo dos sigue igual, con linagliptina.",
)
_MELENA = ("M: ¿Ha vomitado con sangre, popó negra?", "No, nada de eso.")
_HERMANO = ("M: ¿Ha tenido asma?", "A: No, ella no. Su hermanito es el del asma.")
_CAMBIO = ("M: Vamos a quitar el enalapril y a cambiarlo por losartán de cincuenta, una al día.",)
_CAMARON = ("M: ¿Alergias?", "Ninguna alergia a medicinas. A los camarones sí, me salen ronchas.")
_TIROIDES = ("M: ¿Azúcar, presión?", "No tengo ni azúcar ni presión, tiroides nada más.")
_PUS = ("M: Las amígdalas están rojas, con placas de pus.",)
_ALARMA = ("M: Si vomita sin parar, le sangra algo o se marea, corra a urgencias.",)
_FUERZA = ("M: ¿Pierde fuerza?", "Fuerza sí pierdo, se me caen las cosas.")
_HABLA = ("La cara se me durmió y no podía hablar, como diez minutos.",)
_CIEN = ("M: La presión, cien sesenta y dos.",)
_LISTA = ("M: ¿Azúcar, presión?", "Azúcar no presión sí.")
_CORTE = ("M: ¿Sangra?", "Me salen moretones sin que me pegue, y ayer me sangró la encía.")
_FLEMA = ("M: ¿Tos con flema, fiebre?", "No, nada.")
_KILOS = ("M: Pesa dieciocho kilos doscientos.",)
_UNOS = ("Veo zigzag unos veinte minutos y luego empieza el dolor.",)
_AGUITA = ("M: ¿Le ha salido agüita?", "Agüita no.")
_LENA = ("M: ¿Fuma?", "No fumo. Antes cocinaba con leña.")
_CANSADA = ("Me siento muy cansada.", "M: No me impresiona depresión, estás cansada por la anemia.")


@pytest.mark.parametrize(
    ("dichos", "bueno", "malo", "clase"),
    [
        (_TEMPERATURA, "Temperatura 37.2 °C", "Temperatura 38.2 °C", "cifra"),
        (_PULSO, "TA 158/84 mmHg", "TA 158/94 mmHg", "cifra"),
        (_TIPO, "Continuar linagliptina: la diabetes tipo 2 sigue igual", "Diabetes tipo 1", "cifra"),
        (_TIPO, "Alendronato de 70, 1 a la semana", "Linagliptina de 70, 1 a la semana", "cifra"),
        (_MELENA, "Niega hematemesis (vomitado con sangre) y melena (popó negra)",
         "Niega tos, pero con melena (popó negra)", "negacion"),
        (_HERMANO, "Antecedente familiar (hermanito): su hermanito es el del asma", "Tiene asma", "persona"),
        (_CAMBIO, "Losartán de 50, 1 al día", "Continuar enalapril", "negacion"),
        (_CAMARON, "Alergias: a los camarones sí, le salen ronchas", "Niega ronchas", "negacion"),
        (_TIROIDES, "Enfermedad de la tiroides", "Padece azúcar", "negacion"),
        (_PUS, "Exudado purulento: placas de pus", "Cultivo de exudado faríngeo y adenopatías", "termino"),
        (_ALARMA, "Acudir a urgencias (vómito, sangre, mareo)", "Acudir a urgencias (vómito con sangre)", "termino"),  # noqa: E501
        (_FUERZA, "Debilidad: fuerza sí pierde", "Debilidad y temblor", "termino"),
        (_HABLA, "Alteración del habla: no podía hablar", "Asimetría facial y disartria: boca chueca", "termino"),  # noqa: E501
        (_FLEMA, "Niega tos con flema y fiebre", "Tos con flema y fiebre", "negacion"),
        (_KILOS, "Peso 18.2 kg", "Peso 18.3 kg", "cifra"),
        (_UNOS, "Aura: zigzag unos 20 minutos", "Aura: zigzag 1.20 minutos", "cifra"),
        (_AGUITA, "Niega salida de líquido (agüita)", "Salida de líquido: agüita", "negacion"),
        (_CIEN, "TA 100/62 mmHg", "TA 162/100 mmHg", "cifra"),
        (_LISTA, "Azúcar no presión sí", "Azúcar sí", "negacion"),
        (_CORTE, "Le salen moretones sin que se pegue, y ayer le sangró la encía", "Niega sangrado", "negacion"),  # noqa: E501
        (_LENA, "Hábitos («fuma»): antes cocinaba con leña", "Tabaquismo: fuma", "negacion"),
        (_LENA, "Niega tabaquismo («no fumo»)", "Se dijo: «fumo diario»", "negacion"),
        (_CANSADA, "Descartado: no me impresiona depresión, Lorena, estás cansada", "Descartado: cansada", "negacion"),  # noqa: E501
    ],
)  # fmt: skip
def test_ni_acusa_de_mas_ni_deja_pasar(dichos: tuple[str, ...], bueno: str, malo: str, clase: str) -> None:
    assert _clases(bueno, dichos) == set()
    assert clase in _clases(malo, dichos)


def test_una_alergia_que_no_se_afirmo_de_nada_sigue_acusandose() -> None:
    assert _clases("Alergia a la penicilina", ("M: ¿Alergias?", "Ninguna alergia a medicinas.")) >= {
        "farmaco"
    }
    assert "negacion" in _clases("Alergias: sí", ("M: ¿Alergias?", "Ninguna alergia a medicinas."))


def test_lo_de_un_pariente_en_diminutivo_no_es_del_paciente_ni_al_reves() -> None:
    assert _clases("Antecedente familiar: asma", ("Yo tengo asma desde niña.",), familiar=True) == {"persona"}


def test_lo_que_quien_acompana_cuenta_de_si_no_es_del_paciente() -> None:
    dichos = ("M: ¿Alguien más?", "A: Su primo estuvo igual, y a mí me dio dolor de panza.")
    assert _clases("De otra persona (primo): le dio dolor de panza", dichos) == set()
    assert "persona" in _clases("Antecedente familiar: tos", ("A: Tiene tos desde ayer.",), familiar=True)


def test_la_presion_tomada_no_es_hipertension() -> None:
    assert "termino" in _clases("Hipertensión arterial", ("M: Presión ciento veinte sobre ochenta.",))
    assert _clases("Niega hipertensión", ("M: ¿Azúcar, presión?", "No, ninguna.")) == set()


def test_dos_numeros_seguidos_con_su_unidad_no_son_una_temperatura() -> None:
    dichos = ("Tuvo treinta y ocho. Dos veces vomitó, y estuvo treinta y siete dos días sin nada.",)
    assert "cifra" in _clases("Fiebre de 37.2", dichos)


def test_la_cifra_corregida_junto_a_su_signo_sigue_sin_valer() -> None:
    dichos = ("M: Presión ciento cuarenta, no, perdón, ciento treinta sobre ochenta.",)
    assert _clases("TA 130/80 mmHg", dichos) == set()
    assert "cifra" in _clases("TA 140/80 mmHg", dichos)


def _hecho(texto: str, *, critico: bool) -> Hecho:
    return Hecho(id=texto[:9], seccion="P", tipo="receta", texto=texto, turnos=(), claves=(), critico=critico)


def test_un_retiro_gradual_esperado_no_es_una_dosis_equivocada() -> None:
    dichos = ("Toma clonazepam, dos gotas.", "M: El clonazepam se lo quitan: una gota o 4 gotas por semana.")
    hechos = [_hecho("Clonazepam 2 gotas", critico=True), _hecho("Bajar clonazepam a 1 gota", critico=False)]

    def graves(texto: str, esperados: list[Hecho]) -> set[str]:
        enunciado = Enunciado(texto=texto, tipo="receta", citas=())
        hallados = errores([enunciado], [[]], _dialogo(*dichos), esperados, []).hallados
        return {e.clase for e in hallados}

    assert graves("Clonazepam 1 gota cada noche", hechos) == set()
    assert graves("Clonazepam 4 gotas cada noche", hechos) == {"dosis"}
    assert graves("Clonazepam 4 gotas cada noche", hechos[1:]) == set()
    sin_cifra = hechos[1].model_copy(
        update={"texto": "Retirar clonazepam", "claves": (("clonazepam",), ("1 gota",))}
    )
    assert graves("Clonazepam 1 gota cada noche", [hechos[0], sin_cifra]) == set()
    assert graves("Clonazepam 4 gotas cada noche", [hechos[0], sin_cifra]) == {"dosis"}


_CON = ("M: Ciento setenta y ocho con ciento cuatro en el derecho.", "M: El pulso, ochenta.")
_BOCA = ("M: Si se le tuerce la boca, a urgencias.",)
_AGITADA = ("M: ¿Qué le nota?", "A: Respira como agitada.")
_RENGUEA = ("M: ¿Camina bien?", "A: Renguea un poco.")
_SEPA = ("M: ¿Alergias?", "A: Alergias, que yo sepa, no.")
_APNEA = ("M: ¿Ha dejado de respirar?", "A: No, de dejar de respirar, tampoco. Le ronca el pechito.")
_CUNADO = ("M: ¿Quién tiene asma?", "El asmático es mi primo.")


@pytest.mark.parametrize(
    ("dichos", "bueno", "malo", "clase"),
    [
        (_CON, "TA 178/104 mmHg", "TA 178/94 mmHg", "cifra"),
        (_BOCA, "Acudir a urgencias si asimetría facial", "Acudir a urgencias si convulsiones", "termino"),
        (_AGITADA, "Disnea: respira como agitada", "Fiebre: respira como agitada", "termino"),
        (_RENGUEA, "Claudicación: renguea un poco", "Temblor: renguea un poco", "termino"),
        (_SEPA, "Niega alergias", "Niega asma", "termino"),
        (_APNEA, "Niega apnea", "Apnea", "negacion"),
        (_CUNADO, "Antecedente familiar: el primo es asmático", "Asma", "persona"),
    ],
)
def test_otras_formas_de_decirlo(dichos: tuple[str, ...], bueno: str, malo: str, clase: str) -> None:
    assert _clases(bueno, dichos) == set()
    assert clase in _clases(malo, dichos)


def test_siete_con_cinco_sigue_siendo_un_decimal() -> None:
    dichos = ("M: La hemoglobina glucosilada, siete con cinco.",)
    assert _clases("Hemoglobina glucosilada 7.5", dichos) == set()
    assert "cifra" in _clases("Hemoglobina glucosilada 7.6", dichos)
