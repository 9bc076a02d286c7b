"""Subir una grabación: por trozos, se puede cortar en cualquier punto, y no se pierde ni se duplica."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scribe.expediente import consentimientos
from scribe.expediente.errores import Duplicado, NoExiste, SinConsentimiento
from scribe.trabajos.errores import SinEspacio, SubidaRechazada, SubidaTerminada, TrozoCorrupto, TrozosFaltan
from scribe.trabajos.modelo import DatosSubida
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401
from tests.trabajos_base import Puesto, trozos, wav


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


def _archivos(puesto: Puesto) -> list[str]:
    return sorted(str(p.relative_to(puesto.datos)) for p in puesto.datos.rglob("*") if p.is_file())


def test_de_los_trozos_a_la_grabacion(puesto: Puesto) -> None:
    datos = wav()
    recibo = puesto.subir(datos)
    assert recibo.octetos == len(datos) and recibo.sha256 == hashlib.sha256(datos).hexdigest()
    with puesto.audio.leer(recibo.grabacion) as lector:
        assert lector.read(10**9) + lector.read(10**9) != b""
    with puesto.audio.en_claro(recibo.grabacion) as ruta:
        assert ruta.read_bytes() == datos
    fila = puesto.uno("SELECT * FROM expediente.grabacion WHERE id = %s", recibo.grabacion)
    assert bytes(fila["sha256"]).hex() == recibo.sha256 and fila["bytes"] == len(datos)
    assert puesto.uno("SELECT estado FROM expediente.nota WHERE id = %s", recibo.nota)["estado"] == "grabada"
    assert puesto.trabajo(recibo)["estado"] == "pendiente"
    en_cola = puesto.uno("SELECT * FROM trabajos.procrastinate_jobs")
    assert en_cola["args"] == {"trabajo": str(recibo.trabajo)} and en_cola["priority"] == 100
    assert not [a for a in _archivos(puesto) if a.endswith((".trozo", ".parcial"))]


def test_en_el_disco_no_hay_sonido_en_claro(puesto: Puesto) -> None:
    datos = b"RIFF" + b"ABRACADABRA-MARCA-EN-CLARO" * 4000
    subida = puesto.abrir()
    puesto.mandar(subida, datos)
    en_disco = b"".join(p.read_bytes() for p in puesto.datos.rglob("*") if p.is_file())
    assert len(en_disco) > len(datos) and b"ABRACADABRA" not in en_disco
    puesto.cerrar(subida, datos)
    en_disco = b"".join(p.read_bytes() for p in puesto.datos.rglob("*") if p.is_file())
    assert len(en_disco) > len(datos) and b"ABRACADABRA" not in en_disco


def test_repetir_un_trozo_o_el_cierre_es_inocuo(puesto: Puesto) -> None:
    datos = wav()
    subida = puesto.abrir()
    puesto.mandar(subida, datos)
    antes = _archivos(puesto)
    puesto.mandar(subida, datos)
    assert _archivos(puesto) == antes
    uno = puesto.cerrar(subida, datos)
    otro = puesto.cerrar(subida, datos)
    assert (uno.grabacion, uno.nota, uno.trabajo) == (otro.grabacion, otro.nota, otro.trabajo)
    for tabla in (
        "expediente.grabacion",
        "expediente.nota",
        "trabajos.trabajo",
        "trabajos.procrastinate_jobs",
    ):
        assert puesto.uno(f"SELECT count(*) AS n FROM {tabla}")["n"] == 1


def test_seguir_donde_se_corto(puesto: Puesto) -> None:
    datos = wav()
    subida, todos = puesto.abrir(), trozos(datos)
    puesto.mandar(subida, datos, [0, 2])
    hay = puesto.subidas.estado(puesto.clinica.medica, subida)
    assert [z.numero for z in hay.trozos] == [0, 2] and hay.trozos[1].sha256 == todos[2][1]
    with pytest.raises(TrozosFaltan) as fallo:
        puesto.cerrar(subida, datos)
    assert fallo.value.faltan == tuple(n for n in range(len(todos)) if n not in {0, 2})
    puesto.mandar(subida, datos, fallo.value.faltan)
    puesto.cerrar(subida, datos)
    assert puesto.subidas.estado(puesto.clinica.medica, subida).estado == "cerrada"


def test_un_trozo_corrupto_no_entra_y_se_pide_otra_vez(puesto: Puesto) -> None:
    datos = wav()
    subida, (numero, suma, parte) = puesto.abrir(), trozos(datos)[1]
    with pytest.raises(TrozoCorrupto):
        puesto.subidas.recibir(puesto.clinica.medica, subida, numero, suma, [parte[:-1] + b"x"])
    with pytest.raises(TrozoCorrupto):
        puesto.subidas.recibir(puesto.clinica.medica, subida, numero, suma, [])
    assert not puesto.subidas.estado(puesto.clinica.medica, subida).trozos
    assert not [a for a in _archivos(puesto) if a.endswith((".trozo", ".parcial"))]
    puesto.mandar(subida, datos)
    with pytest.raises(SubidaRechazada):  # el mismo número con otro contenido
        otro = b"otra cosa"
        puesto.subidas.recibir(puesto.clinica.medica, subida, 0, hashlib.sha256(otro).hexdigest(), [otro])
    with pytest.raises(TrozoCorrupto):  # el total no cuadra
        puesto.subidas.cerrar(puesto.clinica.medica, subida, trozos=len(trozos(datos)), sha256="0" * 64)
    puesto.cerrar(subida, datos)


def test_si_el_disco_dana_un_trozo_se_vuelve_a_pedir(puesto: Puesto) -> None:
    datos = wav()
    subida = puesto.abrir()
    puesto.mandar(subida, datos)
    (dos,) = puesto.datos.rglob("000002-*.trozo")
    sano = bytearray(dos.read_bytes())
    sano[len(sano) // 2] ^= 1
    dos.write_bytes(sano)
    with pytest.raises(TrozosFaltan) as fallo:
        puesto.cerrar(subida, datos)
    assert fallo.value.faltan == (2,)
    puesto.mandar(subida, datos, [2])
    recibo = puesto.cerrar(subida, datos)
    with puesto.audio.en_claro(recibo.grabacion) as ruta:
        assert ruta.read_bytes() == datos


@pytest.mark.parametrize("sha", ["", "zz", "../../etc/passwd", "A" * 63])
def test_un_hash_sin_forma_no_toca_el_disco(puesto: Puesto, sha: str) -> None:
    subida = puesto.abrir()
    antes = _archivos(puesto)
    with pytest.raises(SubidaRechazada):
        puesto.subidas.recibir(puesto.clinica.medica, subida, 0, sha, [b"x"])
    with pytest.raises(SubidaRechazada):
        puesto.subidas.recibir(puesto.clinica.medica, subida, -1, "0" * 64, [b"x"])
    assert _archivos(puesto) == antes


def test_una_subida_que_no_existe(puesto: Puesto) -> None:
    with pytest.raises(NoExiste):
        puesto.subidas.recibir(puesto.clinica.medica, uuid4(), 0, "0" * 64, [b"x"])
    assert _archivos(puesto) == []


def test_revocar_a_media_subida_impide_cerrarla_y_descartarla_la_borra(puesto: Puesto) -> None:
    datos = wav()
    subida = puesto.abrir()
    puesto.mandar(subida, datos)
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        consentimientos.revocar(t, puesto.clinica.consentimiento, "verbal")
    with pytest.raises(SinConsentimiento):
        puesto.cerrar(subida, datos)
    assert puesto.uno("SELECT count(*) AS n FROM expediente.grabacion")["n"] == 0
    assert puesto.uno("SELECT count(*) AS n FROM trabajos.trabajo")["n"] == 0
    puesto.subidas.descartar(puesto.clinica.medica, subida)
    assert not [a for a in _archivos(puesto) if not a.endswith(".cerrojo")]
    with pytest.raises(SubidaTerminada):
        puesto.mandar(subida, datos)


def test_no_cabe_lo_que_se_anuncia(puesto: Puesto) -> None:
    with pytest.raises(SinEspacio) as fallo:
        puesto.abrir(bytes_previstos=1 << 50)
    assert fallo.value.http == 507
    assert puesto.uno("SELECT count(*) AS n FROM trabajos.subida")["n"] == 0


def test_un_trozo_enorme_se_rechaza(puesto: Puesto) -> None:
    subida, parte = puesto.abrir(), os.urandom(1 << 20)
    with pytest.raises(SubidaRechazada, match="16 MiB"):
        puesto.subidas.recibir(puesto.clinica.medica, subida, 0, "0" * 64, (parte for _ in range(17)))
    assert not [a for a in _archivos(puesto) if a.endswith((".trozo", ".parcial"))]


def test_una_subida_olvidada_avisa_y_no_se_borra(puesto: Puesto) -> None:
    datos = wav()
    subida = puesto.abrir()
    puesto.mandar(subida, datos, [0])
    puesto.clinica.base.como_dueno("UPDATE trabajos.subida SET creada = creada - interval '2 days'")
    assert puesto.subidas.barrer(puesto.clinica.medica) == 1
    assert puesto.subidas.barrer(puesto.clinica.medica) == 0
    assert puesto.uno("SELECT tipo FROM expediente.tarea")["tipo"] == "requiere_atencion"
    assert [z.numero for z in puesto.subidas.estado(puesto.clinica.medica, UUID(str(subida))).trozos] == [0]


def test_abrirla_otra_vez_con_su_id_no_abre_otra(puesto: Puesto) -> None:
    mia = uuid4()
    assert puesto.abrir(id=mia) == mia
    puesto.mandar(mia, wav(), cuales=[0])
    assert puesto.abrir(id=mia) == mia  # quien no oyó la respuesta lo repite
    assert [t.numero for t in puesto.subidas.estado(puesto.clinica.medica, mia).trozos] == [0]
    otro = DatosSubida(
        id=mia,
        encuentro=puesto.clinica.encuentro,
        consentimiento=puesto.clinica.consentimiento,
        formato="wav",
    )
    with pytest.raises(Duplicado):
        puesto.subidas.abrir(puesto.clinica.asistente, otro)


def test_se_ven_las_propias_y_se_terminan_con_lo_que_llego(puesto: Puesto) -> None:
    datos, medica = wav(), puesto.clinica.medica
    subida = puesto.abrir()
    assert [(a.id, a.octetos, a.tocada) for a in puesto.subidas.abiertas(medica)] == [(subida, 0, None)]
    puesto.mandar(subida, datos, cuales=[0, 1])
    (abierta,) = puesto.subidas.abiertas(medica)
    llego = b"".join(parte for _, _, parte in trozos(datos)[:2])
    assert (abierta.paciente, abierta.octetos) == (puesto.clinica.paciente, len(llego))
    assert abierta.tocada is not None and puesto.subidas.abiertas(puesto.clinica.asistente) == []
    recibo = puesto.subidas.cerrar(medica, subida, trozos=2, sha256=None)
    assert recibo.sha256 == hashlib.sha256(llego).hexdigest() and recibo.octetos == len(llego)
    assert puesto.subidas.cerrar(medica, subida, trozos=2, sha256=None).grabacion == recibo.grabacion
    with pytest.raises(SubidaTerminada):
        puesto.subidas.cerrar(medica, subida, trozos=2, sha256=hashlib.sha256(datos).hexdigest())
    assert puesto.subidas.abiertas(medica) == []
