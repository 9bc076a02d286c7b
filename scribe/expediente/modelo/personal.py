"""Los establecimientos y las personas que usan el sistema."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from scribe.expediente.identificadores import TipoIdentificador, normalizar
from scribe.expediente.modelo.comun import Fila, Nombre, Pais, RolUsuario, Texto, Valor


class Establecimiento(Fila):
    """Dónde se atiende (NOM-004 5.2.1); `clave` es CLUES en México y código REPS en Colombia."""

    id: UUID
    pais: Pais
    clave: str | None
    tipo: str
    nombre: str
    institucion: str | None
    razon_social: str | None = None  # 5.2.2
    domicilio: str
    telefono: str | None
    zona: str


class DatosUsuario(Valor):
    """NOM-024 apéndice B «Usuario»; en Colombia, elemento 36."""

    nombre_usuario: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{6,63}$")]
    nombre: Nombre
    apellido_paterno: Nombre
    apellido_materno: Nombre | None = None
    curp: Annotated[str, AfterValidator(lambda v: normalizar(TipoIdentificador.CURP, v))] | None = None
    rfc: Annotated[str, AfterValidator(lambda v: normalizar(TipoIdentificador.RFC, v))] | None = None
    tipo_documento: Literal["CC", "CE", "PA", "PE", "TI"] | None = None
    documento: Texto | None = None
    cedula: Texto | None = None
    especialidad: Texto | None = None
    sub_especialidad: Texto | None = None
    institucion_titulo: Texto | None = None
    domicilio: Texto | None = None


class Usuario(Fila):
    """Una persona que usa el sistema, con sus roles vigentes por establecimiento."""

    id: UUID
    nombre_usuario: str
    nombre: str
    apellido_paterno: str
    apellido_materno: str | None
    curp: str | None
    rfc: str | None
    tipo_documento: str | None = None
    documento: str | None = None
    cedula: str | None
    especialidad: str | None
    institucion_titulo: str | None
    activo: bool
    intentos_fallidos: int
    bloqueado: datetime | None
    roles: tuple[tuple[UUID, RolUsuario], ...] = ()

    @property
    def nombre_completo(self) -> str:
        """Nombre y apellidos."""
        return " ".join(p for p in (self.nombre, self.apellido_paterno, self.apellido_materno) if p)

    def tiene(self, rol: RolUsuario, establecimiento: UUID | None = None) -> bool:
        """Si tiene un rol vigente (en ese establecimiento, si se da)."""
        return any(r == rol and establecimiento in (None, e) for e, r in self.roles)
