"""Hechos, prohibidos, citas y sustento: cada nota rota a propósito la atrapa su medida."""

from pathlib import Path

from evaluacion.caso import Caso
from evaluacion.medida import medir, sumar
from evaluacion.metricas.nota import capturas, citas_invalidas, farmacos_en, sin_sustento, violados
from evaluacion.sintesis.guion import CodigoEsperado, Hecho, Prohibido
from scribe.consulta import (
    Aviso,
    Borrador,
    Cita,
    Codigo,
    Enunciado,
    EstadoCodigo,
    InfoAudio,
    Nota,
    Omision,
    Rol,
    Tramo,
    Transcripcion,
    Turno,
)

TURNOS = (
    Turno(
        id=1, hablante="H1", rol=Rol.PACIENTE, inicio=0, fin=5, texto="Soy alérgica a la penicilina. Tos no."
    ),
    Turno(
        id=2, hablante="H2", rol=Rol.MEDICO, inicio=5, fin=9, texto="Azitromicina de 500 mg cada 24 horas."
    ),
)
HECHOS = (
    Hecho(
        id="h1",
        seccion="S",
        tipo="alergia",
        texto="",
        turnos=(1,),
        claves=(("alerg",), ("penicilina",)),
        critico=True,
    ),
    Hecho(id="h2", seccion="S", tipo="negacion", texto="", turnos=(1,), claves=(("niega tos", "sin tos"),)),
    Hecho(
        id="h3",
        seccion="P",
        tipo="receta",
        texto="",
        turnos=(2,),
        claves=(("azitromicina",), ("500",)),
        critico=True,
    ),
)
PROHIBIDOS = (
    Prohibido(patron=r"amoxicilina", porque="no se recetó"),
    Prohibido(patron=r"presenta tos", porque="negada"),
)


def _citar(numero: int, texto: str) -> Cita:
    turno = TURNOS[numero - 1]
    desde = turno.texto.index(texto)
    return turno.citar(desde, desde + len(texto))


ALERGIA = Enunciado(
    texto="Alergia a penicilina.", tipo="alergia", citas=(_citar(1, "alérgica a la penicilina"),)
)
TOS = Enunciado(texto="Niega tos.", tipo="negacion", citas=(_citar(1, "Tos no"),))
RECETA = Enunciado(
    texto="Azitromicina 500 mg cada 24 h.",
    tipo="receta",
    citas=(_citar(2, "Azitromicina de 500 mg cada 24 horas"),),
)


def _borrador(nota: Nota, omisiones: tuple[Omision, ...] = (), codigos: tuple[Codigo, ...] = ()) -> Borrador:
    return Borrador(
        audio=InfoAudio(sha256="0", duracion_s=9.0),
        transcripcion=Transcripcion(idioma="es", turnos=TURNOS),
        nota=nota,
        omisiones=omisiones,
        codigos=codigos,
        avisos=(Aviso(tipo="alergia", texto="x"),),
    )


BUENA = Nota(subjetivo=(ALERGIA, TOS), plan=(RECETA,))


def _caso() -> Caso:
    return Caso(
        id="c",
        audio=Path("c.wav"),
        paciente={},
        dichos=(("paciente", TURNOS[0].texto), ("medico", TURNOS[1].texto)),
        tramos=(Tramo(hablante="paciente", inicio=0, fin=5), Tramo(hablante="medico", inicio=5, fin=9)),
        hechos=HECHOS,
        prohibidos=PROHIBIDOS,
        codigos=(CodigoEsperado(cie10="J03.9", estado="confirmado", texto="amigdalitis"),),
        alertas=("alergia",),
    )


def test_la_nota_buena_lo_tiene_todo() -> None:
    assert all(c.en_nota and c.en_seccion for c in capturas(_borrador(BUENA), HECHOS))
    assert not violados(BUENA, PROHIBIDOS)
    assert not citas_invalidas(_borrador(BUENA))
    assert not sin_sustento(BUENA)


def test_falta_la_alergia() -> None:
    rota = _borrador(Nota(subjetivo=(TOS,), plan=(RECETA,)))
    assert [c.hecho.id for c in capturas(rota, HECHOS) if not c.presente] == ["h1"]


