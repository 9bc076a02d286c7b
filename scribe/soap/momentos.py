"""A qué momento pertenece cada oración del médico, aunque la consulta no lleve orden.

Las fases (`fases`) dicen dónde suele empezar cada momento; aquí, oración por oración, lo que se dice puede más:
quien interroga mientras explora mide y describe antes de «empezar», y quien receta vuelve a mirar.
"""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.soap.charla import anuncia, manda_en_casa, ordena
from scribe.soap.conclusiones import concluye
from scribe.soap.dichos import CONTINUAR, MEDIDO, MIRA, SE_VA
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fases import TENSION, dispone
from scribe.soap.fragmentos import Lugar, Trozo
from scribe.soap.reglas import senal
from scribe.soap.signos import signos_de

_P = patrones("scribe.soap", "momentos.es")


class Momento(Enum):
    """Qué hace el médico al decir una oración."""

    INTERROGA = "interroga"
    EXPLORA = "explora"
    CONCLUYE = "concluye"
    INDICA = "indica"


_DIGITO = re.compile(r"\d")
_SOLO_CUANDO = _P["momentos.solo_cuando"]
_AQUI_TIENE = _P["momentos.aqui_tiene"]
_META = _P["momentos.meta"]


def momentos(
    oraciones: Iterable[Trozo],
    exploracion_desde: Lugar,
    plan_desde: Lugar,
    *,
    tutea: bool,
    tratan: frozenset[int] = frozenset(),
) -> dict[Lugar, Momento]:
    """El momento de cada oración del médico, por el lugar en que empieza.

    `oraciones` van en orden y sin las preguntas. La señal propia decide; si no la tiene, sigue a la anterior
    de su turno cuando aquella la tuvo, y si tampoco, a la fase de la consulta. `tratan`: los turnos en que se
    contesta qué hacer o qué tomar.
    """
    salida: dict[Lugar, Momento] = {}
    turno, vigente, abre = 0, None, None
    for trozo in oraciones:
        if trozo.turno.id != turno:
            turno, vigente = trozo.turno.id, None
            abre = Momento.INDICA if turno in tratan else None
        fase = _fase(trozo.lugar, exploracion_desde, plan_desde)
        propio = _propio(trozo, fase, vigente, tutea)
        vigente = propio or vigente
        salida[trozo.lugar] = vigente or abre or fase
        abre = None
    return salida


def momento_de(trozo: Trozo, conocidos: Mapping[Lugar, Momento], exploracion: Lugar, plan: Lugar) -> Momento:
    """El momento de un trozo, que puede ser parte de una oración: el de la que lo contiene."""
    anteriores = [x for x in conocidos if x[0] == trozo.turno.id and x <= trozo.lugar]
    return conocidos[max(anteriores)] if anteriores else _fase(trozo.lugar, exploracion, plan)


def _fase(lugar: Lugar, exploracion: Lugar, plan: Lugar) -> Momento:
    if lugar >= plan:
        return Momento.INDICA
    return Momento.EXPLORA if lugar >= exploracion else Momento.INTERROGA


def _propio(trozo: Trozo, fase: Momento, vigente: Momento | None, tutea: bool) -> Momento | None:
    if senal("momento", "relata").search(trozo.plano):
        return None
    if concluye(trozo.plano) and not trozo.signo:
        return Momento.CONCLUYE
    explorado = fase is Momento.EXPLORA or vigente is Momento.EXPLORA
    if explorado and not trozo.signo and senal("momento", "concluye_corto").match(trozo.plano):
        return Momento.CONCLUYE
    if _indica(trozo) or (fase is not Momento.INTERROGA and _receta_sin_verbo(trozo)):
        return Momento.INDICA
    abierta = vigente is Momento.EXPLORA or (vigente is None and fase is Momento.EXPLORA)
    if fase is Momento.INDICA and not abierta and _ordena(trozo, tutea) and not _de_consultorio(trozo):
        return None  # «levante la cabecera», ya en el plan, es para la casa
    if describe_o_mide(trozo, abierta=abierta, tutea=tutea):
        return Momento.EXPLORA
    return None


