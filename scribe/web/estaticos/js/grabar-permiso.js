/** El permiso del paciente para grabar: se pregunta una vez, se recuerda, y un «no» se respeta. */

import { preguntar } from "./pagina.js";
import { dia, el, explicar, mostrar } from "./grabar-dom.js";

/**
 * @typedef {object} Consentimiento
 * @property {string} id @property {boolean} otorgado @property {string} cuando
 * @property {string | null} revocado @property {string} finalidad @property {string | null} encuentro_id
 */

const QUE_PASA = "El paciente ya no acepta que se le grabe. Si hay una grabación en curso se detiene y se destruye.";

export class Permiso {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {() => "MX" | "CO"} con.pais
   * @param {(consentimiento: string) => void} con.alTener
   * @param {() => void} con.alNegar
   */
  constructor({ api, pais, alTener, alNegar }) {
    this.api = api;
    this.pais = pais;
    this.alTener = alTener;
    this.alNegar = alNegar;
    this.paciente = "";
    /** @type {string | null} */
    this.vigente = null;
    this.texto = "";
    el("permiso-si").addEventListener("click", () => this.#responder(true));
    el("permiso-no").addEventListener("click", () => this.#responder(false));
    el("negado-otra").addEventListener("click", () => this.#preguntar());
    el("permiso-retirar").addEventListener("click", () => this.#retirar());
  }

  cerrar() {
    for (const id of ["paso-permiso", "negado", "permiso-dado"]) mostrar(id, false);
  }

  /** Lo que ese paciente haya dicho; si nunca se le ha preguntado, lo pregunta. @param {string} paciente */
  async pedir(paciente) {
    this.cerrar();
    this.paciente = paciente;
    /** @type {Consentimiento[]} */
    const todos = await this.api("GET", `/api/pacientes/${paciente}/consentimientos`);
    const ultimo = todos.find((c) => c.finalidad === "grabacion" && !c.encuentro_id);
    if (!ultimo) await this.#preguntar();
    else this.#seguir(ultimo);
  }

  /** @param {Consentimiento} c */
  #seguir(c) {
    this.cerrar();
    if (c.otorgado && !c.revocado) {
      this.vigente = c.id;
      el("permiso-texto").textContent = `Aceptó que se grabe el ${dia(c.cuando)}.`;
      mostrar("permiso-dado", true);
      this.alTener(c.id);
      return;
    }
    this.vigente = null;
    el("negado-cuando").textContent = c.otorgado
      ? `El paciente retiró su permiso el ${dia(c.revocado ?? c.cuando)}.`
      : `El paciente no aceptó que se grabe (${dia(c.cuando)}).`;
    mostrar("negado", true);
    el("negado").focus();
    this.alNegar();
  }

  async #preguntar() {
    this.cerrar();
    mostrar("paso-permiso", true);
    el("permiso-falla").textContent = "";
    el("permiso-si").disabled = el("permiso-no").disabled = true;
    try {
      const cuerpo = { finalidad: "grabacion", pais: this.pais() };
      const dado = await this.api("POST", "/api/consentimientos/texto-vigente", { cuerpo });
      this.texto = dado.id;
      el("permiso-leer").textContent = dado.texto;
      el("permiso-si").disabled = el("permiso-no").disabled = false;
      el("paso-permiso").focus();
    } catch (fallo) {
      const falta = /** @type {any} */ (fallo).codigo === "no_existe";
      el("permiso-falla").textContent = falta
        ? "La clínica aún no tiene un texto para pedir permiso. Quien administra lo publica en Establecimientos."
        : explicar(fallo);
    }
  }

  /** @param {boolean} otorgado */
  async #responder(otorgado) {
    const calidad = el("permiso-calidad").value;
    const otorgante = el("permiso-otorgante").value.trim();
    if (calidad !== "paciente" && !otorgante) {
      el("permiso-falla").textContent = "Escriba el nombre de quien responde por el paciente.";
      el("permiso-otorgante").focus();
      return;
    }
    el("permiso-si").disabled = el("permiso-no").disabled = true;
    try {
      const cuerpo = { texto: this.texto, otorgado, como: el("permiso-como").value, calidad, otorgante: otorgante || null };
      this.#seguir(await this.api("POST", `/api/pacientes/${this.paciente}/consentimientos`, { cuerpo }));
    } catch (fallo) {
      el("permiso-falla").textContent = explicar(fallo);
    } finally {
      el("permiso-si").disabled = el("permiso-no").disabled = false;
    }
  }

  async #retirar() {
    const de = this.vigente;
    if (!de || !(await preguntar(QUE_PASA, "Registrar"))) return;
    try {
      await this.api("POST", `/api/consentimientos/${de}/revocacion`, { cuerpo: { como: "verbal" } });
      await this.pedir(this.paciente);
    } catch (fallo) {
      el("grabadora-falla").textContent = explicar(fallo);
    }
  }
}
