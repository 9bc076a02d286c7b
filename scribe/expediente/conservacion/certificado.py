"""El certificado de destrucción: qué se destruyó, por qué, quién lo decidió y cuándo, firmado (Ed25519).

Su contenido es el acta que guarda la base; se firma con la llave de la bitácora, así que se comprueba fuera
y sin ningún secreto, igual que una cabeza.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scribe.expediente.bitacora import Asiento
from scribe.expediente.conservacion.politica import de_omision
from scribe.expediente.errores import NoExiste
from scribe.expediente.llaves_bitacora import firma_valida
from scribe.expediente.sello import canonico
from scribe.expediente.transaccion import Transaccion

METODO = (
    "Borrado criptográfico: se destruyó la clave de datos (AES-256-GCM) que cifraba el contenido y se "
    "borraron los archivos inventariados. Lo que no tiene clave propia (borradores, respaldos) se vació o "
    "se borró."
)
_AL_REVOCAR = "La política de la clínica es destruir el audio al revocarse el consentimiento"
_MOTIVOS = {"plazo": "cumplió su plazo", "revocacion": "se revocó el consentimiento", "peticion": "se pidió"}


class Certificado(BaseModel):
    """El acta, su suma, su lugar en la bitácora y su firma."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contenido: dict[str, Any]
    texto: str
    sha256: str
    asiento: dict[str, Any]
    clave_id: str
    publica: str
    firma: str

    def valido(self) -> bool:
        """Si la suma y la firma son de ese contenido; no necesita ningún secreto ni la base."""
        octetos = canonico(self.contenido)
        return hashlib.sha256(octetos).hexdigest() == self.sha256 and firma_valida(
            bytes.fromhex(self.publica), bytes.fromhex(self.firma), octetos
        )


def certificado(t: Transaccion, propuesta: UUID) -> Certificado:
    """El de una destrucción terminada; deja asiento. `NoExiste` si no hay acta todavía."""
    acta = t.fila("conservacion_acta_de", propuesta=propuesta)
    if acta is None or acta["contenido"] is None:
        raise NoExiste(
            "Todavía no hay certificado de eso.", "Se levanta al terminar de destruir; vea la lista."
        )
    llave, contenido = t.expediente.bitacora.llavero.actual, acta["contenido"]
    octetos = canonico(contenido)
    asiento = t.una("conservacion_asiento_del_acta", "el asiento del acta", acta=acta["id"])
    t.asentar(Asiento("conservacion.ver", objeto="conservacion_acta", objeto_id=acta["id"]))
    return Certificado(
        contenido=contenido, texto=legible(contenido), sha256=hashlib.sha256(octetos).hexdigest(),
        asiento=dict(asiento), clave_id=llave.id, publica=llave.publica.hex(),
        firma=llave.firmar(octetos).hex(),
    )  # fmt: skip


def componer(t: Transaccion, propuesta: UUID) -> dict[str, Any]:
    """Lo que dirá el acta: solo identificadores, conteos, sumas y fechas; ningún dato clínico."""
    p = t.una("conservacion_propuesta_por_id", "la propuesta", id=propuesta)
    decision = t.una("conservacion_decision_de", "la decisión", propuesta=propuesta)
    hecha = t.una("conservacion_destruccion_de", "la destrucción", propuesta=propuesta)
    politica = t.fila("conservacion_politica_por_id", id=p["politica_id"]) if p["politica_id"] else None
    fuente = politica["fuente"] if politica else de_omision()[p["tipo_dato"]].fuente
    return {
        "esquema": "1",
        "propuesta": str(propuesta),
        "tipo_dato": p["tipo_dato"],
        "objeto": f"{p['ambito']}:{p['ambito_id']}",
        "paciente": str(p["paciente_id"]) if p["paciente_id"] else None,
        "motivo": p["motivo"],
        "politica": _AL_REVOCAR if p["motivo"] == "revocacion" else fuente,
        "vencio": _hora(p["vencio"]),
        "propuesto": _hora(p["cuando"]),
        "decidio": {
            "usuario": str(decision["usuario_id"]), "nombre_usuario": decision["nombre_usuario"],
            "cuando": _hora(decision["cuando"]), "razon": decision["razon"], "equipo": decision["equipo"],
        },
        "destruido": {
            "cuando": _hora(hecha["cuando"]),
            "claves": hecha["inventario"]["claves"],
            "archivos": hecha["inventario"]["archivos"],
            "filas_vaciadas": _vaciadas(t, p["ambito"], p["ambito_id"]),
        },
        "servidor": hecha["servidor"],
        "metodo": METODO,
    }  # fmt: skip


def legible(contenido: dict[str, Any]) -> str:
    """El certificado en unas líneas, para imprimirlo."""
    hecho, decidio = contenido["destruido"], contenido["decidio"]
    octetos = sum(p["octetos"] for p in hecho["archivos"])
    que = de_omision()[contenido["tipo_dato"]].titulo
    return "\n".join(
        (
            "CERTIFICADO DE DESTRUCCIÓN",
            f"{que} ({contenido['objeto']}).",
            f"Por qué: {_MOTIVOS[contenido['motivo']]} el {contenido['vencio']}. {contenido['politica']}.",
            f"Lo decidió {decidio['nombre_usuario']} el {decidio['cuando']}: {decidio['razon']}",
            f"Destruido el {hecho['cuando']} en «{contenido['servidor']}». Claves: {len(hecho['claves'])}; "
            f"archivos: {len(hecho['archivos'])} ({octetos} bytes); filas: {hecho['filas_vaciadas']}.",
            contenido["metodo"],
        )
    )


def _vaciadas(t: Transaccion, ambito: str, objeto: UUID) -> int:
    if ambito != "nota":
        return 0
    cuantas: int = t.una("conservacion_vaciadas", "la nota", nota=objeto)["cuantas"]
    return cuantas


def _hora(cuando: datetime) -> str:
    return cuando.astimezone(UTC).isoformat(timespec="seconds")
