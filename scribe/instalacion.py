"""Instalar los modelos de un perfil, de modo que interrumpirlo en cualquier momento no estropee nada.

Cada archivo se arma en `<carpeta>/.descarga/` con el sufijo `.parcial`, se comprueba su suma y solo
entonces se renombra a su sitio: lo que se ve en la carpeta de un modelo está siempre entero. Los
archivos en piezas (uno por paquete) llevan anotado cuántas tienen ya: al repetir la orden se sigue en
la siguiente. Los paquetes son solo transporte y se borran en cuanto se sacó de ellos lo que hacía falta.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from scribe.errores import ModeloAlterado, ModelosFaltan
from scribe.manifiesto import Archivo, Modelo, Paquete
from scribe.modelos import PROCEDENCIA, Almacen
from scribe.sumas import sha256_de
from scribe.transporte import abrir_miembro, bajar_del_hub, bajar_paquete

_TROZO = 4 << 20
_MARGEN = 64 << 20
DESCARGA = ".descarga"


class Vista(Protocol):
    """Quien enseña el avance. Las cantidades son bytes."""

    def empieza(self, total: int) -> None:
        """Antes de nada: lo que falta por bajar."""

    def archivo(self, nombre: str, tamano: int) -> None:
        """Empieza una descarga."""

    def avanza(self, bytes_: int) -> None:
        """Lo que va de la descarga en curso."""

    def termina(self) -> None:
        """La descarga en curso quedó aprovechada."""

    def aviso(self, texto: str) -> None:
        """Algo que conviene saber."""


@dataclass
class Plan:
    """Lo que falta instalar: archivos por armar, por modelo, y paquetes por bajar, sin repetir."""

    pendientes: list[tuple[Modelo, Archivo]] = field(default_factory=list)
    paquetes: list[Paquete] = field(default_factory=list)

    @property
    def descarga(self) -> int:
        """Bytes por bajar (lo que se sabe de antemano)."""
        del_hub = sum(a.bytes or 0 for m, a in self.pendientes if m.repositorio)
        return sum(p.bytes for p in self.paquetes) + del_hub

    @property
    def disco(self) -> int:
        """Bytes libres que hacen falta: lo que queda instalado más el paquete más grande, de paso."""
        mayor = max((p.bytes for p in self.paquetes), default=0)
        return sum(a.bytes or 0 for _, a in self.pendientes) + mayor + _MARGEN


def planear(almacen: Almacen, claves: Sequence[str]) -> Plan:
    """Qué falta de esos modelos en todas las carpetas del almacén."""
    plan = Plan()
    carpeta = almacen.donde_instalar()
    for clave in claves:
        modelo = almacen.modelo(clave)
        if almacen.estado(clave)[0] == "instalado":
            continue
        for archivo in modelo.archivos:
            if _esta_bien(almacen, modelo, archivo, carpeta):
                continue
            plan.pendientes.append((modelo, archivo))
            hechas = Obra(carpeta, modelo, archivo).piezas_hechas()
            faltan = {pieza.split("/", 1)[0] for pieza in archivo.piezas[hechas:]}
            plan.paquetes += [p for p in modelo.paquetes if p.nombre in faltan and p not in plan.paquetes]
    return plan


def instalar(almacen: Almacen, claves: Sequence[str], vista: Vista) -> Path:
    """Instala lo que falte de esos modelos y devuelve la carpeta.

    Lanza `ModelosFaltan` o `ModeloAlterado` con una línea que dice qué pasó y cómo seguir.
    """
    carpeta = almacen.donde_instalar()
    try:
        carpeta.mkdir(parents=True, exist_ok=True)
        with _candado(carpeta, vista):
            plan = planear(almacen, claves)
            if plan.pendientes:
                _exigir_espacio(carpeta, plan)
                vista.empieza(plan.descarga)
                for paquete in plan.paquetes:
                    _aprovechar_paquete(carpeta, plan, paquete, vista)
                for modelo, archivo in plan.pendientes:
                    if modelo.repositorio:
                        _instalar_del_hub(carpeta, modelo, archivo, vista)
            shutil.rmtree(carpeta / DESCARGA, ignore_errors=True)
            for clave in claves:
                almacen.ruta(clave)
    except OSError as error:
        raise ModelosFaltan(
            f"No se pudo escribir en {carpeta} ({error.strerror}).",
            "Libere espacio o elija otra carpeta con SCRIBE_MODELOS, y repita la orden: seguirá donde iba.",
        ) from error
    return carpeta


@dataclass(frozen=True)
class Obra:
    """Un archivo a medio armar: sus piezas se pegan en orden y se anota cuántas lleva."""

    carpeta: Path
    modelo: Modelo
    archivo: Archivo

    @property
    def destino(self) -> Path:
        """Donde quedará el archivo."""
        return self.carpeta / self.modelo.id / self.archivo.ruta

    @property
    def parcial(self) -> Path:
        """Donde se arma."""
        return self.carpeta / DESCARGA / self.modelo.id / f"{self.archivo.ruta}.parcial"

    @property
    def _nota(self) -> Path:
        return self.parcial.with_name(self.parcial.name + ".json")

    def _avance(self) -> tuple[int, int]:
        """(piezas, bytes) ya pegadas y a salvo en disco."""
        try:
            piezas, largo = json.loads(self._nota.read_text("utf-8"))
            if 0 < piezas <= len(self.archivo.piezas) and self.parcial.stat().st_size >= largo:
                return piezas, largo
        except (OSError, ValueError, TypeError):
            pass
        return 0, 0

    def piezas_hechas(self) -> int:
        """Cuántas piezas ya no hace falta bajar."""
        return self._avance()[0]

    def pegar(self, paquete: Paquete, archivo_bajado: Path) -> None:
        """Añade las piezas siguientes que vengan en ese paquete; con la última, comprueba y coloca."""
        hechas, largo = self._avance()
        propias = [p for p in self.archivo.piezas[hechas:] if p.split("/", 1)[0] == paquete.nombre]
        if not propias:
            return
        self.parcial.parent.mkdir(parents=True, exist_ok=True)
        with self.parcial.open("r+b" if self.parcial.exists() else "wb") as salida:
            salida.truncate(largo)
            salida.seek(largo)
            for pieza in propias:
                _, _, miembro = pieza.partition("/")
                with abrir_miembro(archivo_bajado, miembro or None) as entrada:
                    shutil.copyfileobj(entrada, salida, _TROZO)
            salida.flush()
            os.fsync(salida.fileno())
            largo = salida.tell()
        hechas += len(propias)
        _escribir(self._nota, json.dumps([hechas, largo]))
        if hechas == len(self.archivo.piezas):
            self.colocar()

    def colocar(self) -> str:
        """Comprueba la suma y renombra a su sitio; devuelve la suma. Lo que no cuadra se borra."""
        suma = sha256_de(self.parcial)
        if self.archivo.sha256 not in (None, suma):
            self.parcial.unlink()
            self._nota.unlink(missing_ok=True)
            raise ModeloAlterado(
                f"Lo bajado para {self.modelo.id}/{self.archivo.ruta} no tiene la suma del manifiesto: "
                "se descartó.",
                "Repita la orden; si se repite, el paquete de origen cambió y no debe usarse.",
            )
        _abrir_permisos(self.destino.parent, self.carpeta)
        self.parcial.chmod(0o644)
        self.parcial.replace(self.destino)
        self._nota.unlink(missing_ok=True)
        return suma


def _esta_bien(almacen: Almacen, modelo: Modelo, archivo: Archivo, carpeta: Path) -> bool:
    """Si ese archivo ya está en su sitio con su suma (los que no la traen se bajan de nuevo)."""
    destino = carpeta / modelo.id / archivo.ruta
    return (
        archivo.sha256 is not None
        and destino.is_file()
        and archivo.bytes in (None, destino.stat().st_size)
        and almacen.suma(carpeta, destino) == archivo.sha256
    )


def _aprovechar_paquete(carpeta: Path, plan: Plan, paquete: Paquete, vista: Vista) -> None:
    """Baja un paquete, saca de él todo lo que haga falta y lo borra."""
    paso = _paso(carpeta)
    vista.archivo(f"{paquete.nombre} {paquete.version}", paquete.bytes)
    try:
        bajado = bajar_paquete(paquete, paso, vista.avanza)
        for modelo, archivo in plan.pendientes:
            if paquete in modelo.paquetes:
                Obra(carpeta, modelo, archivo).pegar(paquete, bajado)
    finally:
        shutil.rmtree(paso, ignore_errors=True)
    vista.termina()


def _instalar_del_hub(carpeta: Path, modelo: Modelo, archivo: Archivo, vista: Vista) -> None:
    """Baja un archivo de la revisión del modelo, lo comprueba y anota su procedencia."""
    paso = carpeta / DESCARGA / "hub" / modelo.id  # se conserva si se interrumpe: la descarga se continúa
    vista.archivo(f"{modelo.id}/{archivo.ruta}", archivo.bytes or 0)
    bajado, etag = bajar_del_hub(modelo, archivo, paso, vista.avanza)
    if archivo.sha256 is None and not _es_el_anunciado(bajado, etag):
        bajado.unlink()
        raise ModeloAlterado(
            f"Lo bajado para {modelo.id}/{archivo.ruta} no es lo que anuncia su repositorio: se descartó.",
            "Repita la orden.",
        )
    obra = Obra(carpeta, modelo, archivo)
    obra.parcial.parent.mkdir(parents=True, exist_ok=True)
    bajado.replace(obra.parcial)
    suma = obra.colocar()
    if modelo.verificacion == "revision":
        _anotar_procedencia(carpeta, modelo, archivo, suma)
    vista.termina()


def _es_el_anunciado(archivo: Path, etag: str) -> bool:
    """Si el contenido es el del etag: sha256, o el sha1 con que git nombra los archivos pequeños."""
    if len(etag) == 64:
        return sha256_de(archivo) == etag
    git = hashlib.sha1(f"blob {archivo.stat().st_size}\0".encode(), usedforsecurity=False)
    git.update(archivo.read_bytes())
    return git.hexdigest() == etag


def _anotar_procedencia(carpeta: Path, modelo: Modelo, archivo: Archivo, suma: str) -> None:
    ficha = carpeta / modelo.id / PROCEDENCIA
    datos: dict[str, object] = {"repositorio": modelo.repositorio, "revision": modelo.revision}
    try:
        previa = json.loads(ficha.read_text("utf-8"))
        sumas = previa["sumas"] if previa["revision"] == modelo.revision else {}
    except (OSError, ValueError, KeyError, TypeError):
        sumas = {}
    _escribir(ficha, json.dumps({**datos, "sumas": {**sumas, archivo.ruta: suma}}, indent=1))


def _exigir_espacio(carpeta: Path, plan: Plan) -> None:
    libre = shutil.disk_usage(carpeta).free + _ocupado(carpeta / DESCARGA)
    if libre < plan.disco:
        raise ModelosFaltan(
            f"No caben los modelos en {carpeta}: hacen falta {plan.disco / 1e9:.1f} GB "
            f"y hay {libre / 1e9:.1f} GB libres.",
            "Libere espacio o elija otra carpeta con SCRIBE_MODELOS.",
        )


@contextmanager
def _candado(carpeta: Path, vista: Vista) -> Iterator[None]:
    """Una sola instalación a la vez por carpeta; la segunda espera y lo dice."""
    candado = FileLock(carpeta / ".candado", mode=0o644)
    try:
        candado.acquire(timeout=0.5)
    except Timeout:
        vista.aviso("Otra instalación está en curso en esta carpeta; se espera a que termine.")
        candado.acquire()
    try:
        yield
    finally:
        candado.release()


def _paso(carpeta: Path) -> Path:
    paso = carpeta / DESCARGA / "paquete"
    shutil.rmtree(paso, ignore_errors=True)
    paso.mkdir(parents=True)
    return paso


def _abrir_permisos(carpeta: Path, raiz: Path) -> None:
    """Crea la carpeta y deja que los demás usuarios del equipo la lean, sea cual sea la máscara."""
    carpeta.mkdir(parents=True, exist_ok=True)
    for nivel in (carpeta, *carpeta.parents):
        nivel.chmod(nivel.stat().st_mode | 0o055)
        if nivel == raiz:
            break


def _escribir(archivo: Path, texto: str) -> None:
    temporal = archivo.with_name(archivo.name + ".tmp")
    temporal.write_text(texto, "utf-8")
    temporal.chmod(0o644)
    temporal.replace(archivo)


def _ocupado(carpeta: Path) -> int:
    return sum(p.stat().st_size for p in carpeta.rglob("*.parcial")) if carpeta.is_dir() else 0
