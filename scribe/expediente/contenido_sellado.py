"""Si las tablas son lo que la bitácora selló, y si lo que llevan los triggers sale de lo sellado."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from scribe.expediente.almacen_claves import recorrer_claves
from scribe.expediente.base.conexion import Conexion
from scribe.expediente.base.consultas import consulta
from scribe.expediente.cifrado import Clave, ClaveEnvuelta
from scribe.expediente.errores_seguridad import CifradoInvalido
from scribe.expediente.sello import CON_HISTORIA, SELLADAS, huella

AbreClave = Callable[[ClaveEnvuelta], Clave]
SELLADO = "sistema.sellado"
"""El evento con que se sella lo que existía antes de que su tabla se sellara."""

_DERIVADOS = (
    ("derivados_estado", "La nota {} no está en el estado que dicen sus pasos."),
    ("derivados_version", "La nota {} no va en la versión que dicen sus versiones."),
    ("derivados_fusion", "El paciente {} no está fusionado como dicen sus fusiones."),
    ("derivados_evento", "El evento {} se apagó y no se puede apagar."),
    ("claves_destruidas", "La clave de {} se destruyó sin decisión aprobada."),
)
"""Consulta que da lo que no cuadra (`base/consultas/verificar.sql`) y cómo se dice."""


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Algo que no cuadra. `seq` es el asiento (o el lugar) donde se notó."""

    seq: int | None
    clase: str
    texto: str


class Sellos:
    """Las huellas que la cadena guarda de cada fila, en orden."""

    def __init__(self) -> None:
        self.de: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        self.heredadas: set[tuple[str, str]] = set()
        self.cerradas: set[str] = set()

    def anotar(self, asiento: dict[str, Any]) -> None:
        """Lo que un asiento dice de una fila. De las que no cambian solo cuenta la última huella."""
        if (asiento["evento"], asiento["objeto"]) == ("sesion.salida", "sesion"):
            self.cerradas.add(str(asiento["objeto_id"]))
        if asiento["huella"] is None:
            return
        llave = (asiento["objeto"], str(asiento["objeto_id"]))
        if asiento["objeto"] not in CON_HISTORIA:
            self.de[llave].clear()
        elif asiento["evento"] == SELLADO and not self.de[llave]:
            self.heredadas.add(llave)
        self.de[llave].append(bytes(asiento["huella"]))


def comprobar(
    conexion: Conexion, sellos: Sellos, abre: AbreClave | None = None
) -> tuple[int, list[Hallazgo]]:
    """Recorre todas las tablas selladas; cuántas filas vio y lo que no cuadra.

    Con `abre` (el llavero) comprueba además que cada clave de datos siga y abra.
    """
    cuenta, hallazgos = 0, []
    for tabla in SELLADAS:
        anteriores = _historia(conexion, tabla) if tabla in CON_HISTORIA else {}
        for fila in _filas(conexion, tabla):
            cuenta += 1
            llave = (tabla, str(fila["id"]))
            if tabla == "sesion" and fila["cerrada"] is None and llave[1] in sellos.cerradas:
                hallazgos.append(_dicho("contenido", f"La sesión {llave[1]} se reabrió."))
            estados = [*anteriores.pop(llave[1], []), huella(tabla, fila)]
            if hallazgo := _contra(llave, sellos, estados):
                hallazgos.append(hallazgo)
            sellos.de.pop(llave, None)
        hallazgos += [_dicho("historia", f"Sobra historia de {tabla} {fila}.") for fila in anteriores]
    hallazgos += [
        _dicho("desaparecida", f"{tabla} {fila} desapareció.")
        for tabla, fila in sellos.de
        if tabla in SELLADAS
    ]
    for nombre, texto in _DERIVADOS:
        hallazgos += [_dicho("derivado", texto.format(f["cual"])) for f in conexion.execute(consulta(nombre))]
    return cuenta, hallazgos + (_claves(conexion, abre) if abre else [])


def _contra(llave: tuple[str, str], sellos: Sellos, estados: list[bytes]) -> Hallazgo | None:
    """Lo que una fila fue y es, contra lo que se selló de ella."""
    selladas, nombre = sellos.de.get(llave), " ".join(llave)
    if not selladas:
        return _dicho("sin_asiento", f"{nombre} no tiene asiento.")
    if selladas[-1] != estados[-1]:
        return _dicho("contenido", f"{nombre} fue alterada.")
    desde = len(estados) - len(selladas) if llave in sellos.heredadas else 0
    if llave[0] in CON_HISTORIA and estados[max(desde, 0) :] != selladas:
        return _dicho("historia", f"La historia de {nombre} fue alterada.")
    return None


def _filas(conexion: Conexion, tabla: str) -> Iterator[dict[str, Any]]:
    with conexion.cursor(name=f"sellada_{tabla}") as cursor:
        cursor.itersize = 1000
        cursor.execute(sql.SQL("SELECT * FROM expediente.{}").format(sql.Identifier(tabla)))
        yield from cursor


def _historia(conexion: Conexion, tabla: str) -> dict[str, list[bytes]]:
    """La huella de cada estado anterior, por fila y en orden."""
    orden = sql.SQL(
        "SELECT r.* FROM expediente.historia h,"
        " LATERAL jsonb_populate_record(NULL::expediente.{}, h.antes) r WHERE h.tabla = {} ORDER BY h.id"
    ).format(sql.Identifier(tabla), sql.Literal(tabla))
    anteriores: dict[str, list[bytes]] = defaultdict(list)
    with conexion.cursor(name=f"historia_{tabla}") as cursor:
        cursor.itersize = 1000
        cursor.execute(orden)
        for fila in cursor:
            anteriores[str(fila["id"])].append(huella(tabla, fila))
    return anteriores


def _claves(conexion: Conexion, abre: AbreClave) -> list[Hallazgo]:
    """La envoltura ya va autenticada con la maestra: que cada clave abra prueba que es la suya."""
    malas = []
    for clave in recorrer_claves(conexion):
        try:
            abre(clave)
        except CifradoInvalido:
            malas.append(_dicho("clave", f"La clave de {clave.id} fue alterada."))
    faltan = conexion.execute(consulta("claves_que_faltan"))
    return malas + [_dicho("clave", f"La clave de {f['cual']} desapareció.") for f in faltan]


def _dicho(clase: str, texto: str) -> Hallazgo:
    return Hallazgo(None, clase, texto)
