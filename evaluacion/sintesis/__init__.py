"""Consultas habladas hechas de un guion, siempre iguales con la misma semilla.

Es habla sintética: sirve para comparar versiones y para probar sin datos de pacientes; no muestra
acentos, muletillas ni interrupciones reales.
"""
