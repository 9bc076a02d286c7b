"""Recetas que siguen a lo dicho antes: se completan por partes, cambian de dosis o continúan igual."""

from __future__ import annotations

import re

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_exploracion
from scribe.lenguaje.farmacos import ficha
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.dichos import AUMENTAR, BAJAR, CONTINUAR, MEDIDO, cifras_de, texto_de
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula, minuscula, trocear
from scribe.soap.hoja import remedios
from scribe.soap.medicamentos import Linea, escalonado, falta, linea_de
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.replica import a_la_pregunta
from scribe.soap.suspensiones import Suspensiones, suspende

_P = patrones("scribe.soap", "recetas.es")

_DE_LO = _P["continuidad.de_lo"]
_SIGUE_IGUAL = _P["continuidad.sigue_igual"]


def _uso(palabra: str) -> str | None:
    return next((u for u in (palabra, palabra.removesuffix("s")) if u in remedios()), None)


_CAMBIO = _P["continuidad.cambio"]
_TODO_IGUAL = _P["continuidad.todo_igual"]
_LO_DEMAS = _P["continuidad.lo_demas"]
_CUANTO_TIEMPO = _P["continuidad.cuanto_tiempo"]
_SOLO_NUMERO = _P["continuidad.solo_numero"]
_SOLO_LAPSO = _P["continuidad.solo_lapso"]
_ESA_MISMA = _P["continuidad.esa_misma"]
_DE_ESA_RECETA = _P["continuidad.de_esa_receta"]
_COMIDA = _P["continuidad.comida"]
_TOPE = _P["continuidad.tope"]
_TAMBIEN = _P["continuidad.tambien"]
_Y_EL_OTRO = _P["continuidad.y_el_otro"]
_MISMA_ORDEN = _P["continuidad.misma_orden"]
_X_TAMBIEN = _P["continuidad.x_tambien"]
_NI_TAMBIEN = _P["continuidad.ni_tambien"]
_SI_O_NO = _P["continuidad.si_o_no"]
_ATRAS = 3
"""Turnos que alcanza «también»."""
_MISMO_RENGLON = 2
"""Turnos que puede tardar en llegar el resto de una receta."""


