"""Leer audio: formatos, rechazos con remedio y archivos a medias."""

from __future__ import annotations

import hashlib
import os
import shutil
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from scribe import audio
from scribe.consulta import HERCIOS, Grabacion
from scribe.errores import AudioInvalido

MAXIMO = 4 * 3600.0
FORMATOS = {  # extensión: (códec, hercios con que se escribe)
    "wav": ("pcm_s16le", 44_100),
    "flac": ("flac", 44_100),
    "mp3": ("libmp3lame", 44_100),
    "m4a": ("aac", 44_100),
    "ogg": ("libopus", 48_000),
    "opus": ("libopus", 48_000),
    "webm": ("libopus", 48_000),
    "mp4": ("aac", 48_000),
    "3gp": ("aac", 16_000),
    "amr": ("libopencore_amrnb", 8_000),
}


def senal_hablada(segundos: float, hercios: int = HERCIOS, semilla: int = 7) -> np.ndarray:
    """Tono con armónicos que sube y baja cuatro veces por segundo, como las sílabas."""
    t = np.arange(round(segundos * hercios)) / hercios
    ruido = np.random.default_rng(semilla).normal(0, 0.02, len(t))
    tono = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    return (0.2 * tono * (0.5 - 0.5 * np.cos(2 * np.pi * 4 * t)) + ruido).astype(np.float32).clip(-0.9, 0.9)


def escribir(
    ruta: Path, canales: np.ndarray, hercios: int, codec: str, opciones: dict[str, str] | None = None
) -> Path:
    """Escribe `canales` (canal, muestra) con PyAV, en el contenedor que diga la extensión."""
    canales = np.atleast_2d(canales).astype(np.float32)
    disposicion = "mono" if len(canales) == 1 else "stereo"
    with av.open(str(ruta), "w", options=opciones or {}) as salida:
        pista = salida.add_stream(codec, rate=hercios, layout=disposicion)
        if codec == "libopencore_amrnb":
            pista.bit_rate = 12_200
        formato = pista.codec_context.format.name if pista.codec_context.format else "s16"
        conversor = av.AudioResampler(format=formato, layout=disposicion, rate=hercios)
        for k in range(0, canales.shape[1], 1024):
            cuadro = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(canales[:, k : k + 1024]), format="fltp", layout=disposicion
            )
            cuadro.sample_rate, cuadro.pts = hercios, k
            for convertido in conversor.resample(cuadro):
                salida.mux(pista.encode(convertido))
        salida.mux(pista.encode(None))
    return ruta


def leer(ruta: Path, maximo: float = MAXIMO) -> Grabacion:
    return audio.leer(ruta, duracion_max_s=maximo)


def tipos(grabacion: Grabacion) -> set[str]:
    return {aviso.tipo for aviso in grabacion.avisos}


@pytest.mark.parametrize("extension", FORMATOS)
def test_lee_cada_formato_a_16_khz_mono(tmp_path: Path, extension: str) -> None:
    codec, hercios = FORMATOS[extension]
    ruta = escribir(tmp_path / f"nota.{extension}", senal_hablada(4, hercios), hercios, codec)
    grabacion = leer(ruta)
    assert len(grabacion.voces) == 1
    voz = grabacion.voces[0]
    assert voz.dtype == np.float32 and voz.ndim == 1
    assert grabacion.duracion_s == pytest.approx(4, abs=0.15)
    assert grabacion.sha256 == hashlib.sha256(ruta.read_bytes()).hexdigest()
    assert "audio_truncado" not in tipos(grabacion)
    assert 0.05 < float(np.sqrt(np.mean(voz**2))) < 0.5


def test_lee_ogg_vorbis(tmp_path: Path) -> None:
    ruta = tmp_path / "nota.ogg"
    soundfile.write(ruta, senal_hablada(3), HERCIOS, format="OGG", subtype="VORBIS")
    assert leer(ruta).duracion_s == pytest.approx(3, abs=0.1)
    assert "audio_truncado" not in tipos(leer(ruta))


