-- La vida de una nota: grabada → transcrita → borrador → en_revision → firmada → (con_adenda | sustituida),
-- o descartada con motivo. No hay camino de vuelta, y lo firmado no cambia nunca.

CREATE TABLE expediente.nota_transicion (de text, a text NOT NULL, UNIQUE NULLS NOT DISTINCT (de, a));
INSERT INTO expediente.nota_transicion VALUES
    (NULL, 'grabada'), (NULL, 'borrador'),
    ('grabada', 'transcrita'), ('grabada', 'descartada'),
    ('transcrita', 'borrador'), ('transcrita', 'descartada'),
    ('borrador', 'en_revision'), ('borrador', 'descartada'),
    ('en_revision', 'firmada'), ('en_revision', 'descartada'),
    ('firmada', 'con_adenda'), ('firmada', 'sustituida'), ('con_adenda', 'sustituida');
CALL expediente.solo_agregar('nota_transicion');
REVOKE INSERT ON expediente.nota_transicion FROM scribe_aplicacion;

CREATE TABLE expediente.nota (
    id             uuid PRIMARY KEY,
    encuentro_id   uuid NOT NULL REFERENCES expediente.encuentro,
    paciente_id    uuid NOT NULL REFERENCES expediente.paciente,
    medico_id      uuid NOT NULL REFERENCES expediente.usuario,
    grabacion_id   uuid REFERENCES expediente.grabacion,
    relacion       text NOT NULL DEFAULT 'original' CHECK (relacion IN ('original', 'adenda', 'sustitucion')),
    nota_previa    uuid REFERENCES expediente.nota,
    usuario_id     uuid NOT NULL REFERENCES expediente.usuario,
    equipo         text NOT NULL,
    cuando         timestamptz NOT NULL DEFAULT clock_timestamp(),
    estado         text,                         -- lo llevan los triggers; la aplicación no lo puede escribir
    ultima_version integer NOT NULL DEFAULT 0,   -- ídem
    CHECK ((relacion = 'original') = (nota_previa IS NULL))
);
CREATE INDEX nota_encuentro ON expediente.nota (encuentro_id);
CREATE INDEX nota_paciente ON expediente.nota (paciente_id);
CREATE INDEX nota_medico_estado ON expediente.nota (medico_id, estado);
CREATE INDEX nota_previa ON expediente.nota (nota_previa) WHERE nota_previa IS NOT NULL;
GRANT SELECT, INSERT (id, encuentro_id, paciente_id, medico_id, grabacion_id, relacion, nota_previa,
                      usuario_id, equipo) ON expediente.nota TO scribe_aplicacion;

CREATE TABLE expediente.nota_estado (
    id         uuid PRIMARY KEY,
    orden      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    nota_id    uuid NOT NULL REFERENCES expediente.nota,
    de         text,
    a          text NOT NULL,
    motivo     bytea,
    usuario_id uuid REFERENCES expediente.usuario, -- nulo: lo hizo un trabajo automático
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (a <> 'descartada' OR motivo IS NOT NULL)
);
CREATE INDEX nota_estado_nota ON expediente.nota_estado (nota_id, orden);
CALL expediente.solo_agregar('nota_estado');

CREATE TABLE expediente.nota_version (
    id          uuid PRIMARY KEY,
    nota_id     uuid NOT NULL REFERENCES expediente.nota,
    numero      integer NOT NULL CHECK (numero > 0),
    base_id     uuid REFERENCES expediente.nota_version,
    contenido   bytea NOT NULL,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    cambio      bytea,
    origen      text NOT NULL CHECK (origen IN ('borrador', 'persona', 'importada')),
    borrador_id uuid REFERENCES expediente.borrador,
    modelos     jsonb NOT NULL DEFAULT '{}',
    usuario_id  uuid REFERENCES expediente.usuario,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (nota_id, numero),
    CHECK ((numero = 1) = (base_id IS NULL)),
    CHECK (origen <> 'borrador' OR borrador_id IS NOT NULL),
    CHECK (origen = 'borrador' OR usuario_id IS NOT NULL)
);
CALL expediente.solo_agregar('nota_version');

CREATE TABLE expediente.nota_firma (
    id          uuid PRIMARY KEY,
    nota_id     uuid NOT NULL UNIQUE REFERENCES expediente.nota,
    version_id  uuid NOT NULL REFERENCES expediente.nota_version,
    tipo        text NOT NULL CHECK (tipo IN ('simple', 'efirma')),
    contenido   bytea NOT NULL,  -- los bytes exactos que se firmaron, cifrados
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32), -- de esos bytes en claro
    firma       bytea NOT NULL,
    algoritmo   text NOT NULL,
    certificado bytea,
    usuario_id  uuid NOT NULL REFERENCES expediente.usuario,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (tipo <> 'efirma' OR certificado IS NOT NULL)
);
CALL expediente.solo_agregar('nota_firma');

