"""Entrar: contraseña, segundo factor, bloqueo a los tres fallos, activación de cuentas y primer arranque."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from scribe.expediente import claves_paso, consentimientos, usuarios
from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.errores import DatoInvalido, Duplicado
from scribe.expediente.errores_seguridad import ClaveDePasoRechazada
from scribe.expediente.modelo import DatosUsuario, Usuario
from scribe.expediente.transaccion import Transaccion
from scribe.web import sesiones
from scribe.web.errores import FaltaCodigo, NoEntra
from scribe.web.servicios import Servicios

VALE_ACTIVACION = timedelta(days=3)
_A_LA_VEZ = threading.BoundedSemaphore(2)
"""Cada comprobación de argon2 usa 64 MiB: más de dos a la vez sería una manera de tirar el servidor."""


def entrar(
    servicios: Servicios, equipo: str, nombre: str, clave: str, codigo: str | None
) -> tuple[str, Usuario]:
    """Abre una sesión y devuelve su ficha. Lanza `NoEntra` o `FaltaCodigo`; todo queda asentado."""
    with servicios.expediente.transaccion(Actor(None, equipo)) as t:
        usuario = usuarios.por_nombre(t, nombre)
    if usuario is None:
        _gastar_tiempo(clave)
        servicios.expediente.asentar_fallo(Actor(None, equipo), "sesion.rechazo", resultado="negado")
        raise NoEntra
    actor = Actor(usuario.id, equipo)
    comprobar(servicios, actor, clave, codigo)
    with servicios.expediente.transaccion(actor) as t:
        return sesiones.abrir(t, usuario.id, servicios.plazos), usuario


def comprobar(servicios: Servicios, actor: Actor, clave: str, codigo: str | None) -> None:
    """Comprueba contraseña y segundo factor; cuenta el intento. Lanza `NoEntra` o `FaltaCodigo`."""
    persona = _de(actor)
    with _A_LA_VEZ:
        with servicios.expediente.transaccion(actor) as t:
            usuario = usuarios.leer(t, persona)
            resumen = usuarios.secreto(t, persona, "acceso")
        abierta = usuario.activo and usuario.bloqueado is None
        es = claves_paso.comprobar(resumen.decode() if resumen else None, clave)
        if not abierta:
            servicios.expediente.asentar_fallo(actor, "sesion.rechazo", resultado="negado")
            raise NoEntra
        if es and codigo is None and _tiene_totp(servicios, actor):
            raise FaltaCodigo
        anotar(servicios, actor, bien=es and _codigo_vale(servicios, actor, codigo))


def anotar(servicios: Servicios, actor: Actor, *, bien: bool) -> None:
    """Cuenta un intento; si falló o ya estaba bloqueada, `NoEntra`. El bloqueo cierra sus sesiones."""
    with servicios.expediente.transaccion(actor) as t:
        usuario = usuarios.anotar_intento(t, _de(actor), bien=bien, maximo=servicios.politica.intentos)
        if usuario.bloqueado is not None:
            sesiones.cerrar_de(t, usuario.id, "bloqueo")
    if not bien or usuario.bloqueado is not None:
        raise NoEntra


def anotar_fallo_de_firma(servicios: Servicios, actor: Actor) -> None:
    """Una contraseña de firmar que no es cuenta para el bloqueo, igual que la de entrar."""
    try:
        anotar(servicios, actor, bien=False)
    except NoEntra:
        return  # quien llama dice que la contraseña no es


# --- Segundo factor -----------------------------------------------------------------------------------


def nuevo_totp(t: Transaccion, usuario: Usuario, clinica: str) -> str:
    """Pone un segundo factor y devuelve su enlace `otpauth://`, que no se vuelve a enseñar."""
    secreto = claves_paso.nuevo_totp()
    cifrado = t.cifrar(secreto.encode(), "usuario", usuario.id, "usuario_secreto.totp", usuario.id)
    usuarios.guardar_secreto(t, usuario.id, "totp", cifrado)
    return claves_paso.enlace_totp(secreto, usuario.nombre_usuario, clinica)


def quitar_totp(t: Transaccion, usuario: UUID) -> None:
    """Quita el segundo factor."""
    if fila := t.fila("usuario_secreto", usuario=usuario, clase="totp"):
        t.cambiar("usuario_secreto", fila["id"], "usuario.secreto", {"revocado": datetime.now(UTC)})


def secreto_de(enlace: str) -> str:
    """La clave de un enlace `otpauth://`, en grupos de cuatro letras para copiarla a mano."""
    secreto = parse_qs(urlsplit(enlace).query)["secret"][0]
    return " ".join(secreto[i : i + 4] for i in range(0, len(secreto), 4))


def tiene_totp(t: Transaccion, usuario: UUID) -> bool:
    """Si esa persona tiene segundo factor."""
    return t.fila("usuario_secreto", usuario=usuario, clase="totp") is not None


def _tiene_totp(servicios: Servicios, actor: Actor) -> bool:
    with servicios.expediente.transaccion(actor) as t:
        return tiene_totp(t, _de(actor))


def _codigo_vale(servicios: Servicios, actor: Actor, codigo: str | None) -> bool:
    """Si el código vale ahora y nadie lo usó antes; sin segundo factor, siempre."""
    persona = _de(actor)
    with servicios.expediente.transaccion(actor) as t:
        cifrado = usuarios.secreto(t, persona, "totp")
        if cifrado is None:
            return True
        secreto = t.descifrar(cifrado, "usuario", persona, "usuario_secreto.totp", persona).decode()
        ultimo = t.una("totp_ultimo", "el último código", usuario=persona)["intervalo"]
        hallado = claves_paso.comprobar_totp(secreto, codigo or "", datetime.now(UTC), ultimo)
        return hallado is not None and t.fila("totp_gastar", usuario=persona, intervalo=hallado) is not None


# --- Contraseñas --------------------------------------------------------------------------------------


def poner_claves(
    servicios: Servicios, t: Transaccion, usuario: Usuario, acceso: str | None, firma: str | None
) -> None:
    """Pone las contraseñas que se den, si cumplen la política y son distintas. `ClaveDePasoRechazada`."""
    propios = (
        usuario.nombre_usuario,
        usuario.nombre,
        usuario.apellido_paterno,
        usuario.apellido_materno or "",
    )
    nuevas: list[tuple[usuarios.ClaseSecreto, str, str | None]] = []
    if acceso is not None:
        nuevas.append(("acceso", acceso, firma or _resumen(t, usuario.id, "firma")))
    if firma is not None:
        nuevas.append(("firma", firma, acceso or _resumen(t, usuario.id, "acceso")))
    for clase, clave, otra in nuevas:
        resumen = claves_paso.exigir_clave(clave, servicios.politica, propios=propios, otra=otra)
        usuarios.guardar_secreto(t, usuario.id, clase, resumen.encode())


def clave_de_activacion(t: Transaccion, usuario: UUID) -> str:
    """Una clave de un solo uso con que la persona pone sus contraseñas. Las anteriores dejan de valer."""
    _revocar_activaciones(t, usuario)
    clave = secrets.token_urlsafe(24)
    guardado = {"resumen": _marca(clave), "vence": (datetime.now(UTC) + VALE_ACTIVACION).isoformat()}
    usuarios.guardar_secreto(t, usuario, "recuperacion", json.dumps(guardado).encode())
    return clave


def activar(
    servicios: Servicios, equipo: str, nombre: str, activacion: str, acceso: str, firma: str | None
) -> Usuario:
    """La persona pone sus contraseñas con su clave. Lanza `NoEntra` o `ClaveDePasoRechazada`."""
    with servicios.expediente.transaccion(Actor(None, equipo)) as t:
        usuario = usuarios.por_nombre(t, nombre)
        filas = t.filas("secretos_de_recuperacion", usuario=usuario.id) if usuario else []
    vale = any(_activacion_vale(bytes(f["valor"]), activacion) for f in filas)
    if usuario is None or not vale or not usuario.activo or usuario.bloqueado is not None:
        quien = Actor(usuario.id if usuario else None, equipo)
        servicios.expediente.asentar_fallo(quien, "sesion.rechazo", resultado="negado", activacion=True)
        raise NoEntra
    with _A_LA_VEZ, servicios.expediente.transaccion(Actor(usuario.id, equipo)) as t:
        _revocar_activaciones(t, usuario.id)  # dos a la vez: la segunda choca aquí, lo revocado no se revoca
        poner_claves(servicios, t, usuario, acceso, firma)
        sesiones.cerrar_de(t, usuario.id, "cambio_de_clave")
    return usuario


# --- Primer arranque ----------------------------------------------------------------------------------


def hay_alguien(servicios: Servicios) -> bool:
    """Si el primer arranque ya se hizo."""
    with servicios.expediente.transaccion(Actor(None, servicios.equipo)) as t:
        return usuarios.hay_usuarios(t)


def primer_administrador(
    servicios: Servicios, equipo: str, lugar: dict[str, str | None], datos: DatosUsuario, acceso: str,
    firma: str | None, *, medico: bool,
) -> Usuario:  # fmt: skip
    """Crea el establecimiento y a su administrador (médico, si lo es). `Duplicado` si ya hay alguien."""
    if medico and firma is None:
        raise ClaveDePasoRechazada("Quien firma necesita además su contraseña de firmar.", "Escríbala.")
    with _A_LA_VEZ, servicios.expediente.transaccion(Actor(None, equipo)) as t:
        t.conexion.execute("SELECT pg_advisory_xact_lock(5072110, 3)")
        if usuarios.hay_usuarios(t):
            raise Duplicado("Ya hay usuarios: el primer arranque ya se hizo.", "Entre con su usuario.")
        if defectos := claves_paso.revisar_usuario(datos.nombre_usuario, servicios.politica):
            raise DatoInvalido(" ".join(d.texto for d in defectos), "Elija otro nombre de usuario.")
        sitio = usuarios.alta_establecimiento(t, **lugar)  # type: ignore[arg-type]
        usuario = usuarios.alta(t, datos)
        usuarios.otorgar(t, usuario.id, "administrador", sitio.id)
        if medico:
            usuarios.otorgar(t, usuario.id, "medico", sitio.id)
        poner_claves(servicios, t, usuario, acceso, firma)
        consentimientos.publicar_textos_iniciales(t, sitio.pais)
        t.asentar(Asiento("sistema.inicio", objeto="usuario", objeto_id=usuario.id))
        return usuario


# --- Por dentro ---------------------------------------------------------------------------------------


def _revocar_activaciones(t: Transaccion, usuario: UUID) -> None:
    for fila in t.filas("secretos_de_recuperacion", usuario=usuario):
        t.cambiar("usuario_secreto", fila["id"], "usuario.secreto", {"revocado": datetime.now(UTC)})


def _activacion_vale(guardado: bytes, activacion: str) -> bool:
    dato = json.loads(guardado)
    vigente = datetime.now(UTC) < datetime.fromisoformat(dato["vence"])
    return hmac.compare_digest(dato["resumen"], _marca(activacion)) and vigente


def _marca(texto: str) -> str:
    return hashlib.sha256(texto.encode()).hexdigest()


def _resumen(t: Transaccion, usuario: UUID, clase: usuarios.ClaseSecreto) -> str | None:
    guardado = usuarios.secreto(t, usuario, clase)
    return guardado.decode() if guardado else None


def _gastar_tiempo(clave: str) -> None:
    with _A_LA_VEZ:
        claves_paso.comprobar(None, clave)


def _de(actor: Actor) -> UUID:
    if actor.usuario is None:
        raise NoEntra
    return actor.usuario
