"""Measures how loud a sound is from moment to moment; the steps share these few lines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio, Samples
from bridge.units import Decibels

SILENT = Decibels(-150.0)
"""What an amplitude of nothing is called: below 24 bits, and a number that JSON can hold."""


def decibels(amplitude: float) -> Decibels:
    """Returns 20·log₁₀ of an amplitude ≥ 0, never below `SILENT`."""
    return Decibels(max(20 * math.log10(amplitude), SILENT)) if amplitude > 0 else SILENT


def amplitude(level: float) -> float:
    """Returns the amplitude of a level in dB."""
    return float(10 ** (level / 20))


def highest(samples: Samples) -> float:
    """Returns the largest absolute value of a sound, 0 for an empty one."""
    return float(max(samples.max(), -samples.min())) if samples.size else 0.0


def peaks(samples: Samples, hop: int) -> NDArray[np.float32]:
    """Returns the largest absolute value over all channels of every block of `hop` frames; the last may be shorter."""
    flat = np.abs(samples).ravel()
    if not len(flat):
        return flat
    blocks: NDArray[np.float32] = np.maximum.reduceat(flat, np.arange(0, len(flat), hop * samples.shape[1]))
    return blocks


def powers(samples: Samples, hop: int) -> NDArray[np.float32]:
    """Returns the RMS of every whole block of `hop` frames in its loudest channel; a last shorter block is left out."""
    count = len(samples) // hop
    blocks = samples[: count * hop].reshape(count, hop, samples.shape[1])
    energies = np.einsum("bhc,bhc->bc", blocks, blocks).max(axis=1, initial=0.0)
    levels: NDArray[np.float32] = np.sqrt(energies / np.float32(hop))
    return levels


def means(samples: Samples) -> NDArray[np.float64]:
    """Returns the mean of every channel, shape `(channels,)`."""
    return np.array([channel.mean(dtype=np.float64) for channel in samples.T])


def middle(audio: Audio) -> NDArray[np.float64]:
    """Returns the mean of the channels of shape `(frames,)`, or the loudest one where they cancel each other."""
    mean = audio.mono()
    energies = np.einsum("ij,ij->j", audio.samples, audio.samples, dtype=np.float64)
    if np.square(mean).sum() < 0.01 * energies.max():
        return audio.samples[:, int(energies.argmax())].astype(np.float64)
    return mean
