"""The daemon's side of shaping: names the task, and never imports what the task needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bridge.domain.brief import Brief
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.ports import Shaped, Workers
from bridge.units import MidiNote

CUT = "bridge.shaping.tasks:cut"
RECOGNISE = "bridge.shaping.tasks:recognise"
CHECK = "bridge.shaping.tasks:check"
SHAPE_SET = "bridge.shaping.tasks:shape_set"
SAME_RECORDING = "bridge.shaping.tasks:same_recording"


class Shaping:
    """Has takes judged and shaped by the workers; finished sounds have `sample_rate` (implements `ports.Shaper`)."""

    def __init__(self, workers: Workers, *, sample_rate: int) -> None:
        self._workers = workers
        self._sample_rate = sample_rate

    async def cut(self, sound: bytes, family: str, most: int, *, priority: int) -> tuple[bytes, ...]:
        """Returns the hits of a loop that make the best one-shots of a family, at most so many."""
        return cast("tuple[bytes, ...]", await self._workers.run(CUT, sound, family, most, priority=priority))

    async def check(self, sound: bytes, brief: Brief, *, priority: int) -> tuple[Verdict, ...]:
        """Returns the gate's verdicts on a raw take; a take that can't be decoded is a verdict too."""
        answer = await self._workers.run(CHECK, sound, brief, priority=priority)
        return cast("tuple[Verdict, ...]", answer)

    async def recognise(self, sound: bytes, *, priority: int) -> str | None:
        """Returns the family of a sound that nobody named, None where nothing is sure."""
        return cast("str | None", await self._workers.run(RECOGNISE, sound, priority=priority))

    async def shape_set(
        self, sounds: Sequence[bytes], brief: Brief, *, notes: Sequence[MidiNote | None] = (), priority: int
    ) -> tuple[Shaped | SoundError, ...]:
        """Returns what becomes of the takes of one brief; SoundError for each of which nothing playable is left."""
        answer = await self._workers.run(
            SHAPE_SET, tuple(sounds), brief, self._sample_rate, tuple(notes), priority=priority
        )
        return cast("tuple[Shaped | SoundError, ...]", answer)

    async def same_recording(self, sound: bytes, others: Sequence[bytes], *, priority: int) -> tuple[int, float] | None:
        """Returns which of some sound files is the same recording as this one, and how far their waves agree."""
        answer = await self._workers.run(SAME_RECORDING, sound, tuple(others), priority=priority)
        return cast("tuple[int, float] | None", answer)
