"""RapidFuzz pelado contra los títulos de CIE-10: el buscador que se hace en una tarde.

De Scribe solo usa la lectura del catálogo. No hay sinónimos, contexto, negación ni jerarquía.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evaluacion.caso import Caso, Tarea
from evaluacion.par import CasoSinEntrada, Par, Reloj
from evaluacion.salida import Costo, Salida
from scribe.consulta import Alternativa, Cita, Codigo, EstadoCodigo

_CANDIDATOS = 10
_CORTE = 90.0
"""Parecido mínimo (0–100) para proponer el código de una oración; el valor redondo que suele ponerse."""
_ORACION = re.compile(r"(?<=[.;!?])\s+|\n+")


class RapidfuzzTitulos(Par):
    """Por mención, los diez títulos más parecidos (`WRatio`); por oración, el mejor (`token_set_ratio`)."""

    nombre = "rapidfuzz-titulos"
    titulo = "RapidFuzz sobre títulos CIE-10"
    tareas: tuple[Tarea, ...] = ("codigos",)
    paquetes = ("rapidfuzz",)
    funciones = ("cie10", "cie10_complemento")

    def __init__(self) -> None:
        super().__init__()
        self._codigos: list[str] = []
        self._titulos: list[str] = []
        self._llanos: list[str] = []

    def cargar(self, tarea: Tarea) -> None:
        """Lee los 14,416 títulos."""
        from scribe.codificacion.catalogo import leer_cie10

        self.usar(leer_cie10(self.carpeta("cie10"), self.carpeta("cie10_complemento")).titulos.items())

    def usar(self, titulos: Iterable[tuple[str, str]]) -> None:
        """Los (código, título) entre los que se busca."""
        from rapidfuzz.utils import default_process

        pares = list(titulos)
        self._codigos = [c for c, _ in pares]
        self._titulos = [t for _, t in pares]
        self._llanos = [default_process(t) for t in self._titulos]

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Códigos del texto y candidatos por mención. Lanza `CasoSinEntrada` si no hay qué leer."""
        reloj = Reloj()
        with reloj.etapa("codigos"):
            codigos = self._de_oraciones(_oraciones(caso))
        with reloj.etapa("menciones"):
            candidatos = tuple(
                tuple(self._codigos[i] for _, i in self._parecidos(m.texto, "WRatio", _CANDIDATOS))
                for m in caso.menciones
            )
        return Salida(caso=caso.id, codigos=codigos, candidatos=candidatos, costo=Costo(etapas=reloj.etapas))

    def _de_oraciones(self, oraciones: Sequence[tuple[int, str]]) -> tuple[Codigo, ...]:
        """Un código por oración que pase el corte, del más al menos parecido y sin repetir."""
        hallados: dict[str, Codigo] = {}
        for turno, oracion in oraciones:
            cercanos = self._parecidos(oracion, "token_set_ratio", _CANDIDATOS, _CORTE)
            if not cercanos:
                continue
            (puntaje, mejor), *resto = cercanos
            codigo = Codigo(
                sistema="CIE-10",
                codigo=self._codigos[mejor],
                titulo=self._titulos[mejor],
                puntaje=puntaje / 100,
                estado=EstadoCodigo.CONFIRMADO,
                citas=(Cita(turno=turno, texto=oracion, inicio=float(turno), fin=float(turno)),),
                alternativas=tuple(
                    Alternativa(codigo=self._codigos[i], titulo=self._titulos[i], puntaje=p / 100)
                    for p, i in resto
                ),
            )
            previo = hallados.get(codigo.codigo)
            if previo is None or previo.puntaje < codigo.puntaje:
                hallados[codigo.codigo] = codigo
        return tuple(sorted(hallados.values(), key=lambda c: -c.puntaje))

    def _parecidos(
        self, texto: str, medida: str, cuantos: int, corte: float = 0.0
    ) -> list[tuple[float, int]]:
        from rapidfuzz import fuzz, process
        from rapidfuzz.utils import default_process

        hallados = process.extract(
            default_process(texto), self._llanos, scorer=getattr(fuzz, medida), limit=cuantos,
            score_cutoff=corte,
        )  # fmt: skip
        return [(puntaje, indice) for _, puntaje, indice in hallados]


def _oraciones(caso: Caso) -> list[tuple[int, str]]:
    """(número de párrafo o turno desde 1, oración) de lo escrito o lo dicho."""
    if caso.texto:
        partes = [p for p in caso.texto.split("\n") if p.strip()]
    else:
        partes = [d.texto for d in caso.dichos]
    if not partes and not caso.menciones:
        raise CasoSinEntrada("el caso no trae texto ni diálogo")
    return [
        (numero, oracion.strip())
        for numero, parte in enumerate(partes, 1)
        for oracion in _ORACION.split(parte)
        if oracion.strip()
    ]


SISTEMAS = (RapidfuzzTitulos(),)
