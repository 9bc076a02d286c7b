"""Lo que la API y las órdenes comparten: el expediente abierto con sus claves, y lo que lo rodea."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.base.conexion import Base, abrir_base
from scribe.expediente.bitacora import Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.claves_paso import PoliticaDeClaves, TokenDeArranque
from scribe.expediente.llavero import Llavero
from scribe.expediente.llaves_bitacora import LlaveBitacora, LlavesBitacora
from scribe.expediente.puesta_al_dia import sellar_lo_anterior
from scribe.expediente.transaccion import Expediente
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.modelo import EstadoTrabajador
from scribe.trabajos.subida import Subidas
from scribe.web.catalogo import Catalogo
from scribe.web.sesiones import Plazos

LLAVERO, CABEZAS, RESPALDOS = "llavero.json", "cabezas.jsonl", "respaldos"


@dataclass(slots=True)
class Arranque:
    """El token que crea al primer administrador; vive en memoria y se gasta una vez."""

    _token: TokenDeArranque | None = None
    _candado: threading.Lock = field(default_factory=threading.Lock)

    def nuevo(self) -> str:
        """Un token nuevo, para enseñarlo en la terminal. El anterior deja de valer."""
        with self._candado:
            claro, self._token = TokenDeArranque.nuevo(datetime.now(UTC))
            return claro

    @contextmanager
    def gastando(self, token: str) -> Iterator[bool]:
        """Dice si el token vale; queda gastado si lo que se hace dentro termina bien."""
        with self._candado:
            gastado = self._token.gastar(token, datetime.now(UTC)) if self._token else None
            yield gastado is not None
            if gastado is not None:
                self._token = gastado


@dataclass(slots=True)
class Servicios:
    """Todo armado. Se comparte entre hilos."""

    expediente: Expediente
    llavero: Llavero
    audio: AlmacenAudio
    subidas: Subidas
    datos: Path
    politica: PoliticaDeClaves = field(default_factory=PoliticaDeClaves)
    plazos: Plazos = field(default_factory=Plazos)
    arranque: Arranque = field(default_factory=Arranque)
    confianza: Path | None = None
    tls: bool = False
    base: Base | None = None
    catalogo: Catalogo = field(default_factory=Catalogo)
    trabajadores: Callable[[], list[EstadoTrabajador]] = list

    @property
    def cookie(self) -> str:
        """Nombre de la cookie. Sin TLS (solo en este equipo) no puede llevar `__Host-`, que exige Secure."""
        return "__Host-scribe" if self.tls else "scribe_local"

    @property
    def equipo(self) -> str:
        """Cómo se llama este servidor en la bitácora."""
        return platform.node() or "servidor"

    def cerrar(self) -> None:
        """Suelta la base."""
        if self.base is not None:
            self.base.cerrar()


def armar_expediente(base: Base, llavero: Llavero) -> tuple[Expediente, CifradorDeExpediente]:
    """El expediente con el cifrado, los índices y la bitácora que salen de ese llavero.

    La primera vez sella lo que ya estaba en tablas que antes no se sellaban.
    """
    cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(base.piscina))
    llaves = LlavesBitacora(LlaveBitacora(llavero.clave_de_bitacora()))
    expediente = Expediente(base.piscina, cifrador, cifrador, Bitacora(llaves))
    sellar_lo_anterior(expediente)
    return expediente, cifrador


def abrir(datos: Path, llavero: Llavero, dsn: str | None = None, *, maximo: int = 20) -> Servicios:
    """Abre la base (la empotrada, si no se da `dsn`) y arma todo. Lanza lo que lance `abrir_base`."""
    base = abrir_base(datos, dsn, maximo=maximo)
    try:
        expediente, cifrador = armar_expediente(base, llavero)
        audio = AlmacenAudio(datos, cifrador)
        return Servicios(expediente, llavero, audio, Subidas(expediente, audio), datos, base=base)
    except BaseException:
        base.cerrar()
        raise
