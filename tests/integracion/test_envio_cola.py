# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""De la cola y la base a un servidor FHIR de verdad: nunca dos veces, nunca perdido."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

pytest.importorskip("sekmet")

from scribe.envio.carpeta import MARCA, DestinoCarpeta
from scribe.expediente import consentimientos, notas, pacientes, tareas
from scribe.expediente.errores import BaseNoDisponible
from scribe.expediente.modelo import DatosPaciente
from scribe.trabajos import envios, estado
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Repetir, hacer
from tests.envio_apoyo import (  # noqa: F401
    Peticion,
    ProxyMentiroso,
    ServidorFhir,
    a_la_vez,
    proxy,
    puerto_libre,
    quinientos_tras_guardar,
    servidor,
)
from tests.envio_clinica import MARCAS, PLAZO_S, Consultorio, marcas, matar, repetidos
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401


@pytest.fixture
def consultorio(clinica: Clinica, tmp_path: Path) -> Consultorio:
    return Consultorio.de(clinica, tmp_path)


def _hechos(cuantos: int) -> Any:
    return lambda vistos: [w.estado.value for w in vistos] == ["hecho"] * cuantos


def _adjuntos(servidor: ServidorFhir, c: Consultorio, nota: UUID) -> dict[str, bytes]:
    """Los bytes que el destino guarda de una nota firmada, por su tipo."""
    urna = c.urn("pdf", nota)
    [d] = [r for r in servidor.todos("DocumentReference") if urna in marcas(r)]
    return {x["attachment"]["contentType"]: base64.b64decode(x["attachment"]["data"]) for x in d["content"]}


def test_preliminary_y_despues_final_por_la_cola(consultorio: Consultorio, servidor: ServidorFhir) -> None:
    c = consultorio
    c.fhir(servidor.puerto)
    with c.trabajando():
        nota = c.borrador()
        c.esperar(_hechos(1))
        llegada = c.nota_en(servidor, nota)
        assert llegada is not None and llegada["status"] == "preliminary"
        c.firmar(nota)
        c.esperar(_hechos(2))
    llegada = c.nota_en(servidor, nota)
    assert llegada is not None and llegada["status"] == "final" and "attester" in llegada
    texto = json.dumps(llegada, ensure_ascii=False)
    assert all(x in texto for x in ("118/76 mmHg", "Paracetamol", "Faringitis aguda (principal)"))
    assert repetidos(servidor) == {}
    # Llegaron los bytes que se congelaron al firmar, y no otros.
    guardados = {
        f: bytes(
            c.uno("SELECT sha256 FROM expediente.nota_documento WHERE nota_id = %s AND clase = %s", nota, f)[
                "sha256"
            ]
        )
        for f in ("pdf_firmado", "fhir_bundle")
    }
    llegados = _adjuntos(servidor, c, nota)
    assert hashlib.sha256(llegados["application/pdf"]).digest() == guardados["pdf_firmado"]
    assert hashlib.sha256(llegados["application/fhir+json"]).digest() == guardados["fhir_bundle"]
    # Queda dicho por qué, cuándo, de dónde, a dónde y qué; encadenado y sin un dato del paciente.
    asientos = c.bitacora()
    assert {a["detalle"].get("fase") for a in asientos} == {
        "pedido",
        "comienzo",
        "intento",
        "desenlace",
        "final",
    }
    comienzos = [a["detalle"] for a in asientos if a["detalle"].get("fase") == "comienzo"]
    assert [d["motivo"] for d in comienzos] == ["borrador", "firmada"]
    assert all(
        d["origen"] and d["destino"].startswith("http://127.0.0.1") and len(d["sha256"]) == 64
        for d in comienzos
    )
    assert not [m for m in MARCAS if m.lower() in repr(asientos).lower()]
    resultados = c.uno(
        "SELECT count(*) AS n FROM expediente.intercambio_intento WHERE resultado = 'entregado'"
    )
    assert resultados["n"] == 2
    assert c.puesto.clinica.base.verificar().integra


