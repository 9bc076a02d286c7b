// Firmar: lo que falta con su norma, la segunda contraseña o la e.firma, y después a dónde llegó.
import { api, mandar, octetos, traer } from "./api.js";
import { dialogo, nodo, poner } from "./nodos.js";
import { avisar, preguntar } from "./pagina.js";
import { listaDeFaltas, seCompletaAqui } from "./revisar-faltas.js";
import { claves } from "./revisar-decidir.js";

const despues = document.getElementById("despues");
const ENVIOS_MS = 4000;
const EN_CAMINO = new Set(["pendiente", "enviando", "sin_respuesta"]);

export class Firma {
  constructor(estado, lista, nota) {
    Object.assign(this, { estado, lista, nota });
    for (const que of ["nota", "faltas"]) estado.addEventListener(que, () => this.pintar());
  }

  pintar() {
    const { vista, editable } = this.estado;
    const impiden = vista.faltas.filter((f) => f.gravedad === "impide");
    document.getElementById("firmar").hidden = !editable || !vista.version;
    document.getElementById("vista-previa").hidden = !editable || !vista.version;
    document.getElementById("pendientes").textContent = !editable || !vista.version ? "" : impiden.length ? `Para firmar ${impiden.length === 1 ? "falta 1 cosa" : `faltan ${impiden.length} cosas`}` : "Lista para firmar";
    if (["firmada", "con_adenda", "sustituida"].includes(vista.nota.estado)) this.#yaFirmada();
  }

  async abrir() {
    await this.estado.guardar().catch(() => {});
    if (this.estado.cambios) return avisar("Hay algo sin guardar: el servidor no contesta. Se insiste solo; en cuanto se guarde podrá firmar.");
    const { faltas } = this.estado.vista;
    const impiden = faltas.filter((f) => f.gravedad === "impide");
    return impiden.length ? this.#faltan(impiden, faltas.filter((f) => f.gravedad !== "impide")) : this.#pedir(faltas);
  }

  #faltas(lista, ir, alGuardar) {
    return listaDeFaltas(lista, { estado: this.estado, ir, decir: (f) => this.#decir(f), alGuardar });
  }

  // La falta no cita la nota (va también a la bitácora); aquí sí se dice cuál es, para no tener que buscarla.
  #decir(f) {
    const { contenido } = this.estado.vista;
    if (f.clave === "por_revisar") return `Por revisar: «${contenido.nota[f.donde][f.indice].texto}»`;
    if (f.clave === "aviso") return `Aviso sin decisión: ${contenido.avisos[f.indice].texto}`;
    return f.texto.charAt(0).toUpperCase() + f.texto.slice(1);
  }

  async #faltan(impiden, avisan) {
    const ir = (f) => { caja.close(); this.#ir(f); };
    const seguir = async () => { caja.close(); await this.abrir(); }; // lo que quede por completar, o la contraseña
    const { caja } = dialogo("Antes de firmar", [
      this.#faltas(impiden, ir, seguir),
      avisan.length ? nodo("details", {}, nodo("summary", {}, `Además, conviene revisar (${avisan.length})`), this.#faltas(avisan, ir, seguir)) : null,
      nodo("div", { class: "botones" }, this.#irALoPrimero(impiden, ir), nodo("button", { onclick: () => caja.close() }, "Cerrar")),
    ].filter(Boolean), { clase: "ancho" });
  }

  #irALoPrimero(impiden, ir) {
    const primera = impiden.find((f) => !seCompletaAqui(f, this.estado));
    return primera ? nodo("button", { type: "button", onclick: () => ir(primera) }, "Ir a lo que no se puede escribir aquí") : null;
  }

  // Al lugar de lo que falta: su duda, su aviso, su sección, o la ficha del paciente.
  #ir(f) {
    const { vista } = this.estado;
    const secciones = this.estado.datos.secciones.map((s) => s.clave);
    if (f.clave === "por_revisar") return this.lista.elegir(claves.duda({ seccion: f.donde, texto: vista.contenido.nota[f.donde][f.indice].texto }));
    if (f.clave === "aviso") return this.lista.elegir(claves.aviso(vista.contenido.avisos[f.indice]));
    if (secciones.includes(f.donde)) return f.indice === null ? this.nota.agregar(f.donde) : this.lista.elegir(`enunciado:${f.donde}:${f.indice}`);
    const fuera = f.donde.startsWith("paciente") ? `/pacientes/${vista.nota.paciente_id}/datos` : f.donde.startsWith("medico") ? "/cuenta" : null;
    if (fuera) {
      sessionStorage.setItem("volver-a-la-nota", location.pathname); // la página de allá ofrece el regreso
      location.href = fuera;
      return undefined;
    }
    const lugar = { receta: `receta-${f.indice ?? 0}-generico`, signos: "signos", diagnosticos: "buscar-codigo", diagnostico: "buscar-codigo" }[f.donde.split(".")[0]];
    const cual = document.getElementById(lugar ?? "nota");
    (cual?.matches("input") ? cual : cual?.querySelector("input, select, button"))?.focus();
    cual?.scrollIntoView({ block: "center" });
    return undefined;
  }

