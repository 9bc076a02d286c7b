-- nombre: sesion_alta
INSERT INTO expediente.sesion (id, usuario_id, ficha, equipo, caduca, reautenticada)
VALUES (%(id)s, %(usuario)s, %(ficha)s, %(equipo)s, clock_timestamp() + %(dura)s::interval, clock_timestamp())
RETURNING *

-- nombre: sesion_por_ficha
SELECT s.*, clock_timestamp() AS ahora FROM expediente.sesion s WHERE s.ficha = %(ficha)s AND s.cerrada IS NULL

-- nombre: sesion_tocar
UPDATE expediente.sesion SET ultimo_uso = clock_timestamp() WHERE id = %(id)s AND cerrada IS NULL RETURNING id

-- nombre: sesion_reautenticar
UPDATE expediente.sesion SET reautenticada = clock_timestamp(), ultimo_uso = clock_timestamp()
WHERE id = %(id)s AND cerrada IS NULL RETURNING id

-- nombre: sesion_cerrar
UPDATE expediente.sesion SET cerrada = clock_timestamp(), motivo_cierre = %(motivo)s
WHERE id = %(id)s AND cerrada IS NULL RETURNING id

-- nombre: sesiones_cerrar_de
UPDATE expediente.sesion SET cerrada = clock_timestamp(), motivo_cierre = %(motivo)s
WHERE usuario_id = %(usuario)s AND cerrada IS NULL AND id IS DISTINCT FROM %(salvo)s::uuid RETURNING id

-- nombre: totp_ultimo
SELECT max(intervalo) AS intervalo FROM expediente.totp_usado WHERE usuario_id = %(usuario)s

-- nombre: totp_gastar
INSERT INTO expediente.totp_usado (usuario_id, intervalo) VALUES (%(usuario)s, %(intervalo)s)
ON CONFLICT DO NOTHING RETURNING intervalo

-- nombre: secretos_de_recuperacion
SELECT * FROM expediente.usuario_secreto
WHERE usuario_id = %(usuario)s AND clase = 'recuperacion' AND revocado IS NULL

-- nombre: alcance_de_paciente
SELECT p.id AS paciente_id, ARRAY(
    SELECT q.establecimiento_id FROM expediente.paciente q WHERE q.id IN (SELECT expediente.paciente_familia(p.id))
    UNION
    SELECT e.establecimiento_id FROM expediente.encuentro e WHERE e.paciente_id IN (SELECT expediente.paciente_familia(p.id))
) AS establecimientos
FROM expediente.paciente p WHERE p.id = %(id)s

-- nombre: paciente_de_encuentro
SELECT paciente_id FROM expediente.encuentro WHERE id = %(id)s

-- nombre: paciente_de_nota
SELECT paciente_id FROM expediente.nota WHERE id = %(id)s

-- nombre: paciente_de_grabacion
SELECT e.paciente_id FROM expediente.grabacion g JOIN expediente.encuentro e ON e.id = g.encuentro_id WHERE g.id = %(id)s

-- nombre: paciente_de_subida
SELECT e.paciente_id FROM trabajos.subida s JOIN expediente.encuentro e ON e.id = s.encuentro_id WHERE s.id = %(id)s

-- nombre: paciente_de_trabajo
SELECT coalesce(e.paciente_id, n.paciente_id) AS paciente_id FROM trabajos.trabajo t
LEFT JOIN expediente.grabacion g ON g.id = t.grabacion_id
LEFT JOIN expediente.encuentro e ON e.id = g.encuentro_id
LEFT JOIN expediente.nota n ON n.id = t.nota_id WHERE t.id = %(id)s

-- nombre: paciente_de_consentimiento
SELECT paciente_id FROM expediente.consentimiento WHERE id = %(id)s

-- nombre: paciente_de_tarea
SELECT paciente_id FROM expediente.tarea WHERE id = %(id)s

-- nombre: paciente_de_identificador
SELECT paciente_id FROM expediente.paciente_identificador WHERE id = %(id)s

-- nombre: paciente_de_fusion
SELECT vigente AS paciente_id FROM expediente.paciente_fusion WHERE id = %(id)s

-- nombre: pacientes_en
SELECT p.id FROM expediente.paciente p WHERE p.id = ANY(%(ids)s) AND (
    EXISTS (SELECT 1 FROM expediente.paciente q WHERE q.id IN (SELECT expediente.paciente_familia(p.id))
            AND q.establecimiento_id = ANY(%(establecimientos)s))
    OR EXISTS (SELECT 1 FROM expediente.encuentro e WHERE e.paciente_id IN (SELECT expediente.paciente_familia(p.id))
               AND e.establecimiento_id = ANY(%(establecimientos)s)))

-- nombre: borrador_de_nota
SELECT b.id, b.transcripcion_id, b.sha256, b.modelos, g.sha256 AS audio_sha256
FROM expediente.nota_version v JOIN expediente.borrador b ON b.id = v.borrador_id
JOIN expediente.transcripcion t ON t.id = b.transcripcion_id
JOIN expediente.grabacion g ON g.id = t.grabacion_id
WHERE v.nota_id = %(nota)s ORDER BY v.numero LIMIT 1

-- nombre: destinos
SELECT * FROM expediente.destino ORDER BY nombre

-- nombre: destino_por_id
SELECT * FROM expediente.destino WHERE id = %(id)s

-- nombre: oida_hace_poco
SELECT 1 AS si FROM expediente.bitacora
WHERE objeto = 'grabacion' AND objeto_id = %(grabacion)s AND evento = 'grabacion.oir'
  AND sesion_id = %(sesion)s AND cuando > clock_timestamp() - interval '5 minutes' LIMIT 1
