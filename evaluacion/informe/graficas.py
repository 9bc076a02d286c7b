"""Las gráficas del informe; cada una lleva la tabla con los mismos datos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from evaluacion import intervalo
from evaluacion.definiciones import Definicion
from evaluacion.informe import textos
from evaluacion.informe.duelo import principales
from evaluacion.informe.lienzo import HOJA, LINEA, MARCAS, SERIES, TENUE, TINTA, a_svg, lienzo
from evaluacion.resultados import Cifra, Resultados, ResultadoSistema

_MAXIMO_DE_SERIES = len(SERIES)


@dataclass(frozen=True, slots=True)
class Grafica:
    """Una gráfica lista para incrustar: `svg`, su pie, y la tabla equivalente."""

    titulo: str
    pie: str
    svg: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]


def graficas(resultados: Resultados) -> list[Grafica]:
    """Las que los datos permiten, en el orden en que se presentan."""
    salida = [_etapas(resultados)]
    for medida, etiqueta, titulo in (
        ("wer", "snr_db", "Error de transcripción según el nivel de ruido"),
        ("wer", "ruido", "Error de transcripción según el tipo de ruido"),
        ("der", "hablantes", "Error de hablantes según cuántas personas hablan"),
    ):
        salida.append(_por_condicion(resultados, medida, etiqueta, titulo))
    salida += [_curva(s, prefijo) for s in principales(resultados)[:1] for prefijo in _prefijos(s)]
    salida.append(_costo_y_duracion(resultados))
    return [g for g in salida if g is not None]


def _etapas(resultados: Resultados) -> Grafica | None:
    """Segundos por minuto de audio de cada etapa, una barra por sistema y tarea."""
    renglones = {}
    for sistema in resultados.sistemas:
        etapas = {
            n.split("/", 1)[1]: 60 * sistema.totales[n].valor
            for n in sistema.totales
            if n.startswith("factor_etapa/")
        }
        if etapas:
            renglones[_nombre(sistema, resultados)] = etapas
    if not renglones:
        return None
    # Dos claves con el mismo rótulo (asr, asr_s) son la misma etapa.
    todas = list(dict.fromkeys(e for etapas in renglones.values() for e in etapas))
    todas = [e for e in todas if max(r.get(e, 0.0) for r in renglones.values()) >= 0.05]
    if not todas:
        return None
    figura, ejes = lienzo(alto=0.75 + 0.36 * len(renglones))
    izquierda = np.zeros(len(renglones))
    for i, etapa in enumerate(todas):
        anchos = np.asarray([r.get(etapa, 0.0) for r in renglones.values()])
        color = SERIES[i % _MAXIMO_DE_SERIES]
        ejes.barh(
            list(renglones),
            anchos,
            left=izquierda,
            height=0.62,
            color=color,
            edgecolor=HOJA,
            linewidth=1.2,
            label=textos.rotulo("etapas", etapa),
        )
        izquierda += anchos
    ejes.invert_yaxis()
    ejes.grid(visible=False, axis="y")
    ejes.set_xlabel("segundos por minuto de audio")
    _leyenda(figura, [textos.rotulo("etapas", e) for e in todas])
    filas = tuple((n, *(f"{r.get(e, 0.0):.1f}" for e in todas)) for n, r in renglones.items())
    columnas = ("Sistema", *(f"{textos.rotulo('etapas', e)} (s/min)" for e in todas))
    pie = "Segundos de cómputo por minuto de audio."
    return _lista(figura, "tiempo", "Tiempo por etapa", pie, columnas, filas)


def _por_condicion(resultados: Resultados, medida: str, etiqueta: str, titulo: str) -> Grafica | None:
    """Una medida con su intervalo por valor de una condición; una serie por sistema."""
    series = {_nombre(s, resultados): _valores(s, medida, etiqueta) for s in resultados.sistemas}
    series = {n: v for n, v in series.items() if v}
    valores = textos.orden_natural({v for serie in series.values() for v in serie}, etiqueta)
    if len(valores) < 2:
        return None
    series = dict(list(series.items())[:_MAXIMO_DE_SERIES])
    definicion = textos.definicion(medida)
    figura, ejes = lienzo()
    for i, (nombre, cifras) in enumerate(series.items()):
        corrido = (i - (len(series) - 1) / 2) * 0.12
        _puntos(ejes, [valores.index(v) + corrido for v in cifras], list(cifras.values()), i, nombre)
    ejes.set_xticks(range(len(valores)), [_partido(textos.valor_de(etiqueta, v)) for v in valores])
    ejes.set_xlim(-0.5, len(valores) - 0.5)
    ejes.grid(visible=False, axis="x")
    _eje_de(ejes, definicion)
    if len(series) > 1:
        _leyenda(figura, list(series))
    filas = tuple(
        (nombre, textos.valor_de(etiqueta, v), *_tres(cifras[v], definicion))
        for nombre, cifras in series.items()
        for v in valores
        if v in cifras
    )
    columnas = ("Sistema", textos.rotulo("etiquetas", etiqueta), definicion.titulo, "IC 95 %", "n")
    pie = f"{definicion.titulo}, con su intervalo del 95 %; {_sentido(definicion)}."
    return _lista(figura, f"{medida}-{etiqueta}", titulo, pie, columnas, filas)


def _valores(sistema: ResultadoSistema, medida: str, etiqueta: str) -> dict[str, Cifra]:
    """Valor de la condición → cifra; al SNR se le añade lo grabado sin ruido, que no lleva SNR."""
    grupos = {v: m[medida] for v, m in sistema.grupos.get(etiqueta, {}).items() if medida in m}
    limpio = sistema.grupos.get("ruido", {}).get("ninguno", {}).get(medida)
    if etiqueta == "snr_db" and grupos and limpio and not any("sin" in v for v in grupos):
        return {"sin ruido": limpio, **grupos}
    return grupos


def _curva(sistema: ResultadoSistema, prefijo: str) -> Grafica | None:
    """Una curva `nombre/x`: calibración si las x son probabilidades, barras si son nombres."""
    nombres = {n for m in sistema.casos for n in m.cuentas if n.startswith(f"{prefijo}/")}
    puntos = {n.split("/", 1)[1]: _cifra(sistema, n) for n in nombres}
    cifras = {x: c for x, c in puntos.items() if c is not None}
    if len(cifras) < 2:
        return None
    equis = textos.orden_natural(cifras)
    definicion = textos.definicion(prefijo)
    numericas = all(textos.es_numero(x) for x in equis)
    figura, ejes = lienzo()
    if numericas:
        mitad = 0.05 if prefijo in textos.datos()["decimas"]["curvas"] else 0.0
        lugares = [float(x) + mitad for x in equis]
        if min(lugares) >= 0 and max(lugares) <= 1:
            ejes.plot(
                [0, 1], [0, 1], color=TENUE, linewidth=1, linestyle=(0, (4, 3)), label="calibración perfecta"
            )
        ejes.plot(lugares, [cifras[x].valor for x in equis], color=SERIES[0], linewidth=1.6)
        _puntos(ejes, lugares, [cifras[x] for x in equis], 0, "medida")
        _leyenda(figura, ["calibración perfecta", "medida"])
    else:
        alturas = [cifras[x].valor for x in equis]
        ejes.bar(range(len(equis)), alturas, width=0.55, color=SERIES[0])
        _bigotes(ejes, list(range(len(equis))), [cifras[x] for x in equis], TINTA)
        ejes.set_xticks(range(len(equis)), [_partido(x.replace("_", " ")) for x in equis])
        ejes.grid(visible=False, axis="x")
    _eje_de(ejes, definicion)
    filas = tuple((x.replace("_", " "), *_tres(cifras[x], definicion), f"{cifras[x].total:g}") for x in equis)
    columnas = ("Valor", definicion.titulo, "IC 95 %", "n (casos)", "Total")
    return _lista(figura, prefijo, definicion.titulo, definicion.definicion, columnas, filas)


def _costo_y_duracion(resultados: Resultados) -> Grafica | None:
    """Minutos de cómputo contra minutos de audio, con la recta de mínimos cuadrados de cada sistema."""
    series = {}
    for sistema in resultados.sistemas:
        puntos = [(m.duracion_s, m.costo.reloj_s) for m in sistema.casos if m.duracion_s and m.costo.reloj_s]
        if len({d for d, _ in puntos}) > 2:
            series[_nombre(sistema, resultados)] = np.asarray(puntos, dtype=np.float64) / 60
    if not series:
        return None
    series = dict(list(series.items())[:_MAXIMO_DE_SERIES])
    figura, ejes = lienzo()
    filas = []
    for i, (nombre, minutos) in enumerate(series.items()):
        pendiente, ordenada = np.polyfit(minutos[:, 0], minutos[:, 1], 1)
        borde = np.asarray([minutos[:, 0].min(), minutos[:, 0].max()])
        ejes.plot(borde, pendiente * borde + ordenada, color=SERIES[i], linewidth=1.3)
        ejes.plot(
            minutos[:, 0], minutos[:, 1], MARCAS[i], color=SERIES[i], markersize=5, label=nombre,
            markeredgecolor=HOJA, markeredgewidth=0.6,
        )  # fmt: skip
        audio = f"{borde[0]:.1f}–{borde[1]:.1f}"
        filas.append((nombre, str(len(minutos)), audio, f"{pendiente:.2f}", f"{60 * ordenada:+.0f}"))
    ejes.set_xlabel("minutos de audio")
    ejes.set_ylabel("minutos de cómputo")
    ejes.set_ylim(bottom=0)
    if len(series) > 1:
        _leyenda(figura, list(series))
    columnas = ("Sistema", "Casos", "Audio (min)", "Pendiente (min/min)", "Ordenada (s)")
    pie = "Un punto por caso; recta de mínimos cuadrados. La pendiente: lo que cuesta un minuto más de audio."
    return _lista(figura, "duracion", "Costo contra duración", pie, columnas, tuple(filas))


# --- Piezas ----------------------------------------------------------------------------------------


def _lista(
    figura: Figure,
    nombre: str,
    titulo: str,
    pie: str,
    columnas: tuple[str, ...],
    filas: tuple[tuple[str, ...], ...],
) -> Grafica:
    alternativo = f"{titulo}. {pie} Los mismos datos están en la tabla que sigue."
    identidad = "g-" + "".join(c if c.isalnum() else "-" for c in nombre)
    return Grafica(titulo, pie, a_svg(figura, identidad, alternativo), columnas, filas)


def _puntos(ejes: Axes, equis: Sequence[float], cifras: Sequence[Cifra], serie: int, nombre: str) -> None:
    _bigotes(ejes, equis, cifras, SERIES[serie])
    ejes.plot(
        equis, [c.valor for c in cifras], MARCAS[serie], color=SERIES[serie], markersize=6.5, label=nombre,
        markeredgecolor=HOJA, markeredgewidth=0.8,
    )  # fmt: skip


def _bigotes(ejes: Axes, equis: Sequence[float], cifras: Sequence[Cifra], color: str) -> None:
    ejes.vlines(equis, [c.bajo for c in cifras], [c.alto for c in cifras], color=color, linewidth=1.8)


def _eje_de(ejes: Axes, definicion: Definicion) -> None:
    def etiqueta(valor: float, _lugar: int | None) -> str:
        if definicion.forma in ("tasa", "cuenta"):
            return f"{100 * valor:.4g} %"
        return f"{valor:g}"

    formato: Callable[[float, int | None], str] = etiqueta
    ejes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ejes.yaxis.set_major_formatter(FuncFormatter(formato))
    ejes.set_ylim(bottom=0)
    ejes.axhline(0, color=LINEA, linewidth=1)


def _cifra(sistema: ResultadoSistema, nombre: str) -> Cifra | None:
    if nombre in sistema.totales:
        return sistema.totales[nombre]
    return intervalo.cifra([m.cuentas[nombre] for m in sistema.casos if nombre in m.cuentas])


def _prefijos(sistema: ResultadoSistema) -> list[str]:
    vistos = {n.split("/", 1)[0] for m in sistema.casos for n in m.cuentas if "/" in n}
    return sorted(vistos - {"factor_etapa"})


def _tres(cifra: Cifra, definicion: Definicion) -> tuple[str, str, str]:
    return (textos.leer_cifra(cifra, definicion), textos.intervalo_de(cifra, definicion), str(cifra.n))


def _sentido(definicion: Definicion) -> str:
    return "más es mejor" if definicion.mejor == "mas" else "menos es mejor"


def _nombre(sistema: ResultadoSistema, resultados: Resultados) -> str:
    """El título del sistema; con su tarea si se midió en varias."""
    repetido = sum(s.sistema == sistema.sistema for s in resultados.sistemas) > 1
    corta = textos.rotulo("tareas_cortas", sistema.tarea)
    return f"{sistema.titulo}, {corta}" if repetido else sistema.titulo


def _leyenda(figura: Figure, titulos: Sequence[str]) -> None:
    """Arriba, en las columnas que quepan sin cortarse."""
    largo = max(map(len, titulos))
    columnas = 3 if largo < 14 else 2 if largo < 25 else 1
    figura.legend(
        loc="outside upper left",
        ncols=columnas,
        labelcolor=TINTA,
        frameon=False,
        fontsize=9,
        handlelength=1.3,
        borderaxespad=0.1,
    )
    ancho, alto = figura.get_size_inches()
    figura.set_size_inches(ancho, alto + 0.17 * -(-len(titulos) // columnas))


def _partido(texto: str) -> str:
    """En dos renglones si es largo, para que las etiquetas no se encimen."""
    return texto.replace(" ", "\n", 1) if len(texto) > 9 else texto
