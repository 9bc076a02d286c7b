"""`python -m scribe.expediente.cumplimiento [--salida docs]`: escribe `cumplimiento.md` desde sus datos.

Los datos están en `datos/cumplimiento/`: por norma, `norma.toml` (su fuente y la lista de numerales, sacada
de su texto) y `estado.toml` (qué se hace con cada uno). Nada se teclea en el documento, y una prueba
(`tests/unidad/test_cumplimiento.py`) exige que todo numeral tenga renglón y que lo que se cita exista.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from scribe.errores import ErrorScribe

Estado = Literal["cumplida", "pendiente", "no es de este sistema"]
NORMAS = ("nom004", "nom024", "res1995", "res866")
"""En el orden del documento."""


class TablaMalHecha(ErrorScribe):
    """Un numeral sin renglón, con dos, o un renglón de un numeral que la norma no tiene."""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Renglon(_Valor):
    """Qué se hace con uno o varios numerales: estado, por qué, dónde (archivo o ruta) y qué lo prueba.

    `donde` lleva rutas de archivo desde la raíz o rutas de la API («GET /api/salud»); `pruebas`, lo mismo que
    se le daría a pytest: `archivo::prueba` o `archivo::prueba[caso]`.
    """

    numerales: tuple[str, ...]
    estado: Estado
    porque: str = ""
    donde: tuple[str, ...] = ()
    pruebas: tuple[str, ...] = ()
    fuente: str = ""
    verificado: date | None = None

    @model_validator(mode="after")
    def _dice_lo_suyo(self) -> Renglon:
        quien = ", ".join(self.numerales)
        if self.estado == "cumplida" and not (self.donde and self.pruebas):
            raise ValueError(f"{quien}: lo cumplido dice dónde y con qué prueba")
        if self.estado != "cumplida" and not self.porque:
            raise ValueError(f"{quien}: lo que no se cumple dice por qué")
        return self


class Norma(_Valor):
    """Una norma: de dónde se leyó, cuándo, con qué reservas, y qué pide cada numeral."""

    titulo: str
    fuente: str
    verificado: date
    advertencia: str
    alcance: str
    grupos: Mapping[str, str]
    numerales: Mapping[str, str]
    marcados: tuple[str, ...] = ()
    ilegibles: tuple[str, ...] = ()
    renglones: tuple[Renglon, ...]

    @model_validator(mode="after")
    def _completa(self) -> Norma:
        veces = Counter(n for r in self.renglones for n in r.numerales)
        if mal := [n for n in self.numerales if veces[n] != 1] + [
            n for n in veces if n not in self.numerales
        ]:
            raise ValueError(f"{self.titulo}: sin un renglón, con dos, o ajenos a la norma: {', '.join(mal)}")
        if sueltos := [n for n in self.numerales if self.grupo(n) not in self.grupos]:
            raise ValueError(f"{self.titulo}: de ningún grupo: {', '.join(sueltos)}")
        return self

    def grupo(self, numeral: str) -> str:
        """El grupo del documento en que va un numeral: el más largo con que empieza."""
        suyos = (g for g in self.grupos if re.match(rf"{re.escape(g)}(?:[. ]|$)", numeral))
        return max(suyos, key=len, default="")

    def renglon(self, numeral: str) -> Renglon:
        """El suyo."""
        return next(r for r in self.renglones if numeral in r.numerales)


@cache
def norma(clave: str) -> Norma:
    """Una norma con su estado. Lanza `TablaMalHecha`, con lo que falta."""
    carpeta = files("scribe.expediente") / "datos" / "cumplimiento" / clave
    datos: dict[str, Any] = tomllib.loads((carpeta / "norma.toml").read_text("utf-8"))
    estado = tomllib.loads((carpeta / "estado.toml").read_text("utf-8"))
    try:
        return Norma.model_validate({**datos, "renglones": estado["renglon"]})
    except ValueError as causa:
        raise TablaMalHecha(f"La tabla de {clave} está mal: {causa}", "Corríjala.") from None


def documento() -> str:
    """`cumplimiento.md` entero."""
    todas = [norma(clave) for clave in NORMAS]
    partes = [_ENTRADA, _tabla(("Norma", *_ESTADOS, "Total"), [_cuenta(n) for n in todas])]
    for n in todas:
        partes += _norma(n)
    return "\n\n".join(partes) + "\n"


_ESTADOS: tuple[Estado, ...] = ("cumplida", "pendiente", "no es de este sistema")
_ENTRADA = "\n\n".join(
    (
        "# Cumplimiento",
        "Qué pide cada norma, renglón por renglón, y qué hace Scribe con él: dónde se cumple y qué prueba lo "
        "demuestra, o por qué no. Hecho desde `scribe/expediente/datos/cumplimiento/` con "
        "`python -m scribe.expediente.cumplimiento`; no se edita a mano.",
        "Scribe está **diseñado para** estas normas; nadie lo ha certificado y esta tabla no es una "
        "opinión jurídica. «Pendiente» quiere decir que hoy no se cumple, o no entero. «No es de este "
        "sistema», que esa tarea es de la farmacia, del laboratorio, de la agenda, de la autoridad o del "
        "establecimiento: quien evalúe el conjunto debe buscarla en otro sitio. Que una prueba exista y pase "
        "no agota un numeral: dice qué parte se comprueba sola.",
    )
)


def _norma(n: Norma) -> Iterator[str]:
    yield f"## {n.titulo}"
    yield f"Fuente: {n.fuente} Verificado el {n.verificado.isoformat()}."
    yield n.advertencia
    yield n.alcance
    for grupo, titulo in n.grupos.items():
        propios = [c for c in n.numerales if n.grupo(c) == grupo]
        if propios:
            yield f"### {grupo} {titulo}".replace("### art. ", "### Art. ")
            yield _tabla(
                ("Numeral", "Pide", "Estado", "Cómo, o por qué no", "Prueba"), [_fila(n, c) for c in propios]
            )


def _fila(n: Norma, numeral: str) -> tuple[str, ...]:
    r = n.renglon(numeral)
    como = " ".join(filter(None, (r.porque, " ".join(_lugar(d) for d in r.donde))))
    if r.fuente or r.verificado:
        como += f" Fuente: {r.fuente or n.fuente} ({(r.verificado or n.verificado).isoformat()})."
    pruebas = "<br>".join(_prueba(p) for p in r.pruebas)
    return numeral, n.numerales[numeral], _NEGRITA.get(r.estado, r.estado), como, pruebas


_NEGRITA: dict[Estado, str] = {"pendiente": "**pendiente**"}


def es_ruta(donde: str) -> bool:
    """Si nombra una ruta de la API («GET /api/salud») y no un archivo."""
    return donde.split(" ", 1)[0].isupper() and " /" in donde


def _lugar(donde: str) -> str:
    return f"`{donde}`" if es_ruta(donde) else f"[`{donde.removeprefix('scribe/')}`](../{donde})"


def _prueba(cita: str) -> str:
    archivo, _, nombre = cita.partition("::")
    return f"[`{nombre}`](../{archivo})"


def _cuenta(n: Norma) -> tuple[str, ...]:
    cuantos = Counter(n.renglon(c).estado for c in n.numerales)
    return n.titulo.split(",")[0], *(str(cuantos[e]) for e in _ESTADOS), str(len(n.numerales))


def _tabla(cabeza: Sequence[str], filas: Sequence[Sequence[str]]) -> str:
    lineas = [cabeza, ["---"] * len(cabeza), *filas]
    return "\n".join("| " + " | ".join(celda.replace("|", "\\|") for celda in fila) + " |" for fila in lineas)


def principal(argumentos: list[str] | None = None) -> int:
    """Escribe el documento; 2 si la tabla está mal."""
    analizador = argparse.ArgumentParser(prog="python -m scribe.expediente.cumplimiento")
    analizador.add_argument("--salida", type=Path, default=Path("docs"), help="carpeta de documentos")
    destino: Path = analizador.parse_args(argumentos).salida / "cumplimiento.md"
    try:
        texto = documento()
    except ErrorScribe as error:
        print(error, file=sys.stderr)
        return error.salida
    destino.write_text(texto, encoding="utf-8")
    print(destino)
    return 0


if __name__ == "__main__":
    sys.exit(principal())
