"""Hacer un trabajo: de la grabación cifrada a su borrador en el expediente.

Es un solo trabajo por grabación y ajustes, no uno por paso: los pasos comparten el audio descifrado y la
caché de etapas ya hace que repetirlo siga donde iba (docs/decisiones/trabajos.md).
"""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from scribe.ajustes import Ajustes
from scribe.consulta import Contexto, Huella
from scribe.errores import ErrorDeUso, ErrorScribe
from scribe.expediente import clinico, pacientes
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import BaseNoDisponible
from scribe.expediente.modelo import Alergia, Medicacion, Problema
from scribe.expediente.transaccion import Expediente, Transaccion
from scribe.flujo import Motores, Resultado, procesar
from scribe.progreso import Progreso
from scribe.trabajos import estado, huecos, pasos, resultado
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.errores import Ceder, Definitivo
from scribe.trabajos.modelo import EstadoTrabajo, Opciones, Trabajo
from scribe.trabajos.presencia import Presencia

T = TypeVar("T")
ESPERAS = (timedelta(seconds=5), timedelta(minutes=1))
"""Cuánto se espera después del primer fallo y del segundo."""

OCUPADO = timedelta(seconds=15)
YA = datetime(2000, 1, 1, tzinfo=UTC)
"""«Ahora mismo», sin depender de que el reloj de este equipo y el de la base digan lo mismo."""

_PACIENCIA_S = 15 * 60.0


class Flujo(Protocol):
    """La consulta de principio a fin; `scribe.flujo.procesar` o uno de prueba."""

    def __call__(
        self, ruta: Path, motores: Motores, ajustes: Ajustes, contexto: Contexto, progreso: Progreso
    ) -> Resultado:
        """De una grabación a su borrador."""
        ...


class Repetir(Exception):
    """Que la cola lo intente otra vez, desde `cuando`. No lleva la causa: sus textos podrían decir algo."""

    def __init__(self, cuando: datetime) -> None:
        self.cuando = cuando
        super().__init__("El trabajo se repetirá.")


class HaceOtraClase(Protocol):
    """Quien hace los trabajos que no son procesar una grabación (enviar, archivo suelto)."""

    def __call__(self, taller: Taller, trabajo: Trabajo) -> datetime | None:
        """Lo hace y lo da por terminado; una hora, si hay que repetirlo desde entonces."""
        ...


@dataclass(slots=True)
class Taller:
    """Lo que un trabajador necesita para hacer trabajos."""

    expediente: Expediente
    audio: AlmacenAudio
    presencia: Presencia
    actor: Actor
    armar: Callable[[Ajustes], Motores]
    ajustes: Callable[[Opciones], Ajustes]
    flujo: Flujo = procesar
    voz: Callable[[str, Ajustes], Huella | None] = lambda _usuario, _ajustes: None
    otras: dict[str, HaceOtraClase] = field(default_factory=dict)
    a_solas: Callable[[], AbstractContextManager[None]] = nullcontext
    devolver: Callable[[bool], None] = lambda _bien: None
    preparar: Callable[[Ajustes], None] = lambda _ajustes: None
    apagando: threading.Event = field(default_factory=threading.Event)
    paciencia_s: float = _PACIENCIA_S

    def con_paciencia(self, hacer: Callable[[Transaccion], T]) -> T:
        """Una transacción que espera a que vuelva la base: lo ya calculado no se tira porque se reinició."""
        limite = time.monotonic() + self.paciencia_s
        while True:
            try:
                with self.expediente.transaccion(self.actor) as t:
                    return hacer(t)
            except BaseNoDisponible:
                if time.monotonic() > limite or self.apagando.wait(1.0):
                    raise


def hacer(taller: Taller, trabajo: UUID) -> None:
    """Hace un trabajo, una vez. Lanza solo `Repetir`; todo lo demás queda anotado en el trabajo.

    Entregado dos veces, la segunda no hace nada; si otro proceso vivo lo tiene, se deja para después.
    """
    try:
        with taller.presencia.de(trabajo) as mio:
            if not mio:
                raise Repetir(_en(OCUPADO))
            tomado = taller.con_paciencia(lambda t: estado.empezar(t, trabajo))
            if tomado is not None:
                with taller.a_solas():
                    _intentar(taller, tomado)
    except Repetir:
        raise
    except Exception:  # la base no volvió a tiempo: sigue «en curso» y el barrido lo recoge
        raise Repetir(_en(OCUPADO)) from None


