"""Lo que afirmó el médico y ninguna regla nombró: el momento de la consulta dice en qué sección va.

Quien explora describe; quien ya decidió indica. Lo dicho pasa textual, así que nada se inventa; lo que no
pasa son saludos, avisos de que se va a explorar y órdenes («respire hondo»).
"""

from __future__ import annotations

from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.soap.charla import anuncia, contenido, es_charla, ordena
from scribe.soap.conclusiones import concluye
from scribe.soap.dichos import DIGITO, glosado, texto_de
from scribe.soap.fragmentos import Trozo, mayuscula, minuscula
from scribe.soap.momentos import Momento
from scribe.soap.persona import de_usted
from scribe.soap.recetario import Recetario
from scribe.soap.reglas import senal
from scribe.soap.replica import CORTA, a_la_pregunta, nombra_solo, trata
from scribe.soap.sitio import encabeza, nombrado
from scribe.soap.suspensiones import suspende

_P = patrones("scribe.soap", "por_fase.es")
_PRUEBA = _P["prueba"]
_PRUEBA_DICHA = _P["prueba_dicha"]
_NO_ES = _P["no_es"]
_SIN_SUJETO = _P["sin_sujeto"]
_SIN_DECIDIR = _P["sin_decidir"]
_TAL_NO_ES = _P["tal_no_es"]
_X_NO_ES = _P["x_no_es"]
_NADA_DE_ESO = _P["nada_de_eso"]
_DE_ESO = _P["de_eso"]
_EXPLICA = 6
_CON_CUERPO = 1
_SI_O_NO = _P["si_o_no"]
_TURNO_CREIBLE = 200
"""Palabras de un turno desde las que es más probable que se hayan juntado dos voces."""