class Continuidad(Suspensiones):
    """Los pasos que necesitan recordar lo que ya se tomaba o se empezó a recetar."""

    def _por_su_uso(self, trozo: Trozo) -> bool:
        """«La de la presión síguela igual»: se nombra por lo que sirve y solo se habló de una así."""
        m = _DE_LO.search(trozo.plano)
        uso = _uso(m["uso"]) if m else None
        if uso is None or trozo.signo or not self._tarde(trozo):
            return False
        hallado, plano = self._del_uso(trozo, uso), trozo.plano
        verbo = _verbo(plano)
        pauta = verbo or senal("plan", "posologia").search(plano) or linea_de(trozo.dicho, 0, "").frecuencia
        if hallado is None or not pauta or senal("plan", "condicion").search(plano) or suspende(plano):
            return False
        self._seguir(verbo, [hallado[0].texto], [hallado[1], trozo])
        return True

    def _cambio_sin_nombre(self, trozo: Trozo) -> bool:
        """«Súbale a dos»: de lo último nombrado, si es un solo fármaco."""
        if (
            not _CAMBIO.search(trozo.plano)
            or not self._tarde(trozo)
            or senal("plan", "condicion").search(trozo.plano)
        ):
            return False
        hallados = self._antecedente(trozo)
        if not hallados:
            return False
        self._seguir(_verbo(trozo.plano), [hallados[0][0].texto], [hallados[0][1], trozo])
        return True

    def _tambien(self, trozo: Trozo) -> bool:
        """«Suspenda la aspirina.» «¿Y el clopidogrel?» «También»: se manda lo mismo que del anterior."""
        previa = self._mismo_de(trozo)
        if previa is None:
            return False
        orden = next((p for p in reversed(self.salida) if p.seccion == "plan" and p.tipo != "cita"), None)
        lejos = orden is None or trozo.turno.id - orden.trozos[-1].turno.id > _ATRAS
        verbo = None if orden is None or lejos else _MISMA_ORDEN.match(orden.texto)
        if orden is None or verbo is None or not _concuerda(trozo, previa, orden):
            if previa is trozo:
                return False
            self._pon("plan", "indicacion", a_la_pregunta(previa, texto_de(trozo)), previa, trozo)
            return True
        nombres = ", ".join(dict.fromkeys(f.texto.lower() for f in nombrados(previa.dicho)))
        dicho, citas = _hasta_el_farmaco(orden), dict.fromkeys((orden.trozos[-1], previa, trozo))
        como = _NI_TAMBIEN.search(f"{trozo.plano} {previa.plano}")
        cuerpo = f"{verbo[0]} {nombres}: {como[0] if como else 'también'}, como se dijo («{minuscula(dicho)}»)"  # noqa: E501
        self._pon("plan", orden.tipo, cuerpo.replace(": tambien", ": también"), *citas)
        return True

    def _mismo_de(self, trozo: Trozo) -> Trozo | None:
        """Lo que nombra el otro fármaco, si el trozo dice de él «también», «tampoco» o que sí a eso."""
        if hay_farmaco(trozo.texto):
            return trozo if _X_TAMBIEN.fullmatch(_sin_farmacos(trozo)) else None
        anterior = self._turnos.get(trozo.turno.id - 1)
        if anterior is None or anterior.rol is Rol.MEDICO or trozo.turno.texto[: trozo.desde].strip(" ¿¡,."):
            return None
        ultima = trocear(anterior)[-1]
        if not hay_farmaco(ultima.dicho) or not _Y_EL_OTRO.fullmatch(_sin_farmacos(ultima)):
            return None
        seco = _NI_TAMBIEN.search(ultima.plano) and _SI_O_NO.fullmatch(trozo.plano)
        return ultima if seco or _TAMBIEN.fullmatch(trozo.plano) else None

    def _todo_igual(self, trozo: Trozo) -> bool:
        """«Todo igual, sígale igual»: continúa lo que se acaba de nombrar."""
        if (
            trozo.signo
            or not _TODO_IGUAL.search(trozo.plano)
            or not self._tarde(trozo)
            or buscar_exploracion(trozo.dicho)
        ):
            return False
        if _LO_DEMAS.search(trozo.plano):
            return False  # «el sumatriptán, ése bórralo; lo demás queda igual»: es justo lo no nombrado
        hallados = self._antecedente(trozo, varios=True)
        if hallados:
            nombres = list(dict.fromkeys(f.texto for f, _ in hallados))
            self._seguir("Continuar", nombres, [*dict.fromkeys(t for _, t in hallados), trozo])
            return True
        if not _P["continuidad.sus_medicinas"].search(trozo.plano):
            return False
        self._pon("plan", "indicacion", de_usted(texto_de(trozo)), trozo)
        return True

    def _seguir(self, verbo: str, nombres: list[str], trozos: list[Trozo]) -> None:
        texto = de_usted(texto_de(trozos[-1]))
        lista = ", ".join(n.lower() for n in nombres)
        cuerpo = f"{verbo} {lista}: {minuscula(texto)}".strip()
        self._pon("plan", "receta", cuerpo, *dict.fromkeys(trozos))

    def _sin_nombre(self, trozo: Trozo, texto: str, desde: int) -> bool:
        """Una receta cuyo fármaco no se reconoció: se escribe lo oído y queda por revisar."""
        resto = texto[desde:]
        if MEDIDO.search(llano(resto)):
            return False
        linea = linea_de(resto, 0, "")
        con_unidad = bool(linea.dosis) and not linea.dosis.startswith("de ")
        cifras = bool(linea.dosis) and bool(linea.frecuencia or (con_unidad and linea.duracion))
        if not cifras or (not senal("plan", "receta").search(llano(resto)) and desde):
            return False
        previo = self._antecedente(trozo) if _ESA_MISMA.search(llano(resto)) else []
        if previo:
            self._seguir("", [previo[0][0].texto], [previo[0][1], trozo])
            return True
        motivo = "No se reconoció el nombre del medicamento; escúchelo."
        self._pon("plan", "receta", resto.strip(" ,."), trozo, motivo=motivo)
        self.receta = None
        return True

    def _posologia_suelta(self, trozo: Trozo) -> bool:
        """La dosis, el horario o el plazo dichos en otra oración que el nombre: completan la última receta."""  # noqa: E501
        if hay_farmaco(trozo.texto):
            return False
        if self._plazo_preguntado(trozo) or self._completa(trozo) or self._cuanto_preguntado(trozo):
            return True
        abierta = self.receta is not None and not self.receta[1].dosis and not self.receta[1].frecuencia
        return self._tarde(trozo) and not abierta and self._sin_nombre(trozo, texto_de(trozo), 0)

    def _reciente(self, trozo: Trozo) -> tuple[Propuesta, Linea] | None:
        if not self.receta or trozo.turno.id - self.receta[0].trozos[-1].turno.id > _MISMO_RENGLON:
            return None
        previas = self._pregunta_previa(trozo)
        if self.receta[1].frecuencia and previas and not any(_DE_ESA_RECETA.search(p.plano) for p in previas):
            return None  # «¿y las gotas?» «De 6 le baja a 4»: ya se habla de otro
        return self.receta

    def _plazo_preguntado(self, trozo: Trozo) -> bool:
        """«¿Por cuántos días?» «Siete»: el plazo de lo que se acaba de recetar, con su pregunta."""
        contesta, receta = self._respondida(trozo), self._reciente(trozo)
        if contesta is None or receta is None or receta[1].duracion:
            return False
        pregunta = _CUANTO_TIEMPO.search(contesta.plano)
        if pregunta is None or not _SOLO_NUMERO.fullmatch(trozo.plano):
            return False
        receta[0].texto += f"; «{contesta.dicho[pregunta.start() : pregunta.end()]}»: {minuscula(texto_de(trozo))}"  # noqa: E501
        receta[0].trozos = (*receta[0].trozos, contesta, trozo)
        return True

    def _cuanto_preguntado(self, trozo: Trozo) -> bool:
        """«¿Cuánto le doy?» «Media taza»; «¿Por 7 días?» «Sí»: lo contestado va con lo que se preguntó."""
        pregunta, receta = self._de_la_pauta(trozo), self._reciente(trozo)
        if pregunta is None or receta is None:
            return False
        receta[0].texto += f"; «{mayuscula(alinar(pregunta.dicho))}»: {minuscula(texto_de(trozo) or trozo.dicho)}"  # noqa: E501
        receta[0].trozos = (*receta[0].trozos, pregunta, trozo)
        return True

    def _de_la_pauta(self, trozo: Trozo) -> Trozo | None:
        """La pregunta por la pauta que este trozo contesta con poco: «media taza», o un sí o un no secos."""
        contesta = self._respondida(trozo)
        if contesta is None or len(trozo.plano.split()) > _CORTA // 2 or hay_farmaco(contesta.dicho):
            return None
        if _P["continuidad.por_cuanto"].match(contesta.plano):
            return None if _SI_O_NO.fullmatch(trozo.plano) else contesta
        linea = linea_de(contesta.dicho, 0, "")
        sitio = linea.via or _P["continuidad.en_donde"].match(contesta.plano)
        pauta = (linea.frecuencia or linea.duracion or linea.toma or sitio) and not linea.condicion
        corta = len(contesta.plano.split()) <= _CORTA // 2 and (sitio or _SI_O_NO.fullmatch(trozo.plano))
        return contesta if pauta and corta else None

    def _completa(self, trozo: Trozo) -> bool:
        receta = self._reciente(trozo)
        if receta is None:
            return False
        propuesta, linea = receta
        extra = linea_de(texto_de(trozo), 0, linea.farmaco)
        pide = buscar_exploracion(trozo.dicho) and not extra.toma and not extra.dosis
        if pide or senal("plan", "cita").search(trozo.plano) or senal("plan", "estudio").search(trozo.plano):
            return False
        dura = not linea.duracion and (
            _P["continuidad.por_plazo"].match(extra.duracion) or _SOLO_LAPSO.fullmatch(trozo.plano)
        )
        dosis = _su_dosis(linea, extra)
        comida = linea.frecuencia and _COMIDA.match(linea.frecuencia)
        otra = linea.frecuencia and extra.frecuencia and not (comida and not _COMIDA.match(extra.frecuencia))
        if not (extra.frecuencia or dosis or dura) or otra:
            return False
        if not (extra.toma or extra.dosis or len(trozo.plano.split()) <= _CORTA):
            return False
        if falta(extra.texto, trozo.dicho) or _TOPE.search(trozo.plano) or escalonado(trozo.dicho):
            propuesta.texto += f"; {minuscula(texto_de(trozo))}"
            propuesta.trozos = (*propuesta.trozos, trozo)
            return True
        nueva = _unida(linea, extra)
        if linea.texto in propuesta.texto:
            propuesta.texto = propuesta.texto.replace(linea.texto, nueva.texto)
        elif falta(nueva.texto, propuesta.texto) or cifras_de(propuesta.texto) - cifras_de(nueva.texto):
            propuesta.texto += f", {minuscula(texto_de(trozo))}"
        else:
            propuesta.texto = mayuscula(nueva.texto)
        propuesta.trozos = (*propuesta.trozos, trozo)
        self.receta = (propuesta, nueva)
        return True


