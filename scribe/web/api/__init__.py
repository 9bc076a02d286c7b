"""Las rutas de la API, un archivo por sustantivo."""
