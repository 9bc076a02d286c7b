"""Lo que una grabación no tiene, en palabras: en su minuto, con su causa, y sin repetir avisos."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from scribe.consulta import Borrador, InfoAudio, Transcripcion
from scribe.salida.etiquetas import etiquetas
from scribe.trabajos import huecos
from scribe.trabajos.modelo import Hueco

DORMIDO = Hueco(clase="perdido", en_s=185.4, falto_s=12)
OTRO = Hueco(clase="perdido", en_s=3725, falto_s=600)
PAUSA = Hueco(clase="pausa", en_s=60, falto_s=75 * 60)
FINAL = Hueco(clase="final", en_s=90)


def test_se_dice_donde_cuanto_y_por_que() -> None:
    assert huecos.decir(DORMIDO) == "Aquí faltan 12 s: el equipo se durmió o el micrófono se detuvo"
    assert huecos.decir(PAUSA) == "Grabación en pausa 1 h 15 min"
    assert "puede faltar el final" in huecos.decir(FINAL)
    assert "sin ningún sonido" in huecos.decir(Hueco(clase="mudo", en_s=4, falto_s=30))


def test_un_aviso_por_causa_con_todos_sus_minutos() -> None:
    perdido, final, pausa = huecos.avisos((DORMIDO, OTRO, PAUSA, FINAL))
    assert "12 s en 3:05 y 10 min en 1:02:05" in perdido.texto
    assert "1:30" in final.texto
    assert (perdido.tipo, pausa.tipo) == ("hueco_grabacion", "pausa_grabacion")
    graves = etiquetas()["avisos"]
    assert graves[perdido.tipo]["gravedad"] == 2, "avisa, no impide firmar"
    assert graves[pausa.tipo]["gravedad"] == 3
    assert huecos.avisos(()) == ()


def test_el_borrador_los_lleva_entre_sus_avisos() -> None:
    suyo = Borrador(audio=InfoAudio(sha256="0" * 64, duracion_s=1), transcripcion=Transcripcion(idioma="es"))
    assert huecos.con_huecos(suyo, ()) == suyo
    assert huecos.con_huecos(suyo, (DORMIDO,)).avisos == huecos.avisos((DORMIDO,))


def test_cada_clase_tiene_su_porque_y_ninguna_otra_vale() -> None:
    clases = Hueco.model_json_schema()["properties"]["clase"]["enum"]
    assert set(clases) == set(huecos.PORQUE)
    for malo in ({"clase": "rara", "en_s": 1}, {"clase": "pausa", "en_s": -1}, {"clase": "pausa"}):
        with pytest.raises(ValidationError):
            Hueco.model_validate(malo)
