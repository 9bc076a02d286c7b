"""Los errores del expediente, dibujados de una vez:

ErrorScribe
├── ErrorDeExpediente           fallo interno del expediente
│   ├── BaseNoDisponible        PostgreSQL no arrancó, no contesta o se interrumpió
│   └── BitacoraRota            la cadena de la bitácora no cuadra
└── ErrorDeUso
    └── PeticionRechazada       lo pedido no se puede hacer; se remedia desde fuera
        ├── EsquemaAjeno        la base es de una versión más nueva, o sus migraciones se alteraron
        ├── RolInseguro         la conexión de la aplicación tiene más permisos de los debidos
        ├── NoExiste            lo que se busca no está
        ├── Duplicado           ya existe algo con esa identidad
        ├── SoloAgregar         se intentó cambiar o borrar lo que no cambia nunca
        ├── TransicionInvalida  la nota no puede pasar a ese estado
        ├── VersionAtrasada     otra persona guardó antes: hay que partir de la última versión
        ├── SinConsentimiento   no hay consentimiento vigente para lo que se quiere hacer
        ├── SinPermiso          esta persona no puede hacer eso
        └── DatoInvalido        un dato no cumple su forma (CURP, CLUES, nombre de usuario…)

Ningún mensaje lleva datos del paciente.
"""

from __future__ import annotations

from scribe.errores import ErrorDeUso, ErrorScribe


class ErrorDeExpediente(ErrorScribe):
    """Fallo interno del expediente."""


class BaseNoDisponible(ErrorDeExpediente):
    """PostgreSQL no arrancó, no contesta o se interrumpió."""


class BitacoraRota(ErrorDeExpediente):
    """La cadena de la bitácora no cuadra."""


class PeticionRechazada(ErrorDeUso):
    """Lo pedido no se puede hacer."""


class EsquemaAjeno(PeticionRechazada):
    """La base es de otra versión."""


class RolInseguro(PeticionRechazada):
    """La conexión de la aplicación tiene más permisos de los debidos."""


class NoExiste(PeticionRechazada):
    """Lo que se busca no está."""


class Duplicado(PeticionRechazada):
    """Ya existe algo con esa identidad."""


class SoloAgregar(PeticionRechazada):
    """Se intentó cambiar o borrar lo que no cambia nunca."""


class TransicionInvalida(PeticionRechazada):
    """La nota no puede pasar a ese estado."""


class VersionAtrasada(PeticionRechazada):
    """Otra persona guardó antes."""


class SinConsentimiento(PeticionRechazada):
    """No hay consentimiento vigente."""


class SinPermiso(PeticionRechazada):
    """Esta persona no puede hacer eso."""


class DatoInvalido(PeticionRechazada):
    """Un dato no cumple su forma."""
