"""Cómo habla el médico: expresiones y arreglos con que sus frases pasan a la nota."""

from __future__ import annotations

import itertools
import re

from scribe.lenguaje.clinico import glosas
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Trozo, alinar, mayuscula
from scribe.soap.persona import de_usted

DIGITO = re.compile(r"\d")


ABRE = re.compile(
    r"^(?:(?:(?:sí|no)\s*[,.;]|(?:y|pero|entonces|pues|bueno|okey|ok|primero|segundo|tercero|también|además|ahora|mira|mirá|mire|vea|fíjese|por último|"  # noqa: E501
    r"luego|ajá|ah|claro|bien|muy bien|perdón|a ver)\b(?!\s+(?:hay|tiene|se|te|le|es)\b))[\s,.:]*)+",
    re.IGNORECASE,
)


CONTINUAR = re.compile(
    r"(?<!si )(?<!si no )\b(?:se queda igual|queda igual|contin\w+|sig[aue]\w* (?:con|tomando|igual(?:it[oa])?)|seguimos con|mantenemos|mantenga)\b"  # noqa: E501
)


REINICIAR = re.compile(r"\b(?:retom\w+|reinici\w+|volvemos a (?:dar|iniciar))\b")


AUMENTAR = re.compile(
    r"\b(?:aument\w+|(?:te|le) subo|subimos|subir|sub[ae](?:le|la|lo|mos la dosis)|subirle)\b"
)


BAJAR = re.compile(
    r"\b(?:disminu\w+|(?:te|le) bajo|bajamos la dosis|baj[ae](?:la|lo)|baj[ae]le a (?:la dosis|\d|un[oa]|media)|bajarle a)\b"  # noqa: E501
)


AGREGAR = re.compile(r"\b(?:agreg\w+|anad\w+)\b")


PARA = re.compile(r"\bpara (?:el|la|los|las|su|tu) [^,.;:]{2,40}(?=[,.;:]|$)")


_CUANTOS = r"(?:\d+|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta)"
_LAPSO = r"(?:dias?|semanas?|quincenas?|mes(?:es)?|horas|anos?)"
_DIA = r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
PLAZO = re.compile(
    rf"\b(?:en|dentro de|a|de aqui a|a los|a las|cada|despues de|pasad[oa]s) (?:unos? |unas? |los |las |otr[oa]s? )?{_CUANTOS}(?: (?:o|a) {_CUANTOS})? {_LAPSO}\b|"  # noqa: E501
    rf"\bde (?:hoy|manana|este {_DIA}|el {_DIA}|{_DIA}) en (?:ocho|quince|8|15)\b|\b(?:en|de aqui a) (?:ocho|quince|8|15)(?= ?(?:[,.;]|$|con|para|y))|"  # noqa: E501
    rf"\b(?:el|la|este|proxim[oa]|el proximo|la proxima|la otra|el otro|la semana) (?:{_DIA}|semana|quincena|mes)\b|\bpasado manana\b|\bmanana\b(?! y)|"  # noqa: E501
    r"\b(?:proxima|otra|siguiente) (?:semana|cita|consulta|quincena)\b|\b(?:semana|mes|quincena) (?:que (?:viene|entra)|siguiente|entrante)\b|"  # noqa: E501
    r"\bun (?:mes|par de (?:dias|semanas|meses))\b|\buna (?:semana|quincena)\b|\bmedio ano\b|"
    r"\b(?:a |en )?(?:fin|finales|principios|mediados) de (?:mes|semana|ano)\b|"
    r"\bel (?:dia )?\d{1,2} de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b"  # noqa: E501
)


def texto_de(trozo: Trozo) -> str:
    """Lo dicho, sin muletillas ni enlaces al principio."""
    base = alinar(trozo.dicho)
    return alinar(ABRE.sub("", base) or base)


RETIRA = re.compile(
    r"\b(?:suspend\w+|quit\w+|retir\w+|(?<!voy a )(?<!vamos a )dej[ae]\w*)(?: de tomar)?"
    r"(?: el| la| los| las)? $"
)
"""«Deje el naproxeno»; pero «le voy a dejar naproxeno» lo receta."""


SE_VA = re.compile(
    r"\bse va(?:n)? (?:de una vez |ya |hoy |tambien )?(?:el|la|los|las|ese|esa) |"
    r"\b(?:borr?[ae]l[oa]s?|tir[ae]l[oa]s?|olvid[ae]l[oa]s?|l[oa]s? (?:tira[s]?|tire[s]?|borra[s]?|borre[s]?|paramos|cortamos|quito|quita[s]?|quitamos|retiro|retiramos|tacho|cancelo|suspendo|suspendemos|regresa[s]?|devuelve[s]?|dejamos fuera|(?:voy|vamos) a (?:quitar|retirar|suspender|cancelar)))\b|"  # noqa: E501
    r"\bni l[oa]s? (?:compre[s]?|surta[s]?|tome[s]?|use[s]?)\b|,? (?:adios|fuera|a la basura)(?= *(?:[,.;]|$))"  # noqa: E501
)
"""Con el nombre dicho: «se va la glibenclamida», «el meloxicam lo tira», «ese bórrelo, ni lo compre»."""