def test_firmar_congela_y_lo_congelado_no_cambia(consultorio: Consultorio, servidor: ServidorFhir) -> None:
    """Lo que cambie después (el nombre, la versión del programa) no cambia lo que se envía."""
    c = consultorio
    c.fhir(servidor.puerto, recibe=["firmada"])
    nota = c.borrador()
    assert c.trabajos() == []
    c.firmar(nota)
    [envio] = c.trabajos()
    antes = c.uno(
        "SELECT sha256 FROM expediente.nota_documento WHERE nota_id = %s AND clase = 'fhir_bundle'", nota
    )
    with c.transaccion() as t:
        pacientes.corregir(
            t, c.puesto.clinica.paciente, DatosPaciente(nombre="Otra", apellido_paterno="Persona")
        )
    with pytest.MonkeyPatch.context() as m:
        m.setattr("scribe.expediente.para_envio.__version__", "99.0")
        assert c.mandar(envio.id) == "hecho"
    bundle = _adjuntos(servidor, c, nota)["application/fhir+json"]
    assert hashlib.sha256(bundle).digest() == bytes(antes["sha256"])
    assert b"Quetzalina" in bundle and b"99.0" not in bundle
    [enviado] = [b for b in servidor.todos("Bundle") if c.urn("documento", nota) in marcas(b)]
    assert {e["resource"]["resourceType"] for e in enviado["entry"]} >= {
        "Composition",
        "Patient",
        "Condition",
    }
    for clase in ("fhir_bundle", "json", "pdf_firmado"):
        with pytest.raises(Exception, match="Ya existe"), c.transaccion() as t:
            notas.guardar_documento(t, nota, clase, b"otro")  # type: ignore[arg-type]
    sin_firmar = c.a_mano()
    with pytest.raises(Exception, match="no está firmada"), c.transaccion() as t:
        notas.guardar_documento(t, sin_firmar, "fhir_bundle", b"otro")
    with c.puesto.clinica.base.entrar() as conexion, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conexion.execute("INSERT INTO expediente.instalacion DEFAULT VALUES")


def test_caido_lento_mentiroso_y_reiniciado(consultorio: Consultorio, tmp_path: Path) -> None:
    """Cada desgracia deja el envío pendiente con su motivo; al final llega, una vez."""
    c = consultorio
    arriba = ServidorFhir(tmp_path)
    proxy = ProxyMentiroso(arriba.puerto)
    try:
        destino = c.fhir(proxy.puerto)
        nota = c.borrador()
        [envio] = c.trabajos()
        assert c.mandar(envio.id) == "pendiente"  # caído
        arriba.levantar()

        def gotea(p: Peticion) -> bool:
            p.m.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(40):
                p.m.wfile.write(b"X-A: 1\r\n")
                p.m.wfile.flush()
                time.sleep(0.1)
            return True

        c.ajustar(destino, total_s=2)  # solo aquí: con el equipo cargado, dos segundos pueden no alcanzar
        proxy.truco = gotea
        assert c.mandar(envio.id) == "pendiente"  # lento
        c.ajustar(destino)
        proxy.truco = a_la_vez(
            1, lambda p: p.escribe and p.ruta.endswith("/Patient"), quinientos_tras_guardar
        )
        assert c.mandar(envio.id) == "pendiente"  # guardó y dijo 500
        proxy.truco = a_la_vez(
            1, lambda p: p.escribe and p.ruta.endswith("/Composition"), quinientos_tras_guardar
        )
        assert c.mandar(envio.id) == "pendiente"
        proxy.truco = a_la_vez(
            1, lambda p: p.escribe and p.ruta.endswith("/Provenance"), lambda p: arriba.matar() or p.cortar()
        )
        assert c.mandar(envio.id) == "pendiente"  # se reinició a la mitad
        arriba.levantar()
        assert c.mandar(envio.id) == "hecho"
        assert c.mandar(envio.id) == "hecho"
        llegada = c.nota_en(arriba, nota)
        assert llegada is not None and llegada["status"] == "preliminary"
        assert repetidos(arriba) == {}
        intentos = c.uno(
            "SELECT array_agg(resultado ORDER BY cuando) AS r,"
            " array_agg(respuesta->>'motivo' ORDER BY cuando) AS m FROM expediente.intercambio_intento"
        )
        assert intentos["r"] == ["sin_respuesta"] * 5 + ["entregado"]
        assert "tardó" in intentos["m"][1] and "500" in intentos["m"][2]
        assert c.uno("SELECT count(*) AS n FROM expediente.intercambio")["n"] == 1
        assert c.puesto.clinica.base.verificar().integra
    finally:
        proxy.cerrar()
        arriba.matar()


