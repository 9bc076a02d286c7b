// Sigue lo que está en proceso sin recargar; cuando algo termina, la lista se pide de nuevo
// (aquí nadie escribe: recargar no pierde nada).
import { seguir } from "./avance.js";

const CADA_MS = 5000;

for (const renglon of document.querySelectorAll("[data-trabajo]")) {
  const dice = renglon.querySelector("[data-dice]");
  const barra = renglon.querySelector("progress");
  seguir(renglon.dataset.trabajo, ({ avance }) => {
    if (!dice) return;
    const texto = [avance.dice, avance.falta].filter(Boolean).join(". ");
    if (dice.textContent !== texto) dice.textContent = texto;
    barra.value = avance.parte;
  }, { cadaMs: CADA_MS }).then(() => location.reload());
}
