-- Enviar a otro expediente: quién es esta instalación, lo que se congela al firmar y a quién se anuncia.

-- De este identificador salen todos los que se envían: no cambia nunca, y va en el respaldo.
CREATE TABLE expediente.instalacion (
    id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    unica  boolean NOT NULL DEFAULT true UNIQUE CHECK (unica),
    cuando timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL expediente.solo_agregar('instalacion');
REVOKE INSERT ON expediente.instalacion FROM scribe_aplicacion;
INSERT INTO expediente.instalacion DEFAULT VALUES;

-- De lo que se congela al firmar hay uno por nota: agregar otro después sería cambiar lo firmado.
CREATE UNIQUE INDEX nota_documento_congelado ON expediente.nota_documento (nota_id, clase)
    WHERE clase IN ('pdf_firmado', 'fhir_bundle', 'json');
CREATE OR REPLACE FUNCTION expediente.documento_de_firmada() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.clase IN ('pdf_firmado', 'fhir_bundle', 'json')
       AND NOT EXISTS (SELECT 1 FROM expediente.nota_firma f WHERE f.nota_id = NEW.nota_id) THEN
        RAISE EXCEPTION 'La nota no está firmada.' USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;

-- Una nota descartada que ya había salido se avisa.
ALTER TABLE expediente.intercambio DROP CONSTRAINT intercambio_motivo_check;
ALTER TABLE expediente.intercambio ADD CONSTRAINT intercambio_motivo_check
    CHECK (motivo IN ('borrador', 'firmada', 'adenda', 'sustituida', 'descartada', 'exportacion'));

-- Cada destino activo que recibe algo así tiene su trabajo en la misma transacción en que la nota cambia: o
-- pasan las dos cosas o ninguna. `recibe` va en los ajustes del destino; sin él, solo lo firmado.
CREATE FUNCTION trabajos.anunciar(_nota uuid, _motivo text, _version integer, _usuario uuid, _equipo text)
RETURNS void
LANGUAGE plpgsql SET search_path = trabajos, pg_catalog, pg_temp AS $$
DECLARE
    d record;
    nuevo uuid;
BEGIN
    FOR d IN
        SELECT x.id FROM expediente.destino x
        JOIN expediente.nota n ON n.id = _nota
        JOIN expediente.encuentro e ON e.id = n.encuentro_id
        WHERE x.activo
          AND (x.ajustes -> 'establecimientos' IS NULL OR x.ajustes -> 'establecimientos' = '[]'::jsonb
               OR x.ajustes -> 'establecimientos' ? e.establecimiento_id::text)
          AND CASE _motivo
                WHEN 'borrador' THEN coalesce(x.ajustes -> 'recibe' ? 'borrador', false)
                WHEN 'descartada' THEN EXISTS (SELECT 1 FROM trabajos.trabajo t
                                               WHERE t.nota_id = _nota AND t.destino_id = x.id)
                ELSE coalesce(x.ajustes -> 'recibe' ? 'firmada', true) END
    LOOP
        INSERT INTO trabajos.trabajo (id, clase, llave, nota_id, destino_id, opciones, prioridad, usuario_id, equipo)
        VALUES (gen_random_uuid(), 'enviar', format('enviar:%s:%s:%s:%s', _nota, d.id, _motivo, _version), _nota,
                d.id, jsonb_build_object('motivo', _motivo, 'version', _version), 50, _usuario, _equipo)
        ON CONFLICT (llave) DO NOTHING RETURNING id INTO nuevo;
        IF nuevo IS NOT NULL THEN
            PERFORM trabajos.encolar(nuevo);
        END IF;
        nuevo := NULL;
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION trabajos.anunciar(uuid, text, integer, uuid, text) TO scribe_aplicacion;

CREATE FUNCTION trabajos.anunciar_borrador() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM trabajos.anunciar(NEW.nota_id, 'borrador', NEW.numero, NEW.usuario_id, NEW.equipo);
    RETURN NULL;
END $$;
CREATE TRIGGER anunciar_borrador AFTER INSERT ON expediente.nota_version
    FOR EACH ROW WHEN (NEW.origen = 'borrador') EXECUTE FUNCTION trabajos.anunciar_borrador();

CREATE FUNCTION trabajos.anunciar_estado() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n expediente.nota;
BEGIN
    SELECT * INTO n FROM expediente.nota WHERE id = NEW.nota_id;
    PERFORM trabajos.anunciar(
        n.id,
        CASE WHEN NEW.a = 'descartada' THEN 'descartada'
             ELSE CASE n.relacion WHEN 'adenda' THEN 'adenda' WHEN 'sustitucion' THEN 'sustituida' ELSE 'firmada' END
        END,
        n.ultima_version, NEW.usuario_id, NEW.equipo);
    RETURN NULL;
END $$;
CREATE TRIGGER anunciar_estado AFTER INSERT ON expediente.nota_estado
    FOR EACH ROW WHEN (NEW.a IN ('firmada', 'descartada')) EXECUTE FUNCTION trabajos.anunciar_estado();
