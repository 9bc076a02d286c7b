"""Banco de frases sueltas para medir cómo se oyen fármacos y cifras, sin salir de ninguna consulta.

    python -m evaluacion.banco_oido --salida DIR      hace el audio y su verdad (perfil sintesis)

Sortea con semilla fija fármacos de todo el léxico, pesados por lo que se nombran en español, los pone en
frases portadoras (`datos/banco_oido.toml`) y junta las frases en grabaciones de uno a dos minutos, para que
las ventanas sean como las de verdad. Un tercio lleva ruido. Los grupos pares son para mirar y los impares,
solo para medir.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from math import log
from pathlib import Path
from typing import Any, Final

import wordfreq

from evaluacion.sintesis.generacion import generar
from evaluacion.sintesis.guion import Condiciones, Guion, Hablante, Parlamento, Voz
from evaluacion.sintesis.terminal import avance_visible
from scribe.errores import ErrorScribe
from scribe.lenguaje.farmacos import Nombre, ficha, nombres

SEMILLA: Final = 20261123
_POR_GRUPO = 15
_MINIMA = 3e-8
_EXPONENTE = 0.5
"""Aplana las frecuencias: sin esto casi todo el sorteo sería paracetamol e insulina."""
_SIN_DOSIS = 0.15
"""Peso de lo que el léxico no sabe a qué dosis se toma: casi todo es de hospital."""
_POR_GENERICO = 0.3
"""Parte de la frecuencia de su genérico que se le da a una marca que nadie contó."""
_HUECO = re.compile(r"\{(\w+)\}")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_QUIEN: dict[str, Hablante] = {"m": "medico", "p": "paciente"}


def banco(frases_de_farmacos: int = 240, frases_de_cifras: int = 120, semilla: int = SEMILLA) -> list[Guion]:
    """Los grupos del banco: primero los de fármacos (`banco_f00`…) y luego los de cifras (`banco_c00`…)."""
    datos = tomllib.loads((files("evaluacion") / "datos" / "banco_oido.toml").read_text("utf-8"))
    azar = random.Random(semilla)
    farmacos = _con_farmacos(datos, azar, frases_de_farmacos)
    plantillas = [datos["cifras"][k % len(datos["cifras"])] for k in range(frases_de_cifras)]
    cifras = [_llenar(quien, frase, {}, datos, azar) for quien, frase in plantillas]
    azar.shuffle(cifras)
    return [*_grupos("f", farmacos, datos, azar), *_grupos("c", cifras, datos, azar)]


def _con_farmacos(datos: dict[str, Any], azar: random.Random, cuantas: int) -> list[Parlamento]:
    bolsa = _sorteados(azar)
    frases = []
    for k in range(cuantas):
        quien, frase = datos["farmacos"][k % len(datos["farmacos"])]
        uno = _sacar(bolsa, con_presentacion="{mg}" in frase)
        propios = {"f": uno.texto, "mg": f"{azar.choice(_presentaciones(uno) or (0,)):g}"}
        if "{g}" in frase:
            propios["g"] = _sacar(bolsa, con_presentacion=False).texto
        frases.append(_llenar(quien, frase, propios, datos, azar))
    azar.shuffle(frases)
    return frases


def _sorteados(azar: random.Random) -> list[Nombre]:
    """Todos los nombres, en el orden de un sorteo pesado por lo usuales que son."""
    usuales = wordfreq.get_frequency_dict("es", wordlist="large")
    llaves = {}
    for n in nombres():
        if n.ambigua or len(n.texto.split()) > 3:
            continue
        usual = max(_usual(n.texto, usuales), _POR_GENERICO * _usual(n.genericos[0], usuales)) + _MINIMA
        farmaco = ficha(n.genericos[0])
        peso = usual**_EXPONENTE * (1.0 if farmaco and farmaco.toma_max else _SIN_DOSIS)
        # Sorteo sin reemplazo de Efraimidis y Spirakis: la llave mayor sale antes.
        llaves[n] = log(azar.random()) / peso
    return sorted(llaves, key=lambda n: -llaves[n])


def _usual(nombre: str, usuales: dict[str, float]) -> float:
    return min(usuales.get(p, 0.0) for p in nombre.lower().replace("-", " ").split())


def _sacar(bolsa: list[Nombre], *, con_presentacion: bool) -> Nombre:
    k = next(k for k, n in enumerate(bolsa) if not con_presentacion or _presentaciones(n))
    return bolsa.pop(k)


def _presentaciones(nombre: Nombre) -> tuple[float, ...]:
    farmaco = ficha(nombre.genericos[0])
    if not farmaco or len(nombre.genericos) > 1:
        return ()
    return tuple(p for p in farmaco.presentaciones if p > 1)


def _llenar(
    quien: str, frase: str, propios: dict[str, str], datos: dict[str, Any], azar: random.Random
) -> Parlamento:
    texto = _HUECO.sub(lambda m: propios.get(m[1]) or azar.choice(datos["valores"][m[1]]), frase)
    # Un punto escrito se diría como una pausa.
    return Parlamento(speaker=_QUIEN[quien], text=_DECIMAL.sub(" punto ", texto))


def _grupos(
    clase: str, frases: list[Parlamento], datos: dict[str, Any], azar: random.Random
) -> Iterator[Guion]:
    voces = datos["voces"]
    for n, desde in enumerate(range(0, len(frases), _POR_GRUPO)):
        medico, paciente = voces["pares"][n % len(voces["pares"])]
        # De seis grupos, los dos últimos llevan ruido: uno para mirar y otro para medir.
        sucio = n % 6 >= 4
        ruido = azar.choice(voces["ruidos"]) if sucio else None
        yield Guion(
            id=f"banco_{clase}{n:02d}",
            titulo="Frases sueltas",
            condiciones=Condiciones(codec="wav", ruido=ruido, snr_db=azar.uniform(12, 20)),
            paciente={},
            voices={
                "medico": Voz(voice=medico, speed=azar.choice(voces["velocidades"])),
                "paciente": Voz(voice=paciente, speed=azar.choice(voces["velocidades"])),
            },
            turns=tuple(frases[desde : desde + _POR_GRUPO]),
        )


def principal(argumentos: list[str] | None = None) -> int:
    """Sintetiza lo que falte del banco; devuelve el código de salida."""
    analizador = argparse.ArgumentParser(
        prog="python -m evaluacion.banco_oido",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analizador.add_argument("--salida", type=Path, required=True, metavar="DIR")
    opciones = analizador.parse_args(argumentos)
    guiones = banco()
    try:
        with avance_visible() as avance:
            generar(guiones, opciones.salida, avance)
    except ErrorScribe as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.salida
    print(f"{len(guiones)} grabaciones en {opciones.salida}.")
    return 0


if __name__ == "__main__":
    sys.exit(principal())
