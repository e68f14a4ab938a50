"""Finds the pitch of a one-shot, and says so when there is none.

Many short frames are each asked for their period by the normalised square difference (P. McLeod and G. Wyvill, "A
Smarter Way to Find Pitch", ICMC 2005); the answers vote with weights, the late ones more, because an 808 and an FM
bell settle late; the partials of the winning stretch then give the fraction of a cent, and tell a note from a chord,
which repeats too, some octaves below its notes, where nothing sounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import butter, sosfilt

from bridge.audio import Audio
from bridge.sound.envelope import amplitude, peaks
from bridge.sound.partials import Spectrum
from bridge.units import Cents, Hz, MidiNote, hz_of, pitch_of

Floats = NDArray[np.float64]
Kind = Literal["note", "chord", "noise", "unsure"]

RATE = 22_050
LOWEST = Hz(15.0)
FRAME = 0.160
HOP = 1 / 6
"""Of a frame."""
MOST_FRAMES = 96
BATCH = 16
"""Frames that are worked on at once: as many as a processor's cache holds."""
LONGEST_LAG = 0.55
"""Of a frame."""
FIRST_PEAK = 0.9
"""The first peak of at least this share of the highest is the period; the highest may be a multiple of it."""
TAIL_BIAS = 0.9
SAME_PITCH = 0.35
"""Semitones around a pitch within which frames agree with it."""
SKIP_SECONDS, SKIP_SHARE = 0.030, 0.15
STARTS, STOPS = amplitude(-30.0), amplitude(-40.0)
SHORTEST = 0.010
"""Seconds of sound under which nothing is measured."""
HEARD_FRAMES = 12
"""Frames of which the purity is taken: enough for a mean."""

