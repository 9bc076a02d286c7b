-- Lo que puede cambiar también se sella: quién es usuario, qué papel y qué contraseña tiene, a dónde se envía,
-- qué está pendiente y qué sesiones se abrieron. Cambiarlo por SQL, sin su asiento, lo nota `verificar`.
INSERT INTO expediente.tipo_evento (codigo, descripcion, apagable) VALUES
    ('sesion.apertura', 'Se abrió una sesión', false),
    ('sistema.sellado', 'Se selló lo que ya estaba antes de sellarse', false);

-- Una fila sellada sin asiento parecería intrusa: estos dos ya no se apagan.
UPDATE expediente.tipo_evento SET apagable = false, activo = true WHERE codigo IN ('tarea.alta', 'tarea.cambio');
