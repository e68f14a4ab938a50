"""Finds where a sound was clipped, and rounds what was cut off.

Clipping is a run of equal values into which the wave runs with a slope and out of which it leaves with one. The top
of a
low sine is flat too, but it gets there gently.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.sound.envelope import highest

HIGH = 0.95
"""Of the channel's peak: clipping happens at the top."""
FLAT = 2e-4
"""Of the peak: values within this are equal (16 bits, and a codec's noise, make them differ)."""
CORNER = 2e-3
"""Of the peak: the step into a run, or out of it, from which it has a corner."""
SHORTEST = 3
"""Samples in a run."""
LONG, STEEP = 8, 8e-4
"""Samples of a long run, and slope at its end, of the peak per sample, from which it has a corner too: the top of a
sine that stays within `FLAT` for so long arrives with 4e-4."""
LEAST = 0.01
"""Of the peak: so high an arch is at least. Where the wave around a run is jagged its slopes say nothing."""
SLOPE = 3
"""Samples on each side of a run that say how steep the wave was."""

Runs = NDArray[np.intp]


def clipped_share(audio: Audio) -> float:
    """Returns the share of a sound's values that lie in clipped runs, 0…1."""
    if not audio.frames:
        return 0.0
    return sum(int((ends - starts).sum()) for starts, ends in map(clipped_runs, audio.samples.T)) / audio.samples.size


def clipped_runs(channel: NDArray[np.float32]) -> tuple[Runs, Runs]:
    """Returns (starts, ends) of the clipped runs of one channel, in frames, ends exclusive."""
    peak = highest(channel)
    none = np.zeros(0, dtype=np.intp)
    if len(channel) < SHORTEST or peak == 0.0:
        return none, none
    steps = np.abs(np.diff(channel))
    level = np.abs(channel) >= HIGH * peak
    flat = (steps <= FLAT * peak) & level[1:] & level[:-1]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]])))
    starts, ends = edges[::2], edges[1::2] + 1
    long = ends - starts >= SHORTEST
    starts, ends = starts[long], ends[long]
    into = np.where(starts > 0, steps[np.maximum(starts - 1, 0)], 0)
    out = np.where(ends < len(channel), steps[np.minimum(ends - 1, len(steps) - 1)], 0)
    before = np.abs(channel[starts] - channel[np.maximum(starts - SLOPE, 0)]) / SLOPE
    behind = np.abs(channel[np.minimum(ends - 1 + SLOPE, len(channel) - 1)] - channel[ends - 1]) / SLOPE
    corner = np.maximum(into, out) > CORNER * peak
    corner |= (ends - starts >= LONG) & (np.maximum(before, behind) > STEEP * peak)
    return starts[corner], ends[corner]


def mend(audio: Audio) -> Audio:
    """Returns the sound with an arch in place of every clipped run, which leaves and meets the wave at its own
    slopes.

    The arch is the cubic through both ends (Hermite). It rises above the peak that the sound had.
    """
    samples = audio.samples.copy()
    for channel in samples.T:
        for start, end in zip(*clipped_runs(channel), strict=True):
            first, last = start - 1, end
            if first < 0 or last >= len(channel):
                continue
            width = last - first
            into = float(channel[first] - channel[max(first - SLOPE, 0)]) / SLOPE * width
            out = float(channel[min(last + SLOPE, len(channel) - 1)] - channel[last]) / SLOPE * width
            place = np.arange(1, width) / width
            arch = (
                (2 * place**3 - 3 * place**2 + 1) * channel[first]
                + (place**3 - 2 * place**2 + place) * into
                + (3 * place**2 - 2 * place**3) * channel[last]
                + (place**3 - place**2) * out
            )
            outward = np.sign(channel[start])
            least = np.abs(channel[start:end]) * (1 + 4 * LEAST * place * (1 - place))
            channel[start:end] = outward * np.maximum(outward * arch, least)
    return audio.with_samples(samples)