PERIODIC = 0.75
"""Periodicity from which a sound is tonal."""
NOISY = 0.6
"""Periodicity under which a sound is noise, if it is no chord."""
CHORDAL = 0.5
"""Periodicity from which a sound may be a chord; noise has partials of more notes than one too."""
PURE, PURER = 0.5, 0.75
"""Purity from which a sound is no noise over a hum, and from which a drum has a note."""
POSSIBLE, CERTAIN = 0.5, 0.75
"""Confidence from which a pitch is a claim, and from which it is one of a sound that need not have any."""
DOUBTFUL_OCTAVE = 0.8
"""Agreement under which the usual register may move the octave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pitch:
    """Holds what was found: `frequency` in Hz (0: nothing), its nearest MIDI note `root` and the `cents` above it.

    `kind` says what the sound is. `confidence` is agreement times periodicity, both 0…1. `purity` is the periodicity
    when every octave counts alike: the sizzle of a snare weighs as much there as the hum of its shell. `glide` is how
    many semitones the sound starts above its pitch. `octave` is by how many semitones the usual register moved the
    answer: −12, 0 or 12.
    """

    frequency: Hz
    root: MidiNote
    cents: Cents
    kind: Kind
    confidence: float
    periodicity: float
    agreement: float
    purity: float
    glide: float
    octave: int = 0

    def claimed(self, threshold: float = POSSIBLE) -> bool:
        """Tells whether this is a claim: one note, and at least as confident as `threshold`."""
        pure = self.purity >= (PURER if threshold >= CERTAIN else PURE)
        return self.kind == "note" and pure and self.confidence >= threshold


NO_PITCH = Pitch(
    frequency=Hz(0.0),
    root=MidiNote(0),
    cents=Cents(0.0),
    kind="unsure",
    confidence=0.0,
    periodicity=0.0,
    agreement=0.0,
    purity=0.0,
    glide=0.0,
)
NOISE = replace(NO_PITCH, kind="noise")


def measure(audio: Audio, register: tuple[int, int] | None = None) -> Pitch:
    """Returns the pitch of a sound; `NO_PITCH` where there is too little to measure, `NOISE` where nothing repeats.

    `register` is where its root usually lies (lowest and highest note). It decides about the octave only, and only
    where the frames themselves disagree.
    """
    wave = _listen(audio)
    frames, times, length = _frames(wave)
    if not len(frames):
        return NO_PITCH
    batches = [_periods(frames[first : first + BATCH]) for first in range(0, len(frames), BATCH)]
    periods, clarity = np.concatenate(batches, axis=1)
    energy = np.square(frames, dtype=np.float64).mean(axis=1)
    found = (periods > 0) & (energy > 0)
    weights = np.where(found, energy**0.25 * clarity**2 * (1 - TAIL_BIAS + TAIL_BIAS * times), 0.0)
    semitones = np.full(len(periods), -np.inf)
    semitones[found] = 69 + 12 * np.log2(RATE / periods[found] / 440)
    voters, agreement = _vote(semitones, weights)
    if not voters.any():
        return NOISE if energy.any() else NO_PITCH
    median = _weighted_median(semitones[voters], weights[voters])
    glide = float(semitones[found][0] - median)
    begins = _starts(len(wave), length)[voters]
    settled = begins[len(begins) // 2] if glide > SAME_PITCH else begins[0]
    periodicity = float(np.average(np.clip(clarity, 0, 1), weights=energy))
    purity = _purity(frames, periods)
    frequency, kind = _kind(Spectrum.of(wave[settled : begins[-1] + length], RATE), hz_of(median), periodicity, purity)
    root, cents = pitch_of(frequency)
    pitch = Pitch(
        frequency=frequency,
        root=root,
        cents=cents,
        kind=kind,
        confidence=agreement * periodicity,
        periodicity=periodicity,
        agreement=agreement,
        purity=purity,
        glide=glide,
    )
    return _in_register(pitch, register) if register else pitch


def _kind(spectrum: Spectrum, frequency: Hz, periodicity: float, purity: float) -> tuple[Hz, Kind]:
    """Returns the exact frequency of a stretch around a rough one, and what the stretch is."""
    partials = spectrum.partials()
    if periodicity >= CHORDAL and partials.are_chord():
        return spectrum.refined(frequency), "chord"
    if periodicity < NOISY or purity < 0.5 * PURE:
        return spectrum.refined(frequency), "noise"
    ground = partials.ground(frequency)
    kind: Kind = "note" if ground and periodicity >= PERIODIC else "unsure"
    return spectrum.refined(ground or frequency), kind


def _purity(frames: NDArray[np.float32], periods: Floats) -> float:
    """Returns how well some of the frames repeat after their periods when every octave of pink noise counts alike."""
    chosen = np.unique(np.linspace(0, len(frames) - 1, HEARD_FRAMES).round().astype(np.intp))
    length, lags = frames.shape[1], periods[chosen].astype(np.float32)[:, None]
    size = fft.next_fast_len(int(length * (1 + LONGEST_LAG)) + 1, real=True)
    spectrum = fft.rfft(frames[chosen], size, axis=1)
    bins = np.arange(spectrum.shape[1], dtype=np.float32) / np.float32(size)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)) * bins
    totals = power.sum(axis=1)
    repeats = (power * np.cos(2 * np.pi * bins * lags)).sum(axis=1) * length / (length - lags[:, 0])
    return float(np.where(lags[:, 0] > 0, repeats, 0.0).sum() / max(float(totals.sum()), 1e-30))


def _listen(audio: Audio) -> NDArray[np.float32]:
    """Returns the part of a sound in which its pitch is, mono at 22.05 kHz without rumble, scaled to a peak of 1."""
    wave: NDArray[np.float32] = audio.samples @ np.full(audio.channels, 1 / audio.channels, dtype=np.float32)
    energies = np.einsum("ij,ij->j", audio.samples, audio.samples)
    if np.square(wave).sum() < 0.01 * energies.max():  # channels that cancel each other are heard apart
        wave = audio.samples[:, int(energies.argmax())]
    if not wave.any():
        return np.zeros(0, dtype=np.float32)
    slow = soxr.resample(wave / np.abs(wave).max(), audio.sample_rate, RATE, "HQ")
    if not len(slow):  # a few frames at a high rate are none at this one
        return np.zeros(0, dtype=np.float32)
    low: NDArray[np.float32] = sosfilt(butter(2, LOWEST, "highpass", fs=RATE, output="sos"), slow).astype(np.float32)
    hop = RATE // 1000
    envelope = peaks(low[:, None], hop)
    if not len(envelope):
        return low
    top = float(envelope.max())
    start = int(np.argmax(envelope > STARTS * top)) * hop
    stop = (int(np.flatnonzero(envelope >= STOPS * top)[-1]) + 1) * hop
    start += round(min(SKIP_SECONDS * RATE, SKIP_SHARE * (stop - start)))
    return low[start:stop]


def _starts(frames: int, length: int) -> NDArray[np.intp]:
    """Returns where the frames of `length` begin in a wave: every sixth of a frame, at most 96 of them."""
    room = frames - length
    count = min(MOST_FRAMES, 1 + int(room / (HOP * length)))
    return np.linspace(0, room, count).round().astype(np.intp)


def _frames(wave: NDArray[np.float32]) -> tuple[NDArray[np.float32], Floats, int]:
    """Returns frames `(count, length)`, the time of their middles as 0…1 of the wave, and their length."""
    if len(wave) < SHORTEST * RATE:
        return np.zeros((0, 0), dtype=np.float32), np.zeros(0), 0
    length = min(round(FRAME * RATE), len(wave))
    starts = _starts(len(wave), length)
    frames = np.lib.stride_tricks.sliding_window_view(wave, length)[starts]
    return frames, (starts + length / 2) / len(wave), length


def _periods(frames: NDArray[np.float32]) -> Floats:
    """Returns `(2, count)`: the period of every frame in samples, 0 where none is found, and its clarity, the NSDF.

    A lobe counts by the height of the parabola through its top: between the few lags of a high note the true top
    would be missed, and its octave below taken.
    """
    nsdf = _nsdf(frames)
    columns = nsdf.shape[1]
    lobes = nsdf > 0
    for row, end in enumerate(lobes.argmin(axis=1)):
        lobes[row, :end] = False  # the lobe of lag zero is no period
    lobes[:, [0, -1]] = False  # so that a lobe never runs on into the next row
    inside = lobes.ravel()
    starts, ends = (np.flatnonzero(inside[1:] != inside[:-1]) + 1).reshape(-1, 2).T
    whole = ends % columns < columns - 1  # a lobe cut off by the longest lag may still be rising
    starts, ends = starts[whole], ends[whole]
    answers = np.zeros((2, len(frames)))
    if len(starts):
        tops = _tops(nsdf.ravel(), starts, ends)
        rows, lags = np.divmod(tops, columns)
        left, top, right = (nsdf.ravel()[tops + step].astype(np.float64) for step in (-1, 0, 1))
        bends = np.minimum(left - 2 * top + right, -1e-12)
        shifts = np.clip(0.5 * (left - right) / bends, -0.5, 0.5)
        heights = top - 0.25 * (left - right) * shifts
        best = np.zeros(len(frames))
        np.maximum.at(best, rows, heights)
        chosen = np.flatnonzero(heights >= FIRST_PEAK * best[rows])
        found, firsts = np.unique(rows[chosen], return_index=True)
        answers[:, found] = (lags + shifts)[chosen[firsts]], heights[chosen[firsts]]
    return answers


def _tops(values: NDArray[np.float32], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """Returns the place of the first highest value of every run `[start, end)`."""
    lengths = ends - starts
    runs = np.repeat(np.arange(len(starts)), lengths)
    places = np.arange(len(runs)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    highest = np.maximum.reduceat(values[places], np.cumsum(lengths) - lengths)
    hits = np.flatnonzero(values[places] == highest[runs])
    _, firsts = np.unique(runs[hits], return_index=True)
    tops: NDArray[np.intp] = places[hits[firsts]]
    return tops


def _nsdf(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the normalised square difference of every frame, shape `(count, lags)`, 1 = repeats exactly."""
    length = frames.shape[1]
    lags = int(LONGEST_LAG * length)
    size = fft.next_fast_len(length + lags, real=True)
    spectrum = fft.rfft(frames, size, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    correlation = fft.irfft(power, size, axis=1)[:, :lags]
    squares = np.cumsum(np.square(frames), axis=1)
    whole = squares[:, -1:]
    energy = whole + squares[:, : length - lags - 1 : -1]
    energy[:, 1:] -= squares[:, : lags - 1]
    nsdf: NDArray[np.float32] = 2 * correlation / np.maximum(energy, 1e-5 * whole + 1e-12)
    return nsdf


def _vote(semitones: Floats, weights: Floats) -> tuple[NDArray[np.bool_], float]:
    """Returns which frames belong to the pitch with the most weight, and their share of all weight."""
    total = float(weights.sum())
    if total <= 0:
        return np.zeros(len(semitones), dtype=np.bool_), 0.0
    pitched = np.where(weights > 0, semitones, np.nan)
    agree = np.abs(pitched[:, None] - pitched[None, :]) <= SAME_PITCH
    votes = agree @ weights
    winner = int(votes.argmax())
    return agree[winner], float(votes[winner]) / total


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])


def _in_register(pitch: Pitch, register: tuple[int, int]) -> Pitch:
    """Returns the pitch, an octave up or down if only that lies in the register and the frames were in doubt."""
    low, high = register
    if pitch.agreement >= DOUBTFUL_OCTAVE or low <= pitch.root <= high:
        return pitch
    for octave in (-12, 12):
        if low <= pitch.root + octave <= high:
            frequency = Hz(pitch.frequency * 2 ** (octave / 12))
            return replace(pitch, frequency=frequency, root=MidiNote(pitch.root + octave), octave=octave)
    return pitch
