"""Lo que la página enseña, ya ordenado y con nombres: la plantilla solo acomoda."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count, groupby

from scribe.consulta import (
    SECCIONES,
    Alternativa,
    Aviso,
    Borrador,
    Cita,
    Contexto,
    Correccion,
    Enunciado,
    EstadoEnunciado,
    Rol,
    Transcripcion,
    Turno,
)
from scribe.salida.esquema import a_json
from scribe.salida.etiquetas import (
    agrupar,
    duracion,
    etiquetas,
    fecha,
    gravedad,
    minuto,
    nombres_de_voces,
    ordenar_codigos,
    por_gravedad,
    rotulo,
    titulo_de_aviso,
)
from scribe.salida.evidencia import Fragmento, Ubicada, correcciones_en, fragmentar, ubicar_correcciones

_AVISOS_MENORES = 3


@dataclass(frozen=True, slots=True)
class Evidencia:
    """Una cita con lo que hace falta para leerla y oírla. `inicio` en segundos."""

    turno: int
    voz: str
    rol: str
    inicio: float
    minuto: str
    texto: str
    correcciones: tuple[Correccion, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieza:
    """Algo de la página con evidencia: enunciado, código, aviso u omisión. `clave` es su ancla."""

    clave: str
    texto: str
    evidencias: tuple[Evidencia, ...]
    motivo: str | None = None

    @property
    def referencias(self) -> tuple[Evidencia, ...]:
        """Una evidencia por turno: lo que cabe junto al texto."""
        return tuple({e.turno: e for e in reversed(self.evidencias)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Grupo:
    """Enunciados del mismo tipo."""

    rotulo: str
    piezas: tuple[Pieza, ...]


@dataclass(frozen=True, slots=True)
class SeccionVista:
    """Una sección de la nota; sin grupos es «No mencionado»."""

    clave: str
    letra: str
    titulo: str
    ayuda: str
    grupos: tuple[Grupo, ...]


@dataclass(frozen=True, slots=True)
class AvisoVisto:
    """Un aviso con su título y gravedad (1 a 3)."""

    pieza: Pieza
    titulo: str
    gravedad: int


@dataclass(frozen=True, slots=True)
class CodigoVisto:
    """Una sugerencia de código con su estado y las otras posibles."""

    pieza: Pieza
    sistema: str
    codigo: str
    estado: str
    rotulo: str
    alternativas: tuple[Alternativa, ...]


@dataclass(frozen=True, slots=True)
class TurnoVisto:
    """Un turno listo para pintar. `sueltas`: correcciones que ya no tienen lugar en el texto."""

    id: int
    voz: str
    rol: str
    inicio: float
    minuto: str
    fragmentos: tuple[Fragmento, ...]
    sueltas: tuple[Correccion, ...]
    sustenta: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vista:
    """Todo lo que la plantilla necesita; nada aquí está escapado todavía."""

    nombre: str | None
    datos: tuple[tuple[str, str], ...]
    alergias: tuple[str, ...]
    avisos: tuple[AvisoVisto, ...]
    secciones: tuple[SeccionVista, ...]
    dudosos: tuple[Pieza, ...]
    omisiones: tuple[Pieza, ...]
    codigos: tuple[tuple[str, tuple[CodigoVisto, ...]], ...]
    turnos: tuple[TurnoVisto, ...]
    voces: tuple[tuple[str, str], ...]
    idioma: str
    rutina: frozenset[str]
    audio: str | None
    sha256_audio: str
    duracion_s: float
    tecnica: tuple[tuple[str, str], ...]

    @property
    def avisos_a_la_vista(self) -> tuple[AvisoVisto, ...]:
        """Todos los que pueden dañar al paciente y unos cuantos más: la nota debe verse sin bajar."""
        graves = sum(a.gravedad == 1 for a in self.avisos)
        sobran = len(self.avisos) - graves - _AVISOS_MENORES
        return self.avisos if sobran <= 1 else self.avisos[: graves + _AVISOS_MENORES]

    @property
    def otros_avisos(self) -> tuple[AvisoVisto, ...]:
        """Los que quedan plegados."""
        return self.avisos[len(self.avisos_a_la_vista) :]


class _Constructor:
    """Numera lo que lleva evidencia y recuerda qué turnos sustenta."""

    def __init__(self, transcripcion: Transcripcion) -> None:
        self._turnos = {t.id: t for t in transcripcion.turnos}
        self._voces = nombres_de_voces(transcripcion)
        self._correcciones: dict[int, list[Ubicada]] = {}
        self.usos: dict[int, dict[str, list[Cita]]] = defaultdict(lambda: defaultdict(list))

    def pieza(self, clave: str, texto: str, citas: Iterable[Cita], motivo: str | None = None) -> Pieza:
        evidencias = []
        for cita in citas:
            turno = self._turnos.get(cita.turno)
            voz = self._voces[turno.hablante, turno.rol] if turno else rotulo("roles", Rol.INCIERTO)
            rol = turno.rol if turno else Rol.INCIERTO
            self.usos[cita.turno][clave].append(cita)
            corregido = correcciones_en(turno, cita, self._ubicadas(turno)) if turno else ()
            evidencias.append(
                Evidencia(cita.turno, voz, rol, cita.inicio, minuto(cita.inicio), cita.texto, corregido)
            )
        return Pieza(clave, texto, tuple(evidencias), motivo)

    def _ubicadas(self, turno: Turno) -> list[Ubicada]:
        if turno.id not in self._correcciones:
            self._correcciones[turno.id] = ubicar_correcciones(turno)
        return self._correcciones[turno.id]

    def enunciado(self, clave: str, enunciado: Enunciado) -> Pieza:
        motivo = None
        if enunciado.estado is EstadoEnunciado.POR_REVISAR:
            motivo = enunciado.motivo or "sin confirmar"
        return self.pieza(clave, enunciado.texto, enunciado.citas, motivo)

    def turnos(self, transcripcion: Transcripcion) -> Iterable[TurnoVisto]:
        for turno in transcripcion.turnos:
            usos = self.usos.get(turno.id, {})
            fragmentos, sueltas = fragmentar(turno, usos)
            voz = self._voces[turno.hablante, turno.rol]
            yield TurnoVisto(
                turno.id, voz, turno.rol, turno.inicio, minuto(turno.inicio), fragmentos, sueltas, tuple(usos)
            )

    @property
    def voces(self) -> tuple[tuple[str, str], ...]:
        return tuple((rol.value, nombre) for (_, rol), nombre in self._voces.items())


def _secciones(borrador: Borrador, constructor: _Constructor) -> Iterable[SeccionVista]:
    for nombre in SECCIONES:
        rotulos = etiquetas()["secciones"][nombre]
        numero = count(1)
        grupos = tuple(
            Grupo(
                tipo,
                tuple(constructor.enunciado(f"{rotulos['letra'].lower()}{next(numero)}", e) for e in suyos),
            )
            for tipo, suyos in agrupar(borrador.nota.seccion(nombre))
        )
        yield SeccionVista(nombre, rotulos["letra"], rotulos["titulo"], rotulos["ayuda"], grupos)


def _codigos(borrador: Borrador, constructor: _Constructor) -> Iterable[tuple[str, tuple[CodigoVisto, ...]]]:
    vistos = [
        CodigoVisto(
            constructor.pieza(f"c{k}", c.titulo, c.citas),
            c.sistema,
            c.codigo,
            c.estado.value,
            rotulo("estados", c.estado),
            c.alternativas,
        )
        for k, c in enumerate(ordenar_codigos(borrador.codigos), 1)
    ]
    for sistema, suyos in groupby(vistos, key=lambda v: v.sistema):
        yield sistema, tuple(suyos)


def _aviso(numero: int, aviso: Aviso, constructor: _Constructor) -> AvisoVisto:
    pieza = constructor.pieza(f"v{numero}", aviso.texto, aviso.citas)
    return AvisoVisto(pieza, titulo_de_aviso(aviso), gravedad(aviso))


def _datos(
    borrador: Borrador, contexto: Contexto, momento: datetime, archivo: str
) -> Iterable[tuple[str, str]]:
    if contexto.edad is not None:
        yield "Edad", f"{contexto.edad} años"
    if contexto.sexo:
        yield "Sexo", "Femenino" if contexto.sexo == "F" else "Masculino"
    yield "Tipo", rotulo("plantillas", contexto.plantilla)
    yield "Procesada", fecha(momento)
    yield "Duración", duracion(borrador.audio.duracion_s)
    yield "Grabación", archivo
    if contexto.problemas:
        yield "Problemas conocidos", ", ".join(contexto.problemas)
    if contexto.medicamentos:
        yield "Medicamentos conocidos", ", ".join(contexto.medicamentos)


def _tecnica(borrador: Borrador) -> Iterable[tuple[str, str]]:
    etapas = (
        ("Transcripción", borrador.modelos.asr),
        ("Hablantes", borrador.modelos.diarizacion),
        ("Redacción", borrador.modelos.llm),
    )
    for nombre, datos in etapas:
        partes = [_dato(clave, valor) for clave, valor in datos.items()]
        if any(partes):
            yield nombre, " · ".join(filter(None, partes))
    tiempos = borrador.tiempos.model_dump()
    segundos = [f"{rotulo('etapas', k)} {v:.1f} s" for k, v in tiempos.items() if v]
    if segundos:
        yield "Tiempos", f"{' · '.join(segundos)} (total {duracion(sum(tiempos.values()))})"
    if borrador.audio.sha256:
        yield "Grabación (sha256)", borrador.audio.sha256
    yield "Borrador (sha256)", hashlib.sha256(a_json(borrador).encode()).hexdigest()


_NOMBRES = ("nombre", "id", "motor")


def _dato(clave: str, valor: object) -> str:
    """Un dato técnico en corto; los ajustes finos (tablas sin nombre) están en `borrador.json`."""
    if isinstance(valor, Mapping):
        nombre = next((str(valor[k]) for k in _NOMBRES if valor.get(k)), "")
        suma = f" (sha256 {str(valor['sha256'])[:12]}…)" if nombre and valor.get("sha256") else ""
        return nombre + suma
    if valor in (None, "", [], ()):
        return ""
    if clave == "sha256":
        return f"sha256 {str(valor)[:12]}…"
    return str(valor) if clave in _NOMBRES else f"{clave.replace('_', ' ')} {valor}"


def construir(
    borrador: Borrador, contexto: Contexto, momento: datetime, archivo: str, audio: str | None
) -> Vista:
    """Arma la vista. `archivo` es el nombre de la grabación y `audio`, su URL relativa o `None`."""
    constructor = _Constructor(borrador.transcripcion)
    avisos = tuple(_aviso(k, a, constructor) for k, a in enumerate(por_gravedad(borrador.avisos), 1))
    secciones = tuple(_secciones(borrador, constructor))
    codigos = tuple(_codigos(borrador, constructor))
    omisiones = tuple(
        constructor.pieza(f"x{k}", o.texto, o.citas) for k, o in enumerate(borrador.omisiones, 1)
    )
    return Vista(
        nombre=contexto.nombre,
        datos=tuple(_datos(borrador, contexto, momento, archivo)),
        alergias=contexto.alergias,
        avisos=avisos,
        secciones=secciones,
        dudosos=tuple(p for s in secciones for g in s.grupos for p in g.piezas if p.motivo),
        omisiones=omisiones,
        codigos=codigos,
        turnos=tuple(constructor.turnos(borrador.transcripcion)),
        voces=constructor.voces,
        idioma=borrador.transcripcion.idioma or "es",
        rutina=frozenset(etiquetas()["correcciones"]["rutina"]),
        audio=audio,
        sha256_audio=borrador.audio.sha256,
        duracion_s=borrador.audio.duracion_s,
        tecnica=tuple(_tecnica(borrador)),
    )
