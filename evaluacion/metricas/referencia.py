"""La nota contra otra escrita por una persona: ROUGE y solape de conceptos clínicos (conjuntos en inglés).

ROUGE (Lin, 2004) cuenta palabras iguales: premia copiar y castiga decir lo mismo de otro modo. El solape de
conceptos cuenta lo clínico: conceptos de `datos/sustento/conceptos_en.tsv` con su polaridad, fármacos por
principio activo y cifras con unidad: «shortness of breath» y «dyspnea» son lo mismo; «denies fever» y
«fever», no.
"""

from __future__ import annotations

from functools import cache

from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]

from evaluacion.caso import Caso
from evaluacion.metricas.cantidades import exenta
from evaluacion.metricas.dialogo import leer
from evaluacion.metricas.lexico import IDIOMAS, lexico
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida

ROUGE = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL", "rouge_lsum": "rougeLsum"}
_SIN_CONTAR = {"signo", "tema"}


def rouge(referencia: str, texto: str) -> dict[str, float]:
    """F1 de ROUGE-1, 2, L y Lsum (por renglones), con el reductor de Porter, como en los artículos."""
    if not texto.strip() or not referencia.strip():
        return dict.fromkeys(ROUGE, 0.0)
    puntos = _rouge().score(referencia, texto)
    return {nombre: float(puntos[tipo].fmeasure) for nombre, tipo in ROUGE.items()}


def conceptos(texto: str, idioma: str) -> frozenset[str]:
    """Lo clínico que un texto dice: conceptos («no» delante si se niegan), fármacos y cifras con unidad."""
    lex = lexico(idioma)
    salida = set()
    for renglon in texto.split("\n"):
        lectura = leer(renglon, idioma)
        for m in lectura.menciones:
            if m.clase not in _SIN_CONTAR:
                signo = "no " if m.polaridad == "negada" else ""
                salida |= {f"{signo}{nombre}" for nombre in m.nombres}
        salida |= {str(c) for c in lectura.cifras if not exenta(c, lex)}
    return frozenset(salida)


def texto_de(salida: Salida) -> str | None:
    """La nota del sistema como texto: la escrita por enunciados, uno por renglón, o la de texto corrido."""
    nota = salida.nota or (salida.borrador.nota if salida.borrador is not None else None)
    if nota is not None:
        return "\n".join(e.texto for e in nota.enunciados)
    return salida.nota_texto


def medir(caso: Caso, salida: Salida) -> Parcial:
    """ROUGE y solape de conceptos, si el caso trae nota de referencia y el sistema da nota."""
    parcial = Parcial()
    texto = texto_de(salida)
    if not caso.nota or texto is None:
        return parcial
    idioma = caso.idioma[:2]
    if idioma == "en":  # el reductor y las fichas de rouge-score son para inglés: «dé» le sobra una letra
        for nombre, valor in rouge(caso.nota, texto).items():
            parcial.cuentas[nombre] = (valor, 1.0)
    if idioma in IDIOMAS:
        esperados, dados = conceptos(caso.nota, idioma), conceptos(texto, idioma)
        comunes = len(esperados & dados)
        for nombre, total in (("precision", len(dados)), ("exhaustividad", len(esperados))):
            if total:
                parcial.cuentas[f"conceptos_{nombre}"] = (comunes, total)
        if esperados or dados:
            parcial.cuentas["conceptos_f1"] = (2 * comunes, len(esperados) + len(dados))
        parcial.detalle["conceptos_perdidos"] = sorted(esperados - dados)
    return parcial


@cache
def _rouge() -> RougeScorer:
    return RougeScorer(list(ROUGE.values()), use_stemmer=True)
