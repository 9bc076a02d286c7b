-- nombre: instalacion
SELECT id FROM expediente.instalacion
