/** La grabadora que se ve: botón, tiempo, nivel, consejos del micrófono y dónde está guardado lo que va. */

import { Grabacion } from "./grabar-grabacion.js";
import { caben } from "./grabar-almacen.js";
import { el, explicar, mostrar, rato } from "./grabar-dom.js";
import { reloj } from "./nodos.js";
import { seguirEscucha } from "./grabar-escucha.js";
import { lista, permitido } from "./grabar-microfono.js";
import { altura, CONSEJOS, esDeSalida, Oido } from "./grabar-nivel.js";

/** @typedef {import("./grabar-almacen.js").Registro} Registro */

const ELEGIDO = "scribe-microfono";
const POCO_S = 30 * 60;
const REVISAR_CUPO_MS = 30_000;
const ESTADOS = { lista: "Listo para grabar", grabando: "Grabando", pausada: "En pausa: no se está grabando", terminada: "Entregando la grabación" };
const BOTON = { lista: "Grabar", grabando: "Pausar", pausada: "Seguir", terminada: "Terminada" };

export class Grabadora {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {() => void} con.alEmpezar
   * @param {(grabacion: Grabacion, recibo: any) => void} con.alEntregar
   * @param {(paciente: string) => void} con.alRevocar el paciente retiró su permiso a media grabación
   */
  constructor({ api, alEmpezar, alEntregar, alRevocar }) {
    this.api = api;
    this.alEmpezar = alEmpezar;
    this.alRevocar = alRevocar;
    this.alEntregar = alEntregar;
    /** @type {Grabacion | null} */
    this.actual = null;
    /** @type {Grabacion | null} de la que se dice cuánto va escuchado */
    this.escuchada = null;
    this.oido = new Oido();
    this.consejo = "";
    this.cupo = Infinity;
    this.revision = 0;
    /** @type {string} */
    this.suceso = "";
    /** @type {Set<Grabacion>} las que se están entregando, también las que ya no se ven */
    this.siguiendo = new Set();
    el("boton-grabar").addEventListener("click", () => this.#alternar());
    el("boton-terminar").addEventListener("click", () => this.terminar());
    el("microfono").addEventListener("change", () => this.#cambiarMicrofono());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#alCambiarEquipo());
    addEventListener("pagehide", () => void this.actual?.asegurar());
    document.addEventListener("visibilitychange", () => document.hidden && void this.actual?.asegurar());
    addEventListener("beforeunload", (e) => {
      if (this.ocupada) e.preventDefault();
    });
  }

  /** Si se está grabando, o en pausa con algo ya grabado. */
  get ocupada() {
    return this.actual !== null && ["grabando", "pausada"].includes(this.actual.estado);
  }

  /** Deja lista una grabación nueva o una que se retoma. @param {Registro} registro @param {Grabacion} [dada] */
  async preparar(registro, dada) {
    el("boton-grabar").disabled = false;
    this.cupo = Infinity;
    const actual = dada ?? new Grabacion(registro, this.#oyente(), this.api);
    if (dada) dada.oyente = this.#oyente();
    this.actual = actual;
    this.#nuevoOido();
    mostrar("grabadora", true);
    el("grabadora-falla").textContent = "";
    this.#pintar();
    if (!navigator.mediaDevices?.getUserMedia) {
      el("grabadora-falla").textContent = "Este navegador no deja grabar desde esta dirección. Entre por https o desde el propio equipo.";
      el("boton-grabar").disabled = true;
      return;
    }
    el("boton-grabar").focus();
    actual.llave().catch(() => {}); // se tiene antes de que haga falta; si no llegó, al grabar se pide otra vez
    if (await permitido()) await this.#abrir();
  }

  /** Empieza o sigue. */
  async grabar() {
    const actual = this.actual;
    if (!actual) return;
    el("grabadora-falla").textContent = "";
    try {
      if (actual.estado === "lista" && !(await actual.tomar())) throw new Error("Esta grabación está abierta en otra pestaña.");
      if (!actual.microfono.contexto) await this.#abrir(true);
      this.#nuevoOido();
      await actual.grabar();
      document.body.dataset.grabando = "";
      this.alEmpezar();
      void this.#subir(actual);
      this.#escuchar(actual);
      void this.#revisarCupo();
      clearInterval(this.revision);
      this.revision = window.setInterval(() => this.#revisarCupo(), REVISAR_CUPO_MS);
    } catch (fallo) {
      el("grabadora-falla").textContent = explicar(fallo);
    }
  }

  async terminar() {
    const actual = this.actual;
    if (!actual) return;
    el("boton-terminar").disabled = el("boton-grabar").disabled = true;
    clearInterval(this.revision);
    await actual.terminar();
    delete document.body.dataset.grabando;
    await this.#destrabar(actual);
    void this.#subir(actual);
  }

  /** Si la subida se había detenido, otra oportunidad; si se cerró en otro lado, va entera como otra. @param {Grabacion} actual */
  async #destrabar(actual) {
    const { fase } = actual.subidor.avance;
    if (fase === "atorada") actual.subidor.reiniciar();
    else if (fase === "otra_version") await actual.subidor.deNuevo();
  }

  /** Suelta el micrófono y deja la pantalla en blanco; con `borrar`, también la copia de aquí. */
  async cerrar({ borrar = false } = {}) {
    const actual = this.actual;
    this.actual = null;
    clearInterval(this.revision);
    delete document.body.dataset.grabando;
    mostrar("grabadora", false);
    mostrar("consejo", false);
    if (!actual || (actual.estado === "terminada" && !borrar)) return; // la que se entrega sigue por su cuenta
    await actual.soltar({ borrar });
  }

  async #alternar() {
    if (this.actual?.estado === "grabando") await this.actual.pausar();
    else await this.grabar();
  }

  /** @param {Grabacion} actual */
  async #subir(actual) {
    if (this.siguiendo.has(actual)) return;
    this.siguiendo.add(actual);
    const avance = await actual.subir();
    this.siguiendo.delete(actual);
    if (avance.fase === "revocada" && this.actual === actual) {
      await this.cerrar({ borrar: true });
      this.alRevocar(actual.registro.paciente);
    }
    if (avance.fase !== "hecha") return;
    await actual.soltar({ borrar: true });
    if (this.actual === actual) {
      this.actual = null;
      mostrar("grabadora", false);
    }
    this.alEntregar(actual, avance.recibo);
  }

  /** Dice cuánto se ha escuchado ya; una sola vez por grabación. @param {Grabacion} actual */
  #escuchar(actual) {
    if (this.escuchada === actual) return;
    this.escuchada = actual;
    void seguirEscucha(actual, this.api, () => this.actual === actual);
  }

