"""Devolver a su nombre los fármacos y términos clínicos que el reconocedor destroza.

Se corrige solo lo que no es español corriente, suena casi igual a un nombre del léxico y no puede ser
otro. Lo que podría ser dos fármacos no se toca: se propone y se avisa. Todo cambio queda en
`Turno.correcciones` y las palabras oídas siguen en `Turno.palabras`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scribe.asr.evidencia import Evidencia, es_lo_que_se_toma, es_lugar, evidencia, nombra_otra_cosa
from scribe.asr.pegadas import despegar, juntar
from scribe.asr.relectura import avisos_de, leidas_en_letras, preferir, releer
from scribe.asr.tramos import ajenas_de, dichas, gasta_comunes, toca, ventanas
from scribe.consulta import Aviso, Contexto, Escucha, Transcripcion, Turno
from scribe.lenguaje.cifras import escribir_cifras, revisar_cifras
from scribe.lenguaje.farmacos import ficha, normalizar_farmaco
from scribe.lenguaje.fichas import Edicion, Ficha, aplicar, partir
from scribe.lenguaje.fonetica import clave
from scribe.lenguaje.parecidos import (
    Candidato,
    Clase,
    candidatos,
    confundibles,
    datos,
    es_termino,
    exactos,
)
from scribe.lenguaje.presentaciones import revisar_presentaciones, separar_tomas
from scribe.lenguaje.texto import llano

_LARGO_VENTANA = 5


@dataclass(frozen=True, slots=True)
class _Lectura:
    """Una lectura posible de las fichas `[primera:ultima]` de un turno."""

    primera: int
    ultima: int
    candidato: Candidato
    puntaje: float
    umbral: float = 0.0
    se_propone: bool = False
    """Si, sin alcanzar el umbral, vale la pena decirla: junto a una dosis o en el lugar de un fármaco."""


@dataclass(frozen=True, slots=True)
class _Duda:
    """Un tramo `[desde:hasta)` que no se pudo decidir y sus lecturas."""

    desde: int
    hasta: int
    lecturas: tuple[str, ...]


def corregir(
    transcripcion: Transcripcion, contexto: Contexto | None = None, escuchas: Sequence[Escucha] = ()
) -> tuple[Transcripcion, tuple[Aviso, ...]]:
    """Escribe las cifras y corrige fármacos y términos clínicos de toda la consulta.

    Devuelve la transcripción corregida y los avisos `farmaco_dudoso` y `cifra_dudosa`, con su cita. Lo
    que el paciente ya toma (`contexto.medicamentos`) tiene prioridad; de `escuchas` se toman las otras
    lecturas que sostiene el audio. En otro idioma que no sea español solo se escriben las cifras evidentes.
    """
    idioma = transcripcion.idioma
    transcripcion = releer(transcripcion, escuchas)
    turnos = tuple(escribir_cifras(t, idioma) for t in transcripcion.turnos)
    if not idioma.startswith("es"):
        return transcripcion.model_copy(update={"turnos": turnos}), ()
    tomados = frozenset(g for m in (contexto.medicamentos if contexto else ()) for g in normalizar_farmaco(m))
    corregidos, avisos, en_letras = [], [], leidas_en_letras(escuchas)
    for turno in turnos:
        posible, cambiadas = preferir(turno, en_letras)
        nuevo, dudas = _corregir_turno(posible, tomados)
        corregidos.append(separar_tomas(nuevo))
        avisos += [*cambiadas, *dudas]
    salida = transcripcion.model_copy(update={"turnos": tuple(corregidos)})
    oidas = avisos_de(salida, escuchas)
    return salida, (*avisos, *oidas, *revisar_cifras(salida), *revisar_presentaciones(salida))


def _corregir_turno(turno: Turno, tomados: frozenset[str]) -> tuple[Turno, list[Aviso]]:
    turno = _con_alergias(turno)
    fichas = partir(turno.texto)
    ajenas = ajenas_de(turno.texto, fichas)
    ediciones, dudas = _farmacos(turno, fichas, ajenas, tomados)
    ediciones += juntar(turno.texto, fichas)
    tocadas = [(e.desde, e.hasta) for e in ediciones] + [(d.desde, d.hasta) for d in dudas]
    sueltas = [despegar(f) for f, ajena in zip(fichas, ajenas, strict=True) if ajena]
    ediciones += [e for e in sueltas if e is not None and not toca(e.desde, e.hasta, tocadas)]
    tocadas = [(e.desde, e.hasta) for e in ediciones] + [(d.desde, d.hasta) for d in dudas]
    ediciones += [e for e in _terminos(turno, fichas, ajenas) if not toca(e.desde, e.hasta, tocadas)]
    tocadas = [(e.desde, e.hasta) for e in ediciones] + [(d.desde, d.hasta) for d in dudas]
    dudas += [d for d in _sin_nombre(turno, fichas, ajenas) if not toca(d.desde, d.hasta, tocadas)]
    nuevo = aplicar(turno, [*ediciones, *(_propuesta(d) for d in dudas if d.lecturas)])
    return nuevo, [_aviso(nuevo, d, _corrimiento(ediciones, turno.texto, d.desde)) for d in dudas]


def _propuesta(duda: _Duda) -> Edicion:
    return Edicion(duda.desde, duda.hasta, duda.lecturas[0], "fármaco", aplicada=False)


def _corrimiento(ediciones: list[Edicion], texto: str, desde: int) -> int:
    """Cuánto se movió `desde` por los cambios aplicados antes."""
    return sum(len(e.propuesto) - (e.hasta - e.desde) for e in ediciones if e.hasta <= desde)


def _aviso(turno: Turno, duda: _Duda, corrimiento: int) -> Aviso:
    desde, hasta = duda.desde + corrimiento, duda.hasta + corrimiento
    dicho = turno.texto[desde:hasta]
    if len(duda.lecturas) > 1:
        texto = f"«{dicho}» podría ser {duda.lecturas[0]} o {duda.lecturas[1]}: confirme cuál."
    elif duda.lecturas:
        texto = f"«{dicho}» podría ser {duda.lecturas[0]}: confírmelo antes de usarlo."
    else:
        texto = f"«{dicho}» parece un medicamento que no se reconoce: confirme el nombre."
    return Aviso(tipo="farmaco_dudoso", texto=texto, citas=(turno.citar(desde, hasta),))


# --- Fármacos -------------------------------------------------------------------------------------


def _farmacos(
    turno: Turno, fichas: list[Ficha], ajenas: list[bool], tomados: frozenset[str]
) -> tuple[list[Edicion], list[_Duda]]:
    umbrales = datos()["umbrales"]
    lecturas = [
        lectura
        for i, j in ventanas(turno, fichas, ajenas, _LARGO_VENTANA)
        for lectura in _lecturas(turno, fichas, (i, j), ajenas, tomados)
    ]
    lecturas = _preferir_completas(lecturas)
    lecturas.sort(key=lambda x: (-x.puntaje, x.primera, x.ultima))
    ediciones: list[Edicion] = []
    dudas: list[_Duda] = []
    usadas: set[int] = set()
    for x in lecturas:
        propias = set(range(x.primera, x.ultima + 1))
        if propias & usadas:
            continue
        rival = _rival(x, lecturas)
        claro = rival is None or x.puntaje - rival.puntaje >= _margen(x, rival)
        igual = x.puntaje >= umbrales["igual"] and (rival is None or rival.puntaje < umbrales["igual"])
        desde, hasta = fichas[x.primera].desde, fichas[x.ultima].hasta
        if x.puntaje >= x.umbral and (claro or igual):
            ediciones.append(_edicion(x, turno.texto, fichas, "fármaco"))
        elif x.puntaje >= x.umbral or (x.se_propone and x.puntaje >= umbrales["propuesta"]):
            otra = (rival.candidato.entrada.texto,) if rival and not claro else ()
            dudas.append(_Duda(desde, hasta, (x.candidato.entrada.texto, *otra)))
        else:
            continue
        usadas |= propias
    return ediciones, dudas


def _lecturas(
    turno: Turno, fichas: list[Ficha], ventana: tuple[int, int], ajenas: list[bool], tomados: frozenset[str]
) -> list[_Lectura]:
    i, j = ventana
    umbrales, ajustes = datos()["umbrales"], datos()["ajustes"]
    prueba = evidencia(turno.texto, fichas, i, j)
    lugar = es_lugar(fichas, i)
    con = "con_dosis" if prueba.dosis else "en_lugar" if lugar else "con_verbo" if prueba.verbo else ""
    umbral = umbrales[con or "sin_evidencia"]
    propio = not prueba.dosis and _mayuscula_intermedia(fichas, i)
    palabras = turno.palabras_de(fichas[i].desde, fichas[j].hasta)
    dudosa = bool(palabras) and min(p.prob for p in palabras) < 0.5
    gasta = gasta_comunes(fichas, i, j, ajenas)
    se_propone = prueba.mg is not None or (lugar and not gasta)
    salida = []
    for c in candidatos(dichas(fichas, i, j), "farmaco", umbrales["propuesta"]):
        if len(c.entrada.sonido) < umbrales["largo_minimo"] and c.puntaje < umbrales["igual"]:
            continue
        if gasta and not (prueba.dosis or prueba.verbo or c.puntaje >= umbrales["gasta_comunes"]):
            continue
        if c.parecido < _minimo_de_nombre(propio, prueba, c, lugar):
            continue
        puntaje = c.puntaje + _por_presentacion(c, prueba, ajustes["presentacion"])
        puntaje += ajustes["paciente"] if tomados.intersection(c.entrada.quien) else 0.0
        puntaje += ajustes["poca_probabilidad"] if dudosa else 0.0
        salida.append(_Lectura(i, j, c, puntaje, umbral, se_propone))
    return salida[:6]


def _minimo_de_nombre(propio: bool, prueba: Evidencia, c: Candidato, lugar: bool) -> float:
    """El parecido que se pide a lo que quizá sea el nombre de alguien, y a una marca sin dosis a la vista."""
    umbrales = datos()["umbrales"]
    if propio:
        return float(umbrales["nombre_propio"])
    if prueba.dosis or lugar or not c.es_marca:
        return 0.0
    return float(umbrales["marca_con_verbo" if prueba.verbo else "nombre_propio"])


def _mayuscula_intermedia(fichas: list[Ficha], i: int) -> bool:
    return i > 0 and fichas[i].texto[0].isupper() and not fichas[i - 1].corte


def _por_presentacion(c: Candidato, prueba: Evidencia, ajuste: float) -> float:
    """Ajuste por si la dosis dicha existe para ese fármaco; 0 si no se dijo o no se sabe."""
    farmaco = ficha(c.entrada.quien[0])
    if prueba.mg is None or not farmaco or not farmaco.presentaciones or len(c.entrada.quien) > 1:
        return 0.0
    return ajuste if prueba.mg in farmaco.presentaciones else -ajuste


def _margen(x: _Lectura, rival: _Lectura) -> float:
    """La ventaja que se exige: más entre nombres que se sabe que se confunden."""
    umbrales = datos()["umbrales"]
    par = {x.candidato.entrada.quien[0], rival.candidato.entrada.quien[0]}
    confundible = x.puntaje < umbrales["claro"] and any(par <= grupo for grupo in confundibles())
    return float(umbrales["margen_confundible" if confundible else "margen"])


def _contiene(x: _Lectura, otra: _Lectura) -> bool:
    """Si `x` abarca más de lo oído y `otra` es parte de su nombre: Neurobión en Dolo-Neurobión."""
    mayor, menor = x.candidato.entrada, otra.candidato.entrada
    abarca = _sin_prefijo(x) <= _sin_prefijo(otra) and otra.ultima <= x.ultima
    final = x.primera < otra.primera and mayor.sonido != menor.sonido and mayor.sonido.endswith(menor.sonido)
    parte = (
        x.ultima - _sin_prefijo(x) > otra.ultima - _sin_prefijo(otra)
        and f" {menor.texto} " in f" {mayor.texto} "
    )
    return abarca and (final or (parte and menor.texto != mayor.texto))


def _sin_prefijo(x: _Lectura) -> int:
    """La ficha en que empieza el nombre, sin el artículo de delante."""
    return x.primera + bool(x.candidato.prefijo and x.ultima > x.primera)


def _preferir_completas(lecturas: list[_Lectura]) -> list[_Lectura]:
    """Quita las lecturas que son el final de otra más completa y también aceptable."""
    aceptables = [x for x in lecturas if x.puntaje >= x.umbral]
    return [x for x in lecturas if not any(_contiene(otra, x) for otra in aceptables)]


def _rival(x: _Lectura, lecturas: list[_Lectura]) -> _Lectura | None:
    """La mejor lectura encimada que nombra otro fármaco."""
    for otra in lecturas:
        encimada = otra.primera <= x.ultima and x.primera <= otra.ultima
        if (
            encimada
            and not _contiene(x, otra)
            and not set(otra.candidato.entrada.quien) & set(x.candidato.entrada.quien)
        ):
            return otra
    return None


def _edicion(x: _Lectura, texto: str, fichas: list[Ficha], motivo: str) -> Edicion:
    """El cambio a escribir: el prefijo que quedó y el nombre, con la mayúscula inicial de lo oído."""
    c = x.candidato
    if c.prefijo and x.ultima > x.primera and fichas[x.primera].texto.lower() == c.prefijo:
        # La palabra de antes quedó igual: el cambio es solo lo que sigue.
        desde, nuevo = fichas[x.primera + 1].desde, f"{c.entrada.texto} {c.sufijo}".strip()
    else:
        desde, nuevo = fichas[x.primera].desde, c.escrito
    if texto[desde].isupper():
        nuevo = nuevo[0].upper() + nuevo[1:]
    return Edicion(desde, fichas[x.ultima].hasta, nuevo, motivo)


def _sin_nombre(turno: Turno, fichas: list[Ficha], ajenas: list[bool]) -> Iterator[_Duda]:
    """Una palabra desconocida donde va un medicamento: no se pudo nombrar, pero no debe desaparecer.

    Va ahí si la sigue una dosis en mg o si es justo lo que se toma, se receta o se suspende.
    """
    for i, ajena in enumerate(ajenas):
        if not ajena or len(fichas[i].llana) <= 3 or nombra_otra_cosa(fichas[i]):
            continue
        if evidencia(turno.texto, fichas, i, i).con_unidad or es_lo_que_se_toma(fichas, i):
            yield _Duda(fichas[i].desde, fichas[i].hasta, ())


# --- Términos clínicos ----------------------------------------------------------------------------


def _terminos(turno: Turno, fichas: list[Ficha], ajenas: list[bool]) -> list[Edicion]:
    ediciones: list[tuple[float, Edicion]] = []
    texto = turno.texto
    for i, j in ventanas(turno, fichas, ajenas, 3, "termino"):
        if any(ajenas[i : j + 1]):
            mejor = _mejor_termino(fichas, i, j, ajenas)
        else:
            mejor = Candidato(exactos("termino")[clave(" ".join(dichas(fichas, i, j)))], "", 1.0, 1.0)
        if mejor:
            lectura = _Lectura(i, j, mejor, mejor.puntaje)
            ediciones.append((mejor.puntaje, _edicion(lectura, texto, fichas, "término clínico")))
    ediciones += _signos(texto, fichas)
    ediciones.sort(key=lambda par: (-par[0], par[1].desde))
    elegidas: list[Edicion] = []
    for _, e in ediciones:
        if not toca(e.desde, e.hasta, [(x.desde, x.hasta) for x in elegidas]):
            elegidas.append(e)
    return elegidas


def _con_alergias(turno: Turno) -> Turno:
    """Primero «alérgica» y las demás palabras que anuncian un fármaco: si se oyeron mal, no lo anuncian."""
    fichas = partir(turno.texto)
    anuncian = datos()["prioridad"]["terminos"]
    terminos = _terminos(turno, fichas, ajenas_de(turno.texto, fichas))
    return aplicar(turno, [e for e in terminos if e.propuesto.lower() in anuncian])


def _mejor_termino(fichas: list[Ficha], i: int, j: int, ajenas: list[bool]) -> Candidato | None:
    umbrales = datos()["umbrales"]
    minimo = umbrales["termino"] if i == j else umbrales["termino_varias"]
    if gasta_comunes(fichas, i, j, ajenas):
        return None
    hallados = candidatos(dichas(fichas, i, j), "termino", minimo - 0.05)
    if not hallados:
        return None
    mejor = hallados[0]
    prioritario = i == j and mejor.entrada.texto in datos()["prioridad"]["terminos"]
    if mejor.parecido < (umbrales["prioritario"] if prioritario else minimo):
        return None
    if mejor.parecido >= umbrales["igual"]:
        return mejor
    rival = next((c for c in hallados[1:] if not _misma_raiz(c, mejor)), None)
    corto = len(mejor.entrada.sonido) < umbrales["largo_minimo"]
    if corto or (rival and mejor.puntaje - rival.puntaje < umbrales["margen"]):
        return None
    return None if _flexion(fichas[j].llana, llano(mejor.entrada.texto)) else mejor


def _misma_raiz(una: Candidato, otra: Candidato) -> bool:
    return llano(una.entrada.texto)[:5] == llano(otra.entrada.texto)[:5]


def _flexion(dicha: str, termino: str) -> bool:
    """«contracturado» no es «contractura» mal oída, sino otra forma de la palabra."""
    return len(dicha) >= len(termino) and dicha.startswith(termino[:-2])


def _signos(texto: str, fichas: list[Ficha]) -> list[tuple[float, Edicion]]:
    """«Jordano negativo» → «Giordano negativo»: un nombre propio junto a su resultado."""
    minimo, marcas = datos()["umbrales"]["signo"], datos()["evidencia"]["signos"]
    clase: Clase = "signo"
    salida = []
    for k, f in enumerate(fichas):
        if f.llana not in marcas or (k and fichas[k - 1].corte):
            continue
        fin = k - 2 if k and fichas[k - 1].llana == "es" else k - 1
        for i in range(max(0, fin - 2), fin + 1):
            if any(x.corte or not x.texto.isalpha() for x in fichas[i:fin]) or es_termino(fichas[fin].texto):
                continue
            for c in candidatos(dichas(fichas, i, fin), clase, minimo)[:1]:
                lectura = _Lectura(i, fin, c, c.puntaje)
                salida.append((c.puntaje, _edicion(lectura, texto, fichas, "término clínico")))
    return salida
