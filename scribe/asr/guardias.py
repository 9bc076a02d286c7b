"""Contra el texto inventado: qué de lo oído se puede creer.

Whisper escribe aunque nadie hable. Cada pasaje (lo oído en una ventana) pasa por cuatro guardias, en
orden: la ventana entera sin evidencia, las frases de relleno conocidas, los bucles y las palabras sin
voz debajo. Nada se quita en silencio: cada corte sale en un aviso con su minuto. Los umbrales y las
frases son datos (`datos/guardias.toml`, `datos/invenciones.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from scribe.asr.voz import PASO_S, Curva, Intervalo, Umbrales
from scribe.consulta import Aviso, OtraLectura, Palabra
from scribe.lenguaje.texto import llano

_FIN_DE_FRASE = re.compile(r"[.!?…]+[\"»”)]*$")
_NO_LETRA = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Pasaje:
    """Lo que el modelo oyó en una ventana (segundos) y la evidencia que da de ello.

    `log_prob` es el logaritmo medio de la probabilidad de sus fichas; `sin_voz`, la probabilidad que
    Whisper da a que nadie hable; `compresion`, bytes del texto entre bytes comprimidos.
    """

    inicio: float
    fin: float
    palabras: tuple[Palabra, ...]
    log_prob: float = 0.0
    sin_voz: float = 0.0
    compresion: float = 1.0
    lecturas: tuple[OtraLectura, ...] = ()


@dataclass(slots=True)
class Revision:
    """Las palabras que quedan, dónde empieza cada pasaje y lo que se quitó."""

    palabras: list[Palabra] = field(default_factory=list)
    comienzos: list[int] = field(default_factory=list)
    inventado: list[list[Palabra]] = field(default_factory=list)
    bucles: list[list[Palabra]] = field(default_factory=list)

    @property
    def avisos(self) -> tuple[Aviso, ...]:
        """Un aviso por cada clase de corte, con cuánto y cuándo."""
        salida = []
        if self.inventado:
            salida.append(
                _aviso("texto_inventado", "Se descartó texto que el audio no sostiene", self.inventado)
            )
        if self.bucles:
            salida.append(_aviso("bucle", "Se cortaron repeticiones que el reconocedor inventó", self.bucles))
        return tuple(salida)

    def intercalar(self, grupos: Sequence[list[Palabra]]) -> Revision:
        """Con más palabras, cada grupo en su lugar y abriendo su propio pasaje."""
        abren = {id(self.palabras[k]) for k in self.comienzos} | {id(grupo[0]) for grupo in grupos}
        todas = sorted([*self.palabras, *(p for grupo in grupos for p in grupo)], key=lambda p: p.inicio)
        comienzos = [k for k, palabra in enumerate(todas) if id(palabra) in abren]
        return Revision(todas, comienzos, self.inventado, self.bucles)


@lru_cache
def reglas() -> dict[str, Any]:
    """Los umbrales de `datos/guardias.toml`, por sección."""
    return _datos("guardias.toml")


@lru_cache
def indicacion(idioma: str) -> str | None:
    """El texto previo con que se orienta al modelo en ese idioma, si lo hay."""
    texto: str | None = _datos("indicaciones.toml").get(idioma, {}).get("texto")
    return texto


def revisar(pasajes: Iterable[Pasaje], curva: Curva, idioma: str) -> Revision:
    """Pasa las cuatro guardias. `curva` es la voz de la misma señal en que se oyeron los pasajes."""
    revision = Revision()
    for pasaje in pasajes:
        palabras = list(pasaje.palabras)
        if ventana_vacia(pasaje):
            revision.inventado += [palabras] if palabras else []
            continue
        palabras = _sin_relleno(palabras, curva, idioma, revision)
        palabras = _sin_bucles(palabras, pasaje.compresion, revision)
        palabras = _con_voz(palabras, curva, revision)
        if palabras:
            revision.comienzos.append(len(revision.palabras))
            revision.palabras += palabras
    return revision


@lru_cache
def palabras_frecuentes(idioma: str) -> tuple[str, ...]:
    """Palabras de consultorio que conviene reconocer en ese idioma, de la más a la menos frecuente."""
    return tuple(_datos("indicaciones.toml").get(idioma, {}).get("palabras", ()))


def umbrales() -> Umbrales:
    """Cómo se corta la curva de voz en tramos."""
    return Umbrales(**reglas()["voz"])


def hay_voz(curva: Curva) -> bool:
    """La puerta: si hay voz suficiente para transcribir algo."""
    limite = reglas()["puerta"]
    umbral = limite["umbral"]
    tramos = curva.tramos(Umbrales(umbral, umbral, silencio_s=0.1, minimo_s=0.0))
    largos = [fin - inicio for inicio, fin in tramos]
    return bool(sum(largos) >= limite["minimo_s"] and max(largos) >= limite["continuo_s"])


def huecos(palabras: Sequence[Palabra], curva: Curva) -> list[Intervalo]:
    """Tramos con voz clara que ninguna palabra cubre."""
    limite = reglas()["huecos"]
    salida: list[Intervalo] = []
    pegado = limite["pegado_s"]
    cubierto = [(p.inicio - pegado, p.fin + pegado) for p in palabras]
    for inicio, fin in curva.tramos(Umbrales(limite["voz"], limite["voz"] / 2, 0.25, limite["minimo_s"])):
        hasta_aqui = inicio
        for desde, hasta in [c for c in cubierto if c[1] > inicio and c[0] < fin]:
            salida.append((hasta_aqui, desde))
            hasta_aqui = max(hasta_aqui, hasta)
        salida.append((hasta_aqui, fin))
    return [(a, b) for a, b in salida if b - a >= limite["minimo_s"]]


def con_contexto(hueco: Intervalo, curva: Curva) -> Intervalo:
    """El hueco con las frases vecinas: una palabra suelta se oye mucho peor que en su plática."""
    limite = reglas()["huecos"]
    tope = len(curva.valores) * PASO_S
    inicio, fin = hueco[0] - limite["margen_s"], hueco[1] + limite["margen_s"]
    for desde, hasta in curva.tramos(umbrales()):
        if inicio - limite["contexto_s"] <= desde <= inicio:
            inicio = desde - limite["margen_s"]
        if fin <= hasta <= hueco[1] + limite["contexto_s"]:
            fin = hasta + limite["margen_s"]
    return max(0.0, inicio), min(fin, tope)


def creible(palabras: Sequence[Palabra]) -> bool:
    """Si lo que dio una segunda escucha merece quedarse."""
    return bool(_prob(palabras) >= reglas()["huecos"]["prob"])


def ventana_vacia(pasaje: Pasaje) -> bool:
    """Si nada sostiene la ventana: improbable en conjunto y, además, o casi sin palabras, o pocas y dudosas
    una a una, o Whisper mismo cree que nadie habla.
    """
    limite = reglas()["ventana"]
    if not pasaje.palabras:
        return True
    if pasaje.log_prob >= limite["log_prob"]:
        return False
    densidad = len(pasaje.palabras) / max(pasaje.fin - pasaje.inicio, 1.0)
    improbable = _prob(pasaje.palabras) < limite["prob"] and densidad < limite["palabras_s"]
    return bool(improbable or densidad < limite["casi_nada_s"] or pasaje.sin_voz > limite["sin_voz"])


def dudosa(pasaje: Pasaje) -> bool:
    """Si conviene volver a oír la ventana: texto que se repite o que el propio modelo no cree."""
    return bool(pasaje.compresion > reglas()["bucle"]["compresion"] or pasaje.log_prob < -1.0)


def comienzos_de_frase(palabras: Sequence[Palabra], pasajes: Iterable[int]) -> tuple[int, ...]:
    """Índices de palabra donde empieza una frase: tras punto o pregunta, o al abrir una ventana.

    Una ventana que abre a media frase (sin punto antes ni pausa de medio segundo) no cuenta.
    """
    abre = set(pasajes)
    salida = []
    for k, palabra in enumerate(palabras):
        anterior = palabras[k - 1] if k else None
        if (
            anterior is None
            or _FIN_DE_FRASE.search(anterior.texto)
            or (palabra.texto.startswith(("¿", "¡")) and not anterior.texto.endswith(","))
            or (k in abre and palabra.inicio - anterior.fin >= 0.5)
        ):
            salida.append(k)
    return tuple(salida)


# --- Relleno ------------------------------------------------------------------------------------


def _sin_relleno(palabras: list[Palabra], curva: Curva, idioma: str, revision: Revision) -> list[Palabra]:
    limite = reglas()["relleno"]
    quedan: list[Palabra] = []
    for frase in _frases(palabras):
        voz = curva.fraccion(frase[0].inicio, frase[-1].fin, limite["umbral_voz"])
        prob, texto = _prob(frase), _llana(frase)
        ajena = _ajenas(idioma)(texto) and (prob < limite["prob_ajena"] or voz < limite["voz_ajena"])
        corriente = prob < limite["prob_corriente"] and voz < limite["voz_corriente"]
        if ajena or (corriente and _corrientes(idioma)(texto)):
            revision.inventado.append(frase)
        else:
            quedan += frase
    return quedan


@lru_cache
def _ajenas(idioma: str) -> Callable[[str], bool]:
    return _reconocedor(_datos("invenciones.toml").get(idioma, {}).get("ajenas", []))


@lru_cache
def _corrientes(idioma: str) -> Callable[[str], bool]:
    datos = _datos("invenciones.toml").get(idioma, {})
    propias = [re.escape(_llanas(f)) for f in re.split(r"[.?!]+", indicacion(idioma) or "") if f.strip()]
    return _reconocedor(datos.get("corrientes", []) + (propias if datos.get("repetida") else []))


def _reconocedor(expresiones: list[str]) -> Callable[[str], bool]:
    patron = re.compile("|".join(f"(?:{e})" for e in expresiones) or r"(?!)")
    return lambda texto: patron.fullmatch(texto) is not None


def _frases(palabras: Sequence[Palabra]) -> Iterable[list[Palabra]]:
    frase: list[Palabra] = []
    for palabra in palabras:
        frase.append(palabra)
        if _FIN_DE_FRASE.search(palabra.texto):
            yield frase
            frase = []
    if frase:
        yield frase


# --- Bucles -------------------------------------------------------------------------------------


def _sin_bucles(palabras: list[Palabra], compresion: float, revision: Revision) -> list[Palabra]:
    """Deja `conservar` copias de lo que se repite demasiado o a velocidad imposible."""
    limite = reglas()["bucle"]
    textos = [_llanas(p.texto) for p in palabras]
    quedan: list[Palabra] = []
    k = 0
    while k < len(palabras):
        largo, veces = _repeticion(textos, k)
        if largo and _es_bucle(palabras[k : k + largo * veces], largo, veces, compresion):
            hasta = k + largo * min(veces, limite["conservar"])
            quedan += palabras[k:hasta]
            k += largo * veces
            revision.bucles.append(palabras[hasta:k])
        else:
            quedan.append(palabras[k])
            k += 1
    return quedan


def _repeticion(textos: list[str], k: int) -> tuple[int, int]:
    """El n-grama que más texto cubre repitiéndose desde `k`: (palabras, veces), o (0, 0)."""
    mejor = (0, 0)
    for largo in range(1, min(12, (len(textos) - k) // 2) + 1):
        muestra, veces = textos[k : k + largo], 1
        while textos[k + veces * largo : k + (veces + 1) * largo] == muestra:
            veces += 1
        if veces > 1 and largo * veces > mejor[0] * mejor[1]:
            mejor = (largo, veces)
    return mejor


def _es_bucle(tramo: Sequence[Palabra], largo: int, veces: int, compresion: float) -> bool:
    limite = reglas()["bucle"]
    clase = str(min(largo, 3))
    if veces >= limite["repeticiones"][clase]:
        return True
    velocidad = len(tramo) / max(tramo[-1].fin - tramo[0].inicio, 0.1)
    sospecha = velocidad > limite["palabras_s"] or compresion > limite["compresion"]
    return bool(sospecha and veces >= limite["apretadas"][clase])


# --- Palabras sin voz ---------------------------------------------------------------------------


def _con_voz(palabras: list[Palabra], curva: Curva, revision: Revision) -> list[Palabra]:
    limite = reglas()["fuera"]
    quedan: list[Palabra] = []
    fuera: list[Palabra] = []
    for palabra in palabras:
        margen = limite["margen_s"]
        if curva.maximo(palabra.inicio - margen, palabra.fin + margen) >= limite["umbral"]:
            quedan.append(palabra)
        else:
            fuera.append(palabra)
    if fuera:
        revision.inventado.append(fuera)
    return quedan


# --- Comunes ------------------------------------------------------------------------------------


def _prob(palabras: Sequence[Palabra]) -> float:
    return sum(p.prob for p in palabras) / len(palabras) if palabras else 0.0


def _llana(frase: Sequence[Palabra]) -> str:
    return _llanas(" ".join(p.texto for p in frase))


def _llanas(texto: str) -> str:
    return _NO_LETRA.sub(" ", llano(texto)).strip()


def _aviso(tipo: str, texto: str, cortes: list[list[Palabra]]) -> Aviso:
    total = sum(len(corte) for corte in cortes)
    lugares = ", ".join(f"{reloj(corte[0].inicio)} «{_muestra(corte)}»" for corte in cortes[:8])
    mas = f" y {len(cortes) - 8} lugares más" if len(cortes) > 8 else ""
    plural = "palabra" if total == 1 else "palabras"
    return Aviso(tipo=tipo, texto=f"{texto} ({total} {plural}): {lugares}{mas}.")


def _muestra(corte: Sequence[Palabra]) -> str:
    texto = " ".join(p.texto for p in corte[:12])
    return f"{texto} …" if len(corte) > 12 else texto


def reloj(segundos: float) -> str:
    """Minuto y segundo, como se leen en un reproductor: 75.2 → 1:15."""
    minutos, resto = divmod(int(segundos), 60)
    return f"{minutos}:{resto:02d}"


def _datos(nombre: str) -> dict[str, Any]:
    return tomllib.loads(files("scribe.asr").joinpath("datos", nombre).read_text("utf-8"))
