"""De dónde sale cada elemento de la Res. 866 de 2021 en una atención colombiana.

Qué admite cada uno lo dice `firma/datos/elementos866.toml`; aquí se reúnen los valores, sin completar
ninguno: lo que no consta no va, y la revisión al firmar lo echa de menos.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from scribe.consulta import EstadoCodigo
from scribe.expediente import catalogos, clinico, modelo
from scribe.expediente.firma.contenido import Diagnostico, Elemento
from scribe.expediente.firma.elementos import Fuentes, reunir
from scribe.expediente.identificadores import SIN_IDENTIDAD, TipoIdentificador
from scribe.expediente.transaccion import Transaccion

_SEXOS = {"M": "01", "F": "02", "X": "03"}
_COLOMBIANOS = tuple(
    TipoIdentificador(t)
    for t in ["CC", "CE", "CD", "PA", "SC", "PT", "PE", "RC", "TI", "CN", "DE", "AS", "MS", "SI"]
)
_IMPRESION = "01"  # elemento 23: impresión diagnóstica


def documento_colombiano(paciente: modelo.Paciente) -> tuple[str, str] | None:
    """El documento con que se identifica en Colombia (tipo y número), o nada. Los de identidad, primero."""
    propios = {i.tipo: i.valor for _, i in reversed(paciente.identificadores)}
    return next(((t.value, propios[t]) for t in _COLOMBIANOS if t in propios), None)


def de_la_atencion(
    t: Transaccion,
    paciente: modelo.Paciente,
    encuentro: modelo.Encuentro,
    lugar: modelo.Establecimiento,
    medico: modelo.Usuario,
    diagnosticos: tuple[Diagnostico, ...],
    huso: tzinfo,
) -> tuple[Elemento, ...]:
    """Los elementos que constan, con el título que su código tenía ese día. Fuera de Colombia, ninguno."""
    if lugar.pais != "CO":
        return ()
    dia = encuentro.inicio.astimezone(huso).date()
    fuentes = {
        **_persona(paciente),
        **_atencion(encuentro, lugar, medico, huso),
        **_clinica(diagnosticos),
        "alergia.tipos": _alergias(t, paciente),
    }
    return reunir(fuentes, lambda catalogo, clave: catalogos.titulo(t, catalogo, clave, dia))


def _persona(paciente: modelo.Paciente) -> Fuentes:
    d = paciente.datos
    tipo, numero = documento_colombiano(paciente) or (None, None)
    casa = d.domicilios[0] if d.domicilios else None
    conocida = tipo is not None and TipoIdentificador(tipo) not in SIN_IDENTIDAD
    return {
        "paciente.nacionalidad": d.nacionalidad,
        "paciente.tipo_documento": tipo,
        "paciente.documento": numero,
        "paciente.nombre": d.nombre_completo or (None if conocida else d.descripcion),
        "paciente.nacimiento": _dia(d.nacimiento),
        "paciente.sexo": _SEXOS.get(d.sexo or ""),
        "paciente.genero": d.genero,
        "paciente.ocupacion": d.ocupacion,
        "paciente.oposicion_donacion": d.oposicion_donacion,
        "paciente.voluntad_anticipada": d.voluntad_anticipada,
        "paciente.discapacidad": d.discapacidad,
        "paciente.grupo_etnico": d.grupo_etnico,
        "paciente.comunidad_etnica": d.comunidad_etnica,
        "paciente.entidad_salud": d.entidad_salud,
        "domicilio.pais": casa.pais if casa else None,
        "domicilio.municipio": casa.municipio if casa else None,
        "domicilio.zona": casa.zona if casa else None,
    }


def _atencion(
    encuentro: modelo.Encuentro, lugar: modelo.Establecimiento, medico: modelo.Usuario, huso: tzinfo
) -> Fuentes:
    return {
        "establecimiento.clave": lugar.clave,
        "encuentro.inicio": _momento(encuentro.inicio, huso),
        "encuentro.fin": _momento(encuentro.fin, huso),
        "encuentro.modalidad": encuentro.modalidad,
        "encuentro.grupo_servicios": encuentro.grupo_servicios,
        "encuentro.entorno": encuentro.entorno,
        "encuentro.via_ingreso": encuentro.via_ingreso,
        "encuentro.causa": encuentro.causa,
        "encuentro.cups": encuentro.cups,
        # La consulta es un procedimiento en salud: se dice al dar su CUPS.
        "encuentro.tecnologia": "01" if encuentro.cups else None,
        "encuentro.finalidad": encuentro.finalidad,
        "encuentro.destino": encuentro.destino,
        "medico.tipo_documento": medico.tipo_documento,
        "medico.documento": medico.documento,
    }


def _clinica(diagnosticos: tuple[Diagnostico, ...]) -> Fuentes:
    propios = [d for d in diagnosticos if d.sistema == "CIE-10" and d.estado in _VIGENTES]
    principal = next((d for d in propios if d.principal), None)
    return {
        "diagnostico.principal": cuatro(principal.codigo) if principal else None,
        "diagnostico.tipo": _tipo(principal) if principal else None,
        "diagnostico.relacionados": tuple(cuatro(d.codigo) for d in propios if d is not principal),
    }


_VIGENTES = frozenset({EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA})


def _tipo(diagnostico: Diagnostico) -> str | None:
    """Una sospecha es impresión diagnóstica; si un confirmado es nuevo o repetido lo dice el médico."""
    return diagnostico.tipo or (_IMPRESION if diagnostico.estado is EstadoCodigo.SOSPECHA else None)


def cuatro(codigo: str) -> str:
    """Un código CIE-10 a cuatro caracteres, sin punto; una categoría sin subdivisión lleva X («I10X»)."""
    junto = codigo.replace(".", "").upper()[:4]
    return junto if len(junto) != 3 else f"{junto}X"


def _alergias(t: Transaccion, paciente: modelo.Paciente) -> tuple[str, ...]:
    propias = (a.contenido for a in clinico.vigentes(t, paciente.id, "alergia"))
    return tuple(
        sorted({a.factor for a in propias if isinstance(a, modelo.Alergia) and a.factor and not a.niega})
    )


def _dia(dia: date | None) -> str | None:
    return dia.isoformat() if dia else None


def _momento(momento: datetime | None, huso: tzinfo) -> str | None:
    return f"{momento.astimezone(huso):%Y-%m-%d %H:%M}" if momento else None
