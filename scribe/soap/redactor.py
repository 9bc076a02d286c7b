"""El redactor: de la transcripción a la nota con evidencia.

Fragmentar, leer preguntas con sus respuestas, clasificar por reglas (el modelo, solo donde dudan), redactar
desde la cita y verificar cada enunciado contra ella. Lo clínico que no quedó citado sale como omisión.
"""

from __future__ import annotations

from typing import Any

from scribe.consulta import Aviso, Contexto, Enunciado, Nota, Omision, Redaccion, Seccion, Transcripcion
from scribe.lenguaje.texto import llano
from scribe.progreso import Avance, en_silencio
from scribe.soap.clasificar import clasificar
from scribe.soap.coherencia import senalar
from scribe.soap.destinos import repartir
from scribe.soap.dialogo import conversar
from scribe.soap.enmiendas import enmendar
from scribe.soap.fragmentos import Propuesta
from scribe.soap.llm import ModeloLenguaje
from scribe.soap.medico import Medico
from scribe.soap.negadas import al_frente
from scribe.soap.omisiones import buscar, hallazgos
from scribe.soap.plantillas import plantilla
from scribe.soap.posologia import con_horas
from scribe.soap.retiradas import retirar
from scribe.soap.sobria import sin_citar, sobria
from scribe.soap.subjetivo import subjetivo
from scribe.soap.verificar import verificar

VERSION_REGLAS = "1"
_CON_POSOLOGIA = frozenset({"receta", "medicamento_actual"})


class Redactor:
    """Escribe la nota. Con `modelo=None` trabaja solo con reglas y datos."""

    def __init__(self, modelo: ModeloLenguaje | None = None) -> None:
        self._modelo = modelo

    @property
    def identidad(self) -> dict[str, Any]:
        """Qué modelo se usa; entra en la clave de la caché y en `modelos.llm` del borrador."""
        propia: dict[str, Any] = {"reglas": VERSION_REGLAS}
        return propia | (self._modelo.identidad if self._modelo else {"motor": "ninguno"})

    def cerrar(self) -> None:
        """Suelta la memoria del modelo; se vuelve a cargar si hace falta."""
        if self._modelo is not None:
            self._modelo.cerrar()

    def redactar(
        self, transcripcion: Transcripcion, contexto: Contexto, *, avance: Avance = en_silencio
    ) -> Redaccion:
        """La nota, las omisiones y los avisos de una consulta ya transcrita y con roles.

        Una transcripción vacía da una nota vacía. Lanza `AjusteInvalido` si la plantilla no existe.
        """
        molde = plantilla(contexto.plantilla)
        if not any(t.texto.strip() for t in transcripcion.turnos):
            avance(1.0)
            return Redaccion(Nota())
        if not transcripcion.idioma.startswith("es"):
            return _en_otro_idioma(transcripcion, avance)
        dialogo = conversar(transcripcion)
        avance(0.2)
        medico = Medico(dialogo)
        propuestas = subjetivo(dialogo) + medico.redactar()
        avance(0.4)
        propuestas += clasificar(medico.sin_clase, self._modelo, dialogo)
        avance(0.8)
        propuestas = _sin_repetir(repartir(sorted(propuestas, key=lambda p: p.orden)))
        for propuesta in propuestas:
            propuesta.texto = _pulido(propuesta)
        propuestas = sorted(propuestas + hallazgos(dialogo, propuestas), key=lambda p: p.orden)
        propuestas = enmendar(propuestas, transcripcion)
        retirar(propuestas, transcripcion)
        senalar(propuestas, transcripcion)
        secciones = _por_seccion(propuestas)
        secciones["subjetivo"] = molde.ordenar(secciones.get("subjetivo", []))
        omisiones = buscar(dialogo, propuestas)
        avance(1.0)
        return Redaccion(_nota(secciones), omisiones)


def _pulido(propuesta: Propuesta) -> str:
    texto = al_frente(propuesta)
    return con_horas(texto) if propuesta.tipo in _CON_POSOLOGIA else texto


def _por_seccion(propuestas: list[Propuesta]) -> dict[Seccion, list[Enunciado]]:
    secciones: dict[Seccion, list[Enunciado]] = {}
    for propuesta in propuestas:
        secciones.setdefault(propuesta.seccion, []).append(verificar(propuesta))
    return secciones


def _nota(secciones: dict[Seccion, list[Enunciado]]) -> Nota:
    return Nota(**{nombre: tuple(enunciados) for nombre, enunciados in secciones.items()})


def _sin_repetir(propuestas: list[Propuesta]) -> list[Propuesta]:
    """Quita enunciados iguales de la misma sección; el primero se queda con la evidencia de ambos."""
    vistos: dict[tuple[str, str], Propuesta] = {}
    for propuesta in propuestas:
        llave = (propuesta.seccion, llano(propuesta.texto))
        if llave in vistos:
            vistos[llave].trozos = (*vistos[llave].trozos, *propuesta.trozos)
        else:
            vistos[llave] = propuesta
    return list(vistos.values())


def _en_otro_idioma(transcripcion: Transcripcion, avance: Avance) -> Redaccion:
    propuestas = sobria(transcripcion)
    omisiones = tuple(
        Omision(texto=t.texto.strip(), citas=(t.cita(),)) for t in sin_citar(transcripcion, propuestas)
    )
    aviso = Aviso(
        tipo="idioma_limitado",
        texto="La nota en este idioma solo reparte citas textuales por sección; no se redacta ni se interpreta.",  # noqa: E501
    )
    avance(1.0)
    return Redaccion(_nota(_por_seccion(_sin_repetir(propuestas))), omisiones, (aviso,))
