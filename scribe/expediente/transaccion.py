"""La unidad de trabajo: lo que se hace en el expediente y su asiento entran juntos o no entra nada."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from scribe.expediente.base.conexion import Conexion, Piscina
from scribe.expediente.base.consultas import consulta
from scribe.expediente.base.errores_sql import traducir
from scribe.expediente.bitacora import Actor, Asiento, Bitacora
from scribe.expediente.cifrado_protocolo import Cifrador, Indexador, contexto
from scribe.expediente.errores import NoExiste
from scribe.expediente.sello import SELLADAS, huella


class Expediente:
    """La puerta: con él se abren transacciones. Se comparte entre hilos."""

    def __init__(
        self, piscina: Piscina, cifrador: Cifrador, indexador: Indexador, bitacora: Bitacora
    ) -> None:
        """Todo llega armado; ver `abrir_base`, el cuarto de cifrado y `LlavesBitacora`."""
        self.piscina = piscina
        self.cifrador = cifrador
        self.indexador = indexador
        self.bitacora = bitacora

    @contextmanager
    def transaccion(self, actor: Actor) -> Iterator[Transaccion]:
        """Una transacción a nombre de alguien. Al salir bien asienta y confirma; al fallar, deshace todo.

        Los errores de la base salen ya traducidos y sin valores de las filas.
        """
        try:
            with self.piscina.conexion() as conexion:
                abierta = Transaccion(self, conexion, actor)
                yield abierta
                abierta.cerrar()
        except psycopg.Error as error:
            raise traducir(error) from None

    def asentar_fallo(self, actor: Actor, evento: str, *, resultado: str = "fallo", **detalle: Any) -> None:
        """Asienta algo que no se hizo (negado o fallido), en su propia transacción."""
        with self.transaccion(actor) as t:
            t.asentar(Asiento(evento, resultado=resultado, detalle=detalle))


class Transaccion:
    """Lo que usan las funciones del expediente (`notas`, `pacientes`…) como primer argumento."""

    def __init__(self, expediente: Expediente, conexion: Conexion, actor: Actor) -> None:
        self.expediente = expediente
        self.conexion = conexion
        self.actor = actor
        self._cifrador = expediente.cifrador.en(conexion)
        self._asientos: list[Asiento] = []

    @property
    def usuario(self) -> UUID:
        """Quién actúa; `NoExiste` si es un trabajo automático y hace falta una persona."""
        if self.actor.usuario is None:
            raise NoExiste("Esto lo debe hacer una persona.", "Entre con su usuario.")
        return self.actor.usuario

    # --- Consultar --------------------------------------------------------------------------------

    def filas(self, nombre: str, **valores: Any) -> list[DictRow]:
        """Las filas de una consulta con nombre (`base/consultas/*.sql`)."""
        return self.conexion.execute(consulta(nombre), valores).fetchall()

    def fila(self, nombre: str, **valores: Any) -> DictRow | None:
        """La primera fila, o nada."""
        return self.conexion.execute(consulta(nombre), valores).fetchone()

    def una(self, nombre: str, que: str, **valores: Any) -> DictRow:
        """La fila; `NoExiste` si no hay. `que` es el nombre de lo buscado («la nota»)."""
        fila = self.fila(nombre, **valores)
        if fila is None:
            raise NoExiste(f"No existe {que}.", "Revise el identificador.")
        return fila

    # --- Agregar ----------------------------------------------------------------------------------

    def agregar(
        self,
        tabla: str,
        evento: str,
        valores: Mapping[str, Any],
        *,
        paciente: UUID | None = None,
        detalle: Mapping[str, Any] | None = None,
    ) -> DictRow:
        """Inserta una fila y deja su asiento, con huella si la tabla está sellada. Devuelve la fila."""
        fila = self.insertar(tabla, valores)
        self.asentar_fila(tabla, fila, evento, paciente=paciente, detalle=detalle)
        return fila

    def insertar(self, tabla: str, valores: Mapping[str, Any]) -> DictRow:
        """Inserta y devuelve la fila como quedó; el `id` se da solo si no viene. No asienta."""
        datos = {"id": uuid4(), **valores}
        orden = sql.SQL("INSERT INTO expediente.{} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(tabla),
            sql.SQL(", ").join(map(sql.Identifier, datos)),
            sql.SQL(", ").join(map(sql.Placeholder, datos)),
        )
        cursor = self.conexion.execute(
            orden, {c: Jsonb(v) if isinstance(v, dict) else v for c, v in datos.items()}
        )
        fila: DictRow = cursor.fetchone() or {}
        return fila

    def cambiar(
        self,
        tabla: str,
        fila_id: UUID,
        evento: str,
        valores: Mapping[str, Any],
        *,
        paciente: UUID | None = None,
        detalle: Mapping[str, Any] | None = None,
    ) -> DictRow:
        """Cambia columnas de lo poco que cambia (queda su fila anterior en `historia`) y lo asienta."""
        orden = sql.SQL("UPDATE expediente.{} SET {} WHERE id = {} RETURNING *").format(
            sql.Identifier(tabla),
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(c), sql.Placeholder(c)) for c in valores
            ),
            sql.Placeholder("_id"),
        )
        fila = self.conexion.execute(orden, {**valores, "_id": fila_id}).fetchone()
        if fila is None:
            raise NoExiste(f"No existe ese registro ({tabla}).", "Revise el identificador.")
        dicho = {"columnas": sorted(valores), **(detalle or {})}
        self.asentar_fila(tabla, fila, evento, paciente=paciente, detalle=dicho)
        return fila

    def asentar_fila(
        self,
        tabla: str,
        fila: Mapping[str, Any],
        evento: str,
        *,
        paciente: UUID | None = None,
        resultado: str = "bien",
        detalle: Mapping[str, Any] | None = None,
    ) -> None:
        """El asiento de una fila recién escrita; con su huella si la tabla está sellada.

        `fila` son todas sus columnas tal como quedaron (`RETURNING *`). Quien escribe una tabla sellada sin
        pasar por `agregar` o `cambiar` llama a esto una vez por cada escritura.
        """
        sello = huella(tabla, fila) if tabla in SELLADAS else None
        self.asentar(Asiento(evento, paciente, tabla, fila["id"], sello, resultado, dict(detalle or {})))

    def asentar(self, asiento: Asiento) -> None:
        """Deja un asiento para cuando se cierre la transacción."""
        self._asientos.append(asiento)

    def cerrar(self) -> None:
        """Escribe los asientos; lo llama `Expediente.transaccion`. Va al final, con el candado."""
        # Antes del candado, lo que se revisa al confirmar: si algo falla, que no haya hecho esperar a nadie.
        self.conexion.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if self._asientos:
            self.expediente.bitacora.asentar(self.conexion, self.actor, self._asientos)
            self._asientos = []

    # --- Cifrar -----------------------------------------------------------------------------------

    def cifrar(self, datos: bytes, ambito: str, dueno: UUID, campo: str, fila: UUID) -> bytes:
        """Cifra el valor de una columna, atado a su fila."""
        return self._cifrador.cifrar(datos, contexto(ambito, dueno, campo, fila))

    def descifrar(self, cifrado: bytes, ambito: str, dueno: UUID, campo: str, fila: UUID) -> bytes:
        """El valor en claro de una columna."""
        return self._cifrador.descifrar(bytes(cifrado), contexto(ambito, dueno, campo, fila))

    def precargar(self, ambito: str, duenos: Iterable[UUID | None]) -> None:
        """Lee de una vez las claves de quienes se van a descifrar en una lista."""
        self._cifrador.precargar(f"{ambito}:{dueno}" for dueno in duenos if dueno is not None)
