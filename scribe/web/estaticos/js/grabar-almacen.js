/**
 * La copia local de lo que se graba o se sube (IndexedDB), hasta que el servidor da su recibo.
 *
 * Un registro por grabación y sus trozos por el byte en que empiezan. Cada trozo se guarda con la orden de
 * llegar al disco: un apagón no se lleva lo que ya se dijo guardado. Aquí no hay nombres de personas, y el sonido
 * va cifrado con una llave que no está en este equipo.
 */

import { abrir, cerrar, SOBRA } from "./grabar-llave.js";

/**
 * @typedef {object} Registro
 * @property {string} id
 * @property {"microfono" | "archivo"} clase
 * @property {string} usuario de quién es
 * @property {string} paciente
 * @property {string} consentimiento
 * @property {string} establecimiento
 * @property {string} medico
 * @property {Record<string, string>} [atencion] lo que pide Colombia de la atención
 * @property {string} inicio ISO 8601; junto con el médico identifica el encuentro
 * @property {string} formato
 * @property {string | null} encuentro
 * @property {string} subida su id en el servidor
 * @property {boolean} abierta si el servidor ya sabe de ella
 * @property {number} octetos lo que lleva
 * @property {number} hercios
 * @property {boolean} terminada si ya no llegará más
 * @property {boolean} incompleta si aquí ya no está todo (se soltó lo que el servidor tenía, por falta de lugar)
 * @property {Hueco[]} huecos lo que no se grabó, o se grabó en silencio: lo ve quien revisa
 * @property {number} [pausada] desde cuándo está en pausa (ms); nada si se interrumpió grabando
 * @property {number} tocada cuándo se guardó lo último (ms)
 * @property {{nombre: string, tamano: number, modificado: number} | null} archivo
 *
 * @typedef {object} Hueco
 * @property {string} clase «perdido», «desconectado», «interrumpida», «mudo», «final» o «pausa»
 * @property {number} en_s segundo de la grabación @property {number | null} falto_s cuántos; nada si no se sabe
 *
 * @typedef {object} Trozo
 * @property {string} id de la grabación @property {number} desde byte en que empieza
 * @property {Uint8Array<ArrayBuffer>} iv @property {Uint8Array<ArrayBuffer>} datos cifrados
 */

const BASE = "scribe-grabar";
/** @type {Promise<IDBDatabase> | null} */
let abierta = null;

/** @returns {Promise<IDBDatabase>} */
function base() {
  abierta ??= new Promise((bien, mal) => {
    const pedido = indexedDB.open(BASE, 1);
    pedido.onupgradeneeded = () => {
      pedido.result.createObjectStore("grabaciones", { keyPath: "id" });
      pedido.result.createObjectStore("trozos", { keyPath: ["id", "desde"] });
    };
    pedido.onsuccess = () => bien(pedido.result);
    pedido.onerror = () => mal(pedido.error);
  });
  return abierta;
}

/**
 * Una transacción; resuelve cuando está en el disco, con lo que `hacer` haya dejado en `salida`.
 * @template T
 * @param {IDBTransactionMode} modo
 * @param {(grabaciones: IDBObjectStore, trozos: IDBObjectStore, salida: {valor?: T}) => void} hacer
 * @returns {Promise<T>}
 */
async function transaccion(modo, hacer) {
  const t = (await base()).transaction(["grabaciones", "trozos"], modo, { durability: "strict" });
  /** @type {{valor?: T}} */
  const salida = {};
  hacer(t.objectStore("grabaciones"), t.objectStore("trozos"), salida);
  return new Promise((bien, mal) => {
    t.oncomplete = () => bien(/** @type {T} */ (salida.valor));
    t.onabort = () => mal(t.error ?? new DOMException("se interrumpió", "AbortError"));
    t.onerror = () => mal(t.error);
  });
}

const rango = (/** @type {string} */ id, desde = 0, hasta = Infinity) =>
  IDBKeyRange.bound([id, desde], [id, hasta], false, hasta !== Infinity);

/** @returns {Promise<Registro[]>} todas, de la más vieja a la más nueva */
export async function todas() {
  const filas = await transaccion("readonly", (grabaciones, _, salida) => {
    grabaciones.getAll().onsuccess = (e) => {
      salida.valor = /** @type {IDBRequest<Registro[]>} */ (e.target).result;
    };
  });
  return filas.sort((a, b) => a.inicio.localeCompare(b.inicio));
}

/** @param {Registro} registro */
export const guardar = (registro) =>
  transaccion("readwrite", (grabaciones) => {
    grabaciones.put(registro);
  });

/**
 * Un trozo y, con él, el registro al día: los dos o ninguno. Lanza `QuotaExceededError`.
 * @param {Registro} registro @param {number} desde byte en que empieza
 * @param {Uint8Array<ArrayBuffer>} claro @param {CryptoKey} llave
 */
export async function agregar(registro, desde, claro, llave) {
  const cifrado = await cerrar(llave, registro.id, desde, claro);
  await transaccion("readwrite", (grabaciones, trozos) => {
    trozos.put({ id: registro.id, desde, ...cifrado });
    grabaciones.put(registro);
  });
}

/** Cuánto sonido lleva un trozo, sin lo que agrega el cifrado. @param {Trozo} trozo */
const largo = (trozo) => trozo.datos.length - SOBRA;

