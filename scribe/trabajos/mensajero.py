"""Quien hace los envíos: arma lo que pide un trabajo desde el expediente y lo entrega, una vez.

Lo que sale depende de cómo está la nota ahora, no de cuando se pidió: un borrador que ya se firmó no sale, y
lo descartado solo se avisa a quien recibió algo. Repetir un envío es inocuo: los identificadores son los
mismos, lo firmado son los mismos bytes y el destino contesta que ya estaba.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from scribe.envio.configuracion import Configurado, armar
from scribe.envio.errores import Aplazado
from scribe.envio.fhir.piezas import canonico
from scribe.envio.modelo import ExpedienteDeEnvio
from scribe.envio.protocolo import (
    Anotador,
    Destino,
    Intercambio,
    Rechazado,
    Reintentar,
    Resultado,
    YaEstaba,
)
from scribe.envio.reintentos import Espera
from scribe.expediente import destinos, intercambios, notas, para_envio
from scribe.expediente.intercambios import Abierto, Pedido
from scribe.expediente.modelo import EstadoNota, NotaGuardada
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.errores import Ceder
from scribe.trabajos.modelo import Trabajo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Taller

_ABIERTAS = frozenset({EstadoNota.BORRADOR, EstadoNota.EN_REVISION})
_OCUPADO = timedelta(seconds=2)
Entrega = Callable[[Destino, Anotador, int], Resultado]


@dataclass(frozen=True, slots=True)
class _Encargo:
    """Lo que hay que entregar, ya leído del expediente."""

    pedido: Pedido
    entrega: Entrega


@dataclass(frozen=True, slots=True)
class Mensajero:
    """El `enviar.Mensajero` de verdad. `datos` es la carpeta de este equipo, donde están los secretos.

    `espera` decide cuándo se repite; `turno_s`, cuánto se espera a que otro termine con ese destino.
    """

    datos: Path
    espera: Espera = field(default_factory=Espera)
    turno_s: float = 5.0

    def __call__(self, taller: Taller, trabajo: Trabajo, intento: int) -> Resultado:
        """Ver `enviar.Mensajero`. Los intentos se cuentan por lo que contestó el destino."""
        del intento
        visto = taller.con_paciencia(lambda t: self._mirar(t, trabajo))
        if not isinstance(visto, Configurado):
            return visto
        with turno(taller.presencia, visto.id, self.turno_s) as mio:
            if not mio:
                return Reintentar(datetime.now(UTC) + _OCUPADO, "Otro envío está hablando con ese destino.")
            return self._entregar(taller, trabajo, visto)

    def _mirar(self, t: Transaccion, trabajo: Trabajo) -> Configurado | Resultado:
        """El destino, o por qué no hay nada que enviarle."""
        assert trabajo.destino_id is not None and trabajo.nota_id is not None
        nota = NotaGuardada.model_validate(t.una("nota_por_id", "la nota", id=trabajo.nota_id))
        motivo = str(trabajo.opciones.get("motivo", ""))
        if motivo == "borrador" and nota.estado not in _ABIERTAS:
            return YaEstaba((), "La nota ya no es un borrador.")
        if motivo == "descartada" and not intercambios.hubo(t, nota.id, trabajo.destino_id):
            return YaEstaba((), "Nunca se envió.")
        if motivo != "descartada" and _negado(t, nota.paciente_id):
            return Rechazado(
                "El paciente no quiso que su nota se enviara a otro sistema.",
                "Si cambió de opinión, registre su consentimiento y reintente; si no, cancele el envío.",
            )
        destino, activo = destinos.leer(t, trabajo.destino_id)
        if not activo:
            return Rechazado("El destino está apagado.", "Enciéndalo y reintente, o cancele el envío.")
        return destino

    def _entregar(self, taller: Taller, trabajo: Trabajo, destino: Configurado) -> Resultado:
        equipo = taller.actor.equipo
        encargo = taller.con_paciencia(lambda t: _leer(t, trabajo, destino))
        listo = armar(destino, self.datos, equipo, turno=lambda _: nullcontext(), espera=self.espera)
        abierto = taller.con_paciencia(
            lambda t: intercambios.abrir(t, encargo.pedido, equipo, destino.direccion)
        )
        anotador = _Anotador(taller, destino.id, abierto)
        try:
            dicho = encargo.entrega(listo, anotador, abierto.intento)
        except Aplazado as causa:
            ahora = datetime.now(UTC)
            dicho = Reintentar(self.espera.cuando(abierto.intento, ahora, causa.espera), causa.mensaje)
        taller.con_paciencia(lambda t: intercambios.cerrar(t, abierto, dicho, anotador.preguntas))
        return dicho


@contextmanager
def turno(presencia: Presencia, destino: UUID, plazo_s: float) -> Iterator[bool]:
    """Un envío a la vez hacia cada destino, entre todos los procesos; dice si tocó.

    Es por destino y no por nota: hay servidores cuya creación condicional no es atómica, y dos notas del
    mismo paciente a la vez crearían dos pacientes. PostgreSQL lo suelta si el proceso muere.
    """
    limite = time.monotonic() + plazo_s
    with ExitStack() as pila:
        mio = _tomar(pila, presencia, destino)
        while not mio and time.monotonic() < limite:
            time.sleep(0.05)
            mio = _tomar(pila, presencia, destino)
        yield mio


def _tomar(pila: ExitStack, presencia: Presencia, destino: UUID) -> bool:
    try:
        return pila.enter_context(presencia.de(destino))
    except psycopg.Error:  # la base se reinició: se repite después
        return False


class _Anotador:
    """Deja cada mensaje en la bitácora; antes de cada uno comprueba que el turno siga siendo nuestro."""

    def __init__(self, taller: Taller, destino: UUID, abierto: Abierto) -> None:
        self._taller, self._destino, self._abierto = taller, destino, abierto
        self.preguntas = 0

    def __call__(self, i: Intercambio) -> None:
        if i.fase == "intento":
            if self._taller.apagando.is_set():
                raise Ceder("El envío se detuvo entre dos mensajes.", "Sigue solo, donde iba.")
            if not self._taller.presencia.sigue(self._destino):
                raise Aplazado("Se perdió el turno con el destino.", "Se repetirá solo.")
        if i.operacion.startswith("GET"):
            self.preguntas += i.fase == "intento"
            return
        self._taller.con_paciencia(lambda t: intercambios.asentar(t, self._abierto, i))


def _negado(t: Transaccion, paciente: UUID) -> bool:
    """Si lo último que dijo el paciente sobre el intercambio es que no. Si no ha dicho nada, sale."""
    dicho = t.fila("intercambio_consentido", paciente=paciente)
    return dicho is not None and not dicho["consiente"]


def _leer(t: Transaccion, trabajo: Trabajo, destino: Configurado) -> _Encargo:
    """Lee del expediente lo que se va a entregar; deja asiento de que se leyó."""
    assert trabajo.nota_id is not None
    motivo, version = str(trabajo.opciones["motivo"]), int(trabajo.opciones["version"])
    nota = notas.leer(t, trabajo.nota_id)
    entrega, suma = _que(t, nota, motivo, version)
    usuario = t.una("trabajo_por_id", "el trabajo", id=trabajo.id)["usuario_id"]
    pedido = Pedido(
        destino.id, nota.id, nota.paciente_id, motivo, destino.clase, trabajo.llave, suma, usuario
    )
    return _Encargo(pedido, entrega)


def _que(t: Transaccion, nota: NotaGuardada, motivo: str, version: int) -> tuple[Entrega, bytes]:
    """Cómo se entrega y la suma de lo que sale."""
    if motivo == "borrador":
        fuentes = para_envio.leer(t, nota.id, version)
        rodea, borrador = para_envio.expediente(fuentes), para_envio.borrador(t, fuentes)
        suma = hashlib.sha256(canonico(borrador.model_dump(mode="json"))).digest()
        return lambda d, a, n: d.enviar_borrador(rodea, borrador, anotar=a, intento=n), suma
    if motivo == "descartada":
        rodea = _de_quien_era(t, nota, version)
        return lambda d, a, n: d.retirar(rodea, anotar=a, intento=n), hashlib.sha256(b"").digest()
    rodea, paquete = para_envio.paquete(t, nota.id)
    suma = bytes.fromhex(paquete.documento_sha256)
    return lambda d, a, n: d.enviar_firmada(rodea, paquete, anotar=a, intento=n), suma


def _de_quien_era(t: Transaccion, nota: NotaGuardada, version: int) -> ExpedienteDeEnvio:
    return para_envio.expediente(para_envio.leer(t, nota.id, version))
