"""Medir un escriba de consultas: síntesis de casos, métricas y tablas."""
