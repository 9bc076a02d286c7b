-- nombre: conservacion_politica_vigente
SELECT p.*, extract(year FROM p.plazo)::int AS anios, extract(day FROM p.plazo)::int AS dias
FROM expediente.conservacion_politica p WHERE p.tipo_dato = %(tipo)s ORDER BY p.cuando DESC LIMIT 1

-- nombre: conservacion_candado
SELECT pg_advisory_xact_lock(5072110, 5)

-- Los candidatos: cumplieron su plazo, no tienen propuesta viva ni un «consérvese» reciente, y nada lo impide.
-- El impedimento va al final porque cuesta más.

-- nombre: conservacion_candidatos_grabacion
SELECT c.* FROM (
    SELECT g.id, e.paciente_id, max(s.cuando) + %(plazo)s::interval AS vencio
    FROM expediente.grabacion g
    JOIN expediente.encuentro e ON e.id = g.encuentro_id
    JOIN expediente.nota n ON n.encuentro_id = g.encuentro_id AND (n.grabacion_id = g.id OR n.relacion <> 'original')
    JOIN expediente.nota_estado s ON s.nota_id = n.id AND s.a IN ('firmada', 'descartada')
    WHERE true AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
    WHERE (p.ambito, p.ambito_id) = ('grabacion', g.id) AND (d.id IS NULL OR d.aprobada
        OR d.cuando > clock_timestamp() - greatest(%(plazo)s::interval, interval '30 days')))
    GROUP BY g.id, e.paciente_id
    HAVING max(s.cuando) + %(plazo)s::interval <= clock_timestamp() AND bool_or(n.grabacion_id = g.id)
) c WHERE expediente.impedimento('grabacion', c.id) IS NULL

-- nombre: conservacion_candidatos_subida
SELECT s.id, e.paciente_id, s.creada + %(plazo)s::interval AS vencio
FROM trabajos.subida s JOIN expediente.encuentro e ON e.id = s.encuentro_id
WHERE s.estado IN ('abierta', 'detenida') AND s.creada + %(plazo)s::interval <= clock_timestamp()
AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
    WHERE (p.ambito, p.ambito_id) = ('subida', s.id) AND (d.id IS NULL OR d.aprobada
        OR d.cuando > clock_timestamp() - greatest(%(plazo)s::interval, interval '30 days')))
AND expediente.impedimento('subida', s.id) IS NULL

-- nombre: conservacion_candidatos_borrador
SELECT c.* FROM (
    SELECT n.id, n.paciente_id, max(s.cuando) + %(plazo)s::interval AS vencio
    FROM expediente.nota n JOIN expediente.nota_estado s ON s.nota_id = n.id AND s.a = 'descartada'
    WHERE n.estado = 'descartada' AND (n.ultima_version > 0 OR EXISTS (
        SELECT 1 FROM expediente.transcripcion t WHERE t.grabacion_id = n.grabacion_id))
    AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
    WHERE (p.ambito, p.ambito_id) = ('nota', n.id) AND (d.id IS NULL OR d.aprobada
        OR d.cuando > clock_timestamp() - greatest(%(plazo)s::interval, interval '30 days')))
    GROUP BY n.id, n.paciente_id HAVING max(s.cuando) + %(plazo)s::interval <= clock_timestamp()
) c WHERE expediente.impedimento('nota', c.id) IS NULL

-- nombre: conservacion_candidatos_respaldo
SELECT r.id, NULL::uuid AS paciente_id, r.creado + %(plazo)s::interval AS vencio
FROM expediente.respaldo r WHERE r.creado + %(plazo)s::interval <= clock_timestamp()
AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
    WHERE (p.ambito, p.ambito_id) = ('respaldo', r.id) AND (d.id IS NULL OR d.aprobada
        OR d.cuando > clock_timestamp() - greatest(%(plazo)s::interval, interval '30 days')))
AND expediente.impedimento('respaldo', r.id) IS NULL

-- nombre: conservacion_candidatos_expediente
-- El primer filtro usa índices; el de verdad (familia fusionada y plazo de ley) lo hace la función.
WITH viejos AS (
    SELECT q.id FROM expediente.paciente q
    WHERE q.absorbido_por IS NULL AND q.creado + %(plazo)s::interval <= clock_timestamp() AND NOT EXISTS (
        SELECT 1 FROM expediente.encuentro e WHERE e.paciente_id = q.id
          AND e.inicio + %(plazo)s::interval > clock_timestamp())
    AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
    WHERE (p.ambito, p.ambito_id) = ('paciente', q.id) AND (d.id IS NULL OR d.aprobada
        OR d.cuando > clock_timestamp() - greatest(%(plazo)s::interval, interval '30 days'))))
SELECT x.id, x.id AS paciente_id, x.ultimo + greatest(%(plazo)s::interval, expediente.plazo_minimo(x.id)) AS vencio
FROM (SELECT v.id, expediente.ultimo_acto(v.id) AS ultimo FROM viejos v) x
WHERE x.ultimo + greatest(%(plazo)s::interval, expediente.plazo_minimo(x.id)) <= clock_timestamp()
  AND expediente.impedimento('paciente', x.id) IS NULL

