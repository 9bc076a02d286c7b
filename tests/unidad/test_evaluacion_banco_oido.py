"""El banco de frases sueltas: siempre el mismo, con nombres de todo el léxico y la mitad para mirar."""

from __future__ import annotations

from evaluacion.banco_oido import banco
from scribe.lenguaje.farmacos import buscar_farmacos


def test_la_misma_semilla_da_las_mismas_frases_y_otra_no() -> None:
    assert banco(32, 20) == banco(32, 20)
    assert banco(32, 20) != banco(32, 20, semilla=1)


def test_cada_frase_nombra_un_farmaco_que_se_reconoce_y_no_se_repite() -> None:
    frases = [t.text for g in banco(64, 0) for t in g.turns]
    nombrados = [[m.texto for m in buscar_farmacos(frase)] for frase in frases]
    assert len(frases) == 64 and all(nombrados)
    juntos = [nombre for lista in nombrados for nombre in lista]
    assert len(set(juntos)) >= 0.95 * len(juntos)


def test_ninguna_frase_lleva_un_decimal_que_se_diria_con_pausa_ni_un_hueco_sin_llenar() -> None:
    frases = " ".join(t.text for g in banco(48, 120) for t in g.turns)
    assert "{" not in frases
    assert not any(
        a.isdigit() and b == "." and c.isdigit()
        for a, b, c in zip(frases, frases[1:], frases[2:], strict=False)
    )


def test_los_grupos_limpios_y_con_ruido_se_reparten_en_las_dos_mitades() -> None:
    grupos = banco(240, 0)
    con_ruido = [int(g.id[-2:]) % 2 for g in grupos if g.condiciones.ruido]
    assert len(grupos) == 16 and set(con_ruido) == {0, 1}
