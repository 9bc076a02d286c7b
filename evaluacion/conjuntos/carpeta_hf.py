"""Cualquier carpeta de audio con su transcripción, como las de Hugging Face o Common Voice.

Tres formas: `metadata.csv` o `metadata.jsonl` (AudioFolder: `file_name` y la transcripción), los tsv de
Common Voice (`path` y `sentence`, con los audios en `clips/`), y pares `x.wav` + `x.txt`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from evaluacion.caso import Caso, Dicho, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.resultados import Cuadro, ResultadoSistema

METADATOS = ("metadata.csv", "metadata.jsonl")
ARCHIVO = ("file_name", "audio_file", "audio", "path")
TRANSCRIPCION = ("transcription", "text", "sentence", "transcript", "transcripcion", "texto")
IDIOMA = ("language", "locale", "lang", "idioma")
TSV = ("test", "dev", "validated", "train", "other")
PARTICIONES = {
    "train": "entrenamiento",
    "dev": "desarrollo",
    "valid": "desarrollo",
    "validation": "desarrollo",
    "test": "prueba",
}
_ETIQUETAS = ("accents", "accent", "gender", "age", "variant", "dialect", "noise", "ruido")
_SIN_TEXTO = ("", "undefined", "not provided", "nan")
_NO_ES_TRANSCRIPCION = {"readme", "license", "licence", "licencia", "notice", "leeme", "citation"}
_FORMA = (
    "metadata.csv o metadata.jsonl con file_name y transcription, test.tsv de Common Voice con clips,"
    " o pares de audio y txt (los parquet hay que exportarlos antes a audio suelto)"
)
_RAPIDO = 10
_HABLANTE = "voz"


@dataclass(frozen=True, slots=True)
class _Renglon:
    """Un audio con su transcripción, sin comprobar. `lugar`: dónde se leyó, para los errores."""

    audio: Path
    texto: str
    particion: str
    lugar: str
    idioma: str = "es"
    etiquetas: Mapping[str, str] | None = None


class CarpetaHF(Conjunto):
    """Audio y transcripción: solo reconocimiento. El idioma, el de los metadatos; si no lo dicen, español."""

    nombre: ClassVar[str] = "carpeta_hf"
    titulo: ClassVar[str] = "Carpeta de audio y transcripción"
    tarea: ClassVar[Tarea] = "asr"
    fuente: ClassVar[str] = (
        "https://huggingface.co/docs/datasets/audio_load (forma AudioFolder; la carpeta la da usted)"
    )
    licencia: ClassVar[str] = "la de cada carpeta"

    def reconoce(self, carpeta: Path) -> bool:
        """Si hay metadatos con archivo y transcripción, tsv de Common Voice, o pares de audio y txt."""
        return bool(_metadatos(carpeta)) or _es_common_voice(carpeta) or bool(_pares(carpeta))

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Un caso por audio, por nombre; con `rapido`, diez.

        De Common Voice se lee `test.tsv`; si falta, el primero de dev, validated, train y other.
        """
        raiz = archivos.buscar(carpeta, self, self.reconoce, _FORMA, 0)
        if metadatos := _metadatos(raiz):
            renglones = [r for m in metadatos for r in self._de_metadatos(m)]
            self._sin_renglon(raiz, metadatos, renglones)
        elif _es_common_voice(raiz):
            renglones = self._de_common_voice(raiz)
        else:
            renglones = self._de_pares(raiz)
        renglones.sort(key=lambda r: r.audio)
        self._revisar(renglones)
        elegidos = archivos.submuestra(renglones, _RAPIDO) if rapido else renglones
        return archivos.sin_repetir([_caso(r, raiz) for r in elegidos], self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuántos audios se leyeron de cada partición."""
        del carpeta, sistemas
        return [archivos.cuadro_leido(casos, {}, "Audios con su transcripción, por partición.")]

    def _revisar(self, renglones: Sequence[_Renglon]) -> None:
        if faltan := [str(r.audio) for r in renglones if not r.audio.is_file()]:
            raise ConjuntoInvalido(
                f"{renglones[0].lugar} nombra audios que no están: {archivos.enumerar(faltan)}.",
                "Complete la carpeta o quite sus renglones.",
            )
        if vacios := [r.audio.name for r in renglones if r.texto.strip().lower() in _SIN_TEXTO]:
            raise ConjuntoInvalido(
                f"Hay transcripciones vacías: {archivos.enumerar(vacios)}.",
                "Complételas o quite esos audios; para audio sin habla está el conjunto sin_habla.",
            )

    def _de_metadatos(self, archivo: Path) -> list[_Renglon]:
        """Los renglones de un AudioFolder; las rutas son relativas a sus metadatos."""
        filas = _filas_json(archivo) if archivo.suffix == ".jsonl" else archivos.leer_tabla(archivo, ())
        audio, texto = _columna(filas[0], ARCHIVO), _columna(filas[0], TRANSCRIPCION)
        if audio is None or texto is None:
            raise ConjuntoInvalido(
                f"A {archivo} le falta la columna del audio (file_name) o del texto (transcription).",
                "Añádala o cámbiele el nombre.",
            )
        return [_renglon(f, archivo, archivo.parent, audio, texto) for f in filas]

    def _sin_renglon(self, raiz: Path, metadatos: Sequence[Path], renglones: Sequence[_Renglon]) -> None:
        """Como `datasets`: un audio sin renglón en los metadatos es un error, no un olvido callado."""
        nombrados = {r.audio.resolve() for r in renglones}
        carpetas = {m.parent for m in metadatos}
        hay = {a for c in carpetas for a in archivos.grabaciones(c, "**/*")}
        sobran = sorted(str(a.relative_to(raiz)) for a in hay if a.resolve() not in nombrados)
        archivos.exigir_pares("En los metadatos falta el renglón de", sobran, self)

    def _de_common_voice(self, raiz: Path) -> list[_Renglon]:
        archivo = next(a for n in TSV if (a := raiz / f"{n}.tsv").is_file())
        filas = archivos.leer_tabla(archivo, ("path", "sentence"), "\t")
        return [_renglon(f, archivo, raiz / "clips", "path", "sentence") for f in filas]

    def _de_pares(self, raiz: Path) -> list[_Renglon]:
        audios = {a.with_suffix(""): a for a in archivos.grabaciones(raiz, "**/*")}
        textos = {t.with_suffix(""): t for t in _textos(raiz)}
        if len(audios) < len(archivos.grabaciones(raiz, "**/*")):
            raise ConjuntoInvalido("Hay dos audios con el mismo nombre y distinta extensión.", "Deje uno.")
        archivos.exigir_pares(
            "Falta la transcripción (.txt) de", (a.name for a in set(audios) - set(textos)), self
        )
        archivos.exigir_pares("Falta el audio de", (t.name + ".txt" for t in set(textos) - set(audios)), self)
        return [
            _Renglon(a, archivos.leer_texto(textos[n]), _particion(a.parent.name), str(textos[n]))
            for n, a in audios.items()
        ]


def _metadatos(carpeta: Path) -> list[Path]:
    """Los metadatos de la carpeta o, si no tiene, los de sus particiones."""
    propios = [carpeta / n for n in METADATOS if _con_columnas(carpeta / n)]
    if propios:
        return propios[:1]
    return [h / n for h in archivos.carpetas(carpeta) for n in METADATOS if _con_columnas(h / n)]


def _con_columnas(archivo: Path) -> bool:
    """Si nombra el audio; que falte la transcripción se dice al leer."""
    if not archivo.is_file():
        return False
    if archivo.suffix == ".csv":
        return bool({*ARCHIVO} & {*archivos.encabezado(archivo)})
    with archivo.open(encoding="utf-8-sig", errors="replace") as lectura:
        primera = lectura.readline()
    return any(f'"{columna}"' in primera for columna in ARCHIVO)


def _es_common_voice(carpeta: Path) -> bool:
    propios = (carpeta / f"{n}.tsv" for n in TSV)
    return (carpeta / "clips").is_dir() and any(
        {"path", "sentence"} <= {*archivos.encabezado(p, "\t")} for p in propios
    )


def _pares(carpeta: Path) -> set[Path]:
    """Nombres con audio y txt; ninguno si hay RTTM, que son otra cosa."""
    if any(carpeta.glob("**/*.rttm")):
        return set()
    return {a.with_suffix("") for a in archivos.grabaciones(carpeta, "**/*")} & {
        t.with_suffix("") for t in _textos(carpeta)
    }


def _textos(carpeta: Path) -> list[Path]:
    return [
        t
        for t in sorted(carpeta.glob("**/*.txt"))
        if archivos.visible(t) and t.stem.lower() not in _NO_ES_TRANSCRIPCION
    ]


def _filas_json(archivo: Path) -> list[dict[str, str]]:
    filas = []
    for numero, linea in enumerate(archivos.leer_texto(archivo).split("\n"), 1):
        if linea.strip():
            try:
                fila: Any = json.loads(linea)
            except json.JSONDecodeError:
                fila = None
            if not isinstance(fila, dict):
                raise ConjuntoInvalido(
                    f"{archivo}, línea {numero}: no es un objeto JSON.", "Corrija esa línea."
                )
            filas.append({str(k): "" if v is None else str(v) for k, v in fila.items()})
    return filas


def _renglon(fila: Mapping[str, str], archivo: Path, base: Path, audio: str, texto: str) -> _Renglon:
    idioma = next((fila[c] for c in IDIOMA if fila.get(c)), "es")
    parte = (
        archivo.stem
        if archivo.suffix == ".tsv"
        else (fila.get("split") or _primera(fila.get(audio, ""), archivo))
    )
    return _Renglon(
        audio=base / fila.get(audio, ""),
        texto=fila.get(texto, ""),
        particion=_particion(parte),
        lugar=str(archivo),
        idioma=idioma.replace("_", "-").lower(),
        etiquetas={c: fila[c] for c in _ETIQUETAS if fila.get(c)},
    )


def _primera(ruta: str, archivo: Path) -> str:
    """La carpeta de la partición: la primera de la ruta del audio, o la de los metadatos."""
    partes = Path(ruta).parts
    return partes[0] if len(partes) > 1 else archivo.parent.name


def _particion(nombre: str) -> str:
    return PARTICIONES.get(nombre.lower(), "prueba")


def _columna(fila: Mapping[str, str], nombres: Sequence[str]) -> str | None:
    return next((n for n in nombres if n in fila), None)


def _caso(renglon: _Renglon, raiz: Path) -> Caso:
    segundos = archivos.duracion(renglon.audio)
    texto = " ".join(renglon.texto.split())
    return Caso(
        id=renglon.audio.relative_to(raiz).with_suffix("").as_posix(),
        idioma=renglon.idioma,
        particion=renglon.particion,
        audio=renglon.audio,
        duracion_s=segundos,
        dichos=(Dicho(hablante=_HABLANTE, texto=texto, inicio=0.0, fin=segundos),),
        etiquetas={"particion": renglon.particion, **(renglon.etiquetas or {})},
    )


CONJUNTOS = (CarpetaHF(),)
