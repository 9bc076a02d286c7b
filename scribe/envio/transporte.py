"""Un canal HTTP hacia un solo destino: anota, limita y no obedece redirecciones.

Convierte lo que pase en una `Respuesta`, un `Aplazado` (se puede repetir) o un `Negado` (no). El cuerpo de
un error ajeno nunca se copia a un mensaje: puede repetir lo que enviamos.
"""

from __future__ import annotations

import hashlib
import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpcore2
import httpx2

from scribe.envio.autorizados import Direccion
from scribe.envio.errores import Aplazado, Negado
from scribe.envio.protocolo import Anotador, Intercambio, Motivo
from scribe.envio.red import Plazo, RedAutorizada, contexto_tls
from scribe.envio.reintentos import espera_pedida
from scribe.envio.secretos import Credencial

_REPETIBLES = frozenset({408, 409, 423, 425, 429})
_NO_JSON = "El destino contestó algo que no es FHIR en JSON."

# httpcore escribe en DEBUG las cabeceras que recibe; httpx, en INFO, cada dirección.
for _nombre in ("httpx2", "httpcore2"):
    logging.getLogger(_nombre).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Limites:
    """Segundos y bytes que se conceden a cada pregunta."""

    conectar_s: float = 10.0
    total_s: float = 60.0
    respuesta_max: int = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Envio:
    """A qué envío pertenecen las preguntas: se repite igual en cada intento."""

    motivo: Motivo
    llave: str
    origen: str


@dataclass(frozen=True, slots=True)
class Respuesta:
    """Lo que contestó el destino; `cuerpo` es nulo si vino vacío."""

    estado: int
    cabeceras: Mapping[str, str]
    cuerpo: dict[str, Any] | None = field(default=None, repr=False)


class Canal(Protocol):
    """Lo que el cliente FHIR necesita de la red."""

    def pedir(
        self, metodo: str, ruta: str, cuerpo: bytes | None = None, cabeceras: Mapping[str, str] | None = None
    ) -> Respuesta:
        """Una pregunta. Lanza `Aplazado`, `Negado` o `DestinoNoAutorizado`."""
        ...


