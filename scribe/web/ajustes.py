"""Los ajustes del servidor (`SCRIBE_<NOMBRE>`); la tabla completa está en `docs/ajustes.md`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scribe.web.sesiones import Plazos


class AjustesServidor(BaseSettings):
    """Lo que se puede cambiar de `scribe servir` y de las órdenes del expediente."""

    model_config = SettingsConfigDict(env_prefix="SCRIBE_", extra="ignore", frozen=True)

    datos: Path | None = Field(None, description="Carpeta de datos; sin ella, la de la persona.")
    base_datos: str | None = Field(None, description="PostgreSQL de la clínica en vez del empotrado.")
    base_dueno: str | None = Field(None, description="La misma base con el rol dueño, para actualizarla.")
    clave_archivo: Path | None = Field(None, description="Archivo de clave que abre el llavero.")
    clave_sistema: bool = Field(False, description="Al crear el llavero, su clave va al almacén del sistema.")
    escucha: str = Field("127.0.0.1", description="Dirección en que se escucha.")
    puerto: int = Field(8600, ge=0, le=65535, description="Puerto.")
    nombres: str = Field("", description="Nombres por los que se llega al servidor, separados por comas.")
    tls_certificado: Path | None = Field(None, description="Certificado del servidor (PEM).")
    tls_llave: Path | None = Field(None, description="Su llave privada (PEM).")
    sesion_inactiva_min: int = Field(15, ge=1, le=240, description="Minutos sin uso para cerrar la sesión.")
    sesion_max_h: int = Field(12, ge=1, le=24, description="Horas que dura una sesión como mucho.")
    reautenticar_min: int = Field(5, ge=1, le=30, description="Minutos que vale haber escrito la contraseña.")
    motores_min: int = Field(
        10, ge=0, le=720, description="Minutos que se guardan los motores armados sin trabajo."
    )
    confianza: Path | None = Field(None, description="Carpeta con las autoridades de la e.firma.")

    def plazos(self) -> Plazos:
        """Cuánto dura una sesión."""
        return Plazos(
            timedelta(minutes=self.sesion_inactiva_min), timedelta(hours=self.sesion_max_h),
            timedelta(minutes=self.reautenticar_min),
        )  # fmt: skip
