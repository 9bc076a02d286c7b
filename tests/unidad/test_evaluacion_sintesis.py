"""Montaje, sala, ruido y códecs, con una voz falsa de largo conocido."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from evaluacion.conjuntos.consultas_es import leer_caso
from evaluacion.sintesis import ruido
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.consulta import montar, producir, sonar
from evaluacion.sintesis.fonemas import fonemas
from evaluacion.sintesis.guion import Codec, Condiciones, Guion, Parlamento, Voz
from evaluacion.sintesis.sala import respuesta, reverberar
from evaluacion.sintesis.sucesos import SUCESOS
from evaluacion.sintesis.voz import trozos
from scribe.consulta import HERCIOS, Senal


class _Silbato:
    """Un tono por texto: 0.1 s por letra, para que el largo se pueda contar."""

    def decir(self, texto: str, voz: Voz) -> Senal:
        tiempo = np.arange(int(0.1 * HERCIOS) * len(texto)) / HERCIOS
        hercios = 200.0 if voz.voice == "medico" else 500.0
        return (0.5 * np.sin(2 * np.pi * hercios * tiempo)).astype(np.float32)


def _guion(condiciones: Condiciones | None = None, ganancia: float = 1.0) -> Guion:
    return Guion(
        id="prueba",
        titulo="Prueba",
        condiciones=condiciones or Condiciones(codec="wav"),
        paciente={"edad": 1},
        voices={n: Voz(voice=n, gain=ganancia) for n in ("medico", "paciente")},
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
    assert [d.hablante for d in caso.dichos] == ["medico", "paciente", "medico"]
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
        ("amr", 8_000),
        ("mensaje", 48_000),
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


def test_la_puntuacion_llega_a_los_fonemas() -> None:
    assert fonemas("¿Le duele? No, nada.", str.upper) == "LE DUELE? NO, NADA."
    assert fonemas("chica", lambda _: "tʃˈika") == "ʧˈika"
    assert fonemas("...", str.upper) == ""


@pytest.mark.parametrize("codec", ["wav", "flac", "ogg", "m4a", "mp3", "telefono", "amr", "mensaje"])
def test_la_misma_senal_da_los_mismos_bytes(tmp_path: Path, codec: Codec) -> None:
    canales = (0.3 * np.sin(np.arange(HERCIOS) / 20.0)).astype(np.float32)[None]
    uno, otro, distinto = (escribir(s, _nueva(tmp_path, n), "t", codec) for n, s in _tres(canales))
    assert uno.read_bytes() == otro.read_bytes()
    assert uno.read_bytes() != distinto.read_bytes()


def _nueva(carpeta: Path, nombre: str) -> Path:
    (carpeta / nombre).mkdir()
    return carpeta / nombre


def _tres(canales: Any) -> list[tuple[str, Any]]:
    return [("a", canales), ("b", canales), ("c", canales * np.float32(0.5))]


@pytest.mark.parametrize("nombre", sorted(SUCESOS))
def test_cada_suceso_dura_poco_y_depende_de_su_semilla(nombre: str) -> None:
    senal = SUCESOS[nombre](5)
    assert senal.dtype == np.float32
    assert 0.3 < len(senal) / HERCIOS < 5.0
    assert np.abs(senal).max() == pytest.approx(0.5, abs=1e-4)
    assert np.array_equal(senal, SUCESOS[nombre](5))
    otra = SUCESOS[nombre](6)
    assert len(otra) != len(senal) or not np.array_equal(otra, senal)


def test_los_sucesos_caen_entre_turnos_y_no_cambian_lo_dicho() -> None:
    sin = montar(_guion(), _Silbato())
    con = montar(_guion(Condiciones(codec="wav", sucesos=("tos", "puerta"))), _Silbato())
    assert len(con.sucesos) == 2
    for inicio, sonido in con.sucesos:
        fin = inicio + len(sonido) / HERCIOS
        assert all(fin <= i + 0.001 or inicio >= f for i, f in con.tiempos)
    largos = [[round(f - i, 3) for i, f in m.tiempos] for m in (sin, con)]
    assert largos[0] == largos[1]
    assert con.tiempos[:2] == sin.tiempos[:2], "antes de un turno encimado no cabe ningún suceso"
    assert con.tiempos[2][0] > sin.tiempos[2][0]


def test_lejos_del_microfono_se_oye_menos_y_con_mas_sala() -> None:
    montaje = montar(_guion(ganancia=0.4), _Silbato())
    inicio, fin = montaje.tiempos[2]
    tramo = slice(int(inicio * HERCIOS), int(fin * HERCIOS))
    cola = slice(int(fin * HERCIOS) + 400, int((fin + 0.3) * HERCIOS))

    def oir(metros: float, sala: float | None) -> Any:
        return sonar(montaje, Condiciones(sala=sala, distancias={"medico": metros}), 3)[0]

    cerca, lejos = oir(1.0, None), oir(2.0, None)
    assert 20 * np.log10(_eficaz(cerca[tramo]) / _eficaz(lejos[tramo])) == pytest.approx(6.0, abs=0.1)
    cerca, lejos = oir(1.0, 0.5), oir(3.0, 0.5)
    assert _eficaz(lejos[cola]) == pytest.approx(_eficaz(cerca[cola]), rel=0.02), "la sala llega igual"
    assert _eficaz(lejos[tramo]) < 0.8 * _eficaz(cerca[tramo])


def test_la_saturacion_aplasta_los_picos_sin_pasar_del_tope() -> None:
    montaje = montar(_guion(), _Silbato())
    limpia, pasada = (sonar(montaje, Condiciones(saturacion_db=db), 0)[0] for db in (0.0, 15.0))
    voz = np.abs(limpia) > 0.05
    assert np.abs(pasada).max() == pytest.approx(0.8, abs=1e-4)
    cresta = [float(np.abs(s).max()) / _eficaz(s[voz]) for s in (limpia, pasada)]
    assert cresta[1] < cresta[0] - 0.2


def _eficaz(senal: Any) -> float:
    return float(np.sqrt(np.mean(np.square(senal))))
