# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""El destino FHIR contra un servidor de verdad que se cae, tarda, miente y cambia.

La regla que manda: pase lo que pase, al terminar hay exactamente uno de cada recurso.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

pytest.importorskip("sekmet")

from scribe.consulta import EstadoCodigo
from scribe.envio.fhir.codigos import AIAST, CIE10, CIE11, EXT_ENUNCIADO, EXT_SHA256, VIO_MEDICO
from scribe.envio.fhir.documento import Acuerdo
from scribe.envio.protocolo import Entregado, Rechazado, Reintentar, Resultado, YaEstaba
from scribe.envio.reintentos import insistir
from scribe.envio.transporte import Limites
from tests.envio_apoyo import (  # noqa: F401
    ACUERDO,
    MARCAS,
    PDF,
    Anotaciones,
    Peticion,
    ProxyMentiroso,
    ServidorFhir,
    a_la_vez,
    cortar_tras_guardar,
    proxy,
    quinientos_tras_guardar,
    servidor,
    un_borrador,
    un_destino,
    un_envio,
    un_expediente,
    un_paquete,
)

TIPOS = (
    "Organization", "Practitioner", "Patient", "Device", "Encounter", "Condition", "FamilyMemberHistory",
    "MedicationRequest", "Composition", "Bundle", "DocumentReference", "Provenance",
)  # fmt: skip


def propios(servidor: ServidorFhir, instalacion: UUID, tipo: str) -> list[dict[str, Any]]:
    """Los de esta prueba: cada una es otra instalación, con sus propios identificadores."""
    from scribe.envio.fhir.codigos import identidad

    raices = [
        identidad(instalacion, *p)
        for p in (
            ("paciente", UUID(int=2)), ("medico", UUID(int=3)), ("establecimiento", UUID(int=4)),
            ("encuentro", UUID(int=5)), ("nota", UUID(int=1)), ("documento", UUID(int=1)),
            ("pdf", UUID(int=1)),
        )
    ]  # fmt: skip
    urnas = {r.urn for r in raices}
    paciente = [f"Patient/{p['id']}" for p in servidor.todos("Patient", f"&_tag={raices[0].urn}")]
    notas = [f"Composition/{c['id']}" for c in servidor.todos("Composition", f"&_tag={raices[4].urn}")]

    def es(r: dict[str, Any]) -> bool:
        ids = r.get("identifier", [])
        valores = {i.get("value") for i in (ids if isinstance(ids, list) else [ids])}
        sujeto = (r.get("subject") or r.get("patient") or {}).get("reference")
        apunta = {t.get("reference") for t in r.get("target", [])}
        return bool(valores & urnas or sujeto in paciente or apunta & set(notas))

    return [r for r in servidor.todos(tipo) if es(r)]


def cuenta(servidor: ServidorFhir, instalacion: UUID) -> dict[str, int]:
    return {t: len(propios(servidor, instalacion, t)) for t in TIPOS if t != "Device"}


BORRADOR = {
    "Organization": 1, "Practitioner": 1, "Patient": 1, "Encounter": 1, "Condition": 1,
    "FamilyMemberHistory": 1, "MedicationRequest": 1, "Composition": 1, "Bundle": 0,
    "DocumentReference": 0, "Provenance": 1,
}  # fmt: skip
FIRMADA = {**BORRADOR, "Bundle": 1, "DocumentReference": 1, "Provenance": 4}
SIN_BORRADOR = {**FIRMADA, "Provenance": 3}


def insiste(enviar: Any, veces: int = 12) -> Resultado:
    return insistir(enviar, veces, dormir=lambda _: None)


