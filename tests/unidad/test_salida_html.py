"""La página: nada de fuera, nada que se ejecute, nada que se pierda."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribe.consulta import (
    Alternativa,
    Aviso,
    Borrador,
    Cita,
    Codigo,
    Contexto,
    Correccion,
    Enunciado,
    EstadoCodigo,
    EstadoEnunciado,
    InfoAudio,
    ModelosUsados,
    Nota,
    Omision,
    Palabra,
    Rol,
    Transcripcion,
    Turno,
)
from scribe.salida.evidencia import fragmentar, localizar
from scribe.salida.html import a_html
from scribe.salida.publicar import ARCHIVOS, audio_junto, publicar
from scribe.salida.vista import construir

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOMENTO = datetime(2026, 3, 4, 9, 5)
PLANTILLAS = Path(__file__).resolve().parents[2] / "scribe" / "salida" / "plantillas"
MALO = '"><script>alert("x")</script><img src=x onerror=alert(1)>&{{7*7}}'


@pytest.fixture(scope="module")
def borrador() -> Borrador:
    return Borrador.model_validate_json((DOCS / "ejemplo-borrador.json").read_text(encoding="utf-8"))


def pagina(borrador: Borrador, contexto: Contexto | None = None, audio: str | None = None) -> str:
    return a_html(construir(borrador, contexto or Contexto(), MOMENTO, "consulta.m4a", audio))


class Lector(HTMLParser):
    """Junta etiquetas, atributos y texto visible."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.etiquetas: list[tuple[str, dict[str, str | None]]] = []
        self.textos: list[str] = []
        self._dentro: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Anota la etiqueta."""
        self.etiquetas.append((tag, dict(attrs)))
        self._dentro.append(tag)

    def handle_data(self, data: str) -> None:
        """Anota el texto."""
        if not self._dentro or self._dentro[-1] not in {"script", "style"}:
            self.textos.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Cierra la etiqueta."""
        if tag in self._dentro:
            while self._dentro.pop() != tag:
                pass

    @property
    def texto(self) -> str:
        """Todo lo que se lee, sin el guion ni el estilo."""
        return "".join(self.textos)


def todo_malo() -> Borrador:
    """Un borrador con texto hostil en cada campo que viene de la consulta o de un catálogo."""
    cita = Cita(turno=1, texto=MALO, inicio=0.0, fin=1.0)
    correccion = Correccion(original=MALO, propuesto="alert", motivo=MALO)
    turno = Turno(
        id=1,
        hablante=MALO,
        rol=Rol.INCIERTO,
        inicio=0.0,
        fin=1.0,
        texto=MALO,
        palabras=(Palabra(texto=MALO, inicio=0.0, fin=1.0, prob=0.1),),
        correcciones=(correccion,),
    )
    dudoso = EstadoEnunciado.POR_REVISAR
    return Borrador(
        audio=InfoAudio(sha256=MALO, duracion_s=1.0),
        modelos=ModelosUsados(asr={MALO: MALO}),
        transcripcion=Transcripcion(idioma=MALO, turnos=(turno,)),
        nota=Nota(subjetivo=(Enunciado(texto=MALO, tipo=MALO, citas=(cita,), estado=dudoso, motivo=MALO),)),
        omisiones=(Omision(texto=MALO, citas=(cita,)),),
        codigos=(
            Codigo(
                sistema="CIE-10",
                codigo=MALO,
                titulo=MALO,
                puntaje=1,
                estado=EstadoCodigo.SOSPECHA,
                citas=(cita,),
                alternativas=(Alternativa(codigo=MALO, titulo=MALO, puntaje=1),),
            ),
        ),
        avisos=(Aviso(tipo=MALO, texto=MALO, citas=(cita,)),),
    )


def test_nada_de_la_consulta_se_vuelve_etiqueta() -> None:
    contexto = Contexto(
        nombre=MALO, alergias=(MALO,), medicamentos=(MALO,), problemas=(MALO,), plantilla=MALO
    )
    html = a_html(construir(todo_malo(), contexto, MOMENTO, MALO, None))
    lector = Lector(html)
    assert [n for n, _ in lector.etiquetas].count("script") == 1
    assert "img" not in {n for n, _ in lector.etiquetas}
    assert not [a for _, atributos in lector.etiquetas for a in atributos if a.startswith("on")]
    assert lector.texto.count(MALO) >= 12


