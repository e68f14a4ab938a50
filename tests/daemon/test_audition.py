"""Hearing sounds from a daemon as a user starts it, through PortAudio and a real JACK server."""

from __future__ import annotations

import asyncio

import pytest

from support.loudspeaker import noise, plugged, portaudio, written  # noqa: F401 - fixtures
from support.patience import wait_until


def playing(peer) -> bool:
    return {"system:playback_3", "system:playback_4"} <= set(asyncio.run(plugged(peer)))


@pytest.fixture
def hearing(daemon, portaudio):  # noqa: F811
    """A daemon that lets new sounds be heard on the outputs 3 and 4."""
    text = daemon.config.read_text(encoding="utf-8") + '[audition]\nplay = "quiet"\nchannel = 3\n'
    daemon.config.write_text(text, encoding="utf-8")
    return daemon.start()


def test_a_new_sound_is_heard_by_itself_and_any_by_osc_and_by_command(hearing, peer, tmp_path, noise):  # noqa: F811
    listener = hearing.listener()
    assert not playing(peer)
    made = hearing.run("trigger", "kick")
    assert made.returncode == 0, made.stderr
    wait_until(lambda: playing(peer))
    listener.send("/oneshot/play", "kick")
    long = written(tmp_path / "long.wav", noise)
    for sound in ("kick", str(long)):
        heard = hearing.run("play", sound)
        assert heard.returncode == 0, heard.stderr
        assert heard.stdout.endswith(" s on system\n")
    assert hearing.stop() == 0
    assert not playing(peer)


def test_a_sound_server_that_dies_costs_the_daemon_nothing_else(hearing, portaudio, peer):  # noqa: F811
    assert hearing.run("trigger", "kick").returncode == 0
    wait_until(lambda: playing(peer))
    portaudio.stop()
    refused = hearing.run("play", "kick")
    assert refused.returncode != 0
    assert "sound device" in refused.stderr
    portaudio.ensure()
    assert hearing.run("play", "kick").returncode == 0
    assert hearing.stop() == 0
    assert "Traceback" not in (hearing.folder / "stderr.txt").read_text()
