"""Contraseñas: política, segunda contraseña, bloqueo, TOTP y primer arranque."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scribe.expediente import claves_paso as cp
from scribe.expediente.errores_seguridad import ClaveDePasoRechazada

POLITICA = cp.PoliticaDeClaves()
BUENA = "Nopal7-bicicleta-Lluvia"
FIRMA = "Tornillo-jacaranda-4-Sol"
AHORA = datetime(2026, 3, 5, 10, 30, tzinfo=UTC)


def reglas(clave: str, **mas: object) -> set[str]:
    return {d.regla for d in cp.revisar_clave(clave, POLITICA, **mas)}  # type: ignore[arg-type]


def test_una_buena_pasa_y_se_guarda_con_argon2id() -> None:
    resumen = cp.exigir_clave(BUENA, POLITICA)
    assert resumen.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert BUENA not in resumen
    assert cp.comprobar(resumen, BUENA)
    assert not cp.comprobar(resumen, BUENA + " ")
    assert not cp.comprobar(resumen, BUENA.lower())
    assert not cp.conviene_rehacer(resumen)
    assert resumen != cp.resumir(BUENA)


def test_la_tilde_compuesta_o_suelta_es_la_misma() -> None:
    assert cp.comprobar(cp.resumir("Jamo\u0301n-Serrano-9-Luna"), "Jam\u00f3n-Serrano-9-Luna")


@pytest.mark.parametrize(
    ("clave", "regla"),
    [
        ("Corta1A", "corta"),
        ("nopal-bicicleta-lluvia", "composicion"),
        ("NOPAL7-BICICLETA-LLUVIA", "composicion"),
        ("Nopal-Bicicleta-Lluvia", "composicion"),
        ("Contraseña2026", "adivinable"),
        ("Consultorio2026", "adivinable"),
        ("Password1234", "adivinable"),
        ("Qwertyuiop123", "adivinable"),
        ("Aa1111111111111", "adivinable"),
        ("a" * 129, "larga"),
    ],
)
def test_rechazos(clave: str, regla: str) -> None:
    assert regla in reglas(clave)


def test_no_lleva_el_nombre_ni_el_usuario() -> None:
    propios = ("Ana María Gómez", "agomez77")
    assert "propia" in reglas("Xk9-GOMEZ-trueno-Verde", propios=propios)
    assert "propia" in reglas("Xk9-agomez77-trueno-Verde", propios=propios)
    assert not reglas("Xk9-Nube-trueno-Verde", propios=propios)


def test_la_composicion_es_un_ajuste_pero_lo_demas_no_se_afloja() -> None:
    libre = cp.PoliticaDeClaves(composicion=False)
    assert not cp.revisar_clave("nopal bicicleta lluvia jueves", libre)
    for flojo in ({"intentos": 4}, {"usuario_minimo": 6}, {"largo_minimo": 7}, {"puntaje_minimo": 0}):
        with pytest.raises(ValidationError):
            cp.PoliticaDeClaves(**flojo)  # type: ignore[arg-type]


def test_la_de_firmar_es_otra() -> None:
    entrada = cp.resumir(BUENA)
    for igual in (BUENA, BUENA.swapcase()):
        assert "igual" in reglas(igual, otra=entrada)
    assert "igual" in reglas(BUENA + "1", otra=BUENA)
    assert "igual" in reglas(BUENA.replace("N", "M"), otra=BUENA)
    assert not reglas(FIRMA, otra=entrada)
    assert not reglas(FIRMA, otra=BUENA)


def test_el_error_dice_todo_y_no_repite_la_clave() -> None:
    with pytest.raises(ClaveDePasoRechazada) as error:
        cp.exigir_clave("hola", POLITICA)
    assert "hola" not in str(error.value)
    assert "12 caracteres" in str(error.value)
    assert "números y mayúsculas" in str(error.value)


@pytest.mark.parametrize("usuario", ["abcdef", "drañez77", "con espacio", "a/b/c/d/e"])
def test_usuarios_rechazados(usuario: str) -> None:
    assert cp.revisar_usuario(usuario, POLITICA)


def test_usuario_bueno() -> None:
    assert not cp.revisar_usuario("agomez.7", POLITICA)


def test_sin_usuario_tarda_y_dice_no(monkeypatch: pytest.MonkeyPatch) -> None:
    vistos: list[str] = []
    real = cp._HASHER.verify

    class Espia:
        hash = staticmethod(cp._HASHER.hash)

        def verify(self, resumen: str, clave: str) -> bool:
            vistos.append(resumen)
            return real(resumen, clave)

    monkeypatch.setattr(cp, "_HASHER", Espia())
    assert not cp.comprobar(None, BUENA)
    assert len(vistos) == 1
    assert vistos[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("resumen", ["", "x", "$argon2id$", "$2b$12$abc", BUENA])
def test_un_resumen_roto_nunca_deja_pasar(resumen: str) -> None:
    assert not cp.comprobar(resumen, BUENA)
    assert not cp.comprobar(resumen, resumen)


# --- Bloqueo --------------------------------------------------------------------------------------


def test_bloquea_al_tercero() -> None:
    estado = cp.EstadoDeAcceso()
    for vez in range(3):
        assert not estado.esta_bloqueado(POLITICA, AHORA), vez
        estado = estado.tras_fallo(POLITICA, AHORA)
    assert estado.esta_bloqueado(POLITICA, AHORA + timedelta(days=900))
    assert estado.tras_acierto().esta_bloqueado(POLITICA, AHORA)


def test_acertar_antes_borra_la_cuenta() -> None:
    estado = cp.EstadoDeAcceso().tras_fallo(POLITICA, AHORA).tras_fallo(POLITICA, AHORA).tras_acierto()
    assert estado == cp.EstadoDeAcceso()


def test_con_plazo_se_desbloquea_y_el_reloj_atrasado_no() -> None:
    politica = cp.PoliticaDeClaves(desbloqueo_min=10)
    estado = cp.EstadoDeAcceso(fallos=3, bloqueado=AHORA)
    assert estado.esta_bloqueado(politica, AHORA - timedelta(days=1))
    assert estado.esta_bloqueado(politica, AHORA + timedelta(minutes=9))
    assert not estado.esta_bloqueado(politica, AHORA + timedelta(minutes=10))
    assert estado.vigente(politica, AHORA + timedelta(minutes=10)) == cp.EstadoDeAcceso()


@given(st.lists(st.booleans(), max_size=30))
def test_nunca_hay_tres_fallos_seguidos_sin_bloqueo(intentos: list[bool]) -> None:
    estado, seguidos, bloqueado = cp.EstadoDeAcceso(), 0, False
    for acierto in intentos:
        estado = estado.tras_acierto() if acierto else estado.tras_fallo(POLITICA, AHORA)
        seguidos = 0 if acierto else seguidos + 1
        bloqueado = bloqueado or seguidos >= 3
        assert estado.esta_bloqueado(POLITICA, AHORA) is bloqueado


# --- TOTP y primer arranque -------------------------------------------------------------------------


def test_totp_vale_una_vez() -> None:
    secreto = cp.nuevo_totp()
    codigo = pyotp.TOTP(secreto).at(AHORA)
    usado = cp.comprobar_totp(secreto, codigo, AHORA, None)
    assert usado is not None
    assert cp.comprobar_totp(secreto, codigo, AHORA, usado) is None
    assert cp.comprobar_totp(secreto, codigo, AHORA + timedelta(seconds=29), None) == usado
    assert cp.comprobar_totp(secreto, codigo, AHORA + timedelta(seconds=90), None) is None


@pytest.mark.parametrize("codigo", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"])
def test_totp_raro(codigo: str) -> None:
    assert cp.comprobar_totp(cp.nuevo_totp(), codigo, AHORA, None) is None


def test_enlace_totp() -> None:
    assert cp.enlace_totp(cp.nuevo_totp(), "agomez.7", "Norte").startswith("otpauth://totp/Scribe%20Norte")


def test_token_de_arranque_una_vez_y_a_tiempo() -> None:
    token, guardado = cp.TokenDeArranque.nuevo(AHORA)
    assert token not in repr(guardado)
    assert guardado.gastar(token + "x", AHORA) is None
    assert guardado.gastar(token, AHORA + timedelta(minutes=30)) is None
    usado = guardado.gastar(token, AHORA)
    assert usado is not None
    assert usado.gastar(token, AHORA) is None
    assert cp.TokenDeArranque.nuevo(AHORA)[0] != token


def test_una_contrasena_vacia_se_rechaza_como_las_demas() -> None:
    assert {"corta", "adivinable"} <= reglas("") and cp.puntaje("") == 0
