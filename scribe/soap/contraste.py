"""Respuestas que corrigen un detalle de la pregunta y no niegan el fondo: «¿la rodilla derecha?» «No, la izquierda».

El «no» es solo del lado, del momento, de la cantidad o de qué se operó; lo preguntado está.
"""  # noqa: E501

from __future__ import annotations

import re
from dataclasses import dataclass

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.dialogo import Intercambio
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula, minuscula
from scribe.soap.persona import en_tercera
from scribe.soap.preguntado import encabezado
from scribe.soap.reglas import Tema
from scribe.soap.respuestas import Lectura, Pregunta
from scribe.soap.rotulos import con_dicho, enlistar

_P = patrones("scribe.soap", "corregido.es")
_LADO = _P["contraste.lado"]
_SERIES = tuple(_P[f"contraste.{n}"] for n in ("color", "orden", "cuanto"))
_LARGA = 8


@dataclass(slots=True)
class Contraste:
    """Lo corregido, como enunciado, y los trozos de la respuesta que gastó."""

    propuesta: Propuesta
    usados: list[Trozo]


@dataclass(frozen=True, slots=True)
class _Corregido:
    """El tramo con que se corrige, tal como se dijo, y los trozos donde está."""

    dicho: str
    trozos: list[Trozo]

    @property
    def primera(self) -> str:
        """Su primera cláusula, en llano: la que decide qué se corrige."""
        return re.split(r"[,.;]", llano(self.dicho), maxsplit=1)[0].strip()


def _tramo(respuesta: list[Trozo]) -> _Corregido | None:
    """Lo que sigue al «no» con que abre la respuesta."""
    primero = respuesta[0]
    if _P["contraste.solo_no"].match(primero.plano):
        if len(respuesta) < 2:
            return None
        return _Corregido(respuesta[1].dicho.strip(" ¿¡,.;"), respuesta[:2])
    dicho = primero.dicho
    m = _P["contraste.lado_no"].match(llano(dicho)) or _P["contraste.abre"].match(llano(dicho))
    return _Corregido(dicho[m.start("que") :].strip(" ¿¡,.;"), [primero]) if m else None


def contrastar(intercambio: Intercambio, lectura: Lectura, tema: Tema | None) -> Contraste | None:
    """La corrección de un detalle de lo preguntado; quita de `lectura` los noes que solo eran de él."""
    if not intercambio.respuesta or not intercambio.preguntas:
        return None
    preguntado = intercambio.preguntas[-1]
    nuevo = _tramo(intercambio.respuesta)
    if nuevo is None or not nuevo.dicho or len(nuevo.primera.split()) > _LARGA:
        return None
    if _P["contraste.no_corrige"].search(nuevo.primera):
        return None
    if not (detalle := _detalle(preguntado.dicho, nuevo)):
        return None
    suyos = [i for i in (*lectura.negados, *lectura.afirmados) if i.trozo is preguntado] or _males(preguntado)
    cual, dicho = detalle
    if cual == "lado" and _dice_mas(preguntado, suyos):
        suyos = []  # «Fractura: el izquierdo» callaría que es el brazo
    if cual == "operado":
        suyos = [i for i in suyos if i.mencion.termino == "cirugía"]
    lectura.negados = [i for i in lectura.negados if i.trozo is not preguntado]
    lectura.afirmados = [i for i in lectura.afirmados if i.trozo is not preguntado]
    propuesta = _enunciado(intercambio, suyos, dicho, nuevo.trozos, tema)
    if _P["contraste.sin_coma"].match(nuevo.trozos[0].plano):
        propuesta = _enunciado(intercambio, [], dicho, nuevo.trozos, tema)
        propuesta.texto = propuesta.texto.replace("»: no, ", "»: no ", 1)
        propuesta.motivo = f"Pudo decir «No, {nuevo.primera}» o negarlo; confírmelo."
    propuesta.enmendada = cual == "cantidad"  # la unidad es la de la pregunta: «hace 5 (días)»
    return Contraste(propuesta, nuevo.trozos)


def _dice_mas(trozo: Trozo, suyos: list[Pregunta]) -> bool:
    """Si la pregunta dice algo que sus términos no llevan: «¿el dolor se va al brazo izquierdo?»."""
    dicho = {p[:5] for i in suyos for p in contenido(f"{i.dicho} {i.mencion.termino}")}
    vacias = _P["contraste.vacias"]
    return any(p[:5] not in dicho and not vacias.match(p) for p in contenido(trozo.dicho))


def _males(trozo: Trozo) -> list[Pregunta]:
    """Lo que la pregunta nombra, aunque lo dé por sabido («¿el dolor es del lado derecho?»)."""
    texto = trozo.dicho
    return [
        Pregunta(m, trozo, texto[m.desde : m.hasta])
        for m in buscar_clinico(texto)
        if m.clase in ("sintoma", "enfermedad")
    ]


def _detalle(dicho: str, nuevo: _Corregido) -> tuple[str, str] | None:
    """Qué detalle se corrige y cómo queda dicho; nada si la respuesta es otra cosa."""
    que, preguntado = nuevo.primera, llano(dicho)
    lados = set(_LADO.findall(preguntado))
    otros = {x for x in _LADO.findall(que) if x[:4] not in {y[:4] for y in lados}}
    if len({x[:4] for x in lados}) == 1 and (otros or _P["contraste.los_dos"].match(que)):
        return "lado", nuevo.dicho
    pedida = _P["contraste.cantidad"].search(preguntado)
    dada = _P["contraste.es_cantidad"].match(que)
    if pedida and dada and not dada["unidad"].strip():
        fin = dada.end("n")
        unidad = dicho[pedida.start("unidad") : pedida.end("unidad")]
        return "cantidad", f"{nuevo.dicho[:fin]} {unidad}{nuevo.dicho[fin:]}"
    if (pedida and dada) or (
        _P["contraste.momento"].search(preguntado) and _P["contraste.es_momento"].match(que)
    ):
        return "momento", nuevo.dicho
    for serie in _SERIES:
        pedido, dado = serie.search(preguntado), serie.search(que)
        if pedido and dado and pedido[0] != dado[0]:
            return "serie", nuevo.dicho
    if _P["contraste.operado_de"].search(preguntado) and _P["contraste.es_de_algo"].match(que):
        return "operado", nuevo.dicho
    return None


def _enunciado(
    intercambio: Intercambio, suyos: list[Pregunta], dicho: str, trozos: list[Trozo], tema: Tema | None
) -> Propuesta:
    cuerpo = en_tercera(alinar(dicho))
    citas = (intercambio.preguntas[-1], *trozos)
    if not suyos:
        cabeza = encabezado(intercambio.preguntas[-1:]) or "Interrogado"
        tipo = tema.tipo if tema and tema.tipo else "sintoma"
        return Propuesta("subjetivo", tipo, f"{cabeza}: no, {minuscula(cuerpo)}", citas)
    sintoma = any(i.mencion.clase == "sintoma" for i in suyos)
    de_habitos = tema is not None and tema.nombre == "habitos"
    habito = de_habitos and all(i.mencion.clase == "habito" for i in suyos)
    tipo = "sintoma" if sintoma else "habito" if habito else "antecedente"
    cabeza = mayuscula(enlistar([con_dicho(i) for i in suyos]))
    return Propuesta("subjetivo", tipo, f"{cabeza}: {minuscula(cuerpo)}", citas)
