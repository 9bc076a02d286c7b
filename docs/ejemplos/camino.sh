#!/usr/bin/env bash
# Del clon a la nota firmada, con curl y la orden `scribe`: lo que dice docs/expediente.md, de corrido.
#
#   docs/ejemplos/camino.sh [CARPETA]     # después de `make consulta`; la carpeta debe ser nueva
#
# Todo es ficticio. Se puede cambiar: SCRIBE (la orden), GRABACION, PUERTO, FHIR (dirección de un servidor FHIR R4
# al que enviar) y FHIR_OPCIONES (las de `scribe destinos agregar`), CAIDA=no (sin el corte de luz simulado).
set -euo pipefail

RAIZ=$(cd "$(dirname "$0")/../.." && pwd)
CARPETA=${1:-$(mktemp -d -t scribe-camino-XXXXXX)}
SCRIBE=${SCRIBE:-$RAIZ/.venv/bin/scribe}
GRABACION=$(realpath "${GRABACION:-$RAIZ/evaluacion/muestras/faringitis.ogg}")
PUERTO=${PUERTO:-8600}
API=http://localhost:$PUERTO/api
ENTRAR="Ventana-Lluvia-82-Tambor" FIRMAR="Cobre-Naranjo-47-Puente"
mkdir -p "$CARPETA"; chmod 711 "$CARPETA"; cd "$CARPETA"

paso() { echo "== $*"; }
pide() { # MÉTODO RUTA [JSON]: lo que contesta la API, o se detiene con su error. Lo que se manda va por la
  # entrada estándar: los argumentos de un programa los ve cualquiera del equipo.
  curl -sS --fail-with-body -b galletas -c galletas -X "$1" "$API$2" \
    -H 'Content-Type: application/json' ${3+--data-binary @-} <<< "${3-}" > respuesta \
    || { cat respuesta >&2; return 1; }
  cat respuesta
}
dato() { python3 -c 'import json,sys; d=json.load(sys.stdin); print(eval(sys.argv[1], {"d": d}))' "$1"; }
arrancar() {
  : > servidor.log
  $SCRIBE servir --puerto "$PUERTO" --token > token 2>> servidor.log &
  SERVIDOR=$!
  until grep -q "atiende en" servidor.log; do
    kill -0 $SERVIDOR 2>/dev/null || { cat servidor.log >&2; exit 1; }
    sleep 0.2
  done
}
parar() { kill -INT "$SERVIDOR" 2>/dev/null && wait "$SERVIDOR" || true; }
trap parar EXIT

paso "1. La clave y el servidor, en una carpeta vacía"
export SCRIBE_DATOS=$CARPETA/datos SCRIBE_CLAVE_ARCHIVO=$CARPETA/clave
$SCRIBE clave nueva clave
arrancar

paso "2. Primer arranque: el establecimiento y la médica que administra"
pide POST /primer-arranque '{
  "token": "'"$(cat token)"'", "medico": true, "contrasena": "'$ENTRAR'", "contrasena_firma": "'$FIRMAR'",
  "establecimiento": {"pais": "MX", "nombre": "Consultorio Norte", "tipo": "consultorio",
                      "domicilio": "Calle Uno 1, Ciudad de México", "clave": "DFSSA000001"},
  "usuario": {"nombre_usuario": "doctora.gomez", "nombre": "Lucía", "apellido_paterno": "Gómez",
              "cedula": "1234567", "institucion_titulo": "Universidad de Prueba"}}' > /dev/null
pide POST /sesion '{"usuario": "doctora.gomez", "contrasena": "'$ENTRAR'"}' > /dev/null
MEDICA=$(pide GET /sesion | dato 'd["id"]')
LUGAR=$(pide GET /establecimientos | dato 'd[0]["id"]')

paso "3. A dónde se envía: una carpeta que otro sistema recoge y, si se dio, un servidor FHIR"
mkdir -p buzon
$SCRIBE destinos agregar buzon "$CARPETA/buzon"
if [ -n "${FHIR:-}" ]; then
  $SCRIBE destinos agregar hospital "$FHIR" ${FHIR_OPCIONES:-}
fi

