/** El micrófono: pedirlo, elegirlo, oírlo y enterarse de que se desconectó. */

import { HERCIOS } from "./grabar-wav.js";

/**
 * @typedef {object} Oyente
 * @property {(nivel: number, pico: number, topes: number) => void} nivel cada 50 ms, de 0 a 1
 * @property {(trozo: Int16Array<ArrayBuffer>, cuando: number) => void} trozo PCM grabado, en orden, y la hora (ms) en que terminó
 * @property {(que: "desconectado" | "silenciado" | "suspendido" | "de_vuelta") => void} cambio
 */

/** Un fallo al abrir el micrófono, dicho para quien lo usa. */
export class SinMicrofono extends Error {
  /** @param {string} mensaje @param {string} remedio */
  constructor(mensaje, remedio) {
    super(mensaje);
    this.remedio = remedio;
  }
}

const EXPLICADOS = {
  NotAllowedError: [
    "El navegador no dejó usar el micrófono.",
    "Oprima el candado junto a la dirección, permita «Micrófono» y vuelva a intentar.",
  ],
  NotFoundError: ["No hay ningún micrófono conectado.", "Conecte uno; aparecerá aquí solo."],
  NotReadableError: [
    "Otro programa está usando el micrófono, o no responde.",
    "Cierre las videollamadas, desconéctelo y conéctelo otra vez.",
  ],
};

/**
 * Los micrófonos que hay. Los nombres vienen vacíos mientras no se dé permiso.
 * @returns {Promise<{id: string, nombre: string}[]>}
 */
export async function lista() {
  const todos = await navigator.mediaDevices.enumerateDevices();
  return todos
    .filter((uno) => uno.kind === "audioinput" && uno.deviceId !== "communications")
    .map((uno, k) => ({ id: uno.deviceId, nombre: uno.label || `Micrófono ${k + 1}` }));
}

/**
 * Si ya se dio permiso, para poder enseñar el nivel antes de grabar sin preguntar de sorpresa.
 * @returns {Promise<boolean>}
 */
export async function permitido() {
  try {
    const permiso = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") });
    return permiso.state === "granted";
  } catch {
    return false;
  }
}

/** Un micrófono abierto. Se oye desde que se abre; se guarda solo entre `grabar` y `pausar`. */
export class Microfono {
  /** @param {Oyente} oyente */
  constructor(oyente) {
    this.oyente = oyente;
    /** @type {AudioContext | null} */
    this.contexto = null;
    /** @type {MediaStream | null} */
    this.flujo = null;
    /** @type {AudioWorkletNode | null} */
    this.nodo = null;
    /** @type {AudioNode | null} */
    this.fuente = null;
    this.empezado = false; // si ya no se puede cambiar de frecuencia
    /** @type {Map<string, () => void>} */
    this.esperas = new Map();
  }

  get hercios() {
    return this.contexto?.sampleRate ?? HERCIOS;
  }

  get nombre() {
    return this.pista?.label ?? "";
  }

  get id() {
    return this.pista?.getSettings().deviceId ?? "";
  }

  get pista() {
    return this.flujo?.getAudioTracks()[0] ?? null;
  }

  /**
   * Abre uno (o cambia a otro sin dejar de grabar). Lanza `SinMicrofono`.
   * @param {string} [id] cuál; sin él, el de siempre
   * @param {number} [hercios] muestras por segundo; al retomar deben ser las de antes
   */
  async abrir(id, hercios = HERCIOS) {
    const flujo = await pedir(id);
    try {
      if (!this.contexto) await this.#armar(hercios);
      this.fuente?.disconnect();
      this.#soltar();
      this.flujo = flujo;
      await this.#conectar(flujo);
      this.#vigilar(flujo.getAudioTracks()[0]);
      await this.despertar();
    } catch (causa) {
      flujo.getTracks().forEach((pista) => pista.stop());
      throw causa;
    }
  }

  /** Después de una suspensión del equipo el sonido puede quedar detenido. */
  async despertar() {
    if (this.contexto?.state !== "running") await this.contexto?.resume();
  }

  grabar() {
    this.empezado = true;
    this.nodo?.port.postMessage({ orden: "grabar" });
  }

