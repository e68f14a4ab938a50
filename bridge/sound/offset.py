"""Takes a constant offset (DC) out of a sound."""

from __future__ import annotations

from scipy.signal import butter, lfilter, lfilter_zi

from bridge.audio import Audio
from bridge.sound.envelope import decibels, highest, means
from bridge.sound.gate import resting
from bridge.units import Decibels, Hz

CORNER = Hz(5.0)
"""First order: an octave and a half under the lowest 808 it takes 0.3 dB, and no ringing."""
AUDIBLE = Decibels(-60.0)
"""Of a mean over the peak: above, an offset costs level and clicks at both ends."""


def offset_of(audio: Audio) -> Decibels:
    """Returns the largest mean of a channel over the peak, in dB; `SILENT` for silence."""
    peak = highest(audio.samples)
    return decibels(float(abs(means(audio.samples)).max()) / peak if peak else 0.0)


def remove_offset(audio: Audio) -> Audio:
    """Returns the sound without its offset, by a first-order high-pass that starts at rest.

    Subtracting the mean instead would leave a step where a short, lopsided sound fades into silence.
    """
    numerator, denominator = butter(1, CORNER, "highpass", fs=audio.sample_rate)
    rest = lfilter_zi(numerator, denominator)[:, None] * resting(audio)[None, :]
    filtered, _ = lfilter(numerator, denominator, audio.samples, axis=0, zi=rest)
    return audio.with_samples(filtered)