CREATE TABLE expediente.nota_documento (
    id        uuid PRIMARY KEY,
    nota_id   uuid NOT NULL REFERENCES expediente.nota,
    clase     text NOT NULL CHECK (clase IN ('pdf', 'pdf_firmado', 'fhir_bundle', 'json')),
    contenido bytea NOT NULL,
    sha256    bytea NOT NULL CHECK (octet_length(sha256) = 32),
    usuario_id uuid REFERENCES expediente.usuario,
    equipo    text NOT NULL,
    cuando    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX nota_documento_nota ON expediente.nota_documento (nota_id);
CALL expediente.solo_agregar('nota_documento');

-- Una nota nace coherente con su encuentro; adenda y sustitución, solo de una nota firmada.
CREATE FUNCTION expediente.nacer_nota() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.estado := NULL;
    NEW.ultima_version := 0;
    NEW.cuando := clock_timestamp();
    IF NOT EXISTS (SELECT 1 FROM expediente.encuentro e
                   WHERE e.id = NEW.encuentro_id AND e.paciente_id = NEW.paciente_id) THEN
        RAISE EXCEPTION 'La nota no es del paciente de su encuentro.' USING ERRCODE = 'SC006';
    END IF;
    IF NEW.grabacion_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM expediente.grabacion g WHERE g.id = NEW.grabacion_id AND g.encuentro_id = NEW.encuentro_id
    ) THEN
        RAISE EXCEPTION 'La grabación no es de ese encuentro.' USING ERRCODE = 'SC006';
    END IF;
    IF NEW.nota_previa IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM expediente.nota n WHERE n.id = NEW.nota_previa AND n.estado IN ('firmada', 'con_adenda')
          AND n.encuentro_id = NEW.encuentro_id
    ) THEN
        RAISE EXCEPTION 'Solo una nota firmada del mismo encuentro admite adenda o sustitución.'
            USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nacer_nota BEFORE INSERT ON expediente.nota
    FOR EACH ROW EXECUTE FUNCTION expediente.nacer_nota();

-- De una nota solo cambian su estado (por un camino permitido) y su última versión (de una en una).
CREATE FUNCTION expediente.guardar_nota() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'estado' - 'ultima_version' <> to_jsonb(OLD) - 'estado' - 'ultima_version'
       OR NEW.ultima_version NOT IN (OLD.ultima_version, OLD.ultima_version + 1)
       OR (NEW.ultima_version <> OLD.ultima_version AND OLD.estado NOT IN ('borrador', 'en_revision')) THEN
        RAISE EXCEPTION 'De una nota solo cambian su estado y su última versión.' USING ERRCODE = 'SC001';
    END IF;
    IF NEW.estado IS DISTINCT FROM OLD.estado AND NOT EXISTS (
        SELECT 1 FROM expediente.nota_transicion t WHERE t.de IS NOT DISTINCT FROM OLD.estado AND t.a = NEW.estado
    ) THEN
        RAISE EXCEPTION 'La nota no puede pasar de % a %.', coalesce(OLD.estado, 'nueva'), NEW.estado
            USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guardar_nota BEFORE UPDATE ON expediente.nota
    FOR EACH ROW EXECUTE FUNCTION expediente.guardar_nota();
CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.nota
    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio();
CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.nota
    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio();
ALTER TABLE expediente.nota ENABLE ALWAYS TRIGGER nacer_nota, ENABLE ALWAYS TRIGGER guardar_nota,
    ENABLE ALWAYS TRIGGER no_borrar, ENABLE ALWAYS TRIGGER no_vaciar;

-- Un paso de estado: lo anota quien lo da y mueve la nota, con la fila de la nota tomada.
CREATE FUNCTION expediente.dar_paso() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    NEW.de := n.estado;
    NEW.cuando := clock_timestamp();
    IF NEW.a IN ('en_revision', 'firmada') AND n.ultima_version = 0 THEN
        RAISE EXCEPTION 'La nota aún no tiene contenido.' USING ERRCODE = 'SC002';
    END IF;
    IF NEW.a = 'grabada' AND n.grabacion_id IS NULL
       OR NEW.a = 'borrador' AND n.estado IS NULL AND n.grabacion_id IS NOT NULL THEN
        RAISE EXCEPTION 'Una nota con grabación empieza en grabada; sin ella, en borrador.' USING ERRCODE = 'SC002';
    END IF;
    IF NEW.a = 'firmada' AND NOT EXISTS (SELECT 1 FROM expediente.nota_firma f WHERE f.nota_id = n.id) THEN
        RAISE EXCEPTION 'La nota no tiene firma.' USING ERRCODE = 'SC002';
    END IF;
    IF NEW.a IN ('con_adenda', 'sustituida') AND NOT EXISTS (
        SELECT 1 FROM expediente.nota h WHERE h.nota_previa = n.id AND h.estado IN ('firmada', 'con_adenda', 'sustituida')
          AND h.relacion = CASE NEW.a WHEN 'con_adenda' THEN 'adenda' ELSE 'sustitucion' END
    ) THEN
        RAISE EXCEPTION 'No hay adenda o sustitución firmada de esta nota.' USING ERRCODE = 'SC002';
    END IF;
    UPDATE expediente.nota SET estado = NEW.a WHERE id = n.id;
    IF NOT FOUND OR n.estado = NEW.a THEN
        RAISE EXCEPTION 'La nota ya estaba en ese estado.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dar_paso BEFORE INSERT ON expediente.nota_estado
    FOR EACH ROW EXECUTE FUNCTION expediente.dar_paso();
