"""Los archivos que se destruyen: el audio cifrado, los trozos de una subida y los respaldos.

Nada se borra mientras se respalda (`pausa_borrado`): se deja para el siguiente barrido.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from scribe.errores import ErrorScribe
from scribe.expediente.archivo_respaldo import leer_cabecera
from scribe.expediente.conservacion.destruccion import Pieza
from scribe.expediente.errores import TransicionInvalida
from scribe.expediente.pausa_borrado import borrando
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.audio import AlmacenAudio, carpeta_a_disco
from scribe.trabajos.trozos import Carpeta

_QUIETA_S = 3600.0
"""Una subida que recibió algo en la última hora no está abandonada."""


class Destructor:
    """Cumple `conservacion.destruccion.Archivos` sobre la carpeta de datos de este equipo."""

    def __init__(self, audio: AlmacenAudio) -> None:
        self._audio = audio
        self._raiz = audio.carpeta.parent
        self._subidas = audio.carpeta.with_name("subidas")

    def inventario(self, t: Transaccion, ambito: str, objeto: UUID) -> list[Pieza]:
        """Qué archivos hay de eso. Lanza `TransicionInvalida` si la subida sigue viva o falta el respaldo."""
        if ambito == "respaldo":
            return [_respaldo(t, objeto)]
        if ambito not in {"grabacion", "subida"}:
            return []
        carpeta = Carpeta(self._subidas, objeto)
        if ambito == "subida" and _viva(t, carpeta, objeto):
            raise TransicionInvalida(
                "Esa subida recibió algo en la última hora: no está abandonada.",
                "Espere a que termine. No se destruyó nada.",
            )
        trozos = carpeta.trozos()
        return [
            *self._audios(t, objeto),
            *_restos(carpeta, objeto),
            *(
                Pieza(clase="trozo", objeto=f"{objeto.hex}/{z.numero}", octetos=z.octetos, sha256=z.sha256)
                for _, z in sorted(trozos.items())
            ),
        ]

    def borrar(self, t: Transaccion, piezas: Iterable[Pieza]) -> bool:
        """Borra lo que siga ahí; dice si ya no queda nada. Repetirlo es inocuo."""
        with borrando(self._raiz) as puede:
            return puede and not [p for p in piezas if not self._borrar(t, p)]

    def _audios(self, t: Transaccion, objeto: UUID) -> list[Pieza]:
        ruta = self._audio.ruta(objeto.hex)
        if not ruta.exists():
            return []
        fila = t.fila("grabacion_por_id", id=objeto)
        suma = bytes(fila["sha256"]).hex() if fila else None
        return [Pieza(clase="audio", objeto=objeto.hex, octetos=ruta.stat().st_size, sha256=suma)]

    def _borrar(self, t: Transaccion, pieza: Pieza) -> bool:
        if pieza.clase == "respaldo":
            return _borrar_respaldo(t, UUID(pieza.objeto))
        subida = UUID(pieza.objeto.split("/", maxsplit=1)[0])
        self._audio.borrar(subida)
        Adelantos(self._audio).borrar(subida)
        carpeta_a_disco(self._audio.carpeta)
        carpeta = Carpeta(self._subidas, subida)
        carpeta.borrar()
        carpeta.archivo_cerrojo.unlink(missing_ok=True)
        carpeta_a_disco(self._subidas)
        return not carpeta.ruta.exists()


def _restos(carpeta: Carpeta, subida: UUID) -> list[Pieza]:
    """Lo que no llegó a ser trozo. Va en el inventario aunque esté vacío: la carpeta también se quita."""
    if not carpeta.ruta.is_dir():
        return []
    octetos = sum(a.stat().st_size for a in carpeta.ruta.glob("*.parcial"))
    return [Pieza(clase="carpeta", objeto=subida.hex, octetos=octetos)]


def _viva(t: Transaccion, carpeta: Carpeta, subida: UUID) -> bool:
    """Si sigue llegando. A la que se detuvo por revocación ya no le llega nada."""
    if t.una("subida_por_id", "esa subida", id=subida)["estado"] != "abierta":
        return False
    limite = time.time() - _QUIETA_S
    archivos = carpeta.ruta.iterdir() if carpeta.ruta.is_dir() else ()
    return any(a.stat().st_mtime > limite for a in archivos)


def _ruta_de_respaldo(t: Transaccion, respaldo: UUID) -> Path:
    fila = t.una("respaldo_por_id", "ese respaldo", id=respaldo)
    return Path(t.descifrar(fila["ruta"], "respaldo", respaldo, "respaldo.ruta", respaldo).decode())


def _respaldo(t: Transaccion, respaldo: UUID) -> Pieza:
    ruta = _ruta_de_respaldo(t, respaldo)
    try:
        with ruta.open("rb") as archivo:
            cabecera, _ = leer_cabecera(archivo)
        octetos = ruta.stat().st_size
    except (OSError, ErrorScribe):
        cabecera, octetos = None, 0
    if cabecera is None or cabecera.id != str(respaldo):
        raise TransicionInvalida(
            "Ese respaldo no está donde se guardó, o ahí hay otro archivo.",
            "Conecte el disco donde está y repita. No se destruyó nada.",
        )
    return Pieza(clase="respaldo", objeto=str(respaldo), octetos=octetos)


def _borrar_respaldo(t: Transaccion, respaldo: UUID) -> bool:
    """Lo borra si de verdad es él. Si su carpeta no está (un disco sin conectar), se espera a que esté."""
    ruta = _ruta_de_respaldo(t, respaldo)
    if not ruta.parent.is_dir():
        return False
    if ruta.exists():
        _respaldo(t, respaldo)
        ruta.unlink()
        carpeta_a_disco(ruta.parent)
    return True
