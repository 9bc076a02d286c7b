"""Lo que se suspende o se excluye: con su nombre, o con «ésa» si se sabe cuál."""

from __future__ import annotations

import re

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.destinos import destinos
from scribe.soap.dichos import DIGITO, NO_SE_TOMA, NO_SUSPENDER, SE_VA, texto_de
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Trozo, clausulas, minuscula
from scribe.soap.hoja import Hoja
from scribe.soap.medicamentos import lineas_de, negado, negado_despues, por_alergia
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.replica import a_la_pregunta
from scribe.soap.rotulos import enlistar

_P = patrones("scribe.soap", "suspensiones.es")
_PRONOMBRE = _P["pronombre"]
_FUERA = _P["fuera"]
_Y_LUEGO = _P["y_luego"]
_CEDIO = _P["cedio"]
_Y_TAMPOCO = _P["y_tampoco"]
_EN_PLURAL = _P["en_plural"]
_JUNTO = _P["junto"]


def _con_su_lista(texto: str, tramos: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Las cláusulas; la que solo nombra otro fármaco («… y el naproxeno») va con la orden que la precede."""
    salida: list[tuple[int, int]] = []
    for a, b in tramos:
        menciones = nombrados(texto[a:b])
        resto = llano(texto[a:b])
        for f in reversed(menciones):
            resto = f"{resto[: f.desde]}x{resto[f.hasta :]}"
        if salida and menciones and _P["solo_lo_nombra"].fullmatch(resto):
            salida[-1] = (salida[-1][0], b)
        else:
            salida.append((a, b))
    return salida


_CON_PAUTA = "Se oyó un «no» delante de una pauta entera; pudo decir «No. Le doy…»; escúchelo."


_CORTA = 5
_LO_DEJAMOS = "«Lo dejamos» puede ser seguir con él o quitarlo; escúchelo."


def _receta_otro(texto: str) -> bool:
    """Si además de lo que se deja se receta otro: «retire la glibenclamida e inicie sitagliptina, 1 diaria»."""  # noqa: E501
    dejados = {f.desde for f, d in destinos(texto) if d == "fuera"}
    lineas = lineas_de(texto)
    return len(lineas) > 1 and any(x.completa and x.dosis and d not in dejados for x, d, _ in lineas)


def _sin_no(texto: str, plano: str) -> str:
    """El texto con el «no» de la orden en blanco, para leer la pauta que lleva."""
    negada = _P["orden_negada"].search(plano)
    return texto if negada is None else f"{texto[: negada.start()]}  {texto[negada.start() + 2 :]}"


def _su_objeto(texto: str, desde: int) -> bool:
    """Si lo que se deja de tomar es un fármaco, y no «café junto con el hierro»."""
    tras = [f for f in nombrados(texto) if f.desde >= desde]
    if not tras:
        return True
    return any(not _JUNTO.search(llano(texto[desde : f.desde])) for f in tras)


def suspende(plano: str) -> re.Match[str] | None:
    """Dónde dice el texto llano que algo se deja de tomar, si lo dice."""
    if _P["se_queda"].search(plano):
        return None
    return _FUERA.search(plano) or (None if _CEDIO.search(plano) else senal("plan", "suspende").search(plano))


def _su_nombre(texto: str, verbo: re.Match[str]) -> str:
    """De varios fármacos en la frase, el que se suspende: el de su cláusula, o el que la orden tiene al lado."""  # noqa: E501
    farmacos = nombrados(texto)
    propia = next((c for c in clausulas(texto) if c[0] <= verbo.start() < c[1]), (0, len(texto)))
    suyos = [f for f in farmacos if propia[0] <= f.desde < propia[1]] or list(farmacos)
    tras = [f for f in suyos if f.desde >= verbo.end()]
    delante = llano(texto)[: verbo.end()].removesuffix(verbo.group()) + " "
    pronombre = _P["pronombre_antes"].search(delante) is not None
    antes = [f for f in suyos if f.desde < verbo.start()]
    return (antes[-1] if antes and (pronombre or not tras) else (tras or suyos)[0]).texto


class Suspensiones(Hoja):
    """Los pasos que escriben lo que ya no se toma."""

    def _no_recetado(self, trozo: Trozo, texto: str, plano: str) -> bool | None:
        """Lo que se suspende, no se toma o se excluye; nada si la frase no es de eso."""
        asi = _P["no_asi"].search(plano)
        if asi and asi.start() < nombrados(texto)[0].desde and not _receta_otro(texto):
            self._pon("plan", "indicacion", de_usted(texto), trozo)
            return True
        if self._orden_negada(trozo, texto, plano):
            return True
        pauta = senal("plan", "posologia").search(plano) or _Y_LUEGO.search(plano)
        posologia = bool(pauta) or _receta_otro(texto)
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

    def _orden_negada(self, trozo: Trozo, texto: str, plano: str) -> bool:
        """«No le doy azitromicina de 500, 1 diaria por 5 días»: con la pauta entera, suele ser «No. Le doy…»."""  # noqa: E501
        negada = _P["orden_negada"].search(plano)
        suyos = [x for x, desde, _ in lineas_de(_sin_no(texto, plano)) if negada and desde >= negada.end() - 3]  # noqa: E501
        pauta = suyos and (suyos[0].frecuencia or suyos[0].toma) and (suyos[0].dosis or suyos[0].duracion)
        if not pauta:
            return False
        self._pon("plan", "indicacion", de_usted(texto), trozo, motivo=_CON_PAUTA)
        self.receta = None
        return True

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
        condicion = (
            _P["condicion"].match(plano) or senal("plan", "condicion").match(plano)
        ) and not self._contesta_que_si(trozo)
        texto = de_usted(texto_de(trozo))
        citas = [trozo]
        nombres = [f.texto for f in nombrados(trozo.dicho)]
        ultimo = nombrados(trozo.dicho)
        if condicion:
            self._pon("plan", "alarma", f"Dato de alarma: {minuscula(texto)}", trozo)
            return True
        if len(ultimo) > 1:
            if self._por_clausulas(trozo):
                return True
            fuera = [f.texto for f, d in destinos(trozo.dicho) if d == "fuera"]
            nombres = fuera if len(fuera) > 1 else [_su_nombre(trozo.dicho, verbo)]
        if not nombres and not _P["ya_dice_que"].search(plano):
            for previa in self._pregunta_previa(trozo):
                nombres += [f.texto for f in nombrados(previa.dicho)]
                citas.insert(0, previa)
            pronombre = None if nombres else _PRONOMBRE.search(plano)
            if pronombre:
                for f, previo in self._antecedente(trozo, varios=pronombre["es"] is not None):
                    nombres.append(f.texto)
                    citas.insert(0, previo)
        plural = (len(ultimo) == 0 and _EN_PLURAL.match(plano) is not None) or len(ultimo) > 1
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
        cuerpo = f"Suspender{quien}: {minuscula(texto)}"
        motivo = _LO_DEJAMOS if _P["lo_dejamos"].search(plano) else None
        self._pon("plan", "suspension", cuerpo, *dict.fromkeys(citas), motivo=motivo)
        return True

    def _contesta_que_si(self, trozo: Trozo) -> bool:
        """«Sí, ese ya no», aunque el oído escriba «si»: contesta al paciente y no pone condición."""
        dicho = trozo.dicho.lstrip(" ¿¡").lower()
        corto = len(trozo.plano.split()) <= _CORTA and self._respondida(trozo) is not None
        return dicho.startswith(("sí", "si,")) or (corto and "," not in dicho)

    def _por_clausulas(self, trozo: Trozo) -> bool:
        """«La glibenclamida me la suspende, la metformina la sigue igual»: cada fármaco con lo suyo."""
        if trozo.texto != trozo.dicho:
            return False
        tramos = _con_su_lista(trozo.texto, clausulas(trozo.texto))
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