def test_no_pide_nada_de_fuera(borrador: Borrador) -> None:
    for _, atributos in Lector(pagina(borrador, audio="../a%20b.m4a")).etiquetas:
        for nombre in ("src", "href", "action", "data", "poster", "srcset"):
            valor = atributos.get(nombre)
            assert valor is None or valor.startswith(("#", "data:,", "../a%20b.m4a")), valor
        assert "style" not in atributos
    estilo = "".join((PLANTILLAS / n).read_text(encoding="utf-8") for n in ("tokens.css", "nota.css"))
    guion = (PLANTILLAS / "nota.js").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?:|//\w", estilo)
    assert not re.search(r"https?:|fetch\(|XMLHttp|innerHTML|eval\(|import\(|WebSocket|sendBeacon", guion)


def test_la_politica_admite_solo_su_guion_y_su_estilo(borrador: Borrador) -> None:
    html = pagina(borrador)
    politica = next(a["content"] for n, a in Lector(html).etiquetas if "http-equiv" in a)
    assert politica and "default-src 'none'" in politica and "unsafe" not in politica
    for directiva, etiqueta in (("script-src", "script"), ("style-src", "style")):
        (cuerpo,) = re.findall(rf"<{etiqueta}>(.*?)</{etiqueta}>", html, re.S)
        suma = base64.b64encode(hashlib.sha256(cuerpo.encode()).digest()).decode()
        assert f"{directiva} 'sha256-{suma}'" in politica


def test_encabezados_en_orden_y_anclas_unicas(borrador: Borrador) -> None:
    lector = Lector(pagina(borrador))
    niveles = [int(n[1]) for n, _ in lector.etiquetas if re.fullmatch(r"h[1-6]", n)]
    assert niveles[0] == 1 and niveles.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(niveles))
    claves = [a["id"] for _, a in lector.etiquetas if a.get("id")]
    assert len(claves) == len(set(claves))
    destinos = {a["href"][1:] for _, a in lector.etiquetas if (a.get("href") or "").startswith("#")}  # type: ignore[index]
    referidos = {c for _, a in lector.etiquetas for c in (a.get("data-de") or "").split()}
    nombrados = {c for _, a in lector.etiquetas for c in (a.get("aria-labelledby") or "").split()}
    assert (destinos | referidos | nombrados) <= set(claves)


def test_cada_cosa_del_borrador_se_ve(borrador: Borrador) -> None:
    html = pagina(borrador, Contexto(nombre="Elvira R.", edad=63, sexo="F", alergias=("trimetoprim",)))
    visto = " ".join(Lector(html).texto.split())
    piezas: list[Enunciado | Omision | Aviso] = [
        *borrador.nota.enunciados,
        *borrador.omisiones,
        *borrador.avisos,
    ]
    for pieza in piezas:
        assert pieza.texto in visto
        for cita in pieza.citas:
            assert cita.texto in visto and f"turno {cita.turno}" in visto
    for codigo in borrador.codigos:
        assert codigo.codigo in visto and codigo.titulo in visto
        assert all(a.titulo in visto for a in codigo.alternativas)
    for parte in (
        "Elvira R.",
        "63 años",
        "Femenino",
        "No mencionado",
        "whisper-base",
        "oído: a mlo dipino",
        "¿5 mg?",
        "Por revisar: la dosis se dijo sin unidad",
        "el médico decide",
    ):
        assert parte in visto, parte


def test_sin_voz_la_pagina_lo_dice() -> None:
    vacio = Borrador(
        audio=InfoAudio(sha256="", duracion_s=30.0),
        transcripcion=Transcripcion(idioma="es"),
        avisos=(Aviso(tipo="sin_voz", texto="No se oyó a nadie."),),
    )
    visto = Lector(pagina(vacio)).texto
    assert visto.count("No mencionado") == 5
    assert "No se oyó voz en la grabación." in visto


