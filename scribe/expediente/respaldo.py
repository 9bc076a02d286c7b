"""Respaldar y restaurar el expediente: un solo archivo cifrado, comprobado restaurándolo.

El orden es: nadie borra archivos (`pausa_borrado`) → foto de la base → volcado → archivos. Así lo que la
foto dice que existe sigue en disco al copiarlo, aunque la clínica siga trabajando. Lo que llegue después de
la foto puede ir de más (un archivo sin su fila), nunca de menos.

`respaldar` escribe a un parcial, lo comprueba restaurándolo en un servidor temporal (cuentas, bitácora y
sha256 de cada archivo) y solo entonces le da su nombre. `restaurar` hace lo mismo en una carpeta de datos
vacía. Lo que se interrumpe deja un parcial que no abre, nunca un archivo que parezca bueno.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import psycopg
from psycopg.rows import dict_row

from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.archivo_respaldo import (
    Cabecera,
    EscritorDeRespaldo,
    LectorDeRespaldo,
    Manifiesto,
    leer_cabecera,
)
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import migrar
from scribe.expediente.base.motor import preparar_motor
from scribe.expediente.base.roles import BASE, DUENO, SUPERUSUARIO
from scribe.expediente.base.volcado import cargar, contar, fotografiar
from scribe.expediente.bitacora import Actor, Asiento, Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.errores_seguridad import CifradoInvalido, LlaveroCerrado, RespaldoInvalido
from scribe.expediente.fuentes_clave import Fuente
from scribe.expediente.llavero import Llavero, escribir_copia
from scribe.expediente.llavero import como_se_abre as _tipo
from scribe.expediente.llaves_bitacora import LlaveBitacora
from scribe.expediente.llaves_bitacora import Llavero as LlaveroBitacora
from scribe.expediente.pausa_borrado import sin_borrar
from scribe.expediente.puesta_al_dia import sellar_lo_anterior
from scribe.expediente.sonido_respaldado import por_llegar
from scribe.expediente.transaccion import Expediente, Transaccion
from scribe.expediente.verificacion import Cabeza, cabeza, verificar

LLAVERO = "llavero.json"
_TROZO = 1 << 20
_DE_PASO = frozenset({".parcial", ".cerrojo"})
_SIN_SITIO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Lee(Protocol):
    """Lo mínimo de un archivo de lectura."""

    def read(self, cuanto: int = -1, /) -> bytes:
        """Hasta `cuanto` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Origen:
    """Qué se respalda: la base (rol dueño) y las carpetas con archivos, cada una con su nombre."""

    dsn_dueno: str
    programas: Path
    carpetas: Mapping[str, Path]

    @classmethod
    def de_empotrada(cls, base: BaseEmpotrada, carpetas: Mapping[str, Path]) -> Origen:
        """El de la base empotrada, que ya debe estar encendida."""
        return cls(base.dsn(DUENO), preparar_motor(base.carpeta).programas, carpetas)


@dataclass(frozen=True, slots=True)
class InformeDeRespaldo:
    """Lo que se comprobó al restaurar.

    `faltan` son las grabaciones que la base dice tener y cuyo archivo no está; `danadas`, las que no abren
    con su clave o no son las que entraron (solo se mira al respaldar).
    """

    id: uuid.UUID
    creado: datetime
    filas: int
    asientos: int
    archivos: int
    octetos: int
    faltan: int = 0
    danadas: int = 0


def respaldar(destino: Path, origen: Origen, llavero: Llavero, fuente: Fuente) -> InformeDeRespaldo:
    """Crea el respaldo en `destino` (que no debe existir), comprobado restaurándolo.

    `fuente` es la frase o el archivo con que se abrirá: se comprueba aquí que de verdad lo abre. Lanza
    `RespaldoInvalido`, `LlaveroCerrado` o `BaseNoDisponible`; si falla, no queda nada en `destino`.
    """
    if destino.exists():
        raise RespaldoInvalido("Ya hay un archivo con ese nombre.", "Elija otro nombre.")
    if not destino.parent.is_dir():
        raise RespaldoInvalido("No existe la carpeta del respaldo.", "Créela, o conecte el disco donde está.")
    parcial = destino.with_name(f".{destino.name}.parcial-{secrets.token_hex(4)}")
    try:
        with _sin_sitio("No cupo el respaldo en ese disco.", "Libere espacio o elija otro disco."):
            descriptor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as salida:
                _escribir(salida, origen, llavero)
                salida.flush()
                os.fsync(salida.fileno())
        informe = comprobar(parcial, fuente)
        os.link(parcial, destino)  # falla si alguien lo creó entre tanto
        _asentar(destino.parent)
        return informe
    except FileExistsError:
        raise RespaldoInvalido("Ya hay un archivo con ese nombre.", "Elija otro.") from None
    finally:
        parcial.unlink(missing_ok=True)


