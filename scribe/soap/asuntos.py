"""De qué y de quién habla cada trozo de una respuesta: a cuál de las preguntas contesta y si cambia de persona."""  # noqa: E501

from __future__ import annotations

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, alinar
from scribe.soap.interrogar import sin_muletilla
from scribe.soap.reglas import pregunta
from scribe.soap.rotulos import habla_de_si, sin_seno

_P = patrones("scribe.soap", "relato.es")

_RAIZ = 4
_NOMINAL = 6
"""Palabras de una pregunta que solo nombra un asunto («¿Y el apetito?»)."""
_AJENO = _P["asuntos.ajeno"]
_PROPIO = _P["asuntos.propio"]


def de_quien(trozo: Trozo) -> str:
    """De qué otra persona empieza a hablar el trozo; vacío si no se ve."""
    if trozo.turno.rol is Rol.ACOMPANANTE and habla_de_si(trozo.dicho):
        return "quien acompaña"
    m = _AJENO.match(trozo.plano)
    return (m["f"] or m["k"] or m["e"] or "") if m else ""


def de_si(trozo: Trozo) -> bool:
    """Si el paciente habla de sí mismo y no nombra a nadie: «yo tengo asma», «a mí me la detectaron»."""
    return _PROPIO.match(trozo.plano) is not None and not _P["asuntos.alguien"].search(sin_seno(trozo.dicho))


def cambia_de_persona(previo: list[Trozo], trozo: Trozo) -> bool:
    """Si el trozo ya no habla de quien hablaban los anteriores: «lo dejé hace 5 años. Mi compadre sí»."""
    antes = next((q for t in reversed(previo) if (q := de_quien(t))), "")
    ahora = de_quien(trozo)
    if ahora:
        return ahora != antes
    return bool(antes) and _PROPIO.match(trozo.plano) is not None


def _continua(previo: list[Trozo], trozo: Trozo) -> bool:
    """Si el trozo sigue la misma idea: no nombra nada nuevo, o completa una alergia."""
    texto = trozo.texto
    nada_nuevo = not hay_farmaco(texto) and not [m for m in buscar_clinico(texto) if m.clase != "habito"]
    alergia = any(m.termino == "alergia" for t in previo for m in buscar_clinico(t.texto))
    largo = sum(len(t.texto.split()) for t in previo) + len(texto.split())
    return (nada_nuevo or (alergia and not hay_farmaco(texto))) and largo <= 45


def agrupar(trozos: list[Trozo]) -> list[list[Trozo]]:
    """Junta los trozos seguidos de un turno que hablan de lo mismo."""
    grupos: list[list[Trozo]] = []
    for trozo in trozos:
        sigue = grupos and grupos[-1][-1].turno.id == trozo.turno.id and _continua(grupos[-1], trozo)
        if sigue and not cambia_de_persona(grupos[-1], trozo):
            grupos[-1].append(trozo)
        else:
            grupos.append([trozo])
    return grupos


_COMUN = _P["asuntos.comun"]


def _raices(texto: str) -> set[str]:
    return {p[:_RAIZ] for p in contenido(texto) if not _COMUN.fullmatch(p) and not p.isdigit()}


def comparte(una: Trozo, trozos: list[Trozo]) -> bool:
    """Si la pregunta y los trozos nombran lo mismo."""
    dicho = " ".join(t.dicho for t in trozos)
    terminos = {m.termino for m in buscar_clinico(una.dicho)}
    if terminos & {m.termino for m in buscar_clinico(dicho)}:
        return True
    return bool(_raices(una.dicho) & _raices(dicho))


def preguntas_de(grupo: list[Trozo], preguntas: list[Trozo], respuesta: list[Trozo]) -> list[Trozo]:
    """De varias preguntas seguidas, las que contesta ese grupo de trozos de la respuesta.

    La que comparte una palabra es suya; si no comparte con ninguna, le tocan las que nadie más contestó.
    «¿Vacunas? ¿Alergias?» «Le faltan las de los 6 meses. Alergias, no»: lo primero es de las vacunas.
    """
    if len(preguntas) < 2:
        return preguntas
    suyas = [p for p in preguntas if comparte(p, grupo)]
    if suyas:
        return suyas
    otros = [t for t in respuesta if t not in grupo]
    libres = [p for p in preguntas if not any(comparte(p, [t]) for t in otros)]
    return libres or preguntas


def asunto_sin_decir(preguntas: list[Trozo], texto: str) -> str:
    """La última pregunta, si solo nombra un asunto y la respuesta no lo repite: «¿Y el apetito?» «Se me fue»."""  # noqa: E501
    if not preguntas:
        return ""
    base = sin_muletilla(preguntas[-1].plano.strip(" ¿¡,."))
    nombra = not any(pregunta(n).match(base) for n in ("interrogativos", "formas", "formas_fuertes"))
    lista = _P["asuntos.lista"].search(base)
    if (
        not nombra
        or lista
        or len(base.split()) > _NOMINAL
        or not _raices(base)
        or _raices(base) & _raices(texto)
    ):
        return ""
    dicha = alinar(preguntas[-1].dicho)
    return "" if llano(dicha) in llano(texto) else dicha
