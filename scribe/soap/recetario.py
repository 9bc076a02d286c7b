"""Las recetas, según las dijo el médico."""

from __future__ import annotations

from scribe.lenguaje.clinico import buscar_clinico, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.antepuesto import condicion_de, desde_la_cantidad, se_pierde
from scribe.soap.charla import contenido
from scribe.soap.continuidad import Continuidad
from scribe.soap.destinos import destinos
from scribe.soap.dichos import (
    AGREGAR,
    AUMENTAR,
    BAJAR,
    CARENCIA,
    CAUSA,
    CONTINUAR,
    DIGITO,
    PARA,
    REINICIAR,
    RETIRA,
    cifras_de,
    texto_de,
)
from scribe.soap.dobles import doble
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Trozo, alinar, mayuscula, minuscula
from scribe.soap.medicamentos import (
    Linea,
    escalonado,
    falta,
    linea_de,
    lineas_de,
    negado,
)
from scribe.soap.persona import de_usted
from scribe.soap.reglas import senal
from scribe.soap.suspensiones import suspende

_P = patrones("scribe.soap", "recetas.es")

_SUBE_O_BAJA = _P["recetario.sube_o_baja"]
_EN_VEZ = _P["recetario.en_vez"]
_NO_MANDA = _P["recetario.no_manda"]
_LO_CAMBIA = _P["recetario.lo_cambia"]
_CAMBIA_POR = _P["recetario.cambia_por"]
_CORREGIDO = "Se corrigió al dictarlo; confirme cuál se receta."
_RECIENTES = 6
"""Enunciados hacia atrás en que se busca el nombre que quedó a medias."""


def _es_causa(linea: Linea, antes: str) -> bool:
    """«Una gastritis por el ibuprofeno»: se nombra como causa; sin dosis ni horario, no se receta."""
    sin_pauta = not (linea.dosis or linea.frecuencia or linea.toma)
    return sin_pauta and CAUSA.search(llano(antes)) is not None


