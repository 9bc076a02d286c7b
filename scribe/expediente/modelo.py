"""Los tipos del expediente: con ellos se habla con la API y con los demás cuartos.

Los nombres siguen el apéndice B de la NOM-024-SSA3-2010; lo colombiano, el anexo de la Res. 866 de 2021
(el número de elemento va en cada campo). Lo que aquí se valida por forma, la base lo vuelve a exigir
donde puede; lo cifrado solo se valida aquí.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from scribe.expediente.identificadores import TipoIdentificador, normalizar

Pais = Literal["MX", "CO"]
RolUsuario = Literal["medico", "asistente", "administrador", "auditor"]
Finalidad = Literal["grabacion", "datos_sensibles", "telemedicina", "intercambio"]
Texto = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Nombre = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class EstadoNota(StrEnum):
    """La vida de una nota; solo avanza."""

    GRABADA = "grabada"
    TRANSCRITA = "transcrita"
    BORRADOR = "borrador"
    EN_REVISION = "en_revision"
    FIRMADA = "firmada"
    CON_ADENDA = "con_adenda"
    SUSTITUIDA = "sustituida"
    DESCARTADA = "descartada"


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Fila(BaseModel):
    """Lo que sale de la base: se ignora lo que el tipo no nombra."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Domicilio(_Valor):
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


class DatosPaciente(_Valor):
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


class Identificador(_Valor):
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


class Paciente(_Fila):
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


class PacienteHallado(_Fila):
    """Un renglón de una búsqueda."""

    id: UUID
    numero_expediente: str
    identidad: str
    nombre: str
    nacimiento: date | None
    sexo: str | None


class Establecimiento(_Fila):
    """Dónde se atiende (NOM-004 5.2.1); `clave` es CLUES en México y código REPS en Colombia."""

    id: UUID
    pais: Pais
    clave: str | None
    tipo: str
    nombre: str
    institucion: str | None
    domicilio: str
    telefono: str | None
    zona: str


class DatosUsuario(_Valor):
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


class Usuario(_Fila):
    """Una persona que usa el sistema, con sus roles vigentes por establecimiento."""

    id: UUID
    nombre_usuario: str
    nombre: str
    apellido_paterno: str
    apellido_materno: str | None
    curp: str | None
    rfc: str | None
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


class DatosEncuentro(_Valor):
    """Una atención; los códigos son de la Res. 866 (elementos 18 a 21) y en México pueden faltar."""

    inicio: datetime
    tipo: Literal["primera_vez", "consulta", "interconsulta", "telemedicina"] = "consulta"
    modalidad: Annotated[str, StringConstraints(pattern=r"^0[1-9]$")] | None = None
    grupo_servicios: Annotated[str, StringConstraints(pattern=r"^0[1-5]$")] | None = None
    entorno: Annotated[str, StringConstraints(pattern=r"^0[1-5]$")] | None = None
    via_ingreso: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-4])$")] | None = None
    causa: Annotated[str, StringConstraints(pattern=r"^(2[1-9]|3\d|4\d)$")] | None = None

    @model_validator(mode="after")
    def _con_zona(self) -> DatosEncuentro:
        if self.inicio.tzinfo is None:
            raise ValueError("la hora de inicio necesita zona horaria")
        return self


class Encuentro(_Fila):
    """Un encuentro guardado."""

    id: UUID
    paciente_id: UUID
    establecimiento_id: UUID
    medico_id: UUID
    inicio: datetime
    fin: datetime | None = None
    tipo: str
    modalidad: str | None
    grupo_servicios: str | None
    entorno: str | None
    via_ingreso: str | None
    causa: str | None
    destino: str | None = None
    motivo: str | None = None


class Consentimiento(_Fila):
    """Un consentimiento registrado; `revocado` dice cuándo dejó de valer."""

    id: UUID
    paciente_id: UUID
    encuentro_id: UUID | None
    texto_id: UUID
    finalidad: Finalidad
    texto_version: str
    otorgado: bool
    como: str
    calidad: str
    usuario_id: UUID
    cuando: datetime
    revocado: datetime | None = None

    @property
    def vigente(self) -> bool:
        """Si hoy autoriza."""
        return self.otorgado and self.revocado is None


