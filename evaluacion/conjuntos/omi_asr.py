"""Referencias e hipótesis guardadas de medical-STT-eval (Omi Health): la prueba del propio banco.

No corre nada: mide transcripciones que otros hicieron y publicaron. Con su protocolo, nuestro WER tiene que
dar sus cifras; con el nuestro, su orden se compara.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from evaluacion.alineacion import alinear
from evaluacion.caso import Caso, Dicho, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.lexico import Lexico, farmacos, palabras_de, terminos
from evaluacion.metricas.terminos import exhaustividad
from evaluacion.metricas.transcripcion import Errores, wer_de_palabras
from evaluacion.normalizador import normalizar, normalizar_ingles
from evaluacion.resultados import Cuadro, ResultadoSistema
from evaluacion.salida import Salida
from scribe.consulta import Transcripcion, Turno

_FORMAS = (("data/cleaned_transcripts", "results/transcripts"), ("referencias", "hipotesis"))
_REFERENCIA = "_pure_text"
_HIPOTESIS = re.compile(r"_conversation_transcript$|_transcript$|_transcription$")
_RAPIDO = 5
_NO_PALABRA = re.compile(r"[^\w\s]")
_COLUMNAS = (
    "sistema",
    "archivos",
    "WER, Whisper tal cual",
    "WER, su protocolo",
    "publicado",
    "diferencia (puntos)",
    "lugar",
    "lugar publicado",
    "términos y fármacos perdidos",
    "M-WER publicado",
    "fármacos perdidos",
    "Drug M-WER publicado",
)


@dataclass(frozen=True, slots=True)
class Comparacion:
    """Un sistema frente a lo publicado, en porcentaje. `publicado` es `None` si no se conoce."""

    sistema: str
    archivos: int
    wer_whisper: float
    wer_suyo: float
    terminos: float
    farmacos: float
    publicado: Mapping[str, Any] | None

    @property
    def diferencia(self) -> float | None:
        """Puntos porcentuales entre nuestro WER con su protocolo y el publicado."""
        return self.wer_suyo - float(self.publicado["wer"]) if self.publicado else None


class OmiAsr(Conjunto):
    """PriMock57 transcrito por cuatro sistemas, sin audio."""

    nombre: ClassVar[str] = "omi_asr"
    titulo: ClassVar[str] = "Omi medical-STT-eval"
    tarea: ClassVar[Tarea] = "asr"
    fuente: ClassVar[str] = "https://github.com/Omi-Health/medical-STT-eval. Omi Health, 2025"
    licencia: ClassVar[str] = "MIT; las referencias, de PriMock57, CC BY 4.0"

    def reconoce(self, carpeta: Path) -> bool:
        """Si están sus referencias y sus hipótesis, en la forma publicada o en la recortada."""
        return archivos.hallar(carpeta, _es, 1) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Una consulta por caso; sin las dos que el banco publicado excluye."""
        referencias, _ = self._lugares(carpeta)
        nombres = {a.stem.removesuffix(_REFERENCIA): a for a in sorted(referencias.glob("*.txt"))}
        usadas = [n for n in nombres if n not in datos()["excluidos"]]
        elegidas = archivos.submuestra(usadas, _RAPIDO) if rapido else usadas
        casos = [
            Caso(
                id=nombre,
                idioma="en",
                dichos=(Dicho(hablante="conversacion", texto=archivos.leer_texto(nombres[nombre]).strip()),),
            )
            for nombre in elegidas
        ]
        return archivos.sin_repetir(casos, self)

    def guardadas(self, carpeta: Path | None) -> dict[str, dict[str, Salida]]:
        """Las hipótesis por sistema: los que tienen cifras publicadas aquí o, si no hay ninguno, todos."""
        _, hipotesis = self._lugares(carpeta)
        hallados = archivos.carpetas(hipotesis)
        conocidos = [c for c in hallados if c.name in datos()["publicado"]]
        salidas = {c.name: _salidas(c) for c in conocidos or hallados}
        if not any(salidas.values()):
            raise ConjuntoInvalido(f"{hipotesis} no trae ninguna transcripción.", archivos.publicado(self))
        return salidas

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """El WER de cada sistema frente al publicado, con su protocolo y con el nuestro."""
        del sistemas
        guardadas = self.guardadas(carpeta)
        filas = [comparar(nombre, casos, salidas) for nombre, salidas in guardadas.items()]
        return [cuadro([f for f in filas if f.archivos])]

    def _lugares(self, carpeta: Path | None) -> tuple[Path, Path]:
        forma = "data/cleaned_transcripts y results/transcripts, o referencias e hipotesis"
        raiz = archivos.buscar(carpeta, self, _es, forma, 1)
        return next((raiz / r, raiz / h) for r, h in _FORMAS if (raiz / r).is_dir() and (raiz / h).is_dir())


