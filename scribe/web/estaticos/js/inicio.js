// Sigue lo que está en proceso sin recargar; cuando algo termina, la lista se pide de nuevo
// (aquí nadie escribe: recargar no pierde nada).
import { traer } from "./api.js";

const CADA_MS = 5000;
const PASOS = { leer: "Leyendo el audio", transcribir: "Escribiendo lo que se dijo", separar: "Separando las voces", redactar: "Redactando la nota", codificar: "Buscando los códigos", guardar: "Guardando el borrador" };
const ORDEN = Object.keys(PASOS);

async function mirar() {
  const renglones = [...document.querySelectorAll("[data-trabajo]")];
  if (!renglones.length || document.hidden) return;
  for (const renglon of renglones) {
    let visto;
    try {
      visto = await traer(`/api/trabajos/${renglon.dataset.trabajo}`, { fondo: true });
    } catch {
      return; // sin red o sin sesión: se mira en la próxima vuelta
    }
    const { trabajo, estimacion } = visto;
    if (["hecho", "requiere_atencion", "cancelado"].includes(trabajo.estado)) { location.reload(); return; }
    pintar(renglon, trabajo, estimacion);
  }
}

function pintar(renglon, trabajo, estimacion) {
  const dice = renglon.querySelector("[data-dice]");
  if (!dice) return;
  const paso = PASOS[trabajo.paso] ?? "En la cola";
  const texto = estimacion.desde_s === null ? paso : `${paso}; ${falta(estimacion)}`;
  if (dice.textContent !== texto) dice.textContent = texto;
  renglon.querySelector("progress").value = Math.max(0, ORDEN.indexOf(trabajo.paso));
}

function falta({ desde_s: desde, hasta_s: hasta }) {
  const a = Math.round(desde / 60), b = Math.ceil(hasta / 60);
  if (b <= 1) return "falta menos de un minuto";
  return b - a <= 1 || a === 0 ? `faltan unos ${b} minutos` : `faltan entre ${a} y ${b} minutos`;
}

setInterval(mirar, CADA_MS);
