"""Cuánto aguanta el expediente: muchas subidas a la vez y muchos pacientes (docs/carga.md)."""
