"""El modelo solo elige entre opciones, y lo que elige queda por revisar."""

from __future__ import annotations

from typing import Any

from scribe.consulta import Contexto, EstadoEnunciado, Rol, Transcripcion, Turno
from scribe.lenguaje.clinico import buscar_clinico, segun_contexto
from scribe.soap.clasificar import opciones
from scribe.soap.dialogo import Dialogo
from scribe.soap.llm import gramatica
from scribe.soap.medicamentos import lineas_de
from scribe.soap.persona import de_usted, en_tercera
from scribe.soap.redactor import Redactor


class _Fijo:
    """Un modelo que siempre responde lo mismo y anota lo que le preguntan."""

    def __init__(self, respuesta: str) -> None:
        self.respuesta = respuesta
        self.preguntas: list[str] = []

    @property
    def identidad(self) -> dict[str, Any]:
        return {"motor": "fijo"}

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        self.preguntas.append(pregunta)
        assert self.respuesta in opciones
        return self.respuesta

    def cerrar(self) -> None:
        self.preguntas.clear()


_CONSULTA = Transcripcion(
    idioma="es",
    turnos=(
        Turno(
            id=1,
            hablante="M",
            rol=Rol.MEDICO,
            inicio=0.0,
            fin=1.0,
            texto="Lo de la migraña ya lo platicamos.",
        ),
        Turno(id=2, hablante="M", rol=Rol.MEDICO, inicio=2.0, fin=3.0, texto="Hasta luego."),
    ),
)


def test_con_modelo_va_a_su_seccion_por_revisar() -> None:
    modelo = _Fijo("diagnostico")
    nota = Redactor(modelo).redactar(_CONSULTA, Contexto()).nota
    assert len(modelo.preguntas) == 1
    assert nota.analisis[0].estado is EstadoEnunciado.POR_REVISAR


def test_sin_modelo_queda_como_omision() -> None:
    redaccion = Redactor().redactar(_CONSULTA, Contexto())
    assert redaccion.nota.enunciados == ()
    assert "migraña" in redaccion.omisiones[0].texto


def test_si_el_modelo_dice_nada_tampoco_se_pierde() -> None:
    redaccion = Redactor(_Fijo("nada")).redactar(_CONSULTA, Contexto())
    assert len(redaccion.omisiones) == 1


def test_la_identidad_distingue_con_y_sin_modelo() -> None:
    assert Redactor().identidad != Redactor(_Fijo("nada")).identidad


def test_la_gramatica_escapa_comillas() -> None:
    assert gramatica(("a", 'b"c')) == 'root ::= "a" | "b\\"c"'


def test_lego_a_clinico() -> None:
    def termino(dicho: str) -> set[str]:
        return {m.termino for m in buscar_clinico(dicho)}

    assert termino("me arde al hacer pipí") == {"disuria"}
    assert termino("tengo el cuerpo cortado y calentura") == {"malestar general", "fiebre"}
    assert termino("me falta el aire y se me hinchan los pies") == {"disnea", "edema de miembros inferiores"}
    assert termino("la espalda no me duele") == {"dolor lumbar"}


def test_el_moco_de_la_diarrea_no_es_rinorrea() -> None:
    assert segun_contexto("rinorrea", "cuantas veces ha evacuado") == "moco en las evacuaciones"
    assert segun_contexto("rinorrea", "le duele la garganta") == "rinorrea"


def test_personas_del_verbo() -> None:
    assert en_tercera("Yo me siento bien") == "se siente bien"
    assert en_tercera("Esa la dejé hace 2 meses") == "Esa la dejó hace 2 meses"
    assert en_tercera("Mi mamá me quería dar amoxicilina, pero no me la tomé") == (
        "Su mamá le quería dar amoxicilina, pero no se la tomó"
    )
    assert (
        de_usted("si no puedes abrir la boca, te vas a urgencias")
        == "si no puede abrir la boca, se va a urgencias"
    )


def test_lineas_de_medicamento() -> None:
    lineas = [
        x[0].texto
        for x in lineas_de(
            "budesonida con formoterol, de 160 sobre 4.5, 2 inhalaciones cada 12 horas, por 3 meses"
        )
    ]
    assert lineas == ["budesonida con formoterol 160 sobre 4.5, 2 inhalaciones cada 12 horas por 3 meses"]


def test_en_el_interrogatorio_el_modelo_no_puede_mandar_nada_al_plan() -> None:
    dialogo = Dialogo(exploracion_desde=(10, 0), plan_desde=(20, 0))
    assert opciones((3, 0), dialogo) == ("sintoma", "nada")
    assert "plan" not in opciones((12, 0), dialogo) and "hallazgo" in opciones((12, 0), dialogo)
    assert "plan" in opciones((25, 0), dialogo)
