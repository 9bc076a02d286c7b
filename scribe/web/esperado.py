"""Qué le falta por decir a una nota según cada plantilla. Solo se enseña: nada de esto se escribe."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from scribe.consulta import SECCIONES, Enunciado, Nota
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.soap.plantillas import plantillas


def faltan(contenido: ContenidoDeNota | None) -> dict[str, tuple[int, ...]]:
    """Por plantilla, el lugar en sus `campos` de lo que la nota no menciona, ni en sus renglones aparte.

    Un signo medido, un medicamento recetado o un diagnóstico elegido cuentan como dichos en su sección.
    """
    nota = _todo(contenido or ContenidoDeNota())
    return {
        nombre: tuple(i for i, campo in enumerate(p.campos) if not campo.mencionado(nota))
        for nombre, p in plantillas().items()
    }


def _todo(contenido: ContenidoDeNota) -> Nota:
    dichos = {
        s: [Enunciado(texto=e.texto, tipo=e.tipo, citas=()) for e in contenido.nota.seccion(s)]
        for s in SECCIONES
    }
    nombres = _nombres()
    dichos["objetivo"] += [
        Enunciado(texto=f"{nombres.get(s.clave, s.clave)} {s.valor}", tipo="signo_vital", citas=())
        for s in contenido.signos
        if s.valor
    ]
    dichos["plan"] += [Enunciado(texto=r.generico, tipo="receta", citas=()) for r in contenido.receta]
    dichos["analisis"] += [
        Enunciado(texto=d.titulo, tipo="diagnostico", citas=()) for d in contenido.diagnosticos
    ]
    return Nota.model_validate({s: tuple(e) for s, e in dichos.items()})


@cache
def _nombres() -> dict[str, str]:
    """Cómo nombra el redactor cada signo: así lo buscan las plantillas."""
    texto = files("scribe.expediente").joinpath("datos", "signos.toml").read_text("utf-8")
    return {clave: nombre for nombre, clave in tomllib.loads(texto).items()}
