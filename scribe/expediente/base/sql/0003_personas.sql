-- Establecimientos, usuarios, sesiones y pacientes.

CREATE TABLE expediente.establecimiento (
    id        uuid PRIMARY KEY,
    pais      text NOT NULL CHECK (pais IN ('MX', 'CO')),
    -- MX: CLUES (11). CO: código del prestador en el REPS (12; Res. 866, elemento 16).
    clave     text CHECK (CASE pais WHEN 'MX' THEN clave ~ '^[A-Z]{5}[0-9]{6}$' ELSE clave ~ '^[0-9]{12}$' END),
    tipo      text NOT NULL,
    nombre    text NOT NULL,
    institucion text,
    domicilio text NOT NULL,
    telefono  text,
    zona      text NOT NULL DEFAULT 'America/Mexico_City',
    creado    timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (pais, clave)
);
CALL expediente.con_historia('establecimiento', 'tipo, nombre, institucion, domicilio, telefono, zona');

-- NOM-024 apéndice B «Usuario»; Res. 866 elemento 36 (talento humano).
CREATE TABLE expediente.usuario (
    id               uuid PRIMARY KEY,
    nombre_usuario   text NOT NULL CHECK (nombre_usuario ~ '^[a-z0-9][a-z0-9._-]{6,63}$'), -- 5.5.1: más de 6
    nombre           text NOT NULL,
    apellido_paterno text NOT NULL,
    apellido_materno text,
    curp             text CHECK (length(curp) = 18),
    rfc              text CHECK (length(rfc) IN (12, 13)),
    tipo_documento   text CHECK (tipo_documento IN ('CC', 'CE', 'PA', 'PE', 'TI')),
    documento        text CHECK (length(documento) BETWEEN 3 AND 20),
    cedula           text,
    especialidad     text,
    sub_especialidad text,
    institucion_titulo text,
    domicilio        text,
    activo           boolean NOT NULL DEFAULT true,
    intentos_fallidos integer NOT NULL DEFAULT 0 CHECK (intentos_fallidos >= 0),
    bloqueado        timestamptz,
    creado           timestamptz NOT NULL DEFAULT clock_timestamp(),
    creado_por       uuid REFERENCES expediente.usuario
);
CREATE UNIQUE INDEX usuario_nombre ON expediente.usuario (nombre_usuario);
CREATE UNIQUE INDEX usuario_curp ON expediente.usuario (curp) WHERE activo;
CALL expediente.con_historia('usuario',
    'nombre, apellido_paterno, apellido_materno, curp, rfc, tipo_documento, documento, cedula, especialidad,
     sub_especialidad, institucion_titulo, domicilio, activo, intentos_fallidos, bloqueado');

CREATE TABLE expediente.usuario_rol (
    id                 uuid PRIMARY KEY,
    usuario_id         uuid NOT NULL REFERENCES expediente.usuario,
    establecimiento_id uuid NOT NULL REFERENCES expediente.establecimiento,
    rol                text NOT NULL CHECK (rol IN ('medico', 'asistente', 'administrador', 'auditor')),
    otorgado           timestamptz NOT NULL DEFAULT clock_timestamp(),
    otorgado_por       uuid REFERENCES expediente.usuario,
    revocado           timestamptz,
    revocado_por       uuid REFERENCES expediente.usuario
);
CREATE UNIQUE INDEX usuario_rol_vigente ON expediente.usuario_rol (usuario_id, establecimiento_id, rol)
    WHERE revocado IS NULL;
CALL expediente.con_historia('usuario_rol', 'revocado, revocado_por');

-- Solo hashes (argon2id) o secretos ya cifrados: nunca una contraseña.
CREATE TABLE expediente.usuario_secreto (
    id         uuid PRIMARY KEY,
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    clase      text NOT NULL CHECK (clase IN ('acceso', 'firma', 'totp', 'recuperacion')),
    valor      bytea NOT NULL,
    creado     timestamptz NOT NULL DEFAULT clock_timestamp(),
    revocado   timestamptz
);
CREATE UNIQUE INDEX usuario_secreto_vigente ON expediente.usuario_secreto (usuario_id, clase)
    WHERE revocado IS NULL AND clase <> 'recuperacion';
CALL expediente.con_historia('usuario_secreto', 'revocado');

-- Lo revocado no revive.
CREATE FUNCTION expediente.revocar_una_vez() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.revocado IS NOT NULL THEN
        RAISE EXCEPTION 'Ya estaba revocado.' USING ERRCODE = 'SC001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER revocar_una_vez BEFORE UPDATE ON expediente.usuario_rol
    FOR EACH ROW EXECUTE FUNCTION expediente.revocar_una_vez();
CREATE TRIGGER revocar_una_vez BEFORE UPDATE ON expediente.usuario_secreto
    FOR EACH ROW EXECUTE FUNCTION expediente.revocar_una_vez();

CREATE TABLE expediente.sesion (
    id          uuid PRIMARY KEY,
    usuario_id  uuid NOT NULL REFERENCES expediente.usuario,
    ficha       bytea NOT NULL UNIQUE CHECK (octet_length(ficha) = 32), -- sha256 de la cookie
    equipo      text NOT NULL,
    creada      timestamptz NOT NULL DEFAULT clock_timestamp(),
    ultimo_uso  timestamptz NOT NULL DEFAULT clock_timestamp(),
    caduca      timestamptz NOT NULL,
    reautenticada timestamptz,
    cerrada     timestamptz,
    motivo_cierre text
);
CREATE INDEX sesion_usuario ON expediente.sesion (usuario_id) WHERE cerrada IS NULL;
CREATE FUNCTION expediente.sesion_cerrada() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.cerrada IS NOT NULL THEN
        RAISE EXCEPTION 'La sesión ya se cerró.' USING ERRCODE = 'SC001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sesion_cerrada BEFORE UPDATE ON expediente.sesion
    FOR EACH ROW EXECUTE FUNCTION expediente.sesion_cerrada();
CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.sesion
    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio();
GRANT SELECT, INSERT, UPDATE (ultimo_uso, reautenticada, cerrada, motivo_cierre)
    ON expediente.sesion TO scribe_aplicacion;

-- Pacientes. Todo lo que los describe va cifrado en `paciente_version.datos`; para buscarlos hay índices
-- ciegos (docs/decisiones/expediente-base.md).
CREATE SEQUENCE expediente.numero_expediente;
GRANT USAGE ON SEQUENCE expediente.numero_expediente TO scribe_aplicacion;
CREATE TABLE expediente.paciente (
    id                 uuid PRIMARY KEY,
    establecimiento_id uuid NOT NULL REFERENCES expediente.establecimiento,
    numero_expediente  text NOT NULL CHECK (length(numero_expediente) BETWEEN 1 AND 40),
    identidad          text NOT NULL CHECK (identidad IN ('conocida', 'desconocida')),
    creado             timestamptz NOT NULL DEFAULT clock_timestamp(),
    creado_por         uuid REFERENCES expediente.usuario,
    equipo             text NOT NULL,
    absorbido_por      uuid REFERENCES expediente.paciente CHECK (absorbido_por <> id),
    UNIQUE (establecimiento_id, numero_expediente)
);
CREATE INDEX paciente_absorbidos ON expediente.paciente (absorbido_por) WHERE absorbido_por IS NOT NULL;
GRANT SELECT, INSERT ON expediente.paciente TO scribe_aplicacion;

CREATE FUNCTION expediente.solo_absorbido() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.absorbido_por := NULL;
        NEW.creado := clock_timestamp();
    ELSIF to_jsonb(NEW) - 'absorbido_por' <> to_jsonb(OLD) - 'absorbido_por' THEN
        RAISE EXCEPTION 'De un paciente solo cambia con quién está fusionado.' USING ERRCODE = 'SC001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER solo_absorbido BEFORE INSERT OR UPDATE ON expediente.paciente
    FOR EACH ROW EXECUTE FUNCTION expediente.solo_absorbido();
CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.paciente
    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio();
CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.paciente
    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio();
ALTER TABLE expediente.paciente ENABLE ALWAYS TRIGGER solo_absorbido,
    ENABLE ALWAYS TRIGGER no_borrar, ENABLE ALWAYS TRIGGER no_vaciar;

-- Con quién está fusionado hoy, de cadena en cadena.
CREATE FUNCTION expediente.paciente_vigente(buscado uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE cadena AS (
        SELECT id, absorbido_por, 1 AS paso FROM expediente.paciente WHERE id = buscado
        UNION ALL
        SELECT p.id, p.absorbido_por, c.paso + 1
        FROM cadena c JOIN expediente.paciente p ON p.id = c.absorbido_por WHERE c.paso < 100
    ) SELECT id FROM cadena WHERE absorbido_por IS NULL
$$;
GRANT EXECUTE ON FUNCTION expediente.paciente_vigente(uuid) TO scribe_aplicacion;

-- Este y todos los que se le fusionaron: lo que hay que leer para ver su expediente completo.
CREATE FUNCTION expediente.paciente_familia(buscado uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE familia AS (
        SELECT expediente.paciente_vigente(buscado) AS id
        UNION
        SELECT p.id FROM familia f JOIN expediente.paciente p ON p.absorbido_por = f.id
    ) SELECT id FROM familia WHERE id IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION expediente.paciente_familia(uuid) TO scribe_aplicacion;

CREATE TABLE expediente.paciente_version (
    id          uuid PRIMARY KEY,
    paciente_id uuid NOT NULL REFERENCES expediente.paciente,
    numero      integer NOT NULL CHECK (numero > 0),
    datos       bytea NOT NULL,
    usuario_id  uuid REFERENCES expediente.usuario,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (paciente_id, numero)
);
CALL expediente.solo_agregar('paciente_version');

-- Derivado: se puede rehacer desde las versiones. HMAC truncado a 64 bits de cada prefijo de cada nombre.
CREATE TABLE expediente.paciente_busqueda (
    paciente_id uuid PRIMARY KEY REFERENCES expediente.paciente,
    fichas      bigint[] NOT NULL
);
CREATE INDEX paciente_busqueda_fichas ON expediente.paciente_busqueda USING gin (fichas);
GRANT SELECT, INSERT, UPDATE (fichas) ON expediente.paciente_busqueda TO scribe_aplicacion;

-- CURP, RFC, NSS…; en Colombia los tipos de la Res. 866, elemento 2.
CREATE TABLE expediente.paciente_identificador (
    id          uuid PRIMARY KEY,
    paciente_id uuid NOT NULL REFERENCES expediente.paciente,
    tipo        text NOT NULL,
    emisor      text NOT NULL DEFAULT '',
    valor       bytea NOT NULL,
    indice      bytea NOT NULL CHECK (octet_length(indice) = 32),
    unico       boolean NOT NULL,
    usuario_id  uuid REFERENCES expediente.usuario,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp(),
    retirado    timestamptz
);
CREATE UNIQUE INDEX identificador_unico ON expediente.paciente_identificador (tipo, emisor, indice)
    WHERE unico AND retirado IS NULL;
CREATE INDEX identificador_indice ON expediente.paciente_identificador (indice);
CREATE INDEX identificador_paciente ON expediente.paciente_identificador (paciente_id);
CALL expediente.con_historia('paciente_identificador', 'retirado');
CREATE FUNCTION expediente.retirar_una_vez() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.retirado IS NOT NULL OR to_jsonb(NEW) - 'retirado' <> to_jsonb(OLD) - 'retirado' THEN
        RAISE EXCEPTION 'Un identificador solo se retira.' USING ERRCODE = 'SC001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retirar_una_vez BEFORE UPDATE ON expediente.paciente_identificador
    FOR EACH ROW EXECUTE FUNCTION expediente.retirar_una_vez();
ALTER TABLE expediente.paciente_identificador ENABLE ALWAYS TRIGGER retirar_una_vez;

CREATE TABLE expediente.paciente_fusion (
    id         uuid PRIMARY KEY,
    absorbido  uuid NOT NULL REFERENCES expediente.paciente,
    vigente    uuid NOT NULL REFERENCES expediente.paciente CHECK (vigente <> absorbido),
    motivo     bytea NOT NULL,
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE expediente.paciente_fusion_deshecha (
    id         uuid PRIMARY KEY,
    fusion_id  uuid NOT NULL UNIQUE REFERENCES expediente.paciente_fusion,
    motivo     bytea NOT NULL,
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('paciente_fusion');
CALL expediente.solo_agregar('paciente_fusion_deshecha');

CREATE FUNCTION expediente.fusionar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5072110, 2); -- dos fusiones cruzadas harían un ciclo
    IF EXISTS (SELECT 1 FROM expediente.paciente
               WHERE id IN (NEW.absorbido, NEW.vigente) AND absorbido_por IS NOT NULL) THEN
        RAISE EXCEPTION 'Uno de los dos pacientes ya está fusionado en otro.' USING ERRCODE = 'SC002';
    END IF;
    UPDATE expediente.paciente SET absorbido_por = NEW.vigente WHERE id = NEW.absorbido;
    RETURN NEW;
END $$;
CREATE TRIGGER fusionar BEFORE INSERT ON expediente.paciente_fusion
    FOR EACH ROW EXECUTE FUNCTION expediente.fusionar();
CREATE FUNCTION expediente.separar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5072110, 2);
    UPDATE expediente.paciente SET absorbido_por = NULL
    WHERE id = (SELECT absorbido FROM expediente.paciente_fusion WHERE id = NEW.fusion_id);
    RETURN NEW;
END $$;
CREATE TRIGGER separar BEFORE INSERT ON expediente.paciente_fusion_deshecha
    FOR EACH ROW EXECUTE FUNCTION expediente.separar();
ALTER TABLE expediente.paciente_fusion ENABLE ALWAYS TRIGGER fusionar;
ALTER TABLE expediente.paciente_fusion_deshecha ENABLE ALWAYS TRIGGER separar;
