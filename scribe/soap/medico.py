"""Lo que afirma el médico: exploración y estudios, análisis y plan."""

from __future__ import annotations

import re

from scribe.consulta import Seccion
from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion, glosas
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.texto import llano
from scribe.soap.dialogo import Dialogo
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula
from scribe.soap.medicamentos import Linea, escalonado, linea_de, lineas_de, negado
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.signos import restante, signos_de

_DIGITO = re.compile(r"\d")
_ABRE = re.compile(
    r"^(?:(?:(?:sí|no)\s*[,.;]|(?:y|pero|entonces|pues|bueno|okey|ok|primero|segundo|tercero|también|además|ahora|mira|mire|por último|"
    r"luego|ajá|ah|claro|bien|muy bien|perdón|a ver)\b(?!\s+(?:hay|tiene|se|te|le|es)\b))[\s,.:]*)+",
    re.IGNORECASE,
)
_CONTINUAR = re.compile(r"\b(?:se queda igual|queda igual|contin\w+|sig[aue]\w* (?:con|tomando|igual)|seguimos con|mantenemos|mantenga)\b")
_REINICIAR = re.compile(r"\b(?:retom\w+|reinici\w+|volvemos a (?:dar|iniciar))\b")
_AUMENTAR = re.compile(r"\b(?:aument\w+|(?:te|le) subo|subimos|subir)\b")
_BAJAR = re.compile(r"\b(?:disminu\w+|(?:te|le) bajo|bajamos la dosis)\b")
_AGREGAR = re.compile(r"\b(?:agreg\w+|anad\w+)\b")
_PARA = re.compile(r"\bpara (?:el|la|los|las|su|tu) [^,.;:]{2,40}(?=[,.;:]|$)")
_PLAZO = re.compile(
    r"\b(?:en|dentro de|a) (?:unos? )?(?:\d+|un[oa]?|dos|tres|cuatro|seis|ocho|quince)(?: o \d+)? (?:dias?|semanas?|mes(?:es)?|horas|anos?)\b|"
    r"\b(?:el|la|este|proxim[oa]|el proximo) (?:lunes|martes|miercoles|jueves|viernes|sabado|semana|mes)\b|\bmanana\b(?! y)|"
    r"\b(?:proxima|otra) (?:semana|cita|consulta)\b|\bun mes\b|\buna semana\b"
)


def _texto(trozo: Trozo) -> str:
    base = alinar(trozo.dicho)
    return alinar(_ABRE.sub("", base) or base)


_RETIRA = re.compile(r"\b(?:suspend\w+|quit\w+|retir\w+|dej[ae]\w*)(?: de tomar)?(?: el| la| los| las)? $")
_PARTE = re.compile(
    r",? (?:y|pero) (?=(?:lo|la|te|nos|le|los|las|me|se) (?:veo|vemos|espero|doy|pido|mando|trae|traes|regresa|regresas|quiero)\b|"
    r"si (?:le|te|se|no|tiene|hay)\b|antes de|para (?:el|la|los|las)\b)"
    r"|, (?=(?:nos vemos|(?:le|te) pido|(?:lo|la|te) veo)\b)|,? (?=si (?:le|te|se|tiene|hay|no|sangra|ve)\b[^.]*(?:urgencias|vien|regres|habla|llam|trae))"
)
_FIRME = re.compile(r"\b(?:lo que (?:tiene[s]?|trae[s]?) es|esto es|se trata de|^es una?|diagnostic\w+|el problema es)\b")
_MIRA = re.compile(r"(?<!lo que )\b(?:veo|palpo|oigo|escucho|siento|toco|observo|se (?:ve|palpa|oye|escucha|observa|aprecia)n?)\b")


