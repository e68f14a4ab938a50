"""Measures what a sound is like: a table of figures, and a small picture in which similar sounds lie close together.

| figure | unit | what it says |
|---|---|---|
| `seconds` | s | from the beginning to where it sinks under −60 dB (relative to the peak, as all levels here) |
| `attack` | ms | from −20 dB to the loudest moment's −1 dB: 0–3 a click, from 80 on it swells |
| `hardness` | dB | power above 2 kHz in the first 20 ms over that of the next 100 ms; high is a hard stroke |
| `t20`, `t60` | s | from the loudest moment until it stays under −20, −60 dB |
| `sustain` | 0…1 | share of its length spent within 20 dB of the peak |
| `loudness` | LUFS | of the loudest 400 ms (or of all, if shorter): K-weighted as ITU-R BS.1770-4, without gates |
| `peak` | dBFS | highest sample |
| `crest` | dB | peak over the RMS of the loudest 50 ms |
| `brightness` | Hz | centroid of the power, on a scale of octaves |
| `spread` | octaves | how far the power lies around it |
| `low`, `high` | Hz | between these lie 99 % of the power of the loudest moments, 0.5 % beyond each |
| `bandwidth` | Hz | highest band that is heard at all: within 60 dB of the loudest |
| `flatness` | 0…1 | 1 is white noise: geometric over arithmetic mean of the spectrum between `low` and `high` |
| `tonality` | 0…1 | share of the power that stands in narrow lines |
| `glide` | octaves | brightness in the first 30 ms over that after 100 ms |
| `flutter` | count | strokes within the first 60 ms: a clap has several |
| `syllables`, `wander` | count, bands | as `hits.Course` |
| `width` | dB | power of the sides over that of the middle; −150 for mono |

The bands, moments and lines behind them feed the classifier (`vector`); none of it depends on the level.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bridge.audio import Audio
from bridge.sound.envelope import SILENT, decibels, highest, peaks
from bridge.sound.hits import Course, course_of, loudness_course
from bridge.sound.loudness import HIGH_PASS, OFFSET, SHELF, SHELF_BAND, WINDOW
from bridge.sound.picture import Picture, hann, picture, power_of
from bridge.units import Decibels, Hz, Seconds

Floats = NDArray[np.float32]

LONGEST = Seconds(4.0)
"""Only so much of a sound is looked at from its beginning on; what follows is more of the same or another sound."""
MOMENT = 0.001
BEGINS, ENDS = 10 ** (-34 / 20), 10 ** (-60 / 20)
LINES = 8_192
"""Frames of the spectrum in which lines are looked for, at 44.1 kHz: 5 Hz apart."""
LINE_WIDTH = 2
LOW_LINES = 280.0
"""Hz; below, a third of an octave holds too few bins to tell a line from noise."""
UNKNOWN_TONALITY = 0.5
"""Of a sound too short to tell lines in it."""
HEARD = Decibels(-60.0)
OCTAVES = (0, 60, 120, 250, 500, 1_000, 2_000, 4_000, 8_000, 12_000, 1e9)
FLOOR = Decibels(-60.0)
PATCH_TIMES = (0, 12, 24, 36, 48, 60, 80, 100, 130, 170, 220, 290, 380, 500, 660, 870, 1140, 1500, 2000)
"""Milliseconds: 18 steps, the first as long as a column, the last a quarter of the whole."""
PATCH_BANDS = 24
CEPSTRA = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Holds what was measured; the table above says what the figures mean.

    `vector` is what the classifier sees, float64 `(len(NAMES),)`. `patch` is the small picture, float32 of
    `PATCH_BANDS` × 18 flattened, 0…1.
    """

    seconds: Seconds
    attack: float
    hardness: Decibels
    t20: Seconds
    t60: Seconds
    sustain: float
    loudness: Decibels
    peak: Decibels
    crest: Decibels
    brightness: Hz
    spread: float
    low: Hz
    high: Hz
    bandwidth: Hz
    flatness: float
    tonality: float
    glide: float
    flutter: int
    syllables: int
    wander: float
    width: Decibels
    vector: NDArray[np.float64]
    patch: Floats

    def figures(self) -> dict[str, float]:
        """Returns the table as plain numbers, rounded to four places."""
        return {name: round(float(getattr(self, name)), 4) for name in FIGURES}


