"""The commands about MIDI, with ports on a real JACK server."""

from __future__ import annotations

import threading
import time

import pytest

from bridge.config.load import load_config
from support.jack import connect, jack, jack_server, keyboard  # noqa: F401 - fixtures


@pytest.fixture
def player(keyboard):  # noqa: F811
    """Plays a note again and again until the test has ended."""
    ended = threading.Event()

    def play():
        while not ended.wait(0.05):
            for message in ([0xF8], [0xA0, 36, 1], [0xB0, 74, 20], [0x90, 50, 90], [0x80, 50, 0]):
                keyboard.send_message(message)

    thread = threading.Thread(target=play)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def wired(home, monkeypatch):
    monkeypatch.setenv("ONESHOT_MIDI__API", "jack")
    return home


def test_ports_are_listed(wired, keyboard):  # noqa: F811
    assert "keyboard:keys" in wired.run("midi", "ports").stdout
    (found,) = [port for port in wired.json("midi", "ports")["ports"] if port["name"] == "keyboard:keys"]
    assert (found["direction"], found["open"]) == ("input", False)


def test_the_monitor_shows_what_comes_in_and_not_the_clock(wired, player):
    said = wired.run("midi", "monitor", "--port", "keyboard", "--seconds", "1").stdout
    assert "control_change channel=0 control=74 value=20" in said
    assert "note_on channel=0 note=50 velocity=90" in said
    assert "clock" not in said
    assert "polytouch" not in said


def test_a_pad_learns_its_note_and_the_rest_of_the_file_stays(wired, player):
    before = "# mine\n" + wired.config.read_text(encoding="utf-8")
    wired.config.write_text(before, encoding="utf-8")
    result = wired.run("midi", "learn", "kick")
    assert result.exit_code == 0, result.output
    assert "kick is on" in result.stdout
    assert load_config(wired.config).pads["kick"].pad_note == 50
    after = wired.config.read_text(encoding="utf-8")
    changed = {line for line in after.splitlines() if line not in before.splitlines()}
    assert changed == {"pad_note = 50"}


def test_a_note_that_another_pad_has_is_refused_and_the_file_stays(wired, player):
    before = wired.config.read_text(encoding="utf-8").replace("pad_note = 40", "pad_note = 50")
    wired.config.write_text(before, encoding="utf-8")
    result = wired.run("midi", "learn", "kick")
    assert result.exit_code == 5, result.output
    assert "both on note 50" in result.stderr
    assert wired.config.read_text(encoding="utf-8") == before


def test_nobody_who_plays_is_an_end(wired, keyboard):  # noqa: F811
    began = time.monotonic()
    result = wired.run("midi", "learn", "kick", "--seconds", "0.3")
    assert result.exit_code == 1
    assert "Nothing was pressed" in result.stderr
    assert time.monotonic() - began < 20


def test_a_pad_that_is_not_there_is_named(wired):
    result = wired.run("midi", "learn", "kik")
    assert result.exit_code == 3
    assert "kick" in result.stderr
