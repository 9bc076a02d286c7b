/**
 * SHA-256 por partes (FIPS 180-4).
 *
 * `crypto.subtle.digest` pide todo el contenido de una vez: tres horas de sonido serían 345 MB en memoria.
 */

const K = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const INICIO = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const BLOQUE = 64;

/** Una suma en curso. */
export class Sha256 {
  constructor() {
    this.h = Uint32Array.from(INICIO);
    this.w = new Uint32Array(64);
    this.resto = new Uint8Array(BLOQUE);
    this.sobran = 0;
    this.octetos = 0;
  }

  /**
   * Agrega bytes.
   * @param {Uint8Array} datos
   * @returns {Sha256} la misma
   */
  agregar(datos) {
    this.octetos += datos.length;
    let k = 0;
    if (this.sobran) {
      k = Math.min(BLOQUE - this.sobran, datos.length);
      this.resto.set(datos.subarray(0, k), this.sobran);
      this.sobran += k;
      if (this.sobran < BLOQUE) return this;
      this.#bloque(this.resto, 0);
      this.sobran = 0;
    }
    for (; k + BLOQUE <= datos.length; k += BLOQUE) this.#bloque(datos, k);
    this.resto.set(datos.subarray(k), 0);
    this.sobran = datos.length - k;
    return this;
  }

  /**
   * La suma de lo agregado hasta aquí; se puede seguir agregando después.
   * @returns {string} 64 cifras hexadecimales
   */
  hex() {
    const otra = new Sha256();
    otra.h.set(this.h);
    const cola = new Uint8Array(this.sobran < 56 ? BLOQUE : 2 * BLOQUE);
    cola.set(this.resto.subarray(0, this.sobran));
    cola[this.sobran] = 0x80;
    const largo = new DataView(cola.buffer);
    largo.setUint32(cola.length - 8, Math.floor((this.octetos * 8) / 2 ** 32));
    largo.setUint32(cola.length - 4, (this.octetos * 8) >>> 0);
    for (let k = 0; k < cola.length; k += BLOQUE) otra.#bloque(cola, k);
    return Array.from(otra.h, (n) => n.toString(16).padStart(8, "0")).join("");
  }

  /** @param {Uint8Array} datos @param {number} desde */
  #bloque(datos, desde) {
    const { w, h } = this;
    for (let t = 0; t < 16; t += 1, desde += 4) {
      w[t] = (datos[desde] << 24) | (datos[desde + 1] << 16) | (datos[desde + 2] << 8) | datos[desde + 3];
    }
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15];
      const y = w[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, i] = h;
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (i + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      i = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
    h[5] += f;
    h[6] += g;
    h[7] += i;
  }
}

/**
 * La suma de unos bytes.
 * @param {Uint8Array} datos
 * @returns {string} 64 cifras hexadecimales
 */
export const sumar = (datos) => new Sha256().agregar(datos).hex();
