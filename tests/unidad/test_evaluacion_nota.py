"""Hechos, secciones, verificador de sustento, citas, errores críticos y legibilidad, con casos a mano."""

import pytest

from evaluacion.caso import Caso, Dicho
from evaluacion.metricas import citas, legibilidad
from evaluacion.metricas.cantidades import cifras, preparar
from evaluacion.metricas.dialogo import Dialogo, leer
from evaluacion.metricas.nota import capturas, en_enunciados, medir, violados
from evaluacion.metricas.sustento import revisar
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import Hecho, Prohibido
from scribe.consulta import Aviso, Borrador, Cita, Enunciado, InfoAudio, Nota, Omision, Transcripcion, Turno

HECHOS = (
    Hecho(
        id="h1", seccion="S", tipo="alergia", texto="", turnos=(1,), claves=(("alerg",), ("penicilina",)),
        critico=True,
    ),
    Hecho(id="h2", seccion="S", tipo="negacion", texto="", turnos=(1,), claves=(("niega tos", "sin tos"),)),
    Hecho(id="h3", seccion="P", tipo="receta", texto="", turnos=(2,), claves=(("azitromicina",), ("500",))),
)  # fmt: skip
ALERGIA = Enunciado(texto="Alergia a penicilina.", tipo="alergia", citas=())
TOS = Enunciado(texto="Niega tos.", tipo="negacion", citas=())
RECETA = Enunciado(texto="Azitromicina 500 mg cada 24 h.", tipo="receta", citas=())
BUENA = Nota(subjetivo=(ALERGIA, TOS), plan=(RECETA,))


def _dialogo(*dichos: str, idioma: str = "es") -> Dialogo:
    """Turnos «quién: qué», de diez segundos."""
    partes = [d.split(": ", 1) for d in dichos]
    return Dialogo(
        [Dicho(hablante=q, texto=t, inicio=10.0 * n, fin=10.0 * n + 9) for n, (q, t) in enumerate(partes)],
        idioma,
    )


def _clases(texto: str, dialogo: Dialogo, *, familiar: bool = False) -> set[str]:
    return {r.clase for r in revisar(texto, dialogo, familiar=familiar)}


# --- Hechos -------------------------------------------------------------------------------------


def test_hechos_en_la_nota_en_su_seccion_y_entre_omisiones() -> None:
    assert all(c.en_nota and c.en_seccion for c in capturas(BUENA, (), HECHOS))
    sin_alergia = capturas(Nota(subjetivo=(TOS,), plan=(RECETA,)), (), HECHOS)
    assert [c.hecho.id for c in sin_alergia if not c.presente] == ["h1"]
    omision = Omision(texto="Alérgica a la penicilina", citas=())
    a_la_vista = capturas(Nota(plan=(RECETA,)), (omision,), HECHOS)[0]
    assert (a_la_vista.en_nota, a_la_vista.presente) == (False, True)
    en_otra = capturas(Nota(subjetivo=(ALERGIA, TOS, RECETA)), (), HECHOS)[2]
    assert (en_otra.en_nota, en_otra.en_seccion) == (True, False)


def test_prohibidos() -> None:
    prohibido = Prohibido(patron="presenta tos", porque="negada")
    mala = Nota(subjetivo=(Enunciado(texto="Presenta tos", tipo="x", citas=()),))
    assert [p.porque for p, _ in violados(mala, [prohibido])] == ["negada"]
    assert not violados(BUENA, [prohibido])


def test_medir_cuenta_y_una_nota_vacia_puntua_peor() -> None:
    caso = Caso(id="c", hechos=HECHOS, alertas=("alergia", "dosis"))
    aviso = Aviso(tipo="alergia", texto="x")

    def cuentas(nota: Nota) -> dict[str, tuple[float, float]]:
        borrador = Borrador(
            audio=InfoAudio(sha256="0", duracion_s=1.0),
            transcripcion=Transcripcion(idioma="es"),
            nota=nota,
            avisos=(aviso,),
        )
        return medir(caso, Salida(caso="c", borrador=borrador)).cuentas

    buena, vacia = cuentas(BUENA), cuentas(Nota())
    assert buena["hechos"] == buena["hechos_en_su_seccion"] == buena["seccion_correcta"] == (3, 3)
    assert buena["hechos_criticos"] == (1, 1)
    assert (buena["hechos_S"], buena["hechos_P"]) == ((2, 2), (1, 1))
    assert buena["alertas"] == (1, 2)
    assert vacia["hechos"] == (0, 3)
    assert "seccion_correcta" not in vacia
    assert not medir(caso, Salida(caso="c")).cuentas


