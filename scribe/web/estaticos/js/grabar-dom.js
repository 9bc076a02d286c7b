/** Atajos del DOM y formas de decir tiempo y tamaño, comunes a la página de grabar. */

/** @param {string} id @returns {any} */
export const el = (id) => document.getElementById(id);

/** @param {string} id @param {boolean} visible */
export const mostrar = (id, visible) => {
  el(id).hidden = !visible;
};

/** Una copia del único elemento de una plantilla. @param {string} id @returns {HTMLElement} */
export const copiar = (id) => el(id).content.firstElementChild.cloneNode(true);

/** Cuánto tiempo, como se dice. @param {number} segundos */
export function rato(segundos) {
  if (segundos < 60) return `${Math.max(1, Math.round(segundos))} s`;
  return segundos < 5400 ? `${Math.round(segundos / 60)} min` : `${Math.round(segundos / 360) / 10} h`;
}

/** @param {number} octetos */
export const tamano = (octetos) =>
  octetos < 1e6 ? `${Math.max(1, Math.round(octetos / 1e3))} kB` : `${Math.round(octetos / 1e5) / 10} MB`;

/** @param {string | number} cuando */
export const dia = (cuando) => new Date(cuando).toLocaleDateString("es", { day: "numeric", month: "short", year: "numeric" });

/** @param {string | number} cuando */
export const hora = (cuando) => new Date(cuando).toLocaleTimeString("es", { hour: "numeric", minute: "2-digit" });

/** Lo que se dice de un fallo, en una línea. @param {any} fallo */
export const explicar = (fallo) =>
  `${fallo.mensaje ?? fallo.message ?? "Algo falló."} ${fallo.remedio ?? ""}`.trim();
