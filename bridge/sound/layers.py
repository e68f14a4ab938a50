"""Makes velocity layers and round-robin turns out of one sound, and measures what tells several sounds apart.

A softer stroke is duller and begins less sharply; how loud it is, the player's velocity curve says, so every layer is
as loud as the sound itself. Two strokes of one hand differ by a few cents, tenths of a decibel and fractions of a
millisecond. All of it is decided by a key, such as the sound's hash: the same sound has the same siblings for ever.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import bilinear, lfilter

from bridge.audio import Audio, Samples
from bridge.domain.instrument import Character
from bridge.sound.envelope import SILENT, amplitude, highest, powers
from bridge.sound.level import true_peak
from bridge.sound.trim import ONSET
from bridge.sound.tune import varispeed
from bridge.units import Cents, Decibels, Hz, Seconds

SOFT = ((Decibels(-12.0), 0.6, Seconds(0.003)), (Decibels(-5.0), 0.3, Seconds(0.0015)))
"""The layers under the sound itself, softest first: how much duller above its own brightness, and by which share the
attack is held back for how long."""
MOST_CENTS = Cents(4.0)
LEAST_CENTS = Cents(1.5)
"""Under this two turns would sound like one sample again."""
MOST_DECIBELS = Decibels(0.5)
MOST_TILT = Decibels(1.0)
MOST_DELAY = Seconds(0.0002)
"""A quarter of a millisecond is what the starts of one pad's samples may differ by."""

ATTACK = Seconds(0.100)
"""The part by which layers are put in step."""
STEP = Seconds(0.001)
"""Farther than this no layer has moved by its filter."""
LOUD = Seconds(0.050)
HIGHEST_PIVOT = 0.2
"""Of the sample rate: a shelf above has nothing to hold on to."""

BANDS, TIMES = 24, 18
LOWEST_HZ, HIGHEST_HZ = 40.0, 16_000.0
FIRST_TIME, LAST_TIME = Seconds(0.004), Seconds(2.0)
DEPTH = Decibels(60.0)
"""Below the loudest cell of a profile nothing counts."""
WINDOW, HOP = Seconds(0.023), Seconds(0.004)

Floats = NDArray[np.float64]


def velocity_layers(audio: Audio) -> tuple[Audio, ...]:
    """Returns three layers, softest first, as loud as each other, in step, none with a higher peak; the last is the
    sound itself. Silence has only itself."""
    if highest(audio.samples) == 0.0:
        return (audio,)
    pivot = _brightness(audio)
    softer = (_softened(audio, pivot, tilt, share, seconds) for tilt, share, seconds in SOFT)
    return (*(_as_loud(layer, audio) for layer in softer), audio)


def turns(audio: Audio, count: int, key: str) -> tuple[Audio, ...]:
    """Returns `count` ≥ 1 strokes of the same sound, the first of them the sound itself.

    The others differ by up to 4 cents, 0.5 dB, 1 dB of tilt and 0.2 ms, as `key` decides; none has a higher peak. Their
    pitch still counts as the sound's own: the cents are the humanity that was asked for, not an error to correct.
    """
    pivot = _brightness(audio)
    return (audio, *(_turn(audio, pivot, _dice(key, number), number) for number in range(1, count)))


def character(audio: Audio) -> Character:
    """Returns how bright a sound is, and its profile; silence has a profile of zeros."""
    return Character(brightness=_brightness(audio), profile=tuple(float(level) for level in _profile(audio)))


def _brightness(audio: Audio) -> Hz:
    """Returns the centre of a sound's power over the octaves from `LOWEST_HZ` to `HIGHEST_HZ`; 0 for silence."""
    power = _power(audio.samples)
    hertz = np.arange(len(power)) * (audio.sample_rate / 2 / max(len(power) - 1, 1))
    heard = (hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ)
    total = float(power[heard].sum())
    return Hz(math.exp(float((np.log(hertz[heard]) * power[heard]).sum()) / total)) if total else Hz(0.0)