  /** @param {boolean} [lanzar] */
  async #abrir(lanzar = false) {
    try {
      await this.actual?.abrir(localStorage.getItem(ELEGIDO) ?? undefined);
      this.suceso = "";
      el("grabadora-falla").textContent = "";
    } catch (fallo) {
      if (lanzar) throw fallo;
      el("grabadora-falla").textContent = explicar(fallo);
    }
    await this.#listar();
    this.#aconsejar(null);
  }

  async #listar() {
    const actual = this.actual;
    if (!actual) return;
    const hay = await lista();
    const usado = actual.microfono.id;
    el("microfono").replaceChildren(
      ...hay.map(({ id, nombre }) => new Option(nombre, id, id === usado, id === usado)),
    );
    if (!hay.length) el("microfono").append(new Option("No hay ninguno conectado", ""));
  }

  /** Se conectó o desconectó algo: si faltaba micrófono, se toma el que haya. */
  async #alCambiarEquipo() {
    if (this.suceso === "desconectado" && (await lista()).length) await this.#abrir();
    else await this.#listar();
  }

  async #cambiarMicrofono() {
    localStorage.setItem(ELEGIDO, el("microfono").value);
    el("grabadora-falla").textContent = "";
    this.#nuevoOido();
    if (this.actual) await this.#abrir();
  }

  #nuevoOido() {
    this.oido = new Oido();
    this.suceso = "";
    this.#aconsejar(null);
  }

  /** @returns {import("./grabar-grabacion.js").Oyente} */
  #oyente() {
    return {
      nivel: (nivel, pico, topes) => this.#oir(nivel, pico, topes),
      cambio: () => this.#pintar(),
      suceso: (que, dato) => this.#avisar(que, dato),
      subida: () => this.#pintarGuardado(),
    };
  }

  /** @param {number} nivel @param {number} pico @param {number} topes */
  #oir(nivel, pico, topes) {
    el("nivel").style.setProperty("--altura", altura(nivel).toFixed(3));
    el("medidor").setAttribute("aria-valuenow", String(Math.round(altura(nivel) * 100)));
    el("medidor").toggleAttribute("data-alto", topes > 0);
    if (this.suceso === "sin_sonido") this.suceso = "";
    if (this.actual?.estado === "pausada") return this.#aconsejar(null);
    const veredicto = this.oido.oir(nivel, pico, topes);
    const salida = esDeSalida(this.actual?.microfono.nombre ?? "");
    this.#aconsejar(salida ? CONSEJOS.salida : CONSEJOS[/** @type {keyof typeof CONSEJOS} */ (veredicto)] ?? null);
  }

  /** @param {string[] | null} consejo qué pasa y qué hacer */
  #aconsejar(consejo) {
    const dicho = this.suceso ? SUCESOS[/** @type {keyof typeof SUCESOS} */ (this.suceso)] ?? consejo : consejo;
    const texto = dicho ? dicho.join(" ") : "";
    if (texto === this.consejo) return;
    this.consejo = texto;
    el("consejo-que").textContent = dicho?.[0] ?? "";
    el("consejo-haga").textContent = dicho?.[1] ?? "";
    mostrar("consejo", Boolean(dicho));
  }

  /** @param {string} que @param {any} dato */
  #avisar(que, dato) {
    if (que === "hueco") {
      el("grabadora-falla").textContent = `Faltan ${rato(dato.falto_s)} a partir de ${reloj(dato.en_s)}: ${dato.clase === "desconectado" ? "el micrófono se desconectó" : "el equipo se durmió o el micrófono se detuvo"}.`;
      this.suceso = "";
    } else if (que === "lugar") {
      this.cupo = dato ?? Math.min(this.cupo, 0);
    } else if (que === "de_vuelta") {
      this.suceso = "";
    } else if (que in SUCESOS) {
      if (que === "sin_sonido" && this.suceso) return; // ya se dijo por qué
      this.suceso = que;
      if (que === "desconectado" && this.actual?.estado === "grabando") void this.#abrir(); // con el que haya
    }
    this.#aconsejar(null);
    this.#pintarGuardado();
  }

  async #revisarCupo() {
    this.cupo = Math.min(this.cupo, await caben(this.actual?.registro.hercios ?? 16000));
    this.#pintarGuardado();
  }

  #pintar() {
    const actual = this.actual;
    if (!actual) return;
    const { estado } = actual;
    el("grabadora").dataset.estado = estado;
    poner("estado", ESTADOS[estado]);
    poner("boton-texto", BOTON[estado]);
    poner("tiempo", reloj(actual.segundos));
    el("boton-grabar").disabled = estado === "terminada";
    el("boton-terminar").disabled = estado === "terminada" || !actual.registro.octetos;
    document.title = `${estado === "grabando" ? "● " : ""}${estado === "lista" ? "Grabar" : reloj(actual.segundos)} · Scribe`;
    this.#pintarGuardado();
  }

  #pintarGuardado() {
    const actual = this.actual;
    if (!actual) return;
    const [texto, clase] = dondeEsta(actual, this.cupo);
    poner("guardado", texto);
    el("guardado").className = `guardado ${clase}`;
  }
}

