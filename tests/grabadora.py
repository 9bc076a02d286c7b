"""Lo que hace falta para grabar de verdad en las pruebas: un micrófono falso alimentado con una consulta, un
servidor en su propio proceso que se puede matar, y cómo comparar lo que quedó con lo que sonó.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import soundfile
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray
from playwright.sync_api import Error, Page
from scipy.signal import correlate, resample_poly

from scribe.expediente.base.conexion import Base, Piscina
from scribe.expediente.fuentes_clave import FuenteArchivo
from scribe.expediente.llavero import Llavero
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.subida import Subidas
from scribe.web.aplicacion import crear
from scribe.web.servicios import Servicios, armar_expediente
from tests.conftest import HERCIOS, MUESTRAS
from tests.navegador import PLAZO_MS, Clinica

RAIZ = Path(__file__).resolve().parent.parent
CABECERA = 44
Senal = NDArray[np.float64]

TESTIGO = """
// Un testigo que no depende de la página: cuánto sonido dio el navegador desde que se mandó grabar, y qué.
window.testigo = {trozos: [], grabado: 0, desde: null, contexto: null};
const Original = window.AudioContext;
window.AudioContext = class extends Original {
  constructor(...a) { super(...a); window.testigo.contexto = this; }
};
const mandar = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (dato, ...resto) {
  const t = window.testigo;
  if (dato?.orden === "grabar" && t.desde === null) t.desde = t.contexto.currentTime;
  if (dato?.orden === "pausar" && t.desde !== null) {
    t.grabado += t.contexto.currentTime - t.desde;
    t.desde = null;
  }
  return mandar.call(this, dato, ...resto);
};
const suyo = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
Object.defineProperty(MessagePort.prototype, "onmessage", {
  configurable: true, get() { return suyo.get.call(this); },
  set(f) {
    suyo.set.call(this, (e) => {
      if (e.data?.trozo) window.testigo.trozos.push(Array.from(e.data.trozo));
      f(e);
    });
  },
});
// El micrófono se desenchufa (`desenchufado`) y se vuelve a enchufar, como lo ve una página.
for (const [que, nada] of [
  ["getUserMedia", () => { throw new DOMException("no hay", "NotFoundError"); }],
  ["enumerateDevices", () => []],
]) {
  if (!window.MediaDevices) continue;
  const suya = MediaDevices.prototype[que];
  MediaDevices.prototype[que] = async function (...a) {
    if (window.testigo.desenchufado) return nada();
    const dado = await suya.apply(this, a);
    if (que === "getUserMedia") window.testigo.flujo = dado;
    return dado;
  };
}
window.testigo.enchufar = (si) => {
  window.testigo.desenchufado = !si;
  for (const pista of si ? [] : window.testigo.flujo.getTracks()) {
    pista.stop();
    pista.dispatchEvent(new Event("ended"));
  }
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
};
window.testigo.segundos = () => {
  const t = window.testigo;
  return t.grabado + (t.desde === null ? 0 : t.contexto.currentTime - t.desde);
};
"""


SIN_LUGAR = """
// Un navegador donde caben 60 kB: Chromium no hace caso de su propio tope simulado para IndexedDB.
let libres = 60_000;
const poner = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (valor, ...resto) {
  const pedido = poner.call(this, valor, ...resto);
  const mide = valor?.datos?.length ?? 0;
  if (mide > libres) this.transaction.abort();
  else libres -= mide;
  return pedido;
};
const quitar = IDBCursor.prototype.delete;
IDBCursor.prototype.delete = function () {
  libres += this.value?.datos?.length ?? 0;
  return quitar.call(this);
};
"""


def microfono_con(consulta: Path, carpeta: Path) -> Path:
    """La muestra como la pide Chromium: wav mono a 48 kHz."""
    sonido, hercios = soundfile.read(consulta, always_2d=True)
    destino = carpeta / f"{consulta.stem}.wav"
    soundfile.write(destino, resample_poly(sonido.mean(axis=1), 48_000, hercios), 48_000, subtype="PCM_16")
    return destino


def opciones_de(archivo: Path) -> list[str]:
    """Con qué arranca un Chromium cuyo micrófono es ese archivo, desde el principio cada vez que se abre."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={archivo}",
    ]


