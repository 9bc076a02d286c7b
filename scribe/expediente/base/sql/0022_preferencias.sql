-- Lo que cada quien prefiere en su pantalla: con qué plantilla revisa. No dice nada de ningún paciente.

INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('preferencia.cambio', 'Cambio de una preferencia propia', true);

CREATE TABLE expediente.preferencia (
    id         uuid PRIMARY KEY,
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    clave      text NOT NULL CHECK (clave IN ('plantilla')),
    valor      text NOT NULL CHECK (valor ~ '^[a-z0-9_-]{1,60}$'),
    equipo     text NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (usuario_id, clave)
);
CALL expediente.con_historia('preferencia', 'valor');
