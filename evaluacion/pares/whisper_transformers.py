"""Whisper con la implementación de `transformers`: la referencia en PyTorch, fp32 y búsqueda voraz.

Sin pesos propios, usa los del perfil: los del modelo de CTranslate2 (fp16) se renombran al vuelo
(`evaluacion.pesos_ct2`), así que la comparación es del mismo modelo con otro motor. Con
`SCRIBE_PAR_WHISPER_TRANSFORMERS` se da en su lugar una carpeta con un modelo de Hugging Face.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import SEMILLA, Par, Reloj, importar, senal_de, sin_hablantes
from evaluacion.pesos_ct2 import Pesos, de_transformers, leer
from evaluacion.salida import Costo, Salida
from scribe.consulta import HERCIOS, Senal

VARIABLE = "SCRIBE_PAR_WHISPER_TRANSFORMERS"

_TRANSCRIBE, _TRADUCE, _PREVIO, _SIN_TIEMPOS, _INICIO = (
    "<|transcribe|>", "<|translate|>", "<|startofprev|>", "<|notimestamps|>", "<|startoftranscript|>"
)  # fmt: skip


class WhisperTransformers(Par):
    """`WhisperForConditionalGeneration.generate` en su modo de audio largo, con sus valores de fábrica."""

    nombre = "whisper-transformers"
    titulo = "Whisper con transformers"
    tareas: tuple[Tarea, ...] = ("asr",)
    paquetes = ("transformers", "torch")

    def __init__(self) -> None:
        super().__init__()
        self._red: Any = None
        self._rasgos: Any = None
        self._fichas: Any = None

    @property
    def funciones(self) -> tuple[str, ...]:  # type: ignore[override]
        """El modelo del perfil, salvo que se dé otro."""
        return () if self._aparte() else ("asr",)

    def falta(self) -> str | None:
        """Además de lo común, que la carpeta dada tenga un modelo."""
        aparte = self._aparte()
        if aparte and not (aparte / "config.json").is_file():
            return f"{VARIABLE} no apunta a una carpeta con un modelo de Whisper (falta config.json)."
        return super().falta()

    def identidad(self) -> dict[str, str]:
        """Si el modelo es aparte, su carpeta y el tamaño de sus pesos."""
        datos, aparte = super().identidad(), self._aparte()
        if aparte:
            pesos = sorted(a for a in aparte.glob("*") if a.suffix in (".safetensors", ".bin"))
            datos["modelo"] = ", ".join(f"{a.name} ({a.stat().st_size} B)" for a in pesos) or "sin pesos"
        return datos

    def cargar(self, tarea: Tarea) -> None:
        """Carga la red, el extractor de rasgos y el vocabulario, sin red."""
        transformers = importar("transformers")
        transformers.utils.logging.set_verbosity_error()
        if aparte := self._aparte():
            red = transformers.WhisperForConditionalGeneration
            self._red = red.from_pretrained(aparte, local_files_only=True)
            procesador = transformers.WhisperProcessor.from_pretrained(aparte, local_files_only=True)
            self._rasgos, self._fichas = procesador.feature_extractor, procesador.tokenizer
        else:
            self._red, self._rasgos, self._fichas = _del_perfil(self.carpeta("asr"))
        self._red.eval()

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """El texto del audio en un solo turno."""
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        with reloj.etapa("asr"):
            texto = self._transcribir(senal, caso.idioma)
        return Salida(
            caso=caso.id,
            transcripcion=sin_hablantes(caso, [(0.0, len(senal) / HERCIOS, texto)]),
            costo=Costo(etapas=reloj.etapas),
        )

    def _transcribir(self, senal: Senal, idioma: str) -> str:
        import torch

        torch.manual_seed(SEMILLA)
        # Sin truncar y con máscara: así reconoce que el audio es largo y avanza por ventanas de 30 s.
        largo = len(senal) > 30 * HERCIOS
        entrada = self._rasgos(
            senal, sampling_rate=HERCIOS, return_tensors="pt", return_attention_mask=True,
            **({"truncation": False, "padding": "longest"} if largo else {}),
        )  # fmt: skip
        with torch.inference_mode():
            fichas = self._red.generate(
                entrada.input_features,
                attention_mask=entrada.attention_mask,
                language=idioma,
                task="transcribe",
                return_timestamps=True,
            )
        texto: str = self._fichas.batch_decode(fichas, skip_special_tokens=True)[0]
        return texto

    @staticmethod
    def _aparte() -> Path | None:
        ruta = os.environ.get(VARIABLE)
        return Path(ruta).expanduser() if ruta else None


def _del_perfil(carpeta: Path) -> tuple[Any, Any, Any]:
    """Red, extractor y vocabulario de un modelo Whisper de CTranslate2."""
    import torch

    transformers = importar("transformers")
    crudos = leer(carpeta / "model.bin")
    pesos = de_transformers(crudos)
    fichas = transformers.WhisperTokenizerFast(tokenizer_file=str(carpeta / "tokenizer.json"))
    ajustes = json.loads((carpeta / "config.json").read_text("utf-8"))
    red = transformers.WhisperForConditionalGeneration(_forma(crudos, pesos, fichas))
    red.load_state_dict({nombre: torch.from_numpy(valor) for nombre, valor in pesos.items()})
    red.generation_config = _generacion(ajustes, fichas)
    rasgos = transformers.WhisperFeatureExtractor(feature_size=red.config.num_mel_bins)
    return red, rasgos, fichas


def _forma(crudos: Pesos, pesos: Pesos, fichas: Any) -> Any:
    """La configuración de la red, deducida de las medidas de sus matrices."""
    ancho, bandas, _ = pesos["model.encoder.conv1.weight"].shape
    capas = {
        lado: sum(f"model.{lado}.layers.{n}.fc1.weight" in pesos for n in range(64))
        for lado in ("encoder", "decoder")
    }
    fin = fichas.convert_tokens_to_ids("<|endoftext|>")
    return importar("transformers").WhisperConfig(
        vocab_size=len(pesos["proj_out.weight"]),
        num_mel_bins=bandas,
        d_model=ancho,
        encoder_layers=capas["encoder"],
        decoder_layers=capas["decoder"],
        encoder_attention_heads=int(crudos["encoder/num_heads"]),
        decoder_attention_heads=int(crudos["decoder/num_heads"]),
        encoder_ffn_dim=len(pesos["model.encoder.layers.0.fc1.bias"]),
        decoder_ffn_dim=len(pesos["model.decoder.layers.0.fc1.bias"]),
        max_target_positions=len(pesos["model.decoder.embed_positions.weight"]),
        bos_token_id=fin,
        eos_token_id=fin,
        pad_token_id=fin,
        decoder_start_token_id=fichas.convert_tokens_to_ids(_INICIO),
    )


def _generacion(ajustes: dict[str, Any], fichas: Any) -> Any:
    """La configuración de generación que publica OpenAI, con los números de este vocabulario."""
    de = fichas.convert_tokens_to_ids
    fin = de("<|endoftext|>")
    idiomas = {f: de(f) for f in fichas.convert_ids_to_tokens(ajustes["lang_ids"])}
    return importar("transformers").GenerationConfig(
        alignment_heads=ajustes["alignment_heads"],
        begin_suppress_tokens=ajustes["suppress_ids_begin"],
        suppress_tokens=ajustes["suppress_ids"],
        bos_token_id=fin,
        eos_token_id=fin,
        pad_token_id=fin,
        decoder_start_token_id=de(_INICIO),
        prev_sot_token_id=de(_PREVIO),
        no_timestamps_token_id=de(_SIN_TIEMPOS),
        is_multilingual=True,
        lang_to_id=idiomas,
        task_to_id={"transcribe": de(_TRANSCRIBE), "translate": de(_TRADUCE)},
        max_initial_timestamp_index=50,
        max_length=448,
        return_timestamps=False,
    )


SISTEMAS = (WhisperTransformers(),)
