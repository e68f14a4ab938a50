"""When a new sound takes the place of the old one: at once, when it is kept, never, or in silence; and how loud."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.domain.sample import Character
from bridge.errors import RequestError
from bridge.units import Decibels, Hz, Seconds
from support.patience import PATIENCE_SECONDS

PATIENCE = Seconds(PATIENCE_SECONDS)


async def press(engine, pad: str = "kick", **said):
    job = await engine.wait((await engine.trigger(Request(pad=pad, **said))).id, PATIENCE)
    assert job.state is JobState.READY, job
    return (await engine.samples(job=job.id))[-1]


def run(house, story):
    async def told():
        async with house.open() as engine:
            return await story(engine)

    return asyncio.run(told())


def test_a_locked_pad_makes_sounds_and_holds_on_to_its_own(house) -> None:
    async def story(engine):
        first = await press(engine)
        engine.set_pad("kick", "lock", True)
        second = await press(engine)
        await engine.keep(second.id)
        held = await engine.sample("kick")
        with pytest.raises(RequestError, match="locked"):
            await engine.discard("kick")
        still = await engine.sample("kick")
        engine.set_pad("kick", "lock", False)
        await engine.keep(second.id)
        return first, second, held, still, await engine.sample("kick")

    first, second, held, still, now = run(house, story)
    assert held.id == still.id == first.id
    assert not still.discarded
    assert now.id == second.id


@pytest.mark.parametrize(("key", "value"), [("lock", True), ("swap", "on-keep")])
def test_an_empty_pad_takes_its_first_sound_in_any_case(house, key, value) -> None:
    async def story(engine):
        engine.set_pad("kick", key, value)
        return await press(engine), await engine.sample("kick")

    made, held = run(house, story)
    assert held.id == made.id


def test_a_pad_that_swaps_on_keep_waits_for_the_one_that_is_kept(house) -> None:
    async def story(engine):
        first = await press(engine)
        engine.set_pad("kick", "swap", "on-keep")
        second, third = await press(engine), await press(engine)
        before = await engine.sample("kick")
        discarded = await engine.discard("kick")
        kept = await engine.keep("kick")
        return first, second, third, before, discarded, kept, await engine.sample("kick")

    first, second, third, before, discarded, kept, now = run(house, story)
    assert before.id == first.id
    assert discarded.id == third.id, "the newest that waits is meant, not what the pad holds"
    assert kept.id == now.id == second.id


def test_of_several_variations_that_wait_the_first_is_offered_first(house) -> None:
    async def story(engine):
        await press(engine)
        engine.set_pad("kick", "swap", "on-keep")
        first = await press(engine, count=3)
        return first, await engine.discard("kick"), await engine.keep("kick")

    first, discarded, kept = run(house, story)
    assert discarded.id == first.id
    assert kept.job == first.job
    assert kept.id != first.id


def test_nothing_is_delivered_before_it_is_kept(house) -> None:
    async def story(engine):
        await press(engine)
        engine.set_pad("kick", "swap", "on-keep")
        await engine.attach_host("live")
        waiting = await press(engine)
        before = await engine.deliveries(host="live")
        await engine.keep("kick")
        return waiting, before, await engine.deliveries(host="live")

    waiting, before, after = run(house, story)
    assert waiting.id not in {delivery.sample for delivery in before}
    assert waiting.id in {delivery.sample for delivery in after}


def test_a_delivery_says_that_it_is_to_wait_for_silence(house) -> None:
    async def story(engine):
        await engine.attach_host("live")
        engine.set_pad("kick", "swap", "when-silent")
        await press(engine)
        await press(engine, "calm")
        return {delivery.pad: delivery.swap for delivery in await engine.deliveries(host="live")}

    assert run(house, story) == {"kick": "when-silent", "calm": "now"}


def test_a_pad_that_matches_levels_asks_for_the_loudness_of_what_it_replaces(house, monkeypatch) -> None:
    plain = house.shaper._shaped
    levels = iter([-11.0, -17.0, -9.0])

    def shaped(sound: bytes):
        made = plain(sound)
        character = Character(family=None, share=0.0, brightness=Hz(100.0), hardness=Decibels(0.0),
                              loudness=Decibels(next(levels)))
        return replace(made, analysis=replace(made.analysis, character=character))

    monkeypatch.setattr(house.shaper, "_shaped", shaped)

    async def story(engine):
        engine.set_pad("kick", "match_level", True)
        for _ in range(3):
            await press(engine)
        return [brief.loudness for brief, _ in house.shaper.asked]

    assert run(house, story) == [None, -11.0, -11.0], "one that stayed softer does not make the next ones softer"
