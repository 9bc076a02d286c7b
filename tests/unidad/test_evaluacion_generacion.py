"""Generar el conjunto: repetible, reanudable y sin rehacer lo que no cambió. Con una voz falsa."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluacion.sintesis import generacion, publicacion
from evaluacion.sintesis.generacion import Manifiesto, faltan, generar, huella, publicados
from evaluacion.sintesis.guion import Condiciones, Guion, Hecho, Parlamento, Voz
from evaluacion.sintesis.voz import componentes, identidad
from scribe.consulta import HERCIOS, Senal
from scribe.sumas import sha256_de


class _Zumbador:
    """Dice cada texto con un tono que depende de él; cuenta lo dicho y puede cortarse en una palabra."""

    def __init__(self, corte: str | None = None) -> None:
        self.dichos: list[str] = []
        self._corte = corte

    def decir(self, texto: str, voz: Voz) -> Senal:
        if texto == self._corte:
            raise KeyboardInterrupt
        self.dichos.append(texto)
        tiempo = np.arange(HERCIOS // 4 + 50 * len(texto)) / HERCIOS
        return (0.4 * np.sin(2 * np.pi * (150 + 7 * len(texto)) * tiempo * voz.speed)).astype(np.float32)


def _guion(nombre: str, texto: str = "Buenos días.", condiciones: Condiciones | None = None) -> Guion:
    return Guion(
        id=nombre,
        titulo=nombre,
        conjunto="prueba",
        condiciones=condiciones or Condiciones(codec="ogg", ruido="rosa", sala=0.2, sucesos=("tos",)),
        paciente={"edad": 40},
        voices={"medico": Voz(voice="a"), "paciente": Voz(voice="b", speed=1.1)},
        turns=(
            Parlamento(speaker="medico", text=texto),
            Parlamento(speaker="paciente", text="Aquí andamos, doctor."),
        ),
    )


def _generar(guiones: list[Guion], carpeta: Path, quien: _Zumbador) -> Manifiesto:
    return generar(guiones, carpeta, habla=lambda _: quien, identidad="falsa")


def test_dos_generaciones_dan_los_mismos_bytes(tmp_path: Path) -> None:
    guiones = [_guion("uno"), _guion("dos", condiciones=Condiciones(codec="m4a", saturacion_db=6))]
    una, otra = (_generar(guiones, tmp_path / c, _Zumbador()) for c in ("a", "b"))
    assert una == otra
    nombres = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert nombres == sorted(p.name for p in (tmp_path / "b").iterdir())
    assert {"uno.ogg", "uno.rttm", "uno.ref.json", "uno.json", "dos.m4a"} <= set(nombres)
    for nombre in nombres:
        assert (tmp_path / "a" / nombre).read_bytes() == (tmp_path / "b" / nombre).read_bytes(), nombre
    for hecha in una.casos.values():
        assert sha256_de(tmp_path / "a" / hecha.audio) == hecha.sha256


def test_lo_hecho_no_se_vuelve_a_decir(tmp_path: Path) -> None:
    guiones = [_guion("uno"), _guion("dos")]
    _generar(guiones, tmp_path, _Zumbador())
    segundo = _Zumbador()
    _generar(guiones, tmp_path, segundo)
    assert segundo.dichos == []


def test_un_turno_distinto_rehace_solo_su_caso(tmp_path: Path) -> None:
    antes = _generar([_guion("uno"), _guion("dos")], tmp_path, _Zumbador())
    segundo = _Zumbador()
    despues = _generar([_guion("uno"), _guion("dos", "Buenas tardes.")], tmp_path, segundo)
    assert segundo.dichos == ["Buenas tardes.", "Aquí andamos, doctor."]
    assert despues.casos["uno"] == antes.casos["uno"]
    assert despues.casos["dos"].sha256 != antes.casos["dos"].sha256


def test_corregir_un_hecho_reescribe_la_verdad_sin_sintetizar(tmp_path: Path) -> None:
    _generar([_guion("uno")], tmp_path, _Zumbador())
    hecho = Hecho(id="h1", seccion="S", tipo="x", texto="saluda", turnos=(1,), claves=(("salud",),))
    corregido = _guion("uno").model_copy(update={"hechos": (hecho,)})
    segundo = _Zumbador()
    _generar([corregido], tmp_path, segundo)
    assert segundo.dichos == []
    referencia = json.loads((tmp_path / "uno.ref.json").read_text("utf-8"))
    assert referencia["hechos"][0]["texto"] == "saluda"
    assert referencia["turns"][1]["start"] > referencia["turns"][0]["end"]


def test_interrumpida_sigue_donde_iba(tmp_path: Path) -> None:
    guiones = [_guion("uno"), _guion("dos", "Corte.")]
    with pytest.raises(KeyboardInterrupt):
        _generar(guiones, tmp_path, _Zumbador(corte="Corte."))
    assert [g.id for g in faltan(guiones, tmp_path, "falsa")] == ["dos"]
    segundo = _Zumbador()
    _generar(guiones, tmp_path, segundo)
    assert segundo.dichos[0] == "Corte."
    assert faltan(guiones, tmp_path, "falsa") == []


@pytest.mark.parametrize(
    "dano", [Path.unlink, lambda a: a.write_bytes(b"otra cosa")], ids=["falta", "alterado"]
)
def test_un_audio_danado_se_rehace(tmp_path: Path, dano: Callable[[Path], object]) -> None:
    bueno = _generar([_guion("uno")], tmp_path, _Zumbador())
    dano(tmp_path / "uno.ogg")
    assert [g.id for g in faltan([_guion("uno")], tmp_path, "falsa")] == ["uno"]
    assert _generar([_guion("uno")], tmp_path, _Zumbador()) == bueno


def test_cambiar_de_codec_no_deja_el_audio_viejo(tmp_path: Path) -> None:
    _generar([_guion("uno")], tmp_path, _Zumbador())
    _generar([_guion("uno", condiciones=Condiciones(codec="flac"))], tmp_path, _Zumbador())
    assert sorted(p.suffix for p in tmp_path.glob("uno.*")) == [".flac", ".json", ".json", ".rttm"]


def test_la_huella_cambia_con_lo_que_suena_y_no_con_lo_demas() -> None:
    base = _guion("uno")
    igual = base.model_copy(update={"titulo": "Otro", "paciente": {"edad": 3}})
    assert huella(igual, "x") == huella(base, "x")
    distintos = [
        _guion("otro"),
        _guion("uno", "Hola."),
        _guion("uno", condiciones=Condiciones(codec="wav")),
        base.model_copy(update={"voices": {**base.voices, "medico": Voz(voice="a", gain=0.5)}}),
    ]
    assert len({huella(g, "x") for g in [base, *distintos]}) == 5
    assert huella(base, "y") != huella(base, "x")


def test_la_identidad_solo_mira_las_voces_usadas() -> None:
    assert identidad(["ef_dora"]) != identidad(["em_alex"])
    assert identidad(["ef_dora:0.5+em_alex:0.5"]) == identidad(["em_alex", "ef_dora"])
    assert componentes("a:0.7+b:0.3") == {"a": 0.7, "b": 0.3}
    assert componentes("a") == {"a": 1.0}


def test_el_avance_crece_y_acaba_en_uno(tmp_path: Path) -> None:
    pasos: list[tuple[str, float]] = []
    guiones = [_guion("uno"), _guion("dos")]
    generar(
        guiones, tmp_path, lambda c, f: pasos.append((c, f)), habla=lambda _: _Zumbador(), identidad="falsa"
    )
    fracciones = [f for _, f in pasos]
    assert fracciones == sorted(fracciones)
    assert fracciones[-1] == pytest.approx(1.0)
    assert [c for c, _ in pasos] == ["uno", "uno", "dos", "dos"]


def test_se_publican_los_guiones_de_desarrollo_y_prueba() -> None:
    guiones = publicados()
    assert {g.conjunto for g in guiones} == {"desarrollo", "prueba"}
    assert len(guiones) >= 30
    assert [g.id for g in guiones] == sorted(g.id for g in guiones)


def test_las_sumas_publicadas_son_de_los_guiones_de_hoy() -> None:
    publicadas = publicacion.sumas()
    hoy = {g.id: huella(g) for g in publicados()}
    viejas = [i for i, h in hoy.items() if i not in publicadas or publicadas[i].huella != h]
    assert not viejas, "genere y anote con: make consultas-es && python -m evaluacion.sintesis --publicar"


def test_la_tabla_de_la_pagina_es_la_de_los_guiones() -> None:
    pagina = publicacion.PAGINA.read_text("utf-8")
    assert publicacion.con_tabla(pagina) == pagina, "rehágala con: python -m evaluacion.sintesis --publicar"
    for guion in publicados():
        assert f"`{guion.id}`" in pagina


def test_lo_mirado_son_casos_de_prueba() -> None:
    prueba = {g.id for g in publicados(["prueba"])}
    assert set(publicacion.miradas()) <= prueba


def test_avisa_de_los_que_no_son_byte_a_byte_los_publicados() -> None:
    caso, publicada = next(iter(publicacion.sumas().items()))
    hecha = generacion.Hecha(huella=publicada.huella, audio="x", sha256="0" * 64, duracion_s=1.0, tiempos=())
    otra = hecha.model_copy(update={"sha256": publicada.sha256})
    assert publicacion.distintas(Manifiesto(sintetizador="2", casos={caso: hecha})) == [caso]
    assert publicacion.distintas(Manifiesto(sintetizador="2", casos={caso: otra})) == []
