/** La página de grabar: paciente, permiso, grabadora y archivos, en ese orden y sin soltar el teclado. */

import { api } from "./api.js";
import { avisar, preguntar } from "./pagina.js";
import { Atencion } from "./grabar-atencion.js";
import { el, explicar, mostrar } from "./grabar-dom.js";
import { nuevoRegistro } from "./grabar-grabacion.js";
import { Grabadora } from "./grabar-grabadora.js";
import { ListaDeArchivos } from "./grabar-lista.js";
import { comoHallado, Eleccion, senas } from "./grabar-paciente.js";
import { Pendientes } from "./grabar-pendientes.js";
import { Permiso } from "./grabar-permiso.js";
import { seguirTrabajo } from "./grabar-trabajo.js";
import { HERCIOS } from "./grabar-wav.js";

const { yo, lugares: crudos, paciente: dado } = el("grabar").dataset;
/** @type {{id: string, nombre: string, pais: "MX" | "CO", medicos: {id: string, nombre: string}[]}[]} */
const lugares = JSON.parse(crudos);
/** @type {import("./grabar-paciente.js").Hallado | null} */
let paciente = null;
/** @type {string | null} */
let permiso = null;
/** @type {Map<string, string>} los de esta página; nunca se guardan */
const nombres = new Map();

const lugar = () => lugares.find((l) => l.id === el("lugar").value) ?? lugares[0];
const soyMedico = () => lugar().medicos[0]?.id === yo;

const grabadora = new Grabadora({
  api,
  alEmpezar: () => mostrar("donde", false),
  alEntregar: ({ registro }, recibo) => entregada(nombres.get(registro.paciente) ?? "La grabación", recibo),
  alRevocar: (de) => void consentimiento.pedir(de).catch((fallo) => avisar(explicar(fallo))),
});
const archivos = new ListaDeArchivos({ api, para: () => (permiso && paciente ? de() : null) });
const eleccion = new Eleccion({ api, lugar: () => lugar().id, alElegir: elegido });
const consentimiento = new Permiso({
  api, pais: () => lugar().pais, alTener: conPermiso,
  alNegar: () => {
    permiso = null;
    mostrar("a-mano", soyMedico());
    archivos.pintar();
    void grabadora.cerrar({ borrar: true }); // lo que estuviera a medias era de quien dijo que no
  },
});
const atencion = new Atencion(yo);
const pendientes = new Pendientes({ api, yo, alEntregar: entregada, alRetomar: retomar });

/** De quién será lo que se grabe ahora. */
const de = () => ({
  usuario: yo, paciente: /** @type {any} */ (paciente).id, consentimiento: /** @type {string} */ (permiso),
  establecimiento: lugar().id, medico: el("medico").value, hercios: HERCIOS,
  atencion: atencion.datos(),
});

/** @param {import("./grabar-paciente.js").Hallado} quien */
async function elegido(quien) {
  paciente = quien;
  nombres.set(quien.id, quien.nombre);
  permiso = null;
  mostrar("paso-paciente", false);
  mostrar("hecho", false);
  mostrar("elegido", true);
  el("elegido-nombre").textContent = quien.nombre;
  el("elegido-datos").textContent = senas(quien);
  mostrar("donde", lugares.length > 1 || !soyMedico());
  archivos.pintar();
  try {
    await consentimiento.pedir(quien.id);
  } catch (fallo) {
    avisar(explicar(fallo), { ms: 12_000 });
    await empezar();
  }
}

/** @param {string} id */
async function conPermiso(id) {
  permiso = id;
  archivos.pintar();
  if (!el("medico").value) {
    mostrar("donde", true);
    avisar("En este establecimiento no hay médicos dados de alta: pídalo a quien administra.", { ms: 12_000 });
    return;
  }
  await grabadora.preparar(nuevoRegistro(de()));
}

/** @param {import("./grabar-grabacion.js").Grabacion} grabacion @param {string} nombre */
async function retomar(grabacion, nombre) {
  const { registro } = grabacion;
  paciente = comoHallado(await api("GET", `/api/pacientes/${registro.paciente}`).catch(() => ({ id: registro.paciente, numero_expediente: "", datos: { nombre } })));
  nombres.set(registro.paciente, paciente.nombre);
  permiso = registro.consentimiento;
  mostrar("paso-paciente", false);
  mostrar("paso-alta", false);
  mostrar("donde", false);
  mostrar("elegido", true);
  el("elegido-nombre").textContent = paciente.nombre;
  el("elegido-datos").textContent = senas(paciente);
  archivos.pintar();
  await grabadora.preparar(registro, grabacion);
  await grabadora.grabar();
}

/** @param {string} titulo @param {any} recibo */
function entregada(titulo, recibo) {
  mostrar("hecho", true);
  if (!grabadora.actual) {
    consentimiento.cerrar();
    if (paciente) el("hecho").focus(); // a quien ya busca al siguiente no se le quita el cursor
  }
  void seguirTrabajo(el("trabajos"), recibo, titulo);
}

async function empezar() {
  paciente = null;
  permiso = null;
  consentimiento.cerrar();
  await grabadora.cerrar();
  mostrar("elegido", false);
  archivos.pintar();
  await eleccion.abrir();
}

async function otroPaciente() {
  if (grabadora.ocupada) {
    const seguir = await preguntar("Hay una grabación en curso. Termínela antes de atender a otra persona.", "Terminarla");
    if (seguir) await grabadora.terminar();
    return;
  }
  await empezar();
}

async function aMano() {
  const { paciente: id, establecimiento, medico, atencion: dichos } = de();
  try {
    const cuerpo = { establecimiento, medico, datos: { ...dichos, inicio: new Date().toISOString() } };
    const encuentro = await api("POST", `/api/pacientes/${id}/encuentros`, { cuerpo });
    const nota = await api("POST", `/api/encuentros/${encuentro.id}/notas`);
    location.assign(`/notas/${nota.id}`);
  } catch (fallo) {
    el("negado-falla").textContent = explicar(fallo);
  }
}

function medicosDelLugar() {
  atencion.mostrar(lugar().pais);
  el("medico").replaceChildren(...lugar().medicos.map((m) => new Option(m.nombre, m.id)));
}

el("lugar").replaceChildren(...lugares.map((l) => new Option(l.nombre, l.id)));
medicosDelLugar();
el("lugar").addEventListener("change", medicosDelLugar);
for (const id of ["lugar", "medico", "atencion"]) {
  el(id)?.addEventListener("change", () => {
    if (permiso && grabadora.actual?.estado === "lista") Object.assign(grabadora.actual.registro, de());
  });
}
el("otro-paciente").addEventListener("click", otroPaciente);
el("siguiente").addEventListener("click", () => {
  mostrar("hecho", false);
  void empezar();
});
el("a-mano").addEventListener("click", aMano);

if (dado) {
  try {
    await elegido(comoHallado(await api("GET", `/api/pacientes/${dado}`)));
  } catch (fallo) {
    avisar(explicar(fallo), { ms: 12_000 });
    await empezar();
  }
} else {
  await empezar();
}
await pendientes.buscar();
el("grabar").dataset.lista = "";
