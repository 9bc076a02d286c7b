"""CodiEsp v4: casos clínicos en español con códigos CIE-10-ES (Miranda-Escalada et al., CLEF eHealth 2020).

D son los diagnósticos del documento, P los procedimientos y X cada código con el tramo que lo sustenta.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from evaluacion.caso import Caso, MencionEsperada, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.conjuntos.contra_publicado import cuadro_publicado
from evaluacion.resultados import Cuadro, ResultadoSistema

PARTICIONES = {"train": "entrenamiento", "dev": "desarrollo", "test": "prueba"}
_PUBLICADOS = {"entrenamiento": 500, "desarrollo": 250, "prueba": 250}
_RAPIDO = 8
_COLUMNAS_D, _COLUMNAS_X = 2, 5
_TRAMOS_MALOS = 0.05
"""El corpus trae unos pocos tramos corridos un carácter (6 de 13 658); más de esto es un texto alterado."""


@dataclass(slots=True)
class _Anotado:
    """Lo anotado de un documento."""

    d: list[str] = field(default_factory=list)
    p: list[str] = field(default_factory=list)
    diagnosticos: list[MencionEsperada] = field(default_factory=list)
    procedimientos: list[MencionEsperada] = field(default_factory=list)


def _tiene(carpeta: Path, parte: str) -> bool:
    return (carpeta / parte / f"{parte}D.tsv").is_file() and (carpeta / parte / "text_files").is_dir()


def _es(carpeta: Path) -> bool:
    return any(_tiene(carpeta, parte) for parte in PARTICIONES)


class CodiEsp(Conjunto):
    """Desarrollo y prueba. El entrenamiento no entra: de él sale la capa de sinónimos del buscador."""

    nombre: ClassVar[str] = "codiesp"
    titulo: ClassVar[str] = "CodiEsp"
    tarea: ClassVar[Tarea] = "codigos"
    propios: ClassVar[tuple[str, ...]] = ("scribe", "scribe-sin-codiesp")
    fuente: ClassVar[str] = (
        "https://zenodo.org/records/3837305 (codiesp.zip). Miranda-Escalada et al., Overview of automatic"
        " clinical coding: CodiEsp track of CLEF eHealth 2020, CEUR-WS 2696, paper 263"
    )
    licencia: ClassVar[str] = "CC BY 4.0"
    forma: ClassVar[str] = "dev o test con su text_files y sus tsv (devD, devP y devX)"
    partes_leidas: ClassVar[tuple[str, ...]] = ("dev", "test")

    def reconoce(self, carpeta: Path) -> bool:
        """Si ella o una de dentro tiene `dev/devD.tsv` o `test/testD.tsv` junto a `text_files`."""
        return archivos.hallar(carpeta, self._sirve) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los casos por partición y nombre; con `rapido`, 8 de cada partición.

        Admite la carpeta del zip (`final_dataset_v4_to_publish`) o la que la contiene.
        """
        raiz = archivos.buscar(carpeta, self, self._sirve, self.forma)
        casos: list[Caso] = []
        for parte in self.partes_leidas:
            if _tiene(raiz, parte):
                propios = self._particion(raiz / parte, parte)
                casos += archivos.submuestra(propios, _RAPIDO) if rapido else propios
        return archivos.sin_repetir(casos, self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Lo leído contra lo publicado y, por sistema, las cifras junto a las mejores publicadas."""
        del carpeta
        publicados = {PARTICIONES[p]: _PUBLICADOS[PARTICIONES[p]] for p in self.partes_leidas}
        leido = archivos.cuadro_leido(
            casos, publicados, "La partición de entrenamiento se lee aparte, como codiesp_entrenamiento."
        )
        return [leido, *cuadro_publicado("codiesp", casos, sistemas)]

    def _sirve(self, carpeta: Path) -> bool:
        return any(_tiene(carpeta, parte) for parte in self.partes_leidas)

    def _particion(self, carpeta: Path, parte: str) -> list[Caso]:
        textos = {a.stem: a for a in (carpeta / "text_files").glob("*.txt") if archivos.visible(a)}
        anotado = self._anotado(carpeta, parte)
        archivos.exigir_pares(
            f"En {carpeta / 'text_files'} falta el texto de", set(anotado) - set(textos), self
        )
        casos = [self._caso(textos[n], anotado.get(n, _Anotado()), parte) for n in sorted(textos)]
        self._revisar_tramos(casos, carpeta / f"{parte}X.tsv")
        return casos

    def _caso(self, archivo: Path, anotado: _Anotado, parte: str) -> Caso:
        return Caso(
            id=archivo.stem,
            idioma="es",
            particion=PARTICIONES[parte],
            texto=archivos.leer_texto(archivo),
            codigos_documento=tuple(dict.fromkeys(anotado.d)),
            menciones=tuple(anotado.diagnosticos),
            procedimientos=tuple(anotado.procedimientos)
            or tuple(MencionEsperada(codigo=c, texto="") for c in anotado.p),
            etiquetas={"particion": PARTICIONES[parte], "vista": "sí" if parte == "train" else "no"},
        )

    def _anotado(self, carpeta: Path, parte: str) -> dict[str, _Anotado]:
        salida: dict[str, _Anotado] = {}
        for letra in ("D", "P"):
            for documento, codigo in self._filas(carpeta / f"{parte}{letra}.tsv", _COLUMNAS_D):
                hallado = salida.setdefault(documento, _Anotado())
                (hallado.d if letra == "D" else hallado.p).append(codigo.upper())
        equis = carpeta / f"{parte}X.tsv"
        for documento, clase, codigo, texto, lugar in self._filas(equis, _COLUMNAS_X):
            mencion = MencionEsperada(codigo=codigo.upper(), texto=texto, tramos=_tramos(lugar, equis))
            hallado = salida.setdefault(documento, _Anotado())
            if clase not in ("DIAGNOSTICO", "PROCEDIMIENTO"):
                raise ConjuntoInvalido(f"{equis}: clase desconocida «{clase}».", archivos.publicado(self))
            (hallado.diagnosticos if clase == "DIAGNOSTICO" else hallado.procedimientos).append(mencion)
        return salida

    def _filas(self, archivo: Path, columnas: int) -> Iterable[list[str]]:
        if not archivo.is_file():
            raise ConjuntoInvalido(f"Falta {archivo}.", archivos.publicado(self))
        for numero, linea in enumerate(archivos.leer_texto(archivo).split("\n"), 1):
            if not linea.strip():
                continue
            celdas = [c.strip() for c in linea.split("\t")]
            if len(celdas) != columnas or not all(celdas):
                raise ConjuntoInvalido(
                    f"{archivo}, línea {numero}: se esperaban {columnas} celdas separadas por tabulador.",
                    archivos.publicado(self),
                )
            yield celdas

    def _revisar_tramos(self, casos: Sequence[Caso], archivo: Path) -> None:
        """Que los tramos caigan donde dicen: si el texto se tocó, X mediría otra cosa."""
        todas = [(c.texto or "", m) for c in casos for m in (*c.menciones, *c.procedimientos) if m.tramos]
        malas = sum(" ".join(t[i:f] for i, f in m.tramos).split() != m.texto.split() for t, m in todas)
        if malas > 1 + _TRAMOS_MALOS * len(todas):
            raise ConjuntoInvalido(
                f"{malas} de {len(todas)} tramos de {archivo} no caen donde dicen: los textos cambiaron"
                " (¿saltos de línea?).",
                f"Descomprima otra vez el zip sin convertir nada. {archivos.publicado(self)}",
            )


class CodiEspEntrenamiento(CodiEsp):
    """El entrenamiento, vista por el buscador: sirve para ver el techo, no para comparar."""

    nombre: ClassVar[str] = "codiesp_entrenamiento"
    titulo: ClassVar[str] = "CodiEsp, entrenamiento (vista)"
    forma: ClassVar[str] = "train con su text_files y sus tsv (trainD, trainP y trainX)"
    partes_leidas: ClassVar[tuple[str, ...]] = ("train",)

    def reconoce(self, carpeta: Path) -> bool:
        """Solo si no hay ni desarrollo ni prueba: con ellas, lo que se mide son ellas."""
        raiz = archivos.hallar(carpeta, _es)
        return raiz is not None and not any(_tiene(raiz, parte) for parte in ("dev", "test"))


def _tramos(lugar: str, archivo: Path) -> tuple[tuple[int, int], ...]:
    """«307 316;348 361» → ((307, 316), (348, 361))."""
    try:
        return tuple((int(i), int(f)) for i, f in (p.split() for p in lugar.split(";")))
    except ValueError:
        raise ConjuntoInvalido(f"{archivo}: tramo ilegible «{lugar}».", "Cópielo otra vez.") from None


CONJUNTOS = (CodiEsp(), CodiEspEntrenamiento())
