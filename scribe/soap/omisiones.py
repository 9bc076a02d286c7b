"""Lo que se dijo y no quedó en la nota: cada cosa con su cita y la sección donde iría.

No basta con que un enunciado cite la frase: si de «presión 120/80, y la cicatriz ya cerró» solo quedó la
presión, la cicatriz es una omisión. Por eso se compara, cláusula por cláusula, lo dicho con lo escrito.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scribe.consulta import Omision, Rol, Seccion
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import anuncia, contenido, ordena
from scribe.soap.dialogo import Dialogo
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, clausulas, mayuscula
from scribe.soap.interrogar import sin_muletilla
from scribe.soap.momentos import Momento
from scribe.soap.persona import de_usted
from scribe.soap.reglas import pregunta, senal
from scribe.soap.retractos import retirados

_P = patrones("scribe.soap", "momentos.es")

_CIFRA_CON_UNIDAD = _P["omisiones.cifra_con_unidad"]
_FLOJAS = _P["omisiones.flojas"]
_DE_SI = _P["omisiones.de_si"]
_DIGITO = _P["omisiones.digito"]
_SUSTANCIA = 3
"""Palabras con contenido desde las que una cláusula sin término clínico también se ofrece."""
_ESCRITA = 0.5
"""Qué parte de esas palabras basta ver en la nota para dar la cláusula por escrita."""
_RAIZ = 4
_SECCION: dict[Momento, Seccion] = {
    Momento.INTERROGA: "subjetivo",
    Momento.EXPLORA: "objetivo",
    Momento.CONCLUYE: "analisis",
    Momento.INDICA: "plan",
}


def tramos_clinicos(texto: str) -> list[tuple[int, int]]:
    """Los tramos de un texto con contenido clínico: síntomas, enfermedades, fármacos, cifras, hallazgos."""
    tramos = [(m.desde, m.hasta) for m in buscar_clinico(texto) if not _FLOJAS.fullmatch(m.termino)]
    tramos += [(f.desde, f.hasta) for f in nombrados(texto)]
    tramos += [m.span() for m in _CIFRA_CON_UNIDAD.finditer(llano(texto))]
    tramos += [
        (m.desde, m.hasta) for m in buscar_exploracion(texto) if m.clase in ("maniobra", "estudio", "imagen")
    ]
    return tramos


def _ajenos(dialogo: Dialogo, preguntas: set[Trozo]) -> list[Trozo]:
    """Todo trozo que pudo quedar fuera: lo dicho por cualquiera, menos lo que el médico solo preguntó."""
    trozos = [*dialogo.medico, *dialogo.paciente, *dialogo.sin_respuesta]
    for i in dialogo.intercambios:
        trozos += [*i.preguntas, *i.respuesta]
    for lista in dialogo.preguntas_paciente.values():
        trozos += lista
    return sorted((t for t in set(trozos) if t not in preguntas), key=lambda t: (t.turno.id, t.desde))


def _pregunta_clara(trozo: Trozo) -> bool:
    """Si consta que preguntaba: por el signo o por la forma. Lo leído como pregunta sin eso pudo ser un dato."""  # noqa: E501
    base = sin_muletilla(trozo.plano.strip(" ¿¡,."))
    return (
        "?" in trozo.texto
        or pregunta("interrogativos").match(base) is not None
        or pregunta("formas").match(base) is not None
        or not (
            _CIFRA_CON_UNIDAD.search(trozo.plano) or _con_hallazgo(trozo.texto) or _con_dosis(trozo)
        )
    )


def _con_dosis(trozo: Trozo) -> bool:
    """Si nombra un fármaco y una cifra: «Insulina, 10 unidades en la noche» no es pregunta por fuerza."""
    return bool(nombrados(trozo.texto)) and _DIGITO.search(trozo.plano) is not None


def _con_hallazgo(texto: str) -> bool:
    return {"parte", "hallazgo"} <= {m.clase for m in buscar_exploracion(texto)}


@lru_cache(maxsize=1024)
def _raices(texto: str) -> frozenset[str]:
    """Con qué empiezan las palabras de un texto, para ver si algo quedó escrito aunque cambie el verbo."""
    return frozenset(p[:_RAIZ] for p in re.findall(r"\w+", llano(texto)))


class _Escrito:
    """Qué dice la nota de cada turno."""

    def __init__(self, propuestas: list[Propuesta]) -> None:
        self._por_turno: dict[int, set[str]] = {}
        self.todo = llano(" ".join(p.texto for p in propuestas))
        for propuesta in propuestas:
            for trozo in propuesta.trozos:
                self._por_turno.setdefault(trozo.turno.id, set()).update(_raices(propuesta.texto))

    def dice(self, turno: int, clausula: str) -> bool:
        """Si lo de esa cláusula está en algún enunciado que cita el turno."""
        palabras = contenido(clausula)
        if not palabras:
            return True
        raices = self._por_turno.get(turno, set())
        cifras = [p for p in palabras if p.isdigit()]
        if any(c[:_RAIZ] not in raices for c in cifras):
            return False
        if cifras and len(palabras) - len(cifras) <= _SUSTANCIA:
            return True  # «frecuencia cardiaca, 102» se escribe «FC 102 lpm»
        terminos = [llano(m.termino) for m in buscar_clinico(clausula)]
        if terminos and len(palabras) < _SUSTANCIA and all(t in self.todo for t in terminos):
            return True  # «no fumo» se escribe «niega tabaquismo»
        return sum(p[:_RAIZ] in raices for p in palabras) >= _ESCRITA * len(palabras)


def buscar(dialogo: Dialogo, propuestas: list[Propuesta]) -> tuple[Omision, ...]:
    """Las omisiones, en el orden en que se dijeron, cada una con su cita textual y su sección sugerida.

    Lo que el médico solo preguntó no cuenta: sin respuesta no hay hecho. Lo que el paciente pregunta, solo
    si cuenta algo suyo. Las órdenes de exploración («abra la boca») y la cortesía tampoco.
    """
    escrito = _Escrito(propuestas)
    del_paciente = {t for lista in dialogo.preguntas_paciente.values() for t in lista}
    hechas = [*(t for i in dialogo.intercambios for t in i.preguntas), *dialogo.sin_respuesta]
    preguntas = {t for t in hechas if _pregunta_clara(t)}
    salida = []
    for trozo in _ajenos(dialogo, preguntas):
        if trozo in del_paciente and not _aporta(trozo, escrito.todo):
            continue
        if _no_es_dato(trozo, dialogo):
            continue
        falta = _lo_que_falta(trozo, escrito, dialogo)
        if falta is not None:
            texto = mayuscula(alinar(falta.dicho))
            salida.append(Omision(texto=texto, citas=(falta.cita(),), seccion=seccion_de(falta, dialogo)))
    return tuple(salida)


def hallazgos(dialogo: Dialogo, propuestas: list[Propuesta]) -> list[Propuesta]:
    """Lo que el médico halló al explorar y ningún enunciado recogió («… a 104, sin soplos»): va como lo dijo."""  # noqa: E501
    escrito = _Escrito(propuestas)
    sueltos = []
    for trozo in dialogo.medico:
        if trozo.signo or dialogo.momento(trozo) is not Momento.EXPLORA or _no_es_dato(trozo, dialogo):
            continue
        falta = _lo_que_falta(trozo, escrito, dialogo)
        if falta is not None and "hallazgo" in {m.clase for m in buscar_exploracion(falta.dicho)}:
            texto = de_usted(mayuscula(alinar(falta.dicho)))
            sueltos.append(Propuesta("objetivo", "hallazgo", texto, (falta,)))
    return sueltos


def _aporta(trozo: Trozo, nota: str) -> bool:
    """Si el paciente, al preguntar, cuenta algo suyo o nombra un fármaco que la nota no tiene."""
    nuevos = any(llano(f.texto) not in nota for f in nombrados(trozo.texto))
    return nuevos or (_DE_SI.search(trozo.plano) is not None and bool(tramos_clinicos(trozo.texto)))


def _no_es_dato(trozo: Trozo, dialogo: Dialogo) -> bool:
    if _CIFRA_CON_UNIDAD.search(trozo.plano):
        return False
    if trozo.turno.rol is Rol.MEDICO and (anuncia(trozo.texto) or ordena(trozo.texto, tutea=dialogo.tutea)):
        return trozo.lugar < dialogo.plan_desde
    return senal("exploracion", "ordenes").search(trozo.plano) is not None


def _lo_que_falta(trozo: Trozo, escrito: _Escrito, dialogo: Dialogo) -> Trozo | None:
    """De la primera a la última cláusula del trozo que la nota no dice; nada si todo lo que importa está."""
    vigentes = trozo.texto
    for a, b in retirados(trozo.texto):
        vigentes = vigentes[:a] + " " * (b - a) + vigentes[b:]
    fuera = [
        (a, b)
        for a, b in clausulas(trozo.texto)
        if not escrito.dice(trozo.turno.id, vigentes[a:b]) and _importa(trozo, vigentes[a:b], dialogo)
    ]
    if not fuera:
        return None
    texto = trozo.texto[fuera[0][0] : fuera[-1][1]]
    return trozo.parte(fuera[0][0], fuera[0][0] + len(texto.rstrip(" ,;")))


def _importa(trozo: Trozo, clausula: str, dialogo: Dialogo) -> bool:
    """Si la cláusula dice algo clínico, o lo dice el médico cuando ya explora o indica."""
    if tramos_clinicos(clausula):
        return True
    tarde = trozo.lugar >= min(dialogo.exploracion_desde, dialogo.plan_desde)
    if trozo.turno.rol is Rol.MEDICO and {"hallazgo"} & {m.clase for m in buscar_exploracion(clausula)}:
        return not trozo.signo
    if trozo.turno.rol is Rol.MEDICO and not trozo.signo and _DIGITO.search(clausula):
        return len(contenido(clausula)) >= _SUSTANCIA
    if trozo.turno.rol is Rol.MEDICO:
        tarde = tarde or dialogo.momento(trozo) is not Momento.INTERROGA
        return tarde and len(contenido(clausula)) >= _SUSTANCIA
    return not tarde and len(contenido(clausula)) >= _SUSTANCIA


def seccion_de(trozo: Trozo, dialogo: Dialogo) -> Seccion:
    """La sección donde iría algo dicho: según quién lo dijo y en qué momento de la consulta."""
    plano = trozo.plano
    if trozo.turno.rol is not Rol.MEDICO or senal("social", "de_paciente").search(plano):
        return "subjetivo"
    concluye = senal("analisis", "afirma").search(plano) or senal("analisis", "sospecha").search(plano)
    if concluye and any(m.clase == "enfermedad" for m in buscar_clinico(trozo.dicho)):
        return "analisis"
    return _SECCION[dialogo.momento(trozo)]
