"""Muestras diminutas con la forma en que se publica cada conjunto; el contenido es inventado."""

from __future__ import annotations

import csv
import json
import math
import wave
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path

import av
import numpy as np

HERCIOS = 16_000


def escribir(archivo: Path, texto: str, codificacion: str = "utf-8") -> Path:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    archivo.write_bytes(texto.encode(codificacion))
    return archivo


def wav(archivo: Path, segundos: float = 1.0, *, amplitud: int = 4000, tono: float = 220.0) -> Path:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    total = int(segundos * HERCIOS)
    muestras = array("h", (int(amplitud * math.sin(2 * math.pi * tono * i / HERCIOS)) for i in range(total)))
    with wave.open(str(archivo), "wb") as salida:
        salida.setnchannels(1)
        salida.setsampwidth(2)
        salida.setframerate(HERCIOS)
        salida.writeframes(muestras.tobytes())
    return archivo


def mp3(archivo: Path, segundos: float = 1.0) -> Path:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(archivo), "w", format="mp3") as salida:
        pista = salida.add_stream("mp3", rate=HERCIOS, layout="mono")
        cuadro = av.AudioFrame.from_ndarray(np.zeros((1, int(segundos * HERCIOS)), np.int16), "s16", "mono")
        cuadro.sample_rate = HERCIOS
        for paquete in (*pista.encode(cuadro), *pista.encode(None)):
            salida.mux(paquete)
    return archivo


def tabla(archivo: Path, filas: list[Mapping[str, str]]) -> Path:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    with archivo.open("w", encoding="utf-8", newline="") as salida:
        escritor = csv.DictWriter(salida, list(filas[0]))
        escritor.writeheader()
        escritor.writerows(filas)
    return archivo


CASO_A = "Varón de 40 años con fiebre y tos.\nLa radiografía de tórax confirma neumonía."
CASO_B = "Mujer de 33 años con migraña sin aura."


def _equis(documento: str, clase: str, codigo: str, texto: str, caso: str, *trozos: str) -> str:
    tramos = ";".join(f"{caso.index(t)} {caso.index(t) + len(t)}" for t in trozos or (texto,))
    return "\t".join((documento, clase, codigo, texto, tramos))


def codiesp(raiz: Path, partes: tuple[str, ...] = ("train", "dev", "test")) -> Path:
    """`final_dataset_v4_to_publish` con dos documentos por partición; uno sin procedimientos."""
    base = raiz / "final_dataset_v4_to_publish"
    for parte in partes:
        a, b = f"{parte}-a", f"{parte}-b"
        escribir(base / parte / "text_files" / f"{a}.txt", CASO_A)
        escribir(base / parte / "text_files" / f"{b}.txt", CASO_B)
        escribir(base / parte / "text_files_en" / f"{a}.txt", "Not read.")
        escribir(base / parte / f"{parte}D.tsv", f"{a}\tr50.9\n{a}\tj18.9\n{a}\tr50.9\n{b}\tg43.009\n")
        escribir(base / parte / f"{parte}P.tsv", f"{a}\tbw03zzz\n")
        lineas = [
            _equis(a, "DIAGNOSTICO", "r50.9", "fiebre", CASO_A),
            _equis(a, "DIAGNOSTICO", "j18.9", "neumonía", CASO_A),
            _equis(a, "PROCEDIMIENTO", "bw03zzz", "radiografía tórax", CASO_A, "radiografía", "tórax"),
            _equis(b, "DIAGNOSTICO", "g43.009", "migraña sin aura", CASO_B),
        ]
        escribir(base / parte / f"{parte}X.tsv", "\n".join(lineas) + "\n")
    return raiz


def textgrid(archivo: Path, intervalos: list[tuple[float, float, str]], nombre: str = "Speaker") -> Path:
    """Un TextGrid largo de Praat, con finales de línea de Windows como los publicados."""
    fin = intervalos[-1][1]
    lineas = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {fin}",
        "tiers? <exists>",
        "size = 1",
        "item []:",
        "\titem [1]:",
        '\t\tclass = "IntervalTier"',
        f'\t\tname = "{nombre}"',
        "\t\txmin = 0",
        f"\t\txmax = {fin}",
        f"\t\tintervals: size = {len(intervalos)}",
    ]
    for numero, (inicio, final, texto) in enumerate(intervalos, 1):
        lineas += [
            f"\t\tintervals [{numero}]:",
            f"\t\t\txmin = {inicio}",
            f"\t\t\txmax = {final}",
            f'\t\t\ttext = "{texto}"',
        ]
    return escribir(archivo, "\r\n".join(lineas) + "\r\n")


