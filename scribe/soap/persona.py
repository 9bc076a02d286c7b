"""De la primera y segunda persona a la tercera: «me siento bien» → «se siente bien».

Solo cambia verbos de una lista (`datos/verbos.tsv`), posesivos y pronombres; lo demás queda como se dijo.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

import simplemma

from scribe.lenguaje.texto import llano

_FINALES = {
    "ar": ("o", "a", "é", "ó", "e"),
    "er": ("o", "e", "í", "ió", "a"),
    "ir": ("o", "e", "í", "ió", "a"),
}
_AMBIGUAS = {"mareo", "como", "cargo", "peso", "uso", "fumo", "camino", "trabajo", "paso", "bajo", "corte", "golpe", "tos", "vi", "di",  # noqa: E501
             "visto", "medico", "nota", "cura", "cierra", "llevo", "toque", "lloro", "pego", "paro", "mejore", "curo", "salgo",  # noqa: E501
             "ahogo", "meto", "corto", "cuido", "manchas", "pasas", "notas", "curas", "cenas", "comas", "marcas", "cargas",  # noqa: E501
             "medidas", "vistas", "llamo", "seguido", "bate", "pegas", "paras", "siento", "trago"}  # fmt: skip  # noqa: E501
_AL_ABRIR = {"llevo", "siento", "salgo", "lloro", "cuido", "ahogo", "meto"}
"""Estas, al abrir la frase, son verbos."""
_ARTICULO = {"otros", "otras", "dos", "tres", "ambos", "ambas", "estos", "estas", "esos", "esas", "unos", "unas", "varios",  # noqa: E501
             "varias", "muchos", "muchas", "sus", "el", "la", "los", "las", "un", "una", "del", "al", "de", "mi", "tu", "su", "por", "con", "en", "ese", "este", "mas",  # noqa: E501
             "mucho", "sin", "para", "a", "tan", "muy", "cada", "lado"}  # fmt: skip
_FIJAS_YO = {"he": "ha", "era": "era", "soy": "es", "mi": "su", "mis": "sus", "conmigo": "consigo", "mío": "suyo", "mía": "suya",  # noqa: E501
             "yo": "", "nos": "les", "estuve": "estuvo", "nuestro": "su", "nuestra": "su"}  # fmt: skip
_FIJAS_TU = {
    "has": "ha",
    "eres": "es",
    "tu": "su",
    "tus": "sus",
    "te": "le",
    "contigo": "consigo",
    "tú": "",
    "ti": "usted",
}
_IMPERFECTOS = {"sentía", "cansaba", "mareaba", "ahogaba", "despertaba", "levantaba", "tomaba", "ponía", "acostaba", "quedaba",  # noqa: E501
                "agitaba", "inyectaba", "untaba", "caía", "desmayaba"}  # fmt: skip
_REFLEXIVOS = ("la", "lo", "las", "los", "le", "les")


@lru_cache(maxsize=1)
def _verbos() -> tuple[dict[str, str], dict[str, str]]:
    """Formas de yo → él y de tú → él."""
    yo: dict[str, str] = {}
    tu: dict[str, str] = {}
    texto = resources.files("scribe.soap").joinpath("datos/verbos.tsv").read_text("utf-8")
    for linea in texto.splitlines():
        if not linea.strip() or linea.startswith("#"):
            continue
        infinitivo, *formas = [*linea.rstrip("\n").split("\t"), "", "", "", ""][:5]
        raiz, clase = infinitivo[:-2], infinitivo[-2:].replace("í", "i")
        o, a, e, io, sub = _FINALES[clase]
        pres_yo, pres_el, pret_yo, pret_el = (
            dada or regular
            for dada, regular in zip(formas, (raiz + o, raiz + a, raiz + e, raiz + io), strict=True)
        )
        yo.setdefault(pres_yo, pres_el)
        yo.setdefault(pret_yo, pret_el)
        tu.setdefault(pres_el + "s", pres_el)
        tu.setdefault(
            (pret_yo[:-1] + "aste") if clase == "ar" and pret_yo.endswith("é") else raiz + "iste", pret_el
        )
        subjuntivo = (pret_yo[:-1] + "e") if clase == "ar" and pret_yo.endswith("é") else raiz + sub
        tu.setdefault(subjuntivo + "s", subjuntivo)
    return yo, tu


_FUTUROS = {
    "habré": "habrá",
    "podré": "podrá",
    "tendré": "tendrá",
    "haré": "hará",
    "diré": "dirá",
    "vendré": "vendrá",
    "saldré": "saldrá",
    "pondré": "pondrá",
    "querré": "querrá",
    "sabré": "sabrá",
}


def _futuro(base: str) -> str | None:
    """«tomaré» → «tomará»; nada si es un pretérito («tiré»)."""
    if base in _FUTUROS:
        return _FUTUROS[base]
    infinitivo = base[:-1]
    if len(base) < 6 or not re.search(r"[aei]ré$", base) or _lema(infinitivo) != infinitivo:
        return None
    return infinitivo + "á"


def _presente(base: str) -> str | None:
    """Tras un «me», un verbo regular que no está en la lista: «me hincho» → «hincha»."""
    if len(base) < 4 or not base.endswith("o"):
        return None
    lema = _lema(base)
    if lema.endswith("ar"):
        return base[:-1] + "a"
    return base[:-1] + "e" if lema in (base[:-1] + "er", base[:-1] + "ir") else None


@lru_cache(maxsize=4096)
def _lema(palabra: str) -> str:
    return simplemma.lemmatize(palabra, lang="es") if simplemma.is_known(palabra, lang="es") else ""


def _vecina(palabras: list[str], i: int, paso: int) -> str:
    j = i + paso
    return llano(palabras[j].strip(".,;:¿?¡!")) if 0 <= j < len(palabras) else ""


def _verbo_propio(palabras: list[str], i: int, formas: dict[str, str]) -> bool:
    """Si tras el «me» (y otro pronombre) viene un verbo en primera persona: entonces es reflexivo."""
    j = i + 1
    while j < len(palabras) and palabras[j].lower() in _REFLEXIVOS:
        j += 1
    siguiente = palabras[j].lower().strip(".,;:") if j < len(palabras) else ""
    if siguiente == "he":
        return True
    return (
        _presente(siguiente) is not None
        or siguiente in formas
        or siguiente in _IMPERFECTOS
        or (siguiente.endswith("é") and len(siguiente) > 4)
    )


def _de_te(palabras: list[str], i: int, formas: dict[str, str]) -> str:
    """«te» es «se» con verbo en segunda persona («te vas» → «se va») o tras otro clítico; si no, «le»."""
    j = i + 1
    while j < len(palabras) and palabras[j].lower() in _REFLEXIVOS:
        j += 1
    siguiente = palabras[j].lower() if j < len(palabras) else ""
    if _vecina(palabras, i, -1) == "se":
        return "le"
    return "se" if j > i + 1 or siguiente in formas else "le"


def _cambia(  # noqa: PLR0912
    palabra: str, i: int, palabras: list[str], formas: dict[str, str], fijas: dict[str, str]
) -> str:
    base = palabra.lower()
    if base in fijas and base != "te":
        return fijas[base]
    if base == "mí":
        return "él/ella" if _vecina(palabras, i, -1) == "a" else palabra
    if base == "te" and "te" in fijas:
        return _de_te(palabras, i, formas)
    if base == "me" and "mi" in fijas:
        if _vecina(palabras, i, -1) == "se":
            return "le"
        siguiente = _vecina(palabras, i, 1)
        if _verbo_propio(palabras, i, formas) or siguiente in ("la", "lo", "las", "los"):
            return "se"
        return "le"
    if base == "como" and _vecina(palabras, i, 1) not in (
        "bien",
        "mal",
        "poco",
        "poquito",
        "mucho",
        "normal",
        "lo",
    ):
        return palabra
    nueva = formas.get(base)
    if nueva is None and "mi" in fijas and (futuro := _futuro(base)):
        return futuro
    if nueva is None and "mi" in fijas and _vecina(palabras, i, -1) == "me":
        nueva = _presente(base)
        if nueva is not None:
            return nueva
    if nueva is None:
        reflexivo = (
            "mi" in fijas and base.endswith("é") and len(base) > 4 and _vecina(palabras, i, -1) == "me"
        )
        return base[:-1] + "ó" if reflexivo else palabra
    if base[-1] in "éí" and len(base) > 3:
        return nueva
    previa = _vecina(palabras, i, -1)
    if previa in _REFLEXIVOS and _vecina(palabras, i, -2) in ("me", "se", "te", "no", "que", "y", "yo"):
        return nueva
    if previa in _ARTICULO or (
        base in _AMBIGUAS
        and previa not in ("no", "me", "si", "ya", "que", "lo", "yo", "tambien", "y")
        and not (base in _AL_ABRIR and not previa)
    ):
        return palabra
    return nueva


def _aplicar(texto: str, formas: dict[str, str], fijas: dict[str, str]) -> str:
    fichas = re.findall(r"\w+|\W+", texto)
    lugares = [k for k, f in enumerate(fichas) if f[0].isalnum()]
    palabras = [fichas[k] for k in lugares]
    for i, k in enumerate(lugares):
        nueva = _cambia(palabras[i], i, palabras, formas, fijas)
        if nueva and palabras[i][0].isupper() and i == 0:
            nueva = nueva[0].upper() + nueva[1:]
        fichas[k] = nueva
    salida = "".join(fichas)
    if "mi" in fijas:
        salida = re.sub(
            r"(?i)\b(?!duerme|enferme|informe|firme|conforme|forme)(\w{2,}[aei]r)me\b", r"\1se", salida
        )
    return re.sub(r"\s{2,}", " ", salida).strip()


def en_tercera(texto: str) -> str:
    """Lo que dijo el paciente de sí mismo, en tercera persona."""
    return _aplicar(re.sub(r"(?i)\bsoy yo\b", "es quien habla", texto), _verbos()[0], _FIJAS_YO)


def de_usted(texto: str) -> str:
    """Lo que el médico dijo al paciente de tú, en tercera persona."""
    return _aplicar(texto, _verbos()[1], _FIJAS_TU)
