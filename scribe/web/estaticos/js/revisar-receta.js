// La receta y los signos vitales: renglones con sus campos, y los datos generales de la nota.
import { nodo, poner } from "./nodos.js";

export const RECETA = [
  ["generico", "Medicamento", "ancho"], ["comercial", "Marca"], ["presentacion", "Presentación"],
  ["dosis", "Dosis"], ["via", "Vía"], ["frecuencia", "Cada cuánto"], ["duracion", "Por cuánto"],
  ["indicaciones", "Indicaciones", "ancho"],
];
export const SIGNOS = [
  ["tension_arterial", "Tensión arterial", "mmHg"], ["frecuencia_cardiaca", "Frecuencia cardiaca", "lpm"],
  ["frecuencia_respiratoria", "Frecuencia respiratoria", "rpm"], ["temperatura", "Temperatura", "°C"],
  ["saturacion", "Saturación de oxígeno", "%"], ["peso", "Peso", "kg"], ["talla", "Talla", "cm"],
  ["imc", "IMC", "kg/m²"], ["perimetro_cefalico", "Perímetro cefálico", "cm"], ["glucosa", "Glucosa", "mg/dL"],
];
export const VACIO = Object.fromEntries(RECETA.map(([c]) => [c, ""]));

export class Receta {
  constructor(estado, lista) {
    Object.assign(this, { estado, lista });
    this.receta = document.getElementById("receta");
    this.signos = document.getElementById("signos");
    estado.addEventListener("nota", () => this.pintar());
  }

  pintar() {
    const dentro = document.activeElement?.matches("#receta input, #signos input");
    if (dentro || this.estado.editando) return; // no se le quita el renglón a quien escribe
    const { contenido, editable } = this.estado;
    this.lista.olvidar("receta:");
    this.lista.olvidar("signo:");
    if (!contenido) return poner(this.receta), poner(this.signos);
    this.#pintarSignos(contenido, editable);
    this.#pintarReceta(contenido, editable);
    this.lista.marcar();
  }

