"""Pacientes: alta, búsqueda, identificadores, fusión y su deshecho.

Todo dato que describe a una persona va cifrado. Se busca por índices ciegos: el identificador exacto
(CURP…) por su HMAC, y el nombre por los HMAC de los prefijos de cada palabra
(docs/decisiones/expediente-base.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from scribe.expediente import catalogos
from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido, Duplicado
from scribe.expediente.identificadores import SIN_IDENTIDAD, UNICOS, TipoIdentificador
from scribe.expediente.modelo import DatosPaciente, Fusion, Identificador, Paciente, PacienteHallado
from scribe.expediente.transaccion import Transaccion
from scribe.lenguaje.texto import llano

_PREFIJO_MINIMO, _PREFIJO_MAXIMO = 2, 12
_PARTICULAS = frozenset({"de", "del", "la", "las", "los", "y", "da", "do", "dos"})


def alta(
    t: Transaccion,
    establecimiento: UUID,
    datos: DatosPaciente,
    identificadores: Sequence[Identificador] = (),
    *,
    numero_expediente: str | None = None,
) -> Paciente:
    """Da de alta a una persona; sin nombre, con identidad desconocida. El número se da solo si no viene.

    Lanza `Duplicado` si un identificador ya es de otro paciente, y `DatoInvalido`.
    """
    identidad = "conocida" if datos.nombre and datos.apellido_paterno else "desconocida"
    numero = numero_expediente or str(t.una("siguiente_expediente", "el número")["numero"])
    fila = t.agregar(
        "paciente", "paciente.alta",
        {"id": (nuevo := uuid4()), "establecimiento_id": establecimiento, "numero_expediente": numero,
         "identidad": identidad, "creado_por": t.actor.usuario, "equipo": t.actor.equipo},
        paciente=nuevo,
    )  # fmt: skip
    _guardar_version(t, fila["id"], 1, datos)
    for identificador in identificadores:
        agregar_identificador(t, nuevo, identificador)
    return _armar(t, nuevo)


def corregir(t: Transaccion, paciente: UUID, datos: DatosPaciente) -> Paciente:
    """Guarda una versión nueva de los datos; las anteriores se conservan."""
    ultima = t.una("paciente_version_ultima", "el paciente", paciente=paciente)
    _guardar_version(t, paciente, ultima["numero"] + 1, datos)
    return _armar(t, paciente)


def leer(t: Transaccion, paciente: UUID) -> Paciente:
    """Los datos de hoy. Deja asiento de que se vieron. Lanza `NoExiste`."""
    t.asentar(Asiento("paciente.ver", paciente=paciente, objeto="paciente", objeto_id=paciente))
    return _armar(t, paciente)


def versiones(t: Transaccion, paciente: UUID) -> list[tuple[int, DatosPaciente]]:
    """Todas las versiones de los datos, de la primera a la última."""
    t.asentar(Asiento("paciente.ver", paciente=paciente, objeto="paciente", objeto_id=paciente))
    return [
        (f["numero"], _abrir(t, paciente, f["id"], f["datos"]))
        for f in t.filas("paciente_versiones", paciente=paciente)
    ]


def buscar(
    t: Transaccion, texto: str, *, limite: int = 20, establecimientos: Collection[UUID] | None = None
) -> list[PacienteHallado]:
    """Pacientes por nombre (principios de palabra, sin acentos ni orden), identificador o número.

    De los que coinciden se descifran los `limite` dados de alta más recientemente, en orden alfabético.
    Con `establecimientos`, solo entre quienes tienen ahí su expediente o un encuentro. Un paciente
    fusionado aparece como aquel en quien quedó. Lo que se buscó no se asienta: podría ser un nombre; se
    asienta cuántos salieron.
    """
    donde = None if establecimientos is None else list(establecimientos)
    ids = _por_clave(t, texto)
    if ids and donde is not None:
        ids = [f["id"] for f in t.filas("pacientes_en", ids=ids, establecimientos=donde)]
    hallados = _renglones(t, ids or _por_nombre(t, texto, limite, donde))
    hallados.sort(key=lambda h: (llano(h.nombre), h.numero_expediente))
    t.asentar(Asiento("paciente.buscar", detalle={"hallados": len(hallados)}))
    return hallados[:limite]


def recientes(t: Transaccion, limite: int = 8) -> list[PacienteHallado]:
    """Los últimos que atendió o recibió quien pregunta, del más nuevo al más viejo."""
    ids = [f["id"] for f in t.filas("pacientes_recientes", usuario=t.usuario, limite=limite)]
    hallados = {h.id: h for h in _renglones(t, ids)}
    t.asentar(Asiento("paciente.buscar", detalle={"hallados": len(hallados)}))
    return [hallados[i] for i in ids if i in hallados]


def resumen(t: Transaccion, ids: Collection[UUID]) -> dict[UUID, PacienteHallado]:
    """El renglón de cada uno de esos pacientes, para enseñarlos en una lista. Deja un asiento."""
    if not ids:
        return {}
    t.asentar(Asiento("paciente.buscar", detalle={"hallados": len(ids)}))
    return {h.id: h for h in _renglones(t, ids)}


def agregar_identificador(t: Transaccion, paciente: UUID, identificador: Identificador) -> UUID:
    """Agrega un identificador. Lanza `Duplicado` si ya es de un paciente (este u otro)."""
    unico = identificador.tipo in UNICOS
    indice = _indice(t, identificador)
    if unico and t.filas("paciente_por_indice", indices=[indice]):
        raise Duplicado(
            f"Ese {identificador.tipo} ya es de un paciente.",
            "Búsquelo; si son la misma persona, fusiónelos.",
        )
    nuevo = uuid4()
    t.agregar(
        "paciente_identificador", "paciente.identificador",
        {"id": nuevo, "paciente_id": paciente, "tipo": identificador.tipo.value,
         "emisor": identificador.emisor,
         "valor": t.cifrar(
             identificador.valor.encode(), "paciente", paciente, "paciente_identificador.valor", nuevo),
         "indice": indice, "unico": unico, "usuario_id": t.actor.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"tipo": identificador.tipo.value},
    )  # fmt: skip
    return nuevo


def retirar_identificador(t: Transaccion, identificador: UUID) -> None:
    """Retira un identificador mal capturado: deja de encontrarse, pero la fila queda."""
    fila = t.una("identificador_por_id", "el identificador", id=identificador)
    t.cambiar(
        "paciente_identificador", identificador, "paciente.identificador", {"retirado": datetime.now(UTC)},
        paciente=fila["paciente_id"],
    )  # fmt: skip


def fusionar(t: Transaccion, absorbido: UUID, vigente: UUID, motivo: str) -> UUID:
    """Dice que `absorbido` y `vigente` son la misma persona. Nada se mueve ni se borra: se leen juntos.

    Devuelve el id de la fusión, con que se deshace. Lanza `TransicionInvalida` si alguno ya está fusionado.
    """
    _exigir_motivo(motivo)
    for paciente in (absorbido, vigente):
        t.una("paciente_por_id", "el paciente", id=paciente)
    nueva = uuid4()
    t.agregar(
        "paciente_fusion", "paciente.fusion",
        {"id": nueva, "absorbido": absorbido, "vigente": vigente, "usuario_id": t.usuario,
         "equipo": t.actor.equipo,
         "motivo": t.cifrar(motivo.encode(), "paciente", vigente, "paciente_fusion.motivo", nueva)},
        paciente=vigente, detalle={"absorbido": str(absorbido)},
    )  # fmt: skip
    return nueva


def deshacer_fusion(t: Transaccion, fusion: UUID, motivo: str) -> None:
    """Vuelve a separar. Lanza `Duplicado` si ya se había deshecho."""
    _exigir_motivo(motivo)
    hecha = t.una("fusion_por_id", "la fusión", id=fusion)
    if hecha["deshecha"] is not None:
        raise Duplicado("Esa fusión ya se había deshecho.", "Vuelva a abrir al paciente.")
    nueva = uuid4()
    t.agregar(
        "paciente_fusion_deshecha", "paciente.fusion",
        {"id": nueva, "fusion_id": fusion, "usuario_id": t.usuario, "equipo": t.actor.equipo,
         "motivo": t.cifrar(
             motivo.encode(), "paciente", hecha["vigente"], "paciente_fusion_deshecha.motivo", nueva)},
        paciente=hecha["vigente"], detalle={"deshace": str(fusion)},
    )  # fmt: skip


def fusiones(t: Transaccion, paciente: UUID) -> list[Fusion]:
    """Las que siguen en pie entre este y los que se le fusionaron, de la más vieja a la más nueva."""
    filas = t.filas("fusiones_de", pacientes=familia(t, paciente))
    return [Fusion.model_validate(f) for f in filas if f["deshecha"] is None]


def familia(t: Transaccion, paciente: UUID) -> list[UUID]:
    """Este y todos los que se le fusionaron: de quiénes hay que leer para ver su expediente completo."""
    return [fila["id"] for fila in t.filas("paciente_familia", paciente=paciente)]


def reindexar(t: Transaccion, paciente: UUID) -> None:
    """Rehace el índice de nombre desde la última versión (tras rotar la clave de índices)."""
    ultima = t.una("paciente_version_ultima", "el paciente", paciente=paciente)
    _indexar(t, paciente, _abrir(t, paciente, ultima["id"], ultima["datos"]))


# --- Índices ------------------------------------------------------------------------------------------


def palabras(texto: str) -> list[str]:
    """Las palabras de un nombre que sirven para buscar, sin acentos (la ñ es n: muchos no la teclean)."""
    # Un teclado puede mandar la letra y su acento por separado: se juntan para que den la misma palabra.
    junto = llano(unicodedata.normalize("NFC", texto))
    todas = re.findall(r"[a-z0-9]+", "".join(c for c in junto if not unicodedata.combining(c)))
    return [p for p in todas if p not in _PARTICULAS] or todas


def prefijos(palabra: str) -> Iterable[str]:
    """Los principios por los que se encontrará una palabra."""
    tope = min(len(palabra), _PREFIJO_MAXIMO)
    return [palabra[:n] for n in range(min(_PREFIJO_MINIMO, tope), tope + 1)]


def _ficha(t: Transaccion, prefijo: str) -> int:
    marca = t.expediente.indexador.indice(prefijo.encode(), "paciente.nombre")
    return int.from_bytes(marca[:8], "big", signed=True)


def _indice(t: Transaccion, identificador: Identificador) -> bytes:
    campo = f"identificador.{identificador.tipo.value}.{identificador.emisor}"
    return t.expediente.indexador.indice(identificador.valor.encode(), campo)


def _indexar(t: Transaccion, paciente: UUID, datos: DatosPaciente) -> None:
    distintos = sorted({p for palabra in palabras(datos.nombre_completo) for p in prefijos(palabra)})
    t.conexion.execute(
        "INSERT INTO expediente.paciente_busqueda (paciente_id, fichas) VALUES (%s, %s)"
        " ON CONFLICT (paciente_id) DO UPDATE SET fichas = excluded.fichas",
        (paciente, sorted(_ficha(t, p) for p in distintos)),
    )


def _por_clave(t: Transaccion, texto: str) -> list[UUID]:
    """Por número de expediente o por un identificador escrito completo."""
    ids = [f["id"] for f in t.filas("paciente_por_expediente", numero=texto.strip())]
    indices = []
    for tipo in TipoIdentificador:
        if tipo in SIN_IDENTIDAD:
            continue
        try:
            indices.append(_indice(t, Identificador(tipo=tipo, valor=texto)))
        except ValueError:
            continue
    if indices and any(c.isdigit() for c in texto):
        ids += [f["id"] for f in t.filas("paciente_por_indice", indices=indices)]
    return list(dict.fromkeys(ids))


def _por_nombre(t: Transaccion, texto: str, limite: int, donde: list[UUID] | None) -> list[UUID]:
    buscadas = [p for p in palabras(texto) if len(p) >= _PREFIJO_MINIMO]
    if not buscadas:
        return []
    fichas = [_ficha(t, p[:_PREFIJO_MAXIMO]) for p in buscadas]
    filas = t.filas("paciente_por_fichas", fichas=fichas, limite=limite, establecimientos=donde)
    return [f["id"] for f in filas]


# --- Cifrar y armar -----------------------------------------------------------------------------------


def _revisar_claves(t: Transaccion, datos: DatosPaciente) -> None:
    """Las claves de país y de territorio están en su catálogo; un nombre escrito no es una clave."""
    if datos.nacionalidad:
        catalogos.exigir(t, "ISO_3166_1", datos.nacionalidad)
    for casa in datos.domicilios:
        catalogos.exigir(t, "ISO_3166_1", casa.pais)
        for catalogo, clave in zip(
            catalogos.TERRITORIO.get(casa.pais, ()), (casa.municipio, casa.estado), strict=False
        ):
            if clave and clave.isdigit():
                catalogos.exigir(t, catalogo, clave)


def _guardar_version(t: Transaccion, paciente: UUID, numero: int, datos: DatosPaciente) -> None:
    _revisar_claves(t, datos)
    nueva = uuid4()
    plano = datos.model_dump_json(exclude_defaults=True).encode()
    t.agregar(
        "paciente_version", "paciente.cambio",
        {"id": nueva, "paciente_id": paciente, "numero": numero, "usuario_id": t.actor.usuario,
         "equipo": t.actor.equipo,
         "datos": t.cifrar(plano, "paciente", paciente, "paciente_version.datos", nueva)},
        paciente=paciente, detalle={"version": numero},
    )  # fmt: skip
    _indexar(t, paciente, datos)


def _abrir(t: Transaccion, paciente: UUID, version: UUID, cifrado: bytes) -> DatosPaciente:
    return DatosPaciente.model_validate_json(
        t.descifrar(cifrado, "paciente", paciente, "paciente_version.datos", version)
    )


def _armar(t: Transaccion, paciente: UUID) -> Paciente:
    fila = t.una("paciente_por_id", "el paciente", id=paciente)
    ultima = t.una("paciente_version_ultima", "el paciente", paciente=paciente)
    datos = _abrir(t, paciente, ultima["id"], ultima["datos"])
    return Paciente(
        **{c: fila[c] for c in ("id", "vigente", "establecimiento_id", "numero_expediente", "creado")},
        identidad="conocida" if datos.nombre and datos.apellido_paterno else "desconocida",
        version=ultima["numero"], datos=datos, identificadores=tuple(_identificadores(t, paciente)),
    )  # fmt: skip


def _identificadores(t: Transaccion, paciente: UUID) -> Iterable[tuple[UUID, Identificador]]:
    for fila in t.filas("paciente_identificadores", pacientes=familia(t, paciente)):
        valor = t.descifrar(
            fila["valor"], "paciente", fila["paciente_id"], "paciente_identificador.valor", fila["id"]
        )
        yield (
            fila["id"],
            Identificador.model_construct(
                tipo=TipoIdentificador(fila["tipo"]), valor=valor.decode(), emisor=fila["emisor"]
            ),
        )


def _renglones(t: Transaccion, ids: Collection[UUID]) -> list[PacienteHallado]:
    """El resumen de varios; sus claves se leen de una vez."""
    filas = t.filas("pacientes_resumen", ids=list(ids)) if ids else []
    t.precargar("paciente", (f["id"] for f in filas))
    return [_renglon(t, fila) for fila in filas]


def _renglon(t: Transaccion, fila: dict[str, object]) -> PacienteHallado:
    paciente, version, cifrado = fila["id"], fila["version_id"], fila["datos"]
    assert isinstance(paciente, UUID) and isinstance(version, UUID) and isinstance(cifrado, bytes)
    datos = _abrir(t, paciente, version, cifrado)
    return PacienteHallado(
        id=paciente, numero_expediente=str(fila["numero_expediente"]), identidad=str(fila["identidad"]),
        nombre=datos.nombre_completo or datos.descripcion or "", nacimiento=datos.nacimiento, sexo=datos.sexo,
    )  # fmt: skip


def _exigir_motivo(motivo: str) -> None:
    if not motivo.strip():
        raise DatoInvalido("Hace falta el motivo.", "Escriba en una línea por qué.")
