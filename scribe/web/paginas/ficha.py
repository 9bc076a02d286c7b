"""La ficha de un paciente: quién es, qué hay que saber de él y qué se ha escrito."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import catalogos, clinico, consentimientos, encuentros, notas, pacientes, usuarios
from scribe.expediente.conservacion import retencion
from scribe.expediente.errores import NoExiste
from scribe.expediente.modelo import Domicilio, Paciente
from scribe.expediente.transaccion import Transaccion
from scribe.web import formatos, vista
from scribe.web.api import conservacion as api_conservacion
from scribe.web.api import encuentros as api_atencion
from scribe.web.api import pacientes as api
from scribe.web.formularios import Fallas, Formulario, cual, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_LISTAS: tuple[clinico.Tabla, ...] = ("alergia", "medicacion", "problema")
_CAMPOS = {
    "alergia": ("descripcion", "tipo_de_reaccion", "gravedad", "refiere", "verificada"),
    "medicacion": ("medicamento", "dosis", "frecuencia", "via"),
    "problema": ("descripcion",),
}


@rutas.get("/pacientes/{paciente_id}")
def ficha(paciente_id: UUID, quien: Annotated[Sujeto, exige("paciente.ver")]) -> Response:
    """Todo lo que ese papel puede ver de la persona."""
    return _ficha(quien, paciente_id, None)


@rutas.post("/pacientes/{paciente_id}/clinico/{tabla}")
def agregar(
    paciente_id: UUID,
    tabla: clinico.Tabla,
    escrito: Formulario,
    quien: Annotated[Sujeto, exige("clinico.agregar")],
) -> Response:
    """Agrega una alergia, un medicamento o un problema; con `retira`, dice que ya no vale."""
    if tabla not in _CAMPOS:
        raise NoExiste("Esa lista no se escribe aquí.", "Vuelva a la ficha.")
    retira = cual(escrito["retira"]) if escrito["retira"] else None

    def hacer() -> dict[str, UUID]:
        contenido = _de_antes(quien, paciente_id, tabla, retira) if retira else escrito.dado(*_CAMPOS[tabla])
        if escrito["niega"] == "si":
            contenido = {"descripcion": "Niega alergias", "niega": True}
        pedido = api.Agregado(contenido=contenido, sustituye_a=retira, retira=retira is not None)
        return api.agregar_clinico(paciente_id, tabla, pedido, quien)

    _, fallo = intentar(hacer)
    return _ficha(quien, paciente_id, fallo) if fallo else seguir(f"/pacientes/{paciente_id}#guardado")


@rutas.post("/pacientes/{paciente_id}/consentimientos")
def consentir(
    paciente_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("consentimiento.registrar")]
) -> Response:
    """Registra lo que respondió, también si dijo que no."""
    dado = escrito.dado("texto", "como", "calidad", "otorgante")

    def hacer() -> object:
        pedido = api_atencion.Respuesta.model_validate({**dado, "otorgado": escrito["otorgado"] == "si"})
        return api_atencion.registrar(paciente_id, pedido, quien)

    _, fallo = intentar(hacer)
    return _ficha(quien, paciente_id, fallo) if fallo else seguir(f"/pacientes/{paciente_id}#guardado")


@rutas.post("/consentimientos/{consentimiento_id}/revocacion")
def revocar(
    consentimiento_id: UUID,
    escrito: Formulario,
    quien: Annotated[Sujeto, exige("consentimiento.registrar")],
) -> Response:
    """Desde aquí no se graba más."""
    api_atencion.revocar(consentimiento_id, api_atencion.Revocacion(como="verbal"), quien)
    with quien.transaccion() as t:
        paciente = t.una("consentimiento_por_id", "el consentimiento", id=consentimiento_id)["paciente_id"]
    return seguir(f"/pacientes/{paciente}#guardado")


@rutas.post("/pacientes/{paciente_id}/retenciones")
def retener(
    paciente_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("conservacion.retener")]
) -> Response:
    """«No destruir» a todo lo suyo; lo levanta quien administra."""

    def hacer() -> object:
        pedido = api_conservacion.PedidoRetencion.model_validate({"razon": escrito["razon"]})
        return api_conservacion.retener(paciente_id, pedido, quien)

    _, fallo = intentar(hacer)
    return _ficha(quien, paciente_id, fallo) if fallo else seguir(f"/pacientes/{paciente_id}#retenido")


@rutas.post("/fusiones/{fusion_id}/separar")
def separar(
    fusion_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("paciente.fusionar")]
) -> Response:
    """Los fusionados vuelven a ser dos; nada se había movido."""
    with quien.transaccion() as t:
        vigente = t.una("paciente_de_fusion", "la fusión", id=fusion_id)["paciente_id"]
    _, fallo = intentar(
        lambda: api.deshacer(fusion_id, api.Motivo.model_validate({"motivo": escrito["motivo"]}), quien)
    )
    return _ficha(quien, vigente, fallo) if fallo else seguir(f"/pacientes/{vigente}#separado")


def _ficha(quien: Sujeto, paciente: UUID, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        persona = pacientes.leer(t, paciente)
        if persona.vigente != persona.id:
            return seguir(f"/pacientes/{persona.vigente}")
        es_medico = "medico" in quien.roles
        return vista.pagina(
            quien,
            "ficha.html",
            422 if fallo else 200,
            p=persona,
            visto=_visto(t, quien, persona),
            fallo=fallo,
            # Lo más reciente primero (NOM-024-SSA3-2010 1.3.3.b).
            clinico={c: clinico.vigentes(t, paciente, c)[::-1] for c in _LISTAS} if es_medico else {},
            notas=_notas(t, paciente) if es_medico else [],
            consentimientos=consentimientos.de_paciente(t, paciente),
            es_medico=es_medico,
            fusiones=pacientes.fusiones(t, paciente) if es_medico else [],
            retenciones=retencion.vigentes(t, paciente) if es_medico else [],
            autoriza=consentimientos.vigente(t, paciente, "grabacion"),
            texto=_texto(t, persona),
        )


def _visto(t: Transaccion, quien: Sujeto, persona: Paciente) -> dict[str, Any]:
    """Lo que ese papel ve; lo que no, vacío. Los lugares, por su nombre."""
    visto = quien.ver("paciente", persona.datos)
    domicilios = visto.get("domicilios") or [{}]
    todos = {c: visto.get(c) or "" for c in type(persona.datos).model_fields}
    casa = {c: domicilios[0].get(c) or "" for c in Domicilio.model_fields}
    casa["municipio"], casa["estado"] = catalogos.lugar(
        t, casa["pais"], casa["municipio"], casa["estado"], formatos.hoy(quien.zona)
    )
    return {**todos, "domicilio": casa}


def _notas(t: Transaccion, paciente: UUID) -> list[dict[str, Any]]:
    """Las notas con cuándo fue la consulta y quién atendió."""
    cuando = {e.id: e for e in encuentros.de_paciente(t, paciente)}
    nombres: dict[UUID, str] = {}
    salida = []
    for nota in notas.de_paciente(t, paciente):
        if nota.medico_id not in nombres:
            nombres[nota.medico_id] = usuarios.leer(t, nota.medico_id).nombre_completo
        encuentro = cuando.get(nota.encuentro_id)
        salida.append(
            {**nota.model_dump(), "inicio": encuentro.inicio if encuentro else nota.cuando,
             "tipo": encuentro.tipo if encuentro else "consulta", "medico": nombres[nota.medico_id]}
        )  # fmt: skip
    return salida


def _texto(t: Transaccion, persona: Paciente) -> tuple[UUID, str, str] | None:
    """El texto que hoy se lee antes de grabar en el país de su establecimiento."""
    pais = usuarios.establecimiento(t, persona.establecimiento_id).pais
    try:
        return consentimientos.texto_vigente(t, "grabacion", pais)
    except NoExiste:
        return None


def _de_antes(quien: Sujeto, paciente: UUID, tabla: clinico.Tabla, cual: UUID | None) -> dict[str, Any]:
    with quien.transaccion() as t:
        for guardada in clinico.vigentes(t, paciente, tabla):
            if guardada.id == cual:
                return guardada.contenido.model_dump(mode="json")
    raise NoExiste("Eso ya no está en la lista.", "Vuelva a abrir la ficha.")
