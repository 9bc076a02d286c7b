/** El renglón de avance: qué está pasando con una grabación ya entregada y cuánto falta, sin prometer de más. */

import { seguir } from "./avance.js";
import { copiar } from "./grabar-dom.js";

/**
 * Agrega el renglón a una lista y lo sigue hasta que termine.
 * @param {HTMLElement} lista
 * @param {{trabajo: string, nota: string}} recibo
 * @param {string} titulo
 */
export function seguirTrabajo(lista, recibo, titulo) {
  const li = copiar("plantilla-trabajo");
  lista.prepend(li);
  return seguirEn(li, recibo, titulo);
}

/**
 * Sigue el trabajo en un renglón que ya está: `.avance`, `progress`, `.falta` y su enlace, que sale cuando la
 * nota ya se puede revisar.
 * @param {HTMLElement} li
 * @param {{trabajo: string, nota: string}} recibo
 * @param {string} [titulo]
 */
export function seguirEn(li, recibo, titulo = "") {
  const enlace = /** @type {HTMLAnchorElement} */ (li.querySelector("a"));
  enlace.href = `/notas/${recibo.nota}`;
  return seguir(recibo.trabajo, ({ trabajo, avance }) => {
    decir(li, ".avance", titulo ? `${titulo}: ${avance.dice.charAt(0).toLowerCase()}${avance.dice.slice(1)}` : avance.dice);
    decir(li, ".falta", avance.falta);
    const barra = /** @type {HTMLProgressElement} */ (li.querySelector("progress"));
    barra.value = avance.parte;
    barra.hidden = ["requiere_atencion", "cancelado"].includes(trabajo.estado);
    enlace.hidden = trabajo.estado !== "hecho";
  });
}

/** Sin repetir lo mismo: un lector de pantalla lo leería otra vez. @param {HTMLElement} li */
function decir(li, cual, texto = "") {
  const donde = /** @type {HTMLElement} */ (li.querySelector(cual));
  if (donde.textContent !== texto) donde.textContent = texto;
}
