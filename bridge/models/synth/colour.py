"""What words do to any sound, whichever voice plays it: its stroke, its material, its company and its motion."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from bridge.models.synth import envelopes, filters
from bridge.models.synth.part import RATE, Part, Wave

STROKE = 5.0
"""Decibels by which a plain "punchy" lifts the stroke over what follows, and "soft" lowers it."""
STROKE_SECONDS = 0.018
METAL = 0.4
"""Of the peak: how loud the ringing of a plain "metallic" is."""
RATIOS = (2.76, 4.07, 6.63)
"""Of the pitch, or of a high octave of it: bars and plates ring far from the harmonics."""
WOOD = 1_200.0
"""Hz from which on wood swallows what rings."""
COMPANY = 0.5
"""How loud each of the two detuned players is that a plain "detuned" adds."""
FLAT = 7.0
"""Cents by which they are out of tune, one up, one down."""
MOMENT_AND_WHOLE = (0.06, 0.7)
TAPS, PHASES = 16, 2_048


def stroke(wave: Wave, amount: float) -> Wave:
    """Makes the stroke of a wave harder, or softer with a negative amount."""
    level = np.abs(wave) if wave.ndim == 1 else np.abs(wave).max(axis=0)
    onset = int(np.argmax(level > 0.3 * level.max()))
    after = np.maximum(np.arange(wave.shape[-1]) - onset, 0) / (STROKE_SECONDS * RATE)
    gain: Wave = 10 ** (STROKE * amount / 20 * np.exp(-after))
    return wave * gain


def metal(wave: Wave, part: Part, amount: float) -> Wave:
    """Adds what rings off the harmonics: the wave on carriers that are no multiples of its pitch, dying away."""
    frames = wave.shape[-1]
    base: float = part.pitch
    while base * RATIOS[0] < 700.0:
        base *= 2.0
    body = filters.low_pass(wave, 5_000.0)
    ring = np.zeros_like(wave)
    for number, ratio in enumerate(RATIOS):
        hz = base * ratio * part.dice.between(f"metal {number}", 0.97, 1.03)
        if hz < 9_000.0:
            dying = envelopes.decay(frames, part.at_most(0.9 / ratio**0.5))
            ring = ring + body * dying * np.sin(2 * np.pi * hz * part.time)
    return wave + _as_loud(ring, METAL * amount * _peak(wave))


def wood(wave: Wave, amount: float) -> Wave:
    """Lets what is high die at once, as wood does."""
    high = filters.high_pass(wave, WOOD, 1)
    return wave - high + high * envelopes.decay(wave.shape[-1], 0.22 / 2.0**amount)


def company(wave: Wave, amount: float) -> Wave:
    """Adds two players that are out of tune by as much up as down; under 150 Hz one alone plays."""
    cents = FLAT * (0.5 + 0.5 * amount)
    high = filters.high_pass(wave, 150.0)
    place = np.arange(wave.shape[-1], dtype=np.float64)
    players = sum(played_at(high, place * 2.0 ** (way * cents / 1200) + 200.0 * way) for way in (-1, 1))
    return wave + COMPANY * min(amount, 1.0) * players


def wobble(wave: Wave, part: Part, amount: float) -> Wave:
    """Lets pitch and level swing."""
    rate = part.dice.between("wobble", 3.5, 5.5)
    turn = 2 * np.pi * rate * part.time
    cents = 14.0 * amount
    deep = (2.0 ** (cents / 1200) - 1) * RATE / (2 * np.pi * rate)
    swung = played_at(wave, np.arange(wave.shape[-1]) - deep * (1 - np.cos(turn)))
    return swung * (1 - min(0.45, 0.28 * amount) * (1 - np.cos(turn)))


def still(wave: Wave, amount: float) -> Wave:
    """Levels out how loud a wave is from moment to moment; how it rises and falls as a whole stays."""
    power = np.square(wave).reshape(-1, wave.shape[-1]).sum(axis=0)
    moment, whole = (_smooth(power, seconds) for seconds in MOMENT_AND_WHOLE)
    silence = 1e-9 * float(power.max()) or 1.0
    gain: Wave = ((whole + silence) / (moment + silence)) ** (0.4 * min(1.0, amount))
    return wave * np.clip(gain, 0.5, 2.0)


def _smooth(power: Wave, seconds: float) -> Wave:
    """Returns the mean over so many seconds around every frame; at the ends over what is there."""
    half = max(1, round(0.5 * seconds * RATE))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    place = np.arange(len(power))
    first, last = np.maximum(place - half, 0), np.minimum(place + half, len(power))
    mean: Wave = (sums[last] - sums[first]) / (last - first)
    return mean


def played_at(wave: Wave, places: NDArray[np.float64]) -> Wave:
    """Returns a wave read at places between its frames, which rise; silence outside (windowed sinc)."""
    padded = np.pad(wave, [(0, 0)] * (wave.ndim - 1) + [(TAPS, TAPS)])
    inside = np.clip(places, -TAPS / 2, wave.shape[-1] + TAPS / 2 - 1)
    whole = np.floor(inside).astype(np.intp)
    row = np.rint((inside - whole) * (PHASES - 1)).astype(np.intp)
    kernel = _kernel()
    first = whole + TAPS - TAPS // 2 + 1
    read: Wave = sum(padded[..., first + tap] * kernel[row, tap] for tap in range(TAPS))
    return read


@cache
def _kernel() -> NDArray[np.float64]:
    """Returns the taps for every place between two frames, shape `(PHASES, TAPS)`."""
    between = np.linspace(0.0, 1.0, PHASES)[:, None]
    at = np.arange(TAPS)[None, :] - (TAPS // 2 - 1) - between
    taps = np.sinc(at) * np.cos(np.pi * at / (TAPS + 2)) ** 2
    normal: NDArray[np.float64] = taps / taps.sum(axis=1, keepdims=True)
    return normal


def _peak(wave: Wave) -> float:
    return float(np.abs(wave).max())


def _as_loud(wave: Wave, level: float) -> Wave:
    return wave * (level / (_peak(wave) or 1.0))
