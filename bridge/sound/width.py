"""Decides how wide a sound is: mono where stereo brings nothing or does harm, and mono below the bass."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from bridge.audio import Audio
from bridge.domain.take import Verdict
from bridge.sound.envelope import SILENT, amplitude
from bridge.units import Decibels, Hz

NARROWEST = Decibels(-35.0)
"""Energy of the sides relative to the middle; below, nobody hears them."""
STEEPNESS = 4
"""Order of the Butterworth high-pass on the sides: 24 dB an octave, the usual slope of a crossover for a sub."""
OPPOSED = Decibels(6.0)
"""Energy of the sides relative to the middle from which one channel is taken for the other one turned round."""
WIDEST = Decibels(-0.5)
"""The same, to which wider sides are drawn in: just positively correlated, so that mono keeps half of the energy."""


def sides(audio: Audio) -> Decibels:
    """Returns the energy of (left − right) over that of (left + right) in dB, within ±150; `SILENT` for mono.

    Above 0 the channels are out of phase: played on one loudspeaker, more of the sound vanishes than stays.
    """
    if audio.channels == 1:
        return SILENT
    left, right = audio.samples.T
    return _ratio(left - right, left + right)


def narrow(audio: Audio, when: str = "empty") -> tuple[Audio, Verdict]:
    """Returns a mono sound where it should be one, else the sound as it is; and the verdict that says which.

    `when` is `empty` (the sides are empty), `phase` (also where the channels are out of phase) or `always`. What is
    out of phase is folded with one side turned round, because the plain sum would cancel it.
    """
    figure = sides(audio)
    if audio.channels == 1:
        return audio, Verdict(name="mono", figure=figure, rule="pass", text="came as mono")
    opposed = figure > 0
    if figure < NARROWEST:
        text = "the sides were empty: folded to mono"
    elif opposed and when != "empty":
        text = f"out of phase, sides at {figure:+.0f} dB: one side turned round and folded to mono"
    elif when == "always":
        text = f"folded to mono, as the recipe says; the sides were at {figure:.0f} dB"
    else:
        text = f"stays stereo: sides at {figure:.0f} dB" + (", out of phase: mono would cancel it" if opposed else "")
        return audio, Verdict(name="mono", figure=figure, rule="pass", text=text)
    left, right = audio.samples.T
    middle = (left - right if opposed else left + right) * np.float32(0.5)
    return audio.with_samples(middle[:, None]), Verdict(name="mono", figure=figure, rule="repair", text=text)


def draw_in(audio: Audio) -> tuple[Audio, tuple[Verdict, ...]]:
    """Returns the sound with sides that one loudspeaker does not cancel, and what was done.

    Empty sides are folded to mono. Where one channel is the other turned round it is turned back; sides that are
    louder than the middle otherwise are made softer until they no longer are.
    """
    figure = sides(audio)
    if audio.channels == 1 or NARROWEST <= figure <= 0:
        return audio, ()
    left, right = audio.samples.T
    if figure < NARROWEST:
        text = "the sides were empty: folded to mono"
        samples = ((left + right) * np.float32(0.5))[:, None]
    elif figure > OPPOSED:
        text = f"out of phase, sides at {figure:+.0f} dB: one side turned round"
        samples = np.stack([left, -right], axis=1)
    else:
        text = f"out of phase, sides at {figure:+.1f} dB: drawn in"
        middle, side = (left + right) * np.float32(0.5), (left - right) * np.float32(0.5 * amplitude(WIDEST - figure))
        samples = np.stack([middle + side, middle - side], axis=1)
    verdict = Verdict(name="sides", figure=figure, rule="repair", text=text)
    drawn = audio.with_samples(samples)
    # One side turned round may leave no difference between the two.
    return (narrow(drawn)[0] if figure > OPPOSED else drawn), (verdict,)


def narrow_lows(audio: Audio, under: Hz) -> tuple[Audio, tuple[Verdict, ...]]:
    """Returns the sound with no sides below a frequency, and what was done; mono where then none are left at all."""
    if audio.channels == 1:
        return audio, ()
    left, right = audio.samples.T
    middle, side = (left + right) * np.float32(0.5), (left - right) * np.float32(0.5)
    # float64: at 120 Hz of 192 kHz the poles lie too near together for float32.
    high = sosfilt(_high_pass(under, audio.sample_rate), side.astype(np.float64))
    figure = _ratio(side - high, middle)
    if figure < NARROWEST:
        return audio, ()
    kept = high.astype(np.float32)
    text = f"sides below {under:g} Hz at {figure:.0f} dB: made mono there"
    verdict = Verdict(name="lows", figure=figure, rule="repair", text=text)
    if _ratio(kept, middle) < NARROWEST:
        return audio.with_samples(middle[:, None]), (verdict,)
    return audio.with_samples(np.stack([middle + kept, middle - kept], axis=1)), (verdict,)


@lru_cache(maxsize=8)
def _high_pass(corner: Hz, sample_rate: int) -> NDArray[np.float64]:
    sections: NDArray[np.float64] = butter(STEEPNESS, corner, "highpass", fs=sample_rate, output="sos")
    return sections


def _ratio(side: NDArray[np.floating], middle: NDArray[np.floating]) -> Decibels:
    """Returns the energy of one wave over another's in dB, within ±150; `SILENT` where the first has none."""
    above, below = float(np.dot(side, side)), float(np.dot(middle, middle))
    if above == 0.0:
        return SILENT
    return Decibels(min(max(10 * math.log10(above / below), SILENT), -SILENT) if below else -SILENT)
