"""Avisos de seguridad del tratamiento: alergias, interacciones, duplicidades y dosis.

Se leen de los turnos y sus roles; la nota solo desempata. Son recordatorios con su evidencia: no
deciden nada. Lo suspendido no cuenta, salvo para decir que se venía tomando junto.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

from scribe.consulta import Aviso, Cita, Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.farmacos import clase_de, clases, nombre_de_clase
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.posologia import avisos_de_dosis
from scribe.soap.usos import Estado, Uso, oraciones, patron, pregunta_alergia, usos

_P = patrones("scribe.soap", "comprobaciones.es")

_LA_EXCLUYE = _P["seguridad.la_excluye"]
_VIGENTES = (Estado.RECETADO, Estado.ACTUAL)


@dataclass(frozen=True, slots=True)
class _Tratamiento:
    """Un genérico del paciente: cómo quedó al final y dónde se dijo."""

    generico: str
    recetado: bool
    suspendido: bool
    usos: tuple[Uso, ...]

    @property
    def citas(self) -> tuple[Cita, ...]:
        return tuple(c for uso in self.usos for c in uso.citas)[:2]

    @property
    def topico(self) -> bool:
        return all(u.topico for u in self.usos)


@dataclass(frozen=True, slots=True)
class _Alergia:
    """Un alérgeno declarado: cómo se llama y qué clases y genéricos abarca."""

    nombre: str
    clases: frozenset[str]
    cruzadas: frozenset[str]
    genericos: frozenset[str]
    citas: tuple[Cita, ...]


@cache
def _pares() -> list[dict[str, Any]]:
    texto = (files("scribe.lenguaje") / "datos" / "interacciones.toml").read_text("utf-8")
    pares: list[dict[str, Any]] = tomllib.loads(texto)["par"]
    return pares


def revisar_seguridad(nota: Nota, transcripcion: Transcripcion, contexto: Contexto) -> tuple[Aviso, ...]:
    """Los avisos `alergia`, `interaccion`, `duplicidad` y `dosis` de la consulta, con citas textuales.

    Las alergias y los medicamentos del expediente (`contexto`) cuentan, sin cita. Solo sabe español.
    """
    if not transcripcion.idioma.startswith("es"):
        return ()
    todos = usos(transcripcion, nota, contexto)
    tratamientos = _tratamientos(todos)
    alergias = _alergias(todos, transcripcion)
    avisos = [
        *(_aviso_declarada(a) for a in alergias if a.citas),
        *_otras_alergias(transcripcion, alergias),
        *_por_alergia(tratamientos, alergias),
        *_interacciones(tratamientos),
        *_duplicidades(tratamientos),
        *_repetidos(todos),
        *avisos_de_dosis([u for u in todos if u.estado == Estado.RECETADO], contexto),
    ]
    unicos = {(a.tipo, a.texto): a for a in reversed(avisos)}
    return tuple(a for a in avisos if unicos[a.tipo, a.texto] is a)


def _tratamientos(todos: list[Uso]) -> list[_Tratamiento]:
    """Lo que el paciente toma o va a tomar, y lo que venía tomando y se suspendió."""
    por_generico: dict[str, list[Uso]] = {}
    for uso in todos:
        for generico in uso.mencion.genericos:
            por_generico.setdefault(generico, []).append(uso)
    salida = []
    for generico, lista in por_generico.items():
        pesan = [u for u in lista if u.estado in (*_VIGENTES, Estado.SUSPENDIDO)]
        vigentes = tuple(u for u in pesan if u.estado in _VIGENTES)
        if not vigentes:
            continue
        suspendido = pesan[-1].estado == Estado.SUSPENDIDO
        recetado = not suspendido and any(u.estado == Estado.RECETADO for u in vigentes)
        ultima = tuple(u for u in pesan[-1:] if suspendido)
        salida.append(_Tratamiento(generico, recetado, suspendido, (*vigentes[-1:], *ultima)))
    return salida


# --- Alergias -------------------------------------------------------------------------------------


def _alergias(todos: list[Uso], transcripcion: Transcripcion) -> list[_Alergia]:
    alergias = [_de_uso(u) for u in todos if u.estado == Estado.ALERGIA]
    for turno, (desde, hasta) in _oraciones_de_alergia(transcripcion):
        plano = llano(turno.texto[desde:hasta])
        for familia in clases()["familia"]:
            if any(not _LA_EXCLUYE.match(plano, m.end()) for m in re.finditer(familia["dicho"], plano)):
                alergias.append(_de_familia(familia, (turno.citar(desde, hasta),)))
    juntas: dict[str, _Alergia] = {}
    for a in alergias:
        repetida = any((a.clases, a.genericos) == (otra.clases, otra.genericos) for otra in juntas.values())
        if not repetida:
            juntas.setdefault(a.nombre, a)
    return list(juntas.values())


def _de_familia(familia: dict[str, Any], citas: tuple[Cita, ...], dicho: str = "") -> _Alergia:
    """La familia entera; si se nombró un fármaco de ella, se dice cuál («sulfas (Bactrim)»)."""
    igual = not dicho or llano(dicho)[:6] == llano(familia["nombre"])[:6]
    return _Alergia(
        familia["nombre"] if igual else f"{familia['nombre']} ({dicho})",
        frozenset(familia["clases"]),
        frozenset(familia["cruzada"]),
        frozenset(familia.get("genericos", ())),
        citas,
    )


def _de_uso(uso: Uso) -> _Alergia:
    plano = llano(uso.mencion.texto)
    for familia in clases()["familia"]:
        suya = uso.mencion.clase in ("sulfonamida",) and uso.mencion.clase in familia["clases"]
        if suya or re.search(familia["dicho"], plano) or uso.mencion.generico in familia.get("genericos", ()):
            return _de_familia(familia, uso.citas, uso.mencion.texto)
    clase = uso.mencion.clase
    cruzadas = frozenset([clase, *clases()["cruzadas"].get(clase, ())])
    genericos = frozenset(uso.mencion.genericos)
    return _Alergia(uso.mencion.generico, frozenset(), cruzadas, genericos, uso.citas)


def _oraciones_de_alergia(transcripcion: Transcripcion) -> Iterator[tuple[Turno, tuple[int, int]]]:
    """Oraciones en que el paciente (o quien lo acompaña) dice que algo le da alergia."""
    anterior: Turno | None = None
    for turno in transcripcion.turnos:
        if turno.rol != Rol.MEDICO:
            plano = llano(turno.texto)
            responde = anterior is not None and pregunta_alergia(anterior)
            niega = patron("responde_no").search(plano) or patron("sin_alergia").search(plano)
            for k, (desde, hasta) in enumerate(oraciones(turno.texto)):
                oracion = plano[desde:hasta]
                familiar = turno.rol == Rol.PACIENTE and patron("familia").search(oracion)
                afirma = patron("alergia").search(oracion) and "?" not in oracion
                if not familiar and not niega and (afirma or (responde and k == 0)):
                    yield turno, (desde, hasta)
        anterior = turno


def _aviso_declarada(alergia: _Alergia) -> Aviso:
    return Aviso(tipo="alergia", texto=f"Alergia a {alergia.nombre} referida.", citas=alergia.citas)


_A_QUE = _P["seguridad.a_que"]


def _otras_alergias(transcripcion: Transcripcion, alergias: list[_Alergia]) -> Iterator[Aviso]:
    """Alergias a lo que no es fármaco («a los mariscos») o no se reconoció."""
    citados = {(c.turno, c.inicio) for a in alergias for c in a.citas}
    for turno, (desde, hasta) in _oraciones_de_alergia(transcripcion):
        m = _A_QUE.search(llano(turno.texto[desde:hasta]))
        cita = turno.citar(desde, hasta)
        if m and not _P["seguridad.a_nada"].fullmatch(m[1]) and (cita.turno, cita.inicio) not in citados:
            que = turno.texto[desde + m.start(1) : desde + m.end(1)]
            yield Aviso(tipo="alergia", texto=f"Alergia a {que} referida.", citas=(cita,))


def _por_alergia(tratamientos: list[_Tratamiento], alergias: list[_Alergia]) -> Iterator[Aviso]:
    for alergia in alergias:
        for t in tratamientos:
            clase = clase_de(t.generico)
            directa = clase in alergia.clases or t.generico in alergia.genericos
            if t.suspendido or not (directa or clase in alergia.cruzadas):
                continue
            verbo = "Se receta" if t.recetado else "Toma"
            riesgo = "" if directa else " Puede haber reacción cruzada."
            que = f"{t.generico} ({nombre_de_clase(clase)})"
            yield Aviso(
                tipo="alergia",
                texto=f"{verbo} {que} y se refirió alergia a {alergia.nombre}.{riesgo}",
                citas=(*alergia.citas[:1], *t.citas[:1]),
            )


# --- Combinaciones --------------------------------------------------------------------------------


def _es(generico: str, lista: Iterable[str]) -> bool:
    return generico in lista or clase_de(generico) in lista


def _juntos(una: _Tratamiento, otra: _Tratamiento) -> bool:
    """Dos que coinciden en el paciente y no vienen solo de una misma combinación comercial."""
    marcas = [{u.mencion.marca for u in t.usos} for t in (una, otra)]
    misma = marcas[0] & marcas[1] - {None}
    return not misma and not (una.suspendido and otra.suspendido)


def _nota_de_suspension(una: _Tratamiento, otra: _Tratamiento) -> str:
    dejado = next((t.generico for t in (una, otra) if t.suspendido), None)
    return f" Lo venía tomando: {dejado} se suspende." if dejado else ""


def _interacciones(tratamientos: list[_Tratamiento]) -> Iterator[Aviso]:
    for una, otra in combinations(tratamientos, 2):
        if not _juntos(una, otra):
            continue
        for par in _pares():
            directo = _es(una.generico, par["a"]) and _es(otra.generico, par["b"])
            a, b = (una, otra) if directo else (otra, una)
            if not (_es(a.generico, par["a"]) and _es(b.generico, par["b"])):
                continue
            menor = " Uno es de uso local: el riesgo es menor." if una.topico or otra.topico else ""
            grave = "Interacción grave" if par["gravedad"] == "alta" else "Interacción"
            texto = f"{grave}: {_con_clase(a)} con {_con_clase(b)}: {par['efecto']}.{menor}"
            yield Aviso(
                tipo="interaccion",
                texto=texto + _nota_de_suspension(una, otra),
                citas=(*a.citas[:2], *b.citas[:1]),
            )
            break


def _con_clase(t: _Tratamiento) -> str:
    clase = clase_de(t.generico)
    return f"{t.generico} ({nombre_de_clase(clase)})" if clase in clases()["nombres"] else t.generico


def _repetidos(todos: list[Uso]) -> Iterator[Aviso]:
    """El mismo principio activo solo y dentro de un combinado («Next» y paracetamol)."""
    vigentes = [u for u in todos if u.estado in _VIGENTES]
    for una, otra in combinations(vigentes, 2):
        comunes = set(una.mencion.genericos) & set(otra.mencion.genericos)
        combinado = len(una.mencion.genericos) != len(otra.mencion.genericos)
        for generico in sorted(comunes) if combinado and una.mencion.marca != otra.mencion.marca else ():
            if clase_de(generico) != "vitamina":
                yield Aviso(
                    tipo="duplicidad",
                    texto=f"{una.mencion.texto} y {otra.mencion.texto} traen los dos {generico}.",
                    citas=(*una.citas[:1], *otra.citas[:1]),
                )


def _duplicidades(tratamientos: list[_Tratamiento]) -> Iterator[Aviso]:
    for una, otra in combinations(tratamientos, 2):
        if not _juntos(una, otra):
            continue
        for grupo in clases()["duplicidad"]["grupos"]:
            if clase_de(una.generico) in grupo and clase_de(otra.generico) in grupo:
                yield Aviso(
                    tipo="duplicidad",
                    texto=f"Dos de la misma clase: {una.generico} y {otra.generico} "
                    f"({nombre_de_clase(clase_de(una.generico))}).{_nota_de_suspension(una, otra)}",
                    citas=(*una.citas[:2], *otra.citas[:1]),
                )
                break
