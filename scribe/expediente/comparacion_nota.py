"""Qué cambió de una versión a otra, dicho como lo lee una persona: por sección y por palabra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scribe.consulta import SECCIONES, Seccion
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable

Clase = Literal["igual", "agregado", "quitado", "cambiado"]
_FICHA = re.compile(r"\S+\s*")


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True)


class Trozo(_Valor):
    """Un tramo del texto: estaba igual, se agregó o se quitó."""

    clase: Literal["igual", "agregado", "quitado"]
    texto: str


class CambioDeEnunciado(_Valor):
    """Un enunciado antes y ahora. `trozos` arma el texto con lo agregado y lo quitado marcado."""

    clase: Clase
    antes: EnunciadoEditable | None = None
    ahora: EnunciadoEditable | None = None
    trozos: tuple[Trozo, ...] = ()


class CambioDeLista(_Valor):
    """Un renglón de los diagnósticos, la receta o los signos, dicho en una línea."""

    clase: Literal["agregado", "quitado"]
    texto: str


class Comparacion(_Valor):
    """Todo lo que cambió entre dos versiones."""

    desde: int
    hasta: int
    secciones: dict[Seccion, tuple[CambioDeEnunciado, ...]]
    diagnosticos: tuple[CambioDeLista, ...]
    receta: tuple[CambioDeLista, ...]
    signos: tuple[CambioDeLista, ...]


def comparar(desde: int, antes: ContenidoDeNota, hasta: int, ahora: ContenidoDeNota) -> Comparacion:
    """Los cambios de `antes` a `ahora`; lo que no cambió sale como «igual» para poder leer de corrido."""
    return Comparacion(
        desde=desde,
        hasta=hasta,
        secciones={s: tuple(_enunciados(antes.nota.seccion(s), ahora.nota.seccion(s))) for s in SECCIONES},
        diagnosticos=_lista(
            [
                _junto(d.codigo, d.titulo, d.estado.value, "principal" * d.principal)
                for d in antes.diagnosticos
            ],
            [
                _junto(d.codigo, d.titulo, d.estado.value, "principal" * d.principal)
                for d in ahora.diagnosticos
            ],
        ),
        receta=_lista(
            [_junto(*r.model_dump(mode="json").values()) for r in antes.receta],
            [_junto(*r.model_dump(mode="json").values()) for r in ahora.receta],
        ),
        signos=_lista(
            [_junto(s.clave, s.valor, s.unidad) for s in antes.signos],
            [_junto(s.clave, s.valor, s.unidad) for s in ahora.signos],
        ),
    )


def _enunciados(
    antes: Sequence[EnunciadoEditable], ahora: Sequence[EnunciadoEditable]
) -> list[CambioDeEnunciado]:
    salida: list[CambioDeEnunciado] = []
    for clase, a0, a1, b0, b1 in SequenceMatcher(None, antes, ahora, autojunk=False).get_opcodes():
        if clase == "equal":
            salida += [CambioDeEnunciado(clase="igual", antes=e, ahora=e) for e in antes[a0:a1]]
        else:
            salida += [_uno(a, b) for a, b in zip_longest(antes[a0:a1], ahora[b0:b1])]
    return salida


def _uno(antes: EnunciadoEditable | None, ahora: EnunciadoEditable | None) -> CambioDeEnunciado:
    clase: Clase = "agregado" if antes is None else "quitado" if ahora is None else "cambiado"
    textos = (antes.texto if antes else "", ahora.texto if ahora else "")
    return CambioDeEnunciado(clase=clase, antes=antes, ahora=ahora, trozos=trozos(*textos))


def trozos(antes: str, ahora: str) -> tuple[Trozo, ...]:
    """Palabra por palabra, lo igual, lo quitado y lo agregado."""
    viejas, nuevas = _FICHA.findall(antes), _FICHA.findall(ahora)
    salida: list[Trozo] = []
    limpias = [w.strip() for w in viejas], [w.strip() for w in nuevas]
    for clase, a0, a1, b0, b1 in SequenceMatcher(None, *limpias, autojunk=False).get_opcodes():
        if clase == "equal":
            salida.append(Trozo(clase="igual", texto="".join(nuevas[b0:b1])))
            continue
        if a1 > a0:
            salida.append(Trozo(clase="quitado", texto="".join(viejas[a0:a1])))
        if b1 > b0:
            salida.append(Trozo(clase="agregado", texto="".join(nuevas[b0:b1])))
    return tuple(salida)


def _lista(antes: list[str], ahora: list[str]) -> tuple[CambioDeLista, ...]:
    quitados = [CambioDeLista(clase="quitado", texto=t) for t in antes if t not in ahora]
    return (*quitados, *(CambioDeLista(clase="agregado", texto=t) for t in ahora if t not in antes))


def _junto(*partes: object) -> str:
    return " · ".join(str(p) for p in partes if p)
