"""La puerta: API HTTP del expediente. Las reglas viven en el expediente; aquí se decide quién pasa y cómo se contesta."""
