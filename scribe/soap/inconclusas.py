"""Lo preguntado que ni se afirmó ni se negó, o que se dejó: queda qué se contestó, con la pregunta."""

from __future__ import annotations

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.contestacion import niega
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, minuscula
from scribe.soap.persona import en_tercera
from scribe.soap.preguntado import encabezado
from scribe.soap.reglas import Tema, pregunta
from scribe.soap.respuestas import Lectura
from scribe.soap.rotulos import con_asunto, con_dicho, enlistar, tema_de

_P = patrones("scribe.soap", "relato.es")


def dejado(intercambio: Intercambio, lectura: Lectura, tema: Tema | None) -> Propuesta | None:
    """«¿Fuma?» «No, ya no. Lo dejé hace 5 años»: el no es de ahora; negarlo callaría que lo hubo."""
    dicho = _junto(intercambio.respuesta)
    if len(lectura.negados) != 1 or lectura.afirmados or not _P["subjetivo.ya_no"].search(llano(dicho)):
        return None
    unico = lectura.negados[0]
    habito = unico.mencion.clase == "habito"
    cabeza = f"Interrogado sobre {con_dicho(unico)}"
    tipo = "sintoma" if unico.mencion.clase == "sintoma" else "antecedente"
    tipo = tema.tipo if habito and tema and tema.tipo else tipo
    texto = f"{cabeza}: {en_tercera(dicho)}"
    return Propuesta("subjetivo", tipo, texto, (unico.trozo, *intercambio.respuesta))


def _junto(trozos: list[Trozo]) -> str:
    """Lo dicho en varios trozos, seguido: «no, ya no; lo dejé hace 5 años»."""
    dichos = [alinar(t.dicho) for t in trozos]
    return "; ".join(minuscula(d) for d in dichos if d)


def _del_farmaco(intercambio: Intercambio, dicho: str) -> Propuesta | None:
    """«¿Toma losartán?» «Sí», «No», «Los dos»: lo que se contestó, con la pregunta."""
    preguntas = [p for p in intercambio.preguntas if hay_farmaco(p.dicho)]
    if not preguntas or not dicho:
        return None
    dicha = alinar(" ".join(p.dicho.strip() for p in preguntas))
    no = niega(dicho)
    seco = no and not contenido(dicho)
    texto = f"Niega «{dicha}»" if seco else f"«{dicha}»: {minuscula(dicho)}"
    tipo = "negacion" if no else "medicamento_actual"
    return Propuesta("subjetivo", tipo, texto, (*preguntas, *intercambio.respuesta))


_NO_SE_PIERDE = ("medicamentos", "alergia", "antecedentes", "gineco", "habitos")
"""Temas de los que también cuenta un no a una pregunta abierta («¿qué toma?» «Nada»)."""


def sin_conclusion(intercambio: Intercambio) -> list[Propuesta]:
    """Lo preguntado que no se afirmó ni se negó («¿tiene tos?» «Ahorita no»): queda qué se contestó."""
    asuntos = [
        m.termino
        for t in intercambio.preguntas
        for m in buscar_clinico(t.texto)
        if m.clase in ("sintoma", "enfermedad")
    ]
    dicho = en_tercera("; ".join(t.dicho.strip(" ,.;¿?¡!") for t in intercambio.respuesta))
    if not asuntos and (farmaco := _del_farmaco(intercambio, dicho)):
        return [farmaco]
    tema = tema_de(intercambio.preguntas)
    cerrada = _P["subjetivo.pregunta_que_niega"].match(intercambio.preguntas[-1].plano)
    cuerpo = minuscula(dicho)
    dicha = encabezado(intercambio.preguntas)
    cuenta = cerrada or (tema is not None and tema.nombre in _NO_SE_PIERDE)
    if not asuntos and cuenta and dicha and niega(dicho):
        # «¿No toma ningún medicamento?» «No»: lo confirma, pero no siempre.
        citas = (*intercambio.preguntas, *intercambio.respuesta)
        return [Propuesta("subjetivo", "negacion", f"Interrogado sobre {dicha}: {cuerpo}", citas)]
    if not asuntos or not dicho:
        return []
    texto = con_asunto(enlistar(list(dict.fromkeys(asuntos))), dicho)
    if any(pregunta("cese").search(p.plano) for p in intercambio.preguntas):
        # «¿Se le quitó la fiebre?» «Sí»: el sí es de que se quitó.
        texto = f"Interrogado sobre {dicha or texto}: {cuerpo}"
    elif not contenido(dicho) and dicha:
        # «¿El dolor se va al brazo?» «Sí»: el sí es de todo lo que se preguntó.
        texto = f"{dicha}: {cuerpo}"
    return [Propuesta("subjetivo", "sintoma", texto, (*intercambio.preguntas, *intercambio.respuesta))]
