"""Las guardias contra texto inventado, con evidencia fabricada."""

from __future__ import annotations

import numpy as np
import pytest

from scribe.asr import guardias
from scribe.asr.guardias import Pasaje
from scribe.asr.voz import PASO_S, Curva
from scribe.consulta import Palabra


def curva(*con_voz: tuple[float, float], total: float = 60.0) -> Curva:
    """Voz segura (0.95) en los intervalos dados y nada fuera de ellos."""
    valores = np.full(round(total / PASO_S), 0.01, np.float32)
    for inicio, fin in con_voz:
        valores[round(inicio / PASO_S) : round(fin / PASO_S)] = 0.95
    return Curva(valores)


def palabras(texto: str, inicio: float = 0.0, paso: float = 0.4, prob: float = 0.9) -> tuple[Palabra, ...]:
    return tuple(
        Palabra(texto=t, inicio=inicio + k * paso, fin=inicio + (k + 0.9) * paso, prob=prob)
        for k, t in enumerate(texto.split())
    )


def pasaje(
    texto: str, *, log_prob: float = -0.3, sin_voz: float = 0.1, compresion: float = 1.2, **k: float
) -> Pasaje:
    oidas = palabras(texto, **k)
    return Pasaje(
        oidas[0].inicio, max(oidas[-1].fin, oidas[0].inicio + 1), oidas, log_prob, sin_voz, compresion
    )


def revisado(oido: Pasaje, voz: Curva, idioma: str = "es") -> tuple[str, set[str]]:
    revision = guardias.revisar([oido], voz, idioma)
    return " ".join(p.texto for p in revision.palabras), {a.tipo for a in revision.avisos}


def test_el_habla_clara_pasa_entera() -> None:
    texto = "Buenos días. ¿Qué le pasa? Me duele la garganta, doctor. No, no. Gracias."
    assert revisado(pasaje(texto), curva((0, 10))) == (texto, set())


@pytest.mark.parametrize(
    ("frase", "idioma"),
    [
        ("Subtítulos realizados por la comunidad de Amara.org", "es"),
        ("Subtítulos por la comunidad de Amara.org", "es"),
        ("¡Suscríbete al canal!", "es"),
        ("¡Suscríbete!", "es"),
        ("Gracias por ver el video.", "es"),
        ("¡Gracias por ver!", "es"),
        ("No olvides suscribirte y darle a la campanita.", "es"),
        ("Dale like.", "es"),
        ("Más información en www.alimmenta.com", "es"),
        ("Nos vemos en el próximo video.", "es"),
        ("Thanks for watching!", "en"),
        ("Please subscribe to my channel.", "en"),
        ("Subtitles by the Amara.org community", "en"),
    ],
)
def test_el_relleno_ajeno_se_quita_con_evidencia_debil_y_se_avisa(frase: str, idioma: str) -> None:
    dicho = "Tome una tableta cada ocho horas." if idioma == "es" else "Take one tablet every eight hours."
    oidas = (*palabras(dicho, 0.0, 0.4), *palabras(frase, 4.0, 0.4, prob=0.5))
    revision = guardias.revisar([Pasaje(0, 12, oidas, -0.4)], curva((0, 12)), idioma)
    assert " ".join(p.texto for p in revision.palabras) == dicho
    (aviso,) = revision.avisos
    assert aviso.tipo == "texto_inventado" and "0:04" in aviso.texto
    assert frase.split(maxsplit=1)[0] in aviso.texto


def test_un_relleno_dicho_de_verdad_se_queda() -> None:
    dicho = "Me salió en un video: ¡Suscríbete al canal!"
    assert revisado(pasaje(dicho, prob=0.95), curva((0, 10))) == (dicho, set())


@pytest.mark.parametrize("frase", ["Gracias.", "No.", "No, no.", "Sí.", "Adiós."])
def test_lo_corriente_dudoso_se_queda_si_hay_voz(frase: str) -> None:
    oidas = (*palabras("¿Es alérgico a algún medicamento?", 0, 0.4), *palabras(frase, 4, 0.4, prob=0.2))
    revision = guardias.revisar([Pasaje(0, 6, oidas, -0.5)], curva((0, 6)), "es")
    assert [p.texto for p in revision.palabras][-len(frase.split()) :] == frase.split()
    assert not revision.avisos


def test_lo_corriente_dudoso_se_quita_si_no_hay_voz() -> None:
    oidas = (*palabras("Tome una tableta.", 0, 0.4), *palabras("¿Qué molestias tiene?", 8, 0.4, prob=0.15))
    revision = guardias.revisar([Pasaje(0, 12, oidas, -0.5)], curva((0, 1.4), (9.4, 9.5)), "es")
    assert [p.texto for p in revision.palabras] == ["Tome", "una", "tableta."]
    assert [a.tipo for a in revision.avisos] == ["texto_inventado"]