_CORTA = 12


def _sin_farmacos(trozo: Trozo) -> str:
    """El texto llano con una «x» en lugar de cada fármaco."""
    plano = trozo.plano
    for f in reversed(nombrados(trozo.dicho)):
        plano = f"{plano[: f.desde]}x{plano[f.hasta :]}"
    return plano


def _hasta_el_farmaco(orden: Propuesta) -> str:
    """La orden como se dijo; si continúa una receta, sin la pauta, que es de la otra."""
    dicho = orden.trozos[-1].dicho
    menciones = nombrados(dicho) if orden.tipo == "receta" else []
    return alinar(dicho[: menciones[-1].hasta] if menciones else dicho)


def _concuerda(trozo: Trozo, previa: Trozo, orden: Propuesta) -> bool:
    """Si lo contestado repite la orden sin duda: «también» lo que se manda, «tampoco» lo que no."""
    plano = trozo.plano if previa is trozo else f"{previa.plano} {trozo.plano}"
    negada = _P["continuidad.con_no"].search(orden.trozos[-1].plano) is not None
    contesta_no = previa is not trozo and _P["continuidad.no_seco"].fullmatch(trozo.plano) is not None
    return not contesta_no and ("tampoco" in plano) == negada


def _verbo(plano: str) -> str:
    if AUMENTAR.search(plano):
        return "Aumentar"
    if BAJAR.search(plano):
        return "Disminuir"
    return "Continuar" if CONTINUAR.search(plano) or _SIGUE_IGUAL.search(plano) else ""


def _su_dosis(linea: Linea, extra: Linea) -> bool:
    """Si la dosis dicha aparte puede ser la del renglón: con unidad, o una presentación que existe («de 250»)."""  # noqa: E501
    if not extra.dosis or _P["continuidad.peso"].match(extra.dosis):
        return False
    suelta = re.fullmatch(r"de (\d+(?:\.\d+)?)", extra.dosis)
    if suelta is None:
        return True
    fichas = [ficha(f.generico) for f in nombrados(linea.farmaco)]
    return not linea.dosis and any(x and float(suelta[1]) in x.presentaciones for x in fichas)


def _unida(linea: Linea, extra: Linea) -> Linea:
    """El renglón con los campos que le faltaban; el horario se suma a «con comida»."""
    campos = ("dosis", "forma", "toma", "via", "frecuencia", "duracion", "condicion")
    nuevos = {c: getattr(linea, c) or minuscula(getattr(extra, c)) for c in campos}
    if linea.frecuencia and extra.frecuencia:
        nuevos["frecuencia"] = f"{minuscula(extra.frecuencia)} {minuscula(linea.frecuencia)}"
    return Linea(linea.farmaco, **nuevos)
