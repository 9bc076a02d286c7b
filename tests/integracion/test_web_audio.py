# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Oír por tramos: lo que pide un reproductor, sin dejar nada en el disco y con un solo asiento."""

from __future__ import annotations

from uuid import UUID

import pytest

from scribe.expediente import consentimientos
from scribe.expediente.bitacora import Actor
from scribe.expediente.cifrado_audio import TRAMO, EscritorCifrado
from tests.integracion.test_web_camino import atendida
from tests.trabajos_base import wav
from tests.web_base import Api, api, base, bien, error, motor, subir  # noqa: F401


def test_por_tramos(api: Api) -> None:
    lugar = api.lugar()
    medica = api.alta("doctora.uno", lugar, "medico")
    with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
        consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe.")
    doctora = api.entrar("doctora.uno")
    _, permiso, encuentro = atendida(doctora, str(lugar), str(medica))
    sonido = wav(20.0)
    assert len(sonido) > 2 * TRAMO  # varios tramos cifrados
    ruta = f"/api/grabaciones/{subir(doctora, encuentro, permiso, sonido)['grabacion']}/audio"
    entera = doctora.get(ruta)
    assert entera.status_code == 200 and entera.content == sonido
    assert entera.headers["content-type"] == "audio/wav" and entera.headers["accept-ranges"] == "bytes"
    assert entera.headers["cache-control"] == "no-store"
    n = len(sonido)
    for pedido, desde, hasta in (
        ("bytes=0-0", 0, 1), ("bytes=0-", 0, n), (f"bytes={TRAMO - 9}-{TRAMO + 9}", TRAMO - 9, TRAMO + 10),
        ("bytes=-44", n - 44, n), (f"bytes={n - 1}-{n + 99}", n - 1, n), (f"bytes=-{n + 5}", 0, n),
    ):  # fmt: skip
        parte = doctora.get(ruta, headers={"Range": pedido})
        assert parte.status_code == 206 and parte.content == sonido[desde:hasta], pedido
        assert parte.headers["content-range"] == f"bytes {desde}-{hasta - 1}/{n}"
        assert parte.headers["content-length"] == str(hasta - desde)
    for pedido in (f"bytes={n}-", "bytes=5-3", "bytes=-0"):
        imposible = doctora.get(ruta, headers={"Range": pedido})
        error(imposible, 416, "rango_imposible")
        assert imposible.headers["content-range"] == f"bytes */{n}"
    for pedido in ("bytes=a-b", "bytes=-", "bytes=0-1,4-5", "paginas=1-2"):
        assert doctora.get(ruta, headers={"Range": pedido}).status_code == 200  # se ignora (RFC 9110)

    def veces() -> int:
        with api.servicios.expediente.piscina.conexion() as conexion:
            orden = "SELECT count(*) AS n FROM expediente.bitacora WHERE evento = 'grabacion.oir'"
            return int((conexion.execute(orden).fetchone() or {"n": -1})["n"])

    assert veces() == 1
    bien(api.entrar("doctora.uno").get(ruta))  # otra sesión es otra escucha
    assert veces() == 2
    api.servicios.audio.borrar(UUID(ruta.split("/")[3]))
    error(doctora.get(ruta), 404, "no_existe")


def test_solo_se_descifra_lo_que_se_pide(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saltar al final de una grabación larga no descifra lo anterior."""
    from scribe.expediente import cifrado_audio

    contados: list[int] = []
    original = cifrado_audio.LectorCifrado._cargar

    def contar(yo: cifrado_audio.LectorCifrado, tramo: int) -> None:
        contados.append(tramo)
        original(yo, tramo)

    grabacion = UUID(int=7)
    with api.servicios.audio.ruta(grabacion.hex).open("wb") as archivo:
        escritor: EscritorCifrado = api.servicios.audio.escribir(grabacion, archivo)
        escritor.write(bytes(8 * TRAMO))
        escritor.terminar()
    monkeypatch.setattr(cifrado_audio.LectorCifrado, "_cargar", contar)
    with api.servicios.audio.leer(grabacion) as sonido:
        contados.clear()
        sonido.seek(sonido.tamano - 10)
        assert len(sonido.read(10)) == 10
    assert len(set(contados)) == 1
