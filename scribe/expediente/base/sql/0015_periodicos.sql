-- Los trabajos periódicos (procrastinate): lo que hace falta para citarlos. Su registro guarda solo la última cita
-- de cada uno, por eso lleva DELETE; ninguna fila es de nadie.
GRANT SELECT, INSERT, UPDATE, DELETE ON trabajos.procrastinate_periodic_defers TO scribe_aplicacion;
GRANT USAGE ON SEQUENCE trabajos.procrastinate_periodic_defers_id_seq TO scribe_aplicacion;
GRANT EXECUTE ON FUNCTION trabajos.procrastinate_defer_periodic_job_v2(
    varchar, varchar, varchar, varchar, integer, varchar, bigint, jsonb) TO scribe_aplicacion;
