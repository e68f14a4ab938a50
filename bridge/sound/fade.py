"""Takes the clicks off both ends of a sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.units import Seconds

IN_DRUM = Seconds(0.0002)
IN_TONAL = Seconds(0.001)
OUT = Seconds(0.050)
OUT_SHARE = 0.10
"""Of the whole sound; a short one fades for this share of it."""


def fade(audio: Audio, *, tonal: bool) -> Audio:
    """Returns the sound fading in (0.2 ms, tonal 1 ms) and out (50 ms, at most a tenth of it) along half a cosine.

    Its first and last sample are 0.
    """
    samples = audio.samples.copy()
    rise = min(max(1, round((IN_TONAL if tonal else IN_DRUM) * audio.sample_rate)), audio.frames // 2)
    fall = min(max(1, round(min(OUT, OUT_SHARE * audio.seconds) * audio.sample_rate)), audio.frames - rise)
    samples[:rise] *= _slope(rise)
    samples[audio.frames - fall :] *= _slope(fall)[::-1]
    return audio.with_samples(samples)


def _slope(frames: int) -> NDArray[np.float32]:
    """Returns half a cosine from 0 towards 1, shape `(frames, 1)`."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1))).astype(np.float32)[:, None]
