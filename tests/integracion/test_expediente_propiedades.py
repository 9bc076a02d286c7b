# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Ediciones, firmas y caídas al azar: ningún byte firmado cambia, ninguna versión desaparece."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scribe.expediente import notas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.errores import TransicionInvalida, VersionAtrasada
from scribe.expediente.modelo import EstadoNota
from scribe.expediente.verificacion import Cabeza
from tests.expediente_base import Clinica, borrar_base, crear_base, motor, plantilla  # noqa: F401

_CONTENIDO = st.binary(min_size=1, max_size=60)
_SIGUE = {
    EstadoNota.BORRADOR: {EstadoNota.EN_REVISION, EstadoNota.DESCARTADA},
    EstadoNota.EN_REVISION: {EstadoNota.FIRMADA, EstadoNota.DESCARTADA},
    EstadoNota.FIRMADA: {EstadoNota.CON_ADENDA, EstadoNota.SUSTITUIDA},
    EstadoNota.CON_ADENDA: {EstadoNota.SUSTITUIDA},
}


class _Caida(Exception):
    """Lo que interrumpe una transacción a la mitad."""


class Vida(RuleBasedStateMachine):
    """Un modelo de lo que debe quedar, contra lo que la base dice."""

    motor: BaseEmpotrada
    plantilla: Clinica
    notas_ = Bundle("notas")

    @initialize()
    def abrir(self) -> None:
        self.c = replace(self.plantilla, base=crear_base(self.motor, self.plantilla.base.nombre))
        self.versiones: dict[UUID, list[bytes]] = {}
        self.estados: dict[UUID, EstadoNota] = {}
        self.firmados: dict[UUID, bytes] = {}
        self.previas: dict[UUID, tuple[UUID, str]] = {}
        self.cabezas: list[Cabeza] = []

    def teardown(self) -> None:
        if hasattr(self, "c"):
            informe = self.c.base.verificar(*self.cabezas)
            borrar_base(self.c.base)
            assert informe.integra, informe.hallazgos

    def _hacer(self, que: Any, caer: bool) -> bool:
        """Corre algo en una transacción; si debe caer, se cae justo antes de confirmar."""
        try:
            with self.c.expediente.transaccion(self.c.medica) as t:
                que(t)
                if caer:
                    t.cerrar()
                    t.conexion.execute("SELECT 1")
                    raise _Caida
        except _Caida:
            return False
        return True

    @rule(target=notas_, contenido=_CONTENIDO)
    def nueva(self, contenido: bytes) -> UUID:
        nota = self.c.nota(contenido).id
        self.versiones[nota], self.estados[nota] = [contenido], EstadoNota.BORRADOR
        return nota

    @rule(nota=notas_, contenido=_CONTENIDO, atraso=st.integers(0, 2), caer=st.booleans())
    def editar(self, nota: UUID, contenido: bytes, atraso: int, caer: bool) -> None:
        tiene = len(self.versiones[nota])
        sobre = tiene - atraso
        abierta = self.estados[nota] in (EstadoNota.BORRADOR, EstadoNota.EN_REVISION)
        if sobre < 0:
            return
        if not abierta or atraso:
            with pytest.raises((TransicionInvalida, VersionAtrasada)):
                self._hacer(lambda t: notas.guardar_version(t, nota, contenido, sobre=sobre), False)
        elif self._hacer(lambda t: notas.guardar_version(t, nota, contenido, sobre=sobre), caer):
            self.versiones[nota].append(contenido)

    @rule(nota=notas_, caer=st.booleans())
    def revisar(self, nota: UUID, caer: bool) -> None:
        if self.estados[nota] is not EstadoNota.BORRADOR or not self.versiones[nota]:
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: notas.a_revision(t, nota), False)
        elif self._hacer(lambda t: notas.a_revision(t, nota), caer):
            self.estados[nota] = EstadoNota.EN_REVISION

    @rule(nota=notas_, contenido=_CONTENIDO, caer=st.booleans())
    def firmar(self, nota: UUID, contenido: bytes, caer: bool) -> None:
        ultima = len(self.versiones[nota])
        previa, relacion = self.previas.get(nota, (None, ""))
        puede = self.estados[nota] is EstadoNota.EN_REVISION and (
            relacion != "sustitucion" or self.estados[previa] is not EstadoNota.SUSTITUIDA  # type: ignore[index]
        )
        if not ultima:
            return
        if not puede:
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: self.c.firmar(t, nota, ultima, contenido), False)
        elif self._hacer(lambda t: self.c.firmar(t, nota, ultima, contenido), caer):
            self.estados[nota], self.firmados[nota] = EstadoNota.FIRMADA, contenido
            if previa is not None and relacion == "sustitucion":
                self.estados[previa] = EstadoNota.SUSTITUIDA
            elif previa is not None and self.estados[previa] is EstadoNota.FIRMADA:
                self.estados[previa] = EstadoNota.CON_ADENDA

    @rule(nota=notas_, caer=st.booleans())
    def descartar(self, nota: UUID, caer: bool) -> None:
        if self.estados[nota] not in (EstadoNota.BORRADOR, EstadoNota.EN_REVISION):
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: notas.descartar(t, nota, "prueba"), False)
        elif self._hacer(lambda t: notas.descartar(t, nota, "prueba"), caer):
            self.estados[nota] = EstadoNota.DESCARTADA

    @rule(target=notas_, nota=consumes(notas_), relacion=st.sampled_from(["adenda", "sustitucion"]))
    def seguir(self, nota: UUID, relacion: str) -> UUID:
        abrir = notas.crear_adenda if relacion == "adenda" else notas.sustituir
        if self.estados[nota] not in (EstadoNota.FIRMADA, EstadoNota.CON_ADENDA):
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: abrir(t, nota), False)
            return nota
        creada: list[UUID] = []
        self._hacer(lambda t: creada.append(abrir(t, nota).id), False)
        hija = creada[0]
        self.versiones[hija], self.estados[hija], self.previas[hija] = (
            [],
            EstadoNota.BORRADOR,
            (nota, relacion),
        )
        return hija

    @rule()
    def guardar_cabeza(self) -> None:
        self.cabezas.append(self.c.base.cabeza())

    @rule()
    def postgres_corta_las_conexiones(self) -> None:
        """Como si se reiniciara: la piscina debe reponerse sola."""
        with self.c.base.entrar("scribe_super") as conexion:
            conexion.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )

    @invariant()
    def todo_sigue_igual(self) -> None:
        if not hasattr(self, "c"):
            return
        with self.c.expediente.transaccion(self.c.medica) as t:
            for nota, contenidos in self.versiones.items():
                assert [v.contenido for v in notas.versiones(t, nota)] == contenidos
                assert notas.leer(t, nota).estado is self.estados[nota]
                firma = notas.leer_firma(t, nota)
                assert (firma.contenido if firma else None) == self.firmados.get(nota)
                recorrido = [p.a for p in notas.pasos(t, nota)]
                assert all(b in _SIGUE.get(a, set()) for a, b in pairwise(recorrido))


def test_ningun_byte_firmado_cambia(motor: BaseEmpotrada, plantilla: Clinica) -> None:
    Vida.motor, Vida.plantilla = motor, plantilla
    veces = int(os.environ.get("SCRIBE_PRUEBA_VIDAS", "6"))
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Vida,
        settings=settings(
            max_examples=veces, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
