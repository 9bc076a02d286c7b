/**
 * Una grabación en curso: del micrófono a la copia local y de ahí al servidor, pase lo que pase en medio.
 *
 * Cada medio segundo de sonido se escribe en la copia local y solo entonces cuenta como grabado. Que el
 * servidor no conteste, que venza la sesión o que no quepa más no detienen al micrófono.
 */

import * as almacen from "./grabar-almacen.js";
import { pedirLlave } from "./grabar-llave.js";
import { Microfono } from "./grabar-microfono.js";
import { Subidor } from "./grabar-subidor.js";
import { cabecera, segundos } from "./grabar-wav.js";

/** @typedef {import("./grabar-almacen.js").Registro} Registro */

const HUECO_MS = 1000;
const CALLADO_MS = 3000;
const MUDO_S = 8; // como al aconsejar: un audífono inalámbrico calla del todo entre frases
const CERO = 3; // de 32767: ni el ruido de un micrófono encendido
const REABRIR_MS = 8000;

/**
 * @typedef {"lista" | "grabando" | "pausada" | "terminada"} Estado
 * @typedef {object} Oyente
 * @property {(nivel: number, pico: number, topes: number) => void} nivel
 * @property {() => void} cambio algo de lo que se ve cambió
 * @property {(que: "desconectado" | "silenciado" | "suspendido" | "de_vuelta" | "sin_sonido" | "hueco" | "lugar", dato?: any) => void} suceso
 * @property {(avance: import("./grabar-subidor.js").Avance) => void} subida
 */

export class Grabacion {
  /**
   * @param {Registro} registro @param {Oyente} oyente
   * @param {typeof import("./api.js").api} api
   */
  constructor(registro, oyente, api) {
    this.registro = registro;
    this.oyente = oyente;
    /** @type {Estado} */
    this.estado = registro.octetos ? "pausada" : "lista";
    this.llegado = registro.octetos; // lo que ya salió del micrófono, aunque la copia local aún no lo confirme
    /** @type {Map<number, Uint8Array<ArrayBuffer>>} lo que no cupo en la copia local */
    this.enMemoria = new Map();
    /** @type {Promise<void>} */
    this.escribiendo = Promise.resolve();
    this.ultimo = 0;
    this.medido = 0; // cuándo terminó el último trozo, según el hilo de audio
    this.vigia = 0;
    this.causa = "perdido"; // por qué faltaría lo que no llegue
    this.callado = 0; // bytes seguidos en silencio total
    this.retomada = registro.octetos > 0; // sigue una que dejó otra página
    this.api = api;
    /** @type {Promise<CryptoKey> | null} */
    this.pedida = null;
    /** @type {Promise<import("./grabar-subidor.js").Avance> | null} */
    this.entrega = null;
    this.soltarCerrojo = () => {};
    this.microfono = new Microfono({
      nivel: (nivel, pico, topes) => this.oyente.nivel(nivel, pico, topes),
      trozo: (trozo, cuando) => this.#llego(trozo, cuando),
      cambio: (que) => this.#cambio(que),
    });
    this.subidor = new Subidor(
      registro,
      {
        leer: (desde, maximo) => this.#leer(desde, maximo),
        esperar: () => this.estado === "grabando",
        duracion: () => Math.round(this.segundos * 1000) / 1000,
        huecos: () => this.registro.huecos,
      },
      { api, guardar: () => almacen.guardar(registro), avisar: (avance) => this.oyente.subida(avance) },
    );
  }

  get segundos() {
    return segundos(this.registro.octetos, this.registro.hercios);
  }

  /** Segundos que el servidor todavía no tiene. */
  get pendientes() {
    return Math.max(0, this.registro.octetos - this.subidor.avance.llevan) / (this.registro.hercios * 2);
  }

  /** Si lo último que se grabó no cupo en la copia local. */
  get sinCopia() {
    return this.enMemoria.size > 0;
  }

  /** La llave de la copia de aquí. Lanza `ErrorApi` si el servidor no la da. */
  llave() {
    this.pedida ??= pedirLlave(this.registro.id, this.api).catch((fallo) => {
      this.pedida = null;
      throw fallo;
    });
    return this.pedida;
  }

