"""Los renglones de receta y signos que se proponen: solo lo dicho, solo lo cierto y sin repetir."""

from __future__ import annotations

import pytest

from scribe.consulta import Cita, EstadoEnunciado
from scribe.expediente.firma.contenido import Renglon, Signo
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable, Secciones
from scribe.expediente.renglones_propuestos import Propuestas, proponer

CITA = Cita(turno=3, texto="lo dicho", inicio=1.0, fin=2.0)


def _nota(plan: tuple[str, ...] = (), objetivo: tuple[str, ...] = (), **campos: object) -> ContenidoDeNota:
    def enunciado(texto: str, tipo: str) -> EnunciadoEditable:
        return EnunciadoEditable(texto=texto, tipo=tipo, citas=(CITA,))

    secciones = Secciones(
        plan=tuple(enunciado(t, "receta") for t in plan),
        objetivo=tuple(enunciado(t, "signo_vital") for t in objetivo),
    )
    return ContenidoDeNota(nota=secciones, **campos)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dicho", "espera"),
    [
        (
            "Amoxicilina 500 mg vía oral cada 8 horas por 7 días",
            {"generico": "amoxicilina", "dosis": "500 mg", "via": "vía oral", "frecuencia": "cada 8 horas",
             "duracion": "7 días"},
        ),
        (
            "Tempra tabletas 500 mg cada 6 horas si hay dolor",
            {"generico": "paracetamol", "comercial": "Tempra", "presentacion": "tabletas", "dosis": "500 mg",
             "frecuencia": "cada 6 horas", "indicaciones": "si hay dolor"},
        ),
        ("Continuar metformina cada 12 horas", {"generico": "metformina", "frecuencia": "cada 12 horas"}),
    ],
)  # fmt: skip
def test_cada_renglon_lleva_lo_dicho_y_lo_demas_en_blanco(dicho: str, espera: dict[str, str]) -> None:
    (propuesto,) = proponer(_nota(plan=(dicho,))).receta
    assert propuesto.renglon == Renglon(**espera)
    assert propuesto.citas == (CITA,)


def test_una_pauta_que_cambia_va_entera_en_las_indicaciones() -> None:
    dicho = "Prednisona 40 mg la primera semana, luego 20 mg"
    (propuesto,) = proponer(_nota(plan=(dicho,))).receta
    assert propuesto.renglon == Renglon(generico="prednisona", indicaciones=dicho)


def test_lo_dudoso_no_se_propone() -> None:
    contenido = _nota(plan=("Amoxicilina 500 mg cada 8 horas",), objetivo=("Temperatura 38.2 °C",))
    dudosa = contenido.nota.plan[0].model_copy(update={"estado": EstadoEnunciado.POR_REVISAR})
    nota = contenido.nota.model_copy(update={"plan": (dudosa,)})
    propuestas = proponer(contenido.model_copy(update={"nota": nota}))
    assert propuestas.receta == () and len(propuestas.signos) == 1


def test_lo_que_ya_esta_no_se_repite_aunque_se_llame_por_su_marca() -> None:
    contenido = _nota(
        plan=("Paracetamol 500 mg cada 8 horas", "Tempra 500 mg si hay fiebre"),
        objetivo=("Frecuencia cardiaca 90", "FC 92 lpm"),
    )
    propuestas = proponer(contenido)
    assert [p.renglon.generico for p in propuestas.receta] == ["paracetamol"]
    assert [p.signo for p in propuestas.signos] == [
        Signo(clave="frecuencia_cardiaca", valor="90", unidad="lpm")
    ]
    lleno = contenido.model_copy(
        update={
            "receta": (Renglon(generico="Tempra"),),
            "signos": (Signo(clave="frecuencia_cardiaca", valor="88"),),
        }
    )
    assert proponer(lleno) == Propuestas()


def test_una_cifra_que_no_puede_ser_no_se_propone() -> None:
    assert proponer(_nota(objetivo=("Presión arterial 80/160",))).signos == ()


def test_una_nota_sin_plan_no_propone_nada() -> None:
    assert proponer(ContenidoDeNota()) == Propuestas()
