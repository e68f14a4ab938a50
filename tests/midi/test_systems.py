"""MIDI systems: which there are, how ports are found by name, and machines that have none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bridge.midi.ports import Patchbay, Wanted, _chosen
from bridge.midi.systems import SYSTEMS, choose_ports, quiet_stderr, systems_for


@pytest.fixture
def opened():
    """Opens ports, and closes them after the test."""
    patchbays = []

    def start(**wanted):
        patchbay = Patchbay(Wanted(**wanted))
        patchbays.append(patchbay)
        return patchbay.start()

    yield start
    for patchbay in patchbays:
        patchbay.close()


def test_a_machine_without_midi_gets_one_notice_line_and_nothing_on_stderr(opened, monkeypatch, capfd):
    if sys.platform != "linux" or os.path.exists("/dev/snd/seq"):
        pytest.skip("this machine has MIDI")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "a-server-that-nobody-started")
    monkeypatch.delenv("JACK_NO_START_SERVER", raising=False)
    (notice,) = opened(virtual_port="Nobody")
    assert notice.startswith("No MIDI: alsa: ")
    assert "jack: " in notice
    assert "\n" not in notice
    assert capfd.readouterr().err == ""
    assert os.environ["JACK_NO_START_SERVER"] == "1"


def test_a_missing_library_is_a_notice(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    (notice,) = opened()
    assert notice.startswith("No MIDI: ")
    assert "rtmidi" in notice


def test_an_unknown_or_foreign_system_is_a_notice(opened, peer):
    peer.module("rtmidi")
    (notice,) = opened(api="midiroo")
    assert "'midiroo' is no MIDI system; the known ones are alsa, jack" in notice
    if sys.platform != "win32":
        (notice,) = opened(api="winmm")
        assert "winmm: " in notice


def test_importing_the_door_and_the_lights_imports_no_midi_library():
    code = (
        "import sys, bridge.triggers.midi, bridge.feedback.midi, bridge.midi.ports;"
        "print([m for m in ('mido', 'rtmidi') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_each_platform_has_its_systems():
    assert [system.name for system in systems_for("", "linux")] == ["alsa", "jack"]
    assert [system.name for system in systems_for("", "darwin")] == ["coremidi"]
    assert [(system.name, system.virtual) for system in systems_for("", "win32")] == [("winmm", False)]
    assert [system.name for system in systems_for("JACK", "darwin")] == ["jack"]


@pytest.mark.parametrize(
    ("system", "raw", "plain"),
    [
        ("alsa", "MPK mini 3:MPK mini 3 MIDI 1 20:0", "MPK mini 3:MPK mini 3 MIDI 1"),
        ("winmm", "MPK mini 3 1", "MPK mini 3"),
        ("coremidi", "MPK mini 3", "MPK mini 3"),
        ("jack", "a2j:MPK mini [20] (capture): MIDI 1", "a2j:MPK mini [20] (capture): MIDI 1"),
    ],
)
def test_the_number_that_a_system_puts_behind_a_name_is_no_part_of_it(system, raw, plain):
    assert next(row for row in SYSTEMS if row.name == system).plain(raw) == plain


def test_a_whole_name_fits_one_port_and_a_part_every_port_that_has_it():
    there = ["nanoPAD2 PAD", "nanoPAD2 CTRL", "Keys", "Keys 2"]
    assert choose_ports(there, ["keys"]) == ({"Keys": "keys"}, [])
    assert choose_ports(there, ["NANOPAD"]) == ({"nanoPAD2 PAD": "NANOPAD", "nanoPAD2 CTRL": "NANOPAD"}, [])
    chosen, missing = choose_ports(there, ["ctrl", "nano", "drum"])
    assert chosen == {"nanoPAD2 PAD": "nano", "nanoPAD2 CTRL": "ctrl"}
    assert missing == ["drum"]
    assert choose_ports(there, ["*"])[0].keys() == set(there)
    assert choose_ports([], ["*"]) == ({}, [])


def test_two_controllers_of_a_kind_are_two_ports_and_one_that_comes_or_goes_opens_both_anew():
    coremidi, alsa = SYSTEMS[2], SYSTEMS[0]
    twins, _ = _chosen(coremidi, ["nanoPAD", "Keys", "nanoPAD"], ["nano"])
    assert [key for key, _ in twins.items()] == [("nanoPAD", 0), ("nanoPAD", 1)]
    assert [(place.which, place.of) for _, place in twins.values()] == [(0, 2), (1, 2)]
    alone, _ = _chosen(coremidi, ["nanoPAD", "Keys"], ["nano"])
    assert alone["nanoPAD", 0][1] != twins["nanoPAD", 0][1]
    numbered, _ = _chosen(alsa, ["nanoPAD:MIDI 1 20:0", "nanoPAD:MIDI 1 24:0"], ["nano"])
    assert [place.raw for _, place in numbered.values()] == ["nanoPAD:MIDI 1 20:0", "nanoPAD:MIDI 1 24:0"]
    assert list(_chosen(alsa, ["nanoPAD:MIDI 1 28:0"], ["nanoPAD:MIDI 1 28:0"])[0]) == [("nanoPAD:MIDI 1", 0)]


def test_hushing_the_libraries_loses_nothing_that_others_write(capfd):
    if sys.platform != "linux":
        pytest.skip("only on Linux do libraries complain")
    with quiet_stderr():
        os.write(2, b"ALSA lib seq_hw.c:466:(snd_seq_hw_open) open /dev/snd/seq failed\n")
        os.write(2, b"a job failed\n")
    assert capfd.readouterr().err == "a job failed\n"
