"""Configuración: cada ajuste se da por variable `SCRIBE_<NOMBRE>` o por opción de la orden."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _nucleos() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def carpeta_de_datos() -> Path:
    """`SCRIBE_DATOS` o la carpeta de datos de la persona; como root, `/var/lib/scribe`.

    PostgreSQL no corre como root y su usuario no puede entrar a la carpeta personal de root.
    """
    if pedida := os.environ.get("SCRIBE_DATOS"):
        return Path(pedida).expanduser()
    return Path("/var/lib/scribe") if os.geteuid() == 0 else user_data_path("scribe")


class Ajustes(BaseSettings):
    """Todo lo que se puede cambiar sin tocar código. La tabla completa está en `docs/ajustes.md`."""

    model_config = SettingsConfigDict(env_prefix="SCRIBE_", extra="ignore", frozen=True)

    modelos: Path | None = Field(None, description="Carpeta de modelos; sin ella, la del equipo (XDG).")
    perfil: str = Field("minimo", description="Perfil de modelos: minimo, clinica o gpu.")
    idioma: str | None = Field("es", description="Idioma de la consulta (es, en…); «auto» lo detecta.")
    hablantes: int | None = Field(None, ge=1, le=8, description="Número de hablantes, si se sabe.")
    plantilla: str = Field("general", description="Plantilla de la nota.")
    duracion_max_s: float = Field(4 * 3600.0, gt=0, description="Duración máxima admitida, en segundos.")
    hilos: int = Field(default_factory=_nucleos, ge=1, description="Hilos de cómputo.")
    dispositivo: Literal["auto", "cpu", "cuda"] = Field("auto", description="Dónde se calcula.")
    diarizador: Literal["auto", "propio", "pyannote"] = Field(
        "auto", description="Quién separa las voces; auto: pyannote si el perfil trae su tubería."
    )
    llm: bool = Field(True, description="Usar el modelo de lenguaje donde las reglas dudan.")
    x_relleno: bool = Field(False, description="Escribir la X de relleno en CIE-10 (I10X), como en México.")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("scribe"),
        description="Carpeta de resultados intermedios, para no repetir etapas.",
    )
    en_vivo: bool = Field(True, description="Oír una grabación mientras se hace, si el equipo está libre.")
    usar_cache: bool = Field(True, description="Reutilizar etapas ya hechas con el mismo audio y modelos.")
