"""El expediente de la clínica: lo firmado nunca cambia y todo acceso deja asiento."""
