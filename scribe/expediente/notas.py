"""La vida de una nota: grabada → transcrita → borrador → en_revision → firmada → (con_adenda | sustituida).

Las reglas están en SQL (`base/sql/0005_notas.sql`): aquí se cifra, se calcula lo que cambió y se deja el
asiento, todo en la transacción de quien llama. El contenido de una versión son bytes (JSON) que este
módulo no interpreta.
"""

from __future__ import annotations

import difflib
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from scribe.expediente import decisiones as actos
from scribe.expediente import tareas
from scribe.expediente.bitacora import Asiento
from scribe.expediente.decisiones import Decision
from scribe.expediente.errores import BitacoraRota, DatoInvalido
from scribe.expediente.modelo import EstadoNota, FirmaNota, NotaGuardada, PasoNota, VersionNota
from scribe.expediente.transaccion import Transaccion

Clase = Literal["pdf", "pdf_firmado", "fhir_bundle", "json"]

# --- Nacer y avanzar ----------------------------------------------------------------------------------


def crear(
    t: Transaccion, encuentro: UUID, *, grabacion: UUID | None = None, medico: UUID | None = None
) -> NotaGuardada:
    """Abre una nota: en `grabada` si nace de una grabación; si se escribe a mano, en `borrador`.

    `medico` es el responsable; sin él, el del encuentro.
    """
    de = t.una("encuentro_por_id", "el encuentro", id=encuentro)
    return _nacer(
        t, {"encuentro_id": encuentro, "paciente_id": de["paciente_id"], 
            "medico_id": medico or de["medico_id"],
            "grabacion_id": grabacion},
        EstadoNota.GRABADA if grabacion else EstadoNota.BORRADOR,
    )  # fmt: skip


def transcrita(t: Transaccion, nota: UUID) -> NotaGuardada:
    """Ya hay transcripción."""
    return _paso(t, nota, EstadoNota.TRANSCRITA)


def recibir_borrador(
    t: Transaccion,
    nota: UUID,
    borrador: UUID,
    contenido: bytes,
    modelos: dict[str, Any],
    *,
    por_revisar: int | None = None,
) -> VersionNota:
    """El borrador del programa se vuelve la versión 1: pasa a `borrador` y queda «por revisar».

    `por_revisar` es cuántos enunciados dudosos trae; la base lleva la cuenta hasta la firma.
    """
    guardada = _paso(t, nota, EstadoNota.BORRADOR)
    version = _agregar_version(
        t, guardada, contenido, "borrador", borrador, modelos, por_revisar=por_revisar
    )  # fmt: skip
    tareas.crear(t, "por_revisar", paciente=guardada.paciente_id, nota=nota, asignada_a=guardada.medico_id)
    return version


def guardar_version(
    t: Transaccion,
    nota: UUID,
    contenido: bytes,
    *,
    sobre: int,
    por_revisar: int | None = None,
    decisiones: Sequence[Decision] = (),
) -> VersionNota:
    """Guarda lo que escribió una persona sobre la versión `sobre` (0 si es la primera).

    `por_revisar` es cuántas dudas le quedan y `decisiones`, lo que se decidió para llegar a ella: si faltan
    dudas que nadie resolvió, `DatoInvalido`. Lanza `VersionAtrasada` si ya hay otra versión, y
    `TransicionInvalida` si la nota ya no admite cambios.
    """
    guardada = _nota(t, nota)
    return _agregar_version(
        t, guardada.model_copy(update={"ultima_version": sobre}), contenido, "persona", None, {},
        por_revisar=por_revisar, decisiones=decisiones,
    )  # fmt: skip


def a_revision(t: Transaccion, nota: UUID) -> NotaGuardada:
    """El médico la está revisando: queda «por firmar». Todavía admite versiones."""
    guardada = _paso(t, nota, EstadoNota.EN_REVISION)
    tareas.terminar_de_nota(t, nota)
    tareas.crear(t, "por_firmar", paciente=guardada.paciente_id, nota=nota, asignada_a=guardada.medico_id)
    return guardada


