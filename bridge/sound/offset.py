"""Takes a constant offset (DC) out of a sound."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, lfilter, lfilter_zi

from bridge.audio import Audio
from bridge.sound.envelope import decibels, highest, means
from bridge.sound.gate import resting
from bridge.units import Decibels, Hz, Seconds

CORNER = Hz(5.0)
"""First order: an octave and a half under the lowest 808 it takes 0.3 dB, and no ringing."""
AUDIBLE = Decibels(-60.0)
"""Of a mean over the peak: above, an offset costs level and clicks at both ends."""
MARGIN = Decibels(3.0)
"""A mean so much under it is taken out of what was cut: the peak may still move."""
SMOOTH = Seconds(0.010)
"""Of the envelope in whose proportion it is taken out."""


def offset_of(audio: Audio) -> Decibels:
    """Returns the largest mean of a channel over the peak, in dB; `SILENT` for silence."""
    peak = highest(audio.samples)
    return decibels(float(abs(means(audio.samples)).max()) / peak if peak else 0.0)


def balance(audio: Audio) -> Audio:
    """Returns the sound without the mean that cutting and fading leave in a short one, in no place where it is quiet.

    The mean is taken out in proportion to the sound's envelope, so silence stays silent and both ends stay 0: what
    goes is a thump below hearing, as long as the sound and 60 dB or less under it in all but the shortest.
    """
    if offset_of(audio) <= AUDIBLE - MARGIN:
        return audio
    width = min(max(1, round(SMOOTH * audio.sample_rate)), audio.frames)
    loud = np.abs(audio.samples.astype(np.float64))
    ends = np.sin(np.linspace(0, np.pi, audio.frames))[:, None]
    weight = uniform_filter1d(loud, width, axis=0, mode="constant") * ends
    total = weight.sum(axis=0)
    share = audio.samples.sum(axis=0, dtype=np.float64) / np.where(total > 0, total, 1.0)
    return audio.with_samples((audio.samples - weight * share).astype(np.float32))


def remove_offset(audio: Audio) -> Audio:
    """Returns the sound without its offset, by a first-order high-pass that starts at rest.

    Subtracting the mean instead would leave a step where a short, lopsided sound fades into silence.
    """
    numerator, denominator = butter(1, CORNER, "highpass", fs=audio.sample_rate)
    rest = lfilter_zi(numerator, denominator)[:, None] * resting(audio)[None, :]
    filtered, _ = lfilter(numerator, denominator, audio.samples, axis=0, zi=rest)
    return audio.with_samples(filtered)
