// El navegador solo acepta como guion (Worker, service worker) una URL que pase por aquí: nuestros estáticos.
const politica = globalThis.trustedTypes?.createPolicy("scribe", { createScriptURL: revisar });

function revisar(url) {
  const ruta = new URL(url, location.href);
  if (ruta.origin !== location.origin || !ruta.pathname.startsWith("/estaticos/")) throw new TypeError("guion ajeno");
  return ruta.href;
}

// La URL de un guion nuestro, para `new Worker(guionPropio(new URL("./x.js", import.meta.url)))`.
export const guionPropio = (url) => (politica ? politica.createScriptURL(String(url)) : revisar(url));
