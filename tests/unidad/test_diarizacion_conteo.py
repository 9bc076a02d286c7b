"""Cuántas personas hay, con huellas inventadas: la voz de cada quien más un ruido que mengua."""

from __future__ import annotations

import numpy as np
import pytest

from scribe.diarizacion.agrupamiento import Criterio
from scribe.diarizacion.conteo import contar
from scribe.diarizacion.costura import Trozo
from scribe.diarizacion.reparto import Analisis, vecindad
from scribe.diarizacion.separacion import Vecindad

DIMENSION = 192


def _persona(
    azar: np.random.Generator, cerca_de: np.ndarray | None = None, distancia: float = 1.0
) -> np.ndarray:
    """Una dirección al azar, o una a esa distancia coseno de otra."""
    nueva = azar.standard_normal(DIMENSION)
    if cerca_de is None:
        return nueva / np.linalg.norm(nueva)
    nueva -= nueva @ cerca_de * cerca_de
    nueva /= np.linalg.norm(nueva)
    coseno = 1 - distancia
    return coseno * cerca_de + np.sqrt(1 - coseno**2) * nueva


def _muestras(azar: np.random.Generator, voz: np.ndarray, segundos: np.ndarray) -> np.ndarray:
    ruido = azar.standard_normal((len(segundos), DIMENSION)) / np.sqrt(DIMENSION)
    huellas = voz + ruido * np.sqrt(0.5 / segundos)[:, None]
    return (huellas / np.linalg.norm(huellas, axis=1, keepdims=True)).astype(np.float32)


