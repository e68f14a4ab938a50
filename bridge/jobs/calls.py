"""Makes the calls of a job for sound: written down and their cost reserved before they are sent, settled when they
end, made by the fallback where the model can't."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from sqlite3 import Connection

from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.event import Event
from bridge.domain.ids import new_id
from bridge.domain.job import PRIORITIES, Job
from bridge.domain.take import Call, Take
from bridge.errors import BridgeError, ModelError, RequestError
from bridge.jobs.budget import Budget
from bridge.jobs.lines import PATIENCE, Line, Lines, ParkedError
from bridge.jobs.workshop import Workshop
from bridge.ports import CallState, Failed, Finished, Lost, Model, Progress, RawTake
from bridge.store import jobs as job_store
from bridge.units import MidiNote, Seconds, Usd

log = logging.getLogger(__name__)

DELAYS = (0.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before the attempts after a call that a provider did not take or could not finish; the last one repeats."""

LOOP = "loop"
"""The family whose sounds stay loops; of any other a loop is cut into its hits."""

Told = tuple[Job | None, list[Event]]


def seed_of_call(brief: Brief, number: int) -> int:
    """Returns the seed of a job's call: the brief's own for the first, derived ones (1 … 2³²−1) for the others."""
    return brief.seed if number == 0 else 1 + brief.random_key(variation=-number) % LARGEST_SEED


def brief_for(job: Job, model: Model, note: MidiNote | None = None) -> Brief:
    """Returns what a model gets of a job: its own words for the model it was asked of, the user's for a fallback.

    `note` is the root that it makes of several.
    """
    brief = job.model_brief
    if model.name != job.brief.model:
        shortest, longest = model.capabilities.seconds
        seconds = job.brief.seconds
        brief = replace(
            job.brief, model=model.name, audio="", image="", inputs=(),
            seconds=None if seconds is None else Seconds(min(max(seconds, shortest), longest)),
        )
    return brief if note is None else replace(brief, note=note)


