"""Los adaptadores de pares: contrato, qué falta, y la conversión de lo que da cada biblioteca."""

from __future__ import annotations

import importlib
import json
import pkgutil
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluacion import pares
from evaluacion.caso import Caso, Dicho, MencionEsperada
from evaluacion.par import CasoSinEntrada, Par, palabra, senal_de, sin_hablantes
from evaluacion.pares import whisper_transformers
from evaluacion.pares.faster_whisper import palabras_de
from evaluacion.pares.habla_pares import dueno, repartir
from evaluacion.pares.nota_ingenua import NotaIngenua, mensajes_de, por_apartados
from evaluacion.pares.rapidfuzz_titulos import RapidfuzzTitulos
from evaluacion.pares.senko import tramos_de as tramos_de_senko
from evaluacion.pesos_ct2 import de_transformers, leer
from evaluacion.sistema import Opciones, sistemas
from scribe.consulta import Nota, Palabra, Tramo
from scribe.errores import ModeloAlterado

RAIZ = Path(__file__).resolve().parents[2]
MODULOS = sorted(m.name for m in pkgutil.iter_modules(pares.__path__))
TODOS: list[Par] = [s for m in MODULOS for s in importlib.import_module(f"evaluacion.pares.{m}").SISTEMAS]
PESADOS = ("torch", "transformers", "ctranslate2", "pyannote.audio", "llama_cpp", "senko", "whisperx")


def _en_otro_proceso(codigo: str) -> str:
    orden = [sys.executable, "-c", codigo]
    return subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, check=True).stdout


def test_los_pares_que_pide_el_banco_estan_en_el_registro() -> None:
    esperados = {
        "faster-whisper": "asr", "faster-whisper-lotes": "asr", "whisper-transformers": "asr",
        "whisperx": "asr",
        "senko": "diarizacion", "pyannote": "diarizacion", "faster-whisper-senko": "habla",
        "nota-un-prompt": "nota", "rapidfuzz-titulos": "codigos",
    }  # fmt: skip
    assert {s.nombre: s.tareas[0] for s in TODOS} == esperados
    assert len(TODOS) == len(esperados)
    registro = sistemas()
    assert all(type(registro[n]) is type(s) for s in TODOS if (n := s.nombre))


@pytest.mark.parametrize("par", TODOS, ids=lambda p: p.nombre)
def test_identidad_dice_version_de_cada_paquete_y_hash_del_modelo(par: Par) -> None:
    identidad = par.identidad()
    assert set(par.paquetes) <= set(identidad)
    assert len(identidad["adaptador"]) >= 16
    assert all(isinstance(v, str) and v for v in identidad.values())
    json.dumps(identidad)
    assert par.titulo and par.titulo != par.nombre


def test_mirar_que_falta_no_carga_nada_pesado_y_es_inmediato() -> None:
    codigo = (
        "import sys, time\n"
        "from evaluacion.pares import " + ", ".join(MODULOS) + "\n"
        "todos = [s for m in (" + ", ".join(MODULOS) + ",) for s in m.SISTEMAS]\n"
        "antes = time.process_time()\n"
        "for s in todos: s.falta(); s.identidad()\n"
        "print(time.process_time() - antes)\n"
        f"print([m for m in {PESADOS!r} if m in sys.modules])\n"
    )
    segundos, cargados = _en_otro_proceso(codigo).splitlines()
    assert cargados == "[]"
    assert float(segundos) < 3.0


def test_falta_dice_que_paquete_instalar(monkeypatch: pytest.MonkeyPatch) -> None:
    par = RapidfuzzTitulos()
    monkeypatch.setattr(type(par), "paquetes", ("rapidfuzz", "paquete-que-no-existe"))
    mensaje = par.falta()
    assert mensaje is not None and "paquete-que-no-existe" in mensaje and "requisitos/pares.txt" in mensaje
    assert "rapidfuzz," not in mensaje


def test_falta_dice_que_modelo_instalar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCRIBE_MODELOS", str(tmp_path))
    mensaje = NotaIngenua().falta()
    assert mensaje is not None and "scribe modelos instalar" in mensaje


def test_un_caso_sin_su_entrada_se_dice() -> None:
    vacio = Caso(id="x")
    with pytest.raises(CasoSinEntrada):
        senal_de(vacio)
    with pytest.raises(CasoSinEntrada):
        mensajes_de(vacio)
    with pytest.raises(CasoSinEntrada):
        RapidfuzzTitulos().resolver(vacio, "codigos")


