// Con qué plantilla se revisa: qué partes pide, cuáles faltan por decir, y poner los renglones de una propia.
// Nada entra solo: una plantilla no escribe, y sus renglones se ponen con un toque y se deshacen con otro.
import { api } from "./api.js";
import { nodo, poner } from "./nodos.js";
import { avisar } from "./pagina.js";
import { misTextos } from "./revisar-frases.js";

const donde = document.getElementById("plantilla");

export class Plantilla {
  constructor(estado, nota, receta) {
    Object.assign(this, { estado, nota, receta, propias: [] });
    for (const que of ["nota", "faltas"]) estado.addEventListener(que, () => this.pintar());
    this.#traer();
  }

  async #traer() {
    this.propias = (await misTextos()).filter((t) => t.clase === "plantilla");
    if (this.estado.vista) { this.#aplicar(); this.pintar(); }
  }

  get propia() { return this.propias.find((p) => p.id === this.estado.datos.plantilla); }

  // La del programa que dice qué se espera: la elegida, o aquella sobre la que se hizo la propia.
  get actual() {
    const clave = this.propia?.datos.especialidad || this.estado.datos.plantilla;
    return this.estado.datos.plantillas.find((p) => p.clave === clave) ?? this.estado.datos.plantillas[0];
  }

  // Lo subjetivo se lee en el orden de la plantilla.
  #aplicar() {
    const antes = this.estado.orden;
    this.estado.orden = this.actual.orden;
    if (antes !== this.estado.orden && this.estado.vista && !this.estado.editando) this.nota.pintar();
  }

  pintar() {
    const { vista, editable } = this.estado;
    if (!editable || (!vista.contenido && vista.version)) return poner(donde);
    this.#aplicar();
    const enfocado = donde.contains(document.activeElement) ? document.activeElement.id : "";
    const { campos } = this.actual;
    const faltan = new Set(vista.por_decir[this.actual.clave] ?? []);
    poner(donde, nodo("section", { class: "plantilla", "aria-label": "Lo que pide la plantilla" },
      nodo("div", { class: "botones" },
        nodo("label", { for: "elegir-plantilla" }, "Plantilla"), this.#elegir(),
        this.propia ? nodo("button", { type: "button", class: "chico", id: "poner-plantilla", onclick: () => this.#ponerla() }, "Poner sus renglones") : null,
        nodo("details", { class: "partes" }, nodo("summary", { id: "partes-plantilla" }, faltan.size ? `Faltan ${faltan.size} de ${campos.length} partes` : `Sus ${campos.length} partes están dichas`),
          nodo("ul", { class: "partes-lista" }, campos.map((c, i) => nodo("li", { class: faltan.has(i) ? "" : "tenue" }, faltan.has(i) ? "Falta: " : "Dicho: ", c.rotulo))))),
      faltan.size ? nodo("ul", { class: "por-decir", "aria-label": "Faltan por decir" },
        [...faltan].map((i) => nodo("li", {}, nodo("button", { type: "button", class: "chico", id: `falta-${i}`, onclick: () => this.#escribir(campos[i]) }, campos[i].rotulo)))) : null));
    if (enfocado) document.getElementById(enfocado)?.focus();
  }

  #elegir() {
    const elegida = this.propia?.id ?? this.actual.clave;
    const opcion = (valor, texto) => nodo("option", { value: valor, selected: valor === elegida }, texto);
    return nodo("select", { id: "elegir-plantilla", class: "chico", onchange: (e) => this.#cambiar(e.target.value) },
      nodo("optgroup", { label: "Por especialidad" }, this.estado.datos.plantillas.map((p) => opcion(p.clave, p.rotulo))),
      this.propias.length ? nodo("optgroup", { label: "Mías" }, this.propias.map((p) => opcion(p.id, p.datos.nombre))) : null);
  }

  #cambiar(plantilla) {
    this.estado.datos.plantilla = plantilla;
    this.pintar();
    api("PUT", "/api/plantillas/elegida", { cuerpo: { plantilla } }).catch((fallo) => avisar(`${fallo.mensaje} ${fallo.remedio}`));
  }

  // Al lugar de lo que falta: su signo, o un renglón nuevo de ese tipo en su sección.
  #escribir(campo) {
    if (this.receta.agregarSigno(campo)) return;
    this.nota.agregar(campo.seccion, { tipo: campo.tipos[0] ?? "agregado" });
  }

  // De una vez, para que se deshaga de una vez; lo que ya está no se repite.
  #ponerla() {
    if (!this.estado.contenido) { avisar("La nota todavía no se puede escribir."); return; }
    const nuevos = this.propia.datos.renglones.filter((r) => !this.estado.contenido.nota[r.seccion].some((e) => e.texto === r.texto));
    if (!nuevos.length) { avisar("Sus renglones ya están en la nota."); return; }
    const hecho = this.nota.ponerVarios(nuevos);
    hecho.then(() => avisar(`Se ${nuevos.length === 1 ? "puso 1 renglón" : `pusieron ${nuevos.length} renglones`}; Ctrl+Z los quita.`), () => {});
  }
}
