"""Lo que afirma el médico: exploración y estudios, análisis y plan."""

from __future__ import annotations

import re
from itertools import zip_longest

from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.conclusiones import (
    CON_CONTROL,
    NIEGA_AL_ABRIR,
    NO_VEO,
    POR_ESO,
    descartada,
    describe_enfermedad,
    es_eso,
    no_es_eso,
)
from scribe.soap.condicion import con_su_condicion
from scribe.soap.contestado import Contestado
from scribe.soap.dialogo import ES_ALERGICO
from scribe.soap.dichos import (
    CUANDO_VUELVO,
    DIGITO,
    FIRME,
    MIRA,
    PLAZO,
    glosado,
    inicio_de_duda,
    sin_copula,
    texto_de,
)
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, minuscula
from scribe.soap.persona import de_usted
from scribe.soap.por_fase import con_su_sujeto
from scribe.soap.reglas import senal
from scribe.soap.retractos import INTERRUMPIDA
from scribe.soap.signos import TRAS_SIGNO, Signo, restante, signo_sin_nombre, signos_de
from scribe.soap.sitio import separar

_P = patrones("scribe.soap", "medico.es")

_AL_PRINCIPIO = 12
_EN_CAPACIDAD = _P["medico.en_capacidad"]
_NO_ES_UN_MAL = _P["medico.no_es_un_mal"]
_HACE = _P["medico.hace"]


