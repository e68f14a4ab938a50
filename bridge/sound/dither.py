"""Brings a sound to 16 bits with dither, so that its tail fades into noise instead of into distortion."""

from __future__ import annotations

import hashlib

import numpy as np

from bridge.audio import Audio
from bridge.errors import SoundError

FULL_SCALE_16 = 1 << 15


def to_pcm16(audio: Audio) -> bytes:
    """Returns interleaved 16-bit little-endian PCM with triangular dither of ±1 step (TPDF).

    A sound that has no more than 16 bits comes back as it is, without dither. The dither derives from the sound
    itself: the same sound gives the same bytes. Values outside [−1, 1) are clipped to the last step; raises SoundError
    for NaN and infinities.
    """
    if not np.isfinite(audio.samples).all():
        raise SoundError("A sound with NaN or infinite values can't be written.", verdict="finite")
    steps = audio.samples.astype(np.float64) * FULL_SCALE_16
    if not np.array_equal(steps, np.rint(steps)):
        seed = int.from_bytes(hashlib.sha256(np.ascontiguousarray(audio.samples, dtype="<f4").tobytes()).digest()[:16])
        random = np.random.default_rng(seed)
        steps = np.rint(steps + random.random(steps.shape) - random.random(steps.shape))
    return np.clip(steps, -FULL_SCALE_16, FULL_SCALE_16 - 1).astype("<i2").tobytes()
