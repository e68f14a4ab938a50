"""Wherever the process dies, the next one finishes the job: once, whole, and without paying again."""

from __future__ import annotations

import asyncio
import contextlib
import re
import wave

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import Job, JobState
from bridge.sound.wav import pcm_sha256
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS

PATIENCE = Seconds(PATIENCE_SECONDS)


async def _until_crash(house, request: Request, crash, number: int) -> Job | None:
    """Runs a request in a process that dies at its `number`-th step; returns the job if it was answered before."""
    steps = 0

    def step(_name: str) -> None:
        nonlocal steps
        steps += 1
        if steps >= number:
            raise crash(_name)

    job = None
    with contextlib.suppress(crash):
        async with house.open(start=False) as engine:
            house.step = step
            job = await engine.trigger(request)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while steps < number and (await engine.job(job.id)).state is not JobState.READY:
                    await asyncio.sleep(0.001)
    house.step = lambda _name: None
    return job


@pytest.mark.parametrize("repeatable", [True, False], ids=["a free model", "a paid model"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(
    in_memory, config, house_in, crash, repeatable, count
) -> None:
    async def story(number: int) -> bool:
        house = house_in(in_memory / str(number), _moved(config, in_memory / str(number)))
        house.repeatable = repeatable
        answered = await _until_crash(house, Request(pad="kick", count=count, ref="once"), crash, number)
        finished_before = answered is not None and len(house.wavs()) == count and _is_ready(house)
        async with house.open() as engine:
            jobs = await engine.jobs()
            if answered is None and not jobs:
                return True  # died before anything was answered: nothing is owed
            assert len(jobs) == 1
            job = await engine.wait(jobs[0].id, PATIENCE)
            if job.state is JobState.FAILED:
                # Only a call that may have been paid and can't be found may end so, and it is never sent again.
                assert not repeatable
                assert "may have been paid" in job.hint
                assert house.wavs() == []
                return True
            assert job.state is JobState.READY, job
            samples = await engine.samples(pad="kick")
            assert len(samples) == count
            assert sorted(house.library / s.path for s in samples) == house.wavs()
            assert len({s.path for s in samples}) == count
            for sample in samples:
                with wave.open(str(house.library / sample.path)) as file:
                    assert pcm_sha256(file.readframes(file.getnframes())) == sample.sha256
            pad = next(p for p in await engine.pads() if p.name == "kick")
            assert pad.history == 1
            assert pad.current == samples[-1].id
        named = re.findall(r"sample=(\S+)", (house.library / "instruments" / "kick.sfz").read_text())
        assert [(house.library / "instruments" / name).resolve() for name in named] == [
            (house.library / samples[-1].path).resolve()
        ]
        if not repeatable:
            assert len(house.provider.accepted) == 1
        return not finished_before

    async def every_step() -> int:
        number = 1
        while await story(number):
            number += 1
            assert number < 200
        return number

    steps = asyncio.run(every_step())
    assert steps > 15, "the crashes did not reach the whole way of a sound"


def _moved(config, folder):
    return config.model_copy(
        update={"library": config.library.model_copy(update={"folder": folder / "library"}),
                "state_folder": folder / "state"}
    )


def _is_ready(house) -> bool:
    return any(event.kind == "ready" for event in house.told)


def test_an_update_in_the_middle_of_a_publication_plans_it_anew(house, crash) -> None:
    async def first() -> None:
        def step(name: str) -> None:
            if name == "after write_sample":
                raise crash(name)

        house.step = step
        with contextlib.suppress(crash):
            async with house.open(start=False) as engine:
                await engine.trigger(Request(pad="kick", count=2))
                while not house.wavs():
                    await asyncio.sleep(0.001)

    async def second():
        house.step = lambda _name: None
        house.shaper.version = b"the new one shapes otherwise"
        async with house.open() as engine:
            (job,) = await engine.jobs()
            await engine.wait(job.id, PATIENCE)
            return list(reversed(await engine.samples()))

    asyncio.run(first())
    assert len(house.wavs()) == 1
    samples = asyncio.run(second())
    assert len(samples) == 2
    assert sorted(house.library / sample.path for sample in samples) == house.wavs()
    for sample in samples:
        with wave.open(str(house.library / sample.path)) as file:
            assert pcm_sha256(file.readframes(file.getnframes())) == sample.sha256


def test_a_crash_between_a_discard_and_the_presets_leaves_no_preset_that_plays_what_was_discarded(house, crash) -> None:
    def step(name: str) -> None:
        if name == "before write_instrument":
            raise crash(name)

    async def first() -> str:
        async with house.open() as engine:
            job = await engine.wait((await engine.trigger(Request(pad="kick"))).id, PATIENCE)
            (sample,) = await engine.samples(job=job.id)
            house.step = step
            with contextlib.suppress(crash):
                await engine.discard(sample.id)
            return sample.path.rpartition("/")[2]

    async def second() -> None:
        house.step = lambda _name: None
        async with house.open():
            pass

    preset = house.library / "instruments" / "kick.sfz"
    name = asyncio.run(first())
    assert name in preset.read_text(), "the crash came too late to prove anything"
    asyncio.run(second())
    assert name not in preset.read_text()
    assert name not in (house.library / "kits" / "main.sfz").read_text()
