"""Writes a line into the log for every job that ended: what it was, how it ended, what it took."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.domain.event import Event
from bridge.domain.job import Job
from bridge.errors import BridgeError
from bridge.ports import Engine
from bridge.units import Usd

log = logging.getLogger(__name__)

ENDS = frozenset({"ready", "failed", "cancelled"})
SHOWN = 48
"""Letters of a prompt that a line shows."""

Spent = Callable[[str], Awaitable[tuple[str, Usd]]]
"""Returns for a job the model that made it (empty: none was called), and what it cost."""


class Chronicle:
    """Listens to the engine; looks at a job when it has ended, behind the back of whoever waits for it."""

    def __init__(self, engine: Engine, spent: Spent) -> None:
        self._engine = engine
        self._spent = spent
        self._ended: asyncio.Queue[Event | None] = asyncio.Queue()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._unsubscribe = self._engine.subscribe(self._hear)
        self._worker = asyncio.create_task(self._work(), name="chronicle")

    async def close(self) -> None:
        """Writes down what has ended so far, and listens no more."""
        self._unsubscribe()
        self._ended.put_nowait(None)
        if self._worker is not None:
            await self._worker

    def _hear(self, event: Event) -> None:
        if event.kind in ENDS:
            self._ended.put_nowait(event)

    async def _work(self) -> None:
        while (event := await self._ended.get()) is not None:
            try:
                log.info("%s", line_of(await self._engine.job(event.job), event.kind, *await self._spent(event.job)))
            except BridgeError as problem:
                log.info("%s  job %s  %s", event.kind, event.job, problem)


def line_of(job: Job, ended: str, model: str, cost: Usd) -> str:
    """Returns the line of a job. A clock that was set back meanwhile makes no sound take less than no time."""
    prompt = job.brief.prompt if len(job.brief.prompt) <= SHOWN else f"{job.brief.prompt[: SHOWN - 1]}…"
    seconds = max(0.0, job.updated - job.created)
    why = f"  {job.reason}" if job.reason else ""
    return (
        f"{ended:<9}  {job.brief.pad or '-':<12}  “{prompt}”  {model or job.brief.model}  {seconds:.1f} s  "
        f"${cost:.4f}  {job.id}{why}"
    )
