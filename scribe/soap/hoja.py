"""La hoja en que se escribe lo que dijo el médico, y lo que hay que recordar de la consulta para escribirla."""  # noqa: E501

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import chain

from scribe.consulta import Rol, Seccion, Turno
from scribe.lenguaje.farmacos import MencionFarmaco
from scribe.lenguaje.patrones import patrones
from scribe.soap.charla import es_charla
from scribe.soap.dialogo import Dialogo
from scribe.soap.farmacia import genericos, hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, mayuscula, trocear
from scribe.soap.medicamentos import Linea
from scribe.soap.momentos import Momento
from scribe.soap.replica import replica

_P = patrones("scribe.soap", "recetas.es")

_ATRAS = 3
"""Turnos que alcanza «ésa»: más atrás ya no se sabe de qué se habla."""
_DE_ESO = _P["hoja.de_eso"]
_CON_OTRO = _P["hoja.con_otro"]


@cache
def remedios() -> dict[str, frozenset[str]]:
    """Para qué se dice que es cada clase de fármaco («la de la presión»), de `datos/remedios.toml`."""
    texto = (files("scribe.lenguaje") / "datos" / "remedios.toml").read_text("utf-8")
    return {uso: frozenset(clases) for uso, clases in tomllib.loads(texto).items()}


class Hoja:
    """Lo que comparten los pasos que escriben la nota del médico; lo usa `Medico`."""

    def __init__(self, dialogo: Dialogo) -> None:
        self.dialogo = dialogo
        self.salida: list[Propuesta] = []
        self.sin_clase: list[Trozo] = []
        self.receta: tuple[Propuesta, Linea] | None = None
        self._turnos = _turnos(dialogo)

    def _pon(
        self, seccion: Seccion, tipo: str, texto: str, *trozos: Trozo, motivo: str | None = None
    ) -> Propuesta:
        propuesta = Propuesta(seccion, tipo, mayuscula(texto), trozos, motivo)
        self.salida.append(propuesta)
        return propuesta

    def _en_plan(self, trozo: Trozo) -> bool:
        return self.dialogo.momento(trozo) is Momento.INDICA

    def _explorando(self, trozo: Trozo) -> bool:
        return self.dialogo.momento(trozo) is Momento.EXPLORA

    def _tarde(self, trozo: Trozo) -> bool:
        """Si el médico ya explora o indica al decirlo."""
        return self.dialogo.momento(trozo) is not Momento.INTERROGA

    def _pregunta_previa(self, trozo: Trozo) -> list[Trozo]:
        return [_con_su_farmaco(p) for p in self.dialogo.preguntas_paciente.get(trozo.turno.id - 1, [])]

    def _respondida(self, trozo: Trozo) -> Trozo | None:
        """La pregunta del paciente que este trozo contesta, si abre el turno."""
        previas = self._pregunta_previa(trozo)
        return previas[-1] if previas and es_charla(trozo.turno.texto[: trozo.desde]) else None

    def _indicar(self, trozo: Trozo) -> None:
        """Una indicación; con la pregunta del paciente delante, si sin ella no se entiende."""
        contesta = self._respondida(trozo)
        texto, con_ella = replica(trozo, contesta)
        citas = (contesta, trozo) if contesta is not None and con_ella else (trozo,)
        self._pon("plan", "indicacion", texto, *citas)

    def _antecedente(self, trozo: Trozo, *, varios: bool = False) -> list[tuple[MencionFarmaco, Trozo]]:
        """El fármaco a que se refiere «ésa», con el trozo que lo nombra: lo último nombrado, si es uno solo.

        Con `varios` (en plural), todos los de ese turno.
        """
        numero = trozo.turno.id
        propios = [t for t in trocear(trozo.turno) if t.lugar < trozo.lugar]
        atras = [
            trocear(self._turnos[k]) for k in range(numero - 1, numero - 1 - _ATRAS, -1) if k in self._turnos
        ]
        for trozos in (propios, *atras):
            menciones = [
                (f, t) for t in trozos for f in nombrados(t.dicho) if not _CON_OTRO.search(t.plano[: f.desde])
            ]
            if menciones:
                solo = len({f.genericos for f, _ in menciones}) == 1
                return menciones[-1:] if solo else menciones if varios else []
            if trozos and trozos[0].turno.rol is not Rol.MEDICO and any("?" in t.texto for t in trozos):
                return []  # «¿y la de la vecina?»: el pronombre es de eso, no de lo nombrado antes
        return []

    def _del_uso(self, trozo: Trozo, uso: str) -> tuple[MencionFarmaco, Trozo] | None:
        """El único fármaco nombrado antes que sirve para eso («la de la presión»); nada si hay dos o ninguno."""  # noqa: E501
        menciones = [
            (f, t)
            for turno in self._turnos.values()
            if turno.id <= trozo.turno.id
            for t in trocear(turno)
            if t.lugar < trozo.lugar
            for f in nombrados(t.dicho)
            if f.clase in remedios()[uso]
        ]
        return menciones[-1] if len({f.genericos for f, _ in menciones}) == 1 else None

    def analisis(self, trozo: Trozo) -> bool:
        """Lo completa `Medico`: una frase con fármaco también puede concluir."""
        raise NotImplementedError


def _con_su_farmaco(pregunta: Trozo) -> Trozo:
    """«Me regalaron sildenafil. ¿Me las puedo tomar?»: la pregunta, con la oración que nombra de qué pregunta."""  # noqa: E501
    if hay_farmaco(pregunta.texto) or not _DE_ESO.search(pregunta.plano):
        return pregunta
    previas = [t for t in trocear(pregunta.turno) if t.hasta <= pregunta.desde]
    if not previas or len(genericos(previas[-1].dicho)) != 1:
        return pregunta
    return Trozo(pregunta.turno, previas[-1].desde, pregunta.hasta, pregunta.signo, pregunta.ultimo)


def _turnos(dialogo: Dialogo) -> dict[int, Turno]:
    """Los turnos de la consulta, por su número."""
    trozos = chain(
        dialogo.medico, dialogo.paciente, dialogo.sin_respuesta, *dialogo.preguntas_paciente.values(),
        *(chain(x.preguntas, x.respuesta) for x in dialogo.intercambios),
    )  # fmt: skip
    return dict(sorted({t.turno.id: t.turno for t in trozos}.items()))
