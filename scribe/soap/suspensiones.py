"""Lo que se suspende o se excluye: con su nombre, o con «ésa» si se sabe cuál."""

from __future__ import annotations

import re

from scribe.lenguaje.texto import llano
from scribe.soap.dichos import DIGITO, NO_SE_TOMA, NO_SUSPENDER, SE_VA, texto_de
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Trozo, clausulas
from scribe.soap.hoja import Hoja
from scribe.soap.medicamentos import negado, negado_despues, por_alergia
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.replica import a_la_pregunta
from scribe.soap.rotulos import enlistar

_ABRE = r"\W*(?:(?:pues|entonces|bueno|no|si|mire|mira|oiga|ay|de todos modos|de todas formas|claro|mejor|y|pero|por eso|ah)\W+)*"  # noqa: E501
_PRONOMBRE = re.compile(
    r"\b(?:es[aeo]|est[ae])(?P<es>s|s (?:dos|2))?(?=,? (?:ya|no|si|me|se|lo|la|los|las|fuera|mejor|desde|hoy)\b)"  # noqa: E501
    rf"|{_ABRE}(?:(?:me |se |te )?(?:lo|la) (?:dej|suspend|quit|retir)"
    r"|(?:suspend|quit|dej|olvid|tir|retir)\w*(?:l[oa]|sel[oa])\b"
    r"|(?:ya )?no (?:se |te )?(?:lo|la) (?:vuelv|tom|pon|sig|us|d[ae]))"
)
"""Lo que se suspende sin decir su nombre: «ésa ya no te la pones», «la dejas desde hoy», «quítesela»."""
_FUERA = re.compile(
    r"\b(?:es[aeo]s?|est[ae]s?),? (?:ya )?(?:para )?(?:fuera\b|no (?:se|te|me) (?:l[oa]s? )?(?:vuelv|tom|pon|unt|apliq|d[ae]|inyect)\w*)"  # noqa: E501
    r"|\bno (?:se|te) l[oa]s? (?:tom|pon|unt|apliq|inyect)\w+ (?:mas|ya|nunca)\b|\bse (?:acab|termin)\w+ (?:desde )?(?:hoy|ya)\b"  # noqa: E501
)
_Y_LUEGO = re.compile(
    r"\b(?:sig[au]\w*|tom\w+|us[ae]\w*|continu\w+|un[ao]?|\d+|semanas?|dias?)\b[^.;]*\b(?:y|ya|,) (?:luego|despues|entonces|ya)(?: ya)? (?:me )?(?:l[oa]s? (?:deja|suspende|quita|para)|nada|no l[oa]s?)"  # noqa: E501
)
"""«Siga la meclizina una semana y luego la deja»: antes de dejarla, la toma."""
_CEDIO = re.compile(r"\bse (?:le|te|me|les) quit(?:o|aron|a|an)\b")
"""«Ya se le quitó lo hundido» cuenta cómo va; no suspende nada."""
_Y_TAMPOCO = re.compile(rf"{_ABRE}(?:es[aeo]s?|est[ae]s?),? (?:ya )?(?:no|tampoco)\b.{{0,20}}?\bni\b")
"""«¿El metoprolol también?» «No, ése ya no, ni la hidroclorotiazida»: se dejan los dos."""
_EN_PLURAL = re.compile(rf"{_ABRE}(?:a )?(?:es[ao]s|est[ao]s)\b")


_JUNTO = re.compile(r"\b(?:junto|con|mientras|cuando|despues|antes)\b")


def _su_objeto(texto: str, desde: int) -> bool:
    """Si lo que se deja de tomar es un fármaco, y no «café junto con el hierro»."""
    tras = [f for f in nombrados(texto) if f.desde >= desde]
    if not tras:
        return True
    return any(not _JUNTO.search(llano(texto[desde : f.desde])) for f in tras)


def suspende(plano: str) -> re.Match[str] | None:
    """Dónde dice el texto llano que algo se deja de tomar, si lo dice."""
    return _FUERA.search(plano) or (None if _CEDIO.search(plano) else senal("plan", "suspende").search(plano))


def _su_nombre(texto: str, verbo: re.Match[str]) -> str:
    """De varios fármacos en la frase, el que se suspende: el de su cláusula, o el que la orden tiene al lado."""  # noqa: E501
    farmacos = nombrados(texto)
    propia = next((c for c in clausulas(texto) if c[0] <= verbo.start() < c[1]), (0, len(texto)))
    suyos = [f for f in farmacos if propia[0] <= f.desde < propia[1]] or list(farmacos)
    tras = [f for f in suyos if f.desde >= verbo.end()]
    pronombre = (
        re.search(r"\bl[oa]s? $", llano(texto)[: verbo.end()].removesuffix(verbo.group()) + " ") is not None
    )
    antes = [f for f in suyos if f.desde < verbo.start()]
    return (antes[-1] if antes and (pronombre or not tras) else (tras or suyos)[0]).texto


