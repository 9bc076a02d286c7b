"""Los informes de una evaluación: una página para personas, un markdown para el repositorio y los datos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluacion.caso import Caso
from evaluacion.informe import archivo
from evaluacion.informe.archivo import ResultadosInvalidos, leer
from evaluacion.informe.markdown import a_markdown
from evaluacion.informe.pagina import a_html
from evaluacion.resultados import Resultados
from evaluacion.salida import Salida

__all__ = ["ResultadosInvalidos", "escribir", "leer"]


def escribir(
    resultados: Resultados,
    carpeta: Path,
    casos: Sequence[Caso],
    salidas: Mapping[str, Mapping[str, Salida]],
) -> list[Path]:
    """Deja `resultados.json`, `informe.md` e `informe.html` en la carpeta y devuelve sus rutas.

    `casos` y `salidas` (sistema → caso → salida) solo hacen falta para enseñar los peores casos: sin
    ellos la página sale sin audio ni diferencias. Cada archivo se escribe a un temporal y se renombra.
    """
    return [
        archivo.guardar(carpeta / archivo.NOMBRE, resultados.model_dump_json(indent=1) + "\n"),
        archivo.guardar(carpeta / "informe.md", a_markdown(resultados)),
        archivo.guardar(carpeta / "informe.html", a_html(resultados, casos, salidas)),
    ]
