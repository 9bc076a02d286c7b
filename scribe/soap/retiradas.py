"""Lo recetado y retirado en la misma consulta: la receta deja de serlo y queda escrito que se retiró.

«Naproxeno cada 12» … «nomás tengo un riñón» … «entonces ése ya no». Si se sabe cuál se retira, su renglón
pasa de receta a suspensión, con las dos citas; si no, las que pudieron ser quedan por revisar. Las formas
están en `datos/retiradas.es.toml`; qué se hace con un fármaco nombrado lo dice `destinos`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.farmacos import clases, ficha
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.destinos import destinos
from scribe.soap.elipsis import lo_preguntado
from scribe.soap.farmacia import genericos, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, breve, minuscula, trocear

_P = patrones("scribe.soap", "retiradas.es")
_HASTA_EL_NUEVO = _P["hasta_el_nuevo"]
_ATRAS = 3
"""Turnos que alcanza «ése»."""
_ABRE = 3
"""Oraciones del turno en que todavía se contesta a lo que se acaba de oír."""


def retirar(propuestas: Sequence[Propuesta], transcripcion: Transcripcion) -> None:
    """Cambia a «suspension» cada receta que el médico retiró después; lo que no se sepa decidir queda por revisar."""  # noqa: E501
    turnos = [t for t in transcripcion.turnos if t.texto.strip()]
    for k, turno in enumerate(turnos):
        if turno.rol is not Rol.MEDICO:
            continue
        for trozo in trocear(turno):
            previas = [p for p in propuestas if p.tipo == "receta" and _antes(p, trozo)]
            if previas and not trozo.signo and lo_preguntado(trozo, turnos[k - 1] if k else None) is None:
                _aplicar(trozo, previas, turnos[max(0, k - _ATRAS) : k])


def _antes(receta: Propuesta, orden: Trozo) -> bool:
    return all(t.lugar < orden.lugar for t in receta.trozos)


def _aplicar(trozo: Trozo, previas: list[Propuesta], atras: list[Turno]) -> None:
    usa = _P["no_retira.matiz"].search(trozo.plano)
    firme = _P["no_retira.firme"].search(trozo.plano)
    supone = _P["no_retira.de_hoy"].search(trozo.plano) is not None and not firme
    manana = _P["no_retira.condicion"].search(trozo.plano) and not (supone or firme)
    if (usa and not firme) or manana or _P["no_retira.ajena"].search(trozo.plano):
        return
    dichas = [
        set(m.genericos)
        for m, d in destinos(trozo.dicho)
        if d == "fuera" and not _P["no_retira.delante"].search(trozo.plano[: m.desde])
    ]
    # Entero: «nada de Barmicil», que es una mezcla, no retira la betametasona que se dio sola.
    nombradas = [p for p in previas if any(d <= genericos(p.texto) for d in dichas)]
    for receta in nombradas:
        _dudar(receta, trozo) if supone else _quitar(receta, trozo, 0)
    for receta in _de_la_familia(trozo, previas):
        _dudar(receta, trozo)
    if not nombradas and (m := _P["sin_nombre.orden"].search(trozo.plano)):
        _sin_nombre(trozo, m, previas, atras, supone=supone)
    elif not nombradas and (m := _P["sin_nombre.mejor_otro"].match(trozo.plano)) and nombrados(trozo.dicho):
        _sin_nombre(trozo, m, previas, atras, supone=True)


def _sin_nombre(
    trozo: Trozo, orden: re.Match[str], previas: list[Propuesta], atras: list[Turno], *, supone: bool
) -> None:
    """Retira la receta a que se refiere el pronombre, si entre una y otro se oyó por qué quitarla."""
    respuesta = _desde_la_receta(atras)
    abre = trozo in trocear(trozo.turno)[:_ABRE]
    if not respuesta or not abre or _P["cual.otra"].search(trozo.plano):
        return
    posibles = _referidas(trozo, previas, _nombrado_antes(trozo, orden), respuesta)
    for receta in posibles:
        _quitar(receta, trozo, orden.start()) if len(posibles) == 1 and not supone else _dudar(receta, trozo)


def _desde_la_receta(atras: list[Turno]) -> list[Turno]:
    """Lo que dijo quien no es el médico justo antes de la orden."""
    salida: list[Turno] = []
    for turno in reversed(atras):
        if turno.rol is Rol.MEDICO:
            break
        salida.append(turno)
    return salida


def _nombrado_antes(trozo: Trozo, orden: re.Match[str]) -> set[str]:
    """Los fármacos que se nombran antes de la orden: de ellos habla; «no se lo receto», solo los de su frase."""  # noqa: E501
    en_su_frase = genericos(trozo.dicho[: orden.start()])
    if _P["sin_nombre.receta_no"].search(trozo.plano):
        return en_su_frase
    return en_su_frase or genericos(trozo.turno.texto[: trozo.desde])


def _referidas(
    trozo: Trozo, previas: list[Propuesta], propios: set[str], respuesta: list[Turno]
) -> list[Propuesta]:
    """Las recetas de que pudo hablar: por su lugar o su pauta, la que alguien nombró, o las últimas si hay razón."""  # noqa: E501
    ultimas = _del_ultimo_turno(previas)
    if (senalada := _por_su_sena(trozo.plano, ultimas)) is not None:
        return senalada
    if propios:
        return [p for p in previas if genericos(p.texto) & propios]
    dicho = " ".join(t.texto for t in respuesta)
    if _P["no_retira.ajena"].search(llano(dicho)):
        return []
    if nombradas := [p for p in previas if genericos(p.texto) & genericos(dicho)]:
        return nombradas
    if any(_pregunta_si_lo_toma(t, previas) for t in respuesta):
        return []
    if familia := _de_familia(llano(dicho), previas):
        return familia
    if any(_pregunta_por_otra_cosa(t) for t in respuesta):
        return []
    hay_razon = (
        _P["pregunta.razon"].search(llano(dicho))
        or _P["sin_nombre.receta_no"].search(trozo.plano)
        or any(m.clase == "enfermedad" or m.termino == "alergia" for m in buscar_clinico(dicho))
    )
    cerca = all(p.trozos[-1].turno.id >= trozo.turno.id - _ATRAS - 1 for p in ultimas)
    return ultimas if hay_razon and cerca else []


def _pregunta_si_lo_toma(turno: Turno, previas: list[Propuesta]) -> bool:
    """«¿Y puedo seguir con la aspirina?»: «ésa no» es la aspirina, que nadie recetó."""
    ultima = trocear(turno)[-1]
    dichos = genericos(ultima.dicho)
    return (
        bool(dichos)
        and _P["pregunta.si_lo_toma"].search(ultima.plano) is not None
        and not any(genericos(p.texto) & dichos for p in previas)
    )


def _pregunta_por_otra_cosa(turno: Turno) -> bool:
    """Si lo último que se pregunta no es de lo recetado: «¿y el té de la matita?», «¿la tiroides la sigo?»."""  # noqa: E501
    preguntas = [t for t in trocear(turno) if t.signo or "?" in t.texto]
    if not preguntas or _P["pregunta.de_eso"].search(preguntas[-1].plano):
        return False
    return genericos(preguntas[-1].texto) != set() or not _P["pregunta.estorba"].search(preguntas[-1].plano)


def _del_ultimo_turno(previas: list[Propuesta]) -> list[Propuesta]:
    """Lo recetado la última vez que se recetó; «continuar» no cuenta si hay algo nuevo."""
    nuevas = [p for p in previas if not p.texto.startswith("Continuar")] or previas
    ultimo = max(p.trozos[-1].turno.id for p in nuevas)
    return [p for p in nuevas if p.trozos[-1].turno.id == ultimo]


def _por_su_sena(plano: str, recetas: list[Propuesta]) -> list[Propuesta] | None:
    """«La primera», «la última», «la de cada 6», «la de 500»: la receta señalada; nada si no se señala ninguna."""  # noqa: E501
    for lugar, nombre in ((0, "primera"), (1, "segunda"), (2, "tercera"), (-1, "ultima")):
        if _P[f"cual.{nombre}"].search(plano):
            return recetas[lugar:][:1] if lugar < len(recetas) else []
    for nombre, modo in (("cada", r"\b{}\b"), ("cifra", r"(?<![\d.]){}(?![\d.])")):
        if m := _P[f"cual.{nombre}"].search(plano):
            suyas = [p for p in recetas if re.search(modo.format(re.escape(m[1])), llano(p.texto))]
            return suyas or None
    return None


def _de_familia(plano: str, previas: list[Propuesta]) -> list[Propuesta]:
    """Las recetas de una familia nombrada en el texto («¿no es penicilina?»)."""
    return [p for f in clases()["familia"] if re.search(f["dicho"], plano) for p in previas if _es(p, f)]


def _es(receta: Propuesta, familia: dict[str, list[str]]) -> bool:
    fichas = [(g, ficha(g)) for g in genericos(receta.texto)]
    afines = {*familia["clases"], *familia["cruzada"]}
    return any((x and x.clase in afines) or g in familia.get("genericos", ()) for g, x in fichas)


def _de_la_familia(trozo: Trozo, previas: list[Propuesta]) -> Iterator[Propuesta]:
    """Lo recetado de una familia que se excluye entera: «nada de antiinflamatorios»."""
    for familia in clases()["familia"]:
        for m in re.finditer(familia["dicho"], trozo.plano):
            antes = _P["sin_nombre.antes_de_familia"].search(trozo.plano[: m.start()])
            tras = _P["sin_nombre.despues_de_familia"].match(trozo.plano, m.end())
            if antes or tras:
                propias = {**familia, "cruzada": []}
                yield from (p for p in previas if p.tipo == "receta" and _es(p, propias))


def _breve(trozo: Trozo, desde: int = 0, suyos: frozenset[str] = frozenset()) -> str:
    """La orden, sin el fármaco que se receta en su lugar."""
    dicho = trozo.dicho
    ajenos = [f.desde for f in nombrados(dicho) if f.desde >= desde and not set(f.genericos) & suyos]
    texto = _HASTA_EL_NUEVO.sub("", dicho[: ajenos[0]]) if suyos and ajenos else dicho
    return breve(texto.strip(" .,;:…"))


def _quitar(receta: Propuesta, orden: Trozo, desde: int) -> None:
    era = minuscula(receta.texto)
    dicho = _breve(orden, desde, frozenset(genericos(receta.texto)))
    receta.tipo = "suspension"
    receta.texto = f"Retirado en la consulta: {era}" + (f" (después: «{dicho}»)" if dicho else "")
    receta.trozos = (*receta.trozos, orden)


def _dudar(receta: Propuesta, orden: Trozo) -> None:
    nombre = next(iter(sorted(genericos(receta.texto))), "esto")
    receta.motivo = receta.motivo or f"Después se dijo «{_breve(orden)}»; confirme si {nombre} se receta."
