"""The synthesiser as a model: tickets and states in the daemon, the work in a worker process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.domain.brief import Brief
from bridge.domain.family import family_of
from bridge.domain.understood import Understood, weighed
from bridge.errors import BridgeError
from bridge.models.synth.limits import LICENCE, LONGEST, SHORTEST, VARIATIONS, VERSION
from bridge.models.synth.words import read
from bridge.ports import (
    CallState,
    Capabilities,
    Clock,
    Failed,
    Finished,
    Lost,
    Progress,
    SystemClock,
    Workers,
)
from bridge.units import PITCH_CLASSES, Seconds, Usd

RENDER = "bridge.models.synth.render:render"
"""The task; its module is worth warming."""
REMEMBERED = 256
"""Finished calls that nobody has asked for yet; beyond that the oldest is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    brief: Brief
    seed: int
    accepted: float
    work: asyncio.Task[CallState]


class Synth:
    """Makes takes in the worker processes; implements `bridge.ports.Model` and `Reader`.

    A ticket is good until its result was collected or it was cancelled; after that, and after a restart, it is
    lost, and the call can be made again for nothing.
    """

    name = "synth"
    version = VERSION
    provider = "synth"
    licence = LICENCE
    capabilities = Capabilities(
        seconds=(SHORTEST, LONGEST), negative=True, notes=True, variations=VARIATIONS, repeatable=True, concurrent=0
    )

    def __init__(self, workers: Workers, clock: Clock | None = None) -> None:
        self._workers = workers
        self._clock = clock or SystemClock()
        self._calls: dict[str, _Call] = {}

    async def estimate(self, brief: Brief) -> Usd:
        """Returns 0: it runs on this computer."""
        return Usd(0.0)

    def understood(self, brief: Brief, middle_c_octave: int) -> Understood:
        """Returns what it takes the words for; a length that it can't make becomes the nearest that it can."""
        said = read(brief.prompt, brief.negative)
        named = [brief.family] if family_of(brief.prompt) == brief.family else []
        words = [weighed(word, round(weight, 2)) for word, weight in said.known if weight]
        seconds = said.seconds(brief.bpm)
        return Understood(
            words=tuple(dict.fromkeys([*named, *words])),
            note=said.note(middle_c_octave),
            key="" if said.key is None else PITCH_CLASSES[said.key],
            seconds=None if seconds is None else Seconds(min(max(seconds, SHORTEST), LONGEST)),
            tempo=said.tempo,
        )

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Starts a call and returns its ticket."""
        self._forget()
        ticket = secrets.token_hex(8)
        work = asyncio.create_task(self._render(brief, seed, priority))
        self._calls[ticket] = _Call(brief=brief, seed=seed, accepted=self._clock.now(), work=work)
        return ticket

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        """Returns the state of a call: at once if it ended, else when it ends or after `patience`.

        The end of a call is told once; then its ticket is lost.
        """
        call = self._calls.get(ticket)
        if call is None:
            return Lost()
        await asyncio.wait({call.work}, timeout=max(0.0, patience))
        if not call.work.done():
            return Progress(stage="rendering")
        self._calls.pop(ticket, None)
        if call.work.cancelled():
            return Failed(reason="The call was cancelled.")
        return call.work.result()

    async def cancel(self, ticket: str) -> None:
        """Stops a call and forgets it; one that ended or is unknown is no error."""
        if call := self._calls.pop(ticket, None):
            call.work.cancel()

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        """Returns the tickets of this process's calls for this brief and seed since then (seconds since 1970)."""
        return [
            ticket
            for ticket, call in self._calls.items()
            if call.brief == brief and call.seed == seed and call.accepted >= since
        ]

    async def _render(self, brief: Brief, seed: int, priority: int) -> CallState:
        try:
            takes = await self._workers.run(RENDER, brief, seed, priority=priority)
        except BridgeError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)
        return Finished(takes=tuple(takes))

    def _forget(self) -> None:
        ended = [ticket for ticket, call in self._calls.items() if call.work.done()]
        for ticket in ended[: max(0, len(ended) - REMEMBERED + 1)]:
            del self._calls[ticket]
