"""Oscillators: single-cycle tables without aliases, ringing modes, frequency modulation.

Phases are in cycles. Nothing here makes a partial above `HIGHEST`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bridge.models.synth.envelopes import SIXTY_DECIBELS
from bridge.models.synth.part import RATE, Wave

HIGHEST = 19_000.0
MOST_HARMONICS = 512
MODES_AT_ONCE = 100
"""In one product of matrices: a library sums up longer ones in an order that depends on how many threads it has, and
the same brief is to give the same sound on any machine."""
TABLE = 8_192
"""Frames of a table. At 16 or more per period of the highest harmonic a straight line between them is off by less
than −85 dB of the fundamental, for spectra that fall by 6 dB an octave."""

Spectrum = NDArray[np.complex128]
"""The complex amplitudes of the harmonics 1, 2, 3 … of a cycle, as sines: 1 is sin, 1j is cos."""
Shape = Literal["saw", "square", "triangle"]


def phase(frequency: Wave | float, frames: int, start: float = 0.0) -> Wave:
    """Returns the running phase of a frequency in Hz, constant or one per frame."""
    steps = np.broadcast_to(np.asarray(frequency, dtype=np.float64) / RATE, (frames,))
    return start + np.cumsum(steps) - steps


def sine(cycles: Wave) -> Wave:
    """Returns the sine of phases in cycles."""
    return np.sin(2 * np.pi * cycles)


def harmonics(frequency: float) -> NDArray[np.float64]:
    """Returns the numbers 1, 2, 3 … of the harmonics of a frequency that may sound; always at least the first."""
    return np.arange(1.0, 1 + min(MOST_HARMONICS, max(1, int(HIGHEST / frequency))))


def spectrum(shape: Shape, frequency: float, width: float = 0.5) -> Spectrum:
    """Returns a classic waveform's harmonics; `width` 0…1 is the high part of a square's cycle."""
    k = harmonics(frequency)
    partials: Spectrum = (2 / np.pi / k).astype(np.complex128)
    if shape == "square":
        partials *= 1 - np.exp(-2j * np.pi * k * width)
    elif shape == "triangle":
        partials *= np.where(k % 2 == 1, 4 / np.pi / k * np.cos(np.pi * (k - 1) / 2), 0)
    return partials


def resonant(frequencies: NDArray[np.float64], cutoff: ArrayLike, q: float) -> Spectrum:
    """Returns the response of an analogue low-pass of four poles, two of them resonant; the arguments broadcast."""
    x = frequencies / np.asarray(cutoff)
    response: Spectrum = 1 / ((1 - x**2 + 1j * x / q) * (1 + 1j * x) ** 2)
    return response


def table(partials: Spectrum) -> NDArray[np.float64]:
    """Returns one cycle of the given harmonics, shape `(…, TABLE + 1)`; the last frame is the first again."""
    bins = np.zeros((*partials.shape[:-1], TABLE // 2 + 1), dtype=np.complex128)
    bins[..., 1 : partials.shape[-1] + 1] = -0.5j * TABLE * partials
    cycle = np.fft.irfft(bins, TABLE)
    return np.concatenate([cycle, cycle[..., :1]], axis=-1)


def play(cycle: NDArray[np.float64], cycles: Wave) -> Wave:
    """Reads a table at running phases."""
    place = np.mod(cycles, 1.0) * TABLE
    left = place.astype(np.intp)
    share = place - left
    low = cycle[left]
    return low + share * (cycle[left + 1] - low)


def swept(
    partials: Spectrum, frequency: float, cutoff: Wave, q: float, levels: Sequence[float], phases: Sequence[Wave]
) -> Wave:
    """Plays a waveform through a low-pass of four poles whose cutoff in Hz moves.

    It is played once for each of `phases`, with its level, and the sum is returned. The filter is in the tables, a
    sixth of an octave apart, so it can move as fast as it likes and stays stable; it turns no phase, so that its
    movement does not bend the pitch.
    """
    cutoff = np.clip(cutoff, 20.0, 20_000.0)
    low, high = float(np.log2(cutoff.min())), float(np.log2(cutoff.max()))
    count = 2 + int(6 * (high - low))
    steps = np.exp2(np.linspace(low, high, count))
    frequencies = frequency * np.arange(1, partials.shape[-1] + 1)
    tables = table(partials * np.abs(resonant(frequencies, steps[:, None], q))).ravel()
    place = (np.log2(cutoff) - low) / max(high - low, 1e-9) * (count - 1)
    row = np.minimum(place.astype(np.intp), count - 2)
    between = place - row
    first = row * (TABLE + 1)
    total = np.zeros(len(cutoff))
    for level, cycles in zip(levels, phases, strict=True):
        at = np.mod(cycles, 1.0) * TABLE
        left = at.astype(np.intp)
        share = at - left
        left += first
        here = tables[left] * (1 - share) + tables[left + 1] * share
        left += TABLE + 1
        above = tables[left] * (1 - share) + tables[left + 1] * share
        total += level * (here + between * (above - here))
    return total


def modes(frequencies: ArrayLike, t60s: ArrayLike, gains: ArrayLike, frames: int, phases: ArrayLike = 0.0) -> Wave:
    """Returns the sum of decaying sines: what a struck or plucked body does.

    All arguments broadcast to `(modes,)`; a gain of shape `(2, modes)` makes the sound stereo, phases likewise.
    A decaying sine is a power of one complex number, z^(aB + b) = (z^B)^a · z^b, so a sum of them over all frames is
    one product of two small matrices.
    """
    frequencies = np.asarray(frequencies, dtype=np.float64)
    sounding = np.flatnonzero((frequencies > 0) & (frequencies < HIGHEST))
    shape = np.broadcast_shapes(np.shape(gains), np.shape(phases), frequencies.shape)
    amplitudes = np.broadcast_to(np.asarray(gains) * np.exp(2j * np.pi * np.asarray(phases)), shape)[..., sounding]
    t60 = np.maximum(np.broadcast_to(np.asarray(t60s, dtype=np.float64), frequencies.shape)[sounding], 1e-4)
    step = (2j * np.pi * frequencies[sounding] - SIXTY_DECIBELS / t60) / RATE
    block = int(np.ceil(np.sqrt(frames)))
    fine = np.exp(step[:, None] * np.arange(block))
    coarse = np.exp(np.arange(0, frames, block)[:, None] * step) * amplitudes[..., None, :]
    total = np.zeros((*amplitudes.shape[:-1], coarse.shape[-2], block))
    for first in range(0, len(step), MODES_AT_ONCE):
        rows, columns = coarse[..., first : first + MODES_AT_ONCE], fine[first : first + MODES_AT_ONCE]
        total += np.concatenate([rows.imag, rows.real], axis=-1) @ np.concatenate([columns.real, columns.imag])
    wave: Wave = total.reshape(*shape[:-1], -1)[..., :frames]
    return wave


def fm(frequency: float, ratio: float, index: Wave, frames: int, *, start: float = 0.0) -> Wave:
    """Returns a sine whose phase is moved by another (Chowning 1973), at `ratio` times its frequency.

    `index` in radians is limited so that the sidebands that matter (index + 4 of them) stay below `HIGHEST`.
    """
    room = max(0.0, (HIGHEST - frequency) / max(frequency * ratio, 1e-9) - 4)
    modulator = np.minimum(index, room) * sine(phase(frequency * ratio, frames))
    return np.sin(2 * np.pi * phase(frequency, frames, start) + modulator)
