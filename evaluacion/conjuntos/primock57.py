"""PriMock57: 57 consultas simuladas de atención primaria en inglés (Papadopoulos Korfiatis et al., ACL 2022).

Cada persona se grabó en su propio archivo. Aquí se mezclan en uno, mono: con una pista por persona, decir
quién habla no tendría mérito, y en un consultorio hay un solo micrófono.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from evaluacion.caso import Caso, Dicho, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.conjuntos.mezcla import mezclar
from evaluacion.resultados import Cuadro, ResultadoSistema
from scribe.ajustes import Ajustes
from scribe.consulta import Tramo

ROLES = {"doctor": "medico", "patient": "paciente"}
PUBLICADAS = 57
_RAPIDO = 3
_TRANSCRIPCION = re.compile(r"^(day\d+_consultation\d+)_(doctor|patient)$")
_MARCA = re.compile(r"<[^<>]*>")
"""`<UNIN/>`, `<INAUDIBLE_SPEECH/>` y `<UNSURE>…</UNSURE>`: se quita la marca y queda lo que se oyó."""


def _es(carpeta: Path) -> bool:
    return any((carpeta / "transcripts").glob("day*_consultation*.TextGrid"))


class PriMock57(Conjunto):
    """Con audio: de la grabación mezclada al borrador, contra la nota que escribió el médico."""

    nombre: ClassVar[str] = "primock57"
    titulo: ClassVar[str] = "PriMock57"
    tarea: ClassVar[Tarea] = "consulta"
    partes: ClassVar[tuple[Tarea, ...]] = ("habla", "asr", "diarizacion", "nota")
    fuente: ClassVar[str] = (
        "https://github.com/babylonhealth/primock57 (el audio, con Git LFS)."
        " Papadopoulos Korfiatis et al., PriMock57, ACL 2022"
    )
    licencia: ClassVar[str] = "CC BY 4.0"
    con_audio: ClassVar[bool] = True

    def reconoce(self, carpeta: Path) -> bool:
        """Si hay `transcripts/*.TextGrid` y algún audio en `audio/`."""
        raiz = archivos.hallar(carpeta, _es)
        return raiz is not None and bool(archivos.grabaciones(raiz / "audio")) == self.con_audio

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Una consulta por caso, en orden. Las que no tienen ninguno de sus dos audios no entran.

        La primera vez mezcla los audios (unos 2 s por consulta) en la carpeta de caché de Scribe.
        """
        raiz = archivos.buscar(carpeta, self, _es, "transcripts con los TextGrid, notes y audio")
        consultas = self._consultas(raiz)
        if self.con_audio:
            consultas = self._con_audio(raiz, consultas)
        elegidas = archivos.submuestra(consultas, _RAPIDO) if rapido else consultas
        return archivos.sin_repetir([self._caso(raiz, c) for c in elegidas], self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuántas consultas se leyeron."""
        del carpeta, sistemas
        medido = (
            "El audio es la mezcla mono de las dos pistas."
            if self.con_audio
            else "Sin audio: se mide la nota a partir de la transcripción hecha por personas."
        )
        return [archivos.cuadro_leido(casos, {"prueba": PUBLICADAS}, medido)]

    def _consultas(self, raiz: Path) -> list[str]:
        por_rol: dict[str, set[str]] = {rol: set() for rol in ROLES}
        for archivo in sorted((raiz / "transcripts").glob("*.TextGrid")):
            partes = _TRANSCRIPCION.match(archivo.stem)
            if partes is None:
                raise ConjuntoInvalido(f"Nombre inesperado: {archivo}.", archivos.publicado(self))
            por_rol[partes[2]].add(partes[1])
        doctor, paciente = por_rol["doctor"], por_rol["patient"]
        archivos.exigir_pares("Falta la transcripción del paciente de", doctor - paciente, self)
        archivos.exigir_pares("Falta la transcripción del médico de", paciente - doctor, self)
        sin_nota = {c for c in doctor if not (raiz / "notes" / f"{c}.json").is_file()}
        archivos.exigir_pares("Falta la nota (notes) de", sin_nota, self)
        return sorted(doctor)

    def _con_audio(self, raiz: Path, consultas: list[str]) -> list[str]:
        hay = {c: [_pista(raiz, c, rol).is_file() for rol in ROLES] for c in consultas}
        if not any(any(h) for h in hay.values()):
            raise ConjuntoInvalido(
                f"Faltan los audios en {raiz / 'audio'} (dos wav por consulta).",
                "Bájelos con git lfs pull de https://github.com/babylonhealth/primock57, o mida solo el texto"
                " con primock57_texto.",
            )
        archivos.exigir_pares(
            "Falta uno de los dos audios de", (c for c, h in hay.items() if sum(h) == 1), self
        )
        return [c for c, h in hay.items() if all(h)]

    def _caso(self, raiz: Path, consulta: str) -> Caso:
        tramos: list[Tramo] = []
        dichos: list[Dicho] = []
        for rol, hablante in ROLES.items():
            for inicio, fin, texto in _intervalos(raiz / "transcripts" / f"{consulta}_{rol}.TextGrid"):
                tramos.append(Tramo(hablante=hablante, inicio=inicio, fin=fin))
                if limpio := " ".join(_MARCA.sub(" ", texto).split()):
                    dichos.append(Dicho(hablante=hablante, texto=limpio, inicio=inicio, fin=fin))
        if not dichos:
            raise ConjuntoInvalido(
                f"Las transcripciones de {consulta} están vacías.", archivos.publicado(self)
            )
        audio = self._audio(raiz, consulta)
        return Caso(
            id=consulta,
            idioma="en",
            audio=audio,
            duracion_s=archivos.duracion(audio) if audio else max(t.fin for t in tramos),
            dichos=tuple(sorted(dichos, key=lambda d: (d.inicio, d.hablante))),
            tramos=tuple(sorted(tramos, key=lambda t: (t.inicio, t.hablante))),
            con_roles=True,
            nota=self._nota(raiz / "notes" / f"{consulta}.json"),
            etiquetas={"dia": consulta.partition("_")[0].removeprefix("day"), "hablantes": "2"},
        )

    def _audio(self, raiz: Path, consulta: str) -> Path | None:
        if not self.con_audio:
            return None
        pistas = [_pista(raiz, consulta, rol) for rol in ROLES]
        for pista in pistas:
            archivos.duracion(pista)  # antes de mezclar: avisa de los punteros de Git LFS
        return mezclar(pistas, Ajustes().cache / "evaluacion" / "primock57", consulta)

    def _nota(self, archivo: Path) -> str:
        try:
            datos: Any = json.loads(archivos.leer_texto(archivo))
        except json.JSONDecodeError as causa:
            raise ConjuntoInvalido(f"{archivo} no es JSON ({causa.msg}).", archivos.publicado(self)) from None
        nota = datos.get("note") if isinstance(datos, dict) else None
        if not isinstance(nota, str) or not nota.strip():
            raise ConjuntoInvalido(f"{archivo} no trae la nota («note»).", archivos.publicado(self))
        return nota.strip()


class PriMock57Texto(PriMock57):
    """Sin audio: de la transcripción hecha por personas a la nota."""

    nombre: ClassVar[str] = "primock57_texto"
    titulo: ClassVar[str] = "PriMock57, solo texto"
    tarea: ClassVar[Tarea] = "nota"
    partes: ClassVar[tuple[Tarea, ...]] = ()
    con_audio: ClassVar[bool] = False


def _pista(raiz: Path, consulta: str, rol: str) -> Path:
    return raiz / "audio" / f"{consulta}_{rol}.wav"


def _intervalos(archivo: Path) -> list[tuple[float, float, str]]:
    """(inicio, fin, texto) de los intervalos con texto de un TextGrid de Praat, con praatio."""
    from praatio import textgrid  # type: ignore[import-untyped]
    from praatio.utilities.errors import PraatioException  # type: ignore[import-untyped]

    try:
        malla = textgrid.openTextgrid(str(archivo), includeEmptyIntervals=False, reportingMode="silence")
        return [(i.start, i.end, i.label) for n in malla.tierNames for i in malla.getTier(n).entries]
    except (PraatioException, ValueError, IndexError, OSError):
        raise ConjuntoInvalido(
            f"{archivo} no es un TextGrid que se pueda leer.", "Cópielo otra vez."
        ) from None


CONJUNTOS = (PriMock57(), PriMock57Texto())
