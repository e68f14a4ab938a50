"""Finds a loop whose seam nobody hears, for sounds that sustain; any other sound stays a one-shot.

A stretch around every possible end is looked for in what came before it, by normalised cross-correlation; the place
that is most like it becomes the start. Of the best of these seams the smoothest is taken: the one at which the spectrum
changes least, beside what it changes anyway. What differs still is blended over 60 ms. The gains of the blend take into
account how much the two stretches agree, else the middle of a fade would be louder or softer than its ends (M. Fink,
M. Holters and U. Zölzer, "Signal-matched power-complementary cross-fading", DAFx 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bridge.audio import Audio, Samples
from bridge.domain.take import Verdict
from bridge.sound.envelope import amplitude, middle, powers
from bridge.units import Hz, Seconds

PERIODIC = 0.85
"""Clarity of the pitch under which a sound is too noisy or too restless to go round."""
SIMILAR = 0.9
LEVEL = 1.0
"""Decibels between the two sides of a seam: more would pulse."""
SUSTAINS = Seconds(0.6)
SUSTAINED = amplitude(-20.0)
"""Relative to the loudest moment: a sound sustains as long as it stays above."""
ATTACK_ENDS = amplitude(-3.0)
FALLS = 6.0
"""Decibels a second over the sustained part: what dies faster is a pluck, and going round would freeze it."""
SHORTEST = Seconds(0.15)
LONGEST = Seconds(4.0)
"""Farther back nothing is searched: a longer loop sounds no better and costs more to find."""
FADE = Seconds(0.060)
FADE_OUT = Seconds(0.050)
"""How long a finished sound fades at its end: there it is on its way to silence, and no loop may end."""
ENDS_IN = 0.45
"""The last share of the sustained part, in which a loop may end."""
ENDS = 12
"""How many ends are tried."""
PERIODS = 6
"""Of the stretch that is compared, on each side of the seam; within 5 and 30 ms."""
NARROWEST, WIDEST = Seconds(0.005), Seconds(0.030)
LEVEL_COSTS, LENGTH_PAYS = 0.02, 0.005
"""What a decibel between the sides costs, and what twice the length is worth, in similarity."""
HOP = Seconds(0.010)
CLOSE = 0.02
"""In score below the best: seams so good are heard out, and the smoothest is taken."""
HEARD_OUT = 8
AUDIBLE = 1.2
"""Times the usual change of the sound's spectrum: a seam that changes it more would be heard."""
UNHEARD = 0.02
"""Of the spectrum: a change that is not heard even in a steady tone."""
FLUX_WINDOW, FLUX_HOP = Seconds(0.020), Seconds(0.004)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looped:
    """Holds a sound and its `loop`: first and last frame, both played; None for a one-shot.

    With a loop, `audio` is the sound with its seam blended, else the sound as it was. `verdict` has the reason; its
    figure is the similarity of the two sides of the seam, 0…1, or what a one-shot fell short with.
    """

    audio: Audio
    loop: tuple[int, int] | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seam:
    """Holds a possible loop `[start, end)`, how similar its two sides are, and the level of the end over the start."""

    start: int
    end: int
    similarity: float
    level: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """Holds the stretch of a wave from frame `begin` on, in which the same templates of 2 × `half` frames are looked
    for many times: its spectrum of `size`, and the running sum of its squares."""

    wave: NDArray[np.float32]
    begin: int
    half: int
    size: int
    spectrum: NDArray[np.complex64]
    squares: Floats

    @classmethod
    def of(cls, wave: Floats, begin: int, end: int, half: int) -> _Past:
        stretch = wave[begin:end].astype(np.float32)
        size = fft.next_fast_len(len(stretch), real=True)
        squares = np.concatenate([[0.0], np.cumsum(np.square(wave[begin:end]))])
        return cls(wave=stretch, begin=begin, half=half, size=size, spectrum=fft.rfft(stretch, size), squares=squares)

    def seam(self, end: int, first: int, rate: int) -> _Seam | None:
        """Returns the best start, not before `first`, for a loop that ends before frame `end`; None without one.

        Alike is by the normalised cross-correlation of the surroundings of both.
        """
        last = end - round(SHORTEST * rate)
        if last < first:
            return None
        template = self.wave[end - self.half - self.begin : end + self.half - self.begin]
        places = slice(first - self.half - self.begin, last - self.half - self.begin + 1)
        products = fft.irfft(self.spectrum * np.conj(fft.rfft(template, self.size)), self.size)[places]
        own = float(np.square(template).sum()) + 1e-18
        energies = (self.squares[2 * self.half :] - self.squares[: -2 * self.half])[places]
        energies = np.maximum(energies, 1e-9 * own)
        alike = products / np.sqrt(energies * own)
        near = np.flatnonzero(alike >= SIMILAR)
        level = 10 * np.log10(own / energies[near])
        near, level = near[np.abs(level) <= LEVEL], level[np.abs(level) <= LEVEL]
        if not len(near):
            return None
        scores = alike[near] - LEVEL_COSTS * np.abs(level) + LENGTH_PAYS * np.log2((end - first - near) / rate)
        best = int(scores.argmax())
        return _Seam(
            start=first + int(near[best]),
            end=end,
            similarity=min(float(alike[near[best]]), 1.0),
            level=float(level[best]),
            score=float(scores[best]),
        )


