"""Walks a job through its stages, one durable step at a time, to its end or to where the user is asked.

A step does its work first and then moves the job in one transaction with everything the work brought. So a process
that dies in a step leaves the job before it, and the next start takes the step again: calls are found again by
their tickets, takes lie on the shelf, and a planned sample keeps its name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from sqlite3 import Connection

from bridge.domain.event import Event
from bridge.domain.ids import new_id
from bridge.domain.job import ENDED, PRIORITIES, Job, JobState
from bridge.domain.sample import Sample
from bridge.domain.take import Take, Verdict
from bridge.errors import BridgeError, LibraryError, ModelError, SoundError, StoreError
from bridge.jobs import instruments, moves
from bridge.jobs.calls import Caller
from bridge.jobs.instruments import Outcome, Place, main_first, place_of
from bridge.jobs.lines import ParkedError
from bridge.jobs.publishing import Publisher
from bridge.jobs.wording import Wording
from bridge.jobs.workshop import Workshop
from bridge.ports import Shaped
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store

log = logging.getLogger(__name__)

_CLEAN = frozenset({"pass", "repair", "choose", "note"})
_USABLE = _CLEAN | {"doubt"}

DELAYS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between the tries of a step that a disk or a folder refuses for now; the last one repeats."""
TOLD_AGAIN_SECONDS = 20.0
"""How long the same trouble is not told again, however many jobs wait for its end."""

Told = tuple[Job | None, list[Event]]


