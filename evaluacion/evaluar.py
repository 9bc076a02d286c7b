"""La evaluación de principio a fin: leer el conjunto, correr los sistemas, medir y escribir el informe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluacion import juicio
from evaluacion.caso import Caso, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido, conjuntos
from evaluacion.corrida import Plan, correr, entrada
from evaluacion.informe import escribir
from evaluacion.juez import Juez
from evaluacion.medida import grupos, medir, totales
from evaluacion.procedencia import procedencia
from evaluacion.razones import razones
from evaluacion.resultados import Cuadro, Fallo, Medida, Resultados, ResultadoSistema
from evaluacion.salida import Salida
from evaluacion.sistema import Opciones, Sistema, sistemas

PROPIO = "scribe"


@dataclass(frozen=True, slots=True)
class Pedido:
    """Lo que pide la persona.

    `conjunto`: nombre o carpeta. `datos`: carpeta con los datos publicados. `pares`: nombres de pares, o
    «todos». `casos`: cuántos casos como mucho (repartidos por todo el conjunto). `casos_pares`: lo mismo
    para las comparaciones de tiempo, que se repiten `repeticiones` veces. `juez`: además, el juez local.
    """

    conjunto: str
    salida: Path
    datos: Path | None = None
    perfil: str = "minimo"
    hilos: int = 2
    sin_llm: bool = False
    rapido: bool = False
    pares: tuple[str, ...] = ()
    particion: str | None = None
    solo: tuple[str, ...] = ()
    casos: int | None = None
    casos_pares: int = 5
    repeticiones: int = 1
    de_nuevo: bool = False
    semilla: int = 0
    juez: bool = False

    @property
    def opciones(self) -> Opciones:
        """Las que comparten todos los sistemas."""
        return Opciones(self.perfil, self.hilos, self.sin_llm)


@dataclass(frozen=True, slots=True)
class Ronda:
    """Unos sistemas que hacen la misma tarea con los mismos casos, las mismas veces."""

    tarea: Tarea
    sistemas: tuple[Sistema, ...]
    casos: tuple[Caso, ...]
    repeticiones: int

    @property
    def peso(self) -> float:
        """Cuánto trabajo es, en las unidades de `peso`."""
        return len(self.sistemas) * self.repeticiones * sum(peso(c) for c in self.casos)


@dataclass(frozen=True, slots=True)
class Preparada:
    """Una evaluación lista para correr: qué se leyó, qué falta por correr y qué pares no se pueden medir.

    `guardadas`: salidas que ya vienen con los datos, por sistema y caso; si las hay, no se corre nada.
    """

    conjunto: Conjunto
    carpeta: Path | None
    casos: tuple[Caso, ...]
    guardadas: Mapping[str, Mapping[str, Salida]]
    rondas: tuple[Ronda, ...]
    ausentes: Mapping[str, str]

    @property
    def peso(self) -> float:
        """El trabajo que falta, en las unidades de `peso`."""
        return sum(r.peso for r in self.rondas)


@dataclass(slots=True)
class Hecho:
    """Lo que dejó una ronda: por sistema y caso, una salida por repetición."""

    ronda: Ronda
    salidas: dict[str, dict[str, list[Salida]]] = field(default_factory=dict)


Avance = Callable[[str, float], None]
"""Recibe qué se acaba de terminar («sistema · caso») y los segundos de audio (o casos) que pesaba."""


def localizar(pedido: Pedido) -> tuple[Conjunto, Path | None]:
    """El conjunto y su carpeta. Lanza `ConjuntoInvalido` si no se conoce o no se reconoce."""
    todos = conjuntos()
    if pedido.conjunto in todos:
        conjunto = todos[pedido.conjunto]
        if pedido.datos is None and not conjunto.propio:
            raise ConjuntoInvalido(
                f"Falta decir dónde están los datos de {conjunto.nombre}.",
                f"Bájelos de {conjunto.fuente} y repita con --datos CARPETA.",
            )
        if pedido.datos is not None and not pedido.datos.is_dir():
            raise ConjuntoInvalido(f"No existe la carpeta {pedido.datos}.", "Revise la ruta de --datos.")
        return conjunto, pedido.datos
    carpeta = Path(pedido.conjunto)
    if not carpeta.is_dir():
        hay = ", ".join(todos)
        raise ConjuntoInvalido(
            f"No hay conjunto ni carpeta «{pedido.conjunto}».", f"Conjuntos: {hay}; o dé una carpeta."
        )
    for conjunto in todos.values():
        if conjunto.reconoce(carpeta):
            return conjunto, carpeta
    raise ConjuntoInvalido(
        f"La carpeta {carpeta} no tiene la forma de ningún conjunto conocido.",
        "Vea las formas admitidas en docs/conjuntos.md.",
    )


def preparar(pedido: Pedido) -> Preparada:
    """Lee el conjunto una vez y decide qué se corre. Lanza `ConjuntoInvalido`."""
    conjunto, carpeta = localizar(pedido)
    casos = tuple(elegir(conjunto.leer(carpeta, rapido=pedido.rapido), pedido))
    guardadas = conjunto.guardadas(carpeta)
    return Preparada(
        conjunto=conjunto,
        carpeta=carpeta,
        casos=casos,
        guardadas=guardadas,
        rondas=() if guardadas else tuple(rondas(conjunto, casos, pedido)),
        ausentes={s.nombre: motivo for s, motivo in _ausentes(pedido)},
    )


def elegir(casos: Sequence[Caso], pedido: Pedido) -> list[Caso]:
    """Los casos pedidos, en su orden. Lanza `ConjuntoInvalido` si no queda ninguno."""
    elegidos = [
        c
        for c in casos
        if (pedido.particion is None or c.particion == pedido.particion)
        and (not pedido.solo or c.id in pedido.solo)
    ]
    if not elegidos:
        hay = ", ".join(sorted({c.particion for c in casos})) or "ninguna"
        raise ConjuntoInvalido("No queda ningún caso que medir.", f"Particiones que hay: {hay}.")
    return repartidos(elegidos, pedido.casos)


def repartidos(casos: Sequence[Caso], cuantos: int | None) -> list[Caso]:
    """Hasta `cuantos` casos, a pasos iguales por toda la lista."""
    if cuantos is None or cuantos >= len(casos):
        return list(casos)
    return [casos[int((i + 0.5) * len(casos) / cuantos)] for i in range(cuantos)]


def rondas(conjunto: Conjunto, casos: Sequence[Caso], pedido: Pedido) -> list[Ronda]:
    """La tarea completa con Scribe y, si se piden pares, cada parte con Scribe y los suyos."""
    todos = sistemas()
    propios = tuple(todos[n] for n in conjunto.propios if conjunto.tarea in todos[n].tareas)
    lista = [Ronda(conjunto.tarea, propios, tuple(casos), 1)]
    presentes = [s for s in _pedidos(pedido) if s.falta() is None]
    for tarea in dict.fromkeys((conjunto.tarea, *conjunto.partes)):
        rivales = tuple(s for s in presentes if tarea in s.tareas)
        utiles = repartidos([c for c in casos if _sirve(c, tarea)], pedido.casos_pares)
        if rivales and utiles:
            lista.append(Ronda(tarea, (todos[PROPIO], *rivales), tuple(utiles), pedido.repeticiones))
    return [r for r in lista if r.sistemas]


def evaluar(
    pedido: Pedido, avance: Avance, preparada: Preparada | None = None
) -> tuple[Resultados, list[Path]]:
    """Corre lo pedido y deja `informe.html`, `informe.md` y `resultados.json` en la carpeta de salida.

    `preparada` es lo que devolvió `preparar(pedido)`, si ya se tiene. Si se interrumpe, la misma orden
    sigue donde iba. Devuelve los resultados y los archivos escritos.
    """
    lista = preparada or preparar(pedido)
    conjunto, casos = lista.conjunto, lista.casos
    juez = _juez(pedido)
    if lista.guardadas:
        hechos = [_de_guardadas(conjunto, casos, lista.guardadas)]
    else:
        hechos = [_correr(ronda, pedido, avance) for ronda in lista.rondas]
    medidos = _fundir([r for hecho in hechos for r in _medir(hecho, pedido)])
    por_sistema = {r.sistema: r for r in medidos if r.tarea == conjunto.tarea}
    resultados = Resultados(
        conjunto=conjunto.nombre,
        titulo=conjunto.titulo,
        fuente=conjunto.fuente,
        particiones={p: sum(c.particion == p for c in casos) for p in sorted({c.particion for c in casos})},
        perfil=pedido.perfil,
        rapido=pedido.rapido,
        semilla=pedido.semilla,
        repeticiones=max(h.ronda.repeticiones for h in hechos),
        casos={c.id: entrada(c) for c in casos},
        sistemas=tuple(medidos),
        razones=tuple(razones(medidos, PROPIO)),
        cuadros=(
            *conjunto.analizar(lista.carpeta, casos, list(por_sistema.values())),
            *_juzgar(juez, hechos, casos, avance, pedido.semilla),
        ),
        ausentes=lista.ausentes,
        **procedencia(pedido.perfil),
    )
    salidas = {s: {c: r[0] for c, r in por_caso.items()} for s, por_caso in _juntar(hechos).items()}
    return resultados, escribir(resultados, pedido.salida, casos, salidas)


def _juez(pedido: Pedido) -> Juez | None:
    """El juez, si se pidió. Se busca su modelo antes de correr nada: si falta, se dice ya."""
    if not pedido.juez:
        return None
    guardados = juicio.memoria(pedido.salida, de_nuevo=pedido.de_nuevo)
    return Juez(juicio.modelo(pedido.perfil, pedido.hilos), guardados)


def _juzgar(
    juez: Juez | None, hechos: Sequence[Hecho], casos: Sequence[Caso], avance: Avance, semilla: int
) -> list[Cuadro]:
    if juez is None:
        return []
    hechas = [
        (s.nombre, s.titulo, h.ronda.tarea, h.salidas[s.nombre]) for h in hechos for s in h.ronda.sistemas
    ]
    try:
        return juicio.juzgar(
            juez, juicio.acusados(hechas), casos, lambda que: avance(f"juez · {que}", 0.0), semilla
        )
    finally:
        juez.cerrar()


def peso(caso: Caso) -> float:
    """Cuánto pesa un caso en la barra de avance: sus segundos de audio, o 1 si es texto."""
    return caso.duracion_s or (60.0 if caso.audio else 1.0)


def _correr(ronda: Ronda, pedido: Pedido, avance: Avance) -> Hecho:
    """Alterna los sistemas en cada repetición: así el ruido de la máquina les toca a todos por igual."""
    hecho = Hecho(ronda)
    pesos = {c.id: peso(c) for c in ronda.casos}
    for repeticion in range(1, ronda.repeticiones + 1):
        for sistema in ronda.sistemas:
            plan = Plan(sistema, ronda.tarea, pedido.opciones, pedido.salida, repeticion)
            avisar = _avisador(avance, sistema.nombre, pesos)
            por_caso = hecho.salidas.setdefault(sistema.nombre, {})
            for caso, salida in correr(plan, ronda.casos, avisar, de_nuevo=pedido.de_nuevo).items():
                por_caso.setdefault(caso, []).append(salida)
    return hecho


def _avisador(avance: Avance, sistema: str, pesos: Mapping[str, float]) -> Callable[[str], None]:
    return lambda caso: avance(f"{sistema} · {caso}", pesos.get(caso, 1.0))


def _medir(hecho: Hecho, pedido: Pedido) -> list[ResultadoSistema]:
    resultados = []
    for sistema in hecho.ronda.sistemas:
        medidas: list[Medida] = []
        fallidos: list[Fallo] = []
        for caso in hecho.ronda.casos:
            salidas = hecho.salidas[sistema.nombre].get(caso.id, [])
            buenas = [s for s in salidas if s.error is None]
            if buenas:
                medidas.append(medir(caso, buenas))
            else:
                motivo = next((s.error for s in salidas if s.error), "sin resultado")
                fallidos.append(Fallo(caso=caso.id, motivo=str(motivo)))
        resultados.append(resumir(sistema, hecho.ronda.tarea, medidas, fallidos, pedido.semilla))
    return resultados


def resumir(
    sistema: Sistema, tarea: Tarea, medidas: Sequence[Medida], fallidos: Sequence[Fallo], semilla: int = 0
) -> ResultadoSistema:
    """Las medidas de un sistema con sus totales, sus grupos y su costo mayor."""
    memorias = [m.costo.memoria_mib for m in medidas if m.costo.memoria_mib is not None]
    arranques = sorted(m.costo.arranque_s for m in medidas if m.costo.arranque_s is not None)
    return ResultadoSistema(
        sistema=sistema.nombre,
        titulo=sistema.titulo,
        tarea=tarea,
        identidad=sistema.identidad(),
        casos=tuple(medidas),
        totales=totales(medidas, semilla=semilla),
        grupos=grupos(medidas, semilla=semilla),
        fallidos=tuple(fallidos),
        memoria_mib=max(memorias, default=None),
        arranque_s=arranques[len(arranques) // 2] if arranques else None,
    )


def _fundir(resultados: list[ResultadoSistema]) -> list[ResultadoSistema]:
    """Un sistema medido dos veces en la misma tarea (solo y contra pares) aparece por separado si los casos
    difieren; si son los mismos, queda la ronda con más repeticiones.
    """
    vistos: dict[tuple[str, str, tuple[str, ...]], ResultadoSistema] = {}
    for resultado in resultados:
        clave = (resultado.sistema, resultado.tarea, tuple(m.caso for m in resultado.casos))
        vistos[clave] = resultado
    return list(vistos.values())


def _juntar(hechos: Sequence[Hecho]) -> dict[str, dict[str, list[Salida]]]:
    """Por sistema, las salidas de su primera tarea: las que enseña el informe."""
    juntas: dict[str, dict[str, list[Salida]]] = {}
    for hecho in hechos:
        for sistema, por_caso in hecho.salidas.items():
            for caso, salidas in por_caso.items():
                buenas = [s for s in salidas if s.error is None]
                if buenas:
                    juntas.setdefault(sistema, {}).setdefault(caso, buenas)
    return juntas


def _de_guardadas(
    conjunto: Conjunto, casos: Sequence[Caso], guardadas: Mapping[str, Mapping[str, Salida]]
) -> Hecho:
    ronda = Ronda(conjunto.tarea, tuple(_Guardado(n) for n in guardadas), tuple(casos), 1)
    salidas = {s: {c: [salida] for c, salida in por_caso.items()} for s, por_caso in guardadas.items()}
    return Hecho(ronda, salidas)


class _Guardado:
    """Un sistema del que solo se tienen las salidas."""

    tareas: tuple[Tarea, ...] = ()

    def __init__(self, nombre: str) -> None:
        self.nombre = self.titulo = nombre

    def falta(self) -> str | None:
        return "solo se tienen sus salidas"

    def identidad(self) -> dict[str, str]:
        return {}

    def preparar(self, tarea: Tarea, opciones: Opciones) -> None:
        raise NotImplementedError(f"de {self.nombre} solo se tienen sus salidas")

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        raise NotImplementedError(f"de {self.nombre} solo se tienen sus salidas")


def _pedidos(pedido: Pedido) -> list[Sistema]:
    """Los pares que se pidieron. Lanza `ConjuntoInvalido` si uno no existe."""
    pares = {n: s for n, s in sistemas().items() if not n.startswith(PROPIO)}
    if pedido.pares == ("todos",):
        return list(pares.values())
    if ajenos := set(pedido.pares) - set(pares):
        raise ConjuntoInvalido(f"No hay par «{sorted(ajenos)[0]}».", f"Los que hay: {', '.join(pares)}.")
    return [pares[n] for n in pedido.pares]


def _ausentes(pedido: Pedido) -> list[tuple[Sistema, str]]:
    return [(s, motivo) for s in _pedidos(pedido) if (motivo := s.falta()) is not None]


def _sirve(caso: Caso, tarea: Tarea) -> bool:
    """Si el caso trae la entrada que la tarea pide."""
    if tarea in ("consulta", "asr", "diarizacion", "habla"):
        return caso.audio is not None and caso.habla
    if tarea == "nota":
        return bool(caso.dichos)
    return bool(caso.texto or caso.menciones or caso.dichos)
