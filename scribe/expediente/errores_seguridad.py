"""Los errores de claves, firma y respaldo, dibujados de una vez:

ErrorDeExpediente
└── CifradoInvalido             no abre: clave ajena, celda cambiada de lugar, corte o alteración
    └── DatoDestruido           se destruyó conforme a su plazo: ya nadie lo puede leer
PeticionRechazada
├── LlaveroCerrado              la frase, el archivo de clave o el llavero no son los correctos
├── SecretoInseguro             un secreto es el de omisión, es débil o lo puede leer cualquiera
├── ClaveDePasoRechazada        la contraseña o el nombre de usuario no cumplen la política
├── FirmaRechazada              no se puede firmar con lo que se dio
│   └── CertificadoRechazado    el certificado no sirve para firmar notas (CSD, vencido, ajeno…)
├── NotaIncompleta              falta algo de la norma para firmar
└── RespaldoInvalido            el archivo de respaldo no es bueno o no se pudo comprobar

Ningún mensaje lleva datos del paciente, claves ni contraseñas.
"""

from __future__ import annotations

from scribe.expediente.errores import ErrorDeExpediente, PeticionRechazada


class CifradoInvalido(ErrorDeExpediente):
    """No abre: clave ajena, celda cambiada de lugar, corte o alteración."""


class DatoDestruido(CifradoInvalido):
    """Se destruyó conforme a su plazo; consta en su certificado."""


class LlaveroCerrado(PeticionRechazada):
    """La frase, el archivo de clave o el llavero no son los correctos."""


class SecretoInseguro(PeticionRechazada):
    """Un secreto es el de omisión, es débil o lo puede leer cualquiera."""


class ClaveDePasoRechazada(PeticionRechazada):
    """La contraseña o el nombre de usuario no cumplen la política."""


class FirmaRechazada(PeticionRechazada):
    """No se puede firmar con lo que se dio."""


class CertificadoRechazado(FirmaRechazada):
    """El certificado no sirve para firmar notas."""


class NotaIncompleta(PeticionRechazada):
    """Falta algo de la norma para firmar."""


class RespaldoInvalido(PeticionRechazada):
    """El archivo de respaldo no es bueno o no se pudo comprobar."""
