-- Claves de datos, conservación y destrucción, destinos e intercambios.

-- Envuelta por la clave maestra; destruirla es destruir lo que cifró (así se borra sin borrar filas).
CREATE TABLE expediente.clave_datos (
    id            uuid PRIMARY KEY,
    ambito        text NOT NULL,
    ambito_id     uuid NOT NULL,
    envuelta      bytea,
    clave_maestra text NOT NULL,
    creada        timestamptz NOT NULL DEFAULT clock_timestamp(),
    rotada        timestamptz,
    destruida     timestamptz,
    UNIQUE (ambito, ambito_id),
    CHECK ((envuelta IS NULL) = (destruida IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE (envuelta, clave_maestra, rotada, destruida) ON expediente.clave_datos
    TO scribe_aplicacion;

-- Cuánto se guarda cada cosa. `minimo` es ley y no se baja: NOM-004 5.4, cinco años desde el último acto.
CREATE TABLE expediente.conservacion_politica (
    id           uuid PRIMARY KEY,
    tipo_dato    text NOT NULL CHECK (tipo_dato IN ('expediente', 'grabacion', 'transcripcion')),
    plazo        interval NOT NULL,
    desde        text NOT NULL CHECK (desde IN ('ultimo_acto', 'firma', 'creacion')),
    fuente       text NOT NULL,
    usuario_id   uuid REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (plazo >= interval '0'),
    CHECK (tipo_dato <> 'expediente' OR plazo >= interval '5 years')
);
CALL expediente.solo_agregar('conservacion_politica');
CREATE TABLE expediente.conservacion_propuesta (
    id          uuid PRIMARY KEY,
    tipo_dato   text NOT NULL,
    ambito      text NOT NULL CHECK (ambito IN ('paciente', 'grabacion')),
    ambito_id   uuid NOT NULL,
    politica_id uuid REFERENCES expediente.conservacion_politica,
    motivo      text NOT NULL CHECK (motivo IN ('plazo', 'revocacion', 'peticion')),
    vencio      timestamptz NOT NULL,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('conservacion_propuesta');
CREATE TABLE expediente.conservacion_decision (
    id           uuid PRIMARY KEY,
    propuesta_id uuid NOT NULL UNIQUE REFERENCES expediente.conservacion_propuesta,
    aprobada     boolean NOT NULL,
    razon        text NOT NULL,
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('conservacion_decision');
CREATE TABLE expediente.conservacion_acta (
    id           uuid PRIMARY KEY,
    propuesta_id uuid NOT NULL UNIQUE REFERENCES expediente.conservacion_propuesta,
    metodo       text NOT NULL,
    sha256       bytea,
    usuario_id   uuid REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('conservacion_acta');

-- Decide un administrador en activo; nadie más.
CREATE FUNCTION expediente.decide_administrador() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM expediente.usuario_rol r JOIN expediente.usuario u ON u.id = r.usuario_id AND u.activo
                   WHERE r.usuario_id = NEW.usuario_id AND r.rol = 'administrador' AND r.revocado IS NULL) THEN
        RAISE EXCEPTION 'Solo un administrador decide una destrucción.' USING ERRCODE = 'SC005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decide_administrador BEFORE INSERT ON expediente.conservacion_decision
    FOR EACH ROW EXECUTE FUNCTION expediente.decide_administrador();
ALTER TABLE expediente.conservacion_decision ENABLE ALWAYS TRIGGER decide_administrador;

-- Una clave se rota o se destruye; destruirla exige acta con decisión aprobada y, si es de un paciente,
-- cinco años sin actos médicos. Lo destruido no revive.
CREATE FUNCTION expediente.guardar_clave() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.destruida IS NOT NULL
       OR (NEW.id, NEW.ambito, NEW.ambito_id, NEW.creada) IS DISTINCT FROM (OLD.id, OLD.ambito, OLD.ambito_id, OLD.creada)
    THEN
        RAISE EXCEPTION 'Esa clave ya no cambia.' USING ERRCODE = 'SC001';
    END IF;
    IF NEW.destruida IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM expediente.conservacion_acta a
            JOIN expediente.conservacion_propuesta p ON p.id = a.propuesta_id
            JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id AND d.aprobada
            WHERE p.ambito = NEW.ambito AND p.ambito_id = NEW.ambito_id
        ) THEN
            RAISE EXCEPTION 'Sin acta aprobada no se destruye nada.' USING ERRCODE = 'SC005';
        END IF;
        IF NEW.ambito = 'paciente' AND EXISTS (
            SELECT 1 FROM expediente.encuentro e WHERE e.paciente_id = NEW.ambito_id
              AND greatest(e.inicio, e.cuando) > clock_timestamp() - interval '5 years'
            UNION ALL
            SELECT 1 FROM expediente.nota n JOIN expediente.nota_firma f ON f.nota_id = n.id
            WHERE n.paciente_id = NEW.ambito_id AND f.cuando > clock_timestamp() - interval '5 years'
        ) THEN
            RAISE EXCEPTION 'El expediente se conserva cinco años desde el último acto médico.' USING ERRCODE = 'SC005';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guardar_clave BEFORE UPDATE ON expediente.clave_datos
    FOR EACH ROW EXECUTE FUNCTION expediente.guardar_clave();
CREATE TRIGGER no_borrar BEFORE DELETE ON expediente.clave_datos
    FOR EACH ROW EXECUTE FUNCTION expediente.negar_cambio();
CREATE TRIGGER no_vaciar BEFORE TRUNCATE ON expediente.clave_datos
    FOR EACH STATEMENT EXECUTE FUNCTION expediente.negar_cambio();
ALTER TABLE expediente.clave_datos ENABLE ALWAYS TRIGGER guardar_clave,
    ENABLE ALWAYS TRIGGER no_borrar, ENABLE ALWAYS TRIGGER no_vaciar;

-- A dónde se puede enviar (NOM-024 3.3.5) y qué se envió (3.3.8: motivo, fecha, origen, destino, contenido).
CREATE TABLE expediente.destino (
    id        uuid PRIMARY KEY,
    nombre    text NOT NULL UNIQUE,
    clase     text NOT NULL CHECK (clase IN ('fhir', 'carpeta')),
    direccion text NOT NULL,
    ajustes   jsonb NOT NULL DEFAULT '{}',
    activo    boolean NOT NULL DEFAULT true,
    creado    timestamptz NOT NULL DEFAULT clock_timestamp(),
    creado_por uuid REFERENCES expediente.usuario
);
CALL expediente.con_historia('destino', 'direccion, ajustes, activo');
CREATE TABLE expediente.intercambio (
    id          uuid PRIMARY KEY,
    destino_id  uuid NOT NULL REFERENCES expediente.destino,
    nota_id     uuid NOT NULL REFERENCES expediente.nota,
    paciente_id uuid NOT NULL REFERENCES expediente.paciente,
    motivo      text NOT NULL CHECK (motivo IN ('borrador', 'firmada', 'adenda', 'sustituida', 'exportacion')),
    clase       text NOT NULL,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32), -- de lo enviado
    llave       text NOT NULL, -- misma llave, mismo envío: nunca dos veces
    usuario_id  uuid REFERENCES expediente.usuario,
    equipo      text NOT NULL,
    cuando      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (destino_id, llave)
);
CREATE INDEX intercambio_nota ON expediente.intercambio (nota_id);
CALL expediente.solo_agregar('intercambio');
CREATE TABLE expediente.intercambio_intento (
    id             uuid PRIMARY KEY,
    intercambio_id uuid NOT NULL REFERENCES expediente.intercambio,
    resultado      text NOT NULL CHECK (resultado IN ('entregado', 'rechazado', 'sin_respuesta')),
    respuesta      jsonb NOT NULL DEFAULT '{}', -- códigos e identificadores, nunca contenido
    equipo         text NOT NULL,
    cuando         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX intercambio_intento_de ON expediente.intercambio_intento (intercambio_id);
CREATE UNIQUE INDEX intercambio_entregado ON expediente.intercambio_intento (intercambio_id)
    WHERE resultado = 'entregado';
CALL expediente.solo_agregar('intercambio_intento');
