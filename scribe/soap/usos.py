"""Qué pasa con cada fármaco que se nombra: lo toma, se receta, se suspende, se excluye o le da alergia."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from scribe.consulta import Cita, Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.farmacos import MencionFarmaco, buscar_farmacos
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.destinos import destinos


class Estado(StrEnum):
    """El papel de un fármaco en la consulta."""

    RECETADO = "recetado"
    ACTUAL = "actual"
    SUSPENDIDO = "suspendido"
    NEGADO = "negado"
    ALERGIA = "alergia"
    MENCION = "mencion"


@dataclass(frozen=True, slots=True)
class Uso:
    """Un fármaco nombrado en un turno y su papel ahí. `turno` es `None` si viene del expediente."""

    mencion: MencionFarmaco
    estado: Estado
    turno: Turno | None
    oracion: tuple[int, int]
    topico: bool = False

    @property
    def citas(self) -> tuple[Cita, ...]:
        """La oración en que se dijo, textual; vacío si viene del expediente."""
        return (self.turno.citar(*self.oracion),) if self.turno else ()


_ORACION = re.compile(r"[^.;?!¿¡]+(?:\.(?=\d)[^.;?!¿¡]+)*[.;?!]*")


def patron(nombre: str) -> re.Pattern[str]:
    """Un patrón de `datos/usos_farmacos.toml`."""
    return patrones("scribe.lenguaje", "usos_farmacos")[nombre]


def oraciones(texto: str) -> list[tuple[int, int]]:
    """Los tramos `(desde, hasta)` de cada oración, sin espacios en los extremos."""
    tramos = []
    for m in _ORACION.finditer(texto):
        quitar = len(m[0]) - len(m[0].lstrip())
        if m[0].strip():
            tramos.append((m.start() + quitar, m.start() + len(m[0].rstrip())))
    return tramos or [(0, len(texto))]


def usos(transcripcion: Transcripcion, nota: Nota, contexto: Contexto) -> list[Uso]:
    """Todos los fármacos nombrados, en orden, con su papel; primero los del expediente."""
    salida = [*_del_contexto(contexto)]
    anterior: Turno | None = None
    for k, turno in enumerate(transcripcion.turnos):
        siguiente = transcripcion.turnos[k + 1] if k + 1 < len(transcripcion.turnos) else None
        salida += _suspendidos_sin_nombre(turno, salida)
        salida += _del_turno(turno, anterior, siguiente)
        anterior = turno
    return _con_nota(salida, nota)


def _del_contexto(contexto: Contexto) -> Iterator[Uso]:
    for textos, estado in ((contexto.medicamentos, Estado.ACTUAL), (contexto.alergias, Estado.ALERGIA)):
        for texto in textos:
            for mencion in buscar_farmacos(texto):
                yield Uso(mencion, estado, None, (0, 0))


def _con_nota(todos: list[Uso], nota: Nota) -> list[Uso]:
    """Lo que la nota clasificó como receta o medicamento actual decide donde la frase no decía."""
    papeles = {"receta": Estado.RECETADO, "medicamento_actual": Estado.ACTUAL}
    citados = [
        (papeles[e.tipo], cita.turno, genericos)
        for e in nota.enunciados
        if e.tipo in papeles
        for cita in e.citas
        if (genericos := {g for m in buscar_farmacos(e.texto) for g in m.genericos})
    ]
    salida = []
    for uso in todos:
        numero = uso.turno.id if uso.turno else 0
        papel = next((p for p, t, g in citados if t == numero and g & set(uso.mencion.genericos)), uso.estado)
        salida.append(replace(uso, estado=papel) if uso.estado == Estado.MENCION else uso)
    return salida


# --- Una mención en su oración --------------------------------------------------------------------


def _del_turno(turno: Turno, anterior: Turno | None, siguiente: Turno | None) -> Iterator[Uso]:
    tramos = oraciones(turno.texto)
    plano = llano(turno.texto)
    for mencion in buscar_farmacos(turno.texto):
        desde, hasta = next(
            ((i, f) for i, f in tramos if i <= mencion.desde < f), (mencion.desde, mencion.hasta)
        )
        antes, despues = plano[desde : mencion.desde], plano[mencion.hasta : _fin_amplio(plano, hasta)]
        estado = _estado(turno, anterior, siguiente, (antes, despues, plano[desde:hasta]))
        if estado is Estado.RECETADO and _se_deja(turno.texto[desde:hasta], mencion.desde - desde):
            estado = Estado.SUSPENDIDO
        topico = patron("topico").search(despues) is not None
        yield Uso(mencion, estado, turno, (desde, hasta), topico)


def _se_deja(oracion: str, lugar: int) -> bool:
    """Si de los fármacos de la oración, el que empieza en `lugar` es de los que se dejan."""
    return any(m.desde == lugar and destino == "fuera" for m, destino in destinos(oracion))


def _fin_amplio(plano: str, hasta: int) -> int:
    """Hasta la oración siguiente: la pauta suele ir tras un punto («de 5 mg. Una tableta cada 24»)."""
    return min(len(plano), hasta + 60)


def _estado(
    turno: Turno, anterior: Turno | None, siguiente: Turno | None, frase: tuple[str, str, str]
) -> Estado:
    antes, despues, oracion = frase
    if _es_alergia(turno, anterior, oracion) and not patron("toma").search(antes):
        return Estado.ALERGIA
    if patron("alergia_antes").search(antes):
        return _alergia_nombrada(turno, siguiente, oracion)
    if patron("negado_antes").search(antes.rstrip()) or patron("no_tomado_despues").search(despues):
        return Estado.NEGADO
    if patron("suspendido_antes").search(antes.rstrip()) or patron("suspendido_despues").search(despues):
        return Estado.SUSPENDIDO
    pregunta = "?" in oracion
    if turno.rol == Rol.MEDICO and (pregunta or patron("pregunta_toma").search(antes)):
        si = siguiente is not None and not patron("responde_no").search(llano(siguiente.texto))
        return Estado.ACTUAL if patron("toma").search(oracion) and si else Estado.MENCION
    if turno.rol in (Rol.MEDICO, Rol.INCIERTO) and _receta(antes, despues):
        return Estado.RECETADO
    if turno.rol != Rol.MEDICO and not pregunta:
        return _de_paciente(antes, despues, oracion, turno.rol)
    return Estado.MENCION


def _alergia_nombrada(turno: Turno, siguiente: Turno | None, oracion: str) -> Estado:
    """«Usted es alérgica a las penicilinas» lo afirma el médico; si pregunta o le dicen que no, no."""
    negada = siguiente is not None and patron("responde_no").search(llano(siguiente.texto))
    if turno.rol != Rol.MEDICO or "?" in oracion or patron("sin_alergia").search(oracion) or negada:
        return Estado.MENCION
    return Estado.ALERGIA


def _receta(antes: str, despues: str) -> bool:
    return bool(patron("receta").search(antes) or patron("pauta").search(despues))


def _de_paciente(antes: str, despues: str, oracion: str, rol: Rol) -> Estado:
    ajeno = rol == Rol.PACIENTE and patron("familia").search(antes) and "inyect" not in antes
    if ajeno or patron("pasado").search(oracion):
        return Estado.MENCION
    habitual = patron("toma").search(oracion) or patron("pauta").search(despues)
    return Estado.ACTUAL if habitual else Estado.MENCION


def _es_alergia(turno: Turno, anterior: Turno | None, oracion: str) -> bool:
    if patron("sin_alergia").search(oracion) or turno.rol == Rol.MEDICO:
        return False
    if turno.rol == Rol.PACIENTE and patron("familia").search(oracion) and patron("alergia").search(oracion):
        return False
    if patron("alergia").search(oracion):
        return True
    preguntan = anterior is not None and pregunta_alergia(anterior)
    no = patron("responde_no").search(llano(turno.texto))
    return bool((preguntan and not no) or (patron("reaccion").search(oracion) and preguntan))


def pregunta_alergia(turno: Turno) -> bool:
    """Si el turno termina preguntando por alergias."""
    ultimas = [llano(turno.texto[i:f]) for i, f in oraciones(turno.texto)][-2:]
    return any(patron("alergia").search(x) for x in ultimas) and turno.rol != Rol.PACIENTE


# --- Suspensiones que no repiten el nombre --------------------------------------------------------


def _suspendidos_sin_nombre(turno: Turno, previos: list[Uso]) -> Iterator[Uso]:
    """«Ese me lo suspende»: lo último nombrado. «Las inyecciones ya no»: lo inyectado."""
    if turno.rol == Rol.PACIENTE:
        return
    plano = llano(turno.texto)
    dichos = [u for u in previos if u.turno is not None]
    for desde, hasta in oraciones(turno.texto):
        oracion = plano[desde:hasta]
        if "?" in oracion or patron("condicion").search(oracion) or buscar_farmacos(turno.texto[desde:hasta]):
            continue
        if patron("inyecciones_no").search(oracion):
            blancos = [u for u in dichos if u.turno and patron("inyectado").search(llano(u.turno.texto))]
        elif patron("suspende_pronombre").search(oracion):
            blancos = [u for u in dichos[-1:] if u.turno and u.turno.id >= turno.id - 2]
        else:
            continue
        for uso in blancos:
            yield Uso(uso.mencion, Estado.SUSPENDIDO, turno, (desde, hasta))
