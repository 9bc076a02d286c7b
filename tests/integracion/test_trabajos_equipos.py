"""Varios equipos y una sola cola: la voz de quien atiende, y grabaciones que no se ven desde aquí."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scribe.ajustes import Ajustes
from scribe.consulta import Contexto, Huella
from scribe.errores import AjusteInvalido
from scribe.flujo import Motores, Resultado, procesar
from scribe.trabajos.carpeta_comun import exigir_la_misma, marcar
from scribe.trabajos.procesar import Repetir, hacer
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401
from tests.trabajos_base import Puesto

VOZ: Huella = np.ones(4, np.float32) / 2


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


def test_la_voz_de_quien_atiende_llega_al_flujo(puesto: Puesto) -> None:
    recibo, pedidas, vistas = puesto.subir(), [], []

    def voz(usuario: str, ajustes: Ajustes) -> Huella:
        pedidas.append((usuario, ajustes.perfil))
        return VOZ

    def flujo(ruta: Path, m: Motores, ajustes: Ajustes, contexto: Contexto, progreso: Any) -> Resultado:
        vistas.append(m.voz_medico)
        return procesar(ruta, m, ajustes, contexto, progreso)

    with puesto.taller(voz=voz, flujo=flujo) as taller:
        hacer(taller, recibo.trabajo)
    assert puesto.trabajo(recibo)["estado"] == "hecho"
    assert pedidas == [("doctora.prueba", "minimo")] and vistas[0] is VOZ


def test_lo_que_guarda_otro_equipo_se_deja_para_el(puesto: Puesto, monkeypatch: pytest.MonkeyPatch) -> None:
    recibo = puesto.subir()
    sonido = puesto.audio.ruta(recibo.grabacion.hex)
    escondido = sonido.rename(sonido.with_suffix(".lejos"))
    with puesto.taller() as taller:
        monkeypatch.setattr("platform.node", lambda: "otro-equipo")
        for _ in range(4):  # más que los intentos que se perdonan: aquí no hay nada que contar
            with pytest.raises(Repetir):
                hacer(taller, recibo.trabajo)
        fila = puesto.trabajo(recibo)
        assert (fila["estado"], fila["intentos"]) == ("pendiente", 0)
        escondido.rename(sonido)
        hacer(taller, recibo.trabajo)
    assert puesto.trabajo(recibo)["estado"] == "hecho"


def test_un_trabajador_comprueba_que_ve_las_grabaciones(puesto: Puesto) -> None:
    audio, expediente = puesto.audio, puesto.expediente
    with pytest.raises(AjusteInvalido, match="no ve las grabaciones"):  # una unidad sin montar está vacía
        exigir_la_misma(audio, expediente, "instalacion-1")
    marcar(audio, "instalacion-1")
    exigir_la_misma(audio, expediente, "instalacion-1")
    with pytest.raises(AjusteInvalido):
        exigir_la_misma(audio, expediente, "instalacion-2")
    recibo = puesto.subir()
    exigir_la_misma(audio, expediente, "instalacion-1")
    audio.ruta(recibo.grabacion.hex).rename(puesto.datos / "fuera")  # una copia vieja de la carpeta
    with pytest.raises(AjusteInvalido) as fallo:
        exigir_la_misma(audio, expediente, "instalacion-1")
    assert "SCRIBE_DATOS" in str(fallo.value) and "\n" not in str(fallo.value)