# --- Transcripción ------------------------------------------------------------------------------


def test_un_sistema_sin_hablantes_da_un_turno_y_ninguno_si_no_oye() -> None:
    hecha = sin_hablantes(Caso(id="x"), [(0.5, 1.0, " Hola, "), (1.0, 1.2, "  "), (2.0, 3.5, "doctora.")])
    (turno,) = hecha.turnos
    assert (turno.texto, turno.inicio, turno.fin) == ("Hola, doctora.", 0.5, 3.5)
    assert sin_hablantes(Caso(id="x"), [(0.0, 1.0, " ")]).turnos == ()


def test_palabra_cabe_en_el_contrato() -> None:
    assert palabra(" ya ", -0.01, -0.02, 1.00001) == Palabra(texto="ya", inicio=0.0, fin=0.0, prob=1.0)


@dataclass
class _Oida:
    word: str
    start: float
    end: float
    probability: float


@dataclass
class _Segmento:
    words: list[_Oida] | None


def test_palabras_de_faster_whisper() -> None:
    segmentos = [
        _Segmento([_Oida(" me", 0.0, 0.2, 0.9), _Oida(" ", 0.2, 0.2, 0.1)]),
        _Segmento(None),
        _Segmento([_Oida("dio", 1.0, 1.1, 0.8), _Oida(" 38", 1.1, 1.4, 0.7), _Oida(".5.", 1.4, 1.8, 0.6)]),
    ]
    assert palabras_de(segmentos) == (
        Palabra(texto="me", inicio=0.0, fin=0.2, prob=0.9),
        Palabra(texto="dio", inicio=1.0, fin=1.1, prob=0.8),
        Palabra(texto="38.5.", inicio=1.1, fin=1.8, prob=0.6),
    )


# --- Hablantes ----------------------------------------------------------------------------------


def test_tramos_de_senko_por_orden_de_aparicion_y_sin_nulos() -> None:
    crudos = [
        {"speaker": "SPEAKER_02", "start": 0.0, "end": 1.0},
        {"speaker": "SPEAKER_01", "start": 1.0, "end": 1.0},
        {"speaker": "SPEAKER_01", "start": 1.5, "end": np.float64(2.0)},
    ]
    assert tramos_de_senko(crudos) == (
        Tramo(hablante="H1", inicio=0.0, fin=1.0),
        Tramo(hablante="H2", inicio=1.5, fin=2.0),
    )


def _palabras(*tiempos: tuple[str, float, float]) -> tuple[Palabra, ...]:
    return tuple(Palabra(texto=t, inicio=i, fin=f, prob=1.0) for t, i, f in tiempos)


def test_cada_palabra_va_a_quien_mas_se_encima_o_al_mas_cercano() -> None:
    tramos = (Tramo(hablante="H1", inicio=0.0, fin=1.0), Tramo(hablante="H2", inicio=0.9, fin=2.0))
    casi, entre, lejos = _palabras(("a", 0.7, 1.0), ("b", 0.9, 1.4), ("c", 5.0, 5.2))
    assert [dueno(p, tramos) for p in (casi, entre, lejos)] == ["H1", "H2", "H2"]
    assert dueno(casi, ()) == "H1"


def test_el_reparto_no_pierde_ni_cambia_palabras() -> None:
    tramos = (Tramo(hablante="H2", inicio=0.0, fin=1.0), Tramo(hablante="H1", inicio=1.0, fin=2.0))
    dichas = _palabras(("Buenas", 0.0, 0.4), ("tardes.", 0.4, 0.9), ("Hola.", 1.1, 1.5))
    turnos = repartir(dichas, tramos)
    assert [(t.id, t.hablante, t.texto) for t in turnos] == [(1, "H2", "Buenas tardes."), (2, "H1", "Hola.")]
    assert tuple(p for t in turnos for p in t.palabras) == dichas


# --- Nota ---------------------------------------------------------------------------------------

NOTA = """\
### Nota SOAP
**Subjetivo:** Tos de tres días. Niega fiebre.
- Alérgico a penicilina

**Objetivo (O):**
1. Saturación 94 %
Análisis
Bronquitis aguda
**P:** Paracetamol 500 mg cada 8 horas; reposo.
"""


