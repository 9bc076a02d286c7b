"""`python -m scribe.salida` escribe el JSON Schema del borrador en la salida estándar."""

import sys

from scribe.salida.esquema import a_texto

sys.stdout.write(a_texto())
