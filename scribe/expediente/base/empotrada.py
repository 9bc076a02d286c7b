"""El PostgreSQL propio de Scribe: nace, arranca y para solo, y sobrevive a que maten a cualquiera.

Vive en `«datos»/base`. Solo escucha en un socket de archivo dentro de una carpeta 0700 (ningún puerto)
y pide contraseña (scram-sha-256) también ahí. Dos cerrojos del sistema, que se sueltan solos si el
proceso muere: `cerrojo` (uno a la vez arranca o para) y `uso` (compartido por quienes la usan: solo
el último la para).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]
import psycopg

from scribe.expediente.base.motor import Motor, preparar_motor
from scribe.expediente.base.roles import APLICACION, BASE, DUENO, SUPERUSUARIO, preparar_servidor
from scribe.expediente.errores import BaseNoDisponible

_LARGO_SOCKET = 100  # bytes: sun_path admite 107 y PostgreSQL añade «/.s.PGSQL.5432»
_PLAZO_S = 300
_HUERFANOS_S = 30.0

_AJUSTES = """\
# Lo escribe Scribe en cada arranque: lo que se cambie aquí se pierde.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '128MB'
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
jit = off
# Los registros no llevan órdenes ni valores: podrían ser datos de un paciente.
log_statement = 'none'
log_min_error_statement = 'panic'
log_min_duration_statement = -1
log_error_verbosity = 'terse'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


