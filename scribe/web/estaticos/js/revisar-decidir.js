// Lo que hay que decidir, primero: lo dudoso, los avisos y lo que se dijo y no quedó.
import { nodo, poner } from "./nodos.js";
import { abrirEditor } from "./revisar-editor.js";

const donde = document.getElementById("decidir");

// Cómo se nombra cada pieza: por lo que dice, que no cambia de lugar cuando se resuelve la de arriba.
export const claves = {
  duda: (d) => `duda:${d.seccion}:${d.texto}`,
  omision: (o) => `omision:${o.texto}`,
  aviso: (a) => `aviso:${a.tipo}:${a.texto}`,
};

export class Decidir {
  constructor(estado, lista) {
    Object.assign(this, { estado, lista, enVuelo: new Set() });
    estado.addEventListener("nota", () => { if (!estado.editando) this.pintar(); });
  }

  pintar() {
    const { vista, contenido, datos } = this.estado;
    for (const grupo of ["duda:", "aviso:", "omision:"]) this.lista.olvidar(grupo);
    if (!contenido || !datos.editable) return poner(donde);
    const avisos = contenido.avisos.filter((a) => !a.resolucion);
    const libres = (lista, clave) => lista.filter((x) => !this.enVuelo.has(clave(x)));
    const grave = (a) => datos.avisos[a.tipo]?.gravedad === 1;
    poner(
      donde,
      this.#grupo("graves", "Antes de firmar", libres(avisos.filter(grave), claves.aviso).map((a) => this.#aviso(a))),
      this.#grupo("dudas", "Por revisar", libres(vista.dudas, claves.duda).map((d) => this.#duda(d))),
      this.#grupo("omisiones", "Se dijo y no quedó en la nota", libres(contenido.omisiones, claves.omision).map((o) => this.#omision(o))),
      this.#grupo("leves", "Avisos", libres(avisos.filter((a) => !grave(a)), claves.aviso).map((a) => this.#aviso(a))),
    );
    this.lista.marcar();
  }

  #grupo(clase, titulo, hijos) {
    if (!hijos.length) return null;
    return nodo("section", { class: `decidir ${clase}`, "aria-label": titulo },
      nodo("h2", {}, titulo, nodo("span", { class: "cuenta" }, String(hijos.length))),
      nodo("ul", { class: "pila" }, hijos));
  }

  #pieza(clave, citas, teclas, hijos) {
    this.lista.anotar(clave, { citas, teclas });
    return nodo("li", { class: "pieza", dataset: { pieza: clave }, tabIndex: -1 }, hijos);
  }

  // Se quita de la vista al momento y se sigue con la de abajo; si no se pudo guardar, vuelve.
  #hacer(clave, ruta, cuerpo) {
    const pieza = this.lista.nodo(clave);
    this.lista.dejar(pieza);
    this.enVuelo.add(clave);
    return this.estado.decidir(ruta, cuerpo).catch(() => {}).finally(() => {
      this.enVuelo.delete(clave);
      if (!this.estado.editando) this.pintar();
    });
  }

  #duda(d) {
    const clave = claves.duda(d);
    const resolver = (decision, texto) => this.#hacer(clave, "resolver", (c) => {
      const indice = c.nota[d.seccion].findIndex((e) => e.estado === "por_revisar" && e.texto === d.texto);
      return indice < 0 ? null : { seccion: d.seccion, indice, decision, ...(texto ? { texto } : {}) };
    });
    const teclas = {
      1: () => resolver("confirmar"),
      2: () => this.#corregir(clave, d.texto, d.seccion, (texto) => resolver("corregir", texto)),
      3: () => resolver("quitar"),
    };
    const seccion = this.estado.datos.secciones.find((s) => s.clave === d.seccion);
    return this.#pieza(clave, d.citas, teclas, [
      nodo("p", { class: "dice" }, nodo("span", { class: "letra", title: seccion.titulo }, seccion.letra), " ", d.texto),
      d.motivo ? nodo("p", { class: "porque" }, d.motivo) : null,
      this.lista.cita(d.citas),
      nodo("div", { class: "acciones" },
        this.lista.boton("Correcto", "1", teclas[1], "principal"),
        this.lista.boton("Corregir", "2", teclas[2]),
        this.lista.boton("Quitar", "3", teclas[3], "peligro"),
        this.lista.botonOir(d.citas)),
    ]);
  }

  #omision(o) {
    const clave = claves.omision(o);
    const elegir = nodo("select", { "aria-label": "En qué sección", class: "chico" },
      this.estado.datos.secciones.filter((s) => s.clave !== "pronostico").map((s) => nodo("option", { value: s.clave }, s.titulo)));
    if (o.seccion) elegir.value = o.seccion;
    const decidir = (decision) => this.#hacer(clave, "omisiones", (c) => {
      const indice = c.omisiones.findIndex((x) => x.texto === o.texto);
      return indice < 0 ? null : { indice, decision, ...(decision === "incorporar" ? { seccion: elegir.value } : {}) };
    });
    const teclas = { 1: () => decidir("incorporar"), 3: () => decidir("descartar") };
    return this.#pieza(clave, o.citas, teclas, [
      nodo("p", { class: "dice" }, o.texto),
      this.lista.cita(o.citas),
      nodo("div", { class: "acciones" },
        this.lista.boton("Incluir", "1", teclas[1], "principal"), elegir,
        this.lista.boton("Dejar fuera", "3", teclas[3]),
        this.lista.botonOir(o.citas)),
    ]);
  }

  #aviso(a) {
    const clave = claves.aviso(a);
    const resolver = (resolucion) => this.#hacer(clave, "avisos", (c) => {
      const indice = c.avisos.findIndex((x) => !x.resolucion && x.tipo === a.tipo && x.texto === a.texto);
      return indice < 0 ? null : { indice, resolucion };
    });
    const teclas = {
      1: () => resolver("Lo revisé; queda como está."),
      2: () => this.#corregir(clave, "", null, resolver, "Qué decidió sobre este aviso"),
    };
    const titulo = this.estado.datos.avisos[a.tipo]?.titulo ?? a.tipo.replaceAll("_", " ");
    return this.#pieza(clave, a.citas, teclas, [
      nodo("p", { class: "dice" }, titulo),
      nodo("p", { class: "porque" }, a.texto),
      this.lista.cita(a.citas),
      nodo("div", { class: "acciones" },
        this.lista.boton("Lo revisé; queda como está", "1", teclas[1]),
        this.lista.boton("Escribir qué decidí", "2", teclas[2]),
        this.lista.botonOir(a.citas)),
    ]);
  }

  #corregir(clave, texto, seccion, guardar, rotulo = "Cómo debe decir") {
    const pieza = this.lista.nodo(clave);
    if (!pieza || pieza.querySelector(".editor")) return;
    const acciones = pieza.querySelector(".acciones");
    acciones.hidden = true;
    this.estado.editando = true;
    const cerrar = () => { this.estado.editando = false; acciones.hidden = false; editor.remove(); pieza.focus(); };
    const editor = abrirEditor({
      texto, rotulo, seccion,
      alTerminar: (nuevo) => { cerrar(); if (nuevo) guardar(nuevo); },
      alDejar: cerrar,
    });
    pieza.append(editor);
  }
}
