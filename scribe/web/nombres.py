"""De lo que se tecleó para buscar a los campos de un alta: nombre y apellidos, o un identificador."""

from __future__ import annotations

_PARTICULAS = frozenset(["de", "del", "la", "las", "los", "y", "da", "do", "dos", "san", "santa"])


def repartir(texto: str) -> dict[str, str]:
    """Los campos del alta que se pueden proponer; con cifras es un identificador (`valor`).

    Los dos últimos son los apellidos, con sus partículas: «maría josé de la cruz pérez» → «María José»,
    «de la Cruz», «Pérez». Quien da de alta los ve y los corrige.
    """
    if any(c.isdigit() for c in texto):
        return {"valor": texto}
    partes = _unidas(texto)
    junto = partes if len(partes) < 3 else [" ".join(partes[:-2]), *partes[-2:]]
    campos = ("nombre", "apellido_paterno", "apellido_materno")
    return dict(zip(campos, junto, strict=False))


def _unidas(texto: str) -> list[str]:
    """Cada palabra con su mayúscula, pegada a las partículas que la anteceden."""
    unidas, junta = [], ""
    for palabra in texto.split():
        llana = palabra.lower()
        suelta = llana in _PARTICULAS
        junta = f"{junta} {llana if suelta else palabra[:1].upper() + palabra[1:]}".strip()
        if not suelta:
            unidas.append(junta)
            junta = ""
    return [*unidas, junta] if junta else unidas
