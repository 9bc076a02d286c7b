"""La transcripción como se revisa: lo oído, que no cambia, con las correcciones de la persona encima.

Cada corrección es una fila (`transcripcion_cambio`) que dice qué decía antes; aplicarlas todas, en orden, da
lo que se ve. `Turno.texto` es el del borrador: las citas de la nota salen de él y siguen valiendo.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scribe.consulta import SECCIONES, Cita, Correccion, Palabra, Rol, Seccion, Transcripcion, Turno
from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transaccion import Transaccion
from scribe.lenguaje.texto import llano

_Corto = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class _Cambio(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CambioPalabras(_Cambio):
    """Las palabras `desde`–`hasta` (índices de lo oído en ese turno, ambos inclusive) dicen `texto`."""

    clase: Literal["palabras"] = "palabras"
    turno: int = Field(ge=1)
    desde: int = Field(ge=0)
    hasta: int = Field(ge=0)
    texto: _Corto


class CambioTurno(_Cambio):
    """Ese turno lo dijo otra persona."""

    clase: Literal["turno"] = "turno"
    turno: int = Field(ge=1)
    hablante: _Corto


class CambioHablante(_Cambio):
    """Quién es una voz: su papel y, si se quiere, cómo llamarla."""

    clase: Literal["hablante"] = "hablante"
    hablante: _Corto
    rol: Rol
    nombre: Annotated[str, Field(max_length=60)] = ""


class CambioIntercambio(_Cambio):
    """Dos voces estaban al revés: cambian de papel y de nombre."""

    clase: Literal["intercambio"] = "intercambio"
    uno: _Corto
    otro: _Corto


Cambio = Annotated[
    CambioPalabras | CambioTurno | CambioHablante | CambioIntercambio, Field(discriminator="clase")
]
_CAMBIO: TypeAdapter[Any] = TypeAdapter(Cambio)


class _Visto(BaseModel):
    model_config = ConfigDict(frozen=True)


class CorreccionHecha(_Visto):
    """Palabras corregidas por una persona; `original` es lo que se oyó."""

    desde: int
    hasta: int
    original: str
    texto: str


class TurnoVisto(_Visto):
    """Un turno: lo oído palabra por palabra (tiempos en segundos y probabilidad), y lo corregido."""

    id: int
    hablante: str
    rol: Rol
    inicio: float
    fin: float
    texto: str
    texto_corregido: str
    palabras: tuple[Palabra, ...]
    correcciones: tuple[Correccion, ...]
    corregidas: tuple[CorreccionHecha, ...] = ()


class HablanteVisto(_Visto):
    """Una voz de la consulta."""

    hablante: str
    rol: Rol
    nombre: str = ""
    turnos: int
    segundos: float


class CambioGuardado(_Visto):
    """Una corrección ya hecha, y quién la hizo."""

    numero: int
    cambio: Cambio
    usuario_id: UUID
    cuando: datetime


class TranscripcionVista(_Visto):
    """La transcripción de una nota. `cambio` es el último aplicado: va en `sobre` al pedir el siguiente."""

    id: UUID
    grabacion_id: UUID
    idioma: str
    duracion_s: float | None
    cambio: int
    hablantes: tuple[HablanteVisto, ...]
    turnos: tuple[TurnoVisto, ...]
    cambios: tuple[CambioGuardado, ...]


class Afectado(_Visto):
    """Un enunciado que cita lo corregido. `propuesta` es su texto con la corrección, si se puede poner."""

    seccion: Seccion
    indice: int
    texto: str
    propuesta: str | None = None


def leer(t: Transaccion, nota: UUID) -> TranscripcionVista:
    """La transcripción de donde salió una nota (o la firmada a la que sigue). `NoExiste` si no hay."""
    fila = _fila(t, nota)
    t.asentar(Asiento("transcripcion.ver", fila["paciente_id"], "transcripcion", fila["id"]))
    oida = Transcripcion.model_validate_json(_abrir(t, fila, "transcripcion.contenido", fila))
    return _armar(fila, oida, list(_cambios(t, fila)))


def corregir(t: Transaccion, nota: UUID, cambio: Cambio, *, sobre: int) -> TranscripcionVista:
    """Agrega una corrección sobre la número `sobre` (0 si es la primera).

    Lanza `DatoInvalido` si nombra un turno, unas palabras o una voz que no hay; `VersionAtrasada` si ya hay
    otra, y `TransicionInvalida` si su nota ya se firmó.
    """
    antes = leer(t, nota)
    _comprobar(antes, cambio)
    fila, nueva = _fila(t, nota), uuid4()
    t.agregar(
        "transcripcion_cambio", "transcripcion.cambio",
        {"id": nueva, "transcripcion_id": fila["id"], "numero": sobre + 1, "clase": cambio.clase,
         "contenido": t.cifrar(
             cambio.model_dump_json().encode(), "paciente", fila["paciente_id"],
             "transcripcion_cambio.contenido", nueva),
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=fila["paciente_id"], detalle={"clase": cambio.clase, "cambio": sobre + 1},
    )  # fmt: skip
    return leer(t, nota)


def afectados(vista: TranscripcionVista, contenido: ContenidoDeNota, cambio: Cambio) -> list[Afectado]:
    """Los enunciados de la nota que citan las palabras que se corrigieron."""
    if not isinstance(cambio, CambioPalabras):
        return []
    turno = next(u for u in vista.turnos if u.id == cambio.turno)
    tocadas = turno.palabras[cambio.desde : cambio.hasta + 1]
    original = " ".join(p.texto for p in tocadas).strip(" ,.;:¿?¡!")
    salida = []
    for seccion in SECCIONES:
        for indice, e in enumerate(contenido.nota.seccion(seccion)):
            if any(_toca(c, cambio.turno, tocadas) for c in e.citas):
                propuesta = _propuesta(e.texto, original, cambio.texto)
                salida.append(Afectado(seccion=seccion, indice=indice, texto=e.texto, propuesta=propuesta))
    return salida


def es_textual(vista: TranscripcionVista, cita: Cita) -> bool:
    """Si la cita es un tramo de ese turno (como se oyó o ya corregido) dentro de su tiempo."""
    turno = next((u for u in vista.turnos if u.id == cita.turno), None)
    if turno is None or not cita.texto.strip():
        return False
    oidas = " ".join(p.texto for p in turno.palabras)
    dentro = turno.inicio - 0.05 <= cita.inicio <= cita.fin <= turno.fin + 0.05
    return dentro and any(cita.texto in t for t in (turno.texto, turno.texto_corregido, oidas))


# --- Por dentro ---------------------------------------------------------------------------------------


def _fila(t: Transaccion, nota: UUID) -> DictRow:
    return t.una("transcripcion_de_nota", "la transcripción de esta nota", nota=nota)


def _abrir(t: Transaccion, duena: DictRow, campo: str, fila: DictRow) -> bytes:
    return t.descifrar(fila["contenido"], "paciente", duena["paciente_id"], campo, fila["id"])


def _cambios(t: Transaccion, fila: DictRow) -> Iterable[CambioGuardado]:
    for guardado in t.filas("transcripcion_cambios", transcripcion=fila["id"]):
        claro = _abrir(t, fila, "transcripcion_cambio.contenido", guardado)
        yield CambioGuardado(
            numero=guardado["numero"], cambio=_CAMBIO.validate_json(claro),
            usuario_id=guardado["usuario_id"], cuando=guardado["cuando"],
        )  # fmt: skip


def _armar(fila: DictRow, oida: Transcripcion, cambios: list[CambioGuardado]) -> TranscripcionVista:
    voz = {u.id: u.hablante for u in oida.turnos}
    propio = {u.id: u.rol for u in oida.turnos}
    roles = _roles(oida.turnos)
    nombres: dict[str, str] = {}
    tocados: set[str] = set()
    palabras: dict[int, list[CambioPalabras]] = {}
    for cambio in (c.cambio for c in cambios):
        if isinstance(cambio, CambioPalabras):
            palabras.setdefault(cambio.turno, []).append(cambio)
        elif isinstance(cambio, CambioTurno):
            voz[cambio.turno] = cambio.hablante
            tocados.add(cambio.hablante)
        elif isinstance(cambio, CambioHablante):
            roles[cambio.hablante], nombres[cambio.hablante] = cambio.rol, cambio.nombre
            tocados.add(cambio.hablante)
        else:
            uno, otro = cambio.uno, cambio.otro
            roles[uno], roles[otro] = roles[otro], roles[uno]
            nombres[uno], nombres[otro] = nombres.get(otro, ""), nombres.get(uno, "")
            tocados |= {uno, otro}
    turnos = tuple(
        _turno(
            u, voz[u.id], roles[voz[u.id]] if voz[u.id] in tocados else propio[u.id], palabras.get(u.id, [])
        )
        for u in oida.turnos
    )
    return TranscripcionVista(
        id=fila["id"], grabacion_id=fila["grabacion_id"], idioma=oida.idioma, duracion_s=fila["duracion_s"],
        cambio=cambios[-1].numero if cambios else 0, hablantes=tuple(_hablantes(turnos, roles, nombres)),
        turnos=turnos, cambios=tuple(cambios),
    )  # fmt: skip


def _roles(turnos: Iterable[Turno]) -> dict[str, Rol]:
    """El papel de cada voz: el de la mayoría de sus turnos."""
    cuentas: dict[str, Counter[Rol]] = {}
    for turno in turnos:
        cuentas.setdefault(turno.hablante, Counter())[turno.rol] += 1
    return {voz: cuenta.most_common(1)[0][0] for voz, cuenta in cuentas.items()}


def _hablantes(
    turnos: tuple[TurnoVisto, ...], roles: dict[str, Rol], nombres: dict[str, str]
) -> Iterable[HablanteVisto]:
    for voz, rol in roles.items():
        suyos = [u for u in turnos if u.hablante == voz]
        yield HablanteVisto(
            hablante=voz, rol=rol, nombre=nombres.get(voz, ""), turnos=len(suyos),
            segundos=round(sum(u.fin - u.inicio for u in suyos), 2),
        )  # fmt: skip


def _turno(turno: Turno, hablante: str, rol: Rol, cambios: list[CambioPalabras]) -> TurnoVisto:
    vigentes: list[CambioPalabras] = []
    for cambio in cambios:  # corregir otra vez las mismas palabras sustituye
        vigentes = [v for v in vigentes if v.hasta < cambio.desde or v.desde > cambio.hasta] + [cambio]
    vigentes.sort(key=lambda v: v.desde)
    return TurnoVisto(
        id=turno.id, hablante=hablante, rol=rol, inicio=turno.inicio, fin=turno.fin, texto=turno.texto,
        texto_corregido=_corregido(turno, vigentes), palabras=turno.palabras,
        correcciones=turno.correcciones,
        corregidas=tuple(
            CorreccionHecha(
                desde=v.desde, hasta=v.hasta, texto=v.texto,
                original=" ".join(p.texto for p in turno.palabras[v.desde : v.hasta + 1]),
            )
            for v in vigentes
        ),
    )  # fmt: skip


def _corregido(turno: Turno, cambios: list[CambioPalabras]) -> str:
    """El texto del turno con lo corregido en el lugar de lo que se oyó."""
    texto = turno.texto
    for cambio in reversed(cambios):
        tramo = turno.tramo_de(cambio.desde, cambio.hasta)
        if tramo is not None:
            texto = texto[: tramo[0]] + cambio.texto + texto[tramo[1] :]
    return texto


def _propuesta(texto: str, original: str, nuevo: str) -> str | None:
    """El texto con lo corregido en el lugar de lo oído, si lo lleva como palabra; con su misma inicial."""
    hallado = re.search(rf"(?<!\w){re.escape(llano(original))}(?!\w)", llano(texto)) if original else None
    if hallado is None:
        return None
    desde, hasta = hallado.span()
    puesto = nuevo[:1].upper() + nuevo[1:] if texto[desde].isupper() else nuevo
    return texto[:desde] + puesto + texto[hasta:]


def _toca(cita: Cita, turno: int, palabras: tuple[Palabra, ...]) -> bool:
    if cita.turno != turno or not palabras:
        return False
    return cita.inicio < palabras[-1].fin and cita.fin > palabras[0].inicio


def _comprobar(vista: TranscripcionVista, cambio: Cambio) -> None:
    voces = {h.hablante for h in vista.hablantes}
    turno = next((u for u in vista.turnos if u.id == getattr(cambio, "turno", None)), None)
    pedidas = {getattr(cambio, c) for c in ("hablante", "uno", "otro") if hasattr(cambio, c)}
    if hasattr(cambio, "turno") and turno is None:
        raise DatoInvalido("No existe ese turno.", "Vuelva a abrir la transcripción.")
    if isinstance(cambio, CambioPalabras) and not cambio.desde <= cambio.hasta < len(turno.palabras):  # type: ignore[union-attr]
        raise DatoInvalido("No existen esas palabras en el turno.", "Vuelva a abrir la transcripción.")
    if not pedidas <= voces or (isinstance(cambio, CambioIntercambio) and cambio.uno == cambio.otro):
        raise DatoInvalido("No existe esa voz, o es la misma.", "Elija entre las de la consulta.")
