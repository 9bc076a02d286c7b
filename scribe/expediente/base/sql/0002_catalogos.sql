-- Catálogos con todas sus versiones (NOM-024-SSA3-2010 3.1.2; Res. 866 de 2021, anexo).
CREATE TABLE expediente.catalogo (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    nombre     text NOT NULL,
    version    text NOT NULL,
    vigencia   daterange NOT NULL,
    fuente     text NOT NULL,
    verificado date,
    cargado    timestamptz NOT NULL DEFAULT clock_timestamp(),
    clave      bigint GENERATED ALWAYS AS (hashtextextended(nombre, 0)) STORED,
    UNIQUE (nombre, version),
    -- Dos versiones de un catálogo no rigen el mismo día. (btree_gist no viene con el motor empotrado: la
    -- igualdad de nombres se expresa como rangos de un solo punto que se enciman.)
    EXCLUDE USING gist (int8range(clave, clave, '[]') WITH &&, vigencia WITH &&)
);
CREATE TABLE expediente.catalogo_concepto (
    catalogo_id uuid NOT NULL REFERENCES expediente.catalogo,
    clave       text NOT NULL,
    titulo      text NOT NULL,
    extra       jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (catalogo_id, clave)
);
CALL expediente.solo_agregar('catalogo_concepto');

-- Una versión nueva cierra la anterior: solo cambia el fin de su vigencia, y una sola vez.
CREATE FUNCTION expediente.cerrar_vigencia() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT upper_inf(OLD.vigencia) OR lower(NEW.vigencia) IS DISTINCT FROM lower(OLD.vigencia)
       OR (NEW.nombre, NEW.version, NEW.fuente, NEW.cargado)
          IS DISTINCT FROM (OLD.nombre, OLD.version, OLD.fuente, OLD.cargado) THEN
        RAISE EXCEPTION 'De un catálogo solo se cierra su vigencia.' USING ERRCODE = 'SC001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cerrar_vigencia BEFORE UPDATE ON expediente.catalogo
    FOR EACH ROW EXECUTE FUNCTION expediente.cerrar_vigencia();
CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.catalogo
    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio();
CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.catalogo
    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio();
ALTER TABLE expediente.catalogo ENABLE ALWAYS TRIGGER cerrar_vigencia,
    ENABLE ALWAYS TRIGGER no_borrar, ENABLE ALWAYS TRIGGER no_vaciar;
GRANT SELECT, INSERT, UPDATE (vigencia) ON expediente.catalogo TO scribe_aplicacion;
