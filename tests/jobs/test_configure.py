"""A config that changes while jobs are under way: what was accepted keeps its brief, what comes gets the new one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.config.models import Row
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import LibraryError, NotFoundError, RequestError
from bridge.models.registry import ModelContext
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)
CONTEXT = ModelContext(workers=None)
ROW = Row(provider="cog", servers=("http://127.0.0.1:9",))


def story(house, tell):
    async def main():
        async with house.open() as engine:
            return await tell(engine)

    return asyncio.run(main())


def changed(config: Config, **tables: Any) -> Config:
    """Returns a config with some settings of tables: `pads={"kick": {"prompt": "x"}}`; None takes a row out."""
    said = config.model_dump(exclude_unset=True)
    for table, rows in tables.items():
        for name, settings in rows.items() if isinstance(rows, dict) else ():
            if settings is None:
                said[table].pop(name)
            elif isinstance(settings, dict):
                said.setdefault(table, {}).setdefault(name, {}).update(settings)
            else:
                said.setdefault(table, {})[name] = settings
        if not isinstance(rows, dict):
            said[table] = rows
    return Config.model_validate(said)


def test_a_job_that_was_accepted_keeps_its_brief_and_the_next_one_gets_the_new(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        old = await engine.trigger(Request(pad="kick"))
        await until(lambda: house.provider.asked_after)
        engine.configure(changed(house.config, pads={"kick": {"prompt": "dull kick"}}))
        new = await engine.trigger(Request(pad="kick"))
        house.provider.gate.set()
        return [await engine.wait(job.id, PATIENCE) for job in (old, new)]

    jobs = story(house, tell)
    assert [job.state for job in jobs] == [JobState.READY] * 2
    assert [job.brief.prompt for job in jobs] == ["punchy kick", "dull kick"]


def test_a_job_of_a_pad_that_is_gone_is_made_all_the_same(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick"))
        engine.configure(changed(house.config, pads={"kick": None}, kits={"main": {"pads": ["bass", "eager", "calm"]}}))
        house.provider.gate.set()
        with pytest.raises(NotFoundError):
            await engine.trigger(Request(pad="kick"))
        return await engine.wait(job.id, PATIENCE)

    assert story(house, tell).state is JobState.READY
    assert len(house.wavs()) == 1


def test_a_job_whose_model_is_taken_out_is_made_by_it_and_the_next_one_is_refused(house) -> None:
    async def tell(engine):
        house.spare.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick", model="spare"))
        await until(lambda: house.spare.asked_after)
        house.models.renew(CONTEXT, {"spare": ROW}, {})
        with pytest.raises(NotFoundError, match="no model 'spare'"):
            await engine.trigger(Request(pad="kick", model="spare"))
        newest, oldest = await engine.jobs_at_work()
        await house.models.let_go(newest=newest, oldest=oldest)
        house.spare.gate.set()
        job = await engine.wait(job.id, PATIENCE)
        newest, oldest = await engine.jobs_at_work()
        await house.models.let_go(newest=newest, oldest=oldest)
        with pytest.raises(NotFoundError):
            house.models.at_work("spare")
        return job

    assert story(house, tell).state is JobState.READY


def test_a_cancel_reaches_a_call_of_a_model_that_another_took_the_place_of(house) -> None:
    async def tell(engine):
        house.spare.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick", model="spare"))
        await until(lambda: house.spare.asked_after)
        house.models.renew(CONTEXT, {"spare": ROW}, {"spare": ROW.model_copy(update={"concurrent": 2})})
        await engine.cancel(job.id)
        await until(lambda: house.spare.cancelled)

    story(house, tell)
    assert house.spare.cancelled == house.spare.asked_after[:1]


def test_what_was_set_until_the_restart_stays_unless_the_file_says_that_very_key_anew(house) -> None:
    async def tell(engine):
        for pad, key, value in (("kick", "prompt", "said kick"), ("kick", "note", 40), ("bass", "count", 2)):
            engine.set_pad(pad, key, value)
        engine.configure(changed(house.config, pads={"kick": {"prompt": "filed kick"}}))
        return {pad.name: (pad.prompt, pad.note, pad.overrides) for pad in await engine.pads()}

    pads = story(house, tell)
    assert pads["kick"] == ("filed kick", 40, {"note": 40})
    assert pads["bass"][2] == {"count": 2}


def test_a_song_that_was_set_stays_key_by_key(house) -> None:
    async def tell(engine):
        engine.set_song(bpm=120, key="A minor")
        engine.configure(changed(house.config, song={"key": "C major"}))
        first = (await engine.trigger(Request(pad="kick"))).brief
        engine.configure(changed(house.config, song={"key": "C major", "bpm": 90}))
        return first, (await engine.trigger(Request(pad="kick"))).brief

    first, second = story(house, tell)
    assert (first.bpm, first.key) == (120, "C major")
    assert second.bpm == 90


def test_the_selected_kit_stays_while_it_is_there(house) -> None:
    async def tell(engine):
        both = changed(house.config, kits={"second": {"pads": ["bass"]}})
        engine.configure(both)
        await engine.select_kit("second")
        engine.configure(changed(both, pads={"kick": {"prompt": "other"}}))
        kept = engine.selected_kit(), engine.pad_for_note(48), engine.pad_for_note(36)
        engine.configure(house.config)
        return kept, engine.selected_kit(), engine.pad_for_note(36)

    assert story(house, tell) == (("second", "bass", None), "main", "kick")


def test_who_shows_the_pads_of_the_kit_hears_that_they_changed(house) -> None:
    async def tell(engine):
        engine.configure(changed(house.config, budget={"day": 1}))
        before = [event for event in house.told if event.kind == "kit"]
        engine.configure(changed(house.config, budget={"day": 1}, pads={"kick": {"pad_note": 50}}))
        return before, [event.reason for event in house.told if event.kind == "kit"]

    assert story(house, tell) == ([], ["main"])


def test_a_cap_counts_from_the_moment_on(house) -> None:
    async def tell(engine):
        before = (await engine.price(Request(pad="kick"))).problem
        engine.configure(changed(house.config, budget={"day": 0.001}))
        return before, (await engine.price(Request(pad="kick"))).problem

    before, after = story(house, tell)
    assert (before, "may cost" in after) == ("", True)


def test_more_jobs_run_at_once_when_the_model_may_do_more(house) -> None:
    house.concurrent = 1

    async def tell(engine):
        house.provider.gate = asyncio.Event()
        jobs = [await engine.trigger(Request(pad="kick")) for _ in range(2)]
        await until(lambda: len(house.provider.accepted) == 1)
        model = house.models.get("synth")
        model.capabilities = type(model.capabilities)(**{
            **{name: getattr(model.capabilities, name) for name in type(model.capabilities).__slots__}, "concurrent": 2
        })
        engine.configure(house.config)
        await until(lambda: len(house.provider.accepted) == 2)
        house.provider.gate.set()
        return [(await engine.wait(job.id, PATIENCE)).state for job in jobs]

    assert story(house, tell) == [JobState.READY] * 2


def test_a_new_kit_has_its_preset_and_a_folder_that_is_away_stops_nothing(house) -> None:
    async def tell(engine):
        await engine.wait((await engine.trigger(Request(pad="kick"))).id, PATIENCE)
        engine.configure(changed(house.config, kits={"second": {"pads": ["kick"]}}))
        preset = house.library / "kits" / "second.sfz"
        await until(lambda: preset.exists() and "samples/kick" in preset.read_text())

        def away(name):
            if name == "before write_kit":
                raise LibraryError("The folder is away.")

        house.step = away
        engine.configure(changed(house.config, kits={"third": {"pads": ["kick"]}}))
        await asyncio.sleep(0.05)
        house.step = lambda _name: None
        return list(engine.kits()), await engine.trigger(Request(pad="kick"))

    kits, _ = story(house, tell)
    assert kits == ["main", "third"]


def test_the_pads_can_be_looked_at_while_one_more_is_saved(house) -> None:
    async def tell(engine):
        read = engine._database.read

        async def interrupted(transaction):
            answer = await read(transaction)
            engine.configure(changed(house.config, pads={"fresh": {"prompt": "clap"}}))
            return answer

        engine._database.read = interrupted
        before = await engine.pads()
        engine._database.read = read
        return {pad.name for pad in await engine.pads()} - {pad.name for pad in before}

    assert story(house, tell) == {"fresh"}


def test_sounds_for_sale_refuse_a_model_from_the_moment_on(house) -> None:
    async def tell(engine):
        await engine.trigger(Request(pad="kick"))
        engine.configure(changed(house.config, library={"commercial": True}))
        with pytest.raises(RequestError, match="may not be sold"):
            await engine.trigger(Request(pad="kick"))

    story(house, tell)
