"""De la nota revisada al documento firmado: qué le falta, cómo se compone y cómo se firma."""
