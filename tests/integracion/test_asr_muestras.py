"""El reconocedor con las consultas sintéticas del repositorio y el modelo real."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from scribe import audio
from scribe.ajustes import Ajustes
from scribe.asr.whisper import Parametros, TranscriptorWhisper
from scribe.consulta import HERCIOS, Escucha, Grabacion, Palabra, Senal
from scribe.errores import AjusteInvalido
from scribe.lenguaje.cifras import escribir
from scribe.lenguaje.texto import llano
from scribe.modelos import perfil


@pytest.fixture(scope="module")
def transcriptor() -> TranscriptorWhisper:
    return TranscriptorWhisper(perfil("minimo"), Ajustes(dispositivo="cpu"))


@pytest.fixture(scope="module")
def faringitis(muestras: Path) -> Grabacion:
    return audio.leer(muestras / "faringitis.ogg", duracion_max_s=600)


@pytest.fixture(scope="module")
def oida(transcriptor: TranscriptorWhisper, faringitis: Grabacion) -> Escucha:
    return oir(transcriptor, faringitis)


def oir(
    transcriptor: TranscriptorWhisper,
    grabacion: Grabacion,
    idioma: str | None = "es",
    terminos: Sequence[str] = (),
) -> Escucha:
    (escucha,) = transcriptor.transcribir(grabacion, idioma=idioma, terminos=terminos, avance=lambda _: None)
    return escucha


def turnos(muestras: Path, nombre: str) -> list[dict[str, object]]:
    lista: list[dict[str, object]] = json.loads((muestras / f"{nombre}.ref.json").read_text("utf-8"))["turns"]
    return lista


def fichas(texto: str) -> list[str]:
    return re.findall(r"\w+", llano(texto))


def acierto(referencia: Sequence[str], oidas: Sequence[str]) -> float:
    """Fracción de las palabras de la referencia que se oyeron, en orden."""
    iguales = SequenceMatcher(None, referencia, oidas, autojunk=False).get_matching_blocks()
    return sum(bloque.size for bloque in iguales) / len(referencia)


def dichas(palabras: Sequence[Palabra]) -> list[str]:
    return fichas(" ".join(p.texto for p in palabras))


def recorte(grabacion: Grabacion, segundos: float) -> Senal:
    return grabacion.voces[0][: round(segundos * HERCIOS)]


def suelta(x: Senal) -> Grabacion:
    return Grabacion((x.astype(np.float32),), len(x) / HERCIOS, "0" * 64)


def test_oye_la_consulta_con_puntuacion_y_tiempos(
    oida: Escucha, muestras: Path, faringitis: Grabacion
) -> None:
    referencia = turnos(muestras, "faringitis")
    assert oida.idioma == "es"
    assert acierto(fichas(" ".join(str(t["text"]) for t in referencia)), dichas(oida.palabras)) > 0.75
    assert sum(p.texto.endswith("?") for p in oida.palabras) >= 2
    for palabra, siguiente in zip(oida.palabras, oida.palabras[1:], strict=False):
        assert 0 <= palabra.inicio < palabra.fin <= faringitis.duracion_s + 0.1
        assert palabra.inicio <= siguiente.inicio


def test_las_palabras_caen_en_su_turno(oida: Escucha, muestras: Path) -> None:
    fuera = [
        p.texto
        for p in oida.palabras
        if not any(
            float(str(t["start"])) - 0.25 <= (p.inicio + p.fin) / 2 <= float(str(t["end"])) + 0.25
            for t in turnos(muestras, "faringitis")
        )
    ]
    assert len(fuera) <= 1


def test_las_frases_empiezan_donde_toca(oida: Escucha) -> None:
    assert oida.segmentos[0] == 0
    assert list(oida.segmentos) == sorted(set(oida.segmentos))
    assert len(oida.segmentos) >= 10 and oida.segmentos[-1] < len(oida.palabras)


def test_es_determinista(transcriptor: TranscriptorWhisper, faringitis: Grabacion) -> None:
    corto = suelta(recorte(faringitis, 20))
    primera = oir(transcriptor, corto)
    transcriptor.cerrar()
    assert oir(transcriptor, corto) == primera


def test_detecta_el_idioma_y_no_traduce(transcriptor: TranscriptorWhisper, faringitis: Grabacion) -> None:
    escucha = oir(transcriptor, suelta(recorte(faringitis, 20)), idioma=None)
    assert escucha.idioma == "es"
    assert "garganta" in dichas(escucha.palabras)


def test_avisa_si_el_idioma_pedido_no_es_el_que_se_oye(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion
) -> None:
    escucha = oir(transcriptor, suelta(recorte(faringitis, 20)), idioma="en")
    assert "idioma_distinto" in {aviso.tipo for aviso in escucha.avisos}


def test_rechaza_un_idioma_que_el_modelo_no_conoce(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion
) -> None:
    with pytest.raises(AjusteInvalido, match="idioma"):
        oir(transcriptor, suelta(recorte(faringitis, 10)), idioma="klingon")


def test_una_lista_larga_de_terminos_no_estorba(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion
) -> None:
    terminos = [f"medicamento número {k}" for k in range(200)]
    escucha = oir(transcriptor, suelta(recorte(faringitis, 12)), terminos=terminos)
    assert "garganta" in dichas(escucha.palabras)


def ruidosa(x: Senal) -> Senal:
    """A 12 dB de señal a ruido, con ruido rosa."""
    azar = np.random.default_rng(4)
    espectro = np.fft.rfft(azar.normal(0, 1, len(x))) / np.sqrt(np.maximum(np.arange(len(x) // 2 + 1), 1))
    ruido = np.fft.irfft(espectro, len(x))
    voz = np.mean(x[np.abs(x) > 0.01] ** 2)
    return (x + ruido * np.sqrt(voz / np.mean(ruido**2) / 10**1.2)).astype(np.float32)


def telefonica(x: Senal) -> Senal:
    """Banda de 300 a 3400 Hz y 8 bits por muestra."""
    espectro = np.fft.rfft(x)
    frecuencia = np.fft.rfftfreq(len(x), 1 / HERCIOS)
    espectro[(frecuencia < 300) | (frecuencia > 3400)] = 0
    y = np.fft.irfft(espectro, len(x))
    return (np.round(y * 127) / 127).astype(np.float32)


def test_el_habla_real_con_ruido_telefonica_o_baja_no_se_borra(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion, muestras: Path
) -> None:
    x = recorte(faringitis, 30)
    referencia = fichas(
        " ".join(str(t["text"]) for t in turnos(muestras, "faringitis") if float(str(t["end"])) < 30)
    )
    limpias = acierto(referencia, dichas(oir(transcriptor, suelta(x)).palabras))
    for nombre, y in {"ruido": ruidosa(x), "teléfono": telefonica(x), "baja": x * np.float32(0.05)}.items():
        escucha = oir(transcriptor, suelta(y))
        assert acierto(referencia, dichas(escucha.palabras)) > limpias - 0.2, nombre
        assert "sin_voz" not in {aviso.tipo for aviso in escucha.avisos}, nombre


def test_la_voz_despues_de_un_silencio_largo_conserva_su_minuto(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion
) -> None:
    x = recorte(faringitis, 12)
    pausa = np.random.default_rng(1).normal(0, 5e-4, 90 * HERCIOS).astype(np.float32)
    escucha = oir(transcriptor, suelta(np.concatenate([x, pausa, x])))
    centros = np.array([p.inicio for p in escucha.palabras])
    assert ((centros < 12.5) | (centros > 101.5)).all()
    primera, segunda = ([p for p in escucha.palabras if (p.inicio > 50) == tarde] for tarde in (False, True))
    # La misma cifra puede salir una vez con dígitos y otra con palabras.
    largos = [len(escribir(" ".join(p.texto for p in parte)).split()) for parte in (primera, segunda)]
    assert largos[0] == pytest.approx(largos[1], abs=3)
    assert primera[0].inicio == pytest.approx(segunda[0].inicio - 102, abs=0.3)


def test_cada_canal_se_oye_aparte(transcriptor: TranscriptorWhisper, muestras: Path) -> None:
    grabacion = audio.leer(muestras / "cefalea_estereo.ogg", duracion_max_s=600)
    assert grabacion.por_canal
    assert "canales_por_hablante" in {aviso.tipo for aviso in grabacion.avisos}
    avances: list[float] = []
    escuchas = transcriptor.transcribir(grabacion, idioma="es", terminos=(), avance=avances.append)
    assert len(escuchas) == 2 and avances == sorted(avances) and avances[-1] == 1.0
    lista = turnos(muestras, "cefalea_estereo")
    quienes = list(dict.fromkeys(str(t["speaker"]) for t in lista))
    propias = {q: fichas(" ".join(str(t["text"]) for t in lista if t["speaker"] == q)) for q in quienes}
    aciertos = np.array([[acierto(propias[q], dichas(e.palabras)) for q in quienes] for e in escuchas])
    mejor = aciertos if aciertos.trace() > aciertos[::-1].trace() else aciertos[::-1]
    assert mejor.diagonal().min() > 0.7
    assert mejor[0, 1] < 0.3 and mejor[1, 0] < 0.3


def test_adelantar_mientras_se_graba_da_lo_mismo_que_oir_al_final(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion, oida: Escucha
) -> None:
    recuerdos: dict[str, str] = {}
    hasta = [
        transcriptor.adelantar(recorte(faringitis, s), idioma="es", terminos=(), recuerdos=recuerdos)
        for s in (5, 40, 66)
    ]
    assert hasta[0] == 0.0 and 15 < hasta[1] < 40 and 40 < hasta[2] < 66
    adelantado = len(recuerdos)
    (escucha,) = transcriptor.transcribir(
        faringitis, idioma="es", terminos=(), avance=lambda _: None, recuerdos=recuerdos
    )
    assert escucha == oida
    primera = set(list(recuerdos)[:adelantado])
    otra: dict[str, str] = {}
    transcriptor.transcribir(faringitis, idioma="es", terminos=(), avance=lambda _: None, recuerdos=otra)
    assert primera <= set(otra)  # nada de lo adelantado fue en balde


def test_una_ventana_se_oye_igual_sola_que_acompanada(
    faringitis: Grabacion, transcriptor: TranscriptorWhisper, oida: Escucha
) -> None:
    solo = TranscriptorWhisper(perfil("minimo"), Ajustes(dispositivo="cpu", hilos=1), Parametros(lote=1))
    assert oir(solo, faringitis) == oida


def test_sin_idioma_dicho_no_se_adelanta(transcriptor: TranscriptorWhisper, faringitis: Grabacion) -> None:
    recuerdos: dict[str, str] = {}
    assert transcriptor.adelantar(faringitis.voces[0], idioma=None, terminos=(), recuerdos=recuerdos) == 0.0
    assert not recuerdos


def test_comprobar_el_idioma_no_codifica_nada_mas(
    transcriptor: TranscriptorWhisper, faringitis: Grabacion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def de_nuevo(*_: object) -> None:
        raise AssertionError("se volvió a codificar una ventana ya oída")

    monkeypatch.setattr("faster_whisper.WhisperModel.encode", de_nuevo)
    escucha = oir(transcriptor, suelta(recorte(faringitis, 20)), idioma="en")
    assert "idioma_distinto" in {aviso.tipo for aviso in escucha.avisos}
