"""Preguntar y escribir en un servidor FHIR sin crear nunca dos veces lo mismo.

Todo se busca por su identificador propio antes de crearlo, se crea con `If-None-Exist` y se cambia con
`If-Match`. Del servidor no se cree nada que se pueda comprobar: ni que buscó lo que se le pidió, ni que
guardó lo que dijo haber guardado.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from scribe.envio.errores import Aplazado, Negado
from scribe.envio.fhir import validador
from scribe.envio.fhir.codigos import URI
from scribe.envio.fhir.piezas import Pieza, Recurso, canonico
from scribe.envio.fhir.reglas import referencias
from scribe.envio.transporte import Canal, Respuesta

_LUGAR = re.compile(r"(?:\A|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?\Z")
_PAGINA = 20


@dataclass(frozen=True, slots=True)
class Existente:
    """Un recurso como está en el destino."""

    tipo: str
    id: str
    version: str | None
    recurso: Recurso = field(repr=False)

    @property
    def referencia(self) -> str:
        """`Tipo/id`."""
        return f"{self.tipo}/{self.id}"


class ClienteFhir:
    """Lo mínimo de REST que hace falta, sobre un `Canal`."""

    def __init__(self, canal: Canal, por_etiqueta: frozenset[str]) -> None:
        """`por_etiqueta`: los tipos que este servidor no sabe buscar por identificador."""
        self._canal = canal
        self._por_etiqueta = por_etiqueta

    def buscar(self, pieza: Pieza) -> Existente | None:
        """Lo que el destino ya tiene con ese identificador. Lanza `Negado` si lo tiene repetido."""
        ruta = f"{pieza.tipo}?{self._criterio(pieza)}&_count={_PAGINA}"
        respuesta = self._canal.pedir("GET", ruta)
        if (
            respuesta.estado != 200
            or respuesta.cuerpo is None
            or respuesta.cuerpo.get("resourceType") != "Bundle"
        ):
            raise Negado(
                f"El destino no deja buscar {pieza.tipo}.", "Revise la dirección FHIR y sus permisos."
            )
        entradas = respuesta.cuerpo.get("entry") or []
        hallados = [e["resource"] for e in entradas if isinstance(e, dict) and _es(e.get("resource"), pieza)]
        distintos = {str(r["id"]): r for r in hallados}
        if len(distintos) > 1:
            raise Negado(
                f"El destino tiene {len(distintos)} {pieza.tipo} con el mismo identificador.",
                "Quien lo administra debe dejar uno; después repita el envío.",
            )
        return next((_existente(r) for r in distintos.values()), None)

    def crear(self, pieza: Pieza, recurso: Recurso, cuerpo: bytes | None = None) -> str:
        """Crea si no existe y devuelve `Tipo/id`. `cuerpo`, si se da, son los bytes exactos que se envían."""
        validador.exigir(recurso)
        respuesta = self._canal.pedir(
            "POST",
            pieza.tipo,
            cuerpo or canonico(recurso),
            {"If-None-Exist": self._criterio(pieza), "Prefer": "return=representation"},
        )
        if respuesta.estado == 412:
            raise Negado(f"El destino tiene repetido un {pieza.tipo}.", "Quien lo administra debe dejar uno.")
        if respuesta.estado not in {200, 201}:
            raise Negado(
                f"El destino no deja crear {pieza.tipo} ({respuesta.estado}).", "Revise sus permisos."
            )
        dado = _lugar(respuesta, pieza)
        if dado is not None:
            return dado
        # No dijo dónde quedó: se busca. Si no aparece, no se da por guardado.
        hallado = self.buscar(pieza)
        if hallado is None:
            raise Aplazado(f"El destino dijo haber guardado {pieza.tipo}, pero no está.", "Se repetirá solo.")
        return hallado.referencia

    def actualizar(self, actual: Existente, recurso: Recurso) -> None:
        """Cambia lo que sigue como se leyó. Lanza `Aplazado` si alguien lo cambió antes (412)."""
        if actual.version is None:
            raise Negado(
                "El destino no lleva versiones: no se puede cambiar nada sin riesgo de pisar lo de otro.",
                "Active el versionado del servidor FHIR.",
            )
        validador.exigir(recurso)
        respuesta = self._canal.pedir(
            "PUT",
            actual.referencia,
            canonico({**recurso, "id": actual.id}),
            {"If-Match": f'W/"{actual.version}"', "Prefer": "return=minimal"},
        )
        if respuesta.estado == 412:
            raise Aplazado(
                f"Alguien cambió {actual.tipo} en el destino mientras se enviaba.", "Se repetirá solo."
            )
        if respuesta.estado not in {200, 201, 204}:
            raise Negado(
                f"El destino no deja cambiar {actual.tipo} ({respuesta.estado}).", "Revise sus permisos."
            )

    def leer(self, tipo: str, id_: str) -> Existente | None:
        """Un recurso por su lugar; nulo si ya no está."""
        respuesta = self._canal.pedir("GET", f"{tipo}/{id_}")
        cuerpo = respuesta.cuerpo
        if (
            respuesta.estado != 200
            or cuerpo is None
            or cuerpo.get("resourceType") != tipo
            or cuerpo.get("id") != id_
        ):
            return None
        return _existente(cuerpo, respuesta.cabeceras.get("etag"))

    def _criterio(self, pieza: Pieza) -> str:
        """Los identificadores son UUID derivados: en la dirección no viaja ningún dato del paciente."""
        return urlencode({"_tag" if pieza.tipo in self._por_etiqueta else "identifier": f"{URI}|{pieza.urn}"})


def lugar_de(referencia: str) -> tuple[str, str] | None:
    """(tipo, id) de una referencia; nulo si es de otra forma. Una absoluta nunca se visita."""
    hallado = _LUGAR.search(referencia)
    return (hallado[1], hallado[2]) if hallado else None


def relativas(recurso: Recurso) -> Recurso:
    """El recurso con sus referencias en la forma corta: hay servidores que las contestan absolutas."""
    absolutas = {v: "/".join(lugar) for _, v in referencias(recurso) if "://" in v and (lugar := lugar_de(v))}
    return con_referencias(recurso, absolutas)


def con_referencias(recurso: Recurso, lugares: dict[str, str]) -> Recurso:
    """El recurso con cada urn:uuid cambiado por su lugar en el destino."""
    return _cambiar(recurso, lugares)  # type: ignore[no-any-return]


def _cambiar(nodo: Any, lugares: dict[str, str]) -> Any:
    if isinstance(nodo, dict):
        return {
            n: lugares.get(v, v) if n == "reference" and isinstance(v, str) else _cambiar(v, lugares)
            for n, v in nodo.items()
        }
    return [_cambiar(v, lugares) for v in nodo] if isinstance(nodo, list) else nodo


def _es(recurso: Any, pieza: Pieza) -> bool:
    """Si de verdad es el que se buscó: un servidor laxo puede ignorar el criterio y contestar otros."""
    if not isinstance(recurso, dict) or recurso.get("resourceType") != pieza.tipo or not recurso.get("id"):
        return False
    if not _LUGAR.match(f"{pieza.tipo}/{recurso['id']}"):
        return False
    marcas = [(m.get("system"), m.get("code")) for m in _lista(recurso.get("meta", {}).get("tag"))]
    propios = [(i.get("system"), i.get("value")) for i in _lista(recurso.get("identifier"))]
    return (URI, pieza.urn) in (*marcas, *propios)


def _lista(dato: Any) -> list[dict[str, Any]]:
    return [x for x in (dato if isinstance(dato, list) else [dato]) if isinstance(x, dict)]


def _existente(recurso: Recurso, etag: str | None = None) -> Existente:
    version = recurso.get("meta", {}).get("versionId")
    if version is None and etag:
        version = etag.removeprefix("W/").strip('"')
    limpia = (
        str(version) if version is not None and re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", str(version)) else None
    )
    return Existente(str(recurso["resourceType"]), str(recurso["id"]), limpia, recurso)


def _lugar(respuesta: Respuesta, pieza: Pieza) -> str | None:
    cuerpo = respuesta.cuerpo
    if cuerpo is not None and _es(cuerpo, pieza):
        return f"{pieza.tipo}/{cuerpo['id']}"
    # De la dirección que da el servidor solo se toma el id: nunca se visita.
    hallado = _LUGAR.search(respuesta.cabeceras.get("location", "").split("?")[0])
    return f"{pieza.tipo}/{hallado[2]}" if hallado and hallado[1] == pieza.tipo else None
