"""Las medidas como tabla de markdown; `docs/evaluacion.md` sale de aquí y no se teclea."""

from __future__ import annotations

from collections.abc import Sequence

from evaluacion.medida import Medida
from evaluacion.normalizador import reglas

_HABLA = {
    "wer": "WER", "wer_oido": "WER oído", "cer": "CER", "cifras_perdidas": "cifras perdidas",
    "cpwer": "cpWER", "der": "DER", "der_025": "DER ±0.25 s", "numero_de_hablantes": "n.º hablantes",
    "rol": "rol",
}  # fmt: skip
_NOTA = {
    "hechos": "hechos", "hechos_criticos": "críticos", "hechos_S": "S", "hechos_O": "O", "hechos_A": "A",
    "hechos_P": "P", "hechos_con_omisiones": "con omisiones", "hechos_en_su_seccion": "en su sección",
    "prohibidos": "prohibidos", "citas_validas": "citas válidas", "con_sustento": "con sustento",
    "por_revisar": "por revisar",
}  # fmt: skip
_CODIGOS = {
    "codigos_categoria_5": "categoría en 5", "codigos_confirmados_5": "confirmados en 5",
    "codigos_exactos_5": "4 caracteres en 5", "codigos_con_alternativas": "con alternativas",
    "estado_del_codigo": "estado", "codigos_presentes_falsos": "presentes falsos", "alertas": "alertas",
}  # fmt: skip
_ENTERAS = {"prohibidos", "codigos_presentes_falsos", "numero_de_hablantes", "alertas"}
_ETAPAS = ("audio_s", "asr_s", "diarizacion_s", "nota_s", "codigos_s")


def tabla(medidas: Sequence[Medida], total: Medida, perfil: str) -> str:
    """El informe completo en markdown: una tabla por tema, una línea por caso y el total."""
    todas = [*medidas, total]
    partes = [
        "# Evaluación",
        f"Perfil `{perfil}`, {len(medidas)} consultas sintéticas, normalizador v{reglas()['version']}. "
        "Generado por `python -m evaluacion.medir`; no se edita a mano. Las definiciones están en "
        "[decisiones/sintesis.md](decisiones/sintesis.md).",
        "## Transcripción y hablantes",
        "En WER, CER, cifras perdidas, cpWER y DER, menos es mejor; en rol, más.",
        _cuadro(todas, _HABLA),
        "## Nota",
        "Hechos esperados que la nota recoge (más es mejor); prohibidos, los que violó.",
        _cuadro(todas, _NOTA),
        "## Códigos y alertas",
        "Códigos CIE-10 esperados que aparecen entre las cinco primeras sugerencias.",
        _cuadro(todas, _CODIGOS),
        "## Costo",
        "Segundos por etapa y RTF (segundos de cómputo por segundo de audio).",
        _costo(todas),
    ]
    return "\n\n".join(partes) + "\n"


def _cuadro(medidas: Sequence[Medida], columnas: dict[str, str]) -> str:
    filas = [["caso", *columnas.values()], ["---"] * (len(columnas) + 1)]
    filas += [[_nombre(m), *(_celda(m, c) for c in columnas)] for m in medidas]
    return "\n".join("| " + " | ".join(f) + " |" for f in filas)


def _costo(medidas: Sequence[Medida]) -> str:
    titulos = ["caso", "audio (s)", "lectura", "asr", "diarización", "nota", "códigos", "RTF asr+diar",
               "RTF total", "memoria (MiB)"]  # fmt: skip
    filas = [titulos, ["---"] * len(titulos)]
    for medida in medidas:
        duracion = medida.tiempos.get("duracion_s", 0.0)
        etapas = [medida.tiempos.get(e, 0.0) for e in _ETAPAS]
        rtf = [(etapas[1] + etapas[2]) / duracion, sum(etapas) / duracion] if duracion else [0.0, 0.0]
        memoria = "—" if medida.memoria_mib is None else f"{medida.memoria_mib:.0f}"
        numeros = [f"{duracion:.0f}", *(f"{e:.1f}" for e in etapas), *(f"{r:.2f}" for r in rtf), memoria]
        filas.append([_nombre(medida), *numeros])
    return "\n".join("| " + " | ".join(f) + " |" for f in filas)


def _celda(medida: Medida, clave: str) -> str:
    tasa = medida.tasa(clave)
    if tasa is None:
        return "—"
    parte, total = medida.cuentas[clave]
    return f"{parte:.0f}/{total:.0f}" if clave in _ENTERAS else f"{100 * tasa:.1f} %"


def _nombre(medida: Medida) -> str:
    return "**total**" if medida.id == "total" else medida.id
