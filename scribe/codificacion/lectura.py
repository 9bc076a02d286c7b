"""La consulta abierta para leer sus menciones: turnos, vecinos, hallazgos y cómo se calificó cada uno."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import oracion, palabras_del_paciente, ultima_pregunta
from scribe.codificacion.reglas import frases, parentesco
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import Cita, Contexto, EstadoCodigo, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import Calificacion, calificar, es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_P = patrones("scribe.codificacion", "quien.es")
_PREGUNTA_BREVE = 5
"""Palabras de una pregunta por la familia que se oyó sin signos («Tiene hijos»)."""
_CONYUGES = parentesco("conyuges")


@dataclass(frozen=True, slots=True)
class Mencion:
    """Un concepto dicho, con su estado y su evidencia.

    `fuerza`: 3, diagnóstico del médico (con pista o en el análisis); 2, mención suya sin pista; 1, de
    otra persona. `acierto` (0–1) es qué tan seguro es que se dijo ese concepto.
    """

    concepto: Concepto
    termino: str
    estado: EstadoCodigo
    citas: tuple[Cita, ...]
    fuerza: int
    acierto: float
    turno: int
    frase: str = ""
    """Lo dicho desde la mención hasta donde acaba la frase: trae el detalle."""
    general: str | None = None
    """El código antes de precisarlo con lo dicho alrededor."""


class Lectura:
    """Los turnos de una consulta con lo que `detectar` halló en cada uno."""

    def __init__(
        self,
        transcripcion: Transcripcion,
        nota: Nota,
        contexto: Contexto,
        detectar: Callable[[Turno], list[Hallazgo]],
    ) -> None:
        self.turnos = transcripcion.turnos
        self._paciente = palabras_del_paciente(transcripcion, contexto)
        self._analisis = [c for e in nota.analisis for c in e.citas]
        self.hallazgos = {t.id: detectar(t) for t in self.turnos}

    def siguiente(self, i: int) -> Turno | None:
        """El turno que sigue al de lugar `i`, si lo hay."""
        return self.turnos[i + 1] if i + 1 < len(self.turnos) else None

    def anterior(self, i: int) -> Turno | None:
        """El turno que está antes del de lugar `i`, si lo hay."""
        return self.turnos[i - 1] if i > 0 else None

    def se_nombra(self, turno: Turno, cie10: str) -> bool:
        """Si en ese turno se dijo ese concepto."""
        return any(h.concepto.cie10 == cie10 for h in self.hallazgos[turno.id])

    def calificar(self, turno: Turno, desde: int, hasta: int) -> Calificacion:
        """El contexto de un tramo, sabiendo quién es el paciente y quién habla."""
        cal = calificar(turno.texto, desde, hasta, paciente=self._paciente)
        if cal.familiar is None and turno.rol == Rol.PACIENTE:
            pariente = self._pariente_preguntado(turno, desde) or self._pariente_nombrado(turno, desde)
            cal = replace(cal, familiar=pariente or self._de_la_familia(turno, desde))
        if cal.familiar is None and turno.rol == Rol.ACOMPANANTE:
            cal = replace(cal, familiar=self._de_la_familia(turno, desde))
        if turno.rol == Rol.ACOMPANANTE and cal.familiar is None:
            inicio, fin = oracion(turno.texto, desde, hasta)
            if _P["yo"].search(llano(turno.texto[inicio:fin])):
                # Quien acompaña habla de sí: de un niño es su familia; de un adulto, no se sabe.
                return replace(cal, familiar="mamá" if "hijo" in self._paciente else "acompañante")
        if turno.rol == Rol.ACOMPANANTE and cal.familiar is not None:
            return replace(cal, familiar=self._visto_por_el_paciente(cal.familiar))
        return cal

    def _visto_por_el_paciente(self, pariente: str) -> str:
        """Lo que es del paciente un pariente de quien lo acompaña.

        «Mi suegra», dicho por su cónyuge o por su madre, es la madre o la abuela del paciente; «mi
        hermano», dicho por su cónyuge, es su cuñado.
        """
        if "hijo" in self._paciente and _P["padre"].search(llano(pariente)):
            return "papá"
        if _P["politico"].search(llano(pariente)):
            return "abuela" if "hijo" in self._paciente else "mamá"
        if self._paciente & _CONYUGES and not _P["comun"].search(llano(pariente)):
            return "suegra"
        return pariente

    def _pariente_preguntado(self, turno: Turno, desde: int) -> str | None:
        """«¿De qué murió su papá?» «De cirrosis»: el pariente de la pregunta que se está contestando."""
        lugar = next((i for i, t in enumerate(self.turnos) if t.id == turno.id), 0)
        anterior = self.anterior(lugar)
        _, fin = oracion(turno.texto, 0, 1)
        if anterior is None or anterior.rol != Rol.MEDICO or desde >= fin:
            return None
        if frases()["de_si"].search(llano(turno.texto[:fin])):
            return None
        inicio, hasta = ultima_pregunta(anterior.texto)
        pregunta = llano(anterior.texto[inicio:hasta])
        if _P["de_que"].match(pregunta):
            return self._fallecido(lugar)
        if frases()["muerte"].search(pregunta) is None:
            return None
        cal = calificar(anterior.texto, max(inicio, hasta - 2), hasta, paciente=self._paciente)
        return cal.familiar

    def _fallecido(self, lugar: int) -> str | None:
        """«¿Su papá vive?» «No, falleció.» «¿De qué?» «Un infarto.»: de quien venían hablando."""
        previos = self.turnos[max(0, lugar - 3) : lugar]
        if not frases()["muerte"].search(llano(" ".join(t.texto for t in previos))):
            return None
        for t in reversed(previos):
            cal = calificar(t.texto, max(0, len(t.texto.rstrip()) - 2), len(t.texto.rstrip()))
            if cal.familiar is not None and es_de_sangre(cal.familiar):
                return cal.familiar
        return None

    def _pariente_nombrado(self, turno: Turno, desde: int) -> str | None:
        """«¿Y en su familia?» «Mi papá. Le dio cáncer de colon»: sigue hablando de quien nombró."""
        lugar = next((i for i, t in enumerate(self.turnos) if t.id == turno.id), 0)
        anterior = self.anterior(lugar)
        inicio, fin = oracion(turno.texto, desde, desde + 1)
        if anterior is None or anterior.rol != Rol.MEDICO or inicio == 0:
            return None
        if not frases()["familia"].search(llano(anterior.texto)) or _P["propio"].search(
            llano(turno.texto[inicio:fin])
        ):
            return None
        return self.pariente_en(turno)

    def _de_la_familia(self, turno: Turno, desde: int) -> str | None:
        """«¿Enfermedades en la familia?» «La tensión, mi papá y mi mamá»: se contesta por ellos."""
        lugar = next((i for i, t in enumerate(self.turnos) if t.id == turno.id), 0)
        anterior = self.anterior(lugar)
        if anterior is None or anterior.rol != Rol.MEDICO:
            return None
        if "?" not in anterior.texto and len(anterior.texto.split()) > _PREGUNTA_BREVE:
            return None
        inicio, hasta = ultima_pregunta(anterior.texto)
        if not frases()["familia_pregunta"].search(llano(anterior.texto[inicio:hasta])):
            return None
        desde_, fin = oracion(turno.texto, desde, desde + 1)
        dicha = llano(turno.texto[desde_:fin])
        if _P["propio"].search(dicha) or frases()["niega"].search(dicha):
            return None
        if desde_ == 0 or _P["uno"].search(dicha):
            return "familia"
        return None

    def pariente_en(self, turno: Turno, *, negado: bool = False) -> str | None:
        """El pariente de sangre que se nombra en una respuesta breve («Mi papá.»).

        `negado`: aunque la respuesta empiece negando, si se sabe que niega por quien contesta.
        """
        primera = turno.texto[: oracion(turno.texto, 0, 0)[1] or len(turno.texto)]
        if not primera.strip():
            return None
        previo = llano(anterior.texto) if (anterior := self.anterior(turno.id - 1)) is not None else ""
        if frases()["familia_pregunta"].search(previo) and _P["todos"].search(llano(primera)):
            return "familia"
        if turno.rol == Rol.ACOMPANANTE and "hijo" in self._paciente and _P["yo_si"].match(llano(primera)):
            return "mamá"
        cal = calificar(primera, len(primera) - 1, len(primera), paciente=self._paciente)
        de_sangre = cal.familiar is not None and es_de_sangre(cal.familiar)
        return cal.familiar if de_sangre and (negado or not cal.negada) else None

    def hay_pista(self, turno: Turno, desde: int) -> bool:
        """Si lo que va delante anuncia un diagnóstico («es una…», «control de…»)."""
        inicio, _ = oracion(turno.texto, desde, desde)
        antes = llano(turno.texto[inicio:desde])
        ultimas = " ".join(antes.split()[-10:]) + " "
        return frases()["pistas"].search(ultimas) is not None

    def citado_en_analisis(self, turno: Turno, hallazgo: Hallazgo) -> bool:
        """Si la nota ya puso esas palabras en su análisis."""
        dicho = turno.texto[hallazgo.desde : hallazgo.hasta]
        return any(c.turno == turno.id and dicho in c.texto for c in self._analisis)

    def mencion(self, i: int, hallazgo: Hallazgo, estado: EstadoCodigo, fuerza: int) -> Mencion:
        """La mención con su oración por cita."""
        turno = self.turnos[i]
        cita = turno.citar(*oracion(turno.texto, hallazgo.desde, hallazgo.hasta))
        acierto = 1.0 if hallazgo.exacto else 0.85
        corte = frases()["fin_de_frase"].search(llano(turno.texto), hallazgo.hasta)
        frase = turno.texto[hallazgo.desde : corte.start() if corte else len(turno.texto)]
        return Mencion(
            hallazgo.concepto, hallazgo.termino, estado, (cita,), fuerza, acierto, turno.id, frase
        )  # fmt: skip

    def respondida(self, i: int, siguiente: Turno, h: Hallazgo, estado: EstadoCodigo) -> Mencion:
        """La mención de una pregunta, con la respuesta que la afirma también citada."""
        base = self.mencion(i, h, estado, 1)
        _, fin = oracion(siguiente.texto, 0, 1)
        return replace(base, citas=(*base.citas, siguiente.citar(0, fin)))
