"""Lo que ve la persona: los archivos de una consulta y su resumen de terminal."""

from scribe.salida.destino import comprobar_destino
from scribe.salida.esquema import a_json
from scribe.salida.publicar import ARCHIVOS, Publicado, publicar
from scribe.salida.resumen import resumen

__all__ = ["ARCHIVOS", "Publicado", "a_json", "comprobar_destino", "publicar", "resumen"]
