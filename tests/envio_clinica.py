"""Lo que comparten las pruebas del envío por la cola: una clínica que redacta, firma y envía de verdad."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from scribe.envio.configuracion import Configurado
from scribe.envio.fhir.codigos import URI, identidad
from scribe.envio.reintentos import Espera
from scribe.expediente import destinos, encuentros, firmar, notas, pacientes, para_envio, usuarios
from scribe.expediente.claves_paso import resumir
from scribe.expediente.firma.simple import FirmanteSimple
from scribe.expediente.fuentes_clave import crear_archivo_de_clave
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import DatosEncuentro, DatosPaciente, Domicilio
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import enviar, estado
from scribe.trabajos.mensajero import Mensajero
from scribe.trabajos.modelo import Trabajo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Repetir, Taller, hacer
from scribe.trabajos.trabajador import Trabajador
from tests.envio_apoyo import ServidorFhir
from tests.expediente_base import Clinica
from tests.trabajos_base import Cuenta, Puesto, abrir_expediente, hacer_taller, lanzar, wav

FIRMA = "Cobre-Naranjo-47-Puente"
_RESUMEN: list[str] = []
POR_ETIQUETA = ["Provenance", "Composition", "FamilyMemberHistory", "Bundle", "Device"]
"""Lo que sekmet-fhir no sabe buscar por identificador."""

PLAZO_S = 300.0
PACIENTE_CON_EL_EQUIPO = {"por_etiqueta": POR_ETIQUETA, "conectar_s": 30, "total_s": 120}

RAPIDA = Espera(base=timedelta(seconds=0.2), tope=timedelta(seconds=1))
TIPOS = (
    "Organization", "Practitioner", "Patient", "Device", "Encounter", "Condition", "MedicationRequest",
    "Composition", "Bundle", "DocumentReference", "Provenance",
)  # fmt: skip
DATOS = DatosPaciente(
    nombre="Quetzalina", apellido_paterno="Tlaxpana", sexo="F", nacimiento="1980-02-03",  # type: ignore[arg-type]
    domicilios=(Domicilio(calle="Calle Dos", numero_ext="2", municipio="Coyoacán"),),
)  # fmt: skip
MARCAS = ("Quetzalina", "Tlaxpana", "Coyoac", "garganta", "Paracetamol", "Faringitis")


def completo(inicial: bytes) -> ContenidoDeNota:
    """El borrador con lo que agrega el médico para que no le falte nada."""
    d: dict[str, Any] = json.loads(inicial)

    def e(tipo: str, texto: str) -> dict[str, str]:
        return {"texto": texto, "tipo": tipo, "autor": "medico"}

    nota = d["nota"]
    nota["subjetivo"] = [*nota["subjetivo"], e("padecimiento", "dolor de garganta desde ayer")]
    nota["objetivo"] = [e("exploracion", "faringe enrojecida, sin exudado")]
    nota["analisis"] = [e("razonamiento", "probable origen viral")]
    nota["plan"] = [e("indicacion", "líquidos y reposo")]
    nota["pronostico"] = [e("pronostico", "bueno para la vida y la función")]
    d["signos"] = [
        {"clave": c, "valor": v, "unidad": u}
        for c, v, u in (
            ("tension_arterial", "118/76", "mmHg"), ("frecuencia_cardiaca", "78", "por minuto"),
            ("frecuencia_respiratoria", "16", "por minuto"), ("temperatura", "37.2", "°C"),
            ("peso", "64", "kg"), ("talla", "1.62", "m"),
        )
    ]  # fmt: skip
    d["diagnosticos"] = [
        {"sistema": "CIE-10", "codigo": "J02.9", "titulo": "Faringitis aguda", "principal": True}
    ]
    d["receta"] = [
        {"generico": "Paracetamol", "presentacion": "tabletas de 500 mg", "dosis": "1 tableta", "via": "oral",
         "frecuencia": "cada 8 horas", "duracion": "por 3 días"}
    ]  # fmt: skip
    return ContenidoDeNota.model_validate(d)


@dataclass
class Consultorio:
    """Un puesto con llavero y destinos; cada prueba es otra instalación, con identificadores propios."""

    puesto: Puesto
    llavero: Llavero
    instalacion: UUID

    @classmethod
    def de(cls, clinica: Clinica, datos: Path) -> Consultorio:
        clinica.base.como_dueno("UPDATE expediente.instalacion SET id = gen_random_uuid()")
        llavero = Llavero.crear(datos / "llavero.json", crear_archivo_de_clave(datos / "clave"))
        puesto = Puesto.de(clinica, datos)
        with clinica.expediente.transaccion(clinica.medica) as t:
            usuarios.cambiar(t, clinica.medica.usuario, institucion_titulo="Universidad de Prueba")  # type: ignore[arg-type]
            pacientes.corregir(t, clinica.paciente, DATOS)
            return cls(puesto, llavero, para_envio.instalacion(t))

    @contextmanager
    def transaccion(self) -> Iterator[Transaccion]:
        with self.puesto.expediente.transaccion(self.puesto.clinica.medica) as t:
            yield t

    # --- Destinos -----------------------------------------------------------------------------------

    def fhir(self, puerto: int, nombre: str = "hospital", **ajustes: Any) -> Configurado:
        dichos = {**PACIENTE_CON_EL_EQUIPO, **ajustes}
        with self.puesto.expediente.transaccion(self.puesto.clinica.administrador) as t:
            return destinos.alta(t, nombre, "fhir", f"http://127.0.0.1:{puerto}/fhir", dichos)

    def ajustar(self, destino: Configurado, **ajustes: Any) -> None:
        with self.puesto.expediente.transaccion(self.puesto.clinica.administrador) as t:
            destinos.cambiar(t, destino.id, ajustes={**PACIENTE_CON_EL_EQUIPO, **ajustes})

    def carpeta(self, ruta: Path, nombre: str = "buzón", **ajustes: Any) -> Configurado:
        with self.puesto.expediente.transaccion(self.puesto.clinica.administrador) as t:
            return destinos.alta(t, nombre, "carpeta", str(ruta), ajustes)

    # --- Atender ------------------------------------------------------------------------------------

    def borrador(self, semilla: int = 7) -> UUID:
        """Una grabación que se vuelve borrador por la cola."""
        recibo = self.puesto.subir(wav(semilla=semilla))
        with self.puesto.taller() as taller:
            hacer(taller, recibo.trabajo)
        return recibo.nota

    def otro_encuentro(self) -> UUID:
        """Otra consulta del mismo paciente."""
        from datetime import UTC, datetime

        c = self.puesto.clinica
        with self.transaccion() as t:
            return encuentros.abrir(
                t,
                c.paciente,
                c.establecimiento,
                c.medica.usuario,
                DatosEncuentro(inicio=datetime.now(UTC)),  # type: ignore[arg-type]
            ).id

    def a_mano(self, encuentro: UUID | None = None) -> UUID:
        """Una nota escrita sin grabación, completa."""
        vacia = b'{"nota": {"subjetivo": []}}'
        with self.transaccion() as t:
            nota = notas.crear(t, encuentro or self.puesto.clinica.encuentro).id
            notas.guardar_version(t, nota, completo(vacia).octetos(), sobre=0)
        return nota

    def firmar(self, nota: UUID) -> None:
        """La completa si hace falta y la firma con la segunda contraseña."""
        with self.transaccion() as t:
            version = notas.leer_version(t, nota)
            numero, contenido = version.numero, ContenidoDeNota.de_octetos(version.contenido)
            if not contenido.diagnosticos:
                nuevo = completo(version.contenido)
                notas.guardar_version(t, nota, nuevo.octetos(), sobre=numero, por_revisar=nuevo.por_revisar)
                numero += 1
        if not _RESUMEN:
            _RESUMEN.append(resumir(FIRMA))
        firmar.firmar(
            self.puesto.expediente, self.puesto.clinica.medica, self.llavero, nota, numero,
            lambda lista: FirmanteSimple(lista.quien, _RESUMEN[0], FIRMA),
        )  # fmt: skip

    # --- Enviar -------------------------------------------------------------------------------------

    def trabajos(self) -> list[Trabajo]:
        """Los envíos, en el orden en que se pidieron."""
        with self.puesto.clinica.base.entrar() as conexion:
            filas = conexion.execute(
                "SELECT * FROM trabajos.trabajo WHERE clase = 'enviar' ORDER BY creado, id"
            )
            return [Trabajo.model_validate(f) for f in filas]

    @contextmanager
    def taller(self, **cambios: Any) -> Iterator[Taller]:
        mensajero = Mensajero(self.puesto.datos, RAPIDA, turno_s=0.3)
        with self.puesto.taller(otras={"enviar": enviar.con(mensajero)}, **cambios) as taller:
            yield taller

    def mandar(self, trabajo: UUID) -> str:
        """Hace un envío, aquí mismo, una vez; dice cómo quedó."""
        with self.taller() as taller, suppress(Repetir):
            hacer(taller, trabajo)
        with self.transaccion() as t:
            return estado.leer(t, trabajo).estado.value

    @contextmanager
    def trabajando(self, cuantos: int = 1) -> Iterator[list[BaseProcess]]:
        """Trabajadores de envío, en procesos de verdad que se pueden matar."""
        dicho = {"dsn": self.puesto.clinica.base.dsn(), "datos": str(self.puesto.datos)}
        procesos = [lanzar(trabajador_de_envio, dicho) for _ in range(cuantos)]
        try:
            yield procesos
        finally:
            for proceso in procesos:
                proceso.kill()
                proceso.join()

    def esperar(self, cumple: Callable[[list[Trabajo]], bool], plazo_s: float = PLAZO_S) -> list[Trabajo]:
        limite = time.monotonic() + plazo_s
        while not cumple(vistos := self.trabajos()):
            assert time.monotonic() < limite, [(w.opciones, w.estado, w.motivo) for w in vistos]
            time.sleep(0.1)
        return vistos

    # --- Mirar --------------------------------------------------------------------------------------

    def urn(self, *partes: object) -> str:
        return identidad(self.instalacion, *partes).urn

    def nota_en(self, servidor: ServidorFhir, nota: UUID) -> dict[str, Any] | None:
        """La Composition de una nota, si llegó; nunca dos."""
        urna = self.urn("nota", nota)
        halladas = [c for c in servidor.todos("Composition") if urna in marcas(c)]
        assert len(halladas) <= 1
        return halladas[0] if halladas else None

    def uno(self, orden: str, *valores: Any) -> dict[str, Any]:
        return self.puesto.uno(orden, *valores)

    def bitacora(self) -> list[dict[str, Any]]:
        with self.puesto.clinica.base.entrar() as conexion:
            return conexion.execute(
                "SELECT * FROM expediente.bitacora WHERE evento = 'envio.intento' ORDER BY seq"
            ).fetchall()


def marcas(recurso: dict[str, Any]) -> list[str]:
    """Las identidades que lleva un recurso en sus etiquetas."""
    return [m["code"] for m in recurso.get("meta", {}).get("tag", []) if m.get("system") == URI]


def repetidos(servidor: ServidorFhir) -> dict[str, int]:
    """Identidades que el servidor tiene más de una vez: siempre ninguna."""
    cuenta = Counter(m for tipo in TIPOS for r in servidor.todos(tipo) for m in marcas(r))
    return {m: n for m, n in cuenta.items() if n > 1}


def trabajador_de_envio(dicho: dict[str, Any]) -> None:
    """Un trabajador de la cola de envíos, con esperas cortas."""
    datos = Path(dicho["datos"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Presencia(dicho["dsn"], "scribe-trabajador-envio") as presencia:
        taller = hacer_taller(
            abrir_expediente(dicho["dsn"]), datos, presencia, Cuenta(datos / "cuenta.txt"),
            otras={"enviar": enviar.con(Mensajero(datos, RAPIDA))},
        )  # fmt: skip
        Trabajador(dicho["dsn"], "envio", taller, latido_s=0.3, muerto_s=1.0, barrido_s=0.3).correr()


def matar(proceso: BaseProcess) -> None:
    """Como lo haría un corte de luz: sin avisar."""
    if proceso.pid is not None:
        os.kill(proceso.pid, signal.SIGKILL)
