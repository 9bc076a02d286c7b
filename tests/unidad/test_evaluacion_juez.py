"""El juez local con un modelo falso: qué ve, qué cuenta, qué no, y si se sabe cuándo no sirve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluacion import control, evaluar, juicio
from evaluacion.caso import Caso, Dicho
from evaluacion.conjunto import Conjunto
from evaluacion.definiciones import definiciones
from evaluacion.evaluar import Pedido
from evaluacion.intervalo import cifra
from evaluacion.juez import Fallado, Juez, Memoria, acuerdo, cuentas, juzgar_nota, pertinentes, peticion
from evaluacion.metricas.dialogo import Dialogo
from evaluacion.resultados import Cifra
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import Hecho
from scribe.consulta import Enunciado, Nota
from scribe.soap.llm import gramatica

DICHO = (
    ("medico", "Buenas tardes. ¿Qué le pasa?"),
    ("paciente", "Me duele la rodilla derecha desde hace cinco días."),
    ("medico", "¿Ha tenido fiebre?"),
    ("paciente", "No, nada."),
    ("medico", "Le dejo naproxeno de quinientos miligramos, una cada doce horas."),
    ("paciente", "Gracias, doctor."),
)


def _hecho(numero: int, tipo: str, texto: str, turno: int) -> Hecho:
    return Hecho(id=f"h{numero}", seccion="S", tipo=tipo, texto=texto, turnos=(turno,), claves=(("x",),))


HECHOS = (
    _hecho(1, "sintoma", "Dolor de rodilla derecha", 2),
    _hecho(2, "negacion", "Niega fiebre", 4),
    _hecho(3, "receta", "Naproxeno 500 mg cada 12 h", 5),
    _hecho(4, "receta", "1 tableta cada 12 h", 5),
)
CASO = Caso(id="c", con_roles=True, dichos=tuple(Dicho(hablante=q, texto=t) for q, t in DICHO), hechos=HECHOS)
DIALOGO = Dialogo(CASO.dichos, "es")
NOTA = (
    "Dolor de rodilla derecha",
    "Niega fiebre",
    "Naproxeno 500 mg cada 12 h",
    "Dolor de rodilla izquierda",
)


class Falso:
    """Un modelo que responde con una función del enunciado y lleva la cuenta de lo que se le preguntó."""

    def __init__(self, responde: Callable[[str], str]) -> None:
        self._responde = responde
        self.preguntas: list[str] = []

    @property
    def identidad(self) -> dict[str, Any]:
        return {"archivo": "falso.gguf"}

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        assert opciones == ("?", "sí", "no")
        self.preguntas.append(pregunta)
        return self._responde(pregunta.split("Afirmación: ")[1].split("\n", 1)[0])

    def cerrar(self) -> None:
        pass


def _salida(*textos: str) -> Salida:
    enunciados = tuple(Enunciado(texto=t, tipo="x", citas=()) for t in textos)
    return Salida(caso="c", nota=Nota(subjetivo=enunciados))


def _juzgada(responde: Callable[[str], str], *textos: str) -> list[Fallado]:
    return juzgar_nota(Juez(Falso(responde)), CASO, _salida(*textos), lambda _: None)


def _tasa(fallados: list[Fallado]) -> float:
    total = cifra(cuentas(fallados))
    assert total is not None
    return total.valor


def _perfecto(texto: str) -> str:
    """Acierta siempre: sabe cuáles son los enunciados verdaderos."""
    return "sí" if texto in NOTA[:3] or texto in {h.texto for h in HECHOS} else "no"


def test_la_gramatica_solo_admite_las_etiquetas() -> None:
    _, _, etiquetas = peticion("Niega fiebre", DIALOGO)
    assert gramatica(tuple(etiquetas)) == 'root ::= "?" | "sí" | "no"'
    assert next(iter(etiquetas.values())) == "sin_veredicto"  # lo que queda si no responde ninguna


def test_ve_lo_citado_lo_parecido_y_la_respuesta_pero_no_todo() -> None:
    assert pertinentes("Niega fiebre", DIALOGO) == [2, 3]  # la pregunta y lo que se contesta
    assert pertinentes("Dolor de rodilla derecha", DIALOGO, (4,)) == [1, 4]
    _, pregunta, _ = peticion("Niega fiebre", DIALOGO)
    assert "Médico: ¿Ha tenido fiebre?\nPaciente: No, nada." in pregunta
    assert "rodilla" not in pregunta
    assert pregunta.endswith("Afirmación: Niega fiebre\nRespuesta:\n")


def test_lo_que_se_ve_tiene_tope() -> None:
    largos = tuple(Dicho(hablante="paciente", texto=f"dolor {i} " + "ay " * 300) for i in range(40))
    _, pregunta, _ = peticion("Dolor", Dialogo(largos, "es"), range(40))
    assert len(pregunta) < 1500


def test_valor_conocido_y_acuerdo_con_la_medida_determinista() -> None:
    fallados = _juzgada(_perfecto, *NOTA)
    assert cuentas(fallados) == [(1.0, 4.0)]
    assert [f.sin_sustento for f in fallados] == [False, False, False, True]
    assert acuerdo(fallados) == 1.0


def test_kappa_calculada_a_mano() -> None:
    # Coinciden 3 de 4; por azar, 0.5·0.25 + 0.5·0.75 = 0.5; kappa = (0.75 − 0.5) / 0.5.
    pares = ((True, True), (True, False), (False, False), (False, False))
    fallados = [
        Fallado("c", str(i), "no_sustentado" if juez else "sustentado", nuestro)
        for i, (juez, nuestro) in enumerate(pares)
    ]
    assert acuerdo(fallados) == pytest.approx(0.5)
    assert acuerdo(fallados[2:]) is None  # nadie acusa nada: no se define


def test_una_nota_peor_puntua_peor() -> None:
    buena = _juzgada(_perfecto, *NOTA[:3])
    peor = _juzgada(_perfecto, *NOTA[:2], "Naproxeno 250 mg cada 12 h", "Fiebre")
    assert _tasa(buena) == 0.0
    assert _tasa(peor) == 0.5


def test_una_respuesta_invalida_queda_sin_veredicto_y_no_cuenta() -> None:
    mudo = {NOTA[0]: "quizá", NOTA[1]: "?"}
    fallados = _juzgada(lambda t: mudo.get(t, "no"), *NOTA)
    assert [f.veredicto for f in fallados] == ["sin_veredicto"] * 2 + ["no_sustentado"] * 2
    assert cuentas(fallados) == [(2.0, 2.0)]
    assert cuentas(fallados[:2]) == []


def test_una_pregunta_que_no_cabe_queda_sin_veredicto() -> None:
    def desborda(_: str) -> str:
        raise ValueError("Requested tokens exceed context window")

    assert [f.veredicto for f in _juzgada(desborda, NOTA[0])] == ["sin_veredicto"]


def test_la_nota_de_texto_corrido_se_juzga_por_oraciones() -> None:
    salida = Salida(caso="c", nota_texto="Dolor de rodilla derecha. Niega fiebre.")
    fallados = juzgar_nota(Juez(Falso(lambda _: "sí")), CASO, salida, lambda _: None)
    assert [f.enunciado for f in fallados] == ["Dolor de rodilla derecha.", "Niega fiebre."]


def test_lo_ya_juzgado_no_se_vuelve_a_preguntar(tmp_path: Path) -> None:
    archivo = tmp_path / "juez" / "veredictos.jsonl"
    primero = Falso(_perfecto)
    antes = juzgar_nota(Juez(primero, Memoria(archivo)), CASO, _salida(*NOTA), lambda _: None)
    with archivo.open("a", encoding="utf-8") as salida:
        salida.write('\n{"clave": "a medias')  # como si se hubiera cortado al escribir
    segundo = Falso(lambda _: pytest.fail("ya estaba"))
    assert juzgar_nota(Juez(segundo, Memoria(archivo)), CASO, _salida(*NOTA), lambda _: None) == antes
    assert len(primero.preguntas) == len(NOTA)
    tercero = Falso(lambda _: "no")
    de_nuevo = Memoria(archivo, de_nuevo=True)
    juzgar_nota(Juez(tercero, de_nuevo), CASO, _salida(*NOTA), lambda _: None)
    assert len(tercero.preguntas) == len(NOTA)


@pytest.mark.parametrize(
    ("hecho", "clase", "falso"),
    [
        (HECHOS[0], "lado", "Dolor de rodilla izquierda"),
        (HECHOS[0], "negacion", "Niega dolor de rodilla derecha"),
        (HECHOS[1], "negacion", "Refiere fiebre"),
        (HECHOS[2], "cifra", "Naproxeno 503 mg cada 12 h"),
    ],
)
def test_cada_cambio_es_el_que_se_espera(hecho: Hecho, clase: control.Clase, falso: str) -> None:
    assert control.cambios(hecho, DIALOGO)[clase] == falso


def test_el_cambio_no_acierta_por_casualidad_con_otra_cosa_dicha() -> None:
    otro = control.cambios(_hecho(5, "receta", "Cada 9 horas", 5), DIALOGO)["cifra"]
    assert otro == "Cada 19 horas"  # 12 sí se dijo
    farmaco = control.cambios(HECHOS[2], DIALOGO)["farmaco"]
    assert farmaco.endswith(" 500 mg cada 12 h")
    assert not farmaco.startswith("Naproxeno")


def test_las_parejas_se_reparten_entre_clases() -> None:
    clases = [p.clase for p in control.parejas([CASO])]
    assert sorted(clases) == ["cifra", "farmaco", "lado", "negacion"]
    assert len(control.parejas([CASO], 2)) == 2


@pytest.mark.parametrize(
    ("responde", "sensibilidad", "especificidad", "frase"),
    [
        (_perfecto, 1.0, 1.0, "Sirve como segunda opinión"),
        (lambda _: "sí", 0.0, 1.0, "No sirve de juez: acierta lo que daría el azar"),
        (lambda _: "no", 1.0, 0.0, "No sirve de juez: acierta lo que daría el azar"),
        (lambda t: "no" if "Refiere" in t or "tableta" in t else "sí", 0.5, 0.75, "se le exige"),
    ],
)  # fmt: skip
def test_la_prueba_de_control_distingue_a_un_juez_que_no_sirve(
    responde: Callable[[str], str], sensibilidad: float, especificidad: float, frase: str
) -> None:
    respuestas = control.responder(Juez(Falso(responde)), [CASO], lambda _: None)
    sens, esp = cifra(control.sensibilidad(respuestas)), cifra(control.especificidad(respuestas))
    assert sens is not None
    assert esp is not None
    assert (sens.valor, esp.valor) == (sensibilidad, especificidad)
    assert frase in juicio.dictamen(sens, esp)


def test_sin_prueba_de_control_no_se_dice_que_sirve() -> None:
    bien = Cifra(valor=1.0, bajo=1.0, alto=1.0, parte=4, total=4, n=1)
    assert juicio.dictamen(None, bien).startswith("No se sabe")


def test_el_cuadro_pone_por_delante_cuanto_vale_el_juez() -> None:
    quienes = juicio.acusados(
        [
            ("scribe", "Scribe", "nota", {"c": [Salida(caso="c", error="x"), _salida(*NOTA)]}),
            ("scribe", "Scribe", "nota", {"c": [_salida("otra repetición")]}),
        ]
    )
    (cuadro,) = juicio.juzgar(Juez(Falso(_perfecto)), quienes, [CASO], lambda _: None, 0)
    assert cuadro.filas[0][:2] == ("Sensibilidad del juez en la prueba de control", "100.0\u00a0%")
    assert cuadro.filas[1][0] == "Especificidad del juez en la prueba de control"
    assert cuadro.cifras["juez_sin_sustento/scribe/nota"] == 0.25
    assert cuadro.cifras["juez_acuerdo/scribe/nota"] == 1.0
    assert {len(f) for f in cuadro.filas} == {len(cuadro.columnas)}
    assert "Sirve como segunda opinión" in cuadro.explicacion


def test_sin_hechos_el_control_es_el_de_las_muestras() -> None:
    quienes = juicio.acusados([("scribe", "Scribe", "nota", {"c": [_salida(*NOTA)]})])
    sin_hechos = CASO.model_copy(update={"hechos": ()})
    (cuadro,) = juicio.juzgar(Juez(Falso(lambda _: "sí")), quienes, [sin_hechos], lambda _: None, 0)
    assert "de las muestras del repositorio" in cuadro.explicacion
    assert cuadro.cifras["juez_sensibilidad"] == 0.0
    assert "No sirve de juez" in cuadro.explicacion


def test_sin_notas_no_hay_cuadro() -> None:
    quienes = juicio.acusados([("asr", "Otro", "asr", {"c": [Salida(caso="c")]})])
    assert juicio.juzgar(Juez(Falso(_perfecto)), quienes, [CASO], lambda _: None, 0) == []


def test_ninguna_medida_del_juez_es_principal() -> None:
    del_juez = [d for d in definiciones().values() if d.grupo == "juez"]
    assert {d.nombre for d in del_juez} >= {"juez_sin_sustento", "juez_sensibilidad", "juez_especificidad"}
    assert not any(d.principal for d in del_juez)


class _ConNotas(Conjunto):
    """Un conjunto de un caso del que ya se tiene la nota."""

    nombre = "con_notas"
    titulo = "Con notas"
    tarea = "nota"
    fuente = "inventado"

    def reconoce(self, carpeta: Path) -> bool:
        return False

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        return [CASO]

    def guardadas(self, carpeta: Path | None) -> dict[str, dict[str, Salida]]:
        return {"scribe": {"c": _salida(*NOTA)}}


def test_el_juez_va_en_su_cuadro_y_no_cambia_ninguna_medida(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(evaluar, "localizar", lambda _: (_ConNotas(), None))
    monkeypatch.setattr(juicio, "modelo", lambda *_: Falso(_perfecto))
    visto: list[str] = []
    sin, _ = evaluar.evaluar(Pedido(conjunto="con_notas", salida=tmp_path / "a"), lambda *_: None)
    con, archivos = evaluar.evaluar(
        Pedido(conjunto="con_notas", salida=tmp_path / "b", juez=True), lambda que, _: visto.append(que)
    )
    assert sin.cuadros == ()
    assert [c.titulo for c in con.cuadros] == ["Juez local, aparte de las medidas"]
    assert con.sistemas == sin.sistemas
    assert not any(n.startswith("juez") for s in con.sistemas for n in s.totales)
    assert (tmp_path / "b" / "juez" / "veredictos.jsonl").is_file()
    assert visto[-1] == "juez · c · 4/4"
    informe = next(a for a in archivos if a.suffix == ".md").read_text("utf-8")
    assert informe.index("Sensibilidad del juez") < informe.index("sin sustento según el juez")


def test_sin_pedirlo_no_se_toca_el_modelo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(juicio, "modelo", lambda *_: pytest.fail("no se pidió"))
    assert evaluar._juez(Pedido(conjunto="x", salida=tmp_path)) is None
