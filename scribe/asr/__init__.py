"""Oír: de la señal a palabras con tiempo y probabilidad, sin texto inventado.

`protocolo` dice qué cumple todo reconocedor, `whisper` es el de los perfiles actuales y `guardias`
decide qué de lo oído se puede creer.
"""