class BaseEmpotrada:
    """Un servidor por carpeta de datos, compartido por todos los procesos de este equipo que lo abran."""

    def __init__(self, datos: Path) -> None:
        """`datos` es la carpeta de datos de Scribe; se crea si falta. No arranca nada."""
        self.carpeta = datos.expanduser().resolve() / "base"
        self.carpeta.mkdir(parents=True, exist_ok=True)
        self.carpeta.chmod(0o711)  # el usuario del motor la atraviesa; nadie la lista
        self._uso: int | None = None
        self._motor: Motor | None = None

    # --- Lo público -------------------------------------------------------------------------------

    def arrancar(self) -> None:
        """La deja lista: la crea la primera vez, se une si ya corre, la recupera si la mataron.

        Lanza `BaseNoDisponible` con la razón y el remedio.
        """
        if self._uso is not None:
            return
        self._motor = preparar_motor(self.carpeta)
        uso = os.open(self.carpeta / "uso", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._cerrojo():
                fcntl.flock(uso, fcntl.LOCK_SH)
                self._claves()
                self._crear()
                self._encender()
                preparar_servidor(
                    self.dsn(SUPERUSUARIO, "postgres"), self._clave(DUENO), self._clave(APLICACION)
                )
        except BaseException:
            os.close(uso)
            raise
        self._uso = uso

    def revivir(self) -> bool:
        """La vuelve a encender si alguien la mató mientras se usaba; dice si hizo falta.

        Lo confirmado no se pierde: PostgreSQL se recupera de su diario. Lanza `BaseNoDisponible`.
        """
        if self._uso is None or self.pid() is not None:
            return False
        with self._cerrojo():
            if self.pid() is not None:  # otro proceso llegó antes
                return False
            self._encender()
            return True

    def parar(self) -> bool:
        """Deja de usarla; si nadie más la usa, la apaga con calma. Dice si quedó apagada."""
        if self._uso is None:
            return False
        uso, self._uso = self._uso, None
        try:
            with self._cerrojo():
                try:
                    fcntl.flock(uso, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                self._apagar()
                return True
        finally:
            os.close(uso)

    def dsn(self, rol: str = APLICACION, base: str = BASE) -> str:
        """La dirección para entrar con un rol: `aplicacion`, `dueno` o `superusuario` (ver roles)."""
        clave, socket = quote(self._clave(rol)), quote(str(self.socket), safe="")
        return f"postgresql://{rol}:{clave}@/{base}?host={socket}"

    @property
    def socket(self) -> Path:
        """Carpeta 0700 del socket: dentro de los datos o, si esa ruta es muy larga, en la temporal."""
        propia = self.carpeta / "socket"
        if len(os.fsencode(propia)) < _LARGO_SOCKET - 15:
            return propia
        marca = hashlib.sha256(os.fsencode(self.carpeta)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"scribe-{os.geteuid()}-{marca}"

    @property
    def pgdata(self) -> Path:
        """La carpeta de datos de PostgreSQL."""
        return self.carpeta / "pgdata"

    def pid(self) -> int | None:
        """El proceso principal de PostgreSQL, si está vivo y es el nuestro."""
        numero = self._pid_escrito()
        return numero if numero is not None and self._es_nuestro(numero) else None

    def __enter__(self) -> BaseEmpotrada:
        self.arrancar()
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None:
        self.parar()

    # --- Cómo -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _cerrojo(self) -> Iterator[None]:
        descriptor = os.open(self.carpeta / "cerrojo", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _clave(self, rol: str) -> str:
        return (self.carpeta / "claves" / rol).read_text("ascii").strip()

    def _claves(self) -> None:
        """Una contraseña al azar por rol, en archivos 0600 que se escriben enteros o no se escriben."""
        carpeta = self.carpeta / "claves"
        carpeta.mkdir(mode=0o700, exist_ok=True)
        for rol in (SUPERUSUARIO, DUENO, APLICACION):
            if not (carpeta / rol).exists():
                _escribir(carpeta / rol, secrets.token_urlsafe(32))

    def _crear(self) -> None:
        """`initdb` en una carpeta aparte que se renombra al final: no queda una base a medio nacer."""
        if (self.pgdata / "PG_VERSION").exists():
            return
        motor, nueva = self._listo(), self.carpeta / "pgdata.nueva"
        shutil.rmtree(nueva, ignore_errors=True)
        nueva.mkdir(mode=0o700)
        motor.entregar(nueva)
        clave = self.carpeta / "clave-inicial"
        _escribir(clave, self._clave(SUPERUSUARIO))
        motor.entregar(clave)
        try:
            motor.correr(
                "initdb", "-D", nueva, "-U", SUPERUSUARIO, f"--pwfile={clave}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--data-checksums",
            )  # fmt: skip
        except subprocess.SubprocessError as causa:
            raise BaseNoDisponible(
                "No se pudo crear la base de datos.",
                "Revise el espacio y los permisos de la carpeta de datos.",
            ) from causa
        finally:
            clave.unlink(missing_ok=True)
        with (nueva / "postgresql.conf").open("a", encoding="utf-8") as ajustes:
            ajustes.write("\ninclude = 'scribe.conf'\n")
        (nueva / "pg_hba.conf").write_text("local all all scram-sha-256\n", "ascii")
        self._ajustar(nueva)
        nueva.rename(self.pgdata)

    def _ajustar(self, donde: Path) -> None:
        """Escribe `scribe.conf` y prepara la carpeta del socket."""
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.socket.is_symlink() or self.socket.stat().st_uid not in {os.geteuid(), self._listo().uid}:
            raise BaseNoDisponible("La carpeta del socket es de otra persona.", "Bórrela y repita.")
        self.socket.chmod(0o700)
        self._listo().entregar(self.socket)
        ruta = donde / "scribe.conf"
        _escribir(ruta, _AJUSTES.format(socket=str(self.socket).replace("'", "''")))
        self._listo().entregar(ruta)

    def _encender(self) -> None:
        if self.pid() is not None:
            self._esperar()
            return
        self._despejar()
        self._ajustar(self.pgdata)
        registro = self.carpeta / "postgresql.log"
        registro.touch(mode=0o600)
        self._listo().entregar(registro)
        try:
            self._listo().correr(
                "pg_ctl", "start", "-w", "-t", str(_PLAZO_S), "-D", self.pgdata, "-l", registro,
                plazo=_PLAZO_S + 10,
            )  # fmt: skip
        except subprocess.SubprocessError as causa:
            raise BaseNoDisponible(
                "PostgreSQL no arrancó.",
                f"Su registro dice por qué: {registro.name}, en la carpeta «base» de los datos.",
            ) from causa

    def _esperar(self) -> None:
        """Espera a que un servidor que otro arrancó (o que se recupera) acepte conexiones."""
        limite = time.monotonic() + _PLAZO_S
        while time.monotonic() < limite:
            try:
                psycopg.connect(self.dsn(SUPERUSUARIO, "postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self.pid() is None:
                    self._despejar()
                    self._encender()
                    return
                time.sleep(0.1)
        raise BaseNoDisponible("PostgreSQL no contesta.", "Reinicie Scribe; si sigue, revise postgresql.log.")

    def _apagar(self) -> None:
        if self.pid() is None:
            return
        for modo in ("fast", "immediate"):
            with contextlib.suppress(subprocess.SubprocessError):
                self._listo().correr("pg_ctl", "stop", "-w", "-t", "60", "-m", modo, "-D", self.pgdata)
                return
        raise BaseNoDisponible(
            "PostgreSQL no se dejó apagar.", "Revise postgresql.log en la carpeta de datos."
        )

    def _despejar(self) -> None:
        """Quita los candados rancios, solo cuando no queda ningún proceso sobre estos datos.

        PostgreSQL los ignora si su proceso ya no existe; no si otro programa tomó ese número, ni si quedó
        como zombi. Y si mataron al principal, sus hijos tardan un momento en enterarse: quitarlos antes
        dejaría a dos servidores escribiendo lo mismo.
        """
        limite = time.monotonic() + _HUERFANOS_S
        while quedan := self._huerfanos():
            if time.monotonic() > limite:
                for proceso in quedan:
                    with contextlib.suppress(psutil.Error):
                        proceso.kill()
            time.sleep(0.05)
        rancios = (self.pgdata / "postmaster.pid", *self.socket.glob(".s.PGSQL.*"))
        for rancio in rancios:
            rancio.unlink(missing_ok=True)

    def _huerfanos(self) -> list[psutil.Process]:
        return [p for p in psutil.process_iter() if self._es_nuestro(p.pid)]

    def _pid_escrito(self) -> int | None:
        try:
            return abs(int((self.pgdata / "postmaster.pid").read_text("utf-8").split("\n", 1)[0]))
        except (OSError, ValueError):
            return None

    def _es_nuestro(self, pid: int) -> bool:
        """Si ese proceso es un PostgreSQL parado en estos datos (todos hacen chdir a ellos)."""
        try:
            proceso = psutil.Process(pid)
            return (
                proceso.name() == "postgres"
                and proceso.status() != psutil.STATUS_ZOMBIE
                and Path(proceso.cwd()) == self.pgdata
            )
        except (psutil.Error, OSError):
            return False

    def _listo(self) -> Motor:
        if self._motor is None:
            self._motor = preparar_motor(self.carpeta)
        return self._motor


def _escribir(ruta: Path, texto: str) -> None:
    """Escribe 0600, a disco y de una vez."""
    parcial = ruta.with_name(f".{ruta.name}.parcial")
    parcial.unlink(missing_ok=True)
    descriptor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as archivo:
        archivo.write(texto)
        archivo.flush()
        os.fsync(archivo.fileno())
    parcial.rename(ruta)
