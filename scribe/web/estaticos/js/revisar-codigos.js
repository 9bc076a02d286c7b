// Diagnósticos codificados: lo propuesto se acepta, se cambia o se rechaza; lo demás se busca en el catálogo.
import { mandar } from "./api.js";
import { nodo, poner } from "./nodos.js";

const donde = document.getElementById("codigos");
const ESPERA_MS = 120;

export class Codigos {
  constructor(estado, lista) {
    Object.assign(this, { estado, lista });
    estado.addEventListener("nota", () => { if (!donde.contains(document.activeElement) || !document.activeElement.matches("input")) this.pintar(); });
  }

  pintar() {
    this.lista.olvidar("codigo:");
    const { contenido, vista, editable } = this.estado;
    if (!contenido) return poner(donde);
    const elegidos = new Set(contenido.diagnosticos.map((d) => `${d.sistema}:${d.codigo}`));
    const propuestos = vista.codigos.filter((c) => c.decision === "pendiente" && !elegidos.has(`${c.sistema}:${c.codigo}`));
    poner(donde, nodo("section", { class: "soap", "aria-label": "Diagnósticos y códigos" },
      nodo("h2", {}, nodo("span", { class: "letra", "aria-hidden": "true" }, "Dx"), "Diagnósticos y códigos"),
      contenido.diagnosticos.length ? nodo("ul", {}, contenido.diagnosticos.map((d) => this.#elegido(d))) : null,
      propuestos.length && editable ? [nodo("h3", {}, "Propuestos"), nodo("ul", {}, propuestos.map((c) => this.#propuesto(c)))] : null,
      !contenido.diagnosticos.length && !(propuestos.length && editable) ? nodo("p", { class: "vacia" }, "Ninguno todavía.") : null,
      editable ? this.#buscador() : null));
    this.lista.marcar();
  }

  // Aceptar, rechazar o quitar pasa a lo siguiente sin esperar; lo demás se queda en el mismo código.
  #hacer(accion, codigo, mas = {}) {
    const clave = `codigo:${codigo.sistema}:${codigo.codigo}`;
    if (["aceptar", "rechazar", "quitar"].includes(accion)) this.lista.dejar(this.lista.nodo(clave));
    return this.estado.decidir("codigos", { accion, sistema: codigo.sistema, codigo: codigo.codigo, ...mas }).catch(() => this.pintar());
  }

  #estado(codigo, valor, cambia) {
    const opciones = Object.entries(this.estado.datos.estados).map(([clave, texto]) => nodo("option", { value: clave, selected: clave === valor }, texto));
    return nodo("select", { "aria-label": `Estado de ${codigo.titulo}`, disabled: !this.estado.editable, onchange: (e) => cambia(e.target.value) }, opciones);
  }

  #elegido(d) {
    const clave = `codigo:${d.sistema}:${d.codigo}`;
    const de = this.estado.vista.codigos.find((c) => c.sistema === d.sistema && (c.codigo === d.codigo || c.alternativas.some((a) => a.codigo === d.codigo)));
    const teclas = this.estado.editable ? { 1: () => this.#hacer("principal", d), 3: () => this.#hacer("quitar", d) } : {};
    this.lista.anotar(clave, { citas: de?.citas ?? [], teclas });
    return nodo("li", { class: "codigo pieza-codigo", dataset: { pieza: clave }, tabIndex: -1 },
      nodo("span", { class: "clave" }, d.codigo), nodo("span", { class: "titulo" }, d.titulo, nodo("small", {}, ` ${d.sistema}`)),
      d.principal ? nodo("span", { class: "etiqueta acento" }, "Principal") : null,
      this.#estado(d, d.estado, (estado) => this.#hacer("estado", d, { estado })),
      this.estado.editable ? nodo("span", { class: "acciones" },
        d.principal ? null : this.lista.boton("Principal", "1", teclas[1]),
        this.lista.boton("Quitar", "3", teclas[3], "peligro")) : null);
  }

  #propuesto(c) {
    const clave = `codigo:${c.sistema}:${c.codigo}`;
    const teclas = { 1: () => this.#hacer("aceptar", c), 3: () => this.#hacer("rechazar", c), 2: () => otros?.focus() };
    this.lista.anotar(clave, { citas: c.citas, teclas });
    const otros = c.alternativas.length
      ? nodo("select", { "aria-label": `Otro código en lugar de ${c.codigo}`, onchange: (e) => e.target.value && this.#hacer("cambiar", c, { por: e.target.value }) },
        nodo("option", { value: "" }, "Otro…"), c.alternativas.map((a) => nodo("option", { value: a.codigo }, `${a.codigo} ${a.titulo}`)))
      : null;
    return nodo("li", { class: "codigo pieza-codigo", dataset: { pieza: clave }, tabIndex: -1 },
      nodo("span", { class: "clave" }, c.codigo),
      nodo("span", { class: "titulo" }, c.titulo, nodo("small", {}, ` ${c.sistema} · ${this.estado.datos.estados[c.estado] ?? c.estado}`)),
      nodo("span", { class: "acciones" },
        this.lista.boton("Aceptar", "1", teclas[1], "principal"), otros,
        this.lista.boton("Rechazar", "3", teclas[3]), this.lista.botonOir(c.citas)));
  }

  // Un cuadro combinado: se escribe como se habla («azúcar alta») y se elige con las flechas.
  #buscador() {
    let sistema = "CIE-10";
    let hallados = [];
    let elegido = -1;
    let pedido = 0;
    let espera;
    const lista = nodo("ul", { class: "hallados", id: "hallados", role: "listbox", "aria-label": "Códigos encontrados" });
    const entrada = nodo("input", { type: "search", id: "buscar-codigo", role: "combobox", "aria-expanded": "false", "aria-controls": "hallados", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder: "Diagnóstico, palabra o clave" });
    const cual = nodo("select", { "aria-label": "Catálogo", class: "chico", onchange: (e) => { sistema = e.target.value; buscar(); } }, nodo("option", {}, "CIE-10"), nodo("option", {}, "CIE-11"));
    const pintar = () => {
      poner(lista, hallados.map((h, i) => nodo("li", { role: "option", id: `hallado-${i}`, "aria-selected": String(i === elegido), onpointerdown: (e) => { e.preventDefault(); tomar(i); } }, nodo("span", { class: "clave cifra" }, h.codigo), h.titulo)));
      entrada.setAttribute("aria-expanded", String(hallados.length > 0));
      if (elegido >= 0) { entrada.setAttribute("aria-activedescendant", `hallado-${elegido}`); lista.children[elegido]?.scrollIntoView({ block: "nearest" }); }
      else entrada.removeAttribute("aria-activedescendant");
    };
    const limpiar = () => { hallados = []; elegido = -1; pintar(); };
    const tomar = (i) => { const h = hallados[i]; if (!h) return; entrada.value = ""; limpiar(); entrada.blur(); this.estado.decidir("codigos", { accion: "agregar", sistema: h.sistema, codigo: h.codigo }).then(() => this.lista.elegir(`codigo:${h.sistema}:${h.codigo}`), () => {}); };
    const buscar = async () => {
      const mio = ++pedido;
      const texto = entrada.value.trim();
      if (!texto) return limpiar();
      const vistos = await mandar("/api/codigos/buscar", { texto, sistema, maximo: 12 }).catch(() => []);
      if (mio !== pedido) return;
      hallados = vistos;
      elegido = vistos.length ? 0 : -1;
      pintar();
      if (!vistos.length) poner(lista, nodo("li", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Nada con esas palabras en el catálogo."));
    };
    entrada.addEventListener("input", () => { clearTimeout(espera); espera = setTimeout(buscar, ESPERA_MS); });
    entrada.addEventListener("blur", () => setTimeout(limpiar, 150));
    entrada.addEventListener("keydown", (e) => {
      e.stopPropagation();
      if (e.key === "Escape") { entrada.value = ""; limpiar(); entrada.blur(); }
      else if (e.key === "Enter") { e.preventDefault(); tomar(elegido); }
      else if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); elegido = Math.max(0, Math.min(hallados.length - 1, elegido + (e.key === "ArrowDown" ? 1 : -1))); pintar(); }
    });
    return nodo("div", { class: "agregar" },
      nodo("label", { for: "buscar-codigo" }, "Agregar un diagnóstico ", nodo("kbd", { "aria-hidden": "true" }, "/")),
      nodo("div", { class: "botones" }, nodo("div", { class: "que" }, entrada), cual), lista);
  }
}
