"""El paso del juez: primero su prueba de control, después las notas de cada sistema, y un cuadro aparte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluacion import control
from evaluacion.caso import Caso
from evaluacion.control import Respuesta
from evaluacion.definiciones import definiciones
from evaluacion.informe.textos import NADA, intervalo_de, leer_cifra, rotulo
from evaluacion.intervalo import cifra
from evaluacion.juez import Fallado, Juez, Memoria, acuerdo, cuentas, datos, juzgable, juzgar_nota
from evaluacion.metricas.nota import nota_de
from evaluacion.resultados import Cifra, Cuadro
from evaluacion.salida import Salida
from scribe.soap.llm import ModeloLenguaje

_COLUMNAS = ("", "Valor", "IC 95 %", "Enunciados", "Casos")
_Fila = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Acusado:
    """Las notas de un sistema en una tarea: por caso, su salida."""

    sistema: str
    titulo: str
    tarea: str
    salidas: dict[str, Salida] = field(default_factory=dict)


def modelo(perfil: str, hilos: int) -> ModeloLenguaje:
    """El modelo de lenguaje del perfil, sin cargarlo todavía. Lanza `ModelosFaltan` si no está instalado."""
    from scribe import modelos
    from scribe.soap.llm import LlamaLocal

    clave = modelos.perfil(perfil).id_de("llm")
    archivo = min(modelos.ruta(clave).glob("*.gguf"))
    return LlamaLocal(archivo, hilos=hilos, modelo=modelos.identidad(clave))


def memoria(carpeta: Path, *, de_nuevo: bool = False) -> Memoria:
    """Los veredictos guardados en la carpeta de salida."""
    return Memoria(carpeta / "juez" / "veredictos.jsonl", de_nuevo=de_nuevo)


def acusados(hechas: Iterable[tuple[str, str, str, Mapping[str, Sequence[Salida]]]]) -> list[Acusado]:
    """Junta (sistema, título, tarea, salidas por caso): un sistema y una tarea, una vez, con sus notas."""
    juntos: dict[tuple[str, str], Acusado] = {}
    for sistema, titulo, tarea, por_caso in hechas:
        propio = juntos.setdefault((sistema, tarea), Acusado(sistema, titulo, tarea))
        for caso, repeticiones in por_caso.items():
            buena = next((s for s in repeticiones if s.error is None), None)
            if buena is not None:
                propio.salidas.setdefault(caso, buena)
    return list(juntos.values())


def juzgar(
    juez: Juez, quienes: Sequence[Acusado], casos: Sequence[Caso], aviso: Callable[[str], None], semilla: int
) -> list[Cuadro]:
    """El cuadro del juez; ninguno si no hay notas que juzgar.

    La prueba de control sale de los casos medidos o, si no traen hechos en español, de las muestras.
    """
    con_nota = [a for a in quienes if any(_se_juzga(c, a.salidas.get(c.id)) for c in casos)]
    if not con_nota:
        return []
    propia = bool(control.parejas(casos, 1))
    respuestas = control.responder(juez, casos if propia else _muestras(), aviso)
    juzgados = [
        (a, [f for c in casos if (s := a.salidas.get(c.id)) for f in juzgar_nota(juez, c, s, aviso)])
        for a in con_nota
    ]
    return [_cuadro(juez, respuestas, juzgados, propia=propia, semilla=semilla)]


def _se_juzga(caso: Caso, salida: Salida | None) -> bool:
    nota = nota_de(salida)[0] if salida is not None else None
    return nota is not None and bool(nota.enunciados) and juzgable(caso)


def _muestras() -> list[Caso]:
    from evaluacion.conjuntos.consultas_es import MUESTRAS, leer_carpeta

    return leer_carpeta(MUESTRAS)


def _cuadro(
    juez: Juez,
    respuestas: Sequence[Respuesta],
    juzgados: Sequence[tuple[Acusado, Sequence[Fallado]]],
    *,
    propia: bool,
    semilla: int,
) -> Cuadro:
    sens = cifra(control.sensibilidad(respuestas), semilla=semilla)
    esp = cifra(control.especificidad(respuestas), semilla=semilla)
    filas = [_fila("juez_sensibilidad", sens), _fila("juez_especificidad", esp), *_por_clase(respuestas)]
    cifras = _valores({"juez_sensibilidad": sens, "juez_especificidad": esp})
    for acusado, fallados in juzgados:
        propias, valores = _del_sistema(acusado, fallados, semilla)
        filas += propias
        cifras |= valores
    return Cuadro(
        titulo="Juez local, aparte de las medidas",
        explicacion=_explicar(sens, esp, len(respuestas), juez, propia=propia),
        columnas=_COLUMNAS,
        filas=tuple(filas),
        cifras=cifras,
    )


def dictamen(sensibilidad: Cifra | None, especificidad: Cifra | None) -> str:
    """Si este modelo sirve de juez, dicho llanamente."""
    if sensibilidad is None or especificidad is None:
        return "No se sabe si sirve de juez: no hubo prueba de control."
    minimo = datos()["control"]
    sens, esp = sensibilidad.valor, especificidad.valor
    if sens + esp <= 1:
        return "No sirve de juez: acierta lo que daría el azar o menos. Su cifra no dice nada de las notas."
    if sens < minimo["sensibilidad_minima"] or esp < minimo["especificidad_minima"]:
        return (
            f"No sirve de juez: se le exige {100 * minimo['sensibilidad_minima']:.0f} % y "
            f"{100 * minimo['especificidad_minima']:.0f} %. Su cifra no se debe usar para comparar notas."
        )
    return "Sirve como segunda opinión; las cifras principales siguen siendo las deterministas."


def _explicar(sens: Cifra | None, esp: Cifra | None, cuantas: int, juez: Juez, *, propia: bool) -> str:
    donde = "de estos casos" if propia else "de las muestras del repositorio (estos casos no traen hechos)"
    d_sens, d_esp = (definiciones()[n] for n in ("juez_sensibilidad", "juez_especificidad"))
    return (
        f"Prueba de control, {cuantas} parejas {donde}: de los enunciados con un dato cambiado acusa "
        f"{leer_cifra(sens, d_sens)}; de los verdaderos deja en paz {leer_cifra(esp, d_esp)}. "
        f"{dictamen(sens, esp)} Juez: {juez.nombre}. Lo que queda sin veredicto no cuenta."
    )


def _por_clase(respuestas: Sequence[Respuesta]) -> list[_Fila]:
    rotulos, filas = datos()["clases"], []
    for clase in dict.fromkeys(r.pareja.clase for r in respuestas):
        propias = [r for r in respuestas if r.pareja.clase == clase]
        acierta = sum(r.del_falso == "no_sustentado" for r in propias)
        con = sum(r.del_falso != "sin_veredicto" for r in propias)
        casos = len({r.pareja.caso for r in propias})
        filas.append((f"… {rotulos[clase]}", f"{acierta}/{con}", NADA, str(con), str(casos)))
    return filas


def _del_sistema(
    acusado: Acusado, fallados: Sequence[Fallado], semilla: int
) -> tuple[list[_Fila], dict[str, float]]:
    """Las filas de un sistema y sus números por nombre."""
    mudos: dict[str, list[bool]] = {}
    for f in fallados:
        mudos.setdefault(f.caso, []).append(f.veredicto == "sin_veredicto")
    suyas = {
        "juez_sin_sustento": cifra(cuentas(fallados), semilla=semilla),
        "juez_sin_veredicto": cifra([(sum(m), len(m)) for m in mudos.values()], semilla=semilla),
    }
    de_quien = f"{acusado.titulo}, {rotulo('tareas_cortas', acusado.tarea).lower()}"
    kappa = acuerdo(fallados)
    filas = [_fila(n, c, de_quien) for n, c in suyas.items()]
    con = sum(f.veredicto != "sin_veredicto" for f in fallados)
    titulo = definiciones()["juez_acuerdo"].titulo
    dicho = "no se define" if kappa is None else f"{kappa:.2f}"
    filas.append((f"{titulo}: {de_quien}", dicho, NADA, str(con), str(len(mudos))))
    valores = _valores({f"{n}/{acusado.sistema}/{acusado.tarea}": c for n, c in suyas.items()})
    if kappa is not None:
        valores[f"juez_acuerdo/{acusado.sistema}/{acusado.tarea}"] = kappa
    return filas, valores


def _fila(nombre: str, valor: Cifra | None, de_quien: str = "") -> _Fila:
    medida = definiciones()[nombre]
    titulo = f"{medida.titulo}: {de_quien}" if de_quien else medida.titulo
    if valor is None:
        return (titulo, NADA, NADA, "0", "0")
    return (
        titulo, leer_cifra(valor, medida), intervalo_de(valor, medida), f"{valor.total:.0f}", str(valor.n)
    )  # fmt: skip


def _valores(cifras: Mapping[str, Cifra | None]) -> dict[str, float]:
    return {n: c.valor for n, c in cifras.items() if c is not None}
