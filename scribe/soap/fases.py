"""En qué momento de la consulta se explora y en cuál se indica, oración por oración.

Un mismo turno puede preguntar, contar lo que se encuentra, concluir y recetar: por eso cada fase empieza en
una oración y no en un turno.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from scribe.consulta import Turno
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import anuncia, ordena
from scribe.soap.dichos import HALLA, PLAZO
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Lugar, Trozo, trocear
from scribe.soap.reglas import pregunta, senal
from scribe.soap.signos import signos_de

_P = patrones("scribe.soap", "momentos.es")

NUNCA: Lugar = (10**9, 0)
"""El lugar de una fase que no se reconoció en la consulta."""

TENSION = _P["fases.tension"]
_CIFRA = re.compile(r"\d")
_SALUDO = 5
"""Al saludar también se dice «siéntese» o «déjeme ver»: una orden cuenta pasada la quinta parte."""
_TEMPRANO = 4
"""Una medida dicha en la primera cuarta parte suele ser la que tomó la enfermera, o la de la vez pasada."""
_AL_FINAL = 9
"""Décimos de la consulta desde los que ya se despiden."""
_MITAD = 2
"""Sin exploración, lo que se indica cuenta desde la mitad de la consulta."""
_INTERROGA = 4
"""Preguntas de interrogatorio tras las cuales lo anterior no era todavía la exploración."""
_ABRE = 8
"""Palabras del principio de una respuesta en que se retoma lo que se preguntó."""
_AL_EXPLORAR = _P["fases.al_explorar"]
_TOCA = _P["fases.toca"]
_RELATA = _P["fases.relata"]
_RESULTA = _P["fases.resulta"]
_ABRE_CON_RESPUESTA = _P["fases.abre_con_respuesta"]


def fases(turnos: list[Turno], medico: list[Turno], de_tu: bool) -> tuple[Lugar, Lugar]:
    """Dónde empiezan la exploración y el plan; `NUNCA` la que no se reconozca.

    `turnos` son todos, en orden; `medico`, los que dijo el médico; `de_tu`, si tutea.
    """
    explora = _exploracion(turnos, medico, de_tu)
    return explora, _plan(turnos, medico, explora)


def _exploracion(turnos: list[Turno], medico: list[Turno], de_tu: bool) -> Lugar:
    saludo = turnos[len(turnos) // _SALUDO].id if turnos else 0
    tarde = turnos[len(turnos) // _TEMPRANO].id if turnos else 0
    siguientes = {t.id: s for t, s in itertools.pairwise(turnos)}
    candidatos = [
        trozo.lugar
        for turno in medico
        if turno.id >= saludo
        for trozo in trocear(turno)
        if _explora(trozo, de_tu, turno.id >= tarde, siguientes.get(turno.id))
    ]
    ultimas = [t.lugar for turno in medico for t in trocear(turno) if _interroga(t)][-_INTERROGA:]
    limite = ultimas[0] if len(ultimas) == _INTERROGA else (0, 0)
    elegido = next((c for c in candidatos if c >= limite), candidatos[-1] if candidatos else NUNCA)
    antes = [c for c in candidatos if c < elegido]
    # Lo que se vuelve a medir al despedirse («párate, te la tomo otra vez») no abre la exploración.
    al_final = bool(turnos) and elegido[0] >= turnos[len(turnos) * _AL_FINAL // 10].id
    return antes[-1] if antes and al_final else elegido


def _interroga(trozo: Trozo) -> bool:
    """Si es una pregunta del interrogatorio, y no de las que se hacen mientras se explora."""
    return trozo.signo and "?" in trozo.texto and not _AL_EXPLORAR.search(trozo.plano)


def _explora(trozo: Trozo, de_tu: bool, tarde: bool, siguiente: Turno | None) -> bool:
    """Si avisa que explora, ordena algo al explorar, mide o cuenta lo que encuentra."""
    plano = trozo.plano
    if senal("exploracion", "ordenes").search(plano):
        return True
    if tarde and _TOCA.search(plano):
        return True
    if trozo.signo:
        return False
    if TENSION.search(plano) and not _RELATA.search(plano):
        return True
    if not tarde:
        return False
    if ordena(trozo.texto, tutea=de_tu) or anuncia(trozo.texto):
        return True
    return _mide(trozo) or _describe(trozo, siguiente)


def _mide(trozo: Trozo) -> bool:
    return bool(signos_de(trozo.dicho)) and not _RELATA.search(trozo.plano)


def _describe(trozo: Trozo, siguiente: Turno | None) -> bool:
    """Si cuenta lo que ve, oye o toca («al tacto, la próstata está crecida», «el abdomen, blando»)."""
    vistos = {m.clase for m in buscar_exploracion(trozo.texto)}
    if HALLA.search(trozo.plano):
        return bool(vistos or buscar_clinico(trozo.texto))
    base = trozo.plano.strip(" ¿¡,.")
    hallado = "hallazgo" in vistos or senal("exploracion", "negativo").search(trozo.plano)
    return bool(
        {"parte", "maniobra"} & vistos
        and hallado
        and not pregunta_enumerando(trozo, siguiente)
        and not _RELATA.search(trozo.plano)
        and not pregunta("interrogativos").match(base)
        and not pregunta("formas_fuertes").match(base)
    )


def _contestan(siguiente: Turno | None) -> bool:
    """Si el turno que sigue abre contestando: «Calentura, hombro hinchado.» «Nada de eso»."""
    return siguiente is not None and _ABRE_CON_RESPUESTA.match(llano(siguiente.texto)) is not None


def pregunta_enumerando(trozo: Trozo, siguiente: Turno | None) -> bool:
    """Si, sin verbo, lista lo que le contestan: «viajes, piernas hinchadas» «Viajes no, las piernas bien»."""
    if siguiente is None or any(m.clase in ("estudio", "imagen") for m in buscar_exploracion(trozo.texto)):
        return False
    if trozo.ultimo and _contestan(siguiente):
        return True
    if _CIFRA.search(trozo.plano) or _P["fases.con_verbo"].search(trozo.plano):
        return False
    raices = {p[:5] for p in re.findall(r"\w{5,}", trozo.plano)}
    respuesta = re.findall(r"\w+", llano(siguiente.texto))[:_ABRE]
    return any(p[:5] in raices for p in respuesta)


def _plan(turnos: list[Turno], medico: list[Turno], explora: Lugar) -> Lugar:
    mitad = turnos[len(turnos) // _MITAD].id if turnos else 0
    concluido = NUNCA
    for turno in medico:
        trozos = trocear(turno)
        receta = _receta(turno, trozos)
        for trozo in trozos:
            ya = trozo.lugar > explora or (explora == NUNCA and turno.id >= mitad)
            if trozo.lugar >= concluido or trozo.lugar == receta or (ya and dispone(trozo)):
                return trozo.lugar
            if ya and _concluye(trozo):
                concluido = min(concluido, (turno.id + 1, 0))
    return concluido


def _receta(turno: Turno, trozos: Sequence[Trozo]) -> Lugar | None:
    """Dónde empieza la receta del turno, si la hay: verbo de indicar, fármaco y cifra."""
    plano = llano(turno.texto)
    if not (senal("plan", "receta").search(plano) and hay_farmaco(turno.texto) and _CIFRA.search(plano)):
        return None
    for trozo in trozos:
        manda = senal("plan", "receta").search(trozo.plano)
        if manda and not trozo.signo and (hay_farmaco(trozo.texto) or _CIFRA.search(trozo.plano)):
            return trozo.lugar
    return None


def dispone(trozo: Trozo) -> bool:
    """Si el médico receta, pide un estudio, cita o da datos de alarma."""
    if trozo.signo:
        return False
    plano, texto = trozo.plano, trozo.texto
    if _RESULTA.search(plano) and not senal("plan", "condicion").search(plano):
        return False
    clases = {m.clase for m in buscar_exploracion(texto)}
    pide = senal("plan", "estudio").search(plano) and clases & {"estudio", "imagen"}
    cita = senal("plan", "cita").search(plano) and PLAZO.search(plano)
    alarma = senal("plan", "alarma").search(plano) and senal("plan", "condicion").search(plano)
    pauta = senal("plan", "posologia").search(plano) and (
        hay_farmaco(texto) or _P["fases.cada_horas"].search(plano)
    )
    manda = senal("plan", "receta").search(plano) and hay_farmaco(texto) and _CIFRA.search(plano)
    return bool(pide or cita or alarma or pauta or manda)


def _concluye(trozo: Trozo) -> bool:
    return (
        not trozo.signo
        and senal("analisis", "afirma").search(trozo.plano) is not None
        and any(m.clase == "enfermedad" for m in buscar_clinico(trozo.texto))
        and not TENSION.search(trozo.plano)
    )
