"""Finds the hits in a take: where something begins, how loud it becomes, and which of them is the one to keep.

A hit is a jump: in the mean over twenty bands the spectrum rises within 20 ms over everything that was there in the
80 ms before. So the beating of two saws, a tremolo or a gliding 808 is no hit (what it returns to was there before),
while a quiet hat over the tail of a kick is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.sound.picture import Picture
from bridge.units import Decibels, Seconds

Floats = NDArray[np.float32]

BEFORE = 0.080
"""Seconds that a hit must rise over. Two beginnings closer than that are heard as one: a flam, a clap."""
AFTER = 0.020
MASKED = Decibels(-50.0)
"""Relative to the loudest band; what is below is not heard beside it."""
MOST = Decibels(30.0)
"""A band that rises out of silence counts for no more."""
JUMP = Decibels(4.0)
"""Mean rise over the bands that makes a hit. Measured on 1,240 one-shots with a family: the second highest rise is
under 1.8 dB
in 95 % and under 4 dB in 97 % of them, and what lies above are flams, swishes and strums; doubled drums reach 13 dB
in the
median."""
AGAIN = Decibels(3.0)
"""The same for further hits where there are two already: over the tail of the one before a soft one rises less."""
STRONG = Decibels(-12.0)
"""Relative to the loudest hit; what is weaker is an echo or a bounce and belongs to the hit before it."""
ALONE = Decibels(20.0)
"""By as much a hit must fall before the next one, or the cut would be heard."""
PAIR_ALONE = Decibels(12.0)
"""The same where there are two or three of them: a fade over the rest does it."""
FEW = 3
BEHIND = 6
"""Columns before the next hit in whose median a hit is said to have fallen; a moment's hush is no end."""
TOP = 0.040
"""Seconds after a beginning in which a hit reaches its level."""
LEAD = 0.003
"""Seconds that are kept before a beginning, and cut off before the next one."""
NEAR_BEST = Decibels(6.0)
"""Hits within this of the loudest are equals; of equals the one with the most room behind it is kept."""

