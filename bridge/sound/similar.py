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
    return correlation(one, other) >= SAME


def correlation(one: Audio, other: Audio) -> float:
    """Returns the highest correlation of the first second of two waves within `SHIFT` of each other, 0…1."""
    rate = one.sample_rate
    first, second = (one_channel(audio)[: round(COMPARED * rate)] for audio in (one, other))
    if not first.any() or not second.any():
        return 0.0
    size = fft.next_fast_len(len(first) + len(second), real=True)
    products = fft.irfft(fft.rfft(first, size) * np.conj(fft.rfft(second, size)), size)
    reach = min(round(SHIFT * rate), size // 2 - 1)
    near = np.concatenate([products[: reach + 1], products[-reach:]]) if reach else products[:1]
    return float(np.abs(near).max() / np.sqrt(float(first @ first) * float(second @ second)))


@lru_cache(maxsize=1)
def _common() -> NDArray[np.float32]:
    """Returns the mean picture of the sounds the classifier was trained on."""
    with files("bridge.sound").joinpath(WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        common: NDArray[np.float32] = stored["patch"].astype(np.float32)
    return common


__all__ = ["COMPARED", "SAME", "SUSPECT", "correlation", "fingerprint", "likeness", "likenesses", "same_recording"]