# --- Un servidor que se puede matar ---------------------------------------------------------------------


class Nodriza:
    """Un proceso con todo ya importado, que da a luz servidores: levantar otro es inmediato."""

    def __init__(self) -> None:
        self._proceso = subprocess.Popen(
            [sys.executable, "-m", "tests.grabadora"], cwd=RAIZ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def parir(self, dsn: str, datos: Path, puerto: int) -> tuple[int, int]:
        """Un servidor más; devuelve su proceso y su puerto."""
        assert self._proceso.stdin is not None and self._proceso.stdout is not None
        self._proceso.stdin.write(json.dumps([dsn, str(datos), puerto]) + "\n")
        self._proceso.stdin.flush()
        proceso, suyo = json.loads(self._proceso.stdout.readline())
        return proceso, suyo

    def cerrar(self) -> None:
        """La termina."""
        self._proceso.kill()
        self._proceso.communicate()


@dataclass
class ServidorAparte:
    """La misma base y carpeta, atendidas por otro proceso que se puede matar y levantar en su puerto."""

    nodriza: Nodriza
    dsn: str
    datos: Path
    puerto: int = 0
    proceso: int | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.puerto}"

    def arrancar(self) -> None:
        """Lo arranca y espera a que atienda."""
        self.proceso, self.puerto = self.nodriza.parir(self.dsn, self.datos, self.puerto)
        limite = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/api/salud").status_code == 200:
                    return
            assert time.monotonic() < limite, "el servidor no arrancó"
            time.sleep(0.05)

    def matar(self) -> None:
        """Lo mata con SIGKILL."""
        if self.proceso is not None:
            os.kill(self.proceso, signal.SIGKILL)
            self.proceso = None