SMOOTH = 0.030
SWING = Decibels(6.0)
"""The level must sink and rise again by as much to count as a syllable."""
DEEPEST = Decibels(-30.0)
"""Relative to the loudest moment; swings below are not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Holds one beginning: `start` in frames, `level` in dB relative to the loudest hit (≤ 0), `falls` by how many dB
    it sinks before the next hit or the end, `room` until then."""

    start: int
    level: Decibels
    falls: Decibels
    room: Seconds

    @property
    def alone(self) -> bool:
        """Tells whether it can be cut out of its surroundings without being heard as cut."""
        return self.falls >= ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Says how a sound goes on: `syllables` is how often its level sinks and rises again, `wander` by how many mel
    bands
    its brightness varies (standard deviation over the moments that are heard)."""

    syllables: int
    wander: float


def loudness_course(picture: Picture) -> Floats:
    """Returns the power of every column as an ear weighs it: little below some 500 Hz. Shape `(columns,)`."""
    bands = picture.centres
    weighed: Floats = picture.mel @ np.square(bands / (bands + np.float32(500))).astype(np.float32)
    return weighed


def find_hits(picture: Picture) -> tuple[Hit, ...]:
    """Returns the strong hits of a sound in the order in which they come; a sound that swells has none."""
    course = loudness_course(picture)
    found, levels = _strong(picture, course, JUMP)
    if len(found) > 1:
        found, levels = _strong(picture, course, AGAIN)
    if not found:
        return ()
    starts = [_begin(picture, column) for column in found]
    ends = [*found[1:], len(course)]
    return tuple(
        Hit(
            start=start,
            level=Decibels(float(level - levels.max())),
            falls=Decibels(float(level - _db(float(np.median(course[column:end][-BEHIND:]))))),
            room=Seconds((end - column) * picture.step),
        )
        for start, level, column, end in zip(starts, levels, found, ends, strict=True)
    )


def _strong(picture: Picture, course: Floats, least: Decibels) -> tuple[list[int], NDArray[np.float64]]:
    """Returns the columns of the strong jumps in the order in which they come, and their levels in dB."""
    found = [column for column in sorted(_jumps(picture, least)) if not _breaks_off(course, column, picture.step)]
    if not found:
        return [], np.zeros(0)
    top = max(1, round(TOP / picture.step))
    levels = np.array([_db(course[column : column + top].max()) for column in found])
    strong = levels >= levels.max() + STRONG
    return [column for column, is_strong in zip(found, strong, strict=True) if is_strong], levels[strong]


def jumps(picture: Picture, least: Decibels) -> int:
    """Returns how often the spectrum rises by `least` in the mean over the bands, however soft it is."""
    return len(_jumps(picture, least))


def keep(hits: tuple[Hit, ...], picture: Picture, *, usual: float) -> tuple[int, int] | None:
    """Returns the range `[first, last)` in frames of the hit to keep, None where no hit stands alone.

    Of the hits that nearly are the loudest it is the one that has the most room, up to the `usual` length in seconds;
    of equals the first.
    """
    least = PAIR_ALONE if len(hits) <= FEW else ALONE
    alone = [hit for hit in hits if hit.falls >= least]
    if not alone:
        return None
    loudest = max(hit.level for hit in alone)
    best = max(
        (hit for hit in alone if hit.level >= loudest - NEAR_BEST), key=lambda hit: (min(hit.room, usual), hit.level)
    )
    place = hits.index(best)
    lead = round(LEAD * picture.sample_rate)
    first = 0 if place == 0 else max(0, best.start - lead)
    last = hits[place + 1].start - lead if place + 1 < len(hits) else len(picture.wave)
    return first, max(last, first + 1)


def apart(hits: tuple[Hit, ...], picture: Picture) -> Decibels:
    """Returns how much the hits differ: the mean distance of their spectra from the mean of them all.

    Measured: the same drum several times 0.2 dB, at most 2.6; spoken syllables 5 dB and more. 0 for a single hit.
    """
    if len(hits) < 2:
        return Decibels(0.0)
    top = max(1, round(TOP / picture.step))
    spectra = np.array([picture.mel[hit.start // picture.hop :][:top].max(axis=0) for hit in hits])
    level = 10 * np.log10(spectra / np.maximum(spectra.max(axis=1, keepdims=True), 1e-30) + 10 ** (MASKED / 10))
    return Decibels(float(np.abs(level - level.mean(axis=0)).mean()))


def course_of(picture: Picture) -> Course:
    """Returns how a sound goes on. One-shots hardly ever have three syllables; speech has three a second."""
    weighed = loudness_course(picture)
    width = max(1, round(SMOOTH / picture.step))
    smooth = np.convolve(weighed, np.full(width, 1 / width, dtype=np.float32), "same")
    level = 10 * np.log10(smooth + 1e-30)
    heard = weighed > weighed.max() * 10 ** (DEEPEST / 10)
    bands = picture.mel[heard]
    places = bands @ np.arange(bands.shape[1], dtype=np.float32) / np.maximum(bands.sum(axis=1), 1e-30)
    return Course(
        syllables=_swings(np.maximum(level, level.max() + DEEPEST)),
        wander=float(places.std()) if len(places) else 0.0,
    )


def _swings(level: NDArray[np.floating]) -> int:
    """Returns how often a level in dB rises by `SWING` after having sunk by it."""
    count, sinking, turn = 0, False, float(level[0])
    for value in level.tolist():
        if sinking:
            turn = min(turn, value)
            if value > turn + SWING:
                count, sinking, turn = count + 1, False, value
        else:
            turn = max(turn, value)
            if value < turn - SWING:
                sinking, turn = True, value
    return count


def _jumps(picture: Picture, least: Decibels) -> list[int]:
    """Returns the columns in which the spectrum rises by `least`, the highest rise first, none near another."""
    rise = _rises(picture)
    apart = max(1, round(BEFORE / picture.step))
    found: list[int] = []
    for column in sorted(np.flatnonzero(rise >= least), key=lambda column: -rise[column]):
        if all(abs(column - other) >= apart for other in found):
            found.append(int(column))
    return found


def _rises(picture: Picture) -> Floats:
    """Returns by how many dB every column and the next 20 ms rise over the 80 ms before, in the mean over the
    bands."""
    mel = picture.mel.reshape(len(picture.mel), -1, 2).sum(axis=2)
    ground = 10 ** (MASKED / 10) * float(mel.max()) + 1e-30
    level = 10 * np.log10(mel + np.float32(ground))
    before, after = (max(1, round(seconds / picture.step)) for seconds in (BEFORE, AFTER))
    silence = np.full((before + 2, level.shape[1]), level.min(initial=10 * np.log10(ground)), dtype=np.float32)
    padded = np.concatenate([silence, level, np.repeat(level[-1:], after, axis=0)])
    past = np.lib.stride_tricks.sliding_window_view(padded, before, axis=0).max(axis=-1)[: len(level)]
    future = np.lib.stride_tricks.sliding_window_view(padded, after, axis=0).max(axis=-1)[before + 2 :][: len(level)]
    rises: Floats = np.clip(future - past, 0, MOST).mean(axis=1)
    return rises


def _breaks_off(course: Floats, column: int, step: float) -> bool:
    """Tells whether a jump is the click of a sound that breaks off: hardly louder than what was, and nothing after
    it."""
    apart, top = round(BEFORE / step), max(1, round(TOP / step))
    if column < apart:
        return False
    before = float(np.median(course[column - apart : column - 1]))
    after = course[column + apart :][:top]
    return float(course[column : column + top].max()) < 4 * before and float(after.max(initial=0.0)) < 0.01 * before


def _begin(picture: Picture, column: int) -> int:
    """Returns the frame in which the hit of a column begins: where its high frequencies rise most within a
    millisecond."""
    rate = picture.sample_rate
    first = max(0, column * picture.hop - round(0.015 * rate))
    part = np.abs(np.diff(picture.wave[first : first + round(0.050 * rate)]))
    block = max(1, rate // 1000)
    tops = np.maximum.reduceat(part, np.arange(0, len(part), block)) if len(part) else np.zeros(1, dtype=np.float32)
    ground = np.float32(1e-3 * float(tops.max(initial=0.0)) + 1e-12)
    before = np.maximum.accumulate(np.concatenate([tops[:1], tops[:-1]]))
    after = np.lib.stride_tricks.sliding_window_view(np.concatenate([tops, np.zeros(3, tops.dtype)]), 4).max(axis=-1)
    return first + int(np.argmax((after + ground) / (before + ground))) * block


def _db(power: float) -> float:
    return float(10 * np.log10(power + 1e-30))