def test_de_preliminary_a_final(servidor: ServidorFhir) -> None:
    e, destino, notas = un_expediente(), un_destino(servidor.puerto), Anotaciones()
    primero = destino.enviar_borrador(e, un_envio(), anotar=notas)
    assert isinstance(primero, Entregado)
    assert cuenta(servidor, e.instalacion) == BORRADOR
    [nota] = propios(servidor, e.instalacion, "Composition")
    assert nota["status"] == "preliminary"
    assert AIAST["code"] in {s["code"] for s in nota["meta"]["security"]}
    assert {a["reference"].split("/")[0] for a in nota["author"]} == {"Device", "Practitioner"}
    assert [s["code"]["coding"][0]["code"] for s in nota["section"] if "code" in s] == [
        "61150-9", "61149-1", "51848-0", "18776-5", "75328-5",
    ]  # fmt: skip
    [padecimiento] = propios(servidor, e.instalacion, "Condition")
    assert {c["system"]: c["code"] for c in padecimiento["code"]["coding"]} == {CIE10: "I10", CIE11: "BA00.Z"}
    assert padecimiento["verificationStatus"]["coding"][0]["code"] == "provisional"
    enunciados = [x for s in nota["section"] for x in s.get("extension", []) if x["url"] == EXT_ENUNCIADO]
    assert len(enunciados) == len(un_borrador().nota.enunciados)
    assert all(any("extension" in y for y in x["extension"]) for x in enunciados), "un enunciado sin su cita"

    paquete = un_paquete(e)
    assert isinstance(destino.enviar_firmada(e, paquete, anotar=notas), Entregado)
    assert cuenta(servidor, e.instalacion) == FIRMADA
    [final] = propios(servidor, e.instalacion, "Composition")
    assert (final["id"], final["status"], final["meta"]["versionId"]) == (nota["id"], "final", "2")
    assert final["attester"][0]["mode"] == "legal"
    assert {s["code"] for s in final["meta"]["security"]} == {VIO_MEDICO["code"]}
    [firme] = propios(servidor, e.instalacion, "Condition")
    assert (firme["id"], firme["verificationStatus"]["coding"][0]["code"]) == (
        padecimiento["id"],
        "confirmed",
    )
    [receta] = propios(servidor, e.instalacion, "MedicationRequest")
    assert (receta["status"], receta["intent"]) == ("draft", "plan")
    [documento] = propios(servidor, e.instalacion, "DocumentReference")
    adjuntos = {c["attachment"]["contentType"]: c["attachment"] for c in documento["content"]}
    assert base64.b64decode(adjuntos["application/pdf"]["data"]) == PDF
    assert base64.b64decode(adjuntos["application/fhir+json"]["data"]) == paquete.documento
    sumas = {x["valueString"] for a in adjuntos.values() for x in a["extension"] if x["url"] == EXT_SHA256}
    assert sumas == {hashlib.sha256(PDF).hexdigest(), paquete.documento_sha256}
    nombradas = {
        n["what"]["identifier"]["value"]
        for p in propios(servidor, e.instalacion, "Provenance")
        for n in p["entity"]
        if "identifier" in n["what"]
    }
    assert sumas <= nombradas, "la procedencia del médico refiere el PDF y el documento"


def test_repetir_no_escribe_nada(servidor: ServidorFhir, proxy: ProxyMentiroso) -> None:
    e, destino = un_expediente(), un_destino(proxy.puerto)
    destino.enviar_borrador(e, un_envio(), anotar=Anotaciones())
    assert isinstance(destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones()), Entregado)
    proxy.vistas.clear()
    assert isinstance(destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones()), YaEstaba)
    assert isinstance(destino.enviar_borrador(e, un_envio(), anotar=Anotaciones()), YaEstaba)
    assert {m for m, _ in proxy.vistas} == {"GET"}
    assert cuenta(servidor, e.instalacion) == FIRMADA


@pytest.mark.parametrize("mentira", [quinientos_tras_guardar, cortar_tras_guardar], ids=["500", "corte"])
def test_falla_despues_de_guardar_en_cada_escritura(
    servidor: ServidorFhir, proxy: ProxyMentiroso, mentira: Any
) -> None:
    """Cada POST y cada PUT se guarda y después falla, una vez: al final hay uno de cada uno."""
    e, destino = un_expediente(), un_destino(proxy.puerto)
    vistos: set[tuple[str, bytes]] = set()

    def truco(p: Peticion) -> bool:
        if not p.escribe or (p.ruta, p.cuerpo) in vistos:
            return False
        vistos.add((p.ruta, p.cuerpo))
        return bool(mentira(p))

    proxy.truco = truco
    resultado = insiste(lambda i: destino.enviar_borrador(e, un_envio(), anotar=Anotaciones(), intento=i), 30)
    assert isinstance(resultado, (Entregado, YaEstaba))
    assert cuenta(servidor, e.instalacion) == BORRADOR
    resultado = insiste(
        lambda i: destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones(), intento=i), 30
    )
    assert isinstance(resultado, (Entregado, YaEstaba))
    assert cuenta(servidor, e.instalacion) == FIRMADA
    assert len(vistos) >= 15, "la prueba debe haber mentido en todas las escrituras"