class Pipeline:
    """Holds what the stages need; `walk` does the walking."""

    def __init__(self, shop: Workshop, caller: Caller, wording: Wording, publisher: Publisher) -> None:
        self._database = shop.database
        self._shelf = shop.shelf
        self._shaper = shop.shaper
        self._hub = shop.hub
        self._clock = shop.clock
        self._estimates = shop.estimates
        self._caller = caller
        self._wording = wording
        self._publisher = publisher
        self._steps: dict[JobState, Callable[[Job], Awaitable[Job | None]]] = {
            JobState.QUEUED: self._begin,
            JobState.PROMPTING: self._prompt,
            JobState.GENERATING: self._generate,
            JobState.CHECKING: self._check,
            JobState.SHAPING: self._shape,
            JobState.PUBLISHING: self._publish,
        }
        self._troubles: dict[str, float] = {}
        """What was told that jobs wait for, and when."""
        self._shaped: dict[str, dict[str, Shaped]] = {}
        """By job and sample: what `_shape` has made and `_publish` is about to write."""

    async def walk(self, job_id: str) -> None:
        """Takes a job from where it stands to its end; returns early if it is cancelled meanwhile."""
        job = await self._database.read(lambda store: job_store.find_job(store, job_id))
        delays = iter(DELAYS)
        try:
            while job is not None and job.state not in ENDED and job.state is not JobState.ASKING:
                job = await self._step(job, delays)
        finally:
            self._estimates.forget(job_id)
            self._shaped.pop(job_id, None)

    async def _step(self, job: Job, delays: Iterator[float]) -> Job | None:
        try:
            return await self._steps[job.state](job)
        except (StoreError, LibraryError) as problem:
            # A full disk or a folder that is away costs time, not the sound: it was accepted, and may have been paid.
            if not problem.retryable:
                return await self._fail(job, problem)
            await self._hold(job, problem, next(delays, DELAYS[-1]))
            return job
        except BridgeError as problem:
            return await self._fail(job, problem)
        except Exception:  # a border: a bug in one stage is that job's failure, with its trace in the log
            log.exception("job %s: error in the bridge while %s", job.id, job.state)
            return await self._fail(job, BridgeError("The bridge itself made an error.", "Its log says more."))

    # --- the stages -------------------------------------------------------------------------------------------

    async def _begin(self, job: Job) -> Job | None:
        if self._wording.is_needed(job):
            return await self._move(
                lambda store: moves.move(store, job.id, JobState.PROMPTING, now=self._clock.now())
            )
        return await self.begin_call(job)

    async def _prompt(self, job: Job) -> Job | None:
        """Brings the model's words, then asks for the sound, or the user first where the brief wants that."""
        written = job.written or await self._wording.write(job)
        if job.brief.enhance != "ask" or written.by == "user":
            return await self.begin_call(replace(job, written=written))

        def ask(store: Connection) -> Told:
            job_store.set_written(store, job.id, written)
            return moves.move(
                store, job.id, JobState.ASKING, now=self._clock.now(),
                reason=f"Shall it be: {written.prompt}", hint=f"Say yes with: oneshot accept {job.id}",
            )

        return await self._move(ask)

    async def begin_call(self, job: Job) -> Job | None:
        """Writes down a call with the words that the job has now and moves it on; None where it was cancelled."""

        def begin(store: Connection) -> Told:
            if job.written is not None:
                job_store.set_written(store, job.id, job.written)
            return moves.move(store, job.id, JobState.GENERATING, now=self._clock.now())

        return self._tell(await self._caller.open(job, begin))

    async def _generate(self, job: Job) -> Job | None:
        try:
            await self._caller.bring_takes(job)
        except ParkedError as problem:
            return await self._park(job, problem)
        return await self._move(lambda store: moves.move(store, job.id, JobState.CHECKING, now=self._clock.now()))

    async def _park(self, job: Job, problem: ParkedError) -> Job | None:
        log.warning("job %s is parked: %s", job.id, problem.message)
        hint = f"Nothing was sent again. To pay for a new one: oneshot accept {job.id} --again. To let it be: " \
            f"oneshot cancel {job.id}"
        return await self._move(
            lambda store: moves.move(
                store, job.id, JobState.ASKING, now=self._clock.now(), reason=problem.message, hint=hint
            )
        )

    async def _check(self, job: Job) -> Job | None:
        takes = await self._database.read(lambda store: job_store.takes_of(store, job.id, judged=False))
        judged: list[tuple[Take, tuple[Verdict, ...]]] = []
        for take, _ in takes:
            brief = replace(job.brief, note=take.note) if job.brief.roots else job.brief
            verdicts = await self._shaper.check(self._shelf.get(take.file), brief, priority=_urgency(job))
            judged.append((take, verdicts))
        wanted = _CLEAN if await self._caller.may_try_freely(job) else _USABLE
        bad = [(take, verdicts) for take, verdicts in judged if not _only(wanted, verdicts)]
        if len(bad) == len(judged):
            return await self._try_again(job, bad)
        if bad and job.brief.roots:
            # A root that is missing would leave a hole in the keyboard; the good ones wait for it.
            with suppress(SoundError):
                return await self._try_again(job, bad)
        return await self._move(lambda store: self._judge(store, job, judged, wanted, JobState.SHAPING))

    async def _try_again(self, job: Job, bad: Sequence[tuple[Take, tuple[Verdict, ...]]]) -> Job | None:
        """Goes back for another seed where one may help; raises the verdicts as the reason where none will."""
        refused = [verdict for _, verdicts in bad for verdict in verdicts if verdict.rule not in _CLEAN]
        reason = "; ".join(dict.fromkeys(verdict.text or verdict.name for verdict in refused)) or "no sound"
        if any(verdict.rule == "fail" for verdict in refused):
            raise SoundError(f"The sound is not usable: {reason}.")
        try:
            return self._tell(
                await self._caller.open(
                    job, lambda store: self._judge(store, job, bad, frozenset(), JobState.GENERATING), failed=True,
                    without={take.id for take, _ in bad},
                )
            )
        except ModelError as problem:
            raise SoundError(f"{problem.message} The last sound: {reason}.", "Try other words.") from problem

    def _judge(
        self, store: Connection, job: Job, judged: Sequence[tuple[Take, tuple[Verdict, ...]]], good: frozenset[str],
        to: JobState,
    ) -> Told:
        for take, verdicts in judged:
            job_store.judge_take(store, take.id, verdicts, _only(good, verdicts))
        return moves.move(store, job.id, to, now=self._clock.now())

    async def _shape(self, job: Job) -> Job | None:
        outcomes = await self._shape_takes(job)
        for take, _, outcome in outcomes:
            if isinstance(outcome, SoundError):
                log.info("job %s: take %s can't be shaped: %s", job.id, take.id, outcome)
        planned = self._plan(job, outcomes)
        if not planned:
            raise _nothing(outcomes)
        shaped = {sample.id: outcome for sample, outcome in planned}
        samples: list[Sample] = []
        for sample, outcome in planned:
            samples.append(await self._publisher.compare(job, sample, outcome, samples))

        def plan(store: Connection) -> Told:
            moved = moves.move(store, job.id, JobState.PUBLISHING, now=self._clock.now())
            if moved[0] is not None:
                for sample in samples:
                    sample_store.plan_sample(store, sample, shaped[sample.id].fingerprint)
            return moved

        self._shaped[job.id] = shaped
        return await self._move(plan)

    async def _publish(self, job: Job) -> Job | None:
        samples = main_first(await self._database.read(lambda store: sample_store.planned_samples(store, job.id)))
        if not await self._publisher.is_out(samples):
            shaped = self._shaped.get(job.id)
            if shaped is None:
                samples, shaped = await self._shape_again(job, samples)
            await self._publisher.write(job, samples, shaped)
        await self._publisher.put_in_place(job, samples)

        def ready(store: Connection) -> Told:
            told = [
                self._publisher.sample_event(store, job, sample, now=self._clock.now())
                for sample in samples if not sample.part_of
            ]
            moved, events = moves.move(store, job.id, JobState.READY, now=self._clock.now())
            return moved, [*told, *events]

        return await self._move(ready)

    async def _shape_again(self, job: Job, planned: Sequence[Sample]) -> tuple[list[Sample], dict[str, Shaped]]:
        """Makes the bytes of planned samples once more after a crash: the same takes, the same set, the same PCM.

        A version of the bridge that shapes otherwise plans them anew under their ids.
        """
        outcomes = await self._shape_takes(job)
        older = {place_of(old): old for old in planned}
        anew = self._plan(job, outcomes, older)
        if not anew:
            raise _nothing(outcomes)
        samples: list[Sample] = []
        for sample, outcome in anew:
            old = older.pop(place_of(sample), None)
            same = old is not None and old.sha256 == sample.sha256
            samples.append(old if old and same else await self._publisher.plan_anew(old, sample, outcome))
        for old in older.values():
            await self._publisher.forget(old)
        return samples, {sample.id: outcome for sample, (_, outcome) in zip(samples, anew, strict=True)}

    def _plan(
        self, job: Job, outcomes: Sequence[Outcome], older: Mapping[Place, Sample] | None = None
    ) -> list[tuple[Sample, Shaped]]:
        """Returns the samples of a job, under new ids or under those that they had before."""

        def named(take: Take, verdicts: Sequence[Verdict], shaped: Shaped, main: str) -> Sample:
            old = (older or {}).get((take.id, shaped.layer, shaped.turn))
            return self._publisher.plan(
                old.id if old else new_id("s"), job, take, verdicts, shaped, part_of=main,
                now=old.created if old else self._clock.now(),
            )

        return instruments.planned(job, outcomes, named)

    async def _shape_takes(self, job: Job) -> list[Outcome]:
        """Shapes the good takes of a job as one set."""
        takes = await self._database.read(lambda store: job_store.takes_of(store, job.id, judged=True))
        sounds = [self._shelf.get(take.file) for take, _ in takes]
        notes = [take.note for take, _ in takes] if job.brief.roots else []
        outcomes = await self._shaper.shape_set(sounds, job.brief, notes=notes, priority=_urgency(job))
        return [(take, verdicts, outcome) for (take, verdicts), outcome in zip(takes, outcomes, strict=True)]

    # --- moving and failing -----------------------------------------------------------------------------------

    async def _move(self, transaction: Callable[[Connection], Told]) -> Job | None:
        return self._tell(await self._database.write(transaction))

    def _tell(self, told: Told) -> Job | None:
        job, events = told
        if job is not None:
            events = [self._with_estimate(event, job) for event in events]
        self._hub.tell(events)
        return job

    def _with_estimate(self, event: Event, job: Job) -> Event:
        now = self._clock.monotonic()
        if event.kind == "progress":
            if job.state is JobState.GENERATING:
                self._estimates.begin(job.id, job.brief.model, now)
            return replace(event, eta_seconds=self._estimates.left(job.id, job.brief.model, now))
        if event.kind == "ready":
            self._estimates.end(job.id, job.brief.model, now)
        return event

    async def _hold(self, job: Job, problem: BridgeError, seconds: float) -> None:
        """Says what a job waits for, and waits."""
        now = self._clock.monotonic()
        self._troubles = {text: since for text, since in self._troubles.items() if now - since < TOLD_AGAIN_SECONDS}
        if problem.message not in self._troubles:
            self._troubles[problem.message] = now
            log.warning("job %s waits: %s", job.id, problem)
            self._hub.tell([Event(kind="notice", job=job.id, reason=problem.message, hint=problem.hint)])
        await asyncio.sleep(seconds)

    async def _fail(self, job: Job, problem: BridgeError) -> Job | None:
        log.info("job %s failed: %s", job.id, problem)

        def fail(store: Connection) -> Told:
            return moves.move(
                store, job.id, JobState.FAILED, now=self._clock.now(), reason=problem.message, hint=problem.hint
            )

        while True:
            try:
                failed, events = await self._database.write(fail)
                break
            except StoreError as trouble:
                if not trouble.retryable:
                    raise
                await self._hold(job, trouble, DELAYS[-1])
        if failed is not None and job.state is JobState.PUBLISHING:
            try:
                await self._publisher.withdraw(job)
            except LibraryError as trouble:  # nothing points at it, and the end of the job is told all the same
                log.warning("what job %s left behind stays: %s", job.id, trouble)
        self._hub.tell(events)
        return failed


def _nothing(outcomes: Sequence[Outcome]) -> SoundError:
    """Returns why nothing came of some takes."""
    problems = [outcome for _, _, outcome in outcomes if isinstance(outcome, SoundError)]
    return problems[-1] if problems else SoundError("Nothing was left to shape.")


def _only(rules: frozenset[str], verdicts: Sequence[Verdict]) -> bool:
    return all(verdict.rule in rules for verdict in verdicts)


def _urgency(job: Job) -> int:
    return PRIORITIES[job.priority]
