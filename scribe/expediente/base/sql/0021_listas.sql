-- Las listas de la pantalla piden «las últimas notas de este establecimiento»: sin recorrer todos los encuentros.
CREATE INDEX encuentro_establecimiento ON expediente.encuentro (establecimiento_id, inicio DESC);
