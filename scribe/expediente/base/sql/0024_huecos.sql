-- Lo que una grabación no tiene: cuándo, cuánto y por qué (solo números y una clave; nada de lo que se dijo).
-- Lo dice quien graba al cerrar la subida; después no cambia.

ALTER TABLE trabajos.subida ADD COLUMN huecos jsonb NOT NULL DEFAULT '[]'
    CHECK (jsonb_typeof(huecos) = 'array');
GRANT UPDATE (huecos) ON trabajos.subida TO scribe_aplicacion;
