"""Lo que un sistema entrega de un caso, y lo que le costó."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from scribe.consulta import Borrador, Codigo, Nota, Tramo, Transcripcion


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Costo(_Valor):
    """Segundos de reloj y MiB. `arranque_s`: cargar modelos; `etapas`: segundos por etapa; `memoria_mib`:
    memoria residente máxima del proceso que lo hizo.
    """

    reloj_s: float | None = None
    arranque_s: float | None = None
    memoria_mib: float | None = None
    etapas: dict[str, float] = {}


class Salida(_Valor):
    """El resultado de un sistema con un caso; lo que su tarea no produce queda en `None`.

    `transcripcion` lleva los turnos; un sistema sin hablantes da uno solo. `nota_texto` es la nota como
    texto corrido, para los que no la dan por enunciados.
    """

    caso: str
    transcripcion: Transcripcion | None = None
    tramos: tuple[Tramo, ...] | None = None
    borrador: Borrador | None = None
    nota: Nota | None = None
    nota_texto: str | None = None
    codigos: tuple[Codigo, ...] | None = None
    candidatos: tuple[tuple[str, ...], ...] | None = None
    """Por cada mención del caso, los códigos propuestos de mejor a peor, viendo solo la mención."""
    costo: Costo = Costo()
    error: str | None = None

    @property
    def texto(self) -> str | None:
        """Lo transcrito, en orden, o `None` si la tarea no transcribe."""
        if self.transcripcion is None:
            return None
        return " ".join(t.texto for t in self.transcripcion.turnos)
