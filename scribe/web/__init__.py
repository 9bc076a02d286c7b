"""La puerta: API HTTP del expediente. Las reglas viven en él; aquí se decide quién pasa."""