def test_saca_el_sonido_de_un_video(tmp_path: Path) -> None:
    ruta = tmp_path / "consulta.mp4"
    with av.open(str(ruta), "w") as salida:
        video = salida.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        sonido = salida.add_stream("aac", rate=HERCIOS, layout="mono")
        for k in range(20):
            cuadro = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            cuadro.pts = k
            salida.mux(video.encode(cuadro))
        voz = senal_hablada(2)
        for k in range(0, len(voz), 1024):
            trozo = av.AudioFrame.from_ndarray(voz[None, k : k + 1024], format="fltp", layout="mono")
            trozo.sample_rate, trozo.pts = HERCIOS, k
            salida.mux(sonido.encode(trozo))
        salida.mux(sonido.encode(None))
        salida.mux(video.encode(None))
    assert leer(ruta).duracion_s == pytest.approx(2, abs=0.2)


def test_manda_el_contenido_y_no_la_extension(tmp_path: Path) -> None:
    mp3 = escribir(tmp_path / "nota.mp3", senal_hablada(2, 44_100), 44_100, "libmp3lame")
    disfrazado = mp3.rename(tmp_path / "nota.wav")
    assert leer(disfrazado).duracion_s == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("nombre", ["nota.wav", "nota.mp3", "nota.g722", "nota.amr", "nota.aac", "nota.m3u8"])
def test_rechaza_texto_con_nombre_de_audio(tmp_path: Path, nombre: str) -> None:
    ruta = tmp_path / nombre
    ruta.write_text("El paciente acude por dolor de garganta de tres días.\n" * 400, encoding="utf-8")
    with pytest.raises(AudioInvalido, match="no es un audio"):
        leer(ruta)


def test_una_lista_de_reproduccion_no_abre_otros_archivos(tmp_path: Path) -> None:
    otro = escribir(tmp_path / "otro.mp3", senal_hablada(2, 44_100), 44_100, "libmp3lame")
    lista = tmp_path / "lista.wav"
    lista.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{otro}\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioInvalido):
        leer(lista)


def test_rechaza_bytes_al_azar(tmp_path: Path) -> None:
    ruta = tmp_path / "nota.m4a"
    ruta.write_bytes(np.random.default_rng(3).bytes(200_000))
    with pytest.raises(AudioInvalido):
        leer(ruta)


def test_rechaza_lo_que_no_se_puede_leer_con_una_linea_y_remedio(tmp_path: Path) -> None:
    vacio = tmp_path / "vacio.wav"
    vacio.touch()
    tubo = tmp_path / "tubo.wav"
    os.mkfifo(tubo)
    casos = {
        tmp_path / "no está.wav": "No existe",
        tmp_path: "carpeta",
        vacio: "vacío",
        tubo: "no es un archivo normal",
    }
    for ruta, razon in casos.items():
        with pytest.raises(AudioInvalido, match=razon) as error:
            leer(ruta)
        assert error.value.remedio and "\n" not in str(error.value)
        assert error.value.salida == 2


