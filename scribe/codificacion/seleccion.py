"""De todo lo que se dijo, lo que alguien firmaría: sin lo ya explicado ni lo dicho de paso."""

from __future__ import annotations

from dataclasses import dataclass

from scribe.codificacion.reglas import explica, frases, lugar_menor
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import Cita, EstadoCodigo
from scribe.lenguaje.texto import llano

_SINTOMAS = 3
_ALARMA = ("R04.2", "K92.0", "K92.1", "R31", "R56.8")
"""Lo que se firma aparte aunque haya otro diagnóstico que no lo explique."""
_HECHOS = "FOST"
"""Capítulos en que describir es contar un hecho: lo que se consume, el embarazo, las lesiones."""
_PRESENTES = frozenset({EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA})


@dataclass(frozen=True, slots=True)
class Grupo:
    """Todas las menciones de un código, ya con un solo estado."""

    concepto: Concepto
    estado: EstadoCodigo
    fuerza: int
    acierto: float
    termino: str
    frase: str
    general: str | None
    citas: tuple[Cita, ...]
    primera: int


def _mas_preciso(otro: Grupo, grupo: Grupo) -> bool:
    """Si `otro` es un código más detallado de la misma categoría y con al menos su certeza."""
    suyo, propio = otro.concepto.cie10, grupo.concepto.cie10
    if suyo[:3] != propio[:3] or suyo == propio or not propio.endswith(".9"):
        return False
    firme = otro.estado is EstadoCodigo.CONFIRMADO and grupo.estado is EstadoCodigo.SOSPECHA
    vale = otro.estado is grupo.estado or firme
    return vale and grupo.concepto.clase == otro.concepto.clase


def _sobra(grupo: Grupo, otros: list[Grupo]) -> bool:
    """Si otro código dicho con al menos la misma certeza ya lo explica."""
    for otro in otros:
        preciso = otro is not grupo and _mas_preciso(otro, grupo)
        if otro is grupo or not (preciso or explica(grupo.concepto.cie10, otro.concepto.cie10)):
            continue
        descartado = grupo.estado is EstadoCodigo.DESCARTADO
        if grupo.concepto.clase == "d" and otro.concepto.clase == "s" and not descartado:
            continue  # la fibromialgia no sobra porque se cuente el dolor que da
        if EstadoCodigo.FAMILIAR in (grupo.estado, otro.estado):
            if grupo.estado is otro.estado:
                return True
        elif grupo.concepto.clase == "s":
            if otro.concepto.clase == "z" or (otro.estado in _PRESENTES and otro.concepto.clase != "s"):
                return True
        elif (
            preciso
            or otro.estado is grupo.estado
            or (
                otro.estado in _PRESENTES
                and (otro.fuerza >= grupo.fuerza or grupo.estado is EstadoCodigo.DESCARTADO)
            )
        ):
            return True
    return False


def _solo_descrito(grupo: Grupo) -> bool:
    """«Ya no oigo bien», «me duele la quijada»: el paciente describe lo que siente y no nombra qué tiene."""
    if grupo.concepto.clase != "d" or grupo.fuerza > 1 or grupo.estado is not EstadoCodigo.ANTECEDENTE:
        return False
    return (
        grupo.concepto.cie10[0] not in _HECHOS
        and frases()["descrito"].match(llano(grupo.termino)) is not None
    )


def _es_menor(grupo: Grupo, presentes: list[Grupo]) -> bool:
    """Si, habiendo diagnóstico, nadie lo firmaría: un factor que no toca lo de hoy, algo que ya pasó."""
    if _solo_descrito(grupo) and any(p.fuerza > 1 for p in presentes if p is not grupo):
        return True
    cuando = lugar_menor(grupo.concepto.cie10, grupo.estado)
    if cuando is None or not [p for p in presentes if p is not grupo]:
        return False
    if cuando == ("medico",):
        return grupo.fuerza < 2
    return not any(p.concepto.cie10.startswith(cuando) for p in presentes if p is not grupo)


def depurar(grupos: list[Grupo]) -> list[Grupo]:
    """Quita lo que otro código explica y lo menor, y deja pocos síntomas."""
    utiles = [g for g in grupos if not _sobra(g, grupos)]
    presentes = [g for g in utiles if g.estado in _PRESENTES and g.concepto.clase in "dm"]
    utiles = [g for g in utiles if not _es_menor(g, presentes)]
    sintomas = [g for g in utiles if g.concepto.clase == "s"]
    if any(g.estado is EstadoCodigo.CONFIRMADO and g.concepto.clase == "d" for g in utiles):
        # Con diagnóstico, lo que solo cuenta el paciente es parte del cuadro; lo que el médico señala, no.
        quedan = [g for g in sintomas if g.fuerza > 1 or g.estado is not EstadoCodigo.CONFIRMADO][:1]
        quedan += [g for g in sintomas if g.concepto.cie10.startswith(_ALARMA)]
    else:
        quedan = sintomas[:_SINTOMAS]
    return [g for g in utiles if g.concepto.clase != "s" or g in quedan]