  async #pedir(avisan) {
    const clave = nodo("input", { type: "password", id: "clave-firma", autocomplete: "off", required: true });
    const cer = nodo("input", { type: "file", id: "archivo-cer", accept: ".cer" });
    const key = nodo("input", { type: "file", id: "archivo-key", accept: ".key" });
    const falla = nodo("p", { class: "falla", role: "alert" });
    const rotulo = nodo("label", { for: "clave-firma" }, "Su contraseña de firmar");
    const archivos = nodo("div", { class: "rejilla", hidden: true },
      nodo("div", { class: "campo mitad" }, nodo("label", { for: "archivo-cer" }, "Certificado (.cer)"), cer),
      nodo("div", { class: "campo mitad" }, nodo("label", { for: "archivo-key" }, "Llave (.key)"), key));
    let electronica = false;
    const cambiar = nodo("button", { type: "button", class: "discreto chico", onclick: () => {
      electronica = !electronica;
      archivos.hidden = !electronica;
      rotulo.textContent = electronica ? "Contraseña de la e.firma" : "Su contraseña de firmar";
      cambiar.textContent = electronica ? "Firmar con mi contraseña" : "Firmar con e.firma del SAT";
    } }, "Firmar con e.firma del SAT");
    const boton = nodo("button", { type: "submit", class: "principal" }, "Firmar");
    const formulario = nodo("form", { "data-propio": "" }, rotulo, clave, archivos, falla, nodo("div", { class: "botones" }, boton, nodo("button", { type: "button", onclick: () => caja.close() }, "Todavía no"), cambiar));
    formulario.addEventListener("submit", async (e) => {
      e.preventDefault();
      boton.disabled = true;
      falla.textContent = "";
      try {
        const version = this.estado.version;
        if (electronica) await mandar(`${this.estado.nota}/efirma`, { version, cer: await base64(cer.files[0]), key: await base64(key.files[0]), contrasena: clave.value });
        else await mandar(`${this.estado.nota}/firma`, { version, contrasena: clave.value });
        caja.close();
        this.estado.poner(await traer(this.estado.nota));
        avisar("Firmada. Ya no se puede cambiar; si falta algo, se agrega con una adenda.");
        document.getElementById("despues").scrollIntoView({ block: "start" });
      } catch (fallo) {
        falla.textContent = `${fallo.mensaje ?? "No se pudo leer el archivo."} ${fallo.remedio ?? ""}`;
        clave.select();
      } finally {
        boton.disabled = false;
      }
    });
    const { caja } = dialogo("Firmar la nota", [
      nodo("p", { class: "ayuda" }, "Al firmar, la nota y su PDF quedan como están para siempre."),
      avisan.length ? nodo("details", {}, nodo("summary", {}, `Se puede firmar, pero conviene revisar (${avisan.length})`), this.#faltas(avisan, (f) => { caja.close(); this.#ir(f); }, async () => { caja.close(); await this.abrir(); })) : null,
      formulario,
    ].filter(Boolean));
    clave.focus();
  }

