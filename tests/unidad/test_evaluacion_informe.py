"""El informe: página autónoma y válida, texto hostil escapado, markdown estable y fallos a la vista."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import av
import pytest

import evaluacion
from evaluacion.caso import Caso, Dicho
from evaluacion.informe import ResultadosInvalidos, diferencias, escribir, leer, sonido
from evaluacion.informe.duelo import duelos
from evaluacion.informe.markdown import a_markdown
from evaluacion.informe.resumen import derrotas
from evaluacion.metricas import costo
from evaluacion.resultados import Cuadro, Fallo, Razon, Resultados
from evaluacion.salida import Costo, Salida
from scribe.consulta import Transcripcion, Turno
from tests.unidad.resultados_de_mano import con_wer, medida, resultados, sistema

MUESTRA = Path(evaluacion.__file__).parent / "muestras" / "faringitis.ogg"
HOSTIL = '<script>alert("x")</script>'
ERRORES = [6.0, 7, 5, 8, 6, 9, 7, 6, 5, 7, 8, 30]
_VACIOS = {"meta", "br", "img", "input", "link", "hr", "path", "use", "source"}


class _Pagina(HTMLParser):
    """Comprueba que las etiquetas cierran y junta lo que la página cargaría, sus ids y su texto."""

    def __init__(self, texto: str) -> None:
        super().__init__()
        self.pila: list[str] = []
        self.cargas: list[str] = []
        self.etiquetas: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.enlaces: list[str] = []
        self.politica = ""
        self.feed(texto)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._anotar(tag, dict(attrs))
        if tag not in _VACIOS:
            self.pila.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._anotar(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VACIOS:
            assert self.pila and self.pila.pop() == tag, f"</{tag}> cierra mal: {self.getpos()}"

    def _anotar(self, tag: str, attrs: dict[str, str | None]) -> None:
        self.etiquetas[tag] += 1
        if attrs.get("id"):
            self.ids[str(attrs["id"])] += 1
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.politica = str(attrs["content"])
        assert "style" not in attrs, "la política no admite estilos en línea"
        assert not [a for a in attrs if a.startswith("on")]
        for clave in ("src", "href", "srcset", "poster", "action", "data"):
            valor = attrs.get(clave)
            if valor and valor.startswith("#"):
                self.enlaces.append(valor[1:])
            elif valor:
                self.cargas.append(valor)


def _evaluacion() -> Resultados:
    curva = {f"calibracion_palabra__{x}": (9.0 * x + 1, 10.0) for x in (0.1, 0.5, 0.9)}
    casos = [
        medida(
            f"c{i:02d}", 20.0 + i, wer=(e, 100.0), der=(5.0, 80.0), factor_tiempo=(20.0 + i, 100.0 + i),
            factor_etapa__asr=(15.0, 100.0), factor_etapa__nota=(5.0, 100.0), **curva,
        ).model_copy(update={"duracion_s": 100.0 + i})
        for i, e in enumerate(ERRORES, 1)
    ]  # fmt: skip
    casos[-1] = casos[-1].model_copy(update={"detalle": {"criticos": [f"dosis: {HOSTIL}"]}})
    par = con_wer([e - 2 for e in ERRORES])
    return resultados(
        sistema(casos, fallidos=[Fallo(caso="c13", motivo=f"se cayó {HOSTIL}")]),
        sistema(par, nombre="rival", titulo=f"Rival {HOSTIL}"),
        razones=(Razon(par="rival", tarea="asr", mediana=0.5, bajo=0.4, alto=0.6, n=12),),
        cuadros=(
            Cuadro(
                titulo="Aparte", explicacion="algo", columnas=("a", "b"), filas=(("1", HOSTIL), ("2", "3"))
            ),
        ),
        ausentes={"ausente": "pip install ausente"},
        modelos={"m": '{"id": "m", "mib": 3.5}'},
    )


def _caso(texto: str = "tome dos tabletas de paracetamol") -> Caso:
    dichos = (Dicho(hablante="medico", texto="buenos días"), Dicho(hablante="paciente", texto=texto))
    return Caso(id="c12", audio=MUESTRA, dichos=dichos, etiquetas={"motivo": HOSTIL})


def _salida(texto: str) -> Salida:
    turno = Turno(id=1, hablante="H1", inicio=40.0, fin=60.0, texto=texto)
    return Salida(caso="c12", transcripcion=Transcripcion(idioma="es", turnos=(turno,)))


@pytest.fixture(scope="module")
def pagina(tmp_path_factory: pytest.TempPathFactory) -> str:
    carpeta = tmp_path_factory.mktemp("informe")
    salidas = {"scribe": {"c12": _salida("buenos días tome tabletas de ibuprofeno")}}
    archivos = escribir(_evaluacion(), carpeta, [_caso()], salidas)
    assert sorted(p.name for p in carpeta.iterdir()) == ["informe.html", "informe.md", "resultados.json"]
    assert sorted(p.name for p in archivos) == sorted(p.name for p in carpeta.iterdir())
    return (carpeta / "informe.html").read_text("utf-8")


def test_la_pagina_es_valida_y_no_carga_nada(pagina: str) -> None:
    leida = _Pagina(pagina)
    assert leida.pila == []
    assert leida.etiquetas["script"] == 0
    assert [c[:23] for c in leida.cargas] == ["data:audio/mpeg;base64,"]
    assert "http://" not in pagina and "https://" not in pagina
    assert "default-src 'none'" in leida.politica
    assert [i for i, n in leida.ids.items() if n > 1] == []
    assert [e for e in leida.enlaces if e not in leida.ids] == []


def test_el_texto_hostil_sale_escapado(pagina: str) -> None:
    assert "<script" not in pagina
    assert pagina.count("&lt;script&gt;") >= 4


def test_cada_tabla_tiene_encabezados_y_cada_grafica_su_tabla(pagina: str) -> None:
    tablas = re.findall(r"<table>.*?</table>", pagina, re.S)
    assert tablas and all("<caption" in t and 'scope="col"' in t and 'scope="row"' in t for t in tablas)
    figuras = re.findall(r"<figure>.*?</figure>", pagina, re.S)
    assert len(figuras) >= 4
    assert all(
        re.search(r'<svg[^>]*role="img"', f) and "aria-label=" in f and "<table>" in f for f in figuras
    )


def test_los_fallos_y_las_derrotas_estan_a_la_vista(pagina: str) -> None:
    assert (
        pagina.index("Dónde perdemos")
        < pagina.index("Casos que no terminaron")
        < pagina.index('id="medidas"')
    )
    assert "1 caso no terminó" in pagina
    assert "tarda 0.50× lo que Scribe" in pagina


def test_el_peor_caso_lleva_audio_y_diferencias(pagina: str) -> None:
    peores = pagina[pagina.index('id="peores"') : pagina.index('id="procedencia"')]
    assert "<audio controls" in peores
    assert re.search(r"<del>.{0,60}dos", peores) or re.search(r"<del>.{0,60}2", peores)
    assert re.search(r"<s>paracetamol</s>.*<u>ibuprofeno</u>", peores)
    assert "Errores críticos" in peores


def test_el_markdown_es_estable_y_sin_html() -> None:
    texto = a_markdown(_evaluacion())
    assert texto == a_markdown(_evaluacion())
    assert "<script" not in texto
    assert "| **WER ↓** |" in texto
    assert "2 de enero de 2026, 03:04 UTC" in texto
    filas = [f for f in texto.splitlines() if f.startswith("|")]
    assert all(f.endswith("|") for f in filas)


def test_la_derrota_se_calcula_y_no_se_declara_sin_casos() -> None:
    evaluacion = _evaluacion()
    hallados = {(d.medida.nombre): d.desenlace for d in duelos(evaluacion)}
    assert hallados == {"wer": "pierde", "der": "empata"}
    assert len(derrotas(evaluacion, duelos(evaluacion))) == 2
    gana = resultados(sistema(con_wer(ERRORES)), sistema(con_wer([e + 2 for e in ERRORES]), nombre="rival"))
    assert {d.medida.nombre: d.desenlace for d in duelos(gana)} == {"wer": "gana", "der": "empata"}
    pocos = resultados(sistema(con_wer([9.0, 8])), sistema(con_wer([3.0, 2]), nombre="rival"))
    assert duelos(pocos)[0].desenlace == "pocos"


def test_sin_scribe_ni_casos_tambien_hay_informe(tmp_path: Path) -> None:
    ajenos = resultados(*(sistema(con_wer(ERRORES), nombre=n, titulo=n, tarea="asr") for n in ("uno", "dos")))
    escribir(ajenos, tmp_path, [], {})
    texto = (tmp_path / "informe.html").read_text("utf-8")
    assert _Pagina(texto).pila == []
    assert "Dónde perdemos" not in texto


def test_leer_lo_escrito_y_lo_que_no_es(tmp_path: Path) -> None:
    escribir(_evaluacion(), tmp_path, [], {})
    assert leer(tmp_path) == leer(tmp_path / "resultados.json") == _evaluacion()
    (tmp_path / "resultados.json").write_text('{"esquema": "1"}')
    with pytest.raises(ResultadosInvalidos, match=r"no es un resultados\.json"):
        leer(tmp_path)
    with pytest.raises(ResultadosInvalidos, match="No se pudo leer"):
        leer(tmp_path / "nada.json")


def test_diferencias_contadas_a_mano() -> None:
    pasos = diferencias.comparar(
        _caso(), _salida("buenos días tome tabletas de ibuprofeno hoy").transcripcion
    )
    tipos = Counter(p.tipo for p in pasos)
    # falta «dos»; paracetamol → ibuprofeno; sobra «hoy»
    assert (tipos["falta"], tipos["cambio"], tipos["sobra"]) == (1, 1, 1)
    renglones = diferencias.renglones(pasos, _caso())
    assert [r.hablante for r in renglones] == ["medico", "paciente"]
    assert [f.tipo for f in renglones[0].fragmentos] == ["igual"]


def test_la_ventana_cubre_donde_mas_se_falla() -> None:
    pasos = [diferencias.Paso("igual", "a", "a", 0, float(s)) for s in range(0, 300, 5)]
    malos = [diferencias.Paso("cambio", "a", "b", 0, s) for s in (10.0, 201.0, 205.0, 219.0)]
    ventana = diferencias.peor_ventana([*pasos, *malos])
    assert ventana == (199.0, 229.0)
    assert sum(p.tipo == "cambio" for p in diferencias.en_ventana([*pasos, *malos], ventana)) == 3
    assert diferencias.peor_ventana(pasos) is None


def test_el_recorte_dura_lo_pedido_y_se_puede_oir() -> None:
    datos = sonido.recortar(MUESTRA, (10.0, 16.0))
    assert datos is not None and len(datos) < 60_000
    import io

    with av.open(io.BytesIO(datos)) as archivo:
        duracion = sum(c.samples / c.sample_rate for c in archivo.decode(audio=0))
    assert duracion == pytest.approx(6.0, abs=0.3)
    assert sonido.recortar(MUESTRA, (1e5, 1e5 + 5)) is None
    assert sonido.recortar(MUESTRA.with_name("no_existe.ogg")) is None


def test_costo_contado_a_mano() -> None:
    caso = Caso(id="c", duracion_s=200.0)
    gasto = Costo(reloj_s=50.0, arranque_s=4.0, memoria_mib=900.0, etapas={"asr": 30.0, "nota": 16.0})
    cuentas = costo.medir(caso, Salida(caso="c", costo=gasto)).cuentas
    assert cuentas == {
        "factor_tiempo": (50.0, 200.0),
        "factor_etapa/asr": (30.0, 200.0),
        "factor_etapa/nota": (16.0, 200.0),
        "segundos_por_caso": (50.0, 1.0),
        "arranque": (4.0, 1.0),
        "memoria_pico": (900.0, 1.0),
    }
    assert costo.medir(Caso(id="t", texto="x"), Salida(caso="t")).cuentas == {}


def test_quien_tarda_mas_puntua_peor() -> None:
    caso = Caso(id="c", duracion_s=100.0)

    def factor(reloj: float) -> float:
        parte, total = costo.medir(caso, Salida(caso="c", costo=Costo(reloj_s=reloj))).cuentas[
            "factor_tiempo"
        ]
        return parte / total

    assert factor(20.0) == 0.2 < factor(80.0) == 0.8
