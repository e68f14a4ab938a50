"""Predictors for real Cog servers: each mimics the inputs and the shape of the answer of a model of the catalogue.

They make short sounds with a clear pitch and attack, so that what comes out of the bridge can be measured. They run in
the server's own environment (cog, numpy, soundfile), so nothing of the bridge is imported here.
"""

import os
import tempfile
import time
from typing import Any, List, Optional

import numpy as np
import soundfile
from cog import BaseModel, BasePredictor, ConcatenateIterator, Input, Path


def tone(seconds: float, rate: int, channels: int, hertz: float = 220.0, fall: float = 4.0) -> np.ndarray:
    """Returns a struck tone of full level: attack at once, exponential decay."""
    at = np.arange(int(seconds * rate)) / rate
    mono = 0.9 * np.sin(2 * np.pi * hertz * at) * np.exp(-at * fall)
    return np.repeat(mono[:, None], channels, axis=1).astype(np.float32)


def written(frames: np.ndarray, rate: int, subtype: str = "PCM_16", ending: str = "wav") -> Path:
    path = os.path.join(tempfile.mkdtemp(), f"output.{ending}")
    if ending == "mp3":
        soundfile.write(path, frames, rate, format="MP3")
    else:
        soundfile.write(path, frames, rate, subtype=subtype)
    return Path(path)


def picture() -> Path:
    path = os.path.join(tempfile.mkdtemp(), "melspectrogram.png")
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    return Path(path)


def behave(prompt: str) -> None:
    """Does what a prompt tells a server under test: takes its time, fails, or dies."""
    if "slow" in prompt:
        time.sleep(1.5)
    if "fail" in prompt:
        raise ValueError("requested failure")
    if "die" in prompt:
        os.kill(os.getppid(), 9)


class Looper(BasePredictor):
    class Output(BaseModel):
        variation_01: Path
        variation_02: Optional[Path]
        variation_03: Optional[Path]

    def predict(
        self,
        prompt: str = Input(description="words"),
        bpm: float = Input(default=140, ge=40, le=300),
        variations: int = Input(default=4, ge=1, le=20),
        max_duration: int = Input(default=8, ge=2, le=20),
        output_format: str = Input(default="wav", choices=["wav", "mp3"]),
        seed: int = Input(default=-1),
    ) -> Output:
        behave(prompt)
        beat = 60.0 / bpm
        bar = np.concatenate([tone(beat, 32_000, 1, 110.0 * (1 + i), fall=6.0) for i in range(4)])
        loops = [written(bar, 32_000) for _ in range(min(variations, 3))] + [None] * 3
        return Looper.Output(variation_01=loops[0], variation_02=loops[1], variation_03=loops[2])


class FluxMusic(BasePredictor):
    class Output(BaseModel):
        wav: Path
        melspectrogram: Optional[Path]

    def predict(
        self,
        prompt: str = Input(default="epic"),
        negative_prompt: str = Input(default="low quality, gentle"),
        guidance_scale: float = Input(default=7, ge=0, le=20),
        steps: int = Input(default=50, ge=1, le=200),
        save_spectrogram: bool = Input(default=False),
        seed: Optional[int] = Input(default=None),
    ) -> Any:
        behave(prompt)
        return FluxMusic.Output(wav=written(tone(10.24, 16_000, 1), 16_000, "FLOAT"), melspectrogram=picture())


class StableAudioOpen(BasePredictor):
    def predict(
        self,
        prompt: str = Input(description="words"),
        negative_prompt: str = Input(default=""),
        seconds_start: int = Input(default=0),
        seconds_total: int = Input(default=8, le=47),
        cfg_scale: float = Input(default=6),
        steps: int = Input(default=100),
        seed: int = Input(default=-1),
        batch_size: int = Input(default=1),
    ) -> Path:
        behave(prompt)
        one = [tone(seconds_total + 1, 44_100, 2, 220.0 * (1 + number)) for number in range(batch_size)]
        return written(np.concatenate(one), 44_100)


class Musicgen(BasePredictor):
    def predict(
        self,
        prompt: Optional[str] = Input(default=None),
        input_audio: Optional[Path] = Input(default=None),
        duration: int = Input(default=8),
        continuation: bool = Input(default=False),
        continuation_start: int = Input(default=0, ge=0),
        continuation_end: Optional[int] = Input(default=None),
        multi_band_diffusion: bool = Input(default=False),
        normalization_strategy: str = Input(default="loudness", choices=["loudness", "clip", "peak", "rms"]),
        top_k: int = Input(default=250),
        top_p: float = Input(default=0),
        temperature: float = Input(default=1),
        classifier_free_guidance: int = Input(default=3),
        output_format: str = Input(default="wav", choices=["wav", "mp3"]),
        seed: Optional[int] = Input(default=None),
    ) -> Path:
        behave(prompt or "")
        hertz = 220.0
        if input_audio is not None:
            heard, rate = soundfile.read(str(input_audio), always_2d=True)
            spectrum = np.abs(np.fft.rfft(heard[:, 0]))
            hertz = float(np.argmax(spectrum) * rate / len(heard))  # it follows the tune
        return written(tone(duration, 32_000, 2, hertz), 32_000, ending=output_format)


class Tango(BasePredictor):
    """Of the models that forget their seed and take a length: also audiogen and stable-audio-2.5."""

    def predict(
        self,
        prompt: str = Input(description="words"),
        duration: float = Input(default=10, ge=1, le=30),
        output_format: str = Input(default="wav"),
        seed: Optional[int] = Input(default=None),
    ) -> List[Path]:
        behave(prompt)
        return [picture(), written(tone(duration, 44_100, 1), 44_100)]


class Chat(BasePredictor):
    def predict(
        self,
        prompt: str = Input(default=None),
        system_prompt: str = Input(default=None),
        image_input: List[Path] = Input(default=[]),
        temperature: float = Input(default=1, ge=0, le=2),
        max_completion_tokens: int = Input(default=4096),
    ) -> ConcatenateIterator[str]:
        behave(prompt or "")
        if image_input:
            yield from ('{"source": "a temple bell', '", "action": "struck with wood", "decay": "long, shimmering",',
                        ' "space": "stone hall"}')
        else:
            yield from ("deep temple bell, ", "struck with wood, long shimmering decay")
