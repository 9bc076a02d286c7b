-- Conservar y destruir: políticas por clase de dato, retención legal, y destrucciones que dicen qué destruyeron.
-- Proponer, decidir, destruir y levantar el acta son cuatro filas; ninguna se edita. Lo que se destruye de
-- verdad es la clave de datos (borrado criptográfico) y, fuera de la base, los archivos.

INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('conservacion.politica', 'Cambió cuánto se conserva una clase de dato', false),
    ('conservacion.destruccion', 'Se destruyó una clave y se inventarió lo que protegía', false),
    ('conservacion.vaciado', 'Se vació el contenido de un borrador descartado', false),
    ('conservacion.ver', 'Se vieron propuestas o certificados de destrucción', false),
    ('conservacion.retencion', 'Se marcó o se levantó un «no destruir»', false),
    ('respaldo.registro', 'Quedó registrado dónde está un respaldo', false);

ALTER TABLE expediente.conservacion_politica
    DROP CONSTRAINT conservacion_politica_tipo_dato_check,
    DROP CONSTRAINT conservacion_politica_desde_check,
    ADD COLUMN al_revocar text CHECK (al_revocar IN ('destruir', 'conservar')),
    ADD CONSTRAINT conservacion_politica_tipo_dato_check CHECK (
        tipo_dato IN ('expediente', 'grabacion', 'transcripcion', 'subida', 'borrador', 'respaldo')),
    ADD CONSTRAINT conservacion_politica_desde_check CHECK (
        desde IN ('ultimo_acto', 'firma', 'creacion', 'descarte')),
    ADD CONSTRAINT conservacion_politica_al_revocar CHECK (al_revocar IS NULL OR tipo_dato = 'grabacion');
ALTER TABLE expediente.conservacion_propuesta
    DROP CONSTRAINT conservacion_propuesta_ambito_check,
    ADD CONSTRAINT conservacion_propuesta_ambito_check CHECK ((tipo_dato, ambito) IN (
        ('expediente', 'paciente'), ('grabacion', 'grabacion'), ('subida', 'subida'), ('borrador', 'nota'),
        ('respaldo', 'respaldo')));
CREATE INDEX conservacion_propuesta_de ON expediente.conservacion_propuesta (ambito, ambito_id);
ALTER TABLE expediente.conservacion_acta ADD COLUMN contenido jsonb;

