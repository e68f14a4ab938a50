"""One's own servers, real ones: busy, starting and dead ones are normal, and a call that breaks off is made again."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import ModelError
from bridge.models.catalogue.rows import catalogue
from bridge.models.cog import open_row
from bridge.models.registry import ModelContext
from bridge.ports import Answered, Failed, Finished, Lost, Progress
from bridge.units import Seconds
from support.cog import CogServer, cog_servers

NOBODY = "http://127.0.0.1:9"
BRIEF = Brief(prompt="deep bell", model="mine", seed=7, family="bell", mapping="keys", seconds=Seconds(1.0))


class Here:
    """Runs worker tasks in this process."""

    async def run(self, task, *arguments, priority=0):
        module, _, function = task.partition(":")
        return getattr(__import__(module, fromlist=[function]), function)(*arguments)


@pytest.fixture(scope="module")
def servers() -> Iterator[list[CogServer]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        cog_servers(Path(folder), "StableAudioOpen", "StableAudioOpen", "Chat") as running,
    ):
        yield running


def opened(*urls: str, like: str = "stable-audio-open"):
    row = catalogue()[like].model_copy(update={"provider": "cog", "servers": urls})
    return open_row("mine", row, ModelContext(workers=Here()))


async def ended(model, ticket, stages=None):
    while True:
        state = await model.poll(ticket, Seconds(0.2))
        if not isinstance(state, Progress):
            return state
        if stages is not None:
            stages.append(state.stage)


def run(model, story):
    async def told():
        try:
            return await story
        finally:
            await model.close()

    return asyncio.run(told())


def test_a_server_makes_the_takes_that_were_asked_for_nothing(servers):
    model = opened(servers[0].url)

    async def story():
        return await ended(model, await model.submit(replace(BRIEF, count=3), 7)), await model.estimate(BRIEF)

    end, price = run(model, story())
    assert isinstance(end, Finished), end
    assert [soundfile.info(io.BytesIO(take.sound)).duration for take in end.takes] == [pytest.approx(1.0)] * 3
    assert end.cost == 0
    assert price == 0
    assert model.capabilities.repeatable


def test_two_servers_share_the_work(servers):
    model = opened(servers[0].url, servers[1].url)
    assert model.capabilities.concurrent == 2

    async def story():
        began = time.monotonic()
        tickets = [await model.submit(replace(BRIEF, prompt="slow bell"), seed) for seed in (1, 2)]
        ends = await asyncio.gather(*(ended(model, ticket) for ticket in tickets))
        return ends, time.monotonic() - began

    ends, together = run(model, story())
    assert all(isinstance(end, Finished) for end in ends)
    assert together < 2 * 1.5, "they worked one after the other"


def test_a_busy_server_is_waited_for(servers):
    model, stages = opened(servers[0].url), []

    async def story():
        first = await model.submit(replace(BRIEF, prompt="slow bell"), 1)
        await asyncio.sleep(0.3)
        second = await model.submit(BRIEF, 2)
        return await asyncio.gather(ended(model, first), ended(model, second, stages))

    assert all(isinstance(end, Finished) for end in run(model, story()))
    assert "queued" in stages


def test_a_server_that_is_away_is_passed_over(servers):
    model = opened(NOBODY, servers[0].url)

    async def story():
        return await ended(model, await model.submit(BRIEF, 7))

    assert isinstance(run(model, story()), Finished)


def test_servers_that_are_all_away_are_named_with_the_cure():
    model = opened(NOBODY)

    async def story():
        return await ended(model, await model.submit(BRIEF, 7))

    end = run(model, story())
    assert isinstance(end, Failed)
    assert NOBODY in end.reason
    assert "[models.mine]" in end.hint
    assert end.retryable


def test_what_the_model_says_of_its_failure_is_told(servers):
    model = opened(servers[0].url)

    async def story():
        return await ended(model, await model.submit(replace(BRIEF, prompt="fail bell"), 7))

    end = run(model, story())
    assert isinstance(end, Failed)
    assert "requested failure" in end.reason


def test_a_cancelled_call_is_forgotten_and_the_server_serves_again(servers):
    model = opened(servers[0].url)

    async def story():
        ticket = await model.submit(replace(BRIEF, prompt="slow bell"), 7)
        await asyncio.sleep(0.5)
        await model.cancel(ticket)
        await model.cancel(ticket)
        lost = await model.poll(ticket, Seconds(1.0))
        return lost, await ended(model, await model.submit(BRIEF, 8))

    lost, after = run(model, story())
    assert isinstance(lost, Lost)
    assert isinstance(after, Finished)


def test_a_chat_model_answers_and_looks_at_nothing_it_was_not_given(servers):
    model = opened(servers[2].url, like="gpt-4o")

    async def story():
        return await ended(model, await model.submit(Question(text="a bell", system="short")))

    end = run(model, story())
    assert isinstance(end, Answered)
    assert end.text.startswith("deep temple bell")


def test_a_call_moves_to_another_server_when_its_own_dies():
    with (
        tempfile.TemporaryDirectory() as folder,
        cog_servers(Path(folder), "StableAudioOpen", "StableAudioOpen") as (dying, living),
    ):
        model = opened(dying.url, living.url)

        async def story():
            ticket = await model.submit(replace(BRIEF, prompt="slow bell"), 7)
            await asyncio.sleep(0.7)
            dying.stop()
            return await ended(model, ticket)

        assert isinstance(run(model, story()), Finished)


def test_a_row_without_servers_is_refused_with_the_cure():
    with pytest.raises(ModelError, match="names no servers") as problem:
        opened()
    assert "servers = " in problem.value.hint
