"""Ataques al cifrado de celdas, a las claves envolventes y al llavero."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from scribe.expediente import llavero as modulo_llavero
from scribe.expediente.cifrado import CifradorDeExpediente, Clave, ClaveEnvuelta
from scribe.expediente.errores_seguridad import CifradoInvalido, LlaveroCerrado, SecretoInseguro
from scribe.expediente.fuentes_clave import (
    Costo,
    FuenteArchivo,
    FuenteFrase,
    FuenteSistema,
    comprobar_frase,
    crear_archivo_de_clave,
)
from scribe.expediente.llavero import GRACIA, Llavero, escribir_copia, rotar

FRASE = "nopal violeta bicicleta martes"
BARATO = Costo(memoria_kib=64, pasadas=1, carriles=1)
CONTEXTO = "paciente:1|nota_version.contenido:7"


class AlmacenEnMemoria:
    """La tabla de claves, en un diccionario; puede «caerse» a media rotación."""

    def __init__(self) -> None:
        self.claves: dict[str, ClaveEnvuelta] = {}
        self.reemplazos_antes_de_caer = 10**9

    def leer(self, id: str) -> ClaveEnvuelta | None:
        return self.claves.get(id)

    def leer_varias(self, ids: Iterable[str]) -> list[ClaveEnvuelta]:
        return [self.claves[i] for i in ids if i in self.claves]

    def en(self, conexion: object) -> AlmacenEnMemoria:
        return self

    def guardar_si_falta(self, clave: ClaveEnvuelta) -> ClaveEnvuelta:
        return self.claves.setdefault(clave.id, clave)

    def ajenas_a(self, maestra: str, cuantas: int) -> list[ClaveEnvuelta]:
        return [c for c in self.claves.values() if c.maestra != maestra][:cuantas]

    def reemplazar(self, antes: ClaveEnvuelta, despues: ClaveEnvuelta) -> bool:
        if self.reemplazos_antes_de_caer <= 0:
            raise ConnectionError
        self.reemplazos_antes_de_caer -= 1
        if self.claves.get(antes.id) != antes:
            return False
        self.claves[antes.id] = despues
        return True


@pytest.fixture
def fuente() -> FuenteFrase:
    return FuenteFrase(FRASE, BARATO)


@pytest.fixture
def llavero(tmp_path: Path, fuente: FuenteFrase) -> Llavero:
    return Llavero.crear(tmp_path / "llavero.json", fuente)


@pytest.fixture
def cifrador(llavero: Llavero) -> CifradorDeExpediente:
    return CifradorDeExpediente(llavero, AlmacenEnMemoria())


# --- Celdas ---------------------------------------------------------------------------------------


def test_ida_y_vuelta_y_nada_en_claro() -> None:
    clave = Clave.nueva()
    for plano in (b"", b"x", "Diagnóstico: diabetes".encode() * 500):
        assert clave.descifrar(clave.cifrar(plano, CONTEXTO), CONTEXTO) == plano
    # Solo lo largo: un byte suelto aparece por azar en uno de cada seis cifrados.
    assert b"diabetes" not in clave.cifrar(b"Diagnostico: diabetes" * 500, CONTEXTO)


@pytest.mark.parametrize(
    "otro",
    [
        "paciente:1|nota_version.contenido:8",
        "paciente:1|alergia.contenido:7",
        "paciente:2|nota_version.contenido:7",
        "paciente:1|nota_version.contenido:77",
        "",
    ],
)
def test_una_celda_movida_de_lugar_no_abre(otro: str) -> None:
    clave = Clave.nueva()
    cifrado = clave.cifrar(b"hola", CONTEXTO)
    with pytest.raises(CifradoInvalido):
        clave.descifrar(cifrado, otro)


def test_cualquier_byte_cambiado_o_cortado_se_detecta() -> None:
    clave = Clave.nueva()
    cifrado = clave.cifrar(b"metformina 850 mg", CONTEXTO)
    for i in range(len(cifrado)):
        alterado = cifrado[:i] + bytes([cifrado[i] ^ 1]) + cifrado[i + 1 :]
        with pytest.raises(CifradoInvalido):
            clave.descifrar(alterado, CONTEXTO)
        with pytest.raises(CifradoInvalido):
            clave.descifrar(cifrado[:i], CONTEXTO)
    with pytest.raises(CifradoInvalido):
        clave.descifrar(cifrado + b"\0", CONTEXTO)


def test_clave_equivocada() -> None:
    with pytest.raises(CifradoInvalido):
        Clave.nueva().descifrar(Clave.nueva().cifrar(b"hola", CONTEXTO), CONTEXTO)


def test_sal_y_nonce_no_se_repiten_ni_se_pueden_pasar() -> None:
    clave = Clave.nueva()
    cabeceras = {clave.cifrar(b"igual", CONTEXTO)[1:29] for _ in range(3000)}
    assert len(cabeceras) == 3000
    with pytest.raises(TypeError):
        clave.cifrar(b"igual", CONTEXTO, nonce=b"\0" * 12)  # type: ignore[call-arg]


def test_la_clave_no_se_filtra() -> None:
    material = bytes(range(32))
    clave = Clave(material)
    assert material.hex() not in repr(clave) + str(clave)
    with pytest.raises(TypeError):
        pickle.dumps(clave)
    assert FRASE not in repr(FuenteFrase(FRASE))


# --- Claves envolventes ---------------------------------------------------------------------------


def test_cada_dueno_tiene_su_clave_y_no_se_intercambian(cifrador: CifradorDeExpediente) -> None:
    uno = cifrador.cifrar(b"nota", "paciente:1|nota.contenido:1")
    cifrador.cifrar(b"nota", "paciente:2|nota.contenido:1")
    claves = cifrador.almacen.claves  # type: ignore[attr-defined]
    assert set(claves) == {"paciente:1", "paciente:2"}
    # Quien escribe en la base cambia la clave del 2 por la del 1: no abre, porque nombra a su dueño.
    claves["paciente:2"] = claves["paciente:1"].model_copy(update={"id": "paciente:2"})
    with pytest.raises(CifradoInvalido):
        cifrador.descifrar(uno, "paciente:2|nota.contenido:1")


def test_destruir_la_clave_destruye_el_dato(cifrador: CifradorDeExpediente) -> None:
    cifrado = cifrador.cifrar(b"voz", "grabacion:9|audio:9")
    del cifrador.almacen.claves["grabacion:9"]  # type: ignore[attr-defined]
    with pytest.raises(CifradoInvalido):
        cifrador.descifrar(cifrado, "grabacion:9|audio:9")
    assert "grabacion:9" not in cifrador.almacen.claves  # type: ignore[attr-defined]


def test_contexto_sin_dueno_se_rechaza(cifrador: CifradorDeExpediente) -> None:
    for malo in ("", "nota.contenido:1", "|nota:1"):
        with pytest.raises(CifradoInvalido):
            cifrador.cifrar(b"x", malo)


def test_dos_procesos_crean_la_misma_clave_y_gana_una(llavero: Llavero) -> None:
    almacen = AlmacenEnMemoria()
    a, b = CifradorDeExpediente(llavero, almacen), CifradorDeExpediente(llavero, almacen)
    original = almacen.leer
    almacen.leer = lambda id: None  # type: ignore[method-assign]  # los dos miran antes de que exista
    ca, cb = a.cifrar(b"1", CONTEXTO), b.cifrar(b"2", CONTEXTO)
    almacen.leer = original  # type: ignore[method-assign]
    otro = CifradorDeExpediente(llavero, almacen)
    assert (otro.descifrar(ca, CONTEXTO), otro.descifrar(cb, CONTEXTO)) == (b"1", b"2")


def test_indice_ciego_estable_separado_y_opaco(llavero: Llavero, tmp_path: Path) -> None:
    curp = b"XEXX010101HNEXXXA4"
    assert llavero.indice(curp, "curp") == llavero.indice(curp, "curp") != llavero.indice(curp, "rfc")
    ajeno = Llavero.crear(tmp_path / "otro.json", FuenteFrase(FRASE, BARATO))
    assert ajeno.indice(curp, "curp") != llavero.indice(curp, "curp")


def test_los_propositos_no_comparten_clave(llavero: Llavero) -> None:
    claves = {
        llavero.clave_de_bitacora(),
        llavero.sellar(b"x"),
        llavero.indice(b"x", ""),
    }
    assert len(claves) == 3
    assert llavero.sello_valido(b"x", llavero.sellar(b"x"))
    assert not llavero.sello_valido(b"y", llavero.sellar(b"x"))


# --- Abrir el llavero -------------------------------------------------------------------------------


def test_la_llave_de_una_copia_es_de_una_persona_y_una_grabacion(
    llavero: Llavero, fuente: FuenteFrase
) -> None:
    """Rotar y volver a abrir no la cambian: lo que quedó en un navegador se puede leer después."""
    uno, otro = UUID(int=1), UUID(int=2)
    llave = llavero.clave_de_copia(uno, otro)
    llavero.iniciar_rotacion()
    assert Llavero.abrir(llavero.ruta, fuente).clave_de_copia(uno, otro) == llave
    assert len({llave, llavero.clave_de_copia(otro, uno), llavero.clave_de_copia(uno, uno)}) == 3
    assert len(llave) == 32


def test_el_llavero_se_vuelve_a_abrir_con_la_misma_frase(llavero: Llavero, fuente: FuenteFrase) -> None:
    guardada = llavero.nueva_clave("paciente:1")
    otra_vez = Llavero.abrir(llavero.ruta, fuente)
    cifrado = llavero.abrir_clave(guardada).cifrar(b"x", CONTEXTO)
    assert otra_vez.abrir_clave(guardada).descifrar(cifrado, CONTEXTO) == b"x"
    assert otra_vez.clave_de_bitacora() == llavero.clave_de_bitacora()
    assert llavero.ruta.stat().st_mode & 0o777 == 0o600


def test_frase_equivocada_en_una_linea(llavero: Llavero) -> None:
    with pytest.raises(LlaveroCerrado) as error:
        Llavero.abrir(llavero.ruta, FuenteFrase("otra frase que no era esa", BARATO))
    assert "\n" not in str(error.value)
    assert "otra frase" not in str(error.value)


def test_crear_sobre_uno_que_ya_esta_se_niega(llavero: Llavero, fuente: FuenteFrase) -> None:
    antes = llavero.ruta.read_bytes()
    with pytest.raises(LlaveroCerrado):
        Llavero.crear(llavero.ruta, fuente)
    assert llavero.ruta.read_bytes() == antes


@pytest.mark.parametrize("campo", ["instalacion", "maestras", "semilla", "sello", "parametros"])
def test_un_llavero_editado_no_abre(llavero: Llavero, fuente: FuenteFrase, campo: str) -> None:
    dato = json.loads(llavero.ruta.read_text())
    if campo == "maestras":
        dato["maestras"][0]["creada"] = "2020-01-01T00:00:00Z"
    elif campo == "parametros":
        dato["parametros"]["pasadas"] = 2
    else:
        dato[campo] = ("0" if dato[campo][0] != "0" else "1") + dato[campo][1:]
    llavero.ruta.write_text(json.dumps(dato))
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(llavero.ruta, fuente)


def test_un_llavero_no_puede_pedir_memoria_sin_fin(llavero: Llavero, fuente: FuenteFrase) -> None:
    dato = json.loads(llavero.ruta.read_text())
    dato["parametros"]["memoria_kib"] = 2**31
    llavero.ruta.write_text(json.dumps(dato))
    with pytest.raises(LlaveroCerrado, match="costo"):
        Llavero.abrir(llavero.ruta, fuente)


@pytest.mark.parametrize("contenido", [b"", b"{}", b"\xff\xfe", b'{"esquema":"9"}'])
def test_un_llavero_ilegible_se_explica(llavero: Llavero, fuente: FuenteFrase, contenido: bytes) -> None:
    llavero.ruta.write_bytes(contenido)
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(llavero.ruta, fuente)


# --- Negarse a los secretos por omisión ---------------------------------------------------------------


@pytest.mark.parametrize(
    "frase",
    ["scribe", "Cámbiame", "correct horse battery staple", "contraseña", "aaaaaaaaaaaaaaaa", "corta1A"],
)
def test_no_arranca_con_frases_de_ejemplo_o_debiles(tmp_path: Path, frase: str) -> None:
    with pytest.raises(SecretoInseguro):
        comprobar_frase(frase)
    with pytest.raises(SecretoInseguro):
        Llavero.crear(tmp_path / "l.json", FuenteFrase(frase, BARATO))
    assert not (tmp_path / "l.json").exists()


@pytest.mark.parametrize(
    "texto", ["00" * 32, "0123456789abcdef" * 4, "".join(f"{i:02x}" for i in range(32)), "zz" * 32, "ab"]
)
def test_no_arranca_con_archivos_de_clave_de_ejemplo(tmp_path: Path, texto: str) -> None:
    ruta = tmp_path / "clave"
    ruta.write_text(texto)
    ruta.chmod(0o600)
    with pytest.raises(SecretoInseguro):
        Llavero.crear(tmp_path / "l.json", FuenteArchivo(ruta))


def test_archivo_de_clave_privado_o_nada(tmp_path: Path) -> None:
    archivo = crear_archivo_de_clave(tmp_path / "clave")
    assert archivo.ruta.stat().st_mode & 0o777 == 0o600
    Llavero.crear(tmp_path / "l.json", archivo)
    archivo.ruta.chmod(0o640)
    with pytest.raises(SecretoInseguro, match="chmod 600"):
        Llavero.abrir(tmp_path / "l.json", archivo)
    archivo.ruta.chmod(0o600)
    enlace = tmp_path / "enlace"
    enlace.symlink_to(archivo.ruta)
    with pytest.raises(SecretoInseguro):
        Llavero.abrir(tmp_path / "l.json", FuenteArchivo(enlace))
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(tmp_path / "l.json", FuenteArchivo(tmp_path / "falta"))
    with pytest.raises(FileExistsError):
        crear_archivo_de_clave(archivo.ruta)


def test_llavero_legible_por_otros_no_abre(llavero: Llavero, fuente: FuenteFrase) -> None:
    llavero.ruta.chmod(0o644)
    with pytest.raises(SecretoInseguro):
        Llavero.abrir(llavero.ruta, fuente)


def test_almacen_del_sistema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guardado: dict[tuple[str, str], str] = {}

    class Falso:
        def get_password(self, servicio: str, cuenta: str) -> str | None:
            return guardado.get((servicio, cuenta))

        def set_password(self, servicio: str, cuenta: str, valor: str) -> None:
            guardado[servicio, cuenta] = valor

    monkeypatch.setattr("scribe.expediente.fuentes_clave._keyring", Falso)
    Llavero.crear(tmp_path / "l.json", FuenteSistema())
    Llavero.abrir(tmp_path / "l.json", FuenteSistema())
    with pytest.raises(LlaveroCerrado, match="sistema"):
        Llavero.abrir(tmp_path / "l.json", FuenteFrase(FRASE, BARATO))
    guardado.clear()
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(tmp_path / "l.json", FuenteSistema())


# --- Cambiar de frase y rotar -------------------------------------------------------------------------


def test_cambiar_de_frase(llavero: Llavero, fuente: FuenteFrase) -> None:
    guardada = llavero.nueva_clave("paciente:1")
    nueva = FuenteFrase("jacaranda tornillo lluvia sexto", BARATO)
    bitacora = llavero.clave_de_bitacora()
    llavero.cambiar_fuente(nueva)
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(llavero.ruta, fuente)
    otra = Llavero.abrir(llavero.ruta, nueva)
    otra.abrir_clave(guardada)
    assert otra.clave_de_bitacora() == bitacora


def _con_claves(llavero: Llavero, cuantas: int) -> tuple[AlmacenEnMemoria, CifradorDeExpediente, list[bytes]]:
    almacen = AlmacenEnMemoria()
    cifrador = CifradorDeExpediente(llavero, almacen)
    celdas = [cifrador.cifrar(b"%d" % i, f"paciente:{i}|nota:{i}") for i in range(cuantas)]
    return almacen, cifrador, celdas


def test_rotar_no_recifra_y_lo_viejo_sigue_abriendo(llavero: Llavero) -> None:
    almacen, _, celdas = _con_claves(llavero, 25)
    antes, indice, bitacora = llavero.maestra_activa, llavero.indice(b"a", "b"), llavero.clave_de_bitacora()
    assert rotar(llavero, almacen, lote=10) == 25
    assert llavero.maestra_activa != antes
    assert {c.maestra for c in almacen.claves.values()} == {llavero.maestra_activa}
    fresco = CifradorDeExpediente(llavero, almacen)
    assert [fresco.descifrar(c, f"paciente:{i}|nota:{i}") for i, c in enumerate(celdas)] == [
        b"%d" % i for i in range(25)
    ]
    assert (llavero.indice(b"a", "b"), llavero.clave_de_bitacora()) == (indice, bitacora)


@pytest.mark.parametrize("caida", [0, 1, 13, 24])
def test_rotacion_interrumpida_se_reanuda(llavero: Llavero, fuente: FuenteFrase, caida: int) -> None:
    almacen, _, celdas = _con_claves(llavero, 25)
    almacen.reemplazos_antes_de_caer = caida
    with pytest.raises(ConnectionError):
        rotar(llavero, almacen, lote=7)
    despues = Llavero.abrir(llavero.ruta, fuente)  # el proceso murió; arranca otro
    cifrador = CifradorDeExpediente(despues, almacen)
    assert [cifrador.descifrar(c, f"paciente:{i}|nota:{i}") for i, c in enumerate(celdas)][3] == b"3"
    activa = despues.maestra_activa
    almacen.reemplazos_antes_de_caer = 10**9
    assert rotar(despues, almacen, lote=7) == 25 - caida
    assert despues.maestra_activa == activa  # continuó la misma rotación
    assert not almacen.ajenas_a(activa, 1)


def test_la_maestra_saliente_se_olvida_solo_cuando_ya_nada_la_usa(
    llavero: Llavero, fuente: FuenteFrase
) -> None:
    almacen, _, _ = _con_claves(llavero, 3)
    vieja = dict(almacen.claves)
    rotar(llavero, almacen)
    manana = datetime.now(UTC) + GRACIA + timedelta(minutes=1)
    assert not llavero.retirar_salientes(almacen)  # aún en gracia
    almacen.claves["paciente:0"] = vieja["paciente:0"]  # otro proceso la había envuelto con la anterior
    assert not llavero.retirar_salientes(almacen, manana)
    rotar(llavero, almacen)
    assert llavero.retirar_salientes(almacen, manana)
    with pytest.raises(CifradoInvalido):
        Llavero.abrir(llavero.ruta, fuente).abrir_clave(vieja["paciente:1"])


def test_otro_proceso_ve_la_rotacion(llavero: Llavero, fuente: FuenteFrase) -> None:
    trabajador = Llavero.abrir(llavero.ruta, fuente)
    almacen, _, celdas = _con_claves(llavero, 2)
    rotar(llavero, almacen)
    assert trabajador.maestra_activa == llavero.maestra_activa
    assert CifradorDeExpediente(trabajador, almacen).descifrar(celdas[1], "paciente:1|nota:1") == b"1"


def test_corte_al_escribir_deja_el_llavero_anterior(
    llavero: Llavero, fuente: FuenteFrase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sin_disco(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    antes = llavero.ruta.read_bytes()
    monkeypatch.setattr(modulo_llavero.os, "fsync", sin_disco)
    with pytest.raises(OSError, match="space"):
        llavero.iniciar_rotacion()
    monkeypatch.undo()
    assert llavero.ruta.read_bytes() == antes
    Llavero.abrir(llavero.ruta, fuente)
    assert not list(llavero.ruta.parent.glob(".llavero.json.*"))


def test_la_copia_para_el_respaldo_no_lleva_claves_en_claro(
    llavero: Llavero, fuente: FuenteFrase, tmp_path: Path
) -> None:
    copia = llavero.copia()
    assert llavero.clave_de_bitacora().hex().encode() not in copia
    escribir_copia(copia, tmp_path / "otra" / "l.json")
    otro = Llavero.abrir(tmp_path / "otra" / "l.json", fuente)
    assert otro.clave_de_bitacora() == llavero.clave_de_bitacora()
    escribir_copia(copia.replace(b'"activa"', b'"saliente"'), tmp_path / "otra" / "l.json")
    with pytest.raises(LlaveroCerrado):
        Llavero.abrir(tmp_path / "otra" / "l.json", fuente)
    with pytest.raises(LlaveroCerrado):
        escribir_copia(b"{}", tmp_path / "otra" / "l.json")
