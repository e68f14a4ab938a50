"""Samples: finished one-shot files with their analysis and provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bridge.domain.family import Mapping
from bridge.domain.take import Verdict
from bridge.units import PITCH_CLASSES, Cents, Decibels, Hz, MidiNote, Seconds

Tone = Literal["note", "chord", "noise", "unsure"]
"""What the pitch detector took a sound for. A note need not be so sure that its root is claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Holds what a finished sound is like, as a listener hears it.

    `family` is what it was taken for, None where nothing is sure; `share` is how probable the likeliest family is, 0…1
    (those that are played over the keyboard count as one). `brightness` is the centre of its power on a scale of
    octaves. `hardness` is the power above 2 kHz of its first 20 ms over that of the next 100 ms: high is a hard stroke.
    `loudness` is that of its loudest 400 ms, in LUFS.
    """

    family: str | None
    share: float
    brightness: Hz
    hardness: Decibels
    loudness: Decibels


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Holds what was measured of a finished sound.

    `root` is None for an unpitched sound, and then `cents` is 0. `cents` is what the sound is minus its root,
    sharp positive, in (−50, 50]. `confidence` is 0…1; a claim below the detector's threshold is no claim. `peak`
    is the true peak in dBTP. `loop` is the first and the last frame of a loop, both played; None for a one-shot.
    `glide` is how many semitones the sound starts above its pitch. `tone`, `glide` and `character` are None where
    they were not measured: of silence, and of samples made before they were.
    """

    root: MidiNote | None
    cents: Cents
    confidence: float
    seconds: Seconds
    peak: Decibels
    channels: int
    sample_rate: int
    loop: tuple[int, int] | None = None
    tone: Tone | None = None
    glide: float | None = None
    character: Character | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Holds one published one-shot.

    `path` is relative to the library, with forward slashes. `sha256` is over the PCM, so that "the same sound"
    has one meaning. `tags` are the words to find it by. `duplicate_of` is the older sample that it is the same
    recording as; empty for a new sound. `part_of` is the sample whose instrument it completes as another root, a
    velocity layer or a turn; empty for a sample that stands for itself. `layer` counts from the softest, `turn` within
    the layer, both from 1. `kept` and `discarded` are the user's marks.
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
    tags: tuple[str, ...] = ()
    duplicate_of: str = ""
    part_of: str = ""
    layer: int = 1
    turn: int = 1
    kept: bool = False
    discarded: bool = False

    @property
    def root(self) -> MidiNote | None:
        return self.analysis.root

    @property
    def cents(self) -> Cents:
        return self.analysis.cents

    @property
    def key(self) -> str | None:
        """Returns the pitch class of the root (`F#`): in which keys it fits. None for a chord too: its notes are not
        told apart."""
        return None if self.root is None else PITCH_CLASSES[self.root % 12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike(Sample):
    """Holds a sample that was found near another one: `likeness` is 1 for the same sound, 0 for nothing in common."""

    likeness: float
