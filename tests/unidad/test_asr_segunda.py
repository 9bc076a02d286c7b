"""La segunda mirada: qué se puntúa, qué se cambia y qué se muestra con las dos lecturas."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scribe.asr.correccion import corregir
from scribe.asr.segunda import Otra, Puntuar, mirar
from scribe.consulta import Escucha, OtraLectura, Palabra, Transcripcion, Turno
from scribe.lenguaje.cifras_parecidas import en_letras, parecidas


def mirada(texto: str, prob: float, ventajas: dict[str, float]) -> tuple[list[Otra], list[str]]:
    """Lo que sale de mirar `texto`, con un audio que da a cada lectura su ventaja, y lo que se puntuó."""
    pedidos: list[str] = []

    def puntuar(textos: Sequence[str]) -> list[float]:
        pedidos.extend(textos[1:])
        return [
            max([-20.0 + v for clave, v in ventajas.items() if clave in t], default=-20.0) for t in textos
        ]

    return mirar(texto, [(0, len(texto), prob)], puntuar), pedidos


def test_una_palabra_corriente_que_el_audio_dice_que_es_un_farmaco_se_cambia() -> None:
    (otra,), _ = mirada(" Le dio un temprano y ya no volvió.", 0.5, {"Tempra ": 9.0})
    assert (otra.propuesto, otra.segura) == ("Tempra", True)


def test_con_poca_ventaja_se_muestran_las_dos_y_sin_ella_nada() -> None:
    (otra,), _ = mirada(" Le dio un temprano y ya no volvió.", 0.5, {"Tempra ": 0.5})
    assert not otra.segura
    assert mirada(" Le dio un temprano y ya no volvió.", 0.5, {"Tempra ": -0.5})[0] == []


@pytest.mark.parametrize(
    ("texto", "prob"),
    [
        (" Le dio un temprano y ya no volvió.", 0.96),  # se oyó claro
        (" Hoy llegó muy temprano a trabajar.", 0.5),  # nadie toma ni receta nada
        (" Le doy una cada cinco días.", 0.5),  # cifras, no zinc
        (" La presión en 118 sobre 70.", 0.8),
        (" Tiene 2.5 de creatinina.", 0.3),  # los decimales no se puntúan
    ],
)
def test_lo_claro_y_lo_que_no_viene_al_caso_no_cuesta_nada(texto: str, prob: float) -> None:
    assert mirada(texto, prob, {})[1] == []


def test_una_cifra_dudosa_se_propone_aunque_la_otra_sea_algo_menos_probable() -> None:
    texto = " La glucosa en 12 hoy."
    assert [o.propuesto for o in mirada(texto, 0.5, {"112": -1.5, "212": -2.5, "en 2 ": -3})[0]] == ["112"]
    assert mirada(texto, 0.5, {"112": -2.5, "212": -2.5, "en 2 ": -3})[0] == []


def test_los_numeros_que_se_confunden_al_oido() -> None:
    assert en_letras(118) == "ciento dieciocho" and en_letras(530) == "quinientos treinta"
    assert {118, 218} <= set(parecidas(18, 5)) and 18 in parecidas(118, 5)
    assert 70 in parecidas(60) and 13 in parecidas(3) and 212 in parecidas(12)
    assert max(parecidas(4, 9)) < 100 and all(n % 10 == 0 for n in parecidas(400, 9))
    with pytest.raises(ValueError, match="1000"):
        en_letras(1000)


def consulta(texto: str) -> Transcripcion:
    palabras = tuple(
        Palabra(texto=p, inicio=float(k), fin=k + 0.9, prob=0.5) for k, p in enumerate(texto.split())
    )
    turno = Turno(id=1, hablante="H0", inicio=0, fin=90, texto=texto, palabras=palabras)
    return Transcripcion(idioma="es", turnos=(turno,))


def oido(inicio: float, fin: float, original: str, propuesto: str, **mas: object) -> tuple[Escucha, ...]:
    lectura = OtraLectura.model_validate(
        {"inicio": inicio, "fin": fin, "original": original, "propuesto": propuesto, **mas}
    )
    return (Escucha(idioma="es", lecturas=(lectura,)),)


def test_la_lectura_segura_queda_escrita_y_anotada() -> None:
    escuchas = oido(3.0, 3.9, "temprano", "Tempra", motivo="fármaco", segura=True)
    nuevo, avisos = corregir(consulta("Ayer le dio temprano, y ya."), escuchas=escuchas)
    (turno,) = nuevo.turnos
    assert turno.texto == "Ayer le dio Tempra, y ya." and turno.palabras[3].texto == "temprano,"
    assert [(c.original, c.propuesto, c.aplicada) for c in turno.correcciones] == [
        ("temprano", "Tempra", True)
    ]
    assert not avisos


def test_la_cifra_dudosa_no_se_cambia_y_se_avisa_con_las_dos_lecturas() -> None:
    escuchas = oido(3.0, 3.9, "12", "112", motivo="cifra")
    nuevo, avisos = corregir(consulta("Cada 12 horas, 12 gramos tomó."), escuchas=escuchas)
    assert nuevo.turnos[0].texto == consulta("Cada 12 horas, 12 gramos tomó.").turnos[0].texto.replace(
        "gramos", "g"
    )
    (aviso,) = [a for a in avisos if "112" in a.texto]
    assert aviso.tipo == "cifra_dudosa" and "«12»" in aviso.texto and aviso.citas[0].inicio == 3.0


def test_una_tension_dudosa_se_anota_con_la_palabra_que_la_nombra() -> None:
    escuchas = oido(2.0, 2.9, "188", "118", motivo="cifra")
    nuevo, avisos = corregir(consulta("Tiene presión 188 sobre 74."), escuchas=escuchas)
    (turno,) = nuevo.turnos
    (anotada,) = [c for c in turno.correcciones if not c.aplicada]
    assert (anotada.original, anotada.propuesto) == ("presión 188", "presión 118")
    assert anotada.original in turno.texto and "188/74" in turno.texto
    assert any("118" in a.texto for a in avisos)


def con_costumbre(texto: str, oido: dict[str, float], costumbre: dict[str, float]) -> list[Otra]:
    """Lo que sale si el audio y la costumbre del modelo dan esas ventajas a cada lectura."""

    def puntua(ventajas: dict[str, float]) -> Puntuar:
        return lambda textos: [
            max([v for nombre, v in ventajas.items() if nombre in t], default=0.0) for t in textos
        ]

    return mirar(texto, [(0, len(texto), 0.8)], puntua(oido), sin_audio=puntua(costumbre))


def test_lo_oido_por_costumbre_se_descuenta() -> None:
    texto = " Me pusieron quebra en urgencias."
    assert con_costumbre(texto, {"Keppra": -4.0}, {"Keppra": -4.0}) == []
    (otra,) = con_costumbre(texto, {"Keppra": -4.0}, {"Keppra": -13.0})
    assert (otra.propuesto, otra.segura) == ("Keppra", True)
    (otra,) = con_costumbre(texto, {"Keppra": -4.0}, {"Keppra": -6.0})
    assert not otra.segura


def test_lo_que_el_audio_niega_del_todo_no_lo_salva_la_costumbre() -> None:
    assert con_costumbre(" Me pusieron quebra ayer.", {"Keppra": -20.0}, {"Keppra": -40.0}) == []


def test_un_numero_corto_en_lugar_de_un_farmaco_se_mira() -> None:
    (otra,) = con_costumbre(" Lo cambiamos por la 6 desde hoy.", {"Lasix": -5.0}, {"Lasix": -12.0})
    assert otra.propuesto == "Lasix"


def test_lo_que_suena_a_farmaco_no_se_recompone_en_palabras() -> None:
    otras = mirar(" Le ha caído mal diasepa.", [(0, 25, 0.4)], lambda textos: [0.0 for _ in textos])
    assert not any(o.clase == "palabra" for o in otras)
