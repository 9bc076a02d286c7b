-- Cimientos: el esquema, las defensas que usan todas las tablas, la historia y la bitácora.
-- Errores propios (los traduce scribe/expediente/base/errores_sql.py):
--   SC001 solo-agregar · SC002 transición inválida · SC003 versión atrasada · SC004 sin consentimiento
--   SC005 sin permiso · SC006 dato inválido · SC007 cadena de bitácora

CREATE SCHEMA expediente;
GRANT USAGE ON SCHEMA expediente TO scribe_aplicacion;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Nadie cambia ni borra. Los triggers van ALWAYS: session_replication_role = replica no los salta.
CREATE FUNCTION expediente.negar_cambio() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'La tabla % es solo-agregar.', TG_TABLE_NAME USING ERRCODE = 'SC001';
END $$;

-- La hora la pone la base: la aplicación no puede agregar nada con fecha de otro día.
CREATE FUNCTION expediente.poner_hora() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = 'scribe_aplicacion' THEN
        NEW.cuando := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE PROCEDURE expediente.solo_agregar(tabla text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER no_cambiar BEFORE UPDATE OR DELETE ON expediente.%I
                    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio()', tabla);
    EXECUTE format('CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio()', tabla);
    EXECUTE format('ALTER TABLE expediente.%I ENABLE ALWAYS TRIGGER no_cambiar, ENABLE ALWAYS TRIGGER no_vaciar',
                   tabla);
    EXECUTE format('GRANT SELECT, INSERT ON expediente.%I TO scribe_aplicacion', tabla);
    -- Menos en la bitácora, que sella su hora antes de llegar aquí y anota si el reloj retrocedió.
    IF tabla <> 'bitacora' AND EXISTS (SELECT 1 FROM pg_attribute
            WHERE attrelid = format('expediente.%I', tabla)::regclass AND attname = 'cuando') THEN
        EXECUTE format('CREATE TRIGGER a_su_hora BEFORE INSERT ON expediente.%I
                        FOR EACH ROW EXECUTE FUNCTION expediente.poner_hora()', tabla);
        EXECUTE format('ALTER TABLE expediente.%I ENABLE ALWAYS TRIGGER a_su_hora', tabla);
    END IF;
END $$;

-- Lo que sí puede cambiar (una tarea, un usuario) deja su fila anterior en `historia` y no se borra.
CREATE TABLE expediente.historia (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tabla    text NOT NULL,
    fila     uuid NOT NULL,
    antes    jsonb NOT NULL,
    cambiada timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX historia_fila ON expediente.historia (tabla, fila);
CALL expediente.solo_agregar('historia');
REVOKE INSERT ON expediente.historia FROM scribe_aplicacion;

CREATE FUNCTION expediente.guardar_historia() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO expediente.historia (tabla, fila, antes) VALUES (TG_TABLE_NAME, OLD.id, to_jsonb(OLD));
    RETURN NEW;
END $$;

CREATE PROCEDURE expediente.con_historia(tabla text, columnas text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER con_historia BEFORE UPDATE ON expediente.%I
                    FOR EACH ROW EXECUTE FUNCTION expediente.guardar_historia()', tabla);
    EXECUTE format('CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.%I
                    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio()', tabla);
    EXECUTE format('CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio()', tabla);
    EXECUTE format('ALTER TABLE expediente.%I ENABLE ALWAYS TRIGGER con_historia,
                    ENABLE ALWAYS TRIGGER no_borrar, ENABLE ALWAYS TRIGGER no_vaciar', tabla);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE (%s) ON expediente.%I TO scribe_aplicacion', columnas, tabla);
END $$;

-- Qué se asienta en la bitácora. Lo que no es apagable no se puede apagar ni desde aquí.
CREATE TABLE expediente.tipo_evento (
    codigo      text PRIMARY KEY CHECK (codigo ~ '^[a-z_]+\.[a-z_]+$'),
    descripcion text NOT NULL,
    apagable    boolean NOT NULL DEFAULT false,
    activo      boolean NOT NULL DEFAULT true,
    CHECK (activo OR apagable)
);
GRANT SELECT, UPDATE (activo) ON expediente.tipo_evento TO scribe_aplicacion;

-- La bitácora (NOM-024-SSA3-2010 3.3.8 y apéndice B «Rastro de auditoría»): cada asiento lleva el sello
-- HMAC del anterior; la clave no está en la base.
CREATE TABLE expediente.bitacora (
    seq        bigint PRIMARY KEY CHECK (seq > 0),
    cuando     timestamptz NOT NULL,
    evento     text NOT NULL REFERENCES expediente.tipo_evento,
    usuario_id uuid,
    equipo     text NOT NULL,
    sesion_id  uuid,
    paciente_id uuid,
    objeto     text,
    objeto_id  uuid,
    huella     bytea CHECK (octet_length(huella) = 32),
    resultado  text NOT NULL DEFAULT 'bien' CHECK (resultado IN ('bien', 'negado', 'fallo')),
    detalle    jsonb NOT NULL DEFAULT '{}',
    anomalia   text,
    clave_id   text NOT NULL,
    previo     bytea NOT NULL UNIQUE CHECK (octet_length(previo) = 32),
    sello      bytea NOT NULL UNIQUE CHECK (octet_length(sello) = 32)
);
CREATE INDEX bitacora_usuario ON expediente.bitacora (usuario_id, seq);
CREATE INDEX bitacora_paciente ON expediente.bitacora (paciente_id, seq);
CREATE INDEX bitacora_cuando ON expediente.bitacora (cuando);
CREATE INDEX bitacora_objeto ON expediente.bitacora (objeto, objeto_id);
CALL expediente.solo_agregar('bitacora');

-- La cadena no se bifurca ni salta: quien inserta ya tiene el candado y encadena con el último.
CREATE FUNCTION expediente.encadenar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ultimo record;
BEGIN
    PERFORM pg_advisory_xact_lock(5072110, 1);
    SELECT seq, sello INTO ultimo FROM expediente.bitacora ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> coalesce(ultimo.seq, 0) + 1
       OR NEW.previo <> coalesce(ultimo.sello, decode(repeat('00', 32), 'hex')) THEN
        RAISE EXCEPTION 'El asiento no sigue al último.' USING ERRCODE = 'SC007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encadenar BEFORE INSERT ON expediente.bitacora
    FOR EACH ROW EXECUTE FUNCTION expediente.encadenar();
ALTER TABLE expediente.bitacora ENABLE ALWAYS TRIGGER encadenar;
