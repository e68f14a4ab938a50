"""Cuts away what comes before and after a sound, so that every sample of a pad answers equally fast.

The onset is the first moment above max(peak − 34 dB, 6 × the noise of the lead-in); from there the way goes back to
where the sound leaves the noise, but at most 20 ms, or the ghost of a breath would delay a drum. The tail ends where
it sinks under max(peak − 60 dB, noise + 6 dB). Players notice 10 ms of delay, and jitter sooner than delay
(Jack et al., Music Perception 36(1), 2018): the lead-in that stays is 0.25–1 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio, Samples
from bridge.sound.envelope import amplitude, peaks, powers
from bridge.units import Seconds

ONSET = amplitude(-34.0)
START = amplitude(-50.0)
END = amplitude(-60.0)
NOTHING = amplitude(-100.0)
"""Under this, relative to the peak, a file is padded rather than noisy."""
LOUDEST_NOISE = amplitude(-30.0)
"""What is louder, relative to the peak, is part of the sound."""
LOUDEST_SHORT_NOISE = amplitude(-38.0)
ABOVE_NOISE = 6.0
"""Onset over noise RMS: white noise crosses it once in a billion samples."""
LEAVES_NOISE = 4.3
"""The same for the way back, which listens to a few milliseconds only: once in 58,000 samples."""
SINKS_INTO_NOISE = amplitude(6.0)

HOP = 0.00025
"""Seconds of a block of the peak envelope."""
NOISE_HOP = 0.001
"""Seconds of a block in which noise is measured."""
STRIDE = 5
"""Such blocks together are one whose level is compared with its neighbours'."""
LONG_STRETCH = 0.040
"""Seconds; what stays as quiet and level for so long is no attack."""
STEADY = 0.35
"""Standard deviation over mean of the blocks of a short stretch: 0.11 for white noise at 44.1 kHz, 0.25 at 8 kHz, 0.48
for a slow wave."""
PRE_ROLL = 0.0005
SNAP = 0.00025
WALK_BACK = 0.020
GAP = 0.004
"""A sound may be this long below the threshold and still be the same sound: half a wave at 125 Hz."""
SMALLEST_LEAD_IN = 0.0005
SMALLEST_TAIL = 0.010
"""Less than these is left alone: so trimming twice is trimming once, and nothing is gained by cutting it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """Holds the trimmed sound, and how many seconds were cut off before and after it."""

    audio: Audio
    lead_in: Seconds
    tail: Seconds


def trim(audio: Audio, *, longest: float, swells: bool = False) -> Trimmed:
    """Returns the sound alone, at most `longest` seconds of it; silence comes back untouched.

    A sound that `swells` may begin as slowly as it likes: its walk back is not limited. Trimming what was trimmed
    cuts nothing, because the cutting is repeated until it finds nothing to cut.
    """
    first, last = 0, audio.frames
    while True:
        start, end = _bounds(audio.samples[first:last], audio.sample_rate, longest, swells)
        if (start, end) == (0, last - first):
            break
        first, last = first + start, first + end
    return Trimmed(
        audio=audio.with_samples(audio.samples[first:last]),
        lead_in=Seconds(first / audio.sample_rate),
        tail=Seconds((audio.frames - last) / audio.sample_rate),
    )


def shorten(audio: Audio, longest: float) -> Audio:
    """Returns at most the first `longest` seconds of a sound."""
    return audio.with_samples(audio.samples[: max(1, round(longest * audio.sample_rate))])


def _bounds(samples: Samples, sample_rate: int, longest: float, swells: bool) -> tuple[int, int]:
    """Returns where the sound starts and ends, in frames; (0, frames) where there is nothing worth cutting."""
    frames = len(samples)
    hop = max(1, round(HOP * sample_rate))
    noise_hop = max(1, round(NOISE_HOP * sample_rate))
    envelope = peaks(samples, hop)
    peak = float(envelope.max(initial=0.0))
    if peak == 0.0:
        return 0, frames
    levels = powers(samples, noise_hop)
    start = _onset(envelope, peak, _noise(levels, peak), swells) * hop - round(PRE_ROLL * sample_rate)
    start = 0 if start < SMALLEST_LEAD_IN * sample_rate else _zero_crossing(samples, start, round(SNAP * sample_rate))
    end = _end(_coarse(levels), peak, _noise(levels[::-1], peak)) * STRIDE * noise_hop
    end = max(end if end < len(levels) // STRIDE * STRIDE * noise_hop else frames, int(envelope.argmax() + 1) * hop)
    end = frames if frames - end < SMALLEST_TAIL * sample_rate else end
    return start, min(end, start + max(1, round(longest * sample_rate)))


def _noise(levels: NDArray[np.float32], peak: float) -> float:
    """Returns the RMS of the noise in which a sound begins (or ends, if `levels` run backwards), 0 if none is heard.

    `levels` are the RMS of blocks of `NOISE_HOP`. Noise is a stretch of them, at least 15 ms, that stays within 6 dB,
    lies 30 dB under the peak, and neither rises nor falls: a fade is no noise, however quiet. A stretch shorter than
    `LONG_STRETCH` may be a breath or a bow before its tone: it must lie 38 dB under the peak, and be steady from block
    to block, as hiss is and as the waves of a soft attack are not.
    """
    sounding = np.flatnonzero(levels > NOTHING * peak)
    if not len(sounding):
        return 0.0
    levels = levels[sounding[0] :]  # padding with zeros says nothing about the noise
    ground = float(np.median(levels[: 4 * STRIDE]))
    coarse = _coarse(levels)
    louder = coarse > 2 * ground
    count = int(np.argmax(louder)) if louder.any() else len(coarse)
    if louder.any() and count > 3:
        count -= 1  # the attack may begin in the last block before it is loud
    stretch = coarse[:count]
    third = count // 3
    if third == 0 or ground > LOUDEST_NOISE * peak:
        return 0.0
    early, late = float(stretch[:third].mean()), float(stretch[-third:].mean())
    if max(early, late) >= 1.25 * min(early, late):
        return 0.0
    fine = levels[: count * STRIDE]
    unsteady = float(fine.std()) > STEADY * float(fine.mean())
    if count * STRIDE * NOISE_HOP < LONG_STRETCH and (unsteady or ground > LOUDEST_SHORT_NOISE * peak):
        return 0.0
    return float(np.sqrt(np.mean(stretch**2)))


def _coarse(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the RMS of every whole `STRIDE` blocks."""
    whole = levels[: len(levels) // STRIDE * STRIDE].reshape(-1, STRIDE)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1)))


def _onset(envelope: NDArray[np.float32], peak: float, noise: float, swells: bool) -> int:
    """Returns the block of the peak envelope with which the sound starts."""
    onset = int(np.argmax(envelope > max(ONSET * peak, ABOVE_NOISE * noise)))
    heard = np.flatnonzero(envelope[: onset + 1] > max(START * peak, LEAVES_NOISE * noise))
    breaks = np.flatnonzero(np.diff(heard) > round(GAP / HOP))
    start = int(heard[breaks[-1] + 1] if len(breaks) else heard[0])
    return start if swells else max(start, onset - round(WALK_BACK / HOP))


def _end(levels: NDArray[np.float32], peak: float, noise: float) -> int:
    """Returns the noise block before which the sound has ended; all of them where it never sinks."""
    heard = np.flatnonzero(levels > max(END * peak, SINKS_INTO_NOISE * noise))
    return int(heard[-1]) + 1 if len(heard) else len(levels)


def _zero_crossing(samples: Samples, start: int, reach: int) -> int:
    """Returns the last frame of [start − reach, start] at which the middle of the channels changes its sign."""
    first = max(0, start - reach)
    middle = samples[first : start + 1].sum(axis=1)
    crossings = np.flatnonzero(np.diff(np.signbit(middle)))
    return first + int(crossings[-1]) + 1 if len(crossings) else start
