"""Comprobar cada enunciado contra sus citas, sin modelo: si difieren, gana la cita.

Se comparan los elementos que no pueden fallar: cifras y su unidad, fármacos, negación, lado, y de quién
se habla. Un enunciado que dice algo que sus citas no dicen se reescribe como cita textual y queda por
revisar; lo que se oyó mal, también.
"""

from __future__ import annotations

import re
from collections import Counter

from scribe.consulta import Enunciado, EstadoEnunciado, Rol
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.presentaciones import cifras_dudosas
from scribe.lenguaje.texto import llano
from scribe.soap.citar import citas_de, ordenados
from scribe.soap.dichos import SE_VA
from scribe.soap.farmacia import genericos, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, mayuscula
from scribe.soap.medicamentos import con_simbolos
from scribe.soap.posologia import con_horas

_P = patrones("scribe.soap", "comprobaciones.es")

_PEGADO = 14
"""Letras entre una cifra y el fármaco que la sigue («500 mg de paracetamol») para que sea suya."""
PROB_CIFRA = 0.40
PROB_SIGNO = 0.60
"""Una medida o un resultado no se corrobora con nada más de lo dicho: se pide oírlo con más claridad."""
PROB_FARMACO = 0.35
"""Por debajo de estas probabilidades, lo oído se manda a revisar."""

_CIFRA = re.compile(r"(?<![^\W\d_])\d+(?:[.,]\d+)?½?|½")
_PAREJA = _P["verificar.pareja"]
_NEGACION = _P["verificar.negacion"]
_NIEGA = _P["verificar.niega"]
_A_URGENCIAS = _P["verificar.a_urgencias"]
_CONDICION = _P["verificar.condicion"]
_ADVERSATIVA = _P["verificar.adversativa"]
_MATIZA = _P["verificar.matiza"]
_TEMOR = _P["verificar.temor"]
_LADO = _P["verificar.lado"]
_SINGULAR = {"dias": "dia", "semanas": "semana", "meses": "mes", "horas": "hora", "anos": "ano", "minutos": "minuto", "gotas": "gota",  # noqa: E501
             "tabletas": "tableta", "kilo": "kg", "kilos": "kg"}  # fmt: skip


def cifras(texto: str) -> set[str]:
    """Las cifras de un texto, con punto decimal."""
    return {c.replace(",", ".") for c in _CIFRA.findall(texto)}


def _parejas(texto: str) -> set[tuple[str, str]]:
    normal = con_simbolos(llano(con_horas(texto)))
    return {(n.replace(",", "."), _SINGULAR.get(u, u)) for n, u in _PAREJA.findall(normal)}


def discrepancia(propuesta: Propuesta) -> str | None:
    """Qué dice el enunciado que sus citas no dicen, en una frase; nada si coincide."""
    trozos = ordenados(propuesta.trozos)
    vigentes = " ".join(t.dicho for t in trozos)
    texto = propuesta.texto
    if cifras(texto) - cifras(vigentes):
        return "Una cifra no coincide con lo dicho; se dejó la cita."
    if propuesta.tipo == "receta" and Counter(_CIFRA.findall(texto)) - Counter(_CIFRA.findall(vigentes)):
        return "Una cifra se repite más veces de las que se dijo; se dejó la cita."
    if genericos(texto) - genericos(vigentes):
        return "Un medicamento no coincide con lo dicho; se dejó la cita."
    if _de_otro_farmaco(texto, trozos):
        return "Una cifra se dijo de otro medicamento; se dejó la cita."
    exentos = propuesta.tipo == "signo_vital" or propuesta.enmendada or texto.startswith("Edad")
    if not exentos and _parejas(texto) - _parejas(vigentes):
        return "Una unidad no coincide con lo dicho; se dejó la cita."
    plano, citado = llano(texto), llano(vigentes)
    retira = propuesta.tipo == "suspension" and SE_VA.search(citado)
    if _NIEGA.search(plano) and not (_NEGACION.search(citado) or retira):
        return "La negación no aparece en lo dicho; se dejó la cita."
    if propuesta.tipo not in ("signo_vital", "negacion", "alarma", "hallazgo") and _pierde_negacion(
        trozos, plano
    ):
        return "Se perdía una negación de lo dicho; se dejó la cita."
    if set(_LADO.findall(plano)) - set(_LADO.findall(citado)):
        return "El lado no coincide con lo dicho; se dejó la cita."
    return None


def _de_otro_farmaco(texto: str, trozos: list[Trozo]) -> bool:
    """Si el enunciado da a su único fármaco una cifra que sus citas dicen de otro."""
    propios = genericos(texto)
    if len(nombrados(texto)) != 1:
        return False
    suyas: set[str] = set()
    for trozo in trozos:
        dicho = trozo.dicho
        marcas = nombrados(dicho)
        for m in _CIFRA.finditer(dicho):
            antes = [f for f in marcas if f.hasta <= m.start()]
            despues = [f for f in marcas if m.end() <= f.desde <= m.end() + _PEGADO]
            duenos = {g for f in (*antes[-1:], *despues[:1]) for g in f.genericos}
            if not antes or duenos & propios:
                suyas.add(m.group())
    return bool(set(_CIFRA.findall(texto)) - suyas)


