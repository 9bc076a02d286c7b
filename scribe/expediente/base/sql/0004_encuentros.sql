-- Consentimientos, encuentros, grabaciones, transcripciones y borradores.

CREATE TABLE expediente.consentimiento_texto (
    id        uuid PRIMARY KEY,
    finalidad text NOT NULL CHECK (finalidad IN ('grabacion', 'datos_sensibles', 'telemedicina', 'intercambio')),
    pais      text NOT NULL CHECK (pais IN ('MX', 'CO')),
    version   text NOT NULL,
    texto     text NOT NULL CHECK (length(texto) > 0),
    sha256    bytea NOT NULL,
    cuando    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (sha256 = sha256(convert_to(texto, 'UTF8'))),
    UNIQUE (finalidad, pais, version)
);
CALL expediente.solo_agregar('consentimiento_texto');

CREATE TABLE expediente.encuentro (
    id                 uuid PRIMARY KEY,
    paciente_id        uuid NOT NULL REFERENCES expediente.paciente,
    establecimiento_id uuid NOT NULL REFERENCES expediente.establecimiento,
    medico_id          uuid NOT NULL REFERENCES expediente.usuario,
    inicio             timestamptz NOT NULL,
    tipo               text NOT NULL DEFAULT 'consulta'
                       CHECK (tipo IN ('primera_vez', 'consulta', 'interconsulta', 'telemedicina')),
    -- Res. 866, elementos 18 a 21; en México pueden ir vacíos.
    modalidad          text CHECK (modalidad ~ '^0[1-9]$'),
    grupo_servicios    text CHECK (grupo_servicios ~ '^0[1-5]$'),
    entorno            text CHECK (entorno ~ '^0[1-5]$'),
    via_ingreso        text CHECK (via_ingreso ~ '^(0[1-9]|1[0-4])$'),
    causa              text CHECK (causa ~ '^(2[1-9]|3[0-9]|4[0-9])$'),
    motivo             bytea,
    usuario_id         uuid NOT NULL REFERENCES expediente.usuario,
    equipo             text NOT NULL,
    cuando             timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX encuentro_paciente ON expediente.encuentro (paciente_id, inicio);
CREATE INDEX encuentro_medico ON expediente.encuentro (medico_id, inicio);
CALL expediente.solo_agregar('encuentro');

CREATE TABLE expediente.encuentro_cierre (
    id           uuid PRIMARY KEY,
    encuentro_id uuid NOT NULL UNIQUE REFERENCES expediente.encuentro,
    fin          timestamptz NOT NULL,
    destino      text CHECK (destino ~ '^0[1-7]$'), -- Res. 866, elemento 41
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('encuentro_cierre');

CREATE TABLE expediente.consentimiento (
    id           uuid PRIMARY KEY,
    paciente_id  uuid NOT NULL REFERENCES expediente.paciente,
    encuentro_id uuid REFERENCES expediente.encuentro,
    texto_id     uuid NOT NULL REFERENCES expediente.consentimiento_texto,
    otorgado     boolean NOT NULL,
    como         text NOT NULL CHECK (como IN ('escrito', 'electronico', 'verbal_grabado')),
    calidad      text NOT NULL DEFAULT 'paciente' CHECK (calidad IN ('paciente', 'representante', 'tutor')),
    otorgante    bytea,
    evidencia    bytea,
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (calidad = 'paciente' OR otorgante IS NOT NULL)
);
CREATE INDEX consentimiento_paciente ON expediente.consentimiento (paciente_id);
CALL expediente.solo_agregar('consentimiento');

CREATE TABLE expediente.consentimiento_revocacion (
    id                uuid PRIMARY KEY,
    consentimiento_id uuid NOT NULL UNIQUE REFERENCES expediente.consentimiento,
    como              text NOT NULL CHECK (como IN ('escrito', 'electronico', 'verbal')),
    motivo            bytea,
    usuario_id        uuid NOT NULL REFERENCES expediente.usuario,
    equipo            text NOT NULL,
    cuando            timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('consentimiento_revocacion');

CREATE TABLE expediente.grabacion (
    id                uuid PRIMARY KEY,
    encuentro_id      uuid NOT NULL REFERENCES expediente.encuentro,
    consentimiento_id uuid NOT NULL REFERENCES expediente.consentimiento,
    sha256            bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes             bigint NOT NULL CHECK (bytes > 0),
    duracion_s        double precision CHECK (duracion_s >= 0),
    formato           text NOT NULL,
    ubicacion         text NOT NULL UNIQUE, -- nombre opaco dentro de la carpeta de audio cifrado
    usuario_id        uuid NOT NULL REFERENCES expediente.usuario,
    equipo            text NOT NULL,
    cuando            timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX grabacion_encuentro ON expediente.grabacion (encuentro_id);
CALL expediente.solo_agregar('grabacion');

-- Sin consentimiento otorgado, vigente y del mismo paciente no entra una grabación (LFPDPPP).
CREATE FUNCTION expediente.exigir_consentimiento() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- El candado espera a una revocación en curso: la que gane, gana del todo.
    PERFORM 1 FROM expediente.consentimiento c WHERE c.id = NEW.consentimiento_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM expediente.consentimiento c
        JOIN expediente.consentimiento_texto x ON x.id = c.texto_id AND x.finalidad = 'grabacion'
        JOIN expediente.encuentro e ON e.id = NEW.encuentro_id
        WHERE c.id = NEW.consentimiento_id AND c.otorgado
          AND (c.encuentro_id IS NULL OR c.encuentro_id = e.id)
          AND expediente.paciente_vigente(c.paciente_id) = expediente.paciente_vigente(e.paciente_id)
          AND NOT EXISTS (SELECT 1 FROM expediente.consentimiento_revocacion r WHERE r.consentimiento_id = c.id)
    ) THEN
        RAISE EXCEPTION 'No hay consentimiento vigente para grabar.' USING ERRCODE = 'SC004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_consentimiento BEFORE INSERT ON expediente.grabacion
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_consentimiento();
ALTER TABLE expediente.grabacion ENABLE ALWAYS TRIGGER exigir_consentimiento;

CREATE TABLE expediente.transcripcion (
    id           uuid PRIMARY KEY,
    grabacion_id uuid NOT NULL REFERENCES expediente.grabacion,
    contenido    bytea NOT NULL,
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    modelos      jsonb NOT NULL,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX transcripcion_grabacion ON expediente.transcripcion (grabacion_id);
CALL expediente.solo_agregar('transcripcion');

CREATE TABLE expediente.borrador (
    id               uuid PRIMARY KEY,
    transcripcion_id uuid NOT NULL REFERENCES expediente.transcripcion,
    contenido        bytea NOT NULL,
    sha256           bytea NOT NULL CHECK (octet_length(sha256) = 32),
    modelos          jsonb NOT NULL,
    equipo           text NOT NULL,
    cuando           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX borrador_transcripcion ON expediente.borrador (transcripcion_id);
CALL expediente.solo_agregar('borrador');