FIGURES = tuple(name for name in Features.__dataclass_fields__ if name not in ("vector", "patch"))


def features(audio: Audio, view: Picture | None = None) -> Features:
    """Returns the features of a sound with finite values; `view` is its picture if it was drawn already.

    A silent sound has figures too, none of which says anything.
    """
    whole = view or picture(audio)
    begin, level = _envelope(whole)
    view = _from(whole, begin)
    heard = _heard(view)
    times = _times(level)
    spectrum = heard.sum(axis=0)
    frequencies = view.frequencies
    octaves = np.log2(np.maximum(frequencies, 20))
    brightness, spread = _moments(spectrum, octaves)
    low, high = _range(spectrum, frequencies)
    early, late = (_moments(part.sum(axis=0), octaves)[0] for part in _halves(view))
    course = course_of(view)
    shown = {
        "attack": times["attack"],
        "hardness": _hardness(view),
        "t20": times["t20"],
        "t60": times["t60"],
        "sustain": times["sustain"],
        "crest": times["crest"],
        "brightness": 2.0**brightness,
        "spread": spread,
        "low": low,
        "high": high,
        "bandwidth": _bandwidth(view),
        "flatness": _flatness(spectrum, frequencies, low, high),
        "tonality": _tonality(view, level),
        "glide": early - late,
        "flutter": times["flutter"],
        "seconds": times["seconds"],
    }
    return Features(
        **shown,
        loudness=loudness(audio, whole),
        peak=decibels(highest(audio.samples)),
        syllables=course.syllables,
        wander=course.wander,
        width=_width(audio),
        vector=_vector(shown, course, view, heard),
        patch=_patch(view),
    )


def loudness(audio: Audio, view: Picture | None = None) -> Decibels:
    """Returns the loudness of the loudest 400 ms in LUFS; of the whole sound where it is shorter.

    K-weighting as ITU-R BS.1770-4, laid over the columns of the picture instead of filtering the wave; no gates,
    because a one-shot has no pauses. Of stereo the mean of the channels gives the spectrum, both the power; mono
    counts as two channels. Against the standard's filters: 0.1 dB lower in the median, within 0.3 dB in nine of ten.
    """
    view = view or picture(audio)
    share = float(view.wave @ view.wave)
    if share <= 0:
        return SILENT
    powers = (view.power @ _k_weighting(view.window, view.sample_rate)).astype(np.float64)
    count = min(max(1, round(WINDOW / view.step)), len(powers))
    seconds = min(WINDOW, audio.seconds)
    loudest = float(np.convolve(powers, np.ones(count), "valid").max()) * view.step / seconds
    both = 2 * power_of(audio.samples) / share
    return Decibels(max(10 * math.log10(max(loudest * both, 1e-30)) + OFFSET, SILENT))


@lru_cache(maxsize=8)
def _k_weighting(window: int, rate: int) -> Floats:
    """Returns what every bin of a column weighs: BS.1770's shelf and high-pass (their analogue prototypes), and the
    scale that makes the sum over the bins the mean square of the wave."""
    place = 1j * np.fft.rfftfreq(window, 1 / rate)
    frequency, decibels_up, quality = SHELF
    gain, shelf = 10 ** (decibels_up / 20), place / frequency
    high = (gain * shelf**2 + gain**SHELF_BAND / quality * shelf + 1) / (shelf**2 + shelf / quality + 1)
    frequency, quality = HIGH_PASS
    corner = place / frequency
    low = corner**2 / (corner**2 + corner / quality + 1)
    scale = window / 2 / float(np.square(hann(window)).sum()) * window / 2 * 2 / window
    weights: Floats = (np.square(np.abs(high * low)) * scale).astype(np.float32)
    return weights


