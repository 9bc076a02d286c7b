-- Lo que decide el médico al revisar una nota, lo que corrige de su transcripción, y lo que dos personas
-- escribieron a la vez. El contenido va cifrado: la base cuenta lo dudoso de cada versión, y con eso le basta
-- para no dejar que desaparezca sin que alguien lo resuelva.

INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('nota.decision', 'El médico decidió sobre algo dudoso o propuesto', false),
    ('nota.conflicto', 'Se guardó aparte lo escrito sobre una versión atrasada', false),
    ('transcripcion.cambio', 'Se corrigió una transcripción o quién habla en ella', false);

-- Cuántos enunciados «por revisar» tiene la versión. Nulo: es de antes de que se contara.
ALTER TABLE expediente.nota_version ADD COLUMN por_revisar integer CHECK (por_revisar >= 0);

CREATE TABLE expediente.nota_decision (
    id         uuid PRIMARY KEY,
    nota_id    uuid NOT NULL REFERENCES expediente.nota,
    version_id uuid NOT NULL REFERENCES expediente.nota_version, -- lo que tenía delante al decidir
    clase      text NOT NULL CHECK (clase IN ('duda', 'omision', 'aviso', 'codigo', 'restauracion')),
    decision   text NOT NULL CHECK (decision ~ '^[a-z_]{1,20}$'),
    seccion    text CHECK (seccion IN ('subjetivo', 'objetivo', 'analisis', 'plan', 'pronostico')),
    indice     integer CHECK (indice >= 0),
    resuelve   integer NOT NULL DEFAULT 0 CHECK (resuelve >= 0), -- cuántas dudas quita
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (clase <> 'duda' OR resuelve <= 1),
    CHECK (clase IN ('duda', 'restauracion') OR resuelve = 0)
);
CREATE INDEX nota_decision_version ON expediente.nota_decision (version_id);
CREATE INDEX nota_decision_nota ON expediente.nota_decision (nota_id, cuando);
CALL expediente.solo_agregar('nota_decision');

-- Se decide sobre la última versión de una nota abierta, y decide quien responde de ella.
CREATE FUNCTION expediente.exigir_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    IF n.estado IS NULL OR n.estado NOT IN ('borrador', 'en_revision') THEN
        RAISE EXCEPTION 'Una nota % ya no admite decisiones.', coalesce(n.estado, 'nueva') USING ERRCODE = 'SC002';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM expediente.nota_version v
                   WHERE v.id = NEW.version_id AND v.nota_id = n.id AND v.numero = n.ultima_version) THEN
        RAISE EXCEPTION 'La nota ya va en la versión %.', n.ultima_version USING ERRCODE = 'SC003';
    END IF;
    IF n.medico_id <> NEW.usuario_id THEN
        RAISE EXCEPTION 'Decide quien es responsable de la nota.' USING ERRCODE = 'SC005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_decision BEFORE INSERT ON expediente.nota_decision
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_decision();
ALTER TABLE expediente.nota_decision ENABLE ALWAYS TRIGGER exigir_decision;

-- Como la de 0005, y además: de una versión a la siguiente solo faltan las dudas que alguien resolvió.
CREATE OR REPLACE FUNCTION expediente.agregar_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
    base expediente.nota_version;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    NEW.cuando := clock_timestamp();
    IF n.estado IS NULL OR n.estado NOT IN ('borrador', 'en_revision') THEN
        RAISE EXCEPTION 'Una nota % ya no admite versiones.', coalesce(n.estado, 'nueva') USING ERRCODE = 'SC002';
    END IF;
    SELECT * INTO base FROM expediente.nota_version v WHERE v.nota_id = n.id AND v.numero = n.ultima_version;
    IF NEW.numero <> n.ultima_version + 1 OR NEW.base_id IS DISTINCT FROM base.id THEN
        RAISE EXCEPTION 'La nota ya va en la versión %.', n.ultima_version USING ERRCODE = 'SC003';
    END IF;
    IF base.por_revisar IS NOT NULL AND (NEW.por_revisar IS NULL OR NEW.por_revisar < base.por_revisar - (
        SELECT coalesce(sum(d.resuelve), 0) FROM expediente.nota_decision d WHERE d.version_id = base.id
    )) THEN
        RAISE EXCEPTION 'Lo que está por revisar se resuelve: no se quita al editar.' USING ERRCODE = 'SC006';
    END IF;
    UPDATE expediente.nota SET ultima_version = NEW.numero WHERE id = n.id;
    RETURN NEW;
