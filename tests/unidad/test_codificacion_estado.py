"""El estado de un diagnóstico dicho a varias voces, con formas que ninguna consulta de muestra trae."""

from __future__ import annotations

import pytest

from scribe.lenguaje.contexto import calificar


def _de(texto: str, termino: str) -> set[str]:
    desde = texto.index(termino)
    cal = calificar(texto, desde, desde + len(termino))
    marcas = {
        "negada": cal.negada,
        "descartada": cal.descartada,
        "incierta": cal.incierta,
        "hipotetica": cal.hipotetica,
        "resuelta": cal.resuelta,
        "familiar": cal.familiar is not None,
    }
    return {nombre for nombre, puesta in marcas.items() if puesta}


@pytest.mark.parametrize(
    ("texto", "termino"),
    [
        ("Yo apostaría por una bronquiectasia.", "bronquiectasia"),
        ("Mi principal sospecha es una colangitis.", "colangitis"),
        ("Me suena a vértigo posicional.", "vértigo"),
        ("Habrá que ver si no es una sarcoidosis.", "sarcoidosis"),
        ("Si el estudio sale positivo es brucelosis.", "brucelosis"),
        ("Quiero asegurarme de que no sea un glaucoma.", "glaucoma"),
        ("Es celulitis hasta que se demuestre lo contrario.", "celulitis"),
        ("Estoy casi seguro de que es una uveítis.", "uveítis"),
        ("No me atrevo a decirle que es lupus todavía.", "lupus"),
        ("Ojalá sea una simple faringitis.", "faringitis"),
        ("Tenía miedo de que fuera un tumor.", "tumor"),
        ("Vi en internet que esto es rosácea.", "rosácea"),
        ("Toca mirar si no es una brucelosis.", "brucelosis"),
    ],
)
def test_lo_que_se_sospecha_o_se_teme_no_se_da_por_hecho(texto: str, termino: str) -> None:
    marcas = _de(texto, termino)
    assert "incierta" in marcas
    assert not marcas & {"negada", "hipotetica"}


@pytest.mark.parametrize(
    ("texto", "termino"),
    [
        ("Qué va a ser gota a su edad.", "gota"),
        ("Esto no tiene cara de sarampión.", "sarampión"),
        ("Dudo mucho que sea una embolia.", "embolia"),
        ("De hepatitis ni se preocupe.", "hepatitis"),
        ("La trombosis ya la descartamos.", "trombosis"),
        ("Nada que ver con esclerosis.", "esclerosis"),
    ],
)
def test_formas_de_descartar(texto: str, termino: str) -> None:
    assert {"negada", "descartada"} <= _de(texto, termino)


@pytest.mark.parametrize(
    ("texto", "termino", "marcas"),
    [
        ("Va a tomar fluconazol para la candidiasis.", "candidiasis", set()),
        ("Su catarata no ha crecido, la vemos en un año.", "catarata", set()),
        ("Mi perro tiene sarna.", "sarna", {"familiar"}),
        ("Y la vecina tiene a la niña con amebas.", "amebas", {"familiar"}),
        ("El cigarro da cáncer.", "cáncer", {"hipotetica"}),
        ("Los síntomas de infarto son dolor en el pecho.", "infarto", {"hipotetica"}),
        ("Al principio creí que era una gripa, ahora ya es una sinusitis.", "sinusitis", set()),
        ("Nadie me dijo que tenía diabetes.", "diabetes", set()),
        ("No es gota, que el de la gota es mi papá.", "gota es", {"familiar"}),
    ],
)
def test_lo_que_se_afirma_de_otro_o_en_general(texto: str, termino: str, marcas: set[str]) -> None:
    assert _de(texto, termino) - {"resuelta"} == marcas
