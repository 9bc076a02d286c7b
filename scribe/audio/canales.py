"""Dos canales: ¿dos personas con su propio micrófono, o la misma mezcla dos veces?

Se decide por turnos, no por forma de onda: con un micrófono por persona, casi siempre domina un
canal y los dos se alternan. En una mezcla estéreo (música, sala, grabadora de dos cápsulas) ambos
suben y bajan a la vez; con un canal mudo o un eco, uno domina siempre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import HERCIOS, Aviso, Senal

_CUADRO = HERCIOS // 20
"""50 ms: más corto que una sílaba, bastante para una energía estable."""
_BLOQUE = 1200 * _CUADRO
"""Un minuto por pasada, para no copiar la grabación entera."""

PISO_DB = -60.0
"""Por debajo de esto (dBFS) un cuadro no es habla audible de nadie."""
SOBRE_FONDO_DB = 10.0
"""Lo que un cuadro debe sobresalir del fondo de su canal (percentil 10) para contar como activo."""
DOMINIO_DB = 12.0
"""Diferencia con que un canal domina al otro, ya igualados. Dos cápsulas de una grabadora dan
1–6 dB; dos micrófonos de solapa en la misma mesa, 10–20."""
TURNO_MINIMO_S, TURNO_MINIMO = 3.0, 0.05
"""Lo mínimo que debe dominar cada canal: segundos y fracción del tiempo activo."""
DOMINADO_MINIMO = 0.65
"""Fracción del tiempo activo con un canal dominante; en una mezcla estéreo medida, menos de 0.1."""
PARECIDO_MAXIMO = 0.5
"""Correlación de envolventes admitida: una mezcla pasa de 0.9, dos personas andan por debajo de 0.2."""
_MUDO_DB = 40.0
"""Un canal tantos dB por debajo del otro no aporta nada a la mezcla."""


@dataclass(frozen=True, slots=True)
class Eleccion:
    """Las señales con que se sigue y el aviso que lo explica, si hace falta."""

    voces: tuple[Senal, ...]
    avisos: tuple[Aviso, ...] = ()


def elegir(canales: tuple[Senal, ...]) -> Eleccion:
    """Una voz por canal si son personas distintas; si no, la mezcla (en el arreglo del primero).

    Modifica los arreglos recibidos para no duplicar la memoria.
    """
    if len(canales) == 1:
        return Eleccion(canales)
    izquierdo, derecho = canales
    niveles = np.stack([_niveles(izquierdo), _niveles(derecho)])
    if _son_personas(niveles):
        _callar_fugas(canales, niveles)
        aviso = Aviso(
            tipo="canales_por_hablante",
            texto="Cada canal de la grabación trae a una persona distinta; se transcribió cada uno aparte.",
        )
        return Eleccion(canales, (aviso,))
    return Eleccion((_mezclar(izquierdo, derecho, niveles),))


def _niveles(canal: Senal) -> NDArray[np.float32]:
    """Energía en dBFS de cada cuadro de 50 ms."""
    partes = []
    for desde in range(0, len(canal), _BLOQUE):
        trozo = canal[desde : desde + _BLOQUE]
        cuadros = np.resize(trozo, (max(1, len(trozo) // _CUADRO), _CUADRO))
        partes.append(np.einsum("ij,ij->i", cuadros, cuadros) / _CUADRO)
    energia = np.concatenate(partes) if partes else np.zeros(1, np.float32)
    niveles: NDArray[np.float32] = 10 * np.log10(energia + 1e-12, dtype=np.float32)
    return niveles


def _igualar(niveles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Los niveles con los dos canales al mismo volumen de habla (percentil 95)."""
    altos = np.percentile(niveles, 95, axis=1, keepdims=True)
    iguales: NDArray[np.float32] = niveles - (altos - altos.max())
    return iguales


def _activos(niveles: NDArray[np.float32]) -> NDArray[np.bool_]:
    fondo = np.percentile(niveles, 10, axis=1, keepdims=True)
    vivos: NDArray[np.bool_] = (niveles > np.maximum(PISO_DB, fondo + SOBRE_FONDO_DB)).any(axis=0)
    return vivos


def _son_personas(niveles: NDArray[np.float32]) -> bool:
    activos = _activos(niveles)
    segundos = activos.sum() * _CUADRO / HERCIOS
    altos = np.percentile(niveles, 95, axis=1)
    if segundos < 2 * TURNO_MINIMO_S or abs(altos[0] - altos[1]) > _MUDO_DB or altos.min() < PISO_DB:
        return False
    izquierdo, derecho = _igualar(niveles)[:, activos]
    diferencia = izquierdo - derecho
    domina = np.array([(diferencia > DOMINIO_DB).mean(), (diferencia < -DOMINIO_DB).mean()])
    parecido = float(np.asarray(np.corrcoef(izquierdo, derecho))[0, 1])
    return bool(
        domina.min() >= max(TURNO_MINIMO, TURNO_MINIMO_S / segundos)
        and domina.sum() >= DOMINADO_MINIMO
        and parecido <= PARECIDO_MAXIMO
    )


def _callar_fugas(canales: tuple[Senal, ...], niveles: NDArray[np.float32]) -> None:
    """Baja a silencio, en su sitio, lo que un micrófono capta de la persona del otro.

    Sin esto cada canal oiría también, bajito, al otro hablante y todo saldría dos veces. Solo calla
    donde el otro canal domina durante 250 ms o más; donde hablan a la vez no toca nada.
    """
    iguales = _igualar(niveles)
    ventana = np.ones(5) / 5
    diferencia = np.convolve(iguales[0] - iguales[1], ventana, "same")
    for canal, calla in ((canales[0], diferencia < -DOMINIO_DB), (canales[1], diferencia > DOMINIO_DB)):
        ganancia = np.convolve(1.0 - calla, np.ones(3) / 3, "same").astype(np.float32)
        for k in range(0, len(canal), _BLOQUE):
            trozo = canal[k : k + _BLOQUE]
            posiciones = (np.arange(k, k + len(trozo)) - _CUADRO / 2) / _CUADRO
            trozo *= np.interp(posiciones, np.arange(len(ganancia)), ganancia).astype(np.float32)


def _mezclar(izquierdo: Senal, derecho: Senal, niveles: NDArray[np.float32]) -> Senal:
    """Promedio de ambos; el mejor de los dos si el otro está mudo o viene con la fase invertida."""
    altos = np.percentile(niveles, 95, axis=1)
    mejor = izquierdo if altos[0] >= altos[1] else derecho
    if abs(altos[0] - altos[1]) > _MUDO_DB or _opuestos(izquierdo, derecho):
        return mejor
    izquierdo += derecho
    izquierdo *= 0.5
    return izquierdo


def _opuestos(izquierdo: Senal, derecho: Senal) -> bool:
    """Si al sumarlos se anularían (cables cruzados)."""
    cruzado = float(np.dot(izquierdo, derecho))
    propio = float(np.dot(izquierdo, izquierdo)) * float(np.dot(derecho, derecho))
    return propio > 0 and cruzado / propio**0.5 < -0.5