class Suspensiones(Hoja):
    """Los pasos que escriben lo que ya no se toma."""

    def _no_recetado(self, trozo: Trozo, texto: str, plano: str) -> bool | None:
        """Lo que se suspende, no se toma o se excluye; nada si la frase no es de eso."""
        posologia = senal("plan", "posologia").search(plano) or _Y_LUEGO.search(plano)
        if (suspende(plano) or self._se_va(trozo, plano)) and not posologia:
            return self._suspension(trozo)
        if NO_SE_TOMA.search(plano):
            self._pon("plan", "suspension", de_usted(texto), trozo)
            self.receta = None
            return True
        if negado_despues(texto, nombrados(texto)[0].hasta) and not DIGITO.search(plano):
            self._excluidos(trozo, texto)
            return True
        return None

    def _se_va(self, trozo: Trozo, plano: str) -> re.Match[str] | None:
        """Dónde se dice que lo nombrado ya no se toma, si el médico ya dispone."""
        return SE_VA.search(plano) if self._tarde(trozo) else None

    def _excluidos(self, trozo: Trozo, texto: str) -> None:
        fuera = [
            f.texto.lower()
            for f in nombrados(texto)
            if negado(texto, f.desde, f.hasta) and not por_alergia(texto, f.desde)
        ]
        if fuera:
            self._pon("plan", "indicacion", f"Evitar {', '.join(dict.fromkeys(fuera))}", trozo)

    def _suspension(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        verbo = suspende(plano) or (SE_VA.search(plano) if nombrados(trozo.dicho) else None)
        if not verbo or not _su_objeto(trozo.dicho, verbo.end()):
            return False
        if NO_SUSPENDER.search(plano[: verbo.start()]):
            self._pon("plan", "indicacion", de_usted(texto_de(trozo)), trozo)
            return True
        condicion = re.match(r"^\W*si (?!,)", plano) or senal("plan", "condicion").match(plano)
        texto = de_usted(texto_de(trozo))
        citas = [trozo]
        nombres = [f.texto for f in nombrados(trozo.dicho)]
        ultimo = nombrados(trozo.dicho)
        if condicion:
            self._pon("plan", "alarma", f"Dato de alarma: {texto[:1].lower() + texto[1:]}", trozo)
            return True
        if len(ultimo) > 1:
            if self._por_clausulas(trozo):
                return True
            nombres = [_su_nombre(trozo.dicho, verbo)]
        if not nombres and not re.search(
            r"\b(?:inyecciones|pastillas|gotas|pomada|crema|jarabe|(?:del?|el|un|ese|este|su|los) tes? )",
            plano,
        ):
            for previa in self._pregunta_previa(trozo):
                nombres += [f.texto for f in nombrados(previa.dicho)]
                citas.insert(0, previa)
            pronombre = None if nombres else _PRONOMBRE.search(plano)
            if pronombre:
                for f, previo in self._antecedente(trozo, varios=pronombre["es"] is not None):
                    nombres.append(f.texto)
                    citas.insert(0, previo)
        plural = len(ultimo) == 0 and _EN_PLURAL.match(plano) is not None
        if nombres and _Y_TAMPOCO.match(plano):
            for previa in self._pregunta_previa(trozo):
                nombres = [f.texto for f in nombrados(previa.dicho)] + nombres
                citas.insert(0, previa)
            plural = True
        propios = list(dict.fromkeys(n.lower() for n in nombres))
        quien = f" {enlistar(propios if plural else propios[:1])}" if nombres else ""
        contesta = self._respondida(trozo)
        if not nombres and contesta is not None:
            texto = a_la_pregunta(contesta, texto)
            citas.insert(0, contesta)
            self._pon("plan", "suspension", f"Suspender. {texto}", *dict.fromkeys(citas))
            return True
        self._pon(
            "plan", "suspension", f"Suspender{quien}: {texto[:1].lower() + texto[1:]}", *dict.fromkeys(citas)
        )
        return True

    def _por_clausulas(self, trozo: Trozo) -> bool:
        """«La glibenclamida me la suspende, la metformina la sigue igual»: cada fármaco con lo suyo."""
        if trozo.texto != trozo.dicho:
            return False
        tramos = clausulas(trozo.texto)
        nombran = [bool(nombrados(trozo.texto[a:b])) for a, b in tramos]
        deja = [suspende(llano(trozo.texto[a:b])) is not None for a, b in tramos]
        if not all(nombran) or not any(deja) or all(deja):
            return False
        for a, b in tramos:
            parte = trozo.parte(a, b)
            if not self._suspension(parte):
                self._otro_farmaco(parte)
        return True

    def _otro_farmaco(self, trozo: Trozo) -> None:
        """Lo completa `Recetario`: el fármaco que no se suspende en la misma frase."""
        raise NotImplementedError
