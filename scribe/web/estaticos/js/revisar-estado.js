// Lo que se revisa y cómo se guarda. Toda orden pasa por una fila: nunca hay dos cambios en el aire, y cada uno
// dice sobre qué versión se hizo. Lo escrito se guarda solo; si el servidor no contesta, se insiste y se dice.
import { api, mandar, traer, ErrorApi } from "./api.js";

const PAUSA_MS = 1500;
const INSISTE_MS = 3000;

export class Estado extends EventTarget {
  constructor(datos) {
    super();
    Object.assign(this, { datos, vista: null, contenido: null, platica: null, elegida: null });
    this.fila = Promise.resolve();
    this.atras = [];
    this.adelante = [];
    this.cambios = 0; // los que aún no se mandan
    this.tecleando = false;
    this.grupo = null;
  }

  // Mientras alguien teclea, la nota no se vuelve a pintar, y todo lo que teclea se deshace de una vez.
  get editando() { return this.tecleando; }
  set editando(si) {
    this.tecleando = si;
    if (si) this.grupo = { guardado: false };
    else setTimeout(() => this.fila.then(() => { if (!this.tecleando) this.grupo = null; }));
  }

  get version() { return this.vista?.version ?? 0; }
  get editable() { return this.datos.editable && this.vista !== null; }
  get nota() { return `/api/notas/${this.datos.nota}`; }

  avisa(que, detalle) { this.dispatchEvent(new CustomEvent(que, { detail: detalle })); }

  async cargar() {
    this.poner(await traer(this.nota));
    if (this.datos.grabacion) {
      try {
        this.platica = await traer(`${this.nota}/transcripcion`);
      } catch (fallo) {
        if (!(fallo instanceof ErrorApi) || fallo.estado !== 404) throw fallo;
      }
    }
    this.avisa("platica");
  }

  poner(vista) {
    this.vista = vista;
    this.contenido = vista.contenido ? structuredClone(vista.contenido) : null;
    this.datos.estado = vista.nota.estado;
    if (!["borrador", "en_revision"].includes(vista.nota.estado)) this.datos.editable = false;
    this.avisa("nota");
  }

  // --- Decisiones: confirmar, incorporar, aceptar… -----------------------------------------------
  // `cuerpo` puede ser una función del contenido: se pregunta cuando le toca su turno, porque lo que se decidió
  // antes pudo correr los lugares. Si da `null`, ya estaba decidido.
  decidir(ruta, cuerpo) {
    return this.enFila(async () => {
      await this.#mandarEscrito();
      if (!this.version) await this.#mandarTodo(); // una hoja en blanco: lo decidido necesita dónde quedar
      const pedido = typeof cuerpo === "function" ? cuerpo(this.contenido) : cuerpo;
      if (pedido === null) return;
      const antes = this.version;
      this.avisa("guardando");
      this.poner(await mandar(`${this.nota}/${ruta}`, { ...pedido, sobre: antes }));
      this.#hecho(antes);
    });
  }

  // --- Escribir: `cambio` recibe el contenido y lo modifica ---------------------------------------
  escribir(cambio, { ya = false } = {}) {
    cambio(this.contenido);
    this.cambios += 1;
    this.avisa("sucio");
    clearTimeout(this.espera);
    if (ya) return this.guardar();
    this.espera = setTimeout(() => this.guardar().catch(() => {}), PAUSA_MS);
    return Promise.resolve();
  }

  guardar() { return this.enFila(() => this.#mandarEscrito()); }

  async #mandarEscrito() {
    clearTimeout(this.espera);
    if (!this.cambios) return;
    if (JSON.stringify(this.contenido) === JSON.stringify(this.vista.contenido)) {
      this.cambios = 0; // quedó como ya estaba guardado
      if (!this.editando) this.poner(this.vista);
      this.avisa("guardado");
      return;
    }
    await this.#mandarTodo();
  }

  async #mandarTodo() {
    const mandados = this.cambios;
    const antes = this.version;
    this.avisa("guardando");
    let vista;
    try {
      vista = await api("PUT", this.nota, { cuerpo: { sobre: antes, contenido: this.contenido } });
    } catch (fallo) {
      if (fallo.codigo === "sin_red") this.espera = setTimeout(() => this.guardar().catch(() => {}), INSISTE_MS);
      throw fallo;
    }
    this.cambios -= mandados;
    if (this.cambios || this.editando) {
      // Se siguió tecleando: vale lo de la pantalla; solo avanza la versión.
      Object.assign(this.vista, { ...vista, contenido: vista.contenido });
      this.avisa("faltas");
    } else {
      this.poner(vista);
    }
    this.#hecho(antes);
  }

  #hecho(antes) {
    if (antes && this.version !== antes && !this.grupo?.guardado) this.atras.push(antes);
    if (this.grupo) this.grupo.guardado = true;
    if (this.version !== antes) this.adelante = [];
    this.avisa("guardado");
  }

  // --- Deshacer es volver a una versión: ninguna se borra ------------------------------------------
  deshacer() { return this.#volver(this.atras, this.adelante); }
  rehacer() { return this.#volver(this.adelante, this.atras); }

  #volver(de, a) {
    return this.enFila(async () => {
      await this.#mandarEscrito();
      const numero = de.pop();
      if (numero === undefined) return;
      const antes = this.version;
      this.avisa("guardando");
      try {
        this.poner(await mandar(`${this.nota}/restauracion`, { numero, sobre: antes }));
      } catch (fallo) {
        de.push(numero);
        throw fallo;
      }
      a.push(antes);
      this.avisa("guardado");
    });
  }

  // --- La conversación -----------------------------------------------------------------------------
  corregir(cambio) {
    return this.enFila(async () => {
      const hecho = await mandar(`${this.nota}/transcripcion/cambios`, { sobre: this.platica.cambio, cambio });
      this.platica = hecho.transcripcion;
      this.avisa("platica");
      return hecho.afecta;
    });
  }

  // Una cosa a la vez, en orden. Lo que falla se dice una vez y no traba lo demás.
  enFila(tarea) {
    const hecha = this.fila.then(tarea).catch(async (fallo) => {
      await this.#alFallar(fallo);
      throw fallo;
    });
    this.fila = hecha.catch(() => {});
    return hecha;
  }

  async #alFallar(fallo) {
    if (!(fallo instanceof ErrorApi)) { this.avisa("fallo", { mensaje: "Algo falló en esta página.", remedio: "Vuelva a cargarla; lo guardado sigue ahí." }); return; }
    if (fallo.codigo === "version_atrasada") {
      const suya = this.cambios ? this.contenido : null;
      this.cambios = 0;
      this.poner(await traer(this.nota));
      this.avisa("choque", { suya });
      return;
    }
    this.avisa("fallo", fallo);
  }
}