@pytest.mark.parametrize(
    ("texto", "log_prob", "sin_voz", "prob"),
    [  # lo que Whisper base da en ruido y música sin voz (docs/decisiones/asr.md)
        ("No, no, no.", -1.1, 0.7, 0.43),
        ("¡Adiós!", -1.44, 0.83, 0.31),
        ("¿Qué molestias?", -0.91, 0.58, 0.10),
        ("No. No. No.", -0.81, 0.58, 0.54),
    ],
)
def test_una_ventana_sin_evidencia_se_descarta_entera(
    texto: str, log_prob: float, sin_voz: float, prob: float
) -> None:
    oido = Pasaje(0, 20, palabras(texto, prob=prob), log_prob, sin_voz, 0.8)
    assert guardias.ventana_vacia(oido)
    assert revisado(oido, curva((0, 20))) == ("", {"texto_inventado"})


def test_una_ventana_de_habla_dudosa_no_se_descarta() -> None:
    oido = Pasaje(0, 4, palabras("me lo tomo en la noche y ya", prob=0.5), -0.9, 0.3)
    assert not guardias.ventana_vacia(oido)


def test_un_bucle_se_corta_y_se_avisa_con_su_minuto() -> None:
    texto = "Me duele " + "y la cabeza " * 12
    quedo, tipos = revisado(pasaje(texto, inicio=5.0, compresion=3.5), curva((0, 30)))
    assert quedo == "Me duele y la cabeza y la cabeza"
    assert tipos == {"bucle"}


def test_un_bucle_a_velocidad_imposible_se_corta_aunque_repita_poco() -> None:
    texto = "la tos la tos la tos la tos"
    assert revisado(pasaje(texto, paso=0.03), curva((0, 5)))[1] == {"bucle"}


@pytest.mark.parametrize(
    "texto", ["No, no, no, no, eso no.", "Sí, sí, sí.", "Poco a poco, poco a poco me siento mejor."]
)
def test_repetir_como_repite_la_gente_no_es_un_bucle(texto: str) -> None:
    assert revisado(pasaje(texto), curva((0, 10))) == (texto, set())


def test_las_palabras_sin_voz_debajo_se_quitan_con_aviso() -> None:
    oidas = (*palabras("Tome agua.", 0.0), *palabras("Luego descanse.", 10.0))
    revision = guardias.revisar([Pasaje(0, 12, oidas, -0.3)], curva((0, 1.2)), "es")
    assert [p.texto for p in revision.palabras] == ["Tome", "agua."]
    assert [a.tipo for a in revision.avisos] == ["texto_inventado"]


def test_nada_se_pierde_sin_contarlo() -> None:
    oidas = palabras("Hola doctor. " + "me duele " * 20 + "¡Suscríbete al canal!", 0.0, 0.3, prob=0.7)
    revision = guardias.revisar([Pasaje(0, 20, oidas, -0.5, 0.1, 3.0)], curva((0, 20)), "es")
    quitadas = sum(len(c) for c in revision.inventado + revision.bucles)
    assert len(revision.palabras) + quitadas == len(oidas) and quitadas > 30


def test_la_puerta_de_voz() -> None:
    assert not guardias.hay_voz(curva())
    assert not guardias.hay_voz(curva((3.0, 3.3)))
    assert not guardias.hay_voz(curva(*((k, k + 0.1) for k in range(20))))
    assert guardias.hay_voz(curva((3.0, 4.0)))
    assert not guardias.hay_voz(Curva(np.zeros(0, np.float32)))


def test_los_huecos_son_la_voz_sin_palabras() -> None:
    voz = curva((0, 10), (20, 24), (30, 30.5))
    encontrados = guardias.huecos(palabras("a b c d e", 0.0, 1.0), voz)
    assert [(round(a, 1), round(b, 1)) for a, b in encontrados] == [(5.2, 10.0), (20.0, 24.0)]
    assert guardias.huecos(palabras("x " * 10, 0.0, 1.0), curva((0, 10))) == []


def test_las_frases_empiezan_tras_punto_pregunta_o_pausa_de_ventana() -> None:
    oidas = list(palabras("Me duele. ¿Dónde? Aquí, doctor, ¿ve? y luego", 0.0))
    oidas[-1] = oidas[-1].model_copy(update={"inicio": 9.0, "fin": 9.4})
    assert guardias.comienzos_de_frase(oidas, [0, 7]) == (0, 2, 3, 6, 7)
    assert guardias.comienzos_de_frase(oidas, [0, 4]) == (0, 2, 3, 6)


def test_cada_expresion_de_relleno_compila_en_todos_los_idiomas() -> None:
    for idioma in ("es", "en"):
        assert guardias._ajenas(idioma)("") is False
        assert guardias._corrientes(idioma)("") is False
        assert guardias.indicacion(idioma)
    assert guardias.indicacion("zz") is None
