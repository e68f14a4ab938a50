"""Hearing sounds from the command line: through the daemon, or in the command's own process."""

from __future__ import annotations

import pytest

from bridge.errors import BridgeError
from bridge.player.outputs import Output
from bridge.player.player import Player


def test_samples_pads_and_files_are_heard_one_after_the_other_to_their_ends(either, home, audition, monkeypatch):
    monkeypatch.chdir(home.folder)
    (home.folder / "a  b.wav").write_bytes(b"")
    result = home.run("play", "s-aaaaaaaaaaaa", "kick", "a  b.wav")
    assert result.exit_code == 0, result.output
    assert [sound for sound, _ in audition.played] == ["s-aaaaaaaaaaaa", "kick", str(home.folder / "a  b.wav")]
    assert all(how == {"level": None, "device": None, "channel": None, "patience": 60.0} for _, how in audition.played)
    assert result.stdout.splitlines()[1] == "kick  1.5 s on Headphones"


def test_a_pad_goes_before_a_file_of_its_name_unless_that_is_said_as_a_path(either, home, audition, monkeypatch):
    monkeypatch.chdir(home.folder)
    (home.folder / "kick").write_bytes(b"")
    home.run("play", "kick", "./kick")
    assert [sound for sound, _ in audition.played] == ["kick", str(home.folder / "kick")]


def test_device_channel_and_level_are_what_was_said(either, home, audition):
    answer = home.json("play", "kick", "--device", "desk wasapi", "--channel", "3", "--level", "-12.5")
    ((sound, how),) = audition.played
    assert (sound, how["device"], how["channel"], how["level"]) == ("kick", "desk wasapi", 3, -12.5)
    assert answer == {"heard": [{"sound": "kick", "seconds": 1.5, "output": "Headphones"}]}


@pytest.mark.parametrize("arguments", [["--level", "1"], ["--channel", "0"], ["--level", "nan"]])
def test_what_makes_no_sense_is_refused(local, home, audition, arguments):
    assert home.run("play", "kick", *arguments).exit_code != 0
    assert not audition.played


def test_nothing_to_play_is_said(local, home):
    result = home.run("play")
    assert result.exit_code != 0
    assert "oneshot play kick" in result.stderr


def test_what_can_not_be_heard_is_an_error_with_its_cure(either, home, audition):
    audition.trouble = BridgeError("There is no sound device to play on.", "Plug one in.")
    result = home.run("play", "kick")
    assert result.exit_code == 1
    assert "no sound device" in result.stderr
    assert "Plug one in" in result.stderr


@pytest.mark.parametrize("ended", ["daemon", "local"])
def test_ctrl_c_ends_the_sound(ended, request, home, audition, monkeypatch):
    request.getfixturevalue(ended)
    from bridge.cli.session import LocalSession, RemoteSession

    kind = RemoteSession if ended == "daemon" else LocalSession
    real = kind.ask

    def ask(self, name, target="", **fields):
        if name == "play":
            raise KeyboardInterrupt
        return real(self, name, target, **fields)

    monkeypatch.setattr(kind, "ask", ask)
    assert home.run("play", "kick").exit_code == 1
    assert audition.silences == 1


def test_the_devices_are_listed_without_a_daemon_or_a_library(home, monkeypatch):
    async def outputs(self):
        return [Output(index=0, name="Desk", system="WASAPI", channels=8, rate=48_000, default=True)]

    monkeypatch.setattr(Player, "outputs", outputs)
    assert home.run("play", "--devices").stdout.splitlines()[1].split() == ["Desk", "WASAPI", "8", "48000", "yours"]
    (device,) = home.json("play", "--devices")["devices"]
    assert (device["name"], device["channels"], device["default"]) == ("Desk", 8, True)
    assert not home.library.exists()
