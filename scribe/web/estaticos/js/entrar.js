// Entrar sin perder la contraseña ya escrita cuando además hace falta el código.
const formulario = document.getElementById("entrar");
const campo = (nombre) => formulario.elements[nombre];
const segundo = document.getElementById("segundo");
formulario.dataset.propio = "";

formulario.addEventListener("submit", async (e) => {
  e.preventDefault();
  const boton = formulario.querySelector("button");
  boton.disabled = true;
  try {
    const respuesta = await fetch("/api/sesion", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ usuario: campo("usuario").value, contrasena: campo("contrasena").value, codigo: campo("codigo").value || null }),
    });
    if (respuesta.ok) { location.replace(campo("volver").value); return; }
    const { error } = await respuesta.json();
    decir(error.mensaje, error.remedio);
    if (error.codigo === "falta_codigo") {
      segundo.hidden = false;
      campo("codigo").focus();
    } else {
      campo("codigo").value = "";
      campo("contrasena").select();
    }
  } catch {
    decir("El servidor no contesta.", "Revise que el equipo de Scribe esté encendido y repita.");
  }
  boton.disabled = false;
});

function decir(mensaje, remedio) {
  document.querySelector(".recado.grave")?.remove();
  const recado = Object.assign(document.createElement("div"), { className: "recado grave" });
  recado.setAttribute("role", "alert");
  const fuerte = Object.assign(document.createElement("strong"), { textContent: mensaje });
  const uno = document.createElement("p");
  uno.append(fuerte);
  recado.append(uno, Object.assign(document.createElement("p"), { textContent: remedio }));
  formulario.before(recado);
}

// Un enlace abierto desde otro programa llega sin la cookie (SameSite=Strict) aunque la sesión viva: se recarga.
const destino = campo("volver").value;
if (location.pathname === destino && sessionStorage.getItem("recargada") !== destino) {
  const respuesta = await fetch("/api/sesion", { headers: { "X-Scribe-Fondo": "1" } });
  if (respuesta.ok) {
    sessionStorage.setItem("recargada", destino);
    location.replace(destino);
  }
} else {
  sessionStorage.removeItem("recargada");
}
