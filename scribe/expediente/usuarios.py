"""Personas que usan el sistema, sus roles y los establecimientos. Aquí no entra ninguna contraseña."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido, Duplicado, NoExiste, SinPermiso
from scribe.expediente.modelo import DatosUsuario, Establecimiento, Pais, RolUsuario, Usuario
from scribe.expediente.transaccion import Transaccion

ClaseSecreto = Literal["acceso", "firma", "totp", "recuperacion"]
_CLAVES = {"MX": (re.compile(r"^[A-Z]{5}\d{6}$"), "CLUES"), "CO": (re.compile(r"^\d{12}$"), "código REPS")}
_ZONAS = {"MX": "America/Mexico_City", "CO": "America/Bogota"}


def _clave(pais: Pais, clave: str) -> str:
    forma, rotulo = _CLAVES[pais]
    normal = clave.strip().upper()
    if not forma.match(normal):
        raise DatoInvalido(
            f"Esa clave no tiene la forma de una {rotulo}.", "Revísela en el registro oficial."
        )
    return normal


def alta_establecimiento(
    t: Transaccion,
    pais: Pais,
    nombre: str,
    tipo: str,
    domicilio: str,
    *,
    clave: str | None = None,
    institucion: str | None = None,
    razon_social: str | None = None,
    telefono: str | None = None,
    zona: str | None = None,
) -> Establecimiento:
    """Da de alta un establecimiento. `clave`: CLUES (MX) o código REPS de 12 cifras (CO).

    Lanza `DatoInvalido` si no tiene esa forma y `Duplicado` si ya está.
    """
    clave = _clave(pais, clave) if clave else None
    fila = t.agregar(
        "establecimiento", "establecimiento.alta",
        {"pais": pais, "clave": clave, "tipo": tipo, "nombre": nombre, "institucion": institucion,
         "razon_social": razon_social, "domicilio": domicilio, "telefono": telefono,
         "zona": zona or _ZONAS[pais]},
    )  # fmt: skip
    return Establecimiento.model_validate(fila)


def poner_clave(t: Transaccion, cual: UUID, clave: str) -> Establecimiento:
    """La CLUES o el código REPS de uno que no la tenía; ya puesta no cambia. Solo quien lo administra.

    Lanza `SinPermiso`, `DatoInvalido` o `TransicionInvalida`.
    """
    exigir_rol(t, "administrador", cual)
    pais = establecimiento(t, cual).pais
    fila = t.cambiar("establecimiento", cual, "establecimiento.cambio", {"clave": _clave(pais, clave)})
    return Establecimiento.model_validate(fila)


def completar_lo_mio(t: Transaccion, **faltaban: str) -> Usuario:
    """Quien actúa dice de sí lo que nadie había escrito; lo que ya consta lo cambia quien administra."""
    propio = leer(t, t.usuario)
    if constan := [c for c in faltaban if getattr(propio, c)]:
        raise DatoInvalido(f"Ya constaba: {', '.join(sorted(constan))}.", "Lo corrige quien administra.")
    return cambiar(t, t.usuario, **faltaban)


def establecimiento(t: Transaccion, cual: UUID) -> Establecimiento:
    """Un establecimiento; `NoExiste`."""
    return Establecimiento.model_validate(t.una("establecimiento_por_id", "el establecimiento", id=cual))


def establecimientos(t: Transaccion) -> list[Establecimiento]:
    """Todos, por nombre."""
    return [Establecimiento.model_validate(f) for f in t.filas("establecimientos")]


def alta(t: Transaccion, datos: DatosUsuario) -> Usuario:
    """Da de alta a una persona, aún sin roles ni contraseñas. `Duplicado` si ese nombre ya existe."""
    if t.fila("usuario_por_nombre", nombre_usuario=datos.nombre_usuario):
        raise Duplicado("Ese nombre de usuario ya existe.", "Elija otro.")
    fila = t.agregar(
        "usuario", "usuario.alta", {"id": uuid4(), **datos.model_dump(), "creado_por": t.actor.usuario}
    )
    return _armar(t, fila)


def hay_usuarios(t: Transaccion) -> bool:
    """Si ya hay alguien: el primer arranque crea al administrador."""
    return bool(t.una("hay_usuarios", "la respuesta")["hay"])


def leer(t: Transaccion, usuario: UUID) -> Usuario:
    """Una persona; `NoExiste`."""
    return _armar(t, t.una("usuario_por_id", "esa persona", id=usuario))


def por_nombre(t: Transaccion, nombre_usuario: str) -> Usuario | None:
    """La persona de ese nombre de usuario, o nada. No distingue mayúsculas."""
    fila = t.fila("usuario_por_nombre", nombre_usuario=nombre_usuario.strip().lower())
    return _armar(t, fila) if fila else None


def listar(t: Transaccion, *, inactivos: bool = False) -> list[Usuario]:
    """El directorio de personal (NOM-024 2.2.1)."""
    t.asentar(Asiento("usuario.ver"))
    return [_armar(t, f) for f in t.filas("usuarios", inactivos=inactivos)]


def cambiar(t: Transaccion, usuario: UUID, **columnas: Any) -> Usuario:
    """Cambia datos de una persona (`DatosUsuario`, salvo el nombre de usuario, o `activo`)."""
    permitidas = (set(DatosUsuario.model_fields) | {"activo"}) - {"nombre_usuario"}
    if sobran := columnas.keys() - permitidas:
        raise DatoInvalido(f"No se puede cambiar: {', '.join(sorted(sobran))}.", "Revise los campos.")
    return _armar(t, t.cambiar("usuario", usuario, "usuario.cambio", columnas))


def otorgar(t: Transaccion, usuario: UUID, rol: RolUsuario, establecimiento_id: UUID) -> None:
    """Da un rol en un establecimiento. Repetirlo no hace nada."""
    if not t.fila("usuario_rol_vigente", usuario=usuario, establecimiento=establecimiento_id, rol=rol):
        t.agregar(
            "usuario_rol", "usuario.rol",
            {"usuario_id": usuario, "establecimiento_id": establecimiento_id, "rol": rol,
             "otorgado_por": t.actor.usuario},
            detalle={"rol": rol, "usuario": str(usuario)},
        )  # fmt: skip


def revocar(t: Transaccion, usuario: UUID, rol: RolUsuario, establecimiento_id: UUID) -> None:
    """Quita un rol. `NoExiste` si no lo tenía."""
    fila = t.una(
        "usuario_rol_vigente", "ese rol", usuario=usuario, establecimiento=establecimiento_id, rol=rol
    )
    t.cambiar(
        "usuario_rol", fila["id"], "usuario.rol",
        {"revocado": datetime.now(UTC), "revocado_por": t.actor.usuario},
        detalle={"rol": rol, "usuario": str(usuario), "revocado": True},
    )  # fmt: skip


def exigir_rol(t: Transaccion, rol: RolUsuario, establecimiento_id: UUID | None = None) -> Usuario:
    """Quien actúa, si está activo y tiene ese rol; si no, `SinPermiso`."""
    persona = leer(t, t.usuario)
    if not persona.activo or not persona.tiene(rol, establecimiento_id):
        raise SinPermiso(f"Esto lo hace una persona con rol de {rol}.", "Pídalo a quien lo tenga.")
    return persona


# --- Secretos: solo el hash (argon2id) o lo ya cifrado, que da el cuarto de claves --------------------


def guardar_secreto(t: Transaccion, usuario: UUID, clase: ClaseSecreto, valor: bytes) -> None:
    """Pone el hash de una contraseña (o un secreto cifrado) y revoca el anterior. Nunca en claro."""
    if clase in ("acceso", "firma") and not valor.startswith(b"$argon2id$"):
        raise DatoInvalido("Solo se guardan contraseñas ya pasadas por argon2id.", "Use el cuarto de claves.")
    if clase != "recuperacion" and (vieja := t.fila("usuario_secreto", usuario=usuario, clase=clase)):
        t.cambiar("usuario_secreto", vieja["id"], "usuario.secreto", {"revocado": datetime.now(UTC)})
    t.agregar(
        "usuario_secreto", "usuario.secreto", {"usuario_id": usuario, "clase": clase, "valor": valor},
        detalle={"clase": clase, "usuario": str(usuario)},
    )  # fmt: skip


def secreto(t: Transaccion, usuario: UUID, clase: ClaseSecreto) -> bytes | None:
    """El hash o secreto vigente de esa clase."""
    fila = t.fila("usuario_secreto", usuario=usuario, clase=clase)
    return bytes(fila["valor"]) if fila else None


def anotar_intento(t: Transaccion, usuario: UUID, *, bien: bool, maximo: int = 3) -> Usuario:
    """Cuenta los intentos de entrar; al tercero fallido seguido, bloquea (NOM-024-2010 3.3.1)."""
    fila = t.conexion.execute(
        "UPDATE expediente.usuario SET"
        " intentos_fallidos = CASE WHEN %(bien)s THEN 0 ELSE intentos_fallidos + 1 END,"
        " bloqueado = CASE WHEN NOT %(bien)s AND intentos_fallidos + 1 >= %(maximo)s"
        "   THEN coalesce(bloqueado, clock_timestamp()) ELSE bloqueado END"
        " WHERE id = %(id)s RETURNING *",
        {"bien": bien, "maximo": maximo, "id": usuario},
    ).fetchone()
    if fila is None:
        raise NoExiste("No existe esa persona.", "Revise el identificador.")
    evento = "sesion.entrada" if bien else "sesion.rechazo"
    resultado = "bien" if bien else "negado"
    t.asentar_fila("usuario", fila, evento, resultado=resultado)
    if not bien and fila["intentos_fallidos"] == maximo:
        t.asentar(Asiento("sesion.bloqueo", objeto="usuario", objeto_id=usuario, resultado="negado"))
    return _armar(t, fila)


def desbloquear(t: Transaccion, usuario: UUID) -> Usuario:
    """Quita el bloqueo (en la consola de la clínica)."""
    return _armar(
        t, t.cambiar("usuario", usuario, "sesion.bloqueo", {"bloqueado": None, "intentos_fallidos": 0})
    )  # fmt: skip


def _armar(t: Transaccion, fila: DictRow) -> Usuario:
    roles = tuple((r["establecimiento_id"], r["rol"]) for r in t.filas("usuario_roles", usuario=fila["id"]))
    return Usuario.model_validate({**fila, "roles": roles})