def primock57(raiz: Path, *, audio: bool = True) -> Path:
    """Dos consultas; la primera con marcas de lo que no se oyó."""
    for consulta in ("day1_consultation01", "day1_consultation02"):
        doctor = [
            (0.0, 0.5, ""),
            (0.5, 1.5, "Good morning, <UNSURE>how</UNSURE> are you?"),
            (1.5, 3.0, "<UNIN/>"),
        ]
        paciente = [(0.0, 1.2, ""), (1.2, 2.0, "My knee hurts. <INAUDIBLE_SPEECH/>"), (2.0, 3.0, "")]
        textgrid(raiz / "transcripts" / f"{consulta}_doctor.TextGrid", doctor, "Doctor")
        textgrid(raiz / "transcripts" / f"{consulta}_patient.TextGrid", paciente)
        nota = {
            "day": 1,
            "presenting_complaint": "knee",
            "note": "Knee pain.\n\nPlan: rest. \n",
            "highlights": [],
        }
        escribir(raiz / "notes" / f"{consulta}.json", json.dumps(nota))
        if audio:
            wav(raiz / "audio" / f"{consulta}_doctor.wav", 3.0, amplitud=8000)
            wav(raiz / "audio" / f"{consulta}_patient.wav", 2.0, amplitud=0)
    escribir(raiz / "README.md", "# mini")
    return raiz


def fareez(raiz: Path) -> Path:
    base = raiz / "Data"
    for nombre in ("RES0001", "RES0002", "MSK0001"):
        mp3(base / "Audio Recordings" / f"{nombre}.mp3", 1.5)
        texto = "D: What brings you in?\n\nP: A cough,\nfor two weeks.\n\nD: Any fever?\n\nP: No.\n"
        escribir(base / "Clean Transcripts" / f"{nombre}.txt", texto)
    return raiz


_DIALOGO_ACI = "[doctor] hi , ana .\n[patient] my elbow hurts .\nsince monday .\n[doctor] let's see it ."


def aci_bench(raiz: Path) -> Path:
    """`challenge_data` con entrenamiento y una prueba; uno de cada subconjunto."""
    base = raiz / "data" / "challenge_data"
    for parte, inicio in (("train", 1), ("clinicalnlp_taskB_test1", 11)):
        filas = [
            {
                "dataset": d,
                "encounter_id": f"D2N{inicio + n:03d}",
                "dialogue": _DIALOGO_ACI,
                "note": "CC\n\nElbow, pain.",
            }
            for n, d in enumerate(("virtassist", "aci", "virtscribe"))
        ]
        tabla(base / f"{parte}.csv", filas)
        tabla(
            base / f"{parte}_metadata.csv",
            [{"encounter_id": f["encounter_id"], "cc": "elbow"} for f in filas],
        )
    return raiz


def mts_dialog(raiz: Path) -> Path:
    base = raiz / "Main-Dataset"
    dialogo = "Doctor: Any allergies?\r\nPatient: Penicillin.\r\nGuest_family_1: And nuts.\r\n"
    dialogo += "Docotr_2: Note: noted.\r\n"
    for parte in ("TrainingSet", "TestSet-2-MEDIQA-Sum-2023"):
        filas = [
            {
                "ID": str(n),
                "section_header": "ALLERGY",
                "section_text": "Penicillin, nuts.",
                "dialogue": dialogo,
            }
            for n in range(6)
        ]
        tabla(base / f"MTS-Dialog-{parte}.csv", filas)
    escribir(raiz / "Augmented-Data" / "MTS-Dialog-Augmented.csv", "ID\n1\n")
    return raiz


def hf_csv(raiz: Path) -> Path:
    filas = []
    for parte, nombre in (("train", "a"), ("test", "b")):
        wav(raiz / parte / f"{nombre}.wav")
        filas.append(
            {"file_name": f"{parte}/{nombre}.wav", "transcription": f"hola {nombre},\ndoctora", "gender": "f"}
        )
    tabla(raiz / "metadata.csv", filas)
    return raiz


