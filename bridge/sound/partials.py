"""Reads the partials of a stretch of sound, and what they say about it: the exact pitch, or more notes than one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from bridge.units import Hz

Floats = NDArray[np.float64]

REFINED_BY = 6
"""Partials whose places give the fraction of a cent."""
NEAR = 2 ** (45 / 1200)
"""A partial is looked for within this ratio of its place."""
FEWEST_PERIODS = 8
"""Under which the partials of a low, short sound run into each other."""
LOWEST, HIGHEST = Hz(25.0), Hz(6_000.0)
"""Where partials are told apart."""
FAINTEST = 1e-4
"""Of the strongest partial's power: what is weaker is no partial."""
LOBE = 5
"""Bins to each side of a peak that are its own: half the main lobe of a Hann window, padded to twice its length."""
MOST = 40

HARMONICS = 8
"""Up to which partials speak for a note, each with 0.85 of the one before it."""
FADING = 0.85
IN_TUNE, LEFT, STRETCH = 25.0, 35.0, 1.0
"""Cents by which a partial may be off its place; from which it is another note's, and by how many more for each partial
further up, as strings are stiff."""
LEADING = 0.08
"""Amplitude, of the strongest partial's, from which a partial may be the ground of a note."""
SECOND_NOTE = 0.35
"""What speaks for a second note, as a share of what speaks for the first."""
TWO_NOTES, PEAK = 0.3, 3.0
"""Share of the power that the partials of two notes have between them in a chord; the sum of a peak's own bins, of its
height."""
SEMITONE_STEP = 25.0
"""Cents by which the interval of two notes may differ from whole semitones."""
GROUND, STRONG = 0.03, 0.3
"""Amplitudes, of the strongest partial's, from which a ground sounds, and from which it is believed off its place."""
BESIDE, BENT = 45.0, 200.0
"""Cents off its place within which a ground is looked for, and, if it is strong, looked for next."""
MULTIPLES = 9
PRIMES = (1, 2, 3, 5, 7, 11)
"""Partials that no other one of a deeper note would bring along."""
DENSE = 0.5
"""Share of the expected partials from which a ground that does not sound itself is believed."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Holds the power of a stretch by frequency; `step` is the distance of its values in Hz."""

    power: Floats
    step: float
    seconds: float

    @classmethod
    def of(cls, wave: NDArray[np.float32], rate: int) -> Spectrum:
        size = fft.next_fast_len(2 * len(wave), real=True)
        spectrum = fft.rfft(wave * np.hanning(len(wave)).astype(np.float32), size)
        power = np.square(spectrum.real, dtype=np.float64) + np.square(spectrum.imag, dtype=np.float64)
        return cls(power, rate / size, len(wave) / rate)

    def top(self, peaks: NDArray[np.intp]) -> Floats:
        """Returns the places, in bins, of the parabolas' tops through the logarithms at some peaks."""
        left, top, right = (np.log(self.power[peaks + side] + 1e-30) for side in (-1, 0, 1))
        shifts: Floats = peaks + 0.5 * (left - right) / np.minimum(left - 2 * top + right, -1e-9)
        return shifts

    def refined(self, frequency: Hz) -> Hz:
        """Returns the frequency that the first partials agree on, each with its power as weight; a stretch too short
        to tell them apart gives back the one that came in."""
        if self.seconds * frequency < FEWEST_PERIODS:
            return frequency
        weights, answers = [], []
        for partial in range(1, REFINED_BY + 1):
            centre = partial * frequency / self.step
            low, high = max(1, round(centre / NEAR)), min(round(centre * NEAR), len(self.power) - 2)
            if high < low:
                break
            peak = low + int(self.power[low : high + 1].argmax())
            if self.power[peak - 1] <= self.power[peak] > self.power[peak + 1]:  # else it lies outside: another's
                answers.append(float(self.top(np.array([peak]))[0]) * self.step / partial)
                weights.append(float(self.power[peak]))
        return Hz(float(np.average(answers, weights=weights))) if answers else frequency

    def partials(self) -> Partials:
        """Returns the strongest peaks, at most 40, down to −40 dB of the strongest."""
        low = max(1, int(LOWEST / self.step))
        power = self.power[low - 1 : int(HIGHEST / self.step) + 1]
        if len(power) < 3:
            return Partials(np.zeros(0), np.zeros(0), 0.0)
        peaks = np.flatnonzero((power == maximum_filter1d(power, 2 * LOBE + 1)) & (power > FAINTEST * power.max()))
        peaks = peaks[(peaks > 0) & (peaks < len(power) - 1)]
        peaks = np.sort(peaks[np.argsort(-power[peaks])[:MOST]])
        highest = max(float(power.max()), 1e-30)
        loud = np.sqrt(power[peaks] / highest)
        return Partials(self.top(peaks + low - 1) * self.step, loud, float(power.sum()) / highest)


