"""El índice de búsqueda de un catálogo: n-gramas de caracteres, construido una vez y guardado.

Cada documento es un título o un sinónimo, reducido a sus claves. Los n-gramas se cuentan con un
hash sin estado (`HashingVectorizer`), así que lo único que hay que guardar es la matriz dispersa.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped, unused-ignore]
from sklearn.feature_extraction.text import HashingVectorizer  # type: ignore[import-untyped, unused-ignore]

from scribe.codificacion.catalogo import Catalogo, Sistema
from scribe.codificacion.normal import normal
from scribe.codificacion.sinonimos import conceptos, de_codiesp, dicho

VERSION = "5"
_RASGOS = 2**18
_COMUN = 50
Origen = Literal["titulo", "propio", "codiesp"]
_FUERA_CIE11 = frozenset("XSV")
"""Códigos de extensión, medicina tradicional y funcionamiento: no son diagnósticos por sí solos."""


def _contador() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), n_features=_RASGOS, alternate_sign=False, norm=None,
        lowercase=False, dtype=np.float32,
    )  # fmt: skip


@dataclass(frozen=True)
class Indice:
    """Documentos (`textos`, `codigos`, `origenes`) y su matriz de n-gramas × documentos."""

    textos: tuple[str, ...]
    codigos: tuple[str, ...]
    origenes: tuple[Origen, ...]
    matriz: sparse.csr_matrix
    idf: NDArray[np.float32]

    @cached_property
    def rareza(self) -> Mapping[str, float]:
        """Cuánto distingue cada palabra: 1 para la que está en uno de cada 50 textos; más, las raras."""
        veces = Counter(p for texto in self.textos for p in set(texto.split()))
        total = len(self.textos) + 1
        base = math.log(max(2.0, total / _COMUN))
        return {p: math.sqrt(max(0.1, math.log(total / (1 + n)) / base)) for p, n in veces.items()}

    def cercanos(self, texto_normal: str, cuantos: int) -> list[int]:
        """Los documentos más parecidos por n-gramas, de más a menos."""
        consulta = _contador().transform([texto_normal])
        consulta = consulta.multiply(self.idf).tocsr()
        puntajes = np.asarray((consulta @ self.matriz).todense()).ravel()
        cuantos = min(cuantos, len(puntajes))
        mejores = np.argpartition(-puntajes, cuantos - 1)[:cuantos]
        orden = mejores[np.lexsort((mejores, -puntajes[mejores]))]
        return [int(i) for i in orden if puntajes[i] > 0]


def _documentos(catalogo: Catalogo, con_codiesp: bool) -> Iterable[tuple[str, str, Origen]]:
    """(texto, código, origen) de cada documento: la tabla propia manda y por eso va primero."""
    for concepto in conceptos():
        suyo = concepto.cie10 if catalogo.sistema == "CIE-10" else concepto.cie11
        if suyo is not None and suyo in catalogo and concepto.clase != "l":
            for termino in concepto.terminos:
                yield dicho(termino), suyo, "propio"
    for codigo, titulo in catalogo.titulos.items():
        if catalogo.sistema == "CIE-10" or codigo[0] not in _FUERA_CIE11:
            yield titulo, codigo, "titulo"
    if con_codiesp and catalogo.sistema == "CIE-10":
        for termino, codigo in de_codiesp():
            if codigo in catalogo:
                yield termino, codigo, "codiesp"


def construir(catalogo: Catalogo, con_codiesp: bool = True) -> Indice:
    """El índice de un catálogo con sus sinónimos (unos segundos)."""
    vistos: dict[tuple[str, str], Origen] = {}
    for texto, codigo, origen in _documentos(catalogo, con_codiesp):
        forma = normal(texto)
        if forma:
            vistos.setdefault((forma, codigo), origen)
    textos, codigos = tuple(t for t, _ in vistos), tuple(c for _, c in vistos)
    cuentas = _contador().transform(textos).tocsr()
    frecuencia = np.bincount(cuentas.indices, minlength=_RASGOS).astype(np.float32)
    idf = (np.log((1 + len(textos)) / (1 + frecuencia)) + 1).astype(np.float32)
    pesada = cuentas.multiply(idf).tocsr()
    normas = np.sqrt(np.asarray(pesada.multiply(pesada).sum(axis=1)).ravel())
    pesada = sparse.diags(1 / np.maximum(normas, 1e-9)).astype(np.float32) @ pesada
    return Indice(textos, codigos, tuple(vistos.values()), pesada.T.tocsr(), idf)


def llave(ruedas: Iterable[Path], sistema: Sistema, con_codiesp: bool) -> str:
    """Identidad del índice: las ruedas de origen, los sinónimos y la versión del formato."""
    suma = hashlib.sha256(f"{VERSION}:{sistema}:{con_codiesp}".encode())
    for rueda in ruedas:
        with rueda.open("rb") as archivo:
            suma.update(hashlib.file_digest(archivo, "sha256").digest())
    for nombre in ("sinonimos.tsv", "codiesp.tsv", "titulos_propios.tsv", "vacias.txt"):
        suma.update(resources.files("scribe.codificacion").joinpath(f"datos/{nombre}").read_bytes())
    return suma.hexdigest()[:24]


def guardar(indice: Indice, archivo: Path) -> None:
    """Escribe el índice a un temporal y lo renombra: nunca queda a medias."""
    archivo.parent.mkdir(parents=True, exist_ok=True)
    meta = json.dumps([indice.textos, indice.codigos, indice.origenes]).encode()
    descriptor, temporal = tempfile.mkstemp(dir=archivo.parent, suffix=".npz")
    try:
        with os.fdopen(descriptor, "wb") as salida:
            np.savez(
                salida, meta=np.frombuffer(meta, dtype=np.uint8), idf=indice.idf, data=indice.matriz.data,
                indices=indice.matriz.indices, indptr=indice.matriz.indptr,
                forma=np.array(indice.matriz.shape),
            )  # fmt: skip
        Path(temporal).replace(archivo)
    except BaseException:
        Path(temporal).unlink(missing_ok=True)
        raise


def abrir(archivo: Path) -> Indice | None:
    """El índice guardado, o `None` si no existe o no se puede leer (entonces se construye otra vez)."""
    try:
        with np.load(archivo, allow_pickle=False) as datos:
            textos, codigos, origenes = json.loads(datos["meta"].tobytes())
            forma = tuple(int(n) for n in datos["forma"])
            matriz = sparse.csr_matrix((datos["data"], datos["indices"], datos["indptr"]), shape=forma)
            return Indice(tuple(textos), tuple(codigos), tuple(origenes), matriz, datos["idf"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def obtener(
    catalogo: Catalogo, ruedas: Iterable[Path], cache: Path | None, con_codiesp: bool = True
) -> Indice:
    """El índice de la caché o, si falta, recién construido y guardado.

    Si la carpeta de caché no se puede escribir se trabaja igual, sin guardarlo.
    """
    if cache is None:
        return construir(catalogo, con_codiesp)
    archivo = cache / "codigos" / f"{catalogo.sistema}-{llave(ruedas, catalogo.sistema, con_codiesp)}.npz"
    indice = abrir(archivo)
    if indice is None:
        indice = construir(catalogo, con_codiesp)
        try:
            guardar(indice, archivo)
        except OSError:
            return indice
    return indice
