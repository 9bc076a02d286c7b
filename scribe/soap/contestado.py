"""Lo que el médico contesta al paciente: qué tiene, por qué, y qué se hace con ello."""

from __future__ import annotations

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.soap.charla import contenido
from scribe.soap.conclusiones import no_es_eso
from scribe.soap.dichos import DIGITO, sin_copula, texto_de
from scribe.soap.elipsis import lo_preguntado
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo
from scribe.soap.persona import de_usted
from scribe.soap.por_fase import PorFase
from scribe.soap.reglas import senal
from scribe.soap.replica import a_la_pregunta, abre_seco, nombra_solo, trata

_P = patrones("scribe.soap", "contestado.es")
_SI_ESO = _P["si_eso"]
_QUIZA_ESO = _P["quiza_eso"]
_CONFIRMA = 12
_NO_PEGADO = _P["no_pegado"]
_POR_QUE = _P["por_que"]
_QUE_TENGO = _P["que_tengo"]
_EXPLICA = _P["explica"]
_NOMBRA = _P["nombra"]
_CORTA = 8


class Contestado(PorFase):
    """Los pasos que necesitan la pregunta del paciente que se acaba de oír."""

    def _sin_verbo(self, trozo: Trozo) -> bool:
        """«¿Y engorda?» «El naproxeno no, la prednisona sí»: no manda nada; se dice de qué se habla."""
        preguntado = lo_preguntado(trozo, self._turnos.get(trozo.turno.id - 1))
        if preguntado is None:
            return False
        self._pon(
            "plan", "indicacion", a_la_pregunta(preguntado, de_usted(texto_de(trozo))), preguntado, trozo
        )
        return True

    def _confirmado(self, trozo: Trozo) -> bool:
        """«¿Eso es anemia?» «Sí, anemia»: lo que se le pregunta y repite es lo que tiene."""
        contesta = self._respondida(trozo)
        if contesta is not None and self._quiza(trozo, contesta):
            return True
        confirma = _SI_ESO.match(trozo.plano.strip(" ¿¡,."))
        if contesta is None or confirma is None or len(trozo.plano.split()) > _CONFIRMA:
            return False
        preguntados = {m.termino for m in buscar_clinico(contesta.texto) if m.clase == "enfermedad"}
        dichos = {m.termino for m in buscar_clinico(trozo.texto)}
        males = {m.termino for m in buscar_clinico(trozo.texto) if m.clase == "enfermedad"}
        comunes = set(contenido(contesta.texto)) & set(contenido(trozo.texto))
        repite = comunes and nombra_solo(contesta)
        explicaba = repite and self.salida and self.salida[-1].seccion == "analisis"
        mismos = preguntados & dichos or (comunes and (preguntados or males))
        if not mismos and not explicaba:
            return False
        self._pon("analisis", "diagnostico", sin_copula(texto_de(trozo)), contesta, trozo)
        return True

    def _quiza(self, trozo: Trozo, contesta: Trozo) -> bool:
        plano = trozo.plano.strip(" ¿¡,.")
        if not _QUIZA_ESO.match(plano) or len(plano.split()) > _CONFIRMA:
            return False
        if not any(m.clase == "enfermedad" for m in buscar_clinico(contesta.texto)):
            return False
        self._pon("analisis", "sospecha", a_la_pregunta(contesta, texto_de(trozo)), contesta, trozo)
        return True

    def _explicado(self, trozo: Trozo) -> bool:
        """«¿Por qué me duele?» «Por el reflujo»; «¿Qué tengo?» «Una bronquitis»."""
        contesta = self._respondida(trozo)
        plano = trozo.plano.strip(" ¿¡,.")
        if contesta is None or DIGITO.search(plano) or hay_farmaco(trozo.texto) or not contenido(trozo.texto):
            return False
        if senal("plan", "condicion").search(plano) or senal("analisis", "descarta").search(plano):
            return False
        enfermedad = any(m.clase == "enfermedad" for m in buscar_clinico(trozo.texto))
        if _POR_QUE.search(contesta.plano) and _EXPLICA.match(plano):
            self._pon("analisis", "razonamiento", de_usted(texto_de(trozo)), contesta, trozo)
            return True
        corta = len(plano.split()) <= _CORTA and _NOMBRA.match(plano)
        if _QUE_TENGO.search(contesta.plano) and corta and enfermedad:
            tipo = "sospecha" if senal("analisis", "sospecha").search(plano) else "diagnostico"
            self._pon("analisis", tipo, sin_copula(texto_de(trozo)), contesta, trozo)
            return True
        return False

    def _contestado(self, trozo: Trozo) -> bool:
        """«¿Me va a dar antibiótico?» «No, eso es por virus»: lo que se contesta es del plan."""
        contesta = self._respondida(trozo)
        if contesta is None or not self._en_plan(trozo) or not (abre_seco(trozo) and trata(contesta)):
            return False
        if _NO_PEGADO.match(trozo.plano.strip(" ¿¡,.")):
            self._indicar(trozo)
            self.salida[-1].motivo = "Pudo decir «No, es…» o «No es…»; escúchelo."
            return True
        males = buscar_clinico(trozo.texto)
        descarta = senal("analisis", "descarta").search(trozo.plano)
        if any(no_es_eso(trozo.texto, m) or (descarta and m.clase == "enfermedad") for m in males):
            return False
        self._indicar(trozo)
        return True
