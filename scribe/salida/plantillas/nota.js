"use strict";
(() => {
  const uno = (s, de = document) => de.querySelector(s);
  const todos = (s, de = document) => [...de.querySelectorAll(s)];
  const turnos = uno("#turnos");
  const audio = uno("#audio");
  const archivo = uno("#archivo");
  const calma = matchMedia("(prefers-reduced-motion: reduce)");
  const dosColumnas = matchMedia("(min-width: 1000px)");

  for (const parte of todos(".herramientas, .sonido, .filtros")) parte.hidden = false;

  // --- Evidencia: de la nota a la transcripción y de regreso ------------------------------------
  const palabras = new Map();
  for (const tramo of todos(".cita[data-de]", turnos)) {
    for (const clave of tramo.dataset.de.split(" ")) {
      if (!palabras.has(clave)) palabras.set(clave, []);
      palabras.get(clave).push(tramo);
    }
  }
  let resaltados = [];
  let elegida = null;

  function resaltar(clave) {
    for (const nodo of resaltados) nodo.classList.remove("activa");
    resaltados = clave ? [...(palabras.get(clave) || [])] : [];
    const pieza = clave && document.getElementById(clave);
    if (pieza) resaltados.push(pieza);
    for (const nodo of resaltados) nodo.classList.add("activa");
  }

  // Acomoda `nodo` dentro de la parte visible de la transcripción, sin mover la página.
  function acomodar(nodo) {
    const marco = turnos.getBoundingClientRect();
    const visible = Math.min(marco.bottom, innerHeight) - Math.max(marco.top, 0);
    const meta = Math.max(marco.top, 0) + visible / 3;
    const caja = nodo.getBoundingClientRect();
    if (caja.top > Math.max(marco.top, 0) + 8 && caja.bottom < Math.min(marco.bottom, innerHeight) - 8) return;
    turnos.scrollTop += caja.top - meta;
  }

  function mostrar(clave) {
    const primera = (palabras.get(clave) || [])[0];
    if (!primera || !dosColumnas.matches) return;
    acomodar(primera);
    requestAnimationFrame(() => acomodar(primera));
  }

  let espera = 0;
  function asomar(clave) {
    clearTimeout(espera);
    espera = setTimeout(() => { resaltar(clave || elegida); if (clave) mostrar(clave); }, 90);
  }

  function elegir(clave) {
    elegida = clave;
    resaltar(clave);
    if (clave) mostrar(clave);
  }

  for (const pieza of todos(".pieza[data-pieza]")) {
    const clave = pieza.dataset.pieza;
    const cabecera = uno("summary", pieza);
    pieza.addEventListener("pointerenter", (e) => { if (e.pointerType === "mouse") asomar(clave); });
    pieza.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") asomar(null); });
    cabecera.addEventListener("focus", () => { if (cabecera.matches(":focus-visible")) asomar(clave); });
    pieza.addEventListener("toggle", () => {
      if (pieza.open) elegir(clave);
      else if (elegida === clave) elegir(null);
    });
  }

  function abrir(clave) {
    const pieza = document.getElementById(clave);
    if (!pieza) return;
    for (let nodo = pieza; nodo; nodo = nodo.parentElement) if (nodo.tagName === "DETAILS") nodo.open = true;
    elegir(clave);
    pieza.scrollIntoView({ block: "center", behavior: calma.matches ? "auto" : "smooth" });
    uno("summary", pieza).focus({ preventScroll: true });
  }

  for (const enlace of todos("[data-abre]")) {
    enlace.addEventListener("click", (e) => { e.preventDefault(); abrir(enlace.dataset.abre); });
  }

  turnos.addEventListener("click", (e) => {
    const corregida = e.target.closest(".corr");
    if (corregida) corregida.classList.toggle("abierta");
    const origen = e.target.closest("[data-de]");
    if (origen && !getSelection().toString()) siguiente(origen.dataset.de.split(" "));
  });

  // Un tramo puede sustentar varias cosas: cada clic pasa a la siguiente.
  function siguiente(claves) {
    const lugar = claves.indexOf(elegida);
    abrir(claves[(lugar + 1) % claves.length]);
  }

  document.addEventListener("click", (e) => {
    const enlace = e.target.closest("a.ir");
    if (!enlace) return;
    e.preventDefault();
    const pieza = enlace.closest(".pieza");
    const turno = uno(enlace.getAttribute("href"));
    if (pieza) elegir(pieza.dataset.pieza);
    if (!turno) return;
    if (dosColumnas.matches) { acomodar(turno); requestAnimationFrame(() => acomodar(turno)); }
    else turno.scrollIntoView({ block: "center", behavior: calma.matches ? "auto" : "smooth" });
    const boton = uno("button", turno);
    if (boton) boton.focus({ preventScroll: true });
  });

  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    elegir(null);
    for (const nodo of todos(".corr.abierta", turnos)) nodo.classList.remove("abierta");
  });

  // --- Sonido: el de al lado o el que abra la persona; nunca sale del equipo ---------------------
  const estadoSonido = uno("#estado-sonido");
  let pendiente = null;

  function conSonido(si) {
    document.body.classList.toggle("con-sonido", si);
    audio.hidden = !si;
    uno("#abrir").classList.toggle("discreto", si);
    uno("#abrir span").textContent = si ? "Abrir otra grabación" : "Abrir la grabación para oírla aquí";
  }
  conSonido(false);

  function tocar(segundo) {
    audio.currentTime = Math.max(0, segundo - 0.15);
    audio.play().catch(() => {});
  }

  audio.addEventListener("loadedmetadata", () => {
    conSonido(true);
    const prevista = Number(document.body.dataset.duracion);
    if (Number.isFinite(audio.duration) && prevista > 0 && Math.abs(audio.duration - prevista) > 5) {
      estadoSonido.textContent = "Esta grabación dura distinto: quizá no es la de esta consulta.";
    }
    if (pendiente !== null) { tocar(pendiente); pendiente = null; }
  });
  audio.addEventListener("error", () => {
    conSonido(false);
    if (archivo.files.length) estadoSonido.textContent = "El navegador no puede tocar ese archivo.";
  });
  if (audio.error) conSonido(false);
  else if (audio.readyState > 0) conSonido(true);

  document.addEventListener("click", (e) => {
    const boton = e.target.closest(".oir");
    if (!boton) return;
    if (boton === tocado && !audio.paused) { audio.pause(); return; }
    tocado = boton;
    const segundo = Number(boton.dataset.t);
    if (document.body.classList.contains("con-sonido")) tocar(segundo);
    else { pendiente = segundo; archivo.click(); }
  });

  // El botón que suena dice «Pausar»: se calla donde se prendió.
  let tocado = null;
  function rotular() {
    for (const boton of todos(".oir.suena")) {
      boton.classList.remove("suena");
      const rotulo = uno(".rotulo", boton);
      if (rotulo) rotulo.textContent = "Oír";
    }
    if (!tocado || audio.paused) return;
    tocado.classList.add("suena");
    const rotulo = uno(".rotulo", tocado);
    if (rotulo) rotulo.textContent = "Pausar";
  }
  audio.addEventListener("play", () => { document.body.classList.add("tocando"); rotular(); });
  audio.addEventListener("playing", rotular);
  audio.addEventListener("pause", rotular);

  let direccion = null;
  archivo.addEventListener("change", () => {
    const elegido = archivo.files[0];
    if (!elegido) return;
    estadoSonido.textContent = "";
    if (direccion) URL.revokeObjectURL(direccion);
    direccion = URL.createObjectURL(elegido);
    audio.src = direccion;
    comprobar(elegido);
  });

  const LIMITE = 600 * 2 ** 20; // bytes que es razonable leer de golpe para sacar la suma
  async function comprobar(elegido) {
    const prevista = document.body.dataset.sha256;
    if (!prevista || !crypto.subtle || elegido.size > LIMITE) return;
    const suma = await crypto.subtle.digest("SHA-256", await elegido.arrayBuffer());
    const hex = [...new Uint8Array(suma)].map((b) => b.toString(16).padStart(2, "0")).join("");
    estadoSonido.textContent = hex === prevista
      ? "Es la grabación de esta consulta (comprobada por su suma)."
      : "Cuidado: este archivo no es la grabación de esta consulta.";
  }

  const lista = todos(".turno", turnos);
  const inicios = lista.map((t) => Number(t.dataset.t));
  let sonando = null;
  audio.addEventListener("timeupdate", () => {
    let bajo = 0;
    let alto = inicios.length;
    while (bajo < alto) {
      const medio = (bajo + alto) >> 1;
      if (inicios[medio] <= audio.currentTime + 0.2) bajo = medio + 1;
      else alto = medio;
    }
    const turno = bajo ? lista[bajo - 1] : null;
    if (turno === sonando) return;
    if (sonando) sonando.classList.remove("sonando");
    sonando = turno;
    if (turno) {
      turno.classList.add("sonando");
      if (dosColumnas.matches && !audio.paused) acomodar(turno);
    }
  });

  // --- Buscar y filtrar ------------------------------------------------------------------------
  const llano = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const dichos = lista.map((t) => llano(uno(".dicho-en-turno", t).textContent));
  const buscar = uno("#buscar");
  const voces = todos("[data-voz]", uno(".filtros"));

  function filtrar() {
    const busca = llano(buscar.value.trim());
    const ocultas = new Set(voces.filter((v) => !v.checked).map((v) => v.dataset.voz));
    let quedan = 0;
    lista.forEach((turno, k) => {
      const va = !ocultas.has(turno.dataset.voz) && (!busca || dichos[k].includes(busca));
      turno.hidden = !va;
      if (va) quedan += 1;
    });
    uno("#encontrados").textContent = quedan === lista.length ? "" : `${quedan} de ${lista.length} turnos`;
    marcar(busca);
  }

  // Marca lo hallado sin tocar el documento, donde el navegador sabe hacerlo.
  function marcar(busca) {
    if (!globalThis.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("hallado");
    if (busca.length < 2) return;
    const rangos = [];
    for (const turno of lista) {
      if (turno.hidden) continue;
      const paseo = document.createTreeWalker(uno(".dicho-en-turno", turno), NodeFilter.SHOW_TEXT);
      for (let nodo = paseo.nextNode(); nodo; nodo = paseo.nextNode()) {
        const texto = llano(nodo.data);
        if (texto.length !== nodo.data.length) continue;
        for (let i = texto.indexOf(busca); i >= 0; i = texto.indexOf(busca, i + busca.length)) {
          const rango = new Range();
          rango.setStart(nodo, i);
          rango.setEnd(nodo, i + busca.length);
          rangos.push(rango);
        }
      }
    }
    CSS.highlights.set("hallado", new Highlight(...rangos));
  }
  buscar.addEventListener("input", filtrar);
  for (const voz of voces) voz.addEventListener("change", filtrar);
  uno("#lo-oido").addEventListener("change", (e) => turnos.classList.toggle("con-oido", e.target.checked));

  // --- Copiar e imprimir -----------------------------------------------------------------------
  function notaEnTexto() {
    const renglones = [];
    for (const seccion of todos(".soap")) {
      renglones.push(uno("h2", seccion).childNodes[1].textContent.trim().toUpperCase());
      for (const pieza of todos(".pieza", seccion)) {
        const marca = uno(".marca", pieza);
        renglones.push(`- ${uno(".texto", pieza).textContent}${marca ? ` [${marca.textContent.trim()}]` : ""}`);
      }
      if (!uno(".pieza", seccion)) renglones.push(uno(".vacia", seccion).textContent);
      renglones.push("");
    }
    return renglones.join("\n").trim();
  }

  async function copiar() {
    const texto = notaEnTexto();
    try {
      await navigator.clipboard.writeText(texto);
    } catch {
      const area = document.createElement("textarea");
      area.value = texto;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    uno("#dicho").textContent = "Copiada";
    setTimeout(() => { uno("#dicho").textContent = ""; }, 2500);
  }
  uno("#copiar").addEventListener("click", copiar);
  // En papel no hay qué desplegar: los avisos plegados se abren mientras se imprime.
  addEventListener("beforeprint", () => todos(".otros").forEach((o) => { o.dataset.era = String(o.open); o.open = true; }));
  addEventListener("afterprint", () => todos(".otros").forEach((o) => { o.open = o.dataset.era === "true"; }));
  uno("#imprimir").addEventListener("click", () => print());
  uno("#con-transcripcion").addEventListener("change", (e) =>
    document.body.classList.toggle("imprime-transcripcion", e.target.checked));
})();
