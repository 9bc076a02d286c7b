"""Identificadores de personas y cómo se valida cada uno (con `python-stdnum` donde existe)."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.mx import curp as _curp
from stdnum.mx import rfc as _rfc


class TipoIdentificador(StrEnum):
    """México y Colombia (Res. 866, elemento 2) y los que no son de un país."""

    CURP = "CURP"
    RFC = "RFC"
    NSS = "NSS"
    INE = "INE"
    CC = "CC"
    CE = "CE"
    CD = "CD"
    PA = "PA"
    SC = "SC"
    PT = "PT"
    PE = "PE"
    RC = "RC"
    TI = "TI"
    CN = "CN"
    AS = "AS"
    MS = "MS"
    DE = "DE"
    SI = "SI"
    OTRO = "OTRO"


SIN_IDENTIDAD = frozenset({TipoIdentificador.AS, TipoIdentificador.MS, TipoIdentificador.SI})
"""Los que dicen que no se sabe quién es: no identifican y se pueden repetir."""

UNICOS = frozenset(TipoIdentificador) - SIN_IDENTIDAD - {TipoIdentificador.OTRO, TipoIdentificador.RFC}
"""Los que dos personas no comparten. El RFC de una homoclave genérica sí se repite."""

_FORMAS: dict[TipoIdentificador, re.Pattern[str]] = {
    TipoIdentificador.INE: re.compile(r"^[A-Z]{6}\d{8}[HM]\d{3}$"),
    TipoIdentificador.CC: re.compile(r"^\d{3,10}$"),
    TipoIdentificador.TI: re.compile(r"^\d{10,11}$"),
    TipoIdentificador.RC: re.compile(r"^[A-Z0-9]{8,11}$"),
}
_GENERAL = re.compile(r"^[A-Z0-9-]{3,20}$")  # Res. 866, elemento 2: de 3 a 20


def normalizar(tipo: TipoIdentificador, valor: str) -> str:
    """El valor en mayúsculas, sin adornos y validado. `ValueError` si no puede ser de ese tipo."""
    limpio = re.sub(r"[\s.]", "", valor).upper()
    if valida := _CON_DIGITO.get(tipo):
        try:
            return valida(limpio)
        except ValidationError as causa:
            raise ValueError(f"no es un {tipo} válido") from causa
    if not _FORMAS.get(tipo, _GENERAL).match(limpio):
        raise ValueError(f"no es un {tipo} válido")
    return limpio


def _nss(valor: str) -> str:
    """Número de seguridad social (IMSS): 11 dígitos, el último de Luhn."""
    limpio = valor.replace("-", "")
    if len(limpio) != 11 or not limpio.isdigit():
        raise ValidationError
    return str(luhn.validate(limpio))


def _validar_curp(valor: str) -> str:
    return str(_curp.validate(valor, validate_check_digits=True))


def _validar_rfc(valor: str) -> str:
    # El dígito del RFC no se exige: el SAT ha emitido claves que no lo cumplen.
    return str(_rfc.validate(valor))


_CON_DIGITO: dict[TipoIdentificador, Callable[[str], str]] = {
    TipoIdentificador.CURP: _validar_curp,
    TipoIdentificador.RFC: _validar_rfc,
    TipoIdentificador.NSS: _nss,
}