-- nombre: conservacion_viva
SELECT p.id, d.id AS decision FROM expediente.conservacion_propuesta p
LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
WHERE (p.ambito, p.ambito_id) = (%(ambito)s, %(id)s) AND (d.id IS NULL OR d.aprobada) LIMIT 1

-- nombre: conservacion_propuestas
SELECT p.id, p.tipo_dato, p.ambito, p.ambito_id, p.motivo, p.vencio, p.cuando, q.id AS paciente_id, q.numero_expediente,
       CASE WHEN a.id IS NOT NULL THEN 'destruida' WHEN x.id IS NOT NULL THEN 'destruyendo'
            WHEN d.id IS NOT NULL THEN 'conservada' ELSE 'por_decidir' END AS estado,
       CASE WHEN d.id IS NULL THEN expediente.impedimento(p.ambito, p.ambito_id) END AS impedimento,
       CASE p.ambito WHEN 'grabacion' THEN (SELECT g.cuando FROM expediente.grabacion g WHERE g.id = p.ambito_id)
            WHEN 'subida' THEN (SELECT s.creada FROM trabajos.subida s WHERE s.id = p.ambito_id)
            WHEN 'nota' THEN (SELECT n.cuando FROM expediente.nota n WHERE n.id = p.ambito_id)
            WHEN 'respaldo' THEN (SELECT r.creado FROM expediente.respaldo r WHERE r.id = p.ambito_id)
            ELSE q.creado END AS de_cuando
FROM expediente.conservacion_propuesta p
LEFT JOIN expediente.paciente q ON q.id = expediente.paciente_de_ambito(p.ambito, p.ambito_id)
LEFT JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id
LEFT JOIN expediente.conservacion_destruccion x ON x.propuesta_id = p.id
LEFT JOIN expediente.conservacion_acta a ON a.propuesta_id = p.id
WHERE (%(todas)s OR d.id IS NULL OR d.aprobada AND a.id IS NULL)
  AND (%(id)s::uuid IS NULL OR p.id = %(id)s)
  AND (%(establecimientos)s::uuid[] IS NULL OR q.id IS NULL OR EXISTS (
    SELECT 1 FROM expediente.paciente r WHERE r.id IN (SELECT expediente.paciente_familia(q.id))
      AND r.establecimiento_id = ANY(%(establecimientos)s))
    OR EXISTS (SELECT 1 FROM expediente.encuentro e WHERE e.paciente_id IN (SELECT expediente.paciente_familia(q.id))
      AND e.establecimiento_id = ANY(%(establecimientos)s)))
ORDER BY p.cuando, p.id LIMIT 1000

-- nombre: conservacion_decision_de
SELECT d.*, u.nombre_usuario FROM expediente.conservacion_decision d
JOIN expediente.usuario u ON u.id = d.usuario_id WHERE d.propuesta_id = %(propuesta)s

-- nombre: conservacion_destruccion_de
SELECT * FROM expediente.conservacion_destruccion WHERE propuesta_id = %(propuesta)s

-- nombre: conservacion_acta_de
SELECT * FROM expediente.conservacion_acta WHERE propuesta_id = %(propuesta)s

-- nombre: conservacion_asiento_del_acta
SELECT seq, encode(sello, 'hex') AS sello, encode(previo, 'hex') AS previo FROM expediente.bitacora
WHERE objeto = 'conservacion_acta' AND objeto_id = %(acta)s AND evento = 'conservacion.acta'

-- nombre: conservacion_sin_acta
-- Un respaldo puede estar en un disco que solo ve quien lo empezó a borrar; lo demás, en la carpeta común.
SELECT x.propuesta_id FROM expediente.conservacion_destruccion x
JOIN expediente.conservacion_propuesta p ON p.id = x.propuesta_id
LEFT JOIN expediente.conservacion_acta a ON a.propuesta_id = x.propuesta_id
WHERE a.id IS NULL AND (p.ambito <> 'respaldo' OR x.servidor = %(servidor)s) ORDER BY x.cuando

-- nombre: conservacion_politica_por_id
SELECT * FROM expediente.conservacion_politica WHERE id = %(id)s

-- nombre: conservacion_propuesta_por_id
SELECT p.*, expediente.paciente_de_ambito(p.ambito, p.ambito_id) AS paciente_id
FROM expediente.conservacion_propuesta p WHERE p.id = %(id)s

-- nombre: clave_destruir
UPDATE expediente.clave_datos SET envuelta = NULL, destruida = clock_timestamp()
WHERE ambito = %(ambito)s AND ambito_id = %(id)s AND destruida IS NULL RETURNING id, destruida

