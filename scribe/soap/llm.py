"""El modelo de lenguaje local, solo para elegir entre opciones donde las reglas dudan.

Nunca escribe texto de la nota: una gramática GBNF le deja responder nada más que una de las opciones.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

_CONTEXTO = 1024
_SEMILLA = 7


class ModeloLenguaje(Protocol):
    """Lo que el redactor pide de un modelo de lenguaje."""

    @property
    def identidad(self) -> dict[str, Any]:
        """Qué modelo es y con qué ajustes: entra en la clave de la caché."""
        ...

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        """Una de `opciones`. `comun` es el principio que se repite entre peticiones (se guarda en caché)."""
        ...

    def cerrar(self) -> None:
        """Suelta la memoria."""
        ...


def gramatica(opciones: tuple[str, ...]) -> str:
    """La gramática GBNF que solo admite una de las opciones."""
    escapadas = (o.replace("\\", "\\\\").replace('"', '\\"') for o in opciones)
    return "root ::= " + " | ".join(f'"{o}"' for o in escapadas)


class LlamaLocal:
    """Un modelo GGUF con llama.cpp en CPU: temperatura 0 y semilla fija.

    El principio común de las peticiones se queda en la caché KV: llama.cpp reutiliza el prefijo igual.
    """

    def __init__(
        self, ruta: Path, *, hilos: int = 2, capas_gpu: int = 0, modelo: Mapping[str, Any] | None = None
    ) -> None:
        self._ficha = dict(modelo or {})
        self._ruta = ruta
        self._hilos = hilos
        self._capas = capas_gpu
        self._modelo: Any = None
        self._gramaticas: dict[tuple[str, ...], Any] = {}

    @property
    def identidad(self) -> dict[str, Any]:
        """Nombre y tamaño del archivo, y los ajustes que cambian la respuesta."""
        return {
            "motor": "llama.cpp", "modelo": self._ficha, "archivo": self._ruta.name,
            "contexto": _CONTEXTO, "temperatura": 0.0, "semilla": _SEMILLA,
        }  # fmt: skip

    def _abrir(self) -> Any:
        if self._modelo is None:
            from llama_cpp import Llama

            # Sin mmap: llama.cpp reordena los pesos para la CPU y, con mmap, quedarían dos veces en memoria.
            self._modelo = Llama(
                model_path=str(self._ruta), n_ctx=_CONTEXTO, n_threads=self._hilos, n_threads_batch=self._hilos,  # noqa: E501
                n_gpu_layers=self._capas, seed=_SEMILLA, use_mmap=False, verbose=False,
            )  # fmt: skip
        return self._modelo

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        """Una de `opciones`; la primera si el modelo no respondió ninguna."""
        from llama_cpp.llama_grammar import LlamaGrammar

        modelo = self._abrir()
        if opciones not in self._gramaticas:
            self._gramaticas[opciones] = LlamaGrammar.from_string(gramatica(opciones), verbose=False)
        salida = modelo.create_completion(
            prompt=comun + pregunta, max_tokens=8, temperature=0.0, grammar=self._gramaticas[opciones]
        )
        texto = str(salida["choices"][0]["text"]).strip()
        return texto if texto in opciones else opciones[0]

    def cerrar(self) -> None:
        """Suelta el modelo; se vuelve a cargar si hace falta."""
        if self._modelo is not None:
            self._modelo.close()
            self._modelo = None
            self._gramaticas.clear()
