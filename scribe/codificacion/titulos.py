"""Términos que detectan además de los propios: títulos del catálogo y menciones de CodiEsp.

Un título se dice en consulta solo si es corto y no lleva las muletillas de una clasificación («otros»,
«no clasificado en otra parte»). De CodiEsp (CC BY 4.0) se toman los términos de un solo código. De ambos
se deja fuera lo que serían palabras corrientes: «nacido», «masa», «ojo izquierdo».
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from scribe.codificacion.buscador import codificable
from scribe.codificacion.catalogo import Catalogo
from scribe.codificacion.normal import VACIAS, claves, plano
from scribe.codificacion.sinonimos import Clase, Concepto, conceptos, de_codiesp
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.vocabulario import es_comun

_PARENTESIS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_P = patrones("scribe.codificacion", "terminos.es")
_RESIDUAL, _MULETILLA = _P["residual"], _P["muletilla"]
_CAPITULOS = frozenset("ABCDEFGHIJKLMNOQST")
"""Capítulos cuyos títulos nombran enfermedades o lesiones; R, V–Y y Z describen de otra forma."""
_PALABRAS = 5
_LARGO_SOLA = 8
_LARGO_CLINICA = 6


def _forma(titulo: str) -> str | None:
    """Cómo se diría un título, o `None` si nadie lo diría así."""
    dicho = _PARENTESIS.sub("", titulo).strip()
    residual = _RESIDUAL.search(plano(dicho))
    dicho = dicho[: residual.start()] if residual else dicho
    return None if _MULETILLA.search(plano(dicho)) else dicho.lower()


def _sirve(termino: str) -> bool:
    """Si un término distingue una enfermedad por sí solo: una palabra clínica, o varias con una de ellas."""
    palabras = [p for p in re.findall(r"\w+", termino) if plano(p) not in VACIAS]
    if not 1 <= len(palabras) <= _PALABRAS or any(p.isdigit() for p in palabras):
        return False
    if len(palabras) == 1:
        return len(palabras[0]) >= _LARGO_SOLA and not es_comun(palabras[0])
    return any(plano(p) in _clinicas() or not es_comun(p) for p in palabras)


@lru_cache(maxsize=1)
def _clinicas() -> frozenset[str]:
    """Las palabras que por sí solas ya son una enfermedad de la tabla propia."""
    solas = (plano(t) for c in conceptos() if c.clase == "d" for t in c.terminos if " " not in t)
    return frozenset(p for p in solas if len(p) >= _LARGO_CLINICA)


def _candidatos(catalogo: Catalogo) -> Iterator[tuple[str, str]]:
    for codigo, titulo in catalogo.titulos.items():
        if codigo[0] in _CAPITULOS and (forma := _forma(titulo)) is not None:
            yield forma, codificable(catalogo, codigo)
    unicos = Counter(termino for termino, _ in de_codiesp())
    for termino, codigo in de_codiesp():
        if " " in termino and unicos[termino] == 1 and codigo[0] in _CAPITULOS and codigo in catalogo:
            yield termino, codigo


def conceptos_del_catalogo(catalogo: Catalogo) -> tuple[Concepto, ...]:
    """Los conceptos que añaden el catálogo CIE-10 y CodiEsp a los propios, sin repetir formas."""
    vistas = {claves(t) for c in conceptos() for t in c.terminos}
    clase: Clase = "d"
    salida = []
    for termino, codigo in _candidatos(catalogo):
        forma = claves(termino)
        if forma in vistas or not _sirve(termino):
            continue
        vistas.add(forma)
        salida.append(Concepto(codigo, None, clase, (termino,)))
    return tuple(salida)
