// Sigue un trabajo hasta que termina. Lo que se dice de él lo escribe el servidor (`avance`), igual en toda página.
import { traer } from "./api.js";

const CADA_MS = 2000;
const TERMINADOS = ["hecho", "requiere_atencion", "cancelado"];

// Llama `pintar(visto)` en cada vuelta; la promesa da cómo terminó. Sin red, o sin sesión, sigue intentando: el
// trabajo no se detiene.
export async function seguir(trabajo, pintar, { cadaMs = CADA_MS } = {}) {
  for (;;) {
    const visto = document.hidden ? null : await traer(`/api/trabajos/${trabajo}`, { fondo: true }).catch(() => null);
    if (visto) pintar(visto);
    if (visto && TERMINADOS.includes(visto.trabajo.estado)) return visto.trabajo.estado;
    await new Promise((listo) => setTimeout(listo, cadaMs));
  }
}
