"""MTS-Dialog: diálogos cortos en inglés con el resumen de una sección (Ben Abacha et al., EACL 2023)."""

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
    "MTS-Dialog-TrainingSet": ("entrenamiento", 1201),
    "MTS-Dialog-ValidationSet": ("desarrollo", 100),
    "MTS-Dialog-TestSet-1-MEDIQA-Chat-2023": ("prueba1", 200),
    "MTS-Dialog-TestSet-2-MEDIQA-Sum-2023": ("prueba2", 200),
}
_COLUMNAS = ("ID", "section_header", "section_text", "dialogue")
_MARCA = re.compile(r'^\s*"?([A-Za-z]+(?:_[A-Za-z]+)*_?\d?)\s*[:.]\s*')
_ROLES = {
    "doctor": "medico",
    "guest_clinician": "medico",
    "patient": "paciente",
    "guest_family": "acompanante",
    # Erratas del propio conjunto, una vez cada una o dos.
    "docotr": "medico",
    "guest_clinican": "medico",
    "gest_family": "acompanante",
}
_RAPIDO = 4


def _es(carpeta: Path) -> bool:
    return any({*_COLUMNAS} <= {*archivos.encabezado(carpeta / f"{p}.csv")} for p in PARTES)


class MtsDialog(Conjunto):
    """Del diálogo escrito a la nota; además, si nuestras medidas concuerdan con las personas."""

    nombre: ClassVar[str] = "mts_dialog"
    titulo: ClassVar[str] = "MTS-Dialog"
    tarea: ClassVar[Tarea] = "nota"
    fuente: ClassVar[str] = (
        "https://github.com/abachaa/MTS-Dialog (Main-Dataset y Correlation-Study)."
        " Ben Abacha et al., EACL 2023, 2023.eacl-main.168"
    )
    licencia: ClassVar[str] = "CC BY 4.0"

    def reconoce(self, carpeta: Path) -> bool:
        """Si ella o una de dentro (`Main-Dataset`) tiene los csv principales."""
        return archivos.hallar(carpeta, _es) is not None

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los diálogos por partición; con `rapido`, cuatro de cada una. Los aumentados no se leen."""
        raiz = archivos.buscar(carpeta, self, _es, "Main-Dataset con MTS-Dialog-*.csv")
        casos: list[Caso] = []
        for parte, (particion, _) in PARTES.items():
            archivo = raiz / f"{parte}.csv"
            if archivo.is_file():
                filas = archivos.leer_tabla(archivo, _COLUMNAS)
                elegidas = archivos.submuestra(filas, _RAPIDO) if rapido else filas
                casos += [self._caso(archivo, fila, particion) for fila in elegidas]
        return archivos.sin_repetir(casos, self)

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Lo leído y, si está `Correlation-Study`, el acuerdo de nuestras medidas con las personas."""
        del sistemas
        cuadros = [
            archivos.cuadro_leido(
                casos, dict(PARTES.values()), "Diálogos por partición, como los cuenta su LÉEME."
            )
        ]
        estudio = carpeta and archivos.hallar(carpeta, lambda c: (c / "Correlation-Study").is_dir())
        if estudio is None and carpeta and (carpeta.parent / "Correlation-Study").is_dir():
            estudio = carpeta.parent
        if estudio:
            from evaluacion.metricas.acuerdo import cuadro_mts

            cuadros.append(cuadro_mts(estudio))
        return cuadros

    def _caso(self, archivo: Path, fila: dict[str, str], particion: str) -> Caso:
        dichos = leer_dialogo(fila["dialogue"], _MARCA, _ROLES)
        if not dichos or not fila["section_text"].strip():
            raise ConjuntoInvalido(
                f"{archivo}: el renglón {fila['ID']} no trae diálogo o resumen.", archivos.publicado(self)
            )
        return Caso(
            id=f"{particion}-{fila['ID'].strip()}",
            idioma="en",
            particion=particion,
            dichos=dichos,
            con_roles=True,
            nota=fila["section_text"].strip(),
            etiquetas={
                "particion": particion,
                "seccion": fila["section_header"].strip().lower(),
                "hablantes": str(len({d.hablante for d in dichos})),
            },
        )


CONJUNTOS = (MtsDialog(),)
