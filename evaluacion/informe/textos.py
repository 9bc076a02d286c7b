"""Los nombres con que los informes dicen las cosas (`datos/informe.toml`) y las cifras en español."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from evaluacion import definiciones as catalogo
from evaluacion.definiciones import Definicion
from evaluacion.resultados import Cifra

NADA = "—"
_FIJO = "\u00a0"
"""Espacio que no parte renglón: la cifra no se separa de su unidad."""
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip


@cache
def datos() -> dict[str, Any]:
    """`datos/informe.toml`, tal cual."""
    return tomllib.loads(files("evaluacion").joinpath("datos/informe.toml").read_text("utf-8"))


def definicion(nombre: str) -> Definicion:
    """La definición de una medida o de la curva a que pertenece su renglón.

    Una que ya no está en el catálogo (un resultado viejo) sale con su propio nombre, para no perderla.
    """
    base = nombre.split("/", 1)[0]
    return catalogo.definiciones().get(base) or Definicion(
        nombre=base, grupo="otras", titulo=base, mejor="menos", definicion="", fuente="", con=""
    )


def rotulo(tema: str, clave: str) -> str:
    """El nombre legible de un grupo, tarea, etiqueta, etapa o tema; sin entrada, la clave sin guiones."""
    valor = datos().get(tema, {}).get(clave)
    if isinstance(valor, dict):
        return str(valor["titulo"])
    return str(valor) if valor else clave.replace("_", " ").strip().capitalize()


def valor_de(etiqueta: str, valor: str) -> str:
    """El valor de una etiqueta con su unidad: «10» de `snr_db` es «10 dB»."""
    forma = datos()["valores"].get(etiqueta)
    if forma and es_numero(valor):
        return str(forma.format(valor)).replace(" ", _FIJO)
    return valor.replace("_", " ")


def es_numero(texto: str) -> bool:
    """Si se puede leer como número."""
    try:
        float(texto)
    except ValueError:
        return False
    return True


def orden_natural(valores: Iterable[str], etiqueta: str = "") -> list[str]:
    """Los que no son número primero, por nombre; después los números de menor a mayor (o al revés, si así
    lo pide la etiqueta: en el SNR, el ruido crece hacia abajo).
    """
    signo = -1 if etiqueta in datos()["descendente"]["etiquetas"] else 1

    def lugar(valor: str) -> tuple[bool, float, str]:
        primero = valor.split(" ", maxsplit=1)[0]
        return (True, signo * float(primero), valor) if es_numero(primero) else (False, 0.0, valor)

    return sorted(valores, key=lugar)


def numero(valor: float, medida: Definicion) -> str:
    """Un valor con la unidad de su medida: «6.6 %», «0.3 por min», «0.26 s/s»."""
    if medida.forma in ("tasa", "cuenta"):
        return f"{100 * valor:.1f}{_FIJO}%"
    if medida.forma == "por_minuto":
        return f"{_suelto(valor)}{_FIJO}por{_FIJO}min"
    return f"{_suelto(valor)}{_FIJO}{medida.unidad}".strip()


def _suelto(valor: float) -> str:
    if abs(valor) >= 100:
        return f"{valor:,.0f}".replace(",", "\u202f")
    return f"{valor:.1f}" if abs(valor) >= 10 else f"{valor:.2f}"


def leer_cifra(cifra: Cifra | None, medida: Definicion) -> str:
    """El valor; en las cuentas, también k/n."""
    if cifra is None:
        return NADA
    if medida.forma == "cuenta":
        return f"{cifra.parte:g}/{cifra.total:g} ({numero(cifra.valor, medida)})"
    return numero(cifra.valor, medida)


def intervalo(bajo: float, alto: float, medida: Definicion) -> str:
    """«5.9–7.3 %»: la unidad una sola vez."""
    desde, hasta = numero(bajo, medida), numero(alto, medida)
    unidad = hasta[len(hasta.split(_FIJO, maxsplit=1)[0]) :]
    return f"{desde.removesuffix(unidad)}–{hasta}"


def intervalo_de(cifra: Cifra | None, medida: Definicion) -> str:
    """El intervalo del 95 %; con un solo caso no hay con qué estimarlo."""
    if cifra is None or cifra.n < 2:
        return NADA
    return intervalo(cifra.bajo, cifra.alto, medida)


def diferencia(valor: float, medida: Definicion) -> str:
    """Con signo; en tasas, en puntos porcentuales."""
    if medida.forma in ("tasa", "cuenta"):
        return f"{100 * valor:+.1f}{_FIJO}puntos"
    return f"{'+' if valor >= 0 else '−'}{numero(abs(valor), medida)}"


def rango_de_diferencia(bajo: float, alto: float, medida: Definicion) -> str:
    """«−1.2 a +0.4 puntos»."""
    if medida.forma in ("tasa", "cuenta"):
        return f"{100 * bajo:+.1f} a {100 * alto:+.1f}"
    return f"{diferencia(bajo, medida)} a {diferencia(alto, medida)}"


def fecha(texto: str) -> str:
    """«22 de noviembre de 2025, 07:45 UTC»; lo que no es una fecha ISO se deja igual."""
    try:
        dia = datetime.fromisoformat(texto)
    except ValueError:
        return texto
    hora = f", {dia:%H:%M}" if "T" in texto else ""
    zona = " UTC" if dia.tzinfo and not dia.utcoffset() else ""
    return f"{dia.day} de {_MESES[dia.month - 1]} de {dia.year}{hora}{zona}"


def veces(razon: float) -> str:
    """«2.3×»."""
    return f"{razon:.2f}×" if razon < 10 else f"{razon:.0f}×"


def segundos(valor: float) -> str:
    """«42 s», «4.2 min» o «1.5 h»."""
    if valor < 120:
        return f"{valor:.0f}{_FIJO}s" if valor >= 10 else f"{valor:.1f}{_FIJO}s"
    return f"{valor / 60:.1f}{_FIJO}min" if valor < 7200 else f"{valor / 3600:.1f}{_FIJO}h"


def plural(cuantos: int, uno: str, varios: str) -> str:
    """«1 caso», «3 casos»."""
    return f"{cuantos} {uno if cuantos == 1 else varios}"
