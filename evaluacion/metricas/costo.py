"""Lo que costó un caso: tiempo por segundo de audio, por etapa y por caso; arranque y memoria."""

from __future__ import annotations

from evaluacion.caso import Caso
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Cuentas de costo: en los factores, parte = segundos de reloj y total = segundos de audio.

    `segundos_por_caso` y `arranque` van en segundos y `memoria_pico` en MiB, con total 1 (promedio por
    caso). Lo que el sistema no declaró, o los factores de un caso sin audio, no se ponen.
    """
    parcial = Parcial()
    costo, cuentas = salida.costo, parcial.cuentas
    duracion = caso.duracion_s or (salida.borrador.audio.duracion_s if salida.borrador else 0.0)
    if duracion > 0:
        if costo.reloj_s is not None:
            cuentas["factor_tiempo"] = (costo.reloj_s, duracion)
        for etapa, segundos in costo.etapas.items():
            cuentas[f"factor_etapa/{etapa}"] = (segundos, duracion)
    sueltas = {
        "segundos_por_caso": costo.reloj_s,
        "arranque": costo.arranque_s,
        "memoria_pico": costo.memoria_mib,
    }
    cuentas.update({nombre: (valor, 1.0) for nombre, valor in sueltas.items() if valor is not None})
    return parcial
