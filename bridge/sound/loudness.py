"""Measures how loud a one-shot is, and makes the members of a set equally loud.

The usual loudness meters want 0.4 s and more and a gate; a hat has neither. So the loudness of a one-shot is that of
its loudest 400 ms, or of all of it where it is shorter, through the K-weighting of ITU-R BS.1770-4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from bridge.audio import Audio
from bridge.sound.envelope import SILENT, amplitude
from bridge.sound.level import true_peak
from bridge.units import Decibels, Seconds

WINDOW = Seconds(0.4)
"""Of BS.1770's momentary loudness."""
BLOCK = Seconds(0.005)
OFFSET = -0.691
"""BS.1770-4: with it a full-scale sine of 997 Hz in one channel has −3.01 LUFS."""
FARTHEST = Decibels(12.0)
"""A member with a far sharper peak than the others would push all of them down; none goes further than this."""

# The two filters of BS.1770-4 as analogue prototypes, so that they can be made for any sample rate: frequency, gain in
# dB and quality of the high shelf; frequency and quality of the high-pass.
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
SHELF_BAND = 0.4996667741545416
"""The power of the shelf's gain at which its middle lies."""
HIGH_PASS = (38.13547087602444, 0.5003270373238773)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Holds what matching does to one member: its gain, and by how much it stays softer than the set (dB)."""

    gain: Decibels
    short: Decibels


def loudness(audio: Audio) -> Decibels:
    """Returns the loudness of the loudest 400 ms in LUFS, never below `SILENT`; a mono sound counts as two channels."""
    if audio.frames == 0:
        return SILENT
    weighted = sosfilt(_k_weighting(audio.sample_rate), audio.samples, axis=0)
    power = np.einsum("nc,nc->n", weighted, weighted) * (2.0 / audio.channels)
    hop = max(1, round(BLOCK * audio.sample_rate))
    sums = np.concatenate([[0.0], np.cumsum(np.add.reduceat(power, np.arange(0, len(power), hop)))])
    length = min(round(WINDOW / BLOCK), len(sums) - 1)
    loudest = float((sums[length:] - sums[:-length]).max()) / min(length * hop, audio.frames)
    return Decibels(max(OFFSET + 10 * math.log10(loudest), SILENT)) if loudest > 0 else SILENT


def match(sounds: Sequence[Audio]) -> list[Match]:
    """Returns the gains that make sounds equally loud, the highest true peak among them then being at 0 dBTP.

    Where the peaks of equally loud sounds lie more than `FARTHEST` apart, those with the sharpest peaks stay softer by
    what is beyond it. Silence gets no gain.
    """
    peaks = [true_peak(sound) for sound in sounds]
    crests = [peak - loudness(sound) for peak, sound in zip(peaks, sounds, strict=True)]
    heard = [crest for crest, peak in zip(crests, peaks, strict=True) if peak > SILENT]
    if not heard:
        return [Match(gain=Decibels(0.0), short=Decibels(0.0)) for _ in sounds]
    common = max(-max(heard), -FARTHEST - min(heard))
    matches = []
    for peak, crest in zip(peaks, crests, strict=True):
        aim = min(0.0, common + crest)
        gain = aim - peak if peak > SILENT else 0.0
        matches.append(Match(gain=Decibels(gain), short=Decibels(max(0.0, common + crest))))
    return matches


def louder(audio: Audio, gain: float) -> Audio:
    """Returns the sound louder by `gain` dB (softer if negative)."""
    return audio.with_samples(audio.samples * np.float32(amplitude(gain)))


def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Returns the K-weighting at a sample rate as second-order sections, by the bilinear transform."""
    frequency, gain, quality = SHELF
    k = math.tan(math.pi * frequency / sample_rate)
    high = 10 ** (gain / 20)
    band = high**SHELF_BAND
    norm = 1 + k / quality + k * k
    rising = np.array([high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k]) / norm
    shelf = [*rising, 1.0, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm]
    frequency, quality = HIGH_PASS
    k = math.tan(math.pi * frequency / sample_rate)
    norm = 1 + k / quality + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm]
    return np.array([shelf, high_pass])
