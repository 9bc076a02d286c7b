"""Los casos que peor salieron, con lo que hace falta para ver por qué."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluacion.caso import Caso
from evaluacion.definiciones import Definicion
from evaluacion.informe import diferencias, sonido, textos
from evaluacion.informe.diferencias import Renglon
from evaluacion.informe.tablas import destacadas
from evaluacion.resultados import Medida, ResultadoSistema
from evaluacion.salida import Salida

CUANTOS = 5
MAXIMO_AUDIO = 4 * 1024 * 1024
"""Bytes de audio en toda la página, antes de base64: el informe debe poder mandarse por correo."""
MAXIMO_PALABRAS = 4000
MAXIMO_DE_FRASES = 10


@dataclass(frozen=True, slots=True)
class Peor:
    """Un caso: por qué está aquí, su audio (`data:`), las diferencias y lo que falló.

    `tramo`: (inicio, fin) del audio recortado, en segundos; `None` si va entero. `cerca`: las diferencias
    de ese tramo; `todo`: las del caso entero, o nada si es demasiado largo.
    """

    caso: str
    titulo: str
    sistema: str
    motivos: tuple[str, ...]
    condiciones: tuple[tuple[str, str], ...]
    audio: str | None
    sin_audio: str
    tramo: tuple[float, float] | None
    cerca: tuple[Renglon, ...]
    todo: tuple[Renglon, ...]
    errores: int
    detalle: tuple[tuple[str, tuple[str, ...]], ...]


def peores(
    sistema: ResultadoSistema,
    casos: Sequence[Caso],
    salidas: Mapping[str, Salida],
    *,
    cuantos: int = CUANTOS,
    espacio: int = MAXIMO_AUDIO,
) -> list[Peor]:
    """Los peores de cada medida principal, por turnos, sin repetir caso. `espacio`: bytes de audio."""
    indice = {c.id: c for c in casos}
    salida: list[Peor] = []
    for identidad, motivos in _elegir(sistema, cuantos).items():
        medida = next(m for m in sistema.casos if m.caso == identidad)
        caso, resuelta = indice.get(identidad), salidas.get(identidad)
        peor, gastado = _armar(sistema, medida, motivos, caso, resuelta, espacio)
        espacio -= gastado
        salida.append(peor)
    return salida


def _elegir(sistema: ResultadoSistema, cuantos: int) -> dict[str, tuple[str, ...]]:
    """Caso → por qué se eligió. Solo entra lo que es peor que el total del sistema."""
    filas: list[list[tuple[str, str]]] = []
    for nombre in destacadas(sistema.totales, len(sistema.totales)):
        definicion, total = textos.definicion(nombre), sistema.totales[nombre]
        if definicion.grupo == "costo":
            continue
        malos = [(_exceso(m, nombre, definicion, total.valor), m) for m in sistema.casos]
        malos = sorted(((e, m) for e, m in malos if e > 0), key=lambda p: (-p[0], p[1].caso))
        filas.append([(m.caso, _motivo(m, nombre, definicion, total.valor)) for _, m in malos])
    elegidos: dict[str, tuple[str, ...]] = {}
    while any(filas) and len(elegidos) < cuantos:
        for fila in filas:
            nuevos = [p for p in fila if p[0] not in elegidos]
            fila[:] = nuevos[1:]
            if nuevos and len(elegidos) < cuantos:
                elegidos[nuevos[0][0]] = (nuevos[0][1],)
    return elegidos


def _exceso(medida: Medida, nombre: str, definicion: Definicion, total: float) -> float:
    parte, cuantos = medida.cuentas.get(nombre, (0.0, 0.0))
    if not cuantos:
        return 0.0
    return (parte / cuantos - total) * (1 if definicion.mejor == "menos" else -1)


def _motivo(medida: Medida, nombre: str, definicion: Definicion, total: float) -> str:
    parte, cuantos = medida.cuentas[nombre]
    valor = textos.numero(parte / cuantos, definicion)
    return f"{definicion.titulo}: {valor} (en todo el conjunto, {textos.numero(total, definicion)})"


def _armar(
    sistema: ResultadoSistema,
    medida: Medida,
    motivos: tuple[str, ...],
    caso: Caso | None,
    salida: Salida | None,
    espacio: int,
) -> tuple[Peor, int]:
    pasos = (
        diferencias.comparar(caso, salida.transcripcion)
        if caso and salida and salida.transcripcion and (caso.dichos or caso.texto or not caso.habla)
        else []
    )
    tramo = diferencias.peor_ventana(pasos)
    entero = bool(medida.duracion_s and medida.duracion_s <= sonido.MAXIMO_S)
    tramo = None if entero else tramo
    audio, sin_audio, gastado = _audio(caso, tramo, espacio)
    cerca = diferencias.en_ventana(pasos, tramo) if tramo else []
    peor = Peor(
        caso=medida.caso,
        titulo=caso.etiquetas.get("motivo", "") if caso else "",
        sistema=sistema.titulo,
        motivos=motivos,
        condiciones=tuple(
            (textos.rotulo("etiquetas", e), textos.valor_de(e, v))
            for e, v in medida.etiquetas.items()
            if e in textos.datos()["etiquetas"] and e not in textos.datos()["omitir"]["etiquetas"]
        ),
        audio=audio,
        sin_audio=sin_audio,
        tramo=tramo,
        cerca=tuple(diferencias.renglones(cerca, caso)) if caso else (),
        todo=tuple(diferencias.renglones(pasos, caso)) if caso and len(pasos) <= MAXIMO_PALABRAS else (),
        errores=sum(p.tipo != "igual" for p in pasos),
        detalle=_detalle(medida),
    )
    return peor, gastado


def _detalle(medida: Medida) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Lo que falló, con su título y en el orden de `informe.toml`: primero lo que puede dañar."""
    orden = list(textos.datos()["temas"])
    temas = sorted(
        (t for t, f in medida.detalle.items() if f),
        key=lambda t: orden.index(t) if t in orden else len(orden),
    )
    return tuple((textos.rotulo("temas", t), _recortar(medida.detalle[t])) for t in temas)


def _recortar(frases: Sequence[str]) -> tuple[str, ...]:
    resto = len(frases) - MAXIMO_DE_FRASES
    return (*frases[:MAXIMO_DE_FRASES], *([f"… y {resto} más, en resultados.json"] if resto > 0 else []))


def _audio(caso: Caso | None, tramo: tuple[float, float] | None, espacio: int) -> tuple[str | None, str, int]:
    """(dirección `data:`, por qué no hay, bytes usados)."""
    if caso is None or caso.audio is None:
        return None, "", 0
    datos = sonido.recortar(caso.audio, tramo)
    if datos is None:
        return None, "El audio no se pudo leer.", 0
    if len(datos) > espacio:
        return None, "El audio no se incluye: la página ya lleva todo el que cabe.", 0
    return sonido.incrustar(datos), "", len(datos)
