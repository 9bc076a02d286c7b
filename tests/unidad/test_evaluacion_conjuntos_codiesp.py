"""CodiEsp: la forma publicada, lo que la rompe y el cuadro contra lo publicado."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluacion.caso import MencionEsperada
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.codiesp import CodiEsp, CodiEspEntrenamiento
from evaluacion.conjuntos.contra_publicado import leer_publicado
from evaluacion.definiciones import definiciones
from evaluacion.resultados import Cifra, ResultadoSistema
from tests import conjuntos_mini as mini


@pytest.fixture
def carpeta(tmp_path: Path) -> Path:
    return mini.codiesp(tmp_path)


def _cifra(valor: float) -> Cifra:
    return Cifra(valor=valor, bajo=valor - 0.01, alto=valor + 0.01, parte=valor, total=1.0, n=2)


def test_lee_d_p_y_x_por_particion(carpeta: Path) -> None:
    casos = CodiEsp().leer(carpeta)
    assert [(c.id, c.particion) for c in casos] == [
        ("dev-a", "desarrollo"),
        ("dev-b", "desarrollo"),
        ("test-a", "prueba"),
        ("test-b", "prueba"),
    ]
    primero = casos[0]
    assert primero.texto == mini.CASO_A and primero.idioma == "es"
    assert primero.codigos_documento == ("R50.9", "J18.9")
    fiebre = mini.CASO_A.index("fiebre")
    assert primero.menciones[0] == MencionEsperada(
        codigo="R50.9", texto="fiebre", tramos=((fiebre, fiebre + 6),)
    )
    assert [m.codigo for m in primero.menciones] == ["R50.9", "J18.9"]
    assert len(primero.procedimientos) == 1 and len(primero.procedimientos[0].tramos) == 2
    assert casos[1].procedimientos == ()


def test_el_entrenamiento_va_aparte_y_marcado_como_visto(carpeta: Path) -> None:
    assert {c.etiquetas["vista"] for c in CodiEsp().leer(carpeta)} == {"no"}
    casos = CodiEspEntrenamiento().leer(carpeta)
    assert {(c.particion, c.etiquetas["vista"]) for c in casos} == {("entrenamiento", "sí")}


@pytest.mark.parametrize("dentro", ["final_dataset_v4_to_publish", ""])
def test_acepta_la_carpeta_del_zip_y_la_que_la_contiene(carpeta: Path, dentro: str) -> None:
    assert len(CodiEsp().leer(carpeta / dentro)) == 4


def _romper(carpeta: Path, ruta: str, texto: str | None) -> None:
    archivo = carpeta / "final_dataset_v4_to_publish" / ruta
    archivo.unlink()
    if texto is not None:
        mini.escribir(archivo, texto)


@pytest.mark.parametrize(
    ("ruta", "texto", "motivo"),
    [
        ("dev/text_files/dev-a.txt", None, "falta el texto de dev-a"),
        ("dev/text_files/dev-a.txt", "", "dev-a.txt está vacío"),
        ("dev/devX.tsv", None, "Falta .*devX.tsv"),
        ("dev/devP.tsv", None, "Falta .*devP.tsv"),
        ("test/testD.tsv", "test-a r50.9\n", r"testD.tsv, línea 1: se esperaban 2 celdas"),
        ("dev/devX.tsv", "dev-a\tDIAGNOSTICO\tr50.9\tfiebre\tdos tres\n", "tramo ilegible"),
        ("dev/devX.tsv", "dev-a\tOTRA\tr50.9\tfiebre\t1 2\n", "clase desconocida"),
        ("dev/text_files/dev-a.txt", mini.CASO_A.replace("Varón", "\r\n\r\nVarón"), "no caen donde dicen"),
    ],
)
def test_lo_roto_se_dice(carpeta: Path, ruta: str, texto: str | None, motivo: str) -> None:
    _romper(carpeta, ruta, texto)
    with pytest.raises(ConjuntoInvalido, match=motivo):
        CodiEsp().leer(carpeta)


def test_un_texto_en_otra_codificacion_se_dice(carpeta: Path) -> None:
    archivo = carpeta / "final_dataset_v4_to_publish" / "dev/text_files/dev-a.txt"
    archivo.write_bytes(mini.CASO_A.encode("cp1252"))
    with pytest.raises(ConjuntoInvalido, match="no está en UTF-8"):
        CodiEsp().leer(carpeta)


def test_el_cuadro_pone_lo_medido_junto_a_lo_publicado(carpeta: Path) -> None:
    casos = CodiEsp().leer(carpeta)
    grupos = {
        "particion": {
            "desarrollo": {"codigos_map_exacto": _cifra(0.2), "codigos_map_3": _cifra(0.5)},
            "prueba": {"codigos_map_exacto": _cifra(0.1)},
        }
    }
    sistema = ResultadoSistema(sistema="scribe", titulo="Scribe", tarea="codigos", grupos=grupos)
    leido, cuadro = CodiEsp().analizar(carpeta, casos, [sistema])
    assert leido.filas == (("desarrollo", "2", "250"), ("prueba", "2", "250"))
    assert cuadro.columnas == ("medida", "Scribe, desarrollo", "Scribe, prueba", "publicado (prueba)")
    filas = {f[0]: f[1:] for f in cuadro.filas}
    mapa = filas["D, MAP, código completo"]
    assert mapa[:2] == ("0.200 (0.190–0.210)", "0.100 (0.090–0.110)")
    assert "0.593 IXA-AAA" in mapa[2]
    assert filas["D, MAP, 3 caracteres"] == ("0.500 (0.490–0.510)", "—", "—")
    assert cuadro.cifras["scribe/prueba/codigos_map_exacto"] == 0.1
    assert cuadro.cifras["publicado/IAM/codigos_f1_exacto"] == 0.687
    assert "sinónimos hecha con el entrenamiento" in cuadro.explicacion


def test_sin_medir_no_hay_cuadro_y_con_una_particion_vale_el_total(carpeta: Path) -> None:
    casos = CodiEsp().leer(carpeta)
    assert len(CodiEsp().analizar(carpeta, casos, [])) == 1
    uno = ResultadoSistema(sistema="s", titulo="S", tarea="codigos", totales={"codigos_f1_4": _cifra(0.3)})
    cuadro = CodiEsp().analizar(carpeta, casos[:2], [uno])[1]
    assert cuadro.cifras["s/desarrollo/codigos_f1_4"] == 0.3


def test_lo_publicado_nombra_medidas_que_existen_y_tiene_fuente() -> None:
    datos = leer_publicado("codiesp")
    medidas = set(datos.medidas.values())
    assert medidas <= set(definiciones())
    assert all(c.medida in medidas and 0 < c.valor < 1 and c.fuente for c in datos.cifra)
