// Oír: la onda con el color de quien habla, un tramo o desde un punto, y qué palabra suena.
import { octetos, traer } from "./api.js";
import { nodo, poner, reloj } from "./nodos.js";

const CONTEXTO_S = 5; // lo que se oye antes de un hueco
const ANTES_S = 0.25;
const DESPUES_S = 0.35;

export class Sonido extends EventTarget {
  constructor(estado) {
    super();
    this.estado = estado;
    this.audio = document.getElementById("audio");
    this.hay = this.audio !== null;
    if (!this.hay) return;
    this.boton = document.getElementById("tocar");
    this.lugar = document.getElementById("lugar");
    this.onda = document.getElementById("onda");
    this.picos = [];
    this.duracion = 0;
    this.hasta = null;
    this.#oirMandos();
    this.#decirHuecos();
  }

  async abrir() {
    if (!this.hay) return;
    const ruta = `/api/grabaciones/${this.estado.datos.grabacion}`;
    this.#durar(this.estado.platica?.duracion_s ?? 0);
    this.audio.src = `${ruta}/audio`; // se puede oír ya: la onda de una grabación larga tarda
    this.boton.disabled = false;
    try {
      const onda = await traer(`${ruta}/onda`, { fondo: true });
      this.picos = onda.picos;
      this.#durar(onda.duracion_s);
      this.pintar();
    } catch (fallo) {
      this.#callar(fallo.mensaje ? `${fallo.mensaje} ${fallo.remedio}` : "No se pudo abrir la grabación.");
    }
  }

