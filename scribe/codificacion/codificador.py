"""De una consulta a sus códigos: solo lo dicho, con su estado, su evidencia y sus alternativas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribe import modelos
from scribe.codificacion.alternativas import alternativas
from scribe.codificacion.buscador import Buscador, codificable
from scribe.codificacion.catalogo import COMPLEMENTO, MODELOS, Sistema, con_relleno
from scribe.codificacion.detector import Detector
from scribe.codificacion.indice import VERSION
from scribe.codificacion.lectura import Mencion
from scribe.codificacion.menciones import Lector
from scribe.codificacion.reglas import (
    en_embarazo,
    frases,
    historia_familiar,
    imposible,
    lesion,
    manifestacion,
    refinamientos,
)
from scribe.codificacion.seguimiento import con_complicaciones, con_tratamiento
from scribe.codificacion.seleccion import Grupo, depurar
from scribe.codificacion.sinonimos import Concepto, conceptos, equivalencias
from scribe.codificacion.titulos import conceptos_del_catalogo
from scribe.consulta import Alternativa, Codigo, Contexto, EstadoCodigo, Nota, Rol, Transcripcion
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.texto import llano

if TYPE_CHECKING:
    from scribe.ajustes import Ajustes
    from scribe.codificacion.reordenador import Reordenador
    from scribe.manifiesto import Perfil

_ORDEN = (
    EstadoCodigo.CONFIRMADO,
    EstadoCodigo.SOSPECHA,
    EstadoCodigo.ANTECEDENTE,
    EstadoCodigo.FAMILIAR,
    EstadoCodigo.DESCARTADO,
)
_CERTEZA = {3: 1.0, 2: 0.92, 1: 0.85}
_PESO_ESTADO = {
    EstadoCodigo.CONFIRMADO: 1.0,
    EstadoCodigo.SOSPECHA: 0.9,
    EstadoCodigo.ANTECEDENTE: 0.95,
    EstadoCodigo.FAMILIAR: 0.9,
    EstadoCodigo.DESCARTADO: 0.9,
}
_GESTACION = frozenset({"Z33", "Z34", "Z35"})
_PROPIOS = frozenset({EstadoCodigo.CONFIRMADO, EstadoCodigo.ANTECEDENTE, EstadoCodigo.SOSPECHA})
_ALTERNATIVAS = 5
_REORDENADAS = 15
_TURNOS_ATRAS = 6
"""Cuántos turnos antes se busca dónde fue la lesión que el médico nombra sin sitio."""
_CERCA = 3
"""Y el sitio de lo demás («hernia», tras haber dicho «la ingle»)."""
_CITAS = 4
_UMBRAL_CIE11 = 0.75


class Codificador:
    """Sugiere códigos CIE-10 y CIE-11. Los catálogos se abren en el primer uso."""

    def __init__(self, perfil: Perfil, ajustes: Ajustes, buscador: Buscador | None = None) -> None:
        self._perfil = perfil
        self._ajustes = ajustes
        self._dado = buscador

    @cached_property
    def buscador(self) -> Buscador:
        """El buscador sobre los catálogos instalados, o el que se dio al construir."""
        if self._dado is not None:
            return self._dado
        cache: Path = self._ajustes.cache
        return Buscador.abrir(cache)

    @cached_property
    def _detector(self) -> Detector:
        return Detector((*conceptos(), *conceptos_del_catalogo(self.buscador.catalogos["CIE-10"])))

    @cached_property
    def _reordenador(self) -> Reordenador | None:
        clave = self._perfil.modelos.get("reordenador")
        if clave is None:
            return None
        # Importar torch y transformers tarda segundos, y el perfil minimo no los necesita aquí.
        from scribe.codificacion.reordenador import ReordenadorSemantico

        return ReordenadorSemantico(modelos.ruta(clave))

    @property
    def identidad(self) -> dict[str, Any]:
        """Qué catálogos, qué modelo de reordenación y qué ajustes deciden los códigos."""
        ids = [MODELOS["CIE-10"], MODELOS["CIE-11"], COMPLEMENTO]
        reordenador = self._perfil.modelos.get("reordenador")
        if reordenador:
            ids.append(reordenador)
        return {
            "catalogos": [modelos.identidad(i) for i in ids],
            "indice": VERSION,
            "x_relleno": self._ajustes.x_relleno,
        }

    def codificar(self, transcripcion: Transcripcion, nota: Nota, contexto: Contexto) -> tuple[Codigo, ...]:
        """Los códigos CIE-10, por importancia, y después los CIE-11 de los mismos.

        Cada uno cita los turnos donde se dijo. En otro idioma que el español no hay reglas de contexto y
        no se sugiere nada: un código sin saber si se negó sería peor que ninguno. Lanza `ModelosFaltan`
        si no están los catálogos.
        """
        if not transcripcion.turnos or not transcripcion.idioma.startswith("es"):
            return ()
        menciones = Lector(transcripcion, nota, contexto, self.buscador, self._detector).menciones()
        pasadas = _pasados(_refinar(menciones, transcripcion), transcripcion)
        precisas = con_tratamiento(pasadas, transcripcion)
        refinadas = [
            m
            for m in precisas
            if m.estado is EstadoCodigo.FAMILIAR
            or not imposible(m.concepto.cie10, contexto.edad, contexto.sexo)
        ]
        completas = con_complicaciones(_con_asociados(_con_historia_familiar(refinadas)), transcripcion)
        grupos = _ordenar(depurar(_agrupar(completas)))
        cie10 = [self._codigo(g, "CIE-10") for g in grupos]
        cie11 = [c for g in grupos if (c := self._codigo(g, "CIE-11")) is not None]
        return tuple(_sin_repetir([c for c in cie10 if c is not None] + cie11))

    def _codigo(self, grupo: Grupo, sistema: Sistema) -> Codigo | None:
        catalogo = self.buscador.catalogos[sistema]
        elegido = grupo.concepto.cie10 if sistema == "CIE-10" else self._cie11(grupo.concepto)
        if elegido is None or elegido not in catalogo:
            return None
        elegido = codificable(catalogo, elegido)
        relleno = con_relleno if sistema == "CIE-10" and self._ajustes.x_relleno else str
        puntaje = grupo.acierto * _CERTEZA[grupo.fuerza] * _PESO_ESTADO[grupo.estado]
        otras = self._alternativas(grupo, elegido, sistema)
        return Codigo(
            sistema=sistema,
            codigo=relleno(elegido),
            titulo=catalogo.titulo(elegido),
            puntaje=round(puntaje, 3),
            estado=grupo.estado,
            citas=grupo.citas,
            alternativas=tuple(a.model_copy(update={"codigo": relleno(a.codigo)}) for a in otras),
        )

    def _alternativas(self, grupo: Grupo, elegido: str, sistema: Sistema) -> list[Alternativa]:
        general = grupo.general if sistema == "CIE-10" else None
        utiles = alternativas(self.buscador, _formas(grupo), elegido, general, sistema)
        if self._reordenador is not None:
            utiles = self._reordenador.reordenar(grupo.citas[0].texto, utiles[:_REORDENADAS])
        return utiles[:_ALTERNATIVAS]

    def _cie11(self, concepto: Concepto) -> str | None:
        directo = concepto.cie11 or equivalencias().get(concepto.cie10)
        if directo is not None:
            return directo
        titulo = self.buscador.catalogos["CIE-10"].titulos.get(concepto.cie10)
        if titulo is None or concepto.cie10.startswith("Z"):
            return None
        mejores = self.buscador.buscar(titulo, "CIE-11", 1)
        return mejores[0].codigo if mejores and mejores[0].puntaje >= _UMBRAL_CIE11 else None


def _formas(grupo: Grupo) -> list[str]:
    """Las formas en que buscar alternativas: la frase entera, si dice más, y el término."""
    return list(dict.fromkeys(f for f in (grupo.frase, grupo.termino) if f))


def _refinar(menciones: list[Mencion], transcripcion: Transcripcion) -> list[Mencion]:
    """Precisa cada código con las pistas dichas alrededor; una pista dudosa añade una sospecha."""
    todo = " ".join(llano(t.texto) for t in transcripcion.turnos)
    salida: list[Mencion] = []
    for mencion in menciones:
        turno = transcripcion.turno(mencion.turno)
        actual, extra = mencion, None
        for regla in refinamientos():
            if regla.base != actual.concepto.cie10 or mencion.estado is EstadoCodigo.FAMILIAR:
                continue
            concepto = Concepto(
                regla.refinado, equivalencias().get(regla.refinado), mencion.concepto.clase, ()
            )
            if regla.ambito == "consulta":
                if regla.pista.search(todo):
                    actual = _con(actual, concepto)
                continue
            donde = _donde(regla.ambito, regla.pista, mencion, transcripcion)
            m = regla.pista.search(llano(donde))
            if m is None:
                continue
            cal = calificar(donde, *m.span())
            if cal.negada or cal.hipotetica or cal.familiar:
                continue
            if cal.incierta and mencion.estado is EstadoCodigo.CONFIRMADO:
                extra = _con(mencion, concepto, EstadoCodigo.SOSPECHA)
            else:
                actual = _con(actual, concepto)
        sitio = _sitio_de_lesion(actual, transcripcion)
        if sitio is not None:
            actual = _con(actual, Concepto(sitio, equivalencias().get(sitio), actual.concepto.clase, ()))
        salida.append(actual)
        if extra is not None and turno.rol == Rol.MEDICO:
            salida.append(extra)
    return salida


def _donde(ambito: str, pista: re.Pattern[str], mencion: Mencion, transcripcion: Transcripcion) -> str:
    """El texto en que vale una pista; «cerca» es lo más próximo que la diga."""
    cita, turno = mencion.citas[0].texto, transcripcion.turno(mencion.turno).texto
    if ambito == "oracion":
        return cita
    if ambito == "turno":
        return turno
    antes = [t.texto for t in transcripcion.turnos if mencion.turno - _CERCA <= t.id < mencion.turno]
    return next((t for t in (cita, turno, *reversed(antes)) if pista.search(llano(t))), cita)


def _pasados(menciones: list[Mencion], transcripcion: Transcripcion) -> list[Mencion]:
    """Lo que complicó otro embarazo es historia personal: «con el segundo me dio preeclampsia»."""
    salida = []
    for mencion in menciones:
        codigo = mencion.concepto.cie10
        propio = codigo[0] == "O" and mencion.estado is EstadoCodigo.ANTECEDENTE
        antes = (t.texto for t in transcripcion.turnos if mencion.turno - 1 <= t.id <= mencion.turno)
        if propio and frases()["obstetrico_pasado"].search(llano(" ".join(antes))):
            salida.append(_con(mencion, Concepto("Z87.5", "QC4Y", "z", ())))
        else:
            salida.append(mencion)
    return salida


def _sitio_de_lesion(mencion: Mencion, transcripcion: Transcripcion) -> str | None:
    """El código de la lesión donde se dice que fue: en su oración, en su turno o al contar el accidente."""
    codigo = mencion.concepto.cie10
    cerca = [t for t in transcripcion.turnos if mencion.turno - _TURNOS_ATRAS <= t.id < mencion.turno]
    relatos = [t.texto for t in reversed(cerca) if frases()["accidente"].search(llano(t.texto))]
    textos = [mencion.citas[0].texto, transcripcion.turno(mencion.turno).texto, *relatos]
    dicha = llano(textos[0])
    return next((c for t in textos if (c := lesion(codigo, llano(t), dicha)) is not None), None)


def _con(mencion: Mencion, concepto: Concepto, estado: EstadoCodigo | None = None) -> Mencion:
    general = mencion.general or mencion.concepto.cie10
    return replace(mencion, concepto=concepto, estado=estado or mencion.estado, general=general)


def _con_historia_familiar(menciones: list[Mencion]) -> list[Mencion]:
    """La enfermedad de un pariente de sangre se codifica con su historia familiar (Z80–Z84)."""
    salida: list[Mencion] = []
    for mencion in menciones:
        if mencion.estado is not EstadoCodigo.FAMILIAR:
            salida.append(mencion)
            continue
        historia = historia_familiar(mencion.concepto.cie10)
        if historia is not None:
            salida.append(_con(mencion, Concepto(*historia, "z", ())))
    return salida


def _con_asociados(menciones: list[Mencion]) -> list[Mencion]:
    """Añade la manifestación (asterisco) y, en una embarazada, el código del capítulo XV."""
    salida: list[Mencion] = []
    gestante = any(m.concepto.cie10[:3] in _GESTACION and m.estado in _PROPIOS for m in menciones)
    for mencion in menciones:
        codigo, propio = mencion.concepto.cie10, mencion.estado in _PROPIOS
        obstetrico = en_embarazo(codigo) if gestante and mencion.estado is EstadoCodigo.CONFIRMADO else None
        if obstetrico is not None and mencion.fuerza > 1:
            salida.append(_con(mencion, Concepto(*obstetrico, "d", ())))
        salida.append(mencion)
        asociado = manifestacion(codigo)
        if asociado is not None and propio:
            salida.append(_con(mencion, Concepto(*asociado, "d", ())))
    return salida


def _estado(menciones: list[Mencion]) -> Mencion:
    """La mención que decide el estado de un código: manda lo último que concluye el médico."""
    fuertes = [m for m in menciones if m.fuerza == 3]
    concluidas = [m for m in fuertes if m.estado in (EstadoCodigo.CONFIRMADO, EstadoCodigo.DESCARTADO)]
    if concluidas:
        return next(m for m in concluidas if m.estado is concluidas[-1].estado)
    sospechadas = [m for m in fuertes if m.estado is EstadoCodigo.SOSPECHA]
    if sospechadas:
        return sospechadas[0]
    medias = [m for m in menciones if m.fuerza == 2 and m.estado is EstadoCodigo.DESCARTADO]
    antecedentes = [m for m in menciones if m.estado is EstadoCodigo.ANTECEDENTE]
    confirmadas = [m for m in menciones if m.estado is EstadoCodigo.CONFIRMADO]
    for opcion in (medias, antecedentes, confirmadas):
        if opcion:
            return opcion[0]
    return menciones[0]


def _agrupar(menciones: Iterable[Mencion]) -> list[Grupo]:
    por_codigo: dict[str, list[Mencion]] = {}
    for mencion in menciones:
        por_codigo.setdefault(mencion.concepto.cie10, []).append(mencion)
    grupos = []
    for suyas in por_codigo.values():
        decide = _estado(suyas)
        acordes = [m for m in suyas if m.estado is decide.estado]
        ordenadas = [decide, *(m for m in acordes if m is not decide)]
        citas = tuple(dict.fromkeys(c for m in ordenadas for c in m.citas))[:_CITAS]
        mejor = max(m.acierto for m in acordes)
        grupos.append(
            Grupo(
                concepto=decide.concepto,
                estado=decide.estado,
                fuerza=decide.fuerza,
                acierto=mejor,
                termino=decide.termino,
                frase=decide.frase,
                general=decide.general,
                citas=citas,
                primera=min(m.turno for m in acordes),
            )
        )
    return grupos


def _ordenar(grupos: list[Grupo]) -> list[Grupo]:
    """Primero lo que concluye el médico; dentro de cada estado, lo más firme y lo primero dicho."""
    return sorted(
        grupos,
        key=lambda g: (_ORDEN.index(g.estado), g.concepto.clase == "s", -g.fuerza, -g.acierto, g.primera),
    )


def _sin_repetir(codigos: list[Codigo]) -> list[Codigo]:
    """Sin repetir código dentro de cada sistema: se queda el primero."""
    vistos: set[tuple[str, str]] = set()
    salida = []
    for codigo in codigos:
        if (codigo.sistema, codigo.codigo) not in vistos:
            vistos.add((codigo.sistema, codigo.codigo))
            salida.append(codigo)
    return salida
