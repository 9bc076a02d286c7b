"""Entrevistas simuladas (OSCE) en inglés, sobre todo respiratorias (Fareez et al., Scientific Data 2022)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from evaluacion.caso import Caso, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.conjuntos.dialogo import leer_dialogo
from evaluacion.resultados import Cuadro, ResultadoSistema

ESPECIALIDADES = {
    "RES": "respiratorio",
    "MSK": "musculoesquelético",
    "GAS": "gastrointestinal",
    "CAR": "cardiovascular",
    "DER": "dermatológico",
}
PUBLICADAS = 272
_AUDIOS, _TEXTOS = {"audiorecordings", "audio"}, {"cleantranscripts", "cleantext"}
_NOMBRE = re.compile(r"^[A-Z]{3}\d{4}$")
_MARCA = re.compile(r"^\W*([DPdp])\s*:\s*")
_ROLES = {"d": "medico", "p": "paciente"}
_RAPIDO = 3
_OTRAS = ("cp1252",)
"""Varias transcripciones se escribieron en Windows; solo si no son UTF-8."""


def _carpeta(raiz: Path, nombres: set[str]) -> Path | None:
    """La de dentro que se llama así, sin contar espacios, guiones ni mayúsculas."""
    hijas = archivos.carpetas(raiz)
    return next((h for h in hijas if re.sub(r"[\W_]", "", h.name.lower()) in nombres), None)


def _es(raiz: Path) -> bool:
    textos = _carpeta(raiz, _TEXTOS)
    return textos is not None and any(_NOMBRE.match(a.stem.upper()) for a in textos.glob("*.txt"))


class Fareez(Conjunto):
    """Del audio a lo dicho por cada quien. No trae tiempos ni nota."""

    nombre: ClassVar[str] = "fareez"
    titulo: ClassVar[str] = "Fareez 2022"
    tarea: ClassVar[Tarea] = "habla"
    partes: ClassVar[tuple[Tarea, ...]] = ("asr",)
    fuente: ClassVar[str] = (
        "https://doi.org/10.1038/s41597-022-01423-1 (figshare 16550013, Data.zip, 1 GB). Fareez et al.,"
        " A dataset of simulated patient-physician medical interviews, Scientific Data 9:313, 2022"
    )
    licencia: ClassVar[str] = "CC BY 4.0"

    def reconoce(self, carpeta: Path) -> bool:
        """Si ella o una de dentro tiene «Clean Transcripts» con `RES0001.txt`…"""
        return archivos.hallar(carpeta, _es) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Una entrevista por caso, por nombre; con `rapido`, tres.

        Cada transcripción necesita su audio y al revés; se puede dar solo una parte del conjunto.
        """
        raiz = archivos.buscar(
            carpeta, self, _es, "«Clean Transcripts» con RES0001.txt… y «Audio Recordings»"
        )
        textos = self._textos(raiz)
        audios = self._audios(raiz)
        archivos.exigir_pares("Falta el audio de", set(textos) - set(audios), self)
        archivos.exigir_pares("Falta la transcripción de", set(audios) - set(textos), self)
        nombres = archivos.submuestra(sorted(textos), _RAPIDO) if rapido else sorted(textos)
        return archivos.sin_repetir([self._caso(n, audios[n], textos[n]) for n in nombres], self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuántas entrevistas se leyeron."""
        del carpeta, sistemas
        return [
            archivos.cuadro_leido(casos, {"prueba": PUBLICADAS}, "Entrevistas con audio y transcripción.")
        ]

    def _textos(self, raiz: Path) -> dict[str, Path]:
        carpeta = _carpeta(raiz, _TEXTOS)
        hallados = carpeta.glob("*.txt") if carpeta else ()
        return {a.stem.upper(): a for a in hallados if _NOMBRE.match(a.stem.upper())}

    def _audios(self, raiz: Path) -> dict[str, Path]:
        carpeta = _carpeta(raiz, _AUDIOS)
        hallados = archivos.grabaciones(carpeta) if carpeta else []
        if not hallados:
            raise ConjuntoInvalido(
                f"Faltan los audios en {raiz / 'Audio Recordings'} (mp3 con el nombre de su transcripción).",
                archivos.publicado(self),
            )
        return {a.stem.upper(): a for a in hallados if _NOMBRE.match(a.stem.upper())}

    def _caso(self, nombre: str, audio: Path, texto: Path) -> Caso:
        dichos = leer_dialogo(archivos.leer_texto(texto, _OTRAS), _MARCA, _ROLES)
        if not dichos:
            raise ConjuntoInvalido(f"{texto} no trae turnos «D:» y «P:».", archivos.publicado(self))
        return Caso(
            id=nombre,
            idioma="en",
            audio=audio,
            duracion_s=archivos.duracion(audio),
            dichos=dichos,
            con_roles=True,
            etiquetas={
                "especialidad": ESPECIALIDADES.get(nombre[:3], nombre[:3]),
                "hablantes": str(len({d.hablante for d in dichos})),
            },
        )


CONJUNTOS = (Fareez(),)