def _consulta(
    azar: np.random.Generator, voces: list[np.ndarray], cuantas: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    segundos = [azar.uniform(1.0, 2.0, n) for n in cuantas]
    huellas = [_muestras(azar, v, s) for v, s in zip(voces, segundos, strict=True)]
    duenos = np.repeat(np.arange(len(voces)), cuantas)
    return np.concatenate(huellas), np.concatenate(segundos), duenos


@pytest.mark.parametrize("semilla", range(5))
def test_una_sola_persona_no_se_parte(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    huellas, segundos, _ = _consulta(azar, [_persona(azar)], [80])
    assert len(contar(huellas, segundos, None, Criterio())) == 1


@pytest.mark.parametrize("semilla", range(5))
@pytest.mark.parametrize("distancia", [0.6, 0.4])
def test_dos_personas_aunque_se_parezcan(semilla: int, distancia: float) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    huellas, segundos, duenos = _consulta(azar, [medico, _persona(azar, medico, distancia)], [60, 40])
    centros = contar(huellas, segundos, None, Criterio())
    assert len(centros) == 2
    grupos = (huellas @ centros.T).argmax(axis=1)
    acuerdo = (grupos == duenos).mean()
    assert max(acuerdo, 1 - acuerdo) > 0.95


@pytest.mark.parametrize("semilla", range(5))
def test_un_acompanante_que_habla_poco_cuenta(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    voces = [medico, _persona(azar, medico, 0.45), _persona(azar, medico, 0.4)]
    huellas, segundos, _ = _consulta(azar, voces, [60, 40, 6])
    assert len(contar(huellas, segundos, None, Criterio())) == 3


@pytest.mark.parametrize("semilla", range(5))
def test_las_voces_encimadas_no_son_otra_persona(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    paciente = _persona(azar, medico, 0.5)
    ambos = (medico + paciente) / np.linalg.norm(medico + paciente)
    huellas, segundos, _ = _consulta(azar, [medico, paciente, ambos], [60, 40, 6])
    assert len(contar(huellas, segundos, None, Criterio())) == 2


def test_se_respeta_el_numero_dado() -> None:
    azar = np.random.default_rng(3)
    medico = _persona(azar)
    huellas, segundos, _ = _consulta(azar, [medico, _persona(azar, medico, 0.5)], [30, 30])
    assert [len(contar(huellas, segundos, k, Criterio())) for k in (1, 2, 3)] == [1, 2, 3]


def test_una_sola_muestra() -> None:
    azar = np.random.default_rng(1)
    huellas, segundos, _ = _consulta(azar, [_persona(azar)], [1])
    assert len(contar(huellas, segundos, None, Criterio())) == 1


def test_muchas_muestras_en_bloques_dan_lo_mismo() -> None:
    azar = np.random.default_rng(5)
    medico = _persona(azar)
    huellas, segundos, _ = _consulta(azar, [medico, _persona(azar, medico, 0.4)], [700, 500])
    orden = azar.permutation(len(huellas))
    assert len(contar(huellas[orden], segundos[orden], None, Criterio(bloque=300))) == 2


def _platica(
    azar: np.random.Generator, voces: list[np.ndarray], turnos: int, por_turno: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Turnos alternados de varios trozos seguidos: huellas, segundos, dueños y pares seguidos."""
    duenos = np.repeat(np.arange(turnos) % len(voces), por_turno)
    segundos = azar.uniform(1.0, 2.0, len(duenos))
    huellas = np.concatenate([_muestras(azar, voces[d], segundos[i : i + 1]) for i, d in enumerate(duenos)])
    antes = np.flatnonzero(np.arange(len(duenos)) % por_turno < por_turno - 1)
    return huellas, segundos, duenos, np.stack([antes, antes + 1], axis=1)


@pytest.mark.parametrize("semilla", range(6))
def test_dos_voces_casi_iguales_se_distinguen_por_sus_turnos(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    huellas, segundos, duenos, seguidas = _platica(azar, [medico, _persona(azar, medico, 0.19)], 24, 3)
    centros = contar(huellas, segundos, None, Criterio(), Vecindad(seguidas))
    assert len(centros) == 2
    acuerdo = ((huellas @ centros.T).argmax(axis=1) == duenos).mean()
    assert max(acuerdo, 1 - acuerdo) > 0.9


@pytest.mark.parametrize("semilla", range(6))
def test_una_sola_voz_no_se_parte_aunque_sus_trozos_vayan_seguidos(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    huellas, segundos, _, seguidas = _platica(azar, [_persona(azar)], 24, 3)
    assert len(contar(huellas, segundos, None, Criterio(), Vecindad(seguidas))) == 1


@pytest.mark.parametrize("semilla", range(6))
def test_lo_mismo_sin_orden_de_turnos_es_una_sola_voz(semilla: int) -> None:
    """Una persona con dos tonos de voz que mezcla en la misma frase no es dos personas."""
    azar = np.random.default_rng(semilla)
    una = _persona(azar)
    huellas, segundos, duenos, _ = _platica(azar, [una, _persona(azar, una, 0.19)], 72, 1)
    revueltas = np.stack([np.arange(71), np.arange(1, 72)], axis=1)
    assert (duenos[revueltas[:, 0]] != duenos[revueltas[:, 1]]).all()
    assert len(contar(huellas, segundos, None, Criterio(), Vecindad(revueltas))) == 1


@pytest.mark.parametrize("semilla", range(6))
def test_el_numero_dado_separa_por_voz_y_no_por_lo_raro(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    huellas, segundos, duenos, _ = _platica(azar, [medico, _persona(azar, medico, 0.15)], 24, 3)
    centros = contar(huellas, segundos, 2, Criterio())
    acuerdo = ((huellas @ centros.T).argmax(axis=1) == duenos).mean()
    assert max(acuerdo, 1 - acuerdo) > 0.9


def _pistas(duenos: np.ndarray, falla: float, azar: np.random.Generator) -> Vecindad:
    """Lo que oye la red de muestras vecinas: otra pista si cambia la persona, salvo una parte que `falla`."""
    pares = np.stack([np.arange(len(duenos) - 1), np.arange(1, len(duenos))], axis=1)
    distintos = (duenos[pares[:, 0]] != duenos[pares[:, 1]]) & (azar.random(len(pares)) >= falla)
    return Vecindad(misma_pista=pares[~distintos], otra_pista=pares[distintos])


@pytest.mark.parametrize("semilla", range(6))
def test_dos_voces_casi_iguales_se_distinguen_si_la_red_oyo_dos(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    huellas, segundos, duenos, _ = _platica(azar, [medico, _persona(azar, medico, 0.19)], 36, 2)
    assert len(contar(huellas, segundos, None, Criterio())) == 1  # sin lo que oyó la red, no alcanza
    assert len(contar(huellas, segundos, None, Criterio(), _pistas(duenos, 0.3, azar))) == 2


@pytest.mark.parametrize("semilla", range(6))
def test_una_voz_no_se_parte_porque_la_red_dude_a_veces(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    huellas, segundos, duenos, _ = _platica(azar, [_persona(azar)], 36, 2)
    pares = np.stack([np.arange(len(duenos) - 1), np.arange(1, len(duenos))], axis=1)
    dudas = azar.random(len(pares)) < 0.1
    vecinas = Vecindad(misma_pista=pares[~dudas], otra_pista=pares[dudas])
    assert len(contar(huellas, segundos, None, Criterio(), vecinas)) == 1


@pytest.mark.parametrize("semilla", range(5))
def test_ruidos_que_no_se_parecen_a_nadie_ni_entre_si_no_son_alguien(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    medico = _persona(azar)
    paciente, raro = _persona(azar, medico, 0.6), _persona(azar)
    ruidos = [_persona(azar, raro, 0.6) for _ in range(3)]
    huellas, segundos, _ = _consulta(azar, [medico, paciente, *ruidos], [60, 40, 1, 1, 1])
    assert len(contar(huellas, segundos, None, Criterio())) == 2


@pytest.mark.parametrize("semilla", range(5))
def test_una_voz_entre_otras_dos_cuenta_si_habla_bastante(semilla: int) -> None:
    azar = np.random.default_rng(semilla)
    una = _persona(azar)
    otra = _persona(azar, una, 1.0)
    media = _persona(azar, (una + otra) / np.linalg.norm(una + otra), 0.08)
    huellas, segundos, _, seguidas = _platica(azar, [una, otra, una, otra, media], 40, 3)
    assert len(contar(huellas, segundos, None, Criterio(), Vecindad(seguidas))) == 3


def test_vecindad_de_los_trozos() -> None:
    trozos = (Trozo(0, 0, 10), Trozo(0, 10, 20), Trozo(1, 15, 30), Trozo(1, 40, 50), Trozo(0, 200, 210))
    analisis = Analisis(
        trozos, np.zeros((5, 2), np.float32), np.ones(5), np.zeros(300, np.float32), 0.1, 10.0
    )
    cerca = vecindad(analisis, np.array([True, True, True, True, True]), 4.0)
    assert cerca.seguidas.tolist() == [[0, 1]]
    assert cerca.misma_pista.tolist() == [[0, 1], [2, 3]]
    assert cerca.otra_pista.tolist() == [[0, 2], [0, 3], [1, 3]]  # el 1 y el 2 se enciman; el 4 está lejos
    sin_primero = vecindad(analisis, np.array([False, True, True, True, True]), 4.0)
    assert sin_primero.misma_pista.tolist() == [[1, 2]] and sin_primero.otra_pista.tolist() == [[0, 2]]
