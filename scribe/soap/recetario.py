"""Las recetas, las suspensiones y lo que se excluye, según lo dijo el médico."""

from __future__ import annotations

import re

from scribe.consulta import Seccion
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido, es_charla
from scribe.soap.dialogo import Dialogo
from scribe.soap.dichos import (
    AGREGAR,
    AUMENTAR,
    BAJAR,
    CANTIDAD,
    CARENCIA,
    CAUSA,
    CONTINUAR,
    DIGITO,
    MEDIDO,
    NO_SE_TOMA,
    NO_SUSPENDER,
    PARA,
    REINICIAR,
    RETIRA,
    cifras_de,
    texto_de,
)
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula
from scribe.soap.medicamentos import (
    Linea,
    escalonado,
    falta,
    linea_de,
    lineas_de,
    negado,
    negado_despues,
    por_alergia,
)
from scribe.soap.momentos import Momento
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.replica import a_la_pregunta, replica

_JUNTO = re.compile(r"\b(?:junto|con|mientras|cuando|despues|antes)\b")


def _su_objeto(texto: str, desde: int) -> bool:
    """Si lo que se deja de tomar es un fármaco, y no «café junto con el hierro»."""
    tras = [f for f in nombrados(texto) if f.desde >= desde]
    if not tras:
        return True
    return any(not _JUNTO.search(llano(texto[desde : f.desde])) for f in tras)


_POR_TOMA = re.compile(
    r"\b(?:un cuarto de|(?:\d+ )?½|\d+½?|\d+[.,]\d+|tableta y media|una?(?= (?:cucharad|gota|ampolleta|sobre|dosis|disparo|aplicacion))) ?"  # noqa: E501
    r"(?:tabletas?|pastillas?|capsulas?|comprimidos?|gotas?|gotitas|ml|mililitros?|cucharad\w+|unidades|ui|disparos?|"
    r"inhalaciones|puffs?|ampolletas?|sobres?|ovulos?|parches?|aplicaciones|atomizaciones)? (?:de (?:la |el )?|del )$"  # noqa: E501
)
_UNA = re.compile(r"(?:1|una?) (?:tableta|pastilla|capsula|comprimido)\b")


def _desde_la_cantidad(previo: str) -> str:
    """Lo dicho justo antes del fármaco, si es cuánto: «una sola dosis de»."""
    plano = llano(previo)
    m = _POR_TOMA.search(plano) or CANTIDAD.search(plano)
    return previo[m.start() :] if m else ""


def _se_pierde(previo: str, linea: Linea) -> bool:
    """Si lo dicho antes del nombre («media tableta de…») es la toma y el renglón no la tiene."""
    m = _POR_TOMA.search(llano(previo))
    return m is not None and not linea.toma and not _UNA.match(llano(previo), m.start())


_SI_ANTES = re.compile(r"\b(?:si|cuando)\b[^,;.]*[,;]?\s*$")


def _es_causa(linea: Linea, antes: str) -> bool:
    """«Una gastritis por el ibuprofeno»: se nombra como causa; sin dosis ni horario, no se receta."""
    sin_pauta = not (linea.dosis or linea.frecuencia or linea.toma)
    return sin_pauta and CAUSA.search(llano(antes)) is not None


