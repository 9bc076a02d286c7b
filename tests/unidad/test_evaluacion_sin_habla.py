"""El conjunto de ruido y silencio: reproducible, variado y sin habla."""

import wave
from pathlib import Path

import numpy as np
import pytest

from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.sin_habla import CONJUNTOS, recetas, sonar
from scribe.consulta import HERCIOS

CONJUNTO = CONJUNTOS[0]


@pytest.fixture
def datos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRIBE_DATOS_EVALUACION", str(tmp_path))
    return tmp_path


def test_el_rapido_son_seis_cortos_y_nadie_habla(datos: Path) -> None:
    casos = CONJUNTO.leer(None, rapido=True)
    assert len(casos) == 6
    for caso in casos:
        assert not caso.habla
        assert not caso.dichos and not caso.tramos
        assert caso.audio is not None and caso.audio.is_relative_to(datos)
        with wave.open(str(caso.audio)) as sonido:
            assert (sonido.getframerate(), sonido.getnchannels()) == (HERCIOS, 1)
            assert sonido.getnframes() / HERCIOS == pytest.approx(caso.duracion_s)
        assert caso.duracion_s is not None and 10 <= caso.duracion_s <= 15


def test_el_completo_cubre_cada_tipo_de_ruido() -> None:
    largos = [r for r in recetas() if not r.rapido]
    assert all(20 <= r.segundos <= 60 for r in largos)
    pedidos = {"silencio", "ventilador", "calle", "musica", "tecleo"}
    pedidos |= {"respiracion", "tos", "bullicio", "zumbido"}
    assert pedidos <= {r.tipo for r in largos}
    assert len({r.id for r in recetas()}) == len(recetas())


@pytest.mark.parametrize("receta", recetas(), ids=lambda r: r.id)
def test_cada_receta_suena_igual_dos_veces_y_a_su_nivel(receta) -> None:  # type: ignore[no-untyped-def]
    senal = sonar(receta)
    assert len(senal) == int(receta.segundos * HERCIOS)
    assert np.array_equal(senal, sonar(receta))
    assert np.abs(senal).max() <= 0.98 + 1e-6
    eficaz = float(np.sqrt(np.mean(senal**2)))
    if receta.tipo == "silencio":
        assert eficaz == 0.0
    elif not (receta.fondos and receta.sucesos):
        assert 20 * np.log10(eficaz) == pytest.approx(receta.nivel_dbfs, abs=1.5)


def test_lo_fabricado_no_se_vuelve_a_escribir(datos: Path) -> None:
    primero = CONJUNTO.leer(None, rapido=True)[0].audio
    assert primero is not None
    antes = primero.stat().st_mtime_ns
    assert CONJUNTO.leer(None, rapido=True)[0].audio == primero
    assert primero.stat().st_mtime_ns == antes
    assert CONJUNTO.reconoce(primero.parent)
    assert not CONJUNTO.reconoce(datos)


def test_una_carpeta_ajena_de_ruido(datos: Path) -> None:
    origen = CONJUNTO.leer(None, rapido=True)[1].audio
    assert origen is not None
    ajena = datos / "ajena"
    ajena.mkdir()
    (ajena / "Recepción.WAV").write_bytes(origen.read_bytes())
    (ajena / "nota.txt").write_text("x")
    (caso,) = CONJUNTO.leer(ajena)
    assert caso.id == "Recepción" and not caso.habla
    with pytest.raises(ConjuntoInvalido, match="ninguna grabación"):
        CONJUNTO.leer(datos / "no_existe")
