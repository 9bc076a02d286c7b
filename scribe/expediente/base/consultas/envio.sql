-- nombre: instalacion
SELECT id FROM expediente.instalacion

-- nombre: destino_por_nombre
SELECT * FROM expediente.destino WHERE nombre = %(cual)s

-- nombre: intercambio_por_llave
SELECT * FROM expediente.intercambio WHERE destino_id = %(destino)s AND llave = %(llave)s

-- nombre: intercambio_intentos
SELECT count(*) AS cuantos FROM expediente.intercambio_intento WHERE intercambio_id = %(id)s

-- nombre: intercambio_entregado
SELECT id FROM expediente.intercambio_intento WHERE intercambio_id = %(id)s AND resultado = 'entregado'

-- nombre: intercambio_de_nota
SELECT id FROM expediente.intercambio WHERE nota_id = %(nota)s AND destino_id = %(destino)s LIMIT 1
