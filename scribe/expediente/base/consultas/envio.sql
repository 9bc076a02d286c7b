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

-- nombre: destinos_activos
SELECT * FROM expediente.destino WHERE activo ORDER BY nombre

-- nombre: envios_de_destino
SELECT id FROM trabajos.trabajo WHERE destino_id = %(destino)s AND estado = ANY(%(estados)s) ORDER BY creado

-- nombre: envios
SELECT t.id AS trabajo, t.nota_id, t.destino_id, d.nombre AS destino, d.clase, t.opciones ->> 'motivo' AS motivo,
       t.estado AS trabajo_estado, t.motivo AS trabajo_motivo, t.remedio AS trabajo_remedio, t.creado AS pedido,
       encode(i.sha256, 'hex') AS sha256, u.resultado, u.respuesta, u.cuando AS ultimo, c.cuantos AS intentos,
       j.scheduled_at AS siguiente
FROM trabajos.trabajo t
JOIN expediente.destino d ON d.id = t.destino_id
JOIN expediente.nota n ON n.id = t.nota_id
JOIN expediente.encuentro e ON e.id = n.encuentro_id
LEFT JOIN expediente.intercambio i ON i.destino_id = t.destino_id AND i.llave = t.llave
LEFT JOIN LATERAL (SELECT x.resultado, x.respuesta, x.cuando FROM expediente.intercambio_intento x
                   WHERE x.intercambio_id = i.id ORDER BY x.cuando DESC LIMIT 1) u ON true
LEFT JOIN LATERAL (SELECT count(*) AS cuantos FROM expediente.intercambio_intento x
                   WHERE x.intercambio_id = i.id) c ON true
LEFT JOIN LATERAL (SELECT p.scheduled_at FROM trabajos.procrastinate_jobs p
                   WHERE p.queueing_lock = 'trabajo:' || t.id AND p.status = 'todo' LIMIT 1) j ON true
WHERE t.clase = 'enviar' AND (%(nota)s::uuid IS NULL OR t.nota_id = %(nota)s)
  AND (NOT %(abiertos)s OR t.estado IN ('pendiente', 'en_curso', 'requiere_atencion'))
  AND (%(establecimientos)s::uuid[] IS NULL OR e.establecimiento_id = ANY(%(establecimientos)s))
ORDER BY t.creado DESC LIMIT 500

-- nombre: nota_requiere_atencion
SELECT 1 AS si FROM trabajos.trabajo t JOIN expediente.nota n ON n.id = %(nota)s
WHERE t.estado = 'requiere_atencion' AND (t.nota_id = n.id OR t.grabacion_id = n.grabacion_id) LIMIT 1

-- nombre: intercambio_consentido
SELECT c.otorgado AND r.id IS NULL AS consiente FROM expediente.consentimiento c
JOIN expediente.consentimiento_texto x ON x.id = c.texto_id AND x.finalidad = 'intercambio'
LEFT JOIN expediente.consentimiento_revocacion r ON r.consentimiento_id = c.id
WHERE c.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s)) ORDER BY c.cuando DESC LIMIT 1
