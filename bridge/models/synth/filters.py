"""Filters, distortion and rooms. Waves have shape `(frames,)` or `(channels, frames)` and keep it."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from bridge.models.synth.dice import Dice
from bridge.models.synth.envelopes import decay, fall
from bridge.models.synth.part import RATE, Wave

OVERSAMPLING = 4
HARD = 1.75
_LOWEST, _HIGHEST = 5.0, 0.47 * RATE
_WINDOW = 1_024
_BLOCK, _FADE = 2_048, 256
_FADES = np.minimum(1.0, np.minimum(np.arange(_BLOCK), np.arange(_BLOCK)[::-1]) / _FADE)
_FADES = (0.5 - 0.5 * np.cos(np.pi * _FADES)).astype(np.float32)
_GRID = 2.0**22
_AT_ONCE = 8


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
    a, hz = 10 ** (decibels / 40), min(hz, _HIGHEST)
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
    """Pushes a wave into tanh, `amount` times its peak, oversampled so that no alias is heard: four times, or eight
    where it is pushed hard.

    `bias` moves it off the middle, which makes even harmonics. The peak stays about 1. It works in blocks that overlap,
    many short transforms being faster than one long one: a block is faded in and out, and only what lies between the
    fades is kept. The transforms are of single precision; what goes into them is rounded first, so that processors that
    differ in the last digit of a sine agree.
    """
    peak = float(np.abs(wave).max())
    if peak == 0 or amount <= 0:
        return wave
    times = OVERSAMPLING if amount < HARD else 2 * OVERSAMPLING
    frames, kept = wave.shape[-1], _BLOCK - 2 * _FADE
    blocks = -(-frames // kept)
    around = [(0, 0)] * (wave.ndim - 1) + [(_FADE, blocks * kept - frames + _FADE)]
    padded = np.pad(np.round(wave / peak * _GRID) / _GRID, around).astype(np.float32)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK, axis=-1)[..., ::kept, :].reshape(-1, _BLOCK)
    driven = np.empty((len(pieces), kept))
    # A few blocks at once: what they take stays in the processor's cache.
    for first in range(0, len(pieces), _AT_ONCE):
        some = pieces[first : first + _AT_ONCE] * _FADES
        bins = np.zeros((len(some), times * _BLOCK // 2 + 1), dtype=np.complex64)
        bins[:, : _BLOCK // 2 + 1] = fft.rfft(some)
        fine = fft.irfft(bins).astype(np.float64)
        bent = (np.tanh(amount * times * fine + bias) - math.tanh(bias)).astype(np.float32)
        coarse = fft.irfft(fft.rfft(bent)[:, : _BLOCK // 2 + 1])
        driven[first : first + _AT_ONCE] = coarse[:, _FADE:-_FADE]
    driven /= times * math.tanh(amount + abs(bias))
    return driven.reshape(*wave.shape[:-1], -1)[..., :frames]


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
    length = max(64, min(frames, round(0.75 * t60 * RATE)))
    rows = [dice.noise(f"room {channel}", length) for channel in range(wave.shape[0] if wave.ndim == 2 else 1)]
    walls = np.stack(rows) * decay(length, t60) * fall(length, 0.1 * length / RATE)
    walls /= np.sqrt(np.square(walls).sum(axis=-1, keepdims=True))
    size = fft.next_fast_len(frames + length, real=True)
    place = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1e-3)
    # What the walls swallow: the top by 6 dB an octave, the lows by 12.
    answer = 1 / np.sqrt(1 + np.square(place / top)) / (1 + np.square(floor / place))
    wet: Wave = fft.irfft(fft.rfft(wave, size) * fft.rfft(walls, size) * answer, size)[..., :frames]
    return wet if wave.ndim == 2 else wet[0]


def crush(wave: Wave, bits: float, hold: float) -> Wave:
    """Rounds a wave to `bits` and repeats frames, about one in `hold` is fresh: an old converter, aliases and all."""
    steps = 2.0 ** (bits - 1)
    frames = wave.shape[-1]
    fresh = (np.floor(np.arange(frames) / hold) * hold).astype(np.intp)
    peak = float(np.abs(wave).max()) or 1.0
    crushed: Wave = np.round(wave[..., fresh] / peak * steps) / steps * peak
    return crushed
