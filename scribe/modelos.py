"""Localizar y verificar los modelos de `modelos/manifiesto.toml`.

Una copia por equipo, fuera del repositorio. Se busca, en este orden:

1. `SCRIBE_MODELOS`, si está puesta (y entonces solo allí);
2. `/var/lib/scribe/modelos`, la carpeta común a todos los usuarios del equipo;
3. la del usuario: `$XDG_DATA_HOME/scribe/modelos` (por omisión, `~/.local/share/scribe/modelos`).

Se instala en la primera donde se puede escribir. Ningún modelo se entrega sin comprobar la suma de
todos sus archivos; `scribe.sumas` evita recalcularla mientras no cambien. Da igual cómo llegó el
archivo: uno copiado a mano en un equipo sin red vale si su suma coincide.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_data_path

from scribe.errores import AjusteInvalido, ModeloAlterado, ModelosFaltan
from scribe.manifiesto import Archivo, Modelo, Perfil, manifiesto, perfil, perfiles
from scribe.sumas import Sumas

__all__ = ["Almacen", "Estado", "Perfil", "almacen", "identidad", "manifiesto", "perfil", "perfiles", "ruta"]

COMUN = Path("/var/lib/scribe/modelos")
"""La carpeta de modelos común a todos los usuarios del equipo."""

PROCEDENCIA = ".procedencia.json"
"""En la carpeta de un modelo sin sumas publicadas: las que tuvo al bajarlo de su revisión."""

Estado = Literal["instalado", "falta", "incompleto", "alterado"]


def carpetas() -> tuple[Path, ...]:
    """Dónde se buscan los modelos, en orden."""
    if elegida := os.environ.get("SCRIBE_MODELOS"):
        return (Path(elegida).expanduser().absolute(),)
    return (COMUN, user_data_path("scribe") / "modelos")


def se_puede_escribir(carpeta: Path) -> bool:
    """Si se puede escribir en la carpeta o, si no existe, crearla."""
    while not carpeta.exists():
        carpeta = carpeta.parent
    return carpeta.is_dir() and os.access(carpeta, os.W_OK | os.X_OK)


@dataclass(frozen=True)
class Almacen:
    """Las carpetas donde hay modelos y el manifiesto contra el que se comprueban."""

    carpetas: tuple[Path, ...]
    modelos: Mapping[str, Modelo]
    _sumas: dict[Path, Sumas] = field(default_factory=dict, compare=False, repr=False)

    def modelo(self, clave: str) -> Modelo:
        """La ficha del modelo. Lanza `AjusteInvalido` si el manifiesto no lo tiene."""
        try:
            return self.modelos[clave]
        except KeyError:
            raise AjusteInvalido(
                f"No hay ningún modelo «{clave}» en el manifiesto.", "Véalos con: scribe modelos listar"
            ) from None

    def donde_instalar(self) -> Path:
        """La primera carpeta en la que se puede escribir. Lanza `ModelosFaltan` si no hay ninguna."""
        for carpeta in self.carpetas:
            if se_puede_escribir(carpeta):
                return carpeta
        raise ModelosFaltan(
            f"No se puede escribir en {self.carpetas[-1]}.",
            "Elija otra carpeta con la variable SCRIBE_MODELOS.",
        )

    def ruta(self, clave: str) -> Path:
        """Carpeta del modelo con todos sus archivos comprobados.

        Lanza `ModelosFaltan` si falta algún archivo en todas las carpetas y `ModeloAlterado` si alguno
        no tiene la suma del manifiesto.
        """
        modelo = self.modelo(clave)
        fallo: ModelosFaltan | None = None
        for carpeta in self.carpetas:
            try:
                self.comprobar(modelo, carpeta)
                return carpeta / modelo.id
            except ModelosFaltan as error:
                if fallo is None or isinstance(error, ModeloAlterado):
                    fallo = error
        raise fallo or ModelosFaltan(f"Falta el modelo {clave}.", _REMEDIO)

    def comprobar(
        self, modelo: Modelo, carpeta: Path, al_leer: Callable[[int], None] | None = None
    ) -> dict[str, str]:
        """Comprueba cada archivo del modelo en esa carpeta y devuelve sus sumas, por ruta relativa."""
        faltan = [a.ruta for a in modelo.archivos if not (carpeta / modelo.id / a.ruta).is_file()]
        if faltan:
            raise ModelosFaltan(f"Falta el modelo {modelo.id} ({_enumerar(faltan)}).", _REMEDIO)
        procedencia = leer_procedencia(carpeta, modelo)
        return {
            archivo.ruta: self._comprobar_archivo(modelo, archivo, carpeta, procedencia, al_leer)
            for archivo in modelo.archivos
        }

    def suma(self, carpeta: Path, archivo: Path, al_leer: Callable[[int], None] | None = None) -> str:
        """Suma sha256 de un archivo bajo esa carpeta de modelos, recordada si no cambió."""
        if carpeta not in self._sumas:
            self._sumas[carpeta] = Sumas(_memorias(carpeta))
        return self._sumas[carpeta].de(archivo, al_leer)

    def olvidar(self, carpeta: Path) -> None:
        """Descarta las sumas recordadas de esa carpeta: la próxima comprobación lee cada archivo."""
        self._sumas[carpeta] = Sumas(_memorias(carpeta), leer=False)

    def estado(self, clave: str) -> tuple[Estado, Path | None]:
        """Cómo está el modelo y en qué carpeta, sin lanzar errores de modelos."""
        modelo = self.modelo(clave)
        try:
            return "instalado", self.ruta(clave)
        except ModeloAlterado:
            return "alterado", None
        except ModelosFaltan:
            partes = [c / modelo.id / a.ruta for c in self.carpetas for a in modelo.archivos]
            return ("incompleto" if any(p.is_file() for p in partes) else "falta"), None

    def identidad(self, clave: str) -> dict[str, Any]:
        """Quién es el modelo instalado, para el borrador y para saber si un resultado sigue valiendo.

        `sha256` es la suma del archivo principal (comparable con la que publica su autor); `conjunto`,
        la de todas las sumas en el formato de `sha256sum`, si el modelo tiene más de un archivo.
        """
        modelo = self.modelo(clave)
        carpeta = self.ruta(clave)
        sumas = self.comprobar(modelo, carpeta.parent)
        datos: dict[str, Any] = {
            "id": modelo.id,
            "nombre": modelo.nombre,
            "origen": modelo.origen,
            "revision": modelo.revision,
            "licencia": modelo.licencia,
            "sha256": sumas[modelo.principal.ruta],
        }
        if len(sumas) > 1:
            lineas = "".join(f"{suma}  {nombre}\n" for nombre, suma in sorted(sumas.items()))
            datos["conjunto"] = hashlib.sha256(lineas.encode()).hexdigest()
        return datos

    def _comprobar_archivo(
        self,
        modelo: Modelo,
        archivo: Archivo,
        carpeta: Path,
        procedencia: Mapping[str, str],
        al_leer: Callable[[int], None] | None,
    ) -> str:
        destino = carpeta / modelo.id / archivo.ruta
        esperada = archivo.sha256 or procedencia.get(archivo.ruta)
        if esperada is None:
            raise ModelosFaltan(
                f"No hay suma con que comprobar {archivo.ruta} del modelo {modelo.id}.",
                f"Instálelo desde su revisión con: scribe modelos instalar {modelo.id}",
            )
        try:
            largo = destino.stat().st_size
            suma = "" if archivo.bytes not in (None, largo) else self.suma(carpeta, destino, al_leer)
        except OSError as error:
            raise ModelosFaltan(
                f"No se puede leer {destino} ({error.strerror}).", "Revise los permisos de la carpeta."
            ) from error
        if suma != esperada:
            raise ModeloAlterado(
                f"El archivo {archivo.ruta} del modelo {modelo.id} está dañado o fue cambiado: "
                "su suma no es la del manifiesto.",
                _REMEDIO,
            )
        return suma


_REMEDIO = "Instálelo con: scribe modelos instalar"


def _memorias(carpeta: Path) -> tuple[Path, Path]:
    """Dónde se recuerdan las sumas: junto a los modelos o, si no se puede escribir, en la caché propia."""
    clave = hashlib.sha256(str(carpeta).encode()).hexdigest()[:12]
    return carpeta / ".sumas.json", user_cache_path("scribe") / f"sumas-{clave}.json"


def leer_procedencia(carpeta: Path, modelo: Modelo) -> dict[str, str]:
    """Sumas anotadas al bajar de su revisión un modelo sin sumas publicadas."""
    try:
        datos = json.loads((carpeta / modelo.id / PROCEDENCIA).read_text("utf-8"))
        if (datos["repositorio"], datos["revision"]) != (modelo.repositorio, modelo.revision):
            return {}
        return {str(ruta): str(suma) for ruta, suma in datos["sumas"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _enumerar(nombres: list[str]) -> str:
    resto = len(nombres) - 2
    return ", ".join(nombres[:2]) + (f" y {resto} más" if resto > 0 else "")


_almacenes: dict[tuple[Path, ...], Almacen] = {}


def almacen() -> Almacen:
    """El almacén de este equipo; se rehace si cambia `SCRIBE_MODELOS`."""
    donde = carpetas()
    if donde not in _almacenes:
        _almacenes[donde] = Almacen(donde, manifiesto())
    return _almacenes[donde]


def ruta(modelo: str) -> Path:
    """Carpeta del modelo con todos sus archivos comprobados.

    Lanza `ModelosFaltan` o `ModeloAlterado`, con una línea que dice cómo instalarlo.
    """
    return almacen().ruta(modelo)


def identidad(modelo: str) -> dict[str, Any]:
    """Id, nombre, origen, revisión, licencia y sha256 del modelo instalado."""
    return almacen().identidad(modelo)
