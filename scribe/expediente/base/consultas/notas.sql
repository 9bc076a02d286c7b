-- nombre: nota_por_id
SELECT * FROM expediente.nota WHERE id = %(id)s

-- nombre: nota_de_grabacion
SELECT * FROM expediente.nota WHERE grabacion_id = %(grabacion)s AND relacion = 'original' ORDER BY cuando LIMIT 1

-- nombre: notas_de_paciente
SELECT * FROM expediente.nota WHERE paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s))
ORDER BY cuando DESC

-- nombre: notas_de_encuentro
SELECT * FROM expediente.nota WHERE encuentro_id = %(encuentro)s ORDER BY cuando

-- nombre: notas_de_medico
SELECT * FROM expediente.nota WHERE medico_id = %(medico)s AND estado = ANY(%(estados)s) ORDER BY cuando DESC

-- nombre: nota_hijas
SELECT * FROM expediente.nota WHERE nota_previa = %(nota)s ORDER BY cuando

-- nombre: nota_version
SELECT * FROM expediente.nota_version WHERE nota_id = %(nota)s AND numero = %(numero)s

-- nombre: nota_versiones
SELECT * FROM expediente.nota_version WHERE nota_id = %(nota)s ORDER BY numero

-- nombre: nota_estados
SELECT * FROM expediente.nota_estado WHERE nota_id = %(nota)s ORDER BY orden

-- nombre: nota_firma
SELECT * FROM expediente.nota_firma WHERE nota_id = %(nota)s

-- nombre: nota_documentos
SELECT * FROM expediente.nota_documento WHERE nota_id = %(nota)s ORDER BY cuando

-- nombre: nota_decisiones
SELECT d.*, v.numero AS version FROM expediente.nota_decision d
JOIN expediente.nota_version v ON v.id = d.version_id WHERE d.nota_id = %(nota)s ORDER BY d.cuando, d.id

-- nombre: nota_conflictos
SELECT * FROM expediente.nota_conflicto WHERE nota_id = %(nota)s ORDER BY cuando, id

-- nombre: nota_conflicto_igual
SELECT * FROM expediente.nota_conflicto
WHERE nota_id = %(nota)s AND usuario_id = %(usuario)s AND sobre = %(sobre)s AND sha256 = %(sha256)s

-- nombre: transcripcion_de_nota
-- La del borrador de que salió la nota; en una adenda o sustitución, la de la nota a la que sigue.
WITH RECURSIVE cadena AS (
    SELECT n.id, n.nota_previa, n.grabacion_id, 0 AS lejos FROM expediente.nota n WHERE n.id = %(nota)s
    UNION ALL
    SELECT p.id, p.nota_previa, p.grabacion_id, c.lejos + 1
    FROM expediente.nota p JOIN cadena c ON p.id = c.nota_previa
)
SELECT t.id, t.grabacion_id, t.contenido, e.paciente_id, g.duracion_s
FROM cadena c
JOIN expediente.grabacion g ON g.id = c.grabacion_id
JOIN expediente.encuentro e ON e.id = g.encuentro_id
JOIN expediente.transcripcion t ON t.grabacion_id = g.id
LEFT JOIN expediente.nota_version v ON v.nota_id = c.id AND v.numero = 1
LEFT JOIN expediente.borrador b ON b.id = v.borrador_id AND b.transcripcion_id = t.id
ORDER BY c.lejos, (b.id IS NULL), t.cuando DESC LIMIT 1

-- nombre: transcripcion_cambios
SELECT * FROM expediente.transcripcion_cambio WHERE transcripcion_id = %(transcripcion)s ORDER BY numero

-- nombre: textos_propios
SELECT * FROM expediente.texto_propio WHERE usuario_id = %(usuario)s AND retirado IS NULL
  AND (%(clase)s::text IS NULL OR clase = %(clase)s) ORDER BY clase, lower(nombre)

-- nombre: texto_propio_por_id
SELECT * FROM expediente.texto_propio WHERE id = %(id)s AND usuario_id = %(usuario)s AND retirado IS NULL

-- nombre: preferencia
SELECT * FROM expediente.preferencia WHERE usuario_id = %(usuario)s AND clave = %(clave)s
