"""Cómo se ve una nota por la API: dónde va, qué dice, qué falta decidir y qué falta para firmarla."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from scribe.consulta import SECCIONES, Cita, Seccion
from scribe.expediente import firmar, notas
from scribe.expediente.codigos_nota import CodigoVisto, propuestos
from scribe.expediente.firma.revision import Falta, revisar
from scribe.expediente.modelo import ABIERTAS, NotaGuardada
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.renglones_propuestos import Propuestas, proponer
from scribe.expediente.transaccion import Transaccion
from scribe.web.esperado import faltan


class Duda(BaseModel):
    """Un enunciado por revisar: dónde está (`POST …/resolver` lo nombra así) y por qué."""

    seccion: Seccion
    indice: int
    texto: str
    motivo: str | None
    citas: tuple[Cita, ...]


class NotaVista(BaseModel):
    """Una nota: dónde va, qué dice su última versión y qué le falta para firmarse.

    `contenido` trae enunciados, citas, omisiones y avisos; `dudas`, lo que hay que resolver primero, en el
    orden en que se lee; `codigos`, los propuestos con lo que se decidió de cada uno; `faltas`, lo que impide
    firmar y lo que solo conviene corregir; `propuestas`, renglones de receta y signos que la nota ya dice;
    `por_decir`, de cada plantilla del programa, el lugar en sus `campos` de lo que la nota no menciona.
    Con `version` 0 nadie la ha escrito: el contenido va en blanco, o no hay si espera a su grabación.
    """

    nota: NotaGuardada
    version: int
    contenido: ContenidoDeNota | None
    dudas: list[Duda]
    codigos: list[CodigoVisto]
    faltas: list[Falta]
    lista: bool
    propuestas: Propuestas = Propuestas()
    por_decir: dict[str, tuple[int, ...]] = {}


def _en_blanco(nota: NotaGuardada) -> ContenidoDeNota | None:
    """La hoja donde se empieza a escribir a mano; la que espera a su grabación todavía no tiene."""
    return ContenidoDeNota() if nota.estado in ABIERTAS else None


def ver(t: Transaccion, nota: UUID) -> NotaVista:
    """La nota como está ahora; deja asiento. Lanza `NoExiste`."""
    guardada = notas.leer(t, nota)
    if not guardada.ultima_version:
        return NotaVista(
            nota=guardada, version=0, contenido=_en_blanco(guardada), dudas=[], codigos=[], faltas=[],
            lista=False, por_decir=faltan(None),
        )  # fmt: skip
    contenido = ContenidoDeNota.de_octetos(notas.leer_version(t, nota).contenido)
    abierta = guardada.estado in ABIERTAS
    faltas = revisar(firmar.armar(t, nota).nota) if abierta else []
    return NotaVista(
        nota=guardada, version=guardada.ultima_version, contenido=contenido, dudas=dudas(contenido),
        codigos=propuestos(contenido), faltas=faltas,
        lista=abierta and not any(f.gravedad == "impide" for f in faltas),
        propuestas=proponer(contenido) if abierta else Propuestas(),
        por_decir=faltan(contenido) if abierta else {},
    )  # fmt: skip


def dudas(contenido: ContenidoDeNota) -> list[Duda]:
    """Lo que hay que resolver, en el orden en que se lee."""
    return [
        Duda(seccion=s, indice=i, texto=e.texto, motivo=e.motivo, citas=e.citas)
        for s in SECCIONES
        for i, e in enumerate(contenido.nota.seccion(s))
        if e.dudoso
    ]
