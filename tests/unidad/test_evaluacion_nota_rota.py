"""Una nota buena, rota a propósito de ocho maneras: a cada una la atrapa su medida, y no otra cualquiera."""

from collections.abc import Callable

import pytest

from evaluacion.caso import Caso, Dicho
from evaluacion.metricas.nota import medir
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import Hecho, Prohibido
from scribe.consulta import Borrador, Cita, Enunciado, EstadoEnunciado, InfoAudio, Nota, Transcripcion, Turno

DICHO = (
    ("medico", "Buenas tardes. ¿Qué le pasa?"),
    ("paciente", "Me duele la rodilla derecha desde hace cinco días, y la traigo hinchada."),
    ("medico", "¿Fiebre, escalofríos?"),
    ("paciente", "No, fiebre no. Nada de escalofríos."),
    ("medico", "¿Es alérgico a algún medicamento?"),
    ("paciente", "Sí, a la penicilina. De niño me llené de ronchas."),
    ("medico", "¿Alguna enfermedad en su familia?"),
    ("paciente", "Mi hermano es diabético. Yo no tengo nada de eso."),
    ("medico", "A ver. Hay derrame en la rodilla derecha. La temperatura está en 36.5."),
    ("medico", "Es una artrosis. Le dejo naproxeno de quinientos miligramos, una tableta cada doce horas "
               "por siete días."),
    ("paciente", "Gracias, doctor."),
)  # fmt: skip
TURNOS = tuple(
    Turno(id=n + 1, hablante=quien, inicio=10.0 * n, fin=10.0 * n + 9, texto=texto)
    for n, (quien, texto) in enumerate(DICHO)
)


def _enunciado(turno: int, texto: str, tipo: str, cita: str) -> Enunciado:
    desde = TURNOS[turno - 1].texto.index(cita)
    citas = (TURNOS[turno - 1].citar(desde, desde + len(cita)),)
    return Enunciado(texto=texto, tipo=tipo, citas=citas)


DOLOR = _enunciado(
    2,
    "Dolor y edema de rodilla derecha de 5 días",
    "sintoma",
    "Me duele la rodilla derecha desde hace cinco días",
)
FIEBRE = _enunciado(4, "Niega fiebre y escalofríos", "negacion", "No, fiebre no. Nada de escalofríos.")
ALERGIA = _enunciado(6, "Alergia a la penicilina", "alergia", "Sí, a la penicilina.")
FAMILIA = _enunciado(
    8, "Antecedente familiar: hermano diabético", "antecedente_familiar", "Mi hermano es diabético."
)
DERRAME = _enunciado(9, "Derrame en la rodilla derecha", "hallazgo", "Hay derrame en la rodilla derecha.")
TEMPERATURA = _enunciado(9, "Temperatura 36.5 °C", "signo_vital", "La temperatura está en 36.5.")
ARTROSIS = _enunciado(10, "Artrosis", "diagnostico", "Es una artrosis.")
RECETA = _enunciado(
    10,
    "Naproxeno 500 mg, 1 tableta cada 12 horas por 7 días",
    "receta",
    "naproxeno de quinientos miligramos, una tableta cada doce horas por siete días",
)
BUENA = Nota(
    subjetivo=(DOLOR, FIEBRE, ALERGIA, FAMILIA),
    objetivo=(DERRAME, TEMPERATURA),
    analisis=(ARTROSIS,),
    plan=(RECETA,),
)


def _hecho(numero: int, seccion: str, texto: str, *claves: tuple[str, ...]) -> Hecho:
    return Hecho(
        id=f"h{numero}", seccion=seccion, tipo="x", texto=texto, turnos=(1,), claves=claves, critico=True
    )  # type: ignore[arg-type]  # fmt: skip


CASO = Caso(
    id="c",
    con_roles=True,
    dichos=tuple(Dicho(hablante=t.hablante, texto=t.texto, inicio=t.inicio, fin=t.fin) for t in TURNOS),
    hechos=(
        _hecho(1, "S", "Dolor de rodilla derecha", ("rodilla derech",)),
        _hecho(2, "S", "Alergia a penicilina", ("alerg",), ("penicilina",)),
        _hecho(3, "P", "Naproxeno 500 mg cada 12 h", ("naproxeno",), ("12 h",)),
        _hecho(4, "A", "Artrosis", ("artrosis",)),
    ),
    prohibidos=(Prohibido(patron=r"(?:presenta|refiere) fiebre", porque="síntoma negado"),),
)