def descartar(t: Transaccion, nota: UUID, motivo: str) -> NotaGuardada:
    """La descarta con motivo; sus versiones se conservan. Una firmada no se descarta."""
    if not motivo.strip():
        raise DatoInvalido("Para descartar una nota hace falta el motivo.", "Escríbalo en una línea.")
    guardada = _paso(t, nota, EstadoNota.DESCARTADA, motivo)
    tareas.terminar_de_nota(t, nota, cancelada=True)
    return guardada


# --- Firmar y lo que viene después --------------------------------------------------------------------


def firmar(
    t: Transaccion,
    nota: UUID,
    *,
    version: int,
    contenido: bytes,
    firma: bytes,
    tipo: Literal["simple", "efirma"],
    algoritmo: str,
    certificado: bytes | None = None,
    sha256: bytes | None = None,
) -> FirmaNota:
    """Congela los bytes exactos que se firmaron y pasa la nota a `firmada`.

    `contenido` es lo que se firmó (no tiene que ser la versión tal cual: puede ser el documento completo);
    con `sha256` se comprueba que llegó igual. `version` debe ser la última. Si es adenda o sustitución, la
    nota anterior se entera aquí mismo. Lanza `VersionAtrasada`, `TransicionInvalida`, `SinPermiso`.
    """
    suma = hashlib.sha256(contenido).digest()
    if sha256 is not None and not hmac.compare_digest(suma, sha256):
        raise DatoInvalido("Lo que llegó no es lo que se firmó: su hash no coincide.", "Vuelva a firmar.")
    guardada = _nota(t, nota)
    firmada = t.una("nota_version", "esa versión de la nota", nota=nota, numero=version)
    nueva = uuid4()
    fila = t.agregar(
        "nota_firma", "nota.firma",
        {"id": nueva, "nota_id": nota, "version_id": firmada["id"], "tipo": tipo, "sha256": suma,
         "firma": firma,
         "contenido": _cifrar(t, guardada.paciente_id, "nota_firma.contenido", nueva, contenido),
         "algoritmo": algoritmo, "certificado": certificado, "usuario_id": t.usuario,
         "equipo": t.actor.equipo},
        paciente=guardada.paciente_id, detalle={"sha256": suma.hex(), "tipo": tipo, "version": version},
    )  # fmt: skip
    _paso(t, nota, EstadoNota.FIRMADA)
    tareas.terminar_de_nota(t, nota)
    _avisar_a_previa(t, guardada)
    return _armar_firma(t, guardada.paciente_id, fila)


def crear_adenda(t: Transaccion, nota: UUID) -> NotaGuardada:
    """Abre una adenda: una nota nueva, que se firma aparte y no toca la firmada (NOM-004 5.11)."""
    return _seguir(t, nota, "adenda")


def sustituir(t: Transaccion, nota: UUID) -> NotaGuardada:
    """Abre la nota que sustituirá a una firmada; la anterior se conserva entera y dice por cuál se cambió."""
    return _seguir(t, nota, "sustitucion")


def guardar_documento(t: Transaccion, nota: UUID, clase: Clase, contenido: bytes) -> UUID:
    """Guarda un documento hecho de la nota (PDF, Bundle FHIR…), con su hash."""
    paciente, nuevo = _nota(t, nota).paciente_id, uuid4()
    suma = hashlib.sha256(contenido).digest()
    t.agregar(
        "nota_documento", "nota.documento",
        {"id": nuevo, "nota_id": nota, "clase": clase, "sha256": suma, "usuario_id": t.actor.usuario,
         "contenido": _cifrar(t, paciente, "nota_documento.contenido", nuevo, contenido),
         "equipo": t.actor.equipo},
        paciente=paciente, detalle={"clase": clase, "sha256": suma.hex()},
    )  # fmt: skip
    return nuevo


# --- Leer (todo deja asiento) -------------------------------------------------------------------------


def leer(t: Transaccion, nota: UUID) -> NotaGuardada:
    """La nota y su estado; `NoExiste`."""
    guardada = _nota(t, nota)
    _visto(t, guardada)
    return guardada


def leer_version(t: Transaccion, nota: UUID, numero: int | None = None) -> VersionNota:
    """Una versión (la última si no se dice) con su contenido y lo que cambió."""
    guardada = leer(t, nota)
    fila = t.una("nota_version", "esa versión", nota=nota, numero=numero or guardada.ultima_version)
    return _armar_version(t, guardada.paciente_id, fila)


