"""A store that can't be written for long, and a clock that is moved back: nothing is lost, nothing loses its order."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import StoreError
from bridge.jobs import calls, pipeline
from bridge.ports import Failed
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

HOUR = 3_600.0


def story(house, tell) -> None:
    async def whole() -> None:
        async with house.open() as engine:
            await asyncio.wait_for(tell(engine), PATIENCE_SECONDS)

    asyncio.run(whole())


@pytest.mark.parametrize("doomed", [False, True])
def test_a_job_outlasts_a_store_that_refuses_longer_than_its_patience(house, monkeypatch, doomed) -> None:
    monkeypatch.setattr(pipeline, "DELAYS", (0.001, 0.001))
    left = 0

    def step(name: str) -> None:
        nonlocal left
        if name == "before commit" and left:
            left -= 1
            raise StoreError("The store can't be written: disk full.", "Free some.", retryable=True)

    async def tell(engine) -> None:
        nonlocal left
        house.step = step
        if doomed:
            house.provider.failures.append(Failed(reason="no"))
        job = await engine.trigger(Request(pad="kick"))
        left = 12
        ended = await engine.wait(job.id, Seconds(PATIENCE_SECONDS))
        assert ended.state is (JobState.FAILED if doomed else JobState.READY)
        assert left == 0

    story(house, tell)
    assert sum(event.kind == "notice" for event in house.told) >= 1


def test_a_disk_that_fails_inside_a_transaction_is_no_mistake_of_the_bridge(house) -> None:
    async def tell(engine) -> None:
        def full(store):
            problem = sqlite3.OperationalError("database or disk is full")
            problem.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise problem

        for ask in (engine._database.write, engine._database.read):
            with pytest.raises(StoreError) as refused:
                await ask(full)
            assert refused.value.retryable
            assert refused.value.hint

    story(house, tell)


def test_a_clock_that_is_moved_back_changes_no_order(house) -> None:
    async def tell(engine) -> None:
        jobs = []
        for shift in (0.0, -5 * HOUR, -30 * 24 * HOUR, 60 * 24 * HOUR):
            house.clock.advance(shift)
            job = await engine.trigger(Request(pad="kick", prompt=f"kick {len(jobs)}"))
            assert (await engine.wait(job.id, Seconds(PATIENCE_SECONDS))).state is JobState.READY
            jobs.append(job.id)
        assert [job.id for job in await engine.jobs()] == jobs[::-1]
        samples = await engine.samples(pad="kick")
        assert [sample.job for sample in samples] == jobs[::-1]
        assert (await engine.sample("kick")).job == jobs[-1], "an older sound is on the pad"
        discarded = await engine.discard("kick")
        assert discarded.job == jobs[-1]
        assert (await engine.sample("kick")).job == jobs[-2], "the pad went back to another sound than the one before"
        events = await engine.events(0, limit=1_000)
        assert [event.id for event in events] == list(range(1, len(events) + 1))
        assert [event.job for event in events if event.kind == "ready"] == jobs

    story(house, tell)


JUMPS = (-40 * 24 * HOUR, -9 * HOUR, 9 * HOUR, 40 * 24 * HOUR)
"""Seconds."""


@pytest.mark.parametrize(("jump", "slept"), [*((jump, False) for jump in JUMPS), (9 * HOUR, True)])
def test_a_jump_of_the_clock_in_the_middle_of_a_job_loses_nothing_and_repeats_nothing(house, jump, slept) -> None:
    house.repeatable = False

    async def tell(engine) -> None:
        house.provider.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick", ref="once"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not house.provider.asked_after:
                await asyncio.sleep(0.001)
        (house.clock.advance if slept else house.clock.jump)(jump)
        house.provider.gate.set()
        ended = await engine.wait(job.id, Seconds(PATIENCE_SECONDS))
        assert ended.state is JobState.READY
        after = await engine.trigger(Request(pad="kick"))
        assert (await engine.wait(after.id, Seconds(PATIENCE_SECONDS))).state is JobState.READY
        assert [sample.job for sample in await engine.samples(pad="kick")] == [after.id, job.id]
        assert (await engine.sample("kick")).job == after.id

    story(house, tell)
    assert len(house.provider.accepted) == 2
    assert len(house.wavs()) == 2


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_between_two_starts_loses_nothing_and_repeats_nothing(house, jump) -> None:
    house.repeatable = False
    jobs = []

    async def stopped(engine) -> None:
        house.provider.gate = asyncio.Event()
        jobs.extend([(await engine.trigger(Request(pad="kick"))).id for _ in range(4)])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(house.provider.asked_after) < house.concurrent:
                await asyncio.sleep(0.001)

    async def started(engine) -> None:
        for job in jobs:
            assert (await engine.wait(job, Seconds(PATIENCE_SECONDS))).state is JobState.READY
        events = await engine.events(0, limit=1_000)
        assert [event.job for event in events if event.kind == "accepted"] == jobs
        assert sorted(event.job for event in events if event.kind == "ready") == sorted(jobs)

    story(house, stopped)
    house.provider.gate = None
    house.clock.jump(jump)
    story(house, started)
    assert len(house.provider.accepted) == len(house.wavs()) == 4


def test_a_clock_that_is_moved_back_lets_nobody_spend_more(house) -> None:
    async def tell(engine) -> None:
        before = (await engine.budget()).month
        job = await engine.trigger(Request(pad="kick"))
        await engine.wait(job.id, Seconds(PATIENCE_SECONDS))
        spent = (await engine.budget()).month - before
        assert spent > 0
        house.clock.advance(-5 * HOUR)
        assert (await engine.budget()).month - before == pytest.approx(spent)

    story(house, tell)


def test_the_newest_delivery_is_listed_first_though_the_clock_was_moved_back(house) -> None:
    async def tell(engine) -> None:
        await engine.attach_host("live")
        for shift in (0.0, -HOUR, -HOUR):
            house.clock.advance(shift)
            job = await engine.trigger(Request(pad="kick"))
            await engine.wait(job.id, Seconds(PATIENCE_SECONDS))
        listed = [delivery.seq for delivery in await engine.deliveries()]
        assert listed == sorted(listed, reverse=True)
        assert len(listed) == 3

    story(house, tell)


def test_a_pressed_pad_need_not_wait_for_a_job_of_a_batch_to_end(house) -> None:
    house.concurrent = 0  # left to the workers, as the built-in synthesiser leaves it

    async def tell(engine) -> None:
        house.provider.gate = asyncio.Event()
        batch = [await engine.trigger(Request(prompt="kick", priority="batch")) for _ in range(40)]
        pressed = await engine.trigger(Request(pad="kick", priority="pad"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await engine.job(pressed.id)).state is JobState.QUEUED:
                await asyncio.sleep(0.01)
        assert (await engine.job(batch[-1].id)).state is JobState.QUEUED
        house.provider.gate.set()
        for job in (pressed, *batch):
            assert (await engine.wait(job.id, Seconds(PATIENCE_SECONDS))).state is JobState.READY

    story(house, tell)


def test_a_model_that_forgets_every_call_is_not_asked_for_ever(house, monkeypatch) -> None:
    monkeypatch.setattr(calls, "DELAYS", (0.0,))
    asked = []

    def forget(brief, seed) -> str:
        asked.append(seed)
        return "a ticket that it does not know any more"

    monkeypatch.setattr(house.provider, "ticket", forget)

    async def tell(engine) -> None:
        job = await engine.trigger(Request(pad="kick"))
        ended = await engine.wait(job.id, Seconds(PATIENCE_SECONDS))
        assert ended.state is JobState.FAILED
        assert "nothing usable in 3 attempts" in ended.reason
        assert "forgot" in ended.hint

    story(house, tell)
    assert len(asked) == 3


@pytest.mark.parametrize("restarted", [False, True])
def test_what_is_kept_and_discarded_while_the_library_is_away_is_written_when_it_is_back(house, restarted) -> None:
    away = house.folder / "away"

    def agree(names: list[str]) -> bool:
        older, newer = (json.loads((house.library / name).read_text())["marks"] for name in names)
        preset = (house.library / "instruments" / "kick.sfz").read_text()
        waiting = [*(house.library / "deliveries" / "reaper" / "new").iterdir()]
        return (
            older["kept"] and newer["discarded"] and names[0].rpartition("/")[2].removesuffix(".json") in preset
            and len(waiting) == 1
        )

    async def tell(engine) -> None:
        (house.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        jobs = [await engine.trigger(Request(pad="kick", prompt=f"kick {number}")) for number in range(2)]
        for job in jobs:
            assert (await engine.wait(job.id, Seconds(PATIENCE_SECONDS))).state is JobState.READY
        newer, older = await engine.samples(pad="kick")
        names.extend(sample.path.removesuffix(".wav") + ".json" for sample in (older, newer))
        house.library.rename(away)
        assert (await engine.discard("kick")).discarded
        assert (await engine.keep(older.id)).kept
        assert (await engine.sample("kick")).id == older.id
        if not restarted:
            away.rename(house.library)
            await until(lambda: agree(names))

    names: list[str] = []
    story(house, tell)
    if restarted:
        away.rename(house.library)

        async def again(engine) -> None:
            await until(lambda: agree(names))

        story(house, again)
