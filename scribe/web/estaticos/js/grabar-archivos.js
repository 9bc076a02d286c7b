/**
 * Subir archivos que ya existen: varios a la vez, con avance, y si se corta se sigue donde iba.
 *
 * No se copian al navegador: quien los tiene es el disco de la persona. Si se cierra la página, basta elegir
 * otra vez el mismo archivo; se reconoce y solo se manda lo que falta.
 */

import * as almacen from "./grabar-almacen.js";
import { nuevoRegistro } from "./grabar-grabacion.js";
import { Subidor } from "./grabar-subidor.js";

/** @typedef {import("./grabar-almacen.js").Registro} Registro */

const A_LA_VEZ = 2;
export const EXTENSIONES = "wav mp3 m4a mp4 ogg oga opus flac webm amr 3gp aac wma aiff mov mkv avi mpg mpeg".split(" ");

/**
 * Por qué no se puede subir un archivo; nada si se puede. El servidor mira el contenido después.
 * @param {File} archivo
 */
export function reparo(archivo) {
  if (!archivo.size) return "Está vacío.";
  const extension = extensionDe(archivo.name);
  if (archivo.type.startsWith("audio/") || archivo.type.startsWith("video/")) return "";
  return EXTENSIONES.includes(extension) ? "" : "No parece una grabación.";
}

/** @param {string} nombre */
const extensionDe = (nombre) => nombre.toLowerCase().split(".").slice(1).pop() ?? "";

/** @param {File} archivo */
const senas = (archivo) => ({ nombre: archivo.name, tamano: archivo.size, modificado: archivo.lastModified });

/** Una fila de subidas de archivos: dos a la vez, en orden. */
export class FilaDeArchivos {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {(registro: Registro, avance: import("./grabar-subidor.js").Avance) => void} con.avisar
   */
  constructor({ api, avisar }) {
    this.api = api;
    this.avisar = avisar;
    /** @type {(() => Promise<void>)[]} */
    this.esperan = [];
    this.corriendo = 0;
    /** @type {Map<string, Subidor>} */
    this.subidores = new Map();
  }

  /**
   * Agrega un archivo; si ya se había empezado a subir para ese paciente, sigue donde iba.
   * @param {File} archivo
   * @param {Pick<Registro, "usuario" | "paciente" | "consentimiento" | "establecimiento" | "medico">} de
   * @returns {Promise<Registro | null>} nada, si otra pestaña lo está subiendo
   */
  async agregar(archivo, de) {
    const registro = (await this.#empezado(archivo, de)) ?? this.#nuevo(archivo, de);
    const soltar = await almacen.cerrojo(registro.id);
    if (!soltar) return null;
    await almacen.guardar(registro);
    this.esperan.push(async () => {
      await this.#subir(registro, archivo);
      soltar();
    });
    this.#seguir();
    return registro;
  }

  /** @param {string} id */
  async descartar(id) {
    this.subidores.get(id)?.detener();
    await almacen.borrar(id);
  }

  #seguir() {
    while (this.corriendo < A_LA_VEZ && this.esperan.length) {
      const subir = /** @type {() => Promise<void>} */ (this.esperan.shift());
      this.corriendo += 1;
      void subir().finally(() => {
        this.corriendo -= 1;
        this.#seguir();
      });
    }
  }

  /** @param {Registro} registro @param {File} archivo */
  async #subir(registro, archivo) {
    const subidor = new Subidor(
      registro,
      {
        leer: async (desde, maximo) => new Uint8Array(await archivo.slice(desde, desde + maximo).arrayBuffer()),
        esperar: () => false,
        duracion: () => null,
      },
      {
        api: this.api,
        guardar: () => almacen.guardar(registro),
        avisar: (avance) => this.avisar(registro, avance),
      },
    );
    this.subidores.set(registro.id, subidor);
    const { fase } = await subidor.correr();
    if (fase === "hecha") await almacen.borrar(registro.id);
  }

  /** @param {File} archivo @param {{paciente: string, usuario: string}} de */
  async #empezado(archivo, de) {
    const buscado = JSON.stringify(senas(archivo));
    const filas = await almacen.todas();
    return filas.find(
      (r) => JSON.stringify(r.archivo) === buscado && r.paciente === de.paciente && r.usuario === de.usuario,
    );
  }

  /** @param {File} archivo @param {any} de */
  #nuevo(archivo, de) {
    return nuevoRegistro(
      { ...de, hercios: 0 },
      {
        clase: "archivo", formato: /^[a-z0-9]{1,12}$/.test(extensionDe(archivo.name)) ? extensionDe(archivo.name) : "audio",
        archivo: senas(archivo), octetos: archivo.size, terminada: true,
        inicio: new Date(Math.min(archivo.lastModified, Date.now())).toISOString(),
      },
    );
  }
}
