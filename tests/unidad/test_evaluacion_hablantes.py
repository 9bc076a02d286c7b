"""DER, rol y cpWER, con cuentas hechas a mano."""

from pathlib import Path

import pytest

from evaluacion.metricas.hablantes import contar, cpwer, der, leer_rttm, rol_correcto
from evaluacion.metricas.transcripcion import Errores
from scribe.consulta import Rol, Tramo, Turno


def _tramos(*partes: tuple[str, float, float]) -> list[Tramo]:
    return [Tramo(hablante=h, inicio=i, fin=f) for h, i, f in partes]


REFERENCIA = _tramos(("medico", 0, 10), ("paciente", 10, 20))


def test_los_nombres_de_hablante_no_importan() -> None:
    assert der(REFERENCIA, _tramos(("H2", 0, 10), ("H1", 10, 20))).tasa == 0.0


def test_confusion_falta_y_falso_contados_a_mano() -> None:
    # 2 s confundidos (8–10), 1 s perdido (19–20), 1 s inventado (20–21 no hay voz en la referencia)
    hallado = _tramos(("A", 0, 8), ("B", 8, 19), ("B", 20, 21))
    assert der(REFERENCIA, hallado).parte == pytest.approx(4.0)
    assert der(REFERENCIA, hallado).total == pytest.approx(20.0)


def test_el_collar_perdona_las_fronteras_a_cada_lado() -> None:
    corrido = _tramos(("A", 0, 10.2), ("B", 10.2, 20))
    assert der(REFERENCIA, corrido).parte == pytest.approx(0.2)
    assert der(REFERENCIA, corrido, collar=0.25).parte == pytest.approx(0.0)


def test_el_solape_cuenta() -> None:
    encimado = _tramos(("medico", 0, 10), ("paciente", 8, 18))
    assert der(encimado, _tramos(("A", 0, 10), ("B", 10, 18))).parte == pytest.approx(2.0)
    assert der(encimado, _tramos(("A", 0, 10), ("B", 10, 18))).total == pytest.approx(20.0)


def test_sin_hablantes_se_pierde_todo() -> None:
    assert der(REFERENCIA, []).tasa == pytest.approx(1.0)


def test_una_diarizacion_peor_sale_peor() -> None:
    perfecta = der(REFERENCIA, REFERENCIA).tasa
    corrida = der(REFERENCIA, _tramos(("A", 0, 11), ("B", 11, 20))).tasa
    unica = der(REFERENCIA, _tramos(("A", 0, 20))).tasa
    assert perfecta < corrida < unica


def test_rol_por_tiempo_contado_a_mano() -> None:
    turnos = [
        Turno(id=1, hablante="H1", rol=Rol.MEDICO, inicio=0, fin=10, texto="a"),
        Turno(id=2, hablante="H2", rol=Rol.INCIERTO, inicio=10, fin=15, texto="b"),
    ]
    # 15 s cubiertos (15–20 no se escribió), 10 con el rol correcto
    medida = rol_correcto(REFERENCIA, turnos)
    assert medida.parte == pytest.approx(10.0, abs=0.05)
    assert medida.total == pytest.approx(15.0, abs=0.05)


def test_rol_volteado_es_cero() -> None:
    turnos = [Turno(id=1, hablante="H1", rol=Rol.PACIENTE, inicio=0, fin=10, texto="a")]
    assert rol_correcto(REFERENCIA, turnos).tasa == 0.0


def test_cpwer_no_depende_del_nombre_y_castiga_mezclar() -> None:
    dicho = [("medico", "cómo está"), ("paciente", "me duele la garganta")]
    assert cpwer(dicho, [("H2", "cómo está"), ("H1", "me duele la garganta")]) == Errores(0, 6)
    # todo en una voz: las dos palabras ajenas se insertan y al otro le faltan
    assert cpwer(dicho, [("H1", "cómo está me duele la garganta")]) == Errores(4, 6)


def test_contar_y_leer_rttm(tmp_path: Path) -> None:
    archivo = tmp_path / "c.rttm"
    archivo.write_text(
        "SPEAKER c 1 0.500 1.250 <NA> <NA> medico <NA> <NA>\n\nSPEAKER c 1 2 1 <NA> <NA> paciente <NA> <NA>\n"
    )
    tramos = leer_rttm(archivo)
    assert tramos[0] == Tramo(hablante="medico", inicio=0.5, fin=1.75)
    assert contar(tramos) == 2