class Caller:
    """Brings the takes of a job, through as many calls as it needs; so many may fail as the config has attempts."""

    def __init__(self, shop: Workshop, lines: Lines, budget: Budget) -> None:
        self._database = shop.database
        self._shelf = shop.shelf
        self._model_of = shop.models.at_work
        self._hub = shop.hub
        self._clock = shop.clock
        self._shaper = shop.shaper
        self._shop = shop
        self._lines = lines
        self._budget = budget

    async def open(
        self, job: Job, before: Callable[[Connection], Told], *, failed: bool = False, by: str = "",
        without: Collection[str] = (),
    ) -> Told:
        """Writes down the next call of a job, its cost reserved, in one transaction with `before`.

        `failed` says that the call before brought nothing usable. Where the model has no attempt left, can't be had or
        would cost too much, the fallback's call is written; `by` names the only model that may. `without` are the takes
        that `before` refuses. Raises BridgeError where nobody may try. A job that `before` could not move gets no call.
        """
        calls = await self._database.read(lambda store: job_store.sound_calls(store, job.id))
        problem: BridgeError | None = None
        for name in [by] if by else _candidates(job, calls):
            try:
                call = await self._next_call(job, calls, name, await self._next_root(job, without), failed=failed)
                told = await self._database.write(partial(self._write, call, before))
            except BridgeError as refused:
                if not _may_pass_on(refused):
                    raise
                problem = problem or refused
                continue
            if problem is not None:
                self._tell_fallback(job, name, problem)
            return told
        raise problem or ModelError(f"{job.brief.model} can't be called.")

    async def bring_takes(self, job: Job) -> None:
        """Makes calls until the job has the takes it asked for, all of them kept on the shelf; resumes after a crash.

        Raises ModelError when the attempts are used up and ParkedError when a call may have been paid and can't be
        found again.
        """
        while True:
            calls, takes = await self._database.read(
                lambda store: (job_store.sound_calls(store, job.id), job_store.takes_of(store, job.id, judged=False))
            )
            missing = job.brief.takes - len(takes)
            if missing <= 0:
                return
            call = calls[-1]
            if call.outcome:
                await self.open(job, lambda store: (job, []), failed=call.outcome == "failed")
                continue
            model = self._model_of(call.model)
            most = 1 if job.brief.roots else min(missing, model.capabilities.variations)
            asked = replace(brief_for(job, model, call.note), count=most)
            try:
                state = await self._lines.carry(job, call, _line(model, asked, call, PRIORITIES[job.priority]))
                if isinstance(state, Finished) and model.capabilities.loops and asked.family != LOOP:
                    state = await self._cut(state, asked, PRIORITIES[job.priority])
                await self._finish(call, state)
            except ModelError as problem:
                await self._pass_on(job, call, problem)
            else:
                if isinstance(state, Failed):
                    await asyncio.sleep(DELAYS[min(call.attempt, len(DELAYS) - 1)])

    async def _cut(self, state: Finished, asked: Brief, priority: int) -> Finished:
        """Returns the hits in a model's loops as takes, so many as were asked for, from each loop its best first."""
        most = -(-asked.count // max(1, len(state.takes)))
        cut = [
            [RawTake(sound=hit, seed=take.seed) for hit in await self._shaper.cut(
                take.sound, asked.family, most, priority=priority
            )]
            for take in state.takes
        ]
        ranked = [hits[place] for place in range(most) for hits in cut if place < len(hits)]
        return replace(state, takes=tuple(ranked[: asked.count]))

    async def may_try_freely(self, job: Job) -> bool:
        """Tells whether another call costs nothing and is not the last: then a doubtful take is not good enough."""
        call = (await self._database.read(lambda store: job_store.sound_calls(store, job.id)))[-1]
        return self._model_of(call.model).capabilities.repeatable and call.attempt + 1 < self._shop.config.jobs.attempts

    async def give_up(self, job: Job) -> None:
        """Ends the call that a parked job waits for: it counts as paid, and a new one may be sent."""
        for call in await self._database.read(lambda store: job_store.sound_calls(store, job.id)):
            if not call.outcome:
                await self._end(call, "lost", reason="given up by the user", cost=call.estimate)

    async def abandon(self, job: Job) -> None:
        """Stops what goes on at the provider for a cancelled job and books what it cost; trouble is only logged."""
        for call in await self._database.read(lambda store: job_store.sound_calls(store, job.id)):
            if call.outcome != "cancelled":
                continue
            try:
                await self._stop(job, call, self._model_of(call.model))
            except BridgeError as problem:
                log.warning("call %s of the cancelled job %s can't be stopped: %s", call.id, job.id, problem)

    async def _stop(self, job: Job, call: Call, model: Model) -> None:
        tickets: Sequence[str] = [call.ticket] if call.ticket else []
        if not tickets and call.estimate > 0:
            # The cancel came between the sending and the answer.
            asked = replace(brief_for(job, model, call.note), count=1)
            found = await model.find(asked, call.seed, call.created)
            claimed = await self._database.read(lambda store: job_store.claimed_tickets(store, found))
            tickets = [ticket for ticket in found if ticket not in claimed]
        cost = Usd(0.0)
        for ticket in tickets:
            await self._shop.models.cancel(call.model, ticket)
            if call.estimate > 0:
                cost = Usd(cost + await self._final_cost(model, ticket, call.estimate))
        await self._database.write(lambda store: job_store.settle_cancelled(store, call.id, cost))

    async def _final_cost(self, model: Model, ticket: str, estimate: Usd) -> Usd:
        state: CallState = Progress()
        for _ in range(6):
            state = await model.poll(ticket, PATIENCE)
            if not isinstance(state, Progress):
                break
        return state.cost if isinstance(state, Finished | Failed) else estimate

    async def _next_call(
        self, job: Job, calls: Sequence[Call], name: str, note: MidiNote | None, *, failed: bool
    ) -> Call:
        """Returns the next call of a job by a model; raises ModelError when that has no attempt left."""
        model = self._model_of(name)
        mine = [call for call in calls if call.model == name]
        attempt = mine[-1].attempt + int(failed and mine[-1] is calls[-1]) if mine else 0
        if attempt >= self._shop.config.jobs.attempts:
            raise ModelError(f"{name} brought nothing usable in {attempt} attempts.", mine[-1].reason)
        again = bool(mine) and mine[-1].outcome == "lost" and model.capabilities.repeatable
        before = calls if note is None else [call for call in calls if call.note == note]
        call = Call(
            id=new_id("c"), job=job.id, model=name, attempt=attempt, note=note,
            seed=mine[-1].seed if again else seed_of_call(job.brief, len(before)),
            estimate=await model.estimate(brief_for(job, model, note)), created=self._clock.now(),
        )
        self._lines.expect(call)
        return call

    def _write(self, call: Call, before: Callable[[Connection], Told], store: Connection) -> Told:
        moved = before(store)
        if moved[0] is not None:
            self._budget.reserve(store, call)
            job_store.add_call(store, call)
        return moved

    async def _takes(self, job: Job) -> list[Take]:
        """Returns the takes of a job that nobody has refused yet."""
        takes = await self._database.read(lambda store: job_store.takes_of(store, job.id, judged=False))
        return [take for take, _ in takes]

    async def _next_root(self, job: Job, without: Collection[str]) -> MidiNote | None:
        """Returns the first root that a job still misses; None where it makes no roots."""
        if not job.brief.roots:
            return None
        there = {take.note for take in await self._takes(job) if take.id not in without}
        return next((root for root in job.brief.roots if root not in there), None)

    async def _finish(self, call: Call, end: Finished | Failed | Lost) -> None:
        match end:
            case Finished(takes=raw, cost=cost):
                if not raw:
                    await self._end(call, "failed", reason="an answer without a sound", cost=cost)
                    raise ModelError(f"{call.model} answered without a sound.")
                takes = [
                    Take(id=(name := new_id("t")), call=call.id, job=call.job, index=index, seed=take.seed,
                         note=call.note, file=await asyncio.to_thread(self._shelf.put, name, take.sound))
                    for index, take in enumerate(raw)
                ]

                def settle(store: Connection) -> None:
                    job_store.end_call(store, call.id, outcome="takes", cost=cost, now=self._clock.now())
                    for take in takes:
                        job_store.add_take(store, take)

                await self._database.write(settle)
            case Failed(reason=reason, hint=hint, retryable=retryable, cost=cost):
                await self._end(call, "failed", reason=reason, cost=cost)
                if not retryable:
                    raise ModelError(reason, hint)
            case Lost():
                await self._end(call, "lost", reason="the provider does not know the ticket")

    async def _pass_on(self, job: Job, call: Call, problem: ModelError) -> None:
        """Lets the fallback make the sound of a model that can't; raises the problem where there is none."""
        if not job.brief.fallback or job.brief.fallback == call.model:
            raise problem
        if isinstance(problem, ParkedError):
            await self._end(call, "lost", reason=problem.message, cost=call.estimate)
        try:
            await self.open(job, lambda store: (job, []), by=job.brief.fallback)
        except BridgeError as worse:
            raise problem from worse
        self._tell_fallback(job, job.brief.fallback, problem)

    def _tell_fallback(self, job: Job, name: str, problem: BridgeError) -> None:
        log.warning("job %s: %s makes it instead: %s", job.id, name, problem)
        self._hub.tell([
            Event(kind="notice", job=job.id, pad=job.brief.pad, ref=job.ref, at=self._clock.now(),
                  reason=f"{name} makes the sound instead of {job.brief.model}: {problem.message}", hint=problem.hint)
        ])

    async def _end(self, call: Call, outcome: str, *, reason: str, cost: float = 0.0) -> None:
        now = self._clock.now()
        await self._database.write(
            lambda store: job_store.end_call(store, call.id, outcome=outcome, reason=reason, cost=cost, now=now)
        )


def _line(model: Model, brief: Brief, call: Call, priority: int) -> Line[Finished]:
    return Line(
        send=lambda: model.submit(brief, call.seed, priority=priority),
        find=lambda: model.find(brief, call.seed, call.created),
        poll=model.poll,
        free_to_repeat=model.capabilities.repeatable,
    )


def _candidates(job: Job, calls: Sequence[Call]) -> Iterator[str]:
    """Yields the models that may make the next call: the one that is at it, then the fallback."""
    current = calls[-1].model if calls and calls[-1].model == job.brief.fallback else job.brief.model
    yield current
    if job.brief.fallback and job.brief.fallback != current:
        yield job.brief.fallback


def _may_pass_on(problem: BridgeError) -> bool:
    """Tells whether another model may do better: not where the store or the folder is the trouble."""
    return isinstance(problem, ModelError | RequestError)
