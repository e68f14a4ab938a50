"""Judges whether a take is worth shaping, before any work goes into it.

A rule is a row: what it looks at and what it says. Its verdict has a name, a figure and a rule of what follows:
`pass`, `repair` (the shaping mends it), `choose` (the shaping keeps the best hit, `Judgement.keep`), `doubt` (it may be
published, but another seed may do better: a classifier is a witness, no judge), `retry` (only another seed may do) or
`fail` (none will). The first that stops a take names the refusal. "Relative" means relative to the take's own peak.

A sound that the user brought is refused only where it is none; what else is odd about it is a `note`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Audio
from bridge.domain.family import Family
from bridge.domain.take import Verdict
from bridge.sound.clip import clipped_share, mend
from bridge.sound.envelope import amplitude, decibels, highest, means, peaks
from bridge.sound.features import Features, features
from bridge.sound.hits import Course, Hit, apart, course_of, find_hits, jumps, keep
from bridge.sound.picture import Picture, picture
from bridge.sound.pitch import Pitch, measure
from bridge.sound.recognise import IMPOSSIBLE, KIN, families, kinds, support
from bridge.sound.tune import FARTHEST
from bridge.units import Decibels, Hz, MidiNote, Seconds

MOST_CHANNELS = 2
LOUDEST = 1e6
"""120 dB over full scale: no sound, and its square is near the end of float32."""
QUIETEST = Decibels(-50.0)
"""dBFS; a peak below is silence."""
ACTIVE = Decibels(-40.0)
"""Relative; a block above belongs to the sound."""
GONE = Decibels(-60.0)
"""Relative; a sound that has come down there has ended."""
SHORTEST_ACTIVE = Seconds(0.010)
BLOCK = Seconds(0.001)
ENOUGH = 0.5
"""Of the shortest length that is usual or asked for: a sound shorter than this share of it broke off."""
TOO_LONG = 2.0
"""Times the longest length that is usual: what goes on beyond without having died away is no such hit."""
DIED_AWAY = Decibels(-12.0)
"""Relative; what is under it at the longest usual length may be faded out there."""
OFFSET = Decibels(-60.0)
"""Relative; a mean above is an offset to be removed."""
MOST_CLIPPED = 0.01
"""Share of the values in clipped runs that can still be mended. Of 1,929 recordings of drums and instruments 1 %
have more."""
SPEECH_SYLLABLES, SPEECH_WANDER = 3, 4.0
"""From both on it is speech. Measured: spoken sentences have 4–21 syllables and wander by 5.7–7.9 bands; of 1,300
one-shots
one in a hundred has three syllables, and of those none wanders by more than 3.1."""
SPEECH_APART = Decibels(3.0)
"""Hits that differ by less are one drum struck again."""
BED_HITS = 4
"""From so many hits on, none of which stands alone, it is music or a loop."""
HELD_FLOOR, HELD_SECONDS, HELD_BLOCK, HELD_QUIETEST = Decibels(-12.0), Seconds(1.5), Seconds(0.05), 0.05
"""Relative; what is above for all but the quietest 5 % of so many seconds is held. Of 310 one-shots two were: strings,
and a voice asked for as a bass."""
HELD = frozenset({"808", "bass", "lead"})
"""Families of which that may be true, as of those that swell."""
HELD_JUMPS, HELD_JUMP, HELD_WHILE = 4, Decibels(2.0), Seconds(2.5)
"""From so many small jumps on something beats time in a held tone: none of 310 one-shots has three. Where more than
HELD_WHILE is asked for there may be as many more: a bass whose voices beat has one a second."""
NOISE_TONALITY = 0.25
"""Share of power in lines under which a sound may be noise: white noise 0.07, of 230 notes one in a hundred under
0.29."""
NOISE_PERIODICITY = 0.6
"""Clarity of the period under which it is: of 1,142 notes 99.5 % have 0.75."""
STATIC_SUSTAIN, STATIC_FLATNESS, STATIC_SECONDS = 0.9, 0.4, Seconds(0.5)
"""A drum that stays within 20 dB for nearly all its length, and is as flat as noise, is a hiss."""
HAT_BANDWIDTH = Hz(9_000.0)
"""Measured: of 411 hats and cymbals none ends below 11 kHz (recorded at 22 kHz), of those at 44.1 kHz none below 16
kHz."""
MANY_HITS = frozenset({"loop", "fx"})
"""Families in which anything may happen."""
METAL = frozenset({"hat", "open-hat", "cymbal"})

STOPS = frozenset({"retry", "fail"})
NO_SOUND = frozenset({"silence", "channels", "empty", "finite"})
"""Verdicts that stop a sound that the user brought as well: nothing can be made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Says what a take should be: its family, the seconds and the note asked for (None: not said), and whether it is
    meant to be `distorted`. One that is `given` was brought by the user: what it is, is right."""

    family: Family
    seconds: float | None = None
    note: MidiNote | None = None
    distorted: bool = False
    given: bool = False

    @property
    def shortest(self) -> float:
        """Returns the least length in seconds that is expected, from the first to the last block that is active.

        What dies away by 60 dB in the seconds asked for is active for two thirds of them.
        """
        return min(self.family.shortest, self.seconds * ACTIVE / GONE if self.seconds else self.family.shortest)

    @property
    def longest(self) -> float:
        """Returns the greatest length in seconds that is expected."""
        return max(self.family.longest, self.seconds or 0.0)

    @property
    def one_hit(self) -> bool:
        """Tells whether several beginnings are too many."""
        return self.family.name not in MANY_HITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Holds the verdicts on a take, and the range `[first, last)` in frames of the hit to keep (None: all of it)."""

    verdicts: tuple[Verdict, ...]
    keep: tuple[int, int] | None = None

    @property
    def stop(self) -> Verdict | None:
        """Returns the verdict that refuses the take, None for one that may be shaped."""
        return next((verdict for verdict in self.verdicts if verdict.rule in STOPS), None)

    @property
    def doubt(self) -> Verdict | None:
        """Returns the first doubt about a take that may be shaped, None where there is none."""
        return next((verdict for verdict in self.verdicts if verdict.rule == "doubt"), None)


