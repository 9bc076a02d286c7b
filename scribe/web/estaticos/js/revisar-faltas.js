// Lo que falta para firmar: cada renglón con su norma y su manera de completarse ahí mismo. Un solo botón
// guarda todo lo escrito; lo que no se llenó se queda en la lista.
import { mandar } from "./api.js";
import { grupoDe, partesDe } from "./revisar-completar.js";
import { nodo } from "./nodos.js";

// Si se puede completar sin salir de la firma.
export const seCompletaAqui = (falta, estado) => partesDe(falta, estado) !== null;

// La lista de faltas; `ir(falta)` lleva a su lugar, `decir(falta)` la dice y `alGuardar` sigue con la firma.
export function listaDeFaltas(faltas, { estado, ir, decir, alGuardar }) {
  const pedidos = [];
  const renglones = juntas(faltas).map(([f, normas]) => {
    const partes = partesDe(f, estado);
    if (partes) pedidos.push(partes);
    const dicha = nodo("p", {},
      partes ? null : nodo("button", { type: "button", class: "discreto chico", onclick: () => ir(f) }, "Ir"),
      nodo("span", {}, decir(f)),
      normas.length ? nodo("span", { class: "norma" }, normas.join(" · ")) : null);
    const ademas = partes?.ir ? nodo("button", { type: "button", class: "discreto chico", onclick: () => ir(f) }, partes.ir) : null;
    return nodo("li", { class: partes ? "con-campos" : "" }, dicha, partes ? nodo("div", { class: "falta-aqui" }, partes.campos, ademas) : null);
  });
  const lista = nodo("ul", { class: "faltas" }, renglones);
  if (!pedidos.length) return lista;
  const falla = nodo("p", { class: "falla", role: "alert" });
  const boton = nodo("button", { type: "submit", class: "principal" }, "Guardar y seguir");
  const formulario = nodo("form", { "data-propio": "", autocomplete: "off", novalidate: true }, lista, falla, nodo("div", { class: "botones" }, boton));
  formulario.addEventListener("input", (e) => { e.target.removeAttribute("aria-invalid"); falla.textContent = ""; });
  formulario.addEventListener("submit", async (e) => {
    e.preventDefault();
    const dados = pedidos.map((p) => p.dado()).filter(Boolean);
    if (!dados.length) {
      falla.textContent = "Escriba o elija algo de lo que falta.";
      formulario.querySelector("input, select, textarea")?.focus();
      return;
    }
    boton.disabled = true;
    try {
      await guardar(estado, dados);
      await alGuardar();
    } catch (fallo) {
      marcar(formulario, fallo.campos ?? []);
      falla.textContent = `${fallo.mensaje ?? "No se pudo guardar."} ${fallo.remedio ?? "Lo escrito sigue aquí."}`;
      boton.disabled = false;
    }
  });
  return formulario;
}

// Lo que se completa de una vez (un documento es tipo y número) es un solo renglón, con todas sus normas.
function juntas(faltas) {
  const hechas = new Map();
  for (const f of faltas) {
    const grupo = grupoDe(f) ?? f;
    const [, normas] = hechas.get(grupo) ?? hechas.set(grupo, [f, []]).get(grupo);
    const norma = `${f.norma.replace(/-SSA3-\d+/, "").replace("Resolución", "Res.")}, ${f.numeral}`;
    if (f.norma !== "propia" && !normas.includes(norma)) normas.push(norma);
  }
  return [...hechas.values()];
}

// Primero lo que no es de la nota (todo o nada), después la nota, en un solo guardado.
async function guardar(estado, dados) {
  const fuera = {};
  for (const { pedido = {} } of dados) {
    for (const [de, valor] of Object.entries(pedido)) fuera[de] = typeof valor === "string" ? valor : { ...fuera[de], ...valor };
  }
  if (Object.keys(fuera).length) estado.poner(await mandar(`${estado.nota}/faltantes`, fuera));
  const enLaNota = dados.map((d) => d.nota).filter(Boolean);
  if (enLaNota.length) await estado.escribir((c) => { for (const cambio of enLaNota) cambio(c); }, { ya: true });
  for (const { decision } of dados.filter((d) => d.decision)) await estado.decidir(...decision);
}

// Señala los campos que el servidor no aceptó y lleva al primero.
function marcar(formulario, malos) {
  const nombres = malos.map((m) => String(m.campo ?? "").split(".").at(-1));
  for (const campo of formulario.elements) {
    if (campo.name && nombres.includes(campo.name)) campo.setAttribute("aria-invalid", "true");
    else campo.removeAttribute("aria-invalid");
  }
  formulario.querySelector("[aria-invalid]")?.focus();
}
