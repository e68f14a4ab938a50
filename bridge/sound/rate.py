"""Brings a sound to another sample rate."""

from __future__ import annotations

import soxr

from bridge.audio import Audio


def convert(audio: Audio, sample_rate: int) -> Audio:
    """Returns the sound at another sample rate, linear phase and without delay (soxr VHQ); at least one frame of it."""
    if audio.sample_rate == sample_rate:
        return audio
    samples = soxr.resample(audio.samples, audio.sample_rate, sample_rate, "VHQ")
    return Audio.of(samples if len(samples) else audio.samples[:1], sample_rate)