CONJUNTOS = (OmiAsr(),)


@cache
def datos() -> dict[str, Any]:
    """Lo publicado y su protocolo, tal como están en `datos/omi_asr.toml`."""
    return tomllib.loads(files("evaluacion").joinpath("datos/omi_asr.toml").read_text("utf-8"))


def su_protocolo(texto: str) -> list[str]:
    """Palabras según el protocolo publicado.

    Normalizador inglés de Whisper con «oh» como interjección, equivalencias palabra por palabra y, al
    final, fuera todo signo (también el punto decimal: «37.8» queda «378»).
    """
    iguales = datos()["equivalencias"]
    limpio = " ".join(iguales.get(p, p) for p in normalizar_ingles(texto, oh_es_cero=False).split())
    return _NO_PALABRA.sub("", limpio).split()


def comparar(sistema: str, casos: Sequence[Caso], salidas: Mapping[str, Salida]) -> Comparacion:
    """Mide un sistema con los dos protocolos. El suyo promedia el WER de cada archivo; el nuestro suma."""
    pares = [(c.dicho, salidas[c.id].texto or "") for c in casos if c.id in salidas]
    suyos = [wer_de_palabras(su_protocolo(d), su_protocolo(e)).tasa for d, e in pares]
    whisper = _sumar(pares, lambda t: normalizar(t, "en").split())
    return Comparacion(
        sistema=sistema,
        archivos=len(pares),
        wer_whisper=100 * whisper.tasa,
        wer_suyo=100 * sum(suyos) / len(suyos) if suyos else 0.0,
        terminos=_perdidos(pares, (terminos("en"), farmacos("en"))),
        farmacos=_perdidos(pares, (farmacos("en"),)),
        publicado=datos()["publicado"].get(sistema),
    )


def cuadro(filas: Sequence[Comparacion]) -> Cuadro:
    """La tabla frente a lo publicado, con la diferencia mayor y si el orden es el mismo."""
    completas = [f for f in filas if f.publicado and f.archivos == datos()["archivos"]]
    nuestro = _lugares({f.sistema: f.wer_suyo for f in filas})
    de_whisper = _lugares({f.sistema: f.wer_whisper for f in completas})
    suyo = _lugares({f.sistema: float(f.publicado["wer"]) for f in filas if f.publicado})
    cifras = {f"wer_{f.sistema}": f.wer_suyo for f in filas}
    if completas:
        mayor = max(abs(f.diferencia or 0.0) for f in completas)
        publicados = _lugares({f.sistema: float(f.publicado["wer"]) for f in completas if f.publicado})
        iguales = _lugares({f.sistema: f.wer_suyo for f in completas}) == publicados
        cifras |= {
            "diferencia_maxima": mayor,
            "mismo_orden": float(iguales),
            "mismo_orden_whisper": float(de_whisper == publicados),
            "dentro_de_tolerancia": float(mayor <= datos()["tolerancia"]),
        }
    return Cuadro(
        titulo="Frente a lo publicado",
        explicacion=_explicar(cifras),
        columnas=_COLUMNAS,
        filas=tuple(_fila(f, nuestro, suyo) for f in sorted(filas, key=lambda f: f.wer_suyo)),
        cifras=cifras,
    )


