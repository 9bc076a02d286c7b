"""El destino FHIR R4: en qué orden se escribe, qué se puede cambiar y qué no se vuelve a tocar."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scribe.envio.autorizados import Direccion
from scribe.envio.errores import Aplazado, DestinoMalConfigurado, DestinoNoAutorizado, Negado
from scribe.envio.fhir import capacidades, documento, validador
from scribe.envio.fhir.cliente import ClienteFhir, Existente, con_referencias, lugar_de, relativas
from scribe.envio.fhir.codigos import TAG_HUELLA, TAG_VERSION, URI, de_hl7
from scribe.envio.fhir.documento import Acuerdo, Conjunto
from scribe.envio.fhir.piezas import Pieza, Recurso, etiqueta
from scribe.envio.modelo import BorradorDeEnvio, ExpedienteDeEnvio, Paquete
from scribe.envio.protocolo import Anotador, Entregado, Motivo, Rechazado, Reintentar, Resultado, YaEstaba
from scribe.envio.reintentos import Espera
from scribe.envio.secretos import Credencial
from scribe.envio.transporte import Canal, CanalHttp, Envio, Limites

_CERRADOS = frozenset({"final", "amended", "entered-in-error"})
_RETIRABLES = frozenset({"Condition", "FamilyMemberHistory", "MedicationRequest"})
FIRMADA = 0


_turnos: dict[str, threading.Lock] = defaultdict(threading.Lock)


def turno_local(url: str) -> AbstractContextManager[object]:
    """Un candado por destino, dentro de este proceso."""
    return _turnos[url]


@dataclass(frozen=True, slots=True)
class DestinoFhir:
    """Un servidor FHIR R4. `direccion` viene de `autorizados.autorizar`; `origen` es este sistema.

    `turno` deja pasar un envío a la vez hacia cada destino: hay servidores cuya creación condicional no es
    atómica y dos envíos simultáneos crearían dos pacientes (medido con sekmet-fhir). El de omisión vale
    dentro de un proceso; con varios trabajadores, la cola da uno que valga entre todos.
    """

    nombre: str
    direccion: Direccion
    origen: str
    credencial: Credencial | None = None
    autoridad: Path | None = None
    limites: Limites = field(default_factory=Limites)
    acuerdo: Acuerdo = field(default_factory=Acuerdo)
    espera: Espera = field(default_factory=Espera)
    turno: Callable[[str], AbstractContextManager[object]] = turno_local
    reloj: Callable[[], datetime] = lambda: datetime.now(UTC)

    def enviar_borrador(
        self, expediente: ExpedienteDeEnvio, borrador: BorradorDeEnvio, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Ver `protocolo.Destino`. Un borrador nunca pisa una nota firmada ni un borrador más nuevo."""
        conjunto = documento.de_borrador(expediente, borrador, self.acuerdo)
        llave = f"{conjunto.nota.urn}#borrador-{borrador.numero}"
        return self._hacer(
            "borrador",
            llave,
            anotar,
            intento,
            lambda c: _Entrega(self._cliente(c), borrador.numero).borrador(conjunto),
        )

    def enviar_firmada(
        self, expediente: ExpedienteDeEnvio, paquete: Paquete, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Ver `protocolo.Destino`. Envía exactamente los bytes congelados al firmar."""
        conjunto = documento.de_firmada(expediente, paquete.firmada, self.acuerdo)
        motivo: Motivo = paquete.firmada.relacion or "firmada"
        llave = f"{conjunto.nota.urn}#firmada"
        return self._hacer(
            motivo,
            llave,
            anotar,
            intento,
            lambda c: _Entrega(self._cliente(c), FIRMADA).firmada(expediente, paquete, conjunto),
        )

    def retirar(self, expediente: ExpedienteDeEnvio, *, anotar: Anotador, intento: int = 1) -> Resultado:
        """Ver `protocolo.Destino`. Una nota firmada nunca se retira: se corrige con otra."""
        id_ = documento.id_nota(expediente)
        return self._hacer(
            "descartada",
            f"{id_.urn}#descartada",
            anotar,
            intento,
            lambda c: _Entrega(self._cliente(c), FIRMADA).retirar(
                Pieza(id_, {"resourceType": "Composition"}, "propia")
            ),
        )

    def probar(self, *, anotar: Anotador) -> tuple[str, ...]:
        """Lo que le falta al destino para recibir envíos, en frases. No manda nada clínico.

        Lanza `ErrorScribe` si no se pudo preguntar.
        """
        canal = self._canal("borrador", "prueba", anotar)
        return tuple(capacidades.faltas(canal.pedir("GET", "metadata").cuerpo or {}, self.acuerdo))

    def _cliente(self, canal: Canal) -> ClienteFhir:
        return ClienteFhir(canal, self.acuerdo.por_etiqueta)

    def _canal(self, motivo: Motivo, llave: str, anotar: Anotador) -> Canal:
        return CanalHttp(
            self.direccion, Envio(motivo, llave, self.origen), anotar,
            credencial=self.credencial, autoridad=self.autoridad, limites=self.limites, reloj=self.reloj,
        )  # fmt: skip

    def _hacer(
        self,
        motivo: Motivo,
        llave: str,
        anotar: Anotador,
        intento: int,
        entrega: Callable[[Canal], Resultado],
    ) -> Resultado:
        try:
            with self.turno(self.direccion.url):
                return entrega(self._canal(motivo, llave, anotar))
        except Aplazado as causa:
            return Reintentar(self.espera.cuando(intento, self.reloj(), causa.espera), causa.mensaje)
        except (Negado, DestinoNoAutorizado, DestinoMalConfigurado) as causa:
            return Rechazado(causa.mensaje, causa.remedio)


class _Entrega:
    """Un envío en curso: qué lugar del destino le tocó a cada urn:uuid y si hubo que escribir algo."""

    def __init__(self, cliente: ClienteFhir, numero: int) -> None:
        self._cliente = cliente
        self._numero = numero
        self._lugares: dict[str, str] = {}
        self._escritos = 0

    def borrador(self, conjunto: Conjunto) -> Resultado:
        _validar(conjunto.todas)
        nota = self._cliente.buscar(conjunto.nota)
        if nota is not None and nota.recurso.get("status") in _CERRADOS:
            return YaEstaba((nota.referencia,), "El destino ya tiene la nota firmada.")
        if nota is not None and _version(nota.recurso) > self._numero:
            return YaEstaba((nota.referencia,), "El destino ya tiene un borrador más nuevo.")
        self._poner_todo(conjunto, nota)
        self._comprobar(conjunto.nota)
        return self._resultado(conjunto.nota)

    def firmada(self, expediente: ExpedienteDeEnvio, paquete: Paquete, conjunto: Conjunto) -> Resultado:
        congelado = _congelado(expediente, paquete)
        pdf, firma = documento.adjuntos(expediente, paquete, conjunto)
        _validar((*conjunto.todas, congelado, pdf, firma))
        nota = self._cliente.buscar(conjunto.nota)
        if (
            nota is not None
            and nota.recurso.get("status") in _CERRADOS
            and not _igual(nota.recurso, conjunto.nota)
        ):
            raise Negado(
                "El destino ya tiene otra nota firmada con este identificador; una nota firmada no cambia.",
                "Envíe la corrección como adenda o como nota que sustituye.",
            )
        self._poner_todo(conjunto, nota)
        self._poner(congelado, cuerpo=paquete.documento)
        self._poner(pdf)
        self._poner(firma)
        self._comprobar(conjunto.nota)
        return self._resultado(conjunto.nota, congelado, pdf)

    def retirar(self, pieza: Pieza) -> Resultado:
        """Primero lo que la nota nombra y al final la nota: si se corta, al repetir se ve que falta."""
        nota = self._cliente.buscar(pieza)
        if nota is None:
            return YaEstaba((), "El destino no tiene esa nota.")
        if nota.recurso.get("status") == "entered-in-error":
            return YaEstaba((nota.referencia,))
        if nota.recurso.get("status") in _CERRADOS:
            raise Negado(
                "El destino ya tiene esa nota firmada.", "Corríjala con una adenda o una sustitución."
            )
        self._retirar(nota, set())
        self._cliente.actualizar(nota, _sin_efecto(nota.recurso, FIRMADA))
        self._escritos += 1
        guardado = self._cliente.buscar(pieza)
        if guardado is None or guardado.recurso.get("status") != "entered-in-error":
            raise Aplazado("El destino dijo haber retirado la nota, pero no está así.", "Se repetirá solo.")
        return Entregado((nota.referencia,))

    def _poner_todo(self, conjunto: Conjunto, nota: Existente | None) -> None:
        for pieza in (*conjunto.base, *conjunto.clinicas):
            self._poner(pieza)
        if nota is not None and not _igual(nota.recurso, conjunto.nota):
            self._retirar(nota, {self._lugares[p.urn] for p in conjunto.clinicas})
        self._poner(conjunto.nota, ya_buscado=(nota,))
        for pieza in conjunto.procedencia:
            self._poner(pieza)

    def _poner(
        self, pieza: Pieza, cuerpo: bytes | None = None, ya_buscado: tuple[Existente | None, ...] = ()
    ) -> None:
        """Deja la pieza en el destino y aprende dónde quedó."""
        recurso = con_referencias(pieza.recurso, self._lugares) if cuerpo is None else pieza.recurso
        actual = ya_buscado[0] if ya_buscado else self._cliente.buscar(pieza)
        if actual is None:
            self._lugares[pieza.urn] = self._cliente.crear(pieza, recurso, cuerpo)
            self._escritos += 1
            return
        self._lugares[pieza.urn] = actual.referencia
        if pieza.trato == "referencia" or _igual(actual.recurso, pieza):
            return
        if pieza.trato == "inmutable":
            if cuerpo is None and etiqueta(actual.recurso, TAG_HUELLA) is not None:
                raise Negado(
                    f"El destino tiene otro {pieza.tipo} con este identificador.", "Revise qué lo cambió."
                )
            return
        if pieza.tipo == "Encounter":
            if actual.recurso.get("status") == "finished":  # lo comparten varias notas: solo avanza
                return
        elif self._mas_nueva(actual.recurso):
            raise Aplazado("Llegó una versión más nueva mientras se enviaba esta.", "Se repetirá solo.")
        self._cliente.actualizar(actual, recurso)
        self._escritos += 1

    def _mas_nueva(self, recurso: Recurso) -> bool:
        """Si lo que está en el destino ya se firmó o es de un borrador posterior."""
        version = _version(recurso)
        return self._numero != FIRMADA and (version == FIRMADA or version > self._numero)

    def _retirar(self, nota: Existente, vigentes: set[str]) -> None:
        """Lo que un borrador anterior dejó y esta versión ya no dice queda `entered-in-error`, a la vista."""
        for seccion in nota.recurso.get("section", []):
            for entrada in seccion.get("entry", []):
                lugar = lugar_de(str(entrada.get("reference", "")))
                if lugar is None or lugar[0] not in _RETIRABLES or "/".join(lugar) in vigentes:
                    continue
                actual = self._cliente.leer(*lugar)
                if (
                    actual is not None
                    and etiqueta(actual.recurso, TAG_HUELLA) is not None
                    and not _retirado(actual.recurso)
                ):
                    self._cliente.actualizar(actual, _sin_efecto(actual.recurso, self._numero))
                    self._escritos += 1

    def _comprobar(self, pieza: Pieza) -> None:
        """Se vuelve a leer lo escrito: un servidor puede contestar 201 y no haber guardado nada."""
        if self._escritos == 0:
            return
        guardado = self._cliente.buscar(pieza)
        if guardado is None or guardado.recurso.get("status") != pieza.recurso["status"]:
            raise Aplazado(
                "El destino dijo haber guardado la nota, pero no está como se envió.", "Se repetirá solo."
            )

    def _resultado(self, *piezas: Pieza) -> Resultado:
        lugares = tuple(self._lugares[p.urn] for p in piezas)
        return Entregado(lugares) if self._escritos else YaEstaba(lugares)


def _congelado(expediente: ExpedienteDeEnvio, paquete: Paquete) -> Pieza:
    """El Bundle que se guardó al firmar. Si no es el de esta nota, no sale nada."""
    id_ = documento.id_documento(expediente)
    try:
        recurso: Recurso = json.loads(paquete.documento)
        propio = recurso["identifier"] == {"system": URI, "value": id_.urn}
    except (ValueError, KeyError, TypeError, RecursionError):
        propio = False
    if not propio:
        raise Negado("Los bytes congelados no son los de esta nota.", "Avise a quien mantiene Scribe.")
    return Pieza(id_, recurso, "inmutable")


def _igual(recurso: Recurso, pieza: Pieza) -> bool:
    """Si el destino tiene esta misma versión, según la huella que se le puso."""
    return etiqueta(recurso, TAG_HUELLA) == pieza.huella != ""


def _version(recurso: Recurso) -> int:
    """El número de borrador que dejó ahí un recurso; -1 si no lleva (no es nuestro o perdió la etiqueta)."""
    texto = etiqueta(recurso, TAG_VERSION) or ""
    return int(texto) if texto.isascii() and texto.isdigit() and len(texto) < 10 else -1


def _retirado(recurso: Recurso) -> bool:
    if recurso["resourceType"] != "Condition":
        return bool(recurso.get("status") == "entered-in-error")
    return any(
        c.get("code") == "entered-in-error" for c in recurso.get("verificationStatus", {}).get("coding", [])
    )


def _sin_efecto(recurso: Recurso, numero: int) -> Recurso:
    """El mismo recurso marcado como error; con-5: un Condition así no lleva estado clínico."""
    marcas = [{"system": TAG_HUELLA, "code": "retirado"}, {"system": TAG_VERSION, "code": str(numero)}]
    propias = {TAG_HUELLA, TAG_VERSION}
    ajenas = [t for t in recurso["meta"].get("tag", []) if t.get("system") not in propias]
    meta = {**{n: v for n, v in recurso["meta"].items() if n == "security"}, "tag": [*ajenas, *marcas]}
    resto = {n: v for n, v in relativas(recurso).items() if n not in {"id", "text"}} | {"meta": meta}
    if recurso["resourceType"] != "Condition":
        return resto | {"status": "entered-in-error"}
    resto.pop("clinicalStatus", None)
    return resto | {"verificationStatus": de_hl7("condition-ver-status", "entered-in-error")}


def _validar(piezas: tuple[Pieza, ...]) -> None:
    """Todo se valida antes de enviar lo primero: si algo no cumple, no sale nada."""
    lugares = {p.urn: f"{p.tipo}/{p.id}" for p in piezas}
    for p in piezas:
        validador.exigir(p.recurso if p.tipo == "Bundle" else con_referencias(p.recurso, lugares))
