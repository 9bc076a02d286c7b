"""Diálogos escritos: de un texto con «Hablante: …» por renglón a `Dicho`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evaluacion.caso import Dicho


def leer_dialogo(texto: str, marca: re.Pattern[str], roles: Mapping[str, str]) -> tuple[Dicho, ...]:
    """Un `Dicho` por cada renglón que empieza con una marca conocida; los demás continúan el anterior.

    `marca` captura el hablante en el primer grupo; `roles` va de su nombre en minúsculas, sin número final,
    al hablante que se escribe. Lo que hay antes de la primera marca y los turnos vacíos se descartan. Una
    marca que no está en `roles` es texto corriente («note: …»).
    """
    turnos: list[tuple[str, list[str]]] = []
    for renglon in texto.splitlines():
        hallada = marca.match(renglon)
        hablante = roles.get(_sin_numero(hallada[1])) if hallada else None
        if hallada and hablante:
            turnos.append((hablante, [renglon[hallada.end() :]]))
        elif turnos:
            turnos[-1][1].append(renglon)
    limpios = ((h, " ".join(" ".join(partes).split()).strip('"')) for h, partes in turnos)
    return tuple(Dicho(hablante=h, texto=t) for h, t in limpios if t)


def _sin_numero(nombre: str) -> str:
    return re.sub(r"_?\d+$", "", nombre.strip().lower())
