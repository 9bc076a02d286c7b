"""Qué se dijo, quién y cómo: de los turnos y la nota a menciones con su estado."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scribe.codificacion.alergias import alergias
from scribe.codificacion.buscador import Buscador
from scribe.codificacion.composicion import componer, sin_encimados
from scribe.codificacion.detector import Detector, Hallazgo
from scribe.codificacion.dialogo import oracion, permitida, pregunta_final, ultima_pregunta
from scribe.codificacion.familia import de_parientes
from scribe.codificacion.finalidad import es_maniobra, es_prueba, es_remedio, es_vacuna, prueba_negativa
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.matices import (
    analito_bien,
    con_su_farmaco,
    coordinada,
    en_disyuntiva,
    inacabada,
    no_descarta,
    placa_de_rayos,
    por_confirmar,
    se_contesta_no,
    sigue,
    sospechosa,
    viene,
    viene_por,
    ya_pasado,
)
from scribe.codificacion.nominales import UMBRAL_FRASE, nominales
from scribe.codificacion.normal import claves
from scribe.codificacion.operaciones import (
    al_nacer,
    contesta_operacion,
    de_su_historia,
    operado,
    tramo_operado,
)
from scribe.codificacion.preguntas import (
    avalado,
    contestado,
    de_familia,
    es_pregunta,
    negada_o_contestada,
    pregunta_sin_signos,
    preguntado,
    rebatido,
)
from scribe.codificacion.reglas import frases, historia_pasada, reglas
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import Cita, Contexto, EstadoCodigo, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import Calificacion, calificar, es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_M = patrones("scribe.codificacion", "matices.es")
_DE_SI = patrones("scribe.codificacion", "quien.es")["de_si"]
_COMPUESTO = 25
"""Caracteres desde los que un hallazgo compuesto puede llevar otra cosa en medio."""
_LEJOS = 6


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
        self._nota = nota
        self._buscador = buscador
        self._detector = detector
        self._lectura = Lectura(transcripcion, nota, contexto, self._detectar)
        self._turnos = self._lectura.turnos

    def menciones(self) -> list[Mencion]:
        """Todas, en orden de aparición."""
        salida: list[Mencion] = []
        for i, turno in enumerate(self._turnos):
            for hallazgo in self._lectura.hallazgos[turno.id]:
                mencion = self._leer(i, hallazgo)
                if mencion is not None:
                    salida.append(mencion)
            salida.extend(self._por_frase(i))
            salida.extend(alergias(self._lectura, i))
            salida.extend(operado(self._lectura, i))
            salida.extend(de_su_historia(self._lectura, i))
            salida.extend(de_parientes(self._lectura, i))
        salida.extend(self._de_la_nota(salida))
        return salida

    # --- Detección --------------------------------------------------------------------------------

    def _detectar(self, turno: Turno) -> list[Hallazgo]:
        hallazgos = self._detector.buscar(turno.texto)
        hallazgos = sin_encimados(hallazgos, componer(turno, hallazgos))
        if turno.rol == Rol.MEDICO:
            hallazgos += nominales(turno, hallazgos, self._buscador)
        return sorted(hallazgos, key=lambda h: h.desde)

    # --- Estado -----------------------------------------------------------------------------------

    def _leer(self, i: int, hallazgo: Hallazgo) -> Mencion | None:
        turno = self._turnos[i]
        hallazgo = self._precisar(i, hallazgo)
        cal = self._calificar(turno, hallazgo)
        if cal.hipotetica or es_vacuna(self._lectura, i, hallazgo) or es_maniobra(turno, hallazgo):
            return None
        if es_prueba(turno, hallazgo):
            return prueba_negativa(self._lectura, i, hallazgo, cal)
        if analito_bien(turno, hallazgo) or placa_de_rayos(turno, hallazgo):
            return None
        if es_remedio(turno, hallazgo) or al_nacer(self._lectura, i, hallazgo):
            return None
        if self._desdicho(turno, hallazgo, cal):
            return None
        if cal.familiar is None and hallazgo.concepto.clase in "dls" and self._es_operacion(i, hallazgo):
            return None
        if turno.rol == Rol.MEDICO or (
            turno.rol == Rol.INCIERTO and self._lectura.hay_pista(turno, hallazgo.desde)
        ):
            return self._del_medico(i, hallazgo, cal)
        return self._del_paciente(i, hallazgo, cal)

    def _calificar(self, turno: Turno, hallazgo: Hallazgo) -> Calificacion:
        """El contexto; lo compuesto puede llevar la duda entre el sitio y lo que se piensa de él."""
        cal = self._lectura.calificar(turno, hallazgo.desde, hallazgo.hasta)
        if hallazgo.concepto.terminos or hallazgo.hasta - hallazgo.desde < _COMPUESTO:
            return cal
        ultima = turno.texto.rfind(" ", hallazgo.desde, hallazgo.hasta) + 1
        return replace(cal, incierta=cal.incierta or calificar(turno.texto, ultima, hallazgo.hasta).incierta)

    def _desdicho(self, turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> bool:
        """«Herida, lo que se dice herida, no»: lo mismo, negado después en su oración."""
        _, fin = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
        return not cal.negada and any(
            claves(otro.termino) == claves(hallazgo.termino)
            and self._lectura.calificar(turno, otro.desde, otro.hasta).negada
            for otro in self._lectura.hallazgos[turno.id]
            if hallazgo.hasta <= otro.desde < fin
        )

    def _es_operacion(self, i: int, hallazgo: Hallazgo) -> bool:
        """«Me operaron de la hernia» es la operación: la hernia ya no está."""
        turno = self._turnos[i]
        if tramo_operado(turno.texto, hallazgo.desde) is not None:
            return True
        _, fin = oracion(turno.texto, 0, 1)
        return hallazgo.desde < fin and contesta_operacion(self._lectura, i)

    def _del_medico(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        turno, clase = self._turnos[i], hallazgo.concepto.clase
        pista = (
            self._lectura.hay_pista(turno, hallazgo.desde)
            or frases()["evolucion"].match(llano(turno.texto[hallazgo.hasta :])) is not None
            or self._lectura.citado_en_analisis(turno, hallazgo)
        )
        if cal.interrogada and se_contesta_no(turno, hallazgo):
            return self._lectura.mencion(i, hallazgo, EstadoCodigo.DESCARTADO, 2)
        if cal.interrogada or inacabada(turno, hallazgo) or es_pregunta(self._lectura, i, hallazgo, pista):
            return preguntado(self._lectura, i, hallazgo, cal)
        otros = self._lectura.hallazgos[turno.id]
        if clase == "l" and not (coordinada(turno, hallazgo, otros) or sospechosa(turno, hallazgo, cal)):
            return None
        if cal.familiar:
            return self._familiar(i, hallazgo, cal, 2)
        if clase == "s" and not (
            self._lectura.citado_en_analisis(turno, hallazgo)
            or frases()["juicio"].search(llano(turno.texto[: hallazgo.desde]))
            or self._es_la_respuesta(i, hallazgo)
        ):
            return None
        estado = self._estado_medico(turno, hallazgo, cal)
        if estado is None:
            return None
        if estado is EstadoCodigo.CONFIRMADO and clase in "zp":
            estado = EstadoCodigo.ANTECEDENTE
        if estado is EstadoCodigo.ANTECEDENTE:
            return self._pasado(i, hallazgo, cal, 3 if pista else 2)
        return self._lectura.mencion(
            i, hallazgo, estado, 3 if pista or estado is EstadoCodigo.SOSPECHA else 2
        )

    def _es_la_respuesta(self, i: int, hallazgo: Hallazgo) -> bool:
        """«Se me sale la orina» «Incontinencia urinaria.»: nombrarlo a secas, al contestar, es concluir."""
        turno, anterior = self._turnos[i], self._lectura.anterior(i)
        inicio, fin = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
        resto = turno.texto[: hallazgo.desde] + turno.texto[hallazgo.hasta : fin]
        if anterior is None or anterior.rol == Rol.MEDICO or inicio > 0 or "?" in anterior.texto:
            return False
        return len(claves(turno.texto[hallazgo.desde : hallazgo.hasta])) > 1 and not claves(resto)

    def _estado_medico(self, turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> EstadoCodigo | None:
        es_enfermedad = hallazgo.concepto.clase in "dl"
        if cal.negada and not no_descarta(turno, hallazgo):
            i = next(n for n, t in enumerate(self._turnos) if t.id == turno.id)
            if es_enfermedad and negada_o_contestada(self._lectura, i, hallazgo):
                return EstadoCodigo.SOSPECHA
            descarta = es_enfermedad and not cal.resuelta and self._descarta(turno, hallazgo, cal)
            return EstadoCodigo.DESCARTADO if descarta else None
        if cal.incierta or (es_enfermedad and not cal.pasada and por_confirmar(turno, hallazgo)):
            return EstadoCodigo.SOSPECHA if es_enfermedad else None
        if hallazgo.concepto.clase == "d" and en_disyuntiva(
            turno, hallazgo, self._lectura.hallazgos[turno.id]
        ):
            return EstadoCodigo.SOSPECHA
        if cal.pasada and not sigue(turno, hallazgo):
            return EstadoCodigo.ANTECEDENTE if es_enfermedad or hallazgo.concepto.clase == "p" else None
        return EstadoCodigo.CONFIRMADO

    def _descarta(self, turno: Turno, hallazgo: Hallazgo, cal: Calificacion) -> bool:
        """Si la negación es un juicio: no lo que no se ve al explorar, ni un resultado negativo."""
        if cal.descartada:
            return True
        inicio, _ = oracion(turno.texto, hallazgo.desde, hallazgo.hasta)
        antes, despues = llano(turno.texto[inicio : hallazgo.desde]), llano(turno.texto[hallazgo.hasta :])
        if frases()["exploracion"].search(antes) or any(
            d.lower().startswith("negativ") for d in cal.disparadores
        ):
            return False
        return _M["no_suelto"].match(despues) is None or self._lo_pregunto(turno, hallazgo)

    def _lo_pregunto(self, turno: Turno, hallazgo: Hallazgo) -> bool:
        """Si en el turno anterior otro preguntó por lo mismo («¿Será neumonía?»)."""
        anterior = self._lectura.anterior(turno.id - 1) if turno.id - 1 < len(self._turnos) else None
        if anterior is None or not (
            "?" in anterior.texto or frases()["conjetura"].search(llano(anterior.texto))
        ):
            return False
        return any(h.concepto.cie10 == hallazgo.concepto.cie10 for h in self._lectura.hallazgos[anterior.id])

    def _del_paciente(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        clase = hallazgo.concepto.clase
        motivo = clase == "m" and viene(self._turnos[i])
        if (
            cal.familiar
            and not motivo
            and not (clase == "z" and _DE_SI.search(f" {llano(hallazgo.termino)}"))
        ):
            return None if cal.negada or cal.interrogada else self._familiar(i, hallazgo, cal, 1)
        if cal.interrogada or cal.incierta or pregunta_sin_signos(self._lectura, i, hallazgo):
            # «Yo digo que es dengue» «Puede ser»: lo que conjetura vale según lo que el médico contesta.
            return contestado(self._lectura, i, hallazgo)
        if clase == "l" and not (self._lega_con_pista(i, hallazgo) or viene_por(self._turnos[i], hallazgo)):
            return None
        if cal.negada:
            return self._dejo(i, hallazgo, cal)
        if rebatido(self._lectura, i, hallazgo):
            return self._lectura.mencion(i, hallazgo, EstadoCodigo.DESCARTADO, 3)
        if avalado(self._lectura, i, hallazgo):
            return self._lectura.mencion(i, hallazgo, EstadoCodigo.CONFIRMADO, 3)
        if clase in "sm":
            return None if cal.pasada else self._lectura.mencion(i, hallazgo, EstadoCodigo.CONFIRMADO, 1)
        estado, fuerza = EstadoCodigo.ANTECEDENTE, 1
        if clase in "dl" and not cal.pasada and viene_por(self._turnos[i], hallazgo):
            estado, fuerza = EstadoCodigo.CONFIRMADO, 2
        if estado is EstadoCodigo.ANTECEDENTE:
            return self._pasado(i, hallazgo, cal, fuerza)
        return self._lectura.mencion(i, hallazgo, estado, fuerza)

    def _pasado(self, i: int, hallazgo: Hallazgo, cal: Calificacion, fuerza: int) -> Mencion:
        """El antecedente, como historia personal si ya pasó; la enfermedad queda de alternativa."""
        texto = self._turnos[i].texto
        inicio, fin = oracion(texto, hallazgo.desde, hallazgo.hasta)
        tenido = cal.pasada and frases()["tuvo"].search(llano(texto), inicio, fin) is not None
        historia = ya_pasado(hallazgo, cal, tenido and not sigue(self._turnos[i], hallazgo))
        mencion = self._lectura.mencion(i, historia, EstadoCodigo.ANTECEDENTE, fuerza)
        return mencion if historia is hallazgo else replace(mencion, general=hallazgo.concepto.cie10)

    def _dejo(self, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
        """Lo que ya no hace: solo el tabaco dejado se anota, como historia personal."""
        texto = self._turnos[i].texto
        inicio, fin = oracion(texto, hallazgo.desde, hallazgo.hasta)
        antano = frases()["antano"].search(llano(texto), inicio, fin) is not None
        if cal.resuelta and antano and historia_pasada(hallazgo.concepto.cie10) is not None:
            return self._pasado(i, hallazgo, cal, 1)
        if not cal.resuelta or hallazgo.concepto.cie10 != "Z72.0":
            return None
        dejado = Concepto("Z86.4", "QC46", "z", hallazgo.concepto.terminos)
        return self._lectura.mencion(i, replace(hallazgo, concepto=dejado), EstadoCodigo.ANTECEDENTE, 1)

    def _familiar(self, i: int, hallazgo: Hallazgo, cal: Calificacion, fuerza: int) -> Mencion | None:
        if cal.negada or not es_de_sangre(cal.familiar or ""):
            return None
        hallazgo = de_familia(hallazgo)
        if hallazgo.concepto.clase not in "dl":
            return None
        return self._lectura.mencion(i, hallazgo, EstadoCodigo.FAMILIAR, fuerza)

    def _de_otro(self, hallazgo: Hallazgo, j: int, otro: Hallazgo) -> bool:
        """Un «cáncer» a secas no es el de la madre que se nombró antes."""
        if hallazgo.concepto.cie10 != "C80.9":
            return False
        return self._lectura.calificar(self._turnos[j], otro.desde, otro.hasta).familiar is not None

    def _lega_con_pista(self, i: int, hallazgo: Hallazgo) -> bool:
        """«Presión sí», o «azúcar» contestando a quien preguntó por azúcar."""
        turno, anterior = self._turnos[i], self._lectura.anterior(i)
        if _M["esta_bien"].search(llano(turno.texto[: hallazgo.desde])):
            return False
        if con_su_farmaco(turno, hallazgo):
            return True
        cerca = turno.texto[max(0, hallazgo.desde - 12) : hallazgo.hasta + 5].lower()
        abierta = frases()["padece_pregunta"].search(pregunta_final(anterior)) if anterior else None
        dicho_si = _M["dice_si"].search(cerca) is not None
        if anterior is None or anterior.rol != Rol.MEDICO:
            return False
        preguntada = any(
            h.concepto.cie10 == hallazgo.concepto.cie10 for h in self._lectura.hallazgos[anterior.id]
        )
        return preguntada or abierta is not None or (dicho_si and "?" in anterior.texto)

    # --- Frases y nota ------------------------------------------------------------------

    def _por_frase(self, i: int) -> Iterator[Mencion]:
        turno, anterior = self._turnos[i], self._lectura.anterior(i)
        base = llano(turno.texto)
        # El síntoma que dice el médico no se leyó como mención: si la frase lo concluye, cuenta.
        del_medico = turno.rol == Rol.MEDICO
        suyos = self._lectura.hallazgos[turno.id]
        dichos = {h.concepto.cie10 for h in suyos if not (del_medico and h.concepto.clase == "s")}
        for frase in reglas():
            if (frase.quien == "medico") != (turno.rol == Rol.MEDICO) or frase.codigo in dichos:
                continue
            m = frase.patron.search(base)
            if m is None or not permitida(frase, base, anterior):
                continue
            cal = self._lectura.calificar(turno, *m.span())
            ajena = cal.hipotetica or cal.familiar or cal.interrogada
            if ajena or (cal.negada and frase.clase == "s"):
                continue
            antecedente = frase.antecedente or frase.clase == "z"
            estado = EstadoCodigo.ANTECEDENTE if antecedente else EstadoCodigo.CONFIRMADO
            concepto = Concepto(frase.codigo, None, frase.clase, ())
            hallazgo = Hallazgo(concepto, turno.texto[m.start() : m.end()], *m.span())
            mencion = self._lectura.mencion(i, hallazgo, estado, 1)
            if anterior is not None and frase.pregunta_veta is not None and "?" in anterior.texto:
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
            if self._ya_leido(enunciado.citas, mejores[0].codigo):
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

    def _ya_leido(self, citas: tuple[Cita, ...], codigo: str) -> bool:
        """Si en lo citado ya se leyó esa enfermedad y no se tomó: es de otro, o es su vacuna."""
        return any(
            h.concepto.cie10[:3] == codigo[:3] or (h.concepto.clase == "m" and h.concepto.cie10[0] == "Z")
            for c in citas
            for h in self._lectura.hallazgos.get(c.turno, ())
        )

    # --- Utilidades -------------------------------------------------------------------------------

    def _precisar(self, i: int, hallazgo: Hallazgo) -> Hallazgo:
        """«hernia», tras haber dicho «hernia de disco», es esa hernia."""
        propias = claves(hallazgo.termino)
        if len(propias) != 1:
            return hallazgo
        for j in range(min(i + 1, len(self._turnos) - 1), max(-1, i - _LEJOS), -1):
            for otro in reversed(self._lectura.hallazgos[self._turnos[j].id]):
                suyas = claves(otro.termino)
                if (
                    len(suyas) > 1
                    and suyas[0] == propias[0]
                    and otro.concepto.clase == hallazgo.concepto.clase
                    and not self._de_otro(hallazgo, j, otro)
                ):
                    return replace(hallazgo, concepto=otro.concepto, termino=otro.termino)
        return hallazgo
