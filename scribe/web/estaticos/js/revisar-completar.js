// Con qué se completa cada cosa que falta: los campos que se enseñan y qué se guarda con lo escrito.
import { mandar } from "./api.js";
import { nodo } from "./nodos.js";
import { claves } from "./revisar-decidir.js";
import { NUEVO } from "./revisar-nota.js";
import { RECETA, SIGNOS, VACIO } from "./revisar-receta.js";

const SI_NO = "CO_SI_NO";
const DOCUMENTOS = [["CC", "Cédula de ciudadanía"], ["CE", "Cédula de extranjería"], ["TI", "Tarjeta de identidad"], ["RC", "Registro civil"], ["PT", "Permiso por protección temporal"], ["PA", "Pasaporte"]];
const DE_MEDICO = [["CC", "Cédula de ciudadanía"], ["CE", "Cédula de extranjería"], ["PA", "Pasaporte"], ["PE", "Permiso especial de permanencia"], ["TI", "Tarjeta de identidad"]];
const CALLE = [["calle", "Calle", "mitad"], ["numero_ext", "Número", "cuarto"]];

// De cada dato: de quién es y sus campos [clave, rótulo, ancho, qué]. `qué`: "date", una lista de opciones, el
// nombre de un catálogo (se elige) o un catálogo largo con «?» (se busca al escribir).
const DATOS = {
  "paciente.nombre": ["paciente", [["nombre", "Nombre(s)", "mitad"], ["apellido_paterno", "Primer apellido", "mitad"]]],
  "paciente.edad": ["paciente", [["nacimiento", "Fecha de nacimiento", "mitad", "date"]]],
  "paciente.documento": ["identificador", [["tipo", "Documento", "mitad", DOCUMENTOS], ["valor", "Número", "mitad"]]],
  "paciente.nacionalidad": ["paciente", [["nacionalidad", "Nacionalidad", "mitad", "ISO_3166_1"]]],
  "paciente.ocupacion": ["paciente", [["ocupacion", "Ocupación (cuatro cifras, CIUO-88)", "mitad"]]],
  "paciente.discapacidad": ["paciente", [["discapacidad", "Discapacidad", "mitad", "CO_DISCAPACIDAD"]]],
  "paciente.grupo_etnico": ["paciente", [["grupo_etnico", "Etnia", "mitad", "CO_ETNIA"]]],
  "paciente.comunidad_etnica": ["paciente", [["comunidad_etnica", "Comunidad étnica (tres cifras)", "mitad"]]],
  "paciente.entidad_salud": ["paciente", [["entidad_salud", "EPS o administradora (seis letras o cifras)", "mitad"]]],
  "paciente.genero": ["paciente", [["genero", "Identidad de género", "mitad", "CO_GENERO"]]],
  "paciente.oposicion_donacion": ["paciente", [["oposicion_donacion", "Se opone a donar órganos", "mitad", SI_NO]]],
  "paciente.voluntad_anticipada": ["paciente", [["voluntad_anticipada", "Voluntad anticipada", "mitad", SI_NO]]],
  "encuentro.modalidad": ["atencion", [["modalidad", "Modalidad", "mitad", "CO_MODALIDAD"]]],
  "encuentro.grupo_servicios": ["atencion", [["grupo_servicios", "Grupo de servicios", "mitad", "CO_GRUPO_SERVICIOS"]]],
  "encuentro.entorno": ["atencion", [["entorno", "Entorno", "mitad", "CO_ENTORNO"]]],
  "encuentro.via_ingreso": ["atencion", [["via_ingreso", "Vía de ingreso", "mitad", "CO_VIA_INGRESO"]]],
  "encuentro.causa": ["atencion", [["causa", "Causa que motiva la atención", "mitad", "CO_CAUSA"]]],
  "encuentro.cups": ["atencion", [["cups", "CUPS de la consulta (seis letras o cifras)", "mitad"]]],
  "encuentro.finalidad": ["atencion", [["finalidad", "Finalidad", "mitad", "CO_FINALIDAD"]]],
  "medico.documento": ["medico", [["tipo_documento", "Su documento", "mitad", DE_MEDICO], ["documento", "Número", "mitad"]]],
  "medico.cedula": ["medico", [["cedula", "Su cédula profesional", "mitad"]]],
  "medico.institucion_titulo": ["medico", [["institucion_titulo", "Institución que expidió su título", "mitad"]]],
};
const MEXICO = [...CALLE, ["codigo_postal", "Código postal", "cuarto"], ["colonia", "Colonia", "tercio"], ["municipio", "Municipio o alcaldía", "tercio"], ["estado", "Estado", "tercio"]];
const COLOMBIA = [...CALLE, ["zona", "Zona", "cuarto", "CO_ZONA"], ["municipio", "Municipio", "mitad", "CO_MUNICIPIO?"]];

