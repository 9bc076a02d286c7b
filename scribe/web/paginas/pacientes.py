"""Buscar, dar de alta y corregir pacientes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import pacientes, usuarios
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.modelo import (
    DatosPaciente,
    Domicilio,
    Establecimiento,
    Identificador,
    PacienteHallado,
)
from scribe.expediente.transaccion import Transaccion
from scribe.lenguaje.texto import llano
from scribe.web import listas866, vista
from scribe.web.api import pacientes as api
from scribe.web.formularios import Escrito, Fallas, Formulario, cual, intentar
from scribe.web.nombres import repartir
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_PROPIOS = (
    "nombre", "segundo_nombre", "apellido_paterno", "apellido_materno", "nacimiento", "sexo", "ocupacion",
    "entidad_salud", "correo", "contacto", "tipo_sanguineo", "descripcion", "nacionalidad", "genero",
    "discapacidad", "grupo_etnico", "comunidad_etnica", "oposicion_donacion", "voluntad_anticipada",
    "tipo_vinculacion", "estado_civil", "acompanante", "responsable",
)  # fmt: skip
_DOMICILIO = ("calle", "numero_ext", "numero_int", "colonia", "municipio", "estado", "codigo_postal",
              "telefono_1", "zona", "pais")  # fmt: skip


@rutas.get("/pacientes")
def buscador(quien: Annotated[Sujeto, exige("paciente.ver")]) -> Response:
    """Buscar, y a quienes se atendió hace poco."""
    with quien.transaccion() as t:
        return _buscador(quien, "", pacientes.recientes(t, 10))


@rutas.post("/pacientes/buscar")
def buscar(escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.ver")]) -> Response:
    """Lo mismo que la búsqueda viva, para quien no tiene guiones."""
    texto = escrito["texto"]
    hallados = api.buscar(api.Busqueda(texto=texto, limite=50), quien) if len(texto) >= 2 else []
    return _buscador(quien, texto, hallados)


@rutas.post("/nuevo-paciente")
def forma_con_nombre(escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.cambiar")]) -> Response:
    """La forma de alta con lo que se buscó ya puesto en su campo."""
    return _forma(quien, Escrito(repartir(escrito["texto"])), None)


@rutas.get("/nuevo-paciente")
def forma(quien: Annotated[Sujeto, exige("paciente.cambiar")]) -> Response:
    """La forma de alta."""
    return _forma(quien, Escrito(), None)


@rutas.post("/pacientes")
def alta(escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.cambiar")]) -> Response:
    """Da de alta. Si parece que ya existe, lo enseña antes y deja decidir."""
    nuevo, fallo = intentar(lambda: _de_alta(escrito))
    if nuevo is not None:
        if escrito["es_otra_persona"] != "si" and (iguales := _iguales(quien, nuevo.datos)):
            return _forma(quien, escrito, None, iguales)
        lugar = cual(escrito["establecimiento"]) if escrito["establecimiento"] else _lugar_unico(quien)
        quien.exigir_establecimiento(lugar)
        hecho, fallo = intentar(lambda: api.alta(lugar, nuevo, quien))
        if hecho is not None:
            return seguir(f"/pacientes/{hecho['id']}" + ("/grabar" if escrito["y"] == "grabar" else "#alta"))
    return _forma(quien, escrito, fallo)


@rutas.get("/pacientes/{paciente_id}/datos")
def forma_corregir(paciente_id: UUID, quien: Annotated[Sujeto, exige("paciente.cambiar")]) -> Response:
    """Los datos, para corregirlos."""
    with quien.transaccion() as t:
        actual = pacientes.leer(t, paciente_id)
    return _forma_datos(quien, paciente_id, _a_escrito(actual.datos, quien), None)


@rutas.post("/pacientes/{paciente_id}/datos")
def corregir(
    paciente_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> Response:
    """Guarda una versión nueva; lo que la forma no enseña se conserva."""
    with quien.transaccion() as t:
        actual = pacientes.leer(t, paciente_id).datos
    hecho, fallo = intentar(lambda: api.corregir(paciente_id, _datos(escrito, actual), quien))
    if hecho is None:
        return _forma_datos(quien, paciente_id, escrito, fallo)
    return seguir(f"/pacientes/{paciente_id}#corregido")


@rutas.post("/pacientes/{paciente_id}/identificadores")
def identificar(
    paciente_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> Response:
    """Agrega un identificador."""
    _, fallo = intentar(
        lambda: api.agregar_identificador(paciente_id, Identificador(**_identificador(escrito)), quien)
    )
    if fallo is not None:
        with quien.transaccion() as t:
            actual = pacientes.leer(t, paciente_id)
        return _forma_datos(quien, paciente_id, _a_escrito(actual.datos, quien), fallo)
    return seguir(f"/pacientes/{paciente_id}#corregido")


# --- De lo escrito a los tipos ------------------------------------------------------------------------


def _de_alta(escrito: Escrito) -> api.AltaPaciente:
    identificadores = (Identificador(**_identificador(escrito)),) if escrito["valor"] else ()
    return api.AltaPaciente(datos=_datos(escrito, None), identificadores=identificadores)


def _identificador(escrito: Escrito) -> dict[str, Any]:
    return {"tipo": escrito["tipo_identificador"] or TipoIdentificador.CURP, "valor": escrito["valor"]}


def _datos(escrito: Escrito, actual: DatosPaciente | None) -> DatosPaciente:
    """Los datos escritos sobre los que había: un campo que la forma no trae no se toca."""
    valores = {c: escrito[c] or None for c in _PROPIOS if c in escrito}
    antes = actual.model_dump() if actual is not None else {}
    viejo, *demas = actual.domicilios if actual is not None and actual.domicilios else (None,)
    nuevo = {c: escrito[c] or None for c in _DOMICILIO if c in escrito}
    pais = nuevo.pop("pais", None)
    if pais == "COL" and (nuevo.get("municipio") or "").isdigit():
        nuevo["estado"] = (nuevo["municipio"] or "")[:2]  # la DIVIPOLA empieza por el departamento
    junto = {**(viejo.model_dump() if viejo else {}), **nuevo, **({"pais": pais} if pais else {})}
    domicilios = [Domicilio(**junto), *(d for d in demas if d)] if any(nuevo.values()) or viejo else []
    return DatosPaciente.model_validate({**antes, **valores, "domicilios": domicilios})


def _a_escrito(datos: DatosPaciente, quien: Sujeto) -> Escrito:
    fuera = quien.oculta("paciente")
    domicilio = datos.domicilios[0] if datos.domicilios else Domicilio()
    pares = [(c, getattr(datos, c)) for c in _PROPIOS if c not in fuera]
    pares += [(c, getattr(domicilio, c)) for c in _DOMICILIO if datos.domicilios]
    return Escrito({c: str(v) for c, v in pares if v is not None})


def _iguales(quien: Sujeto, datos: DatosPaciente) -> list[PacienteHallado]:
    """Quienes se llaman igual y no tienen otra fecha de nacimiento: podrían ser la misma persona."""
    if not datos.nombre or not datos.apellido_paterno:
        return []
    corto = f"{datos.nombre} {datos.apellido_paterno}"
    hallados = api.buscar(api.Busqueda(texto=corto[:120]), quien)
    mismos = set(llano(datos.nombre_completo).split())
    return [
        h
        for h in hallados
        if (set(llano(h.nombre).split()) <= mismos or mismos <= set(llano(h.nombre).split()))
        and (h.nacimiento is None or datos.nacimiento is None or h.nacimiento == datos.nacimiento)
    ]


# --- Pintar -------------------------------------------------------------------------------------------


def _buscador(quien: Sujeto, texto: str, hallados: list[PacienteHallado]) -> Response:
    return vista.pagina(quien, "pacientes.html", texto=texto, hallados=hallados)


def _forma(
    quien: Sujeto, escrito: Escrito, fallo: Fallas | None, iguales: list[PacienteHallado] | None = None
) -> Response:
    with quien.transaccion() as t:
        lugares = _lugares(t, quien)
        listas = _listas_co(t, lugares)
    return vista.pagina(
        quien, "paciente_nuevo.html", 422 if fallo else 200, e=escrito, fallo=fallo, iguales=iguales or [],
        lugares=lugares, lugares_opciones=[(str(u.id), u.nombre) for u in lugares],
        identificadores=_identificadores(lugares), co=listas, fuera=quien.oculta("paciente"),
    )  # fmt: skip


def _forma_datos(quien: Sujeto, paciente: UUID, escrito: Escrito, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        lugares = _lugares(t, quien)
        persona = pacientes.leer(t, paciente)
        listas = _listas_co(t, [x for x in lugares if x.id == persona.establecimiento_id] or lugares)
    return vista.pagina(
        quien, "paciente_datos.html", 422 if fallo else 200, e=escrito, fallo=fallo, paciente=paciente,
        p=persona, fuera=quien.oculta("paciente"), identificadores=_identificadores(lugares), co=listas,
    )  # fmt: skip


def _lugares(t: Transaccion, quien: Sujeto) -> list[Establecimiento]:
    return [e for e in usuarios.establecimientos(t) if e.id in quien.establecimientos]


def _listas_co(t: Transaccion, lugares: list[Establecimiento]) -> dict[str, Any] | None:
    """Las listas de la Res. 866, si se atiende en Colombia."""
    return listas866.de_la_persona(t) if lugares and lugares[0].pais == "CO" else None


def _lugar_unico(quien: Sujeto) -> UUID:
    return min(quien.establecimientos)


def _identificadores(lugares: list[Establecimiento]) -> list[tuple[str, str]]:
    """Los que se usan donde se atiende, el de siempre primero."""
    mx = [("CURP", "CURP"), ("NSS", "NSS"), ("INE", "INE")]
    co = [("CC", "Cédula de ciudadanía"), ("TI", "Tarjeta de identidad"), ("RC", "Registro civil"),
          ("CE", "Cédula de extranjería"), ("PT", "Permiso por protección temporal")]  # fmt: skip
    juntos = co + mx if lugares and lugares[0].pais == "CO" else mx + co
    return [*juntos, ("PA", "Pasaporte"), ("OTRO", "Otro")]
