"""Carries a call from its row to its end: sent once, its ticket kept the moment it is known, found again rather than
sent again, watched until it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bridge.domain.event import Event
from bridge.domain.job import Job, JobState
from bridge.domain.take import Call
from bridge.errors import DoubtfulError, ModelError
from bridge.jobs.moves import STAGE_FRACTION
from bridge.jobs.workshop import Workshop
from bridge.ports import Failed, Lost, Progress
from bridge.store import jobs as job_store
from bridge.units import Seconds

log = logging.getLogger(__name__)

PATIENCE = Seconds(20.0)
"""How long one look at a call may wait for news; the models wake earlier when something happens."""

LOOKS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between the looks for a call whose ticket was lost, while the provider can't be asked."""

S = TypeVar("S")


class ParkedError(ModelError):
    """Says that a call may have been paid and can't be found: the user decides, nobody else sends it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[S]):
    """Holds how one call is made: `send` returns its ticket, `find` looks for tickets, `poll` brings its state."""

    send: Callable[[], Awaitable[str]]
    find: Callable[[], Awaitable[Sequence[str]]]
    poll: Callable[[str, Seconds], Awaitable[S | Progress | Failed | Lost]]
    free_to_repeat: bool


class Lines:
    """Carries the calls of all jobs; one that was written down by this process and not yet sent is `fresh`."""

    def __init__(self, shop: Workshop) -> None:
        self._database = shop.database
        self._hub = shop.hub
        self._clock = shop.clock
        self._estimates = shop.estimates
        self._fresh: set[str] = set()

    def expect(self, call: Call) -> None:
        """Notes that a call is about to be written down: until it is sent, nobody can have accepted it."""
        self._fresh.add(call.id)

    async def carry(self, job: Job, call: Call, line: Line[S]) -> S | Failed | Lost:
        """Returns how a call ended; raises ParkedError where only the user can say how it goes on."""
        try:
            ticket = call.ticket or await self._send(call, line)
        except ParkedError:
            raise
        except ModelError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)
        while True:
            state = await line.poll(ticket, PATIENCE)
            if isinstance(state, Lost) and not line.free_to_repeat:
                raise ParkedError(f"{call.model} does not know the call {ticket} any more, and it may have been paid.")
            if isinstance(state, Lost) and not call.ticket:
                # Sent by this very process, with no crash between: to send it again at once might go on for ever.
                return Failed(reason=f"{call.model} forgot a call that it had taken.", retryable=True)
            if not isinstance(state, Progress):
                return state
            self._hub.tell([self._progress(job, state)])

    async def _send(self, call: Call, line: Line[S]) -> str:
        if call.id in self._fresh or line.free_to_repeat:
            self._fresh.discard(call.id)
            try:
                ticket = await line.send()
            except DoubtfulError as problem:
                log.warning("call %s: %s", call.id, problem)
                ticket = await self._look(call, line)
        else:
            ticket = await self._look(call, line)
        await self._database.write(lambda store: job_store.set_ticket(store, call.id, ticket))
        return ticket

    async def _look(self, call: Call, line: Line[S]) -> str:
        """Looks for a call that may have been accepted; a retryable ModelError says that it surely was not."""
        found = await self._ask(call, line, iter(LOOKS))
        claimed = await self._database.read(lambda store: job_store.claimed_tickets(store, found))
        found = [ticket for ticket in found if ticket not in claimed]
        if not found:
            raise ModelError(f"{call.model} never got the call.", "Is the network there?", retryable=True)
        if len(found) > 1:
            raise ParkedError(f"A call to {call.model} may have been paid: {len(found)} calls there may be it.")
        return found[0]

    async def _ask(self, call: Call, line: Line[S], delays: Iterator[float]) -> list[str]:
        while True:
            try:
                return list(await line.find())
            except ModelError as problem:
                delay = next(delays, None) if problem.retryable else None
                if delay is None:
                    raise ParkedError(
                        f"A call to {call.model} may have been paid, and it can't be looked for: {problem.message}"
                    ) from problem
                await asyncio.sleep(delay)

    def _progress(self, job: Job, state: Progress) -> Event:
        start, end = STAGE_FRACTION[JobState.GENERATING], STAGE_FRACTION[JobState.CHECKING]
        return Event(
            kind="progress", job=job.id, pad=job.brief.pad, ref=job.ref, at=self._clock.now(), stage=state.stage,
            fraction=start + (end - start) * state.fraction,
            eta_seconds=state.eta_seconds
            or self._estimates.left(job.id, job.brief.model, self._clock.monotonic()),
        )
