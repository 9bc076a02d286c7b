"""Montaje, sala, ruido y códecs, con una voz falsa de largo conocido."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from evaluacion.caso import leer_caso
from evaluacion.sintesis import ruido
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.consulta import montar, producir, sonar
from evaluacion.sintesis.guion import Codec, Condiciones, Guion, Parlamento, Voz
from evaluacion.sintesis.sala import respuesta, reverberar
from evaluacion.sintesis.voz import trozos
from scribe.consulta import HERCIOS, Senal


class _Silbato:
    """Un tono por texto: 0.1 s por letra, para que el largo se pueda contar."""

    def decir(self, texto: str, voz: Voz) -> Senal:
        tiempo = np.arange(int(0.1 * HERCIOS) * len(texto)) / HERCIOS
        hercios = 200.0 if voz.voice == "medico" else 500.0
        return (0.5 * np.sin(2 * np.pi * hercios * tiempo)).astype(np.float32)


def _guion(condiciones: Condiciones | None = None) -> Guion:
    return Guion(
        id="prueba",
        titulo="Prueba",
        condiciones=condiciones or Condiciones(codec="wav"),
        paciente={"edad": 1},
        voices={"medico": Voz(voice="medico", gain=1.0), "paciente": Voz(voice="paciente", gain=1.0)},
        turns=(
            Parlamento(speaker="medico", text="diez letra"),
            Parlamento(speaker="paciente", text="cinco", gap=-0.2),
            Parlamento(speaker="medico", text="fin"),
        ),
    )


def test_tiempos_por_turno_con_encimado() -> None:
    (i1, f1), (i2, f2), (i3, f3) = montar(_guion(), _Silbato()).tiempos
    assert f1 - i1 == pytest.approx(1.0, abs=0.002)
    assert i2 == pytest.approx(f1 - 0.2, abs=0.002)
    assert f2 - i2 == pytest.approx(0.5, abs=0.002)
    assert 0.3 <= i3 - f2 <= 0.9
    assert f3 > i3


def test_la_misma_semilla_da_lo_mismo_y_otra_no() -> None:
    guion = _guion(Condiciones(ruido="rosa", snr_db=15, sala=0.3))
    montaje = montar(guion, _Silbato())
    una, otra = (sonar(montaje, guion.condiciones, 7) for _ in range(2))
    assert np.array_equal(una, otra)
    assert not np.array_equal(una, sonar(montaje, guion.condiciones, 8))


def test_producir_escribe_la_verdad_que_luego_se_lee(tmp_path: Path) -> None:
    audio = producir(_guion(), _Silbato(), tmp_path)
    caso = leer_caso(tmp_path / "prueba.ref.json")
    assert caso.audio == audio
    assert [h for h, _ in caso.dichos] == ["medico", "paciente", "medico"]
    referencia = json.loads((tmp_path / "prueba.ref.json").read_text("utf-8"))
    assert [t["start"] for t in referencia["turns"]] == pytest.approx(
        [t.inicio for t in caso.tramos], abs=1e-3
    )
    guion = json.loads((tmp_path / "prueba.json").read_text("utf-8"))
    assert guion["turns"][1] == {"speaker": "paciente", "text": "cinco", "gap": -0.2}
    assert "gap" not in guion["turns"][0]


def test_un_canal_por_persona() -> None:
    montaje = montar(_guion(), _Silbato())
    canales = sonar(montaje, Condiciones(por_canal=True), 0)
    assert canales.shape[0] == 2
    (inicio, fin), otro = montaje.tiempos[0], montaje.tiempos[2]
    solo = slice(int(inicio * HERCIOS), int((fin - 0.3) * HERCIOS))
    assert np.abs(canales[0, solo]).max() > 0.3
    assert np.abs(canales[1, solo]).max() == 0.0
    assert np.abs(canales[1, int(otro[0] * HERCIOS) : int(otro[1] * HERCIOS)]).max() == 0.0


@pytest.mark.parametrize("snr_db", [0.0, 12.0, 20.0])
def test_el_ruido_queda_a_la_razon_pedida(snr_db: float) -> None:
    voz = np.zeros(HERCIOS * 4, np.float32)
    activa = np.zeros(len(voz), dtype=bool)
    activa[HERCIOS : 3 * HERCIOS] = True
    voz[activa] = 0.3
    sucio = ruido.ensuciar(voz, ruido.blanco(4.0, 1), snr_db, activa)
    agregado = sucio - voz
    medida = 10 * np.log10(np.mean(voz[activa] ** 2) / np.mean(agregado**2))
    assert medida == pytest.approx(snr_db, abs=0.1)


@pytest.mark.parametrize("nombre", sorted(ruido.SIN_VOCES))
def test_cada_ruido_tiene_su_largo_nivel_y_semilla(nombre: str) -> None:
    hacer = ruido.SIN_VOCES[nombre]
    senal = hacer(3.3, 4)
    assert senal.dtype == np.float32
    assert len(senal) == int(3.3 * HERCIOS)
    assert np.sqrt(np.mean(senal**2)) == pytest.approx(0.1, rel=0.02)
    assert np.array_equal(senal, hacer(3.3, 4))


def test_silencio_y_bullicio() -> None:
    assert not ruido.silencio(1.0).any()
    voces = [_Silbato().decir("hola", Voz(voice="medico"))]
    for fondo in (ruido.bullicio(2.0, voces, 1), ruido.bullicio(2.0, [], 1)):
        assert len(fondo) == 2 * HERCIOS
        assert np.sqrt(np.mean(fondo**2)) == pytest.approx(0.1, rel=0.02)


def test_la_sala_decae_60_db_en_su_tiempo() -> None:
    cola = respuesta(0.5, 3)
    ventana = int(0.05 * HERCIOS)
    antes = np.mean(cola[ventana : 2 * ventana] ** 2)
    despues = np.mean(cola[-ventana:] ** 2)
    assert 10 * np.log10(antes / despues) == pytest.approx(60 * 0.4 / 0.5, abs=3.0)


def test_la_sala_no_atrasa_el_sonido_directo() -> None:
    golpe = np.zeros(HERCIOS, np.float32)
    golpe[100] = 1.0
    oido = reverberar(golpe, 0.4, 1)
    assert len(oido) == HERCIOS
    assert int(np.abs(oido).argmax()) == 100


@pytest.mark.parametrize(
    ("codec", "hercios"),
    [
        ("wav", 16_000),
        ("flac", 16_000),
        ("ogg", 48_000),
        ("m4a", 16_000),
        ("mp3", 16_000),
        ("telefono", 8_000),
    ],
)
def test_cada_codec_se_vuelve_a_abrir_con_su_duracion(tmp_path: Path, codec: Codec, hercios: int) -> None:
    tiempo = np.arange(2 * HERCIOS) / HERCIOS
    canales = (0.3 * np.sin(2 * np.pi * 440 * tiempo)).astype(np.float32)[None]
    archivo = escribir(canales, tmp_path, "tono", codec)
    with av.open(str(archivo)) as contenedor:
        pista = contenedor.streams.audio[0]
        assert pista.rate == hercios
        assert pista.codec_context.layout.nb_channels == 1
        muestras = sum(cuadro.samples for cuadro in contenedor.decode(audio=0))
    assert muestras / hercios == pytest.approx(2.0, abs=0.15)


def test_los_fonemas_largos_se_parten_sin_perder_nada() -> None:
    largo = "uˈno dˈos, " * 80 + "tɾˈes."
    partes = trozos(largo, tope=100)
    assert max(map(len, partes)) <= 100
    assert "".join(" ".join(partes).split()) == "".join(largo.split())
    assert trozos("") == []
