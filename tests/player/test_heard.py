"""What really comes out of a device: PortAudio plays into a real JACK server, and another program records it."""

from __future__ import annotations

import asyncio
import subprocess

import numpy as np
import pytest
import soundfile

from bridge.player.player import Player
from bridge.units import Decibels
from support.loudspeaker import LEAD, RATE, plugged, written


async def record(peer, path, sources, seconds=2):
    recorder = await asyncio.create_subprocess_exec(
        peer("jack_rec", "jackd2"), "-f", str(path), "-d", str(seconds), "-b", "32", *sources,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert await recorder.wait() == 0
    return soundfile.read(path, dtype="float32")[0]


def heard(peer, tmp_path, file, **how):
    """Plays a file and returns the playback ports that it went to, and what another program recorded of it."""
    how = {"level": Decibels(0.0), "device": "", "channel": 1, **how}

    async def story():
        player = Player()
        try:
            await player.play("", file, **how)
            found: dict[str, str] = {}

            async def is_there():
                while len(found) < 2:
                    found.update(await plugged(peer))

            await asyncio.wait_for(is_there(), 30)
            where = sorted(found)
            recorded = await record(peer, tmp_path / "recorded.wav", [found[port] for port in where])
        finally:
            await player.close()
        assert not await plugged(peer), "the server was told goodbye"
        return where, recorded

    return asyncio.run(story())


def found_in(recorded, wave):
    """Returns the stretch of a recording that begins where a wave is most like it, as long as the wave."""
    probe = wave[1_000:3_000, 0]
    like = np.correlate(recorded[:, 0], probe, "valid")
    start = int(like.argmax()) - 1_000
    return recorded[start : start + len(wave)]


def whole(portaudio, hear):
    """Returns what was heard while no client of the server was late; a machine that is too busy proves nothing."""
    for _ in range(3):
        late = portaudio.late_clients()
        answer = hear()
        if portaudio.late_clients() == late:
            return answer
    pytest.skip("this machine is too busy for JACK to keep time")
    raise AssertionError


def test_another_program_hears_every_frame_as_it_is_in_the_file(portaudio, peer, tmp_path, noise):
    file = written(tmp_path / "noise.wav", noise)
    where, recorded = whole(portaudio, lambda: heard(peer, tmp_path, file))
    assert where == ["system:playback_1", "system:playback_2"]
    sound, tail = noise[LEAD:], round(0.005 * RATE)
    np.testing.assert_allclose(found_in(recorded, sound)[:-tail], sound[:-tail], atol=1e-6)


def test_the_outputs_that_are_chosen_hear_it_at_the_level_that_is_chosen(portaudio, peer, tmp_path, noise):
    file = written(tmp_path / "noise.wav", noise)

    def hear():
        return heard(peer, tmp_path, file, channel=3, level=Decibels(-20.0), device="jack system")

    where, recorded = whole(portaudio, hear)
    assert where == [f"system:playback_{number}" for number in (1, 2, 3, 4)]
    sound = noise[LEAD:] * np.float32(0.1)
    assert not recorded[:, :2].any()
    np.testing.assert_allclose(found_in(recorded[:, 2:], sound)[:-240], sound[:-240], atol=1e-6)


def test_a_file_of_another_rate_is_heard_at_its_pitch(portaudio, peer, tmp_path):
    time_line = np.arange(44_100) / 44_100
    tone = 0.5 * np.sin(2 * np.pi * 1_000 * time_line)
    file = written(tmp_path / "tone.wav", np.concatenate([np.zeros(44_100), tone]), 44_100)
    _, recorded = whole(portaudio, lambda: heard(peer, tmp_path, file))
    ringing = np.flatnonzero(np.abs(recorded[:, 0]) > 0.4)
    middle = recorded[ringing[0] + 4_800 :][: RATE // 2]
    np.testing.assert_array_equal(middle[:, 0], middle[:, 1])
    spectrum = np.abs(np.fft.rfft(middle[:, 0] * np.hanning(RATE // 2)))
    assert int(spectrum.argmax()) == 500, "bins of 2 Hz"
    assert 20 * np.log10(spectrum[500] / np.delete(spectrum, range(493, 508)).max()) > 80


