"""Lo que un enunciado dice bien por sí solo y otro contradice: se deja por revisar, con las dos lecturas.

La verificación de cada enunciado mira sus citas; aquí se mira la consulta entera: quien acompaña corrige al
paciente, el lado del dolor no es el del diagnóstico, un fármaco sale con dos dosis. Nada se borra ni se elige.  # noqa: E501
"""  # noqa: E501

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.lenguaje.texto import llano
from scribe.soap.farmacia import genericos, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, breve
from scribe.soap.medicamentos import escalonado

_VOCATIVO = r"(?:papa|mama|apa|ama|ma|pa|papi|mami|jefe|jefa|hij[oa]|mij[oa]|(?:mi )?(?:amor|vida|rey|reina|cielo)|viej[oa]|gord[oa]|flac[oa]|mujer|hombre|herman[oa]|carnal|abuelit[oa]|don \w+|dona \w+|senora?)"  # noqa: E501
_DESMIENTE = re.compile(
    rf"\W*(?:(?:ay|huy|uy|pero|perdon|espere|bueno)\W+)*(?:{_VOCATIVO}\W+)?"
    rf"(?:no,? {_VOCATIVO}\b|no (?:es cierto|es verdad|es asi)\b|no,? (?:eso )?(?:es|fue|era|son|eran)\b)"
)
AFIRMA_OTRO = re.compile(
    rf"\W*(?:(?:ay|huy|uy|pero|perdon|bueno|claro que|{_VOCATIVO}|\w+)\W+){{0,4}}?"
    r"si (?:(?:se|le|te|lo|la) )*(?:ha |habia )?(?:tuvo|tiene|tenia|tenido|dio|dado|da|cayo|caido|toma|fuma|duele|dolio|pego|salio|sube|subio|"  # noqa: E501
    r"vomit\w+|desmay\w+|hincha|hincho|hubo|hay|es|fue)\b"
)
_NIEGA = re.compile(r"\b(?:no|nunca|nada|tampoco|ningun[oa]?)\b")
_PLAZO = re.compile(
    r"\b(\d+|una?|media)(?: (?:o|y|a) (?:\d+|media))? (?:anos?|meses|mes|semanas?|dias?|horas?)\b"
)
_PARTES = re.compile(
    r"\b(rodillas?|hombros?|tobillos?|ojos?|oidos?|orejas?|manos?|munecas?|codos?|brazos?|pies?|piernas?|caderas?|senos?|"
    r"rinon(?:es)?|ingles?|pantorrillas?|muslos?|pulmon(?:es)?|testiculos?)\b"
)
_LADO = re.compile(r"\b(derech|izquierd)[oa]s?\b")
_LEJOS = 30
_DOSIS = re.compile(
    r"\b(?:de )?(\d+(?:\.\d+)?) ?(mg|mcg|g|miligramos|microgramos)\b|\bde (\d+(?:\.\d+)?)(?! ?(?:[a-zµ%/]|\d))"  # noqa: E501
)
_CAMBIA = re.compile(
    r"\b(?:aument\w+|sub[aeio]\w*|baj[aeo]\w*|disminu\w+|cambi\w+|antes|agreg\w+|otra vez|dividid\w+|si (?:no|le|se|tiene|hay))\b"  # noqa: E501
)
_EVITA = re.compile(r"(?:evitar|suspender|no (?:tom[ea]s?|uses?|vuelvas?|[lt]e doy|se l[ao]))\b")
_CONDICION = re.compile(r"\b(?:si|cuando|en caso de|mientras|al terminar|despues de)\b")
_SE_DETUVO = re.compile(
    r"\b(?:esper(?:e|a|ese|ate)(?: tantito)?(?=\W*(?:[,.;…¿]|$))"
    r"|(?<!si )no,? no\b|ay,? no\b|mejor no\b|momentito\b)"
)
"""«Timolol, una gota en el… espere, espere»: quien receta se paró a media orden."""
_SEGUIDO = 12
"""Letras de la oración siguiente en que todavía se detiene («… Espere, ¿usted tiene asma?»)."""


def senalar(propuestas: Sequence[Propuesta], transcripcion: Transcripcion) -> None:
    """Pone motivo a las propuestas que otra parte de la consulta contradice; las que ya lo tienen no cambian."""  # noqa: E501
    for propuesta, motivo in (
        *_desmentidas(propuestas, transcripcion), *_lado_distinto(propuestas), *_dos_dosis(propuestas),
        *_recetado_y_evitado(propuestas), *_a_medio_decir(propuestas), *_corregidas_al_dictar(propuestas),
        *_dos_citas(propuestas), *_confesado_despues(propuestas),
    ):  # fmt: skip
        propuesta.motivo = propuesta.motivo or motivo


