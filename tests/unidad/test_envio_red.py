"""Con quién se habla y con quién no: todo se rechaza antes de abrir una conexión."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scribe import aislamiento
from scribe.envio.autorizados import EquipoAutorizado, autorizar, revisar_ips
from scribe.envio.errores import Aplazado, DestinoMalConfigurado, DestinoNoAutorizado, Negado
from scribe.envio.protocolo import Intercambio, Reintentar
from scribe.envio.reintentos import Espera, espera_pedida, insistir
from scribe.envio.secretos import Credencial
from scribe.envio.transporte import CanalHttp, Envio, Limites

HOSPITAL = EquipoAutorizado(equipo="fhir.hospital.mx", puerto=443, redes=("10.20.0.0/16",))
LOCAL = EquipoAutorizado(equipo="localhost", puerto=8090)
ENVIO = Envio("borrador", "urn:uuid:prueba", "scribe")


@pytest.mark.parametrize(
    "url",
    [
        "https://fhir.hospital.mx/fhir",
        "https://FHIR.Hospital.MX./fhir/",
        "https://fhir.hospital.mx:443/a/b",
        "http://localhost:8090/fhir",
    ],
)
def test_lo_autorizado_pasa(url: str) -> None:
    assert autorizar(url, [HOSPITAL, LOCAL]).equipo in (HOSPITAL, LOCAL)


@pytest.mark.parametrize(
    "url",
    [
        "https://otro.hospital.mx/fhir",
        "https://fhir.hospital.mx.evil.example/fhir",
        "https://fhir.hospital.mx@evil.example/fhir",
        "https://evil.example@fhir.hospital.mx/fhir",
        "https://u:p@fhir.hospital.mx/fhir",
        "https://@fhir.hospital.mx/fhir",
        "https://fhir.hospital.mx:8443/fhir",
        "https://fhir.hospital.mx:0/fhir",
        "https://fhir.hospital.mx:99999/fhir",
        "https://fhir.hospital.mx:443x/fhir",
        "http://fhir.hospital.mx/fhir",
        "http://fhir.hospital.mx:443/fhir",
        "https://fhir.hospital.mx/fhir?a=1",
        "https://fhir.hospital.mx/fhir?",
        "https://fhir.hospital.mx/fhir#x",
        "https://fhir.hospital.mx/../fhir",
        "https://fhir.hospital.mx/%2e%2e/x",
        "https://fhir.hospital.mx\\@evil.example/",
        "https://fhir.hospital.mx/\r\nHost: x",
        " https://fhir.hospital.mx/fhir",
        "https://fhir。hospital。mx/fhir",
        "https://fhir.hospital.mx%00/fhir",
        "ftp://fhir.hospital.mx/",
        "file:///etc/passwd",
        "https:///fhir",
        "//fhir.hospital.mx/fhir",
        "fhir.hospital.mx",
        "",
        "https://127.0.0.1:8090/fhir",
        "http://127.1:8090/fhir",
        "http://2130706433:8090/fhir",
        "http://0x7f.0.0.1:8090/fhir",
        "http://0:8090/fhir",
        "http://[::1]:8090/fhir",
        "http://[::ffff:127.0.0.1]:8090/fhir",
        "http://[fe80::1%25eth0]:8090/fhir",
    ],
)
def test_lo_demas_se_rechaza(url: str) -> None:
    with pytest.raises(DestinoNoAutorizado):
        autorizar(url, [HOSPITAL, LOCAL])


@given(st.text(max_size=60))
def test_ninguna_cadena_se_cuela(url: str) -> None:
    try:
        direccion = autorizar(url, [HOSPITAL])
    except DestinoNoAutorizado:
        return
    assert direccion.equipo == HOSPITAL and direccion.esquema == "https"


@given(st.sampled_from(["https://", "http://", "HTTPS://"]), st.text(max_size=20), st.text(max_size=20))
def test_adornos_alrededor_del_nombre_no_cambian_a_donde_va(esquema: str, antes: str, despues: str) -> None:
    try:
        direccion = autorizar(f"{esquema}{antes}fhir.hospital.mx{despues}", [HOSPITAL])
    except DestinoNoAutorizado:
        return
    assert direccion.origen == "https://fhir.hospital.mx:443"


def test_ipv6_y_su_envoltura_de_ipv4() -> None:
    seis = EquipoAutorizado(equipo="[2001:db8::5]", puerto=443)
    assert autorizar("https://[2001:DB8:0::5]/fhir", [seis]).origen == "https://[2001:db8::5]:443"
    assert revisar_ips(seis, ["2001:db8::5"]) == ("2001:db8::5",)
    cuatro = EquipoAutorizado(equipo="10.0.0.9", puerto=443)
    assert autorizar("https://[::ffff:10.0.0.9]/fhir", [cuatro]).equipo == cuatro
    with pytest.raises(DestinoNoAutorizado):
        revisar_ips(cuatro, ["::ffff:127.0.0.1"])


@pytest.mark.parametrize(
    "ips",
    [
        ["10.21.0.1"],
        ["10.20.0.1", "8.8.8.8"],
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:8.8.8.8"],
        ["fe80::1%eth0"],
        ["basura"],
        [],
    ],
)
def test_dns_que_apunta_a_otra_parte(ips: list[str]) -> None:
    with pytest.raises(DestinoNoAutorizado):
        revisar_ips(HOSPITAL, ips)


@pytest.mark.parametrize(
    "ip", ["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "::"]
)
def test_una_red_ancha_no_alcanza_lo_especial(ip: str) -> None:
    ancho = EquipoAutorizado(equipo="fhir.nube.mx", redes=("0.0.0.0/0", "::/0"))
    assert revisar_ips(ancho, ["8.8.8.8", "2001:db8::1"])
    with pytest.raises(DestinoNoAutorizado):
        revisar_ips(ancho, [ip])


def test_un_nombre_sin_redes_no_se_puede_registrar() -> None:
    with pytest.raises(ValidationError):
        EquipoAutorizado(equipo="fhir.hospital.mx")
    with pytest.raises(ValidationError):
        EquipoAutorizado(equipo="127.1")


class Escucha:
    """Un puerto local que cuenta a quien llega."""

    def __init__(self, contexto: ssl.SSLContext | None = None) -> None:
        self.visitas = 0
        self.recibido = b""
        self._s = socket.create_server(("127.0.0.1", 0))
        self.puerto = int(self._s.getsockname()[1])
        self._contexto = contexto
        threading.Thread(target=self._atender, daemon=True).start()

    def _atender(self) -> None:
        while True:
            try:
                crudo, _ = self._s.accept()
            except OSError:
                return
            self.visitas += 1
            try:
                c = self._contexto.wrap_socket(crudo, server_side=True) if self._contexto else crudo
                c.settimeout(3)
                self.recibido += c.recv(65536)
                c.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                c.close()
            except OSError:
                pass

    def cerrar(self) -> None:
        self._s.close()


@pytest.fixture
def escucha() -> Iterator[Escucha]:
    e = Escucha()
    yield e
    e.cerrar()


def _resuelve(monkeypatch: pytest.MonkeyPatch, *ips: str) -> list[str]:
    """Un DNS de mentira, y la lista de nombres que se le preguntaron."""
    preguntados: list[str] = []

    def getaddrinfo(nombre: str, puerto: int, *_: Any, **__: Any) -> list[Any]:
        if nombre != "127.0.0.1":  # al conectar se le pasa la IP, que ya no es una pregunta
            preguntados.append(nombre)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, puerto))
            for ip in ips
        ]

    monkeypatch.setattr("scribe.envio.red.socket.getaddrinfo", getaddrinfo)
    return preguntados


def _canal(url: str, equipo: EquipoAutorizado, **mas: Any) -> CanalHttp:
    limites = Limites(conectar_s=3, total_s=5)
    return CanalHttp(
        autorizar(url, [equipo]), ENVIO, mas.pop("anotar", lambda _: None), limites=limites, **mas
    )


def test_dns_que_apunta_aqui_no_abre_conexion(monkeypatch: pytest.MonkeyPatch, escucha: Escucha) -> None:
    """El nombre está autorizado, pero el DNS contesta la dirección de este equipo: ni se toca."""
    equipo = EquipoAutorizado(equipo="fhir.hospital.mx", puerto=escucha.puerto, redes=("10.20.0.0/16",))
    _resuelve(monkeypatch, "10.20.0.1", "127.0.0.1")
    with pytest.raises(DestinoNoAutorizado):
        _canal(f"https://fhir.hospital.mx:{escucha.puerto}/fhir", equipo).pedir("GET", "metadata")
    assert escucha.visitas == 0


def test_se_conecta_a_la_ip_comprobada_sin_volver_a_preguntar(
    monkeypatch: pytest.MonkeyPatch, escucha: Escucha
) -> None:
    equipo = EquipoAutorizado(equipo="localhost", puerto=escucha.puerto)
    preguntados = _resuelve(monkeypatch, "127.0.0.1")
    respuesta = _canal(f"http://localhost:{escucha.puerto}/fhir", equipo).pedir("GET", "Patient/1")
    assert (respuesta.estado, preguntados, escucha.visitas) == (404, ["localhost"], 1)
    assert f"Host: localhost:{escucha.puerto}".lower().encode() in escucha.recibido.lower()


def test_un_proxy_del_entorno_se_ignora(monkeypatch: pytest.MonkeyPatch, escucha: Escucha) -> None:
    ajeno = Escucha()
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{ajeno.puerto}")
    equipo = EquipoAutorizado(equipo="127.0.0.1", puerto=escucha.puerto)
    assert _canal(f"http://127.0.0.1:{escucha.puerto}", equipo).pedir("GET", "x").estado == 404
    assert (ajeno.visitas, escucha.visitas) == (0, 1)
    ajeno.cerrar()


@pytest.fixture
def autoridad(tmp_path: Path) -> Any:
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    return ca


def _con_certificado(ca: Any, *nombres: str) -> Escucha:
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*nombres).configure_cert(contexto)
    return Escucha(contexto)


def test_tls_verifica_el_nombre_y_no_la_ip(
    monkeypatch: pytest.MonkeyPatch, autoridad: Any, tmp_path: Path
) -> None:
    servidor = _con_certificado(autoridad, "fhir.hospital.mx")
    equipo = EquipoAutorizado(equipo="fhir.hospital.mx", puerto=servidor.puerto, redes=("127.0.0.0/8",))
    _resuelve(monkeypatch, "127.0.0.1")
    canal = _canal(f"https://fhir.hospital.mx:{servidor.puerto}", equipo, autoridad=tmp_path / "ca.pem")
    assert canal.pedir("GET", "x").estado == 404
    servidor.cerrar()


@pytest.mark.parametrize("caso", ["otro_nombre", "autoridad_ajena"])
def test_tls_que_no_cuadra_no_recibe_nada(
    monkeypatch: pytest.MonkeyPatch, autoridad: Any, tmp_path: Path, caso: str
) -> None:
    servidor = _con_certificado(autoridad, "otro.mx" if caso == "otro_nombre" else "fhir.hospital.mx")
    equipo = EquipoAutorizado(equipo="fhir.hospital.mx", puerto=servidor.puerto, redes=("127.0.0.0/8",))
    _resuelve(monkeypatch, "127.0.0.1")
    pem = tmp_path / "ca.pem" if caso == "otro_nombre" else None
    canal = _canal(f"https://fhir.hospital.mx:{servidor.puerto}", equipo, autoridad=pem)
    with pytest.raises(Negado, match="certificado"):
        canal.pedir("POST", "Patient", b"{}")
    assert servidor.recibido == b""
    servidor.cerrar()


def test_una_autoridad_que_no_es_pem_se_dice(tmp_path: Path) -> None:
    malo = tmp_path / "ca.pem"
    malo.write_text("nada")
    with pytest.raises(DestinoMalConfigurado):
        _canal("https://fhir.hospital.mx", HOSPITAL, autoridad=malo)


def test_cada_pregunta_se_anota_antes_y_despues(escucha: Escucha) -> None:
    notas: list[Intercambio] = []
    equipo = EquipoAutorizado(equipo="127.0.0.1", puerto=escucha.puerto)
    _canal(f"http://127.0.0.1:{escucha.puerto}", equipo, anotar=notas.append).pedir(
        "GET", "Patient?identifier=x"
    )
    assert [(n.fase, n.resultado) for n in notas] == [("intento", ""), ("desenlace", "404")]
    assert notas[0].operacion == "GET Patient"


def test_puerto_cerrado_se_aplaza() -> None:
    with socket.create_server(("127.0.0.1", 0)) as s:
        puerto = int(s.getsockname()[1])
    equipo = EquipoAutorizado(equipo="127.0.0.1", puerto=puerto)
    with pytest.raises(Aplazado):
        _canal(f"http://127.0.0.1:{puerto}", equipo).pedir("GET", "x")


# --- Permiso de red, por hilo y por par exacto ---------------------------------------------------------


def test_el_permiso_es_de_ese_par_y_de_ese_hilo() -> None:
    par = ("10.20.0.1", 443)
    otros: list[bool] = []

    def pasa(evento: str, argumentos: tuple[Any, ...]) -> bool:
        try:
            aislamiento._revisar(evento, argumentos)
        except aislamiento.RedBloqueada:
            return False
        return True

    assert not pasa("socket.connect", (None, par))
    with aislamiento.permitir_destinos(frozenset({par, ("fhir.hospital.mx", 443)})):
        assert pasa("socket.connect", (None, par))
        assert pasa("socket.getaddrinfo", ("fhir.hospital.mx", 443, 0, 1, 0))
        assert not pasa("socket.connect", (None, ("10.20.0.1", 80)))
        assert not pasa("socket.connect", (None, ("10.20.0.2", 443)))
        assert not pasa("socket.sendto", (None, par))
        assert not pasa("socket.getaddrinfo", ("evil.example", 443, 0, 1, 0))
        hilo = threading.Thread(target=lambda: otros.append(pasa("socket.connect", (None, par))))
        hilo.start()
        hilo.join()
    assert otros == [False]
    assert not pasa("socket.connect", (None, par))


# --- Secretos --------------------------------------------------------------------------------------------


def _secreto(tmp_path: Path, texto: str = "token-de-prueba", modo: int = 0o600) -> Path:
    ruta = tmp_path / "secreto"
    ruta.write_text(texto)
    ruta.chmod(modo)
    return ruta


def test_el_secreto_llega_y_no_se_ve(
    tmp_path: Path, escucha: Escucha, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    credencial = Credencial(archivo=_secreto(tmp_path, "token-de-prueba\n"))
    equipo = EquipoAutorizado(equipo="127.0.0.1", puerto=escucha.puerto)
    notas: list[Intercambio] = []
    canal = _canal(f"http://127.0.0.1:{escucha.puerto}", equipo, credencial=credencial, anotar=notas.append)
    canal.pedir("GET", "x")
    assert b"authorization: bearer token-de-prueba\r\n" in escucha.recibido.replace(
        b"Authorization: Bearer", b"authorization: bearer"
    )
    visto = caplog.text + repr(notas) + repr(credencial) + repr(credencial.cabecera()) + str(vars(canal))
    assert "token-de-prueba" not in visto


@pytest.mark.parametrize("texto", ["", "\n", "a\nb", "a\x00b", "ñ", "x" * 20_000])
def test_un_secreto_imposible_se_rechaza(tmp_path: Path, texto: str) -> None:
    with pytest.raises(DestinoMalConfigurado):
        Credencial(archivo=_secreto(tmp_path, texto)).cabecera()


def test_un_secreto_que_otros_leen_se_rechaza(tmp_path: Path) -> None:
    with pytest.raises(DestinoMalConfigurado, match="chmod"):
        Credencial(archivo=_secreto(tmp_path, modo=0o640)).cabecera()
    bueno = _secreto(tmp_path)
    (tmp_path / "enlace").symlink_to(bueno)
    for ruta in (tmp_path / "enlace", tmp_path / "no-esta", tmp_path):
        with pytest.raises(DestinoMalConfigurado):
            Credencial(archivo=ruta).cabecera()


def test_la_credencial_va_en_un_solo_lugar(tmp_path: Path) -> None:
    for datos in ({}, {"archivo": tmp_path / "x", "llavero": "hospital"}):
        with pytest.raises(ValidationError):
            Credencial(**datos)


def test_usuario_y_contrasena(tmp_path: Path) -> None:
    valor = Credencial(esquema="basic", archivo=_secreto(tmp_path, "u:p")).cabecera().get_secret_value()
    assert valor == "Basic dTpw"


# --- Espera ----------------------------------------------------------------------------------------------

AHORA = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@given(st.integers(-5, 10_000), st.integers(0, 10**9) | st.none())
def test_la_espera_crece_tiene_tope_y_respeta_lo_pedido(intento: int, pedida: int | None) -> None:
    espera = Espera()
    dada = timedelta(seconds=pedida) if pedida is not None else None
    falta = espera.cuando(intento, AHORA, dada) - AHORA
    assert espera.base * 0.75 <= falta <= max(espera.tope * 1.25, espera.tope_pedido)
    if dada is not None:
        assert falta >= min(dada, espera.tope_pedido)
    if intento >= 20:
        assert falta >= espera.tope * 0.75


@pytest.mark.parametrize(
    ("texto", "segundos"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Sun, 22 Nov 2026 08:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2020 08:01:00 GMT", 0.0),
        ("-3", None),
        ("pronto", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(texto: str | None, segundos: float | None) -> None:
    pedida = espera_pedida(texto, AHORA)
    assert (pedida.total_seconds() if pedida is not None else None) == segundos


def test_insistir_duerme_hasta_la_hora_y_se_rinde() -> None:
    dormido: list[float] = []
    pedido = Reintentar(AHORA + timedelta(seconds=9), "x")
    resultado = insistir(lambda _: pedido, 3, dormido.append, lambda: AHORA)
    assert (resultado, dormido) == (pedido, [9.0, 9.0])