def test_dice_que_guardo_y_no_guardo(servidor: ServidorFhir, proxy: ProxyMentiroso) -> None:
    e, destino = un_expediente(), un_destino(proxy.puerto)

    def miente(p: Peticion) -> bool:
        recurso = {**json.loads(p.cuerpo), "id": "inventado"}
        return p.contestar(201, {"Content-Type": "application/fhir+json"}, json.dumps(recurso).encode())

    proxy.truco = a_la_vez(1, lambda p: p.escribe and p.ruta.endswith("/Composition"), miente)
    assert isinstance(destino.enviar_borrador(e, un_envio(), anotar=Anotaciones()), Reintentar)
    assert isinstance(destino.enviar_borrador(e, un_envio(), anotar=Anotaciones()), Entregado)
    assert cuenta(servidor, e.instalacion)["Composition"] == 1


def test_caido_y_reiniciado_a_la_mitad(tmp_path: Path) -> None:
    servidor = ServidorFhir(tmp_path)
    e, destino = un_expediente(), un_destino(servidor.puerto, Limites(conectar_s=2, total_s=20))
    antes = datetime.now(UTC)
    resultado = destino.enviar_borrador(e, un_envio(), anotar=Anotaciones(), intento=3)
    assert isinstance(resultado, Reintentar)
    assert antes + timedelta(seconds=14) < resultado.cuando < antes + timedelta(seconds=40)
    servidor.levantar()
    try:
        proxy = ProxyMentiroso(servidor.puerto)
        proxy.truco = a_la_vez(
            1,
            lambda p: p.escribe and p.ruta.endswith("/Composition"),
            lambda p: servidor.matar() or p.cortar(),
        )
        por_proxy = un_destino(proxy.puerto, Limites(conectar_s=2, total_s=20))
        assert isinstance(por_proxy.enviar_borrador(e, un_envio(), anotar=Anotaciones()), Reintentar)
        servidor.levantar()
        assert isinstance(por_proxy.enviar_borrador(e, un_envio(), anotar=Anotaciones()), Entregado)
        assert cuenta(servidor, e.instalacion) == BORRADOR
        proxy.cerrar()
    finally:
        servidor.matar()


def test_lento_se_corta_por_plazo_total(proxy: ProxyMentiroso) -> None:
    """Un byte cada tanto mantiene viva la lectura: lo que corta es el plazo de toda la pregunta."""

    def gotea(p: Peticion) -> bool:
        p.m.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            p.m.wfile.write(b"X-A: 1\r\n")
            p.m.wfile.flush()
            time.sleep(0.2)
        return True

    proxy.truco = gotea
    inicio = time.monotonic()
    destino = un_destino(proxy.puerto, Limites(conectar_s=1, total_s=2))
    resultado = destino.enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones())
    assert isinstance(resultado, Reintentar)
    assert "tardó" in resultado.motivo
    assert time.monotonic() - inicio < 8


def test_429_respeta_lo_que_pide(proxy: ProxyMentiroso) -> None:
    proxy.truco = lambda p: p.contestar(429, {"Retry-After": "600"})
    antes = datetime.now(UTC)
    resultado = un_destino(proxy.puerto).enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones())
    assert isinstance(resultado, Reintentar)
    assert resultado.cuando >= antes + timedelta(seconds=600)


@pytest.mark.parametrize("estado", [301, 302, 303, 307, 308])
def test_redireccion_no_se_sigue(proxy: ProxyMentiroso, servidor: ServidorFhir, estado: int) -> None:
    ajeno = ProxyMentiroso(servidor.puerto)
    proxy.truco = lambda p: p.contestar(estado, {"Location": f"http://127.0.0.1:{ajeno.puerto}{p.ruta}"})
    resultado = un_destino(proxy.puerto).enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones())
    assert isinstance(resultado, Rechazado)
    assert ajeno.vistas == []
    ajeno.cerrar()


def test_una_direccion_que_da_el_servidor_no_se_visita(proxy: ProxyMentiroso, servidor: ServidorFhir) -> None:
    """Location absoluta a otro equipo: de ella solo se toma el id."""
    ajeno = ProxyMentiroso(servidor.puerto)

    def por_otro_lado(p: Peticion) -> bool:
        _, _, datos = p.pasar()
        hecho = json.loads(datos)
        return p.contestar(
            201, {"Location": f"http://127.0.0.1:{ajeno.puerto}/fhir/{hecho['resourceType']}/{hecho['id']}"}
        )

    proxy.truco = lambda p: p.metodo == "POST" and por_otro_lado(p)
    e = un_expediente()
    assert isinstance(
        un_destino(proxy.puerto).enviar_borrador(e, un_envio(), anotar=Anotaciones()), Entregado
    )
    assert ajeno.vistas == []
    assert cuenta(servidor, e.instalacion) == BORRADOR
    ajeno.cerrar()