def comprobar(archivo: Path, fuente: Fuente) -> InformeDeRespaldo:
    """Restaura el respaldo en un servidor temporal, lo compara y lo borra. Lanza `RespaldoInvalido`.

    Cada grabación se descifra y se compara con lo que entró, una por una: hace falta sitio temporal para la
    base y para la más grande, no para todas.
    """
    sitio = _sin_sitio("No cupo la copia con que se comprueba.", "Libere espacio en la carpeta temporal.")
    with sitio, _carpeta_temporal() as carpeta:
        datos = carpeta / "datos"
        datos.mkdir()
        return _restaurar(archivo, fuente, datos, durable=False)


def restaurar(archivo: Path, fuente: Fuente, datos: Path) -> InformeDeRespaldo:
    """Deja en `datos` (vacía o inexistente) el expediente del respaldo: llavero, base y `archivos/`.

    Lanza `RespaldoInvalido` (y `datos` queda como estaba), `LlaveroCerrado` o `BaseNoDisponible`.
    """
    if datos.exists() and any(datos.iterdir()):
        raise RespaldoInvalido("La carpeta de datos no está vacía.", "Restaure en una carpeta nueva.")
    existia = datos.exists()
    datos.mkdir(parents=True, exist_ok=True)
    try:
        with _sin_sitio("No cupo lo restaurado en ese disco.", "Libere espacio o elija otra carpeta."):
            return _restaurar(archivo, fuente, datos, durable=True)
    except BaseException:
        for resto in datos.iterdir():
            shutil.rmtree(resto, ignore_errors=True) if resto.is_dir() else resto.unlink(missing_ok=True)
        if not existia:
            with contextlib.suppress(OSError):
                datos.rmdir()
        raise


def registrar(t: Transaccion, informe: InformeDeRespaldo, archivo: Path) -> None:
    """Deja constancia de que se hizo y de dónde quedó, para proponer destruirlo cuando cumpla su plazo."""
    hecho = {"filas": informe.filas, "asientos": informe.asientos, "faltan": informe.faltan}
    t.asentar(Asiento("respaldo.hecho", detalle={**hecho, "danadas": informe.danadas}))
    ruta = t.cifrar(str(archivo).encode(), "respaldo", informe.id, "respaldo.ruta", informe.id)
    t.agregar(
        "respaldo", "respaldo.registro",
        {"id": informe.id, "creado": informe.creado, "octetos": informe.octetos, "ruta": ruta,
         "servidor": platform.node(), "usuario_id": t.actor.usuario, "equipo": t.actor.equipo},
    )  # fmt: skip


# --- Escribir ------------------------------------------------------------------------------------


def _escribir(salida: BinaryIO, origen: Origen, llavero: Llavero) -> None:
    creado, identidad = datetime.now(UTC), str(uuid.uuid4())
    envuelta = llavero.nueva_clave(f"respaldo:{identidad}")
    cabecera = Cabecera(
        id=identidad,
        instalacion=llavero.instalacion,
        creado=creado,
        llavero=llavero.copia(),
        clave=envuelta,
    )
    escritor = EscritorDeRespaldo(salida, cabecera, llavero.abrir_clave(envuelta))
    with contextlib.ExitStack() as pausas:
        pausas.callback(escritor.abandonar)  # si falla; terminado, ya no importa
        for raiz in sorted({c.parent for c in origen.carpetas.values()}):
            pausas.enter_context(sin_borrar(raiz))
        with fotografiar(origen.dsn_dueno, origen.programas) as foto:
            ultima = cabeza(foto.conexion, _bitacora(llavero))
            escritor.agregar_base(foto.volcar())
            cuentas = foto.cuentas
        for nombre, ruta in _archivos(origen.carpetas):
            escritor.agregar_archivo(nombre, ruta)
        escritor.terminar(creado, cuentas, asdict(ultima))