def test_muchos_avisos_se_pliegan_pero_nunca_los_graves(borrador: Borrador) -> None:
    tipos = ["cifra_dudosa"] * 6 + ["alergia", "dosis"]
    avisos = tuple(Aviso(tipo=t, texto=f"{t} {k}") for k, t in enumerate(tipos))
    vista = construir(borrador.model_copy(update={"avisos": avisos}), Contexto(), MOMENTO, "a.m4a", None)
    assert [a.gravedad for a in vista.avisos_a_la_vista] == [1, 1, 2, 2, 2]
    assert (*vista.avisos_a_la_vista, *vista.otros_avisos) == vista.avisos
    html = a_html(vista)
    assert "3 avisos más" in html
    assert all(a.texto in html for a in avisos)


def test_los_modelos_se_nombran_en_corto(borrador: Borrador) -> None:
    modelos = ModelosUsados(
        asr={
            "motor": "faster-whisper",
            "modelo": {"id": "w", "nombre": "Whisper base", "sha256": "d01c" * 16},
        },
        diarizacion={"ajustes": {"paso_s": 2.5}},
    )
    visto = Lector(pagina(borrador.model_copy(update={"modelos": modelos}))).texto
    assert "faster-whisper · Whisper base (sha256 d01cd01cd01c…)" in visto
    assert "paso_s" not in visto


def test_una_cita_repetida_se_ubica_por_su_tiempo() -> None:
    palabras = tuple(
        Palabra(texto=t, inicio=k, fin=k + 0.9, prob=1) for k, t in enumerate(["sí", "no", "sí"])
    )
    turno = Turno(id=1, hablante="H1", inicio=0, fin=3, texto="sí no sí", palabras=palabras)
    assert localizar(turno, Cita(turno=1, texto="sí", inicio=2.0, fin=2.9)) == (6, 8)
    assert localizar(turno, Cita(turno=1, texto="sí", inicio=0.0, fin=0.9)) == (0, 2)
    assert localizar(turno, Cita(turno=1, texto="no textual", inicio=0.0, fin=0.9)) == (0, 8)


def test_la_correccion_se_pone_donde_se_oyo() -> None:
    oidas = ["toma", "10", "mg", "y", "10", "miligramos"]
    turno = Turno(
        id=1,
        hablante="H1",
        inicio=0,
        fin=6,
        texto="toma 10 mg y 10 mg",
        palabras=tuple(Palabra(texto=t, inicio=k, fin=k + 0.9, prob=1) for k, t in enumerate(oidas)),
        correcciones=(
            Correccion(original="10 miligramos", propuesto="10 mg", motivo="unidad"),
            Correccion(original="algo", propuesto="ya no está", motivo="x"),
        ),
    )
    fragmentos, sueltas = fragmentar(turno, {})
    assert [f.texto for f in fragmentos if f.correccion] == ["10 mg"]
    assert fragmentos[-1].correccion is not None
    assert [c.propuesto for c in sueltas] == ["ya no está"]


def test_una_palabra_corregida_no_se_marca_dos_veces() -> None:
    palabras = (
        Palabra(texto="los", inicio=0, fin=1, prob=0.9),
        Palabra(texto="artán", inicio=1, fin=2, prob=0.2),
    )
    correccion = Correccion(original="los artán", propuesto="losartán", motivo="fármaco")
    turno = Turno(
        id=1, hablante="H1", inicio=0, fin=2, texto="losartán", palabras=palabras, correcciones=(correccion,)
    )
    (fragmento,), _ = fragmentar(turno, {})
    assert fragmento.abre_correccion and not fragmento.baja
    sin_corregir = Turno(id=1, hablante="H1", inicio=0, fin=2, texto="los artán", palabras=palabras)
    assert [f.texto for f in fragmentar(sin_corregir, {})[0] if f.baja] == ["artán"]


