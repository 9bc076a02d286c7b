/**
 * Si lo que llega del micrófono sirve: mudo, sin voz, lejos o saturado se sabe en menos de cinco segundos.
 *
 * Solo mira niveles (RMS, pico y muestras en el tope, cada 50 ms). La voz sube y baja más de 8 dB entre sílaba y pausa; un ventilador,
 * un micrófono tapado o el de otra habitación, no.
 */

/** @typedef {"oyendo" | "bien" | "mudo" | "sin_voz" | "callado" | "lejos" | "satura"} Veredicto */

const TRAMO_S = 0.05;
const VENTANA = Math.round(4 / TRAMO_S);
const MUDO_S = 2;
const MUDO_CON_VOZ_S = 8; // un audífono inalámbrico calla del todo entre frases
const CALLADO_S = 60;
const CERO = 1e-4; // −80 dBFS: por debajo no hay ni el ruido de un micrófono encendido
const VOZ_DB = 8;
const VOZ_MINIMA_DB = -52;
const LEJOS_DB = -42;
const SATURA = 0.002; // parte de las muestras; la ganancia automática roza el tope mucho menos que eso

/** @param {number} valor de 0 a 1 */
export const decibeles = (valor) => 20 * Math.log10(Math.max(valor, 1e-6));

/**
 * Lo que ocupa la barra: 0 es −60 dBFS o menos, 1 es el tope.
 * @param {number} nivel RMS, de 0 a 1
 */
export const altura = (nivel) => Math.max(0, Math.min(1, (decibeles(nivel) + 60) / 60));

/** Escucha niveles y da su veredicto. */
export class Oido {
  constructor() {
    /** @type {number[]} */
    this.niveles = [];
    /** @type {number[]} */
    this.topes = [];
    this.enCero = 0;
    this.desdeVoz = Infinity;
  }

  /**
   * Un tramo más.
   * @param {number} nivel @param {number} pico @param {number} topes
   * @returns {Veredicto}
   */
  oir(nivel, pico, topes) {
    this.niveles.push(decibeles(nivel));
    this.topes.push(topes);
    if (this.niveles.length > VENTANA) {
      this.niveles.shift();
      this.topes.shift();
    }
    this.enCero = pico < CERO ? this.enCero + TRAMO_S : 0;
    this.desdeVoz = this.#hayVoz() ? 0 : this.desdeVoz + TRAMO_S;
    return this.#juzgar();
  }

  /** @returns {Veredicto} */
  #juzgar() {
    if (this.enCero >= (this.desdeVoz < CALLADO_S ? MUDO_CON_VOZ_S : MUDO_S)) return "mudo";
    if (this.desdeVoz === Infinity) return this.niveles.length < VENTANA ? "oyendo" : "sin_voz";
    if (this.desdeVoz >= CALLADO_S) return "callado";
    if (this.topes.reduce((a, b) => a + b, 0) > SATURA * this.topes.length) return "satura";
    return this.#percentil(0.95) < LEJOS_DB && this.desdeVoz === 0 ? "lejos" : "bien";
  }

  #hayVoz() {
    if (this.niveles.length < 1 / TRAMO_S) return false;
    const alto = this.#percentil(0.95);
    return alto >= VOZ_MINIMA_DB && alto - this.#percentil(0.1) >= VOZ_DB;
  }

  /** @param {number} parte */
  #percentil(parte) {
    const orden = [...this.niveles].sort((a, b) => a - b);
    return orden[Math.min(orden.length - 1, Math.floor(parte * orden.length))];
  }
}

/**
 * Un micrófono que por su nombre graba lo que suena en la computadora y no a las personas.
 * @param {string} nombre
 */
export const esDeSalida = (nombre) => /\b(monitor (of|de)|stereo mix|mezcla est[eé]reo|loopback|what u hear)\b/i.test(nombre);

/** Qué decir de cada veredicto, y qué hacer. Lo que no está aquí no se dice. */
export const CONSEJOS = {
  mudo: ["No llega ningún sonido.", "El micrófono está apagado o silenciado: revise su botón o elija otro."],
  sin_voz: ["No se oye a nadie.", "Diga algo: si la barra no se mueve con su voz, elija otro micrófono."],
  callado: ["Hace más de un minuto que no se oye a nadie.", "Si la consulta sigue, revise el micrófono."],
  lejos: ["Se oye muy bajo.", "Acerque el micrófono a quienes hablan."],
  satura: ["Se oye demasiado fuerte y se distorsiona.", "Aleje el micrófono o baje su volumen."],
  salida: ["Ese micrófono graba lo que suena en la computadora, no a las personas.", "Elija otro."],
};
