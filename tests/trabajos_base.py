"""Lo que comparten las pruebas de la cola: un taller con motores falsos, una grabación de prueba y un
trabajador que corre en otro proceso y se puede matar en cualquier paso.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import soundfile

from scribe.ajustes import Ajustes
from scribe.consulta import (
    Cita,
    Contexto,
    Enunciado,
    Escucha,
    Nota,
    Palabra,
    Redaccion,
    Separacion,
    Tramo,
)
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.bitacora import Bitacora
from scribe.expediente.cifrado import Clave
from scribe.expediente.transaccion import Expediente
from scribe.flujo import Motores, Resultado, procesar
from scribe.progreso import Etapa, Progreso
from scribe.trabajos import resultado
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.modelo import DatosSubida, Prioridad, Recibo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Taller
from scribe.trabajos.subida import Subidas
from scribe.trabajos.trabajador import Trabajador
from tests.expediente_base import LLAVERO, SISTEMA, CifradorPrueba, Clinica, IndexadorPrueba

TROZO = 20_000


class ClavesPrueba:
    """Una clave por dueño, la misma en todos los procesos."""

    def clave(self, contexto: str, *, crear: bool = True) -> Clave:
        del crear
        return Clave(hashlib.sha256(b"prueba" + contexto.split("|", maxsplit=1)[0].encode()).digest())


def wav(segundos: float = 2.0, semilla: int = 7) -> bytes:
    """Un wav mono de 16 kHz con algo que suena."""
    azar = np.random.default_rng(semilla)
    archivo = io.BytesIO()
    soundfile.write(
        archivo, (azar.standard_normal(int(segundos * 16_000)) * 0.1).astype(np.float32), 16_000, format="WAV"
    )
    return archivo.getvalue()


def trozos(datos: bytes, tamano: int = TROZO) -> list[tuple[int, str, bytes]]:
    """Número, hash y bytes de cada trozo."""
    partes = [datos[i : i + tamano] for i in range(0, len(datos), tamano)]
    return [(n, hashlib.sha256(p).hexdigest(), p) for n, p in enumerate(partes)]


# --- Motores falsos, que cuentan cuántas veces trabajaron -----------------------------------------


@dataclass
class Cuenta:
    """Un renglón por vez que un motor trabajó, en un archivo que sobrevive a los procesos."""

    archivo: Path

    def apuntar(self, que: str) -> None:
        with self.archivo.open("a") as salida:
            salida.write(que + "\n")

    def veces(self, que: str) -> int:
        return self.archivo.read_text().splitlines().count(que) if self.archivo.exists() else 0


class _Falso:
    def __init__(self, cuenta: Cuenta, tarda_s: float) -> None:
        self._cuenta, self._tarda = cuenta, tarda_s
        self.identidad: dict[str, Any] = {"id": f"falso-{type(self).__name__.lower()}", "sha256": "0" * 64}

    def _trabajar(self, que: str, avance: Callable[[float], None] | None = None) -> None:
        self._cuenta.apuntar(que)
        fin = time.monotonic() + self._tarda
        while time.monotonic() < fin:
            time.sleep(0.02)
            if avance:
                avance(0.5)

    def cerrar(self) -> None:
        """Nada que soltar."""


class Oido(_Falso):
    """Oye siempre lo mismo."""

    def transcribir(self, grabacion: Any, **k: Any) -> tuple[Escucha, ...]:
        self._trabajar("asr", k.get("avance"))
        palabras = [Palabra(texto=p, inicio=i * 0.2, fin=i * 0.2 + 0.1, prob=0.9)
                    for i, p in enumerate(["me", "duele", "la", "garganta", "desde", "ayer"])]  # fmt: skip
        return (Escucha(idioma="es", palabras=tuple(palabras), segmentos=(0,)),)


class Separador(_Falso):
    """Una sola voz."""

    def separar(self, grabacion: Any, **k: Any) -> Separacion:
        self._trabajar("diarizacion", k.get("avance"))
        return Separacion(tramos=(Tramo(hablante="H1", inicio=0.0, fin=2.0),))


class Escriba(_Falso):
    """El primer turno, citado."""

    def redactar(self, transcripcion: Any, contexto: Contexto, **k: Any) -> Redaccion:
        self._trabajar("nota", k.get("avance"))
        turno = transcripcion.turnos[0]
        cita = Cita(turno=turno.id, texto=turno.texto, inicio=turno.inicio, fin=turno.fin)
        return Redaccion(nota=Nota(subjetivo=(Enunciado(texto=turno.texto, tipo="sintoma", citas=(cita,)),)))


class Codigos(_Falso):
    """Ninguno."""

    def codificar(self, *_: Any) -> tuple[Any, ...]:
        self._trabajar("codigos")
        return ()


def motores(cuenta: Cuenta, tarda_s: float = 0.0) -> Motores:
    return Motores(
        Oido(cuenta, tarda_s),
        Separador(cuenta, tarda_s),
        Escriba(cuenta, tarda_s),
        Codigos(cuenta, tarda_s),  # type: ignore[arg-type]
    )


# --- El taller ------------------------------------------------------------------------------------


@dataclass
class Puesto:
    """Una clínica de prueba con su carpeta de datos: sube, trabaja y mira."""

    clinica: Clinica
    datos: Path
    expediente: Expediente
    subidas: Subidas
    cuenta: Cuenta

    @classmethod
    def de(cls, clinica: Clinica, datos: Path, **k: Any) -> Puesto:
        audio = AlmacenAudio(datos, ClavesPrueba())
        reserva = k.pop("reserva", 0)
        subidas = Subidas(clinica.expediente, audio, reserva=reserva)
        return cls(clinica, datos, clinica.expediente, subidas, Cuenta(datos / "cuenta.txt"))

    @property
    def audio(self) -> AlmacenAudio:
        return AlmacenAudio(self.datos, ClavesPrueba())

    def abrir(self, **k: Any) -> UUID:
        datos = DatosSubida(
            encuentro=self.clinica.encuentro, consentimiento=self.clinica.consentimiento, formato="wav", **k
        )
        return self.subidas.abrir(self.clinica.medica, datos)

    def mandar(
        self, subida: UUID, datos: bytes, cuales: Iterable[int] | None = None, tamano: int = TROZO
    ) -> None:
        for numero, suma, parte in trozos(datos, tamano):
            if cuales is None or numero in set(cuales):
                self.subidas.recibir(self.clinica.medica, subida, numero, suma, [parte])

    def cerrar(self, subida: UUID, datos: bytes, tamano: int = TROZO, **k: Any) -> Recibo:
        return self.subidas.cerrar(
            self.clinica.medica,
            subida,
            trozos=len(trozos(datos, tamano)),
            sha256=hashlib.sha256(datos).hexdigest(),
            **k,
        )

    def subir(
        self,
        datos: bytes | None = None,
        prioridad: Prioridad = Prioridad.MEDICO_ESPERA,
        *,
        duracion_s: float = 2.0,
        **k: Any,
    ) -> Recibo:
        """Sube `datos` diciendo que duran `duracion_s` segundos; sin `datos`, dos segundos de tono."""
        datos = datos if datos is not None else wav()
        subida = self.abrir(prioridad=prioridad, **k)
        self.mandar(subida, datos)
        return self.cerrar(subida, datos, duracion_s=duracion_s)

    @contextmanager
    def taller(self, **cambios: Any) -> Iterator[Taller]:
        with Presencia(self.clinica.base.dsn(), "prueba") as presencia:
            yield hacer_taller(self.expediente, self.datos, presencia, self.cuenta, **cambios)

    def uno(self, orden: str, *valores: Any) -> dict[str, Any]:
        with self.clinica.base.entrar() as conexion:
            return conexion.execute(orden.encode(), valores).fetchone() or {}

    def trabajo(self, recibo: Recibo) -> dict[str, Any]:
        return self.uno("SELECT * FROM trabajos.trabajo WHERE id = %s", recibo.trabajo)

    def esperar(self, recibo: Recibo, estado: str = "hecho", plazo_s: float = 240.0) -> dict[str, Any]:
        limite = time.monotonic() + plazo_s
        while (fila := self.trabajo(recibo))["estado"] != estado:
            assert time.monotonic() < limite, f"sigue {fila}"
            time.sleep(0.1)
        return fila

    def lanzar(self, **opciones: Any) -> BaseProcess:
        """Un trabajador en otro proceso, listo para matarlo."""
        dicho = {"dsn": self.clinica.base.dsn(), "datos": str(self.datos), **opciones}
        return lanzar(trabajador_de_prueba, dicho)

    @contextmanager
    def trabajando(self, cuantos: int = 1, **opciones: Any) -> Iterator[list[BaseProcess]]:
        procesos = [self.lanzar(**opciones) for _ in range(cuantos)]
        try:
            yield procesos
        finally:
            for proceso in procesos:
                proceso.kill()
                proceso.join()


_PROCESOS = multiprocessing.get_context("forkserver")
_PROCESOS.set_forkserver_preload([__name__])  # importar los motores tarda: que se haga una vez


def lanzar(que: Callable[..., None], *argumentos: Any) -> BaseProcess:
    """Otro proceso de verdad que ya tiene todo importado."""
    proceso = _PROCESOS.Process(target=que, args=argumentos, daemon=True)
    proceso.start()
    return proceso


def hacer_taller(
    expediente: Expediente,
    datos: Path,
    presencia: Presencia,
    cuenta: Cuenta,
    tarda_s: float = 0.0,
    **cambios: Any,
) -> Taller:
    campos: dict[str, Any] = {
        "armar": lambda ajustes: motores(cuenta, tarda_s),
        "ajustes": lambda opciones: Ajustes(**opciones.model_dump(exclude_none=True), cache=datos / "cache"),
        "paciencia_s": 60.0,
    }
    return Taller(
        expediente, AlmacenAudio(datos, ClavesPrueba()), presencia, SISTEMA, **{**campos, **cambios}
    )


def abrir_expediente(dsn: str) -> Expediente:
    return Expediente(Piscina(dsn), CifradorPrueba(), IndexadorPrueba(), Bitacora(LLAVERO))


def flujo_mortal(muere_en: str) -> Callable[..., Resultado]:
    """El flujo de verdad, que mata su propio proceso al empezar («asr:0») o terminar («asr:1») una etapa."""

    def correr(ruta: Path, m: Motores, ajustes: Ajustes, contexto: Contexto, progreso: Progreso) -> Resultado:
        def avisar(etapa: Etapa, fraccion: float) -> None:
            progreso(etapa, fraccion)
            if muere_en == f"{etapa}:{fraccion:.0f}":
                os.kill(os.getpid(), signal.SIGKILL)

        return procesar(ruta, m, ajustes, contexto, avisar)

    return correr


def trabajador_de_prueba(dicho: dict[str, Any]) -> None:
    """Un trabajador que trabaja, o muere donde se le dice."""
    datos, muere = Path(dicho["datos"]), dicho.get("muere", "")
    if muere.startswith("entregar"):
        verdadera = resultado.entregar

        def entregar(*a: Any) -> bool:
            if muere == "entregar:antes":
                os.kill(os.getpid(), signal.SIGKILL)
            hecho = verdadera(*a)
            if muere == "entregar:dentro":
                os.kill(os.getpid(), signal.SIGKILL)
            return hecho

        resultado.entregar = entregar  # type: ignore[assignment]
    with Presencia(dicho["dsn"], "scribe-trabajador-computo") as presencia:
        taller = hacer_taller(
            abrir_expediente(dicho["dsn"]), datos, presencia, Cuenta(datos / "cuenta.txt"),
            dicho.get("tarda_s", 0.0),
            flujo=flujo_mortal(muere),
        )  # fmt: skip
        if muere == "entregar:despues":
            verdadero = taller.con_paciencia

            def con_paciencia(hacer: Any) -> Any:
                dado = verdadero(hacer)
                if dado is True:
                    os.kill(os.getpid(), signal.SIGKILL)
                return dado

            Taller.con_paciencia = lambda self, hacer: con_paciencia(hacer)  # type: ignore[method-assign]
        Trabajador(dicho["dsn"], "computo", taller, latido_s=0.3, muerto_s=1.0, barrido_s=0.3).correr()