def loop(audio: Audio, *, frequency: Hz, periodicity: float) -> Looped:
    """Returns the sound with a loop, if its pitch repeats clearly, it sustains, and an inaudible seam is found.

    `frequency` in Hz and `periodicity` (0…1) are what was measured of its pitch. Channels share their points. Run it
    after the fades and before the level: blending can move the peak by a fraction of a decibel.
    """
    if periodicity < PERIODIC or frequency <= 0:
        return _one_shot(audio, periodicity, f"its pitch is not clear enough ({periodicity:.2f}) to go round")
    attack, sustain = _sustained(audio)
    if sustain - attack <= SUSTAINS * audio.sample_rate:
        seconds = max(sustain - attack, 0) / audio.sample_rate
        return _one_shot(audio, seconds, f"it sustains for {seconds:.2f} s only")
    falls = _falls(audio, attack, sustain)
    if falls > FALLS:
        return _one_shot(audio, falls, f"it dies away by {falls:.0f} dB a second")
    seams = _seams(audio, frequency, attack, sustain)
    if not seams:
        return _one_shot(audio, 0.0, "no two places in it are alike enough")
    change, usual, seam = _smoothest(audio, seams)
    if change > max(AUDIBLE * usual, UNHEARD):
        return _one_shot(audio, change / usual, f"its best seam would be heard ({change / usual:.2f} of what is usual)")
    length = (seam.end - seam.start) / audio.sample_rate
    text = f"loops {length:.2f} s; its sides are {seam.similarity:.3f} alike and {seam.level:+.1f} dB apart"
    return Looped(
        audio=_blended(audio, seam.start, seam.end),
        loop=(int(seam.start), int(seam.end) - 1),
        verdict=Verdict(name="loop", figure=seam.similarity, rule="pass", text=text),
    )


def _one_shot(audio: Audio, figure: float, reason: str) -> Looped:
    return Looped(
        audio=audio, loop=None, verdict=Verdict(name="loop", figure=figure, rule="pass", text=f"no loop: {reason}")
    )


def _sustained(audio: Audio) -> tuple[int, int]:
    """Returns the frames at which the attack is over and at which the sound has sunk by 20 dB for good."""
    hop = max(1, round(HOP * audio.sample_rate))
    levels = powers(audio.samples, hop)
    if not len(levels) or not levels.any():
        return 0, 0
    attack = int(np.argmax(levels >= ATTACK_ENDS * levels.max()))
    sustain = int(np.flatnonzero(levels >= SUSTAINED * levels.max())[-1]) + 1
    return attack * hop, sustain * hop


def _falls(audio: Audio, attack: int, sustain: int) -> float:
    """Returns by how many decibels a second the sustained part falls, by the straight line through its levels."""
    hop = max(1, round(HOP * audio.sample_rate))
    levels = powers(audio.samples[attack:sustain], hop).astype(np.float64)
    decibels = 20 * np.log10(np.maximum(levels, SUSTAINED * levels.max()))
    return float(-np.polyfit(np.arange(len(decibels)) * HOP, decibels, 1)[0])


def _seams(audio: Audio, frequency: Hz, attack: int, sustain: int) -> list[_Seam]:
    """Returns the best seams that are similar and level enough, the best first."""
    rate = audio.sample_rate
    wave = middle(audio)
    half = round(min(max(PERIODS / frequency, NARROWEST), WIDEST) * rate)
    margin = max(half, round(FADE * rate))
    last = min(sustain, audio.frames - round(FADE_OUT * rate)) - margin
    first = attack + margin
    earliest = max(last - round(ENDS_IN * (sustain - attack)), first + round(SHORTEST * rate))
    if last <= earliest:
        return []
    ends = _rising(wave, np.linspace(earliest, last, ENDS).round().astype(int), round(rate / frequency))
    past = _Past.of(wave, max(first, min(ends) - round(LONGEST * rate)) - half, max(ends) + half, half)
    seams = [past.seam(end, max(first, end - round(LONGEST * rate)), rate) for end in ends]
    best = sorted((seam for seam in seams if seam is not None), key=lambda seam: -seam.score)[:HEARD_OUT]
    return [seam for seam in best if seam.score >= best[0].score - CLOSE]