const SUCESOS = {
  desconectado: ["El micrófono se desconectó.", "Conéctelo o elija otro; lo grabado hasta aquí está guardado."],
  silenciado: ["El micrófono se silenció.", "Revise su botón o el del teclado."],
  suspendido: ["El sonido se detuvo.", "Toque la página; lo grabado hasta aquí está guardado."],
  sin_sonido: ["No llega sonido.", "Se está intentando reabrir el micrófono; lo grabado está guardado."],
};

/**
 * Dónde está lo que se lleva grabado, con la verdad.
 * @param {Grabacion} actual @param {number} cupo segundos que caben en la copia local
 * @returns {[string, string]} texto y clase
 */
function dondeEsta(actual, cupo) {
  const { fase, mensaje, remedio } = actual.subidor.avance;
  const faltan = actual.pendientes;
  if (actual.estado === "lista") return [cupoBajo(cupo), "mal"];
  if (actual.sinCopia && fase === "sin_red") {
    return ["Ya no cabe en este equipo y el servidor no contesta: no cierre esta ventana. Libere espacio en el disco.", "mal"];
  }
  if (fase === "sin_red") return [`${mensaje} Se guarda en este equipo (${reloj(faltan)} por subir); nada se pierde.`, "mal"];
  if (["sin_lugar", "atorada", "otra_version"].includes(fase)) {
    return [`${mensaje} ${remedio} La grabación sigue guardada en este equipo.`, "mal"];
  }
  if (fase === "cerrando") return ["Comprobando que llegó completa…", ""];
  if (cupoBajo(cupo)) return [cupoBajo(cupo), "mal"];
  if (fase === "subiendo" && faltan > 3) return [`Guardado en este equipo; subiendo ${reloj(faltan)}.`, ""];
  return ["Guardado en este equipo y en el servidor.", "bien"];
}

/** @param {number} cupo */
function cupoBajo(cupo) {
  if (cupo > POCO_S) return "";
  const cuanto = cupo < 60 ? "casi no queda lugar" : `queda lugar para ${rato(cupo)}`;
  return `Se guarda en el servidor, pero en este equipo ${cuanto} de grabación si se cae. Libere espacio en el disco.`;
}

/** @param {string} id @param {string} texto */
function poner(id, texto) {
  if (el(id).textContent !== texto) el(id).textContent = texto;
}
