"""Cada carpeta la reconoce su importador y solo él; y lo que es común a todos al leer archivos."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from evaluacion.conjunto import Conjunto, ConjuntoInvalido, conjuntos
from evaluacion.conjuntos import (
    aci_bench,
    archivos,
    carpeta_hf,
    carpeta_rttm,
    codiesp,
    fareez,
    mts_dialog,
    primock57,
)
from tests import conjuntos_mini as mini

MODULOS = (codiesp, primock57, fareez, aci_bench, mts_dialog, carpeta_hf, carpeta_rttm)
IMPORTADORES: dict[str, Conjunto] = {c.nombre: c for m in MODULOS for c in m.CONJUNTOS}


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBE_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize("forma", mini.FORMAS)
def test_solo_lo_reconoce_el_suyo(forma: str, tmp_path: Path) -> None:
    hacer, esperado = mini.FORMAS[forma]
    carpeta = hacer(tmp_path)
    todos = conjuntos() if esperado else IMPORTADORES
    assert [n for n, c in todos.items() if c.reconoce(carpeta)] == ([esperado] if esperado else [])


@pytest.mark.parametrize("nombre", IMPORTADORES)
def test_reconocer_nunca_falla(nombre: str, tmp_path: Path) -> None:
    archivo = mini.escribir(tmp_path / "suelto.txt", "hola")
    raro = mini.escribir(tmp_path / "c" / "metadata.csv", "ñ", "cp1252").parent
    mini.escribir(raro / "train.csv", '"abierto')
    assert not any(IMPORTADORES[nombre].reconoce(lugar) for lugar in (archivo, raro, tmp_path / "no_existe"))


@pytest.mark.parametrize("forma", [f for f, (_, e) in mini.FORMAS.items() if e])
def test_se_lee_igual_dos_veces_y_rapido_es_parte(forma: str, tmp_path: Path) -> None:
    hacer, esperado = mini.FORMAS[forma]
    conjunto = IMPORTADORES[str(esperado)]
    carpeta = hacer(tmp_path)
    casos = conjunto.leer(carpeta)
    assert casos and casos == conjunto.leer(carpeta)
    assert {c.id for c in conjunto.leer(carpeta, rapido=True)} <= {c.id for c in casos}
    assert conjunto.analizar(None, casos, [])[0].titulo == "Casos leídos"


@pytest.mark.parametrize("nombre", IMPORTADORES)
def test_lo_que_no_es_suyo_se_dice_en_una_linea(nombre: str, tmp_path: Path) -> None:
    conjunto = IMPORTADORES[nombre]
    assert not conjunto.reconoce(tmp_path)
    for carpeta in (None, tmp_path, tmp_path / "no_existe"):
        with pytest.raises(ConjuntoInvalido) as error:
            conjunto.leer(carpeta)
        assert "\n" not in str(error.value) and "http" in str(error.value)
        assert error.value.salida == 2


def test_las_codificaciones(tmp_path: Path) -> None:
    a = mini.escribir(tmp_path / "a.txt", "niña", "utf-8-sig")
    b = mini.escribir(tmp_path / "b.txt", "niña", "utf-16")
    c = mini.escribir(tmp_path / "c.txt", "niña", "cp1252")
    assert archivos.leer_texto(a) == archivos.leer_texto(b) == archivos.leer_texto(c, ("cp1252",)) == "niña"
    with pytest.raises(ConjuntoInvalido, match="no está en UTF-8"):
        archivos.leer_texto(c)
    with pytest.raises(ConjuntoInvalido, match="está vacío"):
        archivos.leer_texto(mini.escribir(tmp_path / "d.txt", " \n"))


def test_una_tabla_con_saltos_se_lee_y_una_partida_no(tmp_path: Path) -> None:
    buena = mini.escribir(
        tmp_path / "a.csv", 'ID,nota\r\n1,"dos\r\nlíneas, y ""comillas"""\r\n2,x\u2028y\r\n'
    )
    assert [f["nota"] for f in archivos.leer_tabla(buena, ("ID",))] == [
        'dos\r\nlíneas, y "comillas"',
        "x\u2028y",
    ]
    for texto, motivo in (
        ("ID,nota\n1,a\n2\n", "línea 3: el renglón no tiene 2 celdas"),
        ("ID,nota\n1,a,b\n", "línea 2: el renglón no tiene 2 celdas"),
        ('ID,nota\n1,"sin cerrar\n', "no es un csv completo"),
        ("ID\n1\n", "le falta la columna nota"),
        ("ID,nota\n", "no trae ningún renglón"),
    ):
        with pytest.raises(ConjuntoInvalido, match=motivo):
            archivos.leer_tabla(mini.escribir(tmp_path / "b.csv", texto), ("ID", "nota"))


def test_la_duracion_sale_de_la_cabecera(tmp_path: Path) -> None:
    assert archivos.duracion(mini.wav(tmp_path / "a.wav", 1.5)) == pytest.approx(1.5)
    assert archivos.duracion(mini.mp3(tmp_path / "a.mp3", 2.0)) == pytest.approx(2.0, abs=0.2)
    with pytest.raises(ConjuntoInvalido, match="no es un audio"):
        archivos.duracion(mini.escribir(tmp_path / "b.wav", "no es un audio"))
    with pytest.raises(ConjuntoInvalido, match="git lfs pull"):
        archivos.duracion(mini.escribir(tmp_path / "c.wav", "version https://git-lfs.github.com/spec/v1"))
    with pytest.raises(ConjuntoInvalido, match="No se pudo abrir"):
        archivos.duracion(tmp_path / "no_existe.wav")


def test_la_submuestra_es_fija_y_recorre_la_lista() -> None:
    assert archivos.submuestra(list(range(10)), 3) == [0, 3, 6]
    assert archivos.submuestra([1, 2], 3) == [1, 2]
    assert archivos.enumerar(["a", "b", "c", "d", "e"]) == "a, b, c y 2 más"


PUBLICADOS = {
    "codiesp": ("codiesp", {"desarrollo": 250, "prueba": 250}),
    "codiesp_entrenamiento": ("codiesp", {"entrenamiento": 500}),
    "primock57_texto": ("primock57", {"prueba": 57}),
    "aci_bench": (
        "aci-bench",
        {"entrenamiento": 67, "desarrollo": 20, "prueba1": 40, "prueba2": 40, "prueba3": 40},
    ),
    "mts_dialog": ("mts-dialog", {"entrenamiento": 1201, "desarrollo": 100, "prueba1": 200, "prueba2": 200}),
}


@pytest.mark.skipif(
    "SCRIBE_DATOS_EVALUACION" not in os.environ, reason="los conjuntos públicos los baja quien los quiera"
)
@pytest.mark.parametrize("nombre", PUBLICADOS)
def test_los_publicados_traen_los_casos_que_dicen(nombre: str) -> None:
    lugar, esperados = PUBLICADOS[nombre]
    carpeta = Path(os.environ["SCRIBE_DATOS_EVALUACION"]) / lugar
    if not carpeta.is_dir():
        pytest.skip(f"no está {lugar}")
    leidos = Counter(c.particion for c in IMPORTADORES[nombre].leer(carpeta))
    assert leidos and all(leidos[p] == esperados[p] for p in leidos)
