"""Lo que se firma: una nota completa, ya resuelta, con todo lo que imprime.

`NotaParaFirmar.octetos()` da los bytes exactos que se congelan; su sha256 va al pie de cada página. Los
campos siguen NOM-004-SSA3-2012 (5.2, 5.9, 5.10, 6.1 y 6.2), NOM-024-SSA3-2010 (5.1.6) y, en la receta,
el Reglamento de Insumos para la Salud (29 y 30).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from scribe.consulta import SECCIONES, Enunciado, EstadoCodigo, EstadoEnunciado, Seccion
from scribe.errores import ErrorScribe

TipoDeNota = Literal["primera_vez", "evolucion", "adenda"]


def _limpio(texto: str) -> str:
    """NFC, sin espacios de más ni caracteres de control: lo que se ve es lo que se firma.

    Los controles de dirección (U+202E…) podrían imprimir algo distinto de lo guardado.
    """
    normal = unicodedata.normalize("NFC", texto)
    visible = "".join(" " if c in "\n\r\t" else c for c in normal)
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c != "\u00ad" for c in visible):
        raise ValueError("el texto lleva caracteres invisibles o de control")
    return " ".join(visible.replace("\u00ad", "").split())


Texto = Annotated[str, Field(max_length=20_000), AfterValidator(_limpio)]


def al_segundo(momento: datetime) -> datetime:
    """Sin fracciones y con desfase fijo: como se imprime, y como lo exige la fecha de un PDF."""
    return momento.replace(microsecond=0, tzinfo=timezone(momento.utcoffset() or timedelta()))


Momento = Annotated[AwareDatetime, AfterValidator(al_segundo)]
"""Una hora del documento. Cualquiera con zona se vuelve así al entrar: nadie tiene que acordarse."""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # Campos que llegaron después de las primeras firmas: vacíos no se escriben, para que los bytes de una
    # nota ya firmada sigan siendo exactamente los suyos.
    AGREGADOS: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _sin_agregados_vacios(self, escribir: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dato: dict[str, Any] = escribir(self)
        return {clave: v for clave, v in dato.items() if v or clave not in self.AGREGADOS}


class Establecimiento(_Valor):
    """Dónde se atendió (5.2.1, 5.2.2); `clues`, en Colombia, es el código de prestador."""

    AGREGADOS = frozenset({"razon_social"})

    tipo: Texto
    nombre: Texto
    domicilio: Texto
    institucion: Texto = ""
    razon_social: Texto = ""
    clues: Texto = ""
    telefono: Texto = ""
    pais: Literal["MX", "CO"] = "MX"


class Paciente(_Valor):
    """De quién es la nota (5.2.3, 5.9; en Colombia, con su documento: Res. 866, elemento 2)."""

    AGREGADOS = frozenset({"documento"})

    nombre: Texto
    sexo: Literal["mujer", "hombre", "indeterminado", "no_especificado"]
    edad: Texto
    fecha_nacimiento: date | None = None
    domicilio: Texto = ""
    expediente: Texto
    curp: Texto = ""
    documento: Texto = ""


class Medico(_Valor):
    """Quién la elabora y firma (5.10; cédula e institución, RIS 29; documento, Res. 866, elemento 36)."""

    AGREGADOS = frozenset({"documento"})

    usuario: Texto
    nombre: Texto
    cedula: Texto = ""
    especialidad: Texto = ""
    cedula_especialidad: Texto = ""
    institucion_titulo: Texto = ""
    curp: Texto = ""
    rfc: Texto = ""
    documento: Texto = ""


class EnunciadoDeNota(_Valor):
    """Una afirmación de la nota; `por_revisar` sin resolver impide firmar."""

    texto: Texto
    tipo: Texto
    estado: EstadoEnunciado = EstadoEnunciado.VERIFICADO
    motivo: Texto | None = None
    autor: Literal["programa", "medico"] = "programa"

    @classmethod
    def de(cls, enunciado: Enunciado) -> EnunciadoDeNota:
        """El de un borrador, sin sus citas (esas quedan en la versión de la nota)."""
        return cls(
            texto=enunciado.texto, tipo=enunciado.tipo, estado=enunciado.estado, motivo=enunciado.motivo
        )


class Signo(_Valor):
    """Un signo vital o una medida (6.1.2, 6.2.2)."""

    clave: Literal[
        "tension_arterial", "frecuencia_cardiaca", "frecuencia_respiratoria", "temperatura", "saturacion",
        "peso", "talla", "imc", "perimetro_cefalico", "glucosa",
    ]  # fmt: skip
    valor: Texto
    unidad: Texto = ""


class Diagnostico(_Valor):
    """Un diagnóstico o problema clínico codificado (6.2.4); `tipo`, el de la Res. 866, elemento 23."""

    AGREGADOS = frozenset({"tipo"})

    sistema: Literal["CIE-10", "CIE-11"] = "CIE-10"
    codigo: Texto
    titulo: Texto
    estado: EstadoCodigo = EstadoCodigo.CONFIRMADO
    principal: bool = False
    tipo: Literal["01", "02", "03"] | None = None


class Renglon(_Valor):
    """Un medicamento indicado (6.2.6; RIS 30: dosis, presentación, vía, frecuencia y duración)."""

    generico: Texto
    comercial: Texto = ""
    presentacion: Texto = ""
    dosis: Texto = ""
    via: Texto = ""
    frecuencia: Texto = ""
    duracion: Texto = ""
    indicaciones: Texto = ""
    fraccion_lgs226: Literal["I", "II", "III", "IV", "V", "VI"] | None = None


class Elemento(_Valor):
    """Un elemento de dato de la Res. 866 de 2021: su número en el anexo y su valor."""

    numero: Texto
    nombre: Texto
    valor: Texto
    titulo: Texto = ""


class Consentimiento(_Valor):
    """Un consentimiento que consta (NOM-024 1.2.2)."""

    tipo: Texto
    texto_version: Texto
    otorgado: Momento
    medio: Texto
    otorgante: Texto


class AvisoDeNota(_Valor):
    """Un aviso del programa y qué hizo con él el médico; sin `resolucion` impide firmar si es grave."""

    tipo: Texto
    texto: Texto
    grave: bool = False
    resolucion: Texto = ""


class Adenda(_Valor):
    """A qué nota firmada se agrega, y por qué; la original no cambia (5.11; Res. 866, art. 10)."""

    nota: Texto
    firmada: Momento
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    motivo: Texto


class Procedencia(_Valor):
    """De qué borrador y modelos salió la nota."""

    borrador_sha256: str = ""
    audio_sha256: str = ""
    modelos: tuple[Texto, ...] = ()


class NotaParaFirmar(_Valor):
    """Todo lo que dice una nota, tal como se va a firmar."""

    AGREGADOS = frozenset({"elementos"})

    esquema: Literal["1"] = "1"
    id: Texto
    version: int = Field(ge=1)
    tipo: TipoDeNota
    atencion: Momento
    lugar: Texto = ""
    servicio: Texto = ""
    establecimiento: Establecimiento
    paciente: Paciente
    medico: Medico
    subjetivo: tuple[EnunciadoDeNota, ...] = ()
    objetivo: tuple[EnunciadoDeNota, ...] = ()
    analisis: tuple[EnunciadoDeNota, ...] = ()
    plan: tuple[EnunciadoDeNota, ...] = ()
    pronostico: tuple[EnunciadoDeNota, ...] = ()
    signos: tuple[Signo, ...] = ()
    diagnosticos: tuple[Diagnostico, ...] = ()
    receta: tuple[Renglon, ...] = ()
    consentimientos: tuple[Consentimiento, ...] = ()
    avisos: tuple[AvisoDeNota, ...] = ()
    elementos: tuple[Elemento, ...] = ()
    adenda: Adenda | None = None
    procedencia: Procedencia = Procedencia()

    def seccion(self, nombre: Seccion) -> tuple[EnunciadoDeNota, ...]:
        """Los enunciados de una sección."""
        enunciados: tuple[EnunciadoDeNota, ...] = getattr(self, nombre)
        return enunciados

    @property
    def enunciados(self) -> tuple[tuple[Seccion, EnunciadoDeNota], ...]:
        """Todos, con su sección, en el orden en que se leen."""
        return tuple((nombre, e) for nombre in SECCIONES for e in self.seccion(nombre))

    def octetos(self) -> bytes:
        """Los bytes que se congelan: JSON con claves en orden, sin espacios, UTF-8. Siempre los mismos."""
        dato = self.model_dump(mode="json")
        return json.dumps(dato, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def sha256(self) -> str:
        """El sha256, en hexadecimal, de `octetos()`."""
        return hashlib.sha256(self.octetos()).hexdigest()

    @classmethod
    def de_octetos(cls, octetos: bytes) -> NotaParaFirmar:
        """La nota de unos bytes congelados. Lanza `ErrorScribe` si no son exactamente los de una nota."""
        nota = cls.model_validate_json(octetos)
        if nota.octetos() != octetos:
            raise ErrorScribe("Los bytes de la nota no son los que se congelaron.", "Revise la bitácora.")
        return nota


class FirmaImpresa(_Valor):
    """Lo que el PDF dice de la firma: se fija antes de componerlo y se firma con él dentro."""

    metodo: Literal["simple", "efirma"]
    cuando: Momento
    certificado: Texto = ""
    emisor: Texto = ""
