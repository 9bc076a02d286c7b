"""Lo que dijo uno y otro enmendó con su acuerdo: vale lo enmendado, y lo primero no se escribe.

«Desde hace 12 días» «¿Cuáles 12? Ya son 16» «Bueno, 16»: son 16. «¿Alergias?» «No» … «a la sulfa, se me
cerró la garganta»: no se niegan. Lo que nadie aceptó lo deja por revisar `coherencia`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.lenguaje.farmacos import clases
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.coherencia import AFIRMA_OTRO
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, mayuscula, minuscula, trocear

_P = patrones("scribe.soap", "enmiendas.es")
_CIFRA = _P["cifra"]
_DISCUTE = _P["discute"]
_ACEPTA = _P["acepta"]
_REACCION = _P["reaccion"]
_SUSTANCIA = _P["sustancia"]
_A_ESO = _P["a_eso"]
_COMO_QUE_NO = _P["como_que_no"]
_NIEGA_ALERGIA = re.compile(r"niega alergias?(?: a (?:medicamentos|medicinas))?$")


@dataclass(frozen=True, slots=True)
class _Enmienda:
    turno: int
    vieja: str
    nueva: str
    unidad: str
    prueba: Trozo


def enmendar(propuestas: Sequence[Propuesta], transcripcion: Transcripcion) -> list[Propuesta]:
    """Las propuestas, con la cifra que todos aceptaron y sin la alergia que se negó antes de contarla."""
    turnos = [t for t in transcripcion.turnos if t.texto.strip()]
    for enmienda in _aceptadas(turnos):
        for propuesta in propuestas:
            if propuesta.trozos[0].turno.id == enmienda.turno:
                _corregir(propuesta, enmienda)
    preguntado = next((t.id for t in turnos if t.rol is Rol.MEDICO and "alergi" in llano(t.texto)), None)
    reaccion = [
        t
        for turno in turnos
        if turno.rol is not Rol.MEDICO
        for t in _reacciones(turno, preguntado is not None and turno.id > preguntado)
    ]
    _nombrar(propuestas, reaccion)
    propuestas = [*_sin_lo_afirmado(propuestas, turnos), *_sin_enunciado(propuestas, reaccion)]
    return [p for p in propuestas if not (reaccion and _NIEGA_ALERGIA.fullmatch(llano(p.texto)))]


def _sin_enunciado(propuestas: Sequence[Propuesta], reaccion: list[Trozo]) -> list[Propuesta]:
    """La reacción contada de un modo que nadie recogió: no se quita la negación sin decir por qué."""
    dichas = {t.lugar for p in propuestas for t in p.trozos}
    return [
        Propuesta("subjetivo", "alergia", f"Reacción referida: {t.dicho.strip(' ¿?.,')}", (t,))
        for t in reaccion
        if t.lugar not in dichas
    ]


_NIEGA_UNO = re.compile(r"Niega (?P<que>[^,«»]+?)")


def _sin_lo_afirmado(propuestas: Sequence[Propuesta], turnos: list[Turno]) -> Sequence[Propuesta]:
    """Si el paciente niega y enseguida quien acompaña afirma («el viernes sí tuvo»), queda lo que se afirmó."""  # noqa: E501
    afirma = {
        dicho.id: otro.id
        for dicho, otro in pairwise(turnos)
        if Rol.MEDICO not in (dicho.rol, otro.rol)
        and dicho.hablante != otro.hablante
        and AFIRMA_OTRO.match(llano(otro.texto))
    }
    salida = []
    for p in propuestas:
        m = _NIEGA_UNO.fullmatch(p.texto) if p.trozos[-1].turno.id in afirma else None
        otra = m and next(
            (x for x in propuestas if x.trozos[0].turno.id == afirma[p.trozos[-1].turno.id]), None
        )
        if m is None or otra is None or " y " in m["que"]:
            salida.append(p)
        elif llano(m["que"].split(" (")[0]) not in llano(otra.texto):
            otra.texto = f"{mayuscula(m['que'])}: {minuscula(otra.texto)}"
            otra.trozos = (*p.trozos, *otra.trozos)
    return salida


def _aceptadas(turnos: list[Turno]) -> list[_Enmienda]:
    """Cada cifra que otra persona discutió y quien la dijo (o a quien se le preguntó) aceptó enseguida."""
    salida = []
    for k in range(len(turnos) - 2):
        dicho, otro = turnos[k], turnos[k + 1]
        if Rol.MEDICO in (dicho.rol, otro.rol) or dicho.hablante == otro.hablante:
            continue
        acuerdo = next((t for t in turnos[k + 2 : k + 4] if t.hablante == dicho.hablante), None)
        if acuerdo is not None and _DISCUTE.match(llano(otro.texto)):
            salida += _pares(dicho, otro, acuerdo)
    return salida


def _pares(dicho: Turno, otro: Turno, acuerdo: Turno) -> list[_Enmienda]:
    acepta = _ACEPTA.match(llano(acuerdo.texto))
    nueva = _CIFRA.match(llano(acuerdo.texto), acepta.end()) if acepta else None
    antes = [m for m in _CIFRA.finditer(llano(dicho.texto)) if m[2]]
    if nueva is None or len(antes) != 1 or antes[0][1] == nueva[1]:
        return []
    dichas = {m[1] for m in _CIFRA.finditer(llano(otro.texto))}
    if nueva[1] not in dichas or (nueva[2] and nueva[2][:3] != antes[0][2][:3]):
        return []
    prueba = next((t for t in trocear(acuerdo) if nueva[1] in t.texto), None)
    return [_Enmienda(dicho.id, antes[0][1], nueva[1], antes[0][2], prueba)] if prueba else []


def _corregir(propuesta: Propuesta, enmienda: _Enmienda) -> None:
    m = re.search(rf"(?<![\d.,]){enmienda.vieja}(?= {enmienda.unidad}\b)", llano(propuesta.texto))
    if m and len(llano(propuesta.texto)) == len(propuesta.texto):
        propuesta.texto = propuesta.texto[: m.start()] + enmienda.nueva + propuesta.texto[m.end() :]
        propuesta.trozos = (*propuesta.trozos, enmienda.prueba)
        propuesta.enmendada = True


def _reacciones(turno: Turno, pregunta: bool) -> list[Trozo]:
    """Los trozos en que se cuenta una reacción a un medicamento: «a la sulfa, se me ampolló la boca»."""
    salida = []
    for trozo in trocear(turno):
        plano = _COMO_QUE_NO.sub("", trozo.plano)
        que = hay_farmaco(trozo.dicho) or _SUSTANCIA.search(plano) or _familia(plano)
        cuenta = _REACCION.search(plano) or (pregunta and _A_ESO.match(plano))
        pregunta_de_verdad = trozo.signo and plano == trozo.plano
        if que and cuenta and not pregunta_de_verdad and not _SIN.search(plano):
            salida.append(trozo)
    return salida


_RETIPADOS = frozenset({"sintoma", "antecedente", "medicamento_actual"})
_SIN = _P["no_es_reaccion"]


def _familia(plano: str) -> bool:
    return any(re.search(f["dicho"], plano) for f in clases()["familia"])


def _nombrar(propuestas: Sequence[Propuesta], reaccion: list[Trozo]) -> None:
    """La reacción que se contó aparte queda como alergia referida, y no como un síntoma de hoy."""
    suyas = {(t.turno.id, t.desde) for t in reaccion}
    for p in propuestas:
        lugar = p.trozos[-1].lugar
        if p.seccion == "subjetivo" and p.tipo in _RETIPADOS and lugar in suyas:
            p.tipo = "alergia"
            if not _P["ya_es_alergia"].search(llano(p.texto)):
                p.texto = f"Reacción referida: {minuscula(p.texto)}"
