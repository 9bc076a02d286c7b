"""Elegir casos, armar rondas, correr reanudable y medir con repeticiones; sin modelos."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluacion import corrida
from evaluacion.caso import Caso, Dicho
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.consultas_es import ConsultasEs
from evaluacion.corrida import Plan, correr, entrada
from evaluacion.evaluar import Pedido, elegir, localizar, repartidos, rondas
from evaluacion.medida import con_costo_mediano, grupos, totales
from evaluacion.propio import Scribe, dialogo, documento
from evaluacion.resultados import Medida
from evaluacion.salida import Costo, Salida
from evaluacion.sistema import Opciones, sistemas
from scribe.consulta import Rol


def _casos(n: int) -> list[Caso]:
    return [
        Caso(id=f"c{i}", particion="prueba" if i % 2 else "desarrollo", texto=f"texto {i}") for i in range(n)
    ]


def _pedido(tmp_path: Path, **campos: object) -> Pedido:
    return Pedido(conjunto="codiesp", salida=tmp_path, **campos)  # type: ignore[arg-type]


def test_los_casos_se_eligen_por_particion_nombre_y_numero(tmp_path: Path) -> None:
    casos = _casos(10)
    assert [c.id for c in elegir(casos, _pedido(tmp_path, particion="prueba"))] == [
        "c1",
        "c3",
        "c5",
        "c7",
        "c9",
    ]
    assert [c.id for c in elegir(casos, _pedido(tmp_path, solo=("c3",)))] == ["c3"]
    assert [c.id for c in repartidos(casos, 2)] == ["c2", "c7"], "repartidos por toda la lista"
    assert repartidos(casos, 99) == casos
    with pytest.raises(ConjuntoInvalido, match="desarrollo, prueba"):
        elegir(casos, _pedido(tmp_path, particion="vista"))


def test_sin_datos_se_dice_donde_se_publican(tmp_path: Path) -> None:
    with pytest.raises(ConjuntoInvalido, match="zenodo"):
        localizar(_pedido(tmp_path))
    with pytest.raises(ConjuntoInvalido, match="No existe la carpeta"):
        localizar(_pedido(tmp_path, datos=tmp_path / "nada"))
    with pytest.raises(ConjuntoInvalido, match="no tiene la forma"):
        localizar(Pedido(conjunto=str(tmp_path), salida=tmp_path))


def test_una_carpeta_propia_se_reconoce_por_su_forma(muestras: Path, tmp_path: Path) -> None:
    conjunto, carpeta = localizar(Pedido(conjunto=str(muestras), salida=tmp_path))
    assert conjunto.nombre == "consultas_es" and carpeta == muestras


def test_con_pares_cada_parte_se_mide_con_scribe_y_los_suyos(tmp_path: Path, muestras: Path) -> None:
    casos = ConsultasEs().leer(muestras)
    pedido = _pedido(tmp_path, pares=("rapidfuzz-titulos", "faster-whisper"), casos_pares=2, repeticiones=3)
    completa, *partes = rondas(ConsultasEs(), casos, pedido)
    assert completa.tarea == "consulta" and len(completa.casos) == len(casos) and completa.repeticiones == 1
    por_tarea = {r.tarea: r for r in partes}
    presentes = {n for n in ("rapidfuzz-titulos", "faster-whisper") if sistemas()[n].falta() is None}
    assert {s.nombre for r in partes for s in r.sistemas} == presentes | {"scribe"}
    for ronda in por_tarea.values():
        assert ronda.sistemas[0].nombre == "scribe" and ronda.repeticiones == 3 and len(ronda.casos) == 2


def test_sin_pares_solo_va_la_tarea_completa(tmp_path: Path, muestras: Path) -> None:
    (unica,) = rondas(ConsultasEs(), ConsultasEs().leer(muestras), _pedido(tmp_path))
    assert [s.nombre for s in unica.sistemas] == ["scribe"]


@pytest.fixture
def trabajador(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """En lugar del proceso, escribe la salida de cada caso; anota los que se le piden."""
    pedidos: list[str] = []

    def falso(plan: Plan, casos: list[Caso], destinos: Sequence[Path], aviso: corrida.Aviso) -> str | None:
        for caso, destino in zip(casos, destinos, strict=True):
            pedidos.append(caso.id)
            if caso.id == "c2":
                continue  # el proceso murió antes de este
            destino.parent.mkdir(parents=True, exist_ok=True)
            error = "no se pudo" if caso.id == "c1" else None
            destino.write_text(Salida(caso=caso.id, error=error).model_dump_json())
            aviso(caso.id)
        return "el proceso terminó con -9: sin mensaje"

    monkeypatch.setattr(corrida, "_trabajar", falso)
    return pedidos


def test_lo_hecho_no_se_repite_y_lo_fallido_si(trabajador: list[str], tmp_path: Path) -> None:
    plan, casos = Plan(Scribe(), "codigos", Opciones(), tmp_path), _casos(3)
    primera = correr(plan, casos, lambda _: None)
    assert primera["c0"].error is None
    assert primera["c1"].error == "no se pudo"
    assert "-9" in str(primera["c2"].error), "lo que no terminó trae por qué"
    avisos: list[str] = []
    correr(plan, casos, avisos.append)
    assert trabajador == ["c0", "c1", "c2", "c1", "c2"]
    assert avisos[0] == "c0", "lo que ya estaba también avanza la barra"
    correr(plan, casos, lambda _: None, de_nuevo=True)
    assert trabajador[-3:] == ["c0", "c1", "c2"]


def test_un_resultado_cortado_se_repite(trabajador: list[str], tmp_path: Path) -> None:
    plan, (caso, *_) = Plan(Scribe(), "codigos", Opciones(), tmp_path), _casos(1)
    correr(plan, [caso], lambda _: None)
    plan.destino(caso).write_text('{"caso": "c0", "cos')
    correr(plan, [caso], lambda _: None)
    assert trabajador == ["c0", "c0"]


def test_la_huella_cambia_con_todo_lo_que_decide_el_resultado(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caso = _casos(1)[0]
    base = Plan(Scribe(), "codigos", Opciones(), tmp_path)
    huellas = {
        base.huella(caso),
        base.huella(caso.model_copy(update={"texto": "otro"})),
        Plan(Scribe(), "nota", Opciones(), tmp_path).huella(caso),
        Plan(Scribe(), "codigos", Opciones(perfil="clinica"), tmp_path).huella(caso),
        Plan(Scribe(), "codigos", Opciones(hilos=7), tmp_path).huella(caso),
        Plan(Scribe(), "codigos", Opciones(sin_llm=True), tmp_path).huella(caso),
    }
    monkeypatch.setattr(corrida, "arbol", lambda: "otro código")
    huellas.add(base.huella(caso))
    assert len(huellas) == 7
    assert base.huella(caso) == base.huella(caso.model_copy(update={"etiquetas": {"ruido": "calle"}}))


def test_la_entrada_es_el_audio_o_el_texto(tmp_path: Path) -> None:
    audio = tmp_path / "a.wav"
    audio.write_bytes(b"sonido")
    esperado = hashlib.sha256(b"sonido").hexdigest()
    assert entrada(Caso(id="a", audio=audio)) == esperado
    uno = Caso(id="a", dichos=(Dicho(hablante="medico", texto="hola"),))
    otro = Caso(id="a", dichos=(Dicho(hablante="paciente", texto="hola"),))
    assert entrada(uno) != entrada(otro)


def test_el_costo_es_la_mediana_y_la_memoria_el_maximo() -> None:
    salidas = [
        Salida(caso="a", costo=Costo(reloj_s=r, arranque_s=1.0, memoria_mib=m, etapas={"asr": r / 2}))
        for r, m in ((10.0, 100.0), (40.0, 300.0), (12.0, 200.0))
    ]
    costo = con_costo_mediano(salidas).costo
    assert (costo.reloj_s, costo.memoria_mib, costo.etapas["asr"]) == (12.0, 300.0, 6.0)
    with pytest.raises(ValueError, match="ninguna salida"):
        con_costo_mediano([])


def test_totales_y_grupos_suman_por_medida_y_etiqueta() -> None:
    medidas = [
        Medida(caso="a", cuentas={"wer": (1, 10)}, etiquetas={"ruido": "calle", "codec": "ogg"}),
        Medida(
            caso="b", cuentas={"wer": (4, 10), "der": (1, 4)}, etiquetas={"ruido": "nada", "codec": "ogg"}
        ),
    ]
    assert totales(medidas)["wer"].valor == pytest.approx(0.25)
    assert totales(medidas)["der"].n == 1
    por_ruido = grupos(medidas)
    assert set(por_ruido) == {"ruido"}, "una etiqueta con un solo valor no es grupo"
    assert por_ruido["ruido"]["calle"]["wer"].valor == pytest.approx(0.1)


def test_el_dialogo_de_referencia_conserva_roles_o_los_asigna() -> None:
    dichos = (
        Dicho(hablante="medico", texto="Buenos días, ¿qué le duele? Le voy a tomar la presión."),
        Dicho(hablante="paciente", texto="Me duele la cabeza, doctora."),
    )
    con = dialogo(Caso(id="a", dichos=dichos, con_roles=True))
    assert [t.rol for t in con.turnos] == [Rol.MEDICO, Rol.PACIENTE]
    anonimos = tuple(d.model_copy(update={"hablante": f"S{n}"}) for n, d in enumerate(dichos))
    sin = dialogo(Caso(id="a", dichos=anonimos))
    assert [t.rol for t in sin.turnos] == [Rol.MEDICO, Rol.PACIENTE]
    assert sin.turnos[1].inicio == pytest.approx(sin.turnos[0].fin), "sin tiempos, uno tras otro"


def test_un_documento_es_un_turno_del_medico_por_parrafo() -> None:
    turnos = documento(Caso(id="a", texto="Varón de 40 años.\n\n  Refiere tos.  \n")).turnos
    assert [t.texto for t in turnos] == ["Varón de 40 años.", "Refiere tos."]
    assert {t.rol for t in turnos} == {Rol.MEDICO}
