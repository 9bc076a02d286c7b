"""ROUGE, solape de conceptos y acuerdo con personas: valores a mano y lo peor, peor."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from evaluacion.caso import Caso
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.metricas import acuerdo
from evaluacion.metricas.referencia import conceptos, medir, rouge
from evaluacion.salida import Salida
from scribe.consulta import Enunciado, Nota


def _cuentas(nota: str, texto: str) -> dict[str, tuple[float, float]]:
    return medir(Caso(id="c", idioma="en", nota=nota), Salida(caso="c", nota_texto=texto)).cuentas


def test_rouge_a_mano() -> None:
    # Referencia de 4 palabras, hipótesis de 3; comunes: 3 sueltas, 1 par («the cough»), subsecuencia de 3.
    valores = rouge("denies the cough today", "the cough denies")
    assert valores["rouge_1"] == pytest.approx(2 * (3 / 3) * (3 / 4) / (3 / 3 + 3 / 4))
    assert valores["rouge_2"] == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    assert valores["rouge_l"] == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))
    assert rouge("a cough", "")["rouge_1"] == 0.0


def test_conceptos_iguales_dichos_de_otro_modo_y_polaridad() -> None:
    assert conceptos("Shortness of breath for 3 days.", "en") == conceptos("Dyspnea, three days", "en")
    assert "no fever" in conceptos("He denies fever.", "en")
    assert "fever" not in conceptos("He denies fever.", "en")
    assert {"metoprolol", "50 mg"} <= conceptos("Metoprolol 50 mg", "en")


def test_solape_a_mano_y_peor_puntua_peor() -> None:
    nota = "Fever and cough. Denies vomiting."
    assert _cuentas(nota, "Cough, fever, no vomiting.")["conceptos_f1"] == (6, 6)
    media = _cuentas(nota, "Cough and headache.")
    assert media["conceptos_exhaustividad"] == (1, 3)
    assert media["conceptos_precision"] == (1, 2)
    assert media["conceptos_f1"] == (2, 5)
    assert media["rouge_1"][0] < _cuentas(nota, "Fever and cough.")["rouge_1"][0]


def test_nota_por_enunciados_y_casos_sin_referencia() -> None:
    nota = Nota(subjetivo=(Enunciado(texto="Fever and cough.", tipo="x", citas=()),))
    caso = Caso(id="c", idioma="en", nota="Fever and cough.")
    assert medir(caso, Salida(caso="c", nota=nota)).cuentas["rouge_l"] == (1.0, 1.0)
    assert not medir(Caso(id="c", idioma="en"), Salida(caso="c", nota=nota)).cuentas
    en_espanol = medir(Caso(id="c", nota="Fiebre."), Salida(caso="c", nota_texto="Fiebre.")).cuentas
    assert "rouge_1" not in en_espanol
    assert en_espanol["conceptos_f1"] == (2, 2)


def test_correlacion_conocida_e_intervalo() -> None:
    x, grupos = np.arange(40, dtype=np.float64), np.repeat(np.arange(20), 2)
    for prueba in ("pearson", "spearman", "kendall"):
        assert acuerdo.correlacion(x, 2 * x + 1, grupos, prueba, remuestras=50)[0] == pytest.approx(1.0)
        assert acuerdo.correlacion(x, -x, grupos, prueba, remuestras=50)[0] == pytest.approx(-1.0)
    ruido = np.random.default_rng(1).normal(size=40)
    valor, bajo, alto = acuerdo.correlacion(x, x + 20 * ruido, grupos, "pearson", remuestras=200)
    assert bajo < valor < alto
    assert math.isnan(acuerdo.correlacion(x, np.ones(40), grupos, "pearson")[0])


DIALOGO = (
    "Doctor: Any fever?\nPatient: No.\nDoctor: Any medicines?\nPatient: I take lisinopril\nten milligrams."
)
BUENO, MALO = "Denies fever. Takes lisinopril 10 mg.", "Has a fever. Takes metoprolol 50 mg."


def _escribir(carpeta: Path, filas: list[tuple[int, str, float, float]]) -> Path:
    casa = carpeta / "Correlation-Study"
    casa.mkdir()
    with (casa / acuerdo.RESUMENES).open("w", encoding="utf-8-sig", newline="") as archivo:
        escribe = csv.writer(archivo)
        escribe.writerow(["ID", "Dialogue", "Reference Summary", "Automatic Summary"])
        escribe.writerows([(n, DIALOGO, BUENO, texto) for n, texto, _, _ in filas])
    with (casa / acuerdo.PUNTOS).open("w", encoding="utf-8-sig", newline="") as archivo:
        escribe = csv.writer(archivo)
        escribe.writerow(["HallucinationRate", "OmissionRate"])
        escribe.writerows([(a, o) for _, _, a, o in filas])
    return carpeta


def test_cuadro_de_acuerdo_con_resumenes_buenos_y_malos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acuerdo, "_REMUESTRAS", 40)
    filas = [(n, (BUENO, MALO)[n % 2], float(n % 2), float(n % 2)) for n in range(44, 62)]
    cuadro = acuerdo.cuadro_mts(_escribir(tmp_path, filas))
    assert cuadro.cifras["informe/alucinacion/sin_sustento/pearson"] == pytest.approx(1.0)
    assert cuadro.cifras["informe/omision/conceptos_omitidos/kendall"] == pytest.approx(1.0)
    assert "12 resúmenes" in cuadro.explicacion
    assert all(len(f) == len(cuadro.columnas) for f in cuadro.filas)


def test_si_las_personas_opinan_al_reves_la_correlacion_es_negativa(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acuerdo, "_REMUESTRAS", 40)
    filas = [(n, (BUENO, MALO)[n % 2], 1.0 - n % 2, 0.5) for n in range(50, 60)]
    cifras = acuerdo.cuadro_mts(_escribir(tmp_path, filas)).cifras
    assert cifras["informe/alucinacion/sin_sustento/pearson"] == pytest.approx(-1.0)
    assert "informe/omision/sin_sustento/pearson" not in cifras


def test_dialogo_con_renglones_que_siguen() -> None:
    assert [(d.hablante, d.texto) for d in acuerdo.leer_dialogo(DIALOGO)][-1] == (
        "paciente", "I take lisinopril ten milligrams.",
    )  # fmt: skip


def test_carpeta_sin_los_archivos(tmp_path: Path) -> None:
    with pytest.raises(ConjuntoInvalido, match=r"falta MTS-Dialog-Automatic"):
        acuerdo.cuadro_mts(tmp_path)
