/** Los archivos que se sueltan o se eligen: uno por renglón, con su avance, su fallo y su nota. */

import { copiar, el, tamano } from "./grabar-dom.js";
import { FilaDeArchivos, reparo } from "./grabar-archivos.js";
import { seguirEn } from "./grabar-trabajo.js";

/** @typedef {import("./grabar-almacen.js").Registro} Registro */

const FASES = {
  subiendo: "Subiendo…", al_dia: "Subiendo…", cerrando: "Comprobando que llegó completo…",
  hecha: "A salvo. Se está procesando.", sin_red: "El servidor no contesta; en cuanto vuelva, sigue solo.",
};

export class ListaDeArchivos {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {() => any} con.para de quién son; nada si aún no hay paciente con permiso
   */
  constructor({ api, para }) {
    this.api = api;
    this.para = para;
    /** @type {Map<string, HTMLElement>} */
    this.renglones = new Map();
    this.fila = new FilaDeArchivos({ api, avisar: (registro, avance) => this.#avance(registro, avance) });
    const zona = el("soltar");
    el("elegir-archivos").addEventListener("change", (/** @type {any} */ e) => {
      void this.agregar([...e.target.files]);
      e.target.value = "";
    });
    for (const cuando of ["dragenter", "dragover"]) {
      zona.addEventListener(cuando, (/** @type {DragEvent} */ e) => {
        e.preventDefault();
        zona.classList.add("encima");
      });
    }
    for (const cuando of ["dragleave", "drop"]) zona.addEventListener(cuando, () => zona.classList.remove("encima"));
    zona.addEventListener("drop", (/** @type {DragEvent} */ e) => {
      e.preventDefault();
      void this.agregar([...(e.dataTransfer?.files ?? [])]);
    });
    // Soltarlo fuera de la zona abriría el archivo en lugar de la página.
    for (const cuando of ["dragover", "drop"]) addEventListener(cuando, (e) => e.preventDefault());
    addEventListener("beforeunload", (e) => {
      if ([...this.fila.subidores.values()].some((s) => !["hecha", "atorada"].includes(s.avance.fase))) e.preventDefault();
    });
    this.pintar();
  }

  /** Lo que se puede hacer según haya o no paciente con permiso. */
  pintar() {
    const puede = this.para() !== null;
    el("elegir-archivos").disabled = !puede;
    el("soltar-ayuda").textContent = puede
      ? "Caben varios a la vez: wav, mp3, m4a, ogg, video… Cada uno será una nota de este paciente."
      : "Primero elija a un paciente que acepte que se grabe.";
    el("archivos-falla").textContent = "";
  }

  /** @param {File[]} archivos */
  async agregar(archivos) {
    const de = this.para();
    if (!de) {
      el("archivos-falla").textContent = "Primero elija a un paciente que acepte que se grabe.";
      return;
    }
    const malos = archivos.filter(reparo).map((a) => `«${a.name}»: ${reparo(a)}`);
    el("archivos-falla").textContent = malos.join(" ");
    for (const archivo of archivos.filter((a) => !reparo(a))) {
      const registro = await this.fila.agregar(archivo, de);
      if (registro) this.#renglon(registro, archivo);
      else el("archivos-falla").textContent = `«${archivo.name}» ya se está subiendo.`;
    }
  }

  /** @param {Registro} registro @param {File} archivo */
  #renglon(registro, archivo) {
    const li = this.renglones.get(registro.id) ?? copiar("plantilla-archivo");
    this.renglones.set(registro.id, li);
    parte(li, "b").textContent = archivo.name;
    parte(li, ".cuanto").textContent = tamano(archivo.size);
    parte(li, ".avance").textContent = "En espera…";
    parte(li, ".quitar").onclick = async () => {
      await this.fila.descartar(registro.id);
      if (registro.abierta) await this.api("DELETE", `/api/subidas/${registro.subida}`).catch(() => {});
      li.remove();
      this.renglones.delete(registro.id);
    };
    parte(li, ".quitar").setAttribute("aria-label", `Quitar ${archivo.name}`);
    el("lista-archivos").append(li);
  }

  /** @param {Registro} registro @param {import("./grabar-subidor.js").Avance} avance */
  #avance(registro, { fase, llevan, mensaje, remedio, recibo }) {
    const li = this.renglones.get(registro.id);
    if (!li) return;
    const barra = /** @type {HTMLProgressElement} */ (li.querySelector("progress"));
    barra.value = registro.octetos ? llevan / registro.octetos : 0;
    barra.setAttribute("aria-label", `Avance de ${registro.archivo?.nombre}`);
    const texto = FASES[/** @type {keyof typeof FASES} */ (fase)] ?? `${mensaje} ${remedio}`;
    if (parte(li, ".avance").textContent !== texto) parte(li, ".avance").textContent = texto;
    if (fase === "hecha" && li.dataset.seguido === undefined) {
      li.dataset.seguido = "";
      parte(li, ".quitar").hidden = true;
      void seguirEn(li, recibo);
    }
  }
}

/** @param {HTMLElement} li @param {string} cual @returns {HTMLElement} */
const parte = (li, cual) => /** @type {HTMLElement} */ (li.querySelector(cual));
