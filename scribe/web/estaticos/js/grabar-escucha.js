/** Mientras se graba: cuánto se ha escuchado ya en el servidor y cuánto se esperará el borrador al terminar. */

import { el, rato } from "./grabar-dom.js";

const CADA_MS = 10_000;
const NOTA_S = 30; // escribir la nota y los códigos, que se hace siempre al final

/**
 * Lo dice en `#escuchado` hasta que la grabación termina o deja de estar a la vista.
 * @param {import("./grabar-grabacion.js").Grabacion} grabacion
 * @param {typeof import("./api.js").api} api
 * @param {() => boolean} sigue
 */
export async function seguirEscucha(grabacion, api, sigue) {
  while (sigue() && grabacion.estado !== "terminada") {
    const { registro } = grabacion;
    if (registro.abierta) decir(await ver(registro.subida, api), grabacion.segundos);
    await new Promise((listo) => setTimeout(listo, CADA_MS));
  }
  el("escuchado").textContent = "";
}

/** @param {string} subida @param {typeof import("./api.js").api} api */
async function ver(subida, api) {
  try {
    return await api("GET", `/api/subidas/${subida}/avance`, { fondo: true });
  } catch {
    return null; // sin red o sin sesión: no se sabe; grabar no depende de esto
  }
}

/** @param {{escuchado_s: number, ritmo: number | null} | null} avance @param {number} grabado_s */
function decir(avance, grabado_s) {
  const oidos = Math.floor((avance?.escuchado_s ?? 0) / 60);
  const van = Math.floor(grabado_s / 60);
  if (!avance || oidos < 1) {
    el("escuchado").textContent = "";
    return;
  }
  const minutos = van === 1 ? "minuto" : "minutos";
  const espera = avance.ritmo && (grabado_s - avance.escuchado_s) * avance.ritmo + NOTA_S;
  const falta = espera ? ` Al terminar, el borrador saldrá en menos de ${rato(Math.ceil(espera / 60) * 60)}.` : "";
  el("escuchado").textContent = `Ya van escuchados ${Math.min(oidos, van)} de ${van} ${minutos}.${falta}`;
}