  /** Toma el cerrojo; `false` si otra pestaña la tiene. @param {{esperar?: boolean}} [como] */
  async tomar(como) {
    const soltar = await almacen.cerrojo(this.registro.id, como);
    if (soltar) this.soltarCerrojo = soltar;
    return soltar !== null;
  }

  /**
   * Abre el micrófono (o cambia a otro, también a media grabación). Lanza `SinMicrofono`.
   * @param {string} [id]
   */
  async abrir(id) {
    if (this.registro.octetos) this.microfono.empezado = true;
    await this.microfono.abrir(id, this.registro.hercios);
    if (!this.registro.octetos) this.registro.hercios = this.microfono.hercios;
    if (this.estado === "grabando") this.microfono.grabar();
  }

  /** Lleva al servidor lo que haya y lo que vaya habiendo; resuelve con el recibo o cuando haga falta decidir. */
  subir() {
    this.entrega ??= this.subidor.correr().finally(() => {
      this.entrega = null;
    });
    return this.entrega;
  }

  /** Empieza o sigue. */
  async grabar() {
    await this.llave();
    if (!this.microfono.contexto) await this.abrir();
    await this.microfono.despertar();
    if (!this.llegado) this.#guardar(cabecera(this.registro.hercios));
    else this.#siguio();
    this.ultimo = this.medido = Date.now();
    this.microfono.grabar();
    this.#pasar("grabando");
    clearInterval(this.vigia);
    this.vigia = window.setInterval(() => this.#vigilar(), 1000);
    void almacen.conservar();
    void almacen.lastrar().then((cabe) => cabe || this.#faltaLugar(0));
  }

  async pausar() {
    clearInterval(this.vigia);
    await this.microfono.pausar();
    await this.escribiendo;
    this.#sono();
    this.registro.pausada = Date.now();
    await almacen.guardar(this.registro);
    this.#pasar("pausada");
    this.subidor.empujar();
  }

  /** Ya no habrá más; lo que falte de subir sigue subiendo. */
  async terminar() {
    if (this.estado === "grabando") await this.pausar();
    else if (this.retomada && !this.registro.pausada) this.#anotar("final", null);
    await this.microfono.cerrar();
    this.registro.terminada = true;
    await almacen.guardar(this.registro);
    this.#pasar("terminada");
    this.subidor.empujar();
  }

  /** Deja en la copia local lo que va a medias: la página puede estar por cerrarse. */
  async asegurar() {
    if (this.estado === "grabando") await this.microfono.vaciar();
    await this.escribiendo;
  }

  /** Suelta micrófono y cerrojo; con `borrar`, también la copia. */
  async soltar({ borrar = false } = {}) {
    clearInterval(this.vigia);
    this.subidor.detener();
    await this.microfono.cerrar();
    await this.escribiendo;
    if (borrar) await almacen.borrar(this.registro.id);
    this.soltarCerrojo();
  }

  /** @param {Estado} estado */
  #pasar(estado) {
    this.estado = estado;
    this.oyente.cambio();
  }

  /**
   * El hueco se mide con la hora del hilo de audio: una página ocupada o congelada recibe tarde, pero no pierde.
   * @param {Int16Array<ArrayBuffer>} trozo @param {number} cuando terminó (ms)
   */
  #llego(trozo, cuando) {
    const falto = cuando - this.medido - (trozo.length / this.registro.hercios) * 1000;
    if (falto > HUECO_MS) {
      this.#sono();
      this.oyente.suceso("hueco", this.#anotar(this.causa, Math.round(falto / 1000)));
    }
    this.causa = "perdido";
    if (trozo.every((v) => Math.abs(v) <= CERO)) this.callado += trozo.byteLength;
    else this.#sono();
    this.medido = cuando;
    this.ultimo = Date.now();
    this.#guardar(new Uint8Array(trozo.buffer));
  }

  /** Lo que falta, o se grabó en silencio, para quien revise. @param {string} clase @param {number | null} falto_s */
  #anotar(clase, falto_s, en_s = segundos(this.llegado, this.registro.hercios)) {
    const hueco = { clase, en_s: Math.round(en_s * 10) / 10, falto_s };
    this.registro.huecos.push(hueco);
    return hueco;
  }

