"""Un importador por archivo; cada módulo define `CONJUNTOS`, una tupla de `evaluacion.conjunto.Conjunto`."""
