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
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.farmacia import genericos, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, breve
from scribe.soap.medicamentos import escalonado

_P = patrones("scribe.soap", "coherencia.es")
_DESMIENTE = _P["desmiente"]
AFIRMA_OTRO = _P["afirma_otro"]
_NIEGA = _P["niega"]
_PLAZO = _P["plazo"]
_PARTES = _P["partes"]
_LADO = _P["lado"]
_LEJOS = 30
_DOSIS = _P["dosis"]
_CAMBIA = _P["cambia"]
_EVITA = _P["evita"]
_CONDICION = _P["condicion"]
_SE_DETUVO = _P["se_detuvo"]
_SEGUIDO = 12
"""Letras de la oración siguiente en que todavía se detiene («… Espere, ¿usted tiene asma?»)."""


def senalar(propuestas: Sequence[Propuesta], transcripcion: Transcripcion) -> None:
    """Pone motivo a las propuestas que otra parte de la consulta contradice; las que ya lo tienen no cambian."""  # noqa: E501
    for propuesta, motivo in (
        *_desmentidas(propuestas, transcripcion), *_lado_distinto(propuestas), *_dos_dosis(propuestas),
        *_recetado_y_evitado(propuestas), *_a_medio_decir(propuestas), *_corregidas_al_dictar(propuestas),
        *_corregidas_enseguida(propuestas), *_lado_corregido(propuestas), *_dos_citas(propuestas),
        *_confesado_despues(propuestas), *_fecha_corregida(propuestas), *_farmaco_corregido(propuestas),
        *_sin_aval(propuestas, transcripcion),
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
        return not _P["abre_no"].match(antes) or "cierto" in nuevo
    if AFIRMA_OTRO.match(nuevo) and _NIEGA.search(antes):
        return True
    otra = _OTRA_DOSIS.match(nuevo)
    if otra and (dichas := _DOSIS_DICHA.findall(antes)) and otra["n"] not in dichas:
        return True
    plazos = [_PLAZO.search(x) for x in (antes, nuevo[:40])]
    cifras = [_NUMERO.findall(m[0]) for m in plazos if m]
    return len(cifras) == 2 and cifras[0] != cifras[1] and len(nuevo.split()) <= 12


_CUALES = _P["cuales"]
_DOSIS_DICHA = _P["dosis_dicha"]
_OTRA_DOSIS = _P["otra_dosis"]
_NUMERO = _P["numero"]


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


_SE_CORRIGIO = _P["se_corrigio"]
_CUANDO = _P["cuando"]
_GRAVES = ("ideacion suicida",)
"""Lo que, negado al preguntarlo, se confiesa muchas veces al final."""


def _corregidas_al_dictar(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """Una indicación en que quien receta se corrigió y las dos cantidades siguen escritas."""
    for propuesta in propuestas:
        if propuesta.seccion == "plan" and _SE_CORRIGIO.search(llano(propuesta.texto)):
            yield propuesta, "Se corrigió al dictarlo; confirme qué cantidad vale."
        elif _P["plazo_corregido"].search(llano(propuesta.texto)):
            yield propuesta, "Se corrigió al decir cuánto tiempo; confirme cuál vale."


def _corregidas_enseguida(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """«Glargina, 35 unidades. No, vámonos con cuidado, 32»: la oración que sigue da otra cantidad."""
    for propuesta in propuestas:
        trozo = propuesta.trozos[-1]
        if propuesta.tipo != "receta":
            continue
        oracion = _oracion_que_sigue(trozo)
        m = _P["enseguida_otra"].match(llano(oracion))
        if m and not nombrados(oracion) and not _cifra_dicha(m[0], propuesta.texto):
            yield propuesta, f"Enseguida se dijo «{breve(oracion)}»; confirme qué cantidad vale."


def _oracion_que_sigue(trozo: Trozo) -> str:
    sigue = trozo.turno.texto[trozo.hasta :].lstrip(" .,;…")
    return re.split(r"[.;?!](?!\d)", sigue, maxsplit=1)[0]


def _fecha_corregida(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """«Con tos, el lunes. No, el lunes fue la cita, la tos desde el sábado»: la primera fecha no vale."""
    for propuesta in propuestas:
        antes = set(_P["fecha"].findall(llano(propuesta.texto)))
        oracion = _oracion_que_sigue(propuesta.trozos[-1])
        despues = set(_P["fecha"].findall(llano(oracion)))
        corrige = _P["corrige_fecha"].match(llano(oracion)) is not None
        if propuesta.seccion == "subjetivo" and corrige and antes & despues and despues - antes:
            yield propuesta, f"Enseguida se dijo «{breve(oracion)}»; confirme cuándo fue."


def _farmaco_corregido(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """«Alergia a la aspirina. Bueno, no sé, fue al ácido mefenámico»: el primero puede no ser."""
    for propuesta in propuestas:
        if propuesta.seccion != "subjetivo":
            continue
        for trozo in propuesta.trozos:
            oracion = _oracion_que_sigue(trozo)
            corrige = _P["corrige_farmaco"].match(llano(oracion)) is not None
            if corrige and genericos(trozo.texto) and genericos(oracion) - genericos(trozo.texto):
                yield propuesta, f"Enseguida se dijo «{breve(oracion)}»; confirme cuál fue."


def _sin_aval(
    propuestas: Sequence[Propuesta], transcripcion: Transcripcion
) -> Iterator[tuple[Propuesta, str]]:
    """Una enfermedad que el paciente se da por cierta y a la que el médico contesta que no."""
    turnos = [t for t in transcripcion.turnos if t.texto.strip()]
    rebaten = {
        dicho.id: despues
        for dicho, despues in pairwise(turnos)
        if dicho.rol is Rol.PACIENTE and despues.rol is Rol.MEDICO
        and _P["no_lo_avala"].match(llano(despues.texto))
    }  # fmt: skip
    for propuesta in propuestas:
        trozo = propuesta.trozos[-1]
        despues = rebaten.get(trozo.turno.id)
        es_mal = any(m.clase == "enfermedad" for m in buscar_clinico(trozo.dicho))
        if propuesta.tipo == "antecedente" and despues and trozo.ultimo and es_mal:
            yield propuesta, f"El médico contestó «{breve(despues.texto)}»; confirme si lo tiene."


def _cifra_dicha(oracion: str, texto: str) -> bool:
    """Si la última cifra de la oración ya está en el enunciado: entonces no la corrige."""
    return _ULTIMA_CIFRA.findall(oracion)[-1] in _ULTIMA_CIFRA.findall(llano(texto))


_ULTIMA_CIFRA = re.compile(r"\d+(?:\.\d+)?")


def _lado_corregido(propuestas: Sequence[Propuesta]) -> Iterator[tuple[Propuesta, str]]:
    """«La rodilla derecha. Bueno, la izquierda»: el enunciado que conserva el primer lado."""
    for propuesta in propuestas:
        texto = llano(propuesta.texto)
        for trozo in propuesta.trozos:
            m = _P["lado_corregido"].search(llano(trozo.turno.texto[trozo.desde :]))
            if m and m["antes"] != m["ahora"] and m["antes"] in texto:
                yield propuesta, "Enseguida se corrigió el lado; confirme cuál es."


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