  /** Se acabó un silencio total, si lo había. */
  #sono() {
    const duro = this.callado / (this.registro.hercios * 2);
    this.callado = 0;
    if (duro >= MUDO_S) this.#anotar("mudo", Math.round(duro), segundos(this.llegado, this.registro.hercios) - duro);
  }

  /** Vuelve a grabar: lo que pasó desde lo último no está. */
  #siguio() {
    const { pausada, tocada } = this.registro;
    const falto = (Date.now() - (pausada ?? tocada)) / 1000;
    if (falto >= 1) this.#anotar(pausada ? "pausa" : "interrumpida", Math.round(falto));
    delete this.registro.pausada;
    this.retomada = false;
  }

  /** @param {"desconectado" | "silenciado" | "suspendido" | "de_vuelta"} que */
  #cambio(que) {
    if (que === "desconectado") this.causa = "desconectado";
    this.oyente.suceso(que);
  }

  /** @param {Uint8Array<ArrayBuffer>} datos */
  #guardar(datos) {
    const desde = this.llegado;
    this.llegado += datos.length;
    this.escribiendo = this.escribiendo.then(() => this.#escribir(desde, datos));
  }

  /** @param {number} desde @param {Uint8Array<ArrayBuffer>} datos */
  async #escribir(desde, datos) {
    const { registro } = this;
    const siguiente = { ...registro, octetos: desde + datos.length, tocada: Date.now() };
    try {
      const llave = await this.llave();
      await this.#conLugar(() => almacen.agregar(siguiente, desde, datos, llave));
    } catch {
      this.enMemoria.set(desde, datos); // queda la de memoria y la del servidor
      this.#faltaLugar(0);
    }
    registro.octetos = siguiente.octetos;
    registro.tocada = siguiente.tocada;
    this.oyente.cambio();
    this.subidor.empujar();
  }

  /**
   * Si no cabe: se suelta lo que el servidor ya tiene y, si no tiene nada, lo que estaba apartado.
   * @param {() => Promise<unknown>} hacer
   */
  async #conLugar(hacer) {
    try {
      await hacer();
    } catch {
      if (!(await almacen.soltar(this.registro, this.subidor.avance.llevan))) {
        const ganado = await almacen.soltarLastre();
        if (!ganado) throw new DOMException("no cabe", "QuotaExceededError");
        this.#faltaLugar(ganado / (this.registro.hercios * 2));
      } else {
        this.#faltaLugar(null);
      }
      await hacer();
    }
  }

  /** @param {number | null} segundos los que aún caben; nada si no se sabe, pero son pocos */
  #faltaLugar(segundos) {
    this.oyente.suceso("lugar", segundos);
  }

  /** @param {number} desde @param {number} maximo */
  async #leer(desde, maximo) {
    const datos = await almacen.leer(this.registro.id, desde, maximo, await this.llave());
    const suelto = this.enMemoria.get(desde);
    if (datos.length || !suelto) return datos;
    return suelto;
  }

  /** El equipo se durmió, el micrófono se trabó: se nota en segundos y se intenta remediar solo. */
  #vigilar() {
    const callado = Date.now() - this.ultimo;
    if (callado < CALLADO_MS) return;
    this.oyente.suceso("sin_sonido", callado / 1000);
    void this.microfono.despertar().catch(() => {});
    if (callado > REABRIR_MS && callado % REABRIR_MS < 1000) void this.abrir().catch(() => {});
  }
}

/**
 * El registro de una grabación que todavía no empieza.
 * @param {Pick<Registro, "usuario" | "paciente" | "consentimiento" | "establecimiento" | "medico" | "hercios">} de
 * @param {Partial<Registro>} [mas]
 * @returns {Registro}
 */
export function nuevoRegistro(de, mas = {}) {
  const id = crypto.randomUUID();
  return {
    id, clase: "microfono", inicio: new Date().toISOString(), formato: "wav", encuentro: null, subida: id,
    abierta: false, octetos: 0, terminada: false, incompleta: false, huecos: [], tocada: Date.now(),
    archivo: null, ...de, ...mas,
  };
}
