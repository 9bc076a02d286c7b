"""`scribe modelos`: ver, instalar, comprobar y localizar los modelos."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich import box
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from scribe.errores import AjusteInvalido, ModeloAlterado
from scribe.instalacion import Vista, instalar
from scribe.modelos import almacen, carpetas, manifiesto, perfil, perfiles
from scribe.terminal import consola, error
from scribe.torchaudio_cpu import retirar_extension

app = typer.Typer(help="Ver, instalar y comprobar los modelos.", no_args_is_help=True)

_ESTADOS = {
    "instalado": "[green]instalado[/]",
    "falta": "no instalado",
    "incompleto": "[yellow]incompleto[/]",
    "alterado": "[bold red]alterado[/]",
}
Cual = Annotated[str, typer.Argument(help="Un perfil (minimo, clinica, gpu, sintesis) o el id de un modelo.")]


@app.command("listar")
def listar() -> None:
    """Los modelos y catálogos de cada perfil: si están, cuánto pesan, con qué licencia."""
    donde = almacen()
    for elegido in perfiles().values():
        consola.print(f"\n[bold]{elegido.nombre}[/]: {elegido.descripcion}")
        columnas = ("Función", "Modelo", "Pesa", "Licencia", "Estado")
        tabla = Table(*columnas, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        tabla.columns[1].no_wrap = True
        tabla.columns[2].justify = "right"
        for funcion, clave in elegido.modelos.items():
            ficha = donde.modelo(clave)
            pesa = f"{ficha.bytes / 1e6:,.1f} MB".replace(",", " ") if ficha.bytes else "?"
            estado, _ = donde.estado(clave)
            licencia, _, _ = ficha.licencia.replace("-or-later", "+").partition(" (")
            tabla.add_row(funcion, clave, pesa, licencia, _ESTADOS[estado])
        consola.print(tabla)
    consola.print(f"Se buscan en: {', '.join(str(c) for c in carpetas())}")


@app.command("instalar")
def instalar_(
    cual: Cual = "minimo",
    silencioso: Annotated[bool, typer.Option("--silencioso", "-q", help="No mostrar el avance.")] = False,
) -> None:
    """Baja, arma y comprueba los modelos de un perfil. Si se interrumpe, repetirla sigue donde iba."""
    claves = _claves(cual)
    with _vista(visible=not silencioso) as vista:
        carpeta = instalar(almacen(), claves, vista)
    if retirados := retirar_extension():
        consola.print(f"Se ajustó torchaudio para un equipo sin GPU ({len(retirados)} archivos retirados).")
    if not silencioso:
        consola.print(f"Modelos listos y comprobados ({len(claves)}) en {carpeta}.")


@app.command("verificar")
def verificar(
    cual: Annotated[str | None, typer.Argument(help="Un perfil o el id de un modelo; sin él, todo.")] = None,
) -> None:
    """Vuelve a calcular la suma de cada archivo instalado y la compara con el manifiesto."""
    donde = almacen()
    claves = _claves(cual) if cual else [c for c in manifiesto() if donde.estado(c)[0] != "falta"]
    for carpeta in donde.carpetas:
        donde.olvidar(carpeta)
    fallos = 0
    for clave in claves:
        try:
            carpeta = donde.ruta(clave)
            consola.print(f"[green]✓[/] {clave}: {len(donde.modelo(clave).archivos)} archivos en {carpeta}")
        except ModeloAlterado as fallo:
            fallos += 1
            error(str(fallo))
    if not claves:
        consola.print("No hay ningún modelo instalado. Instálelos con: scribe modelos instalar")
    if fallos:
        raise typer.Exit(2)


@app.command("ruta")
def ruta(
    clave: Annotated[str | None, typer.Argument(help="Id de un modelo; sin él, la carpeta de todos.")] = None,
) -> None:
    """Dónde está un modelo ya comprobado, o la carpeta donde se instalan."""
    donde = almacen()
    print(donde.ruta(clave) if clave else donde.donde_instalar())


def _claves(cual: str) -> list[str]:
    """Los ids que nombra un perfil o un id suelto."""
    if cual in perfiles():
        return list(perfil(cual).ids)
    if cual in manifiesto():
        return [cual]
    raise AjusteInvalido(
        f"No hay perfil ni modelo «{cual}».",
        f"Perfiles: {', '.join(perfiles())}. Modelos: scribe modelos listar",
    )


@contextmanager
def _vista(*, visible: bool) -> Iterator[Vista]:
    """Barras vivas en una terminal; una línea por archivo si la salida va a otra parte."""
    if not visible:
        yield _Lineas(callada=True)
    elif not sys.stderr.isatty():
        yield _Lineas()
    else:
        columnas = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            DownloadColumn(),
            TransferSpeedColumn(),
            TextColumn("faltan"),
            TimeRemainingColumn(),
        )
        with Progress(*columnas, console=consola) as progreso:
            yield _Barras(progreso)


class _Lineas:
    """Una línea por descarga: sirve en bitácoras y en integración continua."""

    def __init__(self, *, callada: bool = False) -> None:
        self._callada = callada
        self._total = 0
        self._hecho = 0
        self._actual = 0

    def empieza(self, total: int) -> None:
        self._total = total
        self._decir(f"Por bajar: {total / 1e6:,.0f} MB.".replace(",", " "))

    def archivo(self, nombre: str, tamano: int) -> None:
        self._actual = tamano
        hecho = 100 * self._hecho / self._total if self._total else 0
        self._decir(f"[{hecho:3.0f} %] bajando {nombre} ({tamano / 1e6:,.0f} MB)")

    def avanza(self, bytes_: int) -> None:
        pass

    def termina(self) -> None:
        self._hecho += self._actual

    def aviso(self, texto: str) -> None:
        self._decir(texto)

    def _decir(self, texto: str) -> None:
        if not self._callada:
            print(texto, file=sys.stderr, flush=True)


class _Barras:
    """La descarga en curso y el total."""

    def __init__(self, progreso: Progress) -> None:
        self._progreso = progreso
        self._total: TaskID | None = None
        self._actual: TaskID | None = None
        self._tamano = 0
        self._hecho = 0

    def empieza(self, total: int) -> None:
        self._total = self._progreso.add_task("[bold]Total", total=total)

    def archivo(self, nombre: str, tamano: int) -> None:
        self._tamano = tamano
        self._actual = self._progreso.add_task(nombre, total=tamano or None)

    def avanza(self, bytes_: int) -> None:
        van = min(bytes_, self._tamano) if self._tamano else bytes_
        if self._actual is not None:
            self._progreso.update(self._actual, completed=van)
        if self._total is not None:
            self._progreso.update(self._total, completed=self._hecho + van)

    def termina(self) -> None:
        self.avanza(self._tamano)
        self._hecho += self._tamano
        if self._actual is not None:
            self._progreso.remove_task(self._actual)

    def aviso(self, texto: str) -> None:
        self._progreso.console.print(texto)
