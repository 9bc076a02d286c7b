-- Lo que se sabe del paciente más allá de una nota, y las tareas. Cada fila es una afirmación que no cambia;
-- corregirla es agregar otra que la sustituye (Res. 866, art. 10 par. 2). El contenido (códigos incluidos)
-- va cifrado; su forma es la de scribe/expediente/modelo.py.
CREATE PROCEDURE expediente.crear_afirmacion(tabla text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format($f$CREATE TABLE expediente.%1$I (
        id           uuid PRIMARY KEY,
        paciente_id  uuid NOT NULL REFERENCES expediente.paciente,
        encuentro_id uuid REFERENCES expediente.encuentro,
        nota_id      uuid REFERENCES expediente.nota,
        sustituye_a  uuid UNIQUE REFERENCES expediente.%1$I,
        retirada     boolean NOT NULL DEFAULT false,
        contenido    bytea NOT NULL,
        catalogo_id  uuid REFERENCES expediente.catalogo,
        usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
        equipo       text NOT NULL,
        cuando       timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK (NOT retirada OR sustituye_a IS NOT NULL),
        CHECK (sustituye_a <> id))$f$, tabla);
    EXECUTE format('CREATE INDEX ON expediente.%I (paciente_id)', tabla);
    EXECUTE format('CREATE INDEX ON expediente.%I (nota_id) WHERE nota_id IS NOT NULL', tabla);
    CALL expediente.solo_agregar(tabla);
END $$;
CALL expediente.crear_afirmacion('diagnostico');
CALL expediente.crear_afirmacion('problema');
CALL expediente.crear_afirmacion('alergia');
CALL expediente.crear_afirmacion('medicacion');
CALL expediente.crear_afirmacion('receta');

-- NOM-024 apéndice B «Asunto».
CREATE TABLE expediente.tarea (
    id           uuid PRIMARY KEY,
    tipo         text NOT NULL CHECK (tipo IN ('por_firmar', 'por_revisar', 'requiere_atencion', 'asunto')),
    paciente_id  uuid REFERENCES expediente.paciente,
    nota_id      uuid REFERENCES expediente.nota,
    descripcion  bytea,
    creada_por   uuid REFERENCES expediente.usuario,
    asignada_a   uuid REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    creada       timestamptz NOT NULL DEFAULT clock_timestamp(),
    vence        timestamptz,
    estado       text NOT NULL DEFAULT 'pendiente' CHECK (estado IN ('pendiente', 'hecha', 'cancelada')),
    terminada    timestamptz,
    terminada_por uuid REFERENCES expediente.usuario,
    CHECK ((estado = 'pendiente') = (terminada IS NULL))
);
CREATE INDEX tarea_pendiente ON expediente.tarea (asignada_a, tipo) WHERE estado = 'pendiente';
CREATE UNIQUE INDEX tarea_por_firmar ON expediente.tarea (nota_id) WHERE tipo = 'por_firmar' AND estado = 'pendiente';
CALL expediente.con_historia('tarea', 'estado, terminada, terminada_por, asignada_a');
CREATE FUNCTION expediente.tarea_termina_una_vez() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.estado <> 'pendiente' THEN
        RAISE EXCEPTION 'La tarea ya terminó.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tarea_termina_una_vez BEFORE UPDATE ON expediente.tarea
    FOR EACH ROW EXECUTE FUNCTION expediente.tarea_termina_una_vez();
ALTER TABLE expediente.tarea ENABLE ALWAYS TRIGGER tarea_termina_una_vez;
