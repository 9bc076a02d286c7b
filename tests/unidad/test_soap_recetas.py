"""Una receta en un renglón solo si el renglón dice todo; lo que no es receta no se vuelve receta."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, Rol, Transcripcion, Turno
from scribe.soap.medicamentos import con_simbolos, falta, negado
from scribe.soap.posologia import con_horas
from scribe.soap.redactor import Redactor

_ANTES = ("m: ¿Qué lo trae?", "p: Me duele la cabeza desde ayer, doctor.", "m: Lo reviso. Presión 120/80.")


def _plan(*dichos: str) -> tuple[Enunciado, ...]:
    turnos = tuple(
        Turno(
            id=i, hablante=d[0], rol=Rol.MEDICO if d[0] == "m" else Rol.PACIENTE, inicio=float(i), fin=i + 0.5, texto=d[3:]  # noqa: E501
        )
        for i, d in enumerate((*_ANTES, "m: Le doy loratadina de 10 mg, una diaria por 5 días.", *dichos), 1)
    )  # fmt: skip
    plan = Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota.plan
    return tuple(e for e in plan if "oratadina" not in e.texto)


def test_lo_que_no_cabe_en_el_renglon_se_escribe_como_se_dijo() -> None:
    (uno,) = _plan(
        "m: Hipromelosa, 1 gota cada 2 horas en el izquierdo, y en la noche se lo tapa con un parche."
    )
    assert "izquierdo" in uno.texto
    assert "tapa con un parche" in uno.texto


def test_el_renglon_que_lo_dice_todo_queda_limpio() -> None:
    (uno,) = _plan("m: Le voy a dar paracetamol de 500 miligramos, una tableta cada 8 horas por 3 días.")
    assert uno.texto == "Paracetamol 500 mg, una tableta cada 8 horas por 3 días"


def test_la_condicion_va_con_el_farmaco_al_que_precede() -> None:
    uno, otro = _plan(
        "m: Naproxeno de 550 mg, uno, y si en 2 horas no cede, sumatriptán de 50 mg, uno. Máximo 2 veces por semana."  # noqa: E501
    )
    assert "cede" not in uno.texto
    assert "2 horas no cede, sumatriptán" in otro.texto
    assert "máximo 2 veces por semana" in otro.texto


def test_lo_que_acompana_a_una_receta_no_se_pierde() -> None:
    plan = _plan(
        "m: Ahorita le pongo una nebulización con salbutamol e ipratropio, luego prednisona de 40 mg una vez al día por 5 días."  # noqa: E501
    )
    assert any("ebulización" in e.texto and "ipratropio" in e.texto for e in plan)
    assert any("rednisona" in e.texto and "40" in e.texto for e in plan)


def test_un_farmaco_que_se_excluye_despues_de_nombrarlo() -> None:
    plan = _plan(
        "m: Penicilinas no.", "p: ¿Y la indometacina?", "m: La indometacina ni de chiste, ni naproxeno."
    )
    textos = " | ".join(e.texto for e in plan)
    assert "Evitar penicilinas" in textos
    assert "Evitar indometacina" in textos


@pytest.mark.parametrize(
    "dicho",
    [
        "Lo suyo es una anemia por falta de hierro; le pido una biometría.",
        "Se checa el azúcar en ayunas y antes de la cena mientras tome la prednisona.",
        "La mayoría se recupera en 2 o 3 meses.",
        "No cargue más de 3 kg con el brazo derecho.",
    ],
)
def test_nombrar_un_farmaco_o_una_cifra_no_es_recetar(dicho: str) -> None:
    assert not [e for e in _plan(f"m: {dicho}") if e.tipo == "receta"]


def test_no_tomar_cafe_con_el_hierro_no_suspende_el_hierro() -> None:
    (uno,) = _plan("m: No tome café junto con el hierro.")
    assert uno.tipo == "indicacion"
    assert "Suspender" not in uno.texto


def test_lo_que_no_se_toma_hoy_no_recibe_la_dosis_de_despues() -> None:
    plan = _plan("m: No se toma la warfarina hoy ni mañana. El jueves reinicia con 2.5 mg diarios.")
    (hoy,) = [e for e in plan if "warfarina" in e.texto and "mañana" in e.texto]
    assert "2.5" not in hoy.texto


def test_si_no_cede_no_excluye_lo_que_sigue() -> None:
    texto = "si en 2 horas no cede sumatriptán de 50"
    assert not negado(texto, texto.index("sumatriptán"))
    assert negado("nada de sumatriptán", len("nada de "))


def test_falta_solo_lo_que_importa() -> None:
    assert falta("Hipromelosa 1 gota cada 2 horas", "hipromelosa, 1 gota cada 2 horas en el izquierdo")
    assert not falta(
        "Paracetamol 500 mg cada 8 horas", "tómese el paracetamol de 500 miligramos, cada 8 horas"
    )


def test_cada_ocho_son_horas_en_una_receta() -> None:
    (uno,) = _plan("m: Ketorolaco de 10 mg, 1 cada 8, con comida, 2 días.")
    assert "cada 8 horas con comida" in uno.texto and uno.estado == "verificado"


@pytest.mark.parametrize(
    "dicho", ["1 cada 8 días", "de 6 a 8, cada 6 o 8", "cada 15, con comida", "cada 8 gotas"]
)
def test_la_unidad_que_no_es_convencion_no_se_escribe(dicho: str) -> None:
    assert con_horas(dicho) == dicho


def test_las_unidades_dichas_enteras_van_por_su_simbolo() -> None:
    dicho = "500 miligramos, 1 gramo, 25 microgramos, 5 mililitros, 3 centimetros"
    assert con_simbolos(dicho) == "500 mg, 1 g, 25 mcg, 5 ml, 3 cm"


def test_lo_que_se_receta_y_luego_se_retira_deja_de_ser_receta() -> None:
    dichos = (
        "m: Le voy a dar naproxeno de 500 mg, una cada 12 horas.",
        "p: Oiga, yo tuve una úlcera que me sangró.",
    )
    plan = _plan(*dichos, "m: Entonces naproxeno no.")
    assert not [e for e in plan if e.tipo == "receta"]
    assert any(e.tipo == "suspension" and e.texto.startswith("Retirado en la consulta") for e in plan)
    condicion = "m: Si le arde, suspenda el naproxeno y me llama."
    sigue = [e for e in _plan(*dichos, condicion) if e.tipo == "receta"]
    assert sigue and all(e.estado == "verificado" for e in sigue)


def test_la_forma_dicha_antes_es_del_farmaco_que_sigue() -> None:
    plan = _plan("m: Le doy hidroxicina de 10 en la noche, y una crema de hidrocortisona 2 veces al día.")
    suya = [e.texto for e in plan if "idroxi" in e.texto and "ortisona" not in e.texto]
    assert not any("crema" in texto for texto in suya)