// Lo que dos renglones piden a la vez se escribe una sola vez.
const MISMO = {
  "paciente.tipo_documento": "paciente.documento", "paciente.nacimiento": "paciente.edad",
  "domicilio.pais": "paciente.domicilio", "domicilio.municipio": "paciente.domicilio", "domicilio.zona": "paciente.domicilio",
  "medico.tipo_documento": "medico.documento", "encuentro.tecnologia": "encuentro.cups",
  "establecimiento.clues": "establecimiento.clave",
};
const deQue = (falta) => MISMO[falta.donde] ?? falta.donde;

// El nombre de lo que se completa junto; nada, si cada renglón es lo suyo.
export function grupoDe(falta) {
  const que = deQue(falta);
  return que in DATOS || ["paciente.sexo", "paciente.domicilio", "establecimiento.clave", "diagnostico.principal", "diagnostico.tipo"].includes(que) ? que : null;
}

// Los campos de una falta y `dado()`: qué se guarda con lo escrito (`pedido`, `nota` o `decision`), o nada si no se
// llenó. `null` si no se completa aquí.
export function partesDe(falta, estado) {
  const { secciones, pais, administra } = estado.datos;
  const que = deQue(falta);
  if (que === "paciente.domicilio") return deDomicilio(pais);
  if (que === "paciente.sexo") return deDatos("paciente", [["sexo", "Sexo", "mitad", Object.entries(estado.datos.rotulos.sexo)]]);
  if (que in DATOS) return deDatos(...DATOS[que]);
  if (que === "establecimiento.clave") return administra ? deClave(pais) : dicho("Lo pone quien administra: «Administrar», «Establecimiento y textos».");
  if (falta.clave === "por_revisar") return deDuda(falta, estado);
  if (falta.clave === "aviso") return deAviso(falta, estado);
  if (falta.clave === "pronostico") return delPronostico(falta, estado);
  if (falta.clave === "abreviatura") return null;
  if (que === "signos") return deSignos(falta);
  if (que === "receta" && falta.campos.length) return deReceta(falta);
  if (que === "adenda") return deTexto("Qué se agrega y por qué", (c, texto) => { c.motivo_adenda = texto; });
  if (que === "diagnosticos") return deTexto("Su diagnóstico", (c, texto) => { c.nota.analisis.push({ ...NUEVO, texto, tipo: "diagnostico" }); }, { ir: "O elegir un código" });
  if (que === "diagnostico.principal") return deDiagnostico(estado);
  if (que === "diagnostico.tipo") return deTipo(estado);
  const seccion = falta.clave === "falta" && secciones.find((s) => s.clave === falta.donde);
  return seccion ? deTexto(seccion.clave === "pronostico" ? "Su pronóstico" : "Escríbalo aquí", (c, texto) => {
    c.nota[seccion.clave].push({ ...NUEVO, texto, tipo: falta.tipo || (seccion.clave === "pronostico" ? "pronostico" : "agregado") });
  }) : null;
}

// --- Los campos --------------------------------------------------------------------------------------
let cuantos = 0;

function campo([clave, rotulo, ancho, que]) {
  const id = `falta-${clave}-${++cuantos}`;
  const nuevo = Array.isArray(que) || (que?.startsWith("CO_") || que?.startsWith("ISO_")) && !que.endsWith("?")
    ? elegir(id, clave, que)
    : nodo("input", { id, name: clave, type: que === "date" ? "date" : "text", autocomplete: "off", maxlength: "400", inputmode: clave === "codigo_postal" ? "numeric" : null });
  const sugeridos = que?.endsWith?.("?") ? buscarAlEscribir(nuevo, que.slice(0, -1)) : null;
  return nodo("div", { class: `campo ${ancho}` }, nodo("label", { for: id }, rotulo), nuevo, sugeridos);
}

