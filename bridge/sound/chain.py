"""Walks a take through the steps: gate → trim → pitch → tune → verify → fade → level."""

from __future__ import annotations

import re

import numpy as np

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, Family
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.sound.envelope import highest
from bridge.sound.fade import fade
from bridge.sound.gate import STOPS, Judgement, Wanted, judge
from bridge.sound.level import level
from bridge.sound.offset import remove_offset
from bridge.sound.rate import convert
from bridge.sound.trim import shorten, trim
from bridge.sound.tune import tune
from bridge.sound.width import narrow
from bridge.units import Cents

DISTORTED = re.compile(r"\b(distort\w*|overdriv\w*|clipp\w*|fuzz\w*|crush\w*|saturat\w*|gabber|hardcore|hardstyle)\b")
"""Words of a prompt that ask for what a gate would call clipping."""


def check(audio: Audio, brief: Brief) -> tuple[Verdict, ...]:
    """Returns the gate's verdicts on a raw take; a `retry` or `fail` among them means that `shape` will refuse it."""
    return examine(audio, brief).verdicts


def examine(audio: Audio, brief: Brief) -> Judgement:
    """Returns the gate's verdicts on a raw take, and the range in frames of the hit to keep if it has several."""
    distorted = DISTORTED.search(brief.prompt.lower()) is not None
    return judge(audio, Wanted(family=_family(brief), seconds=brief.seconds, note=brief.note, distorted=distorted))


def shape(audio: Audio, brief: Brief, sample_rate: int) -> tuple[Audio, Analysis, tuple[Verdict, ...]]:
    """Returns the finished sound at `sample_rate`, what was measured of it, and what was judged on the way.

    The gate's own verdicts are the answer of `check`; here they only decide. Raises SoundError, with the name of the
    verdict, for a take that the gate stops.
    """
    family = _family(brief)
    longest = max(family.longest, brief.seconds or 0.0)
    verdicts = check(audio, brief)
    _stop(verdicts, family)
    audio = _scaled(audio)
    if any(verdict.name == "dc" and verdict.rule == "repair" for verdict in verdicts):
        audio = remove_offset(audio)
    audio, mono = narrow(audio)
    trimmed = trim(audio, longest=longest, swells=family.swells)
    tuned = tune(convert(trimmed.audio, sample_rate), tonal=family.tonal, register=family.register, note=brief.note)
    audio, peak = level(fade(shorten(tuned.audio, longest), tonal=family.tonal))
    analysis = Analysis(
        root=tuned.pitch.root if tuned.claimed else None,
        cents=tuned.pitch.cents if tuned.claimed else Cents(0.0),
        confidence=tuned.pitch.confidence,
        seconds=audio.seconds,
        peak=peak,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
    )
    cuts = (_cut("lead-in", trimmed.lead_in), _cut("tail", trimmed.tail))
    return audio, analysis, (mono, *cuts, *tuned.verdicts)


def _family(brief: Brief) -> Family:
    """Returns the family of a brief; one that this version does not know is shaped as the default."""
    return FAMILIES.get(brief.family, FAMILIES[DEFAULT_FAMILY])


def _stop(verdicts: tuple[Verdict, ...], family: Family) -> None:
    for verdict in verdicts:
        if verdict.rule in STOPS:
            raise SoundError(
                f"This take can't become a {family.name}: {verdict.text}.",
                "Ask again: another seed may do better." if verdict.rule == "retry" else "",
                verdict=verdict.name,
                retryable=verdict.rule == "retry",
            )


def _scaled(audio: Audio) -> Audio:
    """Returns the sound with a peak in [0.5, 1): by a power of two, so that no bit of it changes."""
    _, exponent = np.frexp(highest(audio.samples))
    return audio.with_samples(np.ldexp(audio.samples, -int(exponent)))


def _cut(name: str, seconds: float) -> Verdict:
    return Verdict(name=name, figure=seconds, rule="repair" if seconds else "pass", text=f"{1000 * seconds:.0f} ms of {name} cut")
