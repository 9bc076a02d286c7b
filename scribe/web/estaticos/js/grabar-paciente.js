/**
 * Elegir o crear al paciente sin soltar el teclado: flecha y Entrar, o escribir y Entrar.
 *
 * Lo escrito viaja en el cuerpo de la petición; ningún nombre queda en una dirección.
 */

import { edad, fecha } from "./formatos.js";
import { el, explicar, mostrar } from "./grabar-dom.js";
import { nodo } from "./nodos.js";

const ESPERA_MS = 120;
const MINIMO = 2;
const SEXOS = JSON.parse(el("grabar").dataset.sexos);

/** @typedef {{id: string, nombre: string, numero_expediente: string, nacimiento: string | null, sexo: string | null}} Hallado */

export class Eleccion {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {() => string} con.lugar en qué establecimiento se daría de alta
   * @param {(paciente: Hallado) => void} con.alElegir
   */
  constructor({ api, lugar, alElegir }) {
    this.api = api;
    this.lugar = lugar;
    this.alElegir = alElegir;
    /** @type {Hallado[]} */
    this.hallados = [];
    this.marcado = 0;
    this.turno = 0;
    this.reloj = 0;
    /** @type {Promise<unknown>} */
    this.buscando = Promise.resolve();
    this.abierta = false;
    this.caja = el("buscar");
    this.lista = el("hallados");
    this.caja.addEventListener("input", () => this.#teclear());
    this.caja.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => this.#tecla(e));
    this.lista.addEventListener("click", (/** @type {MouseEvent} */ e) => {
      const renglon = /** @type {HTMLElement} */ (e.target).closest("li");
      if (renglon) this.#elegir(Number(renglon.dataset.lugar));
    });
    el("alta").addEventListener("submit", (/** @type {Event} */ e) => this.#crear(e));
    el("alta-volver").addEventListener("click", () => this.abrir());
  }

  /** Empieza a elegir: los últimos pacientes a la vista y el cursor en la caja. */
  async abrir() {
    mostrar("paso-alta", false);
    mostrar("paso-paciente", true);
    // La primera vez se respeta lo que ya se tecleó mientras la página terminaba de abrir.
    if (this.abierta) this.caja.value = "";
    this.abierta = true;
    this.hallados = [];
    this.lista.replaceChildren();
    this.caja.focus();
    this.buscando = this.#buscar(this.caja.value.trim());
    await this.buscando;
  }

  #teclear() {
    clearTimeout(this.reloj);
    this.turno += 1; // lo que venga de antes ya no vale
    this.buscando = new Promise((listo) => {
      this.reloj = window.setTimeout(() => listo(this.#buscar(this.caja.value.trim())), ESPERA_MS);
    });
  }

  /** @param {string} texto */
  async #buscar(texto) {
    const mio = (this.turno += 1);
    try {
      const hallados =
        texto.length < MINIMO
          ? await this.api("GET", "/api/recientes")
          : await this.api("POST", "/api/pacientes/buscar", { cuerpo: { texto, limite: 8 } });
      if (mio !== this.turno) return;
      this.hallados = hallados;
      el("paciente-falla").textContent = "";
    } catch (fallo) {
      if (mio !== this.turno) return;
      this.hallados = [];
      el("paciente-falla").textContent = explicar(fallo);
    }
    this.marcado = texto || !this.hallados.length ? 0 : -1; // la primera flecha marca al último paciente
    this.#pintar(texto);
  }

  /** @param {string} texto */
  #pintar(texto) {
    const renglones = this.hallados.map((p) => nodo("li", {}, nodo("b", {}, p.nombre), nodo("span", { class: "tenue" }, senas(p))));
    if (texto.length >= MINIMO && /\p{L}/u.test(texto)) renglones.push(nodo("li", { class: "nuevo" }, `Crear a «${texto}»`));
    renglones.forEach((li, k) => {
      li.id = `hallado-${k}`;
      li.dataset.lugar = String(k);
      li.setAttribute("role", "option");
    });
    this.lista.replaceChildren(...renglones);
    mostrar("de-donde", !texto && renglones.length > 0);
    this.caja.setAttribute("aria-expanded", String(renglones.length > 0));
    this.#marcar(Math.min(this.marcado, renglones.length - 1));
  }

  /** @param {number} cual */
  #marcar(cual) {
    this.marcado = cual;
    [...this.lista.children].forEach((li, k) => li.setAttribute("aria-selected", String(k === cual)));
    if (cual >= 0) this.caja.setAttribute("aria-activedescendant", `hallado-${cual}`);
    else this.caja.removeAttribute("aria-activedescendant");
    this.lista.children[cual]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} e */
  async #tecla(e) {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      await this.buscando;
      const cuantos = this.lista.children.length;
      const paso = e.key === "ArrowDown" ? 1 : -1;
      if (cuantos) this.#marcar((Math.max(this.marcado, paso > 0 ? -1 : 0) + paso + cuantos) % cuantos);
    } else if (e.key === "Enter") {
      e.preventDefault();
      await this.buscando; // quien teclea rápido no elige lo de la búsqueda anterior
      this.#elegir(this.marcado);
    } else if (e.key === "Escape") {
      this.caja.value = "";
      this.#teclear();
    }
  }

  /** @param {number} cual */
  #elegir(cual) {
    const paciente = this.hallados[cual];
    if (paciente) this.alElegir(paciente);
    else if (this.lista.children[cual]) this.#nuevo(this.caja.value.trim());
  }

  /** @param {string} texto */
  async #nuevo(texto) {
    // Sin respuesta, lo tecleado queda entero en el nombre: se corrige ahí.
    const reparto = await this.api("POST", "/api/pacientes/repartir", { cuerpo: { texto } }).catch(() => ({ nombre: texto }));
    const { nombre = "", apellido_paterno: paterno = "", apellido_materno: materno = "" } = reparto;
    el("alta").reset();
    el("alta-nombre").value = nombre;
    el("alta-paterno").value = paterno;
    el("alta-materno").value = materno;
    el("alta-falla").textContent = "";
    mostrar("paso-paciente", false);
    mostrar("paso-alta", true);
    el(paterno ? "alta-nacimiento" : "alta-paterno").focus();
  }

  /** @param {Event} e */
  async #crear(e) {
    e.preventDefault();
    const datos = Object.fromEntries(
      [...new FormData(el("alta"))].map(([campo, valor]) => [campo, String(valor).trim()]).filter(([, valor]) => valor),
    );
    const falta = !datos.nombre ? "alta-nombre" : datos.apellido_paterno ? "" : "alta-paterno";
    el("alta-falla").textContent = falta ? "Faltan el nombre o el primer apellido." : "";
    if (falta) return el(falta).focus();
    const boton = el("alta").querySelector("button");
    boton.disabled = true;
    try {
      const ruta = `/api/establecimientos/${this.lugar()}/pacientes`;
      const nuevo = await this.api("POST", ruta, { cuerpo: { datos } });
      mostrar("paso-alta", false);
      this.alElegir(comoHallado(nuevo));
    } catch (fallo) {
      el("alta-falla").textContent = explicar(fallo);
    } finally {
      boton.disabled = false;
    }
  }
}

/** Un paciente completo, como sale en una búsqueda. @param {any} p @returns {Hallado} */
export function comoHallado({ id, numero_expediente, datos }) {
  const partes = [datos.nombre, datos.segundo_nombre, datos.apellido_paterno, datos.apellido_materno];
  return {
    id, numero_expediente, nombre: partes.filter(Boolean).join(" ") || datos.descripcion || "",
    nacimiento: datos.nacimiento ?? null, sexo: datos.sexo ?? null,
  };
}

/** Edad, sexo y expediente. @param {Hallado} p */
export function senas(p) {
  const sexo = SEXOS[p.sexo ?? ""]?.toLowerCase();
  return [sexo, p.nacimiento && `${edad(p.nacimiento)} (${fecha(p.nacimiento)})`, `exp. ${p.numero_expediente}`]
    .filter(Boolean)
    .join(" · ");
}
