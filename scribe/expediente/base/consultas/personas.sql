-- nombre: usuario_por_id
SELECT * FROM expediente.usuario WHERE id = %(id)s

-- nombre: usuario_por_nombre
SELECT * FROM expediente.usuario WHERE nombre_usuario = %(nombre_usuario)s

-- nombre: usuarios
SELECT * FROM expediente.usuario WHERE activo OR %(inactivos)s ORDER BY apellido_paterno, nombre

-- nombre: usuario_roles
SELECT * FROM expediente.usuario_rol WHERE usuario_id = %(usuario)s AND revocado IS NULL ORDER BY otorgado

-- nombre: usuario_rol_vigente
SELECT * FROM expediente.usuario_rol
WHERE usuario_id = %(usuario)s AND establecimiento_id = %(establecimiento)s AND rol = %(rol)s AND revocado IS NULL

-- nombre: usuario_secreto
SELECT * FROM expediente.usuario_secreto
WHERE usuario_id = %(usuario)s AND clase = %(clase)s AND revocado IS NULL ORDER BY creado DESC LIMIT 1

-- nombre: hay_usuarios
SELECT EXISTS (SELECT 1 FROM expediente.usuario) AS hay

-- nombre: establecimiento_por_id
SELECT * FROM expediente.establecimiento WHERE id = %(id)s

-- nombre: establecimientos
SELECT * FROM expediente.establecimiento ORDER BY nombre

-- nombre: paciente_por_id
SELECT p.*, e.pais, expediente.paciente_vigente(p.id) AS vigente
FROM expediente.paciente p JOIN expediente.establecimiento e ON e.id = p.establecimiento_id
WHERE p.id = %(id)s

-- nombre: paciente_version_ultima
SELECT * FROM expediente.paciente_version WHERE paciente_id = %(paciente)s ORDER BY numero DESC LIMIT 1

-- nombre: paciente_versiones
SELECT * FROM expediente.paciente_version WHERE paciente_id = %(paciente)s ORDER BY numero

-- nombre: paciente_identificadores
SELECT * FROM expediente.paciente_identificador
WHERE paciente_id = ANY(%(pacientes)s) AND retirado IS NULL ORDER BY cuando

-- nombre: identificador_por_id
SELECT * FROM expediente.paciente_identificador WHERE id = %(id)s

-- nombre: paciente_por_indice
SELECT DISTINCT expediente.paciente_vigente(paciente_id) AS id FROM expediente.paciente_identificador
WHERE indice = ANY(%(indices)s) AND retirado IS NULL

-- nombre: paciente_por_expediente
SELECT expediente.paciente_vigente(id) AS id FROM expediente.paciente WHERE numero_expediente = %(numero)s

-- nombre: paciente_por_fichas
-- Se ordenan antes de mirar de qué establecimiento son: así se mira solo a los que hagan falta para el límite.
SELECT h.id FROM (
    SELECT CASE WHEN p.absorbido_por IS NULL THEN p.id ELSE expediente.paciente_vigente(p.id) END AS id,
           max(p.creado) AS creado, bool_or(p.establecimiento_id = ANY(%(establecimientos)s::uuid[])) AS de_ahi
    FROM expediente.paciente_busqueda b JOIN expediente.paciente p ON p.id = b.paciente_id
    WHERE b.fichas @> %(fichas)s::bigint[]
    GROUP BY 1 ORDER BY 2 DESC OFFSET 0
) h
WHERE %(establecimientos)s::uuid[] IS NULL OR h.de_ahi
   OR EXISTS (SELECT 1 FROM expediente.encuentro e WHERE e.paciente_id IN (SELECT expediente.paciente_familia(h.id))
              AND e.establecimiento_id = ANY(%(establecimientos)s::uuid[]))
   OR EXISTS (SELECT 1 FROM expediente.paciente q WHERE q.id IN (SELECT expediente.paciente_familia(h.id))
              AND q.establecimiento_id = ANY(%(establecimientos)s::uuid[]))
LIMIT %(limite)s

-- nombre: pacientes_resumen
SELECT p.id, p.numero_expediente, p.identidad, p.establecimiento_id, v.id AS version_id, v.datos
FROM expediente.paciente p
JOIN LATERAL (SELECT id, datos FROM expediente.paciente_version w WHERE w.paciente_id = p.id
              ORDER BY numero DESC LIMIT 1) v ON true
WHERE p.id = ANY(%(ids)s) AND NOT EXISTS (SELECT 1 FROM expediente.clave_datos k -- destruido: ya no hay qué enseñar
    WHERE k.ambito = 'paciente' AND k.ambito_id = p.id AND k.destruida IS NOT NULL)

-- nombre: paciente_busqueda_poner
INSERT INTO expediente.paciente_busqueda (paciente_id, fichas) VALUES (%(paciente)s, %(fichas)s)
ON CONFLICT (paciente_id) DO UPDATE SET fichas = excluded.fichas

-- nombre: paciente_familia
SELECT expediente.paciente_familia(%(paciente)s) AS id

-- nombre: siguiente_expediente
SELECT lpad(nextval('expediente.numero_expediente')::text, 6, '0') AS numero

-- nombre: fusion_por_id
SELECT f.*, d.id AS deshecha FROM expediente.paciente_fusion f
LEFT JOIN expediente.paciente_fusion_deshecha d ON d.fusion_id = f.id WHERE f.id = %(id)s

-- nombre: fusiones_de
SELECT f.*, d.id AS deshecha FROM expediente.paciente_fusion f
LEFT JOIN expediente.paciente_fusion_deshecha d ON d.fusion_id = f.id
WHERE f.absorbido = ANY(%(pacientes)s) OR f.vigente = ANY(%(pacientes)s) ORDER BY f.cuando