# --- over time --------------------------------------------------------------------------------------------------


def _envelope(view: Picture) -> tuple[int, Floats]:
    """Returns the frame in which a sound begins, and its level per millisecond from there on, 1 at the peak."""
    block = max(1, round(MOMENT * view.sample_rate))
    level = peaks(view.wave[:, None], block)
    top = float(level.max(initial=0.0))
    if top == 0.0:
        return 0, np.zeros(1, dtype=np.float32)
    first = int(np.argmax(level > BEGINS * top))
    return first * block, level[first : first + round(LONGEST / MOMENT)] / np.float32(top)


def _times(level: Floats) -> dict[str, float]:
    """Returns what the envelope says: `level` is per millisecond, 1 at the peak."""
    loud = int(np.argmax(level >= 0.89)) if len(level) else 0
    last = np.flatnonzero(level > ENDS)
    length = int(last[-1]) + 1 if len(last) else 1
    within = np.flatnonzero(level > 0.1)
    rising = int(np.argmax(level > 0.1))
    power = np.square(level)
    loudest = np.convolve(power, np.full(50, 1 / 50), "valid").max() if len(power) >= 50 else power.mean()
    start = level[:60]
    return {
        "seconds": length * MOMENT,
        "attack": float(max(loud - rising, 0)),
        "t20": (int(within[-1]) + 1 - loud) * MOMENT if len(within) else 0.0,
        "t60": max(length - loud, 1) * MOMENT,
        "sustain": len(within) / length,
        "crest": float(-10 * np.log10(max(float(loudest), 1e-12))),
        "flutter": float(_strokes(start)),
        "centre": float(power @ np.arange(len(power)) / max(float(power.sum()), 1e-12)) / length,
    }


def _strokes(level: Floats) -> int:
    """Returns how often the level of the first moments rises to double of what it had sunk to, and near the peak."""
    count, lowest, armed = 0, 0.0, True
    for value in level.tolist():
        if armed and value > 2 * lowest and value > 0.25:
            count, armed, lowest = count + 1, False, value
        lowest = min(lowest, value)
        armed = armed or value < 0.4 * max(level.max(), 1e-9)
    return count


def _from(view: Picture, begin: int) -> Picture:
    """Returns the part of a picture that begins with a frame and lasts `LONGEST` at most."""
    first = begin // view.hop
    count = max(1, round(LONGEST / view.step))
    return Picture(
        wave=view.wave[begin : begin + round(LONGEST * view.sample_rate)],
        sample_rate=view.sample_rate,
        hop=view.hop,
        window=view.window,
        power=view.power[first : first + count],
        mel=view.mel[first : first + count],
    )


def _heard(view: Picture) -> Floats:
    """Returns the columns within 30 dB of the loudest one."""
    levels = view.power.sum(axis=1)
    heard: Floats = view.power[levels >= 1e-3 * levels.max()]
    return heard


def _halves(view: Picture) -> tuple[Floats, Floats]:
    """Returns the columns of the first 30 ms and those after 100 ms (the last ones, if it ends before)."""
    early, late = max(1, round(0.030 / view.step)), round(0.100 / view.step)
    return view.power[:early], view.power[min(late, len(view.power) - 1) :]


# --- over frequency ---------------------------------------------------------------------------------------------


def _moments(spectrum: Floats, octaves: Floats) -> tuple[float, float]:
    """Returns the centre of a power spectrum and the power's distance from it, in octaves (log₂ Hz)."""
    total = float(spectrum.sum())
    if total <= 0:
        return math.log2(20), 0.0
    centre = float(spectrum @ octaves) / total
    return centre, math.sqrt(float(spectrum @ np.square(octaves - centre)) / total)


