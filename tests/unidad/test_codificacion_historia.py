"""La historia familiar y la personal contadas sin su nombre, y lo que se descarta por un estudio."""

from __future__ import annotations

import re

import pytest

from scribe.codificacion.familia import de_parientes
from scribe.codificacion.lectura import Lectura
from scribe.codificacion.normal import fichas, sin_diminutivo
from scribe.codificacion.operaciones import de_su_historia
from scribe.codificacion.reglas import (
    canceres,
    dichos_de_parientes,
    frases,
    historia_familiar,
    historia_pasada,
    personales,
)
from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import calificar, es_de_sangre

_ROLES = {"P": Rol.PACIENTE, "M": Rol.MEDICO, "A": Rol.ACOMPANANTE}


def _lectura(*lineas: str) -> Lectura:
    turnos = tuple(
        Turno(id=n, hablante=x[0], rol=_ROLES[x[0]], inicio=float(n), fin=n + 1.0, texto=x[3:])
        for n, x in enumerate(lineas, 1)
    )
    return Lectura(Transcripcion(idioma="es", turnos=turnos), Nota(), Contexto(), lambda _: [])


@pytest.mark.parametrize(
    ("dicho", "historia"),
    [
        ("Mi tía, la de Puebla, le tuvieron que quitar los dos pechos.", "Z80.3"),
        ("A mi abuelo le salió un tumor, dicen que en el páncreas.", "Z80.0"),
        ("Mi mamá falleció del corazón.", "Z82.4"),
        ("Mi hermano anda con insulina.", "Z83.3"),
        ("A mi papi le hacen diálisis.", "Z84.1"),
        ("Mi primo se ahorcó.", "Z81.8"),
        ("Mi jefita quedó paralizada de medio lado.", "Z82.3"),
        ("Mi sobrina nació con el corazón malformado.", "Z82.7"),
        ("Mi abuelita se quedó ciega.", "Z82.1"),
    ],
)
def test_lo_que_se_cuenta_de_un_pariente(dicho: str, historia: str) -> None:
    menciones = list(de_parientes(_lectura(f"P: {dicho}"), 0))
    codigos = {h[0] for m in menciones if (h := historia_familiar(m.concepto.cie10)) is not None}
    assert historia in codigos


@pytest.mark.parametrize(
    "dicho",
    [
        "Mi esposo falleció del corazón.",
        "A mi suegra le hacen diálisis.",
        "Mi tía política tiene un tumor en el colon.",
        "Mi mamá no tuvo tumor en el pecho.",
        "A mi mamá le salió un tumor benigno en el pecho.",
        "Me da miedo quedar paralizada de medio lado.",
    ],
)
def test_lo_de_quien_no_es_de_sangre_no_es_historia_familiar(dicho: str) -> None:
    assert not list(de_parientes(_lectura(f"P: {dicho}"), 0))


@pytest.mark.parametrize(
    ("dicho", "codigo"),
    [
        ("La hiel ya me la sacaron hace mucho.", "Z90.4"),
        ("Ya no tengo bazo.", "Z90.8"),
        ("Me dejaron dos resortes en el corazón.", "Z95.5"),
        ("Traigo un aparatito en el corazón.", "Z95.0"),
        ("Me cambiaron las dos caderas.", "Z96.6"),
        ("Solté el trago hace nueve años.", "Z86.4"),
        ("Uno se me vino a los tres meses.", "Z87.5"),
        ("Me amarraron las trompas.", "Z30.2"),
        ("De chavo me metieron unos tornillos.", "Z96.7"),
        ("Me quitaron unos pólipos.", "Z86.0"),
    ],
)
def test_lo_que_ya_se_le_hizo(dicho: str, codigo: str) -> None:
    assert codigo in {m.concepto.cie10 for m in de_su_historia(_lectura(f"P: {dicho}"), 0)}


@pytest.mark.parametrize(
    "dicho",
    [
        "Me van a quitar la vesícula el jueves.",
        "Hay que quitarle la matriz.",
        "A mi hermana le quitaron la matriz.",
        "¿Le quitaron la vesícula?",
        "Las amígdalas están rojas, con placas de pus.",
    ],
)
def test_lo_que_no_se_le_ha_hecho(dicho: str) -> None:
    assert not list(de_su_historia(_lectura(f"P: {dicho}"), 0))


