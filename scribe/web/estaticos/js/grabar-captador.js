/**
 * Corre en el hilo de audio: junta las muestras del micrófono en trozos de PCM de 16 bits y mide el nivel.
 *
 * Manda `{nivel, pico, topes}` cada 50 ms (RMS, pico y qué parte de las muestras pega en el tope) y `{trozo, cuando}` (Int16Array y
 * la hora en ms) cada medio segundo mientras se graba. Recibe `{orden: "grabar" | "pausar" | "vaciar"}`; a las dos últimas contesta
 * con lo que hubiera a medias y `{listo: orden}`, así al pausar no se pierde ni un milisegundo.
 */

const TROZO_S = 0.5;
const NIVEL_S = 0.05;
const TOPE = 0.985;

class Captador extends AudioWorkletProcessor {
  constructor() {
    super();
    this.trozo = new Int16Array(Math.round(sampleRate * TROZO_S));
    this.largo = 0;
    this.grabando = false;
    this.suma = 0;
    this.pico = 0;
    this.topes = 0;
    this.contadas = 0;
    this.port.onmessage = ({ data }) => this.obedecer(data.orden);
  }

  obedecer(orden) {
    if (orden === "grabar") {
      this.grabando = true;
      return;
    }
    if (orden === "pausar") this.grabando = false;
    this.entregar();
    this.port.postMessage({ listo: orden });
  }

  entregar() {
    if (!this.largo) return;
    const trozo = this.trozo.slice(0, this.largo);
    this.largo = 0;
    this.port.postMessage({ trozo, cuando: Date.now() }, [trozo.buffer]);
  }

  process(entradas) {
    const canales = entradas[0];
    if (!canales.length) return true;
    const muestras = canales[0];
    for (let k = 0; k < muestras.length; k += 1) {
      const valor = Math.max(-1, Math.min(1, muestras[k] || 0));
      this.suma += valor * valor;
      const alto = Math.abs(valor);
      if (alto > this.pico) this.pico = alto;
      if (alto >= TOPE) this.topes += 1;
      if (this.grabando) {
        this.trozo[this.largo] = Math.round(valor * 32767);
        this.largo += 1;
        if (this.largo === this.trozo.length) this.entregar();
      }
    }
    this.contadas += muestras.length;
    if (this.contadas >= sampleRate * NIVEL_S) {
      const topes = this.topes / this.contadas;
      this.port.postMessage({ nivel: Math.sqrt(this.suma / this.contadas), pico: this.pico, topes });
      this.suma = 0;
      this.pico = 0;
      this.topes = 0;
      this.contadas = 0;
    }
    return true;
  }
}

registerProcessor("captador", Captador);
