// Armar nodos sin HTML: `nodo("button", { class: "chico", onclick: f }, "Oír")`. Lo que no es nodo va como texto.
export function nodo(etiqueta, atributos = {}, ...hijos) {
  const hecho = document.createElement(etiqueta);
  for (const [clave, valor] of Object.entries(atributos)) {
    if (valor === undefined || valor === null || valor === false) continue;
    if (clave.startsWith("on")) hecho.addEventListener(clave.slice(2), valor);
    else if (clave === "dataset") Object.assign(hecho.dataset, valor);
    else if (clave in hecho && typeof valor !== "string") hecho[clave] = valor;
    else hecho.setAttribute(clave, valor === true ? "" : valor);
  }
  hecho.append(...hijos.flat().filter((h) => h !== undefined && h !== null && h !== false));
  return hecho;
}

// Cambia todo lo que hay dentro.
export const poner = (donde, ...hijos) => donde.replaceChildren(...hijos.flat().filter((h) => h !== undefined && h !== null && h !== false));

export const reloj = (s) => {
  const t = Math.max(0, Math.floor(s));
  const minutos = `${Math.floor((t % 3600) / 60)}`;
  const segundos = `${t % 60}`.padStart(2, "0");
  return t >= 3600 ? `${Math.floor(t / 3600)}:${minutos.padStart(2, "0")}:${segundos}` : `${minutos}:${segundos}`;
};

// Sin acentos y en minúsculas, para buscar.
export const llano = (texto) => texto.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

let dialogos = 0;

// Un diálogo con título que se quita al cerrarse; la promesa da lo que se dijo al cerrar. `etiqueta`: la del
// título (una pregunta es un párrafo).
export function dialogo(titulo, contenido, { clase = "", etiqueta = "h2" } = {}) {
  const rotulo = nodo(etiqueta, { id: `titulo-dialogo-${++dialogos}` }, titulo);
  const caja = nodo("dialog", { class: clase, "aria-labelledby": rotulo.id }, rotulo, ...contenido);
  document.body.append(caja);
  caja.showModal();
  const cerrado = new Promise((listo) => {
    caja.addEventListener("close", () => { caja.remove(); listo(caja.returnValue); });
  });
  return { caja, cerrado };
}
