-- nombre: trabajo_por_id
SELECT * FROM trabajos.trabajo WHERE id = %(id)s

-- nombre: trabajo_tomar
SELECT * FROM trabajos.trabajo WHERE id = %(id)s FOR UPDATE

-- nombre: trabajo_por_llave
SELECT * FROM trabajos.trabajo WHERE llave = %(llave)s

-- nombre: trabajo_alta
INSERT INTO trabajos.trabajo (id, clase, llave, grabacion_id, nota_id, destino_id, opciones, datos, prioridad,
                              duracion_s, usuario_id, equipo)
VALUES (%(id)s, %(clase)s, %(llave)s, %(grabacion)s, %(nota)s, %(destino)s, %(opciones)s, %(datos)s, %(prioridad)s,
        %(duracion_s)s, %(usuario)s, %(equipo)s)
ON CONFLICT (llave) DO NOTHING RETURNING *

-- nombre: trabajo_encolar
SELECT trabajos.encolar(%(id)s, %(cuando)s::timestamptz) AS puesto

-- nombre: trabajo_empezar
UPDATE trabajos.trabajo SET estado = 'en_curso', intentos = %(intentos)s, empezado = coalesce(empezado, clock_timestamp()),
    motivo = NULL, remedio = NULL
WHERE id = %(id)s RETURNING *

-- nombre: trabajo_detener
UPDATE trabajos.trabajo SET estado = %(estado)s, intentos = %(intentos)s, motivo = %(motivo)s, remedio = %(remedio)s,
    segundos = segundos + %(segundos)s,
    terminado = CASE WHEN %(estado)s IN ('hecho', 'cancelado') THEN clock_timestamp() END
WHERE id = %(id)s RETURNING *

-- nombre: trabajo_prioridad
UPDATE trabajos.trabajo SET prioridad = %(prioridad)s WHERE id = %(id)s RETURNING *

-- nombre: trabajo_prioridad_en_cola
UPDATE trabajos.procrastinate_jobs SET priority = %(prioridad)s
WHERE queueing_lock = 'trabajo:' || %(id)s::text AND status = 'todo' RETURNING id

-- nombre: trabajo_en_paso
UPDATE trabajos.trabajo SET paso = %(paso)s WHERE id = %(id)s RETURNING id

-- nombre: trabajo_sin_tropiezos
UPDATE trabajos.trabajo SET intentos = 0 WHERE id = %(id)s AND intentos <> 0 RETURNING id

-- nombre: paso_empezar
INSERT INTO trabajos.paso (trabajo_id, nombre, llave, estado) VALUES (%(id)s, %(paso)s, %(llave)s, 'en_curso')
ON CONFLICT (trabajo_id, nombre, llave) DO UPDATE SET veces = paso.veces + 1, empezado = clock_timestamp()
RETURNING *

-- nombre: paso_terminar
UPDATE trabajos.paso SET estado = 'hecho', segundos = %(segundos)s
WHERE trabajo_id = %(id)s AND nombre = %(paso)s AND llave = %(llave)s AND estado <> 'hecho' RETURNING *

-- nombre: pasos_de_trabajo
SELECT * FROM trabajos.paso WHERE trabajo_id = %(id)s ORDER BY empezado

-- nombre: trabajos_abiertos
SELECT * FROM trabajos.trabajo WHERE estado IN ('pendiente', 'en_curso', 'requiere_atencion')
  AND (%(clase)s::text IS NULL OR clase = %(clase)s) ORDER BY prioridad DESC, creado

-- nombre: trabajos_de_grabacion
SELECT * FROM trabajos.trabajo WHERE grabacion_id = %(grabacion)s ORDER BY creado

-- nombre: trabajos_sueltos
SELECT t.id FROM trabajos.trabajo t WHERE t.estado IN ('pendiente', 'en_curso') AND NOT EXISTS (
    SELECT 1 FROM trabajos.procrastinate_jobs j
    WHERE j.queueing_lock = 'trabajo:' || t.id AND j.status IN ('todo', 'doing'))

-- nombre: hay_mas_prisa
SELECT 1 AS si FROM trabajos.procrastinate_jobs
WHERE queue_name = %(cola)s AND status = 'todo' AND priority > %(prioridad)s
  AND (scheduled_at IS NULL OR scheduled_at <= now()) LIMIT 1