class CanalHttp:
    """El canal de verdad. Cada pregunta abre su conexión: son pocas y así ninguna hereda nada."""

    def __init__(
        self,
        direccion: Direccion,
        envio: Envio,
        anotar: Anotador,
        *,
        credencial: Credencial | None = None,
        autoridad: Path | None = None,
        limites: Limites | None = None,
        reloj: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._direccion = direccion
        self._envio = envio
        self._anotar = anotar
        self._credencial = credencial
        self._tls = contexto_tls(autoridad) if direccion.esquema == "https" else None
        self._limites = limites or Limites()
        self._reloj = reloj

    def pedir(
        self, metodo: str, ruta: str, cuerpo: bytes | None = None, cabeceras: Mapping[str, str] | None = None
    ) -> Respuesta:
        """Ver `Canal.pedir`. `ruta` va después de la raíz del destino y la arma Scribe, nunca el destino."""
        operacion = f"{metodo} {ruta.split('?', maxsplit=1)[0]}"
        self._anotar(self._asiento("intento", operacion, cuerpo))
        try:
            estado, recibidas, bruto = self._hablar(metodo, ruta, cuerpo, cabeceras or {})
        except Exception as causa:
            self._anotar(self._asiento("desenlace", operacion, cuerpo, "sin_respuesta"))
            propio = _traducir(causa)
            if propio is None:
                raise
            raise propio from causa
        self._anotar(self._asiento("desenlace", operacion, cuerpo, str(estado), bruto))
        return self._juzgar(estado, recibidas, bruto)

    def _hablar(
        self, metodo: str, ruta: str, cuerpo: bytes | None, cabeceras: Mapping[str, str]
    ) -> tuple[int, httpx2.Headers, bytes]:
        limites = self._limites
        transporte = _Transporte(self._direccion, Plazo(limites.total_s), self._tls)
        with httpx2.Client(
            transport=transporte, trust_env=False, follow_redirects=False, timeout=limites.conectar_s
        ) as cliente:
            peticion = cliente.build_request(
                metodo,
                f"{self._direccion.url}/{ruta}",
                content=cuerpo,
                headers=self._cabeceras(cuerpo, cabeceras),
            )
            peticion.extensions["timeout"] = {
                "connect": limites.conectar_s, "read": limites.total_s, "write": limites.total_s, "pool": 1.0,
            }  # fmt: skip
            respuesta = cliente.send(peticion, stream=True)
            try:
                return respuesta.status_code, respuesta.headers, self._leer(respuesta)
            finally:
                respuesta.close()

    def _cabeceras(self, cuerpo: bytes | None, propias: Mapping[str, str]) -> dict[str, str]:
        fijas = {
            "Accept": "application/fhir+json", "Accept-Encoding": "identity", "User-Agent": "scribe",
            **({"Content-Type": "application/fhir+json; charset=utf-8"} if cuerpo is not None else {}),
        }  # fmt: skip
        if self._credencial is not None:
            fijas["Authorization"] = self._credencial.cabecera().get_secret_value()
        return {**fijas, **propias}

    def _leer(self, respuesta: httpx2.Response) -> bytes:
        if respuesta.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
            raise Aplazado(_NO_JSON, "Pida que conteste sin comprimir.")
        recibido = bytearray()
        for trozo in respuesta.iter_raw():
            recibido += trozo
            if len(recibido) > self._limites.respuesta_max:
                raise Aplazado("El destino contestó más de lo que se admite.", "Avise a quien lo administra.")
        return bytes(recibido)

    def _juzgar(self, estado: int, cabeceras: httpx2.Headers, bruto: bytes) -> Respuesta:
        if 300 <= estado < 400 and estado != 304:
            raise Negado(
                "El destino quiso mandar la petición a otra dirección; no se siguió.",
                "Si cambió de dirección, regístrela y autorícela.",
            )
        if estado >= 500 or estado in _REPETIBLES:
            espera = espera_pedida(cabeceras.get("retry-after"), self._reloj())
            raise Aplazado(f"El destino contestó {estado}.", "Se repetirá solo.", espera)
        if estado in {401, 403}:
            raise Negado(
                f"El destino no aceptó la credencial ({estado}).",
                "Renueve el secreto del destino y repita el envío.",
            )
        if estado in {404, 410, 412}:
            return Respuesta(estado, cabeceras)
        if estado >= 400:
            raise Negado(
                f"El destino rechazó el recurso ({estado}): {_motivos(bruto)}.",
                "Revise con quien lo administra.",
            )
        if not bruto.strip():
            return Respuesta(estado, cabeceras)
        if "json" not in cabeceras.get("content-type", "").lower():
            raise Aplazado(_NO_JSON, "Revise que la dirección sea la de FHIR.")
        return Respuesta(estado, cabeceras, _objeto(bruto))

    def _asiento(
        self,
        fase: str,
        operacion: str,
        cuerpo: bytes | None,
        resultado: str = "",
        respuesta: bytes | None = None,
    ) -> Intercambio:
        return Intercambio(
            fase="intento" if fase == "intento" else "desenlace",
            motivo=self._envio.motivo,
            cuando=self._reloj(),
            origen=self._envio.origen,
            destino=self._direccion.url,
            operacion=operacion,
            llave=self._envio.llave,
            sha256=hashlib.sha256(cuerpo or b"").hexdigest(),
            resultado=resultado,
            sha256_respuesta=hashlib.sha256(respuesta).hexdigest() if respuesta is not None else "",
        )


class _Transporte(httpx2.BaseTransport):
    """Une httpx con la red autorizada. Sin reintentos, sin proxy, una conexión."""

    def __init__(self, direccion: Direccion, plazo: Plazo, tls: ssl.SSLContext | None) -> None:
        self._reserva = httpcore2.ConnectionPool(
            ssl_context=tls,
            max_connections=1,
            retries=0,
            network_backend=RedAutorizada(direccion.equipo, plazo),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        respuesta = self._reserva.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            respuesta.status, headers=respuesta.headers, stream=_Cuerpo(respuesta.stream), extensions={}
        )

    def close(self) -> None:
        self._reserva.close()


class _Cuerpo(httpx2.SyncByteStream):
    def __init__(self, flujo: Any) -> None:
        self._flujo = flujo

    def __iter__(self) -> Iterator[bytes]:
        yield from self._flujo

    def close(self) -> None:
        self._flujo.close()


def _objeto(bruto: bytes) -> dict[str, Any]:
    try:
        dato = json.loads(bruto)
    except (ValueError, RecursionError):
        raise Aplazado(_NO_JSON, "Revise que la dirección sea la de FHIR.") from None
    if not isinstance(dato, dict) or not isinstance(dato.get("resourceType"), str):
        raise Aplazado(_NO_JSON, "Revise que la dirección sea la de FHIR.")
    return dato


# R4, issue-type: los únicos códigos que se repiten; lo demás que diga un servidor puede ser de la nota.
_CODIGOS = frozenset(
    {
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
        "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
        "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension", "too-costly",
        "business-rule", "conflict", "transient", "lock-error", "no-store", "exception", "timeout",
        "incomplete", "throttled",
    }
)  # fmt: skip


def _motivos(bruto: bytes) -> str:
    """Los códigos de un OperationOutcome; sus textos no, que pueden citar lo enviado."""
    try:
        avisos = _objeto(bruto).get("issue", [])
        codigos = {str(a.get("code", "")) for a in avisos if isinstance(a, dict)}
    except (Aplazado, TypeError):
        return "sin explicación"
    limpios = sorted(codigos & _CODIGOS)
    return ", ".join(limpios) or "sin explicación"


def _traducir(causa: Exception) -> Aplazado | Negado | None:
    """Un fallo de la red como `Aplazado`, salvo el del certificado, que una persona debe ver; o nulo."""
    actual: BaseException | None = causa
    while actual is not None:
        if isinstance(actual, ssl.SSLCertVerificationError):
            return Negado(
                "El certificado del destino no es de confianza o no corresponde a su nombre.",
                "No se envió nada. Revise el certificado, o la autoridad configurada para este destino.",
            )
        actual = actual.__cause__ or actual.__context__
    if isinstance(causa, (httpcore2.TimeoutException, httpx2.TimeoutException)):
        return Aplazado("El destino tardó demasiado.", "Se repetirá solo.")
    if isinstance(causa, (httpcore2.NetworkError, httpcore2.ProtocolError, httpx2.TransportError, OSError)):
        return Aplazado("No hubo conexión con el destino.", "Se repetirá solo; revise la red si continúa.")
    return None
