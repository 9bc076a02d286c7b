"""Scribe: de la grabación de una consulta a un borrador que el médico puede comprobar.

Importar el paquete silencia antes que nada las bibliotecas que por omisión avisan a servidores de
fuera; ninguna puede importarse sin pasar por aquí.
"""

from __future__ import annotations

from scribe import aislamiento

aislamiento.silenciar()

__version__ = "0.1.0"