class PorFase(Recetario):
    """El último paso del médico, y el primero: descartar lo que no es un dato."""

    sitio: Trozo | None = None

    def _no_es_dato(self, trozo: Trozo) -> bool:
        """Si es cortesía, o una orden o un aviso al explorar sin ninguna cifra."""
        if es_charla(trozo.texto):
            # «¿Y el naproxeno?» «Ése ya no» solo son palabras vacías, pero suspende.
            suspendido = suspende(trozo.plano) and self._pregunta_previa(trozo)
            de_otro = self._mismo_de(trozo) or self._de_la_pauta(trozo)
            return not (suspendido or de_otro or self._responde_seco(trozo))
        if DIGITO.search(trozo.plano):
            return False
        explora = self._tarde(trozo)
        manda = not self._en_plan(trozo) and ordena(trozo.texto, tutea=self.dialogo.tutea)
        return anuncia(trozo.texto) or (explora and manda)

    def _responde_seco(self, trozo: Trozo) -> bool:
        """«¿Puedo comer chile?» «Por ahora no»: no es cortesía, es la respuesta."""
        contesta = self._respondida(trozo)
        permite = contesta is not None and (
            trata(contesta) or (self._en_plan(trozo) and nombra_solo(contesta))
        )
        return permite and _SI_O_NO.search(trozo.plano) is not None

    def _ajeno(self, trozo: Trozo) -> bool:
        """Si quien habló pudo no ser el médico: no se da por indicado, sale como omisión."""
        corrido = len(trozo.turno.texto.split()) > _TURNO_CREIBLE
        return corrido or senal("social", "de_paciente").search(trozo.plano) is not None

    def _por_fase(self, trozo: Trozo) -> bool:
        if self._ajeno(trozo):
            return False
        if self.dialogo.momento(trozo) is not Momento.INDICA and _TAL_NO_ES.match(trozo.plano.strip(" ¿¡,.")):
            texto = texto_de(trozo)
            self._pon("analisis", "descartado", f"Descartado: {minuscula(texto)}", trozo)
            return True
        if self.dialogo.momento(trozo) is Momento.CONCLUYE:
            return self._concluido(trozo)
        if self._explorando(trozo):
            return self._descrito(trozo)
        return self._en_plan(trozo) and self._dispuesto(trozo)

    def _concluido(self, trozo: Trozo) -> bool:
        """Lo que dice que tiene, aunque ningún léxico lo nombre («se le estiró de más el músculo»)."""
        texto = texto_de(trozo)
        firme = "por eso" not in trozo.plano and (
            concluye(trozo.plano) or senal("momento", "concluye_corto").search(trozo.plano) is not None
        )
        if len(contenido(texto)) < _CON_CUERPO:
            return False
        tipo = "diagnostico" if firme else "razonamiento"
        if senal("analisis", "sospecha").search(trozo.plano):
            tipo = "sospecha"
        if _NADA_DE_ESO.search(trozo.plano):
            tipo = "descartado"
        dicho = de_usted(texto)
        plano = trozo.plano.strip(" ¿¡,.")
        if _X_NO_ES.match(plano) or _P["esto_no_es"].match(plano):
            tipo, dicho = "descartado", f"Descartado: {minuscula(dicho)}"
        self._concluir(tipo, dicho, trozo)
        return True

    def _concluir(self, tipo: str, texto: str, trozo: Trozo) -> None:
        """Lo concluido; con la pregunta del paciente delante si «eso» es lo que preguntó."""
        contesta = self._respondida(trozo)
        if contesta is not None and _DE_ESO.match(trozo.plano.strip(" ¿¡,.")):
            self._pon("analisis", tipo, a_la_pregunta(contesta, texto), contesta, trozo)
        else:
            self._pon("analisis", tipo, texto, trozo)

    def _descrito(self, trozo: Trozo) -> bool:
        texto = texto_de(trozo)
        vistos = {m.clase for m in buscar_exploracion(texto)}
        contesta = self._respondida(trozo)
        if contesta is not None and _NO_ES.match(trozo.plano.strip(" ¿¡,.")):
            return self._descartado(trozo, contesta)
        if contesta is not None and not (vistos or DIGITO.search(texto) or _PRUEBA_DICHA.search(trozo.plano)):
            return self._aclarado(trozo, contesta)
        if self._ya_concluyo(trozo) and not (vistos or DIGITO.search(texto)):
            self._pon("analisis", "razonamiento", de_usted(texto), trozo)
            return True
        mide = vistos or DIGITO.search(texto) or buscar_clinico(texto)
        if len(contenido(texto)) == 1 and not mide and not _P["no_lo_hay"].search(trozo.plano):
            return False
        tipo = "estudio" if vistos & {"estudio", "imagen"} else "hallazgo"
        if contesta is not None and len(texto.split()) <= CORTA:
            self._pon("objetivo", tipo, a_la_pregunta(contesta, glosado(texto)), contesta, trozo)
        else:
            self._hallar(tipo, glosado(texto), trozo)
        return True

    def _hallar(self, tipo: str, texto: str, trozo: Trozo) -> None:
        """Un hallazgo, con el sitio o el estudio anunciado por delante si él no lo nombra."""
        sitio = self.sitio
        if sitio is not None and encabeza(sitio, trozo):
            cuerpo = f"{mayuscula(sitio.texto)}: {minuscula(texto)}"
            self._pon("objetivo", tipo, cuerpo, sitio, trozo)
        else:
            self._pon("objetivo", tipo, texto, trozo)

    def _anuncia_sitio(self, trozo: Trozo, siguiente: Trozo | None) -> bool:
        """Si el trozo solo anuncia el sitio o estudio del que habla el siguiente; lo recuerda."""
        tutea = self.dialogo.tutea
        sitio = nombrado(trozo, tutea=tutea)
        if sitio is not None and self.dialogo.momento(trozo) is not Momento.INDICA:
            self.sitio = sitio
            return siguiente is not None and encabeza(sitio, siguiente)
        if not encabeza(self.sitio, trozo):
            self.sitio = None
        return False

    def _aclarado(self, trozo: Trozo, contesta: Trozo) -> bool:
        """Lo que se contesta a una duda al explorar no es un hallazgo: es una indicación, o no es nada."""
        if not trata(contesta) or _SIN_DECIDIR.search(trozo.plano):
            return False
        self._indicar(trozo)
        return True

    def _descartado(self, trozo: Trozo, contesta: Trozo) -> bool:
        """«¿Es del que sangra?» «No, hemorrágico no es»: el médico lo descarta."""
        texto = texto_de(trozo)
        self._pon("analisis", "descartado", f"Descartado: {minuscula(texto)}", contesta, trozo)
        return True

    def _ya_concluyo(self, trozo: Trozo) -> bool:
        """Si en este turno ya dijo qué tiene: lo que sigue lo explica, no lo describe."""
        recientes = self.salida[-_EXPLICA:]
        return any(p.seccion == "analisis" and p.trozos[-1].turno.id == trozo.turno.id for p in recientes)

    def _dispuesto(self, trozo: Trozo) -> bool:
        texto = texto_de(trozo)
        contesta = self._respondida(trozo)
        if contesta is not None and _NO_ES.match(trozo.plano.strip(" ¿¡,.")):
            return self._descartado(trozo, contesta)
        if contesta is None and len(texto.split()) < 2:
            return False
        self._indicar(trozo)
        return True


def con_su_sujeto(trozos: list[Trozo]) -> list[Trozo]:
    """Une «Es la prueba del torniquete.» con «Salió positiva.»: por separado, ninguno dice nada."""
    salida: list[Trozo] = []
    for trozo in trozos:
        previo = salida[-1] if salida else None
        seguido = previo is not None and previo.turno.id == trozo.turno.id and _PRUEBA.match(previo.plano)
        if previo and seguido and _SIN_SUJETO.match(trozo.plano):
            salida[-1] = Trozo(trozo.turno, previo.desde, trozo.hasta, previo.signo, trozo.ultimo)
        else:
            salida.append(trozo)
    return salida
