// El cliente de la API: mismo origen, errores en palabras, y si la sesión vence se pide la contraseña
// encima de la página y la petición se repite sola: quien la hizo solo espera un poco más.
import { DE_QUIEN, volverAEntrar } from "./sesion.js";

// Lo que salió mal, con las palabras del servidor. `codigo` es estable; `mensaje` y `remedio` son para leer.
export class ErrorApi extends Error {
  constructor(estado, { codigo = "sin_respuesta", mensaje = "", remedio = "", campos = [] } = {}) {
    super(mensaje);
    this.name = "ErrorApi";
    Object.assign(this, { estado, codigo, mensaje, remedio, campos });
  }
}

const SIN_RED = {
  codigo: "sin_red",
  mensaje: "El servidor no contesta.",
  remedio: "Lo que escribió sigue en esta página. Revise que el equipo de Scribe esté encendido y repita.",
};

// Pide y devuelve el cuerpo (JSON, o `undefined` si no hay). Lanza `ErrorApi`.
//   cuerpo    objeto que se manda como JSON, o bytes (Blob, ArrayBuffer) que se mandan tal cual
//   cabeceras las que hagan falta además
//   fondo     lo pide la página sola: no cuenta como uso de la sesión ni abre el diálogo al vencer
//   senal     AbortSignal
export async function api(metodo, ruta, { cuerpo, cabeceras = {}, fondo = false, senal } = {}) {
  for (;;) {
    const respuesta = await pedir(metodo, ruta, { cuerpo, cabeceras, fondo, senal });
    if (respuesta.ok) return leer(respuesta);
    const fallo = await comoError(respuesta);
    if (fondo || !(await sePuedeSeguir(fallo))) throw fallo;
  }
}

export const traer = (ruta, opciones) => api("GET", ruta, opciones);
export const mandar = (ruta, cuerpo, opciones) => api("POST", ruta, { ...opciones, cuerpo });

// La respuesta cruda, para lo que no es JSON (audio, PDF). Lanza `ErrorApi` igual.
export async function octetos(ruta, { senal } = {}) {
  for (;;) {
    const respuesta = await pedir("GET", ruta, { senal });
    if (respuesta.ok) return respuesta;
    const fallo = await comoError(respuesta);
    if (!(await sePuedeSeguir(fallo))) throw fallo;
  }
}

async function pedir(metodo, ruta, { cuerpo, cabeceras = {}, fondo = false, senal }) {
  const crudo = cuerpo instanceof Blob || cuerpo instanceof ArrayBuffer || ArrayBuffer.isView(cuerpo);
  const lleva = { ...DE_QUIEN, ...cabeceras };
  if (cuerpo !== undefined && !crudo) lleva["Content-Type"] = "application/json";
  if (fondo) lleva["X-Scribe-Fondo"] = "1";
  try {
    return await fetch(ruta, {
      method: metodo, credentials: "same-origin", cache: "no-store", redirect: "error", headers: lleva,
      body: cuerpo === undefined || crudo ? cuerpo : JSON.stringify(cuerpo), signal: senal,
    });
  } catch (causa) {
    if (causa.name === "AbortError") throw causa;
    throw new ErrorApi(0, SIN_RED);
  }
}

async function leer(respuesta) {
  if (respuesta.status === 204) return undefined;
  return (respuesta.headers.get("content-type") ?? "").includes("json") ? respuesta.json() : respuesta.text();
}

async function comoError(respuesta) {
  try {
    return new ErrorApi(respuesta.status, (await respuesta.json()).error);
  } catch {
    return new ErrorApi(respuesta.status, { mensaje: "El servidor contestó algo que no se entiende.", remedio: "Repita." });
  }
}

// Si tras volver a escribir la contraseña vale la pena repetir la petición.
async function sePuedeSeguir(fallo) {
  if (fallo.codigo === "sin_sesion") return volverAEntrar();
  if (fallo.codigo === "reautenticar") return volverAEntrar({ confirmar: true });
  return false;
}
