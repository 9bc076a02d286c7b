"""Firmar una nota del expediente: juntar lo que dice con quién, dónde y de quién, firmarla y congelarla.

El cálculo (componer el PDF, argon2id, PAdES) va fuera de la transacción; al guardar, la base comprueba que
siga siendo la última versión y que quien firma sea médico en activo del establecimiento.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from scribe.expediente import (
    catalogos,
    clinico,
    consentimientos,
    elementos,
    encuentros,
    modelo,
    notas,
    pacientes,
    para_envio,
    usuarios,
)
from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.errores import DatoInvalido, NoExiste, TransicionInvalida
from scribe.expediente.firma import contenido as f
from scribe.expediente.firma.protocolo import Firmante, NotaFirmada, Quien, firmar_nota
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.llavero import Llavero
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transaccion import Expediente, Transaccion

_SEXOS = {"F": "mujer", "M": "hombre", "X": "indeterminado", None: "no_especificado"}
ALGORITMO = {"simple": "HMAC-SHA-256 (sello 1)", "efirma": "PAdES-B + HMAC-SHA-256 (sello 1)"}


@dataclass(frozen=True, slots=True)
class PorFirmar:
    """Una nota armada y quién la firmaría."""

    nota: f.NotaParaFirmar
    quien: Quien
    ahora: datetime


def armar(t: Transaccion, nota: UUID, version: int | None = None) -> PorFirmar:
    """La nota tal como se firmaría hoy quien actúa. Lanza `NoExiste` o `DatoInvalido`."""
    guardada = notas.leer_version(t, nota, version)
    fila = notas.leer(t, nota)
    contenido = ContenidoDeNota.de_octetos(guardada.contenido)
    encuentro = encuentros.leer(t, fila.encuentro_id)
    lugar = usuarios.establecimiento(t, encuentro.establecimiento_id)
    medico = usuarios.leer(t, fila.medico_id)
    huso = ZoneInfo(lugar.zona)
    paciente = pacientes.leer(t, fila.paciente_id)
    borrador = t.fila("borrador_de_nota", nota=nota)
    nueva = f.NotaParaFirmar(
        id=str(nota),
        version=guardada.numero,
        tipo="adenda" if fila.relacion == "adenda" else contenido.tipo,
        atencion=encuentro.inicio.astimezone(huso),
        lugar=contenido.lugar,
        servicio=contenido.servicio,
        establecimiento=_establecimiento(lugar),
        paciente=_paciente(t, paciente, lugar.pais, encuentro.inicio.astimezone(huso).date()),
        medico=_medico(medico),
        **{s: _enunciados(contenido, s) for s in ("subjetivo", "objetivo", "analisis", "plan", "pronostico")},
        signos=contenido.signos,
        diagnosticos=contenido.diagnosticos,
        receta=contenido.receta,
        consentimientos=_consentimientos(t, fila.paciente_id, fila.encuentro_id, huso),
        avisos=tuple(
            f.AvisoDeNota(tipo=a.tipo, texto=a.texto, grave=a.grave, resolucion=a.resolucion)
            for a in contenido.avisos
        ),
        elementos=elementos.de_la_atencion(
            t, paciente, encuentro, lugar, medico, contenido.diagnosticos, huso
        ),
        adenda=_adenda(t, fila, contenido, huso),
        procedencia=_procedencia(borrador),
    )
    quien = Quien(
        usuario=medico.nombre_usuario,
        nombre=medico.nombre_completo,
        rfc=medico.rfc or "",
        curp=medico.curp or "",
    )
    return PorFirmar(nueva, quien, datetime.now(UTC).astimezone(huso))


def firmar(
    expediente: Expediente, actor: Actor, llavero: Llavero, nota: UUID, version: int,
    hacer: Callable[[PorFirmar], Firmante], *, certificado: bytes | None = None,
) -> tuple[modelo.FirmaNota, NotaFirmada]:  # fmt: skip
    """Firma la última versión de una nota y deja todo en el expediente, o nada.

    `hacer` recibe la nota armada y da el firmante (con su secreto de un solo uso). Lanza `NotaIncompleta`,
    `FirmaRechazada`, `VersionAtrasada`, `TransicionInvalida` o `SinPermiso`.
    """
    with expediente.transaccion(actor) as t:
        if (
            notas.leer(t, nota).estado not in modelo.ABIERTAS
        ):  # antes de usar una llave; la base lo exige después
            raise TransicionInvalida(
                "Esa nota ya no se puede firmar.", "Vuelva a abrirla para ver cómo está."
            )
        lista = armar(t, nota, version)
        fuentes = para_envio.leer(t, nota, version)
    firmada = firmar_nota(lista.nota, hacer(lista), llavero, lista.ahora)
    congelado = para_envio.congelar(fuentes, firmada.sello.cuando, firmada.sello.metodo)
    with expediente.transaccion(actor) as t:
        actual = notas.leer(t, nota)
        if actual.estado is modelo.EstadoNota.BORRADOR:
            notas.a_revision(t, nota)
        firma = notas.firmar(
            t, nota, version=version, contenido=firmada.contenido, tipo=firmada.sello.metodo,
            firma=firmada.sello.model_dump_json().encode(), algoritmo=ALGORITMO[firmada.sello.metodo],
            certificado=certificado, sha256=bytes.fromhex(firmada.sello.sha256_contenido),
        )  # fmt: skip
        notas.guardar_documento(t, nota, "pdf_firmado", firmada.pdf)
        for clase, octetos in congelado.items():
            notas.guardar_documento(t, nota, clase, octetos)
        _al_resumen(t, actual, lista.nota)
    return firma, firmada


def pdf_firmado(t: Transaccion, nota: UUID) -> bytes:
    """El PDF tal como se firmó; deja asiento de que se extrajo. `NoExiste` si no está firmada."""
    for _, clase, octetos in notas.documentos(t, nota):
        if clase == "pdf_firmado":
            paciente = t.una("nota_por_id", "la nota", id=nota)["paciente_id"]
            t.asentar(Asiento("exportacion.hecha", paciente, "nota", nota, detalle={"clase": clase}))
            return octetos
    raise NoExiste("La nota no está firmada.", "Fírmala primero.")


# --- Por dentro ---------------------------------------------------------------------------------------


def _al_resumen(t: Transaccion, nota: modelo.NotaGuardada, firmada: f.NotaParaFirmar) -> None:
    """Lo firmado entra al resumen clínico del paciente: diagnósticos y receta."""
    for d in firmada.diagnosticos:
        clinico.agregar(
            t, nota.paciente_id,
            modelo.Diagnostico(
                sistema=d.sistema, codigo=d.codigo, titulo=d.titulo[:400], estado=d.estado.value,
                lugar="principal" if d.principal else "relacionado",
                **({"tipo": d.tipo} if d.tipo else {}),
            ),
            encuentro=nota.encuentro_id, nota=nota.id,
        )  # fmt: skip
    for r in firmada.receta:
        clinico.agregar(
            t, nota.paciente_id,
            modelo.Receta(
                medicamento=r.generico[:400], comercial=r.comercial[:400] or None,
                presentacion=r.presentacion[:400] or None, dosis=r.dosis[:400],
                via_de_administracion=r.via[:400], frecuencia=r.frecuencia[:400],
                duracion=r.duracion[:400] or None, indicaciones_adicionales=r.indicaciones[:2000] or None,
            ),
            encuentro=nota.encuentro_id, nota=nota.id,
        )  # fmt: skip


def _establecimiento(lugar: modelo.Establecimiento) -> f.Establecimiento:
    return f.Establecimiento(
        tipo=lugar.tipo, nombre=lugar.nombre, domicilio=lugar.domicilio, institucion=lugar.institucion or "",
        razon_social=lugar.razon_social or "", clues=lugar.clave or "", telefono=lugar.telefono or "",
        pais=lugar.pais,
    )  # fmt: skip


def _paciente(t: Transaccion, paciente: modelo.Paciente, pais: modelo.Pais, dia: date) -> f.Paciente:
    d = paciente.datos
    curp = next((i.valor for _, i in paciente.identificadores if i.tipo is TipoIdentificador.CURP), "")
    documento = elementos.documento_colombiano(paciente) if pais == "CO" else None
    # De quien no se sabe quién es (NOM-024 1.3.1.b) también se firma: lo que no consta se dice.
    ignorado = "se desconoce" if paciente.identidad == "desconocida" else ""
    return f.Paciente(
        nombre=d.nombre_completo or d.descripcion or "",
        sexo=_SEXOS[d.sexo],
        edad=_edad(d.nacimiento, dia) or ignorado,
        fecha_nacimiento=d.nacimiento,
        domicilio=_domicilio(t, d.domicilios, dia) or ignorado,
        expediente=paciente.numero_expediente,
        curp=curp,
        documento=" ".join(documento) if documento else "",
    )


def _edad(nacimiento: date | None, dia: date) -> str:
    """Años cumplidos; en menores de dos, meses; en menores de un mes, días."""
    if nacimiento is None:
        return ""
    meses = (dia.year - nacimiento.year) * 12 + dia.month - nacimiento.month - (dia.day < nacimiento.day)
    if meses < 1:
        return f"{(dia - nacimiento).days} días"
    if meses < 24:
        return f"{meses} {'mes' if meses == 1 else 'meses'}"
    return f"{meses // 12} años"


def _domicilio(t: Transaccion, domicilios: tuple[modelo.Domicilio, ...], dia: date) -> str:
    if not domicilios:
        return ""
    d = domicilios[0]
    partes = (
        " ".join(p for p in (d.calle, d.numero_ext, d.numero_int) if p), d.colonia, d.codigo_postal,
        d.localidad, *catalogos.lugar(t, d.pais, d.municipio, d.estado, dia),
    )  # fmt: skip
    return ", ".join(p for p in partes if p)


def _medico(medico: modelo.Usuario) -> f.Medico:
    return f.Medico(
        usuario=medico.nombre_usuario, nombre=medico.nombre_completo, cedula=medico.cedula or "",
        especialidad=medico.especialidad or "", institucion_titulo=medico.institucion_titulo or "",
        curp=medico.curp or "", rfc=medico.rfc or "",
        documento=" ".join(filter(None, (medico.tipo_documento, medico.documento))),
    )  # fmt: skip


def _enunciados(contenido: ContenidoDeNota, seccion: str) -> tuple[f.EnunciadoDeNota, ...]:
    return tuple(
        f.EnunciadoDeNota(texto=e.texto, tipo=e.tipo, estado=e.estado, motivo=e.motivo, autor=e.autor)
        for e in getattr(contenido.nota, seccion)
    )


def _consentimientos(
    t: Transaccion, paciente: UUID, encuentro: UUID, huso: tzinfo
) -> tuple[f.Consentimiento, ...]:
    return tuple(
        f.Consentimiento(
            tipo=c.finalidad, texto_version=c.texto_version, otorgado=c.cuando.astimezone(huso), medio=c.como,
            otorgante=c.calidad,
        )
        for c in consentimientos.de_paciente(t, paciente)
        if c.vigente and c.encuentro_id in (None, encuentro)
    )  # fmt: skip


def _adenda(
    t: Transaccion, fila: modelo.NotaGuardada, contenido: ContenidoDeNota, huso: tzinfo
) -> f.Adenda | None:
    if fila.nota_previa is None or fila.relacion != "adenda":
        return None
    previa = notas.leer_firma(t, fila.nota_previa)
    if previa is None:
        raise DatoInvalido("La nota a la que se agrega no está firmada.", "Fírmala antes.")
    return f.Adenda(
        nota=str(fila.nota_previa), firmada=previa.cuando.astimezone(huso), sha256=previa.sha256.hex(),
        motivo=contenido.motivo_adenda,
    )  # fmt: skip


def _procedencia(borrador: dict[str, Any] | None) -> f.Procedencia:
    if borrador is None:
        return f.Procedencia()
    modelos = borrador["modelos"]
    nombres = (
        [m.get("id", "") for m in modelos.values() if isinstance(m, dict)]
        if isinstance(modelos, dict)
        else []
    )
    return f.Procedencia(
        borrador_sha256=bytes(borrador["sha256"]).hex(),
        audio_sha256=bytes(borrador["audio_sha256"]).hex(),
        modelos=tuple(str(n) for n in nombres if n),
    )
