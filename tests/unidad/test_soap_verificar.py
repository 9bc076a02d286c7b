"""La verificación: si el enunciado y su cita difieren, gana la cita."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Correccion, EstadoEnunciado, Palabra, Rol, Transcripcion, Turno
from scribe.soap.fragmentos import Propuesta, Trozo
from scribe.soap.redactor import Redactor
from scribe.soap.verificar import verificar


def _propuesta(dicho: str, escrito: str, tipo: str = "receta", **turno: object) -> Propuesta:
    base: dict[str, object] = {
        "id": 1,
        "hablante": "H1",
        "rol": Rol.MEDICO,
        "inicio": 0.0,
        "fin": 2.0,
        "texto": dicho,
    }
    completo = Turno.model_validate(base | turno)
    return Propuesta("plan", tipo, escrito, (Trozo(completo, 0, len(dicho)),))


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("metformina de 850 mg cada 12 horas", "Metformina 800 mg cada 12 horas"),
        ("losartán de 50 cada 12 horas", "Telmisartán de 50 cada 12 horas"),
        ("levotiroxina de 75 mcg", "Levotiroxina 75 mg"),
        ("le duele la rodilla derecha", "Dolor en rodilla izquierda"),
        ("tiene fiebre", "Niega fiebre"),
        ("no puede caminar", "Puede caminar"),
        ("por 7 días", "Por 7 semanas"),
        ("ibuprofeno de 600... no, perdón, de 400 mg", "Ibuprofeno 600 mg"),
    ],
)
def test_gana_la_cita(dicho: str, escrito: str) -> None:
    enunciado = verificar(_propuesta(dicho, escrito))
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR
    assert enunciado.motivo
    assert escrito not in enunciado.texto
    assert enunciado.texto.startswith("Se dijo: «")


def test_lo_que_coincide_queda_verificado() -> None:
    enunciado = verificar(
        _propuesta("metformina de 850 miligramos cada 12 horas", "Metformina 850 mg cada 12 horas")
    )
    assert enunciado.estado is EstadoEnunciado.VERIFICADO
    assert enunciado.motivo is None
    assert enunciado.citas[0].texto == "metformina de 850 miligramos cada 12 horas"


def test_cifra_mal_oida() -> None:
    palabras = tuple(
        Palabra(texto=p, inicio=i / 2, fin=i / 2 + 0.4, prob=0.2 if p == "126/82" else 0.95)
        for i, p in enumerate(["presión", "126/82"])
    )
    enunciado = verificar(_propuesta("presión 126/82", "TA 126/82 mmHg", "signo_vital", palabras=palabras))
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR
    assert "poca claridad" in (enunciado.motivo or "")


def test_correccion_sin_aplicar_se_dice() -> None:
    duda = Correccion(original="losartana", propuesto="losartán", motivo="farmaco", aplicada=False)
    enunciado = verificar(
        _propuesta("tome losartana diario", "Tome losartana diario", "indicacion", correcciones=(duda,))
    )
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR
    assert "losartán" in (enunciado.motivo or "")


def test_rol_incierto() -> None:
    enunciado = verificar(_propuesta("tome agua", "Tome agua", "indicacion", rol=Rol.INCIERTO))
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR


def test_una_cifra_anunciada_como_dudosa_deja_el_enunciado_por_revisar() -> None:
    turno = Turno(
        id=1, hablante="H1", rol=Rol.MEDICO, inicio=0, fin=9,
        texto="Le voy a dar paracetamol de 750 mg, 1.8 horas por 3 días.",
    )  # fmt: skip
    nota = Redactor().redactar(Transcripcion(idioma="es", turnos=(turno,)), Contexto()).nota
    recetas = [e for e in nota.plan if "750" in e.texto]
    assert recetas and recetas[0].estado is EstadoEnunciado.POR_REVISAR
    assert "1.8 horas" in (recetas[0].motivo or "")