-- nombre: citas_imposibles
UPDATE trabajos.procrastinate_jobs SET scheduled_at = now()
WHERE status = 'todo' AND scheduled_at > now() + CASE queue_name
    WHEN 'computo' THEN interval '15 minutes' ELSE interval '26 hours' END
RETURNING id

-- nombre: latidos_del_futuro
UPDATE trabajos.procrastinate_workers SET last_heartbeat = now()
WHERE last_heartbeat > now() + interval '5 seconds' RETURNING id

-- nombre: presente
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND classid = %(a)s::bigint::oid AND objid = %(b)s::bigint::oid) AS si

-- nombre: trabajadores
SELECT count(*) AS cuantos FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %(sesion)s

-- nombre: cola_por_delante
SELECT count(*) AS cuantos, coalesce(sum(coalesce(t.duracion_s, %(media)s::float8)), 0) AS segundos
FROM trabajos.trabajo t
WHERE t.clase IN ('procesar', 'archivo') AND t.estado IN ('pendiente', 'en_curso')
  AND (t.prioridad > %(prioridad)s OR t.prioridad = %(prioridad)s AND t.creado < %(antes)s OR t.estado = 'en_curso')
  AND t.id IS DISTINCT FROM %(salvo)s::uuid

-- nombre: grabaciones_en_espera
SELECT grabacion_id FROM trabajos.trabajo WHERE clase = 'procesar' AND estado IN ('pendiente', 'en_curso')
ORDER BY creado DESC LIMIT 20

-- nombre: ritmo
WITH u AS (
    SELECT segundos / duracion_s AS r, duracion_s FROM trabajos.trabajo
    WHERE clase IN ('procesar', 'archivo') AND estado = 'hecho' AND duracion_s > 0 AND segundos > 0
    ORDER BY terminado DESC LIMIT 50)
SELECT count(*) AS muestras, percentile_cont(0.25) WITHIN GROUP (ORDER BY r) AS rapido,
       percentile_cont(0.75) WITHIN GROUP (ORDER BY r) AS lento,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY duracion_s) AS media FROM u

-- nombre: subida_alta
INSERT INTO trabajos.subida (id, encuentro_id, consentimiento_id, formato, bytes_previstos, prioridad, opciones,
                             equipo_guarda, usuario_id, equipo)
VALUES (%(id)s, %(encuentro)s, %(consentimiento)s, %(formato)s, %(bytes)s, %(prioridad)s, %(opciones)s,
        %(equipo_guarda)s, %(usuario)s, %(equipo)s) RETURNING *

-- nombre: subida_por_id
SELECT * FROM trabajos.subida WHERE id = %(id)s

-- nombre: subidas_de_usuario
SELECT s.*, e.paciente_id FROM trabajos.subida s JOIN expediente.encuentro e ON e.id = s.encuentro_id
WHERE s.estado = 'abierta' AND s.usuario_id = %(usuario)s AND s.equipo_guarda = %(equipo)s ORDER BY s.creada

-- nombre: subidas_en_vivo
SELECT s.id, s.opciones, e.paciente_id FROM trabajos.subida s JOIN expediente.encuentro e ON e.id = s.encuentro_id
WHERE s.estado = 'abierta' AND s.formato = 'wav' AND s.equipo_guarda = %(equipo)s
  AND expediente.autoriza_grabar(s.consentimiento_id, s.encuentro_id) ORDER BY s.creada

-- nombre: subida_terminar
UPDATE trabajos.subida SET estado = %(estado)s, terminada = clock_timestamp() WHERE id = %(id)s RETURNING *

-- nombre: subida_huecos
UPDATE trabajos.subida SET huecos = %(huecos)s WHERE id = %(id)s RETURNING id

-- nombre: subidas_olvidadas
SELECT s.id, s.creada, e.paciente_id, e.medico_id FROM trabajos.subida s
JOIN expediente.encuentro e ON e.id = s.encuentro_id
WHERE s.estado = 'abierta' AND NOT s.avisada AND s.equipo_guarda = %(equipo)s
  AND s.creada < clock_timestamp() - interval '1 day'

-- nombre: subida_avisada
UPDATE trabajos.subida SET avisada = true WHERE id = %(id)s AND NOT avisada RETURNING id

-- nombre: subidas_por_llegar
SELECT id, bytes_previstos FROM trabajos.subida WHERE estado = 'abierta' AND equipo_guarda = %(equipo)s
