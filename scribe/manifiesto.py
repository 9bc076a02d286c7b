"""Las fichas de `modelos/manifiesto.toml` y `modelos/perfiles.toml`, leídas y validadas.

Los dos archivos viven en `modelos/`, en la raíz del proyecto; el enlace `scribe/manifiestos` hace que
lleguen también al paquete instalado.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from scribe.errores import AjusteInvalido

Suma = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _relativa(ruta: str) -> str:
    partes = PurePosixPath(ruta)
    if partes.is_absolute() or ".." in partes.parts or ruta != str(partes):
        raise ValueError(f"ruta fuera de la carpeta del modelo: {ruta}")
    return ruta


RutaRelativa = Annotated[str, AfterValidator(_relativa)]


class _Ficha(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Paquete(_Ficha):
    """Un paquete que solo sirve de transporte. `bytes` es lo que pesa la descarga."""

    nombre: str
    version: str
    bytes: int = Field(gt=0)
    registro: Literal["pypi", "npm"] = "pypi"
    python: str | None = Field(default=None, description="Versión de Python de la rueda, si no es universal.")
    plataformas: tuple[str, ...] = ()


class Archivo(_Ficha):
    """Un archivo del modelo ya instalado.

    `piezas` son los miembros que se concatenan, en orden, como «paquete/ruta/dentro»; un nombre de
    paquete a secas es la rueda entera. `remoto` es su ruta en el repositorio del hub, si es otra.
    Sin `sha256` el archivo se comprueba contra la revisión del hub al instalarlo.
    """

    ruta: RutaRelativa
    bytes: int | None = Field(default=None, gt=0)
    sha256: Suma | None = None
    piezas: tuple[str, ...] = ()
    remoto: RutaRelativa | None = None


class Modelo(_Ficha):
    """Un modelo o catálogo: qué es, de quién, con qué licencia y de qué archivos consta."""

    id: str
    nombre: str
    para: str
    licencia: str
    origen: str
    revision: str | None = None
    verificacion: Literal["sha256", "revision"] = "sha256"
    notas: str | None = None
    paquetes: tuple[Paquete, ...] = ()
    repositorio: str | None = Field(default=None, description="Repositorio del hub (autor/nombre).")
    requiere_cuenta: bool = False
    archivos: tuple[Archivo, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _coherente(self) -> Self:
        if bool(self.paquetes) == bool(self.repositorio):
            raise ValueError(f"{self.id}: da paquetes o repositorio del hub, uno de los dos")
        if self.repositorio and not self.revision:
            raise ValueError(f"{self.id}: un repositorio del hub necesita revisión")
        if self.verificacion == "sha256" and any(a.sha256 is None for a in self.archivos):
            raise ValueError(f"{self.id}: hay archivos sin sha256")
        nombres = [p.nombre for p in self.paquetes]
        for archivo in self.archivos:
            usados = [pieza.split("/", 1)[0] for pieza in archivo.piezas]
            if bool(usados) != bool(self.paquetes) or not set(usados) <= set(nombres):
                raise ValueError(f"{self.id}/{archivo.ruta}: piezas de paquetes no declarados")
            if usados != sorted(usados, key=nombres.index):
                raise ValueError(f"{self.id}/{archivo.ruta}: las piezas no siguen el orden de los paquetes")
        return self

    @property
    def principal(self) -> Archivo:
        """El archivo que pesa más: los pesos, o el catálogo."""
        return max(self.archivos, key=lambda archivo: archivo.bytes or 0)

    @property
    def bytes(self) -> int:
        """Lo que ocupa instalado (lo que se sabe de antemano)."""
        return sum(archivo.bytes or 0 for archivo in self.archivos)


class Perfil(_Ficha):
    """Qué modelo cumple cada función (asr, segmentacion, huella, llm…) en una clase de equipo."""

    nombre: str
    descripcion: str
    dispositivo: Literal["cpu", "cuda"] = "cpu"
    memoria_gb: float = Field(gt=0)
    opcional: bool = Field(default=False, description="De apoyo: no sirve por sí solo para una consulta.")
    modelos: dict[str, str] = Field(description="Función → id del modelo en el manifiesto.")

    @property
    def ids(self) -> tuple[str, ...]:
        """Los ids que hay que tener instalados, sin repetir."""
        return tuple(dict.fromkeys(self.modelos.values()))

    def id_de(self, funcion: str) -> str:
        """El id del modelo de una función. Lanza `AjusteInvalido` si el perfil no la cubre."""
        try:
            return self.modelos[funcion]
        except KeyError:
            raise AjusteInvalido(
                f"El perfil {self.nombre} no tiene modelo para «{funcion}».", "Use otro perfil (--perfil)."
            ) from None


def _leer(nombre: str) -> dict[str, Any]:
    return tomllib.loads((files("scribe") / "manifiestos" / nombre).read_text("utf-8"))


def leer_modelos(datos: dict[str, Any]) -> dict[str, Modelo]:
    """Las fichas de un manifiesto ya analizado (clave: id)."""
    return {clave: Modelo(id=clave, **valor) for clave, valor in datos.items()}


@lru_cache(maxsize=1)
def manifiesto() -> dict[str, Modelo]:
    """Todos los modelos y catálogos conocidos, por id."""
    return leer_modelos(_leer("manifiesto.toml"))


@lru_cache(maxsize=1)
def perfiles() -> dict[str, Perfil]:
    """Todos los perfiles, por nombre."""
    return {clave: Perfil(nombre=clave, **valor) for clave, valor in _leer("perfiles.toml").items()}


def perfil(nombre: str = "minimo") -> Perfil:
    """El perfil con ese nombre. Lanza `AjusteInvalido` si no existe."""
    try:
        return perfiles()[nombre]
    except KeyError:
        raise AjusteInvalido(
            f"No hay perfil «{nombre}».", f"Elija uno de: {', '.join(perfiles())}."
        ) from None