def _archivos(carpetas: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Cada archivo, con «carpeta/ruta» por nombre; los enlaces no se siguen.

    Lo que está a medio escribir (`.parcial`) no es de nadie todavía, y los cerrojos no guardan nada.
    """
    for nombre, carpeta in sorted(carpetas.items()):
        for ruta in sorted(carpeta.rglob("*")):
            if ruta.is_file() and not ruta.is_symlink() and ruta.suffix not in _DE_PASO:
                yield f"{nombre}/{ruta.relative_to(carpeta).as_posix()}", ruta


def como_se_abre(archivo: Path) -> str:
    """Con qué se abre un respaldo: «frase», «archivo» o «sistema». Lanza `RespaldoInvalido`."""
    with _abrir(archivo) as entrada:
        return _tipo(leer_cabecera(entrada)[0].llavero)


# --- Restaurar -----------------------------------------------------------------------------------


def _restaurar(archivo: Path, fuente: Fuente, datos: Path, *, durable: bool) -> InformeDeRespaldo:
    with _abrir(archivo) as entrada:
        cabecera, octetos = leer_cabecera(entrada)
        escribir_copia(cabecera.llavero, datos / LLAVERO)
        llavero = Llavero.abrir(datos / LLAVERO, fuente)
        try:
            lector = LectorDeRespaldo(entrada, llavero.abrir_clave(cabecera.clave), cabecera, octetos)
            restaurado = _vaciar(lector, datos, llavero, durable=durable)
        except CifradoInvalido as causa:
            raise RespaldoInvalido("El respaldo está cortado o alterado.", "Use otro respaldo.") from causa
    return InformeDeRespaldo(
        id=uuid.UUID(cabecera.id),
        creado=cabecera.creado,
        filas=sum(restaurado.manifiesto.cuentas.values()),
        asientos=restaurado.asientos,
        archivos=len(restaurado.manifiesto.archivos),
        octetos=archivo.stat().st_size,
        faltan=restaurado.faltan,
        danadas=restaurado.danadas,
    )


@dataclass(frozen=True, slots=True)
class _Restaurado:
    """Lo que se vio al vaciar un respaldo."""

    manifiesto: Manifiesto
    asientos: int
    faltan: int
    danadas: int


def _vaciar(lector: LectorDeRespaldo, datos: Path, llavero: Llavero, *, durable: bool) -> _Restaurado:
    """Mete la base y los archivos, y compara todo con el manifiesto."""
    base = BaseEmpotrada(datos)
    base.arrancar()
    try:
        if not durable:
            _sin_esperar_al_disco(base)
        cargar(lector.base(), base.dsn(SUPERUSUARIO, BASE), preparar_motor(base.carpeta).programas)
        with psycopg.connect(base.dsn(DUENO), row_factory=dict_row, autocommit=True) as conexion:
            pendientes, danadas = por_llegar(conexion), 0
            for nombre, contenido in lector.archivos():
                ruta = datos / "archivos" / nombre
                _guardar(contenido, ruta, datos, durable=durable)
                sonido = pendientes.pop(nombre, None)
                if not durable:  # al comprobar no se guardan todas: se abre una, se compara y se quita
                    danadas += sonido is not None and not sonido.integra(ruta, llavero)
                    ruta.unlink()
        manifiesto = lector.manifiesto()
        asientos = _comparar(base, manifiesto, llavero)
        if durable:
            _de_este_equipo(base, llavero, datos, manifiesto.creado)
        return _Restaurado(manifiesto, asientos, len(pendientes), danadas)
    finally:
        base.parar()


def _guardar(contenido: Lee, ruta: Path, datos: Path, *, durable: bool) -> None:
    for carpeta in reversed([c for c in ruta.parents if c.is_relative_to(datos)]):
        carpeta.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as salida:
        while trozo := contenido.read(_TROZO):
            salida.write(trozo)
        salida.flush()
        if durable:
            os.fsync(salida.fileno())


def _de_este_equipo(base: BaseEmpotrada, llavero: Llavero, datos: Path, creado: datetime) -> None:
    """Las subidas a medias son ahora de aquí (se siguen donde iban), y consta que se restauró."""
    with psycopg.connect(base.dsn(DUENO)) as conexion:
        conexion.execute(
            "UPDATE trabajos.subida SET equipo_guarda = %s WHERE estado = 'abierta'", (platform.node(),)
        )
    with _expediente(base, llavero) as expediente, expediente.transaccion(Actor(None, platform.node())) as t:
        t.asentar(Asiento("respaldo.restaurado", detalle={"de": creado.isoformat()}))
    for carpeta, _, _ in os.walk(datos / "archivos"):
        _asentar(Path(carpeta))  # que los nombres de los archivos también estén en el disco


def _sin_esperar_al_disco(base: BaseEmpotrada) -> None:
    """Para el servidor que solo compara y se borra: si se va la luz, no se pierde nada."""
    with psycopg.connect(base.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        for ajuste in ("fsync", "full_page_writes", "synchronous_commit"):
            conexion.execute(f"ALTER SYSTEM SET {ajuste} = off".encode())
        conexion.execute("SELECT pg_reload_conf()")


def _comparar(base: BaseEmpotrada, manifiesto: Manifiesto, llavero: Llavero) -> int:
    """Cuentas de cada tabla y cadena de la bitácora, hasta la cabeza guardada. Devuelve los asientos."""
    with psycopg.connect(base.dsn(DUENO), row_factory=dict_row) as conexion:
        if contar(conexion) != manifiesto.cuentas:
            raise RespaldoInvalido("A la base restaurada le faltan o le sobran filas.", "Use otro respaldo.")
    if migrar(base.dsn(DUENO)):  # de una versión anterior: se actualiza, como al arrancar con él
        with _expediente(base, llavero) as expediente:
            sellar_lo_anterior(expediente)
    with psycopg.connect(base.dsn(DUENO), row_factory=dict_row) as conexion:
        informe = verificar(conexion, _bitacora(llavero), [Cabeza(**manifiesto.bitacora)])
    if not informe.integra:
        raise RespaldoInvalido(
            "La bitácora restaurada no cuadra: ya estaba alterada al respaldar, o el respaldo no es bueno.",
            "Ejecute scribe bitacora verificar.",
        )
    return informe.asientos


@contextlib.contextmanager
def _expediente(base: BaseEmpotrada, llavero: Llavero) -> Iterator[Expediente]:
    piscina = Piscina(base.dsn(), maximo=2)
    try:
        cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(piscina))
        yield Expediente(piscina, cifrador, cifrador, Bitacora(_bitacora(llavero)))
    finally:
        piscina.cerrar()


def _bitacora(llavero: Llavero) -> LlaveroBitacora:
    return LlaveroBitacora(LlaveBitacora(llavero.clave_de_bitacora()))


@contextlib.contextmanager
def _abrir(archivo: Path) -> Iterator[BinaryIO]:
    try:
        entrada = archivo.open("rb")
    except OSError:
        raise RespaldoInvalido("No se puede leer el archivo de respaldo.", "Revise la ruta.") from None
    with entrada:
        try:
            yield entrada
        except LlaveroCerrado as causa:
            raise LlaveroCerrado(causa.mensaje, "Use la frase o la clave del día del respaldo.") from None


@contextlib.contextmanager
def _carpeta_temporal() -> Iterator[Path]:
    """Una carpeta que el usuario de PostgreSQL puede atravesar y nadie puede listar."""
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-respaldo-"))
    carpeta.chmod(0o711)
    try:
        yield carpeta
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


@contextlib.contextmanager
def _sin_sitio(mensaje: str, remedio: str) -> Iterator[None]:
    """El disco lleno, dicho con palabras."""
    try:
        yield
    except OSError as causa:
        if causa.errno in _SIN_SITIO:
            raise RespaldoInvalido(mensaje, f"{remedio} El expediente sigue intacto.") from None
        raise


def _asentar(carpeta: Path) -> None:
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
