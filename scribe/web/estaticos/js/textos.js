// Agregar renglones a una plantilla sin guardar antes. Sin este módulo quedan los que la página trae en blanco.
const TOPE = 60;
for (const boton of document.querySelectorAll("[data-otro]")) {
  const renglones = boton.form.querySelector("[data-renglones]");
  boton.hidden = false;
  boton.addEventListener("click", () => {
    const cuantos = renglones.children.length;
    const ultimo = renglones.lastElementChild;
    const nuevo = ultimo.cloneNode(true);
    nuevo.setAttribute("aria-label", `Renglón ${cuantos + 1}`);
    for (const campo of nuevo.querySelectorAll("select, textarea")) {
      const numerado = (texto) => texto.replace(/\d+$/, cuantos);
      nuevo.querySelector(`label[for="${campo.id}"]`).htmlFor = numerado(campo.id);
      [campo.id, campo.name] = [numerado(campo.id), numerado(campo.name)];
    }
    const caja = nuevo.querySelector("textarea");
    nuevo.querySelector("select").value = ultimo.querySelector("select").value; // lo elegido no se copia solo
    caja.value = "";
    renglones.append(nuevo);
    boton.hidden = cuantos + 1 >= TOPE;
    caja.focus();
  });
}
