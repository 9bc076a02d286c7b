"""Cuándo pregunta el médico, aunque el reconocedor no ponga los signos «¿?»: por la forma y por lo que le contestan."""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Sequence

from scribe.consulta import Turno
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.oraciones import COLETILLA, solo_confirma
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import es_charla
from scribe.soap.conclusiones import concluye
from scribe.soap.dichos import PLAZO
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fases import TENSION
from scribe.soap.fragmentos import Trozo
from scribe.soap.reglas import pregunta, senal

_P = patrones("scribe.soap", "dialogo.es")
_CIFRA = re.compile(r"\d")
_CONDICIONA = _P["condiciona"]
_ALERGIA = _P["alergia"]
_CONCLUYE_ALERGIA = _P["concluye_alergia"]


def sin_muletilla(plano: str) -> str:
    """El texto llano sin la muletilla con que abre."""
    m = pregunta("muletillas").match(plano)
    return plano[m.end() :] if m else plano


def senala(trozo: Trozo) -> bool:
    """Si solo señala otro sitio al explorar: «y acá», «¿y del otro lado?»."""
    return _P["senala"].fullmatch(trozo.plano.strip(" ¿?¡!,.;…")) is not None


_LO_QUE_TOMA = _P["lo_que_toma"]


def _indica(plano: str, *, pregunta_si_toma: bool = False) -> bool:
    """Si la oración indica, receta, cita o concluye: entonces no pregunta."""
    receta = (
        senal("plan", "receta").search(plano)
        and (hay_farmaco(plano) or _CIFRA.search(plano))
        and not (pregunta_si_toma and _LO_QUE_TOMA.search(plano))
    )
    plazo = _CIFRA.search(plano) or ("?" not in plano and PLAZO.search(plano))
    cita = senal("plan", "cita").search(plano) and plazo
    alarma = senal("plan", "alarma").search(plano) and senal("plan", "condicion").search(plano)
    return bool(
        receta or cita or alarma or (senal("plan", "incapacidad").search(plano) and _CIFRA.search(plano))
        or TENSION.search(plano)
    )  # fmt: skip


def sigue_otra_cosa(desde: Sequence[Trozo]) -> bool:
    """Si tras el primero, que no lleva «¿?», el médico ya concluye o manda: no le contestan a él.

    «Tiene un trastorno de ansiedad. No es depresión. Le doy escitalopram…» «Y eso no me hace adicto».
    """
    if "?" in desde[0].texto:
        return False
    return any(
        "?" not in t.texto
        and (
            _indica(t.plano)
            or _P["hace_medico"].match(sin_muletilla(t.plano.strip(" ¿¡,.")))
            or concluye(t.plano)
            or senal("analisis", "descarta").match(t.plano.strip(" ¿¡,."))
        )
        for t in desde[1:]
    )


def _tajante(turno: Turno | None) -> bool:
    """Si el turno abre con un sí o un no, y no preguntando («¿No será un tumor?»)."""
    if turno and re.match(r"[^.?!]*\?", turno.texto):
        return False
    palabras = re.findall(r"\w+", llano(turno.texto))[:4] if turno else []
    return any(_P["tajante"].fullmatch(p) for p in palabras)


def _contesta(turno: Turno | None, pregunta_llana: str) -> bool:
    if turno is None:
        return False
    if _tajante(turno):
        return True
    primera = re.match(r"\W*(\w{4,})", llano(turno.texto))
    if primera and primera.group(1)[:5] in pregunta_llana:
        return True
    return pregunta("respuestas").match(llano(turno.texto).strip(" ¿¡,.…")) is not None


