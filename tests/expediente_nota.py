"""Notas inventadas para probar la revisión, el PDF y la firma; ninguna persona es real."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from scribe.consulta import EstadoCodigo
from scribe.expediente.firma.contenido import (
    AvisoDeNota,
    Consentimiento,
    Diagnostico,
    EnunciadoDeNota,
    Establecimiento,
    Medico,
    NotaParaFirmar,
    Paciente,
    Procedencia,
    Renglon,
    Signo,
)

CENTRO = timezone(timedelta(hours=-6))
ATENCION = datetime(2026, 3, 5, 10, 30, tzinfo=CENTRO)
RFC, CURP = "GOMA800101AB9", "GOMA800101MDFMRN07"


def _e(tipo: str, *textos: str) -> tuple[EnunciadoDeNota, ...]:
    return tuple(EnunciadoDeNota(texto=t, tipo=tipo) for t in textos)


def nota_completa(**cambios: Any) -> NotaParaFirmar:
    """Una nota de evolución a la que no le falta nada; `cambios` reemplaza campos."""
    base: dict[str, Any] = {
        "id": "0f6c1c0e-6a44-4f0e-9a55-6a2f3f0f1a11",
        "version": 3,
        "tipo": "evolucion",
        "atencion": ATENCION,
        "lugar": "Consultorio 2",
        "servicio": "Medicina familiar",
        "establecimiento": Establecimiento(
            tipo="Consultorio de medicina general",
            nombre="Clínica Los Laureles",
            domicilio="Av. de los Maestros 214, Col. Jardines, 20270 Aguascalientes, Ags.",
            institucion="Servicio privado",
            clues="ASSMP000123",
            telefono="449 555 0142",
        ),
        "paciente": Paciente(
            nombre="Rosalía Hernández Íñiguez",
            sexo="mujer",
            edad="54 años",
            fecha_nacimiento=date(1971, 8, 19),
            domicilio="Calle del Roble 18, Col. Bosques, Aguascalientes, Ags.",
            expediente="LL-2026-00417",
            curp="HEIR710819MASRXS03",
        ),
        "medico": Medico(
            usuario="agomez.7",
            nombre="Dra. Ana Gómez Morán",
            cedula="12345678",
            especialidad="Medicina familiar",
            cedula_especialidad="87654321",
            institucion_titulo="Universidad Autónoma de Aguascalientes",
            curp=CURP,
            rfc=RFC,
        ),
        "subjetivo": (
            *_e("motivo", "acude a control de diabetes y presión"),
            *_e(
                "padecimiento",
                "refiere que desde hace dos semanas despierta dos o tres veces por la noche a orinar",
                "ha tenido más sed de lo habitual y visión borrosa por las tardes",
            ),
            *_e("negacion", "niega dolor de pecho, falta de aire e hinchazón de pies"),
            *_e("adherencia", "olvidó la metformina de la noche cuatro o cinco días del último mes"),
            *_e("medicamento_actual", "metformina 850 miligramos cada doce horas; losartán 50 miligramos"),
            *_e("alergia", "alergia a la penicilina, con ronchas en 1998"),
            *_e("antecedente_familiar", "madre con diabetes; padre finado por infarto a los 61 años"),
        ),
        "objetivo": (
            *_e("exploracion", "consciente, orientada, bien hidratada, mucosas de buen color"),
            *_e("exploracion", "ruidos cardiacos rítmicos, sin soplos; campos pulmonares ventilados"),
            *_e("exploracion", "pies con pulsos presentes, sin úlceras; monofilamento normal en ambos"),
            *_e("resultado", "glucosa en ayuno 186 mg/dL y hemoglobina glucosilada 8.4 % del 26 de febrero"),
        ),
        "analisis": _e(
            "razonamiento",
            "la diabetes está fuera de meta, con síntomas de hiperglucemia y apego irregular al tratamiento",
            "la tensión arterial está en meta con losartán",
        ),
        "plan": (
            *_e("estudio", "creatinina, perfil de lípidos y relación albúmina-creatinina en orina"),
            *_e("indicacion", "caminar 30 minutos cinco días por semana; se entrega plan de alimentación"),
            *_e("alarma", "acudir a urgencias si hay vómito que no cede, somnolencia o glucosa mayor de 300"),
            *_e("seguimiento", "cita en cuatro semanas con resultados"),
        ),
        "pronostico": (
            EnunciadoDeNota(
                texto="bueno para la vida y reservado para la función, según el apego al tratamiento",
                tipo="pronostico",
                autor="medico",
            ),
        ),
        "signos": (
            Signo(clave="tension_arterial", valor="126/78", unidad="mmHg"),
            Signo(clave="frecuencia_cardiaca", valor="76", unidad="por minuto"),
            Signo(clave="frecuencia_respiratoria", valor="16", unidad="por minuto"),
            Signo(clave="temperatura", valor="36.4", unidad="°C"),
            Signo(clave="peso", valor="78.2", unidad="kg"),
            Signo(clave="talla", valor="1.58", unidad="m"),
            Signo(clave="saturacion", valor="96", unidad="%"),
        ),
        "diagnosticos": (
            Diagnostico(
                codigo="E11.9", titulo="Diabetes mellitus tipo 2, sin mención de complicación", principal=True
            ),
            Diagnostico(codigo="I10", titulo="Hipertensión esencial (primaria)"),
            Diagnostico(
                codigo="H53.8", titulo="Otras alteraciones visuales", estado=EstadoCodigo.SOSPECHA
            ),
        ),
        "receta": (
            Renglon(
                generico="Metformina",
                presentacion="tabletas de 850 mg",
                dosis="1 tableta",
                via="vía oral",
                frecuencia="cada 12 horas",
                duracion="por 30 días",
                indicaciones="Con los alimentos.",
            ),
            Renglon(
                generico="Empagliflozina",
                comercial="la que haya en la farmacia",
                presentacion="tabletas de 10 mg",
                dosis="1 tableta",
                via="vía oral",
                frecuencia="cada 24 horas",
                duracion="por 30 días",
                indicaciones="Por la mañana; suspender y avisar si hay fiebre con ardor al orinar.",
            ),
            Renglon(
                generico="Losartán",
                presentacion="tabletas de 50 mg",
                dosis="1 tableta",
                via="vía oral",
                frecuencia="cada 24 horas",
                duracion="por 30 días",
            ),
        ),
        "consentimientos": (
            Consentimiento(
                tipo="Grabación de la consulta",
                texto_version="v2 de enero de 2026",
                otorgado=ATENCION - timedelta(minutes=4),
                medio="firma en tableta",
                otorgante="la paciente",
            ),
        ),
        "avisos": (
            AvisoDeNota(
                tipo="cifra_dudosa",
                texto="La tensión arterial se oyó como «26/78».",
                grave=True,
                resolucion="Se confirmó 126/78 en el tensiómetro.",
            ),
        ),
        "procedencia": Procedencia(
            borrador_sha256="a" * 64, audio_sha256="b" * 64, modelos=("whisper-base", "qwen2.5-1.5b")
        ),
    }  # fmt: skip
    return NotaParaFirmar(**{**base, **cambios})
