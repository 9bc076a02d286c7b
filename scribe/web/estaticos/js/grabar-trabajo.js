/** El renglón de avance: qué está pasando con una grabación ya entregada y cuánto falta, sin prometer de más. */

import { copiar, rato } from "./grabar-dom.js";

const CADA_MS = 1500;
const PASOS = ["transcribir", "separar", "redactar", "codificar", "guardar"];
const DICHO = {
  transcribir: "Transcribiendo lo que se dijo", separar: "Viendo quién habla", redactar: "Escribiendo la nota",
  codificar: "Buscando códigos", guardar: "Guardando el borrador",
};

/**
 * Agrega el renglón a una lista y lo sigue hasta que termine.
 * @param {HTMLElement} lista
 * @param {{trabajo: string, nota: string}} recibo
 * @param {string} titulo
 * @param {typeof import("./api.js").api} api
 */
export async function seguirTrabajo(lista, recibo, titulo, api) {
  const li = copiar("plantilla-trabajo");
  lista.prepend(li);
  const enlace = /** @type {HTMLAnchorElement} */ (li.querySelector("a"));
  enlace.href = `/notas/${recibo.nota}`;
  for (;;) {
    const visto = await ver(recibo.trabajo, api);
    if (visto) pintar(li, titulo, visto);
    if (visto && ["hecho", "cancelado", "requiere_atencion"].includes(visto.trabajo.estado)) return visto.trabajo.estado;
    await new Promise((listo) => setTimeout(listo, CADA_MS));
  }
}

/** @param {string} trabajo @param {typeof import("./api.js").api} api */
async function ver(trabajo, api) {
  try {
    return await api("GET", `/api/trabajos/${trabajo}`, { fondo: true });
  } catch {
    return null; // sin red o sin sesión: el trabajo sigue en el servidor y aquí se vuelve a preguntar
  }
}

/** @param {HTMLElement} li @param {string} titulo @param {any} visto */
function pintar(li, titulo, visto) {
  const { trabajo } = visto;
  const barra = /** @type {HTMLProgressElement} */ (li.querySelector("progress"));
  decir(li, ".avance", `${titulo}: ${que(visto)}`);
  decir(li, ".falta", falta(visto));
  const hechos = visto.pasos.filter((/** @type {any} */ p) => p.estado === "hecho").length;
  if (trabajo.estado === "hecho") barra.value = 1;
  else if (trabajo.estado === "en_curso") barra.value = (hechos + 0.5) / PASOS.length;
  barra.hidden = ["requiere_atencion", "cancelado"].includes(trabajo.estado);
  /** @type {HTMLElement} */ (li.querySelector("a")).hidden = trabajo.estado !== "hecho";
}

/** @param {any} visto */
function que({ trabajo, estimacion }) {
  if (trabajo.estado === "hecho") return "el borrador está listo";
  if (trabajo.estado === "cancelado") return "se canceló; la grabación se conserva";
  if (trabajo.estado === "requiere_atencion") return `se detuvo. ${trabajo.motivo ?? ""}`;
  if (trabajo.estado === "en_curso") return DICHO[/** @type {keyof typeof DICHO} */ (trabajo.paso)] ?? "trabajando";
  const delante = estimacion.por_delante;
  return delante ? `en espera; ${delante === 1 ? "hay una grabación" : `hay ${delante} grabaciones`} antes` : "empezando";
}

/** @param {any} visto */
function falta({ trabajo, estimacion }) {
  if (trabajo.estado === "requiere_atencion") return `${trabajo.remedio ?? ""} La grabación está a salvo.`;
  if (!["pendiente", "en_curso"].includes(trabajo.estado)) return "";
  if (!estimacion.trabajadores) return "Ningún trabajador está encendido: empezará cuando lo haya.";
  if (estimacion.hasta_s === null) return "Aún no se sabe cuánto tarda en este equipo.";
  const van = trabajo.empezado ? (Date.now() - Date.parse(trabajo.empezado)) / 1000 : 0;
  const desde = Math.max(0, estimacion.desde_s - van);
  const hasta = estimacion.hasta_s - van;
  if (hasta < 5) return "Falta poco.";
  return desde < 5 ? `Falta menos de ${rato(hasta)}.` : `Faltan de ${rato(desde)} a ${rato(hasta)}.`;
}

/** Sin repetir lo mismo: un lector de pantalla lo leería otra vez. @param {HTMLElement} li */
function decir(li, cual, texto = "") {
  const donde = /** @type {HTMLElement} */ (li.querySelector(cual));
  if (donde.textContent !== texto) donde.textContent = texto;
}