  // Lo que la grabación no tiene, en su minuto; tocarlo la oye desde poco antes.
  #decirHuecos() {
    const donde = document.getElementById("huecos");
    const { huecos } = this.estado.datos;
    donde.hidden = !huecos.length;
    poner(donde, huecos.map(({ en_s, clase, dice }) => nodo("li", { class: clase },
      nodo("button", { type: "button", class: "cifra", "aria-label": `Oír desde antes de ${reloj(en_s)}`, onclick: () => this.desde(Math.max(0, en_s - CONTEXTO_S)) }, `▸ ${reloj(en_s)}`), " ", dice)));
  }

  #durar(segundos) {
    this.duracion = segundos;
    this.lugar.max = segundos;
  }

  // Un tramo, y se calla al terminar.
  tramo(inicio, fin) { this.#desde(Math.max(0, inicio - ANTES_S), fin + DESPUES_S); }
  desde(segundo) { this.#desde(Math.max(0, segundo - ANTES_S), null); }
  alternar() { if (this.hay && !this.boton.disabled) this.audio.paused ? this.#desde(this.audio.currentTime, null) : this.audio.pause(); }

  #desde(segundo, hasta) {
    if (!this.hay || this.boton.disabled) return;
    this.hasta = hasta;
    this.audio.currentTime = segundo;
    this.audio.play().catch(() => this.#reabrir(segundo));
  }

  // La sesión pudo vencer: se pide entrar con la API y se vuelve a cargar el sonido.
  async #reabrir(segundo) {
    try {
      await (await octetos(`/api/grabaciones/${this.estado.datos.grabacion}/audio`)).body?.cancel();
      this.audio.load();
      this.audio.currentTime = segundo;
      await this.audio.play();
    } catch {
      this.#callar("El navegador no pudo tocar la grabación. La conversación escrita sigue abajo.");
    }
  }

  #callar(texto) {
    const dice = document.getElementById("sin-sonido");
    dice.textContent = texto;
    dice.hidden = false;
    this.boton.disabled = true;
  }

  #oirMandos() {
    this.boton.addEventListener("click", () => this.alternar());
    document.getElementById("velocidad").addEventListener("change", (e) => { this.audio.playbackRate = Number(e.target.value); });
    this.lugar.addEventListener("input", () => { this.hasta = null; this.audio.currentTime = Number(this.lugar.value); });
    this.onda.addEventListener("click", (e) => {
      const caja = this.onda.getBoundingClientRect();
      this.desde(((e.clientX - caja.left) / caja.width) * this.duracion);
    });
    for (const que of ["play", "pause"]) this.audio.addEventListener(que, () => this.#rotular());
    this.audio.addEventListener("timeupdate", () => this.#avanza());
    this.audio.addEventListener("error", () => { if (this.audio.error?.code > 2) this.#callar("El navegador no puede tocar este formato. La conversación escrita sigue abajo."); });
    new ResizeObserver(() => this.pintar()).observe(this.onda);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.pintar());
  }

  #rotular() {
    this.boton.textContent = this.audio.paused ? "Oír" : "Pausar";
    this.boton.setAttribute("aria-pressed", String(!this.audio.paused));
  }

  #avanza() {
    const t = this.audio.currentTime;
    if (this.hasta !== null && t >= this.hasta) { this.hasta = null; this.audio.pause(); }
    this.lugar.value = t;
    this.lugar.setAttribute("aria-valuetext", reloj(t));
    document.getElementById("reloj").textContent = `${reloj(t)} / ${reloj(this.duracion)}`;
    this.pintar();
    this.dispatchEvent(new CustomEvent("suena", { detail: t }));
  }

  // La altura es el volumen; el color, quién habla; la raya, dónde va; abajo, lo que sustenta lo elegido.
  pintar(citas = this.citas ?? []) {
    this.citas = citas;
    if (!this.hay || !this.picos.length) return;
    const escala = devicePixelRatio || 1;
    const ancho = this.onda.clientWidth;
    const alto = this.onda.clientHeight;
    this.onda.width = ancho * escala;
    this.onda.height = alto * escala;
    const lienzo = this.onda.getContext("2d");
    lienzo.scale(escala, escala);
    const tinte = this.#tintes();
    const x = (s) => (s / this.duracion) * ancho;
    const paso = ancho / this.picos.length;
    this.picos.forEach((pico, i) => {
      const h = Math.max(1, (pico / 255) * (alto - 10));
      lienzo.fillStyle = tinte(((i + 0.5) / this.picos.length) * this.duracion);
      lienzo.fillRect(i * paso, (alto - 6 - h) / 2 + 1, Math.max(1, paso - 0.4), h);
    });
    const estilo = getComputedStyle(document.documentElement);
    for (const { en_s, falto_s, clase } of this.estado.datos.huecos) {
      lienzo.fillStyle = estilo.getPropertyValue(clase === "pausa" ? "--tenue" : "--grave");
      const largo = clase === "mudo" ? Math.max(2, x(en_s + falto_s) - x(en_s)) : 2;
      lienzo.fillRect(Math.min(x(en_s), ancho - 2), 0, largo, clase === "mudo" ? 3 : alto);
    }
    lienzo.fillStyle = estilo.getPropertyValue("--duda-linea");
    for (const c of citas) lienzo.fillRect(x(c.inicio), alto - 4, Math.max(3, x(c.fin) - x(c.inicio)), 4);
    lienzo.fillStyle = estilo.getPropertyValue("--tinta");
    lienzo.fillRect(x(this.audio.currentTime), 0, 1.5, alto);
  }

  #tintes() {
    const estilo = getComputedStyle(document.documentElement);
    const color = Object.fromEntries(["medico", "paciente", "acompanante", "incierto", "linea"].map((r) => [r, estilo.getPropertyValue(`--${r}`)]));
    const turnos = this.estado.platica?.turnos ?? [];
    let i = 0;
    return (segundo) => {
      while (i < turnos.length - 1 && turnos[i].fin < segundo) i += 1;
      const t = turnos[i];
      return t && segundo >= t.inicio && segundo <= t.fin ? color[t.rol] : color.linea;
    };
  }
}

// Un botón que toca una cita.
export const botonOir = (sonido, citas, rotulo = "Oír") =>
  sonido.hay && citas.length
    ? nodo("button", { type: "button", class: "discreto", onclick: (e) => { e.stopPropagation(); sonido.tramo(citas[0].inicio, citas[0].fin); } }, rotulo, " ", nodo("kbd", { "aria-hidden": "true" }, "espacio"))
    : null;
