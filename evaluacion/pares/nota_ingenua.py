"""Nota con una sola petición al mismo modelo de lenguaje del perfil: lo que se hace antes de hacer Scribe.

Recibe el diálogo escrito (con los roles si el caso los da) y devuelve texto. Para medirla igual que la de
Scribe se parte en oraciones, cada una un enunciado sin citas en el apartado donde la puso.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import SEMILLA, CasoSinEntrada, Par, Reloj
from evaluacion.salida import Costo, Salida
from scribe.consulta import Enunciado, Nota, Seccion

_ADORNO = re.compile(r"^[\s#>*_•\-–]+|[\s*_]+$")
_VINETA = re.compile(r"^\s*([-*•–]|\d{1,2}[.)])\s")
_TITULO = re.compile(r"^\s*(#+\s.*|\*\*[^*]+\*\*:?\s*)$")
_NUMERAL = re.compile(r"^\d{1,2}[.)]\s+")
_ORACION = re.compile(r"(?<=[.;!?])\s+(?=[\wÁÉÍÓÚÑ¿¡])")


class NotaIngenua(Par):
    """Un prompt, temperatura 0, sin gramática ni comprobación."""

    nombre = "nota-un-prompt"
    titulo = "Nota de un solo prompt, mismo LLM"
    tareas: tuple[Tarea, ...] = ("nota",)
    paquetes = ("llama-cpp-python",)
    funciones = ("llm",)

    def __init__(self) -> None:
        super().__init__()
        self._modelo: Any = None

    def cargar(self, tarea: Tarea) -> None:
        """El GGUF del perfil, con los mismos hilos que todos."""
        from llama_cpp import Llama

        archivo = min(self.carpeta("llm").glob("*.gguf"))
        self._modelo = Llama(
            model_path=str(archivo), n_ctx=_datos()["contexto"], n_threads=self._opciones.hilos,
            n_threads_batch=self._opciones.hilos, seed=SEMILLA, use_mmap=False, verbose=False,
        )  # fmt: skip

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """La nota como texto y como enunciados. Lanza `CasoSinEntrada` si el caso no trae diálogo."""
        mensajes = mensajes_de(caso)
        reloj = Reloj()
        with reloj.etapa("nota"):
            # Cada caso empieza con la memoria vacía: el orden de los casos no cambia ninguna nota.
            self._modelo.reset()
            respuesta = self._modelo.create_chat_completion(
                messages=mensajes, temperature=0.0, max_tokens=_datos()["max_fichas"]
            )
        texto = str(respuesta["choices"][0]["message"]["content"]).strip()
        return Salida(
            caso=caso.id, nota_texto=texto, nota=por_apartados(texto), costo=Costo(etapas=reloj.etapas)
        )


def mensajes_de(caso: Caso) -> list[dict[str, str]]:
    """La petición para un caso. Lanza `CasoSinEntrada` si no trae diálogo."""
    if not caso.dichos:
        raise CasoSinEntrada("el caso no trae diálogo")
    datos = _datos()
    nombres = datos["nombres"] if caso.idioma == "es" else {}
    dialogo = "\n".join(f"{nombres.get(d.hablante, d.hablante)}: {d.texto}" for d in caso.dichos)
    textos = datos["es" if caso.idioma == "es" else "en"]
    return [
        {"role": "system", "content": textos["sistema"].strip()},
        {"role": "user", "content": textos["usuario"].strip().replace("{dialogo}", dialogo)},
    ]


def por_apartados(texto: str) -> Nota:
    """El texto de una nota, en oraciones por apartado; lo que va antes de todo encabezado es subjetivo."""
    apartados: dict[Seccion, list[Enunciado]] = {}
    actual: Seccion = "subjetivo"
    for renglon in texto.splitlines():
        seccion, resto = _encabezado(renglon, actual)
        if seccion is actual and resto is renglon and _TITULO.match(renglon):
            continue  # un título que no es de apartado («Nota SOAP») no afirma nada
        actual = seccion
        limpio = _NUMERAL.sub("", _ADORNO.sub("", resto)).replace("**", "").strip()
        apartados.setdefault(actual, []).extend(
            Enunciado(texto=o.strip(), tipo="texto", citas=()) for o in _ORACION.split(limpio) if _afirma(o)
        )
    return Nota(**{seccion: tuple(enunciados) for seccion, enunciados in apartados.items()})


def _afirma(oracion: str) -> bool:
    return bool(oracion.strip()) and not oracion.rstrip().endswith(":")


def _encabezado(renglon: str, actual: Seccion) -> tuple[Seccion, str]:
    """Si el renglón abre un apartado, cuál es, y lo que queda de él tras el encabezado."""
    if _VINETA.match(renglon):
        return actual, renglon  # «- Diagnóstico: …» dentro de un apartado no abre otro
    limpio = _ADORNO.sub("", renglon)
    antes, signo, despues = limpio.partition(":")
    titulo = re.sub(r"\s*\([^)]*\)", "", antes).strip(" *_#").lower()
    seccion = _titulos().get(titulo)
    # Sin dos puntos solo vale el nombre completo: un renglón que es «A» a secas no dice nada.
    if seccion is None or (not signo and len(titulo) == 1):
        return actual, renglon
    return seccion, despues


@cache
def _datos() -> dict[str, Any]:
    return tomllib.loads(files("evaluacion").joinpath("datos/nota_ingenua.toml").read_text("utf-8"))


@cache
def _titulos() -> dict[str, Seccion]:
    return {forma: seccion for seccion, formas in _datos()["encabezados"].items() for forma in formas}


SISTEMAS = (NotaIngenua(),)
