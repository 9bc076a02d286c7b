"""`scribe lote`: muchas grabaciones, una tras otra; se puede interrumpir y seguir."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scribe.ajustes import Ajustes
from scribe.consulta import Contexto
from scribe.errores import AudioInvalido, ErrorScribe
from scribe.ordenes.lote_en_cola import EnCola, SinServidor, cola_del_servidor
from scribe.ordenes.opciones import (
    Depurar,
    Hablantes,
    Idioma,
    Perfil,
    Plantilla,
    Salida,
    Silencioso,
    SinCache,
    SinLlm,
    ajustes_con,
)
from scribe.progreso import Progreso
from scribe.terminal import barra, consola, error

EXTENSIONES = frozenset(
    {".wav", ".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".flac", ".webm", ".amr", ".3gp"}
    | {".wma", ".mkv", ".mov", ".avi", ".aif", ".aiff"}
)
"""Lo que `lote` toma de una carpeta; en una lista se acepta cualquier archivo."""


def lote(
    origen: Annotated[Path, typer.Argument(help="Una carpeta con grabaciones, o una lista .txt de rutas.")],
    salida: Salida = Path("salida"),
    hablantes: Hablantes = None,
    idioma: Idioma = "es",
    perfil: Perfil = None,
    plantilla: Plantilla = None,
    silencioso: Silencioso = False,
    sin_llm: SinLlm = False,
    sin_cache: SinCache = False,
    depurar: Depurar = False,
) -> None:
    """Procesa muchas grabaciones; cada una queda en su propia carpeta dentro de --salida.

    Con «scribe servir» en marcha en este equipo van por su cola, detrás de cualquier médico que espere; si
    no, se procesan aquí. El resultado es el mismo. Lo que ya está hecho se salta. Una grabación que falla no
    detiene a las demás: al final se dice cuáles fallaron y por qué, y la orden termina con código 1.
    """
    del depurar
    ajustes = ajustes_con(
        idioma=idioma,
        hablantes=hablantes,
        perfil=perfil,
        plantilla=plantilla,
        sin_llm=sin_llm,
        sin_cache=sin_cache,
    )
    audios = reunir(origen)
    with cola_del_servidor(ajustes) as cola:
        fallos = _hacer_todos(audios, salida, ajustes, cola, silencioso=silencioso)
    if not silencioso:
        consola.print(f"{len(audios) - len(fallos)} de {len(audios)} grabaciones listas en {salida}.")
    if fallos:
        _mostrar(fallos)
        raise typer.Exit(1)


def reunir(origen: Path) -> list[Path]:
    """Las grabaciones de una carpeta (con subcarpetas) o de una lista, en orden y sin repetir."""
    if origen.is_dir():
        halladas = [a for a in sorted(origen.rglob("*")) if a.suffix.lower() in EXTENSIONES and a.is_file()]
    elif origen.is_file():
        halladas = list(_de_lista(origen))
    else:
        raise AudioInvalido(f"No existe «{origen}».", "Dé una carpeta o un archivo con una ruta por línea.")
    if not halladas:
        raise AudioInvalido(f"No hay grabaciones en «{origen}».", "Dé una carpeta con audio o una lista.")
    return list(dict.fromkeys(halladas))


def _de_lista(lista: Path) -> Iterator[Path]:
    try:
        lineas = lista.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError as causa:
        raise AudioInvalido(f"No se puede leer la lista «{lista}».", "Revise sus permisos.") from causa
    if any("\0" in linea for linea in lineas[:20]):
        raise AudioInvalido(f"«{lista}» no es una lista de texto.", "¿Quiso decir «scribe consulta»?")
    for linea in lineas:
        if linea.strip() and not linea.startswith("#"):
            ruta = Path(linea.strip())
            yield ruta if ruta.is_absolute() else lista.parent / ruta


def carpetas(audios: list[Path]) -> list[str]:
    """Nombre de carpeta de cada audio: el del archivo, con un sufijo estable si dos chocan."""
    veces = Counter(a.stem.casefold() for a in audios)
    return [a.stem if veces[a.stem.casefold()] == 1 else f"{a.name}-{_marca(a)}" for a in audios]


def _marca(audio: Path) -> str:
    return hashlib.sha256(bytes(audio.absolute())).hexdigest()[:6]


Hacer = Callable[[Path, Path, Progreso], None]


def _hacer_todos(
    audios: list[Path], salida: Path, ajustes: Ajustes, cola: EnCola | None, *, silencioso: bool
) -> dict[Path, str]:
    from scribe.salida import comprobar_destino

    comprobar_destino(salida)
    hacer = _solo(ajustes) if cola is None else _con_relevo(cola, ajustes)
    fallos: dict[Path, str] = {}
    for numero, (audio, nombre) in enumerate(zip(audios, carpetas(audios), strict=True), 1):
        destino = salida / nombre
        titulo = f"({numero}/{len(audios)}) {audio.name}"
        try:
            if ajustes.usar_cache and _ya_esta(audio, destino):
                continue
            with barra(titulo, visible=not silencioso) as progreso:
                hacer(audio, destino, progreso)
            if not silencioso:
                consola.print(f"{titulo}: listo", soft_wrap=True, markup=False)
        except ErrorScribe as fallo:
            fallos[audio] = str(fallo)
            error(f"{titulo}: {fallo}")
    return fallos


def _solo(ajustes: Ajustes) -> Hacer:
    """Cada grabación, en este proceso."""
    from scribe.motores import armar
    from scribe.ordenes.trabajo import elaborar

    motores, contexto = armar(ajustes), Contexto(plantilla=ajustes.plantilla)

    def hacer(audio: Path, destino: Path, progreso: Progreso) -> None:
        elaborar(audio, destino, motores, ajustes, contexto, progreso)

    return hacer


def _con_relevo(cola: EnCola, ajustes: Ajustes) -> Hacer:
    """Cada grabación por la cola del servidor; desde que él pare, en este proceso."""
    propio: Hacer | None = None

    def hacer(audio: Path, destino: Path, progreso: Progreso) -> None:
        nonlocal propio
        if propio is None:
            try:
                cola.hacer(audio, destino, progreso)
                return
            except SinServidor:
                propio = _solo(ajustes)
        propio(audio, destino, progreso)

    return hacer


def _ya_esta(audio: Path, destino: Path) -> bool:
    """Si `destino` ya tiene el borrador de exactamente este audio."""
    try:
        hecho = json.loads((destino / "borrador.json").read_bytes())["audio"]["sha256"]
        with audio.open("rb") as archivo:
            return bool(hashlib.file_digest(archivo, "sha256").hexdigest() == hecho)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _mostrar(fallos: dict[Path, str]) -> None:
    tabla = Table("Grabación", "Por qué no se pudo", title="Fallaron", title_style="bold red")
    for audio, porque in fallos.items():
        tabla.add_row(str(audio), porque)
    consola.print(tabla)
