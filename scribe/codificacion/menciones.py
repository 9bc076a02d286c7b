"""Qué se dijo, quién y cómo: de los turnos y la nota a menciones con su estado."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scribe.codificacion.buscador import Buscador
from scribe.codificacion.dialogo import (
    oracion,
    palabras_del_paciente,
    parece_pregunta,
    permitida,
    pregunta_final,
    ultima_pregunta,
)
from scribe.codificacion.normal import claves
from scribe.codificacion.reglas import frases
from scribe.codificacion.sinonimos import Clase, Concepto, Detector, Hallazgo
from scribe.consulta import Cita, Contexto, EstadoCodigo, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import Calificacion, calificar, es_de_sangre
from scribe.lenguaje.texto import llano

UMBRAL_FRASE = 0.80
"""Puntaje mínimo para tomar por diagnóstico la frase nominal que sigue a «es una…»."""
_YO = re.compile(r"\b(?:yo|tengo|tuve|soy|padezco|padeci)\b")
_NO_SUELTO = re.compile(r",?\s*no\s*(?:[.,;!]|$)")
_ESTA_BIEN = re.compile(r"\bbien (?:de|del|de la|de los)\s*$")
_LEJOS = 6


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


class Lector:
    """Lee una consulta y saca sus menciones codificables."""

    def __init__(
        self,
        transcripcion: Transcripcion,
        nota: Nota,
        contexto: Contexto,
        buscador: Buscador,
        detector: Detector,
    ) -> None:
        self._turnos = transcripcion.turnos
        self._nota = nota
        self._buscador = buscador
        self._detector = detector
        self._paciente = palabras_del_paciente(transcripcion, contexto)
        self._analisis = [c for e in nota.analisis for c in e.citas]
        self._hallazgos = {t.id: self._detectar(t) for t in self._turnos}

    def menciones(self) -> list[Mencion]:
        """Todas, en orden de aparición."""
        salida: list[Mencion] = []
        for i, turno in enumerate(self._turnos):
            for hallazgo in self._hallazgos[turno.id]:
                mencion = self._leer(i, hallazgo)
                if mencion is not None:
                    salida.append(mencion)
            salida.extend(self._por_frase(i))
            salida.extend(self._alergias(i))
        salida.extend(self._de_la_nota(salida))
        return salida

    # --- Detección --------------------------------------------------------------------------------

    def _detectar(self, turno: Turno) -> list[Hallazgo]:
        hallazgos = self._detector.buscar(turno.texto)
        if turno.rol == Rol.MEDICO:
            hallazgos += self._nominales(turno, hallazgos)
        return sorted(hallazgos, key=lambda h: h.desde)

    def _nominales(self, turno: Turno, previos: list[Hallazgo]) -> list[Hallazgo]:
        """Diagnósticos que no están en los sinónimos: la frase nominal tras «es una», «tiene»…"""
        f, base, salida = frases(), llano(turno.texto), []
        for m in f.nominal.finditer(base):
            corte = f.corta.search(base, m.end())
            fin = corte.start() if corte else len(base)
            tramo = turno.texto[m.end() : fin].rstrip()
            enfermedad = any(
                h.desde < fin and h.hasta > m.end() and h.concepto.clase in "dzp" for h in previos
            )
            if enfermedad or not 1 <= len(claves(tramo)) <= 7 or len(tramo) < 6:
                continue
            mejores = self._buscador.buscar(tramo, "CIE-10", 1)
            if mejores and mejores[0].puntaje >= UMBRAL_FRASE and mejores[0].codigo[0] not in "VWXYZ":
                clase: Clase = "s" if mejores[0].codigo[0] == "R" else "d"
                concepto = Concepto(mejores[0].codigo, None, clase, (tramo,))
                salida.append(Hallazgo(concepto, tramo, m.end(), m.end() + len(tramo), exacto=False))
        return salida

    # --- Estado -----------------------------------------------------------------------------------

    def _calificar(self, turno: Turno, desde: int, hasta: int) -> Calificacion:
        cal = calificar(turno.texto, desde, hasta, paciente=self._paciente)
        if turno.rol == Rol.ACOMPANANTE and cal.familiar is None:
            inicio, fin = oracion(turno.texto, desde, hasta)
            if _YO.search(llano(turno.texto[inicio:fin])):
                # Quien acompaña habla de sí: de un niño es su familia; de un adulto, no se sabe.
                return replace(cal, familiar="mamá" if "hijo" in self._paciente else "acompañante")
        return cal

    def _pista(self, turno: Turno, desde: int) -> bool:
        inicio, _ = oracion(turno.texto, desde, desde)
        antes = llano(turno.texto[inicio:desde])
        ultimas = " ".join(antes.split()[-10:]) + " "
        return frases().pistas.search(ultimas) is not None

    def _citado_en_analisis(self, turno: Turno, hallazgo: Hallazgo) -> bool:
        dicho = turno.texto[hallazgo.desde : hallazgo.hasta]
        return any(c.turno == turno.id and dicho in c.texto for c in self._analisis)

    def _siguiente(self, i: int) -> Turno | None:
        return self._turnos[i + 1] if i + 1 < len(self._turnos) else None

    def _anterior(self, i: int) -> Turno | None:
        return self._turnos[i - 1] if i > 0 else None

    def _leer(self, i: int, hallazgo: Hallazgo) -> Mencion | None:
        turno = self._turnos[i]
        hallazgo = self._precisar(i, hallazgo)
        cal = self._calificar(turno, hallazgo.desde, hallazgo.hasta)
        if cal.hipotetica or self._es_vacuna(i, hallazgo):
            return None
        if turno.rol == Rol.MEDICO or (turno.rol == Rol.INCIERTO and self._pista(turno, hallazgo.desde)):
            return self._del_medico(i, hallazgo, cal)
        return self._del_paciente(i, hallazgo, cal)

    def _es_vacuna(self, i: int, hallazgo: Hallazgo) -> bool:
        """«La vacuna de la influenza» y «la de la influenza sí» no son la enfermedad."""
        turno = self._turnos[i]
        antes = llano(turno.texto[max(0, hallazgo.desde - 60) : hallazgo.desde])
        anterior = self._anterior(i)
        contesta = turno.rol != Rol.MEDICO and anterior is not None and anterior.rol == Rol.MEDICO
        pregunta = llano(anterior.texto) if contesta and anterior else ""
        return hallazgo.concepto.clase != "z" and bool(frases().vacuna.search(f"{pregunta} {antes}"))

    def _del_medico(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        turno, clase = self._turnos[i], hallazgo.concepto.clase
        pista = (
            self._pista(turno, hallazgo.desde)
            or frases().evolucion.match(llano(turno.texto[hallazgo.hasta :])) is not None
            or self._citado_en_analisis(turno, hallazgo)
        )
        if cal.interrogada or self._es_pregunta(i, hallazgo, pista):
            return self._preguntado(i, hallazgo, cal)
        if clase == "l" and not self._coordinada(turno, hallazgo):
            return None
        if cal.familiar:
            return self._familiar(i, hallazgo, cal, 2)
        if clase == "s" and not self._citado_en_analisis(turno, hallazgo):
            return None
        estado = self._estado_medico(turno, hallazgo, cal)
        if estado is None:
            return None
        if estado is EstadoCodigo.CONFIRMADO and clase in "zp":
            estado = EstadoCodigo.ANTECEDENTE
        return self._mencion(i, hallazgo, estado, 3 if pista or estado is EstadoCodigo.SOSPECHA else 2)

    def _estado_medico(self, turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> EstadoCodigo | None:
        es_enfermedad = hallazgo.concepto.clase in "dl"
        if cal.negada:
            descarta = es_enfermedad and not cal.resuelta and self._descarta(turno, hallazgo, cal)
            return EstadoCodigo.DESCARTADO if descarta else None
        if cal.incierta:
            return EstadoCodigo.SOSPECHA if es_enfermedad else None
        if cal.pasada:
            return EstadoCodigo.ANTECEDENTE if es_enfermedad or hallazgo.concepto.clase == "p" else None
        return EstadoCodigo.CONFIRMADO

    def _descarta(self, turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> bool:
        """Si la negación es un juicio: no lo que no se ve al explorar, ni un resultado negativo."""
        if cal.descartada:
            return True
        inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
        antes, despues = llano(turno.texto[inicio : hallazgo.desde]), llano(turno.texto[hallazgo.hasta :])
        if frases().exploracion.search(antes) or any(
            d.lower().startswith("negativ") for d in cal.disparadores
        ):
            return False
        return _NO_SUELTO.match(despues) is None or self._lo_pregunto(turno, hallazgo)

    def _lo_pregunto(self, turno: Turno, hallazgo: Hallazgo) -> bool:
        """Si en el turno anterior otro preguntó por lo mismo («¿Será neumonía?»)."""
        anterior = self._anterior(turno.id - 1) if turno.id - 1 < len(self._turnos) else None
        if anterior is None or "?" not in anterior.texto:
            return False
        return any(h.concepto.cie10 == hallazgo.concepto.cie10 for h in self._hallazgos[anterior.id])

    def _del_paciente(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        clase = hallazgo.concepto.clase
        if cal.familiar:
            return None if cal.negada or cal.interrogada else self._familiar(i, hallazgo, cal, 1)
        if cal.interrogada or cal.incierta:
            return None
        if clase == "l" and not self._lega_con_pista(i, hallazgo):
            return None
        if cal.negada:
            return self._dejo(i, hallazgo, cal)
        if clase in "sm":
            return None if cal.pasada else self._mencion(i, hallazgo, EstadoCodigo.CONFIRMADO, 1)
        return self._mencion(i, hallazgo, EstadoCodigo.ANTECEDENTE, 1)

    def _dejo(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        """Lo que ya no hace: solo el tabaco dejado se anota, como historia personal."""
        if not cal.resuelta or hallazgo.concepto.cie10 != "Z72.0":
            return None
        dejado = Concepto("Z86.4", "QC46", "z", hallazgo.concepto.terminos)
        return self._mencion(i, replace(hallazgo, concepto=dejado), EstadoCodigo.ANTECEDENTE, 1)

    def _familiar(self, i: int, hallazgo: Hallazgo, cal: Calificacion, fuerza: int) -> Mencion | None:
        if cal.negada or hallazgo.concepto.clase not in "dl" or not es_de_sangre(cal.familiar or ""):
            return None
        return self._mencion(i, hallazgo, EstadoCodigo.FAMILIAR, fuerza)

    # --- Preguntas y respuestas -------------------------------------------------------------------

    def _es_pregunta(self, i: int, hallazgo: Hallazgo, pista: bool) -> bool:
        """Si lo que dice el médico es una pregunta aunque no lleve signos."""
        siguiente = self._siguiente(i)
        if siguiente is None or siguiente.rol == Rol.MEDICO or "?" in self._turnos[i].texto:
            return False
        if any(h.concepto.cie10 == hallazgo.concepto.cie10 for h in self._hallazgos[siguiente.id]):
            breve = llano(siguiente.texto[:60])
            return re.search(r"\b(?:s[ií]|no|tampoco)\b", breve) is not None
        return parece_pregunta(self._turnos[i], siguiente, pista)

    def _preguntado(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        """Lo que el médico pregunta vale según lo que le contestan."""
        siguiente = self._siguiente(i)
        if siguiente is None or siguiente.rol == Rol.MEDICO:
            return None
        propias = self._hallazgos[siguiente.id]
        if any(h.concepto.cie10 == hallazgo.concepto.cie10 for h in propias):
            return None
        respuesta, f = llano(siguiente.texto), frases()
        pariente = self._pariente_en(siguiente)
        if pariente and hallazgo.concepto.clase in "dl" and not f.niega.search(respuesta):
            otra = any(h.concepto.clase in "dl" for h in propias)
            return None if otra else self._respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR)
        if not f.afirma.search(respuesta):
            return None
        juntas = [
            h for h in self._hallazgos[self._turnos[i].id] if h.concepto.cie10 != hallazgo.concepto.cie10
        ]
        if juntas and not f.ambas.search(respuesta):
            return None
        if cal.familiar:
            return self._respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR) if not pariente else None
        estado = EstadoCodigo.CONFIRMADO if hallazgo.concepto.clase == "s" else EstadoCodigo.ANTECEDENTE
        return self._respondida(i, siguiente, hallazgo, estado)

    def _pariente_en(self, turno: Turno) -> str | None:
        """El pariente de sangre que se nombra en una respuesta breve («Mi papá.»)."""
        primera = turno.texto[: oracion(turno.texto, 0, 0)[1] or len(turno.texto)]
        if not primera.strip():
            return None
        cal = calificar(primera, len(primera) - 1, len(primera), paciente=self._paciente)
        return cal.familiar if cal.familiar and es_de_sangre(cal.familiar) and not cal.negada else None

    def _respondida(self, i: int, siguiente: Turno, h: Hallazgo, estado: EstadoCodigo) -> Mencion:
        base = self._mencion(i, h, estado, 1)
        _, fin = oracion(siguiente.texto, 0, 1)
        return replace(base, citas=(*base.citas, siguiente.citar(0, fin)))

    def _lega_con_pista(self, i: int, hallazgo: Hallazgo) -> bool:
        """«Presión sí», o «azúcar» contestando a quien preguntó por azúcar."""
        turno, anterior = self._turnos[i], self._anterior(i)
        if _ESTA_BIEN.search(llano(turno.texto[: hallazgo.desde])):
            return False
        cerca = turno.texto[max(0, hallazgo.desde - 12) : hallazgo.hasta + 5].lower()
        dicho_si = re.search(r"\bsí\b", cerca) is not None
        if anterior is None or anterior.rol != Rol.MEDICO:
            return False
        preguntada = any(h.concepto.cie10 == hallazgo.concepto.cie10 for h in self._hallazgos[anterior.id])
        return preguntada or (dicho_si and "?" in anterior.texto)

    def _coordinada(self, turno: Turno, hallazgo: Hallazgo) -> bool:
        """«control de la presión y del colesterol»: la palabra lega hereda la pista de la anterior."""
        for otro in self._hallazgos[turno.id]:
            medio = llano(turno.texto[otro.hasta : hallazgo.desde])
            if otro.concepto.clase == "d" and otro.hasta <= hallazgo.desde and len(medio) < 20:
                return re.fullmatch(r"[\s,]*(?:y|e|,)\s+(?:de |del |la |el |de la )*", medio) is not None
        return False

    # --- Frases, alergias y nota ------------------------------------------------------------------

    def _por_frase(self, i: int) -> Iterator[Mencion]:
        turno, anterior = self._turnos[i], self._anterior(i)
        base = llano(turno.texto)
        dichos = {h.concepto.cie10 for h in self._hallazgos[turno.id]}
        for frase in frases().reglas:
            if (frase.quien == "medico") != (turno.rol == Rol.MEDICO) or frase.codigo in dichos:
                continue
            m = frase.patron.search(base)
            if m is None or not permitida(frase, base, anterior):
                continue
            cal = self._calificar(turno, *m.span())
            ajena = cal.hipotetica or cal.familiar or cal.interrogada
            if ajena or (cal.negada and frase.clase == "s"):
                continue
            antecedente = frase.antecedente or frase.clase == "z"
            estado = EstadoCodigo.ANTECEDENTE if antecedente else EstadoCodigo.CONFIRMADO
            concepto = Concepto(frase.codigo, None, frase.clase, ())
            hallazgo = Hallazgo(concepto, turno.texto[m.start() : m.end()], *m.span())
            mencion = self._mencion(i, hallazgo, estado, 1)
            if anterior is not None and frase.pregunta_veta is not None and "?" in anterior.texto:
                citada = anterior.citar(*ultima_pregunta(anterior.texto))
                mencion = replace(mencion, citas=(citada, *mencion.citas))
            yield mencion

    def _alergias(self, i: int) -> Iterator[Mencion]:
        turno, anterior = self._turnos[i], self._anterior(i)
        base, reglas = llano(turno.texto), frases().alergias
        preguntada = (
            anterior is not None
            and anterior.rol == Rol.MEDICO
            and turno.rol != Rol.MEDICO
            and reglas.pregunta.search(pregunta_final(anterior)) is not None
            and frases().niega.search(base) is None
        )
        afirma = reglas.afirma.search(base)
        if not (preguntada or afirma):
            return
        vistos = {h.concepto.cie10 for h in self._hallazgos[turno.id]}
        for codigo, patron in reglas.sustancias:
            m = patron.search(base, 0 if preguntada else (afirma.end() if afirma else 0))
            if m is None or codigo in vistos:
                continue
            desde = afirma.end() if afirma and afirma.end() <= m.start() else max(0, m.start() - 40)
            if reglas.corta.search(base, desde, m.start()):
                continue
            cal = self._calificar(turno, *m.span())
            lejos = not preguntada and afirma is not None and m.start() - afirma.end() > 60
            if lejos or cal.negada or cal.familiar or cal.interrogada or cal.hipotetica:
                continue
            cie11 = reglas.cie11_medicamento if codigo.startswith("Z88") else reglas.cie11_otra
            inicio = afirma.start() if afirma and afirma.start() < m.start() else m.start()
            hallazgo = Hallazgo(Concepto(codigo, cie11, "z", ()), m.group(), inicio, m.end())
            mencion = self._mencion(i, hallazgo, EstadoCodigo.ANTECEDENTE, 1)
            if preguntada and anterior is not None and afirma is None:
                citada = anterior.citar(*ultima_pregunta(anterior.texto))
                mencion = replace(mencion, citas=(citada, *mencion.citas))
            yield mencion

    def _de_la_nota(self, hechas: list[Mencion]) -> Iterator[Mencion]:
        """Diagnósticos y antecedentes de la nota cuya cita no dio ninguna mención."""
        con_mencion = {(c.turno, c.texto) for m in hechas for c in m.citas}
        turnos_hechos = {m.turno for m in hechas}
        for enunciado in self._nota.enunciados:
            if enunciado.tipo not in {"diagnostico", "antecedente"} or not enunciado.citas:
                continue
            if any((c.turno, c.texto) in con_mencion or c.turno in turnos_hechos for c in enunciado.citas):
                continue
            mejores = self._buscador.buscar(enunciado.texto, "CIE-10", 1)
            if not mejores or mejores[0].puntaje < UMBRAL_FRASE or mejores[0].codigo[0] in "VWXY":
                continue
            cal = calificar(enunciado.texto, 0, len(enunciado.texto))
            es_del_medico = enunciado.tipo == "diagnostico"
            if cal.negada or cal.familiar or cal.hipotetica:
                continue
            estado = EstadoCodigo.CONFIRMADO if es_del_medico else EstadoCodigo.ANTECEDENTE
            if es_del_medico and cal.incierta:
                estado = EstadoCodigo.SOSPECHA
            concepto = Concepto(mejores[0].codigo, None, "d", ())
            yield Mencion(
                concepto, enunciado.texto, estado, enunciado.citas, 3 if es_del_medico else 1,
                mejores[0].puntaje, enunciado.citas[0].turno,
            )  # fmt: skip

    # --- Utilidades -------------------------------------------------------------------------------

    def _precisar(self, i: int, hallazgo: Hallazgo) -> Hallazgo:
        """«hernia», tras haber dicho «hernia de disco», es esa hernia."""
        propias = claves(hallazgo.termino)
        if len(propias) != 1:
            return hallazgo
        for j in range(min(i + 1, len(self._turnos) - 1), max(-1, i - _LEJOS), -1):
            for otro in reversed(self._hallazgos[self._turnos[j].id]):
                suyas = claves(otro.termino)
                if (
                    len(suyas) > 1
                    and suyas[0] == propias[0]
                    and otro.concepto.clase == hallazgo.concepto.clase
                ):
                    return replace(hallazgo, concepto=otro.concepto, termino=otro.termino)
        return hallazgo

    def _mencion(self, i: int, hallazgo: Hallazgo, estado: EstadoCodigo, fuerza: int) -> Mencion:
        turno = self._turnos[i]
        cita = turno.citar(*oracion(turno.texto, hallazgo.desde, hallazgo.hasta))
        acierto = 1.0 if hallazgo.exacto else 0.85
        return Mencion(hallazgo.concepto, hallazgo.termino, estado, (cita,), fuerza, acierto, turno.id)