/**
 * Los bytes guardados desde uno, seguidos y hasta un máximo; vacío si no hay. Lanza `OperationError` si no abren.
 * @param {string} id @param {number} desde @param {number} maximo @param {CryptoKey} llave
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function leer(id, desde, maximo, llave) {
  const partes = [];
  for (const trozo of await seguidos(id, desde, maximo)) {
    const va = Math.max(0, desde - trozo.desde);
    partes.push((await abrir(llave, trozo)).subarray(va, desde + maximo - trozo.desde));
  }
  return juntar(partes);
}

/** @param {string} id @param {number} desde @param {number} maximo @returns {Promise<Trozo[]>} */
const seguidos = (id, desde, maximo) =>
  transaccion("readonly", (_, trozos, salida) => {
    /** @type {Trozo[]} */
    const juntos = (salida.valor = []);
    let va = desde;
    const recorrer = (/** @type {number} */ primero) => {
      trozos.openCursor(rango(id, primero)).onsuccess = (e) => {
        const cursor = /** @type {IDBRequest<IDBCursorWithValue | null>} */ (e.target).result;
        if (!cursor || cursor.value.desde > va || va - desde >= maximo) return;
        const hasta = cursor.value.desde + largo(cursor.value);
        if (hasta > va) juntos.push(cursor.value);
        va = Math.max(va, hasta);
        cursor.continue();
      };
    };
    // El trozo que contiene `desde` puede empezar antes que él.
    trozos.openKeyCursor(rango(id, 0, desde + 1), "prev").onsuccess = (e) => {
      const cursor = /** @type {IDBRequest<IDBCursor | null>} */ (e.target).result;
      if (cursor) recorrer(/** @type {[string, number]} */ (cursor.key)[1]);
    };
  });

/**
 * Suelta los trozos que el servidor ya tiene completos, para hacer lugar.
 * @param {Registro} registro @param {number} hasta byte que el servidor ya tiene
 * @returns {Promise<boolean>} si se soltó algo
 */
export const soltar = (registro, hasta) =>
  transaccion("readwrite", (grabaciones, trozos, salida) => {
    salida.valor = false;
    trozos.openCursor(rango(registro.id, 0, hasta)).onsuccess = (e) => {
      const cursor = /** @type {IDBRequest<IDBCursorWithValue | null>} */ (e.target).result;
      if (!cursor || cursor.value.desde + largo(cursor.value) > hasta) return;
      salida.valor = true;
      cursor.delete();
      registro.incompleta = true;
      grabaciones.put(registro);
      cursor.continue();
    };
  });

/** @param {string} id */
export const borrar = (id) =>
  transaccion("readwrite", (grabaciones, trozos) => {
    grabaciones.delete(id);
    trozos.delete(rango(id));
  });

/** @param {Uint8Array[]} partes @returns {Uint8Array<ArrayBuffer>} */
export function juntar(partes) {
  const salida = new Uint8Array(partes.reduce((suma, parte) => suma + parte.length, 0));
  let va = 0;
  for (const parte of partes) {
    salida.set(parte, va);
    va += parte.length;
  }
  return salida;
}

const LASTRE = "lastre";
const LASTRE_OCTETOS = 20 << 20;

/**
 * Aparta lugar que se soltará si un día no cabe más: Chromium dice siempre que quedan 10 GiB, así que la única
 * manera de saber que falta lugar antes de que importe es tener con qué darse cuenta a tiempo.
 * @returns {Promise<boolean>} si hay lugar
 */
export async function lastrar() {
  const hay = await transaccion("readonly", (_, trozos, salida) => {
    trozos.count(rango(LASTRE)).onsuccess = (e) => {
      salida.valor = /** @type {IDBRequest<number>} */ (e.target).result > 0;
    };
  });
  if (hay) return true;
  const datos = new Uint8Array(LASTRE_OCTETOS); // al azar: ceros se comprimirían y no apartarían nada
  for (let k = 0; k < datos.length; k += 65_536) crypto.getRandomValues(datos.subarray(k, k + 65_536));
  return transaccion("readwrite", (_, trozos) => {
    trozos.put({ id: LASTRE, desde: 0, datos });
  }).then(() => true, () => false);
}

/**
 * Suelta lo apartado.
 * @returns {Promise<number>} octetos que se ganaron
 */
export const soltarLastre = () =>
  transaccion("readwrite", (_, trozos, salida) => {
    salida.valor = 0;
    trozos.count(rango(LASTRE)).onsuccess = (e) => {
      salida.valor = /** @type {IDBRequest<number>} */ (e.target).result * LASTRE_OCTETOS;
      trozos.delete(rango(LASTRE));
    };
  });

/**
 * Cuántos segundos de sonido caben todavía en este navegador; `Infinity` si no lo dice.
 * @param {number} hercios
 */
export async function caben(hercios) {
  if (!navigator.storage?.estimate) return Infinity;
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined ? Infinity : Math.max(0, quota - (usage ?? 0)) / (hercios * 2);
}

/** Pide que el navegador no borre la copia por su cuenta cuando le falte espacio. */
export const conservar = () => navigator.storage?.persist?.().catch(() => false);

/**
 * Una sola pestaña a la vez se ocupa de cada grabación; si esa pestaña muere, el navegador suelta el cerrojo.
 * @param {string} id
 * @param {{esperar?: boolean}} [como] con `esperar`, hasta que la otra lo suelte
 * @returns {Promise<(() => void) | null>} cómo soltarlo, o nada si es de otra
 */
export const cerrojo = (id, { esperar = false } = {}) =>
  new Promise((bien, mal) => {
    navigator.locks
      .request(`scribe-grabar:${id}`, { ifAvailable: !esperar }, (dado) => {
        if (!dado) return bien(null);
        return new Promise((soltarlo) => bien(() => soltarlo(undefined)));
      })
      .catch(mal);
  });
