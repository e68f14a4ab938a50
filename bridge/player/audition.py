"""Audition: new sounds are heard by themselves, and any sound when somebody asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from bridge.domain.event import Event
from bridge.errors import BridgeError
from bridge.player.speaker import Speaker, close_when_idle
from bridge.ports import Engine, Workers
from bridge.units import Decibels

log = logging.getLogger(__name__)

TASK = "bridge.sound.audition:prepared"
QUIET = Decibels(-18.0)
"""How much softer `quiet` is."""
MOST_WAITING = 32
"""Sounds that wait to be heard; nobody could tell more of them apart."""
SAY_AGAIN_SECONDS = 60.0
"""A device that is missing is said once in so long."""

Play = Literal["off", "quiet", "on"]


class Audition:
    """Plays what the engine says is new (`play`), and what it is asked for, at `level` dB.

    Of several variations of one press the first is heard. What is missing (PortAudio, the device) costs the hearing and
    nothing else.
    """

    def __init__(
        self, engine: Engine, workers: Workers, speaker: Speaker, *, play: Play = "off",
        level: Decibels = Decibels(0.0),
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._speaker = speaker
        self._play = play
        self._level = level
        self._waiting: asyncio.Queue[tuple[str, Decibels]] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] | None = None
        self._last_job = ""
        self._said = -SAY_AGAIN_SECONDS

    async def start(self) -> list[str]:
        """Begins to listen; returns a notice where nothing could be heard, if new sounds are to be."""
        self._unsubscribe = self._engine.subscribe(self._heard)
        self._tasks = [
            asyncio.create_task(self._work(), name="audition"), asyncio.create_task(close_when_idle(self._speaker)),
        ]
        if self._play == "off":
            return []
        try:
            await asyncio.to_thread(self._speaker.open)
        except BridgeError as problem:
            return [str(problem)]
        return []

    async def close(self) -> None:
        """Falls silent and lets go of the device."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.to_thread(self._speaker.close)

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        if event.kind == "play" and not event.sample:
            self._speaker.stop()
            return
        asked = event.kind == "play"
        new = event.kind == "sample" and self._play != "off" and event.job != self._last_job
        if event.kind == "sample":
            self._last_job = event.job
        if asked or new:
            level = self._level if asked or self._play == "on" else Decibels(self._level + QUIET)
            with contextlib.suppress(asyncio.QueueFull):
                self._waiting.put_nowait((event.sample, level))

    async def _work(self) -> None:
        while True:
            sample, level = await self._waiting.get()
            try:
                await self._sound(sample, level)
            except BridgeError as problem:
                self._complain(problem)
            except Exception:
                # Whatever breaks here costs one hearing.
                log.exception("The sample %s could not be played.", sample)

    async def _sound(self, target: str, level: Decibels) -> None:
        sample = await self._engine.sample(target)
        rate = await asyncio.to_thread(self._speaker.open)
        content = await asyncio.to_thread(Path(self._engine.absolute(sample.path)).read_bytes)
        ready = await self._workers.run(TASK, content, rate, level, priority=0)
        self._speaker.play(sample.pad or sample.id, np.frombuffer(ready, dtype="<f4").reshape(-1, 2))

    def _complain(self, problem: BridgeError) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._said >= SAY_AGAIN_SECONDS:
            self._said = now
            log.warning("%s", problem)
