"""Lo negado por detrás se escribe por delante, sin cambiar lo dicho."""

from __future__ import annotations

import pytest

from scribe.consulta import Seccion, Turno
from scribe.soap.fragmentos import Propuesta, Trozo
from scribe.soap.negadas import al_frente


def _al_frente(seccion: Seccion, tipo: str, texto: str) -> str:
    turno = Turno(id=1, hablante="x", inicio=0.0, fin=1.0, texto=texto)
    return al_frente(Propuesta(seccion, tipo, texto, (Trozo(turno, 0, len(texto)),)))


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("Ganglios no palpo, soplos tampoco", "No palpo ganglios, ni soplos"),
        ("El bazo no se palpa", "No se palpa el bazo"),
        ("En la orina hay azúcar, pero cetonas no", "En la orina hay azúcar, pero sin cetonas"),
        ("Rojo el ojo derecho; lagaña, en ninguno", "Rojo el ojo derecho; sin lagaña"),
        ("La cara no está chueca", "La cara no está chueca"),
    ],
)
def test_lo_que_se_explora(dicho: str, escrito: str) -> None:
    assert _al_frente("objetivo", "hallazgo", dicho) == escrito


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("Mareos no; zumbidos, gracias a Dios, tampoco", "Niega mareos; ni zumbidos"),
        ("Le arde al orinar, sangre no", "Le arde al orinar, niega sangre"),
        ("Cuando camina no, en la noche sí", "Cuando camina no, en la noche sí"),
        ("Yo no, eso no, todavía no", "Yo no, eso no, todavía no"),
        ("De otra persona (hijo): tos no", "De otra persona (hijo): tos no"),
    ],
)
def test_lo_que_se_contesta(dicho: str, escrito: str) -> None:
    assert _al_frente("subjetivo", "sintoma", dicho) == escrito


def test_lo_que_el_medico_descarta() -> None:
    assert _al_frente("analisis", "descartado", "Gota no es, don Luis") == "Descartado: gota, don Luis"
    assert _al_frente("analisis", "descartado", "Descartado: gota no parece") == "Descartado: gota"
    assert _al_frente("analisis", "diagnostico", "Neumonía no es") == "Neumonía no es"


def test_lo_que_ya_no_se_toma() -> None:
    dicho = "La aspirina no la vuelva a tomar, ni nada parecido"
    assert _al_frente("plan", "indicacion", dicho) == "No vuelva a tomar la aspirina, ni nada parecido"
    assert _al_frente("plan", "receta", dicho) == dicho
    assert _al_frente("plan", "indicacion", "Eso no lo toque") == "Eso no lo toque"


def test_lo_que_sigue_cuando_lo_otro_cedio() -> None:
    for cedio in ("las ronchas se quitaron", "la fiebre bajó", "la diarrea ya se me quitó"):
        assert _al_frente("subjetivo", "sintoma", f"{cedio}, la comezón no").endswith("la comezón no")
