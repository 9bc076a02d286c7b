"""Consentimientos: qué texto se leyó, quién lo otorgó, cómo y cuándo; y su revocación."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args
from uuid import UUID, uuid4

from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido, Duplicado, NoExiste
from scribe.expediente.modelo import Consentimiento, Finalidad, Pais
from scribe.expediente.transaccion import Transaccion

Como = Literal["escrito", "electronico", "verbal_grabado"]
Calidad = Literal["paciente", "representante", "tutor"]


def publicar_texto(t: Transaccion, finalidad: Finalidad, pais: Pais, version: str, texto: str) -> UUID:
    """Publica una versión del texto. No se edita: se publica otra. `Duplicado` si esa versión ya existe."""
    fila = t.agregar(
        "consentimiento_texto", "consentimiento.texto",
        {"finalidad": finalidad, "pais": pais, "version": version, "texto": texto,
         "sha256": hashlib.sha256(texto.encode()).digest()},
        detalle={"finalidad": finalidad, "version": version},
    )  # fmt: skip
    nuevo: UUID = fila["id"]
    return nuevo


def publicar_textos_iniciales(t: Transaccion, pais: Pais) -> None:
    """Publica el texto con que empieza una clínica, de cada finalidad que no tenga ninguno en ese país."""
    for finalidad in get_args(Finalidad):
        inicial = _iniciales().get(finalidad, {}).get(pais)
        vigente_ = t.fila("consentimiento_texto_vigente", finalidad=finalidad, pais=pais)
        if inicial is not None and vigente_ is None:
            publicar_texto(t, finalidad, pais, inicial["version"], inicial["texto"].strip())


def texto_vigente(t: Transaccion, finalidad: Finalidad, pais: Pais) -> tuple[UUID, str, str]:
    """El texto que hoy se lee: id, versión y texto. `NoExiste` si no se ha publicado."""
    fila = t.una(
        "consentimiento_texto_vigente", "ese texto de consentimiento", finalidad=finalidad, pais=pais
    )
    return fila["id"], fila["version"], fila["texto"]


def registrar(
    t: Transaccion,
    paciente: UUID,
    texto: UUID,
    *,
    otorgado: bool,
    como: Como,
    calidad: Calidad = "paciente",
    otorgante: str | None = None,
    evidencia: bytes | None = None,
    encuentro: UUID | None = None,
) -> Consentimiento:
    """Registra lo que la persona respondió, también si dijo que no.

    `otorgante`: nombre de quien responde por ella (obligatorio si no es ella misma); `evidencia`: la
    firma dibujada, la carta escaneada… Ambos cifrados. Con `encuentro` vale solo para ese.
    """
    if calidad != "paciente" and not (otorgante or "").strip():
        raise DatoInvalido("Falta el nombre de quien responde por el paciente.", "Escríbalo.")
    nuevo = uuid4()
    cifrados = {
        campo: t.cifrar(valor, "paciente", paciente, f"consentimiento.{campo}", nuevo)
        for campo, valor in (
            ("otorgante", otorgante.encode() if otorgante else None),
            ("evidencia", evidencia),
        )
        if valor is not None
    }
    t.agregar(
        "consentimiento", "consentimiento.otorgado",
        {"id": nuevo, "paciente_id": paciente, "encuentro_id": encuentro, "texto_id": texto,
         "otorgado": otorgado,
         "como": como, "calidad": calidad, "usuario_id": t.usuario, "equipo": t.actor.equipo, **cifrados},
        paciente=paciente, detalle={"otorgado": otorgado, "como": como},
    )  # fmt: skip
    return next(c for c in _de(t, paciente) if c.id == nuevo)


def revocar(
    t: Transaccion,
    consentimiento: UUID,
    como: Literal["escrito", "electronico", "verbal"],
    motivo: str | None = None,
) -> list[UUID]:
    """Revoca: desde aquí no entra otra grabación. Devuelve las grabaciones hechas al amparo de él.

    Qué se hace con ellas lo dice la política de conservación. `Duplicado` si ya estaba revocado.
    """
    fila = t.una("consentimiento_por_id", "el consentimiento", id=consentimiento)
    if fila["revocacion_id"] is not None:
        raise Duplicado("Ese consentimiento ya estaba revocado.", "No hace falta repetirlo.")
    nueva, paciente = uuid4(), fila["paciente_id"]
    cifrado = (
        t.cifrar(motivo.encode(), "paciente", paciente, "consentimiento_revocacion.motivo", nueva)
        if motivo
        else None
    )
    t.agregar(
        "consentimiento_revocacion", "consentimiento.revocado",
        {"id": nueva, "consentimiento_id": consentimiento, "como": como, "motivo": cifrado,
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"consentimiento": str(consentimiento)},
    )  # fmt: skip
    return [g["id"] for g in t.filas("grabaciones_del_consentimiento", consentimiento=consentimiento)]


def vigente(
    t: Transaccion, paciente: UUID, finalidad: Finalidad, encuentro: UUID | None = None
) -> UUID | None:
    """El consentimiento que hoy autoriza esa finalidad, si lo hay."""
    fila = t.fila("consentimiento_vigente", paciente=paciente, finalidad=finalidad, encuentro=encuentro)
    return fila["id"] if fila else None


def de_paciente(t: Transaccion, paciente: UUID) -> list[Consentimiento]:
    """Todos los de una persona, del más nuevo al más viejo; deja asiento."""
    t.asentar(Asiento("consentimiento.ver", paciente))
    return _de(t, paciente)


def evidencia(t: Transaccion, consentimiento: UUID) -> bytes:
    """La firma o la carta que se guardó con él (NOM-024 1.2.2.a); deja asiento. `NoExiste` si no la hay."""
    fila = t.una("consentimiento_por_id", "el consentimiento", id=consentimiento)
    paciente = fila["paciente_id"]
    t.asentar(Asiento("consentimiento.ver", paciente, "consentimiento", consentimiento))
    if fila["evidencia"] is None:
        raise NoExiste("Ese consentimiento no tiene documento.", "Se registró sin él.")
    return t.descifrar(fila["evidencia"], "paciente", paciente, "consentimiento.evidencia", consentimiento)


@cache
def _iniciales() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(
        files("scribe.expediente").joinpath("datos", "consentimientos.toml").read_text("utf-8")
    )


def _de(t: Transaccion, paciente: UUID) -> list[Consentimiento]:
    return [Consentimiento.model_validate(f) for f in t.filas("consentimientos_de", paciente=paciente)]
