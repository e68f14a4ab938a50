"""What became of requests that carry a ref, and the refs of batches."""

from __future__ import annotations

import asyncio

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import BATCH_REF, JobState
from bridge.domain.take import Verdict
from bridge.ports import Failed
from bridge.store.jobs import REF_MEMORY_SECONDS
from bridge.units import Seconds, Usd
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio
LONG = Seconds(PATIENCE_SECONDS)


async def test_they_come_in_the_order_of_the_refs_with_sounds_and_cost_and_without_those_unknown(house):
    async with house.open() as engine:
        for ref, count in (("one", 1), ("two", 2)):
            job = await engine.trigger(Request(prompt="kick", ref=ref, count=count))
            await engine.wait(job.id, LONG)
        found = await engine.outcomes(["two", "nobody", "one", "two"], samples=True)
        counted = await engine.outcomes(["one", "two"])
    assert [(one.ref, len(one.samples), one.model) for one in found] == [("two", 2, "synth"), ("one", 1, "synth")]
    assert [one.usd for one in found] == [pytest.approx(0.01)] * 2
    assert [(one.sounds, one.samples) for one in counted] == [(1, ()), (2, ())]


async def test_waiting_ends_when_the_first_of_them_has_ended(house):
    house.provider.gate = asyncio.Event()
    async with house.open() as engine:
        for ref in ("one", "two"):
            await engine.trigger(Request(prompt="kick", ref=ref))
        waiting = asyncio.create_task(engine.outcomes(["one", "two"], patience=LONG))
        await asyncio.sleep(0)
        house.provider.gate.set()
        found = await waiting
        assert any(one.state is JobState.READY for one in found)


async def test_what_the_gate_refused_is_said_in_its_words(house):
    silent = Verdict(name="silence", figure=-90.0, rule="retry", text="the take is silent")
    house.shaper.verdicts = [(silent,)]
    async with house.open() as engine:
        job = await engine.trigger(Request(prompt="kick", ref="one"))
        await engine.wait(job.id, LONG)
        (found,) = await engine.outcomes(["one"])
    assert found.state is JobState.READY
    assert found.refused == ("the take is silent",)
    assert found.usd == pytest.approx(0.02)


async def test_the_ref_of_a_batch_means_its_sound_however_long_ago_it_was_asked_for(house):
    ref = f"{BATCH_REF}abc"
    async with house.open() as engine:
        first = await engine.trigger(Request(prompt="kick", ref=ref))
        await engine.wait(first.id, LONG)
        house.clock.advance(REF_MEMORY_SECONDS * 400)
        assert (await engine.trigger(Request(prompt="kick", ref=ref))).id == first.id


async def test_a_batch_asks_anew_for_what_ended_without_a_sound(house):
    ref = f"{BATCH_REF}abc"
    house.provider.failures = [Failed(reason="It broke.", retryable=False, cost=Usd(0.0))]
    async with house.open() as engine:
        failed = await engine.trigger(Request(prompt="kick", ref=ref))
        assert (await engine.wait(failed.id, LONG)).state is JobState.FAILED
        again = await engine.trigger(Request(prompt="kick", ref=ref))
        await engine.wait(again.id, LONG)
        (found,) = await engine.outcomes([ref])
    assert (again.id, found.state) == (found.job, JobState.READY)
    assert again.id != failed.id


async def test_a_job_that_an_engine_left_unfinished_goes_on_when_it_is_asked_for_again(house):
    ref = f"{BATCH_REF}abc"
    house.provider.gate = asyncio.Event()
    async with house.open() as engine:
        left = await engine.trigger(Request(prompt="kick", ref=ref))
        await until(lambda: house.provider.accepted)
    house.provider.gate = None
    async with house.open(start=False) as engine:
        again = await engine.trigger(Request(prompt="kick", ref=ref))
        assert again.id == left.id
        (found,) = await engine.outcomes([ref], patience=LONG)
    assert found.state is JobState.READY
    assert len(house.wavs()) == len(house.provider.accepted) == 1
