"""Reglas de la edición, con contenidos inventados: nada dudoso se va sin que alguien lo decida."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribe.consulta import SECCIONES, EstadoCodigo, EstadoEnunciado
from scribe.expediente.codigos_nota import decidir, propuestos
from scribe.expediente.comparacion_nota import comparar, trozos
from scribe.expediente.edicion_nota import editar
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.firma.contenido import Diagnostico
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable, Secciones
from scribe.trabajos.resultado import contenido_inicial
from tests.revision_base import BORRADOR, TURNOS

CATALOGO = {("CIE-10", "I10"): "Hipertensión esencial", ("CIE-10", "R05"): "Tos"}
CITAS = (TURNOS[0].citar(0, 3), TURNOS[1].citar(0, 5))

enunciados = st.builds(
    EnunciadoEditable,
    texto=st.sampled_from(["tos", "niega fiebre", "", "  ", "dolor"]),
    tipo=st.sampled_from(["sintoma", "receta"]),
    citas=st.lists(st.sampled_from(CITAS), max_size=1).map(tuple),
    estado=st.sampled_from(EstadoEnunciado),
    motivo=st.sampled_from([None, "fármaco"]),
    autor=st.sampled_from(["programa", "medico"]),
)
secciones = st.builds(Secciones, **{s: st.lists(enunciados, max_size=3).map(tuple) for s in SECCIONES})
codigos = st.builds(
    Diagnostico,
    codigo=st.sampled_from(["I10", "R05", "ZZZ"]),
    titulo=st.just("el que sea"),
    principal=st.booleans(),
)
contenidos = st.builds(ContenidoDeNota, nota=secciones, diagnosticos=st.lists(codigos, max_size=2).map(tuple))


@st.composite
def parejas(dibujar: st.DrawFn) -> tuple[ContenidoDeNota, ContenidoDeNota]:
    """Una nota y lo que se pide dejar; las más de las veces, conservando lo dudoso."""
    antes = dibujar(contenidos).model_copy(update={"diagnosticos": ()})
    pedido = dibujar(contenidos)
    if dibujar(st.sampled_from([True, True, False])):
        dudas = tuple(e for e in antes.nota.enunciados if e.dudoso)
        junto = pedido.nota.con("plan", [*pedido.nota.plan, *dudas])
        elegidos = tuple(d for d in pedido.diagnosticos if d.codigo != "ZZZ")[:1]
        pedido = pedido.model_copy(update={"nota": junto, "diagnosticos": elegidos})
    return antes, pedido


def _titulo(sistema: str, codigo: str) -> str | None:
    return CATALOGO.get((sistema, codigo))


@given(parejas())
def test_si_se_admite_lo_dudoso_sigue_y_lo_nuevo_es_de_la_persona(
    par: tuple[ContenidoDeNota, ContenidoDeNota],
) -> None:
    antes, pedido = par
    try:
        queda = editar(antes, pedido, titulos=_titulo, citable=lambda c: True)
    except DatoInvalido:
        return
    eran, son = Counter(antes.nota.enunciados), Counter(queda.nota.enunciados)
    assert all(son[e] >= n for e, n in eran.items() if e.dudoso)
    assert queda.por_revisar >= antes.por_revisar
    assert all(e.autor == "medico" for e in (son - eran))
    assert all(e.texto.strip() or e.dudoso for e in son)
    assert all(_titulo(d.sistema, d.codigo) == d.titulo for d in queda.diagnosticos)
    assert sum(d.principal for d in queda.diagnosticos) <= 1


@given(contenidos)
def test_guardar_sin_cambiar_nada_no_cambia_nada(contenido: ContenidoDeNota) -> None:
    limpio = contenido.model_copy(
        update={
            "diagnosticos": (),
            "nota": Secciones(
                **{
                    s: tuple(e for e in contenido.nota.seccion(s) if e.texto.strip() or e.dudoso)
                    for s in SECCIONES
                }
            ),
        }
    )
    assert editar(limpio, limpio, titulos=_titulo, citable=lambda c: False) == limpio


@given(st.text(" abcñ.,", max_size=30), st.text(" abcñ.,", max_size=30))
def test_los_trozos_arman_los_dos_textos(antes: str, ahora: str) -> None:
    hechos = trozos(antes, ahora)

    def armado(fuera: str) -> list[str]:
        return "".join(f"{t.texto} " for t in hechos if t.clase != fuera).split()

    assert armado("quitado") == ahora.split() and armado("agregado") == antes.split()


@given(contenidos)
def test_comparar_consigo_misma_es_todo_igual(contenido: ContenidoDeNota) -> None:
    c = comparar(1, contenido, 2, contenido)
    assert {e.clase for s in c.secciones.values() for e in s} <= {"igual"}
    assert not (c.diagnosticos or c.receta or c.signos)


def test_un_codigo_rechazado_se_puede_volver_a_aceptar() -> None:
    nota = ContenidoDeNota.de_octetos(contenido_inicial(BORRADOR))
    sin = decidir(nota, "rechazar", "CIE-10", "R05", titulos=_titulo)
    assert propuestos(sin)[1].decision == "rechazado"
    con = decidir(sin, "aceptar", "CIE-10", "R05", titulos=_titulo, estado=EstadoCodigo.SOSPECHA)
    assert propuestos(con)[1].decision == "aceptado" and con.rechazados == ()
    assert con.diagnosticos[0].estado is EstadoCodigo.SOSPECHA
    for codigo in ("R05", "K00"):
        with pytest.raises(DatoInvalido):
            decidir(con, "agregar", "CIE-10", codigo, titulos=_titulo)


def test_de_las_palabras_oidas_al_tramo_del_texto() -> None:
    turno = TURNOS[2]  # «tome amoxilina de quinientos miligramos» → «tome amoxilina de 500 mg»
    desde, hasta = turno.tramo_de(1, 1) or (0, 0)
    assert turno.texto[desde:hasta] == "amoxilina"
    desde, hasta = turno.tramo_de(3, 4) or (0, 0)
    assert turno.texto[desde:hasta] == "500 mg"
    assert TURNOS[0].model_copy(update={"texto": ""}).tramo_de(0, 0) is None
