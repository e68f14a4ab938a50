"""What can be carried elsewhere: a pad, a kit, a sample, or several; and the formats that are kept for every pad."""

from __future__ import annotations

import asyncio
import io
import logging
import zipfile

import pytest

from bridge.app import open_bridge
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.errors import NotFoundError, RequestError
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


def story(house, tell):
    async def main():
        async with house.open() as engine:
            return await tell(engine)

    return asyncio.run(main())


async def press(engine, *pads):
    for pad in pads:
        await engine.wait((await engine.trigger(Request(pad=pad))).id, PATIENCE)


def with_formats(config: Config, *formats: str) -> Config:
    return config.model_copy(update={"library": config.library.model_copy(update={"formats": formats})})


def test_a_pad_is_its_instrument_with_layers_and_turns(house) -> None:
    async def tell(engine):
        await press(engine, "struck")
        return await engine.instrument(["struck"])

    found = story(house, tell)
    assert (found.name, found.mode, len(found.zones)) == ("struck", "drum", 4)
    assert {zone.sequence for zone in found.zones} == {(1, 2), (2, 2)}


def test_a_kit_is_what_its_pads_hold(house) -> None:
    async def tell(engine):
        await press(engine, "kick", "bass")
        return await engine.instrument(["main"])

    found = story(house, tell)
    assert (found.name, [zone.low for zone in found.zones]) == ("main", [36, 48])
    assert not any(zone.follows_keys for zone in found.zones)


def test_a_sample_has_a_name_that_no_other_one_has(house) -> None:
    async def tell(engine):
        await press(engine, "kick", "kick")
        samples = await engine.samples(pad="kick")
        return [(sample, await engine.instrument([sample.id])) for sample in samples]

    found = story(house, tell)
    assert len({instrument.name for _, instrument in found}) == 2
    for sample, instrument in found:
        assert instrument.name == f"kick-{sample.id.removeprefix('s-')}"
        assert [zone.path for zone in instrument.zones] == [sample.path]


def test_several_sounds_are_a_kit_and_of_two_on_one_key_the_later_takes_the_next(house) -> None:
    async def tell(engine):
        await press(engine, "kick", "kick", "calm")
        old, new = (sample.id for sample in reversed(await engine.samples(pad="kick")))
        return await engine.instrument(["calm", old, new, old])

    found = story(house, tell)
    assert (found.name, [zone.low for zone in found.zones]) == ("set", [36, 37, 39])
    assert len({zone.path for zone in found.zones}) == 3


def test_several_roots_share_the_keyboard(house) -> None:
    async def tell(engine):
        await press(engine, "wide", "bass")
        wide = await engine.instrument(["wide"])
        # The parts of an instrument are samples too, each with a root of its own.
        names = [zone.path.rsplit("_", 1)[1].removesuffix(".wav") for zone in wide.zones]
        return wide, await engine.instrument(names)

    wide, joined = story(house, tell)
    assert (joined.name, joined.mode) == ("set", "keys")
    assert joined.zones == wide.zones


def test_what_is_not_there_or_empty_is_said(house) -> None:
    async def tell(engine):
        await press(engine, "kick")
        for targets, kind, said in (
            (["nix"], NotFoundError, "no sample or pad 'nix'"), (["bass"], NotFoundError, "holds no sound yet"),
            (["kick", "main"], RequestError, "The kit main is an instrument by itself"),
            ([], RequestError, "No pad, kit or sample"),
        ):
            with pytest.raises(kind, match=said) as refused:
                await engine.instrument(targets)
            assert refused.value.hint

    story(house, tell)


def test_an_empty_kit_is_said_to_be_empty(house) -> None:
    async def tell(engine):
        with pytest.raises(NotFoundError, match="The kit main holds no sound yet"):
            await engine.instrument(["main"])

    story(house, tell)


def test_formats_that_are_kept_are_there_whole_before_the_delivery(house) -> None:
    house.config = with_formats(house.config, "sfz", "multisample", "dspreset")
    (house.library / "deliveries" / "bitwig" / "new").mkdir(parents=True)
    seen = []

    def step(name):
        if name == "before write_delivery":
            seen.append((house.library / "instruments/kick.multisample").read_bytes())

    async def tell(engine):
        house.step = step
        await press(engine, "kick")
        return await engine.sample("kick")

    sample = story(house, tell)
    (wav,) = house.wavs()
    for content in (seen[0], (house.library / "kits/main.multisample").read_bytes()):
        archive = zipfile.ZipFile(io.BytesIO(content))
        assert archive.read(sample.path.rsplit("/", 1)[1]) == wav.read_bytes()
    assert (house.library / "instruments/kick.dspreset").is_file()
    assert (house.library / "instruments/kick.sfz").is_file()


def test_another_list_of_formats_counts_at_once_and_without_a_new_sound(house) -> None:
    preset = house.library / "instruments/kick.dspreset"

    async def tell(engine):
        await press(engine, "kick")
        assert not preset.exists()
        engine.configure(with_formats(house.config, "dspreset"))
        await until(preset.exists)

    story(house, tell)


def test_a_format_that_can_not_be_kept_is_a_notice_and_the_others_are_written(house) -> None:
    async def tell():
        async with open_bridge(with_formats(house.config, "op-xy", "sfz", "tape"), doors=False) as app:
            await app.engine.start()
            return app.notices

    notices = asyncio.run(tell())
    assert "Format op-xy is not kept: op-xy is for devices: write it with oneshot export." in notices
    assert any(notice.startswith("Format tape is not kept: There is no format 'tape'.") for notice in notices)
    assert (house.library / "kits/main.sfz").is_file()


def test_a_sound_that_is_gone_keeps_back_the_archive_and_nothing_else(house, caplog) -> None:
    house.config = with_formats(house.config, "sfz", "multisample")

    async def tell(engine):
        await press(engine, "kick")
        for wav in house.wavs():
            wav.unlink()
        await press(engine, "bass")
        return await engine.sample("bass")

    with caplog.at_level(logging.WARNING):
        sample = story(house, tell)
    assert sample.path.rsplit("/", 1)[1] in (house.library / "kits/main.sfz").read_text()
    assert "is gone" in caplog.text