def test_kill_9_a_mitad_del_envio(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    """Al trabajador lo matan antes y después de que el destino guarde: otro sigue y no se repite nada."""
    c = consultorio
    c.fhir(proxy.puerto)
    nota = c.borrador()
    for ruta, guarda in (("/Encounter", False), ("/Composition", True)):
        victimas: queue.Queue[BaseProcess] = queue.Queue()
        murio = threading.Event()

        def mata(p: Peticion, guarda: bool = guarda, de: Any = victimas, murio: Any = murio) -> bool:
            if guarda:
                p.pasar()
            matar(de.get(timeout=PLAZO_S))
            murio.set()
            return p.cortar()

        # Antes de lanzarlo: que no haya un instante en que pueda pasar de largo.
        proxy.truco = a_la_vez(1, lambda p, r=ruta: p.escribe and p.ruta.endswith(r), mata)  # type: ignore[misc]
        with c.trabajando() as (proceso,):
            victimas.put(proceso)
            assert murio.wait(PLAZO_S)
            proceso.join(PLAZO_S)
        assert c.trabajos()[0].estado.value == "en_curso"
    proxy.truco = lambda _: False
    c.firmar(nota)
    with c.trabajando():
        c.esperar(_hechos(2))
    llegada = c.nota_en(servidor, nota)
    assert llegada is not None and llegada["status"] == "final" and repetidos(servidor) == {}
    assert c.uno("SELECT count(*) AS n FROM expediente.intercambio")["n"] == 2
    assert c.puesto.clinica.base.verificar().integra


def test_dos_trabajadores_y_varias_notas_del_mismo_paciente(
    consultorio: Consultorio, servidor: ServidorFhir, tmp_path: Path
) -> None:
    """La creación condicional de este servidor no es atómica: sin turno habría dos pacientes."""
    c = consultorio
    buzon = tmp_path / "buzon"
    buzon.mkdir()
    DestinoCarpeta("buzón", buzon, "prueba").preparar()
    c.fhir(servidor.puerto, recibe=["firmada"])
    c.carpeta(buzon)
    escritas = [c.a_mano(c.otro_encuentro()) for _ in range(4)]
    for nota in escritas:
        c.firmar(nota)
    with c.trabajando(2):
        c.esperar(_hechos(8))
    assert repetidos(servidor) == {}
    paciente = c.urn("paciente", c.puesto.clinica.paciente)
    assert len([p for p in servidor.todos("Patient") if paciente in marcas(p)]) == 1
    for nota in escritas:
        llegada = c.nota_en(servidor, nota)
        assert llegada is not None and llegada["status"] == "final"
    entregas = [p for p in buzon.iterdir() if p.is_dir()]
    assert len(entregas) == 4
    for entrega in entregas:
        assert {p.name for p in entrega.iterdir()} == {
            "nota.pdf",
            "nota.json",
            "documento.fhir.json",
            "sumas.sha256",
        }
        suma = hashlib.sha256((entrega / "documento.fhir.json").read_bytes()).digest()
        assert c.uno("SELECT count(*) AS n FROM expediente.nota_documento WHERE sha256 = %s", suma)["n"] == 1
    assert c.puesto.clinica.base.verificar().integra


def test_la_carpeta_que_no_esta_montada_espera_y_luego_recibe(
    consultorio: Consultorio, tmp_path: Path
) -> None:
    c = consultorio
    buzon = tmp_path / "buzon"
    buzon.mkdir()
    DestinoCarpeta("buzón", buzon, "prueba").preparar()
    c.carpeta(buzon, recibe=["borrador", "firmada"])
    nota = c.borrador()
    (buzon / MARCA).unlink()
    [envio] = c.trabajos()
    assert c.mandar(envio.id) == "pendiente" and list(buzon.iterdir()) == []
    DestinoCarpeta("buzón", buzon, "prueba").preparar()
    assert c.mandar(envio.id) == "hecho"
    c.firmar(nota)
    _, final = c.trabajos()
    assert c.mandar(final.id) == "hecho"
    assert sorted(p.name.split("-")[-1] for p in buzon.iterdir() if p.is_dir()) == ["1", "firmada"]


def test_un_rechazo_espera_a_una_persona_y_reintentar_entrega(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    c = consultorio
    c.fhir(proxy.puerto)
    nota = c.borrador()
    [envio] = c.trabajos()
    proxy.truco = lambda p: p.contestar(401, {}, b"")
    assert c.mandar(envio.id) == "requiere_atencion"
    with c.transaccion() as t:
        assert "credencial" in (estado.leer(t, envio.id).motivo or "")
        pendientes = tareas.pendientes(t, c.puesto.clinica.medica.usuario, "requiere_atencion")  # type: ignore[arg-type]
        assert [(p.nota_id, "credencial" in (p.descripcion or "")) for p in pendientes] == [(nota, True)]
    proxy.truco = lambda _: False
    with c.transaccion() as t:
        estado.reintentar(t, envio.id)
    assert c.mandar(envio.id) == "hecho"
    assert c.nota_en(servidor, nota) is not None
    with c.transaccion() as t:
        assert tareas.pendientes(t, c.puesto.clinica.medica.usuario, "requiere_atencion") == []  # type: ignore[arg-type]


def test_un_borrador_que_ya_se_firmo_no_sale(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    c = consultorio
    c.fhir(proxy.puerto)
    nota = c.borrador()
    c.firmar(nota)
    borrador, final = c.trabajos()
    assert c.mandar(borrador.id) == "hecho" and proxy.vistas == []
    with c.transaccion() as t:
        assert [e.estado for e in envios.de_nota(t, nota)] == ["pendiente", "sin_efecto"]
    assert c.mandar(final.id) == "hecho"
    llegada = c.nota_en(servidor, nota)
    assert llegada is not None and llegada["status"] == "final"


def test_descartada_se_retira_solo_donde_llego(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    c = consultorio
    c.fhir(proxy.puerto)
    enviada, nunca = c.borrador(1), c.borrador(2)
    primero, segundo = c.trabajos()
    assert c.mandar(primero.id) == "hecho"
    with c.transaccion() as t:
        for nota in (enviada, nunca):
            notas.descartar(t, nota, "se grabó por error")
    vistas = len(proxy.vistas)
    assert c.mandar(segundo.id) == "hecho" and len(proxy.vistas) == vistas
    retiros = [w for w in c.trabajos() if w.opciones["motivo"] == "descartada"]
    assert len(retiros) == 2
    assert {c.mandar(w.id) for w in retiros} == {"hecho"}
    llegada = c.nota_en(servidor, enviada)
    assert llegada is not None and llegada["status"] == "entered-in-error"
    assert c.nota_en(servidor, nunca) is None
    assert c.uno("SELECT count(*) AS n FROM expediente.intercambio WHERE motivo = 'descartada'")["n"] == 1


def test_adenda_y_sustitucion_dicen_de_cual(consultorio: Consultorio, servidor: ServidorFhir) -> None:
    c = consultorio
    c.fhir(servidor.puerto, recibe=["firmada"])
    nota = c.a_mano()
    c.firmar(nota)
    hijas = []
    for abrir, motivo in ((notas.crear_adenda, "falta un dato"), (notas.sustituir, "")):
        with c.transaccion() as t:
            hija = abrir(t, nota).id
            contenido = notas.leer_version(t, nota).contenido
            dado = {**json.loads(contenido), "motivo_adenda": motivo}
            notas.guardar_version(t, hija, json.dumps(dado).encode(), sobre=0)
        c.firmar(hija)
        hijas.append(hija)
    assert [c.mandar(w.id) for w in c.trabajos()] == ["hecho"] * 3
    assert [w.opciones["motivo"] for w in c.trabajos()] == ["firmada", "adenda", "sustituida"]
    for hija, relacion in zip(hijas, ("appends", "replaces"), strict=True):
        llegada = c.nota_en(servidor, hija)
        assert llegada is not None
        [dicha] = llegada["relatesTo"]
        assert (dicha["code"], dicha["targetIdentifier"]["value"]) == (relacion, c.urn("nota", nota))
    assert repetidos(servidor) == {}


def test_apagado_no_recibe(consultorio: Consultorio) -> None:
    c = consultorio
    destino = c.fhir(puerto_libre())
    c.borrador()
    [envio] = c.trabajos()
    with c.puesto.expediente.transaccion(c.puesto.clinica.administrador) as t:
        t.cambiar("destino", destino.id, "envio.destino", {"activo": False})
    assert c.mandar(envio.id) == "requiere_atencion"
    c.firmar(c.a_mano(c.otro_encuentro()))
    assert len(c.trabajos()) == 1


def test_sin_turno_o_apagandose_no_sale_nada(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    c = consultorio
    destino = c.fhir(proxy.puerto)
    nota = c.borrador()
    [envio] = c.trabajos()
    with Presencia(c.puesto.clinica.base.dsn(), "otro") as otro, otro.de(destino.id) as suyo:
        assert suyo and c.mandar(envio.id) == "pendiente"
        with otro.de(destino.id) as otra_vez:
            assert not otra_vez, "dos hilos del mismo proceso tampoco"
    assert proxy.vistas == [] and c.bitacora() == [], "esperar turno no es un intento"
    with c.taller() as taller:
        taller.apagando.set()
        with pytest.raises(Repetir):
            hacer(taller, envio.id)
    assert proxy.vistas == []
    with c.taller() as taller, pytest.MonkeyPatch.context() as m:
        m.setattr(taller.presencia, "sigue", lambda quien: quien != destino.id)
        with pytest.raises(Repetir):
            hacer(taller, envio.id)
    assert proxy.vistas == [] and c.trabajos()[0].intentos == 0
    assert c.mandar(envio.id) == "hecho" and c.nota_en(servidor, nota) is not None


def test_si_la_base_se_cae_al_anotar_no_se_envia(consultorio: Consultorio, proxy: ProxyMentiroso) -> None:
    """Sin asiento no sale nada: la escritura espera a la base, y si no vuelve se repite después."""
    c = consultorio
    c.fhir(proxy.puerto)
    c.borrador()
    [envio] = c.trabajos()

    def roto(*_: Any) -> None:
        raise BaseNoDisponible("La base no contesta.", "Espere.")

    with c.taller(paciencia_s=0.0) as taller, pytest.MonkeyPatch.context() as m:
        m.setattr("scribe.expediente.intercambios.asentar", roto)
        with pytest.raises(Repetir):
            hacer(taller, envio.id)
    assert [metodo for metodo, _ in proxy.vistas if metodo != "GET"] == []


def test_si_el_paciente_dijo_que_no_no_sale(
    consultorio: Consultorio, servidor: ServidorFhir, proxy: ProxyMentiroso
) -> None:
    c = consultorio
    c.fhir(proxy.puerto)
    paciente = c.puesto.clinica.paciente
    with c.transaccion() as t:
        texto = consentimientos.publicar_texto(t, "intercambio", "MX", "1", "Acepto que mi nota se envíe.")
        dado = consentimientos.registrar(t, paciente, texto, otorgado=True, como="escrito")
        consentimientos.revocar(t, dado.id, "escrito")
    nota = c.borrador()
    [envio] = c.trabajos()
    assert c.mandar(envio.id) == "requiere_atencion" and proxy.vistas == []
    with c.transaccion() as t:
        consentimientos.registrar(t, paciente, texto, otorgado=True, como="escrito")
        estado.reintentar(t, envio.id)
    assert c.mandar(envio.id) == "hecho" and c.nota_en(servidor, nota) is not None
