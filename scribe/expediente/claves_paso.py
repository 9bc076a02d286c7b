"""Contraseñas: cómo se guardan, qué se les pide, cuándo se bloquea y el primer arranque.

Cada usuario tiene dos: la de entrar y la de firmar (NOM-024-SSA3-2010, 5.5.1), distintas entre sí. Se
guardan con argon2id. Todo lo de aquí es lógica sin base: quien llama persiste los estados.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Literal

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz.distance import Levenshtein

from scribe.expediente.errores_seguridad import ClaveDePasoRechazada

LARGO_MAXIMO = 128
"""Tope de caracteres: basta para una frase larga y nadie puede hacer trabajar de más a argon2."""

_HASHER = PasswordHasher()  # RFC 9106, perfil de poca memoria: argon2id, 64 MiB, 3 pasadas, 4 carriles
_ISSUER = "Scribe"


class PoliticaDeClaves(BaseModel):
    """Lo que se le pide a un nombre de usuario y a una contraseña; cada clínica lo puede endurecer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usuario_minimo: int = Field(7, ge=7, description="NOM-024 5.5.1: más de 6 caracteres.")
    largo_minimo: int = Field(12, ge=8, le=64, description="ASVS 5.0, 6.2.1: 8 como mínimo; mejor 15.")
    composicion: bool = Field(
        True, description="Números, minúsculas y mayúsculas (NOM-024 5.5.1; se aparta de ASVS 6.2.5)."
    )
    puntaje_minimo: int = Field(3, ge=1, le=4, description="Fortaleza estimada por zxcvbn, de 0 a 4.")
    intentos: int = Field(3, ge=1, le=3, description="Fallos seguidos antes de bloquear (NOM-024 3.3.1).")
    desbloqueo_min: int | None = Field(
        None, ge=1, description="Minutos para desbloqueo solo; sin valor, solo en la consola de la clínica."
    )


@dataclass(frozen=True, slots=True)
class Defecto:
    """Algo que la contraseña o el usuario no cumplen: regla, de qué norma sale y cómo arreglarlo."""

    regla: str
    fuente: str
    texto: str


# --- Guardar y comprobar -----------------------------------------------------------------------------


def normalizar(clave: str) -> str:
    """La misma contraseña en cualquier teclado (NFC)."""
    return unicodedata.normalize("NFC", clave)


def resumir(clave: str) -> str:
    """El resumen argon2id que se guarda. No revisa la política: eso es de `exigir_clave`."""
    if len(clave) > LARGO_MAXIMO:
        raise ClaveDePasoRechazada(f"La contraseña pasa de {LARGO_MAXIMO} caracteres.", "Use una más corta.")
    return _HASHER.hash(normalizar(clave))


def comprobar(resumen: str | None, clave: str) -> bool:
    """Si la contraseña es la del resumen. Sin resumen (no existe el usuario) tarda lo mismo y dice no."""
    corta = normalizar(clave[: LARGO_MAXIMO + 1])
    try:
        es = _HASHER.verify(resumen if resumen is not None else _senuelo(), corta)
    except (VerificationError, InvalidHashError):
        return False
    return es and resumen is not None and len(clave) <= LARGO_MAXIMO


def conviene_rehacer(resumen: str) -> bool:
    """Si el resumen se hizo con un costo menor que el de hoy; se rehace al siguiente acceso bueno."""
    return _HASHER.check_needs_rehash(resumen)


@lru_cache(maxsize=1)
def _senuelo() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


# --- Política -----------------------------------------------------------------------------------------


def revisar_usuario(usuario: str, politica: PoliticaDeClaves) -> list[Defecto]:
    """Lo que el nombre de usuario no cumple."""
    defectos = []
    if len(usuario) < politica.usuario_minimo:
        defectos.append(
            _defecto(
                "usuario_corto", f"El nombre de usuario lleva al menos {politica.usuario_minimo} letras."
            )
        )
    if not usuario.isascii() or not all(c.isalnum() or c in "._-" for c in usuario):
        defectos.append(
            _defecto("usuario_forma", "El nombre de usuario lleva letras, números, «.», «_», «-».")
        )
    return defectos


