"""Con qué equipos se puede hablar (NOM-024-SSA3 3.3.5); todo lo demás se rechaza antes de abrir conexión.

Un equipo autorizado es un nombre, un puerto y las redes donde puede estar: si el DNS contesta una IP de
otra red, no se conecta. Una red ancha (0.0.0.0/0) no alcanza a las direcciones especiales (este equipo,
enlace local, multidifusión): esas solo se autorizan por su nombre exacto o con una red dentro de ellas.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from scribe.envio.errores import DestinoNoAutorizado

Ip = IPv4Address | IPv6Address
Red = IPv4Network | IPv6Network

_NOMBRE = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"
)
_RUTA = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?\Z")
_PUERTOS = {"https": 443, "http": 80}
_BUCLE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
# No son de otro equipo de la red: ahí viven los servicios de este mismo y los de administración de la nube.
_ESPECIALES: tuple[Red, ...] = _BUCLE + tuple(
    ipaddress.ip_network(r)
    for r in ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8")
)


class EquipoAutorizado(BaseModel):
    """Un equipo al que se permite enviar. `redes` es obligatoria si `equipo` es un nombre."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    equipo: str
    puerto: int = Field(443, ge=1, le=65535)
    redes: tuple[Red, ...] = ()

    @field_validator("equipo")
    @classmethod
    def _canonico(cls, valor: str) -> str:
        return canonico(valor)

    @model_validator(mode="before")
    @classmethod
    def _completar(cls, datos: Any) -> Any:
        if not isinstance(datos, dict) or datos.get("redes"):
            return datos
        ip = como_ip(str(datos.get("equipo", "")).strip("[]"))
        if ip is not None:
            return {**datos, "redes": (ipaddress.ip_network(ip),)}
        if str(datos.get("equipo", "")).lower() == "localhost":
            return {**datos, "redes": _BUCLE}
        raise ValueError("un equipo por nombre necesita sus redes: dónde puede estar")

    def permite(self, ip: Ip) -> bool:
        """Si esta dirección es de las suyas."""
        ip = _desnuda(ip)
        return any(
            ip.version == red.version
            and ip in red
            and all(_dentro(red, e) for e in _ESPECIALES if _esta(ip, e))
            for red in self.redes
        )


@dataclass(frozen=True, slots=True)
class Direccion:
    """La raíz de un destino, ya comprobada: nunca cambia por lo que el destino conteste."""

    esquema: str
    equipo: EquipoAutorizado
    ruta: str

    @property
    def origen(self) -> str:
        """`https://equipo:puerto`, para la bitácora."""
        nombre = f"[{self.equipo.equipo}]" if ":" in self.equipo.equipo else self.equipo.equipo
        return f"{self.esquema}://{nombre}:{self.equipo.puerto}"

    @property
    def url(self) -> str:
        """La dirección completa, sin diagonal al final."""
        return f"{self.origen}{self.ruta}"


def autorizar(url: str, equipos: Iterable[EquipoAutorizado]) -> Direccion:
    """La dirección de un destino, si está autorizada. Lanza `DestinoNoAutorizado` sin conectar con nadie.

    No admite usuario en la URL, ni consulta, ni fragmento, ni IP escritas de formas raras; http solo se
    admite hacia este mismo equipo (NOM-024-SSA3 3.3.4, cifrado en tránsito).
    """
    if url != url.strip() or any(c <= " " or c in "\\\x7f" for c in url):
        raise _no("La dirección tiene espacios o caracteres de control.")
    try:
        partes = urlsplit(url)
        puerto = partes.port if partes.port is not None else _PUERTOS.get(partes.scheme, 0)
    except ValueError:
        raise _no("La dirección no se entiende.") from None
    if partes.scheme not in _PUERTOS or not partes.hostname:
        raise _no("La dirección no es https://…")
    if "@" in partes.netloc:
        raise _no("La dirección lleva usuario o contraseña.")
    if partes.query or partes.fragment or "?" in url or "#" in url:
        raise _no("La dirección lleva consulta o fragmento.")
    if not _RUTA.match(partes.path) or any(p in {".", ".."} for p in partes.path.split("/")):
        raise _no("La ruta de la dirección no es sencilla.")
    try:
        nombre = canonico(partes.hostname)
    except ValueError:
        raise _no("El equipo de la dirección no es un nombre ni una IP bien escrita.") from None
    equipo = next((e for e in equipos if (e.equipo, e.puerto) == (nombre, puerto)), None)
    if equipo is None:
        raise _no(f"El equipo {nombre}, puerto {puerto}, no está en la lista de autorizados.")
    if partes.scheme == "http" and not all(_en_bucle(red) for red in equipo.redes):
        raise _no("Sin cifrar (http) solo se envía a este mismo equipo.")
    return Direccion(partes.scheme, equipo, partes.path.rstrip("/"))


def revisar_ips(equipo: EquipoAutorizado, ips: Iterable[str]) -> tuple[str, ...]:
    """Las direcciones a que conectar, en su orden. Con una sola fuera de sus redes, se rechazan todas."""
    direcciones = tuple(dict.fromkeys(ips))
    for texto in direcciones:
        ip = como_ip(texto)
        if ip is None or not equipo.permite(ip):
            raise _no(f"El nombre {equipo.equipo} apunta a una dirección fuera de sus redes autorizadas.")
    if not direcciones:
        raise _no(f"El nombre {equipo.equipo} no tiene dirección.")
    return direcciones


def canonico(equipo: str) -> str:
    """El nombre en minúsculas o la IP en su forma corta. Lanza `ValueError` si no es ninguna de las dos."""
    limpio = equipo.strip("[]") if equipo.startswith("[") and equipo.endswith("]") else equipo
    ip = como_ip(limpio)
    if ip is not None:
        return str(ip)
    nombre = limpio.lower().removesuffix(".")
    if not _NOMBRE.match(nombre):
        raise ValueError("no es un nombre de equipo")
    return nombre


def como_ip(texto: str) -> Ip | None:
    """La IP, sin zona y sin envoltura IPv4 en IPv6; nulo si no lo es (127.1 o 0x7f000001 no lo son)."""
    try:
        return _desnuda(ipaddress.ip_address(texto)) if "%" not in texto else None
    except ValueError:
        return None


def _desnuda(ip: Ip) -> Ip:
    """::ffff:127.0.0.1 es 127.0.0.1: el núcleo conecta al mismo lugar."""
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def _esta(ip: Ip, red: Red) -> bool:
    return ip.version == red.version and ip in red


def _dentro(chica: Red, grande: Red) -> bool:
    if isinstance(chica, IPv4Network) and isinstance(grande, IPv4Network):
        return chica.subnet_of(grande)
    return isinstance(chica, IPv6Network) and isinstance(grande, IPv6Network) and chica.subnet_of(grande)


def _en_bucle(red: Red) -> bool:
    return any(_dentro(red, b) for b in _BUCLE)


def _no(motivo: str) -> DestinoNoAutorizado:
    return DestinoNoAutorizado(motivo, "Corrija el destino o pida al administrador que lo autorice.")
