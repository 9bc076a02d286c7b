/** Lo que quedó a medias: se retoma, se termina o se borra. Nada se borra sin preguntar. */

import * as almacen from "./grabar-almacen.js";
import { preguntar } from "./pagina.js";
import { Grabacion } from "./grabar-grabacion.js";
import { copiar, dia, el, explicar, hora, mostrar, tamano } from "./grabar-dom.js";
import { nodo, reloj } from "./nodos.js";
import { segundos } from "./grabar-wav.js";

/** @typedef {import("./grabar-almacen.js").Registro} Registro */

const SORDO = { nivel: () => {}, cambio: () => {}, suceso: () => {}, subida: () => {} };
const QUIETA_MS = 120_000;

export class Pendientes {
  /**
   * @param {object} con
   * @param {typeof import("./api.js").api} con.api
   * @param {string} con.yo
   * @param {(grabacion: Grabacion, nombre: string) => void} con.alRetomar
   * @param {(titulo: string, recibo: any) => void} con.alEntregar
   */
  constructor({ api, yo, alRetomar, alEntregar }) {
    this.api = api;
    this.yo = yo;
    this.alRetomar = alRetomar;
    this.alEntregar = alEntregar;
    this.lista = el("pendientes");
  }

  /** Lo busca en este navegador y, lo que aquí ya no esté, en el servidor. */
  async buscar() {
    const todas = await almacen.todas();
    for (const registro of todas.filter((r) => r.usuario === this.yo)) {
      if (registro.clase === "archivo") await this.#archivo(registro);
      else await this.#local(registro);
    }
    if (todas.some((r) => r.usuario !== this.yo)) this.#ajena();
    await this.#delServidor(new Set(todas.map((r) => r.subida)));
    mostrar("pendientes", this.lista.children.length > 0);
  }

