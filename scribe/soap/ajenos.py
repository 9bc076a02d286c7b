"""Lo que en una respuesta es de otra persona: «mi hija es alérgica, yo no», «no, mi papá».

Se parte la oración donde cambia de quién se habla, para que lo ajeno no quede como del paciente ni su «no»
(o su «sí») se pierda.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.contexto import es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, minuscula
from scribe.soap.persona import en_tercera
from scribe.soap.reglas import Tema
from scribe.soap.rotulos import ACOMPANADO, PARIENTES, enlistar, habla_de_si

_P = patrones("scribe.soap", "corregido.es")
_EMPIEZA = _P["ajenos.empieza"]
_ACABA = _P["ajenos.acaba"]
_DE_SI = _P["ajenos.de_si"]
_CORTES = tuple(_P[f"ajenos.{n}"] for n in ("hacia_si", "hacia_el", "hacia_otro"))
_DE_QUIEN_SEA = ("familiar", "contacto", "social", "motivo")
"""Temas en que se pregunta por otros, o de todo: lo que se cuenta de ellos no corrige la respuesta."""


@dataclass(slots=True)
class Separada:
    """Una respuesta repartida: lo de quien contesta y lo de otra persona, con su parentesco."""

    propios: list[Trozo] = field(default_factory=list)
    ajenos: list[tuple[str, Trozo]] = field(default_factory=list)


def de_otra_persona(trozo: Trozo) -> str:
    """De quién es todo lo que dice el trozo, si no es de quien contesta; vacío si es suyo."""
    plano = llano(trozo.dicho)
    if trozo.turno.rol is Rol.ACOMPANANTE and habla_de_si(trozo.dicho):
        return "quien acompaña"
    m = _EMPIEZA.match(plano) or _ACABA.match(plano)
    if m is None or _DE_SI.search(plano):
        return ""
    acompana = trozo.turno.rol is Rol.ACOMPANANTE
    if m["de"].startswith("su") and not acompana:
        return ""  # «su mamá», dicho por el paciente, es de un tercero
    if acompana and m["de"].startswith("mi") and not m["otro"] and m["k"] in ACOMPANADO:
        return ""
    return f"{m['otro'] or ''}{m['k']}"


def partir(trozo: Trozo) -> list[Trozo]:
    """El trozo, cortado donde cambia de persona; entero si nada de él es de otra."""
    partes = _cortado(trozo, _CORTES)
    return partes if len(partes) > 1 and any(de_otra_persona(p) for p in partes) else [trozo]


def hasta_si(trozo: Trozo) -> list[Trozo]:
    """El trozo, cortado donde quien contesta empieza a hablar de sí: «no, yo tuve asma»."""
    return _cortado(trozo, (_P["ajenos.hacia_si"],))


def _cortado(trozo: Trozo, donde: tuple[re.Pattern[str], ...]) -> list[Trozo]:
    plano = llano(trozo.texto)
    cortes = sorted({m.end() for p in donde for m in p.finditer(plano) if 0 < m.end() < len(plano)})
    if not cortes:
        return [trozo]
    bordes = [0, *cortes, len(trozo.texto)]
    return [
        trozo.parte(a, a + len(trozo.texto[a:b].rstrip(" ,;")))
        for a, b in itertools.pairwise(bordes)
        if trozo.texto[a:b].strip(" ,.;")
    ]


def separar(intercambio: Intercambio, tema: Tema | None) -> Separada:
    """Reparte la respuesta, si se preguntó por el paciente, entre lo suyo y lo de otra persona."""
    respuesta = intercambio.respuesta
    if tema is not None and tema.nombre in _DE_QUIEN_SEA:
        return Separada(list(respuesta))
    acompana = any(t.turno.rol is Rol.ACOMPANANTE for t in respuesta)
    por_otro = any(_P["ajenos.se_pregunto_por_otro"].search(p.plano) for p in intercambio.preguntas)
    if por_otro and not acompana:
        # «¿Con quién vive?» «Con mi mamá, ella es diabética»: lo primero es suyo; lo demás, de ella.
        pares = [("", respuesta[0]), *((_sigue_con(a.plano, t), t) for a, t in itertools.pairwise(respuesta))]
        return Separada([t for q, t in pares if not q], [(q, t) for q, t in pares if q])
    salida = Separada()
    antes = ""
    for trozo in respuesta:
        for parte in partir(trozo):
            quien = de_otra_persona(parte) or ("" if acompana else _sigue_con(antes, parte))
            antes = parte.plano
            if quien:
                salida.ajenos.append((quien, parte))
            else:
                salida.propios.append(parte)
    return salida


def _sigue_con(antes: str, trozo: Trozo) -> str:
    """La persona recién nombrada, si el trozo sigue hablando de ella: «con mi mamá, ella es diabética»."""
    nombradas = list(_P["ajenos.nombrada"].finditer(antes))
    return nombradas[-1]["k"] if nombradas and _P["ajenos.ella"].match(trozo.plano) else ""


_CORTA = 6
"""Palabras con que se contesta por otro sin repetir de qué («mi mamá sí tuvo»)."""


def del_otro(quien: str, trozo: Trozo, preguntas: list[Trozo]) -> Propuesta:
    """El enunciado de lo que se dijo de otra persona; si no dice qué, con lo que se preguntaba."""
    cuerpo = en_tercera(alinar(trozo.dicho))
    cuerpo = minuscula(cuerpo)
    pariente = PARIENTES.get(quien, quien)
    elidido = _P["ajenos.sin_decir_que"].match(trozo.plano) is not None
    nombra = buscar_clinico(trozo.dicho) or hay_farmaco(trozo.dicho)
    elidido = elidido or (not nombra and len(trozo.plano.split()) <= _CORTA)
    sangre = es_de_sangre(quien.removeprefix("otra ").removeprefix("otro "))
    males = _males(preguntas if elidido and not nombra else [trozo])
    if elidido and not nombra and not (males and sangre and not _P["ajenos.otro_no"].search(trozo.plano)):
        dicha = alinar(" ".join(p.dicho.strip() for p in preguntas))
        texto = f"De otra persona ({pariente}), al preguntar «{dicha}»: {cuerpo}"
        return Propuesta("subjetivo", "antecedente", texto, (*preguntas, trozo))
    if males and sangre:
        cabeza = f"Antecedente familiar ({pariente})"
        citas = (*preguntas, trozo) if elidido and not nombra else (trozo,)
        asunto = f", {enlistar(males)}" if elidido and not nombra else ""
        return Propuesta("subjetivo", "antecedente_familiar", f"{cabeza}{asunto}: {cuerpo}", citas)
    if any(m.termino == "alergia" for p in preguntas for m in buscar_clinico(p.dicho)):
        texto = f"De otra persona ({pariente}), alergia: {cuerpo}"
        return Propuesta("subjetivo", "antecedente", texto, (*preguntas, trozo))
    return Propuesta("subjetivo", "antecedente", f"De otra persona ({pariente}): {cuerpo}", (trozo,))


def _males(trozos: list[Trozo]) -> list[str]:
    """Las enfermedades que nombran, por su término, sin repetir."""
    hallados = [m.termino for t in trozos for m in buscar_clinico(t.dicho) if m.clase == "enfermedad"]
    return list(dict.fromkeys(hallados))
