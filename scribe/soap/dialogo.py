"""Quién pregunta y quién contesta: la consulta como intercambios, sin fiarse de los signos «¿?»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import tutea
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fases import NUNCA, fases, pregunta_enumerando
from scribe.soap.fragmentos import Lugar, Trozo, trocear
from scribe.soap.interrogar import es_pregunta, sigue_otra_cosa, sin_muletilla
from scribe.soap.momentos import Momento, describe_o_mide, momento_de, momentos
from scribe.soap.reglas import pregunta, senal
from scribe.soap.replica import nombra_solo, trata

_P = patrones("scribe.soap", "dialogo.es")
_CIFRA = re.compile(r"\d")
_AQUI = _P["aqui"]
_CONDICIONA = _P["condiciona"]
_ALERGIA = _P["alergia"]
ES_ALERGICO = _P["es_alergico"]
_CONCLUYE_ALERGIA = _P["concluye_alergia"]


@dataclass(slots=True)
class Intercambio:
    """Unas preguntas del médico y el turno que las contesta."""

    preguntas: list[Trozo]
    respuesta: list[Trozo]
    en_exploracion: bool = False
    previo: str = ""


@dataclass(slots=True)
class Dialogo:
    """La consulta repartida: intercambios, lo que el médico afirma y lo que el paciente dice por su cuenta."""  # noqa: E501

    intercambios: list[Intercambio] = field(default_factory=list)
    medico: list[Trozo] = field(default_factory=list)
    paciente: list[Trozo] = field(default_factory=list)
    sin_respuesta: list[Trozo] = field(default_factory=list)
    preguntas_paciente: dict[int, list[Trozo]] = field(default_factory=dict)
    exploracion_desde: Lugar = NUNCA
    plan_desde: Lugar = NUNCA
    tutea: bool = False
    momentos: dict[Lugar, Momento] = field(default_factory=dict)

    def momento(self, trozo: Trozo) -> Momento:
        """Qué hacía el médico al decir el trozo: interrogar, explorar o indicar."""
        return momento_de(trozo, self.momentos, self.exploracion_desde, self.plan_desde)


def _habla_medico(turno: Turno) -> bool:
    if turno.rol is not Rol.INCIERTO:
        return turno.rol is Rol.MEDICO
    plano = llano(turno.texto)
    return bool(
        senal("plan", "receta").search(plano)
        or senal("exploracion", "ordenes").search(plano)
        or ("?" in turno.texto and pregunta("interrogativos").match(sin_muletilla(plano.lstrip("¿¡ "))))
    )


_ASUNTO_PROPIO = _P["asunto_propio"]


def _su_asunto(preguntas: list[Trozo], resto: list[Trozo]) -> Trozo | None:
    """El asunto que el paciente saca preguntando y enseguida cuenta: «¿Y la rodilla? Me duele la otra»."""
    for pregunta_suya in preguntas:
        nombra = _ASUNTO_PROPIO.fullmatch(pregunta_suya.plano.strip(" ¿?¡,."))
        clinico = "lo de" in pregunta_suya.plano or buscar_exploracion(pregunta_suya.texto)
        if nombra and clinico and resto and resto[0].lugar > pregunta_suya.lugar:
            return pregunta_suya
    return None


_SOLO_CONTESTA = _P["solo_contesta"]


def _pegada(trozos: tuple[Trozo, ...], siguiente: Turno | None) -> Trozo | None:
    """La respuesta corta que quedó en el turno de quien pregunta: «¿Con sangre? Sangre no» / «ni hilitos»."""
    if siguiente is None or len(trozos) < 2 or "?" in trozos[-1].texto:
        return None
    pregunta_antes, ultima = trozos[-2], trozos[-1]
    raices = {p[:4] for p in re.findall(r"\w{4,}", pregunta_antes.plano)}
    repite = any(p[:4] in raices for p in re.findall(r"\w{4,}", ultima.plano))
    sola = "?" in pregunta_antes.texto and len(ultima.plano.split()) == 1
    return ultima if _SOLO_CONTESTA.fullmatch(ultima.plano) and (repite or sola) else None


def _solo_pregunta(turno: Turno) -> bool:
    """Si todo lo que dice el turno es una pregunta: entonces no contesta nada."""
    return all("?" in t.texto for t in trocear(turno))


_TIENE_ESO = _P["tiene_eso"]


def _afirma_con_signos(trozo: Trozo, sigue: Trozo | None) -> bool:
    """Si los «¿?» son del reconocedor: «¿Que tiene una bronquitis?», «¿Ketorolaco de 10? Una cada 8»."""
    if "?" not in trozo.texto:
        return False
    if _TIENE_ESO.match(trozo.plano.strip(" ¿¡")) and any(
        m.clase == "enfermedad" for m in buscar_clinico(trozo.texto)
    ):
        return True
    dosis = hay_farmaco(trozo.texto) and _CIFRA.search(trozo.plano) and len(trozo.plano.split()) <= _NOMBRA
    pauta = sigue is not None and not sigue.signo and senal("plan", "posologia").search(sigue.plano)
    return bool(dosis and pauta and not pregunta("formas").match(sin_muletilla(trozo.plano.strip(" ¿¡,."))))


_NOMBRA = 8
"""Palabras de un renglón que nombra el fármaco y su presentación."""


def _al_explorar(preguntas: list[Trozo], explora: bool) -> bool:
    """Si se pregunta mientras se explora: señalando («¿aquí le duele?») o tras medir o mirar en ese turno."""
    return explora or any(_AQUI.search(p.plano) for p in preguntas)


def conversar(transcripcion: Transcripcion) -> Dialogo:
    """Reparte todos los trozos de la consulta. Ningún trozo se pierde."""
    dialogo = Dialogo()
    turnos = [t for t in transcripcion.turnos if t.texto.strip()]
    dialogo.tutea = tutea(transcripcion)
    medico = [t for t in turnos if _habla_medico(t)]
    dialogo.exploracion_desde, dialogo.plan_desde = fases(turnos, medico, dialogo.tutea)
    tarde = min(dialogo.exploracion_desde, dialogo.plan_desde)
    pendientes: list[Trozo] = []
    explora = False
    pegada: Trozo | None = None
    for i, turno in enumerate(turnos):
        trozos = trocear(turno)
        if _habla_medico(turno):
            siguiente = turnos[i + 1] if i + 1 < len(turnos) and not _habla_medico(turnos[i + 1]) else None
            contesta = siguiente if siguiente and not _solo_pregunta(siguiente) else None
            explora = any(
                describe_o_mide(t, abierta=False, tutea=dialogo.tutea)
                for t in trozos
                if not (t.lugar < tarde and pregunta_enumerando(t, siguiente))
            )
            pegada = _pegada(trozos, siguiente)
            for n, trozo in enumerate(trozos):
                if trozo is pegada:
                    continue
                antes, plan = trozo.lugar < tarde and not explora, trozo.lugar >= dialogo.plan_desde
                sigue = trozos[n + 1] if n + 1 < len(trozos) else None
                if _afirma_con_signos(trozo, sigue):
                    dialogo.medico.append(replace(trozo, signo=False))
                elif (antes and not trozo.ultimo and pregunta_enumerando(trozo, contesta)) or es_pregunta(
                    trozo,
                    None if sigue_otra_cosa(trozos[n:]) else contesta,
                    antes_de_explorar=antes,
                    plan=plan,
                ):
                    pendientes.append(trozo)
                else:
                    dialogo.medico.append(trozo)
            continue
        previa = [pegada] if pegada is not None else []
        pegada = None
        encarga = [t for t in trozos if _le_pregunta(t)]
        receta = not pendientes and i + 1 < len(turnos) and _recetaba(turnos[max(0, i - 3) : i])
        seco = len(trozos) > 1 and _P["seco"].fullmatch(trozos[0].plano) is not None
        preguntas = [
            t
            for n, t in enumerate(trozos)
            # Tras un «No.» que ya contestó, lo que lleva «¿?» lo pregunta él.
            if t not in encarga
            and (
                _pregunta_paciente(t, bool(pendientes) and not (n and seco), tarde)
                or (receta and _pregunta_de_la_receta(t))
            )
        ]
        dialogo.preguntas_paciente[turno.id] = preguntas
        resto = previa + [t for t in trozos if t not in preguntas and t not in encarga]
        propia = _su_asunto(preguntas, resto) if not pendientes else None
        if propia is not None:
            pendientes = [propia]
        if pendientes and resto:
            dialogo.intercambios.append(
                Intercambio(
                    pendientes,
                    resto,
                    _al_explorar(pendientes, explora),
                    " ".join(t.texto for t in turnos[max(0, i - 5) : i - 1]),
                )
            )
            pendientes = []
        else:
            dialogo.paciente += resto
        pendientes = pendientes + encarga
    dialogo.sin_respuesta = pendientes
    tratan = frozenset(
        n + 1
        for n, lista in dialogo.preguntas_paciente.items()
        if any(trata(p) or nombra_solo(p) or _CONDICIONA.match(p.plano.strip(" ¿¡,.")) for p in lista[-1:])
    )
    dialogo.momentos = momentos(
        dialogo.medico, dialogo.exploracion_desde, dialogo.plan_desde, tutea=dialogo.tutea, tratan=tratan
    )
    return dialogo


_DE_TU = _P["de_tu"]


def _le_pregunta(trozo: Trozo) -> bool:
    """Si quien acompaña le pasa la pregunta al paciente: «¿te duele el pecho, hija?»."""
    return (
        trozo.turno.rol is Rol.ACOMPANANTE
        and "?" in trozo.texto
        and trozo.ultimo
        and _DE_TU.search(trozo.plano) is not None
    )


def _recetaba(previos: Sequence[Turno]) -> bool:
    """Si el médico acaba de recetar o suspender algo: lo que se dice enseguida suele preguntar por ello."""
    if not previos or not _habla_medico(previos[-1]):
        return False
    dichos = [(t, llano(t.texto)) for t in previos if _habla_medico(t) and hay_farmaco(t.texto)]
    return any(
        "?" not in t.texto
        and any(senal("plan", n).search(plano) for n in ("receta", "posologia", "suspende", "evita"))
        for t, plano in dichos
    )


def _pregunta_de_la_receta(trozo: Trozo) -> bool:
    """«Y el naproxeno.», «Sigo con el enalapril.», «Cada 12 horas.»: preguntas a las que el oído quitó el «¿?»."""  # noqa: E501
    plano = trozo.plano.strip(" ¿¡,.")
    if not trozo.ultimo or len(plano.split()) > _NOMBRA:
        return False
    if _P["receta.pauta"].fullmatch(plano):
        return True
    nombres = nombrados(trozo.dicho)
    if nombres and _P["receta.y_el_otro"].fullmatch(trozo.plano[: nombres[0].desde].strip(" ¿¡,.")):
        return _P["receta.tambien"].fullmatch(trozo.plano[nombres[-1].hasta :].strip(" ¿?,.")) is not None
    return _P["receta.lo_tomo"].match(plano) is not None and (
        bool(nombres) or _P["receta.con_pronombre"].match(plano) is not None
    )


_PIDE = _P["pide"]
_PROPIO = _P["propio"]


def _pregunta_paciente(trozo: Trozo, contesta: bool, desde: Lugar) -> bool:
    """Si el paciente pregunta (no aporta hechos). Tras una pregunta del médico, casi nunca."""
    plano = trozo.plano.strip(" ¿¡,.")
    tarde = trozo.lugar > desde
    if _PROPIO.search(plano) and not _P["pregunta_abierta"].match(plano):
        return False
    forma = _PIDE.match(plano) is not None
    if "?" in trozo.texto and not (contesta and not forma and not tarde):
        return True
    return forma and tarde and not contesta
