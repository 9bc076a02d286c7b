// Lo que toda página hace: cuidar los formularios (sesión viva antes de mandar, una sola vez) y avisar.
import { dialogo, nodo } from "./nodos.js";
import { asegurar } from "./sesion.js";

const avisos = document.getElementById("avisar");
let borrar;

// Un aviso breve que el lector de pantalla dice y se va solo. Los errores no van aquí: van junto a lo que falló.
export function avisar(texto, { ms = 6000 } = {}) {
  clearTimeout(borrar);
  avisos.textContent = texto;
  borrar = setTimeout(() => { avisos.textContent = ""; }, ms);
}

// Un formulario no se manda con la sesión vencida (se perdería lo escrito): primero se pide la contraseña.
//   data-sin-revisar  no hace falta sesión (entrar, salir)
//   data-reciente     pide contraseña de hace poco
//   data-confirmar    pregunta antes, con ese texto
document.addEventListener("submit", async (e) => {
  const formulario = e.target;
  if (formulario.method !== "post" || formulario.dataset.propio !== undefined) return; // lo atiende su guion
  const { confirmar, reciente, sinRevisar } = formulario.dataset;
  if (formulario.dataset.listo || (sinRevisar !== undefined && !confirmar)) return;
  e.preventDefault();
  if (formulario.dataset.ocupado) return; // dos toques seguidos son uno
  formulario.dataset.ocupado = "1";
  try {
    if (confirmar && !(await preguntar(confirmar, e.submitter?.textContent.trim()))) return;
    if (sinRevisar === undefined && !(await asegurar({ reciente: reciente !== undefined }))) return;
    formulario.dataset.listo = "1";
    formulario.requestSubmit(e.submitter ?? undefined);
  } catch {
    avisar("El servidor no contesta. Lo que escribió sigue aquí; intente de nuevo.");
  } finally {
    delete formulario.dataset.listo;
    delete formulario.dataset.ocupado;
  }
});

// Pregunta sí o no en la página. `true` si se dijo que sí.
export async function preguntar(texto, si = "Continuar") {
  const cerrar = (valor) => () => caja.close(valor);
  const { caja, cerrado } = dialogo(texto, [nodo("div", { class: "botones" },
    nodo("button", { class: "principal", onclick: cerrar("si") }, si),
    nodo("button", { onclick: cerrar("") }, "No, volver"))], { clase: "pregunta", etiqueta: "p" });
  return (await cerrado) === "si";
}

// Quien salió de una nota a completar un dato vuelve a ella con un toque.
const NOTA = "volver-a-la-nota";
const nota = sessionStorage.getItem(NOTA);
if (nota === location.pathname || location.pathname === "/") sessionStorage.removeItem(NOTA);
else if (nota && /^\/(pacientes\/|cuenta)/.test(location.pathname)) {
  const enlace = Object.assign(document.createElement("a"), { href: nota, textContent: "Volver a la nota", className: "boton" });
  document.getElementById("contenido").prepend(enlace);
}

// El primer error de la página, o lo que se acaba de hacer, recibe el foco: así lo dice el lector de pantalla.
(document.querySelector(".recado.grave[tabindex]") ?? document.querySelector(".recado:target"))?.focus();