def revisar_clave(
    clave: str,
    politica: PoliticaDeClaves,
    *,
    propios: tuple[str, ...] = (),
    otra: str | None = None,
) -> list[Defecto]:
    """Lo que la contraseña no cumple; vacío si sirve.

    `propios` son palabras de la persona y la clínica (usuario, nombre) que no deben formarla; `otra` es
    la otra contraseña del mismo usuario, en claro o como resumen argon2 ya guardado.
    """
    clave = normalizar(clave)
    if len(clave) > LARGO_MAXIMO:
        return [_defecto("larga", f"La contraseña no pasa de {LARGO_MAXIMO} caracteres.")]
    defectos = []
    if len(clave) < politica.largo_minimo:
        defectos.append(
            _defecto("corta", f"La contraseña lleva al menos {politica.largo_minimo} caracteres.")
        )
    if politica.composicion:
        defectos += _composicion(clave)
    if clave.casefold() in _comunes() or puntaje(clave, propios) < politica.puntaje_minimo:
        defectos.append(_defecto("adivinable", "La contraseña es de las que se adivinan primero; use otra."))
    if _contiene(clave, propios):
        defectos.append(_defecto("propia", "La contraseña lleva su nombre, su usuario o el de la clínica."))
    if otra is not None and _parecidas(clave, otra):
        defectos.append(_defecto("igual", "La contraseña de firmar debe ser distinta de la de entrar."))
    return defectos


def exigir_clave(
    clave: str, politica: PoliticaDeClaves, *, propios: tuple[str, ...] = (), otra: str | None = None
) -> str:
    """El resumen de una contraseña que cumple la política. Lanza `ClaveDePasoRechazada` con lo que falta."""
    if defectos := revisar_clave(clave, politica, propios=propios, otra=otra):
        raise ClaveDePasoRechazada(" ".join(d.texto for d in defectos))
    return resumir(clave)


def puntaje(clave: str, propios: tuple[str, ...] = ()) -> int:
    """Fortaleza de 0 a 4 según zxcvbn, con 30 mil contraseñas comunes y las palabras dadas, sin red."""
    if not clave:
        return 0  # zxcvbn revienta con la vacía
    zxcvbn: Any = import_module("zxcvbn").zxcvbn
    # Más de 72 caracteres no cambia el juicio y sí el tiempo, que crece con el cuadrado.
    return int(zxcvbn(clave[:72], user_inputs=[*_contextuales(), *propios])["score"])


def _composicion(clave: str) -> list[Defecto]:
    pedidos = (("números", str.isdigit), ("minúsculas", str.islower), ("mayúsculas", str.isupper))
    faltan = [nombre for nombre, es in pedidos if not any(es(c) for c in clave)]
    return [_defecto("composicion", f"A la contraseña le faltan {' y '.join(faltan)}.")] if faltan else []


def _contiene(clave: str, propios: tuple[str, ...]) -> bool:
    plana = _plano(clave)
    return any(len(parte) > 3 and parte in plana for propio in propios for parte in _plano(propio).split())


def _plano(texto: str) -> str:
    """Sin tildes ni mayúsculas."""
    sueltas = unicodedata.normalize("NFD", texto.casefold())
    return "".join(c for c in sueltas if not unicodedata.combining(c))


def _parecidas(clave: str, otra: str) -> bool:
    """Igual que la otra; si se tiene en claro, también si cambia en dos letras o menos."""
    if otra.startswith("$argon2"):
        return any(comprobar(otra, forma) for forma in {clave, clave.swapcase()})
    return Levenshtein.distance(_plano(clave), _plano(normalizar(otra))) <= 2


@lru_cache(maxsize=1)
def _datos() -> dict[str, Any]:
    texto = files("scribe.expediente").joinpath("datos", "claves_comunes.toml").read_text(encoding="utf-8")
    return tomllib.loads(texto)


@lru_cache(maxsize=1)
def _comunes() -> frozenset[str]:
    return frozenset(str(c).casefold() for c in _datos()["comunes"])


def _contextuales() -> tuple[str, ...]:
    return tuple(_datos()["contextuales"])


def _defecto(regla: str, texto: str) -> Defecto:
    return Defecto(regla, str(_datos()["fuentes"][regla]), texto)


# --- Bloqueo ------------------------------------------------------------------------------------------