class Recetario:
    """Lo que comparten los pasos que escriben el plan de medicamentos; lo usa `Medico`."""

    def __init__(self, dialogo: Dialogo) -> None:
        self.dialogo = dialogo
        self.salida: list[Propuesta] = []
        self.sin_clase: list[Trozo] = []
        self.receta: tuple[Propuesta, Linea] | None = None

    def _pon(
        self, seccion: Seccion, tipo: str, texto: str, *trozos: Trozo, motivo: str | None = None
    ) -> Propuesta:
        propuesta = Propuesta(seccion, tipo, mayuscula(texto), trozos, motivo)
        self.salida.append(propuesta)
        return propuesta

    def _en_plan(self, trozo: Trozo) -> bool:
        return self.dialogo.momento(trozo) is Momento.INDICA

    def _explorando(self, trozo: Trozo) -> bool:
        return self.dialogo.momento(trozo) is Momento.EXPLORA

    def _tarde(self, trozo: Trozo) -> bool:
        """Si el médico ya explora o indica al decirlo."""
        return self.dialogo.momento(trozo) is not Momento.INTERROGA

    def _pregunta_previa(self, trozo: Trozo) -> list[Trozo]:
        return self.dialogo.preguntas_paciente.get(trozo.turno.id - 1, [])

    def _respondida(self, trozo: Trozo) -> Trozo | None:
        """La pregunta del paciente que este trozo contesta, si abre el turno."""
        previas = self._pregunta_previa(trozo)
        return previas[-1] if previas and es_charla(trozo.turno.texto[: trozo.desde]) else None

    def _indicar(self, trozo: Trozo) -> None:
        """Una indicación; con la pregunta del paciente delante, si sin ella no se entiende."""
        contesta = self._respondida(trozo)
        texto, con_ella = replica(trozo, contesta)
        citas = (contesta, trozo) if contesta is not None and con_ella else (trozo,)
        self._pon("plan", "indicacion", texto, *citas)

    def _responde_farmaco(self, trozo: Trozo) -> bool:
        """«¿Y la metformina?» «Esa sigue igual, 850, cada 12 horas»: el nombre está en la pregunta."""
        if hay_farmaco(trozo.texto):
            return False
        nombres = [(f, p) for p in self._pregunta_previa(trozo) for f in nombrados(p.dicho)]
        texto = texto_de(trozo)
        linea = linea_de(texto, 0, nombres[0][0].texto) if len({f.texto for f, _ in nombres}) == 1 else None
        if linea is None or senal("plan", "suspende").search(trozo.plano):
            return False
        igual = CONTINUAR.search(llano(texto)) or re.match(r"(?:igual|lo mismo)\b", llano(texto))
        cuanto = linea.frecuencia or linea.toma or (linea.dosis and not linea.dosis.startswith("de "))
        ajeno = re.search(r"\bkg\b|\bkilos?\b", linea.dosis) or (
            not igual and self._respondida(trozo) is None
        )
        if (not cuanto and not igual) or ajeno:
            return False
        verbo = "Continuar " if igual else ""
        cuerpo = f"{verbo}{linea.farmaco.lower()}: {texto[:1].lower() + texto[1:]}"
        self._pon("plan", "receta", cuerpo, nombres[0][1], trozo)
        return True

    def _farmacos(self, trozo: Trozo) -> bool:  # noqa: PLR0912
        texto = texto_de(trozo)
        if not hay_farmaco(texto) or all(CARENCIA.search(llano(texto[: f.desde])) for f in nombrados(texto)):
            return False
        plano = llano(texto)
        anteplan = not self._tarde(trozo)
        hecho = self._no_recetado(trozo, texto, plano)
        if hecho is not None:
            return hecho
        lineas = lineas_de(texto)
        if self._sin_nombre(trozo, texto, max(x[2] for x in lineas) if len(lineas) else 0):
            lineas = [x for x in lineas if x[0].completa]
            self._excluidos(trozo, texto)
            if not lineas:
                return True
        recetadas = [
            x
            for x in lineas
            if (x[0].completa and not _es_causa(x[0], texto[: x[1]]))
            or (x[0].dosis and (self._en_plan(trozo) or senal("plan", "receta").search(plano)))
        ]
        if recetadas and not (anteplan and not senal("plan", "receta").search(plano)):
            self._recetar(trozo, texto, recetadas)
            self._lo_demas(trozo, texto, lineas, recetadas)
            if any(
                negado(texto, f.desde, f.hasta) and not RETIRA.search(llano(texto[: f.desde]))
                for f in nombrados(texto)
            ):
                self._excluidos(trozo, texto)
            for f in nombrados(texto):
                if RETIRA.search(llano(texto[: f.desde])):
                    self._pon("plan", "suspension", f"Suspender {f.texto.lower()}", trozo)
            return True
        if self._resultado(trozo, plano):
            return False
        if senal("plan", "evita").search(plano):
            rotulo = "Evitar" if re.search(r"\bnada de\b|\bevit|\bno (?:le|te) d", plano) else "No se indica"
            todos = nombrados(texto)
            fuera = [f.texto.lower() for f in todos if negado(texto, f.desde, f.hasta) or len(todos) == 1]
            asunto = f"{rotulo} {', '.join(dict.fromkeys(fuera))}: " if fuera else ""
            dicho = texto[:1].lower() + texto[1:] if fuera else texto
            self._pon("plan", "indicacion", asunto + dicho, trozo)
            return True
        if CONTINUAR.search(plano):
            self._pon(
                "plan",
                "receta",
                "Continuar " + ", ".join(f.texto for f in nombrados(texto)) + f": {texto}",
                trozo,
            )
            return True
        if re.search(r"\bvamos a dejar (?:de )?(?:el|la|los|las|tomar)\b", plano):
            self._pon(
                "plan",
                "suspension",
                f"Suspender {nombrados(texto)[0].texto.lower()}: {texto[:1].lower() + texto[1:]}",
                trozo,
            )
            return True
        contesta = self._respondida(trozo)
        if contesta is not None and re.match(r"\W*(?:y )?si\b", contesta.plano):
            asunto = f"«{mayuscula(alinar(contesta.dicho))}»"
            cuerpo = de_usted(texto)
            self._pon("plan", "indicacion", f"{asunto}: {cuerpo[:1].lower() + cuerpo[1:]}", contesta, trozo)
            return True
        if all(negado(texto, f.desde, f.hasta) for f in nombrados(texto)) and not anteplan:
            self._pon("plan", "indicacion", de_usted(texto), trozo)
            return True
        if senal("plan", "receta").search(plano) and not anteplan:
            linea = lineas[0][0]
            self.receta = (self._pon("plan", "receta", de_usted(texto), trozo), linea)
            return True
        if anteplan:
            self._pon("subjetivo", "medicamento_actual", texto, trozo)
        elif buscar_clinico(texto) and not self._en_plan(trozo) and self.analisis(trozo):
            return True
        elif len(plano.split()) <= 6 and self._pregunta_previa(trozo):
            previa = self._pregunta_previa(trozo)[-1]
            self._pon(
                "plan",
                "indicacion",
                f"«{alinar(previa.dicho)}»: {texto[:1].lower() + texto[1:]}",
                previa,
                trozo,
            )
        else:
            self._pon("plan", "indicacion", de_usted(texto), trozo)
        return True

    def _no_recetado(self, trozo: Trozo, texto: str, plano: str) -> bool | None:
        """Lo que se suspende, no se toma o se excluye; nada si la frase no es de eso."""
        if senal("plan", "suspende").search(plano) and not senal("plan", "posologia").search(plano):
            return self._suspension(trozo)
        if NO_SE_TOMA.search(plano):
            self._pon("plan", "suspension", de_usted(texto), trozo)
            self.receta = None
            return True
        if negado_despues(texto, nombrados(texto)[0].hasta) and not DIGITO.search(plano):
            self._excluidos(trozo, texto)
            return True
        return None

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
        motivo = "No se reconoció el nombre del medicamento; escúchelo."
        self._pon("plan", "receta", resto.strip(" ,."), trozo, motivo=motivo)
        self.receta = None
        return True

    def _excluidos(self, trozo: Trozo, texto: str) -> None:
        fuera = [
            f.texto.lower()
            for f in nombrados(texto)
            if negado(texto, f.desde, f.hasta) and not por_alergia(texto, f.desde)
        ]
        if fuera:
            self._pon("plan", "indicacion", f"Evitar {', '.join(dict.fromkeys(fuera))}", trozo)

    def _resultado(self, trozo: Trozo, plano: str) -> bool:
        """Un resultado de laboratorio («calcio 9.2») no es una receta."""
        return bool(DIGITO.search(plano)) and any(
            m.clase == "estudio" for m in buscar_exploracion(trozo.dicho)
        )

    def _con_verbo(self, linea: str, plano: str) -> str:
        for patron, verbo in (
            (CONTINUAR, "Continuar"), (REINICIAR, "Reiniciar"), (AGREGAR, "Agregar"), (AUMENTAR, "Aumentar"),
            (BAJAR, "Disminuir"),
        ):  # fmt: skip
            if patron.search(plano):
                return f"{verbo} {linea[:1].lower() + linea[1:]}"
        return linea

    def _recetar(self, trozo: Trozo, texto: str, lineas: list[tuple[Linea, int, int]]) -> None:
        for i, (linea, desde, hasta) in enumerate(lineas):
            previo = texto[lineas[i - 1][2] if i else 0 : desde]
            para = PARA.search(llano(previo))
            cuerpo = self._con_verbo(linea.texto, llano(previo + texto[desde:hasta]))
            if para and not hay_farmaco(previo[para.start() : para.end()]):
                cuerpo += f" ({alinar(previo[para.start() : para.end()]).lower()})"
            si = _SI_ANTES.search(llano(previo))
            if si:
                cuerpo += f" ({alinar(previo[si.start() :]).lower()})"
            tramo = alinar(texto[desde:hasta])
            pierde = _se_pierde(previo, linea) or falta(cuerpo, tramo)
            if cifras_de(tramo) - cifras_de(cuerpo) or escalonado(tramo) or pierde:
                antes = previo[si.start() :] if si else _desde_la_cantidad(previo)
                cuerpo = self._con_verbo(antes + tramo, llano(previo + tramo))
            propuesta = self._pon("plan", "receta", cuerpo, trozo)
            if trozo.dudoso:
                propuesta.motivo = "Hubo una corrección al hablar que no se pudo aplicar con seguridad."
            self.receta = (propuesta, linea)

    def _lo_demas(
        self,
        trozo: Trozo,
        texto: str,
        lineas: list[tuple[Linea, int, int]],
        recetadas: list[tuple[Linea, int, int]],
    ) -> None:
        """Lo de la frase que no es receta: «te pongo una nebulización con…», «el telmisartán siga igual»."""
        cursor = 0
        for linea, desde, hasta in lineas:
            previo, tramo = texto[cursor:desde], texto[desde:hasta]
            if (linea, desde, hasta) in recetadas:
                cursor = hasta
                continue
            if negado(texto, desde, desde + len(linea.farmaco)):
                continue
            if CONTINUAR.search(llano(tramo)):
                self._pon("plan", "receta", f"Continuar {linea.farmaco.lower()}", trozo)
                cursor = hasta
            elif contenido(previo) and not RETIRA.search(llano(previo)):
                fin = min((d for _, d, _ in recetadas if d > desde), default=len(texto))
                self._pon("plan", "indicacion", de_usted(alinar(texto[cursor:fin])), trozo)
                cursor = fin

    def _posologia_suelta(self, trozo: Trozo) -> bool:
        """La dosis o el horario dichos en otra oración que el nombre: completan la última receta."""
        if hay_farmaco(trozo.texto):
            return False
        tarde = self._tarde(trozo)
        abierta = self.receta is not None and not self.receta[1].dosis and not self.receta[1].frecuencia
        if tarde and not abierta and self._sin_nombre(trozo, texto_de(trozo), 0):
            return True
        if not self.receta or trozo.turno.id - self.receta[0].trozos[-1].turno.id > 2:
            return False
        propuesta, linea = self.receta
        extra = linea_de(texto_de(trozo), 0, linea.farmaco)
        pide = buscar_exploracion(trozo.dicho) and not extra.toma and not extra.dosis
        if pide or senal("plan", "cita").search(trozo.plano) or senal("plan", "estudio").search(trozo.plano):
            return False
        dura = re.match(r"(?:por|durante) .*\d", extra.duracion) and not linea.duracion
        dosis = extra.dosis and not re.match(r"de |\d+ ?(?:kg|kilos?)\b", extra.dosis)
        if not (extra.frecuencia or dosis or dura) or (linea.frecuencia and extra.frecuencia):
            return False
        if not (extra.toma or extra.dosis or len(trozo.plano.split()) <= 12):
            return False
        if falta(extra.texto, trozo.dicho):
            propuesta.texto += f"; {texto_de(trozo)[:1].lower() + texto_de(trozo)[1:]}"
            propuesta.trozos = (*propuesta.trozos, trozo)
            return True
        nueva = Linea(linea.farmaco, *(getattr(linea, c) or getattr(extra, c) for c in
                                       ("dosis", "forma", "toma", "via", "frecuencia", "duracion", "condicion")))  # fmt: skip  # noqa: E501
        propuesta.texto = (
            propuesta.texto.replace(linea.texto, nueva.texto)
            if linea.texto in propuesta.texto
            else mayuscula(nueva.texto)
        )
        propuesta.trozos = (*propuesta.trozos, trozo)
        self.receta = (propuesta, nueva)
        return True

    def _suspension(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        verbo = senal("plan", "suspende").search(plano)
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
            cerca = senal("plan", "suspende").search(plano)
            assert cerca is not None
            nombres = [min(ultimo, key=lambda f: abs(f.desde - cerca.start())).texto]
        if not nombres and not re.search(
            r"\b(?:inyecciones|pastillas|gotas|pomada|crema|jarabe|te |tes )", plano
        ):
            for previa in self._pregunta_previa(trozo):
                nombres += [f.texto for f in nombrados(previa.dicho)]
                citas.insert(0, previa)
        quien = f" {nombres[0].lower()}" if nombres else ""
        contesta = self._respondida(trozo)
        if not nombres and contesta is not None:
            texto = a_la_pregunta(contesta, texto)
            citas.insert(0, contesta)
            self._pon("plan", "suspension", f"Suspender. {texto}", *dict.fromkeys(citas))
            return True
        self._pon("plan", "suspension", f"Suspender{quien}: {texto[:1].lower() + texto[1:]}", *citas)
        return True

    def analisis(self, trozo: Trozo) -> bool:
        """Lo completa `Medico`: una frase con fármaco también puede concluir."""
        raise NotImplementedError
