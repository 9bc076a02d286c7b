// Las piezas de la página (dudas, avisos, omisiones, enunciados y códigos): cuál está elegida, qué la sustenta y
// cómo se pasa de una a otra.
import { nodo } from "./nodos.js";
import { botonOir } from "./revisar-sonido.js";

export const panel = () => document.getElementById("panel-nota");
export const piezas = () => [...panel().querySelectorAll("[data-pieza]")].filter((p) => p.offsetParent !== null);

export class Piezas {
  constructor(estado, sonido) {
    Object.assign(this, { estado, sonido, elegida: null, de: new Map() });
    panel().addEventListener("click", (e) => {
      const pieza = e.target.closest("[data-pieza]");
      if (pieza && !e.target.closest("button, a, input, select, textarea, label")) this.elegir(pieza.dataset.pieza);
    });
    panel().addEventListener("focusin", (e) => {
      const pieza = e.target.closest("[data-pieza]");
      if (pieza && pieza.dataset.pieza !== this.elegida) this.elegir(pieza.dataset.pieza, { enfocar: false });
    });
  }

  // Lo que hace una pieza: `citas` que la sustentan y `teclas` → función.
  anotar(clave, { citas = [], teclas = {}, de = null }) { this.de.set(clave, { citas, teclas, de }); }
  // Tras pintar de nuevo, el foco vuelve a la pieza elegida si se lo había llevado la anterior.
  reenfocar() {
    const pieza = this.elegida && this.nodo(this.elegida);
    if (pieza && (document.activeElement === document.body || document.activeElement === null)) pieza.focus({ preventScroll: true });
  }

  olvidar(prefijo) { for (const clave of this.de.keys()) if (clave.startsWith(prefijo)) this.de.delete(clave); }
  nodo(clave) { return panel().querySelector(`[data-pieza="${CSS.escape(clave)}"]`); }
  get actual() { return this.elegida ? this.de.get(this.elegida) : undefined; }
  get citas() { return this.actual?.citas ?? []; }

  elegir(clave, { enfocar = true, mostrar = true } = {}) {
    this.elegida = clave && this.nodo(clave) ? clave : null;
    this.marcar();
    const pieza = this.elegida && this.nodo(this.elegida);
    if (pieza && enfocar) pieza.focus({ preventScroll: true });
    if (pieza && mostrar) pieza.scrollIntoView({ block: "nearest" });
    this.estado.avisa("elegida", { citas: this.citas });
  }

  // Tras pintar de nuevo: la misma pieza si sigue; si no, la que quedó en su lugar.
  marcar() {
    const todas = piezas();
    for (const p of todas) {
      p.classList.toggle("elegida", p.dataset.pieza === this.elegida);
      p.tabIndex = p.dataset.pieza === this.elegida ? 0 : -1;
    }
    if (!todas.some((p) => p.tabIndex === 0) && todas[0]) todas[0].tabIndex = 0;
    this.reenfocar();
  }

  mover(paso) {
    const todas = piezas();
    if (!todas.length) return;
    const i = todas.findIndex((p) => p.dataset.pieza === this.elegida);
    const siguiente = todas[Math.min(todas.length - 1, Math.max(0, i < 0 ? 0 : i + paso))];
    this.elegir(siguiente.dataset.pieza);
  }

  // Al resolver la elegida se sigue con la de abajo: revisar es leer y asentir.
  recordarLugar() {
    const todas = piezas();
    const i = todas.findIndex((p) => p.dataset.pieza === this.elegida);
    return () => {
      const quedan = piezas();
      const sigue = this.nodo(this.elegida ?? "") ?? quedan[Math.min(i, quedan.length - 1)];
      if (sigue && i >= 0) this.elegir(sigue.dataset.pieza);
    };
  }

  // Ya se decidió sobre esta: se esconde y se elige la siguiente, sin esperar al servidor.
  dejar(pieza) {
    if (!pieza) return;
    const todas = piezas();
    const sigue = todas[todas.indexOf(pieza) + 1] ?? todas[todas.indexOf(pieza) - 1];
    pieza.hidden = true;
    if (sigue) this.elegir(sigue.dataset.pieza);
  }

  tecla(letra) {
    const hacer = this.actual?.teclas[letra.length === 1 ? letra.toLowerCase() : letra];
    if (!hacer) return false;
    hacer();
    return true;
  }

  oir() {
    if (this.citas.length) this.sonido.tramo(this.citas[0].inicio, this.citas[0].fin);
    else this.sonido.alternar();
  }

  boton(rotulo, tecla, hacer, clase = "") {
    return nodo(
      "button",
      { type: "button", class: clase, onclick: (e) => { e.stopPropagation(); hacer(); } },
      rotulo, " ", tecla ? nodo("kbd", { "aria-hidden": "true" }, tecla) : null,
    );
  }

  botonOir(citas) { return botonOir(this.sonido, citas); }

  cita(citas) {
    return citas.length ? nodo("p", { class: "cita" }, "Se dijo: ", nodo("q", {}, citas.map((c) => c.texto).join(" … "))) : null;
  }
}
