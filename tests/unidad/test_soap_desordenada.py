"""La consulta sin orden: se interroga mientras se explora, se receta y se vuelve a mirar, se contesta a medias."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Redaccion, Rol, Transcripcion, Turno
from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Trozo
from scribe.soap.parcial import parcial
from scribe.soap.redactor import Redactor
from scribe.soap.sitio import encabeza, nombrado, separar

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}
_INTERROGA = (
    "m: ¿Qué la trae?",
    "p: Una molestia desde hace ocho días.",
    "m: ¿Ha tenido fiebre?",
    "p: No, fiebre no.",
)


def _redactar(*dichos: str) -> Redaccion:
    turnos = tuple(
        Turno(id=i, hablante=d[0], rol=_ROLES[d[0]], inicio=float(i), fin=i + 0.5, texto=d[3:])
        for i, d in enumerate((*_INTERROGA, *dichos), 1)
    )
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto())


def _dice(redaccion: Redaccion, seccion: str, *partes: str) -> bool:
    enunciados = redaccion.nota.seccion(seccion)  # type: ignore[arg-type]
    return any(all(p in llano(e.texto) for p in partes) for e in enunciados)


def _trozo(texto: str) -> Trozo:
    turno = Turno(id=5, hablante="m", rol=Rol.MEDICO, inicio=0.0, fin=1.0, texto=texto)
    return Trozo(turno, 0, len(texto))


def test_lo_que_se_mira_antes_de_seguir_preguntando_es_objetivo() -> None:
    redaccion = _redactar(
        "m: Los tobillos están hinchados. ¿Duerme acostada?",
        "p: Con tres almohadas.",
        "m: Potasio, 4.2. ¿Orina bien?",
        "p: Sí.",
        "m: ¿Toma algo?",
        "p: Nada.",
        "m: ¿Opera maquinaria?",
        "p: No.",
        "m: ¿Vive sola?",
        "p: Con mi hija.",
    )
    assert _dice(redaccion, "objetivo", "tobillos", "hinchados")
    assert _dice(redaccion, "objetivo", "potasio", "4.2")


def test_tras_recetar_se_vuelve_a_mirar() -> None:
    redaccion = _redactar(
        "m: Es una gastritis. Le dejo omeprazol de 20 en ayunas por un mes.",
        "p: Bueno.",
        "m: Ah, présteme el brazo. 130/80. Cene ligero.",
    )
    assert _dice(redaccion, "objetivo", "130/80")
    assert _dice(redaccion, "plan", "cene ligero")


@pytest.mark.parametrize(
    ("dicho", "partes"),
    [
        ("Voy con la panza. Está blandita, no hay rebote.", ("panza", "blandita")),
        ("Ahora el hígado. No se siente crecido.", ("higado", "no se siente crecido")),
        ("Déjeme oírle la panza... suena bastante.", ("panza", "suena")),
        ("Abra la boca. Está roja.", ("boca", "roja")),
    ],
)
def test_el_sitio_anunciado_encabeza_lo_hallado(dicho: str, partes: tuple[str, ...]) -> None:
    assert _dice(_redactar(f"m: {dicho}"), "objetivo", *partes)


def test_la_mano_con_que_se_empuja_no_es_el_sitio() -> None:
    orden, hallazgo = _trozo("Empújeme con la mano."), _trozo("No hay moretón.")
    assert not encabeza(nombrado(orden, tutea=False), hallazgo)


def test_la_orden_va_aparte_de_lo_hallado() -> None:
    assert [t.texto.strip(" .") for t in separar(_trozo("Abra la boca, está roja."), tutea=False)] == [
        "Abra la boca,",
        "está roja",
    ]


@pytest.mark.parametrize("dicho", ["Mire, lo que tiene es un virus.", "Vea, esto es una gastritis."])
def test_mire_con_coma_no_es_una_orden(dicho: str) -> None:
    assert _dice(_redactar(f"m: {dicho}"), "analisis", dicho.rsplit(maxsplit=1)[-1].strip("."))


@pytest.mark.parametrize(
    ("respuesta", "hay", "nombrado"),
    [
        ("De eso solo la tos.", True, "tos"),
        ("Nomás cansancio, lo demás no.", True, "cansancio"),
        ("Todo menos la fiebre.", False, "fiebre"),
        ("De todo eso, nada más el mareo.", True, "mareo"),
    ],
)
def test_respuesta_a_toda_la_lista(respuesta: str, hay: bool, nombrado: str) -> None:
    parte = parcial(respuesta)
    assert parte is not None and parte.lo_nombrado_hay is hay and nombrado in parte.nombrado


@pytest.mark.parametrize("respuesta", ["Solo en la noche.", "Nada más.", "No, de eso nada."])
def test_no_toda_respuesta_reparte_la_lista(respuesta: str) -> None:
    assert parcial(respuesta) is None


def test_de_la_lista_solo_una() -> None:
    redaccion = _redactar("m: ¿Tiene tos, mareo o vómito?", "p: De eso solo la tos.")
    assert _dice(redaccion, "subjetivo", "niega", "mareo") and _dice(redaccion, "subjetivo", "solo la tos")
    assert not _dice(redaccion, "subjetivo", "niega", "tos")


def test_lo_demas_no_no_niega_lo_primero() -> None:
    redaccion = _redactar("m: ¿Tiene disnea, tos o mareo?", "p: Nomás cansancio, lo demás no.")
    assert not _dice(redaccion, "subjetivo", "niega", "astenia")


def test_lo_condicional_ni_se_concluye_ni_se_ordena() -> None:
    redaccion = _redactar(
        "m: Le pido una placa. Si hay fractura, lo mando con el traumatólogo.",
        "p: ¿Y si no?",
        "m: Si en una semana no se le quita, le mando hacer la resonancia.",
    )
    assert not redaccion.nota.analisis
    assert _dice(redaccion, "plan", "si hay fractura") and _dice(redaccion, "plan", "si en", "resonancia")


def test_lo_que_se_palpa_no_es_un_descarte() -> None:
    redaccion = _redactar("m: Acuéstese. No hay soplos. Las anginas no están crecidas.")
    assert not redaccion.nota.analisis and _dice(redaccion, "objetivo", "anginas no estan crecidas")


def test_diabetes_todavia_no_conserva_su_no() -> None:
    redaccion = _redactar("m: Presión 120/80. Diabetes todavía no.")
    assert not _dice(redaccion, "analisis", "diabetes") or _dice(redaccion, "analisis", "todavia no")


def test_se_le_quito_no_suspende_nada() -> None:
    redaccion = _redactar("m: Presión 120/80. El pliegue se le devuelve rápido.", "p: Sí.")
    assert not any(e.tipo == "suspension" for e in redaccion.nota.plan)


def test_quien_acompana_pasa_la_pregunta() -> None:
    redaccion = _redactar("m: ¿Algo más?", "a: ¿Te duele el pecho, hija?", "p: No.")
    assert _dice(redaccion, "subjetivo", "niega", "toracico")


@pytest.mark.parametrize(
    "frase",
    [
        "Los tímpanos están limpios.",
        "La creatinina salió en 0.9.",
        "Le falta potasio, por eso los calambres.",
        "No apoye el pie hasta el lunes.",
        "Si le da fiebre de más de 39, me habla.",
        "Lo mando con el oculista hoy mismo.",
        "Lo que tiene es que se estiró el músculo.",
        "Los reflejos, apagados del lado derecho.",
        "Nada de cerveza con el antibiótico.",
        "El cuestionario le dio 17 puntos.",
    ],
)
@pytest.mark.parametrize("donde", ["antes", "en medio", "despues"])
def test_ninguna_frase_clinica_falta_de_la_nota_y_de_las_omisiones(frase: str, donde: str) -> None:
    orden = {
        "antes": (f"m: {frase} ¿Fuma?", "p: No.", "m: Acuéstese. El abdomen, blando."),
        "en medio": ("m: Acuéstese. El abdomen, blando.", "p: Ajá.", f"m: {frase}", "p: Ah."),
        "despues": ("m: Es una gastritis. Le dejo omeprazol de 20 en ayunas.", "p: Adiós.", f"m: {frase}"),
    }[donde]
    redaccion = _redactar(*orden)
    todo = llano(
        " ".join([e.texto for e in redaccion.nota.enunciados] + [o.texto for o in redaccion.omisiones])
    )
    palabras = [p for p in llano(frase).strip(".").replace(",", "").split() if len(p) > 4]
    assert sum(p[:4] in todo for p in palabras) >= 0.6 * len(palabras), todo
