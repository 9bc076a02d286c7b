"""Casos hechos a mano que tocan todas las medidas del banco, con una salida buena y una peor en todo.

Cada dato de la peor está puesto para que su cuenta se pueda hacer con lápiz; las cuentas, en
`unidad/test_evaluacion_todas.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from evaluacion.caso import Caso, Dicho, MencionEsperada
from evaluacion.salida import Costo, Salida
from evaluacion.sintesis.guion import CodigoEsperado, Hecho, Prohibido
from scribe.consulta import (
    Aviso,
    Borrador,
    Cita,
    Codigo,
    Enunciado,
    EstadoCodigo,
    EstadoEnunciado,
    InfoAudio,
    Nota,
    Omision,
    Palabra,
    Rol,
    Tramo,
    Transcripcion,
    Turno,
)

M, P = "medico", "paciente"

# --- La consulta ----------------------------------------------------------------------------------

DICHO = (
    (M, 0, 10, "¿Tiene fiebre?"),
    (P, 10, 20, "No tengo fiebre. Me duele la rodilla derecha."),
    (M, 20, 30, "¿Alguna alergia?"),
    (P, 30, 40, "Sí, a la penicilina."),
    (M, 40, 50, "¿Enfermedades en su familia?"),
    (P, 50, 60, "Mi hermano es diabético."),
    (M, 60, 70, "La presión es de 120/80. Tiene artrosis."),
    (M, 70, 80, "Tome naproxeno de 500 mg cada 12 horas."),
)
# Quien solo transcribe mal: pierde el «no», pone otro, cambia rodilla, penicilina, artrosis y dos cifras, y
# añade «asma», «insulina» y un 2. La respuesta de la alergia se la da al médico (H1).
OIDO_PEOR = (
    ("H1", Rol.MEDICO, 0, 10, "¿Tiene fiebre?"),
    ("H2", Rol.PACIENTE, 10, 20, "Tengo fiebre. Me duele la costilla derecha."),
    ("H1", Rol.MEDICO, 20, 30, "¿No alergia?"),
    ("H1", Rol.MEDICO, 30, 40, "Sí, a la ampicilina."),
    ("H1", Rol.MEDICO, 40, 50, "¿Enfermedades en su familia, asma, insulina?"),
    ("H2", Rol.PACIENTE, 50, 58, "Mi hermano es diabético 2."),
    ("H1", Rol.MEDICO, 60, 70, "La presión es de 120/90. Tiene neurosis."),
    ("H1", Rol.MEDICO, 70, 75, "Tome naproxeno de 50 mg cada 12 horas."),
)
ULTIMO_OIDO = "Tome naproxeno de quinientos miligramos cada doce horas."
ULTIMO_PEOR = "Tome na proxeno de cincuenta miligramos cada doce horas."
DUDOSAS = ("na", "proxeno")


def _hecho(numero: int, seccion: str, texto: str, *claves: str, critico: bool = False) -> Hecho:
    return Hecho.model_validate(
        {
            "id": f"h{numero}", "seccion": seccion, "tipo": "x", "texto": texto, "turnos": (1,),
            "claves": tuple((c,) for c in claves), "critico": critico,
        }
    )  # fmt: skip


def _esperado(codigo: str, estado: str) -> CodigoEsperado:
    return CodigoEsperado.model_validate({"cie10": codigo, "estado": estado, "texto": ""})


CONSULTA = Caso(
    id="consulta",
    duracion_s=80.0,
    con_roles=True,
    dichos=tuple(Dicho(hablante=h, texto=t, inicio=i, fin=f) for h, i, f, t in DICHO),
    tramos=(
        *(Tramo(hablante=h, inicio=i, fin=f) for h, i, f, _ in DICHO[:6]),
        Tramo(hablante=M, inicio=60, fin=80),
    ),
    hechos=(
        _hecho(1, "S", "Dolor de rodilla derecha", "rodilla derecha", critico=True),
        _hecho(2, "S", "Alergia a la penicilina", "alergi", "penicilina", critico=True),
        _hecho(3, "S", "Niega fiebre", "niega fiebre"),
        _hecho(4, "O", "Presión 120/80", "120/80"),
        _hecho(5, "A", "Artrosis", "artrosis", critico=True),
        _hecho(6, "P", "Naproxeno 500 mg cada 12 h", "naproxeno", "500", "12 h", critico=True),
        _hecho(7, "S", "Hermano diabético", "hermano", "diab"),
    ),
    prohibidos=(
        Prohibido(patron="diabetes mellitus", porque="la diabetes es del hermano"),
        Prohibido(patron="rodilla izquierda", porque="es la otra"),
        Prohibido(patron="naproxeno 250", porque="dosis que nadie dijo"),
        Prohibido(patron="ketorolaco", porque="nadie lo indicó"),
        Prohibido(patron="presenta fiebre", porque="síntoma negado"),
        Prohibido(patron="pronostico bueno", porque="no se dio"),
    ),
    codigos=(
        _esperado("M17.10", "confirmado"),
        _esperado("Z88.0", "antecedente"),
        _esperado("E11.9", "familiar"),
        _esperado("K29.7", "confirmado"),
        _esperado("I10", "antecedente"),
        _esperado("H10.9", "sospecha"),
    ),
    alertas=("alergia", "interaccion"),
)  # fmt: skip


def _turnos(partes: Sequence[tuple[str, Rol, float, float, str]], ultimo: str) -> tuple[Turno, ...]:
    """Los turnos; las palabras oídas son las escritas, menos en el último, que se oye en letra."""
    salida = []
    for n, (quien, rol, inicio, fin, texto) in enumerate(partes, 1):
        oido = ultimo if n == len(partes) else texto
        palabras = tuple(
            Palabra(texto=p, inicio=inicio, fin=fin, prob=0.35 if p in DUDOSAS else 0.95)
            for p in oido.split()
        )
        salida.append(
            Turno(id=n, hablante=quien, rol=rol, inicio=inicio, fin=fin, texto=texto, palabras=palabras)
        )
    return tuple(salida)


def _enunciado(texto: str, *citas: Cita, tipo: str = "x", duda: bool = False) -> Enunciado:
    estado = EstadoEnunciado.POR_REVISAR if duda else EstadoEnunciado.VERIFICADO
    return Enunciado(texto=texto, tipo=tipo, citas=citas, estado=estado)


def _codigo(codigo: str, estado: str, cita: str = "", sistema: str = "CIE-10") -> Codigo:
    citas = (Cita(turno=1, texto=cita, inicio=0, fin=1),) if cita else ()
    return Codigo.model_validate(
        {
            "sistema": sistema, "codigo": codigo, "titulo": "", "puntaje": 1.0,
            "estado": EstadoCodigo(estado), "citas": citas,
        }
    )  # fmt: skip


def _buena() -> tuple[Salida, ...]:
    roles = {M: Rol.MEDICO, P: Rol.PACIENTE}
    turnos = _turnos([(h, roles[h], i, f, t) for h, i, f, t in DICHO], ULTIMO_OIDO)

    def dice(texto: str, turno: int, tipo: str = "x") -> Enunciado:
        propio = turnos[turno - 1]
        cita = Cita(turno=turno, texto=propio.texto, inicio=propio.inicio, fin=propio.fin)
        return _enunciado(texto, cita, tipo=tipo)

    nota = Nota(
        subjetivo=(
            dice("Dolor de rodilla derecha", 2),
            dice("Alergia a la penicilina", 4),
            dice("Niega fiebre", 2),
            dice("Antecedente familiar: hermano diabético", 6, "antecedente_familiar"),
        ),
        objetivo=(dice("Presión 120/80", 7),),
        analisis=(dice("Artrosis", 7),),
        plan=(dice("Naproxeno 500 mg cada 12 horas", 8),),
    )
    codigos = tuple(_codigo(c.cie10, c.estado) for c in CONSULTA.codigos)
    costo = Costo(reloj_s=40, arranque_s=10, memoria_mib=2000, etapas={"asr": 20, "nota": 15})
    avisos = (Aviso(tipo="alergia", texto=""), Aviso(tipo="interaccion", texto=""))
    return (_salida(turnos, CONSULTA.tramos, nota, (), codigos, avisos, costo),)


def _peor() -> tuple[Salida, ...]:
    """Tres repeticiones: el costo es el de la de en medio (y la memoria, la mayor)."""
    turnos = _turnos(OIDO_PEOR, ULTIMO_PEOR)
    tramos = tuple(
        Tramo(hablante=h, inicio=i, fin=f)
        for h, i, f in (
            ("A", 0, 10), ("B", 10, 20), ("A", 20, 50), ("B", 50, 58), ("A", 60, 75), ("C", 82, 84),
        )
    )  # fmt: skip
    nota = Nota(
        subjetivo=(
            _enunciado("Presenta fiebre", Cita(turno=2, texto="Tengo fiebre.", inicio=10, fin=20)),
            _enunciado(
                "Dolor de rodilla izquierda", Cita(turno=3, texto="alergia alguna", inicio=20, fin=30)
            ),
            _enunciado("Diabetes mellitus", duda=True),
            _enunciado("Alergia a la penicilina", Cita(turno=8, texto="Tome naproxeno", inicio=70, fin=75)),
        ),
        objetivo=(
            _enunciado(
                "Antecedente familiar: hermano diabético",
                Cita(turno=6, texto="Mi hermano es diabético 2.", inicio=50, fin=58),
                tipo="antecedente_familiar",
                duda=True,
            ),
        ),
        plan=(
            _enunciado(
                "Naproxeno 250 mg cada 12 horas",
                Cita(turno=8, texto="Tome naproxeno de 50 mg", inicio=70, fin=75),
            ),
            _enunciado("Ketorolaco 10 mg", Cita(turno=99, texto="ketorolaco", inicio=200, fin=201)),
        ),
    )
    codigos = (
        _codigo("FA01", "confirmado", sistema="CIE-11"),
        _codigo("N39.0", "confirmado"),
        _codigo("M17.19", "confirmado"),
        _codigo("Z88.1", "confirmado"),
        _codigo("I10X", "antecedente"),
        _codigo("B34.9", "confirmado"),
        _codigo("E11.4", "confirmado"),
        _codigo("L20.9", "sospecha"),
        _codigo("A09", "confirmado"),
        _codigo("D50.9", "confirmado"),
        _codigo("R51", "confirmado"),
        _codigo("K29.7", "descartado"),
    )
    costos = [
        Costo(reloj_s=r, arranque_s=a, memoria_mib=m, etapas={"asr": e, "nota": n})
        for r, a, m, e, n in (
            (100, 20, 3000, 50, 45), (200, 90, 4000, 60, 30), (120, 30, 3500, 70, 40),
        )
    ]  # fmt: skip
    omisiones = (Omision(texto="Dolor de rodilla derecha", citas=()),)
    avisos = (Aviso(tipo="alergia", texto=""),)
    return tuple(_salida(turnos, tramos, nota, omisiones, codigos, avisos, c) for c in costos)


def _salida(
    turnos: tuple[Turno, ...],
    tramos: tuple[Tramo, ...],
    nota: Nota,
    omisiones: tuple[Omision, ...],
    codigos: tuple[Codigo, ...],
    avisos: tuple[Aviso, ...],
    costo: Costo,
) -> Salida:
    transcripcion = Transcripcion(idioma="es", turnos=turnos)
    borrador = Borrador(
        audio=InfoAudio(sha256="0", duracion_s=80.0),
        transcripcion=transcripcion,
        nota=nota,
        omisiones=omisiones,
        codigos=codigos,
        avisos=avisos,
    )
    return Salida(caso="consulta", transcripcion=transcripcion, tramos=tramos, borrador=borrador, costo=costo)


# --- Nadie habla ----------------------------------------------------------------------------------

SILENCIO = Caso(id="silencio", habla=False, duracion_s=90.0)


def _callado(texto: str, *enunciados: str) -> tuple[Salida, ...]:
    turnos = (Turno(id=1, hablante="H1", inicio=0, fin=5, texto=texto),) if texto else ()
    nota = Nota(subjetivo=tuple(_enunciado(e) for e in enunciados))
    return (Salida(caso="silencio", transcripcion=Transcripcion(idioma="es", turnos=turnos), nota=nota),)


# --- Nota de referencia en inglés -----------------------------------------------------------------

INGLES = Caso(id="ingles", idioma="en", nota="Denies fever.\nHas cough and headache.")
INGLES_PEOR = "Has cough and fever for days."


def _escrita(texto: str) -> tuple[Salida, ...]:
    return (Salida(caso="ingles", nota_texto=texto),)


# --- Un documento con sus códigos y tramos; menciones sueltas -------------------------------------

TEXTO = "Varón con litiasis renal y fiebre."
DOCUMENTO = Caso(
    id="documento",
    texto=TEXTO,
    codigos_documento=("n20.0", "r50.9"),
    menciones=(
        MencionEsperada(codigo="n20.0", texto="litiasis renal", tramos=((10, 24),)),
        MencionEsperada(codigo="r50.9", texto="fiebre", tramos=((27, 33),)),
    ),
)
MENCIONES = Caso(
    id="menciones",
    menciones=tuple(
        MencionEsperada(codigo=c, texto="x") for c in ("n20.0", "r50.9", "e11.40", "k29.7", "j45.0")
    ),
)
_AJENOS = tuple(f"A{n:02d}" for n in range(10))


def _asignados(*codigos: Codigo) -> tuple[Salida, ...]:
    return (Salida(caso="documento", codigos=codigos),)


def _propuestos(*listas: tuple[str, ...]) -> tuple[Salida, ...]:
    return (Salida(caso="menciones", candidatos=listas),)


CASOS: dict[str, tuple[Caso, tuple[Salida, ...], tuple[Salida, ...]]] = {
    "consulta": (CONSULTA, _buena(), _peor()),
    "silencio": (
        SILENCIO, _callado(""), _callado("Gracias por ver el video.", "Refiere tos", "Acude a control"),
    ),
    "ingles": (INGLES, _escrita(INGLES.nota or ""), _escrita(INGLES_PEOR)),
    "documento": (
        DOCUMENTO,
        _asignados(
            _codigo("N20.0", "confirmado", "litiasis renal"), _codigo("R50.9", "confirmado", "fiebre")
        ),
        _asignados(
            _codigo("N20.0", "confirmado", TEXTO),
            _codigo("R50.9", "confirmado", TEXTO),
            _codigo("I10", "confirmado", "renal"),
        ),
    ),
    "menciones": (
        MENCIONES,
        _propuestos(("N20.0",), ("R50.9",), ("E11.40",), ("K29.7",), ("J45.0",)),
        _propuestos(
            ("N20.9", "N20.0"),
            ("I10",),
            ("A09", "B34", "E11.41"),
            (*_AJENOS[:6], "K29.7"),
            (*_AJENOS, "J45.0"),
        ),
    ),
}  # fmt: skip
"""Por caso: el caso, las repeticiones de la salida buena y las de la peor."""


class JuezFalso:
    """Un modelo de lenguaje que responde con una función del enunciado que se le da a juzgar."""

    def __init__(self, responde: Callable[[str], str]) -> None:
        self._responde = responde

    @property
    def identidad(self) -> dict[str, Any]:
        return {"archivo": "falso.gguf"}

    def elegir(self, comun: str, pregunta: str, opciones: tuple[str, ...]) -> str:
        return self._responde(pregunta.split("Afirmación: ")[1].split("\n", 1)[0])

    def cerrar(self) -> None:
        pass