def test_nota_de_texto_corrido() -> None:
    assert en_enunciados("Plan:\n- Reposo en casa. Toma naproxeno 500 mg.\n\nOK") == [
        "Reposo en casa.", "Toma naproxeno 500 mg.",
    ]  # fmt: skip
    caso = Caso(id="c", dichos=(Dicho(hablante="medico", texto="Tome naproxeno de 500 miligramos."),))
    cuentas = medir(caso, Salida(caso="c", nota_texto="Naproxeno 500 mg. Ketorolaco 10 mg.")).cuentas
    assert cuentas["sin_sustento"] == (1, 2)
    assert "sin_sustento_cierto" not in cuentas
    assert "seccion_correcta" not in cuentas


# --- Cifras -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hablado", "escrito"),
    [
        ("quinientos miligramos cada doce horas", "500 mg cada 12 h"),
        ("treinta y ocho punto siete", "38.7 °C"),
        ("dos y medio", "2.5"),
        ("ciento veinte sobre ochenta", "120/80 mmHg"),
        ("mide uno cincuenta y uno", "1.51 m"),
        ("durante tres días", "72 horas"),
        ("ciento cincuenta mil plaquetas", "150,000 plaquetas"),
        ("una diaria", "cada 24 horas"),
        ("dos veces al día", "cada 12 horas"),
    ],
)
def test_la_misma_cifra_dicha_de_otro_modo(hablado: str, escrito: str) -> None:
    assert "cifra" not in _clases(escrito, _dialogo(f"medico: {hablado}"))


@pytest.mark.parametrize(
    ("hablado", "escrito"),
    [
        ("quinientos miligramos cada doce horas", "250 mg cada 12 h"),
        ("quinientos miligramos cada doce horas", "500 mg cada 8 h"),
        ("por siete días", "por 7 semanas"),
        ("ciento veinte sobre ochenta", "130/80 mmHg"),
        ("dosis de cinco miligramos", "5 mcg"),
    ],
)
def test_otra_cifra_u_otra_unidad(hablado: str, escrito: str) -> None:
    assert _clases(escrito, _dialogo(f"medico: {hablado}")) == {"cifra"}


def test_la_cifra_que_se_corrige_al_hablar_ya_no_vale() -> None:
    dialogo = _dialogo("medico: Tome zinc, veinte miligramos por diez, no, por catorce días.")
    assert not _clases("Zinc 20 mg por 14 días", dialogo)
    assert _clases("Zinc 20 mg por 10 días", dialogo) == {"cifra"}


def test_cada_dosis_es_de_su_farmaco() -> None:
    dialogo = _dialogo("medico: Losartán de cincuenta miligramos, y amlodipino de cinco miligramos.")
    assert not _clases("Losartán 50 mg", dialogo)
    assert _clases("Losartán 5 mg", dialogo) == {"cifra"}


def test_cifras_con_unidad() -> None:
    leidas = cifras(preparar("Quinientos miligramos cada 8 horas, 95 % y 10/01/2009", "es"), "es")
    assert [str(c) for c in leidas] == ["500 mg", "8 hora", "95 %"]


# --- Negación, persona, lado, fármaco, término ---------------------------------------------------


