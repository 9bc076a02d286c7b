"""Costo contra duración y razones entre pares, con tiempos inventados de los que se sabe la respuesta."""

from __future__ import annotations

import numpy as np
import pytest

from evaluacion.conjuntos.duraciones import MINUTOS, cuadro, encadenar
from evaluacion.razones import razones
from evaluacion.resultados import Medida, ResultadoSistema
from evaluacion.salida import Costo


def _medida(caso: str, largo: float, reloj: float, trabajo: float | None = None) -> Medida:
    etapas = {} if trabajo is None else {"asr": trabajo}
    return Medida(caso=caso, duracion_s=largo, costo=Costo(reloj_s=reloj, memoria_mib=100.0, etapas=etapas))


def _sistema(nombre: str, *medidas: Medida) -> ResultadoSistema:
    return ResultadoSistema(sistema=nombre, titulo=nombre, tarea="asr", casos=medidas)


def test_un_costo_lineal_da_su_pendiente_y_su_arranque() -> None:
    # 10 s de arranque y 0.25 s por segundo de audio.
    medidas = [_medida(str(m), m * 60.0, 10 + 0.25 * m * 60, 0.25 * m * 60) for m in (1, 5, 15, 60)]
    tabla = cuadro(_sistema("scribe", *medidas))
    assert tabla is not None
    assert tabla.cifras["pendiente"] == pytest.approx(0.25)
    assert tabla.cifras["arranque_s"] == pytest.approx(10)
    assert tabla.cifras["exponente"] == pytest.approx(1.0)
    assert tabla.cifras["desvio_maximo"] == pytest.approx(0.0, abs=1e-9)
    assert [f[0] for f in tabla.filas] == ["1", "5", "15", "60"]


def test_un_costo_cuadratico_se_nota() -> None:
    medidas = [_medida(str(m), m * 60.0, 0.001 * (m * 60.0) ** 2) for m in (1, 5, 15, 60)]
    tabla = cuadro(_sistema("scribe", *medidas))
    assert tabla is not None
    assert tabla.cifras["exponente"] == pytest.approx(2.0)
    assert tabla.cifras["desvio_maximo"] > 0.5


def test_con_una_sola_duracion_no_hay_recta() -> None:
    assert cuadro(_sistema("scribe", _medida("a", 60, 20))) is None


def test_la_razon_es_la_mediana_caso_por_caso() -> None:
    propio = _sistema("scribe", _medida("a", 60, 10), _medida("b", 60, 20), _medida("c", 60, 40))
    par = _sistema("otro", _medida("a", 60, 20), _medida("b", 60, 60), _medida("c", 60, 40))
    (razon,) = razones([propio, par], "scribe")
    assert razon.mediana == pytest.approx(2.0)  # de 2, 3 y 1
    assert razon.bajo <= 2.0 <= razon.alto and razon.n == 3


def test_sin_casos_en_comun_no_hay_razon() -> None:
    propio, par = _sistema("scribe", _medida("a", 60, 10)), _sistema("otro", _medida("z", 60, 10))
    assert razones([propio, par], "scribe") == []


def test_ninguna_vuelta_del_audio_largo_es_igual_a_otra_ni_en_16_bits() -> None:
    # Lo repetido no se vuelve a oír: con vueltas iguales, lo largo parecería más barato.
    base = (np.sin(np.arange(800) / 7) * 0.3).astype(np.float32)
    vueltas = -(-max(MINUTOS) * 60 // 197)  # lo que dan las muestras de verdad, de 197 s
    larga = encadenar(base, vueltas * len(base) - 100)
    enteros = np.round(larga * 32767).astype(np.int16)
    partes = [enteros[k * 800 : k * 800 + 700].tobytes() for k in range(vueltas)]
    assert len(larga) == vueltas * len(base) - 100
    assert len(set(partes)) == vueltas
    assert np.array_equal(larga[:800], base)
    assert np.abs(larga[-700:]).max() > 0.15  # se sigue oyendo
