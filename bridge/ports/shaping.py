"""What judges takes and makes samples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.brief import Brief
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.units import MidiNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """Holds a finished sound: 24-bit little-endian interleaved PCM, what was measured, and what was judged.

    `fingerprint` is what finds sounds that are alike (`bridge.sound.likeness`); empty where there is none. `layer` and
    `turn` are its place in its instrument; `parts` are the softer layers and the turns that were made from it.
    """

    pcm: bytes
    frames: int
    channels: int
    sample_rate: int
    analysis: Analysis
    verdicts: tuple[Verdict, ...] = ()
    fingerprint: bytes = b""
    layer: int = 1
    turn: int = 1
    parts: tuple[Shaped, ...] = ()


class Shaper(Protocol):
    """Judges takes and turns them into samples; the work is done in the worker processes."""

    async def cut(self, sound: bytes, family: str, most: int, *, priority: int) -> tuple[bytes, ...]:
        """Returns the hits of a loop that make the best one-shots of a family, at most so many, the best first.

        The same loop gives the same hits. Raises SoundError for what can't be decoded.
        """
        ...

    async def check(self, sound: bytes, brief: Brief, *, priority: int) -> tuple[Verdict, ...]:
        """Returns the gate's verdicts on a raw take; a take that can't be decoded is a verdict too."""
        ...

    async def recognise(self, sound: bytes, *, priority: int) -> str | None:
        """Returns the family of a sound that nobody named, None where nothing is sure; raises SoundError for what
        can't be decoded."""
        ...

    async def shape_set(
        self, sounds: Sequence[bytes], brief: Brief, *, notes: Sequence[MidiNote | None] = (), priority: int
    ) -> tuple[Shaped | SoundError, ...]:
        """Returns what becomes of the takes of one brief, in their order: each finished sound, or why it is none.

        They are shaped as one set, equally loud and with their attacks together. `notes` are the pitches that the takes
        were made for, where that is not the brief's. The same takes in the same order give the same PCM.
        """
        ...

    async def same_recording(self, sound: bytes, others: Sequence[bytes], *, priority: int) -> tuple[int, float] | None:
        """Returns which of some sound files (their bytes) is the same recording as `sound`, and how far their waves
        agree, 0…1; None where none is."""
        ...