def _criar() -> None:
    """La nodriza: por cada renglón que llega, un servidor."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nadie los espera: los recoge el sistema
    for renglon in sys.stdin:
        dsn, datos, puerto = json.loads(renglon)
        ajustes = uvicorn.Config("", host="127.0.0.1", port=puerto, log_config=None, access_log=False)
        toma = ajustes.bind_socket()
        hijo = os.fork()
        if hijo == 0:
            ajustes.app = _app(dsn, Path(datos))
            uvicorn.Server(ajustes).run(sockets=[toma])
            os._exit(0)
        print(json.dumps([hijo, toma.getsockname()[1]]), flush=True)
        toma.close()


def _app(dsn: str, datos: Path) -> FastAPI:
    llavero = Llavero.abrir(datos / "llavero.json", FuenteArchivo(datos / "clave"))
    base = Base(Piscina(dsn), dsn)
    expediente, cifrador = armar_expediente(base, llavero)
    audio = AlmacenAudio(datos, cifrador)
    return crear(Servicios(expediente, llavero, audio, Subidas(expediente, audio, reserva=0), datos))


# --- La página ------------------------------------------------------------------------------------------


def abrir_grabar(pagina: Page, ruta: str = "/grabar") -> None:
    """Va a grabar y espera a que la página haya terminado de armarse."""
    pagina.goto(ruta)
    pagina.wait_for_selector("#grabar[data-lista]", state="attached")


def elegir(pagina: Page, texto: str = "nuñ") -> None:
    """Busca y elige al primero."""
    pagina.fill("#buscar", texto)
    pagina.wait_for_selector("#hallados li b")
    pagina.keyboard.press("Enter")
    pagina.wait_for_selector("#elegido:visible")


def aceptar(pagina: Page) -> None:
    """El paciente da su permiso."""
    pagina.click("#permiso-si")
    pagina.wait_for_selector("#grabadora:visible")


def grabar(pagina: Page, segundos: float) -> None:
    """Empieza o sigue, y espera a que haya tantos segundos más ya guardados."""
    pagina.click("#boton-grabar")
    pagina.wait_for_selector("#grabadora[data-estado=grabando]")
    esperar(pagina, segundos)


def esperar(pagina: Page, segundos: float) -> None:
    """A que el navegador dé tantos segundos más de sonido."""
    meta = float(pagina.evaluate("testigo.segundos()")) + segundos
    pagina.wait_for_function("meta => testigo.segundos() >= meta", arg=meta, timeout=PLAZO_MS)


def terminar(pagina: Page) -> None:
    """Termina y espera a que esté entregada."""
    pagina.click("#boton-terminar")
    pagina.wait_for_selector("#hecho:visible", timeout=PLAZO_MS)


def tomado(pagina: Page) -> NDArray[np.int16]:
    """Todo lo que el micrófono entregó a la página, según el testigo."""
    return np.array(pagina.evaluate("testigo.trozos.flat()"), np.int16)


def tronar(pagina: Page) -> None:
    """Mata el proceso de la pestaña: no corre nada más en ella."""
    with pagina.expect_event("crash"), contextlib.suppress(Error):
        pagina.goto("chrome://crash")


def copia_local(pagina: Page) -> int:
    """Cuántos trozos de grabaciones guarda el navegador."""
    cuantos: int = pagina.evaluate("""new Promise((listo) => {
      indexedDB.open("scribe-grabar").onsuccess = ({ target: { result: base } }) => {
        const claves = base.transaction("trozos").objectStore("trozos").getAllKeys();
        claves.onsuccess = () => {
          base.close();
          listo(claves.result.filter(([id]) => id !== "lastre").length);
        };
      };
    })""")
    return cuantos


# --- Lo que quedó en el servidor ------------------------------------------------------------------------


def grabaciones(clinica: Clinica) -> list[UUID]:
    """Las que hay, de la primera a la última."""
    with clinica.api.servicios.expediente.piscina.conexion() as conexion:
        filas: list[Any] = conexion.execute("SELECT id FROM expediente.grabacion ORDER BY cuando").fetchall()
    return [f["id"] for f in filas]


def quedo(clinica: Clinica, grabacion: UUID) -> NDArray[np.int16]:
    """Las muestras de una grabación del expediente."""
    with clinica.api.servicios.audio.leer(grabacion) as archivo:
        octetos = archivo.read()
    assert octetos[:4] == b"RIFF" and octetos[CABECERA - 8 : CABECERA - 4] == b"data"
    return np.frombuffer(octetos[CABECERA:], "<i2")


def original(consulta: Path) -> Senal:
    """La muestra a 16 kHz, mono."""
    sonido, hercios = soundfile.read(consulta, always_2d=True)
    return np.asarray(resample_poly(sonido.mean(axis=1), HERCIOS, hercios))


def desfases(grabado: NDArray[np.int16], contra: Senal) -> list[tuple[float, float]]:
    """Por cada segundo con voz: de qué segundo del original es menos el suyo, y su correlación.

    En una toma sin huecos el desfase no cambia; lo que se pierde, o se pausa, lo hace subir.
    """
    salida, ventana = [], HERCIOS
    sumas = np.concatenate([[0.0], np.cumsum(contra**2)])
    energia = np.sqrt(np.maximum(sumas[ventana:] - sumas[:-ventana], 1e-9))
    for k in range(0, len(grabado) - ventana, ventana):
        trozo = grabado[k : k + ventana].astype(float) / 32768
        if np.sqrt(np.mean(trozo**2)) < 0.005:
            continue
        parecido = correlate(contra, trozo, "valid", "fft") / energia / np.linalg.norm(trozo)
        mejor = int(np.argmax(parecido))
        salida.append(((mejor - k) / HERCIOS, float(parecido[mejor])))
    return salida


MUESTRA = MUESTRAS / "faringitis.ogg"

if __name__ == "__main__":
    _criar()
