"""Generar un conjunto entero: reanudable, comprobable y sin rehacer lo que no cambió.

La carpeta lleva un `manifiesto.json` con, por caso, la huella de todo lo que decide cómo suena (turnos,
voces, condiciones, sumas de los modelos y versión del sintetizador), la suma del audio y el tiempo de cada
turno. Si la huella y la suma coinciden, el audio se deja como está y solo se reescribe la verdad: corregir
un hecho no obliga a sintetizar de nuevo.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from evaluacion.sintesis import voz
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.consulta import Habla, Montaje, escribir_verdad, montar, semilla_de, sonar
from evaluacion.sintesis.guion import Guion, Voz, leer
from scribe.consulta import HERCIOS, Senal
from scribe.sumas import sha256_de

VERSION = "2"
"""Versión del sintetizador: cambia cuando el mismo guion deja de sonar igual."""

MANIFIESTO = "manifiesto.json"
GUIONES = Path(__file__).with_name("guiones")

Avance = Callable[[str, float], None]
"""Recibe el caso en curso y la fracción hecha de todo el encargo (0 a 1)."""


class Hecha(BaseModel):
    """Una consulta ya sintetizada. `tiempos`: inicio y fin de cada turno, en segundos."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    huella: str
    audio: str
    sha256: str
    duracion_s: float
    tiempos: tuple[tuple[float, float], ...]


class Manifiesto(BaseModel):
    """Lo que hay en una carpeta generada."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sintetizador: str
    casos: dict[str, Hecha]


def publicados(conjuntos: Iterable[str] = ("desarrollo", "prueba")) -> list[Guion]:
    """Los guiones del repositorio de esos lados, por id. Lanza `ValueError` si alguno no es válido."""
    buscados = set(conjuntos)
    return [g for g in map(leer, sorted(GUIONES.glob("*.toml"))) if g.conjunto in buscados]


def huella(guion: Guion, identidad: str | None = None) -> str:
    """sha256 de lo que decide cómo suena un guion; `identidad`, con qué se dice (por omisión, Kokoro)."""
    con = voz.identidad(v.voice for v in guion.voices.values()) if identidad is None else identidad
    partes = guion.model_dump(mode="json", include={"id", "condiciones", "voices", "turns"})
    texto = json.dumps([VERSION, con, partes], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(texto.encode()).hexdigest()


def leer_manifiesto(carpeta: Path) -> Manifiesto:
    """El de la carpeta; vacío si no hay o no se entiende."""
    try:
        return Manifiesto.model_validate_json((carpeta / MANIFIESTO).read_text("utf-8"))
    except (OSError, ValueError):
        return Manifiesto(sintetizador=VERSION, casos={})


def faltan(guiones: Sequence[Guion], carpeta: Path, identidad: str | None = None) -> list[Guion]:
    """Los guiones cuyo audio no está, no es el de su huella o cambió en disco."""
    hechas = leer_manifiesto(carpeta).casos
    return [g for g in guiones if not _vale(hechas.get(g.id), carpeta, huella(g, identidad))]


def generar(
    guiones: Sequence[Guion],
    carpeta: Path,
    avance: Avance | None = None,
    *,
    habla: Callable[[Path], Habla] | None = None,
    identidad: str | None = None,
) -> Manifiesto:
    """Deja en `carpeta` el audio y la verdad de cada guion y devuelve su manifiesto.

    Se puede interrumpir: la siguiente llamada sigue en la frase en que iba. Una sola generación a la vez
    por carpeta. `habla` recibe la carpeta donde guardar frases y da quien las dice (por omisión, Kokoro en
    un hilo, que se carga solo si hace falta); `identidad` lo nombra. Lanza `ModelosFaltan`.
    """
    carpeta.mkdir(parents=True, exist_ok=True)
    with FileLock(carpeta / ".candado"):
        casos = dict(leer_manifiesto(carpeta).casos)
        pendientes = {g.id for g in faltan(guiones, carpeta, identidad)}
        for guion in guiones:
            if guion.id not in pendientes:
                escribir_verdad(guion, casos[guion.id].tiempos, carpeta)
        por_hacer = [g for g in guiones if g.id in pendientes]
        cuenta = _Cuenta(por_hacer, avance)
        frases = carpeta / ".frases"
        with _hablante(habla, frases, vacio=not por_hacer) as quien:
            for guion in por_hacer:
                casos[guion.id] = _hacer(guion, cuenta.oyendo(quien, guion.id), carpeta, identidad)
                _guardar(carpeta, casos)
        shutil.rmtree(frases, ignore_errors=True)
        return _guardar(carpeta, casos)


def _hacer(guion: Guion, quien: Habla, carpeta: Path, identidad: str | None) -> Hecha:
    for viejo in carpeta.glob(f"{guion.id}.*"):
        viejo.unlink()
    montaje: Montaje = montar(guion, quien)
    canales = sonar(montaje, guion.condiciones, semilla_de(guion))
    escribir_verdad(guion, montaje.tiempos, carpeta)
    audio = escribir(canales, carpeta, guion.id, guion.condiciones.codec)
    return Hecha(
        huella=huella(guion, identidad),
        audio=audio.name,
        sha256=sha256_de(audio),
        duracion_s=round(canales.shape[1] / HERCIOS, 2),
        tiempos=montaje.tiempos,
    )


def _vale(hecha: Hecha | None, carpeta: Path, esperada: str) -> bool:
    if hecha is None or hecha.huella != esperada:
        return False
    audio = carpeta / hecha.audio
    return audio.is_file() and sha256_de(audio) == hecha.sha256


def _guardar(carpeta: Path, casos: dict[str, Hecha]) -> Manifiesto:
    manifiesto = Manifiesto(sintetizador=VERSION, casos=dict(sorted(casos.items())))
    temporal = carpeta / f".{MANIFIESTO}"
    temporal.write_text(manifiesto.model_dump_json(indent=1) + "\n", "utf-8")
    temporal.replace(carpeta / MANIFIESTO)
    return manifiesto


@contextmanager
def _hablante(habla: Callable[[Path], Habla] | None, frases: Path, *, vacio: bool) -> Iterator[Habla]:
    """Quien dirá las frases; sin nada que decir, nadie, y no se carga ningún modelo."""
    if vacio:
        yield _Mudo()
    elif habla is not None:
        yield habla(frases)
    else:
        locutor = voz.Locutor(frases)
        try:
            yield locutor
        finally:
            locutor.cerrar()


class _Mudo:
    def decir(self, texto: str, voz: Voz) -> Senal:
        raise AssertionError(f"no había nada que decir: {texto!r} {voz}")


class _Cuenta:
    """Lleva qué parte de las letras ya se dijo: es lo que mejor predice el tiempo que falta."""

    def __init__(self, guiones: Sequence[Guion], avance: Avance | None) -> None:
        self._total = sum(len(t.text) for g in guiones for t in g.turns) or 1
        self._dichas = 0
        self._avance = avance

    def oyendo(self, quien: Habla, caso: str) -> Habla:
        return _Contado(quien, lambda texto: self._suma(texto, caso))

    def _suma(self, texto: str, caso: str) -> None:
        self._dichas += len(texto)
        if self._avance:
            self._avance(caso, self._dichas / self._total)


class _Contado:
    def __init__(self, quien: Habla, al_decir: Callable[[str], None]) -> None:
        self._quien = quien
        self._al_decir = al_decir

    def decir(self, texto: str, voz: Voz) -> Senal:
        senal = self._quien.decir(texto, voz)
        self._al_decir(texto)
        return senal
