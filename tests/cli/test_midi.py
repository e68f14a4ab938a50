"""`oneshot midi`: the ports, what is heard in words, and a note learnt into the config. Without a daemon; with one in
tests/daemon/test_midi.py."""

from __future__ import annotations

import json
import os
import sys
import threading

import pytest

from bridge.cli.exits import FAILED
from support.patience import wait_until

SETTINGS = 'enabled = true\napi = "jack"\nports = ["keyboard"]\n'


@pytest.fixture
def studio(home, jack):
    """A home with MIDI on the JACK server."""
    home.config.write_text(home.config.read_text().replace("enabled = false\n", SETTINGS))
    return home


@pytest.fixture
def playing(jack, peer):
    """Plays messages into every input of the server, again and again, until the test is over."""
    rtmidi = peer.module("rtmidi")
    stop, threads = threading.Event(), []

    def play(*messages):
        out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keyboard")
        out.open_virtual_port("keys")

        def again():
            while not stop.wait(0.1):
                for message in messages:
                    out.send_message(message)
            out.close_port()
            out.delete()

        threads.append(threading.Thread(target=again))
        threads[-1].start()

    yield play
    stop.set()
    for thread in threads:
        thread.join()


def test_the_ports_are_listed_with_what_the_daemon_would_open(studio, keyboard):
    answer = studio.json("midi", "ports")
    assert (answer["system"], answer["live"]) == ("jack", False)
    assert answer["inputs"] == ["keyboard:keys"]
    assert answer["open_inputs"] == ["Oneshot Bridge", "keyboard:keys"]
    shown = studio.run("midi", "ports").stdout
    assert "in  keyboard:keys   would be opened\n" in shown
    assert "would be opened, the bridge's own" in shown


def test_the_monitor_says_in_words_what_is_heard_and_what_it_does(studio, playing):
    playing([0x99, 36, 100], [0xB0, 1, 2])
    heard = studio.run("midi", "monitor", "--seconds", "1.5").stdout.splitlines()
    assert "note 36 channel 10 velocity 100 (keyboard:keys): trigger kick" in heard
    assert "cc 1 channel 1 value 2 (keyboard:keys): nothing" in heard


def test_the_monitor_gives_a_script_a_line_of_json_each(studio, playing):
    playing([0x99, 36, 100])
    lines = studio.run("midi", "monitor", "--port", "keyboard", "--seconds", "1.5", "--json").stdout.splitlines()
    assert json.loads(lines[0])["does"] == "trigger kick"


def test_learning_writes_the_next_note_into_the_config(studio, playing):
    before = studio.config.read_text()
    playing([0x80, 36, 0], [0xB0, 50, 1], [0x92, 61, 100])
    answer = studio.json("midi", "learn", "kick")
    assert (answer["pad"], answer["pad_note"], answer["port"]) == ("kick", 61, "keyboard:keys")
    assert studio.config.read_text().splitlines() == [
        line.replace("pad_note = 36", "pad_note = 61") for line in before.splitlines()
    ]


def test_learning_says_where_the_note_went_and_when_the_daemon_does_not_listen_there(studio, playing):
    studio.config.write_text(studio.config.read_text().replace('ports = ["keyboard"]', ""))
    playing([0x92, 61, 100])
    result = studio.run("midi", "learn", "kick")
    assert result.stdout == f"kick is on note C#4 (61) now: {studio.config}\n"
    assert 'add "keyboard:keys" to ports under [midi]' in result.stderr


def test_a_note_that_another_pad_of_the_kit_has_is_not_learnt(studio, playing):
    before = studio.config.read_text()
    playing([0x92, 40, 100])
    result = studio.run("midi", "learn", "kick")
    assert result.exit_code != 0
    assert "both on note 40" in result.stderr
    assert studio.config.read_text() == before


def test_learning_without_a_note_ends_with_the_next_step(studio, keyboard):
    before = studio.config.read_text()
    result = studio.run("midi", "learn", "kick", "--seconds", "0.1")
    assert result.exit_code == FAILED
    assert "oneshot midi monitor" in result.stderr
    assert studio.config.read_text() == before


def test_an_unknown_pad_is_named_before_anybody_plays(studio):
    result = studio.run("midi", "learn", "kik")
    assert "Did you mean kick?" in result.stderr


def test_where_there_is_no_midi_the_commands_say_so(home, monkeypatch):
    if sys.platform != "linux" or os.path.exists("/dev/snd/seq"):
        pytest.skip("this machine has MIDI")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "a-server-that-nobody-started")
    assert "No MIDI: " in home.run("midi", "ports").stderr
    for command in (("monitor",), ("learn", "kick")):
        result = home.run("midi", *command)
        assert result.exit_code != 0
        assert "There is no MIDI input to listen to." in result.stderr


def test_a_daemon_without_midi_is_no_error(home, daemon, monkeypatch):
    assert home.json("midi", "ports")["live"] is True


def test_a_monitor_that_is_stopped_closes_its_ports(studio, keyboard, jack, monkeypatch):
    from bridge.cli import hearing

    def interrupted(self, seconds=None):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(hearing.Hearing, "messages", interrupted)
    threads = threading.active_count()
    assert studio.run("midi", "monitor").exit_code == 0
    wait_until(lambda: threading.active_count() <= threads)
