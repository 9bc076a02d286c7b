// Revisar y firmar: se arma la página, se reparten las teclas y se dice siempre qué está guardado.
import { seguir } from "./avance.js";
import { dialogo, nodo, poner } from "./nodos.js";
import { Codigos } from "./revisar-codigos.js";
import { claves, Decidir } from "./revisar-decidir.js";
import { Estado } from "./revisar-estado.js";
import { Firma, verCambios } from "./revisar-firma.js";
import { Nota } from "./revisar-nota.js";
import { Piezas } from "./revisar-piezas.js";
import { Plantilla } from "./revisar-plantilla.js";
import { Platica } from "./revisar-platica.js";
import { Receta } from "./revisar-receta.js";
import { Sonido } from "./revisar-sonido.js";

const por = (id) => document.getElementById(id);
const estado = new Estado(JSON.parse(por("datos-revisar").textContent));
const sonido = new Sonido(estado);
const lista = new Piezas(estado, sonido);
new Decidir(estado, lista);
const nota = new Nota(estado, lista);
new Codigos(estado, lista);
new Plantilla(estado, nota, new Receta(estado, lista));
new Platica(estado, lista, sonido, nota);
const firma = new Firma(estado, lista, nota);

// --- Qué está guardado ----------------------------------------------------------------------------
const guardado = por("guardado");
function decir(texto, mal = false) { guardado.textContent = texto; guardado.classList.toggle("mal", mal); }
estado.addEventListener("sucio", () => decir("Escribiendo…"));
estado.addEventListener("guardando", () => decir("Guardando…"));
estado.addEventListener("guardado", () => {
  decir(`Guardado a las ${new Date().toLocaleTimeString("es-MX", { hour: "2-digit", minute: "2-digit" })}`);
  por("deshacer").hidden = !estado.atras.length;
  por("rehacer").hidden = !estado.adelante.length;
  por("cambios").hidden = false;
});
estado.addEventListener("fallo", (e) => decir(e.detail.codigo === "sin_red" ? "Sin guardar: el servidor no contesta. Lo escrito sigue aquí; se insiste solo." : `${e.detail.mensaje} ${e.detail.remedio ?? ""}`, true));
estado.addEventListener("choque", (e) => alChocar(e.detail.suya));
estado.addEventListener("nota", () => {
  por("cambios").hidden = estado.version < 2;
  const { estado: cual, rotulos } = estado.datos;
  por("estado-nota").className = `etiqueta ${rotulos.tono_nota[cual] ?? ""}`;
  por("estado-nota").textContent = rotulos.estado_nota[cual] ?? cual;
});
addEventListener("beforeunload", (e) => { if (estado.cambios) { estado.guardar().catch(() => {}); e.preventDefault(); } });
document.addEventListener("visibilitychange", () => { if (document.hidden && estado.cambios) estado.guardar().catch(() => {}); });

// Dos guardaron a la vez: se ven las dos, y lo propio se pone con un toque. Nada se perdió.
function alChocar(suya) {
  const caja = por("choque");
  const avisoPropio = "Otra persona guardó antes que usted.";
  if (!suya) { decir(`${avisoPropio} Esta es la nota como quedó; repita lo último.`, true); return; }
  const distintos = estado.datos.secciones.flatMap((s) => {
    const hay = new Set(estado.contenido.nota[s.clave].map((e) => e.texto));
    return suya.nota[s.clave].filter((e) => !hay.has(e.texto)).map((e) => ({ ...e, seccion: s }));
  });
  poner(caja, nodo("section", { class: "recado grave pila", "aria-label": "Dos personas guardaron a la vez" },
    nodo("p", {}, nodo("strong", {}, avisoPropio), " Abajo está la nota como quedó. Lo que usted escribió no se perdió:"),
    nodo("ul", { class: "pila" }, distintos.map((e) => {
      const renglon = nodo("li", { class: "pieza" }, nodo("p", {}, nodo("span", { class: "letra" }, e.seccion.letra), " ", e.texto),
        nodo("div", { class: "acciones" }, nodo("button", { type: "button", class: "principal", onclick: () => nota.agregar(e.seccion.clave, { texto: e.texto, citas: e.citas, tipo: e.tipo }).then(() => renglon.remove(), () => {}) }, "Ponerlo en la nota")));
      return renglon;
    })),
    nodo("div", { class: "botones" }, nodo("button", { type: "button", onclick: () => poner(caja) }, "Ya está"))));
  caja.scrollIntoView({ block: "start" });
}

// --- Botones y pestañas ---------------------------------------------------------------------------
const calladito = (promesa) => promesa.catch(() => {});
por("deshacer").addEventListener("click", () => calladito(estado.deshacer()));
por("rehacer").addEventListener("click", () => calladito(estado.rehacer()));
por("cambios").addEventListener("click", () => verCambios(estado).catch((f) => estado.avisa("fallo", f)));
por("firmar").addEventListener("click", () => firma.abrir());
por("atajos").addEventListener("click", ayuda);