class Medico:
    """Recorre lo que afirmó el médico y arma sus enunciados, recordando de qué se venía hablando."""

    def __init__(self, dialogo: Dialogo) -> None:
        self.dialogo = dialogo
        self.salida: list[Propuesta] = []
        self.sin_clase: list[Trozo] = []
        self.receta: tuple[Propuesta, Linea] | None = None

    def redactar(self) -> list[Propuesta]:
        """Los enunciados, en el orden en que se dijeron. Los trozos con duda quedan en `sin_clase`."""
        for entero in self.dialogo.medico:
            for trozo in _dividir(entero) if self._en_plan(entero) else [entero]:
                self._trozo(trozo)
        return self.salida

    # --- Reparto -------------------------------------------------------------------------------

    def _trozo(self, trozo: Trozo) -> None:
        if senal("social", "medico").match(trozo.plano):
            return
        for paso in (
            self._pronostico, self._incapacidad, self._alarma, self._responde_farmaco, self._signos, self._farmacos, self._posologia_suelta, self._suspension,
            self._cita, self._estudio_pedido, self._analisis, self._hallazgo, self._indicacion, self._motivo,
            self._sintoma,
        ):  # fmt: skip
            if paso(trozo):
                return
        self.sin_clase.append(trozo)

    def _pon(self, seccion: Seccion, tipo: str, texto: str, *trozos: Trozo, motivo: str | None = None) -> Propuesta:
        propuesta = Propuesta(seccion, tipo, mayuscula(texto), trozos, motivo)
        self.salida.append(propuesta)
        return propuesta

    def _en_plan(self, trozo: Trozo) -> bool:
        return trozo.turno.id >= self.dialogo.plan_desde

    def _explorando(self, trozo: Trozo) -> bool:
        return trozo.turno.id >= self.dialogo.exploracion_desde and not self._en_plan(trozo)

    def _pregunta_previa(self, trozo: Trozo) -> list[Trozo]:
        return self.dialogo.preguntas_paciente.get(trozo.turno.id - 1, [])

    # --- Pronóstico y plan ---------------------------------------------------------------------

    def _pronostico(self, trozo: Trozo) -> bool:
        if not senal("pronostico", "dice").search(trozo.plano):
            return False
        self._pon("pronostico", "pronostico", _texto(trozo), trozo)
        return True

    def _incapacidad(self, trozo: Trozo) -> bool:
        m = senal("plan", "incapacidad").search(trozo.plano)
        if not m or not (_DIGITO.search(trozo.plano) or self._en_plan(trozo)):
            return False
        texto = _texto(trozo)
        plano = llano(texto)
        dias = re.search(r"incapacidad (?:de |por )?(?:los |unos )?(\d+|\w+) (?:dias?|semanas?)", plano)
        resto = plano[dias.end() :].strip(" ,.") if dias else ""
        if dias:
            frase = texto[dias.start() : dias.end()]
            self._pon("plan", "incapacidad", frase if not resto else frase + texto[dias.end() :], trozo)
        else:
            self._pon("plan", "incapacidad", de_usted(texto), trozo)
        return True

    def _alarma(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        condicion = senal("plan", "condicion").search(plano)
        if not (condicion and senal("plan", "alarma").search(plano)):
            return False
        sintomas = buscar_clinico(trozo.dicho)
        if not sintomas and not self._en_plan(trozo):
            return False
        texto = de_usted(_texto(trozo))
        terminos = [m.termino for m in sintomas if m.clase == "sintoma" and llano(m.termino) not in llano(texto)]
        glosa = f" ({', '.join(dict.fromkeys(terminos))})" if terminos else ""
        rotulo = "Acudir a urgencias" if "urgencias" in plano else "Dato de alarma"
        self._pon("plan", "alarma", f"{rotulo}{glosa}: {texto[:1].lower() + texto[1:]}", trozo)
        return True

    def _cita(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        plazo = _PLAZO.search(plano)
        if not senal("plan", "cita").search(plano) or not (plazo or "resultado" in plano or "cita" in plano):
            return False
        if trozo.turno.id < min(self.dialogo.exploracion_desde, self.dialogo.plan_desde) and "cita" not in plano:
            return False
        texto = de_usted(_texto(trozo))
        cuando = f" {trozo.dicho[plazo.start() : plazo.end()]}" if plazo else ""
        self._pon("plan", "cita", f"Cita{cuando}: {texto[:1].lower() + texto[1:]}", trozo)
        return True

    def _responde_farmaco(self, trozo: Trozo) -> bool:
        """«¿Y la metformina?» «Esa sigue igual, 850, cada 12 horas»: el nombre está en la pregunta."""
        if hay_farmaco(trozo.texto):
            return False
        nombres = [(f, p) for p in self._pregunta_previa(trozo) for f in nombrados(p.dicho)]
        texto = _texto(trozo)
        linea = linea_de(texto, 0, nombres[0][0].texto) if len({f.texto for f, _ in nombres}) == 1 else None
        if linea is None or senal("plan", "suspende").search(trozo.plano):
            return False
        igual = _CONTINUAR.search(llano(texto)) or re.match(r"(?:igual|lo mismo)\b", llano(texto))
        if not (linea.frecuencia or linea.dosis) and not igual:
            return False
        verbo = "Continuar " if igual else ""
        cuerpo = f"{verbo}{linea.farmaco.lower()}: {texto[:1].lower() + texto[1:]}"
        self._pon("plan", "receta", cuerpo, nombres[0][1], trozo)
        return True

    def _farmacos(self, trozo: Trozo) -> bool:
        texto = _texto(trozo)
        if not hay_farmaco(texto):
            return False
        plano = llano(texto)
        anteplan = trozo.turno.id < min(self.dialogo.exploracion_desde, self.dialogo.plan_desde)
        if senal("plan", "suspende").search(plano) and not senal("plan", "posologia").search(plano):
            return self._suspension(trozo)
        lineas = lineas_de(texto)
        if self._sin_nombre(trozo, texto, max(x[2] for x in lineas) if len(lineas) else 0):
            lineas = [x for x in lineas if x[0].completa]
            self._excluidos(trozo, texto)
            if not lineas:
                return True
        recetadas = [x for x in lineas if x[0].completa or (x[0].dosis and senal("plan", "receta").search(plano))]
        if recetadas and not (anteplan and not senal("plan", "receta").search(plano)):
            self._recetar(trozo, texto, recetadas)
            if any(negado(texto, f.desde) and not _RETIRA.search(llano(texto[: f.desde])) for f in nombrados(texto)):
                self._excluidos(trozo, texto)
            for f in nombrados(texto):
                if _RETIRA.search(llano(texto[: f.desde])):
                    self._pon("plan", "suspension", f"Suspender {f.texto.lower()}", trozo)
            return True
        if self._resultado(trozo, plano):
            return False
        if senal("plan", "evita").search(plano):
            rotulo = "Evitar" if re.search(r"\bnada de\b|\bevit|\bno (?:le|te) d", plano) else "No se indica"
            nombres = ", ".join(dict.fromkeys(f.texto.lower() for f in nombrados(texto)))
            self._pon("plan", "indicacion", f"{rotulo} {nombres}: {texto[:1].lower() + texto[1:]}", trozo)
            return True
        if _CONTINUAR.search(plano):
            self._pon("plan", "receta", "Continuar " + ", ".join(f.texto for f in nombrados(texto)) + f": {texto}", trozo)
            return True
        if re.search(r"\bvamos a dejar (?:de )?(?:el|la|los|las|tomar)\b", plano):
            self._pon("plan", "suspension", f"Suspender {nombrados(texto)[0].texto.lower()}: {texto[:1].lower() + texto[1:]}", trozo)
            return True
        if senal("plan", "receta").search(plano) and not anteplan:
            linea = lineas[0][0]
            self.receta = (self._pon("plan", "receta", de_usted(texto), trozo), linea)
            return True
        if anteplan:
            self._pon("subjetivo", "medicamento_actual", texto, trozo)
        elif buscar_clinico(texto) and not self._en_plan(trozo) and self._analisis(trozo):
            return True
        elif len(plano.split()) <= 6 and self._pregunta_previa(trozo):
            previa = self._pregunta_previa(trozo)[-1]
            self._pon("plan", "indicacion", f"«{alinar(previa.dicho)}»: {texto[:1].lower() + texto[1:]}", previa, trozo)
        else:
            self._pon("plan", "indicacion", de_usted(texto), trozo)
        return True

    def _sin_nombre(self, trozo: Trozo, texto: str, desde: int) -> bool:
        """Una receta cuyo fármaco no se reconoció: se escribe lo oído y queda por revisar."""
        resto = texto[desde:]
        linea = linea_de(resto, 0, "")
        cifras = bool(linea.dosis) and bool(linea.frecuencia or linea.duracion)
        if not cifras or not senal("plan", "receta").search(llano(resto)) and desde:
            return False
        motivo = "No se reconoció el nombre del medicamento; escúchelo."
        self._pon("plan", "receta", resto.strip(" ,."), trozo, motivo=motivo)
        self.receta = None
        return True

    def _excluidos(self, trozo: Trozo, texto: str) -> None:
        fuera = [f.texto.lower() for f in nombrados(texto) if negado(texto, f.desde)]
        if fuera:
            self._pon("plan", "indicacion", f"Evitar {', '.join(dict.fromkeys(fuera))}", trozo)

    def _resultado(self, trozo: Trozo, plano: str) -> bool:
        """Un resultado de laboratorio («calcio 9.2») no es una receta."""
        return bool(_DIGITO.search(plano)) and any(m.clase == "estudio" for m in buscar_exploracion(trozo.dicho))

    def _con_verbo(self, linea: str, plano: str) -> str:
        for patron, verbo in (
            (_CONTINUAR, "Continuar"), (_REINICIAR, "Reiniciar"), (_AGREGAR, "Agregar"), (_AUMENTAR, "Aumentar"),
            (_BAJAR, "Disminuir"),
        ):  # fmt: skip
            if patron.search(plano):
                return f"{verbo} {linea[:1].lower() + linea[1:]}"
        return linea

    def _recetar(self, trozo: Trozo, texto: str, lineas: list[tuple[Linea, int, int]]) -> None:
        for i, (linea, desde, hasta) in enumerate(lineas):
            previo = texto[lineas[i - 1][2] if i else 0 : desde]
            para = _PARA.search(llano(previo))
            cuerpo = self._con_verbo(linea.texto, llano(previo + texto[desde:hasta]))
            if para and not hay_farmaco(previo[para.start() : para.end()]):
                cuerpo += f" ({alinar(previo[para.start() : para.end()]).lower()})"
            tramo = texto[desde:hasta].strip(" ,.;")
            if _cifras(tramo) - _cifras(cuerpo) or escalonado(tramo):
                cuerpo = self._con_verbo(tramo, llano(previo + tramo))
            propuesta = self._pon("plan", "receta", cuerpo, trozo)
            if trozo.dudoso:
                propuesta.motivo = "Hubo una corrección al hablar que no se pudo aplicar con seguridad."
            self.receta = (propuesta, linea)

    def _posologia_suelta(self, trozo: Trozo) -> bool:
        """La dosis o el horario dichos en otra oración que el nombre: completan la última receta."""
        if hay_farmaco(trozo.texto):
            return False
        tarde = trozo.turno.id >= self.dialogo.exploracion_desde
        abierta = self.receta is not None and not self.receta[1].dosis and not self.receta[1].frecuencia
        if tarde and not abierta and self._sin_nombre(trozo, _texto(trozo), 0):
            return True
        if not self.receta or trozo.turno.id - self.receta[0].trozos[-1].turno.id > 2:
            return False
        propuesta, linea = self.receta
        extra = linea_de(_texto(trozo), 0, linea.farmaco)
        pide = buscar_exploracion(trozo.dicho) and not extra.toma and not extra.dosis
        if pide or senal("plan", "cita").search(trozo.plano) or senal("plan", "estudio").search(trozo.plano):
            return False
        dura = re.match(r"(?:por|durante) .*\d", extra.duracion) and not linea.duracion
        if not (extra.frecuencia or extra.dosis or dura) or linea.frecuencia and extra.frecuencia:
            return False
        if not (extra.toma or extra.dosis or len(trozo.plano.split()) <= 12):
            return False
        nueva = Linea(linea.farmaco, *(getattr(linea, c) or getattr(extra, c) for c in
                                       ("dosis", "forma", "toma", "via", "frecuencia", "duracion", "condicion")))  # fmt: skip
        propuesta.texto = propuesta.texto.replace(linea.texto, nueva.texto) if linea.texto in propuesta.texto else mayuscula(nueva.texto)
        propuesta.trozos = (*propuesta.trozos, trozo)
        self.receta = (propuesta, nueva)
        return True

    def _suspension(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        if not senal("plan", "suspende").search(plano):
            return False
        condicion = re.match(r"^\W*si (?!,)", plano) or senal("plan", "condicion").match(plano)
        texto = de_usted(_texto(trozo))
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
        if not nombres and not re.search(r"\b(?:inyecciones|pastillas|gotas|pomada|crema|jarabe|te |tes )", plano):
            for previa in self._pregunta_previa(trozo):
                nombres += [f.texto for f in nombrados(previa.dicho)]
                citas.insert(0, previa)
        quien = f" {nombres[0].lower()}" if nombres else ""
        self._pon("plan", "suspension", f"Suspender{quien}: {texto[:1].lower() + texto[1:]}", *citas)
        return True

    def _estudio_pedido(self, trozo: Trozo) -> bool:
        estudios = [m for m in buscar_exploracion(trozo.dicho) if m.clase in ("estudio", "imagen")]
        if not estudios:
            return False
        plano = trozo.plano
        if senal("plan", "evita").search(plano):
            self._pon("plan", "indicacion", _texto(trozo), trozo)
            return True
        resultado = re.search(r"\b(?:salio|salieron|resulto|reporta|normal(?:es)?|positiv|negativ|estudios del)\b", plano)
        pide = senal("plan", "estudio").search(plano)
        if not pide and (resultado or not self._en_plan(trozo)):
            return False
        if pide and resultado and not self._en_plan(trozo):
            return False
        texto = de_usted(_texto(trozo))
        self._pon("plan", "estudio", f"Estudios: {texto[:1].lower() + texto[1:]}", trozo)
        return True

    def _indicacion(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        medida = any(m.clase == "medida" for m in buscar_exploracion(trozo.dicho))
        consejo = senal("plan", "consejo").search(plano)
        avisa = senal("plan", "advierte").search(plano) or senal("plan", "evita").search(plano)
        referido = senal("plan", "receta").search(plano)
        if not self._en_plan(trozo) and not (consejo and medida and trozo.turno.id >= self.dialogo.exploracion_desde):
            return False
        if senal("exploracion", "ordenes").search(plano):
            return False
        if not (consejo or avisa or medida or referido or buscar_clinico(trozo.dicho)) or len(plano.split()) < 2:
            return False
        self._pon("plan", "indicacion", de_usted(_texto(trozo)), trozo)
        return True

    # --- Exploración y análisis ----------------------------------------------------------------

    def _signos(self, trozo: Trozo) -> bool:
        texto = trozo.dicho
        signos = signos_de(texto)
        if not signos or (self._en_plan(trozo) and (senal("plan", "condicion").search(trozo.plano) or len(signos) < 2)):
            return False
        for signo in signos:
            self._pon("objetivo", "signo_vital", signo.texto, trozo, motivo=signo.dudoso)
        if hay_farmaco(texto):
            return False
        queda = restante(texto, signos)
        clases = {m.clase for m in buscar_exploracion(queda)}
        if len(queda.split()) >= 3 and (clases & {"hallazgo", "maniobra"} or senal("exploracion", "negativo").search(queda)):
            self._hallazgo(trozo, forzado=True)
        return True

    def _hallazgo(self, trozo: Trozo, *, forzado: bool = False) -> bool:
        texto = _texto(trozo)
        plano = llano(texto)
        vistos = {m.clase for m in buscar_exploracion(texto)}
        describe = senal("exploracion", "verbos").search(plano) or senal("exploracion", "negativo").search(plano)
        tarde = trozo.turno.id >= self.dialogo.exploracion_desde
        if not tarde and not (vistos & {"maniobra", "estudio", "imagen"} and describe):
            return False
        interesa = vistos & {"hallazgo", "maniobra"} or ("estudio" in vistos and (_DIGITO.search(plano) or describe)) or (
            vistos & {"parte", "imagen"} and describe
        ) or (self._explorando(trozo) and (buscar_clinico(texto) or vistos & {"parte", "estudio", "imagen"}))  # fmt: skip
        mira = senal("exploracion", "resultado").search(plano)
        if self._en_plan(trozo) and (not (mira or "maniobra" in vistos) or senal("plan", "consejo").search(plano)):
            return False
        if not interesa or (not forzado and senal("exploracion", "ordenes").search(plano) and not describe):
            return False
        prueba = re.search(r"\b(?:negativ|positiv)", plano) and "maniobra" not in vistos
        tipo = "estudio" if vistos & {"estudio", "imagen"} or prueba else "hallazgo"
        self._pon("objetivo", tipo, _glosado(texto), trozo)
        return True

    def _analisis(self, trozo: Trozo) -> bool:
        texto = _texto(trozo)
        plano = llano(texto)
        enfermedades = [m for m in buscar_clinico(texto) if m.clase == "enfermedad" and m.termino != "alergia"]
        descarta = senal("analisis", "descarta").search(plano)
        afirma = senal("analisis", "afirma").search(plano)
        duda = senal("analisis", "sospecha").search(plano)
        tarde = trozo.turno.id >= self.dialogo.exploracion_desde
        if not tarde and not (afirma and enfermedades):
            return False
        resultado = re.search(r"\bnegativ|\bpositiv|\bsin infeccion\b", plano) and not re.search(r"\bdatos? de\b|descart", plano)
        if resultado and not self._en_plan(trozo) and not _FIRME.search(plano):
            return False
        estudio = any(m.clase in ("estudio", "imagen") for m in buscar_exploracion(texto))
        if estudio and not _FIRME.search(plano) and (_DIGITO.search(plano) or senal("exploracion", "negativo").search(plano)):
            if not re.search(r"\b(?:tenemos|diagnostic)", plano):
                return False
        if self._explorando(trozo) and _MIRA.search(plano) and not re.search(r"\b(?:datos?|signos) de\b|descart", plano):
            return False
        if descarta and (enfermedades or re.search(r"no ha (?:subido|llegado|afectado|pasado)", plano)):
            negadas = all(calificar(texto, m.desde, m.hasta).negada for m in enfermedades)
            self._pon("analisis", "descartado", f"Descartado: {texto[:1].lower() + texto[1:]}" if negadas else texto, trozo)
            return True
        if _FIRME.search(plano) and tarde and buscar_clinico(texto) and not enfermedades:
            self._pon("analisis", "sospecha" if duda else "diagnostico", _sin_copula(texto), trozo)
            return True
        if duda and tarde and not self._en_plan(trozo) and not enfermedades and len(plano.split()) >= 5:
            self._pon("analisis", "sospecha", de_usted(texto), trozo)
            return True
        if not enfermedades and not (duda and tarde and buscar_clinico(texto)) and not (
            afirma and re.search(r"descontrol|sin control|control(?:ad|$)|en metas?|va (?:muy )?bien|mejorando|semanas de", plano) and tarde
        ):  # fmt: skip
            return False
        if enfermedades and all(calificar(texto, m.desde, m.hasta).negada for m in enfermedades):
            self._pon("analisis", "descartado", f"Descartado: {texto[:1].lower() + texto[1:]}", trozo)
            return True
        if self._en_plan(trozo) and not afirma and not duda:
            return False
        if duda and enfermedades and enfermedades[0].hasta < duda.start() and len(plano[duda.start() :].split()) >= 3:
            corte = _inicio_de_duda(texto, duda.start())
            self._pon("analisis", "diagnostico", _sin_copula(texto[:corte]), trozo)
            self._pon("analisis", "sospecha", alinar(texto[corte:]), trozo)
            return True
        self._pon("analisis", "sospecha" if duda else "diagnostico", _sin_copula(texto), trozo)
        return True

    # --- Lo demás ------------------------------------------------------------------------------

    def _motivo(self, trozo: Trozo) -> bool:
        temprano = trozo.turno.id < self.dialogo.exploracion_desde
        if not temprano or not senal("motivo", "dice").search(trozo.plano) or not buscar_clinico(trozo.dicho):
            return False
        self._pon("subjetivo", "motivo", de_usted(_texto(trozo)), trozo)
        return True

    def _sintoma(self, trozo: Trozo) -> bool:
        """El médico repite o resume lo que contó el paciente."""
        temprano = trozo.turno.id < self.dialogo.exploracion_desde
        clases = {m.clase for m in buscar_clinico(trozo.dicho)}
        if not temprano or not clases & {"sintoma", "enfermedad"}:
            return False
        if not re.search(r"\b(?:entonces|refiere|me dice|me comenta|dices|dice que|lleva|empezo|perdon|o sea)\b", trozo.plano):
            return False
        tipo = "sintoma" if "sintoma" in clases else "antecedente"
        self._pon("subjetivo", tipo, de_usted(_texto(trozo)), trozo)
        return True


def _cifras(texto: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)?", texto))


def _inicio_de_duda(texto: str, inicio: int) -> int:
    """Dónde empieza la cláusula de la duda, con su «y» o su coma."""
    antes = llano(texto[:inicio])
    corte = max(antes.rfind(", "), antes.rfind(" y "), antes.rfind(". "))
    return corte if corte > 0 else inicio


_COPULA = re.compile(
    r"^(?:(?:esto|eso|lo que (?:tiene|tienes|trae|traes)|ya|usted|aqui|pues|entonces|bueno|y|aquí) )*(?:es|son|tiene[s]?|tenemos|se trata de|trae[s]?|seria)"
    r" (?:una? |unas? |el |la )?", re.IGNORECASE,
)  # fmt: skip


def _sin_copula(texto: str) -> str:
    limpio = re.sub(r",? pues$", "", alinar(texto))
    return alinar(_COPULA.sub("", limpio, count=1)) or texto


def _dividir(trozo: Trozo) -> list[Trozo]:
    """Separa dos indicaciones dichas en una oración («le pido…, y la veo en 6 semanas»)."""
    cortes = [m.end() for m in _PARTE.finditer(llano(trozo.texto)) if m.start() > 15]
    bordes = [0, *cortes, len(trozo.texto)]
    return [trozo.parte(a, a + len(trozo.texto[a:b].rstrip())) for a, b in zip(bordes, bordes[1:], strict=False)]


_EXAMEN = (
    (re.compile(r"\bno veo\b", re.I), "no se observa"), (re.compile(r"\bno (?:oigo|escucho)\b", re.I), "no se escucha"),
    (re.compile(r"\bno (?:siento|palpo|toco)\b", re.I), "no se palpa"), (re.compile(r"^(?:aqu[ií] )?(?:s[ií] )?(?:le |te )?veo\b", re.I), "se observa"),
    (re.compile(r"^lo que s[ií] (?:traigo|trae[s]?|tiene[s]?|veo) es\b", re.I), ""), (re.compile(r"\b(?:oigo|escucho)\b", re.I), "se escucha"),
    (re.compile(r"^(?:y )?aqu[ií] ", re.I), ""),
)  # fmt: skip


_MANIOBRAS = {"Giordano", "Lasègue"}


def _glosado(texto: str) -> str:
    """El hallazgo con su nombre clínico por delante, si no está ya escrito, y sin la primera persona."""
    plano = llano(texto)
    terminos = []
    for termino, patron in glosas():
        m = patron.search(plano)
        raiz = llano(termino).split()[0][:7]
        if m and raiz not in plano and (
            termino in _MANIOBRAS or not calificar(texto, m.start(), m.end()).negada
        ):
            if any(llano(termino).split()[0] == llano(t).split()[0] for t in terminos):
                continue
            terminos.append(termino)
    cuerpo = texto
    for patron, nuevo in _EXAMEN:
        cuerpo = patron.sub(nuevo, cuerpo, count=1).strip()
    cuerpo = de_usted(cuerpo)
    if not terminos:
        return cuerpo
    return f"{mayuscula(', '.join(terminos[:3]))}: {cuerpo[:1].lower() + cuerpo[1:]}"