def versiones(t: Transaccion, nota: UUID) -> list[VersionNota]:
    """Todas, de la primera a la última."""
    guardada = leer(t, nota)
    return [_armar_version(t, guardada.paciente_id, f) for f in t.filas("nota_versiones", nota=nota)]


def leer_firma(t: Transaccion, nota: UUID) -> FirmaNota | None:
    """La firma y los bytes exactos firmados, comprobados contra su hash (`BitacoraRota` si no son)."""
    guardada = leer(t, nota)
    fila = t.fila("nota_firma", nota=nota)
    return _armar_firma(t, guardada.paciente_id, fila) if fila else None


def pasos(t: Transaccion, nota: UUID) -> list[PasoNota]:
    """Su historia de estados, con motivos."""
    guardada = leer(t, nota)
    salida = []
    for fila in t.filas("nota_estados", nota=nota):
        motivo = fila["motivo"]
        if motivo is not None:
            motivo = _descifrar(t, guardada.paciente_id, "nota_estado.motivo", fila["id"], motivo).decode()
        salida.append(PasoNota.model_validate({**fila, "motivo": motivo}))
    return salida


def documentos(t: Transaccion, nota: UUID) -> list[tuple[UUID, Clase, bytes]]:
    """Los documentos guardados: id, clase y bytes."""
    guardada = leer(t, nota)
    return [
        (
            f["id"],
            f["clase"],
            _descifrar(t, guardada.paciente_id, "nota_documento.contenido", f["id"], f["contenido"]),
        )
        for f in t.filas("nota_documentos", nota=nota)
    ]


def de_paciente(t: Transaccion, paciente: UUID) -> list[NotaGuardada]:
    """Las de una persona y de quienes se le fusionaron, de la más nueva a la más vieja."""
    t.asentar(Asiento("nota.ver", paciente))
    return [NotaGuardada.model_validate(f) for f in t.filas("notas_de_paciente", paciente=paciente)]


def de_medico(t: Transaccion, medico: UUID, estados: tuple[EstadoNota, ...]) -> list[NotaGuardada]:
    """Las de un médico en esos estados."""
    t.asentar(Asiento("nota.ver"))
    filas = t.filas("notas_de_medico", medico=medico, estados=[e.value for e in estados])
    return [NotaGuardada.model_validate(f) for f in filas]


# --- Por dentro ---------------------------------------------------------------------------------------


def _nota(t: Transaccion, nota: UUID) -> NotaGuardada:
    return NotaGuardada.model_validate(t.una("nota_por_id", "la nota", id=nota))


