"""La nota en Markdown: se lee igual en un editor, en el expediente o en una terminal.

La evidencia va al pie, solo con turno y minuto: lo que se dijo en la consulta no es una afirmación de
la nota y nadie debe poder confundirlos.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from scribe.consulta import (
    SECCIONES,
    Borrador,
    Cita,
    Codigo,
    Contexto,
    Enunciado,
    EstadoEnunciado,
    Seccion,
)
from scribe.salida.etiquetas import (
    LEYENDA,
    NO_MENCIONADO,
    agrupar,
    duracion,
    etiquetas,
    fecha,
    ordenar_codigos,
    por_gravedad,
    referencia,
    rotulo,
    titulo_de_aviso,
)

_ETIQUETA = re.compile(r"<(?=[A-Za-z/!?])")


def _renglon(texto: str) -> str:
    """El texto íntegro en un renglón; solo se escapa lo que un visor tomaría por etiqueta HTML."""
    return _ETIQUETA.sub(r"\\<", " ".join(texto.split()))


def _referencias(citas: Sequence[Cita]) -> str:
    return ", ".join(dict.fromkeys(referencia(c) for c in citas))


def marca_por_revisar(enunciado: Enunciado) -> str:
    """`[por revisar: motivo]`, o vacío si el enunciado está verificado."""
    if enunciado.estado is not EstadoEnunciado.POR_REVISAR:
        return ""
    return f"[por revisar: {_renglon(enunciado.motivo or 'sin confirmar')}]"


def _encabezado(borrador: Borrador, contexto: Contexto, momento: datetime, archivo: str) -> Iterator[str]:
    yield "# Nota de consulta (borrador)"
    yield ""
    yield f"> {LEYENDA}"
    yield ""
    if contexto.nombre:
        yield f"- Paciente: {_renglon(contexto.nombre)}"
    if contexto.edad is not None:
        yield f"- Edad: {contexto.edad} años"
    if contexto.sexo:
        yield f"- Sexo: {'femenino' if contexto.sexo == 'F' else 'masculino'}"
    if contexto.alergias:
        yield f"- Alergias registradas: {_renglon(', '.join(contexto.alergias))}"
    yield f"- Procesada: {fecha(momento)}"
    yield f"- Grabación: {_renglon(archivo)}, {duracion(borrador.audio.duracion_s)}"


def _avisos(borrador: Borrador) -> Iterator[str]:
    if borrador.avisos:
        yield "\n## Avisos\n"
    for aviso in por_gravedad(borrador.avisos):
        referencias = f" ({_referencias(aviso.citas)})" if aviso.citas else ""
        yield f"- **{titulo_de_aviso(aviso)}.** {_renglon(aviso.texto)}{referencias}"


def _seccion(borrador: Borrador, seccion: Seccion, pies: list[str]) -> Iterator[str]:
    nombre = etiquetas()["secciones"][seccion]
    yield f"\n## {nombre['titulo']}\n"
    enunciados = [e for _, suyos in agrupar(borrador.nota.seccion(seccion)) for e in suyos]
    if not enunciados:
        yield f"{NO_MENCIONADO}."
    for numero, enunciado in enumerate(enunciados, 1):
        llamada = ""
        if enunciado.citas:
            clave = f"[^{nombre['letra'].lower()}{numero}]"
            llamada = f" {clave}"
            pies.append(f"{clave}: {_referencias(enunciado.citas)}")
        marca = marca_por_revisar(enunciado)
        yield f"- {_renglon(enunciado.texto)}{f' {marca}' if marca else ''}{llamada}"


def _codigo(codigo: Codigo) -> str:
    referencias = f" ({_referencias(codigo.citas)})" if codigo.citas else ""
    estado = rotulo("estados", codigo.estado).lower()
    return f"- {codigo.sistema} **{codigo.codigo}** {_renglon(codigo.titulo)} — {estado}{referencias}"


def _omisiones(borrador: Borrador) -> Iterator[str]:
    if borrador.omisiones:
        yield "\n## Quedó fuera de la nota\n"
        citas = [c for o in borrador.omisiones for c in o.citas]
        cuantas = len(borrador.omisiones)
        fragmentos = "1 fragmento clínico" if cuantas == 1 else f"{cuantas} fragmentos clínicos"
        yield f"{fragmentos} por leer ({_referencias(citas)}); su texto está en `nota.html`."


def a_markdown(borrador: Borrador, contexto: Contexto, momento: datetime, archivo: str) -> str:
    """La nota completa, un enunciado por renglón, con la marca `[por revisar: motivo]` donde toca."""
    pies: list[str] = []
    renglones = [*_encabezado(borrador, contexto, momento, archivo), *_avisos(borrador)]
    for seccion in SECCIONES:
        renglones += _seccion(borrador, seccion, pies)
    if borrador.codigos:
        renglones += ["\n## Códigos sugeridos\n", *map(_codigo, ordenar_codigos(borrador.codigos))]
    renglones += _omisiones(borrador)
    if pies:
        renglones += ["\n---\n", "Evidencia (turno y minuto de la grabación):\n", *pies]
    return "\n".join(renglones) + "\n"