ALTER TABLE expediente.nota_estado ENABLE ALWAYS TRIGGER dar_paso;

-- Versiones de una en una, cada una sobre la última: quien parte de una vieja se entera.
CREATE FUNCTION expediente.agregar_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    NEW.cuando := clock_timestamp();
    IF n.estado IS NULL OR n.estado NOT IN ('borrador', 'en_revision') THEN
        RAISE EXCEPTION 'Una nota % ya no admite versiones.', coalesce(n.estado, 'nueva') USING ERRCODE = 'SC002';
    END IF;
    IF NEW.numero <> n.ultima_version + 1 OR NEW.base_id IS DISTINCT FROM (
        SELECT v.id FROM expediente.nota_version v WHERE v.nota_id = n.id AND v.numero = n.ultima_version
    ) THEN
        RAISE EXCEPTION 'La nota ya va en la versión %.', n.ultima_version USING ERRCODE = 'SC003';
    END IF;
    UPDATE expediente.nota SET ultima_version = NEW.numero WHERE id = n.id;
    RETURN NEW;
END $$;
CREATE TRIGGER agregar_version BEFORE INSERT ON expediente.nota_version
    FOR EACH ROW EXECUTE FUNCTION expediente.agregar_version();
ALTER TABLE expediente.nota_version ENABLE ALWAYS TRIGGER agregar_version;

-- Se firma la última versión, en revisión, y lo hace un médico en activo de ese establecimiento.
CREATE FUNCTION expediente.exigir_firma() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    NEW.cuando := clock_timestamp();
    IF n.estado IS DISTINCT FROM 'en_revision' THEN
        RAISE EXCEPTION 'Solo se firma una nota en revisión.' USING ERRCODE = 'SC002';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM expediente.nota_version v
                   WHERE v.id = NEW.version_id AND v.nota_id = n.id AND v.numero = n.ultima_version) THEN
        RAISE EXCEPTION 'Lo que se firma no es la última versión.' USING ERRCODE = 'SC003';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM expediente.usuario_rol r
        JOIN expediente.usuario u ON u.id = r.usuario_id AND u.activo
        JOIN expediente.encuentro e ON e.id = n.encuentro_id AND e.establecimiento_id = r.establecimiento_id
        WHERE r.usuario_id = NEW.usuario_id AND r.rol = 'medico' AND r.revocado IS NULL
    ) THEN
        RAISE EXCEPTION 'Solo firma un médico en activo del establecimiento.' USING ERRCODE = 'SC005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_firma BEFORE INSERT ON expediente.nota_firma
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_firma();
ALTER TABLE expediente.nota_firma ENABLE ALWAYS TRIGGER exigir_firma;

-- Al cerrar la transacción, firma y estado van juntos, y la nota anterior se enteró.
CREATE FUNCTION expediente.firma_completa() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM expediente.nota n LEFT JOIN expediente.nota p ON p.id = n.nota_previa
        WHERE n.id = NEW.nota_id AND n.estado IN ('firmada', 'con_adenda', 'sustituida')
          AND CASE n.relacion WHEN 'adenda' THEN p.estado IN ('con_adenda', 'sustituida')
                              WHEN 'sustitucion' THEN p.estado = 'sustituida' ELSE true END
    ) THEN
        RAISE EXCEPTION 'La firma quedó a medias.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER firma_completa AFTER INSERT ON expediente.nota_firma
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION expediente.firma_completa();
ALTER TABLE expediente.nota_firma ENABLE ALWAYS TRIGGER firma_completa;

-- Un documento firmado cuelga de una nota firmada.
CREATE FUNCTION expediente.documento_de_firmada() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.clase = 'pdf_firmado'
       AND NOT EXISTS (SELECT 1 FROM expediente.nota_firma f WHERE f.nota_id = NEW.nota_id) THEN
        RAISE EXCEPTION 'La nota no está firmada.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documento_de_firmada BEFORE INSERT ON expediente.nota_documento
    FOR EACH ROW EXECUTE FUNCTION expediente.documento_de_firmada();