@pytest.mark.parametrize(
    ("tipo", "cuerpo"),
    [
        ("text/html", b"<html>Inicie sesion</html>"),
        ("application/fhir+json", b"{" * 50_000),
        ("application/fhir+json", b"[" * 100_000 + b"]" * 100_000),
        ("application/fhir+json", b'{"resourceType": 3}'),
        ("application/fhir+json", b"\xff\xfe"),
        ("application/json", b"null"),
    ],
    ids=["html", "roto", "hondo", "otra_cosa", "bytes", "nulo"],
)
def test_respuesta_que_no_es_fhir(proxy: ProxyMentiroso, tipo: str, cuerpo: bytes) -> None:
    proxy.truco = lambda p: p.contestar(200, {"Content-Type": tipo}, cuerpo)
    resultado = un_destino(proxy.puerto).enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones())
    assert isinstance(resultado, Reintentar)


def test_respuesta_enorme_no_se_lee_entera(proxy: ProxyMentiroso) -> None:
    enviados = [0]

    def enorme(p: Peticion) -> bool:
        p.m.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n\r\n"
        )
        for _ in range(2000):
            p.m.wfile.write(b" " * 65536)
            enviados[0] += 65536
        return True

    proxy.truco = enorme
    destino = un_destino(proxy.puerto, Limites(conectar_s=5, total_s=30, respuesta_max=2**20))
    assert isinstance(destino.enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones()), Reintentar)
    assert enviados[0] < 40 * 2**20


def test_comprimida_no_se_abre(proxy: ProxyMentiroso) -> None:
    """Una bomba comprimida no llega a inflarse: se pidió sin comprimir."""
    proxy.truco = lambda p: p.contestar(
        200, {"Content-Encoding": "gzip", "Content-Type": "application/fhir+json"}, b"x"
    )
    resultado = un_destino(proxy.puerto).enviar_borrador(un_expediente(), un_envio(), anotar=Anotaciones())
    assert isinstance(resultado, Reintentar)


def test_etag_viejo(servidor: ServidorFhir, proxy: ProxyMentiroso) -> None:
    """Otro cambia la nota entre que se lee y se escribe: 412, no se pisa, y el siguiente intento sí puede."""
    e, destino = un_expediente(), un_destino(proxy.puerto)
    destino.enviar_borrador(e, un_envio(), anotar=Anotaciones())
    [nota] = propios(servidor, e.instalacion, "Composition")

    def cambia_antes(p: Peticion) -> bool:
        servidor.escribir("PUT", f"Composition/{nota['id']}", {**nota, "title": "Cambiada por otro"})
        return False

    proxy.truco = a_la_vez(1, lambda p: p.metodo == "PUT" and "/Composition/" in p.ruta, cambia_antes)
    primero = destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones())
    assert isinstance(primero, Reintentar)
    assert propios(servidor, e.instalacion, "Composition")[0]["title"] == "Cambiada por otro"
    assert isinstance(destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones()), Entregado)
    assert propios(servidor, e.instalacion, "Composition")[0]["status"] == "final"
    enviados = [c for (m, _), c in zip(proxy.vistas, proxy.cabeceras, strict=True) if m == "PUT"]
    assert all("If-Match" in c for c in enviados)


def test_dos_trabajadores_a_la_vez(servidor: ServidorFhir) -> None:
    e, resultados = un_expediente(), []
    paquete = un_paquete(e)

    def trabaja() -> None:
        destino = un_destino(servidor.puerto)
        resultados.append(
            insiste(lambda i: destino.enviar_firmada(e, paquete, anotar=Anotaciones(), intento=i))
        )

    hilos = [threading.Thread(target=trabaja) for _ in range(3)]
    for h in hilos:
        h.start()
    for h in hilos:
        h.join()
    assert {type(r) for r in resultados} <= {Entregado, YaEstaba}
    assert cuenta(servidor, e.instalacion) == SIN_BORRADOR


