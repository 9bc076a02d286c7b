"""La nota contra lo que se esperaba de ella y contra sus propias citas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evaluacion.normalizador import cifras
from evaluacion.sintesis.guion import Hecho, Prohibido
from scribe.consulta import Borrador, Cita, Enunciado, Nota, Seccion
from scribe.lenguaje.texto import llano

SECCION: dict[str, Seccion] = {"S": "subjetivo", "O": "objetivo", "A": "analisis", "P": "plan"}


@dataclass(frozen=True, slots=True)
class Captura:
    """Si un hecho esperado está en la nota, en su sección, o al menos entre las omisiones."""

    hecho: Hecho
    en_nota: bool
    en_seccion: bool
    en_omisiones: bool

    @property
    def presente(self) -> bool:
        """En la nota o a la vista del médico entre las omisiones."""
        return self.en_nota or self.en_omisiones


@dataclass(frozen=True, slots=True)
class Falla:
    """Un enunciado cuya cita no lo sostiene, y por qué."""

    enunciado: str
    motivo: str


def texto_de(enunciados: Iterable[Enunciado]) -> str:
    """Los textos de los enunciados, uno por renglón, en minúsculas y sin acentos."""
    return "\n".join(llano(e.texto) for e in enunciados)


def capturas(borrador: Borrador, hechos: Iterable[Hecho]) -> list[Captura]:
    """Busca cada hecho: de cada lista de `claves` basta una alternativa."""
    nota = texto_de(borrador.nota.enunciados)
    todo = nota + "\n" + "\n".join(llano(o.texto) for o in borrador.omisiones)
    salida = []
    for hecho in hechos:
        propia = texto_de(borrador.nota.seccion(SECCION[hecho.seccion]))
        salida.append(Captura(hecho, cumple(hecho, nota), cumple(hecho, propia), cumple(hecho, todo)))
    return salida


def cumple(hecho: Hecho, texto: str) -> bool:
    """Si `texto` (ya llano) contiene una alternativa de cada lista de claves."""
    return all(any(re.search(c, texto) for c in alternativas) for alternativas in hecho.claves)


def violados(nota: Nota, prohibidos: Iterable[Prohibido]) -> list[tuple[Prohibido, str]]:
    """Lo prohibido que la nota dice, con el trozo que lo dice."""
    texto = texto_de(nota.enunciados)
    return [(p, m[0]) for p in prohibidos if (m := re.search(p.patron, texto))]


def citas_invalidas(borrador: Borrador) -> list[Falla]:
    """Enunciados sin cita, o con una que no es un tramo textual de su turno o tiene tiempos imposibles."""
    turnos = {t.id: t for t in borrador.transcripcion.turnos}
    fallas = []
    for enunciado in borrador.nota.enunciados:
        if not enunciado.citas:
            fallas.append(Falla(enunciado.texto, "sin cita"))
        for cita in enunciado.citas:
            turno = turnos.get(cita.turno)
            if turno is None or not cita.texto.strip() or cita.texto not in turno.texto:
                fallas.append(Falla(enunciado.texto, f"la cita no está en el turno {cita.turno}"))
            elif not 0 <= cita.inicio <= cita.fin:
                fallas.append(Falla(enunciado.texto, "tiempos de cita imposibles"))
    return fallas


def sin_sustento(nota: Nota) -> list[Falla]:
    """Enunciados con una cifra o un fármaco que sus citas no dicen."""
    fallas = []
    for enunciado in nota.enunciados:
        citado = _junto(enunciado.citas)
        sueltas = set(cifras(enunciado.texto)) - set(cifras(citado))
        ajenos = set(farmacos_en(enunciado.texto)) - set(farmacos_en(citado))
        fallas += [Falla(enunciado.texto, f"cifra {c} sin cita") for c in sorted(sueltas)]
        fallas += [Falla(enunciado.texto, f"fármaco {f} sin cita") for f in sorted(ajenos)]
    return fallas


def farmacos_en(texto: str) -> list[str]:
    """Fármacos de la lista de `datos/farmacos.txt` que el texto nombra."""
    return [f for f, patron in _farmacos() if patron.search(llano(texto))]


@cache
def _farmacos() -> Sequence[tuple[str, re.Pattern[str]]]:
    nombres = files("evaluacion").joinpath("datos/farmacos.txt").read_text("utf-8").split("\n")
    return [(n, re.compile(rf"\b{re.escape(n)}s?\b")) for n in nombres if n]


def _junto(citas: Iterable[Cita]) -> str:
    return "\n".join(c.texto for c in citas)
