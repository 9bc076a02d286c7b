-- Lo que necesita la puerta de entrada: qué se negó, y que un código de segundo factor no sirva dos veces.

INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('acceso.negado', 'Se negó una acción por permisos', false);

-- RFC 6238, 5.2: un código TOTP vale una vez. Dos entradas simultáneas con el mismo chocan en la llave.
CREATE TABLE expediente.totp_usado (
    usuario_id uuid NOT NULL REFERENCES expediente.usuario,
    intervalo  bigint NOT NULL,
    cuando     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (usuario_id, intervalo)
);
CALL expediente.solo_agregar('totp_usado');
