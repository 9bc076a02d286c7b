"""Los errores de la web, y cómo se dice por HTTP cualquier error propio: una sola forma JSON.

ErrorDeUso
└── PeticionWeb            lo pedido por HTTP no procede
    ├── SinSesion          401  no hay sesión, venció o se cerró
    ├── NoEntra            401  usuario, contraseña o código que no son, o cuenta bloqueada
    ├── FaltaCodigo        401  la contraseña es; falta el código del segundo factor
    ├── FaltaReautenticar  403  hay que escribir la contraseña otra vez
    ├── OrigenAjeno        403  la petición viene de otra página
    ├── CuerpoEnorme       413  lo que llega pasa del tamaño admitido
    ├── RangoImposible     416  el tramo de audio pedido no existe
    └── YaHayServidor      —    otro servidor usa esta carpeta de datos
ErrorScribe
├── CatalogoCerrado        503  los catálogos de diagnósticos no están instalados en el servidor
└── Imprevisto             500  algo falló por dentro; sus detalles no se dicen

`{"error": {"codigo": "…", "mensaje": "…", "remedio": "…", "campos": […]}}`, sin datos del paciente ni lo
que se escribió.
"""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from scribe.envio import errores as env
from scribe.errores import ErrorDeUso, ErrorScribe
from scribe.expediente import errores as e
from scribe.expediente import errores_seguridad as s
from scribe.expediente.firma.pdf import PdfImposible
from scribe.trabajos import errores as tr


class CuerpoDeError(BaseModel):
    """Un error, dicho a la persona: qué pasó y cómo se remedia. `campos`, cuáles y por qué."""

    codigo: str
    mensaje: str
    remedio: str = ""
    campos: list[dict[str, Any]] = []


class RespuestaDeError(BaseModel):
    """La única forma de error."""

    error: CuerpoDeError


class PeticionWeb(ErrorDeUso):
    """Lo pedido por HTTP no procede."""


class SinSesion(PeticionWeb):
    """No hay sesión válida."""

    def __init__(self) -> None:
        super().__init__("No hay sesión, o ya venció.", "Entre otra vez.")


class NoEntra(PeticionWeb):
    """No se puede entrar; no se dice qué falló, para no decir qué usuarios existen."""

    def __init__(self) -> None:
        super().__init__(
            "No se pudo entrar: el usuario o la contraseña no son, o la cuenta está bloqueada.",
            "A los 3 fallos se bloquea. Se abre en la consola del servidor con: scribe usuarios desbloquear",
        )


class FaltaCodigo(PeticionWeb):
    """Falta el código del segundo factor."""

    def __init__(self) -> None:
        super().__init__("Falta el código de su aplicación de segundo factor.", "Escríbalo y repita.")


class FaltaReautenticar(PeticionWeb):
    """Hay que escribir otra vez la contraseña."""

    def __init__(self) -> None:
        super().__init__("Para esto hay que escribir otra vez la contraseña.", "Reautentíquese y repita.")


class OrigenAjeno(PeticionWeb):
    """La petición viene de otra página o a otro nombre."""


class CuerpoEnorme(PeticionWeb):
    """Lo que llega pasa del tamaño admitido."""


class Imprevisto(ErrorScribe):
    """Algo falló por dentro."""

    def __init__(self) -> None:
        super().__init__("Algo falló por dentro; lo ya guardado sigue guardado.", "Repita; si sigue, avise.")


class RangoImposible(PeticionWeb):
    """El tramo pedido no existe; `total` son los bytes que hay."""

    def __init__(self, total: int) -> None:
        super().__init__("Ese tramo de la grabación no existe.", "Pídalo otra vez desde el principio.")
        self.total = total


class CatalogoCerrado(ErrorScribe):
    """Los catálogos de diagnósticos no están instalados en este equipo."""

    def __init__(self) -> None:
        super().__init__(
            "Los catálogos de diagnósticos no están instalados; lo escrito no se perdió.",
            "Instálelos en el servidor con: scribe modelos instalar",
        )


class YaHayServidor(PeticionWeb):
    """Otro servidor usa esta carpeta de datos."""


