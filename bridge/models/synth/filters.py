"""Filters, distortion and rooms. Waves have shape `(frames,)` or `(channels, frames)` and keep it."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from bridge.models.synth.dice import Dice
from bridge.models.synth.envelopes import decay
from bridge.models.synth.part import RATE, Wave

OVERSAMPLING = 4
_LOWEST, _HIGHEST = 5.0, 0.47 * RATE
_WINDOW = 1_024


def low_pass(wave: Wave, hz: float, order: int = 2) -> Wave:
    """Takes away what lies above `hz` (Butterworth)."""
    return _butterworth(wave, hz, order, "lowpass")


def high_pass(wave: Wave, hz: float, order: int = 2) -> Wave:
    """Takes away what lies below `hz` (Butterworth)."""
    return _butterworth(wave, hz, order, "highpass")


def _butterworth(wave: Wave, hz: float, order: int, kind: Literal["lowpass", "highpass"]) -> Wave:
    hz = min(max(hz, _LOWEST), _HIGHEST)
    filtered: Wave = signal.sosfilt(signal.butter(order, hz, kind, fs=RATE, output="sos"), wave)
    return filtered


def band_pass(wave: Wave, hz: float, q: float) -> Wave:
    """Keeps what lies around `hz`, 0 dB there (R. Bristow-Johnson, Audio EQ Cookbook)."""
    w = 2 * np.pi * min(max(hz, _LOWEST), _HIGHEST) / RATE
    alpha = np.sin(w) / (2 * q)
    return _biquad(wave, (alpha, 0, -alpha), (1 + alpha, -2 * np.cos(w), 1 - alpha))


def shelf(wave: Wave, hz: float, decibels: float, kind: Literal["low", "high"]) -> Wave:
    """Raises or lowers all below or above `hz`, with slope 1 (R. Bristow-Johnson, Audio EQ Cookbook)."""
    a = 10 ** (decibels / 40)
    w = 2 * np.pi * hz / RATE
    cos, beta = np.cos(w), np.sqrt(2 * a) * np.sin(w)
    if kind == "high":
        cos = -cos
    b = (a * ((a + 1) - (a - 1) * cos + beta), 2 * a * ((a - 1) - (a + 1) * cos), a * ((a + 1) - (a - 1) * cos - beta))
    c = ((a + 1) + (a - 1) * cos + beta, -2 * ((a - 1) + (a + 1) * cos), (a + 1) + (a - 1) * cos - beta)
    if kind == "high":
        b, c = (b[0], -b[1], b[2]), (c[0], -c[1], c[2])
    return _biquad(wave, b, c)


def _biquad(wave: Wave, b: tuple[float, ...], a: tuple[float, ...]) -> Wave:
    filtered: Wave = signal.lfilter(np.array(b) / a[0], np.array(a) / a[0], wave)
    return filtered


def drive(wave: Wave, amount: float, bias: float = 0.0) -> Wave:
    """Pushes a wave into tanh, `amount` times its peak, four times oversampled so that no alias is heard.

    `bias` moves it off the middle, which makes even harmonics. The peak stays about 1.
    """
    peak = float(np.abs(wave).max())
    if peak == 0 or amount <= 0:
        return wave
    frames = wave.shape[-1]
    size = fft.next_fast_len(frames + 64, real=True)
    bins = np.zeros((*wave.shape[:-1], OVERSAMPLING * size // 2 + 1), dtype=np.complex128)
    bins[..., : size // 2 + 1] = fft.rfft(wave / peak, size)
    fine = fft.irfft(bins, OVERSAMPLING * size) * OVERSAMPLING
    bent = np.tanh(amount * fine + bias) - math.tanh(bias)
    coarse = fft.irfft(fft.rfft(bent)[..., : size // 2 + 1], size)[..., :frames] / OVERSAMPLING
    driven: Wave = coarse / math.tanh(amount + abs(bias))
    return driven


def moving(noise: Wave, gains: NDArray[np.float64]) -> Wave:
    """Shapes the spectrum of noise over time by `gains`, shape `(blocks, bins())`, spread over the whole wave.

    By overlapping windows: what is sharp in time is smeared by 12 ms, so give noise its envelope afterwards.
    """
    frames, hop = noise.shape[-1], _WINDOW // 2
    blocks = 1 + -(-frames // hop)
    window = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW)
    padded = np.pad(noise, (hop, (blocks + 1) * hop - hop - frames))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop] * window
    at = np.linspace(0, len(gains) - 1, len(pieces))
    left = np.minimum(at.astype(np.intp), max(len(gains) - 2, 0))
    right = np.minimum(left + 1, len(gains) - 1)
    share = (at - left)[:, None]
    shaped = fft.irfft(fft.rfft(pieces) * (gains[left] * (1 - share) + gains[right] * share), _WINDOW) * window
    total: Wave = np.zeros(len(padded))
    total[: len(pieces) * hop] += shaped[:, :hop].ravel()
    total[hop : hop + len(pieces) * hop] += shaped[:, hop:].ravel()
    return total[hop : hop + frames]


def bins() -> NDArray[np.float64]:
    """Returns the frequencies in Hz that the gains of `moving` are for."""
    return np.linspace(0, RATE / 2, _WINDOW // 2 + 1)


def room(wave: Wave, t60: float, dice: Dice, top: float, floor: float = 150.0) -> Wave:
    """Returns the sound of a room alone, as long as the wave: it is convolved with decaying noise.

    It answers between `floor` and `top` Hz. A stereo wave gets a room of its own for every channel. The level of the
    room is about that of the wave.
    """
    frames = wave.shape[-1]
    length = max(64, min(frames, round(t60 * RATE)))
    rows = [dice.noise(f"room {channel}", length) for channel in range(wave.shape[0] if wave.ndim == 2 else 1)]
    walls = high_pass(low_pass(np.stack(rows), top, 1), floor) * decay(length, t60)
    walls /= np.sqrt(np.square(walls).sum(axis=-1, keepdims=True))
    size = fft.next_fast_len(frames + length, real=True)
    wet: Wave = fft.irfft(fft.rfft(wave, size) * fft.rfft(walls, size), size)[..., :frames]
    return wet if wave.ndim == 2 else wet[0]


def crush(wave: Wave, bits: float, hold: float) -> Wave:
    """Rounds a wave to `bits` and repeats frames, about one in `hold` is fresh: an old converter, aliases and all."""
    steps = 2.0 ** (bits - 1)
    frames = wave.shape[-1]
    fresh = (np.floor(np.arange(frames) / hold) * hold).astype(np.intp)
    peak = float(np.abs(wave).max()) or 1.0
    crushed: Wave = np.round(wave[..., fresh] / peak * steps) / steps * peak
    return crushed