def _textos(nota: Nota) -> dict[str, list[str]]:
    return {s: [e.texto for e in getattr(nota, s)] for s in Nota.model_fields if getattr(nota, s)}


def test_la_nota_libre_se_parte_en_oraciones_por_apartado() -> None:
    nota = por_apartados(NOTA)
    assert _textos(nota) == {
        "subjetivo": ["Tos de tres días.", "Niega fiebre.", "Alérgico a penicilina"],
        "objetivo": ["Saturación 94 %"],
        "analisis": ["Bronquitis aguda"],
        "plan": ["Paracetamol 500 mg cada 8 horas;", "reposo."],
    }
    assert all(e.citas == () for e in nota.enunciados)


def test_una_vineta_con_nombre_de_apartado_no_abre_otro() -> None:
    texto = "**Nota SOAP**\n**Objetivo:**\n- **Diagnóstico:** amigdalitis.\n- Signos:\n - **Plan:** reposo."
    assert _textos(por_apartados(texto)) == {"objetivo": ["Diagnóstico: amigdalitis.", "Plan: reposo."]}


def test_una_oracion_que_empieza_como_un_encabezado_no_lo_es() -> None:
    assert _textos(por_apartados("Plan:\nA la paciente se le explica.\nO regresa en 48 horas.")) == {
        "plan": ["A la paciente se le explica.", "O regresa en 48 horas."]
    }


def test_una_sola_peticion_con_todo_el_dialogo_y_en_su_idioma() -> None:
    dichos = (Dicho(hablante="medico", texto="¿Qué tiene?"), Dicho(hablante="paciente", texto="Tos {x}."))
    sistema, usuario = mensajes_de(Caso(id="x", dichos=dichos))
    assert sistema["role"] == "system" and "Médico: ¿Qué tiene?\nPaciente: Tos {x}." in usuario["content"]
    ingles = mensajes_de(Caso(id="x", idioma="en", dichos=(Dicho(hablante="Doctor", texto="Hi."),)))
    assert "Subjective" in ingles[1]["content"] and "Doctor: Hi." in ingles[1]["content"]


# --- Códigos ------------------------------------------------------------------------------------

TITULOS = {
    "J02.9": "Faringitis aguda, no especificada",
    "I10": "Hipertensión esencial",
    "E11": "Diabetes tipo 2",
}


def _buscador() -> RapidfuzzTitulos:
    par = RapidfuzzTitulos()
    par.usar(TITULOS.items())
    return par


def test_rapidfuzz_ordena_por_parecido_y_solo_propone_lo_muy_parecido() -> None:
    caso = Caso(
        id="x",
        texto="Se trata de diabetes tipo 2 de diez años.\nNo hay nada más que decir.",
        menciones=(MencionEsperada(codigo="j02.9", texto="faringitis aguda"),),
    )
    salida = _buscador().resolver(caso, "codigos")
    assert salida.codigos is not None and salida.candidatos is not None
    assert [c.codigo for c in salida.codigos] == ["E11"]
    assert salida.codigos[0].citas[0].texto == "Se trata de diabetes tipo 2 de diez años."
    assert salida.codigos[0].citas[0].texto in (caso.texto or "")
    assert salida.candidatos[0][0] == "J02.9" and len(salida.candidatos) == 1


def test_rapidfuzz_lee_tambien_lo_dicho() -> None:
    dichos = tuple(Dicho(hablante="medico", texto=t) for t in ("Bueno.", "Hipertensión esencial."))
    salida = _buscador().resolver(Caso(id="x", dichos=dichos), "codigos")
    assert salida.codigos is not None
    assert [(c.codigo, c.citas[0].turno) for c in salida.codigos] == [("I10", 2)]


# --- Pesos de CTranslate2 -----------------------------------------------------------------------


def _escribir(ruta: Path, variables: dict[str, np.ndarray[Any, Any]], tipo: str = "WhisperSpec") -> Path:
    tipos = {"float32": 0, "int8": 1, "int16": 2, "float16": 4}

    def cadena(texto: str) -> bytes:
        return struct.pack("H", len(texto) + 1) + texto.encode() + b"\0"

    datos = struct.pack("I", 6) + cadena(tipo) + struct.pack("II", 3, len(variables))
    for nombre, v in variables.items():
        datos += cadena(nombre) + struct.pack(f"=B{v.ndim}I", v.ndim, *v.shape)
        datos += struct.pack("=BI", tipos[str(v.dtype)], v.nbytes) + v.tobytes()
    ruta.write_bytes(datos + struct.pack("I", 0))
    return ruta