class Medico(Contestado):
    """Recorre lo que afirmó el médico y arma sus enunciados, recordando de qué se venía hablando."""

    def redactar(self) -> list[Propuesta]:
        """Los enunciados, en el orden en que se dijeron. Los trozos con duda quedan en `sin_clase`."""
        juntos = con_su_sujeto(self.dialogo.medico)
        enteros = [t for junto in juntos for t in separar(junto, tutea=self.dialogo.tutea)]
        for entero, siguiente in zip_longest(enteros, enteros[1:]):
            if self._anuncia_sitio(entero, siguiente):
                continue
            for trozo in (
                con_su_condicion(entero) if self._en_plan(entero) else self._hallado_y_concluido(entero)
            ):
                self._trozo(trozo)
        return self.salida

    def _hallado_y_concluido(self, trozo: Trozo) -> list[Trozo]:
        """«La rotación está completa, así que no es hombro congelado»: un hallazgo y un descarte."""
        m = POR_ESO.search(llano(trozo.texto))
        if not m or not self._explorando(trozo) or not buscar_exploracion(trozo.texto[: m.start()]):
            return [trozo]
        return [trozo.parte(0, m.start()), trozo.parte(m.end(), len(trozo.texto))]

    def _trozo(self, trozo: Trozo) -> None:
        if senal("social", "medico").match(trozo.plano) or self._no_es_dato(trozo):
            return
        if INTERRUMPIDA.search(trozo.plano):
            return  # «timolol, una gota en el… espere»: no dispuso nada; queda en omisiones
        for paso in (
            self._pronostico, self._incapacidad, self._alarma, self._cita_preguntada, self._sin_verbo, self._responde_farmaco, self._alergia, self._signos, self._farmacos, self._posologia_suelta, self._suspension,  # noqa: E501
            self._cita, self._estudio_pedido, self._confirmado, self._explicado, self._contestado,
            self.analisis, self._hallazgo, self._indicacion, self._motivo, self._sintoma, self._por_fase,
        ):  # fmt: skip
            if paso(trozo):
                return
        self.sin_clase.append(trozo)

    def _pronostico(self, trozo: Trozo) -> bool:
        if not senal("pronostico", "dice").search(trozo.plano):
            return False
        self._pon("pronostico", "pronostico", texto_de(trozo), trozo)
        return True

    def _incapacidad(self, trozo: Trozo) -> bool:
        m = senal("plan", "incapacidad").search(trozo.plano)
        if not m or not (DIGITO.search(trozo.plano) or self._en_plan(trozo)):
            return False
        texto = _EN_CAPACIDAD.sub("incapacidad", texto_de(trozo))
        plano = llano(texto)
        dias = _P["medico.dias_de_incapacidad"].search(plano)
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
        if not sintomas and (not self._en_plan(trozo) or _P["alarma.de_la_toma"].search(plano)):
            return False
        texto = de_usted(texto_de(trozo))
        terminos = [
            m.termino for m in sintomas if m.clase == "sintoma" and llano(m.termino) not in llano(texto)
        ]
        glosa = f" ({', '.join(dict.fromkeys(terminos))})" if terminos else ""
        rotulo = "Acudir a urgencias" if "urgencias" in plano else "Dato de alarma"
        self._pon("plan", "alarma", f"{rotulo}{glosa}: {minuscula(texto)}", trozo)
        return True

    def _cita(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        plazo = PLAZO.search(plano)
        if not senal("plan", "cita").search(plano) or not (plazo or "resultado" in plano or "cita" in plano):
            return False
        if trozo.lugar < min(self.dialogo.exploracion_desde, self.dialogo.plan_desde) and "cita" not in plano:
            return False
        self._citar(trozo, plazo)
        return True

    def _citar(self, trozo: Trozo, plazo: re.Match[str] | None) -> None:
        texto = de_usted(texto_de(trozo))
        cuando = f" {trozo.dicho[plazo.start() : plazo.end()]}" if plazo else ""
        self._pon("plan", "cita", f"Cita{cuando.lower()}: {minuscula(texto)}", trozo)

    def _cita_preguntada(self, trozo: Trozo) -> bool:
        """«¿Cuándo vengo?» «En 4 semanas, con sus estudios»."""
        contesta = self._respondida(trozo)
        plazo = PLAZO.search(trozo.plano)
        if contesta is None or plazo is None or not CUANDO_VUELVO.search(contesta.plano):
            return False
        if plazo.start() > _AL_PRINCIPIO:
            return False
        self._citar(trozo, plazo)
        return True

    def _estudio_pedido(self, trozo: Trozo) -> bool:
        estudios = [m for m in buscar_exploracion(trozo.dicho) if m.clase in ("estudio", "imagen")]
        if not estudios:
            return False
        plano = trozo.plano
        if senal("plan", "evita").search(plano):
            self._pon("plan", "indicacion", texto_de(trozo), trozo)
            return True
        resultado = _P["medico.da_resultado"].search(plano)
        pide = senal("plan", "estudio").search(plano)
        if not pide and (resultado or not self._en_plan(trozo)):
            return False
        if pide and resultado and not self._en_plan(trozo):
            return False
        texto = de_usted(texto_de(trozo))
        self._pon("plan", "estudio", f"Estudios: {minuscula(texto)}", trozo)
        return True

    def _indicacion(self, trozo: Trozo) -> bool:
        plano = trozo.plano
        medida = any(m.clase == "medida" for m in buscar_exploracion(trozo.dicho))
        consejo = senal("plan", "consejo").search(plano)
        avisa = senal("plan", "advierte").search(plano) or senal("plan", "evita").search(plano)
        referido = senal("plan", "receta").search(plano)
        if not self._en_plan(trozo) and not (consejo and medida and self._tarde(trozo)):
            return False
        if senal("exploracion", "ordenes").search(plano):
            return False
        if self._ajeno(trozo) and not (consejo or avisa or referido):
            return False
        if self._explorando(trozo) and not self.dialogo.tutea and _HACE.match(plano):
            return False
        if (
            not (consejo or avisa or medida or referido or buscar_clinico(trozo.dicho))
            or len(plano.split()) < 2
        ):
            return False
        self._indicar(trozo)
        return True

    def _signos(self, trozo: Trozo) -> bool:
        texto = trozo.dicho
        signos = signos_de(texto)
        sueltos = self._sin_nombre_de_signo(trozo)  # «súbase a la báscula, 71 kg, presión 136/80»
        if not any(x.rotulo == s.rotulo or x.hasta > s.desde for x in sueltos for s in signos):
            signos = sueltos + signos
        if not signos or (
            self._en_plan(trozo) and (senal("plan", "condicion").search(trozo.plano) or len(signos) < 2)
        ):
            return False
        for signo in signos:
            self._pon("objetivo", "signo_vital", signo.texto, trozo, motivo=signo.dudoso)
        if hay_farmaco(texto) or (senal("analisis", "afirma").search(trozo.plano) and self.analisis(trozo)):
            return not hay_farmaco(texto)
        queda = restante(texto, signos)
        clases = {m.clase for m in buscar_exploracion(queda)}
        if len(queda.split()) >= 3 and (
            clases & {"hallazgo", "maniobra", "parte"} or senal("exploracion", "negativo").search(queda)
        ):
            self._hallazgo(_tras_los_signos(trozo, signos), forzado=True)
        return True

    def _sin_nombre_de_signo(self, trozo: Trozo) -> list[Signo]:
        """«Súbase a la báscula. 52 kilos»: al explorar se mide sin volver a nombrar lo que se mide."""
        if not self._explorando(trozo) or hay_farmaco(trozo.texto):
            return []
        return signo_sin_nombre(trozo.turno.texto[: trozo.desde], trozo.dicho)

    def _hallazgo(self, trozo: Trozo, *, forzado: bool = False) -> bool:
        texto = texto_de(trozo)
        plano = llano(texto)
        if not forzado and senal("momento", "concluye_lego").search(plano):
            return False
        vistos = {m.clase for m in buscar_exploracion(texto)}
        describe = senal("exploracion", "verbos").search(plano) or senal("exploracion", "negativo").search(
            plano
        )
        tarde = self._tarde(trozo)
        if not tarde and not (vistos & {"maniobra", "estudio", "imagen"} and describe):
            return False
        interesa = vistos & {"hallazgo", "maniobra"} or ("estudio" in vistos and (DIGITO.search(plano) or describe)) or (  # noqa: E501
            vistos & {"parte", "imagen"} and describe
        ) or (self._explorando(trozo) and (buscar_clinico(texto) or vistos & {"parte", "estudio", "imagen"}))  # fmt: skip  # noqa: E501
        mira = senal("exploracion", "resultado").search(plano)
        if self._en_plan(trozo) and (
            not (mira or "maniobra" in vistos) or senal("plan", "consejo").search(plano)
        ):
            return False
        if not interesa or (not forzado and senal("exploracion", "ordenes").search(plano) and not describe):
            return False
        prueba = _P["medico.de_prueba"].search(plano) and "maniobra" not in vistos
        tipo = "estudio" if vistos & {"estudio", "imagen"} or prueba else "hallazgo"
        self._hallar(tipo, glosado(texto), trozo)
        return True

    def analisis(self, trozo: Trozo) -> bool:  # noqa: PLR0912
        """Diagnósticos, sospechas y descartes; dice si la frase era de análisis."""
        texto = texto_de(trozo)
        plano = llano(texto)
        if senal("momento", "segun").match(plano):
            return False  # «si hay fractura, lo mando…»: todavía no hay nada que concluir
        enfermedades = [
            m
            for m in buscar_clinico(texto)
            if m.termino != "alergia" and (m.clase == "enfermedad" or no_es_eso(texto, m) or es_eso(texto, m))
        ]
        dicha = any(es_eso(texto, m) for m in enfermedades) or self._ya_concluyo(trozo)
        if self._explorando(trozo) and describe_enfermedad(plano) and not dicha:
            return False  # «las anginas no están crecidas», «hernia no se siente»: se ve al explorar
        fuera = [m for m in enfermedades if descartada(texto, m)]
        descarta = senal("analisis", "descarta").search(plano)
        afirma = senal("analisis", "afirma").search(plano) is not None
        duda = senal("analisis", "sospecha").search(plano)
        afirma = afirma or any(es_eso(texto, m) for m in enfermedades)
        tarde = self._tarde(trozo)
        seco_ya = _NO_ES_UN_MAL.match(plano) is not None and not trozo.signo
        opina = (afirma or seco_ya or duda or descarta) and not trozo.signo
        if not tarde and not (opina and (enfermedades or (descarta and buscar_clinico(texto)))):
            return False
        resultado = _P["medico.resultado"].search(plano) and not _P["medico.no_es_resultado"].search(plano)
        if resultado and not self._en_plan(trozo) and not FIRME.search(plano):
            return False
        estudio = any(m.clase in ("estudio", "imagen") for m in buscar_exploracion(texto))
        if (
            estudio
            and not FIRME.search(plano)
            and not (len(enfermedades) > 1 and (afirma or CON_CONTROL.search(plano)))
            and (DIGITO.search(plano) or senal("exploracion", "negativo").search(plano))
        ) and not _P["medico.diagnostica"].search(plano):
            return False
        describe = MIRA.search(plano) or (
            not (afirma or duda) and any(m.clase == "parte" for m in buscar_exploracion(texto))
        )
        seco = any(no_es_eso(texto, m) for m in enfermedades)
        if (
            self._explorando(trozo)
            and describe
            and not seco
            and not _P["medico.no_solo_describe"].search(plano)
        ):
            return False
        if self._ya_concluyo(trozo) and enfermedades and NO_VEO.search(plano):
            seco = True
        if seco and not afirma:
            self._pon("analisis", "descartado", f"Descartado: {minuscula(texto)}", trozo)
            return True
        concluye = afirma and enfermedades and not fuera
        limitado = _P["medico.no_ha_llegado"].search(plano)
        if descarta and not concluye and (enfermedades or limitado):
            if _P["medico.tambien_concluye"].search(plano[descarta.end() :]):
                self._pon(
                    "analisis", "diagnostico", texto, trozo, motivo="La frase descarta y concluye a la vez."
                )
                return True
            negadas = len(fuera) == len(enfermedades)
            self._pon(
                "analisis",
                "descartado",
                f"Descartado: {minuscula(texto)}" if negadas else texto,
                trozo,
            )
            return True
        if FIRME.search(plano) and tarde and buscar_clinico(texto) and not enfermedades:
            self._pon("analisis", "sospecha" if duda else "diagnostico", sin_copula(texto), trozo)
            return True
        if duda and tarde and not self._en_plan(trozo) and not enfermedades and len(plano.split()) >= 5:
            self._concluir("sospecha", de_usted(texto), trozo)
            return True
        if not enfermedades and not (duda and tarde and buscar_clinico(texto)) and not (
            afirma and CON_CONTROL.search(plano) and tarde
        ):  # fmt: skip
            return False
        if enfermedades and len(fuera) == len(enfermedades):
            if estudio and not NIEGA_AL_ABRIR.search(plano):
                return False  # «taquicardia sinusal, sin fibrilación»: también afirma algo
            self._pon("analisis", "descartado", f"Descartado: {minuscula(texto)}", trozo)
            return True
        if self._en_plan(trozo) and not afirma and not duda:
            return False
        if (
            duda
            and enfermedades
            and enfermedades[0].hasta < duda.start()
            and len(plano[duda.start() :].split()) >= 3
        ):
            corte = inicio_de_duda(texto, duda.start())
            self._pon("analisis", "diagnostico", sin_copula(texto[:corte]), trozo)
            self._pon("analisis", "sospecha", alinar(texto[corte:]), trozo)
            return True
        self._pon("analisis", "sospecha" if duda else "diagnostico", sin_copula(texto), trozo)
        return True

    def _motivo(self, trozo: Trozo) -> bool:
        temprano = not self._tarde(trozo)
        if not temprano or not senal("motivo", "dice").search(trozo.plano) or not buscar_clinico(trozo.dicho):
            return False
        self._pon("subjetivo", "motivo", de_usted(texto_de(trozo)), trozo)
        return True

    def _alergia(self, trozo: Trozo) -> bool:
        """«Entonces usted es alérgica a las penicilinas»: lo concluye el médico de lo que le contaron."""
        if not ES_ALERGICO.search(trozo.plano) or senal("plan", "condicion").search(trozo.plano):
            return False
        self._pon("subjetivo", "alergia", de_usted(texto_de(trozo)), trozo)
        return True

    def _sintoma(self, trozo: Trozo) -> bool:
        """El médico repite o resume lo que contó el paciente."""
        temprano = not self._tarde(trozo)
        clases = {m.clase for m in buscar_clinico(trozo.dicho)}
        if not temprano or not clases & {"sintoma", "enfermedad"}:
            return False
        if not _P["medico.repite"].search(trozo.plano):
            return False
        tipo = "sintoma" if "sintoma" in clases else "antecedente"
        self._pon("subjetivo", tipo, de_usted(texto_de(trozo)), trozo)
        return True


def _tras_los_signos(trozo: Trozo, signos: list[Signo]) -> Trozo:
    """Lo que sigue a los signos vitales de una frase corrida, si antes de ellos no se describe nada.

    «La reviso, presión 124/80, temperatura 38.2, las amígdalas están rojas»: el hallazgo es lo último.
    """
    texto = trozo.texto
    antes = {m.clase for m in buscar_exploracion(texto[: signos[0].desde])}
    if texto != trozo.dicho or antes - {"medida"}:
        return trozo
    enlace = TRAS_SIGNO.match(llano(texto), signos[-1].hasta)
    desde = enlace.end() if enlace else signos[-1].hasta
    return trozo.parte(desde, len(texto)) if buscar_exploracion(texto[desde:]) else trozo
