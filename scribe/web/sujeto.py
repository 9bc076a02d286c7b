"""Quién pide y qué puede: `exige("permiso")` es la dependencia que toda ruta lleva."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel

from scribe.expediente import usuarios
from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.errores import NoExiste, SinPermiso
from scribe.expediente.modelo import RolUsuario, Usuario
from scribe.expediente.transaccion import Transaccion
from scribe.web import sesiones
from scribe.web.errores import FaltaReautenticar, SinSesion
from scribe.web.permisos import DUENOS, Regla, ocultos, regla
from scribe.web.servicios import Servicios

EN_FONDO = "X-Scribe-Fondo"
"""La lleva lo que la página pide sola (ver cómo va una lista): no cuenta como uso de la sesión."""


DE_QUIEN = "X-Scribe-Usuario"
"""De quién es la página que pide. Si en otra pestaña entró otra persona, nada se hace a su nombre."""


@dataclass(frozen=True, slots=True)
class Sujeto:
    """Quien pide, ya autorizado para su ruta. `roles` son los que le valen para ese paciente."""

    servicios: Servicios
    regla: Regla
    actor: Actor
    usuario: Usuario | None = None
    sesion: sesiones.Sesion | None = None
    roles: frozenset[RolUsuario] = frozenset()
    establecimientos: frozenset[UUID] = frozenset()
    zona: str | None = None

    @property
    def persona(self) -> Usuario:
        """La persona; `SinSesion` si la ruta es pública."""
        if self.usuario is None:
            raise SinSesion
        return self.usuario

    @property
    def la_sesion(self) -> sesiones.Sesion:
        """Su sesión; `SinSesion` si la ruta es pública."""
        if self.sesion is None:
            raise SinSesion
        return self.sesion

    @contextmanager
    def transaccion(self) -> Iterator[Transaccion]:
        """Una transacción a su nombre."""
        with self.servicios.expediente.transaccion(self.actor) as t:
            yield t

    def exigir_paciente(self, t: Transaccion, paciente: UUID) -> None:
        """Que también pueda esto con un paciente que vino en el cuerpo. Lanza `NoExiste` o `SinPermiso`."""
        if not self._alcanza(set(_establecimientos(t, paciente))):
            raise _sin_permiso()

    def exigir_establecimiento(self, establecimiento: UUID) -> None:
        """Que pueda esto en ese establecimiento."""
        if not self._alcanza({establecimiento}):
            raise _sin_permiso()

    def _alcanza(self, donde: set[UUID]) -> bool:
        return any(e in donde and r in self.regla.roles for e, r in self.persona.roles)

    def oculta(self, clase: str) -> frozenset[str]:
        """Los campos de esa clase que no ve."""
        return ocultos(clase, self.roles)

    def ver(self, clase: str, valor: BaseModel) -> dict[str, Any]:
        """El valor como JSON, sin los campos que no ve."""
        fuera = self.oculta(clase)
        return (
            {} if "*" in fuera else {c: v for c, v in valor.model_dump(mode="json").items() if c not in fuera}
        )


class _Permiso:
    """La dependencia; `permiso` es lo que lee `permisos.comprobar`."""

    def __init__(self, permiso: str) -> None:
        self.permiso = permiso

    def __call__(self, request: Request) -> Sujeto:
        servicios: Servicios = request.app.state.servicios
        pedida = regla(self.permiso)
        equipo = request.client.host if request.client else "local"
        if pedida.acceso == "publico":
            return Sujeto(servicios, pedida, Actor(None, equipo))
        ficha = request.cookies.get(servicios.cookie)
        sesion, usuario = _quien(servicios, equipo, ficha, tocar=EN_FONDO not in request.headers)
        if request.headers.get(DE_QUIEN, usuario.nombre_usuario) != usuario.nombre_usuario:
            raise SinSesion
        actor = Actor(usuario.id, equipo, sesion.id)
        with servicios.expediente.transaccion(actor) as t:
            donde = _donde(t, request.path_params)
            responsable = _responsable(t, request.path_params, pedida)
            zona = _zona(t, usuario)
        roles = frozenset(r for e, r in usuario.roles if donde is None or e in donde)
        if (pedida.acceso == "roles" and not roles & pedida.roles) or responsable not in (None, usuario.id):
            _asentar_negado(servicios, actor, self.permiso, request.path_params)
            raise _sin_permiso()
        if pedida.reciente and not sesion.reciente:
            raise FaltaReautenticar
        suyos = frozenset(e for e, r in usuario.roles if r in pedida.roles)
        return Sujeto(servicios, pedida, actor, usuario, sesion, roles, suyos, zona)


def exige(permiso: str) -> Any:
    """La dependencia que da el sujeto de una ruta, con su permiso dentro de un `Annotated`."""
    return Depends(_Permiso(permiso))


def _quien(
    servicios: Servicios, equipo: str, ficha: str | None, *, tocar: bool
) -> tuple[sesiones.Sesion, Usuario]:
    """La sesión y su persona, si ambas valen. Lo que venció queda cerrado aunque aquí se niegue."""
    with servicios.expediente.transaccion(Actor(None, equipo)) as t:
        sesion = sesiones.leer(t, ficha, servicios.plazos, tocar=tocar) if ficha else None
        usuario = usuarios.leer(t, sesion.usuario) if sesion else None
    if sesion is None or usuario is None or not usuario.activo or usuario.bloqueado is not None:
        raise SinSesion
    return sesion, usuario


def _donde(t: Transaccion, parametros: dict[str, Any]) -> set[UUID] | None:
    """Los establecimientos donde se atiende a quien nombra la ruta; `None` si no es de ningún paciente."""
    donde: set[UUID] | None = None
    for nombre, valor in parametros.items():
        if nombre == "establecimiento_id":
            propios: set[UUID] | None = {_uuid(valor)}
        elif nombre in DUENOS:
            paciente = _paciente(t, nombre, _uuid(valor))
            propios = set(_establecimientos(t, paciente)) if paciente else None
        else:
            continue
        if propios is not None:
            donde = propios if donde is None else donde & propios
    return donde


def _paciente(t: Transaccion, nombre: str, valor: UUID) -> UUID | None:
    consulta = DUENOS[nombre]
    if consulta is None:
        return valor
    paciente: UUID | None = t.una(consulta, "eso", id=valor)["paciente_id"]
    return paciente


def _establecimientos(t: Transaccion, paciente: UUID) -> list[UUID]:
    donde: list[UUID] = t.una("alcance_de_paciente", "el paciente", id=paciente)["establecimientos"]
    return donde


_zonas: dict[UUID, str] = {}
"""La zona de cada establecimiento, que no cambia: se lee una vez."""


def _zona(t: Transaccion, usuario: Usuario) -> str | None:
    """La hora que esa persona espera ver: la de su primer establecimiento."""
    if not usuario.roles:
        return None
    lugar = usuario.roles[0][0]
    if lugar not in _zonas:
        _zonas[lugar] = usuarios.establecimiento(t, lugar).zona
    return _zonas[lugar]


def _responsable(t: Transaccion, parametros: dict[str, Any], pedida: Regla) -> UUID | None:
    if pedida.de_quien != "responsable" or "nota_id" not in parametros:
        return None
    medico: UUID = t.una("nota_por_id", "la nota", id=_uuid(parametros["nota_id"]))["medico_id"]
    return medico


def _asentar_negado(servicios: Servicios, actor: Actor, permiso: str, parametros: dict[str, Any]) -> None:
    detalle = {"permiso": permiso, **{c: str(v)[:64] for c, v in parametros.items()}}
    with servicios.expediente.transaccion(actor) as t:
        t.asentar(Asiento("acceso.negado", resultado="negado", detalle=detalle))


def _uuid(valor: Any) -> UUID:
    try:
        return UUID(str(valor))
    except ValueError:
        raise NoExiste("No existe eso.", "Revise el identificador.") from None


def _sin_permiso() -> SinPermiso:
    return SinPermiso("Su usuario no puede hacer esto.", "Pídalo a quien tenga ese permiso.")
