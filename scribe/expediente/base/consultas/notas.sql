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
