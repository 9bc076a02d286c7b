"""Scribe como sistema que se mide: la orden `scribe consulta` tal cual y, por separado, cada parte.

La consulta completa se corre como la corre una persona, en su propio proceso; las partes, con los mismos
motores que arma el perfil, para compararlas con pares que solo hacen esa parte.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from evaluacion.caso import Caso, Tarea
from evaluacion.metricas.hablantes import leer_rttm
from evaluacion.salida import Costo, Salida
from evaluacion.sistema import Opciones
from scribe.consulta import (
    HERCIOS,
    Borrador,
    Contexto,
    Escucha,
    Grabacion,
    Nota,
    Rol,
    Separacion,
    Tiempos,
    Transcripcion,
    Turno,
)

if TYPE_CHECKING:
    from scribe.ajustes import Ajustes
    from scribe.codificacion import Codificador
    from scribe.flujo import Motores

_ORDEN = (
    "from evaluacion.orfandad import morir_con_el_padre; morir_con_el_padre(); "
    "from scribe.cli import principal; principal()"
)
_CANDIDATOS = 10
_PALABRAS_POR_SEGUNDO = 2.5
_CALENTAMIENTO_S = 8.0


class CorridaFallida(Exception):
    """La orden terminó mal; el mensaje trae su última línea."""


class Scribe:
    """Este proyecto, con los modelos de un perfil."""

    nombre = "scribe"
    titulo = "Scribe"
    tareas: tuple[Tarea, ...] = ("consulta", "asr", "diarizacion", "habla", "nota", "codigos")

    def __init__(self) -> None:
        self._opciones = Opciones()
        self._motores: Motores | None = None

    def falta(self) -> str | None:
        """Los modelos que falten, o `None`."""
        from scribe.errores import ErrorScribe
        from scribe.modelos import perfil, ruta

        try:
            for clave in perfil(self._opciones.perfil).ids:
                ruta(clave)
        except ErrorScribe as fallo:
            return str(fallo)
        return None

    def identidad(self) -> dict[str, str]:
        """Versión de Scribe y la suma de cada modelo del perfil."""
        from scribe.modelos import identidad, perfil

        modelos = {c: identidad(c) for c in perfil(self._opciones.perfil).ids}
        return {c: json.dumps(m, ensure_ascii=False, sort_keys=True) for c, m in modelos.items()}

    def preparar(self, tarea: Tarea, opciones: Opciones) -> None:
        """Arma los motores y los usa una vez, para que cargar los pesos no cuente como trabajo."""
        self._opciones = opciones
        if tarea == "consulta":
            return
        from scribe.motores import armar

        self._motores = armar(self._ajustes())
        self._calentar(tarea, self._motores)

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """El caso, con la parte pedida. Lanza `CorridaFallida` si la orden falla."""
        if tarea == "consulta":
            return self._consulta(caso)
        motores = self._motores
        if motores is None:
            raise RuntimeError("falta llamar a preparar()")
        if tarea == "nota":
            return self._nota(caso, motores)
        if tarea == "codigos":
            return self._codigos(caso, motores)
        return self._habla(caso, tarea, motores)

    def _ajustes(self) -> Ajustes:
        from scribe.ajustes import Ajustes

        return Ajustes(
            perfil=self._opciones.perfil,
            hilos=self._opciones.hilos,
            llm=not self._opciones.sin_llm,
            usar_cache=False,
        )

    def _calentar(self, tarea: Tarea, motores: Motores) -> None:
        grabacion = _saludo()
        if tarea in ("asr", "habla"):
            motores.transcriptor.transcribir(grabacion, idioma="es", terminos=(), avance=lambda _: None)
        if tarea in ("diarizacion", "habla"):
            motores.diarizador.separar(grabacion, hablantes=None, avance=lambda _: None)
        if tarea == "codigos":
            motores.codificador.buscador.buscar("hipertensión", "CIE-10", 1)

    def _consulta(self, caso: Caso) -> Salida:
        if caso.audio is None:
            raise CorridaFallida("el caso no trae audio")
        with tempfile.TemporaryDirectory(prefix="scribe-evaluar-") as temporal:
            carpeta = Path(temporal) / "salida"
            costo = self._correr(caso, caso.audio, carpeta, Path(temporal) / "orden.log")
            borrador = Borrador.model_validate_json((carpeta / "borrador.json").read_text("utf-8"))
            tramos = tuple(leer_rttm(carpeta / "transcripcion.rttm"))
        etapas = _etapas(borrador.tiempos)
        arranque = max(0.0, (costo.reloj_s or 0.0) - sum(etapas.values()))
        return Salida(
            caso=caso.id,
            transcripcion=borrador.transcripcion,
            tramos=tramos,
            borrador=borrador,
            nota=borrador.nota,
            codigos=borrador.codigos,
            costo=costo.model_copy(update={"etapas": etapas, "arranque_s": round(arranque, 3)}),
        )

    def _correr(self, caso: Caso, audio: Path, carpeta: Path, bitacora: Path) -> Costo:
        orden = [
            sys.executable,
            "-c",
            _ORDEN,
            "consulta",
            str(audio),
            "--salida",
            str(carpeta),
            "--silencioso",
        ]
        orden += ["--perfil", self._opciones.perfil, "--idioma", caso.idioma]
        orden += ["--sin-llm"] if self._opciones.sin_llm else []
        entorno = {**os.environ, "SCRIBE_USAR_CACHE": "false", "SCRIBE_HILOS": str(self._opciones.hilos)}
        inicio = time.perf_counter()
        with bitacora.open("w", encoding="utf-8") as salida:
            proceso = subprocess.Popen(orden, stdout=salida, stderr=subprocess.STDOUT, env=entorno)
            _, estado, uso = os.wait4(proceso.pid, 0)
            proceso.returncode = os.waitstatus_to_exitcode(estado)
        if proceso.returncode != 0:
            lineas = bitacora.read_text("utf-8", errors="replace").strip().splitlines() or ["sin mensaje"]
            raise CorridaFallida(f"salida {proceso.returncode}: {lineas[-1]}")
        return Costo(reloj_s=time.perf_counter() - inicio, memoria_mib=uso.ru_maxrss / 1024)

    def _habla(self, caso: Caso, tarea: Tarea, motores: Motores) -> Salida:
        from scribe.asr.correccion import corregir
        from scribe.audio import leer
        from scribe.diarizacion.alineacion import alinear
        from scribe.diarizacion.roles import asignar_roles

        if caso.audio is None:
            raise CorridaFallida("el caso no trae audio")
        reloj = _Reloj()
        grabacion = leer(caso.audio, duracion_max_s=self._ajustes().duracion_max_s, avance=lambda _: None)
        reloj.marcar("audio")
        escuchas: tuple[Escucha, ...] = ()
        if tarea != "diarizacion":
            escuchas = motores.transcriptor.transcribir(
                grabacion, idioma=caso.idioma, terminos=(), avance=lambda _: None
            )
            reloj.marcar("asr")
        separacion = Separacion(tramos=())
        if tarea != "asr":
            separacion = motores.diarizador.separar(grabacion, hablantes=None, avance=lambda _: None)
            reloj.marcar("diarizacion")
        if tarea == "diarizacion":
            return Salida(caso=caso.id, tramos=separacion.tramos, costo=Costo(etapas=reloj.etapas))
        transcripcion, _ = corregir(alinear(escuchas, separacion), Contexto(), escuchas)
        if tarea == "habla":
            transcripcion, _ = asignar_roles(transcripcion, huellas=separacion.huellas, voz_medico=None)
        reloj.marcar("texto")
        tramos = separacion.tramos if tarea == "habla" else None
        return Salida(
            caso=caso.id, transcripcion=transcripcion, tramos=tramos, costo=Costo(etapas=reloj.etapas)
        )

    def _nota(self, caso: Caso, motores: Motores) -> Salida:
        reloj = _Reloj()
        transcripcion = dialogo(caso)
        redaccion = motores.redactor.redactar(transcripcion, Contexto(), avance=lambda _: None)
        reloj.marcar("nota")
        borrador = Borrador(
            audio={"sha256": "0" * 64, "duracion_s": 0.0},
            transcripcion=transcripcion,
            nota=redaccion.nota,
            omisiones=redaccion.omisiones,
            avisos=redaccion.avisos,
        )
        return Salida(caso=caso.id, borrador=borrador, nota=redaccion.nota, costo=Costo(etapas=reloj.etapas))

    def _codigos(self, caso: Caso, motores: Motores) -> Salida:
        reloj = _Reloj()
        codificador = self._codificador(motores)
        transcripcion = documento(caso) if caso.texto else dialogo(caso)
        codigos = codificador.codificar(transcripcion, Nota(), Contexto())
        reloj.marcar("codigos")
        candidatos = [codificador.buscador.buscar(m.texto, "CIE-10", _CANDIDATOS) for m in caso.menciones]
        reloj.marcar("menciones")
        return Salida(
            caso=caso.id,
            codigos=codigos,
            candidatos=tuple(tuple(a.codigo for a in lista) for lista in candidatos),
            costo=Costo(etapas=reloj.etapas),
        )

    def _codificador(self, motores: Motores) -> Codificador:
        return motores.codificador


class ScribeSinCodiesp(Scribe):
    """Scribe sin la capa de sinónimos tomada de CodiEsp: lo que daría con menciones que nunca vio."""

    nombre = "scribe-sin-codiesp"
    titulo = "Scribe sin la capa de CodiEsp"
    tareas: tuple[Tarea, ...] = ("codigos",)
    _sin: Codificador | None = None

    def _codificador(self, motores: Motores) -> Codificador:
        if self._sin is None:
            from scribe.codificacion import Codificador
            from scribe.codificacion.buscador import Buscador
            from scribe.modelos import perfil

            ajustes = self._ajustes()
            buscador = Buscador.abrir(ajustes.cache, con_codiesp=False)
            self._sin = Codificador(perfil(self._opciones.perfil), ajustes, buscador)
        return self._sin


def dialogo(caso: Caso) -> Transcripcion:
    """El diálogo de referencia como transcripción: lo que leería la nota si el oído fuera perfecto.

    Sin roles dados, se asignan con lo que se dice, como en una consulta cualquiera. Sin tiempos, se
    reparten a 2.5 palabras por segundo.
    """
    from scribe.diarizacion.roles import asignar_roles

    turnos, reloj = [], 0.0
    for numero, dicho in enumerate(caso.dichos, 1):
        largo = len(dicho.texto.split()) / _PALABRAS_POR_SEGUNDO
        inicio = reloj if dicho.inicio is None else dicho.inicio
        fin = inicio + largo if dicho.fin is None else dicho.fin
        rol = Rol(dicho.hablante) if caso.con_roles and dicho.hablante in set(Rol) else Rol.INCIERTO
        turnos.append(
            Turno(id=numero, hablante=dicho.hablante, rol=rol, inicio=inicio, fin=fin, texto=dicho.texto)
        )
        reloj = max(reloj, fin)
    transcripcion = Transcripcion(idioma=caso.idioma, turnos=tuple(turnos))
    if caso.con_roles:
        return transcripcion
    return asignar_roles(transcripcion, huellas={}, voz_medico=None)[0]


def documento(caso: Caso) -> Transcripcion:
    """Un documento escrito como si lo dictara el médico, un turno por párrafo."""
    parrafos = [p.strip() for p in (caso.texto or "").split("\n") if p.strip()]
    turnos = tuple(
        Turno(id=n, hablante="H1", rol=Rol.MEDICO, inicio=float(n), fin=float(n + 1), texto=p)
        for n, p in enumerate(parrafos, 1)
    )
    return Transcripcion(idioma=caso.idioma, turnos=turnos)


def _etapas(tiempos: Tiempos) -> dict[str, float]:
    return {nombre.removesuffix("_s"): valor for nombre, valor in tiempos.model_dump().items()}


def _saludo() -> Grabacion:
    """Los primeros segundos de una muestra: con voz de verdad, porque sin voz no se carga ningún modelo."""
    from scribe.audio import leer

    muestra = Path(str(files("evaluacion"))) / "muestras" / "faringitis.ogg"
    entera = leer(muestra, duracion_max_s=600.0, avance=lambda _: None)
    voz = entera.voces[0][: int(_CALENTAMIENTO_S * HERCIOS)]
    return Grabacion((voz,), _CALENTAMIENTO_S, entera.sha256)


class _Reloj:
    """Segundos por etapa, de marca a marca."""

    def __init__(self) -> None:
        self.etapas: dict[str, float] = {}
        self._antes = time.perf_counter()

    def marcar(self, etapa: str) -> None:
        ahora = time.perf_counter()
        self.etapas[etapa] = round(ahora - self._antes, 4)
        self._antes = ahora


SISTEMAS = (Scribe(), ScribeSinCodiesp())