-- nombre: conservacion_grabaciones_de_paciente
SELECT g.id, 'grabacion' AS ambito FROM expediente.grabacion g JOIN expediente.encuentro e ON e.id = g.encuentro_id
WHERE e.paciente_id = %(paciente)s
UNION ALL
SELECT s.id, 'subida' FROM trabajos.subida s JOIN expediente.encuentro e ON e.id = s.encuentro_id
WHERE e.paciente_id = %(paciente)s AND s.estado IN ('abierta', 'detenida')

-- nombre: conservacion_vaciar
SELECT tabla, fila FROM expediente.vaciar_descartada(%(nota)s)

-- nombre: paciente_sin_busqueda
UPDATE expediente.paciente_busqueda SET fichas = '{}' WHERE paciente_id = %(paciente)s RETURNING paciente_id

-- nombre: tareas_de_paciente
SELECT * FROM expediente.tarea WHERE paciente_id = %(paciente)s AND estado = 'pendiente'

-- nombre: administradores
SELECT DISTINCT u.id FROM expediente.usuario u JOIN expediente.usuario_rol r ON r.usuario_id = u.id
WHERE u.activo AND r.rol = 'administrador' AND r.revocado IS NULL

-- nombre: tarea_de_sistema_pendiente
SELECT id FROM expediente.tarea WHERE asignada_a = %(usuario)s AND tipo = 'asunto' AND estado = 'pendiente'
  AND creada_por IS NULL AND paciente_id IS NULL AND nota_id IS NULL LIMIT 1

-- nombre: retencion_por_id
SELECT r.*, l.id AS levantada FROM expediente.retencion r
LEFT JOIN expediente.retencion_levantada l ON l.retencion_id = r.id WHERE r.id = %(id)s

-- nombre: retenciones_vigentes
SELECT r.* FROM expediente.retencion r
WHERE NOT EXISTS (SELECT 1 FROM expediente.retencion_levantada l WHERE l.retencion_id = r.id)
  AND r.paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s)) ORDER BY r.cuando

-- nombre: retenciones_de_establecimientos
SELECT r.*, p.numero_expediente FROM expediente.retencion r JOIN expediente.paciente p ON p.id = r.paciente_id
WHERE NOT EXISTS (SELECT 1 FROM expediente.retencion_levantada l WHERE l.retencion_id = r.id)
  AND p.establecimiento_id = ANY(%(establecimientos)s::uuid[]) ORDER BY r.cuando

-- nombre: paciente_de_propuesta
SELECT expediente.paciente_de_ambito(ambito, ambito_id) AS paciente_id
FROM expediente.conservacion_propuesta WHERE id = %(id)s

-- nombre: paciente_de_retencion
SELECT paciente_id FROM expediente.retencion WHERE id = %(id)s

-- nombre: respaldo_por_id
SELECT * FROM expediente.respaldo WHERE id = %(id)s

-- nombre: sesiones_caducadas
SELECT id, CASE WHEN clock_timestamp() - ultimo_uso > %(inactiva)s::interval THEN 'inactividad' ELSE 'vencimiento' END
    AS motivo
FROM expediente.sesion
WHERE cerrada IS NULL AND (caduca <= clock_timestamp() OR clock_timestamp() - ultimo_uso > %(inactiva)s::interval)
ORDER BY id

-- nombre: notas_de_grabacion
SELECT * FROM expediente.nota WHERE grabacion_id = %(grabacion)s ORDER BY cuando

-- nombre: subidas_del_consentimiento
SELECT id FROM trabajos.subida WHERE consentimiento_id = %(consentimiento)s AND estado = 'abierta' FOR UPDATE

-- nombre: subida_autorizada
SELECT expediente.autoriza_grabar(s.consentimiento_id, s.encuentro_id) AS si FROM trabajos.subida s WHERE s.id = %(id)s

-- nombre: conservacion_impedimento
SELECT expediente.impedimento(%(ambito)s, %(id)s) AS porque

-- nombre: conservacion_vaciadas
SELECT (SELECT count(*) FROM expediente.nota_version v WHERE v.nota_id = n.id AND v.contenido = '')
     + (SELECT count(*) FROM expediente.nota_documento v WHERE v.nota_id = n.id AND v.contenido = '')
     + (SELECT count(*) FROM expediente.nota_conflicto v WHERE v.nota_id = n.id AND v.contenido = '')
     + (SELECT count(*) FROM expediente.transcripcion t WHERE t.grabacion_id = n.grabacion_id AND t.contenido = '')
     + (SELECT count(*) FROM expediente.borrador b JOIN expediente.transcripcion t ON t.id = b.transcripcion_id
        WHERE t.grabacion_id = n.grabacion_id AND b.contenido = '')
     + (SELECT count(*) FROM expediente.transcripcion_cambio c JOIN expediente.transcripcion t ON t.id = c.transcripcion_id
        WHERE t.grabacion_id = n.grabacion_id AND c.contenido = '') AS cuantas
FROM expediente.nota n WHERE n.id = %(nota)s
