"""Resultados hechos a mano para probar informes y comparaciones; las medidas son las del catálogo."""

from __future__ import annotations

from collections.abc import Sequence

from evaluacion.intervalo import cifra
from evaluacion.resultados import Cuenta, Fallo, Medida, Resultados, ResultadoSistema
from evaluacion.salida import Costo

EQUIPO = {"procesador": "P", "nucleos": "2", "memoria_gib": "16"}


def medida(caso: str, reloj: float = 30.0, **cuentas: Cuenta) -> Medida:
    """Un caso de 100 s de audio con las cuentas dadas y tres repeticiones iguales."""
    return Medida(
        caso=caso,
        cuentas={n.replace("__", "/"): c for n, c in cuentas.items()},
        etiquetas={"ruido": "ninguno" if int(caso[1:]) % 2 else "calle"},
        duracion_s=100.0,
        costo=Costo(reloj_s=reloj, memoria_mib=1000.0),
        relojes_s=(reloj,) * 3,
    )


def sistema(
    casos: Sequence[Medida],
    nombre: str = "scribe",
    titulo: str = "Scribe",
    tarea: str = "asr",
    fallidos: Sequence[Fallo] = (),
    memoria: float = 1000.0,
) -> ResultadoSistema:
    """Un sistema con sus totales y su grupo de ruido calculados."""
    nombres = dict.fromkeys(n for m in casos for n in m.cuentas)

    def totales(propios: Sequence[Medida]) -> dict[str, object]:
        hallados = {n: cifra([m.cuentas[n] for m in propios if n in m.cuentas]) for n in nombres}
        return {n: c for n, c in hallados.items() if c}

    ruidos = sorted({m.etiquetas["ruido"] for m in casos})
    grupos = {"ruido": {r: totales([m for m in casos if m.etiquetas["ruido"] == r]) for r in ruidos}}
    return ResultadoSistema.model_validate(
        {
            "sistema": nombre,
            "titulo": titulo,
            "tarea": tarea,
            "identidad": {"modelo": "m1"},
            "casos": tuple(casos),
            "totales": totales(casos),
            "grupos": grupos,
            "fallidos": tuple(fallidos),
            "memoria_mib": memoria,
        }
    )


def resultados(*sistemas: ResultadoSistema, **cambios: object) -> Resultados:
    """Una evaluación con esos sistemas; `cambios` sustituye cualquier campo."""
    casos = {c: "0" * 64 for s in sistemas for c in sorted(m.caso for m in s.casos)}
    casos |= {f.caso: "0" * 64 for s in sistemas for f in s.fallidos}
    datos: dict[str, object] = {
        "conjunto": "inventado",
        "titulo": "Conjunto inventado",
        "fuente": "a mano",
        "perfil": "minimo",
        "fecha": "2026-01-02T03:04:05+00:00",
        "equipo": EQUIPO,
        "normalizadores": {"es": "1"},
        "casos": casos,
        "sistemas": sistemas,
    }
    return Resultados.model_validate({**datos, **cambios})


def con_wer(errores: Sequence[float], reloj: float = 30.0) -> list[Medida]:
    """Un caso por elemento, de 100 palabras, con esos errores; DER fijo."""
    return [medida(f"c{i:02d}", reloj, wer=(e, 100.0), der=(5.0, 80.0)) for i, e in enumerate(errores, 1)]
