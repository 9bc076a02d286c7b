/**
 * Lleva al servidor lo que se graba o se elige, sin poder perderlo ni mandarlo dos veces.
 *
 * La verdad de cuánto hay la dice el servidor: tras cualquier duda se le pregunta y se sigue desde su último
 * byte. Los trozos van en orden y de uno en uno; cada respuesta buena es un trozo ya en su disco. La copia de
 * aquí no se suelta hasta el recibo del cierre.
 */

import { Sha256, sumar } from "./grabar-sha256.js";

/**
 * @typedef {import("./grabar-almacen.js").Registro} Registro
 * @typedef {object} Fuente de dónde salen los bytes
 * @property {(desde: number, maximo: number) => Promise<Uint8Array<ArrayBuffer>>} leer
 * @property {() => boolean} esperar si conviene esperar a que se junte más antes de mandar lo poco que hay
 * @property {() => number | null} duracion en segundos, si se sabe
 * @property {() => import("./grabar-almacen.js").Hueco[]} [huecos] lo que la grabación no tiene
 *
 * @typedef {"subiendo" | "al_dia" | "cerrando" | "hecha" | "sin_red" | "sin_lugar" | "atorada" | "otra_version" | "revocada"} Fase
 * @typedef {object} Avance
 * @property {Fase} fase
 * @property {number} llevan bytes que el servidor ya tiene
 * @property {string} mensaje @property {string} remedio
 * @property {any} recibo
 */

const MAXIMO = 1 << 20;
const MINIMO = 31_000; // un segundo de sonido, menos lo que se pierda al redondear
const ESPERAS_MS = [300, 700, 1500, 3000, 5000];
const SIN_LUGAR_MS = 15_000;
const LECTURAS = 4;
const REVOCADO = "El paciente retiró su permiso: se dejó de grabar y lo grabado se destruye.";
const FINALES = new Set(["hecha", "atorada", "otra_version", "revocada"]);
const PASAJEROS = new Set(["trozo_corrupto", "trozos_faltan", "sin_sesion"]);

export class Subidor {
  /**
   * @param {Registro} registro @param {Fuente} fuente
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {() => Promise<unknown>} con.guardar deja el registro en el disco
   * @param {(avance: Avance) => void} con.avisar
   */
  constructor(registro, fuente, { api, guardar, avisar }) {
    this.registro = registro;
    this.fuente = fuente;
    this.api = api;
    this.guardar = guardar;
    this.avisar = avisar;
    /** @type {Avance} */
    this.avance = { fase: "subiendo", llevan: 0, mensaje: "", remedio: "", recibo: null };
    this.trozos = -1; // −1: hay que preguntar al servidor
    this.sumado = new Sha256(); // lo que se va mandando, para no releer horas de sonido al terminar
    this.fallos = 0;
    this.repetida = false;
    this.detenido = false;
    this.ocioso = false;
    this.despertar = () => {};
  }

  /** Hay algo nuevo que mandar. Si se espera a que vuelva el servidor, no se le insiste más por eso. */
  empujar() {
    if (this.ocioso) this.despertar();
  }

  /** Olvida el fallo que lo detuvo; después se llama otra vez a `correr`. */
  reiniciar() {
    this.fallos = 0;
    this.trozos = -1;
    this.#decir("subiendo");
  }

  detener() {
    this.detenido = true;
    this.despertar();
  }

  /** Trabaja hasta el recibo, o hasta que algo pida una decisión. No lanza nada. */
  async correr() {
    const conRed = () => this.despertar();
    addEventListener("online", conRed);
    this.detenido = false;
    while (!this.detenido && !FINALES.has(this.avance.fase)) {
      try {
        const quieto = await this.#paso();
        this.fallos = 0;
        if (quieto) await this.#dormir(null);
      } catch (causa) {
        await this.#remediar(/** @type {any} */ (causa));
      }
    }
    removeEventListener("online", conRed);
    return this.avance;
  }

  /** Empieza otra subida con toda la copia de aquí. */
  async deNuevo() {
    this.registro.subida = crypto.randomUUID();
    this.registro.abierta = false;
    this.sumado = new Sha256();
    this.trozos = -1;
    this.#decir("subiendo");
    await this.guardar();
  }

