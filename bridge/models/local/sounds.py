"""From any sound to what runners read; runs in a worker process."""

from __future__ import annotations

from bridge.sound.codec import decode, encode_float
from bridge.sound.rate import convert


def wave_of(sound: bytes, rate: int) -> bytes:
    """Returns a WAV file of 32-bit floats at a rate (0: its own), of at most two channels; SoundError for no sound."""
    audio = decode(sound)
    audio = audio.with_samples(audio.samples[:, :2])
    return encode_float(convert(audio, rate) if rate else audio)
