-- nombre: lista_por_firmar
SELECT n.id, n.estado, n.relacion, n.paciente_id, e.inicio, e.tipo, n.cuando
FROM expediente.nota n JOIN expediente.encuentro e ON e.id = n.encuentro_id
WHERE n.medico_id = %(medico)s AND n.estado IN ('borrador', 'en_revision') ORDER BY e.inicio DESC LIMIT 200

-- nombre: lista_en_proceso
-- Los trabajos sin terminar de quien atiende o, para quien asiste, de sus establecimientos.
SELECT t.id, t.clase, t.estado, t.paso, t.prioridad, t.duracion_s, t.motivo, t.remedio, t.creado, t.intentos, t.empezado,
       e.paciente_id, e.inicio, coalesce(t.nota_id, o.id) AS nota_id, d.nombre AS destino
FROM trabajos.trabajo t
LEFT JOIN expediente.grabacion g ON g.id = t.grabacion_id
LEFT JOIN expediente.nota n ON n.id = t.nota_id
LEFT JOIN expediente.nota o ON o.grabacion_id = t.grabacion_id AND o.relacion = 'original'
LEFT JOIN expediente.destino d ON d.id = t.destino_id
JOIN expediente.encuentro e ON e.id = coalesce(g.encuentro_id, n.encuentro_id)
WHERE t.estado IN ('pendiente', 'en_curso', 'requiere_atencion')
  AND (e.medico_id = %(medico)s OR e.establecimiento_id = ANY(%(establecimientos)s::uuid[]))
ORDER BY t.prioridad DESC, t.creado LIMIT 200

-- nombre: lista_del_servidor
-- Para quien administra: qué se detuvo y por qué, sin decir de quién es.
SELECT id, clase, estado, paso, motivo, remedio, creado, intentos FROM trabajos.trabajo
WHERE estado IN ('pendiente', 'en_curso', 'requiere_atencion')
ORDER BY (estado = 'requiere_atencion') DESC, prioridad DESC, creado LIMIT 200

-- nombre: lista_de_notas
-- Las notas de los establecimientos de quien pide, de la más nueva a la más vieja; se pagina con `antes`.
SELECT n.id, n.estado, n.relacion, n.paciente_id, n.medico_id, e.inicio, n.cuando
FROM expediente.nota n JOIN expediente.encuentro e ON e.id = n.encuentro_id
WHERE e.establecimiento_id = ANY(%(establecimientos)s::uuid[])
  AND (%(medico)s::uuid IS NULL OR n.medico_id = %(medico)s)
  AND (%(pacientes)s::uuid[] IS NULL OR n.paciente_id = ANY(%(pacientes)s))
  AND (%(estados)s::text[] IS NULL OR n.estado::text = ANY(%(estados)s))
  AND (%(desde)s::timestamptz IS NULL OR e.inicio >= %(desde)s)
  AND (%(hasta)s::timestamptz IS NULL OR e.inicio < %(hasta)s)
ORDER BY e.inicio DESC, n.cuando DESC LIMIT %(limite)s

-- nombre: tipos_de_evento
SELECT codigo, descripcion FROM expediente.tipo_evento ORDER BY codigo

-- nombre: ultimo_evento
SELECT max(cuando) AS cuando FROM expediente.bitacora WHERE evento = %(evento)s
