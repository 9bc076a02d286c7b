"""Qué se midió con qué: lo necesario para repetir la evaluación y para creerle."""

from __future__ import annotations

import json

from evaluacion.informe.textos import fecha, rotulo
from evaluacion.resultados import Resultados

Bloque = tuple[str, tuple[tuple[str, str], ...]]


def bloques(resultados: Resultados) -> list[Bloque]:
    """Título y renglones (nombre, valor); los vacíos no salen."""
    corrida = {
        "Conjunto": f"{resultados.titulo} ({resultados.conjunto})",
        "Fuente": resultados.fuente,
        "Casos": str(len(resultados.casos)),
        "Particiones": ", ".join(f"{p}: {n}" for p, n in resultados.particiones.items()),
        "Perfil": resultados.perfil,
        "Fecha": fecha(resultados.fecha),
        "Repeticiones": str(resultados.repeticiones),
        "Intervalos": f"bootstrap por casos, {resultados.remuestras} remuestras, "
        f"semilla {resultados.semilla}",
    }
    sueltos = {
        "Corrida": corrida,
        "Scribe": resultados.scribe,
        "Equipo": resultados.equipo,
        "Modelos": resultados.modelos,
        "Normalizadores": resultados.normalizadores,
        "Paquetes": resultados.paquetes,
    }
    salida: list[Bloque] = [(titulo, _renglones(datos)) for titulo, datos in sueltos.items()]
    for sistema in resultados.sistemas:
        datos = dict(sistema.identidad)
        if sistema.memoria_mib is not None:
            datos["memoria pico de la corrida"] = f"{sistema.memoria_mib:.0f} MiB"
        if sistema.arranque_s is not None:
            datos["arranque"] = f"{sistema.arranque_s:.1f} s"
        salida.append((f"{sistema.titulo}: {rotulo('tareas', sistema.tarea).lower()}", _renglones(datos)))
    return [b for b in salida if b[1]]


def _renglones(datos: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((clave.replace("_", " "), _llano(valor)) for clave, valor in datos.items() if valor)


def _llano(valor: str) -> str:
    """Un valor que es un objeto JSON (la identidad de un modelo) se lee como «clave valor, clave valor»."""
    if not valor.startswith("{"):
        return valor
    try:
        partes = json.loads(valor)
    except ValueError:
        return valor
    return ", ".join(f"{c} {v}" for c, v in partes.items() if v not in (None, ""))
