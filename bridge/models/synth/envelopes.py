"""Envelopes: how loud a sound is over time. All are 0…1, of shape `(frames,)`, and times are in seconds."""

from __future__ import annotations

import math

import numpy as np

from bridge.models.synth.part import RATE, Wave

SIXTY_DECIBELS = math.log(1000.0)
SHORTEST = 1e-4


def decay(frames: int, t60: float, hold: float = 0.0) -> Wave:
    """Returns 1 for `hold` seconds, then an exponential decay by 60 dB in `t60`."""
    time = np.maximum(np.arange(frames) / RATE - hold, 0.0)
    envelope: Wave = np.exp(-SIXTY_DECIBELS / max(t60, SHORTEST) * time)
    return envelope


def two_stage(frames: int, fast: float, slow: float, share: float) -> Wave:
    """Returns a decay that begins fast and goes on slowly; `share` 0…1 is the slow part's level at the start."""
    return (1 - share) * decay(frames, fast) + share * decay(frames, slow)


def rise(frames: int, seconds: float) -> Wave:
    """Returns a rise from 0 to 1 in the shape of half a cosine; 1 from then on."""
    length = max(seconds, SHORTEST) * RATE
    envelope = np.ones(frames)
    rising = np.arange(min(frames, math.ceil(length)))
    envelope[: len(rising)] = 0.5 - 0.5 * np.cos(np.pi / length * rising)
    return envelope


def fall(frames: int, seconds: float) -> Wave:
    """Returns 1, and over the last `seconds` half a cosine down to exactly 0 in the last frame."""
    return rise(frames, min(seconds, (frames - 1) / RATE))[::-1]


def held(frames: int, attack: float, decay_t60: float, sustain: float, release: float) -> Wave:
    """Returns a played key: a rise, an exponential decay to `sustain`, and a release that ends with the sound."""
    time = np.arange(frames) / RATE
    body = sustain + (1 - sustain) * decay(frames, decay_t60, hold=attack)
    away = np.maximum(time - (frames / RATE - release), 0.0)
    envelope: Wave = rise(frames, attack) * body * np.exp(-SIXTY_DECIBELS / max(release, SHORTEST) * away)
    return envelope


def glide(frames: int, ratio: float, tau: float) -> Wave:
    """Returns a factor for a frequency that falls from `ratio` to 1, by a factor e of the rest in every `tau`."""
    return 1 + (ratio - 1) * np.exp(-np.arange(frames) / (RATE * max(tau, SHORTEST)))
