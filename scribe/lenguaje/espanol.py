"""El analizador de español (spaCy), cargado una sola vez por proceso.

Sin modelo instalado se trabaja con `spacy.blank("es")`: separa palabras y oraciones por puntuación,
pero no conoce categorías ni dependencias. Quien lo usa debe servir en los dos casos.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from scribe import modelos
from scribe.errores import ModelosFaltan


@contextmanager
def _sin_torch() -> Iterator[None]:
    """Que spaCy no cargue PyTorch solo por si acaso: aquí no lo usa, y cuesta 180 MB y más de un segundo."""
    modulos: dict[str, Any] = sys.modules
    ajeno = "torch" in modulos
    if not ajeno:
        modulos["torch"] = None
    try:
        yield
    finally:
        if not ajeno:
            del modulos["torch"]


with _sin_torch():
    import spacy
    from spacy.language import Language
    from spacy.tokens import Doc

MODELO = "spacy-es-sm"
_BITACORA = logging.getLogger(__name__)


def _en_blanco() -> Language:
    nlp = spacy.blank("es")
    nlp.add_pipe("sentencizer")
    return nlp


@lru_cache(maxsize=2)
def analizador(modelo: str = MODELO) -> Language:
    """El analizador de ese modelo del manifiesto, sin reconocimiento de entidades.

    Si el modelo no está instalado devuelve el analizador en blanco y lo anota en la bitácora; un
    modelo alterado sí lanza `ModeloAlterado`.
    """
    try:
        carpeta = modelos.ruta(modelo)
    except (ModelosFaltan, KeyError) as error:
        if type(error) not in (ModelosFaltan, KeyError):
            raise
        _BITACORA.warning("Sin el modelo %s: el contexto se decide solo con reglas.", modelo)
        return _en_blanco()
    configuraciones = sorted(carpeta.glob("**/config.cfg"))
    if not configuraciones:
        return _en_blanco()
    with warnings.catch_warnings():
        # W095: el modelo 3.1 se lee bien con spaCy 3.8 (comprobado); el aviso no dice nada útil.
        warnings.filterwarnings("ignore", message=r".*\[W095\]")
        return spacy.load(configuraciones[0].parent, exclude=["ner", "lemmatizer"])


def con_dependencias() -> bool:
    """Si hay un modelo que conoce categorías y dependencias."""
    return analizador().has_pipe("parser")


@lru_cache(maxsize=512)
def analizar(texto: str) -> Doc:
    """El documento de spaCy de un texto; se recuerdan los últimos."""
    return analizador()(texto)


def oraciones(texto: str) -> list[tuple[int, int]]:
    """Las oraciones de un texto como (desde, hasta) en caracteres."""
    return [(s.start_char, s.end_char) for s in analizar(texto).sents if s.text.strip()]
