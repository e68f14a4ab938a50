"""The whole way of a take: the gate, then the recipe of its pad or family."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.audio import Audio
from bridge.domain.brief import FINISH, Brief
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, Family
from bridge.domain.recipe import Recipe, filled, recipe_of
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.sound.envelope import highest
from bridge.sound.gate import Judgement, Wanted, broken, judge, prepare
from bridge.sound.level import true_peak
from bridge.sound.recipe import SHORTEST_PITCH, Piece, become, walk
from bridge.sound.tune import tune
from bridge.units import Cents, Decibels, MidiNote, Seconds

Finished = tuple[Audio, Analysis, tuple[Verdict, ...]]
"""A finished sound, what was measured of it, and what was judged on the way."""

DISTORTED = re.compile(r"\b(distort\w*|overdriv\w*|clipp\w*|fuzz\w*|crush\w*|saturat\w*|gabber|hardcore|hardstyle)\b")
"""Words of a prompt that ask for what a gate would call clipping."""
MOST_JUDGED = 64
"""Takes whose judgement is remembered."""
_judged: dict[tuple[bytes, tuple[int, ...], int, Wanted], Judgement] = {}


def check(audio: Audio, brief: Brief) -> tuple[Verdict, ...]:
    """Returns the gate's verdicts on a raw take; a `retry` or `fail` among them means that `shape` will refuse it."""
    return examine(audio, brief).verdicts


def examine(audio: Audio, brief: Brief) -> Judgement:
    """Returns the gate's verdicts on a raw take, and the range in frames of the hit to keep if it has several.

    A take is checked, and soon afterwards shaped, mostly by one process: it remembers what it said of the last ones.
    """
    distorted = DISTORTED.search(brief.prompt.lower()) is not None
    wanted = Wanted(
        family=_family(brief), seconds=brief.seconds, note=brief.note, distorted=distorted,
        given=brief.audio_use == FINISH,
    )
    content = hashlib.blake2b(np.ascontiguousarray(audio.samples).data, digest_size=16).digest()
    key = content, audio.samples.shape, audio.sample_rate, wanted
    if key not in _judged:
        if len(_judged) >= MOST_JUDGED:
            del _judged[next(iter(_judged))]
        _judged[key] = judge(audio, wanted)
    return _judged[key]


def shape(audio: Audio, brief: Brief, sample_rate: int) -> Finished:
    """Returns one finished sound, as `shape_set` does; raises SoundError, with the name of the verdict, for a take
    that the gate stops."""
    outcome = shape_set([audio], brief, sample_rate)[0]
    if isinstance(outcome, SoundError):
        raise outcome
    return outcome


def shape_set(
    takes: Sequence[Audio], brief: Brief, sample_rate: int, *, notes: Sequence[MidiNote | None] | None = None
) -> list[Finished | SoundError]:
    """Returns what becomes of each of the takes of one brief, which are shaped as one set.

    `notes` are the pitches that each of them was made for; None: all for the brief's.

    A take that the gate stops is its error and no member of the set. The gate's own verdicts are the answer of
    `check`; here they only decide. The same takes in the same order give the same sounds.
    """
    try:
        recipe = recipe_of(brief)
    except ValueError as problem:
        refusal = SoundError(f"The recipe of this sound can't be read: {problem}.", "Correct the pad's shape.")
        return [refusal for _ in takes]
    family = _family(brief)
    longest = Seconds(max(family.longest, brief.seconds or 0.0))

    def begin(take: Audio, note: MidiNote | None) -> Piece | SoundError:
        judgement = examine(take, replace(brief, note=note))
        return _stop(judgement.stop, family) or Piece(
            audio=_scaled(prepare(take, judgement)), family=family, note=note, longest=longest,
            sample_rate=sample_rate, bpm=brief.bpm,
        )

    asked = [brief.note] * len(takes) if notes is None else notes
    begun = [begin(take, note) for take, note in zip(takes, asked, strict=True)]
    return _walked(begun, recipe, brief.loudness)


def take_steps(
    sounds: Sequence[Audio], steps: Recipe, *, family: str, note: MidiNote | None, sample_rate: int
) -> list[Finished | SoundError]:
    """Returns what becomes of sounds that take these steps and no others, as one set.

    Nothing is judged: only what no step can work on (no frames, NaN, more than two channels) is refused.
    """
    kind = FAMILIES[family]

    def begin(sound: Audio) -> Piece | SoundError:
        return _stop(broken(sound), kind) or Piece(
            audio=sound, family=kind, note=note, longest=Seconds(kind.longest), sample_rate=sample_rate
        )

    return _walked([begin(sound) for sound in sounds], filled(steps, family))


def _walked(
    outcomes: Sequence[Piece | SoundError], recipe: Recipe, loudness: Decibels | None = None
) -> list[Finished | SoundError]:
    """Takes what is left of a set through a recipe; a step that fails, fails for the whole set."""
    pieces = [outcome for outcome in outcomes if isinstance(outcome, Piece)]
    try:
        walk(pieces, recipe)
        if loudness is not None:
            become(pieces, loudness)
    except SoundError as problem:
        return [problem if isinstance(outcome, Piece) else outcome for outcome in outcomes]
    return [_finished(outcome) if isinstance(outcome, Piece) else outcome for outcome in outcomes]


def _finished(piece: Piece) -> Finished:
    """Returns a piece that has walked its recipe, with what was measured of it and what was judged on the way.

    A recipe without `tune` moves no pitch; a sure one is noted all the same, for the sampler to play it right.
    """
    audio = piece.audio
    heard, verdicts = piece.tuned, piece.verdicts
    if heard is None and audio.seconds >= SHORTEST_PITCH:
        heard = tune(audio, tonal=False, register=piece.family.register, note=None)
        verdicts = [*verdicts, *heard.verdicts]
    claim = heard.pitch if heard and heard.claimed else None
    analysis = Analysis(
        root=claim.root if claim else None,
        cents=claim.cents if claim else Cents(0.0),
        confidence=heard.pitch.confidence if heard else 0.0,
        seconds=audio.seconds,
        peak=true_peak(audio) if piece.peak is None else piece.peak,
        loop=piece.loop,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
        tone=heard.pitch.kind if heard else None,
        glide=heard.pitch.glide if heard else None,
    )
    return audio, analysis, tuple(verdicts)


def _family(brief: Brief) -> Family:
    """Returns the family of a brief; one that this version does not know is shaped as the default."""
    return FAMILIES.get(brief.family, FAMILIES[DEFAULT_FAMILY])


def _stop(verdict: Verdict | None, family: Family) -> SoundError | None:
    """Returns the refusal of a take that a verdict stops."""
    if verdict is None:
        return None
    return SoundError(
        f"This take can't become a {family.name}: {verdict.text}.",
        "Ask again: another seed may do better." if verdict.rule == "retry" else "",
        verdict=verdict.name,
        retryable=verdict.rule == "retry",
    )


def _scaled(audio: Audio) -> Audio:
    """Returns the sound with a peak in [0.5, 1): by a power of two, so that no bit of it changes."""
    _, exponent = np.frexp(highest(audio.samples))
    return audio.with_samples(np.ldexp(audio.samples, -int(exponent)))