class Recetario(Continuidad):
    """Los pasos que escriben el plan de medicamentos."""

    def _responde_farmaco(self, trozo: Trozo) -> bool:
        """«¿Y la metformina?» «Esa sigue igual, 850, cada 12 horas»: el nombre está en la pregunta."""
        if hay_farmaco(trozo.texto):
            return False
        if self._tambien(trozo) or self._por_su_uso(trozo):
            return True
        if self._cambio_sin_nombre(trozo) or self._todo_igual(trozo):
            return True
        nombres = [(f, p) for p in self._pregunta_previa(trozo) for f in nombrados(p.dicho)]
        texto = texto_de(trozo)
        linea = linea_de(texto, 0, nombres[0][0].texto) if len({f.texto for f, _ in nombres}) == 1 else None
        if linea is None or suspende(trozo.plano):
            return False
        igual = CONTINUAR.search(llano(texto)) or _P["recetario.igual"].match(llano(texto))
        cuanto = linea.frecuencia or linea.toma or (linea.dosis and not linea.dosis.startswith("de "))
        ajeno = _P["recetario.por_peso"].search(linea.dosis) or (
            not igual and self._respondida(trozo) is None
        )
        if (not cuanto and not igual) or ajeno:
            return False
        verbo = "Continuar " if igual else ""
        cuerpo = f"{verbo}{linea.farmaco.lower()}: {minuscula(texto)}"
        self._pon("plan", "receta", cuerpo, nombres[0][1], trozo)
        return True

    def _farmacos(self, trozo: Trozo) -> bool:  # noqa: PLR0912, PLR0915
        texto = texto_de(trozo)
        if not hay_farmaco(texto) or all(CARENCIA.search(llano(texto[: f.desde])) for f in nombrados(texto)):
            return False
        plano = llano(texto)
        if self._tambien(trozo):
            return True
        anteplan = not self._tarde(trozo)
        hecho = self._no_recetado(trozo, texto, plano)
        if hecho is not None:
            return hecho
        if self._no_olvide(trozo, texto, plano) or self._deja_y_receta(trozo):
            return True
        lineas = self._sin_lo_cambiado(trozo, texto, lineas_de(texto))
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
            or (x[0].dosis and not anteplan and not falta(x[0].texto, texto))
        ]
        if recetadas and not (anteplan and not senal("plan", "receta").search(plano)):
            self._recetar(trozo, texto, recetadas)
            self._lo_demas(trozo, texto, lineas, recetadas)
            if any(
                negado(texto, f.desde, f.hasta)
                and not (RETIRA.search(llano(texto[: f.desde])) or _EN_VEZ.search(llano(texto[: f.desde])))
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
            rotulo = "Evitar" if _P["recetario.evitar"].search(plano) else "No se indica"
            todos = nombrados(texto)
            fuera = [f.texto.lower() for f in todos if negado(texto, f.desde, f.hasta) or len(todos) == 1]
            asunto = f"{rotulo} {', '.join(dict.fromkeys(fuera))}: " if fuera else ""
            dicho = minuscula(texto) if fuera else texto
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
        if _P["recetario.dejar"].search(plano):
            cuerpo = f"Suspender {nombrados(texto)[0].texto.lower()}: {minuscula(texto)}"
            self._pon("plan", "suspension", cuerpo, trozo)
            return True
        contesta = self._respondida(trozo)
        if contesta is not None and _P["recetario.contesta_que_si"].match(contesta.plano):
            asunto = f"«{mayuscula(alinar(contesta.dicho))}»"
            cuerpo = de_usted(texto)
            self._pon("plan", "indicacion", f"{asunto}: {minuscula(cuerpo)}", contesta, trozo)
            return True
        if all(negado(texto, f.desde, f.hasta) for f in nombrados(texto)) and not anteplan:
            self._pon("plan", "indicacion", de_usted(texto), trozo)
            return True
        if senal("plan", "receta").search(plano) and not anteplan:
            linea = lineas[0][0]
            self.receta = (self._pon("plan", "receta", de_usted(texto), trozo), linea)
            return True
        if anteplan:
            self._ya_lo_toma(trozo, texto)
        elif buscar_clinico(texto) and not self._en_plan(trozo) and self.analisis(trozo):
            return True
        elif len(plano.split()) <= 6 and self._pregunta_previa(trozo):
            previa = self._pregunta_previa(trozo)[-1]
            self._pon(
                "plan",
                "indicacion",
                f"«{alinar(previa.dicho)}»: {minuscula(texto)}",
                previa,
                trozo,
            )
        else:
            self._pon("plan", "indicacion", de_usted(texto), trozo)
        return True

    def _no_olvide(self, trozo: Trozo, texto: str, plano: str) -> bool:
        """«No deje de ponerse la insulina, 20 unidades»: sin el «no» diría lo contrario; va como se dijo."""
        if not _P["recetario.no_olvide"].match(plano):
            return False
        pauta = "olvid" in plano or any(x.completa for x, _, _ in lineas_de(texto))
        self._pon("plan", "receta" if pauta else "indicacion", de_usted(texto), trozo)
        return True

    def _deja_y_receta(self, trozo: Trozo) -> bool:
        """«Ese déjelo y tome ibuprofeno»: antes del fármaco se suspende, sin nombrarlo, otro."""
        primero = next((f.desde for f in nombrados(trozo.texto)), 0)
        corte = _P["recetario.y_toma"].search(llano(trozo.texto[:primero]))
        if corte is None or trozo.texto != trozo.dicho or not suspende(llano(trozo.texto[: corte.start()])):
            return False
        return self._suspension(trozo.parte(0, corte.start())) and self._farmacos(
            trozo.parte(corte.end(), len(trozo.texto))
        )

    def _ya_lo_toma(self, trozo: Trozo, texto: str) -> None:
        """Lo que el médico nombra al interrogar es lo que ya se toma; si manda dejarlo, es del plan."""
        if any(d == "fuera" for _, d in destinos(texto)) and not trozo.signo:
            self._pon("plan", "suspension", de_usted(texto), trozo)
        else:
            self._pon("subjetivo", "medicamento_actual", texto, trozo)

    def _resultado(self, trozo: Trozo, plano: str) -> bool:
        """Un resultado de laboratorio («calcio 9.2») no es una receta."""
        return bool(DIGITO.search(plano)) and any(
            m.clase == "estudio" for m in buscar_exploracion(trozo.dicho)
        )

    def _con_verbo(self, linea: str, antes: str, tras: str) -> str:
        """El renglón con lo que se manda hacer; «para bajar la presión» o «si aumenta el dolor» no lo mandan."""  # noqa: E501
        plano = antes + tras
        if m := _SUBE_O_BAJA.search(antes):
            return f"{'Aumentar' if m['sube'] else 'Disminuir'} {minuscula(linea)}"
        for patron, verbo in (
            (CONTINUAR, "Continuar"), (REINICIAR, "Reiniciar"), (AGREGAR, "Agregar"), (AUMENTAR, "Aumentar"),
            (BAJAR, "Disminuir"),
        ):  # fmt: skip
            if any(
                not _NO_MANDA.search(plano[: m.start()])
                and (m.start() < len(antes) or patron not in (AUMENTAR, BAJAR) or _LO_CAMBIA.search(m[0]))
                for m in patron.finditer(plano)
            ):
                return f"{verbo} {minuscula(linea)}"
        return linea

    def _recetar(self, trozo: Trozo, texto: str, lineas: list[tuple[Linea, int, int]]) -> None:
        for i, (linea, desde, hasta) in enumerate(lineas):
            previo = texto[lineas[i - 1][2] if i else 0 : desde]
            para = PARA.search(llano(previo))
            cuerpo = self._con_verbo(linea.texto, llano(previo), llano(texto[desde:hasta]))
            if para and not hay_farmaco(previo[para.start() : para.end()]):
                cuerpo += f" ({alinar(previo[para.start() : para.end()]).lower()})"
            si = condicion_de(previo)
            if si:
                cuerpo += f" ({alinar(si).lower()})"
            tramo = alinar(texto[desde:hasta])
            pierde = se_pierde(previo, linea) or falta(cuerpo, tramo)
            if cifras_de(tramo) - cifras_de(cuerpo) or escalonado(tramo) or pierde:
                antes = (f"{si}, " if si else "") + desde_la_cantidad(previo)
                cuerpo = self._con_verbo(antes + tramo, llano(previo), llano(tramo))
            if m := _P["recetario.cambia_tanto"].search(llano(previo)):
                cuerpo = previo[m.start() :] + tramo
            previas = self._a_medias(linea)
            propuesta = self._pon("plan", "receta", cuerpo, *previas, trozo)
            if trozo.dudoso:
                propuesta.motivo = "Hubo una corrección al hablar que no se pudo aplicar con seguridad."
            propuesta.motivo = propuesta.motivo or doble(tramo)
            self.receta = (propuesta, linea)

    def _otro_farmaco(self, trozo: Trozo) -> None:
        self._farmacos(trozo)

    def _a_medias(self, linea: Linea) -> list[Trozo]:
        """Los trozos en que solo se alcanzó a nombrar lo que ahora se receta entero; su enunciado se retira."""  # noqa: E501
        solas = [
            p
            for p in self.salida[-_RECIENTES:]
            if p.seccion == "plan" and llano(p.texto) == llano(linea.farmaco)
        ]
        self.salida = [p for p in self.salida if p not in solas]
        return [t for p in solas for t in p.trozos]

    def _sin_lo_cambiado(
        self, trozo: Trozo, texto: str, lineas: list[tuple[Linea, int, int]]
    ) -> list[tuple[Linea, int, int]]:
        """«Le cambio el enalapril por losartán»: lo cambiado se suspende y no es otra receta."""
        if (
            len(lineas) > 1
            and (m := _CAMBIA_POR.search(llano(texto[: lineas[1][1]])))
            and m.end() >= lineas[0][1]
        ) or (len(lineas) == 2 and lineas[1][0].completa and _EN_VEZ.search(llano(texto[: lineas[0][1]]))):
            viejo, nuevo = lineas[0][0].farmaco.lower(), lineas[1][0].farmaco.lower()
            self._pon("plan", "suspension", f"Se cambia {viejo} por {nuevo}", trozo)
            return lineas[1:]
        return lineas

    def _lo_demas(
        self,
        trozo: Trozo,
        texto: str,
        lineas: list[tuple[Linea, int, int]],
        recetadas: list[tuple[Linea, int, int]],
    ) -> None:
        """Lo de la frase que no es receta: «te pongo una nebulización con…», «el telmisartán siga igual»."""
        cursor = lineas[0][1] if lineas and _CAMBIA_POR.search(llano(texto[: lineas[0][1]])) else 0
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
                motivo = _CORREGIDO if _P["recetario.corrige"].search(llano(texto[desde:fin])) else None
                suyo = texto[cursor:fin]
                cola = _P["recetario.cola"].search(llano(suyo))
                suyo = suyo[: cola.start()] if cola and cola.start() > desde - cursor else suyo
                self._pon("plan", "indicacion", de_usted(alinar(suyo)), trozo, motivo=motivo)
                cursor = fin
