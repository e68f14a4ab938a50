"""Which sounds are heard by themselves, at which level, and what a missing device costs."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from bridge.domain.brief import Request
from bridge.domain.event import Event
from bridge.errors import BridgeError
from bridge.player.audition import QUIET, Audition
from bridge.player.speaker import Speaker, close_when_idle
from support.patience import until

RATE = 48_000


class FakeSpeaker:
    """Stands where a device would be: remembers what is played, and rings until the test says otherwise."""

    def __init__(self) -> None:
        self.played: list[tuple[str, int]] = []
        self.stops = self.opened = 0
        self.is_open = False
        self.silent = True
        self.trouble: Exception | None = None

    def open(self) -> int:
        if self.trouble:
            raise self.trouble
        self.is_open, self.opened = True, self.opened + 1
        return RATE

    def play(self, key, samples) -> None:
        self.played.append((key, len(samples)))

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        self.is_open = False


class Here:
    """Does the work of the workers in this process, and remembers the levels."""

    def __init__(self) -> None:
        self.levels: list[float] = []

    async def run(self, task, *arguments, priority=0):
        from bridge.sound.audition import prepared

        assert task == "bridge.sound.audition:prepared"
        self.levels.append(arguments[2])
        return prepared(*arguments)


@pytest.fixture
def scene(engine, tmp_path, monkeypatch):
    file = tmp_path / "kick.wav"
    soundfile.write(file, np.zeros(4_800), RATE)
    monkeypatch.setattr(type(engine), "absolute", lambda self, path: str(file))
    engine.eager = True
    return engine, FakeSpeaker(), Here()


def run(scene, play, story):
    engine, speaker, workers = scene

    async def told():
        audition = Audition(engine, workers, speaker, play=play, level=-6.0)
        notices = await audition.start()
        try:
            await story()
        finally:
            await audition.close()
        return notices

    return asyncio.run(told())


@pytest.mark.parametrize(("play", "level"), [("on", -6.0), ("quiet", -6.0 + QUIET)])
def test_of_each_press_the_first_sound_is_heard_by_itself(scene, play, level):
    engine, speaker, workers = scene

    async def story():
        for _ in range(2):
            await engine.trigger(Request(pad="kick"))
            newest = list(engine.all_samples.values())[-1]
            engine.emit(Event(kind="sample", job=newest.job, sample=newest.id))  # a variation of the same press
        await until(lambda: len(speaker.played) == 2)

    assert run(scene, play, story) == []
    assert speaker.played == [("kick", 4_800)] * 2
    assert workers.levels == [level] * 2


def test_off_plays_only_what_is_asked_for_and_opens_no_device_before(scene):
    engine, speaker, workers = scene

    async def story():
        await engine.trigger(Request(pad="kick"))
        await asyncio.sleep(0.05)
        assert not speaker.opened
        sample = next(iter(engine.all_samples))
        engine.emit(Event(kind="play", sample=sample))
        await until(lambda: speaker.played)
        engine.emit(Event(kind="play"))
        assert speaker.stops == 1

    run(scene, "off", story)
    assert workers.levels == [-6.0]


def test_a_device_that_is_gone_is_a_notice_and_is_tried_again_with_the_next_sound(scene, caplog):
    engine, speaker, _ = scene
    speaker.trouble = BridgeError("There is no device.", "Plug one in.")

    async def story():
        for _ in range(3):
            await engine.trigger(Request(pad="kick"))
        await asyncio.sleep(0.05)
        speaker.trouble = None
        await engine.trigger(Request(pad="kick"))
        await until(lambda: speaker.played)

    assert run(scene, "on", story) == ["There is no device. Plug one in."]
    assert len(speaker.played) == 1
    assert len([record for record in caplog.records if "no device" in record.message]) == 1, "it is said once"


def test_the_device_is_let_go_when_nothing_was_heard_for_a_while(monkeypatch):
    monkeypatch.setattr("bridge.player.speaker.IDLE_SECONDS", 0.05)
    speaker = FakeSpeaker()
    speaker.open()
    speaker.silent = False

    async def story():
        watching = asyncio.create_task(close_when_idle(speaker, every=0.01))
        await asyncio.sleep(0.15)
        assert speaker.is_open, "something still rings"
        speaker.silent = True
        await until(lambda: not speaker.is_open)
        watching.cancel()

    asyncio.run(story())


def test_without_portaudio_it_is_a_notice_with_its_cure(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)

    async def story():
        audition = Audition(engine, None, Speaker(), play="on")
        notices = await audition.start()
        await audition.close()
        return notices

    (notice,) = asyncio.run(story())
    assert "Nothing can be heard" in notice
    assert "PortAudio" in notice


def test_importing_the_player_imports_no_sound_library():
    heavy = "('sounddevice', 'scipy', 'soxr')"
    code = f"import sys, bridge.player.audition; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


