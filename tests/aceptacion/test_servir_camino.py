"""«Del clon a la nota firmada»: el ejemplo de la documentación, corrido con los motores de verdad."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import psycopg
import pytest

from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.roles import DUENO
from tests.conftest import RAIZ, argumentos_scribe
from tests.envio_apoyo import ServidorFhir, puerto_libre
from tests.expediente_pdf import paginas

CAMINO = RAIZ / "docs" / "ejemplos" / "camino.sh"
GUIA = RAIZ / "docs" / "expediente.md"


@pytest.fixture(scope="module")
def carpeta() -> Iterator[Path]:
    nueva = Path(tempfile.mkdtemp(prefix="scribe-camino-"))  # el usuario de PostgreSQL tiene que poder entrar
    nueva.chmod(0o711)
    yield nueva
    shutil.rmtree(nueva, ignore_errors=True)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServidorFhir]:
    """Un servidor FHIR de verdad al que enviar."""
    pytest.importorskip("sekmet")
    servidor = ServidorFhir(tmp_path_factory.mktemp("hospital"))
    servidor.levantar()
    yield servidor
    servidor.matar()


@pytest.fixture(scope="module")
def recorrido(
    carpeta: Path, hospital: ServidorFhir, entorno: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Lo que dice el ejemplo al correrlo entero, con el corte de luz a media consulta."""
    no_busca = ("Composition", "FamilyMemberHistory", "Bundle", "Device")  # por identificador
    suyo = {
        "SCRIBE": shlex.join(argumentos_scribe()), "PUERTO": str(puerto_libre()),
        "FHIR": f"http://127.0.0.1:{hospital.puerto}/fhir",
        "FHIR_OPCIONES": " ".join(f"--por-etiqueta {tipo}" for tipo in no_busca),
    }  # fmt: skip
    if shutil.which("curl") is None:  # en un Debian pelado no viene
        programas = tmp_path_factory.mktemp("programas")
        (programas / "curl").symlink_to(RAIZ / "tests" / "curl_de_prueba.py")
        suyo["PATH"] = f"{programas}:{entorno['PATH']}"
    hecho = subprocess.run(
        [CAMINO, carpeta], env={**entorno, **suyo}, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    registro = (carpeta / "servidor.log").read_text() if (carpeta / "servidor.log").exists() else ""
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr + registro
    return hecho.stdout


def _scribe(carpeta: Path, entorno: dict[str, str], *argumentos: str) -> subprocess.CompletedProcess[str]:
    suyo = {"SCRIBE_DATOS": str(carpeta / "datos"), "SCRIBE_CLAVE_ARCHIVO": str(carpeta / "clave")}
    return subprocess.run(
        [*argumentos_scribe(), *argumentos], env={**entorno, **suyo}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def test_del_clon_a_la_nota_firmada(recorrido: str, carpeta: Path) -> None:
    pasos = [int(n) for n in re.findall(r"^== (\d+)\.", recorrido, re.M)]
    assert pasos == list(range(1, len(pasos) + 1)) and len(pasos) >= 13
    assert "garganta" in recorrido and "firma válida: True" in recorrido and "está íntegra" in recorrido
    assert "No hay cabezas" not in recorrido
    with pikepdf.open(carpeta / "nota.pdf") as pdf, pdf.open_metadata() as declarado:
        assert (declarado["pdfaid:part"], declarado["pdfaid:conformance"]) == ("2", "A")
    letras = " ".join(paginas((carpeta / "nota.pdf").read_bytes()))
    for dicho in ("María José Núñez", "Lucía Gómez", "Bueno para la vida", "cada 8 horas", "Azitromicina"):
        assert dicho in letras, dicho


def test_el_hospital_recibe_preliminary_y_luego_final(recorrido: str, hospital: ServidorFhir) -> None:
    assert "hospital: borrador, entregado" in recorrido and "hospital: firmada, entregado" in recorrido
    (nota,) = hospital.todos("Composition")
    historia = hospital.todos(f"Composition/{nota['id']}/_history")
    assert [v["status"] for v in historia] == ["final", "preliminary"]
    assert nota["attester"] and len(hospital.todos("DocumentReference")) >= 1


def test_el_registro_del_servidor_no_dice_nada_del_paciente(recorrido: str, carpeta: Path) -> None:
    del recorrido
    dicho = (carpeta / "servidor.log").read_text() + (carpeta / "token").read_text()
    for dato in ("Núñez", "María", "Coyoac", "garganta", "Azitromicina", "Ventana-Lluvia", "Cobre-Naranjo"):
        assert dato not in dicho, dato


def test_un_byte_cambiado_se_detecta(recorrido: str, carpeta: Path, entorno: dict[str, str]) -> None:
    del recorrido
    assert _scribe(carpeta, entorno, "bitacora", "verificar").returncode == 0
    nota = (carpeta / "nota.id").read_text().strip()
    with BaseEmpotrada(carpeta / "datos") as base, psycopg.connect(base.dsn(DUENO)) as dueno:
        dueno.execute("ALTER TABLE expediente.nota_version DISABLE TRIGGER USER")
        hecho = dueno.execute(
            "UPDATE expediente.nota_version"
            " SET contenido = set_byte(contenido, 40, get_byte(contenido, 40) # 1)"
            " WHERE nota_id = %s AND numero = 1",
            [nota],
        )
        assert hecho.rowcount == 1
        dueno.execute("ALTER TABLE expediente.nota_version ENABLE TRIGGER USER")
    delatado = _scribe(carpeta, entorno, "bitacora", "verificar")
    assert delatado.returncode == 1 and "nota_version" in delatado.stdout + delatado.stderr


def test_la_guia_dice_las_ordenes_que_se_corren() -> None:
    guia = GUIA.read_text().split("## Del clon a la nota firmada")[1].split("\n## ")[0]
    camino = " ".join(CAMINO.read_text().split())
    bloques = re.findall(r"```sh\n(.*?)```", guia, re.S)
    assert len(bloques) >= 8
    for bloque in bloques[1:]:  # el primero corre el ejemplo entero
        assert " ".join(bloque.split()) in camino, bloque


def test_el_ejemplo_se_puede_correr_tal_cual() -> None:
    assert os.access(CAMINO, os.X_OK)
