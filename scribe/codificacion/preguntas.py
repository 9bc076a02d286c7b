"""Lo que el médico pregunta vale según lo que le contestan."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from scribe.codificacion.detector import Hallazgo, detector
from scribe.codificacion.dialogo import oracion, parece_pregunta
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.normal import claves
from scribe.codificacion.reglas import frases
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import EstadoCodigo, Rol, Turno
from scribe.lenguaje.contexto import Calificacion, es_de_sangre
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_M = patrones("scribe.codificacion", "matices.es")
_CORTA = 30
"""Caracteres de la primera oración tras la que la segunda aún la completa («Una hermana. Del seno.»)."""


def es_pregunta(lectura: Lectura, i: int, hallazgo: Hallazgo, pista: bool) -> bool:
    """Si lo que dice el médico es una pregunta aunque no lleve signos."""
    siguiente, turno = lectura.siguiente(i), lectura.turnos[i]
    if siguiente is None or siguiente.rol == Rol.MEDICO:
        return False
    if frases()["interroga"].match(
        llano(turno.texto[slice(*oracion(turno.texto, hallazgo.desde, hallazgo.hasta))])
    ):
        return True
    if "?" in turno.texto:
        return False
    suyos = [h for h in lectura.hallazgos[turno.id] if h.concepto.clase in "dl"]
    if not pista and len(suyos) > 1 and any(lectura.se_nombra(siguiente, h.concepto.cie10) for h in suyos):
        return True  # «Diabetes hipertensión asma» «Asma de niña»: le pasaba lista
    if lectura.se_nombra(siguiente, hallazgo.concepto.cie10):
        breve = llano(siguiente.texto[:60])
        return _M["contesta"].search(breve) is not None
    return parece_pregunta(turno, siguiente, pista)


def preguntado(lectura: Lectura, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
    """La mención que resulta de la respuesta; `None` si se niega, no se contesta o es ambigua."""
    siguiente = lectura.siguiente(i)
    if siguiente is None or siguiente.rol == Rol.MEDICO:
        return None
    if lectura.se_nombra(siguiente, hallazgo.concepto.cie10):
        return None
    if hallazgo.concepto.clase == "m" and not _M["a_que_viene"].search(llano(lectura.turnos[i].texto)):
        return None  # «¿Ya se puso la vacuna?» «Sí»: lo hecho no es a lo que viene
    respuesta, f = llano(siguiente.texto), frases()
    pariente = lectura.pariente_en(siguiente)
    if pariente:
        hallazgo = de_familia(hallazgo)
    solo_el = _M["no_yo"].fullmatch(respuesta[: oracion(siguiente.texto, 0, 1)[1] + 1].strip()) is not None
    if pariente is None and solo_el:
        pariente = lectura.pariente_en(siguiente, negado=True)
        hallazgo = de_familia(hallazgo)
    if pariente and hallazgo.concepto.clase in "dl" and (solo_el or not f["niega"].search(respuesta)):
        otra = any(h.concepto.clase in "dl" for h in lectura.hallazgos[siguiente.id])
        if otra:
            return None
        hallazgo = _completo(lectura, i, hallazgo, siguiente)
        return lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR)
    if not (f["afirma"].search(respuesta) or _toma_para_ello(lectura, i, hallazgo, siguiente)):
        return None
    suyos = lectura.hallazgos[lectura.turnos[i].id]
    juntas = [h for h in suyos if h.concepto.cie10 != hallazgo.concepto.cie10 and _se_pregunta(lectura, i, h)]
    if juntas and not f["ambas"].search(respuesta) and not _sumadas(lectura, i, [hallazgo, *juntas]):
        return None
    if cal.familiar:
        ajeno = pariente is not None or not es_de_sangre(cal.familiar)
        return None if ajeno else lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR)
    estado = EstadoCodigo.CONFIRMADO if hallazgo.concepto.clase == "s" else EstadoCodigo.ANTECEDENTE
    return lectura.respondida(i, siguiente, hallazgo, estado)


def _sumadas(lectura: Lectura, i: int, hallazgos: list[Hallazgo]) -> bool:
    """«¿Para la presión y el azúcar?» «Ajá»: unidas con «y» se contestan a la vez; con «o», no."""
    orden = sorted(hallazgos, key=lambda h: h.desde)
    medios = [llano(lectura.turnos[i].texto[a.hasta : b.desde]) for a, b in pairwise(orden)]
    respuesta = lectura.siguiente(i)
    if respuesta is None or any(lectura.se_nombra(respuesta, h.concepto.cie10) for h in hallazgos):
        return False
    return len(medios) == 1 and _M["suma"].fullmatch(medios[0]) is not None


def _se_pregunta(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """Si ese otro también se pregunta: lo que se dijo al explorar no hace ambigua la respuesta."""
    turno = lectura.turnos[i]
    return "?" not in turno.texto or lectura.calificar(turno, hallazgo.desde, hallazgo.hasta).interrogada


def _toma_para_ello(lectura: Lectura, i: int, hallazgo: Hallazgo, siguiente: Turno) -> bool:
    """«¿Y para la tensión?» «Losartán, una diaria»: nombrar lo que toma es decir que la padece."""
    texto = llano(lectura.turnos[i].texto)
    antes = texto[: hallazgo.desde]
    para = _M["para_que"].search(antes) or texto.startswith(("para ", "por "), hallazgo.desde)
    if hallazgo.concepto.clase not in "dl" or not para:
        return False
    return not frases()["niega"].search(llano(siguiente.texto)) and bool(buscar_farmacos(siguiente.texto))


def contestado(lectura: Lectura, i: int, hallazgo: Hallazgo) -> Mencion | None:
    """«¿Es apendicitis, doctor?» «No.»: lo que el paciente pregunta vale según lo que el médico contesta."""
    siguiente = lectura.siguiente(i)
    if hallazgo.concepto.clase not in "dl" or siguiente is None or siguiente.rol != Rol.MEDICO:
        return None
    if hallazgo.concepto.clase == "l" and not _M["la_tendra"].search(_antes(lectura, i, hallazgo)):
        return None  # «¿Y el colesterol?» «No por ahora»: no se pregunta si lo tiene
    if _sano(lectura, siguiente, hallazgo):
        return replace(lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.DESCARTADO), fuerza=2)
    respuesta, f = llano(siguiente.texto), frases()
    nombradas = [h for h in lectura.hallazgos[siguiente.id] if h.concepto.clase == "d"]
    # «¿Es cáncer?» «No, es un lunar»: lo suyo se lee de su turno; lo preguntado queda descartado.
    limpio = f["niega"].search(respuesta) is not None or _nada_hallado(respuesta)
    if nombradas and (any(_lo_mismo(h, hallazgo) for h in nombradas) or not limpio):
        return None
    if f["quiza"].search(respuesta):
        return replace(lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.SOSPECHA), fuerza=2)
    if limpio:
        estado = EstadoCodigo.DESCARTADO
    elif f["afirma"].search(respuesta):
        estado = EstadoCodigo.CONFIRMADO
    else:
        return None
    return replace(lectura.respondida(i, siguiente, hallazgo, estado), fuerza=3)


def _antes(lectura: Lectura, i: int, hallazgo: Hallazgo) -> str:
    """Lo que va delante de la mención en su oración, llano."""
    texto = lectura.turnos[i].texto
    return llano(texto[oracion(texto, hallazgo.desde, hallazgo.hasta)[0] : hallazgo.desde])


def pregunta_sin_signos(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«Es neumonía doctor», si el médico contesta que sí o que no: lo preguntaba."""
    siguiente = lectura.siguiente(i)
    if hallazgo.concepto.clase != "d" or siguiente is None or siguiente.rol != Rol.MEDICO:
        return False
    respuesta, f = llano(siguiente.texto), frases()
    contesta = f["niega"].search(respuesta) is not None or f["afirma_breve"].search(respuesta) is not None
    return contesta and _M["es_esto"].fullmatch(_antes(lectura, i, hallazgo)) is not None


