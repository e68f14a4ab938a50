"""Measures true peaks and sets the level of a finished sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bridge.audio import Audio
from bridge.sound.envelope import SILENT, amplitude, decibels, highest, peaks
from bridge.units import Decibels

TARGET = Decibels(-1.0)
"""dBTP: what a converter or a lossy codec needs as headroom."""
OVERSAMPLING = 8
"""Four-fold, the least of ITU-R BS.1770, takes the wrong one of two summits in a bright hat: 0.18 dB too low."""
BLOCK = 512
LOUD = 0.5
"""Of the highest sample: where a block stays under it, nothing between its samples rises over the peak."""


def true_peak(audio: Audio) -> Decibels:
    """Returns the highest value between the samples too, in dBTP (ITU-R BS.1770, eight-fold).

    The oversampling is exact up to half the sample rate, as zeros behind the spectrum: a resampler's roll-off would
    misjudge a bright hat by up to 0.8 dB. A parabola through the highest points finds what that still misses.
    """
    top = highest(audio.samples)
    if top == 0.0:
        return SILENT
    loud = np.flatnonzero(peaks(audio.samples, BLOCK) >= LOUD * top)
    part = audio.samples[max(0, (loud[0] - 1) * BLOCK) : (loud[-1] + 2) * BLOCK]
    return decibels(max(top, *(_summit(_oversampled(channel)) for channel in part.T)))


def level(audio: Audio, target: Decibels = TARGET) -> tuple[Audio, Decibels]:
    """Returns the sound scaled to a true peak of `target` dBTP, and the peak that it has now; silence stays silence."""
    peak = true_peak(audio)
    if peak <= SILENT:
        return audio, peak
    return audio.with_samples(audio.samples * amplitude(target - peak)), target


def _oversampled(channel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns a channel at `OVERSAMPLING` times its rate."""
    size = fft.next_fast_len(len(channel) + BLOCK, real=True)  # silence between the end and the beginning of the circle
    spectrum = fft.rfft(channel, size)
    if size % 2 == 0:
        spectrum[-1] *= 0.5  # at half the rate a frequency and its mirror image fall together
    waves: NDArray[np.float32] = fft.irfft(spectrum, OVERSAMPLING * size)
    waves *= OVERSAMPLING
    return waves


def _summit(wave: NDArray[np.float32]) -> float:
    """Returns the height of the parabola through the largest absolute value of `(frames,)` and its neighbours."""
    place = int(wave.argmax()) if wave.max() >= -wave.min() else int(wave.argmin())
    middle = min(max(place, 1), len(wave) - 2)
    left, top, right = np.abs(wave[middle - 1 : middle + 2].astype(np.float64))
    bend = left - 2 * top + right
    return float(top - (left - right) ** 2 / (8 * bend)) if bend < 0 else float(abs(wave[place]))
