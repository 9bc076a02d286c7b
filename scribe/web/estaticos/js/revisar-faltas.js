// Lo que falta para firmar: cada cosa con su norma y, si es un dato del paciente, sus campos ahí mismo.
import { api, traer } from "./api.js";
import { nodo } from "./nodos.js";

const DOMICILIO = [
  ["calle", "Calle", "mitad"], ["numero_ext", "Número", "cuarto"], ["codigo_postal", "Código postal", "cuarto"],
  ["colonia", "Colonia", "tercio"], ["municipio", "Municipio o alcaldía", "tercio"], ["estado", "Estado", "tercio"],
];

// Campos de cada dato que se puede escribir sin salir: [clave, rótulo, ancho, tipo u opciones].
const CAMPOS = {
  "paciente.domicilio": DOMICILIO,
  "paciente.edad": [["nacimiento", "Fecha de nacimiento", "mitad", "date"]],
  "paciente.sexo": [["sexo", "Sexo", "mitad", [["", "—"], ["F", "Mujer"], ["M", "Hombre"], ["X", "Otro"]]]],
};

// En Colombia el municipio va con su clave: se elige en la ficha.
export const seEscribeAqui = (falta, pais) => falta.donde in CAMPOS && !(pais === "CO" && falta.donde === "paciente.domicilio");

// El formulario de un dato del paciente; `alGuardar` sigue con la firma.
export function escribirAqui(falta, estado, alGuardar) {
  const entradas = CAMPOS[falta.donde].map(([clave, rotulo, ancho, tipo]) => {
    const id = `falta-${clave}`;
    const campo = Array.isArray(tipo)
      ? nodo("select", { id, name: clave }, tipo.map(([valor, texto]) => nodo("option", { value: valor }, texto)))
      : nodo("input", { id, name: clave, type: tipo ?? "text", autocomplete: "off", maxlength: clave === "codigo_postal" ? "6" : "400", inputmode: clave === "codigo_postal" ? "numeric" : null });
    return nodo("div", { class: `campo ${ancho}` }, nodo("label", { for: id }, rotulo), campo);
  });
  const falla = nodo("p", { class: "falla", role: "alert" });
  const boton = nodo("button", { type: "submit" }, "Guardar");
  const formulario = nodo("form", { "data-propio": "", class: "falta-aqui", "aria-label": falta.texto, autocomplete: "off" },
    nodo("div", { class: "rejilla" }, entradas), falla, nodo("div", { class: "botones" }, boton));
  formulario.addEventListener("input", (e) => { e.target.removeAttribute("aria-invalid"); falla.textContent = ""; });
  formulario.addEventListener("submit", async (e) => {
    e.preventDefault();
    const dado = Object.fromEntries([...new FormData(formulario)].map(([c, v]) => [c, v.trim()]).filter(([, v]) => v));
    if (!Object.keys(dado).length) { falla.textContent = "Falta escribirlo."; entradas[0].querySelector("input, select").focus(); return; }
    boton.disabled = true;
    try {
      await guardar(estado, falta.donde, dado);
      await alGuardar();
    } catch (fallo) {
      marcar(formulario, fallo.campos ?? []);
      falla.textContent = `${fallo.mensaje} ${fallo.remedio ?? ""}`;
      boton.disabled = false;
    }
  });
  return formulario;
}

// Señala los campos que el servidor no aceptó y lleva al primero.
function marcar(formulario, malos) {
  const nombres = malos.map((m) => String(m.campo ?? "").split(".").at(-1));
  for (const campo of formulario.elements) {
    if (nombres.includes(campo.name)) campo.setAttribute("aria-invalid", "true");
    else campo.removeAttribute("aria-invalid");
  }
  formulario.querySelector("[aria-invalid]")?.focus();
}

// Sobre lo que ya se sabe de la persona: solo cambia lo que aquí se escribió.
async function guardar(estado, donde, dado) {
  const ruta = `/api/pacientes/${estado.vista.nota.paciente_id}`;
  const { datos } = await traer(ruta);
  if (donde === "paciente.domicilio") {
    const [primero = {}, ...demas] = datos.domicilios ?? [];
    datos.domicilios = [{ ...primero, ...dado }, ...demas];
  } else {
    Object.assign(datos, dado);
  }
  await api("PUT", ruta, { cuerpo: datos });
  estado.poner(await traer(estado.nota));
}

// La lista de faltas; `ir(falta)` lleva a su lugar y `decir(falta)` la dice.
export function listaDeFaltas(faltas, { estado, ir, decir, alGuardar }) {
  return nodo("ul", { class: "faltas" }, faltas.map((f) => {
    const aqui = alGuardar && seEscribeAqui(f, estado.datos.pais);
    const fija = f.donde.startsWith("encuentro"); // quedó al empezar la consulta
    const dicha = [
      aqui || fija ? null : nodo("button", { type: "button", class: "discreto chico", onclick: () => ir(f) }, "Ir"),
      nodo("span", {}, decir(f), fija ? " (se elige al empezar a grabar)" : ""),
      f.norma === "propia" ? null : nodo("span", { class: "norma" }, `${f.norma.replace(/-SSA3-\d+/, "")}, ${f.numeral}`),
    ];
    return aqui ? nodo("li", { class: "con-campos" }, nodo("p", {}, dicha), escribirAqui(f, estado, alGuardar)) : nodo("li", {}, dicha);
  }));
}