@pytest.mark.parametrize(
    ("dichos", "enunciado", "malo"),
    [
        (("medico: ¿Tos?", "paciente: No."), "Presenta tos", {"negacion"}),
        (("medico: ¿Tos?", "paciente: No."), "Niega tos", set()),
        (("medico: ¿Tos?", "paciente: Sí, mucha."), "Niega tos", {"negacion"}),
        (("medico: ¿Fiebre, moco?", "paciente: Moco no. Fiebre sí, anoche."), "Niega rinorrea", set()),
        (("medico: ¿Fiebre, moco?", "paciente: Moco no. Fiebre sí, anoche."), "Niega fiebre", {"negacion"}),
        (("paciente: No tengo tos ni fiebre.",), "Fiebre", {"negacion"}),
        (("paciente: No se me quita la tos.",), "Tos persistente", set()),
        (("medico: Si le da fiebre, venga a urgencias.",), "Refiere fiebre", {"negacion"}),
        (("medico: Si le da fiebre, venga a urgencias.",), "Acudir a urgencias si fiebre", set()),
        (("paciente: Mi mamá tiene diabetes.",), "Diabetes", {"persona"}),
        (("paciente: Mi mamá tiene diabetes.",), "Antecedente familiar: madre con diabetes", set()),
        (("paciente: Mi mamá me dice que tengo fiebre.",), "Fiebre", set()),
        (("paciente: Yo tengo diabetes.",), "Antecedente familiar: madre con diabetes", {"persona"}),
        (("acompanante: Mi hija tiene fiebre.",), "Fiebre", set()),
        (("paciente: Me duele la rodilla derecha.",), "Gonalgia izquierda", {"lado"}),
        (("paciente: Me duele la derecha, perdón, la izquierda, la rodilla.",), "Gonalgia derecha", {"lado"}),
        (("paciente: Me duelen las dos rodillas.",), "Gonalgia bilateral", set()),
        (("paciente: Tomo Tempra.",), "Paracetamol", set()),
        (("paciente: Tomo Tempra.",), "Ibuprofeno", {"farmaco"}),
        (("paciente: Tomo Tempra.",), "Candesartán", {"farmaco"}),
        (("paciente: Me arde al orinar.",), "Disuria", set()),
        (("paciente: Me arde al orinar.",), "Disuria y hematuria", {"termino"}),
        (("paciente: Empezó ayer con la tos.",), "Tos desde el martes", {"tiempo"}),
    ],
)  # fmt: skip
def test_verificador(dichos: tuple[str, ...], enunciado: str, malo: set[str]) -> None:
    assert _clases(enunciado, _dialogo(*dichos)) == malo


def test_palabras_que_nadie_dijo() -> None:
    dialogo = _dialogo("paciente: Vengo por mis resultados, doctora.")
    assert _clases("Trabaja como soldador industrial expuesto a solventes", dialogo) == {"contenido"}
    assert not _clases("Viene por resultados de la doctora", dialogo)


@pytest.mark.parametrize(
    ("dichos", "enunciado", "malo"),
    [
        (("Doctor: Any fever?", "Patient: No."), "He has a fever.", {"negacion"}),
        (("Doctor: Any fever?", "Patient: No."), "He denies fever.", set()),
        (("Patient: I take lisinopril ten milligrams daily.",), "Lisinopril 20 mg daily.", {"cifra"}),
        (("Patient: My mother had breast cancer.",), "Breast cancer.", {"persona"}),
        (("Patient: My right knee hurts.",), "Left knee pain.", {"lado"}),
        (("Patient: I take Tylenol.",), "He takes metoprolol.", {"farmaco"}),
    ],
)  # fmt: skip
def test_verificador_en_ingles(dichos: tuple[str, ...], enunciado: str, malo: set[str]) -> None:
    assert _clases(enunciado, _dialogo(*dichos, idioma="en")) == malo


# --- Citas y lectura ----------------------------------------------------------------------------

TURNO = Turno(id=1, hablante="H1", inicio=0, fin=9, texto="Tos no. Fiebre sí.")


def test_cita_que_no_es_textual_o_falta() -> None:
    torcida = TOS.model_copy(update={"citas": (Cita(turno=1, texto="tos no", inicio=0, fin=1),)})
    ajena = TOS.model_copy(update={"citas": (Cita(turno=9, texto="Tos no", inicio=0, fin=1),)})
    buena = TOS.model_copy(update={"citas": (Cita(turno=1, texto="Tos no", inicio=0, fin=1),)})
    fallas = citas.invalidas((torcida, ajena, TOS, buena), Transcripcion(idioma="es", turnos=(TURNO,)))
    assert [f.indice for f in fallas] == [0, 1, 2]


