"""Los motores que esperan al siguiente trabajo: los mismos si sirven, ninguno si algo falló."""

from __future__ import annotations

import time
from typing import Any

from scribe.ajustes import Ajustes
from scribe.flujo import Motores
from scribe.trabajos.armados import Armados

UNOS, OTROS = Ajustes(perfil="minimo"), Ajustes(perfil="clinica")


class _Codificador:
    abierto = False

    @property
    def buscador(self) -> None:
        self.abierto = True


def _armador() -> tuple[list[Ajustes], Any]:
    pedidos: list[Ajustes] = []

    def armar(ajustes: Ajustes) -> Motores:
        pedidos.append(ajustes)
        hueco: Any = object()
        codificador: Any = _Codificador()
        return Motores(transcriptor=hueco, diarizador=hueco, redactor=hueco, codificador=codificador)

    return pedidos, armar


def test_se_reutilizan_con_los_mismos_ajustes() -> None:
    pedidos, armar = _armador()
    armados = Armados(armar, 3600)
    primero = armados(UNOS)
    armados.devolver(True)
    assert armados(UNOS) is primero
    assert armados(OTROS) is not primero
    assert pedidos == [UNOS, OTROS]
    armados.soltar()


def test_lo_que_fallo_y_lo_que_no_se_quiere_guardar_se_arman_otra_vez() -> None:
    for ocio, bien in ((3600.0, False), (0.0, True)):
        pedidos, armar = _armador()
        armados = Armados(armar, ocio)
        armados(UNOS)
        armados.devolver(bien)
        armados(UNOS)
        assert len(pedidos) == 2
        armados.soltar()


def test_tras_un_rato_sin_trabajo_se_sueltan() -> None:
    pedidos, armar = _armador()
    armados = Armados(armar, 0.01)
    armados(UNOS)
    armados.devolver(True)
    limite = time.monotonic() + 60
    while armados._hay is not None and time.monotonic() < limite:
        time.sleep(0.01)
    assert armados._hay is None
    armados(UNOS)
    assert len(pedidos) == 2


def test_prepararlos_abre_las_tablas_y_los_deja_esperando() -> None:
    pedidos, armar = _armador()
    armados = Armados(armar, 3600)
    armados.preparar(UNOS)
    listos: Any = armados(UNOS).codificador
    assert listos.abierto and pedidos == [UNOS]
    armados.soltar()
    sin_guardar = Armados(armar, 0)
    sin_guardar.preparar(UNOS)
    assert len(pedidos) == 1, "si no se van a guardar, prepararlos no sirve"