def _desmentidas(
    propuestas: Sequence[Propuesta], transcripcion: Transcripcion
) -> Iterator[tuple[Propuesta, str]]:
    """Lo que dijo uno y enseguida corrigió otro que no es el médico («No, papá, eso fue a la sulfa»)."""
    turnos = [t for t in transcripcion.turnos if t.texto.strip()]
    for dicho, despues in pairwise(turnos):
        if Rol.MEDICO in (dicho.rol, despues.rol) or dicho.hablante == despues.hablante:
            continue
        if not _contradice(dicho, despues):
            continue
        motivo = f"Enseguida otra persona dijo «{breve(despues.texto)}»; confirme cuál vale."
        for p in propuestas:
            if p.seccion == "subjetivo" and not p.enmendada and any(t.turno.id == dicho.id for t in p.trozos):
                yield p, motivo


def _contradice(dicho: Turno, despues: Turno) -> bool:
    antes, nuevo = llano(dicho.texto), llano(despues.texto)
    if _CUALES.match(nuevo):
        return True
    if _DESMIENTE.match(nuevo):
        return not re.match(r"\W*no\b", antes) or "cierto" in nuevo
    if AFIRMA_OTRO.match(nuevo) and _NIEGA.search(antes):
        return True
    otra = _OTRA_DOSIS.match(nuevo)
    if otra and (dichas := _DOSIS_DICHA.findall(antes)) and otra["n"] not in dichas:
        return True
    plazos = [_PLAZO.search(x) for x in (antes, nuevo[:40])]
    cifras = [_NUMERO.findall(m[0]) for m in plazos if m]
    return len(cifras) == 2 and cifras[0] != cifras[1] and len(nuevo.split()) <= 12


_CUALES = re.compile(r"\W*(?:(?:ay|uy|no|pero|nombre|hombre)\W+)*(?:cuales|como que|que) (?:\d+|un[ao]?) ?(?:dias?|semanas?|mes\w*|anos?)?\b")  # noqa: E501
"""«¿Cuáles 12, Efrén?»: discute la cifra que acaba de oír."""
_DOSIS_DICHA = re.compile(r"\b(?:de|son|es|toma) (\d+(?:\.\d+)?)(?! ?(?:anos|dias|meses|semanas|horas))")
_OTRA_DOSIS = re.compile(
    r"\W*(?:(?:no|ay|hay|pero|perdon|bueno|es|son|era|eran)\W+)*(?:el |la |las |los )?(?:de )(?P<n>\d+(?:\.\d+)?)(?! ?(?:anos|dias|meses|semanas|horas))"  # noqa: E501
)
"""«De 50, si yo te las compro»: otra persona da otra dosis."""
_NUMERO = re.compile(r"\d+|una?|media|ano|mes|semana|dia|hora")


def _lados(texto: str) -> dict[str, set[str]]:
    """De cada parte del cuerpo nombrada, el lado que le sigue antes de nombrar otra."""
    plano = llano(texto)
    partes = list(_PARTES.finditer(plano))
    salida: dict[str, set[str]] = defaultdict(set)
    for i, m in enumerate(partes):
        hasta = min(m.end() + _LEJOS, partes[i + 1].start() if i + 1 < len(partes) else len(plano))
        lado = _LADO.search(plano[m.end() : hasta])
        if lado:
            salida[re.sub(r"(?:es|s)$", "", m[1])].add(lado[1])
    return salida