def _explicar(cifras: Mapping[str, float]) -> str:
    base = (
        f"Cifras de {datos()['cita']}, al {datos()['fecha']}: {datos()['archivos']} archivos y WER promediado"
        " por archivo. Nuestro WER, con el normalizador de Whisper tal cual, suma todos los archivos y lee"
        " «oh» como cero. Términos y fármacos perdidos usan nuestra lista, no la suya: no se espera la misma"
        " cifra."
    )
    if "diferencia_maxima" not in cifras:
        return f"{base} Con menos archivos que los publicados no se compara."
    dentro = "dentro" if cifras["dentro_de_tolerancia"] else "FUERA"
    orden = "el mismo orden" if cifras["mismo_orden"] else "OTRO orden"
    return (
        f"{base} Diferencia mayor: {cifras['diferencia_maxima']:.3f} puntos, {dentro} de la tolerancia de"
        f" {datos()['tolerancia']}; {orden}."
    )


def _fila(fila: Comparacion, nuestro: Mapping[str, int], suyo: Mapping[str, int]) -> tuple[str, ...]:
    publicado = fila.publicado or {}
    return (
        str(publicado.get("titulo", fila.sistema)),
        str(fila.archivos),
        f"{fila.wer_whisper:.2f} %",
        f"{fila.wer_suyo:.2f} %",
        _por_ciento(publicado.get("wer")),
        f"{fila.diferencia:+.3f}" if fila.diferencia is not None else "—",
        str(nuestro[fila.sistema]),
        str(suyo.get(fila.sistema, "—")),
        f"{fila.terminos:.2f} %",
        _por_ciento(publicado.get("m_wer")),
        f"{fila.farmacos:.2f} %",
        _por_ciento(publicado.get("farmacos")),
    )


def _por_ciento(valor: float | None) -> str:
    return "—" if valor is None else f"{valor:.2f} %"


def _lugares(valores: Mapping[str, float]) -> dict[str, int]:
    return {nombre: lugar for lugar, nombre in enumerate(sorted(valores, key=lambda n: valores[n]), 1)}


def _sumar(pares: Sequence[tuple[str, str]], limpiar: Callable[[str], list[str]]) -> Errores:
    total = Errores(0, 0)
    for dicho, escrito in pares:
        total += wer_de_palabras(limpiar(dicho), limpiar(escrito))
    return total


def _perdidos(pares: Sequence[tuple[str, str]], lexicos: Sequence[Lexico]) -> float:
    """Porcentaje de ocurrencias dichas de los léxicos que no se escribieron."""
    buenas = total = 0
    for dicho, escrito in pares:
        alineacion = alinear(palabras_de(dicho, "en"), palabras_de(escrito, "en"))
        for lexico in lexicos:
            hallazgo = exhaustividad(alineacion, lexico)
            buenas += hallazgo.buenas
            total += hallazgo.total
    return 100 * (total - buenas) / total if total else 0.0


def _es(carpeta: Path) -> bool:
    return any((carpeta / r).is_dir() and (carpeta / h).is_dir() for r, h in _FORMAS)


def _salidas(carpeta: Path) -> dict[str, Salida]:
    salidas = {}
    for archivo in sorted(carpeta.glob("*.txt")):
        nombre = _HIPOTESIS.sub("", archivo.stem)
        if nombre in datos()["excluidos"]:
            continue
        texto = archivo.read_text("utf-8", errors="replace").strip()
        turno = Turno(id=1, hablante="H1", inicio=0.0, fin=0.0, texto=texto)
        salidas[nombre] = Salida(caso=nombre, transcripcion=Transcripcion(idioma="en", turnos=(turno,)))
    return salidas
