"""Tasks on a real Ray cluster of two nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.domain.brief import Brief
from bridge.errors import BridgeError, SoundError
from bridge.models.synth.render import render
from bridge.shaping.tasks import recognise, shape_set
from bridge.workers.cluster import ClusterPool

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def pool(nodes) -> AsyncIterator[ClusterPool]:
    nodes.join()
    pool = ClusterPool("ray")
    await pool.start()
    yield pool
    await pool.close()


async def test_it_makes_and_finishes_the_very_sounds_that_this_process_makes(pool):
    brief = Brief(prompt="deep kick", model="synth", seed=3, family="kick", mapping="drum", seconds=0.5)
    assert pool.count == 2
    takes = await asyncio.gather(
        *(pool.run("bridge.models.synth.render:render", brief, seed) for seed in range(1, 7))
    )
    assert [made[0].sound for made in takes] == [render(brief, seed)[0].sound for seed in range(1, 7)]
    (far,) = await pool.run("bridge.shaping.tasks:shape_set", [takes[0][0].sound], brief, 44_100)
    (near,) = shape_set([takes[0][0].sound], brief, 44_100)
    assert (far.pcm, far.analysis, far.fingerprint) == (near.pcm, near.analysis, near.fingerprint)


async def test_errors_come_back_as_they_were_raised_and_others_by_their_names(pool):
    with pytest.raises(SoundError) as refused:
        await pool.run("bridge.shaping.tasks:recognise", b"no sound")
    with pytest.raises(SoundError) as here:
        recognise(b"no sound")
    assert (refused.value.message, refused.value.hint) == (here.value.message, here.value.hint)
    with pytest.raises(BridgeError, match="ZeroDivisionError"):
        await pool.run("operator:truediv", 1, 0)


async def test_a_task_that_needs_a_gpu_runs_where_one_is(pool):
    assert await pool.run("os:getenv", "CUDA_VISIBLE_DEVICES", gpus=1) == "0"
    assert await pool.run("os:getenv", "CUDA_VISIBLE_DEVICES") in (None, "")


async def test_the_more_urgent_goes_first_and_no_more_are_sent_than_there_are_cores(pool):
    held = [asyncio.create_task(pool.run("time:sleep", 0.3)) for _ in range(pool.count)]
    await asyncio.sleep(0)
    later = [asyncio.create_task(pool.run("time:monotonic_ns", priority=2)) for _ in range(3)]
    press = [asyncio.create_task(pool.run("time:monotonic_ns", priority=0)) for _ in range(3)]
    await asyncio.gather(*held)
    assert min(await asyncio.gather(*press)) < min(await asyncio.gather(*later))


async def test_a_task_that_nobody_waits_for_any_more_is_ended_and_its_core_is_free(pool):
    endless = [asyncio.create_task(pool.run("time:sleep", 3_600)) for _ in range(pool.count)]
    await asyncio.sleep(0.5)
    for task in endless:
        task.cancel()
    assert await pool.run("operator:add", 1, 2) == 3


async def test_a_way_to_the_cluster_that_broke_off_fails_what_was_on_it_and_is_built_again(pool):
    under_way = asyncio.create_task(pool.run("time:sleep", 3_600))
    await asyncio.sleep(0.5)
    pool._process.kill()
    with pytest.raises(BridgeError, match="broke off") as lost:
        await under_way
    assert lost.value.retryable
    assert await pool.run("operator:add", 1, 2) == 3