def _indica(trozo: Trozo) -> bool:
    """Si dispone algo que no puede ser un hallazgo ni algo que se cuenta."""
    plano = trozo.plano
    base = plano.strip(" ¿¡,.")
    if not trozo.signo and any(senal("momento", n).match(base) for n in ("segun", "si_suelto")):
        return True
    if dispone(trozo) or senal("momento", "dispone").search(plano):
        return True
    if manda_en_casa(trozo.texto) and not trozo.signo:
        return True
    manda = senal("momento", "manda").search(plano)
    sigue_o_no = CONTINUAR.search(plano) or SE_VA.search(plano)
    return bool(manda or (sigue_o_no and hay_farmaco(trozo.texto)))


def describe_o_mide(trozo: Trozo, *, abierta: bool, tutea: bool) -> bool:
    """Si mide, cuenta lo que encuentra o da un resultado; `abierta`: ya venía explorando."""
    plano, texto = trozo.plano, trozo.texto
    if trozo.signo or _META.search(plano):
        return False
    if senal("plan", "condicion").search(plano) and not _SOLO_CUANDO.match(plano):
        return False
    if senal("momento", "lee").search(plano):
        return True
    if any(senal("momento", n).search(plano) for n in ("relata", "resume")):
        return False
    if _ordena(trozo, tutea):
        return True
    if TENSION.search(plano) or signos_de(trozo.dicho):
        return True
    if _DIGITO.search(plano) and senal("momento", "mide").search(plano):
        return True
    vistos = {m.clase for m in buscar_exploracion(texto)}
    describe = senal("exploracion", "negativo").search(plano) or senal("momento", "describe").search(plano)
    if any(forma.match(plano) for forma in (_SOLO_CUANDO, _AQUI_TIENE)) and "hallazgo" in vistos:
        return True
    if {"parte", "maniobra"} & vistos and ("hallazgo" in vistos or describe):
        return True
    if {"estudio", "imagen"} & vistos and (_DIGITO.search(plano) or describe):
        return True
    if MIRA.search(plano) and (vistos or buscar_clinico(texto)):
        return True
    return abierta and "hallazgo" in vistos


_ORDEN_CORTA = 6
_AL_ABRIR = 20
"""Letras desde el principio en que se nombra el fármaco de una receta sin verbo."""


def _de_consultorio(trozo: Trozo) -> bool:
    """Si la orden es corta y sin cifras: «acuéstese otra vez», y no lo que hará en su casa."""
    return len(trozo.plano.split()) <= _ORDEN_CORTA and not _DIGITO.search(trozo.plano)


def _receta_sin_verbo(trozo: Trozo) -> bool:
    """«Sertralina de 50.», «Media tableta por la mañana», «psicología, una vez por semana»."""
    if trozo.signo or MEDIDO.search(trozo.plano):
        return False
    if {m.clase for m in buscar_exploracion(trozo.texto)} & {"estudio", "imagen", "hallazgo"}:
        return False
    primero = next((f.desde for f in nombrados(trozo.texto)), _AL_ABRIR)
    farmaco = primero < _AL_ABRIR and _DIGITO.search(trozo.plano)
    return bool(farmaco or senal("plan", "posologia").search(trozo.plano))


def _ordena(trozo: Trozo, tutea: bool) -> bool:
    texto = trozo.texto
    if manda_en_casa(texto):
        return False
    ordenes = senal("exploracion", "ordenes").search(trozo.plano) is not None
    sitio = senal("momento", "anuncia").search(trozo.plano) and buscar_exploracion(texto)
    return bool(ordenes or sitio or ordena(texto, tutea=tutea) or anuncia(texto))
