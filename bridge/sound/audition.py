"""Makes a sound ready for a loudspeaker: stereo, at the rate of the device, without a click at its ends."""

from __future__ import annotations

import numpy as np

from bridge.audio import Audio
from bridge.sound.codec import decode
from bridge.sound.envelope import amplitude, highest
from bridge.sound.rate import convert
from bridge.units import Decibels, Seconds

EDGE = Seconds(0.003)
"""Of the ramps at both ends: a sound from anywhere may begin and end anywhere."""


def prepared(sound: bytes, sample_rate: int, level: Decibels) -> bytes:
    """Returns a sound file's bytes as interleaved stereo float32 at a rate, `level` dB louder, never over full scale.

    Of more than two channels the first two are heard. Raises SoundError for what can't be decoded.
    """
    audio = convert(_stereo(decode(sound)), sample_rate)
    samples = np.nan_to_num(audio.samples, nan=0.0, posinf=0.0, neginf=0.0) * np.float32(amplitude(level))
    top = highest(samples)
    if top > 1.0:
        samples = samples / np.float32(top)
    edge = min(round(EDGE * sample_rate), len(samples) // 2)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)[:, None]
    shaped = samples.copy()
    shaped[:edge] *= ramp
    shaped[len(shaped) - edge :] *= ramp[::-1]
    return np.ascontiguousarray(shaped, dtype="<f4").tobytes()


def _stereo(audio: Audio) -> Audio:
    if audio.channels == 1:
        return audio.with_samples(np.repeat(audio.samples, 2, axis=1))
    return audio.with_samples(audio.samples[:, :2])
