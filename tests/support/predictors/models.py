"""Predictors for real Cog servers: each mimics the inputs and the shape of the answer of a model of the catalogue.

They make short sounds with a clear pitch and attack, so that what comes out of the bridge can be measured. They run in
the server's own environment (cog, numpy, soundfile), so nothing of the bridge is imported here.
"""

import os
import re
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
    """Does what a prompt tells a server under test.

    `wait 60`: works so many seconds. `meet FOLDER`: works until another server is there too. `fail`: raises. `crash`:
    ends the process of the model; `crash once FOLDER` only that of the first that comes.
    """
    if told := re.search(r"wait (\d+)", prompt):
        end = time.time() + int(told[1])
        while time.time() < end:
            time.sleep(0.05)
    if told := re.search(r"meet (\S+)", prompt):
        with open(os.path.join(told[1], str(os.getpid())), "w"):
            pass
        end = time.time() + 60
        while len(os.listdir(told[1])) < 2 and time.time() < end:
            time.sleep(0.02)
        if len(os.listdir(told[1])) < 2:
            raise ValueError("nobody came")
    if "fail" in prompt:
        raise ValueError("requested failure")
    if told := re.search(r"crash once (\S+)", prompt):
        try:
            os.mkdir(os.path.join(told[1], "crashed"))
        except FileExistsError:
            return
    if "crash" in prompt:
        os._exit(9)


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
        model_version: str = Input(
            default="stereo-melody-large", choices=["stereo-melody-large", "stereo-large", "melody-large", "large"]
        ),
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


class StableAudio3(BasePredictor):
    def predict(
        self,
        prompt: str = Input(description="words"),
        negative_prompt: str = Input(default=""),
        duration: float = Input(default=30, ge=1, le=380),
        steps: int = Input(default=8, ge=4, le=50),
        cfg_scale: float = Input(default=1, ge=0.5, le=15),
        seed: int = Input(default=-1),
        init_audio: Optional[Path] = Input(default=None),
        init_noise_level: float = Input(default=0.9, le=1),
        inpaint_audio: Optional[Path] = Input(default=None),
        inpaint_start_seconds: float = Input(default=0),
        inpaint_end_seconds: float = Input(default=0),
        output_format: str = Input(default="wav"),
    ) -> Path:
        behave(prompt)
        return written(tone(duration, 44_100, 2), 44_100, "PCM_24")


class Several(BasePredictor):
    """Stands for models with few inputs and tells by these which it is.

    `prompt_a`: riffusion, a picture and nothing beside the sound. No length: lyria, half a minute at 48 kHz, nested.
    `output_format`: audiogen, 16 kHz mono. `steps`: tangoflux. Else stable-audio-2.5, MP3.
    """

    def predict(
        self,
        prompt: Optional[str] = Input(default=None),
        negative_prompt: Optional[str] = Input(default=None),
        duration: Optional[float] = Input(default=None, ge=1, le=190),
        steps: Optional[int] = Input(default=None, ge=1, le=200),
        output_format: Optional[str] = Input(default=None),
        seed: Optional[int] = Input(default=None),
        images: List[Path] = Input(default=[]),
        prompt_a: Optional[str] = Input(default=None),
        num_inference_steps: Optional[int] = Input(default=None, ge=1),
    ) -> Any:
        behave(prompt or prompt_a or "")
        if prompt_a is not None:
            return {"audio": written(tone(5.0, 44_100, 1), 44_100), "spectrogram": picture(), "error": None}
        if duration is None:
            return [[written(tone(30.0, 48_000, 2), 48_000)]]
        if output_format is not None:
            return written(tone(duration, 16_000, 1), 16_000)
        if steps is not None:
            return [picture(), written(tone(duration, 44_100, 2), 44_100)]
        return written(tone(duration, 44_100, 2), 44_100, ending="mp3")


class SlowlyLoading(StableAudioOpen):
    def setup(self) -> None:
        time.sleep(2.0)


class NeverLoading(StableAudioOpen):
    def setup(self) -> None:
        raise RuntimeError("no weights here")


class Chat(BasePredictor):
    def predict(
        self,
        prompt: Optional[str] = Input(default=None),
        system_prompt: Optional[str] = Input(default=None),
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
