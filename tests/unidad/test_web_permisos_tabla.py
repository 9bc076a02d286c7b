"""Una ruta sin regla no arranca; la tabla y los ajustes del servidor dicen lo que deben."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from scribe.errores import AjusteInvalido
from scribe.ordenes.certificado import crear as crear_certificado
from scribe.ordenes.servir import es_este_equipo, exigir_tls
from scribe.web import permisos
from scribe.web.ajustes import AjustesServidor
from scribe.web.aplicacion import crear
from scribe.web.permisos import PermisosIncompletos, ocultos
from scribe.web.sujeto import Sujeto, exige


def _app() -> FastAPI:
    return crear(SimpleNamespace(tls=False))  # type: ignore[arg-type]


def test_la_tabla_cubre_todas_las_rutas() -> None:
    app = _app()
    permisos.comprobar(app)
    assert len(permisos.rutas(app)) >= 75


def test_una_ruta_sin_permiso_no_arranca() -> None:
    app = _app()

    @app.get("/api/nueva")
    def nueva() -> None: ...

    with pytest.raises(PermisosIncompletos, match="/api/nueva no declara"):
        permisos.comprobar(app)


def test_un_permiso_que_no_esta_en_la_tabla_no_arranca() -> None:
    app = _app()

    @app.get("/api/nueva")
    def nueva(quien: Annotated[Sujeto, exige("no.existe")]) -> None: ...

    with pytest.raises(PermisosIncompletos, match=r"no\.existe"):
        permisos.comprobar(app)


def test_un_parametro_de_quien_no_se_sabe_el_dueno_no_arranca() -> None:
    app = _app()

    @app.get("/api/recetas/{receta_id}")
    def nueva(receta_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> None: ...

    with pytest.raises(PermisosIncompletos, match="receta_id"):
        permisos.comprobar(app)


def test_lo_que_no_pasa_por_los_permisos_no_arranca() -> None:
    app = _app()
    app.mount("/cosas", FastAPI())
    with pytest.raises(PermisosIncompletos):
        permisos.comprobar(app)


def test_ninguna_ruta_lleva_datos_de_paciente() -> None:
    for ruta in permisos.rutas(_app()):
        assert {p.alias for p in ruta.dependant.query_params} <= {"inactivos", "tipo", "todas"}, ruta.path


def test_el_openapi_esta_en_espanol_y_completo() -> None:
    esquema: dict[str, Any] = _app().openapi()
    operaciones = [o for r in esquema["paths"].values() for o in r.values()]
    assert len(operaciones) >= 75 and all(o["summary"] and o["description"] for o in operaciones)
    assert len({o["operationId"] for o in operaciones}) == len(operaciones)


def test_los_campos_ocultos_son_los_que_nadie_de_sus_roles_ve() -> None:
    assert "religion" in ocultos("paciente", ["asistente"])
    assert ocultos("paciente", ["asistente", "medico"]) == frozenset()
    assert ocultos("paciente", ["auditor"]) == {"*"} == ocultos("paciente", [])
    assert "religion" in ocultos("paciente", ["auditor", "asistente"])


@pytest.mark.parametrize(
    ("direccion", "es"),
    [("127.0.0.1", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.10", False), ("localhost", False), ("clinica.local", False)],
)  # fmt: skip
def test_fuera_de_este_equipo_solo_con_tls(direccion: str, es: bool) -> None:
    assert es_este_equipo(direccion) is es
    if es:
        exigir_tls(AjustesServidor(escucha=direccion))
    else:
        with pytest.raises(AjusteInvalido, match="http"):
            exigir_tls(AjustesServidor(escucha=direccion))


def test_el_certificado_encadena_y_sirve_para_su_nombre(tmp_path: Any) -> None:
    import socket
    import ssl
    import threading

    crear_certificado(tmp_path, ["consultorio.local", "127.0.0.1"])
    ca = (tmp_path / "autoridad.pem").read_bytes()
    assert (tmp_path / "autoridad.llave").stat().st_mode & 0o077 == 0
    crear_certificado(tmp_path, ["consultorio.local"])  # renovar conserva la autoridad
    assert (tmp_path / "autoridad.pem").read_bytes() == ca
    servidor = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    servidor.load_cert_chain(tmp_path / "servidor.pem", tmp_path / "servidor.llave")
    cliente = ssl.create_default_context(cafile=str(tmp_path / "autoridad.pem"))
    for nombre, vale in (("consultorio.local", True), ("otro.local", False)):
        uno, dos = socket.socketpair()
        hilo = threading.Thread(target=_atender, args=(servidor, uno))
        hilo.start()
        try:
            cliente.wrap_socket(dos, server_hostname=nombre).close()
            assert vale
        except ssl.SSLCertVerificationError:
            assert not vale
        finally:
            dos.close()
            hilo.join()


def _atender(contexto: Any, enchufe: Any) -> None:
    import contextlib

    with contextlib.suppress(OSError):
        contexto.wrap_socket(enchufe, server_side=True).close()
