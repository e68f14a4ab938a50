"""Samples: finished one-shot files with their analysis and provenance."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.domain.family import Mapping
from bridge.domain.take import Verdict
from bridge.units import Cents, Decibels, MidiNote, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Holds what was measured of a finished sound.

    `root` is None for an unpitched sound, and then `cents` is 0. `cents` is what the sound is minus its root,
    sharp positive, in (−50, 50]. `confidence` is 0…1; a claim below the detector's threshold is no claim. `peak`
    is the true peak in dBTP. `loop` is the first and the last frame of a loop, both played; None for a one-shot.
    """

    root: MidiNote | None
    cents: Cents
    confidence: float
    seconds: Seconds
    peak: Decibels
    channels: int
    sample_rate: int
    loop: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Holds one published one-shot.

    `path` is relative to the library, with forward slashes. `sha256` is over the PCM, so that "the same sound"
    has one meaning. `kept` and `discarded` are the user's marks.
    """

    id: str
    job: str
    take: str
    pad: str
    pad_note: MidiNote | None
    family: str
    mapping: Mapping
    prompt: str
    path: str
    sha256: str
    analysis: Analysis
    created: float
    verdicts: tuple[Verdict, ...] = ()
    kept: bool = False
    discarded: bool = False

    @property
    def root(self) -> MidiNote | None:
        return self.analysis.root

    @property
    def cents(self) -> Cents:
        return self.analysis.cents
