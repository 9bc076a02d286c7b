"""Leer y comprobar lo que comparten los importadores: textos, tablas, audio y submuestras.

Todo lo que falta se dice en una línea (`ConjuntoInvalido`): qué, dónde y cómo remediarlo. Del audio solo
se mira la cabecera.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

import av

from evaluacion.caso import Caso
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.resultados import Cuadro

# fmt: off
SONIDO = frozenset({
    ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".webm", ".wma", ".amr",
    ".aif", ".aiff", ".sph", ".3gp",
})
# fmt: on
"""Extensiones que se toman por grabaciones; lo que de verdad sean lo dice su cabecera."""

_PUNTERO_LFS = b"version https://git-lfs"
_CAMPO_MAXIMO = 16 * 1024 * 1024
_MICROSEGUNDOS = 1_000_000
_T = TypeVar("_T")


def buscar(
    carpeta: Path | None, conjunto: Conjunto, es: Callable[[Path], bool], forma: str, niveles: int = 2
) -> Path:
    """La carpeta, o una de las de dentro (hasta `niveles`), que tiene la forma del conjunto.

    `forma` dice en una frase qué se espera encontrar. Lanza `ConjuntoInvalido` si no se dio carpeta, no
    existe o ninguna tiene esa forma.
    """
    if carpeta is None:
        raise ConjuntoInvalido(
            f"{conjunto.titulo}: falta decir en qué carpeta está ({forma}).", publicado(conjunto)
        )
    if not carpeta.is_dir():
        raise ConjuntoInvalido(f"No existe la carpeta {carpeta}.", publicado(conjunto))
    hallada = hallar(carpeta, es, niveles)
    if hallada is None:
        raise ConjuntoInvalido(
            f"{carpeta} no tiene la forma de {conjunto.titulo}: se espera {forma}.", publicado(conjunto)
        )
    return hallada


def hallar(carpeta: Path, es: Callable[[Path], bool], niveles: int = 2) -> Path | None:
    """La primera carpeta, de fuera adentro y por orden alfabético, que cumple; `None` si ninguna."""
    capa = [carpeta]
    for _ in range(niveles + 1):
        for lugar in capa:
            if es(lugar):
                return lugar
        capa = [h for lugar in capa for h in carpetas(lugar)]
    return None


def carpetas(lugar: Path) -> list[Path]:
    """Las carpetas visibles de dentro, por nombre; ninguna si no es carpeta o no se puede leer."""
    try:
        return sorted(h for h in lugar.iterdir() if visible(h) and h.is_dir())
    except OSError:
        return []


def visible(archivo: Path) -> bool:
    """Si no es de los que dejan los sistemas (`.git`, `._x`, `__MACOSX`)."""
    return not archivo.name.startswith((".", "__MACOSX"))


def publicado(conjunto: Conjunto) -> str:
    """Dónde se publica, como remedio de un error."""
    return f"Se publica en {conjunto.fuente}"


def leer_texto(archivo: Path, otras: Sequence[str] = ()) -> str:
    """El texto, en UTF-8 (con o sin BOM) o en la primera de `otras` que lo admita; no toca los saltos.

    Lanza `ConjuntoInvalido` si no se puede leer, está vacío o no está en ninguna de esas codificaciones.
    """
    try:
        bruto = archivo.read_bytes()
    except OSError as causa:
        raise ConjuntoInvalido(
            f"No se pudo leer {archivo} ({causa.strerror}).", "Cópielo otra vez."
        ) from None
    if not bruto.strip(b"\x00\xef\xbb\xbf\xff\xfe \r\n\t"):
        raise ConjuntoInvalido(f"{archivo} está vacío.", "Cópielo otra vez de donde se publica.")
    utf16 = ("utf-16",) if bruto[:2] in (b"\xff\xfe", b"\xfe\xff") else ()
    for codificacion in (*utf16, "utf-8-sig", *otras):
        try:
            return bruto.decode(codificacion)
        except UnicodeDecodeError:
            continue
    raise ConjuntoInvalido(f"{archivo} no está en UTF-8.", "Conviértalo a UTF-8 o cópielo otra vez.")


def leer_tabla(archivo: Path, columnas: Iterable[str], separador: str = ",") -> list[dict[str, str]]:
    """Los renglones de un csv o tsv con encabezado; las celdas pueden traer saltos de línea entre comillas.

    Lanza `ConjuntoInvalido` si falta una de `columnas`, si un renglón tiene celdas de más o de menos (un
    csv partido por sus saltos) o si no hay ninguno.
    """
    previo = csv.field_size_limit(_CAMPO_MAXIMO)
    comillas: Literal[0, 3] = csv.QUOTE_NONE if separador == "\t" else csv.QUOTE_MINIMAL
    try:
        lector = csv.DictReader(
            io.StringIO(leer_texto(archivo), newline=""), delimiter=separador, quoting=comillas, strict=True
        )
        nombres = lector.fieldnames or []
        if faltan := [c for c in columnas if c not in nombres]:
            raise ConjuntoInvalido(
                f"A {archivo} le falta la columna {enumerar(faltan)}.",
                "Cópielo otra vez de donde se publica.",
            )
        filas = []
        for fila in lector:
            if None in fila or None in fila.values():
                raise ConjuntoInvalido(
                    f"{archivo}, línea {lector.line_num}: el renglón no tiene {len(nombres)} celdas.",
                    "Cópielo otra vez sin abrirlo en una hoja de cálculo.",
                )
            filas.append({str(k): str(v) for k, v in fila.items()})
    except csv.Error as causa:
        raise ConjuntoInvalido(f"{archivo} no es un csv completo ({causa}).", "Cópielo otra vez.") from None
    finally:
        csv.field_size_limit(previo)
    if not filas:
        raise ConjuntoInvalido(f"{archivo} no trae ningún renglón.", "Cópielo otra vez.")
    return filas


def encabezado(archivo: Path, separador: str = ",") -> list[str]:
    """Los nombres de columna de un csv; vacío si no se puede leer. Para `reconoce`, que nunca falla."""
    try:
        with archivo.open(encoding="utf-8-sig", newline="") as lectura:
            return next(csv.reader([lectura.readline()], delimiter=separador), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def duracion(archivo: Path) -> float | None:
    """Segundos que declara la cabecera del audio; `None` si no los declara. No decodifica nada.

    Lanza `ConjuntoInvalido` si no es audio, está vacío o es un puntero de Git LFS sin descargar.
    """
    try:
        with archivo.open("rb") as lectura:
            if lectura.read(len(_PUNTERO_LFS)) == _PUNTERO_LFS:
                raise ConjuntoInvalido(
                    f"{archivo} es un puntero de Git LFS, no el audio.", "Bájelo con: git lfs pull"
                )
        with av.open(str(archivo), mode="r", metadata_errors="ignore") as contenedor:
            pista = contenedor.streams.best("audio")
            if pista is None:
                raise ConjuntoInvalido(f"{archivo} no trae sonido.", "Cópielo otra vez.")
            if pista.duration is not None and pista.time_base is not None:
                return float(pista.duration * pista.time_base)
            return contenedor.duration / _MICROSEGUNDOS if contenedor.duration else None
    except OSError as causa:
        raise ConjuntoInvalido(
            f"No se pudo abrir {archivo} ({causa.strerror}).", "Cópielo otra vez."
        ) from None
    except (av.error.FFmpegError, ValueError):
        raise ConjuntoInvalido(f"{archivo} no es un audio que se pueda leer.", "Cópielo otra vez.") from None


def grabaciones(carpeta: Path, patron: str = "*") -> list[Path]:
    """Los archivos de sonido de una carpeta, por nombre; con «**/*», también los de dentro."""
    hallados = (a for a in carpeta.glob(patron) if a.suffix.lower() in SONIDO and visible(a))
    return sorted(a for a in hallados if a.is_file())


def exigir_pares(que: str, faltan: Iterable[str], conjunto: Conjunto) -> None:
    """Lanza `ConjuntoInvalido` si hay nombres sin su pareja. `que`: «Falta la nota de»."""
    if nombres := sorted(faltan):
        raise ConjuntoInvalido(
            f"{que} {enumerar(nombres)}.", f"Complete la carpeta o quite lo que sobra. {publicado(conjunto)}"
        )


def sin_repetir(casos: list[Caso], conjunto: Conjunto) -> list[Caso]:
    """Los mismos casos; lanza `ConjuntoInvalido` si dos llevan el mismo id o no hay ninguno."""
    if repetidos := [i for i, n in Counter(c.id for c in casos).items() if n > 1]:
        raise ConjuntoInvalido(f"Hay casos repetidos: {enumerar(repetidos)}.", "Deje uno de cada uno.")
    if not casos:
        raise ConjuntoInvalido(f"{conjunto.titulo}: la carpeta no trae ningún caso.", publicado(conjunto))
    return casos


def submuestra(lista: Sequence[_T], cuantos: int) -> list[_T]:
    """`cuantos` elementos repartidos por toda la lista, siempre los mismos."""
    if len(lista) <= cuantos:
        return list(lista)
    return [lista[i * len(lista) // cuantos] for i in range(cuantos)]


def enumerar(nombres: Sequence[str], hasta: int = 3) -> str:
    """«a, b, c y 12 más»."""
    sobran = len(nombres) - hasta
    return ", ".join(nombres[:hasta]) + (f" y {sobran} más" if sobran > 0 else "")


def cuadro_leido(casos: Sequence[Caso], publicados: dict[str, int], explicacion: str) -> Cuadro:
    """Casos leídos por partición junto a los publicados, para ver de un vistazo si falta algo."""
    leidos = Counter(c.particion for c in casos)
    nombres = [*publicados, *sorted(set(leidos) - set(publicados))]
    return Cuadro(
        titulo="Casos leídos",
        explicacion=explicacion,
        columnas=("partición", "leídos", "publicados"),
        filas=tuple((n, str(leidos[n]), str(publicados.get(n, "—"))) for n in nombres),
        cifras={f"leidos_{n}": float(leidos[n]) for n in nombres},
    )
