-- Lo que faltaba al firmar y se dice después: un dato de la atención que no se eligió al empezarla, y la clave
-- de un establecimiento que no la tenía. Lo ya dicho no cambia: solo se agrega lo que estaba vacío.

INSERT INTO expediente.tipo_evento (codigo, descripcion) VALUES
    ('encuentro.complemento', 'Se agregó un dato que le faltaba a una atención');

CREATE TABLE expediente.encuentro_complemento (
    id           uuid PRIMARY KEY,
    encuentro_id uuid NOT NULL REFERENCES expediente.encuentro,
    campo        text NOT NULL CHECK (campo IN
        ('modalidad', 'grupo_servicios', 'entorno', 'via_ingreso', 'causa', 'cups', 'finalidad')),
    valor        text NOT NULL CHECK (valor ~ '^[0-9A-Z]{2,6}$'),
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (encuentro_id, campo)
);
CALL expediente.solo_agregar('encuentro_complemento');

GRANT UPDATE (clave) ON expediente.establecimiento TO scribe_aplicacion;
CREATE FUNCTION expediente.clave_una_vez() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.clave IS NOT NULL AND NEW.clave IS DISTINCT FROM OLD.clave THEN
        RAISE EXCEPTION 'La clave del establecimiento no cambia.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clave_una_vez BEFORE UPDATE ON expediente.establecimiento
    FOR EACH ROW EXECUTE FUNCTION expediente.clave_una_vez();
ALTER TABLE expediente.establecimiento ENABLE ALWAYS TRIGGER clave_una_vez;
