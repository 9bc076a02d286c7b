"""Dosis que no existen para el fármaco que se dijo: casi siempre es una cifra mal oída."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from scribe.consulta import Aviso, Transcripcion, Turno
from scribe.lenguaje.farmacos import Farmaco, MencionFarmaco, buscar_farmacos, ficha
from scribe.lenguaje.fichas import Edicion, aplicar
from scribe.lenguaje.parecidos import candidatos, confundibles
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.rangos import revisar_cifras
from scribe.lenguaje.texto import llano

_P = patrones("scribe.lenguaje", "cantidades.es")
_A_MG = {"mg": 1.0, "mcg": 0.001, "g": 1000.0, None: 1.0}
_TOMAS_MAXIMAS = 4
_PARECIDO = 0.72
"""Desde aquí dos nombres de fármaco se confunden al oído («losartán», «telmisartán»)."""
_FRACCIONES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


def dosis_dicha(texto: str, mencion: MencionFarmaco) -> tuple[int, int, float] | None:
    """La dosis que sigue a una mención: `(desde, hasta, mg)` en `texto`, o `None`.

    «de 500» sin unidad se toma como mg; una cifra suelta sin «de» ni unidad no es dosis.
    """
    plano = llano(texto)
    m = _P["dosis"].match(plano, mencion.hasta)
    farmaco = ficha(mencion.generico)
    if not m or (m[2] is None and " de " not in f"{m[0]} "):
        return None
    if m[2] is None and _P["no_es_dosis"].match(plano, m.end()):
        return None
    cifra = float(m[1])
    if (
        m[2] is None
        and farmaco
        and cifra not in farmaco.presentaciones
        and cifra / 1000 in farmaco.presentaciones
    ):
        return m.start(1), m.end(), cifra / 1000  # «levotiroxina de 75» son microgramos
    return m.start(1), m.end(), cifra * _A_MG[m[2]]


def existe(farmaco: Farmaco, mg: float) -> bool:
    """Si `mg` es una presentación, una suma de ellas o la media tableta; también lo usual por toma."""
    if farmaco.toma_min and farmaco.toma_max and farmaco.toma_max < farmaco.toma_min:
        return True
    return any(abs(p * f - mg) < 1e-6 for p in farmaco.presentaciones for f in _FRACCIONES)


def separar_tomas(turno: Turno) -> Turno:
    """«telmisartán de 41 diario» es «de 40, 1 diario»: la toma se oyó como la unidad de la dosis.

    Solo si esa dosis no existe, la de uno menos sí, y detrás viene el ritmo de la toma.
    """
    return aplicar(turno, list(_tomas_pegadas(turno)))


def _tomas_pegadas(turno: Turno) -> Iterator[Edicion]:
    for mencion in buscar_farmacos(turno.texto):
        farmaco = ficha(mencion.generico)
        m = _P["dosis"].match(llano(turno.texto), mencion.hasta)
        if not farmaco or not m or m[2] or not m[1].endswith("1") or not m[1].isdigit():
            continue
        entera = int(m[1]) - 1
        pegada = entera in farmaco.presentaciones and not existe(farmaco, float(m[1]))
        if pegada and _P["ritmo"].match(llano(turno.texto), m.end()):
            yield Edicion(m.start(1), m.end(1), f"{entera}, 1", "cifra")


def _toma_pegada(cifra: str, farmaco: Farmaco) -> str:
    """«852» donde existe 850 pudo ser «de 850, 2»: se propone, porque también pudo oírse mal la dosis."""
    if not cifra.isdigit() or not 0 < int(cifra) % 10 <= _TOMAS_MAXIMAS:
        return ""
    entera, tomas = int(cifra) - int(cifra) % 10, int(cifra) % 10
    return f"; quizá «de {entera}, {tomas}»" if entera in farmaco.presentaciones else ""


@lru_cache(maxsize=512)
def cifras_dudosas(turno: Turno) -> tuple[Aviso, ...]:
    """Lo que en un turno una persona no puede tener o un fármaco no trae, con las reglas de los avisos."""
    sola = Transcripcion(idioma="es", turnos=(turno,))
    return (*revisar_cifras(sola), *revisar_presentaciones(sola))


def revisar_presentaciones(transcripcion: Transcripcion) -> tuple[Aviso, ...]:
    """Un aviso por cada dosis que no corresponde a ninguna presentación conocida: `cifra_dudosa`, o
    `farmaco_dudoso` si otro fármaco que suena parecido sí la tiene.

    No se revisan líquidos ni dosis por peso, ni fármacos sin presentaciones en el léxico.
    """
    if not transcripcion.idioma.startswith("es"):
        return ()
    return tuple(aviso for turno in transcripcion.turnos for aviso in _del_turno(turno))


def _del_turno(turno: Turno) -> Iterator[Aviso]:
    if _P["liquido"].search(llano(turno.texto)):
        return
    menciones = buscar_farmacos(turno.texto)
    for previa, mencion in zip([None, *menciones], menciones, strict=False):
        if previa and _P["combina"].fullmatch(turno.texto, previa.hasta, mencion.desde):
            continue  # la dosis de una combinación no es la de su último componente
        farmaco = ficha(mencion.generico)
        hallada = dosis_dicha(turno.texto, mencion)
        if not farmaco or not farmaco.presentaciones or not hallada or len(mencion.genericos) > 1:
            continue
        if not existe(farmaco, hallada[2]):
            tramo = turno.texto[mencion.desde : hallada[1]]
            conocidas = ", ".join(f"{p:g}" for p in farmaco.presentaciones)
            if rivales := _rivales(mencion, hallada[2]):
                yield Aviso(
                    tipo="farmaco_dudoso",
                    texto=f"«{tramo}»: no es una presentación conocida ({conocidas} mg); pudo ser {rivales}, "
                    "de nombre parecido y con esa dosis: confirme el nombre y la dosis.",
                    citas=(turno.citar(mencion.desde, hallada[1]),),
                )
                continue
            quiza = _toma_pegada(turno.texto[hallada[0] : hallada[1]], farmaco)
            yield Aviso(
                tipo="cifra_dudosa",
                texto=f"«{tramo}»: no es una presentación conocida ({conocidas} mg){quiza}; conviene oírlo.",
                citas=(turno.citar(mencion.desde, hallada[1]),),
            )


def _rivales(mencion: MencionFarmaco, mg: float) -> str:
    """Los otros fármacos con que se confunde el nombre y que sí vienen en esa dosis; vacío si no hay."""
    parecidos = [
        c.entrada.quien[0]
        for c in candidatos(tuple(mencion.texto.split()), "farmaco", _PARECIDO)
        if len(c.entrada.quien) == 1 and not c.prefijo
    ]
    vecinos = [g for grupo in confundibles() if mencion.generico in grupo for g in sorted(grupo)]
    posibles = [
        g
        for g in dict.fromkeys([*parecidos, *vecinos])
        if g != mencion.generico and (farmaco := ficha(g)) and mg in farmaco.presentaciones
    ]
    return " o ".join(posibles[:2])
