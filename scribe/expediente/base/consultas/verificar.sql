-- nombre: derivados_estado
SELECT n.id AS cual FROM expediente.nota n
LEFT JOIN LATERAL (SELECT a FROM expediente.nota_estado e WHERE e.nota_id = n.id ORDER BY orden DESC LIMIT 1) u ON true
WHERE n.estado IS DISTINCT FROM u.a

-- nombre: derivados_version
SELECT n.id AS cual FROM expediente.nota n
WHERE n.ultima_version <> (SELECT coalesce(max(numero), 0) FROM expediente.nota_version v WHERE v.nota_id = n.id)

-- nombre: derivados_fusion
SELECT p.id AS cual FROM expediente.paciente p
LEFT JOIN LATERAL (SELECT vigente FROM expediente.paciente_fusion f WHERE f.absorbido = p.id AND NOT EXISTS (
    SELECT 1 FROM expediente.paciente_fusion_deshecha d WHERE d.fusion_id = f.id)
    ORDER BY cuando DESC LIMIT 1) f ON true
WHERE p.absorbido_por IS DISTINCT FROM f.vigente

-- nombre: derivados_evento
SELECT codigo AS cual FROM expediente.tipo_evento WHERE NOT activo AND NOT apagable

-- nombre: claves_destruidas
SELECT k.ambito || ' ' || k.ambito_id AS cual FROM expediente.clave_datos k
WHERE k.destruida IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM expediente.conservacion_propuesta p
    JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id AND d.aprobada
    WHERE (p.ambito, p.ambito_id) = (k.ambito, k.ambito_id)
       OR k.ambito = 'grabacion' AND ((p.ambito, p.ambito_id) = ('subida', k.ambito_id) OR p.ambito = 'paciente' AND p.ambito_id IN (
            SELECT e.paciente_id FROM expediente.encuentro e
            JOIN expediente.grabacion g ON g.encuentro_id = e.id WHERE g.id = k.ambito_id
            UNION ALL SELECT e.paciente_id FROM expediente.encuentro e
            JOIN trabajos.subida s ON s.encuentro_id = e.id WHERE s.id = k.ambito_id)))

-- nombre: claves_que_faltan
SELECT 'paciente ' || p.id AS cual FROM expediente.paciente p
WHERE NOT EXISTS (SELECT 1 FROM expediente.clave_datos k WHERE k.ambito = 'paciente' AND k.ambito_id = p.id)
UNION ALL
SELECT 'grabacion ' || g.id FROM expediente.grabacion g
WHERE NOT EXISTS (SELECT 1 FROM expediente.clave_datos k WHERE k.ambito = 'grabacion' AND k.ambito_id = g.id)