def _se_afirma_tambien(propuesta: Propuesta) -> str | None:
    """Si algo que el enunciado niega se afirma en su propia cita, de quien contesta."""
    if not propuesta.texto.startswith("Niega"):
        return None
    respuestas = [t for t in propuesta.trozos if t.turno.rol is not Rol.MEDICO and "?" not in t.texto]
    if any(_MATIZA.match(llano(t.turno.texto[t.desde :])) for t in respuestas):
        return "Lo negó y enseguida matizó; confírmelo."
    negados = {m.termino for m in buscar_clinico(propuesta.texto)}
    for trozo in propuesta.trozos:
        if trozo.turno.rol is Rol.MEDICO or "?" in trozo.texto:
            continue
        for m in buscar_clinico(trozo.dicho):
            antes = _ADVERSATIVA.split(llano(trozo.dicho[: m.desde]))[-1]
            propia = antes + llano(trozo.dicho[m.desde :])
            si = _P["verificar.si_afirma"].search(antes)
            firme = si or not (_NEGACION.search(propia) or _TEMOR.search(antes))
            if (
                m.clase == "sintoma"
                and m.termino in negados
                and firme
                and calificar(trozo.dicho, m.desde, m.hasta).presente
            ):
                return f"En la misma respuesta se dijo que sí ({m.termino}); confírmelo."
    return None


def _sin_condicion(propuesta: Propuesta) -> str | None:
    """«No puede tragar, se va a urgencias»: al reconocedor se le pudo ir el «si» y quedó como un síntoma."""
    if propuesta.tipo == "alarma":
        return None
    for trozo in propuesta.trozos:
        plano = trozo.plano
        m = _A_URGENCIAS.search(plano)
        if (
            m
            and trozo.turno.rol is Rol.MEDICO
            and not _CONDICION.search(plano)
            and any(x.clase == "sintoma" for x in buscar_clinico(trozo.dicho[: m.start()]))
        ):
            return "Puede ser un dato de alarma dicho sin el «si»; escúchelo."
    return None


def _pierde_negacion(trozos: list[Trozo], plano: str) -> bool:
    """Si una cita corta abre negando («no puedo…») y el enunciado ya no niega nada."""
    ultimo = llano(trozos[-1].dicho).strip(" ¿¡,.")
    abre = _P["verificar.abre_negando"].match(ultimo) is not None
    return abre and not _NEGACION.search(plano) and len(ultimo.split()) <= 12


def _literal(propuesta: Propuesta) -> str:
    """El enunciado como cita textual."""
    dichos = [t.dicho.strip() for t in ordenados(propuesta.trozos)]
    return "Se dijo: " + " ".join(f"«{d}»" for d in dichos)


def _mal_oido(propuesta: Propuesta) -> str | None:
    """Si una cifra o un fármaco del enunciado se oyó con poca certeza."""
    for trozo in propuesta.trozos:
        for m in _CIFRA.finditer(trozo.texto):
            if m.group() not in propuesta.texto:
                continue
            oidas = trozo.turno.palabras_de(trozo.desde + m.start(), trozo.desde + m.end())
            exige = PROB_SIGNO if propuesta.tipo in ("signo_vital", "estudio") else PROB_CIFRA
            if oidas and min(p.prob for p in oidas) < exige:
                return f"La cifra {m.group()} se oyó con poca claridad."
        for f in nombrados(trozo.texto):
            if f.texto.lower() not in propuesta.texto.lower():
                continue
            oidas = trozo.turno.palabras_de(trozo.desde + f.desde, trozo.desde + f.hasta)
            if oidas and sum(p.prob for p in oidas) / len(oidas) < PROB_FARMACO:
                return f"El medicamento «{f.texto}» se oyó con poca claridad."
    return None


def _correccion_pendiente(propuesta: Propuesta) -> str | None:
    for trozo in propuesta.trozos:
        for c in trozo.turno.correcciones:
            if c.aplicada or not c.original or llano(c.original) not in llano(trozo.texto):
                continue
            # De cinco signos dichos seguidos, solo se duda del que se oyó de dos maneras.
            if c.motivo != "cifra" or cifras(c.original) & cifras(propuesta.texto):
                return f"Se oyó «{c.original}»; podría ser «{c.propuesto}»."
    return None


def _imposible(propuesta: Propuesta) -> str | None:
    """Si el enunciado lleva una cifra que ya se anunció como dudosa."""
    for trozo in propuesta.trozos:
        for aviso in cifras_dudosas(trozo.turno):
            dichos = [c.texto for c in aviso.citas if c.texto in trozo.texto]
            if any(cifras(d) & cifras(propuesta.texto) for d in dichos):
                return aviso.texto
    return None


def _rol_incierto(propuesta: Propuesta) -> str | None:
    if any(t.turno.rol is Rol.INCIERTO for t in propuesta.trozos):
        return "No se sabe con certeza quién lo dijo."
    return None


def verificar(propuesta: Propuesta) -> Enunciado:
    """El enunciado definitivo: verificado, o por revisar con su motivo en español llano."""
    difiere = discrepancia(propuesta)
    texto = _literal(propuesta) if difiere else propuesta.texto
    dudosa = next((t for t in propuesta.trozos if t.dudoso), None)
    motivo = (
        difiere
        or propuesta.motivo
        or ("Hubo una corrección al hablar que no se pudo aplicar con seguridad." if dudosa else None)
        or _se_afirma_tambien(propuesta)
        or _sin_condicion(propuesta)
        or _correccion_pendiente(propuesta)
        or _imposible(propuesta)
        or _mal_oido(propuesta)
        or _rol_incierto(propuesta)
    )
    estado = EstadoEnunciado.POR_REVISAR if motivo else EstadoEnunciado.VERIFICADO
    return Enunciado(
        texto=mayuscula(texto), tipo=propuesta.tipo, citas=citas_de(propuesta), estado=estado, motivo=motivo
    )
