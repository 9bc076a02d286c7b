"""Los guiones publicados son coherentes consigo mismos y los guiones malos se rechazan."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import evaluacion
from evaluacion.conjuntos.consultas_es import MUESTRAS, leer_carpeta
from evaluacion.sintesis.guion import expandir, leer
from scribe.lenguaje.texto import llano

RAIZ = Path(evaluacion.__file__).parent
GUIONES = sorted((RAIZ / "sintesis" / "guiones").glob("*.toml"))


def _minimo(**cambios: Any) -> dict[str, Any]:
    return {
        "id": "x",
        "titulo": "X",
        "paciente": {"edad": 30},
        "voices": {"medico": {"voice": "em_alex"}},
        "turns": [{"speaker": "medico", "text": "Hola."}],
        **cambios,
    }


def _escribir(carpeta: Path, datos: dict[str, Any]) -> Path:
    archivo = carpeta / "g.json"
    archivo.write_text(json.dumps(datos), "utf-8")
    return archivo


@pytest.mark.parametrize("archivo", GUIONES, ids=lambda a: a.stem)
def test_cada_hecho_cumple_sus_claves_y_ninguno_cae_en_lo_prohibido(archivo: Path) -> None:
    guion = leer(archivo)
    assert guion.id == archivo.stem
    assert guion.hechos
    assert guion.codigos
    for hecho in guion.hechos:
        texto = llano(hecho.texto)
        for alternativas in hecho.claves:
            assert any(re.search(c, texto) for c in alternativas), (hecho.id, alternativas)
    ideal = llano(". ".join(h.texto for h in guion.hechos))
    assert not [p.porque for p in guion.prohibidos if re.search(p.patron, ideal)]


def test_hay_motivos_y_tamanos_suficientes() -> None:
    guiones = [leer(a) for a in GUIONES]
    por_conjunto = {c: [g for g in guiones if g.conjunto == c] for c in ("muestra", "desarrollo", "prueba")}
    assert len(por_conjunto["muestra"]) >= 3
    assert len(por_conjunto["desarrollo"]) >= 6
    assert len(por_conjunto["prueba"]) >= 24
    assert sum(len(g.voices) == 3 for g in guiones) >= 3


def test_las_muestras_llevan_su_verdad() -> None:
    casos = {c.id: c for c in leer_carpeta(MUESTRAS)}
    assert set(casos) == {"faringitis", "otitis", "cefalea_estereo"}
    for nombre, caso in casos.items():
        guion = leer(RAIZ / "sintesis" / "guiones" / f"{nombre}.toml")
        assert [(d.hablante, d.texto) for d in caso.dichos] == [(t.speaker, t.text) for t in guion.turns]
        assert caso.hechos == guion.hechos
        assert [t.hablante for t in caso.tramos] == [t.speaker for t in guion.turns]
        assert caso.audio and caso.audio.stat().st_size <= 400 * 1024


@pytest.mark.parametrize(
    ("frase", "niega"),
    [
        ("niega fiebre, tos y disnea", True),
        ("sin tos", True),
        ("tos: no", True),
        ("fiebre sin mas. presenta tos", False),
        ("tos productiva", False),
    ],
)
def test_la_abreviatura_de_negacion(frase: str, niega: bool) -> None:
    assert any(re.search(e, frase) for e in expandir("@niega(tos)")) is niega


@pytest.mark.parametrize(
    ("clave", "frase", "esperado"),
    [
        ("@dosis(losartan;50)", "losartan 50 mg cada 12 h", True),
        ("@dosis(losartan;50)", "losartan 150 mg", False),
        ("@cada(losartan;12;2|dos)", "losartan 50 mg c/12 h", True),
        ("@cada(losartan;12;2|dos)", "losartan dos veces al dia", True),
        ("@cada(losartan;12;2|dos)", "losartan cada 8 h", False),
        ("@durante(losartan;5)", "losartan por 15 dias", False),
        ("@tension(130;80)", "ta 130/80 mmhg", True),
        ("@tension(130;80)", "ta 130/85 mmhg", False),
        ("@cita(2 semanas)", "revaloracion en 2 semanas", True),
    ],
)
def test_abreviaturas_de_receta_y_signos(clave: str, frase: str, esperado: bool) -> None:
    assert any(re.search(e, frase) for e in expandir(clave)) is esperado


def test_un_guion_json_sin_abreviaturas_se_lee_igual(tmp_path: Path) -> None:
    hecho = {"seccion": "S", "tipo": "x", "texto": "tos", "turnos": [1], "claves": [["tos"]]}
    guion = leer(_escribir(tmp_path, _minimo(hechos=[hecho])))
    assert guion.hechos[0].id == "h1"
    assert guion.hechos[0].claves == (("tos",),)


@pytest.mark.parametrize(
    "cambio",
    [
        {"turns": [{"speaker": "paciente", "text": "Hola."}]},
        {"turns": []},
        {"prohibidos": [{"patron": "(", "porque": "x"}]},
        {"prohibidos": [{"patron": "@nada(x)", "porque": "x"}]},
        {"hechos": [{"seccion": "S", "tipo": "x", "texto": "x", "turnos": [2], "claves": [["x"]]}]},
        {"id": "con espacio"},
        {"sobra": 1},
    ],
    ids=["sin voz", "sin turnos", "regex", "abreviatura", "turno ajeno", "id", "campo ajeno"],
)
def test_un_guion_malo_se_rechaza(tmp_path: Path, cambio: dict[str, Any]) -> None:
    with pytest.raises((ValueError, ValidationError)):
        leer(_escribir(tmp_path, _minimo(**cambio)))
