"""Los tres roles de la base y lo que cada uno puede.

- `scribe_super`: solo existe en la base empotrada; crea los otros dos y no se vuelve a usar.
- `scribe_dueno`: dueño de la base y de las tablas; aplica migraciones. No es superusuario.
- `scribe_aplicacion`: con el que trabaja Scribe. Ni superusuario ni dueño ni miembro de nadie: no puede
  apagar triggers, cambiar `session_replication_role`, crear nada ni tomar otro rol.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from scribe.expediente.errores import RolInseguro

SUPERUSUARIO, DUENO, APLICACION = "scribe_super", "scribe_dueno", "scribe_aplicacion"
BASE = "scribe"

_SIN_PODERES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def preparar_servidor(dsn: str, clave_dueno: str, clave_aplicacion: str, base: str = BASE) -> None:
    """Crea (o deja como deben estar) los roles y la base. `dsn`, de un superusuario. Se puede repetir."""
    with psycopg.connect(dsn, autocommit=True) as conexion:
        for rol, clave in ((DUENO, clave_dueno), (APLICACION, clave_aplicacion)):
            existe = conexion.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (rol,)).fetchone()
            orden = "ALTER ROLE {} " if existe else "CREATE ROLE {} "
            # En PostgreSQL 15 el dueño de la base tiene el esquema `public` por herencia: sin ella no migra.
            hereda = " INHERIT" if rol == DUENO else " NOINHERIT"
            conexion.execute(
                sql.SQL(orden + _SIN_PODERES + hereda + " PASSWORD {}").format(
                    sql.Identifier(rol), sql.Literal(clave)
                )
            )
        if not conexion.execute("SELECT 1 FROM pg_database WHERE datname = %s", (base,)).fetchone():
            conexion.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(base), sql.Identifier(DUENO))
            )
        conexion.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(base)))
        conexion.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(base), sql.Identifier(APLICACION)
            )
        )


_PODERES = """
SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication AS poderoso,
       EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) AS miembro,
       EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
         OR EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname = 'expediente' AND n.nspowner = r.oid)
         OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'expediente' AND c.relowner = r.oid) AS dueno,
       has_database_privilege(current_database(), 'CREATE')
         OR has_database_privilege(current_database(), 'TEMPORARY') AS crea,
       session_user <> current_user AS disfrazado
FROM pg_roles r WHERE r.rolname = current_user
"""

_RAZONES = {
    "poderoso": "es superusuario o tiene permisos de administración",
    "miembro": "es miembro de otro rol",
    "dueno": "es dueño de la base o de sus tablas",
    "crea": "puede crear objetos en la base",
    "disfrazado": "no es el rol con que se entró",
}


def comprobar_rol(conexion: psycopg.Connection[tuple[object, ...]]) -> None:
    """Se niega a trabajar con más poder del debido. Lanza `RolInseguro` con la razón."""
    fila = conexion.execute(_PODERES).fetchone()
    sobra = [razon for razon, hay in zip(_RAZONES.values(), fila or (), strict=False) if hay]
    if fila is None or sobra:
        raise RolInseguro(
            f"El rol con que Scribe entra a la base {', '.join(sobra) or 'no existe'}.",
            "Use en SCRIBE_BASE_DATOS el rol de la aplicación, que solo tiene los permisos mínimos.",
        )