  /** Un paso; `true` si no hay nada que hacer por ahora. */
  async #paso() {
    const r = this.registro;
    if (!r.encuentro) return this.#encuentro();
    if (!r.abierta) return this.#abrir();
    if (this.trozos < 0) return this.#preguntar();
    if (this.avance.llevan < r.octetos) return this.#mandar();
    if (r.terminada) return this.#cerrar();
    this.#decir("al_dia");
    return true;
  }

  async #encuentro() {
    const r = this.registro;
    const ruta = `/api/pacientes/${r.paciente}/encuentros`;
    // Si se pidió y no se oyó la respuesta, ya está: se reconoce por su hora y su médico.
    const ya = this.fallos
      ? (await this.api("GET", ruta)).find(
          (/** @type {any} */ e) => e.medico_id === r.medico && Date.parse(e.inicio) === Date.parse(r.inicio),
        )
      : null;
    const cuerpo = { establecimiento: r.establecimiento, medico: r.medico, datos: { ...r.atencion, inicio: r.inicio } };
    r.encuentro = (ya ?? (await this.api("POST", ruta, { cuerpo }))).id;
    await this.guardar();
    return false;
  }

  async #abrir() {
    const r = this.registro;
    const previstos = r.archivo ? { bytes_previstos: r.archivo.tamano } : {};
    await this.api("POST", `/api/encuentros/${r.encuentro}/subidas`, {
      cuerpo: { id: r.subida, consentimiento: r.consentimiento, formato: r.formato, ...previstos },
    });
    r.abierta = true;
    await this.guardar();
    return false;
  }

  async #preguntar() {
    const hay = await this.api("GET", `/api/subidas/${this.registro.subida}`);
    if (hay.estado === "detenida" || hay.estado === "destruida") {
      this.#decir("revocada", REVOCADO);
      return false;
    }
    if (hay.estado === "descartada") {
      this.#decir("atorada", "Esta grabación se descartó desde otra ventana.", "Puede borrar la copia de aquí.");
      return false;
    }
    if (hay.estado === "cerrada") {
      if (!this.registro.terminada) {
        this.#decir("otra_version", "Esta grabación ya se terminó desde otra ventana.", "");
        return false;
      }
      this.avance.llevan = this.registro.octetos;
      this.trozos = 1; // el recibo que se dio no depende de cuántos eran
      return false;
    }
    this.trozos = hay.trozos.length;
    this.avance.llevan = hay.trozos.reduce((/** @type {number} */ s, /** @type {any} */ t) => s + t.octetos, 0);
    this.#decir("subiendo");
    return false;
  }

  async #mandar() {
    const r = this.registro;
    const faltan = r.octetos - this.avance.llevan;
    if (faltan < MINIMO && !r.terminada && this.fuente.esperar()) {
      this.#decir("al_dia");
      return true;
    }
    const datos = await this.fuente.leer(this.avance.llevan, MAXIMO);
    if (!datos.length) {
      this.#decir("atorada", "Falta parte de la copia local de esta grabación.", "Termínela con lo que ya llegó al servidor.");
      return false;
    }
    await this.api("PUT", `/api/subidas/${r.subida}/trozos/${this.trozos}`, {
      cuerpo: datos, cabeceras: { "X-Scribe-Sha256": sumar(datos) },
    });
    if (this.sumado.octetos === this.avance.llevan) this.sumado.agregar(datos);
    this.trozos += 1;
    this.avance.llevan += datos.length;
    this.#decir(r.octetos - this.avance.llevan < MINIMO ? "al_dia" : "subiendo");
    return false;
  }

  async #cerrar() {
    const r = this.registro;
    this.#decir("cerrando");
    const cuerpo = { trozos: this.trozos, sha256: await this.#suma(), duracion_s: this.fuente.duracion(), huecos: this.fuente.huecos?.() ?? [] };
    const recibo = await this.api("POST", `/api/subidas/${r.subida}/cierre`, { cuerpo });
    this.avance.recibo = recibo;
    this.#decir("hecha");
    return false;
  }

  /**
   * La suma de todo: la de lo mandado y, si no se mandó todo desde aquí, la de la copia. Nada si aquí ya no está
   * completa (cada trozo ya se comprobó al llegar).
   */
  async #suma() {
    const { sumado, registro } = this;
    while (sumado.octetos < registro.octetos) {
      const datos = registro.incompleta ? [] : await this.fuente.leer(sumado.octetos, MAXIMO);
      if (!datos.length) return null;
      sumado.agregar(/** @type {Uint8Array<ArrayBuffer>} */ (datos));
    }
    return sumado.hex();
  }

  /** @param {any} fallo */
  async #remediar(fallo) {
    const cerrando = this.avance.fase === "cerrando";
    this.trozos = -1;
    this.fallos += 1;
    if (fallo.estado === undefined) {
      if (this.fallos < LECTURAS) return this.#dormir(ESPERAS_MS[this.fallos]);
      this.#decir("atorada", "No se pudo leer la copia de aquí.", "Recargue la página o elija otra vez el archivo.");
      return;
    }
    if (cerrando && fallo.codigo === "trozo_corrupto" && !this.repetida) {
      this.repetida = true;
      return this.deNuevo();
    }
    if (fallo.codigo === "sin_consentimiento") {
      this.#decir("revocada", REVOCADO);
      return;
    }
    if (fallo.codigo === "subida_terminada") {
      if (cerrando) this.#decir("otra_version", fallo.mensaje, fallo.remedio);
      return;
    }
    if (fallo.codigo === "sin_espacio") {
      this.#decir("sin_lugar", fallo.mensaje, fallo.remedio);
      return this.#dormir(SIN_LUGAR_MS);
    }
    if (fallo.estado >= 400 && fallo.estado < 500 && !(PASAJEROS.has(fallo.codigo) && this.fallos < 8)) {
      this.#decir("atorada", fallo.mensaje, fallo.remedio);
      return;
    }
    this.#decir("sin_red", fallo.mensaje, fallo.remedio);
    await this.#dormir(ESPERAS_MS[Math.min(this.fallos, ESPERAS_MS.length) - 1]);
  }

  /** @param {Fase} fase */
  #decir(fase, mensaje = "", remedio = "") {
    this.avance = { ...this.avance, fase, mensaje, remedio };
    this.avisar(this.avance);
  }

  /** @param {number | null} ms nada: hasta que empujen */
  #dormir(ms) {
    this.ocioso = ms === null;
    return new Promise((/** @type {(v?: unknown) => void} */ listo) => {
      const reloj = ms === null ? undefined : setTimeout(listo, ms);
      this.despertar = () => {
        clearTimeout(reloj);
        listo();
      };
    });
  }
}
