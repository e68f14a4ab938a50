"""A stop in order: nothing new is taken, what is under way may end, and what does not stays for the next start."""

from __future__ import annotations

import asyncio

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import RequestError
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


def story(house, tell) -> None:
    async def whole() -> None:
        async with house.open() as engine:
            await asyncio.wait_for(tell(engine), PATIENCE_SECONDS)

    asyncio.run(whole())


def test_what_is_under_way_ends_and_what_waits_is_taken_up_by_the_next_start(house) -> None:
    jobs: list[str] = []

    async def stopped(engine) -> None:
        house.provider.gate = asyncio.Event()
        jobs.extend([(await engine.trigger(Request(pad="kick"))).id for _ in range(5)])
        await until(lambda: len(house.provider.accepted) == house.concurrent)
        resting = asyncio.create_task(engine.rest(PATIENCE))
        await asyncio.sleep(0)
        assert not resting.done()
        house.provider.gate.set()
        assert await resting == 0
        states = [(await engine.job(job)).state for job in jobs]
        assert states == [JobState.READY] * house.concurrent + [JobState.QUEUED] * (5 - house.concurrent)

    async def started(engine) -> None:
        for job in jobs:
            assert (await engine.wait(job, PATIENCE)).state is JobState.READY

    story(house, stopped)
    house.provider.gate = None
    story(house, started)
    assert len(house.wavs()) == 5
    assert len(house.provider.accepted) == 5


def test_what_does_not_end_in_time_stays_and_is_not_paid_twice(house) -> None:
    house.repeatable = False
    jobs: list[str] = []

    async def stopped(engine) -> None:
        house.provider.gate = asyncio.Event()
        jobs.append((await engine.trigger(Request(pad="kick"))).id)
        await until(lambda: house.provider.asked_after)
        assert await engine.rest(Seconds(0.01)) == 1
        assert (await engine.job(jobs[0])).state is JobState.GENERATING

    async def started(engine) -> None:
        assert (await engine.wait(jobs[0], PATIENCE)).state is JobState.READY

    story(house, stopped)
    house.provider.gate = None
    story(house, started)
    assert len(house.provider.accepted) == 1


def test_nothing_new_is_taken(house) -> None:
    async def tell(engine) -> None:
        job = await engine.trigger(Request(pad="kick"))
        await engine.wait(job.id, PATIENCE)
        await engine.rest(PATIENCE)
        for ask in (engine.trigger(Request(pad="kick")), engine.again(job.id), engine.accept(job.id)):
            with pytest.raises(RequestError, match="stopping"):
                await ask
        assert len(await engine.jobs()) == 1
        assert (await engine.sample("kick")).job == job.id, "what only looks is still answered"

    story(house, tell)
