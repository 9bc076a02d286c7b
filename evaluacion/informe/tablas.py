"""Las tablas de un informe, sin formato: de aquí salen igual en HTML y en markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evaluacion.caso import Tarea
from evaluacion.informe.duelo import Duelo, principales
from evaluacion.informe.textos import (
    NADA,
    datos,
    definicion,
    diferencia,
    intervalo_de,
    leer_cifra,
    numero,
    orden_natural,
    plural,
    rango_de_diferencia,
    rotulo,
    valor_de,
    veces,
)
from evaluacion.resultados import Cifra, Cuadro, Razon, Resultados, ResultadoSistema

Marca = Literal["", "bien", "mal"]
MAXIMO_DE_COLUMNAS = 9


@dataclass(frozen=True, slots=True)
class Celda:
    """Un valor con su intervalo debajo. `marca`: si la diferencia, más allá del ruido, es buena o mala para
    Scribe; `dice` lo dice con palabras.
    """

    texto: str
    debajo: str = ""
    marca: Marca = ""
    dice: str = ""


@dataclass(frozen=True, slots=True)
class Tabla:
    """`filas`: encabezado de fila y celdas; una fila sin celdas es el título de las que siguen.

    `fuertes`: índices de las filas principales.
    """

    titulo: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[str, tuple[Celda, ...]], ...]
    nota: str = ""
    fuertes: frozenset[int] = field(default_factory=frozenset)


def por_tema(resultados: Resultados, tarea: Tarea, pleitos: Sequence[Duelo] = ()) -> list[Tabla]:
    """Una tabla por grupo de medidas: medidas en filas, sistemas en columnas."""
    sistemas = [s for s in resultados.sistemas if s.tarea == tarea]
    nombres = _en_orden({n for s in sistemas for n in s.totales if "/" not in n})
    grupos: dict[str, list[str]] = {}
    for nombre in nombres:
        grupos.setdefault(definicion(nombre).grupo, []).append(nombre)
    return [_tabla_de_tema(grupo, medidas, sistemas, pleitos) for grupo, medidas in grupos.items()]


def por_grupos(sistema: ResultadoSistema) -> Tabla | None:
    """Las medidas principales según cada condición que toma dos valores o más, en una sola tabla."""
    conocidas, omitidas = list(datos()["etiquetas"]), set(datos()["omitir"]["etiquetas"])
    etiquetas = [e for e, v in sistema.grupos.items() if e not in omitidas and _agrupa(v)]
    if not etiquetas:
        return None
    medidas = [n for n in sistema.totales if definicion(n).grupo != "costo"]
    nombres = _en_orden(destacadas(medidas, MAXIMO_DE_COLUMNAS))
    filas: list[tuple[str, tuple[Celda, ...]]] = []
    etiquetas.sort(key=lambda e: (conocidas.index(e) if e in conocidas else len(conocidas), e))
    for etiqueta in etiquetas:
        filas.append((rotulo("etiquetas", etiqueta), ()))
        valores = sistema.grupos[etiqueta]
        for valor in orden_natural(valores, etiqueta):
            filas.append((valor_de(etiqueta, valor), _fila_de_grupo(valores[valor], nombres)))
    columnas = ("Casos", *(_titulo_con_sentido(n) for n in nombres))
    return Tabla("Según las condiciones", columnas, tuple(filas))


def caso_por_caso(sistema: ResultadoSistema) -> Tabla:
    """Las medidas principales de cada caso, por nombre de caso."""
    nombres = _en_orden(destacadas({n for m in sistema.casos for n in m.cuentas}, MAXIMO_DE_COLUMNAS))
    filas = tuple(
        (m.caso, tuple(_celda_de_cuenta(m.cuentas.get(n), n) for n in nombres))
        for m in sorted(sistema.casos, key=lambda m: m.caso)
    )
    return Tabla("Caso por caso", tuple(_titulo_con_sentido(n) for n in nombres), filas)


def pares(pleitos: Sequence[Duelo], *, todas: bool) -> list[Tabla]:
    """Por tarea y par: nuestra cifra, la suya y la diferencia con su intervalo."""
    llaves = dict.fromkeys((d.tarea, d.par, d.titulo) for d in pleitos)
    salida = []
    for tarea, par, titulo in llaves:
        propios = [d for d in pleitos if (d.tarea, d.par) == (tarea, par)]
        if elegidos := [d for d in propios if todas or d.medida.principal]:
            salida.append(
                Tabla(
                    f"{rotulo('tareas', tarea)}: Scribe contra {titulo}",
                    ("Scribe", titulo, "Diferencia", "IC 95 %", "n", "Scribe"),
                    tuple((d.medida.titulo, _fila_de_duelo(d)) for d in elegidos),
                )
            )
    return salida


def tiempos(resultados: Resultados) -> Tabla:
    """Cuántas veces tarda cada par lo que Scribe, caso por caso en la misma corrida."""
    titulos = titulos_de(resultados)
    filas = tuple(
        (
            f"{titulos.get(r.par, r.par)} ({rotulo('tareas_cortas', r.tarea)})",
            (
                _celda_de_razon(r),
                Celda(f"{veces(r.bajo)}–{veces(r.alto)}"),
                Celda(str(r.n)),
            ),
        )
        for r in resultados.razones
    )
    nota = "Tiempo del par entre tiempo de Scribe. Más de 1×, Scribe es más rápido; menos de 1×, más lento."
    return Tabla("Tiempo: el par entre Scribe", ("Razón (mediana)", "IC 95 %", "n"), filas, nota)


def de_cuadro(cuadro: Cuadro) -> Tabla:
    """Una tabla propia del conjunto, tal como viene."""
    filas = tuple((f[0] if f else "", tuple(Celda(c) for c in f[1:])) for f in cuadro.filas)
    return Tabla(cuadro.titulo, cuadro.columnas[1:], filas, cuadro.explicacion)


def titulos_de(resultados: Resultados) -> dict[str, str]:
    """Nombre → título de cada sistema."""
    return {s.sistema: s.titulo for s in resultados.sistemas}


def tareas_de(resultados: Resultados) -> list[Tarea]:
    """Las tareas medidas, la de los principales primero."""
    return list(dict.fromkeys(s.tarea for s in [*principales(resultados), *resultados.sistemas]))


def _en_orden(nombres: Iterable[str]) -> list[str]:
    """Por grupo (el orden de `informe.toml`) y, dentro, como están en su archivo."""
    from evaluacion.definiciones import definiciones

    grupos, todas = list(datos()["grupos"]), list(definiciones())

    def lugar(nombre: str) -> tuple[int, int, str]:
        grupo = definicion(nombre).grupo
        return (
            grupos.index(grupo) if grupo in grupos else len(grupos),
            todas.index(nombre) if nombre in todas else len(todas),
            nombre,
        )

    return sorted(nombres, key=lugar)


def destacadas(nombres: Iterable[str], maximo: int) -> list[str]:
    """Hasta `maximo` medidas, las que más importan primero.

    Van las que tienen frase en `informe.toml`, en ese orden; después las demás principales y, si no hay de
    ninguna, las primeras que haya.
    """
    todas = _en_orden({n for n in nombres if "/" not in n})
    con_frase = [n for n in datos()["frases"] if n in todas]
    otras = [n for n in todas if definicion(n).principal and n not in con_frase]
    return ([*con_frase, *otras] or todas)[:maximo]


def _tabla_de_tema(
    grupo: str, medidas: Sequence[str], sistemas: Sequence[ResultadoSistema], pleitos: Sequence[Duelo]
) -> Tabla:
    fuertes = frozenset(i for i, n in enumerate(medidas) if definicion(n).principal)
    explicacion = datos()["grupos"].get(grupo, {}).get("explicacion", "")
    if len(sistemas) == 1:
        columnas: tuple[str, ...] = ("Valor", "IC 95 %", "n")
        filas = tuple((_titulo_con_sentido(n), _fila_sola(n, sistemas[0])) for n in medidas)
    else:
        columnas = tuple(_columna(s, sistemas) for s in sistemas)
        filas = tuple(
            (_titulo_con_sentido(n), tuple(_celda(s, n, pleitos) for s in sistemas)) for n in medidas
        )
    return Tabla(rotulo("grupos", grupo), columnas, filas, explicacion, fuertes)


def _columna(sistema: ResultadoSistema, todos: Sequence[ResultadoSistema]) -> str:
    """El título; con sus casos, si el mismo sistema se midió dos veces (con todos, y los de los pares)."""
    repetido = sum(s.sistema == sistema.sistema for s in todos) > 1
    return f"{sistema.titulo} ({plural(len(sistema.casos), 'caso', 'casos')})" if repetido else sistema.titulo


def _titulo_con_sentido(nombre: str) -> str:
    medida = definicion(nombre)
    return f"{medida.titulo}\u00a0{'↑' if medida.mejor == 'mas' else '↓'}"


def _fila_sola(nombre: str, sistema: ResultadoSistema) -> tuple[Celda, ...]:
    medida, cifra = definicion(nombre), sistema.totales.get(nombre)
    return (
        Celda(leer_cifra(cifra, medida)),
        Celda(intervalo_de(cifra, medida)),
        Celda(str(cifra.n) if cifra else NADA),
    )


def _celda(sistema: ResultadoSistema, nombre: str, pleitos: Sequence[Duelo]) -> Celda:
    medida, cifra = definicion(nombre), sistema.totales.get(nombre)
    llave = (sistema.sistema, sistema.tarea, medida.nombre)
    duelo = next((d for d in pleitos if (d.par, d.tarea, d.medida.nombre) == llave), None)
    texto, debajo = leer_cifra(cifra, medida), _debajo(cifra, nombre)
    if duelo is None or duelo.desenlace not in ("gana", "pierde"):
        return Celda(texto, debajo)
    if duelo.desenlace == "pierde":
        return Celda(texto, debajo, "mal", "mejor que Scribe")
    return Celda(texto, debajo, "bien", "peor que Scribe")


def _debajo(cifra: Cifra | None, nombre: str) -> str:
    texto = intervalo_de(cifra, definicion(nombre))
    return "" if texto == NADA else texto


def _agrupa(valores: dict[str, dict[str, Cifra]]) -> bool:
    """Si junta casos de verdad: dos valores o más, y alguno con más de un caso."""
    return len(valores) > 1 and any(c.n > 1 for cifras in valores.values() for c in cifras.values())


def _fila_de_grupo(cifras: dict[str, Cifra], nombres: Sequence[str]) -> tuple[Celda, ...]:
    casos = max((cifras[n].n for n in nombres if n in cifras), default=0)
    celdas = [Celda(leer_cifra(cifras.get(n), definicion(n)), _debajo(cifras.get(n), n)) for n in nombres]
    return (Celda(str(casos)), *celdas)


def _celda_de_razon(razon: Razon) -> Celda:
    if razon.alto < 1:
        return Celda(veces(razon.mediana), marca="mal", dice="más rápido que Scribe")
    if razon.bajo > 1:
        return Celda(veces(razon.mediana), marca="bien", dice="más lento que Scribe")
    return Celda(veces(razon.mediana))


def _celda_de_cuenta(cuenta: tuple[float, float] | None, nombre: str) -> Celda:
    if not cuenta or not cuenta[1]:
        return Celda(NADA)
    parte, total = cuenta
    cifra = Cifra(valor=parte / total, bajo=0, alto=0, parte=parte, total=total, n=1)
    medida = definicion(nombre)
    corto = medida.forma == "cuenta"
    return Celda(f"{parte:g}/{total:g}" if corto else leer_cifra(cifra, medida))


def _fila_de_duelo(duelo: Duelo) -> tuple[Celda, ...]:
    dichos: dict[str, tuple[str, Marca]] = {
        "gana": ("mejor", "bien"),
        "pierde": ("peor", "mal"),
        "empata": ("sin diferencia clara", ""),
        "pocos": ("pocos casos para decirlo", ""),
    }
    texto, marca = dichos[duelo.desenlace]
    medida = duelo.medida
    return (
        Celda(numero(duelo.nuestro, medida)),
        Celda(numero(duelo.suyo, medida)),
        Celda(diferencia(duelo.diferencia, medida)),
        Celda(rango_de_diferencia(duelo.bajo, duelo.alto, medida)),
        Celda(str(duelo.n)),
        Celda(texto, marca=marca),
    )
