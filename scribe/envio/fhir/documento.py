"""La nota como documento: Composition, procedencia, DocumentReference y el Bundle que se congela."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from scribe.consulta import SECCIONES as ORDEN
from scribe.consulta import Borrador, Enunciado, EstadoEnunciado, Nota, Seccion
from scribe.envio.fhir import personas
from scribe.envio.fhir.clinica import Entorno, citas, diagnosticos, enunciado, medicamentos
from scribe.envio.fhir.codigos import (
    AIAST,
    CLINAST,
    EXT_SHA256,
    ID_DOCUMENTO,
    ID_GRABACION,
    SECCIONES,
    TIPO_NOTA,
    URI,
    V3,
    VIO_MEDICO,
    concepto,
    de_hl7,
    identidad,
)  # fmt: skip
from scribe.envio.fhir.narrativa import limpio, narrativa
from scribe.envio.fhir.piezas import Pieza, Recurso, canonico, hora, pieza, podar
from scribe.envio.modelo import BorradorDeEnvio, ExpedienteDeEnvio, NotaFirmada, Paquete

_NO_MENCIONADO = "No mencionado en la consulta."
_AVISO = "Borrador hecho por un programa con inteligencia artificial. No lo ha revisado ni firmado el médico."
_FIRMAS = {"simple": "firma electrónica simple (segunda contraseña)", "efirma": "e.firma del SAT (PAdES)"}


@dataclass(frozen=True, slots=True)
class Acuerdo:
    """Lo que un destino pide distinto.

    `sistemas`: qué sistema usa para cada identificador oficial. `omitir`: tipos de recurso que no admite.
    `por_etiqueta`: tipos que no sabe buscar por identificador; se buscan por `_tag`.
    """

    sistemas: dict[str, str] = field(default_factory=dict)
    omitir: frozenset[str] = frozenset()
    por_etiqueta: frozenset[str] = frozenset({"Provenance"})


@dataclass(frozen=True, slots=True)
class Conjunto:
    """Las piezas de un envío, en el orden en que se escriben: cada una solo nombra a las anteriores."""

    base: tuple[Pieza, ...]
    clinicas: tuple[Pieza, ...]
    nota: Pieza
    procedencia: tuple[Pieza, ...]

    @property
    def todas(self) -> tuple[Pieza, ...]:
        """Todas, en orden."""
        return (*self.base, *self.clinicas, self.nota, *self.procedencia)


def de_borrador(e: ExpedienteDeEnvio, b: BorradorDeEnvio, acuerdo: Acuerdo) -> Conjunto:
    """Las piezas de un borrador: Composition `preliminary`, AIAST, con el Device y el médico como autores."""
    paciente, medico, lugar, encuentro = _base(e, acuerdo.sistemas)
    aparato = personas.aparato(e, b.borrador.modelos)
    entorno = Entorno(e.instalacion, e.nota, paciente, encuentro, medico, de_ia=True)
    padecimientos = _admitidas(acuerdo, diagnosticos(entorno, b.borrador.codigos))
    tratamiento = _admitidas(acuerdo, medicamentos(entorno, b.medicamentos))
    recurso = {
        **_comun(e, paciente, encuentro, lugar),
        "status": "preliminary",
        "date": hora(b.creado),
        "author": [aparato.a(), medico.a()],
        "title": "Nota de consulta externa (borrador)",
        "text": narrativa([_AVISO]),
        "section": [
            *_secciones(b.borrador.nota, padecimientos, tratamiento),
            *_pendientes(b.borrador),
        ],
    }
    nota = pieza(id_nota(e), recurso, "propia", AIAST)
    procedencia = _de_ia(e, f"borrador-{b.numero}", nota, aparato, b.creado, b.borrador.audio.sha256)
    clinicas = (*padecimientos, *tratamiento)
    return Conjunto(
        (lugar, medico, paciente, aparato, encuentro),
        tuple(p.con_version(b.numero) for p in clinicas),
        nota.con_version(b.numero),
        (procedencia,),
    )


def de_firmada(e: ExpedienteDeEnvio, f: NotaFirmada, acuerdo: Acuerdo) -> Conjunto:
    """Las piezas de una nota firmada, sin el Bundle ni el DocumentReference (ver `adjuntos`)."""
    paciente, medico, lugar, encuentro = _base(e, acuerdo.sistemas)
    aparato = personas.aparato(e, f.modelos) if f.modelos else None
    entorno = Entorno(e.instalacion, e.nota, paciente, encuentro, medico, de_ia=False)
    padecimientos = _admitidas(acuerdo, diagnosticos(entorno, f.codigos))
    tratamiento = _admitidas(acuerdo, medicamentos(entorno, f.medicamentos))
    recurso = {
        **_comun(e, paciente, encuentro, lugar),
        "status": "final",
        "date": hora(f.firmada),
        "author": [medico.a(), *([aparato.a()] if aparato else [])],
        "title": "Nota de consulta externa" + (f" ({f.relacion})" if f.relacion == "adenda" else ""),
        "attester": [{"mode": "legal", "time": hora(f.firmada), "party": medico.a()}],
        "relatesTo": _relacion(e, f),
        "section": _secciones(f.nota, padecimientos, tratamiento),
    }
    nota = pieza(id_nota(e), recurso, "propia", VIO_MEDICO if aparato else CLINAST)
    procedencia = [_de_firma(e, f, "documento", (nota,), medico, ())]
    if aparato:
        procedencia.insert(0, _de_ia(e, "firmada", nota, aparato, f.firmada, f.audio_sha256))
    clinicas = (*padecimientos, *tratamiento)
    base = (lugar, medico, paciente, *([aparato] if aparato else []), encuentro)
    return Conjunto(base, tuple(p.con_version(0) for p in clinicas), nota.con_version(0), tuple(procedencia))


def congelar(e: ExpedienteDeEnvio, f: NotaFirmada) -> bytes:
    """Los bytes del Bundle `document`: se calculan al firmar, se guardan, y son los que se envían siempre.

    No dependen de ningún destino: adentro todo se nombra por urn:uuid. La misma nota da los mismos bytes.
    """
    conjunto = de_firmada(e, f, Acuerdo())
    orden = (conjunto.nota, *conjunto.base, *conjunto.clinicas, *conjunto.procedencia)
    return canonico(
        {
            "resourceType": "Bundle",
            "meta": {"tag": [{"system": URI, "code": id_documento(e).urn}]},
            "type": "document",
            "identifier": {"system": URI, "value": id_documento(e).urn},
            "timestamp": hora(f.firmada),
            "entry": [{"fullUrl": p.urn, "resource": p.recurso} for p in orden],
        }
    )


def adjuntos(e: ExpedienteDeEnvio, paquete: Paquete, conjunto: Conjunto) -> tuple[Pieza, Pieza]:
    """El DocumentReference con el PDF y los bytes congelados, y la procedencia que refiere a ambos."""
    lugar, medico, paciente = conjunto.base[:3]
    encuentro = conjunto.base[-1]
    firmada = paquete.firmada
    cuando = hora(firmada.firmada)
    contenido = [
        _adjunto(paquete.pdf, "application/pdf", "Nota firmada", cuando),
        _adjunto(paquete.documento, "application/fhir+json", "Documento FHIR congelado", cuando),
    ]
    id_ = identidad(e.instalacion, "pdf", e.nota)
    recurso = {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": URI, "value": id_.urn},
        "status": "current",
        "docStatus": "final",
        "type": concepto(TIPO_NOTA, "Nota de consulta externa"),
        "subject": paciente.a(),
        "date": cuando,
        "author": [medico.a()],
        "authenticator": medico.a(),
        "custodian": lugar.a(),
        "content": contenido,
        "context": {"encounter": [encuentro.a()]},
    }
    documento = pieza(id_, recurso, "inmutable", VIO_MEDICO if firmada.de_ia else CLINAST)
    resumenes = (("PDF firmado", paquete.pdf_sha256), ("Documento FHIR congelado", paquete.documento_sha256))
    firma = _de_firma(e, firmada, "entrega", (conjunto.nota, documento), medico, resumenes)
    return documento, firma


def id_documento(e: ExpedienteDeEnvio) -> UUID:
    """La identidad del Bundle congelado de esta nota."""
    return identidad(e.instalacion, "documento", e.nota)


def _admitidas(acuerdo: Acuerdo, piezas: list[Pieza]) -> list[Pieza]:
    return [p for p in piezas if p.tipo not in acuerdo.omitir]


def id_nota(e: ExpedienteDeEnvio) -> UUID:
    """La identidad de la Composition de esta nota: la misma en el borrador y firmada."""
    return identidad(e.instalacion, "nota", e.nota)


def _base(e: ExpedienteDeEnvio, sistemas: dict[str, str]) -> tuple[Pieza, Pieza, Pieza, Pieza]:
    paciente = personas.paciente(e, sistemas)
    medico = personas.medico(e, sistemas)
    lugar = personas.establecimiento(e, sistemas)
    return paciente, medico, lugar, personas.encuentro(e, paciente, medico, lugar)


def _comun(e: ExpedienteDeEnvio, paciente: Pieza, encuentro: Pieza, lugar: Pieza) -> Recurso:
    return {
        "resourceType": "Composition",
        "language": f"es-{e.establecimiento.pais}",
        "type": concepto(TIPO_NOTA, "Nota de consulta externa"),
        "subject": paciente.a(),
        "encounter": encuentro.a(),
        "confidentiality": "R",
        "custodian": lugar.a(),
    }


def _secciones(nota: Nota, padecimientos: list[Pieza], tratamiento: list[Pieza]) -> list[Recurso]:
    entradas: dict[Seccion, list[Pieza]] = {"analisis": padecimientos, "plan": tratamiento}
    return [_seccion(nombre, nota.seccion(nombre), entradas.get(nombre, [])) for nombre in ORDEN]


def _seccion(nombre: Seccion, enunciados: tuple[Enunciado, ...], entradas: list[Pieza]) -> Recurso:
    titulo, codigo = SECCIONES[nombre]
    dichos = [e for e in enunciados if limpio(e.texto)]
    vacia = not dichos and not entradas
    return {
        "title": titulo,
        "code": concepto(codigo),
        "extension": [enunciado(e) for e in dichos],
        "text": narrativa([] if dichos else [_NO_MENCIONADO], [_renglon(e) for e in dichos]),
        "entry": [p.a() for p in entradas],
        "emptyReason": de_hl7("list-empty-reason", "unavailable", "Unavailable") if vacia else None,
    }


def _renglon(e: Enunciado) -> str:
    if e.estado is EstadoEnunciado.VERIFICADO:
        return e.texto
    return f"{e.texto} [por revisar{': ' + e.motivo if e.motivo else ''}]"


def _pendientes(b: Borrador) -> list[Recurso]:
    """Lo que el médico debe ver antes de firmar: lo clínico que quedó fuera y los avisos."""
    renglones = [
        ("Se dijo y no quedó en la nota: " + o.texto, o.citas) for o in b.omisiones if limpio(o.texto)
    ]
    renglones += [("Aviso: " + a.texto, a.citas) for a in b.avisos if limpio(a.texto)]
    if not renglones:
        return []
    return [
        {
            "title": "Por revisar antes de firmar",
            "extension": [x for _, c in renglones for x in citas(c)],
            "text": narrativa([], [texto for texto, _ in renglones]),
        }
    ]


def _relacion(e: ExpedienteDeEnvio, f: NotaFirmada) -> list[Recurso]:
    if f.relacion is None or f.relacionada is None:
        return []
    anterior = identidad(e.instalacion, "nota", f.relacionada)
    codigo = "appends" if f.relacion == "adenda" else "replaces"
    return [{"code": codigo, "targetIdentifier": {"system": URI, "value": anterior.urn}}]


def _de_ia(
    e: ExpedienteDeEnvio, parte: str, nota: Pieza, aparato: Pieza, cuando: datetime, audio: str | None
) -> Pieza:
    """Quién redactó: el programa, desde una grabación que se nombra por su sha256."""
    origen: Recurso = {"display": "Grabación de la consulta"}
    if audio:
        origen["identifier"] = {"system": ID_GRABACION, "value": audio}
    recurso = {
        "resourceType": "Provenance",
        "target": [nota.a()],
        "recorded": hora(cuando),
        "activity": concepto({"system": f"{V3}DataOperation", "code": "CREATE", "display": "create"}),
        "agent": [
            {"type": de_hl7("provenance-participant-type", "assembler", "Assembler"), "who": aparato.a()}
        ],
        "entity": [{"role": "source", "what": origen}],
    }
    return pieza(identidad(e.instalacion, "procedencia", parte, e.nota), recurso, "inmutable", AIAST)


def _de_firma(
    e: ExpedienteDeEnvio,
    f: NotaFirmada,
    parte: str,
    objetos: tuple[Pieza, ...],
    medico: Pieza,
    resumenes: tuple[tuple[str, str], ...],
) -> Pieza:
    """Quién firmó y qué: las sumas de los bytes que firmó, si ya se conocen."""
    que = [
        {"role": "source", "what": {"display": nombre, "identifier": {"system": ID_DOCUMENTO, "value": suma}}}
        for nombre, suma in resumenes
    ] or [
        {
            "role": "revision",
            "what": {"display": "Borrador revisado" if f.de_ia else "Nota escrita por el médico"},
        }
    ]
    recurso = {
        "resourceType": "Provenance",
        "target": [o.a() for o in objetos],
        "recorded": hora(f.firmada),
        "activity": concepto(
            {"system": f"{V3}DocumentCompletion", "code": "LA", "display": "legally authenticated"}
        ),
        "agent": [
            {
                "type": de_hl7("provenance-participant-type", "attester", "Attester"),
                "role": [{"text": _FIRMAS[f.clase_firma]}],
                "who": medico.a(),
            }
        ],
        "entity": que,
    }
    id_ = identidad(e.instalacion, "procedencia", "firma", parte, e.nota)
    return pieza(id_, recurso, "inmutable", VIO_MEDICO if f.de_ia else CLINAST)


def _adjunto(datos: bytes, tipo: str, titulo: str, cuando: str) -> Recurso:
    """FHIR pide SHA-1 en `hash` (R4, 2.24.0.9); el sha256 va en una extensión."""
    attachment = {
        "extension": [{"url": EXT_SHA256, "valueString": hashlib.sha256(datos).hexdigest()}],
        "contentType": tipo,
        "language": "es",
        "data": base64.b64encode(datos).decode(),
        "size": len(datos),
        "hash": base64.b64encode(hashlib.sha1(datos, usedforsecurity=False).digest()).decode(),
        "title": titulo,
        "creation": cuando,
    }
    return podar({"attachment": attachment})  # type: ignore[no-any-return]