def test_la_cita_debe_sonar_donde_se_dice_lo_afirmado() -> None:
    dialogo = _dialogo(
        "medico: Hola.",
        "paciente: Me duele la garganta desde hace tres días.",
        "medico: Abra la boca.",
        "medico: Ajá.",
        "paciente: Gracias.",
        "medico: Losartán de cincuenta miligramos.",
    )

    def citado(texto: str, inicio: float) -> Enunciado:
        return Enunciado(
            texto=texto, tipo="x", citas=(Cita(turno=1, texto="x", inicio=inicio, fin=inicio + 5),)
        )

    casos = (citado("Losartán 50 mg", 51), citado("Losartán 50 mg", 12), citado("Odinofagia de 3 días", 11),
             citado("Odinofagia de 3 días", 51))  # fmt: skip
    fallas, comprobados = citas.incorrectas(casos, dialogo)
    assert ([f.indice for f in fallas], comprobados) == ([1, 3], 4)


@pytest.mark.parametrize(
    ("palabra", "cuantas"),
    [("tos", 1), ("día", 2), ("agua", 2), ("guía", 2), ("queso", 2), ("fiebre", 2), ("ahí", 2),
     ("pingüino", 3), ("odinofagia", 5), ("hipertensión", 4), ("aéreo", 4), ("muy", 1), ("mg", 1)],
)  # fmt: skip
def test_silabas(palabra: str, cuantas: int) -> None:
    assert legibilidad.silabas(palabra) == cuantas


def test_legibilidad_a_mano() -> None:
    # 4 palabras, 6 sílabas (nie-ga tos y fie-bre), una oración.
    lectura = legibilidad.leer(["Niega tos y fiebre."])
    assert lectura is not None
    assert lectura.szigriszt_pazos == pytest.approx(206.835 - 62.3 * 6 / 4 - 4)
    assert lectura.fernandez_huerta == pytest.approx(206.84 - 60 * 6 / 4 - 1.02 * 4)
    dificil = legibilidad.leer(
        ["Faringoamigdalitis estreptocócica presuntiva con adenopatías cervicales bilaterales"]
    )
    assert dificil is not None
    assert dificil.szigriszt_pazos < lectura.szigriszt_pazos
    assert legibilidad.leer(["12"]) is None


def test_lectura_de_lo_comprobable() -> None:
    lectura = leer("Niega fiebre; toma losartán 50 mg del lado derecho desde el martes", "es")
    assert {m.nombres[0]: m.polaridad for m in lectura.menciones if m.clase != "signo"} == {
        "losartan": "afirmada", "fiebre": "negada",
    }  # fmt: skip
    assert lectura.lados == {"derecho"}
    assert lectura.tiempos == {"martes"}


def test_lo_escrito_donde_nadie_habla_no_cuenta_como_lectura() -> None:
    def lectura(**campos: object) -> dict[str, tuple[float, float]]:
        return medir(Caso.model_validate({"id": "c", **campos}), Salida(caso="c", nota=BUENA)).cuentas

    # «Alergia a penicilina», «Niega tos» y «Azitromicina 500 mg cada 24 h».
    assert lectura()["palabras_de_la_nota"] == (3 + 2 + 6, 1.0)
    assert not lectura(habla=False)


def test_un_borrador_sin_ninguna_cita_las_tiene_todas_mal() -> None:
    turnos = (Turno(id=1, hablante="H1", inicio=0, fin=9, texto="Tengo alergia a la penicilina."),)
    caso = Caso(id="c", dichos=(Dicho(hablante="paciente", texto=turnos[0].texto, inicio=0, fin=9),))
    transcripcion = Transcripcion(idioma="es", turnos=turnos)
    nota = Nota(subjetivo=(ALERGIA,))
    borrador = Borrador(audio=InfoAudio(sha256="0", duracion_s=9.0), transcripcion=transcripcion, nota=nota)
    assert medir(caso, Salida(caso="c", borrador=borrador)).cuentas["citas_validas"] == (0, 1)
    # Un par que no cita no se mide en eso.
    par = medir(caso, Salida(caso="c", transcripcion=transcripcion, nota=nota)).cuentas
    assert "citas_validas" not in par
