"""Lo que se sabe del paciente: diagnósticos, problemas, alergias, medicación y recetas redactadas.

Nada se edita: corregir es agregar otra afirmación que sustituye a la anterior (Res. 866, art. 10 par. 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.rows import DictRow

from scribe.expediente.bitacora import Asiento
from scribe.expediente.modelo import Afirmacion, Alergia, Diagnostico, Medicacion, Problema, Receta
from scribe.expediente.transaccion import Transaccion

Tabla = Literal["diagnostico", "problema", "alergia", "medicacion", "receta"]
_TIPOS: dict[Tabla, type[Afirmacion]] = {
    "diagnostico": Diagnostico, "problema": Problema, "alergia": Alergia, "medicacion": Medicacion,
    "receta": Receta,
}  # fmt: skip
_TABLAS = {tipo: tabla for tabla, tipo in _TIPOS.items()}

_VIGENTES = """
SELECT a.* FROM expediente.{tabla} a
WHERE a.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s))
  AND (%(nota)s::uuid IS NULL OR a.nota_id = %(nota)s) AND NOT a.retirada
  AND NOT EXISTS (SELECT 1 FROM expediente.{tabla} s WHERE s.sustituye_a = a.id)
ORDER BY a.cuando
"""


@dataclass(frozen=True, slots=True)
class Guardada:
    """Una afirmación guardada: qué dice, quién la hizo y cuándo."""

    id: UUID
    paciente_id: UUID
    nota_id: UUID | None
    contenido: Afirmacion
    usuario_id: UUID
    cuando: datetime


def agregar(
    t: Transaccion,
    paciente: UUID,
    contenido: Afirmacion,
    *,
    encuentro: UUID | None = None,
    nota: UUID | None = None,
    sustituye_a: UUID | None = None,
    retira: bool = False,
    catalogo: UUID | None = None,
) -> UUID:
    """Agrega una afirmación. Con `sustituye_a` corrige a otra; con `retira` además, la anula.

    `catalogo` dice de qué versión del catálogo salió un código. `Duplicado` si aquella ya se sustituyó.
    """
    tabla, nueva = _TABLAS[type(contenido)], uuid4()
    plano = contenido.model_dump_json(exclude_defaults=True).encode()
    t.agregar(
        tabla, "clinico.alta",
        {"id": nueva, "paciente_id": paciente, "encuentro_id": encuentro, "nota_id": nota,
         "sustituye_a": sustituye_a, "retirada": retira, "catalogo_id": catalogo,
         "contenido": t.cifrar(plano, "paciente", paciente, f"{tabla}.contenido", nueva),
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"tabla": tabla},
    )  # fmt: skip
    return nueva


def vigentes(t: Transaccion, paciente: UUID, tabla: Tabla, *, nota: UUID | None = None) -> list[Guardada]:
    """Lo que hoy vale de una lista (de una nota, si se da). Deja asiento."""
    t.asentar(Asiento("clinico.ver", paciente, detalle={"tabla": tabla}))
    orden = sql.SQL(_VIGENTES).format(tabla=sql.Identifier(tabla))
    return [
        _armar(t, tabla, f)
        for f in t.conexion.execute(orden, {"paciente": paciente, "nota": nota}).fetchall()
    ]


def _armar(t: Transaccion, tabla: Tabla, fila: DictRow) -> Guardada:
    plano = t.descifrar(fila["contenido"], "paciente", fila["paciente_id"], f"{tabla}.contenido", fila["id"])
    return Guardada(
        fila["id"], fila["paciente_id"], fila["nota_id"], _TIPOS[tabla].model_validate_json(plano),
        fila["usuario_id"], fila["cuando"],
    )  # fmt: skip
