"""El contenido de una versión mientras se edita: el borrador del programa más lo que decide el médico.

La versión 1 son los bytes de `trabajos.resultado.contenido_inicial`; lo que ahí no viene nace vacío. Nada de
aquí completa ni corrige por su cuenta: cada función devuelve otro contenido con justo lo que se decidió.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from scribe.consulta import SECCIONES, Cita, Codigo, EstadoEnunciado, Omision, Seccion
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.firma.contenido import Diagnostico, Renglon, Signo, TipoDeNota
from scribe.salida.etiquetas import etiquetas

Decision = Literal["confirmar", "corregir", "quitar"]
DecisionOmision = Literal["incorporar", "descartar"]
_LISTA_MAX = 100


def _visible(texto: str) -> str:
    """Sin los caracteres que no se ven (vienen al pegar de otro programa): no se podrían firmar."""
    return "".join(c for c in texto if c in "\n\t" or unicodedata.category(c) not in _INVISIBLES)


_INVISIBLES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_Largo = Annotated[str, Field(max_length=20_000), AfterValidator(_visible)]


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class EnunciadoEditable(_Valor):
    """Una afirmación, con la evidencia de la que salió y de quién son las palabras."""

    texto: _Largo
    tipo: _Largo
    citas: tuple[Cita, ...] = ()
    estado: EstadoEnunciado = EstadoEnunciado.VERIFICADO
    motivo: _Largo | None = None
    autor: Literal["programa", "medico"] = "programa"

    @property
    def dudoso(self) -> bool:
        """Si lo tiene que resolver el médico."""
        return self.estado is EstadoEnunciado.POR_REVISAR


class Secciones(_Valor):
    """La nota SOAP con pronóstico."""

    subjetivo: tuple[EnunciadoEditable, ...] = ()
    objetivo: tuple[EnunciadoEditable, ...] = ()
    analisis: tuple[EnunciadoEditable, ...] = ()
    plan: tuple[EnunciadoEditable, ...] = ()
    pronostico: tuple[EnunciadoEditable, ...] = ()

    def seccion(self, nombre: Seccion) -> tuple[EnunciadoEditable, ...]:
        """Los enunciados de una sección."""
        enunciados: tuple[EnunciadoEditable, ...] = getattr(self, nombre)
        return enunciados

    @property
    def enunciados(self) -> tuple[EnunciadoEditable, ...]:
        """Todos, en el orden en que se leen."""
        return tuple(e for nombre in SECCIONES for e in self.seccion(nombre))

    def con(self, nombre: Seccion, enunciados: list[EnunciadoEditable]) -> Secciones:
        """Otra con esos enunciados en esa sección."""
        return self.model_copy(update={nombre: tuple(enunciados)})


class AvisoEditable(_Valor):
    """Un aviso del programa y qué se hizo con él."""

    tipo: _Largo
    texto: _Largo
    citas: tuple[Cita, ...] = ()
    resolucion: _Largo = ""

    @property
    def grave(self) -> bool:
        """Si impide firmar sin resolución (`salida/datos/etiquetas.toml`)."""
        return bool(etiquetas()["avisos"].get(self.tipo, {}).get("gravedad") == 1)


class CodigoRechazado(_Valor):
    """Una sugerencia que el médico rechazó: se recuerda, para no volver a ofrecerla."""

    sistema: Literal["CIE-10", "CIE-11"]
    codigo: _Largo


class ContenidoDeNota(_Valor):
    """Todo lo que dice una versión."""

    esquema: Literal["1"] = "1"
    tipo: TipoDeNota = "evolucion"
    servicio: _Largo = ""
    lugar: _Largo = ""
    nota: Secciones = Secciones()
    signos: tuple[Signo, ...] = Field((), max_length=_LISTA_MAX)
    diagnosticos: tuple[Diagnostico, ...] = Field((), max_length=40)
    receta: tuple[Renglon, ...] = Field((), max_length=_LISTA_MAX)
    omisiones: tuple[Omision, ...] = ()
    codigos: tuple[Codigo, ...] = ()
    rechazados: tuple[CodigoRechazado, ...] = ()
    avisos: tuple[AvisoEditable, ...] = ()
    motivo_adenda: _Largo = ""

    @property
    def por_revisar(self) -> int:
        """Cuántos enunciados esperan que el médico los resuelva."""
        return sum(e.dudoso for e in self.nota.enunciados)

    def octetos(self) -> bytes:
        """Los bytes que se guardan."""
        return self.model_dump_json().encode()

    @classmethod
    def de_octetos(cls, octetos: bytes) -> ContenidoDeNota:
        """El de una versión guardada. Lanza `DatoInvalido` si no es el contenido de una nota."""
        try:
            return cls.model_validate_json(octetos)
        except ValidationError:
            raise DatoInvalido(
                "Esta versión no tiene la forma de una nota.",
                "Ábrela con la versión de Scribe que la guardó.",
            ) from None


def resolver(
    contenido: ContenidoDeNota, seccion: Seccion, indice: int, decision: Decision, texto: str | None = None
) -> ContenidoDeNota:
    """Resuelve un enunciado: confirmarlo, corregirlo (con sus palabras) o quitarlo. Lanza `DatoInvalido`."""
    enunciados = list(contenido.nota.seccion(seccion)) if seccion in SECCIONES else []
    if not 0 <= indice < len(enunciados):
        raise DatoInvalido("No existe ese enunciado.", "Vuelva a abrir la nota.")
    if (decision == "corregir") != bool((texto or "").strip()):
        raise DatoInvalido("Corregir lleva el texto nuevo; confirmar y quitar, no.", "Revise lo pedido.")
    if decision == "quitar":
        del enunciados[indice]
    else:
        enunciados[indice] = _del_medico(enunciados[indice], (texto or "").strip())
    return contenido.model_copy(update={"nota": contenido.nota.con(seccion, enunciados)})


def resolver_omision(
    contenido: ContenidoDeNota,
    indice: int,
    decision: DecisionOmision,
    seccion: Seccion = "subjetivo",
    tipo: str = "",
    texto: str = "",
) -> ContenidoDeNota:
    """Mete en la nota algo que se dijo y faltaba, con su evidencia, o lo descarta. Lanza `DatoInvalido`."""
    if not 0 <= indice < len(contenido.omisiones):
        raise DatoInvalido("No existe esa omisión.", "Vuelva a abrir la nota.")
    omision = contenido.omisiones[indice]
    quedan = contenido.omisiones[:indice] + contenido.omisiones[indice + 1 :]
    nota = contenido.nota
    if decision == "incorporar":
        suyo = EnunciadoEditable(texto=omision.texto, tipo=tipo or "agregado", citas=omision.citas)
        nota = nota.con(seccion, [*nota.seccion(seccion), _del_medico(suyo, texto.strip())])
    elif texto.strip():
        raise DatoInvalido("Descartar no lleva texto.", "Revise lo pedido.")
    return contenido.model_copy(update={"omisiones": quedan, "nota": nota})


def resolver_aviso(contenido: ContenidoDeNota, indice: int, resolucion: str) -> ContenidoDeNota:
    """Dice qué se hizo con un aviso. Lanza `DatoInvalido`."""
    if not 0 <= indice < len(contenido.avisos) or not resolucion.strip():
        raise DatoInvalido("No existe ese aviso, o falta decir qué se hizo.", "Vuelva a abrir la nota.")
    avisos = list(contenido.avisos)
    avisos[indice] = avisos[indice].model_copy(update={"resolucion": resolucion.strip()})
    return contenido.model_copy(update={"avisos": tuple(avisos)})


def _del_medico(enunciado: EnunciadoEditable, texto: str = "") -> EnunciadoEditable:
    """El mismo, ya suyo: sin duda y, si lo dio, con su texto."""
    cambios: dict[str, object] = {"estado": EstadoEnunciado.VERIFICADO, "motivo": None, "autor": "medico"}
    return enunciado.model_copy(update={**cambios, **({"texto": _visible(texto)} if texto else {})})
