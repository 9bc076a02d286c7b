"""La nota sobria: para idiomas sin redacción propia, citas textuales repartidas con reglas mínimas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

from scribe.consulta import Rol, Seccion, Transcripcion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Propuesta, Trozo, trocear

_DISTINTO = re.compile(r"\d")
_LARGO_PREGUNTA = 40
Reglas = Mapping[str, re.Pattern[str]]


def _reglas(idioma: str) -> Reglas:
    """Las reglas del idioma; si no hay, las de inglés (solo se reconocen cifras y lo que coincida)."""
    propias = f"sobria.{idioma[:2]}"
    hay = files("scribe.soap").joinpath("datos", f"{propias}.toml").is_file()
    return patrones("scribe.soap", propias if hay else "sobria.en")


def _de_medico(plano: str, reglas: Reglas) -> tuple[Seccion, str] | None:
    if len(plano.split()) < 3:
        return None
    if reglas["pronostico"].search(plano):
        return "pronostico", "pronostico"
    if reglas["plan"].search(plano):
        return "plan", "indicacion"
    if reglas["analisis"].search(plano):
        return "analisis", "sospecha"
    if reglas["objetivo"].search(plano):
        return "objetivo", "hallazgo"
    return None


def _de_paciente(plano: str, reglas: Reglas) -> tuple[Seccion, str] | None:
    for nombre, tipo in (
        ("alergia", "alergia"), ("medicamento", "medicamento_actual"), ("familiar", "antecedente_familiar"),
        ("sintoma", "sintoma"), ("habito", "habito"),
    ):  # fmt: skip
        if reglas[nombre].search(plano):
            return "subjetivo", "negacion" if tipo == "sintoma" and reglas["niega"].search(plano) else tipo
    return None


def _comillas(*trozos: Trozo) -> str:
    return " — ".join(f"«{t.texto.strip()}»" for t in trozos)


def _clinica(plano: str, reglas: Reglas) -> bool:
    return any(reglas[n].search(plano) for n in ("sintoma", "medicamento", "alergia", "familiar", "habito"))


def sobria(transcripcion: Transcripcion) -> list[Propuesta]:
    """Propuestas con citas textuales, en el orden en que se dijeron."""
    reglas = _reglas(transcripcion.idioma)
    salida: list[Propuesta] = []
    pendiente: Trozo | None = None
    for turno in transcripcion.turnos:
        medico = turno.rol is Rol.MEDICO
        for n, trozo in enumerate(trocear(turno)):
            plano = llano(trozo.texto).strip()
            if medico and reglas["pregunta"].search(plano) and not reglas["plan"].search(plano):
                pendiente = (
                    trozo if _clinica(plano, reglas) and len(plano.split()) <= _LARGO_PREGUNTA else None
                )
                continue
            contesta = (
                not medico
                and n == 0
                and pendiente is not None
                and reglas["respuesta"].search(plano) is not None
            )
            if contesta and pendiente is not None:
                propio = (
                    _de_paciente(plano, reglas)
                    or _de_paciente(llano(pendiente.texto), reglas)
                    or ("subjetivo", "sintoma")
                )
                tipo = "negacion" if reglas["niega"].search(plano) and propio[1] == "sintoma" else propio[1]
                salida.append(Propuesta("subjetivo", tipo, _comillas(pendiente, trozo), (pendiente, trozo)))
                pendiente = None
                continue
            destino = _de_medico(plano, reglas) if medico else _de_paciente(plano, reglas)
            if destino and len(plano.split()) >= 3:
                salida.append(Propuesta(*destino, _comillas(trozo), (trozo,)))
    return salida


def sin_citar(transcripcion: Transcripcion, propuestas: list[Propuesta]) -> list[Trozo]:
    """Trozos con cifras o palabras clínicas que no quedaron en la nota."""
    reglas = _reglas(transcripcion.idioma)
    citados = {(t.turno.id, t.desde) for p in propuestas for t in p.trozos}
    salida = []
    for turno in transcripcion.turnos:
        for trozo in trocear(turno):
            plano = llano(trozo.texto)
            pregunta = turno.rol is Rol.MEDICO and reglas["pregunta"].search(plano)
            clinico = reglas["medicamento"].search(plano) or (
                _DISTINTO.search(plano) and _clinica(plano, reglas)
            )
            if (turno.id, trozo.desde) not in citados and clinico and not pregunta:
                salida.append(trozo)
    return salida