  /** Deja de guardar; al volver ya se entregó todo lo grabado. */
  pausar() {
    return this.#ordenar("pausar");
  }

  /** Entrega lo que va a medias sin dejar de grabar. */
  vaciar() {
    return this.#ordenar("vaciar");
  }

  async cerrar() {
    this.#soltar();
    await this.contexto?.close();
    this.contexto = null;
    this.nodo = null;
    this.fuente = null;
  }

  /**
   * Hay navegadores que no remuestrean un micrófono: entonces se graba a la frecuencia del equipo, si aún no se
   * grabó nada a otra.
   * @param {MediaStream} flujo
   */
  async #conectar(flujo) {
    try {
      this.fuente = /** @type {AudioContext} */ (this.contexto).createMediaStreamSource(flujo);
      this.fuente.connect(/** @type {AudioWorkletNode} */ (this.nodo));
    } catch (causa) {
      if (this.empezado || /** @type {Error} */ (causa).name !== "NotSupportedError") throw causa;
      await this.contexto?.close();
      await this.#armar();
      await this.#conectar(flujo);
    }
  }

  /** @param {number} [hercios] sin ella, la del equipo */
  async #armar(hercios) {
    if (hercios === undefined) this.empezado = true;
    const contexto = new AudioContext({ ...(hercios ? { sampleRate: hercios } : {}), latencyHint: "playback" });
    await contexto.audioWorklet.addModule(new URL("./grabar-captador.js", import.meta.url).href);
    const opciones = /** @type {const} */ ({ numberOfInputs: 1, channelCount: 1, channelCountMode: "explicit" });
    const nodo = new AudioWorkletNode(contexto, "captador", opciones);
    nodo.port.onmessage = ({ data }) => this.#atender(data);
    nodo.connect(contexto.destination); // no suena: su salida va vacía, pero así el navegador lo hace correr
    contexto.onstatechange = () => {
      if (contexto.state === "closed") return;
      this.oyente.cambio(contexto.state === "running" ? "de_vuelta" : "suspendido");
    };
    this.contexto = contexto;
    this.nodo = nodo;
  }

  /** @param {any} dato */
  #atender(dato) {
    if (dato.trozo) this.oyente.trozo(dato.trozo, dato.cuando);
    else if (dato.listo) this.esperas.get(dato.listo)?.();
    else this.oyente.nivel(dato.nivel, dato.pico, dato.topes);
  }

  /** @param {string} orden @returns {Promise<void>} */
  #ordenar(orden) {
    if (!this.nodo || this.contexto?.state !== "running") return Promise.resolve();
    const { port } = this.nodo;
    return new Promise((resolver) => {
      this.esperas.set(orden, resolver);
      port.postMessage({ orden });
    });
  }

  /** @param {MediaStreamTrack} pista */
  #vigilar(pista) {
    pista.onended = () => {
      this.fuente?.disconnect(); // seguiría dando ceros, y se grabaría un silencio que nadie guardó
      this.oyente.cambio("desconectado");
    };
    pista.onmute = () => this.oyente.cambio("silenciado");
    pista.onunmute = () => this.oyente.cambio("de_vuelta");
  }

  #soltar() {
    this.flujo?.getTracks().forEach((pista) => {
      pista.onended = null;
      pista.onmute = null;
      pista.onunmute = null;
      pista.stop();
    });
    this.flujo = null;
  }
}

/** @param {string} [id] */
async function pedir(id) {
  // Sin cancelar eco ni ruido: están hechos para una sola persona frente a la pantalla, y bajan a la otra.
  const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: id ? { ...audio, deviceId: { exact: id } } : audio,
    });
  } catch (causa) {
    const nombre = /** @type {Error} */ (causa).name;
    if (nombre === "OverconstrainedError" && id) return pedir();
    const [mensaje, remedio] = EXPLICADOS[/** @type {keyof typeof EXPLICADOS} */ (nombre)] ?? [
      "No se pudo abrir el micrófono.",
      "Desconéctelo, conéctelo otra vez y vuelva a intentar.",
    ];
    throw new SinMicrofono(mensaje, remedio);
  }
}
