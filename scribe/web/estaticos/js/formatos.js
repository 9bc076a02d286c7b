// Cómo se escriben para una persona una fecha y una edad: igual que en las páginas (`scribe/web/formatos.py`).
const MESES = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
const partes = (iso) => iso.split("-").map(Number);

// `2026-03-05` → `5 mar 2026`
export function fecha(iso) {
  const [a, m, d] = partes(iso);
  return `${d} ${MESES[m - 1]} ${a}`;
}

// Años cumplidos; antes de los dos, meses.
export function edad(nacimiento, hoy = new Date()) {
  const [a, m, d] = partes(nacimiento);
  const meses = (hoy.getFullYear() - a) * 12 + hoy.getMonth() + 1 - m - (hoy.getDate() < d ? 1 : 0);
  if (meses < 24) return meses === 1 ? "1 mes" : `${Math.max(meses, 0)} meses`;
  return `${Math.floor(meses / 12)} años`;
}
