"""PostgreSQL: servidor propio, conexiones, migraciones y consultas con nombre."""
