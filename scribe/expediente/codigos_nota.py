"""Los códigos de una nota: aceptar, cambiar, rechazar, agregar del catálogo, quitar y elegir el principal.

Un código lo propone el programa o lo busca el médico; su título lo pone siempre el catálogo. Nadie escribe
uno que no exista.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scribe.consulta import Alternativa, Cita, EstadoCodigo
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.firma.contenido import Diagnostico
from scribe.expediente.nota_editable import CodigoRechazado, ContenidoDeNota

Sistema = Literal["CIE-10", "CIE-11"]
Accion = Literal["aceptar", "agregar", "cambiar", "rechazar", "quitar", "principal", "estado"]
Titulos = Callable[[Sistema, str], str | None]
"""El título de un código en el catálogo; `None` si no existe."""


class CodigoVisto(BaseModel):
    """Un código propuesto por el programa y qué decidió el médico."""

    model_config = ConfigDict(frozen=True)

    sistema: Sistema
    codigo: str
    titulo: str
    puntaje: float
    estado: EstadoCodigo
    citas: tuple[Cita, ...]
    alternativas: tuple[Alternativa, ...]
    decision: Literal["pendiente", "aceptado", "cambiado", "rechazado"]


def propuestos(contenido: ContenidoDeNota) -> list[CodigoVisto]:
    """Los códigos propuestos, en su orden, con lo que se decidió de cada uno."""
    elegidos = {(d.sistema, d.codigo) for d in contenido.diagnosticos}
    rechazados = {(r.sistema, r.codigo) for r in contenido.rechazados}
    salida = []
    for c in contenido.codigos:
        decision: Literal["pendiente", "aceptado", "cambiado", "rechazado"] = "pendiente"
        if (c.sistema, c.codigo) in elegidos:
            decision = "aceptado"
        elif any((c.sistema, a.codigo) in elegidos for a in c.alternativas):
            decision = "cambiado"
        elif (c.sistema, c.codigo) in rechazados:
            decision = "rechazado"
        salida.append(CodigoVisto(**{**c.model_dump(), "decision": decision}))
    return salida


def decidir(
    contenido: ContenidoDeNota,
    accion: Accion,
    sistema: Sistema,
    codigo: str,
    *,
    titulos: Titulos,
    por: str | None = None,
    estado: EstadoCodigo | None = None,
) -> ContenidoDeNota:
    """Aplica una decisión sobre un código. Lanza `DatoInvalido`.

    `cambiar` pone `por` en el lugar de `codigo` (elegido o propuesto) y lo da por rechazado; `principal` lo
    hace el único principal de la nota; `estado` dice si es confirmado, sospecha, antecedente…
    """
    if (accion == "cambiar") != (por is not None) or (accion == "estado" and estado is None):
        raise DatoInvalido("«cambiar» lleva por cuál; «estado», a cuál.", "Revise lo pedido.")
    lista = list(contenido.diagnosticos)
    lugar = next((i for i, d in enumerate(lista) if (d.sistema, d.codigo) == (sistema, codigo)), None)
    propuesto = any((c.sistema, c.codigo) == (sistema, codigo) for c in contenido.codigos)
    rechazados = [r for r in contenido.rechazados if (r.sistema, r.codigo) != (sistema, codigo)]
    if accion in {"aceptar", "agregar"}:
        if lugar is not None:
            raise DatoInvalido("Ese código ya está en la nota.", "Elija otro.")
        lista.append(_nuevo(contenido, sistema, codigo, titulos, estado))
    elif lugar is None and not (propuesto and accion in {"cambiar", "rechazar"}):
        raise DatoInvalido("Ese código no está en la nota.", "Vuelva a abrirla.")
    elif accion == "cambiar":
        anterior = lista[lugar] if lugar is not None else None
        if any((d.sistema, d.codigo) == (sistema, por) for d in lista):
            raise DatoInvalido("Ese código ya está en la nota.", "Elija otro.")
        cual = estado or (anterior.estado if anterior else _estado(contenido, sistema, codigo))
        nuevo = _nuevo(contenido, sistema, str(por), titulos, cual)
        nuevo = nuevo.model_copy(update={"principal": anterior is not None and anterior.principal})
        lista[slice(lugar, lugar + 1) if lugar is not None else slice(len(lista), None)] = [nuevo]
        rechazados = [r for r in rechazados if (r.sistema, r.codigo) != (sistema, por)]
    elif accion in {"rechazar", "quitar"}:
        lista = [d for d in lista if (d.sistema, d.codigo) != (sistema, codigo)]
    elif accion == "estado":
        lista = [d.model_copy(update={"estado": estado}) if d is lista[lugar or 0] else d for d in lista]
    else:
        lista = [d.model_copy(update={"principal": d is lista[lugar or 0]}) for d in lista]
    if propuesto and accion in {"cambiar", "rechazar"}:
        rechazados.append(CodigoRechazado(sistema=sistema, codigo=codigo))
    return contenido.model_copy(update={"diagnosticos": tuple(lista), "rechazados": tuple(rechazados)})


def con_titulo(
    pedidos: tuple[Diagnostico, ...], antes: ContenidoDeNota, titulos: Titulos
) -> tuple[Diagnostico, ...]:
    """Los diagnósticos con el título de su catálogo. Lanza `DatoInvalido` si uno no existe o se repite."""
    if len({(d.sistema, d.codigo) for d in pedidos}) < len(pedidos):
        raise DatoInvalido("Hay un código repetido.", "Deje uno.")
    if sum(d.principal for d in pedidos) > 1:
        raise DatoInvalido("Solo un diagnóstico puede ser el principal.", "Deje uno.")
    return tuple(
        d.model_copy(update={"titulo": _titulo(antes, d.sistema, d.codigo, titulos)}) for d in pedidos
    )


def _nuevo(
    contenido: ContenidoDeNota, sistema: Sistema, codigo: str, titulos: Titulos, estado: EstadoCodigo | None
) -> Diagnostico:
    return Diagnostico(
        sistema=sistema, codigo=codigo, titulo=_titulo(contenido, sistema, codigo, titulos),
        estado=estado or _estado(contenido, sistema, codigo),
    )  # fmt: skip


def _estado(contenido: ContenidoDeNota, sistema: Sistema, codigo: str) -> EstadoCodigo:
    """El que propuso el programa para ese código o para aquel de que es alternativa."""
    for c in contenido.codigos:
        if c.sistema == sistema and codigo in {c.codigo, *(a.codigo for a in c.alternativas)}:
            return c.estado
    return EstadoCodigo.CONFIRMADO


def _titulo(contenido: ContenidoDeNota, sistema: Sistema, codigo: str, titulos: Titulos) -> str:
    """El del catálogo. Lo ya elegido o propuesto no lo necesita abierto: de ahí salió."""
    conocidos = {(d.sistema, d.codigo): d.titulo for d in contenido.diagnosticos}
    for c in contenido.codigos:
        conocidos[c.sistema, c.codigo] = c.titulo
        conocidos.update({(c.sistema, a.codigo): a.titulo for a in c.alternativas})
    titulo = conocidos.get((sistema, codigo)) or titulos(sistema, codigo)
    if not titulo:
        raise DatoInvalido("Ese código no está en el catálogo.", "Búsquelo y elija uno de la lista.")
    return titulo