class NotaGuardada(_Fila):
    """Una nota y dónde va en su vida. El contenido está en sus versiones."""

    id: UUID
    encuentro_id: UUID
    paciente_id: UUID
    medico_id: UUID
    grabacion_id: UUID | None
    relacion: Literal["original", "adenda", "sustitucion"]
    nota_previa: UUID | None
    estado: EstadoNota
    ultima_version: int
    usuario_id: UUID
    equipo: str
    cuando: datetime


class VersionNota(_Fila):
    """Una versión: qué decía, quién la dejó así, desde dónde y de qué salió. Nunca cambia."""

    id: UUID
    nota_id: UUID
    numero: int
    contenido: bytes
    sha256: bytes
    cambio: str | None = None
    origen: Literal["borrador", "persona", "importada"]
    borrador_id: UUID | None
    modelos: dict[str, Any]
    usuario_id: UUID | None
    equipo: str
    cuando: datetime


class FirmaNota(_Fila):
    """La firma de una nota y los bytes exactos que se firmaron."""

    id: UUID
    nota_id: UUID
    version_id: UUID
    tipo: Literal["simple", "efirma"]
    contenido: bytes
    sha256: bytes
    firma: bytes
    algoritmo: str
    certificado: bytes | None
    usuario_id: UUID
    equipo: str
    cuando: datetime


class PasoNota(_Fila):
    """Un cambio de estado."""

    id: UUID
    nota_id: UUID
    de: EstadoNota | None
    a: EstadoNota
    motivo: str | None = None
    usuario_id: UUID | None
    equipo: str
    cuando: datetime


class Tarea(_Fila):
    """Algo pendiente («por firmar»); NOM-024 apéndice B «Asunto»."""

    id: UUID
    tipo: Literal["por_firmar", "por_revisar", "requiere_atencion", "asunto"]
    paciente_id: UUID | None
    nota_id: UUID | None
    descripcion: str | None = None
    asignada_a: UUID | None
    creada: datetime
    vence: datetime | None
    estado: Literal["pendiente", "hecha", "cancelada"]
    terminada: datetime | None
    terminada_por: UUID | None


class Diagnostico(_Valor):
    """CIE-10 primero (NOM-024 3.2.1.d; Res. 866 elementos 23, 37 y 38)."""

    sistema: Literal["CIE-10", "CIE-11"] = "CIE-10"
    codigo: Texto
    titulo: Texto
    lugar: Literal["principal", "relacionado", "complicacion"] = "relacionado"
    tipo: Literal["01", "02", "03"] = "01"  # impresión, confirmado nuevo, confirmado repetido
    estado: Literal["confirmado", "sospecha", "descartado", "antecedente", "familiar"] = "confirmado"


class Problema(_Valor):
    """Un renglón de la lista de problemas (NOM-024 1.3.4)."""

    descripcion: Texto
    codigo: Texto | None = None
    desde: date | None = None
    hasta: date | None = None
    estado: Literal["activo", "resuelto", "inactivo"] = "activo"


class Alergia(_Valor):
    """NOM-024 apéndice B «Alergias/Reacciones adversas»."""

    tipo_de_reaccion: Literal["alergia", "intolerancia", "reaccion_adversa"] = "alergia"
    descripcion: Texto
    medicamento: Texto | None = None
    gravedad: Literal["leve", "moderada", "grave"] | None = None
    fecha_deteccion: date | None = None
    niega: bool = False


class Medicacion(_Valor):
    """Lo que el paciente toma hoy (NOM-024 1.3.5)."""

    medicamento: Texto
    dosis: Texto | None = None
    frecuencia: Texto | None = None
    via: Texto | None = None
    desde: date | None = None
    hasta: date | None = None
    estado: Literal["activo", "suspendido"] = "activo"


class Receta(_Valor):
    """Un renglón de receta tal como se redactó (NOM-024 apéndice B «Receta»; RIS 30; LGS 225)."""

    medicamento: Texto
    comercial: Texto | None = None
    presentacion: Texto | None = None
    dosis: Texto
    unidad_de_medida: Texto | None = None
    via_de_administracion: Texto
    frecuencia: Texto
    duracion: Texto | None = None
    fecha_inicio: date | None = None
    fecha_fin: date | None = None
    indicaciones_adicionales: str | None = Field(None, max_length=2000)


Afirmacion = Diagnostico | Problema | Alergia | Medicacion | Receta
