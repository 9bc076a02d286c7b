"""RTTM, WebVTT, Markdown, esquema y resumen de terminal."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from scribe.consulta import (
    Aviso,
    Borrador,
    Contexto,
    Enunciado,
    EstadoEnunciado,
    InfoAudio,
    Nota,
    Palabra,
    Rol,
    Tramo,
    Transcripcion,
    Turno,
)
from scribe.salida import resumen
from scribe.salida.esquema import a_json, a_texto, esquema
from scribe.salida.etiquetas import duracion, minuto, nombres_de_voces, por_gravedad, rotulo
from scribe.salida.markdown import a_markdown
from scribe.salida.rttm import a_rttm
from scribe.salida.vtt import a_vtt

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOMENTO = datetime(2026, 3, 4, 9, 5)
VACIO = Borrador(audio=InfoAudio(sha256="", duracion_s=12.0), transcripcion=Transcripcion(idioma="es"))


@pytest.fixture(scope="module")
def borrador() -> Borrador:
    return Borrador.model_validate_json((DOCS / "ejemplo-borrador.json").read_text(encoding="utf-8"))


def test_el_esquema_publicado_es_el_del_codigo() -> None:
    publicado = (DOCS / "borrador.schema.json").read_text(encoding="utf-8")
    assert publicado == a_texto(), "corre: python -m scribe.salida > docs/borrador.schema.json"
    Draft202012Validator.check_schema(esquema())


def test_lo_escrito_cumple_el_esquema_con_todos_sus_campos(borrador: Borrador) -> None:
    validador = Draft202012Validator(esquema())
    for caso in (borrador, VACIO):
        validador.validate(json.loads(a_json(caso)))
    incompleto = json.loads(a_json(borrador))
    del incompleto["nota"]["pronostico"]
    assert not validador.is_valid(incompleto)
    ajeno = json.loads(a_json(borrador)) | {"firmado": True}
    assert not validador.is_valid(ajeno)


def test_json_ida_y_vuelta(borrador: Borrador) -> None:
    assert Borrador.model_validate_json(a_json(borrador)) == borrador
    assert "Cefalea matutina" in a_json(borrador) and "\\u00" not in a_json(borrador)


def test_rttm_ordenado_sin_espacios_y_sin_tramos_vacios() -> None:
    tramos = [
        Tramo(hablante="H2", inicio=3.25, fin=4.0),
        Tramo(hablante="H1", inicio=0.5, fin=3.5),
        Tramo(hablante="H1", inicio=5.0, fin=5.0),
    ]
    assert a_rttm(tramos, "Doña Eva 3.m4a").splitlines() == [
        "SPEAKER Dona_Eva_3.m4a 1 0.500 3.000 <NA> <NA> H1 <NA> <NA>",
        "SPEAKER Dona_Eva_3.m4a 1 3.250 0.750 <NA> <NA> H2 <NA> <NA>",
    ]
    assert a_rttm([], "x") == ""
    assert a_rttm(tramos[:1], " ñ ").split()[1] == "n"


def cues(texto: str) -> list[tuple[str, str, str]]:
    return re.findall(r"(\S+) --> (\S+)\n((?:.+\n)+)", texto)


def test_vtt_dice_todo_con_su_voz_y_en_orden(borrador: Borrador) -> None:
    texto = a_vtt(borrador.transcripcion)
    assert texto.startswith("WEBVTT\n")
    todos = cues(texto)
    dicho = " ".join(re.sub(r"<v [^>]+>", "", cuerpo) for *_, cuerpo in todos).split()
    assert dicho == " ".join(t.texto for t in borrador.transcripcion.turnos).split()
    assert {re.match(r"<v ([^>]+)>", c)[1] for *_, c in todos} == {"Médico", "Paciente", "Acompañante"}  # type: ignore[index]
    assert all(inicio < fin for inicio, fin, _ in todos)
    assert [i for i, *_ in todos] == sorted(i for i, *_ in todos)
    assert max(len(renglon) for *_, c in todos for renglon in re.sub("<v [^>]+>", "", c).splitlines()) <= 60


def test_vtt_parte_lo_largo_y_escapa() -> None:
    letra = [Palabra(texto=f"palabra{k}", inicio=k * 0.5, fin=k * 0.5 + 0.4, prob=1) for k in range(60)]
    largo = Turno(
        id=1,
        hablante="H1",
        rol=Rol.PACIENTE,
        inicio=0,
        fin=30,
        texto=" ".join(p.texto for p in letra),
        palabras=tuple(letra),
    )
    raro = Turno(id=2, hablante="H2", inicio=31, fin=31, texto="TA <120 & sube -->")
    texto = a_vtt(Transcripcion(idioma="es", turnos=(largo, raro)))
    assert len(cues(texto)) > 5
    assert "TA &lt;120 &amp; sube --&gt;" in texto
    assert "00:00:31.000 --> 00:00:31.050" in texto
    assert a_vtt(Transcripcion(idioma="es")) == "WEBVTT\n"


def test_markdown_lleva_cada_enunciado_integro_en_su_renglon(borrador: Borrador) -> None:
    texto = a_markdown(borrador, Contexto(nombre="Elvira R.", edad=63, sexo="F"), MOMENTO, "a.m4a")
    renglones = texto.splitlines()
    for enunciado in borrador.nota.enunciados:
        (suyo,) = [r for r in renglones if r.startswith(f"- {enunciado.texto}")]
        assert ("[por revisar: " in suyo) == (enunciado.estado is EstadoEnunciado.POR_REVISAR)
        if enunciado.motivo:
            assert f"[por revisar: {enunciado.motivo}]" in suyo
    assert "## Pronóstico\n\nNo mencionado." in texto
    assert "4 de marzo de 2026, 09:05" in texto
    assert "[^s2]: T4 0:15, T5 0:19" in texto


def test_markdown_no_copia_lo_dicho_en_las_citas(borrador: Borrador) -> None:
    texto = a_markdown(borrador, Contexto(), MOMENTO, "a.m4a")
    assert "Me duele la cabeza" not in texto
    assert "Su papá murió del corazón" not in texto  # omisión: solo se dice dónde está
    assert "1 fragmento clínico por leer (T5" in texto


def test_markdown_no_deja_pasar_etiquetas_ni_saltos() -> None:
    nota = Nota(
        plan=(Enunciado(texto="Tomar <script>alert(1)</script>\nagua si TA < 120", tipo="x", citas=()),)
    )
    texto = a_markdown(VACIO.model_copy(update={"nota": nota}), Contexto(), MOMENTO, "a.m4a")
    assert "- Tomar \\<script>alert(1)\\</script> agua si TA < 120\n" in texto


def test_avisos_lo_mas_grave_primero_y_lo_desconocido_no_se_pierde() -> None:
    tipos = ["encimados", "tipo_nuevo", "dosis", "interaccion", "alergia", "cifra_dudosa"]
    orden = [a.tipo for a in por_gravedad(Aviso(tipo=t, texto=t) for t in tipos)]
    assert orden == ["alergia", "interaccion", "dosis", "cifra_dudosa", "tipo_nuevo", "encimados"]
    assert rotulo("tipos", "algo_no_visto") == "Algo no visto"


def test_dos_voces_con_el_mismo_rol_no_se_confunden() -> None:
    turnos = tuple(
        Turno(id=k, hablante=h, rol=r, inicio=k, fin=k + 1, texto="sí")
        for k, (h, r) in enumerate(
            [("H1", Rol.MEDICO), ("H2", Rol.ACOMPANANTE), ("H3", Rol.ACOMPANANTE), ("H4", Rol.INCIERTO)], 1
        )
    )
    assert list(nombres_de_voces(Transcripcion(idioma="es", turnos=turnos)).values()) == [
        "Médico",
        "Acompañante H2",
        "Acompañante H3",
        "Voz sin identificar H4",
    ]


def test_tiempos_legibles() -> None:
    assert [minuto(s) for s in (0, 59.9, 61, 3661)] == ["0:00", "0:59", "1:01", "1:01:01"]
    assert [duracion(s) for s in (4.4, 203, 3900)] == ["4 s", "3 min 23 s", "1 h 5 min"]


def test_resumen_dice_lo_que_importa(borrador: Borrador) -> None:
    consola = Console(width=100, record=True, file=io.StringIO())
    consola.print(resumen(borrador))
    texto = consola.export_text()
    for parte in (
        "Médico",
        "Acompañante",
        "1 por revisar",
        "2 enunciados",
        "No mencionado",
        "I10",
        "confirmado",
        "1 fragmento",
    ):
        assert parte in texto, parte
    assert texto.index("Alergia:") < texto.index("Cifra dudosa:")
    consola.print(resumen(VACIO))
    assert "ninguna voz" in consola.export_text()