def hf_jsonl(raiz: Path) -> Path:
    for parte in ("train", "validation"):
        wav(raiz / parte / f"{parte}1.wav")
        fila = {"file_name": f"{parte}1.wav", "text": "buenas tardes", "language": "es_MX"}
        escribir(raiz / parte / "metadata.jsonl", json.dumps(fila) + "\n\n")
    return raiz


def common_voice(raiz: Path) -> Path:
    for nombre in ("c1", "c2", "c3"):
        mp3(raiz / "clips" / f"{nombre}.mp3")
    cabeza = "client_id\tpath\tsentence\taccents\tlocale\n"
    escribir(raiz / "test.tsv", cabeza + 'x\tc1.mp3\tDijo: "no me duele\tMéxico\tes\n')
    escribir(raiz / "validated.tsv", cabeza + "x\tc2.mp3\tOtra\t\tes\nx\tc3.mp3\tY otra\t\tes\n")
    return raiz


def pares(raiz: Path) -> Path:
    for nombre in ("uno", "dos"):
        wav(raiz / f"{nombre}.wav", 1.25)
        escribir(raiz / f"{nombre}.txt", f"audio número {nombre}\n")
    escribir(raiz / "README.txt", "No es una transcripción.")
    return raiz


def voxconverse(raiz: Path) -> Path:
    """RTTM de las dos particiones, audio solo de una, en otra carpeta."""
    for parte, nombre in (("dev", "abcde"), ("dev", "fghij"), ("test", "zyxwv")):
        lineas = (
            f"SPEAKER {nombre} 1 0.20 0.50 <NA> <NA> spk01 <NA> <NA>\n"
            f"SPEAKER {nombre} 1 0.60 0.30 <NA> <NA> spk00 <NA> <NA>\n"
        )
        escribir(raiz / parte / f"{nombre}.rttm", lineas)
        if parte == "dev":
            wav(raiz / "audio" / f"{nombre}.wav")
    return raiz


def ami(raiz: Path) -> Path:
    """Varias grabaciones de una junta, RTTM en carpeta hermana y UEM."""
    wav(raiz / "amicorpus" / "EN2002a" / "audio" / "EN2002a.Mix-Headset.wav", 2.0)
    wav(raiz / "amicorpus" / "EN2002a" / "audio" / "EN2002a.Array1-01.wav", 2.0)
    lineas = ";; comentario\nSPEAKER EN2002a 1 0.1 1.0 <NA> <NA> MEE073 <NA>\n"
    escribir(raiz / "only_words" / "rttms" / "test" / "EN2002a.rttm", lineas)
    escribir(raiz / "uems" / "test" / "EN2002a.uem", "EN2002a 1 0.000 1.500\n")
    return raiz


def consultas(raiz: Path) -> Path:
    """La forma de consultas_es, que no es de ninguno de estos importadores."""
    wav(raiz / "caso01.wav")
    escribir(raiz / "caso01.json", json.dumps({"id": "caso01", "turns": [], "voices": {}}))
    escribir(raiz / "caso01.ref.json", json.dumps({"id": "caso01", "turnos": []}))
    escribir(raiz / "caso01.rttm", "SPEAKER caso01 1 0.0 0.5 <NA> <NA> medico <NA> <NA>\n")
    return raiz


def omi_asr(raiz: Path) -> Path:
    """La forma de omi_asr, que tampoco."""
    for carpeta in ("referencias", "hipotesis/uno"):
        escribir(raiz / carpeta / "day1_consultation01_pure_text.txt", "hello there")
    return raiz


FORMAS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    "codiesp": (codiesp, "codiesp"),
    "codiesp solo train": (lambda r: codiesp(r, ("train",)), "codiesp_entrenamiento"),
    "primock57": (primock57, "primock57"),
    "primock57 sin audio": (lambda r: primock57(r, audio=False), "primock57_texto"),
    "fareez": (fareez, "fareez"),
    "aci_bench": (aci_bench, "aci_bench"),
    "mts_dialog": (mts_dialog, "mts_dialog"),
    "hf csv": (hf_csv, "carpeta_hf"),
    "hf jsonl": (hf_jsonl, "carpeta_hf"),
    "common voice": (common_voice, "carpeta_hf"),
    "pares": (pares, "carpeta_hf"),
    "voxconverse": (voxconverse, "carpeta_rttm"),
    "ami": (ami, "carpeta_rttm"),
    "consultas": (consultas, None),
    "omi_asr": (omi_asr, None),
}
"""Forma → (quién la escribe, qué importador de los de aquí la reconoce)."""