NO_SUSPENDER = re.compile(
    r"\bno (?:(?:me|se|le|te|lo|la|los|las) ){0,2}(?:vaya a |vayas a |hay que |debe )?$"
)
"""Lo que, delante de «suspender», lo prohíbe: «no la suspenda por su cuenta»."""


PARTE = re.compile(
    r",? (?:y|pero) (?=(?:lo|la|te|nos|le|los|las|me|se) (?:veo|vemos|espero|doy|pido|mando|trae|traes|regresa|regresas|quiero|dejo|formulo|ordeno|solicito)\b|me (?:hace|haces|toma|tomas|deja|dejas|suspende|suspendes|quita|quitas|evita|evitas|cuida|cuidas|va a|vas a)\b|"  # noqa: E501
    r"(?:si|cuando) (?:(?:le|te|se|no|nos|lo|la|en|ya|usted|acaso|por|el|los|las) )*\w+\b[^.]*(?:urgencias|vien|veng|regres|habl|llam|marc|trae|traig|hospital|avis|corriendo|consult|acud|vuelv)|"  # noqa: E501
    r"si (?:le|te|se|no|tiene|hay)\b|"
    r"(?:vuelv|regres|vien|veng)\w+ |"
    r"antes de (?:irse|que se vaya)|para (?:el|la|los|las)\b)"
    r"|, (?=(?:nos vemos|(?:le|te) (?:pido|dejo la orden|mando)|(?:lo|la|te) (?:veo|espero|cito))\b)|,? (?=si (?:le|te|se|tiene|hay|no|sangra|ve|llega|nota|presenta|siente|vomita|empeora)\b[^.]*(?:urgencias|vien|regres|habl|llam|trae|veng|hospital|avis|acud|vuelv))"  # noqa: E501
)


FIRME = re.compile(
    r"\b(?:(?:usted|tu|el nino|la nina|ya) (?:anda|esta|trae|quedo|salio) (?:muy |un poco |con )?(?:anemi|diabetic|prediabet|hipertens|deshidratad|desnutrid)\w*|lo que (?:tiene[s]?|trae[s]?) es|esto es|se trata de|^es una?|diagnostic\w+|el problema es)\b"  # noqa: E501
)


MIRA = re.compile(
    r"(?<!lo que )\b(?:veo|palpo|oigo|escucho|siento|toco|observo|se (?:ve|palpa|oye|escucha|observa|aprecia)n?)\b"  # noqa: E501
)


HALLA = re.compile(
    r"(?<!lo que )(?<!que )\b(?!lo siento(?: mucho| tanto|\W*$|[,.;]))"
    r"(?:(?:te|le|lo|la|los|las|se (?:te|le)|aqui|no) "
    r"(?:veo|palpo|oigo|escucho|siento|toco|noto|observo)|se (?:ven?|palpan?|oyen?|escuchan?|observan?|aprecian?|sienten?)|palpo|ausculto|al tacto|a la (?:exploracion|palpacion|auscultacion|vista))\b"  # noqa: E501
)
"""Con qué cuenta el médico lo que encuentra al explorar."""


def cifras_de(texto: str) -> set[str]:
    """Las cifras de un texto."""
    return set(re.findall(r"\d+(?:[.,]\d+)?½?|½", texto))


def inicio_de_duda(texto: str, inicio: int) -> int:
    """Dónde empieza la cláusula de la duda, con su «y» o su coma."""
    antes = llano(texto[:inicio])
    corte = max(antes.rfind(", "), antes.rfind(" y "), antes.rfind(". "))
    return corte if corte > 0 else inicio


COPULA = re.compile(
    r"^(?:(?:esto|eso|lo que (?:tiene|tienes|trae|traes)|ya|usted|aqui|pues|entonces|bueno|y|aquí) )*(?:es|son|tiene[s]?|tenemos|se trata de|trae[s]?|seria)"  # noqa: E501
    r" (?:una? |unas? |el |la )?", re.IGNORECASE,
)  # fmt: skip


def sin_copula(texto: str) -> str:
    """El diagnóstico sin «es una», «tiene un»…"""
    limpio = re.sub(r"^s[ií],? (?=(?:es|son|tiene|tienes|trae|traes) )", "", alinar(texto), flags=re.I)
    limpio = re.sub(r",? pues$", "", limpio)
    return alinar(COPULA.sub("", limpio, count=1)) or texto


def dividir(trozo: Trozo) -> list[Trozo]:
    """Separa dos indicaciones dichas en una oración («le pido…, y la veo en 6 semanas»)."""
    plano = llano(trozo.texto)
    cortes: list[int] = []
    for m in PARTE.finditer(plano):
        if m.start() > 15 and not _en_lista_de_condiciones(plano, cortes[-1] if cortes else 0, m.end()):
            cortes.append(m.end())
    bordes = [0, *cortes, len(trozo.texto)]
    return [trozo.parte(a, a + len(trozo.texto[a:b].rstrip())) for a, b in itertools.pairwise(bordes)]


