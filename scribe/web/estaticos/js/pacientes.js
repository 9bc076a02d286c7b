// Búsqueda mientras se teclea. Una respuesta vieja nunca pisa a una nueva.
import { mandar } from "./api.js";
import { edad, fecha } from "./formatos.js";

const ESPERA_MS = 120;
const el = (id) => document.getElementById(id);
const [caja, lista, crear, molde] = [el("texto"), el("hallados"), el("crear"), el("renglon-de-paciente")];
const alAbrir = [...lista.childNodes];
const habiaNadie = el("sin-nadie").hidden;
let reloj;
let ultima = 0;
let pendiente = null;

caja.addEventListener("input", () => {
  clearTimeout(reloj);
  pendiente = new Promise((listo) => { reloj = setTimeout(() => listo(buscar(caja.value.trim())), ESPERA_MS); });
});

async function buscar(texto) {
  const esta = ++ultima;
  crear.hidden = texto.length < 2;
  crear.elements.texto.value = texto;
  el("crear-que").textContent = `Dar de alta a «${texto}»`;
  if (texto.length < 2) { pintar(alAbrir, "Recientes", !habiaNadie); return; }
  let hallados;
  try {
    hallados = await mandar("/api/pacientes/buscar", { texto, limite: 30 });
  } catch (fallo) {
    if (esta === ultima) el("dicho").textContent = `${fallo.mensaje} ${fallo.remedio}`;
    return;
  }
  if (esta !== ultima) return;
  pintar(hallados.map(renglon), "Resultados", !hallados.length);
  el("sin-nadie").textContent = "Nadie con ese nombre.";
  el("dicho").textContent = hallados.length === 1 ? "1 paciente" : `${hallados.length} pacientes`;
}

function pintar(nodos, titulo, nadie) {
  lista.replaceChildren(...nodos);
  el("que-lista").textContent = titulo;
  el("sin-nadie").hidden = !nadie;
}

function renglon(p) {
  const li = molde.content.firstElementChild.cloneNode(true);
  const [nombre, nacido, expediente] = [li.querySelector("b"), ...li.querySelectorAll(".cuando")];
  li.querySelector("a").href = `/pacientes/${p.id}`;
  nombre.textContent = p.nombre || "Identidad desconocida";
  nacido.textContent = p.nacimiento ? `${edad(p.nacimiento)} · ${fecha(p.nacimiento)}` : "";
  expediente.textContent = `exp. ${p.numero_expediente}`;
  return li;
}

// Entrar abre el primero; las flechas recorren la lista.
el("buscador").addEventListener("submit", async (e) => {
  e.preventDefault();
  await pendiente; // quien teclea rápido no abre lo de la búsqueda anterior
  (lista.querySelector("a") ?? crear.querySelector("button")).click();
});
document.addEventListener("keydown", (e) => {
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
  const paradas = [caja, ...lista.querySelectorAll("a"), ...(crear.hidden ? [] : [crear.querySelector("button")])];
  const donde = paradas.indexOf(document.activeElement);
  if (donde < 0) return;
  e.preventDefault();
  paradas[Math.min(Math.max(donde + (e.key === "ArrowDown" ? 1 : -1), 0), paradas.length - 1)].focus();
});