@given(st.data())
def test_los_fragmentos_son_exactamente_el_texto(datos: st.DataObject) -> None:
    texto = datos.draw(st.text(alphabet="ab é.<", min_size=1, max_size=40))
    indice = st.integers(0, len(texto))
    citas: dict[str, list[Cita]] = {}
    for clave in ("s1", "s2", "c1"):
        desde, hasta = sorted((datos.draw(indice), datos.draw(indice)))
        citas[clave] = [Cita(turno=1, texto=texto[desde:hasta], inicio=0.0, fin=1.0)]
    palabras = tuple(
        Palabra(texto=t, inicio=k, fin=k + 1, prob=0.3 + k % 2 / 2) for k, t in enumerate(texto.split())
    )
    correcciones = tuple(
        Correccion(original=p.texto, propuesto=p.texto, motivo="", aplicada=k % 2 == 0)
        for k, p in enumerate(palabras)
    )
    turno = Turno(
        id=1, hablante="H1", inicio=0, fin=9, texto=texto, palabras=palabras, correcciones=correcciones
    )
    fragmentos, sueltas = fragmentar(turno, citas)
    assert "".join(f.texto for f in fragmentos) == texto
    abiertas = [f.correccion for f in fragmentos if f.abre_correccion]
    assert len(abiertas) + len(sueltas) <= len(correcciones)
    for clave, (cita,) in citas.items():
        if cita.texto:
            assert any(clave in f.sustenta for f in fragmentos)


def test_publicar_deja_los_cinco_archivos_y_oye_lo_que_esta_junto(borrador: Borrador, tmp_path: Path) -> None:
    audio = tmp_path / "Doña Eva 1.m4a"
    audio.write_bytes(b"x")
    hecho = publicar(borrador, (), tmp_path / "salida", audio=audio, momento=MOMENTO)
    assert {r.name for r in (tmp_path / "salida").iterdir()} == set(ARCHIVOS) == set(hecho.rutas)
    assert 'src="../Do%C3%B1a%20Eva%201.m4a"' in hecho.nota_html.read_text(encoding="utf-8")
    assert Borrador.model_validate_json(hecho.borrador_json.read_text(encoding="utf-8")) == borrador


def test_una_grabacion_lejana_no_revela_su_ruta(tmp_path: Path) -> None:
    lejos = tmp_path / "privado" / "a.wav"
    lejos.parent.mkdir()
    lejos.write_bytes(b"x")
    assert audio_junto(lejos, tmp_path / "1" / "2" / "3") is None
    assert audio_junto(lejos, tmp_path / "salida") == "../privado/a.wav"
    assert audio_junto(tmp_path / "no-existe.wav", tmp_path) is None
    assert audio_junto(None, tmp_path) is None


def _luz(color: str) -> float:
    canales = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    lineales = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canales]
    return 0.2126 * lineales[0] + 0.7152 * lineales[1] + 0.0722 * lineales[2]


def _contraste(uno: str, otro: str) -> float:
    claro, oscuro = sorted((_luz(uno), _luz(otro)), reverse=True)
    return (claro + 0.05) / (oscuro + 0.05)


@pytest.mark.parametrize("tema", ["claro", "oscuro"])
def test_contraste_de_texto_aa(tema: str) -> None:
    estilo = "".join((PLANTILLAS / n).read_text(encoding="utf-8") for n in ("tokens.css", "nota.css"))
    bloques = re.findall(r":root \{(.*?)\}", estilo, re.S)
    colores = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", bloques[0 if tema == "claro" else 1]))
    pares = [
        (t, f)
        for t in ("tinta", "tenue", "acento", "medico", "paciente", "acompanante", "incierto", "bien")
        for f in ("hoja", "acento-suave")
    ]
    pares += [("tinta", "fondo"), ("tenue", "fondo"), ("duda", "duda-suave"), ("tinta", "duda-suave")]
    pares += [("grave", "grave-suave"), ("tinta", "grave-suave"), ("grave", "hoja"), ("duda", "hoja")]
    pares += [("marca-tinta", "marca"), ("hoja", "acento"), ("tenue", "duda-suave"), ("hoja", "tinta")]
    for texto, fondo in pares:
        assert _contraste(colores[texto], colores[fondo]) >= 4.5, (texto, fondo)
