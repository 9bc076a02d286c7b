"""Qué falta por decir según cada plantilla."""

from __future__ import annotations

from scribe.consulta import SECCIONES
from scribe.expediente.firma.contenido import Diagnostico, Renglon, Signo
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable, Secciones
from scribe.salida.etiquetas import etiquetas
from scribe.soap.plantillas import plantillas
from scribe.web.esperado import faltan
from scribe.web.paginas.textos import lugares


def rotulos(contenido: ContenidoDeNota | None, plantilla: str = "general") -> set[str]:
    campos = plantillas()[plantilla].campos
    return {campos[i].rotulo for i in faltan(contenido)[plantilla]}


def test_sin_nota_falta_todo() -> None:
    assert faltan(None) == {p.nombre: tuple(range(len(p.campos))) for p in plantillas().values()}


def test_lo_dicho_no_falta_este_donde_este() -> None:
    nota = Secciones(
        subjetivo=(EnunciadoEditable(texto="Niega alergias", tipo="alergia"),),
        plan=(EnunciadoEditable(texto="Vuelva en un mes", tipo="cita"),),
    )
    antes = ContenidoDeNota(nota=nota)
    assert rotulos(None) - rotulos(antes) == {"Alergias", "Próxima cita"}
    lleno = antes.model_copy(update={
        "signos": (Signo(clave="tension_arterial", valor="120/80", unidad="mmHg"),
                   Signo(clave="peso", valor="70", unidad="kg"), Signo(clave="talla", valor="", unidad="cm")),
        "receta": (Renglon(generico="Paracetamol"),),
        "diagnosticos": (Diagnostico(sistema="CIE-10", codigo="J02.9", titulo="Faringitis aguda"),),
    })  # fmt: skip
    assert rotulos(antes) - rotulos(lleno) == {"Signos vitales", "Diagnóstico", "Tratamiento"}
    assert rotulos(antes, "prenatal") - rotulos(lleno, "prenatal") >= {"Tensión arterial", "Peso"}
    assert "Talla" in rotulos(lleno, "pediatria"), "un signo sin valor no está medido"


def test_los_lugares_de_un_texto_propio_son_tipos_con_rotulo() -> None:
    """Y todo lo que una plantilla espera por tipo tiene dónde escribirse."""
    assert tuple(lugares()) == SECCIONES
    sueltos = {t for tipos in lugares().values() for t in tipos} - etiquetas()["tipos"].keys()
    assert sueltos == {"agregado"}
    for plantilla in plantillas().values():
        for campo in plantilla.campos:
            assert not campo.tipos or set(campo.tipos) & set(lugares()[campo.seccion]), campo