def _power(samples: Samples) -> Floats:
    """Returns the power spectrum of a sound, its channels together."""
    size = fft.next_fast_len(2 * (len(samples) // 2 + 1), real=True)
    size += size % 2
    power: Floats = np.square(np.abs(fft.rfft(samples.astype(np.float64), size, axis=0))).sum(axis=1)
    return power


def _softened(audio: Audio, pivot: Hz, tilt: Decibels, share: float, seconds: Seconds) -> Audio:
    """Returns the sound duller by `tilt` above its pivot, its attack held back by `share` at first."""
    dull = _in_step(_shelved(audio, pivot, tilt), audio)
    rate = audio.sample_rate
    onset = int(np.argmax(np.abs(audio.samples).max(axis=1) >= ONSET * highest(audio.samples)))
    since = np.clip((np.arange(audio.frames) - onset) / max(seconds * rate, 1), 0, 1)
    gain = 1 - share * (0.5 + 0.5 * np.cos(np.pi * since))
    return dull.with_samples(dull.samples * gain[:, None])


def _turn(audio: Audio, pivot: Hz, dice: np.random.Generator, number: int) -> Audio:
    # Turns go sharp and flat by turns, so that no two neighbours fall together.
    cents = dice.uniform(LEAST_CENTS, MOST_CENTS) * (1 if number % 2 else -1)
    gain = amplitude(dice.uniform(-MOST_DECIBELS, MOST_DECIBELS))
    tilt = Decibels(dice.uniform(-MOST_TILT, MOST_TILT))
    delay = round(dice.uniform(0, MOST_DELAY) * audio.sample_rate)
    moved = _shelved(varispeed(audio, cents), pivot, tilt)
    late = np.concatenate([np.zeros((delay, audio.channels), dtype=np.float32), moved.samples * gain])
    return _capped(audio.with_samples(late), true_peak(audio))


def _dice(key: str, number: int) -> np.random.Generator:
    seed = hashlib.sha256(f"{key} turn {number}".encode()).digest()
    return np.random.default_rng(int.from_bytes(seed[:16]))


def _shelved(audio: Audio, pivot: Hz, tilt: Decibels) -> Audio:
    """Returns the sound with a first-order high shelf: `tilt` dB far above the pivot, half of it there."""
    if pivot <= 0 or not audio.frames:
        return audio
    gain = amplitude(tilt)
    corner = min(pivot * math.sqrt(gain), HIGHEST_PIVOT * audio.sample_rate)
    warped = 2 * audio.sample_rate * math.tan(math.pi * corner / audio.sample_rate)
    numerator, denominator = bilinear([gain / warped, 1], [1 / warped, 1], audio.sample_rate)
    return audio.with_samples(lfilter(numerator, denominator, audio.samples, axis=0))


def _in_step(layer: Audio, original: Audio) -> Audio:
    """Returns the layer moved by the fraction of a millisecond that its filter took; its length stays."""
    frames = round(ATTACK * original.sample_rate)
    one = original.samples[:frames].astype(np.float64).mean(axis=1)
    other = layer.samples[:frames].astype(np.float64).mean(axis=1)
    size = fft.next_fast_len(2 * len(one), real=True)
    likeness = fft.irfft(np.conj(fft.rfft(one, size)) * fft.rfft(other, size), size)
    reach = min(round(STEP * original.sample_rate), len(one) - 1)
    late = int(likeness[: reach + 1].argmax())  # a causal filter is never early
    return layer.with_samples(np.pad(layer.samples[late:], ((0, late), (0, 0))))


def _as_loud(layer: Audio, original: Audio) -> Audio:
    """Returns the layer as loud as the original in its loudest moment, as far as the original's peak allows."""
    hop = max(1, min(round(LOUD * original.sample_rate), original.frames))
    level = float(powers(layer.samples, hop).max(initial=0.0))
    gain = float(powers(original.samples, hop).max(initial=0.0)) / level if level else 1.0
    return _capped(layer.with_samples(layer.samples * gain), true_peak(original))


def _capped(audio: Audio, peak: Decibels) -> Audio:
    """Returns the sound, lower if its true peak is above `peak`."""
    over = true_peak(audio) - peak
    return audio.with_samples(audio.samples * amplitude(-over)) if over > 0 and peak > SILENT else audio


def _profile(audio: Audio) -> Floats:
    """Returns the loudness of a sound over bands and times, `BANDS` × `TIMES` values, 0…1; time runs logarithmically,
    because the attack says more than the tail."""
    rate = audio.sample_rate
    window, hop = round(WINDOW * rate), max(1, round(HOP * rate))
    frames = math.ceil(LAST_TIME / HOP)
    wave = audio.mono()[: frames * hop]
    wave = np.pad(wave, (window // 2, frames * hop + window - len(wave)))
    spectra = np.lib.stride_tricks.sliding_window_view(wave, window)[::hop][:frames] * np.hanning(window)
    power = np.square(np.abs(fft.rfft(spectra, axis=1)))
    hertz = np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, 0.45 * rate), BANDS + 1)
    bands = _means(power, hertz * window / rate)
    cells = _means(bands.T, np.geomspace(FIRST_TIME, LAST_TIME, TIMES + 1) / HOP - FIRST_TIME / HOP).T
    top = float(cells.max())
    if top == 0.0:
        return np.zeros(BANDS * TIMES)
    levels = 10 * np.log10(np.maximum(cells / top, 10 ** (-DEPTH / 10)))
    profile: Floats = (1 + levels / DEPTH).ravel()
    return profile


def _means(rows: Floats, edges: Floats) -> Floats:
    """Returns the means of the columns between edges, at least one column each."""
    starts = np.minimum(np.floor(edges[:-1]).astype(int), rows.shape[1] - 1)
    ends = np.maximum(np.ceil(edges[1:]).astype(int), starts + 1)
    return np.stack([rows[:, start:end].mean(axis=1) for start, end in zip(starts, ends, strict=True)], axis=1)