def test_un_borrador_nunca_pisa_lo_firmado_ni_lo_nuevo(servidor: ServidorFhir) -> None:
    e, destino = un_expediente(), un_destino(servidor.puerto)
    assert isinstance(destino.enviar_borrador(e, un_envio(2), anotar=Anotaciones()), Entregado)
    assert isinstance(
        destino.enviar_borrador(e, un_envio(1, medicamentos=()), anotar=Anotaciones()), YaEstaba
    )
    assert isinstance(destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones()), Entregado)
    antes = {t: propios(servidor, e.instalacion, t) for t in TIPOS}
    assert isinstance(
        destino.enviar_borrador(e, un_envio(3, medicamentos=()), anotar=Anotaciones()), YaEstaba
    )
    assert {t: propios(servidor, e.instalacion, t) for t in TIPOS} == antes


def test_lo_firmado_no_cambia(servidor: ServidorFhir) -> None:
    e, destino = un_expediente(), un_destino(servidor.puerto)
    destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones())
    antes = {t: propios(servidor, e.instalacion, t) for t in TIPOS}
    otra = destino.enviar_firmada(e, un_paquete(e, medicamentos=()), anotar=Anotaciones())
    assert isinstance(otra, Rechazado)
    assert {t: propios(servidor, e.instalacion, t) for t in TIPOS} == antes


def test_lo_que_el_medico_quito_queda_marcado_como_error(servidor: ServidorFhir) -> None:
    e, destino = un_expediente(), un_destino(servidor.puerto)
    destino.enviar_borrador(e, un_envio(), anotar=Anotaciones())
    sin = [c for c in un_borrador().codigos if c.estado is EstadoCodigo.FAMILIAR]
    resultado = destino.enviar_firmada(
        e, un_paquete(e, codigos=tuple(sin), medicamentos=()), anotar=Anotaciones()
    )
    assert isinstance(resultado, Entregado)
    [padecimiento] = propios(servidor, e.instalacion, "Condition")
    assert padecimiento["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in padecimiento
    [receta] = propios(servidor, e.instalacion, "MedicationRequest")
    assert receta["status"] == "entered-in-error"


def test_retirar_un_borrador_y_nunca_una_firmada(servidor: ServidorFhir, proxy: ProxyMentiroso) -> None:
    e, destino = un_expediente(), un_destino(proxy.puerto)
    assert isinstance(destino.retirar(e, anotar=Anotaciones()), YaEstaba)
    destino.enviar_borrador(e, un_envio(), anotar=Anotaciones())
    proxy.truco = a_la_vez(1, lambda p: p.metodo == "PUT" and "/Composition/" in p.ruta, cortar_tras_guardar)
    notas = Anotaciones()
    resultado = insiste(lambda i: destino.retirar(e, anotar=notas, intento=i))
    assert isinstance(resultado, YaEstaba) and {n.motivo for n in notas} == {"descartada"}
    [nota] = propios(servidor, e.instalacion, "Composition")
    assert nota["status"] == "entered-in-error"
    [padecimiento] = propios(servidor, e.instalacion, "Condition")
    assert padecimiento["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    [receta] = propios(servidor, e.instalacion, "MedicationRequest")
    assert receta["status"] == "entered-in-error"
    assert cuenta(servidor, e.instalacion) == BORRADOR, "queda a la vista, no se borra"
    assert isinstance(destino.enviar_borrador(e, un_envio(2), anotar=Anotaciones()), YaEstaba)
    firmada = un_expediente()
    destino.enviar_firmada(firmada, un_paquete(firmada), anotar=Anotaciones())
    assert isinstance(destino.retirar(firmada, anotar=Anotaciones()), Rechazado)
    assert propios(servidor, firmada.instalacion, "Composition")[0]["status"] == "final"


def test_adenda_es_otra_nota_que_refiere_a_la_primera(servidor: ServidorFhir) -> None:
    e, destino = un_expediente(), un_destino(servidor.puerto)
    destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones())
    segunda = e.model_copy(update={"nota": UUID(int=88)})
    notas = Anotaciones()
    paquete = un_paquete(segunda, relacion="adenda", relacionada=e.nota, codigos=(), medicamentos=())
    assert isinstance(destino.enviar_firmada(segunda, paquete, anotar=notas), Entregado)
    assert {n.motivo for n in notas} == {"adenda"}
    adenda, primera = sorted(
        propios(servidor, e.instalacion, "Composition"), key=lambda c: "relatesTo" not in c
    )
    assert adenda["relatesTo"][0]["code"] == "appends"
    assert adenda["relatesTo"][0]["targetIdentifier"] == primera["identifier"]


def test_repetido_en_el_destino_lo_resuelve_una_persona(servidor: ServidorFhir) -> None:
    e, destino = un_expediente(), un_destino(servidor.puerto)
    destino.enviar_borrador(e, un_envio(), anotar=Anotaciones())
    [paciente] = propios(servidor, e.instalacion, "Patient")
    servidor.escribir("POST", "Patient", {n: v for n, v in paciente.items() if n != "id"})
    resultado = destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones())
    assert isinstance(resultado, Rechazado)
    assert "mismo identificador" in resultado.motivo