def _smoothest(audio: Audio, seams: list[_Seam]) -> tuple[float, float, _Seam]:
    """Returns what share of the spectrum changes where a player goes round, what changes from moment to moment anyway
    (the 90th percentile), and the seam with the smallest of the first over the second."""
    wave, rate = middle(audio), audio.sample_rate
    begin, hop = min(seam.start for seam in seams), max(1, round(FLUX_HOP * rate))
    changes, loud = _flux(wave[begin : max(seam.end for seam in seams)], rate)
    into, window = round(FADE * rate), round(FLUX_WINDOW * rate)
    reach = 2 * window
    heard = []
    for seam in seams:
        usual = float(np.percentile(changes[-(-(seam.start - begin) // hop) : (seam.end - begin - window) // hop], 90))
        leaving, coming = wave[seam.end - into : seam.end], wave[seam.start - into : seam.start]
        blended = _mixed(leaving[:, None], coming[:, None])[-reach:, 0]
        jump = np.concatenate([blended, wave[seam.start : seam.start + reach]])
        change = float(_flux(jump, rate)[0].max())
        heard.append((change / loud, (usual + 1e-9) / loud, seam))
    return min(heard, key=lambda each: each[0] / each[1])


def _flux(wave: Floats, rate: int) -> tuple[Floats, float]:
    """Returns how much the magnitudes of the spectrum change from each moment to the next, and their usual sum."""
    window = min(round(FLUX_WINDOW * rate), len(wave))
    frames = np.lib.stride_tricks.sliding_window_view(wave, window)[:: max(1, round(FLUX_HOP * rate))]
    magnitudes = np.abs(fft.rfft((frames * np.hanning(window)).astype(np.float32), axis=1))
    changes: Floats = np.abs(np.diff(magnitudes, axis=0)).sum(axis=1)
    return changes, float(magnitudes.sum(axis=1).mean()) or 1.0


def _rising(wave: Floats, places: NDArray[np.intp], reach: int) -> list[int]:
    """Returns the places moved back to where the wave last rose through zero, within `reach` frames."""
    moved = []
    for place in places:
        first = max(0, place - reach)
        signs = np.signbit(wave[first : place + 1])
        crossings = np.flatnonzero(signs[:-1] & ~signs[1:])
        moved.append(first + int(crossings[-1]) + 1 if len(crossings) else int(place))
    return moved


def _blended(audio: Audio, start: int, end: int) -> Audio:
    """Returns the sound with the way into `end` blended into the way into `start`, and back again after it.

    So the last frame of the loop is followed by its first as if they always had been neighbours; played on, past the
    end, the sound finds back to itself as smoothly, and a player that interpolates there reads what it expects.
    """
    samples = audio.samples.copy()
    into = min(round(FADE * audio.sample_rate), start)
    samples[end - into : end] = _mixed(audio.samples[end - into : end], audio.samples[start - into : start])
    back = min(round(FADE * audio.sample_rate), audio.frames - end)
    samples[end : end + back] = _mixed(audio.samples[start : start + back], audio.samples[end : end + back])
    return audio.with_samples(samples)


def _mixed(leaving: Samples | Floats, coming: Samples | Floats) -> Floats:
    """Returns the fade from one stretch into another of the same shape, at constant power however alike they are."""
    place = (np.arange(len(leaving)) + 0.5) / max(len(leaving), 1)
    coming_gain = 0.5 - 0.5 * np.cos(np.pi * place)
    leaving_gain = 1 - coming_gain
    one, other = leaving.astype(np.float64), coming.astype(np.float64)
    energies = np.square(one).sum() * np.square(other).sum()
    alike = max(float((one * other).sum() / np.sqrt(energies)), 0.0) if energies > 0 else 1.0
    power = leaving_gain**2 + coming_gain**2 + 2 * alike * leaving_gain * coming_gain
    mixed: Floats = (one * leaving_gain[:, None] + other * coming_gain[:, None]) / np.sqrt(power)[:, None]
    return mixed
