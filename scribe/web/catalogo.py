"""Los catálogos CIE-10 y CIE-11 del servidor: se abren la primera vez que hacen falta, y una sola vez."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scribe.ajustes import Ajustes
from scribe.consulta import Alternativa
from scribe.errores import ModelosFaltan
from scribe.expediente.codigos_nota import Sistema
from scribe.web.errores import CatalogoCerrado

if TYPE_CHECKING:
    from scribe.codificacion.tecleo import Tecleo


@dataclass(slots=True)
class Catalogo:
    """Buscar y comprobar códigos. Se comparte entre hilos."""

    _tecleo: Tecleo | None = None
    _candado: threading.Lock = field(default_factory=threading.Lock)

    def titulo(self, sistema: Sistema, codigo: str) -> str | None:
        """El título de un código, o `None` si no existe. Lanza `CatalogoCerrado`."""
        return self._abierto().titulo(sistema, codigo)

    def buscar(self, texto: str, sistema: Sistema, maximo: int) -> list[Alternativa]:
        """Los códigos para lo que se lleva escrito, del mejor al peor. Lanza `CatalogoCerrado`."""
        return self._abierto().buscar(texto, sistema, maximo)

    def calentar(self) -> None:
        """Lo abre desde ahora, en otro hilo: que nadie espere a la primera búsqueda."""
        threading.Thread(target=self._intentar, name="catalogos", daemon=True).start()

    def _intentar(self) -> None:
        try:
            self._abierto().calentar()
        except CatalogoCerrado:
            return  # lo dirá la primera búsqueda, a quien puede remediarlo

    def _abierto(self) -> Tecleo:
        from scribe.codificacion.tecleo import Tecleo  # scikit-learn tarda en cargar: no al arrancar

        with self._candado:
            if self._tecleo is None:
                try:
                    self._tecleo = Tecleo.abrir(Ajustes().cache)
                except ModelosFaltan:
                    raise CatalogoCerrado from None
            return self._tecleo
