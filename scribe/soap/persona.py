"""De la primera y segunda persona a la tercera: «me siento bien» → «se siente bien».

Solo cambia verbos de una lista (`datos/verbos.tsv`), posesivos y pronombres; lo demás queda como se dijo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import simplemma

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_FINALES = {
    "ar": ("o", "a", "é", "ó", "e"),
    "er": ("o", "e", "í", "ió", "a"),
    "ir": ("o", "e", "í", "ió", "a"),
}
_P = patrones("scribe.soap", "persona.es")
_AMBIGUAS = _P["ambiguas"]
_AL_ABRIR = _P["verbos_al_abrir"]
_ARTICULO = _P["hacen_nombre"]
_IMPERFECTOS = _P["imperfectos"]
_REFLEXIVOS = _P["pronombres"]


@cache
def _fijas(quien: str) -> Mapping[str, str]:
    """Las formas que no siguen regla, de `datos/fijas.tsv`: «mi» → «su», «haré» → «hará»."""
    texto = files("scribe.soap").joinpath("datos/fijas.tsv").read_text("utf-8")
    filas = ([*x.split("\t"), ""] for x in texto.splitlines() if x.startswith(f"{quien}\t"))
    return {forma: tercera for _, forma, tercera, *_ in filas}


@cache
def _verbos() -> tuple[dict[str, str], dict[str, str]]:
    """Formas de yo → él y de tú → él."""
    yo: dict[str, str] = {}
    tu: dict[str, str] = {}
    texto = files("scribe.soap").joinpath("datos/verbos.tsv").read_text("utf-8")
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


def _futuro(base: str) -> str | None:
    """«tomaré» → «tomará»; nada si es un pretérito («tiré»)."""
    if base in _fijas("futuro"):
        return _fijas("futuro")[base]
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
    while j < len(palabras) and _REFLEXIVOS.fullmatch(palabras[j].lower()):
        j += 1
    siguiente = palabras[j].lower().strip(".,;:") if j < len(palabras) else ""
    if siguiente == "he":
        return True
    return (
        _presente(siguiente) is not None
        or siguiente in formas
        or _IMPERFECTOS.fullmatch(siguiente) is not None
        or (siguiente.endswith("é") and len(siguiente) > 4)
    )


def _de_te(palabras: list[str], i: int, formas: dict[str, str]) -> str:
    """«te» es «se» con verbo en segunda persona («te vas» → «se va») o tras otro clítico; si no, «le»."""
    j = i + 1
    while j < len(palabras) and _REFLEXIVOS.fullmatch(palabras[j].lower()):
        j += 1
    siguiente = palabras[j].lower() if j < len(palabras) else ""
    if _vecina(palabras, i, -1) == "se":
        return "le"
    return "se" if j > i + 1 or siguiente in formas else "le"


def _cambia(  # noqa: PLR0912
    palabra: str, i: int, palabras: list[str], formas: dict[str, str], fijas: Mapping[str, str]
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
        if _verbo_propio(palabras, i, formas) or _P["objeto"].fullmatch(siguiente):
            return "se"
        return "le"
    if base == "como" and not _P["tras_el_verbo_como"].fullmatch(_vecina(palabras, i, 1)):
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
    if _REFLEXIVOS.fullmatch(previa) and _P["antes_del_pronombre"].fullmatch(_vecina(palabras, i, -2)):
        return nueva
    if _ARTICULO.fullmatch(previa) or (
        _AMBIGUAS.fullmatch(base)
        and not _P["hacen_verbo"].fullmatch(previa)
        and not (_AL_ABRIR.fullmatch(base) and not previa)
    ):
        return palabra
    return nueva


def _aplicar(texto: str, formas: dict[str, str], fijas: Mapping[str, str]) -> str:
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
        salida = _P["infinitivo_con_me"].sub(r"\1se", salida)
    return re.sub(r"\s{2,}", " ", salida).strip()


def en_tercera(texto: str) -> str:
    """Lo que dijo el paciente de sí mismo, en tercera persona."""
    return _aplicar(_P["soy_yo"].sub("es quien habla", texto), _verbos()[0], _fijas("yo"))


def de_usted(texto: str) -> str:
    """Lo que el médico dijo al paciente de tú, en tercera persona."""
    return _aplicar(texto, _verbos()[1], _fijas("tu"))
