"""Plantillas de nota como datos: qué se espera, en qué orden y qué no se mencionó."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from scribe.consulta import Enunciado, Nota, Seccion
from scribe.errores import AjusteInvalido
from scribe.lenguaje.texto import llano


@dataclass(frozen=True, slots=True)
class Campo:
    """Algo que la nota espera en una sección, por tipo de enunciado o por expresión."""

    seccion: Seccion
    rotulo: str
    tipos: tuple[str, ...] = ()
    patron: str = ""

    def mencionado(self, nota: Nota) -> bool:
        """Si algún enunciado de su sección lo cubre."""
        enunciados = nota.seccion(self.seccion)
        if self.tipos:
            return any(e.tipo in self.tipos for e in enunciados)
        return any(re.search(self.patron, llano(e.texto)) for e in enunciados)


@dataclass(frozen=True, slots=True)
class Plantilla:
    """Una plantilla. `orden` son los tipos de lo subjetivo en el orden en que se leen."""

    nombre: str
    rotulo: str
    orden: tuple[str, ...]
    campos: tuple[Campo, ...]

    def no_mencionados(self, nota: Nota) -> tuple[Campo, ...]:
        """Lo esperado que la consulta no mencionó; solo para presentarlo, nunca para escribirlo."""
        return tuple(c for c in self.campos if not c.mencionado(nota))

    def ordenar(self, enunciados: list[Enunciado]) -> list[Enunciado]:
        """Lo subjetivo agrupado por tipo según la plantilla; dentro de cada tipo, como se dijo."""
        lugar = {tipo: i for i, tipo in enumerate(self.orden)}
        return sorted(enunciados, key=lambda e: lugar.get(e.tipo, len(lugar)))


@lru_cache(maxsize=1)
def plantillas() -> dict[str, Plantilla]:
    """Todas las plantillas por nombre."""
    datos = tomllib.loads(resources.files("scribe.soap").joinpath("datos/plantillas.toml").read_text("utf-8"))
    return {
        nombre: Plantilla(
            nombre,
            p["rotulo"],
            tuple(p["orden"]),
            tuple(
                Campo(c["seccion"], c["rotulo"], tuple(c.get("tipos", ())), c.get("patron", ""))
                for c in p["campos"]
            ),
        )
        for nombre, p in datos.items()
    }


def plantilla(nombre: str) -> Plantilla:
    """La plantilla de ese nombre. Lanza `AjusteInvalido` si no existe."""
    try:
        return plantillas()[nombre]
    except KeyError:
        conocidas = ", ".join(plantillas())
        raise AjusteInvalido(f"No hay una plantilla «{nombre}».", f"Use una de: {conocidas}.") from None
