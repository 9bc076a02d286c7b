"""Los errores de Scribe, dibujados de una vez:

ErrorScribe                 todo lo que Scribe anuncia con un mensaje propio; fallo interno: salida 1
├── ErrorDeUso              lo puede remediar quien usa el programa: salida 2, una línea, sin traza
│   ├── AudioInvalido       el archivo no existe, no es audio, está vacío o pasa del límite
│   ├── SalidaInvalida      la carpeta de salida no se puede escribir o no cabe
│   ├── AjusteInvalido      una opción o variable de configuración tiene un valor imposible
│   └── ModelosFaltan       falta instalar un modelo, o no hay de dónde instalarlo
│       └── ModeloAlterado  un archivo de modelo no tiene la suma sha256 del manifiesto
├── RedBloqueada            algo quiso salir de este equipo mientras se trabajaba
└── FalloDeEtapa            una etapa falló por dentro; dice cuál y conserva la causa

Ningún mensaje lleva texto de la consulta: los errores acaban en bitácoras y pantallas ajenas.
"""

from __future__ import annotations


class ErrorScribe(Exception):
    """Raíz de todo error propio. `remedio` dice qué hacer; `salida` es el código del proceso."""

    salida = 1

    def __init__(self, mensaje: str, remedio: str = "") -> None:
        self.mensaje = mensaje
        self.remedio = remedio
        super().__init__(f"{mensaje} {remedio}".strip())


class ErrorDeUso(ErrorScribe):
    """Entrada o uso inválido: una línea que dice qué pasó y cómo remediarlo."""

    salida = 2


class AudioInvalido(ErrorDeUso):
    """El archivo no se puede usar como grabación."""


class SalidaInvalida(ErrorDeUso):
    """No se puede escribir donde se pidió."""


class AjusteInvalido(ErrorDeUso):
    """Una opción tiene un valor que no se puede usar."""


class ModelosFaltan(ErrorDeUso):
    """Falta un modelo o no se pudo instalar."""


class ModeloAlterado(ModelosFaltan):
    """Un archivo de modelo no coincide con su suma."""


class RedBloqueada(ErrorScribe):
    """Se impidió una conexión hacia fuera del equipo."""


class FalloDeEtapa(ErrorScribe):
    """Una etapa del flujo falló por dentro."""
