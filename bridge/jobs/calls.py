"""Makes the calls of a job: written down before they are sent, their ticket kept the moment it is known, and after
a crash found again rather than sent again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Connection

from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.event import Event
from bridge.domain.ids import new_id
from bridge.domain.job import Job, JobState
from bridge.domain.take import Call, Take
from bridge.errors import BridgeError, ModelError
from bridge.jobs.moves import STAGE_FRACTION
from bridge.jobs.workshop import Workshop
from bridge.ports import Failed, Finished, Lost, Model, Progress
from bridge.store import jobs as job_store
from bridge.units import Seconds

log = logging.getLogger(__name__)

PATIENCE = Seconds(20.0)
"""How long one look at a call may wait for news; the models wake earlier when something happens."""


def seed_of_call(brief: Brief, number: int) -> int:
    """Returns the seed of a job's call: the brief's own for the first, derived ones (1 … 2³²−1) for the others."""
    return brief.seed if number == 0 else 1 + brief.random_key(variation=-number) % LARGEST_SEED


class Caller:
    """Brings the takes of a job, through as many calls as it needs; so many may fail as the config has attempts."""

    def __init__(self, shop: Workshop) -> None:
        self._database = shop.database
        self._shelf = shop.shelf
        self._model_of = shop.model_of
        self._hub = shop.hub
        self._clock = shop.clock
        self._estimates = shop.estimates
        self._attempts = shop.config.jobs.attempts
        self._unsent: set[str] = set()

    async def prepare(self, job: Job, calls: Sequence[Call], *, failed: bool) -> Call:
        """Returns the next call of a job, not yet written down.

        `failed` says that the one before brought nothing usable; raises ModelError when that was the last attempt.
        """
        attempt = calls[-1].attempt + int(failed) if calls else 0
        if attempt >= self._attempts:
            raise ModelError(f"{job.brief.model} brought nothing usable in {attempt} attempts.", calls[-1].reason)
        model = self._model_of(job.brief.model)
        call = Call(
            id=new_id("c"), job=job.id, model=model.name, attempt=attempt, seed=seed_of_call(job.brief, len(calls)),
            estimate=await model.estimate(job.brief), created=self._clock.now(),
        )
        self._unsent.add(call.id)
        return call

    async def bring_takes(self, job: Job) -> None:
        """Makes calls until the job has the takes it asked for, all of them kept on the shelf; resumes after a crash.

        Raises ModelError when the attempts are used up or when a call may have been paid and can't be found again.
        """
        model = self._model_of(job.brief.model)
        while (missing := await self._missing(job)) > 0:
            calls = await self._database.read(lambda store: job_store.calls_of(store, job.id))
            call = calls[-1]
            if call.outcome:
                call = await self._next(job, calls)
            asked = replace(job.brief, count=min(missing, model.capabilities.variations))
            await self._finish(job, call, await self._make(job, model, asked, call))

    async def may_try_freely(self, job: Job) -> bool:
        """Tells whether another call costs nothing and is not the last: then a doubtful take is not good enough."""
        calls = await self._database.read(lambda store: job_store.calls_of(store, job.id))
        repeatable = self._model_of(job.brief.model).capabilities.repeatable
        return repeatable and calls[-1].attempt + 1 < self._attempts

    async def abandon(self, job: Job) -> None:
        """Stops what goes on at the provider for a cancelled job; a provider that can't is only logged."""
        for call in await self._database.read(lambda store: job_store.calls_of(store, job.id)):
            if call.outcome == "cancelled" and call.ticket:
                try:
                    await self._model_of(call.model).cancel(call.ticket)
                except BridgeError as problem:
                    log.warning("call %s of the cancelled job %s can't be stopped: %s", call.id, job.id, problem)

    async def _missing(self, job: Job) -> int:
        takes = await self._database.read(lambda store: job_store.takes_of(store, job.id, judged=False))
        return job.brief.count - len(takes)

    async def _next(self, job: Job, calls: Sequence[Call]) -> Call:
        call = await self.prepare(job, calls, failed=calls[-1].outcome == "failed")
        if calls[-1].outcome == "lost":
            call = replace(call, seed=calls[-1].seed)
        await self._database.write(lambda store: job_store.add_call(store, call))
        return call

    async def _make(self, job: Job, model: Model, brief: Brief, call: Call) -> Finished | Failed | Lost:
        try:
            ticket = call.ticket or await self._send(model, brief, call)
        except ModelError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)
        while True:
            state = await model.poll(ticket, PATIENCE)
            if not isinstance(state, Progress):
                return state
            self._hub.tell([self._progress(job, state)])

    async def _send(self, model: Model, brief: Brief, call: Call) -> str:
        """Submits a call and keeps its ticket; one that a process which died may have sent is looked for instead."""
        if call.id in self._unsent or model.capabilities.repeatable:
            self._unsent.discard(call.id)
            ticket = await model.submit(brief, call.seed)
        else:
            ticket = await self._find(model, brief, call)
        await self._database.write(lambda store: job_store.set_ticket(store, call.id, ticket))
        return ticket

    async def _find(self, model: Model, brief: Brief, call: Call) -> str:
        tickets = await model.find(brief, call.seed, call.created)
        if len(tickets) == 1:
            return tickets[0]
        raise ModelError(
            f"The bridge ended while it sent a call to {model.name}, and {len(tickets)} calls there may be it.",
            "It was not sent again, because it may have been paid. Ask again if you want it anyway.",
        )

    def _progress(self, job: Job, state: Progress) -> Event:
        start, end = STAGE_FRACTION[JobState.GENERATING], STAGE_FRACTION[JobState.CHECKING]
        return Event(
            kind="progress", job=job.id, pad=job.brief.pad, ref=job.ref, at=self._clock.now(), stage=state.stage,
            fraction=start + (end - start) * state.fraction,
            eta_seconds=state.eta_seconds
            or self._estimates.left(job.id, job.brief.model, self._clock.monotonic()),
        )

    async def _finish(self, job: Job, call: Call, end: Finished | Failed | Lost) -> None:
        match end:
            case Finished(takes=raw, cost=cost):
                takes = [
                    Take(id=(name := new_id("t")), call=call.id, job=job.id, index=index, seed=take.seed,
                         file=await asyncio.to_thread(self._shelf.put, name, take.sound))
                    for index, take in enumerate(raw)
                ]

                def settle(store: Connection) -> None:
                    job_store.end_call(store, call.id, outcome="takes", cost=cost)
                    for take in takes:
                        job_store.add_take(store, take)

                await self._database.write(settle)
                if not takes:
                    raise ModelError(f"{call.model} answered without a sound.")
            case Failed(reason=reason, hint=hint, retryable=retryable, cost=cost):
                await self._end(call, "failed", reason=reason, cost=cost)
                if not retryable:
                    raise ModelError(reason, hint)
            case Lost():
                await self._end(call, "lost", reason="the provider does not know the ticket")
                if not self._model_of(call.model).capabilities.repeatable:
                    raise ModelError(
                        f"{call.model} does not know the call {call.ticket} any more.",
                        "It may have been paid, so it was not sent again. Ask again if you want it anyway.",
                    )

    async def _end(self, call: Call, outcome: str, *, reason: str, cost: float = 0.0) -> None:
        await self._database.write(
            lambda store: job_store.end_call(store, call.id, outcome=outcome, reason=reason, cost=cost)
        )
