"""El índice de búsqueda de un catálogo: n-gramas de caracteres, construido una vez y guardado.

Cada documento es un título o un sinónimo, reducido a sus claves. Los n-gramas se cuentan con un
hash sin estado (`HashingVectorizer`), así que lo único que hay que guardar es la matriz dispersa.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped, unused-ignore]
from sklearn.feature_extraction.text import HashingVectorizer  # type: ignore[import-untyped, unused-ignore]

from scribe.codificacion.catalogo import Catalogo, Sistema
from scribe.codificacion.normal import normal
from scribe.codificacion.sinonimos import conceptos, de_codiesp

VERSION = "4"
_RASGOS = 2**18
_FUERA_CIE11 = frozenset("XSV")
"""Códigos de extensión, medicina tradicional y funcionamiento: no son diagnósticos por sí solos."""


def _contador() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), n_features=_RASGOS, alternate_sign=False, norm=None,
        lowercase=False, dtype=np.float32,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indice:
    """Documentos (`textos`, `codigos`, `propios`) y su matriz de n-gramas × documentos."""

    textos: tuple[str, ...]
    codigos: tuple[str, ...]
    propios: tuple[bool, ...]
    matriz: sparse.csr_matrix
    idf: NDArray[np.float32]

    def cercanos(self, texto_normal: str, cuantos: int) -> list[int]:
        """Los documentos más parecidos por n-gramas, de más a menos."""
        consulta = _contador().transform([texto_normal])
        consulta = consulta.multiply(self.idf).tocsr()
        puntajes = np.asarray((consulta @ self.matriz).todense()).ravel()
        cuantos = min(cuantos, len(puntajes))
        mejores = np.argpartition(-puntajes, cuantos - 1)[:cuantos]
        orden = mejores[np.lexsort((mejores, -puntajes[mejores]))]
        return [int(i) for i in orden if puntajes[i] > 0]


def _documentos(catalogo: Catalogo, con_codiesp: bool) -> Iterable[tuple[str, str, bool]]:
    """(texto, código, propio) de cada documento."""
    for codigo, titulo in catalogo.titulos.items():
        if catalogo.sistema == "CIE-10" or codigo[0] not in _FUERA_CIE11:
            yield titulo, codigo, False
    for concepto in conceptos():
        suyo = concepto.cie10 if catalogo.sistema == "CIE-10" else concepto.cie11
        if suyo is not None and suyo in catalogo and concepto.clase != "l":
            for termino in concepto.terminos:
                yield termino.removeprefix("="), suyo, True
    if con_codiesp and catalogo.sistema == "CIE-10":
        for termino, codigo in de_codiesp():
            if codigo in catalogo:
                yield termino, codigo, True


def construir(catalogo: Catalogo, con_codiesp: bool = True) -> Indice:
    """El índice de un catálogo con sus sinónimos (unos segundos)."""
    vistos: dict[tuple[str, str], bool] = {}
    for texto, codigo, propio in _documentos(catalogo, con_codiesp):
        forma = normal(texto)
        if forma:
            vistos[forma, codigo] = vistos.get((forma, codigo), False) or propio
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
    for nombre in ("sinonimos.tsv", "codiesp.tsv", "titulos_propios.tsv"):
        suma.update(resources.files("scribe.codificacion").joinpath(f"datos/{nombre}").read_bytes())
    return suma.hexdigest()[:24]


def guardar(indice: Indice, archivo: Path) -> None:
    """Escribe el índice a un temporal y lo renombra: nunca queda a medias."""
    archivo.parent.mkdir(parents=True, exist_ok=True)
    meta = json.dumps([indice.textos, indice.codigos, indice.propios]).encode()
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
            textos, codigos, propios = json.loads(datos["meta"].tobytes())
            forma = tuple(int(n) for n in datos["forma"])
            matriz = sparse.csr_matrix((datos["data"], datos["indices"], datos["indptr"]), shape=forma)
            return Indice(tuple(textos), tuple(codigos), tuple(propios), matriz, datos["idf"])
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