def es_pregunta(trozo: Trozo, siguiente: Turno | None, *, antes_de_explorar: bool, plan: bool) -> bool:  # noqa: PLR0912
    """Si esta oración del médico pregunta: signos, palabra interrogativa, o forma más respuesta."""
    plano = trozo.plano.strip(" ¿¡,.")
    con_signos = "?" in trozo.texto
    cierra = antes_de_explorar and trozo.ultimo and siguiente is not None
    if _indica(plano, pregunta_si_toma=con_signos) and not (cierra and _P["se_ha"].match(plano)):
        return False
    if not con_signos and not cierra and _CONDICIONA.match(plano):
        return False
    base = sin_muletilla(plano).strip(" ¿¡,.")
    if not con_signos and (senal("motivo", "dice").match(base) or _CONCLUYE_ALERGIA.match(plano)):
        return False
    if not con_signos and (concluye(base) or senal("analisis", "sospecha").search(base)):
        return False
    if not con_signos and (_P["hace_medico"].match(base) or _P["da_medida"].search(base)):
        return False
    if trozo.ultimo and siguiente and (senala(trozo) or _P["por_la_familia"].search(base)):
        return True
    hay_respuesta = _contesta(siguiente, plano)
    if con_signos:
        return not (solo_confirma(trozo.texto) or (plan and COLETILLA.search(llano(trozo.texto))))
    if es_charla(trozo.texto):
        return False
    if _P["no_interroga"].match(base):
        return False
    if antes_de_explorar and siguiente and len(base.split()) <= 10 and _ALERGIA.search(base):
        return True
    if antes_de_explorar and siguiente and pregunta("formas_fuertes").match(base):
        return True
    if plan:
        return False
    if pregunta("interrogativos").match(base):
        abierta = antes_de_explorar and siguiente is not None
        return trozo.signo or hay_respuesta or abierta or not trozo.ultimo
    explora = senal("exploracion", "verbos").search(base) or senal("exploracion", "negativo").search(base)
    if senal("exploracion", "ordenes").search(base):
        return False
    if pregunta("formas").match(base) and hay_respuesta and not plan:
        if not antes_de_explorar and not (trozo.ultimo and _tajante(siguiente)):
            return False
        seguro = not explora and not senal("analisis", "afirma").search(base)
        return seguro or (antes_de_explorar and not _CIFRA.search(base))
    if cierra and siguiente and _cierra_preguntando(trozo, siguiente, base):
        return True
    lista = buscar_clinico(trozo.dicho) or (antes_de_explorar and buscar_exploracion(trozo.dicho))
    afirma = senal("analisis", "afirma").search(base) or senal("plan", "consejo").search(base)
    if not antes_de_explorar and (
        _CIFRA.search(base)
        or afirma
        or not _tajante(siguiente)
        or any(m.clase == "hallazgo" for m in buscar_exploracion(base))
    ):
        return False
    return bool(lista) and trozo.ultimo and hay_respuesta and not explora and len(base.split()) <= 25


_PREGUNTA_LARGA = 25
"""Palabras de lo último de un turno del médico desde las que, sin «¿?», ya no se da por pregunta."""
_NO_PREGUNTA = _P["no_pregunta"]
_NO_CIERRA = (("analisis", "afirma"), ("analisis", "sospecha"), ("plan", "suspende"), ("plan", "evita"))


def _cierra_preguntando(trozo: Trozo, siguiente: Turno, base: str) -> bool:
    """Si, interrogando, es lo último del turno y no se ve que afirme: casi siempre pregunta.

    «Calentura.», «Cena usted bien.», «Abajado de peso, vomitado con sangre.» El modelo base pone «¿?» a menos
    de la mitad de las preguntas, y de lo que cierra un turno antes de explorar preguntan diecisiete de cada
    dieciocho (docs/decisiones/nota.md). No lo es la plática, lo que da una medida o concluye, ni «cuénteme».
    """
    if not trozo.ultimo or not base or len(base.split()) > _PREGUNTA_LARGA:
        return False
    if _NO_PREGUNTA.match(base) or es_charla(siguiente.texto) or senal("motivo", "dice").match(base):
        return False
    if senal("analisis", "descarta").match(base) or any(senal(*n).search(base) for n in _NO_CIERRA):
        return False
    if _P["pide_que_cuente"].search(base) or _P["saluda"].search(trozo.plano):
        return False
    acusa = _P["acusa_recibo"].match(llano(siguiente.texto)) is not None
    return not (acusa or _P["rectifica"].match(trozo.plano) or _lee_un_dato(trozo))


def _lee_un_dato(trozo: Trozo) -> bool:
    """Si dice lo que salió, lo que mide o lo que toma: «sus pruebas salieron normales», «losartán de 50»."""
    clases = {m.clase for m in buscar_exploracion(trozo.dicho)}
    cifra = _CIFRA.search(trozo.plano) is not None
    if cifra and hay_farmaco(trozo.texto):
        return True
    if clases & {"estudio", "imagen"}:
        return cifra or senal("exploracion", "resultado").search(trozo.plano) is not None
    con_cifra = _CIFRA.search(_P["lapso"].sub(" ", trozo.plano)) is not None
    return con_cifra and ("medida" in clases or _P["cifra_medida"].search(trozo.plano) is not None)