def _intentar(taller: Taller, trabajo: Trabajo) -> None:
    inicio = time.monotonic()
    hace = _procesar if trabajo.clase == "procesar" else _otra
    try:
        otra_vez = _y_devolver(taller, hace, trabajo)
    except Repetir:
        raise
    except Ceder:
        taller.con_paciencia(lambda t: estado.soltar(t, trabajo.id, time.monotonic() - inicio))
        raise Repetir(YA) from None
    except Exception as fallo:
        motivo, remedio, definitivo = explicar(fallo)
        tardo = time.monotonic() - inicio
        repetir = taller.con_paciencia(
            lambda t: estado.fallar(t, trabajo.id, motivo, remedio, tardo, definitivo=definitivo)
        )
        if repetir:
            raise Repetir(_en(ESPERAS[min(trabajo.intentos, len(ESPERAS) - 1)])) from None
        return
    if otra_vez is not None:
        taller.con_paciencia(lambda t: estado.soltar(t, trabajo.id, time.monotonic() - inicio))
        raise Repetir(otra_vez)


def _y_devolver(
    taller: Taller, hace: Callable[[Taller, Trabajo], datetime | None], trabajo: Trabajo
) -> datetime | None:
    """Hace el trabajo y dice si los motores quedaron para otro: los de uno que falló no se reutilizan."""
    bien = False
    try:
        otra_vez = hace(taller, trabajo)
        bien = True
        return otra_vez
    finally:
        taller.devolver(bien)


def explicar(fallo: Exception) -> tuple[str, str, bool]:
    """Motivo, remedio y si repetirlo no sirve. De un error ajeno solo se dice su clase, nunca su texto."""
    if isinstance(fallo, ErrorScribe):
        return fallo.mensaje, fallo.remedio, isinstance(fallo, ErrorDeUso | Definitivo)
    if isinstance(fallo, MemoryError):
        return "No alcanzó la memoria.", "Cierre otros programas o elija un perfil más pequeño.", False
    if isinstance(fallo, FileNotFoundError):
        return (
            "Falta el archivo de la grabación en este equipo.",
            "Procésela donde está, o restáurela.",
            False,
        )
    return (
        f"Fallo interno ({type(fallo).__name__}).",
        "Reintente; si sigue, avise a quien mantiene Scribe.",
        False,
    )


def _procesar(taller: Taller, trabajo: Trabajo) -> datetime | None:
    inicio, grabacion = time.monotonic(), trabajo.grabacion_id
    if grabacion is None:
        raise Definitivo("El trabajo no dice de qué grabación es.")
    ajustes = taller.ajustes(Opciones.model_validate(trabajo.opciones))
    if taller.con_paciencia(lambda t: _esta_en_otro(t, taller, grabacion)):
        return _en(OCUPADO)
    medico = taller.con_paciencia(lambda t: _quien_atiende(t, grabacion))
    motores = replace(taller.armar(ajustes), voz_medico=taller.voz(medico, ajustes))
    contexto = taller.con_paciencia(lambda t: de_su_expediente(t, grabacion, ajustes.plantilla))
    anotador = pasos.Anotador(
        taller.expediente, taller.actor, trabajo.id, pasos.llaves(motores, ajustes, contexto),
        lambda: ceder_si_toca(taller, trabajo), lambda: parar_si_se_cancelo(taller, trabajo),
    )  # fmt: skip
    adelantos = Adelantos(taller.audio)
    with (
        adelantos.abrir(grabacion, activo=ajustes.usar_cache) as recuerdos,
        taller.audio.en_claro(grabacion) as ruta,
    ):
        hecho = taller.flujo(ruta, replace(motores, recuerdos=recuerdos), ajustes, contexto, anotador)
    taller.con_paciencia(
        lambda t: resultado.entregar(
            t,
            trabajo,
            huecos.con_huecos(hecho.borrador, huecos.leer(t, grabacion)),
            time.monotonic() - inicio,
        )
    )
    adelantos.borrar(grabacion)
    return None