  // Lo que la nota ya dice y falta pasar a su renglón: se acepta con una tecla, o todo junto.
  #propuestos(cuales, clave, donde, decir, tomar) {
    if (!this.estado.editable || !cuales.length) return null;
    const poner1 = (varios) => {
      const seguir = this.lista.recordarLugar();
      return this.estado.escribir((c) => c[donde].push(...varios.map(tomar)), { ya: true }).then(seguir, () => {});
    };
    return nodo("div", { class: "decidir leves" },
      nodo("h3", {}, "La nota ya lo dice"),
      nodo("ul", { class: "pila" }, cuales.map((p, i) => {
        const suya = `${clave}:${i}`;
        this.lista.anotar(suya, { citas: p.citas, teclas: { 1: () => poner1([p]) } });
        return nodo("li", { class: "pieza", dataset: { pieza: suya }, tabIndex: -1 },
          nodo("p", { class: "dice" }, decir(p)),
          nodo("div", { class: "acciones" }, this.lista.boton("Agregar", "1", () => poner1([p]), "principal"), this.lista.botonOir(p.citas)));
      })),
      cuales.length > 1 ? nodo("button", { type: "button", class: "chico", onclick: () => poner1(cuales) }, "Agregar todo") : null);
  }

  // Al signo que una parte de la plantilla pide, o a elegir cuál si pide los signos. `false` si no es de aquí.
  agregarSigno({ rotulo, tipos }) {
    const clave = SIGNOS.find(([, titulo]) => titulo === rotulo)?.[0];
    if (!this.estado.contenido || (!clave && !tipos.includes("signo_vital"))) return false;
    if (clave) this.#ponerSigno(clave);
    else this.signos.querySelector("select")?.focus();
    return true;
  }

  #ponerSigno(clave) {
    const { signos } = this.estado.contenido;
    const i = signos.findIndex((s) => s.clave === clave);
    const [, , unidad] = SIGNOS.find(([c]) => c === clave);
    if (i < 0) this.#cambiar((c) => c.signos.push({ clave, valor: "", unidad }), `signos-${signos.length}-valor`);
    else document.getElementById(`signos-${i}-valor`)?.focus();
  }

  #entrada(lista, i, campo, rotulo, clase, editable) {
    const id = `${lista}-${i}-${campo}`;
    const valor = this.estado.contenido[lista][i][campo] ?? "";
    if (!editable) return valor ? nodo("div", { class: `campo ${clase ?? ""}` }, nodo("small", {}, rotulo), nodo("span", {}, valor)) : null;
    const entrada = nodo("input", { id, autocomplete: "off", spellcheck: campo === "indicaciones" });
    entrada.value = valor;
    entrada.addEventListener("input", () => this.estado.escribir((c) => { c[lista][i][campo] = entrada.value; }));
    entrada.addEventListener("keydown", (e) => { e.stopPropagation(); if (e.key === "Escape") entrada.blur(); });
    return nodo("div", { class: `campo ${clase ?? ""}` }, nodo("label", { for: id }, rotulo), entrada);
  }

  #cambiar(hacer, enfocar) {
    this.estado.escribir(hacer, { ya: true }).catch(() => {});
    document.activeElement?.blur();
    this.pintar();
    if (enfocar) document.getElementById(enfocar)?.focus();
  }

  #pintarReceta({ receta }, editable) {
    poner(this.receta, nodo("section", { class: "soap campos", "aria-label": "Receta" },
      nodo("h2", {}, nodo("span", { class: "letra", "aria-hidden": "true" }, "Rx"), "Receta"),
      receta.length ? receta.map((r, i) => nodo("div", { class: "renglon-receta", role: "group", "aria-label": r.generico || `Medicamento ${i + 1}` },
        RECETA.map(([campo, rotulo, clase]) => this.#entrada("receta", i, campo, rotulo, clase, editable)),
        editable ? nodo("button", { type: "button", class: "discreto chico peligro quitar", onclick: () => this.#cambiar((c) => c.receta.splice(i, 1)) }, `Quitar ${r.generico || "renglón"}`) : null))
        : nodo("p", { class: "vacia" }, "Sin medicamentos."),
      this.#propuestos(this.estado.vista.propuestas.receta, "receta", "receta", ({ renglon: r }) => [r.generico, r.comercial && `(${r.comercial})`, r.presentacion, r.dosis, r.via, r.frecuencia, r.duracion && `por ${r.duracion}`, r.indicaciones].filter(Boolean).join(" · "), (p) => p.renglon),
      editable ? nodo("button", { type: "button", class: "discreto chico agregar", onclick: () => this.#cambiar((c) => c.receta.push({ ...VACIO }), `receta-${receta.length}-generico`) }, "+ Agregar medicamento") : null));
  }

  #pintarSignos({ signos }, editable) {
    const nombre = (clave) => SIGNOS.find(([c]) => c === clave)?.[1] ?? clave;
    const puestos = new Set(signos.map((s) => s.clave));
    const faltan = SIGNOS.filter(([c]) => !puestos.has(c));
    const elegir = nodo("select", { "aria-label": "Agregar un signo", class: "chico agregar", onchange: (e) => e.target.value && this.#ponerSigno(e.target.value) }, nodo("option", { value: "" }, "+ Agregar un signo…"), faltan.map(([c, t]) => nodo("option", { value: c }, t)));
    poner(this.signos, nodo("section", { class: "soap campos", "aria-label": "Signos vitales" },
      nodo("h2", {}, nodo("span", { class: "letra", "aria-hidden": "true" }, "SV"), "Signos vitales y medidas"),
      editable
        ? signos.map((s, i) => nodo("div", { class: "renglon-signo", role: "group", "aria-label": nombre(s.clave) },
          nodo("span", {}, nombre(s.clave)), this.#entrada("signos", i, "valor", "Valor", "", true), this.#entrada("signos", i, "unidad", "Unidad", "", true),
          nodo("button", { type: "button", class: "discreto chico peligro", "aria-label": `Quitar ${nombre(s.clave)}`, onclick: () => this.#cambiar((c) => c.signos.splice(i, 1)) }, "Quitar")))
        : signos.length ? nodo("dl", { class: "datos" }, signos.map((s) => nodo("div", {}, nodo("dt", {}, nombre(s.clave)), nodo("dd", {}, `${s.valor} ${s.unidad}`)))) : nodo("p", { class: "vacia" }, "Sin registro."),
      this.#propuestos(this.estado.vista.propuestas.signos, "signo", "signos", ({ signo: s }) => `${nombre(s.clave)}: ${s.valor} ${s.unidad}`, (p) => p.signo),
      editable && faltan.length ? elegir : null));
  }
}
