"""A sample to put on keys, and sounds for the formats that carry them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.domain.sample import Analysis, Sample
from bridge.sound.codec import to_pcm24
from bridge.sound.wav import wav_bytes


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    def make(root: int | None = 60, cents: float = 0.0, **changes: object) -> Sample:
        analysis = Analysis(
            root=root, cents=cents, confidence=0.9, seconds=0.5, peak=-1.0, channels=1, sample_rate=44_100
        )
        values: dict[str, object] = {
            "id": "s-abcdefghijkl", "job": "j-abcdefghijkl", "take": "t-abcdefghijkl", "pad": "keys",
            "pad_note": None, "family": "pluck", "mapping": "keys", "prompt": "a pluck",
            "path": "samples/keys/keys_a-pluck_C_060_s-abcdefghijkl.wav", "sha256": "0" * 64, "created": 0.0,
        }
        return Sample(analysis=analysis, **{**values, **changes})

    return make


class ToneSounds:
    """Gives sounds that need no library: by their paths, mono or stereo tones of a second (implements `Sounds`)."""

    def __init__(self, audio: dict[str, Audio] | None = None, sample_rate: int = 44_100) -> None:
        self._audio = audio or {}
        self._plain = Audio.of(0.5 * np.sin(np.arange(sample_rate) / 9), sample_rate)
        self._wavs: dict[int, bytes] = {}

    def audio(self, path: str) -> Audio:
        return self._audio.get(path, self._plain)

    def wav(self, path: str) -> bytes:
        audio = self.audio(path)
        if id(audio) not in self._wavs:
            pcm = to_pcm24(audio)
            self._wavs[id(audio)] = wav_bytes(pcm, sample_rate=audio.sample_rate, channels=audio.channels)
        return self._wavs[id(audio)]


@pytest.fixture(scope="session")
def tone_sounds() -> type[ToneSounds]:
    return ToneSounds
