"""Lo más común de un consultorio, en dos o tres turnos: qué código sale, con qué estado, y qué no sale.

El catálogo es de mentira (todos los códigos de las tablas): se prueba qué se codifica, no los títulos.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scribe.ajustes import Ajustes
from scribe.codificacion import Buscador, Codificador
from scribe.codificacion import indice as indices
from scribe.codificacion.catalogo import Catalogo, Sistema
from scribe.codificacion.reglas import refinamientos
from scribe.codificacion.sinonimos import conceptos
from scribe.codificacion.tablas import filas
from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje import espanol
from scribe.manifiesto import Perfil

_ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}
_C, _S, _D, _A, _F = "confirmado", "sospecha", "descartado", "antecedente", "familiar"


@pytest.fixture(scope="module")
def buscador() -> Buscador:
    codigos = {c.cie10 for c in conceptos()} | {r.refinado for r in refinamientos()}
    codigos |= {f[1] for f in filas("familia.tsv") if f[1] != "-"} | {f[1] for f in filas("historia.tsv")}
    codigos |= {f[1] for f in filas("personales.tsv")} | {"T23.2", "Z86.1"}
    titulos = {c: f"Rubro {c}" for c in sorted(codigos)}
    once = {c.cie11: f"Rubro {c.cie11}" for c in conceptos() if c.cie11}
    catalogos: dict[Sistema, Catalogo] = {
        "CIE-10": Catalogo("CIE-10", titulos),
        "CIE-11": Catalogo("CIE-11", once),
    }
    return Buscador(catalogos, {s: indices.construir(c, con_codiesp=False) for s, c in catalogos.items()})


@pytest.fixture(autouse=True)
def _sin_modelo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espanol, "con_dependencias", lambda: False)


@pytest.fixture
def codificador(buscador: Buscador, tmp_path: Path) -> Codificador:
    perfil = Perfil(nombre="prueba", descripcion="", memoria_gb=1, modelos={})
    return Codificador(perfil, Ajustes(cache=tmp_path), buscador)


def _estados(codificador: Codificador, dialogo: str) -> dict[str, str]:
    turnos = tuple(
        Turno(
            id=n,
            hablante=x[0],
            rol=_ROLES[x[0]],
            inicio=n * 2.0,
            fin=n * 2.0 + 1,
            texto=x[3:],
        )
        for n, x in enumerate((r.strip() for r in dialogo.split(" | ")), 1)
    )
    codigos = codificador.codificar(Transcripcion(idioma="es", turnos=turnos), Nota(), Contexto())
    return {c.codigo: c.estado.value for c in codigos if c.sistema == "CIE-10"}


@pytest.mark.parametrize(
    ("dialogo", "esperado"),
    [
        ("M: ¿Algo en la familia? | P: Le dio un infarto a mi papá.", {"Z82.4": _F}),
        ("P: Dicen que a un cuñado le dio dengue. | M: ¿Y usted?", {}),
        ("P: Le detectaron diabetes muy alta a una tía. | M: ¿Y usted?", {"Z83.3": _F}),
        ("M: ¿Es diabético? | P: No, mi mamá.", {"Z83.3": _F}),
        ("M: padece diabetes | P: no mi papá si", {"Z83.3": _F}),
        ("M: ¿Padece diabetes? | P: Yo no, mi papá sí.", {"Z83.3": _F}),
        ("M: Padece diabetes | P: Yo no mi papá si.", {"Z83.3": _F}),
        ("M: Le dio un infarto | P: A mí no a mi hermano.", {"Z82.4": _F}),
        ("M: Tiene hijos | P: Dos uno con asma.", {"Z82.5": _F}),
        ("M: La mamá tuvo diabetes en el embarazo | A: No.", {}),
        ("M: ¿Padece diabetes? | P: No, mi mamá es hipertensa.", {"Z82.4": _F}),
        ("M: ¿Y su esposo, tiene diabetes? | P: Sí, él sí.", {}),
        ("M: ¿Tiene hijos? | P: Dos, uno con asma.", {"Z82.5": _F}),
        ("P: Mi mamá murió de cáncer y tengo miedo. | M: Entiendo.", {"Z80.9": _F}),
        ("M: ¿Lo han operado? | P: No, a mi hermano lo operaron de la hernia.", {}),
        (
            "M: Tu mamá o hermanas con presión alta. | P: Mi hermana tiene diabetes.",
            {"Z83.3": _F},
        ),
        ("P: A mi hermana le dio cáncer en la tiroides. | M: Ya.", {"Z80.8": _F}),
    ],
)
def test_de_quien_es(codificador: Codificador, dialogo: str, esperado: dict[str, str]) -> None:
    assert _estados(codificador, dialogo) == esperado


@pytest.mark.parametrize(
    ("dialogo", "esperado"),
    [
        ("P: ¿Será covid? | M: No creo, es una gripa.", {"J00": _C, "U07.1": _D}),
        ("P: sera covid | M: no creo es una gripa", {"J00": _C, "U07.1": _D}),
        ("P: es neumonía doctor | M: no es una bronquitis", {"J20.9": _S, "J18.9": _D}),
        ("P: Es neumonía, doctor. | M: No, es una bronquitis.", {"J20.9": _C, "J18.9": _D}),
        ("M: No parece apendicitis, parece más una gastroenteritis.", {"A09.9": _S, "K37": _D}),
        ("M: Es gastritis o colitis. | P: ¿Cuál?", {"K29.7": _S, "K58.9": _S}),
        ("M: No es apendicitis es una colitis. | P: Ah.", {"K58.9": _C, "K37": _D}),
        ("P: Es grave | M: No es una gripita.", {"J00": _S}),
        ("M: Está embarazada | P: No cómo cree.", {}),
        ("M: Diabetes hipertensión asma | P: Asma de niña.", {"J45.9": _A}),
        ("M: Seguramente es una infección de orina. | P: Ah.", {"N39.0": _S}),
        ("M: Se fracturó la muñeca. | P: Ay, no.", {"S52.5": _C}),
        ("M: Se le bajó el azúcar, fue una hipoglucemia. | P: No desayuné.", {"E16.2": _C}),
        ("M: Su papá está deshidratado. | A: No quiere tomar agua.", {"E86": _C}),
        ("M: Su papá está deshidratado | A: no", {}),
        ("P: ¿Y el colesterol? | M: No por ahora.", {}),
        ("P: ¿No será la tiroides? | M: No, salió bien.", {"E07.9": _D}),
        ("P: Del corazón, nada. | M: Bien.", {}),
        ("M: ¿Fuma? | P: Cigarro nunca, eso mi viejo.", {}),
        ("P: Cigarro nunca eso mi viejo. | M: Bien.", {}),
        ("P: Me hicieron la prueba de diabetes y salió bien. | M: Perfecto.", {}),
    ],
)
def test_estado_de_lo_dicho(codificador: Codificador, dialogo: str, esperado: dict[str, str]) -> None:
    assert _estados(codificador, dialogo) == esperado


@pytest.mark.parametrize(
    ("dialogo", "esperado"),
    [
        ("P: Me duele todo el cuerpo desde hace años. | M: Es fibromialgia.", {"M79.7": _C}),
        ("P: Se me inflamó el dedo. | M: Es gota, tiene el ácido úrico alto.", {"M10.9": _C}),
        ("A: El niño no oye bien. | M: Tiene un tapón de cerilla.", {"H61.2": _C}),
        ("P: Me salió una bolita en el párpado. | M: Es un orzuelo.", {"H00.0": _C}),
        ("P: No me baja cada mes. | M: Es síndrome de ovario poliquístico.", {"E28.2": _C}),
        ("P: Me cayó mal la comida. | M: Es una dispepsia.", {"K30": _C}),
        ("P: Mi papanicolaou salió mal. | M: Tiene una displasia leve.", {"N87.0": _C}),
        ("P: Ya no oigo bien. | M: Vamos a ver.", {"H91.9": _A}),
        ("P: No me llega ni a la rodilla. | M: Es una lumbalgia.", {"M54.5": _C}),
        ("P: Me duele la quijada. | M: Es ansiedad.", {"F41.9": _C}),
        ("P: Vomité sangre. | M: Es una úlcera sangrante.", {"K27.4": _C}),
        (
            "P: Me quemé la mano con agua. | M: Es una quemadura de segundo grado.",
            {"T23.2": _C},
        ),
        ("P: Me da mucho sueño y ronco. | M: Hay que descartar apnea del sueño.", {"G47.3": _S}),
    ],
)
def test_lo_que_el_diagnostico_ya_explica_no_sobra(
    codificador: Codificador, dialogo: str, esperado: dict[str, str]
) -> None:
    assert _estados(codificador, dialogo) == esperado


@pytest.mark.parametrize(
    ("dialogo", "esperado"),
    [
        ("P: Fumo una cajetilla diaria. | M: Tiene que dejar el cigarro.", {"Z72.0": _C}),
        ("P: Quiero dejar de fumar. | M: Le ayudo con parches.", {"Z72.0": _A}),
        ("P: Dejé de fumar hace diez años. | M: Muy bien.", {"Z86.4": _A}),
        ("P: Por fin pude dejar el cigarro. | M: Muy bien.", {"Z86.4": _A}),
        ("M: Le voy a pedir glucosa y colesterol. | P: Sí.", {}),
        ("M: Te voy a dar unos golpecitos en la espalda. | P: Sí.", {}),
        ("M: ¿Ya se puso la vacuna de la influenza? | P: Sí.", {}),
        ("M: ¿Está embarazada? | P: Sí.", {"Z33": _A}),
        ("A: Es mi hijo. | M: ¿Nació a término? | A: Sí, por cesárea.", {}),
        ("M: El naproxeno no le cae; la gastritis la da el naproxeno. | P: Ah.", {}),
        ("M: La presión la trae un poquito alta hoy. | P: Es que venía corriendo.", {"R03.0": _C}),
    ],
)
def test_lo_que_no_es_un_diagnostico(
    codificador: Codificador, dialogo: str, esperado: dict[str, str]
) -> None:
    assert _estados(codificador, dialogo) == esperado


@pytest.mark.parametrize(
    ("dialogo", "esperado"),
    [
        ("M: Tiene la presión alta. | P: Ah.", {"I10": _C}),
        ("P: Tos con flema. | M: Parece bronquitis.", {"J20.9": _S}),
        ("M: No es neumonía, es una bronquitis. | P: Ah.", {"J20.9": _C, "J18.9": _D}),
        ("P: Ya me operaron de la vesícula. | M: Bien.", {"Z90.4": _A}),
        ("P: Tuve un infarto hace dos años. | M: Ya.", {"I25.2": _A}),
        ("M: Si le da fiebre o convulsiones, venga a urgencias. | P: Sí.", {}),
        ("M: La diabetes puede dañar los riñones. | P: Sí.", {}),
    ],
)
def test_lo_basico_sigue(codificador: Codificador, dialogo: str, esperado: dict[str, str]) -> None:
    assert _estados(codificador, dialogo) == esperado