def _medidas(nota: Nota) -> dict[str, tuple[float, float]]:
    borrador = Borrador(
        audio=InfoAudio(sha256="0", duracion_s=120.0),
        transcripcion=Transcripcion(idioma="es", turnos=TURNOS),
        nota=nota,
    )
    return medir(CASO, Salida(caso="c", borrador=borrador)).cuentas


def _con(seccion: str, viejo: Enunciado, **cambio: object) -> Nota:
    propios = [
        e.model_copy(update=cambio) if e is viejo else e
        for e in BUENA.seccion(seccion)  # type: ignore[arg-type]
    ]
    return BUENA.model_copy(update={seccion: tuple(propios)})


def _mas(seccion: str, nuevo: Enunciado) -> Nota:
    return BUENA.model_copy(update={seccion: (*BUENA.seccion(seccion), nuevo)})  # type: ignore[arg-type]


def _sin(seccion: str, viejo: Enunciado) -> Nota:
    resto = tuple(e for e in BUENA.seccion(seccion) if e is not viejo)  # type: ignore[arg-type]
    return BUENA.model_copy(update={seccion: resto})


def _torcida(enunciado: Enunciado) -> Cita:
    """La cita, con una palabra que no se dijo así."""
    return enunciado.citas[0].model_copy(update={"texto": enunciado.citas[0].texto.lower()})


DE_MAS = _enunciado(9, "Diabetes mellitus", "antecedente", "La temperatura está en 36.5.")
INVENTADO = _enunciado(
    10, "Omeprazol 20 mg cada 24 horas", "receta", "Le dejo naproxeno de quinientos miligramos"
)
# (rotura, la medida suya; las de su consecuencia, que también se mueven)
ROTURAS: dict[str, tuple[Callable[[], Nota], str, set[str]]] = {
    "dosis": (
        lambda: _con("plan", RECETA, texto="Naproxeno 250 mg, 1 tableta cada 12 horas por 7 días"),
        "criticos_dosis", {"sin_sustento"},
    ),
    "frecuencia": (
        lambda: _con("plan", RECETA, texto="Naproxeno 500 mg, 1 tableta cada 8 horas por 7 días"),
        "criticos_dosis", {"sin_sustento", "hechos"},
    ),
    "negacion": (
        lambda: _con("subjetivo", FIEBRE, texto="Presenta fiebre y escalofríos"),
        "criticos_negacion", {"sin_sustento", "prohibidos"},
    ),
    "farmaco inventado": (
        lambda: _con("plan", RECETA, texto="Ketorolaco 500 mg, 1 tableta cada 12 horas por 7 días"),
        "criticos_farmaco", {"sin_sustento", "hechos"},
    ),
    "alergia faltante": (lambda: _sin("subjetivo", ALERGIA), "hechos_criticos", {"hechos"}),
    "lado contrario": (
        lambda: _con("objetivo", DERRAME, texto="Derrame en la rodilla izquierda"),
        "criticos_lado", {"sin_sustento"},
    ),
    "del familiar al paciente": (
        lambda: _con("subjetivo", FAMILIA, texto="Diabetes mellitus", tipo="antecedente"),
        "criticos_persona", {"sin_sustento"},
    ),
    "cita de otra cosa": (
        lambda: _con("plan", RECETA, citas=FIEBRE.citas), "citas_correctas", set(),
    ),
    "cita que no es textual": (
        lambda: _con("analisis", ARTROSIS, citas=(_torcida(ARTROSIS),)),
        "citas_validas", set(),
    ),
    "seccion equivocada": (
        lambda: _sin("analisis", ARTROSIS).model_copy(update={"objetivo": (*BUENA.objetivo, ARTROSIS)}),
        "seccion_correcta", {"hechos_en_su_seccion"},
    ),
}  # fmt: skip
# Lo que una rotura no debe mover si no es la suya ni su consecuencia.
PROPIAS = {
    "hechos", "hechos_criticos", "seccion_correcta", "prohibidos", "sin_sustento", "citas_validas",
    "citas_correctas", "criticos_dosis", "criticos_farmaco", "criticos_lado", "criticos_negacion",
    "criticos_persona",
}  # fmt: skip
MAS_ES_MEJOR = {"hechos", "hechos_criticos", "seccion_correcta", "citas_validas", "citas_correctas"}


