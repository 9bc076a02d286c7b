"""El modelo de lenguaje real: solo responde opciones, siempre las mismas, y no cambia lo ya citado."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scribe.consulta import Contexto, Rol, Transcripcion, Turno
from scribe.modelos import ruta
from scribe.soap.llm import LlamaLocal
from scribe.soap.redactor import Redactor

MODELO = "qwen2.5-coder-1.5b"


@pytest.fixture(scope="module")
def modelo() -> Iterator[LlamaLocal]:
    abierto = LlamaLocal(min(ruta(MODELO).glob("*.gguf")), hilos=2)
    yield abierto
    abierto.cerrar()


def test_elige_solo_entre_las_opciones_y_repite(modelo: LlamaLocal) -> None:
    opciones = ("rojo", "azul")
    comun = "Responde el color. Cielo despejado: azul. Sangre: rojo. "
    primera = modelo.elegir(comun, "Cielo: ", opciones)
    assert primera in opciones
    assert modelo.elegir(comun, "Cielo: ", opciones) == primera


def test_la_nota_con_modelo_contiene_la_de_reglas(modelo: LlamaLocal) -> None:
    dichos = (
        (Rol.MEDICO, "¿Ha tenido fiebre?"), (Rol.PACIENTE, "Sí, desde ayer."),
        (Rol.MEDICO, "Lo de la migraña ya lo platicamos la otra vez con su esposa."),
        (Rol.MEDICO, "Presión, 120/80."),
    )  # fmt: skip
    turnos = tuple(
        Turno(id=i, hablante=r.value, rol=r, inicio=float(i), fin=i + 0.9, texto=t)
        for i, (r, t) in enumerate(dichos, 1)
    )
    consulta = Transcripcion(idioma="es", turnos=turnos)
    sin = Redactor().redactar(consulta, Contexto())
    con = Redactor(modelo).redactar(consulta, Contexto())
    assert {e.texto for e in sin.nota.enunciados} <= {e.texto for e in con.nota.enunciados}
    assert con == Redactor(modelo).redactar(consulta, Contexto())
    for enunciado in con.nota.enunciados:
        assert all(c.texto in consulta.turno(c.turno).texto for c in enunciado.citas)
