"""Cuts a loop into the hits it is made of, or keeps it as a loop of exactly so many bars.

Where the spectrum brightens in several bands at once, a hit begins: the log-compressed flux over bands of a fifth of
an octave, each compared with the loudest of its neighbours a moment ago, so that a wavering tone is no hit (S. Böck
and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013). That says when to a few
milliseconds; the moment of the steepest rise of the waveform itself says it to a fraction of one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter

from bridge.audio import Audio
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.sound.envelope import amplitude, middle
from bridge.sound.features import features
from bridge.sound.recognise import kinds, support
from bridge.units import Seconds

WINDOW, HOP = Seconds(0.020), Seconds(0.0025)
LAG = 4
"""Hops between the moments that are compared: 10 ms, about half a window."""
LOWEST_HZ, HIGHEST_HZ, BANDS_PER_OCTAVE = 40.0, 16_000.0, 5
NEIGHBOURS = 3
"""Bands around one among which the loudest counts as what was there before."""
FLOOR = amplitude(-50.0)
"""Relative to the loudest band of the loudest moment: under it nothing brightens."""
PROMINENT = 1.6
"""How far, in decibels averaged over the bands, the flux has to rise over its surroundings."""
SURROUNDINGS = Seconds(0.200)
APART = Seconds(0.045)
"""Two rises closer than this are one hit, such as the hands of a clap or two drums struck together."""
NEAR = Seconds(0.025)
"""How far from the flux's own moment the waveform is searched for the rise."""
BEFORE, AFTER = Seconds(0.006), Seconds(0.003)
"""What the energy of a moment is compared with, and over what it is taken."""
GRAIN = Seconds(0.00025)
QUIETEST = amplitude(-40.0)
"""Of the loudest hit: what stays under it is the ghost of a hit, not one that can be played."""
PRE_ROLL = Seconds(0.0005)
SHORTEST = Seconds(0.040)
FADE_IN, FADE_OUT = Seconds(0.0002), Seconds(0.005)

BEATS = 4
SLACK = 0.02
"""Of a bar: what may be missing at the end of a loop and is then silence."""
TEMPI = (20.0, 400.0)
STEPS_PER_BEAT = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Holds a hit that was cut out of a sound, and the frames `[start, end)` where it lay."""

    audio: Audio
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Holds a loop of exactly `bars` bars at `bpm`, and the verdict that says how well its hits sit on the grid."""

    audio: Audio
    bars: int
    bpm: float
    verdict: Verdict


