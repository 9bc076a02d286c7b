/**
 * El archivo que se graba: PCM de 16 bits, mono, en un WAV que no dice cuánto mide.
 *
 * Cortado en cualquier byte se lee entero hasta ahí, y retomado días después sigue siendo el mismo archivo:
 * por eso no se graba en webm/opus (docs/decisiones/grabar.md).
 */

export const HERCIOS = 16000;
export const CABECERA = 44;
const SIN_DECLARAR = 0xffffffff;

/**
 * La cabecera (RIFF/WAVE) de una grabación sin final conocido.
 * @param {number} hercios muestras por segundo
 * @returns {Uint8Array<ArrayBuffer>} 44 bytes
 */
export function cabecera(hercios) {
  const vista = new DataView(new ArrayBuffer(CABECERA));
  const letras = (/** @type {number} */ lugar, /** @type {string} */ texto) =>
    [...texto].forEach((letra, k) => vista.setUint8(lugar + k, letra.charCodeAt(0)));
  letras(0, "RIFF");
  vista.setUint32(4, SIN_DECLARAR, true);
  letras(8, "WAVEfmt ");
  vista.setUint32(16, 16, true);
  vista.setUint16(20, 1, true);
  vista.setUint16(22, 1, true);
  vista.setUint32(24, hercios, true);
  vista.setUint32(28, hercios * 2, true);
  vista.setUint16(32, 2, true);
  vista.setUint16(34, 16, true);
  letras(36, "data");
  vista.setUint32(40, SIN_DECLARAR, true);
  return new Uint8Array(vista.buffer);
}

/**
 * Cuánto dura lo que llevan unos bytes de grabación, contando la cabecera.
 * @param {number} octetos
 * @param {number} hercios
 * @returns {number} segundos
 */
export const segundos = (octetos, hercios) => Math.max(0, octetos - CABECERA) / (hercios * 2);