_SI = re.compile(r"(?:\W|(?:pero|y|o)\b)*si\b(?!,| \d)")


def _en_lista_de_condiciones(plano: str, desde: int, corte: int) -> bool:
    """Si el corte separaría dos condiciones de una misma orden: «si sangra, si se confunde, llaman»."""
    return _SI.match(plano, desde) is not None and _SI.match(plano, corte) is not None


EXAMEN = (
    (re.compile(r"\bno (?:le|te) (?:oigo|escucho)\b", re.I), "no se le escucha"), (re.compile(r"\bno (?:le|te) (?:veo|observo)\b", re.I), "no se le observa"),  # noqa: E501
    (re.compile(r"\bno (?:le|te) (?:palpo|siento|toco)\b", re.I), "no se le palpa"), (re.compile(r"\b(?:le|te) (?:oigo|escucho)\b", re.I), "se le escucha"),  # noqa: E501
    (re.compile(r"\bno veo\b", re.I), "no se observa"), (re.compile(r"\bno (?:oigo|escucho)\b", re.I), "no se escucha"),  # noqa: E501
    (re.compile(r"\bno (?:siento|palpo|toco)\b", re.I), "no se palpa"), (re.compile(r"^(?:aqu[ií] )?(?:s[ií] )?(?:le |te )?veo\b", re.I), "se observa"),  # noqa: E501
    (re.compile(r"^lo que s[ií] (?:traigo|trae[s]?|tiene[s]?|veo) es\b", re.I), ""), (re.compile(r"\b(?:oigo|escucho)\b", re.I), "se escucha"),  # noqa: E501
    (re.compile(r"^(?:y )?aqu[ií] ", re.I), ""),
)  # fmt: skip


MANIOBRAS = {"Giordano", "Lasègue"}


_DE_PRUEBA = re.compile(
    r"^(?:esta )?es (?:la|el) ((?:prueba|maniobra|signo|test)\b[^.]*)\.\s+", re.IGNORECASE
)


def glosado(texto: str) -> str:
    """El hallazgo con su nombre clínico por delante, si no está ya escrito, y sin la primera persona."""
    plano = llano(texto)
    terminos: list[str] = []
    for termino, patron in glosas():
        m = patron.search(plano)
        raiz = llano(termino).split()[0][:7]
        if (
            m
            and raiz not in plano
            and (termino in MANIOBRAS or not calificar(texto, m.start(), m.end()).negada)
        ):
            if any(llano(termino).split()[0] == llano(t).split()[0] for t in terminos):
                continue
            terminos.append(termino)
    cuerpo = _DE_PRUEBA.sub(r"\1: ", texto)
    for patron, nuevo in EXAMEN:
        cuerpo = patron.sub(nuevo, cuerpo, count=1).strip()
    cuerpo = de_usted(cuerpo)
    if not terminos:
        return cuerpo
    return f"{mayuscula(', '.join(terminos[:3]))}: {cuerpo[:1].lower() + cuerpo[1:]}"


CUANDO_VUELVO = re.compile(
    r"\b(?:cuando|que dia|en cuanto(?: tiempo)?|cada cuando)\b.*\b(?:veng\w*|vien\w*|vuelv\w*|regres\w*|cita|consulta|traig\w*|traer\w*|nos vemos|"  # noqa: E501
    r"me ve|lo ve|la ve|revis\w*|control)\b|\b(?:veng\w*|vuelv\w*|regres\w*|cita|traig\w*)\b.*\bcuando\b|^\W*(?:y )?(?:mi |la )?(?:proxima )?cita\b"  # noqa: E501
)
"""Con qué pregunta el paciente cuándo ha de volver."""


MEDIDO = re.compile(
    r"\b(?:salio|salieron|salia|marco|marca|midio|mide|reporta\w*|resulto|amanecio|trae|traia|tiene|traes|tienes|dio|pesa|peso)\b"
    r"|\b(?:glucosa|azucar|presion|tension|temperatura|saturacion|oxigen\w+|piquete|dedo|pulso)\b"
)
"""Lo que se mide o resulta («el piquete salió en 312, en ayunas») no es una receta."""


CARENCIA = re.compile(
    r"\b(?:(?:falta|deficiencia|carencia|bajos?|niveles?|perdida) de|"
    r"mientras (?:tom[ea]s?|us[ea]s?|dure)(?: con)?|junto con)(?: la| el| su)? $"
)
"""Un fármaco nombrado sin recetarlo: «anemia por falta de hierro», «mientras tome la prednisona»."""


CAUSA = re.compile(
    r"\b(?:por|debido a|causad[oa] por|de tanto|a causa de)(?: tanto| tanta| el| la| los| las| del)* $"
)


NO_SE_TOMA = re.compile(r"\bno (?:se|te|me) (?:l[oa]s? )?(?:tom[ae]s?|pon[eg]\w*|aplic\w+|us[ae]s?|inyect\w+)\b")  # noqa: E501


CANTIDAD = re.compile(
    r"\b(?:una (?:sola )?(?:dosis|aplicacion|inyeccion)|dosis unica|\d+ \w+) (?:de |del )?$"
)
