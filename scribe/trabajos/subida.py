"""Subir una grabación sin poder perderla.

La regla (diseno.md): cada trozo se escribe cifrado, se comprueba su hash, se sincroniza y se renombra; al
cerrar se arma el archivo, se comprueba el hash de todo, se sincroniza y se renombra; después UNA transacción
inserta la grabación, su nota y su trabajo; solo entonces hay recibo («201») y el cliente puede soltar su
copia. En cualquier punto se puede morir: repetir el trozo o el cierre sigue donde iba, y no hace nada dos
veces. La memoria no crece con la grabación: se trabaja por tramos.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from scribe.expediente import encuentros, notas, tareas
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import Duplicado, NoExiste, SinConsentimiento
from scribe.expediente.errores_seguridad import CifradoInvalido
from scribe.expediente.pausa_borrado import borrando
from scribe.expediente.transaccion import Expediente, Transaccion
from scribe.trabajos import estado
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.audio import AlmacenAudio, a_disco, carpeta_a_disco
from scribe.trabajos.capacidad import RESERVA, disco_lleno_claro, estimar, exigir_cola, exigir_espacio
from scribe.trabajos.errores import SubidaRechazada, SubidaTerminada, TrozoCorrupto, TrozosFaltan
from scribe.trabajos.huecos import guardar as guardar_huecos
from scribe.trabajos.modelo import (
    AvanceSubida,
    DatosSubida,
    EstadoSubida,
    Hueco,
    Opciones,
    Recibo,
    SubidaAbierta,
    TrozoGuardado,
)
from scribe.trabajos.trozos import TROZO_MAX, Carpeta, Trozo

_PARCIAL_VIEJO_S = 24 * 3600.0


class Subidas:
    """Las subidas de este servidor. Se comparte entre hilos; otro proceso puede usar la misma carpeta."""

    def __init__(self, expediente: Expediente, audio: AlmacenAudio, *, reserva: int = RESERVA) -> None:
        """Los trozos viven junto al audio, en el mismo disco."""
        self._expediente, self._audio, self._reserva = expediente, audio, reserva
        self._raiz = audio.carpeta.with_name("subidas")
        self._raiz.mkdir(parents=True, exist_ok=True, mode=0o700)

    # --- Lo que pide el cliente -------------------------------------------------------------------

    def abrir(self, actor: Actor, datos: DatosSubida) -> UUID:
        """Empieza una subida. Lanza `SinEspacio`, `ColaLlena`, `NoExiste` o `Duplicado`; nada queda a medias.

        Si quien pide le puso id y ya estaba abierta, es la misma: no oyó la respuesta.
        """
        if datos.id is not None and self._ya_abierta(actor, datos):
            return datos.id
        # Al cerrar conviven los trozos y el archivo armado: hace falta el doble.
        exigir_espacio(
            self._raiz, 2 * (datos.bytes_previstos or TROZO_MAX), reserva=self._reserva + self._por_llegar()
        )
        nueva = datos.id or uuid4()
        with self._expediente.transaccion(actor) as t:
            exigir_cola(t, datos.prioridad)
            t.una(
                "subida_alta", "la subida", id=nueva, encuentro=datos.encuentro,
                consentimiento=datos.consentimiento,
                formato=datos.formato, bytes=datos.bytes_previstos, prioridad=int(datos.prioridad),
                opciones=Jsonb(datos.opciones.model_dump(exclude_none=True)), equipo_guarda=platform.node(),
                usuario=t.usuario, equipo=actor.equipo,
            )  # fmt: skip
        self._carpeta(nueva).crear()
        return nueva

    def abiertas(self, actor: Actor) -> list[SubidaAbierta]:
        """Las que esta persona dejó sin terminar en este servidor, de la más vieja a la más nueva."""
        with self._expediente.transaccion(actor) as t:
            filas = t.filas("subidas_de_usuario", usuario=t.usuario, equipo=platform.node())
        return [self._a_medias(fila) for fila in filas]

    def estado(self, actor: Actor, subida: UUID) -> EstadoSubida:
        """Qué hay ya: para seguir donde se cortó. `NoExiste`."""
        fila = self._fila(actor, subida)
        trozos = self._carpeta(subida).trozos() if fila["estado"] == "abierta" else {}
        return EstadoSubida(id=subida, estado=fila["estado"], trozos=tuple(trozos[n] for n in sorted(trozos)))

    def avance(self, actor: Actor, subida: UUID) -> AvanceSubida:
        """Cuánto se ha oído mientras sigue llegando. `NoExiste`."""
        self._fila(actor, subida)
        return Adelantos(self._audio).avance(subida)

    def recibir(
        self, actor: Actor, subida: UUID, numero: int, sha256: str, datos: Iterable[bytes]
    ) -> TrozoGuardado:
        """Guarda un trozo que llega por partes. Repetirlo es inocuo.

        Lanza `TrozoCorrupto`, `SinEspacio`, `SubidaTerminada` o `SubidaRechazada`; lo anterior no se toca.
        """
        trozo = self.abrir_trozo(actor, subida, numero, sha256)
        if isinstance(trozo, TrozoGuardado):
            return trozo
        try:
            for parte in datos:
                trozo.escribir(parte)
        except BaseException:
            trozo.abandonar()
            raise
        return trozo.terminar()

    def abrir_trozo(self, actor: Actor, subida: UUID, numero: int, sha256: str) -> Trozo | TrozoGuardado:
        """Para recibirlo uno mismo (`escribir`… `terminar`); si ya estaba, el que está.

        `SinConsentimiento` si el paciente lo revocó a media grabación: hay que dejar de grabar.
        """
        if self._fila_autorizada(actor, subida)["estado"] != "abierta":
            raise SubidaTerminada("La subida ya terminó.", "Si es otra grabación, abra otra subida.")
        carpeta = self._carpeta(subida)
        ya = carpeta.trozo(numero)
        if ya is not None and ya.sha256 == sha256.lower():
            return ya
        if ya is not None:
            raise SubidaRechazada(
                f"El trozo {numero} ya llegó con otro contenido.", "Numere cada trozo una sola vez."
            )
        exigir_espacio(self._raiz, TROZO_MAX, reserva=self._reserva)
        return carpeta.abrir(numero, sha256.lower(), self._audio.clave(subida, crear=True))

    def cerrar(
        self,
        actor: Actor,
        subida: UUID,
        *,
        trozos: int,
        sha256: str | None,
        duracion_s: float | None = None,
        huecos: tuple[Hueco, ...] = (),
    ) -> Recibo:
        """Da por completa la grabación. Al volver de aquí ya no se puede perder: es el «201».

        `trozos` y `sha256` (hexadecimal, de todo el archivo) los dice el cliente; sin `sha256` (ya no tiene
        su copia) vale lo que llegó, que se comprobó trozo por trozo. `huecos` es lo que quien grabó sabe que
        falta: lo verá quien revise. Repetirlo devuelve el mismo recibo.
        Lanza `TrozosFaltan`, `TrozoCorrupto`, `SinEspacio`, `SinConsentimiento` o `SubidaTerminada`; en todos
        los casos lo que llegó sigue a salvo.
        """
        carpeta, dicho = self._carpeta(subida), sha256.lower() if sha256 else None
        with carpeta.cerrojo():
            fila = self._fila_autorizada(actor, subida)
            if fila["estado"] == "abierta":
                octetos, suma = self._armar(subida, carpeta, trozos, dicho)
                with self._expediente.transaccion(actor) as t:
                    guardar_huecos(t, subida, huecos)
                    recibo = self._registrar(t, fila, suma, octetos, duracion_s)
            else:
                with self._expediente.transaccion(actor) as t:
                    recibo = self._ya_cerrada(t, fila, dicho)
            self._limpiar(subida)
        return recibo

    def descartar(self, actor: Actor, subida: UUID) -> None:
        """Una persona decide que esa subida no sirve; quita sus trozos. `SubidaTerminada` si ya se cerró."""
        carpeta = self._carpeta(subida)
        with carpeta.cerrojo():
            fila = self._fila(actor, subida)
            if fila["estado"] == "cerrada":
                raise SubidaTerminada("La subida ya se cerró.", "La grabación está en el expediente.")
            if fila["estado"] in {"detenida", "destruida"}:
                raise SubidaTerminada(
                    "El paciente revocó su consentimiento: lo que llegó se destruye con su certificado.",
                    "No hace falta descartarla.",
                )
            if fila["estado"] == "abierta":
                with self._expediente.transaccion(actor) as t:
                    t.una("subida_terminar", "la subida", id=subida, estado="descartada")
            self._limpiar(subida, con_audio=True)

    # --- Lo que hace el servidor solo -------------------------------------------------------------

    def barrer(self, actor: Actor) -> int:
        """Avisa de las subidas que llevan un día sin cerrarse y quita restos. Dice cuántas avisó.

        Una subida abierta no se borra nunca sola: puede ser la única copia.
        """
        avisadas = 0
        with self._expediente.transaccion(actor) as t:
            for fila in t.filas("subidas_olvidadas", equipo=platform.node()):
                if t.fila("subida_avisada", id=fila["id"]):
                    avisadas += 1
                    tareas.crear(
                        t, "requiere_atencion", paciente=fila["paciente_id"], asignada_a=fila["medico_id"],
                        descripcion="Una grabación no terminó de subirse: siga la subida o descártela.",
                    )  # fmt: skip
        viejo = time.time() - _PARCIAL_VIEJO_S
        for resto in (*self._audio.carpeta.glob("*.parcial"), *self._raiz.glob("*/*.parcial")):
            if resto.stat().st_mtime < viejo:
                resto.unlink(missing_ok=True)
        self._quitar_terminadas(actor)
        return avisadas

    # --- Por dentro -------------------------------------------------------------------------------

    def _carpeta(self, subida: UUID) -> Carpeta:
        return Carpeta(self._raiz, subida)

    def _a_medias(self, fila: DictRow) -> SubidaAbierta:
        carpeta = self._carpeta(fila["id"])
        tocada = carpeta.tocada()
        return SubidaAbierta(
            id=fila["id"], encuentro=fila["encuentro_id"], paciente=fila["paciente_id"],
            formato=fila["formato"], creada=fila["creada"],
            tocada=datetime.fromtimestamp(tocada, UTC) if tocada else None,
            octetos=sum(z.octetos for z in carpeta.trozos().values()),
        )  # fmt: skip

    def _ya_abierta(self, actor: Actor, datos: DatosSubida) -> bool:
        with self._expediente.transaccion(actor) as t:
            fila = t.fila("subida_por_id", id=datos.id)
            if fila is None:
                return False
            suya = (fila["encuentro_id"], fila["usuario_id"]) == (datos.encuentro, t.usuario)
        if not suya:
            raise Duplicado("Ya hay otra subida con ese id.", "Abra la suya con otro.")
        self._carpeta(fila["id"]).crear()
        return True

    def _fila_autorizada(self, actor: Actor, subida: UUID) -> DictRow:
        """La subida; `SinConsentimiento` si estaba abierta y lo que la autorizaba ya no vale."""
        with self._expediente.transaccion(actor) as t:
            fila = t.una("subida_por_id", "esa subida", id=subida)
            abierta, detenida = fila["estado"] == "abierta", fila["estado"] == "detenida"
            if detenida or (abierta and not t.una("subida_autorizada", "esa subida", id=subida)["si"]):
                raise SinConsentimiento(
                    "El paciente revocó su consentimiento: esta grabación se detuvo.",
                    "Deje de grabar. La consulta sigue; la nota se puede escribir a mano.",
                )
            return fila

    def _limpiar(self, subida: UUID, *, con_audio: bool = False) -> None:
        """Quita los trozos que ya no hacen falta. Si se está respaldando, los quitará el barrido."""
        with borrando(self._raiz.parent) as puede:
            if puede:
                if con_audio:
                    self._audio.borrar(subida)
                    Adelantos(self._audio).borrar(subida)
                self._carpeta(subida).borrar()

    def _fila(self, actor: Actor, subida: UUID) -> DictRow:
        with self._expediente.transaccion(actor) as t:
            return t.una("subida_por_id", "esa subida", id=subida)

    def _quitar_terminadas(self, actor: Actor) -> None:
        """Los trozos de lo que ya se cerró o descartó, si se murió (o se respaldaba) antes de borrarlos.

        Lo que detuvo una revocación se queda: se destruye con su certificado.
        """
        for nombre in sorted({r.stem for r in self._raiz.iterdir() if r.suffix in {"", ".cerrojo"}}):
            with contextlib.suppress(ValueError, NoExiste):
                subida = UUID(nombre)
                estado_ = self._fila(actor, subida)["estado"]
                if estado_ in {"cerrada", "descartada", "destruida"}:
                    self._limpiar(subida, con_audio=estado_ == "descartada")
                    if not self._carpeta(subida).ruta.exists():
                        self._carpeta(subida).archivo_cerrojo.unlink(missing_ok=True)

    def _por_llegar(self) -> int:
        """Bytes prometidos a otras subidas que aún no llegan."""
        with self._expediente.transaccion(Actor(None, platform.node())) as t:
            filas = t.filas("subidas_por_llegar", equipo=platform.node())
        return sum(
            max(
                2 * (f["bytes_previstos"] or 0)
                - sum(z.octetos for z in self._carpeta(f["id"]).trozos().values()),
                0,
            )
            for f in filas
        )

    def _armar(self, subida: UUID, carpeta: Carpeta, cuantos: int, sha256: str | None) -> tuple[int, str]:
        """Junta los trozos en el archivo definitivo; devuelve su tamaño en claro y su suma."""
        hay = carpeta.trozos()
        if cuantos < 1 or (faltan := tuple(n for n in range(cuantos) if n not in hay)):
            raise TrozosFaltan(faltan if cuantos >= 1 else (0,))
        if len(hay) > cuantos:
            raise SubidaRechazada(
                "Llegaron más trozos de los que se dice.", "Revise cuántos son y cierre otra vez."
            )
        with disco_lleno_claro():
            descriptor, nombre = tempfile.mkstemp(dir=self._audio.carpeta, suffix=".parcial")
        parcial, suma, octetos = Path(nombre), hashlib.sha256(), 0
        try:
            with disco_lleno_claro(), os.fdopen(descriptor, "wb") as archivo:
                escritor = self._audio.escribir(subida, archivo)
                for numero in range(cuantos):
                    for parte in self._leer(carpeta, hay[numero], subida):
                        suma.update(parte)
                        octetos += escritor.write(parte)
                escritor.terminar()
                a_disco(archivo)
            if sha256 is not None and suma.hexdigest() != sha256:
                raise TrozoCorrupto(
                    "La grabación completa no es la que se mandó: su hash no coincide.",
                    "Compare los hashes de los trozos y mande lo que difiera en una subida nueva.",
                )
            parcial.replace(self._audio.ruta(subida.hex))
            carpeta_a_disco(self._audio.carpeta)
        except BaseException:
            parcial.unlink(missing_ok=True)
            raise
        return octetos, suma.hexdigest()

    def _leer(self, carpeta: Carpeta, trozo: TrozoGuardado, subida: UUID) -> Iterable[bytes]:
        """Un trozo desde el disco; si el disco lo dañó, se olvida y se vuelve a pedir."""
        try:
            yield from carpeta.leer(trozo, self._audio.clave(subida))
        except CifradoInvalido:
            carpeta.quitar(trozo)
            raise TrozosFaltan((trozo.numero,)) from None

    def _registrar(
        self, t: Transaccion, fila: DictRow, sha256: str, octetos: int, duracion_s: float | None
    ) -> Recibo:
        """La transacción: grabación, nota, subida cerrada y trabajo; todo o nada."""
        grabacion = encuentros.alta_grabacion(
            t, fila["encuentro_id"], fila["consentimiento_id"], sha256=bytes.fromhex(sha256), octetos=octetos,
            formato=fila["formato"], ubicacion=fila["id"].hex, duracion_s=duracion_s, grabacion=fila["id"],
        )  # fmt: skip
        nota = notas.crear(t, fila["encuentro_id"], grabacion=grabacion)
        t.una("subida_terminar", "la subida", id=fila["id"], estado="cerrada")
        trabajo = estado.pedir_proceso(
            t,
            grabacion,
            Opciones.model_validate(fila["opciones"]),
            prioridad=fila["prioridad"],
            duracion_s=duracion_s,
        )
        return Recibo(
            grabacion=grabacion, nota=nota.id, trabajo=trabajo.id, sha256=sha256, octetos=octetos,
            estimacion=estimar(t, trabajo.prioridad, duracion_s, trabajo=trabajo.id, creado=trabajo.creado),
        )  # fmt: skip

    def _ya_cerrada(self, t: Transaccion, fila: DictRow, sha256: str | None) -> Recibo:
        """El recibo que se dio, para quien no lo alcanzó a oír."""
        grabacion = t.fila("grabacion_por_id", id=fila["id"])
        suma = bytes(grabacion["sha256"]).hex() if grabacion is not None else None
        if fila["estado"] != "cerrada" or grabacion is None or suma is None or sha256 not in (None, suma):
            raise SubidaTerminada("La subida ya terminó con otro contenido.", "Abra otra subida.")
        nota = t.una("nota_de_grabacion", "la nota", grabacion=fila["id"])
        trabajo = estado.de_grabacion(t, fila["id"])[0]
        return Recibo(
            grabacion=fila["id"], nota=nota["id"], trabajo=trabajo.id, sha256=suma,
            octetos=grabacion["bytes"],
            estimacion=estimar(
                t, trabajo.prioridad, trabajo.duracion_s, trabajo=trabajo.id, creado=trabajo.creado
            ),
        )  # fmt: skip
