/** Atajos del DOM y formas de decir tiempo y tamaño, comunes a la página de grabar. */

/** @param {string} id @returns {any} */
export const el = (id) => document.getElementById(id);

/** @param {string} id @param {boolean} visible */
export const mostrar = (id, visible) => {
  el(id).hidden = !visible;
};

/** Una copia del único elemento de una plantilla. @param {string} id @returns {HTMLElement} */
export const copiar = (id) => el(id).content.firstElementChild.cloneNode(true);

/** @param {string} etiqueta @param {string} texto @param {string} [clase] */
export function nodo(etiqueta, texto, clase = "") {
  const nuevo = document.createElement(etiqueta);
  nuevo.textContent = texto;
  if (clase) nuevo.className = clase;
  return nuevo;
}

/** @param {number} segundos */
export function reloj(segundos) {
  const s = Math.floor(segundos);
  const dos = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const horas = Math.floor(s / 3600);
  return horas ? `${horas}:${dos(Math.floor(s / 60) % 60)}:${dos(s % 60)}` : `${Math.floor(s / 60)}:${dos(s % 60)}`;
}

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