@dataclass(frozen=True, slots=True)
class Partials:
    """Holds partials: their frequencies in Hz, ascending, and their amplitudes, the strongest 1; `total` is the sum of
    the spectrum that they are peaks of, with the same peak."""

    frequencies: Floats
    loud: Floats
    total: float

    def nearest(self, grounds: Floats) -> tuple[Floats, Floats]:
        """Returns, shape `(grounds, partials)`, which multiple of each ground a partial is next to, and how many
        cents it is off."""
        ratios = self.frequencies[None, :] / grounds[:, None]
        numbers = np.maximum(np.round(ratios), 1.0)
        return numbers, np.abs(1200 * np.log2(ratios / numbers))

    def has(self, frequencies: Floats) -> NDArray[np.bool_]:
        """Tells for each frequency whether a partial is there."""
        off = np.abs(1200 * np.log2(self.frequencies[None, :] / frequencies[:, None]))
        there: NDArray[np.bool_] = (off <= IN_TUNE).any(axis=1)
        return there

    def are_chord(self) -> bool:
        """Tells whether these are the partials of more notes than one.

        The strongest note is taken with all its partials. What is left must have another ground, with a second or
        third partial of its own, whole semitones away, and both must not be partials of one deeper note.
        """
        if len(self.frequencies) < 4:
            return False
        numbers, off = self.nearest(self.frequencies)
        speaks = np.where((numbers <= HARMONICS) & (off <= IN_TUNE), np.sqrt(self.loud) * FADING ** (numbers - 1), 0.0)
        speaks[self.loud < LEADING] = 0.0
        strengths = speaks.sum(axis=1)
        first = int(strengths.argmax())
        left = off[first] > LEFT + STRETCH * numbers[first]
        own = left & (speaks > 0)
        grounds = left & (own & (numbers >= 2) & (numbers <= 3)).any(axis=1)
        rest = np.where(grounds, (speaks * own).sum(axis=1), 0.0)
        second = int(rest.argmax())
        if rest[second] < SECOND_NOTE * strengths[first]:
            return False
        both = float(np.square(self.loud[~left | own[second]]).sum())
        if both * PEAK < TWO_NOTES * self.total:
            return False
        interval = self.frequencies[second] / self.frequencies[first]
        return _semitones(interval) and not self._of_one(float(self.frequencies[first]), float(interval))

    def _of_one(self, first: float, interval: float) -> bool:
        """Tells whether two grounds are partials of one deeper note, whose other partials sound too."""
        ratio = Fraction(interval).limit_denominator(8)
        p, q = ratio.numerator, ratio.denominator
        if p == 1 or q == 1:
            return True
        others = np.array([n for n in PRIMES if n % p and n % q], dtype=np.float64)
        return float(self.has(others * first / q).mean()) >= DENSE

    def ground(self, frequency: Hz) -> Hz | None:
        """Returns the ground that a frequency stands for; None where nothing is.

        That is itself if it sounds or half of its multiples do, else a strong partial beside it: the other partials
        of a bar or bell bend its period.
        """
        if len(self.frequencies) == 0:
            return None
        off = np.abs(1200 * np.log2(self.frequencies / frequency))
        if self.loud[off <= BESIDE].max(initial=0.0) >= GROUND:
            return frequency
        multiples = np.arange(2.0, min(MULTIPLES, int(HIGHEST / frequency)) + 1, dtype=np.float64)
        if len(multiples) > 1 and self.has(multiples * frequency).mean() >= DENSE:
            return frequency
        strong = np.where(off <= BENT, self.loud, 0.0)
        return Hz(float(self.frequencies[strong.argmax()])) if strong.max() >= STRONG else None


def _semitones(ratio: float) -> bool:
    cents = 1200 * np.log2(ratio)
    return bool(abs(cents - 100 * round(cents / 100)) <= SEMITONE_STEP and round(cents / 100) % 12)
