"""Los catálogos CIE-10 (OMS, 4 caracteres) y CIE-11 MMS, leídos de su propio paquete.

Ningún título se copia al repositorio: son GPL y CC BY-ND. Cada rueda se abre con `zipfile` y de su
`es.po` se toma, por clave, el título en español. Las 228 categorías de CIE-10 sin subdivisión traen
«nan»: su título sale del segundo paquete y, donde tampoco está, de una traducción propia
(`datos/titulos_propios.tsv`).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from scribe.errores import ModeloAlterado

Sistema = Literal["CIE-10", "CIE-11"]
SISTEMAS: tuple[Sistema, ...] = ("CIE-10", "CIE-11")
MODELOS: dict[Sistema, str] = {"CIE-10": "cie10-es", "CIE-11": "cie11-es"}
COMPLEMENTO = "cie10-complemento"

_ENTRADA = re.compile(
    r'msgctxt "model:gnuhealth\.pathology,name:([^"]+)"\s+msgid (.*?)\nmsgstr (.*?)(?:\n\n|\Z)', re.S
)
_CADENA = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SIN_TITULO = frozenset({"", "nan", "none"})


@dataclass(frozen=True, slots=True)
class Catalogo:
    """Los títulos de un sistema por código con punto (`J03.9`), en el orden del catálogo."""

    sistema: Sistema
    titulos: Mapping[str, str]

    def __contains__(self, codigo: object) -> bool:
        return codigo in self.titulos

    def titulo(self, codigo: str) -> str:
        """El título del código. Lanza `KeyError` si no existe."""
        return self.titulos[codigo]

    def hermanos(self, codigo: str) -> tuple[str, ...]:
        """Los códigos de la misma categoría de tres (CIE-10) o cuatro (CIE-11) caracteres."""
        raiz = codigo.partition(".")[0]
        sufijos = ["", *(f".{n}" for n in range(10)), *(f".{letra}" for letra in "YZ")]
        return tuple(raiz + s for s in sufijos if raiz + s in self.titulos)


def con_punto(clave: str, sistema: Sistema) -> str:
    """`J039` → `J03.9` (CIE-10); `BA00-Z` → `BA00.Z` (CIE-11)."""
    if sistema == "CIE-11":
        return clave.replace("-", ".")
    return clave if len(clave) <= 3 or "." in clave else f"{clave[:3]}.{clave[3:]}"


def con_relleno(codigo: str) -> str:
    """El código CIE-10 de tres caracteres con la X que escriben los sistemas de México: `I10X`."""
    return f"{codigo}X" if "." not in codigo and len(codigo) == 3 else codigo


def rueda(carpeta: Path) -> Path:
    """La rueda (`*.whl`) de esa carpeta. Lanza `ModeloAlterado` si no hay ninguna."""
    ruedas = sorted(carpeta.glob("*.whl"))
    if not ruedas:
        raise ModeloAlterado("Falta el paquete de un catálogo.", "Instálelo con: scribe modelos instalar")
    return ruedas[0]


def _del_zip(archivo: Path, sufijo: str) -> bytes:
    with zipfile.ZipFile(archivo) as zip_:
        nombres = [n for n in zip_.namelist() if n.endswith(sufijo)]
        if not nombres:
            raise ModeloAlterado(f"El paquete del catálogo no trae {sufijo}.", "Reinstálelo.")
        return zip_.read(nombres[0])


def _texto(bruto: str) -> str:
    return " ".join("".join(_CADENA.findall(bruto)).replace('\\"', '"').replace("\xad", "").split())


def _po(archivo: Path) -> dict[str, str]:
    """Título en español por clave, tal como viene."""
    contenido = _del_zip(archivo, "locale/es.po").decode("utf-8")
    return {m[1]: _texto(m[3]) for m in _ENTRADA.finditer(contenido)}


def _vacio(titulo: str | None) -> bool:
    return titulo is None or titulo.strip().lower() in _SIN_TITULO


def _complemento(archivo: Path) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(_del_zip(archivo, "cie-10.zip"))) as interno:
        nombre = next(n for n in interno.namelist() if n.endswith(".csv"))
        filas = csv.DictReader(io.StringIO(interno.read(nombre).decode("utf-8")))
        return {
            f["code"].replace(".", ""): " ".join(f["description"].replace("\xad", "").split()) for f in filas
        }


def titulos_propios() -> dict[str, str]:
    """Traducciones propias de los títulos que no trae ningún paquete, por clave sin punto."""
    texto = resources.files("scribe.codificacion").joinpath("datos/titulos_propios.tsv").read_text("utf-8")
    filas = (linea.split("\t") for linea in texto.splitlines() if linea and not linea.startswith("#"))
    return {fila[0]: fila[1] for fila in filas}


def leer_cie10(carpeta: Path, complemento: Path) -> Catalogo:
    """CIE-10 en español, sin títulos vacíos ni «nan».

    Lanza `ModeloAlterado` si falta un paquete o si algún código se queda sin título.
    """
    brutos, respaldo, propios = _po(rueda(carpeta)), _complemento(rueda(complemento)), titulos_propios()
    titulos: dict[str, str] = {}
    for clave, titulo in brutos.items():
        opciones = (titulo, propios.get(clave), respaldo.get(clave))
        elegido = next((o for o in opciones if o is not None and not _vacio(o)), None)
        if elegido is None:
            raise ModeloAlterado(f"El código {clave} de CIE-10 no tiene título.", "Reinstale el catálogo.")
        titulos[con_punto(clave, "CIE-10")] = elegido
    return Catalogo("CIE-10", titulos)


def leer_cie11(carpeta: Path) -> Catalogo:
    """CIE-11 MMS en español. Lanza `ModeloAlterado` si falta el paquete."""
    brutos = _po(rueda(carpeta))
    return Catalogo("CIE-11", {con_punto(c, "CIE-11"): t for c, t in brutos.items() if not _vacio(t)})
