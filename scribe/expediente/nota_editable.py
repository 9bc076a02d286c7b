"""El contenido de una versión mientras se edita: el borrador del programa más lo que decide el médico.

La versión 1 son los bytes de `trabajos.resultado.contenido_inicial`; lo que ahí no viene nace vacío. Nada de
aquí completa ni corrige por su cuenta: cada función devuelve otro contenido con justo lo que se decidió.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scribe.consulta import SECCIONES, Cita, Codigo, EstadoEnunciado, Omision, Seccion
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.firma.contenido import Diagnostico, Renglon, Signo, TipoDeNota
from scribe.salida.etiquetas import etiquetas

Decision = Literal["confirmar", "corregir", "quitar"]
_Largo = Annotated[str, Field(max_length=20_000)]


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


class Secciones(_Valor):
    """La nota SOAP con pronóstico."""

    subjetivo: tuple[EnunciadoEditable, ...] = ()
    objetivo: tuple[EnunciadoEditable, ...] = ()
    analisis: tuple[EnunciadoEditable, ...] = ()
    plan: tuple[EnunciadoEditable, ...] = ()
    pronostico: tuple[EnunciadoEditable, ...] = ()


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


class ContenidoDeNota(_Valor):
    """Todo lo que dice una versión."""

    esquema: Literal["1"] = "1"
    tipo: TipoDeNota = "evolucion"
    servicio: _Largo = ""
    lugar: _Largo = ""
    nota: Secciones = Secciones()
    signos: tuple[Signo, ...] = ()
    diagnosticos: tuple[Diagnostico, ...] = ()
    receta: tuple[Renglon, ...] = ()
    omisiones: tuple[Omision, ...] = ()
    codigos: tuple[Codigo, ...] = ()
    avisos: tuple[AvisoEditable, ...] = ()
    motivo_adenda: _Largo = ""

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
    enunciados = list(getattr(contenido.nota, seccion))
    if seccion not in SECCIONES or not 0 <= indice < len(enunciados):
        raise DatoInvalido("No existe ese enunciado.", "Vuelve a abrir la nota.")
    if (decision == "corregir") != bool((texto or "").strip()):
        raise DatoInvalido("Corregir lleva el texto nuevo; confirmar y quitar, no.", "Revisa lo pedido.")
    if decision == "quitar":
        del enunciados[indice]
    else:
        cambios: dict[str, object] = {"estado": EstadoEnunciado.VERIFICADO, "motivo": None, "autor": "medico"}
        if texto:
            cambios["texto"] = texto.strip()
        enunciados[indice] = enunciados[indice].model_copy(update=cambios)
    nota = contenido.nota.model_copy(update={seccion: tuple(enunciados)})
    return contenido.model_copy(update={"nota": nota})


def resolver_aviso(contenido: ContenidoDeNota, indice: int, resolucion: str) -> ContenidoDeNota:
    """Dice qué se hizo con un aviso. Lanza `DatoInvalido`."""
    if not 0 <= indice < len(contenido.avisos) or not resolucion.strip():
        raise DatoInvalido("No existe ese aviso, o falta decir qué se hizo.", "Vuelve a abrir la nota.")
    avisos = list(contenido.avisos)
    avisos[indice] = avisos[indice].model_copy(update={"resolucion": resolucion.strip()})
    return contenido.model_copy(update={"avisos": tuple(avisos)})


def sugeridos(contenido: ContenidoDeNota) -> dict[tuple[str, str], str]:
    """Los códigos que propuso el programa, con sus alternativas: (sistema, código) → título del catálogo."""
    salida = {}
    for codigo in contenido.codigos:
        salida[codigo.sistema, codigo.codigo] = codigo.titulo
        salida.update({(codigo.sistema, a.codigo): a.titulo for a in codigo.alternativas})
    return {(str(s), c): t for (s, c), t in salida.items()}
