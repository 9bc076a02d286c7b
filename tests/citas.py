"""Comprobar, sin correrla, que una prueba citada («archivo::prueba[caso]») existe y comprueba algo."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from pathlib import Path

_CITA = re.compile(r"(?P<archivo>tests/[\w/]+\.py)::(?P<nombre>test_\w+)(?:\[(?P<caso>.+)\])?")
_Funcion = ast.FunctionDef | ast.AsyncFunctionDef
_Definicion = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def defecto(cita: str, raiz: Path) -> str:
    """Qué tiene de malo una cita, o «» si la prueba existe, corre siempre y comprueba algo."""
    partes = _CITA.fullmatch(cita)
    if partes is None:
        return "no tiene la forma archivo::prueba[caso]"
    archivo = raiz / partes["archivo"]
    if not archivo.is_file():
        return "ese archivo no existe"
    vecinas = _vecinas(archivo, raiz)
    funcion = vecinas.get(partes["nombre"])
    if not isinstance(funcion, _Funcion):
        return "esa prueba no existe"
    if _apagada(funcion):
        return "esa prueba se salta o se espera que falle"
    if not _comprueba(funcion, vecinas):
        return "esa prueba no comprueba nada"
    if partes["caso"] is not None and partes["caso"] not in casos(funcion):
        return "esa prueba no tiene ese caso"
    return ""


def casos(funcion: _Funcion) -> set[str]:
    """Los identificadores de sus casos como los nombra pytest; vacío si alguno no se lee del texto."""
    ejes = [_eje(d) for d in reversed(funcion.decorator_list) if _marca(d) == "parametrize"]
    return {"-".join(c) for c in itertools.product(*ejes)} if ejes and all(ejes) else set()


def _eje(decorador: ast.expr) -> list[str]:
    """Los identificadores de un `parametrize`, en orden. Un `ids=lambda d: d.numero` se toma de sus datos."""
    assert isinstance(decorador, ast.Call)
    if any(k.arg == "ids" for k in decorador.keywords):
        return _de_los_datos(decorador)
    nombres, valores = (_literal(a) for a in decorador.args[:2])
    cuantos = len(nombres.split(",")) if isinstance(nombres, str) else len(nombres or ())
    if not isinstance(valores, list):
        return []
    filas = [(v,) if cuantos == 1 else v for v in valores]
    return ["-".join(map(_texto, fila)) for fila in filas]


def _de_los_datos(decorador: ast.Call) -> list[str]:
    """El único caso que se usa: la tabla de elementos de la Res. 866, nombrados por su número."""
    if ast.unparse(decorador.args[1]) != "definiciones()":
        return []
    from scribe.expediente.firma.elementos import definiciones

    return [d.numero for d in definiciones()]


def _literal(nodo: ast.expr) -> object:
    try:
        return ast.literal_eval(nodo)
    except ValueError:
        return None


def _texto(valor: object) -> str:
    return valor if isinstance(valor, str) else str(valor)


def _marca(decorador: ast.expr) -> str:
    nodo = decorador.func if isinstance(decorador, ast.Call) else decorador
    return nodo.attr if isinstance(nodo, ast.Attribute) else ""


def _apagada(funcion: _Funcion) -> bool:
    return any(_marca(d) in {"skip", "xfail"} for d in funcion.decorator_list)


@cache
def _vecinas(archivo: Path, raiz: Path) -> dict[str, _Definicion]:
    """Las funciones y clases del archivo, y las que importa de otros archivos de pruebas."""
    modulo = ast.parse(archivo.read_text("utf-8"))
    halladas: dict[str, _Definicion] = {}
    for nodo in modulo.body:
        if isinstance(nodo, ast.ImportFrom) and (nodo.module or "").startswith("tests."):
            otro = raiz / f"{(nodo.module or '').replace('.', '/')}.py"
            ajenas = _vecinas(otro, raiz) if otro.is_file() else {}
            halladas |= {n.asname or n.name: ajenas[n.name] for n in nodo.names if n.name in ajenas}
    return halladas | {n.name: n for n in modulo.body if isinstance(n, _Definicion)}


def _comprueba(definicion: _Definicion, vecinas: dict[str, _Definicion], hondo: int = 2) -> bool:
    """Si afirma algo (assert, raises o expect), ella o algo de pruebas que nombra al llamar."""
    for nodo in ast.walk(definicion):
        if isinstance(nodo, ast.Assert):
            return True
        if isinstance(nodo, ast.Call):
            if isinstance(nodo.func, ast.Attribute) and nodo.func.attr in {"raises", "fail"}:
                return True
            nombres = {n.id for n in (nodo.func, *nodo.args) if isinstance(n, ast.Name)}
            if "expect" in nombres:  # la afirmación de Playwright
                return True
            cerca = (vecinas[n] for n in nombres if n in vecinas and vecinas[n] is not definicion)
            if hondo and any(_comprueba(otra, vecinas, hondo - 1) for otra in cerca):
                return True
    return False
