"""Says how alike two sounds are, from a fingerprint of 432 bytes each, and whether they are the same recording.

The fingerprint is the small picture of the features less what all sounds have in common, scaled to length 1. Sounds
whose fingerprints nearly agree need not be the same: only their waves, laid over each other, decide that.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bridge.audio import Audio
from bridge.sound.features import Features
from bridge.sound.likeness import likeness, likenesses
from bridge.sound.picture import one_channel
from bridge.sound.recognise import WEIGHTS

SUSPECT = 0.97
"""Likeness from which two fingerprints may be of one recording. Measured: a recording and its copy with another
level, start,
tone or 20 cents lies above in nine of ten cases, and so does the nearest other sound of a kit."""
SAME = 0.98
"""Correlation of the waves from which it is."""
COMPARED = 1.0
"""Seconds of wave that are compared."""
SHIFT = 0.010
"""Seconds by which one may start later."""
PIECE = 4096
"""Frames of the loudest piece, which alone rules out most others."""
STEPS = 127


def fingerprint(heard: Features) -> bytes:
    """Returns the fingerprint of a sound: one signed byte for each of the 432 fields of its picture."""
    apart = heard.patch - _common()
    length = float(np.sqrt(apart @ apart))
    steps = np.rint(apart * (STEPS / max(float(np.abs(apart).max()), 1e-9))) if length > 0 else apart
    return steps.astype(np.int8).tobytes()


def same_recording(one: Audio, other: Audio) -> bool:
    """Tells whether two sounds are one recording, whatever their level and whichever starts up to 10 ms later.

    Their rates must agree: two of different rates are never the same.
    """
    if one.sample_rate != other.sample_rate:
        return False
    return agreement(one, other) >= SAME


def agreement(one: Audio, other: Audio) -> float:
    """Returns the correlation of two waves, 0…1, where they may be one recording; 0.0 where a look at the loudest
    piece shows that they can't, as in most cases, and eight times as fast.

    What two waves with correlation c have apart is a share 1 − c² of the energy. Were all of it in a piece with a
    share p of the energy, c² would be 1 − (1 − c²) / p there: less at every shift, and c is less than `SAME`.
    """
    first, second = _compared(one), _compared(other)
    reach = round(SHIFT * one.sample_rate)
    energy = np.concatenate([[0.0], np.cumsum(np.square(first, dtype=np.float64))])
    start = int(np.argmax(energy[PIECE:] - energy[:-PIECE])) if len(first) > PIECE else 0
    piece = first[start : start + PIECE]
    share = (energy[start + len(piece)] - energy[start]) / max(energy[-1], 1e-30)
    least = 1.0 - (1.0 - SAME**2) / max(share, 1e-9)
    if least > 0 and _alike(piece, _window(second, start - reach, len(piece) + 2 * reach)) ** 2 < least - 1e-3:
        return 0.0
    return _correlation(first, second, reach)


def correlation(one: Audio, other: Audio) -> float:
    """Returns the highest correlation of the first second of two waves within `SHIFT` of each other, 0…1."""
    return _correlation(_compared(one), _compared(other), round(SHIFT * one.sample_rate))


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32], reach: int) -> float:
    energies = _energy(first) * _energy(second)
    if energies <= 0.0:
        return 0.0
    size = fft.next_fast_len(len(first) + len(second), real=True)
    products = fft.irfft(fft.rfft(first, size) * np.conj(fft.rfft(second, size)), size)
    reach = min(reach, size // 2 - 1)
    near = np.concatenate([products[: reach + 1], products[-reach:]]) if reach else products[:1]
    return float(np.abs(near).max() / np.sqrt(energies))


def _compared(audio: Audio) -> NDArray[np.float32]:
    return one_channel(audio)[: round(COMPARED * audio.sample_rate)]


def _energy(wave: NDArray[np.float32]) -> float:
    return float(np.sum(np.square(wave, dtype=np.float64)))


def _window(wave: NDArray[np.float32], start: int, length: int) -> NDArray[np.float32]:
    """Returns a stretch of a wave that may begin before it and end after it, with zeros there."""
    window = np.zeros(length, dtype=np.float32)
    inside = wave[max(start, 0) : start + length]
    window[max(-start, 0) :][: len(inside)] = inside
    return window


def _alike(piece: NDArray[np.float32], window: NDArray[np.float32]) -> float:
    """Returns the highest correlation of a piece with the stretches of a longer window, 0…1."""
    size = fft.next_fast_len(len(window) + len(piece), real=True)
    products = fft.irfft(fft.rfft(window, size) * np.conj(fft.rfft(piece, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(np.square(window, dtype=np.float64))])
    there = np.maximum(energy[len(piece) :] - energy[: -len(piece)], 1e-12 * energy[-1] + 1e-60)
    return float(np.max(np.abs(products[: len(there)]) / np.sqrt(there * _energy(piece))))


@lru_cache(maxsize=1)
def _common() -> NDArray[np.float32]:
    """Returns the mean picture of the sounds the classifier was trained on."""
    with files("bridge.sound").joinpath(WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        common: NDArray[np.float32] = stored["patch"].astype(np.float32)
    return common


__all__ = [
    "COMPARED", "SAME", "SUSPECT", "agreement", "correlation", "fingerprint", "likeness", "likenesses",
    "same_recording",
]  # fmt: skip
