"""El resumen que la orden imprime al terminar: lo que hay que saber antes de abrir la nota."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scribe.consulta import SECCIONES, Borrador, EstadoCodigo, EstadoEnunciado
from scribe.salida.etiquetas import (
    LEYENDA,
    NO_MENCIONADO,
    duracion,
    etiquetas,
    gravedad,
    nombres_de_voces,
    ordenar_codigos,
    por_gravedad,
    rotulo,
    titulo_de_aviso,
)

_CODIGOS = 6
_AVISOS = 6
_COLOR_DE_GRAVEDAD = {1: "bold red", 2: "yellow", 3: "dim"}
_COLOR_DE_ESTADO = {EstadoCodigo.CONFIRMADO: "green", EstadoCodigo.SOSPECHA: "yellow"}


def _voces(borrador: Borrador) -> str:
    voces = nombres_de_voces(borrador.transcripcion)
    habla: dict[str, float] = defaultdict(float)
    for turno in borrador.transcripcion.turnos:
        habla[voces[turno.hablante, turno.rol]] += max(0.0, turno.fin - turno.inicio)
    if not habla:
        return "ninguna voz"
    de_mas_a_menos = sorted(habla.items(), key=lambda h: -h[1])
    return " · ".join(f"{voz} ({duracion(segundos)})" for voz, segundos in de_mas_a_menos)


def _secciones(borrador: Borrador) -> Iterable[tuple[str, Text]]:
    for seccion in SECCIONES:
        enunciados = borrador.nota.seccion(seccion)
        dudosos = sum(e.estado is EstadoEnunciado.POR_REVISAR for e in enunciados)
        valor = Text(_cuenta(len(enunciados), "enunciado") if enunciados else NO_MENCIONADO)
        if not enunciados:
            valor.stylize("dim")
        if dudosos:
            valor.append(f"  {dudosos} por revisar", style="yellow")
        yield etiquetas()["secciones"][seccion]["titulo"], valor


def _cuenta(numero: int, singular: str) -> str:
    return f"{numero} {singular}{'' if numero == 1 else 's'}"


def _pendiente(numero: int, singular: str) -> Text:
    return Text(_cuenta(numero, singular), style="yellow" if numero else "dim")


def _codigos(borrador: Borrador) -> Iterable[Text]:
    cie10 = [c for c in ordenar_codigos(borrador.codigos) if c.sistema == "CIE-10"]
    for codigo in cie10[:_CODIGOS]:
        linea = Text(f"{codigo.codigo:<6} ", style="bold")
        linea.append(codigo.titulo, style="not bold")
        linea.append(
            f"  {rotulo('estados', codigo.estado).lower()}",
            style=f"not bold {_COLOR_DE_ESTADO.get(codigo.estado, 'dim')}",
        )
        yield linea
    if len(cie10) > _CODIGOS:
        yield Text(f"y {len(cie10) - _CODIGOS} más en la nota", style="dim")


def _avisos(borrador: Borrador) -> Iterable[Text]:
    avisos = por_gravedad(borrador.avisos)
    for aviso in avisos[:_AVISOS]:
        linea = Text(f"{titulo_de_aviso(aviso)}: ", style=_COLOR_DE_GRAVEDAD[gravedad(aviso)])
        linea.append(aviso.texto, style="default not bold")
        yield linea
    if len(avisos) > _AVISOS:
        yield Text(f"y {_cuenta(len(avisos) - _AVISOS, 'aviso')} más en la nota", style="dim")


def _apilar(lineas: Iterable[Text], vacio: str) -> RenderableType:
    apiladas = list(lineas)
    return Group(*apiladas) if apiladas else Text(vacio, style="dim")


def resumen(borrador: Borrador) -> RenderableType:
    """Tabla para `rich`: duración, voces, enunciados por sección, dudas, omisiones, códigos y avisos."""
    tabla = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    tabla.add_column(style="bold", no_wrap=True)
    tabla.add_column(overflow="fold")
    total = sum(borrador.tiempos.model_dump().values())
    tabla.add_row("Duración", f"{duracion(borrador.audio.duracion_s)} (procesada en {duracion(total)})")
    tabla.add_row("Voces", _voces(borrador))
    for titulo, valor in _secciones(borrador):
        tabla.add_row(titulo, valor)
    dudosos = sum(e.estado is EstadoEnunciado.POR_REVISAR for e in borrador.nota.enunciados)
    tabla.add_row("Por revisar", _pendiente(dudosos, "enunciado"))
    tabla.add_row("Fuera de la nota", _pendiente(len(borrador.omisiones), "fragmento"))
    tabla.add_row("CIE-10", _apilar(_codigos(borrador), "ningún código sugerido"))
    tabla.add_row("Avisos", _apilar(_avisos(borrador), "ninguno"))
    return Padding(Group(tabla, Text(f"\n{LEYENDA}", style="dim italic")), (1, 0))
