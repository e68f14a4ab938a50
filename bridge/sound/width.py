"""Folds a stereo sound whose sides are empty to mono: half the bytes, the same sound, and no phase to cancel."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.domain.take import Verdict
from bridge.sound.envelope import SILENT
from bridge.units import Decibels

NARROWEST = Decibels(-35.0)
"""Energy of the sides relative to the middle; below, nobody hears them."""


def sides(audio: Audio) -> Decibels:
    """Returns the energy of (left − right) over that of (left + right) in dB, within ±150; `SILENT` for mono."""
    if audio.channels == 1:
        return SILENT
    left, right = audio.samples.T
    side, middle = _energy(left - right), _energy(left + right)
    if side == 0.0:
        return SILENT
    return Decibels(min(max(10 * math.log10(side / middle), SILENT), -SILENT) if middle else -SILENT)


def narrow(audio: Audio) -> tuple[Audio, Verdict]:
    """Returns a mono sound where the sides are empty, else the sound as it is; and the verdict that says which."""
    figure = sides(audio)
    if audio.channels == 1:
        return audio, Verdict(name="mono", figure=figure, rule="pass", text="came as mono")
    if figure >= NARROWEST:
        return audio, Verdict(name="mono", figure=figure, rule="pass", text=f"stays stereo: sides at {figure:.0f} dB")
    mono = audio.with_samples(audio.mono()[:, None])
    return mono, Verdict(name="mono", figure=figure, rule="repair", text="the sides were empty: folded to mono")


def _energy(wave: NDArray[np.float32]) -> float:
    return float(np.dot(wave, wave))
