// El token llega en el fragmento del enlace de la terminal (#…): el fragmento nunca se manda al servidor.
const campo = document.getElementById("token");
const dado = location.hash.slice(1);
if (campo && dado && !campo.value) {
  campo.value = dado;
  history.replaceState(null, "", location.pathname);
  document.getElementById("lugar").focus();
}
