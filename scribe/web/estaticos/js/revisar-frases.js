// Las frases y plantillas propias en la nota: se ofrecen, se ponen con «/» al escribir, y se guardan sin salir.
import { mandar, traer } from "./api.js";
import { dialogo, llano, nodo, poner } from "./nodos.js";
import { avisar } from "./pagina.js";

const VISIBLES = 8;
const ATAJO = /(^|\s)\/([^\s/]*)$/; // «120/80» no es un atajo: la diagonal va al empezar una palabra
let guardados = null;

// Los textos propios; se piden una vez. Si no se pudo, la nota se escribe igual y se vuelve a intentar después.
export async function misTextos() {
  guardados ??= traer("/api/textos", { fondo: true }).catch(() => { guardados = null; return []; });
  return guardados;
}

// Las frases, primero las de esa sección. `texto` es lo que se pone.
async function frases(seccion) {
  const todas = (await misTextos()).filter((t) => t.clase === "frase");
  const en = (f) => f.datos.renglones.some((r) => r.seccion === seccion);
  return [...todas.filter(en), ...todas.filter((f) => !en(f))].map((f) => ({
    nombre: f.datos.nombre, aqui: en(f),
    texto: (f.datos.renglones.find((r) => r.seccion === seccion) ?? f.datos.renglones[0]).texto,
  }));
}

// Los botones de las frases de esa sección.
export async function ofrecer(donde, seccion, alElegir) {
  const suyas = (await frases(seccion)).filter((f) => f.aqui);
  poner(donde, suyas.map((f) => nodo("button", { type: "button", class: "chico", title: f.texto, onclick: () => alElegir(f.texto) }, f.nombre)));
}

// Al teclear «/» en `caja` se abre la lista; flechas y Entrar la ponen, Escape la quita. Devuelve lo que hay que
// poner en la página y `tecla(evento)`, que dice si la tecla era de la lista.
export function menuDeAtajos(caja, seccion, alCambiar) {
  const lista = nodo("ul", { class: "hallados", id: "atajos-de-frase", role: "listbox", "aria-label": "Frases mías" });
  lista.hidden = true;
  let halladas = [];
  let elegida = 0;
  caja.setAttribute("aria-autocomplete", "list");
  caja.setAttribute("aria-controls", lista.id);

  const cerrar = () => { halladas = []; lista.hidden = true; poner(lista); caja.removeAttribute("aria-activedescendant"); };
  const pintar = () => {
    poner(lista, halladas.map((f, i) => nodo("li", { role: "option", id: `atajo-${i}`, "aria-selected": String(i === elegida), onpointerdown: (e) => { e.preventDefault(); tomar(i); } },
      nodo("b", {}, `/${f.nombre}`), nodo("span", { class: "tenue" }, f.texto))));
    lista.hidden = !halladas.length;
    if (halladas.length) caja.setAttribute("aria-activedescendant", `atajo-${elegida}`);
    lista.children[elegida]?.scrollIntoView({ block: "nearest" });
  };
  const tomar = (i) => {
    const antes = caja.value.slice(0, caja.selectionStart);
    const desde = antes.length - antes.match(ATAJO)[2].length - 1;
    caja.setRangeText(halladas[i].texto, desde, antes.length, "end");
    cerrar();
    alCambiar();
    caja.focus();
  };
  const mirar = async () => {
    const dado = () => caja.value.slice(0, caja.selectionStart).match(ATAJO)?.[2];
    const busca = dado();
    if (busca === undefined) return cerrar();
    const todas = await frases(seccion);
    if (dado() !== busca) return undefined; // ya se tecleó otra cosa
    halladas = todas.filter((f) => llano(f.nombre).includes(llano(busca))).slice(0, VISIBLES);
    elegida = 0;
    return halladas.length ? pintar() : cerrar();
  };
  const tecla = (e) => {
    if (lista.hidden) return false;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      elegida = (elegida + (e.key === "ArrowDown" ? 1 : -1) + halladas.length) % halladas.length;
      pintar();
    } else if (e.key === "Enter" || e.key === "Tab") tomar(elegida);
    else if (e.key === "Escape") cerrar();
    else return false;
    e.preventDefault();
    return true;
  };
  caja.addEventListener("input", mirar);
  caja.addEventListener("blur", cerrar);
  return { lista, tecla };
}

// Lo seleccionado dentro de ese nodo (o caja); si no hay nada, todo su texto.
export function seleccionado(donde) {
  if ("selectionStart" in donde) return (donde.value.slice(donde.selectionStart, donde.selectionEnd) || donde.value).trim();
  const marcado = getSelection();
  const dentro = marcado.rangeCount && !marcado.isCollapsed && donde.contains(marcado.getRangeAt(0).commonAncestorContainer);
  return (dentro ? marcado.toString() : donde.textContent).trim();
}

// Pide el nombre y la guarda, sin salir de la nota; al terminar, el foco vuelve a donde estaba.
export async function guardarFrase(texto, seccion, tipo) {
  const antes = document.activeElement;
  const nombre = nodo("input", { id: "frase-nombre", maxlength: "60", required: true, autocomplete: "off", spellcheck: "false" });
  const cuerpo = nodo("textarea", { id: "frase-texto", maxlength: "4000", required: true, rows: 3 });
  cuerpo.value = texto;
  const falla = nodo("p", { class: "falla", role: "alert" });
  const boton = nodo("button", { type: "submit", class: "principal" }, "Guardar");
  const formulario = nodo("form", { "data-propio": "" },
    nodo("div", { class: "campo" }, nodo("label", { for: nombre.id }, "Nombre corto"), nombre, nodo("p", { class: "ayuda" }, "Al escribir, «/» y su nombre la ponen.")),
    nodo("div", { class: "campo" }, nodo("label", { for: cuerpo.id }, "Texto"), cuerpo),
    falla,
    nodo("div", { class: "botones" }, boton, nodo("button", { type: "button", onclick: () => caja.close() }, "Cancelar"), nodo("a", { href: "/textos" }, "Mis plantillas y frases")));
  formulario.addEventListener("submit", async (e) => {
    e.preventDefault();
    boton.disabled = true;
    try {
      const nueva = await mandar("/api/textos", { clase: "frase", nombre: nombre.value.trim().replace(/^\/+/, ""), renglones: [{ seccion, tipo: tipo || "agregado", texto: cuerpo.value }] });
      guardados = Promise.resolve([...(await misTextos()), nueva]);
      caja.close();
      avisar(`Guardada: «/${nueva.datos.nombre}» la pone.`);
    } catch (fallo) {
      falla.textContent = `${fallo.mensaje} ${fallo.remedio}`;
      nombre.select();
    }
    boton.disabled = false;
  });
  const { caja, cerrado } = dialogo("Guardar como frase mía", [formulario]);
  nombre.focus();
  await cerrado;
  antes?.focus?.();
}