def _range(spectrum: Floats, frequencies: Floats) -> tuple[Hz, Hz]:
    """Returns the frequencies below and above which half a percent of the power lies."""
    sums = np.cumsum(spectrum, dtype=np.float64)
    low, high = np.searchsorted(sums, (0.005 * sums[-1], 0.995 * sums[-1]))
    return Hz(float(frequencies[min(low, len(frequencies) - 1)])), Hz(
        float(frequencies[min(high, len(frequencies) - 1)])
    )


def _bandwidth(view: Picture) -> Hz:
    """Returns the highest frequency whose power, at its loudest moment, comes within 60 dB of the loudest of all.

    White noise falls by nothing and a low-rate model's sound by everything at its half rate, so a slope is no edge:
    the power is smoothed over 1/12 octave first.
    """
    tops = view.power.max(axis=0)
    sums = np.concatenate([[0.0], np.cumsum(tops, dtype=np.float64)])
    bins = np.arange(len(tops))
    first, last = (bins / 1.03).astype(int), np.minimum((bins * 1.03).astype(int) + 1, len(tops))
    smooth = (sums[last] - sums[first]) / np.maximum(last - first, 1)
    heard = np.flatnonzero((smooth > 10 ** (HEARD / 10) * smooth.max()) & (smooth > 0))
    return Hz(float(view.frequencies[heard[-1]])) if len(heard) else Hz(0.0)


def _flatness(spectrum: Floats, frequencies: Floats, low: float, high: float) -> float:
    inside = spectrum[(frequencies >= low) & (frequencies <= max(high, low + 500))].astype(np.float64)
    if not len(inside) or inside.max() <= 0:
        return 0.0
    return float(np.exp(np.log(inside + 1e-9 * inside.max()).mean()) / inside.mean())


def _tonality(view: Picture, level: Floats) -> float:
    """Returns the share of power in narrow lines, of 0.2 s after the attack: 0.1 for noise, near 1 for a note or
    chord."""
    rate = view.sample_rate
    size = min(round(LINES * rate / 44_100), len(view.wave))
    start = min(round((int(level.argmax()) * MOMENT + 0.020) * rate), max(0, len(view.wave) - size))
    part = view.wave[start : start + size]
    if len(part) < 0.02 * rate:
        return UNKNOWN_TONALITY
    spectrum = np.square(np.abs(fft.rfft(part * hann(len(part)))))
    step = rate / len(part)
    edges = [0.0, LOW_LINES]
    while edges[-1] < min(rate / 2, 16_000):
        edges.append(edges[-1] * 2 ** (1 / 3))
    total, lines = 0.0, 0.0
    for low, high in itertools.pairwise(edges):
        first, last = round(low / step), min(round(high / step), len(spectrum))
        if last - first < 6 * LINE_WIDTH:
            continue
        band = spectrum[first:last]
        peak = first + int(band.argmax())
        total += float(band.sum())
        lines += float(spectrum[max(first, peak - LINE_WIDTH) : min(last, peak + LINE_WIDTH + 1)].sum())
    return lines / total if total > 0 else 0.0


def _hardness(view: Picture) -> Decibels:
    """Returns the power above 2 kHz of the first 20 ms over that of the 100 ms behind them, within ±40 dB."""
    bands = view.mel[:, view.centres > 2_000].sum(axis=1)
    first, last = max(1, round(0.020 / view.step)), max(2, round(0.120 / view.step))
    behind = bands[first:last]
    early, late = float(bands[:first].max()), float(behind.mean()) if len(behind) else 0.0
    if early <= 0:
        return Decibels(0.0)
    return Decibels(float(np.clip(10 * np.log10(early / max(late, 1e-4 * early)), -40, 40)))


def _width(audio: Audio) -> Decibels:
    if audio.channels != 2:
        return SILENT
    left, right = audio.samples.T
    side, middle = left - right, left + right
    sides, middles = float(side @ side), float(middle @ middle)
    if sides == 0:
        return SILENT
    return Decibels(float(np.clip(10 * math.log10(sides / middles), -150, 150))) if middles else Decibels(150.0)


