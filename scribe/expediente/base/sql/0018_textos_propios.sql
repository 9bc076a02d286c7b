-- Las plantillas y frases de cada médico. El texto va cifrado: nadie promete que no lleve un nombre.

INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('texto.alta', 'Frase o plantilla nueva', true),
    ('texto.cambio', 'Cambio o retiro de una frase o plantilla', true);

CREATE TABLE expediente.texto_propio (
    id         uuid PRIMARY KEY,
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    clase      text NOT NULL CHECK (clase IN ('frase', 'plantilla')),
    nombre     text NOT NULL CHECK (nombre ~ '^\S.{0,59}$'),
    contenido  bytea NOT NULL,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    retirado   timestamptz
);
CREATE UNIQUE INDEX texto_propio_nombre ON expediente.texto_propio (usuario_id, clase, lower(nombre))
    WHERE retirado IS NULL;
-- De quién es no está entre lo que se puede cambiar: un texto no cambia de dueño.
CALL expediente.con_historia('texto_propio', 'nombre, contenido, retirado');

CREATE FUNCTION expediente.texto_retirado_no_vuelve() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.retirado IS NOT NULL THEN
        RAISE EXCEPTION 'Ese texto ya se retiró.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER texto_retirado_no_vuelve BEFORE UPDATE ON expediente.texto_propio
    FOR EACH ROW EXECUTE FUNCTION expediente.texto_retirado_no_vuelve();
ALTER TABLE expediente.texto_propio ENABLE ALWAYS TRIGGER texto_retirado_no_vuelve;
