"""La nota NOM-004 como PDF/A-2a y PDF/UA-1, compuesta con typst.

La plantilla es dato (`plantillas/nota.typ`) y recibe la nota como JSON: un texto de la nota nunca se
interpreta como código de la plantilla. Sin red, sin letras del sistema (Libertinus Serif y DejaVu Sans
Mono vienen dentro de typst y quedan incrustadas) y sin reloj: los mismos datos dan los mismos bytes.
Por qué typst: docs/decisiones/expediente-pdf.md.
"""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import typst

from scribe.consulta import SECCIONES, Seccion
from scribe.errores import ErrorScribe
from scribe.expediente.firma.contenido import EnunciadoDeNota, FirmaImpresa, NotaParaFirmar
from scribe.salida.etiquetas import etiquetas, rotulo

ESTANDARES: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip


class PdfImposible(ErrorScribe):
    """La nota no se pudo componer."""


def componer(nota: NotaParaFirmar, firma: FirmaImpresa | None = None) -> bytes:
    """El PDF/A-2a de la nota. Sin `firma` lleva la marca «borrador sin firmar» en cada página.

    Lanza `PdfImposible` si algún carácter no tiene letra con que imprimirse; no cambia ninguno.
    """
    datos = json.dumps(_vista(nota, firma), ensure_ascii=False)
    try:
        return bytes(
            typst.compile(
                _plantilla(),
                format="pdf",
                font_paths=typst.Fonts(include_system_fonts=False),
                sys_inputs={"datos": datos},
                pdf_standards=list(ESTANDARES),
                timestamp=firma.cuando if firma else nota.atencion,
            )
        )
    except typst.TypstError as causa:
        # El mensaje de typst cita el texto de la nota: no se encadena ni se repite.
        raro = "could not be displayed" in str(causa) or "glyph" in str(causa)
        raise PdfImposible(
            "La nota lleva un símbolo que no se puede imprimir." if raro else "La nota no se pudo componer.",
            "Quite emojis y símbolos raros del texto." if raro else "Avise a quien mantiene Scribe.",
        ) from None


@lru_cache(maxsize=1)
def _plantilla() -> bytes:
    return files("scribe.expediente.firma").joinpath("plantillas", "nota.typ").read_bytes()


@lru_cache(maxsize=1)
def rotulos() -> dict[str, Any]:
    """Títulos, numerales y nombres visibles: `datos/rotulos.toml`."""
    texto = files("scribe.expediente.firma").joinpath("datos", "rotulos.toml").read_text(encoding="utf-8")
    return tomllib.loads(texto)


def _vista(nota: NotaParaFirmar, firma: FirmaImpresa | None) -> dict[str, Any]:
    """Lo que la plantilla imprime, ya con sus nombres y fechas en español; todo texto."""
    r = rotulos()
    return {
        "titulo": r["titulos"][nota.tipo],
        "numeral_titulo": _pais(nota)[nota.tipo],
        "pais": _pais(nota),
        "atencion": _fecha_hora(nota.atencion),
        "nota": _completa(nota),
        "sexo": r["sexos"][nota.paciente.sexo],
        "nacimiento": _fecha(nota.paciente.fecha_nacimiento) if nota.paciente.fecha_nacimiento else "",
        "secciones": [_seccion(nota, nombre) for nombre in SECCIONES],
        "signos": [[r["signos"][s.clave], f"{s.valor} {s.unidad}".strip()] for s in nota.signos],
        "diagnosticos": [
            [d.codigo, d.sistema, d.titulo, rotulo("estados", d.estado), d.principal]
            for d in sorted(nota.diagnosticos, key=lambda d: (not d.principal, d.sistema))
        ],
        "consentimientos": [
            [c.tipo, c.texto_version, _fecha_hora(c.otorgado), c.medio, c.otorgante]
            for c in nota.consentimientos
        ],
        "elementos": [[e.numero, e.nombre, e.valor, e.titulo] for e in nota.elementos],
        "avisos": [[a.texto, a.resolucion] for a in nota.avisos if a.resolucion],
        "adenda": _adenda(nota),
        "firma": _firma(firma),
        "sha256": nota.sha256(),
    }


def _pais(nota: NotaParaFirmar) -> dict[str, Any]:
    pais: dict[str, Any] = rotulos()["paises"][nota.establecimiento.pais]
    return pais


def _completa(nota: NotaParaFirmar) -> dict[str, Any]:
    """La nota como la lee la plantilla: también lo agregado después de las primeras firmas, aunque vacío."""
    partes = {n: dict(getattr(nota, n)) for n in ("establecimiento", "paciente", "medico")}
    plano = nota.model_dump(mode="json")
    return {**plano, **{n: {**partes[n], **plano[n]} for n in partes}}


def _seccion(nota: NotaParaFirmar, nombre: Seccion) -> dict[str, Any]:
    datos = rotulos()["secciones"][nombre]
    return {
        "clave": nombre,
        "titulo": datos["titulo"],
        "numeral": datos["numeral"][nota.tipo] if _pais(nota)["numerales"] else "",
        "grupos": _grupos(nota.seccion(nombre), datos["titulo"]),
    }


def _grupos(enunciados: tuple[EnunciadoDeNota, ...], titulo: str) -> list[list[Any]]:
    """Los enunciados por rótulo, en el orden de lectura de `etiquetas.toml`.

    El rótulo se calla si el título de la sección o el propio texto ya lo dicen («Niega. Niega…»).
    """
    orden = {rotulo("tipos", tipo): lugar for lugar, tipo in enumerate(reversed(etiquetas()["tipos"]))}
    grupos: dict[str, list[str]] = {}
    for enunciado in enunciados:
        grupos.setdefault(rotulo("tipos", enunciado.tipo), []).append(_con_punto(enunciado.texto))
    ordenados = sorted(grupos.items(), key=lambda g: -orden.get(g[0], -1))
    return [["" if _sobra(r, textos[0], titulo) else r, textos] for r, textos in ordenados]


def _sobra(rotulo_: str, texto: str, titulo: str) -> bool:
    return rotulo_ == titulo or texto.casefold().startswith(rotulo_.casefold())


def _con_punto(texto: str) -> str:
    """Mayúscula al empezar y punto al terminar, para leerse de corrido."""
    primero = texto[:1].upper() + texto[1:]
    return primero if primero.endswith((".", "!", "?", ":", "…")) else f"{primero}."


def _adenda(nota: NotaParaFirmar) -> dict[str, str] | None:
    if nota.adenda is None:
        return None
    a = nota.adenda
    return {"nota": a.nota, "firmada": _fecha_hora(a.firmada), "sha256": a.sha256, "motivo": a.motivo}


def _firma(firma: FirmaImpresa | None) -> dict[str, str] | None:
    if firma is None:
        return None
    return {
        "metodo": rotulos()["firmas"][firma.metodo],
        "cuando": _fecha_hora(firma.cuando),
        "certificado": firma.certificado,
        "emisor": firma.emisor,
    }


def _fecha(dia: Any) -> str:
    return f"{dia.day} de {_MESES[dia.month - 1]} de {dia.year}"


def _fecha_hora(momento: datetime) -> str:
    """«5 de marzo de 2026, 10:30 h (UTC−06:00)»: con su huso, para que no dependa de quién lo lea."""
    desfase = momento.strftime("%z")
    huso = f"UTC{'−' if desfase.startswith('-') else '+'}{desfase[1:3]}:{desfase[3:5]}"
    return f"{_fecha(momento)}, {momento:%H:%M} h ({huso})"
