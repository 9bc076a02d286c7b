# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Ediciones, firmas y caídas al azar: ningún byte firmado cambia, ninguna versión desaparece."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from scribe.expediente import notas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.errores import BaseNoDisponible, TransicionInvalida, VersionAtrasada
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


_CAER = st.sampled_from([None, None, "excepcion", "muerte"])
"""Cómo se interrumpe: falla el programa, o muere la conexión justo antes de confirmar."""

_ATAQUES = (
    "UPDATE expediente.nota_version SET contenido = 'x', sha256 = sha256('x')",
    "DELETE FROM expediente.nota_version",
    "UPDATE expediente.nota_firma SET contenido = 'x'",
    "DELETE FROM expediente.nota_firma",
    "UPDATE expediente.nota SET estado = 'borrador', ultima_version = 0",
    "DELETE FROM expediente.nota",
    "DELETE FROM expediente.nota_estado",
    "TRUNCATE expediente.nota_version CASCADE",
    "INSERT INTO expediente.nota_version"
    " (id, nota_id, numero, base_id, contenido, sha256, origen, usuario_id,"
    " equipo) SELECT gen_random_uuid(), v.nota_id, v.numero, v.base_id, 'x', sha256('x'), 'persona',"
    " n.medico_id, 'x' FROM expediente.nota_version v JOIN expediente.nota n ON n.id = v.nota_id",
    "INSERT INTO expediente.nota_version"
    " (id, nota_id, numero, base_id, contenido, sha256, origen, usuario_id,"
    " equipo) SELECT gen_random_uuid(), n.id, n.ultima_version + 1, v.id, 'x', sha256('x'), 'persona',"
    " n.medico_id, 'x' FROM expediente.nota n JOIN expediente.nota_version v ON v.nota_id = n.id"
    " AND v.numero = n.ultima_version WHERE n.estado NOT IN ('borrador', 'en_revision')",
    "INSERT INTO expediente.nota_estado (id, nota_id, a, usuario_id, equipo)"
    " SELECT gen_random_uuid(), id, 'en_revision', medico_id, 'x' FROM expediente.nota"
    " WHERE estado IN ('firmada', 'con_adenda', 'sustituida', 'descartada')",
)
"""Órdenes que la base niega siempre, a la aplicación y al dueño; o no tocan nada porque nada las cumple."""