def _tasa(cuentas: dict[str, tuple[float, float]], nombre: str) -> float:
    parte, total = cuentas.get(nombre, (0.0, 0.0))
    tasa = parte / total if total else 0.0
    return 1 - tasa if nombre in MAS_ES_MEJOR else tasa


def test_la_nota_buena_no_tiene_nada_que_reprochar() -> None:
    cuentas = _medidas(BUENA)
    assert {n: _tasa(cuentas, n) for n in PROPIAS} == dict.fromkeys(PROPIAS, 0.0)
    assert cuentas["hechos"] == (4, 4)
    assert cuentas["sin_sustento"] == (0, 8)
    assert cuentas["citas_correctas"] == (8, 8)


@pytest.mark.parametrize("rotura", ROTURAS)
def test_cada_rotura_la_atrapa_su_medida(rotura: str) -> None:
    romper, suya, consecuencias = ROTURAS[rotura]
    cuentas = _medidas(romper())
    movidas = {n for n in PROPIAS if _tasa(cuentas, n) > 0}
    if "hechos" in consecuencias:
        consecuencias = consecuencias | {"hechos_criticos"}
    assert suya in movidas
    assert movidas <= {suya, *consecuencias}


def test_una_rotura_mas_puntua_peor() -> None:
    una = _con("plan", RECETA, texto="Naproxeno 250 mg, 1 tableta cada 12 horas por 7 días")
    dos = una.model_copy(
        update={
            "objetivo": (DERRAME.model_copy(update={"texto": "Derrame en la rodilla izquierda"}), TEMPERATURA)
        }
    )
    tasas = [_tasa(_medidas(n), "sin_sustento") for n in (BUENA, una, dos)]
    assert tasas == [0, 1 / 8, 2 / 8]


def test_lo_inventado_dado_por_cierto_se_cuenta_aparte_de_lo_marcado() -> None:
    firme = _medidas(_mas("plan", INVENTADO))
    marcado = _medidas(_mas("plan", INVENTADO.model_copy(update={"estado": EstadoEnunciado.POR_REVISAR})))
    assert firme["sin_sustento"] == marcado["sin_sustento"] == (1, 9)
    assert (firme["sin_sustento_cierto"], firme["sin_sustento_por_revisar"]) == ((1, 9), (0, 9))
    assert (marcado["sin_sustento_cierto"], marcado["sin_sustento_por_revisar"]) == ((0, 9), (1, 9))
    assert firme["calibracion_duda/verificado"] == (8, 9)
    assert marcado["calibracion_duda/verificado"] == (8, 8)
    assert marcado["calibracion_duda/por_revisar"] == (0, 1)


def test_el_farmaco_y_la_cifra_equivocados_que_se_marcan_no_cuentan_como_ciertos() -> None:
    for texto, clase in (
        ("Ketorolaco 500 mg, 1 tableta cada 12 horas por 7 días", "farmaco"),
        ("Naproxeno 250 mg, 1 tableta cada 12 horas por 7 días", "dosis"),
    ):
        firme = _medidas(_con("plan", RECETA, texto=texto))
        marcado = _medidas(_con("plan", RECETA, texto=texto, estado=EstadoEnunciado.POR_REVISAR))
        total = firme[f"criticos_{clase}"][1]
        assert firme[f"criticos_{clase}"] == marcado[f"criticos_{clase}"] == (1, total)
        assert firme[f"criticos_{clase}_cierto"] == (1, total)
        assert marcado[f"criticos_{clase}_cierto"] == (0, total)


def test_lo_de_un_familiar_no_se_sostiene_aunque_la_cita_sea_textual() -> None:
    assert _medidas(_mas("subjetivo", DE_MAS))["criticos_persona"][0] == 1