  // --- Después: el PDF, a dónde llegó, y la adenda --------------------------------------------------
  async #yaFirmada() {
    const { vista, datos } = this.estado;
    const envios = nodo("ul", { class: "lista" });
    const nueva = async (que, texto) => {
      if (!(await preguntar(texto))) return;
      try {
        const abierta = await mandar(`${this.estado.nota}/${que}`);
        location.href = `/notas/${abierta.id}`;
      } catch (fallo) { this.estado.avisa("fallo", fallo); }
    };
    poner(despues, nodo("section", { class: "recado bien pila", "aria-label": "Nota firmada" },
      nodo("p", {}, nodo("strong", {}, vista.nota.estado === "sustituida" ? "Esta nota se sustituyó por otra." : "Nota firmada."), " No se puede cambiar."),
      nodo("div", { class: "botones" },
        nodo("button", { type: "button", class: "principal", onclick: () => this.#pdf() }, "Guardar el PDF"),
        nodo("button", { type: "button", onclick: () => nueva("adendas", "Una adenda es una nota nueva, que se firma aparte. La firmada no cambia.") }, "Agregar una adenda"),
        datos.suya && vista.nota.estado !== "sustituida" ? nodo("button", { type: "button", class: "discreto", onclick: () => nueva("sustituciones", "Se abrirá otra nota que sustituye a esta. La firmada se conserva entera.") }, "Sustituirla") : null),
      envios));
    this.#envios(envios);
  }

  async #pdf() {
    try {
      const hoja = await (await octetos(`${this.estado.nota}/pdf`)).blob();
      const enlace = nodo("a", { href: URL.createObjectURL(hoja), download: "nota.pdf" });
      enlace.click();
      setTimeout(() => URL.revokeObjectURL(enlace.href), 60_000);
    } catch (fallo) { this.estado.avisa("fallo", fallo); }
  }

  async #envios(donde) {
    const { envio: dichos, tono_envio: tonos } = this.estado.datos.rotulos;
    try {
      const lista = await traer(`${this.estado.nota}/envios`, { fondo: true });
      poner(donde, lista.map((e) => nodo("li", { class: "renglon" },
        nodo("span", { class: "que" }, nodo("b", {}, e.destino), tonos[e.estado] === "grave" ? nodo("span", { class: "tenue" }, `${e.porque} ${e.remedio}`.trim()) : null),
        nodo("span", { class: `etiqueta ${tonos[e.estado] ?? ""}` }, dichos[e.estado] ?? e.estado))));
      if (lista.some((e) => EN_CAMINO.has(e.estado)) && donde.isConnected) setTimeout(() => this.#envios(donde), ENVIOS_MS);
    } catch { /* se verá al volver a abrir la nota */ }
  }
}

async function base64(archivo) {
  if (!archivo) throw { mensaje: "Faltan los archivos de la e.firma.", remedio: "Elija su .cer y su .key." };
  const bytes = new Uint8Array(await archivo.arrayBuffer());
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
}

// Lo que cambió desde el borrador, por sección y por palabra.
export async function verCambios(estado) {
  await estado.guardar().catch(() => {});
  const c = await api("GET", `${estado.nota}/diferencias`);
  const trozo = (t) => nodo(t.clase === "agregado" ? "ins" : t.clase === "quitado" ? "del" : "span", {}, t.texto);
  const uno = (e) => nodo("li", {}, e.trozos.length ? e.trozos.map(trozo) : nodo(e.clase === "agregado" ? "ins" : "del", {}, (e.ahora ?? e.antes).texto));
  const secciones = estado.datos.secciones
    .map((s) => [s.titulo, c.secciones[s.clave].filter((e) => e.clase !== "igual").map(uno)])
    .concat([["Diagnósticos", c.diagnosticos], ["Receta", c.receta], ["Signos vitales", c.signos]].map(([t, l]) => [t, l.map((x) => nodo("li", {}, nodo(x.clase === "agregado" ? "ins" : "del", {}, x.texto)))]))
    .filter(([, l]) => l.length);
  const { caja } = dialogo("Lo que cambió desde el borrador", [
    ...(secciones.length ? secciones.map(([titulo, l]) => nodo("section", {}, nodo("h3", {}, titulo), nodo("ul", { class: "pila" }, l))) : [nodo("p", {}, "Nada todavía.")]),
    nodo("div", { class: "botones" }, nodo("button", { class: "principal", onclick: () => caja.close() }, "Cerrar")),
  ], { clase: "ancho" });
}