def test_los_pesos_se_separan_y_renombran_sin_cambiar_ninguno(tmp_path: Path) -> None:
    junta = np.arange(6, dtype=np.float16).reshape(6, 1)
    sesgo = np.array([1, 2, 0, 0, 5, 6], dtype=np.float16)
    fichas = np.ones((3, 2), dtype=np.float16)
    archivo = _escribir(
        tmp_path / "model.bin",
        {
            "decoder/embeddings/weight": fichas,
            "encoder/layer_0/self_attention/linear_0/weight": junta,
            "encoder/layer_0/self_attention/linear_0/bias": sesgo,
            "encoder/layer_0/self_attention/layer_norm/gamma": np.ones(2, dtype=np.float16),
            "decoder/layer_1/attention/linear_1/weight": junta,
            "decoder/layer_1/ffn/linear_1/bias": np.ones(2, dtype=np.float16),
            "encoder/num_heads": np.array(8, dtype=np.int16),
        },
    )
    crudos = leer(archivo)
    assert int(crudos["encoder/num_heads"]) == 8
    pesos = de_transformers(crudos)
    capa = "model.encoder.layers.0.self_attn"
    assert [pesos[f"{capa}.{k}_proj.weight"].ravel().tolist() for k in "qkv"] == [[0, 1], [2, 3], [4, 5]]
    assert pesos[f"{capa}.v_proj.bias"].tolist() == [5, 6] and f"{capa}.k_proj.bias" not in pesos
    assert pesos["model.decoder.layers.1.encoder_attn.v_proj.weight"].ravel().tolist() == [3, 4, 5]
    assert {f"{capa}_layer_norm.weight", "model.decoder.layers.1.fc2.bias", "proj_out.weight"} <= set(pesos)
    assert all(v.dtype == np.float32 for v in pesos.values())


def test_un_modelo_cuantizado_cortado_o_de_otra_cosa_se_rechaza(tmp_path: Path) -> None:
    entera = _escribir(tmp_path / "a", {"encoder/conv1/weight": np.ones((2, 2), dtype=np.int8)})
    with pytest.raises(ModeloAlterado, match="cuantizado"):
        de_transformers(leer(entera))
    cortado = tmp_path / "b"
    cortado.write_bytes(entera.read_bytes()[:-7])
    otro = _escribir(tmp_path / "c", {}, tipo="TransformerSpec")
    for archivo in (cortado, otro):
        with pytest.raises(ModeloAlterado):
            leer(archivo)


def test_whisper_aparte_exige_una_carpeta_con_modelo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(whisper_transformers.VARIABLE, str(tmp_path))
    par = whisper_transformers.WhisperTransformers()
    mensaje = par.falta()
    assert mensaje is not None and whisper_transformers.VARIABLE in mensaje
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"1234")
    assert par.falta() is None and par.identidad()["modelo"] == "model.safetensors (4 B)"


def test_preparar_apaga_telemetria_y_descargas() -> None:
    codigo = (
        "import os, socket\n"
        "for v in ('HF_HUB_OFFLINE', 'PYANNOTE_METRICS_ENABLED'): os.environ.pop(v, None)\n"
        "from evaluacion.pares.rapidfuzz_titulos import RapidfuzzTitulos\n"
        "from evaluacion.sistema import Opciones\n"
        "par = RapidfuzzTitulos(); par.cargar = lambda tarea: None\n"
        "par.preparar('codigos', Opciones())\n"
        "print(os.environ['HF_HUB_OFFLINE'], os.environ['PYANNOTE_METRICS_ENABLED'])\n"
        "try: socket.create_connection(('192.0.2.1', 9), timeout=1)\n"
        "except Exception as e: print(type(e).__name__)\n"
    )
    assert _en_otro_proceso(codigo).split() == ["1", "false", "RedBloqueada"]


def test_las_opciones_llegan_antes_de_cargar() -> None:
    visto: list[int] = []

    class Curioso(RapidfuzzTitulos):
        def cargar(self, tarea: Any) -> None:
            visto.append(self._opciones.hilos)

    inicio = time.monotonic()
    Curioso().preparar("codigos", Opciones(hilos=3))
    assert visto == [3] and time.monotonic() - inicio < 5
