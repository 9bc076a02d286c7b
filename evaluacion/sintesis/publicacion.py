"""Lo que se publica del conjunto: sumas y duración de cada audio, y la tabla de docs/consultas_es.md."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from evaluacion.sintesis.generacion import Manifiesto, publicados
from evaluacion.sintesis.guion import Condiciones, Guion

_DATOS = Path(__file__).with_name("datos")
SUMAS = _DATOS / "publicado.json"
PAGINA = Path(__file__).resolve().parents[2] / "docs" / "consultas_es.md"
_MARCAS = (
    "<!-- tabla: generada por python -m evaluacion.sintesis --publicar -->",
    "<!-- fin de la tabla -->",
)


class Publicada(BaseModel):
    """Una consulta tal como se midió: huella de cómo suena, suma del audio y segundos."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    huella: str
    sha256: str
    duracion_s: float


class Mirada(BaseModel):
    """Por qué un caso de prueba dejó de ser ciego: cuándo se leyó lo que Scribe hacía con él y qué cambió."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fecha: str
    que: str


def sumas() -> dict[str, Publicada]:
    """Las publicadas, por id."""
    texto = SUMAS.read_bytes() if SUMAS.exists() else b"{}"
    return TypeAdapter(dict[str, Publicada]).validate_json(texto)


@cache
def miradas() -> dict[str, Mirada]:
    """Los casos de prueba que ya se miraron, por id."""
    texto = files("evaluacion.sintesis").joinpath("datos/miradas.toml").read_text("utf-8")
    return {caso: Mirada.model_validate(m) for caso, m in tomllib.loads(texto).items()}


def distintas(manifiesto: Manifiesto) -> list[str]:
    """Los casos generados con la misma huella que los publicados y otro audio."""
    publicadas = sumas()
    return [
        caso
        for caso, hecha in manifiesto.casos.items()
        if caso in publicadas
        and publicadas[caso].huella == hecha.huella
        and publicadas[caso].sha256 != hecha.sha256
    ]


def publicar(manifiesto: Manifiesto) -> None:
    """Reescribe las sumas y la tabla de la página con los guiones publicados que estén generados."""
    hechas = {g.id: manifiesto.casos[g.id] for g in publicados() if g.id in manifiesto.casos}
    nuevas = {
        caso: Publicada(huella=h.huella, sha256=h.sha256, duracion_s=h.duracion_s)
        for caso, h in hechas.items()
    }
    texto = TypeAdapter(dict[str, Publicada]).dump_json(nuevas, indent=1).decode()
    SUMAS.write_text(texto + "\n", "utf-8")
    PAGINA.write_text(con_tabla(PAGINA.read_text("utf-8")), "utf-8")


def con_tabla(pagina: str) -> str:
    """La página con su tabla puesta al día entre las marcas. Lanza `ValueError` si no las tiene."""
    inicio, fin = _MARCAS
    if inicio not in pagina or fin not in pagina:
        raise ValueError("docs/consultas_es.md perdió las marcas de su tabla")
    patron = re.compile(re.escape(inicio) + ".*?" + re.escape(fin), re.DOTALL)
    return patron.sub(lambda _: f"{inicio}\n{tabla()}\n{fin}", pagina)


def tabla() -> str:
    """La tabla de casos en Markdown, con su total."""
    duraciones = {caso: p.duracion_s for caso, p in sumas().items()}
    guiones = publicados()
    filas = [
        "| caso | motivo | lado | hablan | cómo suena | dura | hechos | trampas | códigos |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_fila(g, duraciones.get(g.id)) for g in guiones),
    ]
    total = sum(duraciones.get(g.id, 0.0) for g in guiones)
    cuentas = [sum(len(getattr(g, campo)) for g in guiones) for campo in ("hechos", "prohibidos", "codigos")]
    numeros = " | ".join(str(n) for n in cuentas)
    filas.append(f"| **{len(guiones)}** | | | | | **{total / 60:.0f} min** | {numeros} |")
    return "\n".join(filas)


def _fila(guion: Guion, segundos: float | None) -> str:
    lado = f"{guion.conjunto}{', mirado' if guion.id in miradas() else ''}"
    dura = "—" if segundos is None else f"{int(segundos) // 60}:{int(segundos) % 60:02d}"
    personas = str(len(guion.voices)) + (" (acompañante)" if "acompanante" in guion.voices else "")
    cuentas = f"{len(guion.hechos)} | {len(guion.prohibidos)} | {len(guion.codigos)}"
    como = describir(guion.condiciones)
    return f"| `{guion.id}` | {guion.titulo} | {lado} | {personas} | {como} | {dura} | {cuentas} |"


def describir(condiciones: Condiciones) -> str:
    """Las condiciones de grabación en una línea."""
    partes: list[str] = [condiciones.codec]
    if condiciones.ruido:
        partes.append(f"{condiciones.ruido} a {condiciones.snr_db:g} dB")
    if condiciones.sala:
        partes.append(f"sala {condiciones.sala:g} s")
    partes += [f"{quien} a {metros:g} m" for quien, metros in condiciones.distancias.items()]
    if condiciones.sucesos:
        partes.append(", ".join(sorted(set(condiciones.sucesos))))
    if condiciones.saturacion_db:
        partes.append(f"saturada {condiciones.saturacion_db:g} dB")
    if condiciones.por_canal:
        partes.append("un canal por persona")
    return "; ".join(partes)
