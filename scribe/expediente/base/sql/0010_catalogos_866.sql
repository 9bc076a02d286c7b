-- Listas cerradas del anexo de la Res. 866 de 2021 (art. 7: no se modifican, reducen ni amplían).
WITH lista (nombre, elemento, valores) AS (VALUES
    ('CO_TIPO_DOCUMENTO', '2',
     'CC:Cédula de ciudadanía|CE:Cédula de extranjería|CD:Carné diplomático|PA:Pasaporte'
     '|SC:Salvoconducto de permanencia|PT:Permiso temporal de permanencia'
     '|PE:Permiso especial de permanencia|RC:Registro civil|TI:Tarjeta de identidad'
     '|CN:Certificado de nacido vivo|AS:Adulto sin identificar|MS:Menor sin identificar'
     '|DE:Documento extranjero|SI:Sin identificación'),
    ('CO_SEXO', '5',
     '01:Hombre|02:Mujer|03:Indeterminado/Intersexual'),
    ('CO_GENERO', '6',
     '01:Masculino|02:Femenino|03:Transgénero|04:Neutro|05:No lo declara'),
    ('CO_DISCAPACIDAD', '10',
     '01:Discapacidad física|02:Discapacidad visual|03:Discapacidad auditiva'
     '|04:Discapacidad intelectual|05:Discapacidad sicosocial (mental)|06:Sordoceguera'
     '|07:Discapacidad múltiple|08:Sin discapacidad'),
    ('CO_ETNIA', '13',
     '01:Indígena|02:ROM (Gitanos)|03:Raizal (San Andrés y Providencia)'
     '|04:Palenquero de San Basilio de Palenque|05:Negro(a)|06:Afrocolombiano(a)'
     '|99:Ninguna de las anteriores'),
    ('CO_ZONA', '14',
     '01:Urbana|02:Rural'),
    ('CO_MODALIDAD', '18',
     '01:Intramural|02:Extramural unidad móvil|03:Extramural domiciliaria'
     '|04:Extramural jornada de salud'
     '|05:Extramural (atención prehospitalaria o transporte asistencial)'
     '|06:Telemedicina interactiva|07:Telemedicina no interactiva|08:Telemedicina - Telexperticia'
     '|09:Telemedicina - Telemonitoreo'),
    ('CO_GRUPO_SERVICIOS', '18',
     '01:Consulta externa|02:Apoyo diagnóstico y complementación terapéutica|03:Internación'
     '|04:Quirúrgico|05:Atención inmediata'),
    ('CO_ENTORNO', '19',
     '01:Hogar|02:Comunitario|03:Escolar|04:Laboral|05:Institucional'),
    ('CO_VIA_INGRESO', '20',
     '01:Demanda espontánea|02:Derivado de consulta externa|03:Derivado de urgencias'
     '|04:Derivado de hospitalización|05:Derivado de sala de cirugía'
     '|06:Derivado de sala de partos|07:Recién nacido en la institución'
     '|08:Recién nacido en otra institución'
     '|09:Derivado o referido de hospitalización domiciliaria'
     '|10:Derivado de atención domiciliaria|11:Derivado de telemedicina'
     '|12:Derivado de jornada de salud|13:Referido de otra institución'
     '|14:Contrarreferido de otra institución'),
    ('CO_CAUSA', '21',
     '21:Accidente de trabajo|22:Accidente en el hogar|23:Accidente de tránsito de origen común'
     '|24:Accidente de tránsito de origen laboral|25:Accidente en el entorno educativo'
     '|26:Otro tipo de accidente|27:Evento catastrófico de origen natural|28:Lesión por agresión'
     '|29:Lesión autoinfligida|30:Sospecha de violencia física'
     '|31:Sospecha de violencia psicológica|32:Sospecha de violencia sexual'
     '|33:Sospecha de negligencia y abandono'
     '|34:IVE relacionado con peligro a la salud o vida de la mujer'
     '|35:IVE por malformación congénita incompatible con la vida'
     '|36:IVE por violencia sexual, incesto o por inseminación artificial o transferencia de óvulo fecundado no consentida'
     '|37:Evento adverso en salud|38:Enfermedad general|39:Enfermedad laboral'
     '|40:Promoción y mantenimiento de la salud - intervenciones individuales'
     '|41:Intervención colectiva|42:Atención de población materno perinatal'
     '|43:Seguridad y salud en el trabajo|44:Otros eventos catastróficos'
     '|45:Accidente de mina antipersonal - MAP'
     '|46:Accidente de artefacto explosivo improvisado - AEI'
     '|47:Accidente de munición sin explotar - MUSE'
     '|48:Otra víctima de conflicto armado colombiano|49:Riesgo ambiental'),
    ('CO_TIPO_DIAGNOSTICO', '23',
     '01:Impresión diagnóstica|02:Confirmado nuevo|03:Confirmado repetido'),
    ('CO_UNIDAD_TIEMPO', '30',
     '1:Minutos|2:Horas|3:Día|4:Semana|5:Mes|6:Año|7:Según respuesta al tratamiento'),
    ('CO_DESTINO', '41',
     '01:Paciente con destino a su domicilio|02:Paciente muerto'
     '|03:Paciente hospitalizado derivado de urgencias|04:Referido a otra institución'
     '|05:Contrarreferido a otra institución'
     '|06:Derivado o referido a hospitalización domiciliaria|07:Canalizado a servicio social')
), alta AS (
    INSERT INTO expediente.catalogo (nombre, version, vigencia, fuente, verificado)
    SELECT nombre, '866-2021', '[2021-06-25,)', 'Resolución 866 de 2021, anexo técnico, elemento ' || elemento,
           DATE '2026-11-22'
    FROM lista RETURNING id, nombre
)
INSERT INTO expediente.catalogo_concepto (catalogo_id, clave, titulo)
SELECT alta.id, split_part(par, ':', 1), substr(par, strpos(par, ':') + 1)
FROM lista JOIN alta USING (nombre), unnest(string_to_array(valores, '|')) AS par;
