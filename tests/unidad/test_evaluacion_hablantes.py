"""DER, JER, número de hablantes, rol y cpWER: a mano y contra ejemplos publicados."""

from pathlib import Path

import pytest

from evaluacion.caso import Caso, Dicho
from evaluacion.definiciones import definiciones
from evaluacion.metricas.hablantes import contar, cpwer, der, desglose, jer, leer_rttm, medir, rol_correcto
from evaluacion.metricas.transcripcion import Errores
from evaluacion.salida import Salida
from scribe.consulta import Rol, Tramo, Transcripcion, Turno


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


# El ejemplo de la documentación y de las pruebas de pyannote.metrics.
PYANNOTE_REF = _tramos(("A", 0, 10), ("B", 12, 20), ("A", 24, 27), ("C", 30, 40))
PYANNOTE_HIP = _tramos(("a", 2, 13), ("d", 13, 14), ("b", 14, 20), ("c", 22, 38), ("d", 38, 40))


def test_der_publicado_por_pyannote_metrics() -> None:
    partes = desglose(PYANNOTE_REF, PYANNOTE_HIP)
    assert (partes.falso, partes.perdido, partes.confundido, partes.total) == pytest.approx((7, 2, 7, 31))
    assert partes.error.tasa == pytest.approx(0.5161290322580645)


def test_der_publicado_por_simpleder() -> None:
    referencia = _tramos(("A", 0.0, 1.0), ("B", 1.0, 1.5), ("A", 1.6, 2.1))
    hallado = _tramos(("1", 0.0, 0.8), ("2", 0.8, 1.4), ("3", 1.5, 1.8), ("1", 1.8, 2.0))
    assert der(referencia, hallado).tasa == pytest.approx(0.350)


def test_jer_contado_a_mano() -> None:
    # A: 13 s dichos, 11 hallados, 8 comunes → 1 - 8/16 = 1/2. B: 8, 6 y 6 → 1 - 6/8 = 1/4.
    # C: 10, 16 y 8 → 1 - 8/18 = 5/9. Suma 1.30556 entre tres personas: 0.43519.
    medida = jer(PYANNOTE_REF, PYANNOTE_HIP)
    assert medida.parte == pytest.approx(1 / 2 + 1 / 4 + 5 / 9)
    assert medida.total == 3
    assert medida.tasa == pytest.approx(0.4351851851851852)


def test_jer_pesa_igual_a_quien_habla_poco() -> None:
    # el acompañante habla 2 de 22 s y se le pierde: el DER sube 9 %, el JER una de tres personas
    verdad = _tramos(("medico", 0, 10), ("paciente", 10, 20), ("acompanante", 20, 22))
    hallado = _tramos(("A", 0, 10), ("B", 10, 20))
    assert der(verdad, hallado).tasa == pytest.approx(2 / 22)
    assert jer(verdad, hallado).tasa == pytest.approx(1 / 3)
    assert jer(verdad, []).tasa == pytest.approx(1.0)


def test_un_jer_peor_sale_peor() -> None:
    perfecta = jer(REFERENCIA, REFERENCIA).tasa
    corrida = jer(REFERENCIA, _tramos(("A", 0, 11), ("B", 11, 20))).tasa
    unica = jer(REFERENCIA, _tramos(("A", 0, 20))).tasa
    assert perfecta == pytest.approx(0.0)
    assert perfecta < corrida < unica


def test_cpwer_publicado_por_meeteval() -> None:
    # Ejemplos de su documentación: un hablante de más (1 de 3) y uno de menos (2 de 4).
    referencia = [("r0", "a"), ("r1", "b"), ("r2", "c")]
    assert cpwer(referencia, [("h0", "b"), ("h1", "c"), ("h2", "d"), ("h3", "a")]) == Errores(1, 3)
    assert cpwer([("r0", "a"), ("r1", "b"), ("r2", "c d")], [("h0", "a"), ("h1", "b")]) == Errores(2, 4)


def test_un_cpwer_peor_sale_peor() -> None:
    dicho = [("medico", "dónde le duele"), ("paciente", "aquí en el pecho desde ayer")]
    bien = [("A", "dónde le duele"), ("B", "aquí en el pecho desde ayer")]
    regular = [("A", "dónde le duele aquí"), ("B", "en el pecho desde ayer")]
    mal = [("A", "dónde le duele aquí en el pecho desde ayer")]
    tasas = [cpwer(dicho, h).tasa for h in (bien, regular, mal)]
    assert tasas == sorted(tasas)
    assert len(set(tasas)) == 3