@pytest.mark.parametrize(
    ("texto", "termino", "sangre"),
    [
        ("La hermana mayor es asmática.", "asmática", True),
        ("Varios tíos murieron de cirrosis.", "cirrosis", True),
        ("En mi casa todos son diabéticos.", "diabéticos", True),
        ("La presión viene de familia.", "presión", True),
        ("Otra tía tuvo bocio.", "bocio", True),
        ("Madre con lupus, abuela con gota.", "gota", True),
        ("Mi cuñado tiene hepatitis.", "hepatitis", False),
        ("La mamá de mi esposo es epiléptica.", "epiléptica", False),
    ],
)
def test_quien_es_de_sangre(texto: str, termino: str, sangre: bool) -> None:
    desde = texto.index(termino)
    pariente = calificar(texto, desde, desde + len(termino)).familiar
    assert pariente is not None
    assert es_de_sangre(pariente) is sangre


def test_quien_lo_dice_no_es_de_quien_se_habla() -> None:
    for texto in ("Mi hermana jura que traigo anemia.", "Dile a tu mamá que anemia no tienes."):
        desde = texto.index("anemia")
        assert calificar(texto, desde, desde + 6).familiar is None


@pytest.mark.parametrize(
    ("texto", "termino", "marca"),
    [
        ("Para que fuera apendicitis le faltaría fiebre.", "apendicitis", "descartada"),
        ("No encontramos ninguna úlcera.", "úlcera", "descartada"),
        ("Mientras no se demuestre otra cosa, es un infarto.", "infarto", "incierta"),
        ("No vaya siendo un melanoma.", "melanoma", "incierta"),
        ("Hay que buscar tuberculosis.", "tuberculosis", "incierta"),
        ("Yo creo que ya se le hizo neumonía.", "neumonía", "incierta"),
        ("No queremos sustos de dengue.", "dengue", "hipotetica"),
    ],
)
def test_descarte_sospecha_y_advertencia(texto: str, termino: str, marca: str) -> None:
    desde = texto.index(termino)
    cal = calificar(texto, desde, desde + len(termino))
    assert getattr(cal, marca)


def test_lo_que_no_es_nada_grave_no_se_niega() -> None:
    texto = "Es un ganglión, no pasa nada."
    assert not calificar(texto, 7, 15).negada


@pytest.mark.parametrize(
    "respuesta",
    [
        "Ya vimos su ultrasonido, está limpiecita, ni una piedra.",
        "La tomografía salió normal.",
        "Dile a tu hermana que no: todo perfecto.",
        "Por ahí no va.",
        "Las conté y están completitas.",
    ],
)
def test_el_medico_contesta_con_lo_que_salio(respuesta: str) -> None:
    llana = respuesta.lower().replace("í", "i").replace("é", "e")
    assert frases()["nada_hallado"].search(llana)


def test_lo_que_dura_no_pasa_a_historia_personal() -> None:
    assert historia_pasada("J18.9") == "Z87.0"
    assert historia_pasada("F32.9") == "Z86.5"
    assert historia_pasada("I10") is None
    assert historia_pasada("E11.9") is None
    assert historia_pasada("B24") is None


def test_cada_enfermedad_de_la_tabla_familiar_tiene_su_grupo() -> None:
    assert historia_familiar("C73") is not None
    esperadas = {"C32.9": "Z80.2", "C63.9": "Z80.4", "C73": "Z80.8", "F19.2": "Z81.3", "H54.0": "Z82.1"}
    for codigo, historia in esperadas.items():
        hallada = historia_familiar(codigo)
        assert hallada is not None
        assert hallada[0] == historia
    assert historia_familiar("J00") is None
    assert all(historia_familiar(c) is not None for _, c in (*dichos_de_parientes(), *canceres()))


def test_las_tablas_de_frases_no_se_estorban() -> None:
    codigo = re.compile(r"[A-Z]\d\d(?:\.\d)?")
    assert all(codigo.fullmatch(c) for _, c, _ in personales())


def test_aumentativos_y_coma_ante_de() -> None:
    assert "tapon" in sin_diminutivo("taponsote")
    assert not any(f.salto for f in fichas("trasplantado, de riñón"))
    assert any(f.salto for f in fichas("trasplantado, y el riñón"))
