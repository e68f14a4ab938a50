"""A pad with layers, turns or roots makes one instrument: its parts come, go and are delivered with its main sample."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.domain.take import Verdict
from bridge.errors import RequestError
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS

PATIENCE = Seconds(PATIENCE_SECONDS)


async def press(engine, pad: str):
    job = await engine.wait((await engine.trigger(Request(pad=pad))).id, PATIENCE)
    assert job.state is JobState.READY, job
    return job


def parts_in(house, pad: str) -> list[str]:
    return sorted(path.name for path in house.library.glob(f"samples/{pad}/parts/*.wav"))


def regions(house, preset: str) -> list[dict[str, str]]:
    text = (house.library / preset).read_text()
    return [dict(re.findall(r"(\w+)=(\S+)", region)) for region in text.split("<region>")[1:]]


def test_variations_become_layers_with_turns_and_one_sample_stands_for_all(house) -> None:
    async def story():
        async with house.open() as engine:
            await press(engine, "struck")
            return await engine.samples(pad="struck"), await engine.sidecar("struck")

    found, sidecar = asyncio.run(story())
    (main,) = found
    assert main.layer == 2, "the hardest stroke stands for the instrument"
    assert len(parts_in(house, "struck")) == 3
    shown = regions(house, "instruments/struck.sfz")
    assert sorted((one["lovel"], one["hivel"], one["seq_position"]) for one in shown) == [
        ("1", "80", "1"), ("1", "80", "2"), ("81", "127", "1"), ("81", "127", "2"),
    ]  # fmt: skip
    assert sidecar["part_of"] == ""
    beside = [json.loads(path.read_text()) for path in house.library.glob("samples/struck/parts/*.json")]
    assert {part["part_of"] for part in beside} == {main.id}
    assert sorted((part["layer"], part["turn"]) for part in beside) == [(1, 1), (1, 2), (2, 2)]


def test_a_notice_is_given_for_the_main_sample_alone(house) -> None:
    async def story():
        async with house.open() as engine:
            await press(engine, "struck")

    asyncio.run(story())
    assert len([event for event in house.told if event.kind == "sample"]) == 1


def test_roots_are_made_at_their_notes_with_one_seed_and_share_the_keys(house) -> None:
    async def story():
        async with house.open() as engine:
            await press(engine, "wide")
            return await engine.samples(pad="wide")

    (main,) = asyncio.run(story())
    assert main.root == 48, "the root in the middle stands for the instrument"
    asked = [(brief.note, seed) for brief, seed in house.provider.accepted.values()]
    assert [note for note, _ in asked] == [36, 48, 60]
    assert len({seed for _, seed in asked}) == 1
    assert len({brief.random_key() for brief, _ in house.provider.accepted.values()}) == 1
    shown = sorted((int(one["lokey"]), int(one["pitch_keycenter"]), int(one["hikey"])) for one in
                   regions(house, "instruments/wide.sfz"))
    assert [root for _, root, _ in shown] == [36, 48, 60]
    assert [(low, high) for low, _, high in shown][1] == (43, 54)


def test_a_refused_root_is_made_again_and_the_others_are_not(house) -> None:
    bad = (Verdict(name="silence", figure=-90.0, rule="retry", text="it is silent"),)
    good = (Verdict(name="silence", figure=-6.0, rule="pass"),)
    house.shaper.verdicts = [good, bad, good]

    async def story():
        async with house.open() as engine:
            return await press(engine, "wide")

    asyncio.run(story())
    assert [brief.note for brief, _ in house.provider.accepted.values()] == [36, 48, 60, 48]
    assert len({seed for _, seed in house.provider.accepted.values()}) == 2, "another seed for the refused one"
    assert len(regions(house, "instruments/wide.sfz")) == 3


def test_a_root_that_nobody_can_make_costs_itself_and_not_the_others(house) -> None:
    bad = (Verdict(name="silence", figure=-90.0, rule="retry", text="it is silent"),)
    good = (Verdict(name="silence", figure=-6.0, rule="pass"),)
    house.shaper.verdicts = [good, bad, good, good, good, bad, good, good, bad]

    async def story():
        async with house.open() as engine:
            return await press(engine, "wide")

    asyncio.run(story())
    assert len(regions(house, "instruments/wide.sfz")) == 2


def test_a_kit_has_the_layers_of_its_pads_and_a_delivery_all_zones(house) -> None:
    async def story():
        async with house.open() as engine:
            await engine.attach_host("live")
            await press(engine, "struck")
            return (await engine.deliveries(host="live", waiting=True))[0]

    delivery = asyncio.run(story())
    assert sorted((zone.velocity_low, zone.sequence) for zone in delivery.zones) == [
        (1, (1, 2)), (1, (2, 2)), (81, (1, 2)), (81, (2, 2)),
    ]  # fmt: skip
    assert len([one for one in regions(house, "kits/main.sfz") if one["lokey"] == "40"]) == 4


def test_discarding_a_part_discards_its_instrument_and_the_one_before_comes_back(house) -> None:
    async def story():
        async with house.open() as engine:
            await press(engine, "struck")
            (before,) = await engine.samples(pad="struck")
            await press(engine, "struck")
            after = await engine.sample("struck")
            beside = [json.loads(path.read_text()) for path in house.library.glob("samples/struck/parts/*.json")]
            await engine.discard(next(part["id"] for part in beside if part["part_of"] == after.id))
            return before, await engine.sample("struck")

    before, current = asyncio.run(story())
    assert current.id == before.id
    assert len(regions(house, "instruments/struck.sfz")) == 4


@pytest.mark.parametrize(("change", "words"), [
    ({"mapping": "drum"}, "one key"),
    ({"count": 3}, "one sound for each root"),
    ({"fallback": "dull"}, "can't be asked for a pitch"),
])  # fmt: skip
def test_roots_that_would_make_nothing_are_refused_at_the_door(house, change, words) -> None:
    async def story():
        async with house.open() as engine:
            for key, value in change.items():
                engine.set_pad("wide", key, value)
            with pytest.raises(RequestError, match=words):
                await engine.trigger(Request(pad="wide"))

    asyncio.run(story())
    assert house.provider.accepted == {}


@pytest.mark.parametrize("pad", ["struck", "wide"])
def test_a_crash_at_any_step_leaves_one_whole_instrument(tmp_path, config, house_in, crash, pad) -> None:
    async def story(number: int) -> bool:
        folder = tmp_path / str(number)
        house = house_in(folder, config.model_copy(update={
            "library": config.library.model_copy(update={"folder": folder / "library"}),
            "state_folder": folder / "state",
        }))  # fmt: skip
        left = number

        def step(_name: str) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                raise crash(_name)

        try:
            async with house.open(start=False) as engine:
                house.step = step
                job = await engine.trigger(Request(pad=pad, ref="once"))
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while left > 0 and (await engine.job(job.id)).state is not JobState.READY:
                        await asyncio.sleep(0.001)
        except crash:
            pass
        house.step = lambda _name: None
        async with house.open() as engine:
            jobs = await engine.jobs()
            if not jobs:
                return True
            assert (await engine.wait(jobs[0].id, PATIENCE)).state is JobState.READY
            assert len(await engine.samples(pad=pad)) == 1
        zones = regions(house, f"instruments/{pad}.sfz")
        named = {(house.library / "instruments" / zone["sample"]).resolve() for zone in zones}
        there = {*house.wavs(), *house.library.glob(f"samples/{pad}/parts/*.wav")}
        assert named == {path.resolve() for path in there}
        assert len(named) == {"struck": 4, "wide": 3}[pad]
        return left <= 0

    async def every_step() -> int:
        number = 1
        while await story(number):
            number += 1
            assert number < 200
        return number

    assert asyncio.run(every_step()) > 20
