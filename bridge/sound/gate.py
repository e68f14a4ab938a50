"""Judges whether a take is worth shaping, before any work goes into it.

A rule is a row: its name, and a function from what was measured to a verdict. The figures of the thresholds are the
acceptance list for one-shots; "relative" means relative to the take's own peak.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.domain.take import Verdict
from bridge.sound.envelope import amplitude, decibels, highest, means, peaks
from bridge.units import Decibels, Seconds

MOST_CHANNELS = 2
LOUDEST = 1e6
"""120 dB over full scale: no sound, and its square is near the end of float32."""
QUIETEST = Decibels(-50.0)
"""dBFS; a peak below is silence."""
ACTIVE = Decibels(-40.0)
"""Relative; a block above belongs to the sound."""
SHORTEST_ACTIVE = Seconds(0.010)
BLOCK = Seconds(0.001)
ENOUGH = 0.5
"""Of the shortest length that is usual or asked for: a sound shorter than this share of it broke off."""
OFFSET = Decibels(-60.0)
"""Relative; a mean above is an offset to be removed."""
CLIPPED = 0.999
"""Of the peak; a run of at least three such samples is taken for clipping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Holds what the rules look at. `peak` is what moves: a constant is no sound. `active` is the sum of the blocks
    that sound, `span` the time from the first to the last of them; `offset` is relative to the peak."""

    peak: Decibels
    active: Seconds
    span: Seconds
    offset: Decibels
    clipped: float


def resting(audio: Audio) -> NDArray[np.float32]:
    """Returns the value around which each channel moves, shape `(channels,)`: its median, which a hit can't shift."""
    return np.median(audio.samples, axis=0).astype(np.float32)


def judge(audio: Audio, *, shortest: float) -> tuple[Verdict, ...]:
    """Returns a verdict for every rule, or the one that makes the others pointless.

    `shortest` is the least that is expected of this sound in seconds.
    """
    if audio.channels > MOST_CHANNELS:
        text = f"{audio.channels} channels: a sample has one or two, and how to mix the others down is not known"
        return (Verdict(name="channels", figure=audio.channels, rule="fail", text=text),)
    if audio.frames == 0:
        return (Verdict(name="empty", figure=0, rule="retry", text="the take has no frames"),)
    bad = int(np.count_nonzero(~(np.abs(audio.samples) <= LOUDEST)))
    if bad:
        return (Verdict(name="finite", figure=bad, rule="retry", text=f"{bad} values are NaN, infinite or absurd"),)
    figures = _measure(audio)
    return tuple(rule(figures, shortest) for rule in RULES)


def _measure(audio: Audio) -> Figures:
    """Measures a take with at least one frame and finite values only."""
    moving = audio.samples - resting(audio)
    peak = highest(moving)
    hop = max(1, round(BLOCK * audio.sample_rate))
    active = np.flatnonzero(peaks(moving, hop) > amplitude(ACTIVE) * peak)
    block = hop / audio.sample_rate
    return Figures(
        peak=decibels(peak),
        active=Seconds(len(active) * block),
        span=Seconds((int(active[-1] - active[0]) + 1) * block if len(active) else 0.0),
        offset=decibels(float(np.abs(means(audio.samples)).max()) / peak if peak else 0.0),
        clipped=_clipped(audio),
    )


def _clipped(audio: Audio) -> float:
    """Returns the share of samples in runs of three or more that stand at the peak, 0…1."""
    at_peak = np.abs(audio.samples) >= CLIPPED * highest(audio.samples)
    runs = at_peak[:-2] & at_peak[1:-1] & at_peak[2:]
    in_runs = np.zeros_like(at_peak)
    for shift in range(3):
        in_runs[shift : shift + len(runs)] |= runs
    return float(in_runs.mean())


def _silence(figures: Figures, _: float) -> Verdict:
    rule = "retry" if figures.peak < QUIETEST else "pass"
    return Verdict(name="silence", figure=figures.peak, rule=rule, text=f"peak {figures.peak:.1f} dBFS")


def _active(figures: Figures, _: float) -> Verdict:
    rule = "retry" if figures.active < SHORTEST_ACTIVE else "pass"
    return Verdict(name="active", figure=figures.active, rule=rule, text=f"sounds for {figures.active * 1000:.0f} ms")


def _length(figures: Figures, shortest: float) -> Verdict:
    rule = "retry" if figures.span < ENOUGH * shortest else "pass"
    text = f"lasts {figures.span:.2f} s; at least {shortest:.2f} s is usual"
    return Verdict(name="length", figure=figures.span, rule=rule, text=text)


def _offset(figures: Figures, _: float) -> Verdict:
    rule = "repair" if figures.offset > OFFSET else "pass"
    return Verdict(name="dc", figure=figures.offset, rule=rule, text=f"offset {figures.offset:.0f} dB under the peak")


def _clipping(figures: Figures, _: float) -> Verdict:
    text = f"{100 * figures.clipped:.1f} % of the samples are clipped"
    return Verdict(name="clipping", figure=figures.clipped, rule="pass", text=text)


RULES: tuple[Callable[[Figures, float], Verdict], ...] = (_silence, _active, _length, _offset, _clipping)
