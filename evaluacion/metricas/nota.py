"""La nota contra lo que se esperaba de ella: hechos, secciones, prohibidos, alertas y lo que se puede leer.

Lo que afirma sin haberse dicho está en `sustento`; las citas, en `citas`; los errores graves por clase, en
`criticos`. `medir` los junta.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluacion.caso import Caso
from evaluacion.metricas import citas, criticos, legibilidad
from evaluacion.metricas.dialogo import Dialogo
from evaluacion.metricas.sustento import Reparo, revisar
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import Hecho, Prohibido
from scribe.consulta import Enunciado, EstadoEnunciado, Nota, Omision, Seccion
from scribe.lenguaje.texto import llano

SECCION: dict[str, Seccion] = {"S": "subjetivo", "O": "objetivo", "A": "analisis", "P": "plan"}
_FAMILIAR = "antecedente_familiar"
_ORACION = re.compile(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ¿¡])|\s*\n+\s*")
_VINETA = re.compile(r"^\s*(?:[-*•·]|\d+[.)]|#+)\s*")


@dataclass(frozen=True, slots=True)
class Captura:
    """Si un hecho esperado está en la nota, en su sección, o al menos entre las omisiones."""

    hecho: Hecho
    en_nota: bool
    en_seccion: bool
    en_omisiones: bool

    @property
    def presente(self) -> bool:
        """En la nota o a la vista del médico entre las omisiones."""
        return self.en_nota or self.en_omisiones


def texto_de(enunciados: Iterable[Enunciado]) -> str:
    """Los textos de los enunciados, uno por renglón, en minúsculas y sin acentos."""
    return "\n".join(llano(e.texto) for e in enunciados)


def capturas(nota: Nota, omisiones: Iterable[Omision], hechos: Iterable[Hecho]) -> list[Captura]:
    """Busca cada hecho: de cada lista de `claves` basta una alternativa."""
    escrita = texto_de(nota.enunciados)
    todo = escrita + "\n" + "\n".join(llano(o.texto) for o in omisiones)
    salida = []
    for hecho in hechos:
        propia = texto_de(nota.seccion(SECCION[hecho.seccion]))
        salida.append(Captura(hecho, cumple(hecho, escrita), cumple(hecho, propia), cumple(hecho, todo)))
    return salida


def cumple(hecho: Hecho, texto: str) -> bool:
    """Si `texto` (ya llano) contiene una alternativa de cada lista de claves."""
    return all(any(re.search(c, texto) for c in alternativas) for alternativas in hecho.claves)


def violados(nota: Nota, prohibidos: Iterable[Prohibido]) -> list[tuple[Prohibido, str]]:
    """Lo prohibido que la nota dice, con el trozo que lo dice."""
    texto = texto_de(nota.enunciados)
    return [(p, m[0]) for p in prohibidos if (m := re.search(p.patron, texto))]


def en_enunciados(texto: str) -> list[str]:
    """Una nota de texto corrido, en oraciones; sin viñetas ni renglones que son solo un título."""
    partes = (_VINETA.sub("", p).strip() for p in _ORACION.split(texto))
    return [p for p in partes if len(p.split()) > 1 and not p.endswith(":")]


def nota_de(salida: Salida) -> tuple[Nota | None, bool]:
    """La nota del sistema y si trae secciones. La de texto corrido se parte en oraciones sin sección.

    Un texto corrido queda en `subjetivo` solo para poder recorrerlo: las medidas de sección no aplican.
    """
    nota = salida.nota or (salida.borrador.nota if salida.borrador is not None else None)
    if nota is not None:
        return nota, True
    if salida.nota_texto is None:
        return None, False
    sueltos = [Enunciado(texto=t, tipo="texto", citas=()) for t in en_enunciados(salida.nota_texto)]
    return Nota(subjetivo=tuple(sueltos)), False


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Las medidas de la nota que aplican al caso; ninguna si el sistema no da nota."""
    parcial = Parcial()
    nota, con_secciones = nota_de(salida)
    if nota is None:
        return parcial
    if caso.hechos:
        _hechos(caso, salida, nota, con_secciones, parcial)
    if caso.prohibidos:
        malos = violados(nota, caso.prohibidos)
        parcial.cuentas["prohibidos"] = (len(malos), len(caso.prohibidos))
        parcial.detalle["prohibidos"] = [f"{p.porque}: «{trozo}»" for p, trozo in malos]
    if caso.dichos and nota.enunciados and caso.idioma[:2] in ("es", "en"):
        _sustento(caso, salida, nota, con_secciones, parcial)
    if caso.alertas and salida.borrador is not None:
        tipos = {a.tipo for a in salida.borrador.avisos}
        parcial.cuentas["alertas"] = (sum(a in tipos for a in caso.alertas), len(caso.alertas))
        parcial.detalle["alertas"] = [f"falta la alerta: {a}" for a in caso.alertas if a not in tipos]
    if caso.habla:  # lo escrito donde nadie habla es invento: ni se lee mejor ni es más breve
        _lectura(nota, caso.idioma[:2], parcial)
    return parcial