  /** @param {Registro} registro */
  async #local(registro) {
    const grabacion = new Grabacion(registro, { ...SORDO }, this.api);
    const li = this.#renglon();
    const nombre = await this.#nombre(registro.paciente);
    const cuanto = `${reloj(grabacion.segundos)}, hasta las ${hora(registro.tocada)} del ${dia(registro.tocada)}`;
    if (!(await grabacion.tomar())) {
      decir(li, `Grabando a ${nombre} en otra pestaña.`, "Siga ahí; aquí puede atender a otra persona.");
      botones(li, {});
      void this.#alSoltarla(li, grabacion);
      return;
    }
    grabacion.oyente.subida = (avance) => decirAvance(li, avance, grabacion);
    let cedida = false;
    const subir = async () => {
      const { fase, recibo } = await grabacion.subir();
      if (cedida) return; // quien la retomó se ocupa
      if (fase === "hecha") await this.#entregar(li, grabacion, nombre, recibo);
      else if (fase === "revocada") await this.#revocada(li, grabacion, nombre);
      else if (fase === "atorada" || fase === "otra_version") this.#decidir(li, grabacion, subir);
    };
    if (registro.terminada) {
      decir(li, `Entregando la grabación de ${nombre}.`, cuanto);
      botones(li, {});
    } else {
      decir(li, `Quedó sin terminar la grabación de ${nombre}.`, cuanto);
      botones(li, {
        seguir: () => {
          cedida = true;
          this.#quitar(li);
          this.alRetomar(grabacion, nombre);
        },
        terminar: async () => {
          botones(li, {});
          await grabacion.terminar();
        },
        descartar: () => this.#borrar(li, grabacion, nombre),
      });
    }
    void subir(); // mientras se decide, lo que hay se va poniendo a salvo
  }

  /** Cuando la otra pestaña termina, se cierra o muere. @param {HTMLElement} li @param {Grabacion} grabacion */
  async #alSoltarla(li, grabacion) {
    await grabacion.tomar({ esperar: true });
    await grabacion.soltar();
    li.remove();
    const queda = (await almacen.todas()).find((r) => r.id === grabacion.registro.id);
    if (queda) await this.#local(queda);
    mostrar("pendientes", this.lista.children.length > 0);
  }

  /** No se pudo entregar sin que alguien diga qué hacer. @param {HTMLElement} li @param {Grabacion} grabacion @param {() => Promise<void>} subir */
  #decidir(li, grabacion, subir) {
    const otra = grabacion.subidor.avance.fase === "otra_version";
    /** @type {HTMLElement} */ (li.querySelector(".terminar")).textContent = otra ? "Subir también esta copia" : "Reintentar";
    botones(li, {
      terminar: async () => {
        botones(li, {});
        if (otra) await grabacion.subidor.deNuevo();
        else grabacion.subidor.reiniciar();
        grabacion.registro.terminada = true;
        await subir();
      },
      descartar: () => this.#borrar(li, grabacion, "esta consulta"),
    });
  }

  /** @param {HTMLElement} li @param {Grabacion} grabacion @param {string} nombre */
  async #revocada(li, grabacion, nombre) {
    await grabacion.soltar({ borrar: true });
    decir(li, `La grabación de ${nombre} no se puede usar.`, "Retiró su permiso: la copia de este equipo se borró.");
    botones(li, {});
  }

  /** @param {HTMLElement} li @param {Grabacion} grabacion @param {string} nombre @param {any} recibo */
  async #entregar(li, grabacion, nombre, recibo) {
    await grabacion.soltar({ borrar: true });
    this.#quitar(li);
    this.alEntregar(nombre, recibo);
  }

  /** @param {HTMLElement} li @param {Grabacion} grabacion @param {string} nombre */
  async #borrar(li, grabacion, nombre) {
    const texto = `Se borrarán ${reloj(grabacion.segundos)} grabados de ${nombre}, aquí y en el servidor. No se pueden recuperar.`;
    if (!(await preguntar(texto, "Borrar"))) return;
    grabacion.subidor.detener();
    try {
      if (grabacion.registro.abierta) await this.api("DELETE", `/api/subidas/${grabacion.registro.subida}`);
    } catch (fallo) {
      if (/** @type {any} */ (fallo).codigo !== "subida_terminada") return decir(li, "No se pudo borrar.", explicar(fallo));
    }
    await grabacion.soltar({ borrar: true });
    this.#quitar(li);
  }

  /** Un archivo a medias: hay que volver a elegirlo, el navegador no deja leerlo solo. @param {Registro} registro */
  async #archivo(registro) {
    const soltar = await almacen.cerrojo(registro.id);
    if (!soltar) return;
    soltar();
    const li = this.#renglon();
    const { nombre = "", tamano: mide = 0 } = registro.archivo ?? {};
    decir(li, `«${nombre}» quedó a medias.`, `Elija a ${await this.#nombre(registro.paciente)} y suelte otra vez el archivo (${tamano(mide)}): sigue donde iba.`);
    botones(li, {
      descartar: async () => {
        if (!(await preguntar(`«${nombre}» dejará de subirse. El archivo original no se toca.`, "Borrar"))) return;
        if (registro.abierta) await this.api("DELETE", `/api/subidas/${registro.subida}`).catch(() => {});
        await almacen.borrar(registro.id);
        this.#quitar(li);
      },
    });
  }

  #ajena() {
    const li = this.#renglon();
    decir(li, "En este equipo hay una grabación sin terminar de otra persona.", "Aquí se queda hasta que entre quien la hizo.");
    botones(li, {});
  }

  /** Lo que llegó desde otro equipo, o cuya copia de aquí se perdió. @param {Set<string>} aqui */
  async #delServidor(aqui) {
    /** @type {any[]} */
    let abiertas = [];
    try {
      abiertas = await this.api("GET", "/api/subidas");
    } catch {
      return; // sin red: lo de aquí basta, y al volver se pregunta otra vez
    }
    for (const s of abiertas) {
      const quieta = s.tocada && Date.now() - Date.parse(s.tocada) > QUIETA_MS;
      if (s.formato === "wav" && !aqui.has(s.id) && quieta) await this.#remota(s);
    }
  }

  /** @param {any} s */
  async #remota(s) {
    const li = this.#renglon();
    const nombre = await this.#nombre(s.paciente);
    const dura = segundos(s.octetos, 16000);
    decir(li, `Quedó sin terminar la grabación de ${nombre}.`, `El servidor tiene ${reloj(dura)}, hasta las ${hora(s.tocada)} del ${dia(s.tocada)}. Si fue en otro equipo, ahí se puede seguir.`);
    botones(li, {
      terminar: async () => {
        botones(li, {});
        try {
          const { trozos } = await this.api("GET", `/api/subidas/${s.id}`);
          const huecos = [{ clase: "final", en_s: dura, falto_s: null }]; // quien grababa ya no puede decirlo
          const cuerpo = { trozos: trozos.length, sha256: null, huecos };
          const recibo = await this.api("POST", `/api/subidas/${s.id}/cierre`, { cuerpo });
          this.#quitar(li);
          this.alEntregar(nombre, recibo);
        } catch (fallo) {
          decir(li, "No se pudo terminar.", explicar(fallo));
        }
      },
      descartar: async () => {
        if (!(await preguntar(`Se borrarán ${reloj(dura)} grabados de ${nombre}. No se pueden recuperar.`, "Borrar"))) return;
        await this.api("DELETE", `/api/subidas/${s.id}`);
        this.#quitar(li);
      },
    });
  }

  #renglon() {
    const li = copiar("plantilla-pendiente");
    this.lista.append(li);
    mostrar("pendientes", true);
    return li;
  }

  /** @param {HTMLElement} li */
  #quitar(li) {
    li.remove();
    mostrar("pendientes", this.lista.children.length > 0);
  }

  /** @param {string} paciente */
  async #nombre(paciente) {
    try {
      const { datos } = await this.api("GET", `/api/pacientes/${paciente}`, { fondo: true });
      return [datos.nombre, datos.apellido_paterno].filter(Boolean).join(" ") || "un paciente sin nombre";
    } catch {
      return "un paciente";
    }
  }
}