def _lado_distinto(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """El lado del diagnóstico o del plan que no es ninguno de los que se quejó el paciente en esa parte."""
    quejas: dict[str, set[str]] = defaultdict(set)
    for p in propuestas:
        if p.seccion == "subjetivo" and p.tipo not in ("antecedente", "antecedente_familiar", "negacion"):
            for parte, lados in _lados(p.texto).items():
                quejas[parte] |= lados
    for p in propuestas:
        if p.seccion in ("analisis", "plan"):
            for parte, lados in _lados(p.texto).items():
                if quejas[parte] and not lados & quejas[parte]:
                    yield p, f"El paciente se quejó del otro lado ({parte}); confirme cuál es."


def _dosis(texto: str) -> dict[str, set[str]]:
    """Por fármaco, las dosis que le siguen antes de nombrar otro, en miligramos si se dijo la unidad."""
    farmacos = nombrados(texto)
    salida: dict[str, set[str]] = {}
    for i, f in enumerate(farmacos):
        hasta = farmacos[i + 1].desde if i + 1 < len(farmacos) else len(texto)
        halladas = {m[1] or m[3] for m in _DOSIS.finditer(llano(texto[f.hasta : hasta]))}
        if halladas and len(f.genericos) == 1:
            salida[f.generico] = salida.get(f.generico, set()) | halladas
    return salida


def _dos_dosis(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Un fármaco con dos dosis en la misma receta, o que «sigue igual» con otra que la que ya tomaba."""
    actuales: dict[str, set[str]] = {}
    recetas: dict[str, set[str]] = {}
    for p in propuestas:
        cambia = _CAMBIA.search(llano(" ".join(t.texto for t in p.trozos))) or escalonado(p.texto)
        for generico, dosis in _dosis(p.texto).items():
            if p.tipo == "medicamento_actual":
                actuales[generico] = actuales.get(generico, set()) | dosis
                continue
            if p.tipo != "receta" or cambia:
                continue
            previas = recetas.setdefault(generico, set())
            if len(dosis) > 1:
                yield p, f"Se oyeron dos dosis de {generico}; confirme cuál vale."
            elif previas and not previas & dosis:
                yield p, f"Antes se recetó {generico} con otra dosis ({', '.join(sorted(previas))})."
            elif p.texto.startswith("Continuar") and generico in actuales and not dosis & actuales[generico]:
                yield (
                    p,
                    f"Ya tomaba {generico}, pero de {', '.join(sorted(actuales[generico]))}; confirme la dosis.",  # noqa: E501
                )
            previas |= dosis


def _recetado_y_evitado(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Lo que se recetó y más adelante se retiró sin condición («tengo úlcera» «entonces naproxeno no»)."""
    evitados = {
        farmaco.generico: p
        for p in propuestas
        if p.seccion == "plan" and _EVITA.match(llano(p.texto)) and not _CONDICION.search(llano(p.texto))
        for farmaco in nombrados(p.texto)
    }
    for p in propuestas:
        for farmaco in nombrados(p.texto) if p.tipo == "receta" else ():
            despues = evitados.get(farmaco.generico)
            if despues is not None and despues.orden > p.orden:
                dicho = breve(despues.trozos[-1].texto)
                yield p, f"Después se dijo «{dicho}»; confirme si {farmaco.generico} se receta."


def _a_medio_decir(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Una receta que se interrumpió al decirla: pudo retirarse."""
    for propuesta in propuestas:
        if propuesta.tipo == "receta" and any(_se_detuvo(t, propuesta.texto) for t in propuesta.trozos):
            yield propuesta, "Se interrumpió al decirlo; confirme si se receta."


def _se_detuvo(trozo: Trozo, receta: str) -> bool:
    """Si tras nombrar lo recetado, y antes del siguiente fármaco, quien habla se detiene."""
    recetados, menciones = genericos(receta), nombrados(trozo.texto)
    for k, mencion in enumerate(menciones):
        ultima = k + 1 == len(menciones)
        tras = trozo.texto[mencion.hasta : len(trozo.texto) if ultima else menciones[k + 1].desde]
        tras += trozo.turno.texto[trozo.hasta :][:_SEGUIDO] if ultima else ""
        if mencion.generico in recetados and _SE_DETUVO.search(llano(tras)):
            return True
    return False


_SE_CORRIGIO = re.compile(
    r"\d[^;?!]{0,40}?(?:\.\.\.|…|,)\s*(?:(?:a ver|mir[ea]\w*|esper[ea]\w*|bueno|ay|ah|este)\b[\s,.…]*)*"
    r"(?:no(?=\s*[,.…]|\s+(?:mejor|con \d|son \d|para \d|\d))|mejor (?:un[oa]|de|con|cada|por|\d)"
    r"|perdon\w*|digo)\b[^;?!]{0,60}?(?:\d|\bun(?:[oa]s?)?\b|\bmedi[oa]\b)"
    r"|\d[^;?!]{0,40}?(?:\.\.\.|…)\s*(?:\w+ )?con (?:\d+|un[oa]?) "
    r"(?:(?:le|te|es|ya) )?(?:basta|alcanza|suficiente)"
)
"""«2 en la mañana… a ver, no, mejor una»: lo corregido que no se pudo resolver sigue a la vista."""
_CUANDO = re.compile(
    r"\b(?:\d+|una?) (?:dias?|semanas?|mes(?:es)?)\b"
    r"|\b(?:lunes|martes|miercoles|jueves|viernes|sabado|manana|semana)\b"
)
_GRAVES = ("ideacion suicida",)
"""Lo que, negado al preguntarlo, se confiesa muchas veces al final."""


def _corregidas_al_dictar(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Una indicación en que quien receta se corrigió y las dos cantidades siguen escritas."""
    for propuesta in propuestas:
        if propuesta.seccion == "plan" and _SE_CORRIGIO.search(llano(propuesta.texto)):
            yield propuesta, "Se corrigió al dictarlo; confirme qué cantidad vale."


def _dos_citas(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """La cita que después se cambió («no espero la semana: el jueves»)."""
    citas = sorted((p for p in propuestas if p.tipo == "cita"), key=lambda p: p.orden)
    for primera, otra in pairwise(citas):
        if set(_CUANDO.findall(llano(otra.texto))) - set(_CUANDO.findall(llano(primera.texto))):
            dicho = breve(otra.trozos[-1].texto)
            yield primera, f"Después se dijo «{dicho}»; confirme cuándo es la cita."


def _confesado_despues(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Lo grave que se negó al preguntarlo y más adelante se contó."""
    for grave in _GRAVES:
        contadas = [p for p in propuestas if p.tipo == "sintoma" and grave in llano(p.texto)]
        for p in propuestas:
            despues = [c for c in contadas if c.orden > p.orden] if p.tipo == "negacion" else []
            if despues and grave in llano(p.texto):
                yield p, f"Después se dijo «{breve(despues[0].trozos[0].texto)}»; confírmelo."