def negada_o_contestada(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«¿Es neumonía?» «No es una bronquitis»: sin la coma no se sabe si niega la bronquitis o la afirma."""
    anterior = lectura.anterior(i)
    if anterior is None or anterior.rol == Rol.MEDICO:
        return False
    otras = [h for h in lectura.hallazgos[anterior.id] if h.concepto.clase == "d"]
    pregunta = _M["es_esto_que"].match(llano(anterior.texto)) is not None
    if not (otras or pregunta) or any(_lo_mismo(h, hallazgo) for h in otras):
        return False
    return _M["no_es_un"].fullmatch(_antes(lectura, i, hallazgo)) is not None


def de_familia(hallazgo: Hallazgo) -> Hallazgo:
    """La enfermedad tras una circunstancia del pariente: «usa insulina», «antecedentes de cáncer»."""
    if hallazgo.concepto.cie10.startswith("R56"):
        return replace(hallazgo, concepto=Concepto("G40.9", "8A6Z", "d", ("epilepsia",)))
    if hallazgo.concepto.cie10 == "Z85.9":
        return replace(hallazgo, concepto=Concepto("C80.9", "2D4Z", "d", ("cáncer",)))
    if hallazgo.concepto.clase == "z" and "insulina" in hallazgo.termino:
        return replace(hallazgo, concepto=Concepto("E14.9", "5A14", "d", ()))
    return hallazgo


def rebatido(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«Me dijeron que es colitis» «No creo, más bien es gastritis»: el médico no lo comparte."""
    siguiente = lectura.siguiente(i)
    if hallazgo.concepto.clase not in "dl" or siguiente is None or siguiente.rol != Rol.MEDICO:
        return False
    if lectura.se_nombra(siguiente, hallazgo.concepto.cie10):
        return False
    respuesta = llano(siguiente.texto)
    inicio, _ = oracion(lectura.turnos[i].texto, hallazgo.desde, hallazgo.hasta)
    antes = llano(lectura.turnos[i].texto[inicio : hallazgo.desde])
    supuesto = frases()["conjetura"].search(antes) is not None
    if supuesto and (frases()["niega"].search(respuesta) is not None or _nada_hallado(respuesta)):
        return True
    return frases()["rebate"].search(respuesta) is not None


def _nada_hallado(respuesta: str) -> bool:
    """«Ya vimos el ultrasonido: limpiecita, ni una piedra»: contesta que no con lo que salió."""
    return frases()["nada_hallado"].search(respuesta) is not None


def avalado(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«Yo decía que era gastritis» «Y sí es»: lo que supone y el médico le concede."""
    siguiente, turno = lectura.siguiente(i), lectura.turnos[i]
    if hallazgo.concepto.clase != "d" or siguiente is None or siguiente.rol != Rol.MEDICO:
        return False
    inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
    otra = any(h.concepto.clase == "d" for h in lectura.hallazgos[siguiente.id])
    if not otra and frases()["lo_ve"].search(llano(siguiente.texto)) is not None:
        return True
    if frases()["conjetura"].search(llano(turno.texto[inicio : hallazgo.desde])) is None:
        return False
    return frases()["afirma"].search(llano(siguiente.texto)) is not None


def _lo_mismo(uno: Hallazgo, otro: Hallazgo) -> bool:
    """Si son la misma categoría o empiezan por la misma palabra («artritis», «artritis reumatoide»)."""
    misma = uno.concepto.cie10[:3] == otro.concepto.cie10[:3]
    return misma or claves(uno.termino)[:1] == claves(otro.termino)[:1]


def _sano(lectura: Lectura, respuesta: Turno, hallazgo: Hallazgo) -> bool:
    """«¿No será la tiroides?» «…No, la tiroides está bien, la descartamos.»"""
    for h in lectura.hallazgos[respuesta.id]:
        if h.concepto.cie10 == hallazgo.concepto.cie10:
            desde, hasta = oracion(respuesta.texto, h.desde, h.hasta)
            if frases()["sano"].search(llano(respuesta.texto[desde:hasta])):
                return True
    return False


def _completo(lectura: Lectura, i: int, hallazgo: Hallazgo, respuesta: Turno) -> Hallazgo:
    """«¿Alguien con cáncer?» «Mi tía, de mama»: lo preguntado, con lo que la respuesta le añade."""
    dicho = lectura.turnos[i].texto[hallazgo.desde : hallazgo.hasta]
    if hallazgo.concepto.cie10 == "C80.9":
        dicho = "cáncer"
    fin = oracion(respuesta.texto, 0, 1)[1]
    if fin < min(_CORTA, len(respuesta.texto) - 2):
        _, fin = oracion(respuesta.texto, fin + 1, fin + 2)
    primera = respuesta.texto[:fin]
    for m in _M["completa"].finditer(llano(primera)):
        hallados = detector().buscar(f"{dicho} {primera[m.start() : m.end()]}")
        if hallados and hallados[0].concepto.cie10 != hallazgo.concepto.cie10 and hallados[0].desde == 0:
            return replace(hallazgo, concepto=hallados[0].concepto, termino=hallados[0].termino)
    return hallazgo
