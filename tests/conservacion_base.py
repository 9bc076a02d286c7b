"""Una clínica con audio de verdad en disco y claves de verdad: lo que hace falta para destruirlo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from scribe.expediente import notas
from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.bitacora import Actor, Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.conservacion import destruccion, politica, propuesta
from scribe.expediente.conservacion.certificado import Certificado, certificado
from scribe.expediente.fuentes_clave import Costo, FuenteFrase
from scribe.expediente.llavero import Llavero
from scribe.expediente.llaves_bitacora import LlaveBitacora, LlavesBitacora
from scribe.expediente.transaccion import Expediente
from scribe.expediente.verificacion import Informe, verificar
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.destructor import Destructor
from scribe.trabajos.modelo import DatosSubida, Recibo
from scribe.trabajos.subida import Subidas
from tests.expediente_base import BasePrueba, Clinica, borrar_base, crear_base, poblar
from tests.trabajos_base import trozos, wav

FUENTE = FuenteFrase("nopal violeta bicicleta martes", Costo(memoria_kib=64, pasadas=1, carriles=1))
SONIDO = wav(0.5)


@dataclass
class Deposito:
    """La clínica, su llavero y su carpeta de datos."""

    clinica: Clinica
    llavero: Llavero
    datos: Path

    @property
    def base(self) -> BasePrueba:
        return self.clinica.base

    @property
    def expediente(self) -> Expediente:
        return self.base.expediente

    @property
    def audio(self) -> AlmacenAudio:
        return AlmacenAudio(self.datos, self.expediente.cifrador)  # type: ignore[arg-type]

    @property
    def subidas(self) -> Subidas:
        return Subidas(self.expediente, self.audio, reserva=0)

    @property
    def archivos(self) -> Destructor:
        return Destructor(self.audio)

    # --- Preparar ---------------------------------------------------------------------------------

    def abrir(self) -> UUID:
        """Una subida abierta, sin trozos."""
        c = self.clinica
        return self.subidas.abrir(
            c.medica, DatosSubida(encuentro=c.encuentro, consentimiento=c.consentimiento, formato="wav")
        )

    def mandar(self, subida: UUID, sonido: bytes = SONIDO, cuantos: int | None = None) -> None:
        """Manda los primeros trozos (o todos)."""
        for numero, suma, parte in trozos(sonido, 8_000)[:cuantos]:
            self.subidas.recibir(self.clinica.medica, subida, numero, suma, [parte])

    def cerrar(self, subida: UUID, sonido: bytes = SONIDO) -> Recibo:
        return self.subidas.cerrar(
            self.clinica.medica, subida, trozos=len(trozos(sonido, 8_000)),
            sha256=hashlib.sha256(sonido).hexdigest(),
        )  # fmt: skip

    def subir(self, sonido: bytes = SONIDO) -> Recibo:
        """Una grabación completa, con su nota y su trabajo en espera."""
        subida = self.abrir()
        self.mandar(subida, sonido)
        return self.cerrar(subida, sonido)

    def firmar(self, recibo: Recibo, contenido: bytes = b'{"subjetivo": "tos"}') -> None:
        """Lleva su nota hasta firmada, como si el borrador hubiera llegado."""
        self.sql("UPDATE trabajos.trabajo SET estado = 'en_curso' WHERE grabacion_id = %s", recibo.grabacion)
        self.sql(
            "UPDATE trabajos.trabajo SET estado = 'hecho', terminado = now() WHERE grabacion_id = %s",
            recibo.grabacion,
        )
        with self.expediente.transaccion(self.clinica.medica) as t:
            for estado in ("transcrita", "borrador"):
                notas._paso(t, recibo.nota, notas.EstadoNota(estado))
            notas.guardar_version(t, recibo.nota, contenido, sobre=0)
            notas.a_revision(t, recibo.nota)
            self.clinica.firmar(t, recibo.nota, 1, contenido)

    def sin_plazo(self, tipo: politica.Tipo, cantidad: int = 0) -> None:
        """La política de esa clase de dato: vence ya."""
        with self.expediente.transaccion(self.clinica.administrador) as t:
            politica.fijar(t, tipo, cantidad, "dias", "prueba")

    # --- Hacer ------------------------------------------------------------------------------------

    def proponer(self) -> list[UUID]:
        with self.expediente.transaccion(Actor(None, "prueba")) as t:
            return propuesta.proponer(t)

    def lista(self, **k: Any) -> list[propuesta.Propuesta]:
        with self.expediente.transaccion(self.clinica.administrador) as t:
            return propuesta.listar(t, **k)

    def confirmar(self, cual: UUID, actor: Actor | None = None) -> UUID | None:
        return destruccion.confirmar(
            self.expediente, actor or self.clinica.administrador, self.archivos, cual, "Cumplió su plazo."
        )

    def certificado(self, cual: UUID) -> Certificado:
        with self.expediente.transaccion(self.clinica.administrador) as t:
            return certificado(t, cual)

    def sql(self, orden: str, *valores: Any) -> list[dict[str, Any]]:
        with self.base.entrar() as conexion:
            cursor = conexion.execute(orden.encode(), valores)
            return cursor.fetchall() if cursor.description else []

    def clave(self, ambito: str, cual: UUID) -> dict[str, Any]:
        return self.sql(
            "SELECT envuelta, destruida FROM expediente.clave_datos WHERE ambito = %s AND ambito_id = %s",
            ambito, cual,
        )[0]  # fmt: skip

    def verificar(self) -> Informe:
        with self.expediente.piscina.conexion() as conexion:
            return verificar(conexion, self.expediente.bitacora.llavero)


def con_llavero(base: BasePrueba, llavero: Llavero) -> None:
    """Cambia el cifrado de prueba de esa base por el de verdad."""
    base.expediente.piscina.cerrar()
    base.expediente = abrir_expediente(base.dsn(), llavero)


def abrir_expediente(dsn: str, llavero: Llavero) -> Expediente:
    """Un expediente con claves envolventes sobre esa base."""
    piscina = Piscina(dsn)
    cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(piscina))
    llaves = LlavesBitacora(LlaveBitacora(llavero.clave_de_bitacora()))
    return Expediente(piscina, cifrador, cifrador, Bitacora(llaves))


@contextmanager
def deposito_en(motor: BaseEmpotrada, datos: Path) -> Iterator[Deposito]:
    """Una clínica poblada, con su llavero, en una base propia."""
    datos.mkdir(parents=True, exist_ok=True)
    llavero = Llavero.crear(datos / "llavero.json", FUENTE)
    base = crear_base(motor)
    try:
        con_llavero(base, llavero)
        yield Deposito(poblar(base), llavero, datos)
    finally:
        borrar_base(base)
