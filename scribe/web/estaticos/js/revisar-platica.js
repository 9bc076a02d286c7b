// La conversación: quién dijo qué y cuándo. Elegir una pieza de la nota señala sus palabras; tocar una palabra
// dice qué la usa. Corregir no borra lo oído.
import { dialogo, llano, nodo, poner, reloj } from "./nodos.js";

const donde = document.getElementById("turnos");
const voces = document.getElementById("voces");
const MARCAS = ["cifra", "lado", "negacion"];
const ANTES_S = 0.3; // una palabra se oye un poco antes de que empiece su cuenta
const TANDA = 100; // turnos que se pintan de una vez: tres horas son miles, y la página no debe trabarse
const pelada = (texto) => llano(texto).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}%]+$/gu, "");

export class Platica {
  constructor(estado, lista, sonido, nota) {
    Object.assign(this, { estado, lista, sonido, nota, huecos: new Map(), palabras: [], fichas: new Map(), hechos: new Map(), vuelta: 0, flotante: null });
    this.patrones = Object.fromEntries(MARCAS.map((m) => [m, new RegExp(estado.datos.marcas[m].patron)]));
    estado.addEventListener("platica", () => this.pintar());
    estado.addEventListener("nota", () => { if (this.pintada !== undefined && this.pintada !== estado.editable) this.pintar(); });
    estado.addEventListener("elegida", (e) => this.senalar(e.detail.citas));
    sonido.addEventListener("suena", (e) => this.#suena(e.detail));
    donde.addEventListener("click", (e) => this.#tocar(e));
    donde.addEventListener("dblclick", (e) => { const t = e.target.closest(".turno"); if (t && e.target.closest(".p")) this.editar(Number(t.dataset.turno)); });
    donde.addEventListener("keydown", (e) => this.#tecla(e));
    document.addEventListener("selectionchange", () => this.#seleccion());
  }

  pintar() {
    const { platica } = this.estado;
    if (!platica) return this.estado.datos.grabacion ? poner(donde, nodo("li", { class: "vacia" }, "La conversación aún no está escrita.")) : undefined;
    this.pintada = this.estado.editable; // al firmar se vuelve a pintar, ya sin nada que corregir
    this.palabras = [];
    this.fichas = new Map();
    this.vuelta += 1;
    delete donde.dataset.completa;
    this.#pintarVoces();
    this.huecos = repartirHuecos(this.estado.datos.huecos, platica.turnos);
    this.sonido.pintar();
    this.#tanda(platica.turnos, 0, this.vuelta);
  }

  // Los turnos de `desde` en adelante, por tandas; los que no cambiaron se quedan como están.
  #tanda(turnos, desde, vuelta) {
    if (vuelta !== this.vuelta) return; // se volvió a pintar entre tanto
    const hasta = Math.min(desde + TANDA, turnos.length);
    for (let i = desde; i < hasta; i += 1) this.#colocar(turnos[i], donde.children[i]);
    this.senalar(this.lista.citas, { mover: false });
    if (hasta < turnos.length) return void setTimeout(() => this.#tanda(turnos, hasta, vuelta));
    while (donde.children.length > turnos.length) donde.lastElementChild.remove();
    donde.dataset.completa = "";
  }

  #colocar(t, hay) {
    const clave = JSON.stringify([t.rol, t.corregidas, this.#nombre(t), this.#sePuedeCambiar]);
    let hecho = this.hechos.get(t.id);
    if (hecho?.clave !== clave) {
      hecho = { clave, fichas: this.#fichas(t) };
      hecho.li = this.#turno(t, hecho.fichas);
      this.hechos.set(t.id, hecho);
    }
    this.fichas.set(t.id, hecho.fichas);
    for (const f of hecho.fichas) this.palabras.push({ ...f, turno: t.id });
    if (!hay) donde.append(hecho.li);
    else if (hay !== hecho.li) {
      const enfocado = hay.contains(document.activeElement);
      hay.replaceWith(hecho.li);
      if (enfocado) hecho.li.focus();
    }
  }

  get #sePuedeCambiar() { return this.estado.editable && this.estado.platica.hablantes.length > 1; }

  #nombre(turno) {
    const voz = this.estado.platica.hablantes.find((h) => h.hablante === turno.hablante);
    return voz?.nombre || this.estado.datos.roles[turno.rol] || turno.hablante;
  }

  #turno(t, fichas) {
    const texto = nodo("p", {});
    const huecos = [...(this.huecos.get(t.id) ?? [])];
    const faltan = (hasta) => { while (huecos.length && huecos[0].antes <= hasta) texto.append(this.#hueco(huecos.shift())); };
    fichas.forEach((f, i) => {
      faltan(f.hasta);
      if (texto.hasChildNodes()) texto.append(" ");
      texto.append((f.nodo = this.#palabra(t, f)));
    });
    faltan(Infinity);
    if (!fichas.length) texto.textContent = t.texto_corregido;
    return nodo("li", { class: `turno ${t.rol}`, dataset: { turno: String(t.id) }, tabIndex: -1 },
      nodo("header", {},
        this.#sePuedeCambiar
          ? nodo("button", { type: "button", class: "quien", title: "Lo dijo otra persona…", onclick: (e) => this.#deQuien(e, t) }, this.#nombre(t))
          : nodo("span", { class: "quien" }, this.#nombre(t)),
        nodo("button", { type: "button", class: "cifra", "aria-label": `Oír desde ${reloj(t.inicio)}`, dataset: { desde: String(t.inicio) } }, `▸ ${reloj(t.inicio)}`)),
      texto);
  }

  // Lo que la grabación no tiene, en su lugar: no es una palabra, y no se cita ni se corrige.
  #hueco({ clase, dice }) { return nodo("span", { class: `hueco ${clase}`, role: "note" }, dice); }

  #palabra(t, f) {
    const clases = ["p"];
    const avisos = [];
    if (f.prob < this.estado.datos.marcas.dudosa && f.clase !== "corregida") { clases.push("baja"); avisos.push("se oyó con poca claridad"); }
    for (const marca of MARCAS) if (this.patrones[marca].test(pelada(f.texto))) clases.push(marca);
    if (f.clase) { clases.push(f.clase); avisos.push(`se oyó «${f.original}»`); }
    return nodo("span", { class: clases.join(" "), title: avisos.join("; ") || undefined }, f.texto);
  }

  // Lo que se lee, palabra por palabra: lo oído, con lo que cambió el programa y lo que corrigió una persona.
  #fichas(t) {
    const cambios = t.corregidas.map((c) => ({ ...c, clase: "corregida" }));
    let desde = 0;
    for (const c of t.correcciones.filter((c) => c.aplicada)) {
      const buscadas = c.original.split(/\s+/).map(pelada).filter(Boolean);
      for (let i = desde; buscadas.length && i + buscadas.length <= t.palabras.length; i += 1) {
        if (!buscadas.every((b, k) => pelada(t.palabras[i + k].texto) === b)) continue;
        const hasta = i + buscadas.length - 1;
        if (!cambios.some((x) => x.desde <= hasta && x.hasta >= i)) {
          const cola = /[.,;:?!]*$/.exec(t.palabras[hasta].texto)[0];
          cambios.push({ desde: i, hasta, original: c.original, texto: c.propuesto + (/[.,;:?!]$/.test(c.propuesto) ? "" : cola), clase: "cambiada" });
        }
        desde = hasta + 1;
        break;
      }
    }
    const fichas = [];
    for (let i = 0; i < t.palabras.length; i += 1) {
      const cambio = cambios.find((c) => c.desde === i);
      const hasta = cambio ? cambio.hasta : i;
      const tramo = t.palabras.slice(i, hasta + 1);
      fichas.push({
        desde: i, hasta, texto: cambio ? cambio.texto : t.palabras[i].texto, clase: cambio?.clase, original: cambio?.original,
        inicio: tramo[0].inicio, fin: tramo.at(-1).fin, prob: Math.min(...tramo.map((p) => p.prob)),
      });
      i = hasta;
    }
    return fichas;
  }

  // --- De la nota a la conversación y de regreso ---------------------------------------------------
  #citada(citas, p) { return citas.some((c) => c.turno === p.turno && p.inicio < c.fin - 0.005 && p.fin > c.inicio + 0.005); }

  senalar(citas, { mover = true } = {}) {
    let primera = null;
    for (const p of this.palabras) {
      const si = this.#citada(citas, p);
      p.nodo.classList.toggle("activa", si);
      if (si) primera ??= p.nodo;
    }
    this.sonido.pintar(citas);
    if (primera && mover) this.#acomodar(primera);
  }

  // Sin mover la página: solo la lista, y solo si no se ve.
  #acomodar(cual) {
    const marco = donde.getBoundingClientRect();
    if (donde.scrollHeight <= donde.clientHeight + 1) return;
    const caja = cual.getBoundingClientRect();
    if (caja.top < marco.top + 8 || caja.bottom > marco.bottom - 8) donde.scrollTop += caja.top - marco.top - donde.clientHeight / 3;
  }

  #tocar(e) {
    const boton = e.target.closest("[data-desde]");
    if (boton) return this.sonido.desde(Number(boton.dataset.desde));
    const cual = e.target.closest(".p");
    if (!cual || String(getSelection())) return;
    const palabra = this.palabras.find((p) => p.nodo === cual);
    this.sonido.tramo(palabra.inicio, palabra.fin);
    const usan = [...this.lista.de].filter(([, { citas }]) => this.#citada(citas, palabra)).map(([clave]) => clave).filter((c) => this.lista.nodo(c));
    if (!usan.length) return;
    this.lista.elegir(usan[(usan.indexOf(this.lista.elegida) + 1) % usan.length], { enfocar: false });
  }

  #suena(segundo) {
    const cual = this.palabras.findLast((p) => p.inicio <= segundo + 0.05);
    if (cual === this.sonando) return;
    this.sonando?.nodo.classList.remove("oye");
    donde.querySelector(".turno.suena")?.classList.remove("suena");
    this.sonando = cual;
    if (!cual) return;
    cual.nodo.classList.add("oye");
    cual.nodo.closest(".turno").classList.add("suena");
    if (!this.sonido.audio.paused && !donde.matches(":hover")) this.#acomodar(cual.nodo);
  }

  // --- Corregir lo oído ----------------------------------------------------------------------------
  editar(turno) {
    if (!this.estado.editable) return;
    const li = donde.querySelector(`[data-turno="${turno}"]`);
    const fichas = this.fichas.get(turno);
    if (!li || li.querySelector(".editor") || !fichas?.length) return;
    this.#quitarFlotante();
    const parrafo = li.querySelector("p");
    const antes = fichas.map((f) => f.texto).join(" ");
    const caja = nodo("textarea", { rows: 2, "aria-label": "Lo que de verdad se dijo", spellcheck: true });
    caja.value = antes;
    const cerrar = () => { formulario.remove(); parrafo.hidden = false; li.focus(); };
    const formulario = nodo("form", { class: "editor", "data-propio": "", onclick: (e) => e.stopPropagation() }, caja,
      nodo("div", { class: "acciones" },
        nodo("button", { type: "submit", class: "principal" }, "Corregir ", nodo("kbd", { "aria-hidden": "true" }, "↵")),
        nodo("button", { type: "button", onclick: cerrar }, "Dejar como estaba ", nodo("kbd", { "aria-hidden": "true" }, "esc"))));
    formulario.addEventListener("keydown", (e) => {
      e.stopPropagation();
      if (e.key === "Escape") { e.preventDefault(); cerrar(); }
      if (e.key === "Enter" && !e.shiftKey && e.target === caja) { e.preventDefault(); formulario.requestSubmit(); }
    });
    formulario.addEventListener("submit", (e) => {
      e.preventDefault();
      const cambio = tramoCambiado(fichas, caja.value.trim().replace(/\s+/g, " "));
      if (!cambio) return cerrar();
      this.estado.corregir({ clase: "palabras", turno, ...cambio }).then((afecta) => this.#ofrecer(afecta), () => {});
    });
    parrafo.hidden = true;
    li.append(formulario);
    caja.focus();
  }

  // La nota no cambia sola: se ofrece, enunciado por enunciado.
  async #ofrecer(afecta) {
    if (!afecta.length) return;
    const renglones = afecta.map((a) => {
      const casilla = a.propuesta ? nodo("input", { type: "checkbox", checked: true }) : null;
      a.elegido = () => casilla?.checked;
      return nodo("li", { class: "pieza" },
        nodo("p", {}, "La nota dice: ", nodo("del", {}, a.texto)),
        a.propuesta ? nodo("label", { class: "opcion" }, casilla, nodo("span", {}, "Cambiar por: ", nodo("ins", {}, a.propuesta))) : nodo("p", { class: "porque" }, "Léalo otra vez: lo corregido lo sustenta y el programa no puede cambiarlo por usted."));
    });
    const hay = afecta.some((a) => a.propuesta);
    const cerrarCon = (valor) => () => caja.close(valor);
    const { caja, cerrado } = dialogo("Lo corregido se usa en la nota", [
      nodo("ul", { class: "pila" }, renglones),
      nodo("div", { class: "botones" },
        hay ? nodo("button", { class: "principal", onclick: cerrarCon("si") }, "Cambiar la nota") : null,
        nodo("button", { class: hay ? "" : "principal", onclick: cerrarCon("") }, hay ? "Dejarla como está" : "Entendido")),
    ], { clase: "ancho" });
    if ((await cerrado) !== "si") return;
    for (const a of afecta.filter((x) => x.propuesta && x.elegido())) {
      const actual = this.estado.contenido.nota[a.seccion][a.indice];
      if (actual.estado === "por_revisar") await this.estado.decidir("resolver", { seccion: a.seccion, indice: a.indice, decision: "corregir", texto: a.propuesta }).catch(() => {});
      else await this.estado.escribir((c) => { c.nota[a.seccion][a.indice] = { ...actual, texto: a.propuesta, autor: "medico", motivo: null }; }, { ya: true }).catch(() => {});
    }
  }

  // --- Quién habla ---------------------------------------------------------------------------------
  #pintarVoces() {
    const { platica, editable, datos } = this.estado;
    const cambiar = (cambio) => this.estado.corregir(cambio).catch(() => {});
    poner(voces, platica.hablantes.map((h) => nodo("span", { class: `voz ${h.rol}` },
      nodo("select", { "aria-label": `Quién es la voz ${h.hablante}`, disabled: !editable, onchange: (e) => e.target.value === "*" ? this.#nombrar(h) : cambiar({ clase: "hablante", hablante: h.hablante, rol: e.target.value, nombre: h.nombre }) },
        Object.entries(datos.roles).map(([rol, texto]) => nodo("option", { value: rol, selected: rol === h.rol }, h.nombre && rol === h.rol ? `${h.nombre} (${texto})` : texto)),
        nodo("option", { value: "*" }, "Ponerle nombre…")))),
    editable && platica.hablantes.length === 2
      ? nodo("button", { type: "button", class: "chico", onclick: () => cambiar({ clase: "intercambio", uno: platica.hablantes[0].hablante, otro: platica.hablantes[1].hablante }) }, "⇄ Están al revés")
      : null);
  }

  async #nombrar(h) {
    const entrada = nodo("input", { maxLength: 60, id: "nombre-voz", autocomplete: "off" });
    entrada.value = h.nombre;
    const { caja, cerrado } = dialogo("Cómo llamar a esta voz", [
      nodo("form", { method: "dialog", "data-propio": "" },
        nodo("label", { for: "nombre-voz" }, "Nombre o parentesco"), entrada,
        nodo("div", { class: "botones" }, nodo("button", { class: "principal", value: "si" }, "Guardar"), nodo("button", { value: "", type: "button", onclick: () => caja.close("") }, "Dejarla como está"))),
    ]);
    if ((await cerrado) === "si") await this.estado.corregir({ clase: "hablante", hablante: h.hablante, rol: h.rol, nombre: entrada.value.trim() }).catch(() => {});
    else this.#pintarVoces();
  }

  #deQuien(e, turno) {
    const otros = this.estado.platica.hablantes.filter((h) => h.hablante !== turno.hablante);
    this.#flotar(e.currentTarget.getBoundingClientRect(), otros.map((h) => nodo("button", { type: "button", onclick: () => { this.#quitarFlotante(); this.estado.corregir({ clase: "turno", turno: turno.id, hablante: h.hablante }).catch(() => {}); } }, `Lo dijo ${h.nombre || this.estado.datos.roles[h.rol]}`)));
    this.flotante.querySelector("button")?.focus();
  }

  // --- Palabras elegidas con el ratón: corregirlas o llevarlas a la nota ----------------------------
  #seleccion() {
    clearTimeout(this.trasElegir);
    this.trasElegir = setTimeout(() => {
      const s = getSelection();
      const turno = s.rangeCount && !s.isCollapsed ? s.getRangeAt(0).commonAncestorContainer : null;
      const li = (turno?.nodeType === 1 ? turno : turno?.parentElement)?.closest?.(".turno");
      if (!li || !donde.contains(li) || li.querySelector(".editor") || !this.estado.editable) return this.flotante?.dataset.de === "seleccion" ? this.#quitarFlotante() : undefined;
      const id = Number(li.dataset.turno);
      const elegidas = this.fichas.get(id).filter((f) => s.containsNode(f.nodo, true));
      if (!elegidas.length) return;
      const t = this.estado.platica.turnos.find((x) => x.id === id);
      const texto = t.palabras.slice(elegidas[0].desde, elegidas.at(-1).hasta + 1).map((p) => p.texto).join(" ");
      const cita = { turno: id, texto, inicio: elegidas[0].inicio, fin: elegidas.at(-1).fin };
      const visto = elegidas.map((f) => f.texto).join(" ");
      this.#flotar(s.getRangeAt(0).getBoundingClientRect(), [
        nodo("button", { type: "button", onclick: () => this.editar(id) }, "Corregir"),
        ...this.estado.datos.secciones.filter((x) => x.clave !== "pronostico").map((x) => nodo("button", { type: "button", onclick: () => this.#llevar(x.clave, visto, cita) }, `A ${x.titulo}`)),
      ], "seleccion");
    }, 250);
  }

  #llevar(seccion, texto, cita) {
    this.#quitarFlotante();
    getSelection().removeAllRanges();
    const limpio = texto.replace(/^[\s,.;:¿¡]+|[\s,;:]+$/g, "");
    this.nota.agregar(seccion, { texto: limpio.charAt(0).toUpperCase() + limpio.slice(1), citas: [cita] })
      .then(() => this.nota.editar(seccion, this.estado.contenido.nota[seccion].length - 1), () => {});
  }

  #flotar(caja, hijos, de = "") {
    this.#quitarFlotante();
    this.flotante = nodo("div", { class: "flotante", role: "group", "aria-label": "Qué hacer con esto", dataset: { de }, onpointerdown: (e) => e.preventDefault(), onkeydown: (e) => { if (e.key === "Escape") this.#quitarFlotante(); } }, hijos);
    document.body.append(this.flotante);
    const alto = this.flotante.offsetHeight;
    this.flotante.style.setProperty("left", `${Math.max(8, Math.min(caja.left, innerWidth - this.flotante.offsetWidth - 8))}px`);
    this.flotante.style.setProperty("top", `${caja.top > alto + 12 ? caja.top - alto - 6 : caja.bottom + 6}px`);
    addEventListener("pointerdown", (this.alAfuera = (e) => { if (!this.flotante?.contains(e.target)) this.#quitarFlotante(); }), { capture: true });
  }

  #quitarFlotante() {
    this.flotante?.remove();
    this.flotante = null;
    removeEventListener("pointerdown", this.alAfuera, { capture: true });
  }

  // --- Teclado dentro de la conversación: ↑ ↓ de turno en turno, Entrar corrige, espacio toca --------
  #tecla(e) {
    if (e.target.closest("button, select, textarea, input")) return;
    const turno = e.target.closest(".turno");
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      e.stopPropagation();
      const sigue = turno ? (e.key === "ArrowDown" ? turno.nextElementSibling : turno.previousElementSibling) : donde.firstElementChild;
      sigue?.focus();
      if (sigue) this.#acomodar(sigue);
    } else if (turno && e.key === "Enter") {
      e.preventDefault();
      e.stopPropagation();
      this.editar(Number(turno.dataset.turno));
    } else if (turno && e.key === " ") {
      e.preventDefault();
      e.stopPropagation();
      const t = this.estado.platica.turnos.find((x) => x.id === Number(turno.dataset.turno));
      this.sonido.tramo(t.inicio, t.fin);
    }
  }
}

// De quién es cada hueco: `antes` de qué palabra de qué turno; los del final, después de la última.
export function repartirHuecos(huecos, turnos) {
  const donde = new Map();
  const conPalabras = turnos.filter((t) => t.palabras.length);
  for (const hueco of conPalabras.length ? huecos : []) {
    let turno = conPalabras.at(-1);
    let antes = Infinity;
    for (const t of conPalabras) {
      const i = t.palabras.findIndex((p) => p.inicio >= hueco.en_s - ANTES_S);
      if (i >= 0) { [turno, antes] = [t, i]; break; }
    }
    donde.set(turno.id, [...(donde.get(turno.id) ?? []), { ...hueco, antes }]);
  }
  return donde;
}

// Qué palabras cambiaron al corregir el renglón entero: `{desde, hasta, texto}`, o nada si quedó igual.
export function tramoCambiado(fichas, despues) {
  const lugares = [];
  let antes = "";
  for (const f of fichas) {
    if (antes) antes += " ";
    lugares.push([antes.length, antes.length + f.texto.length]);
    antes += f.texto;
  }
  if (antes === despues || !despues) return null;
  let a = 0;
  while (a < antes.length && a < despues.length && antes[a] === despues[a]) a += 1;
  let z = 0;
  while (z < antes.length - a && z < despues.length - a && antes[antes.length - 1 - z] === despues[despues.length - 1 - z]) z += 1;
  const fin = antes.length - z;
  // Lo agregado entre dos palabras se lo lleva la de al lado: toda corrección cambia al menos una.
  let i = lugares.findIndex(([, hasta]) => hasta >= a && hasta > 0);
  if (i < 0) i = lugares.length - 1;
  let j = lugares.findLastIndex(([desde]) => desde < fin);
  if (j < i) j = i;
  const queda = () => {
    const fin = despues.length - (antes.length - lugares[j][1]);
    return fin > lugares[i][0] ? despues.slice(lugares[i][0], fin).trim() : "";
  };
  // Si se borraron palabras enteras, se quedan con la de junto.
  while (!queda() && (i > 0 || j < lugares.length - 1)) {
    if (i > 0) i -= 1;
    else j += 1;
  }
  return queda() ? { desde: fichas[i].desde, hasta: fichas[j].hasta, texto: queda() } : null;
}
