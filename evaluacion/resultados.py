"""Lo que queda de una evaluación: `resultados.json`, de donde salen los informes y las comparaciones."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from evaluacion.caso import Tarea
from evaluacion.salida import Costo

Cuenta = tuple[float, float]
"""(parte, total) de una medida en un caso; lo que no aplica no está, o lleva total 0."""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Medida(_Valor):
    """Todo lo que se midió de un sistema con un caso.

    `cuentas`: por nombre de medida (los de `datos/metricas.toml`); un nombre con «/» es el renglón de una
    curva (`calibracion_palabra/0.9`). `detalle`: qué falló, en frases, para que una persona lo lea.
    """

    caso: str
    cuentas: dict[str, Cuenta] = {}
    detalle: dict[str, list[str]] = {}
    etiquetas: dict[str, str] = {}
    duracion_s: float | None = None
    costo: Costo = Costo()
    relojes_s: tuple[float, ...] = ()
    """Segundos de reloj de cada repetición; `costo.reloj_s` es su mediana."""


class Cifra(_Valor):
    """Una tasa con su intervalo de confianza del 95 % (bootstrap por casos). `n`: casos en que aplica."""

    valor: float
    bajo: float
    alto: float
    parte: float
    total: float
    n: int


class Fallo(_Valor):
    """Un caso que no terminó; cuenta en el informe, no desaparece."""

    caso: str
    motivo: str


class ResultadoSistema(_Valor):
    """Un sistema en una tarea. `grupos`: etiqueta → valor → medida → cifra."""

    sistema: str
    titulo: str
    tarea: Tarea
    identidad: dict[str, str] = {}
    casos: tuple[Medida, ...] = ()
    totales: dict[str, Cifra] = {}
    grupos: dict[str, dict[str, dict[str, Cifra]]] = {}
    fallidos: tuple[Fallo, ...] = ()
    memoria_mib: float | None = None
    arranque_s: float | None = None


class Razon(_Valor):
    """Cuántas veces tarda un par lo que Scribe, caso por caso en la misma corrida: mediana e intervalo.

    Mayor que 1: Scribe es más rápido.
    """

    par: str
    tarea: Tarea
    mediana: float
    bajo: float
    alto: float
    n: int


class Cuadro(_Valor):
    """Una tabla propia de un conjunto: contra lo publicado, correlaciones, costo por duración."""

    titulo: str
    explicacion: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    cifras: dict[str, float] = {}
    """Los números que otra máquina pueda querer, por nombre."""
    derrotas: tuple[str, ...] = ()
    """En qué se pierde contra lo publicado, dicho en una frase cada una."""


class Resultados(_Valor):
    """Una evaluación completa, con lo necesario para repetirla."""

    esquema: Literal["1"] = "1"
    conjunto: str
    titulo: str
    fuente: str
    particiones: dict[str, int] = {}
    perfil: str
    rapido: bool = False
    fecha: str
    semilla: int = 0
    remuestras: int = 2000
    repeticiones: int = 1
    scribe: dict[str, str] = {}
    equipo: dict[str, str] = {}
    paquetes: dict[str, str] = {}
    modelos: dict[str, str] = {}
    normalizadores: dict[str, str] = {}
    casos: dict[str, str] = {}
    """sha256 de la entrada de cada caso."""
    sistemas: tuple[ResultadoSistema, ...] = ()
    razones: tuple[Razon, ...] = ()
    cuadros: tuple[Cuadro, ...] = ()
    ausentes: dict[str, str] = {}
    """Pares que no se corrieron y qué les falta."""
