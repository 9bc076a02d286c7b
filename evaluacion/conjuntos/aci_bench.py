"""ACI-Bench: diálogos de consulta en inglés con su nota completa (Yim et al., Scientific Data 2023)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from evaluacion.caso import Caso, Tarea
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos import archivos
from evaluacion.conjuntos.dialogo import leer_dialogo
from evaluacion.resultados import Cuadro, ResultadoSistema

PARTES = {
    "train": ("entrenamiento", 67),
    "valid": ("desarrollo", 20),
    "clinicalnlp_taskB_test1": ("prueba1", 40),
    "clinicalnlp_taskC_test2": ("prueba2", 40),
    "clef_taskC_test3": ("prueba3", 40),
}
_COLUMNAS = ("dataset", "encounter_id", "dialogue", "note")
_MARCA = re.compile(r"^\s*\[(doctor|patient|patient_guest)\]\s*", re.IGNORECASE)
_ROLES = {"doctor": "medico", "patient": "paciente", "patient_guest": "acompanante"}
_DICTADO = "virtassist"
"""Su LÉEME avisa de hablantes cambiados en algunos subconjuntos. Buscando frases que solo dice el médico
se ven en 10 de los 152 encuentros de los otros dos y en ninguno de los 55 de este."""
_RAPIDO = 2


def _es(carpeta: Path) -> bool:
    return any({*_COLUMNAS} <= {*archivos.encabezado(carpeta / f"{p}.csv")} for p in PARTES)


class AciBench(Conjunto):
    """Del diálogo escrito a la nota. El entrenamiento también se lee: aquí nada se entrena con él."""

    nombre: ClassVar[str] = "aci_bench"
    titulo: ClassVar[str] = "ACI-Bench"
    tarea: ClassVar[Tarea] = "nota"
    fuente: ClassVar[str] = (
        "https://github.com/wyim/aci-bench (data/challenge_data) y"
        " https://figshare.com/articles/dataset/aci-bench-corpus_zip/22494601."
        " Yim et al., ACI-BENCH, Scientific Data 10:586, 2023"
    )
    licencia: ClassVar[str] = "CC BY 4.0"

    def reconoce(self, carpeta: Path) -> bool:
        """Si ella o una de dentro tiene `train.csv`, `valid.csv`… con diálogo y nota."""
        return archivos.hallar(carpeta, _es) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los encuentros por partición; con `rapido`, dos de cada una.

        Los hablantes son roles solo en el subconjunto «virtassist»; en los otros se dejan los del conjunto
        (doctor, patient), que a veces están cambiados, y los roles se ignoran. Edad y sexo no se dan al
        sistema: en varios encuentros no concuerdan con lo dicho.
        """
        raiz = archivos.buscar(carpeta, self, _es, "train.csv, valid.csv… con dialogue y note")
        casos: list[Caso] = []
        for parte in PARTES:
            if (raiz / f"{parte}.csv").is_file():
                propios = self._particion(raiz, parte)
                casos += archivos.submuestra(propios, _RAPIDO) if rapido else propios
        return archivos.sin_repetir(casos, self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuántos encuentros se leyeron de cada partición."""
        del carpeta, sistemas
        publicados = dict(PARTES.values())
        return [
            archivos.cuadro_leido(casos, publicados, "Encuentros por partición, como los cuenta su LÉEME.")
        ]

    def _particion(self, raiz: Path, parte: str) -> list[Caso]:
        archivo = raiz / f"{parte}.csv"
        filas = archivos.leer_tabla(archivo, _COLUMNAS)
        self._revisar_metadatos(raiz / f"{parte}_metadata.csv", {f["encounter_id"] for f in filas})
        return [self._caso(archivo, fila, PARTES[parte][0]) for fila in filas]

    def _revisar_metadatos(self, archivo: Path, esperados: set[str]) -> None:
        """Los metadatos son opcionales, pero si vienen deben ser de los mismos encuentros."""
        if archivo.is_file():
            hallados = {f["encounter_id"] for f in archivos.leer_tabla(archivo, ("encounter_id",))}
            archivos.exigir_pares(f"En {archivo.name} falta el encuentro", esperados - hallados, self)

    def _caso(self, archivo: Path, fila: dict[str, str], particion: str) -> Caso:
        cierta = fila["dataset"] == _DICTADO
        roles = _ROLES if cierta else {n: n for n in _ROLES}
        dichos = leer_dialogo(fila["dialogue"], _MARCA, roles)
        if not dichos or not fila["note"].strip():
            raise ConjuntoInvalido(
                f"{archivo}: el encuentro {fila['encounter_id']} no trae diálogo o nota.",
                archivos.publicado(self),
            )
        return Caso(
            id=fila["encounter_id"],
            idioma="en",
            particion=particion,
            dichos=dichos,
            con_roles=cierta,
            nota=fila["note"].strip(),
            etiquetas={
                "particion": particion,
                "tipo": fila["dataset"],
                "hablantes": str(len({d.hablante for d in dichos})),
            },
        )


CONJUNTOS = (AciBench(),)
