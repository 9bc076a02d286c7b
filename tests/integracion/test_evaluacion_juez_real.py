"""El juez con el modelo real: responde solo etiquetas, guarda lo dicho y deja su cuadro."""

from __future__ import annotations

from pathlib import Path

from evaluacion import control, juicio
from evaluacion.caso import Caso, Dicho
from evaluacion.juez import Juez
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import Hecho
from scribe.consulta import Enunciado, Nota

HECHO = Hecho(
    id="h1", seccion="S", tipo="negacion", texto="Niega fiebre", turnos=(1, 2), claves=(("niega fiebre",),)
)
CASO = Caso(
    id="corta",
    con_roles=True,
    dichos=(
        Dicho(hablante="medico", texto="¿Ha tenido fiebre?"),
        Dicho(hablante="paciente", texto="No, fiebre no."),
    ),
    hechos=(HECHO,),
)
SALIDA = Salida(
    caso="corta",
    nota=Nota(
        subjetivo=tuple(Enunciado(texto=t, tipo="x", citas=()) for t in ("Niega fiebre", "Refiere tos"))
    ),
)


def test_el_juez_real_deja_su_cuadro_y_no_repite_lo_preguntado(tmp_path: Path) -> None:
    modelo = juicio.modelo("minimo", 2)
    juez = Juez(modelo, juicio.memoria(tmp_path))
    quienes = juicio.acusados([("scribe", "Scribe", "nota", {"corta": [SALIDA]})])
    (cuadro,) = juicio.juzgar(juez, quienes, [CASO], lambda _: None, 0)
    juez.cerrar()
    assert cuadro.filas[0][0].startswith("Sensibilidad")
    assert len(control.parejas([CASO])) == 1
    guardado = juicio.memoria(tmp_path)
    otro = Juez(_Mudo(modelo.identidad), guardado)  # todo está ya guardado: no pregunta nada
    assert juicio.juzgar(otro, quienes, [CASO], lambda _: None, 0) == [cuadro]


class _Mudo:
    """El mismo modelo, que ya no debe hacer falta."""

    def __init__(self, identidad: dict[str, object]) -> None:
        self.identidad = identidad

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        raise AssertionError("se repitió una pregunta")

    def cerrar(self) -> None:
        pass