def test_cpwer_en_ingles_usa_su_normalizador() -> None:
    assert cpwer([("d", "I'm fine")], [("h", "I am fine")], "en") == Errores(0, 3)


def _caso(**campos: object) -> Caso:
    dichos = (Dicho(hablante="medico", texto="cómo está"), Dicho(hablante="paciente", texto="me duele"))
    return Caso.model_validate({"id": "c", "dichos": dichos, "tramos": tuple(REFERENCIA), **campos})


def _salida(rol: Rol = Rol.INCIERTO, tramos: list[Tramo] | None = None) -> Salida:
    turnos = (Turno(id=1, hablante="H1", rol=rol, inicio=0, fin=10, texto="cómo está me duele"),)
    transcripcion = Transcripcion(idioma="es", turnos=turnos)
    return Salida(caso="c", transcripcion=transcripcion, tramos=None if tramos is None else tuple(tramos))


def test_medir_un_hablante_de_menos() -> None:
    parcial = medir(_caso(con_roles=True), _salida(Rol.MEDICO, _tramos(("H1", 0, 20))))
    cuentas = parcial.cuentas
    assert cuentas["hablantes_error"] == (1.0, 1.0)
    assert cuentas["hablantes_acierto"] == (0.0, 1.0)
    assert cuentas["der"] == pytest.approx((10.0, 20.0))
    assert cuentas["der_confundido"] == pytest.approx((10.0, 20.0))
    # «me duele» va con otro hablante: dos de más y dos de menos sobre cuatro palabras
    assert cuentas["cpwer"] == (4, 4)
    assert cuentas["rol"] == pytest.approx((10.0, 10.0), abs=0.05)
    assert parcial.detalle["hablantes"] == ["hablan 2 personas y se hallaron 1"]
    assert set(cuentas) <= set(definiciones())


def test_errar_por_mas_hablantes_sale_peor() -> None:
    dos = medir(_caso(), _salida(tramos=_tramos(("A", 0, 10), ("B", 10, 20)))).cuentas
    cuatro = medir(
        _caso(), _salida(tramos=_tramos(("A", 0, 5), ("C", 5, 10), ("B", 10, 15), ("D", 15, 20)))
    ).cuentas
    assert dos["hablantes_error"][0] == 0
    assert cuatro["hablantes_error"][0] == 2
    assert dos["der"] < cuatro["der"]


def test_quien_solo_transcribe_no_se_mide_por_hablante() -> None:
    assert medir(_caso(con_roles=True), _salida()).cuentas == {}


def test_sin_roles_verdaderos_no_hay_rol() -> None:
    assert "rol" not in medir(_caso(), _salida(Rol.MEDICO, REFERENCIA)).cuentas


def test_fuera_de_la_uem_no_se_mide() -> None:
    # Solo 5–15: 5 s de cada quien. Se confunden 2 (8–10); lo inventado en 30–40 y lo perdido en 18–20, fuera.
    hallado = _tramos(("A", 0, 8), ("B", 8, 18), ("C", 30, 40))
    caso = _caso(con_roles=True, uem=((5.0, 15.0),))
    cuentas = medir(caso, _salida(Rol.MEDICO, hallado)).cuentas
    assert cuentas["der"] == pytest.approx((2.0, 10.0))
    assert cuentas["der_falso"][0] == cuentas["der_perdido"][0] == pytest.approx(0.0)
    # Médico: 5 dichos, 3 hallados: 1 - 3/5. Paciente: 5 dichos, 7 hallados, 5 comunes: 1 - 5/7.
    assert cuentas["jer"] == pytest.approx((2 / 5 + 2 / 7, 2))
    # «C» solo sale fuera: dentro son dos, como deben.
    assert cuentas["hablantes_acierto"] == (1.0, 1.0)
    # El turno cubre 0–10 y es del médico: dentro se miden 5–10.
    assert cuentas["rol"] == pytest.approx((5.0, 5.0), abs=0.05)
    assert der(REFERENCIA, hallado).parte == pytest.approx(2 + 2 + 10)


def test_el_corte_de_la_uem_no_es_una_frontera_de_collar() -> None:
    # Con collar se quita solo 9.75–10.25; los cortes en 5 y 15 no son fronteras de nadie.
    assert der(REFERENCIA, [], 0.25, ((5.0, 15.0),)).total == pytest.approx(9.5)