class Listener:
    """Measures a take, each thing only when a rule first asks for it. `kept` is what is left after choosing the best
    hit."""

    def __init__(self, audio: Audio, wanted: Wanted) -> None:
        self.audio = audio
        self.wanted = wanted
        self.moving = audio.samples - resting(audio)
        self.peak_amplitude = highest(self.moving)
        self.peak = decibels(self.peak_amplitude)

    @cached_property
    def active(self) -> tuple[NDArray[np.intp], float]:
        """Returns the numbers of the blocks that sound, and the seconds of a block."""
        hop = max(1, round(BLOCK * self.audio.sample_rate))
        loud = peaks(self.moving, hop) > amplitude(ACTIVE) * self.peak_amplitude
        return np.flatnonzero(loud), hop / self.audio.sample_rate

    @cached_property
    def picture(self) -> Picture:
        return picture(self.audio)

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        return find_hits(self.picture)

    @cached_property
    def course(self) -> Course:
        return course_of(self.picture)

    @cached_property
    def range(self) -> tuple[int, int] | None:
        """Returns the frames of the hit to keep, None for all of them: one hit, or none that stands alone."""
        if not self.wanted.one_hit or len(self.hits) < 2:
            return None
        return keep(self.hits, self.picture, usual=self.wanted.family.usual)

    @cached_property
    def kept(self) -> Audio:
        return self.audio if self.range is None else self.audio.with_samples(self.audio.samples[slice(*self.range)])

    @cached_property
    def features(self) -> Features:
        return features(self.kept, self.picture if self.range is None else None)

    @cached_property
    def pitch(self) -> Pitch:
        note = self.wanted.note
        return measure(self.kept, self.wanted.family.register if note is None else (note - 6, note + 6))


def resting(audio: Audio) -> NDArray[np.float32]:
    """Returns the value around which each channel moves, shape `(channels,)`: its median, which a hit can't shift."""
    return np.median(audio.samples, axis=0).astype(np.float32)


def broken(audio: Audio) -> Verdict | None:
    """Returns the verdict on what is no sound at all: too many channels, no frames, NaN; None for a sound."""
    if audio.channels > MOST_CHANNELS:
        text = f"{audio.channels} channels: a sample has one or two, and how to mix the others down is not known"
        return Verdict(name="channels", figure=audio.channels, rule="fail", text=text)
    if audio.frames == 0:
        return Verdict(name="empty", figure=0, rule="retry", text="the take has no frames")
    bad = int(np.count_nonzero(~(np.abs(audio.samples) <= LOUDEST)))
    if bad:
        text = f"{bad} values are NaN, infinite or absurd"
        return Verdict(name="finite", figure=bad, rule="retry", text=text)
    return None


def judge(audio: Audio, wanted: Wanted) -> Judgement:
    """Returns a verdict for every rule that applies, up to the first that stops the take."""
    no_sound = broken(audio)
    if no_sound is not None:
        return Judgement(verdicts=(_softened(no_sound) if wanted.given else no_sound,))
    listener = Listener(audio, wanted)
    verdicts: list[Verdict] = []
    for rule in RULES:
        verdict = rule(listener)
        if verdict is not None:
            verdict = _softened(verdict) if wanted.given else verdict
            verdicts.append(verdict)
            if verdict.rule in STOPS:
                return Judgement(verdicts=tuple(verdicts))
    return Judgement(verdicts=tuple(verdicts), keep=listener.range)


