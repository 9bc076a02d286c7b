"""Lo que se puede y no se puede cambiar de una nota al editarla de corrido (guardado automático).

Editar es escribir: lo dudoso, las omisiones, los avisos y los códigos propuestos se deciden uno por uno, con
su propia ruta. Así nada dudoso pasa por revisado sin que alguien lo haya mirado, y la base lleva la cuenta
(`0017_edicion.sql`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from scribe.consulta import SECCIONES, Cita
from scribe.expediente.codigos_nota import Titulos, con_titulo
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable, Secciones

_SE_DECIDEN = {
    "omisiones": "Las omisiones se incorporan o se descartan",
    "codigos": "Los códigos propuestos no se escriben",
    "rechazados": "Los códigos se aceptan o se rechazan",
    "avisos": "Los avisos se resuelven",
}


def editar(
    antes: ContenidoDeNota,
    pedido: ContenidoDeNota,
    *,
    titulos: Titulos,
    citable: Callable[[Cita], bool],
) -> ContenidoDeNota:
    """El contenido que queda al editar `antes` y dejarlo como `pedido`.

    Lo que la persona escribió o cambió queda como suyo; los renglones vacíos se quitan; el título de cada
    diagnóstico lo pone el catálogo. `citable` dice si una cita nueva es textual de la transcripción. Lanza
    `DatoInvalido` si el pedido quita o cambia algo dudoso, decide lo que se decide aparte, cita lo que no se
    dijo o trae un código que no existe.
    """
    for campo, regla in _SE_DECIDEN.items():
        if getattr(antes, campo) != getattr(pedido, campo):
            raise DatoInvalido(f"{regla}: no cambian al editar.", "Use la acción de cada uno.")
    quedan = Counter(antes.nota.enunciados)
    citas = {c for e in antes.nota.enunciados for c in e.citas} | _citas_propuestas(antes)
    secciones = {}
    for nombre in SECCIONES:
        vistos = [e for e in pedido.nota.seccion(nombre) if e.texto.strip() or e.dudoso]
        secciones[nombre] = tuple(_como_queda(e, quedan) for e in vistos)
    if any(e.dudoso and veces > 0 for e, veces in quedan.items()):
        raise DatoInvalido(
            "Un enunciado por revisar no se cambia ni se quita al editar.",
            "Confírmelo, corríjalo o quítelo con su botón.",
        )
    nuevas = {c for s in secciones.values() for e in s for c in e.citas} - citas
    if not all(citable(c) for c in nuevas):
        raise DatoInvalido("Una cita no es textual de la transcripción.", "Elija las palabras otra vez.")
    diagnosticos = con_titulo(pedido.diagnosticos, antes, titulos)
    return pedido.model_copy(update={"nota": Secciones(**secciones), "diagnosticos": diagnosticos})


def _como_queda(enunciado: EnunciadoEditable, quedan: Counter[EnunciadoEditable]) -> EnunciadoEditable:
    """Si ya estaba, tal cual; si no, lo escribió la persona."""
    if quedan[enunciado] > 0:
        quedan[enunciado] -= 1
        return enunciado
    if enunciado.dudoso:
        return enunciado.model_copy(update={"autor": "medico"})
    return enunciado.model_copy(update={"autor": "medico", "motivo": None})


def _citas_propuestas(contenido: ContenidoDeNota) -> set[Cita]:
    grupos: Iterable[tuple[Cita, ...]] = (
        *(o.citas for o in contenido.omisiones),
        *(c.citas for c in contenido.codigos),
        *(a.citas for a in contenido.avisos),
    )
    return {c for citas in grupos for c in citas}
