"""Cómo se configura un destino: qué puede decir el administrador, qué se rechaza y cómo se arma con ello.

En la configuración no hay secretos ni rutas de este equipo (salvo la carpeta que recoge otro sistema): la
credencial y la autoridad certificadora son archivos 0600 con el id del destino, que se ponen en la consola.
Así, quien administra por la web no puede hacer que se lea o se envíe un archivo cualquiera.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from scribe.envio.autorizados import Direccion, EquipoAutorizado, autorizar
from scribe.envio.carpeta import MARCA, DestinoCarpeta
from scribe.envio.errores import DestinoMalConfigurado, DestinoNoAutorizado
from scribe.envio.fhir.destino import DestinoFhir, turno_local
from scribe.envio.fhir.documento import Acuerdo
from scribe.envio.fhir.reducir import RECURSOS
from scribe.envio.protocolo import Destino
from scribe.envio.reintentos import Espera
from scribe.envio.secretos import Credencial
from scribe.envio.transporte import Limites

Clase = Literal["fhir", "carpeta"]
Recibe = Literal["borrador", "firmada"]
CARPETA = "destinos"
"""Dentro de la carpeta de datos: `<id>.secreto` y `<id>.pem`."""

_PUERTOS = {"https": 443, "http": 80}


def _red(valor: str) -> str:
    return str(ipaddress.ip_network(valor))


def _tipo(valor: str) -> str:
    if valor not in RECURSOS:
        raise ValueError("no es un tipo de recurso que Scribe envíe")
    return valor


Red = Annotated[str, AfterValidator(_red)]
Tipo = Annotated[str, AfterValidator(_tipo)]
Uri = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S{1,200}$")]


class _Ajustes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    recibe: tuple[Recibe, ...] = Field(("borrador", "firmada"), min_length=1, max_length=2)
    establecimientos: tuple[UUID, ...] = Field((), max_length=100)


class AjustesFhir(_Ajustes):
    """Un servidor FHIR R4. `redes`: dónde puede estar el equipo; obligatorias si se da por su nombre."""

    redes: tuple[Red, ...] = Field((), max_length=20)
    credencial: Literal["ninguna", "bearer", "basic"] = "ninguna"
    en_llavero: bool = False
    autoridad: bool = False
    omitir: tuple[Tipo, ...] = ()
    por_etiqueta: tuple[Tipo, ...] = ("Provenance",)
    sistemas: dict[Annotated[str, StringConstraints(max_length=40)], Uri] = Field({}, max_length=40)
    conectar_s: float = Field(10.0, ge=1, le=60)
    total_s: float = Field(60.0, ge=2, le=600)


class AjustesCarpeta(_Ajustes):
    """Una carpeta que recoge otro sistema. `grupo`: que también la lea el grupo del sistema que la recoge."""

    recibe: tuple[Recibe, ...] = Field(("firmada",), min_length=1, max_length=2)
    grupo: bool = False


@dataclass(frozen=True, slots=True)
class Configurado:
    """Un destino como está guardado, ya validado."""

    id: UUID
    nombre: str
    clase: Clase
    direccion: str
    ajustes: AjustesFhir | AjustesCarpeta


def validar(clase: Clase, direccion: str, ajustes: dict[str, Any]) -> AjustesFhir | AjustesCarpeta:
    """Los ajustes completos, con sus valores por omisión. No conecta con nadie.

    Lanza `DestinoMalConfigurado` (sin repetir lo que se escribió) o `DestinoNoAutorizado`.
    """
    forma = AjustesFhir if clase == "fhir" else AjustesCarpeta
    try:
        dichos = forma.model_validate(ajustes)
    except ValidationError as causa:
        campo = ".".join(str(p) for p in causa.errors(include_input=False)[0]["loc"][:1])
        conocido = campo if campo in forma.model_fields else "uno que no existe"
        raise DestinoMalConfigurado(
            f"El ajuste «{conocido}» del destino no se puede usar.", "Véase docs/envio.md."
        ) from None
    if isinstance(dichos, AjustesFhir):
        direccion_de(direccion, dichos)
    elif not direccion.startswith("/") or "\0" in direccion or ".." in Path(direccion).parts:
        raise DestinoMalConfigurado("La carpeta se da con su ruta completa.", "Por ejemplo, /mnt/buzon.")
    return dichos


def direccion_de(direccion: str, ajustes: AjustesFhir) -> Direccion:
    """La dirección, autorizada solo para ese equipo, ese puerto y esas redes (NOM-024-SSA3 3.3.5)."""
    no_se_entiende = DestinoNoAutorizado(
        "La dirección del destino no se entiende.", "Por ejemplo, https://equipo/fhir."
    )
    try:
        partes = urlsplit(direccion)
        puerto = partes.port if partes.port is not None else _PUERTOS.get(partes.scheme)
    except ValueError:
        raise no_se_entiende from None
    if not partes.hostname or partes.scheme not in _PUERTOS:
        raise no_se_entiende
    try:
        equipo = EquipoAutorizado.model_validate(
            {"equipo": partes.hostname, "puerto": puerto, "redes": ajustes.redes}
        )
    except ValidationError as causa:
        if "redes" not in causa.errors(include_input=False)[0]["msg"]:
            raise no_se_entiende from None
        raise DestinoMalConfigurado(
            "Falta decir en qué redes está ese equipo.", "Por ejemplo, 10.20.0.0/16."
        ) from None
    return autorizar(direccion, [equipo])


def armar(
    c: Configurado, datos: Path, origen: str, *,
    turno: Callable[[str], AbstractContextManager[object]] = turno_local, espera: Espera | None = None,
) -> Destino:  # fmt: skip
    """El destino listo para enviar. `datos` es la carpeta de datos de este equipo."""
    espera = espera or Espera()
    if isinstance(c.ajustes, AjustesCarpeta):
        return DestinoCarpeta(c.nombre, Path(c.direccion), origen, grupo=c.ajustes.grupo, espera=espera)
    a = c.ajustes
    return DestinoFhir(
        c.nombre, direccion_de(c.direccion, a), origen,
        credencial=_credencial(c.id, a, datos),
        autoridad=autoridad(datos, c.id) if a.autoridad else None,
        limites=Limites(conectar_s=a.conectar_s, total_s=a.total_s),
        acuerdo=Acuerdo(dict(a.sistemas), frozenset(a.omitir), frozenset(a.por_etiqueta)),
        espera=espera, turno=turno,
    )  # fmt: skip


def _credencial(id_: UUID, a: AjustesFhir, datos: Path) -> Credencial | None:
    if a.credencial == "ninguna":
        return None
    if a.en_llavero:
        return Credencial(esquema=a.credencial, llavero=str(id_))
    return Credencial(esquema=a.credencial, archivo=secreto(datos, id_))


def secreto(datos: Path, id_: UUID) -> Path:
    """Dónde va el secreto de un destino en este equipo."""
    return datos / CARPETA / f"{id_}.secreto"


def autoridad(datos: Path, id_: UUID) -> Path:
    """Dónde va la autoridad certificadora de un destino en este equipo (PEM)."""
    return datos / CARPETA / f"{id_}.pem"


def guardar_privado(ruta: Path, contenido: bytes) -> None:
    """Deja un archivo 0600 completo o no lo deja; reemplaza al anterior."""
    ruta.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    nueva = ruta.with_name(f".{ruta.name}.nuevo")
    nueva.unlink(missing_ok=True)
    descriptor = os.open(nueva, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as archivo:
        archivo.write(contenido)
        archivo.flush()
        os.fsync(archivo.fileno())
    nueva.replace(ruta)


def exigir_preparada(c: Configurado) -> None:
    """Que la carpeta ya tenga la marca de Scribe, que solo se pone en la consola. `DestinoMalConfigurado`."""
    if c.clase == "carpeta" and not (Path(c.direccion) / MARCA).is_file():
        raise DestinoMalConfigurado(
            "Esa carpeta no está preparada para recibir notas.",
            "Regístrela en la consola del servidor: scribe destinos agregar.",
        )
