"""Takes the clicks off both ends of a sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.units import Seconds

OUT_SHARE = 0.10
"""Of the whole sound; a short one fades out for this share of it."""


def fade(audio: Audio, *, rise: Seconds, fall: Seconds) -> Audio:
    """Returns the sound fading in for `rise` and out for `fall` (at most a tenth of it) along half a cosine.

    Its first and last sample are 0.
    """
    samples = audio.samples.copy()
    rising = min(max(1, round(rise * audio.sample_rate)), audio.frames // 2)
    falling = min(max(1, round(min(fall, OUT_SHARE * audio.seconds) * audio.sample_rate)), audio.frames - rising)
    samples[:rising] *= _slope(rising)
    samples[audio.frames - falling :] *= _slope(falling)[::-1]
    return audio.with_samples(samples)


def _slope(frames: int) -> NDArray[np.float32]:
    """Returns half a cosine from 0 towards 1, shape `(frames, 1)`."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1))).astype(np.float32)[:, None]
