"""Keeps the pace that the provider allows: calls wait their turn instead of being refused."""

from __future__ import annotations

import asyncio

STEP_SECONDS = 0.1
"""Between two calls: 600 a minute are allowed."""
EASE = 0.5
"""By how much a pace that was slowed down gets quicker with every call that is taken again."""


class Pace:
    """Lets one call go after the other; a refusal slows all of them down, success brings the pace back."""

    def __init__(self) -> None:
        self._step = STEP_SECONDS
        self._next = 0.0

    async def turn(self) -> None:
        """Waits for the caller's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._step
        if mine > now:
            await asyncio.sleep(mine - now)

    def refused(self, wait: float) -> None:
        """Notes that a call came too early: nobody goes before `wait` seconds are over."""
        self._step = max(self._step, min(wait, 10.0))
        self._next = max(self._next, asyncio.get_running_loop().time() + wait)

    def taken(self) -> None:
        """Notes that a call was accepted."""
        self._step = max(STEP_SECONDS, self._step * EASE)
