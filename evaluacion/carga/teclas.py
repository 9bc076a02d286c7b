"""Buscar tecla por tecla en un navegador de verdad: de la tecla a ver la lista pintada.

Necesita lo que piden las pruebas (`make entorno-pruebas`) y Chromium.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

from evaluacion.carga.instalacion import Instalacion
from evaluacion.carga.resumen import cuantiles

_TEXTOS = ("garcía hernán", "maria lopez", "rosa torres", "zamora quin", "000777", "xyzw")
_PAGINAS = {"inicio": "/", "lista de pacientes": "/pacientes", "notas": "/notas"}
_TECLEAR = """async (texto) => {
  const [caja, dicho] = [document.getElementById("texto"), document.getElementById("dicho")];
  // Al pintar lo hallado, y no antes, la página dice cuántos son.
  const pintada = () => new Promise((listo) => {
    const vigia = new MutationObserver(() => {
      vigia.disconnect();
      requestAnimationFrame(() => setTimeout(listo));
    });
    vigia.observe(dicho, { childList: true });
  });
  const tiempos = [];
  for (let k = 2; k <= texto.length; k += 1) {
    const inicio = performance.now();
    const espera = pintada();
    caja.value = texto.slice(0, k);
    caja.dispatchEvent(new Event("input", { bubbles: true }));
    await espera;
    tiempos.push((performance.now() - inicio) / 1000);
  }
  return tiempos;
}"""
_LARGAS = """window.largas = 0; new PerformanceObserver((l) => {
  for (const e of l.getEntries()) if (e.duration > 200) window.largas += 1;
}).observe({ type: "longtask", buffered: true });"""
_PINTADA = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime / 1000"""


def teclear(servidor: Instalacion, ficha: str) -> dict[str, Any]:
    """Segundos de cada tecla a la lista pintada (con la espera de 120 ms de la página) y de cada página al
    primer pintado; y cuántas tareas de más de 200 ms hubo. `ficha`: el id de un paciente.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as falta:
        raise RuntimeError("Falta playwright: make entorno-pruebas.") from falta
    ejecutable = os.environ.get("SCRIBE_CHROMIUM") or shutil.which("chromium")
    if ejecutable is None:
        raise RuntimeError("Falta Chromium: apt-get install chromium, o SCRIBE_CHROMIUM=ruta.")
    with sync_playwright() as p:
        navegador = p.chromium.launch(executable_path=ejecutable, args=["--no-sandbox"])
        try:
            contexto = navegador.new_context(base_url=servidor.api.removesuffix("/api"), locale="es-MX")
            contexto.set_default_timeout(300_000)
            contexto.request.post("/api/sesion", data=servidor.credenciales)
            contexto.add_init_script(_LARGAS)
            pagina = contexto.new_page()
            pintadas, largas = {}, 0
            for nombre, ruta in {**_PAGINAS, "ficha": f"/pacientes/{ficha}"}.items():
                pagina.goto(ruta, wait_until="networkidle")
                pintadas[nombre] = round(float(pagina.evaluate(_PINTADA) or 0), 3)
                largas += pagina.evaluate("largas")
            pagina.goto("/pacientes", wait_until="networkidle")
            tiempos = [s for texto in _TEXTOS for s in pagina.evaluate(_TECLEAR, texto)]
            largas += pagina.evaluate("largas")
        finally:
            navegador.close()
    return {"tecla_s": cuantiles(tiempos), "primer_pintado_s": pintadas, "tareas_largas": largas}
