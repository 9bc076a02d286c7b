// La nota por secciones: leer, escribir en el lugar, agregar y quitar renglones.
import { nodo, poner } from "./nodos.js";
import { claves } from "./revisar-decidir.js";
import { abrirEditor } from "./revisar-editor.js";
import { guardarFrase, seleccionado } from "./revisar-frases.js";

const donde = document.getElementById("nota");
export const NUEVO = { citas: [], estado: "verificado", motivo: null, autor: "medico" };

export class Nota {
  constructor(estado, lista) {
    Object.assign(this, { estado, lista });
    estado.addEventListener("nota", () => { if (!estado.editando) this.pintar(); });
  }

  pintar() {
    this.lista.olvidar("enunciado:");
    const { contenido, datos, vista } = this.estado;
    if (!contenido) {
      if (!this.estado.editable || vista.version) return;
      return poner(donde, ...datos.secciones.map((s) => this.#seccion(s, [])));
    }
    poner(donde, ...datos.secciones.map((s) => this.#seccion(s, contenido.nota[s.clave])));
    this.lista.marcar();
  }

  #seccion(s, enunciados) {
    const hijos = [];
    let antes = null;
    const todos = Object.keys(this.estado.datos.tipos);
    const orden = s.clave === "subjetivo" ? [...new Set([...(this.estado.orden ?? []), ...todos])] : todos;
    const lugar = (e) => { const i = orden.indexOf(e.tipo); return i < 0 ? orden.length : i; };
    const puestos = enunciados.map((e, i) => [e, i]).sort((a, b) => lugar(a[0]) - lugar(b[0]) || a[1] - b[1]);
    let lista = null;
    for (const [e, i] of puestos) {
      const rotulo = this.estado.datos.tipos[e.tipo] ?? (e.tipo === "agregado" ? "" : e.tipo.replaceAll("_", " "));
      if (rotulo !== antes || !lista) {
        if (rotulo && s.clave !== "pronostico") hijos.push(nodo("h3", {}, rotulo));
        hijos.push((lista = nodo("ul", { class: "enunciados" })));
        antes = rotulo;
      }
      lista.append(this.#enunciado(s, e, i));
    }
    const agregar = this.estado.editable
      ? nodo("button", { type: "button", class: "discreto chico agregar", dataset: { agrega: s.clave }, onclick: () => this.agregar(s.clave) }, enunciados.length ? "+ Agregar renglón" : s.clave === "pronostico" ? "+ Escribir el pronóstico" : "+ Escribir")
      : null;
    return nodo("section", { class: "soap", "aria-label": s.titulo, dataset: { seccion: s.clave } },
      nodo("h2", {}, nodo("span", { class: "letra", "aria-hidden": "true" }, s.letra), s.titulo),
      hijos.length ? hijos : nodo("p", { class: "vacia agregar" }, s.clave === "pronostico" ? "El pronóstico lo escribe usted." : this.estado.datos.grabacion ? "No se mencionó." : "Sin escribir."),
      agregar);
  }

  #enunciado(s, e, i) {
    const dudoso = e.estado === "por_revisar";
    const clave = `enunciado:${s.clave}:${i}`;
    const texto = nodo("span", { class: "texto" }, e.texto);
    const deQuien = nodo("span", { class: "marcas" }, e.autor === "medico" ? "usted" : e.citas.length ? "❝" : "");
    if (e.autor !== "medico" && e.citas.length) deQuien.title = e.citas.map((c) => c.texto).join(" … ");
    if (dudoso) {
      const ir = () => this.lista.elegir(claves.duda({ seccion: s.clave, texto: e.texto }));
      return nodo("li", { class: "enunciado dudoso", onclick: ir, dataset: { en: clave } }, texto, nodo("span", { class: "marcas" }, "por revisar"));
    }
    const comoFrase = () => guardarFrase(seleccionado(texto), s.clave, e.tipo);
    const teclas = this.estado.editable
      ? { 2: () => this.editar(s.clave, i), 3: () => this.quitar(s.clave, i), Enter: () => this.editar(s.clave, i), Delete: () => this.quitar(s.clave, i), f: comoFrase }
      : {};
    this.lista.anotar(clave, { citas: e.citas, teclas });
    return nodo("li", { class: "enunciado", dataset: { pieza: clave, en: clave }, tabIndex: -1, ondblclick: () => teclas[2]?.() },
      texto, deQuien,
      nodo("div", { class: "acciones" },
        this.estado.editable ? [this.lista.boton("Editar", "2", teclas[2]), this.lista.boton("Quitar", "3", teclas[3], "peligro"), this.lista.boton("Guardar frase", "F", comoFrase, "discreto")] : null,
        this.lista.botonOir(e.citas)));
  }

  // Varios renglones de una vez: un solo guardado, que se deshace de una vez.
  ponerVarios(renglones) {
    return this.estado.escribir((c) => {
      for (const { seccion, tipo, texto } of renglones) c.nota[seccion].push({ ...NUEVO, texto, tipo });
    }, { ya: true });
  }

  quitar(seccion, i) {
    this.lista.dejar(this.lista.nodo(`enunciado:${seccion}:${i}`));
    this.estado.escribir((c) => c.nota[seccion].splice(i, 1), { ya: true }).catch(() => {});
    this.pintar();
  }

  agregar(seccion, { texto = "", citas = [], tipo = seccion === "pronostico" ? "pronostico" : "agregado" } = {}) {
    const { estado } = this;
    const nuevo = { ...NUEVO, texto, tipo, citas };
    if (texto) return estado.escribir((c) => c.nota[seccion].push(nuevo), { ya: true });
    if (!estado.contenido) return estado.avisa("fallo", { mensaje: "Esta nota aún no se puede escribir.", remedio: "Espere a que termine de procesarse su grabación." });
    const caja = donde.querySelector(`[data-seccion="${seccion}"]`);
    if (caja.querySelector(".editor")) return caja.querySelector(".editor textarea").focus();
    let puesto = null; // su lugar en la sección, desde la primera letra
    estado.editando = true;
    const boton = caja.querySelector("[data-agrega]");
    boton.hidden = true;
    const cerrar = (t) => {
      estado.editando = false;
      if (puesto === null && !t) { editor.remove(); boton.hidden = false; boton.focus(); return; }
      this.#dejar(seccion, puesto, t, nuevo);
    };
    const editor = abrirEditor({
      texto: "", rotulo: `Renglón nuevo en ${caja.getAttribute("aria-label")}`, seccion, tipo,
      alTeclear: (t) => {
        if (puesto === null && !t.trim()) return;
        estado.escribir((c) => {
          if (puesto === null) puesto = c.nota[seccion].push({ ...nuevo, texto: t }) - 1;
          else c.nota[seccion][puesto].texto = t;
        });
      },
      alTerminar: cerrar,
      alDejar: () => cerrar(""),
    });
    caja.append(editor);
  }

  #dejar(seccion, puesto, texto, nuevo) {
    const { estado } = this;
    estado.escribir((c) => {
      if (puesto === null) c.nota[seccion].push({ ...nuevo, texto });
      else if (texto) c.nota[seccion][puesto].texto = texto;
      else c.nota[seccion].splice(puesto, 1);
    }, { ya: true }).then(() => {
      const ultimo = `enunciado:${seccion}:${estado.contenido.nota[seccion].length - 1}`;
      if (texto) this.lista.elegir(ultimo);
      else donde.querySelector(`[data-agrega="${seccion}"]`)?.focus();
    }, () => {});
  }

  editar(seccion, i) {
    const { estado } = this;
    const clave = `enunciado:${seccion}:${i}`;
    const pieza = this.lista.nodo(clave);
    if (!pieza || pieza.querySelector(".editor")) return;
    const original = structuredClone(estado.contenido.nota[seccion][i]);
    const propio = [...pieza.children];
    for (const hijo of propio) hijo.hidden = true;
    estado.editando = true;
    const cambiar = (enunciado, opciones) => estado.escribir((c) => { c.nota[seccion][i] = enunciado; }, opciones);
    const cerrar = () => { estado.editando = false; editor.remove(); for (const hijo of propio) hijo.hidden = false; };
    const editor = abrirEditor({
      texto: original.texto, rotulo: "Texto del renglón", seccion, tipo: original.tipo,
      alTeclear: (t) => { if (t.trim()) cambiar({ ...original, texto: t, autor: "medico", motivo: null }); },
      alTerminar: (t) => {
        cerrar();
        if (!t) return this.quitar(seccion, i);
        const queda = t === original.texto ? original : { ...original, texto: t, autor: "medico", motivo: null };
        cambiar(queda, { ya: true }).then(() => this.lista.elegir(clave), () => {});
      },
      alDejar: () => { cerrar(); cambiar(original, { ya: true }).then(() => this.lista.elegir(clave), () => {}); },
    });
    pieza.append(editor);
  }
}
