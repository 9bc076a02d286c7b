// Escribir en el lugar: guarda solo mientras se teclea; Entrar termina, Escape deja lo que había.
import { mandar, traer } from "./api.js";
import { nodo } from "./nodos.js";
import { avisar } from "./pagina.js";

let frases = null;

async function misFrases() {
  frases ??= await traer("/api/textos?tipo=frase", { fondo: true }).catch(() => []);
  return frases;
}

// `alTeclear(texto)`, `alTerminar(texto)`, `alDejar()`. `seccion` ofrece las frases propias de esa sección.
export function abrirEditor({ texto, rotulo, seccion, tipo, alTeclear = () => {}, alTerminar, alDejar }) {
  const caja = nodo("textarea", { rows: 2, "aria-label": rotulo, spellcheck: true });
  caja.value = texto;
  const propias = nodo("div", { class: "frases" });
  let cerrado = false;
  const cerrar = (hacer) => { if (!cerrado) { cerrado = true; hacer(); } };
  const terminar = () => cerrar(() => alTerminar(caja.value.trim()));
  const dejar = () => cerrar(() => alDejar());
  const formulario = nodo(
    "form",
    { class: "editor", "data-propio": "" },
    caja, propias,
    nodo("div", { class: "acciones" },
      nodo("button", { type: "submit", class: "principal" }, "Listo ", nodo("kbd", { "aria-hidden": "true" }, "↵")),
      nodo("button", { type: "button", onclick: dejar }, "Dejar como estaba ", nodo("kbd", { "aria-hidden": "true" }, "esc")),
      seccion ? nodo("button", { type: "button", class: "discreto", onclick: () => guardarFrase(caja.value, seccion, tipo) }, "Guardar como frase mía") : null),
  );
  formulario.addEventListener("submit", (e) => { e.preventDefault(); terminar(); });
  formulario.addEventListener("click", (e) => e.stopPropagation());
  formulario.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (e.key === "Escape") { e.preventDefault(); dejar(); }
    if (e.key === "Enter" && !e.shiftKey && e.target === caja) { e.preventDefault(); terminar(); }
  });
  caja.addEventListener("input", () => { crecer(); alTeclear(caja.value); });
  const crecer = () => { caja.style.setProperty("height", "auto"); caja.style.setProperty("height", `${caja.scrollHeight + 2}px`); };
  // En cuanto quien llama lo pone en la página, antes de la siguiente tecla: quien escribe rápido no pierde letras.
  queueMicrotask(() => { crecer(); caja.focus(); caja.setSelectionRange(caja.value.length, caja.value.length); });
  if (seccion) ofrecer(propias, seccion, (frase) => { caja.value = [caja.value.trim(), frase].filter(Boolean).join(" "); crecer(); alTeclear(caja.value); caja.focus(); });
  return formulario;
}

async function ofrecer(donde, seccion, poner) {
  for (const f of await misFrases()) {
    const renglon = f.datos.renglones.find((r) => r.seccion === seccion);
    if (renglon) donde.append(nodo("button", { type: "button", class: "chico", title: renglon.texto, onclick: () => poner(renglon.texto) }, f.datos.nombre));
  }
}

async function guardarFrase(texto, seccion, tipo) {
  const limpio = texto.trim();
  if (!limpio) return avisar("Escriba primero la frase.");
  const nombre = limpio.length > 40 ? `${limpio.slice(0, 39)}…` : limpio;
  try {
    const nueva = await mandar("/api/textos", { clase: "frase", nombre, renglones: [{ seccion, tipo: tipo || "agregado", texto: limpio }] });
    frases = [...(frases ?? []), nueva];
    avisar("Frase guardada: aparecerá al escribir en esta sección.");
  } catch (fallo) {
    avisar(`${fallo.mensaje} ${fallo.remedio}`);
  }
}