const pestanas = [por("ver-nota"), por("ver-platica")];
function ver(cual) {
  for (const p of pestanas) {
    const si = p === cual;
    p.setAttribute("aria-selected", String(si));
    p.tabIndex = si ? 0 : -1;
    por(p.getAttribute("aria-controls")).classList.toggle("oculta", !si);
  }
}
for (const p of pestanas) {
  p.addEventListener("click", () => ver(p));
  p.addEventListener("keydown", (e) => { if (["ArrowLeft", "ArrowRight"].includes(e.key)) { const otra = pestanas.find((x) => x !== p); ver(otra); otra.focus(); } });
}
ver(pestanas[0]);

// --- Teclas ---------------------------------------------------------------------------------------
const TECLAS = [
  ["J K o ↓ ↑", "siguiente, anterior"], ["espacio", "oír lo que lo sustenta"], ["1", "correcto, incluir, aceptar"],
  ["2 o Entrar", "corregir, editar"], ["3 o Supr", "quitar, rechazar"], ["P", "escribir el pronóstico"], ["F", "guardar el renglón, o lo seleccionado, como frase mía"], ["/ al escribir", "poner una frase mía"], ["L", "elegir plantilla"],
  ["/", "buscar un código"], ["R", "receta"], ["T", "ir a la conversación (↑ ↓ entre turnos, Entrar corrige)"], ["V", "ver lo que cambió"],
  ["Ctrl+Z, Ctrl+Mayús+Z", "deshacer, rehacer"], ["Ctrl+Entrar", "firmar"], ["Esc", "soltar lo elegido"], ["?", "esta hoja"],
];
function ayuda() {
  const { caja } = dialogo("Todo con el teclado", [
    nodo("dl", { class: "teclas" }, TECLAS.flatMap(([tecla, que]) => [nodo("dt", {}, nodo("kbd", {}, tecla)), nodo("dd", {}, que)])),
    nodo("div", { class: "botones" }, nodo("button", { class: "principal", onclick: () => caja.close() }, "Cerrar")),
  ]);
}

const SUELTAS = {
  j: () => lista.mover(1), k: () => lista.mover(-1), ArrowDown: () => lista.mover(1), ArrowUp: () => lista.mover(-1),
  " ": () => lista.oir(), p: () => estado.editable && nota.agregar("pronostico"), "/": () => por("buscar-codigo")?.focus(),
  r: () => por("receta").querySelector("input, button")?.focus(), t: () => { if (innerWidth < 1000) ver(pestanas[1]); por("turnos").focus(); },
  l: () => por("elegir-plantilla")?.focus(), v: () => !por("cambios").hidden && por("cambios").click(), "?": ayuda, Escape: () => lista.elegir(null, { enfocar: false }),
};
document.addEventListener("keydown", (e) => {
  if (document.querySelector("dialog[open]") || e.altKey) return;
  if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { e.preventDefault(); if (!por("firmar").hidden) firma.abrir(); return; }
  const escribe = e.target.closest("input, textarea, select");
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && !escribe) { e.preventDefault(); calladito(e.shiftKey ? estado.rehacer() : estado.deshacer()); return; }
  if (e.ctrlKey || e.metaKey || escribe || (e.target.closest("button, a, summary") && ["Enter", " "].includes(e.key))) return;
  if (lista.tecla(e.key)) { e.preventDefault(); return; }
  const hacer = SUELTAS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
  if (hacer) { e.preventDefault(); hacer(); }
});

// --- Todavía sin borrador: se sigue su avance y, al llegar, se abre ---------------------------------------
const proceso = por("proceso");
if (proceso) {
  const decir1 = (cual, texto) => { const p = proceso.querySelector(cual); if (p.textContent !== texto) p.textContent = texto; };
  seguir(proceso.dataset.trabajo, ({ avance }) => {
    decir1("[data-dice]", avance.dice);
    decir1("[data-falta]", avance.falta);
    proceso.querySelector("progress").value = avance.parte;
  }).then((como) => { if (como !== proceso.dataset.estado) location.reload(); });
}

// --- Abrir ----------------------------------------------------------------------------------------
try {
  await estado.cargar();
  decir("");
  if (estado.editable) lista.elegir(estado.vista.dudas[0] ? claves.duda(estado.vista.dudas[0]) : null, { mostrar: false });
  await sonido.abrir();
} catch (fallo) {
  estado.avisa("fallo", fallo.mensaje ? fallo : { mensaje: "No se pudo abrir la nota.", remedio: "Vuelva a cargar la página." });
}
