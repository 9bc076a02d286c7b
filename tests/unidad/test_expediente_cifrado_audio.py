"""Ataques al archivo cifrado por trozos: cortar, repetir, reordenar, mezclar; y su formato publicado."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from scribe.expediente.cifrado import Clave
from scribe.expediente.cifrado_audio import (
    TRAMO,
    EscritorCifrado,
    LectorCifrado,
    cifrar_flujo,
    descifrar_flujo,
)
from scribe.expediente.errores_seguridad import CifradoInvalido

CONTEXTO = "grabacion:1|audio.contenido:1"
PRIMERO = TRAMO - 56
CLAVE = Clave(bytes(range(32)))


def cifrar(plano: bytes, clave: Clave = CLAVE, contexto: str = CONTEXTO) -> bytes:
    salida = io.BytesIO()
    assert cifrar_flujo(io.BytesIO(plano), salida, clave, contexto) == len(plano)
    return salida.getvalue()


def abrir(cifrado: bytes, clave: Clave = CLAVE, contexto: str = CONTEXTO) -> bytes:
    salida = io.BytesIO()
    descifrar_flujo(io.BytesIO(cifrado), salida, clave, contexto)
    return salida.getvalue()


@pytest.mark.parametrize(
    "largo", [0, 1, PRIMERO - 1, PRIMERO, PRIMERO + 1, PRIMERO + TRAMO - 16, PRIMERO + TRAMO - 15, 3 * TRAMO]
)
def test_ida_y_vuelta_en_los_bordes(largo: int) -> None:
    plano = os.urandom(largo)
    assert abrir(cifrar(plano)) == plano


def test_es_el_formato_publicado_de_tink() -> None:
    """Se descifra aquí con la especificación, sin usar el lector propio."""
    plano = os.urandom(2 * TRAMO + 5)
    cifrado = cifrar(plano)
    assert cifrado[0] == 40
    clave = HKDF(hashes.SHA256(), 32, cifrado[1:33], CONTEXTO.encode()).derive(bytes(range(32)))
    tramos = [cifrado[40:TRAMO]] + [cifrado[i : i + TRAMO] for i in range(TRAMO, len(cifrado), TRAMO)]
    claro = b"".join(
        AESGCM(clave).decrypt(
            cifrado[33:40] + i.to_bytes(4, "big") + bytes([i == len(tramos) - 1]), tramo, b""
        )
        for i, tramo in enumerate(tramos)
    )
    assert claro == plano


@pytest.mark.parametrize("quedan", [0, 39, 40, 55, 56, TRAMO - 1, TRAMO, TRAMO + 1, 2 * TRAMO, -1, -17])
def test_cortar_se_detecta_antes_de_entregar_nada(quedan: int) -> None:
    cifrado = cifrar(os.urandom(2 * TRAMO + 100))[:quedan]
    with pytest.raises(CifradoInvalido):
        LectorCifrado(io.BytesIO(cifrado), CLAVE, CONTEXTO)


def test_sin_terminar_no_abre() -> None:
    salida = io.BytesIO()
    escritor = EscritorCifrado(salida, CLAVE, CONTEXTO)
    escritor.write(os.urandom(3 * TRAMO))
    escritor.close()
    with pytest.raises(CifradoInvalido):
        abrir(salida.getvalue())
    escritor.terminar()
    with pytest.raises(ValueError, match="terminó"):
        escritor.write(b"mas")


def _tramos(cifrado: bytes) -> list[bytes]:
    return [cifrado[i : i + TRAMO] for i in range(0, len(cifrado), TRAMO)]


def test_reordenar_repetir_quitar_o_agregar_tramos() -> None:
    t = _tramos(cifrar(os.urandom(4 * TRAMO)))
    ultimo = t[-1]
    for malo in (
        [t[0], t[2], t[1], t[3], ultimo],
        [t[0], t[1], t[1], t[3], ultimo],
        [t[0], t[1], t[3], ultimo],
        [t[0], t[1], t[2], t[3], t[3], ultimo],
        [*t, ultimo],
        [*t[:-1], ultimo + b"\0"],
    ):
        with pytest.raises(CifradoInvalido):
            abrir(b"".join(malo))


def test_tramo_de_otro_archivo_de_la_misma_grabacion() -> None:
    a, b = _tramos(cifrar(os.urandom(3 * TRAMO))), _tramos(cifrar(os.urandom(3 * TRAMO)))
    with pytest.raises(CifradoInvalido):
        abrir(b"".join([a[0], b[1], *a[2:]]))


def test_clave_o_contexto_ajenos() -> None:
    cifrado = cifrar(b"voz")
    with pytest.raises(CifradoInvalido):
        abrir(cifrado, clave=Clave.nueva())
    with pytest.raises(CifradoInvalido):
        abrir(cifrado, contexto="grabacion:2|audio.contenido:1")


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.integers(1, 255))
def test_un_bit_cambiado_en_cualquier_lugar(lugar: int, cambio: int) -> None:
    cifrado = bytearray(CIFRADO_FIJO)
    cifrado[lugar % len(cifrado)] ^= cambio
    with pytest.raises(CifradoInvalido):
        abrir(bytes(cifrado))


CIFRADO_FIJO = cifrar(bytes(TRAMO + 999))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3 * TRAMO), st.integers(0, TRAMO)), max_size=8))
def test_saltar_y_leer_es_como_en_un_archivo_normal(pasos: list[tuple[int, int]]) -> None:
    normal, lector = io.BytesIO(PLANO_FIJO), LectorCifrado(io.BytesIO(CIFRADO_LARGO), CLAVE, CONTEXTO)
    assert lector.tamano == len(PLANO_FIJO)
    for donde, cuanto in pasos:
        normal.seek(donde)
        lector.seek(donde)
        assert io.BufferedReader(lector).read(cuanto) == normal.read(cuanto) if cuanto else True
        lector = LectorCifrado(io.BytesIO(CIFRADO_LARGO), CLAVE, CONTEXTO)


PLANO_FIJO = hashlib.shake_128(b"voz").digest(2 * TRAMO + 777)
CIFRADO_LARGO = cifrar(PLANO_FIJO)


def test_dos_cifrados_del_mismo_audio_no_comparten_nada() -> None:
    a, b = cifrar(b"igual" * 1000), cifrar(b"igual" * 1000)
    assert a[1:33] != b[1:33]
    assert a[33:40] != b[33:40]
    assert a[40:] != b[40:]
    with pytest.raises(TypeError):
        EscritorCifrado(io.BytesIO(), CLAVE, CONTEXTO, sal=b"\0" * 32)  # type: ignore[call-arg]


class _Ceros(io.RawIOBase):
    """Una fuente de muchos bytes que no ocupa memoria."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.falta = total

    def readable(self) -> bool:
        return True

    def read(self, n: int = -1) -> bytes:
        cuanto = min(n, self.falta)
        self.falta -= cuanto
        return bytes(cuanto)


class _Pozo(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, datos: object) -> int:
        return len(memoryview(datos))  # type: ignore[arg-type]


def test_memoria_plana() -> None:
    tracemalloc.start()
    try:
        cifrar_flujo(_Ceros(64 * 2**20), _Pozo(), CLAVE, CONTEXTO)  # type: ignore[arg-type]
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pico < 4 * 2**20
