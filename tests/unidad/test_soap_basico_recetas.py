"""Lo que receta, cambia, continúa o suspende el médico, en diálogos mínimos. Frases propias, no de un juego medido."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Redaccion, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}
_ANTES = (
    "m: Voy a revisarlo. El abdomen está blando.",
    "m: Bueno, pues le voy a explicar qué vamos a hacer.",
)


def _redactar(dialogo: str) -> Redaccion:
    dichos = [*_ANTES, *dialogo.split(" / ")]
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(dichos, 1)
    )
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto())


def _plan(dialogo: str, tipo: str) -> list[Enunciado]:
    return [e for e in _redactar(dialogo).nota.plan if e.tipo == tipo]


@pytest.mark.parametrize(
    ("dicho", "receta"),
    [
        ("Va a tomar media tableta de losartán de 50 cada 12 horas.", "Media tableta de losartán"),
        ("Dos disparos de salbutamol cada 6 horas, por 5 días.", "Dos disparos de salbutamol"),
        ("Póngase dos gotas de tobramicina en el ojo derecho cada 4 horas.", "Dos gotas de tobramicina"),
        ("Le dejo furosemida de 40, una y media en la mañana.", "una y media en la mañana"),
        ("Le doy azitromicina de 500, una diaria por 5 días.", "una diaria por 5 días"),
        ("Óvulos de clotrimazol, uno cada noche por 7 noches.", "Clotrimazol óvulos"),
        ("Suba 2 unidades la insulina cada 3 días.", "Suba 2 unidades la insulina cada 3 días"),
        ("Tome el alopurinol de 300 un día sí y un día no.", "un día sí y un día no"),
        ("Tome ibuprofeno solo si tiene fiebre, no más de 3 días.", "no más de 3 días"),
        ("Le receto amoxicilina de 500 cada 8 horas de 7 a 10 días.", "7 a 10 días"),
        ("Le doy budesonida, formoterol, de 160/4.5, dos inhalaciones.", "Budesonida, formoterol 160/4.5"),
        ("Vamos a bajar la levotiroxina de 100 a 75 microgramos.", "Disminuir levotiroxina"),
        ("Suba la metformina a 3 veces al día.", "Aumentar metformina"),
        ("No deje de ponerse la insulina, 20 unidades en la noche.", "No deje de ponerse la insulina"),
        ("No se le olvide tomar su levotiroxina en ayunas.", "No se le olvide tomar"),
    ],
)
def test_la_receta_lleva_todo_lo_dicho(dicho: str, receta: str) -> None:
    (escrita,) = _plan(f"m: {dicho} / p: Bueno.", "receta")
    assert receta in escrita.texto
    assert escrita.estado is EstadoEnunciado.VERIFICADO


@pytest.mark.parametrize(
    ("dicho", "condicion"),
    [
        ("m: Si le da fiebre, tome paracetamol de 500. / p: ¿Cada cuánto? / m: Cada 6 horas.", "le da fiebre"),  # noqa: E501
        ("m: Si le da fiebre tome paracetamol de 500 / p: cada cuánto / m: cada 6 horas", "le da fiebre"),
        ("m: En caso de dolor, ketorolaco de 10 cada 8 horas. / p: Bueno.", "en caso de dolor"),
        ("m: Si no baja la fiebre, le da ibuprofeno, 4 ml cada 8 horas. / a: Sí.", "si no baja la fiebre"),
        ("m: Cuando tenga náusea se toma una metoclopramida de 10. / p: Sí.", "tenga náusea"),
        ("m: Si un día le duele mucho, agréguele paracetamol de 500 cada 8 horas. / p: Sí.", "le duele mucho"),  # noqa: E501
    ],
)
def test_la_condicion_dicha_antes_no_se_pierde(dicho: str, condicion: str) -> None:
    (escrita,) = _plan(dicho, "receta")
    assert condicion in escrita.texto.lower()


@pytest.mark.parametrize(
    "dicho",
    [
        "Sí, tome paracetamol de 500 cada 8 horas.",
        "Si tome paracetamol de 500 cada 8 horas.",
        "Sí lo pensamos, por lo pronto paracetamol de 500 cada 8 horas.",
    ],
)
def test_un_si_que_afirma_no_es_condicion(dicho: str) -> None:
    (escrita,) = _plan(f"p: ¿Y para el dolor? / m: {dicho}", "receta")
    assert escrita.texto.startswith("Paracetamol de 500 cada 8 horas")
    assert "(" not in escrita.texto


@pytest.mark.parametrize(
    ("dialogo", "contestado"),
    [
        ("m: Tome losartán de 50. / p: ¿Cuántas? / m: Media.", "media"),
        ("m: Tome losartán de 50. / p: ¿Una o media? / m: Media en la mañana y media en la noche.", "media en la mañana y media en la noche"),  # noqa: E501
        ("m: Le doy ciprofloxacino de 500 cada 12 horas. / p: ¿Por 7 días? / m: Sí.", "«Por 7 días»: sí"),
        ("m: Le doy ciprofloxacino de 500 cada 12 horas. / p: Por 7 días. / m: Sí.", "«Por 7 días»: sí"),
        ("m: Ponga dos atomizaciones de mometasona en la noche. / p: ¿Cuántos días? / m: Un mes.", "un mes"),
        ("m: Le dejo suero oral después de cada evacuación. / a: ¿Cuánto? / m: Media taza.", "media taza"),
        ("m: Le dejo gotas de tobramicina. / p: En los dos ojos. / m: No, solo en el derecho.", "solo en el derecho"),  # noqa: E501
        ("m: Tome dos tabletas de paracetamol de 500. / p: ¿Cada cuánto? / m: No más de cada 8 horas.", "no más de cada 8 horas"),  # noqa: E501
        ("m: Tome metoclopramida de 10. / p: ¿Cuántas al día? / m: Hasta 3 al día.", "hasta 3 al día"),
    ],
)  # fmt: skip
def test_lo_contestado_de_la_pauta_va_con_su_receta(dialogo: str, contestado: str) -> None:
    (escrita,) = _plan(dialogo, "receta")
    assert contestado in escrita.texto


@pytest.mark.parametrize("pregunta", ["¿Y el clopidogrel?", "Y el clopidogrel.", "¿Y el clopidogrel también?"])  # noqa: E501
@pytest.mark.parametrize("respuesta", ["También.", "Sí, también.", "El clopidogrel también."])
def test_tambien_suspende_lo_que_se_pregunta(pregunta: str, respuesta: str) -> None:
    hechas = _plan(f"m: Suspenda la aspirina. / p: {pregunta} / m: {respuesta}", "suspension")
    assert [e.texto.split(":")[0] for e in hechas] == ["Suspender aspirina", "Suspender clopidogrel"]


def test_tambien_continua_y_tampoco_prohibe() -> None:
    (_, otra) = _plan("m: Siga con la metformina de 850. / p: ¿Y el losartán? / m: También.", "receta")
    assert otra.texto.startswith("Continuar losartán") and "850" not in otra.texto
    (_, dos) = _plan("m: No tome ibuprofeno. / p: Y naproxeno. / m: Tampoco.", "suspension")
    assert dos.texto.startswith("Suspender naproxeno")
    (sola,) = _plan("m: No tome ibuprofeno. / p: ¿Y naproxeno? / m: También.", "suspension")
    assert "naproxeno" not in sola.texto  # «también» tras un «no»: no se sabe


@pytest.mark.parametrize(
    ("dialogo", "quien"),
    [
        ("m: Le dejo naproxeno de 500 cada 12 horas. / p: ¿Y puedo seguir con la aspirina? / m: No, esa no.", "naproxeno"),  # noqa: E501
        ("m: Le dejo losartán de 50 cada 12 horas. / p: Sigo con el enalapril. / m: No, ese lo suspende.", "losartán"),  # noqa: E501
        ("m: Le voy a suspender el metoprolol. / p: ¿Y el amlodipino? / m: Ese lo dejamos igual.", "amlodipino"),  # noqa: E501
        ("m: No tome el losartán y la espironolactona juntos. / p: Bueno.", "losartán"),
        ("m: No tome el hierro con leche. / p: Bueno.", "hierro"),
        ("m: No tome más de 4 gramos de paracetamol al día. / p: Bueno.", "paracetamol"),
    ],
)  # fmt: skip
def test_no_se_suspende_lo_que_no_se_suspendio(dialogo: str, quien: str) -> None:
    for suspendida in _plan(dialogo, "suspension"):
        assert quien not in suspendida.texto.split(":")[0]


@pytest.mark.parametrize(
    ("dialogo", "suspendidos"),
    [
        ("m: Suspenda el ibuprofeno y el naproxeno. / p: Bueno.", "ibuprofeno y naproxeno"),
        ("m: No vaya a tomar ibuprofeno ni naproxeno. / p: Bueno.", "ibuprofeno y naproxeno"),
        ("m: Deje el diclofenaco. / p: Bueno.", "diclofenaco"),
        ("m: Ya puede dejar de tomar la prednisona. / p: Bueno.", "prednisona"),
        ("m: Le dejo losartán de 50 cada 12 horas. / p: Dejo el enalapril. / m: Sí, ese ya no.", "enalapril"),
        ("m: Retire la glibenclamida e inicie sitagliptina de 100, una diaria. / p: Sí.", "glibenclamida"),
        ("p: Tomo paracetamol de 500. / m: Ese déjelo y tome ibuprofeno de 400 cada 8 horas.", "paracetamol"),
    ],
)
def test_lo_suspendido_se_nombra(dialogo: str, suspendidos: str) -> None:
    (suspendida,) = _plan(dialogo, "suspension")
    assert suspendida.texto.split(":")[0] == f"Suspender {suspendidos}"


@pytest.mark.parametrize(
    ("dicho", "motivo"),
    [
        ("Le doy ciprofloxacino de 500 cada 12 horas por 7 días, por 10 días.", "dos plazos"),
        ("Le dejo cefalexina de 500 cada 6 horas, cada 8 horas, por 7 días.", "dos horarios"),
        ("Le dejo cefalexina, 1 cápsula, 2 cápsulas cada 8 horas por 7 días.", "dos cantidades"),
    ],
)
def test_dos_pautas_sin_resolver_quedan_por_revisar(dicho: str, motivo: str) -> None:
    (escrita,) = _plan(f"m: {dicho} / p: Bueno.", "receta")
    assert escrita.estado is EstadoEnunciado.POR_REVISAR and motivo in (escrita.motivo or "")


@pytest.mark.parametrize(
    "dicho",
    [
        "Le dejo prednisona de 20, una diaria por 5 días y luego media por 5 días.",
        "Levotiroxina de 100, una de lunes a viernes y media sábado y domingo.",
        "Se va a poner insulina glargina, 10 unidades en la mañana y 8 en la noche.",
    ],
)
def test_dos_a_proposito_no_estorban(dicho: str) -> None:
    (escrita,) = _plan(f"m: {dicho} / p: Bueno.", "receta")
    assert escrita.estado is EstadoEnunciado.VERIFICADO


@pytest.mark.parametrize(
    "dicho",
    [
        "No le doy azitromicina de 500 mg, 1 diaria por 5 días.",
        "No tome azitromicina de 500 mg, 1 diaria por 5 días.",
        "No le voy a dar amoxicilina de 500 cada 8 horas por 7 días.",
    ],
)
def test_una_orden_negada_con_la_pauta_entera_queda_por_revisar(dicho: str) -> None:
    nota = _redactar(f"m: {dicho} / p: Bueno.").nota
    dichas = [e for e in nota.plan if "cilina" in e.texto or "micina" in e.texto]
    assert dichas and all(e.estado is EstadoEnunciado.POR_REVISAR for e in dichas)
    assert not [e for e in nota.plan if e.tipo == "receta"]


@pytest.mark.parametrize(
    "dicho",
    [
        "Le dejo ketorolaco de 10 cada 8 horas para disminuir el dolor.",
        "Si aumenta el dolor, tome ketorolaco de 10 cada 8 horas.",
        "Le dejo losartán de 50, una diaria para bajar la presión.",
    ],
)
def test_disminuir_el_dolor_no_baja_la_dosis(dicho: str) -> None:
    (escrita,) = _plan(f"m: {dicho} / p: Bueno.", "receta")
    assert not escrita.texto.startswith(("Disminuir", "Aumentar"))


@pytest.mark.parametrize(
    ("dialogo", "dudosa"),
    [
        ("m: Le receto cefalexina de 500 cada 6 horas. / p: Soy alérgica a la penicilina. / m: Entonces mejor azitromicina de 500, una diaria.", "Cefalexina"),  # noqa: E501
        ("m: Le voy a suspender el metoprolol. / p: ¿Y el amlodipino? / m: Ese lo dejamos.", "Suspender amlodipino"),  # noqa: E501
    ],
)  # fmt: skip
def test_lo_que_no_se_sabe_si_sigue_queda_por_revisar(dialogo: str, dudosa: str) -> None:
    (escrita,) = [e for e in _redactar(dialogo).nota.plan if e.texto.startswith(dudosa)]
    assert escrita.estado is EstadoEnunciado.POR_REVISAR


def test_lo_recetado_y_cambiado_enseguida_deja_de_recetarse() -> None:
    dialogo = "m: Le doy ibuprofeno de 400 cada 8 horas. / p: Ese me da gastritis. / m: Entonces no, mejor paracetamol de 500 cada 8 horas."  # noqa: E501
    assert [e.texto for e in _plan(dialogo, "receta")] == ["Paracetamol de 500 cada 8 horas"]


@pytest.mark.parametrize(
    "dialogo",
    [
        "m: Le dejo paracetamol de 500 si le duele. / p: Y aspirina. / m: Aspirina no.",
        "m: Le dejo tramadol de 50 cada 8 horas. / p: Lo puedo tomar con alcohol. / m: No.",
        "m: Le doy ciprofloxacino de 500. / p: Cada 8 horas. / m: No, cada 12.",
    ],
)
def test_lo_que_el_paciente_pregunta_de_la_receta_no_es_suyo(dialogo: str) -> None:
    assert not [e for e in _redactar(dialogo).nota.subjetivo if "paciente" not in e.texto]


def test_lo_recetado_que_se_leyo_como_pregunta_queda_al_menos_en_omisiones() -> None:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(("m: Insulina NPH 20 unidades antes del desayuno.", "p: Bueno."), 1)
    )
    hecha = Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto())
    assert any("Insulina" in x.texto for x in (*hecha.nota.enunciados, *hecha.omisiones))