paso "4. Paciente, consentimiento y consulta"
TEXTO=$(pide POST /consentimientos/textos '{"finalidad": "grabacion", "pais": "MX", "version": "1",
  "texto": "Acepto que se grabe esta consulta para redactar mi nota."}' | dato 'd["id"]')
PACIENTE=$(pide POST "/establecimientos/$LUGAR/pacientes" '{"datos": {
  "nombre": "María José", "apellido_paterno": "Núñez", "nacimiento": "1980-05-01", "sexo": "F",
  "domicilios": [{"calle": "Calle Dos", "numero_ext": "2", "municipio": "Coyoacán"}]}}' | dato 'd["id"]')
CONSENTIMIENTO=$(pide POST "/pacientes/$PACIENTE/consentimientos" '{
  "texto": "'"$TEXTO"'", "otorgado": true, "como": "electronico"}' | dato 'd["id"]')
ENCUENTRO=$(pide POST "/pacientes/$PACIENTE/encuentros" '{
  "establecimiento": "'"$LUGAR"'", "medico": "'"$MEDICA"'", "motivo": "dolor de garganta",
  "datos": {"inicio": "'"$(date -u +%FT%TZ)"'"}}' | dato 'd["id"]')

paso "5. La grabación, por trozos con su hash"
SUBIDA=$(pide POST "/encuentros/$ENCUENTRO/subidas" '{
  "consentimiento": "'"$CONSENTIMIENTO"'", "formato": "'"${GRABACION##*.}"'"}' | dato 'd["id"]')
suma() { sha256sum < "$1" | cut -d' ' -f1; }
split -b 100K -d "$GRABACION" trozo.
N=0
for T in trozo.*; do
  curl -sS --fail-with-body -b galletas -X PUT "$API/subidas/$SUBIDA/trozos/$N" \
    -H "X-Scribe-Sha256: $(suma "$T")" --data-binary "@$T" > /dev/null
  N=$((N + 1))
done
RECIBO=$(pide POST "/subidas/$SUBIDA/cierre" '{"trozos": '$N', "sha256": "'"$(suma "$GRABACION")"'"}')
NOTA=$(dato 'd["nota"]' <<< "$RECIBO") TRABAJO=$(dato 'd["trabajo"]' <<< "$RECIBO")
echo "$NOTA" > nota.id

trabajo() { pide GET "/trabajos/$TRABAJO" | dato 'd["trabajo"]["estado"]'; }
if [ "${CAIDA:-si}" = si ]; then
  paso "6. Se va la luz: kill -9 al servidor en pleno trabajo, y se arranca otra vez"
  until [ "$(trabajo)" != pendiente ]; do sleep 0.2; done
  { kill -9 "$SERVIDOR"; wait "$SERVIDOR"; } 2> /dev/null || true
  arrancar
fi

paso "7. El borrador"
until [ "$(trabajo)" = hecho ]; do
  [ "$(trabajo)" != requiere_atencion ] || { cat respuesta >&2; exit 1; }
  sleep 1
done
pide GET "/notas/$NOTA" > nota.json
dato '"   " + "\n   ".join(e["texto"] for s in d["contenido"]["nota"].values() for e in s)' < nota.json
echo "   Le falta para firmarse:"
dato '"   - " + "\n   - ".join(dict.fromkeys(f["texto"] for f in d["faltas"] if f["gravedad"] == "impide"))' < nota.json

enviado() { # CUÁNTOS: espera a que estén entregados; se detiene si un destino no los quiere
  until pide GET "/notas/$NOTA/envios" > envios.json
    [ "$(dato 'sum(e["estado"] == "entregado" for e in d)' < envios.json)" -ge "$1" ]; do
    ! grep -qE '"(rechazado|requiere_atencion)"' envios.json || { cat envios.json >&2; exit 1; }
    sleep 1
  done
  dato '"\n".join("   " + e["destino"] + ": " + e["motivo"] + ", " + e["estado"] for e in d)' < envios.json
}
if [ -n "${FHIR:-}" ]; then enviado 1; fi

paso "8. Revisar: lo dudoso se confirma, se corrige o se quita"
version() { dato 'd["version"]' < nota.json; }
dudosos() { # SECCIÓN ÍNDICE DECISIÓN: la pauta mal oída («1.8 horas») se corrige; lo demás se confirma
  dato '"\n".join(f"{s} {i} " + ("corregir" if "1.8 horas" in e["texto"] else "confirmar")
    for s, es in d["contenido"]["nota"].items() for i, e in enumerate(es)
    if e["estado"] == "por_revisar" or "1.8 horas" in e["texto"])' < nota.json
}
while read -r SECCION INDICE DECISION; do
  [ -n "$SECCION" ] || continue
  DICHO=null; [ "$DECISION" = corregir ] && DICHO='"Paracetamol de 750 mg, 1 cada 8 horas por 3 días"'
  pide POST "/notas/$NOTA/resolver" '{"sobre": '"$(version)"', "seccion": "'"$SECCION"'", "indice": '"$INDICE"',
    "decision": "'"$DECISION"'", "texto": '"$DICHO"'}' > nueva.json && mv nueva.json nota.json
