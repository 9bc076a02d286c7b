"""Llevar el borrador y la nota firmada a otro sistema: una carpeta o un expediente que habla FHIR R4.

Nada sale hacia un equipo que el administrador no autorizó (NOM-024-SSA3 3.3.5), cada intercambio queda
anotado antes de hacerse (3.3.8) y repetir un envío nunca lo duplica. Se entra por `protocolo.Destino`.
"""