def onsets(audio: Audio) -> tuple[int, ...]:
    """Returns the frames at which hits begin, in order; none in silence and none in the last 20 ms.

    Made for drums and other struck sounds.
    """
    wave = middle(audio)
    rate = audio.sample_rate
    if not wave.any() or len(wave) < round(WINDOW * rate):
        return ()
    flux = _flux(wave, rate)
    rises = _rises(wave, rate)
    found: list[int] = []
    for moment in _peaks(flux[: (len(wave) - round(WINDOW * rate)) // round(HOP * rate) + 1]):
        frame = _sharpened(rises, int(moment) * round(HOP * rate), rate)
        if not found or frame - found[-1] >= APART * rate:
            found.append(frame)
    loudness = np.array([_loudness(wave, frame, rate) for frame in found])
    return tuple(frame for frame, loud in zip(found, loudness, strict=True) if loud >= QUIETEST * loudness.max())


def slices(audio: Audio, *, shortest: Seconds = SHORTEST) -> tuple[Slice, ...]:
    """Returns every hit of a sound with all that sounds until the next one; what comes before the first is left out.

    A hit that would be shorter than `shortest` stays with the one before it. Each begins half a millisecond before
    its onset and has short fades at both ends; without an onset there are no slices.
    """
    rate = audio.sample_rate
    starts = [max(0, frame - round(PRE_ROLL * rate)) for frame in onsets(audio)]
    kept: list[int] = []
    for start in starts:
        if not kept or start - kept[-1] >= shortest * rate:
            kept.append(start)
    if not kept:
        return ()
    ends = [*kept[1:], audio.frames]
    if len(kept) > 1 and ends[-1] - kept[-1] < shortest * rate:
        del kept[-1], ends[-2]
    return tuple(
        Slice(audio=_faded(audio.with_samples(audio.samples[start:end])), start=start, end=end)
        for start, end in zip(kept, ends, strict=True)
    )


def best_hits(audio: Audio, family: str, most: int) -> tuple[Audio, ...]:
    """Returns the hits of a loop that would make the best one-shots of a family, the best first; at most so many.

    What sounds like the family comes first (`bridge.sound.recognise`), of equals the loudest. A sound in which nothing
    begins is returned as it is.
    """
    cut = slices(audio)
    if len(cut) < 2:
        return (audio,)
    tops = [float(np.abs(one.audio.samples).max()) for one in cut]
    fits = [round(support(family, kinds(features(one.audio))), 1) for one in cut]
    order = sorted(range(len(cut)), key=lambda place: (-fits[place], -tops[place], place))
    return tuple(cut[place].audio for place in order[:most])


def bars(audio: Audio, bpm: float, *, beats: int = BEATS) -> Bars:
    """Returns as many whole bars of a loop as it holds, cut from its first hit to the exact frame of the last bar line.

    The length is the nearest frame to bars × beats × 60 / bpm, so copies in a row keep time; it is whole bars that
    a sequencer takes, and what is missing of the last one (up to 2 % of a bar) becomes silence. Raises SoundError
    for a tempo outside 20–400 and for a sound that is shorter than one bar.
    """
    if not TEMPI[0] <= bpm <= TEMPI[1]:
        raise SoundError(f"{bpm:g} is no tempo: loops are cut from {TEMPI[0]:g} to {TEMPI[1]:g} beats a minute.")
    rate = audio.sample_rate
    bar = beats * 60.0 / bpm * rate
    hits = onsets(audio)
    first = max(0, hits[0] - round(PRE_ROLL * rate)) if hits and hits[0] < bar / beats else 0
    count = math.floor((audio.frames - first) / bar + SLACK)
    if count < 1:
        raise SoundError(
            f"This sound lasts {audio.seconds:.2f} s; a bar at {bpm:g} beats a minute lasts {bar / rate:.2f} s.",
            "Ask for a longer sound.",
            verdict="too-short",
        )
    frames = round(count * bar)
    samples = np.zeros((frames, audio.channels), dtype=np.float32)
    held = audio.samples[first : first + frames]
    samples[: len(held)] = held
    return Bars(
        audio=_faded(audio.with_samples(samples)), bars=count, bpm=bpm, verdict=_on_grid(hits, first, bar / beats, rate)
    )


def _flux(wave: Floats, rate: int) -> Floats:
    """Returns by how many decibels, averaged over the bands, the sound brightens at every hop."""
    window, hop = round(WINDOW * rate), round(HOP * rate)
    # A moment is the middle of its window: before the first is silence, after the last the sound runs back, because
    # where a sound is cut off its spectrum flashes, and that is no hit.
    sounding = np.pad(wave, (0, window), mode="symmetric")
    padded = np.pad(sounding, (window // 2 + LAG * hop, 0)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    spectra = np.square(np.abs(np.fft.rfft(frames * np.hanning(window).astype(np.float32), axis=1)))
    edges = _edges(window, rate)
    bands = np.sqrt(np.add.reduceat(spectra, edges, axis=1)[:, :-1])
    decibels = 20 * np.log10(np.maximum(bands / bands.max(), FLOOR))
    before = maximum_filter1d(decibels[:-LAG], NEIGHBOURS, axis=1)
    brightens: Floats = np.maximum(decibels[LAG:] - before, 0).mean(axis=1)
    return brightens[: len(wave) // hop + 1]


def _edges(window: int, rate: int) -> NDArray[np.intp]:
    """Returns the bins at which bands of a fifth of an octave begin and the last one ends; none is empty."""
    octaves = math.log2(min(HIGHEST_HZ, 0.45 * rate) / LOWEST_HZ)
    hertz = LOWEST_HZ * 2 ** np.linspace(0, octaves, round(octaves * BANDS_PER_OCTAVE) + 1)
    return np.unique(np.ceil(hertz * window / rate).astype(np.intp))


def _peaks(flux: Floats) -> NDArray[np.intp]:
    """Returns the hops at which the flux is the highest around and stands out."""
    around = round(APART / HOP) // 2 * 2 + 1
    highest = maximum_filter1d(flux, around, mode="constant") == flux
    usual = median_filter(flux, round(SURROUNDINGS / HOP) | 1, mode="constant")
    found: NDArray[np.intp] = np.flatnonzero(highest & (flux > usual + PROMINENT))
    return found


def _rises(wave: Floats, rate: int) -> Floats:
    """Returns the decibels by which the energy after every grain exceeds the one before it, in the wave or its slope.

    The slope hears a hat that begins while a kick still sounds; the wave hears a kick under a hat.
    """
    grain = max(1, round(GRAIN * rate))
    count = len(wave) // grain
    before, after = round(BEFORE / GRAIN), round(AFTER / GRAIN)
    highest = np.full(count, -np.inf)
    for sound in (wave, np.diff(wave, prepend=wave[0])):
        energy = np.square(sound[: count * grain]).reshape(count, grain).mean(axis=1)
        nothing = float(energy.max(initial=0.0)) * FLOOR**2 + 1e-30
        padded = np.pad(energy, (before, after)) + nothing  # before the file there was silence
        sums = np.concatenate([[0.0], padded.cumsum()])
        place = np.arange(count) + before
        ratio = (sums[place + after] - sums[place]) / after / ((sums[place] - sums[place - before]) / before)
        highest = np.maximum(highest, 10 * np.log10(ratio))
    return highest


def _sharpened(rises: Floats, frame: int, rate: int) -> int:
    """Returns the frame of the steepest rise near a moment."""
    grain = max(1, round(GRAIN * rate))
    first = max(0, (frame - round(NEAR * rate)) // grain)
    near = rises[first : (frame + round(NEAR * rate)) // grain + 1]
    return (first + int(near.argmax())) * grain if len(near) else frame


def _loudness(wave: Floats, frame: int, rate: int) -> float:
    return float(np.abs(wave[frame : frame + round(0.050 * rate)]).max(initial=0.0))


def _faded(audio: Audio) -> Audio:
    """Returns the sound without clicks at its ends."""
    samples = audio.samples.copy()
    rise = min(round(FADE_IN * audio.sample_rate), audio.frames // 2)
    fall = min(round(FADE_OUT * audio.sample_rate), audio.frames - rise)
    samples[:rise] *= np.linspace(0, 1, rise, endpoint=False, dtype=np.float32)[:, None]
    samples[audio.frames - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)[:, None]
    return audio.with_samples(samples)


def _on_grid(hits: tuple[int, ...], first: int, beat: float, rate: int) -> Verdict:
    """Returns the share of hits within a tenth of a sixteenth of the grid, or of a triplet's: chance gives a third."""
    if not hits:
        return Verdict(name="on-grid", figure=0.0, rule="pass", text="no hits to compare with the tempo")
    places = (np.array(hits) - first - PRE_ROLL * rate) / beat
    steps = [np.abs(places * step - np.round(places * step)) for step in (STEPS_PER_BEAT, 3)]
    share = float(np.mean((steps[0] < 0.1) | (steps[1] < 0.1 * 3 / STEPS_PER_BEAT)))
    return Verdict(name="on-grid", figure=share, rule="pass", text=f"{100 * share:.0f} % of the hits sit on its grid")