def test_rechaza_un_archivo_sin_permiso(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ruta = escribir(tmp_path / "nota.wav", senal_hablada(1), HERCIOS, "pcm_s16le")

    def negar(*_a: object, **_k: object) -> None:  # root lee todo: el permiso se niega a mano
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", negar)
    with pytest.raises(AudioInvalido, match="permiso"):
        leer(ruta)


def test_rechaza_un_video_sin_sonido(tmp_path: Path) -> None:
    ruta = tmp_path / "mudo.mp4"
    with av.open(str(ruta), "w") as salida:
        video = salida.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        for _ in range(5):
            salida.mux(
                video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"))
            )
        salida.mux(video.encode(None))
    with pytest.raises(AudioInvalido, match="pista de audio"):
        leer(ruta)


def test_rechaza_la_duracion_cero(tmp_path: Path) -> None:
    ruta = tmp_path / "cero.wav"
    with wave.open(str(ruta), "wb") as salida:
        salida.setnchannels(1)
        salida.setsampwidth(2)
        salida.setframerate(HERCIOS)
    with pytest.raises(AudioInvalido, match="cero segundos"):
        leer(ruta)


def test_rechaza_lo_que_pasa_del_limite(tmp_path: Path) -> None:
    ruta = escribir(tmp_path / "larga.flac", senal_hablada(6), HERCIOS, "flac")
    with pytest.raises(AudioInvalido, match="más de lo admitido"):
        leer(ruta, maximo=5.0)


def test_rechaza_lo_que_pasa_del_limite_aunque_no_declare_duracion(tmp_path: Path) -> None:
    ruta = escribir(tmp_path / "larga.wav", senal_hablada(40), HERCIOS, "pcm_s16le")
    datos = bytearray(ruta.read_bytes())
    datos[4:8] = b"\xff\xff\xff\xff"
    dato = datos.find(b"data") + 4
    datos[dato : dato + 4] = b"\xff\xff\xff\xff"  # como lo deja quien graba hacia una tubería
    ruta.write_bytes(datos)
    with pytest.raises(AudioInvalido, match="más de lo admitido"):
        leer(ruta, maximo=30.0)
    assert leer(ruta).duracion_s == pytest.approx(40, abs=0.1)
    assert "audio_truncado" not in tipos(leer(ruta))


@pytest.mark.parametrize("nombre", ["mi consulta número 1 (ñandú).flac", "日本 — prueba.flac"])
def test_nombres_con_espacios_y_acentos(tmp_path: Path, nombre: str) -> None:
    assert leer(escribir(tmp_path / nombre, senal_hablada(1), HERCIOS, "flac")).duracion_s == pytest.approx(
        1, abs=0.1
    )


def test_nombre_que_no_es_utf8(tmp_path: Path) -> None:
    limpio = escribir(tmp_path / "limpio.flac", senal_hablada(1), HERCIOS, "flac")
    raro = Path(os.fsdecode(os.fsencode(tmp_path) + b"/consulta \xf1\xe1.flac"))
    shutil.copy(limpio, raro)
    assert leer(raro).duracion_s == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "ogg", "opus", "webm"])
def test_un_archivo_cortado_entrega_lo_que_hay_y_avisa(tmp_path: Path, extension: str) -> None:
    codec, hercios = FORMATOS[extension]
    entero = escribir(tmp_path / f"nota.{extension}", senal_hablada(30, hercios), hercios, codec)
    datos = entero.read_bytes()
    cortado = tmp_path / f"cortado.{extension}"
    cortado.write_bytes(datos[: len(datos) * 6 // 10])
    grabacion = leer(cortado)
    assert 12 < grabacion.duracion_s < 22
    assert "audio_truncado" in tipos(grabacion)
    assert "audio_truncado" not in tipos(leer(entero))


def test_un_m4a_cortado_con_indice_al_principio_entrega_lo_que_hay(tmp_path: Path) -> None:
    entero = escribir(
        tmp_path / "nota.m4a", senal_hablada(30, 44_100), 44_100, "aac", {"movflags": "+faststart"}
    )
    datos = entero.read_bytes()
    cortado = tmp_path / "cortado.m4a"
    cortado.write_bytes(datos[: len(datos) * 6 // 10])
    grabacion = leer(cortado)
    assert 12 < grabacion.duracion_s < 22
    assert "audio_truncado" in tipos(grabacion)


def test_un_m4a_cortado_sin_indice_se_rechaza(tmp_path: Path) -> None:
    entero = escribir(tmp_path / "nota.m4a", senal_hablada(10, 44_100), 44_100, "aac")
    datos = entero.read_bytes()
    entero.write_bytes(datos[: len(datos) // 2])
    with pytest.raises(AudioInvalido, match="dañado sin remedio"):
        leer(entero)


def test_un_wav_con_solo_encabezado_se_rechaza(tmp_path: Path) -> None:
    entero = escribir(tmp_path / "nota.wav", senal_hablada(10), HERCIOS, "pcm_s16le")
    entero.write_bytes(entero.read_bytes()[:44])
    with pytest.raises(AudioInvalido):
        leer(entero)


def test_el_avance_sube_hasta_uno(tmp_path: Path) -> None:
    ruta = escribir(tmp_path / "nota.flac", senal_hablada(95), HERCIOS, "flac")
    dado: list[float] = []
    audio.leer(ruta, duracion_max_s=MAXIMO, avance=dado.append)
    assert dado == sorted(dado) and dado[-1] == 1.0 and len(dado) >= 3
