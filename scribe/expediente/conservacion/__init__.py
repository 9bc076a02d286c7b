"""Cuánto se guarda cada cosa y cómo se destruye: se propone, lo decide una persona y deja certificado."""