function elegir(id, clave, que) {
  const lista = nodo("select", { id, name: clave }, nodo("option", { value: "" }, "—"));
  const poner = (opciones) => lista.append(...opciones.map(([valor, texto]) => nodo("option", { value: valor }, texto)));
  if (Array.isArray(que)) poner(que);
  else mandar("/api/catalogos/buscar", { catalogo: que, limite: 500 }).then((hay) => poner(hay.sort((a, b) => (b.clave === "COL") - (a.clave === "COL")).map((c) => [c.clave, c.titulo])), () => {}); // la de casi todos, a la mano
  return lista;
}

// Un catálogo largo: se escribe parte del nombre y se elige; vale su clave.
function buscarAlEscribir(caja, catalogo) {
  const lista = nodo("datalist", { id: `${caja.id}-lista` });
  caja.setAttribute("list", lista.id);
  caja.placeholder = "Escriba su nombre";
  let turno = 0;
  caja.addEventListener("input", async () => {
    caja.dataset.clave = [...lista.children].find((o) => o.value === caja.value)?.dataset.clave ?? "";
    if (caja.dataset.clave || caja.value.trim().length < 2) return;
    const mio = ++turno;
    const hay = await mandar("/api/catalogos/buscar", { catalogo, texto: caja.value.trim(), limite: 20 }).catch(() => []);
    if (mio !== turno) return;
    lista.replaceChildren(...hay.map((c) => nodo("option", { value: `${c.titulo} (${c.clave})`, dataset: { clave: c.clave } })));
    const unica = hay.length === 1 ? hay[0] : hay.find((c) => c.titulo.toLowerCase() === caja.value.trim().toLowerCase());
    caja.dataset.clave = unica?.clave ?? "";
  });
  return lista;
}

function leer(campos) {
  const entradas = campos.flatMap((c) => [...c.querySelectorAll("input, select")]);
  return Object.fromEntries(entradas.map((e) => [e.name, (e.list ? e.dataset.clave ?? "" : e.value).trim()]).filter(([, v]) => v));
}

function conCampos(descritos, alDar, mas = {}) {
  const campos = descritos.map(campo);
  return { campos: nodo("div", { class: "rejilla" }, campos), dado: () => { const d = leer(campos); return Object.keys(d).length ? alDar(d) : null; }, ...mas };
}

const deDatos = (de, descritos) => conCampos(descritos, (dado) => ({ pedido: { [de]: dado } }));
const deDomicilio = (pais) => conCampos(pais === "CO" ? COLOMBIA : MEXICO, (dado) => ({
  pedido: { domicilio: pais === "CO" ? { pais: "COL", ...(dado.municipio ? { estado: dado.municipio.slice(0, 2) } : {}), ...dado } : dado },
}));
const deClave = (pais) => conCampos([["establecimiento", pais === "CO" ? "Código REPS (12 cifras)" : "CLUES", "mitad"]], ({ establecimiento }) => ({ pedido: { establecimiento } }));
const dicho = (texto) => ({ campos: nodo("p", { class: "ayuda" }, texto), dado: () => null });

function deTexto(rotulo, poner, mas = {}) {
  const id = `falta-texto-${++cuantos}`;
  const caja = nodo("textarea", { id, rows: 2, maxlength: "4000", spellcheck: true });
  return {
    campos: nodo("div", { class: "campo" }, nodo("label", { for: id, class: "oculto" }, rotulo), (caja.placeholder = `${rotulo}…`, caja)),
    dado: () => { const texto = caja.value.trim(); return texto ? { nota: (c) => poner(c, texto) } : null; },
    ...mas,
  };
}

