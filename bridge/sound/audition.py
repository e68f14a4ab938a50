"""Makes a sound ready for a loudspeaker: stereo, at the rate of the device, without a click at its ends."""

from __future__ import annotations

import numpy as np

from bridge.audio import Audio
from bridge.sound.codec import decode
from bridge.sound.envelope import amplitude, highest
from bridge.sound.rate import convert
from bridge.units import Decibels, Seconds

HEAD, TAIL = Seconds(0.001), Seconds(0.005)
"""Of the ramps at both ends: a sound from anywhere may begin and end anywhere. The first is short, because a longer one
takes the stroke off a drum."""
LONGEST = Seconds(60.0)
"""Of what is heard of a long file: its first minute."""


def prepared(sound: bytes, sample_rate: int, level: Decibels) -> bytes:
    """Returns a sound file's bytes as interleaved stereo float32 at a rate, `level` dB louder, never over full scale.

    Of more than two channels the first two are heard. Raises SoundError for what can't be decoded.
    """
    audio = convert(_stereo(decode(sound)), sample_rate)
    samples = np.nan_to_num(audio.samples, nan=0.0, posinf=0.0, neginf=0.0) * np.float32(amplitude(level))
    top = highest(samples)
    if top > 1.0:
        samples = samples / np.float32(top)
    head = _ramp(HEAD, sample_rate, len(samples))
    tail = _ramp(TAIL, sample_rate, len(samples))
    samples[: len(head)] *= head
    samples[len(samples) - len(tail) :] *= tail[::-1]
    return np.ascontiguousarray(samples, dtype="<f4").tobytes()


def _ramp(seconds: Seconds, sample_rate: int, frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Returns gains from above 0 to below 1, `(n, 1)`, over at most half of a sound."""
    count = min(round(seconds * sample_rate), frames // 2)
    return ((np.arange(count, dtype=np.float32) + 1) / np.float32(count + 1))[:, None]


def _stereo(audio: Audio) -> Audio:
    start = audio.samples[: round(LONGEST * audio.sample_rate)]
    return audio.with_samples(np.repeat(start, 2, axis=1) if audio.channels == 1 else start[:, :2])
