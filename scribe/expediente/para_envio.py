"""De las filas del expediente a lo que un destino recibe: quién, dónde, qué se dijo y qué se firmó.

Aquí no se agrega ni se interpreta nada clínico. Lo de una nota firmada se congela al firmar, en bytes, y eso
es lo que se envía siempre: lo que después cambie en el expediente (un nombre corregido, otra versión del
programa) no cambia lo firmado.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from scribe import __version__
from scribe.consulta import Aviso, Borrador, Codigo, Enunciado, EstadoCodigo, ModelosUsados, Nota
from scribe.envio import modelo as m
from scribe.envio.fhir import documento
from scribe.envio.fhir.piezas import canonico
from scribe.expediente import encuentros, notas, pacientes, usuarios
from scribe.expediente.errores import BitacoraRota, NoExiste
from scribe.expediente.firma.contenido import al_segundo
from scribe.expediente.identificadores import SIN_IDENTIDAD
from scribe.expediente.modelo import Encuentro, Establecimiento, NotaGuardada, Paciente, Usuario, VersionNota
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transaccion import Transaccion

Congelado = dict[Literal["fhir_bundle", "json"], bytes]
_SEXOS: dict[str | None, m.Sexo] = {"F": "femenino", "M": "masculino", "X": "otro", None: "desconocido"}
_RELACIONES: dict[str, m.Relacion] = {"adenda": "adenda", "sustitucion": "sustituida"}
_CLAVES = {"MX": "CLUES", "CO": "REPS"}


@dataclass(frozen=True, slots=True)
class Fuentes:
    """Lo que se leyó del expediente para armar una nota: para firmarla y para enviarla."""

    instalacion: UUID
    nota: NotaGuardada
    version: VersionNota
    contenido: ContenidoDeNota
    encuentro: Encuentro
    establecimiento: Establecimiento
    medico: Usuario
    paciente: Paciente
    borrador: dict[str, Any] | None

    @property
    def huso(self) -> ZoneInfo:
        """El del establecimiento."""
        return ZoneInfo(self.establecimiento.zona)


def leer(t: Transaccion, nota: UUID, version: int | None = None) -> Fuentes:
    """Lee una nota y lo que la rodea; deja asiento de lo que se vio. `NoExiste` o `DatoInvalido`."""
    guardada = notas.leer_version(t, nota, version)
    fila = notas.leer(t, nota)
    encuentro = encuentros.leer(t, fila.encuentro_id)
    return Fuentes(
        instalacion=instalacion(t),
        nota=fila,
        version=guardada,
        contenido=ContenidoDeNota.de_octetos(guardada.contenido),
        encuentro=encuentro,
        establecimiento=usuarios.establecimiento(t, encuentro.establecimiento_id),
        medico=usuarios.leer(t, fila.medico_id),
        paciente=pacientes.leer(t, fila.paciente_id),
        borrador=t.fila("borrador_de_nota", nota=nota),
    )


def instalacion(t: Transaccion) -> UUID:
    """La identidad de esta instalación ante los destinos: una, para siempre, y va en el respaldo."""
    unica: UUID = t.una("instalacion", "la identidad de la instalación")["id"]
    return unica


# --- Lo que rodea a la nota ---------------------------------------------------------------------------


def expediente(f: Fuentes) -> m.ExpedienteDeEnvio:
    """Paciente, médico, establecimiento y encuentro, como van en un envío."""
    return m.ExpedienteDeEnvio(
        instalacion=f.instalacion, nota=f.nota.id, paciente=_paciente(f.paciente), medico=_medico(f.medico),
        establecimiento=_establecimiento(f.establecimiento), encuentro=_encuentro(f),
        version_programa=__version__,
    )  # fmt: skip


def _paciente(p: Paciente) -> m.PacienteDeEnvio:
    """El de la nota, aunque después se haya fusionado con otro: su identidad allá no puede cambiar."""
    d = p.datos
    nombre = None
    if d.nombre and d.apellido_paterno:
        nombre = m.Nombre(
            nombres=" ".join(n for n in (d.nombre, d.segundo_nombre) if n),
            primer_apellido=d.apellido_paterno, segundo_apellido=d.apellido_materno,
        )  # fmt: skip
    return m.PacienteDeEnvio(
        id=p.id, numero_expediente=p.numero_expediente, nombre=nombre, sexo=_SEXOS[d.sexo],
        nacimiento=d.nacimiento,
        identificadores=tuple(
            m.Identificador(tipo=i.tipo.value, valor=i.valor)
            for _, i in p.identificadores if i.tipo not in SIN_IDENTIDAD
        ),
        domicilio=domicilio(p) or None,
    )  # fmt: skip


def domicilio(p: Paciente) -> str:
    """El primero de un paciente, de corrido; vacío si no hay."""
    if not p.datos.domicilios:
        return ""
    d = p.datos.domicilios[0]
    partes = (
        " ".join(p for p in (d.calle, d.numero_ext, d.numero_int) if p), d.colonia, d.codigo_postal,
        d.localidad, d.municipio, d.estado,
    )  # fmt: skip
    return ", ".join(p for p in partes if p)


def _medico(u: Usuario) -> m.MedicoDeEnvio:
    """Con su cédula y nada más: su CURP y su RFC no le hacen falta a quien recibe la nota."""
    return m.MedicoDeEnvio(
        id=u.id,
        nombre=m.Nombre(
            nombres=u.nombre or u.nombre_usuario, primer_apellido=u.apellido_paterno or u.nombre_usuario,
            segundo_apellido=u.apellido_materno,
        ),
        identificadores=(m.Identificador(tipo="CEDULA", valor=u.cedula),) if u.cedula else (),
        especialidad=u.especialidad,
    )  # fmt: skip


def _establecimiento(e: Establecimiento) -> m.EstablecimientoDeEnvio:
    return m.EstablecimientoDeEnvio(
        id=e.id, nombre=e.nombre or "Establecimiento", pais=e.pais, domicilio=e.domicilio,
        identificadores=(m.Identificador(tipo=_CLAVES[e.pais], valor=e.clave),) if e.clave else (),
    )  # fmt: skip


def _encuentro(f: Fuentes) -> m.EncuentroDeEnvio:
    inicio, fin = f.encuentro.inicio, f.encuentro.fin
    terminado = local(fin, f.huso) if fin is not None and fin >= inicio else None
    return m.EncuentroDeEnvio(id=f.encuentro.id, inicio=local(inicio, f.huso), fin=terminado)


def local(momento: datetime, huso: ZoneInfo) -> datetime:
    """La hora del establecimiento, al segundo y con su desfase fijo, como va en el documento."""
    return al_segundo(momento.astimezone(huso))


# --- Un borrador --------------------------------------------------------------------------------------


def borrador(t: Transaccion, f: Fuentes) -> m.BorradorDeEnvio:
    """Una versión sin firmar, con la evidencia del borrador del que salió.

    Lanza `NoExiste` si la nota no salió de un borrador del programa: esa se envía al firmarse.
    """
    if f.borrador is None:
        raise NoExiste("Esta nota no salió de un borrador del programa.", "Se envía al firmarla.")
    original = Borrador.model_validate_json(encuentros.leer_borrador(t, f.borrador["id"]))
    c = f.contenido
    actual = original.model_copy(
        update={
            "nota": _nota(c),
            "omisiones": c.omisiones,
            "codigos": _elegidos(c) or _propuestos(c),
            "avisos": tuple(
                Aviso(tipo=a.tipo, texto=a.texto, citas=a.citas) for a in c.avisos if not a.resolucion
            ),
        }
    )
    return m.BorradorDeEnvio(
        numero=f.version.numero, creado=local(f.version.cuando, f.huso), borrador=actual,
        medicamentos=_medicamentos(f),
    )  # fmt: skip


# --- Lo firmado ---------------------------------------------------------------------------------------


def firmada(f: Fuentes, firmada_: datetime, clase: Literal["simple", "efirma"]) -> m.NotaFirmada:
    """Lo que el médico firmó, como va en un envío."""
    b = f.borrador
    relacion = _RELACIONES.get(f.nota.relacion)
    return m.NotaFirmada(
        nota=_nota(f.contenido),
        codigos=_elegidos(f.contenido),
        medicamentos=_medicamentos(f),
        firmada=firmada_,
        clase_firma=clase,
        audio_sha256=bytes(b["audio_sha256"]).hex() if b else None,
        modelos=_modelos(b["modelos"]) if b else None,
        relacion=relacion,
        relacionada=f.nota.nota_previa if relacion else None,
    )


def congelar(f: Fuentes, firmada_: datetime, clase: Literal["simple", "efirma"]) -> Congelado:
    """Los bytes que se guardan al firmar: el Bundle `document` y todo lo que hizo falta para armarlo."""
    dicho, rodea = firmada(f, firmada_, clase), expediente(f)
    return {
        "fhir_bundle": documento.congelar(rodea, dicho),
        "json": canonico(
            {"expediente": rodea.model_dump(mode="json"), "nota": dicho.model_dump(mode="json")}
        ),
    }


def paquete(t: Transaccion, nota: UUID) -> tuple[m.ExpedienteDeEnvio, m.Paquete]:
    """Lo congelado de una nota firmada, tal cual. Lanza `NoExiste` si no hay, o `BitacoraRota` si cambió."""
    hay = {clase: octetos for _, clase, octetos in notas.documentos(t, nota)}
    sumas = {f["clase"]: bytes(f["sha256"]) for f in t.filas("nota_documentos", nota=nota)}
    if any(hashlib.sha256(octetos).digest() != sumas[clase] for clase, octetos in hay.items()):
        raise BitacoraRota(
            "Lo congelado al firmar no coincide con su hash.", "No se envió: verifique la bitácora y avise."
        )
    if not {"pdf_firmado", "fhir_bundle", "json"} <= hay.keys():
        raise NoExiste(
            "La nota no guarda los bytes que se congelan al firmar.",
            "Se firmó antes de que Scribe los guardara: entregue su PDF, o haga una adenda y envíela.",
        )
    try:
        dato = json.loads(hay["json"])
        rodea = m.ExpedienteDeEnvio.model_validate(dato["expediente"])
        dicho = m.NotaFirmada.model_validate(dato["nota"])
    except (ValueError, KeyError, ValidationError):
        raise NoExiste(
            "Lo congelado al firmar es de otra versión de Scribe.", "Ábralo con la versión que lo guardó."
        ) from None
    return rodea, m.Paquete(firmada=dicho, pdf=hay["pdf_firmado"], documento=hay["fhir_bundle"])


def motivo_de(relacion: str) -> Literal["firmada", "adenda", "sustituida"]:
    """El motivo con que se envía una nota firmada, según su relación con otra."""
    return _RELACIONES.get(relacion, "firmada")


# --- Por dentro ---------------------------------------------------------------------------------------


def _nota(c: ContenidoDeNota) -> Nota:
    """Lo que dice la nota, con lo que se capturó aparte (signos, diagnósticos, receta) dicho en palabras."""
    aparte = {
        "subjetivo": _dichos(
            [f"Motivo de la adenda: {c.motivo_adenda}"] if c.motivo_adenda else [], "motivo"
        ),
        "objetivo": _dichos([_signo(s.clave, s.valor, s.unidad) for s in c.signos], "signo_vital"),
        "analisis": _dichos([_diagnostico(d) for d in c.diagnosticos], "diagnostico"),
        "plan": _dichos([f"{r.generico}: {_indicacion(r)}" for r in c.receta], "tratamiento"),
        "pronostico": (),
    }
    return Nota(**{s: (*(_enunciado(e) for e in getattr(c.nota, s)), *extra) for s, extra in aparte.items()})


def _enunciado(e: Any) -> Enunciado:
    return Enunciado(texto=e.texto, tipo=e.tipo, citas=e.citas, estado=e.estado, motivo=e.motivo)


def _dichos(textos: list[str], tipo: str) -> tuple[Enunciado, ...]:
    return tuple(Enunciado(texto=t, tipo=tipo, citas=()) for t in textos)


def _signo(clave: str, valor: str, unidad: str) -> str:
    nombre = (
        clave.replace("_", " ")
        .replace("tension", "tensión")
        .replace("perimetro cefalico", "perímetro cefálico")
    )
    return f"{nombre.capitalize()}: {valor} {unidad}".rstrip()


def _diagnostico(d: Any) -> str:
    como = "" if d.estado is EstadoCodigo.CONFIRMADO else f" [{d.estado.value}]"
    return f"{d.codigo} {d.titulo}{' (principal)' if d.principal else ''}{como}"


def _indicacion(r: Any) -> str:
    partes = (r.presentacion, r.dosis, r.via, r.frecuencia, r.duracion, r.indicaciones)
    return ", ".join(p for p in partes if p)


def _elegidos(c: ContenidoDeNota) -> tuple[Codigo, ...]:
    """Los diagnósticos que eligió el médico, con la evidencia de la sugerencia de que salieron."""
    evidencia = {(s.sistema, s.codigo): s.citas for s in c.codigos}
    return tuple(
        Codigo(
            sistema=d.sistema, codigo=d.codigo, titulo=d.titulo, puntaje=1.0, estado=d.estado,
            citas=evidencia.get((d.sistema, d.codigo), ()),
        )
        for d in c.diagnosticos
    )  # fmt: skip


def _propuestos(c: ContenidoDeNota) -> tuple[Codigo, ...]:
    """Lo que propuso el programa, sin lo que el médico ya rechazó."""
    fuera = {(r.sistema, r.codigo) for r in c.rechazados}
    return tuple(s for s in c.codigos if (s.sistema, s.codigo) not in fuera)


def _medicamentos(f: Fuentes) -> tuple[m.MedicamentoDeEnvio, ...]:
    return tuple(_identificados(f))


def _identificados(f: Fuentes) -> Iterator[m.MedicamentoDeEnvio]:
    """Cada renglón con un identificador que sale de la nota y del genérico: cambiarle la dosis no es otro."""
    vistos: Counter[str] = Counter()
    for r in f.contenido.receta:
        if not r.generico:
            continue
        clave = r.generico.casefold()
        vistos[clave] += 1
        yield m.MedicamentoDeEnvio(
            id=uuid5(f.nota.id, f"medicamento/{clave}/{vistos[clave]}"), generico=r.generico,
            comercial=r.comercial or None, via=r.via or None, indicacion=_indicacion(r) or "Según la nota.",
        )  # fmt: skip


def _modelos(guardados: dict[str, Any]) -> ModelosUsados:
    return ModelosUsados(**{c: guardados[c] for c in ModelosUsados.model_fields if guardados.get(c)})