def test_servidor_que_ignora_la_busqueda(servidor: ServidorFhir, proxy: ProxyMentiroso) -> None:
    """Si contesta con recursos de otros, no se toman por nuestros."""
    otro = un_expediente()
    un_destino(servidor.puerto).enviar_borrador(otro, un_envio(), anotar=Anotaciones())

    def sin_criterio(p: Peticion) -> bool:
        if p.metodo == "GET" and "?" in p.ruta:
            p.ruta = p.ruta.split("?")[0] + "?_count=500"
        return False

    proxy.truco = sin_criterio
    e = un_expediente()
    assert isinstance(
        un_destino(proxy.puerto).enviar_borrador(e, un_envio(), anotar=Anotaciones()), Entregado
    )
    assert cuenta(servidor, e.instalacion) == BORRADOR
    assert cuenta(servidor, otro.instalacion) == BORRADOR


def test_un_tipo_que_el_destino_no_admite_se_omite(servidor: ServidorFhir) -> None:
    e = un_expediente()
    acuerdo = Acuerdo(omitir=frozenset({"FamilyMemberHistory"}), por_etiqueta=ACUERDO.por_etiqueta)
    destino = un_destino(servidor.puerto, acuerdo=acuerdo)
    assert isinstance(destino.enviar_firmada(e, un_paquete(e), anotar=Anotaciones()), Entregado)
    assert propios(servidor, e.instalacion, "FamilyMemberHistory") == []
    dentro = [x["resource"]["resourceType"] for x in propios(servidor, e.instalacion, "Bundle")[0]["entry"]]
    assert "FamilyMemberHistory" in dentro, "en el documento congelado va todo"


def test_probar_dice_que_le_falta(servidor: ServidorFhir) -> None:
    faltas = un_destino(servidor.puerto).probar(anotar=Anotaciones())
    assert [f.split(";")[0] for f in faltas] == ["No declara Composition", "No declara FamilyMemberHistory"]


def test_ningun_dato_del_paciente_en_registros_ni_direcciones(
    proxy: ProxyMentiroso, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    e, notas, destino = un_expediente(), Anotaciones(), un_destino(proxy.puerto)
    resultados = [destino.enviar_borrador(e, un_envio(), anotar=notas)]
    proxy.truco = a_la_vez(
        1,
        lambda p: p.metodo == "PUT",
        lambda p: p.contestar(
            422,
            {"Content-Type": "application/fhir+json"},
            json.dumps(
                {
                    "resourceType": "OperationOutcome",
                    "issue": [{"code": "Quetzalina", "diagnostics": p.cuerpo.decode()}],
                }
            ).encode(),
        ),
    )
    resultados.append(destino.enviar_firmada(e, un_paquete(e), anotar=notas))
    resultados.append(destino.enviar_firmada(e, un_paquete(e), anotar=notas))
    assert [type(r) for r in resultados] == [Entregado, Rechazado, Entregado]
    todo = "\n".join([caplog.text, repr(notas), repr(resultados), repr(proxy.vistas), repr(destino)]).lower()
    assert [m for m in MARCAS if m.lower() in todo] == []
    assert notas, "se anotó"
    assert len([n for n in notas if n.fase == "intento"]) == len([n for n in notas if n.fase == "desenlace"])
    assert all(n.llave.startswith("urn:uuid:") and len(n.sha256) == 64 for n in notas)


def test_si_la_bitacora_no_se_puede_escribir_no_se_envia(proxy: ProxyMentiroso) -> None:
    def falla(_: object) -> None:
        raise RuntimeError("bitácora llena")

    with pytest.raises(RuntimeError):
        un_destino(proxy.puerto).enviar_borrador(un_expediente(), un_envio(), anotar=falla)
    assert proxy.vistas == []


def test_documento_de_otra_nota_no_sale(proxy: ProxyMentiroso) -> None:
    e = un_expediente()
    ajeno = un_paquete(un_expediente(nota=uuid4()))
    paquete = un_paquete(e).model_copy(update={"documento": ajeno.documento})
    assert isinstance(un_destino(proxy.puerto).enviar_firmada(e, paquete, anotar=Anotaciones()), Rechazado)
    assert proxy.vistas == []