def test_lo_omitido_a_la_vista_no_se_da_por_perdido() -> None:
    omision = Omision(texto="Alérgica a la penicilina", citas=(_citar(1, "alérgica a la penicilina"),))
    primera = capturas(_borrador(Nota(plan=(RECETA,)), (omision,)), HECHOS)[0]
    assert (primera.en_nota, primera.presente) == (False, True)


def test_en_otra_seccion_cuenta_en_la_nota_y_no_en_la_seccion() -> None:
    tercera = capturas(_borrador(Nota(subjetivo=(ALERGIA, TOS, RECETA))), HECHOS)[2]
    assert (tercera.en_nota, tercera.en_seccion) == (True, False)


def test_negacion_volteada() -> None:
    rota = Nota(subjetivo=(ALERGIA, TOS.model_copy(update={"texto": "Presenta tos."})), plan=(RECETA,))
    assert [p.porque for p, _ in violados(rota, PROHIBIDOS)] == ["negada"]


def test_dosis_cambiada() -> None:
    rota = RECETA.model_copy(update={"texto": "Azitromicina 800 mg cada 24 h."})
    assert [f.motivo for f in sin_sustento(Nota(plan=(rota,)))] == ["cifra 800 sin cita"]


def test_farmaco_inventado() -> None:
    rota = RECETA.model_copy(update={"texto": "Amoxicilina 500 mg cada 24 h."})
    assert [f.motivo for f in sin_sustento(Nota(plan=(rota,)))] == ["fármaco amoxicilina sin cita"]
    assert [p.porque for p, _ in violados(Nota(plan=(rota,)), PROHIBIDOS)] == ["no se recetó"]


def test_la_cifra_hablada_sostiene_a_la_escrita() -> None:
    cita = Cita(turno=1, texto="quinientos miligramos de paracetamol", inicio=0, fin=1)
    enunciado = Enunciado(texto="Paracetamol 500 mg", tipo="receta", citas=(cita,))
    assert not sin_sustento(Nota(plan=(enunciado,)))


def test_cita_que_no_es_textual_o_falta() -> None:
    torcida = TOS.model_copy(update={"citas": (Cita(turno=1, texto="tos no", inicio=0, fin=1),)})
    ajena = TOS.model_copy(update={"citas": (Cita(turno=9, texto="Tos no", inicio=0, fin=1),)})
    huerfana = TOS.model_copy(update={"citas": ()})
    assert len(citas_invalidas(_borrador(Nota(subjetivo=(torcida, ajena, huerfana))))) == 3


def test_farmacos_en_reconoce_nombres_enteros() -> None:
    assert farmacos_en("Losartán 50 mg y Dolo-Neurobión") == ["losartan", "dolo-neurobion"]
    assert not farmacos_en("lo hirieron")


def test_medir_suma_y_una_nota_peor_sale_peor() -> None:
    tramos = [Tramo(hablante="H1", inicio=0, fin=5), Tramo(hablante="H2", inicio=5, fin=9)]
    codigo = Codigo(
        sistema="CIE-10", codigo="J03.9", titulo="x", puntaje=1.0, estado=EstadoCodigo.CONFIRMADO, citas=()
    )
    buena = medir(_caso(), _borrador(BUENA, codigos=(codigo,)), tramos)
    mala = medir(_caso(), _borrador(Nota()), tramos[:1])
    assert (
        buena.tasa("hechos") == buena.tasa("codigos_categoria_5") == buena.tasa("numero_de_hablantes") == 1.0
    )
    assert buena.tasa("wer") == buena.tasa("der") == 0.0
    assert mala.tasa("hechos") == mala.tasa("codigos_categoria_5") == mala.tasa("numero_de_hablantes") == 0.0
    assert mala.cuentas["der"] == (4.0, 9.0)
    assert mala.tasa("citas_validas") is None
    assert sumar([buena, mala]).tasa("hechos") == 0.5
    assert sumar([buena, mala]).cuentas["citas_validas"] == (3, 3)
