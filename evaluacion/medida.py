"""Todo lo que se mide de un borrador, junto y sumable entre casos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluacion.caso import Caso
from evaluacion.metricas import codigos, hablantes, nota, transcripcion
from evaluacion.metricas.hablantes import Tiempo
from evaluacion.metricas.transcripcion import Errores
from scribe.consulta import Borrador, EstadoEnunciado, Tramo

CERO = Errores(0, 0)


@dataclass(frozen=True, slots=True)
class Medida:
    """Cuentas de un caso o de la suma de varios; cada tasa es parte entre total.

    Tiempos en segundos, memoria en MiB. En `cuentas`, (parte, total) por nombre de medida: lo que no
    aplica al caso lleva total 0 y no pesa en la suma.
    """

    id: str
    cuentas: dict[str, tuple[float, float]]
    tiempos: dict[str, float] = field(default_factory=dict)
    memoria_mib: float | None = None
    detalle: dict[str, list[str]] = field(default_factory=dict)

    def tasa(self, nombre: str) -> float | None:
        """Parte entre total, o `None` si no aplica."""
        parte, total = self.cuentas.get(nombre, (0.0, 0.0))
        return parte / total if total else None

    def json(self) -> dict[str, Any]:
        """La medida como datos llanos, con tasas y cuentas."""
        tasas = {n: self.tasa(n) for n in self.cuentas}
        return {"id": self.id, "tasas": tasas, "cuentas": self.cuentas, "tiempos": self.tiempos,
                "memoria_mib": self.memoria_mib, "detalle": self.detalle}  # fmt: skip


def medir(
    caso: Caso, borrador: Borrador, tramos: Sequence[Tramo], memoria_mib: float | None = None
) -> Medida:
    """Mide un borrador contra su caso. `tramos` es lo hallado en `transcripcion.rttm`."""
    cuentas: dict[str, tuple[float, float]] = {}
    detalle: dict[str, list[str]] = {}
    _habla(caso, borrador, tramos, cuentas)
    _nota(caso, borrador, cuentas, detalle)
    _codigos(caso, borrador, cuentas, detalle)
    tipos = {a.tipo for a in borrador.avisos}
    cuentas["alertas"] = (sum(a in tipos for a in caso.alertas), len(caso.alertas))
    tiempos = {**borrador.tiempos.model_dump(), "duracion_s": borrador.audio.duracion_s}
    return Medida(caso.id, cuentas, tiempos, memoria_mib, detalle)


def sumar(medidas: Iterable[Medida], nombre: str = "total") -> Medida:
    """Suma las cuentas y los tiempos (promedio por peso de cada caso); la memoria es la mayor."""
    lista = list(medidas)
    cuentas: dict[str, tuple[float, float]] = {}
    tiempos: dict[str, float] = {}
    for medida in lista:
        for clave, (parte, total) in medida.cuentas.items():
            antes = cuentas.get(clave, (0.0, 0.0))
            cuentas[clave] = (antes[0] + parte, antes[1] + total)
        for clave, valor in medida.tiempos.items():
            tiempos[clave] = tiempos.get(clave, 0.0) + valor
    memorias = [m.memoria_mib for m in lista if m.memoria_mib is not None]
    return Medida(nombre, cuentas, tiempos, max(memorias, default=None))


def _habla(
    caso: Caso, borrador: Borrador, tramos: Sequence[Tramo], cuentas: dict[str, tuple[float, float]]
) -> None:
    turnos = borrador.transcripcion.turnos
    escrito = " ".join(t.texto for t in turnos)
    oido = " ".join(p.texto for t in turnos for p in t.palabras)
    cuentas["wer"] = _par(transcripcion.wer(caso.texto, escrito))
    cuentas["wer_oido"] = _par(transcripcion.wer(caso.texto, oido)) if oido else (0.0, 0.0)
    cuentas["cer"] = _par(transcripcion.cer(caso.texto, escrito))
    cuentas["cifras_perdidas"] = _par(transcripcion.cifras_perdidas(caso.texto, escrito))
    cuentas["cpwer"] = _par(hablantes.cpwer(caso.dichos, [(t.hablante, t.texto) for t in turnos]))
    cuentas["der"] = _par(hablantes.der(caso.tramos, tramos))
    cuentas["der_025"] = _par(hablantes.der(caso.tramos, tramos, collar=0.25))
    iguales = hablantes.contar(caso.tramos) == hablantes.contar(tramos)
    cuentas["numero_de_hablantes"] = (float(iguales), 1.0)
    cuentas["rol"] = _par(hablantes.rol_correcto(caso.tramos, turnos))


def _nota(
    caso: Caso, borrador: Borrador, cuentas: dict[str, tuple[float, float]], detalle: dict[str, list[str]]
) -> None:
    halladas = nota.capturas(borrador, caso.hechos)
    criticas = [c for c in halladas if c.hecho.critico]
    cuentas["hechos"] = (sum(c.en_nota for c in halladas), len(halladas))
    cuentas["hechos_criticos"] = (sum(c.en_nota for c in criticas), len(criticas))
    cuentas["hechos_con_omisiones"] = (sum(c.presente for c in halladas), len(halladas))
    cuentas["hechos_en_su_seccion"] = (sum(c.en_seccion for c in halladas), len(halladas))
    for letra in nota.SECCION:
        propias = [c for c in halladas if c.hecho.seccion == letra]
        cuentas[f"hechos_{letra}"] = (sum(c.en_nota for c in propias), len(propias))
    malos = nota.violados(borrador.nota, caso.prohibidos)
    cuentas["prohibidos"] = (len(malos), len(caso.prohibidos))
    enunciados = borrador.nota.enunciados
    invalidas, sueltas = nota.citas_invalidas(borrador), nota.sin_sustento(borrador.nota)
    cuentas["citas_validas"] = (len(enunciados) - len({f.enunciado for f in invalidas}), len(enunciados))
    cuentas["con_sustento"] = (len(enunciados) - len({f.enunciado for f in sueltas}), len(enunciados))
    dudosos = sum(e.estado is EstadoEnunciado.POR_REVISAR for e in enunciados)
    cuentas["por_revisar"] = (dudosos, len(enunciados))
    detalle["hechos_perdidos"] = [
        f"{c.hecho.id} {c.hecho.texto}" + (" (en omisiones)" if c.presente else "")
        for c in halladas
        if not c.en_nota
    ]
    detalle["prohibidos"] = [f"{p.porque}: «{trozo}»" for p, trozo in malos]
    detalle["citas"] = [f"{f.motivo}: {f.enunciado}" for f in [*invalidas, *sueltas]]


def _codigos(
    caso: Caso, borrador: Borrador, cuentas: dict[str, tuple[float, float]], detalle: dict[str, list[str]]
) -> None:
    lista = codigos.aciertos(borrador.codigos, caso.codigos)
    hallados = [a for a in lista if a.estado is not None]
    cuentas["codigos_categoria_5"] = (sum(a.entre_primeros for a in lista), len(lista))
    cuentas["codigos_exactos_5"] = (sum(a.exacto_entre_primeros for a in lista), len(lista))
    cuentas["codigos_con_alternativas"] = (sum(a.entre_alternativas for a in lista), len(lista))
    firmes = [a for a in lista if a.esperado.estado == "confirmado"]
    cuentas["codigos_confirmados_5"] = (sum(a.entre_primeros for a in firmes), len(firmes))
    cuentas["estado_del_codigo"] = (sum(a.estado_correcto for a in hallados), len(hallados))
    falsos = codigos.presentes_falsos(borrador.codigos, caso.codigos)
    cuentas["codigos_presentes_falsos"] = (len(falsos), len(borrador.codigos))
    detalle["codigos"] = [
        f"{a.esperado.cie10} {a.esperado.texto}: lugar {a.lugar or '—'}, estado "
        f"{a.estado or '—'} (esperado {a.esperado.estado})"
        for a in lista
        if not a.entre_primeros or not a.estado_correcto
    ] + [f"dado por presente: {c}" for c in falsos]


def _par(valor: Errores | Tiempo) -> tuple[float, float]:
    return (valor.errores, valor.total) if isinstance(valor, Errores) else (valor.parte, valor.total)