def _softened(verdict: Verdict) -> Verdict:
    """Returns the verdict on a sound that the user brought: no other seed makes it another one, so that it is not what
    was expected is only good to know."""
    if verdict.rule not in ("retry", "doubt"):
        return verdict
    return replace(verdict, rule="fail" if verdict.name in NO_SOUND else "note")


def prepare(audio: Audio, judgement: Judgement) -> Audio:
    """Returns what the shaping begins with: the hit that was chosen, with what was clipped of it rounded."""
    if judgement.keep is not None:
        audio = audio.with_samples(audio.samples[slice(*judgement.keep)])
    clipped = any(verdict.name == "clipping" and verdict.rule == "repair" for verdict in judgement.verdicts)
    return mend(audio) if clipped else audio


# --- the rules: each returns its verdict, or None where it does not apply -----------------------------------------


def _silence(take: Listener) -> Verdict:
    rule = "retry" if take.peak < QUIETEST else "pass"
    return Verdict(name="silence", figure=take.peak, rule=rule, text=f"peak {take.peak:.1f} dBFS")


def _active(take: Listener) -> Verdict:
    blocks, block = take.active
    seconds = len(blocks) * block
    rule = "retry" if seconds < SHORTEST_ACTIVE else "pass"
    return Verdict(name="active", figure=seconds, rule=rule, text=f"sounds for {seconds * 1000:.0f} ms")


def _offset(take: Listener) -> Verdict:
    offset = decibels(float(np.abs(means(take.audio.samples)).max()) / take.peak_amplitude)
    rule = "repair" if offset > OFFSET else "pass"
    return Verdict(name="dc", figure=offset, rule=rule, text=f"offset {offset:.0f} dB under the peak")


def _bed(take: Listener) -> Verdict | None:
    if not take.wanted.one_hit or len(take.hits) < BED_HITS or take.range is not None:
        return None
    text = f"{len(take.hits)} hits that run into each other: a loop or a piece of music"
    return Verdict(name="bed", figure=len(take.hits), rule="retry", text=text)


def _speech(take: Listener) -> Verdict | None:
    if not take.wanted.one_hit:
        return None
    course = take.course
    repeats = len(take.hits) >= SPEECH_SYLLABLES and apart(take.hits, take.picture) < SPEECH_APART
    speech = course.syllables >= SPEECH_SYLLABLES and course.wander >= SPEECH_WANDER and not repeats
    text = f"{course.syllables} syllables, brightness wanders by {course.wander:.1f} bands"
    text += ": somebody speaks" if speech else ""
    return Verdict(name="speech", figure=course.wander, rule="retry" if speech else "pass", text=text)


def _hits(take: Listener) -> Verdict | None:
    if not take.wanted.one_hit:
        return None
    count = len(take.hits)
    if count < 2:
        return Verdict(name="hits", figure=count, rule="pass", text="one hit" if count else "it swells: no hit")
    if take.range is None:
        # Of what swells it is the way; two strokes of a drum are a wrong answer.
        rule = "pass" if take.wanted.family.swells else "retry"
        return Verdict(name="hits", figure=count, rule=rule, text=f"{count} hits that run into each other")
    first, last = (frame / take.audio.sample_rate for frame in take.range)
    text = f"{count} hits: the one from {first:.3f} to {last:.3f} s is kept"
    return Verdict(name="hits", figure=count, rule="choose", text=text)


def _length(take: Listener) -> Verdict:
    span = _span(take)
    wanted = take.wanted
    if span < ENOUGH * wanted.shortest:
        text = f"lasts {span:.2f} s; at least {wanted.shortest:.2f} s is usual"
        return Verdict(name="length", figure=span, rule="retry", text=text)
    drum = wanted.family.mapping == "drum" and not wanted.family.swells
    if drum and span > TOO_LONG * wanted.longest and not _died_away(take):
        text = f"goes on for {span:.2f} s; at most {wanted.longest:.2f} s is usual"
        return Verdict(name="length", figure=span, rule="retry", text=text)
    return Verdict(name="length", figure=span, rule="pass", text=f"lasts {span:.2f} s")


def _span(take: Listener) -> float:
    """Returns the seconds from the first to the last moment of what is kept that sounds."""
    blocks, block = take.active
    if take.range is not None:
        first, last = (frame / take.audio.sample_rate / block for frame in take.range)
        blocks = blocks[(blocks >= first) & (blocks < last)]
    return float(int(blocks[-1] - blocks[0]) + 1) * block if len(blocks) else 0.0


