"""Lo que una grabación no tiene, dicho a quien la revisa: en su minuto y como aviso de la nota.

Lo anota quien graba (el navegador mide cuándo se durmió el equipo, se fue el micrófono o hubo una pausa) y
llega al cerrar la subida. Aquí se guarda, se lee y se pone en palabras; nada se completa ni se supone.
"""

from __future__ import annotations

from uuid import UUID

from psycopg.types.json import Jsonb

from scribe.consulta import Aviso, Borrador
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.modelo import Hueco

PORQUE = {
    "perdido": "el equipo se durmió o el micrófono se detuvo",
    "desconectado": "el micrófono se desconectó",
    "interrumpida": "la página se cerró y la grabación se retomó después",
    "mudo": "el micrófono estuvo en silencio",
    "final": "la grabación se interrumpió y se entregó con lo que había llegado",
    "pausa": "en pausa",
}
"""Por qué falta, como se le dice a quien revisa; también el orden en que se avisa."""

_AVISO = "hueco_grabacion"
_AVISO_PAUSA = "pausa_grabacion"


def guardar(t: Transaccion, subida: UUID, huecos: tuple[Hueco, ...]) -> None:
    """Los deja con la subida, que aún está abierta, en el orden en que pasaron."""
    if huecos:
        en_orden = sorted(huecos, key=lambda h: h.en_s)
        t.una("subida_huecos", "la subida", id=subida, huecos=Jsonb([h.model_dump() for h in en_orden]))


def leer(t: Transaccion, grabacion: UUID) -> tuple[Hueco, ...]:
    """Los de una grabación, en orden; vacío si no hubo o si no se grabó aquí."""
    fila = t.fila("subida_por_id", id=grabacion)
    return tuple(Hueco.model_validate(h) for h in fila["huecos"]) if fila else ()


def decir(hueco: Hueco) -> str:
    """Lo que se lee en la conversación, en el lugar donde falta."""
    cuanto = rato(hueco.falto_s) if hueco.falto_s is not None else ""
    if hueco.clase == "pausa":
        return f"Grabación en pausa{f' {cuanto}' if cuanto else ''}"
    if hueco.clase == "mudo":
        return f"Desde aquí, {cuanto or 'un rato'} sin ningún sonido: {PORQUE['mudo']}"
    if hueco.clase == "final":
        return f"Aquí puede faltar el final: {PORQUE['final']}"
    return f"Aquí faltan {cuanto or 'unos segundos'}: {PORQUE[hueco.clase]}"


def avisos(huecos: tuple[Hueco, ...]) -> tuple[Aviso, ...]:
    """Uno por causa, con todos sus minutos: lo dicho entonces no pudo llegar a la nota."""
    dichos = []
    for clase, porque in PORQUE.items():
        suyos = [h for h in huecos if h.clase == clase]
        if suyos:
            tipo = _AVISO_PAUSA if clase == "pausa" else _AVISO
            dichos.append(Aviso(tipo=tipo, texto=_texto(clase, porque, suyos)))
    return tuple(dichos)


def con_huecos(borrador: Borrador, huecos: tuple[Hueco, ...]) -> Borrador:
    """El mismo borrador, con lo que su grabación no tiene entre los avisos."""
    return borrador.model_copy(update={"avisos": borrador.avisos + avisos(huecos)}) if huecos else borrador


def _texto(clase: str, porque: str, suyos: list[Hueco]) -> str:
    lugares = _juntar([_lugar(h) for h in suyos])
    if clase == "pausa":
        return f"La grabación estuvo en pausa: {lugares}. Lo dicho entonces no está en la nota."
    if clase == "mudo":
        return f"No se oyó nada: {lugares}; {porque}. Si ahí se habló, agréguelo."
    if clase == "final":
        return f"Puede faltar el final ({minuto(suyos[-1].en_s)}): {porque}."
    return f"A la grabación le falta un tramo: {lugares}; {porque}. Si ahí se habló, agréguelo."


def _lugar(hueco: Hueco) -> str:
    cuanto = rato(hueco.falto_s) if hueco.falto_s is not None else "no se sabe cuánto"
    return f"{cuanto} {'desde' if hueco.clase == 'mudo' else 'en'} {minuto(hueco.en_s)}"


def _juntar(partes: list[str]) -> str:
    return f"{', '.join(partes[:-1])} y {partes[-1]}" if len(partes) > 1 else partes[0]


def minuto(segundos: float) -> str:
    """«3:05», o «1:02:03» desde la hora: como el reloj de la conversación."""
    s = int(segundos)
    horas, minutos = divmod(s // 60, 60)
    return f"{horas}:{minutos:02}:{s % 60:02}" if horas else f"{minutos}:{s % 60:02}"


def rato(segundos: float) -> str:
    """«12 s», «3 min» o «1 h 5 min»: cuánto duró, sin más precisión de la que importa."""
    s = round(segundos)
    if s < 60:
        return f"{max(s, 1)} s"
    minutos = round(s / 60)
    horas, resto = divmod(minutos, 60)
    return " ".join([*([f"{horas} h"] if horas else []), *([f"{resto} min"] if resto else [])])
