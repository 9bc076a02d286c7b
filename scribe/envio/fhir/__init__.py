"""Destino FHIR R4 (4.0.1): recursos, validación y cliente. El perfil está en `docs/envio.md`."""
