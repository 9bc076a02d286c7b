"""Cualquier carpeta de audio con RTTM de NIST: AMI (Carletta 2007), VoxConverse (Chung et al. 2020)…

Los RTTM van junto a los audios o en otra carpeta de dentro; si hay UEM, dicen qué parte se mide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from meeteval.io.rttm import RTTMLine  # type: ignore[import-untyped]
from meeteval.io.uem import UEMLine  # type: ignore[import-untyped]

from evaluacion.caso import Caso, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.resultados import Cuadro, ResultadoSistema
from scribe.consulta import Tramo

PARTICIONES = {
    "train": "entrenamiento",
    "dev": "desarrollo",
    "development": "desarrollo",
    "test": "prueba",
    "eval": "prueba",
}
MEZCLA = "mix-headset"
"""De las grabaciones de AMI, la que se usa para diarizar con un solo canal."""
SIN_IDIOMA = "und"
_RAPIDO = 3
_TOLERANCIA_S = 1.0
_TIEMPOS = ("begin_time", "duration", "end_time")


class CarpetaRTTM(Conjunto):
    """Audio y quién habló cuándo. Ni texto ni roles."""

    nombre: ClassVar[str] = "carpeta_rttm"
    titulo: ClassVar[str] = "Carpeta de audio y RTTM"
    tarea: ClassVar[Tarea] = "diarizacion"
    fuente: ClassVar[str] = (
        "VoxConverse: https://github.com/joonson/voxconverse; AMI: https://groups.inf.ed.ac.uk/ami y"
        " https://github.com/BUTSpeechFIT/AMI-diarization-setup (la carpeta la da usted)"
    )
    licencia: ClassVar[str] = "la de cada carpeta (VoxConverse y AMI, CC BY 4.0)"

    def reconoce(self, carpeta: Path) -> bool:
        """Si hay RTTM y audio, y no es otro conjunto que también trae RTTM (consultas con `.ref.json`)."""
        return (
            any(carpeta.glob("**/*.rttm"))
            and bool(archivos.grabaciones(carpeta, "**/*"))
            and not any(carpeta.glob("**/*.ref.json"))
        )

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Un caso por grabación, por nombre; con `rapido`, tres.

        Si de una partición no hay ningún audio, se toma por no descargada y no entra.
        """
        raiz = archivos.buscar(carpeta, self, self.reconoce, "audios y RTTM con el mismo nombre", 0)
        tramos, particion = self._rttm(raiz)
        audios = self._audios(raiz, tramos)
        for parte in sorted(set(particion.values())):
            propios = {n for n, p in particion.items() if p == parte}
            if propios & set(audios):
                archivos.exigir_pares("Falta el audio de", propios - set(audios), self)
        uem = self._uem(raiz)
        nombres = sorted(audios)
        elegidos = archivos.submuestra(nombres, _RAPIDO) if rapido else nombres
        casos = [self._caso(n, audios[n], tramos[n], uem.get(n, ()), particion[n]) for n in elegidos]
        return archivos.sin_repetir(casos, self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuántas grabaciones se leyeron de cada partición y cuántas con UEM."""
        del carpeta, sistemas
        con = sum(bool(c.uem) for c in casos)
        return [
            archivos.cuadro_leido(
                casos, {}, f"Grabaciones con RTTM; {con} con UEM, que limita lo que se mide."
            )
        ]

    def _rttm(self, raiz: Path) -> tuple[dict[str, list[Tramo]], dict[str, str]]:
        """Los tramos y la partición de cada grabación, por su nombre en el RTTM."""
        tramos: dict[str, list[Tramo]] = {}
        particion: dict[str, str] = {}
        origen: dict[str, Path] = {}
        for archivo in sorted(a for a in raiz.glob("**/*.rttm") if archivos.visible(a)):
            for campos in _lineas(archivo, RTTMLine):
                if campos.type != "SPEAKER":
                    continue
                nombre = campos.filename
                if origen.setdefault(nombre, archivo) != archivo:
                    raise ConjuntoInvalido(
                        f"Hay dos RTTM de {nombre}: {origen[nombre]} y {archivo}.",
                        "Deje el que quiera medir (en AMI, only_words o word_and_vocalsounds).",
                    )
                inicio, largo = float(campos.begin_time), float(campos.duration)
                if largo > 0:
                    tramo = Tramo(hablante=campos.speaker_id, inicio=inicio, fin=inicio + largo)
                    tramos.setdefault(nombre, []).append(tramo)
                particion[nombre] = _particion(archivo.relative_to(raiz))
        if not tramos:
            raise ConjuntoInvalido(
                f"Los RTTM de {raiz} no traen ningún renglón SPEAKER.", archivos.publicado(self)
            )
        return tramos, {n: particion[n] for n in tramos}

    def _audios(self, raiz: Path, nombres: Iterable[str]) -> dict[str, Path]:
        """El audio de cada nombre; los que no son de ninguno son un error."""
        conocidos = set(nombres)
        candidatos: dict[str, list[Path]] = {}
        ajenos = []
        for audio in archivos.grabaciones(raiz, "**/*"):
            nombre = audio.stem if audio.stem in conocidos else audio.stem.split(".")[0]
            if nombre in conocidos:
                candidatos.setdefault(nombre, []).append(audio)
            else:
                ajenos.append(str(audio.relative_to(raiz)))
        archivos.exigir_pares("Falta el RTTM de", ajenos, self)
        if not candidatos:
            raise ConjuntoInvalido("Ningún audio lleva el nombre de los RTTM.", archivos.publicado(self))
        return {n: self._elegir(n, lista) for n, lista in candidatos.items()}

    def _elegir(self, nombre: str, audios: list[Path]) -> Path:
        exactos = [a for a in audios if a.stem == nombre]
        mezclas = [a for a in audios if a.stem.lower().endswith(MEZCLA)]
        elegidos = exactos or mezclas or audios
        if len(elegidos) > 1:
            raise ConjuntoInvalido(
                f"Hay {len(elegidos)} audios para {nombre}: {archivos.enumerar([a.name for a in elegidos])}.",
                "Deje uno.",
            )
        return elegidos[0]

    def _uem(self, raiz: Path) -> dict[str, tuple[tuple[float, float], ...]]:
        salida: dict[str, tuple[tuple[float, float], ...]] = {}
        for archivo in sorted(a for a in raiz.glob("**/*.uem") if archivos.visible(a)):
            for campos in _lineas(archivo, UEMLine):
                zona = (float(campos.begin_time), float(campos.end_time))
                salida[campos.filename] = (*salida.get(campos.filename, ()), zona)
        return salida

    def _caso(
        self,
        nombre: str,
        audio: Path,
        tramos: list[Tramo],
        uem: tuple[tuple[float, float], ...],
        particion: str,
    ) -> Caso:
        segundos, ultimo = archivos.duracion(audio), max(t.fin for t in tramos)
        if segundos is not None and ultimo > segundos + _TOLERANCIA_S:
            raise ConjuntoInvalido(
                f"El RTTM de {nombre} llega a {ultimo:.0f} s y {audio.name} dura {segundos:.0f} s.",
                "Revise que sean de la misma grabación y que el audio esté completo.",
            )
        return Caso(
            id=nombre,
            idioma=SIN_IDIOMA,
            particion=particion,
            audio=audio,
            duracion_s=segundos,
            tramos=tuple(sorted(tramos, key=lambda t: (t.inicio, t.hablante))),
            uem=tuple(sorted(uem)),
            etiquetas={"particion": particion, "hablantes": str(len({t.hablante for t in tramos}))},
        )


def _lineas(archivo: Path, clase: Any) -> Iterator[Any]:
    """Los renglones de un RTTM o UEM, leídos por meeteval; sin vacíos ni comentarios («;»)."""
    for numero, linea in enumerate(archivos.leer_texto(archivo, ("cp1252",)).splitlines(), 1):
        if not linea.strip() or linea.lstrip().startswith(";"):
            continue
        try:
            campos = clase.parse(linea)
            tiempos = [float(v) for n, v in vars(campos).items() if n in _TIEMPOS]
        except (AssertionError, ArithmeticError, ValueError):
            campos, tiempos = None, []
        if campos is None or not all(math.isfinite(t) and t >= 0 for t in tiempos):
            raise ConjuntoInvalido(
                f"{archivo}, línea {numero}: no es un renglón de {archivo.suffix[1:].upper()}.",
                "Corríjalo o cópielo otra vez de donde se publica.",
            )
        yield campos


def _particion(relativa: Path) -> str:
    """La que nombra la última carpeta de la ruta, o el archivo (`debug.development.rttm`)."""
    nombres = [*reversed(relativa.parts[:-1]), *relativa.name.split(".")]
    return next((PARTICIONES[n.lower()] for n in nombres if n.lower() in PARTICIONES), "prueba")


CONJUNTOS = (CarpetaRTTM(),)
