"""Fusionar a quien quedó dado de alta dos veces: se hallan, se ven lado a lado, se elige cuál ficha queda."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import catalogos, clinico, encuentros, notas, pacientes
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.modelo import Paciente, PacienteHallado
from scribe.expediente.transaccion import Transaccion
from scribe.web import formatos, vista
from scribe.web.api import pacientes as api
from scribe.web.formularios import Escrito, Fallas, Formulario, cual, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.rotulos import rotulo
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
Fusiona = Annotated[Sujeto, exige("paciente.fusionar")]


_NO_IDENTIFICAN = frozenset({"Consultas", "Notas", "Alta", "Alergias", "Medicación"})
"""Lo que es normal que difiera entre dos fichas de la misma persona."""


class Fila(NamedTuple):
    """Un dato de las dos fichas; `distinto` si las dos lo dicen y no coinciden."""

    que: str
    de_uno: str
    de_otro: str

    @property
    def distinto(self) -> bool:
        """Lo que hay que mirar antes de decir que son la misma persona."""
        identifica = self.que not in _NO_IDENTIFICAN
        return bool(identifica and self.de_uno and self.de_otro and self.de_uno != self.de_otro)


@rutas.get("/pacientes/{paciente_id}/fusionar")
def buscar_repetido(paciente_id: UUID, quien: Fusiona) -> Response:
    """Los que se llaman igual, y buscar otro."""
    return _busqueda(quien, paciente_id, "", None)


@rutas.post("/pacientes/{paciente_id}/fusionar/buscar")
def buscar(paciente_id: UUID, escrito: Formulario, quien: Fusiona) -> Response:
    """Los que coinciden con lo escrito."""
    return _busqueda(quien, paciente_id, escrito["texto"], None)


@rutas.post("/pacientes/{paciente_id}/fusionar/comparar")
def comparar(paciente_id: UUID, escrito: Formulario, quien: Fusiona) -> Response:
    """Las dos fichas, lado a lado."""
    return _comparacion(quien, paciente_id, cual(escrito["otro"]), Escrito(), None)


@rutas.post("/pacientes/{paciente_id}/fusionar")
def fusionar(paciente_id: UUID, escrito: Formulario, quien: Fusiona) -> Response:
    """Desde aquí se leen juntas en la que se eligió; queda asentado quién y por qué."""
    otro = cual(escrito["otro"])
    queda = cual(escrito["queda"]) if escrito["queda"] else None

    def hacer() -> None:
        if queda not in (paciente_id, otro):
            raise DatoInvalido("Falta decir cuál ficha queda.", "Elija una de las dos.")
        _solo_quien_atiende(quien)
        with quien.transaccion() as t:
            quien.exigir_paciente(t, otro)
        se_va = otro if queda == paciente_id else paciente_id
        pedido = api.Fusion.model_validate({"absorbido": se_va, "motivo": escrito["motivo"]})
        api.fusionar(queda, pedido, quien)

    _, fallo = intentar(hacer)
    if fallo is not None:
        return _comparacion(quien, paciente_id, otro, escrito, fallo)
    return seguir(f"/pacientes/{queda}#fusionado")


def _solo_quien_atiende(quien: Sujeto) -> None:
    """Quien solo administra no ve pacientes: no puede compararlos."""
    if "medico" not in {rol for _, rol in quien.persona.roles}:
        raise SinPermiso("Para comparar dos fichas hay que atender pacientes.", "Pídalo a quien atiende.")


def _busqueda(quien: Sujeto, paciente: UUID, texto: str, fallo: Fallas | None) -> Response:
    _solo_quien_atiende(quien)
    with quien.transaccion() as t:
        persona = pacientes.leer(t, paciente)
        buscado = texto or f"{persona.datos.nombre or ''} {persona.datos.apellido_paterno or ''}".strip()
        hallados = _hallar(t, quien, buscado, persona) if len(buscado) >= 2 else []
    return vista.pagina(
        quien, "fusionar.html", 422 if fallo else 200, p=persona, texto=texto, hallados=hallados, fallo=fallo
    )


def _hallar(t: Transaccion, quien: Sujeto, texto: str, persona: Paciente) -> list[PacienteHallado]:
    donde = frozenset(lugar for lugar, rol in quien.persona.roles if rol == "medico")
    hallados = pacientes.buscar(t, texto[:120], limite=20, establecimientos=donde)
    return [h for h in hallados if h.id not in (persona.id, persona.vigente)]


def _comparacion(quien: Sujeto, paciente: UUID, otro: UUID, e: Escrito, fallo: Fallas | None) -> Response:
    _solo_quien_atiende(quien)
    with quien.transaccion() as t:
        quien.exigir_paciente(t, otro)
        fichas = [pacientes.leer(t, paciente), pacientes.leer(t, otro)]
        lados = [_lado(t, f) for f in fichas]
    filas = [Fila(que, lados[0][que], lados[1][que]) for que in lados[0]]
    mas_vieja = min(fichas, key=lambda f: f.creado).id
    return vista.pagina(
        quien, "fusion.html", 422 if fallo else 200, p=fichas[0], otro=fichas[1], e=e, fallo=fallo,
        filas=[f for f in filas if f.de_uno or f.de_otro], distintas=sum(f.distinto for f in filas),
        queda=e["queda"] or str(mas_vieja),
    )  # fmt: skip


def _lado(t: Transaccion, ficha: Paciente) -> dict[str, str]:
    """Lo que se compara de una ficha, en palabras; lo que no consta, vacío."""
    d = ficha.datos
    casa: Any = d.domicilios[0] if d.domicilios else None
    lugar = catalogos.lugar(t, casa.pais, casa.municipio, casa.estado, formatos.hoy()) if casa else ()
    calle = (casa.calle, casa.numero_ext, casa.colonia, *lugar) if casa else ()
    return {
        "Nombre": d.nombre_completo or d.descripcion or "",
        "Nacimiento": formatos.fecha(d.nacimiento),
        "Sexo": rotulo(d.sexo, "sexo") if d.sexo else "",
        "Identificadores": ", ".join(sorted(f"{i.tipo} {i.valor}" for _, i in ficha.identificadores)),
        "Teléfono": (casa.telefono_1 or "") if casa else "",
        "Domicilio": ", ".join(parte for parte in calle if parte),
        "Correo": d.correo or "",
        "Consultas": str(len(encuentros.de_paciente(t, ficha.id)) or ""),
        "Notas": str(len(notas.de_paciente(t, ficha.id)) or ""),
        "Alergias": _lista(t, ficha.id, "alergia", "descripcion"),
        "Medicación": _lista(t, ficha.id, "medicacion", "medicamento"),
        "Alta": formatos.fecha(ficha.creado),
    }


def _lista(t: Transaccion, paciente: UUID, tabla: clinico.Tabla, campo: str) -> str:
    return ", ".join(str(getattr(g.contenido, campo)) for g in clinico.vigentes(t, paciente, tabla))