done <<< "$(dudosos)"
for INDICE in $(dato '" ".join(str(i) for i in range(len(d["contenido"]["avisos"])))' < nota.json); do
  pide POST "/notas/$NOTA/avisos" '{"sobre": '"$(version)"', "indice": '"$INDICE"',
    "resolucion": "Lo vi: se corrigió o se tomó en cuenta."}' > nueva.json && mv nueva.json nota.json
done

paso "9. Editar: lo que falta y el pronóstico, que solo escribe el médico"
python3 - > edicion.json <<'PY'
import json

vista = json.load(open("nota.json"))
contenido = vista["contenido"]
mio = lambda tipo, texto: {"texto": texto, "tipo": tipo, "autor": "medico"}
contenido["nota"]["pronostico"] = [mio("pronostico", "Bueno para la vida y para la función.")]
contenido["nota"]["plan"].append(mio("indicacion", "Líquidos abundantes; regresar si hay dificultad para respirar."))
contenido["signos"] = [
    {"clave": "tension_arterial", "valor": "124/80", "unidad": "mmHg"},
    {"clave": "temperatura", "valor": "38.2", "unidad": "°C"},
    {"clave": "frecuencia_cardiaca", "valor": "88", "unidad": "por minuto"},
    {"clave": "frecuencia_respiratoria", "valor": "18", "unidad": "por minuto"},
    {"clave": "peso", "valor": "64", "unidad": "kg"}, {"clave": "talla", "valor": "1.62", "unidad": "m"},
]
contenido["receta"] = [
    {"generico": "Azitromicina", "presentacion": "tabletas de 500 mg", "dosis": "1 tableta", "via": "oral",
     "frecuencia": "cada 24 horas", "duracion": "por 5 días"},
    {"generico": "Paracetamol", "presentacion": "tabletas de 750 mg", "dosis": "1 tableta", "via": "oral",
     "frecuencia": "cada 8 horas", "duracion": "por 3 días"},
]
print(json.dumps({"sobre": vista["version"], "contenido": contenido}))
PY
pide PUT "/notas/$NOTA" "$(cat edicion.json)" > nota.json
CODIGO=$(dato 'next(c["codigo"] for c in d["contenido"]["codigos"] if c["sistema"] == "CIE-10")' < nota.json)
pide PUT "/notas/$NOTA/codigos" '{"sobre": '"$(version)"', "diagnosticos": [
  {"codigo": "'"$CODIGO"'", "titulo": "", "principal": true}]}' > nueva.json && mv nueva.json nota.json

paso "10. Firmar con la segunda contraseña"
pide POST "/notas/$NOTA/firma" '{"version": '"$(version)"', "contrasena": "'$FIRMAR'"}' > firma.json
pide GET "/notas/$NOTA/firma" | dato '"   firma válida: " + str(d["valida"])'

paso "11. Lo firmado llega a donde se envía"
enviado $([ -n "${FHIR:-}" ] && echo 3 || echo 1)
ls buzon/*-firmada

paso "12. El PDF"
pide POST /sesion/reautenticar '{"contrasena": "'$ENTRAR'"}'
pide GET "/notas/$NOTA/pdf" > nota.pdf
[ "$(suma nota.pdf)" = "$(dato 'd["sha256_pdf"]' < firma.json)" ]
echo "   $CARPETA/nota.pdf, con el hash que dice su firma"

paso "13. La bitácora"
pide POST /bitacora/cabeza '{}' > cabeza.json
parar
$SCRIBE bitacora verificar
