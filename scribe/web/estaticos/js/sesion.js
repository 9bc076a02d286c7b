// La sesión en la página: avisa al servidor de que alguien la usa, y cuando vence tapa los datos y pide la
// contraseña sin que se pierda lo escrito. Aquí se usa fetch directo: api.js depende de este módulo.
const PULSO_MS = 60_000;
const quien = document.body.dataset.usuario;
// Si en otra pestaña entró otra persona, el servidor contesta como sin sesión: nada se hace a nombre ajeno.
export const DE_QUIEN = quien ? { "X-Scribe-Usuario": quien } : {};
let abierto = null;
let hayUso = false;

// Mientras se graba, el micrófono no se detiene por la sesión.
const grabando = () => document.body.dataset.grabando !== undefined;

// Pide otra vez la contraseña. `true` si ya se puede repetir lo que se hacía; nadie más que la misma persona
// puede continuar (otra entra desde cero). Con `confirmar` la sesión vive y solo falta la contraseña reciente:
// se puede decir que no, y entonces es `false`.
export function volverAEntrar({ confirmar = false } = {}) {
  abierto ??= preguntar(confirmar).finally(() => { abierto = null; });
  return abierto;
}

// Antes de mandar un formulario: que haya sesión (y, con `reciente`, contraseña de hace poco).
export async function asegurar({ reciente = false } = {}) {
  const respuesta = await fetch("/api/sesion", { cache: "no-store", headers: DE_QUIEN });
  if (respuesta.status === 401) return volverAEntrar();
  if (respuesta.ok && reciente && !(await respuesta.json()).reciente) return volverAEntrar({ confirmar: true });
  return respuesta.ok;
}

function preguntar(confirmar) {
  const dialogo = document.getElementById("volver-a-entrar");
  if (!dialogo) { location.reload(); return new Promise(() => {}); }
  const parte = (id) => document.getElementById(`volver-${id}`);
  parte("que").textContent = confirmar ? "Confirme que es usted" : "Su sesión se cerró";
  parte("por-que").textContent = confirmar
    ? "Para esto hay que haber escrito la contraseña hace poco."
    : grabando() ? "La grabación sigue y se guarda en este equipo. Escriba su contraseña y se termina de subir."
      : "Pasó un rato sin usarse, o entró otra persona en este navegador. Lo que escribió sigue aquí. Escriba su contraseña y continúa donde iba.";
  parte("fallo").textContent = "";
  parte("clave").value = parte("codigo").value = "";
  parte("segundo").hidden = true;
  parte("no").hidden = !confirmar;
  parte("otra").hidden = confirmar;
  dialogo.classList.toggle("opaca", !confirmar);
  const antes = document.activeElement;
  dialogo.showModal();
  parte("clave").focus();
  return new Promise((listo) => {
    const terminar = (bien) => {
      dialogo.close();
      formulario.removeEventListener("submit", intentar);
      dialogo.removeEventListener("cancel", cancelar);
      parte("no").onclick = null;
      antes?.focus?.();
      listo(bien);
    };
    const cancelar = (e) => { e.preventDefault(); if (confirmar) terminar(false); };
    const intentar = async (e) => {
      e.preventDefault();
      parte("entrar").disabled = true;
      const fallo = await probar(confirmar, parte("clave").value, parte("codigo").value);
      parte("entrar").disabled = false;
      if (!fallo) { terminar(true); return; }
      parte("fallo").textContent = `${fallo.mensaje} ${fallo.remedio}`;
      if (fallo.codigo === "sin_sesion") { terminar(false); volverAEntrar(); return; }
      const falta = fallo.codigo === "falta_codigo";
      if (falta) parte("segundo").hidden = false;
      parte(falta || !parte("segundo").hidden ? "codigo" : "clave").focus();
      if (!falta) parte("clave").select();
    };
    const formulario = dialogo.querySelector("form");
    formulario.addEventListener("submit", intentar);
    dialogo.addEventListener("cancel", cancelar);
    parte("no").onclick = () => terminar(false);
  });
}

// Devuelve el error, o nada si la contraseña fue buena.
async function probar(confirmar, contrasena, codigo) {
  const cuerpo = { contrasena, codigo: codigo || null, ...(confirmar ? {} : { usuario: quien }) };
  try {
    const respuesta = await fetch(confirmar ? "/api/sesion/reautenticar" : "/api/sesion", {
      method: "POST", body: JSON.stringify(cuerpo),
      headers: { "Content-Type": "application/json", ...(confirmar ? DE_QUIEN : {}) },
    });
    return respuesta.ok ? null : (await respuesta.json()).error;
  } catch {
    return { codigo: "sin_red", mensaje: "El servidor no contesta.", remedio: "Lo que escribió sigue aquí; intente de nuevo." };
  }
}

// Mientras alguien teclea o toca, la sesión no vence; si nadie la usa, al vencer se tapan los datos.
async function latir() {
  const cabeceras = hayUso ? DE_QUIEN : { ...DE_QUIEN, "X-Scribe-Fondo": "1" };
  hayUso = false;
  try {
    const respuesta = await fetch("/api/sesion", { cache: "no-store", headers: cabeceras });
    if (respuesta.status === 401) await volverAEntrar();
  } catch {
    return; // sin red: se intenta en el próximo pulso
  }
}

if (quien) {
  for (const gesto of ["keydown", "pointerdown", "wheel", "touchmove"]) {
    addEventListener(gesto, () => { hayUso = true; }, { passive: true, capture: true });
  }
  setInterval(latir, PULSO_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) latir(); });
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); }); // «atrás» tras salir no enseña nada
}