/** @param {HTMLElement} li @param {string} que @param {string} detalle */
function decir(li, que, detalle) {
  /** @type {HTMLElement} */ (li.querySelector(".que")).textContent = que;
  /** @type {HTMLElement} */ (li.querySelector(".detalle")).textContent = detalle;
}

/** @param {HTMLElement} li @param {import("./grabar-subidor.js").Avance} avance @param {Grabacion} grabacion */
function decirAvance(li, { fase, mensaje, remedio }, grabacion) {
  const texto = {
    subiendo: grabacion.pendientes > 1 ? `Subiendo ${reloj(grabacion.pendientes)} que faltaban…` : "",
    al_dia: "Todo lo grabado ya está también en el servidor.", cerrando: "Comprobando que llegó completa…", hecha: "",
    sin_red: `${mensaje} Sigue guardada en este equipo; se intenta solo.`,
  }[/** @type {string} */ (fase)];
  const donde = /** @type {HTMLElement} */ (li.querySelector(".avance"));
  donde.replaceChildren(nodo("span", {}, texto ?? `${mensaje} ${remedio}`));
}

/** Solo quedan los botones con algo que hacer. @param {HTMLElement} li @param {Record<string, () => unknown>} hacer */
function botones(li, hacer) {
  for (const boton of /** @type {NodeListOf<HTMLButtonElement>} */ (li.querySelectorAll("button"))) {
    const cual = ["seguir", "terminar", "descartar"].find((clase) => boton.classList.contains(clase)) ?? "";
    boton.hidden = !hacer[cual];
    boton.onclick = hacer[cual] ?? null;
  }
}
