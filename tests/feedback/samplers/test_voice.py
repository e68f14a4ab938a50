"""Samplers that the bridge drives: every delivery is loaded and answered, and those of one that is away wait."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.config.schema import Sampler as Settings
from bridge.domain.brief import Request
from bridge.errors import BridgeError, LibraryError
from bridge.feedback.samplers import AwayError, Part, SamplerVoice
from support.patience import until
from support.samplers import answers, deliver

pytestmark = pytest.mark.anyio

KIT = Part(name="main", channel=10, is_kit=True)
BELL = Part(name="bell", channel=1, is_kit=False)


class FakeSampler:
    """Plays what it is given, while it is there; `forgets` is set when it was started anew."""

    title = "Fake"
    format = "sfz"
    port = 1
    kept = 0
    plays_keys = True
    look_seconds = 0.05

    def __init__(self) -> None:
        self.there = True
        self.fresh = True
        self.refuses = ""
        self.plays: dict[Part, Path] = {}
        self.loads: list[Part] = []
        self.looks = 0

    async def connect(self) -> bool:
        self.looks += 1
        if not self.there:
            self.fresh = True
            raise AwayError("Fake does not answer.")
        came, self.fresh = self.fresh, False
        return came

    async def load(self, part, file):
        if not self.there:
            raise AwayError("Fake does not answer.")
        if self.refuses:
            raise BridgeError(self.refuses)
        assert file.exists()
        self.loads.append(part)
        self.plays[part] = file

    async def clear(self, part):
        self.plays.pop(part, None)

    async def rest(self):
        pass

    async def close(self):
        pass


@pytest.fixture
def sampler():
    return FakeSampler()


@pytest.fixture
async def voice(engine, library, sampler):
    opened = SamplerVoice(engine, library, "fluidsynth", sampler, Settings(channels={"bell": 1}))
    await opened.start()
    yield opened
    await opened.close()


async def made(engine, pad):
    """Makes a sound for a pad, and what the engine does with it: a delivery to the sampler."""
    engine.finish((await engine.trigger(Request(pad=pad))).id)
    return deliver(engine, "fluidsynth", pad)


async def test_the_host_is_attached_when_the_sampler_is_there(voice, engine):
    await until(lambda: ("attach_host", "fluidsynth") in engine.calls)


async def test_a_new_sound_of_a_drum_is_a_new_kit(voice, engine, sampler, library):
    seq = await made(engine, "kick")
    await until(lambda: answers(engine) == [("loaded", "fluidsynth", seq)])
    assert set(sampler.plays) == {KIT}
    file = sampler.plays[KIT]
    assert file.parent == library.root / "deliveries" / "fluidsynth"
    (sample,) = engine.all_samples.values()
    assert Path(sample.path).name in file.read_text()


async def test_a_pad_with_a_channel_is_played_there_too(voice, engine, sampler):
    seq = await made(engine, "bell")
    await until(lambda: answers(engine) == [("loaded", "fluidsynth", seq)])
    assert set(sampler.plays) == {KIT, BELL}
    assert "lokey" in sampler.plays[BELL].read_text()


async def test_every_load_has_a_name_of_its_own_and_old_files_go(voice, engine, sampler):
    names = set()
    for turn in range(4):
        await made(engine, "kick")
        await until(lambda turn=turn: len(answers(engine)) == turn + 1)
        names.add(sampler.plays[KIT].name)
    await until(lambda: len(list(sampler.plays[KIT].parent.iterdir())) == 1)
    assert len(names) == 4


async def test_what_a_sampler_may_still_need_is_kept(voice, engine, sampler):
    sampler.kept = 2
    for turn in range(6):
        await made(engine, "kick")
        await until(lambda turn=turn: len(answers(engine)) == turn + 1)
    await until(lambda: len(list(sampler.plays[KIT].parent.iterdir())) == 3)


async def test_many_deliveries_at_once_are_one_load_and_all_are_answered(engine, library, sampler):
    for pad in ("kick", "808"):
        engine.finish((await engine.trigger(Request(pad=pad))).id)
        deliver(engine, "fluidsynth", pad)
    voice = SamplerVoice(engine, library, "fluidsynth", sampler, Settings())
    await voice.start()
    await until(lambda: len(answers(engine)) == 2)
    assert sampler.loads == [KIT]
    await voice.close()


async def test_what_a_sampler_that_is_away_has_to_load_waits_for_it(voice, engine, sampler):
    await until(lambda: sampler.looks > 1)
    sampler.there = False
    seq = await made(engine, "kick")
    await until(lambda: voice.notice == "Fake does not answer.")
    looks = sampler.looks
    await until(lambda: sampler.looks > looks + 3)
    assert answers(engine) == []
    sampler.there = True
    await until(lambda: answers(engine) == [("loaded", "fluidsynth", seq)])
    await until(lambda: voice.notice == "")


async def test_a_sampler_that_was_started_anew_is_told_everything(voice, engine, sampler):
    for pad in ("kick", "bell"):
        await made(engine, pad)
    await until(lambda: len(answers(engine)) == 2)
    sampler.there = False
    await until(lambda: voice.notice)
    sampler.plays.clear()
    sampler.there = True
    await until(lambda: set(sampler.plays) == {KIT, BELL})
    assert len(answers(engine)) == 2


async def test_a_sampler_that_refuses_says_why(voice, engine, sampler):
    sampler.refuses = "It is too large."
    seq = await made(engine, "kick")
    await until(lambda: answers(engine) == [("load_failed", "fluidsynth", seq, "It is too large.")])
    sampler.refuses = ""
    seq = await made(engine, "kick")
    await until(lambda: answers(engine)[-1] == ("loaded", "fluidsynth", seq))


async def test_a_pad_that_is_nowhere_says_so_with_the_cure(engine, library, sampler):
    engine.finish((await engine.trigger(Request(pad="bell"))).id)
    voice = SamplerVoice(engine, library, "fluidsynth", sampler, Settings(kit="spare"))
    await voice.start()
    deliver(engine, "fluidsynth", "bell")
    await until(lambda: answers(engine))
    assert answers(engine)[0][3] == (
        "bell is not in the kit that Fake plays. Give it a channel under [samplers.fluidsynth]."
    )
    await voice.close()


async def test_another_kit_is_loaded_when_it_is_selected(voice, engine, sampler):
    for pad in ("kick", "bell"):
        await made(engine, pad)
    await until(lambda: len(answers(engine)) == 2)
    await engine.select_kit("spare")
    spare = Part(name="spare", channel=10, is_kit=True)
    await until(lambda: spare in sampler.plays)


async def test_a_kit_of_its_own_stays_whatever_is_selected(engine, library, sampler):
    engine.finish((await engine.trigger(Request(pad="kick"))).id)
    voice = SamplerVoice(engine, library, "fluidsynth", sampler, Settings(kit="main"))
    await voice.start()
    deliver(engine, "fluidsynth", "kick")
    await until(lambda: answers(engine))
    await engine.select_kit("spare")
    await asyncio.sleep(0.2)
    assert set(sampler.plays) == {KIT}
    await voice.close()


async def test_a_kit_that_lost_its_last_sound_is_emptied(voice, engine, sampler):
    await made(engine, "kick")
    await until(lambda: KIT in sampler.plays)
    await engine.discard("kick")
    deliver(engine, "fluidsynth", "kick")
    await until(lambda: len(answers(engine)) == 2)
    assert KIT not in sampler.plays


async def test_a_library_that_is_away_fails_nothing(voice, engine, sampler, library, monkeypatch):
    await until(lambda: sampler.looks > 1)

    def away():
        raise LibraryError("The library is away.", retryable=True)

    monkeypatch.setattr(library, "check", away)
    seq = await made(engine, "kick")
    await until(lambda: voice.notice.startswith("The library is away."))
    assert answers(engine) == []
    monkeypatch.undo()
    await until(lambda: answers(engine) == [("loaded", "fluidsynth", seq)])


async def test_a_broken_engine_costs_a_look_not_the_sampler(voice, engine, sampler, monkeypatch):
    await until(lambda: sampler.looks > 1)
    whole = engine.deliveries

    async def broken(**_):
        monkeypatch.setattr(engine, "deliveries", whole)
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(engine, "deliveries", broken)
    seq = await made(engine, "kick")
    await until(lambda: answers(engine) == [("loaded", "fluidsynth", seq)])
