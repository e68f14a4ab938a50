"""The MIDI systems of each platform, and which ports a name means."""

from __future__ import annotations

from bridge.midi.systems import choose_ports, systems_for


def test_each_platform_has_its_systems():
    assert [system.name for system in systems_for("", "linux")] == ["alsa", "jack"]
    assert [system.name for system in systems_for("", "darwin")] == ["coremidi"]
    assert [(system.name, system.virtual) for system in systems_for("", "win32")] == [("winmm", False)]
    assert [system.name for system in systems_for("JACK", "darwin")] == ["jack"]


def test_a_whole_name_fits_one_port_and_a_part_every_port_that_has_it():
    there = ["nanoPAD2 PAD", "nanoPAD2 CTRL", "Keys", "Keys 2"]
    assert choose_ports(there, ["keys"]) == (["Keys"], [])
    assert choose_ports(there, ["NANOPAD"]) == (["nanoPAD2 PAD", "nanoPAD2 CTRL"], [])
    assert choose_ports(there, ["ctrl", "nano", "drum"]) == (["nanoPAD2 PAD", "nanoPAD2 CTRL"], ["drum"])