# --- for the classifier and for similarity ------------------------------------------------------------------------

NAMES = (
    *(
        "seconds",
        "attack",
        "hardness",
        "t20",
        "t60",
        "sustain",
        "crest",
        "brightness",
        "spread",
        "low",
        "high",
        "bandwidth",
    ),
    *("flatness", "tonality", "glide", "flutter", "wander"),
    *(f"band {round(low)} Hz" for low in OCTAVES[:-1]),
    *(f"early {round(low)} Hz" for low in OCTAVES[:-1]),
    *(f"decay {name}" for name in ("low", "middle", "high")),
    *(f"cepstrum {place}" for place in range(1, CEPSTRA + 1)),
)
_LOGARITHMS = frozenset({"seconds", "attack", "t20", "t60", "brightness", "low", "high", "bandwidth", "flatness"})


def _vector(shown: dict[str, float], course: Course, view: Picture, heard: Floats) -> NDArray[np.float64]:
    """Returns the classifier's view: frequencies and times as logarithms, bands in dB of the whole."""
    own = {**shown, "wander": course.wander}
    known = [math.log2(max(own[name], 1e-3)) if name in _LOGARITHMS else own[name] for name in NAMES[:17]]
    early = view.power[: max(1, round(0.025 / view.step))]
    log_mel = np.log10(view.mel.sum(axis=0) + 1e-6 * float(view.mel.sum()) + 1e-30)
    cepstra = fft.dct(log_mel.astype(np.float64), norm="ortho")[1 : CEPSTRA + 1]
    return np.array([*known, *_bands(heard, view), *_bands(early, view), *_decays(view), *cepstra], dtype=np.float64)


def _bands(columns: Floats, view: Picture) -> NDArray[np.float64]:
    """Returns the share of power in each octave band in dB, not below `FLOOR`."""
    spectrum = columns.sum(axis=0)
    places = np.searchsorted(view.frequencies, OCTAVES)
    sums = np.array([spectrum[first:last].sum() for first, last in itertools.pairwise(places)])
    levels: NDArray[np.float64] = np.maximum(10 * np.log10(sums / max(float(sums.sum()), 1e-30) + 1e-30), FLOOR)
    return levels


def _decays(view: Picture) -> list[float]:
    """Returns for how long the lows (below 250 Hz), middles and highs (above 4 kHz) stay within 20 dB, as log₂ s."""
    answers = []
    for low, high in ((0, 250), (250, 4_000), (4_000, 1e9)):
        course = view.mel[:, (view.centres >= low) & (view.centres < high)].sum(axis=1)
        within = np.flatnonzero(course > 0.01 * course.max(initial=0.0))
        answers.append(math.log2((len(within) + 1) * view.step))
    return answers


def _patch(view: Picture) -> Floats:
    """Returns the small picture: 24 bands by 18 steps that grow longer, each in dB of the loudest, −60 as 0 and 0 as
    1."""
    edges = np.searchsorted(np.arange(len(view.mel)) * view.step * 1000, PATCH_TIMES)
    bands = np.add.reduceat(
        view.mel, np.linspace(0, view.mel.shape[1], PATCH_BANDS, endpoint=False).astype(int), axis=1
    )
    columns = np.zeros((len(PATCH_TIMES) - 1, PATCH_BANDS), dtype=np.float32)
    for step, (first, last) in enumerate(itertools.pairwise(edges)):
        if first < len(bands):
            columns[step] = bands[first : max(last, first + 1)].mean(axis=0)
    top = float(columns.max())
    level = 10 * np.log10(columns / max(top, 1e-30) + 1e-30)
    patch: Floats = np.clip(1 - level / FLOOR, 0, 1).T.ravel().astype(np.float32)
    return patch


__all__ = ["FIGURES", "NAMES", "Features", "features", "loudness", "loudness_course"]