function deSignos({ campos }) {
  const pedidos = SIGNOS.filter(([clave]) => campos.includes(clave));
  return conCampos(pedidos.map(([clave, rotulo, unidad]) => [clave, `${rotulo} (${unidad})`, "tercio"]), (dado) => ({
    nota: (c) => {
      for (const [clave, valor] of Object.entries(dado)) {
        const ya = c.signos.find((s) => s.clave === clave);
        if (ya) ya.valor = valor;
        else c.signos.push({ clave, valor, unidad: SIGNOS.find(([s]) => s === clave)[2] });
      }
    },
  }), { ir: "O escribir por qué no se midieron" });
}

function deReceta({ indice, campos }) {
  return conCampos(RECETA.filter(([clave]) => campos.includes(clave)).map(([clave, rotulo]) => [clave, rotulo, "mitad"]), (dado) => ({
    nota: (c) => { c.receta[indice] = { ...VACIO, ...c.receta[indice], ...dado }; },
  }));
}

// --- Lo que se decide con un toque ---------------------------------------------------------------------
function opciones(nombre, lista, alElegir, mas = {}) {
  const grupo = `falta-${nombre}-${++cuantos}`;
  const marcas = lista.map(([valor, texto]) => nodo("label", { class: "opcion" }, nodo("input", { type: "radio", name: grupo, value: valor }), nodo("span", {}, texto)));
  const caja = nodo("div", { class: "botones", role: "radiogroup", "aria-label": nombre }, marcas);
  return { campos: caja, dado: () => { const valor = caja.querySelector(":checked")?.value; return valor === undefined ? null : alElegir(valor); }, ...mas };
}

function deDuda(falta, estado) {
  const { texto } = estado.vista.contenido.nota[falta.donde][falta.indice];
  return opciones("Qué hacer con esto", [["confirmar", "Correcto"], ["quitar", "Quitar"]], (decision) => ({
    decision: ["resolver", (c) => {
      const indice = c.nota[falta.donde].findIndex((e) => e.estado === "por_revisar" && e.texto === texto);
      return indice < 0 ? null : { seccion: falta.donde, indice, decision };
    }],
  }), { ir: "Corregirlo, o verlo en la conversación" });
}

function deAviso(falta, estado) {
  const clave = claves.aviso(estado.vista.contenido.avisos[falta.indice]);
  return opciones("Qué decidió", [["Lo revisé; queda como está.", "Lo revisé; queda como está"]], (resolucion) => ({
    decision: ["avisos", (c) => {
      const indice = c.avisos.findIndex((x) => !x.resolucion && claves.aviso(x) === clave);
      return indice < 0 ? null : { indice, resolucion };
    }],
  }), { ir: "Escribir qué decidí" });
}

function delPronostico(falta, estado) {
  const { texto } = estado.vista.contenido.nota.pronostico[falta.indice];
  return opciones("Pronóstico", [["si", `Es mi pronóstico: «${texto}»`]], () => ({
    nota: (c) => {
      const suyo = c.nota.pronostico.find((e) => e.texto === texto && e.autor !== "medico");
      if (suyo) Object.assign(suyo, { autor: "medico", motivo: null });
    },
  }), { ir: "Escribir otro" });
}

const VIGENTES = new Set(["confirmado", "sospecha"]);
const propios = (c) => c.diagnosticos.filter((d) => d.sistema === "CIE-10" && VIGENTES.has(d.estado));

function deDiagnostico(estado) {
  const hay = propios(estado.vista.contenido);
  if (!hay.length) return null; // se busca y se acepta en su lugar
  return opciones("Cuál es el principal", hay.map((d) => [d.codigo, `${d.codigo} ${d.titulo}`]), (codigo) => ({
    nota: (c) => { for (const d of c.diagnosticos) d.principal = d.codigo === codigo && d.sistema === "CIE-10"; },
  }), { ir: "Otro" });
}

function deTipo(estado) {
  if (!propios(estado.vista.contenido).some((d) => d.principal)) return null;
  return conCampos([["tipo", "Tipo de diagnóstico principal", "mitad", "CO_TIPO_DIAGNOSTICO"]], ({ tipo }) => ({
    nota: (c) => { const cual = propios(c).find((d) => d.principal); if (cual) cual.tipo = tipo; },
  }));
}
