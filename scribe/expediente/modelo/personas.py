"""El paciente: lo que lo describe y con qué se le identifica."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints, model_validator

from scribe.expediente.identificadores import TipoIdentificador, normalizar
from scribe.expediente.modelo.comun import Fila, Nombre, Texto, Valor


class Domicilio(Valor):
    """NOM-024 apéndice B «Domicilio»; `municipio` es DIVIPOLA en Colombia (elemento 12)."""

    tipo: Literal["primario", "trabajo", "referencia"] = "primario"
    calle: Texto | None = None
    numero_ext: Texto | None = None
    numero_int: Texto | None = None
    colonia: Texto | None = None
    localidad: Texto | None = None
    municipio: Texto | None = None
    estado: Texto | None = None
    pais: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "MEX"
    codigo_postal: Annotated[str, StringConstraints(pattern=r"^\d{5,6}$")] | None = None
    zona: Literal["01", "02"] | None = None  # 14: urbana, rural
    telefono_1: Texto | None = None
    telefono_2: Texto | None = None


class DatosPaciente(Valor):
    """Lo que describe a una persona (NOM-024 apéndice B «Paciente»; Res. 866 elementos 1 y 3 a 15).

    En Colombia `nombre` es el primer nombre; los apellidos son primero y segundo. En una identidad
    desconocida basta `descripcion` («varón, unos 40 años, ropa de trabajo»).
    """

    nombre: Nombre | None = None
    segundo_nombre: Nombre | None = None
    apellido_paterno: Nombre | None = None
    apellido_materno: Nombre | None = None
    nacimiento: date | None = None
    sexo: Literal["M", "F", "X"] | None = None  # 5: 02 mujer = F, 01 hombre = M, 03 = X
    genero: Annotated[str, StringConstraints(pattern=r"^0[1-5]$")] | None = None  # 6
    nacionalidad: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None  # 1
    ocupacion: Texto | None = None  # 7
    oposicion_donacion: Literal["01", "02"] | None = None  # 8
    voluntad_anticipada: Literal["01", "02"] | None = None  # 9
    discapacidad: Annotated[str, StringConstraints(pattern=r"^0[1-8]$")] | None = None  # 10
    grupo_etnico: Texto | None = None  # 13
    comunidad_etnica: Texto | None = None  # 13
    entidad_salud: Texto | None = None  # 15; en México, la institución de derechohabiencia
    # Res. 1995 de 1999, art. 9
    tipo_vinculacion: Texto | None = None
    estado_civil: Texto | None = None
    acompanante: Texto | None = None
    responsable: Texto | None = None
    nivel_socioeconomico: Texto | None = None
    vivienda: Texto | None = None
    tipo_sanguineo: Literal["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"] | None = None
    religion: Texto | None = None
    domicilios: tuple[Domicilio, ...] = ()
    correo: Texto | None = None
    contacto: Texto | None = None
    descripcion: Texto | None = None

    @property
    def nombre_completo(self) -> str:
        """Nombre y apellidos de corrido; cadena vacía si no se saben."""
        partes = (self.nombre, self.segundo_nombre, self.apellido_paterno, self.apellido_materno)
        return " ".join(p for p in partes if p)

    @model_validator(mode="after")
    def _algo(self) -> DatosPaciente:
        if not ((self.nombre and self.apellido_paterno) or self.descripcion):
            raise ValueError(
                "hacen falta nombre y primer apellido o, si no se sabe quién es, una descripción"
            )
        if self.nacimiento is not None and self.nacimiento > date.today():
            raise ValueError("la fecha de nacimiento está en el futuro")
        return self


class Identificador(Valor):
    """Un identificador de una persona; `valor` queda en su forma normal y validado."""

    tipo: TipoIdentificador
    valor: str
    emisor: str = ""

    @model_validator(mode="before")
    @classmethod
    def _normal(cls, datos: Any) -> Any:
        if isinstance(datos, dict) and "tipo" in datos and "valor" in datos:
            return {**datos, "valor": normalizar(TipoIdentificador(datos["tipo"]), str(datos["valor"]))}
        return datos


class Paciente(Fila):
    """Un paciente como se ve hoy. `vigente` es él mismo o en quien se fusionó."""

    id: UUID
    vigente: UUID
    establecimiento_id: UUID
    numero_expediente: str
    identidad: Literal["conocida", "desconocida"]
    creado: datetime
    version: int
    datos: DatosPaciente
    identificadores: tuple[tuple[UUID, Identificador], ...] = ()


class Fusion(Fila):
    """Una fusión que sigue en pie: `absorbido` se lee dentro de `vigente`."""

    id: UUID
    absorbido: UUID
    vigente: UUID
    cuando: datetime


class PacienteHallado(Fila):
    """Un renglón de una búsqueda."""

    id: UUID
    numero_expediente: str
    identidad: str
    nombre: str
    nacimiento: date | None
    sexo: str | None
