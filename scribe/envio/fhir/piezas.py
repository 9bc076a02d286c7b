"""Cómo se arma cada recurso: todos nacen con urn:uuid y así quedan en el documento congelado.

Al enviarlos uno por uno, `cliente` cambia cada urn:uuid por la referencia que dio el destino. La huella
(sha256 del recurso con urn:uuid) va en `meta.tag`: es lo que permite saber, al repetir, si ya está igual.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from uuid import UUID

from scribe.envio.fhir.codigos import HL7, TAG_HUELLA, TAG_VERSION, URI
from scribe.envio.fhir.narrativa import limpio
from scribe.envio.modelo import Identificador

Recurso = dict[str, Any]
Trato = Literal["referencia", "propia", "inmutable"]


@dataclass(frozen=True, slots=True)
class Pieza:
    """Un recurso con su identidad y cómo se trata en el destino.

    `referencia`: es del destino (el paciente, el médico…), se crea si falta y no se toca. `propia`: es de
    esta nota y se actualiza mientras no esté firmada. `inmutable`: se crea una vez.
    """

    id: UUID
    recurso: Recurso
    trato: Trato

    @property
    def tipo(self) -> str:
        """El tipo de recurso."""
        return str(self.recurso["resourceType"])

    @property
    def urn(self) -> str:
        """`urn:uuid:…`."""
        return self.id.urn

    @property
    def huella(self) -> str:
        """La sha256 que lleva en su etiqueta."""
        return etiqueta(self.recurso, TAG_HUELLA) or ""

    def a(self) -> Recurso:
        """Una referencia a esta pieza."""
        return {"reference": self.urn, "type": self.tipo}

    def con_version(self, numero: int) -> Pieza:
        """La misma, etiquetada con el número de versión del borrador (0: firmada)."""
        meta = dict(self.recurso.get("meta", {}))
        meta["tag"] = [*meta.get("tag", ()), {"system": TAG_VERSION, "code": str(numero)}]
        return replace(self, recurso={**self.recurso, "meta": meta})


def pieza(id_: UUID, recurso: Recurso, trato: Trato, seguridad: dict[str, str] | None = None) -> Pieza:
    """Completa un recurso: quita lo vacío, pone identificador, seguridad y huella."""
    limpio_ = podar({**recurso, "meta": {"security": [seguridad] if seguridad else []}})
    propio = {"system": URI, "value": id_.urn}
    if recurso["resourceType"] == "Composition":
        limpio_["identifier"] = propio
    elif recurso["resourceType"] != "Provenance":
        limpio_["identifier"] = [propio, *(i for i in limpio_.get("identifier", ()) if "value" in i)]
    huella = {"system": TAG_HUELLA, "code": hashlib.sha256(canonico(limpio_)).hexdigest()}
    # La identidad va también como etiqueta: Provenance no tiene identificador en R4 y hay servidores que
    # no saben buscar por identificador en todos los tipos; `_tag` vale en cualquiera.
    limpio_["meta"] = {**limpio_.get("meta", {}), "tag": [huella, {"system": URI, "code": id_.urn}]}
    return Pieza(id_, limpio_, trato)


def canonico(dato: Any) -> bytes:
    """JSON en una sola forma: claves en orden, sin espacios, UTF-8."""
    return json.dumps(
        dato, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


_NADA: tuple[Any, ...] = (None, "", [], {})


def podar(dato: Any) -> Any:
    """Sin nulos, cadenas, listas ni objetos vacíos, que FHIR no admite, y con cada texto ya limpio.

    Un texto de puros espacios o caracteres de control se vuelve nada, y con él lo que solo servía para
    llevarlo: una extensión sin valor (ext-1) y un identificador sin valor.
    """
    if isinstance(dato, str):
        return limpio(dato)
    if isinstance(dato, dict):
        hijos = {n: podar(v) for n, v in dato.items()}
        return {n: v for n, v in hijos.items() if v not in _NADA}
    if isinstance(dato, (list, tuple)):
        return [v for v in (podar(x) for x in dato) if v not in _NADA and not _solo_rotulo(v)]
    return dato


def _solo_rotulo(dato: Any) -> bool:
    """Una extensión a la que ya no le queda valor."""
    return isinstance(dato, dict) and dato.keys() == {"url"}


def etiqueta(recurso: Recurso, sistema: str) -> str | None:
    """El código de la etiqueta de ese sistema, si la lleva."""
    marcas = recurso.get("meta", {}).get("tag", [])
    return next(
        (str(t.get("code")) for t in marcas if isinstance(t, dict) and t.get("system") == sistema), None
    )


def hora(cuando: datetime) -> str:
    """`dateTime` de FHIR, con zona y sin fracción."""
    return cuando.isoformat(timespec="seconds")


def identificador(dado: Identificador, sistemas: dict[str, str]) -> Recurso:
    """El `Identifier` de un identificador oficial. `sistemas` son los que pide el destino."""
    fila = _oficiales().get(dado.tipo, {})
    codigo = fila.get("codigo")
    return {
        "type": {
            "coding": [{"system": f"{HL7}v2-0203", "code": codigo}] if codigo else [],
            "text": dado.tipo,
        },
        "system": dado.sistema or sistemas.get(dado.tipo) or fila.get("sistema"),
        "value": dado.valor,
    }


@cache
def _oficiales() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("scribe.envio").joinpath("datos", "identificadores.toml").read_text("utf-8"))
