"""Los pares: otros sistemas que hacen lo mismo, un adaptador por archivo, medidos en la misma corrida.

Cada módulo define `SISTEMAS`, una tupla de objetos que cumplen `evaluacion.sistema.Sistema`, y no importa
nada pesado al cargarse: lo que falte se dice en `falta()`.
"""
