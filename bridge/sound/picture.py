"""Draws the spectrogram of a sound once, for everything that looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bridge.audio import Audio

Floats = NDArray[np.float32]

WINDOW = 0.0232
"""Seconds of a frame: 43 Hz, short enough to see a hit and long enough to tell a hat from a snare."""
HOP = 0.0058
CANCELS = 0.01
"""Share of their power that the mean of the channels keeps at least; else they cancel each other."""
LOWEST, HIGHEST = 30.0, 20_000.0
BANDS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Holds a sound as power over time and frequency.

    `wave` is what was looked at, one channel, float32 `(frames,)`. `power` has the shape
    `(columns, bins)`; column k is centred on frame `k · hop`. `mel` is the same in `BANDS` mel bands from `LOWEST` to
    `HIGHEST` Hz, each the sum of its power; bands over half the sample rate are empty.
    """

    wave: Floats
    sample_rate: int
    hop: int
    window: int
    power: Floats
    mel: Floats

    @property
    def frequencies(self) -> Floats:
        """Returns the frequency of every bin in Hz."""
        return np.fft.rfftfreq(self.window, 1 / self.sample_rate).astype(np.float32)

    @property
    def centres(self) -> Floats:
        """Returns the middle frequency of every mel band in Hz."""
        return _CENTRES

    @property
    def step(self) -> float:
        """Returns the seconds from one column to the next."""
        return float(self.hop / self.sample_rate)


def one_channel(audio: Audio) -> Floats:
    """Returns the mean of the channels, float32 `(frames,)`; the loudest one where they cancel each other."""
    if audio.channels == 1:
        return np.ascontiguousarray(audio.samples[:, 0])
    wave: Floats = audio.samples @ np.full(audio.channels, 1 / audio.channels, dtype=np.float32)
    if float(wave @ wave) < CANCELS * power_of(audio.samples):
        wave = max(
            (np.ascontiguousarray(channel) for channel in audio.samples.T), key=lambda channel: channel @ channel
        )
    return wave


def power_of(samples: Floats) -> float:
    """Returns the sum of all squares of a sound over its channels, divided by their number."""
    flat = samples.ravel()
    return float(flat @ flat) / int(samples.shape[1])


def picture(audio: Audio) -> Picture:
    """Returns the picture of a sound with at least one frame and finite values."""
    return picture_of(one_channel(audio), audio.sample_rate)


def picture_of(wave: Floats, sample_rate: int) -> Picture:
    """Returns the picture of one channel, float32 `(frames,)`."""
    window = fft.next_fast_len(max(16, round(WINDOW * sample_rate)), real=True)
    window += window % 2
    hop = max(1, round(HOP * sample_rate))
    padded = np.concatenate([np.zeros(window // 2, np.float32), wave, np.zeros(window // 2, np.float32)])
    columns = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    spectra = fft.rfft(columns * hann(window), axis=1)
    power = np.square(spectra.real) + np.square(spectra.imag)
    power *= np.float32(4 / window**2)
    power[:, 0] = 0.0  # an offset is no sound
    mel = power @ _mel(window, sample_rate)
    return Picture(wave=wave, sample_rate=sample_rate, hop=hop, window=window, power=power, mel=mel)


@lru_cache(maxsize=8)
def hann(window: int) -> Floats:
    """Returns half a period of a raised cosine, shape `(window,)`, of which four overlapping ones add up to a
    constant."""
    return np.hanning(window + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=8)
def _mel(window: int, sample_rate: int) -> Floats:
    """Returns the weights of `(bins, BANDS)`: triangles on the mel scale (2595·log₁₀(1 + f/700)) that sum to one."""
    frequencies = np.fft.rfftfreq(window, 1 / sample_rate)
    edges = np.linspace(_mels(LOWEST), _mels(HIGHEST), BANDS + 2)
    places = _mels(np.maximum(frequencies, LOWEST))[:, None]
    rising = (places - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - places) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _mels(frequency: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + np.asarray(frequency) / 700))


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mels / 2595) - 1))


_CENTRES = _hertz(np.linspace(_mels(LOWEST), _mels(HIGHEST), BANDS + 2)[1:-1]).astype(np.float32)
