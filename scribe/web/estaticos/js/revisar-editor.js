// Escribir en el lugar: guarda solo mientras se teclea; Entrar termina, Escape deja lo que había.
import { nodo } from "./nodos.js";
import { avisar } from "./pagina.js";
import { guardarFrase, menuDeAtajos, ofrecer, seleccionado } from "./revisar-frases.js";

// `alTeclear(texto)`, `alTerminar(texto)`, `alDejar()`. `seccion` ofrece las frases propias de esa sección.
export function abrirEditor({ texto, rotulo, seccion, tipo, alTeclear = () => {}, alTerminar, alDejar }) {
  const caja = nodo("textarea", { rows: 2, "aria-label": rotulo, spellcheck: true });
  caja.value = texto;
  const propias = nodo("div", { class: "frases" });
  let cerrado = false;
  const cerrar = (hacer) => { if (!cerrado) { cerrado = true; hacer(); } };
  const terminar = () => cerrar(() => alTerminar(caja.value.trim()));
  const dejar = () => cerrar(() => alDejar());
  const crecer = () => { caja.style.setProperty("height", "auto"); caja.style.setProperty("height", `${caja.scrollHeight + 2}px`); };
  const cambio = () => { crecer(); alTeclear(caja.value); };
  const atajos = seccion ? menuDeAtajos(caja, seccion, cambio) : null;
  const guardar = () => {
    const dicho = seleccionado(caja);
    if (dicho) guardarFrase(dicho, seccion, tipo);
    else avisar("Escriba primero la frase.");
  };
  const formulario = nodo(
    "form",
    { class: "editor", "data-propio": "" },
    caja, atajos?.lista, propias,
    nodo("div", { class: "acciones" },
      nodo("button", { type: "submit", class: "principal" }, "Listo ", nodo("kbd", { "aria-hidden": "true" }, "↵")),
      nodo("button", { type: "button", onclick: dejar }, "Dejar como estaba ", nodo("kbd", { "aria-hidden": "true" }, "esc")),
      seccion ? nodo("button", { type: "button", class: "discreto", onclick: guardar }, "Guardar como frase mía") : null),
  );
  formulario.addEventListener("submit", (e) => { e.preventDefault(); terminar(); });
  formulario.addEventListener("click", (e) => e.stopPropagation());
  formulario.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (e.target === caja && atajos?.tecla(e)) return;
    if (e.key === "Escape") { e.preventDefault(); dejar(); }
    if (e.key === "Enter" && !e.shiftKey && e.target === caja) { e.preventDefault(); terminar(); }
  });
  caja.addEventListener("input", cambio);
  // En cuanto quien llama lo pone en la página, antes de la siguiente tecla: quien escribe rápido no pierde letras.
  queueMicrotask(() => { crecer(); caja.focus(); caja.setSelectionRange(caja.value.length, caja.value.length); });
  if (seccion) ofrecer(propias, seccion, (frase) => { caja.value = [caja.value.trim(), frase].filter(Boolean).join(" "); cambio(); caja.focus(); });
  return formulario;
}
