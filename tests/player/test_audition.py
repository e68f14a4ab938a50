"""Which sounds are heard by themselves, at which level, and what a missing device costs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.config.schema import AuditionSettings
from bridge.domain.brief import Request
from bridge.domain.event import Event
from bridge.errors import BridgeError, NotFoundError
from bridge.player.audition import QUIET, Audition
from bridge.player.outputs import Output
from bridge.ports import Heard
from support.patience import until


class FakePlayer:
    """Stands where a device would be. A test may set `trouble` (what every call raises) and `gate` (sounds wait for
    it), and look at `played` (key, level, device, channel), `files`, `silences`."""

    def __init__(self) -> None:
        self.played: list[tuple[str, float, str, int]] = []
        self.files: list[Path] = []
        self.silences = self.looks = 0
        self.trouble: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def play(self, key, file, *, level, device, channel, patience):
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble:
            raise self.trouble
        self.played.append((key, level, device, channel))
        self.files.append(file)
        return Heard(seconds=1.0, output="system")

    async def silence(self) -> None:
        self.silences += 1

    async def outputs(self):
        self.looks += 1
        if self.trouble:
            raise self.trouble
        return [Output(index=0, name="Mixing Desk", system="JACK", channels=8, rate=48_000, default=True)]

    async def close(self) -> None:
        self.silences += 1


def settings(**more) -> AuditionSettings:
    return AuditionSettings.model_validate({"level": -6.0, **more})


def run(engine, story, **more):
    """Tells a story of an audition with such settings; returns its player and what was said to everybody."""
    player, said = FakePlayer(), []

    async def told():
        engine.eager = True
        audition = Audition(engine, settings(), say=lambda *text: said.append(text), player=player)
        await audition.listen(settings(**more))
        await asyncio.sleep(0.01)  # it has looked for the device
        await story(audition, player)
        await audition.close()

    asyncio.run(told())
    return player, said


@pytest.mark.parametrize(("play", "level"), [("on", -6.0), ("quiet", -6.0 + QUIET)])
def test_of_each_press_the_first_sound_is_heard_by_itself(engine, play, level):
    async def story(audition, player):
        for place in range(2):
            await engine.trigger(Request(pad="kick"))
            newest = list(engine.all_samples.values())[-1]
            engine.emit(Event(kind="sample", job=newest.job, pad="kick", sample=newest.id))  # a variation of that press
            await until(lambda many=place + 1: len(player.played) == many)

    player, said = run(engine, story, play=play, device="desk", channel=3)
    assert player.played == [("kick", level, "desk", 3)] * 2
    assert player.files == [Path(engine.absolute(sample.path)) for sample in engine.all_samples.values()]
    assert said == []


def test_off_plays_only_what_is_asked_for_and_touches_no_device_before(engine):
    async def story(audition, player):
        await engine.trigger(Request(pad="kick"))
        await asyncio.sleep(0.05)
        assert not player.played
        assert not player.looks
        engine.emit(Event(kind="play", sample=next(iter(engine.all_samples))))
        await until(lambda: player.played)
        engine.emit(Event(kind="play"))
        await until(lambda: player.silences)

    player, _ = run(engine, story)
    assert player.played == [("kick", -6.0, "", 1)]


def test_of_a_pad_that_is_faster_than_the_device_the_newest_sound_is_heard(engine):
    async def story(audition, player):
        player.gate = asyncio.Event()
        for pad in ("kick", *["bell"] * 50, "808"):
            await engine.trigger(Request(pad=pad))
            await asyncio.sleep(0)
        player.gate.set()
        await until(lambda: len(player.played) == 3)
        await asyncio.sleep(0.02)

    player, _ = run(engine, story, play="on")
    assert [key for key, *_ in player.played] == ["kick", "bell", "808"]
    newest = [sample for sample in engine.all_samples.values() if sample.pad == "bell"][-1]
    assert player.files[1] == Path(engine.absolute(newest.path))


def test_silence_drops_what_waits(engine):
    async def story(audition, player):
        player.gate = asyncio.Event()
        for pad in ("kick", "bell", "808"):
            await engine.trigger(Request(pad=pad))
            await asyncio.sleep(0)
        engine.emit(Event(kind="play"))
        player.gate.set()
        await until(lambda: player.silences)
        assert [key for key, *_ in player.played] == ["kick"]

    run(engine, story, play="on")


def test_what_is_missing_is_said_once_until_it_works_again(engine, caplog):
    missing = BridgeError("There is no device.", "Plug one in.")

    async def story(audition, player):
        assert audition.notices == ()
        for _ in range(2):
            player.trouble = missing
            for _ in range(3):
                await engine.trigger(Request(pad="kick"))
                await asyncio.sleep(0.01)
            assert audition.notices == ("There is no device. Plug one in.",)
            player.trouble = None
            await engine.trigger(Request(pad="kick"))
            await until(lambda: not audition.notices)

    player, said = run(engine, story, play="on")
    assert len(player.played) == 2
    assert said == [("There is no device.", "Plug one in.")] * 2
    assert len([record for record in caplog.records if "no device" in record.message]) == 2


def test_a_device_that_is_missing_from_the_start_is_a_notice_only_where_new_sounds_are_to_be_heard(engine):
    async def story(audition, player):
        await audition.ignore()
        await audition.listen(settings(play="quiet", device="Scarlett"))
        await until(lambda: audition.notices)
        assert audition.notices == ("There is no sound device 'Scarlett'. There are: Mixing Desk.",)
        await audition.ignore()
        await audition.listen(settings(play="off", device="Scarlett"))
        await asyncio.sleep(0.02)
        assert audition.notices == ()

    assert run(engine, story, play="off")[1] == [("There is no sound device 'Scarlett'.", "There are: Mixing Desk.")]


def test_a_break_inside_costs_one_hearing(engine, caplog):
    async def story(audition, player):
        player.trouble = ZeroDivisionError("by nothing")
        await engine.trigger(Request(pad="kick"))
        await until(lambda: "by nothing" in caplog.text)
        player.trouble = None
        await engine.trigger(Request(pad="bell"))
        await until(lambda: player.played)

    assert [key for key, *_ in run(engine, story, play="on")[0].played] == ["bell"]


def test_what_is_asked_for_is_a_sample_a_pad_or_a_whole_path(engine, tmp_path):
    async def story(audition, player):
        await engine.trigger(Request(pad="bell"))
        sample = next(iter(engine.all_samples.values()))
        for sound in (sample.id, "bell", str(tmp_path / "a b.wav")):
            await audition.play(sound, level=0.0, device="x", channel=5)
        assert player.files == [Path(engine.absolute(sample.path))] * 2 + [tmp_path / "a b.wav"]
        assert player.played == [("bell", 0.0, "x", 5)] * 2 + [("", 0.0, "x", 5)]
        with pytest.raises(NotFoundError):
            await audition.play("a b.wav")

    run(engine, story)


def test_the_daemon_imports_no_sound_library_for_it():
    heavy = "('sounddevice', 'scipy', 'soxr', 'soundfile')"
    code = f"import sys, bridge.player.audition; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