END $$;

-- Como la de 0005, y además: con algo por revisar no se firma.
CREATE OR REPLACE FUNCTION expediente.exigir_firma() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
    v expediente.nota_version;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id FOR UPDATE;
    NEW.cuando := clock_timestamp();
    IF n.estado IS DISTINCT FROM 'en_revision' THEN
        RAISE EXCEPTION 'Solo se firma una nota en revisión.' USING ERRCODE = 'SC002';
    END IF;
    SELECT * INTO v FROM expediente.nota_version
    WHERE id = NEW.version_id AND nota_id = n.id AND numero = n.ultima_version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Lo que se firma no es la última versión.' USING ERRCODE = 'SC003';
    END IF;
    IF v.por_revisar > 0 THEN
        RAISE EXCEPTION 'Queda algo por revisar: resuélvelo antes de firmar.' USING ERRCODE = 'SC002';
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

-- Lo que alguien escribió sobre una versión que ya no era la última: se le contesta que hay otra, y lo suyo
-- queda aquí.
CREATE TABLE expediente.nota_conflicto (
    id         uuid PRIMARY KEY,
    nota_id    uuid NOT NULL REFERENCES expediente.nota,
    sobre      integer NOT NULL CHECK (sobre >= 0),
    contenido  bytea NOT NULL,
    sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (nota_id, usuario_id, sobre, sha256)
);
CALL expediente.solo_agregar('nota_conflicto');

-- Lo oído no cambia: cada corrección es una fila más, en orden, y la transcripción se lee con ellas encima.
CREATE TABLE expediente.transcripcion_cambio (
    id               uuid PRIMARY KEY,
    transcripcion_id uuid NOT NULL REFERENCES expediente.transcripcion,
    numero           integer NOT NULL CHECK (numero > 0),
    clase            text NOT NULL CHECK (clase IN ('palabras', 'turno', 'hablante', 'intercambio')),
    contenido        bytea NOT NULL,
    usuario_id       uuid NOT NULL REFERENCES expediente.usuario,
    equipo           text NOT NULL,
    cuando           timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (transcripcion_id, numero)
);
CALL expediente.solo_agregar('transcripcion_cambio');

-- De una en una, mientras su nota siga abierta, y por quien responde de ella: firmada la nota, su evidencia
-- ya no se retoca.
CREATE FUNCTION expediente.exigir_cambio() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ultimo integer;
BEGIN
    PERFORM 1 FROM expediente.transcripcion t WHERE t.id = NEW.transcripcion_id FOR UPDATE;
    -- El candado de la nota espera a una firma en curso.
    PERFORM 1 FROM expediente.nota n JOIN expediente.transcripcion t ON t.grabacion_id = n.grabacion_id
    WHERE t.id = NEW.transcripcion_id AND n.estado IN ('borrador', 'en_revision') FOR UPDATE OF n;
    IF NOT EXISTS (
        SELECT 1 FROM expediente.nota n JOIN expediente.transcripcion t ON t.grabacion_id = n.grabacion_id
        WHERE t.id = NEW.transcripcion_id AND n.estado IN ('borrador', 'en_revision')
    ) THEN
        RAISE EXCEPTION 'Su nota ya no está abierta: la transcripción queda como está.' USING ERRCODE = 'SC002';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM expediente.nota n JOIN expediente.transcripcion t ON t.grabacion_id = n.grabacion_id
        WHERE t.id = NEW.transcripcion_id AND n.estado IN ('borrador', 'en_revision')
          AND n.medico_id = NEW.usuario_id
    ) THEN
        RAISE EXCEPTION 'La corrige quien es responsable de la nota.' USING ERRCODE = 'SC005';
    END IF;
    SELECT coalesce(max(c.numero), 0) INTO ultimo FROM expediente.transcripcion_cambio c
    WHERE c.transcripcion_id = NEW.transcripcion_id;
    IF NEW.numero <> ultimo + 1 THEN
        RAISE EXCEPTION 'La transcripción ya va en el cambio %.', ultimo USING ERRCODE = 'SC003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_cambio BEFORE INSERT ON expediente.transcripcion_cambio
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_cambio();
ALTER TABLE expediente.transcripcion_cambio ENABLE ALWAYS TRIGGER exigir_cambio;
