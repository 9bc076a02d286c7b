-- nombre: encuentro_por_id
SELECT e.*, c.fin, c.destino,
       (SELECT jsonb_object_agg(m.campo, m.valor) FROM expediente.encuentro_complemento m
        WHERE m.encuentro_id = e.id) AS complemento
FROM expediente.encuentro e
LEFT JOIN expediente.encuentro_cierre c ON c.encuentro_id = e.id WHERE e.id = %(id)s

-- nombre: encuentros_de
SELECT e.*, c.fin, c.destino,
       (SELECT jsonb_object_agg(m.campo, m.valor) FROM expediente.encuentro_complemento m
        WHERE m.encuentro_id = e.id) AS complemento
FROM expediente.encuentro e
LEFT JOIN expediente.encuentro_cierre c ON c.encuentro_id = e.id
WHERE e.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s)) ORDER BY e.inicio DESC

-- nombre: pacientes_recientes
SELECT expediente.paciente_vigente(paciente_id) AS id FROM (
    SELECT paciente_id, cuando FROM expediente.encuentro WHERE medico_id = %(usuario)s OR usuario_id = %(usuario)s
    ORDER BY cuando DESC LIMIT 60) u
GROUP BY 1 ORDER BY max(cuando) DESC LIMIT %(limite)s

-- nombre: consentimiento_texto_vigente
SELECT * FROM expediente.consentimiento_texto WHERE finalidad = %(finalidad)s AND pais = %(pais)s
ORDER BY cuando DESC LIMIT 1

-- nombre: consentimiento_texto_por_id
SELECT * FROM expediente.consentimiento_texto WHERE id = %(id)s

-- nombre: consentimiento_por_id
SELECT c.*, r.id AS revocacion_id, r.cuando AS revocado FROM expediente.consentimiento c
LEFT JOIN expediente.consentimiento_revocacion r ON r.consentimiento_id = c.id WHERE c.id = %(id)s

-- nombre: consentimientos_de
SELECT c.*, t.finalidad, t.version AS texto_version, r.cuando AS revocado FROM expediente.consentimiento c
JOIN expediente.consentimiento_texto t ON t.id = c.texto_id
LEFT JOIN expediente.consentimiento_revocacion r ON r.consentimiento_id = c.id
WHERE c.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s)) ORDER BY c.cuando DESC

-- nombre: consentimiento_vigente
SELECT c.* FROM expediente.consentimiento c
JOIN expediente.consentimiento_texto t ON t.id = c.texto_id AND t.finalidad = %(finalidad)s
WHERE c.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s))
  AND expediente.consentimiento_vale(c.id, %(encuentro)s)
ORDER BY c.cuando DESC LIMIT 1

-- nombre: grabacion_por_id
SELECT g.*, e.paciente_id FROM expediente.grabacion g
JOIN expediente.encuentro e ON e.id = g.encuentro_id WHERE g.id = %(id)s

-- nombre: grabaciones_del_consentimiento
SELECT id FROM expediente.grabacion WHERE consentimiento_id = %(consentimiento)s

-- nombre: transcripcion_por_id
SELECT t.*, e.paciente_id, g.encuentro_id FROM expediente.transcripcion t
JOIN expediente.grabacion g ON g.id = t.grabacion_id
JOIN expediente.encuentro e ON e.id = g.encuentro_id WHERE t.id = %(id)s

-- nombre: borrador_por_id
SELECT b.*, t.grabacion_id, e.paciente_id FROM expediente.borrador b
JOIN expediente.transcripcion t ON t.id = b.transcripcion_id
JOIN expediente.grabacion g ON g.id = t.grabacion_id
JOIN expediente.encuentro e ON e.id = g.encuentro_id WHERE b.id = %(id)s

-- nombre: tarea_por_id
SELECT * FROM expediente.tarea WHERE id = %(id)s

-- nombre: tareas_pendientes
SELECT * FROM expediente.tarea WHERE estado = 'pendiente'
  AND (asignada_a = %(usuario)s OR (asignada_a IS NULL AND %(sin_dueno)s))
  AND (%(tipo)s::text IS NULL OR tipo = %(tipo)s)
ORDER BY vence NULLS LAST, creada

-- nombre: tareas_de_nota
SELECT * FROM expediente.tarea WHERE nota_id = %(nota)s AND estado = 'pendiente'
