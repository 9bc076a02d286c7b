"""El léxico de fármacos: que esté completo, coherente y se encuentre lo nombrado."""

from __future__ import annotations

import pytest

from scribe.lenguaje.farmacos import (
    buscar_farmacos,
    clase_de,
    clases,
    farmacos,
    ficha,
    nombres,
    normalizar_farmaco,
)
from scribe.lenguaje.fonetica import clave, distancia, parecido

DOLO = ("diclofenaco", "tiamina", "piridoxina", "cianocobalamina")


def test_el_lexico_es_amplio() -> None:
    assert len(farmacos()) >= 450
    assert len({n.marca for n in nombres() if n.marca}) >= 300


def test_toda_marca_lleva_a_genericos_del_lexico() -> None:
    sueltos = {g for n in nombres() for g in n.genericos if not normalizar_farmaco(g)}
    assert sueltos == set()


def test_las_dosis_son_coherentes() -> None:
    for f in farmacos().values():
        if f.toma_min is not None and f.toma_max is not None:
            assert f.toma_min <= f.toma_max, f.generico
        if f.toma_max is not None and f.max_dia is not None:
            assert f.toma_max <= f.max_dia, f.generico
        assert all(p > 0 for p in f.presentaciones), f.generico


def test_los_grupos_y_familias_usan_clases_que_existen() -> None:
    existentes = {f.clase for f in farmacos().values()}
    usadas = {c for grupo in clases()["duplicidad"]["grupos"] for c in grupo}
    usadas |= {c for familia in clases()["familia"] for c in (*familia["clases"], *familia["cruzada"])}
    assert usadas <= existentes
    assert set(clases()["nombres"]) <= existentes


@pytest.mark.parametrize(
    ("texto", "genericos", "marca"),
    [
        ("tomo losartan diario", ("losartán",), None),
        ("nada de PENICILINAS", ("penicilina",), None),
        ("Dolo Neurobión inyectado", DOLO, "Dolo-Neurobión"),
        ("dolo-neurobion inyectado", DOLO, "Dolo-Neurobión"),
        ("alérgica a la neomelubrina", ("metamizol",), "Neo-Melubrina"),
        ("un Tempra", ("paracetamol",), "Tempra"),
        ("acetaminofén de 500", ("paracetamol",), None),
        ("le dieron Bactrim", ("trimetoprim con sulfametoxazol",), "Bactrim"),
        ("una aspirina protec", ("ácido acetilsalicílico",), "Aspirina Protec"),
    ],
)  # fmt: skip
def test_encuentra_el_farmaco(texto: str, genericos: tuple[str, ...], marca: str | None) -> None:
    (mencion,) = buscar_farmacos(texto)
    assert (mencion.genericos, mencion.marca) == (genericos, marca)
    assert texto[mencion.desde : mencion.hasta] == mencion.texto


def test_el_nombre_mas_largo_gana() -> None:
    (mencion,) = buscar_farmacos("trimetoprim con sulfametoxazol")
    assert mencion.texto == "trimetoprim con sulfametoxazol"


def test_la_marca_que_es_palabra_comun_pide_mayuscula() -> None:
    assert buscar_farmacos("el next año") == []
    assert buscar_farmacos("me tomé un Next")[0].marca == "Next"


def test_en_prosa_corriente_no_hay_farmacos() -> None:
    assert buscar_farmacos("Me duele la cabeza desde ayer y no he dormido bien, doctora.") == []


def test_clase_y_ficha() -> None:
    assert clase_de("losartan") == clase_de("losartán") == "ara2"
    assert clase_de("agua") == ""
    metformina = ficha("metformina")
    assert metformina is not None and 850.0 in metformina.presentaciones


@pytest.mark.parametrize(
    ("una", "otra"),
    [
        ("lozartán", "losartán"),
        ("mi formina", "miformina"),
        ("bómito", "vómito"),
        ("sistitis", "cistitis"),
        ("quetorolaco", "ketorolaco"),
        ("inchen", "hinchen"),
        ("guiardiasis", "giardiasis"),
        ("yaga", "llaga"),
    ],
)
def test_suenan_igual(una: str, otra: str) -> None:
    if una == "guiardiasis":
        assert clave(una) != clave(otra)  # «gui» no suena como «gi»
    else:
        assert clave(una) == clave(otra)


def test_el_parecido_es_simetrico_y_ordena() -> None:
    metformina, oida, otra = clave("metformina"), clave("mi formina"), clave("clindamicina")
    assert distancia(metformina, oida) == pytest.approx(distancia(oida, metformina))
    assert parecido(metformina, metformina) == 1.0
    assert parecido(metformina, oida) > parecido(metformina, otra)