def _quien_atiende(t: Transaccion, grabacion: UUID) -> str:
    """El nombre de usuario del médico de esa consulta: con él se registra su voz."""
    encuentro = t.una("grabacion_por_id", "la grabación", id=grabacion)["encuentro_id"]
    medico = t.una("encuentro_por_id", "la consulta", id=encuentro)["medico_id"]
    nombre: str = t.una("usuario_por_id", "el médico", id=medico)["nombre_usuario"]
    return nombre


def _esta_en_otro(t: Transaccion, taller: Taller, grabacion: UUID) -> bool:
    """Si el archivo no se ve aquí porque lo guarda otro equipo: que lo haga uno que sí lo vea."""
    if taller.audio.ruta(grabacion.hex).exists():
        return False
    subida = t.fila("subida_por_id", id=grabacion)
    return subida is not None and subida["equipo_guarda"] != platform.node()


def _otra(taller: Taller, trabajo: Trabajo) -> datetime | None:
    hace = taller.otras.get(trabajo.clase)
    if hace is None:
        raise Definitivo(
            f"Este trabajador no sabe hacer trabajos de clase «{trabajo.clase}».",
            "Actualice Scribe en ese equipo.",
        )
    return hace(taller, trabajo)


def ceder_si_toca(taller: Taller, trabajo: Trabajo) -> None:
    """Entre dos pasos: deja el turno si se apaga, si otro tomó el trabajo o si alguien tiene más prisa."""
    parar_si_se_cancelo(taller, trabajo)
    if not taller.presencia.sigue(trabajo.id):
        raise Repetir(_en(OCUPADO))  # sin tocar su estado: ya es de otro
    if taller.apagando.is_set():
        raise Ceder("El trabajo se detuvo entre dos pasos.", "Sigue solo, donde iba.")
    try:
        with taller.expediente.transaccion(taller.actor) as t:
            hay = t.fila("hay_mas_prisa", cola="computo", prioridad=trabajo.prioridad)
    except BaseNoDisponible:
        return
    if hay:
        raise Ceder("Dejó pasar a otro con más prisa.", "Sigue solo, donde iba.")


def parar_si_se_cancelo(taller: Taller, trabajo: Trabajo) -> None:
    """Lanza `Definitivo` si lo cancelaron mientras se hacía (una persona, o el paciente al revocar)."""
    try:
        with taller.expediente.transaccion(taller.actor) as t:
            cancelado = estado.leer(t, trabajo.id).estado is EstadoTrabajo.CANCELADO
    except BaseNoDisponible:
        return
    if cancelado:
        raise Definitivo("El trabajo se canceló mientras se hacía.")


def de_su_expediente(t: Transaccion, grabacion: UUID, plantilla: str) -> Contexto:
    """Lo que el expediente ya sabe del paciente de esa grabación; queda asiento de que se leyó."""
    return de_paciente(t, t.una("grabacion_por_id", "la grabación", id=grabacion)["paciente_id"], plantilla)


def de_paciente(t: Transaccion, quien: UUID, plantilla: str) -> Contexto:
    """Lo que el expediente ya sabe de un paciente; queda asiento de que se leyó."""
    paciente = pacientes.leer(t, quien)
    datos = paciente.datos
    return Contexto(
        nombre=datos.nombre_completo or None,
        edad=_edad(datos.nacimiento),
        sexo=datos.sexo if datos.sexo in {"M", "F"} else None,
        medicamentos=tuple(
            g.contenido.medicamento for g in clinico.vigentes(t, paciente.id, "medicacion")
            if isinstance(g.contenido, Medicacion) and g.contenido.estado == "activo"
        ),
        problemas=tuple(
            g.contenido.descripcion for g in clinico.vigentes(t, paciente.id, "problema")
            if isinstance(g.contenido, Problema) and g.contenido.estado == "activo"
        ),
        alergias=tuple(
            g.contenido.medicamento or g.contenido.descripcion
            for g in clinico.vigentes(t, paciente.id, "alergia")
            if isinstance(g.contenido, Alergia) and not g.contenido.niega
        ),
        plantilla=plantilla,
    )  # fmt: skip


def _edad(nacimiento: date | None) -> int | None:
    if nacimiento is None:
        return None
    hoy = datetime.now(UTC).date()
    return hoy.year - nacimiento.year - ((hoy.month, hoy.day) < (nacimiento.month, nacimiento.day))


def _en(espera: timedelta) -> datetime:
    return datetime.now(UTC) + espera
