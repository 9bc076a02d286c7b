"""`scribe evaluar`: cuánto acierta y cuánto cuesta un escriba, en conjuntos públicos y contra sus pares."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from scribe import aislamiento
from scribe.errores import AjusteInvalido
from scribe.ordenes.opciones import Depurar, Perfil, Silencioso, SinLlm
from scribe.terminal import barra_de_pasos, consola

if TYPE_CHECKING:
    from evaluacion.evaluar import Pedido
    from evaluacion.resultados import Resultados

_NECESARIOS = {
    "jiwer": "jiwer",
    "meeteval": "meeteval",
    "rouge_score": "rouge-score",
    "matplotlib": "matplotlib",
}


def evaluar(
    conjunto: Annotated[str | None, typer.Argument(help="Nombre de un conjunto o una carpeta.")] = None,
    lista: Annotated[bool, typer.Option("--lista", help="Ver conjuntos, pares y medidas.")] = False,
    comparar: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Dos resultados.json (antes y después): qué mejoró y qué empeoró."),
    ] = None,
    datos: Annotated[Path | None, typer.Option(help="Carpeta con los datos publicados del conjunto.")] = None,
    salida: Annotated[
        Path | None, typer.Option("--salida", "-s", help="Carpeta del informe [evaluacion-CONJUNTO].")
    ] = None,
    perfil: Perfil = None,
    pares: Annotated[bool, typer.Option("--pares", help="Medir también a los pares instalados.")] = False,
    par: Annotated[list[str] | None, typer.Option(help="Medir solo a este par (se puede repetir).")] = None,
    rapido: Annotated[bool, typer.Option("--rapido", help="Pocos casos: menos de 5 minutos.")] = False,
    particion: Annotated[str | None, typer.Option(help="Solo esta partición: prueba o desarrollo.")] = None,
    caso: Annotated[list[str] | None, typer.Option(help="Solo este caso (se puede repetir).")] = None,
    casos: Annotated[int | None, typer.Option(min=1, help="Cuántos casos como mucho.")] = None,
    casos_pares: Annotated[int, typer.Option(min=1, help="Cuántos casos para comparar con pares.")] = 5,
    repeticiones: Annotated[int, typer.Option(min=1, help="Veces que se repite cada par (mediana).")] = 3,
    hilos: Annotated[int | None, typer.Option(min=1, help="Hilos de cómputo, los mismos para todos.")] = None,
    de_nuevo: Annotated[bool, typer.Option("--de-nuevo", help="No reutilizar corridas anteriores.")] = False,
    sin_llm: SinLlm = False,
    juez: Annotated[
        bool, typer.Option("--juez", help="Además, un modelo local juzga la nota (lento, aparte).")
    ] = False,
    silencioso: Silencioso = False,
    depurar: Depurar = False,
) -> None:
    """Mide la transcripción, los hablantes, la nota, los códigos y el costo, con intervalos de confianza.

    Deja informe.html, informe.md y resultados.json. Si se interrumpe, la misma orden sigue donde iba.
    """
    del depurar  # la atiende `scribe.cli.principal`
    _exigir_banco()
    aislamiento.sellar()
    if lista:
        _listar()
        return
    if comparar is not None:
        raise typer.Exit(_comparar(*comparar))
    if conjunto is None:
        raise AjusteInvalido(
            "Falta decir qué conjunto medir.", "Vea los que hay con «scribe evaluar --lista»."
        )
    from evaluacion.evaluar import Pedido

    elegidos = tuple(par or ()) or (("todos",) if pares else ())
    pedido = Pedido(
        conjunto=conjunto,
        salida=salida or Path(f"evaluacion-{Path(conjunto).name}"),
        datos=datos,
        perfil=perfil or os.environ.get("SCRIBE_PERFIL", "minimo"),
        hilos=hilos or len(os.sched_getaffinity(0)),
        sin_llm=sin_llm,
        rapido=rapido,
        pares=elegidos,
        particion=particion,
        solo=tuple(caso or ()),
        casos=casos,
        casos_pares=casos_pares,
        repeticiones=repeticiones,
        de_nuevo=de_nuevo,
        juez=juez,
    )
    raise typer.Exit(_medir(pedido, visible=not silencioso))


def _exigir_banco() -> None:
    """El banco de pruebas no viaja con la instalación mínima; se dice qué falta antes de empezar."""
    if importlib.util.find_spec("evaluacion") is None:
        raise AjusteInvalido(
            "El banco de pruebas no está instalado.", "Corra la orden desde el repositorio de Scribe."
        )
    faltan = [p for modulo, p in _NECESARIOS.items() if importlib.util.find_spec(modulo) is None]
    if faltan:
        raise AjusteInvalido(f"Faltan bibliotecas para medir: {', '.join(faltan)}.", "Corra «make entorno».")


def _medir(pedido: Pedido, *, visible: bool) -> int:
    from evaluacion.evaluar import evaluar as correr
    from evaluacion.evaluar import preparar

    preparada = preparar(pedido)
    for nombre, motivo in preparada.ausentes.items():
        consola.print(f"[yellow]Par {nombre} no se mide:[/] {motivo}", soft_wrap=True)
    titulo = f"{preparada.conjunto.nombre}: {len(preparada.casos)} casos"
    with barra_de_pasos(titulo, preparada.peso, visible=visible) as avance:
        resultados, archivos = correr(pedido, avance, preparada)
    if visible:
        _resumir(resultados)
        for archivo in archivos:
            consola.print(f"  {archivo.resolve()}", soft_wrap=True)
    fallidos = [f for s in resultados.sistemas for f in s.fallidos if s.sistema.startswith("scribe")]
    for fallo in fallidos[:5]:
        consola.print(f"[red]No terminó {fallo.caso}:[/] {fallo.motivo}", soft_wrap=True)
    return 1 if fallidos else 0


def _resumir(resultados: Resultados) -> None:
    from evaluacion.definiciones import definiciones

    conocidas = definiciones()
    for sistema in resultados.sistemas:
        tabla = Table(
            title=f"{sistema.titulo} · {sistema.tarea} · {len(sistema.casos)} casos", title_justify="left"
        )
        for columna in ("medida", "valor", "IC 95 %", "n"):
            tabla.add_column(columna, justify="left" if columna == "medida" else "right")
        for nombre, cifra in sistema.totales.items():
            definicion = conocidas.get(nombre)
            if definicion is None or not definicion.principal:
                continue
            decir = _decir(definicion.forma)
            tabla.add_row(
                definicion.titulo,
                decir(cifra.valor),
                f"{decir(cifra.bajo)} a {decir(cifra.alto)}",
                str(cifra.n),
            )
        if tabla.row_count:
            consola.print(tabla)


def _decir(forma: str) -> Callable[[float], str]:
    if forma in ("tasa", "cuenta"):
        return lambda valor: f"{100 * valor:.1f} %"
    return lambda valor: f"{valor:.2f}"


def _listar() -> None:
    from evaluacion.conjunto import conjuntos
    from evaluacion.definiciones import definiciones
    from evaluacion.sistema import sistemas

    for conjunto in conjuntos().values():
        origen = "viene con Scribe" if conjunto.propio else conjunto.fuente
        consola.print(f"[bold]{conjunto.nombre}[/]  {conjunto.titulo} ({conjunto.licencia})", soft_wrap=True)
        consola.print(f"    {origen}", soft_wrap=True)
    consola.print("\n[bold]Sistemas[/]")
    for sistema in sistemas().values():
        motivo = sistema.falta()
        estado = "listo" if motivo is None else f"falta: {motivo}"
        consola.print(
            f"  {sistema.nombre}  {', '.join(sistema.tareas)}  [{estado}]", markup=False, soft_wrap=True
        )
    titulos = ", ".join(d.titulo for d in definiciones().values())
    consola.print(f"\n[bold]Medidas[/] (docs/medidas.md las define): {titulos}", soft_wrap=True)


def _comparar(antes: Path, despues: Path) -> int:
    """1 si algo empeoró más allá del ruido, 0 si no. Lanza `ErrorScribe` si no se pueden comparar (2)."""
    from evaluacion.comparacion import comparar, informe_comparacion
    from evaluacion.informe.archivo import leer

    comparacion = comparar(leer(antes), leer(despues))
    typer.echo(informe_comparacion(comparacion))
    return comparacion.salida