def _hechos(caso: Caso, salida: Salida, nota: Nota, con_secciones: bool, parcial: Parcial) -> None:
    omisiones = salida.borrador.omisiones if salida.borrador is not None else ()
    halladas = capturas(nota, omisiones, caso.hechos)
    criticas = [c for c in halladas if c.hecho.critico]
    _poner(parcial, "hechos", sum(c.en_nota for c in halladas), len(halladas))
    _poner(parcial, "hechos_criticos", sum(c.en_nota for c in criticas), len(criticas))
    if salida.borrador is not None:
        _poner(parcial, "hechos_con_omisiones", sum(c.presente for c in halladas), len(halladas))
    for letra in SECCION:
        propias = [c for c in halladas if c.hecho.seccion == letra]
        _poner(parcial, f"hechos_{letra}", sum(c.en_nota for c in propias), len(propias))
    if con_secciones:
        puestas = [c for c in halladas if c.en_nota]
        _poner(parcial, "hechos_en_su_seccion", sum(c.en_seccion for c in halladas), len(halladas))
        _poner(parcial, "seccion_correcta", sum(c.en_seccion for c in puestas), len(puestas))
        parcial.detalle["seccion"] = [f"{c.hecho.id} {c.hecho.texto}" for c in puestas if not c.en_seccion]
    parcial.detalle["hechos_perdidos"] = [
        f"{c.hecho.id} {c.hecho.texto}" + (" (en omisiones)" if c.presente else "")
        for c in halladas
        if not c.en_nota
    ]


def _sustento(caso: Caso, salida: Salida, nota: Nota, con_secciones: bool, parcial: Parcial) -> None:
    dialogo = Dialogo(caso.dichos, caso.idioma)
    enunciados = nota.enunciados
    reparos = [revisar(e.texto, dialogo, familiar=e.tipo == _FAMILIAR) for e in enunciados]
    malos = [bool(r) for r in reparos]
    firmes = [e.estado is EstadoEnunciado.VERIFICADO for e in enunciados]
    _poner(parcial, "sin_sustento", sum(malos), len(enunciados))
    if con_secciones:
        ciertos = sum(m and f for m, f in zip(malos, firmes, strict=True))
        _poner(parcial, "sin_sustento_cierto", ciertos, len(enunciados))
        _poner(parcial, "sin_sustento_por_revisar", sum(malos) - ciertos, len(enunciados))
        _poner(parcial, "por_revisar", len(firmes) - sum(firmes), len(enunciados))
        _calibracion(malos, firmes, parcial)
    parcial.detalle["sin_sustento"] = _frases(enunciados, reparos)
    graves = criticos.errores(enunciados, reparos, dialogo, caso.hechos, caso.prohibidos)
    for nombre, cuenta in (criticos.cuentas(graves) | criticos.ciertos(graves, firmes)).items():
        _poner(parcial, nombre, *cuenta)
    parcial.detalle["criticos"] = [f"{c.clase}: {c.motivo} — {c.enunciado}" for c in graves.hallados]
    transcripcion = salida.transcripcion or (salida.borrador.transcripcion if salida.borrador else None)
    # Un borrador lleva citas por contrato: si no trae ninguna, le faltan todas. A un par no se le piden.
    cita = salida.borrador is not None or any(e.citas for e in enunciados)
    if con_secciones and transcripcion is not None and cita:
        invalidas = citas.invalidas(enunciados, transcripcion)
        _poner(
            parcial, "citas_validas", len(enunciados) - len({f.indice for f in invalidas}), len(enunciados)
        )
        ajenas, comprobadas = citas.incorrectas(enunciados, dialogo)
        _poner(parcial, "citas_correctas", comprobadas - len({f.indice for f in ajenas}), comprobadas)
        parcial.detalle["citas"] = [
            f"{f.motivo}: {enunciados[f.indice].texto}" for f in (*invalidas, *ajenas)
        ]


def _calibracion(malos: Sequence[bool], firmes: Sequence[bool], parcial: Parcial) -> None:
    """De lo dado por verificado y de lo marcado por revisar, cuánto tiene sustento."""
    for nombre, grupo in (("verificado", True), ("por_revisar", False)):
        propios = [m for m, f in zip(malos, firmes, strict=True) if f is grupo]
        _poner(parcial, f"calibracion_duda/{nombre}", sum(not m for m in propios), len(propios))


def _lectura(nota: Nota, idioma: str, parcial: Parcial) -> None:
    lectura = legibilidad.leer([e.texto for e in nota.enunciados])
    if lectura is None:
        return
    if idioma == "es":
        parcial.cuentas["legibilidad"] = (lectura.szigriszt_pazos, 1.0)
        parcial.cuentas["legibilidad_fernandez_huerta"] = (lectura.fernandez_huerta, 1.0)
    parcial.cuentas["palabras_por_enunciado"] = (lectura.palabras, lectura.enunciados)
    parcial.cuentas["palabras_de_la_nota"] = (lectura.palabras, 1.0)


def _frases(enunciados: Sequence[Enunciado], reparos: Sequence[Sequence[Reparo]]) -> list[str]:
    return [
        f"[{e.estado}] {e.texto} — {'; '.join(f'{r.clase}: {r.motivo}' for r in propios)}"
        for e, propios in zip(enunciados, reparos, strict=True)
        if propios
    ]


def _poner(parcial: Parcial, nombre: str, parte: float, total: float) -> None:
    if total > 0:
        parcial.cuentas[nombre] = (parte, total)