_ESTADOS: tuple[tuple[type[ErrorScribe], int, str], ...] = (
    (SinSesion, 401, "sin_sesion"),
    (NoEntra, 401, "no_entra"),
    (FaltaCodigo, 401, "falta_codigo"),
    (FaltaReautenticar, 403, "reautenticar"),
    (OrigenAjeno, 403, "origen_ajeno"),
    (CuerpoEnorme, 413, "cuerpo_enorme"),
    (RangoImposible, 416, "rango_imposible"),
    (CatalogoCerrado, 503, "catalogo_cerrado"),
    (e.NoExiste, 404, "no_existe"),
    (e.SinPermiso, 403, "sin_permiso"),
    (e.Duplicado, 409, "duplicado"),
    (e.VersionAtrasada, 409, "version_atrasada"),
    (e.TransicionInvalida, 409, "transicion_invalida"),
    (e.SoloAgregar, 409, "solo_agregar"),
    (e.SinConsentimiento, 409, "sin_consentimiento"),
    (s.DatoDestruido, 410, "destruido"),
    (s.NotaIncompleta, 422, "nota_incompleta"),
    (s.ClaveDePasoRechazada, 422, "clave_rechazada"),
    (s.CertificadoRechazado, 422, "certificado_rechazado"),
    (s.FirmaRechazada, 422, "firma_rechazada"),
    (e.DatoInvalido, 422, "dato_invalido"),
    (PdfImposible, 422, "pdf_imposible"),
    (tr.TrozoCorrupto, 422, "trozo_corrupto"),
    (tr.TrozosFaltan, 409, "trozos_faltan"),
    (tr.SubidaTerminada, 409, "subida_terminada"),
    (tr.SubidaRechazada, 400, "subida_rechazada"),
    (tr.SinEspacio, 507, "sin_espacio"),
    (tr.ColaLlena, 503, "cola_llena"),
    (env.DestinoMalConfigurado, 422, "destino_mal_configurado"),
    (env.DestinoNoAutorizado, 422, "destino_no_autorizado"),
    (env.ErrorDeEnvio, 502, "destino_no_contesta"),
    (e.BaseNoDisponible, 503, "base_no_disponible"),
    (e.BitacoraRota, 500, "bitacora_rota"),
    (ErrorDeUso, 400, "peticion_invalida"),
    (ErrorScribe, 500, "fallo_interno"),
)


def estado_y_codigo(fallo: ErrorScribe) -> tuple[int, str]:
    """Con qué número y qué clave se dice un error propio."""
    return next((n, c) for clase, n, c in _ESTADOS if isinstance(fallo, clase))


def respuesta(fallo: ErrorScribe) -> JSONResponse:
    """La respuesta de un error propio."""
    estado, codigo = estado_y_codigo(fallo)
    cabeceras = {}
    if isinstance(fallo, tr.ColaLlena):
        cabeceras["Retry-After"] = str(int(fallo.espera_s))
    if isinstance(fallo, RangoImposible):
        cabeceras["Content-Range"] = f"bytes */{fallo.total}"
    campos = [{"campo": "trozos", "faltan": list(fallo.faltan)}] if isinstance(fallo, tr.TrozosFaltan) else []
    return forma(estado, codigo, fallo.mensaje, fallo.remedio, campos, cabeceras)


def de_validacion(fallo: RequestValidationError) -> JSONResponse:
    """Qué campo está mal y por qué, sin repetir lo que se escribió (podría ser de un paciente)."""
    campos = [{"campo": _lugar(f), "falla": f["type"]} for f in fallo.errors()]
    return forma(422, "forma_invalida", "Algún dato no tiene la forma debida.", "Revise los campos.", campos)


def _lugar(falla: Any) -> str:
    """Dónde está la falla. El nombre de un campo de sobra lo escribió quien pide: tampoco se repite."""
    partes = [str(p) for p in falla["loc"]]
    if falla["type"] == "extra_forbidden":
        partes[-1] = "(campo que no existe)"
    return ".".join(partes)


def forma(
    estado: int,
    codigo: str,
    mensaje: str,
    remedio: str = "",
    campos: list[dict[str, Any]] | None = None,
    cabeceras: dict[str, str] | None = None,
) -> JSONResponse:
    """La única forma de error."""
    cuerpo = {"codigo": codigo, "mensaje": mensaje, "remedio": remedio, "campos": campos or []}
    return JSONResponse({"error": cuerpo}, estado, cabeceras)
