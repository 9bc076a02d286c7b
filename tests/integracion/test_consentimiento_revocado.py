# ruff: noqa: F811
"""Se pide antes de grabar y se revoca en cualquier momento: se detiene, y se destruye con su certificado."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scribe.ajustes import Ajustes
from scribe.expediente import consentimientos, notas, tareas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.bitacora import Actor
from scribe.expediente.conservacion import politica
from scribe.expediente.errores import Duplicado, SinConsentimiento, TransicionInvalida
from scribe.trabajos import estado, pasos, revocacion
from scribe.trabajos.errores import SubidaTerminada
from scribe.trabajos.modelo import Opciones, Recibo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Taller, hacer
from tests.conservacion_base import Deposito, deposito_en
from tests.expediente_base import motor  # noqa: F401
from tests.trabajos_base import Cuenta, motores


@pytest.fixture
def d(motor: BaseEmpotrada, tmp_path: Path) -> Iterator[Deposito]:
    with deposito_en(motor, tmp_path / "datos") as dado:
        yield dado


def _revocar(d: Deposito, actor: Actor | None = None) -> revocacion.Revocado:
    with d.expediente.transaccion(actor or d.clinica.asistente) as t:
        return revocacion.revocar(t, d.clinica.consentimiento, "verbal", "ya no quiero")


def _taller(d: Deposito, presencia: Presencia, cuenta: Cuenta, tarda_s: float = 0.0) -> Taller:
    return Taller(
        d.expediente, d.audio, presencia, Actor(None, "prueba"), armar=lambda _: motores(cuenta, tarda_s),
        ajustes=lambda o: Ajustes(**o.model_dump(exclude_none=True), cache=d.datos / "cache"),
    )  # fmt: skip


def _otra_respuesta(d: Deposito, *, otorgado: bool, encuentro: UUID | None = None) -> UUID:
    with d.expediente.transaccion(d.clinica.medica) as t:
        texto, _, _ = consentimientos.texto_vigente(t, "grabacion", "MX")
        return consentimientos.registrar(
            t, d.clinica.paciente, texto, otorgado=otorgado, como="electronico", encuentro=encuentro
        ).id


# --- Antes de grabar ------------------------------------------------------------------------------


def test_sin_consentimiento_ni_siquiera_se_empieza_a_subir(d: Deposito) -> None:
    _revocar(d)
    with pytest.raises(SinConsentimiento):
        d.abrir()
    assert d.sql("SELECT 1 FROM trabajos.subida") == []


def test_un_no_posterior_vale_mas_que_el_si_anterior(d: Deposito) -> None:
    subida = d.abrir()
    _otra_respuesta(d, otorgado=False)
    with pytest.raises(SinConsentimiento):
        d.abrir()
    with pytest.raises(SinConsentimiento):
        d.mandar(subida)
    with d.expediente.transaccion(d.clinica.medica) as t:
        assert consentimientos.vigente(t, d.clinica.paciente, "grabacion", d.clinica.encuentro) is None
    nuevo = _otra_respuesta(d, otorgado=True)
    with d.expediente.transaccion(d.clinica.medica) as t:
        assert consentimientos.vigente(t, d.clinica.paciente, "grabacion", d.clinica.encuentro) == nuevo


def test_un_no_para_otra_consulta_no_quita_el_si_general(d: Deposito) -> None:
    from datetime import UTC, datetime

    from scribe.expediente import encuentros
    from scribe.expediente.modelo import DatosEncuentro

    c = d.clinica
    with d.expediente.transaccion(c.medica) as t:
        otro = encuentros.abrir(
            t, c.paciente, c.establecimiento, c.medica.usuario or c.paciente,
            DatosEncuentro(inicio=datetime.now(UTC)), "control",
        )  # fmt: skip
    _otra_respuesta(d, otorgado=False, encuentro=otro.id)
    with d.expediente.transaccion(c.medica) as t:
        assert consentimientos.vigente(t, c.paciente, "grabacion", c.encuentro) == c.consentimiento
        assert consentimientos.vigente(t, c.paciente, "grabacion", otro.id) is None
    d.abrir()


# --- A media subida -------------------------------------------------------------------------------


def test_revocar_a_media_subida_la_detiene_y_se_destruye_con_su_certificado(d: Deposito) -> None:
    subida = d.abrir()
    d.mandar(subida, cuantos=2)
    hecho = _revocar(d)
    assert hecho.subidas_detenidas == (subida,) and len(hecho.propuestas) == 1
    for intento in (lambda: d.mandar(subida), lambda: d.cerrar(subida)):
        with pytest.raises(SinConsentimiento, match="Deje de grabar"):
            intento()
    with pytest.raises(SubidaTerminada):
        d.subidas.descartar(d.clinica.medica, subida)
    d.subidas.barrer(Actor(None, "prueba"))  # ningún barrido la quita sin su certificado
    carpeta = d.datos / "archivos" / "subidas" / subida.hex
    assert len(list(carpeta.glob("*.trozo"))) == 2
    assert d.confirmar(hecho.propuestas[0]) is not None  # sin esperar una hora: ya no le llega nada
    assert not carpeta.exists() and d.clave("grabacion", subida)["envuelta"] is None
    assert d.certificado(hecho.propuestas[0]).contenido["motivo"] == "revocacion"
    assert d.subidas.estado(d.clinica.medica, subida).estado == "destruida"
    with pytest.raises(SubidaTerminada):
        d.mandar(subida)
    assert d.verificar().integra


def test_el_trozo_que_venia_en_camino_no_revive_nada(d: Deposito) -> None:
    """Entró antes de la revocación y termina después de la destrucción: falla y no deja archivo."""
    subida = d.abrir()
    trozo = d.subidas.abrir_trozo(d.clinica.medica, subida, 0, hashlib.sha256(b"algo").hexdigest())
    trozo.escribir(b"algo")  # type: ignore[union-attr]
    d.confirmar(_revocar(d).propuestas[0])
    with pytest.raises(SubidaTerminada):
        trozo.terminar()  # type: ignore[union-attr]
    assert list((d.datos / "archivos" / "subidas").glob("*/*")) == []


# --- A medio proceso ------------------------------------------------------------------------------


def test_revocar_a_medio_paso_lo_detiene(d: Deposito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasos, "MIRAR_S", 0.0)
    recibo, cuenta = d.subir(), Cuenta(d.datos / "cuenta.txt")
    with Presencia(d.base.dsn(), "prueba") as presencia:
        taller = _taller(d, presencia, cuenta, tarda_s=600.0)
        hilo = threading.Thread(target=hacer, args=(taller, recibo.trabajo), daemon=True)
        hilo.start()
        _hasta(lambda: cuenta.veces("asr") == 1)
        hecho = _revocar(d)
        hilo.join(60)
        assert not hilo.is_alive(), "siguió transcribiendo diez minutos más"
    assert hecho.trabajos_cancelados == (recibo.trabajo,) and hecho.notas_descartadas == (recibo.nota,)
    assert cuenta.veces("diarizacion") == 0 and d.base.contar("transcripcion") == 0
    _destruida(d, recibo, hecho)


def test_revocar_entre_dos_pasos_lo_detiene(d: Deposito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasos, "MIRAR_S", 1e9)  # que no sea lo de a media etapa lo que lo note
    recibo, cuenta = d.subir(), Cuenta(d.datos / "cuenta.txt")

    def al_separar(*a: Any, **k: Any) -> Any:
        _revocar(d)
        return verdadero(*a, **k)

    with Presencia(d.base.dsn(), "prueba") as presencia:
        taller = _taller(d, presencia, cuenta)
        armados = motores(cuenta)
        verdadero = armados.diarizador.separar
        armados.diarizador.separar = al_separar  # type: ignore[method-assign]
        taller.armar = lambda _: armados
        hacer(taller, recibo.trabajo)
    assert cuenta.veces("diarizacion") == 1 and cuenta.veces("nota") == 0
    assert d.base.contar("borrador") == 0


def test_revocar_justo_antes_de_entregar_no_deja_borrador(d: Deposito) -> None:
    recibo, cuenta = d.subir(), Cuenta(d.datos / "cuenta.txt")
    with Presencia(d.base.dsn(), "prueba") as presencia:
        taller = _taller(d, presencia, cuenta)
        verdadero = taller.flujo

        def flujo(*a: Any, **k: Any) -> Any:
            dado = verdadero(*a, **k)
            _revocar(d)
            return dado

        taller.flujo = flujo
        hacer(taller, recibo.trabajo)
    assert cuenta.veces("codigos") == 1 and d.base.contar("borrador") == 0


def test_lo_revocado_no_se_vuelve_a_procesar(d: Deposito) -> None:
    recibo = d.subir()
    _revocar(d)
    with pytest.raises(SinConsentimiento), d.expediente.transaccion(d.clinica.medica) as t:
        estado.pedir_proceso(t, recibo.grabacion, Opciones(plantilla="cronico"))
    with pytest.raises(Duplicado):
        _revocar(d)


# --- Después --------------------------------------------------------------------------------------


def test_con_borrador_decide_el_medico_y_luego_se_destruye(d: Deposito) -> None:
    recibo, cuenta = d.subir(), Cuenta(d.datos / "cuenta.txt")
    with Presencia(d.base.dsn(), "prueba") as presencia:
        hacer(_taller(d, presencia, cuenta), recibo.trabajo)
    hecho = _revocar(d)
    assert hecho.notas_por_resolver == (recibo.nota,) and hecho.notas_descartadas == ()
    with d.expediente.transaccion(d.clinica.medica) as t:
        textos = [p.descripcion or "" for p in tareas.pendientes(t, d.clinica.medica.usuario or recibo.nota)]
    assert any("revocó" in x for x in textos)
    with pytest.raises(TransicionInvalida, match="sin firmar"):
        d.confirmar(hecho.propuestas[0])
    assert d.audio.ruta(recibo.grabacion.hex).exists()
    with d.expediente.transaccion(d.clinica.medica) as t:
        notas.descartar(t, recibo.nota, "El paciente revocó.")
    _destruida(d, recibo, hecho)


def test_lo_firmado_no_se_toca_y_el_audio_se_destruye(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    hecho = _revocar(d)
    assert hecho.notas_descartadas == () == hecho.notas_por_resolver
    _destruida(d, recibo, hecho)
    with d.expediente.transaccion(d.clinica.medica) as t:
        assert notas.leer(t, recibo.nota).estado == "firmada"
        firma = notas.leer_firma(t, recibo.nota)
    assert firma is not None and b"tos" in firma.contenido


def test_si_la_politica_es_conservar_no_se_propone(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    with d.expediente.transaccion(d.clinica.administrador) as t:
        politica.fijar(t, "grabacion", 30, "dias", "comité", "conservar")
    assert _revocar(d).propuestas == () and d.lista() == []
    assert d.audio.ruta(recibo.grabacion.hex).exists()


def _destruida(d: Deposito, recibo: Recibo, hecho: revocacion.Revocado) -> None:
    (cual,) = hecho.propuestas
    assert d.confirmar(cual) is not None
    assert not d.audio.ruta(recibo.grabacion.hex).exists()
    assert d.clave("grabacion", recibo.grabacion)["envuelta"] is None
    assert d.certificado(cual).valido() and d.verificar().integra


def _hasta(condicion: Any) -> None:
    limite = time.monotonic() + 60
    while not condicion():
        assert time.monotonic() < limite
        time.sleep(0.02)
