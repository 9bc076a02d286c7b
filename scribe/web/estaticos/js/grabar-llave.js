/**
 * La llave de la copia local. La da el servidor a quien graba y solo vive en la memoria de esta página: quien
 * se lleve el disco de este equipo no puede oír lo que quedó en él (docs/decisiones/grabar.md).
 */

const AES = "AES-GCM";
const IV = 12;

/** Lo que AES-GCM agrega a lo cifrado. */
export const SOBRA = 16;

/**
 * La llave de una grabación; siempre la misma para la misma persona. Lanza `ErrorApi`.
 * @param {string} grabacion
 * @param {typeof import("./api.js").api} api
 * @returns {Promise<CryptoKey>}
 */
export async function pedirLlave(grabacion, api) {
  const { llave } = await api("POST", "/api/copia-local/llave", { cuerpo: { grabacion } });
  const material = Uint8Array.from(atob(llave), (letra) => letra.charCodeAt(0));
  const pedida = await crypto.subtle.importKey("raw", material, AES, false, ["encrypt", "decrypt"]);
  material.fill(0);
  return pedida;
}

/** A qué grabación y a qué byte pertenece un trozo: cambiado de lugar, no abre. @param {string} id @param {number} desde */
const lugar = (id, desde) => new TextEncoder().encode(`${id}:${desde}`);

/**
 * @param {CryptoKey} llave @param {string} id @param {number} desde @param {Uint8Array<ArrayBuffer>} claro
 * @returns {Promise<{iv: Uint8Array<ArrayBuffer>, datos: Uint8Array<ArrayBuffer>}>}
 */
export async function cerrar(llave, id, desde, claro) {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const datos = await crypto.subtle.encrypt({ name: AES, iv, additionalData: lugar(id, desde) }, llave, claro);
  return { iv, datos: new Uint8Array(datos) };
}

/**
 * Lanza `OperationError` si no es lo que se guardó.
 * @param {CryptoKey} llave @param {import("./grabar-almacen.js").Trozo} trozo
 */
export async function abrir(llave, { id, desde, iv, datos }) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv, additionalData: lugar(id, desde) }, llave, datos));
}