class Vida(RuleBasedStateMachine):
    """Un modelo de lo que debe quedar, contra lo que la base dice."""

    motor: BaseEmpotrada
    plantilla: Clinica
    notas_ = Bundle("notas")

    @initialize(target=notas_)
    def abrir(self) -> Any:
        """Una clínica con una nota en cada estado: así todo lo que sigue encuentra a quién hacérselo."""
        self.c = replace(self.plantilla, base=crear_base(self.motor, self.plantilla.base.nombre))
        self.versiones: dict[UUID, list[bytes]] = {}
        self.estados: dict[UUID, EstadoNota] = {}
        self.firmados: dict[UUID, bytes] = {}
        self.previas: dict[UUID, tuple[UUID, str]] = {}
        self.cabezas: list[Cabeza] = []
        abierta, revisada, descartada, firmada, vieja = (self.nueva(b"inicial") for _ in range(5))
        for nota in (revisada, firmada, vieja):
            self.revisar(nota, None)
        self.descartar(descartada, None)
        for nota in (firmada, vieja):
            self.firmar(nota, b"firmado al empezar", None)
        hija = self.seguir(vieja, "sustitucion")
        self.editar(hija, b"la que sustituye", 0, None)
        self.revisar(hija, None)
        self.firmar(hija, b"firmado al sustituir", None)
        return multiple(abierta, revisada, descartada, firmada, vieja, hija)

    def teardown(self) -> None:
        if hasattr(self, "c"):
            informe = self.c.base.verificar(*self.cabezas)
            borrar_base(self.c.base)
            assert informe.integra, informe.hallazgos

    def _hacer(self, que: Any, caer: str | None = None) -> bool:
        """Corre algo en una transacción; si debe caer, cae con todo escrito y nada confirmado."""
        try:
            with self.c.expediente.transaccion(self.c.medica) as t:
                que(t)
                if caer:
                    t.cerrar()
                    pid = t.conexion.info.backend_pid
                if caer == "excepcion":
                    raise _Caida
                if caer == "muerte":
                    with self.c.base.entrar("scribe_super") as conexion:
                        conexion.execute("SELECT pg_terminate_backend(%s, 60000)", (pid,))
        except _Caida:
            return False
        except BaseNoDisponible:
            assert caer == "muerte"
            return False
        assert caer is None, "se confirmó después de muerta la conexión"
        return True

    @rule(target=notas_, contenido=_CONTENIDO)
    def nueva(self, contenido: bytes) -> UUID:
        nota = self.c.nota(contenido).id
        self.versiones[nota], self.estados[nota] = [contenido], EstadoNota.BORRADOR
        return nota

    @rule(nota=notas_, contenido=_CONTENIDO, atraso=st.integers(0, 2), caer=_CAER)
    def editar(self, nota: UUID, contenido: bytes, atraso: int, caer: str | None) -> None:
        tiene = len(self.versiones[nota])
        sobre = tiene - atraso
        abierta = self.estados[nota] in (EstadoNota.BORRADOR, EstadoNota.EN_REVISION)
        if sobre < 0:
            return
        if not abierta or atraso:
            with pytest.raises((TransicionInvalida, VersionAtrasada)):
                self._hacer(lambda t: notas.guardar_version(t, nota, contenido, sobre=sobre))
        elif self._hacer(lambda t: notas.guardar_version(t, nota, contenido, sobre=sobre), caer):
            self.versiones[nota].append(contenido)

    @rule(nota=notas_, caer=_CAER)
    def revisar(self, nota: UUID, caer: str | None) -> None:
        if self.estados[nota] is not EstadoNota.BORRADOR or not self.versiones[nota]:
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: notas.a_revision(t, nota))
        elif self._hacer(lambda t: notas.a_revision(t, nota), caer):
            self.estados[nota] = EstadoNota.EN_REVISION

    @rule(nota=notas_, contenido=_CONTENIDO, caer=_CAER)
    def firmar(self, nota: UUID, contenido: bytes, caer: str | None) -> None:
        ultima = len(self.versiones[nota])
        previa, relacion = self.previas.get(nota, (None, ""))
        puede = self.estados[nota] is EstadoNota.EN_REVISION and (
            relacion != "sustitucion" or self.estados[previa] is not EstadoNota.SUSTITUIDA  # type: ignore[index]
        )
        if not ultima:
            return
        if not puede:
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: self.c.firmar(t, nota, ultima, contenido))
        elif self._hacer(lambda t: self.c.firmar(t, nota, ultima, contenido), caer):
            self.estados[nota], self.firmados[nota] = EstadoNota.FIRMADA, contenido
            if previa is not None and relacion == "sustitucion":
                self.estados[previa] = EstadoNota.SUSTITUIDA
            elif previa is not None and self.estados[previa] is EstadoNota.FIRMADA:
                self.estados[previa] = EstadoNota.CON_ADENDA

    @rule(nota=notas_, caer=_CAER)
    def descartar(self, nota: UUID, caer: str | None) -> None:
        if self.estados[nota] not in (EstadoNota.BORRADOR, EstadoNota.EN_REVISION):
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: notas.descartar(t, nota, "prueba"))
        elif self._hacer(lambda t: notas.descartar(t, nota, "prueba"), caer):
            self.estados[nota] = EstadoNota.DESCARTADA

    @rule(target=notas_, nota=consumes(notas_), relacion=st.sampled_from(["adenda", "sustitucion"]))
    def seguir(self, nota: UUID, relacion: str) -> UUID:
        abrir = notas.crear_adenda if relacion == "adenda" else notas.sustituir
        if self.estados[nota] not in (EstadoNota.FIRMADA, EstadoNota.CON_ADENDA):
            with pytest.raises(TransicionInvalida):
                self._hacer(lambda t: abrir(t, nota))
            return nota
        creada: list[UUID] = []
        self._hacer(lambda t: creada.append(abrir(t, nota).id))
        hija = creada[0]
        self.versiones[hija], self.estados[hija], self.previas[hija] = (
            [],
            EstadoNota.BORRADOR,
            (nota, relacion),
        )
        return hija

    @rule(rol=st.sampled_from(["scribe_aplicacion", "scribe_dueno"]))
    def atacar(self, rol: str) -> None:
        """Todo por SQL directo: se niega o no toca nada. Lo demás lo dice el invariante."""
        with self.c.base.entrar(rol) as conexion:
            for orden in _ATAQUES:
                with contextlib.suppress(psycopg.Error):
                    assert conexion.execute(orden.encode()).rowcount == 0, (rol, orden)

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
