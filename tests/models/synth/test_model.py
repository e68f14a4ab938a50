"""The synthesiser as a model: tickets, patience, cancelling, and a real worker behind it."""

from __future__ import annotations

import asyncio

from bridge.errors import BridgeError
from bridge.models.registry import ModelContext
from bridge.models.synth import open_model
from bridge.models.synth.model import REMEMBERED, RENDER
from bridge.ports import Failed, Finished, Lost, ManualClock, Progress, RawTake
from bridge.workers import WorkerPool
from support.patience import PATIENCE_SECONDS

TAKE = RawTake(sound=b"RIFF", seed=3)


class ScriptedWorkers:
    """Workers whose answers the test gives; they remember what they were asked and who gave up."""

    def __init__(self) -> None:
        self.asked = []
        self.answer = asyncio.get_running_loop().create_future()
        self.cancelled = 0

    async def run(self, task, *arguments, priority=0):
        self.asked.append((task, arguments))
        try:
            return await asyncio.shield(self.answer)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


def told(story) -> None:
    """Runs a story with a scripted synthesiser."""

    async def run():
        workers, clock = ScriptedWorkers(), ManualClock(1_000.0)
        await story(open_model(ModelContext(workers=workers, clock=clock)), workers, clock)

    asyncio.run(run())


def test_a_running_call_is_progress_until_patience_ends_and_then_its_takes(lab):
    async def story(model, workers, clock):
        ticket = await model.submit(lab.brief("kick"), 3)
        assert isinstance(await asyncio.wait_for(model.poll(ticket, 0.05), PATIENCE_SECONDS), Progress)
        asyncio.get_running_loop().call_later(0.02, workers.answer.set_result, [TAKE])
        assert await asyncio.wait_for(model.poll(ticket, 600), PATIENCE_SECONDS) == Finished(takes=(TAKE,))
        assert workers.asked == [(RENDER, (lab.brief("kick"), 3))]

    told(story)


def test_an_ended_call_is_told_once_and_then_forgotten(lab):
    async def story(model, workers, clock):
        workers.answer.set_result([TAKE])
        ticket = await model.submit(lab.brief("kick"), 3)
        assert isinstance(await model.poll(ticket, 5), Finished)
        assert await model.poll(ticket, 5) == Lost()

    told(story)


def test_an_unknown_ticket_is_lost_at_once():
    async def story(model, workers, clock):
        assert await asyncio.wait_for(model.poll("from before the restart", 600), PATIENCE_SECONDS) == Lost()
        await model.cancel("from before the restart")

    told(story)


def test_cancelling_ends_the_work_and_who_waits_for_it(lab):
    async def story(model, workers, clock):
        ticket = await model.submit(lab.brief("kick"), 3)
        waiting = asyncio.create_task(model.poll(ticket, 600))
        await asyncio.sleep(0.01)
        await model.cancel(ticket)
        assert await asyncio.wait_for(waiting, PATIENCE_SECONDS) == Failed(reason="The call was cancelled.")
        assert workers.cancelled == 1
        assert await model.poll(ticket, 0) == Lost()

    told(story)


def test_what_the_worker_raised_is_the_failure(lab):
    async def story(model, workers, clock):
        workers.answer.set_exception(BridgeError("A worker process died.", "Try again.", retryable=True))
        ticket = await model.submit(lab.brief("kick"), 3)
        assert await model.poll(ticket, 5) == Failed(
            reason="A worker process died.", hint="Try again.", retryable=True
        )

    told(story)


def test_calls_are_found_by_brief_seed_and_time(lab):
    async def story(model, workers, clock):
        early = await model.submit(lab.brief("kick"), 3)
        clock.advance(10)
        late = await model.submit(lab.brief("kick"), 3)
        await model.submit(lab.brief("kick"), 4)
        await model.submit(lab.brief("snare"), 3)
        assert await model.find(lab.brief("kick"), 3, 0.0) == [early, late]
        assert await model.find(lab.brief("kick"), 3, 1_005.0) == [late]

    told(story)


def test_results_that_nobody_collects_are_forgotten_in_time(lab):
    async def story(model, workers, clock):
        workers.answer.set_result([TAKE])
        tickets = []
        for _ in range(REMEMBERED + 20):
            tickets.append(await model.submit(lab.brief("kick"), 3))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert len(await model.find(lab.brief("kick"), 3, 0.0)) <= REMEMBERED
        assert await model.poll(tickets[0], 0) == Lost()
        assert isinstance(await model.poll(tickets[-1], 1), Finished)

    told(story)


def test_it_costs_nothing_and_says_what_it_can_do(lab):
    async def story(model, workers, clock):
        assert await model.estimate(lab.brief("kick")) == 0
        assert (model.name, model.provider, model.licence.id) == ("synth", "synth", "CC0-1.0")
        assert model.version
        can = model.capabilities
        assert can.notes
        assert can.negative
        assert can.repeatable
        assert can.concurrent == 0
        assert can.variations == 16

    told(story)


def test_a_real_worker_makes_takes_that_libsndfile_reads(lab):
    async def story():
        workers = WorkerPool(1, warm=("bridge.models.synth.render",))
        await workers.start()
        try:
            model = open_model(ModelContext(workers=workers))
            ticket = await model.submit(lab.brief("kick", "punchy", count=3), 12)
            return await model.poll(ticket, 60)
        finally:
            await workers.close()

    state = asyncio.run(story())
    assert isinstance(state, Finished)
    assert len(state.takes) == 3
    for take in state.takes:
        assert 0.1 < len(lab.read(take.sound)) / 44_100 <= 1.5


def test_cancelling_kills_the_worker_that_renders(lab):
    async def story():
        workers = WorkerPool(1)
        await workers.start()
        try:
            before = await workers.run("os:getpid")
            model = open_model(ModelContext(workers=workers))
            ticket = await model.submit(lab.brief("pad-synth", "huge", seconds=30.0, count=16), 1)
            await asyncio.sleep(0.2)
            await model.cancel(ticket)
            return before, await workers.run("os:getpid")
        finally:
            await workers.close()

    before, after = asyncio.run(story())
    assert before != after