def _died_away(take: Listener) -> bool:
    """Tells whether a sound is quiet by the greatest length that is usual."""
    blocks, _ = take.active
    hop = max(1, round(BLOCK * take.audio.sample_rate))
    beginning = (take.range[0] if take.range else int(blocks[0]) * hop) + round(
        take.wanted.longest * take.audio.sample_rate
    )
    return highest(take.moving[beginning : beginning + round(0.1 * take.audio.sample_rate)]) < (
        amplitude(DIED_AWAY) * take.peak_amplitude
    )


def _clipping(take: Listener) -> Verdict:
    share = clipped_share(take.audio)
    rule = "pass" if share == 0 or take.wanted.distorted else "repair" if share <= MOST_CLIPPED else "retry"
    text = f"{100 * share:.1f} % of the samples are clipped"
    return Verdict(name="clipping", figure=share, rule=rule, text=text)


def _noise(take: Listener) -> Verdict | None:
    """Judges noise where a tone was asked, and a steady hiss where a drum was."""
    family, heard = take.wanted.family, take.features
    if family.tonal or take.wanted.note is not None:
        noise = heard.tonality < NOISE_TONALITY and take.pitch.periodicity < NOISE_PERIODICITY
        text = f"{100 * heard.tonality:.0f} % of the power is in tones"
        return Verdict(
            name="noise", figure=heard.tonality, rule="retry" if noise else "pass",
            text=f"noise where a tone was asked: {text}" if noise else text,
        )  # fmt: skip
    if family.swells:
        return None
    static = (
        heard.sustain >= STATIC_SUSTAIN and heard.flatness >= STATIC_FLATNESS and heard.seconds >= STATIC_SECONDS
        and heard.tonality < NOISE_TONALITY
    )  # fmt: skip
    text = f"{100 * heard.sustain:.0f} % of its length is loud"
    return Verdict(
        name="noise", figure=heard.sustain, rule="retry" if static else "pass",
        text=f"a steady hiss: {text}" if static else text,
    )  # fmt: skip


def _held(take: Listener) -> Verdict | None:
    """Judges music whose hits a chord hides: what should die away, or be one tone, goes on at full level."""
    family = take.wanted.family
    if family.swells or not take.wanted.one_hit or _span(take) < HELD_SECONDS:
        return None
    moving = take.moving if take.range is None else take.moving[slice(*take.range)]
    levels = peaks(moving, round(HELD_BLOCK * take.audio.sample_rate))
    floor = decibels(float(np.quantile(levels, HELD_QUIETEST)) / take.peak_amplitude)
    count = jumps(take.picture, HELD_JUMP)
    most = HELD_JUMPS * max(1.0, (take.wanted.seconds or 0.0) / HELD_WHILE)
    if floor < HELD_FLOOR or (family.name in HELD and count < most):
        return None
    text = f"never sinks under {floor:.0f} dB in {_span(take):.1f} s: a loop or a piece of music"
    return Verdict(name="bed", figure=count, rule="retry", text=text)


def _bandwidth(take: Listener) -> Verdict | None:
    if take.wanted.family.name not in METAL:
        return None
    end = take.features.bandwidth
    if end >= HAT_BANDWIDTH:
        return Verdict(name="bandwidth", figure=end, rule="pass", text=f"goes up to {end / 1000:.1f} kHz")
    low_rate = take.audio.sample_rate / 2 < HAT_BANDWIDTH
    text = f"ends at {end / 1000:.1f} kHz: no {take.wanted.family.name} does"
    return Verdict(name="bandwidth", figure=end, rule="fail" if low_rate else "retry", text=text)


def _family(take: Listener) -> Verdict | None:
    name = take.wanted.family.name
    if name not in KIN:
        return None
    found = kinds(take.features)
    share = support(name, found)
    likely, its_share = next(iter(families(found).items()))
    text = f"{100 * its_share:.0f} % {likely}" + ("" if likely == name else f", {100 * share:.0f} % {name} or its kin")
    return Verdict(name="family", figure=share, rule="doubt" if share < IMPOSSIBLE else "pass", text=text)


def _pitch(take: Listener) -> Verdict | None:
    """Judges an asked note; what is not sure to have a pitch is left to the tuning, which leaves it alone."""
    note = take.wanted.note
    if note is None or not take.wanted.family.tonal or not take.pitch.claimed():
        return None
    distance = take.pitch.root + take.pitch.cents / 100 - note
    far = abs(distance) > FARTHEST
    text = f"note {note} was asked, the sound came {distance:+.2f} semitones from it"
    text += ": too far to move it" if far else ""
    return Verdict(name="asked-note", figure=distance, rule="doubt" if far else "pass", text=text)


RULES: tuple[Callable[[Listener], Verdict | None], ...] = (
    _silence, _active, _offset, _bed, _speech, _hits, _length, _clipping, _noise, _held, _bandwidth, _family,
    _pitch,
)  # fmt: skip
