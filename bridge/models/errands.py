"""Work that lives in this process: a ticket each, watched, cancelled, and lost with the process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bridge.ports import Failed, Lost, Progress
from bridge.units import Seconds

S = TypeVar("S")


@dataclass
class Stage:
    """Says what goes on in a call right now; `set` wakes whoever watches it.

    `fraction` 0…1 is how far the call is, `eta_seconds` how long it will still take; 0 where nobody knows.
    """

    name: str = "queued"
    fraction: float = 0.0
    eta_seconds: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, name: str, fraction: float = 0.0, eta_seconds: float = 0.0) -> None:
        """Begins a stage, or says how far it is."""
        if (name, fraction) != (self.name, self.fraction):
            self.name, self.fraction, self.eta_seconds = name, fraction, eta_seconds
            self.changed.set()


class Errands(Generic[S]):
    """Holds calls from their start until their end was told."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[asyncio.Task[S | Failed], Stage]] = {}

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._under_way

    def start(self, work: Callable[[Stage], Awaitable[S | Failed]], ticket: str = "") -> str:
        """Begins a call and returns its ticket, a new one if none is given."""
        ticket, stage = ticket or secrets.token_hex(8), Stage()

        async def carried() -> S | Failed:
            return await work(stage)

        self._under_way[ticket] = (asyncio.create_task(carried()), stage)
        return ticket

    async def poll(self, ticket: str, patience: Seconds) -> S | Progress | Failed | Lost:
        """Returns how a call ended, told once; its stage when that changes or after `patience`."""
        if ticket not in self._under_way:
            return Lost()
        work, stage = self._under_way[ticket]
        news = asyncio.create_task(stage.changed.wait())
        try:
            await asyncio.wait({work, news}, timeout=max(0.0, patience), return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        stage.changed.clear()
        if not work.done():
            return Progress(stage=stage.name, fraction=stage.fraction, eta_seconds=stage.eta_seconds)
        self._under_way.pop(ticket, None)
        return Failed(reason="The call was cancelled.") if work.cancelled() else work.result()

    async def cancel(self, ticket: str) -> None:
        """Stops a call and returns when it has stopped; one that ended or is unknown is no error."""
        if found := self._under_way.pop(ticket, None):
            found[0].cancel()
            await asyncio.gather(found[0], return_exceptions=True)

    async def close(self) -> None:
        """Stops every call: a daemon that ends leaves no server at work for nobody."""
        await asyncio.gather(*(self.cancel(ticket) for ticket in list(self._under_way)))
