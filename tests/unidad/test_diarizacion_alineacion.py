"""Cada palabra con quien la dijo."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scribe.consulta import Escucha, Palabra, Separacion, Tramo
from scribe.diarizacion.alineacion import alinear, unir


def _escucha(texto: str, inicio: float = 0.0, paso: float = 0.3, segmentos: tuple[int, ...] = ()) -> Escucha:
    """Palabras de `paso` segundos; «|» es una pausa de un segundo."""
    palabras, t = [], inicio
    for ficha in texto.split():
        if ficha == "|":
            t += 1.0
            continue
        palabras.append(Palabra(texto=ficha, inicio=round(t, 3), fin=round(t + paso, 3), prob=0.9))
        t += paso
    return Escucha(idioma="es", palabras=tuple(palabras), segmentos=segmentos)


def _separacion(*tramos: tuple[str, float, float]) -> Separacion:
    return Separacion(tuple(Tramo(hablante=h, inicio=i, fin=f) for h, i, f in tramos))


def _dicho(escuchas: tuple[Escucha, ...], separacion: Separacion) -> list[tuple[str, str]]:
    return [(t.hablante, t.texto) for t in alinear(escuchas, separacion).turnos]


def test_dos_turnos() -> None:
    escucha = _escucha("¿Qué le pasa? | Me duele aquí.")
    separacion = _separacion(("H1", 0.0, 0.9), ("H2", 1.8, 2.8))
    assert _dicho((escucha,), separacion) == [("H1", "¿Qué le pasa?"), ("H2", "Me duele aquí.")]


def test_una_palabra_mal_ubicada_no_parte_la_oracion() -> None:
    escucha = _escucha("Tome una tableta cada ocho horas con alimento.")
    separacion = _separacion(("H1", 0.0, 0.9), ("H2", 0.9, 1.2), ("H1", 1.2, 2.4))
    assert [h for h, _ in _dicho((escucha,), separacion)] == ["H1"]


def test_la_palabra_en_la_frontera_va_con_quien_suena() -> None:
    escucha = _escucha("¿Le duele? Ay, sí, ahí.")
    separacion = _separacion(("H1", 0.0, 0.62), ("H2", 0.6, 1.5))
    assert _dicho((escucha,), separacion) == [("H1", "¿Le duele?"), ("H2", "Ay, sí, ahí.")]


def test_una_respuesta_corta_entre_pausas_conserva_su_hablante() -> None:
    escucha = _escucha("Abra la boca. | Ajá. | Se ve roja.")
    separacion = _separacion(("H1", 0.0, 0.9), ("H2", 1.9, 2.2), ("H1", 3.2, 4.1))
    assert [h for h, _ in _dicho((escucha,), separacion)] == ["H1", "H2", "H1"]


def test_el_no_que_abre_la_respuesta_no_se_queda_en_la_pregunta() -> None:
    """El borde llegó tarde: la negación es de quien contesta."""
    escucha = _escucha("¿Ha pensado en hacerse daño? No, doctora, eso nunca.", paso=0.25)
    separacion = _separacion(("H1", 0.0, 1.55), ("H2", 1.6, 2.25))
    assert [t for _, t in _dicho((escucha,), separacion)] == [
        "¿Ha pensado en hacerse daño?",
        "No, doctora, eso nunca.",
    ]


def test_la_coletilla_de_quien_pregunta_es_suya() -> None:
    escucha = _escucha("Le duele al caminar. ¿No? Me punza al bajar.")
    separacion = _separacion(("H1", 0.0, 1.5), ("H2", 1.6, 2.7))
    assert [t for _, t in _dicho((escucha,), separacion)] == [
        "Le duele al caminar. ¿No?",
        "Me punza al bajar.",
    ]


def test_palabras_fuera_de_todo_tramo_van_con_el_mas_cercano() -> None:
    escucha = _escucha("sí doctor", inicio=5.1)
    separacion = _separacion(("H1", 0.0, 3.0), ("H2", 4.0, 5.0))
    assert _dicho((escucha,), separacion) == [("H2", "sí doctor")]


def test_una_voz_por_canal() -> None:
    medico = _escucha("¿Cómo está? | | | Muy bien.")
    paciente = _escucha("Más o menos.", inicio=1.5)
    assert _dicho((medico, paciente), Separacion(())) == [
        ("H1", "¿Cómo está?"),
        ("H2", "Más o menos."),
        ("H1", "Muy bien."),
    ]


def test_una_pausa_larga_separa_turnos_del_mismo() -> None:
    escucha = _escucha("Respire hondo. | | | Otra vez.")
    assert len(_dicho((escucha,), _separacion(("H1", 0.0, 6.0)))) == 2


def test_sin_tramos_ni_palabras() -> None:
    assert _dicho((_escucha("hola"),), Separacion(())) == [("H1", "hola")]
    assert alinear((Escucha(idioma="en"),), Separacion(())).turnos == ()
    assert alinear((Escucha(idioma="en"),), Separacion(())).idioma == "en"
    assert alinear((), Separacion(())).turnos == ()


def test_unir_pega_los_signos() -> None:
    assert unir([" Sí", ",", "  doctor", ".", ""]) == "Sí, doctor."


_tiempos = st.floats(0, 60, allow_nan=False)


@given(
    st.lists(st.tuples(_tiempos, st.floats(0, 2)), max_size=30),
    st.lists(st.tuples(st.sampled_from(["H1", "H2", "H3"]), _tiempos, st.floats(0.1, 5)), max_size=12),
)
def test_ninguna_palabra_se_pierde_ni_cambia(
    marcas: list[tuple[float, float]], tramos: list[tuple[str, float, float]]
) -> None:
    marcas.sort()
    palabras = tuple(Palabra(texto=f"p{i}", inicio=a, fin=a + d, prob=1.0) for i, (a, d) in enumerate(marcas))
    separacion = _separacion(*((h, i, i + d) for h, i, d in sorted(tramos, key=lambda t: t[1])))
    turnos = alinear((Escucha(idioma="es", palabras=palabras),), separacion).turnos
    assert tuple(p for t in turnos for p in t.palabras) == palabras
    assert [t.id for t in turnos] == list(range(1, len(turnos) + 1))
    assert all(a.inicio <= b.inicio for a, b in pairwise(turnos))
