"""The MIDI door: what is played on a controller becomes requests to the engine."""

from __future__ import annotations

from bridge.triggers.midi.door import MidiDoor, wanted_ports

__all__ = ["MidiDoor", "wanted_ports"]
