"""Brings the attacks of the members of a set together: round robin and velocity layers must not stumble.

Players hear jitter sooner than delay (Jack et al., Music Perception 36(1), 2018). Two questions are asked of every
member against the first: how far apart do the envelopes rise, and, where the waves themselves are alike, how far
apart do they lie. The second answer is exact to a sample, the first keeps it from being a period off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import fftconvolve

from bridge.audio import Audio
from bridge.sound.envelope import amplitude
from bridge.units import Seconds

LISTEN = Seconds(0.080)
"""From the beginning of every member: its attack."""
SMOOTH = Seconds(0.001)
SEARCH = Seconds(0.025)
"""How far apart attacks are looked for: more than a trim leaves."""
NEAR = Seconds(0.0015)
"""Around the answer of the envelopes, where the waves are compared."""
ALIKE = 0.6
"""Correlation of two waves that come from the same sound."""
FARTHEST = Seconds(0.004)
"""From the middle of the set; what lies further begins in another way, and a gap before it would be worse."""
QUIET = amplitude(-34.0)
"""Relative to the peak: under this a beginning that only some members have, a ghost or a breath, may go."""


def delays(sounds: Sequence[Audio]) -> list[Seconds]:
    """Returns by how much later the attack of each sound comes than that of the first; all have one sample rate."""
    if not sounds:
        return []
    rate = sounds[0].sample_rate
    waves = [_beginning(sound) for sound in sounds]
    rises = [_rise(wave, rate) for wave in waves]
    return [Seconds(0.0)] + [
        Seconds(_delay(waves[0], rises[0], wave, rise, rate) / rate)
        for wave, rise in zip(waves[1:], rises[1:], strict=True)
    ]


def align(sounds: Sequence[Audio]) -> list[tuple[Audio, Seconds | None]]:
    """Returns every sound with its attack at the same place, and the silence that was put before it for that.

    The latest attack stays, the others wait for it. What lies more than `FARTHEST` behind the earliest loses so much of
    its beginning (negative), if that is `QUIET`. One whose attack still lies more than `FARTHEST` from the middle of
    the set stays as it is (None) and does not hold up the others.
    """
    found = delays(sounds)
    if len(found) < 2:
        return [(sound, Seconds(0.0)) for sound in sounds]
    heads = [_quiet_head(sound, delay - min(found)) for sound, delay in zip(sounds, found, strict=True)]
    sounds = [
        sound.with_samples(sound.samples[head:]) if head else sound
        for sound, head in zip(sounds, heads, strict=True)
    ]
    found = [Seconds(delay - head / sound.sample_rate) for delay, head, sound in zip(found, heads, sounds, strict=True)]
    middle = sorted(found)[(len(found) - 1) // 2]
    together = [abs(delay - middle) <= FARTHEST for delay in found]
    latest = max(delay for delay, near in zip(found, together, strict=True) if near)
    return [
        _later(sound, latest - delay, head) if near else (sound, Seconds(-head / sound.sample_rate) if head else None)
        for sound, delay, head, near in zip(sounds, found, heads, together, strict=True)
    ]


def _quiet_head(audio: Audio, seconds: float) -> int:
    """Returns how many frames of a sound go so that it begins so much earlier; 0 where that is little or heard."""
    frames = round(seconds * audio.sample_rate)
    if seconds <= FARTHEST or frames >= audio.frames:
        return 0
    heard = np.abs(audio.samples)
    return frames if heard[:frames].max(initial=0.0) < QUIET * heard.max(initial=0.0) else 0


def _later(audio: Audio, seconds: float, head: int) -> tuple[Audio, Seconds]:
    frames = round(seconds * audio.sample_rate)
    moved = Seconds((frames - head) / audio.sample_rate)
    if frames == 0:
        return audio, moved
    silence = np.zeros((frames, audio.channels), dtype=np.float32)
    return audio.with_samples(np.concatenate([silence, audio.samples])), moved


def _beginning(audio: Audio) -> NDArray[np.float64]:
    """Returns the attack as a wave of `LISTEN`, the mean of the channels, padded with zeros."""
    frames = round(LISTEN * audio.sample_rate)
    wave = np.zeros(frames)
    part = audio.samples[:frames].mean(axis=1, dtype=np.float64)
    wave[: len(part)] = part
    return wave


def _rise(wave: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Returns where the envelope of a wave rises: the positive slope of its smoothed amplitude."""
    kernel = np.hanning(2 * max(1, round(SMOOTH * rate)) + 1)
    envelope = fftconvolve(np.abs(wave), kernel, mode="same")
    return np.asarray(np.maximum(np.diff(envelope, prepend=0.0), 0.0))


def _delay(
    first: NDArray[np.float64], first_rise: NDArray[np.float64], wave: NDArray[np.float64], rise: NDArray[np.float64],
    rate: int,
) -> int:
    """Returns by how many frames `wave` comes later than `first`."""  # fmt: skip
    search, near = round(SEARCH * rate), max(1, round(NEAR * rate))
    coarse = _best(_correlation(first_rise, rise), 0, search)[0]
    # A wave turned upside down is the same sound.
    fine, alike = _best(np.abs(_correlation(first, wave)), coarse, near)
    # At the edge of what was looked at, the best is no summit.
    return fine if alike >= ALIKE and abs(fine - coarse) < near else coarse


def _correlation(first: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the correlation for every lag, −1…1; the index is the lag, negative ones from the end."""
    size = fft.next_fast_len(2 * len(first), real=True)
    scale = float(np.sqrt(np.dot(first, first) * np.dot(other, other)))
    if scale == 0.0:
        return np.zeros(size)
    product = fft.irfft(np.conj(fft.rfft(first, size)) * fft.rfft(other, size), size)
    return np.asarray(product / scale)


def _best(correlation: NDArray[np.float64], around: int, reach: int) -> tuple[int, float]:
    """Returns the lag of the highest correlation within `reach` frames around a lag, and how high it is."""
    lags = np.arange(around - reach, around + reach + 1)
    values = correlation[lags]
    place = int(values.argmax())
    return int(lags[place]), float(values[place])
