"""Follows the calls under way: one task looks at all of them, often at first, less often later, never too much."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import ModelError

log = logging.getLogger(__name__)

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})
STEPS = ((10.0, 0.5), (60.0, 1.0), (300.0, 2.0))
"""Up to which age, in seconds, a call is looked at how often; after that every SLOWEST seconds."""
SLOWEST = 5.0
LOOKS_A_SECOND = 10.0
"""Over all calls together: fifty of them cost next to nothing while they wait."""


@dataclass
class Watched:
    """Holds what is known of one call; `news` is set whenever that changed.

    `started` is when it was first seen at work (boot and queue are not billed), `stopped` that it was told to stop.
    """

    ticket: str
    since: float
    due: float
    prediction: dict[str, Any] | None = None
    known: bool = True
    trouble: str = ""
    started: float | None = None
    stopped: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def running(self, now: float) -> float:
        """Returns for how many seconds it has been seen at work."""
        return 0.0 if self.started is None else now - self.started

    @property
    def ended(self) -> bool:
        return not self.known or (self.prediction or {}).get("status") in TERMINAL


class Watch:
    """Looks after calls by `look`, which returns a prediction or None for one that is unknown."""

    def __init__(self, look: Callable[[str], Awaitable[dict[str, Any] | None]]) -> None:
        self._look = look
        self._calls: dict[str, Watched] = {}
        self._task: asyncio.Task[None] | None = None

    def follow(self, ticket: str, prediction: dict[str, Any] | None = None) -> Watched:
        """Returns what is known of a call, and goes on looking at it."""
        if ticket not in self._calls:
            now = asyncio.get_running_loop().time()
            due = now + (STEPS[0][1] if prediction else 0.0)
            self._calls[ticket] = Watched(ticket, since=now, due=due, prediction=prediction)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return self._calls[ticket]

    def leave(self, ticket: str) -> None:
        """Looks at a call no more."""
        self._calls.pop(ticket, None)

    async def close(self) -> None:
        """Stops looking; the calls go on at the provider."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        while waiting := [call for call in self._calls.values() if not call.ended]:
            call = min(waiting, key=lambda one: one.due)
            await asyncio.sleep(max(call.due - clock(), 1 / LOOKS_A_SECOND if len(waiting) > 1 else 0.0))
            if call.ticket in self._calls:
                await self._glance(call)
                call.due = clock() + _interval(clock() - call.since)

    async def _glance(self, call: Watched) -> None:
        try:
            found = await self._look(call.ticket)
        except ModelError as problem:
            # Whatever keeps us from looking, the call goes on there: nothing is given up.
            if call.trouble != problem.message:
                log.warning("Replicate: %s", problem)
                call.trouble = problem.message
                call.news.set()
            return
        if found is None:
            call.known = False
        changed = found is None or call.trouble or found != call.prediction
        if found is not None and found.get("status") == "processing" and call.started is None:
            call.started = asyncio.get_running_loop().time()
        call.prediction, call.trouble = found, ""
        if changed:
            call.news.set()


def _interval(age: float) -> float:
    return next((step for oldest, step in STEPS if age < oldest), SLOWEST)
