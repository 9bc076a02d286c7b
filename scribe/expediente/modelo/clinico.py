"""El resumen clínico: lo que se afirma de un paciente, nota por nota."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from scribe.expediente.modelo.comun import Texto, Valor


class Diagnostico(Valor):
    """CIE-10 primero (NOM-024 3.2.1.d; Res. 866 elementos 23, 37 y 38)."""

    sistema: Literal["CIE-10", "CIE-11"] = "CIE-10"
    codigo: Texto
    titulo: Texto
    lugar: Literal["principal", "relacionado", "complicacion"] = "relacionado"
    tipo: Literal["01", "02", "03"] = "01"  # impresión, confirmado nuevo, confirmado repetido
    estado: Literal["confirmado", "sospecha", "descartado", "antecedente", "familiar"] = "confirmado"


class Problema(Valor):
    """Un renglón de la lista de problemas (NOM-024 1.3.4)."""

    descripcion: Texto
    codigo: Texto | None = None
    desde: date | None = None
    hasta: date | None = None
    estado: Literal["activo", "resuelto", "inactivo"] = "activo"


class Alergia(Valor):
    """NOM-024 apéndice B «Alergias/Reacciones adversas»; `factor`, de la Res. 866, elemento 47."""

    tipo_de_reaccion: Literal["alergia", "intolerancia", "reaccion_adversa"] = "alergia"
    descripcion: Texto
    factor: Literal["01", "02", "03", "04", "05", "06"] | None = None
    medicamento: Texto | None = None
    gravedad: Literal["leve", "moderada", "grave"] | None = None
    fecha_deteccion: date | None = None
    refiere: Literal["paciente", "familiar", "personal"] | None = None  # 1.3.6.c: quién lo reportó
    verificada: bool = False  # 1.3.6.c: por el personal de salud
    niega: bool = False


class Medicacion(Valor):
    """Lo que el paciente toma hoy (NOM-024 1.3.5)."""

    medicamento: Texto
    dosis: Texto | None = None
    frecuencia: Texto | None = None
    via: Texto | None = None
    desde: date | None = None
    hasta: date | None = None
    estado: Literal["activo", "suspendido"] = "activo"


class Receta(Valor):
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
