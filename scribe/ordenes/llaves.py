"""Con qué se abre el llavero, igual en todas las órdenes: archivo de clave, frase o almacén del sistema.

El llavero recuerda de cuál de las tres se trata; aquí solo se consigue. La frase se pide en la terminal; la
orden que lanza otros procesos se la pasa por la entrada estándar y nunca en los argumentos.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scribe.errores import AjusteInvalido
from scribe.ordenes.preguntas import secreto

if TYPE_CHECKING:
    from scribe.expediente.fuentes_clave import Fuente
    from scribe.expediente.llavero import Llavero
    from scribe.web.ajustes import AjustesServidor


def crear_llavero(datos: Path, ajustes: AjustesServidor) -> tuple[Llavero, Fuente]:
    """El llavero nuevo de esa carpeta, con lo que digan los ajustes o con una frase que se pide dos veces.

    Lanza `SecretoInseguro`, o `LlaveroCerrado` si no hay con qué crearlo.
    """
    from scribe.expediente.fuentes_clave import FuenteArchivo, FuenteFrase, FuenteSistema
    from scribe.expediente.llavero import Llavero
    from scribe.web.servicios import LLAVERO

    fuente: Fuente
    if ajustes.clave_archivo is not None:
        fuente = FuenteArchivo(ajustes.clave_archivo.expanduser())
    elif ajustes.clave_sistema:
        fuente = FuenteSistema()
    else:
        fuente = FuenteFrase(frase_nueva())
    return Llavero.crear(datos / LLAVERO, fuente), fuente


def abrir_llavero(
    datos: Path, ajustes: AjustesServidor, *, frase: str | None = None
) -> tuple[Llavero, Fuente]:
    """El llavero de esa carpeta de datos, abierto con lo que él pide. `frase`, si ya se tiene.

    Lanza `AjusteInvalido` si no hay llavero; `LlaveroCerrado` o `SecretoInseguro` si no abre.
    """
    from scribe.expediente.llavero import Llavero, como_se_abre
    from scribe.web.servicios import LLAVERO

    ruta = datos / LLAVERO
    try:
        tipo = como_se_abre(ruta.read_bytes())
    except FileNotFoundError:
        raise AjusteInvalido(
            "En esta carpeta de datos no hay un expediente.",
            "Créelo con «scribe servir», o copie aquí el llavero (llavero.json) del servidor.",
        ) from None
    fuente = fuente_de(tipo, ajustes, frase=frase)
    return Llavero.abrir(ruta, fuente), fuente


def fuente_de(tipo: str, ajustes: AjustesServidor, *, frase: str | None = None) -> Fuente:
    """De dónde sale la clave de un llavero que se abre con `tipo`. Lanza `LlaveroCerrado` si falta."""
    from scribe.expediente.errores_seguridad import LlaveroCerrado
    from scribe.expediente.fuentes_clave import FuenteArchivo, FuenteFrase, FuenteSistema

    if tipo == "sistema":
        return FuenteSistema()
    if tipo == "frase":
        return FuenteFrase(frase if frase is not None else _pedir("Frase maestra", confirmar=False))
    if ajustes.clave_archivo is None:
        raise LlaveroCerrado(
            "Este expediente se abre con un archivo de clave.",
            "Diga dónde está en SCRIBE_CLAVE_ARCHIVO o con --clave-archivo.",
        )
    return FuenteArchivo(ajustes.clave_archivo.expanduser())


def frase_nueva() -> str:
    """Una frase maestra, pedida dos veces en la terminal."""
    return _pedir("Frase maestra nueva (cuatro o cinco palabras sin relación)", confirmar=True)


def frase_para_hijos(fuente: Fuente) -> str | None:
    """Lo que hay que pasar a otro proceso para que abra el mismo llavero: la frase, si se abre con una."""
    from scribe.expediente.fuentes_clave import FuenteFrase

    return fuente.frase if isinstance(fuente, FuenteFrase) else None


def _pedir(rotulo: str, *, confirmar: bool) -> str:
    from scribe.expediente.errores_seguridad import LlaveroCerrado

    if not sys.stdin.isatty():
        raise LlaveroCerrado(
            "No hay con qué abrir el llavero: su frase se pide en una terminal.",
            "Use una terminal, o un archivo de clave (scribe clave nueva RUTA) en SCRIBE_CLAVE_ARCHIVO.",
        )
    return secreto(rotulo, repetir=confirmar)
