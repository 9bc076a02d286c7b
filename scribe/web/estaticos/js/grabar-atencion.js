/**
 * Los datos de la atención que pide Colombia (Res. 866, elementos 18 a 21, 24 y 25). No son de ningún paciente:
 * los últimos elegidos se recuerdan en este navegador, por persona, y siempre se ven antes de grabar.
 */

import { el, mostrar } from "./grabar-dom.js";

const CUPS = /^[0-9A-Z]{6}$/;

export class Atencion {
  /** @param {string} yo quién usa la página */
  constructor(yo) {
    this.llave = `atencion-866-${yo}`;
    this.forma = el("atencion"); // solo está si se atiende en Colombia
    if (!this.forma) return;
    const dichos = this.#recordados();
    for (const [campo, valor] of Object.entries(dichos)) {
      if (this.forma.elements[campo]) this.forma.elements[campo].value = valor;
    }
    this.forma.addEventListener("input", () => {
      localStorage.setItem(this.llave, JSON.stringify(this.#escritos()));
      this.#decir();
    });
    this.forma.addEventListener("submit", (/** @type {Event} */ e) => e.preventDefault());
    this.#decir();
  }

  /** @param {"MX" | "CO"} pais */
  mostrar(pais) {
    this.pais = pais;
    if (this.forma) mostrar("atencion-co", pais === "CO");
  }

  /** Lo que va en el encuentro; fuera de Colombia, nada. @returns {Record<string, string>} */
  datos() {
    if (!this.forma || this.pais !== "CO") return {};
    const { cups, ...demas } = this.#escritos();
    return CUPS.test(cups ?? "") ? { ...demas, cups } : demas;
  }

  #escritos() {
    const pares = [...new FormData(this.forma)].map(([campo, valor]) => [campo, String(valor).trim().toUpperCase()]);
    return Object.fromEntries(pares.filter(([, valor]) => valor));
  }

  #recordados() {
    try {
      return JSON.parse(localStorage.getItem(this.llave) ?? "{}");
    } catch {
      return {};
    }
  }

  // Lo elegido, en palabras y a la vista: nada se manda sin verse.
  #decir() {
    const elegidos = [...this.forma.querySelectorAll("select")].filter((s) => s.value).map((s) => s.selectedOptions[0].textContent);
    const { cups } = this.#escritos();
    const mal = cups && !CUPS.test(cups);
    const caja = this.forma.elements.cups;
    if (mal) caja.setAttribute("aria-invalid", "true");
    else caja.removeAttribute("aria-invalid");
    el("atencion-dicha").textContent = [...elegidos, cups && !mal ? `CUPS ${cups}` : ""].filter(Boolean).join(" · ") || "sin elegir";
  }
}