class EstadoDeAcceso(BaseModel):
    """Los fallos seguidos de un usuario; se guarda con él (uno para entrar y otro para firmar)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fallos: int = 0
    bloqueado: datetime | None = None

    def tras_fallo(self, politica: PoliticaDeClaves, ahora: datetime) -> EstadoDeAcceso:
        """Un fallo más; al llegar al límite queda bloqueado desde ahora (NOM-024 3.3.1)."""
        fallos = self.fallos + 1
        llega = self.bloqueado or (ahora if fallos >= politica.intentos else None)
        return EstadoDeAcceso(fallos=fallos, bloqueado=llega)

    def tras_acierto(self) -> EstadoDeAcceso:
        """Cuenta de nuevo desde cero. Un bloqueo no se levanta acertando."""
        return self if self.bloqueado else EstadoDeAcceso()

    def esta_bloqueado(self, politica: PoliticaDeClaves, ahora: datetime) -> bool:
        """Si hay que rechazar sin mirar la contraseña. Un reloj que retrocede no desbloquea."""
        if self.bloqueado is None:
            return False
        if politica.desbloqueo_min is None:
            return True
        return ahora - self.bloqueado < timedelta(minutes=politica.desbloqueo_min)

    def vigente(self, politica: PoliticaDeClaves, ahora: datetime) -> EstadoDeAcceso:
        """El estado que cuenta ahora: en blanco si el bloqueo ya venció."""
        return self if self.bloqueado is None or self.esta_bloqueado(politica, ahora) else EstadoDeAcceso()


# --- Segundo factor ----------------------------------------------------------------------------------


def nuevo_totp() -> str:
    """Secreto TOTP nuevo (160 bits, base32). Se guarda cifrado."""
    return pyotp.random_base32()


def enlace_totp(secreto: str, usuario: str, clinica: str) -> str:
    """El enlace `otpauth://` que se enseña como QR."""
    return str(pyotp.TOTP(secreto).provisioning_uri(name=usuario, issuer_name=f"{_ISSUER} {clinica}".strip()))


def comprobar_totp(secreto: str, codigo: str, ahora: datetime, ultimo: int | None) -> int | None:
    """El número de intervalo del código si vale ahora (o el intervalo vecino); `None` si no.

    Quien llama guarda el intervalo devuelto y lo pasa en `ultimo`: un código no sirve dos veces (RFC
    6238, 5.2).
    """
    limpio = codigo.replace(" ", "")
    if not (limpio.isascii() and limpio.isdigit() and len(limpio) == 6):
        return None
    totp = pyotp.TOTP(secreto)
    actual = totp.timecode(ahora)
    hallado = None
    for intervalo in (actual - 1, actual, actual + 1):
        # Sin salir al primer acierto: el tiempo no dice cuál era.
        if hmac.compare_digest(totp.generate_otp(intervalo), limpio):
            hallado = intervalo
    return hallado if hallado is not None and (ultimo is None or hallado > ultimo) else None


# --- Primer arranque -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenDeArranque:
    """Lo que se guarda del token que crea al primer administrador: su resumen, cuándo vence y si se usó."""

    resumen: str
    vence: datetime
    usado: bool = False
    proposito: Literal["primer_arranque", "desbloqueo"] = field(default="primer_arranque")

    @classmethod
    def nuevo(
        cls,
        ahora: datetime,
        vale: timedelta = timedelta(minutes=30),
        proposito: Literal["primer_arranque", "desbloqueo"] = "primer_arranque",
    ) -> tuple[str, TokenDeArranque]:
        """El token, para enseñarlo una vez en la consola, y lo que se guarda (256 bits; basta un sha256)."""
        token = secrets.token_urlsafe(32)
        return token, cls(_resumen_de(token), ahora + vale, proposito=proposito)

    def gastar(self, token: str, ahora: datetime) -> TokenDeArranque | None:
        """El mismo registro, ya usado, si el token vale; `None` si no. Quien llama lo guarda en la misma
        transacción que crea al administrador.
        """
        vale = hmac.compare_digest(self.resumen, _resumen_de(token))
        return replace(self, usado=True) if vale and not self.usado and ahora < self.vence else None


def _resumen_de(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