def _nacer(t: Transaccion, valores: dict[str, Any], estado: EstadoNota) -> NotaGuardada:
    nueva = uuid4()
    t.agregar(
        "nota", "nota.alta", {"id": nueva, **valores, "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=valores["paciente_id"],
    )  # fmt: skip
    return _paso(t, nueva, estado)


def _seguir(t: Transaccion, nota: UUID, relacion: Literal["adenda", "sustitucion"]) -> NotaGuardada:
    previa = _nota(t, nota)
    return _nacer(
        t, {"encuentro_id": previa.encuentro_id, "paciente_id": previa.paciente_id, "medico_id": t.usuario,
            "relacion": relacion, "nota_previa": nota},
        EstadoNota.BORRADOR,
    )  # fmt: skip


def _paso(t: Transaccion, nota: UUID, a: EstadoNota, motivo: str | None = None) -> NotaGuardada:
    nuevo = uuid4()
    paciente = t.una("nota_por_id", "la nota", id=nota)["paciente_id"]
    cifrado = _cifrar(t, paciente, "nota_estado.motivo", nuevo, motivo.encode()) if motivo else None
    t.agregar(
        "nota_estado", "nota.estado",
        {"id": nuevo, "nota_id": nota, "a": a.value, "motivo": cifrado, "usuario_id": t.actor.usuario,
         "equipo": t.actor.equipo},
        paciente=paciente, detalle={"nota": str(nota), "a": a.value},
    )  # fmt: skip
    return _nota(t, nota)


def _avisar_a_previa(t: Transaccion, nota: NotaGuardada) -> None:
    if nota.nota_previa is None:
        return
    previa = _nota(t, nota.nota_previa)
    if nota.relacion == "sustitucion":
        _paso(t, previa.id, EstadoNota.SUSTITUIDA)
    elif previa.estado is EstadoNota.FIRMADA:
        _paso(t, previa.id, EstadoNota.CON_ADENDA)


def _agregar_version(
    t: Transaccion,
    nota: NotaGuardada,
    contenido: bytes,
    origen: Literal["borrador", "persona"],
    borrador: UUID | None,
    modelos: dict[str, Any],
    *,
    por_revisar: int | None = None,
    decisiones: Sequence[Decision] = (),
) -> VersionNota:
    if not contenido:
        raise DatoInvalido("La nota está vacía.", "Escriba algo antes de guardar.")
    base = t.fila("nota_version", nota=nota.id, numero=nota.ultima_version) if nota.ultima_version else None
    if base is not None:
        actos.anotar(t, nota.id, base["id"], decisiones)
    nueva, suma, cambio = uuid4(), hashlib.sha256(contenido).digest(), None
    if base is not None:
        antes = _descifrar(t, nota.paciente_id, "nota_version.contenido", base["id"], base["contenido"])
        cambio = _cifrar(
            t, nota.paciente_id, "nota_version.cambio", nueva, diferencia(antes, contenido).encode()
        )
    fila = t.agregar(
        "nota_version", "nota.version",
        {"id": nueva, "nota_id": nota.id, "numero": nota.ultima_version + 1, "base_id": base and base["id"],
         "contenido": _cifrar(t, nota.paciente_id, "nota_version.contenido", nueva, contenido),
         "sha256": suma,
         "cambio": cambio, "origen": origen, "borrador_id": borrador, "modelos": modelos,
         "por_revisar": por_revisar, "usuario_id": t.actor.usuario, "equipo": t.actor.equipo},
        paciente=nota.paciente_id, detalle={"nota": str(nota.id), "version": nota.ultima_version + 1},
    )  # fmt: skip
    return _armar_version(t, nota.paciente_id, fila)


def diferencia(antes: bytes, despues: bytes) -> str:
    """Lo que cambió, en diff unificado sin contexto; si es JSON, renglón por valor."""
    return "\n".join(
        difflib.unified_diff(_renglones(antes), _renglones(despues), "antes", "después", "", "", 0, "")
    )


def _renglones(contenido: bytes) -> list[str]:
    try:
        return json.dumps(json.loads(contenido), ensure_ascii=False, indent=0, sort_keys=True).splitlines()
    except ValueError:
        return contenido.decode("utf-8", "replace").splitlines()


def _armar_version(t: Transaccion, paciente: UUID, fila: DictRow) -> VersionNota:
    contenido = _descifrar(t, paciente, "nota_version.contenido", fila["id"], fila["contenido"])
    _comprobar(contenido, fila["sha256"])
    cambio = fila["cambio"]
    if cambio is not None:
        cambio = _descifrar(t, paciente, "nota_version.cambio", fila["id"], cambio).decode()
    return VersionNota.model_validate({**fila, "contenido": contenido, "cambio": cambio})


def _armar_firma(t: Transaccion, paciente: UUID, fila: DictRow) -> FirmaNota:
    contenido = _descifrar(t, paciente, "nota_firma.contenido", fila["id"], fila["contenido"])
    _comprobar(contenido, fila["sha256"])
    return FirmaNota.model_validate({**fila, "contenido": contenido})


def _comprobar(contenido: bytes, suma: bytes) -> None:
    if not hmac.compare_digest(hashlib.sha256(contenido).digest(), bytes(suma)):
        raise BitacoraRota(
            "Lo guardado no coincide con su hash.",
            "No lo use: corra la verificación de la bitácora y avise.",
        )


def _visto(t: Transaccion, nota: NotaGuardada) -> None:
    t.asentar(Asiento("nota.ver", nota.paciente_id, "nota", nota.id))


def _cifrar(t: Transaccion, paciente: UUID, campo: str, fila: UUID, datos: bytes) -> bytes:
    return t.cifrar(datos, "paciente", paciente, campo, fila)


def _descifrar(t: Transaccion, paciente: UUID, campo: str, fila: UUID, cifrado: bytes) -> bytes:
    return t.descifrar(cifrado, "paciente", paciente, campo, fila)
