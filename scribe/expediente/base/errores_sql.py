"""De los errores de PostgreSQL a los del expediente, sin arrastrar valores de las filas."""

from __future__ import annotations

import psycopg
from psycopg import errors

from scribe.errores import ErrorScribe
from scribe.expediente import errores

_PROPIOS: dict[str, tuple[type[ErrorScribe], str]] = {
    "SC001": (errores.SoloAgregar, "Lo guardado no se cambia: se agrega una corrección."),
    "SC002": (errores.TransicionInvalida, "Vuelva a abrirla para ver cómo está ahora."),
    "SC003": (errores.VersionAtrasada, "Vuelva a abrirla y repita el cambio sobre la última versión."),
    "SC004": (errores.SinConsentimiento, "Pídalo y regístrelo antes de grabar."),
    "SC005": (errores.SinPermiso, "Pídalo a quien tenga ese permiso."),
    "SC006": (errores.DatoInvalido, "Revise lo capturado."),
    "SC007": (errores.BitacoraRota, "Corra la verificación de la bitácora y avise a quien administra."),
}
_CRUCES = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.QueryCanceled,
)


def traducir(error: psycopg.Error) -> ErrorScribe:
    """El error propio que corresponde. Los mensajes nuestros son fijos; los demás solo dan su código."""
    codigo = error.sqlstate or "sin código"
    if codigo in _PROPIOS:
        clase, remedio = _PROPIOS[codigo]
        return clase(error.diag.message_primary or "No se puede.", remedio)
    if isinstance(error, errors.UniqueViolation):
        nombre = error.diag.constraint_name or ""
        if nombre in ("nota_version_nota_id_numero_key",):
            return errores.VersionAtrasada("Otra persona guardó antes.", _PROPIOS["SC003"][1])
        return errores.Duplicado(f"Ya existe ({nombre}).", "Busque el que ya está antes de crear otro.")
    if isinstance(error, errors.ForeignKeyViolation):
        return errores.NoExiste(
            f"Falta algo a lo que se refiere ({error.diag.constraint_name}).", "Revise los datos."
        )
    if isinstance(error, errors.CheckViolation | errors.NotNullViolation | errors.DataError):
        donde = error.diag.constraint_name or error.diag.column_name or codigo
        return errores.DatoInvalido(f"Un dato no tiene la forma debida ({donde}).", "Revise lo capturado.")
    if isinstance(error, errors.InsufficientPrivilege):
        return errores.SoloAgregar(
            "La base no permite esa operación.", "Lo guardado no se cambia ni se borra."
        )
    if isinstance(error, errors.DiskFull):
        return errores.BaseNoDisponible(
            "No queda sitio en el disco del servidor.", "Nada quedó a medias: libere espacio y repita."
        )
    if isinstance(error, _CRUCES):
        return errores.BaseNoDisponible(f"La base está ocupada ({codigo}).", "Espere un momento y repita.")
    if isinstance(error, psycopg.OperationalError):
        return errores.BaseNoDisponible("Se perdió la conexión con la base.", "Nada quedó a medias: repita.")
    return errores.ErrorDeExpediente(
        f"Falló la base ({codigo}).", "Repita; si sigue, avise a quien mantiene Scribe."
    )