-- «No destruir»: un juicio, una queja, una auditoría. De un paciente entero o de una grabación.
CREATE TABLE expediente.retencion (
    id           uuid PRIMARY KEY,
    paciente_id  uuid NOT NULL REFERENCES expediente.paciente,
    grabacion_id uuid REFERENCES expediente.grabacion,
    razon        bytea NOT NULL,
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX retencion_paciente ON expediente.retencion (paciente_id);
CALL expediente.solo_agregar('retencion');
CREATE TABLE expediente.retencion_levantada (
    id           uuid PRIMARY KEY,
    retencion_id uuid NOT NULL UNIQUE REFERENCES expediente.retencion,
    razon        bytea NOT NULL,
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('retencion_levantada');
CREATE TRIGGER decide_administrador BEFORE INSERT ON expediente.retencion_levantada
    FOR EACH ROW EXECUTE FUNCTION expediente.decide_administrador();
ALTER TABLE expediente.retencion_levantada ENABLE ALWAYS TRIGGER decide_administrador;

-- Dónde quedó cada respaldo: también caduca (dentro viajan claves que después se destruyeron).
CREATE TABLE expediente.respaldo (
    id         uuid PRIMARY KEY, -- el de su cabecera: con él se reconoce el archivo antes de borrarlo
    creado     timestamptz NOT NULL,
    octetos    bigint NOT NULL CHECK (octetos > 0),
    ruta       bytea NOT NULL,   -- cifrada: los nombres de carpeta los pone una persona
    servidor   text NOT NULL,
    usuario_id uuid REFERENCES expediente.usuario,
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('respaldo');

-- El punto sin retorno: en la misma transacción que destruye la clave queda escrito qué había que destruir. Si
-- el proceso muere después, se sabe exactamente qué falta borrar.
CREATE TABLE expediente.conservacion_destruccion (
    id           uuid PRIMARY KEY,
    propuesta_id uuid NOT NULL UNIQUE REFERENCES expediente.conservacion_propuesta,
    inventario   jsonb NOT NULL,
    servidor     text NOT NULL, -- el equipo que tiene los archivos y los borra
    usuario_id   uuid NOT NULL REFERENCES expediente.usuario,
    equipo       text NOT NULL,
    cuando       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('conservacion_destruccion');

-- --- Qué se puede destruir --------------------------------------------------------------------------

-- De quién es: nulo si no es de ningún paciente (un respaldo).
CREATE FUNCTION expediente.paciente_de_ambito(_ambito text, _id uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE _ambito
        WHEN 'paciente' THEN _id
        WHEN 'grabacion' THEN (SELECT e.paciente_id FROM expediente.grabacion g
                               JOIN expediente.encuentro e ON e.id = g.encuentro_id WHERE g.id = _id)
        WHEN 'subida' THEN (SELECT e.paciente_id FROM trabajos.subida s
                            JOIN expediente.encuentro e ON e.id = s.encuentro_id WHERE s.id = _id)
        WHEN 'nota' THEN (SELECT n.paciente_id FROM expediente.nota n WHERE n.id = _id)
    END
$$;

CREATE FUNCTION expediente.ultimo_acto(_paciente uuid) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH f AS (SELECT expediente.paciente_familia(_paciente) AS id)
    SELECT max(x.cuando) FROM (
        SELECT p.creado AS cuando FROM expediente.paciente p WHERE p.id IN (SELECT id FROM f)
        UNION ALL SELECT greatest(e.inicio, e.cuando) FROM expediente.encuentro e WHERE e.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT greatest(c.fin, c.cuando) FROM expediente.encuentro_cierre c
            JOIN expediente.encuentro e ON e.id = c.encuentro_id WHERE e.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT v.cuando FROM expediente.nota n JOIN expediente.nota_version v ON v.nota_id = n.id
            WHERE n.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT s.cuando FROM expediente.nota n JOIN expediente.nota_firma s ON s.nota_id = n.id
            WHERE n.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT a.cuando FROM expediente.diagnostico a WHERE a.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT a.cuando FROM expediente.problema a WHERE a.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT a.cuando FROM expediente.alergia a WHERE a.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT a.cuando FROM expediente.medicacion a WHERE a.paciente_id IN (SELECT id FROM f)
        UNION ALL SELECT a.cuando FROM expediente.receta a WHERE a.paciente_id IN (SELECT id FROM f)
    ) x
$$;

-- Lo menos que se guarda un expediente. México: NOM-004-SSA3-2012 5.4. Colombia: Resolución 839 de 2017, art. 3
-- (quince años desde la última atención). Si fue atendido en los dos países, lo más largo.
CREATE FUNCTION expediente.plazo_minimo(_paciente uuid) RETURNS interval
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN bool_or(x.pais = 'CO') THEN interval '15 years' ELSE interval '5 years' END
    FROM expediente.establecimiento x WHERE x.id IN (
        SELECT p.establecimiento_id FROM expediente.paciente p
        WHERE p.id IN (SELECT expediente.paciente_familia(_paciente))
        UNION SELECT e.establecimiento_id FROM expediente.encuentro e
        WHERE e.paciente_id IN (SELECT expediente.paciente_familia(_paciente)))
$$;

CREATE FUNCTION expediente.retenido(_ambito text, _id uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM expediente.retencion r
        WHERE NOT EXISTS (SELECT 1 FROM expediente.retencion_levantada l WHERE l.retencion_id = r.id)
          AND r.paciente_id IN (SELECT expediente.paciente_familia(expediente.paciente_de_ambito(_ambito, _id)))
          AND (r.grabacion_id IS NULL OR _ambito = 'paciente' OR r.grabacion_id = _id
               OR _ambito = 'nota' AND r.grabacion_id = (SELECT n.grabacion_id FROM expediente.nota n WHERE n.id = _id)))
$$;

-- Una nota que todavía puede cambiar: ni firmada ni descartada.
CREATE FUNCTION expediente.nota_abierta(_estado text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(_estado, '') NOT IN ('firmada', 'con_adenda', 'sustituida', 'descartada')
$$;

-- Por qué no se puede destruir, o nada si se puede. Es la misma regla para enseñarla, para proponer y para
-- negarse (la exige el trigger de abajo).
CREATE FUNCTION expediente.impedimento(_ambito text, _id uuid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM expediente.conservacion_propuesta p
               JOIN expediente.conservacion_destruccion x ON x.propuesta_id = p.id
               WHERE p.ambito = _ambito AND p.ambito_id = _id) THEN
        RETURN 'Ya se destruyó.';
    END IF;
    IF expediente.retenido(_ambito, _id) THEN
        RETURN 'Tiene una retención legal: «no destruir».';
    END IF;
    IF _ambito = 'grabacion' AND EXISTS (
        SELECT 1 FROM expediente.grabacion g JOIN expediente.nota n ON n.encuentro_id = g.encuentro_id
        WHERE g.id = _id AND (n.grabacion_id = g.id OR n.relacion <> 'original') AND expediente.nota_abierta(n.estado))
    OR _ambito = 'paciente' AND EXISTS (
        SELECT 1 FROM expediente.nota n WHERE n.paciente_id IN (SELECT expediente.paciente_familia(_id))
          AND expediente.nota_abierta(n.estado)) THEN
        RETURN 'Hay una nota sin firmar ni descartar.';
    END IF;
    IF _ambito = 'grabacion' AND EXISTS (SELECT 1 FROM trabajos.trabajo t
        WHERE t.grabacion_id = _id AND t.estado IN ('pendiente', 'en_curso')) THEN
        RETURN 'Se está procesando.';
    END IF;
    IF _ambito = 'subida' AND NOT EXISTS (SELECT 1 FROM trabajos.subida s
        WHERE s.id = _id AND s.estado IN ('abierta', 'detenida')) THEN
        RETURN 'La subida ya terminó.';
    END IF;
    IF _ambito = 'nota' AND NOT EXISTS (SELECT 1 FROM expediente.nota n
        WHERE n.id = _id AND n.estado = 'descartada') THEN
        RETURN 'La nota no está descartada.';
    END IF;
    IF _ambito = 'paciente'
       AND expediente.ultimo_acto(_id) + expediente.plazo_minimo(_id) > clock_timestamp() THEN
        RETURN 'El expediente aún no cumple su plazo de ley desde el último acto médico.';
    END IF;
    IF _ambito = 'respaldo' AND NOT EXISTS (
        SELECT 1 FROM expediente.respaldo r JOIN expediente.respaldo viejo ON viejo.creado < r.creado
        WHERE viejo.id = _id) THEN
        RETURN 'Es el último respaldo: no se destruye.';
    END IF;
    RETURN NULL;
END $$;
GRANT EXECUTE ON FUNCTION expediente.paciente_de_ambito(text, uuid), expediente.ultimo_acto(uuid),
    expediente.plazo_minimo(uuid), expediente.retenido(text, uuid), expediente.nota_abierta(text),
    expediente.impedimento(text, uuid) TO scribe_aplicacion;

CREATE FUNCTION expediente.exigir_destruible() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p expediente.conservacion_propuesta;
    porque text;
BEGIN
    PERFORM pg_advisory_xact_lock(5072110, 4); -- destruir y marcar «no destruir» no se cruzan
    SELECT * INTO p FROM expediente.conservacion_propuesta WHERE id = NEW.propuesta_id;
    IF NOT EXISTS (SELECT 1 FROM expediente.conservacion_decision d WHERE d.propuesta_id = p.id AND d.aprobada) THEN
        RAISE EXCEPTION 'Sin decisión aprobada no se destruye nada.' USING ERRCODE = 'SC005';
    END IF;
    porque := expediente.impedimento(p.ambito, p.ambito_id);
    IF porque IS NOT NULL THEN
        RAISE EXCEPTION 'No se puede destruir. %', porque USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_destruible BEFORE INSERT ON expediente.conservacion_destruccion
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_destruible();
ALTER TABLE expediente.conservacion_destruccion ENABLE ALWAYS TRIGGER exigir_destruible;

CREATE FUNCTION expediente.retener() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5072110, 4);
    IF NEW.grabacion_id IS NOT NULL
       AND NEW.paciente_id IS DISTINCT FROM expediente.paciente_de_ambito('grabacion', NEW.grabacion_id) THEN
        RAISE EXCEPTION 'La grabación no es de ese paciente.' USING ERRCODE = 'SC006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retener BEFORE INSERT ON expediente.retencion
    FOR EACH ROW EXECUTE FUNCTION expediente.retener();
ALTER TABLE expediente.retencion ENABLE ALWAYS TRIGGER retener;

-- Sin destrucción no hay acta.
CREATE FUNCTION expediente.exigir_destruccion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM expediente.conservacion_destruccion x WHERE x.propuesta_id = NEW.propuesta_id) THEN
        RAISE EXCEPTION 'Sin destrucción no hay acta.' USING ERRCODE = 'SC005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_destruccion BEFORE INSERT ON expediente.conservacion_acta
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_destruccion();
ALTER TABLE expediente.conservacion_acta ENABLE ALWAYS TRIGGER exigir_destruccion;

-- Una clave se rota o se destruye. Destruirla exige que conste su destrucción aprobada: la suya o, si es de una
-- grabación, la de su subida o la del expediente completo. Lo destruido no revive.
CREATE OR REPLACE FUNCTION expediente.guardar_clave() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.destruida IS NOT NULL
       OR (NEW.id, NEW.ambito, NEW.ambito_id, NEW.creada) IS DISTINCT FROM (OLD.id, OLD.ambito, OLD.ambito_id, OLD.creada)
    THEN
        RAISE EXCEPTION 'Esa clave ya no cambia.' USING ERRCODE = 'SC001';
    END IF;
    IF NEW.destruida IS NOT NULL THEN
        IF NEW.ambito = 'paciente'
           AND expediente.ultimo_acto(NEW.ambito_id) + expediente.plazo_minimo(NEW.ambito_id) > clock_timestamp() THEN
            RAISE EXCEPTION 'El expediente se conserva cinco años (en Colombia quince) desde el último acto médico.'
                USING ERRCODE = 'SC005';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM expediente.conservacion_destruccion x
            JOIN expediente.conservacion_propuesta p ON p.id = x.propuesta_id
            JOIN expediente.conservacion_decision d ON d.propuesta_id = p.id AND d.aprobada
            WHERE (p.ambito, p.ambito_id) = (NEW.ambito, NEW.ambito_id)
               OR NEW.ambito = 'grabacion' AND (
                    (p.ambito, p.ambito_id) = ('subida', NEW.ambito_id)
                    OR p.ambito = 'paciente' AND p.ambito_id IN (
                        expediente.paciente_de_ambito('grabacion', NEW.ambito_id),
                        expediente.paciente_de_ambito('subida', NEW.ambito_id)))
        ) THEN
            RAISE EXCEPTION 'Sin destrucción aprobada no se destruye nada.' USING ERRCODE = 'SC005';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- --- Vaciar un borrador descartado ------------------------------------------------------------------

-- Si la fila cuelga de una nota descartada cuya destrucción ya consta. Lo oído (transcripción, borrador) se va
-- con la nota solo si ninguna otra nota usa esa grabación.
CREATE FUNCTION expediente.se_puede_vaciar(_tabla text, _fila jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oida uuid;
BEGIN
    IF _tabla IN ('nota_version', 'nota_documento', 'nota_conflicto') THEN
        RETURN EXISTS (SELECT 1 FROM expediente.conservacion_propuesta p
            JOIN expediente.conservacion_destruccion x ON x.propuesta_id = p.id
            WHERE p.ambito = 'nota' AND p.ambito_id = (_fila ->> 'nota_id')::uuid);
    END IF;
    oida := CASE _tabla
        WHEN 'transcripcion' THEN (_fila ->> 'grabacion_id')::uuid
        WHEN 'borrador' THEN (SELECT t.grabacion_id FROM expediente.transcripcion t
                              WHERE t.id = (_fila ->> 'transcripcion_id')::uuid)
        WHEN 'transcripcion_cambio' THEN (SELECT t.grabacion_id FROM expediente.transcripcion t
                                          WHERE t.id = (_fila ->> 'transcripcion_id')::uuid)
    END;
    RETURN oida IS NOT NULL
        AND EXISTS (SELECT 1 FROM expediente.nota n
            JOIN expediente.conservacion_propuesta p ON p.ambito = 'nota' AND p.ambito_id = n.id
            JOIN expediente.conservacion_destruccion x ON x.propuesta_id = p.id WHERE n.grabacion_id = oida)
        AND NOT EXISTS (SELECT 1 FROM expediente.nota n WHERE n.grabacion_id = oida AND n.estado <> 'descartada');
END $$;

-- Como la de 0001, con una sola salida: dejar vacío el contenido de lo que se decidió destruir, sin tocar nada más.
CREATE OR REPLACE FUNCTION expediente.negar_cambio() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    antes jsonb;
    queda jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' AND TG_TABLE_NAME IN (
        'nota_version', 'nota_documento', 'nota_conflicto', 'transcripcion', 'transcripcion_cambio', 'borrador'
    ) THEN
        antes := to_jsonb(OLD);
        queda := to_jsonb(NEW);
        IF queda ->> 'contenido' = '\x' AND queda ->> 'cambio' IS NULL
           AND antes - 'contenido' - 'cambio' = queda - 'contenido' - 'cambio'
           AND expediente.se_puede_vaciar(TG_TABLE_NAME, antes) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'La tabla % es solo-agregar.', TG_TABLE_NAME USING ERRCODE = 'SC001';
END $$;

-- Vacía lo de una nota descartada y devuelve qué filas quedaron vacías. Repetirla no hace nada.
CREATE FUNCTION expediente.vaciar_descartada(_nota uuid) RETURNS TABLE (tabla text, fila uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oida uuid := (SELECT n.grabacion_id FROM expediente.nota n WHERE n.id = _nota
                  AND NOT EXISTS (SELECT 1 FROM expediente.nota o
                                  WHERE o.grabacion_id = n.grabacion_id AND o.estado <> 'descartada'));
BEGIN
    RETURN QUERY UPDATE expediente.nota_version v SET contenido = '', cambio = NULL
        WHERE v.nota_id = _nota AND v.contenido <> '' RETURNING 'nota_version', v.id;
    RETURN QUERY UPDATE expediente.nota_documento v SET contenido = ''
        WHERE v.nota_id = _nota AND v.contenido <> '' RETURNING 'nota_documento', v.id;
    RETURN QUERY UPDATE expediente.nota_conflicto v SET contenido = ''
        WHERE v.nota_id = _nota AND v.contenido <> '' RETURNING 'nota_conflicto', v.id;
    RETURN QUERY UPDATE expediente.transcripcion_cambio c SET contenido = '' FROM expediente.transcripcion t
        WHERE t.id = c.transcripcion_id AND t.grabacion_id = oida AND c.contenido <> ''
        RETURNING 'transcripcion_cambio', c.id;
    RETURN QUERY UPDATE expediente.borrador b SET contenido = '' FROM expediente.transcripcion t
        WHERE t.id = b.transcripcion_id AND t.grabacion_id = oida AND b.contenido <> '' RETURNING 'borrador', b.id;
    RETURN QUERY UPDATE expediente.transcripcion t SET contenido = ''
        WHERE t.grabacion_id = oida AND t.contenido <> '' RETURNING 'transcripcion', t.id;
END $$;
GRANT EXECUTE ON FUNCTION expediente.vaciar_descartada(uuid) TO scribe_aplicacion;

-- --- Consentimiento ---------------------------------------------------------------------------------

-- Vale el otorgado, sin revocar, y al que no siguió un «no» de la misma persona para lo mismo.
CREATE FUNCTION expediente.consentimiento_vale(_consentimiento uuid, _encuentro uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM expediente.consentimiento c JOIN expediente.consentimiento_texto x ON x.id = c.texto_id
        WHERE c.id = _consentimiento AND c.otorgado AND (c.encuentro_id IS NULL OR c.encuentro_id = _encuentro)
          AND NOT EXISTS (SELECT 1 FROM expediente.consentimiento_revocacion r WHERE r.consentimiento_id = c.id)
          AND NOT EXISTS (
            SELECT 1 FROM expediente.consentimiento d JOIN expediente.consentimiento_texto y ON y.id = d.texto_id
            WHERE NOT d.otorgado AND y.finalidad = x.finalidad AND d.cuando > c.cuando
              AND (d.encuentro_id IS NULL OR d.encuentro_id = _encuentro)
              AND d.paciente_id IN (SELECT expediente.paciente_familia(c.paciente_id))))
$$;
GRANT EXECUTE ON FUNCTION expediente.consentimiento_vale(uuid, uuid) TO scribe_aplicacion;

CREATE FUNCTION expediente.autoriza_grabar(_consentimiento uuid, _encuentro uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT expediente.consentimiento_vale(_consentimiento, _encuentro) AND EXISTS (
        SELECT 1 FROM expediente.consentimiento c
        JOIN expediente.consentimiento_texto x ON x.id = c.texto_id AND x.finalidad = 'grabacion'
        JOIN expediente.encuentro e ON e.id = _encuentro
        WHERE c.id = _consentimiento
          AND expediente.paciente_vigente(c.paciente_id) = expediente.paciente_vigente(e.paciente_id))
$$;
GRANT EXECUTE ON FUNCTION expediente.autoriza_grabar(uuid, uuid) TO scribe_aplicacion;

CREATE OR REPLACE FUNCTION expediente.exigir_consentimiento() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- El candado espera a una revocación en curso: la que gane, gana del todo.
    PERFORM 1 FROM expediente.consentimiento c WHERE c.id = NEW.consentimiento_id FOR UPDATE;
    IF NOT expediente.autoriza_grabar(NEW.consentimiento_id, NEW.encuentro_id) THEN
        RAISE EXCEPTION 'No hay consentimiento vigente para grabar.' USING ERRCODE = 'SC004';
    END IF;
    RETURN NEW;
END $$;
-- También para empezar a subir: se pide antes de grabar, no al terminar.
CREATE TRIGGER exigir_consentimiento BEFORE INSERT ON trabajos.subida
    FOR EACH ROW EXECUTE FUNCTION expediente.exigir_consentimiento();
ALTER TABLE trabajos.subida ENABLE ALWAYS TRIGGER exigir_consentimiento;

-- Lo revocado no se vuelve a procesar.
CREATE FUNCTION trabajos.exigir_consentimiento() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.grabacion_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM expediente.grabacion g JOIN expediente.consentimiento_revocacion r
            ON r.consentimiento_id = g.consentimiento_id WHERE g.id = NEW.grabacion_id
    ) THEN
        RAISE EXCEPTION 'El paciente revocó su consentimiento: esa grabación ya no se procesa.' USING ERRCODE = 'SC004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exigir_consentimiento BEFORE INSERT ON trabajos.trabajo
    FOR EACH ROW EXECUTE FUNCTION trabajos.exigir_consentimiento();
ALTER TABLE trabajos.trabajo ENABLE ALWAYS TRIGGER exigir_consentimiento;

-- Una subida se detiene si se revoca el consentimiento, y se destruye solo con su decisión aprobada.
ALTER TABLE trabajos.subida DROP CONSTRAINT subida_estado_check,
    ADD CONSTRAINT subida_estado_check CHECK (
        estado IN ('abierta', 'cerrada', 'descartada', 'detenida', 'destruida'));
CREATE OR REPLACE FUNCTION trabajos.subida_termina_una_vez() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.estado <> 'abierta' AND NOT (OLD.estado = 'detenida' AND NEW.estado = 'destruida') THEN
        RAISE EXCEPTION 'La subida ya terminó.' USING ERRCODE = 'SC002';
    END IF;
    IF NEW.estado = 'cerrada' AND NOT EXISTS (SELECT 1 FROM expediente.grabacion g WHERE g.id = NEW.id) THEN
        RAISE EXCEPTION 'La subida no tiene grabación.' USING ERRCODE = 'SC002';
    END IF;
    IF NEW.estado = 'destruida' AND NOT EXISTS (
        SELECT 1 FROM expediente.conservacion_destruccion x
        JOIN expediente.conservacion_propuesta p ON p.id = x.propuesta_id
        WHERE (p.ambito, p.ambito_id) = ('subida', NEW.id)
           OR p.ambito = 'paciente' AND p.ambito_id = expediente.paciente_de_ambito('subida', NEW.id)
    ) THEN
        RAISE EXCEPTION 'Sin destrucción aprobada no se destruye nada.' USING ERRCODE = 'SC005';
    END IF;
    RETURN NEW;
END $$;
