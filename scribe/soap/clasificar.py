"""Dónde va un trozo que las reglas no supieron clasificar: el modelo elige entre secciones."""

from __future__ import annotations

from scribe.consulta import Seccion
from scribe.soap.dialogo import Dialogo
from scribe.soap.fases import NUNCA
from scribe.soap.fragmentos import Lugar, Propuesta, Trozo, alinar, mayuscula
from scribe.soap.llm import ModeloLenguaje
from scribe.soap.omisiones import tramos_clinicos
from scribe.soap.persona import de_usted

MAXIMO = 20
"""Peticiones por consulta, para acotar el tiempo."""

_OPCIONES = ("plan", "hallazgo", "diagnostico", "sintoma", "nada")
_DESTINO: dict[str, tuple[Seccion, str]] = {
    "plan": ("plan", "indicacion"),
    "hallazgo": ("objetivo", "hallazgo"),
    "diagnostico": ("analisis", "diagnostico"),
    "sintoma": ("subjetivo", "sintoma"),
}
_COMUN = """Clasifica lo que dijo el médico en una consulta. Responde una palabra.
plan: tratamiento, estudio pedido, consejo o cita.
hallazgo: lo que vio, midió o un resultado.
diagnostico: la enfermedad que concluye o descarta.
sintoma: lo que el paciente siente o tomaba antes.
nada: saludo, plática o aclaración.
Frase: Se la aplica en la noche, después del baño.
Clase: plan
Frase: La herida ya cerró.
Clase: hallazgo
"""
_MOTIVO = "La sección la eligió el modelo de lenguaje; confírmela."


def opciones(lugar: Lugar, dialogo: Dialogo) -> tuple[str, ...]:
    """Qué puede ser lo dicho según el momento de la consulta: en el interrogatorio nada es plan todavía."""
    if lugar >= dialogo.plan_desde:
        return ("plan", "diagnostico", "nada")
    if lugar >= dialogo.exploracion_desde:
        return ("hallazgo", "diagnostico", "nada")
    if min(dialogo.plan_desde, dialogo.exploracion_desde) >= NUNCA:
        return _OPCIONES  # no se distinguen las fases
    return ("sintoma", "nada")


def clasificar(sin_clase: list[Trozo], modelo: ModeloLenguaje | None, dialogo: Dialogo) -> list[Propuesta]:
    """Propuestas para los trozos con contenido clínico y sin clase; siempre quedan por revisar.

    Sin modelo no propone nada: esos trozos aparecerán entre las omisiones.
    """
    if modelo is None:
        return []
    salida = []
    dudosos = [t for t in sin_clase if tramos_clinicos(t.texto) and len(t.texto.split()) >= 3]
    for trozo in dudosos[:MAXIMO]:
        clase = modelo.elegir(
            _COMUN, f"Frase: {alinar(trozo.dicho)}\nClase: ", opciones(trozo.lugar, dialogo)
        )
        if clase in _DESTINO:
            seccion, tipo = _DESTINO[clase]
            texto = mayuscula(de_usted(alinar(trozo.dicho)))
            salida.append(Propuesta(seccion, tipo, texto, (trozo,), _MOTIVO))
    return salida
