"""The life of the player: devices that come, go, hang and are missing."""

from __future__ import annotations

import asyncio
import os
import signal

import numpy as np
import pytest

from bridge.errors import BridgeError, NotFoundError, SoundError
from bridge.player import player as player_module
from bridge.player.player import Player
from bridge.units import Decibels, Seconds
from support.loudspeaker import plugged, written
from support.patience import until

PLAINLY = {"level": Decibels(0.0), "device": "", "channel": 1}


def test_a_server_that_dies_under_a_sound_is_said_at_once_and_the_next_sound_finds_its_successor(
    portaudio, tmp_path, noise
):
    file = written(tmp_path / "noise.wav", np.concatenate([noise] * 10))
    lost = []

    async def story():
        player = Player(lost.append)
        waiting = asyncio.create_task(player.play("", file, **PLAINLY, patience=Seconds(60.0)))
        await until(lambda: player._minding is not None)
        portaudio.stop()
        with pytest.raises(BridgeError, match="The sound device is gone"):
            await waiting
        assert [problem.message for problem in lost] == ["The sound device is gone."]
        with pytest.raises(NotFoundError, match="There is no sound device"):
            await player.play("", file, **PLAINLY)
        await asyncio.to_thread(portaudio.ensure)
        assert (await player.play("", file, **PLAINLY)).output == "system"
        portaudio.stop()
        await asyncio.to_thread(portaudio.ensure)
        assert (await player.play("", file, **PLAINLY)).output == "system", "replaced under an open device"
        portaudio.stop()
        with pytest.raises(NotFoundError, match="There is no sound device"):
            await player.play("", file, **PLAINLY)
        assert player._worker is None, "so the next sound finds what comes at once"
        await player.close()

    asyncio.run(story())


def test_silence_ends_the_waiting_for_a_sound(portaudio, tmp_path, noise):
    file = written(tmp_path / "noise.wav", np.concatenate([noise] * 20))

    async def story():
        player = Player()
        waiting = asyncio.create_task(player.play("", file, **PLAINLY, patience=Seconds(60.0)))
        await until(lambda: player._minding is not None)
        await player.silence()
        assert (await asyncio.wait_for(waiting, 20)).seconds == 30.0
        await player.close()

    asyncio.run(story())


def test_the_device_is_let_go_when_nothing_was_heard_for_a_while(portaudio, peer, tmp_path, monkeypatch):
    monkeypatch.setattr(player_module, "LOOK", 0.05)
    file = written(tmp_path / "click.wav", np.full(480, 0.1))

    async def story():
        player = Player(idle=Seconds(0.3))
        await player.play("", file, **PLAINLY)
        assert await plugged(peer)
        await until(lambda: player._worker is None)
        assert not await plugged(peer)
        await player.play("", file, **PLAINLY)
        assert await plugged(peer)
        await player.close()

    asyncio.run(story())


def test_another_device_takes_the_place_of_the_open_one(portaudio, peer, tmp_path, noise):
    file = written(tmp_path / "noise.wav", noise)

    async def story():
        player = Player()
        for channel, ports_there in ((1, 2), (3, 4), (1, 2)):
            await player.play("", file, **{**PLAINLY, "channel": channel})
            assert len(await plugged(peer)) == ports_there
        await player.close()

    asyncio.run(story())


@pytest.mark.parametrize(("content", "words"), [
    (b"no sound", "no sound that can be read"), (None, "no sound file"), (b"", "no sound that can be read"),
])  # fmt: skip
def test_what_can_not_be_played_is_refused_and_what_rings_goes_on(portaudio, tmp_path, noise, content, words):
    good, bad = written(tmp_path / "noise.wav", noise), tmp_path / "bad.wav"
    if content is not None:
        bad.write_bytes(content)

    async def story():
        player = Player()
        await player.play("a", good, **PLAINLY)
        process = player._worker
        with pytest.raises(SoundError, match=words):
            await player.play("b", bad, **PLAINLY)
        assert player._worker is process
        await player.play("c", good, **PLAINLY)
        await player.close()

    asyncio.run(story())


def test_a_process_that_hangs_is_ended_and_the_next_sound_has_a_new_one(portaudio, tmp_path, noise, monkeypatch):
    file = written(tmp_path / "noise.wav", noise)

    async def story():
        player = Player()
        await player.play("", file, **PLAINLY)
        os.kill(player._worker.pid, signal.SIGSTOP)
        monkeypatch.setattr(player_module, "ANSWER_PATIENCE", Seconds(0.2))
        with pytest.raises(BridgeError, match="does not answer"):
            await player.play("", file, **PLAINLY)
        monkeypatch.undo()
        await player.play("", file, **PLAINLY)
        os.kill(player._worker.pid, signal.SIGKILL)
        await player._worker.gone.wait()
        await player.play("", file, **PLAINLY)
        await player.close()

    asyncio.run(story())


def test_without_portaudio_it_is_one_error_with_its_cure(tmp_path, monkeypatch):
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(tmp_path)

    async def story():
        player = Player()
        with pytest.raises(BridgeError, match="Nothing can be heard: PortAudio library not found") as problem:
            await player.outputs()
        assert "libportaudio2" in problem.value.hint
        assert player._worker is None
        await player.silence()
        await player.close()

    asyncio.run(story())
